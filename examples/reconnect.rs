//! Comes back by itself after every loss, and keeps its event mask.
//!
//! `cargo run --example reconnect` hangs up on itself through a mock server;
//! `cargo run --example reconnect -- HOST:PORT USER SECRET` watches a real one: restart it and see.

mod common;

use std::time::Duration;

use gami::mock::Mock;
use gami::{select, Backoff, Options, State};

fn main() -> gami::Result<()> {
    let server = common::server(Mock::start);
    let ami = Options::new()
        .reconnect(Backoff::new().first(Duration::from_millis(100)).longest(Duration::from_secs(10)))
        .keepalive(Duration::from_secs(10))
        .dial(&server.address)?;
    ami.login(&server.user, &server.secret)?;
    ami.action(("Events", [("EventMask", "call,system")]))?;
    println!("connected, watching calls");

    if let Some(mock) = &server.mock {
        mock.hang_up();
    }
    loop {
        select! {
            recv(ami.net_errors()) -> lost => {
                let Ok(lost) = lost else { return Ok(()) }; // the client is closed
                println!("{lost}");
                while ami.wait_connected(Duration::from_secs(1)).is_err() {
                    ami.net_errors().try_iter().for_each(|failed| println!("{failed}"));
                    if ami.state() != State::Reconnecting {
                        return Ok(()); // the credentials are refused, or it is closed
                    }
                }
                println!("back again: {} reconnections", ami.stats().reconnections);
                if let Some(mock) = &server.mock {
                    if ami.stats().reconnections == 3 {
                        return ami.close();
                    }
                    mock.hang_up();
                }
            },
            recv(ami.events()) -> event => if let Ok(event) = event {
                println!("{}", event.name());
            },
        }
    }
}
