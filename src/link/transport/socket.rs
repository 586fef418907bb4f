//! TCP: connecting, timeouts, and cutting off.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use super::address::Target;

pub(super) fn connect(target: &Target, deadline: Instant) -> io::Result<TcpStream> {
    let addresses: Vec<SocketAddr> = (target.host.as_str(), target.port).to_socket_addrs()?.collect();
    connect_to_any(&addresses, deadline)
}

/// Tries the addresses in turn, each with its share of the time that is left.
fn connect_to_any(addresses: &[SocketAddr], deadline: Instant) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for (at, address) in addresses.iter().enumerate() {
        let share = remaining(deadline)? / (addresses.len() - at) as u32;
        match TcpStream::connect_timeout(address, share) {
            Ok(tcp) => return Ok(tcp),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The time up to a deadline, never zero; an error once it has passed.
pub(super) fn remaining(deadline: Instant) -> io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(io::Error::new(io::ErrorKind::TimedOut, "the time for connecting is over")),
        left => Ok(left),
    }
}

/// What to ask of a socket's timeout so that it passes before the deadline, if only just.
///
/// Linux keeps such a timeout to an eighth of its length, and never early.
pub(super) fn patience(deadline: Instant) -> io::Result<Duration> {
    Ok((remaining(deadline)? / 8 * 7).max(Duration::from_millis(1)))
}

/// Whether an error says that the socket's timeout passed.
pub(crate) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// Cuts a connection off from any thread: reads end, writes fail.
pub(crate) struct Control(TcpStream);

impl Control {
    pub(super) fn new(tcp: &TcpStream) -> io::Result<Self> {
        tcp.try_clone().map(Self)
    }

    pub fn shut(&self) {
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_addresses_the_first_that_answers_is_taken() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let listening = listener.local_addr().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let connect = |addresses: &[SocketAddr]| {
            connect_to_any(addresses, Instant::now() + Duration::from_secs(20)).map(|tcp| tcp.peer_addr().unwrap())
        };
        assert_eq!(connect(&[free, listening]).unwrap(), listening);
        assert_eq!(connect(&[free, free, listening, free]).unwrap(), listening);
        assert_eq!(connect(&[free, free]).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(connect(&[]).unwrap_err().kind(), io::ErrorKind::NotFound);
        let late = connect_to_any(&[listening], Instant::now()).unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
    }
}
