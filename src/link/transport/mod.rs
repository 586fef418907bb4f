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
//! - [`Sink::send`]: for a tick of 20 milliseconds, or until [`Control::shut`].

mod address;
mod sink;
mod socket;
mod source;
#[cfg(feature = "tls")]
mod tls;

use std::io;
use std::sync::Arc;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::options::Options;

pub(crate) use address::full_address;
pub(crate) use sink::{Sent, Sink};
pub(crate) use socket::{is_timeout, Control};
pub(crate) use source::Source;

/// The most that a TLS record holds. Asterisk reads so much of one and then waits on the socket; what is left stays
/// within its TLS library, where it does not look until more comes.
pub(crate) const RECORD: usize = 1024;

use socket::Inbound;

/// A connection, each direction for itself.
pub(crate) struct Stream {
    pub source: Source,
    pub sink: Sink,
    pub control: Control,
}

impl Stream {
    /// Reads before the directions part, when no other thread sends what is owed.
    pub fn read_by(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        self.source.read_by(&mut self.sink, buffer, deadline)
    }
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
    let connect = || {
        let tcp = socket::connect(&target, deadline)?;
        tcp.set_nodelay(true)?;
        if let Some(interval) = options.keepalive {
            socket::keep_alive(&tcp, interval)?;
        }
        control(Control::new(&tcp)?);
        Ok((Control::new(&tcp)?, tcp.try_clone()?, tcp))
    };
    let (control, writing, tcp) = connect().map_err(failed)?;
    #[cfg(feature = "tls")]
    let (source, sink) = match &options.tls {
        Some(tls) => {
            let (encoder, decoder) = tls::shake_hands(tls, &target, tcp, deadline)?;
            (Source::Tls(decoder), Sink::encrypted(writing, encoder))
        }
        None => (Source::Tcp(Inbound::new(tcp)), Sink::new(writing)),
    };
    #[cfg(not(feature = "tls"))]
    let (source, sink) = (Source::Tcp(Inbound::new(tcp)), Sink::new(writing));
    // The handshake had timeouts of its own.
    sink.begin().map_err(failed)?;
    Ok(Stream { source, sink, control })
}
