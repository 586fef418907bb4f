//! The things of one kind, and which of them an event has touched.

use std::marker::PhantomData;
use std::sync::Arc;

use super::change::{same, Kept, Thing};
use super::distinct::Distinct;
use super::map::Map;
use super::snapshot::{self, Things};

/// Room for so many is kept.
const KEPT: usize = 256;

/// A map that notes how each thing was before an event touched it.
///
/// It does not know the kind of its things, so that all the tables are compiled once: who asks for one names it.
#[derive(Debug)]
pub(super) struct Noted {
    map: Map,
    /// The keys of what has been touched since the last [`Noted::drain`]; few.
    touched: Distinct,
    /// How these things were.
    before: Vec<Option<Thing>>,
    /// Off where a picture is gathered that nobody sees.
    noted: bool,
}

impl Noted {
    pub fn new(noted: bool) -> Self {
        Self { map: Map::default(), touched: Distinct::default(), before: Vec::new(), noted }
    }

    pub fn get<T: Kept>(&self, key: &str) -> Option<&Arc<T>> {
        self.map.get(key).and_then(T::of)
    }

    pub fn has(&self, key: &str) -> bool {
        self.map.contains(key)
    }

    pub fn iter<T: Kept>(&self) -> Things<'_, T> {
        snapshot::things(&self.map)
    }

    /// The thing, to be changed; its key has to stay.
    pub fn edit<T: Kept>(&mut self, key: &str) -> Option<&mut T> {
        self.touch(key).and_then(T::edit)
    }

    pub fn map(&self) -> &Map {
        &self.map
    }

    pub fn keys(&self) -> Vec<String> {
        let mut keys = Vec::with_capacity(self.map.iter().len());
        for thing in self.map.iter() {
            keys.push(thing.key().to_owned());
        }
        keys
    }

    fn note(&mut self, key: &str) {
        if self.noted && self.touched.add(key) {
            self.before.push(self.map.get(key).cloned());
        }
    }

    pub fn put<T: Kept>(&mut self, thing: T) {
        self.insert(thing.into_thing());
    }

    pub fn insert(&mut self, thing: Thing) {
        self.note(thing.key());
        self.map.insert(thing);
    }

    fn touch(&mut self, key: &str) -> Option<&mut Thing> {
        let before = self.map.get(key)?;
        if self.noted && self.touched.add(key) {
            self.before.push(Some(before.clone()));
        }
        self.map.get_mut(key)
    }

    pub fn remove(&mut self, key: &str) {
        self.note(key);
        self.map.remove(key);
    }

    pub fn clear(&mut self) {
        for key in self.keys() {
            self.remove(&key);
        }
    }

    /// The keys that were touched since the last [`Noted::drain`].
    pub fn touched(&self) -> &[String] {
        self.touched.items()
    }

    /// What differs from how it was at the last call: before and after.
    pub fn drain(&mut self, see: &mut dyn FnMut(Option<Thing>, Option<Thing>)) {
        if self.before.is_empty() {
            return;
        }
        for (key, before) in self.touched.items().iter().zip(self.before.drain(..)) {
            let after = self.map.get(key).cloned();
            match (&before, &after) {
                (Some(before), Some(after)) if same(before, after) => {}
                (None, None) => {}
                _ => see(before, after),
            }
        }
        self.touched.clear(KEPT);
        self.before.shrink_to(KEPT);
    }
}

/// [`Noted`] with things of one kind.
#[derive(Debug)]
pub(super) struct Table<T> {
    pub things: Noted,
    kind: PhantomData<T>,
}

impl<T: Kept> Table<T> {
    pub fn new(noted: bool) -> Self {
        Self { things: Noted::new(noted), kind: PhantomData }
    }

    pub fn get(&self, key: &str) -> Option<&Arc<T>> {
        self.things.get(key)
    }

    pub fn has(&self, key: &str) -> bool {
        self.things.has(key)
    }

    pub fn iter(&self) -> Things<'_, T> {
        self.things.iter()
    }

    pub fn put(&mut self, thing: T) {
        self.things.put(thing);
    }

    /// The thing, to be changed; its key has to stay.
    pub fn edit(&mut self, key: &str) -> Option<&mut T> {
        self.things.edit(key)
    }

    pub fn remove(&mut self, key: &str) {
        self.things.remove(key);
    }
}
