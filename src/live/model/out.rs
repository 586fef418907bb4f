//! What was touched, as changes.

use std::sync::Arc;
use std::time::SystemTime;

use super::Model;
use crate::live::change::{Change, Kind, Thing};
use crate::live::part::{Part, Validity};

impl Model {
    pub(super) fn set_validity(&mut self, part: Part, after: Validity, at: SystemTime) {
        let before = std::mem::replace(&mut self.validity[part as usize], after.clone());
        if part == Part::Calls && before.is_valid() && !after.is_valid() {
            self.calls.sure = at;
        }
        if before != after {
            self.push(part, at, false, Kind::Validity { before, after });
        }
    }

    pub(super) fn push(&mut self, part: Part, at: SystemTime, corrected: bool, kind: Kind) {
        self.changes.push(Change { seq: self.seq.saturating_sub(1), at, part: Some(part), corrected, kind });
    }

    /// Works out the calls, and turns what was touched into changes.
    pub(super) fn finish(&mut self, at: SystemTime, corrected: bool) {
        let doubts = std::mem::take(&mut self.wiring.doubts).into_iter().map(|why| (Part::Calls, why));
        self.doubts.extend(doubts);
        self.calls.follow(&mut self.wiring, at);
        let mut out = Out { changes: &mut self.changes, seq: self.seq.saturating_sub(1), at, corrected };
        self.wiring.channels.drain(|before, after| out.push(before, after));
        self.wiring.bridges.drain(|before, after| out.push(before, after));
        self.calls.drain(|before, after| out.push(before, after));
        self.queues.shown.drain(|before, after| out.push(before, after));
        self.conferences.shown.drain(|before, after| out.push(before, after));
        self.parked.shown.drain(|before, after| out.push(before, after));
        self.devices.shown.drain(|before, after| out.push(before, after));
        self.hints.shown.drain(|before, after| out.push(before, after));
        self.endpoints.shown.drain(|before, after| out.push(before, after));
        self.agents.shown.drain(|before, after| out.push(before, after));
        for (part, why) in std::mem::take(&mut self.doubts) {
            self.doubt(part, why, at);
        }
    }
}

/// Where changes go.
struct Out<'a> {
    changes: &'a mut Vec<Change>,
    seq: u64,
    at: SystemTime,
    corrected: bool,
}

impl Out<'_> {
    fn push<T>(&mut self, before: Option<Arc<T>>, after: Option<Arc<T>>)
    where
        Thing: From<Arc<T>>,
    {
        let kind = match (before, after) {
            (None, Some(after)) => Kind::Added(after.into()),
            (Some(before), Some(after)) => Kind::Changed { before: before.into(), after: after.into() },
            (Some(before), None) => Kind::Removed(before.into()),
            (None, None) => return,
        };
        let part = match &kind {
            Kind::Added(thing) | Kind::Removed(thing) | Kind::Changed { after: thing, .. } => Some(thing.part()),
            Kind::Validity { .. } | Kind::Lost(_) => None,
        };
        let (seq, at, corrected) = (self.seq, self.at, self.corrected);
        self.changes.push(Change { seq, at, part, corrected, kind });
    }
}
