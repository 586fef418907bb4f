//! Bridges and who is in them.

use super::Wiring;
use crate::event::{BridgeSnapshot, ChannelSnapshot};
use crate::live::bridges::{describe, Bridge};
use crate::live::distinct::take_out;

impl Wiring {
    /// The bridge of an event, made if it is not there, with what the event says of it.
    pub(super) fn bridge(&mut self, snapshot: &BridgeSnapshot<'_>) -> bool {
        let uniqueid = snapshot.uniqueid;
        if uniqueid.is_empty() {
            return false;
        }
        if !self.bridges.has(uniqueid) {
            self.bridges.put(Bridge::new(uniqueid));
        }
        if let Some(bridge) = self.bridges.edit(uniqueid) {
            describe(bridge, snapshot);
        }
        true
    }

    pub(super) fn create(&mut self, snapshot: &BridgeSnapshot<'_>) {
        let new = !self.bridges.has(snapshot.uniqueid);
        let at = self.at;
        if self.bridge(snapshot) && new {
            if let Some(bridge) = self.bridges.edit(snapshot.uniqueid) {
                bridge.created = Some(at);
            }
        }
    }

    pub(super) fn enter(&mut self, bridge: &BridgeSnapshot<'_>, channel: &ChannelSnapshot<'_>) {
        if !self.bridge(bridge) || !self.knows(channel.uniqueid) {
            return;
        }
        self.glimpsed(channel);
        let uniqueid = channel.uniqueid;
        match self.bridge_of(uniqueid) {
            Some(there) if there == bridge.uniqueid => {}
            there => {
                if there.is_some() {
                    self.doubt_order(uniqueid);
                    self.unbridge(uniqueid);
                }
                self.put_in(uniqueid, bridge.uniqueid);
                self.dialled(uniqueid, None);
            }
        }
        self.count(bridge);
    }

    pub(super) fn put_in(&mut self, uniqueid: &str, bridge: &str) {
        if let Some(channel) = self.channels.edit(uniqueid) {
            channel.bridge = Some(bridge.to_owned());
        }
        if let Some(bridge) = self.bridges.edit(bridge) {
            bridge.members.push(uniqueid.to_owned());
        }
        self.rewired(uniqueid);
    }

    pub(super) fn leave(&mut self, bridge: &BridgeSnapshot<'_>, channel: &ChannelSnapshot<'_>) {
        let known = self.knows(channel.uniqueid);
        self.glimpsed(channel);
        let there = self.bridge_of(channel.uniqueid);
        if there.as_deref() == Some(bridge.uniqueid) {
            self.unbridge(channel.uniqueid);
        } else if known && there.is_some() {
            self.doubt_order(channel.uniqueid);
        }
        // A bridge that is gone does not come again with a leave.
        if self.bridges.has(bridge.uniqueid) {
            self.bridge(bridge);
            self.count(bridge);
        }
    }

    /// Compares the members of a bridge with the number that an event gives.
    fn count(&mut self, snapshot: &BridgeSnapshot<'_>) {
        let Some(bridge) = self.bridges.get(snapshot.uniqueid) else { return };
        let differs = snapshot.num_channels.is_some_and(|count| count as usize != bridge.members.len());
        if differs && bridge.counts() {
            self.doubt_members(snapshot.uniqueid);
        }
    }

    pub(super) fn destroy(&mut self, uniqueid: &str) {
        let Some(bridge) = self.bridges.get(uniqueid).cloned() else { return };
        if !bridge.members.is_empty() {
            self.doubt_members(uniqueid);
        }
        bridge.members.iter().for_each(|member| self.unbridge(member));
        self.bridges.remove(uniqueid);
    }

    /// Takes a channel out of the bridge that it is in; a pair ends with that.
    pub fn unbridge(&mut self, uniqueid: &str) {
        let Some(there) = self.bridge_of(uniqueid) else { return };
        if let Some(channel) = self.channels.edit(uniqueid) {
            channel.bridge = None;
        }
        self.rewired(uniqueid);
        let Some(bridge) = self.bridges.edit(&there) else { return };
        take_out(&mut bridge.members, uniqueid);
        if bridge.is_pair() {
            let rest = std::mem::take(&mut bridge.members);
            self.bridges.remove(&there);
            rest.iter().for_each(|member| self.unbridge(member));
        }
    }
}
