//! The floors: what the socket itself costs.

use std::io::{Read, Write};
use std::net::TcpStream;

use memchr::memmem;

/// A connection on which the banner has been read.
pub fn connect(address: &str) -> TcpStream {
    let mut tcp = TcpStream::connect(address).expect("the server of the benchmark");
    tcp.set_nodelay(true).expect("a socket option");
    read_banner(&mut tcp);
    tcp
}

/// The same over TLS, any certificate.
#[cfg(feature = "tls")]
pub fn connect_tls(address: &str) -> native_tls::TlsStream<TcpStream> {
    let tcp = TcpStream::connect(address).expect("the server of the benchmark");
    tcp.set_nodelay(true).expect("a socket option");
    let connector = native_tls::TlsConnector::builder().danger_accept_invalid_certs(true).build();
    let mut tls = connector.expect("a connector").connect("localhost", tcp).expect("a handshake");
    read_banner(&mut tls);
    tls
}

fn read_banner(stream: &mut impl Read) {
    let mut byte = [0];
    while byte != [b'\n'] {
        stream.read_exact(&mut byte).expect("a banner");
    }
}

/// Asks for events at a rate.
pub fn ask_paced(stream: &mut impl Write, rate: usize, events: usize) {
    write!(stream, "Action: Paced\r\nActionID: floor\r\nRate: {rate}\r\nCount: {events}\r\n\r\n")
        .expect("the server of the benchmark");
}

/// Reads packets whole and gives each to `look`, until that says that it has seen enough.
pub fn read_until(stream: &mut impl Read, mut look: impl FnMut(&[u8]) -> bool) {
    let end = memmem::Finder::new(b"\r\n\r\n");
    let mut buffer = vec![0; 256 * 1024];
    let mut kept = 0;
    loop {
        let read = stream.read(&mut buffer[kept..]).expect("the server of the benchmark");
        assert_ne!(read, 0, "the server went away");
        let all = kept + read;
        let mut rest = 0;
        while let Some(at) = end.find(&buffer[rest..all]) {
            if look(&buffer[rest..rest + at + 2]) {
                return;
            }
            rest += at + 4;
        }
        buffer.copy_within(rest..all, 0);
        kept = all - rest;
    }
}

/// The value of a header of a packet, by a search for its name.
pub fn header<'a>(packet: &'a [u8], name: &str) -> &'a str {
    let at = memmem::find(packet, format!("\r\n{name}: ").as_bytes()).expect("the header") + name.len() + 4;
    let rest = &packet[at..];
    std::str::from_utf8(&rest[..memchr::memchr(b'\r', rest).expect("the end of the line")]).expect("digits")
}

/// Reads until so many packets have ended, finding their ends and nothing else.
pub fn read_packets(stream: &mut impl Read, packets: usize) {
    const END: &[u8] = b"\r\n\r\n";
    let end = memmem::Finder::new(END);
    let mut buffer = vec![0; 256 * 1024];
    let (mut kept, mut found) = (0, 0);
    while found < packets {
        let read = stream.read(&mut buffer[kept..]).expect("the server of the benchmark");
        assert_ne!(read, 0, "the server went away");
        let data = &buffer[..kept + read];
        let mut rest = 0;
        while let Some(at) = end.find(&data[rest..]) {
            rest += at + END.len();
            found += 1;
        }
        // An end may be cut in two.
        let tail = (data.len() - rest).min(END.len() - 1);
        let all = data.len();
        buffer.copy_within(all - tail..all, 0);
        kept = tail;
    }
}

/// Reads without looking at what comes: what decrypting alone costs.
pub fn read_bytes(stream: &mut impl Read, bytes: usize) {
    let mut buffer = vec![0; 256 * 1024];
    let mut left = bytes;
    while left > 0 {
        let read = stream.read(&mut buffer).expect("the server of the benchmark");
        assert_ne!(read, 0, "the server went away");
        left = left.saturating_sub(read);
    }
}

/// Asks for a replay or a list; the response is one packet more.
pub fn ask(stream: &mut impl Write, what: &str, count: usize) {
    write!(stream, "Action: {what}\r\nActionID: floor\r\nCount: {count}\r\n\r\n").expect("the server of the benchmark");
}

/// What the ids of `ping` begin with: as long as gami's own.
pub fn ping_prefix() -> &'static str {
    "0123456789abcdef01234567-"
}

/// A `Ping` of the length that gami sends.
pub fn ping(number: usize) -> String {
    format!("Action: Ping\r\nActionID: {}{number}\r\n\r\n", ping_prefix())
}
