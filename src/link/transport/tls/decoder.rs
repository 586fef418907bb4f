//! The reading side of a session.

use std::io::{self, Read};
use std::sync::Arc;

use native_tls::TlsStream;

use super::handshake::{excerpt, is_record};
use super::{Pipe, Session};
use crate::link::transport::socket::{is_timeout, Inbound};
use crate::sync::lock;

const CIPHERTEXT: usize = 32 * 1024;

/// Blocks on the socket with no lock held, then locks the session to decrypt what came.
pub(crate) struct Decoder {
    pub inbound: Inbound,
    session: Arc<Session>,
    ciphertext: Vec<u8>,
    /// How much of it the session has yet to be given.
    came: usize,
    /// Whether the session owes the server something and nobody has been told.
    owes: bool,
    /// What ended the session, for after the bytes that came before it.
    failed: Option<io::Error>,
}

impl Decoder {
    pub(super) fn new(inbound: Inbound, session: Arc<Session>) -> Self {
        Self { inbound, session, ciphertext: Vec::new(), came: 0, owes: false, failed: None }
    }

    pub fn owes(&mut self) -> bool {
        std::mem::take(&mut self.owes)
    }

    /// Asks the session before it blocks on the socket: the handshake or the read before may have
    /// left plaintext in it.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(read) = self.decrypt(buffer)? {
                return Ok(read);
            }
            // The server may wait for it before it sends more.
            if self.owes {
                return Err(io::ErrorKind::Interrupted.into());
            }
            self.ciphertext.resize(CIPHERTEXT, 0);
            self.came = self.inbound.read(&mut self.ciphertext)?;
            if self.came == 0 {
                lock(&self.session.stream).get_mut().ended = true;
            }
        }
    }

    /// Decrypts as much as there is and fits; `None` if the session needs more ciphertext first.
    fn decrypt(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut stream = lock(&self.session.stream);
        let pipe = stream.get_mut();
        pipe.feed(&self.ciphertext[..std::mem::take(&mut self.came)]);
        pipe.reading = true;
        let (filled, end) = drain(&mut stream, buffer);
        let pipe = stream.get_mut();
        pipe.reading = false;
        self.owes |= !pipe.outgoing.is_empty() && !std::mem::replace(&mut pipe.told, true);
        if std::mem::take(&mut pipe.awaited) {
            self.session.has_read.notify_one();
        }
        match end {
            End::Starved if filled == 0 => Ok(None),
            End::Failed(error) if filled == 0 => Err(error),
            End::Failed(error) => {
                self.failed = Some(error);
                Ok(Some(filled))
            }
            End::Starved | End::Full | End::Over => Ok(Some(filled)),
        }
    }
}

/// Why nothing more can be decrypted.
enum End {
    Full,
    Starved,
    Over,
    Failed(io::Error),
}

fn drain(stream: &mut TlsStream<Pipe>, buffer: &mut [u8]) -> (usize, End) {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => return (filled, End::Over),
            Ok(read) => filled += read,
            Err(error) if is_timeout(&error) => return (filled, End::Starved),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // The server went without a good-bye: to AMI that is an end like any other.
            Err(_) if stream.get_ref().knows_end => return (filled, End::Over),
            Err(error) => return (filled, End::Failed(explain(error, stream.get_ref()))),
        }
    }
    (filled, End::Full)
}

/// Says what came where that was no TLS.
fn explain(error: io::Error, pipe: &Pipe) -> io::Error {
    let came = &pipe.incoming[pipe.last..];
    if is_record(came) {
        return io::Error::new(error.kind(), format!("TLS: {error}"));
    }
    io::Error::new(io::ErrorKind::InvalidData, format!("within TLS came what is no TLS: {}", excerpt(came)))
}
