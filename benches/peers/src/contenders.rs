//! The clients, each put to its best use.

mod asterisk_manager;
mod asterisk_rs_ami;
mod gami;

use std::future::Future;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::runtime::{Builder, Runtime};

use crate::support::latency::{self, Percentiles};
use crate::support::{self, floor, look, measure, Sample};
use crate::Figures;

const PINGS: usize = 2_000;
const PIPED: usize = 20_000;
const IDLE: usize = 100;
const TASKS: usize = 64;
/// So many are in flight at once; of these each client's best counts. asterisk-rs-ami refuses more than 256;
/// gami has windows of its own, up to all of them.
const WINDOWS: [usize; 3] = [16, 64, 200];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contender {
    Floor,
    GamiTouch,
    GamiHeaders,
    GamiTyped,
    RsAmi,
    RsAmiOneThread,
    Manager,
    ManagerOneThread,
}

impl Contender {
    pub const ALL: [Self; 8] = [
        Self::Floor,
        Self::GamiTouch,
        Self::GamiHeaders,
        Self::GamiTyped,
        Self::RsAmi,
        Self::RsAmiOneThread,
        Self::Manager,
        Self::ManagerOneThread,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor: read and find packet ends",
            Self::GamiTouch => "gami, name and number",
            Self::GamiHeaders => "gami, every header",
            Self::GamiTyped => "gami typed, all fields",
            Self::RsAmi => "asterisk-rs-ami 0.8.0 typed, 2 workers",
            Self::RsAmiOneThread => "asterisk-rs-ami 0.8.0 typed, 1 thread",
            Self::Manager => "asterisk-manager 2.1.3, 2 workers",
            Self::ManagerOneThread => "asterisk-manager 2.1.3, 1 thread",
        }
    }

    /// What it is called where latencies are told; what gami does with an event makes no difference there.
    pub fn name_of_latency(self) -> Option<&'static str> {
        match self {
            Self::GamiHeaders | Self::GamiTyped => None,
            Self::Floor => Some("a bare loop that reads"),
            Self::GamiTouch => Some("gami"),
            other => Some(other.name()),
        }
    }

    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|contender| contender.name() == name)
    }
}

/// Everything that is measured of one contender.
pub fn run(contender: Contender, address: &str, events: usize) -> Figures {
    match contender {
        Contender::Floor => {
            let mut tcp = floor::connect(address);
            let sample = measure(|| {
                floor::ask(&mut tcp, "Replay", events);
                floor::read_packets(&mut tcp, events + 1);
            });
            let nothing = f64::NAN;
            Figures {
                round_trip: nothing,
                pipelined: nothing,
                sixty_four: nothing,
                idle: nothing,
                ..replayed(sample, events, events)
            }
        }
        Contender::GamiTouch => gami::run(address, events, look::touch),
        Contender::GamiHeaders => gami::run(address, events, look::every_header),
        Contender::GamiTyped => gami::run(address, events, look::every_field),
        Contender::RsAmi => asterisk_rs_ami::run(&two_workers(), address, events),
        Contender::RsAmiOneThread => asterisk_rs_ami::run(&one_thread(), address, events),
        Contender::Manager => asterisk_manager::run(&two_workers(), address, events),
        Contender::ManagerOneThread => asterisk_manager::run(&one_thread(), address, events),
    }
}

/// How long events are under way at a rate.
pub fn latency(contender: Contender, address: &str, rate: usize, events: usize) -> latency::Figures {
    match contender {
        Contender::Floor => latency::read(address, rate, events),
        Contender::RsAmi => asterisk_rs_ami::latency(&two_workers(), address, rate, events),
        Contender::RsAmiOneThread => asterisk_rs_ami::latency(&one_thread(), address, rate, events),
        Contender::Manager => asterisk_manager::latency(&two_workers(), address, rate, events),
        Contender::ManagerOneThread => asterisk_manager::latency(&one_thread(), address, rate, events),
        _ => gami::latency(address, rate, events),
    }
}

/// How long actions take while so many events come.
pub fn act_between(contender: Contender, address: &str, events: usize) -> Percentiles {
    match contender {
        Contender::Floor => latency::ping_between(address, events),
        Contender::RsAmi => asterisk_rs_ami::act_between(&two_workers(), address, events),
        Contender::RsAmiOneThread => asterisk_rs_ami::act_between(&one_thread(), address, events),
        Contender::Manager => asterisk_manager::act_between(&two_workers(), address, events),
        Contender::ManagerOneThread => asterisk_manager::act_between(&one_thread(), address, events),
        _ => gami::act_between(address, events),
    }
}

fn two_workers() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The figures of a replay; the others are to be filled in.
fn replayed(sample: Sample, events: usize, received: usize) -> Figures {
    let nothing = f64::NAN;
    Figures {
        event: sample.elapsed.as_nanos() as f64 / events as f64,
        event_cpu: sample.cpu.map_or(nothing, |cpu| cpu.as_nanos() as f64 / events as f64),
        received: received as f64,
        peak: support::resident_memory().map_or(nothing, |(_, peak)| peak as f64),
        round_trip: nothing,
        pipelined: nothing,
        sixty_four: nothing,
        idle: nothing,
    }
}

fn each(items: usize, work: impl FnOnce()) -> f64 {
    measure(work).elapsed.as_nanos() as f64 / items as f64
}

/// The KiB that each of the connections takes that `connect` makes.
fn idle<C>(connect: impl FnMut(usize) -> C) -> f64 {
    let resident = || support::resident_memory().map_or(f64::NAN, |(now, _)| now as f64);
    let before = resident();
    let connections: Vec<C> = (0..IDLE).map(connect).collect();
    let after = resident();
    drop(connections);
    (after - before) / IDLE as f64
}

/// One task keeps so many pings in flight.
async fn window<F: Future>(size: usize, ping: impl Fn() -> F) {
    let mut flying = FuturesUnordered::new();
    for _ in 0..PIPED {
        if flying.len() == size {
            flying.next().await;
        }
        flying.push(ping());
    }
    while flying.next().await.is_some() {}
}
