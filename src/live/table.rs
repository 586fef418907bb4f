//! The things of one kind, and which of them an event has touched.

use std::collections::HashSet;
use std::sync::Arc;

use super::map::{Iter, Keyed, Map};

/// So many are looked through one by one: an event touches two or three, a new list can touch all.
const FEW: usize = 16;

/// Room for so many is kept.
const KEPT: usize = 256;

/// A map that notes how each thing was before an event touched it.
#[derive(Debug)]
pub(super) struct Table<T> {
    map: Map<T>,
    /// How the things were that have been touched since the last [`Table::drain`]; few.
    touched: Vec<(String, Option<Arc<T>>)>,
    /// Their keys, where they are many.
    many: HashSet<String>,
    /// Off where a picture is gathered that nobody sees.
    noted: bool,
}

impl<T: Keyed + Clone + PartialEq> Table<T> {
    pub fn new(noted: bool) -> Self {
        Self { map: Map::default(), touched: Vec::new(), many: HashSet::new(), noted }
    }

    pub fn map(&self) -> &Map<T> {
        &self.map
    }

    pub fn get(&self, key: &str) -> Option<&Arc<T>> {
        self.map.get(key)
    }

    pub fn has(&self, key: &str) -> bool {
        self.map.contains(key)
    }

    pub fn iter(&self) -> Iter<'_, T> {
        self.map.iter()
    }

    pub fn keys(&self) -> Vec<String> {
        self.iter().map(|thing| thing.key().to_owned()).collect()
    }

    fn note(&mut self, key: &str) {
        if self.noted && !self.is_touched(key) {
            self.touched.push((key.to_owned(), self.map.get(key).cloned()));
            match self.touched.len() {
                FEW => self.many.extend(self.touched.iter().map(|(key, _)| key.clone())),
                many if many > FEW => drop(self.many.insert(key.to_owned())),
                _ => {}
            }
        }
    }

    fn is_touched(&self, key: &str) -> bool {
        match self.touched.len() < FEW {
            true => self.touched.iter().any(|(touched, _)| touched == key),
            false => self.many.contains(key),
        }
    }

    pub fn put(&mut self, thing: T) {
        self.note(thing.key());
        self.map.insert(Arc::new(thing));
    }

    /// The thing, to be changed; its key has to stay.
    pub fn edit(&mut self, key: &str) -> Option<&mut T> {
        if !self.map.contains(key) {
            return None;
        }
        self.note(key);
        self.map.get_mut(key).map(Arc::make_mut)
    }

    pub fn remove(&mut self, key: &str) -> Option<Arc<T>> {
        self.note(key);
        self.map.remove(key)
    }

    /// The keys that were touched since the last [`Table::drain`], and whether each is there now.
    pub fn touched(&self, mut see: impl FnMut(&str, bool)) {
        self.touched.iter().for_each(|(key, _)| see(key, self.map.contains(key)));
    }

    /// What differs from how it was at the last call: before and after.
    pub fn drain(&mut self, mut see: impl FnMut(Option<Arc<T>>, Option<Arc<T>>)) {
        if self.touched.is_empty() {
            return;
        }
        self.many = HashSet::new();
        for (key, before) in self.touched.drain(..) {
            let after = self.map.get(&key).cloned();
            let same = match (&before, &after) {
                (Some(before), Some(after)) => Arc::ptr_eq(before, after) || before == after,
                (None, None) => true,
                _ => false,
            };
            if !same {
                see(before, after);
            }
        }
        self.touched.shrink_to(KEPT);
    }
}
