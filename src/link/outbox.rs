//! What is under way on one link: the bytes that wait to be sent, and the actions that wait for an answer.
//!
//! Both change together, so they are behind one lock. No I/O.

use std::ops::Range;
use std::thread::JoinHandle;
use std::time::Instant;

use super::actions::Request;
use super::pending::{Abandoned, Answer, Entry, Pending, Serial};
use super::waiter::Waiter;
use super::window::Window;
use super::End;
use crate::action::Action;
use crate::error::Result;
use crate::response::Response;
use crate::sync::deadline_in;

pub(super) struct Outbox {
    pub pending: Pending,
    /// Actions that are still to be sent.
    pub outgoing: Vec<u8>,
    /// How many actions these are.
    pub unsent: usize,
    /// Where `outgoing` ends, counted from the first byte that was ever queued.
    pub queued: u64,
    /// Over TLS, where a server must not be sent too much before it answers.
    pub window: Option<Window>,
    /// The `ActionID` of the action that was queued last.
    pub id: String,
    pub writer: Writer,
    /// Whether something that was given to the wire was left there for the thread that writes.
    pub left: bool,
    pub writer_thread: Option<JoinHandle<()>>,
    /// Whoever is failed from now on learns that the client is closed, not how the server takes leave.
    pub closing: bool,
    pub ended: Option<End>,
}

/// The thread that writes for callers who do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    Absent,
    Asleep,
    /// It sleeps until more may be under way.
    Held,
    /// It looks for more before it sleeps.
    Busy,
}

impl Outbox {
    pub fn new(pending: Pending, window: Option<Window>) -> Self {
        Self {
            pending,
            outgoing: Vec::new(),
            unsent: 0,
            queued: 0,
            window,
            id: String::new(),
            writer: Writer::Absent,
            left: false,
            writer_thread: None,
            closing: false,
            ended: None,
        }
    }

    /// Registers an action and queues it.
    pub fn queue(&mut self, request: Request<'_>) -> Result<Serial> {
        let Request { action, waiter, deadline, unwatched, memorable, stalls } = request;
        let serial = self.pending.number(action, &mut self.id)?;
        let before = self.outgoing.len();
        action.encode(&self.id, &mut self.outgoing)?;
        let start = self.queued;
        self.queued += (self.outgoing.len() - before) as u64;
        self.unsent += 1;
        let (answer_due, silent_until) = match (&waiter, stalls) {
            // It is answered at once; only its outcome takes long.
            (Waiter::Call(_), Some(time)) => {
                let due = deadline.min(deadline_in(time));
                (due, due)
            }
            (_, stall) => (deadline, stall.map_or(deadline, |stall| deadline.max(deadline_in(stall)))),
        };
        let entry = Entry {
            waiter,
            own_id: self.pending.own_id(&self.id),
            name: action.shared_name(),
            privilege: action.privilege(),
            preliminary: action.preliminary_responses(),
            answered: false,
            memorable: (memorable && action.is_memorable()).then(|| Box::new(action.clone())),
            unwatched,
            span: start..self.queued,
        };
        if let Some(window) = &mut self.window {
            window.queue(serial, (self.queued - start) as usize, answer_due);
        }
        self.pending.insert(serial, entry);
        self.pending.expect_answer(serial, silent_until);
        Ok(serial)
    }

    /// Moves to `batch`, which is empty, what may be sent now.
    pub fn take(&mut self, batch: &mut Vec<u8>) {
        match &mut self.window {
            None => {
                std::mem::swap(batch, &mut self.outgoing);
                self.unsent = 0;
            }
            Some(window) => {
                let (bytes, actions) = window.take(Instant::now());
                if bytes == self.outgoing.len() {
                    std::mem::swap(batch, &mut self.outgoing);
                } else {
                    batch.extend(self.outgoing.drain(..bytes));
                }
                self.unsent -= actions;
            }
        }
    }

    /// Whether there is something to send that the window keeps back.
    pub fn is_held(&mut self) -> bool {
        !self.outgoing.is_empty() && self.window.as_mut().is_some_and(|window| !window.is_open(Instant::now()))
    }

    /// Finds who waits for a response.
    pub fn answer(&mut self, response: Response, remember: impl FnOnce(&Action)) -> Answer {
        if let Some(window) = &mut self.window {
            if let Some(serial) = self.pending.serial(response.action_id()) {
                window.answered(serial);
            }
        }
        self.pending.answer(response, remember)
    }

    /// Nobody waits for an action any more: gives what it leaves and whether it went out, or `None`
    /// if it was answered already.
    ///
    /// The place of one that still waits to be sent is added to `gaps`, which stay in order: who is told that it was
    /// not sent may make it again.
    pub fn abandon(&mut self, serial: Serial, gaps: &mut Vec<Range<u64>>) -> Option<(Abandoned, bool)> {
        let abandoned = self.pending.abandon(serial)?;
        let gone = self.queued - self.outgoing.len() as u64;
        let sent = self.ended.is_some() || abandoned.span.start < gone;
        if !sent {
            self.pending.withdraw(serial);
            let place = gaps.partition_point(|gap| gap.start < abandoned.span.start);
            gaps.insert(place, abandoned.span.clone());
            if let Some(window) = &mut self.window {
                window.withdraw(serial);
            }
        }
        Some((abandoned, sent))
    }

    /// The same for an action that has been answered, if not by what can be handed to who waits for it.
    pub fn abandon_answered(&mut self, serial: Serial) -> Option<(Abandoned, bool)> {
        if let Some(window) = &mut self.window {
            window.answered(serial);
        }
        self.pending.note_answered(serial);
        self.abandon(serial, &mut Vec::new())
    }

    /// Takes these places, which are in order, out of what is still to be sent.
    pub fn close(&mut self, gaps: Vec<Range<u64>>) {
        if gaps.is_empty() {
            return;
        }
        self.unsent -= gaps.len();
        let gone = self.queued - self.outgoing.len() as u64;
        let mut kept = 0;
        let mut from = 0;
        for gap in &gaps {
            let at = (gap.start - gone) as usize;
            self.outgoing.copy_within(from..at, kept);
            kept += at - from;
            from = (gap.end - gone) as usize;
        }
        let rest = self.outgoing.len() - from;
        self.outgoing.copy_within(from.., kept);
        self.outgoing.truncate(kept + rest);
        self.queued = gone + self.outgoing.len() as u64;
        self.pending.close_gaps(&gaps);
    }
}
