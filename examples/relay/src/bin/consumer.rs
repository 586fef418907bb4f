//! Prints what relays write, and tells doubles and what is missing: see the README.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use relay::consumer::{Found, Reader};
use relay::seen::{Entry, Seen, Verdict};
use relay::settings::{connection, Arguments};
use relay::stop::Stop;

const USAGE: &str = "\
consumer [settings] STREAM [STREAM ...]

  --redis URL      redis://127.0.0.1/ unless given; REDIS_USERNAME and REDIS_PASSWORD in the environment
  --from ID        from there on: an id, 0 for all there is, $ for what is new ($)
  --group NAME     share the streams with the other consumers of this group
  --consumer NAME  this one's name in the group, another for each
  --count N        end after so many entries
  --until-idle     end when nothing comes for half a second";

const BATCH: u64 = 500;

struct Settings {
    redis: redis::ConnectionInfo,
    streams: Vec<String>,
    from: String,
    group: Option<String>,
    consumer: Option<String>,
    count: u64,
    until_idle: bool,
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Option<Settings>, String> {
    let mut arguments = Arguments(arguments);
    let environment = |name: &str| std::env::var(name).ok();
    let redis = connection("redis://127.0.0.1/", &environment)?;
    let (streams, from) = (Vec::new(), "$".to_owned());
    let mut settings =
        Settings { redis, streams, from, group: None, consumer: None, count: u64::MAX, until_idle: false };
    while let Some(argument) = arguments.0.next() {
        let name = argument.as_str();
        match name {
            "--help" | "-h" => return Ok(None),
            "--redis" => settings.redis = connection(&arguments.text(name)?, &environment)?,
            "--from" => settings.from = arguments.text(name)?,
            "--group" => settings.group = Some(arguments.text(name)?),
            "--consumer" => settings.consumer = Some(arguments.text(name)?),
            "--count" => settings.count = arguments.number(name, 1)?,
            "--until-idle" => settings.until_idle = true,
            _ if name.starts_with("--") => return Err(format!("there is no option {name}")),
            _ => settings.streams.push(argument),
        }
    }
    match (&settings.group, &settings.consumer) {
        _ if settings.streams.is_empty() => Err("no stream is named".into()),
        (Some(_), None) | (None, Some(_)) => Err("--group and --consumer go together".into()),
        _ => Ok(Some(settings)),
    }
}

fn main() -> ExitCode {
    let settings = match parse(std::env::args().skip(1)) {
        Ok(Some(settings)) => settings,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("consumer: {error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("consumer: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(settings: Settings) -> Result<(), String> {
    let Settings { redis, streams, from, group, consumer, count, until_idle } = settings;
    let timeout = Duration::from_secs(5);
    let mut reader = match (&group, &consumer) {
        (Some(group), Some(consumer)) => Reader::of_group(&redis, timeout, streams, &from, group, consumer)?,
        _ => Reader::plain(&redis, timeout, streams, &from)?,
    };
    let stop = Stop::on_signals()?;
    let (mut seen, mut left) = (Seen::default(), count);
    while left > 0 && !stop.is_asked() {
        let most = left.min(BATCH) as usize;
        let Some(found) = retry(&stop, || reader.read(most)) else { break };
        if found.is_empty() && until_idle {
            break;
        }
        let Some(doubles) = retry(&stop, || reader.doubles(&found)) else { break };
        let mut lines = Vec::new();
        for (found, is_double) in found.iter().zip(doubles) {
            show(&mut lines, found, is_double, &mut seen, group.is_some());
        }
        left = left.saturating_sub(found.len() as u64); // of each stream so many may have come
        let mut out = io::stdout().lock();
        if out.write_all(&lines).and_then(|()| out.flush()).is_err() {
            break; // nobody reads any more, and these are not acknowledged
        }
        let Some(()) = retry(&stop, || reader.acknowledge(&found)) else { break };
    }
    Ok(())
}

/// Until it works; `None` if it is time to stop before.
fn retry<T>(stop: &Stop, mut attempt: impl FnMut() -> Result<T, Duration>) -> Option<T> {
    loop {
        match attempt() {
            Ok(done) => return Some(done),
            Err(pause) if stop.wait(pause) => return None,
            Err(_) => {}
        }
    }
}

/// The entry on a line, and before it what it shows: what is missing, a new link, the end of a run. To one of a group
/// gaps between entries say nothing, for others get the entries between.
fn show(out: &mut Vec<u8>, found: &Found, is_double: bool, seen: &mut Seen, is_of_group: bool) {
    let mut line = |text: String| {
        out.extend_from_slice(text.as_bytes());
        out.push(b'\n');
    };
    let Some(entry) = Entry::read(found.fields.iter().cloned()) else {
        let fields: Vec<String> = found.fields.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        return line(format!("{} {} {}", found.stream, found.id, fields.join(" ")));
    };
    let verdict = match is_of_group {
        true => Verdict { is_double, ..Verdict::default() },
        false => seen.look(&entry),
    };
    let server = &entry.server;
    if let Some(run) = verdict.broken_off {
        line(format!("-- {server}: run {run} has no end: its relay was killed, and what it had not written is lost"));
    }
    if let Some((from, end)) = verdict.untold {
        line(format!("-- {server}: {} events are missing and no gap tells why: {from} to {}", end - from, end - 1));
    }
    if let Some((before, after)) = verdict.new_link {
        line(format!(
            "-- {server}: link {before} was lost, this is link {after}: what was sent in between is not known"
        ));
    }
    let double = if verdict.is_double { " (double)" } else { "" };
    let field = |name: &str| entry.fields.get(name).map(String::as_str).unwrap_or_default();
    match entry.kind.as_str() {
        "event" => line(format!("{}{double} {}", entry.id(), field("json"))),
        "gap" => {
            let (from, count, cause) = (field("from"), field("count"), field("cause"));
            line(format!(
                "-- {server}: gap{double}: {count} events from {from} on, {} notes ({cause})",
                field("notes")
            ));
        }
        kind => {
            let mut more: Vec<String> = entry
                .fields
                .iter()
                .filter(|(name, _)| !COMMON.contains(&name.as_str()))
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            more.sort();
            line(format!("-- {server}: {kind}{double} {}", more.join(" ")));
        }
    }
}

const COMMON: [&str; 6] = ["kind", "server", "run", "link", "seq", "note"];
