//! An event and where it is from.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::event::Event;

/// An [`Event`] with the name of the server that sent it; from [`Fleet::events`](crate::Fleet::events).
///
/// # Examples
///
/// ```no_run
/// # let fleet = gami::Fleet::new().connect()?;
/// for event in fleet.events() {
///     // Everything that an `Event` has, it has.
///     println!("{} {:?} {:?}", event.server(), event.get("Uniqueid"), event.typed());
/// }
/// # Ok::<(), gami::Error>(())
/// ```
#[derive(Clone)]
pub struct FleetEvent {
    server: Arc<str>,
    event: Event,
}

impl FleetEvent {
    pub(super) fn new(server: &Arc<str>, event: Event) -> Self {
        Self { server: Arc::clone(server), event }
    }

    /// The name of the server, as it was given to the fleet.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The event without the server.
    pub fn into_event(self) -> Event {
        self.event
    }
}

impl Deref for FleetEvent {
    type Target = Event;

    fn deref(&self) -> &Event {
        &self.event
    }
}

impl fmt::Debug for FleetEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FleetEvent").field("server", &self.server).field("event", &self.event).finish()
    }
}
