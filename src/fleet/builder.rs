//! The servers of a fleet before it is connected: data.

use std::fmt;
use std::sync::Arc;

use super::Fleet;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::options::{Backoff, Options};

/// The servers that a [`Fleet`] is to have; made by [`Fleet::new`].
///
/// # Examples
///
/// ```no_run
/// use gami::{Fleet, Options};
///
/// let fleet = Fleet::new()
///     .server("berlin", Options::new(), "10.0.0.1", "admin", "secret")
///     .server("paris", Options::new(), "pbx.example.org:5039", "admin", "secret")
///     .connect()?;
/// # Ok::<(), gami::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use = "a fleet connects when `connect` is called"]
pub struct FleetBuilder {
    servers: Vec<Server>,
}

impl FleetBuilder {
    /// Adds a server: a name of your choice, and what [`Options::connect`] takes.
    ///
    /// The name tells the server's events and errors apart from the others'. Where the options have no
    /// [`Options::reconnect`], they get one with [`Backoff::new`]: a fleet comes back.
    pub fn server(
        mut self,
        name: impl Into<String>,
        options: Options,
        address: impl ToString,
        user: impl AsRef<str>,
        secret: impl AsRef<str>,
    ) -> Self {
        self.servers.push(Server::new(name.into(), options, address.to_string(), user.as_ref(), secret.as_ref()));
        self
    }

    /// Connects to all servers side by side and logs in.
    ///
    /// It waits for nobody who is dead: a server that is not there is [`State::Reconnecting`](crate::State) and is
    /// tried again by its backoff, and its failures come out of [`Fleet::net_errors`]. One that refuses the
    /// credentials is [`State::Disconnected`](crate::State) and keeps the others from nothing. A fleet of no
    /// servers waits for [`Fleet::add`].
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a name that is empty or given twice, and for an address, an option or credentials
    /// that make no sense; it names the server, and nothing has been connected. [`Error::Connect`] if the system
    /// gives no thread.
    ///
    /// # Blocking
    ///
    /// Until the first attempt of each server has ended, at most two seconds.
    pub fn connect(self) -> Result<Fleet> {
        let mut clients: Vec<(Arc<str>, Client)> = Vec::with_capacity(self.servers.len());
        for server in &self.servers {
            let (name, client) = server.client()?;
            if clients.iter().any(|(other, _)| *other == name) {
                return Err(known(&name));
            }
            clients.push((name, client));
        }
        let fleet = Fleet::start()?;
        let mut attempted = Vec::with_capacity(clients.len());
        for (name, client) in clients {
            attempted.push(fleet.take_in(name, client)?);
        }
        Fleet::await_first(&attempted);
        Ok(fleet)
    }
}

impl fmt::Debug for FleetBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.servers.iter().map(|server| (&server.name, &server.address))).finish()
    }
}

#[derive(Clone)]
pub(super) struct Server {
    name: String,
    options: Options,
    address: String,
    user: String,
    secret: String,
}

impl Server {
    pub fn new(name: String, options: Options, address: String, user: &str, secret: &str) -> Self {
        Self { name, options, address, user: user.to_owned(), secret: secret.to_owned() }
    }

    /// A client that is yet to connect.
    pub fn client(&self) -> Result<(Arc<str>, Client)> {
        if self.name.is_empty() {
            return Err(Error::invalid("name of the server", format!("is empty, at {}", self.address)));
        }
        let mut options = self.options.clone();
        options.reconnect.get_or_insert_with(Backoff::new);
        let client = Client::unconnected(self.address.clone(), options, self.user.clone(), self.secret.clone());
        match client {
            Ok(client) => Ok((self.name.as_str().into(), client)),
            Err(Error::Invalid { argument, reason }) => {
                Err(Error::invalid(format!("server {}: {argument}", self.name), reason))
            }
            Err(error) => Err(error),
        }
    }
}

pub(super) fn known(name: &str) -> Error {
    Error::invalid(format!("server {name}"), "is in the fleet already: names are unique")
}

pub(super) fn unknown(name: &str) -> Error {
    Error::invalid(format!("server {name}"), "is not in the fleet")
}
