//! How a caller waits for its answer: awake for a moment, and its action goes out with those of others.
//!
//! To put a thread to sleep and to wake it takes about as long as a server close by takes to answer. So a caller
//! stays awake for [`STAY_AWAKE`] and lets other threads run, if the answer before came within that time.
//! Meanwhile those who are about to make actions make them, and one system call is enough for all: what is queued
//! goes out once half of the callers who stay awake have queued theirs, at the latest after [`GATHER`].

use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{bounded, Receiver};

use super::actions::Request;
use super::waiter::Waiter;
use super::Link;
use crate::action::Action;
use crate::error::{Error, Result};
use crate::response::Response;
use crate::sync::deadline_in;

/// So long a caller stays awake for its answer. Servers on the same network answer a simple action within 50 to
/// 300 µs; a caller that is still without an answer after 400 µs loses little by falling asleep.
const STAY_AWAKE: Duration = Duration::from_micros(400);
/// So long an action waits for others to go out with. Less than [`STAY_AWAKE`], so that a caller who finds no
/// company has sent its action before it falls asleep.
const GATHER: Duration = Duration::from_micros(300);

impl Link {
    /// Makes an action and waits for its response.
    pub fn call(
        &self,
        action: &Action,
        timeout: Duration,
        memorable: bool,
        stalls: Option<Duration>,
    ) -> Result<Response> {
        let (waiter, answer) = bounded(1);
        let deadline = deadline_in(timeout);
        let waiter = Waiter::Response(waiter);
        let request = Request { action, waiter, deadline, unwatched: None, memorable, stalls };
        let (serial, outbox) = self.queue(request)?;
        drop(outbox);
        let answer = self.await_answer(&answer, deadline).unwrap_or_else(|| match self.abandon(serial) {
            Some(sent) => Err(Error::Timeout { after: timeout, sent }),
            // It came in this moment: whoever took it out of the table has sent it, or is about to.
            None => answer.recv().unwrap_or(Err(Error::Timeout { after: timeout, sent: true })),
        });
        if let Some(tape) = self.tape().filter(|_| action.name().eq_ignore_ascii_case("Login")) {
            tape.answered_login(action.get("Username").unwrap_or_default(), answer.as_ref().err());
        }
        answer
    }

    /// The answer to what was just queued, or `None` once the deadline has passed.
    ///
    /// To put a thread to sleep and to wake it takes about as long as a server close by takes to answer. So one
    /// that waits stays awake for a moment, and lets others run, if the answer before came within one. Meanwhile
    /// those who are about to make actions make them, and one system call is enough for all: what is queued goes
    /// out once half of those who stay awake have queued theirs, or it has waited for a while.
    fn await_answer(&self, answer: &Receiver<Result<Response>>, deadline: Instant) -> Option<Result<Response>> {
        let begun = Instant::now();
        let mut came = None;
        let mut queued = true;
        if self.quick.load(Ordering::Relaxed) {
            self.awake.fetch_add(1, Ordering::Relaxed);
            let mut waited = Duration::ZERO;
            while came.is_none() && waited < STAY_AWAKE {
                if queued && (self.are_half_queued() || waited > GATHER) {
                    self.flush(deadline);
                    queued = false;
                }
                thread::yield_now();
                came = answer.try_recv().ok();
                waited = begun.elapsed();
            }
            self.awake.fetch_sub(1, Ordering::Relaxed);
        }
        if queued && came.is_none() {
            self.flush(deadline);
        }
        let came = came.or_else(|| answer.recv_deadline(deadline).ok());
        self.quick.store(begun.elapsed() < 2 * STAY_AWAKE, Ordering::Relaxed);
        came
    }

    /// Whether the actions of half of those who wait awake have yet to be sent.
    fn are_half_queued(&self) -> bool {
        2 * self.unsent.load(Ordering::Relaxed) >= self.awake.load(Ordering::Relaxed)
    }
}
