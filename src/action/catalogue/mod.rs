//! Every action of Asterisk's own, one declaration each, a line a parameter.
//!
//! A declaration reads
//!
//! ```text
//! /// What it does.
//! Name(required: kind = "Header", …) needs "class" in "versions" answers "…" {
//!     set parameter: kind = "Header", "What it is for.";
//! }
//! ```
//!
//! - Without the parentheses, `new` is written by hand below the table.
//! - `lists "items" completes "Event"` in place of `answers` is a list and the event that ends it;
//!   `sends "Event"` is a single event that nothing follows.
//! - The word before an optional parameter is the method of `Action` that adds it: `set` once, `push` as
//!   often as it is called, `join` into one header with commas.
//! - `[no_timeout]` after the name leaves `timeout` out, where it would be mistaken for a parameter.
//! - `GAMI_WRITE_TOPICS=1 cargo test --test topics` writes the table on the module's page anew.
//! - Documentation within the braces, before the parameters, follows the facts: examples stand there.

/// The type of an argument, by its kind.
#[rustfmt::skip]
macro_rules! kind {
    (text) => { impl Into<String> };
    (any) => { impl ToString };
    (mask) => { impl Into<EventMask> };
    (yes) => { bool };
    (truth) => { bool };
    (one) => { bool };
    (on) => { bool };
    (ms) => { std::time::Duration };
    (secs) => { std::time::Duration };
    (whole_secs) => { std::time::Duration };
    (cause) => { impl Into<i32> };
    ($other:ident) => { $other };
}

/// An argument as it goes over the wire, by its kind.
// All are texts by now, so that one function takes each.
#[rustfmt::skip]
macro_rules! wire {
    (text $value:ident) => { Into::<String>::into($value) };
    (mask $value:ident) => { Into::<EventMask>::into($value).to_string() };
    (yes $value:ident) => { super::word($value, "yes", "no") };
    (truth $value:ident) => { super::word($value, "true", "false") };
    (one $value:ident) => { super::word($value, "1", "0") };
    (on $value:ident) => { super::word($value, "on", "off") };
    (ms $value:ident) => { super::milliseconds($value).to_string() };
    (secs $value:ident) => { super::seconds($value) };
    (whole_secs $value:ident) => { super::whole_seconds($value).to_string() };
    (cause $value:ident) => { Into::<i32>::into($value).to_string() };
    ($other:ident $value:ident) => { ToString::to_string(&$value) };
}

/// What every typed action has.
macro_rules! typed {
    ($name:ident needs $needs:literal $([$flag:ident])?) => {
        impl $name {
            /// Sets the id that the answer will carry, in place of one that the client makes.
            pub fn action_id(mut self, id: impl Into<String>) -> Self {
                self.0.set("ActionID", Into::<String>::into(id));
                self
            }

            typed!(@timeout $($flag)?);

            /// The action without parameters.
            fn bare() -> Action {
                Action::declared(stringify!($name), $needs)
            }
        }

        impl crate::action::typed::Typed for $name {
            fn into_action(self) -> Action {
                self.0
            }

            fn as_action(&self) -> &Action {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
    (@timeout no_timeout) => {};
    (@timeout) => {
        /// Waits this long for the answer instead of the client's `action_timeout`.
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.0.timeout = Some(timeout);
            self
        }
    };
    (@default $name:ident) => {
        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@default $name:ident $($required:ident)+) => {};
}

macro_rules! actions {
    ($(
        $(#[$about:meta])*
        $name:ident $([$flag:ident])? $(($($required:ident: $rkind:ident = $rheader:literal),* $(,)?))?
        needs $needs:literal in $versions:literal
        $(answers $answers:literal)?
        $(lists $items:literal completes $complete:literal)?
        $(sends $single:literal)?
        {
            $(#[$more:meta])*
            $($how:ident $param:ident: $kind:ident = $header:literal, $what:literal;)*
        }
    )*) => {
        $(
            $(#[$about])*
            ///
            #[doc = concat!("- Privilege: ", $needs, ".")]
            #[doc = concat!("- Asterisk: ", $versions, ".")]
            $(#[doc = concat!("- Answers: ", $answers, ".")])?
            $(#[doc = concat!("- Answers a list: ", $items, "; ended by [`", $complete, "`](crate::event::", $complete, ").")])?
            $(#[doc = concat!("- Answers a response and one event [`", $single, "`](crate::event::", $single, "), which nothing follows.")])?
            ///
            $(#[$more])*
            #[derive(Clone)]
            #[must_use = "an action does nothing until it is sent"]
            pub struct $name(Action);

            impl $name {
                $(
                    /// The action with what it requires.
                    $(#[doc = concat!("\n- `", stringify!($required), "`, sent as `", $rheader, "`")])*
                    pub fn new($($required: kind!($rkind)),*) -> Self {
                        Self(Self::bare()$(.with($rheader, wire!($rkind $required)))*)
                    }
                )?

                $(
                    #[doc = concat!($what, "\n\nSent as `", $header, "`.")]
                    pub fn $param(mut self, $param: kind!($kind)) -> Self {
                        self.0.$how($header, wire!($kind $param));
                        self
                    }
                )*
            }

            typed!($name needs $needs $([$flag])?);
            $(typed!(@default $name $($required)*);)?
        )*

        /// A line for each: its name and the event that ends its list, after a `=` if it is the only item.
        // As text, for a list of texts would be three times as long in the program.
        pub(super) const ENDS: &str =
            concat!($(stringify!($name), $(" ", $complete,)? $(" =", $single,)? "\n",)*);
    };
}

mod aoc;
mod bridges;
mod calls;
mod config;
mod mailboxes;
mod originate;
mod pjsip;
mod queues;
mod recording;
mod session;
mod states;
mod system;
mod technologies;
mod update_config;

pub use aoc::*;
pub use bridges::*;
pub use calls::*;
pub use config::*;
pub use mailboxes::*;
pub use originate::*;
pub use pjsip::*;
pub use queues::*;
pub use recording::*;
pub use session::*;
pub use states::*;
pub use system::*;
pub use technologies::*;
pub use update_config::*;

use std::time::Duration;

use super::raw::is_one_of;
use crate::action::Action;

/// How the events that answer an action end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListEnd {
    /// With an event of this name, which is no item. From 13.2 on it says `EventList: Complete` too.
    Complete(&'static str),
    /// With the first event of this name, which is the only item.
    Single(&'static str),
}

/// How the events that answer an action end, its name in any case; `None` for one that is not known to
/// answer with events.
///
/// `Hangup` and `PJSIPHangup` are not among them: they answer a list only for a pattern, and always mark its end.
pub(crate) fn list_end(action: &str) -> Option<ListEnd> {
    declared(action).flatten()
}

/// Whether an action is known to answer without events: who waits for a list of it waits in vain.
pub(crate) fn answers_no_list(action: &Action) -> bool {
    let hangs_up_many = is_one_of(action.name(), &["Hangup", "PJSIPHangup"])
        && action.get("Channel").is_some_and(|channel| channel.starts_with('/'));
    declared(action.name()) == Some(None) && !hangs_up_many
}

/// The declaration of an action, its name in any case, and how its list ends if it is answered by one.
fn declared(action: &str) -> Option<Option<ListEnd>> {
    for ends in ENDS {
        for line in ends.lines() {
            let (name, end) = line.split_once(' ').unwrap_or((line, ""));
            if name.eq_ignore_ascii_case(action) {
                return Some(match end.strip_prefix('=') {
                    Some(single) => Some(ListEnd::Single(single)),
                    None if end.is_empty() => None,
                    None => Some(ListEnd::Complete(end)),
                });
            }
        }
    }
    None
}

const ENDS: [&str; 14] = [
    aoc::ENDS,
    bridges::ENDS,
    calls::ENDS,
    config::ENDS,
    mailboxes::ENDS,
    originate::ENDS,
    pjsip::ENDS,
    queues::ENDS,
    recording::ENDS,
    session::ENDS,
    states::ENDS,
    system::ENDS,
    technologies::ENDS,
    update_config::ENDS,
];

/// Whether a `Response: Success` to an action of this name says that no events follow.
///
/// Voicemail actions answer so where there is no such mailbox: no `EventList`, no complete event.
pub(crate) fn is_empty_list(action: &str, message: &str) -> bool {
    is_one_of(action, &["VoicemailUsersList", "VoicemailUserStatus", "VoicemailBoxSummary"])
        && message.starts_with("There ")
}

fn word(is_so: bool, yes: &str, no: &str) -> String {
    if is_so { yes } else { no }.to_owned()
}

/// Whole milliseconds, as many as Asterisk's `int` holds.
fn milliseconds(time: Duration) -> i32 {
    i32::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
}

/// Seconds, with a fraction in milliseconds where there is one.
fn seconds(time: Duration) -> String {
    let ms = milliseconds(time);
    match ms % 1000 {
        0 => (ms / 1000).to_string(),
        rest => format!("{}.{rest:03}", ms / 1000),
    }
}

/// Seconds without a fraction, as many as Asterisk's `int` holds.
fn whole_seconds(time: Duration) -> i32 {
    i32::try_from(time.as_nanos().div_ceil(1_000_000_000)).unwrap_or(i32::MAX)
}

/// A variable as the server's parser takes it, `name=value`.
///
/// The parser splits the value of the header at commas and removes quotes and backslashes; a backslash
/// before any of the three keeps it.
fn assignment(name: &str, value: &str) -> String {
    let mut line = String::with_capacity(name.len() + value.len() + 8);
    line.push_str(name);
    line.push('=');
    for c in value.chars() {
        if matches!(c, '\\' | '"' | ',') {
            line.push('\\');
        }
        line.push(c);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The server's side: `AST_STANDARD_APP_ARGS` over the value of a `Variable` header.
    fn as_asterisk_splits(header: &str) -> Vec<String> {
        let (mut args, mut arg) = (Vec::new(), String::new());
        let (mut parens, mut brackets, mut quoted) = (0u32, 0u32, false);
        let mut chars = header.chars();
        while let Some(c) = chars.next() {
            match c {
                '"' => quoted = !quoted,
                '\\' => arg.extend(chars.next()),
                ',' if parens == 0 && brackets == 0 && !quoted => args.push(std::mem::take(&mut arg)),
                _ => {
                    match c {
                        '(' => parens += 1,
                        ')' => parens = parens.saturating_sub(1),
                        '[' => brackets += 1,
                        ']' => brackets = brackets.saturating_sub(1),
                        _ => {}
                    }
                    arg.push(c);
                }
            }
        }
        args.push(arg);
        args
    }

    #[test]
    fn any_value_of_a_variable_arrives_unchanged() {
        let plain = ["", " ", "one", "a=b", "${EXTEN}", "x y ", "Jürgen €", "a: b", "'"];
        let hard = ["a,\"b\"\\c: d", ",", "\\", "\"", "\\,", "\\\"", "(a,b", "[,", "a,b,c", "\"a,b\"", "\\\\\\", "),("];
        for value in plain.into_iter().chain(hard) {
            let header = assignment("NAME", value);
            assert_eq!(as_asterisk_splits(&header), [format!("NAME={value}")], "{header}");
        }
        assert_eq!(assignment("V", "a,\"b\"\\c: d"), r#"V=a\,\"b\"\\c: d"#);
    }

    #[test]
    fn unescaped_the_server_would_split_and_strip_a_variable() {
        assert_eq!(as_asterisk_splits("V=a,\"b\"\\c: d"), ["V=a", "bc: d"]);
    }

    #[test]
    fn times_are_sent_in_the_unit_that_asterisk_reads() {
        let get = |action: Action, name: &str| action.get(name).map(str::to_owned).unwrap();
        let time = Duration::from_millis(1500);
        assert_eq!(get(Originate::new("PJSIP/1").ring_timeout(time).into(), "Timeout"), "1500");
        assert_eq!(get(Park::new("PJSIP/1").parking_timeout(time).into(), "Timeout"), "1500");
        assert_eq!(get(PlayDTMF::new("PJSIP/1", '5').duration(time).into(), "Duration"), "1500");
        assert_eq!(get(PlayMF::new("PJSIP/1", '5').duration(time).into(), "Duration"), "1500");
        assert_eq!(get(AbsoluteTimeout::new("PJSIP/1", time).into(), "Timeout"), "1.500");
        assert_eq!(get(AbsoluteTimeout::new("PJSIP/1", Duration::from_secs(90)).into(), "Timeout"), "90");
        assert_eq!(get(WaitEvent::new(time).into(), "Timeout"), "2");
        assert_eq!(get(QueueAdd::new("q", "PJSIP/1").wrapuptime(time).into(), "Wrapuptime"), "2");
    }

    #[test]
    fn a_time_is_never_rounded_down_to_none_nor_beyond_what_asterisk_holds() {
        assert_eq!(milliseconds(Duration::from_nanos(1)), 1);
        assert_eq!(milliseconds(Duration::ZERO), 0);
        assert_eq!(milliseconds(Duration::MAX), i32::MAX);
        assert_eq!(seconds(Duration::from_nanos(1)), "0.001");
    }

    #[test]
    fn list_ends_are_found_in_any_case() {
        assert_eq!(list_end("queuestatus"), Some(ListEnd::Complete("QueueStatusComplete")));
        assert_eq!(list_end("SIPPEERS"), Some(ListEnd::Complete("PeerlistComplete")));
        assert_eq!(list_end("faxstats"), Some(ListEnd::Single("FAXStats")));
        assert_eq!(list_end("Ping"), None);
    }

    #[test]
    fn only_actions_that_are_known_to_answer_no_list_are_kept_from_it() {
        for action in ["Ping", "queueadd", "Command", "Queues"] {
            assert!(answers_no_list(&action.into()), "{action}");
        }
        for action in ["QueueStatus", "faxstats", "DBGet", "SomeModulesOwn"] {
            assert!(!answers_no_list(&action.into()), "{action}");
        }
        assert!(answers_no_list(&Hangup::new("PJSIP/100-00000001").into()));
        assert!(!answers_no_list(&Hangup::new(r"/^PJSIP\/100-/").into()));
        assert!(answers_no_list(&PJSIPHangup::new("PJSIP/100-00000001", 486).into()));
        assert!(!answers_no_list(&PJSIPHangup::new("/^PJSIP/", "BUSY_HERE").into()));
    }

    #[test]
    fn lists_without_a_mark_up_to_13_1_all_have_their_end_declared() {
        for (action, complete) in [
            ("Agents", "AgentsComplete"),
            ("DAHDIShowChannels", "DAHDIShowChannelsComplete"),
            ("DBGet", "DBGetComplete"),
            ("PRIShowSpans", "PRIShowSpansComplete"),
            ("ParkedCalls", "ParkedCallsComplete"),
            ("Parkinglots", "ParkinglotsComplete"),
            ("QueueStatus", "QueueStatusComplete"),
            ("QueueSummary", "QueueSummaryComplete"),
            ("SIPpeerstatus", "SIPpeerstatusComplete"),
            ("Status", "StatusComplete"),
            ("VoicemailUsersList", "VoicemailUserEntryComplete"),
            ("IAXpeerlist", "PeerlistComplete"),
            ("WaitEvent", "WaitEventComplete"),
        ] {
            assert_eq!(list_end(action), Some(ListEnd::Complete(complete)), "{action}");
        }
    }

    #[test]
    fn every_list_that_servers_sent_ends_with_a_declared_event() {
        let captures: [&[u8]; 2] = [
            include_bytes!("../../../tests/data/asterisk-1.8.ami"),
            include_bytes!("../../../tests/data/asterisk-22.ami"),
        ];
        for capture in captures {
            let capture = String::from_utf8_lossy(capture);
            // Hangup by a pattern is no list by its name, and `AgentComplete` ends none.
            let ends = capture
                .lines()
                .filter_map(|line| line.strip_prefix("Event: "))
                .filter(|name| name.ends_with("Complete"))
                .filter(|name| !["ChannelsHungupListComplete", "AgentComplete"].contains(name));
            let ends: std::collections::BTreeSet<_> = ends.collect();
            assert!(ends.len() > 10, "{ends:?}");
            for name in ends {
                let declared = ENDS.iter().any(|ends| ends.lines().any(|line| line.split(' ').nth(1) == Some(name)));
                assert!(declared, "{name}");
            }
        }
    }

    #[test]
    fn no_mailbox_is_an_empty_list_and_not_a_list_without_end() {
        assert!(is_empty_list("voicemailuserslist", "There are no voicemail users currently defined."));
        assert!(!is_empty_list("VoicemailUsersList", "Voicemail user list will follow"));
        assert!(!is_empty_list("QueueStatus", "There is no queue"));
    }

    #[test]
    fn a_second_call_replaces_a_parameter_that_an_action_has_once() {
        let action = Action::from(QueuePause::new("PJSIP/1", true).queue("a").queue("b"));
        assert_eq!(action.iter().filter(|(name, _)| *name == "Queue").collect::<Vec<_>>(), [("Queue", "b")]);
    }

    #[test]
    fn a_typed_action_carries_its_id_and_the_wait_for_its_answer() {
        let action = Action::from(Ping::new().action_id("mine").timeout(Duration::from_secs(2)));
        assert_eq!(action.get("ActionID"), Some("mine"));
        assert_eq!(action.own_timeout(), Some(Duration::from_secs(2)));
    }
}
