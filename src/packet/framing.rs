//! Where one packet ends and the next begins.

use std::io;
use std::sync::Arc;

use memchr::memmem;

use super::{is_follows, Chunk, Packet, Spares, END_COMMAND};

/// The largest packet that is kept where nothing else was asked for: 32 MiB.
pub const DEFAULT_LIMIT: usize = 32 * 1024 * 1024;

const SMALLEST_READ: usize = 4 * 1024;
const LARGEST_READ: usize = 256 * 1024;
/// The room that a link keeps on which little comes.
const QUIET_READ: usize = 16 * 1024;

/// What a [`Framer`] found.
#[derive(Debug, Clone)]
pub enum Frame {
    /// A whole packet.
    Packet(Packet),
    /// A packet beyond the limit was passed over; so many bytes of it came.
    TooLarge(u64),
}

/// Cuts a stream of bytes, in whatever pieces it comes, into packets.
///
/// Lines end with LF, with or without a CR before it; a blank line ends a packet; blank lines
/// without a packet are passed over. The text of a `Response: Follows` (Asterisk up to 13) ends with
/// its own marker instead.
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
    /// The bytes of the packet beyond the limit that are gone already.
    skipped: Option<Skipped>,
    found: Vec<Found>,
    frames: Vec<Frame>,
    ends: Ends,
    spares: Arc<Spares>,
}

#[derive(Debug, Clone, Copy)]
struct Skipped {
    bytes: u64,
    follows: bool,
}

#[derive(Debug, Clone, Copy)]
enum Found {
    Packet { start: u32, end: u32 },
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
        let limit = limit.clamp(1024, 1024 * 1024 * 1024);
        Self {
            buffer: Vec::new(),
            filled: 0,
            scanned: 0,
            limit,
            skipped: None,
            found: Vec::new(),
            frames: Vec::new(),
            ends: Ends::new(),
            spares: Arc::default(),
        }
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
        let end = self.scan();
        let (frames, found) = (&mut self.frames, self.found.drain(..));
        frames.clear();
        // All of them before any is handed on: another thread that drops one would contend for the chunk.
        match std::str::from_utf8(&self.buffer[..end]) {
            Ok(text) => {
                let (text, spares) = self.spares.copy(text);
                let chunk = Arc::new(Chunk { text, raw: None, spares });
                frames.extend(found.map(|found| match found {
                    Found::Packet { start, end } => Frame::Packet(Packet::shared(&chunk, start, end)),
                    Found::TooLarge(bytes) => Frame::TooLarge(bytes),
                }));
            }
            Err(_) => frames.extend(found.map(|found| match found {
                Found::Packet { start, end } => Frame::Packet(Packet::new(&self.buffer[start as usize..end as usize])),
                Found::TooLarge(bytes) => Frame::TooLarge(bytes),
            })),
        }
        self.drop_front(end);
        self.shrink(end);
        self.frames.drain(..)
    }

    /// What has come of a packet that has not ended: at the end of a stream, a truncated one.
    ///
    /// Of a packet beyond the limit it is only the last few bytes: see [`Framer::skipped`].
    pub fn remainder(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    /// How much has come of a packet beyond the limit that has not ended; `None` if there is no such packet.
    pub fn skipped(&self) -> Option<u64> {
        self.skipped.map(|skipped| skipped.bytes + self.filled as u64)
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
        self.filled -= end;
        self.scanned -= end;
    }

    /// Finds the packets that are whole, and returns where the last of them ends.
    fn scan(&mut self) -> usize {
        let mut start = 0;
        self.ends.begin();
        loop {
            if self.skipped.is_none() {
                start = self.skip_blank_lines(start);
                self.scanned = self.scanned.max(start);
            }
            let data = &self.buffer[..self.filled];
            let follows = self.skipped.map_or_else(|| is_follows(&data[start..]), |skipped| skipped.follows);
            let ended = match follows {
                true => end_of_text(data, self.scanned),
                false => self.ends.next(data, self.scanned),
            };
            let (end, next) = match ended {
                Ok(ended) => ended,
                Err(scanned) => {
                    self.scanned = scanned;
                    // A packet ends behind what was scanned: only then is it beyond the limit for certain.
                    if scanned - start >= self.limit || self.skipped.is_some() {
                        self.skip(start, follows);
                    }
                    return start;
                }
            };
            self.found.push(match self.skipped.take() {
                Some(skipped) => Found::TooLarge(skipped.bytes + (end - start) as u64),
                None if end - start > self.limit => Found::TooLarge((end - start) as u64),
                None => Found::Packet { start: start as u32, end: end as u32 },
            });
            self.scanned = next;
            start = next;
        }
    }

    /// Drops what was scanned of a packet beyond the limit.
    fn skip(&mut self, start: usize, follows: bool) {
        let gone = self.scanned - start;
        let before = self.skipped.map_or(0, |skipped| skipped.bytes);
        self.skipped = Some(Skipped { bytes: before + gone as u64, follows });
        self.buffer.copy_within(self.scanned..self.filled, start);
        self.filled -= gone;
        self.scanned = start;
    }

    fn skip_blank_lines(&self, mut start: usize) -> usize {
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

/// Finds blank lines, after either kind of line end.
///
/// Each kind is searched for at most once over the same bytes: what was found ahead is kept.
#[derive(Debug)]
struct Ends {
    crlf: memmem::Finder<'static>,
    lf: memmem::Finder<'static>,
    next_crlf: Option<usize>,
    next_lf: Option<usize>,
}

/// Nothing more is to be found.
const NOWHERE: usize = usize::MAX;

impl Ends {
    fn new() -> Self {
        Self { crlf: memmem::Finder::new(b"\n\r\n"), lf: memmem::Finder::new(b"\n\n"), next_crlf: None, next_lf: None }
    }

    /// Forgets what was found, for other bytes.
    fn begin(&mut self) {
        (self.next_crlf, self.next_lf) = (None, None);
    }

    /// The end of the last line and the end of the blank line after it, or how far the search got.
    fn next(&mut self, data: &[u8], from: usize) -> Result<(usize, usize), usize> {
        let ahead = |known: &mut Option<usize>, finder: &memmem::Finder<'_>| match *known {
            Some(at) if at >= from => at,
            _ => *known.insert(finder.find(&data[from..]).map_or(NOWHERE, |at| from + at)),
        };
        let crlf = ahead(&mut self.next_crlf, &self.crlf);
        let lf = ahead(&mut self.next_lf, &self.lf);
        match (crlf < lf, crlf.min(lf)) {
            // A blank line may be cut in two.
            (_, NOWHERE) => Err(data.len().saturating_sub(2).max(from)),
            (true, at) => Ok((at + 1, at + 3)),
            (false, at) => Ok((at + 1, at + 2)),
        }
    }
}

/// The same for the text of a `Response: Follows`: the marker's line and the blank line after it.
fn end_of_text(data: &[u8], from: usize) -> Result<(usize, usize), usize> {
    let mut at = from;
    while let Some(found) = memmem::find(&data[at..], END_COMMAND.as_bytes()) {
        let marker = at + found;
        let after = marker + END_COMMAND.len();
        let rest = &data[after..];
        let line = usize::from(rest.first() == Some(&b'\r'));
        let blank = line + 1 + usize::from(rest.get(line + 1) == Some(&b'\r'));
        match (rest.get(line), rest.get(blank)) {
            (Some(b'\n'), Some(b'\n')) => return Ok((after + line + 1, after + blank + 1)),
            (None, _) | (Some(b'\n'), None) => return Err(marker),
            // The marker may begin within what only looks like it.
            _ => at = marker + 1,
        }
    }
    Err(data.len().saturating_sub(END_COMMAND.len() - 1).max(from))
}
