//! How things are called on the screen: parties, times, states.

use std::time::{Duration, SystemTime};

use gami::event::ChannelState;
use gami::live::{Call, Party, Validity};
use gami::{Snapshot, State};

/// Text that came from the server, without what would move the cursor.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// `1:05`, `2:00:07`.
pub fn length(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..=3599 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
    }
}

/// How long ago that was; nothing if it is not known.
pub fn since(then: Option<SystemTime>, now: SystemTime) -> String {
    then.map_or(String::new(), |then| length(now.duration_since(then).unwrap_or_default()))
}

/// The time of day, UTC.
pub fn clock(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

/// `Alice <201>`, and if neither name nor number is known, what else there is.
pub fn person(name: Option<&str>, number: Option<&str>, otherwise: &str) -> String {
    let known = |text: &&str| !text.is_empty() && *text != "<unknown>";
    match (name.filter(known), number.filter(known)) {
        (Some(name), Some(number)) if name != number => format!("{name} <{number}>"),
        (Some(one), _) | (None, Some(one)) => one.to_owned(),
        (None, None) => otherwise.to_owned(),
    }
}

pub fn party(party: &Party) -> String {
    person(party.caller_id_name.as_deref(), party.caller_id_num.as_deref(), &party.channel)
}

/// A party, by the name of the queue's member that it is.
pub fn who(now: &Snapshot, it: &Party) -> String {
    let member = || now.queue(it.queue.as_deref()?)?.member(it.interface.as_deref()?);
    match member().and_then(|member| member.name.as_deref()).filter(|name| !name.is_empty()) {
        Some(name) => name.to_owned(),
        None => party(it),
    }
}

/// Whoever has a channel, as far as the picture knows.
pub fn channel(now: &Snapshot, uniqueid: &str) -> String {
    let Some(channel) = now.channel(uniqueid) else { return uniqueid.to_owned() };
    person(channel.caller_id_name.as_deref(), channel.caller_id_num.as_deref(), &channel.name)
}

/// What a party does now.
pub fn doing(call: &Call, party: &Party) -> &'static str {
    let talks = call.talking.iter().any(|group| group.contains(&party.uniqueid));
    match party.state {
        _ if party.left.is_some() => "gone",
        _ if party.held == Some(true) => "on hold",
        _ if talks => "talks",
        Some(ChannelState::Ringing) => "rings",
        Some(ChannelState::Up) => "up",
        Some(ChannelState::Ring) => "calls",
        _ => "begins",
    }
}

/// What a call is at: the one word for it.
pub fn state(now: &Snapshot, call: &Call) -> &'static str {
    let parked = call.channels.iter().any(|uniqueid| now.parked_call(uniqueid).is_some());
    let waits = || {
        let queue = call.queue.as_deref().and_then(|queue| now.queue(queue));
        queue.is_some_and(|queue| queue.callers.iter().any(|caller| call.channels.contains(&caller.uniqueid)))
    };
    if call.present().any(|party| party.held == Some(true)) {
        "on hold"
    } else if !call.talking.is_empty() {
        "talks"
    } else if parked {
        "parked"
    } else if call.ringing().next().is_some() {
        "rings"
    } else if waits() {
        "waits"
    } else if call.present().any(|party| party.state == Some(ChannelState::Up)) {
        "up"
    } else {
        "calls"
    }
}

/// A part's validity in few letters.
pub fn validity(validity: &Validity, now: SystemTime) -> String {
    match validity {
        Validity::Valid { lag: Some(lag), .. } => format!("ok {}ms", lag.as_millis()),
        Validity::Valid { lag: None, .. } => "ok".into(),
        Validity::Stale { since } => format!("STALE {}", self::since(Some(*since), now)),
        Validity::Suspect(_) => "suspect".into(),
        Validity::Unavailable(_) => "unavailable".into(),
        Validity::Loading => "loading".into(),
        Validity::Settling => "settling".into(),
        other => other.to_string(),
    }
}

pub fn link(state: State) -> &'static str {
    match state {
        State::Connected => "connected",
        State::Booting => "connected, server is starting",
        State::Reconnecting => "NO LINK, reconnecting",
        State::Disconnected => "NO LINK",
        State::Closed => "CLOSED",
        _ => "in a state that is new to this board",
    }
}
