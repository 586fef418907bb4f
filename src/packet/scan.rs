//! Finds the headers of a packet one after the other.

use super::follows::{self, is_follows};
use super::lines::{self, find, gap, is_exactly, LineEnd};
use super::Span;

/// Headers with no line break in their values, so that nothing goes on with them: up to Asterisk 11 the lines of a
/// `UserEvent` follow its `Uniqueid`.
const WITHOUT_BREAKS: [&str; 6] = ["ActionID", "Event", "Privilege", "Response", "SequenceNumber", "Timestamp"];
/// The same for names that end so, as `DestUniqueid` and `Channel1` do.
const IDS: [&str; 3] = ["Channel", "Linkedid", "Uniqueid"];
const VARIABLE: &str = "Variable";
/// A line of the event `MiniVoiceMail` (1.8 to 11) as it is sent, up to the LF that ends it.
const SENT_NOTIFICATION: &[u8] = b"Action: SentNotification\rn";

/// The lines of a packet's headers in order, found as they are asked for.
///
/// A line without a colon goes on with the value of the line before it, if that can have lines.
#[derive(Debug, Clone)]
pub(super) struct Lines<'a> {
    text: &'a [u8],
    /// Where the next line starts.
    start: usize,
    ends: LineEnd,
    /// The whole packet, and where the headers stand that are behind the text of a `Response: Follows`.
    trailing: Option<(&'a [u8], usize)>,
}

impl<'a> Lines<'a> {
    #[inline]
    pub fn of(text: &'a [u8]) -> Self {
        let ends = LineEnd::of(text);
        let (text, trailing) = if is_follows(text) { parts_of_follows(text) } else { (text, None) };
        Self { text, start: 0, ends, trailing }
    }

    /// The next line if it is a header with this name in this case. The name has no colon in it.
    #[inline(always)]
    pub fn header(&mut self, name: &[u8]) -> Option<Span> {
        let colon = self.start + name.len();
        let is_there = self.text.get(colon) == Some(&b':') && is_exactly(&self.text[self.start..colon], name);
        is_there.then(|| self.line(Some(colon), find(b'\n', self.text, colon, self.text.len())))
    }

    /// The line that starts here, with its colon, which it may lack, and its LF, which the last may lack.
    #[inline(always)]
    fn line(&mut self, colon: Option<usize>, feed: Option<usize>) -> Span {
        let start = self.start;
        let mut end = feed.unwrap_or(self.text.len());
        self.start = end + 1;
        if end > start && self.text[end - 1] == b'\r' {
            end -= 1;
        } else if feed.is_some() && self.ends == LineEnd::CrLf {
            (end, self.start) = after_line_feed(self.text, start, end);
        }
        let gap = colon.map_or(0, |colon| gap(self.text, colon, end)) as u8;
        Span { start: start as u32, colon: colon.unwrap_or(start) as u32, end: end as u32, gap }
    }

    /// Whether the value of a header goes on with the line that follows it, which then has no colon.
    ///
    /// Before Asterisk 13.5 some values came with raw line breaks in them. After a value that can have none such a line
    /// stands for itself, without a name.
    #[inline(always)]
    pub fn go_on(&self, header: &Span, line: &Span) -> bool {
        line.gap == 0 && can_go_on(self.text, header, line)
    }
}

impl Iterator for Lines<'_> {
    type Item = Span;

    /// The next line, which has a gap if it has a colon.
    #[inline(always)] // what it returns is taken apart at once
    fn next(&mut self) -> Option<Span> {
        if self.start >= self.text.len() {
            (self.text, self.start) = self.trailing.take()?;
            if self.start >= self.text.len() {
                return None;
            }
        }
        let feed = find(b'\n', self.text, self.start, self.text.len());
        let colon = find(b':', self.text, self.start, feed.unwrap_or(self.text.len()));
        Some(self.line(colon, feed))
    }
}

/// The headers of one packet in order, each with all its lines, found as they are asked for.
#[derive(Debug, Clone)]
pub(super) struct Spans<'a> {
    lines: Lines<'a>,
    /// The line that begins the next header.
    ahead: Option<Span>,
}

impl<'a> Spans<'a> {
    #[inline]
    pub fn of(text: &'a [u8]) -> Self {
        let mut lines = Lines::of(text);
        let ahead = lines.next();
        Self { lines, ahead }
    }
}

impl Iterator for Spans<'_> {
    type Item = Span;

    #[inline(always)] // as above
    fn next(&mut self) -> Option<Span> {
        let mut header = self.ahead?;
        loop {
            self.ahead = self.lines.next();
            match &self.ahead {
                Some(line) if self.lines.go_on(&header, line) => header.end = line.end,
                _ => return Some(header),
            }
        }
    }
}

/// The head of a `Response: Follows`, and the whole of it with where the headers behind its text stand.
#[cold]
fn parts_of_follows(text: &[u8]) -> (&[u8], Option<(&[u8], usize)>) {
    let (head, has_output) = follows::head_of(text);
    let trailing = if has_output { text.len() } else { follows::body_of(text, head).1 };
    (&text[..head], Some((text, trailing)))
}

/// Where a line ends in which a LF stands that does not end it, and where the next begins.
///
/// A LF right before its CRLF is left out: texts that were made for a console end so.
#[cold]
fn after_line_feed(text: &[u8], start: usize, feed: usize) -> (usize, usize) {
    let line = &text[start..feed];
    if is_call_started(line) {
        return (feed, feed + 1);
    }
    if line == SENT_NOTIFICATION {
        return (feed - b"\rn".len(), feed + 1);
    }
    let from = feed + 1;
    let end = memchr::memmem::find(&text[from..], b"\r\n").map_or(text.len(), |at| from + at);
    (end - usize::from(text[end - 1] == b'\n'), end + 2)
}

/// Whether the value of a header can have the line in it that follows and has no colon.
#[cold]
fn can_go_on(text: &[u8], header: &Span, line: &Span) -> bool {
    let name = &text[header.start as usize..header.colon as usize];
    let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let is_id = |id: &&str| {
        let name = &name[..name.len() - digits];
        name.len() >= id.len() && name[name.len() - id.len()..].eq_ignore_ascii_case(id.as_bytes())
    };
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    if header.gap == 0 || WITHOUT_BREAKS.iter().any(|known| is(known)) || IDS.iter().any(is_id) {
        return false;
    }
    // The variables of queue events are cut at 2,048 bytes, within the name of a header too.
    let start = line.start as usize;
    let line = text[start..lines::after_line(text, start)].trim_ascii_end();
    !is(VARIABLE) || line.is_empty() || !VARIABLE.as_bytes().starts_with(line)
}

/// Whether a line is the one that Asterisk 12.8 to 23 end in a LF, in the event `Agents`.
pub(super) fn is_call_started(line: &[u8]) -> bool {
    const MOST_DIGITS: usize = 20;
    let digits = line.strip_prefix(b"CallStarted: ").unwrap_or_default();
    (1..=MOST_DIGITS).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_the_same_wherever_they_stand() {
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
            for length in 1..64 {
                assert_eq!(after(length, &rest), expected, "{length}, {rest:?}");
            }
        }
    }
}
