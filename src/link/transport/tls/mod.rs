//! A TLS session that two threads share: one decrypts, one encrypts. See the [transport](super) for how.

mod decoder;
mod encoder;
mod handshake;

use std::io::{self, Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use native_tls::TlsStream;

use crate::error::Result;
use crate::link::transport::address::Target;
use crate::link::transport::socket::Inbound;
use crate::net::TcpStream;
use crate::options::Tls;
use handshake::Handshake;

pub(crate) use decoder::Decoder;
pub(super) use encoder::Encoder;

/// What both sides lock, for moments.
struct Session {
    stream: Mutex<TlsStream<Pipe>>,
    /// Notified when the session has read something while the encoder waited for that.
    has_read: Condvar,
}

/// What the session reads from and writes to: the socket during the handshake, then memory.
struct Pipe {
    handshake: Option<Handshake>,
    incoming: Vec<u8>,
    taken: usize,
    /// Where the last piece began that the session took.
    last: usize,
    /// Whether the session reads for the decoder. It must not read for the encoder: in the middle of a
    /// renegotiation that would meet what was sent before it.
    reading: bool,
    /// Whether the server has ended its side, and the session knows.
    ended: bool,
    knows_end: bool,
    outgoing: Vec<u8>,
    /// Whether the decoder has told of what is outgoing.
    told: bool,
    /// Whether the encoder waits for the session to read.
    awaited: bool,
}

impl Pipe {
    fn new(handshake: Handshake) -> Self {
        Self {
            handshake: Some(handshake),
            incoming: Vec::new(),
            taken: 0,
            last: 0,
            reading: false,
            ended: false,
            knows_end: false,
            outgoing: Vec::new(),
            told: false,
            awaited: false,
        }
    }

    fn feed(&mut self, ciphertext: &[u8]) {
        if self.taken == self.incoming.len() {
            self.incoming.clear();
            (self.taken, self.last) = (0, 0);
        }
        self.incoming.extend_from_slice(ciphertext);
    }
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(handshake) = &mut self.handshake {
            return handshake.read(buffer);
        }
        let rest = &self.incoming[self.taken..];
        if !self.reading || rest.is_empty() && !self.ended {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.knows_end = rest.is_empty();
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.last = self.taken;
        self.taken += length;
        Ok(length)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.handshake {
            Some(handshake) => handshake.write(bytes),
            None => self.outgoing.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes a session on a connection that stands.
pub(super) fn shake_hands(tls: &Tls, target: &Target, tcp: TcpStream, deadline: Instant) -> Result<(Encoder, Decoder)> {
    let stream = handshake::run(tls, target, &tcp, deadline)?;
    let session = Arc::new(Session { stream: Mutex::new(stream), has_read: Condvar::new() });
    Ok((Encoder::new(Arc::clone(&session)), Decoder::new(Inbound::new(tcp), session)))
}
