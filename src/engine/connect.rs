//! How a link is made and gets its session back.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::reader;
use super::session::Credentials;
use super::status::Phase;
use super::{Engine, BOOT_TIMEOUT, THREAD_OF};
use crate::action::Action;
use crate::clock::{self, Timed};
use crate::error::{Error, Loss, Result};
use crate::link::transport::{Control, Source};
use crate::link::{End, Link};
use crate::options::LoginMode;
use crate::packet::Framer;
use crate::sync::{self, deadline_in, lock};

/// Enough for the reader: it holds no buffer on its stack.
const STACK: usize = 512 * 1024;

/// A new link, what its thread reads from, and what that has to go through.
type Opened = Result<(Arc<Link>, Source, Framer)>;

/// What one attempt to make a link leaves for the next.
pub(super) struct Attempts {
    /// How many links there have been, and since when the last of them stood.
    pub links: u64,
    pub since: Instant,
    /// Why the last attempt failed, if it did.
    pub failure: Option<Error>,
    /// How often the delay has grown.
    pub step: u32,
    /// Attempts to come back that failed in a row.
    pub failed: u32,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { links: 0, since: Instant::now(), failure: None, step: 0, failed: 0 }
    }
}

impl Engine {
    /// Makes a link and restores the session on it.
    pub(super) fn attempt(
        self: &Arc<Self>,
        attempts: &mut Attempts,
        offered: Option<&Credentials>,
    ) -> Result<Arc<Link>> {
        let made = self.make_link(attempts, offered);
        // Credentials of one caller's say nothing to the others.
        attempts.failure = made.as_ref().err().filter(|_| offered.is_none()).cloned();
        self.attempts_made.fetch_add(1, Ordering::SeqCst);
        made
    }

    fn make_link(self: &Arc<Self>, attempts: &mut Attempts, offered: Option<&Credentials>) -> Result<Arc<Link>> {
        let (link, source, framer) = self.open_link()?;
        let status = lock(&self.status);
        if matches!(status.phase(), Phase::Closed) {
            return Err(Error::Closed { sent: false });
        }
        self.set_phase(status, Phase::Restoring(Arc::clone(&link)));
        let _restoring = Restoring { engine: self, link: Arc::clone(&link) };
        let restored = self.spawn(&link, source, framer).and_then(|()| self.restore(&link, offered));
        let mut status = lock(&self.status);
        let ours = status.is_restoring(&link);
        match restored {
            Ok(()) if ours => {
                if attempts.links > 0 {
                    self.streams.count_reconnection();
                }
                attempts.links += 1;
                attempts.since = Instant::now();
                attempts.failed = 0;
                // Its answer to the last action, which came after the login, has shown that it is not booted.
                let booting = self.session.expects_booted() && !link.is_booted();
                let until = booting.then(|| deadline_in(BOOT_TIMEOUT));
                status.set_phase(Phase::Up(Arc::clone(&link)), until);
                drop(status);
                self.changed.notify_all();
                if let Some(until) = until {
                    let timed: Arc<dyn Timed> = Arc::clone(self) as _;
                    clock::schedule(self.clock_key, until, &timed);
                }
                Ok(link)
            }
            restored => {
                let closed = matches!(status.phase(), Phase::Closed);
                if ours {
                    self.set_phase(status, Phase::Down);
                } else {
                    drop(status);
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
        let mut ask = |action: Action| link.call(&action, action.own_timeout().unwrap_or(timeout), false, None);
        let refused = self.session.restore(offered, self.login_mode(), mask, &mut ask)?;
        for (filter, error) in refused {
            self.streams.restored_without(&filter, error);
        }
        // A server that has booted says so before it answers this.
        if self.session.expects_booted() && !link.is_booted() {
            ask(Action::new("Ping"))?;
        }
        Ok(())
    }

    pub(super) fn login_mode(&self) -> LoginMode {
        match self.options.login {
            LoginMode::Auto if self.options.is_tls() => LoginMode::Plain,
            LoginMode::Auto => LoginMode::Challenge,
            mode => mode,
        }
    }

    /// Resolves, connects and reads the banner on a thread of its own, which close can leave behind: no
    /// way leads back from a name server that does not answer.
    fn open_link(self: &Arc<Self>) -> Opened {
        let timeout = self.options.connect_timeout;
        let deadline = deadline_in(timeout);
        let socket: Arc<Mutex<Option<Control>>> = Arc::default();
        let outcome: Arc<Mutex<Option<Opened>>> = Arc::default();
        let number = self.links_opened.fetch_add(1, Ordering::SeqCst) + 1;
        let failed = |error| Error::Connect { address: self.full_address.as_str().into(), source: Arc::new(error) };
        let (address, options) = (self.full_address.clone(), self.options.clone());
        let (shown, done, engine) = (Arc::clone(&socket), Arc::clone(&outcome), Arc::downgrade(self));
        let tape = self.options.recorder.as_ref().map(|recorder| recorder.dial(&address, options.is_tls(), number));
        let connect = move || {
            let control = |control: Control| {
                if let (Some(tape), Ok(peer)) = (&tape, control.peer()) {
                    tape.connected(peer);
                }
                *lock(&shown) = Some(control);
            };
            let open = || Link::open(number, &address, &options, deadline, tape.clone(), control);
            let opened = panic::catch_unwind(AssertUnwindSafe(open)).unwrap_or_else(|_| {
                let error = io::Error::other("the thread that connects panicked");
                Err(Error::Connect { address: address.as_str().into(), source: Arc::new(error) })
            });
            if let (Err(error), Some(tape)) = (&opened, tape) {
                tape.ended(error);
            }
            *lock(&done) = Some(opened);
            if let Some(engine) = engine.upgrade() {
                // Whoever looks for the outcome under this lock waits by now, or has found it.
                drop(lock(&engine.status));
                engine.changed.notify_all();
            }
        };
        sync::spawn(thread::Builder::new().name("gami-connect".into()), Box::new(connect)).map_err(failed)?;
        // The thread keeps the deadline itself, but for the resolving of the name.
        let patience = deadline_in(timeout.saturating_add(Duration::from_millis(250)));
        let opened = self.await_link(&outcome, patience).unwrap_or_else(|| {
            Err(failed(io::Error::new(io::ErrorKind::TimedOut, format!("no connection within {timeout:?}"))))
        });
        if opened.is_err() {
            if let Some(socket) = lock(&socket).take() {
                socket.shut();
            }
        }
        opened
    }

    /// What becomes of an attempt, or that the client was closed; `None` if nothing does in time.
    fn await_link(&self, outcome: &Mutex<Option<Opened>>, patience: Instant) -> Option<Opened> {
        let mut status = lock(&self.status);
        loop {
            if let Some(opened) = lock(outcome).take() {
                return Some(opened);
            }
            if matches!(status.phase(), Phase::Closed) {
                return Some(Err(Error::Closed { sent: false }));
            }
            status = self.wait(status, patience)?;
        }
    }

    fn spawn(self: &Arc<Self>, link: &Arc<Link>, source: Source, framer: Framer) -> Result<()> {
        let engine = Arc::clone(self);
        let link = Arc::clone(link);
        self.start_thread(Box::new(move || {
            let keepalive = engine.options.keepalive;
            let booted = || engine.booted(&link);
            let read = || reader::run(source, framer, &link, &engine.streams, &engine.session, keepalive, booted);
            // The program's logger runs on this thread.
            let loss = panic::catch_unwind(AssertUnwindSafe(read))
                .unwrap_or_else(|_| Loss::Io(Arc::new(io::Error::other("the thread that reads panicked"))));
            engine.lost(link, loss);
        }))
    }

    pub(super) fn start_thread(&self, run: Box<dyn FnOnce() + Send>) -> Result<()> {
        let key = self.clock_key;
        let run = move || {
            THREAD_OF.set(Some(key));
            run();
        };
        let thread = thread::Builder::new().name("gami-reader".into()).stack_size(STACK);
        let thread = sync::spawn(thread, Box::new(run))
            .map_err(|error| Error::Connect { address: self.full_address.as_str().into(), source: Arc::new(error) })?;
        let mut threads = lock(&self.threads);
        threads.retain(|thread| !thread.is_finished());
        threads.push(thread);
        Ok(())
    }

    pub(super) fn log_connected(&self, link: &Link) {
        log::info!("connected to {} ({})", self.full_address, link.banner());
    }
}

/// Ends a new link where a panic keeps it from getting its session back.
struct Restoring<'a> {
    engine: &'a Engine,
    link: Arc<Link>,
}

impl Drop for Restoring<'_> {
    fn drop(&mut self) {
        let status = lock(&self.engine.status);
        if status.is_restoring(&self.link) {
            self.engine.set_phase(status, Phase::Down);
            self.link.end(End::Lost(Loss::Replaced));
        }
    }
}
