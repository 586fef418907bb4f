//! Events end to end: from a replaying server over loopback to a thread that consumes them.

mod support;

use gami::{Client, Event, Options};
use support::{compare, floor, look, measure, row, scaled, Row, Sample, Server};

fn main() {
    support::serve_if_asked();
    let events = scaled(500_000);

    let server = Server::start();
    let mut rows = vec![row("floor: read and find packet ends", events, || {
        let mut tcp = floor::connect(&server.address);
        measure(|| {
            floor::ask(&mut tcp, "Replay", events);
            floor::read_packets(&mut tcp, events + 1);
        })
    })];
    rows.extend(consumers(Options::new(), &server, events));
    compare("TCP", "event", rows);

    #[cfg(feature = "tls")]
    {
        let server = Server::start_tls();
        let mut rows = vec![row("floor: decrypt", events, || {
            let mut tls = floor::connect_tls(&server.address);
            measure(|| {
                floor::ask(&mut tls, "Replay", events);
                floor::read_bytes(&mut tls, events * support::EVENT_BYTES);
            })
        })];
        rows.extend(consumers(Options::new().tls(gami::Tls::insecure()), &server, events));
        compare("TLS", "event", rows);
    }
}

fn consumers<'a>(options: Options, server: &'a Server, events: usize) -> Vec<Row<'a>> {
    let options = options.event_capacity(usize::MAX);
    let consumer = |name: &str, look: fn(&Event)| {
        let options = options.clone();
        row(name, events, move || replay(&options, &server.address, events, look))
    };
    vec![
        consumer("raw: name and number", look::touch),
        consumer("raw: every header looked at", look::every_header),
        consumer("raw: one in ten by name, its headers", look::by_name),
        consumer("typed: every field read", look::every_field),
    ]
}

/// Takes a replay from the client's stream, on this thread.
fn replay(options: &Options, address: &str, events: usize, look: fn(&Event)) -> Sample {
    let ami: Client = options.dial(address).expect("the server of the benchmark");
    let sample = measure(|| {
        ami.action(("Replay", [("Count", events)])).expect("a response");
        for (expected, event) in (0u64..).zip(ami.events().iter().take(events)) {
            assert_eq!(event.seq(), expected, "an event is missing");
            look(&event);
        }
    });
    let stats = ami.stats();
    assert_eq!((stats.events, stats.events_dropped), (events as u64, 0));
    ami.close().expect("the end");
    sample
}
