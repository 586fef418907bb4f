//! The standard library's `TcpStream` over a socket that never blocks, and a poll that can be woken, a direction.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, ToSocketAddrs};
use std::os::windows::io::{AsSocket, BorrowedSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token, Waker};

const SOCKET: Token = Token(0);
const WAKER: Token = Token(1);
/// The system takes in whatever a call brings, once there is room for the first byte: nobody would ever see that a
/// server does not read.
const WRITE: usize = 64 * 1024;

#[derive(Debug)]
pub(crate) struct TcpStream(Arc<Directions>);

#[derive(Debug)]
struct Directions {
    reading: Direction,
    writing: Direction,
}

/// One direction, with a handle of its own: a poll takes a socket for itself.
#[derive(Debug)]
struct Direction {
    socket: mio::net::TcpStream,
    poll: Mutex<(Poll, Events)>,
    waker: Waker,
    /// Whether it was shut down.
    over: AtomicBool,
    timeout: Mutex<Option<Duration>>,
}

impl Direction {
    fn new(socket: std::net::TcpStream, interest: Interest) -> io::Result<Self> {
        let mut socket = mio::net::TcpStream::from_std(socket);
        let poll = Poll::new()?;
        poll.registry().register(&mut socket, SOCKET, interest)?;
        let waker = Waker::new(poll.registry(), WAKER)?;
        let poll = Mutex::new((poll, Events::with_capacity(4)));
        Ok(Self { socket, poll, waker, over: AtomicBool::new(false), timeout: Mutex::new(None) })
    }

    fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = self.waker.wake();
    }

    /// Tries until it succeeds, the timeout passes, or the direction is shut down, which `over` says.
    fn attempt<T>(
        &self,
        mut attempt: impl FnMut(&mio::net::TcpStream) -> io::Result<T>,
        over: impl Fn() -> io::Result<T>,
    ) -> io::Result<T> {
        // A time that cannot be counted is no limit.
        let deadline = (*lock(&self.timeout)).and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            match attempt(&self.socket) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) if self.over.load(Ordering::SeqCst) => return over(),
                result => return result,
            }
            if self.over.load(Ordering::SeqCst) {
                return over();
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let mut guard = lock(&self.poll);
            let (poll, events) = &mut *guard;
            match poll.poll(events, left) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
        }
    }
}

impl TcpStream {
    pub fn new(tcp: std::net::TcpStream) -> io::Result<Self> {
        tcp.set_nonblocking(true)?;
        let reading = Direction::new(tcp.try_clone()?, Interest::READABLE)?;
        let writing = Direction::new(tcp, Interest::WRITABLE)?;
        Ok(Self(Arc::new(Directions { reading, writing })))
    }

    pub fn connect(address: impl ToSocketAddrs) -> io::Result<Self> {
        std::net::TcpStream::connect(address).and_then(Self::new)
    }

    pub fn connect_timeout(address: &SocketAddr, timeout: Duration) -> io::Result<Self> {
        std::net::TcpStream::connect_timeout(address, timeout).and_then(Self::new)
    }

    #[allow(clippy::unnecessary_wraps)] // as the standard library's
    pub fn try_clone(&self) -> io::Result<Self> {
        Ok(Self(Arc::clone(&self.0)))
    }

    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.reading.socket.peer_addr()
    }

    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.reading.socket.local_addr()
    }

    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.0.reading.socket.set_nodelay(nodelay)
    }

    pub fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        set_timeout(&self.0.reading, timeout)
    }

    pub fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        set_timeout(&self.0.writing, timeout)
    }

    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        let result = self.0.reading.socket.shutdown(how);
        if how != Shutdown::Write {
            self.0.reading.end();
        }
        if how != Shutdown::Read {
            self.0.writing.end();
        }
        result
    }
}

fn set_timeout(direction: &Direction, timeout: Option<Duration>) -> io::Result<()> {
    if timeout.is_some_and(|timeout| timeout.is_zero()) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a timeout of zero"));
    }
    *lock(&direction.timeout) = timeout;
    Ok(())
}

impl Read for &TcpStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.reading.attempt(|mut socket| socket.read(buffer), || Ok(0))
    }
}

impl Write for &TcpStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let some = &bytes[..bytes.len().min(WRITE)];
        self.0.writing.attempt(|mut socket| socket.write(some), || Err(io::ErrorKind::BrokenPipe.into()))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for TcpStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buffer)
    }
}

impl Write for TcpStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsSocket for TcpStream {
    fn as_socket(&self) -> BorrowedSocket<'_> {
        self.0.writing.socket.as_socket()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
