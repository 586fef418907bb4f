//! What only old versions of Asterisk sent and no other topic has.

use super::prelude::*;

events! {
    /// A tree of what the server holds, in answer to the action [`DataGet`](crate::action::DataGet), which gets no
    /// response.
    ///
    /// Each header is a leaf, named `<depth>-<path>.<leaf>` with the path's steps joined by dots, such as
    /// `1-channels.channel.name`. One that stands in several branches comes as often, so read them in order, with
    /// [`Event::iter`].
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 13.
    DataGetTree = "DataGet Tree" {}

    /// Sent when a message arrives over XMPP.
    ///
    /// Class `user`. Asterisk 1.8 and 11.
    ///
    /// Goes with [`JabberStatus`].
    JabberEvent {
        /// The account of Asterisk that received it.
        account: Text["Account"],
        /// The message as XML.
        packet: Text["Packet"],
    }

    /// Sent when the presence of an XMPP buddy changes.
    ///
    /// Class `user`. Asterisk 1.8 and 11.
    ///
    /// Goes with [`JabberEvent`].
    JabberStatus {
        /// The account of Asterisk that the buddy belongs to.
        account: Text["Account"],
        /// The buddy's address.
        jid: Text["JID"],
        /// The device or program with which the buddy is connected.
        resource: Text["Resource"],
        /// The presence as the XMPP library numbers it.
        status: i32["Status"],
        /// The priority of the resource among those of the buddy.
        priority: i32["Priority"],
        /// What the buddy says of its presence.
        description: Text["Description"],
    }
}
