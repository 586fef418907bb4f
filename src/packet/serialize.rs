//! Packets as maps, for the feature `serde`.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Packet, Span};

/// A map of every header in order, each name as it came. A name that repeats stands where it came first,
/// with an array of all its values. The text of a `Response: Follows` is an array of lines under `Output`,
/// as Asterisk sends it from 14 on.
impl Serialize for Packet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.text();
        let mut map = serializer.serialize_map(None)?;
        for (at, span) in self.spans().iter().enumerate() {
            let name = span.name(text);
            let same = |other: &&Span| other.tag == span.tag && other.is_named(text, name);
            if !span.fresh && self.spans()[..at].iter().any(|before| same(&before)) {
                continue;
            }
            let repeats: Vec<&str> =
                self.spans()[at + 1..].iter().filter(same).map(|other| other.value(text)).collect();
            if repeats.is_empty() {
                map.serialize_entry(name, span.value(text))?;
            } else {
                let values: Vec<&str> = [span.value(text)].into_iter().chain(repeats).collect();
                map.serialize_entry(name, &values)?;
            }
        }
        if let Some(body) = self.body() {
            map.serialize_entry("Output", &body.lines().collect::<Vec<_>>())?;
        }
        map.end()
    }
}
