//! The first program: connect, watch the events, ping.
//!
//! `cargo run --example quickstart` starts a mock server that replays a call that was captured from an
//! Asterisk 22; `cargo run --example quickstart -- HOST:PORT USER SECRET` talks to a real one.

mod common;

use std::thread;
use std::time::Duration;

use gami::mock::{Mock, Replay, SAMPLE_CALL};
use gami::{select, Backoff, Event, Options, Typed};

fn main() -> gami::Result<()> {
    let server =
        common::server(|| Mock::builder().replay(Replay::new(SAMPLE_CALL).every(Duration::from_millis(10))).start());

    // Dials and logs in, and from then on comes back by itself after every loss.
    let ami = Options::new().reconnect(Backoff::new()).keepalive(Duration::from_secs(15)).connect(
        &server.address,
        &server.user,
        &server.secret,
    )?;

    let watcher = thread::spawn({
        // A clone of the client would keep it open; these streams end when it is closed.
        let (events, errors, states) = (ami.events().clone(), ami.errors().clone(), ami.states());
        let mut first = true;
        move || loop {
            select! {
                recv(states) -> state => match state {
                    Ok(state) => println!("link:   {state:?}"),
                    Err(_) => return, // the client is closed
                },
                recv(errors) -> error => if let Ok(error) = error {
                    println!("error:  {error}");
                },
                recv(events) -> event => if let Ok(event) = event {
                    println!("event:  {}", in_a_line(&event));
                    if std::mem::take(&mut first) {
                        println!("typed:  {:?}", event.typed()); // every field, here only once
                    }
                },
            }
        }
    });

    println!("answer: {:?}", ami.action("Ping")?);

    // An action whose answer is fetched later.
    let ping = ami.async_action(("Ping", [("ActionID", "pingo")]))?;
    println!("pingo:  {:?}", ping.recv().expect("one answer")?.get("Ping"));

    if server.mock.is_some() {
        thread::sleep(Duration::from_secs(1)); // the replayed call
        ami.close()?;
    } else {
        println!("watching until Ctrl-C");
    }
    watcher.join().expect("the watcher does not panic");
    Ok(())
}

/// What happened, to which channel, and for some events how it stands then.
fn in_a_line(event: &Event) -> String {
    let detail = match event.typed() {
        Typed::Newchannel(e) => format!("begins at {}@{}", e.channel.exten, e.channel.context),
        Typed::Newstate(e) => e.channel.state_desc.to_owned(),
        Typed::NewCallerid(e) => format!("{} <{}>", e.channel.caller_id_name, e.channel.caller_id_num),
        Typed::Newexten(e) => format!("{}({})", e.application, e.app_data),
        Typed::VarSet(e) => format!("{}={}", e.variable, e.value),
        Typed::DialBegin(e) => format!("to {}", e.dest.name),
        Typed::DialEnd(e) => format!("to {}: {}", e.dest.name, e.dial_status.map_or("?", |status| status.as_str())),
        Typed::BridgeEnter(e) => format!("{} in the bridge", e.bridge.num_channels.unwrap_or(0)),
        Typed::Hangup(e) => e.cause_txt.to_owned(),
        _ => String::new(),
    };
    let line = format!("{:<17} {:<27} {detail}", event.name(), event.get("Channel").unwrap_or_default());
    line.trim_end().to_owned()
}
