//! The streams to the caller: events, errors, losses. The reader never waits for who reads them.
//!
//! # Bounds
//!
//! The channels are crossbeam's unbounded ones, which take memory only for what is in them; the one
//! producer keeps the bound: it counts what it sends and looks at the length only when, by its count,
//! the queue could be full. When it is, the newest are dropped and counted, and go on to be until an
//! eighth of the queue is free: a consumer that is too slow for long costs few reports and few gaps.
//!
//! The events of one read share its memory, of which one alone would keep all. So where only some of a
//! read's events find room, those that do after one was dropped get memory of their own, and so do those of
//! the next read.
//!
//! # Logging
//!
//! The program's logger is not run under the lock of the streams: what there is to log is collected, and
//! logged once it is free.
//!
//! # Waits
//!
//! None, but for that lock, which is held while the packets of one read are handed on.

use std::fmt::Display;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;

use crossbeam_channel::{unbounded, Receiver, Sender};

use crate::error::Error;
use crate::event::Event;
use crate::packet::Packet;
use crate::sync::lock;

/// So many errors, and so many losses, wait for a consumer.
const ERROR_CAPACITY: usize = 1024;
/// So many bytes an error keeps of a packet that is neither a response nor an event.
const MOST_UNRECOGNIZED: usize = 64 * 1024;

/// The producers' ends; they end with the client.
pub(crate) struct Streams {
    open: Mutex<Option<Open>>,
    counters: Counters,
}

/// The consumers' ends.
#[derive(Clone)]
pub(crate) struct Receivers {
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
    events: BoundedSender<Event>,
    errors: BoundedSender<Error>,
    net_errors: BoundedSender<Error>,
    seq: u64,
    /// Events dropped in a row, not yet reported.
    burst: u64,
    /// How many reads have ended since an event was dropped.
    reads_since_drop: u64,
    lines: LogLines,
}

/// What is to be logged once no lock is held.
#[must_use]
#[derive(Default)]
pub(crate) struct LogLines(Vec<String>);

impl LogLines {
    fn add(&mut self, line: impl Display) {
        self.0.push(line.to_string());
    }

    pub fn log(self) {
        for line in self.0 {
            log::warn!("{line}");
        }
    }
}

struct BoundedSender<T> {
    sender: Sender<T>,
    capacity: usize,
    /// So many fit for certain.
    room: usize,
}

impl<T> BoundedSender<T> {
    fn new(sender: Sender<T>, capacity: usize) -> Self {
        Self { sender, capacity, room: capacity }
    }

    /// Whether so many fit.
    fn has_room_for(&mut self, items: usize) -> bool {
        if self.room < items {
            self.room = self.capacity.saturating_sub(self.sender.len());
        }
        self.room >= items
    }

    /// Whether the item found room.
    fn send(&mut self, item: T) -> bool {
        let fits = self.has_room_for(1);
        if fits {
            self.room -= 1;
            // Both ends live as long as the client.
            let _ = self.sender.send(item);
        }
        fits
    }
}

impl Streams {
    pub fn new(event_capacity: usize) -> (Self, Receivers) {
        let (events, events_in) = unbounded();
        let (errors, errors_in) = unbounded();
        let (net_errors, net_errors_in) = unbounded();
        let open = Open {
            events: BoundedSender::new(events, event_capacity),
            errors: BoundedSender::new(errors, ERROR_CAPACITY),
            net_errors: BoundedSender::new(net_errors, ERROR_CAPACITY),
            seq: 0,
            burst: 0,
            reads_since_drop: u64::MAX,
            lines: LogLines::default(),
        };
        let streams = Self { open: Mutex::new(Some(open)), counters: Counters::default() };
        (streams, Receivers { events: events_in, errors: errors_in, net_errors: net_errors_in })
    }

    /// Runs `with` on the streams, unless the client is closed.
    pub fn with<R>(&self, with: impl FnOnce(&mut Open, &Self) -> R) -> Option<R> {
        let (result, lines) = self.collect(with)?;
        lines.log();
        Some(result)
    }

    /// The same, for a caller that holds a lock under which nothing is logged.
    fn collect<R>(&self, with: impl FnOnce(&mut Open, &Self) -> R) -> Option<(R, LogLines)> {
        let mut open = lock(&self.open);
        let open = open.as_mut()?;
        let result = with(open, self);
        Some((result, std::mem::take(&mut open.lines)))
    }

    /// Announces a loss, a failed attempt to come back, or its end.
    pub fn net_error(&self, error: Error) -> LogLines {
        let announced = self.collect(|open, _| {
            open.end_burst(self);
            if !open.net_errors.send(error) {
                count(&self.counters.errors_dropped);
            }
        });
        announced.map(|((), lines)| lines).unwrap_or_default()
    }

    pub fn count_dropped_responses(&self, responses: usize) {
        self.counters.responses_dropped.fetch_add(responses as u64, Ordering::Relaxed);
    }

    pub fn count_reconnection(&self) {
        count(&self.counters.reconnections);
    }

    /// Ends the three streams.
    pub fn close(&self) {
        let open = lock(&self.open).take();
        if let Some(mut open) = open {
            open.end_burst(self);
            open.lines.log();
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
    pub fn event(&mut self, event: Event, streams: &Streams) {
        self.seq += 1;
        streams.counters.events.store(self.seq, Ordering::Relaxed);
        self.settle_burst(streams);
        if self.burst == 0 && self.events.has_room_for(1) {
            let shares = self.reads_since_drop > 1;
            self.events.send(if shares { event } else { event.detach() });
            return;
        }
        if self.burst == 0 {
            let capacity = self.events.capacity;
            self.lines.add(format_args!("the event queue is full ({capacity} events): the newest are dropped"));
        }
        self.burst += 1;
        self.reads_since_drop = 0;
        count(&streams.counters.events_dropped);
    }

    pub fn unrecognized(&mut self, packet: Packet, streams: &Streams) {
        count(&streams.counters.unrecognized);
        self.error(Error::Unrecognized(beginning(&packet)), streams);
    }

    pub fn too_large(&mut self, size: u64, streams: &Streams) {
        count(&streams.counters.too_large);
        self.error(Error::PacketTooLarge { size }, streams);
    }

    /// The packets of a read have been handed on: reports a burst of dropped events that is over because
    /// the consumer has taken some.
    pub fn settle(&mut self, streams: &Streams) {
        self.reads_since_drop = self.reads_since_drop.saturating_add(1);
        self.settle_burst(streams);
    }

    fn settle_burst(&mut self, streams: &Streams) {
        if self.burst > 0 && self.events.has_room_for((self.events.capacity / 8).max(1)) {
            self.end_burst(streams);
        }
    }

    fn error(&mut self, error: Error, streams: &Streams) {
        self.lines.add(&error);
        if !self.errors.send(error) {
            count(&streams.counters.errors_dropped);
        }
    }

    fn end_burst(&mut self, streams: &Streams) {
        if self.burst > 0 {
            let dropped = std::mem::take(&mut self.burst);
            self.error(Error::EventsDropped { dropped }, streams);
        }
    }
}

/// A packet with memory of its own, cut short if it is long.
fn beginning(packet: &Packet) -> Packet {
    let bytes = packet.as_bytes();
    if bytes.len() <= MOST_UNRECOGNIZED {
        return packet.detach();
    }
    let begins_a_character = |at: &usize| bytes[*at] & 0xc0 != 0x80;
    let end = (MOST_UNRECOGNIZED - 3..=MOST_UNRECOGNIZED).rev().find(begins_a_character);
    Packet::new(&bytes[..end.unwrap_or(MOST_UNRECOGNIZED)])
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::{Frame, Framer};

    /// The events of one read, which share its memory.
    fn read(count: usize) -> Vec<Event> {
        let mut framer = Framer::new();
        framer.push(&b"Event: Tick\r\nNumber: 1\r\n\r\n".repeat(count));
        let events = framer.frames().map(|frame| match frame {
            Frame::Packet(packet) => Event::new(packet, 0),
            Frame::TooLarge(_) => unreachable!(),
        });
        events.collect()
    }

    /// Which of the events that wait share the memory of a read, whose first and last event these are.
    fn sharing(receivers: &Receivers, first: &Event, last: &Event) -> Vec<bool> {
        let address = |event: &Event| event.packet().text().as_ptr() as usize;
        let memory = address(first)..=address(last);
        receivers.events.try_iter().map(|event| memory.contains(&address(&event))).collect()
    }

    #[test]
    fn a_few_events_of_a_read_do_not_keep_the_memory_of_all() {
        let (streams, receivers) = Streams::new(16);
        let hand_on = |events: &[Event]| {
            streams.with(|open, streams| events.iter().for_each(|event| open.event(event.clone(), streams)));
        };
        let settle = || streams.with(|open, streams| open.settle(streams));
        let events = read(60);
        let (first, last) = (&events[0], &events[59]);
        hand_on(&events[..20]);
        assert_eq!(sharing(&receivers, first, last), [true; 16]);
        hand_on(&events[20..]);
        assert_eq!(sharing(&receivers, first, last), [false; 16]);
        settle();
        let events = read(4);
        hand_on(&events);
        assert_eq!(sharing(&receivers, &events[0], &events[3]), [false; 4], "they may be the last that find room");
        settle();
        let events = read(4);
        hand_on(&events);
        assert_eq!(sharing(&receivers, &events[0], &events[3]), [true; 4], "the burst is over");
        assert_eq!((streams.stats().events, streams.stats().events_dropped), (68, 28));
    }
}
