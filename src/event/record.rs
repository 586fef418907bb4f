//! What every typed struct can do with its fields: show them, compare them, and find a group among them.
//!
//! A struct lists its fields; what is done with them is written once, for all structs.

use std::fmt;

use super::catalogue::MemberSnapshot;
use super::groups::{BridgeSnapshot, ChannelSnapshot, SecuritySource};
#[cfg(feature = "serde")]
use super::raw::Event;
use crate::secrets::Mask;

/// What a field holds, as it is printed and serialized.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "serde"), allow(dead_code))] // printing needs no word
pub(crate) enum Shown<'a> {
    Text(&'a str),
    /// A value of an enum of words: its word, and what it is to Rust.
    Word(&'a str, &'a dyn fmt::Debug),
    /// A value of an enum of numbers: its number, its name, which is empty if the number is unknown, and what it is to
    /// Rust.
    Code(i32, &'static str, &'a dyn fmt::Debug),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Flag(bool),
    /// A group, and the same if it is one that many events share.
    Group(&'a dyn Record, Option<Shared<'a>>),
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

/// A group as a field: `None` if nothing of it was there.
pub(crate) fn group<'s>(group: &'s dyn Record, shared: Option<Shared<'s>>) -> Option<Shown<'s>> {
    let mut empty = true;
    group.fields(&mut |_, fields| empty = fields.iter().all(|field| field.show().is_none()));
    (!empty).then_some(Shown::Group(group, shared))
}

impl PartialEq for Shown<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Word(one, _), Self::Word(other, _)) => one == other,
            (Self::Code(one, ..), Self::Code(other, ..)) => one == other,
            (Self::Unsigned(one), Self::Unsigned(other)) => one == other,
            (Self::Signed(one), Self::Signed(other)) => one == other,
            (Self::Float(one), Self::Float(other)) => one == other,
            (Self::Flag(one), Self::Flag(other)) => one == other,
            (Self::Group(one, _), Self::Group(other, _)) => equal(one, other),
            _ => false,
        }
    }
}

/// Where a field comes from.
#[cfg(feature = "serde")]
pub(crate) enum Origin {
    /// The first header that is there of these names.
    Header(&'static [&'static str]),
    /// The headers after the first of these prefixes with which the group has anything to show, as the function tells.
    Group(&'static [&'static str], fn(&Event, &str) -> bool),
}

#[cfg(feature = "serde")]
pub(crate) fn is_there(group: &impl Show) -> bool {
    group.show().is_some()
}

/// The names of a struct and of its fields.
pub(crate) type Names = (&'static str, &'static [&'static str]);

/// A struct's fields.
pub(crate) trait Record {
    #[cfg(feature = "serde")]
    fn origins(&self) -> &'static [Origin];

    /// Shows the fields in the order of their names.
    fn fields<'s>(&'s self, see: &mut dyn FnMut(Names, &[&'s dyn Show]));
}

/// A group that many events share.
#[derive(Clone, Copy)]
pub(crate) enum Shared<'s> {
    Channel(&'s ChannelSnapshot<'s>),
    Bridge(&'s BridgeSnapshot<'s>),
    Member(&'s MemberSnapshot<'s>),
    Security(&'s SecuritySource<'s>),
}

/// An event of which nothing is known but what any event may have.
#[derive(Debug)]
pub(crate) struct Unknown;

impl Record for Unknown {
    #[cfg(feature = "serde")]
    fn origins(&self) -> &'static [Origin] {
        &[]
    }

    fn fields<'s>(&'s self, _: &mut dyn FnMut(Names, &[&'s dyn Show])) {}
}

/// The group of this field, if it was there.
pub(crate) fn shared<'s>(record: &'s dyn Record, field: &str) -> Option<Shared<'s>> {
    let mut found = None;
    record.fields(&mut |(_, names), fields| {
        let at = names.iter().position(|name| *name == field);
        if let Some(Shown::Group(_, shared)) = at.and_then(|at| fields[at].show()) {
            found = shared;
        }
    });
    found
}

/// Whether all fields are equal, of two values of the same struct.
pub(crate) fn equal(one: &dyn Record, other: &dyn Record) -> bool {
    let mut equal = true;
    one.fields(&mut |_, ones| {
        other.fields(&mut |_, others| {
            equal = ones.iter().zip(others).all(|(one, other)| one.show() == other.show());
        });
    });
    equal
}

/// Prints the fields that were there, with `***` in place of secrets.
pub(crate) fn debug(record: &dyn Record, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut result = Ok(());
    record.fields(&mut |(name, names), fields| {
        let mut out = f.debug_struct(name);
        let mut mask = Mask::default();
        for (name, field) in names.iter().zip(fields) {
            match field.show() {
                None => continue,
                Some(Shown::Text(text)) => out.field(name, &mask.show(name, text)),
                Some(Shown::Unsigned(number)) => out.field(name, &number),
                Some(Shown::Signed(number)) => out.field(name, &number),
                Some(Shown::Float(number)) => out.field(name, &number),
                Some(Shown::Flag(flag)) => out.field(name, &flag),
                Some(Shown::Code(number, "", _)) => out.field(name, &number),
                Some(Shown::Word(_, value) | Shown::Code(_, _, value)) => out.field(name, value),
                Some(Shown::Group(group, _)) => out.field(name, &group),
            };
        }
        result = out.finish();
    });
    result
}

impl fmt::Debug for dyn Record + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(self, f)
    }
}

#[cfg(feature = "serde")]
mod json {
    use std::collections::HashMap;

    use serde::ser::{Serialize, SerializeMap, Serializer};

    use super::super::raw::Event;
    use super::super::variables::is_variable;
    use super::{Origin, Record, Show, Shown};

    /// A map of the fields that were there.
    pub(crate) fn serialize<S: Serializer>(record: &dyn Record, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        fields(record, &mut map)?;
        map.end()
    }

    /// The same for an event: its name first, and last what its own fields do not hold.
    pub(crate) fn serialize_event<S: Serializer>(
        name: &str,
        record: &dyn Record,
        event: &Event,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("event", name)?;
        fields(record, &mut map)?;
        let common = event.common();
        if let Some(common) = common.show() {
            map.serialize_entry("common", &common)?;
        }
        let variables: Vec<_> = event.variables().collect();
        if !variables.is_empty() {
            map.serialize_entry("variables", &variables)?;
        }
        let rest = Rest::of(event, [record, &common]);
        if !rest.0.is_empty() {
            map.serialize_entry("rest", &rest)?;
        }
        map.end()
    }

    /// The headers that say something and that no field holds: those of an unknown name, those that repeat, those
    /// that could not be read; the values of each name together.
    struct Rest<'a>(Vec<(&'a str, Vec<&'a str>)>);

    impl<'a> Rest<'a> {
        fn of(event: &'a Event, records: [&dyn Record; 2]) -> Self {
            let headers: Vec<_> = event.iter().collect();
            let mut held = vec![false; headers.len()];
            for record in records {
                mark(record, event, "", &headers, &mut held);
            }
            if let Some(at) = find(&headers, "", "Event") {
                held[at] = true;
            }
            let mut rest: Vec<(&str, Vec<&str>)> = Vec::new();
            let mut places = HashMap::new();
            let left = headers.iter().zip(held).filter(|(_, held)| !held).map(|(header, _)| *header);
            for (name, value) in left.filter(|(name, value)| !value.is_empty() && !is_variable(name, value)) {
                let place = *places.entry(name.to_ascii_lowercase()).or_insert(rest.len());
                match rest.get_mut(place) {
                    Some((_, values)) => values.push(value),
                    None => rest.push((name, vec![value])),
                }
            }
            Self(rest)
        }
    }

    /// Marks the headers that the fields of a record hold.
    fn mark(record: &dyn Record, event: &Event, prefix: &str, headers: &[(&str, &str)], held: &mut [bool]) {
        record.fields(&mut |_, fields| {
            for (field, origin) in fields.iter().zip(record.origins()) {
                match (field.show(), origin) {
                    (Some(Shown::Group(group, _)), Origin::Group(prefixes, is_there)) => {
                        if let Some(prefix) = prefixes.iter().find(|prefix| is_there(event, prefix)) {
                            mark(group, event, prefix, headers, held);
                        }
                    }
                    (Some(_), Origin::Header(names)) => {
                        if let Some(at) = names.iter().find_map(|name| find(headers, prefix, name)) {
                            held[at] = true;
                        }
                    }
                    _ => {}
                }
            }
        });
    }

    /// The first header of the name that a prefix and a name make.
    fn find(headers: &[(&str, &str)], prefix: &str, name: &str) -> Option<usize> {
        let (prefix, name) = (prefix.as_bytes(), name.as_bytes());
        headers.iter().position(|(header, _)| {
            let header = header.as_bytes();
            header.len() == prefix.len() + name.len()
                && header[prefix.len()..].eq_ignore_ascii_case(name)
                && header[..prefix.len()].eq_ignore_ascii_case(prefix)
        })
    }

    impl Serialize for Rest<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(Some(self.0.len()))?;
            for (name, values) in &self.0 {
                match values[..] {
                    [value] => map.serialize_entry(name, value)?,
                    _ => map.serialize_entry(name, values)?,
                }
            }
            map.end()
        }
    }

    /// The fields that were there; one of an enum of numbers as its number, and beside it as its name.
    fn fields<M: SerializeMap>(record: &dyn Record, map: &mut M) -> Result<(), M::Error> {
        let mut result = Ok(());
        record.fields(&mut |(_, names), fields| {
            let mut there = names.iter().zip(fields).filter_map(|(name, field)| Some((name, field.show()?)));
            result = there.try_for_each(|(name, shown)| {
                map.serialize_entry(name, &shown)?;
                match shown {
                    Shown::Code(_, word, _) if !word.is_empty() => map.serialize_entry(&format!("{name}_name"), word),
                    _ => Ok(()),
                }
            });
        });
        result
    }

    impl Serialize for Shown<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match *self {
                Self::Text(text) | Self::Word(text, _) => serializer.serialize_str(text),
                Self::Code(code, ..) => serializer.serialize_i32(code),
                Self::Unsigned(number) => serializer.serialize_u64(number),
                Self::Signed(number) => serializer.serialize_i64(number),
                Self::Float(number) => serializer.serialize_f64(number),
                Self::Flag(flag) => serializer.serialize_bool(flag),
                Self::Group(group, _) => serialize(group, serializer),
            }
        }
    }
}

#[cfg(feature = "serde")]
pub(crate) use json::{serialize, serialize_event};
