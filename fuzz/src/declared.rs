//! The declarations of the catalogue read another way: as tables of what each field is made of.
//!
//! The library makes structs of its declarations. Here their text is read, into lists from which
//! [`decode`] decodes an event with look-ups that are slow and obvious.

use std::collections::HashMap;
use std::sync::LazyLock;

use gami::event::Value;
use gami::Event;
use serde_json::{Map, Value as Json};

macro_rules! files {
    ($($file:literal)+) => { [$(include_str!(concat!("../../src/event/", $file))),+] };
}

const SOURCES: [&str; 18] = files!(
    "groups.rs" "catalogue/agent.rs" "catalogue/agi.rs" "catalogue/bridge.rs" "catalogue/cc.rs" "catalogue/channel.rs"
    "catalogue/conference.rs" "catalogue/device.rs" "catalogue/dial.rs" "catalogue/endpoint.rs" "catalogue/lists.rs"
    "catalogue/media.rs" "catalogue/old.rs" "catalogue/parking.rs" "catalogue/queue.rs" "catalogue/security.rs"
    "catalogue/system.rs" "catalogue/transfer.rs"
);

/// All groups and events, each by its name; an event's is the one that it has on the wire.
pub static DECLARED: LazyLock<Declared> = LazyLock::new(|| {
    let mut declared = Declared::default();
    for source in SOURCES {
        declared.read(&mut tokens(source).into_iter().peekable());
    }
    declared
});

#[derive(Default)]
pub struct Declared {
    pub groups: HashMap<&'static str, Vec<Field>>,
    pub events: HashMap<&'static str, Vec<Field>>,
}

pub struct Field {
    name: &'static str,
    kind: Kind,
    /// All the names that the header has had; of a group, the prefixes of its headers.
    headers: Vec<&'static str>,
}

enum Kind {
    /// What a text reads as; `None` where there is nothing to show.
    Value(fn(&str) -> Option<Json>),
    Group(&'static str),
}

impl Declared {
    /// The fields of an event that hold something, groups within.
    pub fn decode(&self, event: &Event, fields: &[Field], prefix: &str) -> Map<String, Json> {
        let mut decoded = Map::new();
        for Field { name, kind, headers } in fields {
            let shown = match kind {
                Kind::Value(read) => headers.iter().find_map(|name| look_up(event, prefix, name)).and_then(read),
                Kind::Group(group) => {
                    let groups = headers.iter().map(|prefix| self.decode(event, &self.groups[group], prefix));
                    groups.into_iter().find(|group| !group.is_empty()).map(Json::Object)
                }
            };
            let Some(shown) = shown else { continue };
            // An enum of numbers is its number, and beside it its name.
            match shown {
                Json::Array(mut both) => {
                    let word = both.pop().unwrap();
                    decoded.insert((*name).to_owned(), both.pop().unwrap());
                    if word != "" {
                        decoded.insert(format!("{name}_name"), word);
                    }
                }
                shown => drop(decoded.insert((*name).to_owned(), shown)),
            }
        }
        decoded
    }

    /// Where the headers stand that these fields hold.
    pub fn held(&self, event: &Event, fields: &[Field], prefix: &str) -> Vec<usize> {
        let mut held = Vec::new();
        for Field { kind, headers, .. } in fields {
            match kind {
                Kind::Value(read) => {
                    let at = headers.iter().find_map(|name| position(event, prefix, name));
                    held.extend(at.filter(|at| event.iter().nth(*at).and_then(|(_, value)| read(value)).is_some()));
                }
                Kind::Group(group) => {
                    let fields = &self.groups[group];
                    let prefix = headers.iter().find(|prefix| !self.decode(event, fields, prefix).is_empty());
                    held.extend(prefix.iter().flat_map(|prefix| self.held(event, fields, prefix)));
                }
            }
        }
        held
    }

    /// The names of the headers that these fields read.
    pub fn headers(&self, fields: &[Field], prefix: &str) -> Vec<String> {
        let mut found = Vec::new();
        for field in fields {
            for header in &field.headers {
                match field.kind {
                    Kind::Value(_) => found.push(format!("{prefix}{header}")),
                    Kind::Group(group) => found.extend(self.headers(&self.groups[group], header)),
                }
            }
        }
        found
    }

    fn read(&mut self, tokens: &mut Tokens) {
        while let Some(token) = tokens.next() {
            if !matches!(token, "events" | "groups") || tokens.next_if_eq(&"!").is_none() {
                continue;
            }
            assert_eq!(tokens.next(), Some("{"));
            while tokens.next_if_eq(&"}").is_none() {
                let mut name = tokens.next().unwrap();
                if tokens.next_if_eq(&"=").is_some() {
                    name = tokens.next().unwrap().trim_matches('"');
                }
                let all = if token == "events" { &mut self.events } else { &mut self.groups };
                assert!(all.insert(name, fields(tokens)).is_none(), "two of the name {name}");
            }
        }
    }
}

fn look_up<'a>(event: &'a Event, prefix: &str, name: &str) -> Option<&'a str> {
    event.iter().nth(position(event, prefix, name)?).map(|(_, value)| value)
}

fn position(event: &Event, prefix: &str, name: &str) -> Option<usize> {
    let name = format!("{prefix}{name}");
    event.iter().position(|(other, _)| other.eq_ignore_ascii_case(&name))
}

type Tokens = std::iter::Peekable<std::vec::IntoIter<&'static str>>;

/// The words, texts and other characters of a source, without its comments.
fn tokens(source: &'static str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for mut line in source.lines() {
        loop {
            line = line.trim_start();
            let word = |c: char| c.is_alphanumeric() || c == '_';
            let end = match line.chars().next() {
                None => break,
                Some('/') if line.starts_with("//") => break,
                Some('"') => line[1..].find('"').unwrap() + 2,
                Some(c) if word(c) => line.find(|c| !word(c)).unwrap_or(line.len()),
                Some(c) => c.len_utf8(),
            };
            let (token, rest) = line.split_at(end);
            found.push(token);
            line = rest;
        }
    }
    found
}

fn fields(tokens: &mut Tokens) -> Vec<Field> {
    let mut fields = Vec::new();
    assert_eq!(tokens.next(), Some("{"));
    while tokens.next_if_eq(&"}").is_none() {
        let name = tokens.next().unwrap();
        assert_eq!(tokens.next(), Some(":"), "after the field {name}");
        let kind = match tokens.next().unwrap() {
            "group" => Kind::Group(tokens.next().unwrap()),
            kind => Kind::Value(reads(kind)),
        };
        let mut headers: Vec<_> =
            tokens.skip_while(|token| *token != "[").skip(1).take_while(|token| *token != "]").collect();
        headers.retain(|token| *token != "|");
        let headers = headers.into_iter().map(|header| header.trim_matches('"')).collect();
        tokens.next_if_eq(&",");
        fields.push(Field { name, kind, headers });
    }
    fields
}

/// How a type of the declarations reads a text; of an enum of numbers, as number and name.
fn reads(kind: &str) -> fn(&str) -> Option<Json> {
    fn number<'a, T: Value<'a> + Into<Json>>(text: &'a str) -> Option<Json> {
        T::read(text).map(Into::into)
    }
    // Whatever an enum prints, it reads as itself again.
    macro_rules! kinds {
        (words $($words:ident)+, codes $($codes:ident)+) => {
            match kind {
                "Text" => |text| (!text.is_empty()).then(|| text.into()),
                "Flag" => |text| number::<bool>(text),
                "u32" => |text| number::<u32>(text),
                "u64" | "Seconds" | "Millis" | "Micros" => |text| number::<u64>(text),
                "i32" => |text| number::<i32>(text),
                "i64" => |text| number::<i64>(text),
                "f64" | "UnixTime" => |text| number::<f64>(text),
                "NtpTime" => |text| {
                    let text = text.trim_ascii();
                    let (seconds, rest) = text.split_once('.').unwrap_or((text, ""));
                    if rest.len() <= 6 {
                        return text.parse::<f64>().ok().map(Into::into);
                    }
                    let (seconds, rest) = (seconds.parse::<u64>().ok()?, rest.parse::<u64>().ok()?);
                    Some((seconds as f64 + (rest / 4096) as f64 / 1e6).into())
                },
                $(stringify!($words) => |text| {
                    let word = gami::event::$words::read(text)?;
                    assert_eq!(gami::event::$words::read(&word.to_string()), Some(word));
                    Some(word.as_str().into())
                },)+
                $(stringify!($codes) => |text| {
                    let code = gami::event::$codes::read(text)?;
                    assert_eq!(gami::event::$codes::read(&code.to_string()), Some(code));
                    assert_eq!(gami::event::$codes::from(code.code()), code);
                    Some(Json::Array(vec![code.code().into(), code.as_str().into()]))
                },)+
                other => panic!("the fuzz targets do not know how {other} reads a text"),
            }
        };
    }
    kinds! {
        words AgentState AmaFlags AocBilling AocRateType AocTotal AocType AocUnit BridgeState CelEvent CompleteReason
            ContactState DeviceState DialStatus Direction Disposition FaxOperation FaxSessionType FaxState Membership
            ModuleStatus OriginateStatus PeerState PresenceState RegistryState Severity ShutdownKind SubscriptionType
            TimeoutSource TransferDestination TransferResult,
        codes ChannelState ExtensionState HangupCause OriginateReason QueueMemberState RtcpType
    }
}
