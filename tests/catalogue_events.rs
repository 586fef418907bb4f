//! The catalogue of events against what Asterisk documents and against what real servers sent.
//!
//! Nothing here reads the declarations: a header is sent through a packet, alone, and its value is looked for in
//! what was decoded.

use std::collections::BTreeSet;

use gami::packet::{Frame, Framer, Kind, Packet};
use gami::{Event, Typed};
use serde_json::Value;

const CHANNEL: [&str; 15] = [
    "Channel",
    "ChannelState",
    "ChannelStateDesc",
    "CallerIDNum",
    "CallerIDName",
    "ConnectedLineNum",
    "ConnectedLineName",
    "Language",
    "AccountCode",
    "Context",
    "Exten",
    "Priority",
    "Uniqueid",
    "Linkedid",
    "Tenantid",
];

const BRIDGE: [&str; 8] = [
    "BridgeUniqueid",
    "BridgeType",
    "BridgeTechnology",
    "BridgeCreator",
    "BridgeName",
    "BridgeNumChannels",
    "BridgeVideoSourceMode",
    "BridgeVideoSource",
];

/// What no field holds, and why.
const OMITTED: [(&str, &str, &str); 7] = [
    // It comes twice: the first is the event's name, the second is `raw.get_all("Event").nth(1)`.
    ("ResourceListDetail", "Event", "a second header with the name of the first"),
    ("UserEvent", "Action", SENDERS_OWN),
    ("UserEvent", "Body", SENDERS_OWN),
    ("UserEvent", "Empty", SENDERS_OWN),
    ("UserEvent", "Header1", SENDERS_OWN),
    ("UserEvent", "Header2", SENDERS_OWN),
    ("UserEvent", "Utf", SENDERS_OWN),
];

const SENDERS_OWN: &str = "made up by the sender, whose program reads it from the raw event";

fn catalogue() -> Vec<(String, Value)> {
    let text = include_str!("data/catalogue.json");
    let catalogue: Value = serde_json::from_str(text).expect("the catalogue is JSON");
    let events = catalogue["events"].as_object().expect("the catalogue has events").clone();
    assert_eq!(events.len(), 248);
    events.into_iter().collect()
}

/// The headers of an event in the catalogue, with the values that are documented, if they are.
fn headers(event: &Value) -> Vec<(String, Vec<String>)> {
    let mut headers: Vec<(String, Vec<String>)> = Vec::new();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    for field in event["fields"].as_array().expect("an event has fields") {
        if let Some(group) = field.get("group") {
            let names = if group == "channel" { &CHANNEL[..] } else { &BRIDGE[..] };
            let prefix = text(&field["prefix"]);
            headers.extend(names.iter().map(|name| (format!("{prefix}{name}"), Vec::new())));
        } else {
            let values = field.get("values").and_then(Value::as_array).into_iter().flatten().map(text).collect();
            // The documentation writes X for the number of a report.
            headers.push((text(&field["name"]).replace("ReportX", "Report0"), values));
        }
    }
    for seen in event.get("seen").and_then(Value::as_object).into_iter().flat_map(|seen| seen.values()) {
        headers.extend(seen.as_array().expect("headers that were seen").iter().map(|name| (text(name), Vec::new())));
    }
    headers
}

fn event(name: &str, headers: &[(&str, &str)]) -> Event {
    let mut text = format!("Event: {name}\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    Event::from(Packet::new(text.as_bytes()))
}

/// Everything that a program can learn of an event in fields: its struct, the common headers, its variables.
fn decoded(event: &Event) -> String {
    let typed = event.typed();
    assert!(!matches!(typed, Typed::Other(_)), "{} is not in the catalogue", event.name());
    format!("{typed:?} {:?} {:?}", event.common(), event.variables())
}

/// Whether one of some values that are unlike anything else comes out where it went in under this header.
fn is_claimed(name: &str, header: &str) -> bool {
    let bare = decoded(&event(name, &[]));
    let shows = |value: &str, shown: &str| {
        let decoded = decoded(&event(name, &[(header, value)]));
        !bare.contains(shown) && decoded.contains(shown)
    };
    shows("zq4711zq", "zq4711zq")
        || shows("zq=4711", "4711")
        || shows("471147", "471147")
        || (shows("yes", "true") && shows("no", "false"))
}

#[test]
fn every_event_of_the_catalogue_has_a_variant_in_any_case() {
    for (name, _) in catalogue() {
        for name in [name.clone(), name.to_lowercase(), name.to_uppercase()] {
            decoded(&event(&name, &[]));
        }
    }
    assert!(matches!(event("NoSuchEvent", &[]).typed(), Typed::Other(_)));
    let names: BTreeSet<String> = catalogue().iter().map(|(name, _)| name.to_lowercase()).collect();
    let ours: BTreeSet<String> = Typed::NAMES.iter().map(|name| name.to_lowercase()).collect();
    assert!(names.is_subset(&ours));
    for go in ["rtpreceiverstats", "rtpsenderstats"] {
        assert!(ours.contains(go));
    }
    assert_eq!((names.len(), ours.len()), (245, Typed::NAMES.len()), "an event is declared twice");
}

#[test]
fn every_header_of_the_catalogue_comes_out_in_a_field() {
    let mut lost = BTreeSet::new();
    let mut used = BTreeSet::new();
    let mut checked = 0;
    for (name, event) in catalogue() {
        for (header, _) in headers(&event) {
            if let Some(omitted) = OMITTED.iter().position(|(event, omitted, _)| (*event, *omitted) == (&name, &header))
            {
                used.insert(omitted);
            } else if !is_claimed(&name, &header) {
                lost.insert(format!("{name}: {header}"));
            }
            checked += 1;
        }
    }
    assert!(lost.is_empty(), "{} headers are in no field: {lost:#?}", lost.len());
    assert_eq!(used.len(), OMITTED.len(), "an omission that the catalogue does not have");
    assert!(checked > 4000, "only {checked} headers were checked");
}

#[test]
fn every_value_that_is_documented_is_read() {
    let mut lost = Vec::new();
    for (name, entry) in catalogue() {
        let bare = decoded(&event(&name, &[]));
        for (header, values) in headers(&entry) {
            let shown = |value: &str| decoded(&event(&name, &[(&header, value)]));
            let distinct: BTreeSet<String> = values.iter().map(|value| shown(value)).collect();
            // Asterisk's documentation has Octet in two spellings.
            let expected = values.iter().filter(|value| *value != "Octect").count();
            if distinct.contains(&bare) || distinct.len() < expected {
                lost.push(format!("{name}: {header}: {values:?} {distinct:?}"));
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

fn capture(bytes: &[u8]) -> Vec<Event> {
    // The banner, which no blank line ends.
    let start = bytes.iter().position(|byte| *byte == b'\n').expect("a capture begins with a banner") + 1;
    let mut framer = Framer::new();
    framer.push(&bytes[start..]);
    let events: Vec<Event> = framer
        .frames()
        .map(|frame| match frame {
            Frame::Packet(packet) => packet,
            other => panic!("{other:?}"),
        })
        .filter(|packet| packet.kind() == Kind::Event)
        .map(Event::from)
        .collect();
    assert!(events.len() > 400, "only {} events", events.len());
    events
}

/// Each header is read with the value that the server sent, or, where that is empty, with one of ours.
fn unclaimed(events: &[Event]) -> BTreeSet<String> {
    let mut unclaimed = BTreeSet::new();
    for event_ in events {
        decoded(event_);
        let name = event_.name();
        let bare = decoded(&event(name, &[]));
        for (header, value) in event_.iter() {
            let claimed = if value.is_empty() {
                is_claimed(name, header)
            } else {
                decoded(&event(name, &[(header, value)])) != bare
            };
            let omitted = OMITTED.iter().any(|(event, omitted, _)| (*event, *omitted) == (name, header));
            // A contact that was never reached has no round trip; a number that is none is absent.
            if header != "Event" && !claimed && !omitted && value != "N/A" {
                unclaimed.insert(format!("{name}: {header}: {value}"));
            }
        }
    }
    unclaimed
}

#[test]
fn no_header_of_a_session_with_asterisk_22_is_unclaimed() {
    assert_eq!(unclaimed(&capture(include_bytes!("data/asterisk-22.ami"))), BTreeSet::new());
}

#[test]
fn no_header_of_a_session_with_asterisk_1_8_is_unclaimed() {
    assert_eq!(unclaimed(&capture(include_bytes!("data/asterisk-1.8.ami"))), BTreeSet::new());
}
