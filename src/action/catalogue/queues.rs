//! Queues and agents.

use crate::action::Action;

actions! {
    /// Adds a member to a queue.
    ///
    /// It stays until it is removed; over a restart of Asterisk only with `persistentmembers`.
    QueueAdd(queue: text = "Queue", interface: text = "Interface") needs "agent" in "1.2 and later"
        answers "a plain response; an error if the member is in the queue already" {
        /// # Examples
        ///
        /// ```
        /// use gami::action::QueueAdd;
        ///
        /// let add = QueueAdd::new("support", "Local/100@agents")
        ///     .member_name("Alice")
        ///     .state_interface("PJSIP/100")
        ///     .penalty(1);
        /// # let _ = add;
        /// ```
        set penalty: u32 = "Penalty", "Members with a lower penalty are called first; 0 by default.";
        set paused: yes = "Paused", "Adds it paused.";
        set reason: text = "Reason", "Why it is paused (22 and later).";
        set member_name: text = "MemberName", "The member's name in events, lists and the queue log; its interface by default.";
        set state_interface: text = "StateInterface", "The device whose state tells whether the member is free; its interface by default.";
        set wrapuptime: whole_secs = "Wrapuptime", "How long the member is left in peace after a call, in place of what the queue says.";
    }

    /// Removes a member that was added to a queue.
    ///
    /// Members of `queues.conf` stay.
    QueueRemove(queue: text = "Queue", interface: text = "Interface") needs "agent" in "1.2 and later"
        answers "a plain response" {}

    /// Takes a member out of service, or brings it back.
    QueuePause(interface: text = "Interface", paused: yes = "Paused") needs "agent" in "1.2 and later" answers "a plain response" {
        set queue: text = "Queue", "Only in this queue; without it in all.";
        set reason: text = "Reason", "Why, for events, lists and the queue log.";
    }

    /// Sets a member's penalty.
    QueuePenalty(interface: text = "Interface", penalty: u32 = "Penalty") needs "agent" in "1.8 and later"
        answers "a plain response" {
        set queue: text = "Queue", "Only in this queue; without it in all.";
    }

    /// Sets whether a member is called while it is in a call.
    QueueMemberRingInUse(interface: text = "Interface", ring_in_use: yes = "RingInUse") needs "agent" in "11 and later"
        answers "a plain response" {
        set queue: text = "Queue", "Only in this queue; without it in all.";
    }

    /// Lists queues with their members and callers.
    ///
    /// Kept current by the events [`QueueCallerJoin`](crate::event::QueueCallerJoin),
    /// [`QueueCallerLeave`](crate::event::QueueCallerLeave),
    /// [`QueueCallerAbandon`](crate::event::QueueCallerAbandon),
    /// [`QueueMemberAdded`](crate::event::QueueMemberAdded),
    /// [`QueueMemberRemoved`](crate::event::QueueMemberRemoved),
    /// [`QueueMemberPause`](crate::event::QueueMemberPause),
    /// [`QueueMemberPenalty`](crate::event::QueueMemberPenalty),
    /// [`QueueMemberRinginuse`](crate::event::QueueMemberRinginuse),
    /// [`QueueMemberStatus`](crate::event::QueueMemberStatus), [`Join`](crate::event::Join),
    /// [`Leave`](crate::event::Leave) and [`QueueMemberPaused`](crate::event::QueueMemberPaused).
    QueueStatus() needs "none" in "1.2 and later"
        lists "for each queue an event [`QueueParams`](crate::event::QueueParams), then its [`QueueMember`](crate::event::QueueMember) and [`QueueEntry`](crate::event::QueueEntry)" completes "QueueStatusComplete" {
        set queue: text = "Queue", "Only this queue; an unknown one gives an empty list.";
        set member: text = "Member", "Only this member of each queue, by its interface.";
    }

    /// Lists queues with the number of members, callers and the times they wait.
    ///
    /// Kept current by the events [`QueueCallerJoin`](crate::event::QueueCallerJoin),
    /// [`QueueCallerLeave`](crate::event::QueueCallerLeave),
    /// [`QueueCallerAbandon`](crate::event::QueueCallerAbandon),
    /// [`QueueMemberAdded`](crate::event::QueueMemberAdded),
    /// [`QueueMemberRemoved`](crate::event::QueueMemberRemoved),
    /// [`QueueMemberPause`](crate::event::QueueMemberPause), [`QueueMemberStatus`](crate::event::QueueMemberStatus),
    /// [`Join`](crate::event::Join), [`Leave`](crate::event::Leave) and
    /// [`QueueMemberPaused`](crate::event::QueueMemberPaused).
    QueueSummary() needs "none" in "1.6 and later" lists "events [`QueueSummary`](crate::event::QueueSummary)" completes "QueueSummaryComplete" {
        set queue: text = "Queue", "Only this queue.";
    }

    /// Prints queues as the command line does.
    ///
    /// The server prints raw text, without a response and without the action's id. So this ends in a
    /// timeout, and the text is reported on [`Client::errors`](crate::Client::errors), as one unrecognized
    /// packet a queue. Use [`QueueStatus`], or [`Client::command`](crate::Client::command) with `queue show`.
    Queues() needs "none" in "1.8 and earlier; not in 16 and later" answers "nothing that an action can wait for" {}

    /// Shows the rules of `queuerules.conf`.
    QueueRule() needs "none" in "1.6 and later"
        answers "a response with `RuleList`, a name, before the headers `Rule` that belong to it" {
        set rule: text = "Rule", "Only the rule of this name.";
    }

    /// Writes an entry into the queue log.
    QueueLog(queue: text = "Queue", event: text = "Event") needs "agent" in "1.6 and later" answers "a plain response" {
        set uniqueid: text = "Uniqueid", "The call's uniqueid.";
        set interface: text = "Interface", "The member.";
        set message: text = "Message", "The entry's data.";
    }

    /// Reads queues, members or rules anew.
    QueueReload() needs "none" in "1.6 and later" answers "a plain response" {
        set queue: text = "Queue", "Only this queue.";
        set members: yes = "Members", "Reads the members anew.";
        set rules: yes = "Rules", "Reads the rules anew.";
        set parameters: yes = "Parameters", "Reads the queues' settings anew.";
    }

    /// Sets the statistics of one queue or of all to zero.
    QueueReset() needs "none" in "1.6 and later" answers "a plain response" {
        set queue: text = "Queue", "Only this queue.";
    }

    /// Changes the priority of a caller who waits in a queue.
    QueueChangePriorityCaller(queue: text = "Queue", caller: text = "Caller", priority: i32 = "Priority") needs "none" in "15 and later"
        answers "a plain response" {
        set immediate: yes = "Immediate", "Moves the caller at once (20.5 and later).";
    }

    /// Takes a waiting caller out of a queue, back to the dialplan.
    QueueWithdrawCaller(queue: text = "Queue", caller: text = "Caller") needs "none" in "16.25, 18.11, 19.3 and later" answers "a plain response" {
        set withdraw_info: text = "WithdrawInfo", "What the dialplan finds in `QUEUE_WITHDRAW_INFO`.";
    }

    /// Lists the agents.
    ///
    /// Kept current by the events [`AgentLogin`](crate::event::AgentLogin),
    /// [`AgentLogoff`](crate::event::AgentLogoff), [`AgentConnect`](crate::event::AgentConnect) and
    /// [`AgentComplete`](crate::event::AgentComplete).
    Agents() needs "agent" in "1.2 and later" lists "events [`Agents`](crate::event::Agents)" completes "AgentsComplete" {}

    /// Logs an agent off.
    AgentLogoff(agent: text = "Agent") needs "agent" in "1.2 and later" answers "a plain response" {
        set soft: truth = "Soft", "Lets the agent end the call first.";
    }
}
