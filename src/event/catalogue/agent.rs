//! Agents: how they come and go, and their calls from a queue.

use super::prelude::*;

events! {
    /// Sent when an agent logs in.
    ///
    /// Class `agent`. Asterisk 1.8 to 23; up to 11 it is sent as `Agentlogin` with two headers of the channel.
    ///
    /// Goes with [`AgentLogoff`]. The action [`Agents`](crate::action::Agents) tells what is so now.
    AgentLogin {
        channel: group ChannelSnapshot[""],
        /// The agent's number in `agents.conf`.
        agent: Text["Agent"],
    }

    /// Sent when an agent logs off.
    ///
    /// Class `agent`. Asterisk 1.8 to 23; up to 11 it is sent as `Agentlogoff` with the `Uniqueid` alone.
    ///
    /// Goes with [`AgentLogin`]. The action [`Agents`](crate::action::Agents) tells what is so now.
    AgentLogoff {
        channel: group ChannelSnapshot[""],
        /// The agent's number in `agents.conf`.
        agent: Text["Agent"],
        /// How long the agent was logged in.
        login_time: Seconds["Logintime"],
    }

    /// Sent when a queue calls a member, once for each member that is called.
    ///
    /// The channel is the caller's, `dest` the one to the member.
    ///
    /// Class `agent`. Asterisk 1.8 to 23; up to 11 only for queues with `eventwhencalled`, with the names of the
    /// two channels in headers of their own.
    ///
    /// Goes with [`AgentConnect`], [`AgentComplete`], [`AgentRingNoAnswer`], [`AgentDump`],
    /// [`QueueCallerJoin`](crate::event::QueueCallerJoin) and [`QueueCallerLeave`](crate::event::QueueCallerLeave).
    AgentCalled {
        channel: group ChannelSnapshot[""],
        dest: group ChannelSnapshot["Dest"],
        /// The queue's name.
        queue: Text["Queue"],
        /// What was dialled to reach the member.
        interface: Text["Interface" | "AgentCalled"],
        /// The member's name; its interface where it has none.
        member_name: Text["MemberName" | "AgentName"],
        /// The caller's channel. Asterisk 1.8 and 11.
        channel_calling: Text["ChannelCalling"],
        /// The channel to the member. Asterisk 1.8 and 11.
        destination_channel: Text["DestinationChannel"],
        /// The caller's extension. Asterisk 1.8 and 11.
        extension: Text["Extension"],
    }

    /// Sent when a member answers a call from a queue.
    ///
    /// The channel is the caller's, `dest` the member's. Up to Asterisk 11 `Channel` is the member's channel,
    /// though `Uniqueid` is the caller's.
    ///
    /// Class `agent`. Asterisk 1.8 to 23; up to 11 only for queues with `eventwhencalled`.
    ///
    /// Goes with [`AgentCalled`], [`AgentComplete`], [`AgentRingNoAnswer`], [`AgentDump`],
    /// [`QueueCallerJoin`](crate::event::QueueCallerJoin) and [`QueueCallerLeave`](crate::event::QueueCallerLeave).
    /// The action [`Agents`](crate::action::Agents) tells what is so now.
    AgentConnect {
        channel: group ChannelSnapshot[""],
        dest: group ChannelSnapshot["Dest"],
        /// The queue's name.
        queue: Text["Queue"],
        /// What was dialled to reach the member, such as `PJSIP/100`.
        interface: Text["Interface" | "Member"],
        /// The member's name; its interface where it has none.
        member_name: Text["MemberName"],
        /// How long the member's device rang.
        ring_time: Seconds["RingTime"],
        /// How long the caller had waited.
        hold_time: Seconds["HoldTime"],
        /// The `Uniqueid` of the member's channel. Asterisk 1.8 and 11.
        bridged_channel: Text["BridgedChannel"],
    }

    /// Sent when the call between a caller and a member of a queue ends.
    ///
    /// The channel is the caller's, `dest` the member's; the caller's is absent if it is gone already. Up to
    /// Asterisk 11 `Channel` is the member's channel, though `Uniqueid` is the caller's.
    ///
    /// Class `agent`. Asterisk 1.8 to 23; up to 11 only for queues with `eventwhencalled`.
    ///
    /// Goes with [`AgentCalled`], [`AgentConnect`], [`AgentRingNoAnswer`], [`AgentDump`],
    /// [`QueueCallerJoin`](crate::event::QueueCallerJoin) and [`QueueCallerLeave`](crate::event::QueueCallerLeave).
    /// The action [`Agents`](crate::action::Agents) tells what is so now.
    AgentComplete {
        channel: group ChannelSnapshot[""],
        dest: group ChannelSnapshot["Dest"],
        /// The queue's name.
        queue: Text["Queue"],
        /// What was dialled to reach the member, such as `PJSIP/100`.
        interface: Text["Interface" | "Member"],
        /// The member's name; its interface where it has none.
        member_name: Text["MemberName"],
        /// How long the caller had waited.
        hold_time: Seconds["HoldTime"],
        /// How long the two spoke.
        talk_time: Seconds["TalkTime"],
        /// Who ended the call: the caller, the agent, or a transfer.
        reason: CompleteReason<'a>["Reason"],
    }

    /// Sent when a member hangs up on the announcement, before the caller was connected.
    ///
    /// Class `agent`. Asterisk 1.8 to 23; up to 11 only for queues with `eventwhencalled`.
    ///
    /// Goes with [`AgentCalled`], [`AgentConnect`], [`AgentComplete`], [`AgentRingNoAnswer`],
    /// [`QueueCallerJoin`](crate::event::QueueCallerJoin) and [`QueueCallerLeave`](crate::event::QueueCallerLeave).
    AgentDump {
        channel: group ChannelSnapshot[""],
        dest: group ChannelSnapshot["Dest"],
        /// The queue's name.
        queue: Text["Queue"],
        /// What was dialled to reach the member, such as `PJSIP/100`.
        interface: Text["Interface" | "Member"],
        /// The member's name; its interface where it has none.
        member_name: Text["MemberName"],
    }

    /// Sent when a member was called and did not answer.
    ///
    /// Class `agent`. Asterisk 1.8 to 23; up to 11 only for queues with `eventwhencalled`.
    ///
    /// Goes with [`AgentCalled`], [`AgentConnect`], [`AgentComplete`], [`AgentDump`],
    /// [`QueueCallerJoin`](crate::event::QueueCallerJoin) and [`QueueCallerLeave`](crate::event::QueueCallerLeave).
    AgentRingNoAnswer {
        channel: group ChannelSnapshot[""],
        dest: group ChannelSnapshot["Dest"],
        /// The queue's name.
        queue: Text["Queue"],
        /// What was dialled to reach the member, such as `PJSIP/100`.
        interface: Text["Interface" | "Member"],
        /// The member's name; its interface where it has none.
        member_name: Text["MemberName"],
        /// How long the member's device rang; other events give this time in seconds.
        ring_time: Millis["RingTime"],
    }

    /// An agent and what it does, in the list of the action [`Agents`](crate::action::Agents).
    ///
    /// Class `agent`. Asterisk 1.8 to 23.
    Agents {
        /// The agent's number in `agents.conf`.
        agent: Text["Agent"],
        /// The agent's full name, as `agents.conf` gives it.
        name: Text["Name"],
        /// Whether the agent is logged in, and whether it is in a call.
        status: AgentState<'a>["Status"],
        /// When the agent logged in; absent if it is not, 0 in Asterisk 1.8 and 11.
        logged_in_time: UnixTime["LoggedInTime"],
        /// The channel that the agent talks to.
        talking_to_chan: Text["TalkingToChan"],
        /// When the call began. Asterisk 12 and later.
        call_started: UnixTime["CallStarted"],
        /// The agent's own channel; absent if it is not logged in. Asterisk 12 and later.
        channel: group ChannelSnapshot[""],
        /// The agent's own channel, `n/a` without one. Asterisk 1.8 and 11.
        logged_in_chan: Text["LoggedInChan"],
        /// The number that the agent talks to, `n/a` without one. Asterisk 1.8 and 11.
        talking_to: Text["TalkingTo"],
    }

    /// Ends the list of the action [`Agents`](crate::action::Agents).
    ///
    /// Class `agent`. Asterisk 1.8 to 23; up to 13.1 this event alone ends the list, without `EventList`.
    AgentsComplete {
        list: group ListEnd[""],
    }
}
