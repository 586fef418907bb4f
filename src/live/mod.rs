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
//!
//! [`Client::live`](crate::Client::live) keeps it for a client, on a thread of its own:
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use gami::{Part, Parts};
//!
//! # let ami = gami::Client::dial("127.0.0.1:5038")?;
//! let live = ami.live(Parts::new().calls().queues())?;
//! live.wait_valid(Duration::from_secs(10))?;
//! let now = live.now();
//! println!("{} channels ({})", now.channels().len(), now.validity(Part::Calls));
//! for queue in now.queues() {
//!     println!("{}: {} callers wait for {} members", queue.name, queue.callers.len(), queue.members.len());
//! }
//! # Ok::<(), gami::Error>(())
//! ```
//!
//! # What it promises
//!
//! | Asterisk | Once the fence is back |
//! |---|---|
//! | 17 and later | channels, bridges, dials and queues are what the server had at the last event |
//! | 12 to 16 | the same; bridges take a thread of their own to the fence, and have never been seen late. A channel is told of a moment before it is listed: what was told while a list was on its way counts behind it |
//! | up to 11 | the same without a fence's help; bridges are pairs of linked channels, and a leg changes its `uniqueid` where Asterisk swaps channels ([`Channel::leg_of`]) |
//!
//! Conferences, parked calls, hints and devices have threads of their own inside the server: their events may come
//! shortly behind the fence, and put themselves right. Live tests hold the picture of 22 and 16 against the server's lists;
//! 1.8, 11 and 13 are held against recordings.
//!
//! `CoreShowChannels` can name a bridge long before the channel enters it: half a second, where it is hung up while it is
//! being parked. What `BridgeInfo` says counts; it is asked where `BridgeList` has another number of channels, or one
//! that hidden channels are part of.
//!
//! # What the user must be allowed
//!
//! | Part | Events: read | List |
//! |---|---|---|
//! | calls, bridges | `call` | `system` or `reporting` |
//! | queues | `agent`; up to 11 also `call` | none |
//! | ghosts among the channels | none | `system`, `call` or `reporting` |
//! | conferences | `call` | `reporting` |
//! | parking | `call` | `call` |
//! | devices, hints | `call` | `call` or `reporting` |
//! | endpoints | `system` | `system` or `reporting` |
//! | agents | `agent` | `agent` |
//! | the fence | `dialplan` | write `call` |
//!
//! A list that is refused makes its part [`Unavailable`], with what the server said. For events nothing is refused:
//! they do not come. So the user's classes are asked for, by the command `manager show user`, for which it needs
//! `command`; without it a part whose events are kept back looks valid, and only audits put it right. The same holds
//! for event filters and `disabledevents`.
//!
//! # The fence
//!
//! From Asterisk 12 on a list is newer than some events that come after it. Behind the list a global variable is set,
//! `ZZ_GAMI_FENCE`; once its `VarSet` has come, all events that are older than the list have. How long that took is the
//! `lag` of [`Validity::Valid`], measured again from time to time. Where the `VarSet` does not come, the events get two
//! seconds to settle, and `lag` is `None`: the picture may then lack what was under way.
//!
//! A server that is overloaded sends it late, by half a minute and more, and one whose rights, filters or
//! `disabledevents` keep it out never does. So it is waited for as long as other variables are told of, for up to five
//! minutes or, where the last one on this link came back, an hour, and the parts are [`Validity::Settling`] or [`Validity::Suspect`] meanwhile. It is given up on after three
//! seconds of silence; after 30 in which events came, but no `VarSet`; and at once if the variable may not be set. It is
//! tried again with the next measurement, and set again where the client itself had to drop events.
//!
//! # What it cannot know
//!
//! - Of what was there before it started: hold, open dials, who rang, when a channel answered. These are `None`
//!   until an event tells.
//! - What has no event: the counters of queues ([`Queue::as_of`] says when they were listed), the lock of a ConfBridge,
//!   a new `linkedid` or language. `QueueReload` exchanges members and queues in silence: see [`Live::refresh`].
//! - That an action has moved a caller out of a queue: no event tells it. `Redirect` of a caller that has no dialplan,
//!   `Bridge` and `Park` do that. It shows with the next thing that the channel does, entering a bridge or running another
//!   application; where channels are not kept ([`Parts::calls`]) the latter is believed a second later.
//! - Whom a channel calls itself, where Asterisk changes that without `NewCallerid`, as with halves of Local channels that are
//!   picked up: the next event about the channel itself tells it.
//! - Hidden channels, such as those that record or announce in a conference: they have no events and are in no list.
//! - The states of Local channels as devices: Asterisk tells of them and keeps none.
//! - At once, which channels are ghosts: 17.0 to 18.23, 20.0 to 20.8 and 21.0 to 21.3 can list a channel for ever that
//!   is gone. One that three looks have listed, and no event between them has spoken of, is asked for by `Status`, the
//!   oldest first and 50 after a look; if it is not there, it leaves the picture and is kept out of it
//!   ([`Counts::ghosts`]). That takes some 10 to 20 minutes; without the right to `Status` they stay.
//! - When something ended that nobody saw end, because the link was lost or events were: [`Call::ended`] is then `None`,
//!   and [`Party::unseen`] is set.
//!
//! # When parts are listed again
//!
//! After each new link; when an event does not agree with the picture ([`Why`]); and one part at a time as an audit,
//! each every five minutes or so. Rounds are spread out, the more so on a server that is behind.
//! [`Counts::corrections`] counts what a list showed otherwise than a valid picture.
//!
//! # Memory
//!
//! It follows what exists: things go with the events that end them, and nothing is kept for a time. A snapshot that is
//! held keeps what was in it.

mod agents;
mod awaited;
mod bridges;
mod calls;
mod change;
mod channels;
mod conferences;
mod devices;
mod distinct;
mod endpoints;
mod family;
mod feed;
mod fields;
mod gather;
mod ghosts;
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
mod unseen;
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
