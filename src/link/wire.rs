//! Who writes: mostly the caller who makes an action, and whoever is at the wire sends along what others queue.
//!
//! Nobody is kept at the wire for long. A caller whose deadline passes, or who has sent much for others,
//! leaves the rest to a thread of the link's own. That thread also sends the actions of callers who do not wait
//! for an answer while others are under way: they go out together.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use super::outbox::{Outbox, Writer};
use super::transport::{Sent, Sink};
use super::window::Window;
use super::{End, Link};
use crate::error::Loss;
use crate::sync::{self, lock, try_lock};

/// So many bytes wait to be sent before those who add to them have to wait.
pub(super) const MOST_QUEUED: usize = 1024 * 1024;
/// So many batches a caller sends, its own included, before it leaves the rest to the thread.
const MOST_BATCHES: u32 = 16;
/// So many actions under way are sent each by its own caller.
const FEW: usize = 4;
/// What a server that an action kept from reading has at least to read again.
const RESPITE: Duration = Duration::from_secs(1);
/// How long the thread stays without work.
const IDLE: Duration = Duration::from_secs(1);
/// How long it leaves between two system calls.
const PAUSE: Duration = Duration::from_micros(20);
const STACK: usize = 128 * 1024;

/// The way to the server: one writer at a time.
pub(super) struct Wire {
    sink: Sink,
    /// Where the bytes end that the sink was given, counted as the outbox counts.
    end: u64,
    spare: Vec<u8>,
}

/// How far a writer came.
enum Progress {
    /// Everything that was queued has gone out.
    Done,
    /// There is more to send than this writer has time for.
    Left,
    /// There is more to send, once the server has answered.
    Held,
    /// The link has ended.
    Ended,
}

impl Wire {
    pub fn new(sink: Sink) -> Self {
        Self { sink, end: 0, spare: Vec::new() }
    }

    pub fn finish(&mut self) {
        self.sink.finish();
    }
}

impl Link {
    /// Sends what is queued, unless another thread is at it, which then sends this along; until the deadline.
    pub(super) fn flush(&self, until: Instant) {
        while let Some(mut wire) = try_lock(&self.wire) {
            let progress = self.send(&mut wire, Some(until));
            drop(wire);
            match progress {
                // Who queued something in this moment has left it to us.
                Progress::Done if lock(&self.outbox).outgoing.is_empty() => return,
                Progress::Done => {}
                Progress::Left => return self.leave_to_writer(),
                Progress::Held => return self.leave_held(),
                Progress::Ended => return,
            }
        }
    }

    fn send(&self, wire: &mut Wire, until: Option<Instant>) -> Progress {
        let respite = RESPITE.min(self.write_timeout);
        let mut batches = 0;
        loop {
            let sent = match wire.sink.send() {
                Ok(sent) => sent,
                Err(error) => return self.fail(wire, Loss::Io(Arc::new(error))),
            };
            match sent {
                // It has some time left from the moment on in which it may read again.
                Sent::Nothing(stuck) if stuck + respite >= self.write_timeout && self.may_be_silent() => {
                    wire.sink.excuse(self.write_timeout - respite);
                }
                Sent::Nothing(stuck) if stuck >= self.write_timeout => {
                    return self.fail(wire, Loss::Stalled(self.write_timeout));
                }
                _ => {}
            }
            if sent != Sent::All {
                if until.is_some_and(|until| Instant::now() >= until) {
                    return Progress::Left;
                }
                continue;
            }
            if until.is_some() && batches >= MOST_BATCHES {
                return Progress::Left;
            }
            batches += 1;
            let mut batch = std::mem::take(&mut wire.spare);
            let mut outbox = lock(&self.outbox);
            let queued = outbox.outgoing.len();
            outbox.take(&mut batch);
            if batch.is_empty() {
                wire.spare = batch;
                return if queued == 0 { Progress::Done } else { Progress::Held };
            }
            self.note(&outbox);
            let left = outbox.outgoing.len();
            wire.end = outbox.queued - left as u64;
            // Together, so that nobody is told that what is about to go out was not sent.
            self.written.store(wire.end, Ordering::SeqCst);
            drop(outbox);
            if queued >= MOST_QUEUED && left < MOST_QUEUED {
                self.room.notify_all();
            }
            // Before it goes out, for an answer is recorded when it comes.
            if let Some(tape) = self.tape() {
                tape.sent(&batch);
            }
            wire.sink.give(&mut batch);
            wire.spare = batch;
        }
    }

    fn fail(&self, wire: &Wire, loss: Loss) -> Progress {
        self.written.store(wire.end - wire.sink.unsent() as u64, Ordering::SeqCst);
        self.end(End::Lost(loss));
        Progress::Ended
    }

    /// Has the thread that writes go on with what is queued, and with what was left at the wire.
    pub(super) fn leave_to_writer(&self) {
        let mut outbox = lock(&self.outbox);
        outbox.left = true;
        if !self.call_writer(outbox) {
            // Without a thread that could go on, nobody would.
            self.end(End::Lost(Loss::Stalled(self.write_timeout)));
        }
    }

    /// Has the thread that writes wait for the server's answers, and then go on.
    fn leave_held(&self) {
        let outbox = lock(&self.outbox);
        let waits = outbox.writer == Writer::Held;
        drop(outbox);
        if !waits {
            self.leave_to_writer();
        }
    }

    /// Has what was kept back go out, if it may now.
    pub(super) fn send_held(&self, mut outbox: MutexGuard<'_, Outbox>) {
        if outbox.writer == Writer::Held && !outbox.is_held() {
            self.call_writer(outbox);
        }
    }

    /// Leaves what was just queued to the thread that writes, if others are under way too.
    pub(super) fn leave_among_others(&self, mut outbox: MutexGuard<'_, Outbox>) -> bool {
        let alone = outbox.writer == Writer::Absent && outbox.pending.awaited() < FEW;
        let waits = outbox.writer == Writer::Held && outbox.is_held();
        waits || !alone && self.call_writer(outbox)
    }

    /// Whether the thread that writes is on its way.
    fn call_writer(&self, mut outbox: MutexGuard<'_, Outbox>) -> bool {
        match outbox.writer {
            Writer::Busy => return true,
            Writer::Asleep | Writer::Held => {
                outbox.writer = Writer::Busy;
                drop(outbox);
                self.work.notify_one();
                return true;
            }
            Writer::Absent => {}
        }
        let Some(link) = self.myself.upgrade().filter(|_| outbox.ended.is_none()) else { return true };
        let writer = thread::Builder::new().name("gami-writer".into()).stack_size(STACK);
        match sync::spawn(writer, Box::new(move || link.write_for_others())) {
            Ok(thread) => {
                outbox.writer = Writer::Busy;
                // The thread before it no longer looks at the outbox: this does not wait long.
                if let Some(before) = outbox.writer_thread.replace(thread) {
                    let _ = before.join();
                }
                true
            }
            Err(error) => {
                // The program's logger runs while no lock is held.
                drop(outbox);
                log::error!("no thread to write on: {error}");
                false
            }
        }
    }

    /// What the thread does, until there has been nothing to do for a while.
    fn write_for_others(&self) {
        loop {
            self.send(&mut lock(&self.wire), None);
            // More come together meanwhile, and go out in one system call.
            thread::sleep(PAUSE);
            let mut outbox = lock(&self.outbox);
            if !outbox.left && outbox.ended.is_none() {
                if outbox.is_held() {
                    outbox.writer = Writer::Held;
                    let opens = outbox.window.as_ref().and_then(Window::opens_at);
                    let left = opens.map_or(IDLE, |opens| opens.saturating_duration_since(Instant::now()));
                    outbox = sync::wait(&self.work, outbox, left);
                } else if outbox.outgoing.is_empty() {
                    outbox.writer = Writer::Asleep;
                    outbox = sync::wait(&self.work, outbox, IDLE);
                }
            }
            if outbox.writer == Writer::Asleep || outbox.ended.is_some() {
                outbox.writer = Writer::Absent;
                return;
            }
            outbox.writer = Writer::Busy;
            outbox.left = false;
        }
    }

    /// Waits for the end of the thread that writes; the link has ended, and so every wait of it.
    pub fn join_writer(&self) {
        let thread = lock(&self.outbox).writer_thread.take();
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != thread::current().id()) {
            let _ = thread.join();
        }
    }
}
