//! Calls a list of numbers, so many at once and so many a second, and counts what becomes of the calls.
//!
//! - `cargo run --example dialer`: sixty numbers of a mock server;
//! - `cargo run --example dialer -- HOST:PORT USER SECRET 'PJSIP/{}@trunk' 5550100 5550101 …`: each number takes the
//!   place of `{}`; without numbers on the command line they are the lines of the standard input.
//!
//! `--at-once=10` calls are under way at a time, at most `--rate=20` begin in a second, and `--ring=20` seconds after
//! it began a call that nobody has answered is given up. Who answers is sent to the extension `--to=EXTEN@CONTEXT`,
//! or hears `hello-world`.

mod common;

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use gami::action::Originate;
use gami::crossbeam_channel::{tick, Select};
use gami::event::{HangupCause, OriginateReason};
use gami::mock::{Mock, Reply};
use gami::{Backoff, Client, Error, Options, Originated, Originating, Outcome};

fn main() -> gami::Result<()> {
    let server = common::server(mock);
    let mut arguments = server.rest.iter().cloned();
    let pattern = match arguments.next() {
        Some(pattern) if pattern.contains("{}") => pattern,
        None if server.mock.is_some() => "PJSIP/{}@trunk".to_owned(),
        _ => usage("HOST:PORT USER SECRET CHANNEL-PATTERN [NUMBER…], where the pattern is such as PJSIP/{}@trunk"),
    };
    let mut numbers: Vec<String> = arguments.collect();
    if numbers.is_empty() {
        numbers = match server.mock {
            Some(_) => (0..60).map(|number| format!("55501{number:02}")).collect(),
            None => io::stdin().lines().map_while(Result::ok).collect(),
        };
        numbers.retain(|number| !number.trim().is_empty());
    }

    // A call that is under way when the link is lost has an unknown outcome; the next ones wait for the link.
    let ami = Options::new()
        .reconnect(Backoff::new())
        .wait_for_link(Duration::from_secs(60))
        .event_mask("call,system")
        .event_capacity(0) // the outcomes are all that is wanted
        .connect(&server.address, &server.user, &server.secret)?;
    let dialer = Dialer {
        ami: &ami,
        pattern,
        to: option("to"),
        at_once: number("at-once", 10.0) as usize,
        rate: number("rate", 20.0),
        ring: Duration::from_secs_f64(number("ring", 20.0)),
    };
    let begun = Instant::now();
    let counts = dialer.call(numbers);
    println!("\n{} calls in {:.1?}:", counts.values().sum::<usize>(), begun.elapsed());
    for (outcome, count) in counts {
        println!("{count:>6} {outcome}");
    }
    ami.close()
}

struct Dialer<'a> {
    ami: &'a Client,
    pattern: String,
    to: Option<String>,
    at_once: usize,
    rate: f64,
    ring: Duration,
}

impl Dialer<'_> {
    /// Calls each number; gives how many calls had which outcome.
    fn call(&self, numbers: Vec<String>) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        let mut count = |number: &str, outcome: gami::Result<Originated>| {
            let word = word(&outcome);
            match outcome {
                Ok(call) => println!("{number:<12} {word}: {}", call.channel),
                Err(error) => println!("{number:<12} {word}: {error}"),
            }
            *counts.entry(word).or_default() += 1;
        };
        let mut numbers = numbers.into_iter().peekable();
        let mut calls: Vec<(String, Originating)> = Vec::new();
        let pace = tick(Duration::from_secs_f64(1.0 / self.rate));
        while !calls.is_empty() || numbers.peek().is_some() {
            // One thread waits for whatever comes first: the outcome of a call, or the time for the next.
            let mut first = Select::new();
            for (_, call) in &calls {
                first.recv(call.outcome());
            }
            if calls.len() < self.at_once && numbers.peek().is_some() {
                first.recv(&pace);
            }
            let ready = first.select();
            match calls.get(ready.index()) {
                Some((_, call)) => {
                    let index = ready.index();
                    let outcome = ready.recv(call.outcome()).expect("one outcome for each call");
                    let (number, _) = calls.swap_remove(index);
                    count(&number, outcome);
                }
                None => {
                    ready.recv(&pace).expect("the ticks do not end");
                    let Some(number) = numbers.next() else { continue };
                    match self.ami.async_originate(self.originate(&number)) {
                        Ok(call) => calls.push((number, call)),
                        Err(error) => count(&number, Err(error)),
                    }
                }
            }
        }
        counts
    }

    fn originate(&self, number: &str) -> Originate {
        let call = Originate::new(self.pattern.replace("{}", number.trim()))
            .ring_timeout(self.ring)
            .caller_id(format!("dialer <{}>", number.trim()));
        match self.to.as_deref().map(|to| to.split_once('@').unwrap_or((to, "default"))) {
            Some((exten, context)) => call.exten(context, exten, 1),
            None => call.application("Playback", "hello-world"),
        }
    }
}

/// What became of a call, in a word that calls can be counted by. Of most failures the server says no more than
/// `Failure`: there the cause of the channel's hangup tells more.
fn word(outcome: &gami::Result<Originated>) -> &'static str {
    use HangupCause as Cause;
    use OriginateReason as Reason;
    let error = match outcome {
        Ok(_) => return "answered",
        Err(error) => error,
    };
    match error {
        Error::CallFailed { reason, cause, .. } => match (reason, cause.unwrap_or(Cause::NotDefined)) {
            (Reason::Busy, _) | (_, Cause::UserBusy) => "busy",
            (_, Cause::CallRejected) => "rejected",
            (_, Cause::Unallocated | Cause::NoRouteDestination | Cause::InvalidNumberFormat | Cause::NumberChanged) => {
                "no such number"
            }
            (_, Cause::SubscriberAbsent | Cause::DestinationOutOfOrder | Cause::NetworkOutOfOrder) => "unreachable",
            // Without a channel there is no cause: nothing could be called, as of a phone that is not registered.
            (Reason::Failure, _) if cause.is_none() => "unreachable",
            (Reason::Congestion, _) | (_, Cause::NormalCircuitCongestion | Cause::SwitchCongestion) => "congestion",
            (Reason::NoAnswer, _) | (_, Cause::NoAnswer | Cause::NoUserResponse) => "no answer",
            _ => "failed",
        },
        Error::Rejected(_) => "refused by the server",
        error if error.outcome() == Outcome::NotSent => "not called",
        _ => "unknown",
    }
}

/// `--NAME=VALUE` of the command line.
fn option(name: &str) -> Option<String> {
    std::env::args()
        .find_map(|argument| Some(argument.strip_prefix("--")?.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
}

fn number(name: &str, default: f64) -> f64 {
    let Some(value) = option(name) else { return default };
    match value.parse() {
        Ok(number) if (0.001..1e6).contains(&number) => number,
        _ => usage(&format!("--{name} is a number above zero, not {value:?}")),
    }
}

fn usage(text: &str) -> ! {
    eprintln!("usage: {text}");
    std::process::exit(2);
}

/// A server with a trunk: what becomes of a call is in the last digit of its number.
fn mock() -> io::Result<Mock> {
    let mock = Mock::start()?;
    mock.on("Originate", |call| {
        let (channel, id) = (call.get("Channel").unwrap_or_default(), call.get("ChannelId").unwrap_or_default());
        let digit = channel.trim_end_matches("@trunk").chars().last().and_then(|digit| digit.to_digit(10)).unwrap_or(0);
        let (response, reason, cause) = match digit {
            0..=4 => ("Success", 4, 16),
            5 => ("Failure", 5, 17),
            6 => ("Failure", 3, 0),
            7 => ("Failure", 0, 21),
            8 => ("Failure", 0, 1),
            _ => ("Failure", 0, 20),
        };
        let hangup = [("Channel", channel), ("Uniqueid", id), ("Cause", &format!("{cause}"))]
            .map(|(name, value)| (name, value.to_owned()));
        let outcome =
            [("Response", response), ("Channel", channel), ("Reason", &format!("{reason}")), ("Uniqueid", id)]
                .map(|(name, value)| (name, value.to_owned()));
        let rings = Duration::from_millis(100 + 60 * u64::from(digit));
        Reply::success()
            .header("Message", "Originate successfully queued")
            .and(Reply::default().event("OriginateResponse", outcome).after(rings))
            .and(Reply::default().broadcast("Hangup", hangup).after(rings))
    });
    Ok(mock)
}
