//! Dialling: from one channel to another, and originated calls.

use super::prelude::*;

events! {
    /// Sent when a channel dials another, and when that ends.
    ///
    /// Class `call`. Asterisk 1.8 to 11; then [`DialBegin`] and [`DialEnd`].
    Dial {
        /// `Begin` or `End`.
        sub_event: Text["SubEvent"],
        channel: group ChannelSnapshot[""],
        /// The name of the channel that is dialled.
        destination: Text["Destination"],
        /// The uniqueid of the channel that is dialled.
        dest_uniqueid: Text["DestUniqueID"],
        /// What was dialled, without the technology.
        dialstring: Text["Dialstring"],
        /// How it ended.
        dial_status: DialStatus<'a>["DialStatus"],
    }

    /// Sent when a channel, or an originated call, begins to dial.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`DialState`] and [`DialEnd`].
    DialBegin {
        /// The caller; empty for an originated call.
        channel: group ChannelSnapshot[""],
        /// The channel that is dialled.
        dest: group ChannelSnapshot["Dest"],
        /// What was dialled, without the technology.
        dial_string: Text["DialString"],
    }

    /// Sent when the channel that is dialled tells how it fares.
    ///
    /// Class `call`. Asterisk 13 to 23.
    ///
    /// Goes with [`DialBegin`] and [`DialEnd`].
    DialState {
        /// The caller; empty for an originated call.
        channel: group ChannelSnapshot[""],
        /// The channel that is dialled.
        dest: group ChannelSnapshot["Dest"],
        /// How it fares, such as ringing, proceeding or progress.
        dial_status: DialStatus<'a>["DialStatus"],
        /// Where the call was forwarded to.
        forward: Text["Forward"],
    }

    /// Sent when dialling ends, with an answer or without.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`DialBegin`] and [`DialState`].
    DialEnd {
        /// The caller; empty for an originated call.
        channel: group ChannelSnapshot[""],
        /// The channel that was dialled.
        dest: group ChannelSnapshot["Dest"],
        /// How it ended; `ANSWER` if it was answered.
        dial_status: DialStatus<'a>["DialStatus"],
        /// Where the call was forwarded to.
        forward: Text["Forward"],
    }

    /// Sent to every session when an asynchronous `Originate` is answered or has failed.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`DialEnd`] and [`Hangup`](crate::event::Hangup).
    OriginateResponse {
        /// Whether the call was answered.
        response: OriginateStatus<'a>["Response"],
        /// The channel that was asked for or, where one was made, its name.
        channel: Text["Channel"],
        /// The context that the channel was to be sent to.
        context: Text["Context"],
        /// The extension that the channel was to be sent to.
        exten: Text["Exten"],
        /// The application that the channel was to be given to; empty where it was an extension.
        application: Text["Application"],
        /// The application's arguments.
        data: Text["Data"],
        /// How the call went: answered, busy, not answered, failed.
        reason: OriginateReason["Reason"],
        /// `<null>` or `<unknown>` if no channel was made.
        uniqueid: Text["Uniqueid"],
        /// The number that was shown to the called.
        caller_id_num: Text["CallerIDNum"],
        /// As it is, never C-escaped.
        caller_id_name: Text["CallerIDName"],
    }
}
