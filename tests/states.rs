//! The link as a stream, and a client that is there before its server.

mod support;

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use gami::action::Filter;
use gami::mock::{Mock, Reply};
use gami::{Backoff, Error, Options, Receiver, State};
use support::{logged_in, next_loss, quick, DEADLINE};

#[track_caller]
fn next(states: &Receiver<State>) -> State {
    states.recv_timeout(DEADLINE).expect("a change")
}

/// An address where a server can be started later.
fn nobody_listens() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[test]
fn each_change_of_the_link_comes_in_order_and_the_stream_ends_after_closed() {
    let mock = Mock::start().unwrap();
    let ami = Options::new().reconnect(quick()).connect(mock.address(), "admin", "root").unwrap();
    let (states, others) = (ami.states(), ami.states());
    assert_eq!(next(&states), State::Connected);
    for _ in 0..3 {
        mock.hang_up();
        next_loss(&ami);
        assert_eq!(next(&states), State::Reconnecting);
        assert_eq!(next(&states), State::Connected);
    }
    ami.close().unwrap();
    assert_eq!(next(&states), State::Closed);
    assert!(states.recv().is_err());
    assert_eq!(others.iter().count(), 8);
    assert!(ami.states().iter().eq([State::Closed]));
}

#[test]
fn a_change_is_there_before_who_waits_for_the_link_is_woken() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let states = ami.states();
    for _ in 0..50 {
        ami.reconnect().unwrap();
        ami.wait_connected(DEADLINE).unwrap();
        assert_eq!(states.try_iter().last(), Some(State::Connected));
    }
}

#[test]
fn without_automatic_reconnection_a_loss_ends_in_disconnected() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let states = ami.states();
    mock.hang_up();
    assert_eq!([next(&states), next(&states)], [State::Connected, State::Disconnected]);
    ami.reconnect().unwrap();
    assert_eq!([next(&states), next(&states)], [State::Reconnecting, State::Connected]);
}

#[test]
fn a_server_that_is_not_up_yet_is_waited_for() {
    let address = nobody_listens();
    let ami = Options::new().reconnect(quick()).connect(address, "admin", "root").unwrap();
    assert_eq!(ami.state(), State::Reconnecting);
    let states = ami.states();
    assert!(matches!(next_loss(&ami), Error::Connect { .. }));
    assert!(matches!(ami.action("Ping"), Err(Error::NotConnected)));
    let mock = Mock::builder().port(address.port()).start().unwrap();
    ami.wait_connected(DEADLINE).unwrap();
    assert_eq!([next(&states), next(&states)], [State::Reconnecting, State::Connected]);
    assert_eq!(mock.received().iter().filter(|request| request.name() == "Login").count(), 1);
    ami.action("Ping").unwrap();
}

#[test]
fn connect_fails_at_once_where_trying_again_would_not_help() {
    let mock = Mock::start().unwrap();
    let options = Options::new().reconnect(quick());
    let refused = options.connect(mock.address(), "admin", "wrong");
    assert!(matches!(refused, Err(Error::Rejected(_))), "{refused:?}");
    let invalid = options.connect("", "admin", "root");
    assert!(matches!(invalid, Err(Error::Invalid { .. })), "{invalid:?}");
    let address = nobody_listens();
    for options in [Options::new(), Options::new().reconnect(Backoff::new().attempts(1))] {
        let down = options.connect(address, "admin", "root");
        assert!(matches!(down, Err(Error::Connect { .. })), "{down:?}");
    }
}

#[test]
fn attempts_that_are_limited_end_in_disconnected_and_a_call_of_reconnect_goes_on() {
    let address = nobody_listens();
    let ami = Options::new().reconnect(quick().attempts(3)).connect(address, "admin", "root").unwrap();
    let states = ami.states();
    while next(&states) != State::Disconnected {}
    // The last may be told after the state.
    (0..3).for_each(|_| drop(ami.net_errors().recv_timeout(DEADLINE).unwrap()));
    let _mock = Mock::builder().port(address.port()).start().unwrap();
    ami.reconnect().unwrap();
    assert_eq!(ami.state(), State::Connected);
    assert!(ami.net_errors().is_empty(), "three attempts, and no fourth");
}

/// A server that says `FullyBooted` after a login while this is so.
fn booting(mock: &Mock) -> Arc<AtomicBool> {
    let booted = Arc::new(AtomicBool::new(true));
    let is_booted = Arc::clone(&booted);
    mock.on("Login", move |_| {
        let welcome = Reply::success().header("Message", "Authentication accepted");
        match is_booted.load(Ordering::SeqCst) {
            true => welcome.event("FullyBooted", [("Privilege", "system,all"), ("Status", "Fully Booted")]),
            false => welcome,
        }
    });
    booted
}

#[test]
fn a_server_that_loads_its_modules_is_booting_until_it_says_that_it_has() {
    for with_filter in [false, true] {
        let mock = Mock::start().unwrap();
        let booted = booting(&mock);
        let ami = Options::new().reconnect(quick()).connect(mock.address(), "admin", "root").unwrap();
        assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().name(), "FullyBooted");
        if with_filter {
            ami.action(Filter::new("!Event: Newexten")).unwrap();
        }
        let states = ami.states();
        booted.store(false, Ordering::SeqCst);
        mock.hang_up();
        assert_eq!(
            [next(&states), next(&states), next(&states)],
            [State::Connected, State::Reconnecting, State::Booting]
        );
        assert_eq!(ami.state(), State::Booting);
        ami.action("Ping").expect("actions go out meanwhile");
        let early = ami.wait_connected(Duration::from_millis(20));
        assert!(matches!(early, Err(Error::NotConnected)), "{early:?}");
        mock.push("Event: FullyBooted\r\nPrivilege: system,all\r\n\r\n");
        ami.wait_connected(DEADLINE).unwrap();
        assert_eq!(next(&states), State::Connected);
    }
}

#[test]
fn a_server_that_never_said_that_it_has_booted_is_not_waited_for() {
    let mock = Mock::start().unwrap();
    mock.on("Login", |_| Reply::success());
    let ami = Options::new().reconnect(quick()).connect(mock.address(), "admin", "root").unwrap();
    let states = ami.states();
    mock.hang_up();
    assert_eq!(
        [next(&states), next(&states), next(&states)],
        [State::Connected, State::Reconnecting, State::Connected]
    );
}

#[test]
fn an_action_that_waits_for_the_link_waits_for_the_boot_as_well() {
    let mock = Mock::start().unwrap();
    let booted = booting(&mock);
    let options = Options::new().reconnect(quick()).wait_for_link(DEADLINE);
    let ami = options.connect(mock.address(), "admin", "root").unwrap();
    assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().name(), "FullyBooted");
    let states = ami.states();
    booted.store(false, Ordering::SeqCst);
    mock.hang_up();
    while next(&states) != State::Booting {}
    let asking = thread::spawn({
        let ami = ami.clone();
        move || ami.action("Ping")
    });
    mock.push("Event: FullyBooted\r\nPrivilege: system,all\r\n\r\n");
    asking.join().unwrap().unwrap();
    assert_eq!(ami.state(), State::Connected);
}

#[test]
fn a_filter_that_the_next_server_refuses_is_told_and_does_not_keep_the_client_away() {
    let mock = Mock::start().unwrap();
    let ami = Options::new().reconnect(quick()).connect(mock.address(), "admin", "root").unwrap();
    for filter in ["!Event: Newexten", "!Event: VarSet"] {
        ami.action(Filter::new(filter)).unwrap();
    }
    mock.on("Filter", |request| match request.get("Filter") {
        Some("!Event: VarSet") => Reply::error("Filter format error"),
        _ => Reply::success(),
    });
    mock.hang_up();
    next_loss(&ami);
    ami.wait_connected(DEADLINE).unwrap();
    let told = ami.errors().recv_timeout(DEADLINE).unwrap();
    assert!(matches!(&told, Error::Rejected(response) if response.message() == Some("Filter format error")), "{told}");
}
