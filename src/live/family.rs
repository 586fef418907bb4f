//! A part of the picture with a list of its own: what is shown, and what is gathered aside while it is listed anew.

use std::collections::HashSet;

use super::change::{Kept, Thing};
use super::table::{Noted, Table};

/// How a thing that is shown takes what a new list says of it.
pub(super) trait Listed: Kept {
    /// Takes over what only events tell from the thing that was shown before; whether the two differ in what
    /// events should have told.
    fn inherit(&mut self, shown: &Self) -> bool;
}

#[derive(Debug)]
pub(super) struct Family<T> {
    pub shown: Table<T>,
    /// A picture that is gathered while the old one is shown.
    gathered: Table<T>,
    gathering: Option<Gathering>,
}

/// How far a picture is gathered.
#[derive(Debug)]
struct Gathering {
    /// What ended while the list was under way: the list may have it still.
    dead: HashSet<String>,
    listed: bool,
    /// The only thing that is listed.
    scope: Option<String>,
}

impl<T: Listed> Family<T> {
    pub fn new() -> Self {
        Self { shown: Table::new(true), gathered: Table::new(false), gathering: None }
    }

    /// Applies an event, to both pictures where there are two. The rule is told whether it sees the one that is shown.
    pub fn apply(&mut self, rule: &mut dyn FnMut(&mut Table<T>, bool)) {
        rule(&mut self.shown, true);
        if let Some(gathering) = &mut self.gathering {
            if gathering.listed {
                rule(&mut self.gathered, false);
            }
            gathering.follow(&self.shown.things);
        }
    }

    /// Begins to gather.
    pub fn begin(&mut self, scope: Option<String>) {
        self.gathered = Table::new(false);
        self.gathering = Some(Gathering { dead: HashSet::new(), listed: false, scope });
    }

    pub fn is_gathering(&self) -> bool {
        self.gathering.is_some()
    }

    /// Puts in what a list has.
    pub fn list(&mut self, rule: impl FnOnce(&mut Table<T>)) {
        if let Some(gathering) = &mut self.gathering {
            rule(&mut self.gathered);
            gathering.listed(&mut self.gathered.things);
        }
    }

    /// Shows what was gathered; how many things were not as events had told.
    pub fn show(&mut self) -> u64 {
        match &self.gathering {
            Some(gathering) => gathering.show(&self.gathered.things, &mut self.shown.things, inherit::<T>),
            None => 0,
        }
    }

    /// Stops gathering.
    pub fn end(&mut self) {
        if self.gathering.take().is_some() {
            self.gathered = Table::new(false);
        }
    }

    /// Takes everything away.
    pub fn clear(&mut self) {
        self.end();
        self.shown.things.clear();
    }
}

/// [`Listed::inherit`] for things of one table.
fn inherit<T: Listed>(new: &mut Thing, shown: &Thing) -> bool {
    match (T::edit(new), T::of(shown)) {
        (Some(new), Some(shown)) => new.inherit(shown),
        _ => false,
    }
}

impl Gathering {
    /// An event has touched what is shown.
    fn follow(&mut self, shown: &Noted) {
        for key in shown.touched() {
            match shown.map().contains(key) {
                true => drop(self.dead.remove(key)),
                false => drop(self.dead.insert(key.clone())),
            }
        }
    }

    /// A list was put in.
    fn listed(&mut self, gathered: &mut Noted) {
        if !self.listed {
            self.dead.iter().for_each(|dead| gathered.remove(dead));
        }
        self.listed = true;
    }

    fn show(&self, gathered: &Noted, shown: &mut Noted, inherit: fn(&mut Thing, &Thing) -> bool) -> u64 {
        if !self.listed {
            return 0;
        }
        let is_meant = |key: &str| self.scope.as_deref().map_or(true, |scope| scope == key);
        let mut wrong = 0;
        for key in shown.keys() {
            if is_meant(&key) && !gathered.map().contains(&key) {
                shown.remove(&key);
                wrong += 1;
            }
        }
        for listed in gathered.map().iter().filter(|listed| is_meant(listed.key())) {
            let mut new = listed.clone();
            match shown.map().get(listed.key()) {
                None => wrong += 1,
                Some(shown) => {
                    wrong += u64::from(inherit(&mut new, shown));
                    if new == *shown {
                        continue;
                    }
                }
            }
            shown.put(new);
        }
        wrong
    }
}

/// Keeps what was known where a list is silent.
pub(super) fn keep<V: Clone>(new: &mut Option<V>, old: &Option<V>) {
    if new.is_none() {
        new.clone_from(old);
    }
}
