//! The streams to the caller: events, errors, losses. The reader never waits for who reads them.
//!
//! # Bounds
//!
//! The channels are crossbeam's unbounded ones, which take memory only for what is in them; the one
//! producer keeps the bound: it counts what it sends and looks at the length only when, by its count,
//! the queue could be full. When it is, the newest are dropped and counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;

use crossbeam_channel::{unbounded, Receiver, Sender};

use crate::error::Error;
use crate::event::Event;
use crate::packet::Packet;
use crate::sync::lock;

/// So many errors, and so many losses, wait for a consumer.
const ERROR_CAPACITY: usize = 1024;

/// The producers' ends; they end with the client.
pub(crate) struct Outlets {
    open: Mutex<Option<Open>>,
    counters: Counters,
}

/// The consumers' ends.
#[derive(Clone)]
pub(crate) struct Inlets {
    pub events: Receiver<Event>,
    pub errors: Receiver<Error>,
    pub net_errors: Receiver<Error>,
}

/// What has been counted since the client was made.
#[derive(Default)]
struct Counters {
    events: AtomicU64,
    events_dropped: AtomicU64,
    errors_dropped: AtomicU64,
    responses_dropped: AtomicU64,
    unrecognized: AtomicU64,
    too_large: AtomicU64,
    reconnections: AtomicU64,
}

/// What a client has counted since it was made; from [`Client::stats`](crate::Client::stats).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Events for the stream, those that were dropped included; events of collected lists are not.
    pub events: u64,
    /// Events that were dropped because the queue was full.
    pub events_dropped: u64,
    /// Errors and losses that were dropped because nobody took them from their streams.
    pub errors_dropped: u64,
    /// Responses that nobody waited for: late ones, and those to other clients' ids.
    pub responses_dropped: u64,
    /// Packets that were neither a response nor an event.
    pub unrecognized: u64,
    /// Packets beyond the limit.
    pub too_large: u64,
    /// How often the link was lost and came back.
    pub reconnections: u64,
}

/// The streams while the client is open.
pub(crate) struct Open {
    events: Outlet<Event>,
    errors: Outlet<Error>,
    net_errors: Outlet<Error>,
    seq: u64,
    /// Events dropped in a row, not yet reported.
    burst: u64,
}

struct Outlet<T> {
    sender: Sender<T>,
    capacity: usize,
    /// So many fit for certain.
    room: usize,
}

impl<T> Outlet<T> {
    fn new(sender: Sender<T>, capacity: usize) -> Self {
        Self { sender, capacity, room: capacity }
    }

    fn has_room(&mut self) -> bool {
        if self.room == 0 {
            self.room = self.capacity.saturating_sub(self.sender.len());
        }
        self.room > 0
    }

    /// Whether the item found room.
    fn send(&mut self, item: T) -> bool {
        let fits = self.has_room();
        if fits {
            self.room -= 1;
            // Both ends live as long as the client.
            let _ = self.sender.send(item);
        }
        fits
    }
}

impl Outlets {
    pub fn new(event_capacity: usize) -> (Self, Inlets) {
        let (events, events_in) = unbounded();
        let (errors, errors_in) = unbounded();
        let (net_errors, net_errors_in) = unbounded();
        let open = Open {
            events: Outlet::new(events, event_capacity),
            errors: Outlet::new(errors, ERROR_CAPACITY),
            net_errors: Outlet::new(net_errors, ERROR_CAPACITY),
            seq: 0,
            burst: 0,
        };
        let outlets = Self { open: Mutex::new(Some(open)), counters: Counters::default() };
        (outlets, Inlets { events: events_in, errors: errors_in, net_errors: net_errors_in })
    }

    /// Runs `with` on the streams, unless the client is closed.
    pub fn with<R>(&self, with: impl FnOnce(&mut Open, &Self) -> R) -> Option<R> {
        lock(&self.open).as_mut().map(|open| with(open, self))
    }

    /// Announces a loss, a failed attempt to come back, or its end.
    pub fn net_error(&self, error: Error) {
        self.with(|open, _| {
            open.end_burst(self);
            if !open.net_errors.send(error) {
                count(&self.counters.errors_dropped);
            }
        });
    }

    pub fn count_dropped_response(&self) {
        count(&self.counters.responses_dropped);
    }

    pub fn count_reconnection(&self) {
        count(&self.counters.reconnections);
    }

    /// Ends the three streams.
    pub fn close(&self) {
        if let Some(mut open) = lock(&self.open).take() {
            open.end_burst(self);
        }
    }

    pub fn stats(&self) -> Stats {
        let counters = &self.counters;
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            events: get(&counters.events),
            events_dropped: get(&counters.events_dropped),
            errors_dropped: get(&counters.errors_dropped),
            responses_dropped: get(&counters.responses_dropped),
            unrecognized: get(&counters.unrecognized),
            too_large: get(&counters.too_large),
            reconnections: get(&counters.reconnections),
        }
    }
}

impl Open {
    /// The number that the next event on the stream gets.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Puts an event on the stream, or drops it if nobody keeps up.
    pub fn event(&mut self, event: Event, outlets: &Outlets) {
        self.seq += 1;
        outlets.counters.events.store(self.seq, Ordering::Relaxed);
        if self.events.send(event) {
            self.end_burst(outlets);
        } else {
            if self.burst == 0 {
                log::warn!("the event queue is full ({} events): the newest are dropped", self.events.capacity);
            }
            self.burst += 1;
            count(&outlets.counters.events_dropped);
        }
    }

    pub fn unrecognized(&mut self, packet: Packet, outlets: &Outlets) {
        count(&outlets.counters.unrecognized);
        self.error(Error::Unrecognized(packet.detach()), outlets);
    }

    pub fn too_large(&mut self, size: u64, outlets: &Outlets) {
        count(&outlets.counters.too_large);
        self.error(Error::PacketTooLarge { size }, outlets);
    }

    /// Reports a burst of dropped events that is over because the consumer has taken some.
    pub fn settle(&mut self, outlets: &Outlets) {
        if self.burst > 0 && self.events.has_room() {
            self.end_burst(outlets);
        }
    }

    fn error(&mut self, error: Error, outlets: &Outlets) {
        log::warn!("{error}");
        if !self.errors.send(error) {
            count(&outlets.counters.errors_dropped);
        }
    }

    fn end_burst(&mut self, outlets: &Outlets) {
        if self.burst > 0 {
            let dropped = std::mem::take(&mut self.burst);
            self.error(Error::EventsDropped { dropped }, outlets);
        }
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
