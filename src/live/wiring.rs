//! Which channels there are, and what joins them: the rules of events and lists about channels, bridges and dials.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::SystemTime;

use super::bridges::{describe, pair, Bridge};
use super::channels::{clock, other_half, owned, Channel, Seen};
use super::family::keep;
use super::ghosts::Silent;
use super::part::Why;
use super::table::Table;
use crate::event::values::{known, BridgeState, ChannelState, HangupCause};
use crate::event::{self, BridgeSnapshot, ChannelSnapshot, Event};

/// What became of a channel, for the calls.
#[derive(Debug)]
pub(super) enum Note {
    /// Something of it is different that a party shows.
    Touched(String),
    /// It is new, or joined with others than before.
    Rewired(String),
    /// It goes on in the dialplan by itself.
    Alone(String),
    /// It is hung up.
    Gone { channel: Box<Channel>, end: End },
    /// The leg goes on under another `uniqueid`.
    Moved { from: String, to: String },
    /// The attempt to reach it is over.
    Dialled { uniqueid: String, status: Option<String> },
    /// It rings for a queue, as a member.
    Member { uniqueid: String, queue: String, interface: Option<String> },
    /// It waits in a queue.
    Queued { uniqueid: String, queue: String },
}

/// How it became known that a channel is gone.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    Hangup(Option<HangupCause>),
    /// No event told: a list lacks it.
    Unseen,
}

/// So many of the ids that died last are remembered, since events may come late.
const DEAD: usize = 1024;

/// The channels and bridges of a picture.
#[derive(Debug)]
pub(super) struct Wiring {
    pub channels: Table<Channel>,
    pub bridges: Table<Bridge>,
    /// What happened since the calls last looked; not in a picture that is gathered aside.
    pub notes: Vec<Note>,
    /// What does not agree with the picture.
    pub doubts: Vec<Why>,
    /// Pairs that were parted, by one of their channels, and when: up to Asterisk 11.
    pub parted: Vec<(SystemTime, String)>,
    pub silent: Silent,
    /// Channels that were picked up, and who takes their place.
    picked: Vec<(String, String)>,
    names: HashMap<String, String>,
    /// The last to die, in order.
    dead: VecDeque<String>,
    buried: HashSet<String>,
    shown: bool,
    /// Asterisk up to 11 sends this.
    old: bool,
    at: SystemTime,
}

impl Wiring {
    /// A picture that is shown, or one that is gathered aside.
    pub fn new(shown: bool, old: bool) -> Self {
        Self {
            channels: Table::new(shown),
            bridges: Table::new(shown),
            notes: Vec::new(),
            doubts: Vec::new(),
            parted: Vec::new(),
            silent: Silent::default(),
            picked: Vec::new(),
            names: HashMap::new(),
            dead: VecDeque::new(),
            buried: HashSet::new(),
            shown,
            old,
            at: SystemTime::UNIX_EPOCH,
        }
    }

    pub fn old(&self) -> bool {
        self.old
    }

    pub fn set_old(&mut self, old: bool) {
        self.old = old;
    }

    /// The channel of a name; names come again, so only where nothing else is told.
    pub fn named(&self, name: &str) -> Option<&String> {
        self.names.get(name)
    }

    fn note(&mut self, note: Note) {
        if self.shown {
            self.notes.push(note);
        }
    }

    fn doubt(&mut self, why: Why) {
        if self.shown && !self.doubts.contains(&why) {
            self.doubts.push(why);
        }
    }

    /// Applies an event; whether it was one that speaks of channels.
    pub fn event(&mut self, name: &str, event: &Event, at: SystemTime) -> bool {
        self.at = at;
        match name {
            "Newchannel" => {
                let e = event::Newchannel::from(event);
                self.born(&e.channel);
            }
            "Newstate" => {
                let e = event::Newstate::from(event);
                self.seen(&e.channel);
            }
            "Newexten" => {
                let e = event::Newexten::from(event);
                self.ran(&e);
            }
            "NewCallerid" | "NewConnectedLine" | "NewAccountCode" => {
                let snapshot = ChannelSnapshot::of(event, "");
                self.seen(&snapshot);
            }
            "Hangup" => {
                let e = event::Hangup::from(event);
                self.gone(&e.channel, e.cause);
            }
            "Hold" => {
                let e = event::Hold::from(event);
                self.held(&e.channel, e.status.unwrap_or(true));
            }
            "Unhold" => {
                let e = event::Unhold::from(event);
                self.held(&e.channel, false);
            }
            "BridgeEnter" => {
                let e = event::BridgeEnter::from(event);
                self.enter(&e.bridge, &e.channel);
            }
            "BridgeLeave" => {
                let e = event::BridgeLeave::from(event);
                self.leave(&e.bridge, &e.channel);
            }
            "BridgeCreate" => {
                let e = event::BridgeCreate::from(event);
                self.create(&e.bridge);
            }
            "BridgeDestroy" => {
                let e = event::BridgeDestroy::from(event);
                self.destroy(e.bridge.uniqueid);
            }
            "DialBegin" => {
                let e = event::DialBegin::from(event);
                self.seen_at_end(&e.channel);
                self.seen(&e.dest);
                self.dial(e.channel.uniqueid, e.dest.uniqueid);
            }
            "DialState" => {
                let e = event::DialState::from(event);
                self.seen_at_end(&e.channel);
                self.seen(&e.dest);
            }
            "DialEnd" => {
                let e = event::DialEnd::from(event);
                self.seen_at_end(&e.channel);
                self.seen_at_end(&e.dest);
                self.dialled(e.dest.uniqueid, e.dial_status.map(|status| status.as_str()));
            }
            "Dial" => {
                let e = event::Dial::from(event);
                self.old_dial(&e);
            }
            "Bridge" => {
                let e = event::Bridge::from(event);
                self.numbered(e.uniqueid1, e.caller_id1);
                self.numbered(e.uniqueid2, e.caller_id2);
                match e.bridge_state {
                    Some(BridgeState::Unlink) => self.unlink(e.uniqueid1, e.uniqueid2),
                    _ => self.link(e.uniqueid1, e.uniqueid2, e.bridge_type),
                }
            }
            "Unlink" => {
                let e = event::Unlink::from(event);
                self.unlink(e.uniqueid1, e.uniqueid2);
            }
            "Pickup" => {
                let e = event::Pickup::from(event);
                self.picked_up(&e);
            }
            "Masquerade" => {
                let e = event::Masquerade::from(event);
                self.masquerade(&e);
            }
            "Rename" => {
                let e = event::Rename::from(event);
                self.rename(e.channel.uniqueid, e.newname);
            }
            "LocalBridge" => {
                let e = event::LocalBridge::from(event);
                let (one, two) = (e.local_one.uniqueid, e.local_two.uniqueid);
                let (one, two) = if one.is_empty() { (e.uniqueid1, e.uniqueid2) } else { (one, two) };
                self.join_halves(one, two);
            }
            _ => return false,
        }
        true
    }

    /// Whether a channel is known; if it is not and never was, that is a doubt.
    fn knows(&mut self, uniqueid: &str) -> bool {
        self.silent.heard(uniqueid);
        if self.channels.has(uniqueid) {
            return true;
        }
        if !uniqueid.is_empty() && !self.buried.contains(uniqueid) {
            self.doubt(Why::Unknown { key: uniqueid.to_owned() });
        }
        false
    }

    fn born(&mut self, snapshot: &ChannelSnapshot<'_>) {
        let uniqueid = snapshot.uniqueid;
        if uniqueid.is_empty() {
            return;
        }
        if let Some(channel) = self.channels.get(uniqueid) {
            if channel.name == snapshot.name {
                return; // the same packet again, or a list was quicker
            }
            self.doubt(Why::Order { key: uniqueid.to_owned() });
            self.bury(uniqueid, End::Unseen);
        }
        if self.buried.remove(uniqueid) {
            self.dead.retain(|dead| dead != uniqueid);
        }
        let mut channel = Channel::new(uniqueid, snapshot.name);
        Seen::of(snapshot).write(&mut channel);
        channel.created = Some(self.at);
        if channel.is_up() {
            channel.answered = Some(self.at);
        }
        self.add(channel);
    }

    fn add(&mut self, channel: Channel) {
        let (uniqueid, name) = (channel.uniqueid.clone(), channel.name.clone());
        self.channels.put(channel);
        self.note(Note::Rewired(uniqueid.clone()));
        self.named_now(&uniqueid, name);
    }

    fn named_now(&mut self, uniqueid: &str, name: String) {
        let half = other_half(&name).and_then(|other| self.names.get(&other).cloned());
        self.names.insert(name, uniqueid.to_owned());
        if let Some(half) = half {
            self.join_halves(uniqueid, &half);
        }
    }

    fn join_halves(&mut self, one: &str, two: &str) {
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
                self.note(Note::Rewired(other.to_owned()));
            }
        }
    }

    /// Takes what an event says of a channel that it need not be about.
    fn seen_at_end(&mut self, snapshot: &ChannelSnapshot<'_>) {
        if self.channels.has(snapshot.uniqueid) {
            self.seen(snapshot);
        }
    }

    /// Takes what an event says of a channel; whether it is known.
    fn seen(&mut self, snapshot: &ChannelSnapshot<'_>) -> bool {
        let uniqueid = snapshot.uniqueid;
        if !self.knows(uniqueid) {
            return false;
        }
        let seen = Seen::of(snapshot);
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
            self.note(Note::Rewired(uniqueid.to_owned()));
        }
        if answered && self.old {
            let dialled = self.channels.get(uniqueid).is_some_and(|channel| channel.dialed_by.is_some());
            self.dialled(uniqueid, dialled.then_some("ANSWER"));
        }
        self.note(Note::Touched(uniqueid.to_owned()));
        true
    }

    fn ran(&mut self, e: &event::Newexten<'_>) {
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
        self.parted.retain(|(_, parted)| parted != uniqueid);
        // What a channel that is called runs is no dialplan, and after the end runs what cleans up.
        let called = ["AppDial", "AppDial2", "AppQueue"].contains(&e.application);
        if !called && !e.extension.eq_ignore_ascii_case("h") {
            self.note(Note::Alone(uniqueid.to_owned()));
        }
    }

    fn held(&mut self, snapshot: &ChannelSnapshot<'_>, held: bool) {
        if self.seen(snapshot) {
            if let Some(channel) = self.channels.edit(snapshot.uniqueid) {
                channel.held = Some(held);
            }
            self.note(Note::Touched(snapshot.uniqueid.to_owned()));
        }
    }

    fn gone(&mut self, snapshot: &ChannelSnapshot<'_>, cause: Option<HangupCause>) {
        let uniqueid = snapshot.uniqueid;
        if !self.knows(uniqueid) {
            self.remember_dead(uniqueid);
            return;
        }
        self.seen(snapshot);
        let bridge = self.channels.get(uniqueid).and_then(|channel| channel.bridge.clone());
        let bridge = bridge.filter(|bridge| !self.bridges.get(bridge).is_some_and(|bridge| bridge.is_pair()));
        if let Some(bridge) = bridge {
            match self.successor(uniqueid) {
                Some(successor) => self.replace(uniqueid, &successor, &bridge),
                None => self.doubt(Why::Order { key: uniqueid.to_owned() }),
            }
        }
        self.bury(uniqueid, End::Hangup(cause));
    }

    /// Who picks up a channel takes its place: the two are swapped by a masquerade, which has no event from Asterisk
    /// 12 on. Where the channel was in a bridge, as the recall of a transfer is, the other is in it now; that the
    /// masquerade was done is told by the hangup of the channel that was picked up.
    fn picked_up(&mut self, e: &event::Pickup<'_>) {
        let (picked, by) = (e.target.uniqueid, e.channel.uniqueid);
        if !picked.is_empty() && !by.is_empty() && !self.picked.iter().any(|(other, _)| other == picked) {
            self.picked.push((picked.to_owned(), by.to_owned()));
        }
    }

    /// Who takes the place of a channel.
    fn successor(&self, uniqueid: &str) -> Option<String> {
        let (_, by) = self.picked.iter().find(|(picked, _)| picked == uniqueid)?;
        self.channels.get(by).filter(|by| by.bridge.is_none()).map(|by| by.uniqueid.clone())
    }

    /// Puts a channel into a bridge in the place of another.
    fn replace(&mut self, uniqueid: &str, successor: &str, bridge: &str) {
        self.put_in(successor, bridge);
        self.dialled(successor, None);
        self.unbridge(uniqueid);
    }

    fn remember_dead(&mut self, uniqueid: &str) {
        if !uniqueid.is_empty() && self.buried.insert(uniqueid.to_owned()) {
            self.dead.push_back(uniqueid.to_owned());
            if self.dead.len() > DEAD {
                self.dead.pop_front().map(|oldest| self.buried.remove(&oldest));
            }
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
            self.note(Note::Rewired(dest.clone()));
        }
        if let Some(source) = &channel.dialed_by {
            if let Some(source) = self.channels.edit(source) {
                source.dialing.retain(|dest| dest != uniqueid);
            }
            self.note(Note::Rewired(source.clone()));
        }
        if let Some(peer) = &channel.local_peer {
            self.part_halves(peer, uniqueid);
        }
        self.channels.remove(uniqueid);
        self.forget_name(&channel.name, uniqueid);
        self.parted.retain(|(_, parted)| parted != uniqueid);
        self.forget_pickup(uniqueid);
        self.remember_dead(uniqueid);
        self.note(Note::Gone { channel: Box::new((*channel).clone()), end });
    }

    fn forget_pickup(&mut self, uniqueid: &str) {
        self.picked.retain(|(picked, by)| picked != uniqueid && by != uniqueid);
    }

    fn part_halves(&mut self, half: &str, other: &str) {
        if self.channels.get(half).is_some_and(|half| half.local_peer.as_deref() == Some(other)) {
            if let Some(half) = self.channels.edit(half) {
                half.local_peer = None;
            }
            self.note(Note::Rewired(half.to_owned()));
        }
    }

    fn forget_name(&mut self, name: &str, uniqueid: &str) {
        if self.names.get(name).is_some_and(|named| named == uniqueid) {
            self.names.remove(name);
        }
    }

    /// The bridge of an event, made if it is not there, with what the event says of it.
    fn bridge(&mut self, snapshot: &BridgeSnapshot<'_>) -> bool {
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

    fn create(&mut self, snapshot: &BridgeSnapshot<'_>) {
        let new = !self.bridges.has(snapshot.uniqueid);
        let at = self.at;
        if self.bridge(snapshot) && new {
            if let Some(bridge) = self.bridges.edit(snapshot.uniqueid) {
                bridge.created = Some(at);
            }
        }
    }

    fn enter(&mut self, bridge: &BridgeSnapshot<'_>, channel: &ChannelSnapshot<'_>) {
        if !self.bridge(bridge) || !self.seen(channel) {
            return;
        }
        let uniqueid = channel.uniqueid;
        match self.channels.get(uniqueid).and_then(|channel| channel.bridge.clone()) {
            Some(there) if there == bridge.uniqueid => {}
            there => {
                if there.is_some() {
                    self.doubt(Why::Order { key: uniqueid.to_owned() });
                    self.unbridge(uniqueid);
                }
                self.put_in(uniqueid, bridge.uniqueid);
                self.dialled(uniqueid, None);
            }
        }
        self.count(bridge);
    }

    fn put_in(&mut self, uniqueid: &str, bridge: &str) {
        if let Some(channel) = self.channels.edit(uniqueid) {
            channel.bridge = Some(bridge.to_owned());
        }
        if let Some(bridge) = self.bridges.edit(bridge) {
            bridge.members.push(uniqueid.to_owned());
        }
        self.note(Note::Rewired(uniqueid.to_owned()));
    }

    fn leave(&mut self, bridge: &BridgeSnapshot<'_>, channel: &ChannelSnapshot<'_>) {
        let known = self.seen(channel);
        let there = self.channels.get(channel.uniqueid).and_then(|channel| channel.bridge.clone());
        if there.as_deref() == Some(bridge.uniqueid) {
            self.unbridge(channel.uniqueid);
        } else if known && there.is_some() {
            self.doubt(Why::Order { key: channel.uniqueid.to_owned() });
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
            self.doubt(Why::Members { bridge: snapshot.uniqueid.to_owned() });
        }
    }

    fn destroy(&mut self, uniqueid: &str) {
        let Some(bridge) = self.bridges.get(uniqueid).cloned() else { return };
        if !bridge.members.is_empty() {
            self.doubt(Why::Members { bridge: uniqueid.to_owned() });
        }
        bridge.members.iter().for_each(|member| self.unbridge(member));
        self.bridges.remove(uniqueid);
    }

    /// Takes a channel out of the bridge that it is in; a pair ends with that.
    pub fn unbridge(&mut self, uniqueid: &str) {
        let Some(there) = self.channels.get(uniqueid).and_then(|channel| channel.bridge.clone()) else { return };
        if let Some(channel) = self.channels.edit(uniqueid) {
            channel.bridge = None;
        }
        self.note(Note::Rewired(uniqueid.to_owned()));
        let Some(bridge) = self.bridges.edit(&there) else { return };
        bridge.members.retain(|member| member != uniqueid);
        if bridge.is_pair() {
            let rest = std::mem::take(&mut bridge.members);
            self.bridges.remove(&there);
            rest.iter().for_each(|member| self.unbridge(member));
        }
    }

    fn dial(&mut self, source: &str, dest: &str) {
        if !self.channels.has(dest) || !self.channels.has(source) {
            return; // an originated call has no source
        }
        if self.channels.get(dest).is_some_and(|dest| dest.dialed_by.as_deref() == Some(source)) {
            return;
        }
        self.dialled(dest, None);
        if let Some(dest) = self.channels.edit(dest) {
            dest.dialed_by = Some(source.to_owned());
        }
        if let Some(source) = self.channels.edit(source) {
            source.dialing.push(dest.to_owned());
        }
        self.note(Note::Rewired(dest.to_owned()));
        self.note(Note::Rewired(source.to_owned()));
    }

    /// Ends the dial to a channel.
    fn dialled(&mut self, dest: &str, status: Option<&str>) {
        if status.is_some() && self.channels.has(dest) {
            self.note(Note::Dialled { uniqueid: dest.to_owned(), status: status.map(str::to_owned) });
        }
        let Some(source) = self.channels.get(dest).and_then(|dest| dest.dialed_by.clone()) else { return };
        if let Some(channel) = self.channels.edit(dest) {
            channel.dialed_by = None;
        }
        if let Some(source) = self.channels.edit(&source) {
            source.dialing.retain(|other| other != dest);
        }
        self.note(Note::Rewired(dest.to_owned()));
        self.note(Note::Rewired(source));
    }

    fn old_dial(&mut self, e: &event::Dial<'_>) {
        self.old = true;
        let source = e.channel.uniqueid;
        if e.sub_event.eq_ignore_ascii_case("Begin") {
            if self.knows(source) & self.knows(e.dest_uniqueid) {
                self.dial(source, e.dest_uniqueid);
            }
            return;
        }
        // It ends with the application, after the conversation: only those that were not reached are open still.
        let open = self.channels.get(source).map(|source| source.dialing.clone()).unwrap_or_default();
        let status = e.dial_status.map(|status| status.as_str()).filter(|status| *status != "ANSWER");
        open.iter().for_each(|dest| self.dialled(dest, status));
    }

    fn link(&mut self, one: &str, two: &str, kind: &str) {
        self.old = true;
        self.parted.retain(|(_, parted)| parted != one && parted != two);
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
    fn numbered(&mut self, uniqueid: &str, number: &str) {
        let Some(number) = known(number) else { return };
        if self.channels.get(uniqueid).is_some_and(|channel| channel.caller_id_num.as_deref() != Some(number)) {
            if let Some(channel) = self.channels.edit(uniqueid) {
                channel.caller_id_num = Some(number.to_owned());
            }
            self.note(Note::Touched(uniqueid.to_owned()));
        }
    }

    fn unlink(&mut self, one: &str, two: &str) {
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

    /// Swaps the states, which no other event tells; the names follow in the renames.
    fn masquerade(&mut self, e: &event::Masquerade<'_>) {
        self.old = true;
        let (Some(clone), Some(original)) = (self.names.get(e.clone).cloned(), self.names.get(e.original).cloned())
        else {
            let unknown = if self.names.contains_key(e.clone) { e.original } else { e.clone };
            self.doubt(Why::Unknown { key: unknown.to_owned() });
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
        let texts = |c: &mut Channel| {
            [
                std::mem::take(&mut c.caller_id_num),
                c.caller_id_name.take(),
                c.connected_line_num.take(),
                c.connected_line_name.take(),
            ]
        };
        if to.caller_id_num.is_none() {
            let mut from = (*from).clone();
            [to.caller_id_num, to.caller_id_name, to.connected_line_num, to.connected_line_name] = texts(&mut from);
        }
        self.note(Note::Moved { from: clone, to: original });
    }

    fn rename(&mut self, uniqueid: &str, name: &str) {
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
        self.note(Note::Rewired(uniqueid.to_owned()));
    }

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

    /// Puts in what `BridgeList` lists.
    pub fn list_bridges(&mut self, items: &[Event]) {
        for item in items {
            let e = event::BridgeListItem::from(item);
            self.bridge(&e.bridge);
        }
    }

    /// Notes, before the list has come, what it may hold still though it is gone.
    pub fn before_list(&mut self, name: &str, event: &Event) {
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
                if self.buried.remove(e.channel.uniqueid) {
                    self.dead.retain(|dead| dead != e.channel.uniqueid);
                }
            }
            _ => {}
        }
    }

    /// Shows what was gathered aside; how much was not as events had told.
    pub fn take(&mut self, aside: &Wiring, at: SystemTime) -> u64 {
        self.at = at;
        self.old |= aside.old;
        let mut wrong = 0;
        for uniqueid in self.channels.keys() {
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
                        self.note(Note::Touched(listed.uniqueid.clone()));
                        if before != listed.name {
                            self.forget_name(&before, &listed.uniqueid);
                            self.named_now(&listed.uniqueid, listed.name.clone());
                            self.note(Note::Rewired(listed.uniqueid.clone()));
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
            let there = self.channels.get(uniqueid).and_then(|channel| channel.bridge.clone());
            if there != listed.bridge {
                self.unbridge(uniqueid);
                if let Some(bridge) = listed.bridge.as_ref().filter(|bridge| self.bridges.has(bridge)) {
                    self.put_in(uniqueid, bridge);
                    self.dialled(uniqueid, None);
                }
            }
        }
        for uniqueid in self.bridges.keys() {
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

    /// Takes everything away.
    pub fn clear(&mut self, at: SystemTime) {
        self.at = at;
        for uniqueid in self.channels.keys() {
            self.bury(&uniqueid, End::Unseen);
        }
        for uniqueid in self.bridges.keys() {
            self.bridges.remove(&uniqueid);
        }
        self.dead.clear();
        self.buried.clear();
        self.parted.clear();
        self.picked.clear();
    }

    /// How much is remembered beside the channels and bridges themselves; what is bounded is not counted.
    pub fn remembered(&self) -> usize {
        self.names.len() + self.silent.len() + self.parted.len() + self.picked.len() + self.notes.len()
    }
}
