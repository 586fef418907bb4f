//! A bounded queue of events whose producer never waits: when it is full the newest are dropped.
//!
//! The channels are crossbeam's unbounded ones, which take memory only for what is in them; the one producer
//! keeps the bound. It counts what it sends and looks at the length only when, by its count, the queue could be
//! full.
//!
//! A queue that is full goes on dropping until an eighth of it is free: a consumer that is too slow for long
//! costs few reports and few gaps. Such a row of drops is a burst. Its first drop is told at once, the rest when
//! the burst is over.
//!
//! The events of one read share its memory, of which one alone would keep all. So where only some of a read's
//! events find room, those that do after one was dropped get memory of their own, and so do those of the next
//! read.

use crossbeam_channel::Sender;

use crate::event::Event;

pub(super) struct BoundedSender<T> {
    sender: Sender<T>,
    capacity: usize,
    /// So many fit for certain.
    room: usize,
}

impl<T> BoundedSender<T> {
    pub fn new(sender: Sender<T>, capacity: usize) -> Self {
        Self { sender, capacity, room: capacity }
    }

    /// Whether so many fit.
    #[inline]
    fn has_room_for(&mut self, items: usize) -> bool {
        if self.room < items {
            self.room = self.capacity.saturating_sub(self.sender.len());
        }
        self.room >= items
    }

    /// Whether the item found room.
    #[inline]
    pub fn send(&mut self, item: T) -> bool {
        let fits = self.has_room_for(1);
        if fits {
            self.room -= 1;
            // A receiver that is gone has dropped what it held; its queue is about to be taken away.
            let _ = self.sender.try_send(item);
        }
        fits
    }
}

pub(super) struct EventQueue {
    events: BoundedSender<Event>,
    /// Whether a burst of drops is under way, and how many of them have not been told yet.
    dropping: bool,
    untold: u64,
    /// How many reads have ended since an event was dropped.
    reads_since_drop: u64,
}

/// What became of an event that was offered to a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Push {
    Taken,
    /// Dropped, as the first of a burst.
    FirstDropped,
    Dropped,
}

impl EventQueue {
    pub fn new(sender: Sender<Event>, capacity: usize) -> Self {
        let events = BoundedSender::new(sender, capacity);
        Self { events, dropping: false, untold: 0, reads_since_drop: u64::MAX }
    }

    pub fn capacity(&self) -> usize {
        self.events.capacity
    }

    /// Whether an event that is put in now may share the memory of its read.
    #[inline]
    pub fn may_share(&self) -> bool {
        self.reads_since_drop > 1
    }

    /// Puts an event in, or drops it. A burst that the consumer has ended must have been settled before.
    #[inline]
    pub fn push(&mut self, event: Event) -> Push {
        if !self.dropping && self.events.has_room_for(1) {
            let shares = self.may_share();
            self.events.send(if shares { event } else { event.detach() });
            return Push::Taken;
        }
        self.reads_since_drop = 0;
        if self.dropping {
            self.untold += 1;
            return Push::Dropped;
        }
        self.dropping = true;
        Push::FirstDropped
    }

    /// Ends a burst if the consumer has made room: how many of its drops have not been told.
    #[inline]
    pub fn settle(&mut self) -> Option<u64> {
        if self.dropping && self.events.has_room_for((self.events.capacity / 8).max(1)) {
            return self.end_burst();
        }
        None
    }

    /// A read has ended.
    pub fn end_read(&mut self) {
        self.reads_since_drop = self.reads_since_drop.saturating_add(1);
    }

    pub fn end_burst(&mut self) -> Option<u64> {
        self.dropping = false;
        Some(std::mem::take(&mut self.untold)).filter(|untold| *untold > 0)
    }
}
