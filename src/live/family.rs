//! A part of the picture with a list of its own: what is shown, and what is gathered aside while it is listed anew.

use std::collections::HashSet;
use std::ops::{Index, IndexMut};

use super::change::{same, Kept, Thing};
use super::part::{Part, Unavailable};
use super::table::Noted;
use super::{Agent, Conference, Device, Endpoint, Hint, Parked, Queue};

#[derive(Debug)]
pub(super) struct Family {
    pub shown: Noted,
    /// A picture that is gathered while the old one is shown.
    gathered: Noted,
    gathering: Option<Gathering>,
    /// Whether a list of it came, or what the server said instead.
    pub answer: Option<Result<(), Unavailable>>,
    /// Whether a list has been shown since the exchange started.
    pub has_been_shown: bool,
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

impl Family {
    fn new() -> Self {
        Self {
            shown: Noted::new(true),
            gathered: Noted::new(false),
            gathering: None,
            answer: None,
            has_been_shown: false,
        }
    }

    /// Applies an event, to both pictures where there are two. The rule is told whether it sees the one that is shown.
    pub fn apply(&mut self, rule: &mut dyn FnMut(&mut Noted, bool)) {
        rule(&mut self.shown, true);
        if let Some(gathering) = &mut self.gathering {
            if gathering.listed {
                rule(&mut self.gathered, false);
            }
            gathering.follow(&self.shown);
        }
    }

    /// Begins to gather.
    pub fn begin(&mut self, scope: Option<String>) {
        self.gathered = Noted::new(false);
        self.gathering = Some(Gathering { dead: HashSet::new(), listed: false, scope });
    }

    pub fn is_gathering(&self) -> bool {
        self.gathering.is_some()
    }

    /// Puts in what a list has.
    pub fn list(&mut self, rule: &mut dyn FnMut(&mut Noted)) {
        if let Some(gathering) = &mut self.gathering {
            rule(&mut self.gathered);
            gathering.listed(&mut self.gathered);
        }
    }

    /// Shows what was gathered; how many things were not as events had told.
    pub fn show(&mut self) -> u64 {
        match &self.gathering {
            Some(gathering) => gathering.show(&self.gathered, &mut self.shown),
            None => 0,
        }
    }

    /// Stops gathering.
    pub fn end(&mut self) {
        if self.gathering.take().is_some() {
            self.gathered = Noted::new(false);
        }
    }

    /// Takes everything away.
    pub fn clear(&mut self) {
        self.end();
        self.shown.clear();
    }
}

/// A family for each part. That of the calls has no things: what they are worked out from is gathered by itself.
#[derive(Debug)]
pub(super) struct Families([Family; Part::ALL.len()]);

impl Families {
    pub fn new() -> Self {
        Self(Part::ALL.map(|_| Family::new()))
    }

    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Family> {
        self.0.iter_mut()
    }
}

impl Index<Part> for Families {
    type Output = Family;

    fn index(&self, part: Part) -> &Family {
        &self.0[part as usize]
    }
}

impl IndexMut<Part> for Families {
    fn index_mut(&mut self, part: Part) -> &mut Family {
        &mut self.0[part as usize]
    }
}

/// A thing that a list told takes over what only events tell from the one that is shown; whether the two differ in
/// what events should have told.
fn inherit(new: &mut Thing, shown: &Thing) -> bool {
    match shown {
        Thing::Queue(shown) => Queue::edit(new).is_some_and(|new| new.inherit(shown)),
        Thing::Conference(shown) => Conference::edit(new).is_some_and(|new| new.inherit(shown)),
        Thing::Parked(shown) => Parked::edit(new).is_some_and(|new| new.inherit(shown)),
        Thing::Device(shown) => Device::edit(new).is_some_and(|new| new.inherit(shown)),
        Thing::Hint(shown) => Hint::edit(new).is_some_and(|new| new.inherit(shown)),
        Thing::Endpoint(shown) => Endpoint::edit(new).is_some_and(|new| new.inherit(shown)),
        Thing::Agent(shown) => Agent::edit(new).is_some_and(|new| new.inherit(shown)),
        Thing::Channel(_) | Thing::Bridge(_) | Thing::Call(_) => false,
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

    fn show(&self, gathered: &Noted, shown: &mut Noted) -> u64 {
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
                    if same(&new, shown) {
                        continue;
                    }
                }
            }
            shown.insert(new);
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
