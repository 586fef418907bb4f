//! The things of one kind, and which of them an event has touched.

use std::marker::PhantomData;
use std::sync::Arc;

use super::change::{Kept, Thing};
use super::distinct::Distinct;
use super::map::Map;
use super::snapshot::{self, Things};

/// Room for so many is kept.
const KEPT: usize = 256;

/// A map that notes how each thing was before an event touched it.
///
/// It does not know the kind of its things, so that all the tables are compiled once.
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
    pub fn map(&self) -> &Map {
        &self.map
    }

    pub fn keys(&self) -> Vec<String> {
        self.map.iter().map(|thing| thing.key().to_owned()).collect()
    }

    fn note(&mut self, key: &str) {
        if self.noted && self.touched.add(key) {
            self.before.push(self.map.get(key).cloned());
        }
    }

    pub fn put(&mut self, thing: Thing) {
        self.note(thing.key());
        self.map.insert(thing);
    }

    fn edit(&mut self, key: &str) -> Option<&mut Thing> {
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
            if before != after {
                see(before, after);
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
        let things = Noted { map: Map::default(), touched: Distinct::default(), before: Vec::new(), noted };
        Self { things, kind: PhantomData }
    }

    pub fn get(&self, key: &str) -> Option<&Arc<T>> {
        self.things.map.get(key).and_then(T::of)
    }

    pub fn has(&self, key: &str) -> bool {
        self.things.map.contains(key)
    }

    pub fn iter(&self) -> Things<'_, T> {
        snapshot::things(&self.things.map)
    }

    pub fn put(&mut self, thing: T) {
        self.things.put(thing.into_thing());
    }

    /// The thing, to be changed; its key has to stay.
    pub fn edit(&mut self, key: &str) -> Option<&mut T> {
        self.things.edit(key).and_then(T::edit)
    }

    pub fn remove(&mut self, key: &str) {
        self.things.remove(key);
    }
}
