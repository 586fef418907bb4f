//! Bridges, conferences and parking.

use crate::action::{Action, BridgeTone};

actions! {
    /// Bridges two channels, taking them out of whatever they were doing.
    Bridge(channel1: text = "Channel1", channel2: text = "Channel2") needs "call" in "1.8 and later" answers "a plain response" {
        set tone: BridgeTone = "Tone", "Who hears a tone when the bridge is made; nobody by default.";
    }

    /// Lists the bridges.
    ///
    /// Kept current by the events [`BridgeCreate`](crate::event::BridgeCreate),
    /// [`BridgeEnter`](crate::event::BridgeEnter), [`BridgeLeave`](crate::event::BridgeLeave),
    /// [`BridgeMerge`](crate::event::BridgeMerge), [`BridgeVideoSourceUpdate`](crate::event::BridgeVideoSourceUpdate)
    /// and [`BridgeDestroy`](crate::event::BridgeDestroy).
    BridgeList() needs "none" in "12 and later" lists "events [`BridgeListItem`](crate::event::BridgeListItem)" completes "BridgeListComplete" {
        set bridge_type: text = "BridgeType", "Only bridges of this technology, such as `simple_bridge`: servers compare it with that, whatever the parameter is called.";
    }

    /// Lists the channels in a bridge.
    ///
    /// Kept current by the events [`BridgeEnter`](crate::event::BridgeEnter),
    /// [`BridgeLeave`](crate::event::BridgeLeave), [`BridgeMerge`](crate::event::BridgeMerge),
    /// [`BridgeVideoSourceUpdate`](crate::event::BridgeVideoSourceUpdate) and
    /// [`BridgeDestroy`](crate::event::BridgeDestroy).
    BridgeInfo(bridge_uniqueid: text = "BridgeUniqueid") needs "none" in "12 and later"
        lists "events [`BridgeInfoChannel`](crate::event::BridgeInfoChannel)" completes "BridgeInfoComplete" {}

    /// Ends a bridge; its channels go on in the dialplan or are hung up.
    BridgeDestroy(bridge_uniqueid: text = "BridgeUniqueid") needs "none" in "12 and later" answers "a plain response" {}

    /// Takes a channel out of its bridge.
    BridgeKick(channel: text = "Channel") needs "none" in "12 and later" answers "a plain response" {
        set bridge_uniqueid: text = "BridgeUniqueid", "Only if it is in this bridge.";
    }

    /// Lists the ways that the server has to bridge channels, and whether they are suspended.
    ///
    /// No event tells that this has changed.
    BridgeTechnologyList() needs "none" in "12 and later"
        lists "events [`BridgeTechnologyListItem`](crate::event::BridgeTechnologyListItem)" completes "BridgeTechnologyListComplete" {}

    /// Suspends a way to bridge: bridges that begin from now on do not use it.
    BridgeTechnologySuspend(bridge_technology: text = "BridgeTechnology") needs "none" in "12 and later"
        answers "a plain response" {}

    /// Allows a way to bridge again.
    BridgeTechnologyUnsuspend(bridge_technology: text = "BridgeTechnology") needs "none" in "12 and later"
        answers "a plain response" {}

    /// Removes a participant from a conference.
    ///
    /// The channel is a name, `all`, or `participants` for all but its administrators.
    ConfbridgeKick(conference: text = "Conference", channel: text = "Channel") needs "call" in "10 and later"
        answers "a plain response" {}

    /// Lists the participants of a conference.
    ///
    /// Where there is no such conference, the answer is an error: `No active conferences.`
    ///
    /// Kept current by the events [`ConfbridgeJoin`](crate::event::ConfbridgeJoin),
    /// [`ConfbridgeLeave`](crate::event::ConfbridgeLeave), [`ConfbridgeMute`](crate::event::ConfbridgeMute),
    /// [`ConfbridgeUnmute`](crate::event::ConfbridgeUnmute) and
    /// [`ConfbridgeTalking`](crate::event::ConfbridgeTalking).
    ConfbridgeList(conference: text = "Conference") needs "reporting" in "10 and later"
        lists "events [`ConfbridgeList`](crate::event::ConfbridgeList)" completes "ConfbridgeListComplete" {}

    /// Lists the conferences that are going on.
    ///
    /// Where there is none, the answer is an error: `No active conferences.`
    ///
    /// Kept current by the events [`ConfbridgeStart`](crate::event::ConfbridgeStart),
    /// [`ConfbridgeJoin`](crate::event::ConfbridgeJoin), [`ConfbridgeLeave`](crate::event::ConfbridgeLeave) and
    /// [`ConfbridgeEnd`](crate::event::ConfbridgeEnd).
    ConfbridgeListRooms() needs "reporting" in "10 and later"
        lists "events [`ConfbridgeListRooms`](crate::event::ConfbridgeListRooms)" completes "ConfbridgeListRoomsComplete" {}

    /// Locks a conference: nobody but administrators can join.
    ConfbridgeLock(conference: text = "Conference") needs "call" in "10 and later" answers "a plain response" {}

    /// Unlocks a conference.
    ConfbridgeUnlock(conference: text = "Conference") needs "call" in "10 and later" answers "a plain response" {}

    /// Mutes a participant of a conference.
    ///
    /// The channel is a name, the beginning of one, `all`, or `participants` for all but the administrators.
    ConfbridgeMute(conference: text = "Conference", channel: text = "Channel") needs "call" in "10 and later"
        answers "a plain response" {}

    /// Lets a participant of a conference be heard again.
    ///
    /// The channel is named as for [`ConfbridgeMute`].
    ConfbridgeUnmute(conference: text = "Conference", channel: text = "Channel") needs "call" in "10 and later"
        answers "a plain response" {}

    /// Makes one participant the source of the video that all others of a conference see.
    ConfbridgeSetSingleVideoSrc(conference: text = "Conference", channel: text = "Channel") needs "call" in "10 and later"
        answers "a plain response" {}

    /// Starts to record a conference.
    ConfbridgeStartRecord(conference: text = "Conference") needs "system" in "10 and later" answers "a plain response" {
        set record_file: text = "RecordFile", "The file; by default one named after the conference and the time.";
    }

    /// Stops the recording of a conference.
    ConfbridgeStopRecord(conference: text = "Conference") needs "system" in "10 and later" answers "a plain response" {}

    /// Lists the participants of one MeetMe conference or of all.
    ///
    /// MeetMe needs DAHDI and is deprecated: ConfBridge takes its place. Where there is no conference,
    /// the answer is an error.
    ///
    /// Kept current by the events [`MeetmeJoin`](crate::event::MeetmeJoin),
    /// [`MeetmeLeave`](crate::event::MeetmeLeave), [`MeetmeMute`](crate::event::MeetmeMute),
    /// [`MeetmeTalking`](crate::event::MeetmeTalking), [`MeetmeTalkRequest`](crate::event::MeetmeTalkRequest) and
    /// [`MeetmeEnd`](crate::event::MeetmeEnd).
    MeetmeList() needs "reporting" in "1.6 and later, where app_meetme is built"
        lists "events [`MeetmeList`](crate::event::MeetmeList)" completes "MeetmeListComplete" {
        set conference: text = "Conference", "Only this conference.";
    }

    /// Lists the MeetMe conferences that are going on.
    ///
    /// Where there is none, the answer is an error.
    ///
    /// Kept current by the events [`MeetmeJoin`](crate::event::MeetmeJoin),
    /// [`MeetmeLeave`](crate::event::MeetmeLeave) and [`MeetmeEnd`](crate::event::MeetmeEnd).
    MeetmeListRooms() needs "reporting" in "10 and later, where app_meetme is built"
        lists "events [`MeetmeListRooms`](crate::event::MeetmeListRooms)" completes "MeetmeListRoomsComplete" {}

    /// Mutes a participant of a MeetMe conference.
    MeetmeMute(meetme: text = "Meetme", usernum: u32 = "Usernum") needs "call" in "1.4 and later, where app_meetme is built"
        answers "a plain response" {}

    /// Lets a participant of a MeetMe conference be heard again.
    MeetmeUnmute(meetme: text = "Meetme", usernum: u32 = "Usernum") needs "call" in "1.4 and later, where app_meetme is built"
        answers "a plain response" {}

    /// Sends a channel to a parking lot, where it waits until somebody takes it or its time is over.
    ///
    /// Up to 11 a second channel is required, to which the call goes back: add it with
    /// `Action::from(park).param("Channel2", …)`.
    Park[no_timeout](channel: text = "Channel") needs "call" in "1.4 and later"
        answers "a plain response; the event `ParkedCall` tells where" {
        set timeout_channel: text = "TimeoutChannel", "Who is called when the time is over; the parker by default (12 and later).";
        set announce_channel: text = "AnnounceChannel", "The channel that hears the parking space (12 and later).";
        set parking_timeout: ms = "Timeout", "How long the channel stays parked, in place of the lot's time; sent in milliseconds, zero is for ever.";
        set parkinglot: text = "Parkinglot", "The parking lot.";
        set parking_space: text = "ParkingSpace", "The space in the lot (22 and later).";
    }

    /// Lists the parked calls.
    ///
    /// Kept current by the events [`ParkedCall`](crate::event::ParkedCall),
    /// [`ParkedCallSwap`](crate::event::ParkedCallSwap), [`ParkedCallTimeOut`](crate::event::ParkedCallTimeOut),
    /// [`ParkedCallGiveUp`](crate::event::ParkedCallGiveUp) and [`UnParkedCall`](crate::event::UnParkedCall).
    ParkedCalls() needs "call; none up to 11" in "1.0 and later" lists "events [`ParkedCall`](crate::event::ParkedCall)" completes "ParkedCallsComplete" {
        set parking_lot: text = "ParkingLot", "Only those in this lot (12 and later).";
    }

    /// Lists the parking lots.
    ///
    /// No event tells that this has changed.
    Parkinglots() needs "call" in "11 and later" lists "events [`Parkinglot`](crate::event::Parkinglot)" completes "ParkinglotsComplete" {}
}
