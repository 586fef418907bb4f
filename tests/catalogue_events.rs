//! The catalogue of events against what Asterisk documents and against what real servers sent.

mod claims;
mod declarations;

use std::collections::{BTreeMap, BTreeSet};

use claims::{claims, claims_with, event, fields, is_omitted, lost, misnamed, Probe, OMITTED};
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

/// The headers that are documented as the event's own.
fn documented(event: &Value) -> BTreeSet<String> {
    headers(&serde_json::json!({ "fields": event["fields"] })).into_iter().map(|(name, _)| name).collect()
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
            // What any event may have is in no field of its own; of what this one is documented to have, it needs one.
            let own = documented(&event).contains(&header);
            let held = claims(&name, &header).iter().any(|path| !own || !path.starts_with("common."));
            match !held {
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
const RENAMED: &[(&str, &str, &str)] = &[
    ("100rel", "rel100", "EndpointDetail"),
    ("Account", "channel.account_code", "Status"),
    ("AgentCalled", "interface", "AgentCalled"),
    ("AgentName", "member_name", "AgentCalled"),
    ("AsycOperations", "async_operations", "TransportDetail"),
    ("CallerID", "channel.caller_id_num", "FAXStatus ReceiveFAX SendFAX"),
    ("Channel", "dahdi_channel", "Alarm AlarmClear DNDState"),
    ("CumulativeLoss", "report.cumulative_lost", "RTCPSent"),
    ("Duration", "parking_duration", "ParkedCall"),
    ("Exten", "parking_space", "ParkedCall ParkedCallGiveUp UnParkedCall"),
    ("Extension", "channel.exten", "AgentCalled CoreShowChannel NewExten Newexten Status"),
    ("IsInCall", "member.in_call", "QueueMember"),
    ("LastSR", "report.lsr", "RTCPReceived"),
    ("Location", "member.interface", "QueueMember QueueMemberAdded QueueMemberPaused QueueMemberPenalty QueueMemberRemoved QueueMemberRinginuse QueueMemberStatus"),
    ("Match", "matches", "IdentifyDetail"),
    ("Member", "interface", "AgentComplete AgentConnect AgentDump AgentRingNoAnswer"),
    ("Name", "charge.currency", "AOC-D AOC-E"),
    ("Name", "rate.currency", "AOC-S"),
    ("OurSSRC", "ssrc", "RTCPSent"),
    ("PacketsLost", "report.cumulative_lost", "RTCPReceived"),
    ("ReceptionReports", "report_count", "RTCPReceived"),
    ("SenderSSRC", "ssrc", "RTCPReceived"),
    ("StartExten", "start_space", "Parkinglot"),
    ("StopExten", "stop_space", "Parkinglot"),
    ("TheirLastSR", "report.lsr", "RTCPSent"),
    ("Timeout", "parking_timeout", "ParkedCall"),
    ("Usernum", "user", "MeetmeJoin MeetmeLeave MeetmeMute MeetmeTalkRequest MeetmeTalking"),
];

/// Whether a field has the name of a header: `dest.state` that of `DestChannelState`, whose prefix is `Dest`.
fn is_named_after(path: &str, header: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace(|char: char| !char.is_alphanumeric(), "");
    let (group, field) = path.rsplit_once('.').unwrap_or(("", path));
    let field = field.replace("kind", "type");
    let prefix = match group {
        "caller" => "MCallerID",
        "connected" => "MConnectedID",
        "report" => "Report0",
        group => group,
    };
    ["", "Channel", "Bridge", "Member"].iter().any(|of| {
        let names = [format!("{prefix}{of}{field}"), format!("{of}{field}")];
        names.iter().any(|name| plain(name) == plain(header) || plain(name) == plain(header) + "name")
    })
}

/// An event with all its headers, each of which says something else, decodes as they do alone: no field takes the
/// header of another.
#[test]
fn a_whole_event_decodes_as_its_headers_do_alone() {
    let mut checked = 0;
    for (name, entry) in catalogue() {
        let mut alone: BTreeMap<String, Vec<Probe>> = BTreeMap::new();
        let mut sent: BTreeMap<String, String> = BTreeMap::new();
        let names: BTreeSet<String> = headers(&entry).into_iter().map(|(header, _)| header).collect();
        for (number, header) in names.into_iter().filter(|header| header != "Event").enumerate() {
            let mut claims = claims_with(&name, &header, 471_000 + number);
            claims.retain(|path, _| !path.starts_with("variables."));
            let own = claims.iter().find(|(path, _)| !path.starts_with("common."));
            let Some((value, _)) = own.or(claims.first_key_value()).map(|(_, probe)| probe.clone()) else { continue };
            for (path, probe) in claims.into_iter().filter(|(_, (sent, _))| *sent == value) {
                alone.entry(path).or_default().push(probe);
            }
            sent.insert(header, value);
        }
        let sent: Vec<(&str, &str)> = sent.iter().map(|(header, value)| (header.as_str(), value.as_str())).collect();
        let mut whole = fields(&event(&name, &sent));
        whole.retain(|path, _| !path.starts_with("variables"));
        assert_eq!(whole.keys().collect::<Vec<_>>(), alone.keys().collect::<Vec<_>>(), "{name}");
        for (path, value) in whole {
            checked += 1;
            assert!(alone[&path].iter().any(|(_, found)| *found == value), "{name}: {path}: {value}: {alone:?}");
        }
    }
    assert!(checked > 3000, "only {checked} fields were checked");
}

/// A header of one name that came out in a field of another would be claimed, and yet wrong.
#[test]
fn every_header_comes_out_in_the_field_of_its_name() {
    let mut renamed = BTreeSet::new();
    for (name, event) in catalogue() {
        for (header, _) in headers(&event) {
            let paths = claims(&name, &header).into_iter().filter(|path| !path.starts_with("variables"));
            let paths = paths.filter(|path| !is_named_after(path, &header));
            renamed.extend(paths.map(|path| format!("{header} -> {path}: {name}")));
        }
    }
    let expected = RENAMED
        .iter()
        .flat_map(|(header, path, events)| events.split(' ').map(move |event| format!("{header} -> {path}: {event}")));
    assert_eq!(renamed, expected.collect());
}

/// Events that no list of headers has: what they send was read in the source of servers.
const FROM_SOURCE: &[&str] = &[
    "BridgeAction",
    "ChannelHungup",
    "CoreShowChannelMap",
    "DAHDIShowChannels",
    "DAHDIShowChannelsComplete",
    "DAHDIShowStatus",
    "DAHDIShowStatusComplete",
    "DataGet Tree",
    "DeviceEntry",
    "DevicelistComplete",
    "LineEntry",
    "LinelistComplete",
    "MeetmeListComplete",
    "MeetmeListRoomsComplete",
    "PRIShowSpans",
    "PRIShowSpansComplete",
    "RTPReceiverStats",
    "RTPSenderStats",
    "SIPpeerstatusComplete",
    "Transfer",
];

/// Headers that a declaration names and that neither the catalogue nor a capture has, and why it names them.
const UNHEARD: &[(&str, &str, &str)] = &[
    (
        "AOC-E",
        "ChargingAssociation/ID ChargingAssociation/Number ChargingAssociation/Number/Plan ChargingAssociation/Plan",
        AS_SENT,
    ),
    ("AOC-S", "(null)(0)/... NumberRates Rate(0)/...", AS_SENT),
    ("Agents", "LoggedInChan TalkingTo", "sent up to Asterisk 11 and documented by neither 16 nor 22"),
    ("CEL", "UserDefType", "sent only with `show_user_defined`"),
    ("ChannelReload", "Peer_Count Registry_Count", "sent by chan_sip up to 11, and documented nowhere"),
    (
        "Charge",
        "Charge/BillingID Charge/Currency/Cost Charge/Currency/Multiplier Charge/Currency/Name Charge/TotalType \
         Charge/Type Charge/Units(0)/NumberOf Charge/Units(0)/TypeOf Currency/Amount/Cost Currency/Amount/Multiplier \
         TypeOfCharging Units/Item(0)/NumberOf Units/Item(0)/TypeOf Units/NumberItems",
        AS_SENT,
    ),
    ("ListDialplan", "IgnorePattern Switch", "the dialplan of the captures has none"),
    ("ParkedCallTimeOut", "... Exten", "up to Asterisk 11 it was sent as its siblings are"),
    ("PeerEntry", "Natsupport", "before Asterisk 1.8 the name of what is Forcerport now"),
    (
        "Rate",
        "Duration/Amount/Cost Duration/Amount/Multiplier Duration/ChargingType Duration/Currency \
         Duration/Currency/Cost Duration/Currency/Multiplier Duration/Currency/Name Duration/Granularity/Length \
         Duration/Granularity/Scale Duration/Time/Length Duration/Time/Scale Flat/Amount/Cost Flat/Amount/Multiplier \
         Flat/Currency Flat/Currency/Cost Flat/Currency/Multiplier Flat/Currency/Name SpecialCode/SpecialCode Type \
         Volume/Amount/Cost Volume/Amount/Multiplier Volume/Currency Volume/Currency/Cost Volume/Currency/Multiplier \
         Volume/Currency/Name Volume/Unit",
        AS_SENT,
    ),
    ("RegistryEntry", "DNSmgr Domain DomainPort Port RegistrationTime", "sent by chan_sip and older IAX2"),
    ("Status", "BridgedChannel BridgedUniqueid", "sent up to Asterisk 11 for a bridged channel"),
    ("VoicemailUser", "IMAPFlags IMAPPort IMAPServer IMAPUser", "sent only where messages are on an IMAP server"),
];

const AS_SENT: &str = "servers send it under this name, which their documentation does not tell";

/// The headers that are known of each event, in lower case: from documentation, source, live traffic and captures.
fn known_headers() -> BTreeMap<String, BTreeSet<String>> {
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |name: &str, header: &str| {
        known.entry(name.to_lowercase()).or_default().insert(header.to_lowercase());
    };
    for (name, entry) in catalogue() {
        headers(&entry).iter().for_each(|(header, _)| add(&name, header));
    }
    let seen: Value = serde_json::from_str(include_str!("data/seen.json")).expect("what was seen is JSON");
    for (name, headers) in seen.as_object().expect("events by name") {
        headers.as_array().expect("headers").iter().filter_map(Value::as_str).for_each(|header| add(name, header));
    }
    let captures = [&include_bytes!("data/asterisk-1.8.ami")[..], include_bytes!("data/asterisk-22.ami")];
    for event in captures.into_iter().flat_map(capture) {
        event.iter().for_each(|(header, _)| add(event.name(), header));
    }
    known
}

/// A header that a declaration misspells would never come, and nobody would notice.
#[test]
fn every_header_that_is_declared_is_known_of_its_event() {
    let known = known_headers();
    let (groups, events) = declarations::events();
    let mut unheard = BTreeSet::new();
    let mut heard_of_groups = BTreeSet::new();
    for (name, declared) in &events {
        if FROM_SOURCE.contains(&name.as_str()) {
            continue;
        }
        let none = BTreeSet::new();
        let known = known.get(&name.to_lowercase()).unwrap_or(&none);
        let is_known = |header: &str| known.contains(&header.to_lowercase());
        unheard.extend(
            declared.headers.iter().filter(|header| !is_known(header)).map(|header| (name.as_str(), header.clone())),
        );
        for (group, prefixes) in &declared.groups {
            for prefix in prefixes {
                let heard: Vec<_> =
                    groups[group].headers.iter().filter(|header| is_known(&format!("{prefix}{header}"))).collect();
                if heard.is_empty() {
                    unheard.insert((name, format!("{prefix}...")));
                }
                heard_of_groups.extend(heard.into_iter().map(|header| (group, header)));
            }
        }
    }
    for (name, group) in groups.iter().filter(|(name, _)| *name != "Common") {
        let unheard_of = group.headers.iter().filter(|header| !heard_of_groups.contains(&(name, *header)));
        unheard.extend(unheard_of.map(|header| (name.as_str(), header.clone())));
    }
    let expected =
        UNHEARD.iter().flat_map(|(name, headers, _)| headers.split(' ').map(move |header| (*name, header.to_owned())));
    assert_eq!(unheard, expected.collect());
}

/// What an event of no list sends comes out in fields too.
#[test]
fn every_header_that_is_declared_comes_out_in_a_field() {
    let (groups, events) = declarations::events();
    for (name, declared) in &events {
        let prefixed = declared.groups.iter().flat_map(|(group, prefixes)| {
            let headers = |prefix| groups[group].headers.iter().map(move |header| format!("{prefix}{header}"));
            prefixes.iter().flat_map(headers)
        });
        for header in declared.headers.iter().cloned().chain(prefixed) {
            let held = claims(name, &header).iter().any(|path| !path.starts_with("common."));
            assert!(held, "{name}: {header}");
        }
    }
}

#[test]
fn every_event_says_of_which_class_it_is() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/event/catalogue")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut tables = text.split("\nevents! {\n").skip(1).map(|table| table.split("\n}\n").next().unwrap());
        for declaration in tables.by_ref().flat_map(|table| table.split("\n    }\n")) {
            let about = declaration.split("\n    }").next().unwrap();
            let about: Vec<_> = about.lines().filter_map(|line| line.strip_prefix("    ///")).collect();
            let about = about.join(" ");
            let says = about.contains("Class `") || about.contains("Sent only in answer to an action; no class.");
            assert!(says || about.is_empty(), "{path:?}: {about}");
        }
    }
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
