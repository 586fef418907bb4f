//! What callers hold.

mod fence;
mod follow;
mod list;
mod listing;
mod originate;
mod shorthands;
mod subscription;

pub(crate) use fence::{Fence, VARIABLE as FENCE_VARIABLE};
pub use follow::{Follow, Step};
pub use list::{Items, List};
pub(crate) use listing::Listing;
pub use originate::Originating;
pub use subscription::Subscription;

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{bounded, Receiver};

use crate::action::{is_one_of, Action, EventClass};
use crate::engine::{Credentials, Engine, Receivers, State, Stats};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::link::{Request, Waiter};
use crate::options::Options;
use crate::response::Response;
use crate::sync::deadline_in;

/// A connection to an Asterisk manager.
///
/// A client is cheap to clone, and its clones share one link: any number of threads may act on it at
/// once. [`Client::close`] ends it for all of them; dropping the last clone does the same.
///
/// # Blocking
///
/// Dropping the last clone takes as long as [`Client::close`] does, unless that was called before.
///
/// # Examples
///
/// ```no_run
/// use gami::Client;
///
/// let ami = Client::dial("127.0.0.1:5038")?;
/// ami.login("admin", "secret")?;
/// println!("{:?}", ami.action("CoreSettings")?.get("AsteriskVersion"));
/// for event in ami.events() {
///     println!("{}", event.name());
/// }
/// # Ok::<(), gami::Error>(())
/// ```
#[derive(Clone)]
pub struct Client {
    handle: Arc<Handle>,
}

struct Handle {
    engine: Arc<Engine>,
    receivers: Receivers,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.engine.close();
    }
}

impl Options {
    /// Connects and starts the thread that reads.
    ///
    /// The address is a host name or an IP address, with or without a port: `pbx`, `pbx:5038`,
    /// `192.0.2.1`, `[2001:db8::1]:5039`. Without one it is 5038, and 5039 for TLS. Of a name with
    /// several addresses each is tried in turn.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an address or option that makes no sense, [`Error::Connect`] if nothing
    /// could be reached, [`Error::Tls`] if the handshake failed, [`Error::Banner`] if what answered is no
    /// Asterisk manager.
    ///
    /// # Blocking
    ///
    /// Up to the connect timeout.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::Options;
    /// use std::time::Duration;
    ///
    /// let ami = Options::new().connect_timeout(Duration::from_secs(3)).dial("pbx.example.org")?;
    /// ami.login("admin", "secret")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn dial(&self, address: impl ToString) -> Result<Client> {
        Client::open(address.to_string(), self, None)
    }

    /// Connects and logs in, and with [`Options::reconnect`] stays: also where the server is not up yet.
    ///
    /// Without [`Options::reconnect`] it fails as [`Options::dial`] and [`Client::login`] would. With it the
    /// client comes back in [`State::Reconnecting`](crate::State::Reconnecting) once one attempt has failed, and
    /// goes on trying as after a loss: the failure comes out of [`Client::net_errors`], [`Client::states`] tells
    /// when the link stands, and [`Client::wait_connected`] waits for it. The credentials and
    /// [`Options::event_mask`] are remembered from the beginning.
    ///
    /// A server that has only just started is `Connected` at the first login while it may still load modules, of
    /// which actions are unknown and lists are empty until its `FullyBooted`, which comes out of [`Client::events`].
    /// After that event the client tells the two apart: see [`State::Booting`](crate::State::Booting).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an address or option that makes no sense, [`Error::Rejected`] where the server
    /// refuses the credentials (`Authentication failed`): neither becomes right by trying again. Every other
    /// failure of the first attempt is an error only without [`Options::reconnect`], or with
    /// [`Backoff::attempts`](crate::Backoff::attempts) of one.
    ///
    /// # Blocking
    ///
    /// As long as one attempt takes: up to the connect timeout, and up to the action timeout for each of the one or
    /// two actions of a login.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::{Backoff, Options};
    /// use std::time::Duration;
    ///
    /// let ami = Options::new()
    ///     .reconnect(Backoff::new())
    ///     .keepalive(Duration::from_secs(15))
    ///     .connect("pbx.example.org", "admin", "secret")?;
    /// for event in ami.events() {
    ///     println!("{}", event.name()); // from the moment on in which the server is there
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn connect(&self, address: impl ToString, user: impl AsRef<str>, secret: impl AsRef<str>) -> Result<Client> {
        let credentials = Credentials { user: user.as_ref().to_owned(), secret: secret.as_ref().to_owned() };
        Client::open(address.to_string(), self, Some(credentials))
    }
}

impl Client {
    fn open(address: String, options: &Options, credentials: Option<Credentials>) -> Result<Self> {
        let (engine, receivers) = Engine::start(address, options.clone(), credentials)?;
        Ok(Self { handle: Arc::new(Handle { engine, receivers }) })
    }

    /// One that is yet to connect, with [`Client::connect_aside`].
    pub(crate) fn unconnected(address: String, options: Options, user: String, secret: String) -> Result<Self> {
        let (engine, receivers) = Engine::new(address, options)?;
        engine.adopt(Credentials { user, secret })?;
        Ok(Self { handle: Arc::new(Handle { engine, receivers }) })
    }

    /// Connects and logs in, at first and again and again, without the caller's waiting. What this gives ends with
    /// the first attempt, whatever came of it.
    pub(crate) fn connect_aside(&self) -> Result<Receiver<()>> {
        self.handle.engine.connect_aside()
    }

    /// Connects over plain TCP; the port is 5038 unless the address names one.
    ///
    /// [`Options::dial`] has the details, TLS and everything that can be set.
    ///
    /// # Errors
    ///
    /// As [`Options::dial`].
    ///
    /// # Blocking
    ///
    /// Up to 10 seconds.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::Client;
    ///
    /// let ami = Client::dial("127.0.0.1:5038")?;
    /// println!("{}", ami.banner()?);
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn dial(address: impl ToString) -> Result<Self> {
        Options::new().dial(address)
    }

    /// Logs in; by MD5 challenge on plain TCP and with the secret itself over TLS, unless
    /// [`Options::login_mode`] says otherwise. [`Options::event_mask`] sets the event mask along with it.
    ///
    /// The credentials are remembered, in memory only: a reconnection logs in with them again. With
    /// [`Options::reconnect`] a loss is followed by attempts to come back only from the first login on.
    ///
    /// A client that has lost its link makes a new one for the login, at once, and restores the event mask
    /// and the filters on it, as [`Client::reconnect`] does with the credentials that are remembered. So a
    /// client whose secret was changed on the server logs in again with the new one. Until that succeeds the
    /// old ones stay remembered.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] if the server refuses: unknown user, wrong secret and an address that is not
    /// permitted all read `Authentication failed`. A real server answers so after a second, and closes
    /// the connection. [`Error::Invalid`] if the server offers no challenge to log in with. Otherwise as
    /// [`Client::action`], or as [`Client::reconnect`] if there was no link.
    ///
    /// # Blocking
    ///
    /// Up to the action timeout for each of the one or two actions of a login; without a link as
    /// [`Client::reconnect`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::{Client, Error};
    ///
    /// let ami = Client::dial("127.0.0.1:5038")?;
    /// match ami.login("admin", "secret") {
    ///     Err(Error::Rejected(response)) => eprintln!("not let in: {:?}", response.message()),
    ///     done => done?,
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn login(&self, user: impl AsRef<str>, secret: impl AsRef<str>) -> Result<()> {
        let user = user.as_ref();
        self.handle.engine.login(user, secret.as_ref())?;
        log::info!("logged in as {user}");
        Ok(())
    }

    /// Makes an action and waits for its response.
    ///
    /// The action is a name, a pair of a name and parameters, an [`Action`], or a typed one from
    /// [`gami::action`](crate::action).
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] if the response says `Error`; [`Error::Invalid`] before anything is sent;
    /// [`Error::Timeout`], [`Error::Lost`], [`Error::NotConnected`] or [`Error::Closed`] if no response
    /// came. [`Error::outcome`] tells whether the server can have carried the action out.
    ///
    /// An `ActionID` of your own that is the same each time is [`Error::Invalid`] for as long as an action with
    /// it is pending, and after one that timed out for as long as its answer may yet come: until it does, or the
    /// link ends.
    ///
    /// # Blocking
    ///
    /// Up to the action timeout, after [`Options::wait_for_link`] if the link is down.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.action("Ping")?;
    /// ami.action(("Events", [("EventMask", "call,agent")]))?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn action(&self, action: impl Into<Action>) -> Result<Response> {
        self.call(&action.into())
    }

    // What takes any action hands it on as one type: otherwise all of this is compiled again for each type it is given.
    fn call(&self, action: &Action) -> Result<Response> {
        self.handle.engine.check_thread(action)?;
        let link = self.handle.engine.link()?;
        self.handle.engine.check_filter(action, &link)?;
        link.call(action, self.timeout_of(action), true, stall_of(action))
    }

    /// Makes an action and returns at once; the answer comes over the channel.
    ///
    /// The channel always gets an answer, exactly one: the response, or an error once the action timeout
    /// has passed or the link is lost. It then ends. Dropping the receiver does not withdraw the action: the
    /// server carries it out, and its answer is dropped. Each action that is under way takes about 1 KiB.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`], [`Error::NotConnected`], [`Error::Lost`], [`Error::Closed`], or [`Error::Timeout`] where
    /// no room was left for it all the time: in none of these cases was the action sent. What becomes of one that
    /// was accepted comes over the channel, with the errors of [`Client::action`].
    ///
    /// # Blocking
    ///
    /// For as long as the socket takes in nothing, up to the action timeout; after
    /// [`Options::wait_for_link`] if the link is down.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// // Three at once, instead of one after the other.
    /// let asked = ["100", "200", "300"]
    ///     .map(|exten| ami.async_action(("ExtensionState", [("Context", "internal"), ("Exten", exten)])));
    /// for answer in asked {
    ///     match answer?.recv().expect("one answer") {
    ///         Ok(response) => println!("{:?} is {:?}", response.get("Exten"), response.get("StatusText")),
    ///         Err(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn async_action(&self, action: impl Into<Action>) -> Result<Receiver<Result<Response>>> {
        self.submit(&action.into())
    }

    fn submit(&self, action: &Action) -> Result<Receiver<Result<Response>>> {
        let link = self.handle.engine.link()?;
        self.handle.engine.check_filter(action, &link)?;
        let (waiter, answer) = bounded(1);
        let timeout = self.timeout_of(action);
        link.submit_among_others(Request {
            action,
            waiter: Waiter::Response(waiter),
            deadline: deadline_in(timeout),
            unwatched: Some(timeout),
            memorable: true,
            stalls: stall_of(action),
        })?;
        Ok(answer)
    }

    /// Runs a command of Asterisk's command line and returns its output.
    ///
    /// The text is as the server printed it, leading blanks and empty lines kept, without the last line end.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] if the server refuses or, from Asterisk 14, if the command fails; the output is
    /// then in [`Response::output`] of its response. Up to Asterisk 13 a command that fails reads like one
    /// that succeeds. Otherwise as [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// println!("{}", ami.command("core show channels")?);
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn command(&self, line: impl AsRef<str>) -> Result<String> {
        let response = self.action(("Command", [("Command", line.as_ref())]))?;
        Ok(response.output().unwrap_or_default().into_owned())
    }

    /// The events, in the order in which the server sent them.
    ///
    /// The stream outlives the link and ends when the client is closed: a `for` over it does not end with a
    /// loss. It waits then, and for ever if nobody reconnects: ask for [`Options::reconnect`], or watch
    /// [`Client::net_errors`] beside it with [`select!`](crate::select).
    ///
    /// A thread that owns a clone of the client keeps it open, also while it waits here: give it a clone of the
    /// receiver instead.
    ///
    /// Clones of the receiver share the stream: an event goes to one of those who receive. If nobody keeps up,
    /// the newest events are dropped, counted, and reported on [`Client::errors`]; [`Event::seq`] shows where
    /// they were. A clone of the receiver does not keep the client open.
    ///
    /// # Blocking
    ///
    /// Not itself: the receiver does, until the next event comes or the client is closed.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::{Backoff, Options};
    ///
    /// let ami = Options::new().reconnect(Backoff::new()).dial("127.0.0.1:5038")?;
    /// ami.login("admin", "secret")?;
    /// for event in ami.events() {
    ///     println!("{} {}", event.seq(), event.name()); // across losses, until the client is closed
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn events(&self) -> &Receiver<Event> {
        &self.handle.receivers.events
    }

    /// What went wrong without ending the link: events dropped because nobody kept up, packets beyond
    /// the limit, packets that are neither response nor event.
    ///
    /// They are [`Error::EventsDropped`], with the first drop of a burst and when the burst is over,
    /// [`Error::PacketTooLarge`] and [`Error::Unrecognized`]; and [`Error::Rejected`] of a filter that the server of
    /// a new link refuses, which is then without it.
    /// The stream ends when the client is closed. It holds up to 1,024 errors; what comes when it is full
    /// is counted in [`Stats::errors_dropped`]. Nobody needs to read it: all of it is counted in
    /// [`Client::stats`] too.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::Error;
    ///
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// for error in ami.errors() {
    ///     match error {
    ///         Error::EventsDropped { dropped } => eprintln!("too slow: {dropped} events are gone"),
    ///         other => eprintln!("{other}"),
    ///     }
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn errors(&self) -> &Receiver<Error> {
        &self.handle.receivers.errors
    }

    /// The losses of the link, and every failed attempt to come back.
    ///
    /// A loss is [`Error::Lost`] with `sent: None`, and comes after everything that was pending on the link has
    /// failed. A failed attempt is what [`Client::reconnect`] would return. That the link is back is not
    /// announced: [`Client::wait_connected`] waits for it.
    ///
    /// Once nothing more happens by itself, the last error comes with [`State::Disconnected`]: the loss
    /// without [`Options::reconnect`], and with it the attempt after which the client gives up.
    ///
    /// The stream ends when the client is closed. It holds up to 1,024 errors; what comes when it is full
    /// is counted in [`Stats::errors_dropped`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::{thread, time::Duration};
    ///
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// // By hand, what `Options::reconnect` does by itself.
    /// for lost in ami.net_errors() {
    ///     eprintln!("{lost}");
    ///     thread::sleep(Duration::from_secs(1));
    ///     let _ = ami.reconnect(); // a failure comes out of the stream next
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn net_errors(&self) -> &Receiver<Error> {
        &self.handle.receivers.net_errors
    }

    /// Makes a new link in place of the old one, logs in again, and sets the event mask and the filters
    /// that were set.
    ///
    /// A link that still stands is dropped: what is pending on it fails. Of threads that call this at the
    /// same time one does it for all, and they share its failure too. With [`Options::reconnect`] the client
    /// goes on trying by itself after a failure, unless the server refuses the credentials that are
    /// remembered. [`Client::login`] takes others, and makes a new link with them.
    ///
    /// # Errors
    ///
    /// As [`Options::dial`] and [`Client::login`]. The error is announced on [`Client::net_errors`] too,
    /// so that a loop that reconnects whenever something comes from there goes on trying.
    ///
    /// # Blocking
    ///
    /// Up to the connect timeout, and up to the action timeout for each action that restores the session.
    /// Where another thread is at it, its attempt first.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// if ami.state() == gami::State::Disconnected {
    ///     ami.reconnect()?;
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn reconnect(&self) -> Result<()> {
        self.handle.engine.reconnect()
    }

    /// Logs off, ends the link, the thread and the three streams.
    ///
    /// A thread that waits for an answer gets [`Error::Closed`]. Closing again does nothing.
    ///
    /// # Errors
    ///
    /// None at present; a link that is lost already counts as closed.
    ///
    /// # Blocking
    ///
    /// Less than a second: the server has 300 milliseconds to say good-bye.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// let watcher = std::thread::spawn({
    ///     let ami = ami.clone();
    ///     move || ami.events().iter().count()
    /// });
    /// ami.close()?; // for the clone too: the loop over the events ends
    /// println!("{} events", watcher.join().unwrap());
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn close(&self) -> Result<()> {
        self.handle.engine.close();
        Ok(())
    }

    /// The address that was dialed, as it was given.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let ami = gami::Client::dial("pbx.example.org")?;
    /// assert_eq!(ami.address(), "pbx.example.org");
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn address(&self) -> &str {
        self.handle.engine.address()
    }

    /// Whether the client has its link.
    ///
    /// It may have lost it by the time that you look at the answer: to act on it, act, and look at the error.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::State;
    ///
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// match ami.state() {
    ///     State::Connected => println!("up"),
    ///     State::Reconnecting => println!("coming back by itself"),
    ///     state => println!("{state:?}"),
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn state(&self) -> State {
        self.handle.engine.state()
    }

    /// The link as a stream: the state now, then each change, in order.
    ///
    /// Each call makes a receiver of its own, so that every part of a program can watch for itself; it ends after
    /// [`State::Closed`](crate::State::Closed), and dropping it is all that it takes to stop. The changes wait for
    /// who takes them, without a bound: there are few. [`Client::net_errors`] tells why a link was lost, this tells
    /// what follows from it. A change is there before [`Client::wait_connected`] returns because of it.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::{select, Backoff, Options, State};
    ///
    /// let ami = Options::new().reconnect(Backoff::new()).connect("127.0.0.1:5038", "admin", "secret")?;
    /// let states = ami.states();
    /// loop {
    ///     select! {
    ///         recv(states) -> state => match state {
    ///             Ok(State::Connected) => println!("up"),
    ///             Ok(State::Closed) | Err(_) => break,
    ///             Ok(state) => println!("what you see is old: {state:?}"),
    ///         },
    ///         recv(ami.events()) -> event => if let Ok(event) = event { println!("{}", event.name()) },
    ///     }
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn states(&self) -> Receiver<State> {
        self.handle.engine.states()
    }

    /// Waits until the link stands, the session is restored on it, and the server has booted.
    ///
    /// It waits the whole time also in [`State::Disconnected`], where nothing happens before somebody calls
    /// [`Client::reconnect`]: another thread may.
    ///
    /// # Errors
    ///
    /// [`Error::NotConnected`] if that is not so within the time, [`Error::Closed`] if the client is.
    ///
    /// # Blocking
    ///
    /// Up to `timeout`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::{Backoff, Options};
    /// use std::time::Duration;
    ///
    /// let ami = Options::new().reconnect(Backoff::new()).dial("127.0.0.1:5038")?;
    /// ami.login("admin", "secret")?;
    /// for lost in ami.net_errors() {
    ///     eprintln!("{lost}");
    ///     if ami.wait_connected(Duration::from_secs(60)).is_ok() {
    ///         eprintln!("back again");
    ///     }
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn wait_connected(&self, timeout: Duration) -> Result<()> {
        self.handle.engine.link_within(timeout).map(drop)
    }

    /// What has been received, dropped and lost since the client was made.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// let stats = ami.stats();
    /// println!("{} events, {} of them dropped, {} reconnections", stats.events, stats.events_dropped, stats.reconnections);
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn stats(&self) -> Stats {
        self.handle.engine.streams.stats()
    }

    /// The number of the link that stands, as its events bear it.
    pub(crate) fn link_number(&self) -> Option<u64> {
        self.handle.engine.link_number()
    }

    /// The line with which the server greeted, without a wait for a link.
    pub(crate) fn banner_now(&self) -> Option<String> {
        self.handle.engine.banner_now()
    }

    pub(crate) fn options(&self) -> &Options {
        self.handle.engine.options()
    }

    /// Whether the event mask lets a class through.
    pub(crate) fn mask_lets_through(&self, class: EventClass) -> bool {
        self.handle.engine.session.mask_lets_through(class)
    }

    /// The user who has logged in.
    pub(crate) fn user(&self) -> Option<String> {
        self.handle.engine.session.user()
    }

    fn timeout_of(&self, action: &Action) -> Duration {
        let usual = self.handle.engine.options().action_timeout;
        action.own_timeout().unwrap_or_else(|| usual.saturating_add(stall_of(action).unwrap_or_default()))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("state", &self.state()).field("stats", &self.stats()).finish_non_exhaustive()
    }
}

/// How long an action makes the server wait, and everything else that this session asks or would be told.
fn stall_of(action: &Action) -> Option<Duration> {
    let number = || action.get("Timeout").and_then(|timeout| timeout.trim().parse::<u64>().ok());
    if action.name().eq_ignore_ascii_case("Originate") {
        let is_async = action.get("Async").is_some_and(|value| is_one_of(value, &["true", "yes", "y", "t", "1", "on"]));
        (!is_async).then(|| number().map_or(Duration::from_secs(30), Duration::from_millis))
    } else if action.name().eq_ignore_ascii_case("WaitEvent") {
        Some(number().map_or(Duration::from_secs(3600), Duration::from_secs))
    } else {
        None
    }
}
