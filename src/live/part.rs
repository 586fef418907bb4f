//! The parts of the picture, and how far each is to be believed.

use std::fmt;
use std::time::{Duration, SystemTime};

/// A part of the picture, which is listed, and valid or not, by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Part {
    /// Channels, bridges, dials, and the calls that they make.
    Calls,
    /// Queues with their callers and members.
    Queues,
    /// Conferences of ConfBridge and MeetMe with their participants.
    Conferences,
    /// Parked calls.
    Parking,
    /// The states of devices. Asterisk 13 and later.
    Devices,
    /// The states of extensions with a hint. Up to Asterisk 11 only what events tell.
    Hints,
    /// Endpoints and peers, and whether they can be reached.
    Endpoints,
    /// The agents of `app_agent_pool` or `chan_agent`.
    Agents,
}

impl Part {
    /// All parts, in the order in which they are listed.
    pub const ALL: [Part; 8] = [
        Part::Calls,
        Part::Queues,
        Part::Conferences,
        Part::Parking,
        Part::Devices,
        Part::Hints,
        Part::Endpoints,
        Part::Agents,
    ];

    /// The part's name, in small letters.
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Calls => "calls",
            Part::Queues => "queues",
            Part::Conferences => "conferences",
            Part::Parking => "parking",
            Part::Devices => "devices",
            Part::Hints => "hints",
            Part::Endpoints => "endpoints",
            Part::Agents => "agents",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which parts a model keeps.
///
/// # Examples
///
/// ```
/// use gami::{Part, Parts};
///
/// let parts = Parts::new().calls().queues();
/// assert!(parts.contains(Part::Queues) && !parts.contains(Part::Agents));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    bits: u8,
    fence: bool,
}

impl Default for Parts {
    fn default() -> Self {
        Self::new()
    }
}

impl Parts {
    /// No part; add those that are wanted.
    pub fn new() -> Self {
        Self { bits: 0, fence: true }
    }

    /// Every part.
    pub fn all() -> Self {
        Part::ALL.into_iter().fold(Self::new(), Self::with)
    }

    /// These parts and this one.
    pub fn with(mut self, part: Part) -> Self {
        self.bits |= 1 << part as u8;
        self
    }

    /// With channels, bridges and calls.
    pub fn calls(self) -> Self {
        self.with(Part::Calls)
    }

    /// With queues.
    pub fn queues(self) -> Self {
        self.with(Part::Queues)
    }

    /// With conferences.
    pub fn conferences(self) -> Self {
        self.with(Part::Conferences)
    }

    /// With parked calls.
    pub fn parking(self) -> Self {
        self.with(Part::Parking)
    }

    /// With the states of devices.
    pub fn devices(self) -> Self {
        self.with(Part::Devices)
    }

    /// With the states of extensions that have a hint.
    pub fn hints(self) -> Self {
        self.with(Part::Hints)
    }

    /// With endpoints and peers.
    pub fn endpoints(self) -> Self {
        self.with(Part::Endpoints)
    }

    /// With agents.
    pub fn agents(self) -> Self {
        self.with(Part::Agents)
    }

    /// Without the fence that tells when the events of the past have all come: a time to settle stands in for it.
    ///
    /// The fence sets a global variable on the server, which prints a line on a verbose console each time.
    pub fn without_fence(mut self) -> Self {
        self.fence = false;
        self
    }

    /// Whether a fence is used.
    pub fn has_fence(&self) -> bool {
        self.fence
    }

    /// Whether a part is kept.
    pub fn contains(&self, part: Part) -> bool {
        self.bits & 1 << part as u8 != 0
    }

    /// The parts that are kept, in the order in which they are listed.
    pub fn iter(&self) -> impl Iterator<Item = Part> {
        let parts = *self;
        Part::ALL.iter().copied().filter(move |part| parts.contains(*part))
    }
}

/// How far a part of the picture is to be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Validity {
    /// It has not been listed yet, or is being listed after a loss: what is there is what was there before.
    Loading,
    /// It has been listed, but events from before the list may still be on their way.
    Settling,
    /// It is what the exchange had when the event before `as_of` was sent.
    Valid {
        /// The number of the first event that is not in it: see [`Event::seq`](crate::Event::seq).
        as_of: u64,
        /// How long the last fence took to come back, which is how far events were behind; `None` without a fence.
        lag: Option<Duration>,
    },
    /// It was valid until something came that does not agree with it; it is going to be listed again.
    Suspect(Why),
    /// The link is lost: it is the last picture.
    Stale {
        /// When the link was lost.
        since: SystemTime,
    },
    /// It cannot be had.
    Unavailable(Unavailable),
}

impl Validity {
    /// Whether the part is [`Validity::Valid`].
    pub fn is_valid(&self) -> bool {
        matches!(self, Self::Valid { .. })
    }

    /// Whether there is a picture of this link: valid, settling or suspect.
    pub fn is_readable(&self) -> bool {
        matches!(self, Self::Settling | Self::Valid { .. } | Self::Suspect(_))
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loading => f.write_str("loading"),
            Self::Settling => f.write_str("settling"),
            Self::Valid { lag: Some(lag), .. } => write!(f, "valid, {} ms behind", lag.as_millis()),
            Self::Valid { lag: None, .. } => f.write_str("valid"),
            Self::Suspect(why) => write!(f, "suspect: {why}"),
            Self::Stale { .. } => f.write_str("stale: the link is lost"),
            Self::Unavailable(why) => write!(f, "unavailable: {why}"),
        }
    }
}

/// Why a part is listed again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// Events were lost: their numbers have a gap.
    Gap,
    /// The `Count` of a queue's event is not the number of its callers.
    Count {
        /// The queue's name.
        queue: String,
    },
    /// A caller has hung up, or never was there, but the queue did or did not say so.
    Caller {
        /// The queue's name.
        queue: String,
    },
    /// A bridge of two has not the members that its event counts.
    Members {
        /// The bridge's `uniqueid`.
        bridge: String,
    },
    /// An event spoke of something that was never seen.
    Unknown {
        /// Its key: a channel's `uniqueid`, a queue's name.
        key: String,
    },
    /// An event cannot follow those before it, such as a hangup of a channel in a bridge.
    Order {
        /// The `uniqueid` that it spoke of.
        key: String,
    },
    /// Two channels were parted, and neither was linked again nor hung up: up to Asterisk 11 that can be untrue.
    Unlinked,
    /// Modules were reloaded, which changes queues, hints and endpoints without a word.
    Reloaded,
    /// The program asked for it, by [`Live::refresh`](super::Live::refresh).
    Asked,
    /// It is looked at from time to time, since some changes have no event.
    Audit,
    /// Several lists have named channels that no event spoke of between: are they there? The part stays valid.
    Silent,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gap => f.write_str("events were lost"),
            Self::Count { queue } => write!(f, "queue {queue:?} counts other callers"),
            Self::Caller { queue } => write!(f, "queue {queue:?} has a caller that is gone"),
            Self::Members { bridge } => write!(f, "bridge {bridge:?} counts other members"),
            Self::Unknown { key } => write!(f, "{key:?} was never seen"),
            Self::Order { key } => write!(f, "an event about {key:?} came out of order"),
            Self::Unlinked => f.write_str("two channels were parted and stayed"),
            Self::Reloaded => f.write_str("modules were reloaded"),
            Self::Asked => f.write_str("the program asked for it"),
            Self::Audit => f.write_str("an audit"),
            Self::Silent => f.write_str("channels of which nothing was heard for long"),
        }
    }
}

/// Why a part cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unavailable {
    /// It was not asked for in [`Parts`].
    NotAsked,
    /// The account may not list it; what the server said.
    Permission(String),
    /// The user may not read the events that tell of it, or the event mask keeps them out; the class that is missing.
    Class(&'static str),
    /// The server has no such list: the module is not loaded, or the version is too old; what it said.
    NoSuchAction(String),
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAsked => f.write_str("not asked for"),
            Self::Class(class) => write!(f, "the events of class `{class}` are kept from this user"),
            Self::Permission(message) | Self::NoSuchAction(message) => f.write_str(message),
        }
    }
}
