//! Prints one JSON object an event, typed; with `--raw` the headers as they came.
//!
//! - `cargo run --example json`: a captured call, from a mock server;
//! - `cargo run --example json -- HOST:PORT USER SECRET`: the events of a real one;
//! - `cargo run --example json -- tests/data/asterisk-22.ami`: the events in a file of captured bytes.

mod common;

use std::fs::File;
use std::io::{self, Read, Write};
use std::time::Duration;

use gami::mock::{Mock, SAMPLE_CALL};
use gami::packet::{Frame, Framer, Kind};
use gami::{Backoff, Event, Options};

fn main() -> gami::Result<()> {
    let raw = std::env::args().any(|argument| argument == "--raw");
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--raw");
    if let (Some(path), None) = (arguments.next(), arguments.next()) {
        from_file(&path, raw).unwrap_or_else(|error| eprintln!("{path}: {error}"));
        return Ok(());
    }

    let server = common::server(|| Mock::builder().replay(SAMPLE_CALL).start());
    let ami = Options::new().reconnect(Backoff::new()).connect(&server.address, &server.user, &server.secret)?;
    // A replayed call ends, and then nothing comes; a real server is watched until Ctrl-C.
    let patience = if server.mock.is_some() { Duration::from_millis(300) } else { Duration::MAX };
    while let Ok(event) = ami.events().recv_timeout(patience) {
        if print(&event, raw).is_err() {
            break; // nobody reads any more
        }
    }
    ami.close()
}

fn from_file(path: &str, raw: bool) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut framer = Framer::new();
    while framer.fill(|room| file.read(room))? > 0 {
        for frame in framer.frames() {
            match frame {
                Frame::Packet(packet) if packet.kind() == Kind::Event => print(&Event::from(packet), raw)?,
                Frame::Packet(_) => {}
                Frame::TooLarge(bytes) => eprintln!("passed over a packet of {bytes} bytes"),
                _ => {}
            }
        }
    }
    Ok(())
}

fn print(event: &Event, raw: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if raw {
        serde_json::to_writer(&mut out, event)?;
    } else {
        serde_json::to_writer(&mut out, &event.typed())?;
    }
    writeln!(out)
}
