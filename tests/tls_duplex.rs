//! Over TLS the two directions are independent: a write never waits for a read.
//! And what is written is read, whatever of it a server takes at once.
#![cfg(feature = "tls")]

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use gami::mock::{Mock, Reply};
use gami::{Action, Client, Outcome};
use support::*;

const WRITES: usize = 20_000;

fn connected() -> (Mock, Client) {
    let mock = Mock::builder().tls().start().unwrap();
    // Asked often, and never answered: nothing comes but what the test sends.
    mock.on("Note", |_| Reply::nothing());
    let ami = logged_in_with(&mock, &trusting(&mock).event_capacity(usize::MAX));
    (mock, ami)
}

/// Writes without pause, from this one thread.
fn write_without_pause(ami: &Client, enough: impl Fn(usize) -> bool) -> usize {
    let mut written = 0;
    while !enough(written) {
        ami.async_action(("Note", [("Number", written)])).unwrap();
        written += 1;
    }
    written
}

fn assert_all_arrive(mock: &Mock, written: usize) {
    let notes = mock.wait_for("Note", written, DEADLINE).unwrap();
    let numbers = notes.iter().map(|note| note.get("Number").unwrap().parse::<usize>().unwrap());
    assert!(numbers.eq(0..written), "every write arrives, in order");
}

#[test]
fn writes_go_out_while_nothing_is_read() {
    let (mock, ami) = connected();
    let (written, mock) = within(DEADLINE, "writing while the reader waits", move || {
        let written = write_without_pause(&ami, |written| written == WRITES);
        assert_eq!(ami.stats().events, 0, "nothing came meanwhile");
        assert_all_arrive(&mock, written);
        (written, mock)
    });
    assert_eq!(written, WRITES);
    drop(mock);
}

#[test]
fn writes_go_out_while_events_stream_in() {
    let (mock, ami) = connected();
    within(2 * DEADLINE, "writing while events stream in", move || {
        let stop = AtomicBool::new(false);
        let events = 50_000;
        thread::scope(|scope| {
            let writing = scope.spawn(|| write_without_pause(&ami, |_| stop.load(Ordering::SeqCst)));
            let sending = scope.spawn(|| (0..events).for_each(|number| mock.event("Tick", [("Number", number)])));
            for (number, event) in ami.events().iter().take(events).enumerate() {
                assert_eq!(event.get("Number").unwrap().parse(), Ok(number));
            }
            stop.store(true, Ordering::SeqCst);
            sending.join().unwrap();
            let written = writing.join().unwrap();
            assert!(written > 100, "only {written} writes went out beside {events} events");
            assert_all_arrive(&mock, written);
        });
    });
}

/// An action of so many bytes and a few more.
fn large(bytes: usize) -> Action {
    (0..bytes / 70).fold(Action::new("Ping"), |action, at| action.param(format!("X{at:03}"), "y".repeat(62)))
}

#[test]
fn actions_of_any_size_and_number_are_answered_however_the_server_reads() {
    for version in ["13", "22"] {
        let mock = Mock::builder().asterisk(version).tls().start().unwrap();
        let ami = logged_in_with(&mock, &trusting(&mock));
        let send = |action: Action| {
            // To 13 the records of one action go out 10 ms apart. On a machine that is busier than that the server gets
            // two at once, and the action meets its fault: then it is unknown what became of it, as is documented.
            let mut attempts = (0..5).map(|_| ami.action(action.clone().timeout(DEADLINE / 4)));
            attempts.any(|answer| match answer {
                Ok(_) => true,
                Err(error) => {
                    assert!(version == "13" && error.outcome() == Outcome::Unknown, "{version}: {error}");
                    ami.reconnect().unwrap();
                    false
                }
            })
        };
        for bytes in [700, 1_000, 1_300, 2_000, 4_000, 6_000, 8_200] {
            assert!(send(large(bytes)), "{version}: {bytes} bytes are never answered");
        }
        let lines =
            (0..20).fold(Action::new("Ping"), |action, at| action.param(format!("X{at:03}"), "y".repeat(1_000)));
        assert!(send(lines), "{version}: 20 lines are never answered");
        while ami.net_errors().try_recv().is_ok() {}
        for pings in [30, 100, 1_000] {
            let answers: Vec<_> = (0..pings).map(|_| ami.async_action("Ping").unwrap()).collect();
            let answered = answers.iter().filter(|answer| answer.recv_timeout(DEADLINE).is_ok_and(|pong| pong.is_ok()));
            assert_eq!(answered.count(), pings, "{version}");
        }
        thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| (0..10).for_each(|_| drop(ami.action("Ping").unwrap())));
            }
        });
        assert!(ami.net_errors().try_recv().is_err());
    }
}
