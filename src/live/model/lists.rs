//! What the answers to lists do to the picture.

use std::time::{Duration, SystemTime};

use super::Model;
use crate::action::Action;
use crate::event::Event;
use crate::live::part::{Part, Unavailable, Validity, Why};
use crate::live::resync::{self, Refusal};
use crate::live::{agents, conferences, devices, endpoints, parking, queues};

impl Model {
    /// Takes the items of a list at its place among the events: after those that came before its response, and before those that
    /// came after it.
    ///
    /// It may also be one that [`Model::want`] did not name; then its part is gathered from now on. Lists that are
    /// about no part are passed over.
    pub fn list(&mut self, action: impl Into<Action>, items: &[Event], at: SystemTime) {
        self.take_list(&action.into(), items, at);
    }

    fn take_list(&mut self, action: &Action, items: &[Event], at: SystemTime) {
        if let Some(channel) = resync::channel_of(action) {
            self.ghosts.answered(&mut self.wiring, channel, items);
            return self.asked(action);
        }
        let Some(part) = resync::part_of(action.name()).filter(|part| self.parts.contains(*part)) else { return };
        let is_of_bridges = resync::is_of_bridges(action);
        if is_of_bridges && !self.is_gathering(part) {
            return self.bridges_alone(action, at);
        }
        if !self.is_gathering(part) {
            self.gather(part, action.get("Queue").map(str::to_owned));
        }
        self.counts.lists += 1;
        self.seq = items.last().map_or(self.seq, |item| self.seq.max(item.seq()));
        if !is_of_bridges {
            self.families[part].answer = Some(Ok(()));
        }
        self.put_in(action, items, at);
        self.answered(action, part, at);
    }

    fn put_in(&mut self, action: &Action, items: &[Event], at: SystemTime) {
        let wiring = &self.wiring;
        let named = |name: &str| wiring.named(name).cloned();
        match action.name().to_ascii_lowercase().as_str() {
            list @ ("coreshowchannels" | "status") => {
                if let Some((aside, listed)) = &mut self.aside {
                    aside.list(items, at);
                    if list == "coreshowchannels" {
                        self.ghosts.keep_out(aside);
                    }
                    *listed = true;
                }
            }
            "bridgelist" => {
                let unsure = self.aside.as_mut().map(|(aside, _)| aside.list_bridges(items)).unwrap_or_default();
                self.ask_next("BridgeInfo", "BridgeUniqueid", unsure);
            }
            "bridgeinfo" => {
                if let Some((aside, _)) = &mut self.aside {
                    aside.list_members(action.get("BridgeUniqueid").unwrap_or_default(), items);
                }
            }
            "queuestatus" => {
                self.unseen.list(action.get("Queue"), items, at);
                queues::list(&mut self.families[Part::Queues], items, at);
            }
            "confbridgelistrooms" => {
                let rooms = conferences::list_rooms(&mut self.families[Part::Conferences], items);
                self.ask_next("ConfbridgeList", "Conference", rooms);
            }
            "confbridgelist" | "meetmelist" => {
                conferences::list(&mut self.families[Part::Conferences], items, &named);
            }
            "parkedcalls" => parking::list(&mut self.families[Part::Parking], items, at, &named),
            "devicestatelist" => devices::list_devices(&mut self.families[Part::Devices], items),
            "extensionstatelist" => devices::list_hints(&mut self.families[Part::Hints], items),
            "pjsipshowendpoints" | "sippeers" | "iaxpeerlist" => {
                endpoints::list(&mut self.families[Part::Endpoints], items);
            }
            "agents" => agents::list(&mut self.families[Part::Agents], items),
            _ => {}
        }
    }

    /// What is said of bridges tells nothing without the channels, which were refused or not asked for.
    fn bridges_alone(&mut self, action: &Action, at: SystemTime) {
        if let Some(Err(_)) = self.families[Part::Calls].answer {
            self.answered(action, Part::Calls, at);
        }
    }

    /// Asks for a list of each of these, behind the one that is being taken, which is not taken off yet.
    fn ask_next(&mut self, list: &'static str, of: &'static str, each: Vec<String>) {
        if let Some(round) = &mut self.round {
            for (at, one) in (1..).zip(each) {
                round.lists.insert(at.min(round.lists.len()), Action::new(list).param(of, one));
            }
        }
    }

    /// Takes what the server said instead of a list: that it is empty, that the account may not have it, or that
    /// there is no such action.
    pub fn refused(&mut self, action: impl Into<Action>, message: &str, at: SystemTime) {
        self.take_refusal(&action.into(), message, at);
    }

    fn take_refusal(&mut self, action: &Action, message: &str, at: SystemTime) {
        let refusal = resync::refusal(message);
        if let Some(channel) = resync::channel_of(action) {
            if refusal != Refusal::Empty {
                self.ghosts.bar();
            } else if message.eq_ignore_ascii_case("No such channel") {
                self.ghosts.missed(&self.wiring, channel);
            }
            return self.asked(action);
        }
        let Some(part) = resync::part_of(action.name()).filter(|part| self.parts.contains(*part)) else { return };
        if action.name().eq_ignore_ascii_case("MeetmeList") {
            self.no_meetme |= refusal == Refusal::NoSuchAction;
        }
        if resync::is_of_bridges(action) {
            // There is none, or it is gone by now: events tell who was in it.
            return match self.is_gathering(part) {
                true => self.answered(action, part, at),
                false => self.bridges_alone(action, at),
            };
        }
        let answer = &mut self.families[part].answer;
        match refusal {
            Refusal::Empty => *answer = Some(Ok(())),
            Refusal::Permission if *answer != Some(Ok(())) => {
                *answer = Some(Err(Unavailable::Permission(message.to_owned())));
            }
            Refusal::NoSuchAction if answer.is_none() => {
                *answer = Some(Err(Unavailable::NoSuchAction(message.to_owned())));
            }
            _ => {}
        }
        if refusal == Refusal::Empty {
            if !self.is_gathering(part) {
                self.gather(part, None);
            }
            self.put_in(action, &[], at);
        }
        self.answered(action, part, at);
    }

    /// A list was answered; behind the last of a part it can be shown, if nothing else is.
    fn answered(&mut self, action: &Action, part: Part, at: SystemTime) {
        let is_last = match &mut self.round {
            Some(round) => {
                if round.lists.front().is_some_and(|list| list.name().eq_ignore_ascii_case(action.name())) {
                    round.lists.pop_front();
                    round.out = false;
                }
                !round.lists.iter().any(|list| resync::part_of(list.name()) == Some(part))
            }
            None => true,
        };
        if !is_last {
            return;
        }
        match self.families[part].answer.clone() {
            Some(Err(unavailable)) => {
                self.end_gathering(part);
                self.set_validity(part, Validity::Unavailable(unavailable), at);
            }
            _ => {
                if !self.families[part].has_been_shown {
                    self.show(part, at);
                    self.tie(part);
                }
                if !self.validity[part as usize].is_readable() {
                    self.set_validity(part, Validity::Settling, at);
                }
            }
        }
        self.finish(at, true);
    }

    /// Shows what was gathered of a part; how much was wrong.
    fn show(&mut self, part: Part, at: SystemTime) -> u64 {
        match part {
            Part::Calls => match &self.aside {
                Some((aside, true)) => self.wiring.take(aside, at),
                _ => 0,
            },
            _ => self.families[part].show(),
        }
    }

    /// The fence has come back, after so long; or, without one, the time to settle is over.
    ///
    /// What was gathered is compared with what is shown, and what differs is shown from now on.
    pub fn fenced(&mut self, lag: Option<Duration>, at: SystemTime) {
        let (parts, looks) = match self.round.take() {
            Some(round) => (round.parts, round.looks),
            None => (self.parts.iter().collect(), false),
        };
        self.counts.ghosts += self.ghosts.convict(&mut self.wiring);
        for part in parts {
            if !self.is_gathering(part) {
                continue;
            }
            let trusted = matches!(self.validity[part as usize], Validity::Valid { .. } | Validity::Suspect(_));
            let wrong = self.show(part, at);
            self.tie(part);
            if part == Part::Calls && looks {
                self.ghosts.listed(&mut self.wiring);
            }
            self.counts.corrections += if trusted { wrong } else { 0 };
            self.counts.rounds += 1;
            self.families[part].has_been_shown = true;
            self.end_gathering(part);
            self.doubts.retain(|(doubted, _)| *doubted != part);
            self.finish(at, true);
            let again = self.pending.iter().any(|pending| pending.part == part && pending.why != Some(Why::Audit));
            if !again {
                self.set_validity(part, Validity::Valid { as_of: self.seq, lag }, at);
            }
            if part == Part::Calls {
                self.calls.sure = at;
            }
        }
        self.finish(at, true);
    }
}
