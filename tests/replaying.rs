//! A recording is played again by a mock server: the same events, the same answers, to any client.

mod folder;
mod replays;
mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use folder::Folder;
use gami::live::Live;
use gami::mock::{Mock, Replay, Reply, SAMPLE_CALL};
use gami::packet::{Frame, Framer, Packet};
use gami::{Client, Error, Event, Options, Part, Parts, Recorder, Recording, Validity};
use replays::picture::{picture, Picture};
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
    ami.wait_connected(DEADLINE).unwrap(); // events come as soon as the login is answered
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

fn name(id: &str) -> String {
    format!("PJSIP/a-{id}")
}

fn about(id: &str) -> [(&'static str, String); 4] {
    [("Uniqueid", id.to_owned()), ("Linkedid", id.to_owned()), ("Channel", name(id)), ("ChannelState", "6".to_owned())]
}

/// A server whose list of channels is newer than what comes between it and the fence.
fn exchange() -> Mock {
    let mock = Mock::builder().asterisk("22").start().unwrap();
    mock.on("CoreShowChannels", |_| {
        let list = ["1.1", "1.2"].into_iter().fold(Reply::list(), |list, id| list.event("CoreShowChannel", about(id)));
        list.complete("CoreShowChannelsComplete")
    });
    mock.on("BridgeList", |_| Reply::list().complete("BridgeListComplete"));
    mock.on("Setvar", |setvar| {
        let session = setvar.session();
        session.event("Newchannel", about("0.9"));
        session.event("Hangup", about("0.9"));
        let set = [("Variable", setvar.get("Variable").unwrap()), ("Value", setvar.get("Value").unwrap())];
        session.event("VarSet", set);
        Reply::success()
    });
    mock
}

fn ids(live: &Live) -> Vec<String> {
    let mut ids: Vec<_> = live.now().channels().map(|channel| channel.uniqueid.clone()).collect();
    ids.sort();
    ids
}

/// The channels from the moment on at which the model is valid.
fn kept(ami: &Client) -> Live {
    let live = ami.live(Parts::new().calls()).unwrap();
    live.wait_valid(DEADLINE).unwrap();
    let validity = live.now().validity(Part::Calls);
    assert!(matches!(validity, Validity::Valid { lag: Some(_), .. }), "{validity}");
    live
}

#[test]
fn a_live_model_of_a_replay_is_valid_by_its_own_fence() {
    let folder = Folder::new();
    let path = folder.path("pbx.rec");
    let mock = exchange();
    let ami = logged_in_with(&mock, &Options::new().record(Recorder::create(&path).unwrap()));
    let live = kept(&ami);
    mock.event("Newchannel", about("1.3"));
    mock.event("Hangup", about("1.1"));
    eventually("what happens later", || ids(&live) == ["1.2", "1.3"]);
    live.refresh(Part::Calls, DEADLINE).unwrap();
    assert_eq!(ids(&live), ["1.1", "1.2"], "the list of this server is always the same");
    ami.fence(DEADLINE).unwrap();
    ami.close().unwrap();
    for speed in [0.0, 1.0] {
        let mock = play(recorded(&path).speed(speed));
        let ami = Client::dial(&mock).unwrap();
        ami.login("somebody", "else").unwrap();
        let live = kept(&ami);
        assert_eq!(ids(&live).iter().filter(|id| *id == "0.9").count(), 0, "speed {speed}");
        eventually("what happens later", || ids(&live) == ["1.2", "1.3"]);
        live.refresh(Part::Calls, DEADLINE).unwrap();
        assert_eq!(ids(&live), ["1.1", "1.2"], "speed {speed}");
        ami.fence(DEADLINE).unwrap();
    }
}

fn events(capture: &Replay) -> Vec<Packet> {
    let mut framer = Framer::new();
    framer.push(capture.as_bytes());
    let packets = framer.frames().map(|frame| match frame {
        Frame::Packet(packet) => packet,
        other => panic!("{other:?}"),
    });
    packets.collect()
}

/// What is there at the end, and how many things ended.
fn end(recorded: &replays::Replay, packets: Vec<Packet>) -> (Picture, usize) {
    let mut model = replays::picture::valid(recorded);
    let at = recorded.events[0].1;
    let mut ended = 0;
    for packet in packets {
        model.event(&Event::from(packet), at);
        ended += model.changes().filter(|change| change.ended_call().is_some()).count();
    }
    (picture(&model.snapshot()), ended)
}

#[test]
fn a_model_ends_right_when_families_of_events_pass_each_other() {
    let mut moved = 0;
    for recorded in replays::replays() {
        if !["13", "16", "22"].iter().any(|version| recorded.name.ends_with(version)) {
            continue; // up to 11 nothing passes anything
        }
        let bytes: Vec<u8> =
            recorded.events.iter().flat_map(|(event, _)| [event.packet().as_bytes(), b"\r\n"].concat()).collect();
        let capture = Replay::new(&bytes);
        let expected = end(&recorded, events(&capture));
        for seed in 0..5 {
            let reordered = capture.clone().reordered(4, seed);
            moved += usize::from(reordered.as_bytes() != capture.as_bytes());
            assert_eq!(end(&recorded, events(&reordered)), expected, "{}, seed {seed}", recorded.name);
        }
    }
    assert!(moved > 100, "{moved}");
}
