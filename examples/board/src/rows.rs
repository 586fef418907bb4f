//! The lines of each view, out of a snapshot.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use gami::live::{Call, Member, Party};
use gami::Snapshot;

use crate::words::{self, length, party, person, plain, since};

/// The views, in the order of their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    Calls,
    Queues,
    Conferences,
    Parked,
    Endpoints,
    Ended,
}

impl View {
    pub const ALL: [View; 6] =
        [View::Calls, View::Queues, View::Conferences, View::Parked, View::Endpoints, View::Ended];

    pub fn name(self) -> &'static str {
        match self {
            View::Calls => "Calls",
            View::Queues => "Queues",
            View::Conferences => "Conferences",
            View::Parked => "Parked",
            View::Endpoints => "Endpoints",
            View::Ended => "Ended",
        }
    }

    /// The columns: title, least width, share of what is left. A least width of 0 ends in what fits.
    pub fn columns(self) -> &'static [(&'static str, u16, u16)] {
        match self {
            View::Calls => {
                &[("State", 7, 0), ("Since", 7, 0), ("Talked", 7, 0), ("From", 0, 2), ("With", 0, 3), ("Queue", 9, 0)]
            }
            View::Queues => &[("Queue", 0, 3), ("Who", 0, 4), ("State", 14, 0), ("Time", 7, 0), ("With", 0, 3)],
            View::Conferences => &[("Conference", 0, 2), ("Who", 0, 3), ("State", 16, 0), ("Time", 7, 0)],
            View::Parked => {
                &[("Space", 6, 0), ("Lot", 9, 0), ("Who", 0, 3), ("Since", 7, 0), ("Left", 7, 0), ("Parked by", 0, 3)]
            }
            View::Endpoints => {
                &[("Endpoint", 0, 3), ("Status", 0, 2), ("Device", 14, 0), ("Channels", 8, 0), ("Address", 0, 3)]
            }
            View::Ended => &[
                ("Ended", 8, 0),
                ("Rang", 5, 0),
                ("Talked", 7, 0),
                ("From", 0, 2),
                ("With", 0, 3),
                ("Queue", 9, 0),
                ("Cause", 0, 2),
            ],
        }
    }
}

/// A line of a view.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What the line is about, so that the selection stays with it.
    pub key: String,
    pub cells: Vec<String>,
    /// A line that heads others.
    pub head: bool,
    /// The call that Enter shows.
    pub call: Option<String>,
    /// The channel that can be hung up, by name.
    pub channel: Option<String>,
}

impl Row {
    fn new(key: impl Into<String>, cells: impl IntoIterator<Item = String>) -> Self {
        let cells = cells.into_iter().map(|cell| plain(&cell)).collect();
        Self { key: key.into(), cells, head: false, call: None, channel: None }
    }

    fn head(mut self) -> Self {
        self.head = true;
        self
    }

    /// On a channel of the picture, by its `uniqueid`.
    fn on(mut self, now: &Snapshot, uniqueid: &str) -> Self {
        if let Some(channel) = now.channel(uniqueid) {
            self.channel = Some(channel.name.clone());
            self.call.clone_from(&channel.call);
        }
        self
    }

    fn has(&self, filter: &str) -> bool {
        self.cells.join(" ").to_lowercase().contains(filter)
    }
}

/// The lines of a view; of those that head others those are left that match a filter themselves, or head one that does.
pub fn rows(view: View, now: &Snapshot, ended: &[Arc<Call>], at: SystemTime, filter: &str) -> Vec<Row> {
    let rows = match view {
        View::Calls => calls(now, at),
        View::Queues => queues(now, at),
        View::Conferences => conferences(now, at),
        View::Parked => parked(now, at),
        View::Endpoints => endpoints(now),
        View::Ended => ended.iter().rev().map(|call| end(now, call)).collect(),
    };
    filtered(rows, &filter.to_lowercase())
}

fn filtered(rows: Vec<Row>, filter: &str) -> Vec<Row> {
    if filter.is_empty() {
        return rows;
    }
    let mut left = Vec::new();
    let mut head: Option<(Row, bool)> = None;
    for row in rows {
        let matches = row.has(filter);
        if row.head {
            if matches {
                left.push(row.clone());
            }
            head = Some((row, matches));
        } else if let Some((row_of, all)) = &mut head {
            if matches || *all {
                if !*all && left.last().is_none_or(|last: &Row| !last.key.starts_with(&row_of.key)) {
                    left.push(row_of.clone());
                }
                left.push(row);
            }
        } else if matches {
            left.push(row);
        }
    }
    left
}

/// Those besides the caller; of a single channel what it runs.
pub fn others(now: &Snapshot, call: &Call, caller: &Party) -> String {
    let others: Vec<_> =
        call.present().filter(|other| other.uniqueid != caller.uniqueid).map(|it| words::who(now, it)).collect();
    match (&others[..], now.channel(&caller.uniqueid)) {
        ([], Some(channel)) => {
            let exten = channel.exten.as_deref().unwrap_or_default();
            match channel.application.as_deref().filter(|name| !name.is_empty()) {
                Some(application) => format!("{exten} {application}").trim().to_owned(),
                None => exten.to_owned(),
            }
        }
        _ => others.join(", "),
    }
}

fn calls(now: &Snapshot, at: SystemTime) -> Vec<Row> {
    let mut calls: Vec<_> = now.calls().collect();
    calls.sort_by_key(|call| (call.started, call.id.clone()));
    let row = |call: &Arc<Call>| {
        let caller = call.present().find(|party| !party.called).or_else(|| call.present().next());
        let (from, with) = match caller {
            Some(caller) => (party(caller), others(now, call, caller)),
            // Two halves of a Local channel and nobody at either end.
            None => (call.channels.first().map_or(String::new(), |id| words::channel(now, id)), String::new()),
        };
        let talked = call.talked(at);
        let cells = [
            words::state(now, call).to_owned(),
            since(call.started, at),
            if talked.is_zero() { String::new() } else { length(talked) },
            from,
            with,
            call.queue.clone().unwrap_or_default(),
        ];
        let mut row = Row::new(&call.id, cells);
        let uniqueid = caller.map(|party| &party.uniqueid).or(call.channels.first());
        if let Some(uniqueid) = uniqueid {
            row = row.on(now, uniqueid);
        }
        row.call = Some(call.id.clone());
        row
    };
    calls.into_iter().map(row).collect()
}

fn queues(now: &Snapshot, at: SystemTime) -> Vec<Row> {
    let mut queues: Vec<_> = now.queues().collect();
    queues.sort_by(|one, other| one.name.cmp(&other.name));
    let mut rows = Vec::new();
    for queue in queues {
        let hold = queue.hold_time.filter(|time| *time > 0).map(Duration::from_secs);
        let hold = hold.map_or(String::new(), |time| format!(", hold {}", length(time)));
        let done = |count: Option<u32>| count.map_or("?".into(), |count| count.to_string());
        let head = Row::new(
            format!("{}\n", queue.name),
            [
                queue.name.clone(),
                format!("{} wait, {} members{hold}", queue.callers.len(), queue.members.len()),
                queue.strategy.clone().unwrap_or_default(),
                String::new(),
                format!("{} done, {} lost", done(queue.completed), done(queue.abandoned)),
            ],
        );
        rows.push(head.head());
        for caller in &queue.callers {
            let who = person(
                caller.caller_id_name.as_deref(),
                caller.caller_id_num.as_deref(),
                caller.channel.as_deref().unwrap_or(&caller.uniqueid),
            );
            let state = if caller.gave_up { "gives up" } else { "waits" };
            let rung: Vec<_> = queue
                .members
                .iter()
                .filter(|member| member.rings_for.as_deref() == Some(&caller.uniqueid))
                .map(|member| member_name(member))
                .collect();
            let with = if rung.is_empty() { String::new() } else { format!("rings {}", rung.join(", ")) };
            let cells = [format!("  {}.", caller.position), who, state.into(), since(caller.joined, at), with];
            rows.push(Row::new(format!("{}\ncaller {}", queue.name, caller.uniqueid), cells).on(now, &caller.uniqueid));
        }
        for member in &queue.members {
            rows.push(member_row(now, member, at));
        }
    }
    rows
}

fn member_name(member: &Member) -> String {
    member.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| member.interface.clone())
}

fn member_row(now: &Snapshot, member: &Member, at: SystemTime) -> Row {
    let busy = member.talks_to.as_deref().or(member.rings_for.as_deref());
    let state = match member.status {
        _ if member.talks_to.is_some() => "talks".to_owned(),
        _ if member.rings_for.is_some() => "rings".to_owned(),
        _ if member.paused == Some(true) => match member.paused_reason.as_deref().filter(|why| !why.is_empty()) {
            Some(why) => format!("paused: {why}"),
            None => "paused".to_owned(),
        },
        Some(status) => status.to_string(),
        None => String::new(),
    };
    let call = busy.and_then(|uniqueid| now.channel(uniqueid)?.call.clone()).and_then(|call| now.call(&call).cloned());
    let party = call
        .as_ref()
        .and_then(|call| call.present().find(|party| party.interface.as_deref() == Some(&member.interface)).cloned());
    let time = party.and_then(|party| party.talking_since.or(party.rang));
    let with = busy.map_or(String::new(), |uniqueid| words::channel(now, uniqueid));
    let name = member_name(member);
    let interface = if name == member.interface { String::new() } else { member.interface.clone() };
    let cells = [format!("  {name}"), interface, state, since(time, at), with];
    let row = Row::new(format!("{}\nmember {}", member.queue, member.interface), cells);
    busy.map_or(row.clone(), |uniqueid| row.on(now, uniqueid))
}

fn conferences(now: &Snapshot, at: SystemTime) -> Vec<Row> {
    let mut conferences: Vec<_> = now.conferences().collect();
    conferences.sort_by(|one, other| one.conference.cmp(&other.conference));
    let mut rows = Vec::new();
    for conference in conferences {
        let words = [(conference.locked, "locked"), (conference.muted, "muted"), (conference.recorded, "recorded")];
        let cells = [
            conference.conference.clone(),
            format!("{} take part", conference.participants.len()),
            join(words),
            since(conference.started, at),
        ];
        rows.push(Row::new(format!("{}\n", conference.conference), cells).head());
        for who in &conference.participants {
            let words = [(who.admin, "admin"), (who.muted, "muted"), (who.talking, "talking"), (who.waiting, "waits")];
            let name = person(who.caller_id_name.as_deref(), who.caller_id_num.as_deref(), &who.channel);
            let cells = [String::new(), name, join(words), since(who.joined, at)];
            let mut row = Row::new(format!("{}\n{}", conference.conference, who.channel), cells);
            row.channel = Some(who.channel.clone());
            rows.push(who.uniqueid.iter().fold(row, |row, uniqueid| row.on(now, uniqueid)));
        }
    }
    rows
}

fn join<const N: usize>(words: [(Option<bool>, &str); N]) -> String {
    let said: Vec<_> = words.iter().filter(|(is, _)| *is == Some(true)).map(|(_, word)| *word).collect();
    said.join(", ")
}

fn parked(now: &Snapshot, at: SystemTime) -> Vec<Row> {
    let mut parked: Vec<_> = now.parked().collect();
    parked.sort_by_key(|parked| (parked.parkinglot.clone(), parked.parking_space.clone()));
    let row = |parked: &&Arc<gami::live::Parked>| {
        let channel = parked.channel.as_deref().unwrap_or(&parked.uniqueid);
        let left = parked.until.map(|until| until.duration_since(at).unwrap_or_default());
        let by = parked.parker_dial_string.as_deref().or(parked.from.as_deref());
        let cells = [
            parked.parking_space.clone().unwrap_or_default(),
            parked.parkinglot.clone().unwrap_or_default(),
            person(parked.caller_id_name.as_deref(), parked.caller_id_num.as_deref(), channel),
            since(parked.since, at),
            left.map_or(String::new(), length),
            by.unwrap_or_default().to_owned(),
        ];
        let mut row = Row::new(&parked.uniqueid, cells);
        row.channel.clone_from(&parked.channel);
        row.on(now, &parked.uniqueid)
    };
    parked.iter().map(row).collect()
}

fn endpoints(now: &Snapshot) -> Vec<Row> {
    let mut endpoints: Vec<_> = now.endpoints().collect();
    endpoints.sort_by(|one, other| one.id.cmp(&other.id));
    let row = |endpoint: &&Arc<gami::live::Endpoint>| {
        let of = |name: &str| name.rsplit_once('-').is_some_and(|(of, _)| of == endpoint.id);
        let channels = now.channels().filter(|channel| of(&channel.name)).count();
        let contact = endpoint.contacts.first();
        let status = contact.and_then(|contact| contact.status.clone()).or(endpoint.status.clone());
        let address = endpoint.address.clone().or(contact.map(|contact| contact.uri.clone()));
        let cells = [
            endpoint.id.clone(),
            status.unwrap_or_default(),
            endpoint.device_state.clone().unwrap_or_default(),
            if channels == 0 { String::new() } else { channels.to_string() },
            address.unwrap_or_default(),
        ];
        Row::new(&endpoint.id, cells)
    };
    endpoints.iter().map(row).collect()
}

/// A call that is over.
fn end(now: &Snapshot, call: &Arc<Call>) -> Row {
    let caller = call.caller();
    let others: Vec<_> =
        call.parties.iter().filter(|it| caller.is_none_or(|caller| !Arc::ptr_eq(it, caller))).collect();
    // Whoever answered; if nobody did, all that were tried.
    let answered: Vec<_> = others.iter().filter(|party| party.answered.is_some()).copied().collect();
    let with = if answered.is_empty() { &others } else { &answered };
    let rang = others.iter().filter_map(|party| party.rang_for()).max();
    let ended = call.ended.unwrap_or(SystemTime::UNIX_EPOCH);
    let talked = call.talked(ended);
    let mut row = Row::new(
        &call.id,
        [
            call.ended.map_or("unseen".to_owned(), words::clock),
            rang.map_or(String::new(), length),
            if talked.is_zero() { String::new() } else { length(talked) },
            caller.map_or(String::new(), |caller| party(caller)),
            with.iter().map(|it| words::who(now, it)).collect::<Vec<_>>().join(", "),
            call.queue.clone().unwrap_or_default(),
            call.cause.map_or(String::new(), |cause| cause.to_string()),
        ],
    );
    row.call = Some(call.id.clone());
    row
}
