//! Channels: how they begin, change and end.

use super::prelude::*;

events! {
    /// Sent when a channel is gone.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    Hangup {
        channel: group ChannelSnapshot[""],
        cause: HangupCause["Cause"],
        cause_txt: Text["Cause-txt"],
        tech_cause: Text["TechCause"],
    }
}
