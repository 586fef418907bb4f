//! Items and ends of lists that belong to no other topic.

use super::prelude::*;

events! {
    /// A value from Asterisk's database, what the action [`DBGet`](crate::action::DBGet) asks for.
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23.
    DBGetResponse {
        /// The entry's family, the part before its key.
        family: Text["Family"],
        /// The entry's key within its family.
        key: Text["Key"],
        /// The value; a colon in it is part of it.
        val: Text["Val"],
    }

    /// Ends the list of the action [`DBGet`](crate::action::DBGet).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23; up to 13.1 this event alone ends the list,
    /// without `EventList`.
    DBGetComplete {
        list: group ListEnd[""],
    }

    /// A value from Asterisk's database, in the list of the action [`DBGetTree`](crate::action::DBGetTree).
    ///
    /// Sent only in answer to an action; no class. Asterisk 16 to 23, from 16.28, 18.14 and 19.6 on.
    DBGetTreeResponse {
        /// The family and the key in it, joined by `/`.
        key: Text["Key"],
        /// The value; a colon in it is part of it.
        val: Text["Val"],
    }

    /// Ends the list of the action [`DBGetTree`](crate::action::DBGetTree).
    ///
    /// Sent only in answer to an action; no class. Asterisk 16 to 23, from 16.28, 18.14 and 19.6 on.
    DBGetTreeComplete {
        list: group ListEnd[""],
    }

    /// A line of the dialplan, in the list of the action [`ShowDialPlan`](crate::action::ShowDialPlan).
    ///
    /// A line is a step of an extension, an included context, a switch or a pattern to ignore.
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23.
    ListDialplan {
        /// The context that the line belongs to.
        context: Text["Context"],
        /// The extension, which may be a pattern such as `_X.`; empty for what is no step.
        extension: Text["Extension"],
        /// The label of the step.
        extension_label: Text["ExtensionLabel"],
        /// The number of the step, or `hint`.
        priority: Text["Priority"],
        /// The application of the step.
        application: Text["Application"],
        /// The application's arguments.
        app_data: Text["AppData"],
        /// Who put the line into the dialplan, such as `pbx_config`.
        registrar: Text["Registrar"],
        /// The context that is included.
        include_context: Text["IncludeContext"],
        /// The switch, as `name/data`.
        switch: Text["Switch"],
        /// The pattern after which the dial tone goes on.
        ignore_pattern: Text["IgnorePattern"],
    }

    /// Ends the list of the action [`ShowDialPlan`](crate::action::ShowDialPlan).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23.
    ShowDialPlanComplete {
        list: group ListEnd[""],
        /// The extensions that were listed.
        list_extensions: u32["ListExtensions"],
        /// The steps that were listed.
        list_priorities: u32["ListPriorities"],
        /// The contexts that were listed.
        list_contexts: u32["ListContexts"],
    }

    /// A DAHDI channel, in the list of the action [`DAHDIShowChannels`](crate::action::DAHDIShowChannels).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23, with DAHDI.
    DAHDIShowChannels {
        /// The number of the DAHDI channel.
        dahdi_channel: u32["DAHDIChannel"],
        /// The channel that runs over it; absent if there is none.
        channel: Text["Channel"],
        /// The `uniqueid` of that channel.
        uniqueid: Text["Uniqueid"],
        /// The account code of that channel.
        account_code: Text["AccountCode"],
        /// The signalling in words, such as `FXO Kewlstart`.
        signalling: Text["Signalling"],
        /// The signalling as a number.
        signalling_code: i32["SignallingCode"],
        /// The context that incoming calls of the channel run in.
        context: Text["Context"],
        /// Whether the channel is not to be disturbed.
        dnd: Flag["DND"],
        /// What is wrong, such as `Red Alarm`; `No Alarm` if nothing is.
        alarm: Text["Alarm"],
        /// What the configuration calls the channel. Late versions.
        description: Text["Description"],
    }

    /// Ends the list of the action [`DAHDIShowChannels`](crate::action::DAHDIShowChannels).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23, with DAHDI; up to 13.1 this event alone ends the
    /// list, without `EventList`.
    DAHDIShowChannelsComplete {
        /// How many channels there are.
        items: u32["Items"],
        list: group ListEnd[""],
    }

    /// A DAHDI span with its alarms and counters, in the list of the action
    /// [`DAHDIShowStatus`](crate::action::DAHDIShowStatus).
    ///
    /// Sent only in answer to an action; no class. Asterisk 18 to 23, from 18.23, 20.8 and 21.3 on, with DAHDI.
    DAHDIShowStatus {
        /// The span's number, from 1.
        span: u32["Span"],
        /// The span's name, as its driver gives it.
        description: Text["Description"],
        /// Such as `OK`, `RED` or `BLU/YEL`; `UNCONFIGURED` for a span without channels.
        alarms: Text["Alarms"],
        /// The interrupts that were missed.
        irq: u32["IRQ"],
        /// The bipolar violations.
        bpviol: u32["bpviol"],
        /// The CRC errors.
        crc: u32["CRC"],
        /// `D4`, `ESF`, `CCS` or `CAS`.
        framing: Text["Framing"],
        /// `B8ZS`, `HDB3`, `AMI` or `Unk` for an unknown one.
        coding: Text["Coding"],
        /// `CRC4`, `YEL`, both with a slash between them, or nothing.
        options: Text["Options"],
        /// The line build-out: how much the signal is damped or strengthened for the length of the line.
        lbo: Text["LBO"],
    }

    /// Ends the list of the action [`DAHDIShowStatus`](crate::action::DAHDIShowStatus).
    ///
    /// Sent only in answer to an action; no class. Asterisk 18 to 23, from 18.23, 20.8 and 21.3 on, with DAHDI.
    DAHDIShowStatusComplete {
        /// How many spans there are.
        items: u32["Items"],
        list: group ListEnd[""],
    }

    /// A D-channel of an ISDN span, in the list of the action [`PRIShowSpans`](crate::action::PRIShowSpans).
    ///
    /// Sent only in answer to an action; no class. Asterisk 10 to 23, with DAHDI and ISDN.
    PRIShowSpans {
        /// The span's number, from 1.
        span: u32["Span"],
        /// The number of the DAHDI channel that is the D-channel.
        d_channel: u32["DChannel"],
        /// `Primary` or `Secondary`.
        order: Text["Order"],
        /// Whether the span uses this D-channel.
        active: Flag["Active"],
        /// Whether the D-channel is in alarm.
        alarm: Flag["Alarm"],
        /// Whether the D-channel is up.
        up: Flag["Up"],
    }

    /// Ends the list of the action [`PRIShowSpans`](crate::action::PRIShowSpans).
    ///
    /// Sent only in answer to an action; no class. Asterisk 10 to 23, with DAHDI and ISDN; up to 13.1 this event alone
    /// ends the list, without `EventList`.
    PRIShowSpansComplete {
        /// How many D-channels there are.
        items: u32["Items"],
        list: group ListEnd[""],
    }

    /// Ends what the action [`WaitEvent`](crate::action::WaitEvent) waited for.
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23, never with `EventList`.
    WaitEventComplete {}
}
