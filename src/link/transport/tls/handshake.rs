//! The handshake: on the socket, with a deadline; and what its failure says.

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use native_tls::{HandshakeError, TlsStream};

use super::Pipe;
use crate::error::{Error, Result};
use crate::link::transport::address::Target;
use crate::link::transport::socket::{is_timeout, patience, remaining};
use crate::net::TcpStream;
use crate::options::Tls;
use crate::sync::lock;

/// So much of what came first is kept, in case it is no TLS.
const EXCERPT: usize = 64;

/// The socket for as long as the handshake lasts.
pub(super) struct Handshake {
    tcp: TcpStream,
    deadline: Instant,
    /// The first bytes that came; they outlive the session that they could not make.
    came: Arc<Mutex<Vec<u8>>>,
}

impl Handshake {
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.tcp.set_read_timeout(Some(patience(self.deadline).map_err(in_handshake)?))?;
            match self.tcp.read(buffer) {
                Err(error) if is_timeout(&error) || error.kind() == io::ErrorKind::Interrupted => {}
                Ok(read) => {
                    let mut came = lock(&self.came);
                    let room = EXCERPT.saturating_sub(came.len()).min(read);
                    came.extend_from_slice(&buffer[..room]);
                    return Ok(read);
                }
                Err(error) => return Err(error),
            }
        }
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            self.tcp.set_write_timeout(Some(remaining(self.deadline)?))?;
            match self.tcp.write(bytes).map_err(in_handshake) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                written => return written,
            }
        }
    }
}

/// A timeout of the socket must not look to the session like a request to try again.
fn in_handshake(error: io::Error) -> io::Error {
    if is_timeout(&error) || error.kind() == io::ErrorKind::TimedOut {
        io::Error::new(io::ErrorKind::TimedOut, "the handshake did not end in time")
    } else {
        error
    }
}

pub(super) fn run(tls: &Tls, target: &Target, socket: &TcpStream, deadline: Instant) -> Result<TlsStream<Pipe>> {
    let connector = tls.connector()?;
    let name = tls.server_name.as_deref().unwrap_or(&target.host);
    let came = Arc::default();
    let failed = |reason: String, source| Error::Tls(Arc::new(Failure { target: target.to_string(), reason, source }));
    let tcp = socket.try_clone().map_err(|error| failed(error.to_string(), Box::new(error)))?;
    let handshake = Handshake { tcp, deadline, came: Arc::clone(&came) };
    let mut stream = connector.connect(name, Pipe::new(handshake)).map_err(|error| match error {
        HandshakeError::Failure(error) => {
            let mut came = lock(&came);
            if !came.is_empty() && !is_record(&came) {
                read_on(socket, &mut came);
            }
            failed(reason(&error, tls, &came), Box::new(error))
        }
        HandshakeError::WouldBlock(_) => {
            let error = in_handshake(io::ErrorKind::WouldBlock.into());
            failed(error.to_string(), Box::new(error))
        }
    })?;
    stream.get_mut().handshake = None;
    Ok(stream)
}

/// Adds what came together with the first bytes: the library reads no more of it than tells that it is no TLS.
fn read_on(mut socket: &TcpStream, came: &mut Vec<u8>) {
    let mut rest = [0; EXCERPT];
    let room = EXCERPT.saturating_sub(came.len());
    let wait = socket.set_read_timeout(Some(Duration::from_millis(1)));
    if let Ok(read) = wait.and_then(|()| socket.read(&mut rest[..room])) {
        came.extend_from_slice(&rest[..read]);
    }
}

/// What the library says, or what explains it.
fn reason(error: &native_tls::Error, tls: &Tls, came: &[u8]) -> String {
    if !came.is_empty() && !is_record(came) {
        return format!("it answers in plain text, not TLS: {}", excerpt(came));
    }
    let said = error.to_string();
    let lower = said.to_lowercase();
    if tls.connector.is_some() {
        // It is used as it is.
        said
    } else if lower.contains("mismatch") || lower.contains("not match") {
        format!("{said} (Tls::server_name sets the name that its certificate must be for)")
    } else if lower.contains("certificate") && !lower.contains("alert") {
        format!("{said} (Tls::add_root_pem trusts a certificate that the system does not)")
    } else {
        said
    }
}

/// Whether this can be the beginning of a TLS record: a type and a version.
pub(super) fn is_record(bytes: &[u8]) -> bool {
    matches!(bytes, [20..=24] | [20..=24, 3, ..])
}

/// The beginning of what is no TLS, readable.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(EXCERPT)]))
}

/// Why there is no session.
#[derive(Debug)]
struct Failure {
    target: String,
    reason: String,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no handshake with {}: {}", self.target, self.reason)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}
