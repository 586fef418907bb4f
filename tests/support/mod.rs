//! What several files of tests of the client need.
#![allow(dead_code)] // each file takes its part

use std::borrow::Borrow;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use gami::mock::{Mock, Reply, Request};
use gami::{Action, Backoff, Client, Error, Options, Outcome};

/// For everything that is bound to come.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Dials a mock and logs in.
pub fn logged_in(mock: &Mock) -> Client {
    logged_in_with(mock, &Options::new())
}

pub fn logged_in_with(mock: &Mock, options: &Options) -> Client {
    let ami = options.dial(mock.address()).unwrap();
    ami.login("admin", "root").unwrap();
    ami
}

/// Comes back quickly.
pub fn quick() -> Backoff {
    Backoff::new().first(Duration::from_millis(5)).longest(Duration::from_millis(20))
}

#[track_caller]
pub fn next_loss(ami: &Client) -> Error {
    ami.net_errors().recv_timeout(DEADLINE).expect("a loss")
}

#[track_caller]
pub fn assert_lost(error: impl Borrow<Error>) {
    let error = error.borrow();
    assert!(matches!(error, Error::Lost { sent: None, .. }), "{error:?}");
}

/// Runs a test over TCP, and over TLS where that is compiled in.
pub fn over_each_transport(test: impl Fn(Mock, Options)) {
    test(Mock::start().unwrap(), Options::new());
    #[cfg(feature = "tls")]
    {
        let mock = Mock::builder().tls().start().unwrap();
        let options = trusting(&mock);
        test(mock, options);
    }
}

/// TLS that trusts the mock's certificate.
#[cfg(feature = "tls")]
pub fn trusting(mock: &Mock) -> Options {
    Options::new().tls(gami::Tls::new().add_root_pem(mock.certificate_pem()).unwrap())
}

/// Leaves an action without an answer; gives the requests as they come.
pub fn unanswered(mock: &Mock, action: &str) -> mpsc::Receiver<Request> {
    let (asked, requests) = mpsc::channel();
    mock.on(action, move |request| {
        let _ = asked.send(request.clone());
        Reply::nothing()
    });
    requests
}

/// The names of all actions that a mock has received.
pub fn received(mock: &Mock) -> Vec<String> {
    mock.received().iter().map(|request| request.name().to_owned()).collect()
}

/// Runs something that must not hang, on a thread of its own.
#[track_caller]
pub fn within<T: Send + 'static>(limit: Duration, what: &str, run: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = mpsc::channel();
    let thread = thread::spawn(move || {
        let _ = done.send(run());
    });
    match result.recv_timeout(limit) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("{what} takes more than {limit:?}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => unreachable!(),
        },
    }
}

/// Waits until nothing more goes out to a server that does not read: a small action is not sent in its time, or
/// its caller is stuck with it.
#[track_caller]
pub fn until_writes_are_stuck(ami: &Client) {
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < DEADLINE, "within {DEADLINE:?} everything goes out");
        let (done, probed) = mpsc::channel();
        let ami = ami.clone();
        thread::spawn(move || {
            let probe = ami.action(Action::new("Probe").timeout(Duration::from_millis(300)));
            let _ = done.send(probe.map_err(|error| error.outcome()).map(drop));
        });
        match probed.recv_timeout(Duration::from_secs(2)) {
            Ok(Err(Outcome::NotSent)) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// Looks again and again, for what gives no sign when it comes.
#[track_caller]
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < DEADLINE, "not within {DEADLINE:?}: {what}");
        thread::park_timeout(Duration::from_millis(2));
    }
}
