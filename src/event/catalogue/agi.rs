//! AGI: commands that run on a channel, and channels that wait for them.

use super::prelude::*;

events! {
    /// Sent when an AGI command begins on a channel.
    ///
    /// Class `agi`. Asterisk 12 to 23; older servers send [`AGIExec`].
    ///
    /// Goes with [`AGIExecEnd`].
    AGIExecStart {
        channel: group ChannelSnapshot[""],
        /// The command line.
        command: Text["Command"],
        /// A number that the event of the command's end carries too.
        command_id: Text["CommandId"],
    }

    /// Sent when an AGI command has ended.
    ///
    /// Class `agi`. Asterisk 12 to 23; older servers send [`AGIExec`].
    ///
    /// Goes with [`AGIExecStart`].
    AGIExecEnd {
        channel: group ChannelSnapshot[""],
        /// The command line.
        command: Text["Command"],
        /// The number that the event of the command's beginning carried.
        command_id: Text["CommandId"],
        /// The code of the reply, such as 200.
        result_code: i32["ResultCode"],
        /// What the code means, such as `Success`.
        result: Text["Result"],
    }

    /// Sent when an AGI command begins and when it ends, by servers before Asterisk 12.
    ///
    /// Class `agi`. Asterisk 1.8 and 11; newer servers send [`AGIExecStart`] and [`AGIExecEnd`].
    AGIExec {
        /// `Start` or `End`.
        sub_event: Text["SubEvent"],
        /// The channel on which the command runs.
        channel: Text["Channel"],
        /// A number that is the same for the beginning and the end.
        command_id: Text["CommandId"],
        /// The command line.
        command: Text["Command"],
        /// The code of the reply, such as 200; absent at the beginning.
        result_code: i32["ResultCode"],
        /// What the code means; empty at the beginning.
        result: Text["Result"],
    }

    /// Sent when a channel begins to wait for AGI commands by the action [`AGI`](crate::action::AGI).
    ///
    /// Class `agi`. Asterisk 12 to 23; older servers send [`AsyncAGI`].
    ///
    /// Goes with [`AsyncAGIExec`] and [`AsyncAGIEnd`].
    AsyncAGIStart {
        channel: group ChannelSnapshot[""],
        /// The AGI environment, one `name: value` a line, encoded as in a URL.
        env: Text["Env"],
    }

    /// Sent when a command of the action [`AGI`](crate::action::AGI) has run on a channel.
    ///
    /// Class `agi`. Asterisk 12 to 23; older servers send [`AsyncAGI`].
    ///
    /// Goes with [`AsyncAGIStart`] and [`AsyncAGIEnd`].
    AsyncAGIExec {
        channel: group ChannelSnapshot[""],
        /// The `CommandID` of the action.
        command_id: Text["CommandID"],
        /// The reply of the command, encoded as in a URL.
        result: Text["Result"],
    }

    /// Sent when a channel no longer waits for AGI commands.
    ///
    /// Class `agi`. Asterisk 12 to 23; older servers send [`AsyncAGI`].
    ///
    /// Goes with [`AsyncAGIStart`] and [`AsyncAGIExec`].
    AsyncAGIEnd {
        channel: group ChannelSnapshot[""],
    }

    /// Sent when a channel begins to wait for AGI commands, when a command has run, and at the end of it, by
    /// servers before Asterisk 12.
    ///
    /// Class `agi`. Asterisk 1.8 and 11; newer servers send [`AsyncAGIStart`], [`AsyncAGIExec`] and
    /// [`AsyncAGIEnd`].
    AsyncAGI {
        /// `Start`, `Exec` or `End`.
        sub_event: Text["SubEvent"],
        /// The channel that waits for commands.
        channel: Text["Channel"],
        /// At the start the AGI environment, one `name: value` a line, encoded as in a URL.
        env: Text["Env"],
        /// After a command its reply, encoded as in a URL.
        result: Text["Result"],
        /// After a command the `CommandID` of the action.
        command_id: Text["CommandID"],
    }
}
