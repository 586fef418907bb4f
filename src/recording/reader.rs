//! Reads a recording, entry by entry.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::iter::FusedIterator;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::entry::{Chunk, Entry, What};
use super::format::{Head, ANY_VERSION, LONGEST_HEAD, MAGIC};
use super::packets::Packets;
use crate::error::{Error, Result};

/// So much is read at once.
const READ: usize = 64 * 1024;

/// The entries of a recording, in order.
///
/// It is an iterator over them, and reads as it goes: a recording may be larger than memory. One that a
/// [`Recorder`](super::Recorder) still writes ends where it is written up to.
///
/// A plain capture is read too, the bytes that a server sent as `nc` or a proxy writes them: it gives entries of
/// [`What::Received`] on link 1, without times.
///
/// # Errors
///
/// An item is an error where the file cannot be read, and where bytes stand that are no entry; after these the
/// iterator goes on with the next entry. A recording that ends within an entry is no error: what came of its bytes
/// is given, then [`What::Torn`].
///
/// # Examples
///
/// ```
/// use gami::recording::{Recording, What};
///
/// # fn main() -> gami::Result<()> {
/// let mut bytes = 0;
/// for entry in Recording::open("tests/data/asterisk-22.ami")? {
///     if let What::Received(chunk) = entry?.what() {
///         bytes += chunk.bytes.len();
///     }
/// }
/// assert!(bytes > 100_000);
/// # Ok(())
/// # }
/// ```
pub struct Recording {
    path: Box<str>,
    source: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// Up to here the buffer has been used, and where in the file that is.
    at: usize,
    offset: u64,
    /// Nothing follows what is in the buffer.
    ended: bool,
    /// Not a recording, but the bytes of a server alone.
    plain: bool,
    /// What comes after the last entry.
    last: Option<Entry>,
    over: bool,
}

impl Recording {
    /// Opens a recording, or a plain capture.
    ///
    /// # Errors
    ///
    /// [`Error::Recording`] if the file cannot be read, or if its format is of a later version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let shown = path.as_ref().display().to_string();
        match File::open(&path) {
            Ok(file) => Self::begin(shown, Box::new(file)),
            Err(source) => Err(Error::Recording { path: shown.into(), source: Arc::new(source) }),
        }
    }

    /// Reads a recording, or a plain capture, from anywhere.
    ///
    /// # Errors
    ///
    /// As [`Recording::open`].
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::recording::Recording;
    ///
    /// let capture: &[u8] = b"Asterisk Call Manager/11.0.0\r\nEvent: FullyBooted\r\nStatus: Fully Booted\r\n\r\n";
    /// let packet = Recording::new(capture)?.packets().next().expect("a packet")?;
    /// assert_eq!(packet.packet().get("Event"), Some("FullyBooted"));
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn new(source: impl Read + Send + 'static) -> Result<Self> {
        Self::begin("without a path".into(), Box::new(source))
    }

    fn begin(path: String, source: Box<dyn Read + Send>) -> Result<Self> {
        let mut recording = Self {
            path: path.into(),
            source,
            buffer: Vec::new(),
            at: 0,
            offset: 0,
            ended: false,
            plain: false,
            last: None,
            over: false,
        };
        recording.fill(MAGIC.len())?;
        let start = &recording.buffer[..recording.buffer.len().min(MAGIC.len())];
        if MAGIC.starts_with(start) {
            // Torn within its first line, it has no entry.
            let length = start.len();
            recording.advance(length);
            if length < MAGIC.len() {
                recording.over = length == 0;
                recording.last = Some(recording.entry_of_none(What::Torn));
            }
        } else if start.starts_with(ANY_VERSION) {
            return Err(recording.invalid("its format is of a later version than this library reads".into()));
        } else {
            recording.plain = true;
        }
        Ok(recording)
    }

    /// The packets of the recording, those of both directions, as they were complete.
    pub fn packets(self) -> Packets {
        Packets::new(self)
    }

    /// Reads until so many bytes are in the buffer; whether they are.
    fn fill(&mut self, length: usize) -> Result<bool> {
        while self.buffer.len() - self.at < length && !self.ended {
            if self.at > 0 {
                self.buffer.drain(..self.at);
                self.at = 0;
            }
            let filled = self.buffer.len();
            self.buffer.resize(filled + READ, 0);
            let read = self.source.read(&mut self.buffer[filled..]);
            self.buffer.truncate(filled + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => self.ended = true,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.over = true;
                    return Err(Error::Recording { path: self.path.clone(), source: Arc::new(error) });
                }
            }
        }
        Ok(self.buffer.len() - self.at >= length)
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    fn advance(&mut self, bytes: usize) {
        self.at += bytes;
        self.offset += bytes as u64;
    }

    fn invalid(&self, reason: String) -> Error {
        let source = Arc::new(io::Error::new(io::ErrorKind::InvalidData, reason));
        Error::Recording { path: self.path.clone(), source }
    }

    fn entry_of_none(&self, what: What) -> Entry {
        Entry { time: None, elapsed: Duration::ZERO, link: 0, what }
    }

    /// The length of the next line without its end, as far as a line can be that begins an entry.
    fn line(&mut self) -> Result<Option<usize>> {
        self.fill(LONGEST_HEAD)?;
        let rest = self.rest();
        Ok(memchr::memchr(b'\n', &rest[..rest.len().min(LONGEST_HEAD)]))
    }

    fn next_entry(&mut self) -> Result<Option<Entry>> {
        let start = self.offset;
        loop {
            let line = self.line()?;
            let head = line.and_then(|end| Head::read(&self.rest()[..end]));
            if let (Some(head), Some(line)) = (head, line) {
                if self.offset > start {
                    let reason = format!("bytes {start} to {} are no entry", self.offset);
                    return Err(self.invalid(reason));
                }
                self.advance(line + 1);
                let is_whole = self.fill(head.length + 1)?;
                let payload = &self.rest()[..head.length.min(self.rest().len())];
                if !is_whole || self.rest()[head.length] == b'\n' {
                    let what = What::read(head.kind, payload, head.size);
                    let entry = Entry { time: Some(head.time), elapsed: head.elapsed, link: head.link, what };
                    let length = payload.len();
                    self.advance(length + usize::from(is_whole));
                    return Ok(if is_whole { Some(entry) } else { self.tear(Some(entry)) });
                }
                // Another entry may begin within what it says are its bytes.
                continue;
            }
            // Nothing here begins an entry: on to the next line.
            self.fill(READ)?;
            match memchr::memchr(b'\n', self.rest()) {
                Some(end) => self.advance(end + 1),
                None => {
                    let rest = self.rest().len();
                    self.advance(rest);
                    if self.ended {
                        return Ok(if self.offset > start { self.tear(None) } else { None });
                    }
                }
            }
        }
    }

    /// The recording ends within an entry, of whose bytes some may have come.
    fn tear(&mut self, entry: Option<Entry>) -> Option<Entry> {
        let torn = |time, elapsed, link| Entry { time, elapsed, link, what: What::Torn };
        match entry {
            Some(entry) if !entry.bytes().is_empty() => {
                self.last = Some(torn(entry.time, entry.elapsed, entry.link));
                Some(entry)
            }
            Some(entry) => Some(torn(entry.time, entry.elapsed, entry.link)),
            None => Some(self.entry_of_none(What::Torn)),
        }
    }

    /// The next bytes of a plain capture.
    fn next_piece(&mut self) -> Result<Option<Entry>> {
        self.fill(1)?;
        let bytes = self.rest().to_vec();
        if bytes.is_empty() {
            return Ok(None);
        }
        self.advance(bytes.len());
        let size = bytes.len();
        Ok(Some(Entry { link: 1, ..self.entry_of_none(What::Received(Chunk { bytes, size })) }))
    }
}

impl Iterator for Recording {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        if let Some(last) = self.last.take() {
            self.over = true;
            return Some(Ok(last));
        }
        let next = if self.plain { self.next_piece() } else { self.next_entry() };
        if let Ok(None) = &next {
            self.over = true;
        }
        next.transpose()
    }
}

impl FusedIterator for Recording {}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("path", &self.path).finish_non_exhaustive()
    }
}
