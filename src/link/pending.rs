//! The actions of one link that wait for an answer: a plain table, no I/O.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::hash_map::RandomState;
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};
use std::fmt::Write as _;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::action::Action;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::response::Response;

use super::call::{Calls, Step, CAUSE_TIMEOUT};
use super::unguessable;
use super::waiter::{ListEnd, Reply, Waiter};
use crate::sync::deadline_in;

/// So many actions with ids of the caller's, or lists, that nobody waits for any more are remembered.
const MOST_ABANDONED: usize = 1024;

/// Which of a link's actions: they are counted from 1. An `ActionID` made here is the link's prefix and this
/// number; one of the caller's may come again for another action, the number never does.
pub(crate) type Serial = u64;

pub(crate) struct Entry {
    pub waiter: Waiter,
    /// The `ActionID`, where it is not made of the link's prefix and the number: the caller's own, or a random one.
    pub own_id: Option<Box<str>>,
    /// The action's name, and the privilege that its type says that it needs.
    pub name: Cow<'static, str>,
    pub privilege: Option<&'static str>,
    /// How many responses come before the one that counts.
    pub preliminary: u8,
    /// Whether the response has come.
    pub answered: bool,
    /// The action, if the client is to remember it once it succeeded.
    pub memorable: Option<Box<Action>>,
    /// After how long it fails, if nobody watches it.
    pub unwatched: Option<Duration>,
    /// Where the action stands in the bytes that the link sends: it is out once those up to its end are.
    pub span: Range<u64>,
}

/// An action that nobody waits for any more.
pub(crate) struct Abandoned {
    pub waiter: Waiter,
    /// After how long it was to fail, if nobody watched it.
    pub unwatched: Option<Duration>,
    pub span: Range<u64>,
}

/// What became of a response that was offered to the table.
pub(crate) enum Answer {
    /// It is the last word to this waiter.
    Last(Waiter, Response),
    /// It was handed on, and more is to come.
    First,
    /// Nobody waits for it.
    Late(Response),
}

pub(crate) struct Pending {
    prefix: String,
    made: Serial,
    entries: HashMap<Serial, Entry, BuildHasherDefault<SerialHasher>>,
    /// The entries whose ids have not the link's prefix.
    own_ids: HashMap<Box<str>, Serial>,
    calls: Calls,
    /// Lists whose last event need not bear their id.
    named_lists: Vec<Serial>,
    deadlines: BinaryHeap<Reverse<(Instant, Serial)>>,
    /// The actions that a session has yet to answer, which it does in this order, and until when it may be silent
    /// because it carries them out.
    unanswered: VecDeque<(Serial, Instant)>,
    /// Oldest first, and few enough to be moved up.
    abandoned: Vec<Serial>,
    /// The ids of abandoned actions that are too many to remember whole: what they hash to.
    forgotten: HashSet<u64>,
    hasher: RandomState,
    /// Entries that events may belong to.
    collecting: usize,
    /// Entries that somebody waits for.
    awaited: usize,
}

impl Pending {
    pub fn new(prefix: String) -> Self {
        Self {
            prefix,
            made: 0,
            entries: HashMap::default(),
            own_ids: HashMap::new(),
            calls: Calls::default(),
            named_lists: Vec::new(),
            deadlines: BinaryHeap::new(),
            unanswered: VecDeque::new(),
            abandoned: Vec::new(),
            forgotten: HashSet::new(),
            hasher: RandomState::new(),
            collecting: 0,
            awaited: 0,
        }
    }

    /// The number of the next action; its `ActionID` is put in `text`.
    ///
    /// That is the caller's own, or made of the link's prefix and the number. The ids of some actions are told to
    /// every session: they get random ones, so that nobody learns the prefix.
    pub fn number(&mut self, action: &Action, text: &mut String) -> Result<Serial> {
        text.clear();
        let Some(id) = action.get("ActionID") else {
            self.made += 1;
            let random = action.shows_its_id().then(|| unguessable(16)).and_then(|random| random.ok());
            match random {
                Some(random) => text.push_str(&random),
                None => drop(write!(text, "{}{}", self.prefix, self.made)),
            }
            return Ok(self.made);
        };
        let refuse = |reason| Err(Error::invalid(format!("ActionID {id:?} of action {:?}", action.name()), reason));
        if id.starts_with(self.prefix.as_str()) {
            return refuse("begins as the ids that this client makes do");
        }
        match self.own_ids.get(id).and_then(|serial| self.entries.get(serial)) {
            None if self.forgotten.contains(&self.hasher.hash_one(id)) => {
                refuse("belongs to an action that timed out and may yet be answered")
            }
            None => {
                self.made += 1;
                text.push_str(id);
                Ok(self.made)
            }
            Some(Entry { waiter: Waiter::Nobody { .. }, .. }) => {
                refuse("belongs to an action that timed out and may yet be answered")
            }
            Some(_) => refuse("belongs to an action that waits for its answer"),
        }
    }

    /// The id as an entry keeps it: nothing if it can be told from the number.
    pub fn own_id(&self, id: &str) -> Option<Box<str>> {
        (!id.starts_with(self.prefix.as_str())).then(|| id.into())
    }

    /// The number in an id that was made here.
    fn own_number(&self, id: &str) -> Option<Serial> {
        let number = id.strip_prefix(self.prefix.as_str()).filter(|number| !number.starts_with(['+', '0']))?;
        number.parse().ok().filter(|number| *number <= self.made)
    }

    pub fn serial(&self, id: Option<&str>) -> Option<Serial> {
        let id = id?;
        self.own_number(id).or_else(|| self.own_ids.get(id).copied())
    }

    /// Whether somebody waits for the answer to the action with this id.
    pub fn is_pending(&self, id: &str) -> bool {
        let entry = self.serial(Some(id)).and_then(|serial| self.entries.get(&serial));
        entry.is_some_and(|entry| entry.waiter.is_awaited())
    }

    pub fn insert(&mut self, serial: Serial, entry: Entry) {
        if let Some(id) = &entry.own_id {
            self.own_ids.insert(id.clone(), serial);
        }
        match &entry.waiter {
            Waiter::Call(call) => self.calls.add(serial, call),
            Waiter::List { end: ListEnd::NamedByCaller(_), .. } => self.named_lists.push(serial),
            _ => {}
        }
        self.collecting += usize::from(entry.waiter.collects());
        self.awaited += usize::from(entry.waiter.is_awaited());
        self.entries.insert(serial, entry);
    }

    pub fn remove(&mut self, serial: Serial) -> Option<Entry> {
        let entry = self.entries.remove(&serial)?;
        if let Some(id) = &entry.own_id {
            self.own_ids.remove(id);
        }
        match &entry.waiter {
            Waiter::Call(call) => self.calls.remove(call),
            Waiter::List { end: ListEnd::NamedByCaller(_), .. } => self.named_lists.retain(|other| *other != serial),
            _ => {}
        }
        self.collecting -= usize::from(entry.waiter.collects());
        self.awaited -= usize::from(entry.waiter.is_awaited());
        Some(entry)
    }

    /// An action is queued behind all others.
    pub fn expect_answer(&mut self, serial: Serial, silent_until: Instant) {
        self.unanswered.push_back((serial, silent_until));
    }

    /// An action will not be sent after all.
    pub fn withdraw(&mut self, serial: Serial) {
        self.remove(serial);
        if let Ok(at) = self.unanswered.binary_search_by_key(&serial, |(queued, _)| *queued) {
            self.unanswered.remove(at);
        }
    }

    /// An action has been answered, and so have all before it, but for those that a server never answers.
    pub fn note_answered(&mut self, serial: Serial) {
        while self.unanswered.front().is_some_and(|(oldest, _)| *oldest <= serial) {
            self.unanswered.pop_front();
        }
    }

    /// How many actions somebody waits for.
    pub fn awaited(&self) -> usize {
        self.awaited
    }

    /// Whether somebody still waits for what becomes of this one.
    pub fn awaits(&self, serial: Serial) -> bool {
        self.entries.get(&serial).is_some_and(|entry| entry.waiter.is_awaited())
    }

    /// Whether events may belong to an action of this table.
    pub fn collecting(&self) -> bool {
        self.collecting > 0
    }

    /// Finds who waits for a response.
    ///
    /// If the action's success is to be remembered it is before anybody learns of it. A list's entry stays
    /// for the events that follow; an error ends it.
    pub fn answer(&mut self, response: Response, remember: impl FnOnce(&Action)) -> Answer {
        let Some(serial) = self.serial(response.action_id()) else {
            if let Some(id) = response.action_id().filter(|_| !self.forgotten.is_empty()) {
                self.forgotten.remove(&self.hasher.hash_one(id));
            }
            return Answer::Late(response);
        };
        self.note_answered(serial);
        let Some(entry) = self.entries.get_mut(&serial) else { return Answer::Late(response) };
        if entry.preliminary > 0 && !response.is_error() {
            entry.preliminary -= 1;
            return Answer::First;
        }
        entry.answered = true;
        let mut response = response;
        if response.is_error() {
            response.set_asked(&entry.name, entry.privilege);
        }
        if let Some(action) = entry.memorable.take().filter(|_| !response.is_error()) {
            remember(&action);
        }
        match &mut entry.waiter {
            Waiter::List { parts, answered, .. } if !response.is_error() => {
                *answered = true;
                parts.send(Reply::Response(response));
                Answer::First
            }
            Waiter::Call(call) if !response.is_error() => {
                call.taken_in();
                Answer::First
            }
            Waiter::Nobody { end } => {
                if end.is_none() || response.is_error() {
                    self.remove(serial);
                }
                Answer::Late(response)
            }
            _ => match self.remove(serial) {
                Some(entry) => Answer::Last(entry.waiter, response),
                None => Answer::Late(response),
            },
        }
    }

    /// Hands an event to the list that it belongs to, or gives it back for the stream of events.
    ///
    /// A `UserEvent` joins no list: whoever sends it can forge every line of it.
    pub fn claim(&mut self, event: Event) -> Option<Event> {
        let name = event.name();
        if name.eq_ignore_ascii_case("UserEvent") {
            return Some(event);
        }
        // What tells of calls is everybody's: it stays on the stream too.
        if let Some(serial) = self.calls.concerned(&event) {
            self.tell_call(serial, &event);
            return Some(event);
        }
        let Some(serial) = self.serial(event.action_id()).or_else(|| self.named_list(&event)) else {
            return Some(event);
        };
        let is_outcome = name.eq_ignore_ascii_case("OriginateResponse");
        let (ended, free) = match self.entries.get_mut(&serial).map(|entry| &mut entry.waiter) {
            Some(Waiter::List { parts, end, answered: true }) if !is_outcome => {
                let ended = end.is(&event);
                if ended && matches!(end, ListEnd::Single(_)) {
                    parts.send(Reply::Item(event.clone()));
                }
                parts.send(if ended { Reply::Complete(event) } else { Reply::Item(event) });
                (ended, None)
            }
            Some(Waiter::Call(_)) if is_outcome => {
                self.tell_call(serial, &event);
                (false, Some(event))
            }
            // Of a list that nobody collects any more.
            Some(Waiter::Nobody { end: Some(end) }) => (end.is(&event), None),
            _ => (false, Some(event)),
        };
        if ended {
            self.remove(serial);
        }
        free
    }

    /// The oldest list that this event ends although it bears no id.
    fn named_list(&self, event: &Event) -> Option<Serial> {
        if self.named_lists.is_empty() || event.action_id().is_some() {
            return None;
        }
        let ends = |serial: &&Serial| match self.entries.get(serial).map(|entry| &entry.waiter) {
            Some(Waiter::List { end, answered: true, .. }) => end.is(event),
            _ => false,
        };
        self.named_lists.iter().find(ends).copied()
    }

    fn tell_call(&mut self, serial: Serial, event: &Event) {
        let Some(Entry { waiter: Waiter::Call(call), .. }) = self.entries.get_mut(&serial) else { return };
        match self.calls.tell(serial, call, event) {
            Step::Open => {}
            Step::HeldBack => drop(self.set_deadline(serial, deadline_in(CAUSE_TIMEOUT))),
            Step::Over => drop(self.remove(serial)),
        }
    }

    /// Sets when an entry that nobody watches is to fail; returns whether that is the next one to.
    pub fn set_deadline(&mut self, serial: Serial, at: Instant) -> bool {
        if self.deadlines.len() > 2 * self.entries.len() + 64 {
            let entries = &self.entries;
            self.deadlines.retain(|Reverse((_, serial))| entries.contains_key(serial));
        }
        let next = self.deadlines.peek().map_or(true, |Reverse((first, _))| at < *first);
        self.deadlines.push(Reverse((at, serial)));
        next
    }

    /// An entry that nobody watches and that is overdue.
    pub fn pop_overdue(&mut self, now: Instant) -> Option<Serial> {
        self.next_deadline().filter(|at| *at <= now)?;
        self.deadlines.pop().map(|Reverse((_, serial))| serial)
    }

    /// When an entry that nobody watches is to fail next.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.peek().map(|Reverse((at, _))| *at)
    }

    /// Nobody waits for an action any more: gives its waiter and where it stands in the bytes to send, or
    /// `None` if it was answered or abandoned already.
    ///
    /// What the answer would still do is remembered: items of a list are not for the stream, an id of the
    /// caller's may come again and must not meet the old answer, a mask that was set has been set.
    pub fn abandon(&mut self, serial: Serial) -> Option<Abandoned> {
        self.entries.get(&serial).filter(|entry| entry.waiter.is_awaited())?;
        let entry = self.remove(serial)?;
        let Entry { waiter, own_id, memorable, unwatched, span, answered, preliminary, name, privilege } = entry;
        let end = match &waiter {
            Waiter::List { end, .. } => Some(end.clone()),
            _ => None,
        };
        // Of a call that was taken in the outcome may yet come, unless it has.
        let is_open = match &waiter {
            Waiter::Call(call) => !call.has_failed(),
            _ => !answered,
        };
        let is_open = is_open && (memorable.is_some() || own_id.is_some());
        if end.is_some() || is_open {
            if self.abandoned.len() == MOST_ABANDONED {
                self.forget_oldest();
            }
            self.abandoned.push(serial);
            let waiter = Waiter::Nobody { end };
            let (unwatched, span) = (None, span.clone());
            let entry = Entry { waiter, own_id, memorable, unwatched, span, answered, preliminary, name, privilege };
            self.insert(serial, entry);
        }
        Some(Abandoned { waiter, unwatched, span })
    }

    /// These spans will not be sent, in ascending order: what stands behind them moves up.
    pub fn close_gaps(&mut self, gone: &[Range<u64>]) {
        let mut length = 0;
        let mut lengths = Vec::with_capacity(gone.len());
        for gap in gone {
            length += gap.end - gap.start;
            lengths.push(length);
        }
        for entry in self.entries.values_mut() {
            let before = gone.partition_point(|gap| gap.start < entry.span.start);
            if let Some(length) = before.checked_sub(1).map(|last| lengths[last]) {
                entry.span = entry.span.start - length..entry.span.end - length;
            }
        }
    }

    fn forget_oldest(&mut self) {
        let oldest = self.abandoned.remove(0);
        if self.entries.get(&oldest).is_some_and(|entry| !entry.waiter.is_awaited()) {
            let id = self.remove(oldest).filter(|entry| !entry.answered).and_then(|entry| entry.own_id);
            self.forgotten.extend(id.map(|id| self.hasher.hash_one(&*id)));
        }
    }

    /// Whether the server may be silent because it carries an action out: the oldest that it has not answered. Later
    /// ones do not excuse it.
    pub fn is_busy(&self, now: Instant) -> bool {
        self.unanswered.front().is_some_and(|(_, until)| *until > now)
    }

    /// Abandons every action, for the end of the link; what it sent before is still handed on as usual.
    pub fn abandon_all(&mut self) -> Vec<Abandoned> {
        self.deadlines.clear();
        let serials: Vec<Serial> = self.entries.keys().copied().collect();
        let mut all = Vec::with_capacity(serials.len());
        for serial in serials {
            all.extend(self.abandon(serial));
        }
        all
    }
}

/// Spreads numbers that are counted: they are the link's own, so that nobody can choose them to collide.
#[derive(Default)]
pub(crate) struct SerialHasher(u64);

impl Hasher for SerialHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Packet;

    fn entry(waiter: Waiter, own_id: Option<Box<str>>) -> Entry {
        Entry {
            waiter,
            own_id,
            name: "".into(),
            privilege: None,
            preliminary: 0,
            answered: false,
            memorable: None,
            unwatched: None,
            span: 0..100,
        }
    }

    #[test]
    fn an_id_of_the_callers_is_refused_as_long_as_an_old_answer_with_it_may_come_however_many_there_are() {
        let mut pending = Pending::new("prefix-".into());
        let action = |at: usize| Action::new("Ping").param("ActionID", format!("mine-{at}"));
        let many = MOST_ABANDONED + 10;
        for at in 0..many {
            let mut id = String::new();
            let serial = pending.number(&action(at), &mut id).unwrap();
            let id = pending.own_id(&id);
            pending.insert(serial, entry(Waiter::Response(crossbeam_channel::bounded(1).0), id));
            pending.abandon(serial).unwrap();
        }
        let number = |pending: &mut Pending, at| pending.number(&action(at), &mut String::new()).map(drop);
        for at in 0..many {
            let refused = number(&mut pending, at).unwrap_err().to_string();
            assert!(refused.contains("may yet be answered"), "{refused}");
        }
        for at in 0..many {
            let answer = Packet::new(format!("Response: Success\r\nActionID: mine-{at}\r\n").as_bytes());
            assert!(matches!(pending.answer(Response::from(answer), |_| ()), Answer::Late(_)));
            number(&mut pending, at).unwrap();
        }
        assert!(pending.entries.is_empty() && pending.forgotten.is_empty());
    }

    #[test]
    fn the_items_of_a_list_that_was_abandoned_with_its_link_stay_out_of_the_stream() {
        let event = |name: &str| {
            let text = format!("Event: {name}\r\nActionID: prefix-1\r\n");
            Event::new(Packet::new(text.as_bytes()), 0, 1)
        };
        let mut pending = Pending::new("prefix-".into());
        let parts = crate::sync::mailbox().0;
        let waiter = Waiter::List { parts, end: ListEnd::Unknown, answered: true };
        let serial = pending.number(&Action::new("Agents"), &mut String::new()).unwrap();
        pending.insert(serial, entry(waiter, None));
        assert_eq!(pending.abandon_all().len(), 1);
        assert!(pending.claim(event("Agents")).is_none());
        assert!(pending.claim(event("AgentsComplete")).is_none());
        assert!(pending.claim(event("Agents")).is_some(), "the list is over");
        assert!(!pending.collecting());
    }
}
