//! Records what a server sends, for a report of what went wrong.
//!
//! - `cargo run --example record`: a captured call from a mock server, to `gami.rec`;
//! - `cargo run --example record -- HOST:PORT USER SECRET [FILE]`: a real server, until Ctrl-C.
//!
//! Ctrl-C ends the program as it ends any; what was recorded up to a few hundredths of a second before is in the file,
//! which then reads up to there. Secrets are masked; names, numbers and addresses are not: see what you send.

mod common;

use std::time::Duration;

use gami::mock::{Mock, SAMPLE_CALL};
use gami::{select, Backoff, Options, Recorder};

fn main() -> gami::Result<()> {
    let server = common::server(|| Mock::builder().replay(SAMPLE_CALL).start());
    let path = server.rest.first().map_or("gami.rec", String::as_str);
    let recorder = Recorder::create(path)?;
    let options = Options::new().reconnect(Backoff::new()).keepalive(Duration::from_secs(15)).record(recorder.clone());
    let ami = options.dial(&server.address)?;
    ami.login(&server.user, &server.secret)?;
    println!("recording to {path}, until Ctrl-C");
    loop {
        select! {
            recv(ami.events()) -> event => if event.is_err() { break },
            recv(ami.errors()) -> error => if let Ok(error) = error { eprintln!("{error}") },
            recv(ami.net_errors()) -> lost => if let Ok(lost) = lost { eprintln!("{lost}") },
            default(Duration::from_secs(1)) => {
                if let Err(error) = recorder.flush() {
                    eprintln!("{error}");
                }
                let (stats, events) = (recorder.stats(), ami.stats().events);
                println!("{events} events, {} entries, {} bytes, {} left out", stats.entries, stats.bytes, stats.left_out);
                if server.mock.is_some() {
                    break; // the call is over
                }
            },
        }
    }
    ami.close()?;
    recorder.close()
}
