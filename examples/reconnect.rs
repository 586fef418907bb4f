//! Comes back by itself after every loss, and keeps its event mask.
//!
//! `cargo run --example reconnect` hangs up on itself through a mock server;
//! `cargo run --example reconnect -- HOST:PORT USER SECRET` watches a real one: restart it and see.

mod common;

use std::time::Duration;

use gami::mock::Mock;
use gami::{select, Backoff, Options};

fn main() -> gami::Result<()> {
    let server = common::server(Mock::start);
    let ami = Options::new()
        .reconnect(Backoff::new().first(Duration::from_millis(100)).longest(Duration::from_secs(10)))
        .keepalive(Duration::from_secs(10))
        .dial(&server.address)?;
    ami.login(&server.user, &server.secret)?;
    ami.action(("Events", [("EventMask", "call,system")]))?;
    println!("connected, watching calls");

    let mut rounds = 0;
    loop {
        if let Some(mock) = &server.mock {
            if rounds == 3 {
                return ami.close();
            }
            rounds += 1;
            mock.hang_up();
        }
        select! {
            recv(ami.net_errors()) -> lost => match lost {
                Ok(lost) => println!("{lost}"),
                Err(_) => return Ok(()), // the client is closed
            },
            recv(ami.events()) -> event => if let Ok(event) = event {
                println!("{}", event.name());
            },
        }
        if ami.wait_connected(Duration::from_secs(60)).is_ok() {
            println!("{:?} after {} reconnections", ami.state(), ami.stats().reconnections);
        }
    }
}
