//! Queues: callers in order, members, and the figures of the last list.

use std::sync::Arc;
use std::time::SystemTime;

use super::family::Listed;
use super::fields::fields;
use super::map::Keyed;
use crate::event::values::QueueMemberState;

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
}

fields!(Caller { queue, uniqueid, position, channel, caller_id_num, caller_id_name, joined });

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

impl Keyed for Queue {
    fn key(&self) -> &str {
        &self.name
    }
}

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

impl Listed for Queue {
    fn inherit(&mut self, shown: &Self) -> bool {
        self != shown
    }
}
