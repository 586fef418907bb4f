//! What is recorded of servers of five versions in `tests/data/live`, as events with their times.
#![allow(dead_code)] // each test uses some of it

pub mod picture;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gami::packet::{Frame, Framer, Kind, Packet};
use gami::Event;

pub const VERSIONS: [&str; 5] = ["18", "11", "13", "16", "22"];

/// A scenario as one version of Asterisk sent it.
pub struct Replay {
    pub name: String,
    pub banner: String,
    pub events: Vec<(Event, SystemTime)>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/live")
}

/// A scenario by name and version, such as `answered.22`.
pub fn replay(name: &str) -> Replay {
    let bytes = fs::read(folder().join(format!("{name}.ami"))).unwrap();
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    let banner = String::from_utf8_lossy(&bytes[..end]).trim().to_owned();
    let mut framer = Framer::new();
    framer.push(&bytes[end + 1..]);
    let mut at = UNIX_EPOCH;
    let mut events = Vec::new();
    for frame in framer.frames().collect::<Vec<_>>() {
        let Frame::Packet(packet) = frame else { panic!("{name}: a packet beyond the limit") };
        if packet.kind() != Kind::Event || packet.get("ActionID").is_some() && packet.get("Privilege").is_none() {
            continue;
        }
        if let Some(time) = packet.get("Timestamp").and_then(|time| time.parse().ok()) {
            at = UNIX_EPOCH + Duration::from_secs_f64(time);
        }
        events.push((Event::from(packet), at));
    }
    Replay { name: name.to_owned(), banner, events }
}

/// All scenarios of all versions.
pub fn replays() -> Vec<Replay> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|file| file.extension().is_some_and(|extension| extension == "ami"))
        .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert_eq!(names.len(), 130, "recordings are missing");
    names.iter().map(|name| replay(name)).collect()
}

/// An event of these headers.
pub fn event(headers: &str) -> Event {
    Event::from(Packet::new(headers.replace('\n', "\r\n").as_bytes()))
}
