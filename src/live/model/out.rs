//! What was touched, as changes.

use std::sync::Arc;
use std::time::SystemTime;

use super::Model;
use crate::live::change::{Change, Kind, Thing};
use crate::live::part::{Part, Validity};

impl Model {
    pub(super) fn set_validity(&mut self, part: Part, after: Validity, at: SystemTime) {
        let before = std::mem::replace(&mut Arc::make_mut(&mut self.validity)[part as usize], after.clone());
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
        for why in std::mem::take(&mut self.wiring.doubts) {
            self.doubts.push((Part::Calls, why));
        }
        self.calls.follow(&mut self.wiring, at);
        let (changes, seq) = (&mut self.changes, self.seq.saturating_sub(1));
        let mut out = |before: Option<Thing>, after: Option<Thing>| {
            let kind = match (before, after) {
                (None, Some(after)) => Kind::Added(after),
                (Some(before), Some(after)) => Kind::Changed { before, after },
                (Some(before), None) => Kind::Removed(before),
                (None, None) => return,
            };
            let part = match &kind {
                Kind::Added(thing) | Kind::Removed(thing) | Kind::Changed { after: thing, .. } => Some(thing.part()),
                Kind::Validity { .. } | Kind::Lost(_) => None,
            };
            changes.push(Change { seq, at, part, corrected, kind });
        };
        self.wiring.channels.things.drain(&mut out);
        self.wiring.bridges.things.drain(&mut out);
        self.calls.drain(&mut out);
        for family in self.families.iter_mut() {
            family.shown.drain(&mut out);
        }
        for (part, why) in std::mem::take(&mut self.doubts) {
            self.doubt(part, why, at);
        }
    }
}
