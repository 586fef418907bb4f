//! Plays a recording to a client through a mock server, over and over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use gami::live::{Model, Want};
use gami::mock::{Mock, Reply, Request};
use gami::packet::{Kind, Packet};
use gami::recording::{Direction, Recording};
use gami::{Client, Event, Parts, Result, State};

use crate::draw::PARTS;
use crate::lists;

pub const USER: &str = "admin";
pub const SECRET: &str = "root";

/// How long the last picture stays before the recording begins again.
const PAUSE: Duration = Duration::from_secs(3);
/// What the library marks the stream of events with; its values differ from session to session.
const FENCE: &str = "ZZ_GAMI_FENCE";

/// The lists that a server gave first, and the events behind the first of them.
pub struct Player {
    lists: HashMap<String, Vec<Packet>>,
    events: Vec<(Duration, Packet)>,
    /// What the server has at this moment of the recording; its own lists answer the client's.
    server: Arc<Mutex<Model>>,
}

impl Player {
    pub fn read(recording: Recording) -> Result<Self> {
        let (mut lists, mut events) = (HashMap::new(), Vec::new());
        // The lists that are out, by ActionID.
        let mut asked: HashMap<String, (String, Vec<Packet>)> = HashMap::new();
        for recorded in recording.packets() {
            let recorded = recorded?;
            let (elapsed, direction) = (recorded.elapsed(), recorded.direction());
            let packet = recorded.into_packet();
            let id = packet.get("ActionID").map(str::to_owned);
            if direction == Direction::Sent {
                if let (Some(id), Some(action)) = (id, packet.get("Action")) {
                    asked.insert(id, (key(action, of(|name| packet.get(name))), Vec::new()));
                }
                continue;
            }
            if packet.kind() != Kind::Event {
                continue;
            }
            match id.as_ref().and_then(|id| asked.get_mut(id)) {
                Some((key, items)) => {
                    let ends = packet.get("EventList").is_some_and(|list| list.eq_ignore_ascii_case("Complete"));
                    if !ends {
                        items.push(packet);
                    } else if !lists.contains_key(key) {
                        lists.insert(key.clone(), std::mem::take(items));
                    }
                }
                None => {
                    let own = packet.get("Event") == Some("FullyBooted") || packet.get("Variable") == Some(FENCE);
                    if !own && !lists.is_empty() {
                        events.push((elapsed, packet));
                    }
                }
            }
        }
        let server = Arc::new(Mutex::new(beginning(&lists)));
        Ok(Self { lists, events, server })
    }

    /// Whether there is nothing to play.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty() || self.events.is_empty()
    }

    /// Has the mock answer as the server did.
    pub fn answer(&self, mock: &Mock) {
        let (lists, server) = (self.lists.clone(), Arc::clone(&self.server));
        mock.on_any(move |request: &Request| {
            let (name, of) = (request.name().to_ascii_lowercase(), of(|name| request.get(name)));
            if let Some(reply) = lists::answer(&lock(&server).snapshot(), &name, of) {
                return reply;
            }
            // What no event changes in a recording, such as endpoints.
            if let Some(items) = lists.get(&key(&name, of)) {
                let list = items.iter().fold(Reply::list(), |list, item| {
                    let rest = item.iter().filter(|(name, _)| !["Event", "ActionID"].contains(name));
                    list.event(item.get("Event").unwrap_or_default(), rest)
                });
                return list.complete(format!("{}Complete", request.name()));
            }
            match (&name[..], request.get("Variable")) {
                ("hangup", _) => Reply::error("this is a recording: nobody can be hung up"),
                ("setvar", Some(FENCE)) => {
                    let value = request.get("Value").unwrap_or_default();
                    let headers = [("Privilege", "dialplan,all"), ("Variable", FENCE), ("Value", value)];
                    Reply::success().broadcast("VarSet", headers)
                }
                _ => Reply::usual(),
            }
        });
    }

    /// When the first channel came; what was before it is played at once.
    fn first_call(&self) -> Duration {
        let is_call = |(_, packet): &&(Duration, Packet)| packet.get("Event") == Some("Newchannel");
        self.events.iter().find(is_call).or(self.events.first()).map_or(Duration::ZERO, |(at, _)| *at)
    }

    /// The picture so long after the beginning, and the changes that led there.
    #[cfg(test)]
    pub fn at(&self, elapsed: Duration) -> (gami::Snapshot, Vec<gami::Change>, SystemTime) {
        let mut model = beginning(&self.lists);
        let (begun, first) = (SystemTime::now(), self.first_call());
        for (at, packet) in self.events.iter().take_while(|(at, _)| at.saturating_sub(first) <= elapsed) {
            model.event(&Event::from(packet.clone()), begun + at.saturating_sub(first));
        }
        let changes = model.changes().collect();
        (model.snapshot(), changes, begun + elapsed)
    }

    /// Plays until the client is closed. At the end of the recording the link is lost, and all begins again.
    pub fn run(&self, mock: &Mock, client: &Client) {
        while client.state() != State::Closed {
            let is_listed = |mock: &Mock| mock.wait_for("Setvar", 1, Duration::from_secs(1)).is_ok();
            if client.wait_connected(Duration::from_secs(1)).is_err() || !is_listed(mock) {
                continue;
            }
            let begun = Instant::now();
            let first = self.first_call();
            for (at, packet) in &self.events {
                thread::sleep(at.saturating_sub(first).saturating_sub(begun.elapsed()));
                if client.state() == State::Closed {
                    return;
                }
                let mut server = lock(&self.server);
                server.event(&Event::from(packet.clone()), SystemTime::now());
                server.changes().for_each(drop);
                mock.push([packet.as_bytes(), b"\r\n"].concat());
            }
            thread::sleep(PAUSE);
            *lock(&self.server) = beginning(&self.lists);
            mock.forget_received();
            mock.hang_up();
        }
    }
}

fn lock(server: &Mutex<Model>) -> MutexGuard<'_, Model> {
    server.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The server as the recording found it.
fn beginning(lists: &HashMap<String, Vec<Packet>>) -> Model {
    let at = SystemTime::now();
    let mut model = Model::new(PARTS.into_iter().fold(Parts::new(), Parts::with));
    model.linked(at);
    while let Some(want) = model.want(at) {
        match want {
            Want::List(action) => {
                let items = lists.get(&key(action.name(), of(|name| action.get(name))));
                let items: Vec<_> = items.into_iter().flatten().cloned().map(Event::from).collect();
                model.list(action, &items, at);
            }
            _ => model.fenced(None, at),
        }
    }
    model.changes().for_each(drop);
    model
}

/// What is listed, where it is one of several.
fn of<'a>(get: impl Fn(&str) -> Option<&'a str>) -> &'a str {
    get("Conference").or(get("Queue")).unwrap_or_default()
}

fn key(action: &str, of: &str) -> String {
    format!("{} {of}", action.to_ascii_lowercase())
}
