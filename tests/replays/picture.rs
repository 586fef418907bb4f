//! A picture as something to compare, and the lists that a server would have given of it.
#![allow(dead_code)] // each test uses some of it

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use gami::live::{Change, Kind, Model, Thing, Want};
use gami::packet::Packet;
use gami::{Action, Event, Snapshot};

use super::Replay;

/// All things of a picture by kind and key.
pub type Picture = BTreeMap<(&'static str, String), Thing>;

pub fn picture(now: &Snapshot) -> Picture {
    fn put<T>(picture: &mut Picture, things: gami::live::Things<'_, T>)
    where
        Thing: From<Arc<T>>,
    {
        for thing in things {
            let thing = Thing::from(Arc::clone(thing));
            picture.insert((thing.kind(), thing.key().to_owned()), thing);
        }
    }
    let mut picture = Picture::new();
    put(&mut picture, now.channels());
    put(&mut picture, now.bridges());
    put(&mut picture, now.calls());
    put(&mut picture, now.queues());
    put(&mut picture, now.conferences());
    put(&mut picture, now.parked());
    put(&mut picture, now.devices());
    put(&mut picture, now.hints());
    put(&mut picture, now.endpoints());
    put(&mut picture, now.agents());
    picture
}

/// Applies a change to a picture, which has to be as the change says that it was.
pub fn apply(picture: &mut Picture, change: &Change) {
    let key = |thing: &Thing| (thing.kind(), thing.key().to_owned());
    match &change.kind {
        Kind::Added(thing) => assert!(picture.insert(key(thing), thing.clone()).is_none(), "twice: {thing:?}"),
        Kind::Changed { before, after } => {
            assert_eq!(picture.insert(key(after), after.clone()).as_ref(), Some(before));
            assert_ne!(before, after, "a change that changes nothing");
        }
        Kind::Removed(thing) => assert!(picture.remove(&key(thing)).is_some(), "was not there: {thing:?}"),
        _ => {}
    }
}

/// What a list can tell of a picture, as text: who is there, in what state, with whom.
pub fn listable(now: &Snapshot, old: bool) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for c in now.channels() {
        all.insert(format!("channel {}", c.uniqueid), format!("{} {:?} {:?}", c.name, c.state, c.bridge));
    }
    for b in now.bridges() {
        let mut members = b.members.clone();
        members.sort();
        // Up to 11 no list tells the kind.
        let kind = b.kind.as_ref().filter(|_| !old);
        all.insert(format!("bridge {}", b.uniqueid), format!("{kind:?} {members:?}"));
    }
    for q in now.queues() {
        let callers: Vec<_> = q.callers.iter().map(|c| (&c.uniqueid, c.position)).collect();
        let mut members: Vec<_> =
            q.members.iter().map(|m| format!("{} {:?} {:?}", m.interface, m.status, m.paused)).collect();
        members.sort();
        all.insert(format!("queue {}", q.name), format!("{callers:?} {members:?}"));
    }
    for c in now.conferences() {
        let mut who: Vec<_> = c.participants.iter().map(|p| (&p.channel, p.muted)).collect();
        who.sort();
        all.insert(format!("conference {}", c.conference), format!("{who:?}"));
    }
    for p in now.parked() {
        all.insert(format!("parked {}", p.uniqueid), format!("{:?}", p.parking_space));
    }
    // Up to 11 no list has them.
    for d in now.devices().filter(|_| !old) {
        all.insert(format!("device {}", d.device), format!("{:?}", d.state));
    }
    for h in now.hints().filter(|_| !old) {
        all.insert(format!("hint {}", h.id), format!("{:?}", h.status));
    }
    all
}

fn item(name: &str, headers: &[(&str, Option<String>)]) -> Event {
    let mut text = format!("Event: {name}\r\n");
    for (header, value) in headers.iter().filter_map(|(header, value)| Some((header, value.as_ref()?))) {
        text += &format!("{header}: {value}\r\n");
    }
    Event::from(Packet::new(text.as_bytes()))
}

/// What a server that has just this would answer.
pub fn answer(now: &Snapshot, action: &Action, old: bool, at: SystemTime) -> Vec<Event> {
    let some = |text: &str| Some(text.to_owned());
    let code = |state: Option<gami::event::ChannelState>| state.map(|state| state.code().to_string());
    match action.name() {
        "CoreShowChannels" => now
            .channels()
            .map(|c| {
                let bridge = c.bridge.as_ref().and_then(|bridge| now.bridge(bridge));
                let other = bridge.and_then(|bridge| bridge.members.iter().find(|member| **member != c.uniqueid));
                let num = if old { "CallerIDnum" } else { "CallerIDNum" };
                item(
                    "CoreShowChannel",
                    &[
                        ("Channel", some(&c.name)),
                        (if old { "UniqueID" } else { "Uniqueid" }, some(&c.uniqueid)),
                        ("ChannelState", code(c.state)),
                        (num, c.caller_id_num.clone()),
                        ("CallerIDName", c.caller_id_name.clone()),
                        ("ConnectedLineNum", c.connected_line_num.clone()),
                        ("ConnectedLineName", c.connected_line_name.clone()),
                        ("Language", c.language.clone()),
                        ("AccountCode", c.account_code.clone()),
                        ("Context", c.context.clone()),
                        ("Exten", c.exten.clone()),
                        ("Priority", c.priority.map(|priority| priority.to_string())),
                        ("Linkedid", c.linkedid.clone()),
                        ("Application", c.application.clone()),
                        ("Duration", some("00:00:01")),
                        ("BridgeId", c.bridge.clone().filter(|_| !old)),
                        ("BridgedUniqueID", other.filter(|_| old).cloned()),
                    ],
                )
            })
            .collect(),
        // Of one channel, whether it is there.
        "Status" => now
            .channels()
            .filter(|c| action.get("Channel").map_or(true, |name| name == c.name))
            .map(|c| item("Status", &[("Channel", some(&c.name)), ("Uniqueid", some(&c.uniqueid))]))
            .collect(),
        "BridgeList" if old => Vec::new(),
        "BridgeList" => now
            .bridges()
            .map(|b| {
                item(
                    "BridgeListItem",
                    &[
                        ("BridgeUniqueid", some(&b.uniqueid)),
                        ("BridgeType", b.kind.clone()),
                        ("BridgeTechnology", b.technology.clone()),
                        ("BridgeNumChannels", b.num_channels.map(|count| count.to_string())),
                    ],
                )
            })
            .collect(),
        "BridgeInfo" => {
            let bridge = action.get("BridgeUniqueid").and_then(|uniqueid| now.bridge(uniqueid));
            let members = bridge.map(|bridge| bridge.members.clone()).unwrap_or_default();
            members.into_iter().map(|member| item("BridgeInfoChannel", &[("Uniqueid", Some(member))])).collect()
        }
        "QueueStatus" => {
            let mut items = Vec::new();
            let only = action.get("Queue");
            for q in now.queues().filter(|q| only.map_or(true, |only| q.name == only)) {
                let count = |count: Option<u32>| count.map(|count| count.to_string());
                items.push(item(
                    "QueueParams",
                    &[
                        ("Queue", some(&q.name)),
                        ("Calls", Some(q.callers.len().to_string())),
                        ("Abandoned", count(q.abandoned)),
                    ],
                ));
                items.extend(q.members.iter().map(|m| {
                    item(
                        "QueueMember",
                        &[
                            ("Queue", some(&q.name)),
                            ("Name", m.name.clone()),
                            ("Location", some(&m.interface)),
                            ("Status", m.status.map(|status| status.code().to_string())),
                            ("Paused", m.paused.map(|paused| u8::from(paused).to_string())),
                            ("Penalty", m.penalty.map(|penalty| penalty.to_string())),
                        ],
                    )
                }));
                items.extend(q.callers.iter().map(|c| {
                    item(
                        "QueueEntry",
                        &[
                            ("Queue", some(&q.name)),
                            ("Position", Some(c.position.to_string())),
                            ("Channel", c.channel.clone()),
                            ("Uniqueid", some(&c.uniqueid)),
                            ("Wait", some("1")),
                        ],
                    )
                }));
            }
            items
        }
        "ConfbridgeListRooms" => {
            let room =
                |c: &Arc<gami::live::Conference>| item("ConfbridgeListRooms", &[("Conference", some(&c.conference))]);
            now.conferences().map(room).collect()
        }
        "ConfbridgeList" => {
            let conference = action.get("Conference").and_then(|name| now.conference(name));
            let participants = conference.map(|c| c.participants.clone()).unwrap_or_default();
            let yes_no = |flag: Option<bool>| flag.map(|flag| if flag { "Yes" } else { "No" }.to_owned());
            participants
                .iter()
                .map(|p| {
                    item(
                        "ConfbridgeList",
                        &[
                            ("Conference", action.get("Conference").map(str::to_owned)),
                            ("Channel", some(&p.channel)),
                            ("Uniqueid", p.uniqueid.clone().filter(|_| !old)),
                            ("Muted", yes_no(p.muted)),
                        ],
                    )
                })
                .collect()
        }
        "ParkedCalls" => now
            .parked()
            .map(|p| {
                let (prefix, space) = if old { ("", "Exten") } else { ("Parkee", "ParkingSpace") };
                item(
                    "ParkedCall",
                    &[
                        (&format!("{prefix}Channel"), p.channel.clone()),
                        (&format!("{prefix}Uniqueid"), some(&p.uniqueid).filter(|_| !old)),
                        (space, p.parking_space.clone()),
                        ("Parkinglot", p.parkinglot.clone()),
                    ],
                )
            })
            .collect(),
        "DeviceStateList" => now
            .devices()
            .map(|d| item("DeviceStateChange", &[("Device", some(&d.device)), ("State", d.state.clone())]))
            .collect(),
        "ExtensionStateList" => now
            .hints()
            .map(|h| {
                item(
                    "ExtensionStatus",
                    &[
                        ("Exten", some(&h.exten)),
                        ("Context", some(&h.context)),
                        ("Hint", h.hint.clone()),
                        ("Status", h.status.map(|status| status.code().to_string())),
                    ],
                )
            })
            .collect(),
        _ => {
            let _ = at;
            Vec::new()
        }
    }
}

/// Answers all lists that a model wants from what another has; whether it wants the fence now.
pub fn answer_all(model: &mut Model, now: &Snapshot, old: bool, at: SystemTime) -> bool {
    loop {
        match model.want(at) {
            Some(Want::List(action)) => {
                if old && ["BridgeList", "DeviceStateList", "ExtensionStateList"].contains(&action.name()) {
                    model.refused(action, "Invalid/unknown command", at);
                } else {
                    let items = answer(now, &action, old, at);
                    model.list(action, &items, at);
                }
            }
            Some(Want::Fence) => return true,
            _ => return false,
        }
    }
}

/// A model of the exchange as it was before the first event of a recording, valid.
pub fn valid(replay: &Replay) -> Model {
    let at = replay.events[0].1;
    let mut model = Model::new(gami::Parts::all());
    model.banner(&replay.banner);
    model.linked(at);
    // Queues and members that have no birth in the recording were there before.
    let mut items = Vec::new();
    let mut seen: Vec<(String, Option<String>)> = Vec::new();
    for (event, _) in &replay.events {
        let Some(queue) = event.get("Queue") else { continue };
        if !seen.contains(&(queue.to_owned(), None)) {
            seen.push((queue.to_owned(), None));
            items.push(item("QueueParams", &[("Queue", Some(queue.to_owned())), ("Abandoned", Some("0".to_owned()))]));
        }
        let interface = event.get("Interface").or(event.get("Location")).or(event.get("AgentCalled"));
        let Some(interface) = interface.or(event.get("Member")) else { continue };
        let member = (queue.to_owned(), Some(interface.to_owned()));
        if !seen.contains(&member) {
            seen.push(member);
            if event.name() != "QueueMemberAdded" {
                let headers = [("Queue", Some(queue.to_owned())), ("Location", Some(interface.to_owned()))];
                items.push(item("QueueMember", &headers));
            }
        }
    }
    let nothing = Model::new(gami::Parts::all()).snapshot();
    while let Some(want) = model.want(at) {
        match want {
            Want::List(action) if action.name() == "QueueStatus" => model.list(action, &items, at),
            Want::List(action) => model.list(&action, &answer(&nothing, &action, false, at), at),
            _ => model.fenced(None, at),
        }
    }
    assert!(gami::Part::ALL.iter().all(|part| model.validity(*part).is_valid()), "{:?}", model.snapshot());
    model.changes().for_each(drop);
    model
}
