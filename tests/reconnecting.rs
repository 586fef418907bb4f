//! The loss of the link and the way back, by hand and by itself.

mod support;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{mpsc, Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use gami::action::Filter;
use gami::mock::{Mock, Reply, Request};
use gami::{Action, Backoff, Client, Error, Loss, Options, Outcome, State};
use support::{
    assert_lost, eventually, logged_in, logged_in_with, next_loss, over_each_transport, quick, received, unanswered,
    within, DEADLINE,
};

/// Answers the logins one after the other like this, the last one for ever.
fn on_login<const N: usize>(mock: &Mock, answers: [Reply; N]) {
    let mut answers = answers.into_iter();
    let mut last = Reply::usual();
    mock.on("Login", move |_| {
        last = answers.next().unwrap_or_else(|| last.clone());
        last.clone()
    });
}

fn in_use() -> Reply {
    Reply::error("Login Already In Use").close()
}

fn failed() -> Reply {
    Reply::error("Authentication failed").close()
}

/// Name, and mask or filter, of the actions that came on a connection.
fn on_session(mock: &Mock, id: u64) -> Vec<String> {
    let of_session = |request: &&Request| request.session().id() == id && request.name() != "Challenge";
    let show = |request: &Request| {
        let what = ["Events", "EventMask", "Filter"].iter().find_map(|name| request.get(name));
        format!("{} {}", request.name(), what.unwrap_or("-"))
    };
    mock.received().iter().filter(of_session).map(show).collect()
}

#[test]
fn reconnecting_restores_login_mask_and_filters_each_once_and_in_order() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options);
        ami.reconnect().unwrap();
        assert_eq!(on_session(&mock, 2), ["Login -"], "no mask was set");
        ami.action(("Events", [("EventMask", "agent")])).unwrap();
        ami.action(("Events", [("EventMask", "call,agent")])).unwrap();
        ami.reconnect().unwrap();
        assert_eq!(on_session(&mock, 3), ["Login call,agent"], "no event comes that the mask keeps out");
        for filter in ["Event: Hangup", "!Channel: DAHDI", "Event: Hangup"] {
            ami.action(Filter::new(filter)).unwrap();
        }
        mock.on("Filter", |request| match request.get("Filter") {
            Some("(") => Reply::error("Filter format is wrong"),
            _ => Reply::usual(),
        });
        ami.action(Filter::new("(")).unwrap_err();
        for session in 4..=6 {
            ami.reconnect().unwrap();
            let restored = ["Login off", "Filter Event: Hangup", "Filter !Channel: DAHDI", "Events call,agent"];
            assert_eq!(on_session(&mock, session), restored);
        }
        let session = mock.wait_for_sessions(1, DEADLINE).unwrap().remove(0);
        assert_eq!(session.filters(), ["Event: Hangup", "!Channel: DAHDI"]);
        assert_eq!(session.event_mask().as_deref(), Some("call,agent"));
        assert_eq!(ami.stats().reconnections, 5);
        assert!(ami.net_errors().is_empty(), "what was asked for is no loss");
    });
}

#[test]
fn what_a_login_by_hand_set_is_restored_and_a_logoff_forgets_it() {
    let mock = Mock::start().unwrap();
    let ami = Client::dial(&mock).unwrap();
    ami.reconnect().unwrap();
    assert!(received(&mock).is_empty(), "nobody has logged in yet");
    ami.action(("Login", [("Username", "admin"), ("Secret", "root"), ("Events", "system")])).unwrap();
    ami.reconnect().unwrap();
    assert_eq!(on_session(&mock, 3), ["Login system"]);
    ami.action("Logoff").unwrap();
    assert_lost(next_loss(&ami));
    ami.reconnect().unwrap();
    assert!(on_session(&mock, 4).is_empty(), "whoever logged off is not logged in again");
}

#[test]
fn what_was_set_in_the_last_moment_is_restored() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    for round in 0..50 {
        ami.action(("Events", [("EventMask", if round % 2 == 0 { "call" } else { "agent" })])).unwrap();
        ami.reconnect().unwrap();
        let expected = if round % 2 == 0 { "Login call" } else { "Login agent" };
        assert_eq!(on_session(&mock, round + 2), [expected]);
    }
}

#[test]
fn a_link_that_stands_is_replaced_and_what_is_pending_on_it_fails() {
    let mock = Mock::start().unwrap();
    let requests = unanswered(&mock, "Slow");
    let ami = logged_in(&mock);
    let answer = ami.async_action("Slow").unwrap();
    requests.recv_timeout(DEADLINE).unwrap();
    ami.reconnect().unwrap();
    let error = answer.recv_timeout(DEADLINE).unwrap().unwrap_err();
    assert!(matches!(error, Error::Lost { cause: Loss::Replaced, sent: Some(true) }), "{error:?}");
    mock.wait_for_sessions(1, DEADLINE).unwrap();
    ami.action("Ping").unwrap();
    assert!(ami.net_errors().is_empty());
}

/// Sixteen threads call `reconnect` within the time that one login takes, and this long after their start; gives
/// how many links they made.
fn links_made_by_a_crowd(start: Duration) -> u64 {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let (release, wait) = mpsc::channel::<()>();
    mock.on("Login", move |_| {
        let _ = wait.recv_timeout(DEADLINE);
        Reply::usual()
    });
    mock.hang_up();
    assert_lost(next_loss(&ami));
    thread::scope(|scope| {
        let (calls, called) = mpsc::channel();
        let threads: Vec<_> = (0..16)
            .map(|_| {
                let (ami, calls) = (&ami, calls.clone());
                scope.spawn(move || {
                    calls.send(()).unwrap();
                    ami.reconnect()
                })
            })
            .collect();
        (0..16).for_each(|_| called.recv_timeout(DEADLINE).unwrap());
        mock.wait_for("Challenge", 2, DEADLINE).unwrap();
        thread::park_timeout(start);
        drop(release);
        threads.into_iter().for_each(|thread| thread.join().unwrap().unwrap());
    });
    let links = mock.wait_for_sessions(1, DEADLINE).unwrap()[0].id() - 1;
    assert_eq!(ami.stats().reconnections, links);
    links
}

#[test]
fn of_threads_that_reconnect_at_the_same_time_one_does_it_for_all() {
    // Nothing tells when all have called it: one that came too late made a link of its own. Then they get more
    // time to start, up to thirteen seconds.
    assert!((0..8).any(|round| links_made_by_a_crowd(Duration::from_millis(100 << round)) == 1));
}

#[test]
fn threads_that_reconnect_in_vain_share_the_failure() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().connect_timeout(Duration::from_millis(500)));
    mock.hang_up();
    assert_lost(next_loss(&ami));
    mock.set_banner(Reply::nothing());
    // One after the other they would take sixteen seconds.
    let errors = within(Duration::from_secs(8), "reconnecting from 32 threads", {
        let ami = ami.clone();
        move || {
            let threads: Vec<_> = (0..32)
                .map(|_| {
                    let ami = ami.clone();
                    thread::spawn(move || ami.reconnect().unwrap_err())
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        }
    });
    assert!(errors.iter().all(|error| matches!(error, Error::Banner { .. })), "{errors:?}");
    mock.set_banner("Asterisk Call Manager/1.1\r\n");
    ami.reconnect().unwrap();
}

#[test]
fn it_comes_back_by_itself_and_events_flow_again() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options.reconnect(quick()));
        ami.action(("Events", [("EventMask", "call")])).unwrap();
        ami.action(Filter::new("Event: Hangup")).unwrap();
        for round in 1..=10 {
            mock.hang_up();
            let loss = next_loss(&ami);
            assert!(matches!(loss, Error::Lost { cause: Loss::Eof, sent: None }), "{loss:?}");
            ami.wait_connected(DEADLINE).unwrap();
            assert_eq!((ami.state(), ami.stats().reconnections), (State::Connected, round));
            let session = mock.sessions().pop().unwrap();
            assert_eq!(session.event_mask().as_deref(), Some("call"));
            assert_eq!(session.filters(), ["Event: Hangup"]);
            session.event("Hangup", [("Round", round)]);
            let event = ami.events().recv_timeout(DEADLINE).unwrap();
            assert_eq!(event.get("Round"), Some(round.to_string().as_str()));
        }
        assert!(ami.net_errors().is_empty(), "one announcement a loss");
    });
}

/// Loses the link, and gives how long the client then took to come back.
fn lose(mock: &Mock, ami: &Client) -> Duration {
    let begun = Instant::now();
    mock.hang_up();
    assert_lost(next_loss(ami));
    ami.wait_connected(DEADLINE).unwrap();
    begun.elapsed()
}

#[test]
fn the_delay_grows_over_losses_that_follow_each_other_and_starts_anew_after_a_stable_link() {
    const FIRST: Duration = Duration::from_millis(50);
    /// What the links before do not last, also on a busy machine.
    const STABLE: Duration = Duration::from_secs(3);
    let mock = Mock::start().unwrap();
    let backoff = Backoff::new().first(FIRST).longest(Duration::from_secs(3600)).stable(STABLE);
    let ami = logged_in_with(&mock, &Options::new().reconnect(backoff));
    for loss in 0..7 {
        // Shortened by up to a half.
        let least = FIRST * (1 << loss) / 2;
        let took = lose(&mock, &ami);
        assert!(took >= least, "back after {took:?}, not before {least:?}");
    }
    // The next delay would be more than three seconds; the first is less than a tenth of one.
    assert!(ami.net_errors().recv_timeout(STABLE + FIRST).is_err(), "the link stays");
    let took = lose(&mock, &ami);
    assert!(took < FIRST * (1 << 7) / 2, "back after {took:?}: the delay did not start anew");
    assert_eq!(ami.stats().reconnections, 8);
}

#[test]
fn a_client_that_never_logged_in_or_was_not_asked_to_stays_away() {
    for options in [Options::new(), Options::new().reconnect(quick())] {
        let mock = Mock::start().unwrap();
        let ami = options.dial(&mock).unwrap();
        mock.hang_up();
        assert_lost(next_loss(&ami));
        assert_eq!(ami.state(), State::Disconnected);
        let error = ami.wait_connected(Duration::from_millis(100)).unwrap_err();
        assert!(matches!(error, Error::NotConnected), "{error:?}");
        ami.reconnect().unwrap();
        assert_eq!(ami.state(), State::Connected);
    }
}

#[test]
fn each_failed_attempt_and_the_return_can_be_seen() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().reconnect(quick()));
    mock.stop();
    assert_lost(next_loss(&ami));
    for _ in 0..3 {
        let error = next_loss(&ami);
        assert!(matches!(error, Error::Connect { .. }), "{error:?}");
        assert_eq!(ami.state(), State::Reconnecting);
    }
    // A server over its authlimit.
    mock.set_banner(Reply::nothing().close());
    mock.restart().unwrap();
    while !matches!(next_loss(&ami), Error::Banner { .. }) {}
    mock.set_banner("Asterisk Call Manager/1.1\r\n");
    ami.wait_connected(DEADLINE).unwrap();
    assert_eq!((ami.state(), ami.stats().reconnections), (State::Connected, 1));
    ami.action("Ping").unwrap();
}

#[test]
fn refused_credentials_end_it() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().reconnect(quick()));
    on_login(&mock, [failed()]);
    mock.hang_up();
    assert_lost(next_loss(&ami));
    let error = next_loss(&ami);
    assert_eq!(error.to_string(), "refused by the server: Authentication failed");
    eventually("it gives up", || ami.state() == State::Disconnected);
    assert_eq!(received(&mock).iter().filter(|name| *name == "Login").count(), 2, "one refusal suffices");
    assert!(matches!(ami.action("Ping"), Err(Error::NotConnected)));
    on_login(&mock, [Reply::usual()]);
    ami.reconnect().unwrap();
    mock.hang_up();
    ami.net_errors().recv_timeout(DEADLINE).unwrap();
    ami.wait_connected(DEADLINE).expect("from then on it comes back again");
}

#[test]
fn a_session_that_still_lives_on_the_server_does_not_end_it() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().reconnect(quick()));
    on_login(&mock, [in_use(), in_use(), in_use(), Reply::usual()]);
    mock.hang_up();
    assert_lost(next_loss(&ami));
    for _ in 0..3 {
        assert_eq!(next_loss(&ami).to_string(), "refused by the server: Login Already In Use");
    }
    ami.wait_connected(DEADLINE).unwrap();
    assert!(ami.net_errors().is_empty());
}

#[test]
fn it_gives_up_after_the_limit_of_attempts() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().reconnect(quick().attempts(3)));
    mock.stop();
    assert_lost(next_loss(&ami));
    for _ in 0..3 {
        assert!(matches!(next_loss(&ami), Error::Connect { .. }));
    }
    eventually("it gives up", || ami.state() == State::Disconnected);
    assert!(ami.net_errors().recv_timeout(Duration::from_millis(100)).is_err(), "no fourth attempt");
    mock.restart().unwrap();
    ami.reconnect().unwrap();
    mock.stop();
    assert_lost(next_loss(&ami));
    assert!(matches!(next_loss(&ami), Error::Connect { .. }));
    mock.restart().unwrap();
    ami.wait_connected(DEADLINE).expect("the attempts count anew");
}

#[test]
fn attempts_that_succeeded_do_not_count_towards_the_limit() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().reconnect(quick().attempts(2)));
    for _ in 0..4 {
        mock.hang_up();
        assert_lost(next_loss(&ami));
        ami.wait_connected(DEADLINE).unwrap();
    }
    on_login(&mock, [in_use(), Reply::usual()]);
    mock.hang_up();
    assert_lost(next_loss(&ami));
    assert!(matches!(next_loss(&ami), Error::Rejected(_)));
    ami.wait_connected(DEADLINE).expect("one failure in a row is not two");
}

#[test]
fn an_attempt_by_hand_that_fails_does_not_end_the_attempts_by_itself() {
    for stands in [false, true] {
        let mock = Mock::start().unwrap();
        let slower = Backoff::new().first(Duration::from_millis(300));
        let ami = logged_in_with(&mock, &Options::new().reconnect(slower));
        on_login(&mock, [in_use(), Reply::usual()]);
        if !stands {
            mock.hang_up();
            assert_lost(next_loss(&ami));
        }
        let error = ami.reconnect().unwrap_err();
        assert!(matches!(error, Error::Rejected(_)), "{error:?}");
        assert!(matches!(next_loss(&ami), Error::Rejected(_)), "it is announced too");
        ami.wait_connected(DEADLINE).unwrap_or_else(|_| panic!("the link stood before: {stands}"));
        ami.action("Ping").unwrap();
    }
}

#[test]
fn a_link_that_is_lost_right_after_the_login_comes_back_too() {
    let mock = Mock::start().unwrap();
    for _ in 0..30 {
        on_login(&mock, [Reply::usual().close(), Reply::usual()]);
        let ami = Options::new().reconnect(quick()).dial(&mock).unwrap();
        ami.login("admin", "root").unwrap();
        assert_lost(next_loss(&ami));
        eventually("the client is back", || ami.stats().reconnections == 1);
        ami.action("Ping").unwrap();
    }
}

#[test]
fn nothing_is_ever_sent_twice() {
    over_each_transport(|mock, options| {
        let counts = Arc::new(Mutex::new(HashMap::<String, usize>::new()));
        mock.on("Do", {
            let counts = Arc::clone(&counts);
            move |request| {
                *counts.lock().unwrap().entry(request.get("Job").unwrap().to_owned()).or_default() += 1;
                Reply::success()
            }
        });
        let options = options.reconnect(quick()).wait_for_link(DEADLINE);
        let ami = logged_in_with(&mock, &options);
        let running = AtomicUsize::new(8);
        let outcomes: Vec<(String, Option<Outcome>)> = thread::scope(|scope| {
            let workers: Vec<_> = (0..8)
                .map(|worker| {
                    let (ami, running) = (&ami, &running);
                    scope.spawn(move || {
                        let outcomes = (0..300).map(|number| {
                            let job = format!("{worker}/{number}");
                            let outcome = ami.action(("Do", [("Job", &job)])).err().map(|error| error.outcome());
                            (job, outcome)
                        });
                        let outcomes: Vec<_> = outcomes.collect();
                        running.fetch_sub(1, Ordering::SeqCst);
                        outcomes
                    })
                })
                .collect();
            while running.load(Ordering::SeqCst) > 0 {
                ami.wait_connected(DEADLINE).unwrap();
                thread::park_timeout(Duration::from_millis(10));
                mock.hang_up();
            }
            workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
        });
        assert!(ami.stats().reconnections > 3, "{:?}", ami.stats());
        ami.close().unwrap();
        mock.wait_for_sessions(0, DEADLINE).unwrap();
        let counts = counts.lock().unwrap();
        for (job, outcome) in outcomes {
            let times = counts.get(&job).copied().unwrap_or_default();
            match outcome {
                None => assert_eq!(times, 1, "{job} was answered"),
                Some(Outcome::NotSent) => assert_eq!(times, 0, "{job} was said not to have been sent"),
                Some(_) => assert!(times <= 1, "{job} was sent {times} times"),
            }
        }
    });
}

#[test]
fn an_action_while_the_link_is_down_fails_at_once() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    mock.stop();
    assert_lost(next_loss(&ami));
    let errors = [
        ami.action("Ping").map(drop),
        ami.async_action("Ping").map(drop),
        ami.list("Status").map(drop),
        ami.command("core show channels").map(drop),
        ami.originate(gami::action::Originate::new("Local/1")).map(drop),
    ];
    for result in errors {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::NotConnected), "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotSent);
    }
}

#[test]
fn an_action_can_wait_for_the_link_and_goes_out_after_the_login() {
    let mock = Mock::start().unwrap();
    let options = Options::new().reconnect(quick()).wait_for_link(DEADLINE);
    let ami = logged_in_with(&mock, &options);
    mock.stop();
    mock.forget_received();
    assert_lost(next_loss(&ami));
    thread::scope(|scope| {
        let waiting: Vec<_> = (0..4).map(|_| scope.spawn(|| ami.action("Ping"))).collect();
        assert!(matches!(next_loss(&ami), Error::Connect { .. }));
        mock.restart().unwrap();
        waiting.into_iter().for_each(|action| drop(action.join().unwrap().unwrap()));
    });
    assert_eq!(received(&mock), ["Challenge", "Login", "Ping", "Ping", "Ping", "Ping"]);
}

#[test]
fn an_action_waits_for_the_link_no_longer_than_it_is_told() {
    let mock = Mock::start().unwrap();
    let patience = Duration::from_millis(100);
    let ami = logged_in_with(&mock, &Options::new().wait_for_link(patience));
    mock.stop();
    assert_lost(next_loss(&ami));
    let begun = Instant::now();
    let error = within(DEADLINE, "the wait for the link", move || ami.action("Ping").unwrap_err());
    assert!(matches!(error, Error::NotConnected), "{error:?}");
    assert!(begun.elapsed() >= patience);
}

#[test]
fn whoever_was_failed_by_a_loss_finds_the_link_down_or_new() {
    let mock = Mock::start().unwrap();
    let requests = unanswered(&mock, "Slow");
    let ami = logged_in_with(&mock, &Options::new().reconnect(quick()).wait_for_link(DEADLINE));
    for _ in 0..50 {
        let slow = ami.async_action("Slow").unwrap();
        requests.recv_timeout(DEADLINE).unwrap();
        mock.hang_up();
        slow.recv_timeout(DEADLINE).unwrap().unwrap_err();
        // At once: the loss may not have been announced yet.
        ami.action("Ping").expect("the action waits for the next link");
        assert_eq!(ami.state(), State::Connected);
        assert_lost(next_loss(&ami));
    }
    for _ in 0..50 {
        let slow = ami.async_action("Slow").unwrap();
        requests.recv_timeout(DEADLINE).unwrap();
        mock.hang_up();
        slow.recv_timeout(DEADLINE).unwrap().unwrap_err();
        ami.wait_connected(DEADLINE).unwrap();
        ami.async_action("Ping").unwrap().recv_timeout(DEADLINE).unwrap().expect("that was the new link");
        assert_lost(next_loss(&ami));
    }
}

#[test]
fn a_loss_is_announced_once_also_where_a_caller_reconnects_before_it_is() {
    let mock = Mock::start().unwrap();
    let requests = unanswered(&mock, "Slow");
    let ami = logged_in(&mock);
    for _ in 0..50 {
        let slow = ami.async_action("Slow").unwrap();
        requests.recv_timeout(DEADLINE).unwrap();
        mock.hang_up();
        slow.recv_timeout(DEADLINE).unwrap().unwrap_err();
        ami.reconnect().unwrap();
        ami.action("Ping").unwrap();
        assert_lost(next_loss(&ami));
        assert!(ami.net_errors().is_empty());
    }
}

#[test]
fn no_action_goes_out_before_the_session_is_restored() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().reconnect(quick()));
    let logins = unanswered(&mock, "Login");
    mock.hang_up();
    assert_lost(next_loss(&ami));
    let login = logins.recv_timeout(DEADLINE).unwrap();
    assert_eq!(ami.state(), State::Reconnecting);
    assert!(matches!(ami.action("Ping"), Err(Error::NotConnected)));
    assert!(matches!(ami.wait_connected(Duration::from_millis(50)), Err(Error::NotConnected)));
    login.reply(Reply::usual());
    ami.wait_connected(DEADLINE).unwrap();
    ami.action("Ping").unwrap();
}

#[test]
fn a_server_that_keeps_quiet_about_events_is_restored_too() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().reconnect(quick()));
    ami.action(Filter::new("Event: Hangup")).unwrap();
    // As `brokeneventsaction=yes` does for a mask of everything: carried out without an answer.
    mock.on("Events", |_| Reply::nothing());
    mock.hang_up();
    assert_lost(next_loss(&ami));
    ami.wait_connected(DEADLINE).unwrap();
    assert_eq!(on_session(&mock, 2), ["Login system", "Filter Event: Hangup", "Events on", "Ping -"]);
    assert!(ami.net_errors().is_empty());
}

#[test]
fn a_login_that_is_not_answered_is_given_up_and_tried_again() {
    let mock = Mock::start().unwrap();
    let options = Options::new().reconnect(quick()).action_timeout(Duration::from_millis(200));
    let ami = logged_in_with(&mock, &options);
    on_login(&mock, [Reply::nothing(), Reply::usual()]);
    mock.hang_up();
    assert_lost(next_loss(&ami));
    let error = next_loss(&ami);
    assert!(matches!(error, Error::Timeout { sent: true, .. }), "{error:?}");
    ami.wait_connected(DEADLINE).unwrap();
    ami.action(Action::new("Ping").timeout(DEADLINE)).unwrap();
    mock.wait_for_sessions(1, DEADLINE).expect("the link that was given up is closed");
}
