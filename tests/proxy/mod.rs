//! A network between a client and a server that fails as networks do: it cuts, resets, delays, splits,
//! stalls, swallows and corrupts. What it does, and after how many bytes, follows from a seed.
#![allow(dead_code)] // no test file needs all of it

use std::collections::hash_map::RandomState;
use std::env;
use std::hash::{BuildHasher, Hasher};
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use net::TcpStream;
use socket2::SockRef;

#[path = "../../src/net/mod.rs"]
mod net;

/// Splitmix64: the same numbers for the same seed, on every machine.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn within(&mut self, range: &Range<u64>) -> u64 {
        range.start + self.below(range.end - range.start)
    }

    /// The same, but every order of magnitude is as likely as the others.
    pub fn spread(&mut self, range: &Range<u64>) -> u64 {
        let (low, high) = (range.start as f64, range.end as f64);
        let even = self.next() as f64 / u64::MAX as f64;
        (low * (high / low).powf(even)) as u64
    }
}

/// The seed of a run: a new one, or `GAMI_SEED` to repeat an earlier one.
pub fn seed() -> u64 {
    let seed = match env::var("GAMI_SEED") {
        Ok(seed) => seed.parse().expect("GAMI_SEED is a number"),
        Err(_) => RandomState::new().build_hasher().finish(),
    };
    println!("GAMI_SEED={seed}");
    seed
}

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
}

/// What happens to every connection by itself. Nothing, unless set.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// It is cut or reset after so many bytes one way or the other; every order of magnitude is as likely.
    pub life: Option<Range<u64>>,
    /// Each piece waits up to so long before it goes on.
    pub delay: Duration,
    /// Bytes go out one by one.
    pub split: bool,
    /// One bit is wrong in so many bytes of that direction.
    pub corrupt: Option<(Way, Range<u64>)>,
}

#[derive(Debug, Clone, Copy)]
enum End {
    /// In good order, whatever was on its way.
    Cut,
    /// With RST, which costs what the other side has not read yet.
    Reset,
}

pub struct Proxy {
    address: SocketAddr,
    inner: Arc<Inner>,
    accepting: Option<JoinHandle<()>>,
}

struct Inner {
    server: SocketAddr,
    seed: u64,
    faults: Mutex<Faults>,
    connections: Mutex<Vec<Arc<Connection>>>,
    /// How many connections the proxy has ended by itself.
    ended: AtomicU64,
    /// No more of the faults that come by themselves, on connections that stand as on new ones.
    calm: AtomicBool,
    stopping: AtomicBool,
}

struct Connection {
    client: TcpStream,
    server: TcpStream,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default, Clone, Copy)]
struct State {
    over: bool,
    swallows: bool,
    stalls_up: bool,
    stalls_down: bool,
}

impl State {
    fn stalls(&self, way: Way) -> bool {
        match way {
            Way::Up => self.stalls_up,
            Way::Down => self.stalls_down,
        }
    }
}

impl Proxy {
    pub fn start(server: SocketAddr, seed: u64) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner {
            server,
            seed,
            faults: Mutex::default(),
            connections: Mutex::default(),
            ended: AtomicU64::new(0),
            calm: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
        });
        let accepting = thread::Builder::new().name("proxy".into()).spawn({
            let inner = Arc::clone(&inner);
            move || inner.accept(&listener)
        });
        Self { address, inner, accepting: Some(accepting.unwrap()) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What happens to connections from now on; those that stand keep theirs.
    pub fn set_faults(&self, faults: Faults) {
        *self.inner.faults.lock().unwrap() = faults;
    }

    /// Ends the faults that come by themselves.
    pub fn calm(&self) {
        self.inner.calm.store(true, Ordering::SeqCst);
    }

    /// How many connections were cut or reset by the proxy.
    pub fn ended(&self) -> u64 {
        self.inner.ended.load(Ordering::SeqCst)
    }

    pub fn cut(&self) {
        self.each(|connection| connection.end(End::Cut));
    }

    pub fn reset(&self) {
        self.each(|connection| connection.end(End::Reset));
    }

    /// Lets nothing through any more on the connections that stand, not even their end: a half-open link.
    pub fn swallow(&self) {
        self.each(|connection| connection.change(|state| state.swallows = true));
    }

    /// Takes nothing in any more in one direction, on the connections that stand: the sender's buffers fill.
    pub fn stall(&self, way: Way) {
        self.each(|connection| {
            connection.change(|state| match way {
                Way::Up => state.stalls_up = true,
                Way::Down => state.stalls_down = true,
            });
        });
    }

    pub fn resume(&self) {
        self.each(|connection| {
            connection.change(|state| (state.stalls_up, state.stalls_down) = (false, false));
        });
    }

    fn each(&self, with: impl FnMut(&Arc<Connection>)) {
        self.inner.connections.lock().unwrap().iter().for_each(with);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.inner.stopping.store(true, Ordering::SeqCst);
        self.cut();
        let _ = TcpStream::connect(self.address);
        let _ = self.accepting.take().unwrap().join();
    }
}

impl Inner {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        let mut threads: Vec<JoinHandle<()>> = Vec::new();
        for number in 0.. {
            let (client, _) = listener.accept().unwrap();
            let client = net::accepted(client).unwrap();
            if self.stopping.load(Ordering::SeqCst) {
                break;
            }
            threads.retain(|thread| !thread.is_finished());
            let inner = Arc::clone(self);
            let carrying = thread::Builder::new().name("proxy-down".into()).spawn(move || {
                // If the server is down, the client is turned away.
                if let Ok(server) = TcpStream::connect(inner.server) {
                    inner.carry(client, server, Random::new(inner.seed.wrapping_add(number << 32)));
                }
            });
            threads.push(carrying.unwrap());
        }
        for thread in threads {
            let _ = thread.join();
        }
    }

    fn carry(&self, client: TcpStream, server: TcpStream, mut random: Random) {
        for socket in [&client, &server] {
            let _ = socket.set_nodelay(true);
            // A pump that is stuck in a write looks up now and then.
            let _ = socket.set_write_timeout(Some(Duration::from_millis(50)));
        }
        let faults = self.faults.lock().unwrap().clone();
        let connection = Arc::new(Connection { client, server, state: Mutex::default(), changed: Condvar::new() });
        let mut pumps = [Way::Up, Way::Down].map(|way| {
            let corrupt = faults.corrupt.clone().filter(|(wrong, _)| *wrong == way).map(|(_, range)| range);
            let mut random = Random::new(random.next());
            let until_wrong = corrupt.as_ref().map_or(u64::MAX, |range| random.within(range));
            let (delay, split) = (faults.delay, faults.split);
            Pump { way, life: None, delay, split, corrupt, until_wrong, random }
        });
        if let Some(life) = &faults.life {
            let end = if random.below(2) == 0 { End::Cut } else { End::Reset };
            pumps[random.below(2) as usize].life = Some((random.spread(life), end));
        }
        {
            let mut connections = self.connections.lock().unwrap();
            if self.stopping.load(Ordering::SeqCst) {
                return;
            }
            connections.push(Arc::clone(&connection));
        }
        let [up, down] = pumps;
        thread::scope(|scope| {
            let pumping = thread::Builder::new().name("proxy-up".into());
            pumping.spawn_scoped(scope, || up.run(&connection, self)).unwrap();
            down.run(&connection, self);
        });
        self.connections.lock().unwrap().retain(|other| !Arc::ptr_eq(other, &connection));
    }
}

/// One direction of one connection.
struct Pump {
    way: Way,
    life: Option<(u64, End)>,
    delay: Duration,
    split: bool,
    corrupt: Option<Range<u64>>,
    until_wrong: u64,
    random: Random,
}

impl Pump {
    fn run(mut self, connection: &Connection, proxy: &Inner) {
        let (from, to) = match self.way {
            Way::Up => (&connection.client, &connection.server),
            Way::Down => (&connection.server, &connection.client),
        };
        let mut buffer = [0; 16 * 1024];
        loop {
            if connection.wait_while(|state| state.stalls(self.way), None).over {
                return;
            }
            let read = match (&*from).read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => {
                    if !connection.state.lock().unwrap().swallows {
                        connection.end(End::Reset);
                    }
                    return;
                }
            };
            // What comes in while the direction stalls waits with it.
            let state = connection.wait_while(|state| state.stalls(self.way), None);
            if state.over {
                return;
            }
            if state.swallows {
                continue;
            }
            let mut bytes = &mut buffer[..read];
            let mut fate = None;
            if !proxy.calm.load(Ordering::SeqCst) {
                self.corrupt(bytes);
                if !self.delay.is_zero() {
                    let delay = Duration::from_nanos(self.random.below(self.delay.as_nanos() as u64));
                    connection.wait_while(|_| true, Some(Instant::now() + delay));
                }
                if let Some((left, end)) = &mut self.life {
                    if (*left as usize) <= bytes.len() {
                        bytes = &mut bytes[..*left as usize];
                        fate = Some(*end);
                    }
                    *left = left.saturating_sub(read as u64);
                }
            }
            let pieces = if self.split { 1 } else { bytes.len().max(1) };
            if !bytes.chunks(pieces).all(|piece| connection.write(to, piece)) {
                return;
            }
            if let Some(end) = fate {
                proxy.ended.fetch_add(1, Ordering::SeqCst);
                return connection.end(end);
            }
        }
        if !connection.state.lock().unwrap().swallows {
            let _ = to.shutdown(Shutdown::Write);
        }
    }

    fn corrupt(&mut self, bytes: &mut [u8]) {
        let Some(range) = &self.corrupt else { return };
        let mut at = 0;
        while self.until_wrong < (bytes.len() - at) as u64 {
            at += self.until_wrong as usize;
            bytes[at] ^= 1 << self.random.below(8);
            self.until_wrong = self.random.within(range);
        }
        self.until_wrong -= (bytes.len() - at) as u64;
    }
}

impl Connection {
    fn change(&self, with: impl FnOnce(&mut State)) {
        with(&mut self.state.lock().unwrap());
        self.changed.notify_all();
    }

    /// Waits for as long as the state is so, the connection is not over, and the time is not up.
    fn wait_while(&self, is_so: impl Fn(&State) -> bool, deadline: Option<Instant>) -> State {
        let mut state = self.state.lock().unwrap();
        while !state.over && is_so(&state) {
            match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                None => state = self.changed.wait(state).unwrap(),
                Some(Duration::ZERO) => break,
                Some(left) => state = self.changed.wait_timeout(state, left).unwrap().0,
            }
        }
        *state
    }

    /// Whether all of it went out.
    fn write(&self, mut to: &TcpStream, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            if self.state.lock().unwrap().over {
                return false;
            }
            match to.write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {}
                    _ => {
                        self.end(End::Reset);
                        return false;
                    }
                },
            }
        }
        true
    }

    fn end(&self, end: End) {
        self.change(|state| state.over = true);
        for socket in [&self.client, &self.server] {
            let _ = match end {
                End::Cut => socket.shutdown(Shutdown::Both),
                End::Reset => {
                    // The reset goes out when the last handle is dropped; this says nothing to the peer
                    // and wakes the pump that reads.
                    let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
                    socket.shutdown(Shutdown::Read)
                }
            };
        }
    }
}
