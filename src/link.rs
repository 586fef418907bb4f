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
//! - [`Link::call`] and [`Link::submit`]: until the action's deadline, plus the write timeout where this
//!   thread is the one that writes, or the deadline of an action that keeps the server from reading; or the
//!   end of the link.
//! - [`Link::say_goodbye`]: the 300 milliseconds of [`FAREWELL`].

use std::fmt::Write as _;
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
use crate::pending::{Claim, Entry, Id, Pending, Waiter};
use crate::response::Response;
use crate::session::Session;
use crate::stream::{self, is_timeout, Control, Sink, Source};
use crate::sync::{deadline_in, lock, try_lock};

/// So many bytes wait to be sent before those who add to them have to wait.
const MOST_QUEUED: usize = 1024 * 1024;
/// So many batches a thread sends that others left, before it lets one of them take over.
const MOST_BATCHES: u32 = 16;
/// A banner is one short line.
const LONGEST_BANNER: usize = 1024;
/// So many actions under way are sent each by its own caller.
const FEW: usize = 4;
/// How long the thread that writes for others stays without work.
const WRITER_STAYS: Duration = Duration::from_secs(1);
/// How long it leaves between two system calls.
const PAUSE: Duration = Duration::from_micros(20);
const STACK: usize = 256 * 1024;
/// So long a thread that waits for a response may stay awake.
const MOMENT: Duration = Duration::from_micros(100);
/// How long the server has to answer a `Logoff`.
const FAREWELL: Duration = Duration::from_millis(300);

/// One connection to one server.
pub(crate) struct Link {
    number: u64,
    banner: String,
    desk: Mutex<Desk>,
    /// Notified when outgoing bytes have gone out or the link has ended.
    room: Condvar,
    /// Notified when there is work for the thread that writes, or the link has ended.
    work: Condvar,
    wire: Arc<Mutex<Sink>>,
    /// The bytes that can have reached the server, of all that were ever queued.
    written: AtomicU64,
    /// Whether the thread at the wire wants to be relieved, and how many have come to do so.
    tired: AtomicBool,
    successors: AtomicUsize,
    /// Whether events may belong to a pending action.
    collecting: AtomicBool,
    /// How many threads wait for a response, and whether the last of them did not wait long.
    waiting: AtomicUsize,
    quick: AtomicBool,
    /// Whether the link has ended; whoever learns of that from a failed action finds it so.
    over: AtomicBool,
    control: Control,
    write_timeout: Duration,
    myself: Weak<Link>,
}

struct Desk {
    pending: Pending,
    outgoing: Vec<u8>,
    queued: u64,
    writer: Writer,
    /// Whoever is failed from now on learns that the client is closed, not how the server takes leave.
    closing: bool,
    ended: Option<End>,
}

/// The thread that writes for callers who do not wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writer {
    Absent,
    Asleep,
    /// It looks for more before it sleeps.
    Busy,
}

impl Desk {
    /// Nobody waits for an action any more: gives its waiter and whether the action went out, or `None`
    /// if it was answered already.
    ///
    /// One that still waits to be sent is withdrawn: who is told that it was not sent may make it again.
    fn abandon(&mut self, id: &Id) -> Option<(Waiter, bool)> {
        let (waiter, span) = self.pending.abandon(id)?;
        let gone = self.queued - self.outgoing.len() as u64;
        if self.ended.is_some() || span.start < gone {
            return Some((waiter, true));
        }
        self.outgoing.drain((span.start - gone) as usize..(span.end - gone) as usize);
        self.queued -= span.end - span.start;
        self.pending.withdraw(id, span);
        Some((waiter, false))
    }
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
    /// By when it is answered; also for queueing it.
    pub deadline: Instant,
    /// The time that this leaves it, if the link itself is to fail it then: nobody else looks at the clock.
    pub unwatched: Option<Duration>,
    /// Whether its success is remembered for the next link.
    pub memorable: bool,
    /// Whether the server may be silent because of it.
    pub stalls: bool,
}

impl Link {
    /// Connects, and reads the banner.
    pub fn open(
        address: &str,
        options: &Options,
        deadline: Instant,
        control: impl FnOnce(Control),
    ) -> Result<(Arc<Self>, Source, Framer)> {
        let mut stream = stream::connect(address, options, deadline, control)?;
        let mut framer = Framer::with_limit(options.packet_limit);
        let banner = read_banner(&mut stream.source, &mut framer, address, options, deadline)?;
        let configured = stream.source.set_timeout(options.keepalive);
        configured.map_err(|error| Error::Connect { address: address.into(), source: Arc::new(error) })?;
        static LINKS: AtomicU64 = AtomicU64::new(0);
        let link = Arc::new_cyclic(|myself| Self {
            number: LINKS.fetch_add(1, Ordering::Relaxed),
            banner,
            desk: Mutex::new(Desk {
                pending: Pending::new(unguessable_prefix()),
                outgoing: Vec::new(),
                queued: 0,
                writer: Writer::Absent,
                closing: false,
                ended: None,
            }),
            room: Condvar::new(),
            work: Condvar::new(),
            wire: stream.wire,
            written: AtomicU64::new(0),
            tired: AtomicBool::new(false),
            successors: AtomicUsize::new(0),
            collecting: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            quick: AtomicBool::new(true),
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
    pub fn call(&self, action: &Action, timeout: Duration, memorable: bool, stalls: bool) -> Result<Response> {
        let (waiter, answer) = bounded(1);
        let deadline = deadline_in(timeout);
        let waiter = Waiter::Response(waiter);
        let request = Request { action, waiter, deadline, unwatched: None, memorable, stalls };
        let id = self.submit(request)?;
        self.await_answer(&answer, deadline).unwrap_or_else(|| match self.abandon(&id) {
            Some(sent) => Err(Error::Timeout { after: timeout, sent }),
            // It came in this moment.
            None => answer.recv().unwrap_or(Err(Error::Timeout { after: timeout, sent: true })),
        })
    }

    /// The answer, or `None` once the deadline has passed.
    ///
    /// Waking a thread that sleeps takes about as long as a server close by takes to answer. So one that
    /// waits alone stays awake for a moment, if the answer before came within one.
    fn await_answer(&self, answer: &Receiver<Result<Response>>, deadline: Instant) -> Option<Result<Response>> {
        let begun = Instant::now();
        let alone = self.waiting.fetch_add(1, Ordering::SeqCst) == 0;
        let mut came = None;
        if alone && self.quick.load(Ordering::Relaxed) {
            while came.is_none() && begun.elapsed() < MOMENT && self.waiting.load(Ordering::Relaxed) == 1 {
                thread::yield_now();
                came = answer.try_recv().ok();
            }
        }
        let came = came.or_else(|| answer.recv_deadline(deadline).ok());
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        self.quick.store(alone && begun.elapsed() < 2 * MOMENT, Ordering::Relaxed);
        came
    }

    /// Registers an action, then sends it.
    pub fn submit(&self, request: Request<'_>) -> Result<Id> {
        let id = self.queue(request)?;
        if self.waiting.load(Ordering::Relaxed) > 0 {
            // Others who are about to send do so first, and one system call is enough for all.
            thread::yield_now();
        }
        self.flush();
        Ok(id)
    }

    /// Registers an action, and leaves it to be sent.
    fn queue(&self, request: Request<'_>) -> Result<Id> {
        let Request { action, waiter, deadline, unwatched, memorable, stalls } = request;
        let begun = Instant::now();
        let mut desk = self.desk_with_room(deadline, begun)?;
        let (id, text) = desk.pending.id_for(action)?;
        let before = desk.outgoing.len();
        action.encode(&text, &mut desk.outgoing)?;
        log::trace!("sending {text}: {action:?}");
        let start = desk.queued;
        desk.queued += (desk.outgoing.len() - before) as u64;
        let memorable = (memorable && Session::is_memorable(action)).then(|| action.clone());
        let span = start..desk.queued;
        let entry = Entry { waiter, memorable, span, stalls_until: stalls.then_some(deadline) };
        desk.pending.insert(id.clone(), entry);
        self.collecting.store(desk.pending.collecting(), Ordering::SeqCst);
        let alarm = unwatched.is_some_and(|after| desk.pending.set_deadline(id.clone(), deadline, after));
        drop(desk);
        if let Some(myself) = self.myself.upgrade().filter(|_| alarm) {
            let timed: Arc<dyn Timed> = myself;
            clock::schedule(self.number, deadline, &timed);
        }
        Ok(id)
    }

    /// Registers an action whose answer is fetched later, and returns without waiting for the wire where
    /// others are under way: they go out together, on a thread that is there for as long as that goes on.
    pub fn submit_among_others(self: &Arc<Self>, request: Request<'_>) -> Result<Id> {
        let id = self.queue(request)?;
        let mut desk = lock(&self.desk);
        match desk.writer {
            Writer::Busy => return Ok(id),
            Writer::Asleep => {
                desk.writer = Writer::Busy;
                self.work.notify_one();
                return Ok(id);
            }
            Writer::Absent if desk.pending.len() < FEW => {}
            Writer::Absent => {
                let link = Arc::clone(self);
                let writer = thread::Builder::new().name("gami-writer".into()).stack_size(STACK);
                if writer.spawn(move || link.write_for_others()).is_ok() {
                    desk.writer = Writer::Busy;
                    return Ok(id);
                }
            }
        }
        drop(desk);
        self.flush();
        Ok(id)
    }

    /// What the thread that writes does, until there has been nothing to do for a while.
    fn write_for_others(&self) {
        loop {
            self.send_batches(&mut lock(&self.wire));
            // More come together meanwhile, and go out in one system call.
            thread::sleep(PAUSE);
            let mut desk = lock(&self.desk);
            if desk.outgoing.is_empty() && desk.ended.is_none() {
                desk.writer = Writer::Asleep;
                desk = match self.work.wait_timeout(desk, WRITER_STAYS) {
                    Ok((desk, _)) => desk,
                    Err(poisoned) => poisoned.into_inner().0,
                };
            }
            if desk.writer == Writer::Asleep || desk.ended.is_some() {
                desk.writer = Writer::Absent;
                return;
            }
        }
    }

    /// The desk once it has room for more to send.
    fn desk_with_room(&self, deadline: Instant, begun: Instant) -> Result<MutexGuard<'_, Desk>> {
        let mut desk = lock(&self.desk);
        loop {
            if let Some(end) = &desk.ended {
                return Err(end.error(false));
            }
            if desk.outgoing.len() < MOST_QUEUED {
                return Ok(desk);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::Timeout { after: begun.elapsed(), sent: false });
            }
            desk = match self.room.wait_timeout(desk, left) {
                Ok((desk, _)) => desk,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    /// Sends what is queued, unless another thread is at it, which then sends this along.
    ///
    /// Writers that meet share one system call. A thread that has sent much for others lets the next one
    /// that comes take over, so that nobody is kept at it for ever.
    fn flush(&self) {
        loop {
            let mut wire = match try_lock(&self.wire) {
                Some(wire) => wire,
                None if self.tired.load(Ordering::SeqCst) => self.relieve(),
                None => return,
            };
            let sent = self.send_batches(&mut wire);
            drop(wire);
            let relieved = self.successors.load(Ordering::SeqCst) > 0;
            if !sent || relieved || lock(&self.desk).outgoing.is_empty() {
                return;
            }
        }
    }

    fn relieve(&self) -> MutexGuard<'_, Sink> {
        self.successors.fetch_add(1, Ordering::SeqCst);
        let wire = lock(&self.wire);
        self.successors.fetch_sub(1, Ordering::SeqCst);
        self.tired.store(false, Ordering::SeqCst);
        wire
    }

    /// Whether the link still stands.
    fn send_batches(&self, wire: &mut Sink) -> bool {
        for batches in 0.. {
            if batches >= MOST_BATCHES {
                self.tired.store(true, Ordering::SeqCst);
                if self.successors.load(Ordering::SeqCst) > 0 {
                    return true;
                }
            }
            let (batch, end) = {
                let mut desk = lock(&self.desk);
                // Together, so that nobody is told that what is about to go out was not sent.
                self.written.store(desk.queued, Ordering::SeqCst);
                (std::mem::take(&mut desk.outgoing), desk.queued)
            };
            if batch.is_empty() {
                break;
            }
            let sent = wire.send(&batch, || self.may_be_silent());
            if batch.len() >= MOST_QUEUED {
                self.room.notify_all();
            }
            if let Err(unsent) = sent {
                self.written.store(end - (batch.len() - unsent.accepted) as u64, Ordering::SeqCst);
                self.end(End::Lost(match is_timeout(&unsent.error) {
                    true => Loss::Stalled(self.write_timeout),
                    false => Loss::Io(Arc::new(unsent.error)),
                }));
                return false;
            }
        }
        self.tired.store(false, Ordering::SeqCst);
        true
    }

    /// Hands a response to whoever waits for it, or back if nobody does; `session` remembers its action.
    pub fn answer(&self, response: Response, session: &Session) -> std::result::Result<(), Response> {
        let mut desk = lock(&self.desk);
        let answered = desk.pending.answer(response, |action| session.remember(action));
        self.collecting.store(desk.pending.collecting(), Ordering::SeqCst);
        answered
    }

    /// Gives an event to the list that it belongs to.
    pub fn claim(&self, event: &Event) -> Claim {
        if !self.collecting.load(Ordering::SeqCst) {
            return Claim::Free;
        }
        let mut desk = lock(&self.desk);
        let claim = desk.pending.claim(event);
        self.collecting.store(desk.pending.collecting(), Ordering::SeqCst);
        claim
    }

    /// Nobody waits for an action any more; whether it went out, or `None` if it was answered already.
    pub fn abandon(&self, id: &Id) -> Option<bool> {
        let mut desk = lock(&self.desk);
        let (_, sent) = desk.abandon(id)?;
        self.collecting.store(desk.pending.collecting(), Ordering::SeqCst);
        if !sent {
            self.room.notify_all();
        }
        Some(sent)
    }

    /// Whether an action keeps the server from answering, and from reading, until its own deadline.
    pub fn may_be_silent(&self) -> bool {
        lock(&self.desk).pending.stalled_until().is_some_and(|until| Instant::now() < until)
    }

    /// Sends a `Ping` whose answer nobody waits for.
    pub fn ping(&self) {
        let waiter = Waiter::Response(bounded(1).0);
        let deadline = Instant::now();
        let action = Action::new("Ping");
        let request = Request { action: &action, waiter, deadline, unwatched: None, memorable: false, stalls: false };
        // If the link has ended or is full, the reader will find out.
        let _ = self.submit(request);
    }

    /// Logs off, briefly.
    pub fn say_goodbye(&self) {
        lock(&self.desk).closing = true;
        self.control.hurry(FAREWELL);
        let (waiter, answer) = bounded(1);
        let request = Request {
            action: &Action::new("Logoff"),
            waiter: Waiter::Response(waiter),
            deadline: deadline_in(FAREWELL),
            unwatched: None,
            memorable: false,
            stalls: false,
        };
        let deadline = request.deadline;
        if self.queue(request).is_err() {
            return;
        }
        // Whoever is at the wire sends it along; one who is stuck there is not waited for.
        if let Some(mut wire) = try_lock(&self.wire) {
            self.send_batches(&mut wire);
        }
        let _ = answer.recv_deadline(deadline);
        if let Some(mut wire) = try_lock(&self.wire) {
            wire.finish();
        }
    }

    /// Ends the link: fails what is pending, then cuts the socket off. Only the first cause counts; it is
    /// returned.
    pub fn end(&self, end: End) -> End {
        let (end, waiters, written) = {
            let mut desk = lock(&self.desk);
            let end = if desk.closing { End::Closed } else { end };
            let end = desk.ended.get_or_insert(end).clone();
            desk.outgoing = Vec::new();
            self.over.store(true, Ordering::SeqCst);
            let waiters = desk.pending.abandon_all();
            self.collecting.store(desk.pending.collecting(), Ordering::SeqCst);
            (end, waiters, self.written.load(Ordering::SeqCst))
        };
        for (waiter, span) in waiters {
            waiter.fail(end.error(span.end <= written));
        }
        clock::cancel(self.number);
        self.room.notify_all();
        self.work.notify_all();
        self.control.shut();
        end
    }

    /// An action is over, although nothing that ends its list comes.
    pub fn forget(&self, id: &Id) {
        let mut desk = lock(&self.desk);
        desk.pending.remove(id);
        self.collecting.store(desk.pending.collecting(), Ordering::SeqCst);
    }
}

impl Timed for Link {
    fn expire(&self, now: Instant) -> Option<Instant> {
        let mut desk = lock(&self.desk);
        while let Some((id, after)) = desk.pending.pop_overdue(now) {
            if let Some((waiter, sent)) = desk.abandon(&id) {
                waiter.fail(Error::Timeout { after, sent });
                if !sent {
                    self.room.notify_all();
                }
            }
        }
        self.collecting.store(desk.pending.collecting(), Ordering::SeqCst);
        desk.pending.next_deadline()
    }

    fn is_over(&self) -> bool {
        !self.stands()
    }
}

/// What no other session can guess, and no other process makes.
fn unguessable_prefix() -> String {
    let mut random = [0; 12];
    if let Err(error) = getrandom::fill(&mut random) {
        log::error!("the system gives no random numbers: {error}");
    }
    let mut prefix = String::with_capacity(2 * random.len() + 1);
    for byte in random {
        let _ = write!(prefix, "{byte:02x}");
    }
    prefix.push('-');
    prefix
}

/// Reads the server's first line; what comes after it stays in the framer.
fn read_banner(
    source: &mut Source,
    framer: &mut Framer,
    address: &str,
    options: &Options,
    deadline: Instant,
) -> Result<String> {
    let failed = |reason: String| Error::Banner { address: address.into(), reason: reason.into() };
    let mut line = Vec::new();
    let mut piece = [0; 512];
    let end = loop {
        if let Some(end) = memchr::memchr(b'\n', &line) {
            break end;
        }
        if line.len() > LONGEST_BANNER {
            return Err(failed(format!("its first line is not a banner: {:?}", excerpt(&line))));
        }
        match source.read_by(&mut piece, deadline) {
            Ok(0) if line.is_empty() => {
                return Err(failed(
                    "it closed the connection before its banner, as a server over its authlimit does".into(),
                ))
            }
            Ok(0) => return Err(failed(format!("it closed the connection within its banner: {:?}", excerpt(&line)))),
            Ok(read) => line.extend_from_slice(&piece[..read]),
            Err(error) if is_timeout(&error) => {
                let came =
                    if line.is_empty() { "nothing came".into() } else { format!("only {:?} came", excerpt(&line)) };
                return Err(failed(format!("no banner within {:?}: {came}", options.connect_timeout)));
            }
            Err(error) => return Err(failed(format!("reading its banner failed: {error}"))),
        }
    };
    let banner = String::from_utf8_lossy(line[..end].trim_ascii()).into_owned();
    // Forks and proxies have names of their own; versions tell nothing.
    if !["Call Manager", "Manager Proxy"].iter().any(|name| banner.contains(name)) {
        return Err(failed(format!("its first line is not a banner: {:?}", excerpt(banner.as_bytes()))));
    }
    framer.push(&line[end + 1..]);
    Ok(banner)
}

fn excerpt(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned()
}
