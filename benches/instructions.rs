//! Instructions an event, counted by valgrind: unlike times they are the same on a busy machine.
//!
//! The client runs under callgrind twice, with few events and with many, and the difference is told: what a
//! program costs to start and to end is not in it. The server is a process of its own and is not counted. The
//! events are those of a capture of Asterisk 22, over TCP, through the reader's thread to a consumer.
//!
//! Where valgrind is not installed nothing is counted, and the benchmark says so.

#[allow(unused_imports)]
mod support;

use std::env;
use std::process::Command;

use gami::{Event, Options};
use support::{keep, look, scaled, Server, Table};

/// What the consumer does with the events, and how many come: `typed 10000`.
const WORK: &str = "GAMI_BENCH_COUNTED";
const ADDRESS: &str = "GAMI_BENCH_ADDRESS";
const FEW: usize = 5_000;

fn main() {
    support::serve_if_asked();
    if let Ok(work) = env::var(WORK) {
        return consume(&work);
    }
    if let Err(error) = Command::new("valgrind").arg("--version").output() {
        println!("instructions are not counted: valgrind does not run here ({error})");
        return;
    }
    let server = Server::start();
    let events = scaled(50_000);
    let each = |look: &str| {
        let (few, many) = (count(&server, look, FEW), count(&server, look, FEW + events));
        (many - few) as f64 / events as f64
    };
    let delivered = each("touch");
    let typed = each("typed");
    let mut table = Table::new(&["events of Asterisk 22", ""]);
    table.line(&["instructions an event delivered, its name looked at", &format!("{delivered:.0}")]);
    table.line(&["instructions an event delivered and typed", &format!("{typed:.0}")]);
    table.print();
}

/// The instructions of a client that is sent so many events.
fn count(server: &Server, look: &str, events: usize) -> u64 {
    let own = env::current_exe().expect("the benchmark's own path");
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(own)
        .env(WORK, format!("{look} {events}"))
        .env(ADDRESS, &server.address)
        .output()
        .expect("valgrind runs");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "valgrind failed: {said}");
    let total = said.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, total)| total.trim().parse());
    total.and_then(Result::ok).unwrap_or_else(|| panic!("valgrind told no count: {said}"))
}

fn consume(work: &str) {
    let (look, events) = work.split_once(' ').expect("what to do, and with how many");
    let events: usize = events.parse().expect("a number of events");
    let look: fn(Event) = match look {
        "touch" => |event| look::touch(&event),
        "typed" => |event| keep(event.typed()),
        other => panic!("nobody does {other}"),
    };
    let address = env::var(ADDRESS).expect("the server's address");
    let ami = Options::new().event_capacity(usize::MAX).dial(address).expect("the server of the benchmark");
    ami.action(("ReplayCapture", [("Count", events)])).expect("a response");
    ami.events().iter().take(events).for_each(look);
    ami.close().expect("the end");
}
