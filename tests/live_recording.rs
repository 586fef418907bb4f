//! A session with a real server is recorded and played again: the same events, and no secret on the disk.
//!
//! `tests/asterisk/run test --test live_recording`

mod asterisk;
mod folder;
mod support;

use std::fs;

use asterisk::{is_mark, log_in, mark, var, ways};
use folder::Folder;
use gami::mock::{Mock, Replay};
use gami::packet::Packet;
use gami::{Client, Recorder, Recording};
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
