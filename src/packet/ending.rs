//! How a packet ends, which its first line tells.

use memchr::{memchr, memmem};

use super::follows::{is_follows, FollowsEnd};
use super::framing::LEAST_LIMIT;
use super::lines::{find, has_name, LineEnd};

/// How the packet ends that has begun.
#[derive(Debug)]
pub(super) enum Ending {
    BlankLine(Headers),
    Follows(FollowsEnd),
}

impl Ending {
    /// By the first line of a packet; `None` as long as that has not come.
    ///
    /// How the stream's lines end its first packet tells, where it is not known yet.
    #[inline]
    pub fn of(data: &[u8], stream: &mut Option<LineEnd>) -> Option<Self> {
        /// A longer first line says nothing. It is looked at before a packet can be beyond its limit.
        const LONGEST: usize = LEAST_LIMIT / 2;
        let data = &data[..data.len().min(LONGEST)];
        let (line, own) = match find(b'\n', data, 0, data.len()) {
            Some(feed) if data[..feed].ends_with(b"\r") => (&data[..=feed], LineEnd::CrLf),
            Some(feed) => (&data[..=feed], LineEnd::Lf),
            None if data.len() == LONGEST => (&data[..0], LineEnd::CrLf),
            None => return None,
        };
        let stream = *stream.get_or_insert(own);
        if is_follows(line) {
            return Some(Self::Follows(FollowsEnd::new(own)));
        }
        Some(Self::BlankLine(Headers::after(line, own, stream)))
    }

    /// Up to here the packet goes for certain.
    pub fn certain(&self, scanned: usize) -> usize {
        match self {
            Self::BlankLine(_) => scanned.saturating_sub(Headers::LOOK_BACK),
            Self::Follows(text) => text.certain(scanned),
        }
    }

    /// So many bytes before what is looked at are gone.
    pub fn shift(&mut self, gone: usize) {
        if let Self::Follows(text) = self {
            text.shift(gone);
        }
    }
}

/// How a packet of headers ends, which its first line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Headers {
    /// With CRLF CRLF.
    CrLf,
    /// With CRLF CRLF or CRLF LF: 18.19 to 18.23, 20.4 to 20.8, 21.0 to 21.3.
    ChannelMap,
    /// With a blank line of either kind.
    Lf,
    /// Text outside of any response, whose lines end in LF: with LF CRLF.
    Raw,
}

impl Headers {
    /// So many bytes before what was scanned may say that a packet ends.
    const LOOK_BACK: usize = 48;

    fn after(first_line: &[u8], own: LineEnd, stream: LineEnd) -> Self {
        let is_packet = || [&b"Event"[..], b"Response", b"ActionID"].iter().any(|name| has_name(first_line, name));
        match (stream, own) {
            (LineEnd::Lf, _) => Self::Lf,
            (LineEnd::CrLf, LineEnd::CrLf) if first_line == b"Event: CoreShowChannelMap\r\n" => Self::ChannelMap,
            (LineEnd::CrLf, LineEnd::CrLf) => Self::CrLf,
            (LineEnd::CrLf, LineEnd::Lf) if is_packet() => Self::Lf,
            (LineEnd::CrLf, LineEnd::Lf) => Self::Raw,
        }
    }

    /// The end of the last line and the end of the blank line after it.
    #[inline]
    pub fn end(self, data: &[u8], scanned: &mut usize, blank_line: &memmem::Finder<'_>) -> Option<(usize, usize)> {
        if self != Self::CrLf {
            return self.end_by_line(data, scanned);
        }
        let mut at = *scanned;
        while let Some(found) = blank_line.find(&data[at..]) {
            let feed = at + found;
            if data[..feed].ends_with(b"\r") || is_call_started(&data[..feed]) {
                return Some((feed + 1, feed + 3));
            }
            at = feed + 1;
        }
        // The blank line may be cut in two.
        *scanned = data.len().saturating_sub(2).max(at);
        None
    }

    #[cold]
    fn end_by_line(self, data: &[u8], scanned: &mut usize) -> Option<(usize, usize)> {
        while let Some(found) = memchr(b'\n', &data[*scanned..]) {
            let feed = *scanned + found;
            let after_cr = data[..feed].ends_with(b"\r");
            match data[feed + 1..] {
                [] | [b'\r'] => {
                    *scanned = feed;
                    return None;
                }
                [b'\r', b'\n', ..] if after_cr || self != Self::ChannelMap => return Some((feed + 1, feed + 3)),
                [b'\n', ..] if self == Self::Lf || (self == Self::ChannelMap && after_cr) => {
                    return Some((feed + 1, feed + 2));
                }
                _ => *scanned = feed + 1,
            }
        }
        *scanned = data.len();
        None
    }
}

/// Whether the last line is `CallStarted: <digits>`, which Asterisk 12.8 to 23 end in a LF in the event `Agents`.
#[cold]
fn is_call_started(data: &[u8]) -> bool {
    let recent = &data[data.len().saturating_sub(Headers::LOOK_BACK - 8)..];
    memchr::memrchr(b'\n', recent).is_some_and(|feed| super::scan::is_call_started(&recent[feed + 1..]))
}
