//! What every typed struct can do with its fields: show them, and read them from an event.

use std::fmt;

use super::values::Value;
use crate::packet::{Cursor, Key};
use crate::Event;

/// What a field holds, as it is printed and serialized.
#[derive(Clone, Copy)]
pub(crate) enum Shown<'a> {
    Text(&'a str),
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

/// A struct's fields by name.
pub(crate) trait Record {
    fn fields(&self, see: &mut dyn FnMut(&[(&'static str, &dyn Show)]));
}

/// Prints the fields that were there.
pub(crate) fn debug(name: &str, record: &dyn Record, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut out = f.debug_struct(name);
    record.fields(&mut |fields| {
        for (name, field) in fields {
            match field.show() {
                None => continue,
                Some(Shown::Text(text)) => out.field(name, &text),
                Some(Shown::Unsigned(number)) => out.field(name, &number),
                Some(Shown::Signed(number)) => out.field(name, &number),
                Some(Shown::Float(number)) => out.field(name, &number),
                Some(Shown::Flag(flag)) => out.field(name, &flag),
                Some(Shown::Group(group)) => out.field(name, &Group(group)),
            };
        }
    });
    out.finish()
}

struct Group<'a>(&'a dyn Record);

impl fmt::Debug for Group<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("", self.0, f)
    }
}

/// The headers of one event, read field by field.
pub(crate) struct Reader<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(event: &'a Event) -> Self {
        Self { cursor: event.packet().cursor() }
    }

    pub(crate) fn text(&mut self, keys: &[Key]) -> &'a str {
        self.cursor.find(keys).unwrap_or_default()
    }

    pub(crate) fn value<T: Value<'a>>(&mut self, keys: &[Key]) -> Option<T> {
        self.cursor.find(keys).and_then(T::read)
    }

    pub(crate) fn group<T>(&mut self, prefix: &'a str, read: fn(&mut Self) -> T) -> T {
        self.cursor.set_prefix(prefix);
        let group = read(self);
        self.cursor.set_prefix("");
        group
    }
}
