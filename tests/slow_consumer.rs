//! A consumer that stops for ten seconds while 200,000 events come.

mod support;

use std::thread;
use std::time::{Duration, Instant};

use gami::mock::Mock;
use gami::{Error, Options};
use support::*;

const EVENTS: u64 = 200_000;
const STOP: Duration = Duration::from_secs(10);
/// Of an action beside a stream of events, on a machine that is busy with something else.
const ROUND_TRIP: Duration = Duration::from_secs(2);

#[test]
fn ten_seconds_without_a_look_cost_events_that_are_counted_and_nothing_else() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().event_capacity(10_000));
    let begun = Instant::now();
    let (received, missing) = thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..EVENTS {
                mock.event("Tick", [("Number", number)]);
                if number % 100 == 99 {
                    // Spread over the time in which the consumer stands still, and some more.
                    thread::sleep((STOP + STOP / 5).mul_f64(100.0 / EVENTS as f64));
                }
            }
        });
        let acting = scope.spawn(|| {
            let mut longest = Duration::ZERO;
            let mut actions = 0;
            while begun.elapsed() < STOP {
                longest = longest.max(ami.ping().expect("actions go on"));
                actions += 1;
            }
            (actions, longest)
        });
        let consumer = scope.spawn(|| {
            let (mut received, mut missing, mut next) = (0, 0, 0);
            while next < EVENTS {
                let event = match ami.events().recv_timeout(Duration::from_secs(1)) {
                    Ok(event) => event,
                    // Perhaps the last ones were among those that were dropped.
                    Err(_) if ami.stats().events == EVENTS => break,
                    Err(_) => continue,
                };
                assert_eq!(event.get("Number"), Some(event.seq().to_string().as_str()));
                missing += event.seq() - next;
                next = event.seq() + 1;
                received += 1;
                if received == 1 {
                    thread::sleep(STOP);
                }
            }
            (received, missing + (EVENTS - next))
        });
        let (actions, longest) = acting.join().unwrap();
        println!("{actions} pings meanwhile, the longest round trip {longest:?}");
        assert!(actions > 100 && longest < ROUND_TRIP, "{actions} pings, the longest {longest:?}");
        consumer.join().unwrap()
    });
    let stats = ami.stats();
    println!("{EVENTS} sent: {received} received, {missing} missing; {stats:?}");
    assert_eq!(stats.events, EVENTS);
    assert_eq!(received + stats.events_dropped, EVENTS, "lost and received are what was sent");
    assert_eq!(missing, stats.events_dropped, "the gaps in the numbers are what was lost");
    assert!(missing > 0, "nothing was lost: the queue was never full");
    assert!(ami.net_errors().try_recv().is_err(), "the link stays");
    ami.close().unwrap();
    let reported: u64 = ami
        .errors()
        .iter()
        .map(|error| match error {
            Error::EventsDropped { dropped } => dropped,
            error => panic!("{error}"),
        })
        .sum();
    assert_eq!(reported, missing, "the reports add up");
}
