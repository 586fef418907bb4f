//! The picture at one moment.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::SystemTime;

use super::change::{Kept, Thing};
use super::map::{self, Map};
use super::part::{Part, Unavailable, Validity};
use super::{Agent, Bridge, Call, Channel, Conference, Device, Endpoint, Hint, Parked, Queue};

/// The picture of an exchange at one moment: it never changes, and all its parts belong together.
///
/// To take one costs the same however large the exchange is, and so does a clone. What it holds is shared with
/// the model and with the snapshots before and after it; it is let go with the last of them.
///
/// Things come in no order. One part may speak of what another does not know: a queue's event can come before that
/// of its caller's channel. Look it up, and take `None` for an answer.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub(super) maps: Arc<Maps>,
    pub(super) validity: Arc<[Validity; Part::ALL.len()]>,
    pub(super) seq: u64,
}

/// All that there is.
#[derive(Debug)]
pub(super) struct Maps {
    pub channels: Map,
    pub bridges: Map,
    pub calls: Map,
    pub queues: Map,
    pub conferences: Map,
    pub parked: Map,
    pub devices: Map,
    pub hints: Map,
    pub endpoints: Map,
    pub agents: Map,
}

/// The things of one kind in a [`Snapshot`], in no order.
#[derive(Debug)]
pub struct Things<'a, T> {
    things: map::Iter<'a>,
    read: fn(&Thing) -> Option<&Arc<T>>,
    kind: PhantomData<&'a T>,
}

/// The things of a map that has no others.
pub(super) fn things<T: Kept>(map: &Map) -> Things<'_, T> {
    Things { things: map.iter(), read: T::of, kind: PhantomData }
}

impl<'a, T> Iterator for Things<'a, T> {
    type Item = &'a Arc<T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.things.next().and_then(self.read)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.things.size_hint()
    }
}

impl<T> ExactSizeIterator for Things<'_, T> {}

macro_rules! things {
    ($($(#[$all_doc:meta])* $all:ident, $(#[$one_doc:meta])* $one:ident($key:ident) -> $kind:ident;)+) => {
        impl Snapshot { $(
            $(#[$all_doc])*
            pub fn $all(&self) -> Things<'_, $kind> {
                things(&self.maps.$all)
            }

            $(#[$one_doc])*
            pub fn $one(&self, $key: &str) -> Option<&Arc<$kind>> {
                self.maps.$all.get($key).and_then(Kept::of)
            }
        )+ }
    };
}

things! {
    /// All channels.
    channels,
    /// The channel with a `uniqueid`.
    channel(uniqueid) -> Channel;
    /// All bridges; up to Asterisk 11 the pairs of channels that are linked.
    bridges,
    /// The bridge with a `uniqueid`.
    bridge(uniqueid) -> Bridge;
    /// All calls.
    calls,
    /// The call with an id; [`Channel::call`] has that of a channel's.
    call(id) -> Call;
    /// All queues.
    queues,
    /// The queue of a name.
    queue(name) -> Queue;
    /// All conferences.
    conferences,
    /// The conference of a name or number.
    conference(conference) -> Conference;
    /// All parked calls.
    parked,
    /// The parked call of a channel, by its `uniqueid`.
    parked_call(uniqueid) -> Parked;
    /// The states of all devices.
    devices,
    /// The state of a device, such as `PJSIP/100`.
    device(device) -> Device;
    /// All extensions with a hint.
    hints,
    /// An extension with a hint, by `exten@context`.
    hint(id) -> Hint;
    /// All endpoints and peers.
    endpoints,
    /// An endpoint or peer, by technology and name such as `PJSIP/100`.
    endpoint(id) -> Endpoint;
    /// All agents.
    agents,
    /// The agent with an id.
    agent(agent) -> Agent;
}

impl Snapshot {
    /// How far a part of the picture is to be believed.
    pub fn validity(&self, part: Part) -> Validity {
        self.validity[part as usize].clone()
    }

    /// The number of the first event that is not in the picture: see [`Event::seq`](crate::Event::seq).
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The link is lost: a part that could be read is the last picture.
    pub(super) fn mark_stale(&mut self, part: Part, since: SystemTime) {
        if !matches!(
            self.validity[part as usize],
            Validity::Stale { .. } | Validity::Unavailable(Unavailable::NotAsked)
        ) {
            Arc::make_mut(&mut self.validity)[part as usize] = Validity::Stale { since };
        }
    }
}
