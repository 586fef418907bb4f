//! Coming back after a loss: because a caller asks for it, or by itself.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use crossbeam_channel::{bounded, Receiver, Sender};

use super::connect::Attempts;
use super::session::{is_refused_login, Credentials};
use super::status::Phase;
use super::Engine;
use crate::error::{Error, Loss, Result};
use crate::link::{End, Link};
use crate::sync::{deadline_in, lock};

/// The task of coming back by itself. It ends with a link, with a newer reconnection, or when this is dropped.
pub(super) struct Reconnection {
    engine: Arc<Engine>,
    number: u64,
}

impl Drop for Reconnection {
    fn drop(&mut self) {
        self.resign();
    }
}

impl Engine {
    /// Drops the link if there is one and makes another, because a caller asked for it.
    pub fn reconnect(self: &Arc<Self>) -> Result<()> {
        self.replace(None)
    }

    /// Makes a link with the credentials that are remembered; or with those that are offered, which are
    /// for the link that stands if another thread has made one meanwhile.
    pub(super) fn replace(self: &Arc<Self>, offered: Option<&Credentials>) -> Result<()> {
        let before = self.attempts_made.load(Ordering::SeqCst);
        let mut attempts = lock(&self.connecting);
        // Another thread tried while this one waited.
        let tried = self.attempts_made.load(Ordering::SeqCst) != before;
        let status = lock(&self.status);
        let mut reconnection = None;
        match (status.phase(), offered) {
            (Phase::Closed, _) => return Err(Error::Closed { sent: false }),
            (Phase::Up(link), Some(credentials)) if link.stands() => {
                let link = Arc::clone(link);
                drop(status);
                drop(attempts);
                return self.log_in(&link, credentials);
            }
            (Phase::Up(link), None) if tried && link.stands() => return Ok(()),
            (Phase::Up(link), _) => {
                let link = Arc::clone(link);
                drop(status);
                // The caller may be quicker than the thread of a link that was lost.
                let end = link.end(End::Lost(Loss::Replaced));
                reconnection = self.take_down(&link, end);
            }
            (Phase::Down | Phase::Restoring(_), _) => match &attempts.failure {
                Some(failure) if tried && offered.is_none() => return Err(failure.clone()),
                _ => drop(status),
            },
        }
        let error = match self.attempt(&mut attempts, offered) {
            Ok(link) => {
                drop(attempts);
                self.log_connected(&link);
                return Ok(());
            }
            Err(error @ Error::Closed { .. }) => return Err(error),
            Err(error) => error,
        };
        // What is remembered may still be right where what was offered is not.
        let reconnection = reconnection.filter(|_| offered.is_some() || !is_refused_login(&error));
        // Whoever reconnects because of a loss that it saw there must learn that this was in vain.
        self.announce_failure(&error, attempts);
        if let Some(reconnection) = reconnection {
            self.supervise(reconnection);
        }
        Err(error)
    }

    /// Connects and logs in for the first time; where the options ask for it, a failure is followed by further
    /// attempts.
    pub(super) fn connect(self: &Arc<Self>, credentials: Credentials) -> Result<()> {
        let mut attempts = lock(&self.connecting);
        let error = match self.attempt(&mut attempts, Some(&credentials)) {
            Ok(link) => {
                drop(attempts);
                self.log_connected(&link);
                return Ok(());
            }
            Err(error) => error,
        };
        attempts.failed = 1;
        attempts.step = 1;
        let goes_on =
            self.options.reconnect.as_ref().is_some_and(|backoff| backoff.attempts.map_or(true, |most| most > 1));
        if !goes_on || is_refused_login(&error) || matches!(error, Error::Invalid { .. }) {
            return Err(error);
        }
        self.session.adopt(credentials, self.options.event_mask.as_ref());
        let number = lock(&self.status).begin_reconnection();
        self.announce_failure(&error, attempts);
        self.supervise(Reconnection { engine: Arc::clone(self), number });
        Ok(())
    }

    /// Remembers credentials to connect with.
    pub fn adopt(&self, credentials: Credentials) -> Result<()> {
        let mask = self.options.event_mask.as_ref();
        credentials.check(self.login_mode(), mask)?;
        self.session.adopt(credentials, mask);
        Ok(())
    }

    /// Connects and logs in for the first time on a thread of its own, which goes on as the options say. What this
    /// gives ends with the first attempt, whatever came of it.
    pub fn connect_aside(self: &Arc<Self>) -> Result<Receiver<()>> {
        let number = lock(&self.status).begin_reconnection();
        let reconnection = Reconnection { engine: Arc::clone(self), number };
        let (attempting, attempted) = bounded(0);
        self.start_thread(Box::new(move || reconnection.come_back(Some(attempting))))?;
        Ok(attempted)
    }

    /// Comes back on a thread of its own, where none is left that had a link.
    fn supervise(&self, reconnection: Reconnection) {
        if let Err(error) = self.start_thread(Box::new(move || reconnection.come_back(None))) {
            log::error!("no thread to come back on: {error}");
        }
    }

    /// A link's thread has come to its end: fails what is pending, announces the loss, comes back.
    pub(super) fn lost(self: &Arc<Self>, link: Arc<Link>, loss: Loss) {
        let end = link.end(End::Lost(loss));
        link.join_writer();
        if let Some(tape) = link.tape() {
            match &end {
                End::Lost(cause) => tape.ended(cause),
                End::Closed => tape.ended(&"closed"),
            }
        }
        let reconnection = match end {
            // Whoever ended it sees to the rest.
            End::Closed | End::Lost(Loss::Replaced) => return,
            end => self.take_down(&link, end),
        };
        drop(link);
        if let Some(reconnection) = reconnection {
            reconnection.come_back(None);
        }
    }

    /// Announces the loss of a link that has ended and puts it out of the way, unless another thread has.
    fn take_down(self: &Arc<Self>, link: &Arc<Link>, end: End) -> Option<Reconnection> {
        let comes_back = self.comes_back();
        let mut status = lock(&self.status);
        if status.is_restoring(link) {
            self.set_phase(status, Phase::Down);
            return None;
        }
        if !status.is_up(link) {
            return None;
        }
        let reconnection =
            comes_back.then(|| Reconnection { engine: Arc::clone(self), number: status.begin_reconnection() });
        if let End::Lost(cause) = &end {
            status.set_loss(cause.clone());
        }
        let lost = match end {
            End::Closed | End::Lost(Loss::Replaced) => None,
            End::Lost(cause) => Some((self.streams.net_error(Error::Lost { cause: cause.clone(), sent: None }), cause)),
        };
        self.set_phase(status, Phase::Down);
        if let Some((lines, cause)) = lost {
            lines.log();
            log::warn!("the link to {} is lost: {cause}", self.full_address);
        }
        reconnection
    }

    fn announce_failure(&self, error: &Error, attempts: MutexGuard<'_, Attempts>) {
        let lines = self.streams.net_error(error.clone());
        drop(attempts);
        lines.log();
        log::warn!("reconnecting to {} failed: {error}", self.full_address);
    }
}

impl Reconnection {
    /// Tries to reconnect until it succeeds, is refused, runs out of attempts, or is no longer needed. A client
    /// whose first attempt this is does not wait before it, and drops `first` after it.
    fn come_back(self, mut first: Option<Sender<()>>) {
        let engine = &self.engine;
        let Some(backoff) = &engine.options.reconnect else { return };
        {
            let mut attempts = lock(&engine.connecting);
            if attempts.since.elapsed() >= backoff.stable {
                attempts.step = 0;
            }
        }
        loop {
            let step = lock(&engine.connecting).step;
            if first.is_none() && !self.pause(backoff.delay(step, random())) {
                return;
            }
            let mut attempts = lock(&engine.connecting);
            if !lock(&engine.status).needs_reconnection(self.number) {
                return;
            }
            attempts.step = attempts.step.saturating_add(1);
            let error = match engine.attempt(&mut attempts, None) {
                Ok(link) => {
                    drop(attempts);
                    return engine.log_connected(&link);
                }
                Err(Error::Closed { .. }) => return,
                Err(error) => error,
            };
            attempts.failed = attempts.failed.saturating_add(1);
            let failed = attempts.failed;
            let is_senseless = first.is_some() && matches!(error, Error::Invalid { .. });
            let over = is_refused_login(&error) || is_senseless || backoff.attempts.is_some_and(|most| failed >= most);
            if over {
                self.resign();
            }
            engine.announce_failure(&error, attempts);
            first = None;
            if over {
                log::warn!("giving up on {} after {failed} failed attempts", engine.full_address);
                return;
            }
        }
    }

    fn resign(&self) {
        lock(&self.engine.status).end_reconnection(self.number);
    }

    /// Whether it is still needed after the delay; a caller's attempt may be under way.
    fn pause(&self, delay: Duration) -> bool {
        let deadline = deadline_in(delay);
        let mut status = lock(&self.engine.status);
        while status.needs_reconnection(self.number) {
            status = match self.engine.wait(status, deadline) {
                Some(status) => status,
                None => return true,
            };
        }
        false
    }
}

/// Spread evenly over 0 to 1.
fn random() -> f64 {
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}
