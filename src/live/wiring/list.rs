//! What lists tell of channels and bridges, and how it is held against what is shown.

use std::time::SystemTime;

use super::{End, Wiring, EARLY};
use crate::event::values::ChannelState;
use crate::event::{self, ChannelSnapshot, Event};
use crate::live::bridges::Bridge;
use crate::live::channels::{clock, owned, Channel, Seen};
use crate::live::family::keep;

impl Wiring {
    /// Puts in what `CoreShowChannels` or `Status` lists.
    pub fn list(&mut self, items: &[Event], at: SystemTime) {
        self.at = at;
        let mut pairs = Vec::new();
        for item in items {
            if item.name().eq_ignore_ascii_case("CoreShowChannel") {
                let e = event::CoreShowChannel::from(item);
                let age = clock(e.duration);
                self.listed(&e.channel, None, e.bridge_id, (e.application, e.application_data), age);
                pairs.push((e.channel.uniqueid.to_owned(), e.bridged_uniqueid.to_owned()));
            } else if item.name().eq_ignore_ascii_case("Status") {
                let e = event::Status::from(item);
                let age = e.seconds.map(std::time::Duration::from_secs);
                self.listed(&e.channel, e.state, e.bridge_id, (e.application, e.data), age);
                pairs.push((e.channel.uniqueid.to_owned(), e.bridged_uniqueid.to_owned()));
            }
        }
        for (one, two) in pairs {
            if !two.is_empty() && self.channels.has(&one) && self.channels.has(&two) {
                self.link(&one, &two, "");
            }
        }
        for event in std::mem::take(&mut self.early) {
            self.event(event.name(), &event, at);
        }
    }

    fn listed(
        &mut self,
        snapshot: &ChannelSnapshot<'_>,
        state: Option<ChannelState>,
        bridge: &str,
        application: (&str, &str),
        age: Option<std::time::Duration>,
    ) {
        let uniqueid = snapshot.uniqueid;
        if uniqueid.is_empty() || self.buried.contains(uniqueid) {
            return;
        }
        // A list can hold a channel twice: the last one counts.
        self.unbridge(uniqueid);
        let mut channel = Channel::new(uniqueid, snapshot.name);
        Seen::of(snapshot).write(&mut channel);
        channel.state = channel.state.or(state);
        channel.application = owned(application.0);
        channel.app_data = owned(application.1);
        channel.created = age.and_then(|age| self.at.checked_sub(age));
        self.add(channel);
        if !bridge.is_empty() {
            if !self.bridges.has(bridge) {
                self.bridges.put(Bridge::new(bridge));
            }
            self.put_in(uniqueid, bridge);
        }
    }

    /// Puts in what `BridgeList` lists; the bridges of which it is to be asked who is in them.
    ///
    /// `CoreShowChannels` says of a channel that it is in a bridge before it has entered it, as its events have it, and
    /// until after it has left: for half a second where it is hung up while it is parked (16). A bridge counts by events.
    pub fn list_bridges(&mut self, items: &[Event]) -> Vec<String> {
        let mut unsure = Vec::new();
        for item in items {
            let e = event::BridgeListItem::from(item);
            if !self.bridge(&e.bridge) {
                continue;
            }
            let Some(bridge) = self.bridges.get(e.bridge.uniqueid) else { continue };
            let listed = bridge.members.len();
            // Hidden members count, so a number that agrees proves it for those that have none.
            let agrees = e.bridge.num_channels.map_or(true, |count| count as usize == listed);
            if !agrees || (listed > 0 && !bridge.counts()) {
                unsure.push(bridge.uniqueid.clone());
            }
        }
        unsure
    }

    /// Puts in whom `BridgeInfo` lists as the members of a bridge.
    pub fn list_members(&mut self, bridge: &str, items: &[Event]) {
        let Some(listed) = self.bridges.get(bridge).map(|bridge| bridge.members.clone()) else { return };
        let there: Vec<&str> = items.iter().filter_map(|item| item.get("Uniqueid")).collect();
        for uniqueid in listed.iter().filter(|uniqueid| !there.contains(&uniqueid.as_str())) {
            self.unbridge(uniqueid);
        }
        for uniqueid in there.into_iter().filter(|uniqueid| !listed.iter().any(|listed| listed == uniqueid)) {
            if self.channels.has(uniqueid) {
                self.unbridge(uniqueid);
                self.put_in(uniqueid, bridge);
            }
        }
    }

    /// Notes, before the list has come, what it may hold still though it is gone, or not yet though it has been told.
    ///
    /// From 12 to 16 Asterisk tells of a channel first and then puts it into what it lists by name; the list can come
    /// between. So the events before it count once more behind it: what is newer in the list has events that are to come.
    pub fn before_list(&mut self, name: &str, event: &Event) {
        if !self.old {
            self.early.push_back(event.clone());
            self.early.drain(..self.early.len().saturating_sub(EARLY));
        }
        match name {
            "Hangup" => {
                let e = event::Hangup::from(event);
                self.forget_pickup(e.channel.uniqueid);
                self.remember_dead(e.channel.uniqueid);
            }
            "Pickup" => {
                let e = event::Pickup::from(event);
                self.picked_up(&e);
            }
            "Newchannel" => {
                let e = event::Newchannel::from(event);
                self.exhume(e.channel.uniqueid);
            }
            _ => {}
        }
    }

    /// Shows what was gathered aside; how much was not as events had told.
    pub fn take(&mut self, aside: &Wiring, at: SystemTime) -> u64 {
        self.at = at;
        self.old |= aside.old;
        let mut wrong = 0;
        for uniqueid in self.channels.things.keys() {
            if !aside.channels.has(&uniqueid) {
                self.bury(&uniqueid, End::Unseen);
                wrong += 1;
            }
        }
        for listed in aside.channels.iter() {
            match self.channels.get(&listed.uniqueid) {
                None => {
                    let mut channel = (**listed).clone();
                    (channel.bridge, channel.local_peer, channel.call) = (None, None, None);
                    (channel.dialing, channel.dialed_by) = (Vec::new(), None);
                    self.add(channel);
                    wrong += 1;
                }
                Some(shown) => {
                    let before = shown.name.clone();
                    let mut channel = (**shown).clone();
                    let told = channel.correct(listed);
                    wrong += u64::from(told);
                    if channel != **shown {
                        let up = channel.is_up() && !shown.is_up();
                        self.channels.put(channel);
                        self.touched(&listed.uniqueid);
                        if before != listed.name {
                            self.forget_name(&before, &listed.uniqueid);
                            self.named_now(&listed.uniqueid, listed.name.clone());
                            self.rewired(&listed.uniqueid);
                        }
                        if up && self.old {
                            self.dialled(&listed.uniqueid, None);
                        }
                    }
                }
            }
        }
        for listed in aside.bridges.iter() {
            let mut bridge = Bridge { members: Vec::new(), ..(**listed).clone() };
            if let Some(shown) = self.bridges.get(&listed.uniqueid) {
                bridge.members.clone_from(&shown.members);
                bridge.created = shown.created.or(bridge.created);
                let fields = [
                    (&mut bridge.kind, &shown.kind),
                    (&mut bridge.technology, &shown.technology),
                    (&mut bridge.creator, &shown.creator),
                    (&mut bridge.name, &shown.name),
                ];
                fields.into_iter().for_each(|(new, old)| keep(new, old));
                keep(&mut bridge.num_channels, &shown.num_channels);
                if bridge == **shown {
                    continue;
                }
            }
            self.bridges.put(bridge);
        }
        for listed in aside.channels.iter() {
            let uniqueid = &listed.uniqueid;
            let there = self.bridge_of(uniqueid);
            if there != listed.bridge {
                self.unbridge(uniqueid);
                if let Some(bridge) = listed.bridge.as_ref().filter(|bridge| self.bridges.has(bridge)) {
                    self.put_in(uniqueid, bridge);
                    self.dialled(uniqueid, None);
                }
            }
        }
        for uniqueid in self.bridges.things.keys() {
            if !aside.bridges.has(&uniqueid) {
                self.destroy(&uniqueid);
            }
        }
        for listed in aside.channels.iter() {
            if let Some(source) = &listed.dialed_by {
                self.dial(source, &listed.uniqueid);
            }
        }
        self.doubts.clear();
        self.parted.clear();
        wrong
    }
}
