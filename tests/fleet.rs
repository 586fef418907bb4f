//! Several servers as one: order and wholeness for each, fairness between them, and that none of them is a matter to
//! the others.

mod alone;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use alone::{alone, Census};
use gami::mock::Mock;
use gami::{Error, Fleet, FleetEvent, Options, Parts, Receiver, State};
use support::{eventually, quick, within, DEADLINE};

fn options() -> Options {
    Options::new().reconnect(quick())
}

/// A fleet of mocks that are named by their numbers.
fn fleet_of(mocks: &[Mock], options: &Options) -> Fleet {
    let mut fleet = Fleet::new();
    for (number, mock) in mocks.iter().enumerate() {
        fleet = fleet.server(number.to_string(), options.clone(), mock.address(), "admin", "root");
    }
    let fleet = fleet.connect().unwrap();
    for name in fleet.servers() {
        fleet.client(&name).unwrap().wait_connected(DEADLINE).unwrap();
    }
    fleet
}

fn mocks(count: usize) -> Vec<Mock> {
    (0..count).map(|_| Mock::start().unwrap()).collect()
}

fn ticks(mock: &Mock, count: u64) {
    (0..count).for_each(|number| mock.event("Tick", [("Number", number)]));
}

/// Waits until the client of a server has so many events.
fn until_received(fleet: &Fleet, name: &str, count: u64) {
    eventually("the events are there", || fleet.client(name).unwrap().stats().events >= count);
}

#[track_caller]
fn next<T>(stream: &Receiver<T>) -> T {
    stream.recv_timeout(DEADLINE).expect("one more")
}

#[track_caller]
fn number_of(event: &FleetEvent) -> u64 {
    event.get("Number").unwrap().parse().unwrap()
}

/// Takes states until a server has this one.
#[track_caller]
fn until_state(states: &Receiver<(Arc<str>, State)>, server: &str, wanted: State) {
    loop {
        let (name, state) = next(states);
        if &*name == server && state == wanted {
            return;
        }
    }
}

#[test]
fn the_events_of_each_server_come_whole_and_in_order_under_its_name() {
    const EVENTS: u64 = 5_000;
    let mocks = mocks(5);
    let fleet = fleet_of(&mocks, &options());
    thread::scope(|scope| {
        for mock in &mocks {
            scope.spawn(|| ticks(mock, EVENTS));
        }
        let mut seen: BTreeMap<String, u64> = BTreeMap::new();
        for _ in 0..5 * EVENTS {
            let event = next(fleet.events());
            let expected = seen.entry(event.server().to_owned()).or_default();
            assert_eq!((number_of(&event), event.seq(), event.link()), (*expected, *expected, 1), "{event:?}");
            *expected += 1;
        }
        assert!(seen.len() == 5 && seen.values().all(|count| *count == EVENTS), "{seen:?}");
    });
    assert!(fleet.events().is_empty());
    assert!(fleet.stats().iter().all(|(_, stats)| (stats.events, stats.events_dropped) == (EVENTS, 0)));
}

#[test]
fn actions_go_to_the_server_that_is_named() {
    let mocks = mocks(2);
    let fleet = fleet_of(&mocks, &options());
    fleet.client("1").unwrap().action("Ping").unwrap();
    let pings = |mock: &Mock| support::received(mock).iter().filter(|name| *name == "Ping").count();
    assert_eq!((pings(&mocks[0]), pings(&mocks[1])), (0, 1));
    let unknown = fleet.client("2").unwrap_err();
    assert_eq!(unknown.to_string(), "server 2: is not in the fleet");
}

#[test]
fn a_few_events_are_not_kept_waiting_behind_thousands_of_another_server() {
    const FLOOD: u64 = 30_000;
    let mocks = mocks(3);
    let fleet = fleet_of(&mocks, &options());
    ticks(&mocks[0], FLOOD);
    until_received(&fleet, "0", FLOOD);
    ticks(&mocks[1], 50);
    ticks(&mocks[2], 50);
    until_received(&fleet, "1", 50);
    until_received(&fleet, "2", 50);
    let mut before_the_last = BTreeMap::new();
    for position in 0..FLOOD + 100 {
        before_the_last.insert(next(fleet.events()).server().to_owned(), position);
    }
    // The merged queue is full of the first server's; then each has its turn.
    assert!(before_the_last["1"] < 3_000 && before_the_last["2"] < 3_000, "{before_the_last:?}");
    assert_eq!(before_the_last["0"], FLOOD + 99);
}

#[test]
fn a_server_that_floods_loses_its_own_newest_and_each_is_counted_under_its_name() {
    const FLOOD: u64 = 20_000;
    let mocks = mocks(2);
    let fleet = fleet_of(&mocks, &options().event_capacity(1_000));
    ticks(&mocks[0], FLOOD);
    until_received(&fleet, "0", FLOOD);
    ticks(&mocks[1], 900);
    until_received(&fleet, "1", 900);
    let dropped_of = |name: &str| fleet.client(name).unwrap().stats().events_dropped;
    assert!(dropped_of("0") > FLOOD / 2);
    let mut received = BTreeMap::from([("0", 0), ("1", 0)]);
    while let Ok(event) = fleet.events().recv_timeout(Duration::from_millis(500)) {
        *received.get_mut(event.server()).unwrap() += 1;
    }
    assert_eq!(received["1"], 900);
    assert_eq!(received["0"] + dropped_of("0"), FLOOD);
    // The end of a burst is told with the next read.
    ticks(&mocks[0], 1);
    next(fleet.events());
    let mut told = 0;
    while told < dropped_of("0") {
        match next(fleet.errors()) {
            (server, Error::EventsDropped { dropped }) => {
                assert_eq!(&*server, "0");
                told += dropped;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((told, dropped_of("1")), (dropped_of("0"), 0));
}

#[test]
fn who_takes_slowly_gets_everything_that_found_room() {
    const EVENTS: u64 = 20_000;
    let mocks = mocks(3);
    let fleet = fleet_of(&mocks, &options());
    thread::scope(|scope| {
        for mock in &mocks {
            scope.spawn(|| ticks(mock, EVENTS));
        }
        let mut seen: BTreeMap<String, u64> = BTreeMap::new();
        for taken in 0..3 * EVENTS {
            if taken % 500 == 0 {
                thread::park_timeout(Duration::from_millis(1)); // the queue of the fleet fills up meanwhile
            }
            let event = next(fleet.events());
            let expected = seen.entry(event.server().to_owned()).or_default();
            assert_eq!(number_of(&event), *expected);
            *expected += 1;
        }
    });
    assert!(fleet.stats().iter().all(|(_, stats)| stats.events_dropped == 0));
}

#[test]
fn nobody_waits_for_servers_that_are_dead_and_they_come_when_they_are_up() {
    let mock = Mock::start().unwrap();
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_address = silent.local_addr().unwrap();
    let address = mock.address();
    let fleet = within(DEADLINE, "connecting", move || {
        let patient = options().connect_timeout(Duration::from_secs(3_600));
        Fleet::new()
            .server("silent", patient, silent_address, "admin", "root")
            .server("dead", Options::new().reconnect(quick()), dead, "admin", "root")
            .server("alive", Options::new(), address, "admin", "root")
            .connect()
            .unwrap()
    });
    let state = |name: &str| fleet.client(name).unwrap().state();
    assert_eq!((state("silent"), state("dead")), (State::Reconnecting, State::Reconnecting));
    fleet.client("alive").unwrap().wait_connected(DEADLINE).unwrap();
    fleet.client("alive").unwrap().action("Ping").unwrap();
    let (server, error) = next(fleet.net_errors());
    assert!(&*server == "dead" && matches!(error, Error::Connect { .. }), "{server}: {error}");
    ticks(&mock, 3);
    assert!((0..3).all(|_| next(fleet.events()).server() == "alive"));

    let states = fleet.states();
    let late = Mock::builder().port(dead.port()).start().unwrap();
    until_state(&states, "dead", State::Connected);
    ticks(&late, 1);
    assert_eq!(next(fleet.events()).server(), "dead");
    within(DEADLINE, "closing while one is being connected to", move || fleet.close().unwrap());
}

#[test]
fn a_login_that_is_refused_keeps_the_others_from_nothing() {
    let mocks = mocks(2);
    let fleet = Fleet::new()
        .server("refused", options(), mocks[0].address(), "admin", "wrong")
        .server("right", options(), mocks[1].address(), "admin", "root")
        .connect()
        .unwrap();
    let (server, error) = next(fleet.net_errors());
    assert!(&*server == "refused" && matches!(error, Error::Rejected(_)), "{server}: {error}");
    until_state(&fleet.states(), "refused", State::Disconnected);
    let right = fleet.client("right").unwrap();
    right.wait_connected(DEADLINE).unwrap();
    right.action("Ping").unwrap();
    // It is in the fleet, and other credentials bring it in.
    fleet.client("refused").unwrap().login("admin", "root").unwrap();
    ticks(&mocks[0], 1);
    assert_eq!(next(fleet.events()).server(), "refused");
}

#[test]
fn arguments_that_make_no_sense_are_refused_by_the_name_of_their_server() {
    let mock = Mock::start().unwrap();
    let good = || Fleet::new().server("berlin", options(), mock.address(), "admin", "root");
    let refused = |fleet: gami::FleetBuilder| match fleet.connect() {
        Err(error @ Error::Invalid { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    for (fleet, expected) in [
        (good().server("berlin", options(), "10.0.0.1", "a", "b"), "server berlin: is in the fleet already"),
        (good().server("", options(), "10.0.0.1", "a", "b"), "name of the server: is empty, at 10.0.0.1"),
        (good().server("paris", options(), "", "a", "b"), "server paris: address"),
        (good().server("paris", options().keepalive(Duration::ZERO), "a", "a", "b"), "server paris: option keepalive"),
        (good().server("paris", options(), "10.0.0.1", "a\r\nb", "c"), "server paris: header \"Username\""),
    ] {
        let error = refused(fleet);
        assert!(error.starts_with(expected), "{error}");
    }
    assert!(mock.sessions().is_empty(), "nothing was connected");
    let fleet = good().connect().unwrap();
    let again = fleet.add("berlin", options(), mock.address(), "admin", "root").unwrap_err();
    assert_eq!(again.to_string(), "server berlin: is in the fleet already: names are unique");
    assert_eq!(fleet.remove("paris").unwrap_err().to_string(), "server paris: is not in the fleet");
}

#[test]
fn servers_come_and_go_while_events_flow() {
    let mocks = mocks(3);
    let fleet = fleet_of(&mocks[..1], &options());
    let states = fleet.states();
    assert_eq!(next(&states), ("0".into(), State::Connected));
    for round in 0..5 {
        for (name, mock) in [("late", &mocks[1]), ("later", &mocks[2])] {
            fleet.add(name, options(), mock.address(), "admin", "root").unwrap();
            until_state(&states, name, State::Connected);
            mock.event("Tick", [("Number", round)]);
            mocks[0].event("Tick", [("Number", round)]);
            let mut from = [next(fleet.events()), next(fleet.events())].map(|event| event.server().to_owned());
            from.sort();
            assert_eq!(from, ["0", name]);
        }
        let held = fleet.client("late").unwrap();
        for name in ["late", "later"] {
            fleet.remove(name).unwrap();
            until_state(&states, name, State::Closed);
        }
        assert_eq!(held.state(), State::Closed, "clones are closed too");
        assert!(fleet.client("late").is_err());
        assert_eq!(fleet.servers(), ["0".into()]);
    }
    assert!(fleet.states().try_iter().eq([("0".into(), State::Connected)]));
}

#[test]
fn what_a_removed_server_has_sent_comes_before_what_its_successor_sends() {
    const EVENTS: u64 = 10_000;
    let mocks = mocks(2);
    let fleet = Fleet::new().server("pbx", options(), mocks[0].address(), "admin", "root").connect().unwrap();
    fleet.client("pbx").unwrap().wait_connected(DEADLINE).unwrap();
    ticks(&mocks[0], EVENTS);
    until_received(&fleet, "pbx", EVENTS);
    fleet.remove("pbx").unwrap();
    fleet.add("pbx", options(), mocks[1].address(), "admin", "root").unwrap();
    fleet.client("pbx").unwrap().wait_connected(DEADLINE).unwrap();
    ticks(&mocks[1], EVENTS);
    until_received(&fleet, "pbx", EVENTS);
    for expected in (0..EVENTS).chain(0..EVENTS) {
        assert_eq!(number_of(&next(fleet.events())), expected);
    }
}

#[test]
fn a_fleet_closes_promptly_though_nobody_takes_and_one_server_is_deaf() {
    let mocks = mocks(10);
    let fleet = fleet_of(&mocks, &options());
    for mock in &mocks {
        ticks(mock, 3_000);
    }
    for number in 0..mocks.len() {
        until_received(&fleet, &number.to_string(), 3_000);
    }
    mocks[3].go_deaf();
    let (events, states) = (fleet.events().clone(), fleet.states());
    let client = fleet.client("3").unwrap();
    let began = Instant::now();
    let fleet = within(DEADLINE, "closing", move || {
        fleet.close().unwrap();
        fleet
    });
    println!("closed within {:?}", began.elapsed());
    assert_eq!(client.state(), State::Closed);
    assert!(events.iter().count() >= 2_048, "what was merged can still be taken, and then the stream ends");
    assert_eq!(states.iter().filter(|(_, state)| *state == State::Closed).count(), 10);
    assert!(fleet.states().recv().is_err());
    let error = fleet.add("late", options(), mocks[0].address(), "admin", "root").unwrap_err();
    assert!(matches!(error, Error::Closed { .. }), "{error}");
    fleet.close().unwrap();
}

#[test]
fn what_has_come_is_handed_on_to_who_takes_while_the_fleet_is_closed() {
    const EVENTS: u64 = 20_000;
    let mocks = mocks(2);
    let fleet = fleet_of(&mocks, &options());
    for (number, mock) in mocks.iter().enumerate() {
        ticks(mock, EVENTS);
        until_received(&fleet, &number.to_string(), EVENTS);
    }
    let events = fleet.events().clone();
    let taking = thread::spawn(move || events.iter().count() as u64);
    drop(fleet);
    assert_eq!(taking.join().unwrap(), 2 * EVENTS);
}

#[test]
fn a_loss_of_one_server_is_told_under_its_name_and_it_comes_back() {
    let mocks = mocks(2);
    let fleet = fleet_of(&mocks, &options());
    let states = fleet.states();
    mocks[1].hang_up();
    let (server, error) = next(fleet.net_errors());
    assert!(&*server == "1" && matches!(error, Error::Lost { .. }), "{server}: {error}");
    until_state(&states, "1", State::Reconnecting);
    until_state(&states, "1", State::Connected);
    ticks(&mocks[1], 1);
    let event = next(fleet.events());
    assert_eq!((event.server(), event.link(), event.name()), ("1", 2, "Tick"));
}

/// How many threads of this name the process has.
fn threads_named(name: &str) -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path().join("comm"));
    tasks.filter(|comm| fs::read_to_string(comm).is_ok_and(|text| text.trim_end() == name)).count()
}

#[test]
fn twenty_servers_and_their_models_take_a_thread_each_and_two_and_closing_leaves_none() {
    alone(
        "twenty_servers_and_their_models_take_a_thread_each_and_two_and_closing_leaves_none",
        Duration::from_secs(60),
        || {
            let mocks = mocks(20);
            let before = Census::take();
            let fleet = fleet_of(&mocks, &options());
            let (calls, queues) =
                (fleet.live(Parts::new().calls()).unwrap(), fleet.live(Parts::new().queues()).unwrap());
            assert_eq!((calls.now().len(), queues.now().len()), (20, 20));
            fleet.remove("7").unwrap();
            fleet.add("new", options(), mocks[7].address(), "admin", "root").unwrap();
            assert!(!calls.now().contains_key("7") && queues.now().contains_key("new"));
            assert!(calls.server("7").is_err() && calls.server("new").is_ok());
            fleet.client("new").unwrap().wait_connected(DEADLINE).unwrap();
            if before.is_some() {
                eventually("the threads", || {
                    ["gami-reader", "gami-fleet", "gami-live", "gami-connect", "gami-close"].map(threads_named)
                        == [20, 1, 1, 0, 0]
                });
            }
            calls.close();
            fleet.close().unwrap();
            drop((queues, fleet, mocks));
            Census::assert_nothing_is_left(&before);
        },
    );
}
