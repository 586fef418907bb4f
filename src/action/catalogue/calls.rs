//! Channels: what is up, hanging up, transfer, variables, digits, text.

use crate::action::{Action, AudioDirection, PlaybackControl};

actions! {
    /// Lists the channels that are up.
    ///
    /// Kept current by the events [`Newchannel`](crate::event::Newchannel), [`Newstate`](crate::event::Newstate),
    /// [`Newexten`](crate::event::Newexten), [`NewCallerid`](crate::event::NewCallerid),
    /// [`NewConnectedLine`](crate::event::NewConnectedLine), [`NewAccountCode`](crate::event::NewAccountCode),
    /// [`Rename`](crate::event::Rename), [`BridgeEnter`](crate::event::BridgeEnter),
    /// [`BridgeLeave`](crate::event::BridgeLeave) and [`Hangup`](crate::event::Hangup).
    CoreShowChannels() needs "system, reporting" in "1.6 and later"
        lists "events [`CoreShowChannel`](crate::event::CoreShowChannel)" completes "CoreShowChannelsComplete" {}

    /// Lists the channels that are connected to one, through bridges and Local channels.
    ///
    /// Kept current by the events [`BridgeEnter`](crate::event::BridgeEnter),
    /// [`BridgeLeave`](crate::event::BridgeLeave), [`LocalBridge`](crate::event::LocalBridge) and
    /// [`LocalOptimizationEnd`](crate::event::LocalOptimizationEnd).
    CoreShowChannelMap(channel: text = "Channel") needs "system, reporting" in "18.19, 20.4, 21 and later"
        lists "events [`CoreShowChannelMap`](crate::event::CoreShowChannelMap), each with a `ConnectedChannel`" completes "CoreShowChannelMapComplete" {}

    /// Tells the state of one channel or of all, with variables where they are asked for.
    ///
    /// Kept current by the events [`Newchannel`](crate::event::Newchannel), [`Newstate`](crate::event::Newstate),
    /// [`Newexten`](crate::event::Newexten), [`NewCallerid`](crate::event::NewCallerid),
    /// [`NewConnectedLine`](crate::event::NewConnectedLine), [`NewAccountCode`](crate::event::NewAccountCode),
    /// [`Rename`](crate::event::Rename), [`VarSet`](crate::event::VarSet),
    /// [`BridgeEnter`](crate::event::BridgeEnter), [`BridgeLeave`](crate::event::BridgeLeave) and
    /// [`Hangup`](crate::event::Hangup).
    Status() needs "system, call, reporting" in "1.0 and later" lists "events [`Status`](crate::event::Status)" completes "StatusComplete" {
        set channel: text = "Channel", "Only this channel.";
        join variable: text = "Variables", "Tells the value of this variable or function too; can be called again.";
        set all_variables: truth = "AllVariables", "Tells all variables of each channel.";
    }

    /// Hangs up a channel, or all whose names match a pattern between slashes.
    ///
    /// A name is `PJSIP/100-00000001`; a pattern is a regular expression such as `/^PJSIP\/100-/` (11 and
    /// later), and its list is for [`Client::list`](crate::Client::list).
    Hangup(channel: text = "Channel") needs "system, call" in "1.0 and later"
        answers "for a name, a plain response; for a pattern, a list: an event `ChannelHungup` for each channel, ended by `ChannelsHungupListComplete`" {
        /// # Examples
        ///
        /// ```
        /// use gami::action::Hangup;
        /// use gami::event::HangupCause;
        ///
        /// let busy = Hangup::new("PJSIP/100-00000001").cause(HangupCause::UserBusy);
        /// let all = Hangup::new(r"/^PJSIP\/100-/").cause(16);
        /// # let _ = (busy, all);
        /// ```
        set cause: cause = "Cause", "Why, as the other side is told: a [`HangupCause`](crate::event::HangupCause) or its number of Q.850, 1 to 127.";
    }

    /// Hangs a channel up when it has lasted for a time, counted from now.
    ///
    /// A time of zero is refused.
    AbsoluteTimeout(channel: text = "Channel", time: secs = "Timeout") needs "system, call" in "1.0 and later"
        answers "a plain response" {}

    /// Sends a channel to another place in the dialplan, alone or together with the one that it talks to.
    ///
    /// The channel leaves its bridge; without [`Redirect::extra_channel`] the other side is usually hung up.
    /// The priority is a number or a label.
    Redirect(channel: text = "Channel", context: text = "Context", exten: text = "Exten", priority: any = "Priority")
        needs "call" in "1.0 and later" answers "a plain response" {
        /// # Examples
        ///
        /// Both sides of a call into a conference:
        ///
        /// ```
        /// use gami::action::Redirect;
        ///
        /// let both = Redirect::new("PJSIP/100-00000001", "conferences", "8000", 1)
        ///     .extra_channel("PJSIP/200-00000002");
        /// # let _ = both;
        /// ```
        set extra_channel: text = "ExtraChannel", "A second channel to redirect in the same step, to the same place unless one is given.";
        set extra_context: text = "ExtraContext", "Where the second channel goes (1.8 and later); give `extra_exten` and `extra_priority` too.";
        set extra_exten: text = "ExtraExten", "Where the second channel goes (1.8 and later).";
        set extra_priority: any = "ExtraPriority", "Where the second channel goes, a number or a label (1.8 and later).";
    }

    /// Begins an attended transfer on behalf of a channel that is in a bridge.
    ///
    /// The feature code for it, `atxfer` in `features.conf`, must be configured: the server acts as if the channel had
    /// dialled it.
    Atxfer(channel: text = "Channel", exten: text = "Exten") needs "call" in "1.8 and later"
        answers "a plain response; how it ends is told by the event `AttendedTransfer`" {
        set context: text = "Context", "The extension's context; needed up to 11, later the transferring channel's own by default.";
    }

    /// Cancels an attended transfer that is under way.
    ///
    /// The feature code for it, `atxferabort` in `features.conf`, must be configured.
    CancelAtxfer(channel: text = "Channel") needs "call" in "13.18, 14.7, 15.1, 16 and later" answers "a plain response" {}

    /// Transfers the party that a channel talks to, without asking.
    BlindTransfer(channel: text = "Channel", exten: text = "Exten") needs "call" in "16 and later"
        answers "a plain response; the event `BlindTransfer` follows" {
        set context: text = "Context", "The extension's context; the transferring channel's own by default.";
    }

    /// Sets a variable or a function, of a channel or a global one.
    ///
    /// The value arrives as it is, but for leading blanks, which Asterisk drops. The variable can be a
    /// function such as `CALLERID(name)`; some functions need the privilege `system` as well.
    Setvar(variable: text = "Variable", value: text = "Value") needs "call" in "1.0 and later" answers "a plain response" {
        /// # Examples
        ///
        /// ```
        /// use gami::action::Setvar;
        ///
        /// let of_a_channel = Setvar::new("CALLERID(name)", "Alice").channel("PJSIP/100-00000001");
        /// let global = Setvar::new("NIGHT", "1");
        /// # let _ = (of_a_channel, global);
        /// ```
        set channel: text = "Channel", "The channel; without it the variable is global.";
    }

    /// Reads a variable or a function, of a channel or a global one.
    Getvar(variable: text = "Variable") needs "call, reporting" in "1.0 and later"
        answers "a response with `Variable` and `Value`, which is empty for a variable that is not set" {
        set channel: text = "Channel", "The channel; without it the variable is global.";
    }

    /// Sends text to a channel, during a call.
    SendText(channel: text = "Channel", message: text = "Message") needs "call" in "1.8 and later" answers "a plain response" {
        set content_type: text = "Content-Type", "The MIME type of the text (16 and later).";
    }

    /// Sends a hook flash to a channel.
    SendFlash(channel: text = "Channel") needs "call" in "18.18, 20.3 and later" answers "a plain response" {
        set receive: yes = "Receive", "Makes it as if the channel had sent the flash.";
    }

    /// Plays a DTMF digit to a channel.
    PlayDTMF(channel: text = "Channel", digit: char = "Digit") needs "call" in "1.8 and later" answers "a plain response" {
        set duration: ms = "Duration", "How long the digit sounds; sent in milliseconds (13 and later).";
        set receive: yes = "Receive", "Makes it as if the channel had sent the digit (16 and later).";
    }

    /// Plays an MF digit to a channel: `0` to `9`, `*`, `#`, `A`, `B`, `C`.
    PlayMF(channel: text = "Channel", digit: char = "Digit") needs "call" in "16.21, 18.7, 19 and later" answers "a plain response" {
        set duration: ms = "Duration", "How long the digit sounds; sent in milliseconds.";
    }

    /// Mutes a channel's audio, or lets it be heard again.
    MuteAudio(channel: text = "Channel", direction: AudioDirection = "Direction", state: on = "State")
        needs "system" in "1.8 and later" answers "a plain response" {}

    /// Lets a Local channel that was made with `/n` leave the path after all.
    LocalOptimizeAway(channel: text = "Channel") needs "system, call" in "1.8 and later" answers "a plain response" {}

    /// Controls a file that is being played to a channel.
    ControlPlayback(channel: text = "Channel", control: PlaybackControl = "Control") needs "call" in "12 and later"
        answers "a plain response" {}

    /// Gives a command to a channel that waits in `AGI(agi:async)`.
    ///
    /// With a command id the result's event can be told from others.
    AGI(channel: text = "Channel", command: text = "Command") needs "agi" in "1.8 and later"
        answers "a response when the command is queued; its result comes in the event `AsyncAGIExec`, up to 11 in an `AsyncAGI`" {
        set command_id: text = "CommandID", "Comes back with the result.";
    }
}
