//! The thread that merges what the servers of a fleet send.

use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, Sender};

use super::event::FleetEvent;
use super::lane::Lane;
use crate::client::Client;
use crate::engine::State;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::sync::{self, lock, mailbox, Mailbox, Post};

/// So many events, errors and losses wait in the merged queues; what does not fit stays in the servers'.
const EVENTS: usize = 2048;
const ERRORS: usize = 1024;
/// So long a consumer that has begun to take from a full queue may go on before it is filled up.
const PAUSE: Duration = Duration::from_micros(200);
/// So long at most the events that have come are handed on once all clients are closed; and so long without that
/// one is taken.
pub(super) const GRACE: Duration = Duration::from_millis(250);
const IDLE_GRACE: Duration = Duration::from_millis(50);
/// With so many watchers those whose receivers are gone are looked for.
const MOST_WATCHERS: usize = 1024;

type Watcher = Sender<(Arc<str>, State)>;

pub(super) enum Order {
    Add(u64, Arc<str>, Box<Streams>),
    /// The client has been closed.
    Remove(u64),
    /// Has all states told from now on; the other channel is answered once those of now have been.
    Watch(Watcher, Sender<()>),
}

/// The streams of a client.
pub(super) struct Streams {
    events: Receiver<Event>,
    errors: Receiver<Error>,
    net_errors: Receiver<Error>,
    states: Receiver<State>,
}

impl From<Client> for Box<Streams> {
    fn from(client: Client) -> Self {
        Box::new(Streams {
            events: client.events().clone(),
            errors: client.errors().clone(),
            net_errors: client.net_errors().clone(),
            states: client.states(),
        })
    }
}

/// The consumers' ends.
pub(super) struct Merged {
    pub events: Receiver<FleetEvent>,
    pub errors: Receiver<(Arc<str>, Error)>,
    pub net_errors: Receiver<(Arc<str>, Error)>,
}

/// The thread, as the fleet holds it.
pub(super) struct Merging {
    orders: Mutex<Option<Post<Order>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Merging {
    pub fn start() -> Result<(Self, Merged)> {
        let (orders, taken) = mailbox();
        let (events, events_out) = Lane::new(EVENTS, FleetEvent::new);
        let (errors, errors_out) = Lane::new(ERRORS, tagged);
        let (net_errors, net_errors_out) = Lane::new(ERRORS, tagged);
        let merger = Merger { orders: taken, events, errors, net_errors, states: Vec::new(), watchers: Vec::new() };
        let thread = thread::Builder::new().name("gami-fleet".into());
        let thread = sync::spawn(thread, Box::new(move || merger.run())).map_err(|error| {
            Error::invalid("fleet", format!("the system gives no thread to merge its streams on: {error}"))
        })?;
        let merging = Self { orders: Mutex::new(Some(orders)), thread: Mutex::new(Some(thread)) };
        Ok((merging, Merged { events: events_out, errors: errors_out, net_errors: net_errors_out }))
    }

    pub fn order(&self, order: Order) {
        if let Some(orders) = &*lock(&self.orders) {
            orders.send(order);
        }
    }

    /// Ends the thread, once all clients are closed.
    pub fn end(&self) {
        lock(&self.orders).take();
        let thread = lock(&self.thread).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

fn tagged(server: &Arc<str>, error: Error) -> (Arc<str>, Error) {
    (Arc::clone(server), error)
}

fn tell(watchers: &mut Vec<Watcher>, state: (Arc<str>, State)) {
    watchers.retain(|watcher| watcher.try_send(state.clone()).is_ok());
}

struct Merger {
    orders: Mailbox<Order>,
    events: Lane<Event, FleetEvent>,
    errors: Lane<Error, (Arc<str>, Error)>,
    net_errors: Lane<Error, (Arc<str>, Error)>,
    states: Vec<States>,
    watchers: Vec<Watcher>,
}

/// The states of a server.
struct States {
    number: u64,
    server: Arc<str>,
    come: Receiver<State>,
    /// The last that was told.
    told: Option<State>,
}

impl Merger {
    fn run(mut self) {
        while self.take_orders() {
            self.tell_states();
            if !self.hand_on() {
                self.wait();
            }
        }
        self.finish();
    }

    /// Whether the fleet is open.
    fn take_orders(&mut self) -> bool {
        let (orders, is_open) = self.orders.take();
        for order in orders {
            match order {
                Order::Add(number, server, streams) => {
                    self.events.add(number, &server, streams.events);
                    self.errors.add(number, &server, streams.errors);
                    self.net_errors.add(number, &server, streams.net_errors);
                    self.states.push(States { number, server, come: streams.states, told: None });
                }
                Order::Remove(number) => self.remove(number),
                Order::Watch(watcher, answer) => {
                    self.tell_states();
                    self.watch(watcher);
                    drop(answer);
                }
            }
        }
        is_open
    }

    fn remove(&mut self, number: u64) {
        self.tell_states();
        if let Some(at) = self.states.iter().position(|states| states.number == number) {
            let server = self.states.remove(at).server;
            // Nobody has to take errors: those of servers that are gone must not pile up.
            let left = self.errors.finish(number) + self.net_errors.finish(number);
            if left > 0 {
                log::warn!("{left} errors of {server}, which was removed, are dropped: nobody takes them");
            }
        }
    }

    fn watch(&mut self, watcher: Watcher) {
        let now = self.states.iter().filter_map(|states| Some((Arc::clone(&states.server), states.told?)));
        if let Some(again) = now.clone().next().filter(|_| self.watchers.len() >= MOST_WATCHERS) {
            // Only a send tells who is gone. Those who are not see the same state once more.
            tell(&mut self.watchers, again);
        }
        for state in now {
            let _ = watcher.try_send(state);
        }
        self.watchers.push(watcher);
    }

    fn tell_states(&mut self) {
        for States { server, come, told, .. } in &mut self.states {
            for state in come.try_iter() {
                if told.replace(state) != Some(state) {
                    tell(&mut self.watchers, (Arc::clone(server), state));
                }
            }
        }
    }

    /// Whether there may be more to hand on at once.
    fn hand_on(&mut self) -> bool {
        self.errors.run() | self.net_errors.run() | self.events.run()
    }

    fn wait(&self) {
        let mut select = Select::new();
        select.recv(self.orders.woken());
        for states in &self.states {
            // After this one the stream has ended, and would be ready for ever.
            if states.told != Some(State::Closed) {
                select.recv(&states.come);
            }
        }
        let is_for_a_moment =
            self.errors.select(&mut select) | self.net_errors.select(&mut select) | self.events.select(&mut select);
        if is_for_a_moment {
            let _ = select.ready_timeout(PAUSE);
        } else {
            select.ready();
        }
    }

    /// Hands on what has come, as long as it is taken.
    fn finish(mut self) {
        self.tell_states();
        let deadline = Instant::now() + GRACE;
        let mut left = self.events.waiting();
        let mut idle_until = Instant::now() + IDLE_GRACE;
        loop {
            while self.hand_on() {}
            let now_left = self.events.waiting();
            if now_left == 0 {
                break;
            }
            let now = Instant::now();
            if now_left < left {
                left = now_left;
                idle_until = now + IDLE_GRACE;
            }
            let until = idle_until.min(deadline);
            if now >= until {
                log::warn!("{left} events had come when the fleet was closed, and nobody took them");
                break;
            }
            let mut select = Select::new();
            match self.events.select(&mut select) {
                true => drop(select.ready_timeout(PAUSE)),
                false => drop(select.ready_deadline(until)),
            }
        }
    }
}
