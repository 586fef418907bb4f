//! Which channels there are, and what joins them: the rules of events and lists about channels, bridges and dials.

mod bridges;
mod channels;
mod dials;
mod links;
mod list;
mod masquerade;
mod names;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use super::bridges::Bridge;
use super::channels::Channel;
use super::ghosts::Silent;
use super::part::Why;
use super::table::Table;
use crate::event::values::{BridgeState, HangupCause};
use crate::event::{self, ChannelSnapshot, Event};

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
    Gone { channel: Arc<Channel>, end: End },
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

/// So many events that came just before a list are applied once more behind it.
const EARLY: usize = 1024;

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
    /// The last events before the list of what is gathered aside.
    early: VecDeque<Event>,
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
            early: VecDeque::new(),
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

    /// Something of a channel is different that a party shows.
    fn touched(&mut self, uniqueid: &str) {
        if self.shown {
            self.notes.push(Note::Touched(uniqueid.to_owned()));
        }
    }

    /// A channel is joined with others than before.
    fn rewired(&mut self, uniqueid: &str) {
        if self.shown {
            self.notes.push(Note::Rewired(uniqueid.to_owned()));
        }
    }

    /// The bridge that a channel is in.
    fn bridge_of(&self, uniqueid: &str) -> Option<String> {
        self.channels.get(uniqueid)?.bridge.clone()
    }

    fn doubt_unknown(&mut self, key: &str) {
        self.doubt(Why::Unknown { key: key.to_owned() });
    }

    fn doubt_order(&mut self, uniqueid: &str) {
        self.doubt(Why::Order { key: uniqueid.to_owned() });
    }

    fn doubt_members(&mut self, bridge: &str) {
        self.doubt(Why::Members { bridge: bridge.to_owned() });
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
                self.glimpsed(&e.channel);
                self.knows(e.dest.uniqueid);
                self.glimpsed(&e.dest);
                self.dial(e.channel.uniqueid, e.dest.uniqueid);
            }
            "DialState" => {
                let e = event::DialState::from(event);
                self.glimpsed(&e.channel);
                self.knows(e.dest.uniqueid);
                self.glimpsed(&e.dest);
            }
            "DialEnd" => {
                let e = event::DialEnd::from(event);
                self.glimpsed(&e.channel);
                self.glimpsed(&e.dest);
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
            self.doubt_unknown(uniqueid);
        }
        false
    }

    /// Takes everything away.
    pub fn clear(&mut self, at: SystemTime) {
        self.at = at;
        for uniqueid in self.channels.things.keys() {
            self.bury(&uniqueid, End::Unseen);
        }
        self.bridges.things.clear();
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
