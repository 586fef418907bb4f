//! Locks that a panic elsewhere does not take away, also while waiting, deadlines that do not overflow,
//! threads and mailboxes.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, TryLockError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{bounded, Receiver, RecvTimeoutError, Select, Sender, TryRecvError};

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

/// What comes over a channel before the deadline.
///
/// `Receiver::recv_deadline` is the same, and is compiled for each type in some 2,000 lines of LLVM IR. Where a thread
/// waits for several channels those of each type are selected anyway, so here one is selected, too.
pub(crate) fn recv_deadline<T>(receiver: &Receiver<T>, deadline: Instant) -> Result<T, RecvTimeoutError> {
    loop {
        match receiver.try_recv() {
            Ok(item) => return Ok(item),
            Err(TryRecvError::Disconnected) => return Err(RecvTimeoutError::Disconnected),
            Err(TryRecvError::Empty) => {}
        }
        let mut select = Select::new();
        select.recv(receiver);
        if select.ready_deadline(deadline).is_err() {
            return Err(RecvTimeoutError::Timeout);
        }
    }
}

/// What one thread hands another that waits for other things too.
///
/// A channel does the same, but is compiled for each type that it carries, in some 7,000 lines of LLVM IR: here one of
/// no type wakes, and what is sent lies in a vector, which is taken as a whole. So what comes in thousands, as the items of
/// a list do, keeps its memory until the last of it is used.
pub(crate) fn mailbox<T>() -> (Post<T>, Mailbox<T>) {
    let (wake, woken) = bounded(1);
    let waiting = Arc::new(Mutex::new(Some(Vec::new())));
    (Post { waiting: Arc::clone(&waiting), wake }, Mailbox { waiting, woken })
}

/// Where things are sent; its drop tells that there will be no more.
pub(crate) struct Post<T> {
    /// `None` once nobody will take what is sent.
    waiting: Arc<Mutex<Option<Vec<T>>>>,
    wake: Sender<()>,
}

/// Where they are taken.
pub(crate) struct Mailbox<T> {
    waiting: Arc<Mutex<Option<Vec<T>>>>,
    woken: Receiver<()>,
}

impl<T> Post<T> {
    /// Never waits.
    pub fn send(&self, thing: T) {
        if let Some(waiting) = &mut *lock(&self.waiting) {
            waiting.push(thing);
        }
        // Where it is full, the other thread is being woken already.
        let _ = self.wake.try_send(());
    }
}

impl<T> Mailbox<T> {
    /// Ready when there is something to take, or there will be no more.
    pub fn woken(&self) -> &Receiver<()> {
        &self.woken
    }

    /// What has been sent, and whether there may be more.
    pub fn take(&self) -> (Vec<T>, bool) {
        // First: what is sent from here on wakes again.
        let is_open = loop {
            match self.woken.try_recv() {
                Ok(()) => {}
                Err(TryRecvError::Empty) => break true,
                Err(TryRecvError::Disconnected) => break false,
            }
        };
        (lock(&self.waiting).as_mut().map(std::mem::take).unwrap_or_default(), is_open)
    }
}

impl<T> Drop for Mailbox<T> {
    fn drop(&mut self) {
        // With what was sent goes what others may wait for.
        let waiting = lock(&self.waiting).take();
        drop(waiting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_was_sent_is_taken_in_order_before_the_end_is_told() {
        let (post, mailbox) = mailbox();
        assert_eq!(mailbox.take(), (vec![], true));
        post.send(1);
        post.send(2);
        assert_eq!(mailbox.woken().len(), 1);
        assert_eq!(mailbox.take(), (vec![1, 2], true));
        assert!(mailbox.woken().is_empty());
        post.send(3);
        drop(post);
        assert_eq!(mailbox.take(), (vec![3], false));
    }

    #[test]
    fn what_nobody_will_take_is_let_go_at_once() {
        let (post, mailbox) = mailbox();
        let (waits, answer) = bounded::<()>(0);
        post.send(waits.clone());
        drop(mailbox);
        post.send(waits);
        assert_eq!(answer.try_recv(), Err(TryRecvError::Disconnected));
    }
}
