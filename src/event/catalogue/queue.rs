//! Queues: callers, members and their states.

use super::prelude::*;

groups! {
    /// A member of a queue as an event shows it.
    ///
    /// Asterisk 12 and later send all of it with every event about a member. Asterisk 1.8 and 11 send only
    /// what the event is about, so most of it is absent there.
    ///
    /// In [`QueueMember`], [`QueueMemberAdded`], [`QueueMemberPause`], [`QueueMemberPaused`], [`QueueMemberPenalty`],
    /// [`QueueMemberRemoved`], [`QueueMemberRinginuse`] and [`QueueMemberStatus`].
    MemberSnapshot {
        /// The name that `queues.conf` or whoever added the member gave it; often the interface itself.
        name: Text["MemberName" | "Name"],
        /// What is dialled to reach the member, such as `PJSIP/100`.
        interface: Text["Interface" | "Location"],
        /// The device whose state decides whether the member is called; mostly the interface.
        state_interface: Text["StateInterface"],
        /// How the member came into the queue: by configuration, by an action, from a database.
        membership: Membership<'a>["Membership"],
        /// Members with a higher penalty are called only when those with a lower one are not available.
        penalty: i32["Penalty"],
        /// The calls that the member has answered from this queue.
        calls_taken: u32["CallsTaken"],
        /// When the member's last call from the queue ended; 0 if it had none.
        last_call: UnixTime["LastCall"],
        /// When the member was last paused; 0 if it never was.
        last_pause: UnixTime["LastPause"],
        /// When the member was added to the queue.
        login_time: UnixTime["LoginTime"],
        /// Whether the member is in a call from this queue. Asterisk 11 and later.
        in_call: Flag["InCall" | "IsInCall"],
        /// The state of the member's device: whether it is free, rings or is busy.
        status: QueueMemberState["Status"],
        /// Whether the member gets no calls for the time being.
        paused: Flag["Paused"],
        /// Why it is paused, if somebody said so.
        paused_reason: Text["PausedReason"],
        /// Whether the queue may ring the member while its device is in use.
        ringinuse: Flag["Ringinuse"],
        /// How long after a call the member is left in peace.
        wrapuptime: Seconds["Wrapuptime"],
    }
}

events! {
    /// Sent when a caller joins a queue.
    ///
    /// Class `agent`. Asterisk 12 to 23; older servers send [`Join`].
    ///
    /// Goes with [`AgentCalled`](crate::event::AgentCalled), [`AgentConnect`](crate::event::AgentConnect),
    /// [`AgentComplete`](crate::event::AgentComplete), [`AgentRingNoAnswer`](crate::event::AgentRingNoAnswer),
    /// [`AgentDump`](crate::event::AgentDump), [`QueueCallerLeave`] and [`QueueCallerAbandon`]. The actions
    /// [`QueueStatus`](crate::action::QueueStatus) and [`QueueSummary`](crate::action::QueueSummary) tell what is so
    /// now.
    QueueCallerJoin {
        channel: group ChannelSnapshot[""],
        /// The queue's name.
        queue: Text["Queue"],
        /// The caller's place in the queue, from 1.
        position: u32["Position"],
        /// The callers in the queue, with this one.
        count: u32["Count"],
    }

    /// Sent when a caller leaves a queue, whether for a member, by hanging up or because the time is up.
    ///
    /// Class `agent`. Asterisk 12 to 23; older servers send [`Leave`].
    ///
    /// Goes with [`AgentCalled`](crate::event::AgentCalled), [`AgentConnect`](crate::event::AgentConnect),
    /// [`AgentComplete`](crate::event::AgentComplete), [`AgentRingNoAnswer`](crate::event::AgentRingNoAnswer),
    /// [`AgentDump`](crate::event::AgentDump), [`QueueCallerJoin`] and [`QueueCallerAbandon`]. The actions
    /// [`QueueStatus`](crate::action::QueueStatus) and [`QueueSummary`](crate::action::QueueSummary) tell what is so
    /// now.
    QueueCallerLeave {
        channel: group ChannelSnapshot[""],
        /// The queue's name.
        queue: Text["Queue"],
        /// The place that the caller had, from 1.
        position: u32["Position"],
        /// The callers still in the queue.
        count: u32["Count"],
    }

    /// Sent when a caller hangs up before a member has answered.
    ///
    /// Class `agent`. Asterisk 1.8 to 23; up to 11 only the `Uniqueid` of the channel is there.
    ///
    /// Goes with [`QueueCallerJoin`] and [`QueueCallerLeave`]. The actions
    /// [`QueueStatus`](crate::action::QueueStatus) and [`QueueSummary`](crate::action::QueueSummary) tell what is so
    /// now.
    QueueCallerAbandon {
        channel: group ChannelSnapshot[""],
        /// The queue's name.
        queue: Text["Queue"],
        /// The caller's place when it gave up, from 1.
        position: u32["Position"],
        /// The caller's place when it joined, from 1.
        original_position: u32["OriginalPosition"],
        /// How long the caller had waited.
        hold_time: Seconds["HoldTime"],
    }

    /// Sent when a caller joins a queue, by servers before Asterisk 12.
    ///
    /// Class `call`. Asterisk 1.8 and 11; newer servers send [`QueueCallerJoin`].
    ///
    /// The actions [`QueueStatus`](crate::action::QueueStatus) and [`QueueSummary`](crate::action::QueueSummary) tell
    /// what is so now.
    Join {
        channel: group ChannelSnapshot[""],
        /// The queue's name.
        queue: Text["Queue"],
        /// The caller's place in the queue, from 1.
        position: u32["Position"],
        /// The callers in the queue, with this one.
        count: u32["Count"],
    }

    /// Sent when a caller leaves a queue, by servers before Asterisk 12.
    ///
    /// Class `call`. Asterisk 1.8 and 11; newer servers send [`QueueCallerLeave`].
    ///
    /// The actions [`QueueStatus`](crate::action::QueueStatus) and [`QueueSummary`](crate::action::QueueSummary) tell
    /// what is so now.
    Leave {
        channel: group ChannelSnapshot[""],
        /// The queue's name.
        queue: Text["Queue"],
        /// The place that the caller had, from 1.
        position: u32["Position"],
        /// The callers still in the queue.
        count: u32["Count"],
    }

    /// Sent when a member is added to a queue.
    ///
    /// Class `agent`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`QueueMemberRemoved`], [`QueueMemberPause`], [`QueueMemberPenalty`], [`QueueMemberRinginuse`] and
    /// [`QueueMemberStatus`]. The actions [`QueueStatus`](crate::action::QueueStatus) and
    /// [`QueueSummary`](crate::action::QueueSummary) tell what is so now.
    QueueMemberAdded {
        /// The queue's name.
        queue: Text["Queue"],
        member: group MemberSnapshot[""],
    }

    /// Sent when a member is taken out of a queue.
    ///
    /// Class `agent`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`QueueMemberAdded`], [`QueueMemberPause`], [`QueueMemberPenalty`], [`QueueMemberRinginuse`] and
    /// [`QueueMemberStatus`]. The actions [`QueueStatus`](crate::action::QueueStatus) and
    /// [`QueueSummary`](crate::action::QueueSummary) tell what is so now.
    QueueMemberRemoved {
        /// The queue's name.
        queue: Text["Queue"],
        member: group MemberSnapshot[""],
    }

    /// Sent when a member is paused, or no longer is: see [`MemberSnapshot::paused`].
    ///
    /// Class `agent`. Asterisk 12 to 23; older servers send [`QueueMemberPaused`].
    ///
    /// Goes with [`QueueMemberAdded`], [`QueueMemberRemoved`], [`QueueMemberPenalty`], [`QueueMemberRinginuse`] and
    /// [`QueueMemberStatus`]. The actions [`QueueStatus`](crate::action::QueueStatus) and
    /// [`QueueSummary`](crate::action::QueueSummary) tell what is so now.
    QueueMemberPause {
        /// The queue's name.
        queue: Text["Queue"],
        member: group MemberSnapshot[""],
        /// The reason again, as some versions up to Asterisk 16 send it.
        reason: Text["Reason"],
    }

    /// Sent when a member is paused, or no longer is, by servers before Asterisk 12.
    ///
    /// Class `agent`. Asterisk 1.8 and 11; newer servers send [`QueueMemberPause`].
    ///
    /// The actions [`QueueStatus`](crate::action::QueueStatus) and [`QueueSummary`](crate::action::QueueSummary) tell
    /// what is so now.
    QueueMemberPaused {
        /// The queue's name.
        queue: Text["Queue"],
        member: group MemberSnapshot[""],
        /// Why the member was paused, if somebody said so.
        reason: Text["Reason"],
    }

    /// Sent when the penalty of a member changes.
    ///
    /// Class `agent`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`QueueMemberAdded`], [`QueueMemberRemoved`], [`QueueMemberPause`], [`QueueMemberRinginuse`] and
    /// [`QueueMemberStatus`]. The action [`QueueStatus`](crate::action::QueueStatus) tells what is so now.
    QueueMemberPenalty {
        /// The queue's name.
        queue: Text["Queue"],
        member: group MemberSnapshot[""],
    }

    /// Sent when it changes whether a queue may ring a member whose device is in use.
    ///
    /// Class `agent`. Asterisk 11 to 23.
    ///
    /// Goes with [`QueueMemberAdded`], [`QueueMemberRemoved`], [`QueueMemberPause`], [`QueueMemberPenalty`] and
    /// [`QueueMemberStatus`]. The action [`QueueStatus`](crate::action::QueueStatus) tells what is so now.
    QueueMemberRinginuse {
        /// The queue's name.
        queue: Text["Queue"],
        member: group MemberSnapshot[""],
    }

    /// Sent when the state of a member's device changes, and after each call that a member took.
    ///
    /// Class `agent`. Asterisk 1.8 to 23; servers before 12 send it only for queues that ask for it.
    ///
    /// Goes with [`DeviceStateChange`](crate::event::DeviceStateChange),
    /// [`ExtensionStatus`](crate::event::ExtensionStatus), [`QueueMemberAdded`], [`QueueMemberRemoved`],
    /// [`QueueMemberPause`], [`QueueMemberPenalty`] and [`QueueMemberRinginuse`]. The actions
    /// [`QueueStatus`](crate::action::QueueStatus) and [`QueueSummary`](crate::action::QueueSummary) tell what is so
    /// now.
    QueueMemberStatus {
        /// The queue's name.
        queue: Text["Queue"],
        member: group MemberSnapshot[""],
    }

    /// A queue with its settings and figures, in the list of the action [`QueueStatus`](crate::action::QueueStatus).
    ///
    /// Class `agent`. Asterisk 1.8 to 23.
    QueueParams {
        /// The queue's name.
        queue: Text["Queue"],
        /// How many callers may wait; 0 for any number.
        max: u32["Max"],
        /// How the next member is chosen, such as `ringall` or `leastrecent`.
        strategy: Text["Strategy"],
        /// The callers that wait now.
        calls: u32["Calls"],
        /// How long callers wait, as a moving average.
        hold_time: Seconds["Holdtime"],
        /// How long calls last, as a moving average.
        talk_time: Seconds["TalkTime"],
        /// The calls that members answered.
        completed: u32["Completed"],
        /// The callers that hung up while they waited.
        abandoned: u32["Abandoned"],
        /// Within what time a call has to be answered to count for the service level.
        service_level: Seconds["ServiceLevel"],
        /// How many of the completed calls were answered within the service level, in percent.
        service_level_perf: f64["ServicelevelPerf"],
        /// The same with the abandoned calls counted in, in percent. Asterisk 16 and later.
        service_level_perf2: f64["ServicelevelPerf2"],
        /// Where a member serves several queues, the one with the highest weight comes first.
        weight: i32["Weight"],
    }

    /// A member of a queue, in the list of the action [`QueueStatus`](crate::action::QueueStatus).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23.
    QueueMember {
        /// The queue's name.
        queue: Text["Queue"],
        member: group MemberSnapshot[""],
    }

    /// A caller that waits in a queue, in the list of the action [`QueueStatus`](crate::action::QueueStatus).
    ///
    /// Class `agent`. Asterisk 1.8 to 23.
    QueueEntry {
        /// The queue's name.
        queue: Text["Queue"],
        /// The caller's place in the queue, from 1.
        position: u32["Position"],
        /// The caller's channel.
        channel: Text["Channel"],
        /// The uniqueid of the caller's channel.
        uniqueid: Text["Uniqueid"],
        /// The caller's number; `unknown` if it has none.
        caller_id_num: Text["CallerIDNum"],
        /// The caller's name; `unknown` if it has none.
        caller_id_name: Text["CallerIDName"],
        /// The number at the other end of the caller's channel; `unknown` as long as nobody is there.
        connected_line_num: Text["ConnectedLineNum"],
        /// The name at the other end of the caller's channel; `unknown` as long as nobody is there.
        connected_line_name: Text["ConnectedLineName"],
        /// How long the caller has waited.
        wait: Seconds["Wait"],
        /// The caller's priority in the queue, not a step of the dialplan. Asterisk 16 and later.
        priority: i32["Priority"],
    }

    /// Ends the list of the action [`QueueStatus`](crate::action::QueueStatus).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23; up to 13.1 this event alone ends the list,
    /// without `EventList`.
    QueueStatusComplete {
        list: group ListEnd[""],
    }

    /// A queue with a few figures, in the list of the action [`QueueSummary`](crate::action::QueueSummary).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23.
    QueueSummary {
        /// The queue's name.
        queue: Text["Queue"],
        /// The members that are logged in.
        logged_in: u32["LoggedIn"],
        /// The members that could take a call now.
        available: u32["Available"],
        /// The callers that wait now.
        callers: u32["Callers"],
        /// How long callers wait, as a moving average.
        hold_time: Seconds["HoldTime"],
        /// How long calls last, as a moving average.
        talk_time: Seconds["TalkTime"],
        /// How long the caller that came first has waited.
        longest_hold_time: Seconds["LongestHoldTime"],
    }

    /// Ends the list of the action [`QueueSummary`](crate::action::QueueSummary).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23; up to 13.1 this event alone ends the list,
    /// without `EventList`.
    QueueSummaryComplete {
        list: group ListEnd[""],
    }
}
