//! How long events and answers are under way, at a rate that a writer keeps.
//!
//! The writer is a thread of the server's process. It sleeps until an event is due, writes each by itself, as Asterisk
//! does, and puts into it the time just before the write and the time at which it was due. What is told as latency is
//! from that write to the consumer, not from when the event was due: how late the writer was is told beside it.

use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ::gami::Client;

use super::{count, floor, keep, nanoseconds, Spread, Table};

/// So many events a second, for so long.
pub const RATES: [(usize, Duration); 3] =
    [(100, Duration::from_millis(1_500)), (10_000, Duration::from_millis(700)), (100_000, Duration::from_millis(300))];
/// So many events a second come while actions are made, each so long after the answer to the one before.
pub const UNDER: usize = 10_000;
pub const BETWEEN_ACTIONS: Duration = Duration::from_micros(500);

/// How many events come at a rate in a time.
pub fn events(rate: usize, time: Duration) -> usize {
    (rate as f64 * time.as_secs_f64()) as usize
}

/// The time of the system's clock in nanoseconds: the same in every process.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64)
}

/// Writes events at a rate; they share the connection with what is answered meanwhile.
pub fn write_paced(mut tcp: &TcpStream, answering: &Mutex<()>, rate: usize, events: usize) -> io::Result<()> {
    let (begun, wall) = (Instant::now(), now());
    for number in 0..events {
        let due = Duration::from_nanos((number as u64 + 1) * 1_000_000_000 / rate as u64);
        if let Some(early) = due.checked_sub(begun.elapsed()) {
            thread::sleep(early);
        }
        let _whole = answering.lock().expect("no panic");
        let event = event(now(), wall + due.as_nanos() as u64);
        tcp.write_all(event.as_bytes())?;
    }
    Ok(())
}

/// The peers' types keep these two headers: so the times are there.
fn event(written: u64, due: u64) -> String {
    format!(
        "Event: Newchannel\r\nPrivilege: call,all\r\nChannel: PJSIP/alice-00000001\r\nChannelState: 0\r\n\
         ChannelStateDesc: Down\r\nCallerIDNum: 2025550100\r\nCallerIDName: Alice Exemplar\r\n\
         ConnectedLineNum: <unknown>\r\nConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: sales\r\n\
         Context: local\r\nExten: 2025550199\r\nPriority: 1\r\nUniqueid: {written}\r\nLinkedid: {due}\r\n\r\n"
    )
}

/// What a consumer saw of one stream of events.
#[derive(Default)]
pub struct Arrivals {
    latency: Vec<f64>,
    lateness: Vec<f64>,
    first: Option<u64>,
    last: u64,
}

impl Arrivals {
    /// An event is there; `uniqueid` and `linkedid` are its headers.
    pub fn note(&mut self, uniqueid: &str, linkedid: &str) {
        let arrived = now();
        let time = |text: &str| text.parse::<u64>().expect("a time in nanoseconds");
        let (written, due) = (time(uniqueid), time(linkedid));
        self.latency.push(arrived.saturating_sub(written) as f64);
        self.lateness.push(written.saturating_sub(due) as f64);
        self.first.get_or_insert(written);
        self.last = written;
    }

    pub fn len(&self) -> usize {
        self.latency.len()
    }

    pub fn figures(self) -> Figures {
        let apart = self.last.saturating_sub(self.first.unwrap_or(self.last)) as f64 / 1e9;
        let reached = (self.latency.len() - 1) as f64 / apart;
        let late = percentiles(self.lateness);
        Figures { latency: percentiles(self.latency), reached, late: [late[0], late[1]] }
    }
}

/// The half, 99 and 99.9 of a hundred are not above these, and none is above the last.
pub type Percentiles = [f64; 4];

pub fn percentiles(mut values: Vec<f64>) -> Percentiles {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let rank = (values.len() as f64 * share).ceil() as usize;
        values.get(rank.max(1) - 1).copied().unwrap_or(f64::NAN)
    };
    [at(0.5), at(0.99), at(0.999), at(1.0)]
}

/// What came of one stream: nanoseconds, and events a second.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    pub latency: Percentiles,
    pub reached: f64,
    /// How late the writer was: the half and 99 of a hundred.
    pub late: [f64; 2],
}

impl Figures {
    pub fn numbers(&self) -> [f64; 7] {
        let Self { latency: [p50, p99, p999, max], reached, late: [half, most] } = *self;
        [p50, p99, p999, max, reached, half, most]
    }

    pub fn from_numbers([p50, p99, p999, max, reached, half, most]: [f64; 7]) -> Self {
        Self { latency: [p50, p99, p999, max], reached, late: [half, most] }
    }
}

/// A loop that reads the socket on the thread that consumes.
pub fn read(address: &str, rate: usize, events: usize) -> Figures {
    let mut tcp = floor::connect(address);
    floor::ask_paced(&mut tcp, rate, events);
    let mut arrivals = Arrivals::default();
    floor::read_until(&mut tcp, |packet| {
        if packet.starts_with(b"Event") {
            arrivals.note(floor::header(packet, "Uniqueid"), floor::header(packet, "Linkedid"));
        }
        arrivals.len() == events
    });
    arrivals.figures()
}

/// One thread pings and reads on until the answer; in the pauses nobody reads.
pub fn ping_between(address: &str, events: usize) -> Percentiles {
    let mut tcp = floor::connect(address);
    floor::ask_paced(&mut tcp, UNDER, events);
    let (mut seen, mut times) = (0, Vec::new());
    let mut reading = tcp.try_clone().expect("a second handle");
    let mut asked = None;
    floor::read_until(&mut reading, |packet| {
        if packet.starts_with(b"Event") {
            seen += 1;
            return seen == events;
        }
        if let Some(asked) = asked {
            times.push(Instant::elapsed(&asked).as_nanos() as f64);
            thread::sleep(BETWEEN_ACTIONS);
        }
        asked = Some(Instant::now());
        tcp.write_all(floor::ping(1).as_bytes()).expect("the server of the benchmark");
        false
    });
    percentiles(times)
}

/// What gami's consumer sees of a stream of events.
pub fn take(ami: &Client, rate: usize, events: usize) -> Figures {
    ami.action(("Paced", [("Rate", rate), ("Count", events)])).expect("a response");
    let mut arrivals = Arrivals::default();
    for event in ami.events().iter().take(events) {
        arrivals.note(event.get("Uniqueid").expect("a time"), event.get("Linkedid").expect("a time"));
    }
    arrivals.figures()
}

/// How long gami's actions take while events come: one thread takes the events, another makes actions.
pub fn act_between(ami: &Client, events: usize) -> Percentiles {
    ami.action(("Paced", [("Rate", UNDER), ("Count", events)])).expect("a response");
    thread::scope(|scope| {
        let consumer = scope.spawn(|| ami.events().iter().take(events).for_each(|event| keep(event.name())));
        let mut times = Vec::new();
        while !consumer.is_finished() {
            let begun = Instant::now();
            ami.action("Ping").expect("a response");
            times.push(begun.elapsed().as_nanos() as f64);
            thread::sleep(BETWEEN_ACTIONS);
        }
        percentiles(times)
    })
}

/// A table of what each row's rounds gave.
pub fn print_events(rate: usize, events: usize, rows: &[(&str, Vec<Figures>)]) {
    let title = format!("{} events/s, {} a round", count(rate as f64), count(events as f64));
    let mut table = Table::new(&[&title, "p50", "p99", "p99.9", "max", "reached/s", "writer late p50", "p99"]);
    for (name, rounds) in rows {
        let spread = |value: &dyn Fn(&Figures) -> f64| Spread::of(rounds.iter().map(value));
        let latency = |at: usize| spread(&|figures| figures.latency[at]).show(nanoseconds);
        table.line(&[
            name,
            &latency(0),
            &latency(1),
            &latency(2),
            &latency(3),
            &count(spread(&|figures| figures.reached).median),
            &nanoseconds(spread(&|figures| figures.late[0]).median),
            &nanoseconds(spread(&|figures| figures.late[1]).median),
        ]);
    }
    table.print();
}

/// The same of actions.
pub fn print_actions(rows: &[(&str, Vec<Percentiles>)]) {
    let title = format!("round trip under {} events/s", count(UNDER as f64));
    let mut table = Table::new(&[&title, "p50", "p99", "p99.9", "max"]);
    for (name, rounds) in rows {
        let at = |at: usize| Spread::of(rounds.iter().map(|percentiles| percentiles[at])).show(nanoseconds);
        table.line(&[name, &at(0), &at(1), &at(2), &at(3)]);
    }
    table.print();
}
