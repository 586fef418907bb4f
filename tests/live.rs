//! What only a real Asterisk can show. `tests/asterisk/run` installs one, starts it and runs these:
//! it is `cargo test -- --ignored --test-threads=1` with the server's addresses in the
//! environment.

mod asterisk;

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;
#[cfg(feature = "tls")]
use std::time::Duration;
use std::time::Instant;

use asterisk::*;
use gami::{Action, Client, Error, Event, LoginMode, Outcome, State};
#[cfg(feature = "tls")]
use gami::{Options, Tls};

fn call(ami: &Client, exten: &str) {
    let local = format!("Local/{exten}@gami");
    ami.action((
        "Originate",
        [("Channel", local.as_str()), ("Application", "Wait"), ("Data", "0.1"), ("Async", "true")],
    ))
    .unwrap();
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn logs_in_by_challenge_and_plain_over_tcp_and_tls() {
    for (way, options, address) in ways() {
        for mode in [LoginMode::Auto, LoginMode::Challenge, LoginMode::Plain] {
            let ami = options.clone().login_mode(mode).dial(&address).unwrap();
            log_in(&ami);
            assert_eq!(ami.action("Ping").unwrap().get("Ping"), Some("Pong"), "{way} {mode:?}");
            ami.close().unwrap();
        }
    }
}

#[cfg(feature = "tls")]
#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_certificate_that_is_not_trusted_is_a_clear_error() {
    let error = Options::new().tls(Tls::new()).dial(var("GAMI_ASTERISK_AMI_TLS")).unwrap_err();
    assert!(matches!(error, Error::Tls(_)) && error.to_string().contains("certificate"), "{error}");
}

#[cfg(feature = "tls")]
#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn tls_to_the_plain_port_and_plain_to_the_tls_port_are_clear_errors_in_time() {
    let impatient = |options: Options| options.connect_timeout(Duration::from_secs(2));
    let begun = Instant::now();
    let error = impatient(over_tls()).dial(var("GAMI_ASTERISK_AMI")).unwrap_err();
    assert!(matches!(error, Error::Tls(_)), "{error}");
    let error = impatient(Options::new()).dial(var("GAMI_ASTERISK_AMI_TLS")).unwrap_err();
    assert!(matches!(error, Error::Banner { .. }), "{error}");
    assert!(begun.elapsed() < PATIENCE);
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_wrong_secret_is_a_clear_error_in_about_a_second() {
    for (way, options, address) in ways() {
        let ami = options.dial(address).unwrap();
        let begun = Instant::now();
        let error = ami.login(var("GAMI_ASTERISK_USER"), "wrong").unwrap_err();
        assert_eq!(error.to_string(), "refused by the server: Authentication failed", "{way}");
        assert_eq!(error.outcome(), Outcome::Refused);
        assert!(begun.elapsed() < PATIENCE, "{way}: {:?}", begun.elapsed());
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn ten_thousand_pings_one_by_one_and_from_32_threads_each_get_their_own_answer() {
    for (way, options, address) in ways() {
        let ami = options.dial(address).unwrap();
        log_in(&ami);
        let ping = |id: String| {
            let answer = ami.action(("Ping", [("ActionID", &id)])).unwrap();
            assert_eq!(answer.action_id(), Some(id.as_str()), "{way}");
        };
        (0..10_000).for_each(|at| ping(format!("one-{at}")));
        thread::scope(|scope| {
            for thread in 0..32 {
                let ping = &ping;
                scope.spawn(move || (thread..10_000).step_by(32).for_each(|at| ping(format!("many-{at}"))));
            }
        });
        let own = (0..1000).map(|_| ami.action("Ping").unwrap().action_id().unwrap().to_owned());
        assert_eq!(own.collect::<HashSet<_>>().len(), 1000, "{way}: an ActionID came twice");
        assert_eq!(ami.stats().responses_dropped, 0, "{way}");
    }
}

/// A connection of the test's own: every event as text, up to a mark.
fn raw_events(until: &'static str) -> (thread::JoinHandle<Vec<String>>, Arc<AtomicBool>) {
    let mut socket = TcpStream::connect(var("GAMI_ASTERISK_AMI")).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let (user, secret) = (var("GAMI_ASTERISK_USER"), var("GAMI_ASTERISK_SECRET"));
    write!(socket, "Action: Login\r\nUsername: {user}\r\nSecret: {secret}\r\n\r\n").unwrap();
    let ready = Arc::new(AtomicBool::new(false));
    let is_ready = Arc::clone(&ready);
    let reading = thread::spawn(move || {
        let mut events = Vec::new();
        let mut packet = String::new();
        for line in BufReader::new(socket).lines().skip(1) {
            let line = line.unwrap();
            if !line.is_empty() {
                packet.push_str(&line);
                packet.push('\n');
                continue;
            }
            let packet = std::mem::take(&mut packet);
            if packet.starts_with("Response: Success") {
                is_ready.store(true, Ordering::SeqCst);
            } else if packet.starts_with("Event: ") {
                let over = packet.contains(&format!("UserEvent: {until}\n"));
                events.push(packet);
                if over {
                    return events;
                }
            }
        }
        panic!("the raw connection ended after {} events", events.len());
    });
    (reading, ready)
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn every_event_of_a_burst_of_200_calls_arrives_once_and_in_order() {
    for (way, options, address) in ways() {
        let ami = options.dial(address).unwrap();
        log_in(&ami);
        let (reading, ready) = raw_events("end");
        let deadline = Instant::now() + PATIENCE;
        while !ready.load(Ordering::SeqCst) {
            assert!(Instant::now() < deadline, "the raw connection is not logged in");
            thread::yield_now();
        }
        mark(&ami, "begin");
        (0..200).for_each(|_| call(&ami, "answer"));
        let mut alive = HashSet::new();
        let mut hung_up = 0;
        let calls = events_until(&ami, |event| {
            match event.name() {
                "Newchannel" => drop(alive.insert(event.get("Uniqueid").unwrap().to_owned())),
                "Hangup" => {
                    hung_up += 1;
                    alive.remove(event.get("Uniqueid").unwrap());
                }
                _ => {}
            }
            // Two halves of a Local channel a call.
            hung_up >= 400 && alive.is_empty()
        });
        mark(&ami, "end");
        let rest = events_until(&ami, |event| is_mark(event, "end"));
        let ours: Vec<Event> = calls.into_iter().chain(rest).skip_while(|event| !is_mark(event, "begin")).collect();
        let theirs = reading.join().unwrap();
        let theirs: Vec<_> = theirs.into_iter().skip_while(|event| !event.contains("UserEvent: begin\n")).collect();
        let as_text = |event: &Event| event.packet().text().replace('\r', "");
        assert!(ours.len() > 2000, "{way}: only {} events", ours.len());
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(&as_text(ours), theirs, "{way}");
        }
        assert_eq!(ours.len(), theirs.len(), "{way}");
        assert!(ours.windows(2).all(|pair| pair[0].seq() + 1 == pair[1].seq()), "{way}: the numbers have a gap");
        assert_eq!(ami.stats().events_dropped, 0);
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_restart_of_the_server_is_announced_and_reconnect_restores_the_event_mask_and_the_filters() {
    for ((way, options, address), end) in ways().into_iter().zip(["kill", "stop", "kill"]) {
        let ami = options.dial(address).unwrap();
        log_in(&ami);
        ami.action(("Events", [("EventMask", "user,call")])).unwrap();
        ami.action(("Filter", [("Operation", "Add"), ("Filter", "!UserEvent: unwanted")])).unwrap();
        // Synchronous, to an extension that rings for ever.
        let ringing = [("Channel", "Local/noanswer@gami"), ("Application", "Wait"), ("Data", "1")];
        let pending = ami.async_action(("Originate", ringing)).unwrap();
        let _up_again = UpAgain;
        rig(end);
        let lost = ami.net_errors().recv_timeout(PATIENCE).unwrap();
        assert!(matches!(lost, Error::Lost { sent: None, .. }), "{way}: {lost}");
        // Failed before the loss was announced.
        let failed = pending.try_recv().unwrap().unwrap_err();
        match end {
            "kill" => assert!(matches!(failed, Error::Lost { sent: Some(true), .. }), "{way}: {failed}"),
            // Whichever the server is done with first: the call or the session.
            _ => {
                let is_refused = failed.to_string() == "refused by the server: Originate failed";
                assert!(is_refused || matches!(failed, Error::Lost { sent: Some(true), .. }), "{way}: {failed}");
            }
        }
        assert_eq!(ami.state(), State::Disconnected);
        let begun = Instant::now();
        assert!(matches!(ami.action("Ping").unwrap_err(), Error::NotConnected), "{way}");
        assert!(begun.elapsed() < PATIENCE, "{way}");
        let refused = ami.reconnect().unwrap_err();
        // A server that is about to be gone may still accept, and then reset.
        let is_refused = |error: &Error| matches!(error, Error::Connect { .. } | Error::Tls(_) | Error::Banner { .. });
        assert!(is_refused(&refused), "{way}: {refused}");
        assert!(is_refused(&ami.net_errors().recv_timeout(PATIENCE).unwrap()), "{way}");
        rig("start");
        while ami.events().try_recv().is_ok() {}
        ami.reconnect().unwrap();
        assert_eq!(ami.state(), State::Connected);
        mark(&ami, "unwanted");
        mark(&ami, "wanted");
        let seen = events_until(&ami, |event| is_mark(event, "wanted"));
        // FullyBooted is of class system, which the mask keeps out; the filter keeps the first mark out.
        let names: Vec<_> = seen.iter().map(|event| event.get("UserEvent").unwrap_or(event.name())).collect();
        assert_eq!(names, ["wanted"], "{way}");
        ami.close().unwrap();
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn an_action_of_a_class_that_the_user_lacks_is_refused_and_the_link_goes_on() {
    let ami = Client::dial(var("GAMI_ASTERISK_AMI")).unwrap();
    let error = ami.action("Status").unwrap_err().to_string();
    assert_eq!(error, "refused by the server: Permission denied for the action Status");
    log_in(&ami);
    assert!(ami.action("NoSuchAction").unwrap_err().to_string().contains("Invalid/unknown command: NoSuchAction"));
    ami.action("Ping").unwrap();
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn values_with_utf_8_and_commands_with_empty_lines_arrive_as_they_are() {
    let ami = connected();
    ami.action(Action::new("UserEvent").param("UserEvent", "utf").param("Value", "Jürgen € ключ: x")).unwrap();
    let events = events_until(&ami, |event| is_mark(event, "utf"));
    assert_eq!(events.last().unwrap().get("Value"), Some("Jürgen € ключ: x"));
    let text = ami.command("dialplan show gami").unwrap();
    assert!(text.starts_with("[ Context 'gami'"), "{text}");
    assert!(text.contains("\n\n-= "), "the empty line before the sum is gone: {text}");
    assert!(text.contains("\n  'answer' =>"), "the leading blanks are gone: {text}");
    let error = ami.command("no such command").unwrap_err();
    assert!(error.to_string().contains("No such command 'no such command'"), "{error}");
}
