//! The catalogue: one declaration an event, by topic, and [`Typed`], which has a variant for each.

use super::raw::Event;
use crate::packet::{table, Names, Table};

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
        pub enum Typed<'a> {
            $( #[doc = concat!("See [`", stringify!($name), "`].")] $name($name<'a>), )*
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
                const ALL: &[Names] = &[Names { prefix: "", names: Typed::NAMES }];
                const TABLE: Table = table!(ALL);

                let mut place = None;
                TABLE.find(self.name().as_bytes(), |found| place = Some(found));
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

        impl std::fmt::Debug for Typed<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $( Typed::$name(event) => event.fmt(f), )*
                    Typed::Other(event) => event.fmt(f),
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
                use super::record::{serialize_event, Unknown};

                match self {
                    $( Typed::$name(event) => serialize_event($name::NAME, event, event.raw, serializer), )*
                    Typed::Other(event) => serialize_event(event.name(), &Unknown, event, serializer),
                }
            }
        }
    };
}

/// What a topic's file needs.
mod prelude {
    pub(super) use std::fmt;

    pub(super) use super::super::groups::*;
    pub(super) use super::super::raw::Event;
    pub(super) use super::super::read::{self, Reader};
    pub(super) use super::super::record::{self, Field, Record};
    pub(super) use super::super::values::*;
    pub(super) use crate::packet::{table, Names, Table};
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
