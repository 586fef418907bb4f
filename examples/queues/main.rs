//! A table of the queues with their members and callers.
//!
//! - `cargo run --example queues -- HOST:PORT USER SECRET [QUEUE]`; without arguments a mock server has two queues;
//! - with `--watch` the table stays current: it changes with the events, and is listed again after a loss.

#[path = "../common/mod.rs"]
mod common;
mod table;

use std::io::{stdout, IsTerminal, Write};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{iter, thread};

use gami::action::QueueStatus;
use gami::mock::{Mock, Reply};
use gami::{Backoff, Client, Error, Options, Step};
use table::Table;

/// How often the table is drawn, for the times in it.
const DRAW: Duration = Duration::from_secs(1);
/// How soon a change is drawn, with what else changes until then.
const SOON: Duration = Duration::from_millis(100);
/// How often it is listed again: completed calls, averages and what `QueueReload` changes are in no event.
const LIST: Duration = Duration::from_secs(60);

fn main() -> gami::Result<()> {
    let watch = std::env::args().any(|argument| argument == "--watch");
    let server = common::server(mock);
    let only = server.rest.first();
    let action = only.map_or_else(QueueStatus::new, |queue| QueueStatus::new().queue(queue));
    let options = Options::new().event_mask("agent,call,system");
    if !watch {
        let ami = options.connect(&server.address, &server.user, &server.secret)?;
        draw(&Table::of(&ami.list(action)?), only, "");
        return ami.close();
    }

    let ami = options
        .reconnect(Backoff::new())
        .keepalive(Duration::from_secs(15))
        .event_capacity(0) // what is followed has a queue of its own
        .connect(&server.address, &server.user, &server.secret)?;
    if let Some(mock) = server.mock {
        let ami = ami.clone();
        thread::spawn(move || day(&mock, &ami));
    }
    follow(&ami, &action, only)
}

/// Shows the table for as long as the client is open.
fn follow(ami: &Client, action: &QueueStatus, only: Option<&String>) -> gami::Result<()> {
    let mut table = Table::default();
    loop {
        let mut steps = ami.follow(iter::once(action.clone()))?;
        let listed = Instant::now();
        let (mut note, mut changed, mut draw_at) = (String::new(), false, Instant::now() + DRAW);
        while listed.elapsed() < LIST || !note.is_empty() {
            match steps.next_within(draw_at.saturating_duration_since(Instant::now())) {
                Ok(Some(Step::Snapshot(lists))) => {
                    table = Table::of(&lists[0]);
                    note.clear();
                    changed = true;
                }
                Ok(Some(Step::Event(event))) => changed |= table.take(&event),
                Ok(Some(Step::Stale(why))) => {
                    note = format!("may be out of date: {why}");
                    changed = true;
                }
                Ok(None) => return Ok(()), // the client is closed
                Err(Error::Timeout { .. }) => {
                    if changed || stdout().is_terminal() {
                        draw(&table, only, &note);
                    }
                    (changed, draw_at) = (false, Instant::now() + DRAW);
                }
                Err(error) => return Err(error),
            }
            if changed {
                draw_at = draw_at.min(Instant::now() + SOON);
            }
        }
    }
}

fn draw(table: &Table, only: Option<&String>, note: &str) {
    let mut text = String::new();
    if stdout().is_terminal() && std::env::args().any(|argument| argument == "--watch") {
        text.push_str("\x1b[H\x1b[2J"); // to the upper left corner of an empty screen
    }
    let wanted = table.queues.iter().filter(|(name, _)| only.map_or(true, |only| only == *name));
    for (name, queue) in wanted {
        text += &format!("\n{}\n", queue.lines(name).join("\n"));
    }
    if text.trim_end().is_empty() {
        text.push_str("no queue\n");
    }
    if !note.is_empty() {
        text += &format!("\n{note}\n");
    }
    let _ = stdout().write_all(text.as_bytes()); // nobody may read any more
}

/// What happens on the mock server while its table is watched.
fn day(mock: &Mock, ami: &Client) {
    let support = |more: &[(&'static str, &'static str)]| [&[("Queue", "support")], more].concat();
    let bob =
        [("MemberName", "Bob"), ("Interface", "PJSIP/101"), ("Status", "1"), ("Paused", "0"), ("CallsTaken", "9")];
    let caller = [("Uniqueid", "1795457895.44"), ("CallerIDNum", "5550100"), ("Position", "3"), ("Count", "3")];
    let pause = || thread::sleep(Duration::from_millis(700));
    pause();
    mock.event("QueueCallerJoin", support(&caller));
    pause();
    mock.event("QueueMemberPause", support(&bob));
    pause();
    mock.event("QueueCallerLeave", support(&[("Uniqueid", "1795457895.42"), ("Position", "1"), ("Count", "2")]));
    pause();
    mock.hang_up();
    pause();
    let _ = ami.close();
}

/// A server with two queues.
fn mock() -> std::io::Result<Mock> {
    let mock = Mock::start()?;
    let queue = |name, strategy, calls| {
        [
            ("Queue", name),
            ("Max", "0"),
            ("Strategy", strategy),
            ("Calls", calls),
            ("Holdtime", "42"),
            ("TalkTime", "195"),
            ("Completed", "17"),
            ("Abandoned", "2"),
            ("ServiceLevel", "60"),
            ("ServicelevelPerf", "88.2"),
            ("Weight", "0"),
        ]
    };
    let member = |queue, name, interface, status, paused| {
        [
            ("Queue", queue),
            ("Name", name),
            ("Location", interface),
            ("Membership", "dynamic"),
            ("Penalty", "0"),
            ("CallsTaken", "9"),
            ("Status", status),
            ("Paused", paused),
        ]
    };
    let caller = |position, uniqueid, number, name, wait| {
        [
            ("Queue", "support"),
            ("Position", position),
            ("Uniqueid", uniqueid),
            ("Channel", "PJSIP/trunk-0000002a"),
            ("CallerIDNum", number),
            ("CallerIDName", name),
            ("Wait", wait),
        ]
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    mock.on("QueueStatus", move |_| {
        Reply::list()
            .header("Message", "Queue status will follow")
            .event("QueueParams", queue("support", "leastrecent", "2"))
            .event("QueueMember", member("support", "Alice", "PJSIP/100", "2", "0"))
            .header("LastCall", now - 75)
            .event("QueueMember", member("support", "Bob", "PJSIP/101", "1", "1"))
            .header("LastCall", now - 1500)
            .header("PausedReason", "lunch")
            .event("QueueEntry", caller("1", "1795457895.42", "5551234", "Zoë", "63"))
            .event("QueueEntry", caller("2", "1795457895.43", "<unknown>", "<unknown>", "8"))
            .event("QueueParams", queue("sales", "ringall", "0"))
            .event("QueueMember", member("sales", "PJSIP/102", "PJSIP/102", "5", "0"))
            .header("LastCall", 0)
            .complete("QueueStatusComplete")
    });
    Ok(mock)
}
