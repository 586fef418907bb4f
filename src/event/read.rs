//! Reading the fields of a struct from the headers that were taken to its slots.

use super::record::Show;
use super::values::Value;

/// The slots of a struct: those of its own fields in order, one for each name of a header, then those of its groups,
/// for each of their prefixes.
pub(crate) struct Reader<'s, 'a> {
    own: &'s [Option<&'a str>],
    groups: &'s [Option<&'a str>],
}

impl<'s, 'a> Reader<'s, 'a> {
    #[inline]
    pub(crate) fn new(slots: &'s [Option<&'a str>], own: usize) -> Self {
        let (own, groups) = slots.split_at(own);
        Self { own, groups }
    }

    /// The header of a field that has so many names: the first that is there.
    #[inline]
    fn next(&mut self, names: usize) -> Option<&'a str> {
        let (slots, rest) = self.own.split_at(names);
        self.own = rest;
        slots.iter().find_map(|slot| *slot)
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
        let mut left = prefixes;
        loop {
            let (slots, rest) = self.groups.split_at(names);
            self.groups = rest;
            left -= 1;
            let group = read(&mut Reader::new(slots, names));
            if left == 0 || group.show().is_some() {
                self.groups = &rest[left * names..];
                return group;
            }
        }
    }
}

/// How many there are in all lists.
pub(crate) const fn count<T>(lists: &[&[T]]) -> usize {
    let (mut count, mut list) = (0, 0);
    while list < lists.len() {
        count += lists[list].len();
        list += 1;
    }
    count
}

/// All that is in the lists, one after the other; they have so many as `COUNT`, and `any` is overwritten.
pub(crate) const fn join<T: Copy, const COUNT: usize>(lists: &[&[T]], any: T) -> [T; COUNT] {
    let mut all = [any; COUNT];
    let (mut count, mut list) = (0, 0);
    while list < lists.len() {
        let mut at = 0;
        while at < lists[list].len() {
            all[count] = lists[list][at];
            count += 1;
            at += 1;
        }
        list += 1;
    }
    all
}
