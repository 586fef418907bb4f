//! The subscribers, and which of them an event goes to.
//!
//! Subscribers stand in an index by name and by the first header that they ask for. So an event that nobody wants
//! costs one look-up by its name and one for each distinct header that is asked for, however many subscribers
//! there are.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use crossbeam_channel::{unbounded, Receiver};

use super::interest::Interest;
use super::queue::{EventQueue, Push};
use crate::event::Event;

#[derive(Default)]
pub(super) struct Subscriptions {
    last: u64,
    /// By their numbers, which grow.
    subscribers: Vec<(u64, Box<Subscriber>)>,
    by_name: HashMap<Box<str>, Bucket>,
    any_name: Bucket,
    /// Who gets the event at hand.
    takers: Vec<u64>,
    /// The name of the event at hand, in lower case.
    name: String,
}

struct Subscriber {
    interest: Interest,
    queue: EventQueue,
    dropped: Arc<AtomicU64>,
}

/// Subscribers who ask for the same name; or, in a [`HeaderIndex`], for the same value.
#[derive(Default)]
struct Bucket {
    any_header: Vec<u64>,
    by_header: Vec<HeaderIndex>,
}

/// Subscribers who ask for values of the same header.
struct HeaderIndex {
    name: Box<str>,
    values: HashMap<Box<str>, Bucket>,
}

/// What a subscriber holds.
pub(crate) struct Subscribed {
    pub number: u64,
    pub events: Receiver<Event>,
    pub dropped: Arc<AtomicU64>,
}

impl Subscriptions {
    pub fn add(&mut self, interest: Interest, capacity: usize) -> Subscribed {
        self.last += 1;
        let number = self.last;
        match &interest.names {
            None => self.any_name.add(number, &interest),
            Some(names) => {
                for name in names {
                    self.by_name.entry(name.clone()).or_default().add(number, &interest);
                }
            }
        }
        let (sender, events) = unbounded();
        let dropped = Arc::<AtomicU64>::default();
        let queue = EventQueue::new(sender, interest.own_capacity().unwrap_or(capacity).max(1));
        let subscriber = Subscriber { interest, queue, dropped: Arc::clone(&dropped) };
        self.subscribers.push((number, Box::new(subscriber)));
        Subscribed { number, events, dropped }
    }

    /// Takes a subscriber away: how many of its drops have not been told.
    pub fn remove(&mut self, number: u64) -> Option<u64> {
        let (_, mut subscriber) = self.subscribers.remove(place(&self.subscribers, number)?);
        let interest = &subscriber.interest;
        match &interest.names {
            None => self.any_name.remove(number, interest),
            Some(names) => {
                for name in names {
                    let Some(bucket) = self.by_name.get_mut(name) else { continue };
                    bucket.remove(number, interest);
                    if bucket.is_empty() {
                        self.by_name.remove(name);
                    }
                }
            }
        }
        subscriber.queue.end_burst()
    }

    /// Hands an event to all who want it; `tell` hears of drops: how many, and the capacity of a queue that has
    /// just become full.
    #[inline] // mostly there are none
    pub fn event(&mut self, event: &Event, tell: impl FnMut(u64, Option<usize>)) {
        if !self.subscribers.is_empty() {
            self.hand_out(event, tell);
        }
    }

    fn hand_out(&mut self, event: &Event, mut tell: impl FnMut(u64, Option<usize>)) {
        self.takers.clear();
        self.any_name.find(event, &mut self.takers);
        if !self.by_name.is_empty() {
            self.name.clear();
            self.name.push_str(event.name());
            self.name.make_ascii_lowercase();
            if let Some(bucket) = self.by_name.get(self.name.as_str()) {
                bucket.find(event, &mut self.takers);
            }
        }
        let mut detached = None;
        for number in &self.takers {
            let Some(place) = place(&self.subscribers, *number) else { continue };
            let subscriber = &mut self.subscribers[place].1;
            if !subscriber.interest.takes(event) {
                continue;
            }
            if let Some(untold) = subscriber.queue.settle() {
                tell(untold, None);
            }
            // One that takes all keeps all of a read anyway.
            let taken = if subscriber.interest.takes_everything() {
                event.clone()
            } else {
                detached.get_or_insert_with(|| event.detach()).clone()
            };
            match subscriber.queue.push(taken) {
                Push::Taken => continue,
                Push::FirstDropped => tell(1, Some(subscriber.queue.capacity())),
                Push::Dropped => {}
            }
            subscriber.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A read has ended: `tell` hears of the bursts that are over.
    pub fn end_read(&mut self, mut tell: impl FnMut(u64)) {
        for (_, subscriber) in &mut self.subscribers {
            subscriber.queue.end_read();
            if let Some(untold) = subscriber.queue.settle() {
                tell(untold);
            }
        }
    }

    /// Nothing comes for a while: `tell` hears of the drops that have not been told.
    pub fn end_bursts(&mut self, mut tell: impl FnMut(u64)) {
        for (_, subscriber) in &mut self.subscribers {
            if let Some(untold) = subscriber.queue.end_burst() {
                tell(untold);
            }
        }
    }
}

fn place(subscribers: &[(u64, Box<Subscriber>)], number: u64) -> Option<usize> {
    subscribers.binary_search_by_key(&number, |(other, _)| *other).ok()
}

impl Bucket {
    fn is_empty(&self) -> bool {
        self.any_header.is_empty() && self.by_header.is_empty()
    }

    fn add(&mut self, number: u64, interest: &Interest) {
        let Some((name, values)) = interest.headers.first() else { return self.enter(number) };
        let known = self.by_header.iter().position(|index| index.name.eq_ignore_ascii_case(name));
        let at = known.unwrap_or_else(|| {
            self.by_header.push(HeaderIndex { name: name.clone(), values: HashMap::new() });
            self.by_header.len() - 1
        });
        for value in values {
            self.by_header[at].values.entry(value.clone()).or_default().enter(number);
        }
    }

    fn remove(&mut self, number: u64, interest: &Interest) {
        let Some((name, values)) = interest.headers.first() else { return self.leave(number) };
        let Some(at) = self.by_header.iter().position(|index| index.name.eq_ignore_ascii_case(name)) else { return };
        let index = &mut self.by_header[at];
        for value in values {
            if let Some(bucket) = index.values.get_mut(value) {
                bucket.leave(number);
                if bucket.is_empty() {
                    index.values.remove(value);
                }
            }
        }
        if index.values.is_empty() {
            self.by_header.remove(at);
        }
    }

    /// Takes in one that asks for no header, or for none but those that lead here; once, if it names a thing twice.
    fn enter(&mut self, number: u64) {
        if self.any_header.last() != Some(&number) {
            self.any_header.push(number);
        }
    }

    /// Takes such a one out.
    fn leave(&mut self, number: u64) {
        if let Ok(at) = self.any_header.binary_search(&number) {
            self.any_header.remove(at);
        }
    }

    fn find(&self, event: &Event, takers: &mut Vec<u64>) {
        takers.extend_from_slice(&self.any_header);
        for index in &self.by_header {
            if let Some(bucket) = event.packet().seek(&index.name).and_then(|value| index.values.get(value)) {
                takers.extend_from_slice(&bucket.any_header);
            }
        }
    }
}
