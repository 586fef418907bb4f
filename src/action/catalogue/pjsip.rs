//! PJSIP: endpoints, contacts, registrations, subscriptions.

use crate::action::Action;

actions! {
    /// Lists the endpoints.
    ///
    /// Where there is none, the answer is an error; so it is with the other lists of objects.
    PJSIPShowEndpoints() needs "system" in "12 and later" lists "events `EndpointList`" completes "EndpointListComplete" {}

    /// Tells about an endpoint and what belongs to it.
    PJSIPShowEndpoint(endpoint: text = "Endpoint") needs "system" in "12 and later"
        lists "events `EndpointDetail`, `AorDetail`, `AuthDetail`, `TransportDetail`, `IdentifyDetail`, `ContactStatusDetail`"
        completes "EndpointDetailComplete" {}

    /// Lists the addresses of record.
    PJSIPShowAors() needs "system" in "16 and later" lists "events `AorList`" completes "AorListComplete" {}

    /// Lists the authentications.
    PJSIPShowAuths() needs "system" in "16 and later" lists "events `AuthList`" completes "AuthListComplete" {}

    /// Lists the contacts.
    PJSIPShowContacts() needs "system" in "16 and later" lists "events `ContactList`" completes "ContactListComplete" {}

    /// Lists the contacts of inbound registrations and whether they can be reached.
    PJSIPShowRegistrationInboundContactStatuses() needs "system" in "16 and later"
        lists "events `ContactStatusDetail`" completes "ContactStatusDetailComplete" {}

    /// Lists the addresses of record that devices register with.
    PJSIPShowRegistrationsInbound() needs "system" in "12 and later"
        lists "events `InboundRegistrationDetail`" completes "InboundRegistrationDetailComplete" {}

    /// Lists the registrations of this server with others.
    ///
    /// `ListItems` counts the registrations alone, not their authentications.
    PJSIPShowRegistrationsOutbound() needs "system, reporting" in "12 and later"
        lists "events `OutboundRegistrationDetail` and `AuthDetail`" completes "OutboundRegistrationDetailComplete" {}

    /// Lists the lists of resources that can be subscribed to.
    PJSIPShowResourceLists() needs "system" in "13 and later"
        lists "events `ResourceListDetail`" completes "ResourceListDetailComplete" {}

    /// Lists the subscriptions of devices with this server.
    PJSIPShowSubscriptionsInbound() needs "system" in "12 and later"
        lists "events `InboundSubscriptionDetail`" completes "InboundSubscriptionDetailComplete" {}

    /// Lists the subscriptions of this server with others.
    PJSIPShowSubscriptionsOutbound() needs "system" in "12 and later"
        lists "events `OutboundSubscriptionDetail`" completes "OutboundSubscriptionDetailComplete" {}

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
    PJSIPShowMaintenance() needs "system, reporting" in "20.20, 22.10, 23.4 and later, with res_pjsip_maintenance"
        lists "events `PJSIPMaintenanceStatus`" completes "PJSIPMaintenanceStatusComplete" {
        set endpoint: text = "Endpoint", "Tells of this endpoint, in maintenance or not.";
    }
}
