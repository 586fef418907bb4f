//! Whether a client has its link, and who is told of each change.

use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::{unbounded, Receiver};

use crate::error::Loss;
use crate::link::Link;

/// Whether a client has its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The link stands.
    Connected,
    /// The link stands, and the server is still loading its modules after a start.
    ///
    /// Until it has, actions of modules that are not loaded yet are unknown to it, and lists may be empty. The
    /// client knows this state only of a server that has sent it a `FullyBooted` before, which takes the event
    /// class `system`; from others it never comes. It ends with the next `FullyBooted`, at the latest after 60
    /// seconds, for a filter can keep the event out.
    Booting,
    /// The link was lost, or has not stood yet, and the client is coming back by itself.
    Reconnecting,
    /// The link was lost, and nothing happens before `reconnect` or `login` is called.
    Disconnected,
    /// The client is closed.
    Closed,
}

/// With so many watchers those whose receivers are gone are looked for.
const MOST_WATCHERS: usize = 1024;

pub(super) enum Phase {
    Up(Arc<Link>),
    /// A new link that does not yet have its session back.
    Restoring(Arc<Link>),
    Down,
    Closed,
}

/// Takes a state, and says whether somebody is still there. A closure, so that a program which watches no states has no
/// channel of them in it: 7 KB.
type Watcher = Box<dyn Fn(State) -> bool + Send>;

/// Each change is made, and told to the watchers, under the lock that this is behind.
pub(super) struct Status {
    phase: Phase,
    /// Until when a server that has not said `FullyBooted` counts as booting.
    booting: Option<Instant>,
    /// Which reconnection is under way, if one is; and the number of the last one that began.
    reconnection: Option<u64>,
    last_reconnection: u64,
    loss: Option<Loss>,
    told: State,
    watchers: Vec<Watcher>,
}

impl Status {
    pub fn new() -> Self {
        Self {
            phase: Phase::Down,
            booting: None,
            reconnection: None,
            last_reconnection: 0,
            loss: None,
            told: State::Disconnected,
            watchers: Vec::new(),
        }
    }

    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// The link is up, or not; with its session back it ends the reconnection that is under way.
    pub fn set_phase(&mut self, to: Phase, booting: Option<Instant>) {
        if matches!(to, Phase::Up(_)) {
            self.reconnection = None;
        }
        self.phase = to;
        self.booting = booting;
        self.tell();
    }

    pub fn is_up(&self, link: &Arc<Link>) -> bool {
        matches!(&self.phase, Phase::Up(current) if Arc::ptr_eq(current, link))
    }

    pub fn is_restoring(&self, link: &Arc<Link>) -> bool {
        matches!(&self.phase, Phase::Restoring(current) if Arc::ptr_eq(current, link))
    }

    /// The link, if it stands.
    pub fn link(&self) -> Option<&Arc<Link>> {
        match &self.phase {
            Phase::Up(link) if link.stands() => Some(link),
            _ => None,
        }
    }

    /// Notes what ended the link that is about to be taken down.
    pub fn set_loss(&mut self, cause: Loss) {
        self.loss = Some(cause);
    }

    /// What ended the last link that was lost.
    pub fn loss(&self) -> Option<&Loss> {
        self.loss.as_ref()
    }

    pub fn booting(&self) -> Option<Instant> {
        self.booting
    }

    pub fn end_booting(&mut self) {
        self.booting = None;
        self.tell();
    }

    /// Begins a reconnection, in place of one that may be under way, and gives its number.
    pub fn begin_reconnection(&mut self) -> u64 {
        self.last_reconnection += 1;
        self.reconnection = Some(self.last_reconnection);
        self.tell();
        self.last_reconnection
    }

    pub fn end_reconnection(&mut self, number: u64) {
        if self.reconnection == Some(number) {
            self.reconnection = None;
            self.tell();
        }
    }

    /// Whether there is still no link, and no newer reconnection is to make one.
    pub fn needs_reconnection(&self, number: u64) -> bool {
        self.reconnection == Some(number) && matches!(self.phase, Phase::Down | Phase::Restoring(_))
    }

    /// The state, as far as it has been noticed: the thread of a link that has ended may be about to see that.
    pub fn state(&self) -> State {
        match &self.phase {
            Phase::Up(_) if self.booting.is_some() => State::Booting,
            Phase::Up(_) => State::Connected,
            Phase::Restoring(_) => State::Reconnecting,
            Phase::Down if self.reconnection.is_some() => State::Reconnecting,
            Phase::Down => State::Disconnected,
            Phase::Closed => State::Closed,
        }
    }

    /// The state now, then each change.
    pub fn watch(&mut self) -> Receiver<State> {
        let (sender, states) = unbounded();
        let now = self.state();
        let watcher: Watcher = Box::new(move |state| sender.try_send(state).is_ok());
        watcher(now);
        if self.watchers.len() >= MOST_WATCHERS {
            // Only a send tells who is gone. Those who are not see the same state once more.
            self.tell_all(now);
        }
        if now != State::Closed {
            self.watchers.push(watcher);
        }
        states
    }

    fn tell(&mut self) {
        let now = self.state();
        if now != self.told {
            self.told = now;
            self.tell_all(now);
            if now == State::Closed {
                self.watchers.clear();
            }
        }
    }

    fn tell_all(&mut self, state: State) {
        self.watchers.retain(|watcher| watcher(state));
    }
}
