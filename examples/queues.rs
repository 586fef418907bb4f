//! A table of the queues with their members and callers.
//!
//! `cargo run --example queues -- HOST:PORT USER SECRET [QUEUE]`; without arguments a mock server has two
//! queues.

mod common;

use std::time::{SystemTime, UNIX_EPOCH};

use gami::action::QueueStatus;
use gami::event::known;
use gami::mock::{Mock, Reply};
use gami::{Client, Typed};

fn main() -> gami::Result<()> {
    let server = common::server(mock);
    let mut action = QueueStatus::new();
    if let Some(queue) = server.rest.first() {
        action = action.queue(queue);
    }

    let ami = Client::dial(&server.address)?;
    ami.login(&server.user, &server.secret)?;
    let list = ami.list(action)?;
    if list.items.is_empty() {
        println!("no queue");
    }
    // For each queue its figures, then its members, then its callers.
    for event in &list.items {
        match event.typed() {
            Typed::QueueParams(queue) => {
                println!(
                    "\n{}: {}, {} waiting, {} completed, {} abandoned; on average {} on hold and {} talking",
                    queue.queue,
                    queue.strategy,
                    queue.calls.unwrap_or(0),
                    queue.completed.unwrap_or(0),
                    queue.abandoned.unwrap_or(0),
                    clock(queue.hold_time),
                    clock(queue.talk_time),
                );
            }
            Typed::QueueMember(e) => {
                let member = e.member;
                let name = match member.name == member.interface || member.name.is_empty() {
                    true => member.interface.to_owned(),
                    false => format!("{} ({})", member.name, member.interface),
                };
                let state = match (member.paused, member.status) {
                    (Some(true), _) if member.paused_reason.is_empty() => "paused".to_owned(),
                    (Some(true), _) => format!("paused: {}", member.paused_reason),
                    (_, Some(status)) => status.to_string(),
                    (_, None) => String::new(),
                };
                let calls = member.calls_taken.unwrap_or(0);
                println!("  member  {name:<40} {state:<16} {calls:>4} calls{}", ago(member.last_call));
            }
            Typed::QueueEntry(caller) => {
                let number = known(caller.caller_id_num).unwrap_or("unknown");
                let who = match known(caller.caller_id_name) {
                    Some(name) if name != "unknown" => format!("{name} <{number}>"),
                    _ => number.to_owned(),
                };
                let position = caller.position.unwrap_or(0);
                println!("  caller  {position}. {who:<37} {} on hold", clock(caller.wait));
            }
            _ => {}
        }
    }
    ami.close()
}

/// Seconds as minutes and seconds.
fn clock(seconds: Option<u64>) -> String {
    seconds.map_or_else(|| "?".to_owned(), |seconds| format!("{}:{:02}", seconds / 60, seconds % 60))
}

/// How long ago a time was, in seconds since 1970; nothing if it never was.
fn ago(time: Option<f64>) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    match time {
        Some(time) if time > 0.0 => format!(", the last {} ago", clock(Some(now.saturating_sub(time as u64)))),
        _ => String::new(),
    }
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
    let caller = |position, number, name, wait| {
        [
            ("Queue", "support"),
            ("Position", position),
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
            .event("QueueEntry", caller("1", "5551234", "Zoë", "63"))
            .event("QueueEntry", caller("2", "<unknown>", "<unknown>", "8"))
            .event("QueueParams", queue("sales", "ringall", "0"))
            .event("QueueMember", member("sales", "PJSIP/102", "PJSIP/102", "5", "0"))
            .header("LastCall", 0)
            .complete("QueueStatusComplete")
    });
    Ok(mock)
}
