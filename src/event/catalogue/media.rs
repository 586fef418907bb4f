//! Media: tones, streams, music, recordings, spies, faxes and charges.

use super::prelude::*;

events! {
    /// Sent when a tone begins or ends on a channel.
    ///
    /// Class `dtmf`. Asterisk 1.8 to 11; then [`DTMFBegin`] and [`DTMFEnd`].
    DTMF {
        channel: group ChannelSnapshot[""],
        /// The key: `0` to `9`, `*`, `#`, `A` to `D`.
        digit: Text["Digit"],
        /// Whether the channel sent the tone or received it.
        direction: Direction<'a>["Direction"],
        /// Whether the tone begins.
        begin: Flag["Begin"],
        /// Whether the tone ends.
        end: Flag["End"],
    }

    /// Sent when a tone begins on a channel.
    ///
    /// Class `dtmf`. Asterisk 12 to 23.
    ///
    /// Goes with [`DTMFEnd`].
    DTMFBegin {
        channel: group ChannelSnapshot[""],
        /// The key: `0` to `9`, `*`, `#`, `A` to `D`.
        digit: Text["Digit"],
        /// Whether the channel sent the tone or received it.
        direction: Direction<'a>["Direction"],
    }

    /// Sent when a tone ends on a channel.
    ///
    /// Class `dtmf`. Asterisk 12 to 23.
    ///
    /// Goes with [`DTMFBegin`].
    DTMFEnd {
        channel: group ChannelSnapshot[""],
        /// The key: `0` to `9`, `*`, `#`, `A` to `D`.
        digit: Text["Digit"],
        /// How long the key was held down.
        duration_ms: Millis["DurationMs"],
        /// Whether the channel sent the tone or received it.
        direction: Direction<'a>["Direction"],
    }

    /// Sent when an RTCP packet comes in.
    ///
    /// Class `reporting`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`RTCPSent`].
    RTCPReceived {
        channel: group ChannelSnapshot[""],
        /// The stream's source, in hexadecimal; up to Asterisk 11 in decimal.
        ssrc: Text["SSRC" | "SenderSSRC"],
        /// The kind of the packet: 200 for a sender's report, 201 for a receiver's.
        pt: RtcpType["PT"],
        /// Address and port of the sender.
        from: Text["From"],
        /// Address and port at which it came in. Late versions.
        to: Text["To"],
        /// The time to the sender and back, in seconds; up to Asterisk 11 in milliseconds, though `(sec)` stands after
        /// it.
        rtt: f64["RTT"],
        /// How good the media are, from 0 to 100: the media experience score. Late versions.
        mes: f64["MES"],
        /// How many reports on streams are in it, `Report0` and so on.
        report_count: u32["ReportCount" | "ReceptionReports"],
        /// The sender's clock; read right also where the digits after the dot are no decimal fraction, as in older
        /// versions.
        sent_ntp: NtpTime["SentNTP"],
        /// The stream's clock at that time.
        sent_rtp: u64["SentRTP"],
        /// The RTP packets that the sender has sent since the stream began.
        sent_packets: u64["SentPackets"],
        /// The bytes of sound or picture in them, without headers.
        sent_octets: u64["SentOctets"],
        /// The first report; up to Asterisk 11 the only one.
        report: group ReportBlock["Report0" | ""],
    }

    /// Sent when Asterisk sends an RTCP packet.
    ///
    /// Class `reporting`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`RTCPReceived`].
    RTCPSent {
        channel: group ChannelSnapshot[""],
        /// The stream's source, in hexadecimal; up to Asterisk 11 in decimal.
        ssrc: Text["SSRC" | "OurSSRC"],
        /// The kind of the packet: 200 for a sender's report, 201 for a receiver's.
        pt: RtcpType["PT"],
        /// Address and port of the receiver.
        to: Text["To"],
        /// Address and port from which it went out. Late versions.
        from: Text["From"],
        /// How good the media are, from 0 to 100: the media experience score. Late versions.
        mes: f64["MES"],
        /// How many reports on streams are in it, `Report0` and so on.
        report_count: u32["ReportCount"],
        /// Asterisk's clock; read right also where the digits after the dot are no decimal fraction, as in older
        /// versions.
        sent_ntp: NtpTime["SentNTP"],
        /// The stream's clock at that time.
        sent_rtp: u64["SentRTP"],
        /// The RTP packets that the sender has sent since the stream began.
        sent_packets: u64["SentPackets"],
        /// The bytes of sound or picture in them, without headers.
        sent_octets: u64["SentOctets"],
        /// The first report; up to Asterisk 11 the only one.
        report: group ReportBlock["Report0" | ""],
        /// What the report is, in words or nothing; up to Asterisk 11.
        report_block: Text["ReportBlock"],
    }

    /// Sent when a stream ends, on what came in.
    ///
    /// Class `reporting`. Asterisk 1.6.
    ///
    /// Goes with [`RTPSenderStats`].
    RTPReceiverStats {
        /// The stream's source.
        ssrc: u32["SSRC"],
        /// The RTP packets that came in.
        received_packets: u64["ReceivedPackets"],
        /// The RTP packets that did not arrive.
        lost_packets: i64["LostPackets"],
        /// The jitter of arrival, in seconds.
        jitter: f64["Jitter"],
        /// The time on the way relative to the stream's clock.
        transit: f64["Transit"],
        /// How many receiver reports came.
        rr_count: u32["RRCount"],
    }

    /// Sent when a stream ends, on what went out.
    ///
    /// Class `reporting`. Asterisk 1.6.
    ///
    /// Goes with [`RTPReceiverStats`].
    RTPSenderStats {
        /// The stream's source.
        ssrc: u32["SSRC"],
        /// The RTP packets that went out.
        sent_packets: u64["SentPackets" | "SendPackets"],
        /// The packets that the receiver missed.
        lost_packets: i64["LostPackets"],
        /// The jitter that the receiver saw.
        jitter: f64["Jitter"],
        /// The time to the receiver and back, in seconds.
        rtt: f64["RTT"],
        /// How many sender reports went out.
        sr_count: u32["SRCount"],
    }

    /// Sent at times on a call over IAX, for both ends.
    ///
    /// Class `reporting`. Asterisk 1.8 to 11.
    JitterBufStats {
        /// The channel.
        owner: Text["Owner"],
        /// The time to the peer and back.
        ping: Millis["Ping"],
        /// How unevenly packets arrive here.
        local_jitter: Millis["LocalJitter"],
        /// The delay of the jitter buffer.
        local_jb_delay: Millis["LocalJBDelay"],
        /// The packets that were lost on the way here.
        local_total_lost: i64["LocalTotalLost"],
        /// How many of the last packets were lost on the way here, in percent.
        local_loss_percent: i64["LocalLossPercent"],
        /// The packets that came here too late to be played.
        local_dropped: i64["LocalDropped"],
        /// The frames out of order.
        local_ooo: i64["Localooo"],
        /// The packets that came here.
        local_received: i64["LocalReceived"],
        /// How unevenly packets arrive at the other side, as it reports.
        remote_jitter: Millis["RemoteJitter"],
        /// The delay of the peer's jitter buffer.
        remote_jb_delay: Millis["RemoteJBDelay"],
        /// The packets that were lost on the way to the other side.
        remote_total_lost: i64["RemoteTotalLost"],
        /// How many of the last packets were lost on the way to the other side, in percent.
        remote_loss_percent: i64["RemoteLossPercent"],
        /// The packets that came to the other side too late to be played.
        remote_dropped: i64["RemoteDropped"],
        /// The frames out of order.
        remote_ooo: i64["Remoteooo"],
        /// The packets that came to the other side.
        remote_received: i64["RemoteReceived"],
    }

    /// Sent when music on hold begins or ends on a channel.
    ///
    /// Class `call`. Asterisk 1.8 to 11; then [`MusicOnHoldStart`] and [`MusicOnHoldStop`].
    MusicOnHold {
        channel: group ChannelSnapshot[""],
        /// `Start` or `Stop`.
        state: Text["State"],
        /// The class of music, as it begins.
        class: Text["Class"],
    }

    /// Sent when music on hold begins on a channel.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`MusicOnHoldStop`].
    MusicOnHoldStart {
        channel: group ChannelSnapshot[""],
        /// The class of music.
        class: Text["Class"],
    }

    /// Sent when music on hold ends on a channel.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`MusicOnHoldStart`].
    MusicOnHoldStop {
        channel: group ChannelSnapshot[""],
    }

    /// Sent when `Monitor` begins to record a channel.
    ///
    /// Class `call`. Asterisk 1.8 to 20.
    ///
    /// Goes with [`MonitorStop`].
    MonitorStart {
        channel: group ChannelSnapshot[""],
    }

    /// Sent when `Monitor` stops recording a channel.
    ///
    /// Class `call`. Asterisk 1.8 to 20.
    ///
    /// Goes with [`MonitorStart`].
    MonitorStop {
        channel: group ChannelSnapshot[""],
    }

    /// Sent when `MixMonitor` begins to record a channel.
    ///
    /// Class `call`. Asterisk 16 to 23.
    ///
    /// Goes with [`MixMonitorMute`] and [`MixMonitorStop`].
    MixMonitorStart {
        channel: group ChannelSnapshot[""],
    }

    /// Sent when `MixMonitor` stops recording a channel.
    ///
    /// Class `call`. Asterisk 16 to 23.
    ///
    /// Goes with [`MixMonitorStart`] and [`MixMonitorMute`].
    MixMonitorStop {
        channel: group ChannelSnapshot[""],
    }

    /// Sent when a recording by `MixMonitor` is muted or unmuted.
    ///
    /// Class `call`. Asterisk 16 to 23.
    ///
    /// Goes with [`MixMonitorStart`] and [`MixMonitorStop`].
    MixMonitorMute {
        channel: group ChannelSnapshot[""],
        /// What is muted: `read`, `write` or `both`.
        direction: Text["Direction"],
        /// Whether it is muted now.
        state: Flag["State"],
    }

    /// Sent when a channel begins to listen to another with `ChanSpy`.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`ChanSpyStop`].
    ChanSpyStart {
        /// The channel that listens.
        spyer: group ChannelSnapshot["Spyer"],
        /// The channel that is heard.
        spyee: group ChannelSnapshot["Spyee"],
    }

    /// Sent when a channel stops listening to another with `ChanSpy`.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`ChanSpyStart`].
    ChanSpyStop {
        /// The channel that listened.
        spyer: group ChannelSnapshot["Spyer"],
        /// The channel that was heard.
        spyee: group ChannelSnapshot["Spyee"],
    }

    /// Sent when a fax has come in.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`SendFAX`] and [`FAXStatus`]. The action [`FAXSessions`](crate::action::FAXSessions) tells what is
    /// so now.
    ReceiveFAX {
        channel: group ChannelSnapshot[""],
        /// The name or number that this side gave itself.
        local_station_id: Text["LocalStationID"],
        /// The name or number that the other side gave itself.
        remote_station_id: Text["RemoteStationID"],
        /// How many pages were sent or received.
        pages_transferred: u32["PagesTransferred"],
        /// The resolution in dots, such as `204x98`.
        resolution: Text["Resolution"],
        /// In bits a second.
        transfer_rate: u32["TransferRate"],
        /// The first file.
        file_name: Text["FileName"],
    }

    /// Sent when a fax has gone out.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`ReceiveFAX`] and [`FAXStatus`]. The action [`FAXSessions`](crate::action::FAXSessions) tells what
    /// is so now.
    SendFAX {
        channel: group ChannelSnapshot[""],
        /// The name or number that this side gave itself.
        local_station_id: Text["LocalStationID"],
        /// The name or number that the other side gave itself.
        remote_station_id: Text["RemoteStationID"],
        /// How many pages were sent or received.
        pages_transferred: u32["PagesTransferred"],
        /// The resolution in dots, such as `204x98`.
        resolution: Text["Resolution"],
        /// In bits a second.
        transfer_rate: u32["TransferRate"],
        /// The first file.
        file_name: Text["FileName"],
    }

    /// Sent when a fax on its way has got further.
    ///
    /// Class `call`. Asterisk 11 to 23.
    ///
    /// Goes with [`SendFAX`] and [`ReceiveFAX`]. The action [`FAXSessions`](crate::action::FAXSessions) tells what is
    /// so now.
    FAXStatus {
        channel: group ChannelSnapshot[""],
        /// Whether the fax is sent or received.
        operation: FaxOperation<'a>["Operation"],
        /// How far it is, in words.
        status: Text["Status"],
        /// The name or number that this side gave itself.
        local_station_id: Text["LocalStationID"],
        /// The file that is sent or written.
        file_name: Text["FileName"],
    }

    /// Answers the action [`FAXSession`](crate::action::FAXSession).
    ///
    /// Sent only in answer to an action; no class. Asterisk 13 to 23.
    ///
    /// Goes with [`FAXSessionsEntry`].
    FAXSession {
        /// The session's number, which the action `FAXSession` takes.
        session_number: u32["SessionNumber"],
        /// What the session does: send, receive, act as a gateway.
        operation: FaxOperation<'a>["Operation"],
        /// How far it is.
        state: FaxState<'a>["State"],
        /// Whether errors are corrected on the way (ECM).
        error_correction_mode: Flag["ErrorCorrectionMode"],
        /// In bits a second.
        data_rate: u32["DataRate"],
        /// The resolution in dots, such as `204x98`.
        image_resolution: Text["ImageResolution"],
        /// The page that is on its way.
        page_number: u32["PageNumber"],
        /// The file that is sent or written.
        file_name: Text["FileName"],
        /// How many pages were sent.
        pages_transmitted: u32["PagesTransmitted"],
        /// How many pages came.
        pages_received: u32["PagesReceived"],
        /// How many lines of the picture came wrong.
        total_bad_lines: u32["TotalBadLines"],
    }

    /// A session in the answer to the action [`FAXSessions`](crate::action::FAXSessions).
    ///
    /// Sent only in answer to an action; no class. Asterisk 13 to 23.
    ///
    /// Goes with [`FAXSession`].
    FAXSessionsEntry {
        /// The channel that the fax goes over.
        channel: Text["Channel"],
        /// What sends or receives the fax, such as `Spandsp`.
        technology: Text["Technology"],
        /// The session's number, which the action `FAXSession` takes.
        session_number: u32["SessionNumber"],
        /// How the fax travels: over an audio channel (G.711) or by T.38.
        session_type: FaxSessionType<'a>["SessionType"],
        /// What the session does: send, receive, act as a gateway.
        operation: FaxOperation<'a>["Operation"],
        /// How far it is.
        state: FaxState<'a>["State"],
        /// The files that are sent or written, with commas between them.
        files: Text["Files"],
    }

    /// Ends the answer to the action [`FAXSessions`](crate::action::FAXSessions).
    ///
    /// Sent only in answer to an action; no class. Asterisk 13 to 23.
    FAXSessionsComplete {
        /// How many sessions there are.
        total: u32["Total"],
        list: group ListEnd[""],
    }

    /// Answers the action [`FAXStats`](crate::action::FAXStats).
    ///
    /// Sent only in answer to an action; no class. Asterisk 13 to 23.
    ///
    /// Goes with [`FAXSession`].
    FAXStats {
        /// The sessions that go on now.
        current_sessions: u32["CurrentSessions"],
        /// The sessions that are kept for faxes about to begin.
        reserved_sessions: u32["ReservedSessions"],
        /// How often a fax was to be sent, since Asterisk started.
        transmit_attempts: u32["TransmitAttempts"],
        /// How often a fax was to be received, since Asterisk started.
        receive_attempts: u32["ReceiveAttempts"],
        /// The faxes that were sent or received whole.
        completed_faxes: u32["CompletedFAXes"],
        /// The faxes that were not.
        failed_faxes: u32["FailedFAXes"],
    }

    /// Sent when a network tells during a call what it costs.
    ///
    /// Class `aoc`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`AOCS`] and [`AOCE`].
    AOCD = "AOC-D" {
        channel: group ChannelSnapshot[""],
        charge: group Charge[""],
    }

    /// Sent when a network tells at a call's end what it cost.
    ///
    /// Class `aoc`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`AOCS`] and [`AOCD`].
    AOCE = "AOC-E" {
        channel: group ChannelSnapshot[""],
        /// What the charge is associated with, where one header holds it.
        charging_association: Text["ChargingAssociation"],
        /// The number that the charge belongs to, where the network tells it.
        number: Text["Number" | "ChargingAssociation/Number"],
        /// The numbering plan of the number.
        plan: u32["Plan" | "ChargingAssociation/Number/Plan" | "ChargingAssociation/Plan"],
        /// The id of the call that the charge belongs to, where the network tells it.
        id: i32["ID" | "ChargingAssociation/ID"],
        charge: group Charge[""],
    }

    /// Sent when a network tells at a call's begin what it will cost.
    ///
    /// Class `aoc`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`AOCD`] and [`AOCE`].
    AOCS = "AOC-S" {
        channel: group ChannelSnapshot[""],
        /// How many rates there are. Asterisk 1.8 to 13.2.
        number_rates: u32["NumberRates"],
        /// The first rate. Where there are more, read them with [`Rate::of`] and the prefixes `Rate(1)/` and so on,
        /// from Asterisk 13.3 on `(null)(1)/` and so on.
        rate: group Rate["Rate(0)/" | "(null)(0)/" | ""],
    }
}

groups! {
    /// A rate as ISDN's advice of charge tells it.
    ///
    /// The headers have other names up to Asterisk 13.2 and from 13.3 on, and others in its documentation: all are
    /// read.
    ///
    /// In [`AOCS`].
    Rate {
        /// What is charged.
        chargeable: Text["Chargeable"],
        /// From Asterisk 13.3 on absent: there the word stands in the names of the other headers.
        rate_type: AocRateType<'a>["RateType" | "Type"],
        /// The currency's name.
        currency: Text[
            "Currency" | "Name" | "Duration/Currency" | "Flat/Currency" | "Volume/Currency"
                | "Duration/Currency/Name" | "Flat/Currency/Name" | "Volume/Currency/Name"
        ],
        /// The charge in the currency, before the multiplier.
        cost: u32[
            "Cost" | "Duration/Amount/Cost" | "Flat/Amount/Cost" | "Volume/Amount/Cost"
                | "Duration/Currency/Cost" | "Flat/Currency/Cost" | "Volume/Currency/Cost"
        ],
        /// What the cost is multiplied by, such as `1/100`.
        multiplier: Text[
            "Multiplier" | "Duration/Amount/Multiplier" | "Flat/Amount/Multiplier" | "Volume/Amount/Multiplier"
                | "Duration/Currency/Multiplier" | "Flat/Currency/Multiplier" | "Volume/Currency/Multiplier"
        ],
        /// `ContinuousCharging` or `StepFunction`: whether the charge grows with the time or in steps.
        charging_type: Text["ChargingType" | "Duration/ChargingType"],
        /// Whether each step is charged as it begins.
        step_function: Text["StepFunction"],
        /// The steps of time with all that belongs to them, where one header holds them.
        granularity: Text["Granularity"],
        /// The length of a step of time.
        granularity_length: u32["Duration/Granularity/Length"],
        /// The unit of that length, such as `Second` or `Minute`.
        granularity_scale: Text["Duration/Granularity/Scale"],
        /// The time that the cost is for.
        length: u32["Length" | "Duration/Time/Length"],
        /// The unit of that time, such as `Second` or `Minute`.
        scale: Text["Scale" | "Duration/Time/Scale"],
        /// The unit of a volume, such as octets or messages.
        unit: AocUnit<'a>["Unit" | "Volume/Unit"],
        /// A code that user and network have agreed on in place of a rate.
        special_code: Text["SpecialCode" | "SpecialCode/SpecialCode"],
    }
}
