//! The packets of a recording.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::iter::FusedIterator;
use std::time::{Duration, SystemTime};

use super::entry::{Direction, Entry, What};
use super::reader::Recording;
use crate::error::Result;
use crate::packet::{Frame, Framer, LineEnd, Packet};

/// The packets of a [`Recording`], each with the time at which its end came; made by [`Recording::packets`].
///
/// Actions are among them; [`Recorded::direction`] tells. The banner is none. Where something is missing the
/// packets begin again after the next blank line, and a fragment before it is left out.
///
/// # Examples
///
/// How long a call rang, by the recording's own clock:
///
/// ```
/// use gami::recording::Recording;
///
/// # fn main() -> gami::Result<()> {
/// let mut ringing = None;
/// for packet in Recording::open("tests/data/asterisk-22.ami")?.packets() {
///     let packet = packet?;
///     match packet.packet().get("Event") {
///         Some("DialBegin") => ringing = Some(packet.elapsed()),
///         Some("DialEnd") => println!("{:?}", ringing.map(|begun| packet.elapsed() - begun)),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Packets {
    entries: Recording,
    links: HashMap<u64, [Stream; 2]>,
    ready: VecDeque<Recorded>,
}

/// A packet of a recording.
#[derive(Clone)]
pub struct Recorded {
    time: Option<SystemTime>,
    elapsed: Duration,
    link: u64,
    direction: Direction,
    packet: Packet,
}

impl Recorded {
    /// The time of day at which its end came; `None` in a plain capture.
    pub fn time(&self) -> Option<SystemTime> {
        self.time
    }

    /// The same as the time since the recorder was made; zero in a plain capture.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The number of the link.
    pub fn link(&self) -> u64 {
        self.link
    }

    /// Whether the server sent it or the client.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// The packet.
    pub fn packet(&self) -> &Packet {
        &self.packet
    }

    /// The packet alone.
    pub fn into_packet(self) -> Packet {
        self.packet
    }
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let elapsed = self.elapsed.as_secs_f64();
        write!(f, "{elapsed:.6}s link {} {:?} {:?}", self.link, self.direction, self.packet)
    }
}

impl Packets {
    pub(super) fn new(entries: Recording) -> Self {
        Self { entries, links: HashMap::new(), ready: VecDeque::new() }
    }

    fn take(&mut self, entry: &Entry) {
        match entry.what() {
            What::Dialed { .. } => drop(self.links.insert(entry.link(), [Stream::from_server(), Stream::to_server()])),
            What::Continued { .. } => drop(self.links.insert(entry.link(), [Stream::lost(), Stream::lost()])),
            What::LeftOut { direction, .. } => stream(&mut self.links, entry, *direction).lose(),
            What::Received(_) | What::Sent(_) => {
                let Some(direction) = entry.direction() else { return };
                let stream = stream(&mut self.links, entry, direction);
                stream.push(entry.bytes());
                for frame in stream.framer.frames() {
                    let packet = match frame {
                        Frame::Packet(packet) => packet,
                        Frame::TooLarge(_) | Frame::Oversized(_) => continue,
                    };
                    let (time, elapsed, link) = (entry.time(), entry.elapsed(), entry.link());
                    self.ready.push_back(Recorded { time, elapsed, link, direction, packet });
                }
            }
            What::Ended { .. } => drop(self.links.remove(&entry.link())),
            _ => {}
        }
    }
}

fn stream<'a>(links: &'a mut HashMap<u64, [Stream; 2]>, entry: &Entry, direction: Direction) -> &'a mut Stream {
    // A plain capture has no entry that tells of the beginning.
    let new = || if entry.time().is_some() { Stream::lost() } else { Stream::from_server() };
    &mut links.entry(entry.link()).or_insert_with(|| [new(), new()])[direction as usize]
}

impl Packets {
    /// The next packet, or the next entry without bytes.
    pub(crate) fn next_step(&mut self) -> Option<Result<Step>> {
        loop {
            if let Some(packet) = self.ready.pop_front() {
                return Some(Ok(Step::Packet(packet)));
            }
            match self.entries.next()? {
                Ok(entry) => {
                    self.take(&entry);
                    if entry.direction().is_none() {
                        return Some(Ok(Step::Entry(entry)));
                    }
                }
                Err(error) => {
                    // What was there may have been bytes of any link.
                    self.links.values_mut().flatten().for_each(Stream::lose);
                    return Some(Err(error));
                }
            }
        }
    }
}

/// What comes next in a recording.
pub(crate) enum Step {
    Packet(Recorded),
    Entry(Entry),
}

impl Iterator for Packets {
    type Item = Result<Recorded>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.next_step()? {
                Ok(Step::Packet(packet)) => return Some(Ok(packet)),
                Ok(Step::Entry(_)) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl FusedIterator for Packets {}

impl fmt::Debug for Packets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packets").field("entries", &self.entries).finish_non_exhaustive()
    }
}

/// One direction of a link.
struct Stream {
    framer: Framer,
    /// What is passed over before the first packet.
    before: Before,
}

enum Before {
    Nothing,
    /// A banner: the first line, if it has no colon; so much of it has come.
    Banner(Vec<u8>),
    /// All up to a blank line; whether the line is blank so far, and whether lines end with CRLF.
    Fragment {
        blank: bool,
        cr: bool,
        crlf: bool,
    },
}

impl Stream {
    fn from_server() -> Self {
        Self { framer: Framer::new(), before: Before::Banner(Vec::new()) }
    }

    fn to_server() -> Self {
        Self { framer: Framer::new(), before: Before::Nothing }
    }

    fn lost() -> Self {
        Self { framer: Framer::new(), before: Before::Fragment { blank: false, cr: false, crlf: false } }
    }

    /// Bytes are missing from here on.
    fn lose(&mut self) {
        *self = Self::lost();
    }

    fn push(&mut self, mut bytes: &[u8]) {
        match &mut self.before {
            Before::Nothing => {}
            Before::Banner(line) => {
                let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
                line.extend_from_slice(&bytes[..end]);
                bytes = &bytes[end..];
                if line.ends_with(b"\n") {
                    let line_end = if line.ends_with(b"\r\n") { LineEnd::CrLf } else { LineEnd::Lf };
                    self.framer.set_line_end(line_end);
                    if line.contains(&b':') {
                        self.framer.push(line);
                    }
                    self.before = Before::Nothing;
                }
            }
            Before::Fragment { blank, cr, crlf } => {
                let mut found = None;
                for (at, byte) in bytes.iter().enumerate() {
                    match byte {
                        b'\n' => {
                            *crlf |= *cr;
                            // A LF alone is part of a value there.
                            let ends = *cr || !*crlf;
                            if *blank && ends {
                                found = Some(at + 1);
                                break;
                            }
                            *blank = ends;
                        }
                        b'\r' => {}
                        _ => *blank = false,
                    }
                    *cr = *byte == b'\r';
                }
                bytes = &bytes[found.unwrap_or(bytes.len())..];
                if found.is_some() {
                    self.before = Before::Nothing;
                }
            }
        }
        self.framer.push(bytes);
    }
}
