//! What waits to be written: two buffers that the threads of links fill and the recorder's thread empties in turn.
//!
//! Whoever records takes the lock to copy its bytes, the recorder's thread to swap the buffers: nobody holds it
//! over a system call, and nobody waits for the disk. What finds no room is left out and counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant, SystemTime};

use super::entry::Kind;
use crate::sync::{self, lock};

/// What an entry takes in memory beside its bytes.
const ENTRY: usize = std::mem::size_of::<Item>();
/// So much room is kept for entries without bytes, which are few and short, when there is none for others.
const RESERVE: usize = 64 * 1024;
/// How long the thread gathers entries before it writes them.
const GATHER: Duration = Duration::from_millis(10);
/// A larger buffer is given back once it is empty.
const KEPT: usize = 1024 * 1024;
const IDLE: Duration = Duration::from_secs(24 * 3600);

/// An entry that waits; its bytes stand in the buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub time: SystemTime,
    pub at: Instant,
    pub link: u64,
    pub kind: Kind,
    pub length: usize,
}

/// Entries and their bytes, one after the other.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub items: Vec<Item>,
    pub bytes: Vec<u8>,
}

impl Batch {
    fn size(&self) -> usize {
        self.bytes.len() + self.items.len() * ENTRY
    }

    pub fn clear(&mut self) {
        self.items.clear();
        self.bytes.clear();
        self.bytes.shrink_to(KEPT);
        self.items.shrink_to(KEPT / ENTRY);
    }
}

#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// Notified when there is work for the thread that writes.
    work: Condvar,
    /// Notified when the thread has written a batch, or has ended.
    progress: Condvar,
    /// So much fits into one of the two buffers.
    most: usize,
    /// Changes with each trouble that clients are to be told of.
    pub troubles: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    batch: Batch,
    pushed: u64,
    written: u64,
    asleep: bool,
    /// Somebody waits for what is queued to be written.
    hurried: bool,
    closed: bool,
    /// The thread has ended.
    over: bool,
}

impl Queue {
    pub fn new(most: usize) -> Self {
        Self {
            state: Mutex::default(),
            work: Condvar::new(),
            progress: Condvar::new(),
            most: most / 2,
            troubles: AtomicU64::new(0),
        }
    }

    /// Queues an entry; whether it found room. One for a recorder that is closed is passed over.
    pub fn push(&self, item: Item, bytes: &[u8], from_reserve: bool) -> bool {
        let mut state = lock(&self.state);
        if state.closed {
            return true;
        }
        let reserve = if from_reserve { RESERVE } else { 0 };
        let size = state.batch.size();
        // The end of a link always finds room: without it a file would never be put aside.
        if item.kind != Kind::Ended && size > 0 && size + bytes.len() + ENTRY > self.most + reserve {
            return false;
        }
        state.batch.items.push(item);
        state.batch.bytes.extend_from_slice(bytes);
        state.pushed += 1;
        let crowded = size < self.most / 2 && state.batch.size() >= self.most / 2;
        if std::mem::take(&mut state.asleep) || crowded {
            drop(state);
            self.work.notify_one();
        }
        true
    }

    /// Waits for entries and swaps them with an empty batch; `false` once the recorder is closed and all is taken.
    pub fn take(&self, batch: &mut Batch) -> bool {
        batch.clear();
        let mut state = lock(&self.state);
        while state.batch.items.is_empty() {
            if state.closed {
                return false;
            }
            state.asleep = true;
            state = sync::wait(&self.work, state, IDLE);
        }
        state.asleep = false;
        let until = Instant::now() + GATHER;
        while !state.hurried && !state.closed && state.batch.size() < self.most / 2 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = sync::wait(&self.work, state, left);
        }
        std::mem::swap(batch, &mut state.batch);
        true
    }

    /// So many entries have been written, or given up.
    pub fn done(&self, entries: usize) {
        let mut state = lock(&self.state);
        state.written += entries as u64;
        state.hurried &= state.written < state.pushed;
        drop(state);
        self.progress.notify_all();
    }

    /// Takes no more entries.
    pub fn close(&self) {
        lock(&self.state).closed = true;
        self.work.notify_one();
    }

    /// The thread has ended.
    pub fn end(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        state.over = true;
        drop(state);
        self.progress.notify_all();
    }

    /// Waits until all that was queued up to now has been written, or the thread has ended if that is asked for;
    /// whether it came to that before the deadline.
    pub fn wait(&self, deadline: Instant, for_end: bool) -> bool {
        let mut state = lock(&self.state);
        let all = state.pushed;
        loop {
            let done = if for_end { state.over } else { state.written >= all || state.over };
            if done {
                return true;
            }
            state.hurried = true;
            self.work.notify_one();
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = sync::wait(&self.progress, state, left);
        }
    }

    pub fn count_trouble(&self) {
        self.troubles.fetch_add(1, Ordering::Release);
    }
}
