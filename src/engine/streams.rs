//! The streams to the caller: events, errors, losses, subscriptions. The reader never waits for who reads them.
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

use crossbeam_channel::{unbounded, Receiver};

use super::interest::Interest;
use super::queue::{BoundedSender, EventQueue, Push};
use super::subscriptions::{Subscribed, Subscriptions};
use crate::action::Action;
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
    subscription_events_dropped: AtomicU64,
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
    /// Events that were dropped because the queue of [`Client::events`](crate::Client::events) was full.
    pub events_dropped: u64,
    /// Events that were dropped because the queue of a subscription was full, over all subscriptions; counted
    /// when it is told on [`Client::errors`](crate::Client::errors).
    pub subscription_events_dropped: u64,
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
    /// `None` where the options say that nobody takes from it.
    events: Option<EventQueue>,
    subscriptions: Subscriptions,
    errors: BoundedSender<Error>,
    net_errors: BoundedSender<Error>,
    seq: u64,
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

impl Streams {
    pub fn new(event_capacity: usize) -> (Self, Receivers) {
        let (events, events_in) = unbounded();
        let (errors, errors_in) = unbounded();
        let (net_errors, net_errors_in) = unbounded();
        let open = Open {
            events: (event_capacity > 0).then(|| EventQueue::new(events, event_capacity)),
            subscriptions: Subscriptions::default(),
            errors: BoundedSender::new(errors, ERROR_CAPACITY),
            net_errors: BoundedSender::new(net_errors, ERROR_CAPACITY),
            seq: 0,
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
            open.end_bursts(self);
            if !open.net_errors.send(error) {
                count(&self.counters.errors_dropped);
            }
        });
        announced.map(|((), lines)| lines).unwrap_or_default()
    }

    /// Adds a subscriber; `None` once the client is closed.
    pub fn subscribe(&self, interest: Interest, capacity: usize) -> Option<Subscribed> {
        lock(&self.open).as_mut().map(|open| open.subscriptions.add(interest, capacity))
    }

    pub fn unsubscribe(&self, number: u64) {
        self.with(|open, _| {
            if let Some(dropped) = open.subscriptions.remove(number) {
                count_more(&self.counters.subscription_events_dropped, dropped);
                open.error(Error::EventsDropped { dropped }, self);
            }
        });
    }

    /// Announces a filter that the server of a new link has refused; it is logged with the next read, for the
    /// caller holds a lock.
    pub fn restored_without(&self, filter: &Action, error: Error) {
        if let Some(open) = lock(&self.open).as_mut() {
            open.lines.add(format_args!("the new link is without {filter:?}"));
            open.error(error, self);
        }
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
            open.end_bursts(self);
            open.lines.log();
        }
    }

    pub fn stats(&self) -> Stats {
        let counters = &self.counters;
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            events: get(&counters.events),
            events_dropped: get(&counters.events_dropped),
            subscription_events_dropped: get(&counters.subscription_events_dropped),
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

    /// Puts an event on the stream and hands it to the subscribers, or drops it where nobody keeps up.
    #[inline]
    pub fn event(&mut self, event: Event, streams: &Streams) {
        self.seq += 1;
        streams.counters.events.store(self.seq, Ordering::Relaxed);
        let Self { subscriptions, lines, errors, .. } = self;
        subscriptions.event(&event, |dropped, full| {
            count_more(&streams.counters.subscription_events_dropped, dropped);
            if let Some(capacity) = full {
                lines.add(format_args!(
                    "the queue of a subscription is full ({capacity} events): the newest are dropped"
                ));
            }
            report(errors, lines, Error::EventsDropped { dropped }, streams);
        });
        let Some(events) = &mut self.events else { return };
        if let Some(dropped) = events.settle() {
            report(errors, lines, Error::EventsDropped { dropped }, streams);
        }
        match events.push(event) {
            Push::Taken => return,
            Push::FirstDropped => {
                let capacity = events.capacity();
                lines.add(format_args!("the event queue is full ({capacity} events): the newest are dropped"));
                report(errors, lines, Error::EventsDropped { dropped: 1 }, streams);
            }
            Push::Dropped => {}
        }
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

    /// The packets of a read have been handed on: reports the bursts of dropped events that are over because
    /// the consumer has taken some.
    pub fn settle(&mut self, streams: &Streams) {
        let Self { subscriptions, lines, errors, .. } = self;
        subscriptions.end_read(|dropped| {
            count_more(&streams.counters.subscription_events_dropped, dropped);
            report(errors, lines, Error::EventsDropped { dropped }, streams);
        });
        let Some(events) = &mut self.events else { return };
        events.end_read();
        if let Some(dropped) = events.settle() {
            report(errors, lines, Error::EventsDropped { dropped }, streams);
        }
    }

    pub fn error(&mut self, error: Error, streams: &Streams) {
        report(&mut self.errors, &mut self.lines, error, streams);
    }

    /// Reports what was dropped and not told yet.
    fn end_bursts(&mut self, streams: &Streams) {
        let Self { subscriptions, lines, errors, .. } = self;
        subscriptions.end_bursts(|dropped| {
            count_more(&streams.counters.subscription_events_dropped, dropped);
            report(errors, lines, Error::EventsDropped { dropped }, streams);
        });
        if let Some(dropped) = self.events.as_mut().and_then(EventQueue::end_burst) {
            self.error(Error::EventsDropped { dropped }, streams);
        }
    }
}

fn report(errors: &mut BoundedSender<Error>, lines: &mut LogLines, error: Error, streams: &Streams) {
    lines.add(&error);
    if !errors.send(error) {
        count(&streams.counters.errors_dropped);
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
    count_more(counter, 1);
}

fn count_more(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
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
            Frame::Packet(packet) => Event::new(packet, 0, 0),
            _ => unreachable!(),
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
