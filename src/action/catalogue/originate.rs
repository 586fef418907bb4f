//! Calls that the server makes, and the actions that set variables as it does.

use std::time::Duration;

use super::assignment;
use crate::action::Action;

/// What Asterisk rings for where an [`Originate`] does not say.
const RING_TIME: Duration = Duration::from_secs(30);

actions! {
    /// Calls a channel and, once it is answered, connects it to an extension or an application.
    ///
    /// The client's `originate` sends this asynchronously and waits for its outcome, ring time included.
    /// Sent with `action` it is synchronous unless [`Originate::asynchronous`] is called, and blocks the
    /// server's side of the session meanwhile: no other action, event or ping gets through.
    ///
    /// How long it rings is [`Originate::ring_timeout`]. There is no `timeout` here, so that neither can
    /// be taken for the other.
    Originate[no_timeout](channel: text = "Channel") needs "originate; some applications need `system` as well" in "1.0 and later"
        answers "synchronously, a response when the call is answered or has failed, without the reason; \
            asynchronously, a response at once, and later the event `OriginateResponse` with `Reason` and `Uniqueid`" {
        /// # Examples
        ///
        /// Ring a phone for ten seconds, then connect it to extension 200:
        ///
        /// ```
        /// use gami::action::Originate;
        /// use std::time::Duration;
        ///
        /// let call = Originate::new("PJSIP/100")
        ///     .exten("internal", "200", 1)
        ///     .ring_timeout(Duration::from_secs(10))
        ///     .caller_id("Reception <200>")
        ///     .variable("TICKET", "4711")
        ///     .variable("NOTE", r#"commas, "quotes" and \ arrive intact"#);
        /// # let _ = call;
        /// ```
        ///
        /// Play a file to it instead:
        ///
        /// ```
        /// use gami::action::Originate;
        ///
        /// let call = Originate::new("PJSIP/100").application("Playback", "hello-world");
        /// # let _ = call;
        /// ```
        set ring_timeout: ms = "Timeout", "How long to let it ring, 30 seconds by default; sent in milliseconds. In Asterisk 22 zero means no limit.";
        set caller_id: text = "CallerID", "The caller id that the called side sees, such as `Alice <100>`.";
        set account: text = "Account", "The account code for the call's records.";
        set early_media: truth = "EarlyMedia", "Connects already on early media, before the answer.";
        set asynchronous: truth = "Async", "Answers at once and reports the outcome in an `OriginateResponse`; the client's `originate` sets it.";
        set codecs: text = "Codecs", "The codecs to offer, separated by commas.";
        set channel_id: text = "ChannelId", "The uniqueid of the new channel, at most 149 bytes (12 and later).";
        set other_channel_id: text = "OtherChannelId", "The uniqueid of the second half of a Local channel (12 and later).";
        set pre_dial_gosub: text = "PreDialGoSub", "Runs this subroutine, `context,exten,priority`, on the new channel before it is dialed (22 and later).";
    }

    /// Sends a text message outside any call.
    ///
    /// The recipient is a technology and an address, such as `pjsip:100` or `xmpp:alice@example.org`.
    MessageSend(to: text = "To") needs "message" in "11 and later" answers "a plain response, once the message was handed on" {
        set destination: text = "Destination", "Where it is sent, if that is not the recipient whom `To` names (16 and later).";
        set from: text = "From", "The sender.";
        set body: text = "Body", "The text, on one line; for more than one line use `base64_body`.";
        set base64_body: text = "Base64Body", "The text in base64, in place of `body`.";
    }

    /// Sends a NOTIFY to an endpoint, to a URI, or within the dialog of a channel.
    ///
    /// One of [`endpoint`](Self::endpoint), [`uri`](Self::uri) and [`channel`](Self::channel) is needed;
    /// either variables, one of them `Event`, or an option say what is sent.
    PJSIPNotify() needs "system" in "12 and later" answers "a plain response, when the NOTIFY is on its way" {
        /// # Examples
        ///
        /// ```
        /// use gami::action::PJSIPNotify;
        ///
        /// let resync = PJSIPNotify::new().endpoint("100").variable("Event", "check-sync;reboot=true");
        /// # let _ = resync;
        /// ```
        set endpoint: text = "Endpoint", "The endpoint, at all its contacts.";
        set uri: text = "URI", "The SIP URI.";
        set channel: text = "channel", "The channel in whose dialog the NOTIFY goes (16 and later).";
        set option: text = "Option", "A section of `pjsip_notify.conf` (22 and later).";
    }

    /// Sends a NOTIFY to a SIP peer of chan_sip.
    SIPnotify needs "system" in "1.8 to 20; removed with chan_sip" answers "a plain response" {
        set call_id: text = "Call-ID", "The dialog in which to send it (16 and later).";
    }
}

impl Originate {
    /// Connects the channel to an extension once it is answered.
    ///
    /// The priority is a number or a label.
    pub fn exten(mut self, context: impl Into<String>, exten: impl Into<String>, priority: impl ToString) -> Self {
        self.0.set("Context", Into::<String>::into(context));
        self.0.set("Exten", Into::<String>::into(exten));
        self.0.set("Priority", priority.to_string());
        self
    }

    /// Runs an application on the channel once it is answered, in place of an extension.
    ///
    /// The data are the application's arguments as in the dialplan, `""` for none.
    pub fn application(mut self, application: impl Into<String>, data: impl Into<String>) -> Self {
        self.0.set("Application", Into::<String>::into(application));
        self.0.set("Data", Into::<String>::into(data));
        self
    }

    /// How long it will ring.
    pub(crate) fn ring_time(&self) -> Duration {
        self.0.get("Timeout").and_then(|ms| ms.parse().ok()).map_or(RING_TIME, Duration::from_millis)
    }
}

impl SIPnotify {
    /// Notifies the peer with this variable, such as `Event` and `check-sync`.
    pub fn new(channel: impl Into<String>, name: &str, value: &str) -> Self {
        let channel: String = channel.into();
        Self(Self::bare().with("Channel", channel)).variable(name, value)
    }
}

macro_rules! variables {
    ($($name:ident: $what:literal;)*) => { $(
        impl $name {
            #[doc = $what]
            ///
            /// Can be called again. Any value arrives unchanged: what Asterisk would split or strip is
            /// escaped. Sent as one header `Variable` each.
            pub fn variable(mut self, name: &str, value: &str) -> Self {
                self.0.push("Variable", assignment(name, value));
                self
            }
        }
    )* };
}

variables! {
    Originate: "Sets a variable on the new channel; a name that begins with `_` is inherited by the channels that it dials, with `__` by theirs too.";
    MessageSend: "Sets a variable of the message; most become headers of it.";
    PJSIPNotify: "Adds a header to the NOTIFY; `Content` is a line of its body.";
    SIPnotify: "Adds a header to the NOTIFY; `Content` is a line of its body.";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(action: impl Into<Action>) -> Vec<String> {
        let action = action.into();
        action.iter().filter(|(name, _)| *name == "Variable").map(|(_, value)| value.to_owned()).collect()
    }

    #[test]
    fn each_variable_is_a_header_of_its_own_with_commas_quotes_and_backslashes_escaped() {
        let call = Originate::new("PJSIP/100").variable("A", "1,2").variable("B", r#"say "hi" \o/"#);
        assert_eq!(variables(call), [r"A=1\,2", r#"B=say \"hi\" \\o/"#]);
        assert_eq!(variables(SIPnotify::new("100", "Event", "a,b").variable("X", "y")), [r"Event=a\,b", "X=y"]);
        assert_eq!(variables(PJSIPNotify::new().variable("Event", "a;b=c")), ["Event=a;b=c"]);
    }

    #[test]
    fn rings_for_thirty_seconds_unless_told_otherwise() {
        let call = Originate::new("PJSIP/100");
        assert_eq!(call.ring_time(), Duration::from_secs(30));
        assert_eq!(call.ring_timeout(Duration::from_millis(2500)).ring_time(), Duration::from_millis(2500));
    }

    #[test]
    fn the_last_destination_of_an_extension_counts() {
        let call = Action::from(Originate::new("PJSIP/100").exten("a", "1", 1).exten("b", "2", "start"));
        assert_eq!(
            (call.get("Context"), call.get("Exten"), call.get("Priority")),
            (Some("b"), Some("2"), Some("start"))
        );
        assert_eq!(call.iter().count(), 4);
    }
}
