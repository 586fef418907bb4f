//! What becomes different in the picture.

use std::sync::Arc;
use std::time::SystemTime;

use super::{Agent, Bridge, Call, Channel, Conference, Device, Endpoint, Hint, Parked, Queue};
use super::{Part, Validity};

/// One thing that became different in the picture; in the order of the events that made it so.
///
/// The changes after a snapshot, applied to it one by one, make the next snapshot.
///
/// # Examples
///
/// A line for each call that has ended:
///
/// ```
/// use gami::live::Change;
///
/// fn log(changes: impl IntoIterator<Item = Change>) {
///     for change in changes {
///         if let Some(call) = change.ended_call() {
///             println!("{}: {} parties, {:?}", call.id, call.parties.len(), call.cause);
///         }
///     }
/// }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Change {
    /// The number of the event that made it so; of what a list showed, that of the next event.
    pub seq: u64,
    /// When that was, by the clock of whoever feeds the model.
    pub at: SystemTime,
    /// The part of the picture; `None` for [`Kind::Lost`].
    pub part: Option<Part>,
    /// Whether a new list showed it and no event: something was missed.
    pub corrected: bool,
    /// What happened.
    pub kind: Kind,
}

/// What happened to a thing.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Kind {
    /// It is new.
    Added(Thing),
    /// It is different.
    Changed {
        /// How it was.
        before: Thing,
        /// How it is.
        after: Thing,
    },
    /// It is gone. Of a call this is how it ended, with all its parties.
    Removed(Thing),
    /// The part is to be believed more or less than before.
    Validity {
        /// How far it was to be believed.
        before: Validity,
        /// How far it is to be believed.
        after: Validity,
    },
    /// So many changes were not sent since nobody took them: take a new snapshot.
    Lost(u64),
}

/// A thing of the picture, shared with the snapshots that have it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Thing {
    /// A channel.
    Channel(Arc<Channel>),
    /// A bridge.
    Bridge(Arc<Bridge>),
    /// A call.
    Call(Arc<Call>),
    /// A queue with its callers and members.
    Queue(Arc<Queue>),
    /// A conference with its participants.
    Conference(Arc<Conference>),
    /// A parked call.
    Parked(Arc<Parked>),
    /// A device.
    Device(Arc<Device>),
    /// An extension with a hint.
    Hint(Arc<Hint>),
    /// An endpoint or peer.
    Endpoint(Arc<Endpoint>),
    /// An agent.
    Agent(Arc<Agent>),
}

/// A kind of things. Maps and tables hold a [`Thing`] of any kind, so that they are compiled once and not for each.
pub(super) trait Kept: Clone {
    fn into_thing(self) -> Thing;
    /// The thing, if it is of this kind.
    fn of(thing: &Thing) -> Option<&Arc<Self>>;
    /// The thing to be changed, if it is of this kind: a copy where somebody else holds it.
    fn edit(thing: &mut Thing) -> Option<&mut Self>;
}

macro_rules! things {
    ($($kind:ident $name:literal in $part:ident by $key:ident),*) => {
        $( impl From<Arc<$kind>> for Thing {
            fn from(thing: Arc<$kind>) -> Self {
                Self::$kind(thing)
            }
        }

        impl Kept for $kind {
            fn into_thing(self) -> Thing {
                Thing::$kind(Arc::new(self))
            }

            fn of(thing: &Thing) -> Option<&Arc<Self>> {
                match thing {
                    Thing::$kind(thing) => Some(thing),
                    _ => None,
                }
            }

            // `Arc::make_mut` is five times as much code for each kind.
            fn edit(thing: &mut Thing) -> Option<&mut Self> {
                let Thing::$kind(thing) = thing else { return None };
                if Arc::strong_count(thing) > 1 {
                    *thing = Arc::new(Self::clone(thing));
                }
                Arc::get_mut(thing)
            }
        } )*

        impl Thing {
            /// The part of the picture that it belongs to.
            pub fn part(&self) -> Part {
                match self {
                    $( Self::$kind(_) => Part::$part ),*
                }
            }

            /// What it is found by in a snapshot: a `uniqueid`, a name.
            pub fn key(&self) -> &str {
                match self {
                    $( Self::$kind(thing) => &thing.$key ),*
                }
            }

            /// What kind of thing it is, in small letters.
            pub fn kind(&self) -> &'static str {
                match self {
                    $( Self::$kind(_) => $name ),*
                }
            }
        }

        /// The thing itself.
        #[cfg(feature = "serde")]
        impl serde::Serialize for Thing {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$kind(thing) => thing.as_ref().serialize(serializer) ),*
                }
            }
        }
    };
}

things! {
    Channel "channel" in Calls by uniqueid, Bridge "bridge" in Calls by uniqueid, Call "call" in Calls by id,
    Queue "queue" in Queues by name, Conference "conference" in Conferences by conference,
    Parked "parked" in Parking by uniqueid, Device "device" in Devices by device, Hint "hint" in Hints by id,
    Endpoint "endpoint" in Endpoints by id, Agent "agent" in Agents by agent
}

/// Whether two things are the same; not inlined, since it compares ten kinds field by field.
#[inline(never)]
pub(super) fn same(one: &Thing, other: &Thing) -> bool {
    one == other
}

impl Change {
    /// The thing as it was; `None` if it is new, or if this is not about a thing.
    pub fn before(&self) -> Option<&Thing> {
        match &self.kind {
            Kind::Changed { before: thing, .. } | Kind::Removed(thing) => Some(thing),
            _ => None,
        }
    }

    /// The thing as it is; `None` if it is gone, or if this is not about a thing.
    pub fn after(&self) -> Option<&Thing> {
        match &self.kind {
            Kind::Added(thing) | Kind::Changed { after: thing, .. } => Some(thing),
            _ => None,
        }
    }

    /// The call, if this is the end of one; not where it went on as part of another.
    pub fn ended_call(&self) -> Option<&Arc<Call>> {
        match &self.kind {
            Kind::Removed(Thing::Call(call)) if call.merged_into.is_none() => Some(call),
            _ => None,
        }
    }
}
