//! A live model for each server of a fleet.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::builder;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::live::{Keeper, Live, Parts, Snapshot};
use crate::sync::lock;

/// A live model of each server of a fleet, by name; made by [`Fleet::live`](crate::Fleet::live).
///
/// Each model is on its own: what is stale on one server is valid on the others, and a call that goes over two
/// servers is two calls. Dropping it ends the models.
///
/// # Examples
///
/// ```no_run
/// # let fleet = gami::Fleet::new().connect()?;
/// use gami::{Part, Parts};
///
/// let live = fleet.live(Parts::new().calls().queues())?;
/// for (server, now) in live.now() {
///     println!("{server}: {} calls, {:?}", now.calls().len(), now.validity(Part::Queues));
/// }
/// let (now, changes) = live.server("berlin")?.subscribe();
/// # Ok::<(), gami::Error>(())
/// ```
pub struct FleetLive {
    models: Arc<Models>,
}

/// What the fleet adds models to, and takes them from.
pub(super) struct Models {
    parts: Parts,
    keeper: Arc<Keeper>,
    /// By name; few enough to be looked through.
    by_server: Mutex<Vec<(Arc<str>, Arc<Live>)>>,
}

impl Models {
    pub fn new(parts: Parts, keeper: Arc<Keeper>) -> Result<Self> {
        if parts.iter().next().is_none() {
            return Err(Error::invalid("parts", "names none: Parts::all(), or Parts::new().calls()"));
        }
        Ok(Self { parts, keeper, by_server: Mutex::default() })
    }

    pub fn add(&self, name: &Arc<str>, client: &Client) {
        // Of a client that was closed there is no model.
        if let Ok(live) = client.live_by(self.parts, Arc::clone(&self.keeper)) {
            lock(&self.by_server).push((Arc::clone(name), Arc::new(live)));
        }
    }

    pub fn remove(&self, name: &str) -> Option<Arc<Live>> {
        let mut by_server = lock(&self.by_server);
        let at = by_server.iter().position(|(other, _)| **other == *name)?;
        Some(by_server.remove(at).1)
    }

    pub fn wait_readable(&self, deadline: Instant) {
        let all = lock(&self.by_server).clone();
        all.iter().for_each(|(_, live)| live.wait_readable(deadline));
    }
}

impl FleetLive {
    pub(super) fn new(models: Arc<Models>) -> Self {
        Self { models }
    }

    /// The picture of each server at this moment, by its name.
    ///
    /// The pictures are taken one after the other: each is consistent, and they are of no one moment.
    pub fn now(&self) -> BTreeMap<Arc<str>, Snapshot> {
        let mut now = BTreeMap::new();
        for (name, live) in lock(&self.models.by_server).iter() {
            now.insert(Arc::clone(name), live.now());
        }
        now
    }

    /// The model of one server, for its changes and to wait for it.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the fleet has no server of this name, or its client was closed.
    pub fn server(&self, name: &str) -> Result<Arc<Live>> {
        let by_server = lock(&self.models.by_server);
        match by_server.iter().find(|(other, _)| **other == *name) {
            Some((_, live)) => Ok(Arc::clone(live)),
            None => Err(builder::unknown(name)),
        }
    }

    /// Ends the models; the fleet goes on. Dropping it does the same.
    pub fn close(self) {}
}

impl fmt::Debug for FleetLive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, live) in lock(&self.models.by_server).iter() {
            map.entry(name, live);
        }
        map.finish()
    }
}
