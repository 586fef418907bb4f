//! How a mock is to be.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::answers::Script;
use super::transport::Acceptor;
use super::{Mock, Replay, Reply};

/// What a mock is to be before it starts; made by [`Mock::builder`].
///
/// # Examples
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// use gami::mock::{Mock, SAMPLE_CALL};
///
/// let mock = Mock::builder()
///     .banner("Asterisk Call Manager/1.1\r\n")
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
    banner: Reply,
    script: Script,
    #[cfg(feature = "tls")]
    tls: bool,
    address: SocketAddr,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            banner: Reply::raw("Asterisk Call Manager/11.0.0\r\n"),
            script: Script {
                users: Vec::new(),
                login_delay: Duration::ZERO,
                write_timeout: Duration::from_secs(10),
                replay: None,
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

    /// Greets each connection with these bytes, line end included, or with any [`Reply`].
    ///
    /// The default is `Asterisk Call Manager/11.0.0`, as Asterisk 22 sends it.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::mock::{Mock, Reply};
    /// use std::time::Duration;
    ///
    /// let wrong = Mock::builder().banner("220 mail.example.com ESMTP\r\n");
    /// let none = Mock::builder().banner(Reply::nothing());
    /// let closed_before_it = Mock::builder().banner(Reply::nothing().close());
    /// let slow = Mock::builder()
    ///     .banner(Reply::raw("Asterisk Call Manager/11.0.0\r\n").dripping(Duration::from_millis(20)));
    /// # let _ = (wrong, none, closed_before_it, slow);
    /// ```
    pub fn banner(mut self, banner: impl Into<Reply>) -> Self {
        self.banner = banner.into();
        self
    }

    /// Lets this user log in; without any, `admin` may with the secret `root`.
    pub fn user(mut self, name: impl Into<String>, secret: impl Into<String>) -> Self {
        self.script.users.push((name.into(), secret.into()));
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
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.script.write_timeout = timeout.max(Duration::from_millis(1));
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    ///
    /// The port cannot be bound, or the system has no thread or no TLS to give.
    pub fn start(mut self) -> io::Result<Mock> {
        if self.script.users.is_empty() {
            self = self.user("admin", "root");
        }
        #[cfg(feature = "tls")]
        let acceptor = self.tls.then(Acceptor::new).transpose()?;
        #[cfg(not(feature = "tls"))]
        let acceptor: Option<Acceptor> = None;
        Mock::listen(self.address, self.banner, self.script, acceptor)
    }
}
