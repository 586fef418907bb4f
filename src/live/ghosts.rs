//! Channels that a server goes on listing though they are gone, and how they are told from those that are silent.
//!
//! Asterisk 17.0 to 18.23, 20.0 to 20.8 and 21.0 to 21.3 can keep what they know of a channel for ever (asterisk#783):
//! `CoreShowChannels` names it, and no `Hangup` comes. `Status` looks at the channel itself. So channels that several
//! lists in a row have named, and no event between them, are asked for one by one, by their names. Whoever is not there
//! and has no event until the fence behind the question is a ghost: it leaves the picture, and stays out of it for as
//! long as the list goes on naming it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

use super::channels::sort_by_age;
use super::wiring::{End, Wiring};
use crate::action::Action;
use crate::event::{self, Event};

/// So many lists in a row, after the first, have named a channel that is asked for.
const LISTS: u8 = 2;
/// So many are asked for after a list; the oldest first.
const ASKED: usize = 50;

/// The channels that no event has spoken of since a list named them, by a hash of the `uniqueid`, and how many lists have
/// since. Two with one hash would be asked for late, or once too often.
#[derive(Debug, Default)]
pub(super) struct Silent {
    lists: HashMap<u64, u8>,
    hasher: RandomState,
}

impl Silent {
    /// An event, or an answer, spoke of a channel.
    pub fn heard(&mut self, uniqueid: &str) {
        if !self.lists.is_empty() {
            self.lists.remove(&self.hasher.hash_one(uniqueid));
        }
    }

    /// A list named a channel again; how many have since an event did.
    fn listed(&mut self, uniqueid: &str) -> u8 {
        let hash = self.hasher.hash_one(uniqueid);
        let again = |lists: &u8| lists.saturating_add(1);
        let lists = self.lists.get(&hash).map_or(0, again);
        self.lists.insert(hash, lists);
        lists
    }

    fn has(&self, uniqueid: &str) -> bool {
        self.lists.contains_key(&self.hasher.hash_one(uniqueid))
    }

    pub fn len(&self) -> usize {
        self.lists.len()
    }
}

#[derive(Debug, Default)]
pub(super) struct Ghosts {
    /// Whom to ask for, by name.
    questions: Vec<String>,
    /// Who was not there when asked for, by `uniqueid`.
    accused: Vec<String>,
    /// Who is listed though it is gone.
    known: HashSet<String>,
    /// The server does not answer such questions to this user.
    barred: bool,
}

impl Ghosts {
    /// A list has been shown that was asked for to see how things are, and not since an event was strange.
    pub fn listed(&mut self, wiring: &mut Wiring) {
        if wiring.old() {
            return; // there the list walks the channels themselves
        }
        let silent = &mut wiring.silent;
        let mut asked = Vec::new();
        for channel in wiring.channels.iter() {
            if silent.listed(&channel.uniqueid) >= LISTS {
                asked.push(channel.uniqueid.clone());
            }
        }
        sort_by_age(&mut asked);
        asked.truncate(ASKED);
        self.questions.clear();
        for channel in asked.iter().filter_map(|uniqueid| wiring.channels.get(uniqueid)) {
            self.questions.push(channel.name.clone());
        }
    }

    pub fn has_questions(&self) -> bool {
        !self.questions.is_empty() && !self.barred
    }

    /// What is to be asked.
    pub fn questions(&mut self) -> VecDeque<Action> {
        let mut questions = VecDeque::new();
        for name in std::mem::take(&mut self.questions) {
            questions.push_back(Action::new("Status").param("Channel", name));
        }
        questions
    }

    /// Takes the answer to a question: what there is of that name. A server that finds the channel and has nothing to say
    /// of it proves nothing.
    pub fn answered(&mut self, wiring: &mut Wiring, name: &str, items: &[Event]) {
        let Some(uniqueid) = wiring.named(name).cloned() else { return };
        let mut found = items.iter().filter(|item| item.name().eq_ignore_ascii_case("Status"));
        match found.next().map(|item| event::Status::from(item).channel.uniqueid == uniqueid) {
            Some(true) => wiring.silent.heard(&uniqueid),
            Some(false) => self.accused.push(uniqueid), // another has its name
            None => {}
        }
    }

    /// There is no channel of that name.
    pub fn missed(&mut self, wiring: &Wiring, name: &str) {
        self.accused.extend(wiring.named(name).cloned());
    }

    pub fn bar(&mut self) {
        self.barred = true;
    }

    pub fn is_barred(&self) -> bool {
        self.barred
    }

    pub fn has_accused(&self) -> bool {
        !self.accused.is_empty()
    }

    /// The fence has come back: who was not there, and has had no event until now, is a ghost. How many there were.
    pub fn convict(&mut self, wiring: &mut Wiring) -> u64 {
        let mut found = 0;
        for uniqueid in std::mem::take(&mut self.accused) {
            if wiring.silent.has(&uniqueid) && wiring.channels.has(&uniqueid) {
                wiring.bury(&uniqueid, End::Unseen);
                self.known.insert(uniqueid);
                found += 1;
            }
        }
        found
    }

    /// Takes those that are known out of what `CoreShowChannels` has told, and forgets who is listed no more.
    pub fn keep_out(&mut self, aside: &mut Wiring) {
        self.known.retain(|uniqueid| {
            let is_listed = aside.channels.has(uniqueid);
            aside.bury(uniqueid, End::Unseen);
            is_listed
        });
    }

    /// An id of a caller's own can come again.
    pub fn born(&mut self, uniqueid: &str) {
        if !self.known.is_empty() {
            self.known.remove(uniqueid);
        }
    }

    /// The link is lost; those that are known stay so.
    pub fn lost(&mut self) {
        self.questions.clear();
        self.accused.clear();
        self.barred = false;
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
