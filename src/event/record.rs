//! What every typed struct can do with its fields: show them.

use std::fmt;

use crate::secrets::Mask;

/// What a field holds, as it is printed and serialized.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "serde"), allow(dead_code))] // printing needs no word
pub(crate) enum Shown<'a> {
    Text(&'a str),
    /// A value of an enum: its word, and what it is to Rust.
    Word(&'a str, &'a dyn fmt::Debug),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Flag(bool),
    Group(&'a dyn Record),
}

/// A field that knows whether there is something to show.
pub(crate) trait Show {
    fn show(&self) -> Option<Shown<'_>>;
}

impl Show for &str {
    fn show(&self) -> Option<Shown<'_>> {
        (!self.is_empty()).then_some(Shown::Text(self))
    }
}

impl Show for Option<bool> {
    fn show(&self) -> Option<Shown<'_>> {
        self.map(Shown::Flag)
    }
}

impl<T: Record> Show for T {
    fn show(&self) -> Option<Shown<'_>> {
        let mut empty = true;
        self.fields(&mut |fields| empty = fields.iter().all(|(_, field)| field.show().is_none()));
        (!empty).then_some(Shown::Group(self))
    }
}

/// A field by name.
pub(crate) type Field<'a> = (&'static str, &'a dyn Show);

/// A struct's fields by name.
pub(crate) trait Record: fmt::Debug {
    fn fields(&self, see: &mut dyn FnMut(&[Field<'_>]));
}

/// Prints the fields that were there, with `***` in place of secrets.
pub(crate) fn debug(name: &str, record: &dyn Record, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut out = f.debug_struct(name);
    let mut mask = Mask::default();
    record.fields(&mut |fields| {
        for (name, field) in fields {
            match field.show() {
                None => continue,
                Some(Shown::Text(text)) => out.field(name, &mask.show(name, text)),
                Some(Shown::Unsigned(number)) => out.field(name, &number),
                Some(Shown::Signed(number)) => out.field(name, &number),
                Some(Shown::Float(number)) => out.field(name, &number),
                Some(Shown::Flag(flag)) => out.field(name, &flag),
                Some(Shown::Word(_, word)) => out.field(name, word),
                Some(Shown::Group(group)) => out.field(name, &group),
            };
        }
    });
    out.finish()
}

#[cfg(feature = "serde")]
mod json {
    use serde::ser::{Serialize, SerializeMap, Serializer};

    use super::super::raw::Event;
    use super::{Record, Show, Shown};

    /// A map of the fields that were there.
    pub(crate) fn serialize<S: Serializer>(record: &dyn Record, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        fields(record, &mut map)?;
        map.end()
    }

    /// The same for an event: its name first, and last what its fields do not hold.
    pub(crate) fn serialize_event<S: Serializer>(
        name: &str,
        record: &dyn Record,
        event: &Event,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("event", name)?;
        fields(record, &mut map)?;
        if let Some(common) = event.common().show() {
            map.serialize_entry("common", &common)?;
        }
        let variables: Vec<_> = event.variables().collect();
        if !variables.is_empty() {
            map.serialize_entry("variables", &variables)?;
        }
        if name == "UserEvent" {
            map.serialize_entry("headers", event)?;
        }
        map.end()
    }

    fn fields<M: SerializeMap>(record: &dyn Record, map: &mut M) -> Result<(), M::Error> {
        let mut result = Ok(());
        record.fields(&mut |fields| {
            let mut there = fields.iter().filter_map(|(name, field)| Some((name, field.show()?)));
            result = there.try_for_each(|(name, shown)| map.serialize_entry(name, &shown));
        });
        result
    }

    impl Serialize for Shown<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match *self {
                Self::Text(text) | Self::Word(text, _) => serializer.serialize_str(text),
                Self::Unsigned(number) => serializer.serialize_u64(number),
                Self::Signed(number) => serializer.serialize_i64(number),
                Self::Float(number) => serializer.serialize_f64(number),
                Self::Flag(flag) => serializer.serialize_bool(flag),
                Self::Group(group) => serialize(group, serializer),
            }
        }
    }
}

#[cfg(feature = "serde")]
pub(crate) use json::{serialize, serialize_event};
