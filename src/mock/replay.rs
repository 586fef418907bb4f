//! Events out of a capture.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::reply::Bytes;
use crate::packet::{Frame, Framer, Kind};

/// The events of a real call, captured on Asterisk 22: dialed, answered, bridged and hung up.
///
/// They are 53: two Local channels of two halves each, from their `Newchannel` to their `Hangup`, with
/// what the dialplan, the dialing and the bridge between them had to say.
pub const SAMPLE_CALL: &[u8] = CALL;

/// A constant of its own, for the documentation prints the whole of an exported one.
const CALL: &[u8] = include_bytes!("sample-call.ami");

/// The events of a capture, to be sent again: see [`Mock::replay`](super::Mock::replay).
///
/// A capture is what a server sent to a client, byte for byte, as a proxy or `nc` writes it to a file. Only its
/// events are taken; the banner, responses and fragments are left out.
///
/// # Examples
///
/// A capture out of a file:
///
/// ```
/// use gami::mock::{Mock, Replay};
///
/// # fn main() -> std::io::Result<()> {
/// let capture = Replay::new(std::fs::read("tests/data/asterisk-22.ami")?);
/// assert!(!capture.is_empty());
/// let mock = Mock::builder().replay(capture).start()?; // to each session that logs in
/// # Ok(())
/// # }
/// ```
///
/// The one that comes along:
///
/// ```
/// use gami::mock::{Replay, SAMPLE_CALL};
/// use std::time::Duration;
///
/// let call = Replay::new(SAMPLE_CALL).every(Duration::from_millis(50));
/// assert_eq!(call.len(), 53);
/// ```
#[derive(Clone)]
pub struct Replay {
    events: Bytes,
    /// Where each event ends.
    ends: Arc<[usize]>,
    interval: Duration,
}

impl Replay {
    /// The events of a capture, to be sent at once: its bytes, not the name of a file.
    pub fn new(capture: impl AsRef<[u8]>) -> Self {
        let mut capture = capture.as_ref();
        let first_line = capture.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        if !first_line.contains(&b':') {
            capture = &capture[first_line.len()..]; // the banner, which no blank line follows
        }
        let mut framer = Framer::new();
        framer.push(capture);
        let (mut events, mut ends) = (Vec::new(), Vec::new());
        for frame in framer.frames() {
            match frame {
                Frame::Packet(packet) if packet.kind() == Kind::Event => {
                    events.extend_from_slice(packet.as_bytes());
                    events.extend_from_slice(b"\r\n");
                    ends.push(events.len());
                }
                _ => {}
            }
        }
        Self { events: Arc::new(events), ends: ends.into(), interval: Duration::ZERO }
    }

    /// Leaves so much time between one event and the next.
    #[must_use]
    pub fn every(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no event at all.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// What is sent, as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        (*self.events).as_ref()
    }

    /// The pieces to send, and how much later than the first each goes out.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (Duration, Bytes, std::ops::Range<usize>)> + '_ {
        let at_once = self.interval.is_zero();
        let ends = if at_once { self.ends.last().map_or(&[][..], std::slice::from_ref) } else { &self.ends };
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let dues = std::iter::successors(Some(Duration::ZERO), |due| Some(due.saturating_add(self.interval)));
        starts.zip(ends).zip(dues).map(|((start, end), due)| (due, Arc::clone(&self.events), start..*end))
    }
}

impl<T: AsRef<[u8]>> From<T> for Replay {
    fn from(capture: T) -> Self {
        Self::new(capture)
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("events", &self.len()).field("interval", &self.interval).finish()
    }
}
