//! A scriptable manager server for tests: no Asterisk needed.
//!
//! [`Mock::start`] gives a server on a free port of this machine that answers as Asterisk does: it sends
//! the banner, lets the user `admin` with the secret `root` log in, plain or by MD5 challenge, and knows the
//! actions in the table below. Everything else is up to the test: answers to other actions
//! ([`Mock::on`], [`Mock::on_any`]), events ([`Mock::event`], [`Mock::replay`]), and what goes wrong in the field
//! ([`Mock::hang_up`], [`Mock::go_silent`], [`Mock::go_deaf`], [`Mock::push`], [`Mock::restart`],
//! [`Mock::begin_booting`]). [`Builder::asterisk`] makes it a version of Asterisk.
//!
//! It is meant for tests and examples: it binds to loopback, and the key of its certificate is public.
//!
//! # Examples
//!
//! A test of a program that hangs up channels. The client is a bare socket here, to show what goes over
//! the wire:
//!
//! ```
//! use gami::mock::{Mock, Reply};
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//! use std::time::Duration;
//!
//! # fn main() -> std::io::Result<()> {
//! let mock = Mock::start()?;
//! mock.on("Hangup", |action| match action.get("Channel") {
//!     Some("PJSIP/100-00000001") => Reply::success().header("Message", "Channel Hungup"),
//!     _ => Reply::error("No such channel"),
//! });
//!
//! let mut client = TcpStream::connect(mock.address())?;
//! client.write_all(
//!     b"Action: Login\r\nUsername: admin\r\nSecret: root\r\n\r\n\
//!       Action: Hangup\r\nActionID: 1\r\nChannel: PJSIP/100-00000001\r\n\r\n",
//! )?;
//! let hangup = &mock.wait_for("Hangup", 1, Duration::from_secs(5))?[0];
//! assert_eq!(hangup.get("channel"), Some("PJSIP/100-00000001"));
//!
//! mock.event("Hangup", [("Channel", "PJSIP/100-00000001"), ("Cause", "16")]);
//! mock.hang_up();
//! let mut seen = String::new();
//! client.read_to_string(&mut seen)?;
//! assert!(seen.starts_with("Asterisk Call Manager/11.0.0\r\n"));
//! # Ok(())
//! # }
//! ```
//!
//! # What each action does
//!
//! | Action | Answer |
//! |---|---|
//! | `Challenge` | a `Challenge` for `AuthType: MD5` |
//! | `Login` | `Authentication accepted`; or `Authentication failed` after [`Builder::login_delay`], and the connection is closed |
//! | `Logoff` | `Goodbye`, and the connection is closed |
//! | anything else before the login | `Permission denied` |
//! | `Ping` | `Ping: Pong` and a `Timestamp` |
//! | `Events` | `Events: On` or `Events: Off`; an error for an empty mask |
//! | `Filter` | adds the filter: an expression, or criteria from 18.26, 20.11, 21.6 and 22.1 on; unknown before 10 |
//! | `Command` | there is no such command: `Response: Follows` up to 13, headers `Output` from 14 on |
//! | `Getvar`, `Setvar` | a global variable; setting one sends a `VarSet` to all sessions |
//! | `Originate` | `Originate successfully queued`; with `Async` all sessions get an `OriginateResponse`: answered |
//! | anything else | `Invalid/unknown command` |
//!
//! A `Login`, `Events` or `Filter` takes effect when its answer begins with `Response: Success`, whoever
//! gives that answer.
//!
//! # What it takes as Asterisk takes it
//!
//! So that a program that works with the mock works with a server, the mock is no kinder than one:
//!
//! - A line of more than 1,022 bytes, or more than 128 lines, is an error instead of the action. (Before 1.8.18 a line
//!   that is too long is dropped, and the action run without it.) A line without a colon is passed over, blanks before
//!   a value are stripped, and a blank line by itself is an action without a name.
//! - An event goes to the sessions whose event mask has all classes of its `Privilege`, whose user may read them, and
//!   whose filters let it through. An event without a `Privilege` needs any mask but `off`. Unknown words in a mask
//!   count for nothing, so that `calls` is `off`.
//! - One thread serves a session: while a handler runs, later actions of that session and its events wait.
//! - Over TLS it reads at most 1,024 bytes of a record at once, and more of it only when something else comes on the
//!   socket. A larger record is left unfinished, and what stands in it unanswered, until then. Up to 14 an answer or an
//!   event that has to be sent meanwhile ends the connection: see [`TlsReading`].
//!
//! Where it is kinder: [`Builder::write_timeout`] and [`Builder::login_delay`] have defaults for tests, and a TLS record
//! that comes in two pieces is waited for, where Asterisk 16 and 22 close the connection.
//!
//! # What it cannot do
//!
//! It closes connections, but does not reset them: the standard library has no way to ask for that. To a client
//! a reset is a loss like any other, with another cause.
//!
//! # Threads and waits
//!
//! There is one thread that accepts, and two for each connection: one reads and answers, the other
//! writes. No wait is without an end:
//!
//! - reading, accepting, and reading while deaf end with [`Mock::stop`], as does the drop of the mock;
//! - writing ends when the client takes in nothing for [`Builder::write_timeout`];
//! - a TLS handshake ends when the client sends nothing for ten seconds;
//! - a client that does not close its side after a farewell is cut off after one second;
//! - [`Mock::wait_for`] and [`Mock::wait_for_sessions`] end with the time that they are given;
//! - [`Mock::stop`] ends after a second, even if a handler is still running; a second more, should the
//!   system not connect to the mock's own port.
//!
//! No caller waits for a client: what is sent is queued, and a client that does not read holds up neither
//! the others nor the test.

mod answers;
mod builder;
mod classes;
mod filter;
mod input;
mod player;
mod reordering;
mod replay;
mod reply;
mod request;
mod server;
mod session;
#[cfg(feature = "tls")]
mod tls;
mod transport;
mod version;
mod writer;

pub use builder::Builder;
pub use replay::{Replay, SAMPLE_CALL};
pub use reply::Reply;
pub use request::Request;
pub use session::Session;
pub use transport::TlsReading;

use std::fmt::{self, Display};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use answers::Script;
use reply::Bytes;
use server::{Boot, Listening, Received, Server};
use transport::Acceptor;

/// A manager server on a port of this machine, for tests.
///
/// All methods take `&self`, and a mock can be shared by threads. Dropping it stops it, which takes as long as
/// [`Mock::stop`]. See the [module](self) for what it answers.
///
/// # Examples
///
/// ```
/// use gami::mock::{Mock, Reply};
/// use gami::Client;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mock = Mock::start()?;
/// mock.on("CoreSettings", |_| Reply::success().header("AsteriskVersion", "22.1.0"));
///
/// let ami = Client::dial(&mock)?;
/// ami.login("admin", "root")?;
/// assert_eq!(ami.server_version()?, "22.1.0");
/// # Ok(())
/// # }
/// ```
pub struct Mock {
    address: SocketAddr,
    server: Arc<Server>,
    listening: Mutex<Option<Listening>>,
}

impl Mock {
    /// Starts a server on a free port of `127.0.0.1`, without TLS.
    ///
    /// # Errors
    ///
    /// The system has no port or no thread to give.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// Starts a server that is set up first.
    pub fn builder() -> Builder {
        Builder::new()
    }

    fn listen(
        address: SocketAddr,
        banner: Reply,
        boot: Boot,
        script: Script,
        acceptor: Option<Acceptor>,
    ) -> io::Result<Self> {
        let server = Arc::new(Server::new(banner, boot, script, acceptor));
        let (listening, address) = Listening::start(&server, address)?;
        Ok(Self { address, server, listening: Mutex::new(Some(listening)) })
    }

    /// Where the server listens; `to_string()` on the mock gives the same as text.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate of a mock that talks TLS, for the client to trust.
    ///
    /// It is the same for all mocks and names `localhost`, `127.0.0.1` and `::1`.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::mock::Mock;
    /// use gami::{Options, Tls};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mock = Mock::builder().tls().start()?;
    /// let tls = Tls::new().add_root_pem(mock.certificate_pem())?;
    /// Options::new().tls(tls).dial(&mock)?.login("admin", "root")?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "tls")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
    pub fn certificate_pem(&self) -> &'static [u8] {
        transport::CERTIFICATE
    }

    /// Answers an action, its name in any case, with what the handler returns; a later call replaces an
    /// earlier one.
    ///
    /// The handler is asked also before the login. Its calls come one after the other, on the thread of the
    /// connection, whose later actions and events wait for it meanwhile, as they do on Asterisk. If it panics, the
    /// connection is dropped.
    ///
    /// # Examples
    ///
    /// The second login is refused:
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// use gami::mock::{Mock, Reply};
    ///
    /// let mock = Mock::start()?;
    /// let mut logins = 0;
    /// mock.on("Login", move |_| {
    ///     logins += 1;
    ///     match logins {
    ///         2 => Reply::error("Login Already In Use").close(),
    ///         _ => Reply::usual(),
    ///     }
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn on(&self, action: impl AsRef<str>, handler: impl FnMut(&Request) -> Reply + Send + 'static) {
        self.server.handle(action.as_ref(), Arc::new(Mutex::new(handler)));
    }

    /// Answers every action that has no handler of its own ([`on`](Self::on)) with what this one returns; a later
    /// call replaces an earlier one.
    ///
    /// That is every one, `Login` and `Logoff` too: [`Reply::usual`] is what they get without a handler. All else
    /// is as with [`on`](Self::on).
    ///
    /// # Examples
    ///
    /// A server to which everything is a success:
    ///
    /// ```
    /// use gami::mock::{Mock, Reply};
    /// use gami::Client;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mock = Mock::start()?;
    /// mock.on_any(|action| match action.name() {
    ///     "Challenge" | "Login" | "Logoff" => Reply::usual(),
    ///     name => Reply::success().header("Message", format!("{name} done")),
    /// });
    ///
    /// let ami = Client::dial(&mock)?;
    /// ami.login("admin", "root")?;
    /// assert_eq!(ami.action("QueueReset")?.message(), Some("QueueReset done"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_any(&self, handler: impl FnMut(&Request) -> Reply + Send + 'static) {
        self.server.handle_any(Arc::new(Mutex::new(handler)));
    }

    /// Greets connections from now on with these bytes or this reply: see [`Builder::banner`].
    pub fn set_banner(&self, banner: impl Into<Reply>) {
        let banner = banner.into();
        self.server.state().banner = banner;
    }

    /// Sends an event to all sessions that have logged in and whose event mask and filters let it through.
    ///
    /// A header `Privilege`, such as `call,all`, says which classes the mask must have; without it any mask will do
    /// that is not off.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::mock::Mock;
    /// use gami::Client;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mock = Mock::start()?;
    /// let ami = Client::dial(&mock)?;
    /// ami.login("admin", "root")?;
    ///
    /// mock.event("Hangup", [("Channel", "PJSIP/100-00000001"), ("Cause", "16")]);
    /// assert_eq!(ami.events().recv()?.get("Cause"), Some("16"));
    ///
    /// mock.event("FullyBooted", [("Uptime", 7)]); // anything that can be displayed
    /// # Ok(())
    /// # }
    /// ```
    pub fn event<K: Display, V: Display>(&self, name: impl Display, headers: impl IntoIterator<Item = (K, V)>) {
        let event = reply::event(name, headers);
        let now = Instant::now();
        self.each(|session| session.send_event(Arc::clone(&event), now));
    }

    /// Sends bytes as they are to all connections, logged in or not: fragments, garbage, or bulk.
    ///
    /// The bytes are not copied; all connections share them.
    ///
    /// # Examples
    ///
    /// An event in two pieces, and what is no packet at all:
    ///
    /// ```
    /// use gami::mock::Mock;
    /// use gami::{Client, Error};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mock = Mock::start()?;
    /// let ami = Client::dial(&mock)?;
    ///
    /// mock.push("Event: Hang");
    /// mock.push(String::from("up\r\nCause: 16\r\n\r\n"));
    /// assert_eq!(ami.events().recv()?.name(), "Hangup");
    ///
    /// mock.push(b"\xff\xfe garbage\r\n\r\n");
    /// assert!(matches!(ami.errors().recv()?, Error::Unrecognized(_)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn push(&self, bytes: impl AsRef<[u8]> + Send + Sync + 'static) {
        let bytes: Bytes = Arc::new(bytes);
        self.each(|session| session.send(Arc::clone(&bytes)));
    }

    /// Sends the events of a capture to all sessions that have logged in and whose event mask and filters let them
    /// through.
    ///
    /// [`Builder::replay`] does so for each session after its login.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// use gami::mock::{Mock, Replay, SAMPLE_CALL};
    /// use std::time::Duration;
    ///
    /// let mock = Mock::start()?;
    /// mock.replay(SAMPLE_CALL);
    /// mock.replay(Replay::new(SAMPLE_CALL).every(Duration::from_millis(20)));
    /// mock.replay(std::fs::read("tests/data/asterisk-22.ami")?); // what you captured yourself
    /// # Ok(())
    /// # }
    /// ```
    pub fn replay(&self, replay: impl Into<Replay>) {
        let replay = replay.into();
        let now = Instant::now();
        self.each(|session| session.send_replay(&replay, now));
    }

    /// Sends nothing from now on: no answer, no event, and no banner to a new connection.
    ///
    /// Actions are still read, recorded and carried out. What would have been sent is lost, also after
    /// [`wake_up`](Self::wake_up).
    ///
    /// # Examples
    ///
    /// A server that hangs, as a client with keepalive finds it:
    ///
    /// ```
    /// use gami::mock::Mock;
    /// use gami::{Error, Loss, Options};
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mock = Mock::start()?;
    /// let ami = Options::new().keepalive(Duration::from_millis(50)).dial(&mock)?;
    /// mock.go_silent();
    /// let lost = ami.net_errors().recv()?;
    /// assert!(matches!(lost, Error::Lost { cause: Loss::Silent(_), .. }));
    /// # Ok(())
    /// # }
    /// ```
    pub fn go_silent(&self) {
        self.server.silent.store(true, Ordering::SeqCst);
    }

    /// Reads nothing from now on, so that the client's writes come to a stop once the system's buffers
    /// are full.
    ///
    /// Events are still sent. What is read already is looked at after [`wake_up`](Self::wake_up).
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::mock::Mock;
    /// use gami::{Action, Client, Error};
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mock = Mock::start()?;
    /// let ami = Client::dial(&mock)?;
    /// ami.login("admin", "root")?;
    /// mock.go_deaf();
    /// let late = ami.action(Action::new("Ping").timeout(Duration::from_millis(50)));
    /// assert!(matches!(late, Err(Error::Timeout { .. })));
    /// mock.wake_up();
    /// ami.ping()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn go_deaf(&self) {
        self.server.change(|state| state.deaf = true);
    }

    /// Ends [`go_silent`](Self::go_silent) and [`go_deaf`](Self::go_deaf).
    pub fn wake_up(&self) {
        self.server.silent.store(false, Ordering::SeqCst);
        self.server.change(|state| state.deaf = false);
    }

    /// Is from now on a server that still loads its modules: see [`Builder::booting`].
    ///
    /// # Examples
    ///
    /// A server that is started again, and takes its time:
    ///
    /// ```
    /// use gami::mock::Mock;
    /// use gami::{Backoff, Options, State};
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mock = Mock::builder().asterisk("22").start()?;
    /// let ami = Options::new().reconnect(Backoff::new()).dial(&mock)?;
    /// ami.login("admin", "root")?;
    /// assert_eq!(ami.events().recv()?.name(), "FullyBooted");
    /// let states = ami.states();
    ///
    /// mock.stop();
    /// mock.begin_booting();
    /// mock.restart()?;
    /// while states.recv()? != State::Booting {}
    /// mock.finish_booting();
    /// ami.wait_connected(Duration::from_secs(5))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_booting(&self) {
        self.server.state().boot = Boot::Under;
    }

    /// Ends the boot: all actions are known, and `FullyBooted` goes to the sessions whose event mask has `system`, as
    /// it will after each login to come.
    pub fn finish_booting(&self) {
        self.server.finish_booting();
    }

    /// Drops all connections without a farewell, once everything before is sent, and goes on listening.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::mock::Mock;
    /// use gami::Client;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mock = Mock::start()?;
    /// let ami = Client::dial(&mock)?;
    /// ami.login("admin", "root")?;
    /// mock.hang_up();
    /// println!("{}", ami.net_errors().recv()?);
    /// ami.reconnect()?;
    /// assert!(mock.sessions().iter().any(|session| session.is_logged_in()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn hang_up(&self) {
        self.each(Session::hang_up);
    }

    /// Drops all connections at once and listens no more, as a server that is down: connections are refused.
    ///
    /// Handlers, and what was received, stay. Nothing happens if the mock is stopped already.
    ///
    /// # Blocking
    ///
    /// Until the mock's threads have ended, at most two seconds.
    pub fn stop(&self) {
        let listening = lock(&self.listening).take();
        if let Some(listening) = listening {
            listening.stop(&self.server);
        }
    }

    /// Stops if it is not stopped already, and listens on the same port again.
    ///
    /// # Errors
    ///
    /// Somebody else has taken the port meanwhile, or the system has no thread to give.
    ///
    /// # Blocking
    ///
    /// As [`stop`](Self::stop).
    pub fn restart(&self) -> io::Result<()> {
        self.stop();
        let (listening, _) = Listening::start(&self.server, self.address)?;
        *lock(&self.listening) = Some(listening);
        Ok(())
    }

    /// All actions that have come, on whatever connection, in order.
    pub fn received(&self) -> Vec<Request> {
        self.server.state().received.all().to_vec()
    }

    /// Empties the list of actions that have come.
    pub fn forget_received(&self) {
        self.server.state().received = Received::default();
    }

    /// Waits until an action, its name in any case, has come this many times, and returns those that came.
    ///
    /// What the action does to its session, such as the login, is done then. Those that came before the call
    /// count too, unless they were forgotten ([`forget_received`](Self::forget_received)).
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::TimedOut`] if fewer have come in time; the error says what came last.
    ///
    /// # Blocking
    ///
    /// Up to `timeout`.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::mock::Mock;
    /// use gami::Client;
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mock = Mock::start()?;
    /// let ami = Client::dial(&mock)?;
    /// ami.login("admin", "root")?;
    /// let login = &mock.wait_for("Login", 1, Duration::from_secs(5))?[0];
    /// assert_eq!(login.get("Username"), Some("admin"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_for(&self, action: &str, count: usize, timeout: Duration) -> io::Result<Vec<Request>> {
        /// So many names an error shows.
        const SHOWN: usize = 20;
        let name = action.to_ascii_lowercase();
        let found = self
            .server
            .wait(timeout, |state| (state.received.count(&name) >= count).then(|| state.received.named(&name)));
        found.ok_or_else(|| {
            let state = self.server.state();
            let received = state.received.all();
            let last: Vec<_> = received[received.len().saturating_sub(SHOWN)..].iter().map(Request::name).collect();
            timed_out(format_args!(
                "{count} of action {action} did not come within {timeout:?}, but {} actions, the last of them {last:?}",
                received.len()
            ))
        })
    }

    /// The connections that are open, logged in or not, in the order in which they came.
    pub fn sessions(&self) -> Vec<Session> {
        self.server.state().sessions.clone()
    }

    /// Waits until this many connections are open, neither more nor fewer, and returns them.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::TimedOut`] if there is another number of them when the time is up.
    ///
    /// # Blocking
    ///
    /// Up to `timeout`.
    pub fn wait_for_sessions(&self, count: usize, timeout: Duration) -> io::Result<Vec<Session>> {
        let found = self.server.wait(timeout, |state| (state.sessions.len() == count).then(|| state.sessions.clone()));
        found.ok_or_else(|| {
            let open = self.sessions().len();
            timed_out(format_args!("{open} connections are open after {timeout:?}, not {count}"))
        })
    }

    fn each(&self, with: impl FnMut(&Session)) {
        self.server.state().sessions.iter().for_each(with);
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The address, as in `127.0.0.1:40123`.
impl Display for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mock").field("address", &self.address).field("sessions", &self.sessions()).finish()
    }
}

fn timed_out(message: fmt::Arguments<'_>) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, message.to_string())
}

/// A handler that has panicked leaves nothing half done that others rely on.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
