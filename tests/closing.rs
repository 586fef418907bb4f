//! Closing: from any thread, twice, while others wait; everyone who waits gets an error soon.

mod support;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use gami::action::Originate;
use gami::mock::{Mock, Reply};
use gami::{Action, Backoff, Client, Error, Options, Outcome, State};
use support::*;

/// A second, and what a busy machine takes on top of it.
const SOON: Duration = Duration::from_secs(4);

/// Closes, within the time that is promised.
#[track_caller]
fn close(ami: &Client) {
    let ami = ami.clone();
    within(SOON, "close", move || ami.close().unwrap());
}

/// Runs what waits for a client on a thread; the receiver gets its error.
fn waiting(ami: &Client, run: impl FnOnce(Client) -> Option<Error> + Send + 'static) -> mpsc::Receiver<Option<Error>> {
    let (done, result) = mpsc::channel();
    let ami = ami.clone();
    thread::spawn(move || done.send(run(ami)));
    result
}

#[track_caller]
fn assert_closed(result: &mpsc::Receiver<Option<Error>>) -> Outcome {
    let error = result.recv_timeout(SOON).expect("an error within a second").expect("an error");
    assert!(matches!(error, Error::Closed { .. }), "{error:?}");
    error.outcome()
}

#[test]
fn closing_logs_off_and_closes_the_connection() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options);
        close(&ami);
        mock.wait_for("Logoff", 1, DEADLINE).unwrap();
        mock.wait_for_sessions(0, DEADLINE).unwrap();
        assert_eq!(ami.state(), State::Closed);
        assert!(ami.net_errors().recv().is_err(), "it is no loss, and the stream has ended");
    });
}

#[test]
fn the_last_clone_that_is_dropped_closes() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let clone = ami.clone();
    let events = ami.events().clone();
    drop(ami);
    clone.action("Ping").unwrap();
    within(SOON, "the drop", move || drop(clone));
    assert_eq!(events.iter().count(), 0, "the stream has ended");
    mock.wait_for("Logoff", 1, DEADLINE).unwrap();
    mock.wait_for_sessions(0, DEADLINE).unwrap();
}

#[test]
fn closing_again_or_from_many_threads_does_nothing_more() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options);
        let closing: Vec<_> = (0..8)
            .map(|_| {
                let ami = ami.clone();
                thread::spawn(move || ami.close().unwrap())
            })
            .collect();
        within(SOON, "closing from eight threads", move || {
            closing.into_iter().for_each(|thread| thread.join().unwrap());
        });
        close(&ami);
        mock.wait_for_sessions(0, DEADLINE).unwrap();
        assert_eq!(received(&mock).iter().filter(|name| *name == "Logoff").count(), 1);
    });
}

#[test]
fn a_closed_client_refuses_everything_by_name() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    close(&ami);
    mock.forget_received();
    let errors = [
        ami.action("Ping").map(drop),
        ami.async_action("Ping").map(drop),
        ami.list("Status").map(drop),
        ami.list_items("Status").map(drop),
        ami.command("core show channels").map(drop),
        ami.originate(Originate::new("Local/1")).map(drop),
        ami.login("admin", "root"),
        ami.reconnect(),
        ami.wait_connected(DEADLINE),
    ];
    for result in errors {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Closed { sent: false }), "{error:?}");
        assert_eq!(error.to_string(), "the client is closed");
    }
    assert!(received(&mock).is_empty());
}

#[test]
fn everyone_who_waits_gets_an_error() {
    over_each_transport(|mock, options| {
        let requests = unanswered(&mock, "Slow");
        let started = unanswered(&mock, "Status");
        mock.on("Originate", |_| Reply::success());
        let ami = logged_in_with(&mock, &options);
        let asynchronous = ami.async_action("Slow").unwrap();
        let waiters = [
            waiting(&ami, |ami| ami.action("Slow").err()),
            waiting(&ami, |ami| ami.command("core show channels").err().map(|_| Error::Closed { sent: true })),
            waiting(&ami, |ami| match ami.list("Status").unwrap_err() {
                Error::Incomplete { partial, cause } => (partial.items.len() == 1).then_some(*cause),
                other => Some(other),
            }),
            waiting(&ami, |ami| ami.list_items("Status").unwrap().nth(1)?.err()),
            waiting(&ami, |ami| ami.originate(Originate::new("Local/1")).err()),
        ];
        (0..2).for_each(|_| drop(requests.recv_timeout(DEADLINE).unwrap()));
        for _ in 0..2 {
            started.recv_timeout(DEADLINE).unwrap().reply(Reply::list().event("Status", [("Number", 1)]));
        }
        mock.wait_for("Originate", 1, DEADLINE).unwrap();
        let loops = [
            waiting(&ami, |ami| ami.events().iter().last().map_or(Some(Error::Closed { sent: false }), |_| None)),
            waiting(&ami, |ami| ami.events().into_iter().last().map_or(Some(Error::Closed { sent: false }), |_| None)),
            waiting(&ami, |ami| ami.errors().recv().err().map(|_| Error::Closed { sent: false })),
            waiting(&ami, |ami| ami.net_errors().recv().err().map(|_| Error::Closed { sent: false })),
        ];
        close(&ami);
        for waiter in &waiters {
            assert_eq!(assert_closed(waiter), Outcome::Unknown);
        }
        let error = asynchronous.try_recv().expect("answered by the time that close returns").unwrap_err();
        assert!(matches!(error, Error::Closed { sent: true }), "{error:?}");
        for waiter in &loops {
            assert_closed(waiter);
        }
    });
}

#[test]
fn a_server_that_does_not_answer_logoff_is_not_waited_for() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options);
        mock.on("Logoff", |_| Reply::nothing());
        close(&ami);
        mock.wait_for("Logoff", 1, DEADLINE).unwrap();
        mock.wait_for_sessions(0, DEADLINE).unwrap();
    });
}

#[test]
fn a_write_that_is_stuck_does_not_hold_up_closing() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options);
        mock.go_deaf();
        let filler = "f".repeat(1_000);
        let bulk = (0..120).fold(Action::new("Bulk"), |action, at| action.param(format!("F{at}"), &filler));
        // More writers than one, for whom different things are stuck: the socket, the wire, the queue.
        let writers: Vec<_> = (0..6)
            .map(|_| {
                let bulk = bulk.clone();
                waiting(&ami, move |ami| loop {
                    if let Err(error) = ami.async_action(&bulk) {
                        return Some(error);
                    }
                })
            })
            .collect();
        let waiter = {
            let bulk = bulk.clone();
            waiting(&ami, move |ami| ami.action(&bulk).err())
        };
        until_writes_are_stuck(&ami);
        close(&ami);
        for waiter in writers.iter().chain([&waiter]) {
            assert_closed(waiter);
        }
    });
}

#[test]
fn whoever_waits_for_the_link_or_reconnects_gets_an_error() {
    let mock = Mock::start().unwrap();
    // It comes back in an hour, and whoever acts meanwhile waits for that.
    let hour = Duration::from_secs(3600);
    let options = Options::new().wait_for_link(hour).connect_timeout(hour);
    let ami = logged_in_with(&mock, &options.reconnect(Backoff::new().first(hour).longest(hour)));
    mock.set_banner(Reply::nothing());
    mock.hang_up();
    ami.net_errors().recv_timeout(DEADLINE).unwrap();
    let waiters = [
        waiting(&ami, |ami| ami.action("Ping").err()),
        waiting(&ami, |ami| ami.list("Status").err()),
        waiting(&ami, |ami| ami.originate(Originate::new("Local/1")).err()),
        waiting(&ami, move |ami| ami.wait_connected(hour).err()),
        // One waits for a banner, the other for the one.
        waiting(&ami, |ami| ami.reconnect().err()),
        waiting(&ami, |ami| ami.reconnect().err()),
    ];
    mock.wait_for_sessions(1, DEADLINE).expect("the banner is awaited");
    assert_eq!(ami.state(), State::Reconnecting);
    close(&ami);
    for waiter in &waiters {
        assert_eq!(assert_closed(waiter), Outcome::NotSent);
    }
    mock.wait_for_sessions(0, DEADLINE).expect("the half-made connection is closed");
}

#[test]
fn a_login_that_is_being_restored_is_given_up() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options);
        let logins = unanswered(&mock, "Login");
        mock.hang_up();
        ami.net_errors().recv_timeout(DEADLINE).unwrap();
        let waiter = waiting(&ami, |ami| ami.reconnect().err());
        logins.recv_timeout(DEADLINE).unwrap();
        close(&ami);
        assert_closed(&waiter);
        mock.wait_for_sessions(0, DEADLINE).unwrap();
    });
}

#[test]
fn a_client_without_a_link_closes_too() {
    let mock = Mock::start().unwrap();
    for options in [Options::new(), Options::new().reconnect(Backoff::new().first(Duration::from_millis(1)))] {
        let ami = logged_in_with(&mock, &options);
        mock.stop();
        ami.net_errors().recv_timeout(DEADLINE).unwrap();
        close(&ami);
        assert!(ami.events().recv().is_err());
        mock.restart().unwrap();
    }
}

#[test]
fn closing_at_any_moment_of_a_reconnection_ends_it() {
    over_each_transport(|mock, options| {
        let options = options.reconnect(Backoff::new().first(Duration::from_micros(10)));
        // From microseconds to what a handshake takes on a busy machine.
        for round in 0..15 {
            let ami = logged_in_with(&mock, &options);
            let hand = waiting(&ami, |ami| loop {
                if let Err(error) = ami.reconnect() {
                    if matches!(error, Error::Closed { .. }) {
                        return Some(error);
                    }
                }
            });
            mock.hang_up();
            thread::park_timeout(Duration::from_micros(20 << round));
            close(&ami);
            assert_closed(&hand);
            assert_eq!(ami.state(), State::Closed);
            eventually("no connection is left", || mock.sessions().is_empty());
        }
    });
}

#[test]
fn closing_from_within_the_loop_of_events_ends_it() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    mock.event("Shutdown", [("Shutdown", "Cleanly")]);
    let seen = within(DEADLINE, "the loop", move || {
        let mut seen = 0;
        for event in ami.events() {
            assert_eq!(event.name(), "Shutdown");
            seen += 1;
            ami.close().unwrap();
        }
        seen
    });
    assert_eq!(seen, 1);
}
