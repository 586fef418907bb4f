//! Headers that come together wherever a channel or a bridge is described.

use std::fmt;

use super::raw::Event;
use super::read::{self, Fill};
use super::record::{self, Record, Show};
use super::values::*;
use crate::packet::Table;

groups! {
    /// The headers that any event may have; read by [`Event::common`].
    Common {
        /// The classes that may see the event, such as `call,all`; absent from most events of a list.
        privilege: Text["Privilege"],
        /// When the event was sent, if `timestampevents` is on in `manager.conf`.
        timestamp: UnixTime["Timestamp"],
        /// The event's number, if Asterisk was built to give one for its tests.
        sequence_number: u64["SequenceNumber"],
        /// Where in Asterisk's source the event was sent, if it was built to tell.
        file: Text["File"],
        /// The line of that source.
        line: u32["Line"],
        /// The function of that source.
        func: Text["Func"],
        /// The name of the Asterisk, if `systemname` is set in `asterisk.conf`.
        system_name: Text["SystemName"],
        /// The id of the action that the event belongs to.
        action_id: Text["ActionID"],
    }

    /// A channel as it was when the event was sent.
    ///
    /// Asterisk 12 and later send all of it; before, the headers that the event needed.
    ///
    /// In 99 events and groups, such as [`Newchannel`](crate::event::Newchannel) and
    /// [`Hangup`](crate::event::Hangup).
    ChannelSnapshot {
        /// The channel's name, such as `PJSIP/100-00000001`.
        name: Text["Channel"],
        /// What the channel is doing: whether it rings, is up, or down.
        state: ChannelState["ChannelState"],
        /// The same in Asterisk's words, such as `Ringing`.
        state_desc: Text["ChannelStateDesc"],
        /// The number of who is at this channel; `<unknown>` if there is none.
        caller_id_num: Text["CallerIDNum" | "CallerID"],
        /// C-escaped from Asterisk 13.5 and 14 on: see [`unescape`](crate::event::unescape).
        caller_id_name: Text["CallerIDName"],
        /// The number of who is at the other end; `<unknown>` if there is none.
        connected_line_num: Text["ConnectedLineNum"],
        /// C-escaped from Asterisk 13.5 and 14 on: see [`unescape`](crate::event::unescape).
        connected_line_name: Text["ConnectedLineName"],
        /// The language of what is played, such as `en`.
        language: Text["Language"],
        /// What the calls of the channel are billed to.
        account_code: Text["AccountCode" | "Account"],
        /// The context of the dialplan that the channel is in.
        context: Text["Context"],
        /// The extension that the channel is in.
        exten: Text["Exten" | "Extension"],
        /// The step of the extension that the channel is at, from 1.
        priority: i32["Priority"],
        /// The channel's id, which stays when it gets another name.
        uniqueid: Text["Uniqueid"],
        /// The `uniqueid` of the channel that began the call that this one belongs to.
        linkedid: Text["Linkedid"],
        /// Only in late versions, and there only if the channel has a tenant.
        tenantid: Text["Tenantid"],
    }

    /// A bridge as it was when the event was sent.
    ///
    /// Asterisk 12 and later.
    ///
    /// In 19 events and groups, such as [`BridgeEnter`](crate::event::BridgeEnter) and
    /// [`AttendedTransfer`](crate::event::AttendedTransfer).
    BridgeSnapshot {
        /// The bridge's id.
        uniqueid: Text["BridgeUniqueid"],
        /// Such as `basic`, `parking` or `stasis`.
        kind: Text["BridgeType"],
        /// Such as `simple_bridge` or `native_rtp`.
        technology: Text["BridgeTechnology"],
        /// The part of Asterisk that made the bridge; `<unknown>` if it has none.
        creator: Text["BridgeCreator"],
        /// The name that its creator gave it, such as a conference's.
        name: Text["BridgeName"],
        /// How many channels are in it.
        num_channels: u32["BridgeNumChannels"],
        /// Whose picture is shown: `none`, `single`, `talker` or `sfu`.
        video_source_mode: Text["BridgeVideoSourceMode"],
        /// The channel that is shown, by its `uniqueid`.
        video_source: Text["BridgeVideoSource"],
    }

    /// What every security event says.
    ///
    /// In 15 events and groups, such as [`InvalidPassword`](crate::event::InvalidPassword) and
    /// [`SuccessfulAuth`](crate::event::SuccessfulAuth).
    SecuritySource {
        /// When it happened, in RFC 3339 form with milliseconds.
        event_tv: Text["EventTV"],
        /// Whether it is for information or an error.
        severity: Severity<'a>["Severity"],
        /// The protocol that it concerns, such as `AMI`, `PJSIP` or `SIP`.
        service: Text["Service"],
        /// The version of the event's form.
        event_version: u32["EventVersion"],
        /// The account that was tried, as the peer gave it.
        account_id: Text["AccountID"],
        /// The session of the service, as the service counts them.
        session_id: Text["SessionID"],
        /// Protocol, transport, address and port, such as `IPV4/TCP/127.0.0.1/5038`.
        local_address: Text["LocalAddress"],
        /// Protocol, transport, address and port of the peer.
        remote_address: Text["RemoteAddress"],
        /// The module that tells it, where it says so.
        module: Text["Module"],
        /// When the session began, in RFC 3339 form with milliseconds.
        session_tv: Text["SessionTV"],
    }

    /// A charge as ISDN's advice of charge tells it.
    ///
    /// The headers have other names up to Asterisk 13.2 and from 13.3 on, and others in its documentation: all are
    /// read.
    ///
    /// In [`AOCD`](crate::event::AOCD) and [`AOCE`](crate::event::AOCE).
    Charge {
        /// The charge as the event gives it.
        charge: Text["Charge"],
        /// Whether it is free, and whether it is counted in a currency or in units.
        kind: AocType<'a>["Type" | "Charge/Type"],
        /// Who pays, and why.
        billing_id: AocBilling<'a>["BillingID" | "Charge/BillingID"],
        /// Whether it is what the call cost so far or in the end.
        total_type: AocTotal<'a>["TotalType" | "TypeOfCharging" | "Charge/TotalType"],
        /// The currency's name.
        currency: Text["Currency" | "Charge/Currency/Name" | "Name"],
        /// The charge in the currency, before the multiplier.
        cost: u32["Cost" | "Currency/Amount/Cost" | "Charge/Currency/Cost"],
        /// What the cost is multiplied by, such as `1/100`.
        multiplier: Text["Multiplier" | "Currency/Amount/Multiplier" | "Charge/Currency/Multiplier"],
        /// The units with all that belongs to them, where one header holds them.
        units: Text["Units"],
        /// How many kinds of units are charged. Asterisk 1.8 to 13.2.
        number_items: u32["Units/NumberItems"],
        /// The units of the first kind; of the others see the event itself.
        number_of: u32["NumberOf" | "Units/Item(0)/NumberOf" | "Charge/Units(0)/NumberOf"],
        /// The first kind of units, as a number.
        type_of: u32["TypeOf" | "Units/Item(0)/TypeOf" | "Charge/Units(0)/TypeOf"],
    }

    /// What the other end reports on a stream in an RTCP packet.
    ///
    /// The headers of the first report begin with `Report0`. Where there are more, read them with
    /// [`ReportBlock::of`] and the prefixes `Report1`, `Report2` and so on.
    ///
    /// In [`RTCPReceived`](crate::event::RTCPReceived) and [`RTCPSent`](crate::event::RTCPSent).
    ReportBlock {
        /// The stream that the report is on, in hexadecimal.
        source_ssrc: Text["SourceSSRC"],
        /// The part of the packets that was lost since the last report, in 256ths.
        fraction_lost: u32["FractionLost"],
        /// How many packets were lost since the stream began; less than 0 if more came twice than were lost.
        cumulative_lost: i64["CumulativeLost" | "CumulativeLoss" | "PacketsLost"],
        /// The highest number of a packet that came, its lower 16 bits.
        highest_sequence: u32["HighestSequence"],
        /// How often the packets' numbers began anew at 0.
        sequence_number_cycles: u32["SequenceNumberCycles"],
        /// The jitter of arrival, in units of the stream's clock.
        ia_jitter: f64["IAJitter"],
        /// The middle 32 bits of the time stamp of the last sender report.
        lsr: Text["LSR" | "LastSR" | "TheirLastSR"],
        /// How long ago the last sender report came, in seconds.
        dlsr: f64["DLSR"],
    }

    /// How a list ends.
    ///
    /// In 47 events and groups, such as [`QueueStatusComplete`](crate::event::QueueStatusComplete) and
    /// [`CoreShowChannelsComplete`](crate::event::CoreShowChannelsComplete).
    ListEnd {
        /// `Complete`; empty up to Asterisk 13.1.
        event_list: Text["EventList"],
        /// How many events the list had.
        list_items: u32["ListItems"],
    }
}

impl Event {
    /// The headers that any event may have.
    pub fn common(&self) -> Common<'_> {
        Common::of(self, "")
    }
}
