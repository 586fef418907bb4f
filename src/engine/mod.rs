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
//! held. `status` is held for moments; the streams' lock comes after it. Nothing is logged under either.
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
mod reader;
mod reconnect;
mod session;
mod streams;

pub(crate) use streams::Receivers;
pub use streams::Stats;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{bounded, Receiver, Sender};

use crate::action::Action;
use crate::error::{Error, Result};
use crate::link::transport;
use crate::link::{End, Link};
use crate::options::Options;
use crate::sync::{self, deadline_in, lock};

use connect::Attempts;
use session::{Credentials, Session};
use streams::Streams;

/// Whether a client has its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// The link stands.
    Connected,
    /// The link was lost, and the client is coming back by itself.
    Reconnecting,
    /// The link was lost, and nothing happens before `reconnect` or `login` is called.
    Disconnected,
    /// The client is closed.
    Closed,
}

enum Phase {
    Up(Arc<Link>),
    /// A new link that does not yet have its session back.
    Restoring(Arc<Link>),
    Down,
    Closed,
}

struct Status {
    phase: Phase,
    /// Which reconnection is under way, if one is; and the number of the last one that began.
    reconnection: Option<u64>,
    last_reconnection: u64,
}

impl Status {
    fn is_up(&self, link: &Arc<Link>) -> bool {
        matches!(&self.phase, Phase::Up(current) if Arc::ptr_eq(current, link))
    }

    fn is_restoring(&self, link: &Arc<Link>) -> bool {
        matches!(&self.phase, Phase::Restoring(current) if Arc::ptr_eq(current, link))
    }
}

pub(crate) struct Engine {
    address: String,
    options: Options,
    pub streams: Streams,
    pub session: Session,
    status: Mutex<Status>,
    changed: Condvar,
    connecting: Mutex<Attempts>,
    /// How many attempts to make a link have ended.
    attempts_made: AtomicU64,
    threads: Mutex<Vec<JoinHandle<()>>>,
    closing: Mutex<Option<Sender<()>>>,
    closed: Receiver<()>,
}

impl Engine {
    /// Connects for the first time.
    pub fn start(address: String, options: Options) -> Result<(Arc<Self>, Receivers)> {
        options.check()?;
        transport::check_address(&address, &options)?;
        let (streams, receivers) = Streams::new(options.event_capacity);
        let (closing, closed) = bounded(0);
        let engine = Arc::new(Self {
            address,
            options,
            streams,
            session: Session::default(),
            status: Mutex::new(Status { phase: Phase::Down, reconnection: None, last_reconnection: 0 }),
            changed: Condvar::new(),
            connecting: Mutex::new(Attempts::default()),
            attempts_made: AtomicU64::new(0),
            threads: Mutex::new(Vec::new()),
            closing: Mutex::new(Some(closing)),
            closed,
        });
        let link = engine.attempt(&mut lock(&engine.connecting), None)?;
        engine.log_connected(&link);
        Ok((engine, receivers))
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The link, for which a caller waits as the options say.
    pub fn link(&self) -> Result<Arc<Link>> {
        self.link_within(self.options.wait_for_link)
    }

    /// The link, once it stands.
    pub fn link_within(&self, timeout: Duration) -> Result<Arc<Link>> {
        let mut deadline = None;
        let mut status = lock(&self.status);
        loop {
            match &status.phase {
                Phase::Up(link) if link.stands() => return Ok(Arc::clone(link)),
                Phase::Closed => return Err(Error::Closed { sent: false }),
                // The thread of a link that has ended is about to see that it has.
                Phase::Up(_) | Phase::Down | Phase::Restoring(_) => {}
            }
            let deadline = *deadline.get_or_insert_with(|| deadline_in(timeout));
            status = self.wait(status, deadline).ok_or(Error::NotConnected)?;
        }
    }

    pub fn state(&self) -> State {
        let status = lock(&self.status);
        match &status.phase {
            Phase::Up(link) if link.stands() => State::Connected,
            Phase::Up(_) if self.comes_back() => State::Reconnecting,
            Phase::Closed => State::Closed,
            Phase::Restoring(_) => State::Reconnecting,
            Phase::Down if status.reconnection.is_some() => State::Reconnecting,
            Phase::Up(_) | Phase::Down => State::Disconnected,
        }
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
        status.phase = to;
        drop(status);
        self.changed.notify_all();
    }

    /// Logs in on the link that stands, or makes one with these credentials.
    pub fn login(self: &Arc<Self>, user: &str, secret: &str) -> Result<()> {
        let credentials = Credentials { user: user.to_owned(), secret: secret.to_owned() };
        let link = match &lock(&self.status).phase {
            Phase::Up(link) if link.stands() => Some(Arc::clone(link)),
            _ => None,
        };
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
        let link = match &status.phase {
            Phase::Closed => return,
            Phase::Up(link) | Phase::Restoring(link) => Some(Arc::clone(link)),
            Phase::Down => None,
        };
        self.set_phase(status, Phase::Closed);
        lock(&self.closing).take();
        if let Some(link) = link {
            link.say_goodbye();
            link.end(End::Closed);
            log::info!("closed the link to {}", self.address);
        }
        loop {
            let threads = std::mem::take(&mut *lock(&self.threads));
            if threads.is_empty() {
                break;
            }
            for thread in threads {
                let _ = thread.join();
            }
        }
        self.streams.close();
    }
}
