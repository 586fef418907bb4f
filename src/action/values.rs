//! The closed sets of values that parameters of actions take.

use std::fmt;
use std::str::FromStr;

use super::raw::{is_one_of, is_passed_over};
use crate::error::{Error, Result};

/// Where a text in any case stands among the values of a type.
fn place(text: &str, name: &'static str, values: &[&str]) -> Result<usize> {
    let place = values.iter().position(|value| value.eq_ignore_ascii_case(text));
    place.ok_or_else(|| Error::invalid(name, format!("cannot be {text:?}, only one of {}", values.join(", "))))
}

macro_rules! values {
    ($(
        $(#[$about:meta])*
        $name:ident { $($(#[$what:meta])* $variant:ident = $wire:literal,)* }
    )*) => { $(
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name { $($(#[$what])* $variant,)* }

        impl $name {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The value as it goes over the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = Error;

            /// Reads a value as it goes over the wire, in any case.
            fn from_str(text: &str) -> Result<Self> {
                place(text, stringify!($name), &[$($wire,)*]).map(|place| Self::ALL[place])
            }
        }
    )* };
}

values! {
    /// How a user proves who it is, for [`Login`](crate::action::Login).
    AuthType {
        /// With the secret itself.
        Plain = "plain",
        /// With a digest of the secret and the server's challenge.
        Md5 = "MD5",
    }

    /// A class of events, the privileges of `manager.conf`, for [`EventMask`].
    EventClass {
        /// The server's state: boot, reload, modules, registrations, alarms.
        System = "system",
        /// Channels, bridges and what happens on them.
        Call = "call",
        /// Lines of the log.
        Log = "log",
        /// Verbose messages.
        Verbose = "verbose",
        /// Command line commands.
        Command = "command",
        /// Queues and agents.
        Agent = "agent",
        /// `UserEvent` and what else users send.
        User = "user",
        /// Changes of the configuration.
        Config = "config",
        /// Digits.
        Dtmf = "dtmf",
        /// Quality and statistics, such as RTCP.
        Reporting = "reporting",
        /// Call detail records.
        Cdr = "cdr",
        /// `VarSet` and `Newexten`.
        Dialplan = "dialplan",
        /// Originated calls.
        Originate = "originate",
        /// AGI commands.
        Agi = "agi",
        /// Call completion.
        Cc = "cc",
        /// Advice of charge.
        Aoc = "aoc",
        /// Asterisk's own tests.
        Test = "test",
        /// Logins, refused requests and other matters of security.
        Security = "security",
        /// Text messages outside calls.
        Message = "message",
    }

    /// How [`MatchCriteria`](crate::action::MatchCriteria) compares a header, or the whole event, with the filter's text.
    MatchMethod {
        /// The text is a regular expression.
        Regex = "regex",
        /// The value is the text.
        Exact = "exact",
        /// The value begins with the text.
        StartsWith = "starts_with",
        /// The value ends with the text.
        EndsWith = "ends_with",
        /// The text stands in the value.
        Contains = "contains",
        /// No text is compared: the event's name, or the presence of the header, decides.
        None = "none",
    }

    /// What [`Bridge`](crate::action::Bridge) plays a tone to.
    BridgeTone {
        /// No tone.
        No = "no",
        /// The first channel hears it.
        Channel1 = "Channel1",
        /// The second channel hears it.
        Channel2 = "Channel2",
        /// Both hear it.
        Both = "Both",
    }

    /// What to do with a playback, for [`ControlPlayback`](crate::action::ControlPlayback).
    PlaybackControl {
        /// Ends it.
        Stop = "stop",
        /// Skips forward.
        Forward = "forward",
        /// Skips back.
        Reverse = "reverse",
        /// Halts it, or lets it go on.
        Pause = "pause",
        /// Begins anew.
        Restart = "restart",
    }

    /// Which audio of a channel [`MuteAudio`](crate::action::MuteAudio) mutes.
    AudioDirection {
        /// What comes from the channel.
        In = "in",
        /// What goes to the channel.
        Out = "out",
        /// Both ways.
        All = "all",
    }

    /// Which audio of a recording [`MixMonitorMute`](crate::action::MixMonitorMute) mutes.
    MonitorDirection {
        /// What comes from the channel.
        Read = "read",
        /// What goes to the channel.
        Write = "write",
        /// Both ways.
        Both = "both",
    }

    /// What [`ModuleLoad`](crate::action::ModuleLoad) does with a module.
    LoadType {
        /// Loads it.
        Load = "load",
        /// Unloads it.
        Unload = "unload",
        /// Makes it read its configuration again.
        Reload = "reload",
        /// Unloads it and loads it again (from 18).
        Refresh = "refresh",
    }

    /// How much [`PRIDebugSet`](crate::action::PRIDebugSet) prints.
    PriDebugLevel {
        /// Nothing.
        Off = "off",
        /// Decoded messages.
        On = "on",
        /// Decoded messages and raw bytes.
        Hex = "hex",
        /// As `hex`, and the timers and states of the link.
        Intense = "intense",
    }

    /// The kind of an advice of charge, for [`AOCMessage`](crate::action::AOCMessage).
    AocMessageType {
        /// AOC-S, the rates, before the call.
        S = "S",
        /// AOC-D, the charge so far, during the call.
        D = "D",
        /// AOC-E, the charge, at the end of the call.
        E = "E",
    }

    /// What an AOC-D or AOC-E message charges.
    ///
    /// For [`AOCMessage`](crate::action::AOCMessage).
    AocChargeType {
        /// The charge is not available.
        NotAvailable = "NA",
        /// The call is free.
        Free = "FREE",
        /// An amount of money.
        Currency = "Currency",
        /// A number of units.
        Unit = "Unit",
    }

    /// What a currency amount is multiplied with.
    ///
    /// For [`AOCMessage`](crate::action::AOCMessage).
    AocMultiplier {
        /// 0.001
        OneThousandth = "OneThousandth",
        /// 0.01
        OneHundredth = "OneHundredth",
        /// 0.1
        OneTenth = "OneTenth",
        /// 1
        One = "One",
        /// 10
        Ten = "Ten",
        /// 100
        Hundred = "Hundred",
        /// 1,000
        Thousand = "Thousand",
    }

    /// Whether the charge of an AOC-D message is the sum so far or a part of it.
    ///
    /// For [`AOCMessage`](crate::action::AOCMessage).
    AocTotalType {
        /// The sum so far.
        Total = "Total",
        /// A part of it.
        SubTotal = "SubTotal",
    }

    /// Why a call is charged. AOC-D messages know only the first three.
    ///
    /// For [`AOCMessage`](crate::action::AOCMessage).
    AocBillingId {
        /// An ordinary call.
        Normal = "Normal",
        /// The called party pays.
        ReverseCharge = "ReverseCharge",
        /// A credit card pays.
        CreditCard = "CreditCard",
        /// Unconditional forwarding.
        CallFwdUnconditional = "CallFwdUnconditional",
        /// Forwarding on busy.
        CallFwdBusy = "CallFwdBusy",
        /// Forwarding on no reply.
        CallFwdNoReply = "CallFwdNoReply",
        /// Deflection.
        CallDeflection = "CallDeflection",
        /// Transfer.
        CallTransfer = "CallTransfer",
    }

    /// Which part of a call an entry of an AOC-S message charges.
    ///
    /// For [`AOCMessage`](crate::action::AOCMessage).
    AocChargedItem {
        /// Not available.
        NotAvailable = "NA",
        /// As specially arranged.
        SpecialArrangement = "SpecialArrangement",
        /// The time after the call was answered.
        BasicCommunication = "BasicCommunication",
        /// The attempt to call.
        CallAttempt = "CallAttempt",
        /// The call's successful set-up.
        CallSetup = "CallSetup",
        /// Information sent from user to user.
        UserUserInfo = "UserUserInfo",
        /// A supplementary service.
        SupplementaryService = "SupplementaryService",
    }

    /// How an entry of an AOC-S message is charged.
    ///
    /// For [`AOCMessage`](crate::action::AOCMessage).
    AocRateType {
        /// Not available.
        NotAvailable = "NA",
        /// Free.
        Free = "Free",
        /// Free from the beginning.
        FreeFromBeginning = "FreeFromBeginning",
        /// By the time.
        Duration = "Duration",
        /// A flat amount.
        Flat = "Flat",
        /// By the volume.
        Volume = "Volume",
        /// By a special charging code.
        SpecialCode = "SpecialCode",
    }

    /// The unit of a time in an AOC-S message.
    ///
    /// For [`AOCMessage`](crate::action::AOCMessage).
    AocTimeScale {
        /// 10 milliseconds.
        OneHundredthSecond = "OneHundredthSecond",
        /// 100 milliseconds.
        OneTenthSecond = "OneTenthSecond",
        /// A second.
        Second = "Second",
        /// Ten seconds.
        TenSeconds = "TenSeconds",
        /// A minute.
        Minute = "Minute",
        /// An hour.
        Hour = "Hour",
        /// A day.
        Day = "Day",
    }

    /// How a charge by the time grows.
    ///
    /// For [`AOCMessage`](crate::action::AOCMessage).
    AocChargingType {
        /// Continuously.
        ContinuousCharging = "ContinuousCharging",
        /// In steps.
        StepFunction = "StepFunction",
    }

    /// The unit of a volume in an AOC-S message.
    ///
    /// For [`AOCMessage`](crate::action::AOCMessage).
    AocVolumeUnit {
        /// Bytes.
        Octet = "Octet",
        /// Segments.
        Segment = "Segment",
        /// Messages.
        Message = "Message",
    }
}

/// Which events a session is sent, for [`Events`](crate::action::Events) and
/// [`Login::events`](crate::action::Login::events).
///
/// A session is sent only what its user may read, whatever the mask.
///
/// # Examples
///
/// ```
/// use gami::action::{EventClass, EventMask};
///
/// let mask = EventMask::classes([EventClass::Call, EventClass::Agent]);
/// assert_eq!(mask.to_string(), "call,agent");
/// assert_eq!(EventMask::from("on"), EventMask::on());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventMask(String);

impl EventMask {
    /// All events that the user may read.
    pub fn on() -> Self {
        Self("on".into())
    }

    /// No events; the events that answer an action come all the same.
    pub fn off() -> Self {
        Self("off".into())
    }

    /// The events of these classes; of none at all, that is [`EventMask::off`].
    pub fn classes(classes: impl IntoIterator<Item = EventClass>) -> Self {
        let names: Vec<_> = classes.into_iter().map(EventClass::as_str).collect();
        // The server refuses an empty mask.
        if names.is_empty() {
            return Self::off();
        }
        Self(names.join(","))
    }

    /// The mask as it goes over the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A mask that was sent as it is.
    pub(crate) fn as_sent(mask: &str) -> Self {
        Self(mask.to_owned())
    }

    /// Whether a server that has been told the mask sends the events of a class.
    ///
    /// A server reads `on` and its like in any case, names in lower case alone, and blanks only before the whole as
    /// none of it. A name that another follows stands for each class that begins with it (tried on 16 and 22).
    pub(crate) fn lets_through(&self, class: EventClass) -> bool {
        let mask = self.0.trim_start_matches(is_passed_over);
        if let Some(bits) = number(mask) {
            return bits & class.bit() != 0;
        }
        // A login with an empty mask is one without.
        if mask.is_empty() || is_one_of(mask, &ON) {
            return true;
        }
        let names = ["all", class.as_str()];
        let (before, last) = mask.rsplit_once(',').map_or((None, mask), |(before, last)| (Some(before), last));
        let begins = |word: &str| names.iter().any(|name| name.starts_with(word));
        names.contains(&last) || before.is_some_and(|before| before.split(',').any(begins))
    }

    /// The first word in it that no server knows: a server would take such a mask, and pass over the word.
    pub(crate) fn unknown_word(&self) -> Option<&str> {
        let mask = self.0.as_str();
        if number(mask).is_some() || is_one_of(mask, &ON) || is_one_of(mask, &OFF) {
            return None;
        }
        let is_known =
            |word: &str| ["all", "none"].contains(&word) || EventClass::ALL.iter().any(|class| class.as_str() == word);
        mask.split(',').find(|word| !is_known(word))
    }
}

const ON: [&str; 5] = ["on", "yes", "y", "true", "t"];
const OFF: [&str; 5] = ["off", "no", "n", "false", "f"];

fn number(mask: &str) -> Option<u64> {
    mask.parse().ok().filter(|_| mask.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The words of a mask as a server understands them, in lower case and without blanks around them.
fn put_right(mask: &str) -> String {
    let words: Vec<_> = mask.split(',').map(|word| word.trim_matches(is_passed_over)).collect();
    words.join(",").to_ascii_lowercase()
}

impl EventClass {
    /// Its bit in a mask that is a number. That of `hookresponse`, which no event has, lies between `Agi` and `Cc`.
    fn bit(self) -> u64 {
        1 << (self as u32 + u32::from(self as u32 >= Self::Cc as u32))
    }
}

impl fmt::Display for EventMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<EventClass> for EventMask {
    fn from(class: EventClass) -> Self {
        Self::classes([class])
    }
}

impl<const N: usize> From<[EventClass; N]> for EventMask {
    fn from(classes: [EventClass; N]) -> Self {
        Self::classes(classes)
    }
}

impl From<&str> for EventMask {
    /// A mask as the server reads it: `on`, `off`, a number, or names of classes separated by commas.
    ///
    /// Capital letters and blanks around a name are put right, for a server would pass over such a name.
    fn from(mask: &str) -> Self {
        Self(put_right(mask))
    }
}

impl From<String> for EventMask {
    /// As from `&str`.
    fn from(mask: String) -> Self {
        Self::from(mask.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_are_sent_in_any_case_and_fill_a_column() {
        assert_eq!("agent".parse::<EventClass>().unwrap(), EventClass::Agent);
        assert_eq!("starts_WITH".parse::<MatchMethod>().unwrap(), MatchMethod::StartsWith);
        for value in AocTimeScale::ALL {
            assert_eq!(value.to_string().parse::<AocTimeScale>().unwrap(), *value);
        }
        let error = "loud".parse::<AuthType>().unwrap_err().to_string();
        assert!(error.contains("\"loud\"") && error.contains("plain, MD5"), "{error}");
        assert_eq!(format!("{:>5}|{:<5}|", EventClass::Cc, EventMask::off()), "   cc|off  |");
    }

    #[test]
    fn a_mask_of_no_classes_is_off_and_not_empty() {
        assert_eq!(EventMask::classes([]), EventMask::off());
        assert_eq!(EventMask::from([EventClass::Call, EventClass::Cdr]).as_str(), "call,cdr");
    }

    #[test]
    fn a_mask_lets_its_classes_through() {
        let lets = |mask: &str, class: EventClass| EventMask::from(mask).lets_through(class);
        for mask in ["on", "ALL", " 4294967295", "agent, call", "call,agent", "2", "Call", ""] {
            assert!(lets(mask, EventClass::Call), "{mask}");
        }
        for mask in ["off", "0", "1", "calls", "agent"] {
            assert!(!lets(mask, EventClass::Call), "{mask}");
        }
        assert!(lets("32768", EventClass::Cc) && !lets("16384", EventClass::Cc));
        assert!(lets("524288", EventClass::Message));
    }

    #[test]
    fn a_mask_that_was_sent_as_it_is_lets_through_what_a_server_makes_of_it() {
        // What Asterisk 16 and 22 sent after a login with each.
        for (mask, system, user) in [
            ("YES", true, true),
            ("ALL", false, false),
            ("call,all", true, true),
            ("call,on", false, false),
            ("USER", false, false),
            ("user ", false, false),
            (" user", false, true),
            ("\x01user", false, true),
            ("\x02on", true, true),
            ("system, user", true, false),
            ("call ,user", false, true),
            ("off,user", false, true),
            ("user,x", false, true),
            ("us,x", false, true),
            ("a,x", true, true),
            ("userx,call", false, false),
            ("call,,user", true, true),
            ("user,", false, true),
            ("call,", false, false),
            (",call", true, true),
            ("192 ", false, false),
            ("+192", false, false),
            ("192", false, true),
        ] {
            let sent = EventMask::as_sent(mask);
            let seen = (sent.lets_through(EventClass::System), sent.lets_through(EventClass::User));
            assert_eq!(seen, (system, user), "{mask:?}");
        }
    }

    #[test]
    fn a_mask_is_written_as_a_server_reads_it() {
        assert_eq!(EventMask::from(" Call,\tagent ").as_str(), "call,agent");
        assert_eq!(EventMask::from("ON"), EventMask::on());
        for (mask, unknown) in [("call agent", "call agent"), ("call,on", "on"), ("call,", ""), ("+192", "+192")] {
            assert_eq!(EventMask::from(mask).unknown_word(), Some(unknown), "{mask:?}");
        }
    }
}
