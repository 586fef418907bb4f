//! A TLS session that two threads share; see the [module](super) for how.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use native_tls::{HandshakeError, TlsStream};

use super::socket::{is_timeout, patience, remaining};
use crate::error::{Error, Result};
use crate::options::Tls;
use crate::sync::lock;

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
    pub tcp: TcpStream,
    /// Whether the session owes the server something, and has not said so; whether it has said so.
    pub owes: bool,
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
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
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
