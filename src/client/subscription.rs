//! Streams of one's own.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use crossbeam_channel::{unbounded, Receiver};

use super::Client;
use crate::engine::{Engine, Interest, Subscribed};
use crate::event::Event;

/// A stream of the events that one subscriber wants; made by [`Client::subscribe`].
///
/// It has a queue, a bound and a count of its own. It outlives the link and ends with the client, which it does not
/// keep open; dropping it ends it.
pub struct Subscription {
    engine: Weak<Engine>,
    number: u64,
    events: Receiver<Event>,
    dropped: Arc<AtomicU64>,
}

impl Subscription {
    /// The events that the subscriber wants, in the order in which the server sent them.
    ///
    /// Clones of the receiver share the stream: an event goes to one of those who receive. [`Event::seq`] numbers
    /// all events of the client, so that it has gaps under a filter: [`Subscription::dropped`] tells of a loss.
    ///
    /// # Blocking
    ///
    /// Not itself: the receiver does, until the next event comes, the client is closed or the subscription is
    /// dropped.
    pub fn events(&self) -> &Receiver<Event> {
        &self.events
    }

    /// How many events were dropped because the queue was full.
    ///
    /// They are told on [`Client::errors`] too: the first of a burst at once, the rest when the burst is over.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(engine) = self.engine.upgrade() {
            engine.streams.unsubscribe(self.number);
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (waiting, dropped) = (self.events.len(), self.dropped());
        f.debug_struct("Subscription").field("waiting", &waiting).field("dropped", &dropped).finish_non_exhaustive()
    }
}

impl Client {
    /// Gives a stream of one's own, of the events that an [`Interest`] lets through.
    ///
    /// Every subscriber sees every event that it asks for: subscribers take nothing away from each other, nor from
    /// [`Client::events`]. What a subscriber takes under a filter has memory of its own, so that one event that is
    /// kept does not keep its neighbours. Events that belong to a list reach no subscription. A program that only
    /// subscribes sets [`Options::event_capacity`](crate::Options::event_capacity) to 0.
    ///
    /// It begins with the next event. To miss nothing that an action causes, subscribe before the action is made.
    /// Once the client is closed, the stream that it gives has ended already.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::Interest;
    ///
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// let hangups = ami.subscribe(Interest::names(["Hangup"]).header("Linkedid", "1700000000.7").capacity(1_000));
    /// for event in hangups.events() {
    ///     println!("{:?} is gone", event.get("Channel"));
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn subscribe(&self, interest: Interest) -> Subscription {
        let engine = &self.handle.engine;
        match engine.subscribe(interest) {
            Some(Subscribed { number, events, dropped }) => {
                Subscription { engine: Arc::downgrade(engine), number, events, dropped }
            }
            None => {
                let (_, events) = unbounded();
                Subscription { engine: Weak::new(), number: 0, events, dropped: Arc::default() }
            }
        }
    }
}
