//! The beginning and the end of a link, and a server that was started anew.

use std::time::SystemTime;

use super::Model;
use crate::live::part::{Part, Unavailable, Validity};

impl Model {
    /// The server was started anew: all that was is gone.
    ///
    /// The model sees it by itself where `FullyBooted` says how long the server has been up, from Asterisk 13 on.
    pub fn restarted(&mut self, at: SystemTime) {
        self.counts.restarts += 1;
        // The `FullyBooted` of this start may come yet: it is no other.
        self.booted = None;
        self.end_gathering(Part::Calls);
        self.ghosts.clear();
        self.wiring.clear(at);
        for family in self.families.iter_mut() {
            family.clear();
            family.has_been_shown = false;
        }
        self.leaving.clear();
        self.unseen.clear();
        self.queued.clear();
        self.conferring.clear();
        self.round = None;
        let linked = |validity: &Validity| !matches!(validity, Validity::Stale { .. });
        if self.parts.iter().any(|part| linked(&self.validity[part as usize])) {
            let before = self.validity.clone();
            self.linked(at);
            for part in self.parts.iter() {
                if let Validity::Unavailable(Unavailable::Class(class)) = before[part as usize] {
                    self.unreadable(part, class, at);
                }
            }
        }
        self.finish(at, true);
    }

    /// A link is there: all parts are to be listed.
    pub fn linked(&mut self, at: SystemTime) {
        for part in self.parts.iter() {
            self.set_validity(part, Validity::Loading, at);
        }
        self.round = None;
        self.ask_all();
        if self.parts.contains(Part::Calls) {
            self.gather(Part::Calls, None);
        }
    }

    /// The events that tell of a part do not come, for want of this class: its lists alone would be a picture that
    /// nothing keeps. It stays so until the next link.
    pub fn unreadable(&mut self, part: Part, class: &'static str, at: SystemTime) {
        if !self.parts.contains(part) {
            return;
        }
        self.ask_no_more(part);
        self.end_gathering(part);
        self.set_validity(part, Validity::Unavailable(Unavailable::Class(class)), at);
    }

    /// The link is lost: the picture stays as it is.
    pub fn lost(&mut self, at: SystemTime) {
        for part in self.parts.iter() {
            if !matches!(self.validity[part as usize], Validity::Stale { .. }) {
                self.set_validity(part, Validity::Stale { since: at }, at);
            }
        }
        self.round = None;
        self.pending.clear();
        self.ghosts.lost();
        self.leaving.clear();
        self.unseen.clear();
        self.wiring.parted.clear();
        self.doubts.clear();
        for part in Part::ALL {
            self.end_gathering(part);
        }
    }
}
