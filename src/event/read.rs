//! Filling the fields of a struct from an event's headers.
//!
//! A struct begins empty, and hands out its fields with the table of their names; what is done with them is written once,
//! for all structs. A field whose headers did not come is left as it is.

use super::raw::Event;
use super::values::Value;
use crate::packet::{Index, Table};

/// A field that can be filled.
pub(crate) trait Fill<'a> {
    /// Fills the field from the text of its header.
    fn fill(&mut self, text: &'a str);

    /// The names of a group.
    fn group(&self) -> Option<&'static Table> {
        None
    }

    /// Fills a group from the headers of all its fields, under the first of its prefixes with which it has anything to
    /// show.
    fn fill_group(&mut self, _: &[Option<&'a str>]) {}
}

impl<'a> Fill<'a> for &'a str {
    fn fill(&mut self, text: &'a str) {
        *self = text;
    }
}

impl<'a, T: Value<'a>> Fill<'a> for Option<T> {
    fn fill(&mut self, text: &'a str) {
        *self = T::read(text);
    }
}

/// Fills the fields of an event.
#[inline(never)]
pub(crate) fn event<'a>(event: &'a Event, table: &Table, fields: &mut [&mut dyn Fill<'a>]) {
    let index = table.index(&|field| fields[field].group());
    with_slots(index, |slots| {
        event.packet().sort(index, slots);
        for (field, own) in fields.iter_mut().zip(index.settle(slots)) {
            match &slots[own.clone()] {
                [None] => {}
                [Some(text)] => field.fill(text),
                slots => field.fill_group(slots),
            }
        }
    });
}

/// Fills a group from the headers of an event that begin with a prefix.
pub(crate) fn after<'a>(prefix: &str, event: &'a Event, table: &Table, group: &mut dyn Fill<'a>) {
    let index = table.index(&|_| None);
    with_slots(index, |slots| {
        event.packet().sort_after(prefix, index, slots);
        let fields = index.settle(slots).len();
        group.fill_group(&slots[..fields]);
    });
}

/// Makes the slots of all names.
fn with_slots<'a>(index: &Index, see: impl FnOnce(&mut [Option<&'a str>])) {
    match index.slots() {
        count @ ..=24 => see(&mut [None; 24][..count]),
        count @ ..=64 => see(&mut [None; 64][..count]),
        // Few events have more names, and they come in answers to actions.
        count => see(&mut vec![None; count]),
    }
}
