//! Conferences: the rooms of ConfBridge and of MeetMe and who is in them.

use super::prelude::*;

events! {
    /// Sent when a ConfBridge conference begins.
    ///
    /// Class `call`. Asterisk 11 to 23.
    ///
    /// Goes with [`ConfbridgeJoin`], [`ConfbridgeLeave`] and [`ConfbridgeEnd`]. The action
    /// [`ConfbridgeListRooms`](crate::action::ConfbridgeListRooms) tells what is so now.
    ConfbridgeStart {
        /// The conference's name or number.
        conference: Text["Conference"],
        bridge: group BridgeSnapshot[""],
    }

    /// Sent when a ConfBridge conference ends.
    ///
    /// Class `call`. Asterisk 11 to 23.
    ///
    /// Goes with [`ConfbridgeStart`], [`ConfbridgeJoin`] and [`ConfbridgeLeave`]. The action
    /// [`ConfbridgeListRooms`](crate::action::ConfbridgeListRooms) tells what is so now.
    ConfbridgeEnd {
        /// The conference's name.
        conference: Text["Conference"],
        bridge: group BridgeSnapshot[""],
    }

    /// Sent when a channel enters a ConfBridge conference.
    ///
    /// Class `call`. Asterisk 11 to 23.
    ///
    /// Goes with [`ConfbridgeStart`], [`ConfbridgeLeave`] and [`ConfbridgeEnd`]. The actions
    /// [`ConfbridgeList`](crate::action::ConfbridgeList) and
    /// [`ConfbridgeListRooms`](crate::action::ConfbridgeListRooms) tell what is so now.
    ConfbridgeJoin {
        /// The conference's name.
        conference: Text["Conference"],
        bridge: group BridgeSnapshot[""],
        channel: group ChannelSnapshot[""],
        /// Whether the participant is an administrator. Asterisk 12 and later.
        admin: Flag["Admin"],
        /// Whether the participant enters muted.
        muted: Flag["Muted"],
    }

    /// Sent when a channel leaves a ConfBridge conference.
    ///
    /// Class `call`. Asterisk 11 to 23.
    ///
    /// Goes with [`ConfbridgeStart`], [`ConfbridgeJoin`] and [`ConfbridgeEnd`]. The actions
    /// [`ConfbridgeList`](crate::action::ConfbridgeList) and
    /// [`ConfbridgeListRooms`](crate::action::ConfbridgeListRooms) tell what is so now.
    ConfbridgeLeave {
        /// The conference's name.
        conference: Text["Conference"],
        bridge: group BridgeSnapshot[""],
        channel: group ChannelSnapshot[""],
        /// Whether the participant was an administrator. Asterisk 12 and later.
        admin: Flag["Admin"],
    }

    /// Sent when a participant of a ConfBridge conference begins to talk or falls silent.
    ///
    /// Class `call`. Asterisk 11 to 23, where the user profile asks for it.
    ///
    /// Goes with [`ConfbridgeMute`] and [`ConfbridgeUnmute`]. The action
    /// [`ConfbridgeList`](crate::action::ConfbridgeList) tells what is so now.
    ConfbridgeTalking {
        /// The conference's name.
        conference: Text["Conference"],
        bridge: group BridgeSnapshot[""],
        channel: group ChannelSnapshot[""],
        /// Whether the participant talks.
        talking_status: Flag["TalkingStatus"],
        /// Whether the participant is an administrator. Asterisk 12 and later.
        admin: Flag["Admin"],
    }

    /// Sent when a participant of a ConfBridge conference is muted.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`ConfbridgeTalking`] and [`ConfbridgeUnmute`]. The action
    /// [`ConfbridgeList`](crate::action::ConfbridgeList) tells what is so now.
    ConfbridgeMute {
        /// The conference's name.
        conference: Text["Conference"],
        bridge: group BridgeSnapshot[""],
        channel: group ChannelSnapshot[""],
        /// Whether the participant is an administrator.
        admin: Flag["Admin"],
    }

    /// Sent when a participant of a ConfBridge conference is no longer muted.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`ConfbridgeTalking`] and [`ConfbridgeMute`]. The action
    /// [`ConfbridgeList`](crate::action::ConfbridgeList) tells what is so now.
    ConfbridgeUnmute {
        /// The conference's name.
        conference: Text["Conference"],
        bridge: group BridgeSnapshot[""],
        channel: group ChannelSnapshot[""],
        /// Whether the participant is an administrator.
        admin: Flag["Admin"],
    }

    /// Sent when a ConfBridge conference begins to be recorded.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`ConfbridgeStopRecord`].
    ConfbridgeRecord {
        /// The conference's name.
        conference: Text["Conference"],
        bridge: group BridgeSnapshot[""],
    }

    /// Sent when a ConfBridge conference is no longer recorded.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`ConfbridgeRecord`].
    ConfbridgeStopRecord {
        /// The conference's name.
        conference: Text["Conference"],
        bridge: group BridgeSnapshot[""],
    }

    /// A participant of a conference, in the list of the action [`ConfbridgeList`](crate::action::ConfbridgeList).
    ///
    /// Class `reporting`. Asterisk 11 to 23.
    ConfbridgeList {
        /// The conference's name.
        conference: Text["Conference"],
        channel: group ChannelSnapshot[""],
        /// Whether the participant is an administrator.
        admin: Flag["Admin"],
        /// Whether the participant is marked: others may have to wait for one who is.
        marked_user: Flag["MarkedUser"],
        /// Whether the participant has to wait until a marked one comes.
        wait_marked: Flag["WaitMarked"],
        /// Whether the participant is put out when the last marked one goes.
        end_marked: Flag["EndMarked"],
        /// Whether the participant is put out when any marked one goes. Only in late versions.
        end_marked_any: Flag["EndMarkedAny"],
        /// Whether the participant waits now for a marked one.
        waiting: Flag["Waiting"],
        /// Whether the participant is muted.
        muted: Flag["Muted"],
        /// Whether the participant talks now; only where the user profile detects it.
        talking: Flag["Talking"],
        /// How long ago the participant's channel was answered.
        answered_time: Seconds["AnsweredTime"],
    }

    /// Ends the list of the action [`ConfbridgeList`](crate::action::ConfbridgeList).
    ///
    /// Sent only in answer to an action; no class. Asterisk 11 to 23.
    ConfbridgeListComplete {
        list: group ListEnd[""],
    }

    /// A conference, in the list of the action [`ConfbridgeListRooms`](crate::action::ConfbridgeListRooms).
    ///
    /// Class `reporting`. Asterisk 11 to 23.
    ConfbridgeListRooms {
        /// The conference's name.
        conference: Text["Conference"],
        /// The participants, those that wait for a marked one included.
        parties: u32["Parties"],
        /// The participants that are marked.
        marked: u32["Marked"],
        /// Whether nobody but administrators can enter.
        locked: Flag["Locked"],
        /// Whether all but administrators are muted. Asterisk 16 and later.
        muted: Flag["Muted"],
    }

    /// Ends the list of the action [`ConfbridgeListRooms`](crate::action::ConfbridgeListRooms).
    ///
    /// Sent only in answer to an action; no class. Asterisk 11 to 23.
    ConfbridgeListRoomsComplete {
        list: group ListEnd[""],
    }

    /// Sent when a channel enters a MeetMe conference.
    ///
    /// Class `call`. Asterisk 1.8 and later, with DAHDI.
    ///
    /// Goes with [`MeetmeLeave`] and [`MeetmeEnd`]. The actions [`MeetmeList`](crate::action::MeetmeList) and
    /// [`MeetmeListRooms`](crate::action::MeetmeListRooms) tell what is so now.
    MeetmeJoin {
        /// The conference's number.
        meetme: Text["Meetme"],
        /// The participant's number in the conference.
        user: u32["User" | "Usernum"],
        channel: group ChannelSnapshot[""],
    }

    /// Sent when a channel leaves a MeetMe conference.
    ///
    /// Class `call`. Asterisk 1.8 and later, with DAHDI.
    ///
    /// Goes with [`MeetmeJoin`] and [`MeetmeEnd`]. The actions [`MeetmeList`](crate::action::MeetmeList) and
    /// [`MeetmeListRooms`](crate::action::MeetmeListRooms) tell what is so now.
    MeetmeLeave {
        /// The conference's number.
        meetme: Text["Meetme"],
        /// The participant's number in the conference, from 1: what `MeetmeMute` takes.
        user: u32["User" | "Usernum"],
        channel: group ChannelSnapshot[""],
        /// How long the participant was in the conference.
        duration: Seconds["Duration"],
    }

    /// Sent when the last channel has left a MeetMe conference.
    ///
    /// Class `call`. Asterisk 1.8 and later, with DAHDI.
    ///
    /// Goes with [`MeetmeJoin`] and [`MeetmeLeave`]. The actions [`MeetmeList`](crate::action::MeetmeList) and
    /// [`MeetmeListRooms`](crate::action::MeetmeListRooms) tell what is so now.
    MeetmeEnd {
        /// The conference's number.
        meetme: Text["Meetme"],
    }

    /// Sent when a participant of a MeetMe conference is muted, or no longer is.
    ///
    /// Class `call`. Asterisk 1.8 and later, with DAHDI.
    ///
    /// Goes with [`MeetmeTalking`] and [`MeetmeTalkRequest`]. The action [`MeetmeList`](crate::action::MeetmeList)
    /// tells what is so now.
    MeetmeMute {
        /// The conference's number.
        meetme: Text["Meetme"],
        /// The participant's number in the conference, from 1: what `MeetmeMute` takes.
        user: u32["User" | "Usernum"],
        channel: group ChannelSnapshot[""],
        /// How long the participant has been in the conference. Asterisk 12 and later.
        duration: Seconds["Duration"],
        /// Whether the participant is muted.
        status: Flag["Status"],
    }

    /// Sent when a participant of a MeetMe conference begins to talk or falls silent.
    ///
    /// Class `call`. Asterisk 1.8 and later, with DAHDI, where the conference watches for it.
    ///
    /// Goes with [`MeetmeMute`] and [`MeetmeTalkRequest`]. The action [`MeetmeList`](crate::action::MeetmeList) tells
    /// what is so now.
    MeetmeTalking {
        /// The conference's number.
        meetme: Text["Meetme"],
        /// The participant's number in the conference, from 1: what `MeetmeMute` takes.
        user: u32["User" | "Usernum"],
        channel: group ChannelSnapshot[""],
        /// How long the participant has been in the conference. Asterisk 12 and later.
        duration: Seconds["Duration"],
        /// Whether the participant talks.
        status: Flag["Status"],
    }

    /// Sent when a muted participant of a MeetMe conference asks to speak, or no longer does.
    ///
    /// Class `call`. Asterisk 1.8 and later, with DAHDI.
    ///
    /// Goes with [`MeetmeMute`] and [`MeetmeTalking`]. The action [`MeetmeList`](crate::action::MeetmeList) tells
    /// what is so now.
    MeetmeTalkRequest {
        /// The conference's number.
        meetme: Text["Meetme"],
        /// The participant's number in the conference, from 1: what `MeetmeMute` takes.
        user: u32["User" | "Usernum"],
        channel: group ChannelSnapshot[""],
        /// How long the participant has been in the conference. Asterisk 12 and later.
        duration: Seconds["Duration"],
        /// Whether the participant asks to speak.
        status: Flag["Status"],
    }

    /// A participant of a conference, in the list of the action [`MeetmeList`](crate::action::MeetmeList).
    ///
    /// Class `call`. Asterisk 1.8 and later, with DAHDI.
    MeetmeList {
        /// The conference's name.
        conference: Text["Conference"],
        /// The participant's number in the conference.
        user_number: u32["UserNumber"],
        /// The participant's number.
        caller_id_num: Text["CallerIDNum"],
        /// The participant's name.
        caller_id_name: Text["CallerIDName"],
        /// The number at the other end of the participant's channel.
        connected_line_num: Text["ConnectedLineNum"],
        /// The name at the other end of the participant's channel.
        connected_line_name: Text["ConnectedLineName"],
        /// The participant's channel.
        channel: Text["Channel"],
        /// Whether the participant is an administrator.
        admin: Flag["Admin"],
        /// `Listen only`, `Talk only` or `Talk and listen`.
        role: Text["Role"],
        /// Whether the participant is marked: others may have to wait for one who is.
        marked_user: Flag["MarkedUser"],
        /// `By admin`, `By self` or `No`.
        muted: Text["Muted"],
        /// `Yes`, `No` or `Not monitored`.
        talking: Text["Talking"],
    }

    /// Ends the list of the action [`MeetmeList`](crate::action::MeetmeList).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 and later, with DAHDI.
    MeetmeListComplete {
        list: group ListEnd[""],
    }

    /// A conference, in the list of the action [`MeetmeListRooms`](crate::action::MeetmeListRooms).
    ///
    /// Class `call`. Asterisk 10 and later, with DAHDI.
    MeetmeListRooms {
        /// The conference's name.
        conference: Text["Conference"],
        /// The participants.
        parties: u32["Parties"],
        /// The participants that are marked; `N/A` if there are none.
        marked: Text["Marked"],
        /// How long the conference has lasted, as `hours:minutes:seconds`.
        activity: Text["Activity"],
        /// `Dynamic` or `Static`.
        creation: Text["Creation"],
        /// Whether nobody else can join.
        locked: Flag["Locked"],
    }

    /// Ends the list of the action [`MeetmeListRooms`](crate::action::MeetmeListRooms).
    ///
    /// Sent only in answer to an action; no class. Asterisk 10 and later, with DAHDI.
    MeetmeListRoomsComplete {
        list: group ListEnd[""],
    }
}
