//! A part of the picture with a list of its own: what is shown, and what is gathered aside while it is listed anew.

use std::collections::HashSet;

use super::map::Keyed;
use super::table::Table;

/// How a thing that is shown takes what a new list says of it.
pub(super) trait Listed: Keyed + Clone + PartialEq {
    /// Takes over what only events tell from the thing that was shown before; whether the two differ in what
    /// events should have told.
    fn inherit(&mut self, shown: &Self) -> bool;
}

#[derive(Debug)]
pub(super) struct Family<T> {
    pub shown: Table<T>,
    aside: Option<Aside<T>>,
}

/// A picture that is gathered while the old one is shown.
#[derive(Debug)]
struct Aside<T> {
    table: Table<T>,
    /// What ended while the list was under way: the list may have it still.
    dead: HashSet<String>,
    listed: bool,
    /// The only thing that is listed.
    scope: Option<String>,
}

impl<T: Listed> Family<T> {
    pub fn new() -> Self {
        Self { shown: Table::new(true), aside: None }
    }

    /// Applies an event, to both pictures where there are two. The rule is told whether it sees the one that is shown.
    pub fn apply(&mut self, mut rule: impl FnMut(&mut Table<T>, bool)) {
        rule(&mut self.shown, true);
        let Some(aside) = &mut self.aside else { return };
        if aside.listed {
            rule(&mut aside.table, false);
        }
        self.shown.touched(|key, is_there| match is_there {
            true => drop(aside.dead.remove(key)),
            false => drop(aside.dead.insert(key.to_owned())),
        });
    }

    /// Begins to gather.
    pub fn begin(&mut self, scope: Option<String>) {
        self.aside = Some(Aside { table: Table::new(false), dead: HashSet::new(), listed: false, scope });
    }

    pub fn is_gathering(&self) -> bool {
        self.aside.is_some()
    }

    /// Puts in what a list has.
    pub fn list(&mut self, rule: impl FnOnce(&mut Table<T>)) {
        let Some(aside) = &mut self.aside else { return };
        rule(&mut aside.table);
        for dead in &aside.dead {
            if !aside.listed {
                aside.table.remove(dead);
            }
        }
        aside.listed = true;
    }

    /// Shows what was gathered; how many things were not as events had told.
    pub fn show(&mut self) -> u64 {
        let Some(aside) = &self.aside else { return 0 };
        if !aside.listed {
            return 0;
        }
        let is_meant = |key: &str| aside.scope.as_deref().map_or(true, |scope| scope == key);
        let mut wrong = 0;
        for key in self.shown.keys() {
            if is_meant(&key) && !aside.table.has(&key) {
                self.shown.remove(&key);
                wrong += 1;
            }
        }
        for listed in aside.table.iter().filter(|listed| is_meant(listed.key())) {
            match self.shown.get(listed.key()) {
                None => {
                    self.shown.put((**listed).clone());
                    wrong += 1;
                }
                Some(shown) => {
                    let mut new = (**listed).clone();
                    wrong += u64::from(new.inherit(shown));
                    if new != **shown {
                        self.shown.put(new);
                    }
                }
            }
        }
        wrong
    }

    /// Stops gathering.
    pub fn end(&mut self) {
        self.aside = None;
    }

    /// Takes everything away.
    pub fn clear(&mut self) {
        self.aside = None;
        for key in self.shown.keys() {
            self.shown.remove(&key);
        }
    }
}

/// Keeps what was known where a list is silent.
pub(super) fn keep<V: Clone>(new: &mut Option<V>, old: &Option<V>) {
    if new.is_none() {
        new.clone_from(old);
    }
}
