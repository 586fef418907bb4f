//! One kind of thing from all servers: taken in turn, a batch a server, into one short queue.

use std::sync::Arc;

use crossbeam_channel::{bounded, Receiver, Select, Sender, TryRecvError};

/// So many things of one server are taken in one turn.
const BATCH: usize = 64;

pub(super) struct Lane<T, U> {
    sources: Vec<Source<T>>,
    /// It has one producer: what has room a moment ago has room now.
    out: Sender<U>,
    capacity: usize,
    tag: fn(&Arc<str>, T) -> U,
    /// Whose turn it is, and how much was taken in it.
    at: usize,
    taken: usize,
    flow: Flow,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Free,
    /// The queue is full, and the next thing that is taken from it wakes this thread.
    Full,
    /// Some has been taken from a queue that was full: the consumer gets a moment to take more, or each thing that
    /// it takes would wake this thread.
    Pausing,
}

struct Source<T> {
    number: u64,
    server: Arc<str>,
    items: Receiver<T>,
    /// Whether there still is something of a server that was removed and had the same name.
    waits: bool,
}

impl<T, U> Lane<T, U> {
    pub fn new(capacity: usize, tag: fn(&Arc<str>, T) -> U) -> (Self, Receiver<U>) {
        let (out, merged) = bounded(capacity);
        (Self { sources: Vec::new(), out, capacity, tag, at: 0, taken: 0, flow: Flow::Free }, merged)
    }

    pub fn add(&mut self, number: u64, server: &Arc<str>, items: Receiver<T>) {
        let waits = self.sources.iter().any(|other| other.server == *server);
        self.sources.push(Source { number, server: Arc::clone(server), items, waits });
    }

    /// Hands on a round: a batch of each server at most. Whether there may be more that can be handed on at once.
    pub fn run(&mut self) -> bool {
        let mut room = self.capacity - self.out.len();
        self.flow = match self.flow {
            _ if room == 0 => Flow::Full,
            Flow::Full if room < self.capacity / 4 => Flow::Pausing,
            _ => Flow::Free,
        };
        if self.flow != Flow::Free {
            return false;
        }
        let mut is_more = false;
        let mut turns = self.sources.len();
        while turns > 0 && room > 0 {
            self.at %= self.sources.len();
            let source = &self.sources[self.at];
            match if source.waits { Err(TryRecvError::Empty) } else { source.items.try_recv() } {
                Ok(item) => {
                    let _ = self.out.try_send((self.tag)(&source.server, item));
                    room -= 1;
                    self.taken += 1;
                    if self.taken < BATCH {
                        continue;
                    }
                    is_more = true;
                    self.at += 1;
                }
                Err(TryRecvError::Empty) => self.at += 1,
                Err(TryRecvError::Disconnected) => is_more |= self.forget(self.at),
            }
            self.taken = 0;
            turns -= 1;
        }
        is_more || room == 0
    }

    /// Takes a source away; whether another of the same name has waited for that.
    fn forget(&mut self, at: usize) -> bool {
        let gone = self.sources.remove(at);
        let next = self.sources.iter_mut().find(|other| other.server == gone.server);
        next.map(|next| next.waits = false).is_some()
    }

    /// Hands on what a server that was removed has left, as far as there is room: how much there was not.
    pub fn finish(&mut self, number: u64) -> usize {
        let Some(at) = self.sources.iter().position(|source| source.number == number) else { return 0 };
        let source = &self.sources[at];
        let room = self.capacity - self.out.len();
        for item in source.items.try_iter().take(room) {
            let _ = self.out.try_send((self.tag)(&source.server, item));
        }
        let left = source.items.len();
        self.forget(at);
        if at < self.at {
            self.at -= 1;
        }
        left
    }

    /// Selects what there is to wait for; whether the wait is for a moment only.
    pub fn select<'a>(&'a self, select: &mut Select<'a>) -> bool {
        match self.flow {
            Flow::Full => {
                select.send(&self.out);
            }
            Flow::Free => {
                for source in self.sources.iter().filter(|source| !source.waits) {
                    select.recv(&source.items);
                }
            }
            Flow::Pausing => return true,
        }
        false
    }

    /// How much has not been handed on.
    pub fn waiting(&self) -> usize {
        self.sources.iter().map(|source| source.items.len()).sum()
    }
}
