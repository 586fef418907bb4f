//! How a client is to behave: data, no code that connects.

use std::time::Duration;

#[cfg(feature = "tls")]
use std::sync::{Arc, OnceLock};

use crate::action::EventMask;
use crate::error::{Error, Result};
use crate::packet::DEFAULT_LIMIT;
use crate::recording::Recorder;

/// So many events wait for a slow consumer unless set.
pub(crate) const DEFAULT_EVENT_CAPACITY: usize = 65_536;

/// How a [`Client`](crate::Client) connects and behaves.
///
/// What is not set is as [`Options::new`] says; [`Options::dial`] connects.
///
/// # Examples
///
/// ```no_run
/// use gami::{Backoff, Options};
/// use std::time::Duration;
///
/// let ami = Options::new()
///     .connect_timeout(Duration::from_secs(3))
///     .keepalive(Duration::from_secs(15))
///     .reconnect(Backoff::new())
///     .dial("pbx.example.org")?;
/// # Ok::<(), gami::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    pub(crate) connect_timeout: Duration,
    pub(crate) action_timeout: Duration,
    pub(crate) event_capacity: usize,
    pub(crate) packet_limit: usize,
    pub(crate) reconnect: Option<Backoff>,
    pub(crate) wait_for_link: Duration,
    pub(crate) keepalive: Option<Duration>,
    pub(crate) login: LoginMode,
    pub(crate) event_mask: Option<EventMask>,
    pub(crate) recorder: Option<Recorder>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Tls>,
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl Options {
    /// Plain TCP, 10 seconds to connect, 30 seconds for an answer, 65,536 events in the queue, packets of
    /// up to 32 MiB, no automatic reconnection and no keepalive.
    pub fn new() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            action_timeout: Duration::from_secs(30),
            event_capacity: DEFAULT_EVENT_CAPACITY,
            packet_limit: DEFAULT_LIMIT,
            reconnect: None,
            wait_for_link: Duration::ZERO,
            keepalive: None,
            login: LoginMode::Auto,
            event_mask: None,
            recorder: None,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Speaks TLS; the default port is then 5039.
    ///
    /// Asterisk up to 14 loses what comes before it has read the first 1,024 bytes, and hangs up. To such a server no
    /// more than that is sent before it answers, and an action that is larger goes out in pieces, 10 milliseconds
    /// apart. Where the network brings the pieces together the link is lost, and the outcome of the action is
    /// [`Outcome::Unknown`](crate::Outcome::Unknown). From 15 on there is no such limit.
    #[cfg(feature = "tls")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// The time for all of connecting: resolving the name, every address it has, the TLS handshake and the
    /// banner. 10 seconds unless set.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The time that an action has to be answered. 30 seconds unless set.
    ///
    /// [`Action::timeout`](crate::Action::timeout) sets another one for a single action. Actions that make
    /// the server wait (a synchronous `Originate`, `WaitEvent`) get the time they wait for on top of it.
    /// It is also the time that the server has to take in what is written to it, unless such an action keeps
    /// it from reading; one that does not has lost the link. With [`Options::keepalive`] that time is no
    /// longer than its interval.
    #[must_use]
    pub fn action_timeout(mut self, timeout: Duration) -> Self {
        self.action_timeout = timeout;
        self
    }

    /// How many events wait for a slow consumer before the newest are dropped. 65,536 unless set.
    ///
    /// `usize::MAX` never drops; memory is then the bound. Nothing is set aside in advance. With 0 nobody takes
    /// from [`Client::events`](crate::Client::events), as in a program that only subscribes: the stream stays
    /// empty, and what does not go there counts as dropped nowhere.
    #[must_use]
    pub fn event_capacity(mut self, events: usize) -> Self {
        self.event_capacity = events;
        self
    }

    /// The largest packet that is kept, in bytes. 32 MiB unless set; at least 1 KiB and at most 1 GiB.
    ///
    /// A larger one is passed over and reported on [`Client::errors`](crate::Client::errors); the link goes on.
    #[must_use]
    pub fn packet_limit(mut self, bytes: usize) -> Self {
        self.packet_limit = bytes;
        self
    }

    /// Comes back by itself after the loss of a link on which [`Client::login`](crate::Client::login) succeeded.
    ///
    /// Unless set, nothing happens after a loss before [`Client::reconnect`](crate::Client::reconnect) is called.
    /// It logs in again, and restores the event mask and the filters that were set; nothing that was sent is
    /// sent again. Each loss and each failed attempt comes out of
    /// [`Client::net_errors`](crate::Client::net_errors); [`Client::state`](crate::Client::state) is
    /// [`State::Reconnecting`](crate::State::Reconnecting) meanwhile, and
    /// [`Client::wait_connected`](crate::Client::wait_connected) waits for the end of it.
    ///
    /// Leave it the reconnecting: a loop of your own that calls [`Client::reconnect`](crate::Client::reconnect) beside it
    /// drops links that are healthy.
    ///
    /// What ends it: a login that is refused with `Authentication failed`, [`Backoff::attempts`], and
    /// [`Client::close`](crate::Client::close). Any other refusal does not, in particular not
    /// `Login Already In Use`, which a server says until it has noticed that the old session is gone.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::{Backoff, Options};
    /// use std::time::Duration;
    ///
    /// let ami = Options::new()
    ///     .reconnect(Backoff::new())
    ///     .keepalive(Duration::from_secs(15)) // finds a loss that nobody tells of
    ///     .wait_for_link(Duration::from_secs(5)) // for actions that are made meanwhile
    ///     .dial("pbx.example.org")?;
    /// ami.login("admin", "secret")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    #[must_use]
    pub fn reconnect(mut self, backoff: Backoff) -> Self {
        self.reconnect = Some(backoff);
        self
    }

    /// How long an action that is made while the link is down waits for it to come back.
    ///
    /// Unless set, such an action fails at once with [`Error::NotConnected`]; after that long it does. The wait
    /// comes before the time for the answer. Nothing that was sent is ever sent again.
    #[must_use]
    pub fn wait_for_link(mut self, timeout: Duration) -> Self {
        self.wait_for_link = timeout;
        self
    }

    /// Sends a `Ping` when nothing came for this long, and declares the link lost when nothing at all
    /// comes for as long again: a dead link is found within twice this time, to the precision of the
    /// system's timers (Linux takes up to an eighth longer).
    ///
    /// An action that makes the server wait (a synchronous `Originate`, `WaitEvent`) holds the verdict back
    /// until it is answered, at the latest until its own deadline or the end of the time that it makes the server
    /// wait, whichever is later: it stalls everything else that the server would send.
    ///
    /// The system probes at the same interval (TCP keepalive). On Linux it also gives up a server that has not
    /// acknowledged, or that has had no room for, what was sent to it for twice the interval.
    #[must_use]
    pub fn keepalive(mut self, interval: Duration) -> Self {
        self.keepalive = Some(interval);
        self
    }

    /// How [`Client::login`](crate::Client::login) proves who it is. [`LoginMode::Auto`] unless set.
    #[must_use]
    pub fn login_mode(mut self, mode: LoginMode) -> Self {
        self.login = mode;
        self
    }

    /// The event mask that [`Client::login`](crate::Client::login) sets along with the login, so that not
    /// even the first moment brings events that it keeps out. Unless set, all events come that the user
    /// may read.
    ///
    /// An action `Events` changes the mask later; a reconnection restores what was set last.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::action::{EventClass, EventMask};
    /// use gami::Options;
    ///
    /// let quiet = Options::new().event_mask(EventMask::off());
    /// let calls = Options::new().event_mask(EventMask::classes([EventClass::Call, EventClass::Agent]));
    /// let same = Options::new().event_mask("call,agent");
    /// ```
    #[must_use]
    pub fn event_mask(mut self, mask: impl Into<EventMask>) -> Self {
        self.event_mask = Some(mask.into());
        self
    }

    /// Records what the client reads and sends, over all of its links. Unless set, nothing is recorded.
    ///
    /// A recorder can be shared: the entries of each client are told apart by their links. Secrets are masked before
    /// they reach the disk; [`recording`](crate::recording) says which.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::recording::Recorder;
    /// use gami::Options;
    ///
    /// let ami = Options::new().record(Recorder::create("pbx.rec")?).dial("pbx.example.org")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    #[must_use]
    pub fn record(mut self, recorder: Recorder) -> Self {
        self.recorder = Some(recorder);
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        if let Some(mask) = &self.event_mask {
            check_mask(mask)?;
        }
        let zero = |name: &str| Err(Error::invalid(format!("option {name}"), "is zero"));
        if self.connect_timeout.is_zero() {
            return zero("connect_timeout");
        }
        if self.action_timeout.is_zero() {
            return zero("action_timeout");
        }
        if self.keepalive.is_some_and(|interval| interval.is_zero()) {
            return zero("keepalive");
        }
        if let Some(backoff) = &self.reconnect {
            if backoff.first.is_zero() {
                return Err(Error::invalid("first delay of Backoff", "is zero"));
            }
            if backoff.longest < backoff.first {
                return Err(Error::invalid("longest delay of Backoff", "is shorter than the first"));
            }
        }
        Ok(())
    }

    pub(crate) fn default_port(&self) -> u16 {
        if self.is_tls() {
            5039
        } else {
            5038
        }
    }

    pub(crate) fn is_tls(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.tls.is_some();
        #[cfg(not(feature = "tls"))]
        false
    }

    /// How long a write may find no room in the socket.
    pub(crate) fn write_timeout(&self) -> Duration {
        self.keepalive.map_or(self.action_timeout, |interval| interval.min(self.action_timeout))
    }
}

/// Refuses a mask of which a server would pass over a part.
pub(crate) fn check_mask(mask: &EventMask) -> Result<()> {
    match mask.unknown_word() {
        None => Ok(()),
        Some(word) => {
            let reason = format!("has {word:?}, which is no class of events: the server would pass over it");
            Err(Error::invalid("event mask", reason))
        }
    }
}

/// How a login proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LoginMode {
    /// [`LoginMode::Challenge`] on plain TCP, [`LoginMode::Plain`] over TLS.
    #[default]
    Auto,
    /// The MD5 digest of a challenge and the secret: the secret does not cross the network.
    Challenge,
    /// The secret itself.
    Plain,
}

/// When to try again after the loss of a link: exponentially longer delays with jitter.
///
/// The delay doubles from the first to the longest; each is shortened by a random part of up to a half,
/// so that clients that lost one server do not come back all at once. It goes on growing over losses that
/// follow each other quickly, until a link has lasted for [`Backoff::stable`].
///
/// # Examples
///
/// ```
/// use gami::{Backoff, Options};
/// use std::time::Duration;
///
/// let patient = Backoff::new().first(Duration::from_secs(1)).longest(Duration::from_secs(300));
/// let limited = Backoff::new().attempts(10);
/// # let _ = (Options::new().reconnect(patient), limited);
/// ```
#[derive(Debug, Clone)]
pub struct Backoff {
    pub(crate) first: Duration,
    pub(crate) longest: Duration,
    pub(crate) attempts: Option<u32>,
    pub(crate) stable: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new()
    }
}

impl Backoff {
    /// From half a second to 30 seconds, without a limit of attempts, anew after 60 stable seconds.
    pub fn new() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            attempts: None,
            stable: Duration::from_secs(60),
        }
    }

    /// The delay before the first attempt. Half a second unless set; zero is refused by
    /// [`Options::dial`].
    #[must_use]
    pub fn first(mut self, delay: Duration) -> Self {
        self.first = delay;
        self
    }

    /// The longest delay. 30 seconds unless set; one shorter than the first is refused by [`Options::dial`].
    #[must_use]
    pub fn longest(mut self, delay: Duration) -> Self {
        self.longest = delay;
        self
    }

    /// Gives up after so many failed attempts in a row. Unless set, never.
    ///
    /// The client is then [`State::Disconnected`](crate::State::Disconnected), and its streams stay open: a call
    /// of [`Client::reconnect`](crate::Client::reconnect) that succeeds makes it come back by itself again, with
    /// the count anew. The last failure on [`Client::net_errors`](crate::Client::net_errors) is not marked: that
    /// the state is no longer `Reconnecting` tells. A limit of 0 is one of 1.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// How long a link must have lasted for the delays to start anew at its loss. 60 seconds unless set.
    #[must_use]
    pub fn stable(mut self, span: Duration) -> Self {
        self.stable = span;
        self
    }

    /// The delay before an attempt, counted from 0; `random` is spread evenly over 0 to 1.
    pub(crate) fn delay(&self, attempt: u32, random: f64) -> Duration {
        let doubled = self.first.saturating_mul(1 << attempt.min(31)).min(self.longest);
        doubled - (doubled / 2).mul_f64(random.clamp(0.0, 1.0))
    }
}

/// How TLS checks the server: for [`Options::tls`].
///
/// # Examples
///
/// ```no_run
/// use gami::{Options, Tls};
///
/// // Trusted by the system.
/// let ami = Options::new().tls(Tls::new()).dial("pbx.example.org")?;
/// // A self-signed certificate, which was copied from the server.
/// let pem = std::fs::read("pbx.pem").expect("the server's certificate");
/// let ami = Options::new().tls(Tls::new().add_root_pem(pem)?.server_name("pbx")).dial("10.0.0.5")?;
/// # Ok::<(), gami::Error>(())
/// ```
#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
#[derive(Clone, Default)]
pub struct Tls {
    pub(crate) connector: Option<native_tls::TlsConnector>,
    pub(crate) roots: Vec<native_tls::Certificate>,
    pub(crate) insecure: bool,
    pub(crate) server_name: Option<String>,
    /// What all this amounts to, made once: reading the system's roots takes longer than a handshake.
    made: Arc<OnceLock<native_tls::TlsConnector>>,
}

#[cfg(feature = "tls")]
impl Tls {
    /// Trusts what the system trusts, and checks that the certificate is for the host that was dialed.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::{Options, Tls};
    ///
    /// let ami = Options::new().tls(Tls::new()).dial("pbx.example.org")?; // port 5039
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes any certificate for any host: for servers with a self-signed certificate on a network you trust.
    ///
    /// The link is encrypted, but anyone between client and server can read it.
    /// [`Tls::add_root_pem`] with the server's own certificate is the safe way.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::{Options, Tls};
    ///
    /// let ami = Options::new().tls(Tls::insecure()).dial("10.0.0.5:5039")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn insecure() -> Self {
        Self { insecure: true, ..Self::default() }
    }

    /// Uses a connector of your own, as it is: client identities, protocol versions, ciphers.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::native_tls::{Protocol, TlsConnector};
    /// use gami::{Options, Tls};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let connector = TlsConnector::builder().min_protocol_version(Some(Protocol::Tlsv12)).build()?;
    /// let ami = Options::new().tls(Tls::with_connector(connector)).dial("pbx.example.org")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_connector(connector: native_tls::TlsConnector) -> Self {
        Self { connector: Some(connector), ..Self::default() }
    }

    /// Trusts these certificates too: one or more in PEM, such as a self-signed server's own.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no certificate in `pem`, if one cannot be read, or after
    /// [`Tls::with_connector`], whose connector has roots of its own.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::{Options, Tls};
    ///
    /// let pem = std::fs::read("pbx.pem").expect("the server's certificate");
    /// let ami = Options::new().tls(Tls::new().add_root_pem(pem)?).dial("10.0.0.5")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn add_root_pem(mut self, pem: impl AsRef<[u8]>) -> Result<Self> {
        const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
        let invalid = |reason: String| Error::invalid("root certificate", reason);
        if self.connector.is_some() {
            return Err(invalid("cannot be added to a connector of your own, which is used as it is".into()));
        }
        let text = std::str::from_utf8(pem.as_ref()).map_err(|_| invalid("is not PEM text".into()))?;
        let mut blocks = text.split(BEGIN).skip(1).peekable();
        if blocks.peek().is_none() {
            return Err(invalid(format!("has no {BEGIN:?}")));
        }
        for block in blocks {
            let certificate = native_tls::Certificate::from_pem(format!("{BEGIN}{block}").as_bytes());
            self.roots.push(certificate.map_err(|error| invalid(format!("cannot be read: {error}")))?);
        }
        self.made = Arc::default();
        Ok(self)
    }

    /// The name that the server's certificate must be for, where it is not the host that is dialed.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::{Options, Tls};
    ///
    /// let ami = Options::new().tls(Tls::new().server_name("pbx.example.org")).dial("10.0.0.5")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    #[must_use]
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// The connector that all this amounts to.
    pub(crate) fn connector(&self) -> Result<native_tls::TlsConnector> {
        if let Some(connector) = self.connector.as_ref().or_else(|| self.made.get()) {
            return Ok(connector.clone());
        }
        let mut builder = native_tls::TlsConnector::builder();
        builder.danger_accept_invalid_certs(self.insecure).danger_accept_invalid_hostnames(self.insecure);
        for root in &self.roots {
            builder.add_root_certificate(root.clone());
        }
        let connector = builder.build().map_err(|error| Error::Tls(Arc::new(error)))?;
        Ok(self.made.get_or_init(|| connector).clone())
    }
}

#[cfg(feature = "tls")]
impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls")
            .field("own_connector", &self.connector.is_some())
            .field("added_roots", &self.roots.len())
            .field("insecure", &self.insecure)
            .field("server_name", &self.server_name)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest_and_are_shortened_by_up_to_a_half() {
        let backoff = Backoff::new().first(Duration::from_millis(100)).longest(Duration::from_secs(1));
        for (attempt, longest) in [(0, 100), (1, 200), (2, 400), (3, 800), (4, 1000), (5, 1000), (u32::MAX, 1000)] {
            assert_eq!(backoff.delay(attempt, 0.0), Duration::from_millis(longest));
            assert_eq!(backoff.delay(attempt, 0.5), Duration::from_millis(longest * 3 / 4));
            assert_eq!(backoff.delay(attempt, 1.0), Duration::from_millis(longest / 2));
        }
    }

    #[test]
    fn delays_do_not_overflow() {
        let backoff = Backoff::new().first(Duration::MAX).longest(Duration::MAX);
        assert_eq!(backoff.delay(0, 0.0), Duration::MAX);
        assert!(backoff.delay(40, 1.0) <= Duration::MAX / 2 + Duration::from_secs(1));
    }
}
