//! Memory that is used again: a chunk's goes back to the reader when the last of its packets is dropped.
//!
//! At full speed the system would otherwise take and give the same memory a hundred thousand times a
//! second, and hand out every page of it anew.

use std::sync::{Arc, Mutex, Weak};

use crate::sync::{lock, try_lock};

/// So many chunks are kept: with 4 of them a consumer that lags a little makes the reader take new pages from the system,
/// two fifths more, which is 6 % of its processor time at full speed.
const MOST: usize = 16;
/// A smaller chunk is cheap to make; a larger one was made by a packet of unusual size.
const KEPT_SIZES: std::ops::RangeInclusive<usize> = 16 * 1024..=256 * 1024;

#[derive(Debug, Default)]
pub(super) struct Pool {
    free: Mutex<Vec<String>>,
}

impl Pool {
    /// Room for a text, in memory that was used before if there is some; and where that is to come back to.
    pub fn take(self: &Arc<Self>, length: usize) -> (String, Weak<Self>) {
        let mut free = lock(&self.free);
        if !KEPT_SIZES.contains(&length) {
            // Nothing much comes any more.
            free.clear();
            return (String::with_capacity(length), Weak::new());
        }
        let used = free.pop();
        drop(free);
        (used.unwrap_or_else(|| String::with_capacity(length.next_power_of_two())), Arc::downgrade(self))
    }

    /// Takes memory back.
    pub fn put(&self, mut text: String) {
        // Whoever drops a packet waits for nobody.
        let Some(mut free) = try_lock(&self.free) else { return };
        if free.len() < MOST && KEPT_SIZES.contains(&text.capacity()) {
            text.clear();
            free.push(text);
        }
    }
}
