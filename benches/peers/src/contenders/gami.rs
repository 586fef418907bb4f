//! gami: blocking, so threads where the others have tasks.

use std::collections::VecDeque;
use std::thread;

use gami::{Client, Event, Options, Receiver, Response};

use super::{each, idle, measure, replayed, Figures, PINGS, PIPED, TASKS};
use crate::support::latency::{self, Percentiles};

pub fn run(address: &str, events: usize, look: fn(&Event)) -> Figures {
    // First, while the process has little memory to reuse.
    let idle = idle(|_| login(address));
    let ami = login(address);
    let mut received = 0;
    let sample = measure(|| {
        ami.action(("Replay", [("Count", events)])).expect("a response");
        for event in ami.events().iter().take(events) {
            look(&event);
            received += 1;
        }
    });
    let figures = replayed(sample, events, received);
    let round_trip = each(PINGS, || (0..PINGS).for_each(|_| drop(ami.action("Ping").expect("a response"))));
    let piped = [200, 1_000, PIPED].map(|size| each(PIPED, || window(&ami, size)));
    let pipelined = piped.into_iter().fold(f64::INFINITY, f64::min);
    let sixty_four = each(PIPED, || {
        thread::scope(|scope| {
            for _ in 0..TASKS {
                scope.spawn(|| (0..PIPED / TASKS).for_each(|_| drop(ami.action("Ping").expect("a response"))));
            }
        });
    });
    Figures { round_trip, pipelined, sixty_four, idle, ..figures }
}

pub fn latency(address: &str, rate: usize, events: usize) -> latency::Figures {
    latency::take(&login(address), rate, events)
}

pub fn act_between(address: &str, events: usize) -> Percentiles {
    latency::act_between(&login(address), events)
}

/// One thread keeps so many pings in flight.
fn window(ami: &Client, size: usize) {
    let mut flying = VecDeque::with_capacity(size);
    let take = |answer: Receiver<gami::Result<Response>>| answer.recv().expect("an answer").expect("a response");
    for _ in 0..PIPED {
        if flying.len() == size {
            flying.pop_front().map(take);
        }
        flying.push_back(ami.async_action("Ping").expect("to be sent"));
    }
    flying.into_iter().for_each(|answer| drop(take(answer)));
}

fn login(address: &str) -> Client {
    let ami = Options::new().event_capacity(usize::MAX).dial(address).expect("the server");
    ami.login("admin", "secret").expect("a login");
    ami
}
