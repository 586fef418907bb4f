//! A fleet of a hundred servers beside a single client: events a second, threads, memory, wake-ups.

mod support;

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use gami::{Client, Fleet, Options, Parts};
use support::{
    compare, count, is_quick, keep, measure, nanoseconds, resident_memory, row, scaled, threads_and_files,
    voluntary_switches, Server, Table,
};

fn main() {
    support::serve_if_asked();
    let server = Server::start();
    let servers = if is_quick() { 10 } else { 100 };
    throughput(&server, servers);
    standing(&server, servers);
    latency(&server, servers);
}

fn options() -> Options {
    Options::new().event_capacity(usize::MAX)
}

fn fleet_of(server: &Server, servers: usize) -> Fleet {
    let mut fleet = Fleet::new();
    for number in 0..servers {
        fleet = fleet.server(format!("{number:03}"), options(), &server.address, "admin", "secret");
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
        let fleet = fleet_of(server, servers);
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
    let watched = Duration::from_secs(if is_quick() { 1 } else { 10 });
    let mut table = Table::new(&["idle", "threads", "files", "KiB each", "wake-ups/s"]);
    let mut stand = |name: &str, make: &dyn Fn() -> Box<dyn std::any::Any>| {
        let (before, memory) = (threads_and_files(), resident_memory());
        let made = make();
        let more = |after: Option<usize>, before: Option<usize>| match (after, before) {
            (Some(after), Some(before)) => after.saturating_sub(before).to_string(),
            _ => "n/a".into(),
        };
        let switches = voluntary_switches();
        thread::sleep(watched);
        let wakeups = match (voluntary_switches(), switches) {
            (Some(after), Some(before)) => {
                format!("{:.1}", after.saturating_sub(before + 1) as f64 / watched.as_secs_f64())
            }
            _ => "n/a".into(),
        };
        // By now the threads that made the links have ended.
        let after = threads_and_files();
        let threads = more(after.map(|(threads, _)| threads), before.map(|(threads, _)| threads));
        let files = more(after.map(|(_, files)| files), before.map(|(_, files)| files));
        let kib = match (resident_memory(), memory) {
            (Some((now, _)), Some((before, _))) => {
                format!("{:.1}", (now as f64 - before as f64) / servers as f64)
            }
            _ => "n/a".into(),
        };
        table.line(&[name, &threads, &files, &kib, &wakeups]);
        drop(made);
    };
    stand(&format!("{servers} clients"), &|| {
        let connect = |_| options().connect(&server.address, "admin", "secret").expect("the server of the benchmark");
        Box::new((0..servers).map(connect).collect::<Vec<Client>>())
    });
    stand(&format!("a fleet of {servers}"), &|| Box::new(fleet_of(server, servers)));
    stand(&format!("a fleet of {servers} with models"), &|| {
        let fleet = Arc::new(fleet_of(server, servers));
        let live = fleet.live(Parts::new().calls()).expect("models");
        Box::new((live, fleet))
    });
    table.print();
}

/// How long an event is under way that comes alone, from the asking to the consumer.
fn latency(server: &Server, servers: usize) {
    let rounds = scaled(5_000);
    let mut table = Table::new(&["one event at a time", "median", "events/s"]);
    let mut line = |name: &str, mut ask: Box<dyn FnMut() + '_>| {
        let mut times = Vec::with_capacity(rounds);
        let began = Instant::now();
        for _ in 0..rounds {
            let began = Instant::now();
            ask();
            times.push(began.elapsed().as_nanos() as f64);
        }
        let rate = rounds as f64 / began.elapsed().as_secs_f64();
        table.line(&[name, &nanoseconds(support::median(times)), &count(rate)]);
    };
    let one = options().connect(&server.address, "admin", "secret").expect("the server of the benchmark");
    line(
        "one client",
        Box::new(|| {
            one.action(("Replay", [("Count", 1)])).expect("a response");
            keep(one.events().recv().expect("an event"));
        }),
    );
    let fleet = fleet_of(server, servers);
    let last = client(&fleet, &fleet.servers()[servers - 1]);
    line(
        &format!("a fleet of {servers}"),
        Box::new(|| {
            last.action(("Replay", [("Count", 1)])).expect("a response");
            keep(fleet.events().recv().expect("an event"));
        }),
    );
    table.print();
}
