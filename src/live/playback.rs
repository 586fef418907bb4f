//! Feeds a model with a recording, by the recording's own clock.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::change::Change;
use super::model::Model;
use crate::action::Action;
use crate::client::FENCE_VARIABLE;
use crate::error::Result;
use crate::event::Event;
use crate::packet::{Kind, Packet};
use crate::recording::{Direction, Recorded, Recording, Step, What};

/// How long events may settle after a list where there is no fence.
const SETTLE: Duration = Duration::from_secs(2);

impl Model {
    /// Feeds the model with what a client saw: its events, its lists, the beginning and the end of its links, each at
    /// the time at which it came. What changes is handed on as it does.
    ///
    /// Of a recording that several clients share it is the first of them. A model that `Client::live` kept while it
    /// was recorded becomes the same again, since its lists and fences are in the recording; without fences the
    /// lists count two seconds after they came, or at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Recording`](crate::Error::Recording) if the recording cannot be read to its end; a torn one is no
    /// error.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::live::Model;
    /// use gami::{Parts, Recording};
    ///
    /// # fn main() -> gami::Result<()> {
    /// let mut model = Model::new(Parts::all());
    /// let mut changes = 0;
    /// model.play(Recording::open("tests/data/asterisk-22.ami")?, |_change| changes += 1)?;
    /// println!("{changes} changes, {} channels at the end", model.snapshot().channels().count());
    /// # Ok(())
    /// # }
    /// ```
    pub fn play(&mut self, recording: Recording, changed: impl FnMut(Change)) -> Result<()> {
        let mut playback = Playback {
            model: self,
            changed,
            client: None,
            link: None,
            asked: Vec::new(),
            waiting: VecDeque::new(),
            settles: None,
            seq: 0,
            at: UNIX_EPOCH,
        };
        let mut packets = recording.packets();
        while let Some(step) = packets.next_step() {
            match step? {
                Step::Packet(packet) => playback.packet(packet),
                Step::Entry(entry) => playback.entry(entry.what(), entry.link(), entry.time()),
            }
        }
        playback.end();
        Ok(())
    }
}

struct Playback<'a, C> {
    model: &'a mut Model,
    changed: C,
    /// The client and the link that are played.
    client: Option<u64>,
    link: Option<u64>,
    /// Actions that have no answer yet.
    asked: Vec<(String, Packet)>,
    /// Events that stand behind a list whose end has not come, and the lists themselves.
    waiting: VecDeque<Waiting>,
    /// When the lists that came count without a fence.
    settles: Option<SystemTime>,
    seq: u64,
    at: SystemTime,
}

enum Waiting {
    Event(Event),
    List { id: String, action: Packet, items: Vec<Event>, ended: bool },
}

impl<C: FnMut(Change)> Playback<'_, C> {
    fn entry(&mut self, what: &What, link: u64, time: Option<SystemTime>) {
        self.at = time.unwrap_or(self.at);
        match what {
            What::Dialed { client, .. } | What::Continued { client, .. }
                if *self.client.get_or_insert(*client) == *client =>
            {
                self.link = Some(link);
            }
            _ if self.link != Some(link) => {}
            What::Greeted { banner } => self.model.banner(banner),
            What::LoggedIn { .. } => self.model.linked(self.at),
            What::LeftOut { direction: Direction::Received, .. } => self.lose(),
            What::Ended { .. } => self.lose(),
            _ => {}
        }
        self.hand_on();
    }

    /// The picture stays as it is from here on.
    fn lose(&mut self) {
        self.asked.clear();
        self.waiting.clear();
        self.settles = None;
        self.model.lost(self.at);
    }

    fn packet(&mut self, recorded: Recorded) {
        self.at = recorded.time().unwrap_or(self.at);
        if *self.link.get_or_insert(recorded.link()) != recorded.link() {
            return;
        }
        if self.settles.is_some_and(|settles| settles <= self.at) {
            self.settles = None;
            self.model.fenced(None, self.at);
        }
        let direction = recorded.direction();
        let packet = recorded.into_packet();
        let id = packet.get("ActionID").map(str::to_owned);
        match (direction, packet.kind()) {
            (Direction::Sent, _) => {
                self.asked.extend(id.map(|id| (id, packet)));
                // What it wants is what is asked for in the recording.
                let _ = self.model.want(self.at);
            }
            (Direction::Received, Kind::Response) => self.response(id, packet),
            (Direction::Received, Kind::Event) => self.event(id, packet),
            (Direction::Received, Kind::Unknown) => {}
        }
        self.advance();
        self.model.tick(self.at);
        self.hand_on();
    }

    fn response(&mut self, id: Option<String>, response: Packet) {
        let Some(at) = self.asked.iter().position(|(asked, _)| Some(asked) == id.as_ref()) else { return };
        let (id, action) = self.asked.swap_remove(at);
        let message = response.get("Message").unwrap_or_default();
        if response.first("Response").is_some_and(|status| status.eq_ignore_ascii_case("Error")) {
            self.model.refused(read(&action), message, self.at);
        } else if response.get("EventList").is_some_and(|list| list.eq_ignore_ascii_case("start"))
            || message.to_ascii_lowercase().contains("will follow")
        {
            self.waiting.push_back(Waiting::List { id, action, items: Vec::new(), ended: false });
        }
    }

    fn event(&mut self, id: Option<String>, packet: Packet) {
        let event = Event::new(packet, self.seq, 0);
        let list = self.waiting.iter_mut().find_map(|waiting| match waiting {
            Waiting::List { id: own, items, ended, .. } if Some(&*own) == id.as_ref() && !*ended => {
                Some((items, ended))
            }
            _ => None,
        });
        match list {
            Some((items, ended)) => {
                let name = event.name();
                *ended = event.get("EventList").is_some_and(|list| !list.eq_ignore_ascii_case("start"))
                    || name.ends_with("Complete")
                    || name.ends_with("End");
                if !*ended {
                    items.push(event);
                }
            }
            None => {
                self.seq += 1;
                self.waiting.push_back(Waiting::Event(event));
            }
        }
    }

    /// Hands on what stands before the first list whose end has not come.
    fn advance(&mut self) {
        while let Some(next) = self.waiting.pop_front() {
            match next {
                Waiting::List { ended: false, .. } => return self.waiting.push_front(next),
                Waiting::List { action, items, .. } => {
                    self.model.list(read(&action), &items, self.at);
                    self.settles = Some(self.at + SETTLE);
                }
                Waiting::Event(event) => {
                    self.model.event(&event, self.at);
                    if event.name() == "VarSet" && event.get("Variable") == Some(FENCE_VARIABLE) {
                        self.settles = None;
                        self.model.fenced(None, self.at);
                    }
                }
            }
        }
    }

    fn end(&mut self) {
        if self.settles.is_some() {
            self.model.fenced(None, self.at);
        }
        self.hand_on();
    }

    fn hand_on(&mut self) {
        self.model.changes().for_each(&mut self.changed);
    }
}

/// The action of a packet.
fn read(packet: &Packet) -> Action {
    let mut action = Action::new(packet.get("Action").unwrap_or_default().to_owned());
    for (name, value) in packet.iter().filter(|(name, _)| !["Action", "ActionID"].contains(name)) {
        action = action.param(name.to_owned(), value);
    }
    action
}
