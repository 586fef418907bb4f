//! A table of queues: filled by the list of `QueueStatus`, kept current by the events after it.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use gami::event::owned::MemberSnapshot;
use gami::event::{known, ChannelSnapshot};
use gami::{Event, List, Typed};

/// The queues by name.
#[derive(Default)]
pub struct Table {
    pub queues: BTreeMap<String, Queue>,
}

/// A queue with its members and callers.
#[derive(Default)]
pub struct Queue {
    /// The `QueueParams` of the list, for figures that no event tells.
    pub figures: Option<Event>,
    /// The members by interface.
    pub members: BTreeMap<String, MemberSnapshot>,
    /// Who waits, the first in front.
    pub callers: Vec<Caller>,
}

/// Somebody who waits in a queue.
pub struct Caller {
    pub uniqueid: String,
    pub number: String,
    pub name: String,
    pub since: SystemTime,
}

impl Table {
    /// The table as a list of `QueueStatus` tells it.
    pub fn of(list: &List) -> Self {
        let mut table = Self::default();
        for event in &list.items {
            match event.typed() {
                Typed::QueueParams(queue) => table.queue(queue.queue).figures = Some(event.detach()),
                Typed::QueueMember(e) => table.set_member(e.queue, e.member.to_owned()),
                Typed::QueueEntry(e) => {
                    let waited = Duration::from_secs(e.wait.unwrap_or(0));
                    table.queue(e.queue).callers.push(Caller {
                        uniqueid: e.uniqueid.to_owned(),
                        number: e.caller_id_num.to_owned(),
                        name: e.caller_id_name.to_owned(),
                        since: SystemTime::now().checked_sub(waited).unwrap_or(SystemTime::UNIX_EPOCH),
                    });
                }
                _ => {}
            }
        }
        table
    }

    /// Takes in an event that came after the list; gives whether it was of a queue.
    ///
    /// From Asterisk 12 on it can be older than the list. So it says what is, and nothing is counted.
    pub fn take(&mut self, event: &Event) -> bool {
        match event.typed() {
            Typed::QueueCallerJoin(e) => self.join(e.queue, e.position, &e.channel),
            Typed::QueueCallerLeave(e) => self.leave(e.queue, e.channel.uniqueid),
            // The same of servers before Asterisk 12.
            Typed::Join(e) => self.join(e.queue, e.position, &e.channel),
            Typed::Leave(e) => self.leave(e.queue, e.channel.uniqueid),
            Typed::QueueMemberAdded(e) => self.set_member(e.queue, e.member.to_owned()),
            Typed::QueueMemberStatus(e) => self.set_member(e.queue, e.member.to_owned()),
            Typed::QueueMemberPause(e) => self.set_member(e.queue, e.member.to_owned()),
            Typed::QueueMemberPenalty(e) => self.set_member(e.queue, e.member.to_owned()),
            Typed::QueueMemberRinginuse(e) => self.set_member(e.queue, e.member.to_owned()),
            // Before Asterisk 12 it has nothing else of the member.
            Typed::QueueMemberPaused(e) => {
                if let Some(member) = self.queue(e.queue).members.get_mut(e.member.interface) {
                    member.paused = e.member.paused;
                    member.paused_reason = e.reason.to_owned();
                }
            }
            Typed::QueueMemberRemoved(e) => drop(self.queue(e.queue).members.remove(e.member.interface)),
            _ => return false,
        }
        true
    }

    fn queue(&mut self, name: &str) -> &mut Queue {
        self.queues.entry(name.to_owned()).or_default()
    }

    fn set_member(&mut self, queue: &str, member: MemberSnapshot) {
        self.queue(queue).members.insert(member.interface.clone(), member);
    }

    fn join(&mut self, queue: &str, position: Option<u32>, channel: &ChannelSnapshot) {
        let callers = &mut self.queue(queue).callers;
        if callers.iter().any(|caller| caller.uniqueid == channel.uniqueid) {
            return; // the list has told already
        }
        let place = position.map_or(callers.len(), |position| position.saturating_sub(1) as usize);
        let caller = Caller {
            uniqueid: channel.uniqueid.to_owned(),
            number: channel.caller_id_num.to_owned(),
            name: channel.caller_id_name.to_owned(),
            since: SystemTime::now(),
        };
        callers.insert(place.min(callers.len()), caller);
    }

    fn leave(&mut self, queue: &str, uniqueid: &str) {
        self.queue(queue).callers.retain(|caller| caller.uniqueid != uniqueid);
    }
}

impl Queue {
    /// A line for the queue, one for each member, one for each caller.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let figures = self.figures.as_ref().map(Event::typed);
        let mut lines = match figures {
            Some(Typed::QueueParams(queue)) => vec![format!(
                "{name}: {}, {} waiting, {} completed, {} abandoned; on average {} on hold and {} talking",
                queue.strategy,
                self.callers.len(),
                queue.completed.unwrap_or(0),
                queue.abandoned.unwrap_or(0),
                clock(queue.hold_time),
                clock(queue.talk_time),
            )],
            _ => vec![format!("{name}: {} waiting", self.callers.len())],
        };
        for member in self.members.values() {
            let name = match member.name == member.interface || member.name.is_empty() {
                true => member.interface.clone(),
                false => format!("{} ({})", member.name, member.interface),
            };
            let state = match (member.paused, member.status) {
                (Some(true), _) if member.paused_reason.is_empty() => "paused".to_owned(),
                (Some(true), _) => format!("paused: {}", member.paused_reason),
                (_, Some(status)) => status.to_string(),
                (_, None) => String::new(),
            };
            let calls = member.calls_taken.unwrap_or(0);
            lines.push(format!("  member  {name:<40} {state:<16} {calls:>4} calls{}", ago(member.last_call)));
        }
        for (caller, position) in self.callers.iter().zip(1..) {
            let number = known(&caller.number).unwrap_or("unknown");
            let who = match known(&caller.name) {
                Some(name) if name != "unknown" => format!("{name} <{number}>"),
                _ => number.to_owned(),
            };
            let waited = caller.since.elapsed().unwrap_or_default().as_secs();
            lines.push(format!("  caller  {position}. {who:<37} {} on hold", clock(Some(waited))));
        }
        lines
    }
}

/// Seconds as minutes and seconds.
fn clock(seconds: Option<u64>) -> String {
    seconds.map_or_else(|| "?".to_owned(), |seconds| format!("{}:{:02}", seconds / 60, seconds % 60))
}

/// How long ago a time was, in seconds since 1970; nothing if it never was.
fn ago(time: Option<f64>) -> String {
    match time {
        Some(time) if time > 0.0 => {
            let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
            format!(", the last {} ago", clock(Some(since.saturating_sub(time as u64))))
        }
        _ => String::new(),
    }
}
