//! A server that does not read: given up in time, unless an action of the client's keeps it from reading.

mod support;

use std::thread;
use std::time::{Duration, Instant};

use gami::mock::{Mock, Reply};
use gami::{Action, Client, Error, Loss, Options};
use support::{logged_in_with, over_each_transport, within};

const PATIENCE: Duration = Duration::from_secs(20);
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);

const FILLERS: usize = 110;

/// An action of a hundred kilobytes: some of them fill the buffers between client and server.
fn big() -> Action {
    (0..FILLERS).fold(Action::new("Ping"), |action, at| action.param(format!("F-{at}"), "x".repeat(900)))
}

/// More large actions than fit between client and server; how long it took.
fn fill(ami: &Client, timeout: Duration) -> Result<Duration, Error> {
    let begun = Instant::now();
    for _ in 0..200 {
        // Each is answered, or fails with the link.
        ami.async_action(big().timeout(timeout))?;
    }
    Ok(begun.elapsed())
}

fn connected(mock: &Mock) -> Client {
    let ami = Options::new().action_timeout(WRITE_TIMEOUT).dial(mock.address()).unwrap();
    ami.login("admin", "root").unwrap();
    mock.go_deaf();
    ami
}

#[test]
fn a_server_that_does_not_read_is_given_up_after_the_write_timeout() {
    let mock = Mock::start().unwrap();
    let ami = connected(&mock);
    let error = fill(&ami, WRITE_TIMEOUT / 2).unwrap_err();
    assert!(matches!(error, Error::Lost { cause: Loss::Stalled(_), .. } | Error::NotConnected), "{error}");
    let lost = ami.net_errors().recv_timeout(PATIENCE).unwrap();
    assert!(matches!(lost, Error::Lost { cause: Loss::Stalled(WRITE_TIMEOUT), .. }), "{lost}");
}

#[test]
fn a_server_that_a_synchronous_originate_keeps_from_reading_is_not_given_up() {
    let mock = Mock::start().unwrap();
    mock.on("Originate", |_| Reply::success());
    let ami = connected(&mock);
    let call = [("Channel", "PJSIP/100"), ("Timeout", "20000")];
    let answered = ami.async_action(("Originate", call)).unwrap();
    let took = thread::scope(|scope| {
        let filling = scope.spawn(|| fill(&ami, PATIENCE));
        // Three write timeouts later, the server reads again.
        assert!(answered.recv_timeout(3 * WRITE_TIMEOUT).is_err(), "the mock is deaf");
        mock.wake_up();
        filling.join().unwrap().unwrap()
    });
    assert!(took > WRITE_TIMEOUT, "the writer never had to wait: {took:?}");
    answered.recv_timeout(PATIENCE).unwrap().unwrap();
    assert!(ami.net_errors().try_recv().is_err());
}

#[test]
fn an_action_whose_own_write_is_stuck_ends_at_its_deadline_and_nothing_is_torn() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options);
        mock.go_deaf();
        let timeout = Duration::from_millis(100);
        let mut longest = Duration::ZERO;
        let mut sent = 0;
        for _ in 0..100 {
            let begun = Instant::now();
            // Each is made by this thread alone: until a write is stuck, there is no other that writes.
            let error = ami.action(big().timeout(timeout)).unwrap_err();
            longest = longest.max(begun.elapsed());
            match error {
                Error::Timeout { sent: true, .. } => sent += 1,
                Error::Timeout { sent: false, .. } => break,
                other => panic!("{other}"),
            }
        }
        assert!(sent < 100, "no write got stuck");
        assert!(longest < Duration::from_secs(5), "an action with {timeout:?} took {longest:?}");
        mock.wake_up();
        ami.action("Ping").unwrap();
        let received = mock.wait_for("Ping", sent + 1, PATIENCE).unwrap();
        assert_eq!(received.len(), sent + 1, "what was said not to be sent was not, all else was");
        assert!(received[..sent].iter().all(|request| request.iter().count() == FILLERS + 2), "one is torn");
        assert!(ami.net_errors().try_recv().is_err());
    });
}

#[test]
fn closing_does_not_wait_for_a_server_that_a_call_keeps_from_reading() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options);
        mock.on("Originate", |_| Reply::nothing());
        mock.go_deaf();
        let _call = ami.async_action(("Originate", [("Channel", "PJSIP/100"), ("Timeout", "3600000")])).unwrap();
        while !matches!(ami.action(big().timeout(Duration::from_millis(50))), Err(Error::Timeout { sent: false, .. })) {
        }
        within(Duration::from_secs(4), "close", move || ami.close().unwrap());
    });
}
