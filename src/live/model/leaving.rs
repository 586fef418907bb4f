//! Callers that leave their queue without a word.

use std::time::SystemTime;

use super::{Model, PATIENCE};
use crate::event::{self, Event};
use crate::live::conferences::Conference;
use crate::live::part::{Part, Why};
use crate::live::queues::{self, Queue};

impl Model {
    /// A caller that enters a bridge has left its queue, and the queue has said so before. Where it has not, an action
    /// has moved the channel away under the queue, and no event will tell.
    pub(super) fn entered(&mut self, event: &Event, at: SystemTime) {
        let Some(uniqueid) = event.packet().seek("Uniqueid") else { return };
        let Some(queue) = self.queued.get(uniqueid) else { return };
        if self.families[Part::Queues].shown.get::<Queue>(queue).is_some_and(|queue| queue.caller(uniqueid).is_some()) {
            self.moved_away(uniqueid, at);
        }
    }

    fn moved_away(&mut self, uniqueid: &str, at: SystemTime) {
        let Some(queue) = self.queued.remove(uniqueid) else { return };
        queues::left(&mut self.families[Part::Queues], &queue, uniqueid);
        self.unseen.add(&queue, at);
    }

    /// Whether the channel of an event ran `Queue` until now, and nothing else within it.
    pub(super) fn runs_queue(&self, event: &Event) -> bool {
        let channel = event.packet().seek("Uniqueid").and_then(|uniqueid| self.wiring.channels.get(uniqueid));
        channel.filter(|channel| channel.application.as_deref() == Some("Queue")).is_some_and(|channel| {
            let options = channel.app_data.as_ref().and_then(|data| data.split(',').nth(1));
            !options.is_some_and(|options| options.contains("B("))
        })
    }

    /// A caller that runs something else has left its queue. Where the queue has not said so, an action has moved the
    /// channel away under it: one that `Originate` put straight into the application, which has no dialplan to go on in,
    /// or one that `Bridge` took for a bridge that was gone. That is so at once if it was told before that it runs the
    /// queue; up to Asterisk 16 the queue's events can be ahead of that, so a moment is waited for where it was not.
    pub(super) fn ran(&mut self, event: &Event, ran_queue: bool, at: SystemTime) {
        let e = event::Newexten::from(event);
        let uniqueid = e.channel.uniqueid;
        let Some(queue) = self.queued.get(uniqueid) else { return };
        let leaves = e.application != "Queue" && !e.application.is_empty();
        let known = self.leaving.iter().position(|(_, _, leaving)| leaving == uniqueid);
        match known {
            Some(known) if !leaves => drop(self.leaving.remove(known)),
            None if leaves
                && self.families[Part::Queues]
                    .shown
                    .get::<Queue>(queue)
                    .is_some_and(|queue| queue.caller(uniqueid).is_some()) =>
            {
                if ran_queue {
                    return self.moved_away(uniqueid, at);
                }
                self.leaving.push((at, queue.clone(), uniqueid.to_owned()));
            }
            _ => {}
        }
    }

    /// Whether a queue's count is explained by callers that it lets go without a word: those that it counts no more
    /// although no time has passed, and those that it counts still.
    pub(super) fn recount(&mut self, event: &Event, at: SystemTime) -> bool {
        let e = event::QueueCallerJoin::from(event);
        let Some(count) = e.count else { return false };
        let callers = |model: &Self| {
            model.families[Part::Queues].shown.get::<Queue>(e.queue).map_or(0, |queue| queue.callers.len() as u32)
        };
        while callers(self) > count {
            let Some(leaving) = self.leaving.iter().position(|(_, queue, _)| queue == e.queue) else { break };
            let (_, queue, uniqueid) = self.leaving.remove(leaving);
            self.queued.remove(&uniqueid);
            queues::left(&mut self.families[Part::Queues], &queue, &uniqueid);
        }
        let is_unseen = self.unseen.explain(event, callers(self), at);
        is_unseen || callers(self) == count
    }

    /// Something may have looked wrong for too long.
    pub(super) fn overdue(&mut self, at: SystemTime) {
        let late = |since: SystemTime| at.duration_since(since).is_ok_and(|since| since >= PATIENCE);
        let parted = self.wiring.parted.len();
        self.wiring.parted.retain(|(since, _)| !late(*since));
        if self.wiring.parted.len() < parted {
            self.doubts.push((Part::Calls, Why::Unlinked));
        }
        let queues = &self.families[Part::Queues].shown;
        self.leaving
            .retain(|(_, queue, uniqueid)| queues.get::<Queue>(queue).is_some_and(|q| q.caller(uniqueid).is_some()));
        let overdue = self.leaving.iter().take_while(|(since, ..)| late(*since)).count();
        for (_, queue, uniqueid) in self.leaving.drain(..overdue) {
            queues::left(&mut self.families[Part::Queues], &queue, &uniqueid);
            self.unseen.add(&queue, at);
            self.doubts.push((Part::Queues, Why::Caller { queue }));
        }
    }

    /// Finds out anew which channels a part has to do with.
    pub(super) fn tie(&mut self, part: Part) {
        if part == Part::Queues {
            self.queued.clear();
            for queue in self.families[Part::Queues].shown.iter::<Queue>() {
                for caller in &queue.callers {
                    self.queued.insert(caller.uniqueid.clone(), queue.name.clone());
                }
                for served in queue.members.iter().filter_map(|member| member.talks_to.as_ref()) {
                    self.queued.insert(served.clone(), queue.name.clone());
                }
            }
        } else if part == Part::Conferences {
            self.conferring.clear();
            for conference in self.families[Part::Conferences].shown.iter::<Conference>() {
                for uniqueid in conference.participants.iter().filter_map(|there| there.uniqueid.as_ref()) {
                    self.conferring.insert(uniqueid.clone(), conference.conference.clone());
                }
            }
        }
    }
}
