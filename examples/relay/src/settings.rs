//! What the command line asks for.

use std::time::Duration;

use redis::{ConnectionInfo, IntoConnectionInfo};

use crate::servers::{check_unique, parse_file, parse_line, Server};

pub const USAGE: &str = "\
relay --server 'NAME ADDRESS USER' [--server ...] [--servers FILE] [settings]

servers   a line each: NAME ADDRESS USER [secret=SECRET] [tls|tls=FILE|tls=insecure] [events=MASK]
  --server LINE             secret: GAMI_SECRET_NAME or GAMI_SECRET in the environment
  --servers FILE            secret: in the line or in the environment
Redis
  --redis URL               redis://127.0.0.1/ unless given; REDIS_USERNAME and REDIS_PASSWORD in the environment
  --redis-timeout-ms N      for each connect, read and write (5000)
events
  --events STREAM           gami:events; with {server} in it, a stream a server
  --maxlen N                about so many entries a stream, 0 for all (1000000)
  --batch N                 entries a round trip, at most (500)
  --backlog-entries N       kept for each server while Redis is away (100000)
  --backlog-mib N           ... and no more than this (64)
  --event-capacity N        kept for each server before that, as the option of gami (65536)
actions   made only where a stream is named
  --actions STREAM          with {server} in it, a stream a server
  --results STREAM          gami:results; with {server} in it, a stream a server
  --results-maxlen N        as --maxlen (100000)
  --group NAME              the consumer group, the same for all relays of a stream (relay)
  --consumer NAME           this relay's name in the group, another for each (the host's name)
  --concurrency N           actions under way for each server (4)
  --wait-ms N               the time an action has, unless it says (10000)
  --takeover-ms N           after this, what another relay has taken and not answered is looked at (60000)
  --remember-s N            so long an id of an action is known (86400)
  --redis-may-forget        make actions with a Redis that may forget: some may then be made twice
end
  --grace-ms N              Ctrl-C or SIGTERM: the time to finish (5000)";

/// How the relay runs. Its `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Settings {
    pub servers: Vec<Server>,
    pub redis: ConnectionInfo,
    pub redis_timeout: Duration,
    pub events: String,
    pub maxlen: u64,
    pub batch: usize,
    pub backlog_entries: usize,
    pub backlog_bytes: usize,
    pub event_capacity: usize,
    pub actions: Option<Actions>,
    pub grace: Duration,
}

/// How actions are made.
#[derive(Debug, Clone)]
pub struct Actions {
    pub stream: String,
    pub results: String,
    pub results_maxlen: u64,
    pub group: String,
    pub consumer: String,
    pub concurrency: usize,
    pub wait: Duration,
    pub takeover: Duration,
    pub remember: Duration,
    pub redis_may_forget: bool,
}

/// The stream of a server, where a name has `{server}` in it.
pub fn stream_of(template: &str, server: &str) -> String {
    template.replace("{server}", server)
}

impl Settings {
    /// Reads the command line; `None` where it asks for help.
    pub fn parse(
        arguments: impl IntoIterator<Item = String>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, String> {
        let mut arguments = Arguments(arguments.into_iter());
        let mut servers = Vec::new();
        let mut url = "redis://127.0.0.1/".to_owned();
        let mut settings = Self::usual()?;
        let mut actions = Actions::usual(&environment);
        let mut has_actions = false;
        while let Some(argument) = arguments.0.next() {
            let name = argument.as_str();
            match name {
                "--help" | "-h" => return Ok(None),
                "--server" => servers.push(parse_line(&arguments.text(name)?, false, &environment)?),
                "--servers" => servers.extend(read_file(&arguments.text(name)?, &environment)?),
                "--redis" => url = arguments.text(name)?,
                "--redis-timeout-ms" => settings.redis_timeout = Duration::from_millis(arguments.number(name, 1)?),
                "--events" => settings.events = arguments.text(name)?,
                "--maxlen" => settings.maxlen = arguments.number(name, 0)?,
                "--batch" => settings.batch = arguments.number(name, 1)? as usize,
                "--backlog-entries" => settings.backlog_entries = arguments.number(name, 1)? as usize,
                "--backlog-mib" => {
                    settings.backlog_bytes = (arguments.number(name, 1)? as usize).saturating_mul(1 << 20)
                }
                "--event-capacity" => settings.event_capacity = arguments.number(name, 1)? as usize,
                "--actions" => {
                    actions.stream = arguments.text(name)?;
                    has_actions = true;
                }
                "--results" => actions.results = arguments.text(name)?,
                "--results-maxlen" => actions.results_maxlen = arguments.number(name, 0)?,
                "--group" => actions.group = arguments.text(name)?,
                "--consumer" => actions.consumer = arguments.text(name)?,
                "--concurrency" => actions.concurrency = arguments.number(name, 1)? as usize,
                "--wait-ms" => actions.wait = Duration::from_millis(arguments.number(name, 1)?),
                "--takeover-ms" => actions.takeover = Duration::from_millis(arguments.number(name, 1)?),
                "--remember-s" => actions.remember = Duration::from_secs(arguments.number(name, 1)?),
                "--redis-may-forget" => actions.redis_may_forget = true,
                "--grace-ms" => settings.grace = Duration::from_millis(arguments.number(name, 0)?),
                _ => return Err(format!("there is no option {}", argument.split('=').next().unwrap_or_default())),
            }
        }
        if servers.is_empty() {
            return Err("no server: --server or --servers names some".into());
        }
        check_unique(&servers)?;
        settings.servers = servers;
        settings.redis = connection(&url, &environment)?;
        settings.actions = has_actions.then_some(actions);
        settings.check_streams()?;
        Ok(Some(settings))
    }

    fn usual() -> Result<Self, String> {
        Ok(Self {
            servers: Vec::new(),
            redis: connection("redis://127.0.0.1/", &|_: &str| None)?,
            redis_timeout: Duration::from_secs(5),
            events: "gami:events".into(),
            maxlen: 1_000_000,
            batch: 500,
            backlog_entries: 100_000,
            backlog_bytes: 64 << 20,
            event_capacity: 65_536,
            actions: None,
            grace: Duration::from_secs(5),
        })
    }

    /// That no stream is read and written at once: a relay would answer its own answers.
    fn check_streams(&self) -> Result<(), String> {
        let Some(actions) = &self.actions else { return Ok(()) };
        for server in self.servers.iter().map(|server| server.name.as_str()) {
            let stream = stream_of(&actions.stream, server);
            for (option, other) in [("--events", &self.events), ("--results", &actions.results)] {
                if stream_of(other, server) == stream {
                    return Err(format!("--actions and {option} name the same stream, {stream}"));
                }
            }
        }
        Ok(())
    }
}

impl Actions {
    fn usual(environment: &impl Fn(&str) -> Option<String>) -> Self {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
        let host = host.or_else(|| environment("HOSTNAME")).or_else(|| environment("COMPUTERNAME"));
        Self {
            stream: String::new(),
            results: "gami:results".into(),
            results_maxlen: 100_000,
            group: "relay".into(),
            consumer: host.filter(|name| !name.is_empty()).unwrap_or_else(|| "relay".into()),
            concurrency: 4,
            wait: Duration::from_secs(10),
            takeover: Duration::from_secs(60),
            remember: Duration::from_secs(86_400),
            redis_may_forget: false,
        }
    }
}

/// Where Redis is; the password is in the environment, for everybody can read a command line.
pub fn connection(url: &str, environment: &impl Fn(&str) -> Option<String>) -> Result<ConnectionInfo, String> {
    let info = url.into_connection_info().map_err(|_| "--redis: is no address such as redis://127.0.0.1:6379/0")?;
    if info.redis_settings().password().is_some() {
        return Err("--redis: everybody on this machine can read a command line: put the password into the environment as REDIS_PASSWORD".into());
    }
    let mut settings = info.redis_settings().clone();
    if let Some(user) = environment("REDIS_USERNAME").filter(|user| !user.is_empty()) {
        settings = settings.set_username(user);
    }
    if let Some(password) = environment("REDIS_PASSWORD").filter(|password| !password.is_empty()) {
        settings = settings.set_password(password);
    }
    Ok(info.set_redis_settings(settings))
}

fn read_file(path: &str, environment: &impl Fn(&str) -> Option<String>) -> Result<Vec<Server>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let servers = parse_file(&text, environment).map_err(|error| format!("{path}: {error}"))?;
    #[cfg(unix)]
    if text.contains("secret=") {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).map_err(|error| format!("{path}: {error}"))?.permissions().mode();
        if mode & 0o077 != 0 {
            eprintln!("relay: {path} holds secrets and others may read it: chmod 600 {path}");
        }
    }
    Ok(servers)
}

/// The words of a command line, of which some need another.
pub struct Arguments<I>(pub I);

impl<I: Iterator<Item = String>> Arguments<I> {
    pub fn text(&mut self, option: &str) -> Result<String, String> {
        self.0.next().filter(|text| !text.is_empty()).ok_or_else(|| format!("{option} needs a value"))
    }

    pub fn number(&mut self, option: &str, least: u64) -> Result<u64, String> {
        let text = self.text(option)?;
        match text.parse() {
            Ok(number) if number >= least => Ok(number),
            _ => Err(format!("{option}: {text} is no number from {least} on")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Settings, String> {
        let environment = |name: &str| match name {
            "GAMI_SECRET" => Some("hunter2".to_owned()),
            "REDIS_PASSWORD" => Some("hunter3".to_owned()),
            _ => None,
        };
        Settings::parse(words.iter().map(|word| (*word).to_owned()), environment).map(Option::unwrap)
    }

    #[test]
    fn secrets_of_the_environment_are_taken_and_not_shown() {
        let settings = parse(&["--server", "berlin h admin", "--redis", "redis://h:1/", "--actions", "a"]).unwrap();
        assert_eq!(settings.servers[0].secret.0, "hunter2");
        assert_eq!(settings.redis.redis_settings().password(), Some("hunter3"));
        assert!(!format!("{settings:?}").contains("hunter"));
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        let berlin = ["--server", "berlin h admin"];
        for (words, said) in [
            (&["--maxlen"][..], "--maxlen needs a value"),
            (&["--maxlen", "-1"], "--maxlen: -1 is no number from 0 on"),
            (&["--batch", "0"], "--batch: 0 is no number from 1 on"),
            (&["--secret=x"], "there is no option --secret"),
            (&["--redis", "hunter2"], "--redis: is no address"),
            (&["--redis", "redis://:hunter2@h/"], "REDIS_PASSWORD"),
            (&["--actions", "a{server}", "--results", "aberlin"], "--actions and --results name the same stream"),
            (&["--actions", "gami:events"], "--actions and --events name the same stream"),
            (&["--server", "berlin h admin"], "berlin is given twice"),
        ] {
            let words: Vec<&str> = berlin.iter().chain(words).copied().collect();
            let error = parse(&words).unwrap_err();
            assert!(error.contains(said) && !error.contains("hunter"), "{words:?}: {error}");
        }
        assert!(parse(&[]).unwrap_err().starts_with("no server"));
    }
}
