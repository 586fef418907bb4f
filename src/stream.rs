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

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::options::Options;

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

/// A host and a port; the name is not yet resolved.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    host: String,
    port: u16,
}

/// Reads `host`, `host:port`, `[v6]:port`, `[v6]` or a bare IPv6 address.
fn parse_address(address: &str, default_port: u16) -> Result<Target> {
    let invalid = |reason: &str| Error::invalid(format!("address {address:?}"), reason);
    let (host, port) = if let Some(rest) = address.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or_else(|| invalid("has no closing bracket"))?;
        match rest {
            "" => (host, None),
            _ => (host, Some(rest.strip_prefix(':').ok_or_else(|| invalid("has no colon after the bracket"))?)),
        }
    } else {
        match address.split_once(':') {
            Some((_, rest)) if rest.contains(':') => (address, None),
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        }
    };
    if host.is_empty() {
        return Err(invalid("has no host"));
    }
    if host.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(invalid("has blanks or control characters in its host"));
    }
    let port = match port {
        None => default_port,
        Some(port) => match port.parse() {
            Ok(0) | Err(_) => return Err(invalid("has a port that is no number from 1 to 65535")),
            Ok(port) => port,
        },
    };
    Ok(Target { host: host.to_owned(), port })
}

/// Checks an address without resolving it.
pub(crate) fn check_address(address: &str, options: &Options) -> Result<()> {
    parse_address(address, options.default_port()).map(drop)
}

/// Connects and shakes hands; `control` is told of the socket as soon as there is one.
pub(crate) fn connect(
    address: &str,
    options: &Options,
    deadline: Instant,
    control: impl FnOnce(Control),
) -> Result<Stream> {
    let target = parse_address(address, options.default_port())?;
    let failed = |error| Error::Connect { address: address.into(), source: Arc::new(error) };
    let tcp = connect_tcp(&target, deadline).map_err(failed)?;
    tcp.set_nodelay(true).map_err(failed)?;
    control(Control(tcp.try_clone().map_err(failed)?));
    let control = Control(tcp.try_clone().map_err(failed)?);
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

fn connect_tcp(target: &Target, deadline: Instant) -> io::Result<TcpStream> {
    let addresses: Vec<SocketAddr> = (target.host.as_str(), target.port).to_socket_addrs()?.collect();
    connect_to_any(&addresses, deadline)
}

/// Tries the addresses in turn, each with its share of the time that is left.
fn connect_to_any(addresses: &[SocketAddr], deadline: Instant) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for (at, address) in addresses.iter().enumerate() {
        let share = remaining(deadline)? / (addresses.len() - at) as u32;
        match TcpStream::connect_timeout(address, share) {
            Ok(tcp) => return Ok(tcp),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The time up to a deadline, never zero; an error once it has passed.
fn remaining(deadline: Instant) -> io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(io::Error::new(io::ErrorKind::TimedOut, "the time for connecting is over")),
        left => Ok(left),
    }
}

/// What to ask of a socket's timeout so that it passes before the deadline, if only just.
///
/// Linux keeps such a timeout to an eighth of its length, and never early.
fn patience(deadline: Instant) -> io::Result<Duration> {
    Ok((remaining(deadline)? / 8 * 7).max(Duration::from_millis(1)))
}

/// Whether an error says that the socket's timeout passed.
pub(crate) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
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
            self.set_timeout(Some(patience(deadline)?))?;
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

/// Cuts a connection off from any thread: reads end, writes fail.
pub(crate) struct Control(TcpStream);

impl Control {
    pub fn shut(&self) {
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

#[cfg(feature = "tls")]
mod tls {
    use std::sync::Mutex;

    use super::*;
    use crate::options::Tls;
    use crate::sync::lock;
    use native_tls::{HandshakeError, TlsStream};

    const CIPHERTEXT: usize = 32 * 1024;

    pub(super) type Session = Arc<Mutex<TlsStream<Pipe>>>;

    /// What the session reads from and writes to: the socket during the handshake, then memory.
    pub(super) struct Pipe {
        handshake: Option<(TcpStream, Instant)>,
        incoming: Vec<u8>,
        taken: usize,
        outgoing: Vec<u8>,
        ended: bool,
    }

    impl Read for Pipe {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if let Some((tcp, deadline)) = &mut self.handshake {
                loop {
                    tcp.set_read_timeout(Some(patience(*deadline).map_err(in_handshake)?))?;
                    match tcp.read(buffer) {
                        Err(error) if is_timeout(&error) => {}
                        read => return read,
                    }
                }
            }
            let rest = &self.incoming[self.taken..];
            if rest.is_empty() {
                return if self.ended { Ok(0) } else { Err(io::ErrorKind::WouldBlock.into()) };
            }
            let length = rest.len().min(buffer.len());
            buffer[..length].copy_from_slice(&rest[..length]);
            self.taken += length;
            if self.taken == self.incoming.len() {
                self.incoming.clear();
                self.taken = 0;
            }
            Ok(length)
        }
    }

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if let Some((tcp, deadline)) = &mut self.handshake {
                tcp.set_write_timeout(Some(remaining(*deadline)?))?;
                return tcp.write(bytes).map_err(in_handshake);
            }
            self.outgoing.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A timeout of the socket must not look to the session like a request to try again.
    fn in_handshake(error: io::Error) -> io::Error {
        if is_timeout(&error) {
            io::Error::new(io::ErrorKind::TimedOut, "the handshake did not end in time")
        } else {
            error
        }
    }

    pub(super) fn shake_hands(tls: &Tls, host: &str, tcp: &TcpStream, deadline: Instant) -> Result<Session> {
        let failed = |error: io::Error| Error::Tls(Arc::new(error));
        let connector = tls.connector()?;
        let name = tls.server_name.as_deref().unwrap_or(host);
        let pipe = Pipe {
            handshake: Some((tcp.try_clone().map_err(failed)?, deadline)),
            incoming: Vec::new(),
            taken: 0,
            outgoing: Vec::new(),
            ended: false,
        };
        let mut session = connector.connect(name, pipe).map_err(|error| match error {
            HandshakeError::Failure(error) => Error::Tls(Arc::new(error)),
            HandshakeError::WouldBlock(_) => failed(io::ErrorKind::TimedOut.into()),
        })?;
        session.get_mut().handshake = None;
        Ok(Arc::new(Mutex::new(session)))
    }

    pub(crate) struct Reader {
        pub(super) tcp: TcpStream,
        /// Whether the session owes the server something, and has not said so; whether it has said so.
        pub(super) owes: bool,
        told: bool,
        session: Session,
        ciphertext: Vec<u8>,
    }

    impl Reader {
        pub(super) fn new(tcp: TcpStream, session: Session) -> Self {
            Self { tcp, owes: false, told: false, session, ciphertext: Vec::new() }
        }

        /// Asks the session before it blocks on the socket: the handshake or the read before may have
        /// left plaintext in it.
        pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            loop {
                let (read, owes) = {
                    let mut session = lock(&self.session);
                    let read = drain(&mut session, buffer);
                    (read, !session.get_ref().outgoing.is_empty())
                };
                self.owes |= owes && !self.told;
                self.told = owes;
                match read? {
                    Some(read) => return Ok(read),
                    // The server may wait for it before it sends more.
                    None if self.owes => return Err(io::ErrorKind::Interrupted.into()),
                    None => {}
                }
                self.ciphertext.resize(CIPHERTEXT, 0);
                let came = self.tcp.read(&mut self.ciphertext)?;
                let mut session = lock(&self.session);
                let pipe = session.get_mut();
                pipe.incoming.extend_from_slice(&self.ciphertext[..came]);
                pipe.ended = came == 0;
            }
        }
    }

    /// Decrypts as much as there is and fits; `None` if the session needs more ciphertext first.
    fn drain(session: &mut TlsStream<Pipe>, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let mut filled = 0;
        while filled < buffer.len() {
            match session.read(&mut buffer[filled..]) {
                Ok(0) => return Ok(Some(filled)),
                Ok(read) => filled += read,
                Err(error) if is_timeout(&error) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What was decrypted counts; the next read meets the same error.
                Err(_) if filled > 0 => break,
                // The server went without a good-bye: to AMI that is an end like any other.
                Err(_) if session.get_ref().ended => return Ok(Some(0)),
                Err(error) => return Err(error),
            }
        }
        Ok((filled > 0).then_some(filled))
    }

    /// Adds to `outgoing` what the session makes of `bytes`, and what it owes the server.
    pub(super) fn encrypt(session: &Session, bytes: &[u8], outgoing: &mut Vec<u8>) -> io::Result<()> {
        let mut session = lock(session);
        session.write_all(bytes)?;
        outgoing.append(&mut session.get_mut().outgoing);
        Ok(())
    }

    pub(super) fn say_goodbye(session: &Session) {
        let _ = lock(session).shutdown();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(host: &str, port: u16) -> Target {
        Target { host: host.into(), port }
    }

    #[test]
    fn an_address_may_leave_out_its_port() {
        for (address, expected) in [
            ("pbx", target("pbx", 5038)),
            ("pbx:15038", target("pbx", 15038)),
            ("127.0.0.1", target("127.0.0.1", 5038)),
            ("127.0.0.1:7", target("127.0.0.1", 7)),
            ("::1", target("::1", 5038)),
            ("[::1]", target("::1", 5038)),
            ("[::1]:99", target("::1", 99)),
            ("fe80::1%2", target("fe80::1%2", 5038)),
        ] {
            assert_eq!(parse_address(address, 5038).unwrap(), expected, "{address}");
        }
    }

    #[test]
    fn of_several_addresses_the_first_that_answers_is_taken() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let listening = listener.local_addr().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let connect = |addresses: &[SocketAddr]| {
            connect_to_any(addresses, Instant::now() + Duration::from_secs(20)).map(|tcp| tcp.peer_addr().unwrap())
        };
        assert_eq!(connect(&[free, listening]).unwrap(), listening);
        assert_eq!(connect(&[free, free, listening, free]).unwrap(), listening);
        assert_eq!(connect(&[free, free]).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(connect(&[]).unwrap_err().kind(), io::ErrorKind::NotFound);
        let late = connect_to_any(&[listening], Instant::now()).unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn an_address_that_makes_no_sense_is_refused_by_name() {
        for address in ["", ":5038", "pbx:", "pbx:0", "pbx:65536", "pbx:ami", "[::1", "[::1]5038", "p bx", "pbx\n"] {
            let error = parse_address(address, 5038).unwrap_err().to_string();
            assert!(error.starts_with(&format!("address {address:?}: has ")), "{error}");
        }
    }
}
