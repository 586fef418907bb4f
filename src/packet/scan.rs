//! Finds the headers of a packet one after the other, sixty-four bytes at a time.
//!
//! The lines of a packet are so short that a search for each costs more in beginning than in searching.

use wide::u8x16;

use super::{gap, headers_of_follows, is_follows, Span};

const LANES: usize = 16;
const BLOCK: usize = 4 * LANES;

/// The headers of one packet in order, found as they are asked for.
///
/// A line without a colon goes on with the value of the line before it: before Asterisk 13.5 some
/// values came with raw line breaks in them.
#[derive(Debug, Clone)]
pub(super) struct Spans<'a> {
    text: &'a [u8],
    /// Where the next line starts.
    start: usize,
    /// Where the block begins that is marked.
    block: usize,
    /// A bit for each line feed of the block that has not been passed.
    feeds: u64,
    /// A bit for each colon of the block that has not been passed.
    colons: u64,
}

impl<'a> Spans<'a> {
    #[inline]
    pub fn of(text: &'a [u8]) -> Self {
        let text = if is_follows(text) { &text[..headers_of_follows(text)] } else { text };
        let (feeds, colons) = marks_at(text, 0);
        Self { text, start: 0, block: 0, feeds, colons }
    }

    /// The next line, which has a gap if it has a colon.
    #[inline(always)]
    fn line(&mut self) -> Option<Span> {
        let start = self.start;
        if start >= self.text.len() {
            return None;
        }
        let mut colon = None;
        let end = loop {
            let feed = lowest(self.feeds);
            let before = self.colons & feed.wrapping_sub(1);
            if colon.is_none() && before != 0 {
                colon = Some(self.block + before.trailing_zeros() as usize);
            }
            if feed != 0 {
                self.feeds ^= feed;
                self.colons &= !(feed - 1);
                break self.block + feed.trailing_zeros() as usize;
            }
            if self.block + BLOCK >= self.text.len() {
                self.colons = 0;
                break self.text.len();
            }
            self.block += BLOCK;
            (self.feeds, self.colons) = marks_at(self.text, self.block);
        };
        self.start = end + 1;
        let end = if end > start && self.text[end - 1] == b'\r' { end - 1 } else { end };
        let gap = colon.map_or(0, |colon| gap(self.text, colon, end)) as u8;
        Some(Span { start: start as u32, colon: colon.unwrap_or(start) as u32, end: end as u32, gap })
    }

    /// Whether a line follows that has no colon.
    #[inline(always)]
    fn goes_on(&self) -> bool {
        let (feed, colon) = (lowest(self.feeds), lowest(self.colons));
        let has_colon = colon != 0 && (feed == 0 || colon < feed);
        !has_colon && self.goes_on_beyond()
    }

    #[cold]
    fn goes_on_beyond(&self) -> bool {
        let rest = self.text.get(self.start..).unwrap_or_default();
        memchr::memchr2(b'\n', b':', rest).map_or(!rest.is_empty(), |at| rest[at] == b'\n')
    }
}

impl Iterator for Spans<'_> {
    type Item = Span;

    #[inline(always)] // what it returns is taken apart at once
    fn next(&mut self) -> Option<Span> {
        let mut span = self.line()?;
        while self.goes_on() {
            span.end = self.line()?.end;
        }
        Some(span)
    }
}

#[inline]
fn lowest(bits: u64) -> u64 {
    bits & bits.wrapping_neg()
}

/// The marks of the block that begins here; of the last one, which may be short, without bytes of the one before.
#[inline]
fn marks_at(text: &[u8], at: usize) -> (u64, u64) {
    let rest = &text[at..];
    if let Some(block) = rest.first_chunk() {
        return marks(block);
    }
    match text.last_chunk() {
        Some(block) => {
            let (feeds, colons) = marks(block);
            let before = (BLOCK - rest.len()) as u32;
            (feeds.checked_shr(before).unwrap_or(0), colons.checked_shr(before).unwrap_or(0))
        }
        None => {
            let mut block = [0; BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            marks(&block)
        }
    }
}

/// A bit for each byte of a block that is a line feed, and one for each that is a colon.
#[inline]
fn marks(block: &[u8; BLOCK]) -> (u64, u64) {
    let (feed, colon) = (u8x16::splat(b'\n'), u8x16::splat(b':'));
    let (mut feeds, mut colons) = (0, 0);
    for at in (0..BLOCK).step_by(LANES) {
        let Some(lanes) = block[at..].first_chunk() else { break };
        let bytes = u8x16::new(*lanes);
        let found = |what: u8x16| u64::from(bytes.cmp_eq(what).move_mask() as u16) << at;
        feeds |= found(feed);
        colons |= found(colon);
    }
    (feeds, colons)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_feed_and_colon_is_seen_and_nothing_else() {
        for shift in 0..BLOCK {
            let block: [u8; BLOCK] = std::array::from_fn(|at| b"\n:a\x8a\xba9\x0b;"[(at * 5 + at / 8 + shift) % 8]);
            let expected = |what: u8| (0..BLOCK).filter(|at| block[*at] == what).fold(0, |bits, at| bits | 1 << at);
            assert_eq!(marks(&block), (expected(b'\n'), expected(b':')), "{block:?}");
        }
    }

    #[test]
    fn headers_are_the_same_wherever_the_blocks_end() {
        for length in 0..300 {
            for shift in 0..9 {
                let text: Vec<u8> = (0..length).map(|at| b"\n:a b\rcd:"[(at * 5 + at / 8 + shift) % 9]).collect();
                let mut expected: Vec<(usize, Option<usize>, usize)> = Vec::new();
                let mut start = 0;
                for line in text.split_inclusive(|byte| *byte == b'\n') {
                    let bare = line.strip_suffix(b"\n").unwrap_or(line);
                    let end = start + bare.strip_suffix(b"\r").unwrap_or(bare).len();
                    let colon = bare.iter().position(|byte| *byte == b':').map(|at| start + at);
                    match expected.last_mut().filter(|_| colon.is_none()) {
                        Some(before) => before.2 = end,
                        None => expected.push((start, colon, end)),
                    }
                    start += line.len();
                }
                let colon = |span: &Span| (span.gap > 0).then_some(span.colon as usize);
                let seen: Vec<_> =
                    Spans::of(&text).map(|span| (span.start as usize, colon(&span), span.end as usize)).collect();
                assert_eq!(seen, expected, "{:?}", String::from_utf8_lossy(&text));
            }
        }
    }
}
