//! The catalogue: one declaration an event, by topic, and [`Typed`], which has a variant for each.

use std::fmt;
use std::sync::OnceLock;

use super::groups::{BridgeSnapshot, ChannelSnapshot, SecuritySource};
use super::raw::Event;
use super::record::{self, Record, Shared, Unknown};
use crate::packet::Index;

/// Gathers the names of all topics and makes [`Typed`] of them.
macro_rules! catalogue {
    ($($topic:ident)+) => {
        $( pub use $topic::*; )+
        catalogue! { [$($topic)+] [] }
    };
    ([$topic:ident $($rest:ident)*] [$($before:ident)*]) => { $topic::names! { [$($rest)*] [$($before)*] } };
    ([$($rest:ident)*] [$($before:ident)*] [$($new:ident)*]) => { catalogue! { [$($rest)*] [$($before)* $($new)*] } };
    ([] [$($name:ident)*]) => {
        /// An event of the catalogue, decoded; made by [`Event::typed`].
        #[derive(Clone, Copy)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant)] // a box would cost an allocation an event
        #[allow(missing_docs)] // the struct of each variant has them
        pub enum Typed<'a> {
            $( $name($name<'a>), )*
            /// An event that is not in the catalogue, as it came.
            Other(&'a Event),
        }

        /// The place of each event among all of them.
        #[allow(non_upper_case_globals, clippy::upper_case_acronyms)]
        mod places {
            enum Place {
                $($name),*
            }

            $( pub(super) const $name: usize = Place::$name as usize; )*
        }

        impl Event {
            /// The event decoded into the struct that the catalogue has for its name.
            ///
            /// This never fails and copies nothing: text is borrowed from the event. A header that is absent
            /// is an empty text or `None`; a number that cannot be read is `None`, and its text is still in
            /// the event. An event that is not in the catalogue is [`Typed::Other`].
            ///
            /// # Examples
            ///
            /// ```
            /// use gami::{packet::Packet, Event, Typed};
            ///
            /// let event = Event::from(Packet::new(b"Event: Hangup\r\nChannel: PJSIP/100-1\r\nCause: 17\r\n"));
            /// match event.typed() {
            ///     Typed::Hangup(e) => println!("{} is gone: {:?}", e.channel.name, e.cause),
            ///     Typed::Newchannel(e) => println!("{} is new", e.channel.name),
            ///     other => println!("{other:?}"),
            /// }
            /// ```
            pub fn typed(&self) -> Typed<'_> {
                static INDEX: OnceLock<Index> = OnceLock::new();

                let mut place = None;
                let index = INDEX.get_or_init(|| Index::of(Typed::NAMES.iter().map(|name| name.as_bytes().to_vec()).collect()));
                index.find(self.name().as_bytes(), |found| place = Some(found));
                match place {
                    $( Some(places::$name) => Typed::$name(self.into()), )*
                    _ => Typed::Other(self),
                }
            }
        }

        impl<'a> Typed<'a> {
            /// The names of all events of the catalogue, as they are on the wire.
            pub const NAMES: &'static [&'static str] = &[$($name::NAME),*];

            /// The event's name as the catalogue spells it; of one that is not in it, the name that came.
            pub fn name(&self) -> &'a str {
                match self {
                    $( Typed::$name(_) => $name::NAME, )*
                    Typed::Other(event) => event.name(),
                }
            }

            /// The event as it came.
            ///
            /// # Examples
            ///
            /// ```
            /// use gami::{packet::Packet, Event};
            ///
            /// let event = Event::from(Packet::new(b"Event: Newexten\r\nX-Mine: 1\r\n"));
            /// let typed = event.typed();
            /// assert_eq!((typed.name(), typed.raw().get("X-Mine")), ("Newexten", Some("1")));
            /// ```
            pub fn raw(&self) -> &'a Event {
                match self {
                    $( Typed::$name(event) => event.raw, )*
                    Typed::Other(event) => event,
                }
            }
        }

        impl Typed<'_> {
            fn record(&self) -> &dyn Record {
                match self {
                    $( Typed::$name(event) => event, )*
                    Typed::Other(_) => &Unknown,
                }
            }
        }
    };
}

impl Typed<'_> {
    /// The channel that the event is about, which is its field `channel`; `None` for an event that has no such field
    /// or none of its headers.
    ///
    /// Where an event tells of several channels, this is the one without a prefix.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::collections::HashMap;
    ///
    /// use gami::{event::owned, packet::Packet, Event};
    ///
    /// let event = Event::from(Packet::new(b"Event: Newstate\r\nChannel: PJSIP/100-1\r\nUniqueid: 1.1\r\n"));
    /// let mut channels: HashMap<String, owned::ChannelSnapshot> = HashMap::new();
    /// if let Some(channel) = event.typed().channel() {
    ///     channels.insert(channel.uniqueid.to_owned(), channel.to_owned());
    /// }
    /// assert_eq!(channels["1.1"].name, "PJSIP/100-1");
    /// ```
    pub fn channel(&self) -> Option<&ChannelSnapshot<'_>> {
        match record::shared(self.record(), "channel")? {
            Shared::Channel(channel) => Some(channel),
            _ => None,
        }
    }

    /// The bridge that the event is about, which is its field `bridge`; `None` for an event that has no such field
    /// or none of its headers.
    pub fn bridge(&self) -> Option<&BridgeSnapshot<'_>> {
        match record::shared(self.record(), "bridge")? {
            Shared::Bridge(bridge) => Some(bridge),
            _ => None,
        }
    }

    /// The member of a queue that the event is about, which is its field `member`; `None` for an event that has no such
    /// field or none of its headers.
    pub fn member(&self) -> Option<&MemberSnapshot<'_>> {
        match record::shared(self.record(), "member")? {
            Shared::Member(member) => Some(member),
            _ => None,
        }
    }

    /// What every security event says, which is its field `source`; `None` for any other event.
    pub fn security(&self) -> Option<&SecuritySource<'_>> {
        match record::shared(self.record(), "source")? {
            Shared::Security(source) => Some(source),
            _ => None,
        }
    }
}

impl fmt::Debug for Typed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Typed::Other(event) => event.fmt(f),
            _ => record::debug(self.record(), f),
        }
    }
}

/// A map of the event's name as `event` and its fields; then the common headers as `common`, the channel
/// variables as `variables`, and as `rest` the headers that none of these holds.
///
/// An event that is not in the catalogue has the same map, without fields.
#[cfg(feature = "serde")]
impl serde::Serialize for Typed<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        record::serialize_event(self.name(), self.record(), self.raw(), serializer)
    }
}

/// What a topic's file needs.
mod prelude {
    pub(super) use std::fmt;

    pub(super) use super::super::groups::*;
    pub(super) use super::super::raw::Event;
    pub(super) use super::super::read::{self, Fill};
    pub(super) use super::super::record::{self, Record, Show};
    pub(super) use super::super::values::*;
    pub(super) use crate::packet::Table;
}

/// The groups of the topics with text of their own.
pub(super) mod owned {
    pub use super::channel::owned::*;
    pub use super::device::owned::*;
    pub use super::endpoint::owned::*;
    pub use super::media::owned::*;
    pub use super::queue::owned::*;
}

mod agent;
mod agi;
mod bridge;
mod cc;
mod channel;
mod conference;
mod device;
mod dial;
mod endpoint;
mod lists;
mod media;
mod old;
mod parking;
mod queue;
mod security;
mod system;
mod transfer;

catalogue! {
    agent agi bridge cc channel conference device dial endpoint lists media old parking queue security system transfer
}
