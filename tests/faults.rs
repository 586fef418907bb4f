//! One kind of fault at a time, over TCP and TLS. `GAMI_SEED` repeats a run.

mod proxy;
mod support;

use std::thread;
use std::time::{Duration, Instant};

use gami::mock::{Mock, Reply};
use gami::{Action, Backoff, Client, Error, Loss, Options, State};
use proxy::{seed, Faults, Proxy, Way};
use support::*;

const KEEPALIVE: Duration = Duration::from_secs(1);
/// Twice the interval, and the eighth that Linux adds to its timers.
const PROMISE: Duration = Duration::from_millis(1000 * 2 * 9 / 8);
/// For a machine that is busy with something else.
const SLACK: Duration = Duration::from_millis(1500);

/// A client behind a proxy that does nothing yet, which comes back by itself.
fn through_proxy(mock: &Mock, options: &Options) -> (Proxy, Client) {
    mock.on("Echo", |request| Reply::success().header("Payload", request.get("Payload").unwrap_or_default()));
    let proxy = Proxy::start(mock.address(), seed());
    let quick = Backoff::new().first(Duration::from_millis(10)).longest(Duration::from_millis(100));
    let ami = options.clone().keepalive(KEEPALIVE).reconnect(quick).dial(proxy.address()).unwrap();
    ami.login("admin", "root").unwrap();
    (proxy, ami)
}

fn echo(ami: &Client, payload: &str) {
    let answer = ami.action(("Echo", [("Payload", payload)])).unwrap();
    assert_eq!(answer.get("Payload"), Some(payload));
}

#[test]
fn a_half_open_link_is_found_within_the_promise_of_keepalive_and_replaced() {
    over_each_transport(|mock, options| {
        let (proxy, ami) = through_proxy(&mock, &options);
        echo(&ami, "before");
        let begun = Instant::now();
        proxy.swallow();
        // The verdict waits for the deadline of what is not answered.
        let pending = ami.async_action(Action::new("Ping").timeout(KEEPALIVE)).unwrap();
        let lost = next_loss(&ami);
        let took = begun.elapsed();
        assert!(matches!(lost, Error::Lost { cause: Loss::Silent(_), .. }), "{lost}");
        assert!(took < PROMISE + SLACK, "found after {took:?}, promised within {PROMISE:?}");
        assert!(pending.recv_timeout(SLACK).unwrap().is_err());
        ami.wait_connected(DEADLINE).unwrap();
        echo(&ami, "after");
        mock.event("Tick", [("Number", 1)]);
        assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().name(), "Tick");
    });
}

#[test]
fn a_direction_that_stalls_is_found_or_waited_for() {
    over_each_transport(|mock, options| {
        for way in [Way::Up, Way::Down] {
            let (proxy, ami) = through_proxy(&mock, &options);
            proxy.stall(way);
            let lost = next_loss(&ami);
            assert!(matches!(lost, Error::Lost { cause: Loss::Silent(_), .. }), "{way:?}: {lost}");
            ami.wait_connected(DEADLINE).unwrap();
            echo(&ami, "on another link");
            // For a moment only: nobody is the wiser.
            proxy.stall(way);
            let answer = ami.async_action(("Echo", [("Payload", "late")])).unwrap();
            proxy.resume();
            assert_eq!(answer.recv_timeout(DEADLINE).unwrap().unwrap().get("Payload"), Some("late"));
            assert_eq!((ami.state(), ami.stats().reconnections), (State::Connected, 1), "{way:?}");
        }
    });
}

#[test]
fn bytes_that_come_late_and_one_by_one_are_the_same_bytes() {
    over_each_transport(|mock, options| {
        let (proxy, ami) = through_proxy(&mock, &options);
        proxy.set_faults(Faults { delay: Duration::from_millis(5), split: true, ..Faults::default() });
        ami.reconnect().unwrap();
        thread::scope(|scope| {
            for thread in 0..8 {
                let ami = &ami;
                scope.spawn(move || (0..20).for_each(|number| echo(ami, &format!("{thread}-{number}"))));
            }
            (0..200).for_each(|number| mock.event("Tick", [("Number", number)]));
            for number in 0..200 {
                let event = ami.events().recv_timeout(DEADLINE).unwrap();
                assert_eq!(event.get("Number").unwrap().parse(), Ok(number));
            }
        });
        assert_eq!(ami.stats().unrecognized, 0);
        proxy.reset();
        assert!(matches!(next_loss(&ami), Error::Lost { .. }));
        ami.wait_connected(DEADLINE).unwrap();
        echo(&ami, "after the reset");
    });
}

/// What is wrong on TCP cannot always be told: a payload may be another, and an id may become another's.
/// What can be promised is that every action ends, that nothing panics, and that the client is whole after.
#[test]
fn wrong_bytes_cost_what_they_hit_and_the_client_goes_on() {
    over_each_transport(|mock, options| {
        let options = options.clone().action_timeout(Duration::from_secs(1)).wait_for_link(Duration::from_secs(2));
        let (proxy, ami) = through_proxy(&mock, &options);
        for way in [Way::Down, Way::Up] {
            proxy.set_faults(Faults { corrupt: Some((way, 2_000..6_000)), ..Faults::default() });
            proxy.cut();
            let ended = thread::scope(|scope| {
                let acting: Vec<_> = (0..8)
                    .map(|thread| {
                        let (ami, mock) = (&ami, &mock);
                        scope.spawn(move || {
                            let act = |number| {
                                mock.event("Tick", [("Number", number)]);
                                ami.action(("Echo", [("Payload", format!("{thread}-{number}"))]))
                            };
                            (0..50).filter(|number| act(*number).is_ok()).count()
                        })
                    })
                    .collect();
                acting.into_iter().map(|thread| thread.join().expect("no panic")).sum::<usize>()
            });
            println!("{way:?}: {ended} of 400 actions answered; {:?}", ami.stats());
            assert!(ended > 50, "{way:?}: only {ended} actions were answered");
            proxy.set_faults(Faults::default());
            proxy.cut();
            eventually("the client is whole again", || {
                ami.wait_connected(DEADLINE).unwrap();
                ami.action(("Echo", [("Payload", "whole")])).is_ok()
            });
        }
    });
}
