//! A session with a real server is recorded and played again: the same events, and no secret on the disk.
//!
//! `tests/asterisk/run test --test live_recording`

mod asterisk;
mod folder;
mod support;

use std::fs;

use asterisk::{is_mark, log_in, mark, var, ways};
use folder::Folder;
use gami::live::{Kind, Model};
use gami::mock::{Mock, Replay};
use gami::packet::Packet;
use gami::{Client, Options, Part, Parts, Recorder, Recording, Snapshot, Validity};
use support::*;

/// A packet without the id of an action, which is another each time.
fn text(packet: &Packet) -> String {
    packet.text().split_inclusive('\n').filter(|line| !line.starts_with("ActionID:")).collect()
}

/// What a program does with a server; gives the list and the events that it sees.
fn session(ami: &Client) -> Vec<String> {
    let list = ami.list("CoreShowChannels").unwrap();
    let mut seen: Vec<String> = list.items.iter().map(|item| text(item.packet())).collect();
    let call = [
        ("Channel", "Local/answer@gami"),
        ("Context", "gami"),
        ("Exten", "answer"),
        ("Priority", "1"),
        ("Async", "true"),
    ];
    ami.action(("Originate", call)).unwrap();
    let config = ami.action(("GetConfig", [("Filename", "manager.conf")])).unwrap();
    seen.push(config.iter().map(|(name, _)| format!("{name} ")).collect());
    for number in 0..200 {
        ami.action(("UserEvent", [("UserEvent", "Recorded".to_owned()), ("Number", number.to_string())])).unwrap();
    }
    mark(ami, "TheEnd");
    loop {
        let event = ami.events().recv_timeout(DEADLINE).unwrap();
        seen.push(text(event.packet()));
        if is_mark(&event, "TheEnd") {
            return seen;
        }
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run test --test live_recording"]
fn a_session_that_was_recorded_is_played_again() {
    for (way, options, address) in ways() {
        let folder = Folder::new();
        let recorder = Recorder::create(folder.path("pbx.rec")).unwrap();
        let ami = options.record(recorder.clone()).dial(&address).unwrap();
        log_in(&ami);
        let seen = session(&ami);
        let version = ami.server_version().unwrap();
        ami.close().unwrap();
        recorder.close().unwrap();

        let file = fs::read(recorder.path()).unwrap();
        let text = String::from_utf8_lossy(&file);
        assert!(!text.contains(&var("GAMI_ASTERISK_SECRET")), "{way}");
        assert!(text.contains("secret=***") || text.contains("secret = ***"), "{way}: GetConfig told of secrets");
        let replay = Replay::recorded(Recording::open(recorder.path()).unwrap()).unwrap();
        println!("{way}, {version}: {} bytes, {} events", file.len(), replay.len());
        for speed in [0.0, 1.0] {
            let mock = Mock::builder().replay(replay.clone().speed(speed)).start().unwrap();
            let ami = Client::dial(&mock).unwrap();
            ami.login("admin", "whatever").unwrap();
            assert_eq!(session(&ami), seen, "{way}, speed {speed}");
            assert_eq!(ami.server_version().unwrap(), version);
        }
    }
}

/// What a snapshot says of channels and bridges, without the times.
fn picture(now: &Snapshot) -> Vec<String> {
    let channels = now.channels().map(|channel| {
        format!("{} {} {:?} {:?} {:?}", channel.uniqueid, channel.name, channel.state, channel.bridge, channel.exten)
    });
    let bridges = now.bridges().map(|bridge| format!("{} {:?}", bridge.uniqueid, bridge.members));
    let queues = now.queues().map(|queue| format!("{} {:?}", queue.name, queue.members.len()));
    let mut all: Vec<String> = channels.chain(bridges).chain(queues).collect();
    all.sort();
    all
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run test --test live_recording"]
fn a_model_becomes_the_same_from_the_recording() {
    let folder = Folder::new();
    let recorder = Recorder::create(folder.path("pbx.rec")).unwrap();
    let ami = Options::new().record(recorder.clone()).dial(var("GAMI_ASTERISK_AMI")).unwrap();
    log_in(&ami);
    let call = |exten: &str| {
        let channel = format!("Local/{exten}@gami");
        let call =
            [("Channel", &*channel), ("Context", "gami"), ("Exten", "stay"), ("Priority", "1"), ("Async", "true")];
        ami.action(("Originate", call)).unwrap();
    };
    call("stay"); // before the model, which lists it
    let live = ami.live(Parts::all()).unwrap();
    call("stay");
    call("answer"); // over before the end
    for _ in 0..2 {
        asterisk::events_until(&ami, |event| event.name() == "Hangup");
    }
    eventually("two calls stay, and nothing more is to come of them", || {
        let now = live.now();
        let waits = now.channels().filter(|channel| channel.application.as_deref() == Some("Wait"));
        now.validity(Part::Calls).is_valid() && waits.count() == 4 && now.channels().len() == 4
    });
    let sets = ami.subscribe(gami::Interest::names(["VarSet"]));
    ami.fence(DEADLINE).unwrap();
    let fence = sets.events().try_iter().last().expect("the fence").seq();
    eventually("the model has taken the fence", || live.now().seq() > fence);
    let seen = picture(&live.now());
    recorder.close().unwrap();
    for channel in live.now().channels() {
        let _ = ami.hangup(&channel.name);
    }
    ami.close().unwrap();

    let mut model = Model::new(Parts::all());
    let mut changes = 0;
    let mut valid = false;
    let played = model.play(Recording::open(recorder.path()).unwrap(), |change| {
        changes += 1;
        valid |= matches!(change.kind, Kind::Validity { after: Validity::Valid { .. }, .. });
    });
    played.unwrap();
    assert_eq!(picture(&model.snapshot()), seen);
    assert!(valid);
    println!("{} things, {changes} changes, {:?}", seen.len(), model.counts());
}
