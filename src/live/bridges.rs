//! Bridges: channels that hear each other; up to Asterisk 11, pairs of channels that are linked.

use std::time::SystemTime;

use super::channels::owned;
use super::fields::fields;
use crate::event::BridgeSnapshot;

/// A bridge and the channels in it.
///
/// Up to Asterisk 11, which has no bridges, this is a pair of channels that are linked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Bridge {
    /// What names the bridge among all; of a pair, the `uniqueid` of both, sorted as text, with `|` between.
    pub uniqueid: String,
    /// Such as `basic`, `base` or `parking`; up to Asterisk 11 `core` or `native`.
    pub kind: Option<String>,
    /// Such as `simple_bridge` or `native_rtp`.
    pub technology: Option<String>,
    /// The part of Asterisk that made it.
    pub creator: Option<String>,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// The channels in it by their `uniqueid`, in the order in which they came.
    pub members: Vec<String>,
    /// The members that the last event counted, hidden ones included.
    pub num_channels: Option<u32>,
    /// When it came to be, by the clock of whoever feeds the model; `None` if a list found it.
    pub created: Option<SystemTime>,
}

fields!(Bridge { uniqueid, kind, technology, creator, name, members, num_channels, created });

impl Bridge {
    pub(super) fn new(uniqueid: &str) -> Self {
        Self {
            uniqueid: uniqueid.to_owned(),
            kind: None,
            technology: None,
            creator: None,
            name: None,
            members: Vec::new(),
            num_channels: None,
            created: None,
        }
    }

    /// Whether its members do not hear each other: a parking lot, a waiting room.
    pub fn is_holding(&self) -> bool {
        self.technology.as_deref() == Some("holding_bridge") || self.kind.as_deref() == Some("parking")
    }

    /// Whether all its members are seen, so that they can be counted.
    pub(super) fn counts(&self) -> bool {
        self.kind.as_deref() == Some("basic")
    }

    pub(super) fn is_pair(&self) -> bool {
        self.uniqueid.contains('|')
    }
}

/// The `uniqueid` of a pair of linked channels.
pub(super) fn pair(one: &str, two: &str) -> String {
    if one < two {
        format!("{one}|{two}")
    } else {
        format!("{two}|{one}")
    }
}

/// Takes what an event says of the bridge itself.
pub(super) fn describe(bridge: &mut Bridge, snapshot: &BridgeSnapshot<'_>) {
    let fields = [
        (&mut bridge.kind, snapshot.kind),
        (&mut bridge.technology, snapshot.technology),
        (&mut bridge.creator, snapshot.creator),
        (&mut bridge.name, snapshot.name),
    ];
    for (field, text) in fields {
        let text = owned(text);
        if text.is_some() {
            *field = text;
        }
    }
    bridge.num_channels = snapshot.num_channels.or(bridge.num_channels);
}
