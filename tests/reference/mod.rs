//! A reader of packets that is slow and obvious, and how [`gami::packet`] is held against it.
//!
//! It was written from the rules and not from the code: lines end with LF, and a CR before it is no
//! part of them; a blank line ends a packet; a name ends at the first colon, and one blank after the
//! colon is no part of the value; a line without a colon goes on with the value before it. The fuzz
//! target `packets` uses it too.

use std::fmt;

use gami::packet::{Frame, Framer, Kind, Packet};
use gami::{Event, Response};

const MARKER: &[u8] = b"--END COMMAND--";

/// So many bytes beyond the limit a framer may hold while it cannot tell where a packet ends.
const SLACK: usize = 32;

/// What a stream holds, and what is left of it that has not ended.
pub fn read(stream: &[u8], limit: usize) -> (Vec<Read>, &[u8]) {
    let mut found = Vec::new();
    let mut rest = after_blank_lines(stream);
    while let Some((packet, next)) = first_packet(rest) {
        found.push(match packet.len() > limit {
            true => Read::TooLarge(packet.len() as u64),
            false => Read::Packet(packet.to_vec()),
        });
        rest = after_blank_lines(next);
    }
    (found, rest)
}

#[derive(Clone, PartialEq, Eq)]
pub enum Read {
    Packet(Vec<u8>),
    TooLarge(u64),
}

impl fmt::Debug for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Packet(bytes) => write!(f, "Packet({:?})", text(bytes)),
            Self::TooLarge(size) => write!(f, "TooLarge({size})"),
        }
    }
}

/// The headers of a packet, and its text if it is a `Response: Follows`.
#[derive(Debug, Default)]
pub struct Parsed {
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub body: Option<Vec<u8>>,
}

pub fn parse(packet: &[u8]) -> Parsed {
    let all = lines(packet);
    let follows = all.first().is_some_and(|first| is_follows(first.content));
    let in_head = if follows { lines_of_head(&all) } else { all.len() };
    let mut headers: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let mut line_end: &[u8] = b"";
    for line in &all[..in_head] {
        match (header(line.content), headers.last_mut()) {
            (Some((name, value)), _) => headers.push((name.to_vec(), value.to_vec())),
            (None, Some((_, value))) => value.extend([line_end, line.content].concat()),
            (None, None) => headers.push((Vec::new(), line.content.to_vec())),
        }
        line_end = line.end;
    }
    let body = follows.then(|| {
        let text: Vec<u8> = all[in_head..].iter().flat_map(|line| [line.content, line.end].concat()).collect();
        let mut whole = &text[..];
        while let [before @ .., b'\r' | b'\n'] = whole {
            whole = before;
        }
        let text = whole.strip_suffix(MARKER).unwrap_or(&text);
        match text {
            [before @ .., b'\r', b'\n'] | [before @ .., b'\n'] => before.to_vec(),
            text => text.to_vec(),
        }
    });
    Parsed { headers, body }
}

struct Line<'a> {
    content: &'a [u8],
    /// LF or CR LF; nothing at the end of what was cut off.
    end: &'a [u8],
}

fn lines(text: &[u8]) -> Vec<Line<'_>> {
    text.split_inclusive(|byte| *byte == b'\n').map(line).collect()
}

fn line(text: &[u8]) -> Line<'_> {
    let content = text.strip_suffix(b"\n").unwrap_or(text);
    let content = content.strip_suffix(b"\r").unwrap_or(content);
    Line { content, end: &text[content.len()..] }
}

fn header(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let value = &line[colon + 1..];
    Some((&line[..colon], value.strip_prefix(b" ").unwrap_or(value)))
}

fn is(line: &[u8], wanted: &str) -> bool {
    header(line).is_some_and(|(name, _)| name.eq_ignore_ascii_case(wanted.as_bytes()))
}

fn is_follows(line: &[u8]) -> bool {
    is(line, "Response") && header(line).is_some_and(|(_, value)| value.eq_ignore_ascii_case(b"Follows"))
}

/// A `Response: Follows` has a `Privilege` and an `ActionID`, or either, or none; then its text begins.
fn lines_of_head(lines: &[Line<'_>]) -> usize {
    let mut head = 1;
    for name in ["Privilege", "ActionID"] {
        head += usize::from(lines.get(head).is_some_and(|line| is(line.content, name)));
    }
    head
}

fn after_blank_lines(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = text.strip_prefix(b"\n").or_else(|| text.strip_prefix(b"\r\n")) {
        text = rest;
    }
    text
}

/// The first packet, without the blank line that ends it, and what comes after that; `None` if it has not ended.
fn first_packet(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let first = text.split_inclusive(|byte| *byte == b'\n').next().filter(|line| line.ends_with(b"\n"))?;
    if is_follows(line(first).content) {
        return first_follows(text);
    }
    let mut end = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if matches!(line, b"\n" | b"\r\n") {
            return Some((&text[..end], &text[end + line.len()..]));
        }
        end += line.len();
    }
    None
}

/// The same for a packet that ends with the marker, the end of its line, and a blank line.
fn first_follows(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let after_line_end = |text: &[u8], at: usize| match &text[at..] {
        [b'\n', ..] => Some(at + 1),
        [b'\r', b'\n', ..] => Some(at + 2),
        _ => None,
    };
    (0..text.len()).filter(|at| text[*at..].starts_with(MARKER)).find_map(|at| {
        let end = after_line_end(text, at + MARKER.len())?;
        let next = after_line_end(text, end)?;
        Some((&text[..end], &text[next..]))
    })
}

/// Holds a framer that takes a stream in pieces against the reference, and its packets by `check`.
///
/// `piece` gives the size of the next one; with `fill`, the framer reads it itself.
pub fn assert_stream_agrees(
    stream: &[u8],
    limit: usize,
    fill: bool,
    mut piece: impl FnMut() -> usize,
    check: fn(&Packet, &[u8]),
) {
    let (expected, rest) = read(stream, limit);
    let mut expected = expected.into_iter();
    let mut framer = Framer::with_limit(limit);
    let mut left = stream;
    while !left.is_empty() {
        let (next, later) = left.split_at(piece().clamp(1, left.len()));
        let taken = if fill {
            let reading = |room: &mut [u8]| {
                let count = next.len().min(room.len());
                room[..count].copy_from_slice(&next[..count]);
                Ok(count)
            };
            framer.fill(reading).unwrap()
        } else {
            framer.push(next);
            next.len()
        };
        left = if taken == next.len() { later } else { &left[taken..] };
        for frame in framer.frames() {
            match (frame, expected.next()) {
                (Frame::Packet(packet), Some(Read::Packet(bytes))) => check(&packet, &bytes),
                (Frame::TooLarge(size), Some(Read::TooLarge(expected))) => assert_eq!(size, expected, "too large"),
                (frame, expected) => panic!("{frame:?} instead of {expected:?}"),
            }
        }
    }
    assert_eq!(expected.next(), None, "not found");
    let kept = framer.remainder();
    if rest.len() <= limit {
        assert_eq!((kept, framer.skipped()), (rest, None), "what is left");
    } else {
        assert!(rest.ends_with(kept) && kept.len() <= limit + SLACK, "{} bytes are left", kept.len());
        assert!(framer.skipped().map_or(kept == rest, |size| size == rest.len() as u64), "what is skipped");
    }
}

/// A short look at a packet.
pub fn assert_same_bytes(packet: &Packet, bytes: &[u8]) {
    assert_eq!((packet.as_bytes(), packet.len()), (bytes, parse(bytes).headers.len()));
}

/// Holds a packet against what the reference reads in its bytes.
pub fn assert_packet_agrees(packet: &Packet, bytes: &[u8]) {
    assert_eq!(packet.as_bytes(), bytes, "bytes");
    assert_eq!(packet.text(), text(bytes), "text");
    let parsed = parse(bytes);
    let headers: Vec<_> = parsed.headers.iter().map(|(name, value)| (text(name), text(value))).collect();
    let pairs = |packet: &Packet| packet.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let found: Vec<(String, String)> = pairs(packet);
    assert_eq!(found, headers, "headers of {:?}", text(bytes));
    assert_eq!((packet.len(), packet.is_empty()), (headers.len(), headers.is_empty()));
    assert_eq!(packet.body().map(str::to_owned), parsed.body.as_deref().map(text), "body of {:?}", text(bytes));
    let kind = kind(bytes);
    assert_eq!(packet.kind(), kind, "kind of {:?}", text(bytes));
    for name in headers.iter().take(16).map(|(name, _)| &**name).chain(["", "Absent"]) {
        let is = |other: &str| other.eq_ignore_ascii_case(name);
        let at = headers.iter().position(|(other, _)| is(other));
        for name in [name.to_owned(), name.to_ascii_uppercase(), name.to_ascii_lowercase()] {
            assert_eq!(packet.get(&name), at.map(|at| &*headers[at].1), "get {name:?}");
            assert_eq!(packet.get_bytes(&name), at.map(|at| &*parsed.headers[at].1), "get_bytes {name:?}");
            let all = headers.iter().filter(|(other, _)| is(other)).map(|(_, value)| &**value);
            assert!(packet.get_all(&name).eq(all), "get_all {name:?}");
        }
    }
    let detached = packet.detach();
    assert_eq!((detached.as_bytes(), detached.text(), detached.kind()), (bytes, packet.text(), kind));
    assert!(detached.iter().eq(packet.iter()), "headers of the detached packet");
    assert_eq!(detached.body(), packet.body());
    if bytes.len() < 1024 {
        assert_eq!(format!("{packet:?}"), format!("{detached:?}"));
    }
    let json = json(&headers, packet.body());
    assert_eq!(serde_json::to_string(packet).unwrap(), json);
    match kind {
        Kind::Response => assert_response_agrees(&Response::from(packet.clone()), bytes, &json),
        _ => assert_event_agrees(&Event::from(packet.clone()), bytes, &json),
    }
}

fn assert_event_agrees(event: &Event, bytes: &[u8], json: &str) {
    assert_eq!(event.name(), named(bytes, "Event"), "name of {:?}", text(bytes));
    assert_eq!(event.action_id(), event.packet().get("actionid"));
    assert_eq!(event.seq(), 0);
    assert_eq!(serde_json::to_string(event).unwrap(), json);
}

fn assert_response_agrees(response: &Response, bytes: &[u8], json: &str) {
    let status = named(bytes, "Response");
    assert_eq!(response.status(), status);
    assert_eq!(response.is_error(), ["error", "failed"].contains(&&*status.to_ascii_lowercase()));
    let lines: Vec<&str> = response.get_all("Output").collect();
    let output = match response.packet().body() {
        Some(body) => Some(body.to_owned()),
        None => (!lines.is_empty()).then(|| lines.join("\n")),
    };
    assert_eq!(response.output().map(String::from), output);
    assert_eq!(serde_json::to_string(response).unwrap(), json);
}

/// The value on the line with which a packet begins if that has the name, and otherwise of the first header that does.
fn named(bytes: &[u8], name: &str) -> String {
    let first = lines(bytes).first().map(|line| line.content).filter(|line| is(line, name)).and_then(header);
    let headers = parse(bytes).headers;
    let any = headers.iter().find(|(other, _)| text(other).eq_ignore_ascii_case(name));
    first.map(|(_, value)| text(value)).or_else(|| any.map(|(_, value)| text(value))).unwrap_or_default()
}

/// The first line decides, or the second where the first is an `ActionID`.
fn kind(bytes: &[u8]) -> Kind {
    let lines = lines(bytes);
    let deciding = match lines.first() {
        Some(first) if is(first.content, "ActionID") => lines.get(1),
        first => first,
    };
    match deciding {
        Some(line) if is(line.content, "Event") => Kind::Event,
        Some(line) if is(line.content, "Response") => Kind::Response,
        _ => Kind::Unknown,
    }
}

/// A name stands where it came first, with an array of its values if it repeats; the text is an array of lines.
fn json(headers: &[(String, String)], body: Option<&str>) -> String {
    let mut entries: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, value) in headers {
        match entries.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
            Some((_, values)) => values.push(value),
            None => entries.push((name, vec![value])),
        }
    }
    let mut shown: Vec<String> = Vec::new();
    for (name, values) in entries {
        let name = serde_json::to_string(name).unwrap();
        shown.push(match &values[..] {
            [value] => format!("{name}:{}", serde_json::to_string(value).unwrap()),
            values => format!("{name}:{}", serde_json::to_string(values).unwrap()),
        });
    }
    if let Some(body) = body {
        shown.push(format!("\"Output\":{}", serde_json::to_string(&body.lines().collect::<Vec<_>>()).unwrap()));
    }
    format!("{{{}}}", shown.join(","))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
