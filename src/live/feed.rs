//! What feeds the model of one client: its events, the lists that the model wants at their place among them, and
//! the fence.
//!
//! A list stands among the events where its response stood ([`Response::seq`](crate::Response::seq)). The reader
//! hands a response on before it hands on what came after it. So while a list is out, events are taken one by one,
//! and each only once it is known not to stand behind the list.
//!
//! # When parts are listed
//!
//! At once when a link is there. After that one part at a time: when something does not agree with it, no sooner
//! than [`CALM`] after the last time, and less often where that happens again and again; and each part from time to
//! time, since some changes have no event.

use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, TryRecvError};

use super::awaited::Awaited;
use super::model::Model;
use super::part::{Part, Parts, Why};
use super::resync::Want;
use super::rights;
use crate::action::Action;
use crate::client::{Client, Fence, List, Listing, Subscription};
use crate::engine::{Interest, State};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::response::Response;

/// So many events wait for the model before some are lost, which makes it list again.
const EVENTS: usize = 1 << 20;
/// So many events are taken before what they changed is shown.
const BATCH: usize = 4096;
/// The shortest time between two rounds of listing, and the longest that it grows to.
const CALM: Duration = Duration::from_millis(500);
const LONGEST_CALM: Duration = Duration::from_secs(60);
/// How long events may settle where there is no fence.
const SETTLE: Duration = Duration::from_secs(2);
/// Between two audits; each looks at one part.
const AUDIT: Duration = Duration::from_secs(300);
/// How often the model learns that time has passed.
const TICK: Duration = Duration::from_millis(250);
/// Where there is no keepalive whose interval says it, the lag is measured so often.
const MEASURE: Duration = Duration::from_secs(30);

/// What is under way for the model.
enum Errand {
    None,
    /// The server is asked when it started, and what the user may read.
    Asking(Vec<Receiver<Result<Response>>>),
    /// A list, and what came of it once that is known.
    List(Box<Listing>, Option<Result<List>>),
    Fence(Awaited),
    Settling(Instant),
}

pub(super) struct Feed {
    client: Client,
    model: Model,
    subscription: Subscription,
    states: Receiver<State>,
    /// An event that stands behind the list that is out.
    held: Option<Event>,
    /// The link that the model is about; `None` without one.
    link: Option<u64>,
    dropped: u64,
    /// Events were dropped while the fence was out.
    may_have_dropped_it: bool,
    /// When the server started, as it says, and how many restarts were known then.
    startup: Option<(String, u64)>,
    errand: Errand,
    /// Whether the last fence on this link has come back.
    fences: Option<bool>,
    /// Whether the user may read the fence's event.
    may_fence: bool,
    /// No round begins before this, and how long the calm between two is by now.
    not_before: Instant,
    calm: Duration,
    next_audit: Instant,
    audited: usize,
    next_measure: Instant,
    next_tick: Instant,
}

impl Feed {
    pub fn new(client: Client, parts: Parts) -> Self {
        let states = client.states();
        let subscription = client.subscribe(Interest::all().capacity(EVENTS));
        let mut model = Model::new(parts);
        // Without a link an action may wait for one, and other models with it.
        if client.link_number().is_some() {
            if let Some(banner) = client.banner_now() {
                model.banner(&banner);
            }
        }
        let now = Instant::now();
        let mut feed = Self {
            client,
            model,
            subscription,
            states,
            held: None,
            link: None,
            dropped: 0,
            may_have_dropped_it: false,
            startup: None,
            errand: Errand::None,
            fences: None,
            may_fence: true,
            not_before: now,
            calm: CALM,
            next_audit: now + AUDIT,
            audited: 0,
            next_measure: now + MEASURE,
            next_tick: now + TICK,
        };
        feed.model.lost(SystemTime::now());
        feed
    }

    pub fn model(&mut self) -> &mut Model {
        &mut self.model
    }

    /// The link that the picture is about.
    pub fn link(&self) -> Option<u64> {
        self.link
    }

    /// Ready when there are events to take.
    pub fn events(&self) -> Option<&Receiver<Event>> {
        self.held.is_none().then(|| self.subscription.events())
    }

    pub fn states(&self) -> &Receiver<State> {
        &self.states
    }

    /// Ready when there is more of a list, or an answer.
    pub fn visit<'a>(&'a self, mut select: impl FnMut(Waited<'a>)) {
        match &self.errand {
            Errand::List(listing, None) => select(Waited::Replies(listing)),
            Errand::Fence(awaited) => awaited.answer().into_iter().for_each(|answer| select(Waited::Answer(answer))),
            Errand::Asking(answers) => answers.iter().for_each(|answer| select(Waited::Answer(answer))),
            _ => {}
        }
    }

    /// When it has something to do although nothing comes.
    pub fn due(&self) -> Instant {
        // Each instant here is one that `run` moves on; what only a state or an answer can move wakes the thread itself.
        let nothing = Instant::now() + AUDIT;
        let errand = match &self.errand {
            Errand::List(listing, _) => listing.deadline(),
            Errand::Fence(awaited) => awaited.due(),
            Errand::Settling(until) => *until,
            Errand::Asking(_) => nothing,
            Errand::None if !self.has_link() => nothing,
            Errand::None if self.model.pending().next().is_some() => self.not_before,
            Errand::None if self.measures() => self.next_audit.min(self.next_measure),
            Errand::None => self.next_audit,
        };
        match self.model.is_waiting() {
            true => errand.min(self.next_tick),
            false => errand,
        }
    }

    /// Whether the link stands that the model is about.
    fn has_link(&self) -> bool {
        self.link.is_some() && self.client.link_number() == self.link
    }

    /// Whether the lag is measured from time to time.
    fn measures(&self) -> bool {
        self.may_fence && self.model.parts().has_fence() && self.fences.is_some()
    }

    fn between_measures(&self) -> Duration {
        self.client.options().keepalive.unwrap_or(MEASURE).max(Duration::from_secs(1))
    }

    /// Does what there is to do; whether the client is still open.
    pub fn run(&mut self) -> bool {
        let open = self.take_states();
        self.take_events();
        self.take_errand();
        self.give_errand();
        open
    }

    fn take_states(&mut self) -> bool {
        loop {
            match self.states.try_recv() {
                Ok(State::Connected) => self.linked(),
                // Events are taken, lists would be empty: the boot is waited for.
                Ok(State::Booting) => {}
                Ok(State::Closed) | Err(TryRecvError::Disconnected) => {
                    self.lost();
                    return false;
                }
                Ok(_) => self.lost(),
                Err(TryRecvError::Empty) => return true,
            }
        }
    }

    fn linked(&mut self) {
        let Some(link) = self.client.link_number() else { return };
        if self.link == Some(link) {
            return;
        }
        self.lost();
        self.link = Some(link);
        if let Some(banner) = self.client.banner_now() {
            self.model.banner(&banner);
        }
        let at = SystemTime::now();
        self.model.linked(at);
        for (part, class) in rights::missing(&|class| self.client.mask_lets_through(class), self.model.parts()) {
            self.model.unreadable(part, class, at);
        }
        self.fences = None;
        self.may_fence = self.client.mask_lets_through(rights::FENCE);
        let now = Instant::now();
        self.not_before = now;
        self.next_measure = now + self.between_measures();
        self.calm = CALM;
        let mut asked = vec![Action::new("CoreStatus")];
        asked.extend(self.client.user().map(|user| rights::question(&user)));
        let answers = asked.into_iter().filter_map(|action| self.client.async_action(action).ok());
        self.errand = Errand::Asking(answers.collect());
    }

    /// The link is lost. What came over it is taken first.
    fn lost(&mut self) {
        let Some(link) = self.link else { return };
        let at = SystemTime::now();
        self.errand = Errand::None;
        while let Some(event) = self.held.take().or_else(|| self.subscription.events().try_recv().ok()) {
            if event.link() != link {
                self.held = Some(event);
                break;
            }
            self.model.event(&event, at);
        }
        self.link = None;
        self.model.lost(at);
    }

    fn take_events(&mut self) {
        let at = SystemTime::now();
        for _ in 0..BATCH {
            // First: once the list is known, what came before it is in the queue.
            self.gather();
            let Some(event) = self.held.take().or_else(|| self.subscription.events().try_recv().ok()) else {
                self.take_list();
                break;
            };
            self.gather();
            if self.list_stands_before(&event) && !self.take_list() {
                self.held = Some(event);
                break;
            }
            self.event(&event, at);
        }
        let dropped = self.subscription.dropped();
        if dropped > std::mem::replace(&mut self.dropped, dropped) {
            self.may_have_dropped_it = true;
            self.suspect_all(Why::Gap);
        }
        let now = Instant::now();
        if now >= self.next_tick {
            self.next_tick = now + TICK;
            self.model.tick(at);
        }
    }

    /// Takes what has come of the list that is out.
    fn gather(&mut self) {
        if let Errand::List(listing, done @ None) = &mut self.errand {
            *done = listing.gather();
        }
    }

    fn list_stands_before(&self, event: &Event) -> bool {
        match &self.errand {
            Errand::List(listing, done) => {
                listing.seq().map_or(done.is_some(), |seq| event.seq() >= seq || self.link != Some(event.link()))
            }
            _ => false,
        }
    }

    /// Gives the list to the model, if it is whole or will not be.
    fn take_list(&mut self) -> bool {
        let Errand::List(listing, done @ Some(_)) = &mut self.errand else { return false };
        let (action, at) = (listing.action().clone(), SystemTime::now());
        match done.take() {
            Some(Ok(list)) => self.model.list(action, &list.items, at),
            Some(Err(Error::Rejected(response))) => {
                self.model.refused(action, response.message().unwrap_or_default(), at);
            }
            // A loss is told by the state.
            _ => {
                self.not_before = Instant::now() + self.calm;
                self.grow_calm();
                self.model.failed(action, at);
            }
        }
        self.errand = Errand::None;
        true
    }

    fn event(&mut self, event: &Event, at: SystemTime) {
        // The first of a new link may come before the state has told of it; the lists will tell what it tells.
        let is_boot = event.name().eq_ignore_ascii_case("FullyBooted");
        if self.link != Some(event.link()) && !is_boot {
            return;
        }
        self.model.event(event, at);
        if let Errand::Fence(awaited) = &mut self.errand {
            let now = Instant::now();
            if !awaited.came(event, now) {
                return;
            }
            let (lag, wanted) = (awaited.lag(now), awaited.wanted);
            self.errand = Errand::None;
            self.fences = Some(true);
            self.next_measure = now + self.between_measures();
            self.model.measured(lag, at);
            if wanted {
                self.fenced(Some(lag));
            }
        }
    }

    /// Lists a part anew, at once, since the program asks for it.
    pub fn refresh(&mut self, part: Part) {
        self.model.suspect(part, Why::Asked, SystemTime::now());
        self.not_before = Instant::now();
        self.calm = CALM;
    }

    fn suspect_all(&mut self, why: Why) {
        let at = SystemTime::now();
        for part in self.model.parts().iter() {
            self.model.suspect(part, why.clone(), at);
        }
    }

    /// Looks after what is under way.
    fn take_errand(&mut self) {
        let now = Instant::now();
        match &mut self.errand {
            Errand::None => {}
            Errand::Asking(_) => self.take_answers(),
            // It is taken between the events.
            Errand::List(..) => {}
            Errand::Fence(awaited) => {
                awaited.take_answer(now);
                let wanted = awaited.wanted;
                // What came before it and was dropped is in the list that the gap asks for; the fence itself may be among it.
                if self.may_have_dropped_it && self.subscription.events().is_empty() {
                    self.set_fence(wanted);
                } else if awaited.is_hopeless(now) {
                    self.fences = Some(false);
                    self.errand = if wanted { Errand::Settling(now + SETTLE) } else { Errand::None };
                } else if let Some(lag) = awaited.late(now) {
                    self.model.measured(lag, SystemTime::now());
                }
            }
            Errand::Settling(until) if now >= *until => self.fenced(None),
            Errand::Settling(_) => {}
        }
    }

    fn take_answers(&mut self) {
        let Errand::Asking(answers) = &mut self.errand else { return };
        let mut came = Vec::new();
        answers.retain(|answer| match answer.try_recv() {
            Ok(answer) => {
                came.push(answer);
                false
            }
            Err(TryRecvError::Empty) => true,
            Err(TryRecvError::Disconnected) => false,
        });
        let is_over = answers.is_empty();
        let at = SystemTime::now();
        for response in came.into_iter().flatten() {
            if let Some(read) = response.output().and_then(|text| rights::read_classes(&text)) {
                for (part, class) in rights::missing(&|class| read.lets_through(class), self.model.parts()) {
                    self.model.unreadable(part, class, at);
                }
                self.may_fence &= read.lets_through(rights::FENCE);
            } else if let Some(startup) = startup_of(&response) {
                let restarts = self.model.counts().restarts;
                // Its `FullyBooted` may have told the model already.
                if self.startup.as_ref().is_some_and(|(before, known)| *before != startup && *known == restarts) {
                    self.model.restarted(at);
                }
                self.startup = Some((startup, self.model.counts().restarts));
            }
        }
        if is_over {
            self.errand = Errand::None;
        }
    }

    fn fenced(&mut self, lag: Option<Duration>) {
        self.errand = Errand::None;
        self.model.fenced(lag, SystemTime::now());
        let now = Instant::now();
        if now.duration_since(self.not_before) < 10 * self.calm {
            self.grow_calm();
        } else {
            self.calm = CALM;
        }
        // A server that is behind is not asked more often than it can answer.
        self.not_before = now + self.calm.max(2 * lag.unwrap_or_default());
    }

    fn grow_calm(&mut self) {
        self.calm = (2 * self.calm).min(LONGEST_CALM);
    }

    /// Begins what the model wants, or what is due.
    fn give_errand(&mut self) {
        if !matches!(self.errand, Errand::None) || !self.has_link() {
            return;
        }
        let (now, at) = (Instant::now(), SystemTime::now());
        if now >= self.next_audit {
            self.audit(now, at);
        }
        let round_is_open = self.model.is_listing();
        if round_is_open || now >= self.not_before {
            match self.model.want(at) {
                Some(Want::List(action)) => return self.ask_for(action),
                Some(Want::Fence) => return self.set_fence(true),
                None => {}
            }
        }
        // One that did not come back is tried again: then it was the server that was behind.
        if self.measures() && now >= self.next_measure {
            self.next_measure = now + self.between_measures();
            self.set_fence(false);
        }
    }

    fn ask_for(&mut self, action: Action) {
        match self.client.start_list(action.clone()) {
            Ok(listing) => self.errand = Errand::List(Box::new(listing), None),
            Err(_) => {
                self.not_before = Instant::now() + self.calm;
                self.grow_calm();
                self.model.failed(action, SystemTime::now());
            }
        }
    }

    fn set_fence(&mut self, wanted: bool) {
        let begun = Instant::now();
        let comes = self.may_fence && self.model.parts().has_fence() && self.fences != Some(false);
        if wanted && !comes {
            self.errand = Errand::Settling(begun + SETTLE);
            return;
        }
        self.may_have_dropped_it = false;
        let fence = Fence::new();
        match self.client.async_action(fence.action()) {
            Ok(answer) => self.errand = Errand::Fence(Awaited::new(fence, answer, begun, wanted, self.fences)),
            Err(_) if wanted => self.errand = Errand::Settling(begun + SETTLE),
            Err(_) => {}
        }
    }

    /// Lists the next part for no other reason than that it may have changed without a word.
    fn audit(&mut self, now: Instant, at: SystemTime) {
        let parts: Vec<Part> = self.model.parts().iter().collect();
        let random = getrandom::u32().map_or(0, |random| random % 1000);
        self.next_audit = now + AUDIT / parts.len().max(1) as u32 * (500 + random) / 1000;
        let part = parts[self.audited % parts.len()];
        self.audited += 1;
        self.model.suspect(part, Why::Audit, at);
    }
}

/// What a feed waits for.
pub(super) enum Waited<'a> {
    Replies(&'a Listing),
    Answer(&'a Receiver<Result<Response>>),
}

/// When the server started; two starts differ in it.
fn startup_of(response: &Response) -> Option<String> {
    let time = response.get("CoreStartupTime")?;
    Some(format!("{} {time}", response.get("CoreStartupDate").unwrap_or_default()))
}
