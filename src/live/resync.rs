//! Which lists to ask for, in which order, and what an answer that is no list means.

use std::collections::VecDeque;

use super::part::{Part, Why};
use crate::action::Action;

/// What the model needs next; from [`Model::want`](super::Model::want).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Want {
    /// The list that this action answers: give it to [`Model::list`](super::Model::list) at its place among the
    /// events, or tell [`Model::refused`](super::Model::refused).
    List(Action),
    /// The fence: let a global variable be set, wait for its `VarSet` to come, and tell
    /// [`Model::fenced`](super::Model::fenced). Where that cannot be, wait for a while in its place.
    Fence,
}

/// Parts that are being listed anew.
#[derive(Debug)]
pub(super) struct Round {
    /// What is shown at the fence; none where it is asked for single channels.
    pub parts: Vec<Part>,
    pub lists: VecDeque<Action>,
    /// Whether it is a look at how things are, and no event was strange.
    pub looks: bool,
    /// Whether the answer to what was wanted last is out.
    pub out: bool,
}

/// A part that is to be listed, the one queue of it that is, and why.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pending {
    pub part: Part,
    pub queue: Option<String>,
    pub why: Option<Why>,
}

/// The lists of a part. Those behind the first may be refused without a word on the part.
pub(super) fn lists(part: Part, queue: Option<&str>) -> Vec<Action> {
    let names: &[&'static str] = match part {
        Part::Calls => &["CoreShowChannels", "BridgeList"],
        Part::Queues => match queue {
            Some(queue) => return vec![Action::new("QueueStatus").param("Queue", queue)],
            None => &["QueueStatus"],
        },
        Part::Conferences => &["ConfbridgeListRooms", "MeetmeList"],
        Part::Parking => &["ParkedCalls"],
        Part::Devices => &["DeviceStateList"],
        Part::Hints => &["ExtensionStateList"],
        Part::Endpoints => &["PJSIPShowEndpoints", "SIPpeers", "IAXpeerlist"],
        Part::Agents => &["Agents"],
    };
    names.iter().map(|name| Action::new(*name)).collect()
}

/// The part that a list is about.
pub(super) fn part_of(action: &str) -> Option<Part> {
    Some(match action.to_ascii_lowercase().as_str() {
        "coreshowchannels" | "status" | "bridgelist" | "bridgeinfo" => Part::Calls,
        "queuestatus" => Part::Queues,
        "confbridgelistrooms" | "confbridgelist" | "meetmelist" => Part::Conferences,
        "parkedcalls" => Part::Parking,
        "devicestatelist" => Part::Devices,
        "extensionstatelist" => Part::Hints,
        "pjsipshowendpoints" | "sippeers" | "iaxpeerlist" => Part::Endpoints,
        "agents" => Part::Agents,
        _ => return None,
    })
}

/// Whether it asks for bridges, which every account may, and which are of use beside the list of channels alone.
pub(super) fn is_of_bridges(action: &Action) -> bool {
    ["BridgeList", "BridgeInfo"].iter().any(|name| name.eq_ignore_ascii_case(action.name()))
}

/// The channel that is asked for by itself.
pub(super) fn channel_of(action: &Action) -> Option<&str> {
    action.get("Channel").filter(|channel| action.name().eq_ignore_ascii_case("Status") && !channel.is_empty())
}

/// What the server means by refusing a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Refusal {
    /// There is nothing to list.
    Empty,
    Permission,
    NoSuchAction,
}

pub(super) fn refusal(message: &str) -> Refusal {
    let message = message.to_ascii_lowercase();
    if message.contains("permission denied") {
        Refusal::Permission
    } else if message.contains("invalid/unknown command") || message.contains("no such command") {
        Refusal::NoSuchAction
    } else {
        Refusal::Empty
    }
}
