//! The catalogue of events against what Asterisk documents and against what real servers sent.

mod claims;

use std::collections::BTreeSet;

use claims::{claims, event, fields, is_omitted, lost, misnamed, OMITTED};
use gami::packet::{Frame, Framer, Kind};
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

#[test]
fn every_event_of_the_catalogue_has_a_variant_in_any_case() {
    for (name, _) in catalogue() {
        for name in [name.clone(), name.to_lowercase(), name.to_uppercase()] {
            fields(&event(&name, &[]));
        }
    }
    assert!(matches!(event("NoSuchEvent", &[]).typed(), Typed::Other(_)));
    let names: BTreeSet<String> = catalogue().iter().map(|(name, _)| name.to_lowercase()).collect();
    let ours: BTreeSet<String> = Typed::NAMES.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(ours.len(), Typed::NAMES.len(), "an event is declared twice");
    assert!(names.is_subset(&ours));
    let seen: Value = serde_json::from_str(include_str!("data/seen.json")).expect("what was seen is JSON");
    for name in seen.as_object().expect("events by name").keys() {
        assert!(ours.contains(&name.to_lowercase()), "{name}");
    }
    for go in ["rtpreceiverstats", "rtpsenderstats"] {
        assert!(ours.contains(go));
    }
    assert_eq!(names.len(), 245);
}

#[test]
fn every_header_of_the_catalogue_comes_out_in_a_field() {
    let mut unclaimed = BTreeSet::new();
    let mut omitted = BTreeSet::new();
    let mut checked = 0;
    for (name, event) in catalogue() {
        for (header, _) in headers(&event) {
            checked += 1;
            match claims(&name, &header).is_empty() {
                true if is_omitted(&name, &header) => drop(omitted.insert((name.clone(), header))),
                true => drop(unclaimed.insert(format!("{name}: {header}"))),
                false => assert!(!is_omitted(&name, &header), "{name}: {header} is in a field"),
            }
        }
    }
    assert!(unclaimed.is_empty(), "{} headers are in no field: {unclaimed:#?}", unclaimed.len());
    assert_eq!(omitted.len(), OMITTED.len(), "an omission that the catalogue does not have");
    assert!(checked > 4000, "only {checked} headers were checked");
}

/// What `live_events` saw an Asterisk 22 send and the catalogue of its documentation lacks.
#[test]
fn every_header_that_was_seen_and_is_not_documented_comes_out_in_a_field() {
    let seen: Value = serde_json::from_str(include_str!("data/seen.json")).expect("what was seen is JSON");
    let mut checked = 0;
    for (name, headers) in seen.as_object().expect("events by name") {
        for header in headers.as_array().expect("headers").iter().filter_map(Value::as_str) {
            checked += 1;
            assert!(!claims(name, header).is_empty(), "{name}: {header}");
        }
    }
    assert!(checked > 100, "only {checked} headers were checked");
}

/// Where a header comes out under another name than its own: names of other versions, and what is no name in Rust.
const RENAMED: [(&str, &str); 25] = [
    ("100rel", "rel100"),
    ("Account", "channel.account_code"),
    ("AgentCalled", "interface"),
    ("AgentName", "member_name"),
    ("AsycOperations", "async_operations"),
    ("CallerID", "channel.caller_id_num"),
    ("Channel", "dahdi_channel"),
    ("CumulativeLoss", "report.cumulative_lost"),
    ("Duration", "parking_duration"),
    ("Exten", "parking_space"),
    ("Extension", "channel.exten"),
    ("IsInCall", "member.in_call"),
    ("LastSR", "report.lsr"),
    ("Location", "member.interface"),
    ("Match", "matches"),
    ("Member", "interface"),
    ("OurSSRC", "ssrc"),
    ("PacketsLost", "report.cumulative_lost"),
    ("ReceptionReports", "report_count"),
    ("SenderSSRC", "ssrc"),
    ("StartExten", "start_space"),
    ("StopExten", "stop_space"),
    ("TheirLastSR", "report.lsr"),
    ("Timeout", "parking_timeout"),
    ("Usernum", "user"),
];

/// Whether a field has the name of a header: `dest.state` that of `DestChannelState`, whose prefix is `Dest`.
fn is_named_after(path: &str, header: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace(|char: char| !char.is_alphanumeric(), "");
    let (group, field) = path.rsplit_once('.').unwrap_or(("", path));
    let field = field.replace("kind", "type");
    let prefix = match group {
        "caller" | "connected" => "M", // of a malicious call
        "report" => "Report0",
        group => group,
    };
    ["", "Channel", "Bridge", "Member", "CallerID", "ConnectedID"].iter().any(|of| {
        let names = [format!("{prefix}{of}{field}"), format!("{of}{field}")];
        names.iter().any(|name| plain(name) == plain(header) || plain(name) == plain(header) + "name")
    })
}

/// A header of one name that came out in a field of another would be claimed, and yet wrong.
#[test]
fn every_header_comes_out_in_the_field_of_its_name() {
    let mut renamed = BTreeSet::new();
    for (name, event) in catalogue() {
        for (header, _) in headers(&event) {
            let paths = claims(&name, &header).into_iter().filter(|path| !path.starts_with("variables"));
            let paths = paths.filter(|path| !is_named_after(path, &header));
            renamed.extend(paths.map(|path| (header.clone(), path)));
        }
    }
    let expected: BTreeSet<_> = RENAMED.map(|(header, path)| (header.to_owned(), path.to_owned())).into();
    assert_eq!(renamed, expected);
}

#[test]
fn every_value_that_is_documented_is_read() {
    let mut wrong = BTreeSet::new();
    let mut checked = 0;
    for (name, entry) in catalogue() {
        for (header, values) in headers(&entry) {
            for value in values {
                checked += 1;
                wrong.extend(lost([&event(&name, &[(&header, &value)])]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(checked > 300, "only {checked} values were checked");
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

#[test]
fn no_header_of_a_session_with_asterisk_22_is_lost_and_numbers_have_the_names_that_it_gives_them() {
    let events = capture(include_bytes!("data/asterisk-22.ami"));
    assert_eq!((lost(&events), misnamed(&events)), (BTreeSet::new(), BTreeSet::new()));
}

#[test]
fn no_header_of_a_session_with_asterisk_1_8_is_lost_and_numbers_have_the_names_that_it_gives_them() {
    let events = capture(include_bytes!("data/asterisk-1.8.ami"));
    assert_eq!((lost(&events), misnamed(&events)), (BTreeSet::new(), BTreeSet::new()));
}
