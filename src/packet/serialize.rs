//! Packets as maps, for the feature `serde`.

use std::cmp::Ordering;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Packet, Span};

/// A map of every header in order, each name as it came. A name that repeats stands where it came first,
/// with an array of all its values. The text of a `Response: Follows` is an array of lines under `Output`,
/// as Asterisk sends it from 14 on.
impl Serialize for Packet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (text, spans) = (self.text(), self.spans());
        let repeats = repeats(text, spans);
        let mut written = vec![false; spans.len()];
        repeats.iter().flat_map(|same| &same[1..]).for_each(|at| written[*at] = true);
        let mut repeats = repeats.iter().peekable();
        let mut map = serializer.serialize_map(None)?;
        for (at, span) in spans.iter().enumerate().filter(|(at, _)| !written[*at]) {
            match repeats.next_if(|same| same[0] == at) {
                None => map.serialize_entry(span.name(text), span.value(text))?,
                Some(same) => {
                    let values: Vec<&str> = same.iter().map(|at| spans[*at].value(text)).collect();
                    map.serialize_entry(span.name(text), &values)?;
                }
            }
        }
        if let Some(body) = self.body() {
            map.serialize_entry("Output", &body.lines().collect::<Vec<_>>())?;
        }
        map.end()
    }
}

/// The headers of each name that repeats, in order of the first.
fn repeats(text: &str, spans: &[Span]) -> Vec<Vec<usize>> {
    let name = |at: usize| spans[at].name_bytes(text);
    let by_name = |a: usize, b: usize| -> Ordering {
        let lower = |at: usize| name(at).iter().map(u8::to_ascii_lowercase);
        name(a).len().cmp(&name(b).len()).then_with(|| lower(a).cmp(lower(b)))
    };
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by(|a, b| by_name(*a, *b));
    let groups = order.chunk_by(|a, b| by_name(*a, *b).is_eq()).filter(|same| same.len() > 1);
    let mut repeats: Vec<Vec<usize>> = groups.map(<[usize]>::to_vec).collect();
    repeats.sort_unstable();
    repeats
}
