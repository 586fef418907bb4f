//! All that dies with one connection: its pending actions, what it still has to send, its socket.
//!
//! To reconnect is to drop a link and make another; there is nothing to reset.
//!
//! # Locking
//!
//! The desk (pending actions and outgoing bytes) is locked for moments and never over a system call; the
//! wire is held over one. The wire comes before the desk, the desk before the session's memory.
//!
//! # Waits
//!
//! - [`Link::open`]: until its deadline, or its [`Control`] is shut.
//! - [`Link::call`] and [`Link::submit`]: until the action's deadline, at the wire a tick of the socket longer;
//!   or the end of the link.
//! - [`Link::ping`]: such a tick.
//! - [`Link::say_goodbye`]: the 300 milliseconds of [`FAREWELL`], and two ticks.
//! - The thread that writes (`wire`): at the wire until the write timeout, or for as long as an action keeps the
//!   server from reading; for the wire, until the deadline of the caller who holds it; for work, a second. The end
//!   of the link ends them all.

mod banner;
mod desk;
pub(crate) mod transport;
mod wire;

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{bounded, Receiver};

use crate::action::Action;
use crate::clock::{self, Timed};
use crate::error::{Error, Loss, Result};
use crate::event::Event;
use crate::options::Options;
use crate::packet::Framer;
use crate::pending::{Abandoned, Answer, Pending, Serial, Waiter};
use crate::response::Response;
use crate::session::Session;
use crate::sync::{self, deadline_in, lock, try_lock};

use desk::Desk;
use transport::{Control, Source};
use wire::{Wire, MOST_QUEUED};

/// So long a thread that waits for a response may stay awake.
const MOMENT: Duration = Duration::from_micros(400);
/// So long an action may wait for others to go out with.
const WHILE: Duration = Duration::from_micros(300);
/// How long the server has to answer a `Logoff`.
const FAREWELL: Duration = Duration::from_millis(300);

/// One connection to one server.
pub(crate) struct Link {
    number: u64,
    banner: String,
    desk: Mutex<Desk>,
    /// Notified when there is room again for actions to be queued, or the link has ended.
    room: Condvar,
    /// Notified when there is work for the thread that writes, or the link has ended.
    work: Condvar,
    wire: Mutex<Wire>,
    /// The bytes that can have reached the server, of all that were ever queued.
    written: AtomicU64,
    /// Whether events may belong to a pending action.
    collecting: AtomicBool,
    /// How many threads wait for a response and are awake, and how many actions have yet to be sent.
    awake: AtomicUsize,
    unsent: AtomicUsize,
    /// Whether the last response was not waited for long.
    quick: AtomicBool,
    /// The `Ping` that nobody waits for.
    pinged: AtomicU64,
    /// Whether the link has ended; whoever learns of that from a failed action finds it so.
    over: AtomicBool,
    control: Control,
    write_timeout: Duration,
    myself: Weak<Link>,
}

/// Why a link is no more.
#[derive(Debug, Clone)]
pub(crate) enum End {
    Lost(Loss),
    Closed,
}

impl End {
    fn error(&self, sent: bool) -> Error {
        match self {
            Self::Lost(cause) => Error::Lost { cause: cause.clone(), sent: Some(sent) },
            Self::Closed => Error::Closed { sent },
        }
    }
}

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
    /// Connects, and reads the banner.
    pub fn open(
        address: &str,
        options: &Options,
        deadline: Instant,
        control: impl FnOnce(Control),
    ) -> Result<(Arc<Self>, Source, Framer)> {
        let mut stream = transport::connect(address, options, deadline, control)?;
        let mut framer = Framer::with_limit(options.packet_limit);
        let banner = banner::read(&mut stream.source, &mut framer, address, options, deadline)?;
        let configured = stream.source.set_timeout(options.keepalive);
        configured.map_err(|error| Error::Connect { address: address.into(), source: Arc::new(error) })?;
        static LINKS: AtomicU64 = AtomicU64::new(0);
        let link = Arc::new_cyclic(|myself| Self {
            number: LINKS.fetch_add(1, Ordering::Relaxed),
            banner,
            desk: Mutex::new(Desk::new(Pending::new(unguessable_prefix()))),
            room: Condvar::new(),
            work: Condvar::new(),
            wire: Mutex::new(Wire::new(stream.sink)),
            written: AtomicU64::new(0),
            collecting: AtomicBool::new(false),
            awake: AtomicUsize::new(0),
            unsent: AtomicUsize::new(0),
            quick: AtomicBool::new(true),
            pinged: AtomicU64::new(0),
            over: AtomicBool::new(false),
            control: stream.control,
            write_timeout: options.write_timeout(),
            myself: Weak::clone(myself),
        });
        Ok((link, stream.source, framer))
    }

    /// The line with which the server greeted.
    pub fn banner(&self) -> &str {
        &self.banner
    }

    /// Whether the link has not ended.
    pub fn stands(&self) -> bool {
        !self.over.load(Ordering::SeqCst)
    }

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
        let (serial, desk) = self.queue(request)?;
        drop(desk);
        self.await_answer(&answer, deadline).unwrap_or_else(|| match self.abandon(serial) {
            Some(sent) => Err(Error::Timeout { after: timeout, sent }),
            // It came in this moment: whoever took it out of the table has sent it, or is about to.
            None => answer.recv().unwrap_or(Err(Error::Timeout { after: timeout, sent: true })),
        })
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
            while came.is_none() && waited < MOMENT {
                if queued && (self.are_half_queued() || waited > WHILE) {
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
        self.quick.store(begun.elapsed() < 2 * MOMENT, Ordering::Relaxed);
        came
    }

    /// Whether the actions of half of those who wait awake have yet to be sent.
    fn are_half_queued(&self) -> bool {
        2 * self.unsent.load(Ordering::Relaxed) >= self.awake.load(Ordering::Relaxed)
    }

    /// Registers an action, then sends it.
    pub fn submit(&self, request: Request<'_>) -> Result<Serial> {
        let deadline = request.deadline;
        let (serial, desk) = self.queue(request)?;
        drop(desk);
        self.flush(deadline);
        Ok(serial)
    }

    /// Registers an action whose answer is fetched later, and returns without waiting for the wire where
    /// others are under way.
    pub fn submit_among_others(&self, request: Request<'_>) -> Result<Serial> {
        let deadline = request.deadline;
        let (serial, desk) = self.queue(request)?;
        if !self.leave_among_others(desk) {
            self.flush(deadline);
        }
        Ok(serial)
    }

    /// Registers an action, and leaves it to be sent.
    fn queue(&self, request: Request<'_>) -> Result<(Serial, MutexGuard<'_, Desk>)> {
        let (deadline, unwatched) = (request.deadline, request.unwatched.is_some());
        log::trace!("sending {:?}", request.action);
        let mut desk = self.desk_with_room(deadline)?;
        let serial = desk.queue(request)?;
        self.note(&desk);
        if unwatched && desk.pending.set_deadline(serial, deadline) {
            drop(desk);
            if let Some(myself) = self.myself.upgrade() {
                let timed: Arc<dyn Timed> = myself;
                clock::schedule(self.number, deadline, &timed);
            }
            desk = lock(&self.desk);
        }
        Ok((serial, desk))
    }

    /// The desk once it has room for more to send.
    fn desk_with_room(&self, deadline: Instant) -> Result<MutexGuard<'_, Desk>> {
        let mut desk = lock(&self.desk);
        let mut begun = None;
        loop {
            if let Some(end) = &desk.ended {
                return Err(end.error(false));
            }
            if desk.outgoing.len() < MOST_QUEUED {
                return Ok(desk);
            }
            let begun: &mut Instant = begun.get_or_insert_with(Instant::now);
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::Timeout { after: begun.elapsed(), sent: false });
            }
            desk = sync::wait(&self.room, desk, left);
        }
    }

    /// Hands responses to whoever waits for them, and adds those to `late` that nobody waits for; `session`
    /// remembers what their actions set.
    pub fn answer(&self, responses: &mut Vec<Response>, session: &Session, late: &mut Vec<Response>) {
        let mut last = Vec::with_capacity(responses.len());
        {
            let mut desk = lock(&self.desk);
            for response in responses.drain(..) {
                match desk.pending.answer(response, |action| session.remember(action)) {
                    Answer::Last(waiter, response) => last.push((waiter, response)),
                    Answer::First => {}
                    Answer::Late(response) => late.push(response),
                }
            }
            self.note(&desk);
        }
        // Who is woken makes the next action at once, and needs the desk for it.
        for (waiter, response) in last {
            waiter.finish(response);
        }
    }

    /// Hands an event to the list that it belongs to, or gives it back for the stream of events.
    pub fn claim(&self, event: Event) -> Option<Event> {
        if !self.collecting.load(Ordering::Relaxed) {
            return Some(event);
        }
        let mut desk = lock(&self.desk);
        let free = desk.pending.claim(event);
        self.note(&desk);
        free
    }

    /// Shows outside of the desk what has changed on it.
    ///
    /// Events that belong to an action come after its response, for which the desk is locked.
    fn note(&self, desk: &Desk) {
        self.collecting.store(desk.pending.collecting(), Ordering::Relaxed);
        self.unsent.store(desk.unsent, Ordering::Relaxed);
    }

    /// Nobody waits for an action any more; whether it went out, or `None` if it was answered already.
    pub fn abandon(&self, serial: Serial) -> Option<bool> {
        let mut desk = lock(&self.desk);
        let mut gaps = Vec::new();
        let (_, sent) = desk.abandon(serial, &mut gaps)?;
        self.close_gaps(&mut desk, gaps);
        Some(sent)
    }

    fn close_gaps(&self, desk: &mut Desk, gaps: Vec<Range<u64>>) {
        let room = !gaps.is_empty();
        desk.close(gaps);
        self.note(desk);
        if room {
            self.room.notify_all();
        }
    }

    /// Whether an action keeps the server from answering, and from reading.
    pub fn may_be_silent(&self) -> bool {
        lock(&self.desk).pending.is_stalling()
    }

    /// Sends a `Ping` whose answer nobody waits for.
    pub fn ping(&self) {
        let action = Action::new("Ping");
        let request = Request {
            action: &action,
            waiter: Waiter::Response(bounded(1).0),
            deadline: Instant::now(),
            unwatched: None,
            memorable: false,
            stalls: None,
        };
        // If the link has ended or is full, the reader will find out.
        if let Ok(serial) = self.submit(request) {
            // Some servers' answers are never known as such: what they do not take away does not pile up.
            self.forget(self.pinged.swap(serial, Ordering::Relaxed));
        }
    }

    /// Has what the TLS session owes the server sent, by another thread: the reader has to read on.
    pub fn send_owed(&self) {
        self.leave_to_writer();
    }

    /// Logs off, briefly.
    pub fn say_goodbye(&self) {
        lock(&self.desk).closing = true;
        let (waiter, answer) = bounded(1);
        let deadline = deadline_in(FAREWELL);
        let request = Request {
            action: &Action::new("Logoff"),
            waiter: Waiter::Response(waiter),
            deadline,
            unwatched: None,
            memorable: false,
            stalls: None,
        };
        // Whoever is at the wire sends it along; one who is stuck there is not waited for.
        if self.submit(request).is_err() {
            return;
        }
        let _ = answer.recv_deadline(deadline);
        if let Some(mut wire) = try_lock(&self.wire) {
            wire.finish();
        }
    }

    /// Ends the link: fails what is pending, then cuts the socket off. Only the first cause counts; it is
    /// returned.
    pub fn end(&self, end: End) -> End {
        let (end, abandoned, written) = {
            let mut desk = lock(&self.desk);
            let end = if desk.closing { End::Closed } else { end };
            let end = desk.ended.get_or_insert(end).clone();
            desk.outgoing = Vec::new();
            desk.unsent = 0;
            self.over.store(true, Ordering::SeqCst);
            let abandoned = desk.pending.abandon_all();
            self.note(&desk);
            (end, abandoned, self.written.load(Ordering::SeqCst))
        };
        for Abandoned { waiter, span, .. } in abandoned {
            waiter.fail(end.error(span.end <= written));
        }
        clock::cancel(self.number);
        self.room.notify_all();
        self.work.notify_all();
        self.control.shut();
        end
    }

    /// An action is over, although nothing that ends its list comes.
    pub fn forget(&self, serial: Serial) {
        let mut desk = lock(&self.desk);
        desk.pending.remove(serial);
        self.note(&desk);
    }
}

impl Timed for Link {
    fn expire(&self, now: Instant) -> Option<Instant> {
        let mut desk = lock(&self.desk);
        let mut gaps = Vec::new();
        while let Some(serial) = desk.pending.pop_overdue(now) {
            if let Some((Abandoned { waiter, unwatched, .. }, sent)) = desk.abandon(serial, &mut gaps) {
                waiter.fail(Error::Timeout { after: unwatched.unwrap_or_default(), sent });
            }
        }
        self.close_gaps(&mut desk, gaps);
        desk.pending.next_deadline()
    }

    fn is_over(&self) -> bool {
        !self.stands()
    }
}

/// The beginning of the link's own ids.
fn unguessable_prefix() -> String {
    let random = unguessable::<12>().unwrap_or_else(|error| {
        log::error!("the system gives no random numbers: {error}");
        "0".repeat(24)
    });
    random + "-"
}

/// So many random bytes in hexadecimal: what no other session can guess, and no other process makes.
pub(crate) fn unguessable<const N: usize>() -> std::result::Result<String, getrandom::Error> {
    let mut random = [0; N];
    getrandom::fill(&mut random)?;
    let mut hex = String::with_capacity(2 * N);
    for byte in random {
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex)
}
