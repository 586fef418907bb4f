//! Comes back by itself after every loss, and keeps its event mask; the server need not be up yet.
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
        .event_mask("call,system")
        .connect(&server.address, &server.user, &server.secret)?;
    let states = ami.states();
    loop {
        select! {
            // How the link stands now, and each change.
            recv(states) -> state => match state {
                Ok(State::Connected) => {
                    println!("connected, watching calls; {} reconnections so far", ami.stats().reconnections);
                    if let Some(mock) = &server.mock {
                        if ami.stats().reconnections == 3 {
                            return ami.close();
                        }
                        mock.hang_up();
                    }
                }
                Ok(State::Booting) => println!("connected, but the server is still loading its modules"),
                Ok(State::Reconnecting) => println!("not connected, trying"),
                // The credentials are refused: nothing more happens by itself.
                Ok(State::Disconnected) => return ami.close(),
                Ok(_) | Err(_) => return Ok(()),
            },
            // Why it was lost, and why each attempt to come back failed.
            recv(ami.net_errors()) -> why => if let Ok(why) = why {
                println!("{why}");
            },
            recv(ami.events()) -> event => if let Ok(event) = event {
                println!("{}", event.name());
            },
        }
    }
}
