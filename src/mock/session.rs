//! One connection: what is known of its client, and the thread that writes to it.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fmt::{self, Display};
use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::ops::Range;
use std::sync::atomic::{self, AtomicBool};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::answers::{self, Script};
use super::reply::{self, Bytes, Reply};
use super::request::Request;
use super::transport::Transport;
use super::{lock, Replay};

/// So long a client may take to close its side after the server has closed its own.
const FAREWELL: Duration = Duration::from_secs(1);
/// Small pieces are gathered up to this size before they are written.
const BATCH: usize = 16 * 1024;

/// One connection to the mock, as the server sees it; a cheap handle.
///
/// It stays readable when the connection is gone; what is sent then is dropped.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    id: u64,
    peer: SocketAddr,
    /// Weak, so that a handle that is kept does not keep the connection open.
    socket: Weak<TcpStream>,
    outgoing: Sender<Outgoing>,
    script: Arc<Script>,
    status: Mutex<Status>,
}

/// What the server knows of a client.
#[derive(Debug, Default)]
pub(super) struct Status {
    pub(super) user: Option<String>,
    pub(super) logged_in: bool,
    pub(super) event_mask: Option<String>,
    pub(super) filters: Vec<String>,
    pub(super) challenge: Option<String>,
    pub(super) closed: bool,
}

/// A step of the writing thread and when it is due.
pub(super) struct Outgoing {
    due: Instant,
    step: Step,
}

enum Step {
    Send(Bytes, Range<usize>),
    /// Sent only while the session takes events.
    Event(Bytes, Range<usize>),
    /// Whether the session takes events from here on.
    TakesEvents(bool),
    /// Sends what the TLS session owes.
    Flush,
    /// Ends our side; the client may go on sending.
    HalfClose,
    /// Ends our side, and the connection once the client has ended its own.
    Close,
    /// Ends the connection.
    End,
}

impl Session {
    pub(super) fn new(
        id: u64,
        peer: SocketAddr,
        socket: &Arc<TcpStream>,
        script: Arc<Script>,
    ) -> (Self, Receiver<Outgoing>) {
        let (outgoing, steps) = crossbeam_channel::unbounded();
        let status = Mutex::default();
        let inner = Inner { id, peer, socket: Arc::downgrade(socket), outgoing, script, status };
        (Self { inner: Arc::new(inner) }, steps)
    }

    /// The connection's number: the first connection to a mock is 1.
    pub fn id(&self) -> u64 {
        self.inner.id
    }

    /// The client's address.
    pub fn peer(&self) -> SocketAddr {
        self.inner.peer
    }

    /// Whether the connection is still there.
    pub fn is_open(&self) -> bool {
        self.status(|status| !status.closed)
    }

    /// Whether the client has logged in.
    pub fn is_logged_in(&self) -> bool {
        self.status(|status| status.logged_in)
    }

    /// The user that has logged in; `None` before.
    pub fn user(&self) -> Option<String> {
        self.status(|status| status.user.clone())
    }

    /// The event mask that the client has set, on `Login` or with `Events`; `None` if it has not.
    pub fn event_mask(&self) -> Option<String> {
        self.status(|status| status.event_mask.clone())
    }

    /// The filters that the client has added, in order.
    pub fn filters(&self) -> Vec<String> {
        self.status(|status| status.filters.clone())
    }

    /// Sends an event to this session, as [`Mock::event`](super::Mock::event) does to all.
    pub fn event<K: Display, V: Display>(&self, name: impl Display, headers: impl IntoIterator<Item = (K, V)>) {
        self.send_event(reply::event(name, headers));
    }

    /// Sends bytes to this session, as [`Mock::push`](super::Mock::push) does to all.
    pub fn push(&self, bytes: impl AsRef<[u8]> + Send + Sync + 'static) {
        self.send(Arc::new(bytes));
    }

    /// Sends the events of a capture to this session, as [`Mock::replay`](super::Mock::replay) does to all.
    pub fn replay(&self, replay: impl Into<Replay>) {
        self.send_replay(&replay.into(), Instant::now());
    }

    /// Closes the sending side once everything before is sent; the client's actions are still read.
    pub fn half_close(&self) {
        self.enqueue(Instant::now(), Step::HalfClose);
    }

    /// Drops the connection without a farewell, once everything before is sent.
    pub fn hang_up(&self) {
        self.enqueue(Instant::now(), Step::End);
    }

    /// Drops the connection at once, whatever was still to be sent.
    pub(super) fn abort(&self) {
        if let Some(socket) = self.inner.socket.upgrade() {
            let _ = socket.shutdown(Shutdown::Both);
        }
        self.hang_up();
    }

    pub(super) fn status<T>(&self, with: impl FnOnce(&mut Status) -> T) -> T {
        with(&mut lock(&self.inner.status))
    }

    pub(super) fn script(&self) -> &Script {
        &self.inner.script
    }

    pub(super) fn send(&self, bytes: Bytes) {
        let all = 0..(*bytes).as_ref().len();
        self.enqueue(Instant::now(), Step::Send(bytes, all));
    }

    pub(super) fn send_event(&self, bytes: Bytes) {
        let all = 0..(*bytes).as_ref().len();
        self.enqueue(Instant::now(), Step::Event(bytes, all));
    }

    pub(super) fn send_replay(&self, replay: &Replay, from: Instant) {
        for (after, bytes, range) in replay.pieces() {
            self.enqueue(from + after, Step::Event(bytes, range));
        }
    }

    pub(super) fn flush(&self) {
        self.enqueue(Instant::now(), Step::Flush);
    }

    /// The client has ended its side: what is due is sent, and the connection ends.
    pub(super) fn client_is_gone(&self) {
        self.enqueue(Instant::now(), Step::Close);
        self.enqueue(Instant::now(), Step::End);
    }

    pub(super) fn greet(&self, banner: Reply) {
        self.send_reply(banner, None);
    }

    /// Sends a reply, and lets an action that succeeds take effect.
    pub(super) fn answer(&self, request: &Request, reply: Reply) {
        let reply = answers::resolve(request, reply);
        let succeeds = reply.succeeds();
        let done = self.send_reply(reply, request.action_id());
        if !succeeds {
            return;
        }
        match request.name().to_ascii_lowercase().as_str() {
            "login" => {
                if self.is_logged_in() {
                    return;
                }
                let mask = request.get("Events");
                self.status(|status| {
                    status.logged_in = true;
                    status.user = request.get("Username").map(str::to_owned);
                    status.event_mask = mask.map(str::to_owned);
                });
                self.enqueue(done, Step::TakesEvents(mask.map_or(true, answers::is_on)));
                if let Some(replay) = &self.inner.script.replay {
                    self.send_replay(replay, done);
                }
            }
            "events" => {
                let mask = request.get("EventMask").unwrap_or_default();
                self.status(|status| status.event_mask = Some(mask.to_owned()));
                self.enqueue(done, Step::TakesEvents(answers::is_on(mask)));
            }
            "filter" => {
                let filters = request.get_all("Filter").map(str::to_owned);
                self.status(|status| status.filters.extend(filters));
            }
            _ => {}
        }
    }

    /// Returns when the last of the reply is due.
    fn send_reply(&self, reply: Reply, action_id: Option<&str>) -> Instant {
        let now = Instant::now();
        let (mut last, mut dripped) = (now, Duration::ZERO);
        for part in reply.parts {
            let mut due = now + part.after.saturating_add(dripped);
            match (part.what.encode(action_id), part.drip) {
                (None, _) => self.enqueue(due, Step::Close),
                (Some(bytes), None) => {
                    let all = 0..(*bytes).as_ref().len();
                    self.enqueue(due, Step::Send(bytes, all));
                }
                (Some(bytes), Some(interval)) => {
                    for at in 0..(*bytes).as_ref().len() {
                        self.enqueue(due, Step::Send(Arc::clone(&bytes), at..at + 1));
                        due += interval;
                        dripped += interval;
                    }
                }
            }
            last = last.max(due);
        }
        last
    }

    /// Fails only when the writing thread has ended, and the connection with it.
    fn enqueue(&self, due: Instant, step: Step) {
        let _ = self.inner.outgoing.send(Outgoing { due, step });
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut session = f.debug_struct("Session");
        session.field("id", &self.id()).field("peer", &self.peer());
        self.status(|status| session.field("status", status).finish())
    }
}

/// The writing thread of a connection: sends each step when it is due, in the order of time.
pub(super) struct Writer {
    pub(super) transport: Arc<Transport>,
    pub(super) socket: Arc<TcpStream>,
    pub(super) steps: Receiver<Outgoing>,
    pub(super) silent: Arc<AtomicBool>,
}

impl Writer {
    pub(super) fn run(self) {
        if let Err(error) = self.write_steps() {
            log::debug!("mock: a client took in nothing more: {error}");
        }
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    fn write_steps(&self) -> io::Result<()> {
        let mut waiting = Schedule::default();
        let mut batch = Vec::new();
        let mut takes_events = false;
        let mut half_closed = false;
        loop {
            self.steps.try_iter().for_each(|step| waiting.add(step));
            let Some(step) = waiting.next_due(Instant::now()) else {
                self.flush(&mut batch)?;
                match waiting.wait(&self.steps) {
                    Ok(step) => waiting.add(step),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                }
                continue;
            };
            match step {
                Step::Send(..) | Step::Event(..) if half_closed || self.silent.load(atomic::Ordering::Relaxed) => {}
                Step::Event(..) if !takes_events => {}
                Step::Send(bytes, range) | Step::Event(bytes, range) => {
                    let bytes = &(*bytes).as_ref()[range];
                    if batch.len() + bytes.len() > BATCH {
                        self.flush(&mut batch)?;
                    }
                    if bytes.len() < BATCH {
                        batch.extend_from_slice(bytes);
                    } else {
                        self.transport.write_all(bytes)?;
                    }
                }
                Step::TakesEvents(on) => takes_events = on,
                Step::Flush => self.transport.write_all(&[])?,
                Step::HalfClose => {
                    self.flush(&mut batch)?;
                    self.transport.finish();
                    half_closed = true;
                }
                Step::Close => {
                    self.flush(&mut batch)?;
                    self.transport.finish();
                    self.await_end(waiting, Instant::now() + FAREWELL);
                    return Ok(());
                }
                Step::End => return self.flush(&mut batch),
            }
        }
    }

    fn flush(&self, batch: &mut Vec<u8>) -> io::Result<()> {
        if !batch.is_empty() {
            self.transport.write_all(batch)?;
            batch.clear();
        }
        Ok(())
    }

    /// Closing a socket with unread bytes in it can cost the client what was sent last.
    fn await_end(&self, waiting: Schedule, deadline: Instant) {
        let is_end = |outgoing: &Outgoing| matches!(outgoing.step, Step::End);
        let mut ended = waiting.heap.iter().any(|scheduled| is_end(&scheduled.outgoing));
        while !ended {
            let Ok(outgoing) = self.steps.recv_deadline(deadline) else { return };
            ended = is_end(&outgoing);
        }
    }
}

/// The steps that are not due yet.
#[derive(Default)]
struct Schedule {
    heap: BinaryHeap<Scheduled>,
    /// Steps that are due at the same time keep their order.
    added: u64,
}

struct Scheduled {
    outgoing: Outgoing,
    number: u64,
}

impl Schedule {
    fn add(&mut self, outgoing: Outgoing) {
        self.added += 1;
        self.heap.push(Scheduled { outgoing, number: self.added });
    }

    fn next_due(&mut self, now: Instant) -> Option<Step> {
        self.heap.peek().filter(|first| first.outgoing.due <= now)?;
        self.heap.pop().map(|first| first.outgoing.step)
    }

    /// Waits for another step until the first of these is due.
    fn wait(&self, steps: &Receiver<Outgoing>) -> Result<Outgoing, RecvTimeoutError> {
        match self.heap.peek() {
            Some(first) => steps.recv_deadline(first.outgoing.due),
            None => steps.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }
}

impl Ord for Scheduled {
    /// The heap's greatest is the one that is due first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.outgoing.due, other.number).cmp(&(self.outgoing.due, self.number))
    }
}

impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Scheduled {}
