//! Calls a channel, waits for five seconds, and hangs up.
//!
//! `cargo run --example originate -- HOST:PORT USER SECRET PJSIP/100`; without arguments a mock server
//! makes the call.

mod common;

use std::time::{Duration, Instant};

use gami::action::Originate;
use gami::mock::{Mock, Reply};
use gami::{Error, Interest, Options, Typed};

fn main() -> gami::Result<()> {
    let server = common::server(mock);
    let channel = match server.rest.first() {
        Some(channel) => channel.clone(),
        None if server.mock.is_some() => "PJSIP/100".to_owned(),
        None => {
            eprintln!("usage: HOST:PORT USER SECRET CHANNEL, where the channel is such as PJSIP/100");
            std::process::exit(2);
        }
    };

    let ami = Options::new().connect(&server.address, &server.user, &server.secret)?;
    // Before the call is made, so that none is missed.
    let hangups = ami.subscribe(Interest::names(["Hangup"]));

    println!("calling {channel}");
    let call = Originate::new(&channel)
        .application("Wait", "60")
        .ring_timeout(Duration::from_secs(20))
        .caller_id("gami <100>")
        .variable("NOTE", r#"commas, "quotes" and \ arrive intact"#);
    let call = match ami.originate(call) {
        Ok(call) => call,
        Err(failed @ Error::CallFailed { .. }) => {
            println!("{channel} was not reached: {failed}");
            return ami.close();
        }
        Err(error) => return Err(error),
    };
    println!("{} has answered; its uniqueid is {}", call.channel, call.uniqueid);

    let mut until = Instant::now() + Duration::from_secs(5);
    let mut ours = false;
    loop {
        match hangups.events().recv_deadline(until) {
            Ok(event) => match event.typed() {
                Typed::Hangup(e) if e.channel.uniqueid == call.uniqueid => {
                    match ours {
                        true => println!("hung up"),
                        false => println!("the other side hung up: {}", e.cause_txt),
                    }
                    break;
                }
                _ => {}
            },
            Err(_) if ours => {
                println!("hung up, and the server did not say so");
                break;
            }
            Err(_) => {
                println!("hanging up");
                ami.hangup(&call.channel)?;
                ours = true;
                until = Instant::now() + Duration::from_secs(5);
            }
        }
    }
    ami.close()
}

/// A server with one phone, which rings for a second and is answered.
fn mock() -> std::io::Result<Mock> {
    const CALL: &str = "Channel: PJSIP/100-00000001\r\nUniqueid: 1795457895.1\r\n";
    let mock = Mock::start()?;
    mock.on("Originate", |_| {
        let ringing = format!("Event: Newstate\r\n{CALL}ChannelState: 5\r\nChannelStateDesc: Ringing\r\n\r\n");
        let answered =
            [("Response", "Success"), ("Channel", "PJSIP/100-00000001"), ("Reason", "4"), ("Uniqueid", "1795457895.1")];
        Reply::success()
            .header("Message", "Originate successfully queued")
            .and(Reply::raw(ringing))
            .and(Reply::default().event("OriginateResponse", answered).after(Duration::from_secs(1)))
    });
    mock.on("Hangup", |hangup| match hangup.get("Channel") {
        Some("PJSIP/100-00000001") => Reply::success().header("Message", "Channel Hungup").and(Reply::raw(format!(
            "Event: Hangup\r\n{CALL}ChannelState: 6\r\nCause: 16\r\nCause-txt: Normal Clearing\r\n\r\n"
        ))),
        _ => Reply::error("No such channel"),
    });
    Ok(mock)
}
