//! The model: packets in, changes out.

mod apply;
mod leaving;
mod link;
mod lists;
mod out;
mod round;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::change::Change;
use super::family::Families;
use super::gather::Calls;
use super::ghosts::Ghosts;
use super::part::{Part, Parts, Unavailable, Validity, Why};
use super::resync::{Pending, Round};
use super::snapshot::{Maps, Snapshot};
use super::unseen::Unseen;
use super::wiring::Wiring;
use crate::event::Event;

/// How long something may look wrong that mostly is put right by the next event.
const PATIENCE: Duration = Duration::from_secs(1);

/// The picture of an exchange, kept from its events and lists.
///
/// It has no thread, no clock and no socket: whoever holds it feeds it with what came, in the order in which it
/// came, and says when that was. `Client::live` does so; a program does it itself with a
/// recording, or with events that it takes anyway.
///
/// Of one exchange it needs every event from some moment on and, to know what was before that moment, the lists that
/// [`Model::want`] names, each at its place among the events, and then the fence.
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
///
/// use gami::live::Model;
/// use gami::{packet::Packet, Event, Parts};
///
/// let mut model = Model::new(Parts::new().calls());
/// let new = Event::from(Packet::new(
///     b"Event: Newchannel\r\nChannel: PJSIP/100-1\r\nChannelState: 4\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n",
/// ));
/// model.event(&new, SystemTime::now());
/// assert_eq!(model.snapshot().channel("1.1").unwrap().name, "PJSIP/100-1");
/// for change in model.changes() {
///     println!("{change:?}");
/// }
/// ```
#[derive(Debug)]
pub struct Model {
    parts: Parts,
    wiring: Wiring,
    /// Channels and bridges that are gathered while the old ones are shown, and whether their list has come.
    aside: Option<(Wiring, bool)>,
    calls: Calls,
    ghosts: Ghosts,
    families: Families,
    /// As in the snapshots.
    validity: Arc<[Validity; Part::ALL.len()]>,
    pending: Vec<Pending>,
    round: Option<Round>,
    /// The queue that a channel waits in, or whose member it talks to; only for what is hung up.
    queued: HashMap<String, String>,
    /// The conference that a channel is in; only for what is hung up.
    conferring: HashMap<String, String>,
    /// Since when a caller is hung up, or elsewhere, that its queue has to let go.
    leaving: Vec<(SystemTime, String, String)>,
    unseen: Unseen,
    pub(super) doubts: Vec<(Part, Why)>,
    changes: Vec<Change>,
    counts: Counts,
    seq: u64,
    /// When the server started, as far as it said so.
    booted: Option<SystemTime>,
    no_meetme: bool,
}

/// What a [`Model`] has counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// The events that it was given.
    pub events: u64,
    /// The lists that it was given.
    pub lists: u64,
    /// How often something did not agree with a valid picture.
    pub suspicions: u64,
    /// The things that a new list showed otherwise than a picture that was valid: 0 as long as no event is lost.
    pub corrections: u64,
    /// The channels that the server listed although they were gone, and that were taken out of the picture: some
    /// versions of Asterisk never end to list a few.
    pub ghosts: u64,
    /// How often parts were listed and shown.
    pub rounds: u64,
    /// How often the server was started anew.
    pub restarts: u64,
    /// What it remembers beside the picture itself, such as which name a channel has: 0 once there is no channel.
    pub remembered: usize,
}

impl Model {
    /// A model of these parts of an exchange, of which it knows nothing yet.
    pub fn new(parts: Parts) -> Self {
        let validity = Part::ALL.map(|part| match parts.contains(part) {
            true => Validity::Loading,
            false => Validity::Unavailable(Unavailable::NotAsked),
        });
        Self {
            parts,
            wiring: Wiring::new(true, false),
            aside: None,
            calls: Calls::new(),
            ghosts: Ghosts::default(),
            families: Families::new(),
            validity: Arc::new(validity),
            pending: Vec::new(),
            round: None,
            queued: HashMap::new(),
            conferring: HashMap::new(),
            leaving: Vec::new(),
            unseen: Unseen::default(),
            doubts: Vec::new(),
            changes: Vec::new(),
            counts: Counts::default(),
            seq: 0,
            booted: None,
            no_meetme: false,
        }
    }

    /// Tells the server's version by the line that it greets with; `1.` is Asterisk up to 11.
    ///
    /// Without it the model tells from what comes.
    pub fn banner(&mut self, banner: &str) {
        if let Some((_, version)) = banner.rsplit_once('/') {
            self.wiring.set_old(version.starts_with("1."));
        }
    }

    /// Takes an event that came, and the time at which it came.
    ///
    /// Events of a list are none of these: see [`Model::list`].
    pub fn event(&mut self, event: &Event, at: SystemTime) {
        self.seq = if event.seq() >= self.seq { event.seq() + 1 } else { self.seq + 1 };
        self.counts.events += 1;
        let name = event.name();
        if name != "VarSet" {
            self.apply(name, event, at);
        }
        if !self.leaving.is_empty() || !self.wiring.parted.is_empty() {
            self.overdue(at);
        }
        self.finish(at, false);
    }

    /// Tells that time has passed without an event; a few times a second is enough.
    pub fn tick(&mut self, at: SystemTime) {
        self.overdue(at);
        self.finish(at, false);
    }

    /// Whether something may look wrong for too long: then [`Model::tick`] is to be called.
    pub fn is_waiting(&self) -> bool {
        !self.leaving.is_empty() || !self.wiring.parted.is_empty()
    }

    /// A fence came back after so long, which nobody waited for: events are that far behind.
    pub fn measured(&mut self, lag: Duration, at: SystemTime) {
        for part in self.parts.iter() {
            if let Validity::Valid { as_of, .. } = self.validity[part as usize] {
                self.set_validity(part, Validity::Valid { as_of, lag: Some(lag) }, at);
            }
        }
    }

    /// Whether parts are being listed.
    pub fn is_listing(&self) -> bool {
        self.round.is_some()
    }

    /// What is to be listed, and why; `None` for what is listed because the link is new.
    pub fn pending(&self) -> impl Iterator<Item = (Part, Option<&Why>)> {
        let silent = self.ghosts.has_questions().then_some((Part::Calls, Some(&Why::Silent)));
        self.pending.iter().map(|pending| (pending.part, pending.why.as_ref())).chain(silent)
    }

    /// The picture as it is.
    pub fn snapshot(&self) -> Snapshot {
        let maps = Maps {
            channels: self.wiring.channels.things.map().clone(),
            bridges: self.wiring.bridges.things.map().clone(),
            calls: self.calls.table.things.map().clone(),
            queues: self.families[Part::Queues].shown.map().clone(),
            conferences: self.families[Part::Conferences].shown.map().clone(),
            parked: self.families[Part::Parking].shown.map().clone(),
            devices: self.families[Part::Devices].shown.map().clone(),
            hints: self.families[Part::Hints].shown.map().clone(),
            endpoints: self.families[Part::Endpoints].shown.map().clone(),
            agents: self.families[Part::Agents].shown.map().clone(),
        };
        Snapshot { maps: Arc::new(maps), validity: Arc::clone(&self.validity), seq: self.seq }
    }

    /// Takes the changes since the last call of this, in order; what is not taken is gone.
    pub fn changes(&mut self) -> impl Iterator<Item = Change> + '_ {
        std::mem::take(&mut self.changes).into_iter()
    }

    /// How far a part is to be believed.
    pub fn validity(&self, part: Part) -> &Validity {
        &self.validity[part as usize]
    }

    /// The number of the first event that is not in the picture.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// What it has counted.
    pub fn counts(&self) -> Counts {
        let ties = self.queued.len() + self.conferring.len() + self.leaving.len();
        let remembered = self.wiring.remembered() + self.calls.remembered() + ties;
        Counts { remembered, ..self.counts }
    }

    /// The parts that it keeps.
    pub fn parts(&self) -> Parts {
        self.parts
    }
}
