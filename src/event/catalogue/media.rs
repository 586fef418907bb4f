//! Media: tones, streams, music, recordings, spies, faxes and charges.

use super::prelude::*;

events! {
    /// Sent when a tone begins or ends on a channel.
    ///
    /// Class `dtmf`. Asterisk 1.8 to 11; then [`DTMFBegin`] and [`DTMFEnd`].
    ///
    /// Goes with [`DTMFEnd`].
    DTMF {
        channel: group ChannelSnapshot[""],
        digit: Text["Digit"],
        direction: Direction<'a>["Direction"],
        begin: Flag["Begin"],
        end: Flag["End"],
    }

    /// Sent when a tone begins on a channel.
    ///
    /// Class `dtmf`. Asterisk 12 to 23.
    ///
    /// Goes with [`DTMFEnd`].
    DTMFBegin {
        channel: group ChannelSnapshot[""],
        digit: Text["Digit"],
        direction: Direction<'a>["Direction"],
    }

    /// Sent when a tone ends on a channel.
    ///
    /// Class `dtmf`. Asterisk 12 to 23.
    ///
    /// Goes with [`DTMFBegin`].
    DTMFEnd {
        channel: group ChannelSnapshot[""],
        digit: Text["Digit"],
        duration_ms: Millis["DurationMs"],
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
        report_count: u32["ReportCount" | "ReceptionReports"],
        /// The sender's clock; read right also where the digits after the dot are no decimal fraction, as in older
        /// versions.
        sent_ntp: NtpTime["SentNTP"],
        /// The stream's clock at that time.
        sent_rtp: u64["SentRTP"],
        sent_packets: u64["SentPackets"],
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
        pt: RtcpType["PT"],
        /// Address and port of the receiver.
        to: Text["To"],
        /// Address and port from which it went out. Late versions.
        from: Text["From"],
        /// How good the media are, from 0 to 100: the media experience score. Late versions.
        mes: f64["MES"],
        report_count: u32["ReportCount"],
        /// Asterisk's clock; read right also where the digits after the dot are no decimal fraction, as in older
        /// versions.
        sent_ntp: NtpTime["SentNTP"],
        /// The stream's clock at that time.
        sent_rtp: u64["SentRTP"],
        sent_packets: u64["SentPackets"],
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
        received_packets: u64["ReceivedPackets"],
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
        local_jitter: Millis["LocalJitter"],
        /// The delay of the jitter buffer.
        local_jb_delay: Millis["LocalJBDelay"],
        local_total_lost: i64["LocalTotalLost"],
        local_loss_percent: i64["LocalLossPercent"],
        local_dropped: i64["LocalDropped"],
        /// The frames out of order.
        local_ooo: i64["Localooo"],
        local_received: i64["LocalReceived"],
        remote_jitter: Millis["RemoteJitter"],
        /// The delay of the peer's jitter buffer.
        remote_jb_delay: Millis["RemoteJBDelay"],
        remote_total_lost: i64["RemoteTotalLost"],
        remote_loss_percent: i64["RemoteLossPercent"],
        remote_dropped: i64["RemoteDropped"],
        /// The frames out of order.
        remote_ooo: i64["Remoteooo"],
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
        local_station_id: Text["LocalStationID"],
        remote_station_id: Text["RemoteStationID"],
        pages_transferred: u32["PagesTransferred"],
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
        local_station_id: Text["LocalStationID"],
        remote_station_id: Text["RemoteStationID"],
        pages_transferred: u32["PagesTransferred"],
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
        operation: FaxOperation<'a>["Operation"],
        status: Text["Status"],
        local_station_id: Text["LocalStationID"],
        file_name: Text["FileName"],
    }

    /// Answers the action [`FAXSession`](crate::action::FAXSession).
    ///
    /// Sent only in answer to an action; no class. Asterisk 13 to 23.
    ///
    /// Goes with [`FAXSessionsEntry`].
    FAXSession {
        session_number: u32["SessionNumber"],
        operation: FaxOperation<'a>["Operation"],
        state: FaxState<'a>["State"],
        error_correction_mode: Flag["ErrorCorrectionMode"],
        /// In bits a second.
        data_rate: u32["DataRate"],
        image_resolution: Text["ImageResolution"],
        page_number: u32["PageNumber"],
        file_name: Text["FileName"],
        pages_transmitted: u32["PagesTransmitted"],
        pages_received: u32["PagesReceived"],
        total_bad_lines: u32["TotalBadLines"],
    }

    /// A session in the answer to the action [`FAXSessions`](crate::action::FAXSessions).
    ///
    /// Sent only in answer to an action; no class. Asterisk 13 to 23.
    ///
    /// Goes with [`FAXSession`].
    FAXSessionsEntry {
        channel: Text["Channel"],
        /// What sends or receives the fax, such as `Spandsp`.
        technology: Text["Technology"],
        session_number: u32["SessionNumber"],
        session_type: FaxSessionType<'a>["SessionType"],
        operation: FaxOperation<'a>["Operation"],
        state: FaxState<'a>["State"],
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
        current_sessions: u32["CurrentSessions"],
        reserved_sessions: u32["ReservedSessions"],
        transmit_attempts: u32["TransmitAttempts"],
        receive_attempts: u32["ReceiveAttempts"],
        completed_faxes: u32["CompletedFAXes"],
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
        number: Text["Number" | "ChargingAssociation/Number"],
        /// The numbering plan of the number.
        plan: u32["Plan" | "ChargingAssociation/Number/Plan" | "ChargingAssociation/Plan"],
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
        unit: AocUnit<'a>["Unit" | "Volume/Unit"],
        special_code: Text["SpecialCode" | "SpecialCode/SpecialCode"],
    }
}
