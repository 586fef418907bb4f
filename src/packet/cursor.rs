//! Look-ups of many names in one packet, in about the order in which its headers come.

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

/// So many headers have their tags kept, more than nearly all events have; those beyond are compared by name.
const TAGGED: usize = 64;

/// Looks headers up in about the order in which they come.
///
/// A look-up begins after the header that was found last, and mostly compares a number a header; the tags
/// of all, gathered once, tell of most names that are absent. Of a name that repeats, the first wins, as in
/// [`Packet::get`].
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    spans: &'a [Span],
    next: usize,
    tags: [u16; TAGGED],
    /// A bit for each tagged header before which none has its tag, so that none has its name.
    fresh: u64,
    all: Tags,
    prefix: &'a str,
    prefix_tag: u16,
}

impl Packet {
    pub(crate) fn cursor(&self) -> Cursor<'_> {
        let (text, spans) = (self.text(), self.spans());
        let mut tags = [0; TAGGED];
        let mut fresh = 0;
        let mut all = Tags::default();
        for (at, span) in spans.iter().enumerate() {
            let tag = tag(span.name_bytes(text));
            if at < TAGGED {
                tags[at] = tag;
                fresh |= u64::from(!all.has(tag)) << at;
            }
            all.add(tag);
        }
        Cursor { text, spans, next: 0, tags, fresh, all, prefix: "", prefix_tag: 0 }
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
        if !self.all.has(tag) {
            return None;
        }
        let at = self.ahead(key, tag).or_else(|| self.first(key, tag))?;
        self.next = at + 1;
        Some(self.spans[at].value(self.text))
    }

    /// The next header of this tag, if it has the name and none before it can.
    fn ahead(&self, key: &Key, tag: u16) -> Option<usize> {
        let tagged = &self.tags[..self.spans.len().min(TAGGED)];
        let at = self.next + tagged.get(self.next..)?.iter().position(|other| *other == tag)?;
        (self.fresh >> at & 1 == 1 && self.is(&self.spans[at], key)).then_some(at)
    }

    /// The first header of the name, wherever it stands.
    fn first(&self, key: &Key, tag: u16) -> Option<usize> {
        let may_be = |at: usize| at >= TAGGED || self.tags[at] == tag;
        (0..self.spans.len()).find(|at| may_be(*at) && self.is(&self.spans[*at], key))
    }

    fn is(&self, span: &Span, key: &Key) -> bool {
        let name = span.name_bytes(self.text);
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
