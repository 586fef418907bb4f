//! Locks that a panic elsewhere does not take away, also while waiting, deadlines that do not overflow, and threads.

use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, TryLockError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

/// The lock, also if a thread panicked while it held it: nothing here is left half-changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The lock, unless another thread holds it.
pub(crate) fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Waits to be notified, no longer than this; the lock is given up meanwhile.
pub(crate) fn wait<'a, T>(notified: &Condvar, guard: MutexGuard<'a, T>, timeout: Duration) -> MutexGuard<'a, T> {
    match notified.wait_timeout(guard, timeout) {
        Ok((guard, _)) => guard,
        Err(poisoned) => poisoned.into_inner().0,
    }
}

/// The end of a timeout that begins now; of one that never ends, a time that nobody sees.
pub(crate) fn deadline_in(timeout: Duration) -> Instant {
    Instant::now() + timeout.min(FAR)
}

/// Starts a thread; of a boxed closure, for of each other type that is spawned the compiler makes a thousand lines.
pub(crate) fn spawn(thread: Builder, run: Box<dyn FnOnce() + Send>) -> io::Result<JoinHandle<()>> {
    thread.spawn(run)
}
