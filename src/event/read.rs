//! Reading the fields of a struct from the headers that were taken to its slots.

use super::record::Show;
use super::values::Value;

/// The slots that are still to be read, in the order of the fields: one for each name of a header; those of a group for
/// each of its prefixes.
pub(crate) struct Reader<'s, 'a> {
    slots: &'s [Option<&'a str>],
}

impl<'s, 'a> Reader<'s, 'a> {
    #[inline]
    pub(crate) fn new(slots: &'s [Option<&'a str>]) -> Self {
        Self { slots }
    }

    /// So many slots.
    #[inline]
    fn take(&mut self, count: usize) -> &'s [Option<&'a str>] {
        let (taken, rest) = self.slots.split_at(count);
        self.slots = rest;
        taken
    }

    /// The header of a field that has so many names: the first that is there.
    #[inline]
    fn next(&mut self, names: usize) -> Option<&'a str> {
        self.take(names).iter().find_map(|slot| *slot)
    }

    #[inline]
    pub(crate) fn text(&mut self, names: usize) -> &'a str {
        self.next(names).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn value<T: Value<'a>>(&mut self, names: usize) -> Option<T> {
        self.next(names).and_then(T::read)
    }

    /// The group under the first of so many prefixes that has any of its headers; it has so many names.
    #[inline]
    pub(crate) fn group<T: Show>(&mut self, prefixes: usize, names: usize, read: fn(&mut Self) -> T) -> T {
        let (first, others) = self.take(prefixes * names).split_at(names);
        let mut group = read(&mut Reader::new(first));
        for slots in others.chunks_exact(names) {
            if group.show().is_some() {
                break;
            }
            group = read(&mut Reader::new(slots));
        }
        group
    }
}
