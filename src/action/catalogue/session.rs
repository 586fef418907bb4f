//! The session itself: login, events, filters, ping, commands.

use std::time::Duration;

use crate::action::{Action, AuthType, EventMask, MatchMethod};

actions! {
    /// Logs the session in.
    ///
    /// The client's `login` does this, with a challenge where the link is not encrypted.
    Login(username: text = "Username") needs "none" in "1.0 and later"
        answers "a plain response; a refusal comes after a second, and then the server closes" {
        /// The secret and the key do not show in `Debug`.
        set auth_type: AuthType = "AuthType", "How the user proves who it is; plain by default.";
        set secret: text = "Secret", "The user's secret, for [`AuthType::Plain`].";
        set key: text = "Key", "The digest, for [`AuthType::Md5`]: MD5 of the challenge followed by the secret, in lower-case hex.";
        set events: mask = "Events", "Sets the event mask in the same step, so that no event comes between this and [`Events`].";
    }

    /// Asks for a challenge, which the key of an MD5 [`Login`] is made of.
    Challenge needs "none" in "1.0 and later" answers "a response with `Challenge`, digits" {}

    /// Ends the session.
    ///
    /// The client's `close` does this.
    Logoff() needs "none" in "1.0 and later" answers "a response with the status `Goodbye`; then the server closes" {}

    /// Asks the server whether it is there.
    Ping() needs "none" in "1.0 and later"
        answers "a response with `Ping: Pong` and `Timestamp`, the server's clock in seconds since 1970; 1.4 says `Response: Pong`" {}

    /// Sets which events this session is sent.
    ///
    /// With `brokeneventsaction=yes` in `manager.conf` the server does not answer this at all unless
    /// the mask is off, and the action ends in a timeout although it was carried out. Use
    /// [`Client::set_event_mask`](crate::Client::set_event_mask), which does not wait for that answer.
    Events(event_mask: mask = "EventMask") needs "none" in "1.0 and later" answers "a response with `Events`, `On` or `Off`" {
        /// # Examples
        ///
        /// ```
        /// use gami::action::{EventClass, EventMask, Events};
        ///
        /// let all = Events::new(EventMask::on());
        /// let some = Events::new([EventClass::Call, EventClass::Agent]);
        /// let none = Events::new("off");
        /// # let _ = (all, some, none);
        /// ```
    }

    /// Adds a filter: from then on only events that pass are sent to this session.
    ///
    /// With filters that include, an event must match one of them; with filters that exclude, it must
    /// match none. Filters cannot be removed and end with the connection.
    Filter needs "system" in "10 and later" answers "a plain response" {
        /// # Examples
        ///
        /// ```
        /// use gami::action::{Filter, MatchCriteria, MatchMethod};
        ///
        /// // A regular expression on the event's whole text.
        /// // What follows the name keeps `HangupRequest` out.
        /// let hangups = Filter::new("^Event: Hangup[^A-Za-z]");
        /// let no_variables = Filter::exclude("^Event: VarSet[^A-Za-z]");
        ///
        /// // Faster, where the server is new enough: one header of one event.
        /// let channels = Filter::new("PJSIP/")
        ///     .match_criteria(MatchCriteria::new().name("Newchannel").header("Channel").method(MatchMethod::StartsWith));
        /// # let _ = (hangups, no_variables, channels);
        /// ```
        set match_criteria: MatchCriteria = "MatchCriteria", "What is compared, and how (18.26, 20.11, 21.6, 22.1 and later; older servers take no notice).";
    }

    /// Shows the session's filters.
    ///
    /// Asterisk documented this action without ever building it in: expect `Invalid/unknown command`.
    FilterList() needs "none" in "none; documented in 16" answers "unknown" {}

    /// Sends nothing until an event occurs, for managers over HTTP.
    ///
    /// It blocks every other action of the session meanwhile. Over TCP events come by themselves, over
    /// [`Client::events`](crate::Client::events) also during this: there is no use for it, and its list is
    /// empty.
    WaitEvent needs "none" in "1.4 and later" lists "the events that waited, without its `ActionID`" completes "WaitEventComplete" {}

    /// Lists the actions that the user may call.
    ListCommands() needs "none" in "1.4 and later"
        answers "a response with one header an action: its name, and what it does with `(Priv: …)`" {}

    /// Runs a line of Asterisk's command line.
    ///
    /// Give up to Asterisk's 1,022 bytes a line. The client's `command` returns the text alone.
    Command(command: text = "Command") needs "command" in "1.0 and later"
        answers "a response whose [`output`](crate::Response::output) is the text; up to 13 a command that fails is a success" {}

    /// Sends a `UserEvent` to all sessions.
    ///
    /// The event carries this action's `ActionID` to all of them.
    UserEvent(user_event: text = "UserEvent") needs "user" in "1.4 and later" answers "a plain response" {
        /// # Examples
        ///
        /// ```
        /// use gami::action::UserEvent;
        ///
        /// let event = UserEvent::new("DoorOpened").header("Door", "front").header("Card", 4711);
        /// # let _ = event;
        /// ```
    }
}

impl Challenge {
    /// The action for an MD5 challenge, the only kind there is.
    pub fn new() -> Self {
        Self(Self::bare().with("AuthType", AuthType::Md5.to_string()))
    }
}

impl Default for Challenge {
    fn default() -> Self {
        Self::new()
    }
}

impl WaitEvent {
    /// Waits at most this long, in whole seconds; the client waits that much longer for the answer.
    pub fn new(timeout: Duration) -> Self {
        Self(Self::bare().with("Timeout", super::whole_seconds(timeout).to_string()))
    }
}

impl Filter {
    /// Includes the events that match: a regular expression on an event's whole text, or what
    /// [`Filter::match_criteria`] makes of it.
    ///
    /// In a regular expression a leading `!` excludes.
    pub fn new(filter: impl Into<String>) -> Self {
        Self(Self::add().with("Filter", filter.into()))
    }

    /// Excludes the events whose whole text matches a regular expression.
    pub fn exclude(regex: &str) -> Self {
        Self::new(format!("!{regex}"))
    }

    /// A filter without a text, by the event's name or the presence of a header alone.
    ///
    /// The criteria's method must be [`MatchMethod::None`], or not be set.
    pub fn criteria(criteria: MatchCriteria) -> Self {
        Self(Self::add().with("MatchCriteria", criteria.0))
    }

    fn add() -> Action {
        Self::bare().with("Operation", "Add".to_owned())
    }
}

impl UserEvent {
    /// Adds a header to the event; can be called again.
    pub fn header(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.0.push(Into::<String>::into(name), value.to_string());
        self
    }
}

/// What a [`Filter`] compares, and how.
///
/// Asterisk 18.26, 20.11, 21.6, 22.1 and later.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MatchCriteria(String);

impl MatchCriteria {
    /// Includes any event.
    pub fn new() -> Self {
        Self::default()
    }

    /// Excludes the events that match, in place of including them.
    pub fn exclude(self) -> Self {
        self.and("action", "exclude")
    }

    /// Only events of this name.
    pub fn name(self, event: &str) -> Self {
        self.and("name", event)
    }

    /// Compares the value of this header, in place of the event's whole text.
    pub fn header(self, header: &str) -> Self {
        self.and("header", header)
    }

    /// How the value is compared with the filter's text; as a regular expression by default.
    pub fn method(self, method: MatchMethod) -> Self {
        self.and("method", method.as_str())
    }

    fn and(mut self, what: &str, value: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0.push_str(what);
        self.0.push('(');
        self.0.push_str(value);
        self.0.push(')');
        self
    }
}

impl std::fmt::Display for MatchCriteria {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_secret_nor_key_of_a_login_is_shown() {
        let login = Login::new("admin").secret("hunter2").key("0123abcd");
        let shown = format!("{login:?} {:?}", Action::from(&login));
        assert!(!shown.contains("hunter2") && !shown.contains("0123abcd"), "{shown}");
        assert!(shown.contains("admin"));
        assert_eq!(Action::from(login).get("Secret"), Some("hunter2"));
    }

    #[test]
    fn criteria_are_joined_with_commas() {
        let criteria =
            MatchCriteria::new().exclude().name("Newexten").header("Channel").method(MatchMethod::StartsWith);
        assert_eq!(criteria.to_string(), "action(exclude),name(Newexten),header(Channel),method(starts_with)");
    }

    #[test]
    fn an_excluding_filter_begins_with_an_exclamation_mark() {
        assert_eq!(Action::from(Filter::exclude("Event: VarSet")).get("Filter"), Some("!Event: VarSet"));
    }
}
