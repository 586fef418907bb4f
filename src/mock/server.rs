//! The accepting thread, and the reading thread of each connection.
//!
//! # Waits
//!
//! Of the mock: for a connection, for what a client sends, for what is to be written to it, and while the mock is
//! deaf, until it stops or the connection ends; where a test waits, the time that it gives.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use super::answers::{self, Exchange, Script};
use super::input::{Input, Message};
use super::session::Session;
use super::transport::{Acceptor, Source, TlsReading, Transport};
use super::version::Version;
use super::writer::{Outgoing, Writer};
use super::{lock, Reply, Request};
use crate::net::{self, TcpStream};

/// So long `stop` waits for its threads.
const STOP_TIMEOUT: Duration = Duration::from_secs(1);
/// Between two attempts to accept where the system refuses, out of file descriptors for one.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

type Handler = Arc<Mutex<dyn FnMut(&Request) -> Reply + Send>>;

#[derive(Default)]
struct Handlers {
    /// By the action's name in lower case.
    named: HashMap<String, Handler>,
    /// For actions that have none of their own.
    any: Option<Handler>,
}

/// What outlives a stop and a restart.
pub(super) struct Server {
    script: Arc<Script>,
    exchange: Exchange,
    acceptor: Option<Acceptor>,
    handlers: Mutex<Handlers>,
    pub(super) silent: Arc<AtomicBool>,
    state: Mutex<State>,
    changed: Condvar,
}

/// Locked before a session's status, never after it.
pub(super) struct State {
    pub(super) banner: Reply,
    pub(super) received: Received,
    pub(super) sessions: Vec<Session>,
    pub(super) deaf: bool,
    pub(super) boot: Boot,
    connections: u64,
}

/// Whether the server is up, and whether it says so.
pub(super) enum Boot {
    /// It never says so.
    Unsaid,
    /// Modules are still being loaded.
    Under,
    /// Since when it is up.
    Done(Instant),
}

/// The actions that have come, in order.
#[derive(Default)]
pub(super) struct Received {
    requests: Vec<Request>,
    /// How many there are of each name in lower case: whoever waits for one looks at each that comes, under
    /// the lock that the reading threads need.
    counts: HashMap<String, usize>,
}

impl Received {
    fn push(&mut self, request: Request) {
        *self.counts.entry(request.name().to_ascii_lowercase()).or_default() += 1;
        self.requests.push(request);
    }

    pub(super) fn all(&self) -> &[Request] {
        &self.requests
    }

    /// How many of this name, in lower case, have come.
    pub(super) fn count(&self, name: &str) -> usize {
        self.counts.get(name).copied().unwrap_or_default()
    }

    pub(super) fn named(&self, name: &str) -> Vec<Request> {
        self.requests.iter().filter(|request| request.name().eq_ignore_ascii_case(name)).cloned().collect()
    }
}

impl Server {
    pub(super) fn new(banner: Reply, boot: Boot, script: Script, acceptor: Option<Acceptor>) -> Self {
        let (received, sessions) = (Received::default(), Vec::new());
        let state = State { banner, received, sessions, deaf: false, boot, connections: 0 };
        Self {
            script: Arc::new(script),
            exchange: Exchange::default(),
            acceptor,
            handlers: Mutex::default(),
            silent: Arc::default(),
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    pub(super) fn handle(&self, action: &str, handler: Handler) {
        lock(&self.handlers).named.insert(action.to_ascii_lowercase(), handler);
    }

    pub(super) fn handle_any(&self, handler: Handler) {
        lock(&self.handlers).any = Some(handler);
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Changes the state and wakes whoever waits for a change of it.
    pub(super) fn change<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        let result = with(&mut self.state());
        self.changed.notify_all();
        result
    }

    /// Waits until `found` finds something in the state; `None` if the time is up before.
    pub(super) fn wait<T>(&self, timeout: Duration, mut found: impl FnMut(&State) -> Option<T>) -> Option<T> {
        let start = Instant::now();
        let mut state = self.state();
        loop {
            if let Some(result) = found(&state) {
                return Some(result);
            }
            let left = timeout.checked_sub(start.elapsed()).filter(|left| !left.is_zero())?;
            state = self.changed.wait_timeout(state, left).unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        }
    }

    fn handler(&self, action: &str) -> Option<Handler> {
        let handlers = lock(&self.handlers);
        handlers.named.get(&action.to_ascii_lowercase()).or(handlers.any.as_ref()).cloned()
    }

    /// Puts a new connection on the list; `None` if the mock is being stopped.
    fn register(
        self: &Arc<Self>,
        socket: &Arc<TcpStream>,
        peer: SocketAddr,
        stopping: &AtomicBool,
    ) -> Option<(Session, Receiver<Outgoing>)> {
        self.change(|state| {
            if stopping.load(Ordering::SeqCst) {
                return None;
            }
            state.connections += 1;
            let recorded = self.script.track(state.connections);
            let banner = recorded.as_ref().map_or(&[][..], |(track, _)| &track.banner);
            let banner = if banner.is_empty() { state.banner.start() } else { banner };
            let version = self.script.version.unwrap_or_else(|| Version::of_banner(banner));
            let (session, steps) = Session::new(self, &self.script, state.connections, (socket, peer), version);
            state.sessions.push(session.clone());
            Some((session, steps))
        })
    }

    fn forget(&self, session: &Session) {
        self.change(|state| state.sessions.retain(|other| other.id() != session.id()));
    }

    fn serve(self: &Arc<Self>, socket: Arc<TcpStream>, session: &Session, steps: Receiver<Outgoing>) -> io::Result<()> {
        socket.set_nodelay(true)?;
        socket.set_write_timeout(Some(self.script.write_timeout))?;
        let by_version = if session.version().reads_tls_by_stdio() { TlsReading::UpTo14 } else { TlsReading::From15 };
        let reading = self.script.tls_reading.unwrap_or(by_version);
        let (transport, source) = Transport::accept(Arc::clone(&socket), self.acceptor.as_ref(), reading)?;
        let (silent, barred) = (Arc::clone(&self.silent), Arc::clone(session.barred()));
        let writer = Writer { transport, socket, steps, silent, barred };
        let writer = thread::Builder::new().name("gami-mock-writer".into()).spawn({
            let (server, session) = (Arc::clone(self), session.clone());
            move || {
                writer.run();
                server.change(|_| session.status(|status| status.closed = true));
            }
        })?;
        let recorded = self.script.track(session.id()).map(|(track, _)| track.banner.clone());
        let recorded = recorded.filter(|banner| !banner.is_empty());
        session.greet(recorded.map_or_else(|| self.state().banner.clone(), Reply::raw));
        let read = panic::catch_unwind(AssertUnwindSafe(|| self.read(source, session)));
        match read {
            Ok(Ok(())) => session.client_is_gone(),
            // A lost connection, or a handler that has panicked: the panic has been reported on stderr.
            Ok(Err(_)) | Err(_) => session.hang_up(),
        }
        let _ = writer.join();
        Ok(())
    }

    fn read(&self, mut source: Source, session: &Session) -> io::Result<()> {
        let mut input = Input::new(session.version());
        loop {
            if input.fill(|buffer| source.read(buffer, || session.flush()))? == 0 {
                return Ok(());
            }
            session.barred().store(source.bars_sending(), Ordering::SeqCst);
            self.wait_while_deaf(session);
            while let Some(message) = input.next() {
                self.act_upon(message, session);
            }
        }
    }

    /// Ends with `wake_up` and with the connection.
    fn wait_while_deaf(&self, session: &Session) {
        let mut state = self.state();
        while state.deaf && session.is_open() {
            state = self.changed.wait(state).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
    }

    fn act_upon(&self, message: Message, session: &Session) {
        let (packet, failure) = match message {
            Message::Action(packet) => (packet, None),
            Message::LineTooLong(packet) => (packet, Some("Failed to parse message: line too long")),
            Message::TooManyLines(packet) => (packet, Some("Too many lines in message or allocation failure")),
        };
        let request = Request::new(packet, session.clone());
        let failure = failure.map(Reply::error);
        let refused = failure.or_else(|| self.refusal(&request));
        let reply = match (refused, self.handler(request.name())) {
            (Some(refusal), _) => refusal,
            (None, None) if session.is_answered_by_recording(&request) => Reply::nothing(),
            (None, None) => Reply::usual(),
            (None, Some(handler)) => {
                session.set_busy(true);
                let reply = lock(&handler)(&request);
                self.answer(&request, reply, true);
                session.set_busy(false);
                return;
            }
        };
        self.answer(&request, reply, true);
    }

    /// What the server says to an action that no handler is asked about.
    fn refusal(&self, request: &Request) -> Option<Reply> {
        let state = self.state();
        let is_login = ["login", "challenge"].iter().any(|name| request.name().eq_ignore_ascii_case(name));
        if self.script.single_login && is_login && !request.session().is_logged_in() {
            let user = request.get("Username").map(str::to_owned);
            if user.is_some() && state.sessions.iter().any(|session| session.is_open() && session.user() == user) {
                return Some(Reply::error("Login Already In Use").close().after(self.script.login_delay));
            }
        }
        answers::refusal(request, matches!(state.boot, Boot::Under))
    }

    /// An answer that comes later, from whatever thread.
    pub(super) fn reply(&self, request: &Request, reply: Reply) {
        self.answer(request, reply, false);
    }

    /// Whoever sees an action among those received sees its effects as well.
    fn answer(&self, request: &Request, reply: Reply, received: bool) {
        let reply = answers::resolve(request, reply, &self.exchange);
        self.change(|state| {
            if received {
                state.received.push(request.clone());
            }
            let up = match state.boot {
                Boot::Done(since) => Some(answers::fully_booted(request.session().version(), since.elapsed())),
                Boot::Unsaid | Boot::Under => None,
            };
            for (due, event) in request.session().answer(request, reply, up) {
                state.sessions.iter().for_each(|session| session.send_event(Arc::clone(&event), due));
            }
        });
    }

    /// Ends the boot: the sessions that are there hear of it, as those to come will.
    pub(super) fn finish_booting(&self) {
        let now = Instant::now();
        self.change(|state| {
            state.boot = Boot::Done(now);
            for session in &state.sessions {
                session.send_event(answers::fully_booted(session.version(), Duration::ZERO), now);
            }
        });
    }
}

/// What ends with a stop: the accepting thread, and the connections that it has taken in.
pub(super) struct Listening {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    /// Every thread holds the other end and drops it as it ends.
    ended: Receiver<()>,
}

impl Listening {
    pub(super) fn start(server: &Arc<Server>, address: SocketAddr) -> io::Result<(Self, SocketAddr)> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let (alive, ended) = crossbeam_channel::bounded(0);
        thread::Builder::new().name("gami-mock".into()).spawn({
            let (server, stopping) = (Arc::clone(server), Arc::clone(&stopping));
            move || accept(&server, &listener, &stopping, &alive)
        })?;
        Ok((Self { address, stopping, ended }, address))
    }

    pub(super) fn stop(self, server: &Server) {
        let sessions = server.change(|state| {
            self.stopping.store(true, Ordering::SeqCst);
            state.sessions.clone()
        });
        sessions.iter().for_each(Session::abort);
        // Wakes the accepting thread.
        if let Err(error) = TcpStream::connect_timeout(&self.address, STOP_TIMEOUT) {
            log::debug!("mock: {} does not listen any more: {error}", self.address);
        }
        if self.ended.recv_timeout(STOP_TIMEOUT) == Err(crossbeam_channel::RecvTimeoutError::Timeout) {
            log::warn!("mock: a thread goes on after the stop: is a handler still running?");
        }
    }
}

fn accept(server: &Arc<Server>, listener: &TcpListener, stopping: &AtomicBool, alive: &Sender<()>) {
    loop {
        let accepted = listener.accept().and_then(|(socket, peer)| Ok((net::accepted(socket)?, peer)));
        if stopping.load(Ordering::SeqCst) {
            return;
        }
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                log::warn!("mock: cannot accept: {error}");
                thread::sleep(ACCEPT_PAUSE);
                continue;
            }
        };
        let socket = Arc::new(socket);
        let Some((session, steps)) = server.register(&socket, peer, stopping) else { return };
        let connection = thread::Builder::new().name("gami-mock-reader".into()).spawn({
            let (server, session, alive) = (Arc::clone(server), session.clone(), alive.clone());
            move || {
                if let Err(error) = server.serve(socket, &session, steps) {
                    log::debug!("mock: {peer} was not taken in: {error}");
                }
                server.forget(&session);
                drop(alive);
            }
        });
        if let Err(error) = connection {
            log::warn!("mock: no thread for {peer}: {error}");
            server.forget(&session);
        }
    }
}
