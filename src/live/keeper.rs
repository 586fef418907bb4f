//! The thread that keeps models: one for a client's, one for all of a fleet's.
//!
//! # Locking
//!
//! A picture is locked for moments: to put a snapshot in its place and hand the changes on, or to take it out. The
//! thread that reads a client's link never takes that lock.
//!
//! # Waits
//!
//! For events, states and answers of all its feeds, for a feed that is added, and for what is due; it ends when the
//! last [`Keeper`] is dropped.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{bounded, unbounded, Receiver, Select, Sender};

use super::change::{Change, Kind};
use super::feed::{Feed, Waited};
use super::model::Counts;
use super::part::{Part, Parts};
use super::snapshot::Snapshot;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::sync::{self, lock, mailbox, Mailbox, Post};

/// So many changes wait for who takes them.
const CHANGES: usize = 16_384;
/// The longest that the thread sleeps.
const LONGEST: Duration = Duration::from_secs(1);

/// What readers see.
pub(super) struct Picture {
    pub shown: Mutex<Shown>,
    pub changed: Condvar,
}

pub(super) struct Shown {
    pub snapshot: Snapshot,
    pub counts: Counts,
    pub link: Option<u64>,
    pub closed: bool,
    /// Whether the feed has been looked after yet.
    pub begun: bool,
    takers: Vec<Taker>,
}

/// Who takes changes.
struct Taker {
    changes: Sender<Change>,
    lost: u64,
}

enum Order {
    Add(Box<Feed>, Arc<Picture>),
    Remove(Arc<Picture>),
    Refresh(Arc<Picture>, Part, Sender<()>),
}

/// A handle of the thread, which ends with it.
pub(crate) struct Keeper {
    orders: Option<Post<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    pub fn start() -> Result<Self> {
        let (orders, taken) = mailbox();
        let thread = thread::Builder::new().name("gami-live".into());
        let thread = sync::spawn(thread, Box::new(move || keep(&taken))).map_err(|error| {
            Error::invalid("live", format!("the system gives no thread to keep the model on: {error}"))
        })?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }

    /// Begins to keep the model of a client.
    pub(super) fn add(&self, client: Client, parts: Parts) -> Arc<Picture> {
        let mut feed = Feed::new(client, parts);
        let (snapshot, counts, link) = (feed.model().snapshot(), feed.model().counts(), feed.link());
        let shown = Shown { snapshot, counts, link, closed: false, begun: false, takers: Vec::new() };
        let picture = Arc::new(Picture { shown: Mutex::new(shown), changed: Condvar::new() });
        self.order(Order::Add(Box::new(feed), Arc::clone(&picture)));
        picture
    }

    pub(super) fn remove(&self, picture: &Arc<Picture>) {
        self.order(Order::Remove(Arc::clone(picture)));
    }

    /// Lists a part anew; the receiver ends when that shows.
    pub(super) fn refresh(&self, picture: &Arc<Picture>, part: Part) -> Receiver<()> {
        let (shown, shows) = bounded(0);
        self.order(Order::Refresh(Arc::clone(picture), part, shown));
        shows
    }

    fn order(&self, order: Order) {
        if let Some(orders) = &self.orders {
            orders.send(order);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.orders.take();
        if let Some(thread) = self.thread.take().filter(|thread| thread.thread().id() != thread::current().id()) {
            let _ = thread.join();
        }
    }
}

fn keep(orders: &Mailbox<Order>) {
    let mut kept: Vec<(Box<Feed>, Arc<Picture>)> = Vec::new();
    loop {
        let (taken, is_open) = orders.take();
        for order in taken {
            match order {
                Order::Add(feed, picture) => kept.push((feed, picture)),
                Order::Remove(picture) => {
                    if let Some(at) = kept.iter().position(|(_, other)| Arc::ptr_eq(other, &picture)) {
                        kept.remove(at).1.close();
                    }
                }
                Order::Refresh(picture, part, _shown) => {
                    for (feed, other) in &mut kept {
                        if Arc::ptr_eq(other, &picture) {
                            feed.refresh(part);
                            picture.show(feed);
                        }
                    }
                }
            }
        }
        if !is_open {
            kept.iter().for_each(|(_, picture)| picture.close());
            return;
        }
        kept.retain_mut(|(feed, picture)| {
            // A fault, or the program's logger: the other models go on, and nobody waits for this one's changes.
            let kept = panic::catch_unwind(AssertUnwindSafe(|| {
                let open = feed.run();
                picture.show(feed);
                open
            }));
            let open = kept.unwrap_or(false);
            if !open {
                picture.close();
            }
            open
        });
        wait(orders.woken(), &kept);
    }
}

/// Until there is something to do.
fn wait(woken: &Receiver<()>, kept: &[(Box<Feed>, Arc<Picture>)]) {
    let mut select = Select::new();
    select.recv(woken);
    let mut due = Instant::now() + LONGEST;
    for (feed, _) in kept {
        select.recv(feed.states());
        feed.events().map(|events| select.recv(events));
        feed.visit(|waited| {
            match waited {
                Waited::Replies(listing) => select.recv(listing.woken()),
                Waited::Answer(answer) => select.recv(answer),
            };
        });
        due = due.min(feed.due());
    }
    let _ = select.ready_deadline(due);
}

impl Picture {
    /// Shows what a feed has made of its model, and hands the changes on: at once, so that who subscribes in
    /// between misses none.
    fn show(&self, feed: &mut Feed) {
        let link = feed.link();
        let changes: Vec<Change> = feed.model().changes().collect();
        let (snapshot, counts) = (feed.model().snapshot(), feed.model().counts());
        let mut shown = lock(&self.shown);
        let is_news = !changes.is_empty() || shown.link != link || !shown.begun;
        shown.begun = true;
        let seq = snapshot.seq();
        shown.snapshot = snapshot;
        shown.counts = counts;
        shown.link = link;
        shown.takers.retain_mut(|taker| taker.give(&changes, seq));
        drop(shown);
        if is_news {
            self.changed.notify_all();
        }
    }

    fn close(&self) {
        let mut shown = lock(&self.shown);
        shown.closed = true;
        shown.takers.clear();
        drop(shown);
        self.changed.notify_all();
    }
}

impl Shown {
    /// A receiver of the changes that come after the snapshot that is shown.
    pub fn subscribe(&mut self) -> Receiver<Change> {
        let (changes, taken) = unbounded();
        if !self.closed {
            self.takers.push(Taker { changes, lost: 0 });
        }
        taken
    }
}

impl Taker {
    /// Whether somebody is still there.
    fn give(&mut self, changes: &[Change], seq: u64) -> bool {
        if self.lost > 0 && self.changes.is_empty() {
            let (seq, at) = (changes.first().map_or(seq, |change| change.seq), SystemTime::now());
            let lost = Kind::Lost(std::mem::take(&mut self.lost));
            if self.changes.try_send(Change { seq, at, part: None, corrected: false, kind: lost }).is_err() {
                return false;
            }
        }
        for change in changes {
            if self.lost > 0 || self.changes.len() >= CHANGES {
                self.lost += 1;
            } else if self.changes.try_send(change.clone()).is_err() {
                return false;
            }
        }
        true
    }
}

/// The parts of a snapshot, each marked as stale if a link was there.
pub(super) fn mark_stale(snapshot: &mut Snapshot, parts: Parts) {
    let since = SystemTime::now();
    for part in parts.iter() {
        snapshot.mark_stale(part, since);
    }
}
