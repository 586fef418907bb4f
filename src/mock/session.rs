//! One connection: what is known of its client, and what is sent to it.

use std::fmt::{self, Display};
use std::net::{Shutdown, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use super::answers::Script;
use super::classes::Classes;
use super::filter::{Filter, Selection};
use super::player::{self, Play, Player};
use super::reply::{self, Bytes, Reply, What};
use super::request::Request;
use super::server::Server;
use super::version::Version;
use super::writer::{Outgoing, Step};
use super::{lock, Replay};
use crate::net::TcpStream;

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
    server: Weak<Server>,
    outgoing: Sender<Outgoing>,
    script: Arc<Script>,
    /// The Asterisk that this client was greeted by.
    version: Version,
    status: Mutex<Status>,
    /// An answer ends the connection: see [`TlsReading::UpTo14`](super::TlsReading::UpTo14).
    barred: Arc<AtomicBool>,
    /// Plays a recording to the client once it has logged in.
    player: Mutex<Option<Player>>,
    /// How many bytes are left to be played before the connection is cut.
    left: Mutex<Option<usize>>,
}

/// What the server knows of a client.
#[derive(Debug)]
pub(super) struct Status {
    pub(super) user: Option<String>,
    pub(super) logged_in: bool,
    pub(super) event_mask: Option<String>,
    pub(super) filters: Vec<String>,
    pub(super) challenge: Option<String>,
    pub(super) closed: bool,
    /// The classes of whose actions the user needs one.
    pub(super) writable: Classes,
    selection: Selection,
}

impl Session {
    pub(super) fn new(
        server: &Arc<Server>,
        script: &Arc<Script>,
        id: u64,
        (socket, peer): (&Arc<TcpStream>, SocketAddr),
        version: Version,
    ) -> (Self, Receiver<Outgoing>) {
        let (outgoing, steps) = crossbeam_channel::unbounded();
        let status = Status {
            user: None,
            logged_in: false,
            event_mask: None,
            filters: Vec::new(),
            challenge: None,
            closed: false,
            writable: Classes::ALL,
            selection: Selection { readable: Classes::ALL, mask: Classes::ALL, filters: Vec::new() },
        };
        let inner = Inner {
            id,
            peer,
            socket: Arc::downgrade(socket),
            server: Arc::downgrade(server),
            outgoing,
            script: Arc::clone(script),
            version,
            status: Mutex::new(status),
            barred: Arc::default(),
            player: Mutex::default(),
            left: Mutex::new(script.replay.as_ref().and_then(Replay::cut)),
        };
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
        self.send_event(reply::event(name, headers), Instant::now());
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

    pub(super) fn version(&self) -> Version {
        self.inner.version
    }

    pub(super) fn server(&self) -> Option<Arc<Server>> {
        self.inner.server.upgrade()
    }

    /// Set while an answer or an event would end the connection.
    pub(super) fn barred(&self) -> &Arc<AtomicBool> {
        &self.inner.barred
    }

    /// Holds the session's events back while the thread that serves it is busy.
    pub(super) fn set_busy(&self, busy: bool) {
        self.enqueue(Instant::now(), Step::Busy(busy));
    }

    pub(super) fn send(&self, bytes: Bytes) {
        let all = 0..(*bytes).as_ref().len();
        self.enqueue(Instant::now(), Step::Send(bytes, all));
    }

    pub(super) fn send_event(&self, bytes: Bytes, due: Instant) {
        let all = 0..(*bytes).as_ref().len();
        self.enqueue(due, Step::Event(bytes, all));
    }

    pub(super) fn send_replay(&self, replay: &Replay, from: Instant) {
        for (after, bytes, range) in replay.pieces() {
            self.enqueue_played(from + after, bytes, range, true);
        }
    }

    /// Whether a recording that is played to the client has an answer, which is then sent in its place.
    pub(super) fn is_answered_by_recording(&self, request: &Request) -> bool {
        const ITS_OWN: &[&str] = player::ANSWERED_BY_MOCK;
        let name = request.name().to_ascii_lowercase();
        !ITS_OWN.contains(&name.as_str())
            && self.play(|player, plays| player.ask(request.packet(), plays)) == Some(true)
    }

    /// The client has not made the action that was made next in the recording.
    fn stop_waiting(&self, step: usize) {
        self.play(|player, plays| player.expire(step, plays));
    }

    fn play<T>(&self, with: impl FnOnce(&mut Player, &mut Vec<Play>) -> T) -> Option<T> {
        let mut plays = Vec::new();
        let mut player = lock(&self.inner.player);
        let result = with(player.as_mut()?, &mut plays);
        // In order, for which the player is locked.
        for play in plays {
            match play {
                Play::Send(due, bytes) => self.enqueue_played(due, Arc::new(bytes), 0..usize::MAX, false),
                Play::Event(due, bytes) => self.enqueue_played(due, Arc::new(bytes), 0..usize::MAX, true),
                Play::HangUp(due) => self.enqueue(due, Step::End),
                Play::Wait(due, step) => {
                    let session = Arc::downgrade(&self.inner);
                    self.enqueue(
                        due,
                        Step::Call(Box::new(move || {
                            if let Some(inner) = session.upgrade() {
                                Session { inner }.stop_waiting(step);
                            }
                        })),
                    );
                }
            }
        }
        Some(result)
    }

    /// Sends what is played, up to where the connection is to be cut.
    fn enqueue_played(&self, due: Instant, bytes: Bytes, range: std::ops::Range<usize>, is_event: bool) {
        let mut left = lock(&self.inner.left);
        let end = range.end.min((*bytes).as_ref().len());
        let length = end - range.start;
        let sent = left.map_or(length, |left| left.min(length));
        let range = range.start..range.start + sent;
        self.enqueue(due, if is_event { Step::Event(bytes, range) } else { Step::Send(bytes, range) });
        if let Some(left) = left.as_mut() {
            *left -= sent;
            if *left == 0 {
                self.enqueue(due, Step::End);
            }
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

    /// Sends a reply, and lets an action that succeeds take effect; returns the events for everybody, and when each
    /// is due. A server that is up says so after a login.
    pub(super) fn answer(&self, request: &Request, reply: Reply, up: Option<Bytes>) -> Vec<(Instant, Bytes)> {
        if self.inner.barred.load(Ordering::SeqCst) {
            self.hang_up();
            return Vec::new();
        }
        let succeeds = reply.succeeds();
        let (done, broadcasts) = self.send_reply(reply, request.action_id());
        if !succeeds {
            return broadcasts;
        }
        match request.name().to_ascii_lowercase().as_str() {
            "login" if !self.is_logged_in() => {
                let mask = request.get("Events").filter(|mask| !mask.is_empty());
                let user = self.inner.script.user(request);
                let reads_system = self.status(|status| {
                    status.logged_in = true;
                    status.user = request.get("Username").map(str::to_owned);
                    status.event_mask = mask.map(str::to_owned);
                    status.writable = user.map_or(Classes::ALL, |user| user.write);
                    status.selection.readable = user.map_or(Classes::ALL, |user| user.read);
                    status.selection.mask = mask.and_then(Classes::of_mask).unwrap_or(Classes::ALL);
                    status.selection.mask.contain(Classes::SYSTEM) && status.selection.readable.contain(Classes::SYSTEM)
                });
                let recorded = self.inner.script.track(self.id());
                // The recording tells of it.
                if let Some(up) = up.filter(|_| reads_system && recorded.is_none()) {
                    let all = 0..(*up).as_ref().len();
                    self.enqueue(done, Step::Send(up, all));
                }
                self.select(done);
                if let Some((track, speed)) = recorded {
                    *lock(&self.inner.player) = Some(Player::new(track, speed, done));
                    self.play(|player, plays| player.advance(plays));
                } else if let Some(replay) = &self.inner.script.replay {
                    self.send_replay(replay, done);
                }
            }
            "events" => {
                let mask = request.get("EventMask").unwrap_or_default();
                self.status(|status| {
                    status.event_mask = Some(mask.to_owned());
                    status.selection.mask = Classes::of_mask(mask).unwrap_or(status.selection.mask);
                });
                self.select(done);
            }
            "filter" => {
                let text = request.get_all("Filter").map(str::to_owned);
                let filter = Filter::of_action(request, self.version()).ok();
                self.status(|status| {
                    status.filters.extend(text);
                    status.selection.filters.extend(filter);
                });
                self.select(done);
            }
            _ => {}
        }
        broadcasts
    }

    /// Lets through from then on what the session wants.
    fn select(&self, from: Instant) {
        let selection = self.status(|status| status.logged_in.then(|| status.selection.clone()));
        if let Some(selection) = selection {
            self.enqueue(from, Step::Select(selection));
        }
    }

    /// Returns when the last of the reply is due, and what is for everybody.
    fn send_reply(&self, reply: Reply, action_id: Option<&str>) -> (Instant, Vec<(Instant, Bytes)>) {
        let now = Instant::now();
        let (mut last, mut dripped, mut broadcasts) = (now, Duration::ZERO, Vec::new());
        for part in reply.parts {
            let mut due = now + part.after.saturating_add(dripped);
            if let What::Broadcast(event) = part.what {
                broadcasts.push((due, event));
                continue;
            }
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
        (last, broadcasts)
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
