//! Lists and the events after them, as one sequence.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Select};

use super::fence::Fence;
use super::{Client, Handle, List, Subscription};
use crate::action::Action;
use crate::engine::{Interest, State};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::packet::Packet;
use crate::response::Response;
use crate::sync::{deadline_in, recv_deadline};

/// Between a list that failed and the next attempt: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What comes next of what is followed.
#[derive(Debug, Clone)]
pub enum Step {
    /// The lists anew, in the order in which their actions were given: what was known before is to be put aside.
    Snapshot(Vec<List>),
    /// An event that came after the first of the lists.
    Event(Event),
    /// What is known may be wrong from now on, and why: the link was lost, events were dropped, or a list failed.
    /// The next step is a snapshot, once there is one.
    Stale(Error),
}

/// Lists and the events after them, for a table that stays current; made by [`Client::follow`].
///
/// It is an iterator that ends when the client is closed, which it does not keep open.
///
/// # Blocking
///
/// Each step waits for the next event, or for the link and the lists after a loss. [`Follow::next_within`] waits no
/// longer than it is told.
pub struct Follow {
    client: Weak<Handle>,
    actions: Vec<Action>,
    subscription: Subscription,
    states: Receiver<State>,
    phase: Phase,
    /// The number that the next event has, if none is missing.
    expected: u64,
    dropped: u64,
    pause: Duration,
    fence: Option<Duration>,
    out: Option<(Fence, Instant)>,
    settled: bool,
}

enum Phase {
    /// There is no link, or the server is still booting.
    Waiting,
    /// The lists are to be asked for, no sooner than this.
    Listing(Instant),
    /// The lists of this link have been handed out.
    Following(u64),
}

impl Follow {
    /// Sends a fence behind each set of lists, and waits up to `timeout` for it to come back: see
    /// [`Client::fence`].
    ///
    /// Events go on coming meanwhile; [`Follow::is_settled`] tells whether those that are older than the lists have
    /// all come.
    #[must_use]
    pub fn with_fence(mut self, timeout: Duration) -> Self {
        self.fence = Some(timeout);
        self
    }

    /// Whether the fence behind the last lists has come back: no event that is older than they are comes any more.
    ///
    /// `false` without [`Follow::with_fence`], and where the fence does not come back.
    pub fn is_settled(&self) -> bool {
        self.settled
    }

    /// The next step, if it comes within the time; `Ok(None)` when the client is closed.
    ///
    /// # Errors
    ///
    /// [`Error::Timeout`] if nothing came. Nothing is lost by that: ask again.
    ///
    /// # Blocking
    ///
    /// Up to `timeout`; while the lists are asked for, as long as [`Client::list`] does.
    pub fn next_within(&mut self, timeout: Duration) -> Result<Option<Step>> {
        let deadline = deadline_in(timeout);
        loop {
            let step = match self.phase {
                Phase::Waiting => self.wait_for_link(deadline),
                Phase::Listing(at) if at > Instant::now() => self.pause(at, deadline),
                Phase::Listing(_) => self.list(),
                Phase::Following(link) => self.take(link, deadline),
            };
            match step {
                Next::Step(step) => return Ok(Some(*step)),
                Next::Again => {}
                Next::Late => return Err(Error::Timeout { after: timeout, sent: false }),
                Next::Closed => return Ok(None),
            }
        }
    }

    fn wait_for_link(&mut self, deadline: Instant) -> Next {
        match recv_deadline(&self.states, deadline) {
            Ok(State::Connected) => self.phase = Phase::Listing(Instant::now()),
            Ok(State::Closed) | Err(RecvTimeoutError::Disconnected) => return Next::Closed,
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => return Next::Late,
        }
        Next::Again
    }

    fn pause(&mut self, until: Instant, deadline: Instant) -> Next {
        match recv_deadline(&self.states, until.min(deadline)) {
            Ok(State::Connected) | Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => Next::Again,
            Err(RecvTimeoutError::Timeout) => Next::Late,
            Ok(State::Closed) | Err(RecvTimeoutError::Disconnected) => Next::Closed,
            Ok(State::Connected) => Next::Again,
            Ok(_) => {
                self.phase = Phase::Waiting;
                Next::Again
            }
        }
    }

    fn list(&mut self) -> Next {
        let Some(client) = self.client.upgrade().map(|handle| Client { handle }) else { return Next::Closed };
        if client.state() == State::Booting {
            // Its lists may be empty; `Connected` is yet to be told.
            self.phase = Phase::Waiting;
            return Next::Again;
        }
        self.settled = false;
        self.out = None;
        self.dropped = self.subscription.dropped();
        let link = client.link_number();
        let lists = self.lists(&client);
        let lists = match (lists, link) {
            (Ok(lists), Some(link)) if client.link_number() == Some(link) => {
                self.phase = Phase::Following(link);
                lists
            }
            (Err(Error::Closed { .. }), _) => return Next::Closed,
            (Ok(_), _) => {
                // The link was lost meanwhile: the states tell what becomes of it.
                self.phase =
                    if client.state() == State::Connected { Phase::Listing(Instant::now()) } else { Phase::Waiting };
                return Next::Again;
            }
            (Err(error), _) => {
                self.phase = Phase::Listing(deadline_in(self.pause));
                self.pause = (2 * self.pause).min(LONGEST_PAUSE);
                return Next::Step(Box::new(Step::Stale(error)));
            }
        };
        self.pause = FIRST_PAUSE;
        self.expected = lists.iter().map(List::seq).min().unwrap_or_default();
        if let Some(timeout) = self.fence {
            let fence = Fence::new();
            if client.async_action(fence.action()).is_ok() {
                self.out = Some((fence, deadline_in(timeout)));
            }
        }
        Next::Step(Box::new(Step::Snapshot(lists)))
    }

    fn lists(&self, client: &Client) -> Result<Vec<List>> {
        let mut lists = Vec::with_capacity(self.actions.len());
        for action in &self.actions {
            lists.push(list(client, action)?);
        }
        Ok(lists)
    }

    fn take(&mut self, link: u64, deadline: Instant) -> Next {
        let Ok(event) = self.subscription.events().try_recv() else { return self.wait(deadline) };
        if event.seq() < self.expected {
            return Next::Again;
        }
        let missing = event.seq() - self.expected;
        if missing > 0 || event.link() != link {
            // What comes of another link, or behind a gap, is told by the lists that follow.
            let lost = event.link() != link;
            return self.stale(if lost { self.loss() } else { Error::EventsDropped { dropped: missing } });
        }
        self.expected += 1;
        if let Some((_, until)) = self.out.take_if(|(fence, _)| fence.is(&event)) {
            self.settled = Instant::now() <= until;
        }
        Next::Step(Box::new(Step::Event(event)))
    }

    /// All that came has been taken: waits for more.
    fn wait(&mut self, deadline: Instant) -> Next {
        let dropped = self.subscription.dropped();
        if dropped > self.dropped {
            return self.stale(Error::EventsDropped { dropped: dropped - self.dropped });
        }
        // A state that is told only now, while events of the link that it tells of are still in the queue, is for
        // when these have been taken.
        let state = self.states.try_recv();
        match state {
            Ok(State::Closed) => return Next::Closed,
            Ok(State::Connected) => return self.still_connected(),
            Ok(_) => {
                self.phase = Phase::Waiting;
                let error = self.loss();
                return Next::Step(Box::new(Step::Stale(error)));
            }
            Err(_) => {}
        }
        let mut next = Select::new();
        next.recv(self.subscription.events());
        next.recv(&self.states);
        match next.ready_deadline(deadline) {
            Ok(_) if self.client.strong_count() > 0 => Next::Again,
            Ok(_) => Next::Closed,
            Err(_) => Next::Late,
        }
    }

    /// The link stands: the one that is followed, or one after it.
    fn still_connected(&mut self) -> Next {
        let Some(client) = self.client.upgrade().map(|handle| Client { handle }) else { return Next::Closed };
        match self.phase {
            Phase::Following(link) if client.link_number() != Some(link) => self.stale(self.loss()),
            _ => Next::Again,
        }
    }

    fn stale(&mut self, error: Error) -> Next {
        self.phase = Phase::Listing(Instant::now());
        Next::Step(Box::new(Step::Stale(error)))
    }

    /// Why the link was lost.
    fn loss(&self) -> Error {
        let loss = self.client.upgrade().and_then(|handle| handle.engine.last_loss());
        loss.map_or(Error::NotConnected, |cause| Error::Lost { cause, sent: None })
    }
}

enum Next {
    Step(Box<Step>),
    Again,
    Late,
    Closed,
}

impl Iterator for Follow {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            match self.next_within(Duration::MAX) {
                Ok(step) => return step,
                Err(_) => continue,
            }
        }
    }
}

impl fmt::Debug for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follow").field("actions", &self.actions).field("settled", &self.settled).finish_non_exhaustive()
    }
}

/// A list; empty where the server says with an error that there is nothing to list.
fn list(client: &Client, action: &Action) -> Result<List> {
    match client.list(action) {
        Err(Error::Rejected(response)) if !is_refusal(&response) => {
            let complete = Event::from(Packet::new(b"Event: ListComplete\r\nEventList: Complete\r\nListItems: 0\r\n"));
            Ok(List::new(response, Vec::new(), complete))
        }
        answer => answer,
    }
}

/// Whether the server does not make the list, as opposed to having nothing to list.
fn is_refusal(response: &Response) -> bool {
    let message = response.message().unwrap_or_default().to_ascii_lowercase();
    ["permission denied", "invalid/unknown command", "no such command", "missing"]
        .iter()
        .any(|words| message.contains(words))
}

impl Client {
    /// Follows what lists tell: the lists now, then the events after them, and the lists again whenever something
    /// was missed.
    ///
    /// It is for a table of one's own that stays current, of queues, of phones, of conferences: fill it with a
    /// [`Step::Snapshot`], change it with each [`Step::Event`], mark it as old at a [`Step::Stale`], which comes
    /// after a loss of the link, a gap in the events, or a list that failed. For channels, calls and queues
    /// [`Client::live`] keeps such a table.
    ///
    /// # What order a server keeps
    ///
    /// A list stands among the events where its response stood, and is at least as new as every event before it.
    /// Events from the lowest [`List::seq`] on are handed out: with more than one list some of these are older than
    /// the later lists. And from Asterisk 12 on an event can be older than the list that it follows, up to seconds on
    /// a busy server. So let an event say what is, not what changes: set, do not count. Where that is not enough,
    /// [`Follow::with_fence`] tells from when on no event is older than the lists.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if no action is given, or one of the catalogue that answers no list; [`Error::Rejected`]
    /// if the server refuses one of the lists (an empty list that reads like an error is none);
    /// [`Error::Closed`]. That there is no link is no error: the first step is then a snapshot once there is one.
    ///
    /// # Blocking
    ///
    /// As [`Client::list`] for each action; not at all without a link.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::{action::QueueStatus, Step};
    ///
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// for step in ami.follow([QueueStatus::new()])? {
    ///     match step {
    ///         Step::Snapshot(lists) => println!("{} entries", lists[0].items.len()),
    ///         Step::Event(event) => println!("{}", event.name()),
    ///         Step::Stale(why) => println!("what you see is old: {why}"),
    ///     }
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn follow<A: Into<Action>>(&self, actions: impl IntoIterator<Item = A>) -> Result<Follow> {
        let actions: Vec<Action> = actions.into_iter().map(Into::into).collect();
        if actions.is_empty() {
            return Err(Error::invalid("follow", "is given no action whose list it could follow"));
        }
        let (states, subscription) = (self.states(), self.subscribe(Interest::all()));
        let mut follow = Follow {
            client: Arc::downgrade(&self.handle),
            actions,
            subscription,
            states,
            phase: Phase::Waiting,
            expected: 0,
            dropped: 0,
            pause: FIRST_PAUSE,
            fence: None,
            out: None,
            settled: false,
        };
        follow.check(self)?;
        Ok(follow)
    }
}

impl Follow {
    /// Whether the server makes each list; it is asked again for what is handed out.
    fn check(&mut self, client: &Client) -> Result<()> {
        for action in &self.actions {
            if client.state() == State::Booting {
                return Ok(());
            }
            let answer = list(client, action);
            if matches!(answer, Err(Error::Invalid { .. } | Error::Rejected(_) | Error::Closed { .. })) {
                return answer.map(drop);
            }
        }
        Ok(())
    }
}
