//! What survives a link: the streams, the session's memory, and the making of the next link.
//!
//! A link's thread ends with its link. Where automatic reconnection is asked for, that thread, having
//! announced the loss, makes the next link, whose thread it starts, before it ends. A caller's own attempt
//! goes between its attempts; where a caller has replaced a link in vain, a new thread takes over. The one
//! that is at work has a [`Post`]; one that finds its post gone or given to another leaves.
//!
//! # What a program sees
//!
//! What was pending has failed before a loss is announced, and a loss is announced before its link is out of
//! the way: whoever reconnects finds nothing of it left, and nobody hears of it afterwards. An attempt that
//! failed is announced before the next one begins. With the last of them nobody is at work any more.
//!
//! # Locking
//!
//! `renewing` is held while a link is made and comes first; it is never waited for while another lock is
//! held. `standing` is held for moments; the streams' lock comes after it. Nothing is logged under either.
//!
//! # Waits
//!
//! - [`Engine::connect`]: the connect timeout, or close.
//! - [`Engine::link_within`]: the time it is given, or close.
//! - For another thread's attempt to make a link: the connect timeout and the deadlines of the actions that
//!   restore the session, or close.
//! - Between attempts to reconnect: the backoff's delay, or close.
//! - [`Engine::close`]: the farewell of the link, then the end of the thread, whose every wait ends with
//!   the link or with close.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{bounded, select, Receiver, Sender};

use crate::action::Action;
use crate::error::{Error, Loss, Result};
use crate::link::transport::{self, Control, Source};
use crate::link::{End, Link};
use crate::options::{LoginMode, Options};
use crate::outlets::{Inlets, Outlets};
use crate::packet::Framer;
use crate::reader;
use crate::session::{is_refused_login, Credentials, Session};
use crate::sync::{self, deadline_in, lock};

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

struct Standing {
    phase: Phase,
    /// The post of the thread that is at work to come back, if one is; and how many posts there have been.
    post: Option<u64>,
    posts: u64,
}

impl Standing {
    fn is_up(&self, link: &Arc<Link>) -> bool {
        matches!(&self.phase, Phase::Up(current) if Arc::ptr_eq(current, link))
    }

    fn is_restoring(&self, link: &Arc<Link>) -> bool {
        matches!(&self.phase, Phase::Restoring(current) if Arc::ptr_eq(current, link))
    }
}

/// The task of coming back. It ends with a link, with a newer post, or when this is dropped.
struct Post {
    engine: Arc<Engine>,
    number: u64,
}

impl Drop for Post {
    fn drop(&mut self) {
        self.resign();
    }
}

pub(crate) struct Engine {
    address: String,
    options: Options,
    pub outlets: Outlets,
    pub session: Session,
    standing: Mutex<Standing>,
    changed: Condvar,
    renewing: Mutex<Renewal>,
    /// How many attempts to make a link have ended.
    attempts: AtomicU64,
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
        transport::check_address(&address, &options)?;
        let (outlets, inlets) = Outlets::new(options.event_capacity);
        let (closing, closed) = bounded(0);
        let engine = Arc::new(Self {
            address,
            options,
            outlets,
            session: Session::default(),
            standing: Mutex::new(Standing { phase: Phase::Down, post: None, posts: 0 }),
            changed: Condvar::new(),
            renewing: Mutex::new(Renewal { links: 0, since: Instant::now(), failure: None, step: 0, failed: 0 }),
            attempts: AtomicU64::new(0),
            threads: Mutex::new(Vec::new()),
            closing: Mutex::new(Some(closing)),
            closed,
        });
        let link = engine.renew(&mut lock(&engine.renewing), None)?;
        engine.log_connected(&link);
        Ok((engine, inlets))
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
        let mut standing = lock(&self.standing);
        loop {
            match &standing.phase {
                Phase::Up(link) if link.stands() => return Ok(Arc::clone(link)),
                Phase::Closed => return Err(Error::Closed { sent: false }),
                // The thread of a link that has ended is about to see that it has.
                Phase::Up(_) | Phase::Down | Phase::Restoring(_) => {}
            }
            let deadline = *deadline.get_or_insert_with(|| deadline_in(timeout));
            standing = self.wait(standing, deadline).ok_or(Error::NotConnected)?;
        }
    }

    pub fn state(&self) -> State {
        let standing = lock(&self.standing);
        match &standing.phase {
            Phase::Up(link) if link.stands() => State::Connected,
            Phase::Up(_) if self.comes_back() => State::Reconnecting,
            Phase::Closed => State::Closed,
            Phase::Restoring(_) => State::Reconnecting,
            Phase::Down if standing.post.is_some() => State::Reconnecting,
            Phase::Up(_) | Phase::Down => State::Disconnected,
        }
    }

    /// Whether the loss of a link is followed by attempts to make another.
    fn comes_back(&self) -> bool {
        self.options.reconnect.is_some() && self.session.is_logged_in()
    }

    /// Waits for a change; `None` once the deadline has passed.
    fn wait<'a>(&self, standing: MutexGuard<'a, Standing>, deadline: Instant) -> Option<MutexGuard<'a, Standing>> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        Some(sync::wait(&self.changed, standing, left))
    }

    fn set_phase(&self, mut standing: MutexGuard<'_, Standing>, to: Phase) {
        standing.phase = to;
        drop(standing);
        self.changed.notify_all();
    }

    /// Logs in on the link that stands, or makes one with these credentials.
    pub fn login(self: &Arc<Self>, user: &str, secret: &str) -> Result<()> {
        let credentials = Credentials { user: user.to_owned(), secret: secret.to_owned() };
        let link = match &lock(&self.standing).phase {
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

    /// Drops the link if there is one and makes another, because a caller asked for it.
    pub fn reconnect(self: &Arc<Self>) -> Result<()> {
        self.replace(None)
    }

    /// Makes a link with the credentials that are remembered; or with those that are offered, which are
    /// for the link that stands if another thread has made one meanwhile.
    fn replace(self: &Arc<Self>, offered: Option<&Credentials>) -> Result<()> {
        let before = self.attempts.load(Ordering::SeqCst);
        let mut renewal = lock(&self.renewing);
        // Another thread tried while this one waited.
        let tried = self.attempts.load(Ordering::SeqCst) != before;
        let standing = lock(&self.standing);
        let mut post = None;
        match (&standing.phase, offered) {
            (Phase::Closed, _) => return Err(Error::Closed { sent: false }),
            (Phase::Up(link), Some(credentials)) if link.stands() => {
                let link = Arc::clone(link);
                drop(standing);
                drop(renewal);
                return self.log_in(&link, credentials);
            }
            (Phase::Up(link), None) if tried && link.stands() => return Ok(()),
            (Phase::Up(link), _) => {
                let link = Arc::clone(link);
                drop(standing);
                // The caller may be quicker than the thread of a link that was lost.
                let end = link.end(End::Lost(Loss::Replaced));
                post = self.take_down(&link, end);
            }
            (Phase::Down | Phase::Restoring(_), _) => match &renewal.failure {
                Some(failure) if tried && offered.is_none() => return Err(failure.clone()),
                _ => drop(standing),
            },
        }
        let error = match self.renew(&mut renewal, offered) {
            Ok(link) => {
                drop(renewal);
                self.log_connected(&link);
                return Ok(());
            }
            Err(error @ Error::Closed { .. }) => return Err(error),
            Err(error) => error,
        };
        // What is remembered may still be right where what was offered is not.
        let post = post.filter(|_| offered.is_some() || !is_refused_login(&error));
        // Whoever reconnects because of a loss that it saw there must learn that this was in vain.
        self.announce_failure(&error, renewal);
        if let Some(post) = post {
            self.supervise(post);
        }
        Err(error)
    }

    /// Makes a link and restores the session on it.
    fn renew(self: &Arc<Self>, renewal: &mut Renewal, offered: Option<&Credentials>) -> Result<Arc<Link>> {
        let renewed = self.make_link(renewal, offered);
        // Credentials of one caller's say nothing to the others.
        renewal.failure = renewed.as_ref().err().filter(|_| offered.is_none()).cloned();
        self.attempts.fetch_add(1, Ordering::SeqCst);
        renewed
    }

    fn make_link(self: &Arc<Self>, renewal: &mut Renewal, offered: Option<&Credentials>) -> Result<Arc<Link>> {
        let (link, source, framer) = self.connect()?;
        let standing = lock(&self.standing);
        if matches!(standing.phase, Phase::Closed) {
            return Err(Error::Closed { sent: false });
        }
        self.set_phase(standing, Phase::Restoring(Arc::clone(&link)));
        let _restoring = Restoring { engine: self, link: Arc::clone(&link) };
        let restored = self.spawn(&link, source, framer).and_then(|()| self.restore(&link, offered));
        let mut standing = lock(&self.standing);
        let ours = standing.is_restoring(&link);
        match restored {
            Ok(()) if ours => {
                if renewal.links > 0 {
                    self.outlets.count_reconnection();
                }
                renewal.links += 1;
                renewal.since = Instant::now();
                renewal.failed = 0;
                standing.post = None;
                self.set_phase(standing, Phase::Up(Arc::clone(&link)));
                Ok(link)
            }
            restored => {
                let closed = matches!(standing.phase, Phase::Closed);
                if ours {
                    self.set_phase(standing, Phase::Down);
                } else {
                    drop(standing);
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

    fn restore(&self, link: &Link, offered: Option<&Credentials>) -> Result<()> {
        let timeout = self.options.action_timeout;
        let mask = self.options.event_mask.as_ref();
        self.session.restore(offered, self.login_mode(), mask, &mut |action: Action| {
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
            let read = || reader::run(source, framer, &link, &engine.outlets, &engine.session, keepalive);
            // The program's logger runs on this thread.
            let loss = panic::catch_unwind(AssertUnwindSafe(read))
                .unwrap_or_else(|_| Loss::Io(Arc::new(std::io::Error::other("the thread that reads panicked"))));
            engine.lost(link, loss);
        })
    }

    /// Comes back on a thread of its own, where none is left that had a link.
    fn supervise(&self, post: Post) {
        if let Err(error) = self.start_thread(move || post.come_back()) {
            log::error!("no thread to come back on: {error}");
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
        let end = link.end(End::Lost(loss));
        link.join_writer();
        let post = match end {
            // Whoever ended it sees to the rest.
            End::Closed | End::Lost(Loss::Replaced) => return,
            end => self.take_down(&link, end),
        };
        drop(link);
        if let Some(post) = post {
            post.come_back();
        }
    }

    /// Announces the loss of a link that has ended and puts it out of the way, unless another thread has.
    fn take_down(self: &Arc<Self>, link: &Arc<Link>, end: End) -> Option<Post> {
        let comes_back = self.comes_back();
        let mut standing = lock(&self.standing);
        if standing.is_restoring(link) {
            self.set_phase(standing, Phase::Down);
            return None;
        }
        if !standing.is_up(link) {
            return None;
        }
        let post = comes_back.then(|| {
            standing.posts += 1;
            standing.post = Some(standing.posts);
            Post { engine: Arc::clone(self), number: standing.posts }
        });
        let lost = match end {
            End::Closed | End::Lost(Loss::Replaced) => None,
            End::Lost(cause) => Some((self.outlets.net_error(Error::Lost { cause: cause.clone(), sent: None }), cause)),
        };
        self.set_phase(standing, Phase::Down);
        if let Some((lines, cause)) = lost {
            lines.log();
            log::warn!("the link to {} is lost: {cause}", self.address);
        }
        post
    }

    fn log_connected(&self, link: &Link) {
        log::info!("connected to {} ({})", self.address, link.banner());
    }

    fn announce_failure(&self, error: &Error, renewal: MutexGuard<'_, Renewal>) {
        let lines = self.outlets.net_error(error.clone());
        drop(renewal);
        lines.log();
        log::warn!("reconnecting to {} failed: {error}", self.address);
    }

    /// Logs off, ends the link, its thread and the streams.
    pub fn close(&self) {
        let standing = lock(&self.standing);
        let link = match &standing.phase {
            Phase::Closed => return,
            Phase::Up(link) | Phase::Restoring(link) => Some(Arc::clone(link)),
            Phase::Down => None,
        };
        self.set_phase(standing, Phase::Closed);
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

impl Post {
    /// Tries to reconnect until it succeeds, is refused, runs out of attempts, or is no longer needed.
    fn come_back(self) {
        let engine = &self.engine;
        let Some(backoff) = &engine.options.reconnect else { return };
        {
            let mut renewal = lock(&engine.renewing);
            if renewal.since.elapsed() >= backoff.stable {
                renewal.step = 0;
            }
        }
        loop {
            let step = lock(&engine.renewing).step;
            if !self.pause(backoff.delay(step, random())) {
                return;
            }
            let mut renewal = lock(&engine.renewing);
            if !self.is_held(&lock(&engine.standing)) {
                return;
            }
            renewal.step = renewal.step.saturating_add(1);
            let error = match engine.renew(&mut renewal, None) {
                Ok(link) => {
                    drop(renewal);
                    return engine.log_connected(&link);
                }
                Err(Error::Closed { .. }) => return,
                Err(error) => error,
            };
            renewal.failed = renewal.failed.saturating_add(1);
            let failed = renewal.failed;
            let over = is_refused_login(&error) || backoff.attempts.is_some_and(|most| failed >= most);
            if over {
                self.resign();
            }
            engine.announce_failure(&error, renewal);
            if over {
                log::warn!("giving up on {} after {failed} failed attempts", engine.address);
                return;
            }
        }
    }

    fn resign(&self) {
        let mut standing = lock(&self.engine.standing);
        if standing.post == Some(self.number) {
            standing.post = None;
        }
    }

    /// Whether there is still no link and this is still the post of who is to make one.
    fn is_held(&self, standing: &Standing) -> bool {
        standing.post == Some(self.number) && matches!(standing.phase, Phase::Down | Phase::Restoring(_))
    }

    /// Whether it is still held after the delay; a caller's attempt may be under way.
    fn pause(&self, delay: Duration) -> bool {
        let deadline = deadline_in(delay);
        let mut standing = lock(&self.engine.standing);
        while self.is_held(&standing) {
            standing = match self.engine.wait(standing, deadline) {
                Some(standing) => standing,
                None => return true,
            };
        }
        false
    }
}

/// Ends a new link where a panic keeps it from getting its session back.
struct Restoring<'a> {
    engine: &'a Engine,
    link: Arc<Link>,
}

impl Drop for Restoring<'_> {
    fn drop(&mut self) {
        let standing = lock(&self.engine.standing);
        if standing.is_restoring(&self.link) {
            self.engine.set_phase(standing, Phase::Down);
            self.link.end(End::Lost(Loss::Replaced));
        }
    }
}

/// Spread evenly over 0 to 1.
fn random() -> f64 {
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}
