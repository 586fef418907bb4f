//! Channel technologies other than PJSIP: SIP, IAX2, DAHDI, PRI, Skinny; fax and Jabber.

use crate::action::{Action, PriDebugLevel};

actions! {
    /// Lists the peers of chan_sip.
    ///
    /// Kept current by the event [`PeerStatus`](crate::event::PeerStatus).
    SIPpeers() needs "system, reporting" in "1.2 to 20; removed with chan_sip"
        lists "events [`PeerEntry`](crate::event::PeerEntry)" completes "PeerlistComplete" {}

    /// Lists whether the peers of chan_sip can be reached.
    ///
    /// Kept current by the event [`PeerStatus`](crate::event::PeerStatus).
    SIPpeerstatus() needs "system" in "11 to 20; removed with chan_sip"
        lists "events [`PeerStatus`](crate::event::PeerStatus)" completes "SIPpeerstatusComplete" {
        set peer: text = "Peer", "Only this peer.";
    }

    /// Asks a peer of chan_sip whether it is there.
    ///
    /// Up to 11 the server sends no response when it succeeds, so that this ends in a timeout although the peer
    /// was asked; only a refusal, such as `Peer not found`, is answered. There use
    /// [`Client::command`](crate::Client::command) with `sip qualify peer` and the name. What the peer answers
    /// is told by the event `PeerStatus`.
    SIPqualifypeer(peer: text = "Peer") needs "system, reporting" in "1.6 to 20; removed with chan_sip"
        answers "up to 11 nothing that an action can wait for, later a plain response; from 11 on the event `SIPQualifyPeerDone` follows" {}

    /// Tells about a peer of chan_sip.
    SIPshowpeer(peer: text = "Peer") needs "system, reporting" in "1.2 to 20; removed with chan_sip"
        answers "a response with some fifty headers, such as `Status`, `Address-IP` and `Codecs`" {}

    /// Lists the registrations of chan_sip with other servers.
    ///
    /// Kept current by the event [`Registry`](crate::event::Registry).
    SIPshowregistry() needs "system, reporting" in "1.6 to 20; removed with chan_sip"
        lists "events [`RegistryEntry`](crate::event::RegistryEntry)" completes "RegistrationsComplete" {}

    /// Lists the peers of IAX2.
    ///
    /// Kept current by the event [`PeerStatus`](crate::event::PeerStatus).
    IAXpeerlist() needs "system, reporting" in "1.6 and later" lists "events [`PeerEntry`](crate::event::PeerEntry)" completes "PeerlistComplete" {}

    /// Lists the peers of IAX2.
    ///
    /// Use [`IAXpeerlist`]: the events of this one have no `ActionID` (22), so that they come over
    /// [`Client::events`](crate::Client::events) and the list stays empty. Up to 1.4 it prints raw text
    /// without a response.
    ///
    /// Kept current by the event [`PeerStatus`](crate::event::PeerStatus).
    IAXpeers() needs "system, reporting" in "1.0 and later" lists "events [`PeerEntry`](crate::event::PeerEntry)" completes "PeerlistComplete" {}

    /// Lists the registrations of IAX2 with other servers.
    ///
    /// Kept current by the event [`Registry`](crate::event::Registry).
    IAXregistry() needs "system, reporting" in "1.6 and later" lists "events [`RegistryEntry`](crate::event::RegistryEntry)" completes "RegistrationsComplete" {}

    /// Prints the state of the network of each IAX2 call.
    ///
    /// The server prints raw text, without a response and without the action's id, and nothing while no call
    /// is up. So this ends in a timeout, and the text is reported on
    /// [`Client::errors`](crate::Client::errors) as an unrecognized packet. Use
    /// [`Client::command`](crate::Client::command) with `iax2 show netstats`.
    IAXnetstats() needs "system, reporting" in "1.0 and later" answers "nothing that an action can wait for" {}

    /// Lists the DAHDI channels.
    ///
    /// Kept current by the events [`DAHDIChannel`](crate::event::DAHDIChannel), [`DNDState`](crate::event::DNDState),
    /// [`Alarm`](crate::event::Alarm) and [`AlarmClear`](crate::event::AlarmClear).
    DAHDIShowChannels() needs "none" in "1.6 and later" lists "events [`DAHDIShowChannels`](crate::event::DAHDIShowChannels)" completes "DAHDIShowChannelsComplete" {
        set dahdi_channel: any = "DAHDIChannel", "Only this channel, by its number.";
    }

    /// Lists the DAHDI spans with their alarms.
    ///
    /// Kept current by the events [`SpanAlarm`](crate::event::SpanAlarm) and
    /// [`SpanAlarmClear`](crate::event::SpanAlarmClear).
    DAHDIShowStatus() needs "none" in "18.23, 20.8, 21.3 and later" lists "events [`DAHDIShowStatus`](crate::event::DAHDIShowStatus)" completes "DAHDIShowStatusComplete" {}

    /// Turns do-not-disturb of a DAHDI channel on.
    ///
    /// The channel of this and the other DAHDI actions is its number.
    DAHDIDNDon(dahdi_channel: any = "DAHDIChannel") needs "none" in "1.6 and later" answers "a plain response" {}

    /// Turns do-not-disturb of a DAHDI channel off.
    DAHDIDNDoff(dahdi_channel: any = "DAHDIChannel") needs "none" in "1.6 and later" answers "a plain response" {}

    /// Dials a number on a DAHDI channel that is off the hook.
    DAHDIDialOffhook(dahdi_channel: any = "DAHDIChannel", number: text = "Number") needs "none" in "1.6 and later"
        answers "a plain response" {}

    /// Hangs up a DAHDI channel.
    DAHDIHangup(dahdi_channel: any = "DAHDIChannel") needs "none" in "1.6 and later" answers "a plain response" {}

    /// Makes a DAHDI channel flash, as a user does to transfer.
    DAHDITransfer(dahdi_channel: any = "DAHDIChannel") needs "none" in "1.6 and later" answers "a plain response" {}

    /// Restarts all DAHDI channels, ending their calls.
    DAHDIRestart() needs "none" in "1.6 and later" answers "a plain response" {}

    /// Lists the ISDN spans with the state of their D-channels.
    ///
    /// No event tells that this has changed.
    PRIShowSpans() needs "system, reporting" in "10 and later" lists "events [`PRIShowSpans`](crate::event::PRIShowSpans)" completes "PRIShowSpansComplete" {
        set span: u32 = "Span", "Only this span.";
    }

    /// Sets how much is printed of the messages on an ISDN span.
    PRIDebugSet(span: u32 = "Span", level: PriDebugLevel = "Level") needs "system" in "13 and later" answers "a plain response" {}

    /// Writes what ISDN debugging prints into a file.
    PRIDebugFileSet(file: text = "File") needs "system" in "13 and later" answers "a plain response" {}

    /// No longer writes what ISDN debugging prints into a file.
    PRIDebugFileUnset() needs "system" in "13 and later" answers "a plain response" {}

    /// Lists the Skinny devices.
    ///
    /// No event tells that this has changed.
    SKINNYdevices() needs "system, reporting" in "1.6 to 20; removed with chan_skinny"
        lists "events [`DeviceEntry`](crate::event::DeviceEntry)" completes "DevicelistComplete" {}

    /// Tells about a Skinny device.
    ///
    /// The server sends its settings as headers, without a response and without the action's id, and nothing of a
    /// device that it does not know. So this ends in a timeout, and the headers are reported on
    /// [`Client::errors`](crate::Client::errors) as an unrecognized packet. Use
    /// [`Client::command`](crate::Client::command) with `skinny show device` and the name, or [`SKINNYdevices`].
    SKINNYshowdevice(device: text = "Device") needs "system, reporting" in "1.6 to 20; removed with chan_skinny"
        answers "nothing that an action can wait for" {}

    /// Lists the Skinny lines.
    ///
    /// No event tells that this has changed.
    SKINNYlines() needs "system, reporting" in "1.6 to 20; removed with chan_skinny"
        lists "events [`LineEntry`](crate::event::LineEntry)" completes "LinelistComplete" {}

    /// Tells about a Skinny line.
    ///
    /// The server sends its settings as headers, without a response and without the action's id, and nothing of a
    /// line that it does not know. So this ends in a timeout, and the headers are reported on
    /// [`Client::errors`](crate::Client::errors) as an unrecognized packet. Use
    /// [`Client::command`](crate::Client::command) with `skinny show line` and the name, or [`SKINNYlines`].
    SKINNYshowline(line: text = "Line") needs "system, reporting" in "1.6 to 20; removed with chan_skinny"
        answers "nothing that an action can wait for" {}

    /// Lists the fax sessions.
    ///
    /// Kept current by the events [`FAXStatus`](crate::event::FAXStatus), [`SendFAX`](crate::event::SendFAX) and
    /// [`ReceiveFAX`](crate::event::ReceiveFAX).
    FAXSessions() needs "call" in "13 and later" lists "events [`FAXSessionsEntry`](crate::event::FAXSessionsEntry)" completes "FAXSessionsComplete" {}

    /// Tells about a fax session.
    FAXSession(session_number: u32 = "SessionNumber") needs "call" in "13 and later" sends "FAXSession" {}

    /// Tells how many faxes were sent and received.
    FAXStats() needs "reporting" in "13 and later" sends "FAXStats" {}

    /// Sends a message over XMPP.
    ///
    /// `jabber` is the server's own account, a section of `xmpp.conf` (up to 10 of `jabber.conf`); `jid` is the
    /// recipient, whose address needs an `@`. Servers read the recipient from `ScreenName`; `JID` stands in their
    /// documentation alone.
    ///
    /// The server answers twice under the one id: first `Attempting to send Jabber Message`, a success, then the
    /// outcome, which [`Client::action`](crate::Client::action) returns: an error where there is no such account
    /// (`Could not find Sender`) or, without a message, where nothing was sent.
    JabberSend(jabber: text = "Jabber", jid: text = "ScreenName", message: text = "Message") needs "system" in "1.6 and later"
        answers "two plain responses, an acknowledgement and the outcome; up to 1.8 a failure is `Response: Failure`" {}
}
