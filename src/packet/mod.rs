//! Packets: headers in the order in which they came, and where one packet ends and the next begins.
//!
//! Nothing here knows a socket. [`Framer`] takes bytes in any pieces and hands out [`Packet`]s;
//! a packet keeps every header, in order, repeats included, and looks names up without regard to case.
//!
//! # What costs what
//!
//! The packets of one read share one allocation, their *chunk*. The headers of a packet are indexed
//! once, on the first look-up; a packet that nobody looks into is never indexed. A packet that is kept
//! for long pins its chunk, at most what one read brought: [`Packet::detach`] cuts it loose.

mod framing;
mod scan;
#[cfg(feature = "serde")]
mod serialize;

pub use framing::{Frame, Framer, DEFAULT_LIMIT};

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::secrets::Mask;

/// The text of the whole packets that one read brought.
#[derive(Debug)]
struct Chunk {
    text: Box<str>,
    /// What came, where it was not UTF-8: then the chunk holds a single packet.
    raw: Option<Box<[u8]>>,
}

/// Where a header stands: its name is `start..colon`, its value ends at `end`.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    colon: u32,
    end: u32,
    /// What stands between the two: the colon and one blank, the colon, or nothing in a line without a name.
    gap: u8,
    /// A digest of the name, so that most look-ups compare a number a header.
    tag: u16,
    /// No header before this one has the same tag, so none has the same name.
    fresh: bool,
}

impl Span {
    fn name<'a>(&self, text: &'a str) -> &'a str {
        &text[self.start as usize..self.colon as usize]
    }

    fn value<'a>(&self, text: &'a str) -> &'a str {
        &text[self.value_range()]
    }

    fn value_range(&self) -> Range<usize> {
        self.colon as usize + usize::from(self.gap)..self.end as usize
    }

    fn is_named(&self, text: &str, key: &str) -> bool {
        (self.colon - self.start) as usize == key.len() && self.name(text).eq_ignore_ascii_case(key)
    }
}

/// A header's name that is known at compile time, with what its tag is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    name: &'static str,
    tag: u16,
    tail: u16,
}

impl Key {
    pub(crate) const fn new(name: &'static str) -> Self {
        assert!(name.len() >= 2, "a tag is made of a name's last two bytes");
        Self { name, tag: tag(name.as_bytes()), tail: tail(name.as_bytes()) }
    }
}

/// Looks headers up in about the order in which they come.
///
/// A look-up begins after the header that was found last; the tags of all headers, gathered once, tell
/// of most that are absent. Of a name that repeats, the first wins, as in [`Packet::get`].
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    spans: &'a [Span],
    next: usize,
    tags: Tags,
    prefix: &'a str,
    prefix_tag: u16,
}

/// A set of tags, which may hold others along: a bit for every tag with the same last ten bits.
#[derive(Debug, Default)]
struct Tags([u64; 16]);

impl Tags {
    fn has(&self, tag: u16) -> bool {
        self.0[usize::from(tag >> 6 & 15)] & (1 << (tag & 63)) != 0
    }

    fn add(&mut self, tag: u16) {
        self.0[usize::from(tag >> 6 & 15)] |= 1 << (tag & 63);
    }
}

impl<'a> Cursor<'a> {
    /// The names that are looked up from now on follow this prefix.
    pub(crate) fn set_prefix(&mut self, prefix: &'a str) {
        self.prefix = prefix;
        self.prefix_tag = match prefix.as_bytes() {
            [] => 0,
            bytes @ [first, ..] => head(*first).wrapping_add(length(bytes.len())),
        };
    }

    /// The first value of the first of these names that is there.
    pub(crate) fn find(&mut self, keys: &[Key]) -> Option<&'a str> {
        keys.iter().find_map(|key| self.find_one(key))
    }

    fn find_one(&mut self, key: &Key) -> Option<&'a str> {
        let tag = if self.prefix.is_empty() { key.tag } else { key.tail.wrapping_add(self.prefix_tag) };
        if !self.tags.has(tag) {
            return None;
        }
        // The first header of its tag may be taken wherever it stands; others only if none before it has the name.
        let ahead = self.spans.get(self.next..).unwrap_or_default();
        let at = match ahead.iter().position(|span| span.tag == tag && span.fresh) {
            Some(at) if self.is(&ahead[at], key) => self.next + at,
            _ => self.spans.iter().position(|span| span.tag == tag && self.is(span, key))?,
        };
        self.next = at + 1;
        Some(self.spans[at].value(self.text))
    }

    fn is(&self, span: &Span, key: &Key) -> bool {
        let name = &self.text.as_bytes()[span.start as usize..span.colon as usize];
        let split = self.prefix.len();
        name.len() == split + key.name.len()
            && same(&name[split..], key.name.as_bytes())
            && same(&name[..split], self.prefix.as_bytes())
    }
}

/// Whether two names of the same length are the same; mostly they are, and in the same case.
fn same(a: &[u8], b: &[u8]) -> bool {
    let (mut left, mut right) = (a.chunks_exact(8), b.chunks_exact(8));
    let equal = left.by_ref().zip(right.by_ref()).all(|(a, b)| a == b);
    equal && left.remainder().iter().zip(right.remainder()).all(|(a, b)| a == b) || a.eq_ignore_ascii_case(b)
}

/// A digest of a name without regard to case.
///
/// It is a sum of what the first byte gives, and of what the length and the last two bytes give, so
/// that the tag of a prefix and a name is the sum of theirs.
const fn tag(name: &[u8]) -> u16 {
    match name {
        [] => 0,
        [first, ..] => head(*first).wrapping_add(tail(name)),
    }
}

const fn head(first: u8) -> u16 {
    (first as u16 | 0x20).wrapping_mul(29)
}

const fn length(length: usize) -> u16 {
    (length as u16).wrapping_mul(151)
}

const fn tail(name: &[u8]) -> u16 {
    let ends = match name {
        [.., before, last] => {
            (*before as u16 | 0x20).wrapping_mul(101).wrapping_add((*last as u16 | 0x20).wrapping_mul(59))
        }
        _ => 0,
    };
    ends.wrapping_add(length(name.len()))
}

/// What the first header makes of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It begins with `Response:`.
    Response,
    /// It begins with `Event:`.
    Event,
    /// It begins with neither: a fragment, or text that a server sends outside any response.
    Unknown,
}

/// One packet: its headers in order, with repeats.
///
/// Text that is not valid UTF-8 reads with replacement characters; [`Packet::as_bytes`] and
/// [`Packet::get_bytes`] give what came.
#[derive(Clone)]
pub struct Packet {
    chunk: Arc<Chunk>,
    start: u32,
    end: u32,
    index: OnceLock<Box<[Span]>>,
}

impl Packet {
    /// A packet of its own from the bytes of one, without the blank line that ends it.
    ///
    /// # Examples
    ///
    /// ```
    /// let packet = gami::packet::Packet::new(b"Event: Hangup\r\nCause: 16\r\n");
    /// assert_eq!(packet.get("cause"), Some("16"));
    /// ```
    pub fn new(bytes: &[u8]) -> Self {
        let (text, raw) = match String::from_utf8_lossy(bytes) {
            Cow::Borrowed(text) => (Box::from(text), None),
            Cow::Owned(text) => (text.into_boxed_str(), Some(Box::from(bytes))),
        };
        let end = text.len() as u32;
        Self { chunk: Arc::new(Chunk { text, raw }), start: 0, end, index: OnceLock::new() }
    }

    fn shared(chunk: &Arc<Chunk>, start: u32, end: u32) -> Self {
        Self { chunk: Arc::clone(chunk), start, end, index: OnceLock::new() }
    }

    /// The packet as it came, its line ends included, without the blank line that ended it.
    pub fn text(&self) -> &str {
        &self.chunk.text[self.start as usize..self.end as usize]
    }

    /// The packet's bytes as they came, also where they are not UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.chunk.raw {
            Some(raw) => raw,
            None => self.text().as_bytes(),
        }
    }

    /// What the packet is, by its first header.
    ///
    /// An `ActionID` may stand before it, as Asterisk 1.8 puts it in `VoicemailUserEntry`.
    pub fn kind(&self) -> Kind {
        let text = self.text().as_bytes();
        match kind_of(text) {
            None if has_name(text, b"ActionID") => {
                let next = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
                kind_of(&text[next..]).unwrap_or(Kind::Unknown)
            }
            kind => kind.unwrap_or(Kind::Unknown),
        }
    }

    /// The first value of a header, its name in any case; `None` if there is no such header.
    pub fn get(&self, key: &str) -> Option<&str> {
        let text = self.text();
        self.spans().iter().find(|span| span.is_named(text, key)).map(|span| span.value(text))
    }

    /// The first value of a header in the bytes that came; `None` if there is no such header.
    pub fn get_bytes(&self, key: &str) -> Option<&[u8]> {
        let text = self.text();
        let at = self.spans().iter().position(|span| span.is_named(text, key))?;
        match &self.chunk.raw {
            // The replacement of invalid text adds and removes no header.
            Some(raw) => index(raw).get(at).map(|span| &raw[span.value_range()]),
            None => Some(self.spans()[at].value(text).as_bytes()),
        }
    }

    /// All values of a header in the order in which they came, its name in any case.
    pub fn get_all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        let text = self.text();
        self.spans().iter().filter(move |span| span.is_named(text, key)).map(move |span| span.value(text))
    }

    /// All headers, name and value, in the order in which they came.
    pub fn iter(&self) -> Headers<'_> {
        Headers { text: self.text(), spans: self.spans().iter() }
    }

    /// How many headers the packet has, repeats counted.
    pub fn len(&self) -> usize {
        self.spans().len()
    }

    /// Whether the packet has no header at all.
    pub fn is_empty(&self) -> bool {
        self.spans().is_empty()
    }

    /// What stands after the headers of a `Response: Follows`, up to the marker that ends it.
    ///
    /// `None` for every other packet. A line end before the marker is not part of the text.
    pub fn body(&self) -> Option<&str> {
        let text = self.text();
        if !is_follows(text.as_bytes()) {
            return None;
        }
        let from = after_line(text.as_bytes(), self.spans().last()?.end as usize);
        let body = &text[from..];
        let body = body.trim_end_matches(['\r', '\n']).strip_suffix(END_COMMAND).unwrap_or(body);
        Some(body.strip_suffix('\n').map_or(body, |body| body.strip_suffix('\r').unwrap_or(body)))
    }

    /// The same packet with memory of its own, for one that is kept long after its neighbours are gone.
    pub fn detach(&self) -> Self {
        let raw = self.chunk.raw.clone();
        let chunk = Arc::new(Chunk { text: Box::from(self.text()), raw });
        Self { chunk, start: 0, end: self.end - self.start, index: self.index.clone() }
    }

    /// The value of the first header if it has that name, without indexing the packet.
    pub(crate) fn first(&self, key: &str) -> Option<&str> {
        let text = self.text();
        let bytes = text.as_bytes();
        if !has_name(bytes, key.as_bytes()) {
            return None;
        }
        let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
        let end = if bytes[..end].ends_with(b"\r") { end - 1 } else { end };
        Some(&text[key.len() + gap(bytes, key.len(), end)..end])
    }

    pub(crate) fn cursor(&self) -> Cursor<'_> {
        let spans = self.spans();
        let mut tags = Tags::default();
        for span in spans {
            tags.add(span.tag);
        }
        Cursor { text: self.text(), spans, next: 0, tags, prefix: "", prefix_tag: 0 }
    }

    fn spans(&self) -> &[Span] {
        self.index.get_or_init(|| index(self.text().as_bytes()))
    }
}

/// All headers in order, with `***` in place of secrets.
impl fmt::Debug for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut mask = Mask::default();
        f.debug_map().entries(self.iter().map(|(name, value)| (name, mask.show(name, value)))).finish()
    }
}

/// The headers of a packet in order; made by [`Packet::iter`].
#[derive(Debug, Clone)]
pub struct Headers<'a> {
    text: &'a str,
    spans: std::slice::Iter<'a, Span>,
}

impl<'a> Iterator for Headers<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let span = self.spans.next()?;
        Some((span.name(self.text), span.value(self.text)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.spans.size_hint()
    }
}

impl ExactSizeIterator for Headers<'_> {}

impl<'a> IntoIterator for &'a Packet {
    type Item = (&'a str, &'a str);
    type IntoIter = Headers<'a>;

    fn into_iter(self) -> Headers<'a> {
        self.iter()
    }
}

const END_COMMAND: &str = "--END COMMAND--";

fn has_name(text: &[u8], name: &[u8]) -> bool {
    text.get(name.len()) == Some(&b':') && text[..name.len()].eq_ignore_ascii_case(name)
}

fn kind_of(text: &[u8]) -> Option<Kind> {
    if has_name(text, b"Event") {
        Some(Kind::Event)
    } else if has_name(text, b"Response") {
        Some(Kind::Response)
    } else {
        None
    }
}

/// Whether a packet is a `Response: Follows`, which raw text follows up to Asterisk 13.
fn is_follows(text: &[u8]) -> bool {
    const FOLLOWS: &[u8] = b"Follows";
    let Some(value) = has_name(text, b"Response").then(|| &text[b"Response:".len()..]) else { return false };
    let value = value.strip_prefix(b" ").unwrap_or(value);
    value.len() >= FOLLOWS.len()
        && value[..FOLLOWS.len()].eq_ignore_ascii_case(FOLLOWS)
        && matches!(value[FOLLOWS.len()..], [] | [b'\r'] | [b'\n', ..] | [b'\r', b'\n', ..])
}

/// How far behind the colon the value begins: one blank is not part of it.
fn gap(text: &[u8], colon: usize, end: usize) -> usize {
    if end > colon + 1 && text[colon + 1] == b' ' {
        2
    } else {
        1
    }
}

fn after_line(text: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end + 1)
}

/// Finds the headers of one packet.
///
/// A line without a colon goes on with the value of the line before it: before Asterisk 13.5 some
/// values came with raw line breaks in them.
fn index(text: &[u8]) -> Box<[Span]> {
    let text = if is_follows(text) { &text[..headers_of_follows(text)] } else { text };
    let mut spans = Spans::with_capacity(text);
    let mut start = 0;
    let mut colon = None;
    scan::marks(text, |at, is_line_feed| {
        if is_line_feed {
            let end = if at > start && text[at - 1] == b'\r' { at - 1 } else { at };
            spans.add(start, colon.take(), end);
            start = at + 1;
        } else if colon.is_none() {
            colon = Some(at);
        }
    });
    if start < text.len() {
        spans.add(start, colon, text.len() - usize::from(text.ends_with(b"\r")));
    }
    spans.found.into_boxed_slice()
}

struct Spans<'a> {
    text: &'a [u8],
    found: Vec<Span>,
    tags: Tags,
}

impl<'a> Spans<'a> {
    fn with_capacity(text: &'a [u8]) -> Self {
        let lines = memchr::memchr_iter(b'\n', text).count() + 1;
        Self { text, found: Vec::with_capacity(lines), tags: Tags::default() }
    }

    fn add(&mut self, start: usize, colon: Option<usize>, end: usize) {
        let (colon, gap) = match (colon, self.found.last_mut()) {
            (Some(colon), _) => (colon, gap(self.text, colon, end)),
            (None, Some(last)) => {
                last.end = end as u32;
                return;
            }
            (None, None) => (start, 0),
        };
        let tag = tag(&self.text[start..colon]);
        let fresh = !self.tags.has(tag);
        self.tags.add(tag);
        let (start, colon, end, gap) = (start as u32, colon as u32, end as u32, gap as u8);
        self.found.push(Span { start, colon, end, gap, tag, fresh });
    }
}

/// Where the headers of a `Response: Follows` end and its text begins.
fn headers_of_follows(text: &[u8]) -> usize {
    let mut at = 0;
    // Each stands there or does not, in this order; whatever comes next is text.
    for name in ["Response", "Privilege", "ActionID"] {
        if has_name(&text[at..], name.as_bytes()) {
            at = after_line(text, at);
        }
    }
    at
}
