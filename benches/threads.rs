//! Threads that wait each for one action after the other, beside what is the least that this can cost; and what they
//! leave to a program that is busy on every core.

mod support;

use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use gami::{Client, Options};
use support::busy::{self, Busy};
use support::tokens::{go_round, Wait};
use support::{
    compare, count, factor, floor, is_quick, measure, measure_threads, nanoseconds, rounds, row, scaled, Row, Sample,
    Server, Spread, Table,
};

const THREADS: usize = 64;

fn main() {
    support::serve_if_asked();
    busy::count_if_asked();
    let server = Server::start();
    let address = server.address.as_str();
    let each = scaled(100_000) / THREADS;
    let ami = Options::new().dial(address).expect("the server of the benchmark");
    compare(
        &format!("{THREADS} threads over TCP"),
        "action",
        vec![
            row("limit: tokens, threads that stay awake", each * THREADS, || {
                go_round(address, THREADS, each, Wait::Awake)
            }),
            row("limit: tokens, threads that sleep", each * THREADS, || go_round(address, THREADS, each, Wait::Asleep)),
            row("action", each * THREADS, || actions(&ami, THREADS, each)),
        ],
    );
    beside_a_busy_program(address, &ami);
}

/// Each for a while, beside a program that counts.
fn beside_a_busy_program(address: &str, ami: &Client) {
    let (pings, each) = if is_quick() { (10, 2) } else { (200, 100) };
    let mut bare = floor::connect(address);
    let mut rows: Vec<Row<'_>> = vec![
        row("nothing", 0, || measure(|| thread::sleep(Duration::from_millis(100)))),
        row("1 thread: bare ping-pong", pings, || ping_pong(&mut bare, pings)),
        row("1 thread: action", pings, || actions(ami, 1, pings)),
        row(format!("{THREADS} threads: tokens, awake"), each * THREADS, || {
            go_round(address, THREADS, each, Wait::Awake)
        }),
        row(format!("{THREADS} threads: tokens, asleep"), each * THREADS, || {
            go_round(address, THREADS, each, Wait::Asleep)
        }),
        row(format!("{THREADS} threads: action"), each * THREADS, || actions(ami, THREADS, each)),
    ];
    let busy = Busy::start();
    let mut measured = vec![(Vec::new(), Vec::new(), Vec::new()); rows.len()];
    for _ in 0..rounds() {
        for (row, (times, cpus, cores)) in rows.iter_mut().zip(&mut measured) {
            let before = busy.used();
            let sample = (row.run)();
            let used = busy.used().zip(before).map_or(f64::NAN, |(after, before)| (after - before).as_secs_f64());
            cores.push(used / sample.elapsed.as_secs_f64());
            times.push(sample.elapsed.as_nanos() as f64 / row.items as f64);
            cpus.push(sample.cpu.map_or(f64::NAN, |cpu| cpu.as_nanos() as f64 / row.items as f64));
        }
    }
    let mut table =
        Table::new(&["beside a program that counts on every core", "actions/s", "cpu/action", "cores left to it"]);
    for (row, (times, cpus, cores)) in rows.iter().zip(measured) {
        let cores = Spread::of(cores).show(factor);
        if row.items == 0 {
            table.line(&[&row.name, "", "", &cores]);
        } else {
            let rate = Spread::of(times).rate().show(count);
            table.line(&[&row.name, &rate, &Spread::of(cpus).show(nanoseconds), &cores]);
        }
    }
    table.print();
}

fn ping_pong(stream: &mut (impl Read + Write), pings: usize) -> Sample {
    measure(|| {
        for number in 0..pings {
            stream.write_all(floor::ping(number).as_bytes()).expect("the server of the benchmark");
            floor::read_packets(stream, 1);
        }
    })
}

fn actions(ami: &Client, threads: usize, each: usize) -> Sample {
    measure_threads(threads, || (0..each).for_each(|_| drop(ami.action("Ping").expect("a response"))))
}
