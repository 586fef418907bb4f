//! Channels: how they begin, change and end, and the lists and records of them.

use super::prelude::*;

events! {
    /// Sent when a channel comes into being.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`Newstate`], [`Newexten`], [`Rename`] and [`Hangup`]. The actions
    /// [`CoreShowChannels`](crate::action::CoreShowChannels) and [`Status`](crate::action::Status) tell what is so
    /// now.
    Newchannel {
        channel: group ChannelSnapshot[""],
    }

    /// Sent when the state of a channel changes, as from `Ringing` to `Up`.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`Newchannel`], [`Newexten`], [`Rename`] and [`Hangup`]. The actions
    /// [`CoreShowChannels`](crate::action::CoreShowChannels) and [`Status`](crate::action::Status) tell what is so
    /// now.
    Newstate {
        channel: group ChannelSnapshot[""],
    }

    /// Sent when a channel goes to the next priority of the dialplan; spelt `NewExten` in the documentation of 12
    /// and later.
    ///
    /// Class `dialplan`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`Newchannel`], [`Newstate`], [`Rename`] and [`Hangup`]. The actions
    /// [`CoreShowChannels`](crate::action::CoreShowChannels) and [`Status`](crate::action::Status) tell what is so
    /// now.
    Newexten {
        channel: group ChannelSnapshot[""],
        /// The extension that runs; a copy of `channel.exten`.
        extension: Text["Extension"],
        application: Text["Application"],
        /// The application's arguments.
        app_data: Text["AppData"],
    }

    /// Sent when the number or the name of a channel's caller changes.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`NewConnectedLine`]. The actions [`CoreShowChannels`](crate::action::CoreShowChannels) and
    /// [`Status`](crate::action::Status) tell what is so now.
    NewCallerid {
        channel: group ChannelSnapshot[""],
        /// The presentation as a number, with its description in parentheses.
        cid_calling_pres: Text["CID-CallingPres"],
    }

    /// Sent when the number or the name at the other end of a channel changes.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`NewCallerid`]. The actions [`CoreShowChannels`](crate::action::CoreShowChannels) and
    /// [`Status`](crate::action::Status) tell what is so now.
    NewConnectedLine {
        channel: group ChannelSnapshot[""],
    }

    /// Sent when a channel gets another account code.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`NewPeerAccount`]. The actions [`CoreShowChannels`](crate::action::CoreShowChannels) and
    /// [`Status`](crate::action::Status) tell what is so now.
    NewAccountCode {
        channel: group ChannelSnapshot[""],
        old_account_code: Text["OldAccountCode"],
    }

    /// Sent when a channel gets another peer account.
    ///
    /// Class `call`. Asterisk 1.8 to 11.
    ///
    /// Goes with [`NewAccountCode`].
    NewPeerAccount {
        channel: group ChannelSnapshot[""],
        peer_account: Text["PeerAccount"],
        old_peer_account: Text["OldPeerAccount"],
    }

    /// Sent when a channel is gone.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`Newchannel`], [`Newstate`], [`Newexten`], [`Rename`], [`HangupRequest`] and [`SoftHangupRequest`].
    /// The actions [`CoreShowChannels`](crate::action::CoreShowChannels) and [`Status`](crate::action::Status) tell
    /// what is so now.
    Hangup {
        channel: group ChannelSnapshot[""],
        cause: HangupCause["Cause"],
        /// The cause in words.
        cause_txt: Text["Cause-txt"],
        /// The cause as the channel's technology puts it, such as a SIP status; only in late versions.
        tech_cause: Text["TechCause"],
    }

    /// Sent when the channel's own end asks to hang up.
    ///
    /// Class `call`. Asterisk 11 to 23.
    ///
    /// Goes with [`SoftHangupRequest`] and [`Hangup`].
    HangupRequest {
        channel: group ChannelSnapshot[""],
        cause: HangupCause["Cause"],
    }

    /// Sent when another part of Asterisk asks to hang the channel up.
    ///
    /// Class `call`. Asterisk 11 to 23.
    ///
    /// Goes with [`HangupRequest`] and [`Hangup`].
    SoftHangupRequest {
        channel: group ChannelSnapshot[""],
        /// Why; some parts of Asterisk put a flag of their own here, which then is an unknown cause.
        cause: HangupCause["Cause"],
    }

    /// Sent when a hangup handler is taken off a channel.
    ///
    /// Class `dialplan`. Asterisk 11 to 23.
    ///
    /// Goes with [`HangupHandlerPush`] and [`HangupHandlerRun`].
    HangupHandlerPop {
        channel: group ChannelSnapshot[""],
        /// Where in the dialplan the handler is.
        handler: Text["Handler"],
    }

    /// Sent when a hangup handler is put on a channel.
    ///
    /// Class `dialplan`. Asterisk 11 to 23.
    ///
    /// Goes with [`HangupHandlerRun`] and [`HangupHandlerPop`].
    HangupHandlerPush {
        channel: group ChannelSnapshot[""],
        /// Where in the dialplan the handler is.
        handler: Text["Handler"],
    }

    /// Sent when a hangup handler is about to run.
    ///
    /// Class `dialplan`. Asterisk 11 to 23.
    ///
    /// Goes with [`HangupHandlerPush`] and [`HangupHandlerPop`].
    HangupHandlerRun {
        channel: group ChannelSnapshot[""],
        /// Where in the dialplan the handler is.
        handler: Text["Handler"],
    }

    /// Sent when a channel gets another name.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`Newchannel`], [`Newstate`], [`Newexten`], [`Hangup`] and [`Masquerade`]. The actions
    /// [`CoreShowChannels`](crate::action::CoreShowChannels) and [`Status`](crate::action::Status) tell what is so
    /// now.
    Rename {
        /// The channel under its old name.
        channel: group ChannelSnapshot[""],
        newname: Text["Newname"],
    }

    /// Sent when one channel takes the place of another.
    ///
    /// Class `call`. Asterisk 1.8 to 11.
    ///
    /// Goes with [`Rename`].
    Masquerade {
        /// The channel that goes.
        clone: Text["Clone"],
        clone_state: ChannelState["CloneState"],
        /// The channel whose place is taken.
        original: Text["Original"],
        original_state: ChannelState["OriginalState"],
    }

    /// Sent when a channel is put on hold.
    ///
    /// Class `call`. Asterisk 1.8 to 23; up to 11 also when hold ends.
    ///
    /// Goes with [`Unhold`].
    Hold {
        channel: group ChannelSnapshot[""],
        /// The music that the other end asked for.
        music_class: Text["MusicClass"],
        /// Whether hold begins; up to Asterisk 11.
        status: Flag["Status"],
    }

    /// Sent when hold ends.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`Hold`].
    Unhold {
        channel: group ChannelSnapshot[""],
    }

    /// Sent when the hook of an analogue phone flashes.
    ///
    /// Class `call`. Asterisk 16 to 23, from 16.24, 18.10 and 19.2 on.
    ///
    /// Goes with [`Wink`].
    Flash {
        channel: group ChannelSnapshot[""],
    }

    /// Sent when a wink, a short signal of some trunks, comes in on a channel.
    ///
    /// Class `call`. Asterisk 16 to 23, from 16.24, 18.10 and 19.2 on.
    ///
    /// Goes with [`Flash`].
    Wink {
        channel: group ChannelSnapshot[""],
    }

    /// Sent when a channel variable or a global one is set.
    ///
    /// Class `dialplan`. Asterisk 1.8 to 23.
    ///
    /// The action [`Status`](crate::action::Status) tells what is so now.
    VarSet {
        /// The channel; empty, or named `none` up to Asterisk 11, for a global variable.
        channel: group ChannelSnapshot[""],
        variable: Text["Variable"],
        /// The new value; C-escaped from Asterisk 13.5 and 14 on: see [`unescape`].
        value: Text["Value"],
    }

    /// Sent when a channel takes over the call that rings elsewhere.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`DialEnd`](crate::event::DialEnd).
    Pickup {
        /// The channel that picks up.
        channel: group ChannelSnapshot[""],
        /// The channel that rang.
        target: group ChannelSnapshot["Target"],
    }

    /// Sent when a channel driver has read its configuration again.
    ///
    /// Class `system`. Asterisk 1.8 to 11.
    ///
    /// Goes with [`Reload`](crate::event::Reload).
    ChannelReload {
        /// The driver's channel type, such as `SIP`.
        channel_type: Text["ChannelType"],
        /// Who asked for it, such as `CLIRELOAD (Channel module reload by CLI command)`.
        reload_reason: Text["ReloadReason"],
        /// The registrations with other servers that the driver has now. Sent by chan_sip.
        registry_count: u32["Registry_Count"],
        /// The peers that the driver has now. Sent by chan_sip.
        peer_count: u32["Peer_Count"],
    }

    /// Sent when a channel driver learns the protocol's own id of a call.
    ///
    /// Class `system`. Asterisk 1.8 to 11.
    ///
    /// Goes with [`Newchannel`].
    ChannelUpdate {
        channel: group ChannelSnapshot[""],
        /// The driver's channel type, such as `SIP`.
        channel_type: Text["Channeltype"],
        iax2_callno_local: u32["IAX2-callno-local"],
        iax2_callno_remote: u32["IAX2-callno-remote"],
        iax2_peer: Text["IAX2-peer"],
        gtalk_sid: Text["Gtalk-SID"],
        sip_callid: Text["SIPcallid"],
        sip_fullcontact: Text["SIPfullcontact"],
        peername: Text["Peername"],
        call_ref: Text["CallRef"],
    }

    /// Sent when somebody begins to talk on a channel with the function `TALK_DETECT`.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`ChannelTalkingStop`].
    ChannelTalkingStart {
        channel: group ChannelSnapshot[""],
    }

    /// Sent when somebody stops talking on a channel with the function `TALK_DETECT`.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`ChannelTalkingStart`].
    ChannelTalkingStop {
        channel: group ChannelSnapshot[""],
        duration: Millis["Duration"],
    }

    /// A channel in the answer to the action [`Status`](crate::action::Status); its variables are in
    /// [`Event::variables`].
    ///
    /// Class `call`, though sent only in answer to the action. Asterisk 1.8 to 23.
    Status {
        channel: group ChannelSnapshot[""],
        /// The channel's type, such as `PJSIP`.
        kind: Text["Type"],
        /// The state in words; up to Asterisk 1.8, for a channel that is neither up nor in a bridge.
        state: ChannelState["State"],
        dnid: Text["DNID"],
        effective_connected_line_num: Text["EffectiveConnectedLineNum"],
        effective_connected_line_name: Text["EffectiveConnectedLineName"],
        /// When the channel will be hung up; 0 if no end is set.
        time_to_hangup: UnixTime["TimeToHangup"],
        bridge_id: Text["BridgeID"],
        application: Text["Application"],
        /// The application's arguments.
        data: Text["Data"],
        nativeformats: Text["Nativeformats"],
        readformat: Text["Readformat"],
        readtrans: Text["Readtrans"],
        writeformat: Text["Writeformat"],
        writetrans: Text["Writetrans"],
        callgroup: Text["Callgroup"],
        pickupgroup: Text["Pickupgroup"],
        /// How long the channel has been there; up to Asterisk 11 only for one that runs the dialplan.
        seconds: Seconds["Seconds"],
        /// The channel at the other end; up to Asterisk 11.
        bridged_channel: Text["BridgedChannel"],
        /// The `uniqueid` of the channel at the other end; up to Asterisk 11.
        bridged_uniqueid: Text["BridgedUniqueid"],
    }

    /// Ends the answer to the action [`Status`](crate::action::Status).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23.
    StatusComplete {
        /// How many channels there were.
        items: u32["Items"],
        list: group ListEnd[""],
    }

    /// A channel in the answer to the action [`CoreShowChannels`](crate::action::CoreShowChannels).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23.
    CoreShowChannel {
        channel: group ChannelSnapshot[""],
        bridge_id: Text["BridgeId"],
        application: Text["Application"],
        application_data: Text["ApplicationData"],
        /// The age of the channel as hours, minutes and seconds: `00:01:30`.
        duration: Text["Duration"],
        /// The channel at the other end; up to Asterisk 11.
        bridged_channel: Text["BridgedChannel"],
        /// The `uniqueid` of the channel at the other end; up to Asterisk 11.
        bridged_uniqueid: Text["BridgedUniqueID"],
    }

    /// Ends the answer to the action [`CoreShowChannels`](crate::action::CoreShowChannels).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23.
    CoreShowChannelsComplete {
        list: group ListEnd[""],
    }

    /// A channel that is connected to another, in the answer to the action
    /// [`CoreShowChannelMap`](crate::action::CoreShowChannelMap).
    ///
    /// Sent only in answer to an action; no class. Asterisk 18.19, 20.4, 21 and later.
    CoreShowChannelMap {
        /// The channel that the action asked for, by name.
        channel: Text["Channel"],
        /// The channel at the other end of a bridge or of a chain of local channels, by name.
        connected_channel: Text["ConnectedChannel"],
    }

    /// Ends the answer to the action [`CoreShowChannelMap`](crate::action::CoreShowChannelMap).
    ///
    /// Sent only in answer to an action; no class. Asterisk 18.19, 20.4, 21 and later.
    CoreShowChannelMapComplete {
        list: group ListEnd[""],
    }

    /// A channel that is hung up, in the answer to the action [`Hangup`](crate::action::Hangup) with a pattern of
    /// names.
    ///
    /// `PJSIPHangup` with a pattern answers with it too.
    ///
    /// Sent only in answer to an action; no class. Asterisk 11 to 23.
    ChannelHungup {
        /// The channel's name.
        channel: Text["Channel"],
    }

    /// Ends the answer to the actions [`Hangup`](crate::action::Hangup) and
    /// [`PJSIPHangup`](crate::action::PJSIPHangup) with a pattern of names.
    ///
    /// Sent only in answer to an action; no class. Asterisk 11 to 23.
    ChannelsHungupListComplete {
        list: group ListEnd[""],
    }

    /// Sent when the two halves of a local channel are joined.
    ///
    /// Class `call`. Asterisk 11 to 23.
    ///
    /// Goes with [`LocalOptimizationBegin`] and [`LocalOptimizationEnd`]. The action
    /// [`CoreShowChannelMap`](crate::action::CoreShowChannelMap) tells what is so now.
    LocalBridge {
        /// The half that faces whoever made the channel.
        local_one: group ChannelSnapshot["LocalOne"],
        /// The half that runs the dialplan.
        local_two: group ChannelSnapshot["LocalTwo"],
        context: Text["Context"],
        exten: Text["Exten"],
        /// Whether the local channel may step out of the way.
        local_optimization: Flag["LocalOptimization"],
        /// The name of the first half; Asterisk 11.
        channel1: Text["Channel1"],
        /// The name of the second half; Asterisk 11.
        channel2: Text["Channel2"],
        /// The `uniqueid` of the first half; Asterisk 11.
        uniqueid1: Text["Uniqueid1"],
        /// The `uniqueid` of the second half; Asterisk 11.
        uniqueid2: Text["Uniqueid2"],
    }

    /// Sent when a local channel begins to step out of the way.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`LocalBridge`] and [`LocalOptimizationEnd`].
    LocalOptimizationBegin {
        local_one: group ChannelSnapshot["LocalOne"],
        local_two: group ChannelSnapshot["LocalTwo"],
        /// The channel that replaces the local channel's first half.
        source: group ChannelSnapshot["Source"],
        /// The `uniqueid` of the bridge that it goes to.
        dest_unique_id: Text["DestUniqueId"],
        /// The number of the optimization, the same at its end.
        id: u32["Id"],
    }

    /// Sent when a local channel has stepped out of the way, or failed to.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`LocalBridge`] and [`LocalOptimizationBegin`]. The action
    /// [`CoreShowChannelMap`](crate::action::CoreShowChannelMap) tells what is so now.
    LocalOptimizationEnd {
        local_one: group ChannelSnapshot["LocalOne"],
        local_two: group ChannelSnapshot["LocalTwo"],
        success: Flag["Success"],
        /// The number of the optimization, the same as at its begin.
        id: u32["Id"],
    }

    /// Sent when a called party asks the network to record a malicious caller.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    MCID {
        channel: group ChannelSnapshot[""],
        /// The caller.
        caller: group McidParty["MCallerID"],
        /// The party that was called.
        connected: group McidParty["MConnectedID"],
    }

    /// Sent when a call detail record is written and `cdr_manager` is on.
    ///
    /// Fields that its configuration adds are in [`raw`](Self::raw).
    ///
    /// Class `cdr`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`CEL`].
    Cdr {
        account_code: Text["AccountCode"],
        source: Text["Source"],
        destination: Text["Destination"],
        destination_context: Text["DestinationContext"],
        /// Name and number of the caller: `"Anna" <100>`.
        caller_id: Text["CallerID"],
        channel: Text["Channel"],
        destination_channel: Text["DestinationChannel"],
        last_application: Text["LastApplication"],
        last_data: Text["LastData"],
        /// In local time: `2026-11-23 18:18:10`.
        start_time: Text["StartTime"],
        /// In local time; empty if there was no answer.
        answer_time: Text["AnswerTime"],
        /// In local time.
        end_time: Text["EndTime"],
        duration: Seconds["Duration"],
        /// The time since the answer.
        billable_seconds: Seconds["BillableSeconds"],
        disposition: Disposition<'a>["Disposition"],
        ama_flags: AmaFlags<'a>["AMAFlags"],
        uniqueid: Text["UniqueID"],
        user_field: Text["UserField"],
    }

    /// Sent when something happens to a channel that channel event logging records and `cel_manager` is on.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`Cdr`].
    CEL {
        /// What happened. An event of the user's own is `USER_DEFINED` if `show_user_defined` is on in the section
        /// `manager` of `cel.conf`; else the name that the user gave it stands here, mostly as `Other`.
        event_name: CelEvent<'a>["EventName"],
        /// The name of an event of the user's own, if `show_user_defined` is on.
        user_def_type: Text["UserDefType"],
        account_code: Text["AccountCode"],
        caller_id_num: Text["CallerIDnum"],
        caller_id_name: Text["CallerIDname"],
        caller_id_ani: Text["CallerIDani"],
        caller_id_rdnis: Text["CallerIDrdnis"],
        caller_id_dnid: Text["CallerIDdnid"],
        exten: Text["Exten"],
        context: Text["Context"],
        channel: Text["Channel"],
        application: Text["Application"],
        app_data: Text["AppData"],
        /// When it happened, in local time: `2026-11-23 18:18:10`.
        event_time: Text["EventTime"],
        ama_flags: AmaFlags<'a>["AMAFlags"],
        uniqueid: Text["UniqueID"],
        linkedid: Text["LinkedID"],
        user_field: Text["UserField"],
        peer: Text["Peer"],
        peer_account: Text["PeerAccount"],
        /// More about the event, as JSON from Asterisk 12 on.
        extra: Text["Extra"],
    }
}

groups! {
    /// A party of a malicious call.
    ///
    /// In [`MCID`].
    McidParty {
        num_valid: Flag["NumValid"],
        num: Text["Num"],
        /// The type of number.
        ton: u32["ton"],
        num_plan: u32["NumPlan"],
        num_pres: Text["NumPres"],
        name_valid: Flag["NameValid"],
        name: Text["Name"],
        name_char_set: Text["NameCharSet"],
        name_pres: Text["NamePres"],
        subaddr: Text["Subaddr"],
        subaddr_type: u32["SubaddrType"],
        subaddr_odd: Flag["SubaddrOdd"],
        /// The presentation of name and number together.
        pres: Text["Pres"],
    }
}
