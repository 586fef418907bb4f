//! The server itself: start, stop, modules, hardware, events of the user's own.

use super::prelude::*;

events! {
    /// Sent once when Asterisk has started, and to each client that logs in afterwards.
    ///
    /// A client whose event mask lacks `system` never gets it: do not wait for it after a login.
    ///
    /// Class `system`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`Shutdown`].
    FullyBooted {
        /// `Fully Booted`.
        status: Text["Status"],
        /// How long Asterisk has run. Asterisk 16 and later.
        uptime: Seconds["Uptime"],
        /// How long ago Asterisk was last reloaded. Asterisk 16 and later.
        last_reload: Seconds["LastReload"],
    }

    /// Sent when Asterisk stops or starts anew; the link closes soon after.
    ///
    /// Class `system`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`FullyBooted`].
    Shutdown {
        /// Whether calls were let end before.
        shutdown: ShutdownKind<'a>["Shutdown"],
        /// Whether Asterisk starts again.
        restart: Flag["Restart"],
    }

    /// Sent when a module is reloaded, or the whole of Asterisk.
    ///
    /// Class `system`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`Load`] and [`Unload`].
    Reload {
        /// The module, or `All`.
        module: Text["Module"],
        /// Asterisk 12 and later: 0 done, 1 queued, 2 no such module, 3 error, 4 a reload is running already, 5 the
        /// module has not started, 6 it cannot be reloaded. Before, `Enabled` or `Disabled`.
        status: Text["Status"],
        /// Asterisk 1.8 and 11.
        message: Text["Message"],
    }

    /// Sent when somebody loads a module.
    ///
    /// Class `system`. Asterisk 12 to 23.
    ///
    /// Goes with [`Unload`] and [`Reload`].
    Load {
        /// The module, such as `app_queue.so`.
        module: Text["Module"],
        /// What became of it.
        status: ModuleStatus<'a>["Status"],
    }

    /// Sent when somebody unloads a module.
    ///
    /// Class `system`. Asterisk 12 to 23.
    ///
    /// Goes with [`Load`] and [`Reload`].
    Unload {
        /// The module, such as `app_queue.so`.
        module: Text["Module"],
        /// What became of it.
        status: ModuleStatus<'a>["Status"],
    }

    /// Sent when Asterisk has loaded its modules at the start.
    ///
    /// Class `system`. Asterisk 1.8 and 11.
    ///
    /// Goes with [`FullyBooted`].
    ModuleLoadReport {
        /// `Done`.
        module_load_status: Text["ModuleLoadStatus"],
        /// `Preload` for those that come first, `All` for the rest.
        module_selection: Text["ModuleSelection"],
        /// The modules that were loaded.
        module_count: u32["ModuleCount"],
    }

    /// Sent when a log is opened anew or can no longer be written.
    ///
    /// Class `system`. Asterisk 1.8 to 23.
    LogChannel {
        /// The log, such as a file's name; no channel of a call.
        channel: Text["Channel"],
        /// Whether the log is written.
        enabled: Flag["Enabled"],
        /// Why it is not, as `errno - text`.
        reason: Text["Reason"],
    }

    /// Sent when a lock has been held for so long that Asterisk takes it for a deadlock.
    ///
    /// Class `system`. Asterisk 16 to 23, from 16.29, 18.15 and 19.7 on, if built with `DETECT_DEADLOCKS`.
    DeadlockStart {
        /// The lock.
        mutex: Text["Mutex"],
    }

    /// Sent when a session is closed.
    ///
    /// Class `shutdown`. Asterisk 11.
    CloseSession {
        /// The session that was closed.
        close_session: Text["CloseSession"],
    }

    /// Sent when a call of `chan_sip` is ended because its session or its audio timed out.
    ///
    /// Class `call`. Asterisk 11 to 20.
    ///
    /// Goes with [`Hangup`](crate::event::Hangup).
    SessionTimeout {
        channel: group ChannelSnapshot[""],
        /// What timed out: the sound or the session.
        source: TimeoutSource<'a>["Source"],
    }

    /// Sent when a DAHDI channel goes into alarm.
    ///
    /// Class `system`. Asterisk 1.8 to 23, with DAHDI.
    ///
    /// Goes with [`AlarmClear`]. The action [`DAHDIShowChannels`](crate::action::DAHDIShowChannels) tells what is so
    /// now.
    Alarm {
        /// The channel, by name or number.
        dahdi_channel: Text["DAHDIChannel" | "Channel"],
        /// What is wrong, such as `Red Alarm`.
        alarm: Text["Alarm"],
    }

    /// Sent when the alarm of a DAHDI channel is over.
    ///
    /// Class `system`. Asterisk 1.8 to 23, with DAHDI.
    ///
    /// Goes with [`Alarm`]. The action [`DAHDIShowChannels`](crate::action::DAHDIShowChannels) tells what is so now.
    AlarmClear {
        /// The channel, by name or number.
        dahdi_channel: Text["DAHDIChannel" | "Channel"],
    }

    /// Sent when a DAHDI span goes into alarm.
    ///
    /// Class `system`. Asterisk 1.8 to 23, with DAHDI.
    ///
    /// Goes with [`SpanAlarmClear`]. The action [`DAHDIShowStatus`](crate::action::DAHDIShowStatus) tells what is so
    /// now.
    SpanAlarm {
        /// The span's number, from 1.
        span: u32["Span"],
        /// What is wrong, such as `Red Alarm`.
        alarm: Text["Alarm"],
    }

    /// Sent when the alarm of a DAHDI span is over.
    ///
    /// Class `system`. Asterisk 1.8 to 23, with DAHDI.
    ///
    /// Goes with [`SpanAlarm`]. The action [`DAHDIShowStatus`](crate::action::DAHDIShowStatus) tells what is so now.
    SpanAlarmClear {
        /// The span's number, from 1.
        span: u32["Span"],
    }

    /// Sent when a channel is given a DAHDI channel to run over.
    ///
    /// Class `call`. Asterisk 1.8 to 23, with DAHDI.
    ///
    /// Goes with [`Newchannel`](crate::event::Newchannel). The action
    /// [`DAHDIShowChannels`](crate::action::DAHDIShowChannels) tells what is so now.
    DAHDIChannel {
        channel: group ChannelSnapshot[""],
        /// The groups of the DAHDI channel, a bit each.
        dahdi_group: u64["DAHDIGroup"],
        /// The span of the DAHDI channel, from 1.
        dahdi_span: u32["DAHDISpan"],
        /// The number of the DAHDI channel, or another name for one that has none.
        dahdi_channel: Text["DAHDIChannel"],
    }

    /// Sent when a mobile phone of `chan_mobile` connects or disconnects.
    ///
    /// Class `system`. Asterisk 1.8 and later, with `chan_mobile`.
    ///
    /// Goes with [`PeerStatus`](crate::event::PeerStatus).
    MobileStatus {
        /// `Connect`, `Disconnect` or `Initialize`.
        status: Text["Status"],
        /// The phone as `mobile.conf` names it.
        device: Text["Device"],
    }

    /// Sent by the application `UserEvent` of the dialplan, and by the action of that name of any client.
    ///
    /// Its own headers are whatever the sender made them: read them from `raw`, the event as it came. Their sender
    /// can forge any header, `ActionID` included.
    ///
    /// Class `user`. Asterisk 1.8 to 23.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::event::Typed;
    /// use gami::{packet::Packet, Event};
    ///
    /// let event = Event::from(Packet::new(b"Event: UserEvent\r\nUserEvent: Door\r\nFloor: 3\r\n"));
    /// match event.typed() {
    ///     Typed::UserEvent(e) if e.user_event == "Door" => assert_eq!(e.raw.get("Floor"), Some("3")),
    ///     other => panic!("{other:?}"),
    /// }
    /// ```
    UserEvent {
        /// The name that the sender gave the event.
        user_event: Text["UserEvent"],
        /// The channel in whose dialplan it was sent. Of an event that a client sent, what the client put into headers
        /// of these names: mostly nothing.
        channel: group ChannelSnapshot[""],
    }

    /// Sent for Asterisk's own tests when something happens that they wait for.
    ///
    /// What is in it depends on `state`.
    ///
    /// Class `test` up to Asterisk 11, then `reporting`. Asterisk 1.8 to 23, if built with `TEST_FRAMEWORK`.
    TestEvent {
        /// `StateChange` or `Assert`.
        kind: Text["Type"],
        /// What happened, such as `PLAYBACK`.
        state: Text["State"],
        /// Where in Asterisk's source.
        app_file: Text["AppFile"],
        /// The function of Asterisk's source that tells it.
        app_function: Text["AppFunction"],
        /// The line of that source.
        app_line: u32["AppLine"],
        /// What was asserted.
        expression: Text["Expression"],
        /// The channel that it is about.
        channel: Text["Channel"],
        /// The id of the call in a feature's test.
        call_id: Text["CallID"],
        /// The id of the call before.
        prior_call_id: Text["PriorCallID"],
        /// The sound that is played.
        message: Text["Message"],
        /// The conference that it is about.
        conference: Text["Conference"],
        /// The state before.
        old_state: Text["OldState"],
        /// The state from now on.
        new_state: Text["NewState"],
        /// The mode that was set.
        mode: Text["Mode"],
        /// The identifier of the contact that was asked whether it is there.
        contact: Text["Contact"],
        /// What was told of it.
        status: Text["Status"],
        /// How long the contact took to answer.
        rtt: Micros["RTT"],
        /// The address of record that it is about.
        aor: Text["AOR"],
        /// The endpoint that it is about.
        endpoint: Text["Endpoint"],
        /// How long the contact registers for.
        expiration: Seconds["Expiration"],
        /// What the phone says of itself.
        user_agent: Text["UserAgent"],
        /// The realm of an authentication.
        realm: Text["Realm"],
        /// The user of an authentication.
        username: Text["Username"],
        /// The feature that a tone asked for, such as `atxfer`.
        feature: Text["Feature"],
        /// How it went.
        result: Text["Result"],
        /// How many times the transferer has dialled.
        attempt: u32["Attempt"],
        /// What the transferer dialled.
        dialled: Text["Dialled"],
        /// What a tone did to a playback.
        control: Text["Control"],
        /// The extension that is watched.
        resource: Text["Resource"],
        /// The state of the subscription in words.
        state_text: Text["StateText"],
        /// How many there are.
        count: u32["Count"],
        /// What hangs on the channel, or the address that audio comes from.
        source: Text["Source"],
        /// The port that is used.
        port: u32["Port"],
    }
}
