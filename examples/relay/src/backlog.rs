//! What Redis has not acknowledged: kept in order for each server, up to a bound, and what is beyond it counted in its
//! place.
//!
//! A server has a lane of its own, with bounds of its own: one that floods, or whose stream cannot be written, takes
//! nothing from the others. What is sent stays in its lane until Redis has acknowledged it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::entry::{Cause, Gap, Item, Note};

/// So many notes fit in a lane beside its events.
const MOST_NOTES: usize = 1_000;

pub struct Backlog {
    state: Mutex<State>,
    ready: Condvar,
}

struct State {
    lanes: Vec<Lane>,
    /// Whose turn is next.
    next: usize,
    is_closed: bool,
    is_awaited: bool,
}

/// The items of a lane that are to be sent, or sent again.
pub struct Batch {
    pub lane: usize,
    pub server: Arc<str>,
    pub stream: Arc<str>,
    pub items: Vec<Item>,
}

/// What there is in a lane, and what there was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count {
    pub server: String,
    /// Not acknowledged yet.
    pub events: u64,
    pub notes: u64,
    /// Acknowledged.
    pub written: u64,
    /// Events that gaps stand for.
    pub missing: u64,
}

impl Backlog {
    /// `servers` are their names and streams; the bounds are for each.
    pub fn new(servers: impl IntoIterator<Item = (String, String)>, most: usize, most_bytes: usize) -> Self {
        let lanes = servers.into_iter().map(|(server, stream)| Lane::new(&server, &stream, most, most_bytes)).collect();
        let state = State { lanes, next: 0, is_closed: false, is_awaited: false };
        Self { state: Mutex::new(state), ready: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, lane: usize, push: impl FnOnce(&mut Lane)) {
        let mut state = self.lock();
        push(&mut state.lanes[lane]);
        if state.is_awaited {
            self.ready.notify_all();
        }
    }

    pub fn push_event(&self, lane: usize, link: u64, seq: u64, json: Arc<str>) {
        self.push(lane, |lane| lane.push_event(link, seq, json));
    }

    /// Events `from..end` never came this far.
    pub fn push_gap(&self, lane: usize, link: u64, from: u64, end: u64, cause: Cause) {
        self.push(lane, |lane| lane.push_gap(link, from, end, 0, cause));
    }

    pub fn push_note(&self, lane: usize, kind: &'static str, link: u64, seq: u64, fields: Vec<(&'static str, String)>) {
        self.push(lane, |lane| lane.push_note(kind, link, seq, fields));
    }

    /// What is to be sent next, the first of each lane in turn; empty if nothing comes within this time.
    ///
    /// It gives the same again until [`Backlog::written`] says that it is there.
    pub fn take(&self, most: usize, most_bytes: usize, wait: Duration) -> Vec<Batch> {
        let deadline = Instant::now() + wait;
        let mut state = self.lock();
        loop {
            let batches = state.take(most, most_bytes);
            let now = Instant::now();
            if !batches.is_empty() || now >= deadline || state.is_closed {
                return batches;
            }
            state.is_awaited = true;
            state = self.ready.wait_timeout(state, deadline - now).unwrap_or_else(PoisonError::into_inner).0;
            state.is_awaited = false;
        }
    }

    /// Redis has acknowledged the first items of a lane.
    pub fn written(&self, lane: usize, items: usize) {
        self.lock().lanes[lane].written(items);
    }

    /// Redis takes nothing of this lane: it rests for a while.
    pub fn rest(&self, lane: usize, pause: Duration) {
        self.lock().lanes[lane].rests_until = Some(Instant::now() + pause);
    }

    /// Nothing more will come.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.ready.notify_all();
    }

    pub fn is_closed(&self) -> bool {
        self.lock().is_closed
    }

    /// Whether nothing more will come and all is written.
    pub fn is_done(&self) -> bool {
        let state = self.lock();
        state.is_closed && state.lanes.iter().all(|lane| lane.items.is_empty())
    }

    pub fn counts(&self) -> Vec<Count> {
        self.lock().lanes.iter().map(Lane::count).collect()
    }
}

impl State {
    fn take(&mut self, most: usize, most_bytes: usize) -> Vec<Batch> {
        let now = Instant::now();
        let mut batches = Vec::new();
        let (mut room, mut bytes) = (most, most_bytes);
        for turn in 0..self.lanes.len() {
            let at = (self.next + turn) % self.lanes.len();
            let lane = &mut self.lanes[at];
            if room == 0 || bytes == 0 {
                break;
            }
            if lane.items.is_empty() || lane.rests_until.is_some_and(|until| until > now) {
                continue;
            }
            let mut items = Vec::new();
            for item in lane.items.iter().take(room) {
                items.push(item.clone());
                bytes = bytes.saturating_sub(item.size());
                if bytes == 0 {
                    break;
                }
            }
            room -= items.len();
            lane.sent = lane.sent.max(items.len());
            batches.push(Batch { lane: at, server: lane.server.clone(), stream: lane.stream.clone(), items });
        }
        if let Some(first) = batches.first() {
            self.next = first.lane + 1;
        }
        batches
    }
}

struct Lane {
    server: Arc<str>,
    stream: Arc<str>,
    most: usize,
    most_bytes: usize,
    items: VecDeque<Item>,
    bytes: usize,
    /// So many of the first may have reached Redis: they are as they are.
    sent: usize,
    /// It is full, and goes on dropping until an eighth is free: few gaps are better than many.
    is_full: bool,
    last_note: u64,
    rests_until: Option<Instant>,
    written: u64,
    missing: u64,
}

impl Lane {
    fn new(server: &str, stream: &str, most: usize, most_bytes: usize) -> Self {
        Self {
            server: server.into(),
            stream: stream.into(),
            most,
            most_bytes,
            items: VecDeque::new(),
            bytes: 0,
            sent: 0,
            is_full: false,
            last_note: 0,
            rests_until: None,
            written: 0,
            missing: 0,
        }
    }

    fn push_event(&mut self, link: u64, seq: u64, json: Arc<str>) {
        self.is_full = match self.is_full {
            true => self.items.len() > self.most - self.most.div_ceil(8) || self.bytes > self.most_bytes / 8 * 7,
            false => self.items.len() >= self.most || (self.bytes >= self.most_bytes && !self.items.is_empty()),
        };
        if self.is_full {
            self.push_gap(link, seq, seq + 1, 0, Cause::Backlog);
        } else {
            self.push(Item::Event { link, seq, json });
        }
    }

    fn push(&mut self, item: Item) {
        self.bytes += item.size();
        self.items.push_back(item);
    }

    fn push_gap(&mut self, link: u64, from: u64, end: u64, notes: u64, cause: Cause) {
        self.missing += end - from;
        let mut gap = Gap { note: 0, link, from, end, notes, cause };
        if self.items.len() > self.sent {
            if let Some(Item::Gap(last)) = self.items.back_mut() {
                // While it is full, all that is missing is one gap, or gaps would fill it further.
                if (last.cause == cause || self.is_full) && last.extend(&gap) {
                    return;
                }
            }
        }
        self.last_note += 1;
        gap.note = self.last_note;
        self.push(Item::Gap(gap));
    }

    fn push_note(&mut self, kind: &'static str, link: u64, seq: u64, fields: Vec<(&'static str, String)>) {
        self.last_note += 1;
        if self.items.len() >= self.most + MOST_NOTES {
            self.push_gap(link, seq, seq, 1, Cause::Backlog);
        } else {
            self.push(Item::Note(Note { note: self.last_note, kind, link, seq, fields }));
        }
    }

    fn written(&mut self, items: usize) {
        for item in self.items.drain(..items) {
            self.bytes -= item.size();
            self.written += u64::from(matches!(item, Item::Event { .. }));
        }
        self.sent = self.sent.saturating_sub(items);
        self.rests_until = None;
    }

    fn count(&self) -> Count {
        let events = self.items.iter().filter(|item| matches!(item, Item::Event { .. })).count() as u64;
        let notes = self.items.len() as u64 - events;
        Count { server: self.server.to_string(), events, notes, written: self.written, missing: self.missing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backlog(most: usize, most_bytes: usize) -> Backlog {
        Backlog::new([("berlin".into(), "a".into()), ("paris".into(), "b".into())], most, most_bytes)
    }

    fn event(backlog: &Backlog, lane: usize, seq: u64) {
        backlog.push_event(lane, 1, seq, "{}".into());
    }

    fn take(backlog: &Backlog, most: usize) -> Vec<(usize, Vec<String>)> {
        let shown = |item: &Item| match item {
            Item::Event { seq, .. } => seq.to_string(),
            Item::Note(note) => note.kind.to_owned(),
            Item::Gap(gap) => format!("{}..{} {} {}", gap.from, gap.end, gap.notes, gap.cause.word()),
        };
        let batches = backlog.take(most, usize::MAX, Duration::ZERO);
        batches.iter().map(|batch| (batch.lane, batch.items.iter().map(shown).collect())).collect()
    }

    fn strings(items: &[&str]) -> Vec<String> {
        items.iter().map(|item| (*item).to_owned()).collect()
    }

    #[test]
    fn what_is_not_acknowledged_is_given_again_in_order() {
        let backlog = backlog(10, usize::MAX);
        (0..3).for_each(|seq| event(&backlog, 0, seq));
        assert_eq!(take(&backlog, 2), [(0, strings(&["0", "1"]))]);
        event(&backlog, 1, 7);
        assert_eq!(take(&backlog, 4), [(1, strings(&["7"])), (0, strings(&["0", "1", "2"]))]);
        backlog.written(0, 2);
        backlog.written(1, 1);
        backlog.close();
        assert_eq!(take(&backlog, 9), [(0, strings(&["2"]))]);
        assert!(!backlog.is_done());
        backlog.written(0, 1);
        assert!(backlog.is_done());
        assert_eq!(backlog.counts()[0].written, 3);
    }

    #[test]
    fn what_does_not_fit_is_a_gap_in_its_place_and_the_others_do_not_notice() {
        let backlog = backlog(8, usize::MAX);
        (0..12).for_each(|seq| event(&backlog, 0, seq));
        event(&backlog, 1, 0);
        assert_eq!(backlog.counts()[0].missing, 4);
        assert_eq!(backlog.counts()[1].missing, 0);
        backlog.written(0, 8);
        event(&backlog, 0, 12);
        assert_eq!(take(&backlog, 9), [(0, strings(&["8..12 0 backlog", "12"])), (1, strings(&["0"]))]);
    }

    #[test]
    fn a_gap_that_may_be_in_redis_already_does_not_grow() {
        let backlog = backlog(2, usize::MAX);
        (0..3).for_each(|seq| event(&backlog, 0, seq));
        assert_eq!(take(&backlog, 9), [(0, strings(&["0", "1", "2..3 0 backlog"]))]);
        event(&backlog, 0, 3);
        event(&backlog, 0, 4);
        assert_eq!(take(&backlog, 9), [(0, strings(&["0", "1", "2..3 0 backlog", "3..5 0 backlog"]))]);
    }

    #[test]
    fn the_bound_in_bytes_lets_one_event_in_however_large() {
        let backlog = backlog(100, 1);
        event(&backlog, 0, 0);
        event(&backlog, 0, 1);
        assert_eq!(take(&backlog, 9), [(0, strings(&["0", "1..2 0 backlog"]))]);
    }

    #[test]
    fn notes_beyond_their_bound_are_counted_and_nothing_grows_without_end() {
        let backlog = backlog(1, usize::MAX);
        event(&backlog, 0, 0);
        for round in 0..5_000u64 {
            backlog.push_note(0, "link", 1, 1 + 2 * round, Vec::new());
            backlog.push_gap(0, 1, 1 + 2 * round, 2 + 2 * round, Cause::Slow);
            event(&backlog, 0, 2 + 2 * round);
        }
        let items = take(&backlog, usize::MAX).remove(0).1;
        assert!(items.len() < MOST_NOTES * 3, "{}", items.len());
        let count = &backlog.counts()[0];
        assert_eq!(count.missing, 10_000);
        assert!(items.last().unwrap().contains("..10001 "), "{:?}", items.last());
    }

    #[test]
    fn a_lane_that_rests_holds_up_nobody() {
        let backlog = backlog(10, usize::MAX);
        event(&backlog, 0, 0);
        event(&backlog, 1, 0);
        backlog.rest(0, Duration::from_secs(3600));
        assert_eq!(take(&backlog, 9), [(1, strings(&["0"]))]);
    }
}
