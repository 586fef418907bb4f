//! Packets: headers in the order in which they came, and where one packet ends and the next begins.
//!
//! Nothing here knows a socket. [`Framer`] takes bytes in any pieces and hands out [`Packet`]s;
//! a packet keeps every header, in order, repeats included, and looks names up without regard to case.
//!
//! # What costs what
//!
//! The packets of one read share one allocation, their *chunk*, whose memory is used again when all of them
//! are gone. The headers of a packet are indexed once, on the first look-up; one that is only gone through from
//! its beginning ([`Packet::iter`], a typed event) is not indexed at all. A packet that is kept for long pins its
//! chunk, at most what one read brought: [`Packet::detach`] cuts it loose.

mod ending;
mod follows;
mod framing;
mod lines;
mod pool;
mod scan;
#[cfg(feature = "serde")]
mod serialize;
mod table;

pub use framing::{Frame, Framer, DEFAULT_LIMIT};
pub use lines::LineEnd;
use pool::Pool;
pub(crate) use table::{Index, Table};

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock, Weak};

use crate::secrets::Mask;
use follows::is_follows;
use lines::{find, gap, has_name};
use scan::Spans;

/// The text of the whole packets that one read brought.
#[derive(Debug)]
struct Chunk {
    text: String,
    /// Where the memory goes when nobody holds a packet of it any more.
    pool: Weak<Pool>,
    /// What came, where it was not UTF-8: then the chunk holds a single packet.
    raw: Option<Box<[u8]>>,
}

impl Chunk {
    /// A chunk of a single packet.
    fn single(text: impl Into<String>, raw: Option<Box<[u8]>>) -> Arc<Self> {
        Arc::new(Self { text: text.into(), raw, pool: Weak::new() })
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.put(std::mem::take(&mut self.text));
        }
    }
}

/// Where a header stands: its name is `start..colon`, its value ends at `end`.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    colon: u32,
    end: u32,
    /// What stands between the two: the colon and one blank, the colon, or nothing in a line without a name.
    gap: u8,
}

impl Span {
    #[inline]
    fn name<'a>(&self, text: &'a str) -> &'a str {
        &text[self.start as usize..self.colon as usize]
    }

    #[inline]
    fn name_bytes<'a>(&self, text: &'a str) -> &'a [u8] {
        &text.as_bytes()[self.start as usize..self.colon as usize]
    }

    #[inline]
    fn name_length(&self) -> usize {
        (self.colon - self.start) as usize
    }

    #[inline]
    fn value<'a>(&self, text: &'a str) -> &'a str {
        &text[self.value_range()]
    }

    #[inline]
    fn value_range(&self) -> Range<usize> {
        self.colon as usize + usize::from(self.gap)..self.end as usize
    }

    #[inline]
    fn is_named(&self, text: &str, key: &str) -> bool {
        self.name_length() == key.len() && self.name_bytes(text).eq_ignore_ascii_case(key.as_bytes())
    }
}

/// What the first header makes of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
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
            Cow::Borrowed(text) => (text.to_owned(), None),
            Cow::Owned(text) => (text, Some(Box::from(bytes))),
        };
        let end = text.len() as u32;
        Self { chunk: Chunk::single(text, raw), start: 0, end, index: OnceLock::new() }
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
    ///
    /// None at all if there is no such header.
    pub fn get_all<'a, 'k>(&'a self, key: &'k str) -> Values<'a, 'k> {
        Values { headers: self.iter(), key }
    }

    /// All headers, name and value, in the order in which they came.
    pub fn iter(&self) -> Headers<'_> {
        Headers { text: self.text(), spans: self.headers() }
    }

    /// How many headers the packet has, repeats counted.
    pub fn len(&self) -> usize {
        self.spans().len()
    }

    /// Whether the packet has no header at all.
    pub fn is_empty(&self) -> bool {
        self.spans().is_empty()
    }

    /// What stands after the headers of a `Response: Follows`, up to the marker that ends it, if there is one.
    ///
    /// `None` for every other packet, and where the text came in headers `Output`. The last line end is not part
    /// of the text.
    pub fn body(&self) -> Option<&str> {
        let text = self.text();
        if !is_follows(text.as_bytes()) {
            return None;
        }
        let (head, has_output) = follows::head_of(text.as_bytes());
        if has_output {
            return None;
        }
        let (end, _) = follows::body_of(text.as_bytes(), head);
        let body = &text[head..end];
        Some(body.strip_suffix('\n').map_or(body, |body| body.strip_suffix('\r').unwrap_or(body)))
    }

    /// The same packet with memory of its own, for one that is kept long after its neighbours are gone.
    pub fn detach(&self) -> Self {
        let chunk = Chunk::single(self.text(), self.chunk.raw.clone());
        Self { chunk, start: 0, end: self.end - self.start, index: self.index.clone() }
    }

    /// The value of the first header if it has that name, without indexing the packet.
    #[inline] // the names that are looked for are known
    pub(crate) fn first(&self, key: &str) -> Option<&str> {
        let text = self.text();
        let bytes = text.as_bytes();
        if !has_name(bytes, key.as_bytes()) {
            return None;
        }
        let end = find(b'\n', bytes, 0, bytes.len()).unwrap_or(bytes.len());
        let end = if bytes[..end].ends_with(b"\r") { end - 1 } else { end };
        Some(&text[key.len() + gap(bytes, key.len(), end)..end])
    }

    /// Whether the first header has that name and that value, both in any case.
    #[inline] // as above
    pub(crate) fn begins_with(&self, key: &str, value: &str) -> bool {
        let text = self.text().as_bytes();
        if !has_name(text, key.as_bytes()) {
            return false;
        }
        let line = &text[key.len() + gap(text, key.len(), text.len())..];
        line.split_at_checked(value.len()).is_some_and(|(start, rest)| {
            start.eq_ignore_ascii_case(value.as_bytes()) && matches!(rest.first(), None | Some(b'\r' | b'\n'))
        })
    }

    /// The first value of a header, found from the beginning without indexing the packet.
    pub(crate) fn seek(&self, key: &str) -> Option<&str> {
        self.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }

    /// The headers one after the other, without indexing the packet.
    #[inline]
    fn headers(&self) -> Spans<'_> {
        Spans::of(self.text().as_bytes())
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
    spans: Spans<'a>,
}

impl<'a> Iterator for Headers<'a> {
    type Item = (&'a str, &'a str);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let span = self.spans.next()?;
        Some((span.name(self.text), span.value(self.text)))
    }
}

/// The values of one header in order; made by [`Packet::get_all`].
///
/// They borrow from the packet alone: the header's name may be gone before them.
#[derive(Debug, Clone)]
pub struct Values<'a, 'k> {
    headers: Headers<'a>,
    key: &'k str,
}

impl<'a> Iterator for Values<'a, '_> {
    type Item = &'a str;

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.key;
        self.headers.find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }
}

impl<'a> IntoIterator for &'a Packet {
    type Item = (&'a str, &'a str);
    type IntoIter = Headers<'a>;

    fn into_iter(self) -> Headers<'a> {
        self.iter()
    }
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

fn index(text: &[u8]) -> Box<[Span]> {
    let lines = memchr::memchr_iter(b'\n', text).count() + usize::from(!text.ends_with(b"\n"));
    let mut spans = Vec::with_capacity(lines);
    spans.extend(Spans::of(text));
    spans.into_boxed_slice()
}
