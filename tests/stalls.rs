//! A server that does not read: given up in time, unless an action of the client's keeps it from reading.

use std::thread;
use std::time::{Duration, Instant};

use gami::mock::{Mock, Reply};
use gami::{Action, Client, Error, Loss, Options};

const PATIENCE: Duration = Duration::from_secs(20);
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);

/// Actions of a hundred kilobytes, more of them than fit between client and server; how long it took.
fn fill(ami: &Client) -> Result<Duration, Error> {
    let big = (0..110).fold(Action::new("Ping"), |action, at| action.param(format!("F-{at}"), "x".repeat(900)));
    let begun = Instant::now();
    for _ in 0..200 {
        // Each is answered, or fails with the link.
        ami.async_action(big.clone().timeout(PATIENCE))?;
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
    let error = fill(&ami).unwrap_err();
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
        let filling = scope.spawn(|| fill(&ami));
        // Three write timeouts later, the server reads again.
        assert!(answered.recv_timeout(3 * WRITE_TIMEOUT).is_err(), "the mock is deaf");
        mock.wake_up();
        filling.join().unwrap().unwrap()
    });
    assert!(took > WRITE_TIMEOUT, "the writer never had to wait: {took:?}");
    answered.recv_timeout(PATIENCE).unwrap().unwrap();
    assert!(ami.net_errors().try_recv().is_err());
}
