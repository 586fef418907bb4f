//! gami: blocking, so threads where the others have tasks.

use std::thread;

use gami::{Client, Event, Options};

use super::{each, idle, measure, replayed, Figures, PINGS, PIPED, TASKS};

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
    let pipelined = each(PIPED, || {
        let answers: Vec<_> = (0..PIPED).map(|_| ami.async_action("Ping").expect("to be sent")).collect();
        for answer in answers {
            answer.recv().expect("an answer").expect("a response");
        }
    });
    let sixty_four = each(PIPED, || {
        thread::scope(|scope| {
            for _ in 0..TASKS {
                scope.spawn(|| (0..PIPED / TASKS).for_each(|_| drop(ami.action("Ping").expect("a response"))));
            }
        });
    });
    Figures { round_trip, pipelined, sixty_four, idle, ..figures }
}

fn login(address: &str) -> Client {
    let ami = Options::new().event_capacity(usize::MAX).dial(address).expect("the server");
    ami.login("admin", "secret").expect("a login");
    ami
}
