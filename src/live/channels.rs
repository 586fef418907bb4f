//! Channels: what events and lists say of each.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use super::fields::fields;
use crate::event::values::{known, unescape, ChannelState};
use crate::event::ChannelSnapshot;

/// A channel: one leg of a call.
///
/// What no event and no list has told is `None`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Channel {
    /// What names the channel among all. Up to Asterisk 11 a leg gets another when it is transferred, parked or
    /// redirected: see [`Channel::leg_of`].
    pub uniqueid: String,
    /// The channel's name, such as `PJSIP/100-00000001`.
    pub name: String,
    /// What it is doing.
    pub state: Option<ChannelState>,
    /// The number of whoever is at its end.
    pub caller_id_num: Option<String>,
    /// The name of whoever is at its end.
    pub caller_id_name: Option<String>,
    /// The number of whoever it is connected with.
    pub connected_line_num: Option<String>,
    /// The name of whoever it is connected with.
    pub connected_line_name: Option<String>,
    /// The language of its prompts.
    pub language: Option<String>,
    /// The account that its call goes on.
    pub account_code: Option<String>,
    /// Where it is in the dialplan: the context.
    pub context: Option<String>,
    /// Where it is in the dialplan: the extension.
    pub exten: Option<String>,
    /// Where it is in the dialplan: the priority.
    pub priority: Option<i32>,
    /// The `uniqueid` of the channel that began the call. It changes without an event. Asterisk 12 and later.
    pub linkedid: Option<String>,
    /// The application that it runs, such as `Dial`.
    pub application: Option<String>,
    /// What the application was given.
    pub app_data: Option<String>,
    /// The bridge that it is in, by the bridge's `uniqueid`.
    pub bridge: Option<String>,
    /// The call that it belongs to, by the call's id.
    pub call: Option<String>,
    /// Whether its end has put the call on hold; in no list, so `None` until an event says so.
    pub held: Option<bool>,
    /// The other half of a Local channel, by its `uniqueid`.
    pub local_peer: Option<String>,
    /// The channels that it dials now, by their `uniqueid`; in no list.
    pub dialing: Vec<String>,
    /// The channel that dials it now, by its `uniqueid`; in no list.
    pub dialed_by: Option<String>,
    /// When it came to be, by the clock of whoever feeds the model.
    pub created: Option<SystemTime>,
    /// When it was first seen up; of a channel that a list found up, `None`.
    pub answered: Option<SystemTime>,
    /// The `uniqueid` that the leg had before. Up to Asterisk 11.
    pub leg_of: Option<String>,
}

fields!(Channel {
    uniqueid,
    name,
    state,
    caller_id_num,
    caller_id_name,
    connected_line_num,
    connected_line_name,
    language,
    account_code,
    context,
    exten,
    priority,
    linkedid,
    application,
    app_data,
    bridge,
    call,
    held,
    local_peer,
    dialing,
    dialed_by,
    created,
    answered,
    leg_of,
});

/// What a header says, owned; `None` where it says that there is nothing.
pub(super) fn owned(text: &str) -> Option<String> {
    known(text).map(str::to_owned)
}

/// Sets a text if it is another; whether it was.
fn set(field: &mut Option<String>, text: Option<&str>) {
    if field.as_deref() != text {
        *field = text.map(str::to_owned);
    }
}

/// The headers of a channel, as a picture takes them: each known text, and `full` if what is absent is unknown
/// no more but nothing.
pub(super) struct Seen<'a> {
    snapshot: &'a ChannelSnapshot<'a>,
    caller_id_name: Option<Cow<'a, str>>,
    connected_line_name: Option<Cow<'a, str>>,
    /// From Asterisk 12 on every event has all headers.
    full: bool,
    /// What other events tell, in order, is not taken from this one.
    in_passing: bool,
}

impl<'a> Seen<'a> {
    pub fn of(snapshot: &'a ChannelSnapshot<'a>) -> Self {
        let full = !snapshot.linkedid.is_empty();
        let name = |text: &'a str| known(text).map(|text| if full { unescape(text) } else { Cow::Borrowed(text) });
        Self {
            caller_id_name: name(snapshot.caller_id_name),
            connected_line_name: name(snapshot.connected_line_name),
            full,
            in_passing: false,
            snapshot,
        }
    }

    /// Of an event that is about something else.
    pub fn in_passing(snapshot: &'a ChannelSnapshot<'a>) -> Self {
        let seen = Self::of(snapshot);
        Self { in_passing: seen.full, ..seen }
    }

    pub fn snapshot(&self) -> &'a ChannelSnapshot<'a> {
        self.snapshot
    }

    /// Whether the channel says all this already.
    pub fn agrees(&self, c: &Channel) -> bool {
        let s = self.snapshot;
        let same =
            |field: &Option<String>, text: Option<&str>| field.as_deref() == text || (text.is_none() && !self.full);
        (s.name.is_empty() || c.name == s.name)
            && (s.state.is_none() || c.state == s.state)
            && (s.priority.is_none() || c.priority == s.priority)
            && (self.in_passing
                || (same(&c.caller_id_num, known(s.caller_id_num))
                    && same(&c.caller_id_name, self.caller_id_name.as_deref())
                    && same(&c.connected_line_num, known(s.connected_line_num))
                    && same(&c.connected_line_name, self.connected_line_name.as_deref())
                    && same(&c.account_code, known(s.account_code))))
            && same(&c.language, known(s.language))
            && same(&c.context, known(s.context))
            && same(&c.exten, known(s.exten))
            && same(&c.linkedid, known(s.linkedid))
    }

    pub fn write(&self, channel: &mut Channel) {
        let s = self.snapshot;
        let ordered = [
            (&mut channel.caller_id_num, known(s.caller_id_num)),
            (&mut channel.caller_id_name, self.caller_id_name.as_deref()),
            (&mut channel.connected_line_num, known(s.connected_line_num)),
            (&mut channel.connected_line_name, self.connected_line_name.as_deref()),
            (&mut channel.account_code, known(s.account_code)),
        ];
        let texts = [
            (&mut channel.language, known(s.language)),
            (&mut channel.context, known(s.context)),
            (&mut channel.exten, known(s.exten)),
            (&mut channel.linkedid, known(s.linkedid)),
        ];
        for (field, text) in ordered.into_iter().filter(|_| !self.in_passing).chain(texts) {
            if text.is_some() || self.full {
                set(field, text);
            }
        }
        if !s.name.is_empty() && channel.name != s.name {
            channel.name = s.name.to_owned();
        }
        channel.state = s.state.or(channel.state);
        channel.priority = s.priority.or(channel.priority);
    }
}

impl Channel {
    pub(super) fn new(uniqueid: &str, name: &str) -> Self {
        Self {
            uniqueid: uniqueid.to_owned(),
            name: name.to_owned(),
            state: None,
            caller_id_num: None,
            caller_id_name: None,
            connected_line_num: None,
            connected_line_name: None,
            language: None,
            account_code: None,
            context: None,
            exten: None,
            priority: None,
            linkedid: None,
            application: None,
            app_data: None,
            bridge: None,
            call: None,
            held: None,
            local_peer: None,
            dialing: Vec::new(),
            dialed_by: None,
            created: None,
            answered: None,
            leg_of: None,
        }
    }

    /// Whether this is one half of a Local channel.
    pub fn is_local(&self) -> bool {
        other_half(&self.name).is_some()
    }

    /// Whether nobody is at its end: a half of a Local channel, or what Asterisk up to 11 makes while it moves a
    /// leg, and leaves behind.
    pub fn is_internal(&self) -> bool {
        const HELPERS: [&str; 4] = ["AsyncGoto/", "Parked/", "Transfered/", "Bridge/"];
        self.is_local()
            || self.name.ends_with("<ZOMBIE>")
            || self.name.ends_with("<MASQ>")
            || HELPERS.iter().any(|helper| self.name.starts_with(helper))
    }

    pub(super) fn is_up(&self) -> bool {
        self.state == Some(ChannelState::Up)
    }

    pub(super) fn rings(&self) -> bool {
        self.state == Some(ChannelState::Ringing)
    }

    /// Takes what a new list has told of the channel; whether it is what events should have told.
    pub(super) fn correct(&mut self, listed: &Channel) -> bool {
        let told = self.name != listed.name
            || (listed.state.is_some() && self.state != listed.state)
            || self.bridge != listed.bridge;
        let full = listed.linkedid.is_some();
        let texts = [
            (&mut self.caller_id_num, &listed.caller_id_num),
            (&mut self.caller_id_name, &listed.caller_id_name),
            (&mut self.connected_line_num, &listed.connected_line_num),
            (&mut self.connected_line_name, &listed.connected_line_name),
            (&mut self.language, &listed.language),
            (&mut self.account_code, &listed.account_code),
            (&mut self.context, &listed.context),
            (&mut self.exten, &listed.exten),
            (&mut self.linkedid, &listed.linkedid),
        ];
        for (field, text) in texts {
            if full || text.is_some() {
                set(field, text.as_deref());
            }
        }
        if full || listed.priority.is_some() {
            self.priority = listed.priority;
        }
        if self.name != listed.name {
            self.name = listed.name.clone();
        }
        self.state = listed.state.or(self.state);
        if listed.application.is_some() && self.application != listed.application {
            self.application = listed.application.clone();
            self.app_data = listed.app_data.clone();
        }
        self.held = listed.held.or(self.held);
        self.created = self.created.or(listed.created);
        self.answered = self.answered.or(listed.answered);
        told
    }
}

/// The name of the other half of a Local channel.
pub(super) fn other_half(name: &str) -> Option<String> {
    let stem = name.strip_prefix("Local/").and(name.get(..name.len().checked_sub(2)?))?;
    if name.ends_with(";1") {
        Some(format!("{stem};2"))
    } else if name.ends_with(";2") {
        Some(format!("{stem};1"))
    } else {
        None
    }
}

/// How old a channel is, from the second and the number in its `uniqueid`; those that have none come last.
pub(super) fn age(uniqueid: &str) -> (u64, u64, &str) {
    let parsed = uniqueid.rsplit_once('.').and_then(|(before, number)| {
        let second = before.rsplit('-').next()?;
        Some((second.parse().ok()?, number.parse().ok()?))
    });
    let (second, number) = parsed.unwrap_or((u64::MAX, u64::MAX));
    (second, number, uniqueid)
}

pub(super) fn oldest(uniqueids: &[String]) -> Option<&String> {
    uniqueids.iter().min_by_key(|uniqueid| age(uniqueid))
}

pub(super) fn sort_by_age(uniqueids: &mut [String]) {
    uniqueids.sort_unstable_by(|one, other| age(one).cmp(&age(other)));
}

/// `hh:mm:ss` as a list gives it.
pub(super) fn clock(text: &str) -> Option<Duration> {
    let mut seconds = 0_u64;
    for piece in text.split(':') {
        seconds = seconds.checked_mul(60)?.checked_add(piece.trim().parse().ok()?)?;
    }
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_local_channels_find_each_other_by_name() {
        assert_eq!(other_half("Local/55@rig-00000002;1").as_deref(), Some("Local/55@rig-00000002;2"));
        assert_eq!(other_half("Local/55@rig-00000002;2").as_deref(), Some("Local/55@rig-00000002;1"));
        for name in ["IAX2/t-1;1", "Local/57@rig-00000004;1<ZOMBIE>", "Local/", ";1", ""] {
            assert_eq!(other_half(name), None, "{name}");
        }
    }

    #[test]
    fn the_older_of_two_is_told_by_second_and_number_not_by_text() {
        assert!(age("1795634307.9") < age("1795634307.10"));
        assert!(age("berlin-pbx-1795634307.9") < age("1795634308.1"));
        assert!(age("1795634307.9") < age("my-own-id"));
    }

    #[test]
    fn durations_of_lists_are_read() {
        assert_eq!(clock("01:02:03"), Some(Duration::from_secs(3723)));
        assert_eq!(clock("soon"), None);
        assert_eq!(clock("9999999999999999999:00:00"), None);
    }
}
