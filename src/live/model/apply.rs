//! Which part of the picture an event is about.

use std::time::{Duration, SystemTime};

use super::Model;
use crate::event::{self, Event};
use crate::live::part::{Part, Why};
use crate::live::queues::Tie;
use crate::live::wiring::Note;
use crate::live::{agents, channels, conferences, devices, endpoints, parking, queues};

impl Model {
    pub(super) fn apply(&mut self, name: &str, event: &Event, at: SystemTime) {
        let ran_queue = name == "Newexten" && !self.queued.is_empty() && self.runs_queue(event);
        let known = self.parts.contains(Part::Calls) && self.wiring.event(name, event, at);
        if known {
            match &mut self.aside {
                Some((aside, true)) => drop(aside.event(name, event, at)),
                Some((aside, false)) => aside.before_list(name, event),
                None => {}
            }
        }
        match name {
            "Hangup" => self.hung_up(event, at),
            "Newchannel" => event.packet().seek("Uniqueid").into_iter().for_each(|born| self.ghosts.born(born)),
            "BridgeEnter" => self.entered(event, at),
            "Newexten" if !self.queued.is_empty() => self.ran(event, ran_queue, at),
            "FullyBooted" => self.booted(event, at),
            "Reload" => {
                self.doubts.push((Part::Queues, Why::Reloaded));
                self.doubts.push((Part::Hints, Why::Reloaded));
                self.doubts.push((Part::Endpoints, Why::Reloaded));
            }
            _ if known => {}
            _ => self.family_event(name, event, at),
        }
    }

    fn family_event(&mut self, name: &str, event: &Event, at: SystemTime) {
        if self.parts.contains(Part::Calls) {
            self.annotate(name, event);
        }
        let has = |part: Part| self.parts.contains(part);
        if has(Part::Agents) && agents::apply(&mut self.families[Part::Agents], name, event) {
            return;
        }
        if has(Part::Queues) {
            let mut doubts = Vec::new();
            if let Some(tie) = queues::apply(&mut self.families[Part::Queues], name, event, at, &mut doubts) {
                let miscounted = doubts.iter().position(|why| matches!(why, Why::Count { .. }));
                if miscounted.is_some() || !self.unseen.is_empty() {
                    let explained = self.recount(event, at);
                    miscounted.filter(|_| explained).map(|at| doubts.remove(at));
                }
                for why in doubts {
                    self.doubts.push((Part::Queues, why));
                }
                match tie {
                    Some(Tie::In { uniqueid, queue }) => drop(self.queued.insert(uniqueid, queue)),
                    Some(Tie::Out { uniqueid }) => drop(self.queued.remove(&uniqueid)),
                    None => {}
                }
                return;
            }
        }
        if has(Part::Conferences) {
            if let Some(joined) = conferences::apply(&mut self.families[Part::Conferences], name, event, at) {
                if let Some(joined) = joined {
                    self.conferring.insert(joined.uniqueid, joined.conference);
                }
                return;
            }
        }
        if has(Part::Parking) && parking::apply(&mut self.families[Part::Parking], name, event, at) {
            return;
        }
        match name {
            "DeviceStateChange" if has(Part::Devices) => {
                devices::apply_device(&mut self.families[Part::Devices], event)
            }
            "ExtensionStatus" if has(Part::Hints) => devices::apply_hint(&mut self.families[Part::Hints], event),
            _ if has(Part::Endpoints) => drop(endpoints::apply(&mut self.families[Part::Endpoints], name, event)),
            _ => {}
        }
    }

    /// Notes for whom a queue rings, in the calls.
    fn annotate(&mut self, name: &str, event: &Event) {
        match name {
            "QueueCallerJoin" | "Join" => {
                let e = event::QueueCallerJoin::from(event);
                self.wiring
                    .notes
                    .push(Note::Queued { uniqueid: e.channel.uniqueid.to_owned(), queue: e.queue.to_owned() });
            }
            "AgentCalled" => {
                let e = event::AgentCalled::from(event);
                let uniqueid = match e.dest.uniqueid {
                    "" => self.wiring.named(e.destination_channel).cloned(),
                    uniqueid => Some(uniqueid.to_owned()),
                };
                if let Some(uniqueid) = uniqueid {
                    let (queue, interface) = (e.queue.to_owned(), channels::owned(e.interface));
                    self.wiring.notes.push(Note::Member { uniqueid, queue, interface });
                }
            }
            _ => {}
        }
    }

    /// The other families may hear of a hangup late, or never.
    fn hung_up(&mut self, event: &Event, at: SystemTime) {
        let Some(uniqueid) = event.packet().seek("Uniqueid") else { return };
        if let Some(queue) = self.queued.remove(uniqueid) {
            if queues::hung_up(&mut self.families[Part::Queues], &queue, uniqueid) {
                self.leaving.push((at, queue, uniqueid.to_owned()));
            }
        }
        if let Some(conference) = self.conferring.remove(uniqueid) {
            conferences::hung_up(&mut self.families[Part::Conferences], &conference, uniqueid);
        }
        if self.families[Part::Parking].shown.has(uniqueid) || self.families[Part::Parking].is_gathering() {
            parking::hung_up(&mut self.families[Part::Parking], uniqueid);
        }
    }

    /// A started server says how long ago that was.
    fn booted(&mut self, event: &Event, at: SystemTime) {
        let Some(uptime) = event.value::<u64>("Uptime") else { return };
        let Some(booted) = at.checked_sub(Duration::from_secs(uptime)) else { return };
        let before = self.booted.take();
        if before.is_some_and(|before| booted.duration_since(before).is_ok_and(|later| later.as_secs() > 5)) {
            self.restarted(at);
        }
        self.booted = Some(booted);
    }
}
