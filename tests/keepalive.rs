//! Keepalive: idle links are asked for a sign of life, dead ones found, stalled ones left alone.

mod alone;
mod support;

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use gami::action::{Originate, WaitEvent};
use gami::mock::{Mock, Reply};
use gami::{Action, Backoff, Error, Loss, Options};
use support::{logged_in, logged_in_with, over_each_transport, received, within, DEADLINE};

/// Long enough for a busy machine to answer a ping in time.
const INTERVAL: Duration = Duration::from_millis(600);

/// Twice the interval, and the eighth that Linux adds to its timers.
const PROMISE: Duration = Duration::from_millis(600 * 2 * 9 / 8);
/// For a machine that is busy with something else.
const SLACK: Duration = Duration::from_secs(1);

fn pings(mock: &Mock) -> usize {
    received(mock).iter().filter(|name| *name == "Ping").count()
}

#[test]
fn an_idle_link_is_asked_for_a_sign_of_life_and_stays() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options.keepalive(INTERVAL));
        let begun = Instant::now();
        mock.wait_for("Ping", 3, DEADLINE).unwrap();
        assert!(begun.elapsed() >= 2 * INTERVAL, "not more often than once an interval");
        assert!(ami.net_errors().is_empty() && ami.errors().is_empty() && ami.events().is_empty());
        assert_eq!(ami.stats().responses_dropped, 0, "its own answers are not counted as lost");
        ami.action("Ping").unwrap();
    });
}

#[test]
fn a_link_on_which_events_come_is_not_asked() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().keepalive(INTERVAL));
    let begun = Instant::now();
    let mut longest = Duration::ZERO;
    while begun.elapsed() < 4 * INTERVAL {
        let sent = Instant::now();
        mock.event("Tick", [("Number", 1)]);
        ami.events().recv_timeout(DEADLINE).unwrap();
        thread::park_timeout(INTERVAL / 20);
        longest = longest.max(sent.elapsed());
    }
    // Where the machine was so busy that nothing came for an interval, a ping is in order.
    assert!(pings(&mock) == 0 || longest >= INTERVAL, "{} pings", pings(&mock));
}

#[test]
fn without_keepalive_nothing_is_sent() {
    let mock = Mock::start().unwrap();
    let _ami = logged_in(&mock);
    assert!(mock.wait_for("Ping", 1, INTERVAL).is_err());
}

#[test]
fn a_half_open_link_is_found() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options.keepalive(INTERVAL));
        mock.go_silent();
        let begun = Instant::now();
        let answer = ami.async_action(Action::new("Ping").timeout(INTERVAL)).unwrap();
        let loss = ami.net_errors().recv_timeout(DEADLINE).unwrap();
        let took = begun.elapsed();
        assert!(took < PROMISE + SLACK, "found after {took:?}, promised within {PROMISE:?}");
        let Error::Lost { cause: Loss::Silent(span), sent: None } = loss else { panic!("{loss:?}") };
        assert_eq!(span, 2 * INTERVAL);
        let error = answer.try_recv().unwrap().unwrap_err();
        assert_eq!(error.outcome(), gami::Outcome::Unknown, "{error:?}");
    });
}

#[test]
fn a_half_open_link_is_replaced_by_itself() {
    let mock = Mock::start().unwrap();
    let backoff = Backoff::new().first(Duration::from_millis(10));
    let ami = logged_in_with(&mock, &Options::new().keepalive(INTERVAL).reconnect(backoff));
    mock.go_silent();
    let loss = ami.net_errors().recv_timeout(DEADLINE).unwrap();
    assert!(matches!(loss, Error::Lost { cause: Loss::Silent(_), .. }), "{loss:?}");
    mock.wake_up();
    ami.wait_connected(DEADLINE).unwrap();
    ami.action("Ping").unwrap();
}

/// The mock's handler keeps its connection waiting, as the server's thread of a session does: nothing that
/// comes meanwhile is read or answered.
fn stalls(mock: &Mock, action: &str, reply: impl Fn() -> Reply + Send + 'static) -> mpsc::Sender<()> {
    let (release, wait) = mpsc::channel();
    mock.on(action, move |_| {
        let _ = wait.recv_timeout(DEADLINE);
        reply()
    });
    release
}

#[test]
fn an_action_that_stalls_the_session_does_not_kill_the_link() {
    over_each_transport(|mock, options| {
        let release_call = stalls(&mock, "Originate", || Reply::success().header("Message", "Originate successfully"));
        let release_wait = stalls(&mock, "WaitEvent", || {
            Reply::success().event("Tick", [("Number", 1)]).event("WaitEventComplete", [("Items", 1)])
        });
        let ami = logged_in_with(&mock, &options.keepalive(INTERVAL));
        let call = ami.async_action(Originate::new("Local/1").ring_timeout(DEADLINE)).unwrap();
        let call_again = ami.clone();
        let list = thread::spawn(move || {
            call.recv_timeout(2 * DEADLINE).unwrap().expect("the call");
            call_again.list(WaitEvent::new(DEADLINE))
        });
        for release in [release_call, release_wait] {
            let lost = ami.net_errors().recv_timeout(5 * INTERVAL);
            assert!(lost.is_err(), "a healthy link was given up: {lost:?}");
            release.send(()).unwrap();
        }
        let list = within(2 * DEADLINE, "the list", move || list.join().unwrap()).expect("the list");
        assert_eq!((list.items.len(), list.complete.name()), (1, "WaitEventComplete"));
        ami.action("Ping").unwrap();
    });
}

#[test]
fn a_stalled_session_is_given_up_after_the_actions_own_deadline() {
    let mock = Mock::start().unwrap();
    let release = stalls(&mock, "Originate", Reply::success);
    let ami = logged_in_with(&mock, &Options::new().keepalive(INTERVAL));
    let deadline = 4 * INTERVAL;
    let begun = Instant::now();
    let call = Action::from(Originate::new("Local/1").ring_timeout(INTERVAL)).timeout(deadline);
    let error = ami.action(call).unwrap_err();
    assert!(matches!(error, Error::Timeout { sent: true, .. }), "its own deadline comes first: {error:?}");
    let loss = ami.net_errors().recv_timeout(DEADLINE).unwrap();
    assert!(matches!(loss, Error::Lost { cause: Loss::Silent(_), .. }), "{loss:?}");
    assert!(begun.elapsed() >= deadline);
    drop(release);
}

#[test]
fn who_stops_waiting_for_a_call_that_still_rings_does_not_lose_the_link() {
    let mock = Mock::start().unwrap();
    let release = stalls(&mock, "Originate", Reply::success);
    let ami = logged_in_with(&mock, &Options::new().keepalive(INTERVAL));
    let call = Action::from(Originate::new("Local/1").ring_timeout(DEADLINE)).timeout(INTERVAL / 2);
    let error = ami.action(call).unwrap_err();
    assert!(matches!(error, Error::Timeout { sent: true, .. }), "{error:?}");
    let lost = ami.net_errors().recv_timeout(5 * INTERVAL);
    assert!(lost.is_err(), "a healthy link was given up: {lost:?}");
    release.send(()).unwrap();
    ami.action("Ping").unwrap();
}

#[test]
fn an_asynchronous_originate_excuses_no_silence() {
    let mock = Mock::start().unwrap();
    let release = stalls(&mock, "Originate", Reply::success);
    let ami = logged_in_with(&mock, &Options::new().keepalive(INTERVAL));
    let call = Action::from(Originate::new("Local/1").asynchronous(true).ring_timeout(DEADLINE)).timeout(INTERVAL);
    let call = ami.async_action(call).unwrap();
    let loss = ami.net_errors().recv_timeout(DEADLINE / 2).expect("long before the time that it rings");
    assert!(matches!(loss, Error::Lost { cause: Loss::Silent(_), .. }), "{loss:?}");
    assert_eq!(call.recv().unwrap().unwrap_err().outcome(), gami::Outcome::Unknown);
    drop(release);
}

#[test]
fn a_session_that_is_busy_with_an_action_that_was_given_the_time_does_not_lose_the_link() {
    let mock = Mock::start().unwrap();
    let release = stalls(&mock, "Reload", Reply::success);
    let ami = logged_in_with(&mock, &Options::new().keepalive(INTERVAL));
    let reload = ami.async_action(Action::new("Reload").timeout(DEADLINE)).unwrap();
    let lost = ami.net_errors().recv_timeout(5 * INTERVAL);
    assert!(lost.is_err(), "a healthy link was given up: {lost:?}");
    release.send(()).unwrap();
    reload.recv_timeout(DEADLINE).unwrap().unwrap();
}

#[test]
fn a_later_action_does_not_hold_the_verdict_back_any_longer() {
    let mock = Mock::start().unwrap();
    let release = stalls(&mock, "Reload", Reply::success);
    let ami = logged_in_with(&mock, &Options::new().keepalive(INTERVAL));
    let oldest = ami.async_action(Action::new("Reload").timeout(INTERVAL / 2)).unwrap();
    let later = ami.async_action(Action::new("Ping").timeout(DEADLINE)).unwrap();
    drop((oldest.recv(), later));
    let loss = ami.net_errors().recv_timeout(DEADLINE / 2);
    drop(release);
    assert!(loss.is_ok(), "the link is given up when the time of the oldest is over");
}

#[test]
fn an_answered_call_excuses_no_silence_any_more() {
    let mock = Mock::start().unwrap();
    mock.on("Originate", |_| Reply::success());
    let ami = logged_in_with(&mock, &Options::new().keepalive(INTERVAL));
    ami.action(Originate::new("Local/1").ring_timeout(DEADLINE)).unwrap();
    mock.go_silent();
    let loss = ami.net_errors().recv_timeout(DEADLINE / 2).expect("long before the time that it would have rung");
    assert!(matches!(loss, Error::Lost { cause: Loss::Silent(_), .. }), "{loss:?}");
}

#[test]
#[cfg(unix)]
fn signals_to_the_thread_that_reads_do_not_put_the_verdict_off() {
    alone::alone("signals_to_the_thread_that_reads_do_not_put_the_verdict_off", 2 * DEADLINE, || {
        let mock = Mock::start().unwrap();
        let ami = logged_in_with(&mock, &Options::new().keepalive(INTERVAL));
        mock.on("Ping", |_| Reply::nothing());
        // A process that is stopped and goes on finds its reads interrupted.
        let signals = "i=0; while [ $i -lt 400 ]; do kill -STOP $PPID; kill -CONT $PPID; sleep 0.05; i=$((i+1)); done";
        let mut sending = std::process::Command::new("sh").args(["-c", signals]).spawn().unwrap();
        let lost = support::next_loss(&ami);
        assert!(sending.try_wait().unwrap().is_none(), "only once the signals have ended");
        sending.kill().unwrap();
        sending.wait().unwrap();
        assert!(matches!(lost, Error::Lost { cause: Loss::Silent(_), .. }), "{lost:?}");
    });
}
