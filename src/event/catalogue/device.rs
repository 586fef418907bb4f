//! The states of devices, extensions, people and mailboxes.

use super::prelude::*;

groups! {
    /// A mailbox with its settings.
    ///
    /// In [`VoicemailUserDetail`] and [`VoicemailUserEntry`].
    VoicemailUser {
        /// The context of `voicemail.conf` that the mailbox is in.
        vm_context: Text["VMContext"],
        /// The mailbox's number, without its context.
        voice_mailbox: Text["VoiceMailbox"],
        /// The owner's name.
        fullname: Text["Fullname"],
        /// Where new messages are told by mail; empty for nowhere.
        email: Text["Email"],
        /// Where new messages are told in short; empty for nowhere.
        pager: Text["Pager"],
        /// The sender of the mails.
        server_email: Text["ServerEmail"],
        /// The name of the sender of the mails. Late versions.
        from_string: Text["FromString"],
        /// The command that sends the mails.
        mail_command: Text["MailCommand"],
        /// The language of the prompts.
        language: Text["Language"],
        /// The time zone in which times are said, a name of `[zonemessages]`.
        time_zone: Text["TimeZone"],
        /// The context from which the mailbox's owner can call back the sender of a message.
        callback: Text["Callback"],
        /// The context from which the mailbox's owner can call out.
        dialout: Text["Dialout"],
        /// The owner's id in a realtime database.
        uniqueid: Text["UniqueID"],
        /// The context to which a caller goes who leaves the mailbox with `*` or `0`.
        exit_context: Text["ExitContext"],
        /// How long a message must be for its length to be said; in minutes.
        say_duration_minimum: u32["SayDurationMinimum"],
        /// Whether date and time are said before a message.
        say_envelope: Flag["SayEnvelope"],
        /// Whether the caller's number is said before a message.
        say_cid: Flag["SayCID"],
        /// Whether mails have the message with them.
        attach_message: Flag["AttachMessage"],
        /// The format of the message that goes with a mail.
        attachment_format: Text["AttachmentFormat"],
        /// Whether a message is deleted once it is sent by mail.
        delete_message: Flag["DeleteMessage"],
        /// How much louder a recording is made for the mail, in decibels.
        volume_gain: f64["VolumeGain"],
        /// Whether callers may listen to their message before it is kept.
        can_review: Flag["CanReview"],
        /// Whether a caller can mark a message as urgent. Late versions.
        can_mark_urgent: Flag["CanMarkUrgent"],
        /// Whether a caller can reach the operator.
        call_operator: Flag["CallOperator"],
        /// How many messages a folder holds.
        max_message_count: u32["MaxMessageCount"],
        /// How long a message may be; 0 for any length.
        max_message_length: Seconds["MaxMessageLength"],
        /// How many messages were not listened to.
        new_message_count: u32["NewMessageCount"],
        /// Only with messages kept on an IMAP server.
        old_message_count: u32["OldMessageCount"],
        /// Only with messages kept on an IMAP server.
        imap_user: Text["IMAPUser"],
        /// Only with messages kept on an IMAP server. Late versions.
        imap_server: Text["IMAPServer"],
        /// Only with messages kept on an IMAP server. Late versions.
        imap_port: Text["IMAPPort"],
        /// Only with messages kept on an IMAP server. Late versions.
        imap_flags: Text["IMAPFlags"],
    }
}

events! {
    /// Sent when the state of a device changes, and for each device in the list of the action
    /// [`DeviceStateList`](crate::action::DeviceStateList).
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`ExtensionStatus`] and [`QueueMemberStatus`](crate::event::QueueMemberStatus). The actions
    /// [`DeviceStateList`](crate::action::DeviceStateList), [`PJSIPShowEndpoints`](crate::action::PJSIPShowEndpoints)
    /// and [`PJSIPShowEndpoint`](crate::action::PJSIPShowEndpoint) tell what is so now.
    DeviceStateChange {
        /// The device, such as `PJSIP/100`, `Custom:door` or `Queue:sales`.
        device: Text["Device"],
        /// The device's state from now on.
        state: DeviceState<'a>["State"],
    }

    /// Ends the list of the action [`DeviceStateList`](crate::action::DeviceStateList).
    ///
    /// Class `command`. Asterisk 13 to 23.
    DeviceStateListComplete {
        list: group ListEnd[""],
    }

    /// Sent when the state of an extension with a hint changes, and for each extension in the list of the action
    /// [`ExtensionStateList`](crate::action::ExtensionStateList).
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`DeviceStateChange`] and [`QueueMemberStatus`](crate::event::QueueMemberStatus). The action
    /// [`ExtensionStateList`](crate::action::ExtensionStateList) tells what is so now.
    ExtensionStatus {
        /// The extension that has the hint.
        exten: Text["Exten"],
        /// The context of that extension.
        context: Text["Context"],
        /// The devices behind the extension, joined by `&`.
        hint: Text["Hint"],
        /// The state that its devices have together.
        status: ExtensionState["Status"],
        /// The state in words. Asterisk 16 and later.
        status_text: Text["StatusText"],
    }

    /// Ends the list of the action [`ExtensionStateList`](crate::action::ExtensionStateList).
    ///
    /// Class `command`. Asterisk 13 to 23.
    ExtensionStateListComplete {
        list: group ListEnd[""],
    }

    /// Sent when the presence of somebody changes, and for each in the list of the action
    /// [`PresenceStateList`](crate::action::PresenceStateList).
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`PresenceStatus`]. The action [`PresenceStateList`](crate::action::PresenceStateList) tells what is
    /// so now.
    PresenceStateChange {
        /// Whose presence it is, such as `CustomPresence:anna`.
        presentity: Text["Presentity"],
        /// The presence from now on.
        status: PresenceState<'a>["Status"],
        /// A word of the user's own that refines the status.
        subtype: Text["Subtype"],
        /// What somebody says of it, such as `at lunch`.
        message: Text["Message"],
    }

    /// Ends the list of the action [`PresenceStateList`](crate::action::PresenceStateList).
    ///
    /// Class `command`. Asterisk 13 to 23.
    PresenceStateListComplete {
        list: group ListEnd[""],
    }

    /// Sent when the presence of an extension with a hint changes.
    ///
    /// Class `call`. Asterisk 11 to 23.
    ///
    /// Goes with [`PresenceStateChange`].
    PresenceStatus {
        /// The extension that has the hint.
        exten: Text["Exten"],
        /// The context of that extension.
        context: Text["Context"],
        /// Whose presence stands behind the extension, with the devices.
        hint: Text["Hint"],
        /// The presence from now on.
        status: PresenceState<'a>["Status"],
        /// A word of the user's own that refines the status.
        subtype: Text["Subtype"],
        /// What somebody says of it, such as `at lunch`.
        message: Text["Message"],
    }

    /// Sent when somebody turns "do not disturb" of a DAHDI channel on or off.
    ///
    /// Class `system`. Asterisk 1.8 to 23, with DAHDI.
    ///
    /// The action [`DAHDIShowChannels`](crate::action::DAHDIShowChannels) tells what is so now.
    DNDState {
        /// The channel, such as `DAHDI/1`.
        dahdi_channel: Text["DAHDIChannel" | "Channel"],
        /// Whether the channel is not to be disturbed.
        status: Flag["Status"],
    }

    /// Sent when the messages of a mailbox change, and when somebody leaves one after listening.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// The actions [`VoicemailUsersList`](crate::action::VoicemailUsersList),
    /// [`VoicemailUserStatus`](crate::action::VoicemailUserStatus),
    /// [`VoicemailBoxSummary`](crate::action::VoicemailBoxSummary) and [`MWIGet`](crate::action::MWIGet) tell what is
    /// so now.
    MessageWaiting {
        /// The channel that changed the mailbox, if one did. Asterisk 12 and later.
        channel: group ChannelSnapshot[""],
        /// The mailbox as `mailbox@context`.
        mailbox: Text["Mailbox"],
        /// Whether there are new messages.
        waiting: Flag["Waiting"],
        /// The new messages.
        new: u32["New"],
        /// The old messages.
        old: u32["Old"],
    }

    /// A mailbox outside of Asterisk, in the list of the action [`MWIGet`](crate::action::MWIGet).
    ///
    /// Class `reporting`. Asterisk 12 to 23.
    MWIGet {
        /// The mailbox, with its context after `@` if it has one.
        mailbox: Text["Mailbox"],
        /// How many messages were listened to.
        old_messages: u32["OldMessages"],
        /// How many messages were not listened to.
        new_messages: u32["NewMessages"],
    }

    /// Ends the list of the action [`MWIGet`](crate::action::MWIGet).
    ///
    /// Class `reporting`. Asterisk 12 to 23.
    MWIGetComplete {
        list: group ListEnd[""],
    }

    /// Sent when MiniVM has told somebody of a new message.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`MessageWaiting`].
    MiniVoiceMail {
        channel: group ChannelSnapshot[""],
        /// What was done: `SentNotification`.
        action: Text["Action"],
        /// The mailbox as `mailbox@context`. Asterisk 12 and later.
        mailbox: Text["Mailbox"],
        /// The counter that the mailbox keeps, if it has one.
        counter: Text["Counter"],
    }

    /// Sent when somebody changes the password of a mailbox.
    ///
    /// The new password stands in it in plain text.
    ///
    /// Class `user`. Asterisk 18 to 23, from 18.21, 20.6 and 21.1 on.
    ///
    /// The action [`VoicemailUsersList`](crate::action::VoicemailUsersList) tells what is so now.
    VoicemailPasswordChange {
        /// The context of the mailbox.
        context: Text["Context"],
        /// The mailbox's number, without its context.
        mailbox: Text["Mailbox"],
        /// The new password, in plain text.
        new_password: Text["NewPassword"],
    }

    /// A mailbox with its settings, in the list of the action
    /// [`VoicemailUsersList`](crate::action::VoicemailUsersList).
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    VoicemailUserEntry {
        user: group VoicemailUser[""],
    }

    /// Ends the list of the action [`VoicemailUsersList`](crate::action::VoicemailUsersList).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23; up to 13.1 this event alone ends the list,
    /// without `EventList`.
    VoicemailUserEntryComplete {
        list: group ListEnd[""],
    }

    /// The mailbox that the action [`VoicemailUserStatus`](crate::action::VoicemailUserStatus) asked for.
    ///
    /// Sent only in answer to an action; no class. Asterisk 16 to 23.
    VoicemailUserDetail {
        user: group VoicemailUser[""],
    }

    /// Ends the list of the action [`VoicemailUserStatus`](crate::action::VoicemailUserStatus).
    ///
    /// Sent only in answer to an action; no class. Asterisk 16 to 23.
    VoicemailUserDetailComplete {
        list: group ListEnd[""],
    }

    /// A message, in the list of the action [`VoicemailBoxSummary`](crate::action::VoicemailBoxSummary).
    ///
    /// Sent only in answer to an action; no class. Asterisk 18 to 23, from 18.20 and 20.5 on.
    VoicemailBoxDetail {
        /// Such as `INBOX` or `Old`.
        folder: Text["Folder"],
        /// Name and number of the caller; `Unknown` if it had none.
        caller_id: Text["CallerID"],
        /// When it was left, in words and in the mailbox's time zone.
        date: Text["Date"],
        /// How long the message is.
        duration: Seconds["Duration"],
        /// `Urgent`, or nothing.
        flag: Text["Flag"],
        /// The message's id, which `VoicemailMove` and its like take.
        id: Text["ID"],
    }

    /// Ends the list of the action [`VoicemailBoxSummary`](crate::action::VoicemailBoxSummary).
    ///
    /// Sent only in answer to an action; no class. Asterisk 18 to 23, from 18.20 and 20.5 on.
    VoicemailBoxDetailComplete {
        list: group ListEnd[""],
    }
}
