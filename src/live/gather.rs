//! Which channels make a call: worked out anew for those that an event touched, and for no others.
//!
//! Channels that a bridge, a Local pair or a dial joins are one call. A channel that nothing joins any more stays
//! in its call until it is hung up, since most do that next, or something else joins it elsewhere. A call falls
//! apart where two of its pieces are alive without each other: each talks, dials, or goes on in the dialplan.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::SystemTime;

use super::calls::{Call, Party};
use super::change::Thing;
use super::channels::{age, oldest, sort_by_age, Channel};
use super::distinct::{put_in, take_out, Distinct};
use super::table::Table;
use super::wiring::{End, Note, Wiring};
use crate::event::values::ChannelState;

/// So many of the parties of a call that are gone are kept.
const KEPT: usize = 32;

/// The calls of a picture.
#[derive(Debug)]
pub(super) struct Calls {
    pub table: Table<Call>,
    /// How the calls ended that have ended since the last look.
    ended: Vec<Arc<Call>>,
    /// The channels that go on in the dialplan by themselves.
    alone: HashSet<String>,
    at: SystemTime,
    /// When the picture was last known to be right.
    pub sure: SystemTime,
}

impl Calls {
    pub fn new() -> Self {
        Self {
            table: Table::new(true),
            ended: Vec::new(),
            alone: HashSet::new(),
            at: SystemTime::UNIX_EPOCH,
            sure: SystemTime::UNIX_EPOCH,
        }
    }

    /// How much is remembered beside the calls themselves.
    pub fn remembered(&self) -> usize {
        self.alone.len() + self.ended.len()
    }

    /// What differs since the last call of this: before and after. Of a call that is gone, how it ended.
    pub fn drain(&mut self, see: &mut dyn FnMut(Option<Thing>, Option<Thing>)) {
        let ended = std::mem::take(&mut self.ended);
        self.table.things.drain(&mut |before, after| match (&before, &after) {
            (Some(call), None) => {
                let last = ended.iter().rfind(|last| last.id == call.key()).cloned();
                see(last.map(Thing::Call).or(before), None);
            }
            _ => see(before, after),
        });
    }

    /// Follows what became of channels.
    pub fn follow(&mut self, wiring: &mut Wiring, at: SystemTime) {
        if wiring.notes.is_empty() {
            return;
        }
        self.at = at;
        let (mut rewired, mut changed) = (Distinct::default(), Distinct::default());
        for note in std::mem::take(&mut wiring.notes) {
            match note {
                Note::Rewired(uniqueid) => drop(rewired.add(&uniqueid)),
                Note::Touched(uniqueid) => self.touch(wiring, &uniqueid),
                Note::Alone(uniqueid) => {
                    if self.goes_alone(wiring, &uniqueid) {
                        rewired.add(&uniqueid);
                    }
                }
                Note::Gone { channel, end } => self.leave(&channel, end, &mut changed),
                Note::Moved { from, to } => self.moved(wiring, &from, &to, &mut changed),
                Note::Dialled { uniqueid, status } => match self.party(wiring, &uniqueid) {
                    Some(party) if party.dial_status.as_deref() != Some("ANSWER") => party.dial_status = status,
                    _ => {}
                },
                Note::Member { uniqueid, queue, interface } => {
                    if let Some(party) = self.party(wiring, &uniqueid) {
                        (party.queue, party.interface) = (Some(queue), interface);
                    }
                }
                Note::Queued { uniqueid, queue } => self.queued(wiring, &uniqueid, &queue),
            }
        }
        for uniqueid in rewired.items() {
            if let Some(channel) = wiring.channels.get(uniqueid) {
                if channel.bridge.is_some() || !channel.dialing.is_empty() || channel.local_peer.is_some() {
                    self.alone.remove(uniqueid);
                }
                if let Some(call) = self.join(wiring, uniqueid) {
                    changed.add(&call);
                }
            }
        }
        for call in changed.items() {
            self.fall_apart(wiring, call);
            self.refresh(wiring, call);
        }
    }

    fn goes_alone(&mut self, wiring: &Wiring, uniqueid: &str) -> bool {
        let alone = wiring.channels.get(uniqueid).is_some_and(|channel| {
            channel.is_up() && channel.bridge.is_none() && channel.dialing.is_empty() && channel.dialed_by.is_none()
        });
        alone && self.alone.insert(uniqueid.to_owned())
    }

    fn call_of<'a>(&self, wiring: &'a Wiring, uniqueid: &str) -> Option<&'a String> {
        wiring.channels.get(uniqueid)?.call.as_ref()
    }

    /// The party of a channel, to be changed.
    fn party(&mut self, wiring: &Wiring, uniqueid: &str) -> Option<&mut Party> {
        let call = self.table.edit(self.call_of(wiring, uniqueid)?)?;
        call.parties.iter_mut().find(|party| party.uniqueid == uniqueid).map(Arc::make_mut)
    }

    fn queued(&mut self, wiring: &Wiring, uniqueid: &str, queue: &str) {
        if let Some(party) = self.party(wiring, uniqueid) {
            party.queue = Some(queue.to_owned());
        }
        let Some(call) = self.call_of(wiring, uniqueid) else { return };
        if let Some(call) = self.table.edit(call) {
            call.queue = Some(queue.to_owned());
        }
    }

    /// Shows in the party of a channel what became of the channel.
    fn touch(&mut self, wiring: &Wiring, uniqueid: &str) {
        let Some(channel) = wiring.channels.get(uniqueid) else { return };
        let Some(call) = channel.call.as_ref().and_then(|call| self.table.get(call)) else { return };
        match call.parties.iter().position(|party| party.uniqueid == uniqueid) {
            Some(at) if shows(&call.parties[at], channel) => {}
            Some(at) => {
                let id = call.id.clone();
                let now = self.at;
                if let Some(call) = self.table.edit(&id) {
                    show(Arc::make_mut(&mut call.parties[at]), channel, now);
                }
            }
            None => {
                let id = call.id.clone();
                self.take_in(&id, channel);
            }
        }
    }

    /// Makes a party of a channel, if somebody is at its end.
    fn take_in(&mut self, call: &str, channel: &Channel) {
        if channel.is_internal() {
            return;
        }
        let now = self.at;
        let Some(call) = self.table.edit(call) else { return };
        if call.parties.iter().any(|party| party.uniqueid == channel.uniqueid && party.left.is_none()) {
            return;
        }
        let mut party = party(channel);
        show(&mut party, channel, now);
        call.parties.push(Arc::new(party));
        call.started = earliest(call.started, channel.created);
    }

    /// The channels that are joined to one, itself among them.
    fn joined(wiring: &Wiring, uniqueid: &str, dials: bool) -> Vec<String> {
        let mut found = Distinct::default();
        found.add(uniqueid);
        let mut bridges: Vec<&String> = Vec::new();
        let mut at = 0;
        while at < found.items().len() {
            let channel = wiring.channels.get(&found.items()[at]);
            at += 1;
            let Some(channel) = channel else { continue };
            let mut join = |others: &[String]| {
                for other in others {
                    if !found.has(other) && wiring.channels.has(other) {
                        found.add(other);
                    }
                }
            };
            if let Some(bridge) = channel.bridge.as_ref().filter(|bridge| !bridges.contains(bridge)) {
                bridges.push(bridge);
                if let Some(bridge) = wiring.bridges.get(bridge).filter(|bridge| !bridge.is_holding()) {
                    join(&bridge.members);
                }
            }
            if dials {
                join(&channel.dialing);
            }
            join(channel.local_peer.as_slice());
            if dials {
                join(channel.dialed_by.as_slice());
            }
        }
        found.into_items()
    }

    /// Makes one call of the channels that are joined to this one; its id.
    fn join(&mut self, wiring: &mut Wiring, uniqueid: &str) -> Option<String> {
        let piece = Self::joined(wiring, uniqueid, true);
        let mut calls: Vec<String> = Vec::new();
        for channel in &piece {
            if let Some(call) = self.call_of(wiring, channel) {
                put_in(&mut calls, call);
            }
        }
        if calls.is_empty() {
            let has_end = |channel: &Channel| !channel.is_internal() || channel.is_local();
            let real = |channel: &String| wiring.channels.get(channel).is_some_and(|channel| has_end(channel));
            if !piece.iter().any(real) {
                return None;
            }
            calls.extend(self.hinted(wiring, uniqueid));
        }
        let id = match oldest(&calls) {
            Some(oldest) => oldest.clone(),
            None => {
                let id = oldest(&piece)?.clone();
                // An id of a caller's own can come again while its call goes on without it.
                if !self.table.has(&id) {
                    self.table.put(Call::new(&id));
                }
                id
            }
        };
        for other in calls.iter().filter(|call| **call != id) {
            self.merge(wiring, other, &id);
        }
        for channel in piece {
            if self.call_of(wiring, &channel) != Some(&id) {
                self.add(wiring, &id, &channel);
            }
        }
        Some(id)
    }

    /// The call that a new channel is for, as its `Linkedid` says: it is joined a few events later.
    fn hinted(&self, wiring: &Wiring, uniqueid: &str) -> Option<String> {
        let linkedid = wiring.channels.get(uniqueid)?.linkedid.as_ref().filter(|linkedid| *linkedid != uniqueid)?;
        let call = self.call_of(wiring, linkedid)?;
        self.table.has(call).then(|| call.clone())
    }

    fn add(&mut self, wiring: &mut Wiring, id: &str, uniqueid: &str) {
        let Some(channel) = wiring.channels.edit(uniqueid) else { return };
        channel.call = Some(id.to_owned());
        if let Some(call) = self.table.edit(id) {
            put_in(&mut call.channels, uniqueid);
        }
        if let Some(channel) = wiring.channels.get(uniqueid) {
            self.take_in(id, channel);
        }
    }

    /// Makes one call part of another.
    fn merge(&mut self, wiring: &mut Wiring, from: &str, into: &str) {
        let Some(mut call) = self.table.get(from).map(|call| (**call).clone()) else { return };
        self.table.remove(from);
        for channel in &call.channels {
            if let Some(channel) = wiring.channels.edit(channel) {
                channel.call = Some(into.to_owned());
            }
        }
        if let Some(into) = self.table.edit(into) {
            call.channels.iter().for_each(|channel| put_in(&mut into.channels, channel));
            into.parties.extend_from_slice(&call.parties);
            sort(&mut into.parties);
            into.started = earliest(into.started, call.started);
            into.answered = earliest(into.answered, call.answered);
            into.queue = into.queue.take().or(call.queue.clone());
            into.left_out += call.left_out;
            forget(into);
        }
        call.merged_into = Some(into.to_owned());
        self.ended.push(Arc::new(call));
    }

    /// A channel is gone, and with the last one the call ends.
    fn leave(&mut self, channel: &Channel, end: End, changed: &mut Distinct) {
        self.alone.remove(&channel.uniqueid);
        let now = self.at;
        let (seen, cause) = match end {
            End::Hangup(cause) => (true, cause),
            End::Unseen => (false, None),
        };
        let Some(id) = &channel.call else { return };
        let Some(call) = self.table.edit(id) else { return };
        take_out(&mut call.channels, &channel.uniqueid);
        let gone = |party: &&mut Arc<Party>| party.uniqueid == channel.uniqueid && party.left.is_none();
        if let Some(party) = call.parties.iter_mut().find(gone) {
            let party = Arc::make_mut(party);
            show(party, channel, now);
            party.silent(if seen { now } else { self.sure });
            party.left = Some(now);
            party.unseen = !seen;
            party.cause = cause;
        }
        forget(call);
        if !call.channels.is_empty() {
            changed.add(id);
            return;
        }
        call.talking.clear();
        call.ended = seen.then_some(now);
        call.cause = call.caller().and_then(|caller| caller.cause).or(cause);
        self.ended.extend(self.table.get(id).cloned());
        self.table.remove(id);
    }

    /// A leg goes on under another `uniqueid`, and what had that before is gone.
    fn moved(&mut self, wiring: &mut Wiring, from: &str, to: &str, changed: &mut Distinct) {
        self.alone.remove(from);
        let Some(id) = self.call_of(wiring, from).cloned() else { return };
        let now = self.at;
        match self.call_of(wiring, to).cloned() {
            Some(other) if other != id => {
                let (older, younger) = if age(&other) < age(&id) { (&other, &id) } else { (&id, &other) };
                self.merge(wiring, younger, older);
            }
            _ => {}
        }
        let id = self.call_of(wiring, from).cloned().unwrap_or(id);
        if let Some(channel) = wiring.channels.edit(from) {
            channel.call = None;
        }
        if let Some(channel) = wiring.channels.edit(to) {
            channel.call = Some(id.clone());
        }
        if let Some(call) = self.table.edit(&id) {
            take_out(&mut call.channels, from);
            put_in(&mut call.channels, to);
            for party in call.parties.iter_mut().filter(|party| party.left.is_none()) {
                if party.uniqueid == to {
                    let party = Arc::make_mut(party);
                    party.silent(now);
                    party.left = Some(now);
                } else if party.uniqueid == from {
                    to.clone_into(&mut Arc::make_mut(party).uniqueid);
                }
            }
        }
        changed.add(&id);
    }

    /// Lets go the pieces of a call that are alive without the first of them.
    fn fall_apart(&mut self, wiring: &mut Wiring, id: &str) {
        let Some(call) = self.table.get(id) else { return };
        let mut seen = Distinct::default();
        let mut pieces: Vec<Vec<String>> = Vec::new();
        for channel in &call.channels {
            if !seen.has(channel) {
                let piece = Self::joined(wiring, channel, true);
                seen.extend(&piece);
                pieces.push(piece);
            }
        }
        if pieces.len() < 2 {
            return;
        }
        let first = |pieces: &[Vec<String>]| {
            let ages = pieces.iter().map(|piece| oldest(piece).map(|channel| age(channel)));
            ages.enumerate().min_by_key(|(_, age)| *age).map(|(at, _)| at)
        };
        let main = pieces.iter().position(|piece| piece.iter().any(|channel| channel == id)).or_else(|| first(&pieces));
        if !main.is_some_and(|main| self.is_alive(wiring, &pieces.swap_remove(main))) {
            return;
        }
        pieces.retain(|piece| self.is_alive(wiring, piece));
        while let Some(next) = first(&pieces) {
            let piece = pieces.swap_remove(next);
            self.split(wiring, id, &piece);
        }
    }

    fn is_alive(&self, wiring: &Wiring, piece: &[String]) -> bool {
        let channels = || piece.iter().filter_map(|uniqueid| wiring.channels.get(uniqueid));
        let has_end = channels().any(|channel| !channel.is_internal());
        has_end
            && channels().any(|channel| {
                let bridge = channel.bridge.as_ref().and_then(|bridge| wiring.bridges.get(bridge));
                !channel.dialing.is_empty()
                    || bridge.is_some_and(|bridge| !bridge.is_holding() && bridge.members.len() > 1)
                    || self.alone.contains(&channel.uniqueid)
            })
    }

    fn split(&mut self, wiring: &mut Wiring, from: &str, piece: &[String]) {
        let Some(id) = oldest(piece).cloned() else { return };
        if self.table.has(&id) {
            return;
        }
        let Some(call) = self.table.edit(from) else { return };
        call.channels.retain(|channel| !piece.contains(channel));
        let mut new = Call::new(&id);
        new.split_from = Some(from.to_owned());
        new.channels = piece.to_vec();
        let goes = |party: &Arc<Party>| party.left.is_none() && piece.contains(&party.uniqueid);
        new.parties = call.parties.iter().filter(|party| goes(party)).cloned().collect();
        call.parties.retain(|party| !goes(party));
        new.started = Some(self.at);
        new.queue = new.parties.iter().find_map(|party| party.queue.clone());
        self.table.put(new);
        for channel in piece {
            if let Some(channel) = wiring.channels.edit(channel) {
                channel.call = Some(id.clone());
            }
        }
        self.refresh(wiring, &id);
    }

    /// Works out who hears whom.
    fn refresh(&mut self, wiring: &Wiring, id: &str) {
        let Some(call) = self.table.get(id) else { return };
        let mut groups: Vec<Vec<String>> = Vec::new();
        let mut seen = Distinct::default();
        for uniqueid in &call.channels {
            if seen.has(uniqueid) {
                continue;
            }
            let mut group = Self::joined(wiring, uniqueid, false);
            seen.extend(&group);
            group.retain(|other| wiring.channels.get(other).is_some_and(|channel| !channel.is_internal()));
            if group.len() > 1 {
                sort_by_age(&mut group);
                groups.push(group);
            }
        }
        let talks = |party: &Party| groups.iter().any(|group| group.contains(&party.uniqueid));
        let same = call.talking == groups
            && call.parties.iter().filter(|party| party.left.is_none()).all(|party| {
                party.talking_since.is_some() == talks(party)
                    && wiring.channels.get(&party.uniqueid).map_or(true, |channel| shows(party, channel))
            });
        if same {
            return;
        }
        let now = self.at;
        let Some(call) = self.table.edit(id) else { return };
        for party in call.parties.iter_mut().filter(|party| party.left.is_none()) {
            let channel = wiring.channels.get(&party.uniqueid);
            let talks = talks(party);
            if party.talking_since.is_some() != talks || channel.is_some_and(|channel| !shows(party, channel)) {
                let party = Arc::make_mut(party);
                if !talks {
                    party.silent(now);
                } else if party.talking_since.is_none() {
                    party.talking_since = Some(now);
                }
                if let Some(channel) = channel {
                    show(party, channel, now);
                }
            }
        }
        if call.answered.is_none() && !groups.is_empty() {
            call.answered = Some(now);
        }
        call.talking = groups;
    }
}

fn earliest(one: Option<SystemTime>, other: Option<SystemTime>) -> Option<SystemTime> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Puts parties into the order in which they came: nearly all stand in it already.
fn sort(parties: &mut [Arc<Party>]) {
    for end in 1..parties.len() {
        let mut at = end;
        while at > 0 && parties[at].joined < parties[at - 1].joined {
            parties.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// Lets go of parties that are gone, first of those who never answered.
fn forget(call: &mut Call) {
    while call.parties.iter().filter(|party| party.left.is_some()).count() > KEPT {
        let gone = |party: &Arc<Party>| party.left.is_some();
        let unanswered = call.parties.iter().position(|party| gone(party) && party.answered.is_none());
        let Some(at) = unanswered.or_else(|| call.parties.iter().position(gone)) else { return };
        call.parties.remove(at);
        call.left_out += 1;
    }
}

fn party(channel: &Channel) -> Party {
    let dialled = matches!(channel.application.as_deref(), Some("AppDial" | "AppDial2" | "AppQueue"));
    let starts = matches!(channel.state, None | Some(ChannelState::Ring | ChannelState::Up));
    Party {
        uniqueid: channel.uniqueid.clone(),
        channel: channel.name.clone(),
        caller_id_num: None,
        caller_id_name: None,
        called: dialled || !starts,
        state: None,
        joined: channel.created,
        rang: None,
        answered: None,
        talking_since: None,
        talked: Default::default(),
        held: None,
        queue: None,
        interface: None,
        dial_status: None,
        left: None,
        unseen: false,
        cause: None,
    }
}

/// Whether a party shows what its channel is.
fn shows(party: &Party, channel: &Channel) -> bool {
    party.state == channel.state
        && party.held == channel.held
        && party.answered == channel.answered
        && (party.channel == channel.name || channel.is_internal())
        && party.caller_id_num == channel.caller_id_num
        && party.caller_id_name == channel.caller_id_name
        && (channel.dialed_by.is_none() || party.called)
}

fn show(party: &mut Party, channel: &Channel, now: SystemTime) {
    party.state = channel.state;
    party.held = channel.held;
    party.answered = channel.answered;
    if !channel.is_internal() {
        party.channel.clone_from(&channel.name); // else it is about to be renamed
    }
    if channel.caller_id_num.is_some() || party.left.is_none() {
        party.caller_id_num.clone_from(&channel.caller_id_num);
        party.caller_id_name.clone_from(&channel.caller_id_name);
    }
    if channel.state == Some(ChannelState::Ring) {
        party.called = false;
    }
    if channel.dialed_by.is_some() {
        party.called = true;
    }
    if channel.rings() && party.rang.is_none() {
        party.rang = Some(now);
    }
}

impl Party {
    /// It hears nobody any more.
    fn silent(&mut self, now: SystemTime) {
        self.talked = self.talked_until(now);
        self.talking_since = None;
    }
}

impl Call {
    fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            channels: Vec::new(),
            parties: Vec::new(),
            talking: Vec::new(),
            started: None,
            answered: None,
            ended: None,
            cause: None,
            queue: None,
            left_out: 0,
            merged_into: None,
            split_from: None,
        }
    }
}
