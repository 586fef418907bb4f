//! Channels: born, seen, hung up.

use super::{End, Note, Wiring, DEAD};
use crate::event::values::{ChannelState, HangupCause};
use crate::event::{self, ChannelSnapshot};
use crate::live::channels::{owned, Channel, Seen};
use crate::live::distinct::take_out;

impl Wiring {
    pub(super) fn born(&mut self, snapshot: &ChannelSnapshot<'_>) {
        let uniqueid = snapshot.uniqueid;
        if uniqueid.is_empty() {
            return;
        }
        if let Some(channel) = self.channels.get(uniqueid) {
            if channel.name == snapshot.name {
                return; // the same packet again, or a list was quicker
            }
            self.doubt_order(uniqueid);
            self.bury(uniqueid, End::Unseen);
        }
        self.exhume(uniqueid);
        let mut channel = Channel::new(uniqueid, snapshot.name);
        Seen::of(snapshot).write(&mut channel);
        channel.created = Some(self.at);
        if channel.is_up() {
            channel.answered = Some(self.at);
        }
        self.add(channel);
    }

    pub(super) fn add(&mut self, channel: Channel) {
        let (uniqueid, name) = (channel.uniqueid.clone(), channel.name.clone());
        self.channels.put(channel);
        self.rewired(&uniqueid);
        self.named_now(&uniqueid, name);
    }

    /// Takes what an event of a dial or of a bridge says of a channel, which need not be known.
    ///
    /// What Asterisk puts into it can be older than an event that has come already (22: `Newstate` 5, then `DialState`
    /// with 0), or newer than a list that comes behind it. So it takes no state back, and does not say whom a channel
    /// calls itself: for that there are events that come in order.
    pub(super) fn glimpsed(&mut self, snapshot: &ChannelSnapshot<'_>) {
        let Some(channel) = self.channels.get(snapshot.uniqueid) else { return };
        let code = |state: &Option<ChannelState>| state.as_ref().map(|state| state.code());
        let state = snapshot.state.filter(|_| code(&snapshot.state) >= code(&channel.state));
        self.take_in(&Seen::in_passing(&ChannelSnapshot { state, ..*snapshot }));
    }

    /// Takes what an event says of a channel; whether it is known.
    pub(super) fn seen(&mut self, snapshot: &ChannelSnapshot<'_>) -> bool {
        self.take_in(&Seen::of(snapshot))
    }

    fn take_in(&mut self, seen: &Seen<'_>) -> bool {
        let snapshot = seen.snapshot();
        let uniqueid = snapshot.uniqueid;
        if !self.knows(uniqueid) {
            return false;
        }
        if self.channels.get(uniqueid).is_some_and(|channel| seen.agrees(channel)) {
            return true;
        }
        let at = self.at;
        let Some(channel) = self.channels.edit(uniqueid) else { return false };
        let name = (!snapshot.name.is_empty() && channel.name != snapshot.name).then(|| channel.name.clone());
        let was_up = channel.is_up();
        seen.write(channel);
        let answered = channel.is_up() && !was_up;
        if answered && channel.answered.is_none() {
            channel.answered = Some(at);
        }
        if let Some(before) = name {
            self.forget_name(&before, uniqueid);
            self.named_now(uniqueid, snapshot.name.to_owned());
            self.rewired(uniqueid);
        }
        if answered && self.old {
            let dialled = self.channels.get(uniqueid).is_some_and(|channel| channel.dialed_by.is_some());
            self.dialled(uniqueid, dialled.then_some("ANSWER"));
        }
        self.touched(uniqueid);
        true
    }

    pub(super) fn ran(&mut self, e: &event::Newexten<'_>) {
        if !self.seen(&e.channel) {
            return;
        }
        let uniqueid = e.channel.uniqueid;
        let (application, app_data) = (owned(e.application), owned(e.app_data));
        let Some(channel) = self.channels.get(uniqueid) else { return };
        if channel.application != application || channel.app_data != app_data {
            if let Some(channel) = self.channels.edit(uniqueid) {
                (channel.application, channel.app_data) = (application, app_data);
                if !e.extension.is_empty() {
                    // Up to 11 the extension stands here alone.
                    channel.exten = owned(e.extension);
                }
            }
        }
        self.went_on(uniqueid);
        // What a channel that is called runs is no dialplan, and after the end runs what cleans up.
        let called = ["AppDial", "AppDial2", "AppQueue"].contains(&e.application);
        if !called && !e.extension.eq_ignore_ascii_case("h") {
            self.note(Note::Alone(uniqueid.to_owned()));
        }
    }

    pub(super) fn held(&mut self, snapshot: &ChannelSnapshot<'_>, held: bool) {
        if self.knows(snapshot.uniqueid) {
            self.glimpsed(snapshot);
            if let Some(channel) = self.channels.edit(snapshot.uniqueid) {
                channel.held = Some(held);
            }
            self.touched(snapshot.uniqueid);
        }
    }

    pub(super) fn gone(&mut self, snapshot: &ChannelSnapshot<'_>, cause: Option<HangupCause>) {
        let uniqueid = snapshot.uniqueid;
        if !self.knows(uniqueid) {
            self.remember_dead(uniqueid);
            return;
        }
        self.seen(snapshot);
        let bridge = self.bridge_of(uniqueid);
        let bridge = bridge.filter(|bridge| !self.bridges.get(bridge).is_some_and(|bridge| bridge.is_pair()));
        if let Some(bridge) = bridge {
            match self.successor(uniqueid) {
                Some(successor) => self.replace(uniqueid, &successor, &bridge),
                None => self.doubt_order(uniqueid),
            }
        }
        self.bury(uniqueid, End::Hangup(cause));
    }

    pub(super) fn remember_dead(&mut self, uniqueid: &str) {
        if !uniqueid.is_empty() && self.buried.insert(uniqueid.to_owned()) {
            self.dead.push_back(uniqueid.to_owned());
            if self.dead.len() > DEAD {
                self.dead.pop_front().map(|oldest| self.buried.remove(&oldest));
            }
        }
    }

    /// An id that died lives again.
    pub(super) fn exhume(&mut self, uniqueid: &str) {
        if self.buried.remove(uniqueid) {
            self.dead.retain(|dead| dead != uniqueid);
        }
    }

    /// Removes a channel with all that joins it to others.
    pub fn bury(&mut self, uniqueid: &str, end: End) {
        self.silent.heard(uniqueid);
        self.unbridge(uniqueid);
        let Some(channel) = self.channels.get(uniqueid).cloned() else { return };
        for dest in &channel.dialing {
            if let Some(dest) = self.channels.edit(dest) {
                dest.dialed_by = None;
            }
            self.rewired(dest);
        }
        if let Some(source) = &channel.dialed_by {
            if let Some(source) = self.channels.edit(source) {
                take_out(&mut source.dialing, uniqueid);
            }
            self.rewired(source);
        }
        if let Some(peer) = &channel.local_peer {
            self.part_halves(peer, uniqueid);
        }
        self.channels.remove(uniqueid);
        self.forget_name(&channel.name, uniqueid);
        self.went_on(uniqueid);
        self.forget_pickup(uniqueid);
        self.remember_dead(uniqueid);
        self.note(Note::Gone { channel, end });
    }
}
