//! Finds the headers of a packet one after the other, sixty-four bytes at a time.
//!
//! The lines of a packet are so short that a search for each costs more in beginning than in searching.

use wide::u8x16;

use super::follows::{self, is_follows};
use super::lines::{self, gap, LineEnd};
use super::Span;

/// Headers with no line break in their values, so that nothing goes on with them: up to Asterisk 11 the lines of a
/// `UserEvent` follow its `Uniqueid`.
const WITHOUT_BREAKS: [&str; 6] = ["ActionID", "Event", "Privilege", "Response", "SequenceNumber", "Timestamp"];
/// The same for names that end so, as `DestUniqueid` and `Channel1` do.
const IDS: [&str; 3] = ["Channel", "Linkedid", "Uniqueid"];
const VARIABLE: &str = "Variable";
/// A line of the event `MiniVoiceMail` (1.8 to 11) as it is sent, up to the LF that ends it.
const SENT_NOTIFICATION: &[u8] = b"Action: SentNotification\rn";

const LANES: usize = 16;
const BLOCK: usize = 4 * LANES;

/// The headers of one packet in order, found as they are asked for.
///
/// A line without a colon goes on with the value of the line before it: before Asterisk 13.5 some values came
/// with raw line breaks in them. After a value that can have none it stands for itself, without a name.
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
    ends: LineEnd,
    /// The whole packet, and where the headers stand that are behind the text of a `Response: Follows`.
    trailing: Option<(&'a [u8], usize)>,
}

impl<'a> Spans<'a> {
    #[inline]
    pub fn of(text: &'a [u8]) -> Self {
        let ends = LineEnd::of(text);
        if is_follows(text) {
            return Self::of_follows(text, ends);
        }
        let (feeds, colons) = marks_at(text, 0);
        Self { text, start: 0, block: 0, feeds, colons, ends, trailing: None }
    }

    #[cold]
    fn of_follows(text: &'a [u8], ends: LineEnd) -> Self {
        let (head, has_output) = follows::head_of(text);
        let trailing = if has_output { text.len() } else { follows::body_of(text, head).1 };
        let (feeds, colons) = marks_at(&text[..head], 0);
        let trailing = Some((text, trailing));
        Self { text: &text[..head], start: 0, block: 0, feeds, colons, ends, trailing }
    }

    /// Goes on with the line that begins here.
    fn restart(&mut self, at: usize) {
        self.start = at;
        self.block = at;
        (self.feeds, self.colons) = if at < self.text.len() { marks_at(self.text, at) } else { (0, 0) };
    }

    #[cold]
    fn trailing_line(&mut self) -> Option<Span> {
        let (text, at) = self.trailing.take()?;
        self.text = text;
        self.restart(at);
        self.line()
    }

    /// The next line, which has a gap if it has a colon.
    #[inline(always)]
    fn line(&mut self) -> Option<Span> {
        let start = self.start;
        if start >= self.text.len() {
            return self.trailing_line();
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
        let end = match self.text[start..end] {
            [.., b'\r'] => end - 1,
            _ if self.ends == LineEnd::CrLf && end < self.text.len() => self.after_line_feed(start, end),
            _ => end,
        };
        let gap = colon.map_or(0, |colon| gap(self.text, colon, end)) as u8;
        Some(Span { start: start as u32, colon: colon.unwrap_or(start) as u32, end: end as u32, gap })
    }

    /// The end of a line in which a LF stands that does not end it.
    ///
    /// A LF right before its CRLF is left out: texts that were made for a console end so.
    #[cold]
    fn after_line_feed(&mut self, start: usize, feed: usize) -> usize {
        let line = &self.text[start..feed];
        if is_call_started(line) {
            return feed;
        }
        if line == SENT_NOTIFICATION {
            return feed - b"\rn".len();
        }
        let from = feed + 1;
        let end = memchr::memmem::find(&self.text[from..], b"\r\n").map_or(self.text.len(), |at| from + at);
        self.restart((end + 2).min(self.text.len()));
        end - usize::from(self.text[end - 1] == b'\n')
    }

    /// Whether a line follows that has no colon.
    #[inline(always)]
    fn goes_on(&self) -> bool {
        let (feed, colon) = (lowest(self.feeds), lowest(self.colons));
        let has_colon = colon != 0 && (feed == 0 || colon < feed);
        !has_colon && self.goes_on_beyond()
    }

    /// Whether a value can have the line that follows, which has no colon, in it.
    #[cold]
    fn can_go_on(&self, span: &Span) -> bool {
        let name = &self.text[span.start as usize..span.colon as usize];
        let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let is_id = |id: &&str| {
            let name = &name[..name.len() - digits];
            name.len() >= id.len() && name[name.len() - id.len()..].eq_ignore_ascii_case(id.as_bytes())
        };
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        if span.gap == 0 || WITHOUT_BREAKS.iter().any(|known| is(known)) || IDS.iter().any(is_id) {
            return false;
        }
        // The variables of queue events are cut at 2,048 bytes, within the name of a header too.
        let line = self.text[self.start..lines::after_line(self.text, self.start)].trim_ascii_end();
        !is(VARIABLE) || line.is_empty() || !VARIABLE.as_bytes().starts_with(line)
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
        while self.goes_on() && self.can_go_on(&span) {
            span.end = self.line()?.end;
        }
        Some(span)
    }
}

/// Whether a line is the one that Asterisk 12.8 to 23 end in a LF, in the event `Agents`.
pub(super) fn is_call_started(line: &[u8]) -> bool {
    const MOST_DIGITS: usize = 20;
    let digits = line.strip_prefix(b"CallStarted: ").unwrap_or_default();
    (1..=MOST_DIGITS).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
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
        const PIECES: [&str; 9] =
            ["\r\n", "A: b", "\n", "Value:", "\r", "CallStarted: 12\n", "no colon", ": ", "Uniqueid: 1.2\r\n"];
        let after = |length: usize, rest: &str| -> Vec<(usize, usize, usize, u8)> {
            let text = format!("First: {}\r\n{rest}", "x".repeat(length));
            let shift = (text.len() - rest.len()) as u32;
            let seen = Spans::of(text.as_bytes()).skip(1);
            seen.map(|span| (span.start - shift, span.colon - shift, span.end - shift, span.gap))
                .map(|(start, colon, end, gap)| (start as usize, colon as usize, end as usize, gap))
                .collect()
        };
        for round in 0..200 {
            let pieces = (0..24).map(|at| PIECES[(at * 7 + at * at * round + round / 3) % PIECES.len()]);
            let rest = format!("Next: y\r\n{}", pieces.collect::<String>());
            let expected = after(0, &rest);
            assert!(expected.len() > 1, "{rest:?}");
            for length in 1..2 * BLOCK {
                assert_eq!(after(length, &rest), expected, "{length}, {rest:?}");
            }
        }
    }
}
