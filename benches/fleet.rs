//! A fleet of a hundred servers beside a single client: events a second, threads, memory, wake-ups.

mod support;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use gami::{Client, Fleet, Options, Parts};
use support::{
    compare, idle_wakeups, in_child, is_quick, keep, measure, resident_memory, rounds, row, scaled, threads_and_files,
    Server, Spread, Table,
};

fn main() {
    support::serve_if_asked();
    if let Some(part) = support::part() {
        return stand(&part);
    }
    let server = Server::start();
    let servers = if is_quick() { 10 } else { 100 };
    throughput(&server, servers);
    standing(&server, servers);
    latency(&server, servers);
}

fn options() -> Options {
    Options::new().event_capacity(usize::MAX)
}

fn fleet_of(address: &str, servers: usize) -> Fleet {
    let mut fleet = Fleet::new();
    for number in 0..servers {
        fleet = fleet.server(format!("{number:03}"), options(), address, "admin", "secret");
    }
    let fleet = fleet.connect().expect("a fleet");
    for name in fleet.servers() {
        client(&fleet, &name).wait_connected(Duration::from_secs(20)).expect("a link");
    }
    fleet
}

fn client(fleet: &Fleet, name: &str) -> Client {
    fleet.client(name).expect("a server of the fleet")
}

/// The same number of events from one server to a client, from one to a fleet, and from all to a fleet.
fn throughput(server: &Server, servers: usize) {
    let events = scaled(500_000) / servers * servers;
    let merged = |servers: usize| {
        let fleet = fleet_of(&server.address, servers);
        let names = fleet.servers();
        let clients: Vec<Client> = names.iter().map(|name| client(&fleet, name)).collect();
        let sample = measure(|| {
            let each = events / servers;
            let asked: Vec<_> = clients
                .iter()
                .map(|client| client.async_action(("Replay", [("Count", each)])).expect("to be sent"))
                .collect();
            let mut next = vec![0; servers];
            for event in fleet.events().iter().take(events) {
                let at: usize = event.server().parse().expect("a number");
                assert_eq!(event.seq(), next[at], "an event is missing");
                next[at] += 1;
                keep(event.name());
            }
            asked.into_iter().for_each(|answer| drop(answer.recv().expect("an answer").expect("a response")));
        });
        fleet.close().expect("the end");
        sample
    };
    compare(
        "events",
        "event",
        vec![
            row("floor: one client", events, || {
                let ami = options().connect(&server.address, "admin", "secret").expect("the server of the benchmark");
                let sample = measure(|| {
                    ami.action(("Replay", [("Count", events)])).expect("a response");
                    for (expected, event) in (0u64..).zip(ami.events().iter().take(events)) {
                        assert_eq!(event.seq(), expected, "an event is missing");
                        keep(event.name());
                    }
                });
                ami.close().expect("the end");
                sample
            }),
            row("a fleet of 1", events, || merged(1)),
            row(format!("a fleet of {servers}"), events, || merged(servers)),
        ],
    );
}

/// What a fleet takes that has nothing to do, beside as many clients; and with a model of each.
fn standing(server: &Server, servers: usize) {
    let mut table = Table::new(&["idle", "threads", "files", "KiB each", "wake-ups/s"]);
    let rows = ["clients", "fleet", "models"];
    let names =
        [format!("{servers} clients"), format!("a fleet of {servers}"), format!("a fleet of {servers} with models")];
    for (what, name) in rows.iter().zip(names) {
        let part = format!("{what} {servers} {}", server.address);
        let rounds: Vec<Vec<f64>> = (0..rounds()).map(|_| in_child(&part)).collect();
        let figure = |at: usize| Spread::of(rounds.iter().map(|round| round[at])).show(|value| format!("{value:.1}"));
        table.line(&[&name, &figure(0), &figure(1), &figure(2), &figure(3)]);
    }
    table.print();
}

/// Clients or a fleet stand in this process and nothing happens.
fn stand(part: &str) {
    let [what, servers, address] = part.split(' ').collect::<Vec<_>>()[..] else { panic!("not a part: {part}") };
    let servers = servers.parse().expect("a number");
    let (before, memory) = (threads_and_files(), resident_memory());
    let made: Box<dyn std::any::Any> = match what {
        "clients" => {
            let connect = |_| options().connect(address, "admin", "secret").expect("the server of the benchmark");
            Box::new((0..servers).map(connect).collect::<Vec<Client>>())
        }
        "fleet" => Box::new(fleet_of(address, servers)),
        _ => {
            let fleet = Arc::new(fleet_of(address, servers));
            let live = fleet.live(Parts::new().calls()).expect("models");
            Box::new((live, fleet))
        }
    };
    // Until the threads that made the links have ended, and the first of everything is over.
    thread::sleep(Duration::from_millis(if is_quick() { 100 } else { 500 }));
    let wakeups = idle_wakeups();
    let (threads, files) = threads_and_files().zip(before).map_or((f64::NAN, f64::NAN), |(after, before)| {
        (after.0 as f64 - before.0 as f64, after.1 as f64 - before.1 as f64)
    });
    let kib = resident_memory()
        .zip(memory)
        .map_or(f64::NAN, |((now, _), (before, _))| (now as f64 - before as f64) / servers as f64);
    println!("{threads} {files} {kib} {wakeups}");
    drop(made);
}

/// How long an event is under way that comes alone, from the asking to the consumer.
fn latency(server: &Server, servers: usize) {
    let events = scaled(1_000);
    let one = options().connect(&server.address, "admin", "secret").expect("the server of the benchmark");
    let fleet = fleet_of(&server.address, servers);
    let last = client(&fleet, &fleet.servers()[servers - 1]);
    compare(
        "one event at a time",
        "event",
        vec![
            row("floor: one client", events, || {
                measure(|| {
                    for _ in 0..events {
                        one.action(("Replay", [("Count", 1)])).expect("a response");
                        keep(one.events().recv().expect("an event"));
                    }
                })
            }),
            row(format!("a fleet of {servers}"), events, || {
                measure(|| {
                    for _ in 0..events {
                        last.action(("Replay", [("Count", 1)])).expect("a response");
                        keep(fleet.events().recv().expect("an event"));
                    }
                })
            }),
        ],
    );
}
