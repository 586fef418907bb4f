//! The macros that make a struct, its documentation and its decoder of one declaration.

/// The headers that a declaration names, for the documentation.
macro_rules! headers {
    ($first:literal $(| $other:literal)*) => { concat!("Header `", $first, "`" $(, " or `", $other, "`")*) };
}

/// What stands in the documentation after the header's name.
#[rustfmt::skip]
macro_rules! unit {
    (Seconds) => { ", in seconds." };
    (Millis) => { ", in milliseconds." };
    (Micros) => { ", in microseconds." };
    (UnixTime) => { ", in seconds since 1970." };
    (NtpTime) => { ", in seconds since 1970." };
    (Text) => { "; empty if absent." };
    ($other:ident) => { "." };
}

/// The documentation of a field.
macro_rules! field_doc {
    (group $group:ident "") => { concat!("The headers of a [`", stringify!($group), "`].") };
    (group $group:ident $prefix:literal) => {
        concat!("The headers of a [`", stringify!($group), "`], each with the prefix `", $prefix, "`.")
    };
    (group $group:ident $prefix:literal | "") => {
        concat!("The headers of a [`", stringify!($group), "`], each with the prefix `", $prefix, "`, or without one where there are none.")
    };
    (group $group:ident $prefix:literal | $other:literal | "") => {
        concat!("The headers of a [`", stringify!($group), "`], each with the prefix `", $prefix, "`, or `", $other, "`, or without one where there are none.")
    };
    ($kind:ident $($header:literal)|+) => { concat!(headers!($($header)|+), unit!($kind)) };
}

/// The type of a field.
macro_rules! field_type {
    ($a:lifetime group $group:ident) => { $group<$a> };
    ($a:lifetime Text) => { &$a str };
    ($a:lifetime Flag) => { Option<bool> };
    ($a:lifetime Seconds) => { Option<u64> };
    ($a:lifetime Millis) => { Option<u64> };
    ($a:lifetime Micros) => { Option<u64> };
    ($a:lifetime UnixTime) => { Option<f64> };
    ($a:lifetime NtpTime) => { Option<f64> };
    ($a:lifetime $kind:ident) => { Option<$kind> };
    ($a:lifetime $kind:ident $b:lifetime) => { Option<$kind<$b>> };
}

/// The type of a field of a group that owns its text.
macro_rules! owned_type {
    (Text) => { String };
    ($kind:ident) => { field_type!('static $kind) };
    ($kind:ident $b:lifetime) => { String };
}

/// What a group that owns its text holds of a field.
macro_rules! to_owned_field {
    ([Text] $field:expr) => {
        $field.to_owned()
    };
    ([$kind:ident] $field:expr) => {
        $field
    };
    ([$kind:ident $b:lifetime] $field:expr) => {
        $field.map_or_else(String::new, |word| word.as_str().to_owned())
    };
}

/// A field of a group as the event had it.
macro_rules! borrowed_field {
    ([Text] $field:expr) => {
        &$field
    };
    ([$kind:ident] $field:expr) => {
        $field
    };
    ([$kind:ident $b:lifetime] $field:expr) => {
        $kind::read(&$field)
    };
}

/// What a field holds if its headers are absent.
macro_rules! empty_field {
    (group $group:ident) => {
        $group::EMPTY
    };
    (Text) => {
        ""
    };
    ($kind:ident $($b:lifetime)?) => {
        None
    };
}

/// A field as what can be filled.
macro_rules! fill_field {
    ([NtpTime] $field:expr) => {
        &mut NtpTime(&mut $field)
    };
    ([$($kind:tt)+] $field:expr) => {
        &mut $field
    };
}

/// A struct's line of a [`Table`] for each field.
macro_rules! header_lines {
    ($([$($header:literal)|+])*) => { concat!($($($header, "\t",)+ "\n"),*) };
}

/// Declares groups of headers that come together, with or without a prefix.
macro_rules! groups {
    ($(
        $(#[$doc:meta])*
        $name:ident {
            $( $(#[$field_doc:meta])* $field:ident: $kind:ident $(<$b:lifetime>)? [$($header:tt)|+] ),* $(,)?
        }
    )+) => {
        $(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        #[non_exhaustive]
        pub struct $name<'a> {
            $( $(#[$field_doc])* #[doc = field_doc!($kind $($header)|+)]
            pub $field: field_type!('a $kind $($b)?), )*
        }

        impl<'a> $name<'a> {
            pub(crate) const EMPTY: Self = Self { $( $field: empty_field!($kind $($b)?) ),* };

            /// Reads the group from the headers of an event that begin with a prefix.
            pub fn of(event: &'a Event, prefix: &str) -> Self {
                let mut group = Self::EMPTY;
                read::after(prefix, event, Self::table(), &mut group);
                group
            }

            fn table() -> &'static Table {
                static TABLE: Table = Table::new(header_lines!($([$($header)|+])*));
                &TABLE
            }
        }

        impl<'a> Fill<'a> for $name<'a> {
            fn fill(&mut self, text: &'a str) {
                self.fill_group(&[Some(text)])
            }

            fn group(&self) -> Option<&'static Table> {
                Some(Self::table())
            }

            fn fill_group(&mut self, slots: &[Option<&'a str>]) {
                let mut prefixes = slots.chunks_exact([$(stringify!($field)),*].len());
                while let Some([$($field),*]) = prefixes.next() {
                    $( if let Some(text) = $field { fill_field!([$kind] self.$field).fill(text); } )*
                    if prefixes.len() == 0 || self.show().is_some() {
                        return;
                    }
                }
            }
        }

        record!($name { $($field [$kind $($header)|+])* });

        impl Show for $name<'_> {
            fn show(&self) -> Option<record::Shown<'_>> {
                record::group(self, shared!($name self))
            }
        }

        impl $name<'_> {
            /// The group with text of its own, which can be kept without the event.
            pub fn to_owned(&self) -> owned::$name {
                owned::$name { $( $field: to_owned_field!([$kind $($b)?] self.$field) ),* }
            }
        }

        impl From<$name<'_>> for owned::$name {
            fn from(group: $name<'_>) -> Self {
                group.to_owned()
            }
        }
        )+

        pub(in crate::event) mod owned {
            use super::*;

            $(
            #[doc = concat!("A [`", stringify!($name), "`](crate::event::", stringify!($name), ") with text of its own.")]
            #[derive(Clone, Default)]
            #[non_exhaustive]
            pub struct $name {
                $( $(#[$field_doc])* #[doc = field_doc!($kind $($header)|+)]
                pub $field: owned_type!($kind $($b)?), )*
            }

            impl $name {
                /// The group as the event had it.
                pub fn borrowed(&self) -> super::$name<'_> {
                    super::$name { $( $field: borrowed_field!([$kind $($b)?] self.$field) ),* }
                }
            }

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.borrowed().fmt(f)
                }
            }

            impl PartialEq for $name {
                fn eq(&self, other: &Self) -> bool {
                    self.borrowed() == other.borrowed()
                }
            }

            #[cfg(feature = "serde")]
            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    self.borrowed().serialize(serializer)
                }
            }
            )+
        }
    };
}

/// Where a field comes from.
#[cfg(feature = "serde")]
macro_rules! origin {
    (group $group:ident $($prefix:literal)|+) => {
        record::Origin::Group(&[$($prefix),+], |event, prefix| record::is_there(&$group::of(event, prefix)))
    };
    ($kind:ident $($header:literal)|+) => { record::Origin::Header(&[$($header),+]) };
}

/// The group as what many events share, if it is.
macro_rules! shared {
    (ChannelSnapshot $group:expr) => {
        Some(record::Shared::Channel($group))
    };
    (BridgeSnapshot $group:expr) => {
        Some(record::Shared::Bridge($group))
    };
    (MemberSnapshot $group:expr) => {
        Some(record::Shared::Member($group))
    };
    (SecuritySource $group:expr) => {
        Some(record::Shared::Security($group))
    };
    ($other:ident $group:expr) => {
        None
    };
}

/// What a struct can do with its fields: Debug, PartialEq and Serialize.
macro_rules! record {
    ($name:ident { $($field:ident [$($of:tt)+])* }) => {
        impl Record for $name<'_> {
            #[cfg(feature = "serde")]
            fn origins(&self) -> &'static [record::Origin] {
                const { &[ $( origin!($($of)+) ),* ] }
            }

            fn fields<'s>(&'s self, see: &mut dyn FnMut(record::Names, &[&'s dyn Show])) {
                see((stringify!($name), &[ $( stringify!($field) ),* ]), &[ $( &self.$field ),* ]);
            }
        }

        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                record::debug(self, f)
            }
        }

        impl PartialEq for $name<'_> {
            /// Whether all fields are equal, whatever else the events have.
            fn eq(&self, other: &Self) -> bool {
                record::equal(self, other)
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                record::serialize(self, serializer)
            }
        }
    };
}

/// The name of an event on the wire.
macro_rules! wire_name {
    ($name:ident) => {
        stringify!($name)
    };
    ($name:ident $wire:literal) => {
        $wire
    };
}

/// Declares the events of a topic.
macro_rules! events {
    ($(
        $(#[$doc:meta])*
        $name:ident $(= $wire:literal)? {
            $( $(#[$field_doc:meta])* $field:ident: $($kind:ident)+ $(<$b:lifetime>)? [$($header:tt)|+] ),* $(,)?
        }
    )+) => {
        $(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        #[non_exhaustive]
        pub struct $name<'a> {
            $( $(#[$field_doc])* #[doc = field_doc!($($kind)+ $($header)|+)]
            pub $field: field_type!('a $($kind)+ $($b)?), )*
            /// The event as it came, for what stands in no field.
            pub raw: &'a Event,
        }

        impl $name<'_> {
            /// The event's name on the wire, which compares without regard to case.
            pub const NAME: &'static str = wire_name!($name $($wire)?);
        }

        // One for each event would fill the documentation of `Event`; that of this module tells it.
        #[doc(hidden)]
        impl<'a> From<&'a Event> for $name<'a> {
            fn from(event: &'a Event) -> Self {
                static TABLE: Table = Table::new(header_lines!($([$($header)|+])*));

                #[allow(unused_mut)] // some have no fields
                let mut typed = Self { $( $field: empty_field!($($kind)+ $($b)?), )* raw: event };
                read::event(event, &TABLE, &mut [$( fill_field!([$($kind)+] typed.$field) ),*]);
                typed
            }
        }

        record!($name { $($field [$($kind)+ $($header)|+])* });
        )+

        /// Hands the names of this topic to `catalogue!`.
        macro_rules! names {
            ($rest:tt $before:tt) => { catalogue! { $rest $before [$($name)+] } };
        }
        pub(super) use names;
    };
}
