//! Memory that goes round: a chunk's returns to the reader when the last of its packets is dropped.
//!
//! At full speed the system would otherwise take and give the same memory a hundred thousand times a
//! second, and hand out every page of it anew.

use std::sync::{Arc, Mutex, Weak};

use crate::sync::{lock, try_lock};

/// So many chunks are kept.
const MOST: usize = 4;
/// A chunk that is smaller is made and forgotten; so is one that a packet of unusual size made large.
const SIZES: std::ops::RangeInclusive<usize> = 16 * 1024..=256 * 1024;

#[derive(Debug, Default)]
pub(super) struct Spares {
    texts: Mutex<Vec<String>>,
}

impl Spares {
    /// A copy of the text, in memory that was used before if there is some; and where that is to come back to.
    pub fn copy(self: &Arc<Self>, text: &str) -> (String, Weak<Self>) {
        let mut texts = lock(&self.texts);
        if !SIZES.contains(&text.len()) {
            // Nothing much comes any more.
            texts.clear();
            return (text.to_owned(), Weak::new());
        }
        let spare = texts.pop();
        drop(texts);
        let mut copy = spare.unwrap_or_else(|| String::with_capacity(text.len().next_power_of_two()));
        copy.push_str(text);
        (copy, Arc::downgrade(self))
    }

    /// Takes memory back.
    pub fn put(&self, mut text: String) {
        // Whoever drops a packet waits for nobody.
        let Some(mut texts) = try_lock(&self.texts) else { return };
        if texts.len() < MOST && SIZES.contains(&text.capacity()) {
            text.clear();
            texts.push(text);
        }
    }
}
