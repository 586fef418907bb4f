//! Actions: the time for one to be answered, and how many are when they are not waited for one by one.

mod support;

use std::io::{Read, Write};
use std::sync::Barrier;
use std::thread;

use gami::{Client, Options};
use support::{compare, floor, measure, measure_threads, row, scaled, Sample, Server};

const THREADS: usize = 64;

fn main() {
    support::serve_if_asked();
    let server = Server::start();
    let bare = floor::connect(&server.address);
    compare_all("TCP", &Options::new(), &server, bare, |pings| prepared(&server.address, pings));

    #[cfg(feature = "tls")]
    {
        let server = Server::start_tls();
        let bare = floor::connect_tls(&server.address);
        let options = Options::new().tls(gami::Tls::insecure());
        compare_all("TLS", &options, &server, bare, |pings| prepared_in_turns(&server.address, pings));
    }
}

fn compare_all(
    name: &str,
    options: &Options,
    server: &Server,
    mut bare: impl Read + Write,
    mut prepared: impl FnMut(usize) -> Sample,
) {
    let (pings, piped) = (scaled(5_000), scaled(100_000));
    let each = piped / THREADS;
    let ami = options.dial(&server.address).expect("the server of the benchmark");
    compare(
        &format!("round trip over {name}"),
        "ping",
        vec![
            row("floor: bare ping-pong", pings, || ping_pong(&mut bare, pings)),
            row("action", pings, || actions(&ami, pings)),
        ],
    );
    compare(
        &format!("pipelined over {name}"),
        "ping",
        vec![
            row("floor: prepared bytes", piped, || prepared(piped)),
            row("async_action, one thread", piped, || pipelined(&ami, piped)),
            row(format!("action, {THREADS} threads"), each * THREADS, || threads(&ami, each)),
        ],
    );
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

/// One thread in turns: a TLS session has no second handle.
#[cfg(feature = "tls")]
fn prepared_in_turns(address: &str, pings: usize) -> Sample {
    let mut tls = floor::connect_tls(address);
    let turns: Vec<(usize, String)> = (0..pings)
        .step_by(1_000)
        .map(|first| (first, first + 1_000.min(pings - first)))
        .map(|(first, end)| (end - first, (first..end).map(floor::ping).collect()))
        .collect();
    measure(|| {
        for (pings, bytes) in &turns {
            tls.write_all(bytes.as_bytes()).expect("the server of the benchmark");
            floor::read_packets(&mut tls, *pings);
        }
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
    measure_threads(THREADS, || (0..each).for_each(|_| drop(ami.action("Ping").expect("a response"))))
}
