//! The client over TLS with a mock that reads as Asterisk does: everything is answered that a real server answers.
#![cfg(feature = "tls")]

mod support;

use std::thread;
use std::time::Duration;

use gami::mock::{Mock, Reply};
use gami::{Action, Client, Outcome};
use support::*;

/// For what a server of old may never answer.
const PATIENCE: Duration = Duration::from_secs(2);

fn dial(version: &str) -> (Mock, Client) {
    let mock = Mock::builder().asterisk(version).tls().start().unwrap();
    mock.on("Measure", |action| Reply::success().header("Bytes", action.packet().as_bytes().len()));
    let ami = logged_in_with(&mock, &trusting(&mock));
    (mock, ami)
}

/// An action of about so many bytes.
fn measure(size: usize) -> Action {
    let lines = size / 64;
    (0..lines).fold(Action::new("Measure"), |action, at| action.param(format!("L{at:03}"), "x".repeat(56)))
}

#[test]
fn actions_of_any_size_are_answered_by_16_and_22() {
    for version in ["16", "22"] {
        let (_mock, ami) = dial(version);
        for size in [700, 1_000, 1_024, 1_100, 2_048, 4_096, 7_500] {
            let answer = ami.action(measure(size)).unwrap_or_else(|error| panic!("{version}, {size} bytes: {error}"));
            assert!(answer.get("Bytes").unwrap().parse::<usize>().unwrap() > size / 64 * 64);
        }
        let long = (0..20).fold(Action::new("Measure"), |action, at| action.param(format!("L{at}"), "x".repeat(1_000)));
        assert!(ami.action(long).unwrap().get("Bytes").unwrap().parse::<usize>().unwrap() > 20_000);
    }
}

#[test]
fn a_larger_action_to_13_is_answered_or_its_outcome_unknown() {
    let mut answered = 0;
    for size in [700, 1_100, 2_048, 4_096, 7_500] {
        let (_mock, ami) = dial("13");
        match ami.action(measure(size).timeout(PATIENCE)) {
            Ok(_) => answered += 1,
            // Where two of its records were read at once, on a machine that is busy.
            Err(error) => assert_eq!((error.outcome(), size > 1024), (Outcome::Unknown, true), "{size}: {error}"),
        }
    }
    assert!(answered > 1, "no action of more than a record was answered");
}

#[test]
fn pings_that_do_not_wait_for_each_other_are_all_answered() {
    for version in ["13", "16", "22"] {
        let (_mock, ami) = dial(version);
        for count in [30, 100, 1_000] {
            let pings: Vec<_> = (0..count).map(|_| ami.async_action("Ping").unwrap()).collect();
            for (number, ping) in pings.iter().enumerate() {
                let answer = ping.recv_timeout(DEADLINE).unwrap();
                assert!(answer.is_ok(), "{version}: {number} of {count}: {answer:?}");
            }
        }
    }
}

#[test]
fn actions_of_64_threads_are_all_answered() {
    for version in ["13", "22"] {
        let (_mock, ami) = dial(version);
        thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        ami.ping().unwrap();
                    }
                });
            }
        });
    }
}
