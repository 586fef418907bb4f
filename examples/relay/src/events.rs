//! From the fleet to the backlog: events as JSON, and what else a consumer has to know.

use std::collections::HashMap;
use std::sync::Arc;

use gami::{select, Error, Event, Fleet, State};

use crate::backlog::Backlog;
use crate::entry::Cause;

/// Takes from the fleet until it is closed.
pub fn run(fleet: &Fleet, backlog: &Backlog, servers: &[String]) {
    let lane = |at: usize| Lane { backlog, at, link: 0, next: 0 };
    let mut lanes: HashMap<Arc<str>, Lane> =
        servers.iter().enumerate().map(|(at, name)| (name.as_str().into(), lane(at))).collect();
    for lane in lanes.values() {
        lane.note("begin", Vec::new());
    }
    let states = fleet.states();
    let mut states = &states;
    let never = gami::crossbeam_channel::never();
    let (mut errors, mut net_errors) = (fleet.errors(), fleet.net_errors());
    let (no_states, no_errors) = (never, gami::crossbeam_channel::never());
    loop {
        select! {
            recv(fleet.events()) -> event => match event {
                Ok(event) => {
                    if let Some(lane) = lanes.get_mut(event.server()) {
                        lane.event(&event);
                    }
                }
                Err(_) => break,
            },
            recv(states) -> state => match state {
                Ok((server, state)) => lanes.get(&server).into_iter().for_each(|lane| lane.state(state)),
                Err(_) => states = &no_states,
            },
            recv(errors) -> error => match error {
                Ok((server, error)) => lanes.get(&server).into_iter().for_each(|lane| lane.error("error", &error)),
                Err(_) => errors = &no_errors,
            },
            recv(net_errors) -> error => match error {
                Ok((server, error)) => lanes.get(&server).into_iter().for_each(|lane| lane.error("lost", &error)),
                Err(_) => net_errors = &no_errors,
            },
        }
    }
    for (server, state) in states.try_iter() {
        lanes.get(&server).into_iter().for_each(|lane| lane.state(state));
    }
    let missing: HashMap<String, u64> =
        backlog.counts().into_iter().map(|count| (count.server, count.missing)).collect();
    for (server, stats) in fleet.stats() {
        if let Some(lane) = lanes.get_mut(&server) {
            let missing = missing.get(&*server).copied().unwrap_or_default();
            lane.end(stats.events, missing);
        }
    }
    backlog.close();
}

struct Lane<'a> {
    backlog: &'a Backlog,
    at: usize,
    /// The link of the last event.
    link: u64,
    /// The number of the next event.
    next: u64,
}

impl Lane<'_> {
    fn event(&mut self, event: &Event) {
        self.link = event.link();
        self.gap_up_to(event.seq(), Cause::Slow);
        let json = serde_json::to_string(&event.typed()).unwrap_or_else(|error| {
            // Text and numbers always are JSON.
            unreachable!("an event that is no JSON: {error}")
        });
        self.backlog.push_event(self.at, event.link(), event.seq(), json.into());
        self.next = event.seq() + 1;
    }

    fn gap_up_to(&mut self, seq: u64, cause: Cause) {
        if seq > self.next {
            self.backlog.push_gap(self.at, self.link, self.next, seq, cause);
            self.next = seq;
        }
    }

    fn state(&self, state: State) {
        self.note("link", vec![("state", format!("{state:?}"))]);
    }

    fn error(&self, kind: &'static str, error: &Error) {
        self.note(kind, vec![("text", error.to_string())]);
    }

    fn note(&self, kind: &'static str, fields: Vec<(&'static str, String)>) {
        self.backlog.push_note(self.at, kind, self.link, self.next, fields);
    }

    /// `events` is how many there were in all.
    fn end(&mut self, events: u64, missing: u64) {
        let untaken = events.saturating_sub(self.next);
        self.gap_up_to(events, Cause::Closing);
        self.note("end", vec![("events", events.to_string()), ("missing", (missing + untaken).to_string())]);
    }
}
