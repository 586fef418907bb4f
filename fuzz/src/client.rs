//! A whole client against a server that says anything at all.
//!
//! The first line of the input is what the client does, a letter each; the rest is what the server sends,
//! in which `@` and a letter is something that it does or knows:
//!
//! - `@w` waits for an action, `@f` sends what is there, `@c` hangs up and takes the next connection;
//! - `@i` is the `ActionID` of the last action, `@0` to `@9` that of an earlier one, `@n` the action's name;
//! - `@@` is an `@`.

use std::collections::{BTreeSet, VecDeque};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{mpsc, Arc, Mutex, Once};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use gami::action::Originate;
use gami::{Action, Backoff, Client, Error, Event, LoginMode, Options, Receiver, Response, State};

/// By then everything is over, also on a machine that is busy with other things.
const DEADLINE: Duration = Duration::from_secs(30);
const MOST_OPERATIONS: usize = 16;
const MOST_WAITS_IN_VAIN: u32 = 3;
const SECRET: &str = "Yq7-secret-3fX";

/// With hardly any patience, so that many inputs have their turn; what times out differs from run to run.
pub fn client(data: &[u8]) {
    client_with(data, Duration::from_millis(12));
}

/// With the patience that makes an input come to the same on a busy machine.
pub fn client_patiently(data: &[u8]) {
    client_with(data, Duration::from_millis(500));
}

/// `patience` is how long the client waits for an answer, and the server for an action.
fn client_with(data: &[u8], patience: Duration) {
    watch();
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let operations: Vec<u8> = data[..end].iter().copied().take(MOST_OPERATIONS).collect();
    let script = data.get(end + 1..).unwrap_or_default().to_vec();
    let (done, over) = mpsc::channel();
    thread::spawn(move || {
        let server = Server::start(script, patience);
        drive(server.address, &operations, patience);
        server.stop();
        let _ = done.send(());
    });
    if over.recv_timeout(DEADLINE).is_err() {
        let _ = writeln!(std::io::stderr(), "the client hangs");
        std::process::abort();
    }
}

/// A panic of any thread ends the process, and what is logged is looked at.
fn watch() {
    struct Watch;

    impl log::Log for Watch {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &log::Record<'_>) {
            assert!(!record.args().to_string().contains(SECRET), "a secret was logged");
        }

        fn flush(&self) {}
    }

    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            // Not by `eprintln`, which tests capture.
            let trace = std::backtrace::Backtrace::force_capture();
            let _ = writeln!(std::io::stderr(), "{panic}\n{trace}");
            std::process::abort();
        }));
        log::set_logger(&Watch).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    });
}

fn drive(address: SocketAddr, operations: &[u8], patience: Duration) {
    let has = |operation| operations.contains(&operation);
    let mut options = Options::new().connect_timeout(patience * 8).action_timeout(patience).packet_limit(1024);
    if has(b'q') {
        options = options.event_capacity(2);
    }
    if has(b'k') {
        options = options.keepalive(patience / 2);
    }
    if has(b'b') {
        let delay = Duration::from_millis(1);
        options = options.reconnect(Backoff::new().first(delay).longest(2 * delay).attempts(3)).wait_for_link(patience);
    }
    if has(b'p') {
        options = options.login_mode(LoginMode::Plain);
    }
    let Ok(ami) = options.dial(address) else { return };
    let mut session = Session { ami, patience, events: Vec::new(), answers: Vec::new(), threads: Vec::new() };
    for operation in operations {
        session.operate(*operation);
    }
    session.close();
}

struct Session {
    ami: Client,
    patience: Duration,
    events: Vec<Event>,
    answers: Vec<Receiver<gami::Result<Response>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Session {
    fn operate(&mut self, operation: u8) {
        let ami = &self.ami;
        match operation {
            b'l' => match ami.login("admin", SECRET) {
                Ok(()) => reach("login"),
                Err(error) => reach_error(&error),
            },
            b'a' => check_action(ami, "Ping".into()),
            b'm' => check_action(ami, ("Events", [("EventMask", "call")]).into()),
            b'f' => check_action(ami, ("Filter", [("Operation", "Add"), ("Filter", "Event: Hangup")]).into()),
            b'i' => check_action(ami, ("Ping", [("ActionID", "mine")]).into()),
            b's' => check_action(ami, ("Originate", [("Channel", "Local/1"), ("Timeout", "20")]).into()),
            b'L' => check_list(ami, "CoreShowChannels".into()),
            b'S' => check_list(ami, "FAXStats".into()),
            b'U' => check_list(ami, ("Whatever", [("ActionID", "list")]).into()),
            b'c' => match ami.command("core show version") {
                Ok(output) => reach(if output.is_empty() { "command" } else { "output of a command" }),
                Err(error) => reach_error(&error),
            },
            b'o' => match ami.originate(Originate::new("Local/1").exten("a", "s", 1).ring_timeout(self.patience / 2)) {
                Ok(_) => reach("call"),
                Err(error) => reach_error(&error),
            },
            b'y' | b'Y' => {
                let action =
                    if operation == b'y' { Action::new("Ping") } else { ("Ping", [("ActionID", "mine")]).into() };
                self.answers.extend(ami.async_action(action));
            }
            b'e' => self.events.extend(ami.events().try_iter()),
            b'r' => match ami.reconnect() {
                Ok(()) => reach("reconnection"),
                Err(error) => reach_error(&error),
            },
            b't' => {
                let ami = ami.clone();
                self.threads.push(thread::spawn(move || {
                    check_action(&ami, "Ping".into());
                    check_list(&ami, "Status".into());
                }));
            }
            b'x' => {
                let ami = ami.clone();
                self.threads.push(thread::spawn(move || ami.close().unwrap()));
            }
            _ => {}
        }
    }

    /// Closes, and looks whether all has ended, and all is accounted for.
    fn close(mut self) {
        self.ami.close().unwrap();
        assert!(matches!(self.ami.action("Ping"), Err(Error::Closed { sent: false })));
        assert_eq!(self.ami.state(), State::Closed);
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
        for answer in &self.answers {
            match answer.recv_timeout(DEADLINE / 4).expect("an action without an end") {
                Ok(_) => reach("asynchronous answer"),
                Err(error) => reach_error(&error),
            }
            assert!(answer.recv_timeout(DEADLINE / 4).is_err_and(|e| e.is_disconnected()), "an action with two ends");
        }
        self.events.extend(self.ami.events().iter());
        let stats = self.ami.stats();
        for (count, what) in [
            (stats.events, "event"),
            (stats.events_dropped, "dropped event"),
            (stats.responses_dropped, "answer to nobody"),
            (stats.unrecognized, "fragment"),
            (stats.too_large, "packet beyond the limit"),
            (stats.reconnections, "restored session"),
        ] {
            if count > 0 {
                reach(what);
            }
        }
        assert!(self.events.windows(2).all(|pair| pair[0].seq() < pair[1].seq()), "events out of order");
        assert!(self.events.last().is_none_or(|event| event.seq() < stats.events));
        assert_eq!(self.events.len() as u64 + stats.events_dropped, stats.events, "a gap that nobody dropped");
        let reported = |error| match error {
            Error::EventsDropped { dropped } => dropped,
            _ => 0,
        };
        let reported: u64 = self.ami.errors().iter().map(reported).sum();
        assert!(stats.errors_dropped > 0 || reported == stats.events_dropped, "dropped and not reported");
        self.ami.net_errors().iter().for_each(|error| reach_error(&error));
    }
}

fn check_action(ami: &Client, action: Action) {
    let id = action.get("ActionID").map(str::to_owned);
    let answered = |response: &Response| id.is_none() || response.action_id() == id.as_deref();
    match ami.action(action) {
        Ok(response) => {
            assert!(!response.is_error() && answered(&response));
            reach("answer");
        }
        Err(error) => {
            reach_error(&error);
            assert!(!matches!(error, Error::Rejected(response) if !response.is_error() || !answered(&response)));
        }
    }
}

fn check_list(ami: &Client, action: Action) {
    let check = |response: &Response, items: &[Event]| {
        assert!(items.iter().all(|item| item.action_id() == response.action_id()), "an item of something else");
        assert!(items.iter().all(|item| !item.name().eq_ignore_ascii_case("UserEvent")));
    };
    match ami.list(action) {
        Ok(list) => {
            check(&list.response, &list.items);
            check(&list.response, &[list.complete]);
            reach(if list.items.is_empty() { "empty list" } else { "list" });
        }
        Err(error) => {
            reach_error(&error);
            if let Error::Incomplete { partial, .. } = error {
                check(&partial.response, &partial.items);
            }
        }
    }
}

/// What all inputs so far have come to, for a look at whether they come to anything.
pub fn reached() -> BTreeSet<&'static str> {
    REACHED.lock().unwrap().clone()
}

static REACHED: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

fn reach(what: &'static str) {
    REACHED.lock().unwrap().insert(what);
}

fn reach_error(error: &Error) {
    assert!(!error.to_string().is_empty());
    reach(match error {
        Error::Timeout { .. } => "timeout",
        Error::Lost { sent: Some(true), .. } => "lost after it was sent",
        Error::Incomplete { .. } => "list cut off",
        Error::CallFailed { .. } => "failed call",
        Error::Rejected(_) => "refusal",
        Error::NotConnected => "no link",
        Error::Closed { .. } => "closed under way",
        _ => "other error",
    });
}

struct Server {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Server {
    fn start(script: Vec<u8>, patience: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        let thread = thread::spawn(move || {
            // Each connection has its part of the script, and those that come after the last are hung up on.
            let mut parts = split(&script, b"@c");
            while let (Ok((socket, _)), false) = (listener.accept(), stop.load(Ordering::SeqCst)) {
                // The client may hang up first.
                let _ = Connection::new(socket, patience).follow(parts.pop_front().unwrap_or_default());
            }
        });
        Self { address, stopped, thread }
    }

    fn stop(self) {
        self.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        self.thread.join().unwrap();
    }
}

fn split<'a>(mut script: &'a [u8], at: &[u8]) -> VecDeque<&'a [u8]> {
    let mut parts = VecDeque::new();
    while let Some(end) = script.windows(at.len()).position(|bytes| bytes == at) {
        parts.push_back(&script[..end]);
        script = &script[end + at.len()..];
    }
    parts.push_back(script);
    parts
}

struct Connection {
    socket: TcpStream,
    patience: Duration,
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
    actions: Vec<Received>,
}

/// What came for an action.
struct Received {
    name: Vec<u8>,
    id: Vec<u8>,
}

impl Connection {
    fn new(socket: TcpStream, patience: Duration) -> Self {
        let _ = socket.set_nodelay(true);
        let _ = socket.set_read_timeout(Some(patience / 4));
        let _ = socket.set_write_timeout(Some(patience * 4));
        Self { socket, patience, outgoing: Vec::new(), incoming: Vec::new(), actions: Vec::new() }
    }

    fn follow(&mut self, mut script: &[u8]) -> std::io::Result<()> {
        let mut in_vain = 0;
        while let [byte, rest @ ..] = script {
            script = rest;
            let (b'@', [what, rest @ ..]) = (*byte, rest) else {
                self.outgoing.push(*byte);
                continue;
            };
            script = rest;
            match what {
                b'w' => {
                    self.send()?;
                    if !self.wait()? {
                        in_vain += 1;
                    }
                }
                b'f' => self.send()?,
                b'i' => self.tell(0, |action| &action.id),
                b'n' => self.tell(0, |action| &action.name),
                b'0'..=b'9' => self.tell(usize::from(what - b'0'), |action| &action.id),
                byte => self.outgoing.push(*byte),
            }
            if in_vain == MOST_WAITS_IN_VAIN {
                break;
            }
        }
        self.send()?;
        self.socket.shutdown(Shutdown::Both)
    }

    fn tell(&mut self, back: usize, part: fn(&Received) -> &[u8]) {
        if let Some(action) = self.actions.iter().rev().nth(back) {
            self.outgoing.extend(part(action));
        }
    }

    fn send(&mut self) -> std::io::Result<()> {
        self.socket.write_all(&std::mem::take(&mut self.outgoing))
    }

    /// Whether an action came.
    fn wait(&mut self) -> std::io::Result<bool> {
        let begun = Instant::now();
        loop {
            if let Some(end) = self.incoming.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                let action: Vec<u8> = self.incoming.drain(..end + 4).collect();
                let value = |name: &[u8]| {
                    let mut lines = action.split(|byte| *byte == b'\n');
                    let line = lines.find_map(|line| line.strip_prefix(name)).unwrap_or_default();
                    line.trim_ascii().to_vec()
                };
                self.actions.push(Received { name: value(b"Action:"), id: value(b"ActionID:") });
                return Ok(true);
            }
            let mut piece = [0; 2048];
            match self.socket.read(&mut piece) {
                Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.incoming.extend_from_slice(&piece[..count]),
                Err(_) if begun.elapsed() < self.patience => {}
                Err(_) => return Ok(false),
            }
        }
    }
}
