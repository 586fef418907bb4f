//! Callers that an action has moved away under their queue.
//!
//! `Bridge`, `Park` and their like take the channel of a caller and leave a `Surrogate/` in the queue, which no event
//! speaks of. The queue counts it until its thread finds it hung up, within a second or so, and says nothing then.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use crate::event::{self, Event};

/// After so long the queue's thread has noticed.
const NOTICED: Duration = Duration::from_secs(5);

/// Whether an entry of a list is what a caller left behind.
pub(super) fn is_left_behind(channel: &str) -> bool {
    channel.starts_with("Surrogate/")
}

/// How many a queue may count that nobody sees, and since when: no more than there are queues.
#[derive(Debug, Default)]
pub(super) struct Unseen(HashMap<String, (u32, SystemTime)>);

impl Unseen {
    pub fn add(&mut self, queue: &str, at: SystemTime) {
        let (count, since) = self.0.entry(queue.to_owned()).or_insert((0, at));
        *count += 1;
        *since = at;
    }

    /// Takes what a list has instead of what was before.
    pub fn list(&mut self, only: Option<&str>, items: &[Event], at: SystemTime) {
        match only {
            Some(queue) => drop(self.0.remove(queue)),
            None => self.0.clear(),
        }
        for item in items.iter().filter(|item| item.name() == "QueueEntry") {
            let e = event::QueueEntry::from(item);
            if is_left_behind(e.channel) {
                self.add(e.queue, at);
            }
        }
    }

    /// Whether these are why a queue counts with this event more callers than it has.
    pub fn explain(&mut self, event: &Event, callers: u32, at: SystemTime) -> bool {
        let e = event::QueueCallerJoin::from(event);
        let Some(count) = e.count else { return false };
        let Some((unseen, since)) = self.0.get_mut(e.queue) else { return false };
        let excess = count.checked_sub(callers).filter(|excess| excess <= unseen);
        let is_over = at.duration_since(*since).is_ok_and(|since| since > NOTICED);
        let Some(excess) = excess.filter(|excess| *excess > 0 && !is_over) else {
            self.0.remove(e.queue);
            return false;
        };
        *unseen = excess;
        // Who does not join at the end is somewhere among those that nobody sees.
        e.raw.name().ends_with("Leave") || e.position == e.count
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
