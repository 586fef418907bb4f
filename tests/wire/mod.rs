//! A client that knows packets and nothing else, to see what goes over the wire.
#![allow(dead_code)] // each file takes its part

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use gami::mock::Mock;
use gami::packet::{Frame, Framer, Packet};

/// For everything that is bound to come.
pub const DEADLINE: Duration = Duration::from_secs(20);
/// For what must not come.
pub const QUIET: Duration = Duration::from_millis(100);

pub trait Socket: Read + Write {
    fn read_at_most(&self, timeout: Duration);
}

impl Socket for TcpStream {
    fn read_at_most(&self, timeout: Duration) {
        self.set_read_timeout(Some(timeout)).unwrap();
    }
}

#[cfg(feature = "tls")]
impl Socket for native_tls::TlsStream<TcpStream> {
    fn read_at_most(&self, timeout: Duration) {
        self.get_ref().read_at_most(timeout);
    }
}

/// A client that knows packets and nothing else.
pub struct Client<S> {
    pub socket: S,
    framer: Framer,
    packets: std::collections::VecDeque<Packet>,
}

impl Client<TcpStream> {
    /// Connects, reads nothing.
    pub fn dial(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect_timeout(&address, DEADLINE).unwrap())
    }

    /// Connects and reads the banner.
    pub fn connect(mock: &Mock) -> Self {
        let mut client = Self::dial(mock.address());
        assert!(client.line().starts_with("Asterisk Call Manager/"));
        client
    }

    pub fn logged_in(mock: &Mock) -> Self {
        let mut client = Self::connect(mock);
        client.log_in();
        client
    }
}

impl<S: Socket> Client<S> {
    pub fn over(socket: S) -> Self {
        socket.read_at_most(DEADLINE);
        Self { socket, framer: Framer::new(), packets: Default::default() }
    }

    pub fn log_in(&mut self) {
        let answer = self.ask("Action: Login\r\nActionID: login\r\nUsername: admin\r\nSecret: root\r\n");
        assert_eq!(answer.get("Message"), Some("Authentication accepted"));
    }

    pub fn send(&mut self, action: &str) {
        self.socket.write_all(format!("{action}\r\n").as_bytes()).unwrap();
    }

    pub fn ask(&mut self, action: &str) -> Packet {
        self.send(action);
        self.packet()
    }

    /// One line, read byte by byte.
    pub fn line(&mut self) -> String {
        let (mut line, mut byte) = (Vec::new(), [0]);
        while !line.ends_with(b"\n") {
            self.socket.read_exact(&mut byte).unwrap();
            line.push(byte[0]);
        }
        String::from_utf8(line).unwrap()
    }

    pub fn try_packet(&mut self) -> io::Result<Packet> {
        loop {
            if let Some(packet) = self.packets.pop_front() {
                return Ok(packet);
            }
            let socket = &mut self.socket;
            if self.framer.fill(|buffer| socket.read(buffer))? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.packets.extend(self.framer.frames().map(|frame| match frame {
                Frame::Packet(packet) => packet,
                other => panic!("{other:?}"),
            }));
        }
    }

    pub fn packet(&mut self) -> Packet {
        self.try_packet().expect("a packet")
    }

    #[track_caller]
    pub fn expect_end(&mut self) {
        match self.try_packet() {
            Err(error) => assert!(!is_timeout(&error), "the connection is still open"),
            Ok(packet) => panic!("instead of the end: {packet:?}"),
        }
    }

    #[track_caller]
    pub fn expect_quiet(&mut self) {
        self.socket.read_at_most(QUIET);
        match self.try_packet() {
            Err(error) => assert!(is_timeout(&error), "instead of silence: {error}"),
            Ok(packet) => panic!("instead of silence: {packet:?}"),
        }
        self.socket.read_at_most(DEADLINE);
    }
}

pub fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

pub fn headers(packet: &Packet) -> Vec<(&str, &str)> {
    packet.iter().collect()
}

/// Connects over TLS to a server of this name, and reads the banner.
#[cfg(feature = "tls")]
pub fn connect_as(mock: &Mock, name: &str) -> Result<Client<native_tls::TlsStream<TcpStream>>, String> {
    let root = native_tls::Certificate::from_pem(mock.certificate_pem()).unwrap();
    let connector = native_tls::TlsConnector::builder().add_root_certificate(root).build().unwrap();
    let socket = TcpStream::connect_timeout(&mock.address(), DEADLINE).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    let stream = connector.connect(name, socket).map_err(|error| error.to_string())?;
    let mut client = Client::over(stream);
    assert!(client.line().starts_with("Asterisk Call Manager/"));
    Ok(client)
}
