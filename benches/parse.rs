//! What it costs to cut bytes into packets and to index their headers, no socket in between.

mod support;

use std::hint::black_box;
use std::io::{self, Write as _};

use gami::packet::{Frame, Framer, Packet};
use gami::Event;
use memchr::memmem;
use support::{compare, keep, measure, row, scaled, EVENT_HEADERS};

const REAL: &[u8] = include_bytes!("../tests/data/asterisk-22.ami");

fn main() {
    let real = without_banner(REAL);
    let synthetic = support::event_block();
    assert!(packets(synthetic).iter().all(|packet| packet.len() == EVENT_HEADERS));
    for (title, bytes) in [("synthetic event, 368 bytes", synthetic), ("capture of Asterisk 22", real)] {
        let every = packets(bytes);
        let passes = (scaled(500_000) / every.len()).max(1);
        let items = passes * every.len();
        let find = || {
            let end = memmem::Finder::new(b"\r\n\r\n");
            measure(|| (0..passes).for_each(|_| keep(end.find_iter(black_box(bytes)).count())))
        };
        let with = |look: fn(Packet)| {
            move || {
                let mut framer = Framer::new();
                measure(|| (0..passes).for_each(|_| feed(&mut framer, bytes, look)))
            }
        };
        let rows = vec![
            row("find ends", items, find),
            row("frame", items, with(|packet| keep(&packet))),
            row("frame, tell the kind", items, with(|packet| keep(packet.kind()))),
            row("frame, index", items, with(|packet| keep(packet.len()))),
            row("frame, index, every header", items, with(|packet| packet.iter().for_each(keep))),
            row("frame, index, 5 look-ups", items, with(|packet| look_up(&packet))),
            row("frame, index, decode every field", items, with(|packet| keep(Event::from(packet).typed()))),
        ];
        compare(title, "event", rows);

        let events: Vec<Event> = every.into_iter().map(Event::from).collect();
        let over = |look: fn(&Event)| {
            let events = &events;
            move || measure(|| (0..passes).for_each(|_| events.iter().for_each(look)))
        };
        let rows = vec![
            row("every header", items, over(|event| event.iter().for_each(keep))),
            row("decode every field", items, over(|event| keep(event.typed()))),
            row("decode, print with {:?}", items, over(|event| keep(write!(Sink, "{:?}", event.typed())))),
            row("raw to JSON", items, over(|event| keep(serde_json::to_writer(Sink, event).is_ok()))),
            row("decode, to JSON", items, over(|event| keep(serde_json::to_writer(Sink, &event.typed()).is_ok()))),
        ];
        compare(&format!("{title}, indexed"), "event", rows);
    }
}

/// Takes text and keeps none.
struct Sink;

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(black_box(bytes).len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn look_up(packet: &Packet) {
    for name in ["Channel", "ChannelStateDesc", "CallerIDNum", "Uniqueid", "Linkedid"] {
        keep(packet.get(name));
    }
}

/// Feeds bytes in pieces as a busy socket brings them.
fn feed(framer: &mut Framer, bytes: &[u8], look: fn(Packet)) {
    for piece in bytes.chunks(64 * 1024) {
        framer.push(piece);
        for frame in framer.frames() {
            if let Frame::Packet(packet) = frame {
                look(packet);
            }
        }
    }
}

fn packets(bytes: &[u8]) -> Vec<Packet> {
    let mut framer = Framer::new();
    framer.push(bytes);
    let packets = framer.frames().filter_map(|frame| match frame {
        Frame::Packet(packet) => Some(packet),
        _ => None,
    });
    packets.collect()
}

fn without_banner(bytes: &[u8]) -> &[u8] {
    &bytes[memchr::memchr(b'\n', bytes).map_or(0, |end| end + 1)..]
}
