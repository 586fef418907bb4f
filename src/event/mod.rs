//! Events: raw, with every header in order, and typed, one struct an event.
//!
//! [`Event`] is what came: every header, in order, with repeats. [`Event::typed`] decodes it into [`Typed`], which
//! has a variant for each event of the catalogue: more than 250, all that Asterisk 1.8 to 23 are known to send. What
//! is not in it is [`Typed::Other`], with the raw event.
//!
//! ```
//! use gami::{packet::Packet, Event, Typed};
//!
//! let event = Event::from(Packet::new(b"Event: Newstate\r\nChannel: PJSIP/100-1\r\nChannelState: 5\r\n"));
//! match event.typed() {
//!     Typed::Newstate(e) => println!("{}: {:?}", e.channel.name, e.channel.state),
//!     Typed::Hangup(e) => println!("{} is gone: {}", e.channel.name, e.cause_txt),
//!     _ => {}
//! }
//! ```
//!
//! # What the fields hold
//!
//! - Text is a `&str` into the event, empty where the header is absent. [`known`] tells a caller from `<unknown>`,
//!   and [`unescape`] undoes the C escapes of four headers.
//! - All else is an `Option`, `None` where the header is absent or cannot be read; its text is in the raw event,
//!   `raw`. Yes and no are a `bool` in every spelling. Times are the numbers that Asterisk sends, their unit in the
//!   documentation of the field.
//! - Enums keep what they do not know: a word or a number that a later Asterisk sends is `Other`. They print the
//!   names that people know.
//! - Headers that come together are a group: [`ChannelSnapshot`] wherever a channel is described,
//!   [`BridgeSnapshot`] wherever a bridge is.
//! - A header whose name changed from one version to the next is one field, which reads all its names. Names of
//!   headers and events compare without regard to case.
//! - Where a header repeats, a field holds the first.
//! - What any event may have, such as its time, is in [`Event::common`]; channel variables are in
//!   [`Event::variables`].
//! - [`Typed::channel`], [`Typed::bridge`], [`Typed::member`] and [`Typed::security`] find the groups that many events
//!   share without a `match`; [`owned`] has the groups with text of their own, to be kept.
//!
//! Each struct is also made of an event of any name, by [`From`]: `Hangup::from(&event)`.
//!
//! `{:?}` leaves out the fields that were absent, and so does `Serialize` (feature `serde`): a typed event is a map
//! of its name as `event` and its fields, groups within it. An enum of words is its word; an enum of numbers is its
//! number, with its name beside it if it is known: `"cause": 16, "cause_name": "Normal Clearing"`. After the fields
//! come `common`, `variables`, and as `rest` the headers that none of these holds, unless they are empty: those of no
//! field, those that repeat, those whose text could not be read. A raw event is a map of all its headers in order,
//! with an array for one that repeats.
//!
//! # Your own `UserEvent`
//!
//! The catalogue has no fields for what your dialplan sends in a `UserEvent`. Write a struct that is made
//! [`From`] an event, with [`Event::get`] for text, [`Event::value`] for what has a type, and the groups:
//!
//! ```
//! use gami::event::{ChannelSnapshot, Typed};
//! use gami::{packet::Packet, Event};
//!
//! #[derive(Debug)]
//! struct Door<'a> {
//!     floor: Option<u32>,
//!     open: Option<bool>,
//!     visitor: &'a str,
//!     channel: ChannelSnapshot<'a>,
//! }
//!
//! impl<'a> From<&'a Event> for Door<'a> {
//!     fn from(event: &'a Event) -> Self {
//!         Door {
//!             floor: event.value("Floor"),
//!             open: event.value("Open"),
//!             visitor: event.get("Visitor").unwrap_or_default(),
//!             channel: ChannelSnapshot::of(event, ""),
//!         }
//!     }
//! }
//!
//! # let text = b"Event: UserEvent\r\nUserEvent: Door\r\nChannel: PJSIP/7-1\r\nFloor: 3\r\nOpen: yes\r\n";
//! # let event = Event::from(Packet::new(text));
//! match event.typed() {
//!     Typed::UserEvent(e) if e.user_event == "Door" => {
//!         let door = Door::from(&event);
//!         assert_eq!((door.floor, door.open), (Some(3), Some(true)));
//!         assert_eq!((door.visitor, door.channel.name), ("", "PJSIP/7-1"));
//!     }
//!     other => panic!("{other:?}"),
//! }
//! ```
//!
//! A user who may send a `UserEvent` can put any header into it: trust none of them, `ActionID` included.
//!
//! # An event that the catalogue lacks
//!
//! Until it is added, it is a [`Typed::Other`], and a struct as above decodes it. To add it to this crate is one
//! declaration in the file of its topic, `src/event/catalogue/`:
//!
//! ```text
//! /// Sent when a recording has been kept or thrown away.
//! ///
//! /// Class `call`. Asterisk 24.
//! RecordingKept {
//!     channel: group ChannelSnapshot[""],
//!     /// The channel that is recorded, under `Spyee` in the first versions.
//!     recorded: group ChannelSnapshot["Recorded" | "Spyee"],
//!     file_name: Text["FileName" | "File-Name"],
//!     length: Seconds["Length"],
//!     kept: Flag["Kept"],
//!     cause: HangupCause["Cause"],
//!     dial_status: DialStatus<'a>["DialStatus"],
//! }
//! ```
//!
//! A field is its name, its type and its header, or all the headers that it has had. The types are `Text`; `Flag`
//! for yes and no; `u32`, `u64`, `i32`, `i64` and `f64`; `Seconds`, `Millis`, `Micros`, `UnixTime` and `NtpTime` for
//! times; and the enums of `src/event/values.rs`. A `group` has the prefix of its headers. An event whose name is no
//! identifier gives it: `AOCD = "AOC-D" { … }`. The struct, its documentation, its decoder, its serialization and
//! its variant come of that; the tests find it if the catalogue in `tests/data` has it. The table below is written by
//! `GAMI_WRITE_TOPICS=1 cargo test --test topics`.
//!
#![doc = include_str!("topics.md")]

#[macro_use]
mod declare;
mod catalogue;
mod groups;
mod raw;
mod read;
mod record;
pub(crate) mod values;
mod variables;

/// The groups with text of their own, to be kept without their event: in a table of what an exchange does now.
///
/// Each has the fields of the group of the same name, text as a `String`. An enum of words is its word as text, empty if
/// the header is absent. [`ChannelSnapshot::to_owned`] and its like make them, and their `borrowed` gives the group back.
pub mod owned {
    pub use super::catalogue::owned::*;
    pub use super::groups::owned::*;
}

pub use catalogue::*;
pub use groups::*;
pub use raw::Event;
pub use values::*;
pub use variables::{ChanVariable, Variables};
