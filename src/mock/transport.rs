//! The bytes of one connection, TCP or TLS: one thread reads, one thread writes.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

#[cfg(feature = "tls")]
pub(super) use tls::{Acceptor, CERTIFICATE};

/// Without the feature `tls` there is none.
#[cfg(not(feature = "tls"))]
#[derive(Clone)]
pub(super) enum Acceptor {}

pub(super) enum Transport {
    Plain(Arc<TcpStream>),
    #[cfg(feature = "tls")]
    Tls(tls::Session),
}

impl Transport {
    /// Takes a connection in; over TLS this is the handshake.
    pub(super) fn accept(socket: Arc<TcpStream>, acceptor: Option<&Acceptor>) -> io::Result<Self> {
        match acceptor {
            None => Ok(Self::Plain(socket)),
            #[cfg(feature = "tls")]
            Some(acceptor) => Ok(Self::Tls(tls::Session::accept(socket, acceptor)?)),
            #[cfg(not(feature = "tls"))]
            Some(acceptor) => match *acceptor {},
        }
    }

    /// Waits for bytes; 0 is the end. For the reading thread.
    ///
    /// `owing` is called where what came makes the session owe bytes to the client, so that the writing
    /// thread sends them with its next call of `write_all`, even one of nothing.
    #[cfg_attr(not(feature = "tls"), allow(unused_variables))]
    pub(super) fn read(&self, buffer: &mut [u8], owing: impl Fn()) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => read_socket(socket, buffer),
            #[cfg(feature = "tls")]
            Self::Tls(session) => session.read(buffer, owing),
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

fn read_socket(mut socket: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match socket.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// A TLS session cannot be split, and a lock around a blocking read would hold up the writer. So the
/// session works on memory once the handshake is done, and no system call is made under its lock.
#[cfg(feature = "tls")]
mod tls {
    use std::collections::VecDeque;
    use std::io::{self, Read, Write};
    use std::net::{Shutdown, TcpStream};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use native_tls::{HandshakeError, Identity, TlsAcceptor, TlsStream};

    use super::read_socket;
    use crate::mock::lock;

    /// For a client that stops in the middle of the handshake.
    const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
    /// As much plaintext is encrypted before it is sent.
    const PIECE: usize = 64 * 1024;

    pub(in crate::mock) const CERTIFICATE: &[u8] = include_bytes!("localhost.cert.pem");
    const KEY: &[u8] = include_bytes!("localhost.key.pem");

    #[derive(Clone)]
    pub(in crate::mock) struct Acceptor(TlsAcceptor);

    impl Acceptor {
        pub(in crate::mock) fn new() -> io::Result<Self> {
            let identity = Identity::from_pkcs8(CERTIFICATE, KEY).map_err(io::Error::other)?;
            TlsAcceptor::new(identity).map(Self).map_err(io::Error::other)
        }
    }

    pub(in crate::mock) struct Session {
        stream: Mutex<TlsStream<Wire>>,
        socket: Arc<TcpStream>,
    }

    /// What the session reads from and writes to: the socket during the handshake, memory from then on.
    struct Wire {
        socket: Option<Arc<TcpStream>>,
        incoming: VecDeque<u8>,
        ended: bool,
        outgoing: Vec<u8>,
    }

    impl Read for Wire {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match &self.socket {
                Some(socket) => read_socket(socket, buffer),
                None if self.incoming.is_empty() && !self.ended => Err(io::ErrorKind::WouldBlock.into()),
                None => self.incoming.read(buffer),
            }
        }
    }

    impl Write for Wire {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match &self.socket {
                Some(socket) => (&**socket).write(bytes),
                None => self.outgoing.write(bytes),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Session {
        pub(super) fn accept(socket: Arc<TcpStream>, acceptor: &Acceptor) -> io::Result<Self> {
            socket.set_read_timeout(Some(HANDSHAKE_TIMEOUT))?;
            let wire = Wire {
                socket: Some(Arc::clone(&socket)),
                incoming: VecDeque::new(),
                ended: false,
                outgoing: Vec::new(),
            };
            let mut stream = acceptor.0.accept(wire).map_err(|error| match error {
                HandshakeError::Failure(error) => io::Error::other(error),
                HandshakeError::WouldBlock(_) => io::ErrorKind::TimedOut.into(),
            })?;
            stream.get_mut().socket = None;
            socket.set_read_timeout(None)?;
            Ok(Self { stream: Mutex::new(stream), socket })
        }

        pub(super) fn read(&self, buffer: &mut [u8], owing: impl Fn()) -> io::Result<usize> {
            let mut cipher = [0; 16 * 1024];
            loop {
                {
                    let mut stream = lock(&self.stream);
                    let result = stream.read(buffer);
                    if !stream.get_ref().outgoing.is_empty() {
                        owing();
                    }
                    match result {
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        result => return result,
                    }
                }
                let count = read_socket(&self.socket, &mut cipher)?;
                let mut stream = lock(&self.stream);
                let wire = stream.get_mut();
                wire.ended = count == 0;
                wire.incoming.extend(&cipher[..count]);
            }
        }

        pub(super) fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
            let mut pieces = bytes.chunks(PIECE);
            loop {
                let piece = pieces.next();
                let outgoing = {
                    let mut stream = lock(&self.stream);
                    stream.write_all(piece.unwrap_or_default())?;
                    std::mem::take(&mut stream.get_mut().outgoing)
                };
                (&*self.socket).write_all(&outgoing)?;
                if piece.is_none() {
                    return Ok(());
                }
            }
        }

        pub(super) fn finish(&self) {
            let farewell = {
                let mut stream = lock(&self.stream);
                let _ = stream.shutdown();
                std::mem::take(&mut stream.get_mut().outgoing)
            };
            let _ = (&*self.socket).write_all(&farewell);
            let _ = self.socket.shutdown(Shutdown::Write);
        }
    }
}
