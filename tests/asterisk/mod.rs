//! The rig of the live tests: `tests/asterisk/run` installs an Asterisk, starts it, runs them and tells
//! them of it in the environment.
#![allow(dead_code)] // no test file needs all of it

use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

#[cfg(feature = "tls")]
use gami::Tls;
use gami::{Client, Event, Options};

pub const PATIENCE: Duration = Duration::from_secs(60);

pub fn var(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run these tests with tests/asterisk/run"))
}

/// The server's: 22 or 16.
pub fn version() -> u32 {
    var("GAMI_ASTERISK_VERSION").parse().unwrap()
}

pub fn rig(command: &str) {
    let done = Command::new(var("GAMI_ASTERISK")).arg(command).status().unwrap();
    assert!(done.success(), "tests/asterisk/run {command}: {done}");
}

/// Whether the server's process is there.
fn is_running() -> bool {
    Command::new(var("GAMI_ASTERISK")).arg("status").status().unwrap().success()
}

/// Whether channels stay although all are hung up, or the server does not answer: a deadlock of its own.
fn is_stuck() -> bool {
    let deadline = Instant::now() + PATIENCE;
    let hung_up = || -> gami::Result<bool> {
        let ami = Client::dial(var("GAMI_ASTERISK_AMI"))?;
        ami.login(var("GAMI_ASTERISK_USER"), var("GAMI_ASTERISK_SECRET"))?;
        while Instant::now() < deadline {
            match ami.action(("Hangup", [("Channel", "/.*/")])) {
                Ok(_) | Err(gami::Error::Rejected(_)) => {} // refused where there is none
                Err(error) => return Err(error),
            }
            if ami.list("CoreShowChannels")?.items.is_empty() {
                return Ok(true);
            }
            thread::park_timeout(Duration::from_millis(100));
        }
        Ok(false)
    };
    !hung_up().unwrap_or(false)
}

/// Runs what can make Asterisk itself crash, as random calls do now and then (a segmentation fault: a digit reaches a
/// channel whose technology has let it go), or get stuck (16: a deadlock over its table of channels). Then the server is
/// started and all begins anew, four times at most, and it is told. What fails while the server lives fails.
pub fn again_if_asterisk_crashes(run: impl Fn()) {
    const RUNS: usize = 5;
    for nth in 1..=RUNS {
        let Err(panic) = panic::catch_unwind(AssertUnwindSafe(&run)) else { return };
        let what = match is_running() {
            false => "has crashed",
            true if is_stuck() => "is stuck",
            true => panic::resume_unwind(panic),
        };
        eprintln!("Asterisk {} {what}, run {nth} of {RUNS}", version());
        if is_running() {
            rig("kill");
        }
        rig("start");
        if nth == RUNS {
            panic::resume_unwind(panic);
        }
    }
}

/// Starts the server again also where the test that stopped it fails.
pub struct UpAgain;

impl Drop for UpAgain {
    fn drop(&mut self) {
        rig("start");
    }
}

/// The server's `manager.conf` with another line in it, until this is dropped.
///
/// A reload keeps what no line sets any more, so the line is first made one without a value.
pub struct Reconfigured<'a> {
    ami: &'a Client,
    line: String,
    path: PathBuf,
    before: String,
}

impl<'a> Reconfigured<'a> {
    pub fn with(ami: &'a Client, line: &str) -> Self {
        let path = PathBuf::from(var("GAMI_ASTERISK_ETC")).join("manager.conf");
        let before = fs::read_to_string(&path).unwrap();
        let changed = before.replacen("[general]\n", &format!("[general]\n{line}\n"), 1);
        assert_ne!(before, changed);
        fs::write(&path, changed).unwrap();
        let this = Self { ami, line: line.to_owned(), path, before };
        ami.action(("Reload", [("Module", "manager")])).unwrap();
        this
    }
}

impl Drop for Reconfigured<'_> {
    fn drop(&mut self) {
        let option = self.line.split('=').next().unwrap_or_default();
        for now in [self.before.replacen("[general]\n", &format!("[general]\n{option}=\n"), 1), self.before.clone()] {
            let written = fs::write(&self.path, now);
            let reloaded = self.ami.action(("Reload", [("Module", "manager")]));
            assert!(thread::panicking() || (written.is_ok() && reloaded.is_ok()), "{written:?} {reloaded:?}");
        }
    }
}

#[cfg(feature = "tls")]
pub fn over_tls() -> Options {
    Options::new().tls(Tls::new().add_root_pem(std::fs::read(var("GAMI_ASTERISK_CA")).unwrap()).unwrap())
}

/// A way to the server: its name, how to connect, and where.
pub fn ways() -> Vec<(&'static str, Options, String)> {
    vec![
        ("TCP", Options::new(), var("GAMI_ASTERISK_AMI")),
        #[cfg(feature = "tls")]
        ("TLS, own root", over_tls(), var("GAMI_ASTERISK_AMI_TLS")),
        #[cfg(feature = "tls")]
        ("TLS, any certificate", Options::new().tls(Tls::insecure()), var("GAMI_ASTERISK_AMI_TLS")),
    ]
}

pub fn log_in(ami: &Client) {
    ami.login(var("GAMI_ASTERISK_USER"), var("GAMI_ASTERISK_SECRET")).unwrap();
}

pub fn connected() -> Client {
    let ami = Client::dial(var("GAMI_ASTERISK_AMI")).unwrap();
    log_in(&ami);
    ami
}

/// Takes events until one is as wanted, and gives them all.
pub fn events_until(ami: &Client, mut wanted: impl FnMut(&Event) -> bool) -> Vec<Event> {
    let deadline = Instant::now() + PATIENCE;
    let mut seen = Vec::new();
    loop {
        let event = ami.events().recv_deadline(deadline).unwrap_or_else(|_| panic!("not seen among {seen:#?}"));
        let found = wanted(&event);
        seen.push(event);
        if found {
            return seen;
        }
    }
}

pub fn mark(ami: &Client, name: &str) {
    ami.action(("UserEvent", [("UserEvent", name)])).unwrap();
}

pub fn is_mark(event: &Event, name: &str) -> bool {
    event.name() == "UserEvent" && event.get("UserEvent") == Some(name)
}
