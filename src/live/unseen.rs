//! Callers that an action has moved away under their queue.
//!
//! `Bridge`, `Park` and their like take the channel of a caller and leave a `Surrogate/` in the queue, which no event
//! speaks of. The queue counts it until its thread finds it hung up, within a second or so, and says nothing then.

use std::time::{Duration, SystemTime};

use crate::event::{self, Event};

/// After so long the queue's thread has noticed.
const NOTICED: Duration = Duration::from_secs(5);

/// Whether an entry of a list is what a caller left behind.
pub(super) fn is_left_behind(channel: &str) -> bool {
    channel.starts_with("Surrogate/")
}

/// How many a queue may count that nobody sees, and since when: no more than there are queues, and mostly none.
#[derive(Debug, Default)]
pub(super) struct Unseen(Vec<Uncounted>);

#[derive(Debug)]
struct Uncounted {
    queue: String,
    callers: u32,
    since: SystemTime,
}

impl Unseen {
    pub fn add(&mut self, queue: &str, at: SystemTime) {
        match self.0.iter_mut().find(|unseen| unseen.queue == queue) {
            Some(unseen) => {
                unseen.callers += 1;
                unseen.since = at;
            }
            None => self.0.push(Uncounted { queue: queue.to_owned(), callers: 1, since: at }),
        }
    }

    fn remove(&mut self, queue: &str) {
        self.0.retain(|unseen| unseen.queue != queue);
    }

    /// Takes what a list has instead of what was before.
    pub fn list(&mut self, only: Option<&str>, items: &[Event], at: SystemTime) {
        match only {
            Some(queue) => self.remove(queue),
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
        let Some(unseen) = self.0.iter_mut().find(|unseen| unseen.queue == e.queue) else { return false };
        let excess = count.saturating_sub(callers);
        let is_over = at.duration_since(unseen.since).is_ok_and(|since| since > NOTICED);
        if excess == 0 || excess > unseen.callers || is_over {
            self.remove(e.queue);
            return false;
        }
        unseen.callers = excess;
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
