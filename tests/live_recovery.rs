//! An Asterisk that is stopped and killed under load: the client comes back without a line of code in the program.

mod asterisk;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use asterisk::*;
use gami::{Backoff, Client, Error, State};

/// Makes calls over a connection of its own for as long as it is not told to stop.
fn make_calls(stop: &AtomicBool) {
    let call = [("Channel", "Local/answer@gami"), ("Application", "Wait"), ("Data", "0.1"), ("Async", "true")];
    while !stop.load(Ordering::SeqCst) {
        let Ok(ami) = Client::dial(var("GAMI_ASTERISK_AMI")) else {
            thread::sleep(Duration::from_millis(50)); // the server is down
            continue;
        };
        if ami.login(var("GAMI_ASTERISK_USER"), var("GAMI_ASTERISK_SECRET")).is_err() {
            continue;
        }
        while !stop.load(Ordering::SeqCst) && ami.action(("Originate", call)).is_ok() {
            thread::sleep(Duration::from_millis(20)); // some fifty calls a second
        }
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn events_flow_again_after_five_stops_and_kills_under_load() {
    for (way, options, address) in ways() {
        let backoff = Backoff::new().first(Duration::from_millis(50)).longest(Duration::from_secs(1));
        let ami = options.reconnect(backoff).wait_for_link(PATIENCE).dial(address).unwrap();
        log_in(&ami);
        ami.action(("Events", [("EventMask", "call,user")])).unwrap();
        ami.action(("Filter", [("Operation", "Add"), ("Filter", "!UserEvent: unwanted")])).unwrap();
        let stop = AtomicBool::new(false);
        let _up_again = UpAgain;
        thread::scope(|scope| {
            scope.spawn(|| make_calls(&stop));
            let result = scope.spawn(|| {
                for round in 1..=5 {
                    events_until(&ami, |event| event.name() == "Newchannel");
                    let pending =
                        ami.async_action(("Originate", [("Channel", "Local/noanswer@gami"), ("Application", "Wait")]));
                    rig(if round % 2 == 0 { "stop" } else { "kill" });
                    let begun = Instant::now();
                    let lost = ami.net_errors().recv_timeout(PATIENCE).unwrap();
                    assert!(matches!(lost, Error::Lost { sent: None, .. }), "{way}, round {round}: {lost}");
                    let answer = pending.unwrap().recv_timeout(PATIENCE).unwrap();
                    assert!(answer.is_err(), "{way}, round {round}: {answer:?}");
                    assert_eq!(ami.state(), State::Reconnecting, "{way}, round {round}");
                    rig("start");
                    // What the program does is to go on.
                    mark(&ami, "unwanted");
                    mark(&ami, "wanted");
                    let seen = events_until(&ami, |event| is_mark(event, "wanted"));
                    assert!(!seen.iter().any(|event| is_mark(event, "unwanted")), "{way}, round {round}: the filter");
                    assert!(!seen.iter().any(|event| event.name() == "VarSet"), "{way}, round {round}: the mask");
                    println!("{way}, round {round}: {} events, back after {:?}", seen.len(), begun.elapsed());
                    while ami.net_errors().try_recv().is_ok() {}
                }
            });
            let result = result.join();
            stop.store(true, Ordering::SeqCst);
            if let Err(panic) = result {
                std::panic::resume_unwind(panic);
            }
        });
        // A server that is about to be gone may let it in once more.
        assert!(ami.stats().reconnections >= 5, "{way}: {:?}", ami.stats());
        ami.close().unwrap();
    }
}
