//! Channels that take the place of others.
//!
//! Up to Asterisk 11 an event tells; from 12 on a pickup is followed by one that none tells.

use super::{Note, Wiring};
use crate::event;

impl Wiring {
    /// Who picks up a channel takes its place: the two are swapped by a masquerade, which has no event from Asterisk
    /// 12 on. Where the channel was in a bridge, as the recall of a transfer is, the other is in it now; that the
    /// masquerade was done is told by the hangup of the channel that was picked up.
    pub(super) fn picked_up(&mut self, e: &event::Pickup<'_>) {
        let (picked, by) = (e.target.uniqueid, e.channel.uniqueid);
        if !picked.is_empty() && !by.is_empty() && !self.picked.iter().any(|(other, _)| other == picked) {
            self.picked.push((picked.to_owned(), by.to_owned()));
        }
    }

    /// Who takes the place of a channel.
    pub(super) fn successor(&self, uniqueid: &str) -> Option<String> {
        let (_, by) = self.picked.iter().find(|(picked, _)| picked == uniqueid)?;
        self.channels.get(by).filter(|by| by.bridge.is_none()).map(|by| by.uniqueid.clone())
    }

    /// Puts a channel into a bridge in the place of another.
    pub(super) fn replace(&mut self, uniqueid: &str, successor: &str, bridge: &str) {
        self.put_in(successor, bridge);
        self.dialled(successor, None);
        self.unbridge(uniqueid);
    }

    pub(super) fn forget_pickup(&mut self, uniqueid: &str) {
        self.picked.retain(|(picked, by)| picked != uniqueid && by != uniqueid);
    }

    /// Swaps the states, which no other event tells; the names follow in the renames.
    pub(super) fn masquerade(&mut self, e: &event::Masquerade<'_>) {
        self.old = true;
        let (Some(clone), Some(original)) = (self.names.get(e.clone).cloned(), self.names.get(e.original).cloned())
        else {
            let unknown = if self.names.contains_key(e.clone) { e.original } else { e.clone };
            self.doubt_unknown(unknown);
            return;
        };
        if clone == original {
            return;
        }
        let states = [(&clone, e.original_state), (&original, e.clone_state)];
        for (uniqueid, state) in states {
            if let Some(channel) = self.channels.edit(uniqueid) {
                channel.state = state.or(channel.state);
            }
        }
        let Some(from) = self.channels.get(&clone).cloned() else { return };
        let Some(to) = self.channels.edit(&original) else { return };
        to.leg_of = Some(clone.clone());
        to.held = from.held;
        to.answered = from.answered.or(to.answered);
        if to.caller_id_num.is_none() {
            to.caller_id_num.clone_from(&from.caller_id_num);
            to.caller_id_name.clone_from(&from.caller_id_name);
            to.connected_line_num.clone_from(&from.connected_line_num);
            to.connected_line_name.clone_from(&from.connected_line_name);
        }
        self.note(Note::Moved { from: clone, to: original });
    }
}
