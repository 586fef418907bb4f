//! A reader of packets that is slow and obvious, and how [`gami::packet`] is held against it.
//!
//! It was written from the rules and not from the code. The fuzz target `packets` uses it too.
//!
//! Packets: a packet whose first line ends in CRLF ends with CRLF CRLF, whatever LFs stand in between; one whose
//! first line ends in LF ends with a blank line of either kind, or where it is neither response nor event with
//! a LF and CRLF. If the stream's first line ends in LF, all packets end with a blank line of either kind.
//!
//! Headers: a line ends as the packet's first one does. A name ends at the first colon, if no LF stands before
//! that, and one blank after the colon is no part of the value, nor is a last LF. A line without a colon goes on
//! with the value before it, if that can have line breaks.

use std::borrow::Cow;
use std::fmt;

use gami::packet::{Frame, Framer, Kind, Packet};
use gami::{Event, Response};

const MARKER: &[u8] = b"--END COMMAND--";
/// A packet's first line is looked for in so many bytes.
const FIRST_LINE: usize = 512;
/// A longer line in a text is no response's head, nor has it an id.
const LONG: usize = 1024;
/// So much of a packet beyond the limit is shown.
const SHOWN: usize = 1024;
/// So ids begin that no text can know; every action is pending.
pub const SECRET: &str = "ours-";

/// So many bytes beyond the limit a framer may hold while it cannot tell where a packet ends.
const SLACK: usize = 4 * LONG;

/// What a stream holds, and what is left of it that has not ended.
pub fn read(stream: &[u8], limit: usize) -> (Vec<Read<'_>>, &[u8]) {
    let mut found = Vec::new();
    let mut rest = after_blank_lines(stream);
    let all_lf = first_line(rest).is_some_and(ends_in_lf);
    while let Some((packet, next)) = first_packet(rest, all_lf) {
        if packet.len() > limit {
            found.push(Read::Oversized(shown(packet)));
            found.push(Read::TooLarge(packet.len() as u64));
        } else {
            found.push(Read::Packet(packet));
        }
        rest = after_blank_lines(next);
    }
    (found, rest)
}

#[derive(Clone, PartialEq, Eq)]
pub enum Read<'a> {
    Packet(&'a [u8]),
    Oversized(&'a [u8]),
    TooLarge(u64),
}

impl fmt::Debug for Read<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Packet(bytes) => write!(f, "Packet({:?})", text(bytes)),
            Self::Oversized(bytes) => write!(f, "Oversized({:?})", text(bytes)),
            Self::TooLarge(size) => write!(f, "TooLarge({size})"),
        }
    }
}

/// The whole lines at the beginning of a packet beyond the limit.
fn shown(packet: &[u8]) -> &[u8] {
    let mut end = SHOWN;
    while end > 0 && packet[end - 1] != b'\n' {
        end -= 1;
    }
    &packet[..if end == 0 { SHOWN } else { end }]
}

type Texts<'a> = [(Cow<'a, str>, Cow<'a, str>)];

/// The headers of a packet, and its text if it is a `Response: Follows`.
#[derive(Debug, Default)]
pub struct Parsed<'a> {
    pub headers: Vec<(&'a [u8], &'a [u8])>,
    pub body: Option<&'a [u8]>,
}

impl<'a> Parsed<'a> {
    fn texts(&self) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
        self.headers.iter().map(|(name, value)| (text(name), text(value))).collect()
    }
}

pub fn parse(packet: &[u8]) -> Parsed<'_> {
    let bare = packet.split_inclusive(|byte| *byte == b'\n').next().is_some_and(ends_in_lf);
    if !is_follows(packet) {
        return Parsed { headers: headers(packet, bare), body: None };
    }
    let all: Vec<&[u8]> = packet.split_inclusive(|byte| *byte == b'\n').collect();
    let head = lines_of_head(&all, bare);
    let head_bytes: usize = all[..head].iter().map(|line| line.len()).sum();
    let mut parsed = Parsed { headers: headers(&packet[..head_bytes], bare), body: None };
    if has_output(&all[..head], bare) {
        return parsed;
    }
    // The last marker behind which only headers stand.
    let marker = (head..all.len())
        .rev()
        .find(|at| is_marker(all[*at], bare))
        .filter(|at| all[at + 1..].iter().all(|line| is_trailing(line, bare)));
    let body_end = match marker {
        Some(at) => {
            let behind: usize = all[at + 1..].iter().map(|line| line.len()).sum();
            parsed.headers.extend(headers(&packet[packet.len() - behind..], bare));
            let until = &packet[..packet.len() - behind];
            let until = until.strip_suffix(b"\n").unwrap_or(until);
            until.strip_suffix(b"\r").unwrap_or(until).len() - MARKER.len()
        }
        None => packet.len(),
    };
    let body = &packet[head_bytes..body_end];
    let body = body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n")).unwrap_or(body);
    parsed.body = Some(body);
    parsed
}

fn headers(text: &[u8], bare: bool) -> Vec<(&[u8], &[u8])> {
    let mut found: Vec<(&[u8], &[u8])> = Vec::new();
    let mut value_start = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let (content, length) = first_header_line(rest, bare);
        let physical = rest.split_inclusive(|byte| *byte == b'\n').next().unwrap();
        match physical.iter().position(|byte| *byte == b':') {
            Some(colon) => {
                let blank = usize::from(colon + 1 < content && rest[colon + 1] == b' ');
                value_start = at + colon + 1 + blank;
                found.push((&rest[..colon], &text[value_start..at + content]));
            }
            None => match found.last_mut().filter(|(name, _)| goes_on(name, value_start, physical)) {
                Some((_, value)) => *value = &text[value_start..at + content],
                None => {
                    value_start = usize::MAX;
                    found.push((&[], &rest[..content]));
                }
            },
        }
        at += length;
    }
    found
}

/// How long the content of the first line is, and the line with its end.
fn first_header_line(text: &[u8], bare: bool) -> (usize, usize) {
    let feed = text.iter().position(|byte| *byte == b'\n');
    let crlf = || text.windows(2).position(|bytes| *bytes == *b"\r\n").map(|at| (at, at + 2));
    let end = if bare { feed.map(|at| (at, at + 1)) } else { crlf() };
    let (whole, end) = end.unwrap_or((text.len(), text.len()));
    if bare {
        return (text[..whole].strip_suffix(b"\r").map_or(whole, <[u8]>::len), end);
    }
    if let Some(feed) = feed.filter(|feed| *feed < whole) {
        if is_call_started(&text[..feed]) {
            return (feed, feed + 1);
        }
        if text[..feed] == *b"Action: SentNotification\rn" {
            return (feed - 2, feed + 1);
        }
    }
    let content = &text[..whole];
    // What was cut off may end in half of a CRLF.
    let content = if end == whole && !content.contains(&b'\n') {
        content.strip_suffix(b"\r").unwrap_or(content)
    } else {
        content
    };
    (content.strip_suffix(b"\n").unwrap_or(content).len(), end)
}

fn is_call_started(line: &[u8]) -> bool {
    let Some(digits) = line.strip_prefix(b"CallStarted: ") else { return false };
    (1..=20).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
}

/// Whether the value of a header can go on with a line.
fn goes_on(name: &[u8], value_start: usize, line: &[u8]) -> bool {
    if value_start == usize::MAX {
        return false; // it has no name
    }
    let is = |other: &&str| name.eq_ignore_ascii_case(other.as_bytes());
    let single = ["Event", "Response", "ActionID", "Privilege", "Timestamp", "SequenceNumber"].iter().any(is);
    let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let numbered = &name[..name.len() - digits];
    let ends_with = |id: &&str| {
        numbered.len().checked_sub(id.len()).is_some_and(|at| numbered[at..].eq_ignore_ascii_case(id.as_bytes()))
    };
    let id = ["Uniqueid", "Linkedid", "Channel"].iter().any(ends_with);
    let line = line.trim_ascii_end();
    let cut = is(&"Variable") && !line.is_empty() && b"Variable".starts_with(line);
    !(single || id || cut)
}

/// What stands on a line of its own; `None` where the line ends as only lines of a text do.
fn stripped(line: &[u8], bare: bool) -> Option<&[u8]> {
    match (line.ends_with(b"\r\n"), line.ends_with(b"\n")) {
        (true, _) => Some(&line[..line.len() - 2]),
        (_, true) => bare.then(|| &line[..line.len() - 1]),
        _ => Some(line.strip_suffix(b"\r").unwrap_or(line)),
    }
}

fn is_marker(line: &[u8], bare: bool) -> bool {
    stripped(line, bare).is_some_and(|content| content.ends_with(MARKER))
}

/// The name and the value of a line that is a header among lines of a text.
fn header(line: &[u8], bare: bool) -> Option<(String, &[u8])> {
    let content = stripped(line, bare).filter(|content| !content.ends_with(MARKER))?;
    let colon = content.iter().position(|byte| *byte == b':')?;
    let (name, value) = (&content[..colon], &content[colon + 1..]);
    let is_word = name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
    let value = value.strip_prefix(b" ").unwrap_or(value);
    ((1..64).contains(&name.len()) && is_word).then(|| (text(name).to_ascii_lowercase(), value))
}

fn is_trailing(line: &[u8], bare: bool) -> bool {
    header(line, bare).is_some_and(|(name, _)| name != "response" && name != "event")
}

/// How many lines of a `Response: Follows` stand before its text.
fn lines_of_head(all: &[&[u8]], bare: bool) -> usize {
    let mut seen = Vec::new();
    let further = all.iter().skip(1).take_while(|line| {
        let Some((name, _)) = header(line, bare) else { return false };
        let name = if name == "priviledge" { "privilege".to_owned() } else { name };
        let known = ["privilege", "actionid"].contains(&&*name);
        let taken = if bare { known && !seen.contains(&name) } else { name != "response" && name != "event" };
        seen.push(name);
        taken
    });
    1 + further.count()
}

fn has_output(head: &[&[u8]], bare: bool) -> bool {
    !bare && head.iter().any(|line| header(line, bare).is_some_and(|(name, _)| name == "output"))
}

fn first_line(text: &[u8]) -> Option<&[u8]> {
    let end = text.iter().take(FIRST_LINE).position(|byte| *byte == b'\n')?;
    Some(&text[..=end])
}

fn ends_in_lf(line: &[u8]) -> bool {
    line.ends_with(b"\n") && !line.ends_with(b"\r\n")
}

/// Whether a line begins with this name, or only looks like it.
fn begins_with(line: &[u8], name: &str) -> bool {
    line.get(name.len()) == Some(&b':') && line[..name.len()].eq_ignore_ascii_case(name.as_bytes())
}

fn value_of(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let value = line.iter().position(|byte| *byte == b':').map_or(&[][..], |colon| &line[colon + 1..]);
    value.strip_prefix(b" ").unwrap_or(value)
}

fn is_follows(packet: &[u8]) -> bool {
    let first = packet.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
    begins_with(first, "Response") && value_of(first).eq_ignore_ascii_case(b"Follows")
}

fn after_blank_lines(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = text.strip_prefix(b"\n").or_else(|| text.strip_prefix(b"\r\n")) {
        text = rest;
    }
    text
}

/// The first packet, without the blank line that ends it, and what comes after that; `None` if it has not ended.
fn first_packet(text: &[u8], all_lf: bool) -> Option<(&[u8], &[u8])> {
    let first = first_line(text);
    if first.is_some_and(is_follows) {
        return first_follows(text);
    }
    let bare = first.is_some_and(ends_in_lf);
    let is_packet = ["Event", "Response", "ActionID"].iter().any(|name| begins_with(text, name));
    let is_map = text.starts_with(b"Event: CoreShowChannelMap\r\n");
    let any_blank_line = all_lf || (bare && is_packet);
    let mut end = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let before = &text[..end];
        let after_crlf = before.ends_with(b"\r\n");
        let last = || before.strip_suffix(b"\n").and_then(|before| before.rsplit(|byte| *byte == b'\n').next());
        let is_end = match line {
            b"\r\n" => any_blank_line || bare || after_crlf || (!is_map && last().is_some_and(is_call_started)),
            b"\n" => any_blank_line || (is_map && after_crlf),
            _ => false,
        };
        if is_end && end > 0 {
            return Some((before, &text[end + line.len()..]));
        }
        end += line.len();
    }
    None
}

/// The same for a `Response: Follows`.
fn first_follows(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let all: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")).collect();
    let bare = ends_in_lf(all[0]);
    let head = lines_of_head(&all, bare);
    let starts: Vec<usize> = all.iter().scan(0, |at, line| Some(std::mem::replace(at, *at + line.len()))).collect();
    let is_blank = |at: usize| stripped(all[at], bare).is_some_and(<[u8]>::is_empty);
    let short =
        |at: usize, name: &str| all[at].len() <= LONG && header(all[at], bare).is_some_and(|(other, _)| other == name);
    let until_next = |next: usize| {
        let end = starts[next];
        let blank = if text[..end].ends_with(b"\n\r\n") { 2 } else { usize::from(text[..end].ends_with(b"\n\n")) };
        Some((&text[..end - blank], &text[end..]))
    };
    for at in 1..all.len() {
        if short(at, "actionid") && header(all[at], bare).is_some_and(|(_, id)| id.starts_with(SECRET.as_bytes())) {
            // The response's head, whose lines are headers, is not long.
            let is_between = |line: &usize| header(all[*line], bare).is_some() && all[*line].len() <= LONG;
            let response = (1..at).rev().take_while(is_between).find(|line| short(*line, "response"));
            let response =
                response.filter(|response| (response + 1..at).all(|line| starts[line] - starts[*response] < LONG));
            if let (Some(response), true) = (response, std::str::from_utf8(value_of(all[at])).is_ok()) {
                return until_next(response);
            }
        }
        let headless = at == head + 1 && at >= 2 && is_blank(head) && !has_output(&all[..head], bare);
        if headless && (short(at, "response") || short(at, "event")) {
            return until_next(at);
        }
        let marked = || {
            let marker = (1..at).rev().find(|line| !is_trailing(all[*line], bare));
            marker.is_some_and(|line| is_marker(all[line], bare))
        };
        if is_blank(at) && ((at == head && has_output(&all[..head], bare)) || marked()) {
            return Some((&text[..starts[at]], &text[starts[at] + all[at].len()..]));
        }
    }
    None
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
    framer.set_secret_prefix(SECRET);
    let mut unfinished = (rest.len() > limit).then(|| shown(rest));
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
                (Frame::Packet(packet), Some(Read::Packet(bytes))) => check(&packet, bytes),
                (Frame::Oversized(packet), Some(Read::Oversized(bytes))) => assert_eq!(packet.as_bytes(), bytes),
                (Frame::TooLarge(size), Some(Read::TooLarge(expected))) => assert_eq!(size, expected, "too large"),
                (Frame::Oversized(packet), None) if unfinished == Some(packet.as_bytes()) => {
                    unfinished = None;
                }
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
pub fn assert_same_headers(packet: &Packet, bytes: &[u8]) {
    assert_eq!(packet.as_bytes(), bytes);
    let parsed = parse(bytes);
    let same = |found: &str, bytes: &[u8]| found.as_bytes() == bytes || found == text(bytes);
    let mut expected = parsed.headers.iter();
    let agree =
        packet.iter().all(|(name, value)| expected.next().is_some_and(|(n, v)| same(name, n) && same(value, v)));
    assert!(agree && expected.next().is_none(), "{packet:?} instead of {parsed:?}");
    assert_eq!(packet.body().map(Cow::from), parsed.body.map(text));
}

/// Holds a packet against what the reference reads in its bytes.
pub fn assert_packet_agrees(packet: &Packet, bytes: &[u8]) {
    assert_lookups_agree(packet, bytes);
    assert_prints_agree(packet, bytes);
}

/// What can be asked of a packet.
pub fn assert_lookups_agree(packet: &Packet, bytes: &[u8]) {
    assert_eq!(packet.as_bytes(), bytes, "bytes");
    assert_eq!(packet.text(), text(bytes), "text");
    let parsed = parse(bytes);
    let headers = parsed.texts();
    let agree = packet.iter().eq(headers.iter().map(|(name, value)| (&**name, &**value)));
    assert!(agree, "{packet:?} instead of {headers:?}");
    assert_eq!((packet.len(), packet.is_empty()), (headers.len(), headers.is_empty()));
    assert_eq!(packet.body().map(Cow::from), parsed.body.map(text), "body of {:?}", text(bytes));
    let kind = kind(bytes);
    assert_eq!(packet.kind(), kind, "kind of {:?}", text(bytes));
    // A look-up goes through all headers, of which there may be thousands: a few names of each packet will do.
    let some = [0, headers.len() / 2, headers.len().saturating_sub(1)];
    let names = some.iter().filter_map(|at| headers.get(*at)).map(|(name, _)| &**name);
    for (number, name) in names.chain(["Absent"]).enumerate() {
        let is = |other: &str| other.eq_ignore_ascii_case(name);
        let at = headers.iter().position(|(other, _)| is(other));
        let name = if number % 2 == 0 { name.to_ascii_uppercase() } else { name.to_ascii_lowercase() };
        assert_eq!(packet.get(&name), at.map(|at| &*headers[at].1), "get {name:?}");
        assert_eq!(packet.get_bytes(&name), at.map(|at| parsed.headers[at].1), "get_bytes {name:?}");
        let all = headers.iter().filter(|(other, _)| is(other)).map(|(_, value)| &**value);
        assert!(packet.get_all(&name).eq(all), "get_all {name:?}");
    }
    let detached = packet.detach();
    assert_eq!((detached.as_bytes(), detached.text(), detached.kind()), (bytes, packet.text(), kind));
    assert!(detached.iter().eq(packet.iter()), "headers of the detached packet");
    assert_eq!(detached.body(), packet.body());
    match kind {
        Kind::Response => assert_response_agrees(&Response::from(packet.clone()), bytes, &headers),
        _ => assert_event_agrees(&Event::from(packet.clone()), bytes, &headers),
    }
}

/// What a packet is printed as.
pub fn assert_prints_agree(packet: &Packet, bytes: &[u8]) {
    if bytes.len() < 1024 {
        assert_eq!(format!("{packet:?}"), format!("{:?}", packet.detach()));
    }
    let json = json(&parse(bytes).texts(), packet.body());
    assert_eq!(serde_json::to_string(packet).unwrap(), json);
    let printed = match kind(bytes) {
        Kind::Response => serde_json::to_string(&Response::from(packet.clone())),
        _ => serde_json::to_string(&Event::from(packet.clone())),
    };
    assert_eq!(printed.unwrap(), json);
}

fn assert_event_agrees(event: &Event, bytes: &[u8], headers: &Texts) {
    assert_eq!(event.name(), named(bytes, headers, "Event"), "name of {:?}", text(bytes));
    assert_eq!(event.action_id(), event.packet().get("actionid"));
    assert_eq!(event.seq(), 0);
}

fn assert_response_agrees(response: &Response, bytes: &[u8], headers: &Texts) {
    let status = named(bytes, headers, "Response");
    assert_eq!(response.status(), status);
    assert_eq!(response.is_error(), ["error", "failed"].contains(&&*status.to_ascii_lowercase()));
    let lines: Vec<&str> = response.get_all("Output").collect();
    let output = match response.packet().body() {
        Some(body) => Some(body.to_owned()),
        None => (!lines.is_empty()).then(|| lines.join("\n")),
    };
    assert_eq!(response.output().map(String::from), output);
}

/// The value on the line with which a packet begins if that has the name, and otherwise of the first header that does.
fn named<'a>(bytes: &'a [u8], headers: &'a Texts, name: &str) -> Cow<'a, str> {
    let first = bytes.split_inclusive(|byte| *byte == b'\n').next().filter(|line| begins_with(line, name));
    let any = || headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    first.map(|line| text(value_of(line))).or_else(|| any().map(|(_, value)| value.as_ref().into())).unwrap_or_default()
}

/// The first line decides, or the second where the first is an `ActionID`.
fn kind(bytes: &[u8]) -> Kind {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let deciding = match lines.next() {
        Some(first) if begins_with(first, "ActionID") => lines.next(),
        first => first,
    };
    match deciding {
        Some(line) if begins_with(line, "Event") => Kind::Event,
        Some(line) if begins_with(line, "Response") => Kind::Response,
        _ => Kind::Unknown,
    }
}

/// A name stands where it came first, with an array of its values if it repeats; the text is an array of lines.
fn json(headers: &Texts, body: Option<&str>) -> String {
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

fn text(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::from)
}
