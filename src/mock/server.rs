//! The accepting thread, and the reading thread of each connection.
//!
//! # Waits
//!
//! Of the mock: for a connection, for what a client sends, for what is to be written to it, and while the mock is
//! deaf, until it stops or the connection ends; where a test waits, the time that it gives.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use super::answers::Script;
use super::session::Session;
use super::transport::{Acceptor, Transport};
use super::writer::{Outgoing, Writer};
use super::{lock, Reply, Request};
use crate::packet::{Frame, Framer, LineEnd};

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
    connections: u64,
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
    pub(super) fn new(banner: Reply, script: Script, acceptor: Option<Acceptor>) -> Self {
        let state = State { banner, received: Received::default(), sessions: Vec::new(), deaf: false, connections: 0 };
        Self {
            script: Arc::new(script),
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
        &self,
        socket: &Arc<TcpStream>,
        peer: SocketAddr,
        stopping: &AtomicBool,
    ) -> Option<(Session, Receiver<Outgoing>)> {
        self.change(|state| {
            if stopping.load(Ordering::SeqCst) {
                return None;
            }
            state.connections += 1;
            let (session, steps) = Session::new(state.connections, peer, socket, Arc::clone(&self.script));
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
        let transport = Arc::new(Transport::accept(Arc::clone(&socket), self.acceptor.as_ref())?);
        let writer = Writer { transport: Arc::clone(&transport), socket, steps, silent: Arc::clone(&self.silent) };
        let writer = thread::Builder::new().name("gami-mock-writer".into()).spawn({
            let (server, session) = (Arc::clone(self), session.clone());
            move || {
                writer.run();
                server.change(|_| session.status(|status| status.closed = true));
            }
        })?;
        let banner = self.state().banner.clone();
        session.greet(banner);
        let read = panic::catch_unwind(AssertUnwindSafe(|| self.read(&transport, session)));
        match read {
            Ok(Ok(())) => session.client_is_gone(),
            // A lost connection, or a handler that has panicked: the panic has been reported on stderr.
            Ok(Err(_)) | Err(_) => session.hang_up(),
        }
        let _ = writer.join();
        Ok(())
    }

    fn read(&self, transport: &Transport, session: &Session) -> io::Result<()> {
        let mut framer = Framer::new();
        // A server takes lines with and without CR.
        framer.set_line_end(LineEnd::Lf);
        loop {
            if framer.fill(|buffer| transport.read(buffer, || session.flush()))? == 0 {
                return Ok(());
            }
            self.wait_while_deaf(session);
            for frame in framer.frames() {
                match frame {
                    Frame::Packet(packet) => self.answer(Request::new(packet, session.clone())),
                    Frame::Oversized(_) => {}
                    Frame::TooLarge(size) => log::warn!("mock: an action of {size} bytes was passed over"),
                }
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

    /// Whoever sees an action among those received sees its effects as well.
    fn answer(&self, request: Request) {
        let reply = match self.handler(request.name()) {
            Some(handler) => lock(&handler)(&request),
            None => Reply::usual(),
        };
        self.change(|state| {
            state.received.push(request.clone());
            request.reply(reply);
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
        let accepted = listener.accept();
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
