//! Actions: the time for one to be answered, and how many are when they are not waited for one by one.

mod support;

use std::io::{Read, Write};
use std::sync::Barrier;
use std::thread;

use gami::{Client, Options};
use support::{compare, floor, measure, row, scaled, Sample, Server};

const THREADS: usize = 64;

fn main() {
    support::serve_if_asked();
    let pings = scaled(5_000);
    let piped = scaled(100_000);
    let each = piped / THREADS;

    let server = Server::start();
    let ami = Options::new().dial(&server.address).expect("the server of the benchmark");
    let mut tcp = floor::connect(&server.address);
    compare(
        "round trip over TCP",
        "ping",
        vec![
            row("floor: bare ping-pong", pings, || ping_pong(&mut tcp, pings)),
            row("action", pings, || actions(&ami, pings)),
        ],
    );
    compare(
        "pipelined over TCP",
        "ping",
        vec![
            row("floor: prepared bytes", piped, || prepared(&server.address, piped)),
            row("async_action, one thread", piped, || pipelined(&ami, piped)),
            row(format!("action, {THREADS} threads"), each * THREADS, || threads(&ami, each)),
        ],
    );

    #[cfg(feature = "tls")]
    {
        let server = Server::start_tls();
        let ami = Options::new().tls(gami::Tls::insecure()).dial(&server.address).expect("the server of the benchmark");
        let mut tls = floor::connect_tls(&server.address);
        compare(
            "round trip over TLS",
            "ping",
            vec![
                row("floor: bare ping-pong", pings, || ping_pong(&mut tls, pings)),
                row("action", pings, || actions(&ami, pings)),
            ],
        );
    }
}

fn ping_pong(stream: &mut (impl Read + Write), pings: usize) -> Sample {
    let mut answer = [0; 4096];
    measure(|| {
        for number in 0..pings {
            stream.write_all(floor::ping(number).as_bytes()).expect("the server of the benchmark");
            let mut came = 0;
            while !answer[..came].ends_with(b"\r\n\r\n") {
                came += stream.read(&mut answer[came..]).expect("the server of the benchmark");
            }
        }
    })
}

fn actions(ami: &Client, pings: usize) -> Sample {
    measure(|| {
        for _ in 0..pings {
            ami.action("Ping").expect("a response");
        }
    })
}

/// One thread sends what was made before, the other counts the answers.
fn prepared(address: &str, pings: usize) -> Sample {
    let mut reading = floor::connect(address);
    let mut writing = reading.try_clone().expect("a second handle");
    let bytes: String = (0..pings).map(floor::ping).collect();
    let (start, end) = (Barrier::new(2), Barrier::new(2));
    thread::scope(|scope| {
        scope.spawn(|| {
            start.wait();
            writing.write_all(bytes.as_bytes()).expect("the server of the benchmark");
            end.wait();
        });
        let sample = measure(|| {
            start.wait();
            floor::read_packets(&mut reading, pings);
        });
        end.wait();
        sample
    })
}

fn pipelined(ami: &Client, pings: usize) -> Sample {
    measure(|| {
        let answers: Vec<_> = (0..pings).map(|_| ami.async_action("Ping").expect("to be sent")).collect();
        for answer in answers {
            answer.recv().expect("an answer").expect("a response");
        }
    })
}

fn threads(ami: &Client, each: usize) -> Sample {
    let (start, done, end) = (Barrier::new(THREADS + 1), Barrier::new(THREADS + 1), Barrier::new(THREADS + 1));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                start.wait();
                for _ in 0..each {
                    ami.action("Ping").expect("a response");
                }
                done.wait();
                end.wait();
            });
        }
        let sample = measure(|| {
            start.wait();
            done.wait();
        });
        end.wait();
        sample
    })
}
