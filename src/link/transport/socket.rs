//! TCP: connecting, timeouts, and cutting off.

use std::io::{self, Read};
use std::net::{Shutdown, SocketAddr, ToSocketAddrs};
use std::time::{Duration, Instant};

use socket2::{SockRef, TcpKeepalive};

use super::address::Target;
use crate::net::TcpStream;

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

/// Has the system find out by itself that the other side is gone: where the server may be silent for long because
/// an action keeps it busy, nothing else would.
pub(super) fn keep_alive(tcp: &TcpStream, interval: Duration) -> io::Result<()> {
    // In whole seconds, and no more than 32,767 of them.
    let time = interval.clamp(Duration::from_secs(1), Duration::from_secs(4 * 3600));
    let socket = SockRef::from(tcp);
    let probes = TcpKeepalive::new().with_time(time).with_interval((time / 3).max(Duration::from_secs(1)));
    #[cfg(not(windows))]
    let probes = probes.with_retries(3);
    socket.set_tcp_keepalive(&probes)?;
    // What was sent and is not acknowledged keeps the system from probing.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    socket.set_tcp_user_timeout(Some(2 * time))?;
    Ok(())
}

/// Writes a record that is to reach the server in one piece. Linux joins it with nothing that is written after it, and
/// so cuts it nowhere: otherwise the records that wait for the network share segments, and the last of each is cut.
#[cfg(all(feature = "tls", any(target_os = "linux", target_os = "android")))]
pub(super) fn write_record(tcp: &TcpStream, record: &[u8]) -> io::Result<usize> {
    /// Of `linux/socket.h`, the same on every processor; without the second a closed connection would be a signal.
    const MSG_EOR: i32 = 0x80;
    const MSG_NOSIGNAL: i32 = 0x4000;
    SockRef::from(tcp).send_with_flags(record, MSG_EOR | MSG_NOSIGNAL)
}

/// Writes a record that is to reach the server in one piece, by itself; no more can be done here.
#[cfg(all(feature = "tls", not(any(target_os = "linux", target_os = "android"))))]
pub(super) fn write_record(mut tcp: &TcpStream, record: &[u8]) -> io::Result<usize> {
    io::Write::write(&mut tcp, record)
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
///
/// `TimedOut` is another thing: the system has found that the other side is gone.
pub(crate) fn is_timeout(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

/// The reading side of a socket.
pub(crate) struct Inbound {
    tcp: TcpStream,
    timeout: Option<Duration>,
}

impl Inbound {
    pub(super) fn new(tcp: TcpStream) -> Self {
        Self { tcp, timeout: None }
    }

    pub(super) fn set_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.timeout = timeout;
        self.tcp.set_read_timeout(timeout)
    }

    /// Reads within the timeout, however many signals the thread gets meanwhile.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let begun = self.timeout.map(|timeout| (timeout, Instant::now()));
        let mut shortened = false;
        let read = loop {
            match (self.tcp.read(buffer), begun) {
                (Err(error), None) if error.kind() == io::ErrorKind::Interrupted => {}
                (Err(error), Some((timeout, begun))) if error.kind() == io::ErrorKind::Interrupted => {
                    let left = timeout.saturating_sub(begun.elapsed());
                    if left.is_zero() {
                        break Err(io::ErrorKind::WouldBlock.into());
                    }
                    self.tcp.set_read_timeout(Some(left))?;
                    shortened = true;
                }
                (read, _) => break read,
            }
        };
        if shortened {
            self.tcp.set_read_timeout(self.timeout)?;
        }
        read
    }
}

/// Cuts a connection off from any thread: reads end, writes fail.
pub(crate) struct Control(TcpStream);

impl Control {
    pub(super) fn new(tcp: &TcpStream) -> io::Result<Self> {
        tcp.try_clone().map(Self)
    }

    /// The server's address.
    pub fn peer(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    pub fn shut(&self) {
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn the_system_looks_whether_the_other_side_is_there() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let tcp = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let socket = SockRef::from(&tcp);
        let ms = Duration::from_millis;
        for (interval, time, probe) in [(ms(15_000), 15, 5), (ms(200), 1, 1), (Duration::MAX, 14_400, 4_800)] {
            keep_alive(&tcp, interval).unwrap();
            assert!(socket.keepalive().unwrap());
            assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(time));
            assert_eq!(socket.tcp_keepalive_interval().unwrap(), Duration::from_secs(probe));
            assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_secs(2 * time)));
        }
    }

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
