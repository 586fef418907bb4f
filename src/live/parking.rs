//! Parked calls.

use std::time::SystemTime;

use super::family::Listed;
use super::fields::fields;
use super::map::Keyed;

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

impl Keyed for Parked {
    fn key(&self) -> &str {
        &self.uniqueid
    }
}

impl Listed for Parked {
    fn inherit(&mut self, shown: &Self) -> bool {
        self != shown
    }
}
