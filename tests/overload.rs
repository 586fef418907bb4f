//! A consumer that is too slow for long: how much is reported, and what is lost.

mod support;

use std::fmt::Write as _;

use gami::mock::Mock;
use gami::{Action, Client, Error, Options};
use support::{logged_in, logged_in_with, DEADLINE};

fn ticks(numbers: std::ops::Range<u64>) -> String {
    numbers.fold(String::new(), |mut text, number| {
        let _ = write!(text, "Event: Tick\r\nNumber: {number}\r\n\r\n");
        text
    })
}

/// All that has been sent is read once a ping that was sent after it is answered.
fn settle(ami: &Client) {
    ami.action(Action::new("Ping").timeout(DEADLINE)).unwrap();
}

fn dropped(error: &Error) -> u64 {
    match error {
        Error::EventsDropped { dropped } => *dropped,
        error => panic!("{error}"),
    }
}

#[test]
fn a_consumer_that_is_too_slow_for_long_costs_few_reports_and_few_gaps() {
    for (capacity, at_once) in [(64, 8), (8, 1), (1, 1)] {
        let mock = Mock::start().unwrap();
        let ami = logged_in_with(&mock, &Options::new().event_capacity(capacity));
        let (mut received, mut next, mut missing, mut gaps, mut sent) = (0, 0, 0, 0, 0);
        let mut take = || {
            let event = ami.events().recv_timeout(DEADLINE).unwrap();
            assert_eq!(event.get("Number"), Some(event.seq().to_string().as_str()));
            missing += event.seq() - next;
            gaps += u64::from(event.seq() != next);
            next = event.seq() + 1;
            received += 1;
            (received, missing, gaps, next)
        };
        let mut send = |count| {
            mock.push(ticks(sent..sent + count));
            sent += count;
            settle(&ami);
            sent
        };
        send(200);
        for _ in 0..160 {
            take();
            send(10);
        }
        let bursts = 160 / at_once;
        assert!(ami.errors().len() as u64 <= 2 * (bursts + 1), "{capacity}: {} reports", ami.errors().len());
        while !ami.events().is_empty() {
            take();
        }
        // At once again.
        let sent = send(1);
        let (received, missing, gaps, next) = take();
        assert_eq!(next, sent);
        assert!(gaps <= bursts + 1, "{capacity}: {gaps} gaps");
        let stats = ami.stats();
        assert_eq!((stats.events, stats.events_dropped), (sent, missing), "the gaps are what was lost");
        assert_eq!(received + missing, sent);
        let reported: u64 = ami.errors().try_iter().map(|error| dropped(&error)).sum();
        assert_eq!(reported, missing, "the reports add up");
    }
}

#[test]
fn of_text_that_is_no_packet_an_error_keeps_the_beginning() {
    const MOST: usize = 64 * 1024;
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    // Characters of two bytes that the limit would cut in two, and one that it would not; and what is no text.
    let long = ["", "x"].map(|before| format!("{before}{}", "é".repeat(MOST)).into_bytes());
    for text in [long[0].clone(), long[1].clone(), vec![0xb5; 2 * MOST]] {
        mock.push([text.as_slice(), b"\r\n\r\n"].concat());
        let Error::Unrecognized(packet) = ami.errors().recv_timeout(DEADLINE).unwrap() else { panic!() };
        let kept = packet.as_bytes();
        assert!(text.starts_with(kept) && (MOST - 3..=MOST).contains(&kept.len()), "{} bytes", kept.len());
        assert_eq!(packet.text().contains('\u{fffd}'), text[0] == 0xb5, "no character is cut in two");
    }
    let short = "x".repeat(MOST - 2) + "\r\n";
    mock.push(short.clone() + "\r\n");
    let Error::Unrecognized(packet) = ami.errors().recv_timeout(DEADLINE).unwrap() else { panic!() };
    assert_eq!(packet.text(), short, "as long as may be");
}
