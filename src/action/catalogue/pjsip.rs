//! PJSIP: endpoints, contacts, registrations, subscriptions.

use crate::action::Action;

actions! {
    /// Lists the endpoints.
    ///
    /// Where there is none, the answer is an error; so it is with the other lists of objects.
    ///
    /// Kept current by the events [`PeerStatus`](crate::event::PeerStatus),
    /// [`ContactStatus`](crate::event::ContactStatus) and [`DeviceStateChange`](crate::event::DeviceStateChange).
    PJSIPShowEndpoints() needs "system" in "12 and later" lists "events [`EndpointList`](crate::event::EndpointList)" completes "EndpointListComplete" {}

    /// Tells about an endpoint and what belongs to it.
    ///
    /// Kept current by the events [`PeerStatus`](crate::event::PeerStatus),
    /// [`ContactStatus`](crate::event::ContactStatus) and [`DeviceStateChange`](crate::event::DeviceStateChange).
    PJSIPShowEndpoint(endpoint: text = "Endpoint") needs "system" in "12 and later"
        lists "events [`EndpointDetail`](crate::event::EndpointDetail), [`AorDetail`](crate::event::AorDetail), [`AuthDetail`](crate::event::AuthDetail), [`TransportDetail`](crate::event::TransportDetail), [`IdentifyDetail`](crate::event::IdentifyDetail), [`ContactStatusDetail`](crate::event::ContactStatusDetail)"
        completes "EndpointDetailComplete" {}

    /// Lists the addresses of record.
    ///
    /// Kept current by the event [`ContactStatus`](crate::event::ContactStatus).
    PJSIPShowAors() needs "system" in "16 and later" lists "events [`AorList`](crate::event::AorList)" completes "AorListComplete" {}

    /// Lists the authentications.
    ///
    /// No event tells that this has changed.
    PJSIPShowAuths() needs "system" in "16 and later" lists "events [`AuthList`](crate::event::AuthList)" completes "AuthListComplete" {}

    /// Lists the contacts.
    ///
    /// Kept current by the event [`ContactStatus`](crate::event::ContactStatus).
    PJSIPShowContacts() needs "system" in "16 and later" lists "events [`ContactList`](crate::event::ContactList)" completes "ContactListComplete" {}

    /// Lists the contacts of inbound registrations and whether they can be reached.
    ///
    /// Kept current by the event [`ContactStatus`](crate::event::ContactStatus).
    PJSIPShowRegistrationInboundContactStatuses() needs "system" in "16 and later"
        lists "events [`ContactStatusDetail`](crate::event::ContactStatusDetail)" completes "ContactStatusDetailComplete" {}

    /// Lists the addresses of record that devices register with.
    ///
    /// Kept current by the event [`ContactStatus`](crate::event::ContactStatus).
    PJSIPShowRegistrationsInbound() needs "system" in "12 and later"
        lists "events [`InboundRegistrationDetail`](crate::event::InboundRegistrationDetail)" completes "InboundRegistrationDetailComplete" {}

    /// Lists the registrations of this server with others.
    ///
    /// `ListItems` counts the registrations alone, not their authentications.
    ///
    /// Kept current by the event [`Registry`](crate::event::Registry).
    PJSIPShowRegistrationsOutbound() needs "system, reporting" in "12 and later"
        lists "events [`OutboundRegistrationDetail`](crate::event::OutboundRegistrationDetail) and [`AuthDetail`](crate::event::AuthDetail)" completes "OutboundRegistrationDetailComplete" {}

    /// Lists the lists of resources that can be subscribed to.
    ///
    /// No event tells that this has changed.
    PJSIPShowResourceLists() needs "system" in "13 and later"
        lists "events [`ResourceListDetail`](crate::event::ResourceListDetail)" completes "ResourceListDetailComplete" {}

    /// Lists the subscriptions of devices with this server.
    ///
    /// No event tells that this has changed.
    PJSIPShowSubscriptionsInbound() needs "system" in "12 and later"
        lists "events [`InboundSubscriptionDetail`](crate::event::InboundSubscriptionDetail)" completes "InboundSubscriptionDetailComplete" {}

    /// Lists the subscriptions of this server with others.
    ///
    /// No event tells that this has changed.
    PJSIPShowSubscriptionsOutbound() needs "system" in "12 and later"
        lists "events [`OutboundSubscriptionDetail`](crate::event::OutboundSubscriptionDetail)" completes "OutboundSubscriptionDetailComplete" {}

    /// Asks an endpoint's contacts whether they are there.
    PJSIPQualify(endpoint: text = "Endpoint") needs "system, reporting" in "12 and later"
        answers "a plain response; the events `ContactStatus` tell the outcome" {}

    /// Sends an outbound registration now.
    ///
    /// The registration is named as in the configuration; from 16 on `*all` sends all.
    PJSIPRegister(registration: text = "Registration") needs "system, reporting" in "13 and later" answers "a plain response" {}

    /// Ends an outbound registration until it is asked for again, named as for [`PJSIPRegister`].
    PJSIPUnregister(registration: text = "Registration") needs "system, reporting" in "12 and later" answers "a plain response" {}

    /// Refuses an incoming call that was not answered, or all whose channels match a pattern, with a SIP response.
    ///
    /// The cause is the response's code, 400 to 699, or its name, such as `BUSY_HERE`. The channel is a name or, as
    /// with [`Hangup`](crate::action::Hangup), a pattern between slashes, whose list is for
    /// [`Client::list`](crate::Client::list).
    PJSIPHangup(channel: text = "Channel", cause: any = "Cause") needs "system, call" in "18.21, 20.6, 21.1 and later"
        answers "for a name, a plain response; for a pattern, a list: an event `ChannelHungup` for each channel, ended by `ChannelsHungupListComplete`" {}

    /// Puts an endpoint, or `all`, into maintenance: it is sent and gets no new calls.
    PJSIPSetMaintenance(endpoint: text = "Endpoint", state: on = "State") needs "system" in "20.20, 22.10, 23.4 and later, with res_pjsip_maintenance"
        answers "a plain response" {}

    /// Lists the endpoints that are in maintenance.
    ///
    /// Kept current by the event [`PJSIPMaintenanceStatus`](crate::event::PJSIPMaintenanceStatus).
    PJSIPShowMaintenance() needs "system, reporting" in "20.20, 22.10, 23.4 and later, with res_pjsip_maintenance"
        lists "events [`PJSIPMaintenanceStatus`](crate::event::PJSIPMaintenanceStatus)" completes "PJSIPMaintenanceStatusComplete" {
        set endpoint: text = "Endpoint", "Tells of this endpoint, in maintenance or not.";
    }
}
