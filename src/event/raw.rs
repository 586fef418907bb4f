//! An event as it came.

use std::fmt;

use crate::packet::{Headers, Packet, Values};

/// An event as Asterisk sent it: every header in order.
///
/// Header names are looked up in any case; [`Event::typed`](crate::Event::typed) decodes it into a struct. It is
/// cheap to clone. The events of one read share their memory; [`Event::detach`] cuts loose one that is kept for
/// long.
///
/// # Examples
///
/// ```
/// use gami::packet::Packet;
/// use gami::Event;
///
/// // As `Client::events` gives it.
/// let event = Event::from(Packet::new(b"Event: Hangup\r\nChannel: PJSIP/100-00000001\r\nCause: 16\r\n"));
/// assert_eq!(event.name(), "Hangup");
/// assert_eq!(event.get("cause"), Some("16"));
/// assert_eq!(event.get("Absent"), None);
/// for (name, value) in &event {
///     println!("{name}: {value}");
/// }
/// ```
#[derive(Clone)]
pub struct Event {
    packet: Packet,
    seq: u64,
    link: u64,
}

impl Event {
    pub(crate) fn new(packet: Packet, seq: u64, link: u64) -> Self {
        Self { packet, seq, link }
    }

    /// The event's name as it came; empty if it has none.
    ///
    /// Names differ in case from one Asterisk to the next: compare them without regard to it.
    pub fn name(&self) -> &str {
        self.packet.first("Event").or_else(|| self.packet.get("Event")).unwrap_or_default()
    }

    /// The first value of a header, its name in any case; `None` if there is no such header.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.packet.get(key)
    }

    /// The first value of a header in the bytes that came; `None` if there is no such header.
    pub fn get_bytes(&self, key: &str) -> Option<&[u8]> {
        self.packet.get_bytes(key)
    }

    /// All values of a header in the order in which they came, its name in any case; none at all if there is
    /// no such header.
    pub fn get_all<'a, 'k>(&'a self, key: &'k str) -> Values<'a, 'k> {
        self.packet.get_all(key)
    }

    /// All headers, name and value, in the order in which they came.
    pub fn iter(&self) -> Headers<'_> {
        self.packet.iter()
    }

    /// The `ActionID`; `None` if the event has none.
    pub fn action_id(&self) -> Option<&str> {
        self.packet.seek("ActionID")
    }

    /// The classes that may see the event, such as `call,all`; `None` on most events of a list.
    pub fn privilege(&self) -> Option<&str> {
        self.get("Privilege")
    }

    /// The event's number on this client's stream.
    ///
    /// The numbers run without a gap from 0, across reconnections. A gap between two events that a
    /// consumer sees is exactly what was dropped because the consumer was too slow. An event of a list
    /// that was collected is not on the stream: its number is that of the next event on it.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Which of the client's links the event came over: they are counted from 1. 0 for an event that came over
    /// none, such as one that a program made from a [`Packet`].
    ///
    /// Where it differs from that of the event before, the link was lost in between, and what happened on the
    /// server meanwhile has not been told.
    pub fn link(&self) -> u64 {
        self.link
    }

    /// The same event with memory of its own, for one that is kept long after its neighbours are gone.
    pub fn detach(&self) -> Self {
        Self { packet: self.packet.detach(), seq: self.seq, link: self.link }
    }

    /// The packet behind the event.
    pub fn packet(&self) -> &Packet {
        &self.packet
    }
}

impl From<Packet> for Event {
    /// An event from a packet that did not come over a client's stream; its number and its link are 0.
    fn from(packet: Packet) -> Self {
        Self::new(packet, 0, 0)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.packet.fmt(f)
    }
}

impl<'a> IntoIterator for &'a Event {
    type Item = (&'a str, &'a str);
    type IntoIter = Headers<'a>;

    fn into_iter(self) -> Headers<'a> {
        self.iter()
    }
}

/// A map of every header in order, with an array for a name that repeats, as the packet behind it.
#[cfg(feature = "serde")]
impl serde::Serialize for Event {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.packet.serialize(serializer)
    }
}
