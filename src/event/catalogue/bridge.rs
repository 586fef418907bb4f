//! Bridges: channels that hear each other.

use super::prelude::*;

events! {
    /// Sent when two channels are bridged and, in some versions, when they part.
    ///
    /// Class `call`. Asterisk 1.8 to 11; then [`BridgeEnter`] and [`BridgeLeave`].
    ///
    /// Goes with [`Unlink`].
    Bridge {
        /// Whether the channels were bridged or have parted.
        bridge_state: BridgeState<'a>["Bridgestate"],
        /// `core` or `native`.
        bridge_type: Text["Bridgetype"],
        /// The name of the first channel.
        channel1: Text["Channel1"],
        /// The name of the second channel.
        channel2: Text["Channel2"],
        /// The number of the first channel's caller.
        caller_id1: Text["CallerID1"],
        /// The number of the second channel's caller.
        caller_id2: Text["CallerID2"],
        /// The uniqueid of the first channel.
        uniqueid1: Text["Uniqueid1"],
        /// The uniqueid of the second channel.
        uniqueid2: Text["Uniqueid2"],
    }

    /// Sent when two bridged channels part.
    ///
    /// Class `call`. Asterisk 1.8; in 11 a [`Bridge`] with the state `Unlink`.
    ///
    /// Goes with [`Bridge`].
    Unlink {
        /// The name of the first channel.
        channel1: Text["Channel1"],
        /// The name of the second channel.
        channel2: Text["Channel2"],
        /// The number of the first channel's caller.
        caller_id1: Text["CallerID1"],
        /// The number of the second channel's caller.
        caller_id2: Text["CallerID2"],
        /// The uniqueid of the first channel.
        uniqueid1: Text["Uniqueid1"],
        /// The uniqueid of the second channel.
        uniqueid2: Text["Uniqueid2"],
    }

    /// Sent when the action [`Bridge`](crate::action::Bridge) has bridged two channels or failed to.
    ///
    /// Class `call`. Asterisk 1.8 to 11.
    ///
    /// Goes with [`BridgeExec`].
    BridgeAction {
        /// `Success` or `Failed`.
        response: Text["Response"],
        /// Why it failed.
        reason: Text["Reason"],
        /// The name of the first channel.
        channel1: Text["Channel1"],
        /// The name of the second channel.
        channel2: Text["Channel2"],
    }

    /// Sent when the application `Bridge` has bridged two channels or failed to.
    ///
    /// Class `call`. Asterisk 1.8 to 11.
    ///
    /// Goes with [`BridgeAction`].
    BridgeExec {
        /// `Success` or `Failed`.
        response: Text["Response"],
        /// Why it failed.
        reason: Text["Reason"],
        /// The name of the first channel.
        channel1: Text["Channel1"],
        /// The name of the second channel.
        channel2: Text["Channel2"],
    }

    /// Sent when a bridge comes into being.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`BridgeEnter`], [`BridgeLeave`], [`BridgeMerge`] and [`BridgeDestroy`]. The action
    /// [`BridgeList`](crate::action::BridgeList) tells what is so now.
    BridgeCreate {
        bridge: group BridgeSnapshot[""],
    }

    /// Sent when a bridge is gone.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`BridgeCreate`], [`BridgeEnter`], [`BridgeLeave`] and [`BridgeMerge`]. The actions
    /// [`BridgeList`](crate::action::BridgeList) and [`BridgeInfo`](crate::action::BridgeInfo) tell what is so now.
    BridgeDestroy {
        bridge: group BridgeSnapshot[""],
    }

    /// Sent when a channel enters a bridge.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`BridgeCreate`], [`BridgeLeave`], [`BridgeMerge`] and [`BridgeDestroy`]. The actions
    /// [`CoreShowChannels`](crate::action::CoreShowChannels), [`Status`](crate::action::Status),
    /// [`CoreShowChannelMap`](crate::action::CoreShowChannelMap), [`BridgeList`](crate::action::BridgeList) and
    /// [`BridgeInfo`](crate::action::BridgeInfo) tell what is so now.
    BridgeEnter {
        bridge: group BridgeSnapshot[""],
        channel: group ChannelSnapshot[""],
        /// The `uniqueid` of the channel whose place it takes.
        swap_uniqueid: Text["SwapUniqueid"],
    }

    /// Sent when a channel leaves a bridge.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`BridgeCreate`], [`BridgeEnter`], [`BridgeMerge`] and [`BridgeDestroy`]. The actions
    /// [`CoreShowChannels`](crate::action::CoreShowChannels), [`Status`](crate::action::Status),
    /// [`CoreShowChannelMap`](crate::action::CoreShowChannelMap), [`BridgeList`](crate::action::BridgeList) and
    /// [`BridgeInfo`](crate::action::BridgeInfo) tell what is so now.
    BridgeLeave {
        bridge: group BridgeSnapshot[""],
        channel: group ChannelSnapshot[""],
    }

    /// Sent when the channels of one bridge move to another.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`BridgeCreate`], [`BridgeEnter`], [`BridgeLeave`] and [`BridgeDestroy`]. The actions
    /// [`BridgeList`](crate::action::BridgeList) and [`BridgeInfo`](crate::action::BridgeInfo) tell what is so now.
    BridgeMerge {
        /// The bridge that they move to.
        to: group BridgeSnapshot["To"],
        /// The bridge that they leave.
        from: group BridgeSnapshot["From"],
    }

    /// Sent when a bridge shows the picture of another channel.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`BridgeEnter`]. The actions [`BridgeList`](crate::action::BridgeList) and
    /// [`BridgeInfo`](crate::action::BridgeInfo) tell what is so now.
    BridgeVideoSourceUpdate {
        bridge: group BridgeSnapshot[""],
        /// The `uniqueid` of the channel that was shown before.
        previous_video_source: Text["BridgePreviousVideoSource"],
    }

    /// A channel of the bridge that the action [`BridgeInfo`](crate::action::BridgeInfo) asked for.
    ///
    /// Sent only in answer to an action; no class. Asterisk 12 to 23.
    BridgeInfoChannel {
        channel: group ChannelSnapshot[""],
    }

    /// Ends the answer to the action [`BridgeInfo`](crate::action::BridgeInfo) with the bridge itself.
    ///
    /// Sent only in answer to an action; no class. Asterisk 12 to 23.
    BridgeInfoComplete {
        bridge: group BridgeSnapshot[""],
        list: group ListEnd[""],
    }

    /// A bridge in the answer to the action [`BridgeList`](crate::action::BridgeList).
    ///
    /// Sent only in answer to an action; no class. Asterisk 12 to 23.
    BridgeListItem {
        bridge: group BridgeSnapshot[""],
    }

    /// Ends the answer to the action [`BridgeList`](crate::action::BridgeList).
    ///
    /// Sent only in answer to an action; no class. Asterisk 12 to 23.
    BridgeListComplete {
        list: group ListEnd[""],
    }

    /// A way to bridge in the answer to the action [`BridgeTechnologyList`](crate::action::BridgeTechnologyList).
    ///
    /// Sent only in answer to an action; no class. Asterisk 12 to 23.
    BridgeTechnologyListItem {
        /// The technology's name, such as `simple_bridge` or `softmix`.
        technology: Text["BridgeTechnology"],
        /// What it is good for, such as `Native` or `MultiMix`.
        kind: Text["BridgeType"],
        /// The way of the highest priority that suits a bridge is taken.
        priority: i32["BridgePriority"],
        /// Whether it is out of use.
        suspended: Flag["BridgeSuspended"],
    }

    /// Ends the answer to the action [`BridgeTechnologyList`](crate::action::BridgeTechnologyList).
    ///
    /// Sent only in answer to an action; no class. Asterisk 12 to 23.
    BridgeTechnologyListComplete {
        list: group ListEnd[""],
    }
}
