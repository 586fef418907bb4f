//! Events out of a capture.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::player::{Step, Track};
use super::reordering::Reordering;
use super::reply::Bytes;
use crate::error::Result;
use crate::packet::{Frame, Framer, Kind, Packet};
use crate::recording::{Recorded, Recording};

/// The events of a real call, captured on Asterisk 22: dialed, answered, bridged and hung up.
///
/// They are 53: two Local channels of two halves each, from their `Newchannel` to their `Hangup`, with
/// what the dialplan, the dialing and the bridge between them had to say.
pub const SAMPLE_CALL: &[u8] = CALL;

/// A constant of its own, for the documentation prints the whole of an exported one.
const CALL: &[u8] = include_bytes!("sample-call.ami");

/// A recording or a capture, to be played again: see [`Builder::replay`](super::Builder::replay) and
/// [`Mock::replay`](super::Mock::replay).
///
/// Of a recording ([`Replay::recorded`]) the first connection gets what came over the first link, the next what came
/// over the second, and so on; those beyond the last get the last. Any user may log in. From then on the events come
/// at the times at which they came ([`Replay::speed`]), and the actions that were recorded are answered as they were,
/// with the client's `ActionID`s: each in its place among the events, for which the events after it wait. A client
/// that does not make the next action within a second is not waited for again: it gets the events at their times, and
/// each answer when it asks. An action is one that was recorded if its parameters are, or if it is the next and has its
/// name; all others the mock answers as it does without a recording. Where the server ended the link, the mock does.
///
/// The fence of a live model and of [`Client::fence`](crate::Client::fence) is in the recording with a value that no other
/// client sets: behind a list the client's own stands in its place, elsewhere the mock sends it at once.
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
    /// The links of a recording; none of a capture.
    tracks: Vec<Arc<Track>>,
    speed: f64,
    /// After so many bytes the connection is cut.
    cut: Option<usize>,
}

impl Replay {
    /// The events of a capture, to be sent at once: its bytes, not the name of a file.
    ///
    /// Of the bytes of a recording all events are taken.
    pub fn new(capture: impl AsRef<[u8]>) -> Self {
        let mut capture = capture.as_ref();
        if capture.starts_with(b"gami recording ") {
            let packets = Recording::new(std::io::Cursor::new(capture.to_vec())).map(Recording::packets);
            let packets = packets.into_iter().flatten().filter_map(Result::ok).map(Recorded::into_packet);
            return Self::of_events(packets);
        }
        let first_line = capture.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        if !first_line.contains(&b':') {
            capture = &capture[first_line.len()..]; // the banner, which no blank line follows
        }
        let mut framer = Framer::new();
        framer.push(capture);
        let packets = framer.frames().filter_map(|frame| match frame {
            Frame::Packet(packet) => Some(packet),
            _ => None,
        });
        Self::of_events(packets)
    }

    /// The links of a recording, to be played at the speed at which they were recorded.
    ///
    /// # Errors
    ///
    /// [`Error::Recording`](crate::Error::Recording) if it cannot be read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::mock::{Mock, Replay};
    /// use gami::Recording;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let replay = Replay::recorded(Recording::open("pbx.rec")?)?.speed(10.0);
    /// let mock = Mock::builder().replay(replay).start()?; // now connect to it with any client
    /// # Ok(())
    /// # }
    /// ```
    pub fn recorded(recording: Recording) -> Result<Self> {
        let tracks = Track::read(recording)?;
        let packets = tracks.iter().flat_map(|track| track.events());
        Ok(Self { speed: 1.0, ..Self::of_events(packets) }.with_tracks(tracks))
    }

    fn of_events(packets: impl Iterator<Item = Packet>) -> Self {
        let (mut events, mut ends) = (Vec::new(), Vec::new());
        for packet in packets.filter(|packet| packet.kind() == Kind::Event) {
            events.extend_from_slice(packet.as_bytes());
            events.extend_from_slice(b"\r\n");
            ends.push(events.len());
        }
        let tracks = Vec::new();
        Self { events: Arc::new(events), ends: ends.into(), interval: Duration::ZERO, tracks, speed: 0.0, cut: None }
    }

    fn with_tracks(mut self, tracks: Vec<Arc<Track>>) -> Self {
        self.tracks = tracks;
        self
    }

    /// Plays a recording so many times as fast as it was; 0 is all at once. 1 unless set.
    #[must_use]
    pub fn speed(mut self, times: f64) -> Self {
        self.speed = times.max(0.0);
        self
    }

    /// Leaves out the packets of which this is true: events, and in a recording answers too.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::mock::{Replay, SAMPLE_CALL};
    ///
    /// let without_hangups = Replay::new(SAMPLE_CALL).without(|packet| packet.get("Event") == Some("Hangup"));
    /// assert_eq!(without_hangups.len(), 49);
    /// ```
    #[must_use]
    pub fn without(self, drops: impl FnMut(&Packet) -> bool) -> Self {
        let mut drops = drops;
        self.edited(|packet| usize::from(!drops(packet)))
    }

    /// Sends the packets of which this is true twice in a row: events, and in a recording answers too.
    #[must_use]
    pub fn twice(self, doubles: impl FnMut(&Packet) -> bool) -> Self {
        let mut doubles = doubles;
        self.edited(|packet| 1 + usize::from(doubles(packet)))
    }

    /// Lets events pass up to so many others of other families, as they do inside a server from Asterisk 12 on.
    ///
    /// Channels, bridges and dials are one family, whose events keep their order; queues and agents, conferences,
    /// parked calls, devices, hints, peers, user events and `OriginateResponse` are others. Within a family nothing
    /// changes places; answers keep theirs, and no event that came after one goes before it. The same `seed` makes the
    /// same order.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::mock::{Replay, SAMPLE_CALL};
    ///
    /// let replay = Replay::new(SAMPLE_CALL);
    /// let reordered = replay.clone().reordered(5, 1);
    /// assert_eq!(reordered.len(), replay.len());
    /// ```
    #[must_use]
    pub fn reordered(self, by: usize, seed: u64) -> Self {
        let mut reordering = Reordering::new(by, seed);
        self.rearranged(|track| track.reordered(&mut reordering))
    }

    /// Cuts the connection after so many bytes of what is played to it, also within a packet.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self
    }

    /// Each packet so many times as is said.
    fn edited(self, mut copies: impl FnMut(&Packet) -> usize) -> Self {
        self.rearranged(|track| {
            let steps = track.steps.iter();
            let steps = steps.flat_map(|step| std::iter::repeat(step.clone()).take(copies(&step.packet)));
            track.with_steps(steps.collect())
        })
    }

    fn rearranged(self, mut edit: impl FnMut(&Track) -> Track) -> Self {
        if self.tracks.is_empty() {
            let mut framer = Framer::new();
            framer.push(self.as_bytes());
            let steps = framer.frames().filter_map(|frame| match frame {
                Frame::Packet(packet) => Some(Step::of_event(packet)),
                _ => None,
            });
            let track = edit(&Track::default().with_steps(steps.collect()));
            let Self { events, ends, .. } = Self::of_events(track.events());
            return Self { events, ends, ..self };
        }
        let tracks: Vec<_> = self.tracks.iter().map(|track| Arc::new(edit(track))).collect();
        let packets = tracks.iter().flat_map(|track| track.events());
        let Self { events, ends, .. } = Self::of_events(packets);
        Self { events, ends, tracks, ..self }
    }

    /// The link that is played to a connection of this number, and how fast.
    pub(super) fn track(&self, connection: u64) -> Option<(Arc<Track>, f64)> {
        let at = usize::try_from(connection.saturating_sub(1)).unwrap_or(usize::MAX);
        let track = self.tracks.get(at).or(self.tracks.last())?;
        Some((Arc::clone(track), self.speed))
    }

    /// After how many bytes the connection is cut.
    pub(super) fn cut(&self) -> Option<usize> {
        self.cut
    }

    /// Leaves so much time between one event of a capture and the next.
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
