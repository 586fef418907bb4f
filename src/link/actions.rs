//! An action's way through a link: queued, sent, answered, or given up.

use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use super::outbox::{Outbox, Writer};
use super::pending::{Abandoned, Answer, Serial};
use super::waiter::Waiter;
use super::wire::MOST_QUEUED;
use super::Link;
use crate::action::Action;
use crate::clock::{self, Timed};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::response::Response;
use crate::sync::{self, lock};

/// What an action is to be waited for with.
pub(crate) struct Request<'a> {
    pub action: &'a Action,
    pub waiter: Waiter,
    /// By when it is answered; also for queueing and sending it.
    pub deadline: Instant,
    /// The time that this leaves it, if the link itself is to fail it then: nobody else looks at the clock.
    pub unwatched: Option<Duration>,
    /// Whether its success is remembered for the next link.
    pub memorable: bool,
    /// How long it makes the server wait, which may be silent meanwhile.
    pub stalls: Option<Duration>,
}

impl Link {
    /// Registers an action, then sends it.
    pub fn submit(&self, request: Request<'_>) -> Result<Serial> {
        let deadline = request.deadline;
        let (serial, outbox) = self.queue(request)?;
        drop(outbox);
        self.flush(deadline);
        Ok(serial)
    }

    /// Registers an action whose answer is fetched later, and returns without waiting for the wire where
    /// others are under way.
    pub fn submit_among_others(&self, request: Request<'_>) -> Result<Serial> {
        let deadline = request.deadline;
        let (serial, outbox) = self.queue(request)?;
        if !self.leave_among_others(outbox) {
            self.flush(deadline);
        }
        Ok(serial)
    }

    /// Registers an action, and leaves it to be sent.
    pub(super) fn queue(&self, request: Request<'_>) -> Result<(Serial, MutexGuard<'_, Outbox>)> {
        let (deadline, unwatched) = (request.deadline, request.unwatched.is_some());
        log::trace!("sending {:?}", request.action);
        let mut outbox = self.outbox_with_room(deadline)?;
        let serial = outbox.queue(request)?;
        self.note(&outbox);
        if unwatched && (outbox.pending.set_deadline(serial, deadline) || !clock::is_running()) {
            drop(outbox);
            self.watch(deadline);
            outbox = lock(&self.outbox);
        }
        Ok((serial, outbox))
    }

    /// The outbox, once it has room for another action.
    fn outbox_with_room(&self, deadline: Instant) -> Result<MutexGuard<'_, Outbox>> {
        let mut outbox = lock(&self.outbox);
        let mut begun = None;
        loop {
            if let Some(end) = &outbox.ended {
                return Err(end.error(false));
            }
            if outbox.outgoing.len() < MOST_QUEUED {
                return Ok(outbox);
            }
            let begun: &mut Instant = begun.get_or_insert_with(Instant::now);
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::Timeout { after: begun.elapsed(), sent: false });
            }
            outbox = sync::wait(&self.room, outbox, left);
        }
    }

    /// Hands responses to whoever waits for them, and adds those to `late` that nobody waits for; `remember` is
    /// told of the actions that succeeded and are to be restored on the next link.
    pub fn answer(&self, responses: &mut Vec<Response>, remember: impl Fn(&Action), late: &mut Vec<Response>) {
        let mut last = Vec::with_capacity(responses.len());
        {
            let mut outbox = lock(&self.outbox);
            for response in responses.drain(..) {
                match outbox.answer(response, &remember) {
                    Answer::Last(waiter, response) => last.push((waiter, response)),
                    Answer::First => {}
                    Answer::Late(response) => late.push(response),
                }
            }
            self.note(&outbox);
            self.send_held(outbox);
        }
        for (waiter, _) in &last {
            self.expect_caller(waiter);
        }
        // Who is woken makes the next action at once, and needs the outbox for it.
        for (waiter, response) in last {
            waiter.finish(response);
        }
    }

    /// Whether an event can belong to a list: only then is it to be claimed.
    #[inline]
    pub fn is_collecting(&self) -> bool {
        self.collecting.load(Ordering::Relaxed)
    }

    /// Hands an event to the list that it belongs to, or gives it back for the stream of events.
    pub fn claim(&self, event: Event) -> Option<Event> {
        let mut outbox = lock(&self.outbox);
        let before = outbox.pending.next_deadline();
        let free = outbox.pending.claim(event);
        if free.is_none() {
            if let Some(window) = &mut outbox.window {
                window.heard();
            }
        }
        // A call that has failed is held back for a while.
        let due = outbox.pending.next_deadline().filter(|due| before.map_or(true, |before| *due < before));
        self.note(&outbox);
        drop(outbox);
        if let Some(due) = due {
            self.watch(due);
        }
        free
    }

    /// Whether somebody waits for the answer to the action with this id.
    pub fn is_pending(&self, id: &str) -> bool {
        lock(&self.outbox).pending.is_pending(id)
    }

    /// What the action with this id is answered with is larger than what is kept.
    pub fn fail_oversized(&self, id: &str, limit: usize) {
        let mut outbox = lock(&self.outbox);
        let Some(serial) = outbox.pending.serial(Some(id)) else { return };
        let Some((Abandoned { waiter, .. }, _)) = outbox.abandon_answered(serial) else { return };
        self.note(&outbox);
        self.send_held(outbox);
        self.expect_caller(&waiter);
        waiter.fail(Error::PacketTooLarge { size: limit as u64 + 1 });
    }

    /// Has the clock look at the deadlines then.
    fn watch(&self, at: Instant) {
        if let Some(myself) = self.myself.upgrade() {
            let timed: Arc<dyn Timed> = myself;
            clock::schedule(self.clock_key, at, &timed);
        }
    }

    /// Whether somebody still waits for what becomes of an action.
    pub fn awaits(&self, serial: Serial) -> bool {
        lock(&self.outbox).pending.awaits(serial)
    }

    /// Shows without the lock what has changed in the outbox.
    ///
    /// Events that belong to an action come after its response, for which the outbox is locked.
    pub(super) fn note(&self, outbox: &Outbox) {
        self.collecting.store(outbox.pending.collecting(), Ordering::Relaxed);
        self.callers.unsent.store(outbox.unsent, Ordering::SeqCst);
    }

    /// This one is about to be handed its answer; those of a batch are all told before the first is.
    pub(super) fn expect_caller(&self, waiter: &Waiter) {
        if let Waiter::Caller(_) = waiter {
            self.callers.answered.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Nobody waits for an action any more; whether it went out, or `None` if it was answered already.
    pub fn abandon(&self, serial: Serial) -> Option<bool> {
        let mut outbox = lock(&self.outbox);
        let mut gaps = Vec::new();
        let (_, sent) = outbox.abandon(serial, &mut gaps)?;
        self.close_gaps(&mut outbox, gaps);
        Some(sent)
    }

    /// An action is over, although nothing that ends its list comes.
    pub fn forget(&self, serial: Serial) {
        let mut outbox = lock(&self.outbox);
        outbox.pending.remove(serial);
        self.note(&outbox);
    }

    fn close_gaps(&self, outbox: &mut Outbox, gaps: Vec<Range<u64>>) {
        let room = !gaps.is_empty();
        outbox.close(gaps);
        self.note(outbox);
        if room {
            self.room.notify_all();
        }
        // What was withdrawn may have been what the window kept the rest back for.
        if room && outbox.writer == Writer::Held && !outbox.is_held() {
            outbox.writer = Writer::Busy;
            self.work.notify_one();
        }
    }
}

impl Timed for Link {
    fn expire(&self, now: Instant) -> Option<Instant> {
        let mut outbox = lock(&self.outbox);
        let mut gaps = Vec::new();
        while let Some(serial) = outbox.pending.pop_overdue(now) {
            if let Some((Abandoned { waiter, unwatched, .. }, sent)) = outbox.abandon(serial, &mut gaps) {
                waiter.fail(Error::Timeout { after: unwatched.unwrap_or_default(), sent });
            }
        }
        self.close_gaps(&mut outbox, gaps);
        outbox.pending.next_deadline()
    }

    fn is_over(&self) -> bool {
        !self.stands()
    }
}
