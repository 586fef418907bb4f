//! Headers that come together wherever a channel or a bridge is described.

use std::fmt;

use super::record::{self, Reader, Record, Show};
use super::values::*;
use crate::event::Event;
use crate::packet::Key;

groups! {
    /// A channel as it was when the event was sent.
    ///
    /// Asterisk 12 and later send all of it; before, the headers that the event needed.
    ChannelSnapshot {
        /// The channel's name, such as `PJSIP/100-00000001`.
        name: Text["Channel"],
        state: ChannelState["ChannelState"],
        state_desc: Text["ChannelStateDesc"],
        caller_id_num: Text["CallerIDNum"],
        /// C-escaped from Asterisk 13.5 and 14 on: see [`unescape`](crate::event::unescape).
        caller_id_name: Text["CallerIDName"],
        connected_line_num: Text["ConnectedLineNum"],
        /// C-escaped from Asterisk 13.5 and 14 on: see [`unescape`](crate::event::unescape).
        connected_line_name: Text["ConnectedLineName"],
        language: Text["Language"],
        account_code: Text["AccountCode"],
        context: Text["Context"],
        exten: Text["Exten"],
        priority: i32["Priority"],
        uniqueid: Text["Uniqueid"],
        /// The `uniqueid` of the channel that began the call that this one belongs to.
        linkedid: Text["Linkedid"],
        /// Only in late versions, and there only if the channel has a tenant.
        tenantid: Text["Tenantid"],
    }

    /// A bridge as it was when the event was sent.
    ///
    /// Asterisk 12 and later.
    BridgeSnapshot {
        uniqueid: Text["BridgeUniqueid"],
        /// Such as `basic`, `parking` or `stasis`.
        kind: Text["BridgeType"],
        /// Such as `simple_bridge` or `native_rtp`.
        technology: Text["BridgeTechnology"],
        /// The part of Asterisk that made the bridge; `<unknown>` if it has none.
        creator: Text["BridgeCreator"],
        name: Text["BridgeName"],
        num_channels: u32["BridgeNumChannels"],
        video_source_mode: Text["BridgeVideoSourceMode"],
        /// The channel that is shown, by its `uniqueid`.
        video_source: Text["BridgeVideoSource"],
    }

    /// How a list ends.
    ListEnd {
        /// `Complete`; empty up to Asterisk 13.1.
        event_list: Text["EventList"],
        /// How many events the list had.
        list_items: u32["ListItems"],
    }
}
