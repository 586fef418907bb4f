//! A recording is played again by a mock server: the same events, the same answers, to any client.

mod folder;
mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use folder::Folder;
use gami::mock::{Mock, Replay, Reply, SAMPLE_CALL};
use gami::{Client, Error, Options, Recorder, Recording};
use support::*;

/// A server with a list whose items come among events.
fn server() -> Mock {
    let mock = Mock::builder().banner("Asterisk Call Manager/9.1.0\r\n").start().unwrap();
    mock.on("CoreShowChannels", |request| {
        request.session().event("Newchannel", [("Uniqueid", "1.1")]);
        let list = Reply::list().event("CoreShowChannel", [("Channel", "PJSIP/100-1")]);
        list.event("CoreShowChannel", [("Channel", "PJSIP/200-2")]).complete("CoreShowChannelsComplete")
    });
    let mut values = 0;
    mock.on("Getvar", move |request| {
        values += 1;
        Reply::success().header("Variable", request.get("Variable").unwrap()).header("Value", values)
    });
    mock
}

/// What a program does; what it sees is the same over and over.
fn session(ami: &Client, more: impl FnOnce()) -> Vec<String> {
    let mut seen = vec![ami.banner().unwrap()];
    ami.login("admin", "root").unwrap();
    let list = ami.list("CoreShowChannels").unwrap();
    seen.extend(list.items.iter().map(|item| item.get("Channel").unwrap().to_owned()));
    for variable in ["A", "B", "A"] {
        let value = ami.action(("Getvar", [("Variable", variable)])).unwrap();
        seen.push(format!("{variable}={}", value.get("Value").unwrap()));
    }
    assert!(matches!(ami.action("NoSuchAction"), Err(Error::Rejected(_))));
    more();
    while seen.last().map_or(true, |last| !last.starts_with("Event: LastOne")) {
        seen.push(ami.events().recv_timeout(DEADLINE).unwrap().packet().text().to_owned());
    }
    seen
}

fn record(path: &Path) -> Vec<String> {
    let mock = server();
    let ami = Options::new().record(Recorder::create(path).unwrap()).dial(&mock).unwrap();
    let seen = session(&ami, || {
        mock.push(SAMPLE_CALL);
        mock.event("LastOne", [("Number", 1)]);
    });
    ami.close().unwrap();
    assert_eq!(seen.len(), 1 + 2 + 3 + 1 + 53 + 1);
    seen
}

fn play(replay: Replay) -> Mock {
    Mock::builder().replay(replay).start().unwrap()
}

fn recorded(path: &Path) -> Replay {
    Replay::recorded(Recording::open(path).unwrap()).unwrap()
}

#[test]
fn the_same_program_sees_the_same_again() {
    let folder = Folder::new();
    let path = folder.path("pbx.rec");
    let seen = record(&path);
    for speed in [0.0, 1.0, 1_000.0] {
        let mock = play(recorded(&path).speed(speed));
        for _ in 0..2 {
            assert_eq!(session(&Client::dial(&mock).unwrap(), || ()), seen, "speed {speed}");
        }
        let again = folder.path("again.rec");
        let ami = Options::new().record(Recorder::create(&again).unwrap()).dial(&mock).unwrap();
        assert_eq!(session(&ami, || ()), seen);
        ami.close().unwrap();
        let mock = play(recorded(&again));
        assert_eq!(session(&Client::dial(&mock).unwrap(), || ()), seen, "a recording of a replay");
    }
}

#[test]
fn another_program_gets_the_events_and_the_answers_that_it_asks_for() {
    let folder = Folder::new();
    let path = folder.path("pbx.rec");
    record(&path);
    let mock = play(recorded(&path).speed(0.0));
    let ami = Client::dial(&mock).unwrap();
    ami.login("somebody", "else").unwrap();
    let events: Vec<_> = (0..55).map(|_| ami.events().recv_timeout(DEADLINE).unwrap()).collect();
    assert_eq!(events[0].name(), "Newchannel");
    assert_eq!(events[54].name(), "LastOne");
    let value =
        |variable| ami.action(("Getvar", [("Variable", variable)])).map(|value| value.get("Value").unwrap().to_owned());
    assert_eq!(value("B").unwrap(), "2");
    assert_eq!(value("A").unwrap(), "1");
    assert_eq!(value("A").unwrap(), "3");
    assert_eq!(value("A").unwrap(), "3", "and so on, as at the last time");
    assert_eq!(value("C").unwrap(), "", "never recorded, and so as the mock answers it");
    assert_eq!(ami.list("CoreShowChannels").unwrap().items.len(), 2);
    ami.ping().unwrap();
}

#[test]
fn packets_can_be_left_out_doubled_and_cut_off() {
    let folder = Folder::new();
    let path = folder.path("pbx.rec");
    record(&path);
    for replay in [recorded(&path).speed(0.0), Replay::new(SAMPLE_CALL), Replay::new(std::fs::read(&path).unwrap())] {
        let events = replay.len();
        let is_hangup = |packet: &gami::packet::Packet| packet.get("Event") == Some("Hangup");
        let count = |replay: Replay| {
            let events = replay.len();
            let mock = play(replay);
            let ami = logged_in(&mock);
            let come = || ami.events().recv_timeout(DEADLINE).unwrap();
            (0..events).map(|_| come()).filter(|event| event.name() == "Hangup").count()
        };
        let (without, twice) = (replay.clone().without(is_hangup), replay.clone().twice(is_hangup));
        assert_eq!((without.len(), twice.len()), (events - 4, events + 4));
        assert_eq!((count(replay.clone()), count(without), count(twice)), (4, 0, 8));

        let mock = play(replay.cut_after(1_000));
        let ami = logged_in(&mock);
        assert_lost(next_loss(&ami));
        let stats = ami.stats();
        assert!((1..10).contains(&stats.events), "{stats:?}");
    }
}

#[test]
fn each_connection_is_played_its_own_link_and_lost_as_it_was() {
    let folder = Folder::new();
    let path = folder.path("pbx.rec");
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().record(Recorder::create(&path).unwrap()));
    mock.event("First", [("A", "1")]);
    assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().name(), "First");
    mock.hang_up();
    assert_lost(next_loss(&ami));
    ami.reconnect().unwrap();
    mock.event("Second", [("A", "1")]);
    assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().name(), "Second");
    ami.close().unwrap();

    let mock = play(recorded(&path));
    let ami = logged_in_with(&mock, &Options::new().reconnect(quick()));
    assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().name(), "First");
    assert_lost(next_loss(&ami));
    assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().name(), "Second");
    ami.ping().unwrap();
}

#[test]
fn events_come_at_their_times() {
    let folder = Folder::new();
    let path = folder.path("pbx.rec");
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().record(Recorder::create(&path).unwrap()));
    for at in [100, 400] {
        mock.on("Wait", move |_| Reply::success().after(Duration::from_millis(at)));
        ami.action("Wait").unwrap();
        mock.event("Tick", [("At", at)]);
        ami.events().recv_timeout(DEADLINE).unwrap();
    }
    ami.close().unwrap();
    for (speed, least) in [(1.0, 500), (5.0, 100), (0.0, 0)] {
        let mock = play(recorded(&path).speed(speed));
        let begun = Instant::now();
        let ami = logged_in(&mock);
        for at in ["100", "400"] {
            ami.action("Wait").unwrap();
            assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().get("At"), Some(at));
        }
        assert!(begun.elapsed() >= Duration::from_millis(least), "speed {speed}: {:?}", begun.elapsed());
    }
}
