//! Conferences of ConfBridge and MeetMe.

use std::sync::Arc;
use std::time::SystemTime;

use super::family::Listed;
use super::fields::fields;
use super::map::Keyed;

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

impl Keyed for Conference {
    fn key(&self) -> &str {
        &self.conference
    }
}

impl Listed for Conference {
    fn inherit(&mut self, shown: &Self) -> bool {
        self != shown
    }
}
