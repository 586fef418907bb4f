//! One recorded link, played again to one client.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::reordering::Reordering;
use crate::client::FENCE_VARIABLE;
use crate::error::Result;
use crate::packet::{Kind, Packet};
use crate::recording::{self, Direction, Recorded, Recording, What};

/// How long a client may take to make an action that was made here in the recording.
const PATIENCE: Duration = Duration::from_secs(1);

/// The actions that the mock answers by itself also while it plays a recording.
pub(super) const ANSWERED_BY_MOCK: &[&str] = &["challenge", "login", "logoff", "events", "filter", "ping"];

/// What a server sent over one link after its login, and which actions it answered.
#[derive(Debug, Default)]
pub(super) struct Track {
    pub banner: Vec<u8>,
    pub steps: Vec<Step>,
    actions: Vec<Packet>,
    /// When the server ended the link, if it did.
    pub cut: Option<Duration>,
}

#[derive(Debug, Clone)]
pub(super) struct Step {
    /// The time since the login.
    pub at: Duration,
    pub packet: Packet,
    /// Which action it answers, or tells of.
    answers: Option<usize>,
    /// The action that set the fence of which it tells.
    fence: Option<usize>,
}

impl Step {
    /// Whether it goes to every client, although it carries the `ActionID` of an action of one.
    fn is_for_all(&self) -> bool {
        const FOR_ALL: [&str; 2] = ["UserEvent", "OriginateResponse"];
        self.answers.is_none() || self.packet.first("Event").is_some_and(|name| FOR_ALL.contains(&name))
    }
}

impl Track {
    /// The links of a recording on which something came, in order.
    pub fn read(recording: Recording) -> Result<Vec<Arc<Self>>> {
        let mut links: Vec<(u64, Raw)> = Vec::new();
        let mut packets = recording.packets();
        while let Some(step) = packets.next_step() {
            let step = step?;
            let number = match &step {
                recording::Step::Packet(packet) => packet.link(),
                recording::Step::Entry(entry) => entry.link(),
            };
            let at = links.iter().position(|(link, _)| *link == number).unwrap_or_else(|| {
                links.push((number, Raw::default()));
                links.len() - 1
            });
            let raw = &mut links[at].1;
            match step {
                recording::Step::Packet(packet) => raw.packets.push(packet),
                recording::Step::Entry(entry) => match entry.what() {
                    What::Greeted { banner } | What::Continued { banner, .. } => {
                        raw.banner = format!("{banner}\r\n").into_bytes();
                    }
                    What::Ended { reason } if reason != "closed" => raw.cut = Some(entry.elapsed()),
                    _ => {}
                },
            }
        }
        let tracks = links.into_iter().map(|(_, raw)| Arc::new(raw.track()));
        Ok(tracks.filter(|track| !track.steps.is_empty()).collect())
    }

    /// The action that is asked for: the first of the same parameters that nobody has asked for; else the one that
    /// was made next, if that has its name; else the last that was made with these parameters.
    fn find(&self, asked: &Packet, player: &Player) -> Option<usize> {
        let same = |at: &usize| is_same(&self.actions[*at], asked);
        let open = |at: &usize| player.asked[*at].is_none();
        let all = 0..self.actions.len();
        all.clone()
            .find(|at| open(at) && same(at))
            .or_else(|| {
                let next = self.steps.get(player.next)?.answers?;
                let what =
                    |packet: &Packet| (packet.get("Action").map(str::to_ascii_lowercase), fence(packet).is_some());
                (open(&next) && what(&self.actions[next]) == what(asked)).then_some(next)
            })
            .or_else(|| all.rev().find(same))
    }
}

impl Track {
    /// The events that are no part of an answer.
    pub fn events(&self) -> impl Iterator<Item = Packet> + '_ {
        self.steps.iter().filter(|step| step.is_for_all()).map(|step| step.packet.clone())
    }

    pub fn with_steps(&self, steps: Vec<Step>) -> Self {
        Self { steps, banner: self.banner.clone(), actions: self.actions.clone(), cut: self.cut }
    }

    /// Events pass others of other families.
    pub fn reordered(&self, reordering: &mut Reordering) -> Self {
        let places = reordering.places(self.steps.iter().map(|step| (&step.packet, !step.is_for_all())));
        let steps = places.iter().zip(&self.steps);
        self.with_steps(steps.map(|(from, step)| Step { at: step.at, ..self.steps[*from].clone() }).collect())
    }
}

impl Step {
    pub fn of_event(packet: Packet) -> Self {
        Self { at: Duration::ZERO, packet, answers: None, fence: None }
    }
}

/// A link as it is read.
#[derive(Default)]
struct Raw {
    banner: Vec<u8>,
    packets: Vec<Recorded>,
    cut: Option<Duration>,
}

impl Raw {
    /// The fences that no list stands before: they measured how far events were behind, when it suited the client.
    fn measures(&self) -> Vec<&str> {
        let mut listed = false;
        let mut measures = Vec::new();
        for recorded in &self.packets {
            let packet = recorded.packet();
            if recorded.direction() == Direction::Received {
                let list = packet.get("EventList").is_some_and(|list| list.eq_ignore_ascii_case("start"));
                listed |= list || packet.get("Message").is_some_and(|message| message.contains("will follow"));
            } else if let Some(value) = fence(packet) {
                if !std::mem::take(&mut listed) {
                    measures.push(value);
                }
            }
        }
        measures
    }

    fn track(self) -> Track {
        let name = |packet: &Recorded| packet.packet().get("Action").unwrap_or_default().to_ascii_lowercase();
        let sent = || self.packets.iter().filter(|packet| packet.direction() == Direction::Sent);
        let id = |packet: &Recorded| packet.packet().get("ActionID").map(str::to_owned);
        let ids_of = |names: &[&str]| -> Vec<String> {
            sent().filter(|packet| names.contains(&&*name(packet))).filter_map(id).collect()
        };
        let of_login = ids_of(&["login"]);
        let of_mock = ids_of(ANSWERED_BY_MOCK);
        let is_of = |ids: &[String], packet: &Recorded| id(packet).is_some_and(|id| ids.contains(&id));
        let measures = self.measures();
        let is_measure = |packet: &Recorded| fence(packet.packet()).is_some_and(|value| measures.contains(&value));
        let of_measures: Vec<String> = sent().filter(|packet| is_measure(packet)).filter_map(id).collect();
        let of_mock = [of_mock, of_measures].concat();
        let actions: Vec<&Recorded> =
            sent().filter(|packet| id(packet).is_some() && !is_of(&of_mock, packet)).collect();
        let ids: HashMap<String, usize> =
            actions.iter().enumerate().filter_map(|(at, packet)| Some((id(packet)?, at))).collect();
        let received = self.packets.iter().filter(|packet| packet.direction() == Direction::Received);
        let begun = received.clone().find(|packet| is_of(&of_login, packet));
        let begun = begun.or(self.packets.first()).map_or(Duration::ZERO, Recorded::elapsed);
        let received = received.filter(|packet| !is_of(&of_mock, packet) && !is_measure(packet));
        let fences: HashMap<&str, usize> =
            actions.iter().enumerate().filter_map(|(at, packet)| Some((fence(packet.packet())?, at))).collect();
        let steps = received.map(|packet| Step {
            at: packet.elapsed().saturating_sub(begun),
            packet: packet.packet().clone(),
            answers: id(packet).and_then(|id| ids.get(&id).copied()),
            fence: fence(packet.packet()).and_then(|value| fences.get(value).copied()),
        });
        // A response to nobody cannot be played.
        let steps = steps.filter(|step| step.answers.is_some() || step.packet.kind() == Kind::Event).collect();
        let actions = actions.into_iter().map(|packet| packet.packet().clone()).collect();
        Track { banner: self.banner, steps, actions, cut: self.cut.map(|cut| cut.saturating_sub(begun)) }
    }
}

/// The value of the client's fence, that an action sets or an event tells of.
fn fence(packet: &Packet) -> Option<&str> {
    packet.get("Value").filter(|_| packet.get("Variable") == Some(FENCE_VARIABLE))
}

/// Whether an action has the parameters of one that was recorded, where masked ones are any.
fn is_same(recorded: &Packet, asked: &Packet) -> bool {
    let of = |packet: &Packet| -> Vec<(String, String)> {
        let params = packet.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("ActionID"));
        params.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect()
    };
    let (recorded, asked) = (of(recorded), of(asked));
    let is_masked = |value: &str| !value.is_empty() && value.bytes().all(|byte| byte == b'*');
    recorded.len() == asked.len()
        && recorded.iter().zip(&asked).all(|((name, value), (other, given))| {
            let action = name == "action" && value.eq_ignore_ascii_case(given);
            name == other && (value == given || action || is_masked(value))
        })
}

/// How far a client has been played its link.
pub(super) struct Player {
    track: Arc<Track>,
    /// So many times as fast as it was recorded; 0 for all at once.
    speed: f64,
    next: usize,
    /// The `ActionID` with which the client made each action, if it has.
    asked: Vec<Option<Option<String>>>,
    /// The value that the client gave to the fence of each action, if that is one.
    fences: Vec<Option<String>>,
    /// The answers that went out of their order.
    answered: Vec<bool>,
    /// When the recording's login was, so to speak.
    begun: Instant,
    /// The client makes the actions of the recording: answers come in their places.
    follows: bool,
    ended: bool,
}

/// What is to be done for a client.
pub(super) enum Play {
    Send(Instant, Vec<u8>),
    Event(Instant, Vec<u8>),
    /// To ask again then whether the client has made the action that comes next.
    Wait(Instant, usize),
    HangUp(Instant),
}

impl Player {
    pub fn new(track: Arc<Track>, speed: f64, begun: Instant) -> Self {
        let actions = track.actions.len();
        let (asked, fences, answered) = (vec![None; actions], vec![None; actions], vec![false; actions]);
        Self { track, speed, next: 0, asked, fences, answered, begun, follows: true, ended: false }
    }

    fn due(&self, at: Duration) -> Instant {
        let scaled = if self.speed > 0.0 { at.as_secs_f64() / self.speed } else { 0.0 };
        let scaled = Duration::try_from_secs_f64(scaled).unwrap_or(Duration::MAX);
        self.begun.checked_add(scaled).unwrap_or(self.begun)
    }

    /// Plays up to the first answer to an action that the client has yet to make.
    pub fn advance(&mut self, plays: &mut Vec<Play>) {
        let track = Arc::clone(&self.track);
        while let Some(step) = track.steps.get(self.next) {
            let due = self.due(step.at);
            match step.answers {
                None => {
                    let own = step.fence.and_then(|action| self.fences[action].as_deref());
                    let bytes = match own {
                        Some(value) => with("Value", &step.packet, Some(value)),
                        None => whole(&step.packet),
                    };
                    plays.push(Play::Event(due, bytes));
                }
                Some(action) if self.answered[action] && !step.is_for_all() => {}
                Some(action) => match &self.asked[action] {
                    Some(id) => plays.push(Play::Send(due, with("ActionID", &step.packet, id.as_deref()))),
                    None if self.follows => {
                        return plays.push(Play::Wait(due.max(Instant::now()) + PATIENCE, self.next));
                    }
                    None if step.is_for_all() => plays.push(Play::Event(due, whole(&step.packet))),
                    // It is answered when it is asked for.
                    None => self.answered[action] = true,
                },
            }
            self.next += 1;
        }
        if let Some(cut) = track.cut.filter(|_| !self.ended) {
            self.ended = true;
            plays.push(Play::HangUp(self.due(cut)));
        }
    }

    /// The time of the wait is up.
    pub fn expire(&mut self, step: usize, plays: &mut Vec<Play>) {
        if self.next == step {
            self.follows = false;
            self.advance(plays);
        }
    }

    /// The client makes an action; whether the recording has an answer to it.
    pub fn ask(&mut self, packet: &Packet, plays: &mut Vec<Play>) -> bool {
        let track = Arc::clone(&self.track);
        let Some(action) = track.find(packet, self) else { return false };
        let id = packet.get("ActionID").map(str::to_owned);
        self.fences[action] = fence(packet).map(str::to_owned);
        let now = Instant::now();
        let mut answer = track.steps.iter().enumerate().filter(|(_, step)| step.answers == Some(action)).peekable();
        let Some((first, step)) = answer.peek() else { return false };
        let due = self.due(step.at);
        let in_place = self.asked[action].is_none() && !self.answered[action] && due < now + PATIENCE;
        if in_place {
            self.asked[action] = Some(id);
            if self.next == *first {
                // What was waited for comes that much later.
                self.begun += now.saturating_duration_since(due);
                self.advance(plays);
            }
        } else {
            let again = self.asked[action].replace(id.clone()).is_some();
            self.answered[action] |= !again;
            let next = self.next;
            let answer = answer.filter(|(at, step)| *at >= next || !step.is_for_all());
            plays.extend(answer.map(|(_, step)| Play::Send(now, with("ActionID", &step.packet, id.as_deref()))));
        }
        true
    }
}

/// The packet's bytes, and the blank line at its end.
fn whole(packet: &Packet) -> Vec<u8> {
    [packet.as_bytes(), b"\r\n"].concat()
}

/// The packet's bytes with another value of a header, or without it, and with the blank line at its end.
fn with(header: &str, packet: &Packet, value: Option<&str>) -> Vec<u8> {
    let bytes = packet.as_bytes();
    let mut out = Vec::with_capacity(bytes.len() + 32);
    let mut done = false;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let name = line.iter().position(|byte| *byte == b':').map(|colon| &line[..colon]);
        if !done && name.is_some_and(|name| name.eq_ignore_ascii_case(header.as_bytes())) {
            done = true;
            if let Some(value) = value {
                out.extend_from_slice(format!("{header}: {value}\r\n").as_bytes());
            }
        } else {
            out.extend_from_slice(line);
        }
    }
    out.extend_from_slice(b"\r\n");
    out
}
