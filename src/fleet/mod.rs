//! Several servers as one.
//!
//! Each server has a client of its own, with its queues. One thread takes from them in turn and hands on to the
//! fleet's streams, which are short: what a program does not take stays in the queues of the servers, and whose
//! queue is full loses its own newest.
//!
//! # Locking
//!
//! `servers` is held for moments, and over no wait. The thread that merges takes no lock.
//!
//! # Waits
//!
//! - [`Fleet::await_first`] and [`Fleet::live`]: [`PATIENCE`].
//! - To close clients: as long as the slowest of them. The thread that merges ends at most [`merging::GRACE`] later.

mod builder;
mod event;
mod lane;
mod live;
mod merging;

pub use builder::FleetBuilder;
pub use event::FleetEvent;
pub use live::FleetLive;

use std::fmt;
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{bounded, unbounded, Receiver};

use crate::client::Client;
use crate::engine::{State, Stats};
use crate::error::{Error, Result};
use crate::live::{Keeper, Parts};
use crate::options::Options;
use crate::sync::{deadline_in, lock, recv_deadline};

use builder::Server;
use live::Models;
use merging::{Merged, Merging, Order};

/// So long those servers are waited for that may yet answer. A server tells of a refused login after a second.
const PATIENCE: Duration = Duration::from_secs(2);

/// Several servers by name, with one stream of what all of them send; made by [`Fleet::new`] and
/// [`FleetBuilder::connect`].
///
/// Each server has a [`Client`] of its own, which comes back by itself after a loss. A server that is dead, slow
/// or flooding is no matter to the others. Servers come and go while it runs: [`Fleet::add`], [`Fleet::remove`].
/// [`Fleet::close`] closes all clients, as does dropping the fleet; share it between threads in an [`Arc`].
///
/// # Examples
///
/// ```no_run
/// use gami::{Fleet, Options};
/// use std::time::Duration;
///
/// let options = Options::new().keepalive(Duration::from_secs(15));
/// let fleet = Fleet::new()
///     .server("berlin", options.clone(), "10.0.0.1", "admin", "secret")
///     .server("paris", options, "10.0.0.2", "admin", "secret")
///     .connect()?;
/// fleet.client("berlin")?.ping()?;
/// for event in fleet.events() {
///     println!("{} {}", event.server(), event.name());
/// }
/// # Ok::<(), gami::Error>(())
/// ```
pub struct Fleet {
    servers: Mutex<Servers>,
    merged: Merged,
    merging: Merging,
}

struct Servers {
    is_open: bool,
    /// In the order of their names, for there are few.
    members: Vec<Member>,
    last: u64,
    /// The models that programs hold, and the thread that keeps them.
    models: Vec<Weak<Models>>,
    keeper: Weak<Keeper>,
}

/// A server by its number: another one may come under its name.
#[derive(Clone)]
struct Member {
    name: Arc<str>,
    number: u64,
    client: Client,
}

impl Servers {
    /// Where the server of this name stands, or would stand.
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.members.binary_search_by(|member| (*member.name).cmp(name))
    }
}

impl Fleet {
    /// Begins a fleet: [`FleetBuilder::server`] names its servers, [`FleetBuilder::connect`] connects to them.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::{Fleet, Options};
    ///
    /// let mut fleet = Fleet::new();
    /// for (name, address) in [("berlin", "10.0.0.1"), ("paris", "10.0.0.2")] {
    ///     fleet = fleet.server(name, Options::new(), address, "admin", "secret");
    /// }
    /// let fleet = fleet.connect()?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    #[allow(clippy::new_ret_no_self)] // a fleet is there once it is connected
    pub fn new() -> FleetBuilder {
        FleetBuilder::default()
    }

    fn start() -> Result<Self> {
        let (merging, merged) = Merging::start()?;
        let servers = Servers { is_open: true, members: Vec::new(), last: 0, models: Vec::new(), keeper: Weak::new() };
        Ok(Self { servers: Mutex::new(servers), merged, merging })
    }

    /// Adds a server while the fleet runs.
    ///
    /// The arguments are those of [`FleetBuilder::server`]. Its events come with the others' from now on, and each
    /// [`FleetLive`] of the fleet gets a model of it.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for arguments that make no sense, and where the fleet has a server of this name;
    /// [`Error::Closed`] if the fleet is closed. That the server is not there is no error.
    ///
    /// # Blocking
    ///
    /// Until its first attempt to connect and log in has ended, at most two seconds.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let fleet = gami::Fleet::new().connect()?;
    /// use gami::Options;
    ///
    /// fleet.add("rome", Options::new(), "10.0.0.3", "admin", "secret")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn add(
        &self,
        name: impl Into<String>,
        options: Options,
        address: impl ToString,
        user: impl AsRef<str>,
        secret: impl AsRef<str>,
    ) -> Result<()> {
        let server = Server::new(name.into(), options, address.to_string(), user.as_ref(), secret.as_ref());
        let (name, client) = server.client()?;
        let attempted = self.take_in(name, client)?;
        Self::await_first(&[attempted]);
        Ok(())
    }

    /// Has a new client connect, and its streams merged. What this gives ends with its first attempt.
    fn take_in(&self, name: Arc<str>, client: Client) -> Result<Receiver<()>> {
        let mut servers = lock(&self.servers);
        if !servers.is_open {
            return Err(Error::Closed { sent: false });
        }
        let Err(place) = servers.place(&name) else {
            return Err(builder::known(&name));
        };
        servers.last += 1;
        let number = servers.last;
        // The thread hears of each state from the first on.
        self.merging.order(Order::Add(number, Arc::clone(&name), client.clone().into()));
        let attempted = match client.connect_aside() {
            Ok(attempted) => attempted,
            Err(error) => {
                let _ = client.close();
                self.merging.order(Order::Remove(number));
                return Err(error);
            }
        };
        for models in servers.models.iter().filter_map(Weak::upgrade) {
            models.add(&name, &client);
        }
        servers.members.insert(place, Member { name, number, client });
        Ok(attempted)
    }

    /// Waits until the first attempts have ended, but for nobody who is dead.
    fn await_first(attempted: &[Receiver<()>]) {
        let deadline = deadline_in(PATIENCE);
        for attempted in attempted {
            let _ = recv_deadline(attempted, deadline);
        }
    }

    /// Removes a server, and closes its client and all clones of that.
    ///
    /// Its last state is [`State::Closed`]. What it has sent before still comes out of [`Fleet::events`]; another
    /// server of its name that is added meanwhile comes after it.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the fleet has no server of this name.
    ///
    /// # Blocking
    ///
    /// As [`Client::close`]: less than a second.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let fleet = gami::Fleet::new().connect()?;
    /// fleet.remove("rome")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn remove(&self, name: &str) -> Result<()> {
        let member = self.member(name)?;
        member.client.close()?;
        // Only now may another server take the name.
        let mut gone = Vec::new();
        let mut servers = lock(&self.servers);
        if let Some(place) = servers.members.iter().position(|other| other.number == member.number) {
            servers.members.remove(place);
            for models in servers.models.iter().filter_map(Weak::upgrade) {
                gone.push(models.remove(name));
            }
            self.merging.order(Order::Remove(member.number));
        }
        drop(servers);
        Ok(())
    }

    fn member(&self, name: &str) -> Result<Member> {
        let servers = lock(&self.servers);
        let place = servers.place(name).map_err(|_| builder::unknown(name))?;
        Ok(servers.members[place].clone())
    }

    /// The names of the servers, in order.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let fleet = gami::Fleet::new().connect()?;
    /// for name in fleet.servers() {
    ///     println!("{name}: {:?}", fleet.client(&name)?.state());
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn servers(&self) -> Vec<Arc<str>> {
        lock(&self.servers).members.iter().map(|member| Arc::clone(&member.name)).collect()
    }

    /// The client of a server, for actions.
    ///
    /// Its [`Client::events`], [`Client::errors`] and [`Client::net_errors`] are what the fleet merges: take from
    /// those of the fleet, for what is taken there does not come here. [`Client::subscribe`] gives a stream beside
    /// them. Once it is closed it stays in the fleet, in [`State::Closed`], until [`Fleet::remove`].
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the fleet has no server of this name.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let fleet = gami::Fleet::new().connect()?;
    /// let channels = fleet.client("berlin")?.list("CoreShowChannels")?;
    /// println!("{} channels in Berlin", channels.items.len());
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn client(&self, name: &str) -> Result<Client> {
        self.member(name).map(|member| member.client)
    }

    /// The events of all servers: in order for each, and in turn where several have some.
    ///
    /// Each server has a queue of its own, of [`Options::event_capacity`]. A program that takes too slowly finds
    /// them full, each with what its own server sends: a server that floods loses its own newest events, and the
    /// others none. [`Fleet::errors`] tells how many, by server, as do [`Fleet::stats`] and the gaps of
    /// [`Event::seq`](crate::Event::seq), which numbers the events of each server for itself. A server whose
    /// `event_capacity` is 0 sends none here.
    ///
    /// The stream ends when the fleet is closed. Clones of the receiver share it, as those of [`Client::events`] do.
    ///
    /// # Blocking
    ///
    /// Not itself: the receiver does, until the next event comes or the fleet is closed.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let fleet = gami::Fleet::new().connect()?;
    /// for event in fleet.events() {
    ///     println!("{} {} {}", event.server(), event.seq(), event.name());
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn events(&self) -> &Receiver<FleetEvent> {
        &self.merged.events
    }

    /// What went wrong without ending a link, as [`Client::errors`] tells it, with the name of the server.
    ///
    /// Nobody needs to take from it: all of it is counted in [`Fleet::stats`] too. It holds up to 1,024 errors, and
    /// each server as many again.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let fleet = gami::Fleet::new().connect()?;
    /// for (server, error) in fleet.errors() {
    ///     eprintln!("{server}: {error}");
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn errors(&self) -> &Receiver<(Arc<str>, Error)> {
        &self.merged.errors
    }

    /// The losses of links, and every failed attempt to make one, as [`Client::net_errors`] tells them, with the
    /// name of the server.
    ///
    /// A login that is refused with `Authentication failed` is one, after which that server is
    /// [`State::Disconnected`]: it does not become right by trying again. [`Client::login`] takes other credentials.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let fleet = gami::Fleet::new().connect()?;
    /// for (server, error) in fleet.net_errors() {
    ///     eprintln!("{server}: {error}");
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn net_errors(&self) -> &Receiver<(Arc<str>, Error)> {
        &self.merged.net_errors
    }

    /// The links as a stream: the state of each server now, then each change, in order for each server.
    ///
    /// Each call makes a receiver of its own, without a bound, for there are few; dropping it is all that it takes
    /// to stop. A server that is added begins with [`State::Reconnecting`], one that is removed ends with
    /// [`State::Closed`]. The receiver ends when the fleet is closed.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let fleet = gami::Fleet::new().connect()?;
    /// for (server, state) in fleet.states() {
    ///     println!("{server}: {state:?}");
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn states(&self) -> Receiver<(Arc<str>, State)> {
        let (watcher, states) = unbounded();
        let (answer, told) = bounded(0);
        self.merging.order(Order::Watch(watcher, answer));
        // The thread is not long: it waits for nothing but orders and what comes.
        let _ = recv_deadline(&told, deadline_in(PATIENCE));
        states
    }

    /// What has been received, dropped and lost of each server, in the order of their names.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let fleet = gami::Fleet::new().connect()?;
    /// for (server, stats) in fleet.stats() {
    ///     println!("{server}: {} events, {} of them dropped", stats.events, stats.events_dropped);
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn stats(&self) -> Vec<(Arc<str>, Stats)> {
        let servers = lock(&self.servers);
        servers.members.iter().map(|member| (Arc::clone(&member.name), member.client.stats())).collect()
    }

    /// Keeps a model of each server, by name; nothing is joined across servers.
    ///
    /// One thread keeps all models of a fleet, also of several calls. A server that is added gets a model of its
    /// own. [`Client::live`] says what a model is and needs.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if no part is named, or the system gives no thread; [`Error::Closed`] if the fleet is
    /// closed.
    ///
    /// # Blocking
    ///
    /// Until each part of each server that has a link can be read or is known to be unavailable, at most two
    /// seconds. [`Live::wait_valid`](crate::Live::wait_valid) waits longer for one.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let fleet = gami::Fleet::new().connect()?;
    /// use gami::Parts;
    ///
    /// let live = fleet.live(Parts::new().calls())?;
    /// for (server, now) in live.now() {
    ///     println!("{server}: {} calls", now.calls().len());
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn live(&self, parts: Parts) -> Result<FleetLive> {
        let deadline: Instant = deadline_in(PATIENCE);
        let mut servers = lock(&self.servers);
        if !servers.is_open {
            return Err(Error::Closed { sent: false });
        }
        let keeper = match servers.keeper.upgrade() {
            Some(keeper) => keeper,
            None => Arc::new(Keeper::start()?),
        };
        servers.keeper = Arc::downgrade(&keeper);
        let models = Arc::new(Models::new(parts, keeper)?);
        for member in &servers.members {
            models.add(&member.name, &member.client);
        }
        servers.models.retain(|models| models.strong_count() > 0);
        servers.models.push(Arc::downgrade(&models));
        drop(servers);
        models.wait_readable(deadline);
        Ok(FleetLive::new(models))
    }

    /// Closes the client of every server, and their clones, and ends the streams and the thread that merges.
    ///
    /// What has come is handed on for as long as it is taken, a quarter of a second at most; what nobody has taken
    /// by then is dropped, and logged. Closing again does nothing.
    ///
    /// # Errors
    ///
    /// None at present.
    ///
    /// # Blocking
    ///
    /// As long as the slowest server's [`Client::close`], for they are closed side by side, and the time that what
    /// has come is handed on: less than a second.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let fleet = gami::Fleet::new().connect()?;
    /// fleet.close()?;
    /// assert!(fleet.events().iter().next().is_none());
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn close(&self) -> Result<()> {
        let clients: Vec<Client> = {
            let mut servers = lock(&self.servers);
            servers.is_open = false;
            servers.members.iter().map(|member| member.client.clone()).collect()
        };
        thread::scope(|scope| {
            for client in &clients {
                // Without a thread for it, it is closed after the others.
                let close: Box<dyn FnOnce() + Send> = Box::new(|| drop(client.close()));
                let _ = thread::Builder::new().name("gami-close".into()).spawn_scoped(scope, close);
            }
        });
        for client in &clients {
            client.close()?;
        }
        self.merging.end();
        Ok(())
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        let _ = self.close();
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers = lock(&self.servers);
        let states = servers.members.iter().map(|member| (&member.name, member.client.state()));
        f.debug_map().entries(states).finish()
    }
}
