//! What survives a link: the streams, the session's memory, and the making of the next link.
//!
//! A link's thread ends with its link. Where automatic reconnection is asked for, that thread, having
//! announced the loss, makes the next link, whose thread it starts, before it ends. A caller's own attempt
//! goes between its attempts; where a caller has replaced a link in vain, a new thread takes over.
//!
//! # Locking
//!
//! `renewing` is held while a link is made and comes first; it is never waited for while another lock is
//! held. `phase` is held for moments.
//!
//! # Waits
//!
//! - [`Engine::connect`]: the connect timeout, or close.
//! - [`Engine::link`] and [`Engine::wait_connected`]: the time they are given, or close.
//! - Between attempts to reconnect: the backoff's delay, or close.
//! - [`Engine::close`]: the farewell of the link, then the end of the thread, whose every wait ends with
//!   the link or with close.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{bounded, select, Receiver, Sender};

use crate::action::Action;
use crate::error::{Error, Loss, Result};
use crate::link::{End, Link};
use crate::options::{Backoff, LoginMode, Options};
use crate::outlets::{Inlets, Outlets};
use crate::packet::Framer;
use crate::reader;
use crate::session::{is_refused_login, Session};
use crate::stream::{self, Control, Source};
use crate::sync::{deadline_in, lock};

/// Enough for the reader: it holds no buffer on its stack.
const STACK: usize = 512 * 1024;

/// Whether a client has its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// The link stands.
    Connected,
    /// The link was lost, and the client is coming back by itself.
    Reconnecting,
    /// The link was lost, and nothing happens before `reconnect` is called.
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

pub(crate) struct Engine {
    address: String,
    options: Options,
    pub outlets: Outlets,
    pub session: Session,
    phase: Mutex<Phase>,
    changed: Condvar,
    renewing: Mutex<Renewal>,
    /// How many attempts to make a link have ended.
    attempts: AtomicU64,
    /// The threads that are at work to come back: one, or more that are about to see that they need not.
    supervisors: AtomicUsize,
    threads: Mutex<Vec<JoinHandle<()>>>,
    closing: Mutex<Option<Sender<()>>>,
    closed: Receiver<()>,
}

/// What one attempt to make a link leaves for the next.
struct Renewal {
    /// How many links there have been, and since when the last of them stood.
    links: u64,
    since: Instant,
    /// Why the last attempt failed, if it did.
    failure: Option<Error>,
    /// How often the delay has grown.
    step: u32,
    /// Attempts to come back that failed in a row.
    failed: u32,
}

impl Engine {
    /// Connects for the first time.
    pub fn start(address: String, options: Options) -> Result<(Arc<Self>, Inlets)> {
        options.check()?;
        stream::check_address(&address, &options)?;
        let (outlets, inlets) = Outlets::new(options.event_capacity);
        let (closing, closed) = bounded(0);
        let engine = Arc::new(Self {
            address,
            options,
            outlets,
            session: Session::default(),
            phase: Mutex::new(Phase::Down),
            changed: Condvar::new(),
            renewing: Mutex::new(Renewal { links: 0, since: Instant::now(), failure: None, step: 0, failed: 0 }),
            attempts: AtomicU64::new(0),
            supervisors: AtomicUsize::new(0),
            threads: Mutex::new(Vec::new()),
            closing: Mutex::new(Some(closing)),
            closed,
        });
        engine.renew(&mut lock(&engine.renewing))?;
        Ok((engine, inlets))
    }

    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The link, for which a caller waits as the options say.
    pub fn link(&self) -> Result<Arc<Link>> {
        let mut phase = lock(&self.phase);
        let mut deadline = None;
        loop {
            match &*phase {
                Phase::Up(link) if link.stands() => return Ok(Arc::clone(link)),
                Phase::Closed => return Err(Error::Closed { sent: false }),
                // The thread of a link that has ended is about to see that it has.
                Phase::Up(_) | Phase::Down | Phase::Restoring(_) => {}
            }
            let deadline = *deadline.get_or_insert_with(|| deadline_in(self.options.wait_for_link));
            phase = self.wait(phase, deadline).ok_or(Error::NotConnected)?;
        }
    }

    pub fn state(&self) -> State {
        match &*lock(&self.phase) {
            Phase::Up(link) if link.stands() => State::Connected,
            Phase::Up(_) if self.comes_back() => State::Reconnecting,
            Phase::Closed => State::Closed,
            Phase::Restoring(_) => State::Reconnecting,
            Phase::Down if self.supervisors.load(Ordering::SeqCst) > 0 => State::Reconnecting,
            Phase::Up(_) | Phase::Down => State::Disconnected,
        }
    }

    /// Whether the loss of a link is followed by attempts to make another.
    fn comes_back(&self) -> bool {
        self.options.reconnect.is_some() && self.session.is_logged_in()
    }

    pub fn wait_connected(&self, timeout: Duration) -> Result<()> {
        let deadline = deadline_in(timeout);
        let mut phase = lock(&self.phase);
        loop {
            match &*phase {
                Phase::Up(link) if link.stands() => return Ok(()),
                Phase::Closed => return Err(Error::Closed { sent: false }),
                Phase::Up(_) | Phase::Down | Phase::Restoring(_) => {}
            }
            phase = self.wait(phase, deadline).ok_or(Error::NotConnected)?;
        }
    }

    /// Waits for the phase to change; `None` once the deadline has passed.
    fn wait<'a>(&self, phase: MutexGuard<'a, Phase>, deadline: Instant) -> Option<MutexGuard<'a, Phase>> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        Some(match self.changed.wait_timeout(phase, left) {
            Ok((phase, _)) => phase,
            Err(poisoned) => poisoned.into_inner().0,
        })
    }

    fn set_phase(&self, mut phase: MutexGuard<'_, Phase>, to: Phase) {
        *phase = to;
        drop(phase);
        self.changed.notify_all();
    }

    /// Drops the link if there is one and makes another, because a caller asked for it.
    pub fn reconnect(self: &Arc<Self>) -> Result<()> {
        let before = self.attempts.load(Ordering::SeqCst);
        let mut renewal = lock(&self.renewing);
        // Another thread tried while this one waited.
        let tried = self.attempts.load(Ordering::SeqCst) != before;
        let phase = lock(&self.phase);
        let had_link = matches!(*phase, Phase::Up(_));
        match &*phase {
            Phase::Closed => return Err(Error::Closed { sent: false }),
            Phase::Up(link) if tried && link.stands() => return Ok(()),
            Phase::Up(link) => {
                let link = Arc::clone(link);
                self.set_phase(phase, Phase::Down);
                match link.end(End::Lost(Loss::Replaced)) {
                    End::Closed | End::Lost(Loss::Replaced) => {}
                    // The caller was quicker than the link's thread.
                    End::Lost(cause) => self.announce(cause),
                }
            }
            Phase::Down | Phase::Restoring(_) => match &renewal.failure {
                Some(failure) if tried => return Err(failure.clone()),
                _ => drop(phase),
            },
        }
        let renewed = self.renew(&mut renewal);
        if let Err(error) = &renewed {
            log::warn!("reconnecting to {} failed: {error}", self.address);
            // Whoever reconnects because of a loss that it saw there must learn that this was in vain.
            self.outlets.net_error(error.clone()).log();
            if had_link && self.comes_back() && !is_refused_login(error) {
                self.supervise();
            }
        }
        renewed
    }

    /// Makes a link and restores the session on it.
    fn renew(self: &Arc<Self>, renewal: &mut Renewal) -> Result<()> {
        let renewed = self.make_link(renewal);
        renewal.failure = renewed.as_ref().err().cloned();
        self.attempts.fetch_add(1, Ordering::SeqCst);
        renewed
    }

    fn make_link(self: &Arc<Self>, renewal: &mut Renewal) -> Result<()> {
        let (link, source, framer) = self.connect()?;
        let phase = lock(&self.phase);
        if matches!(*phase, Phase::Closed) {
            return Err(Error::Closed { sent: false });
        }
        self.set_phase(phase, Phase::Restoring(Arc::clone(&link)));
        let restored = self.spawn(&link, source, framer).and_then(|()| self.restore(&link));
        let phase = lock(&self.phase);
        let ours = matches!(&*phase, Phase::Restoring(current) if Arc::ptr_eq(current, &link));
        match restored {
            Ok(()) if ours => {
                if renewal.links > 0 {
                    self.outlets.count_reconnection();
                }
                renewal.links += 1;
                renewal.since = Instant::now();
                renewal.failed = 0;
                log::info!("connected to {} ({})", self.address, link.banner());
                self.set_phase(phase, Phase::Up(link));
                Ok(())
            }
            restored => {
                let closed = matches!(*phase, Phase::Closed);
                if ours {
                    self.set_phase(phase, Phase::Down);
                } else {
                    drop(phase);
                }
                let end = link.end(End::Lost(Loss::Replaced));
                match (restored, end) {
                    _ if closed => Err(Error::Closed { sent: false }),
                    (Err(error), _) => Err(error),
                    (Ok(()), End::Lost(cause)) => Err(Error::Lost { cause, sent: None }),
                    (Ok(()), End::Closed) => Err(Error::Closed { sent: false }),
                }
            }
        }
    }

    fn restore(&self, link: &Link) -> Result<()> {
        let timeout = self.options.action_timeout;
        self.session.restore(self.login_mode(), &mut |action: Action| {
            link.call(&action, action.own_timeout().unwrap_or(timeout), false, None)
        })
    }

    pub fn login_mode(&self) -> LoginMode {
        match self.options.login {
            LoginMode::Auto if self.options.is_tls() => LoginMode::Plain,
            LoginMode::Auto => LoginMode::Challenge,
            mode => mode,
        }
    }

    /// Resolves, connects and reads the banner on a thread of its own, which close can leave behind: no
    /// way leads back from a name server that does not answer.
    fn connect(&self) -> Result<(Arc<Link>, Source, Framer)> {
        let timeout = self.options.connect_timeout;
        let deadline = deadline_in(timeout);
        let socket: Arc<Mutex<Option<Control>>> = Arc::default();
        let (done, outcome) = bounded(1);
        let failed = |error| Error::Connect { address: self.address.as_str().into(), source: Arc::new(error) };
        let (address, options, shown) = (self.address.clone(), self.options.clone(), Arc::clone(&socket));
        let connecting = thread::Builder::new().name("gami-connect".into()).spawn(move || {
            let opened = Link::open(&address, &options, deadline, |control| *lock(&shown) = Some(control));
            let _ = done.send(opened);
        });
        connecting.map_err(failed)?;
        // The thread keeps the deadline itself, but for the resolving of the name.
        let grace = timeout.saturating_add(Duration::from_millis(250));
        let opened = select! {
            recv(outcome) -> opened => opened.unwrap_or_else(|_| Err(failed(std::io::ErrorKind::Interrupted.into()))),
            recv(self.closed) -> _ => Err(Error::Closed { sent: false }),
            default(grace) => Err(failed(std::io::Error::new(
                std::io::ErrorKind::TimedOut,
                format!("no connection within {timeout:?}"),
            ))),
        };
        if opened.is_err() {
            if let Some(socket) = lock(&socket).take() {
                socket.shut();
            }
        }
        opened
    }

    fn spawn(self: &Arc<Self>, link: &Arc<Link>, source: Source, framer: Framer) -> Result<()> {
        let engine = Arc::clone(self);
        let link = Arc::clone(link);
        self.start_thread(move || {
            let keepalive = engine.options.keepalive;
            let loss = reader::run(source, framer, &link, &engine.outlets, &engine.session, keepalive);
            engine.lost(link, loss);
        })
    }

    /// Comes back on a thread of its own, where none is left that had a link.
    fn supervise(self: &Arc<Self>) {
        self.supervisors.fetch_add(1, Ordering::SeqCst);
        let engine = Arc::clone(self);
        if let Err(error) = self.start_thread(move || engine.come_back()) {
            log::error!("no thread to come back on: {error}");
            self.supervisors.fetch_sub(1, Ordering::SeqCst);
        }
    }

    fn start_thread(&self, run: impl FnOnce() + Send + 'static) -> Result<()> {
        let thread = thread::Builder::new().name("gami-reader".into()).stack_size(STACK).spawn(run);
        let thread = thread
            .map_err(|error| Error::Connect { address: self.address.as_str().into(), source: Arc::new(error) })?;
        let mut threads = lock(&self.threads);
        threads.retain(|thread| !thread.is_finished());
        threads.push(thread);
        Ok(())
    }

    /// A link's thread has come to its end: fails what is pending, announces the loss, comes back.
    fn lost(self: &Arc<Self>, link: Arc<Link>, loss: Loss) {
        let cause = match link.end(End::Lost(loss.clone())) {
            End::Lost(cause) => cause,
            End::Closed => loss,
        };
        link.join_writer();
        let comes_back = self.comes_back();
        let phase = lock(&self.phase);
        if !matches!(&*phase, Phase::Up(current) if Arc::ptr_eq(current, &link)) {
            if matches!(&*phase, Phase::Restoring(current) if Arc::ptr_eq(current, &link)) {
                self.set_phase(phase, Phase::Down);
            }
            return;
        }
        self.supervisors.fetch_add(usize::from(comes_back), Ordering::SeqCst);
        self.set_phase(phase, Phase::Down);
        drop(link);
        self.announce(cause);
        if comes_back {
            self.come_back();
        }
    }

    fn announce(&self, cause: Loss) {
        log::warn!("the link to {} is lost: {cause}", self.address);
        self.outlets.net_error(Error::Lost { cause, sent: None }).log();
    }

    /// What a supervisor does.
    fn come_back(self: &Arc<Self>) {
        if let Some(backoff) = &self.options.reconnect {
            self.try_to_come_back(backoff);
        }
        self.supervisors.fetch_sub(1, Ordering::SeqCst);
        self.changed.notify_all();
    }

    /// Tries to reconnect until it succeeds, is refused, runs out of attempts, or is no longer needed.
    fn try_to_come_back(self: &Arc<Self>, backoff: &Backoff) {
        {
            let mut renewal = lock(&self.renewing);
            if renewal.since.elapsed() >= backoff.stable {
                renewal.step = 0;
            }
        }
        loop {
            let step = lock(&self.renewing).step;
            if !self.pause(backoff.delay(step, random())) {
                return;
            }
            let mut renewal = lock(&self.renewing);
            if !matches!(*lock(&self.phase), Phase::Down) {
                return;
            }
            renewal.step = renewal.step.saturating_add(1);
            let Err(error) = self.renew(&mut renewal) else { return };
            if matches!(error, Error::Closed { .. }) {
                return;
            }
            renewal.failed = renewal.failed.saturating_add(1);
            log::warn!("reconnecting to {} failed: {error}", self.address);
            let over = is_refused_login(&error) || backoff.attempts.is_some_and(|most| renewal.failed >= most);
            self.outlets.net_error(error).log();
            if over {
                log::warn!("giving up on {} after {} failed attempts", self.address, renewal.failed);
                return;
            }
        }
    }

    /// Whether there is still no link after the delay; a caller's attempt to make one may be under way.
    fn pause(&self, delay: Duration) -> bool {
        let deadline = deadline_in(delay);
        let mut phase = lock(&self.phase);
        while matches!(*phase, Phase::Down | Phase::Restoring(_)) {
            phase = match self.wait(phase, deadline) {
                Some(phase) => phase,
                None => return true,
            };
        }
        false
    }

    /// Logs off, ends the link, its thread and the streams.
    pub fn close(&self) {
        let phase = lock(&self.phase);
        let link = match &*phase {
            Phase::Closed => return,
            Phase::Up(link) | Phase::Restoring(link) => Some(Arc::clone(link)),
            Phase::Down => None,
        };
        self.set_phase(phase, Phase::Closed);
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
        self.outlets.close();
    }
}

/// Spread evenly over 0 to 1.
fn random() -> f64 {
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}
