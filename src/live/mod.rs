//! A live model of an exchange: which channels there are, who talks with whom, who waits in which queue.
//!
//! [`Model`] keeps the picture from the events and lists of a server, from Asterisk 1.8 to 23. It is pure: packets
//! go in, changes come out. A [`Snapshot`] is the picture at one moment, and a [`Change`] is one thing that became
//! different; the changes after a snapshot make the next one.
//!
//! # How far it is to be believed
//!
//! Events tell most of what happens, but not what was before the first of them, and some things have no event at
//! all. So each [`Part`] is listed when the link comes up, again when something does not agree with it, and from
//! time to time besides; [`Validity`] says where it stands. While a part is listed anew the old picture is shown,
//! and what comes is gathered aside; when all events from before the list have come, the two are compared, and what
//! differs is shown, as a difference.

mod agents;
mod bridges;
mod calls;
mod change;
mod channels;
mod conferences;
mod devices;
mod endpoints;
mod family;
mod feed;
mod fields;
mod gather;
mod handle;
mod keeper;
mod map;
mod model;
mod parking;
mod part;
mod playback;
mod queues;
mod resync;
mod rights;
mod snapshot;
mod table;
mod wiring;

pub use agents::Agent;
pub use bridges::Bridge;
pub use calls::{Call, Party};
pub use change::{Change, Kind, Thing};
pub use channels::Channel;
pub use conferences::{Conference, Participant};
pub use devices::{Device, Hint};
pub use endpoints::{Contact, Endpoint};
pub use handle::Live;
pub(crate) use keeper::Keeper;
pub use model::{Counts, Model};
pub use parking::Parked;
pub use part::{Part, Parts, Unavailable, Validity, Why};
pub use queues::{Caller, Member, Queue};
pub use resync::Want;
pub use snapshot::{Snapshot, Things};
