//! What an error says became of its action is true.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gami::action::Originate;
use gami::mock::{Mock, Reply};
use gami::{Action, Client, Error, Options, Outcome};

const PATIENCE: Duration = Duration::from_secs(20);

/// A hundred kilobytes: some of them fill the buffers between client and server.
fn big() -> Action {
    (0..110).fold(Action::new("Ping"), |action, at| action.param(format!("Filler-{at}"), "x".repeat(900)))
}

fn ping(id: &str) -> Action {
    Action::new("Ping").param("ActionID", id)
}

#[test]
fn an_action_that_is_said_not_to_have_been_sent_is_never_sent() {
    let mock = Mock::start().unwrap();
    let ami = Client::dial(mock.address()).unwrap();
    ami.login("admin", "root").unwrap();
    mock.go_deaf();
    let stuck = AtomicBool::new(false);
    let mut outcomes = HashMap::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stuck.load(Ordering::SeqCst) {
                // What is not sent in time leaves the queue.
                let _ = ami.async_action(big().timeout(Duration::from_millis(50)));
            }
        });
        let deadline = Instant::now() + PATIENCE;
        // One may also meet a writer who is only between two batches, or a buffer that is about to grow.
        let mut in_a_row = 0;
        while in_a_row < 10 {
            assert!(Instant::now() < deadline, "the writer does not get stuck");
            let id = format!("probe-{}", outcomes.len());
            let error = ami.action(ping(&id).timeout(Duration::from_millis(50))).unwrap_err();
            in_a_row = if error.outcome() == Outcome::NotSent { in_a_row + 1 } else { 0 };
            outcomes.insert(id, error.outcome());
        }
        stuck.store(true, Ordering::SeqCst);
        // Between actions that stay: what is behind a withdrawn one moves up.
        let mut patient = Vec::new();
        let mut watched_by_nobody = Vec::new();
        for at in 0..10 {
            patient.push(ami.async_action(ping(&format!("patient-{at}"))).unwrap());
            let id = format!("unwatched-{at}");
            let answer = ami.async_action(ping(&id).timeout(Duration::from_millis(50))).unwrap();
            watched_by_nobody.push((id, answer));
            let id = format!("watched-{at}");
            let error = ami.action(ping(&id).timeout(Duration::from_millis(20))).unwrap_err();
            assert!(matches!(error, Error::Timeout { sent: false, .. }), "{error}");
            outcomes.insert(id, error.outcome());
        }
        for (id, answer) in watched_by_nobody {
            let error = answer.recv_timeout(PATIENCE).unwrap().unwrap_err();
            assert!(matches!(error, Error::Timeout { sent: false, .. }), "{error}");
            outcomes.insert(id, error.outcome());
        }
        mock.wake_up();
        for answer in patient {
            answer.recv_timeout(PATIENCE).unwrap().unwrap();
        }
    });
    let again = ami.action(ping("watched-0")).unwrap();
    assert_eq!(again.action_id(), Some("watched-0"), "the id is free, for nothing of that name is on its way");

    let mut received = HashMap::new();
    for request in mock.received() {
        *received.entry(request.action_id().unwrap_or_default().to_owned()).or_insert(0) += 1;
    }
    assert_eq!(received.remove("watched-0"), Some(1), "only the second one");
    for (id, outcome) in outcomes.iter().filter(|(id, _)| *id != "watched-0") {
        assert_eq!(received.get(id).copied().unwrap_or(0), u32::from(*outcome == Outcome::Unknown), "{id}");
    }
    for at in 0..10 {
        assert_eq!(received.get(&format!("patient-{at}")), Some(&1));
    }
}

#[test]
fn a_denied_action_says_which_it_was_and_what_it_needs() {
    let mock = Mock::start().unwrap();
    mock.on_any(|_| Reply::error("Permission denied"));
    let ami = gami::Client::dial(mock.address()).unwrap();
    let typed = ami.action(gami::action::CoreShowChannels::new()).unwrap_err().to_string();
    assert!(typed.contains("CoreShowChannels") && typed.contains("reporting"), "{typed}");
    let named = ami.action("Command").unwrap_err().to_string();
    assert!(named.ends_with("Permission denied for the action Command"), "{named}");
}

#[test]
fn a_call_of_which_the_server_never_tells_says_why_that_may_be() {
    let mock = Mock::start().unwrap();
    mock.on("Originate", |_| Reply::success());
    let ami = Options::new().action_timeout(Duration::from_millis(100)).dial(mock.address()).unwrap();
    let call = Originate::new("Local/1").ring_timeout(Duration::from_millis(100));
    let error = ami.originate(call).unwrap_err();
    assert!(matches!(error, gami::Error::NoOutcome { .. }), "{error:?}");
    assert!(error.to_string().contains("`read`") && error.outcome() == Outcome::Unknown, "{error}");
}
