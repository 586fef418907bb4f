//! The fence: a mark in the stream of events, behind which no event is older than what a list told.
//!
//! From Asterisk 12 on events take another way than the answers to actions: after a list there still come events
//! that are older than it. A global variable that is set, and its `VarSet`, take the way of the events of channels,
//! bridges, dials and queues. What the server published before it set the variable comes before the `VarSet`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::RecvTimeoutError;

use super::Client;
use crate::action::{Action, Setvar};
use crate::engine::Interest;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::link::unguessable;
use crate::sync::{deadline_in, recv_deadline};

/// The variable; its name sorts behind others, so that one expression can keep out every `VarSet` but this one's.
pub(crate) const VARIABLE: &str = "ZZ_GAMI_FENCE";

/// One fence, told from others by its value.
pub(crate) struct Fence {
    value: String,
}

impl Fence {
    pub fn new() -> Self {
        static FENCES: AtomicU64 = AtomicU64::new(0);
        let random = unguessable(8).unwrap_or_default();
        Self { value: format!("{random}-{}", FENCES.fetch_add(1, Ordering::Relaxed)) }
    }

    /// What sets the variable.
    pub fn action(&self) -> Action {
        Setvar::new(VARIABLE, self.value.as_str()).into()
    }

    /// Whether an event is the `VarSet` of this fence.
    pub fn is(&self, event: &Event) -> bool {
        event.packet().seek("Variable") == Some(VARIABLE) && event.packet().seek("Value") == Some(self.value.as_str())
    }
}

impl Client {
    /// Waits until all events have come that the server had published when this was called, and tells how long that
    /// took.
    ///
    /// A list is newer than some events that come after it (Asterisk 12 and later): those that were under way inside
    /// the server when it listed. Behind a fence that is called after the list there are none of these any more, as
    /// far as channels, bridges, dials and queues are concerned; conferences, parking and hints have threads of
    /// their own on the server. Up to Asterisk 11 the order is exact anyway. On an idle server it takes 3 to 10
    /// milliseconds, on an overloaded one as long as its events are behind: a gauge for that, too.
    ///
    /// It sets the global variable `ZZ_GAMI_FENCE`, for which the user needs `call` among what it may write, and
    /// waits for its `VarSet`, for which `dialplan` must be among what it may read and what the event mask lets
    /// through. The server writes a line on a verbose console each time.
    ///
    /// # Errors
    ///
    /// [`Error::Timeout`] if the event does not come within the time: it is filtered out, the user may not read it,
    /// or the server is that far behind. Otherwise as [`Client::action`].
    ///
    /// # Blocking
    ///
    /// Up to `timeout`, after the time that the action takes.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// let channels = ami.list("CoreShowChannels")?;
    /// let behind = ami.fence(Duration::from_secs(20))?;
    /// println!("{} channels; events are {behind:?} behind", channels.items.len());
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn fence(&self, timeout: Duration) -> Result<Duration> {
        let begun = Instant::now();
        let fence = Fence::new();
        let sets = self.subscribe(Interest::names(["VarSet"]).header("Variable", VARIABLE));
        self.action(fence.action())?;
        let deadline = deadline_in(timeout);
        loop {
            match recv_deadline(sets.events(), deadline) {
                Ok(event) if fence.is(&event) => return Ok(begun.elapsed()),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return Err(Error::Timeout { after: timeout, sent: true }),
                Err(RecvTimeoutError::Disconnected) => return Err(Error::Closed { sent: true }),
            }
        }
    }
}
