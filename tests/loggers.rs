//! What the program's logger does on the client's threads: it waits, and it panics.

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{mpsc, Arc, Mutex};
use std::thread;

use gami::mock::{Mock, Reply};
use gami::{Error, Options, State};
use log::{LevelFilter, Log, Metadata, Record};
use support::{assert_lost, eventually, logged_in, logged_in_with, next_loss, quick, within, DEADLINE};

type Hook = Arc<dyn Fn() + Send + Sync>;

/// Does what a test asks for when a line with this text is logged.
struct Logger(Mutex<Vec<(String, Hook)>>);

static LOGGER: Logger = Logger(Mutex::new(Vec::new()));

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("gami")
    }

    fn log(&self, record: &Record<'_>) {
        let line = record.args().to_string();
        let hooks: Vec<Hook> = self
            .0
            .lock()
            .unwrap()
            .iter()
            .filter(|(text, _)| line.contains(text.as_str()))
            .map(|(_, hook)| Arc::clone(hook))
            .collect();
        hooks.iter().for_each(|hook| hook());
    }

    fn flush(&self) {}
}

fn on_line(text: impl Into<String>, hook: impl Fn() + Send + Sync + 'static) {
    let _ = log::set_logger(&LOGGER);
    log::set_max_level(LevelFilter::Trace);
    LOGGER.0.lock().unwrap().push((text.into(), Arc::new(hook)));
}

/// A thread that logs such a line tells so, and waits until the other end is dropped.
fn hold_at(text: impl Into<String>) -> (mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (come, came) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let (come, released) = (Mutex::new(come), Mutex::new(released));
    on_line(text, move || {
        let _ = come.lock().unwrap().send(());
        let _ = released.lock().unwrap().recv_timeout(DEADLINE);
    });
    (came, release)
}

#[test]
fn a_logger_that_panics_where_events_are_read_costs_the_link_and_no_more() {
    on_line("Boom", || panic!("the program's logger panics"));
    for comes_back in [false, true] {
        let mock = Mock::start().unwrap();
        let options = if comes_back { Options::new().reconnect(quick()) } else { Options::new() };
        let ami = logged_in_with(&mock, &options);
        mock.event("Boom", [("Number", 1)]);
        assert_lost(next_loss(&ami));
        if !comes_back {
            assert_eq!(ami.state(), State::Disconnected);
            ami.reconnect().unwrap();
        }
        ami.wait_connected(DEADLINE).unwrap();
        ami.action("Ping").unwrap();
        mock.wait_for_sessions(1, DEADLINE).expect("the old connection is closed");
    }
}

#[test]
fn a_logger_that_panics_at_a_loss_ends_the_way_back_and_the_state_says_so() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().reconnect(quick()));
    on_line(format!("the link to {mock} is lost"), || panic!("the program's logger panics"));
    mock.hang_up();
    assert_lost(next_loss(&ami));
    eventually("nobody is at work", || ami.state() == State::Disconnected);
    ami.reconnect().unwrap();
    ami.action("Ping").unwrap();
}

#[test]
fn a_logger_that_panics_while_a_login_is_restored_leaves_no_half_made_link() {
    let mock = Mock::builder().user("panicker", "root").start().unwrap();
    let ami = Options::new().reconnect(quick()).dial(&mock).unwrap();
    ami.login("panicker", "root").unwrap();
    let panics = Arc::new(AtomicBool::new(true));
    on_line(r#""Username": "panicker""#, {
        let panics = Arc::clone(&panics);
        move || assert!(!panics.swap(false, Ordering::SeqCst), "the program's logger panics")
    });
    mock.hang_up();
    assert_lost(next_loss(&ami));
    eventually("nobody is at work", || ami.state() == State::Disconnected);
    mock.wait_for_sessions(0, DEADLINE).unwrap();
    ami.reconnect().unwrap();
    ami.action("Ping").unwrap();
}

#[test]
fn a_loss_has_been_announced_by_the_time_that_a_caller_has_reconnected() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let (came, release) = hold_at(format!("the link to {mock} is lost"));
    mock.hang_up();
    came.recv_timeout(DEADLINE).unwrap();
    ami.reconnect().unwrap();
    assert_lost(ami.net_errors().try_recv().expect("it would make a loop reconnect again"));
    drop(release);
    ami.action("Ping").unwrap();
}

#[test]
fn the_last_error_comes_when_nothing_more_happens_by_itself() {
    for refuses in [false, true] {
        let mock = Mock::start().unwrap();
        let ami = logged_in_with(&mock, &Options::new().reconnect(quick().attempts(2)));
        let (_came, release) = hold_at(format!("giving up on {mock}"));
        if refuses {
            mock.on("Login", |_| Reply::error("Authentication failed").close());
            mock.hang_up();
        } else {
            mock.stop();
        }
        assert_lost(next_loss(&ami));
        if !refuses {
            next_loss(&ami);
        }
        next_loss(&ami);
        assert_eq!(ami.state(), State::Disconnected);
        drop(release);
    }
}

#[test]
fn an_attempt_that_close_ends_is_no_failure() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().connect_timeout(DEADLINE));
    let failed = Arc::new(AtomicBool::new(false));
    on_line(format!("reconnecting to {mock} failed"), {
        let failed = Arc::clone(&failed);
        move || failed.store(true, Ordering::SeqCst)
    });
    mock.set_banner(Reply::nothing());
    mock.hang_up();
    assert_lost(next_loss(&ami));
    let reconnecting = thread::spawn({
        let ami = ami.clone();
        move || ami.reconnect()
    });
    mock.wait_for_sessions(1, DEADLINE).expect("the banner is awaited");
    ami.close().unwrap();
    let error = within(DEADLINE, "the attempt", move || reconnecting.join().unwrap().unwrap_err());
    assert!(matches!(error, Error::Closed { sent: false }), "{error:?}");
    assert!(!failed.load(Ordering::SeqCst));
}

#[test]
fn a_logger_may_close_the_client_on_the_thread_that_reads() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    on_line("CloseNow", {
        let ami = Mutex::new(Some(ami.clone()));
        move || drop(ami.lock().unwrap().take().map(|ami| ami.close()))
    });
    mock.event("CloseNow", [("Number", 1)]);
    eventually("the client is closed", || ami.state() == State::Closed);
    within(DEADLINE, "the end of the streams", move || ami.events().iter().chain(ami.events().iter()).count());
}

#[test]
fn what_a_logger_waits_for_on_the_thread_that_reads_is_refused_at_once() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().wait_for_link(DEADLINE).action_timeout(DEADLINE));
    let (told, answers) = mpsc::channel();
    on_line("AskNow", {
        let asked = Mutex::new(Some((ami.clone(), told)));
        move || {
            let Some((ami, told)) = asked.lock().unwrap().take() else { return };
            let refused = [ami.action("Ping").map(drop), ami.list("Status").map(drop)];
            told.send((refused, ami.async_action("Ping"))).unwrap();
        }
    });
    mock.event("AskNow", [("Number", 1)]);
    let (refused, asynchronous) = answers.recv_timeout(DEADLINE / 2).expect("nothing waits");
    for answer in refused {
        assert!(matches!(&answer, Err(Error::Invalid { reason, .. }) if reason.contains("logger")), "{answer:?}");
    }
    asynchronous.unwrap().recv_timeout(DEADLINE).unwrap().unwrap();
}
