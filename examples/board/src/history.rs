//! What happened to each call, told from the changes of the model.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use gami::event::ChannelState;
use gami::live::{Call, Change, Kind, Party, Thing};

use crate::words::{self, party};

/// So many calls that are over are kept.
const ENDED: usize = 500;
/// So many lines are kept of a call; after these the first ones go.
const LINES: usize = 500;

/// The story of each call that there is, and of the last that are over.
#[derive(Default)]
pub struct History {
    stories: HashMap<String, Story>,
    ended: VecDeque<Arc<Call>>,
}

/// What happened to a call, and how it was at the last of it.
#[derive(Default)]
struct Story {
    lines: VecDeque<(SystemTime, String)>,
    last: Option<Arc<Call>>,
}

impl History {
    /// A call that was there before the first change.
    pub fn found(&mut self, call: &Arc<Call>) {
        let mut lines = Vec::new();
        for it in &call.parties {
            let name = words::plain(&party(it));
            lines.extend(it.joined.map(|at| (at, format!("{name} {}", words::plain(&begins(it))))));
            lines.extend(it.rang.map(|at| (at, format!("{name} rings"))));
            lines.extend(it.answered.map(|at| (at, format!("{name} answers"))));
        }
        lines.sort_by_key(|(at, _)| *at);
        self.stories.insert(call.id.clone(), Story { lines: lines.into(), last: Some(Arc::clone(call)) });
    }

    pub fn take(&mut self, change: &Change) {
        let (Some(Thing::Call(call)), is_new) = (change.after().or(change.before()), change.before().is_none()) else {
            return;
        };
        let story = self.stories.entry(call.id.clone()).or_default();
        let mut lines = Vec::new();
        if is_new {
            // A recording that is played again has the same ids again.
            *story = Story::default();
            lines.push(match (&call.split_from, change.corrected) {
                (Some(from), _) => format!("goes its own way, out of call {from}"),
                (None, true) => "is found in a list".to_owned(),
                (None, false) => "begins".to_owned(),
            });
        }
        tell(story.last.as_ref(), call, &mut lines);
        if change.after().is_none() {
            lines.push(match (&call.merged_into, call.cause) {
                (Some(other), _) => format!("goes on as part of call {other}"),
                (None, Some(cause)) => format!("is over: {cause}"),
                (None, None) if change.corrected => "is over: it is in no list any more".to_owned(),
                (None, None) => "is over".to_owned(),
            });
        }
        story.last = Some(Arc::clone(call));
        story.lines.extend(lines.into_iter().map(|line| (change.at, words::plain(&line))));
        while story.lines.len() > LINES {
            story.lines.pop_front();
        }
        if let Kind::Removed(Thing::Call(call)) = &change.kind {
            match &call.merged_into {
                Some(other) => {
                    // Its story is part of the other's.
                    let before = self.stories.remove(&call.id).unwrap_or_default();
                    let lines = &mut self.stories.entry(other.clone()).or_default().lines;
                    lines.extend(before.lines);
                    lines.make_contiguous().sort_by_key(|(at, _)| *at);
                }
                None => self.ended.push_back(Arc::clone(call)),
            }
            while self.ended.len() > ENDED {
                let oldest = self.ended.pop_front().expect("it has more than none");
                self.stories.remove(&oldest.id);
            }
        }
    }

    /// Forgets the stories of calls that are neither there nor among the last ended: their end was lost.
    pub fn keep(&mut self, is_there: impl Fn(&str) -> bool) {
        let ended: std::collections::HashSet<_> = self.ended.iter().map(|call| call.id.as_str()).collect();
        self.stories.retain(|id, _| is_there(id) || ended.contains(id.as_str()));
    }

    /// The calls that are over, the oldest first.
    pub fn ended(&mut self) -> &[Arc<Call>] {
        self.ended.make_contiguous()
    }

    pub fn ended_call(&self, id: &str) -> Option<&Arc<Call>> {
        self.ended.iter().rev().find(|call| call.id == id)
    }

    /// How many calls are over, of those that are kept.
    pub fn len(&self) -> usize {
        self.ended.len()
    }

    pub fn story(&self, id: &str) -> impl Iterator<Item = &(SystemTime, String)> {
        self.stories.get(id).into_iter().flat_map(|story| &story.lines)
    }
}

fn begins(it: &Party) -> String {
    let how = if it.called { "is called" } else { "calls" };
    match party(it) == it.channel {
        true => how.to_owned(),
        false => format!("{how} ({})", it.channel),
    }
}

/// What is different in a call.
fn tell(before: Option<&Arc<Call>>, after: &Call, lines: &mut Vec<String>) {
    for now in &after.parties {
        let was = before.and_then(|before| before.party(&now.uniqueid));
        if was.is_some_and(|was| Arc::ptr_eq(was, now)) {
            continue;
        }
        tell_party(was.map(|was| &**was), now, lines);
    }
    let heard = before.map(|before| &before.talking[..]).unwrap_or_default();
    for group in after.talking.iter().filter(|group| !heard.contains(group)) {
        let names: Vec<_> = group.iter().filter_map(|id| after.party(id)).map(|it| party(it)).collect();
        if names.len() > 1 {
            lines.push(format!("{} hear each other", names.join(" and ")));
        }
    }
    let queue = before.and_then(|before| before.queue.as_ref());
    if let Some(name) = after.queue.as_ref().filter(|name| queue != Some(name)) {
        lines.push(format!("enters queue {name}"));
    }
}

fn tell_party(was: Option<&Party>, now: &Party, lines: &mut Vec<String>) {
    let name = party(now);
    let mut say = |what: String| lines.push(format!("{name} {what}"));
    let became = |state| now.state == Some(state) && was.is_none_or(|was| was.state != Some(state));
    if was.is_none() {
        say(begins(now));
    }
    if became(ChannelState::Ringing) {
        say("rings".into());
    }
    if became(ChannelState::Up) {
        say(if now.called { "answers" } else { "is connected" }.into());
    }
    match (was.and_then(|was| was.held), now.held) {
        (Some(true), Some(true)) => {}
        (_, Some(true)) => say("puts the call on hold".into()),
        (Some(true), Some(false)) => say("takes the call off hold".into()),
        _ => {}
    }
    let status = was.and_then(|was| was.dial_status.as_ref());
    if let Some(ended) = now.dial_status.as_ref().filter(|ended| status != Some(ended) && *ended != "ANSWER") {
        say(format!("was dialled in vain: {ended}"));
    }
    if now.left.is_some() && was.is_none_or(|was| was.left.is_none()) {
        say(match now.cause {
            Some(cause) => format!("hangs up: {cause}"),
            None => "is gone".into(),
        });
    }
}
