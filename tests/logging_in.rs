//! Logging in: on a link that stands, on one that is lost meanwhile, and without one.

mod support;

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use gami::action::{EventMask, Filter};
use gami::mock::{Mock, Reply, Request};
use gami::{Action, Backoff, Error, LoginMode, Loss, Options, Outcome, State};
use support::{assert_lost, eventually, logged_in, logged_in_with, next_loss, quick, received, unanswered, DEADLINE};

#[track_caller]
fn assert_refused(error: &Error) {
    assert_eq!(error.to_string(), "refused by the server: Authentication failed");
}

/// Name, and mask or filter, of the actions that came on a connection.
fn on_session(mock: &Mock, id: u64) -> Vec<String> {
    let show = |request: &Request| {
        let what = ["Events", "EventMask", "Filter"].iter().find_map(|name| request.get(name));
        format!("{} {}", request.name(), what.unwrap_or("-"))
    };
    mock.received().iter().filter(|request| request.session().id() == id).map(show).collect()
}

/// A server whose secret can be changed.
fn with_secret(secret: &str) -> (Mock, Arc<Mutex<String>>) {
    let mock = Mock::start().unwrap();
    let secret = Arc::new(Mutex::new(secret.to_owned()));
    let right = Arc::clone(&secret);
    mock.on("Login", move |request| match request.get("Secret") == Some(right.lock().unwrap().as_str()) {
        true => Reply::success().header("Message", "Authentication accepted"),
        false => Reply::error("Authentication failed").close(),
    });
    (mock, secret)
}

#[test]
fn a_client_whose_secret_was_changed_logs_in_with_the_new_one() {
    for comes_back in [false, true] {
        let (mock, secret) = with_secret("old");
        let mut options = Options::new().login_mode(LoginMode::Plain);
        if comes_back {
            options = options.reconnect(quick());
        }
        let ami = options.dial(&mock).unwrap();
        ami.login("admin", "old").unwrap();
        ami.action(("Events", [("EventMask", "call")])).unwrap();
        ami.action(Filter::new("Event: Hangup")).unwrap();
        "new".clone_into(&mut secret.lock().unwrap());
        mock.hang_up();
        assert_lost(next_loss(&ami));
        if comes_back {
            assert_refused(&next_loss(&ami));
        }
        assert_eq!(ami.state(), State::Disconnected, "nothing happens by itself any more");
        for result in [ami.reconnect(), ami.login("admin", "wrong"), ami.reconnect()] {
            assert_refused(&result.unwrap_err());
            assert_refused(&next_loss(&ami));
        }
        ami.login("admin", "new").unwrap();
        assert_eq!(ami.state(), State::Connected);
        let session = mock.wait_for_sessions(1, DEADLINE).unwrap().remove(0);
        assert_eq!(on_session(&mock, session.id()), ["Login off", "Filter Event: Hangup", "Events call"]);
        mock.hang_up();
        assert_lost(next_loss(&ami));
        match comes_back {
            true => ami.wait_connected(DEADLINE).unwrap(),
            false => ami.reconnect().unwrap(),
        }
        assert!(ami.net_errors().is_empty(), "the new one is remembered");
    }
}

#[test]
fn a_client_that_lost_its_link_before_it_logged_in_can_do_so_all_the_same() {
    let mock = Mock::start().unwrap();
    let ami = Options::new().event_mask(EventMask::from("call")).dial(&mock).unwrap();
    mock.hang_up();
    assert_lost(next_loss(&ami));
    ami.login("admin", "root").unwrap();
    assert_eq!(on_session(&mock, 2), ["Challenge -", "Login call"]);
    ami.reconnect().unwrap();
    assert_eq!(on_session(&mock, 3), ["Challenge -", "Login call"]);
}

#[test]
fn a_login_without_a_server_fails_and_can_be_tried_again() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    mock.stop();
    assert_lost(next_loss(&ami));
    let error = ami.login("admin", "root").unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotSent);
    mock.restart().unwrap();
    ami.login("admin", "root").unwrap();
    ami.action("Ping").unwrap();
}

#[test]
fn wrong_credentials_do_not_end_the_way_back_with_those_that_are_remembered() {
    let (mock, _secret) = with_secret("root");
    let options = Options::new().login_mode(LoginMode::Plain);
    let ami = options.reconnect(Backoff::new().first(Duration::from_millis(300))).dial(&mock).unwrap();
    ami.login("admin", "root").unwrap();
    mock.hang_up();
    assert_lost(next_loss(&ami));
    assert_refused(&ami.login("admin", "wrong").unwrap_err());
    ami.wait_connected(DEADLINE).unwrap();
}

#[test]
fn logins_at_the_same_time_share_one_link() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    mock.hang_up();
    assert_lost(next_loss(&ami));
    thread::scope(|scope| {
        let logins: Vec<_> = (0..8).map(|_| scope.spawn(|| ami.login("admin", "root"))).collect();
        logins.into_iter().for_each(|login| login.join().unwrap().unwrap());
    });
    assert_eq!(mock.wait_for_sessions(1, DEADLINE).unwrap()[0].id(), 2);
}

#[test]
fn a_login_whose_link_is_lost_does_not_go_on_on_the_next_one() {
    for _ in 0..20 {
        let mock = Mock::start().unwrap();
        let mut challenges = 0;
        mock.on("Challenge", move |_| {
            challenges += 1;
            match challenges {
                1 => Reply::usual().close(),
                _ => Reply::usual(),
            }
        });
        let ami = Options::new().wait_for_link(DEADLINE).dial(&mock).unwrap();
        let error = thread::scope(|scope| {
            scope.spawn(|| {
                assert_lost(next_loss(&ami));
                ami.reconnect().unwrap();
            });
            ami.login("admin", "root").unwrap_err()
        });
        assert!(matches!(error, Error::Lost { cause: Loss::Eof | Loss::Io(_), .. }), "{error:?}");
        ami.action("Ping").unwrap_err();
        assert!(!on_session(&mock, 2).iter().any(|action| action.starts_with("Login")), "{:?}", received(&mock));
    }
}

#[test]
fn a_server_that_offers_no_challenge_is_not_told_what_the_secret_is() {
    for challenge in [Reply::success(), Reply::success().header("Challenge", "")] {
        let mock = Mock::start().unwrap();
        let ami = logged_in_with(&mock, &Options::new().reconnect(quick()));
        mock.forget_received();
        let mut answers = vec![Reply::usual(), challenge.clone(), challenge];
        mock.on("Challenge", move |_| answers.pop().unwrap_or_else(Reply::usual));
        let error = ami.login("admin", "root").unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }) && error.to_string().contains("`Challenge`"), "{error:?}");
        assert_eq!((error.outcome(), received(&mock)), (Outcome::NotSent, vec!["Challenge".to_owned()]));
        mock.hang_up();
        assert_lost(next_loss(&ami));
        let error = next_loss(&ami);
        assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
        ami.wait_connected(DEADLINE).expect("it is no refusal");
    }
}

#[test]
fn a_login_that_is_accepted_too_late_for_the_caller_is_remembered() {
    for mode in [LoginMode::Challenge, LoginMode::Plain] {
        let mock = Mock::start().unwrap();
        let logins = unanswered(&mock, "Login");
        let options = Options::new().login_mode(mode).reconnect(quick());
        let ami = options.action_timeout(Duration::from_millis(300)).dial(&mock).unwrap();
        let error = ami.login("admin", "root").unwrap_err();
        assert!(matches!(error, Error::Timeout { sent: true, .. }), "{error:?}");
        logins.recv_timeout(DEADLINE).unwrap().reply(Reply::usual());
        eventually("the late answer is read", || ami.stats().responses_dropped == 1);
        mock.on("Login", |_| Reply::usual());
        mock.hang_up();
        assert_lost(next_loss(&ami));
        eventually("it comes back by itself", || ami.stats().reconnections == 1);
        ami.action(Action::new("Ping").timeout(DEADLINE)).unwrap();
    }
}
