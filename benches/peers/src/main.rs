//! gami beside the other AMI clients of the registry: the same replay, the same pings, events at the same rates.
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
use support::latency::{self, print_actions, print_events, Percentiles, RATES, UNDER};
use support::{count, factor, nanoseconds, Server, Spread, Table};

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
    if let [_, what, name, address, numbers @ ..] = args.as_slice() {
        let contender = Contender::by_name(name).expect("a contender");
        let numbers: Vec<usize> = numbers.iter().map(|number| number.parse().expect("a number")).collect();
        return measure_one(what, contender, address, &numbers);
    }

    let quick = args.iter().any(|arg| arg == "--quick");
    let rounds = if quick { 1 } else { 7 };
    let server = Server::start();
    throughput(&server, if quick { 10_000 } else { 300_000 }, rounds);
    latencies(&server, if quick { 20 } else { 1 }, rounds);
}

/// The child's part: prints what it found out.
fn measure_one(what: &str, contender: Contender, address: &str, numbers: &[usize]) {
    match (what, numbers) {
        ("all", [events]) => print(contenders::run(contender, address, *events)),
        ("latency", [rate, events]) => {
            print_numbers(&contenders::latency(contender, address, *rate, *events).numbers());
        }
        ("act", [events]) => print_numbers(&contenders::act_between(contender, address, *events)),
        _ => panic!("only the parent asks: {what} {numbers:?}"),
    }
}

fn throughput(server: &Server, events: usize, rounds: usize) {
    let mut figures: Vec<Vec<Figures>> = vec![Vec::new(); Contender::ALL.len()];
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for (contender, figures) in Contender::ALL.iter().zip(&mut figures) {
            figures.push(Figures::of_child(*contender, &server.address, events));
        }
    }
    let mut received = Table::new(&["", "events/s", "× floor", "cpu/event", "received", "peak MiB"]);
    let mut acted = Table::new(&["", "round trip", "pipelined/s", "64 at once/s", "idle KiB"]);
    for (contender, own) in Contender::ALL.iter().zip(&figures) {
        let spread = |value: fn(&Figures) -> f64| Spread::of(own.iter().map(value));
        let to_floor = Spread::of(own.iter().zip(&figures[0]).map(|(own, floor)| own.event / floor.event));
        received.line(&[
            contender.name(),
            &spread(|f| f.event).rate().show(count),
            &to_floor.show(factor),
            &spread(|f| f.event_cpu).show(nanoseconds),
            &format!("{:.0} %", 100.0 * spread(|f| f.received).median / events as f64),
            &format!("{:.0}", spread(|f| f.peak).median / 1024.0),
        ]);
        if *contender != Contender::Floor {
            acted.line(&[
                contender.name(),
                &spread(|f| f.round_trip).show(nanoseconds),
                &spread(|f| f.pipelined).rate().show(count),
                &spread(|f| f.sixty_four).rate().show(count),
                &spread(|f| f.idle).show(factor),
            ]);
        }
    }
    received.print();
    acted.print();
}

fn latencies(server: &Server, share: u32, rounds: usize) {
    let contenders = Contender::ALL.map(|contender| (contender, contender.name_of_latency()));
    let contenders: Vec<_> = contenders.into_iter().filter_map(|(contender, name)| Some((contender, name?))).collect();
    let numbers =
        |what: &str, contender: Contender, numbers: &[usize]| child(what, contender, &server.address, numbers);
    for (rate, time) in RATES {
        eprintln!("{rate} events a second");
        let events = latency::events(rate, time / share);
        let mut rows: Vec<(&str, Vec<latency::Figures>)> =
            contenders.iter().map(|(_, name)| (*name, Vec::new())).collect();
        for _ in 0..rounds {
            for ((contender, _), (_, figures)) in contenders.iter().zip(&mut rows) {
                let told = numbers("latency", *contender, &[rate, events]);
                figures.push(latency::Figures::from_numbers(told.try_into().expect("its figures")));
            }
        }
        print_events(rate, events, &rows);
    }
    let events = latency::events(UNDER, RATES[1].1 / share);
    let mut rows: Vec<(&str, Vec<Percentiles>)> = contenders.iter().map(|(_, name)| (*name, Vec::new())).collect();
    for _ in 0..rounds {
        for ((contender, _), (_, figures)) in contenders.iter().zip(&mut rows) {
            figures.push(numbers("act", *contender, &[events]).try_into().expect("its figures"));
        }
    }
    print_actions(&rows);
}

/// What a child that measures one contender prints.
fn child(what: &str, contender: Contender, address: &str, numbers: &[usize]) -> Vec<f64> {
    let own = std::env::current_exe().expect("the program's own path");
    let numbers = numbers.iter().map(usize::to_string);
    let output = Command::new(own).args([what, contender.name(), address]).args(numbers).output();
    let output = output.expect("a child process");
    assert!(output.status.success(), "{}: {}", contender.name(), String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().map(|value| value.parse().expect("a number")).collect()
}

fn print_numbers(numbers: &[f64]) {
    println!("{}", numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(" "));
}

impl Figures {
    fn of_child(contender: Contender, address: &str, events: usize) -> Self {
        let told = child("all", contender, address, &[events]);
        let [event, event_cpu, received, peak, round_trip, pipelined, sixty_four, idle] = told[..] else {
            panic!("not eight figures: {told:?}");
        };
        Self { event, event_cpu, received, peak, round_trip, pipelined, sixty_four, idle }
    }
}

fn print(figures: Figures) {
    let Figures { event, event_cpu, received, peak, round_trip, pipelined, sixty_four, idle } = figures;
    print_numbers(&[event, event_cpu, received, peak, round_trip, pipelined, sixty_four, idle]);
}
