//! The direction to the server.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::socket::is_timeout;
#[cfg(feature = "tls")]
use super::tls::Encoder;
use crate::net::TcpStream;

/// How long a write may find no room before its caller is asked whether to go on.
pub(super) const TICK: Duration = Duration::from_millis(20);
/// A larger buffer is given back once it is empty.
pub(super) const KEPT: usize = 64 * 1024;

/// What it was given goes out before it takes more.
pub(crate) struct Sink {
    tcp: TcpStream,
    #[cfg(feature = "tls")]
    encoder: Option<Encoder>,
    /// What it was given last, and how much of that the server can have got.
    given: Vec<u8>,
    gone: usize,
    /// Since when the system has taken in nothing.
    stuck: Option<Instant>,
}

/// How far one step of sending came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    /// All that was given is out.
    All,
    /// The system took in a part.
    Part,
    /// The system has taken in nothing for so long, at least a [`TICK`].
    Nothing(Duration),
}

impl Sink {
    pub(super) fn new(tcp: TcpStream) -> Self {
        Self {
            tcp,
            #[cfg(feature = "tls")]
            encoder: None,
            given: Vec::new(),
            gone: 0,
            stuck: None,
        }
    }

    #[cfg(feature = "tls")]
    pub(super) fn encrypted(tcp: TcpStream, encoder: Encoder) -> Self {
        Self { encoder: Some(encoder), ..Self::new(tcp) }
    }

    /// Ends what the handshake did with the socket's timeouts.
    pub(super) fn begin(&self) -> io::Result<()> {
        self.tcp.set_write_timeout(Some(TICK))
    }

    /// From now on the server gets time to read a record before the next one goes out.
    pub fn pace(&mut self) {
        #[cfg(feature = "tls")]
        if let Some(encoder) = &mut self.encoder {
            encoder.pace();
        }
    }

    /// Takes whole lines to send, and leaves an empty buffer in their place.
    ///
    /// What it was given before must have gone out.
    pub fn give(&mut self, lines: &mut Vec<u8>) {
        self.begin_anew();
        std::mem::swap(lines, &mut self.given);
        lines.shrink_to(KEPT);
    }

    /// Sends some of what it was given, or goes on with it; to be called until all is out.
    pub fn send(&mut self) -> io::Result<Sent> {
        match self.write() {
            Ok(Some(0)) => Err(io::ErrorKind::WriteZero.into()),
            Ok(Some(_)) if !self.is_out() => {
                self.stuck = None;
                Ok(Sent::Part)
            }
            Ok(_) => {
                self.stuck = None;
                self.begin_anew();
                self.given.shrink_to(KEPT);
                Ok(Sent::All)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Sent::Part),
            Err(error) if is_timeout(&error) => {
                let now = Instant::now();
                let since = *self.stuck.get_or_insert_with(|| now.checked_sub(TICK).unwrap_or(now));
                Ok(Sent::Nothing(now - since))
            }
            Err(error) => Err(error),
        }
    }

    fn begin_anew(&mut self) {
        self.given.clear();
        self.gone = 0;
        #[cfg(feature = "tls")]
        if let Some(encoder) = &mut self.encoder {
            encoder.begin_anew();
        }
    }

    /// Whether nothing is left that the system has not taken in.
    fn is_out(&self) -> bool {
        #[cfg(feature = "tls")]
        if self.encoder.as_ref().is_some_and(|encoder| !encoder.is_out()) {
            return false;
        }
        self.gone == self.given.len()
    }

    /// One write to the socket, or `None` if there is nothing left to write.
    fn write(&mut self) -> io::Result<Option<usize>> {
        #[cfg(feature = "tls")]
        if let Some(encoder) = &mut self.encoder {
            return encoder.write(&self.given, &mut self.gone, &mut self.tcp);
        }
        if self.gone == self.given.len() {
            return Ok(None);
        }
        let written = self.tcp.write(&self.given[self.gone..])?;
        self.gone += written;
        Ok(Some(written))
    }

    /// From now on the system has taken in nothing for only so long.
    pub fn excuse(&mut self, stuck: Duration) {
        self.stuck = Instant::now().checked_sub(stuck);
    }

    /// How many of the bytes that it was given last cannot have reached the server.
    pub fn unsent(&self) -> usize {
        self.given.len() - self.gone
    }

    /// Says good-bye where the transport has a way to, unless that takes time.
    pub fn finish(&mut self) {
        #[cfg(feature = "tls")]
        if self.is_out() {
            if let Some(encoder) = &mut self.encoder {
                encoder.say_goodbye(&mut self.tcp);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "tls")]
    use std::io::Read;
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Sends four megabytes, and gives how much memory the sink keeps.
    fn kept_after_a_burst(mut sink: Sink) -> usize {
        let mut lines = b"A line: of some length\r\n".repeat(40 * 1024);
        for _ in 0..4 {
            sink.give(&mut lines.clone());
            while sink.send().unwrap() != Sent::All {}
            assert_eq!(sink.unsent(), 0);
        }
        sink.give(&mut lines);
        while sink.send().unwrap() != Sent::All {}
        #[cfg(feature = "tls")]
        let encoder = sink.encoder.as_ref().map_or(0, Encoder::memory);
        #[cfg(not(feature = "tls"))]
        let encoder = 0;
        sink.given.capacity() + lines.capacity() + encoder
    }

    #[test]
    fn its_caller_can_look_at_the_clock_after_each_write() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let tcp = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut sink = Sink::new(tcp);
        sink.begin().unwrap();
        sink.give(&mut vec![b'x'; 64 * 1024 * 1024]);
        assert_eq!(sink.send().unwrap(), Sent::Part, "as much as there is room for");
        let stuck = loop {
            match sink.send().unwrap() {
                Sent::Part => {}
                Sent::Nothing(stuck) => break stuck,
                Sent::All => panic!("the buffers of the system are not endless"),
            }
        };
        assert!(stuck >= TICK, "{stuck:?}");
        assert!(0 < sink.unsent() && sink.unsent() < 64 * 1024 * 1024);
    }

    #[test]
    fn a_burst_over_tcp_leaves_no_large_buffers() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let tcp = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        thread::spawn(move || std::io::copy(&mut listener.accept().unwrap().0, &mut std::io::sink()));
        let kept = kept_after_a_burst(Sink::new(tcp));
        assert!(kept <= 2 * KEPT, "{kept} bytes");
    }

    #[cfg(feature = "tls")]
    #[test]
    fn a_burst_over_tls_leaves_no_large_buffers() {
        use crate::link::transport::{address, tls};
        use crate::options::Tls;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let certificate = include_bytes!("../../mock/localhost.cert.pem");
            let key = include_bytes!("../../mock/localhost.key.pem");
            let acceptor = native_tls::TlsAcceptor::new(native_tls::Identity::from_pkcs8(certificate, key).unwrap());
            let mut tls = acceptor.unwrap().accept(listener.accept().unwrap().0).unwrap();
            let mut record = [0; 32 * 1024];
            while tls.read(&mut record).is_ok_and(|read| read > 0) {}
        });
        let tcp = TcpStream::connect(address).unwrap();
        let target = address::parse(&address.to_string(), 5039).unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        let (encoder, _decoder) =
            tls::shake_hands(&Tls::insecure(), &target, tcp.try_clone().unwrap(), deadline).unwrap();
        let kept = kept_after_a_burst(Sink::encrypted(tcp, encoder));
        assert!(kept <= 6 * KEPT, "{kept} bytes");
    }
}
