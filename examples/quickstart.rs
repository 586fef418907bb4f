//! The first program: log in, watch the events, ping.
//!
//! `cargo run --example quickstart` starts a mock server that replays a call that was captured from an
//! Asterisk 22; `cargo run --example quickstart -- HOST:PORT USER SECRET` talks to a real one.

mod common;

use std::thread;
use std::time::Duration;

use gami::mock::{Mock, Replay, SAMPLE_CALL};
use gami::{select, Client};

fn main() -> gami::Result<()> {
    let server =
        common::server(|| Mock::builder().replay(Replay::new(SAMPLE_CALL).every(Duration::from_millis(10))).start());

    let ami = Client::dial(&server.address)?;

    let watcher = thread::spawn({
        let ami = ami.clone();
        move || loop {
            select! {
                // the network failed
                recv(ami.net_errors()) -> lost => match lost {
                    Ok(lost) => {
                        eprintln!("network: {lost}");
                        // try again every second; this logs in and sets the event mask again
                        thread::sleep(Duration::from_secs(1));
                        let _ = ami.reconnect();
                    }
                    Err(_) => return, // the client is closed
                },
                recv(ami.errors()) -> error => if let Ok(error) = error {
                    eprintln!("error: {error}");
                },
                recv(ami.events()) -> event => if let Ok(event) = event {
                    println!("event: {:?}", event.typed());
                },
            }
        }
    });

    ami.login(&server.user, &server.secret)?;
    println!("logged in");

    println!("answer: {:?}", ami.action("Ping")?);

    // an action whose answer is fetched later
    let ping = ami.async_action(("Ping", [("ActionID", "pingo")]))?;

    ami.action(("Events", [("EventMask", "on")]))?;

    println!("ping: {:?}", ping.recv());

    if server.mock.is_some() {
        thread::sleep(Duration::from_secs(1)); // the replayed call
        ami.close()?;
    } else {
        println!("watching until Ctrl-C");
    }
    watcher.join().expect("the watcher does not panic");
    Ok(())
}
