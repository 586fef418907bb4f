//! Several threads share one client: each gets the answers to its own actions.
//!
//! `cargo run --example threads`, or `cargo run --example threads -- HOST:PORT USER SECRET`.

mod common;

use std::thread;
use std::time::Instant;

use gami::mock::Mock;
use gami::Options;

fn main() -> gami::Result<()> {
    const THREADS: u32 = 8;
    const PINGS: u32 = 1000;

    let server = common::server(Mock::start);
    let ami = Options::new().connect(&server.address, &server.user, &server.secret)?;

    let begun = Instant::now();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let ami = &ami; // or a clone, for a thread that outlives this one
            scope.spawn(move || {
                for ping in 0..PINGS {
                    let id = format!("{thread}-{ping}");
                    match ami.action(("Ping", [("ActionID", &id)])) {
                        Ok(answer) => assert_eq!(answer.action_id(), Some(id.as_str())),
                        Err(error) => eprintln!("thread {thread}: {error}"),
                    }
                }
            });
        }
    });
    println!("{} pings from {THREADS} threads in {:?}", THREADS * PINGS, begun.elapsed());
    ami.close()
}
