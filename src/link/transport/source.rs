//! The direction from the server.

use std::io;
use std::time::{Duration, Instant};

use super::socket::{is_timeout, patience, Inbound};
#[cfg(feature = "tls")]
use super::tls::Decoder;
use super::{Sent, Sink};

/// What the server sends, decrypted.
pub(crate) enum Source {
    Tcp(Inbound),
    #[cfg(feature = "tls")]
    Tls(Decoder),
}

impl Source {
    /// Blocks until bytes come; 0 is the end. The error is of a kind that [`is_timeout`] knows when the
    /// read timeout passed, and `Interrupted` when there is something else to do first, such as what
    /// [`Source::owes`] tells.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(inbound) => inbound.read(buffer),
            #[cfg(feature = "tls")]
            Self::Tls(decoder) => decoder.read(buffer),
        }
    }

    /// Whether a read made the TLS session owe the server an answer, which the sink then has to send.
    pub fn owes(&mut self) -> bool {
        match self {
            Self::Tcp(_) => false,
            #[cfg(feature = "tls")]
            Self::Tls(decoder) => decoder.owes(),
        }
    }

    /// Reads with a deadline of its own, where no other thread sends what is owed.
    pub(super) fn read_by(&mut self, sink: &mut Sink, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        loop {
            self.set_timeout(Some(patience(deadline)?))?;
            match self.read(buffer) {
                Err(error) if is_timeout(&error) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    if self.owes() {
                        while sink.send()? != Sent::All && Instant::now() < deadline {}
                    }
                }
                read => return read,
            }
        }
    }

    /// How long a read may wait; `None` waits for ever.
    pub fn set_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Tcp(inbound) => inbound.set_timeout(timeout),
            #[cfg(feature = "tls")]
            Self::Tls(decoder) => decoder.inbound.set_timeout(timeout),
        }
    }
}
