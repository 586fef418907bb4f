//! Plays a recording: as a server to any AMI client, or on the screen.
//!
//! - `cargo run --example replay -- FILE`: its entries, a line each;
//! - `cargo run --example replay -- FILE PORT [SPEED]`: a server on that port of this machine, until Ctrl-C. Any user
//!   may log in. The speed is 1 for real time, 10 for ten times as fast, 0 for all at once. For a look at it in words:
//!   `cargo run --example watch -- 127.0.0.1:PORT user secret`.

use std::time::Duration;

use gami::mock::{Mock, Replay};
use gami::Recording;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => {
            eprintln!("no recording given: a plain capture instead (FILE [PORT [SPEED]])\n");
            show("tests/data/asterisk-22.ami")?;
        }
        [path] => show(path)?,
        [path, port, rest @ ..] => {
            let speed = rest.first().map_or(Ok(1.0), |speed| speed.parse())?;
            let replay = Replay::recorded(Recording::open(path)?)?.speed(speed);
            let events = replay.len();
            let mock = Mock::builder().port(port.parse()?).replay(replay).start()?;
            println!("{events} events, to whoever logs in at {mock}");
            loop {
                std::thread::sleep(Duration::from_secs(3600));
            }
        }
    }
    Ok(())
}

fn show(path: &str) -> gami::Result<()> {
    for entry in Recording::open(path)? {
        println!("{:?}", entry?);
    }
    Ok(())
}
