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
        /// The application of the dialplan that runs now, such as `Dial`.
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
        /// The account code that the channel had before.
        old_account_code: Text["OldAccountCode"],
    }

    /// Sent when a channel gets another peer account.
    ///
    /// Class `call`. Asterisk 1.8 to 11.
    ///
    /// Goes with [`NewAccountCode`].
    NewPeerAccount {
        channel: group ChannelSnapshot[""],
        /// The account code of the other end of the call.
        peer_account: Text["PeerAccount"],
        /// The one that was set before.
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
        /// Why the channel was hung up, by its number in Q.850.
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
        /// Why the channel is to be hung up, by its number in Q.850.
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
        /// The channel's name from now on.
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
        /// The state of the channel that is taken over.
        clone_state: ChannelState["CloneState"],
        /// The channel whose place is taken.
        original: Text["Original"],
        /// The state of the channel that goes on.
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
        /// The variable's name, or a function with its arguments.
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
        /// IAX2: the number that this server has given to the call.
        iax2_callno_local: u32["IAX2-callno-local"],
        /// IAX2: the number that the other side has given to the call.
        iax2_callno_remote: u32["IAX2-callno-remote"],
        /// IAX2: the name of the peer.
        iax2_peer: Text["IAX2-peer"],
        /// Google Talk: the id of the session.
        gtalk_sid: Text["Gtalk-SID"],
        /// SIP: the `Call-ID` of the dialog.
        sip_callid: Text["SIPcallid"],
        /// SIP: the contact address of the other side.
        sip_fullcontact: Text["SIPfullcontact"],
        /// SIP: the name of the peer.
        peername: Text["Peername"],
        /// The reference of the call in signalling, of drivers that have one.
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
        /// How long was talked.
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
        /// The number that was dialled to reach the channel.
        dnid: Text["DNID"],
        /// The number at the other end as it is shown, if that is another than the real one.
        effective_connected_line_num: Text["EffectiveConnectedLineNum"],
        /// The name at the other end as it is shown, if that is another than the real one.
        effective_connected_line_name: Text["EffectiveConnectedLineName"],
        /// When the channel will be hung up; 0 if no end is set.
        time_to_hangup: UnixTime["TimeToHangup"],
        /// The uniqueid of the bridge that the channel is in; empty if it is in none.
        bridge_id: Text["BridgeID"],
        /// The application of the dialplan that runs, such as `Dial`.
        application: Text["Application"],
        /// The application's arguments.
        data: Text["Data"],
        /// The formats that the channel's own side can send and receive, such as `(ulaw)`.
        nativeformats: Text["Nativeformats"],
        /// The format in which Asterisk reads from the channel, after translation.
        readformat: Text["Readformat"],
        /// The steps of translation of what is read; empty if there is none.
        readtrans: Text["Readtrans"],
        /// The format in which Asterisk writes to the channel, before translation.
        writeformat: Text["Writeformat"],
        /// The steps of translation of what is written; empty if there is none.
        writetrans: Text["Writetrans"],
        /// The groups whose members may pick up what rings here, as a mask of bits.
        callgroup: Text["Callgroup"],
        /// The groups whose calls the channel may pick up, as a mask of bits.
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
        /// The uniqueid of the bridge that the channel is in; empty if it is in none.
        bridge_id: Text["BridgeId"],
        /// The application of the dialplan that runs, such as `Dial`.
        application: Text["Application"],
        /// The application's arguments.
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
        /// The context in which the second half runs.
        context: Text["Context"],
        /// The extension at which the second half begins.
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
        /// Whether the local channel is out of the way.
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
        /// The account code to bill.
        account_code: Text["AccountCode"],
        /// The number of the caller.
        source: Text["Source"],
        /// The extension that was called.
        destination: Text["Destination"],
        /// The context of that extension.
        destination_context: Text["DestinationContext"],
        /// Name and number of the caller: `"Anna" <100>`.
        caller_id: Text["CallerID"],
        /// The caller's channel.
        channel: Text["Channel"],
        /// The called channel; empty if none was.
        destination_channel: Text["DestinationChannel"],
        /// The application of the dialplan that ran last.
        last_application: Text["LastApplication"],
        /// The arguments of that application.
        last_data: Text["LastData"],
        /// In local time: `2026-11-23 18:18:10`.
        start_time: Text["StartTime"],
        /// In local time; empty if there was no answer.
        answer_time: Text["AnswerTime"],
        /// In local time.
        end_time: Text["EndTime"],
        /// The time from the beginning to the end, whether it was answered or not.
        duration: Seconds["Duration"],
        /// The time since the answer.
        billable_seconds: Seconds["BillableSeconds"],
        /// How the call ended: answered, busy, failed.
        disposition: Disposition<'a>["Disposition"],
        /// What the record is for, as `CDR(amaflags)` says.
        ama_flags: AmaFlags<'a>["AMAFlags"],
        /// The uniqueid of the caller's channel.
        uniqueid: Text["UniqueID"],
        /// Whatever the dialplan put into `CDR(userfield)`.
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
        /// The account code of the channel.
        account_code: Text["AccountCode"],
        /// The number of the caller.
        caller_id_num: Text["CallerIDnum"],
        /// The name of the caller.
        caller_id_name: Text["CallerIDname"],
        /// The number to bill, as the network tells it (ANI).
        caller_id_ani: Text["CallerIDani"],
        /// The number that redirected the call here; empty if none did.
        caller_id_rdnis: Text["CallerIDrdnis"],
        /// The number that the caller dialled.
        caller_id_dnid: Text["CallerIDdnid"],
        /// The extension in which the channel is.
        exten: Text["Exten"],
        /// The context in which the channel is.
        context: Text["Context"],
        /// The channel to which it happened.
        channel: Text["Channel"],
        /// The application of the dialplan that runs.
        application: Text["Application"],
        /// The arguments of that application.
        app_data: Text["AppData"],
        /// When it happened, in local time: `2026-11-23 18:18:10`.
        event_time: Text["EventTime"],
        /// What the record is for: automatic message accounting.
        ama_flags: AmaFlags<'a>["AMAFlags"],
        /// The channel's uniqueid.
        uniqueid: Text["UniqueID"],
        /// The uniqueid that all channels of one call share: the key to put records together.
        linkedid: Text["LinkedID"],
        /// Whatever the dialplan put into `CHANNEL(userfield)`.
        user_field: Text["UserField"],
        /// The channel at the other end, where there is one.
        peer: Text["Peer"],
        /// The account code of the channel at the other end.
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
        /// Whether a number is known.
        num_valid: Flag["NumValid"],
        /// The number.
        num: Text["Num"],
        /// The type of number.
        ton: u32["ton"],
        /// The kind of the number and its numbering plan, as Q.931 numbers them.
        num_plan: u32["NumPlan"],
        /// Whether the number may be shown, such as `allowed_not_screened`.
        num_pres: Text["NumPres"],
        /// Whether a name is known.
        name_valid: Flag["NameValid"],
        /// The name.
        name: Text["Name"],
        /// The characters of the name, such as `iso8859-1`.
        name_char_set: Text["NameCharSet"],
        /// Whether the name may be shown, such as `allowed_not_screened`.
        name_pres: Text["NamePres"],
        /// The subaddress behind the number; empty if there is none.
        subaddr: Text["Subaddr"],
        /// The kind of the subaddress: 0 for NSAP, 2 for one that the user defines.
        subaddr_type: u32["SubaddrType"],
        /// Whether the last half byte of the subaddress counts for nothing.
        subaddr_odd: Flag["SubaddrOdd"],
        /// The presentation of name and number together.
        pres: Text["Pres"],
    }
}
