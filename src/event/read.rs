//! Filling the fields of a struct from an event's headers.
//!
//! A struct begins empty, and hands out its fields with the table of their names; what is done with them is written once,
//! for all structs. A field whose headers did not come is left as it is.

use super::raw::Event;
use super::values::Value;
use crate::packet::{Index, Table};

/// The values of the headers of some names, in the order of the names; `None` where there is no such header.
type Slots<'s, 'a> = &'s [Option<&'a str>];

/// A field that can be filled.
pub(crate) trait Fill<'a> {
    /// Fills the field, and tells whether it has anything to show then: one header's field from the text of its first
    /// name that is there, a group from the slots of all its names, under each of its prefixes.
    fn fill(&mut self, text: &'a str, slots: Slots<'_, 'a>) -> bool;

    /// The names of a group.
    fn group(&self) -> Option<&'static Table> {
        None
    }
}

impl<'a> Fill<'a> for &'a str {
    fn fill(&mut self, text: &'a str, _: Slots<'_, 'a>) -> bool {
        *self = text;
        !text.is_empty()
    }
}

impl<'a, T: Value<'a>> Fill<'a> for Option<T> {
    fn fill(&mut self, text: &'a str, _: Slots<'_, 'a>) -> bool {
        *self = T::read(text);
        self.is_some()
    }
}

/// Fills the fields of an event.
pub(crate) fn event<'a>(event: &'a Event, table: &Table, fields: &mut [&mut dyn Fill<'a>]) {
    let index = table.index(&|field| fields[field].group());
    with_slots(index, &mut |slots| {
        event.packet().sort(index, slots);
        fill(fields, index, slots);
    });
}

/// Fills the fields of a group from the slots of its names, under the first of its prefixes with which it has anything to
/// show.
pub(crate) fn group<'a>(table: &Table, fields: &mut [&mut dyn Fill<'a>], slots: Slots<'_, 'a>) -> bool {
    let index = table.index(&|_| None);
    slots.chunks_exact(index.slots()).any(|slots| fill(fields, index, slots))
}

/// Fills a group from the headers of an event that begin with a prefix.
pub(crate) fn after<'a>(prefix: &str, event: &'a Event, table: &Table, group: &mut dyn Fill<'a>) {
    let index = table.index(&|_| None);
    with_slots(index, &mut |slots| {
        event.packet().sort_after(prefix, index, slots);
        group.fill("", slots);
    });
}

fn fill<'a>(fields: &mut [&mut dyn Fill<'a>], index: &Index, mut slots: Slots<'_, 'a>) -> bool {
    let mut any = false;
    for (field, width) in fields.iter_mut().zip(index.widths()) {
        let (own, rest) = slots.split_at(*width);
        if let Some(text) = own.iter().find_map(|slot| *slot) {
            any |= field.fill(text, own);
        }
        slots = rest;
    }
    any
}

/// Makes the slots of all names.
fn with_slots<'a>(index: &Index, see: &mut dyn FnMut(&mut [Option<&'a str>])) {
    /// Few events have more names, and they come in answers to actions.
    const FEW: usize = 64;

    match index.slots() {
        count @ ..=FEW => see(&mut [None; FEW][..count]),
        count => see(&mut vec![None; count]),
    }
}
