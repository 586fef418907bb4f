//! A Redis of the test's own, which can be killed, and a relay as a process.

#![allow(dead_code)]

pub mod load;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use redis::{Connection, RedisResult};

pub const PATIENCE: Duration = Duration::from_secs(60);
const PACE: Duration = Duration::from_millis(5);

/// Waits until it holds.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    wait_at_most(PATIENCE, what, &mut holds);
}

pub fn wait_at_most(patience: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + patience;
    while !holds() {
        assert!(Instant::now() < deadline, "not within {patience:?}: {what}");
        thread::sleep(PACE);
    }
}

/// A number of the environment, for the runs that are longer than CI has time for.
pub fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable)
        .map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

/// A directory that goes with the test.
pub struct Directory(PathBuf);

impl Directory {
    pub fn new() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let name = format!("gami-relay-{}-{}", std::process::id(), LAST.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a directory for the test");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A redis-server on a port of this machine, with its data in a directory of its own.
pub struct Redis {
    directory: Directory,
    pub port: u16,
    settings: Vec<String>,
    child: Option<Child>,
}

impl Redis {
    /// One that forgets nothing.
    pub fn start() -> Self {
        Self::with(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    pub fn with(settings: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
        let settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let mut redis = Self { directory: Directory::new(), port, settings, child: None };
        redis.restart();
        redis
    }

    /// Starts it again, with the data that it had.
    pub fn restart(&mut self) {
        self.spawn();
        self.await_ready();
    }

    fn spawn(&mut self) {
        assert!(self.child.is_none(), "it runs");
        let log = fs::File::create(self.directory.path().join("log")).expect("a log");
        let child = Command::new("redis-server")
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"])
            .arg(self.directory.path())
            .args(&self.settings)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.unwrap_or_else(|error| {
            panic!("these tests need redis-server, as of `apt-get install redis-server`: {error}")
        }));
    }

    fn await_ready(&mut self) {
        let port = self.port;
        wait_until(&format!("redis-server answers on port {port}"), || {
            self.try_connect().is_ok_and(|mut connection| {
                // With a password it answers too.
                let answer = redis::cmd("PING").query::<()>(&mut connection);
                answer.is_ok() || self.settings.iter().any(|setting| setting == "--requirepass")
            })
        });
    }

    /// As `kill -9`.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().and_then(|()| child.wait()).expect("it was killed");
    }

    /// `STOP` has it hang, `CONT` go on.
    pub fn signal(&self, name: &str) {
        let id = self.child.as_ref().expect("it runs").id().to_string();
        let told = Command::new("kill").args([format!("-{name}"), id]).status().expect("kill runs");
        assert!(told.success(), "redis-server was told {name}");
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub fn try_connect(&self) -> RedisResult<Connection> {
        let connection = redis::Client::open(self.url())?.get_connection_with_timeout(Duration::from_secs(5))?;
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.set_write_timeout(Some(PATIENCE))?;
        Ok(connection)
    }

    pub fn connect(&self) -> Connection {
        self.try_connect().expect("redis answers")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The relay, as a process.
pub struct Relay {
    directory: Directory,
    arguments: Vec<String>,
    child: Option<Child>,
    starts: u32,
}

impl Relay {
    /// `servers` are names and addresses.
    pub fn start(redis: &Redis, servers: &[(&str, String)], arguments: &[&str]) -> Self {
        let directory = Directory::new();
        let file = directory.path().join("servers");
        let lines: String =
            servers.iter().map(|(name, address)| format!("{name} {address} admin secret=root\n")).collect();
        fs::write(&file, lines).expect("a file of servers");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("a file for nobody else");
        let mut all = vec!["--redis".to_owned(), redis.url(), "--servers".to_owned(), file.display().to_string()];
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let mut relay = Self { directory, arguments: all, child: None, starts: 0 };
        relay.restart();
        relay
    }

    pub fn restart(&mut self) {
        self.starts += 1;
        let log = fs::File::create(self.directory.path().join(format!("log-{}", self.starts))).expect("a log");
        let child =
            Command::new(env!("CARGO_BIN_EXE_relay")).args(&self.arguments).stdin(Stdio::null()).stderr(log).spawn();
        self.child = Some(child.expect("the relay starts"));
    }

    /// As `kill -9`.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().and_then(|()| child.wait()).expect("it was killed");
    }

    /// Ends it with SIGTERM; whether it left nothing.
    pub fn end(&mut self) -> bool {
        let mut child = self.child.take().expect("it runs");
        let told = Command::new("kill").arg(child.id().to_string()).status().expect("kill runs");
        assert!(told.success(), "the relay was told to end");
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = child.try_wait().expect("it is a child") {
                return status.success();
            }
            if Instant::now() >= deadline {
                let _ = child.kill();
                let _ = child.wait();
                panic!("the relay does not end; it said:\n{}", self.said());
            }
            thread::sleep(PACE);
        }
    }

    /// What it has said since it was started last.
    pub fn said(&self) -> String {
        fs::read_to_string(self.directory.path().join(format!("log-{}", self.starts))).unwrap_or_default()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if thread::panicking() {
            eprintln!("the relay said:\n{}", self.said());
        }
    }
}
