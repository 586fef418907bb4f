//! How a mock is to be.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::answers::{Script, User};
use super::classes::Classes;
use super::server::Boot;
use super::transport::Acceptor;
use super::version::Version;
use super::{Mock, Replay, Reply, TlsReading};

/// What a mock is to be before it starts; made by [`Mock::builder`].
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// use gami::mock::{Mock, SAMPLE_CALL};
///
/// let mock = Mock::builder()
///     .asterisk("13")
///     .user("operator", "secret")
///     .replay(SAMPLE_CALL)
///     .start()?;
/// # let _ = mock;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing listens before `start`"]
pub struct Builder {
    /// `None`: that of the version.
    banner: Option<Reply>,
    /// As `asterisk` was given it.
    version: Option<String>,
    booting: bool,
    script: Script,
    #[cfg(feature = "tls")]
    tls: bool,
    address: SocketAddr,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            banner: None,
            version: None,
            booting: false,
            script: Script {
                users: Vec::new(),
                single_login: false,
                login_delay: Duration::ZERO,
                write_timeout: Duration::from_secs(10),
                replay: None,
                version: None,
                tls_reading: None,
            },
            #[cfg(feature = "tls")]
            tls: false,
            address: SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0),
        }
    }

    /// Talks TLS with a certificate for `localhost`, `127.0.0.1` and `::1` that no system trusts:
    /// [`Mock::certificate_pem`] is what the client has to trust.
    #[cfg(feature = "tls")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Binds to `[::1]` instead of `127.0.0.1`.
    pub fn ipv6(mut self) -> Self {
        self.address.set_ip(Ipv6Addr::LOCALHOST.into());
        self
    }

    /// Binds to this port instead of one that is free.
    pub fn port(mut self, port: u16) -> Self {
        self.address.set_port(port);
        self
    }

    /// Is this version of Asterisk, such as `22`, `13` or `1.8.17`; of a series without a release, its last.
    ///
    /// What depends on the version is as there: the banner, how it reads over TLS ([`TlsReading`]), the format of a
    /// command's output, actions and criteria of filters that are not known yet. And after each login it sends
    /// `FullyBooted`, if the event mask has `system`.
    ///
    /// Without this the banner tells the version ([`banner`](Self::banner)), and `FullyBooted` is never sent.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::mock::{Mock, Reply};
    /// use gami::Client;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mock = Mock::builder().asterisk("13").start()?;
    /// mock.on("Command", |_| Reply::output("0 active channels\n")); // `Response: Follows`, as 13 sends it
    ///
    /// let ami = Client::dial(&mock)?;
    /// ami.login("admin", "root")?;
    /// assert_eq!(ami.banner()?, "Asterisk Call Manager/2.10.6");
    /// assert_eq!(ami.command("core show channels")?, "0 active channels");
    /// assert_eq!(ami.events().recv()?.name(), "FullyBooted");
    /// # Ok(())
    /// # }
    /// ```
    pub fn asterisk(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Is a server that still loads its modules, until [`Mock::finish_booting`]: it lets users log in, knows no
    /// action but those of Asterisk's core, whatever handlers there are, and sends no `FullyBooted`.
    pub fn booting(mut self) -> Self {
        self.booting = true;
        self
    }

    /// Reads over TLS in this way, whatever the version.
    pub fn tls_reading(mut self, reading: TlsReading) -> Self {
        self.script.tls_reading = Some(reading);
        self
    }

    /// Greets each connection with these bytes, line end included, or with any [`Reply`].
    ///
    /// Where [`asterisk`](Self::asterisk) is not set, the number in it tells which version the mock is.
    ///
    /// The default is `Asterisk Call Manager/11.0.0`, as Asterisk 22 sends it.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::mock::{Mock, Reply};
    /// use std::time::{Duration, Instant};
    ///
    /// let wrong = Mock::builder().banner("220 mail.example.com ESMTP\r\n");
    /// let none = Mock::builder().banner(Reply::nothing());
    /// let closed_before_it = Mock::builder().banner(Reply::nothing().close());
    /// let slow = Mock::builder()
    ///     .banner(Reply::raw("Asterisk Call Manager/11.0.0\r\n").dripping(Duration::from_millis(20)));
    /// # let _ = (wrong, none, closed_before_it, slow);
    /// ```
    pub fn banner(mut self, banner: impl Into<Reply>) -> Self {
        self.banner = Some(banner.into());
        self
    }

    /// Lets this user log in; without any, `admin` may with the secret `root`.
    pub fn user(self, name: impl Into<String>, secret: impl Into<String>) -> Self {
        self.user_with(name, secret, "all", "all")
    }

    /// Lets this user log in, who may read the events and run the actions of these classes, as with `read` and
    /// `write` in manager.conf.
    ///
    /// Which classes an action needs is known of the common ones; the others anybody may run.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// use gami::mock::Mock;
    ///
    /// let mock = Mock::builder().user_with("wallboard", "secret", "call,agent", "reporting").start()?;
    /// # let _ = mock;
    /// # Ok(())
    /// # }
    /// ```
    pub fn user_with(mut self, name: impl Into<String>, secret: impl Into<String>, read: &str, write: &str) -> Self {
        let (read, write) = (Classes::of_names(read), Classes::of_names(write));
        self.script.users.push(User { name: name.into(), secret: secret.into(), read, write });
        self
    }

    /// Answers `Login Already In Use` to a user who is logged in already, as Asterisk with `allowmultiplelogin=no`.
    pub fn single_login(mut self) -> Self {
        self.script.single_login = true;
        self
    }

    /// Refuses a login only after this time, which is one second on Asterisk; the default is none.
    pub fn login_delay(mut self, delay: Duration) -> Self {
        self.script.login_delay = delay;
        self
    }

    /// Sends the events of a capture to every session once it has logged in, if it takes events then.
    pub fn replay(mut self, replay: impl Into<Replay>) -> Self {
        self.script.replay = Some(replay.into());
        self
    }

    /// Drops a client that takes in nothing for this time while there is something to send; the default is
    /// ten seconds, and the least is one millisecond.
    ///
    /// Asterisk's `writetimeout` is 100 ms where it is not set. The mock is more patient, so that no client is
    /// dropped because a machine is busy with other tests.
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.script.write_timeout = timeout.max(Duration::from_millis(1));
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    ///
    /// The port cannot be bound, or the system has no thread or no TLS to give; [`io::ErrorKind::InvalidInput`] for
    /// a version of Asterisk that does not exist.
    pub fn start(mut self) -> io::Result<Mock> {
        self.script.version = self.version.as_deref().map(Version::parse).transpose()?;
        let boot = match (self.booting, self.script.version) {
            (true, _) => Boot::Under,
            (false, Some(_)) => Boot::Done(Instant::now()),
            (false, None) => Boot::Unsaid,
        };
        let banner = self.banner.take();
        let banner = banner.unwrap_or_else(|| Reply::raw(self.script.version.unwrap_or_default().banner()));
        if self.script.users.is_empty() {
            self = self.user("admin", "root");
        }
        #[cfg(feature = "tls")]
        let acceptor = self.tls.then(Acceptor::new).transpose()?;
        #[cfg(not(feature = "tls"))]
        let acceptor: Option<Acceptor> = None;
        Mock::listen(self.address, banner, boot, self.script, acceptor)
    }
}
