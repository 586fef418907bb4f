//! What survives a link: the streams, the memory of what a login set, and the making of the next link.
//!
//! A link's thread ends with its link. Where automatic reconnection is asked for, that thread announces the
//! loss, makes the next link, starts the thread of that one, and ends. A caller's own attempt goes between its
//! attempts; where a caller has replaced a link in vain, a new thread takes over. The thread that is at work has
//! a [`Reconnection`](reconnect::Reconnection); one that finds it gone or given to another leaves.
//!
//! # What a program sees
//!
//! What was pending has failed before a loss is announced, and a loss is announced before its link is out of
//! the way: whoever reconnects finds nothing of it left, and nobody hears of it afterwards. An attempt that
//! failed is announced before the next one begins. With the last of them nobody is at work any more.
//!
//! # Locking
//!
//! `connecting` is held while a link is made and comes first; it is never waited for while another lock is
//! held. `status` is held for moments; the streams' lock comes after it. Nothing is logged under it; under `connecting`
//! only what restores the session is, at the level `trace`.
//!
//! # Waits
//!
//! - `open_link`: the connect timeout, or close.
//! - [`Engine::link_within`]: the time it is given, or close.
//! - For another thread's attempt to make a link: the connect timeout and the deadlines of the actions that
//!   restore the session, or close.
//! - Between attempts to reconnect: the backoff's delay, or close.
//! - [`Engine::close`]: the link's `Logoff`, then the end of the thread, whose every wait ends with the link
//!   or with close.

mod connect;
mod interest;
mod queue;
mod reader;
mod reconnect;
mod session;
mod status;
mod streams;
mod subscriptions;

pub use interest::Interest;
pub(crate) use session::Credentials;
pub use status::State;
pub(crate) use streams::Receivers;
pub use streams::Stats;
pub(crate) use subscriptions::Subscribed;

use std::cell::Cell;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use crate::action::Action;
use crate::clock::{self, Timed};
use crate::error::{Error, Loss, Result};
use crate::link::transport;
use crate::link::{End, Link};
use crate::options::{Options, DEFAULT_EVENT_CAPACITY};
use crate::recording::Recorder;
use crate::sync::{self, deadline_in, lock};

use connect::Attempts;
use session::Session;
use status::{Phase, Status};
use streams::Streams;

/// So long a server that has not said `FullyBooted` counts as booting.
const BOOT_TIMEOUT: Duration = Duration::from_secs(60);

thread_local! {
    /// The engine whose link this thread reads, or makes anew, by its key.
    static THREAD_OF: Cell<Option<u64>> = const { Cell::new(None) };
}

pub(crate) struct Engine {
    /// As it was given, and with its port.
    address: String,
    full_address: String,
    options: Options,
    pub streams: Streams,
    pub session: Session,
    status: Mutex<Status>,
    changed: Condvar,
    connecting: Mutex<Attempts>,
    /// How many attempts to make a link have ended.
    attempts_made: AtomicU64,
    /// How many links have been opened.
    links_opened: AtomicU64,
    threads: Mutex<Vec<JoinHandle<()>>>,
    clock_key: u64,
}

impl Engine {
    /// Connects for the first time; with credentials also logs in, or tries again where the options say so.
    pub fn start(
        address: String,
        options: Options,
        credentials: Option<Credentials>,
    ) -> Result<(Arc<Self>, Receivers)> {
        let (engine, receivers) = Self::new(address, options)?;
        match credentials {
            None => {
                let link = engine.attempt(&mut lock(&engine.connecting), None)?;
                engine.log_connected(&link);
            }
            Some(credentials) => engine.connect(credentials)?,
        }
        Ok((engine, receivers))
    }

    /// One that has not been told to connect.
    pub fn new(address: String, mut options: Options) -> Result<(Arc<Self>, Receivers)> {
        options.check()?;
        options.recorder = options.recorder.as_ref().map(Recorder::for_client);
        let full_address = transport::full_address(&address, &options)?;
        let (streams, receivers) = Streams::new(options.event_capacity);
        let engine = Arc::new(Self {
            address,
            full_address,
            options,
            streams,
            session: Session::default(),
            status: Mutex::new(Status::new()),
            changed: Condvar::new(),
            connecting: Mutex::new(Attempts::default()),
            attempts_made: AtomicU64::new(0),
            links_opened: AtomicU64::new(0),
            threads: Mutex::new(Vec::new()),
            clock_key: clock::key(),
        });
        Ok((engine, receivers))
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The link for an action: it waits as the options say for a link, and then for a server that is booting.
    pub fn link(&self) -> Result<Arc<Link>> {
        match self.link_within(self.options.wait_for_link) {
            Err(Error::NotConnected) => lock(&self.status).link().map(Arc::clone).ok_or(Error::NotConnected),
            link => link,
        }
    }

    /// Whether this is the thread that reads the link or makes the next one: the program's logger runs on it. What
    /// is waited for here could never come.
    fn is_on_own_thread(&self) -> bool {
        THREAD_OF.get() == Some(self.clock_key)
    }

    /// Refuses a filter that the server of this link would take and not understand.
    pub fn check_filter(&self, action: &Action, link: &Link) -> Result<()> {
        if !action.needs_criteria() {
            return Ok(());
        }
        self.check_thread(action)?;
        session::check_criteria(&mut |action: Action| link.call(&action, self.options.action_timeout, false, None))
    }

    /// Whether the server of the link understands filters by criteria.
    pub fn knows_criteria(&self) -> Result<bool> {
        self.check_thread(&Action::new("CoreSettings"))?;
        let settings = self.link()?.call(&Action::new("CoreSettings"), self.options.action_timeout, false, None)?;
        Ok(session::knows_criteria(settings.get("AsteriskVersion").unwrap_or_default()))
    }

    /// Refuses what waits for an answer on the thread that would have to read it.
    pub fn check_thread(&self, action: &Action) -> Result<()> {
        if !self.is_on_own_thread() {
            return Ok(());
        }
        let reason = "is made by a logger on the thread that reads the link, and its answer could not be read: \
                      Client::async_action does not wait";
        Err(Error::invalid(format!("action {:?}", action.name()), reason))
    }

    /// The link, once it stands and the server has booted.
    pub fn link_within(&self, timeout: Duration) -> Result<Arc<Link>> {
        let mut deadline = None;
        let mut status = lock(&self.status);
        loop {
            match (status.link(), status.phase()) {
                (Some(link), _) if status.booting().is_none() => return Ok(Arc::clone(link)),
                (_, Phase::Closed) => return Err(Error::Closed { sent: false }),
                // The thread of a link that has ended is about to see that it has.
                _ => {}
            }
            if self.is_on_own_thread() {
                return Err(Error::NotConnected);
            }
            let deadline = *deadline.get_or_insert_with(|| deadline_in(timeout));
            status = self.wait(status, deadline).ok_or(Error::NotConnected)?;
        }
    }

    pub fn state(&self) -> State {
        let status = lock(&self.status);
        match status.phase() {
            Phase::Up(link) if !link.stands() && self.comes_back() => State::Reconnecting,
            Phase::Up(link) if !link.stands() => State::Disconnected,
            _ => status.state(),
        }
    }

    /// The state now, then each change.
    pub fn states(&self) -> Receiver<State> {
        lock(&self.status).watch()
    }

    /// Adds a subscriber; `None` once the client is closed.
    pub fn subscribe(&self, interest: Interest) -> Option<Subscribed> {
        let usual = match self.options.event_capacity {
            0 => DEFAULT_EVENT_CAPACITY,
            events => events,
        };
        self.streams.subscribe(interest, usual)
    }

    /// The line with which the server of the link that stands greeted.
    pub fn banner_now(&self) -> Option<String> {
        lock(&self.status).link().map(|link| link.banner().to_owned())
    }

    /// The number of the link that stands, as its events bear it.
    pub fn link_number(&self) -> Option<u64> {
        lock(&self.status).link().map(|link| link.number())
    }

    /// What ended the last link that was lost.
    pub fn last_loss(&self) -> Option<Loss> {
        lock(&self.status).loss().cloned()
    }

    /// Whether the loss of a link is followed by attempts to make another.
    fn comes_back(&self) -> bool {
        self.options.reconnect.is_some() && self.session.is_logged_in()
    }

    /// Waits for a change; `None` once the deadline has passed.
    fn wait<'a>(&self, status: MutexGuard<'a, Status>, deadline: Instant) -> Option<MutexGuard<'a, Status>> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        Some(sync::wait(&self.changed, status, left))
    }

    fn set_phase(&self, mut status: MutexGuard<'_, Status>, to: Phase) {
        status.set_phase(to, None);
        drop(status);
        self.changed.notify_all();
    }

    /// The server of a link has said `FullyBooted`.
    fn booted(&self, link: &Arc<Link>) {
        self.session.saw_booted();
        let mut status = lock(&self.status);
        if status.is_up(link) && status.booting().is_some() {
            status.end_booting();
            drop(status);
            self.changed.notify_all();
        }
    }

    /// Logs in on the link that stands, or makes one with these credentials.
    pub fn login(self: &Arc<Self>, user: &str, secret: &str) -> Result<()> {
        self.check_thread(&Action::new("Login"))?;
        let credentials = Credentials { user: user.to_owned(), secret: secret.to_owned() };
        let link = lock(&self.status).link().map(Arc::clone);
        match link {
            Some(link) => self.log_in(&link, &credentials),
            None => self.replace(Some(&credentials)),
        }
    }

    fn log_in(&self, link: &Link, credentials: &Credentials) -> Result<()> {
        let mask = self.options.event_mask.as_ref();
        self.session.login(credentials, self.login_mode(), mask, &mut |action: Action| {
            link.call(&action, self.options.action_timeout, true, None)
        })
    }

    /// Logs off, ends the link, its thread and the streams.
    pub fn close(&self) {
        let status = lock(&self.status);
        let link = match status.phase() {
            Phase::Closed => return,
            Phase::Up(link) | Phase::Restoring(link) => Some(Arc::clone(link)),
            Phase::Down => None,
        };
        self.set_phase(status, Phase::Closed);
        clock::cancel(self.clock_key);
        if let Some(link) = link {
            link.say_goodbye(!self.is_on_own_thread());
            link.end(End::Closed);
            log::info!("closed the link to {}", self.full_address);
        }
        loop {
            let threads = std::mem::take(&mut *lock(&self.threads));
            if threads.is_empty() {
                break;
            }
            // A logger can close the client on the thread that reads.
            for thread in threads.into_iter().filter(|thread| thread.thread().id() != thread::current().id()) {
                let _ = thread.join();
            }
        }
        self.streams.close();
        if let Some(Err(error)) = self.options.recorder.as_ref().map(Recorder::flush) {
            log::warn!("{error}");
        }
    }
}

/// A server that takes long to boot, or whose `FullyBooted` a filter keeps out.
impl Timed for Engine {
    fn expire(&self, now: Instant) -> Option<Instant> {
        let mut status = lock(&self.status);
        let until = status.booting()?;
        if until > now {
            return Some(until);
        }
        status.end_booting();
        drop(status);
        self.changed.notify_all();
        None
    }

    fn is_over(&self) -> bool {
        matches!(lock(&self.status).phase(), Phase::Closed)
    }
}
