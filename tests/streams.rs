//! The three streams: what is on them, in which order, and what becomes of what nobody takes.

mod support;

use std::fmt::Write as _;
use std::thread;

use gami::mock::{Mock, Reply};
use gami::{Action, Client, Error, Event, Loss, Options};
use support::{eventually, logged_in, logged_in_with, next_loss, over_each_transport, unanswered, within, DEADLINE};

/// Events `Tick` with these numbers.
fn ticks(numbers: std::ops::Range<u64>) -> String {
    numbers.fold(String::new(), |mut text, number| {
        let _ = write!(text, "Event: Tick\r\nPrivilege: user,all\r\nNumber: {number}\r\n\r\n");
        text
    })
}

fn number(event: &Event) -> u64 {
    event.get("Number").unwrap().parse().unwrap()
}

/// All that has been sent is read once a ping that was sent after it is answered.
fn settle(ami: &Client) {
    ami.action(Action::new("Ping").timeout(DEADLINE)).unwrap();
}

fn next(ami: &Client) -> Event {
    ami.events().recv_timeout(DEADLINE).unwrap()
}

fn next_error(ami: &Client) -> Error {
    ami.errors().recv_timeout(DEADLINE).unwrap()
}

#[test]
fn every_event_comes_once_in_order_and_numbered_also_after_a_reconnection() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options);
        let mut seq = 0;
        for round in 0..3 {
            mock.push(ticks(0..5_000));
            for expected in 0..5_000 {
                let event = next(&ami);
                assert_eq!((number(&event), event.seq()), (expected, seq), "in round {round}");
                assert_eq!(event.privilege(), Some("user,all"));
                seq += 1;
            }
            ami.reconnect().unwrap();
        }
        assert!(ami.events().is_empty() && ami.errors().is_empty() && ami.net_errors().is_empty());
        assert_eq!((ami.stats().events, ami.stats().events_dropped), (15_000, 0));
    });
}

#[test]
fn clones_share_the_events() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let takers: Vec<_> = (0..4)
        .map(|_| {
            let events = ami.clone().events().clone();
            thread::spawn(move || events.iter().map(|event| event.seq()).collect::<Vec<_>>())
        })
        .collect();
    mock.push(ticks(0..2_000));
    settle(&ami);
    ami.close().unwrap();
    let mut seen: Vec<_> = takers.into_iter().flat_map(|taker| taker.join().unwrap()).collect();
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..2_000));
}

#[test]
fn when_the_queue_is_full_the_newest_are_dropped_counted_and_reported_once_a_burst() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().event_capacity(10));
    let (mut received, mut next_seq, mut gaps) = (0, 0, 0);
    for burst in 1..=3 {
        mock.push(ticks(0..100));
        settle(&ami);
        assert_eq!(ami.events().len(), 10);
        let first = next_error(&ami);
        assert!(matches!(first, Error::EventsDropped { dropped: 1 }), "{first:?}");
        assert!(ami.errors().is_empty(), "the burst is not over");
        assert_eq!(ami.stats().events_dropped, burst * 90);
        for expected in 0..10 {
            let event = next(&ami);
            assert_eq!(number(&event), expected, "the oldest are kept");
            gaps += event.seq() - next_seq;
            next_seq = event.seq() + 1;
            received += 1;
        }
        settle(&ami);
        let error = next_error(&ami);
        assert!(matches!(error, Error::EventsDropped { dropped: 89 }), "{error:?}");
        assert!(ami.errors().is_empty());
    }
    mock.push(ticks(0..1));
    gaps += next(&ami).seq() - next_seq;
    received += 1;
    let stats = ami.stats();
    assert_eq!((gaps, stats.events_dropped), (270, 270));
    assert_eq!(received + stats.events_dropped, stats.events, "received and lost are all that was sent");
    assert_eq!(stats.errors_dropped, 0);
}

#[test]
fn a_burst_that_ends_with_the_link_or_with_the_client_is_reported() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().event_capacity(1));
    mock.push(ticks(0..8));
    settle(&ami);
    mock.hang_up();
    next_loss(&ami);
    let errors: Vec<_> = ami.errors().try_iter().collect();
    let reported = matches!(errors[..], [Error::EventsDropped { dropped: 1 }, Error::EventsDropped { dropped: 6 }]);
    assert!(reported, "before the loss is: {errors:?}");
    ami.reconnect().unwrap();
    mock.push(ticks(0..5));
    settle(&ami);
    ami.close().unwrap();
    let errors: Vec<_> = ami.errors().iter().collect();
    assert!(
        matches!(errors[..], [Error::EventsDropped { dropped: 1 }, Error::EventsDropped { dropped: 4 }]),
        "{errors:?}"
    );
    assert_eq!(ami.events().iter().count(), 1, "what was in the queue can still be taken");
}

#[test]
fn a_full_queue_holds_up_no_action_and_no_list() {
    over_each_transport(|mock, options| {
        mock.on("Status", |_| {
            (0..1_000)
                .fold(Reply::list(), |reply, at| reply.event("Status", [("Number", at)]))
                .complete("StatusComplete")
        });
        mock.on("Command", |_| {
            (0..1_000).fold(Reply::success(), |reply, at| reply.header("Output", format_args!("line {at}")))
        });
        let ami = logged_in_with(&mock, &options.event_capacity(1));
        mock.push(ticks(0..1_000));
        settle(&ami);
        // From within the loop that does not take events meanwhile.
        for (round, event) in ami.events().iter().take(3).enumerate() {
            assert!(number(&event) < 1_000);
            mock.push(ticks(0..1_000));
            assert_eq!(ami.list("Status").unwrap().items.len(), 1_000);
            assert_eq!(ami.command("x").unwrap().lines().count(), 1_000);
            let asynchronous = ami.async_action("Ping").unwrap();
            assert!(asynchronous.recv_timeout(DEADLINE).unwrap().is_ok(), "in round {round}");
        }
        assert!(ami.stats().events_dropped > 2_900, "{:?}", ami.stats());
    });
}

#[test]
fn a_queue_without_bound_drops_nothing() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().event_capacity(usize::MAX));
    mock.push(ticks(0..100_000));
    settle(&ami);
    assert_eq!(ami.events().len(), 100_000);
    assert!(ami.events().try_iter().map(|event| number(&event)).eq(0..100_000));
    assert_eq!(ami.stats().events_dropped, 0);
}

#[test]
fn the_error_streams_are_bounded_too() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    mock.push("no packet at all\r\n\r\n".repeat(2_000));
    settle(&ami);
    assert_eq!((ami.errors().len(), ami.stats().unrecognized), (1_024, 2_000));
    assert_eq!(ami.stats().errors_dropped, 976);
    mock.stop();
    next_loss(&ami);
    for _ in 0..1_030 {
        assert!(ami.reconnect().is_err());
    }
    assert_eq!(ami.net_errors().len(), 1_024);
    assert_eq!(ami.stats().errors_dropped, 976 + 6);
    mock.restart().unwrap();
    ami.reconnect().unwrap();
    settle(&ami);
    assert_eq!(ami.net_errors().try_iter().count(), 1_024);
    mock.hang_up();
    next_loss(&ami);
}

#[test]
fn a_packet_beyond_the_limit_is_reported_and_the_link_goes_on() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options.packet_limit(4096));
        let packet = |length: usize| format!("Event: Big\r\nData: {}\r\n", "x".repeat(length - 20));
        mock.push([ticks(0..1), packet(4096), "\r\n".into(), packet(4097), "\r\n".into(), ticks(1..2)].concat());
        mock.push(["Event: Huge\r\nData: ", &"y".repeat(3_000_000), "\r\n\r\n", &ticks(2..3)].concat());
        settle(&ami);
        let events: Vec<_> = ami.events().try_iter().collect();
        assert_eq!(events.iter().map(Event::name).collect::<Vec<_>>(), ["Tick", "Big", "Tick", "Tick"]);
        assert!(events.iter().map(Event::seq).eq(0..4));
        for expected in [4097, 3_000_021] {
            let Error::PacketTooLarge { size } = next_error(&ami) else { panic!() };
            assert_eq!(size, expected);
        }
        assert_eq!(ami.stats().too_large, 2);
        assert!(ami.net_errors().is_empty());
    });
}

#[test]
fn a_response_beyond_the_limit_fails_its_action_at_once_and_nobody_else() {
    let mock = Mock::start().unwrap();
    mock.on("Command", |_| Reply::success().header("Output", "x".repeat(10_000)));
    let ami = logged_in_with(&mock, &Options::new().packet_limit(4096));
    let error = ami.action(("Command", [("Command", "x")])).unwrap_err();
    assert!(matches!(error, Error::PacketTooLarge { .. }), "{error:?}");
    assert!(matches!(next_error(&ami), Error::PacketTooLarge { .. }));
    settle(&ami);
}

#[test]
fn fragments_are_counted_and_reported_with_what_came() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let fragments = ["nel: SIP/1-00000001\r\nUniqueid: 1.1\r\n", "text without any colon\r\n", "\u{fffd}\u{0}\r\n"];
    for fragment in fragments {
        mock.push([ticks(0..1), fragment.into(), "\r\n\r\n\n\r\n".into(), ticks(1..2)].concat());
        assert_eq!((number(&next(&ami)), number(&next(&ami))), (0, 1));
        let error = next_error(&ami);
        let Error::Unrecognized(packet) = &error else { panic!("{error:?}") };
        assert_eq!(packet.text(), fragment);
        assert!(error.to_string().starts_with("neither a response nor an event: "), "{error}");
    }
    mock.push(&b"Event: Tick\r\nNumber: 2\r\nName: J\xfcrgen\r\n\r\n"[..]);
    let event = next(&ami);
    assert_eq!((number(&event), event.get("Name")), (2, Some("J\u{fffd}rgen")));
    assert_eq!(event.get_bytes("Name"), Some(&b"J\xfcrgen"[..]));
    assert_eq!((ami.stats().unrecognized, ami.errors().len()), (3, 0));
}

#[test]
fn a_packet_that_the_end_of_the_link_cuts_off_is_reported_before_the_loss() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options);
        mock.push("Event: Hangup\r\nChannel: SIP/1");
        mock.hang_up();
        let loss = next_loss(&ami);
        assert!(matches!(loss, Error::Lost { cause: Loss::Eof, sent: None }), "{loss:?}");
        assert_eq!(loss.to_string(), "link lost: the server closed the connection");
        let Ok(Error::Unrecognized(packet)) = ami.errors().try_recv() else { panic!() };
        assert_eq!(packet.text(), "Event: Hangup\r\nChannel: SIP/1");
        assert!(ami.events().is_empty());
    });
}

#[test]
fn after_a_loss_pending_actions_fail_before_it_is_announced() {
    over_each_transport(|mock, options| {
        let requests = unanswered(&mock, "Slow");
        let ami = logged_in_with(&mock, &options);
        for _ in 0..10 {
            let answers: Vec<_> = (0..20).map(|_| ami.async_action("Slow").unwrap()).collect();
            (0..20).for_each(|_| drop(requests.recv_timeout(DEADLINE).unwrap()));
            mock.push(ticks(0..3));
            mock.hang_up();
            next_loss(&ami);
            for answer in answers {
                let error = answer.try_recv().expect("failed already").unwrap_err();
                assert!(matches!(error, Error::Lost { cause: Loss::Eof, sent: Some(true) }), "{error:?}");
            }
            assert_eq!(ami.events().try_iter().count(), 3, "events that came before the loss are there before it is");
            assert!(matches!(ami.action("Ping"), Err(Error::NotConnected)), "the link is down by then");
            ami.reconnect().unwrap();
        }
        assert!(ami.net_errors().is_empty(), "one announcement a loss");
    });
}

#[test]
fn all_streams_end_with_the_client_and_not_with_the_link() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    mock.push(ticks(0..2));
    settle(&ami);
    mock.hang_up();
    next_loss(&ami);
    assert_eq!(number(&next(&ami)), 0);
    assert!(ami.errors().try_recv().is_err_and(|end| end.is_empty()));
    assert!(ami.net_errors().try_recv().is_err_and(|end| end.is_empty()));
    let taking = ami.clone();
    let all = thread::spawn(move || {
        let events: Vec<_> = taking.events().into_iter().map(|event| number(&event)).collect();
        (events, taking.errors().iter().count(), taking.net_errors().iter().count())
    });
    ami.close().unwrap();
    let (events, errors, losses) = within(DEADLINE, "the end of the streams", move || all.join().unwrap());
    assert_eq!((events, errors, losses), (vec![1], 0, 0));
}

#[test]
fn an_event_can_outlive_the_client() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    mock.push(ticks(0..2));
    let (kept, detached) = (next(&ami), next(&ami).detach());
    drop(ami);
    eventually("the client is gone", || mock.sessions().is_empty());
    assert_eq!((number(&kept), kept.seq()), (0, 0));
    assert_eq!((number(&detached), detached.seq()), (1, 1));
}
