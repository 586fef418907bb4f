//! Queues: callers in order, members, and the figures of the last list.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::channels::owned;
use super::family::{keep, Family};
use super::fields::fields;
use super::part::Why;
use super::table::Noted;
use super::unseen::is_left_behind;
use crate::event::values::QueueMemberState;
use crate::event::{self, ChannelSnapshot, Event, MemberSnapshot};

/// A queue with its callers and members.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Queue {
    /// The queue's name.
    pub name: String,
    /// Those who wait, by position.
    pub callers: Vec<Arc<Caller>>,
    /// Those who answer, in the order of the list, then as they were added.
    pub members: Vec<Arc<Member>>,
    /// How the next member is chosen, such as `ringall`.
    pub strategy: Option<String>,
    /// How many may wait; 0 for any number.
    pub max: Option<u32>,
    /// How long callers wait, in seconds, as a moving average; as of the last list.
    pub hold_time: Option<u64>,
    /// How long calls last, in seconds, as a moving average; as of the last list.
    pub talk_time: Option<u64>,
    /// The calls that members answered; as of the last list.
    pub completed: Option<u32>,
    /// The callers that hung up while they waited: as of the last list, and those that events told since.
    pub abandoned: Option<u32>,
    /// Within how many seconds a call has to be answered to count for the service level.
    pub service_level: Option<u64>,
    /// How many calls were answered within the service level, in percent; as of the last list.
    pub service_level_perf: Option<f64>,
    /// The weight of the queue for members of several.
    pub weight: Option<i32>,
    /// When the figures were listed; `None` if the queue is known from events alone.
    pub as_of: Option<SystemTime>,
}

fields!(Queue {
    name,
    callers,
    members,
    strategy,
    max,
    hold_time,
    talk_time,
    completed,
    abandoned,
    service_level,
    service_level_perf,
    weight,
    as_of,
});

/// Somebody who waits in a queue.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Caller {
    /// The queue's name.
    pub queue: String,
    /// The `uniqueid` of the channel. It may not be known yet, or no more.
    pub uniqueid: String,
    /// The place in the queue, from 1.
    pub position: u32,
    /// The channel's name.
    pub channel: Option<String>,
    /// The caller's number.
    pub caller_id_num: Option<String>,
    /// The caller's name.
    pub caller_id_name: Option<String>,
    /// When the caller came, by the clock of whoever feeds the model.
    pub joined: Option<SystemTime>,
    /// Whether the caller has hung up, and is about to leave.
    pub gave_up: bool,
}

fields!(Caller { queue, uniqueid, position, channel, caller_id_num, caller_id_name, joined, gave_up });

/// Somebody who answers the calls of a queue.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Member {
    /// The queue's name.
    pub queue: String,
    /// What is dialled to reach the member, such as `PJSIP/100`; it names the member in the queue.
    pub interface: String,
    /// The name that whoever added the member gave it; often the interface itself, and not unique.
    pub name: Option<String>,
    /// The device whose state decides whether the member is called.
    pub state_interface: Option<String>,
    /// `static`, `dynamic` or `realtime`.
    pub membership: Option<String>,
    /// Members with a higher penalty are called only when those with a lower one are not available.
    pub penalty: Option<i32>,
    /// The calls that the member has answered; it changes with the next device state, not by itself.
    pub calls_taken: Option<u32>,
    /// When the member's last call ended, in seconds since 1970 by the server's clock; 0 if it had none.
    pub last_call: Option<f64>,
    /// When the member was last paused, in seconds since 1970 by the server's clock; 0 if it never was.
    pub last_pause: Option<f64>,
    /// When the member was added, in seconds since 1970 by the server's clock.
    pub login_time: Option<f64>,
    /// Whether the member is in a call from this queue. Asterisk 11 and later.
    pub in_call: Option<bool>,
    /// The state of the member's device.
    pub status: Option<QueueMemberState>,
    /// Whether the member is paused.
    pub paused: Option<bool>,
    /// Why the member is paused.
    pub paused_reason: Option<String>,
    /// Whether the queue may ring the member while its device is in use.
    pub ringinuse: Option<bool>,
    /// How many seconds after a call the member is left in peace.
    pub wrapuptime: Option<u64>,
    /// The caller that the member's phone rings for now, by its channel's `uniqueid`; in no list.
    pub rings_for: Option<String>,
    /// The caller that the member talks to now, by its channel's `uniqueid`; in no list.
    pub talks_to: Option<String>,
}

fields!(Member {
    queue,
    interface,
    name,
    state_interface,
    membership,
    penalty,
    calls_taken,
    last_call,
    last_pause,
    login_time,
    in_call,
    status,
    paused,
    paused_reason,
    ringinuse,
    wrapuptime,
    rings_for,
    talks_to,
});

impl Queue {
    /// The caller of a channel.
    pub fn caller(&self, uniqueid: &str) -> Option<&Arc<Caller>> {
        self.callers.iter().find(|caller| caller.uniqueid == uniqueid)
    }

    /// The member of an interface.
    pub fn member(&self, interface: &str) -> Option<&Arc<Member>> {
        self.members.iter().find(|member| member.interface == interface)
    }
}

impl Queue {
    pub(super) fn inherit(&mut self, shown: &Self) -> bool {
        let mut told = self.callers.len() != shown.callers.len() || self.members.len() != shown.members.len();
        for (caller, there) in self.callers.iter().zip(&shown.callers) {
            told |= caller.uniqueid != there.uniqueid;
        }
        for caller in &mut self.callers {
            if let Some(shown) = shown.caller(&caller.uniqueid) {
                let caller = Arc::make_mut(caller);
                caller.joined = shown.joined.or(caller.joined);
                caller.gave_up |= shown.gave_up;
            }
        }
        for member in &mut self.members {
            let Some(shown) = shown.member(&member.interface) else {
                told = true;
                continue;
            };
            told |= member.status != shown.status || member.paused != shown.paused;
            let member = Arc::make_mut(member);
            keep(&mut member.rings_for, &shown.rings_for);
            keep(&mut member.talks_to, &shown.talks_to);
            keep(&mut member.ringinuse, &shown.ringinuse);
            keep(&mut member.last_pause, &shown.last_pause);
            keep(&mut member.login_time, &shown.login_time);
            keep(&mut member.wrapuptime, &shown.wrapuptime);
            keep(&mut member.state_interface, &shown.state_interface);
            keep(&mut member.in_call, &shown.in_call);
        }
        told
    }
}

impl Queue {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    fn number_callers(&mut self) {
        for (caller, position) in self.callers.iter_mut().zip(1..) {
            if caller.position != position {
                Arc::make_mut(caller).position = position;
            }
        }
    }

    fn edit_member(&mut self, interface: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.interface == interface).map(Arc::make_mut)
    }

    /// No member rings for a caller or talks to it any more.
    fn let_go(&mut self, uniqueid: &str, talks: bool) {
        for member in &mut self.members {
            if member.rings_for.as_deref() == Some(uniqueid) {
                Arc::make_mut(member).rings_for = None;
            }
            if talks && member.talks_to.as_deref() == Some(uniqueid) {
                Arc::make_mut(member).talks_to = None;
            }
        }
    }
}

impl Member {
    fn new(queue: &str, interface: &str) -> Self {
        Self {
            queue: queue.to_owned(),
            interface: interface.to_owned(),
            name: None,
            state_interface: None,
            membership: None,
            penalty: None,
            calls_taken: None,
            last_call: None,
            last_pause: None,
            login_time: None,
            in_call: None,
            status: None,
            paused: None,
            paused_reason: None,
            ringinuse: None,
            wrapuptime: None,
            rings_for: None,
            talks_to: None,
        }
    }

    /// Takes what an event or a list says; from Asterisk 12 on that is all there is.
    fn describe(&mut self, m: &MemberSnapshot<'_>, reason: &str) {
        let told = [
            (&mut self.name, owned(m.name)),
            (&mut self.state_interface, owned(m.state_interface)),
            (&mut self.membership, m.membership.and_then(|membership| owned(membership.as_str()))),
        ];
        for (field, text) in told {
            if text.is_some() {
                *field = text;
            }
        }
        self.penalty = m.penalty.or(self.penalty);
        self.calls_taken = m.calls_taken.or(self.calls_taken);
        self.last_call = m.last_call.or(self.last_call);
        self.last_pause = m.last_pause.or(self.last_pause);
        self.login_time = m.login_time.or(self.login_time);
        self.in_call = m.in_call.or(self.in_call);
        self.status = m.status.or(self.status);
        if m.paused.is_some() {
            self.paused = m.paused;
            self.paused_reason = owned(m.paused_reason).or_else(|| owned(reason));
        }
        self.ringinuse = m.ringinuse.or(self.ringinuse);
        self.wrapuptime = m.wrapuptime.or(self.wrapuptime);
    }
}

/// The channels that a queue has to do with, as an event says.
pub(super) enum Tie {
    /// The channel waits in the queue, or is talked to by one of its members.
    In { uniqueid: String, queue: String },
    /// It does no more.
    Out { uniqueid: String },
}

/// Applies an event; `None` if it is not about queues.
pub(super) fn apply(
    queues: &mut Family,
    name: &str,
    event: &Event,
    at: SystemTime,
    doubts: &mut Vec<Why>,
) -> Option<Option<Tie>> {
    let mut tie = None;
    // What does not agree with the picture that is gathered aside says nothing of the one that is shown.
    let mut aside = Vec::new();
    match name {
        "QueueCallerJoin" | "Join" => {
            let e = event::QueueCallerJoin::from(event);
            queues.apply(&mut |table, shown| {
                let doubts = if shown { &mut *doubts } else { &mut aside };
                join(table, &e, at, doubts);
            });
            tie = Some(Tie::In { uniqueid: e.channel.uniqueid.to_owned(), queue: e.queue.to_owned() });
        }
        "QueueCallerLeave" | "Leave" => {
            let e = event::QueueCallerLeave::from(event);
            queues.apply(&mut |table, shown| {
                let doubts = if shown { &mut *doubts } else { &mut aside };
                leave(table, e.queue, e.channel.uniqueid, e.count, doubts);
            });
            tie = Some(Tie::Out { uniqueid: e.channel.uniqueid.to_owned() });
        }
        "QueueCallerAbandon" => {
            let e = event::QueueCallerAbandon::from(event);
            queues.apply(&mut |table, _| {
                let Some(queue) = table.edit::<Queue>(e.queue) else { return };
                let mut callers = queue.callers.iter_mut();
                if let Some(caller) = callers.find(|caller| caller.uniqueid == e.channel.uniqueid) {
                    Arc::make_mut(caller).gave_up = true;
                }
            });
        }
        "QueueMemberAdded"
        | "QueueMemberStatus"
        | "QueueMemberPause"
        | "QueueMemberPaused"
        | "QueueMemberPenalty"
        | "QueueMemberRinginuse" => {
            let e = event::QueueMemberPause::from(event);
            queues.apply(&mut |table, shown| {
                let doubts = if shown { &mut *doubts } else { &mut aside };
                member(table, &e, name == "QueueMemberAdded", doubts);
            });
        }
        "QueueMemberRemoved" => {
            let e = event::QueueMemberRemoved::from(event);
            queues.apply(&mut |table, _| {
                if let Some(queue) = table.edit::<Queue>(e.queue) {
                    queue.members.retain(|member| member.interface != e.member.interface);
                }
            });
        }
        "AgentCalled" => {
            let e = event::AgentCalled::from(event);
            let caller = caller_of(&e.channel);
            queues.apply(&mut |table, _| {
                if let Some(member) = table.edit::<Queue>(e.queue).and_then(|queue| queue.edit_member(e.interface)) {
                    member.rings_for.clone_from(&caller);
                }
            });
        }
        "AgentConnect" => {
            let e = event::AgentConnect::from(event);
            let caller = caller_of(&e.channel);
            queues.apply(&mut |table, _| {
                let Some(queue) = table.edit::<Queue>(e.queue) else { return };
                queue.let_go(e.channel.uniqueid, false);
                if let Some(member) = queue.edit_member(e.interface) {
                    member.talks_to.clone_from(&caller);
                }
            });
            tie = caller.map(|uniqueid| Tie::In { uniqueid, queue: e.queue.to_owned() });
        }
        "AgentComplete" | "AgentDump" | "AgentRingNoAnswer" => {
            let e = event::AgentDump::from(event);
            queues.apply(&mut |table, _| {
                if let Some(member) = table.edit::<Queue>(e.queue).and_then(|queue| queue.edit_member(e.interface)) {
                    member.rings_for = None;
                    if name != "AgentRingNoAnswer" {
                        member.talks_to = None;
                    }
                }
            });
        }
        _ => return None,
    }
    Some(tie)
}

fn caller_of(channel: &ChannelSnapshot<'_>) -> Option<String> {
    (!channel.uniqueid.is_empty()).then(|| channel.uniqueid.to_owned())
}

fn join(table: &mut Noted, e: &event::QueueCallerJoin<'_>, at: SystemTime, doubts: &mut Vec<Why>) {
    let (name, uniqueid) = (e.queue, e.channel.uniqueid);
    if name.is_empty() || uniqueid.is_empty() {
        return;
    }
    if !table.has(name) {
        // Queues that a reload brings have no event.
        doubts.push(Why::Unknown { key: name.to_owned() });
        table.put(Queue::new(name));
    }
    let Some(queue) = table.edit::<Queue>(name) else { return };
    if queue.caller(uniqueid).is_none() {
        let place = (e.position.unwrap_or(u32::MAX).max(1) - 1) as usize;
        let caller = Caller {
            queue: name.to_owned(),
            uniqueid: uniqueid.to_owned(),
            position: 0,
            channel: owned(e.channel.name),
            caller_id_num: owned(e.channel.caller_id_num),
            caller_id_name: owned(e.channel.caller_id_name),
            joined: Some(at),
            gave_up: false,
        };
        queue.callers.insert(place.min(queue.callers.len()), Arc::new(caller));
        queue.number_callers();
    }
    count(queue, e.count, doubts);
}

fn leave(table: &mut Noted, name: &str, uniqueid: &str, counted: Option<u32>, doubts: &mut Vec<Why>) {
    let Some(queue) = table.edit::<Queue>(name) else {
        if !name.is_empty() {
            doubts.push(Why::Unknown { key: name.to_owned() });
        }
        return;
    };
    if queue.caller(uniqueid).is_some_and(|caller| caller.gave_up) {
        queue.abandoned = queue.abandoned.map(|abandoned| abandoned.saturating_add(1));
    }
    queue.callers.retain(|caller| caller.uniqueid != uniqueid);
    queue.number_callers();
    queue.let_go(uniqueid, false);
    count(queue, counted, doubts);
}

fn count(queue: &Queue, counted: Option<u32>, doubts: &mut Vec<Why>) {
    if counted.is_some_and(|count| count as usize != queue.callers.len()) {
        doubts.push(Why::Count { queue: queue.name.clone() });
    }
}

fn member(table: &mut Noted, e: &event::QueueMemberPause<'_>, added: bool, doubts: &mut Vec<Why>) {
    let (name, interface) = (e.queue, e.member.interface);
    if name.is_empty() || interface.is_empty() {
        return;
    }
    let known = table.get::<Queue>(name).is_some_and(|queue| queue.member(interface).is_some());
    if !known && (!added || !table.has(name)) {
        doubts.push(Why::Unknown { key: name.to_owned() });
    }
    if !table.has(name) {
        table.put(Queue::new(name));
    }
    let Some(queue) = table.edit::<Queue>(name) else { return };
    if !known {
        queue.members.push(Arc::new(Member::new(name, interface)));
    }
    if let Some(member) = queue.edit_member(interface) {
        member.describe(&e.member, e.reason);
    }
}

/// A channel is hung up that a queue has to do with; whether it waits there still.
pub(super) fn hung_up(queues: &mut Family, name: &str, uniqueid: &str) -> bool {
    queues.apply(&mut |table, _| {
        let serves = |member: &Arc<Member>| {
            member.rings_for.as_deref() == Some(uniqueid) || member.talks_to.as_deref() == Some(uniqueid)
        };
        if table.get::<Queue>(name).is_some_and(|queue| queue.members.iter().any(serves)) {
            if let Some(queue) = table.edit::<Queue>(name) {
                queue.let_go(uniqueid, true);
            }
        }
    });
    queues.shown.get::<Queue>(name).is_some_and(|queue| queue.caller(uniqueid).is_some())
}

/// A caller has left although no event said so.
pub(super) fn left(queues: &mut Family, name: &str, uniqueid: &str) {
    queues.apply(&mut |table, _| leave(table, name, uniqueid, None, &mut Vec::new()));
}

/// Puts in what `QueueStatus` lists.
pub(super) fn list(queues: &mut Family, items: &[Event], at: SystemTime) {
    queues.list(&mut |table| {
        for item in items {
            match item.name() {
                "QueueParams" => params(table, &event::QueueParams::from(item), at),
                "QueueMember" => {
                    let e = event::QueueMember::from(item);
                    let Some(queue) = table.edit::<Queue>(e.queue).filter(|_| !e.member.interface.is_empty()) else {
                        continue;
                    };
                    if queue.member(e.member.interface).is_none() {
                        queue.members.push(Arc::new(Member::new(e.queue, e.member.interface)));
                    }
                    if let Some(member) = queue.edit_member(e.member.interface) {
                        member.describe(&e.member, "");
                    }
                }
                "QueueEntry" => entry(table, &event::QueueEntry::from(item), at),
                _ => {}
            }
        }
    });
}

fn params(table: &mut Noted, e: &event::QueueParams<'_>, at: SystemTime) {
    if e.queue.is_empty() {
        return;
    }
    table.put(Queue {
        strategy: owned(e.strategy),
        max: e.max,
        hold_time: e.hold_time,
        talk_time: e.talk_time,
        completed: e.completed,
        abandoned: e.abandoned,
        service_level: e.service_level,
        service_level_perf: e.service_level_perf,
        weight: e.weight,
        as_of: Some(at),
        ..Queue::new(e.queue)
    });
}

fn entry(table: &mut Noted, e: &event::QueueEntry<'_>, at: SystemTime) {
    let Some(queue) = table.edit::<Queue>(e.queue).filter(|_| !is_left_behind(e.channel)) else { return };
    let position = e.position.unwrap_or_default();
    let place = queue.callers.partition_point(|other| other.position <= position);
    let caller = Caller {
        queue: e.queue.to_owned(),
        uniqueid: e.uniqueid.to_owned(),
        position,
        channel: owned(e.channel),
        caller_id_num: owned(e.caller_id_num),
        caller_id_name: owned(e.caller_id_name),
        joined: e.wait.and_then(|wait| at.checked_sub(Duration::from_secs(wait))),
        gave_up: false,
    };
    queue.callers.insert(place, Arc::new(caller));
    queue.number_callers();
}
