//! The names of channels, by which halves of Local channels find each other.

use super::Wiring;
use crate::live::channels::other_half;

impl Wiring {
    pub(super) fn named_now(&mut self, uniqueid: &str, name: String) {
        let half = other_half(&name).and_then(|other| self.names.get(&other).cloned());
        self.names.insert(name, uniqueid.to_owned());
        if let Some(half) = half {
            self.join_halves(uniqueid, &half);
        }
    }

    pub(super) fn join_halves(&mut self, one: &str, two: &str) {
        for (half, other) in [(one, two), (two, one)] {
            let before = self.channels.get(half).and_then(|half| half.local_peer.clone());
            if before.as_deref() == Some(other) || !self.channels.has(other) {
                continue;
            }
            if let Some(before) = before {
                self.part_halves(&before, half);
            }
            if let Some(half) = self.channels.edit(half) {
                half.local_peer = Some(other.to_owned());
                self.rewired(other);
            }
        }
    }

    pub(super) fn part_halves(&mut self, half: &str, other: &str) {
        if self.channels.get(half).is_some_and(|half| half.local_peer.as_deref() == Some(other)) {
            if let Some(half) = self.channels.edit(half) {
                half.local_peer = None;
            }
            self.rewired(half);
        }
    }

    pub(super) fn forget_name(&mut self, name: &str, uniqueid: &str) {
        if self.names.get(name).is_some_and(|named| named == uniqueid) {
            self.names.remove(name);
        }
    }

    pub(super) fn rename(&mut self, uniqueid: &str, name: &str) {
        if name.is_empty() || !self.knows(uniqueid) {
            return;
        }
        let Some(channel) = self.channels.edit(uniqueid) else { return };
        let before = std::mem::replace(&mut channel.name, name.to_owned());
        let peer = channel.local_peer.clone();
        self.forget_name(&before, uniqueid);
        if let Some(peer) = peer.filter(|_| other_half(name).is_none()) {
            self.part_halves(uniqueid, &peer);
            self.part_halves(&peer, uniqueid);
        }
        self.named_now(uniqueid, name.to_owned());
        self.rewired(uniqueid);
    }
}
