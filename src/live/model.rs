//! The model: packets in, changes out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::change::{Change, Kind, Thing};
use super::family::Family;
use super::gather::Calls;
use super::ghosts::Ghosts;
use super::part::{Part, Parts, Unavailable, Validity, Why};
use super::queues::Tie;
use super::resync::{self, Pending, Refusal, Round, Want};
use super::snapshot::{Maps, Snapshot};
use super::unseen::Unseen;
use super::wiring::{Note, Wiring};
use super::{agents, conferences, devices, endpoints, parking, queues};
use super::{Agent, Conference, Device, Endpoint, Hint, Parked, Queue};
use crate::action::Action;
use crate::event::{self, Event};

/// How long something may look wrong that mostly is put right by the next event.
const PATIENCE: Duration = Duration::from_secs(1);

/// Room for so many changes is kept.
const MANY: usize = 256;

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
    pub(super) queues: Family<Queue>,
    pub(super) conferences: Family<Conference>,
    pub(super) parked: Family<Parked>,
    pub(super) devices: Family<Device>,
    pub(super) hints: Family<Hint>,
    pub(super) endpoints: Family<Endpoint>,
    pub(super) agents: Family<Agent>,
    validity: [Validity; Part::ALL.len()],
    /// The parts that have been shown since the exchange started.
    shown: [bool; Part::ALL.len()],
    /// Lists of a part that came, and what the server said of those that did not.
    answers: [Option<Result<(), Unavailable>>; Part::ALL.len()],
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
            queues: Family::new(),
            conferences: Family::new(),
            parked: Family::new(),
            devices: Family::new(),
            hints: Family::new(),
            endpoints: Family::new(),
            agents: Family::new(),
            validity,
            shown: Default::default(),
            answers: Default::default(),
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

    fn apply(&mut self, name: &str, event: &Event, at: SystemTime) {
        let known = self.parts.contains(Part::Calls) && self.wiring.event(name, event, at);
        if known {
            match &mut self.aside {
                Some((aside, true)) => drop(aside.event(name, event, at)),
                Some((aside, false)) => aside.before_list(name, event),
                None => {}
            }
        }
        match name {
            "Hangup" => self.hung_up(event, at),
            "Newchannel" => event.packet().seek("Uniqueid").into_iter().for_each(|born| self.ghosts.born(born)),
            "BridgeEnter" => self.entered(event, at),
            "Newexten" if !self.queued.is_empty() => self.ran(event, at),
            "FullyBooted" => self.booted(event, at),
            "Reload" => [Part::Queues, Part::Hints, Part::Endpoints].into_iter().for_each(|part| {
                self.doubts.push((part, Why::Reloaded));
            }),
            _ if known => {}
            _ => self.family_event(name, event, at),
        }
    }

    fn family_event(&mut self, name: &str, event: &Event, at: SystemTime) {
        if self.parts.contains(Part::Calls) {
            self.annotate(name, event);
        }
        let has = |part: Part| self.parts.contains(part);
        if has(Part::Agents) && agents::apply(&mut self.agents, name, event) {
            return;
        }
        if has(Part::Queues) {
            let mut doubts = Vec::new();
            if let Some(tie) = queues::apply(&mut self.queues, name, event, at, &mut |why| doubts.push(why)) {
                let miscounted = doubts.iter().position(|why| matches!(why, Why::Count { .. }));
                if miscounted.is_some() || !self.unseen.is_empty() {
                    let explained = self.recount(event, at);
                    miscounted.filter(|_| explained).map(|at| doubts.remove(at));
                }
                self.doubts.extend(doubts.into_iter().map(|why| (Part::Queues, why)));
                match tie {
                    Some(Tie::In { uniqueid, queue }) => drop(self.queued.insert(uniqueid, queue)),
                    Some(Tie::Out { uniqueid }) => drop(self.queued.remove(&uniqueid)),
                    None => {}
                }
                return;
            }
        }
        if has(Part::Conferences) {
            if let Some(joined) = conferences::apply(&mut self.conferences, name, event, at) {
                self.conferring.extend(joined.map(|joined| (joined.uniqueid, joined.conference)));
                return;
            }
        }
        if has(Part::Parking) && parking::apply(&mut self.parked, name, event, at) {
            return;
        }
        match name {
            "DeviceStateChange" if has(Part::Devices) => devices::apply_device(&mut self.devices, event),
            "ExtensionStatus" if has(Part::Hints) => devices::apply_hint(&mut self.hints, event),
            _ if has(Part::Endpoints) => drop(endpoints::apply(&mut self.endpoints, name, event)),
            _ => {}
        }
    }

    /// Notes for whom a queue rings, in the calls.
    fn annotate(&mut self, name: &str, event: &Event) {
        match name {
            "QueueCallerJoin" | "Join" => {
                let e = event::QueueCallerJoin::from(event);
                self.wiring
                    .notes
                    .push(Note::Queued { uniqueid: e.channel.uniqueid.to_owned(), queue: e.queue.to_owned() });
            }
            "AgentCalled" => {
                let e = event::AgentCalled::from(event);
                let uniqueid = match e.dest.uniqueid {
                    "" => self.wiring.named(e.destination_channel).cloned(),
                    uniqueid => Some(uniqueid.to_owned()),
                };
                if let Some(uniqueid) = uniqueid {
                    let (queue, interface) = (e.queue.to_owned(), super::channels::owned(e.interface));
                    self.wiring.notes.push(Note::Member { uniqueid, queue, interface });
                }
            }
            _ => {}
        }
    }

    /// A caller that enters a bridge has left its queue, and the queue has said so before. Where it has not, an action
    /// has moved the channel away under the queue, and no event will tell.
    fn entered(&mut self, event: &Event, at: SystemTime) {
        let Some(uniqueid) = event.packet().seek("Uniqueid") else { return };
        let Some(queue) = self.queued.get(uniqueid).cloned() else { return };
        if self.queues.shown.get(&queue).is_some_and(|queue| queue.caller(uniqueid).is_some()) {
            self.queued.remove(uniqueid);
            queues::left(&mut self.queues, &queue, uniqueid);
            self.unseen.add(&queue, at);
        }
    }

    /// A caller that runs something else has left its queue. Where the queue has not said so, an action has moved the
    /// channel away under it: only one that `Originate` put straight into the application, which has no dialplan to go
    /// on in. Up to Asterisk 16 the queue's events can be ahead of this one, so a moment is waited for.
    fn ran(&mut self, event: &Event, at: SystemTime) {
        let e = event::Newexten::from(event);
        let uniqueid = e.channel.uniqueid;
        let Some(queue) = self.queued.get(uniqueid) else { return };
        let leaves = e.application != "Queue" && !e.application.is_empty();
        let known = self.leaving.iter().position(|(_, _, leaving)| leaving == uniqueid);
        match known {
            Some(known) if !leaves => drop(self.leaving.remove(known)),
            None if leaves && self.queues.shown.get(queue).is_some_and(|queue| queue.caller(uniqueid).is_some()) => {
                self.leaving.push((at, queue.clone(), uniqueid.to_owned()));
            }
            _ => {}
        }
    }

    /// Whether a queue's count is explained by callers that it lets go without a word: those that it counts no more
    /// although no time has passed, and those that it counts still.
    fn recount(&mut self, event: &Event, at: SystemTime) -> bool {
        let e = event::QueueCallerJoin::from(event);
        let Some(count) = e.count else { return false };
        let callers = |model: &Self| model.queues.shown.get(e.queue).map_or(0, |queue| queue.callers.len() as u32);
        while callers(self) > count {
            let Some(leaving) = self.leaving.iter().position(|(_, queue, _)| queue == e.queue) else { break };
            let (_, queue, uniqueid) = self.leaving.remove(leaving);
            self.queued.remove(&uniqueid);
            queues::left(&mut self.queues, &queue, &uniqueid);
        }
        let is_unseen = self.unseen.explain(event, callers(self), at);
        is_unseen || callers(self) == count
    }

    /// The other families may hear of a hangup late, or never.
    fn hung_up(&mut self, event: &Event, at: SystemTime) {
        let Some(uniqueid) = event.packet().seek("Uniqueid") else { return };
        if let Some(queue) = self.queued.remove(uniqueid) {
            if queues::hung_up(&mut self.queues, &queue, uniqueid) {
                self.leaving.push((at, queue, uniqueid.to_owned()));
            }
        }
        if let Some(conference) = self.conferring.remove(uniqueid) {
            conferences::hung_up(&mut self.conferences, &conference, uniqueid);
        }
        if self.parked.shown.has(uniqueid) || self.parked.is_gathering() {
            parking::hung_up(&mut self.parked, uniqueid);
        }
    }

    /// Something may have looked wrong for too long.
    fn overdue(&mut self, at: SystemTime) {
        let late = |since: SystemTime| at.duration_since(since).is_ok_and(|since| since >= PATIENCE);
        let parted = self.wiring.parted.len();
        self.wiring.parted.retain(|(since, _)| !late(*since));
        if self.wiring.parted.len() < parted {
            self.doubts.push((Part::Calls, Why::Unlinked));
        }
        let queues = &self.queues.shown;
        self.leaving.retain(|(_, queue, uniqueid)| queues.get(queue).is_some_and(|q| q.caller(uniqueid).is_some()));
        let overdue = self.leaving.iter().take_while(|(since, ..)| late(*since)).count();
        for (_, queue, uniqueid) in self.leaving.drain(..overdue) {
            queues::left(&mut self.queues, &queue, &uniqueid);
            self.unseen.add(&queue, at);
            self.doubts.push((Part::Queues, Why::Caller { queue }));
        }
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

    /// A started server says how long ago that was.
    fn booted(&mut self, event: &Event, at: SystemTime) {
        let Some(uptime) = event.value::<u64>("Uptime") else { return };
        let Some(booted) = at.checked_sub(Duration::from_secs(uptime)) else { return };
        let before = self.booted.replace(booted);
        if before.is_some_and(|before| booted.duration_since(before).is_ok_and(|later| later.as_secs() > 5)) {
            self.restarted(at);
        }
    }

    /// The server was started anew: all that was is gone.
    ///
    /// The model sees it by itself where `FullyBooted` says how long the server has been up, from Asterisk 13 on.
    pub fn restarted(&mut self, at: SystemTime) {
        self.counts.restarts += 1;
        self.aside = None;
        self.ghosts.clear();
        self.wiring.clear(at);
        self.queues.clear();
        self.conferences.clear();
        self.parked.clear();
        self.devices.clear();
        self.hints.clear();
        self.endpoints.clear();
        self.agents.clear();
        self.leaving.clear();
        self.unseen.clear();
        self.queued.clear();
        self.conferring.clear();
        self.shown = Default::default();
        self.round = None;
        let linked = |validity: &Validity| !matches!(validity, Validity::Stale { .. });
        if self.parts.iter().any(|part| linked(&self.validity[part as usize])) {
            let barred: Vec<_> = self.parts.iter().filter_map(|part| Some((part, self.barred(part)?))).collect();
            self.linked(at);
            barred.into_iter().for_each(|(part, class)| self.unreadable(part, class, at));
        }
        self.finish(at, true);
    }

    /// A link is there: all parts are to be listed.
    pub fn linked(&mut self, at: SystemTime) {
        for part in self.parts.iter() {
            self.set_validity(part, Validity::Loading, at);
        }
        self.round = None;
        self.ask_all();
    }

    /// The events that tell of a part do not come, for want of this class: its lists alone would be a picture that
    /// nothing keeps. It stays so until the next link.
    pub fn unreadable(&mut self, part: Part, class: &'static str, at: SystemTime) {
        if !self.parts.contains(part) {
            return;
        }
        self.pending.retain(|pending| pending.part != part);
        self.end_gathering(Some(part));
        self.set_validity(part, Validity::Unavailable(Unavailable::Class(class)), at);
    }

    /// The class whose events do not come for a part.
    fn barred(&self, part: Part) -> Option<&'static str> {
        match self.validity[part as usize] {
            Validity::Unavailable(Unavailable::Class(class)) => Some(class),
            _ => None,
        }
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

    fn ask_all(&mut self) {
        self.pending = self.parts.iter().map(|part| Pending { part, queue: None, why: None }).collect();
    }

    /// The link is lost: the picture stays as it is.
    pub fn lost(&mut self, at: SystemTime) {
        for part in self.parts.iter() {
            if !matches!(self.validity[part as usize], Validity::Stale { .. }) {
                self.set_validity(part, Validity::Stale { since: at }, at);
            }
        }
        self.round = None;
        self.pending.clear();
        self.ghosts.lost();
        self.leaving.clear();
        self.unseen.clear();
        self.wiring.parted.clear();
        self.doubts.clear();
        self.end_gathering(None);
    }

    fn end_gathering(&mut self, only: Option<Part>) {
        let is = |part: Part| only.map_or(true, |only| only == part);
        if is(Part::Calls) {
            self.aside = None;
        }
        if is(Part::Queues) {
            self.queues.end();
        }
        if is(Part::Conferences) {
            self.conferences.end();
        }
        if is(Part::Parking) {
            self.parked.end();
        }
        if is(Part::Devices) {
            self.devices.end();
        }
        if is(Part::Hints) {
            self.hints.end();
        }
        if is(Part::Endpoints) {
            self.endpoints.end();
        }
        if is(Part::Agents) {
            self.agents.end();
        }
    }

    /// Lists a part anew for a reason of the caller's: an audit, a gap in the numbers of events, a reload.
    ///
    /// For an audit the part stays valid; for any other reason it is suspect until the next fence.
    pub fn suspect(&mut self, part: Part, why: Why, at: SystemTime) {
        if self.parts.contains(part) {
            self.doubt(part, why, at);
        }
    }

    fn doubt(&mut self, part: Part, why: Why, at: SystemTime) {
        let queue = match &why {
            Why::Count { queue } | Why::Caller { queue } => Some(queue.clone()),
            Why::Unknown { key } if part == Part::Queues => Some(key.clone()),
            _ => None,
        };
        let validity = &self.validity[part as usize];
        // While a list is under way, or before there is one, it is no news that something is wrong.
        if !validity.is_valid() && !matches!(validity, Validity::Suspect(_)) {
            return;
        }
        if why != Why::Audit {
            self.counts.suspicions += u64::from(validity.is_valid());
            if validity.is_valid() {
                self.set_validity(part, Validity::Suspect(why.clone()), at);
            }
        }
        let covers = |pending: &Pending| pending.part == part && (pending.queue.is_none() || pending.queue == queue);
        if !self.pending.iter().any(covers) {
            if queue.is_none() {
                self.pending.retain(|pending| pending.part != part);
            }
            self.pending.push(Pending { part, queue, why: Some(why) });
        }
    }

    /// What is to be listed, and why; `None` for what is listed because the link is new.
    pub fn pending(&self) -> impl Iterator<Item = (Part, Option<&Why>)> {
        let silent = self.ghosts.has_questions().then_some((Part::Calls, Some(&Why::Silent)));
        self.pending.iter().map(|pending| (pending.part, pending.why.as_ref())).chain(silent)
    }

    /// What the model needs next; `None` if it needs nothing, or waits for the answer to what it wanted.
    ///
    /// One thing is wanted at a time, since lists weigh on a server. How soon after a suspicion it is asked is for
    /// the caller to say: nothing begins before this is called.
    pub fn want(&mut self, at: SystemTime) -> Option<Want> {
        if self.round.is_none() {
            self.begin(at);
        }
        let round = self.round.as_mut().filter(|round| !round.out)?;
        round.out = true;
        Some(match round.lists.front() {
            Some(list) => Want::List(list.clone()),
            None => Want::Fence,
        })
    }

    /// Begins to list what is pending: all that a new link needs, else one part.
    fn begin(&mut self, at: SystemTime) {
        if self.pending.is_empty() {
            if self.ghosts.has_questions() {
                let lists = self.ghosts.questions();
                self.round = Some(Round { parts: Vec::new(), lists, looks: false, out: false });
            }
            return;
        }
        let first: Vec<Pending> = self.pending.iter().filter(|pending| pending.why.is_none()).cloned().collect();
        let begun = match first.is_empty() {
            true => vec![self.pending.remove(0)],
            false => {
                self.pending.retain(|pending| pending.why.is_some());
                first
            }
        };
        let looks = begun.iter().all(|pending| matches!(pending.why, None | Some(Why::Audit | Why::Asked)));
        let mut round = Round { parts: Vec::new(), lists: Default::default(), looks, out: false };
        for pending in begun {
            let part = pending.part;
            self.gather(part, pending.queue.clone());
            if !self.validity[part as usize].is_readable() {
                self.set_validity(part, Validity::Loading, at);
            }
            let lists = resync::lists(part, pending.queue.as_deref());
            round.lists.extend(lists.into_iter().filter(|list| list.name() != "MeetmeList" || !self.no_meetme));
            round.parts.push(part);
        }
        self.round = Some(round);
    }

    /// Begins to gather a part aside.
    fn gather(&mut self, part: Part, queue: Option<String>) {
        self.answers[part as usize] = None;
        match part {
            Part::Calls => self.aside = Some((Wiring::new(false, self.wiring.old()), false)),
            Part::Queues => self.queues.begin(queue),
            Part::Conferences => self.conferences.begin(None),
            Part::Parking => self.parked.begin(None),
            Part::Devices => self.devices.begin(None),
            Part::Hints => self.hints.begin(None),
            Part::Endpoints => self.endpoints.begin(None),
            Part::Agents => self.agents.begin(None),
        }
    }

    fn is_gathering(&self, part: Part) -> bool {
        match part {
            Part::Calls => self.aside.is_some(),
            Part::Queues => self.queues.is_gathering(),
            Part::Conferences => self.conferences.is_gathering(),
            Part::Parking => self.parked.is_gathering(),
            Part::Devices => self.devices.is_gathering(),
            Part::Hints => self.hints.is_gathering(),
            Part::Endpoints => self.endpoints.is_gathering(),
            Part::Agents => self.agents.is_gathering(),
        }
    }

    /// Takes the items of a list at its place among the events: after those that came before its response, and before those that
    /// came after it.
    ///
    /// It may also be one that [`Model::want`] did not name; then its part is gathered from now on. Lists that are
    /// about no part are passed over.
    pub fn list(&mut self, action: impl Into<Action>, items: &[Event], at: SystemTime) {
        let action = action.into();
        if let Some(channel) = resync::channel_of(&action) {
            self.ghosts.answered(&mut self.wiring, channel, items);
            return self.asked(&action);
        }
        let Some(part) = resync::part_of(action.name()).filter(|part| self.parts.contains(*part)) else { return };
        if !self.is_gathering(part) {
            self.gather(part, action.get("Queue").map(str::to_owned));
        }
        self.counts.lists += 1;
        self.seq = items.last().map_or(self.seq, |item| self.seq.max(item.seq()));
        self.answers[part as usize] = Some(Ok(()));
        self.put_in(action.name(), action.get("Queue"), items, at);
        self.answered(&action, part, at);
    }

    fn put_in(&mut self, name: &str, only: Option<&str>, items: &[Event], at: SystemTime) {
        let is = |names: &[&str]| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        if is(&["CoreShowChannels", "Status"]) {
            if let Some((aside, listed)) = &mut self.aside {
                aside.list(items, at);
                if is(&["CoreShowChannels"]) {
                    self.ghosts.keep_out(aside);
                }
                *listed = true;
            }
        } else if is(&["BridgeList"]) {
            if let Some((aside, _)) = &mut self.aside {
                aside.list_bridges(items);
            }
        } else if is(&["QueueStatus"]) {
            self.unseen.list(only, items, at);
            queues::list(&mut self.queues, items, at);
        } else if is(&["ConfbridgeListRooms"]) {
            let rooms = conferences::list_rooms(&mut self.conferences, items);
            if let Some(round) = &mut self.round {
                // Behind the list of the rooms itself, which is not taken off yet.
                for room in rooms.iter().rev() {
                    let list = Action::new("ConfbridgeList").param("Conference", room);
                    round.lists.insert(round.lists.len().min(1), list);
                }
            }
        } else if is(&["ConfbridgeList", "MeetmeList"]) {
            let wiring = &self.wiring;
            conferences::list(&mut self.conferences, items, |name| wiring.named(name).cloned());
        } else if is(&["ParkedCalls"]) {
            let wiring = &self.wiring;
            parking::list(&mut self.parked, items, at, |name| wiring.named(name).cloned());
        } else if is(&["DeviceStateList"]) {
            devices::list_devices(&mut self.devices, items);
        } else if is(&["ExtensionStateList"]) {
            devices::list_hints(&mut self.hints, items);
        } else if is(&["PJSIPShowEndpoints", "SIPpeers", "IAXpeerlist"]) {
            endpoints::list(&mut self.endpoints, items);
        } else if is(&["Agents"]) {
            agents::list(&mut self.agents, items);
        }
    }

    /// Takes what the server said instead of a list: that it is empty, that the account may not have it, or that
    /// there is no such action.
    pub fn refused(&mut self, action: impl Into<Action>, message: &str, at: SystemTime) {
        let action = action.into();
        let refusal = resync::refusal(message);
        if let Some(channel) = resync::channel_of(&action) {
            if refusal != Refusal::Empty {
                self.ghosts.bar();
            } else if message.eq_ignore_ascii_case("No such channel") {
                self.ghosts.missed(&self.wiring, channel);
            }
            return self.asked(&action);
        }
        let Some(part) = resync::part_of(action.name()).filter(|part| self.parts.contains(*part)) else { return };
        if action.name().eq_ignore_ascii_case("MeetmeList") {
            self.no_meetme |= refusal == Refusal::NoSuchAction;
        }
        let answer = &mut self.answers[part as usize];
        match refusal {
            Refusal::Empty => *answer = Some(Ok(())),
            Refusal::Permission if *answer != Some(Ok(())) => {
                *answer = Some(Err(Unavailable::Permission(message.to_owned())));
            }
            Refusal::NoSuchAction if answer.is_none() => {
                *answer = Some(Err(Unavailable::NoSuchAction(message.to_owned())));
            }
            _ => {}
        }
        if refusal == Refusal::Empty {
            if !self.is_gathering(part) {
                self.gather(part, None);
            }
            self.put_in(action.name(), action.get("Queue"), &[], at);
        }
        self.answered(&action, part, at);
    }

    /// A list did not come whole: the part is going to be listed again.
    pub fn failed(&mut self, action: impl Into<Action>, at: SystemTime) {
        let action = action.into();
        if resync::channel_of(&action).is_some() {
            return self.asked(&action);
        }
        let Some(part) = resync::part_of(action.name()) else { return };
        self.end_gathering(Some(part));
        let Some(round) = &mut self.round else { return };
        round.parts.retain(|other| *other != part);
        round.lists.retain(|list| resync::part_of(list.name()) != Some(part));
        round.out = false;
        if round.parts.is_empty() {
            self.round = None;
        }
        self.pending.push(Pending { part, queue: None, why: None });
        let _ = at;
    }

    /// A question about one channel was answered, or will not be.
    fn asked(&mut self, action: &Action) {
        let Some(round) = self.round.as_mut().filter(|round| round.parts.is_empty()) else { return };
        if round.lists.front().is_some_and(|list| list.get("Channel") == action.get("Channel")) {
            round.lists.pop_front();
            round.out = false;
        }
        if self.ghosts.is_barred() {
            round.lists.clear();
        }
        if round.lists.is_empty() && !self.ghosts.has_accused() {
            self.round = None;
        }
    }

    /// A list was answered; behind the last of a part it can be shown, if nothing else is.
    fn answered(&mut self, action: &Action, part: Part, at: SystemTime) {
        let is_last = match &mut self.round {
            Some(round) => {
                if round.lists.front().is_some_and(|list| list.name().eq_ignore_ascii_case(action.name())) {
                    round.lists.pop_front();
                    round.out = false;
                }
                !round.lists.iter().any(|list| resync::part_of(list.name()) == Some(part))
            }
            None => true,
        };
        if !is_last {
            return;
        }
        match self.answers[part as usize].clone() {
            Some(Err(unavailable)) => {
                self.end_gathering(Some(part));
                self.set_validity(part, Validity::Unavailable(unavailable), at);
            }
            _ => {
                if !self.shown[part as usize] {
                    self.show(part, at);
                    self.tie(part);
                }
                if !self.validity[part as usize].is_readable() {
                    self.set_validity(part, Validity::Settling, at);
                }
            }
        }
        self.finish(at, true);
    }

    /// Finds out anew which channels a part has to do with.
    fn tie(&mut self, part: Part) {
        if part == Part::Queues {
            self.queued.clear();
            for queue in self.queues.shown.iter() {
                let waiting = queue.callers.iter().map(|caller| &caller.uniqueid);
                let served = queue.members.iter().filter_map(|member| member.talks_to.as_ref());
                let tied = waiting.chain(served).map(|uniqueid| (uniqueid.clone(), queue.name.clone()));
                self.queued.extend(tied);
            }
        } else if part == Part::Conferences {
            self.conferring.clear();
            for conference in self.conferences.shown.iter() {
                let ids = conference.participants.iter().filter_map(|participant| participant.uniqueid.clone());
                self.conferring.extend(ids.map(|uniqueid| (uniqueid, conference.conference.clone())));
            }
        }
    }

    /// Shows what was gathered of a part; how much was wrong.
    fn show(&mut self, part: Part, at: SystemTime) -> u64 {
        match part {
            Part::Calls => match self.aside.take() {
                Some((aside, true)) => {
                    let wrong = self.wiring.take(&aside, at);
                    self.aside = Some((aside, true));
                    wrong
                }
                aside => {
                    self.aside = aside;
                    0
                }
            },
            Part::Queues => self.queues.show(),
            Part::Conferences => self.conferences.show(),
            Part::Parking => self.parked.show(),
            Part::Devices => self.devices.show(),
            Part::Hints => self.hints.show(),
            Part::Endpoints => self.endpoints.show(),
            Part::Agents => self.agents.show(),
        }
    }

    /// The fence has come back, after so long; or, without one, the time to settle is over.
    ///
    /// What was gathered is compared with what is shown, and what differs is shown from now on.
    pub fn fenced(&mut self, lag: Option<Duration>, at: SystemTime) {
        let (parts, looks) = match self.round.take() {
            Some(round) => (round.parts, round.looks),
            None => (self.parts.iter().collect(), false),
        };
        self.counts.ghosts += self.ghosts.convict(&mut self.wiring);
        for part in parts.into_iter().filter(|part| self.is_gathering(*part)).collect::<Vec<_>>() {
            let trusted = matches!(self.validity[part as usize], Validity::Valid { .. } | Validity::Suspect(_));
            let wrong = self.show(part, at);
            self.tie(part);
            if part == Part::Calls && looks {
                self.ghosts.listed(&mut self.wiring);
            }
            self.counts.corrections += if trusted { wrong } else { 0 };
            self.counts.rounds += 1;
            self.shown[part as usize] = true;
            self.end_gathering(Some(part));
            self.doubts.retain(|(doubted, _)| *doubted != part);
            self.finish(at, true);
            let again = self.pending.iter().any(|pending| pending.part == part && pending.why != Some(Why::Audit));
            if !again {
                self.set_validity(part, Validity::Valid { as_of: self.seq, lag }, at);
            }
            if part == Part::Calls {
                self.calls.sure = at;
            }
        }
        self.finish(at, true);
    }

    fn set_validity(&mut self, part: Part, after: Validity, at: SystemTime) {
        let before = std::mem::replace(&mut self.validity[part as usize], after.clone());
        if part == Part::Calls && before.is_valid() && !after.is_valid() {
            self.calls.sure = at;
        }
        if before != after {
            self.push(part, at, false, Kind::Validity { before, after });
        }
    }

    fn push(&mut self, part: Part, at: SystemTime, corrected: bool, kind: Kind) {
        self.changes.push(Change { seq: self.seq.saturating_sub(1), at, part: Some(part), corrected, kind });
    }

    /// Works out the calls, and turns what was touched into changes.
    fn finish(&mut self, at: SystemTime, corrected: bool) {
        let doubts = std::mem::take(&mut self.wiring.doubts).into_iter().map(|why| (Part::Calls, why));
        self.doubts.extend(doubts);
        self.calls.follow(&mut self.wiring, at);
        let mut out = Out { changes: &mut self.changes, seq: self.seq.saturating_sub(1), at, corrected };
        self.wiring.channels.drain(|before, after| out.push(before, after));
        self.wiring.bridges.drain(|before, after| out.push(before, after));
        self.calls.drain(|before, after| out.push(before, after));
        self.queues.shown.drain(|before, after| out.push(before, after));
        self.conferences.shown.drain(|before, after| out.push(before, after));
        self.parked.shown.drain(|before, after| out.push(before, after));
        self.devices.shown.drain(|before, after| out.push(before, after));
        self.hints.shown.drain(|before, after| out.push(before, after));
        self.endpoints.shown.drain(|before, after| out.push(before, after));
        self.agents.shown.drain(|before, after| out.push(before, after));
        for (part, why) in std::mem::take(&mut self.doubts) {
            self.doubt(part, why, at);
        }
    }

    /// The picture as it is.
    pub fn snapshot(&self) -> Snapshot {
        let maps = Maps {
            channels: self.wiring.channels.map().clone(),
            bridges: self.wiring.bridges.map().clone(),
            calls: self.calls.table.map().clone(),
            queues: self.queues.shown.map().clone(),
            conferences: self.conferences.shown.map().clone(),
            parked: self.parked.shown.map().clone(),
            devices: self.devices.shown.map().clone(),
            hints: self.hints.shown.map().clone(),
            endpoints: self.endpoints.shown.map().clone(),
            agents: self.agents.shown.map().clone(),
        };
        Snapshot { maps, validity: self.validity.clone(), seq: self.seq }
    }

    /// Takes the changes since the last call of this, in order; what is not taken is gone.
    pub fn changes(&mut self) -> impl Iterator<Item = Change> + '_ {
        // What a list made of thousands of things need not be kept room for.
        let many = if self.changes.len() > MANY { std::mem::take(&mut self.changes) } else { Vec::new() };
        many.into_iter().chain(self.changes.drain(..))
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

/// Where changes go.
struct Out<'a> {
    changes: &'a mut Vec<Change>,
    seq: u64,
    at: SystemTime,
    corrected: bool,
}

impl Out<'_> {
    fn push<T>(&mut self, before: Option<Arc<T>>, after: Option<Arc<T>>)
    where
        Thing: From<Arc<T>>,
    {
        let kind = match (before, after) {
            (None, Some(after)) => Kind::Added(after.into()),
            (Some(before), Some(after)) => Kind::Changed { before: before.into(), after: after.into() },
            (Some(before), None) => Kind::Removed(before.into()),
            (None, None) => return,
        };
        let part = match &kind {
            Kind::Added(thing) | Kind::Removed(thing) | Kind::Changed { after: thing, .. } => Some(thing.part()),
            Kind::Validity { .. } | Kind::Lost(_) => None,
        };
        let (seq, at, corrected) = (self.seq, self.at, self.corrected);
        self.changes.push(Change { seq, at, part, corrected, kind });
    }
}
