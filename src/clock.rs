//! When an action that nobody watches is overdue.
//!
//! The reader of an idle link sleeps in the socket, and `async_action` leaves nobody behind who could
//! look at a clock. So one thread for the whole process does, and only while such an action is pending:
//! it starts with the first and ends with the last.
//!
//! # Waits
//!
//! The thread sleeps until the next deadline, or until one is added or cancelled.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::thread;
use std::time::Instant;

use crate::sync::{self, lock};

/// Something that has deadlines.
pub(crate) trait Timed: Send + Sync {
    /// Fails what is overdue, and says when to be called again.
    fn expire(&self, now: Instant) -> Option<Instant>;

    /// Whether it will never have a deadline again; from then on it cancels its key.
    fn is_over(&self) -> bool;
}

struct Clock {
    due: Vec<Due>,
    running: bool,
}

struct Due {
    key: u64,
    at: Instant,
    timed: Weak<dyn Timed>,
}

/// A key that nothing else has.
pub(crate) fn key() -> u64 {
    static KEYS: AtomicU64 = AtomicU64::new(0);
    KEYS.fetch_add(1, Ordering::Relaxed)
}

static CLOCK: Mutex<Option<Clock>> = Mutex::new(None);
static CHANGED: Condvar = Condvar::new();
static RUNNING: AtomicBool = AtomicBool::new(false);

/// Whether the thread is there. Where it could not be started, the next deadline must try again, also if it is not
/// the next one to pass.
pub(crate) fn is_running() -> bool {
    RUNNING.load(Ordering::SeqCst)
}

/// Calls `timed` at an instant, or at the one it was to be called at if that is earlier.
pub(crate) fn schedule(key: u64, at: Instant, timed: &Arc<dyn Timed>) {
    // The program's logger runs while no lock is held.
    if let Err(error) = add(key, at, Arc::downgrade(timed)) {
        log::error!("no thread for the deadlines of asynchronous actions: {error}");
    }
    // It may have cancelled its key just before it was added.
    if timed.is_over() {
        cancel(key);
    }
}

fn add(key: u64, at: Instant, timed: Weak<dyn Timed>) -> io::Result<()> {
    let mut clock = lock(&CLOCK);
    let clock = clock.get_or_insert_with(|| Clock { due: Vec::new(), running: false });
    match clock.due.iter_mut().find(|due| due.key == key) {
        Some(due) => due.at = due.at.min(at),
        None => clock.due.push(Due { key, at, timed }),
    }
    if clock.running {
        CHANGED.notify_one();
    } else {
        sync::spawn(thread::Builder::new().name("gami-clock".into()).stack_size(128 * 1024), Box::new(run))?;
        clock.running = true;
        RUNNING.store(true, Ordering::SeqCst);
    }
    Ok(())
}

/// Forgets a key.
pub(crate) fn cancel(key: u64) {
    if let Some(clock) = lock(&CLOCK).as_mut() {
        if let Some(place) = clock.due.iter().position(|due| due.key == key) {
            clock.due.swap_remove(place);
            CHANGED.notify_one();
        }
    }
}

fn run() {
    let mut guard = lock(&CLOCK);
    while let Some(clock) = guard.as_mut() {
        let Some(next) = clock.due.iter().map(|due| due.at).min() else {
            clock.running = false;
            RUNNING.store(false, Ordering::SeqCst);
            return;
        };
        let now = Instant::now();
        if next > now {
            guard = sync::wait(&CHANGED, guard, next - now);
            continue;
        }
        let mut overdue = Vec::new();
        while let Some(place) = clock.due.iter().position(|due| due.at <= now) {
            overdue.push(clock.due.swap_remove(place));
        }
        drop(guard);
        for Due { key, timed, .. } in overdue {
            let Some(timed) = timed.upgrade() else { continue };
            if let Some(at) = timed.expire(now) {
                schedule(key, at, &timed);
            }
        }
        guard = lock(&CLOCK);
    }
}
