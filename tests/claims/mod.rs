//! Whether what a server sends comes out in a field.
//!
//! Nothing here reads the declarations: a header is sent through a packet, alone, and its value is looked for in
//! what was decoded.
#![allow(dead_code)] // no test file needs all of it

use std::collections::{BTreeMap, BTreeSet};

use gami::packet::Packet;
use gami::{Event, Typed};
use serde_json::Value;

/// What no field holds, and why.
pub const OMITTED: [(&str, &str, &str); 7] = [
    ("ResourceListDetail", "Event", "a second header with the name of the first: `raw.get_all(\"Event\").nth(1)`"),
    ("UserEvent", "Action", SENDERS_OWN),
    ("UserEvent", "Body", SENDERS_OWN),
    ("UserEvent", "Empty", SENDERS_OWN),
    ("UserEvent", "Header1", SENDERS_OWN),
    ("UserEvent", "Header2", SENDERS_OWN),
    ("UserEvent", "Utf", SENDERS_OWN),
];

const SENDERS_OWN: &str = "made up by the sender, whose program reads it from the raw event";

pub fn event(name: &str, headers: &[(&str, &str)]) -> Event {
    let mut text = format!("Event: {name}\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    Event::from(Packet::new(text.as_bytes()))
}

/// Everything that a program can learn of an event in fields, by the path to the field: its struct, the common
/// headers, its variables.
pub fn fields(event: &Event) -> BTreeMap<String, Value> {
    let typed = event.typed();
    assert!(!matches!(typed, Typed::Other(_)), "{} is not in the catalogue", event.name());
    let mut fields = serde_json::to_value(typed).expect("a typed event serializes");
    let fields = fields.as_object_mut().expect("a typed event is a map");
    fields.remove("event");
    fields.remove("rest"); // what is in no field
    let mut flat = BTreeMap::new();
    for (name, value) in std::mem::take(fields) {
        flatten(name, value, &mut flat);
    }
    flat
}

fn flatten(path: String, value: Value, flat: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            fields.into_iter().for_each(|(name, value)| flatten(format!("{path}.{name}"), value, flat))
        }
        Value::Array(items) => items.into_iter().for_each(|value| flatten(path.clone(), value, flat)),
        value => drop(flat.insert(path, value)),
    }
}

/// A value that a header can be sent with, and what a field then has of it.
pub type Probe = (String, Value);

/// Values that are unlike anything else: as text, as a number, as a variable, as a flag; the number tells them from those
/// of other headers.
fn probes(number: usize) -> [Probe; 5] {
    let (text, digits) = (format!("zq{number}zq"), number.to_string());
    [
        (text.clone(), text.into()),
        (digits.clone(), number.into()),
        (digits.clone(), (number as f64).into()),
        (format!("zq={digits}"), digits.into()),
        ("yes".into(), true.into()),
    ]
}

/// The paths to the fields in which a header comes out that is sent alone.
pub fn claims(name: &str, header: &str) -> BTreeSet<String> {
    claims_with(name, header, 471_147).into_keys().collect()
}

/// The same with the values that come out there.
pub fn claims_with(name: &str, header: &str, number: usize) -> BTreeMap<String, Probe> {
    let mut claims = BTreeMap::new();
    for (sent, found) in probes(number) {
        for (path, value) in fields(&event(name, &[(header, &sent)])) {
            let both = !found.is_boolean() || fields(&event(name, &[(header, "no")])).get(&path) == Some(&false.into());
            if value == found && both {
                claims.entry(path).or_insert((sent.clone(), found.clone()));
            }
        }
    }
    claims
}

pub fn is_omitted(name: &str, header: &str) -> bool {
    OMITTED.iter().any(|(event, omitted, _)| (*event, *omitted) == (name, header))
}

/// The headers of these events that are lost, and why: those that no field claims, those of which the field says
/// something else than the server, and those of which an enum does not know the word or the number.
pub fn lost<'a>(events: impl IntoIterator<Item = &'a Event>) -> BTreeSet<String> {
    let mut lost = BTreeSet::new();
    let mut known = BTreeSet::new();
    for whole in events {
        let name = whole.name();
        lost.extend(unlike_alone(whole));
        for (header, value) in whole {
            let its_own = name == "UserEvent" && !["UserEvent", "Privilege"].contains(&header);
            if header == "Event" || is_omitted(name, header) || its_own || !known.insert((name, header, value)) {
                continue;
            }
            let alone = event(name, &[(header, value)]);
            let fields = fields(&alone);
            let complaint = if claims(name, header).is_empty() {
                "in no field"
            } else if is_nothing(header, value) {
                continue;
            } else if !fields.values().any(|field| says(field, value)) {
                "in a field that says something else"
            } else if format!("{:?}", alone.typed()).contains(": Other(") {
                "not known to its enum"
            } else {
                continue;
            };
            lost.insert(format!("{name}: {header}: {value}: {complaint}: {fields:?}"));
        }
    }
    lost
}

/// The fields of a whole event that hold what none of its headers says when it is alone.
fn unlike_alone(whole: &Event) -> BTreeSet<String> {
    let mut alone: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (header, value) in whole {
        for (path, value) in fields(&event(whole.name(), &[(header, value)])) {
            alone.entry(path).or_default().push(value);
        }
    }
    let whole_fields = fields(whole);
    assert_eq!(whole_fields.keys().collect::<Vec<_>>(), alone.keys().collect::<Vec<_>>(), "{whole:?}");
    let unlike = whole_fields.into_iter().filter(|(path, value)| !alone[path].contains(value));
    unlike.map(|(path, value)| format!("{}: {path} is {value}, which no header says", whole.name())).collect()
}

/// What a server sends where it has nothing to say: a contact that was never reached has no round trip, one that
/// was never told how it is asked has no setting.
fn is_nothing(header: &str, value: &str) -> bool {
    ["", "N/A", "(null)"].contains(&value) || (header, value) == ("AuthenticateQualify", "-1")
}

/// Whether a field says what the server said.
fn says(field: &Value, sent: &str) -> bool {
    let letters = |text: &str| text.to_lowercase().replace(|char: char| !char.is_alphanumeric(), "");
    match field {
        Value::String(field) => {
            let spellings = [("unqualified", "nonqualified"), ("octect", "octet"), ("flag", "flat")];
            field == sent
                || sent.ends_with(&format!("={field}"))
                || letters(field) == letters(sent)
                || spellings.contains(&(letters(sent).as_str(), letters(field).as_str()))
        }
        Value::Number(field) => field.as_f64() == number(sent),
        Value::Bool(true) => ["yes", "true", "on", "1", "enabled", "y", "t"].contains(&letters(sent).as_str()),
        Value::Bool(false) => ["no", "false", "off", "0", "disabled", "n", "f"].contains(&letters(sent).as_str()),
        _ => false,
    }
}

/// The number at the beginning of `200(SR)`.
fn number(text: &str) -> Option<f64> {
    text.split('(').next()?.trim().parse().ok()
}

/// Pairs of a number and its name that the server sends side by side, where ours has another name.
pub fn misnamed<'a>(events: impl IntoIterator<Item = &'a Event>) -> BTreeSet<String> {
    let mut misnamed = BTreeSet::new();
    for event in events {
        let named: Vec<(Option<String>, &str)> = match event.typed() {
            Typed::Newchannel(e) => vec![(e.channel.state.map(|it| it.to_string()), e.channel.state_desc)],
            Typed::Newstate(e) => vec![(e.channel.state.map(|it| it.to_string()), e.channel.state_desc)],
            Typed::DialState(e) => vec![(e.dest.state.map(|it| it.to_string()), e.dest.state_desc)],
            Typed::DialEnd(e) => vec![(e.dest.state.map(|it| it.to_string()), e.dest.state_desc)],
            Typed::Hangup(e) => vec![
                (e.channel.state.map(|it| it.to_string()), e.channel.state_desc),
                (e.cause.map(|it| it.to_string()), e.cause_txt),
            ],
            Typed::ExtensionStatus(e) => vec![(e.status.map(|it| it.to_string()), e.status_text)],
            _ => continue,
        };
        for (ours, theirs) in named {
            // Before Asterisk 16 an ExtensionStatus had no text.
            if !theirs.is_empty() && ours.as_deref() != Some(theirs) {
                misnamed.insert(format!("{}: {ours:?} is {theirs}", event.name()));
            }
        }
    }
    misnamed
}
