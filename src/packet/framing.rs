//! Where one packet ends and the next begins.

use std::io;
use std::sync::{Arc, Weak};

use memchr::memmem;

use super::ending::Ending;
use super::follows::Actions;
use super::lines::LineEnd;
use super::{Chunk, Packet, Pool};

/// The largest packet that is kept where nothing else was asked for: 32 MiB.
pub const DEFAULT_LIMIT: usize = 32 * 1024 * 1024;

/// Below this no limit can be set; so much of a packet beyond its limit is kept to tell whose it is.
pub(super) const LEAST_LIMIT: usize = 1024;
const SMALLEST_READ: usize = 4 * 1024;
const LARGEST_READ: usize = 256 * 1024;
/// The room that a link keeps on which little comes.
const QUIET_READ: usize = 16 * 1024;

/// What a [`Framer`] found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Frame {
    /// A whole packet.
    Packet(Packet),
    /// A packet grows beyond the limit; these are its first lines, by which whoever waits for it can be told.
    Oversized(Packet),
    /// That packet has ended and was passed over; so many bytes of it came.
    TooLarge(u64),
}

/// Cuts a stream of bytes, in whatever pieces it comes, into packets.
///
/// A header ends with CRLF, a packet with a second CRLF. A LF alone is part of the value that it stands in, so
/// that text which a caller or a database put there begins no packet. (CRLF CRLF in a value does: Asterisk
/// passes it on as it is, and nothing tells it from its own.) A stream whose first line ends in a LF alone is
/// one that has no CRs: there LF ends each line. Blank lines without a packet are passed over.
///
/// What Asterisk itself sends otherwise is known:
///
/// - `CoreShowChannelMap`, which some versions end with CRLF LF;
/// - `CallStarted` of the event `Agents`, and `Action` of `MiniVoiceMail`, which end in a LF;
/// - text outside of any response (`IAXnetstats`), whose lines end in LF;
/// - `Response: Follows` (up to 13), whose text ends with a marker of its own. Where the marker is missing, see
///   [`Framer::frames_knowing`].
///
/// # Examples
///
/// ```
/// use gami::packet::{Frame, Framer};
///
/// let mut framer = Framer::new();
/// framer.push(b"Event: FullyBooted\r\nStatus: Fully Bo");
/// assert_eq!(framer.frames().count(), 0);
/// framer.push(b"oted\r\n\r\n");
/// let Some(Frame::Packet(packet)) = framer.frames().next() else { panic!() };
/// assert_eq!(packet.get("status"), Some("Fully Booted"));
/// ```
#[derive(Debug)]
pub struct Framer {
    buffer: Vec<u8>,
    /// The bytes of `buffer` that hold data; what follows is room to read into.
    filled: usize,
    /// Up to here no packet ends that has not been handed out.
    scanned: usize,
    limit: usize,
    /// How the stream's lines end, once that is known.
    line_end: Option<LineEnd>,
    /// How the packet ends that has begun.
    ending: Option<Ending>,
    /// The bytes of the packet beyond the limit that are gone already.
    skipped: Option<u64>,
    found: Vec<Found>,
    frames: Vec<Frame>,
    blank_line: memmem::Finder<'static>,
    secret_prefix: Option<Box<str>>,
    pool: Arc<Pool>,
}

#[derive(Debug)]
enum Found {
    Packet { start: u32, end: u32 },
    Oversized(Packet),
    TooLarge(u64),
}

impl Default for Framer {
    fn default() -> Self {
        Self::new()
    }
}

impl Framer {
    /// A framer that keeps packets of up to [`DEFAULT_LIMIT`] bytes.
    pub fn new() -> Self {
        Self::with_limit(DEFAULT_LIMIT)
    }

    /// A framer that keeps packets of up to `limit` bytes and passes larger ones over.
    ///
    /// The limit is at least 1 KiB and at most 1 GiB.
    pub fn with_limit(limit: usize) -> Self {
        let limit = limit.clamp(LEAST_LIMIT, 1024 * 1024 * 1024);
        Self {
            buffer: Vec::new(),
            filled: 0,
            scanned: 0,
            limit,
            line_end: None,
            ending: None,
            skipped: None,
            found: Vec::new(),
            frames: Vec::new(),
            // Of two bytes it looks for first, which in CRLF CRLF would be found on every line.
            blank_line: memmem::Finder::new(b"\n\r\n"),
            secret_prefix: None,
            pool: Arc::default(),
        }
    }

    /// Says how the lines of the stream end, where its first line, the banner, was read by other means.
    ///
    /// Otherwise the first line that comes tells.
    pub fn set_line_end(&mut self, line_end: LineEnd) {
        self.line_end = Some(line_end);
    }

    /// Says what the ids of actions begin with that only this client and its server can know.
    ///
    /// [`Framer::frames_knowing`] then takes a response with such an id for what it is, also within a text.
    pub fn set_secret_prefix(&mut self, prefix: &str) {
        self.secret_prefix = (!prefix.is_empty()).then(|| prefix.into());
    }

    /// The size of the largest packets that are kept, in bytes.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Takes in bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let room = self.filled + bytes.len();
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        self.buffer[self.filled..room].copy_from_slice(bytes);
        self.filled = room;
    }

    /// Takes in what one call of `read` brings; 0 is the end of the stream.
    ///
    /// # Errors
    ///
    /// Whatever `read` returns; nothing is lost then.
    pub fn fill(&mut self, read: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
        if self.buffer.len() - self.filled < SMALLEST_READ / 2 {
            let room = (self.buffer.len() * 2).max(SMALLEST_READ);
            self.buffer.resize(room, 0);
        }
        let room = (self.buffer.len() - self.filled).min(LARGEST_READ);
        let read = read(&mut self.buffer[self.filled..self.filled + room])?;
        self.filled += read;
        if read == room && self.buffer.len() < LARGEST_READ {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        Ok(read)
    }

    /// The whole packets that have come since the last call, sharing one chunk.
    ///
    /// What is not taken from the iterator is gone.
    pub fn frames(&mut self) -> impl Iterator<Item = Frame> + '_ {
        self.frames_knowing(|_| true)
    }

    /// The same where it is known which actions wait for an answer.
    ///
    /// The text of a `Response: Follows` may look like packets, and the marker that ends it may be missing. Such
    /// a text ends before a response whose id begins with the secret prefix and is pending: no text can
    /// know it. And once nobody waits for the text itself (`is_pending` is asked for an empty id where it has
    /// none), it ends where a blank line is followed by a response
    /// or an event; so whatever a server sends, the framer finds back to its packets.
    pub fn frames_knowing(&mut self, is_pending: impl Fn(&str) -> bool) -> impl Iterator<Item = Frame> + '_ {
        let end = self.scan(&is_pending);
        // Those of the last call that were not taken.
        self.frames.clear();
        if !self.found.is_empty() {
            self.make_frames(end);
        }
        if end > 0 {
            self.drop_front(end);
        }
        self.shrink(end);
        self.frames.drain(..)
    }

    /// Makes frames of what was found up to here.
    ///
    /// All of them before any is handed on: another thread that drops one would contend for the chunk.
    fn make_frames(&mut self, end: usize) {
        match self.copy(end) {
            Some((text, pool)) => {
                let chunk = Arc::new(Chunk { text, raw: None, pool });
                let packet = |start, end| Packet::shared(&chunk, start, end);
                self.frames.extend(self.found.drain(..).map(|found| found.into_frame(packet)));
            }
            None => {
                let packet = |start, end| Packet::new(&self.buffer[start as usize..end as usize]);
                self.frames.extend(self.found.drain(..).map(|found| found.into_frame(packet)));
            }
        }
    }

    /// The text of what was found, in memory for a chunk; `None` if it is not UTF-8.
    ///
    /// It is checked and copied a few packets at a time, so that the copy finds them in the nearest cache.
    fn copy(&self, end: usize) -> Option<(String, Weak<Pool>)> {
        const PIECE: usize = 2048;
        let (mut text, pool) = self.pool.take(end);
        let mut from = 0;
        let ends = self.found.iter().filter_map(Found::end).chain([end]);
        for until in ends {
            if until == end || until >= from + PIECE {
                text.push_str(simdutf8::basic::from_utf8(&self.buffer[from..until]).ok()?);
                from = until;
            }
        }
        Some((text, pool))
    }

    /// Whether a `Response: Follows` has begun and not ended.
    pub fn is_in_text(&self) -> bool {
        matches!(self.ending, Some(Ending::Follows(_)))
    }

    /// What has come of a packet that has not ended: at the end of a stream, a truncated one.
    ///
    /// Of a packet beyond the limit it is only the last few bytes: see [`Framer::skipped`].
    pub fn remainder(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    /// How much has come of a packet beyond the limit that has not ended; `None` if there is no such packet.
    pub fn skipped(&self) -> Option<u64> {
        self.skipped.map(|skipped| skipped + self.filled as u64)
    }

    /// Gives back what a large packet had grown the buffer to; and, by halves, what a burst had.
    fn shrink(&mut self, came: usize) {
        let half = self.buffer.len() / 2;
        if half > LARGEST_READ && self.filled < LARGEST_READ {
            self.buffer.truncate(LARGEST_READ);
        } else if half >= QUIET_READ && self.filled.max(came) < half / 8 {
            self.buffer.truncate(half);
        } else {
            return;
        }
        self.buffer.shrink_to_fit();
    }

    fn drop_front(&mut self, end: usize) {
        self.buffer.copy_within(end..self.filled, 0);
        self.shift(end);
    }

    /// So many bytes that were scanned are gone.
    fn shift(&mut self, gone: usize) {
        self.filled -= gone;
        self.scanned -= gone;
        if let Some(ending) = &mut self.ending {
            ending.shift(gone);
        }
    }

    /// Finds the packets that are whole, and returns where the last of them ends.
    fn scan(&mut self, is_pending: &dyn Fn(&str) -> bool) -> usize {
        let mut start = 0;
        loop {
            if self.ending.is_none() {
                start = self.after_blank_lines(start);
                self.scanned = start;
                self.ending = Ending::of(&self.buffer[start..self.filled], &mut self.line_end);
            }
            let Some((end, next)) = self.next_end(start, is_pending) else {
                let certain = self.ending.as_ref().map_or(start, |ending| ending.certain(self.scanned));
                let certain = certain.max(start);
                if certain - start > self.limit || self.skipped.is_some() {
                    self.skip(start, certain);
                }
                return start;
            };
            let size = end - start;
            match self.skipped.take() {
                Some(skipped) => self.found.push(Found::TooLarge(skipped + size as u64)),
                None if size > self.limit => {
                    let beginning = self.beginning(start);
                    self.found.extend([Found::Oversized(beginning), Found::TooLarge(size as u64)]);
                }
                None => self.found.push(Found::Packet { start: start as u32, end: end as u32 }),
            }
            self.ending = None;
            start = next;
        }
    }

    fn next_end(&mut self, start: usize, is_pending: &dyn Fn(&str) -> bool) -> Option<(usize, usize)> {
        let data = &self.buffer[..self.filled];
        let text = match self.ending.as_mut()? {
            Ending::BlankLine(headers) => return headers.end(data, &mut self.scanned, &self.blank_line),
            Ending::Follows(text) => text,
        };
        let actions = Actions { secret_prefix: self.secret_prefix.as_deref(), is_pending };
        if self.skipped.is_some() {
            text.give_up(&actions);
            return text.next(data, &mut self.scanned, &actions);
        }
        // The marker may have come just now: only what it does not end is looked through for packets.
        let end = text.next(data, &mut self.scanned, &actions);
        if end.is_some() || !text.give_up(&actions) {
            return end;
        }
        text.restart();
        self.scanned = start;
        text.next(data, &mut self.scanned, &actions)
    }

    /// Drops what was scanned of a packet beyond the limit.
    fn skip(&mut self, start: usize, until: usize) {
        if self.skipped.is_none() {
            let beginning = self.beginning(start);
            self.found.push(Found::Oversized(beginning));
        }
        *self.skipped.get_or_insert(0) += (until - start) as u64;
        self.buffer.copy_within(until..self.filled, start);
        self.shift(until - start);
    }

    /// The first whole lines of a packet.
    fn beginning(&self, start: usize) -> Packet {
        let data = &self.buffer[start..start + LEAST_LIMIT];
        Packet::new(&data[..memchr::memrchr(b'\n', data).map_or(LEAST_LIMIT, |feed| feed + 1)])
    }

    fn after_blank_lines(&self, mut start: usize) -> usize {
        while let Some(rest) = self.buffer[..self.filled].get(start..) {
            match rest {
                [b'\n', ..] => start += 1,
                [b'\r', b'\n', ..] => start += 2,
                _ => break,
            }
        }
        start
    }
}

impl Found {
    /// Where a packet ends, which is behind a LF.
    #[inline]
    fn end(&self) -> Option<usize> {
        match self {
            Self::Packet { end, .. } => Some(*end as usize),
            _ => None,
        }
    }

    #[inline]
    fn into_frame(self, packet: impl FnOnce(u32, u32) -> Packet) -> Frame {
        match self {
            Self::Packet { start, end } => Frame::Packet(packet(start, end)),
            Self::Oversized(beginning) => Frame::Oversized(beginning),
            Self::TooLarge(size) => Frame::TooLarge(size),
        }
    }
}
