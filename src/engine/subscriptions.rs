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
    subscribers: HashMap<u64, Subscriber>,
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

/// Subscribers who ask for the same name.
#[derive(Default)]
struct Bucket {
    any_header: Vec<u64>,
    by_header: Vec<HeaderIndex>,
}

/// Subscribers who ask for values of the same header.
struct HeaderIndex {
    name: Box<str>,
    values: HashMap<Box<str>, Vec<u64>>,
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
        for bucket in buckets(&mut self.by_name, &mut self.any_name, &interest) {
            bucket.add(number, &interest);
        }
        let (sender, events) = unbounded();
        let dropped = Arc::<AtomicU64>::default();
        let queue = EventQueue::new(sender, interest.own_capacity().unwrap_or(capacity).max(1));
        self.subscribers.insert(number, Subscriber { interest, queue, dropped: Arc::clone(&dropped) });
        Subscribed { number, events, dropped }
    }

    /// Takes a subscriber away: how many of its drops have not been told.
    pub fn remove(&mut self, number: u64) -> Option<u64> {
        let mut subscriber = self.subscribers.remove(&number)?;
        for bucket in buckets(&mut self.by_name, &mut self.any_name, &subscriber.interest) {
            bucket.remove(number, &subscriber.interest);
        }
        self.by_name.retain(|_, bucket| !bucket.is_empty());
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
            let Some(subscriber) = self.subscribers.get_mut(number) else { continue };
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
        for subscriber in self.subscribers.values_mut() {
            subscriber.queue.end_read();
            subscriber.queue.settle().into_iter().for_each(&mut tell);
        }
    }

    /// Nothing comes for a while: `tell` hears of the drops that have not been told.
    pub fn end_bursts(&mut self, tell: impl FnMut(u64)) {
        self.subscribers.values_mut().filter_map(|subscriber| subscriber.queue.end_burst()).for_each(tell);
    }
}

/// Where a subscriber of this interest stands.
fn buckets<'a>(
    by_name: &'a mut HashMap<Box<str>, Bucket>,
    any_name: &'a mut Bucket,
    interest: &Interest,
) -> Vec<&'a mut Bucket> {
    let Some(names) = &interest.names else { return vec![any_name] };
    for name in names {
        by_name.entry(name.clone()).or_default();
    }
    by_name.iter_mut().filter(|(name, _)| names.contains(name)).map(|(_, bucket)| bucket).collect()
}

impl Bucket {
    fn is_empty(&self) -> bool {
        self.any_header.is_empty() && self.by_header.is_empty()
    }

    fn add(&mut self, number: u64, interest: &Interest) {
        let Some((name, values)) = interest.headers.first() else { return self.any_header.push(number) };
        let known = self.by_header.iter().position(|index| index.name.eq_ignore_ascii_case(name));
        let at = known.unwrap_or_else(|| {
            self.by_header.push(HeaderIndex { name: name.clone(), values: HashMap::new() });
            self.by_header.len() - 1
        });
        for value in values {
            let numbers = self.by_header[at].values.entry(value.clone()).or_default();
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
    }

    fn remove(&mut self, number: u64, interest: &Interest) {
        self.any_header.retain(|other| *other != number);
        let Some((name, values)) = interest.headers.first() else { return };
        for index in self.by_header.iter_mut().filter(|index| index.name.eq_ignore_ascii_case(name)) {
            for value in values {
                if let Some(numbers) = index.values.get_mut(value) {
                    numbers.retain(|other| *other != number);
                    if numbers.is_empty() {
                        index.values.remove(value);
                    }
                }
            }
        }
        self.by_header.retain(|index| !index.values.is_empty());
    }

    fn find(&self, event: &Event, takers: &mut Vec<u64>) {
        takers.extend_from_slice(&self.any_header);
        for index in &self.by_header {
            let numbers = event.packet().seek(&index.name).and_then(|value| index.values.get(value));
            takers.extend(numbers.into_iter().flatten());
        }
    }
}
