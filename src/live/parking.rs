//! Parked calls.

use std::time::{Duration, SystemTime};

use super::channels::owned;
use super::family::{keep, Family};
use super::fields::fields;
use crate::event::{self, Event};

/// A call that is parked until somebody takes it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Parked {
    /// The `uniqueid` of the channel that is parked; up to Asterisk 11, where a list found it and its channel is
    /// not known, the channel's name.
    pub uniqueid: String,
    /// The channel's name.
    pub channel: Option<String>,
    /// The lot.
    pub parkinglot: Option<String>,
    /// The number of the space.
    pub parking_space: Option<String>,
    /// The parked caller's number.
    pub caller_id_num: Option<String>,
    /// The parked caller's name.
    pub caller_id_name: Option<String>,
    /// How the parker is called back.
    pub parker_dial_string: Option<String>,
    /// The channel that parked it, by name; up to Asterisk 11.
    pub from: Option<String>,
    /// Since when it is parked, by the clock of whoever feeds the model.
    pub since: Option<SystemTime>,
    /// When the time in the lot is up, by the same clock.
    pub until: Option<SystemTime>,
}

fields!(Parked {
    uniqueid,
    channel,
    parkinglot,
    parking_space,
    caller_id_num,
    caller_id_name,
    parker_dial_string,
    from,
    since,
    until,
});

impl Parked {
    pub(super) fn inherit(&mut self, shown: &Self) -> bool {
        keep(&mut self.parker_dial_string, &shown.parker_dial_string);
        keep(&mut self.from, &shown.from);
        keep(&mut self.caller_id_num, &shown.caller_id_num);
        keep(&mut self.caller_id_name, &shown.caller_id_name);
        // The list counts in seconds.
        self.since = shown.since.or(self.since);
        self.until = shown.until.or(self.until);
        self.parking_space != shown.parking_space || self.parkinglot != shown.parkinglot
    }
}

impl Parked {
    fn from_event(e: &event::ParkedCall<'_>, uniqueid: &str, at: SystemTime) -> Self {
        let seconds = |seconds: Option<u64>| seconds.map(Duration::from_secs);
        Self {
            uniqueid: uniqueid.to_owned(),
            channel: owned(e.parkee.name),
            parkinglot: owned(e.parkinglot),
            parking_space: owned(e.parking_space),
            caller_id_num: owned(e.parkee.caller_id_num),
            caller_id_name: owned(e.parkee.caller_id_name),
            parker_dial_string: owned(e.parker_dial_string),
            from: owned(e.from),
            since: at.checked_sub(seconds(e.parking_duration).unwrap_or_default()),
            until: seconds(e.parking_timeout).and_then(|left| at.checked_add(left)),
        }
    }
}

/// Applies an event; whether it is about parked calls.
pub(super) fn apply(parked: &mut Family, name: &str, event: &Event, at: SystemTime) -> bool {
    match name {
        "ParkedCall" | "ParkedCallSwap" => {
            let e = event::ParkedCall::from(event);
            let new = Parked::from_event(&e, e.parkee.uniqueid, at);
            if new.uniqueid.is_empty() {
                return true;
            }
            parked.apply(&mut |table, _| {
                let same = table
                    .get::<Parked>(&new.uniqueid)
                    .is_some_and(|old| old.parking_space == new.parking_space && old.parkinglot == new.parkinglot);
                if same {
                    return; // the same packet again
                }
                let there = table.iter::<Parked>().find(|other| {
                    name == "ParkedCallSwap"
                        && other.parking_space == new.parking_space
                        && other.parkinglot == new.parkinglot
                });
                if let Some(there) = there.map(|there| there.uniqueid.clone()) {
                    table.remove(&there);
                }
                table.put(new.clone());
            });
        }
        "UnParkedCall" | "ParkedCallTimeOut" | "ParkedCallGiveUp" => {
            let e = event::ParkedCallTimeOut::from(event);
            parked.apply(&mut |table, _| table.remove(e.parkee.uniqueid));
        }
        _ => return false,
    }
    true
}

/// A channel is hung up that may be parked: the lot says so later, or not at all.
pub(super) fn hung_up(parked: &mut Family, uniqueid: &str) {
    parked.apply(&mut |table, _| table.remove(uniqueid));
}

/// Puts in what `ParkedCalls` lists.
pub(super) fn list(parked: &mut Family, items: &[Event], at: SystemTime, named: &dyn Fn(&str) -> Option<String>) {
    parked.list(&mut |table| {
        for item in items.iter().filter(|item| item.name().eq_ignore_ascii_case("ParkedCall")) {
            let e = event::ParkedCall::from(item);
            let uniqueid = owned(e.parkee.uniqueid).or_else(|| named(e.parkee.name));
            let uniqueid = uniqueid.unwrap_or_else(|| e.parkee.name.to_owned());
            if !uniqueid.is_empty() {
                table.put(Parked::from_event(&e, &uniqueid, at));
            }
        }
    });
}
