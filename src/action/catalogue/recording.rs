//! Recording of calls.

use crate::action::{Action, MonitorDirection};

actions! {
    /// Records a channel into one file, both directions mixed.
    ///
    /// For the recording's id, which [`StopMixMonitor`] and [`MixMonitorMute`] take, give the option `i(NAME)`: the answer
    /// then has it as `MixMonitorID`, and the channel in the variable of that name.
    MixMonitor(channel: text = "Channel") needs "system" in "11 and later"
        answers "a plain response; with the option `i(NAME)` one with `MixMonitorID`" {
        set file: text = "File", "The file; without a path it stands in the server's directory for recordings.";
        set options: text = "Options", "The options of the application MixMonitor, such as `b`.";
        set command: text = "Command", "What the server's shell runs when the recording is done.";
    }

    /// Stops a recording by [`MixMonitor`].
    StopMixMonitor(channel: text = "Channel") needs "system, call" in "11 and later" answers "a plain response" {
        set mix_monitor_id: text = "MixMonitorID", "Only this one of the channel's recordings.";
    }

    /// Mutes the recordings of a channel, or lets it be heard in them again.
    MixMonitorMute(channel: text = "Channel", direction: MonitorDirection = "Direction", state: one = "State")
        needs "system, call; none in 1.8" in "1.8 and later" answers "a plain response" {
        set mix_monitor_id: text = "MixMonitorID", "Only this one of the channel's recordings; servers that do not know it, such as 16, mute them all.";
    }

    /// Records a channel into two files, one a direction.
    ///
    /// Use [`MixMonitor`] on servers that have it.
    Monitor(channel: text = "Channel") needs "call" in "1.0 to 20; removed with res_monitor" answers "a plain response" {
        set file: text = "File", "The files' name; the channel's by default.";
        set format: text = "Format", "The audio format; `wav` by default.";
        set mix: truth = "Mix", "Mixes both files into one at the end.";
    }

    /// Changes the file of a recording by [`Monitor`].
    ChangeMonitor(channel: text = "Channel", file: text = "File") needs "call" in "1.0 to 20; removed with res_monitor"
        answers "a plain response" {}

    /// Halts a recording by [`Monitor`].
    PauseMonitor(channel: text = "Channel") needs "call" in "1.4 to 20; removed with res_monitor" answers "a plain response" {}

    /// Goes on with a recording by [`Monitor`] that was halted.
    UnpauseMonitor(channel: text = "Channel") needs "call" in "1.4 to 20; removed with res_monitor" answers "a plain response" {}

    /// Ends a recording by [`Monitor`].
    StopMonitor(channel: text = "Channel") needs "call" in "1.0 to 20; removed with res_monitor" answers "a plain response" {}
}
