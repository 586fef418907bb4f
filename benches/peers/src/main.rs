//! gami beside the other AMI clients of the registry: the same replay, the same pings, one table.
//!
//!     cargo run --release --manifest-path benches/peers/Cargo.toml [-- --quick]
//!
//! Each measurement runs in a process of its own, against one server in another, and the contenders take
//! turns. The others are given room for every event, so that they lose none, and their best of several
//! windows for what they send without waiting.

#[path = "../../support/mod.rs"]
mod support;

mod contenders;

use std::process::Command;

use contenders::Contender;
use support::{count, factor, median, nanoseconds, Server, Table};

/// What one process found out; not a number where it did not measure it.
#[derive(Debug, Clone, Copy)]
struct Figures {
    /// Nanoseconds an event, by the clock and of processor time.
    event: f64,
    event_cpu: f64,
    received: f64,
    /// The most memory during the replay, in KiB.
    peak: f64,
    /// Nanoseconds a round trip.
    round_trip: f64,
    /// Nanoseconds an action: from one thread or task that does not wait, and from 64 that do.
    pipelined: f64,
    sixty_four: f64,
    /// KiB for each of 100 idle connections.
    idle: f64,
}

fn main() {
    support::serve_if_asked();
    let args: Vec<String> = std::env::args().collect();
    if let [_, one, name, address, events] = args.as_slice() {
        assert_eq!(one, "one", "the only command, and the parent's");
        let contender = Contender::by_name(name).expect("a contender");
        print(contenders::run(contender, address, events.parse().expect("a number")));
        return;
    }

    let quick = args.iter().any(|arg| arg == "--quick");
    let (events, rounds) = if quick { (10_000, 1) } else { (500_000, 5) };
    let server = Server::start();
    let mut figures: Vec<Vec<Figures>> = vec![Vec::new(); Contender::ALL.len()];
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for (contender, figures) in Contender::ALL.iter().zip(&mut figures) {
            figures.push(child(*contender, &server.address, events));
        }
    }

    let mut table = Table::new(&[
        "",
        "events/s",
        "x floor",
        "cpu/event",
        "received",
        "peak MiB",
        "round trip",
        "pipelined/s",
        "64 at once/s",
        "idle KiB",
    ]);
    for (contender, own) in Contender::ALL.iter().zip(&figures) {
        let middle = |value: fn(&Figures) -> f64| median(own.iter().map(value).filter(|v| !v.is_nan()).collect());
        let to_floor = own.iter().zip(&figures[0]).map(|(own, floor)| own.event / floor.event).collect();
        table.line(&[
            contender.name(),
            &count(1e9 / middle(|f| f.event)),
            &factor(median(to_floor)),
            &nanoseconds(middle(|f| f.event_cpu)),
            &format!("{:.0} %", 100.0 * middle(|f| f.received) / events as f64),
            &format!("{:.0}", middle(|f| f.peak) / 1024.0),
            &nanoseconds(middle(|f| f.round_trip)),
            &count(1e9 / middle(|f| f.pipelined)),
            &count(1e9 / middle(|f| f.sixty_four)),
            &factor(middle(|f| f.idle)),
        ]);
    }
    table.print();
}

fn child(contender: Contender, address: &str, events: usize) -> Figures {
    let own = std::env::current_exe().expect("the program's own path");
    let output = Command::new(own).args(["one", contender.name(), address, &events.to_string()]).output();
    let output = output.expect("a child process");
    assert!(output.status.success(), "{}: {}", contender.name(), String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut values = text.split_whitespace().map(|value| value.parse().expect("a number"));
    let mut next = || values.next().expect("a figure");
    Figures {
        event: next(),
        event_cpu: next(),
        received: next(),
        peak: next(),
        round_trip: next(),
        pipelined: next(),
        sixty_four: next(),
        idle: next(),
    }
}

fn print(figures: Figures) {
    let Figures { event, event_cpu, received, peak, round_trip, pipelined, sixty_four, idle } = figures;
    println!("{event} {event_cpu} {received} {peak} {round_trip} {pipelined} {sixty_four} {idle}");
}
