//! The bytes of one connection, TCP or TLS: one thread reads, one thread writes.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;

#[cfg(feature = "tls")]
pub(super) use super::tls::{Acceptor, CERTIFICATE};
#[cfg(feature = "tls")]
use super::tls::{Incoming, Session};
use crate::net::TcpStream;

/// Without the feature `tls` there is none.
#[cfg(not(feature = "tls"))]
#[derive(Clone)]
pub(super) enum Acceptor {}

/// How a mock reads what a client sends over TLS: see [`Builder::tls_reading`](super::Builder::tls_reading).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsReading {
    /// As Asterisk 15 and later: up to 1,024 bytes at a time, and only when something comes on the socket. What is
    /// left of a TLS record waits for that.
    From15,
    /// As Asterisk up to 14: the same, and an answer or an event that has to be sent while something is left of
    /// a record ends the connection.
    UpTo14,
    /// Everything that comes, whatever its records: as a server behind a TLS proxy such as stunnel.
    Everything,
}

/// The sending half, which the threads share.
pub(super) enum Transport {
    Plain(Arc<TcpStream>),
    #[cfg(feature = "tls")]
    Tls(Arc<Session>),
}

/// The receiving half, of the reading thread.
pub(super) enum Source {
    Plain(Arc<TcpStream>),
    #[cfg(feature = "tls")]
    Tls(Incoming),
}

impl Transport {
    /// Takes a connection in; over TLS this is the handshake.
    #[cfg_attr(not(feature = "tls"), allow(unused_variables))]
    pub(super) fn accept(
        socket: Arc<TcpStream>,
        acceptor: Option<&Acceptor>,
        reading: TlsReading,
    ) -> io::Result<(Self, Source)> {
        match acceptor {
            None => Ok((Self::Plain(Arc::clone(&socket)), Source::Plain(socket))),
            #[cfg(feature = "tls")]
            Some(acceptor) => {
                let session = Arc::new(Session::accept(socket, acceptor)?);
                let incoming = Incoming::new(Arc::clone(&session), reading)?;
                Ok((Self::Tls(session), Source::Tls(incoming)))
            }
            #[cfg(not(feature = "tls"))]
            Some(acceptor) => match *acceptor {},
        }
    }

    /// Sends. For the writing thread alone: TLS records must go out in the order in which they were made.
    pub(super) fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(socket) => (&**socket).write_all(bytes),
            #[cfg(feature = "tls")]
            Self::Tls(session) => session.write_all(bytes),
        }
    }

    /// Says that nothing more will be sent. For the writing thread.
    pub(super) fn finish(&self) {
        match self {
            Self::Plain(socket) => drop(socket.shutdown(Shutdown::Write)),
            #[cfg(feature = "tls")]
            Self::Tls(session) => session.finish(),
        }
    }
}

impl Source {
    /// Waits for bytes; 0 is the end.
    ///
    /// `owing` is called where what came makes the session owe bytes to the client, so that the writing
    /// thread sends them with its next call of `write_all`, even one of nothing.
    #[cfg_attr(not(feature = "tls"), allow(unused_variables))]
    pub(super) fn read(&mut self, buffer: &mut [u8], owing: impl Fn()) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => read_socket(socket, buffer),
            #[cfg(feature = "tls")]
            Self::Tls(incoming) => incoming.read(buffer, owing),
        }
    }

    /// Whether the server may send nothing now: see [`TlsReading::UpTo14`].
    pub(super) fn bars_sending(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            #[cfg(feature = "tls")]
            Self::Tls(incoming) => incoming.bars_sending(),
        }
    }
}

pub(super) fn read_socket(mut socket: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match socket.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
