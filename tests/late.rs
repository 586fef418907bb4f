//! What would still go out when nobody waits for its answer any more.

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gami::{Action, Error};
use support::*;

#[test]
fn an_action_that_timed_out_before_it_was_sent_is_never_sent() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options);
        mock.go_deaf();
        let stuck = AtomicBool::new(false);
        let mut unsent = Vec::new();
        thread::scope(|scope| {
            // Sends until the buffers between the two are full, and then some.
            let writer = scope.spawn(|| {
                let filler = "f".repeat(1000);
                let bulk = (0..100).fold(Action::new("Bulk"), |bulk, at| bulk.param(format!("F{at}"), &filler));
                while !stuck.load(Ordering::SeqCst) {
                    ami.async_action(bulk.clone()).unwrap();
                }
            });
            let deadline = Instant::now() + DEADLINE;
            for number in 0.. {
                assert!(Instant::now() < deadline, "everything goes out");
                let id = format!("impatient-{number}");
                let action = Action::new("Impatient").param("ActionID", &id).timeout(Duration::from_millis(20));
                match ami.action(action).unwrap_err() {
                    Error::Timeout { sent: true, .. } => {}
                    Error::Timeout { sent: false, .. } => unsent.push(id),
                    error => panic!("{error}"),
                }
                if unsent.len() == 3 {
                    break;
                }
            }
            // And one that nobody looks after.
            let action = Action::new("Impatient").param("ActionID", "left").timeout(Duration::from_millis(20));
            let left = ami.async_action(action).unwrap().recv_timeout(DEADLINE).unwrap().unwrap_err();
            assert!(matches!(left, Error::Timeout { sent: false, .. }), "{left}");
            unsent.push("left".into());
            stuck.store(true, Ordering::SeqCst);
            mock.wake_up();
            writer.join().unwrap();
        });
        // Whatever was queued is out before this is; and what stood around the gaps is whole.
        ami.action("Ping").unwrap();
        for request in mock.received() {
            let id = request.action_id().unwrap();
            assert!(!unsent.iter().any(|unsent| unsent == id), "{id} was said not to have been sent");
            assert!(request.name() != "Bulk" || request.iter().count() == 102, "{request:?}");
        }
        // Nothing of theirs is out, so they can be made again.
        let again = Action::new("Impatient").param("ActionID", &unsent[0]);
        assert!(matches!(ami.action(again).unwrap_err(), Error::Rejected(_)));
    });
}
