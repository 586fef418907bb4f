//! TCP and TLS: bytes in one direction and the other, and how to cut both off. Nothing here knows AMI.
//!
//! # TLS without polling
//!
//! A `native_tls::TlsStream` cannot be split, and a lock around a read that blocks would hold up every
//! write. So the handshake runs on the socket, and from then on the session works on memory: the reader
//! blocks on the socket with no lock held, then locks the session to decrypt what came; a writer locks the
//! session to encrypt, unlocks it, and sends.
//!
//! # Locking
//!
//! The wire comes before the session. No system call is made under the session.
//!
//! # Waits
//!
//! - Resolving, connecting, the handshake and [`Source::read_by`]: until the deadline they are given.
//! - [`Source::read`]: until bytes come, the read timeout, or [`Control::shut`].
//! - [`Sink::send`]: for a [`TICK`] without progress, or until [`Control::shut`].

mod address;
mod socket;
#[cfg(feature = "tls")]
mod tls;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::options::Options;

pub(crate) use address::check_address;
pub(crate) use socket::{is_timeout, Control};

/// How long a write may find no room before its caller is asked whether to go on.
const TICK: Duration = Duration::from_millis(20);
/// A larger buffer is given back once it is empty.
const KEPT: usize = 64 * 1024;

/// A connection, each direction for itself.
pub(crate) struct Stream {
    pub source: Source,
    pub sink: Sink,
    pub control: Control,
}

/// Connects and shakes hands; `control` is told of the socket as soon as there is one.
pub(crate) fn connect(
    address: &str,
    options: &Options,
    deadline: Instant,
    control: impl FnOnce(Control),
) -> Result<Stream> {
    let target = address::parse(address, options.default_port())?;
    let failed = |error| Error::Connect { address: address.into(), source: Arc::new(error) };
    let tcp = socket::connect(&target, deadline).map_err(failed)?;
    tcp.set_nodelay(true).map_err(failed)?;
    control(Control::new(&tcp).map_err(failed)?);
    let control = Control::new(&tcp).map_err(failed)?;
    #[cfg(feature = "tls")]
    let session = match &options.tls {
        Some(tls) => Some(tls::shake_hands(tls, &target.host, &tcp, deadline)?),
        None => None,
    };
    let sink = Sink {
        #[cfg(feature = "tls")]
        session: session.clone(),
        ..Sink::new(tcp.try_clone().map_err(failed)?)
    };
    #[cfg(feature = "tls")]
    let source = match session {
        Some(session) => Source::Tls(tls::Reader::new(tcp, session)),
        None => Source::Tcp(tcp),
    };
    #[cfg(not(feature = "tls"))]
    let source = Source::Tcp(tcp);
    // The handshake had timeouts of its own.
    sink.tcp.set_write_timeout(Some(TICK)).map_err(failed)?;
    Ok(Stream { source, sink, control })
}

/// The direction from the server.
pub(crate) enum Source {
    Tcp(TcpStream),
    #[cfg(feature = "tls")]
    Tls(tls::Reader),
}

impl Source {
    /// Blocks until bytes come; 0 is the end. The error is of a kind that [`is_timeout`] knows when the
    /// read timeout passed, and `Interrupted` when there is something else to do first, such as what
    /// [`Source::owes`] tells.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(tcp) => tcp.read(buffer),
            #[cfg(feature = "tls")]
            Self::Tls(reader) => reader.read(buffer),
        }
    }

    /// Whether a read made the TLS session owe the server an answer, which the sink then has to send.
    pub fn owes(&mut self) -> bool {
        match self {
            Self::Tcp(_) => false,
            #[cfg(feature = "tls")]
            Self::Tls(reader) => std::mem::take(&mut reader.owes),
        }
    }

    /// The same with a deadline of its own.
    pub fn read_by(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        loop {
            self.set_timeout(Some(socket::patience(deadline)?))?;
            match self.read(buffer) {
                Err(error) if is_timeout(&error) || error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }

    /// How long a read may wait; `None` waits for ever.
    pub fn set_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Tcp(tcp) => tcp.set_read_timeout(timeout),
            #[cfg(feature = "tls")]
            Self::Tls(reader) => reader.tcp.set_read_timeout(timeout),
        }
    }
}

/// The direction to the server: what it was given goes out before it takes more.
pub(crate) struct Sink {
    tcp: TcpStream,
    #[cfg(feature = "tls")]
    session: Option<tls::Session>,
    /// What it was given last, as it was given.
    #[cfg(feature = "tls")]
    given: Vec<u8>,
    /// What goes over the network, and how much of it has gone.
    outgoing: Vec<u8>,
    gone: usize,
    /// Since when the system has taken in nothing.
    stuck: Option<Instant>,
}

impl Sink {
    fn new(tcp: TcpStream) -> Self {
        Self {
            tcp,
            #[cfg(feature = "tls")]
            session: None,
            #[cfg(feature = "tls")]
            given: Vec::new(),
            outgoing: Vec::new(),
            gone: 0,
            stuck: None,
        }
    }

    /// Takes bytes to send, and leaves an empty buffer in their place.
    ///
    /// What it was given before must have gone out.
    pub fn give(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        #[cfg(feature = "tls")]
        if let Some(session) = &self.session {
            self.given.clear();
            std::mem::swap(bytes, &mut self.given);
            bytes.shrink_to(KEPT);
            return tls::encrypt(session, &self.given, &mut self.outgoing);
        }
        std::mem::swap(bytes, &mut self.outgoing);
        bytes.shrink_to(KEPT);
        Ok(())
    }

    /// Sends what it was given, or goes on with it; `None` once all is out, otherwise for how long the system
    /// has taken in nothing, at least a [`TICK`].
    pub fn send(&mut self) -> io::Result<Option<Duration>> {
        #[cfg(feature = "tls")]
        if let Some(session) = self.session.as_ref().filter(|_| self.outgoing.is_empty()) {
            tls::encrypt(session, &[], &mut self.outgoing)?;
        }
        while self.gone < self.outgoing.len() {
            match self.tcp.write(&self.outgoing[self.gone..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    self.gone += written;
                    self.stuck = None;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) => {
                    let now = Instant::now();
                    let since = *self.stuck.get_or_insert_with(|| now.checked_sub(TICK).unwrap_or(now));
                    return Ok(Some(now - since));
                }
                Err(error) => return Err(error),
            }
        }
        self.outgoing.clear();
        self.gone = 0;
        Ok(None)
    }

    /// The time in which the system takes in nothing begins anew.
    pub fn excuse(&mut self) {
        self.stuck = Some(Instant::now());
    }

    /// How many of the bytes that it was given last cannot have reached the server.
    pub fn unsent(&self) -> usize {
        #[cfg(feature = "tls")]
        if self.session.is_some() {
            // A record that is cut off cannot be read, but those before it can.
            return if self.gone == 0 && !self.outgoing.is_empty() { self.given.len() } else { 0 };
        }
        self.outgoing.len() - self.gone
    }

    /// Says good-bye where the transport has a way to, unless that takes time.
    pub fn finish(&mut self) {
        #[cfg(feature = "tls")]
        if let Some(session) = self.session.as_ref().filter(|_| self.outgoing.is_empty()) {
            tls::say_goodbye(session);
            let _ = self.send();
        }
    }
}
