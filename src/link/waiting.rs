//! How a caller waits for its answer: awake while its core is free, and its action goes out with those of others.
//!
//! To put a thread to sleep and to wake it takes about as long as a server close by takes to answer. So a caller
//! stays awake for [`STAY_AWAKE`], and yields its core to every other thread that can run. Where the core does not
//! come back at once somebody needs it more, and where the answer does not come in that time the server is not close
//! by: then callers go to sleep at once, but for one that tries again after [`REST`] times as long.
//!
//! Callers whose answers have come are about to make the next actions. Who makes one while there are such leaves it
//! to them to send: the last of them to take its answer sends all that was queued meanwhile, in one system call.
//! An action waits for that no longer than [`GATHER`]; whoever queued the first of them sees to it.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::actions::Request;
use super::waiter::Waiter;
use super::Link;
use crate::action::Action;
use crate::error::{Error, Result};
use crate::response::Response;
use crate::sync::{deadline_in, lock};

/// So long a caller stays awake for its answer. Servers on the same network answer a simple action within 50 to
/// 300 µs; a caller that is still without an answer after 400 µs loses little by falling asleep.
const STAY_AWAKE: Duration = Duration::from_micros(400);
/// A core that is free comes back from a yield within a few microseconds, also from a thread of the link or of a
/// server on the same machine; one that another program uses, after milliseconds.
const TURN: Duration = Duration::from_micros(50);
/// So many times as long as a caller stayed awake in vain nobody else does: a hundredth of the time is lost at most.
const REST: u32 = 100;
/// So long an action waits for others to go out with.
const GATHER: Duration = Duration::from_millis(1);
/// Whoever has taken an action out of the table hands its answer over within moments.
const HANDING_OVER: Duration = Duration::from_secs(1);

/// Where a caller's answer is put.
pub(crate) struct Slot {
    answer: Mutex<Option<Result<Response>>>,
    caller: Thread,
}

/// What the callers of a link know of each other.
pub(super) struct Callers {
    /// How many answers have been put, or are about to be, that were not taken yet.
    pub answered: AtomicUsize,
    /// How many actions have yet to be sent.
    pub unsent: AtomicUsize,
    /// How often those who stay awake have yielded, all together.
    turns: AtomicU32,
    begun: Instant,
    /// When one of them may stay awake to try, in microseconds since `begun`; 0 if all may.
    try_at: AtomicU64,
}

impl Slot {
    pub fn new() -> Self {
        Self { answer: Mutex::new(None), caller: thread::current() }
    }

    pub fn put(&self, answer: Result<Response>) {
        *lock(&self.answer) = Some(answer);
        self.caller.unpark();
    }

    fn take(&self) -> Option<Result<Response>> {
        lock(&self.answer).take()
    }

    /// Sleeps until the answer is there, and takes it.
    pub fn wait(&self, deadline: Instant) -> Option<Result<Response>> {
        loop {
            if let Some(answer) = self.take() {
                return Some(answer);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            thread::park_timeout(left);
        }
    }
}

impl Callers {
    pub fn new() -> Self {
        Self {
            answered: AtomicUsize::new(0),
            unsent: AtomicUsize::new(0),
            turns: AtomicU32::new(0),
            begun: Instant::now(),
            try_at: AtomicU64::new(0),
        }
    }

    fn now(&self) -> u64 {
        micros(self.begun.elapsed())
    }

    fn may_stay_awake(&self) -> bool {
        let try_at = self.try_at.load(Ordering::Relaxed);
        if try_at == 0 {
            return true;
        }
        let now = self.now();
        let next = now + micros(STAY_AWAKE * REST);
        now >= try_at && self.try_at.compare_exchange(try_at, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// To stay awake so long paid, or it did not.
    fn stayed_awake(&self, paid: bool, waited: Duration) {
        let try_at = if paid { 0 } else { self.now() + micros(waited.saturating_mul(REST)) };
        if try_at != self.try_at.load(Ordering::Relaxed) {
            self.try_at.store(try_at, Ordering::Relaxed);
        }
    }
}

fn micros(time: Duration) -> u64 {
    time.as_micros() as u64
}

impl Link {
    /// Makes an action and waits for its response.
    pub fn call(
        &self,
        action: &Action,
        timeout: Duration,
        memorable: bool,
        stalls: Option<Duration>,
    ) -> Result<Response> {
        let slot = Arc::new(Slot::new());
        let deadline = deadline_in(timeout);
        let waiter = Waiter::Caller(Arc::clone(&slot));
        let request = Request { action, waiter, deadline, unwatched: None, memorable, stalls };
        let (serial, outbox) = self.queue(request)?;
        let is_first = outbox.unsent == 1;
        drop(outbox);
        let answer = self.await_answer(&slot, is_first, deadline).or_else(|| match self.abandon(serial) {
            Some(sent) => Some(Err(Error::Timeout { after: timeout, sent })),
            // It came in this moment.
            None => slot.wait(deadline_in(HANDING_OVER)).inspect(|_| self.took_answer(deadline)),
        });
        let answer = answer.unwrap_or(Err(Error::Timeout { after: timeout, sent: true }));
        if let Some(tape) = self.tape().filter(|_| action.name().eq_ignore_ascii_case("Login")) {
            tape.answered_login(action.get("Username").unwrap_or_default(), answer.as_ref().err());
        }
        answer
    }

    /// Has what was just queued sent, and gives the answer to it, or `None` once the deadline has passed.
    fn await_answer(&self, slot: &Slot, is_first: bool, deadline: Instant) -> Option<Result<Response>> {
        let left_to_others = self.callers.answered.load(Ordering::SeqCst) > 0;
        if !left_to_others {
            self.flush(deadline);
        }
        let begun = Instant::now();
        let mut answer = if self.callers.may_stay_awake() { self.stay_awake(slot, begun) } else { None };
        if answer.is_none() && left_to_others && is_first {
            answer = slot.wait(deadline.min(begun + GATHER));
            if answer.is_none() {
                self.flush(deadline);
            }
        }
        let answer = answer.or_else(|| slot.wait(deadline))?;
        self.took_answer(deadline);
        Some(answer)
    }

    /// Yields until the answer is there, for as long as it pays.
    fn stay_awake(&self, slot: &Slot, begun: Instant) -> Option<Result<Response>> {
        let before = self.callers.turns.load(Ordering::Relaxed);
        loop {
            thread::yield_now();
            // The turns of all callers count: from one to the next the core is theirs.
            let turns = self.callers.turns.fetch_add(1, Ordering::Relaxed).wrapping_sub(before) + 1;
            let answer = slot.take();
            let waited = begun.elapsed();
            let is_free = waited < TURN.saturating_mul(turns);
            if answer.is_some() || !is_free || waited > STAY_AWAKE {
                self.callers.stayed_awake(is_free && answer.is_some(), waited);
                return answer;
            }
        }
    }

    /// A caller has its answer. The last of those who were answered together sends what the others have queued since.
    pub(super) fn took_answer(&self, deadline: Instant) {
        let is_last = self.callers.answered.fetch_sub(1, Ordering::SeqCst) == 1;
        if is_last && self.callers.unsent.load(Ordering::SeqCst) > 0 {
            self.flush(deadline);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::link::End;
    use crate::options::Options;

    #[test]
    fn an_action_that_is_left_to_others_goes_out_although_they_never_come() {
        let patience = Duration::from_secs(10);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = thread::spawn(move || {
            let mut tcp = listener.accept().unwrap().0;
            tcp.write_all(b"Asterisk Call Manager/11.0.0\r\n").unwrap();
            tcp.set_read_timeout(Some(patience)).unwrap();
            tcp.read(&mut [0; 1024]).unwrap()
        });
        let link = Link::open(1, &address, &Options::new(), deadline_in(patience), None, |_| ()).unwrap().0;
        link.callers.answered.store(1, Ordering::SeqCst);
        thread::scope(|scope| {
            let call = scope.spawn(|| link.call(&Action::new("Ping"), 2 * patience, false, None));
            assert!(server.join().unwrap() > 0);
            link.end(End::Closed);
            assert!(matches!(call.join().unwrap(), Err(Error::Closed { sent: true })));
        });
    }
}
