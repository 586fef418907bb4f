//! The typed catalogue against tables of its declarations and look-ups that are slow and obvious.

use std::sync::LazyLock;

use gami::event::{known, unescape, ReportBlock};
use gami::packet::Packet;
use gami::{Event, Response, Typed};
use serde_json::{Map, Value as Json};

use crate::declared::{Field, DECLARED};
use crate::reference::assert_packet_agrees;

/// Stands for the name of an event: which one comes next, in two bytes.
const EVENT: u8 = b'@';
/// Stands for the name of a header that the event has: which one comes next, in a byte.
const OWN_HEADER: u8 = b'#';
/// Stands for the name of any header of the catalogue: of which event, and which one of its, comes next.
const HEADER: u8 = b'$';

/// A packet's text, in which names of events and headers can stand as numbers.
pub fn catalogue(data: &[u8]) {
    assert_decodes(&with_names(data));
}

/// Decodes a packet as an event, whatever it is, and as a response.
pub fn assert_decodes(bytes: &[u8]) {
    let packet = Packet::new(bytes);
    assert_packet_agrees(&packet, bytes);
    let event = Event::from(packet.clone());
    let typed = event.typed();
    let name = Typed::NAMES.iter().find(|name| name.eq_ignore_ascii_case(event.name()));
    let shown = serde_json::to_string(&typed).unwrap();
    assert_eq!(shown, serde_json::to_string(&decoded(name.copied(), &event)).unwrap());
    assert_eq!(typed.name(), name.copied().unwrap_or(event.name()));
    assert_eq!(matches!(typed, Typed::Other(_)), name.is_none());
    assert!(serde_json::from_str::<Json>(&shown).is_ok(), "no JSON: {shown}");
    assert!(!format!("{typed:?}{typed:#?}").is_empty());
    let report = DECLARED.decode(&event, &DECLARED.groups["ReportBlock"], "Report1");
    assert_eq!(serde_json::to_value(ReportBlock::of(&event, "Report1")).unwrap(), Json::Object(report));
    assert_variables(&event);
    for (_, value) in event.iter() {
        assert_values(value);
    }
    let response = Response::from(packet);
    assert_eq!(format!("{response:?}"), format!("{event:?}"));
}

/// What the event's JSON is, by the tables.
fn decoded(name: Option<&str>, event: &Event) -> Json {
    let mut expected = Map::new();
    expected.insert("event".into(), name.unwrap_or(event.name()).into());
    let fields = name.map_or(&[][..], |name| &DECLARED.events[name]);
    expected.extend(DECLARED.decode(event, fields, ""));
    let common = DECLARED.decode(event, &DECLARED.groups["Common"], "");
    if !common.is_empty() {
        expected.insert("common".into(), common.into());
    }
    let variables: Vec<Json> = variables(event)
        .into_iter()
        .map(|variable| {
            let owners = ["prefix", "channel"].into_iter().zip(&variable).filter(|(_, text)| !text.is_empty());
            let all = owners.chain(["name", "value"].into_iter().zip(&variable[2..]));
            Json::Object(all.map(|(name, text)| (name.to_owned(), text.as_str().into())).collect())
        })
        .collect();
    if !variables.is_empty() {
        expected.insert("variables".into(), variables.into());
    }
    let rest = rest(event, fields);
    if !rest.is_empty() {
        expected.insert("rest".into(), rest.into());
    }
    expected.into()
}

/// The headers that say something and that no field holds, by the name that came first.
fn rest(event: &Event, fields: &[Field]) -> Map<String, Json> {
    let mut held = DECLARED.held(event, fields, "");
    held.extend(DECLARED.held(event, &DECLARED.groups["Common"], ""));
    held.extend(event.iter().position(|(name, _)| name.eq_ignore_ascii_case("Event")));
    let mut rest: Map<String, Json> = Map::new();
    for (at, (name, value)) in event.iter().enumerate() {
        if held.contains(&at) || value.is_empty() || variable(name, value).is_some() {
            continue;
        }
        let known = rest.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name));
        match known {
            None => drop(rest.insert(name.into(), value.into())),
            Some((_, Json::Array(values))) => values.push(value.into()),
            Some((_, first)) => *first = vec![first.take(), value.into()].into(),
        }
    }
    rest
}

/// Prefix, channel, name and value of each variable.
fn variables(event: &Event) -> Vec<[String; 4]> {
    event.iter().filter_map(|(header, text)| variable(header, text)).collect()
}

fn variable(header: &str, text: &str) -> Option<[String; 4]> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    if header.eq_ignore_ascii_case("variable") {
        return text.contains('=').then(|| ["".into(), "".into(), name.into(), value.into()]);
    }
    let (head, channel) = match header.split_once('(') {
        Some((head, channel)) if channel.ends_with(')') => (head, &channel[..channel.len() - 1]),
        Some(_) => return None,
        None => (header, ""),
    };
    let prefix = head.to_ascii_lowercase().strip_suffix("chanvariable")?.len();
    Some([head[..prefix].into(), channel.into(), name.into(), value.into()])
}

fn assert_variables(event: &Event) {
    let found: Vec<[String; 4]> = event
        .variables()
        .map(|variable| [variable.prefix, variable.channel, variable.name, variable.value].map(str::to_owned))
        .collect();
    assert_eq!(found, variables(event));
    assert!(!format!("{:?}", event.variables()).is_empty());
}

fn assert_values(text: &str) {
    assert!(known(text).is_none_or(|known| known == text && !text.is_empty()));
    let plain = unescape(text);
    assert!(plain.len() <= text.len());
    if !text.contains('\\') {
        assert_eq!(plain, text);
    }
    // As Asterisk escapes.
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '\x07' => "\\a".into(),
            '\x08' => "\\b".into(),
            '\x0c' => "\\f".into(),
            '\n' => "\\n".into(),
            '\r' => "\\r".into(),
            '\t' => "\\t".into(),
            '\x0b' => "\\v".into(),
            '\\' | '\'' | '"' | '?' => format!("\\{c}"),
            c => c.to_string(),
        })
        .collect();
    assert_eq!(unescape(&escaped), text);
}

/// The headers of each event, in the order of [`Typed::NAMES`].
static HEADERS: LazyLock<Vec<Vec<String>>> =
    LazyLock::new(|| Typed::NAMES.iter().map(|name| DECLARED.headers(&DECLARED.events[name], "")).collect());

fn with_names(mut data: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut own: &[String] = &[];
    while let [byte, rest @ ..] = data {
        data = rest;
        match (*byte, rest) {
            (EVENT, [high, low, rest @ ..]) => {
                data = rest;
                let which = usize::from(u16::from_be_bytes([*high, *low])) % HEADERS.len();
                own = &HEADERS[which];
                text.extend_from_slice(Typed::NAMES[which].as_bytes());
            }
            (OWN_HEADER, [which, rest @ ..]) if !own.is_empty() => {
                data = rest;
                text.extend_from_slice(own[usize::from(*which) % own.len()].as_bytes());
            }
            (HEADER, [high, low, rest @ ..]) => {
                data = rest;
                let headers = &HEADERS[usize::from(*high) % HEADERS.len()];
                if !headers.is_empty() {
                    text.extend_from_slice(headers[usize::from(*low) % headers.len()].as_bytes());
                }
            }
            (byte, _) => text.push(byte),
        }
    }
    text
}
