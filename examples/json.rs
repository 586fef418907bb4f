//! Prints one JSON object an event, typed, from a file or from standard input.
//!
//! ```text
//! cargo run --example json --features serde -- tests/data/asterisk-22.ami
//! nc pbx 5038 < login.txt | cargo run --example json --features serde -- --raw
//! ```
//!
//! With `--raw` an object has the event's headers as they came instead of the fields of the catalogue.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};

use gami::packet::{Frame, Framer, Kind};
use gami::Event;

fn main() -> Result<(), Box<dyn Error>> {
    let (flags, files): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|arg| arg == "--raw");
    let mut input: Box<dyn Read> = match files.first() {
        Some(file) => Box::new(File::open(file)?),
        None => Box::new(io::stdin()),
    };
    let mut out = BufWriter::new(io::stdout());
    let mut framer = Framer::new();
    while framer.fill(|buffer| input.read(buffer))? > 0 {
        for frame in framer.frames() {
            match frame {
                Frame::Packet(packet) if packet.kind() == Kind::Event => {
                    print(&Event::from(packet), !flags.is_empty(), &mut out)?
                }
                Frame::Packet(_) => {}
                Frame::TooLarge(bytes) => eprintln!("passed over a packet of {bytes} bytes"),
            }
        }
        out.flush()?;
    }
    Ok(())
}

fn print(event: &Event, raw: bool, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    if raw {
        serde_json::to_writer(&mut *out, event)?;
    } else {
        serde_json::to_writer(&mut *out, &event.typed())?;
    }
    Ok(writeln!(out)?)
}
