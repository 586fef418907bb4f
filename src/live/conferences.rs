//! Conferences of ConfBridge and MeetMe.

use std::sync::Arc;
use std::time::SystemTime;

use super::channels::owned;
use super::family::{keep, Family};
use super::fields::fields;
use super::table::Noted;
use crate::event::{self, ChannelSnapshot, Event};

/// A conference with its participants.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Conference {
    /// The conference's name or number.
    pub conference: String,
    /// The bridge that it meets in, by its `uniqueid`; in no list. Asterisk 12 and later.
    pub bridge: Option<String>,
    /// Those who take part, in the order in which they came.
    pub participants: Vec<Arc<Participant>>,
    /// Whether nobody but administrators can enter; as of the last list, since no event tells.
    pub locked: Option<bool>,
    /// Whether all but administrators are muted; as of the last list.
    pub muted: Option<bool>,
    /// Whether it is recorded; in no list.
    pub recorded: Option<bool>,
    /// When it began, by the clock of whoever feeds the model; `None` if a list found it.
    pub started: Option<SystemTime>,
}

fields!(Conference { conference, bridge, participants, locked, muted, recorded, started });

/// Somebody who takes part in a conference.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Participant {
    /// The `uniqueid` of the channel; `None` where a list up to Asterisk 11 has only the name.
    pub uniqueid: Option<String>,
    /// The channel's name.
    pub channel: String,
    /// The participant's number in a MeetMe conference.
    pub user: Option<u32>,
    /// The participant's number.
    pub caller_id_num: Option<String>,
    /// The participant's name.
    pub caller_id_name: Option<String>,
    /// Whether the participant is an administrator.
    pub admin: Option<bool>,
    /// Whether the participant is marked: others may wait for one who is.
    pub marked_user: Option<bool>,
    /// Whether the participant is muted.
    pub muted: Option<bool>,
    /// Whether the participant talks, where the user profile asks for it.
    pub talking: Option<bool>,
    /// Whether the participant waits for a marked one; as of the last list.
    pub waiting: Option<bool>,
    /// When the participant came, by the clock of whoever feeds the model; `None` if a list found it.
    pub joined: Option<SystemTime>,
}

fields!(Participant {
    uniqueid,
    channel,
    user,
    caller_id_num,
    caller_id_name,
    admin,
    marked_user,
    muted,
    talking,
    waiting,
    joined,
});

impl Conference {
    pub(super) fn inherit(&mut self, shown: &Self) -> bool {
        let mut told = self.participants.len() != shown.participants.len();
        keep(&mut self.bridge, &shown.bridge);
        keep(&mut self.recorded, &shown.recorded);
        keep(&mut self.locked, &shown.locked);
        keep(&mut self.muted, &shown.muted);
        self.started = shown.started.or(self.started);
        for participant in &mut self.participants {
            told |= !shown.participants.iter().any(|other| other.channel == participant.channel);
            let same = |other: &&Arc<Participant>| {
                let by_id = participant.uniqueid.is_some() && participant.uniqueid == other.uniqueid;
                by_id || participant.channel == other.channel
            };
            if let Some(shown) = shown.participants.iter().find(same) {
                let participant = Arc::make_mut(participant);
                keep(&mut participant.uniqueid, &shown.uniqueid);
                keep(&mut participant.user, &shown.user);
                keep(&mut participant.caller_id_num, &shown.caller_id_num);
                keep(&mut participant.caller_id_name, &shown.caller_id_name);
                keep(&mut participant.admin, &shown.admin);
                keep(&mut participant.marked_user, &shown.marked_user);
                keep(&mut participant.muted, &shown.muted);
                keep(&mut participant.talking, &shown.talking);
                participant.joined = shown.joined.or(participant.joined);
            }
        }
        told
    }
}

impl Conference {
    fn new(name: &str) -> Self {
        Self { conference: name.to_owned(), ..Self::default() }
    }

    fn edit(&mut self, uniqueid: &str) -> Option<&mut Participant> {
        let is = |participant: &&mut Arc<Participant>| participant.uniqueid.as_deref() == Some(uniqueid);
        self.participants.iter_mut().find(is).map(Arc::make_mut)
    }

    /// Takes a participant out, by its `uniqueid`; of a list that has none, by the channel's name.
    fn remove(&mut self, uniqueid: &str, channel: &str) {
        self.participants.retain(|participant| match &participant.uniqueid {
            Some(other) => other != uniqueid,
            None => participant.channel != channel,
        });
    }
}

/// A channel that came into a conference.
pub(super) struct Joined {
    pub uniqueid: String,
    pub conference: String,
}

/// Applies an event; `None` if it is not about conferences.
pub(super) fn apply(conferences: &mut Family, name: &str, event: &Event, at: SystemTime) -> Option<Option<Joined>> {
    let mut joined = None;
    match name {
        "ConfbridgeStart" => {
            let e = event::ConfbridgeStart::from(event);
            conferences.apply(&mut |table, _| start(table, e.conference, e.bridge.uniqueid, at));
        }
        "ConfbridgeEnd" => {
            let e = event::ConfbridgeEnd::from(event);
            conferences.apply(&mut |table, _| {
                let bridge = table.get::<Conference>(e.conference).and_then(|conference| conference.bridge.clone());
                // One of the same name may have begun since.
                if bridge.map_or(true, |bridge| e.bridge.uniqueid.is_empty() || bridge == e.bridge.uniqueid) {
                    table.remove(e.conference);
                }
            });
        }
        "ConfbridgeJoin" => {
            let e = event::ConfbridgeJoin::from(event);
            let mut new = participant(&e.channel, at);
            (new.admin, new.muted) = (e.admin, e.muted);
            conferences.apply(&mut |table, _| {
                start(table, e.conference, e.bridge.uniqueid, at);
                join(table, e.conference, &new);
            });
            joined = tie(&e.channel, e.conference);
        }
        "ConfbridgeLeave" => {
            let e = event::ConfbridgeLeave::from(event);
            conferences.apply(&mut |table, _| {
                if let Some(conference) = table.edit::<Conference>(e.conference) {
                    conference.remove(e.channel.uniqueid, e.channel.name);
                }
            });
        }
        "ConfbridgeMute" | "ConfbridgeUnmute" | "ConfbridgeTalking" => {
            let e = event::ConfbridgeTalking::from(event);
            conferences.apply(&mut |table, _| {
                let conference = table.edit::<Conference>(e.conference);
                let Some(p) = conference.and_then(|conference| conference.edit(e.channel.uniqueid)) else { return };
                match name {
                    "ConfbridgeTalking" => p.talking = e.talking_status.or(p.talking),
                    _ => p.muted = Some(name == "ConfbridgeMute"),
                }
            });
        }
        "ConfbridgeRecord" | "ConfbridgeStopRecord" => {
            let e = event::ConfbridgeRecord::from(event);
            conferences.apply(&mut |table, _| {
                if let Some(conference) = table.edit::<Conference>(e.conference) {
                    conference.recorded = Some(name == "ConfbridgeRecord");
                }
            });
        }
        "MeetmeJoin" => {
            let e = event::MeetmeJoin::from(event);
            let mut new = participant(&e.channel, at);
            new.user = e.user;
            conferences.apply(&mut |table, _| {
                start(table, e.meetme, "", at);
                join(table, e.meetme, &new);
            });
            joined = tie(&e.channel, e.meetme);
        }
        "MeetmeLeave" => {
            let e = event::MeetmeLeave::from(event);
            conferences.apply(&mut |table, _| {
                if let Some(conference) = table.edit::<Conference>(e.meetme) {
                    conference.remove(e.channel.uniqueid, e.channel.name);
                }
            });
        }
        "MeetmeEnd" => {
            let e = event::MeetmeEnd::from(event);
            conferences.apply(&mut |table, _| table.remove(e.meetme));
        }
        "MeetmeMute" | "MeetmeTalking" => {
            let e = event::MeetmeMute::from(event);
            conferences.apply(&mut |table, _| {
                let conference = table.edit::<Conference>(e.meetme);
                let Some(p) = conference.and_then(|conference| conference.edit(e.channel.uniqueid)) else { return };
                let field = if name == "MeetmeMute" { &mut p.muted } else { &mut p.talking };
                *field = e.status.or(*field);
            });
        }
        _ => return None,
    }
    Some(joined)
}

fn tie(channel: &ChannelSnapshot<'_>, conference: &str) -> Option<Joined> {
    let (uniqueid, conference) = (channel.uniqueid.to_owned(), conference.to_owned());
    (!uniqueid.is_empty()).then_some(Joined { uniqueid, conference })
}

fn start(table: &mut Noted, name: &str, bridge: &str, at: SystemTime) {
    let there = table.get::<Conference>(name);
    let bridge = owned(bridge);
    if name.is_empty() || there.is_some_and(|there| bridge.is_none() || there.bridge == bridge) {
        return;
    }
    match table.edit::<Conference>(name) {
        // One that a list found, or the next of the name; who is in that joins it by itself.
        Some(conference) if conference.bridge.is_none() => conference.bridge = bridge,
        _ => table.put(Conference { bridge, started: Some(at), ..Conference::new(name) }),
    }
}

fn participant(channel: &ChannelSnapshot<'_>, at: SystemTime) -> Participant {
    Participant {
        uniqueid: owned(channel.uniqueid),
        channel: channel.name.to_owned(),
        caller_id_num: owned(channel.caller_id_num),
        caller_id_name: owned(channel.caller_id_name),
        joined: Some(at),
        ..Participant::default()
    }
}

fn join(table: &mut Noted, name: &str, new: &Participant) {
    let there = |p: &Arc<Participant>| p.uniqueid == new.uniqueid || (p.uniqueid.is_none() && p.channel == new.channel);
    if !table.get::<Conference>(name).is_some_and(|conference| conference.participants.iter().any(there)) {
        if let Some(conference) = table.edit::<Conference>(name) {
            conference.participants.push(Arc::new(new.clone()));
        }
    }
}

/// A channel is hung up that takes part: the conference may say so later, or not at all.
pub(super) fn hung_up(conferences: &mut Family, name: &str, uniqueid: &str) {
    conferences.apply(&mut |table, _| {
        if let Some(conference) = table.edit::<Conference>(name) {
            conference.remove(uniqueid, "");
        }
    });
}

/// Puts in what `ConfbridgeListRooms` lists; the rooms.
pub(super) fn list_rooms(conferences: &mut Family, items: &[Event]) -> Vec<String> {
    let mut rooms = Vec::new();
    conferences.list(&mut |table| {
        for item in items {
            let e = event::ConfbridgeListRooms::from(item);
            if !e.conference.is_empty() {
                table.put(Conference { locked: e.locked, muted: e.muted, ..Conference::new(e.conference) });
                rooms.push(e.conference.to_owned());
            }
        }
    });
    rooms
}

/// Puts in what `ConfbridgeList` lists of a room, or `MeetmeList` of all.
pub(super) fn list(conferences: &mut Family, items: &[Event], named: &dyn Fn(&str) -> Option<String>) {
    conferences.list(&mut |table| {
        for item in items {
            let new = match item.name() {
                "ConfbridgeList" => {
                    let e = event::ConfbridgeList::from(item);
                    let flags = (e.admin, e.marked_user, e.muted, e.talking, e.waiting);
                    (e.conference, from_list(&e.channel, None, flags))
                }
                "MeetmeList" => {
                    let e = event::MeetmeList::from(item);
                    let is = |text: &str, words: &[&str]| (!text.is_empty()).then(|| words.contains(&text));
                    let muted = is(e.muted, &["By admin", "By self"]);
                    let flags = (e.admin, e.marked_user, muted, is(e.talking, &["Yes"]), None);
                    let channel = ChannelSnapshot::of(item, "");
                    (e.conference, from_list(&channel, e.user_number, flags))
                }
                _ => continue,
            };
            let (name, mut new) = new;
            if new.uniqueid.is_none() {
                new.uniqueid = named(&new.channel);
            }
            if !table.has(name) {
                table.put(Conference::new(name));
            }
            join(table, name, &new);
        }
    });
}

type Flags = (Option<bool>, Option<bool>, Option<bool>, Option<bool>, Option<bool>);

fn from_list(channel: &ChannelSnapshot<'_>, user: Option<u32>, flags: Flags) -> Participant {
    let (admin, marked_user, muted, talking, waiting) = flags;
    Participant {
        uniqueid: owned(channel.uniqueid),
        channel: channel.name.to_owned(),
        user,
        caller_id_num: owned(channel.caller_id_num),
        caller_id_name: owned(channel.caller_id_name),
        admin,
        marked_user,
        muted,
        talking,
        waiting,
        joined: None,
    }
}
