//! How long an event is under way, from the server's write to the consumer, and an action's answer while events come;
//! beside a loop that reads the socket on the thread that consumes, and one that hands on over a channel. `benches/peers`
//! does the same with other clients.
//!
//! The writer keeps a rate, and the tables tell how well: see `support/latency.rs`.

mod support;

use std::thread;

use gami::{Client, Options};
use support::latency::{self, print_actions, print_events, Arrivals, Figures, RATES, UNDER};
use support::{floor, is_quick, rounds, Server};

fn main() {
    support::serve_if_asked();
    let server = Server::start();
    for (rate, time) in RATES {
        let events = latency::events(rate, if is_quick() { time / 20 } else { time });
        let (mut bare, mut handed, mut gami) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds() {
            bare.push(latency::read(&server.address, rate, events));
            handed.push(hand_over(&server.address, rate, events));
            gami.push(latency::take(&connect(&server.address), rate, events));
        }
        let rows = [
            ("a bare loop that reads", bare),
            ("the same, over a channel to another thread", handed),
            ("gami, events()", gami),
        ];
        print_events(rate, events, &rows);
    }
    let events = latency::events(UNDER, RATES[1].1) / if is_quick() { 20 } else { 1 };
    let (mut bare, mut gami) = (Vec::new(), Vec::new());
    for _ in 0..rounds() {
        bare.push(latency::ping_between(&server.address, events));
        gami.push(latency::act_between(&connect(&server.address), events));
    }
    print_actions(&[("a bare loop that reads on until the answer", bare), ("gami, action", gami)]);
}

/// The loop hands each packet to the thread that consumes, over a channel of the kind that gami's events come by.
fn hand_over(address: &str, rate: usize, events: usize) -> Figures {
    let (packets, consuming) = crossbeam_channel::unbounded::<Vec<u8>>();
    let mut tcp = floor::connect(address);
    floor::ask_paced(&mut tcp, rate, events);
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut read = 0;
            floor::read_until(&mut tcp, |packet| {
                if packet.starts_with(b"Event") {
                    read += 1;
                    packets.send(packet.to_vec()).expect("a consumer");
                }
                read == events
            });
        });
        let mut arrivals = Arrivals::default();
        for packet in consuming {
            arrivals.note(floor::header(&packet, "Uniqueid"), floor::header(&packet, "Linkedid"));
        }
        arrivals.figures()
    })
}

fn connect(address: &str) -> Client {
    Options::new().event_capacity(usize::MAX).dial(address).expect("the server of the benchmark")
}
