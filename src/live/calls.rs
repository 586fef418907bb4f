//! Calls: channels that belong together, worked out from bridges, Local pairs and dials.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::fields::fields;
use crate::event::values::{ChannelState, HangupCause};

/// A call: channels that talk, ring for each other or are held together by the bridges and Local channels between
/// them; also a single channel that runs an application.
///
/// When it ends, the change that removes it holds all that is known of it: whoever took part, when, and why they
/// went.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Call {
    /// The `uniqueid` of the oldest channel that was ever in it.
    pub id: String,
    /// The channels in it now by their `uniqueid`, those of Local halves too.
    pub channels: Vec<String>,
    /// Those who take part or took part, in the order in which they came; without Local halves. Of those who are
    /// gone at most 32 are kept: see [`Call::left_out`].
    pub parties: Vec<Arc<Party>>,
    /// Who hears whom now: groups of parties by their `uniqueid`.
    pub talking: Vec<Vec<String>>,
    /// When it began, by the clock of whoever feeds the model.
    pub started: Option<SystemTime>,
    /// When two parties first heard each other.
    pub answered: Option<SystemTime>,
    /// When its last channel was hung up. `None` while it lasts, and where nobody saw the end: the link was lost, or
    /// events were, and a list showed that it is over.
    pub ended: Option<SystemTime>,
    /// Why the party that began it was hung up; while it lasts, `None`.
    pub cause: Option<HangupCause>,
    /// The queue that it waits in or waited in last.
    pub queue: Option<String>,
    /// The parties that are gone and were not kept; first those who never answered.
    pub left_out: u32,
    /// The call that this one became part of, where it was removed for that.
    pub merged_into: Option<String>,
    /// The call that this one was part of before.
    pub split_from: Option<String>,
}

fields!(Call {
    id,
    channels,
    parties,
    talking,
    started,
    answered,
    ended,
    cause,
    queue,
    left_out,
    merged_into,
    split_from,
});

/// Somebody who takes part in a call.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Party {
    /// The `uniqueid` of the channel; up to Asterisk 11 the last one that the leg had.
    pub uniqueid: String,
    /// The channel's name.
    pub channel: String,
    /// The party's number.
    pub caller_id_num: Option<String>,
    /// The party's name.
    pub caller_id_name: Option<String>,
    /// Whether the party was called; otherwise it called.
    pub called: bool,
    /// What its channel does, or did last.
    pub state: Option<ChannelState>,
    /// When its channel came to be.
    pub joined: Option<SystemTime>,
    /// When its phone first rang.
    pub rang: Option<SystemTime>,
    /// When its channel was first seen up.
    pub answered: Option<SystemTime>,
    /// Since when it hears somebody; `None` if it does not.
    pub talking_since: Option<SystemTime>,
    /// How long it has heard somebody, up to [`Party::talking_since`].
    pub talked: Duration,
    /// Whether it has put the call on hold.
    pub held: Option<bool>,
    /// The queue that called it.
    pub queue: Option<String>,
    /// The member of the queue that it is, by the member's interface.
    pub interface: Option<String>,
    /// How the attempt to reach it ended, such as `ANSWER` or `BUSY`.
    pub dial_status: Option<String>,
    /// When it was hung up; if [`Party::unseen`], when a list showed that it was gone.
    pub left: Option<SystemTime>,
    /// Whether nobody saw it go. What it talked is then counted up to when it was last known to be there.
    pub unseen: bool,
    /// Why it was hung up.
    pub cause: Option<HangupCause>,
}

fields!(Party {
    uniqueid,
    channel,
    caller_id_num,
    caller_id_name,
    called,
    state,
    joined,
    rang,
    answered,
    talking_since,
    talked,
    held,
    queue,
    interface,
    dial_status,
    left,
    unseen,
    cause,
});

impl Call {
    /// The party of a channel.
    pub fn party(&self, uniqueid: &str) -> Option<&Arc<Party>> {
        self.parties.iter().find(|party| party.uniqueid == uniqueid)
    }

    /// The party that began the call.
    pub fn caller(&self) -> Option<&Arc<Party>> {
        self.parties.iter().find(|party| !party.called).or_else(|| self.parties.first())
    }

    /// Those who take part now.
    pub fn present(&self) -> impl Iterator<Item = &Arc<Party>> {
        self.parties.iter().filter(|party| party.left.is_none())
    }

    /// Those whose phones ring now.
    pub fn ringing(&self) -> impl Iterator<Item = &Arc<Party>> {
        self.present().filter(|party| party.state == Some(ChannelState::Ringing))
    }

    /// How long parties have heard each other: the longest of them.
    pub fn talked(&self, now: SystemTime) -> Duration {
        self.parties.iter().map(|party| party.talked_until(now)).max().unwrap_or_default()
    }
}

impl Party {
    /// How long it has heard somebody.
    pub fn talked_until(&self, now: SystemTime) -> Duration {
        let now = self.talking_since.and_then(|since| now.duration_since(since).ok());
        self.talked + now.unwrap_or_default()
    }

    /// How long its phone rang; `None` if it did not ring, rings still, or nobody saw it stop.
    pub fn rang_for(&self) -> Option<Duration> {
        self.answered.or(self.left.filter(|_| !self.unseen))?.duration_since(self.rang?).ok()
    }
}
