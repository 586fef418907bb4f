//! TLS: a session that two threads share, and what Asterisk reads of it.
//!
//! A TLS session cannot be split, and a lock around a blocking read would hold up the writer. So the session works
//! on memory once the handshake is done, and no system call is made under its lock.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use native_tls::{HandshakeError, Identity, TlsAcceptor, TlsStream};

use super::lock;
use super::transport::{read_socket, TlsReading};
use crate::net::TcpStream;

/// For a client that stops in the middle of the handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// As much plaintext is encrypted before it is sent.
const PIECE: usize = 64 * 1024;
/// The head of a TLS record: its type, its version, and the length of what follows.
const RECORD_HEAD: usize = 5;
/// A record holds 16 KiB, and what the encryption adds.
const LONGEST_RECORD: usize = 16 * 1024 + 2048;
/// So much is read at a time.
const READ: usize = 16 * 1024;

pub(super) const CERTIFICATE: &[u8] = include_bytes!("localhost.cert.pem");
const KEY: &[u8] = include_bytes!("localhost.key.pem");

#[derive(Clone)]
pub(super) struct Acceptor(TlsAcceptor);

impl Acceptor {
    pub(super) fn new() -> io::Result<Self> {
        let identity = Identity::from_pkcs8(CERTIFICATE, KEY).map_err(io::Error::other)?;
        TlsAcceptor::new(identity).map(Self).map_err(io::Error::other)
    }
}

pub(super) struct Session {
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
        let wire =
            Wire { socket: Some(Arc::clone(&socket)), incoming: VecDeque::new(), ended: false, outgoing: Vec::new() };
        let mut stream = acceptor.0.accept(wire).map_err(|error| match error {
            HandshakeError::Failure(error) => io::Error::other(error),
            HandshakeError::WouldBlock(_) => io::ErrorKind::TimedOut.into(),
        })?;
        stream.get_mut().socket = None;
        socket.set_read_timeout(None)?;
        Ok(Self { stream: Mutex::new(stream), socket })
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

    /// Decrypts, and appends to `plain` what is whole; whether the client has ended its side.
    fn decrypt(&self, cipher: &[u8], ended: bool, plain: &mut Vec<u8>, owing: impl Fn()) -> io::Result<bool> {
        let mut piece = [0; 16 * 1024];
        let mut stream = lock(&self.stream);
        let wire = stream.get_mut();
        wire.incoming.extend(cipher);
        wire.ended = ended;
        let result = loop {
            match stream.read(&mut piece) {
                Ok(0) => break Ok(true),
                Ok(count) => plain.extend_from_slice(&piece[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break Ok(false),
                Err(error) => break Err(error),
            }
        };
        if !stream.get_ref().outgoing.is_empty() {
            owing();
        }
        result
    }
}

/// What a client sends, as the reading thread of Asterisk gets it.
pub(super) struct Incoming {
    session: Arc<Session>,
    reading: TlsReading,
    /// What has come, from the beginning of a TLS record on.
    cipher: Vec<u8>,
    /// What each record holds that Asterisk would still find on the socket.
    records: VecDeque<Vec<u8>>,
    /// The record of which Asterisk has read the beginning; its rest is nowhere where Asterisk waits for it.
    rest: VecDeque<u8>,
    ended: bool,
}

impl Incoming {
    pub(super) fn new(session: Arc<Session>, reading: TlsReading) -> io::Result<Self> {
        let (cipher, records, rest) = (Vec::new(), VecDeque::new(), VecDeque::new());
        let mut incoming = Self { session, reading, cipher, records, rest, ended: false };
        // Some systems' handshake takes in more than its own bytes.
        incoming.decrypt(&[], &|| {})?;
        Ok(incoming)
    }

    pub(super) fn read(&mut self, buffer: &mut [u8], owing: impl Fn()) -> io::Result<usize> {
        if self.reading != TlsReading::Everything || self.rest.is_empty() {
            while self.records.is_empty() && !self.ended {
                self.receive(&owing)?;
            }
        }
        let mut filled = 0;
        loop {
            if self.rest.is_empty() {
                self.rest = self.records.pop_front().unwrap_or_default().into();
            }
            let count = self.rest.read(&mut buffer[filled..])?;
            filled += count;
            // fread goes on until it has all that it was asked for; SSL_read returns what one record holds.
            if count == 0 || filled == buffer.len() || self.reading != TlsReading::UpTo14 {
                return Ok(filled);
            }
        }
    }

    pub(super) fn bars_sending(&self) -> bool {
        self.reading == TlsReading::UpTo14 && !self.rest.is_empty()
    }

    /// Waits on the socket, and takes in the records that are whole then.
    fn receive(&mut self, owing: &impl Fn()) -> io::Result<()> {
        let before = self.cipher.len();
        self.cipher.resize(before + READ, 0);
        let result = read_socket(&self.session.socket, &mut self.cipher[before..]);
        self.cipher.truncate(before + result.as_ref().map_or(0, |count| *count));
        self.ended = result? == 0;
        let cipher = std::mem::take(&mut self.cipher);
        let mut left = &cipher[..];
        while let Some(length) = record_length(left) {
            self.decrypt(&left[..length], owing)?;
            left = &left[length..];
        }
        if self.ended {
            self.decrypt(left, owing)?;
        } else {
            self.cipher = left.to_vec();
        }
        Ok(())
    }

    fn decrypt(&mut self, record: &[u8], owing: &impl Fn()) -> io::Result<()> {
        let mut plain = Vec::new();
        self.ended |= self.session.decrypt(record, self.ended, &mut plain, owing)?;
        if !plain.is_empty() {
            self.records.push_back(plain);
        }
        Ok(())
    }
}

/// The length of the record that these bytes begin with, its head included; `None` if it is not whole yet. What is
/// no record is left to the session, which has a word for it.
fn record_length(bytes: &[u8]) -> Option<usize> {
    let [kind, major, _, high, low] = *bytes.get(..RECORD_HEAD)? else { return None };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if !(20..=24).contains(&kind) || major != 3 || length > LONGEST_RECORD {
        return Some(bytes.len());
    }
    (bytes.len() >= RECORD_HEAD + length).then_some(RECORD_HEAD + length)
}
