//! Transfers.

use super::prelude::*;

events! {
    /// Sent when a party has handed its call to an extension.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`AttendedTransfer`].
    BlindTransfer {
        /// The channel that transfers.
        transferer: group ChannelSnapshot["Transferer"],
        /// The channel that is transferred, where there is one and not a whole bridge.
        transferee: group ChannelSnapshot["Transferee"],
        bridge: group BridgeSnapshot[""],
        /// Whether it came to be, or why it did not.
        result: TransferResult<'a>["Result"],
        /// Whether it was asked for over the channel's protocol, and not with a feature code.
        is_external: Flag["IsExternal"],
        /// The context of the extension that the call is handed to.
        context: Text["Context"],
        /// The extension that the call is handed to.
        extension: Text["Extension"],
    }

    /// Sent when a party has joined its two calls.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`BlindTransfer`].
    AttendedTransfer {
        /// The transferer's first call.
        orig_transferer: group ChannelSnapshot["OrigTransferer"],
        orig: group BridgeSnapshot["Orig"],
        /// The transferer's second call.
        second_transferer: group ChannelSnapshot["SecondTransferer"],
        second: group BridgeSnapshot["Second"],
        /// The local channel that links the two, for the destination `Link`.
        local_one: group ChannelSnapshot["LocalOne"],
        local_two: group ChannelSnapshot["LocalTwo"],
        /// The channel that is transferred.
        transferee: group ChannelSnapshot["Transferee"],
        /// The channel that it is transferred to.
        transfer_target: group ChannelSnapshot["TransferTarget"],
        /// Whether it came to be, or why it did not.
        result: TransferResult<'a>["Result"],
        /// Whether a phone asked for it by its protocol, rather than by a feature code.
        is_external: Flag["IsExternal"],
        /// Where the call went: to a bridge, an application, another channel.
        dest_type: TransferDestination<'a>["DestType"],
        /// For the destinations `Bridge` and `Threeway`.
        dest_bridge_uniqueid: Text["DestBridgeUniqueid"],
        /// The application, for the destination `App`.
        dest_app: Text["DestApp"],
        /// The transferer that stays in the call, for the destination `Threeway`.
        dest_transferer_channel: Text["DestTransfererChannel"],
    }

    /// Sent when a SIP phone has transferred a call.
    ///
    /// Class `call`. Asterisk 1.8 to 11; then [`BlindTransfer`] and [`AttendedTransfer`].
    Transfer {
        channel: group ChannelSnapshot[""],
        /// The channel's protocol, such as `SIP`.
        transfer_method: Text["TransferMethod"],
        /// `Blind` or `Attended`.
        transfer_type: Text["TransferType"],
        /// The `Call-ID` of the phone's dialog.
        sip_callid: Text["SIP-Callid"],
        /// The channel that the call is joined with, in an attended transfer.
        target_channel: Text["TargetChannel"],
        /// The uniqueid of that channel.
        target_uniqueid: Text["TargetUniqueid"],
        /// The extension that the call is sent to, in a blind transfer.
        transfer_exten: Text["TransferExten"],
        /// The context of that extension.
        transfer_context: Text["TransferContext"],
        /// Whether the call was transferred to a parking lot.
        transfer_to_parking: Flag["Transfer2Parking"],
    }
}
