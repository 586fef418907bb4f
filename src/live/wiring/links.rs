//! Pairs of channels that are linked: up to Asterisk 11, which has no bridges.

use super::Wiring;
use crate::event::values::known;
use crate::live::bridges::{pair, Bridge};
use crate::live::channels::owned;

impl Wiring {
    pub(super) fn link(&mut self, one: &str, two: &str, kind: &str) {
        self.old = true;
        self.went_on(one);
        self.went_on(two);
        if !(self.knows(one) & self.knows(two)) {
            return;
        }
        let uniqueid = pair(one, two);
        if self.bridges.has(&uniqueid) {
            return;
        }
        for channel in [one, two] {
            self.unbridge(channel);
            self.dialled(channel, None);
        }
        let mut bridge = Bridge::new(&uniqueid);
        bridge.kind = owned(kind);
        bridge.created = Some(self.at);
        self.bridges.put(bridge);
        self.put_in(one, &uniqueid);
        self.put_in(two, &uniqueid);
    }

    /// A number can have been set in the dialplan without an event.
    pub(super) fn numbered(&mut self, uniqueid: &str, number: &str) {
        let Some(number) = known(number) else { return };
        if self.channels.get(uniqueid).is_some_and(|channel| channel.caller_id_num.as_deref() != Some(number)) {
            if let Some(channel) = self.channels.edit(uniqueid) {
                channel.caller_id_num = Some(number.to_owned());
            }
            self.touched(uniqueid);
        }
    }

    /// A channel whose link ended has gone on since.
    pub(super) fn went_on(&mut self, uniqueid: &str) {
        self.parted.retain(|(_, parted)| parted != uniqueid);
    }

    pub(super) fn unlink(&mut self, one: &str, two: &str) {
        self.old = true;
        let linked = |uniqueid: &str| {
            let bridge = self.channels.get(uniqueid).and_then(|channel| channel.bridge.as_ref());
            bridge.is_some_and(|bridge| *bridge == pair(one, two))
        };
        if linked(one) {
            self.unbridge(one);
            if self.shown {
                self.parted.push((self.at, one.to_owned()));
            }
        }
    }
}
