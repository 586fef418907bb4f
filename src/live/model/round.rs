//! What is to be listed, and in which order.

use std::time::SystemTime;

use super::Model;
use crate::action::Action;
use crate::live::part::{Part, Validity, Why};
use crate::live::resync::{self, Pending, Round, Want};
use crate::live::wiring::Wiring;

impl Model {
    pub(super) fn ask_all(&mut self) {
        self.pending = self.parts.iter().map(|part| Pending { part, queue: None, why: None }).collect();
    }

    pub(super) fn ask_no_more(&mut self, part: Part) {
        self.pending.retain(|pending| pending.part != part);
    }

    /// What was gathered of a part aside is put away.
    pub(super) fn end_gathering(&mut self, part: Part) {
        match part {
            Part::Calls => self.aside = None,
            _ => self.families[part].end(),
        }
    }

    /// Lists a part anew for a reason of the caller's: an audit, a gap in the numbers of events, a reload.
    ///
    /// For an audit the part stays valid; for any other reason it is suspect until the next fence.
    pub fn suspect(&mut self, part: Part, why: Why, at: SystemTime) {
        if self.parts.contains(part) {
            self.doubt(part, why, at);
        }
    }

    pub(super) fn doubt(&mut self, part: Part, why: Why, at: SystemTime) {
        let queue = match &why {
            Why::Count { queue } | Why::Caller { queue } => Some(queue.clone()),
            Why::Unknown { key } if part == Part::Queues => Some(key.clone()),
            _ => None,
        };
        let validity = &self.validity[part as usize];
        // While a list is under way, or before there is one, it is no news that something is wrong.
        if !validity.is_valid() && !matches!(validity, Validity::Suspect(_)) {
            return;
        }
        if why != Why::Audit {
            self.counts.suspicions += u64::from(validity.is_valid());
            if validity.is_valid() {
                self.set_validity(part, Validity::Suspect(why.clone()), at);
            }
        }
        let covers = |pending: &Pending| pending.part == part && (pending.queue.is_none() || pending.queue == queue);
        if !self.pending.iter().any(covers) {
            if queue.is_none() {
                self.ask_no_more(part);
            }
            self.pending.push(Pending { part, queue, why: Some(why) });
        }
    }

    /// What the model needs next; `None` if it needs nothing, or waits for the answer to what it wanted.
    ///
    /// One thing is wanted at a time, since lists weigh on a server. How soon after a suspicion it is asked is for
    /// the caller to say: nothing begins before this is called.
    pub fn want(&mut self, at: SystemTime) -> Option<Want> {
        if self.round.is_none() {
            self.begin(at);
        }
        let round = self.round.as_mut().filter(|round| !round.out)?;
        round.out = true;
        Some(match round.lists.front() {
            Some(list) => Want::List(list.clone()),
            None => Want::Fence,
        })
    }

    /// Begins to list what is pending: all that a new link needs, else one part.
    fn begin(&mut self, at: SystemTime) {
        if self.pending.is_empty() {
            if self.ghosts.has_questions() {
                let lists = self.ghosts.questions();
                self.round = Some(Round { parts: Vec::new(), lists, looks: false, out: false });
            }
            return;
        }
        let link_is_new = self.pending.iter().any(|pending| pending.why.is_none());
        let mut begun: Vec<Pending> = Vec::new();
        for pending in std::mem::take(&mut self.pending) {
            match pending.why.is_none() || (!link_is_new && begun.is_empty()) {
                true => begun.push(pending),
                false => self.pending.push(pending),
            }
        }
        let looks = begun.iter().all(|pending| matches!(pending.why, None | Some(Why::Audit | Why::Asked)));
        let mut round = Round { parts: Vec::new(), lists: Default::default(), looks, out: false };
        for pending in begun {
            let part = pending.part;
            self.gather(part, pending.queue.clone());
            if !self.validity[part as usize].is_readable() {
                self.set_validity(part, Validity::Loading, at);
            }
            for list in resync::lists(part, pending.queue.as_deref()) {
                if list.name() != "MeetmeList" || !self.no_meetme {
                    round.lists.push_back(list);
                }
            }
            round.parts.push(part);
        }
        self.round = Some(round);
    }

    /// Begins to gather a part aside.
    pub(super) fn gather(&mut self, part: Part, queue: Option<String>) {
        self.families[part].answer = None;
        match part {
            // What came before its list is kept for it.
            Part::Calls if matches!(self.aside, Some((_, false))) => {}
            Part::Calls => self.aside = Some((Wiring::new(false, self.wiring.old()), false)),
            _ => self.families[part].begin(queue.filter(|_| part == Part::Queues)),
        }
    }

    pub(super) fn is_gathering(&self, part: Part) -> bool {
        match part {
            Part::Calls => matches!(self.aside, Some((_, true))),
            _ => self.families[part].is_gathering(),
        }
    }

    /// A list did not come whole: the part is going to be listed again.
    pub fn failed(&mut self, action: impl Into<Action>, at: SystemTime) {
        let _ = at;
        self.take_failure(&action.into());
    }

    fn take_failure(&mut self, action: &Action) {
        if resync::channel_of(action).is_some() {
            return self.asked(action);
        }
        let Some(part) = resync::part_of(action.name()) else { return };
        self.end_gathering(part);
        let Some(round) = &mut self.round else { return };
        round.parts.retain(|other| *other != part);
        round.lists.retain(|list| resync::part_of(list.name()) != Some(part));
        round.out = false;
        if round.parts.is_empty() {
            self.round = None;
        }
        self.pending.push(Pending { part, queue: None, why: None });
    }

    /// A question about one channel was answered, or will not be.
    pub(super) fn asked(&mut self, action: &Action) {
        let Some(round) = self.round.as_mut().filter(|round| round.parts.is_empty()) else { return };
        if round.lists.front().is_some_and(|list| list.get("Channel") == action.get("Channel")) {
            round.lists.pop_front();
            round.out = false;
        }
        if self.ghosts.is_barred() {
            round.lists.clear();
        }
        if round.lists.is_empty() && !self.ghosts.has_accused() {
            self.round = None;
        }
    }
}
