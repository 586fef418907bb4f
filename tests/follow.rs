//! Lists and the events after them, as one sequence that finds back by itself.

mod support;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use gami::mock::{Mock, Reply};
use gami::{Client, Error, Follow, Loss, Options, Step};
use support::{logged_in, logged_in_with, quick, DEADLINE};

/// A queue whose list counts how often it was asked for.
fn on_queue(mock: &Mock) -> Arc<AtomicU32> {
    let asked = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&asked);
    mock.on("QueueStatus", move |_| {
        let count = counted.fetch_add(1, Ordering::SeqCst) + 1;
        Reply::list()
            .event("QueueParams", [("Queue", "sales"), ("Calls", &count.to_string())])
            .complete("QueueStatusComplete")
    });
    asked
}

fn following(ami: &Client) -> Follow {
    let mut follow = ami.follow(["QueueStatus"]).unwrap();
    assert!(matches!(next(&mut follow), Step::Snapshot(_)));
    follow
}

#[track_caller]
fn next(follow: &mut Follow) -> Step {
    follow.next_within(DEADLINE).expect("a step").expect("the client is open")
}

#[track_caller]
fn calls(step: Step) -> String {
    match step {
        Step::Snapshot(lists) => lists[0].items[0].get("Calls").unwrap().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn event(step: Step) -> String {
    match step {
        Step::Event(event) => event.get("Number").unwrap().to_owned(),
        other => panic!("{other:?}"),
    }
}

fn tick(number: u32) -> String {
    format!("Event: Tick\r\nNumber: {number}\r\n\r\n")
}

#[test]
fn the_lists_come_first_and_then_every_event_after_them() {
    let mock = Mock::start().unwrap();
    on_queue(&mock);
    let ami = logged_in(&mock);
    mock.push(tick(0));
    let mut follow = following(&ami);
    mock.push((1..=100).map(tick).collect::<String>());
    for number in 1..=100 {
        assert_eq!(event(next(&mut follow)), number.to_string());
    }
    assert!(matches!(follow.next_within(Duration::from_millis(10)), Err(Error::Timeout { .. })));
}

#[test]
fn an_empty_list_that_reads_like_an_error_is_a_list() {
    let mock = Mock::start().unwrap();
    mock.on("ConfbridgeListRooms", |_| Reply::error("No active conferences."));
    let ami = logged_in(&mock);
    match next(&mut ami.follow(["ConfbridgeListRooms"]).unwrap()) {
        Step::Snapshot(lists) => assert!(lists[0].items.is_empty()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_server_does_not_list_is_refused_at_once() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let nothing = ami.follow::<&str>([]);
    assert!(matches!(nothing, Err(Error::Invalid { .. })), "{nothing:?}");
    mock.on("QueueStatus", |_| Reply::error("Permission denied"));
    let denied = ami.follow(["QueueStatus"]);
    assert!(matches!(denied, Err(Error::Rejected(_))), "{denied:?}");
    let no_list = ami.follow(["Ping"]);
    assert!(matches!(no_list, Err(Error::Invalid { .. })), "{no_list:?}");
}

#[test]
fn after_a_loss_the_lists_come_anew() {
    let mock = Mock::start().unwrap();
    on_queue(&mock);
    let ami = Options::new().reconnect(quick()).connect(mock.address(), "admin", "root").unwrap();
    let mut follow = following(&ami);
    for round in 0..3 {
        mock.push(tick(round));
        assert_eq!(event(next(&mut follow)), round.to_string());
        mock.hang_up();
        match next(&mut follow) {
            Step::Stale(Error::Lost { cause: Loss::Eof | Loss::Io(_), .. }) => {}
            other => panic!("{other:?}"),
        }
        calls(next(&mut follow));
    }
}

#[test]
fn after_dropped_events_the_lists_come_anew() {
    let mock = Mock::start().unwrap();
    on_queue(&mock);
    let ami = logged_in_with(&mock, &Options::new().event_capacity(8));
    let mut follow = following(&ami);
    mock.push((0..100).map(tick).collect::<String>());
    ami.action("Ping").unwrap();
    let mut taken = 0;
    let stale = loop {
        match next(&mut follow) {
            Step::Event(event) => assert_eq!(event.get("Number"), Some(taken.to_string().as_str())),
            Step::Stale(error) => break error,
            Step::Snapshot(_) => panic!("without a word"),
        }
        taken += 1;
    };
    assert!(matches!(stale, Error::EventsDropped { dropped } if dropped + taken == 100), "{taken}: {stale}");
    calls(next(&mut follow));
    mock.push(tick(100));
    assert_eq!(event(next(&mut follow)), "100");
}

#[test]
fn a_list_that_fails_is_told_and_asked_for_again() {
    let mock = Mock::start().unwrap();
    let asked = on_queue(&mock);
    let ami = Options::new().reconnect(quick()).connect(mock.address(), "admin", "root").unwrap();
    let mut follow = following(&ami);
    mock.on("QueueStatus", |_| Reply::error("Permission denied"));
    mock.hang_up();
    assert!(matches!(next(&mut follow), Step::Stale(_)));
    assert!(matches!(next(&mut follow), Step::Stale(Error::Rejected(_))));
    on_queue(&mock);
    assert_eq!(calls(next(&mut follow)), "1");
    assert!(asked.load(Ordering::SeqCst) > 0);
}

#[test]
fn it_ends_with_the_client_and_does_not_keep_it_open() {
    let mock = Mock::start().unwrap();
    on_queue(&mock);
    let ami = logged_in(&mock);
    let follow = following(&ami);
    let waiting = thread::spawn(move || follow.count());
    drop(ami);
    assert_eq!(waiting.join().unwrap(), 0);
}

#[test]
fn behind_the_fence_no_event_is_older_than_the_lists() {
    let mock = Mock::builder().asterisk("22").start().unwrap();
    on_queue(&mock);
    let ami = logged_in(&mock);
    let mut follow = ami.follow(["QueueStatus"]).unwrap().with_fence(DEADLINE);
    calls(next(&mut follow));
    while !follow.is_settled() {
        assert!(matches!(next(&mut follow), Step::Event(_)));
    }
    ami.fence(DEADLINE).unwrap();
}
