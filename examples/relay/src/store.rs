//! A connection to Redis that comes back, with a deadline for every wait, and what its errors mean.

use std::time::{Duration, Instant};

use redis::{Client, Connection, ConnectionInfo, ErrorKind, RedisError, RedisResult};

/// The pauses between attempts.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// The same trouble is told again after this long.
const REMINDER: Duration = Duration::from_secs(60);

pub struct Store {
    client: Client,
    timeout: Duration,
    opened: fn(&mut Connection) -> RedisResult<()>,
    connection: Option<Connection>,
    trouble: Trouble,
}

impl Store {
    /// `purpose` tells the connections of a program apart in what it says; `opened` looks at each new connection.
    pub fn new(
        info: &ConnectionInfo,
        timeout: Duration,
        purpose: &'static str,
        opened: fn(&mut Connection) -> RedisResult<()>,
    ) -> Result<Self, String> {
        let client = Client::open(info.clone()).map_err(|error| format!("--redis: {error}"))?;
        Ok(Self { client, timeout, opened, connection: None, trouble: Trouble::new(purpose) })
    }

    /// Runs it on the connection, which is made if there is none; each wait in it ends after the timeout.
    pub fn run<T>(&mut self, run: impl FnOnce(&mut Connection) -> RedisResult<T>) -> RedisResult<T> {
        let done = self.connection().and_then(run);
        if done.as_ref().is_err_and(|error| !leaves_connection(error)) {
            self.connection = None;
        }
        done
    }

    fn connection(&mut self) -> RedisResult<&mut Connection> {
        if self.connection.is_none() {
            let mut connection = self.client.get_connection_with_timeout(self.timeout)?;
            connection.set_read_timeout(Some(self.timeout))?;
            connection.set_write_timeout(Some(self.timeout))?;
            (self.opened)(&mut connection)?;
            self.connection = Some(connection);
        }
        Ok(self.connection.as_mut().expect("a connection was just made"))
    }

    /// Tells of an error if it is news; the pause before the next attempt.
    pub fn failed(&mut self, error: &RedisError) -> Duration {
        self.trouble.failed(&explain(error))
    }

    /// Tells of the end of the trouble, if there was one.
    pub fn worked(&mut self) {
        self.trouble.over();
    }
}

/// Trouble that lasts: told when it begins, when it changes, now and then, and when it is over.
pub struct Trouble {
    purpose: &'static str,
    since: Option<Instant>,
    said: String,
    said_at: Instant,
    pause: Duration,
}

impl Trouble {
    pub fn new(purpose: &'static str) -> Self {
        Self { purpose, since: None, said: String::new(), said_at: Instant::now(), pause: FIRST_PAUSE }
    }

    pub fn failed(&mut self, what: &str) -> Duration {
        let now = Instant::now();
        self.since.get_or_insert(now);
        if self.said != what || now - self.said_at >= REMINDER {
            eprintln!("relay: {}: {what}", self.purpose);
            self.said = what.to_owned();
            self.said_at = now;
        }
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        pause
    }

    pub fn over(&mut self) {
        if let Some(since) = self.since.take() {
            eprintln!("relay: {}: works again after {:.1?}", self.purpose, since.elapsed());
            self.said.clear();
            self.pause = FIRST_PAUSE;
        }
    }
}

/// Whether the connection is as good as before the error: Redis has answered, and the answers were taken.
fn leaves_connection(error: &RedisError) -> bool {
    match code(error).as_deref() {
        // Another server may have become the one to write to, or others the credentials.
        Some("READONLY" | "NOAUTH" | "WRONGPASS" | "MASTERDOWN") => false,
        Some(_) => true,
        None => false,
    }
}

/// What Redis calls the error, such as `OOM`; of a transaction, that of the first command that was refused.
pub fn code(error: &RedisError) -> Option<String> {
    let first =
        error.clone().into_server_errors().and_then(|errors| errors.first().map(|(_, error)| error.code().to_owned()));
    first.or_else(|| error.code().map(str::to_owned))
}

/// The error, and what ends it.
pub fn explain(error: &RedisError) -> String {
    let hint = match code(error).as_deref() {
        Some("OOM") => "Redis has reached its maxmemory: give it more, or let its streams be shorter",
        Some("MISCONF") => "Redis cannot save to its disk, and takes no writes until it can",
        Some("READONLY") => "this Redis is a replica: --redis is to name the one that takes writes",
        Some("NOREPLICAS") => "Redis has too few replicas, and takes no writes until it has more",
        Some("NOAUTH" | "WRONGPASS") => "REDIS_USERNAME and REDIS_PASSWORD of the environment are to be those of Redis",
        Some("NOPERM") => "the user of Redis lacks a right: the README lists the commands that are used",
        Some("WRONGTYPE") => "a key of this name exists and is no stream: delete it, or choose another name",
        Some("LOADING") => "Redis has started, and is loading its data",
        _ if error.kind() == ErrorKind::AuthenticationFailed => {
            "REDIS_USERNAME and REDIS_PASSWORD of the environment are to be those of Redis"
        }
        // The error shows the answer, which is nobody's business.
        _ if matches!(error.kind(), ErrorKind::UnexpectedReturnType | ErrorKind::Parse) => {
            return "Redis gave an answer that is none to what was asked".into();
        }
        _ if error.is_timeout() => "Redis does not answer in time (--redis-timeout-ms)",
        _ => return error.to_string(),
    };
    format!("{error} ({hint})")
}

/// Whether it is a matter of settings, which waiting does not mend.
pub fn is_refused_login(error: &RedisError) -> bool {
    error.kind() == ErrorKind::AuthenticationFailed || matches!(code(error).as_deref(), Some("NOAUTH" | "WRONGPASS"))
}
