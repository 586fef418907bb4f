//! Look-ups of many names in one packet, in about the order in which its headers come.

use super::scan::Spans;
use super::{Packet, Span};

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

/// So many headers have their tags kept, as many as most events have; those beyond are compared by name.
const TAGGED: usize = 32;

/// Looks headers up in about the order in which they come.
///
/// As long as they are asked for in just that order, the packet is read up to the last of them. A name that
/// does not come next makes it be read to its end: from then on the tags of all headers tell of most names
/// that are absent, and a look-up begins after the header that was found last and mostly compares a number a
/// header. Of a name that repeats, the first wins, as in [`Packet::get`].
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    coming: Spans<'a>,
    /// The headers up to which the packet has been read.
    seen: Seen,
    next: usize,
    prefix: &'a str,
    prefix_tag: u16,
}

#[derive(Debug)]
struct Seen {
    count: usize,
    spans: [Span; TAGGED],
    tags: [u16; TAGGED],
    /// A bit for each of these before which none has its tag, so that none has its name.
    fresh: u32,
    beyond: Vec<Span>,
    all: Tags,
}

impl Packet {
    #[inline(always)] // or it would be copied to its place
    pub(crate) fn cursor(&self) -> Cursor<'_> {
        const NOWHERE: Span = Span { start: 0, colon: 0, end: 0, gap: 0 };
        let text = self.text();
        Cursor {
            text,
            coming: Spans::of(text.as_bytes()),
            seen: Seen {
                count: 0,
                spans: [NOWHERE; TAGGED],
                tags: [0; TAGGED],
                fresh: 0,
                beyond: Vec::new(),
                all: Tags::default(),
            },
            next: 0,
            prefix: "",
            prefix_tag: 0,
        }
    }
}

impl Seen {
    #[inline]
    fn add(&mut self, span: Span, tag: u16) {
        let at = self.count;
        if at < TAGGED {
            self.spans[at] = span;
            self.tags[at] = tag;
            self.fresh |= u32::from(!self.all.has(tag)) << at;
        } else {
            self.beyond.push(span);
        }
        self.all.add(tag);
        self.count += 1;
    }

    fn span(&self, at: usize) -> &Span {
        self.spans.get(at).unwrap_or_else(|| &self.beyond[at - TAGGED])
    }
}

impl<'a> Cursor<'a> {
    /// The names that are looked up from now on follow this prefix.
    pub(crate) fn set_prefix(&mut self, prefix: &'a str) {
        if self.seen.count == 0 {
            self.begin();
        }
        self.prefix = prefix;
        self.prefix_tag = match prefix.as_bytes() {
            [] => 0,
            bytes @ [first, ..] => head(*first).wrapping_add(length(bytes.len())),
        };
    }

    /// The first value of the first of these names that is there.
    pub(crate) fn find(&mut self, keys: &[Key]) -> Option<&'a str> {
        if self.seen.count == 0 {
            self.begin();
        }
        keys.iter().find_map(|key| {
            let tag = if self.prefix.is_empty() { key.tag } else { key.tail.wrapping_add(self.prefix_tag) };
            self.coming(key, tag).or_else(|| self.known(key, tag))
        })
    }

    /// Passes over the headers with which most events begin.
    fn begin(&mut self) {
        const FIRST: [Key; 2] = [Key::new("Event"), Key::new("Privilege")];
        let _ = FIRST.iter().try_for_each(|key| self.coming(key, key.tag).map(drop));
    }

    /// The header that is to be read next, if it has the name and none before it can.
    #[inline]
    fn coming(&mut self, key: &Key, tag: u16) -> Option<&'a str> {
        if self.next < self.seen.count {
            return None;
        }
        let span = self.coming.next()?;
        if self.is(&span, key) && !self.seen.all.has(tag) {
            self.seen.add(span, tag);
            self.next = self.seen.count;
            return Some(span.value(self.text));
        }
        self.seen.add(span, self::tag(span.name_bytes(self.text)));
        None
    }

    /// The first header of the name, wherever it stands.
    fn known(&mut self, key: &Key, tag: u16) -> Option<&'a str> {
        for span in self.coming.by_ref() {
            self.seen.add(span, self::tag(span.name_bytes(self.text)));
        }
        if !self.seen.all.has(tag) {
            return None;
        }
        let at = self.ahead(key, tag).or_else(|| self.first(key, tag))?;
        self.next = at + 1;
        Some(self.seen.span(at).value(self.text))
    }

    /// The next header of this tag, if it has the name and none before it can.
    fn ahead(&self, key: &Key, tag: u16) -> Option<usize> {
        let tagged = &self.seen.tags[..self.seen.count.min(TAGGED)];
        let at = self.next + tagged.get(self.next..)?.iter().position(|other| *other == tag)?;
        (self.seen.fresh >> at & 1 == 1 && self.is(&self.seen.spans[at], key)).then_some(at)
    }

    fn first(&self, key: &Key, tag: u16) -> Option<usize> {
        let may_be = |at: usize| self.seen.tags.get(at).map_or(true, |other| *other == tag);
        (0..self.seen.count).find(|at| may_be(*at) && self.is(self.seen.span(*at), key))
    }

    #[inline(always)]
    fn is(&self, span: &Span, key: &Key) -> bool {
        let name = span.name_bytes(self.text);
        let split = self.prefix.len();
        name.len() == split + key.name.len()
            && same(&name[split..], key.name.as_bytes())
            && (split == 0 || same(&name[..split], self.prefix.as_bytes()))
    }
}

/// Whether two names of the same length are the same; mostly they are, and in the same case.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    let exact = match (a.first_chunk::<8>(), b.first_chunk::<8>()) {
        (Some(first), Some(other)) if a.len() <= 16 => first == other && a.last_chunk::<8>() == b.last_chunk::<8>(),
        _ => a == b,
    };
    exact || a.eq_ignore_ascii_case(b)
}

/// A digest of a name without regard to case.
///
/// It is a sum of what the first byte gives, and of what the length and the last two bytes give, so
/// that the tag of a prefix and a name is the sum of theirs.
#[inline]
const fn tag(name: &[u8]) -> u16 {
    match name {
        [] => 0,
        [first, ..] => head(*first).wrapping_add(tail(name)),
    }
}

#[inline]
const fn head(first: u8) -> u16 {
    (first as u16 | 0x20).wrapping_mul(29)
}

#[inline]
const fn length(length: usize) -> u16 {
    (length as u16).wrapping_mul(151)
}

#[inline]
const fn tail(name: &[u8]) -> u16 {
    let ends = match name {
        [.., before, last] => {
            (*before as u16 | 0x20).wrapping_mul(101).wrapping_add((*last as u16 | 0x20).wrapping_mul(59))
        }
        _ => 0,
    };
    ends.wrapping_add(length(name.len()))
}

/// A set of tags, which may hold others along: a bit for every tag with the same last ten bits.
#[derive(Debug, Default)]
struct Tags([u64; 16]);

impl Tags {
    #[inline]
    fn has(&self, tag: u16) -> bool {
        self.0[usize::from(tag >> 6 & 15)] & (1 << (tag & 63)) != 0
    }

    #[inline]
    fn add(&mut self, tag: u16) {
        self.0[usize::from(tag >> 6 & 15)] |= 1 << (tag & 63);
    }
}
