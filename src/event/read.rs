//! Reading the headers of an event field by field.

use super::raw::Event;
use super::record::Show;
use super::values::Value;
use crate::packet::{Cursor, Key};

/// The headers of one event, read field by field.
pub(crate) struct Reader<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Reader<'a> {
    #[inline(always)] // or it would be copied to its place
    pub(crate) fn new(event: &'a Event) -> Self {
        Self { cursor: event.packet().cursor() }
    }

    #[inline]
    pub(crate) fn text(&mut self, keys: &[Key]) -> &'a str {
        self.cursor.find(keys).unwrap_or_default()
    }

    pub(crate) fn value<T: Value<'a>>(&mut self, keys: &[Key]) -> Option<T> {
        self.cursor.find(keys).and_then(T::read)
    }

    /// The group under the first of these prefixes that has any of its headers.
    pub(crate) fn group<T: Show>(&mut self, prefixes: &[&'a str], read: fn(&mut Self) -> T) -> T {
        let mut prefixes = prefixes.iter();
        loop {
            self.cursor.set_prefix(prefixes.next().copied().unwrap_or_default());
            let group = read(self);
            if prefixes.len() == 0 || group.show().is_some() {
                self.cursor.set_prefix("");
                return group;
            }
        }
    }
}
