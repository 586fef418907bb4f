//! Endpoints: peers and contacts as they come and go, registrations, and the lists of what PJSIP, SIP and IAX2 have.
//!
//! The fields of the PJSIP objects are the options of `pjsip.conf` under their names there, with the values that hold,
//! defaults included. An option that the server's version does not have is absent.

use super::prelude::*;

groups! {
    /// The options of a PJSIP address of record (an AOR), under which contacts register.
    ///
    /// In [`AorDetail`], [`AorList`] and [`InboundRegistrationDetail`].
    AorOptions {
        /// The shortest time for which a contact may register.
        minimum_expiration: Seconds["MinimumExpiration"],
        /// The longest time for which a contact may register.
        maximum_expiration: Seconds["MaximumExpiration"],
        /// How long a contact stays that does not say for how long it registers.
        default_expiration: Seconds["DefaultExpiration"],
        /// How often contacts are asked whether they are there; 0 for never.
        qualify_frequency: Seconds["QualifyFrequency"],
        /// How long a contact may take to answer, in seconds.
        qualify_timeout: f64["QualifyTimeout"],
        /// Whether only an answer that is a success means that a contact is there.
        qualify_2xx_only: Flag["Qualify2xxOnly"],
        /// Whether an `OPTIONS` that is challenged is sent again with credentials.
        authenticate_qualify: Flag["AuthenticateQualify"],
        /// How many contacts may be registered at once; 0 for none.
        max_contacts: u32["MaxContacts"],
        /// Whether a contact too many takes the place of an older one.
        remove_existing: Flag["RemoveExisting"],
        /// Whether contacts that do not answer are the first to go.
        remove_unavailable: Flag["RemoveUnavailable"],
        /// The mailboxes whose state the contacts are told, joined by commas.
        mailboxes: Text["Mailboxes"],
        /// The number to dial for voicemail, which phones are told with waiting messages.
        voicemail_extension: Text["VoicemailExtension"],
        /// The SIP address of the proxy to send requests to; empty for none.
        outbound_proxy: Text["OutboundProxy"],
        /// Whether the header `Path` of a registration is kept and followed.
        support_path: Flag["SupportPath"],
        /// The contacts as `aor/uri`, joined by commas.
        contacts: Text["Contacts"],
    }

    /// The options of a PJSIP authentication, secrets included.
    ///
    /// In [`AuthDetail`] and [`AuthList`].
    AuthOptions {
        /// The user.
        username: Text["Username"],
        /// The password, in plain text where it is configured so.
        password: Text["Password"],
        /// The secret as an MD5 digest, if it is kept so.
        md5_cred: Text["Md5Cred"],
        /// The secret as digests of late versions, as `algorithm:digest`.
        password_digest: Text["PasswordDigest"],
        /// The realm for which it holds.
        realm: Text["Realm"],
        /// How long a challenge can be answered.
        nonce_lifetime: Seconds["NonceLifetime"],
        /// Such as `userpass`, `md5`, `digest` or `google_oauth`.
        auth_type: Text["AuthType"],
        /// The token that gets a new access token (OAuth).
        refresh_token: Text["RefreshToken"],
        /// The id of this server with the provider (OAuth).
        oauth_clientid: Text["OauthClientid"],
        /// The secret of this server with the provider (OAuth).
        oauth_secret: Text["OauthSecret"],
        /// The digests that are used to answer a challenge.
        supported_algorithms_uac: Text["SupportedAlgorithmsUac"],
        /// The digests that are offered in a challenge.
        supported_algorithms_uas: Text["SupportedAlgorithmsUas"],
    }
}

events! {
    /// Sent when a peer registers, is gone, or answers too late or no more.
    ///
    /// Class `system`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`ContactStatus`]. The actions [`PJSIPShowEndpoints`](crate::action::PJSIPShowEndpoints),
    /// [`PJSIPShowEndpoint`](crate::action::PJSIPShowEndpoint), [`SIPpeers`](crate::action::SIPpeers),
    /// [`SIPpeerstatus`](crate::action::SIPpeerstatus), [`IAXpeerlist`](crate::action::IAXpeerlist) and
    /// [`IAXpeers`](crate::action::IAXpeers) tell what is so now.
    PeerStatus {
        /// The channel technology, such as `PJSIP`, `SIP` or `IAX2`.
        channel_type: Text["ChannelType"],
        /// The peer with its technology, such as `PJSIP/100`.
        peer: Text["Peer"],
        /// What is known of the peer: registered, reachable, lagged.
        peer_status: PeerState<'a>["PeerStatus"],
        /// Why, if the server says so.
        cause: Text["Cause"],
        /// The peer's address, with or without its port.
        address: Text["Address"],
        /// The port from which it registered.
        port: u32["Port"],
        /// How long the peer took to answer, in milliseconds; -1 if it did not.
        time: i64["Time"],
    }

    /// Sent when a registration of Asterisk with another server succeeds or fails.
    ///
    /// Class `system`. Asterisk 1.8 to 23.
    ///
    /// The actions [`PJSIPShowRegistrationsOutbound`](crate::action::PJSIPShowRegistrationsOutbound),
    /// [`SIPshowregistry`](crate::action::SIPshowregistry) and [`IAXregistry`](crate::action::IAXregistry) tell what
    /// is so now.
    Registry {
        /// The channel technology, such as `PJSIP`, `SIP` or `IAX2`.
        channel_type: Text["ChannelType"],
        /// The user with which Asterisk registers; for PJSIP the address that registers.
        username: Text["Username"],
        /// The server.
        domain: Text["Domain"],
        /// How the registration stands.
        status: RegistryState<'a>["Status"],
        /// Why it failed, if the server says so.
        cause: Text["Cause"],
    }

    /// Sent when a contact of a PJSIP endpoint comes, goes, or begins or ceases to answer.
    ///
    /// Class `system`. Asterisk 13 to 23.
    ///
    /// Goes with [`PeerStatus`]. The actions [`PJSIPShowEndpoints`](crate::action::PJSIPShowEndpoints),
    /// [`PJSIPShowEndpoint`](crate::action::PJSIPShowEndpoint), [`PJSIPShowAors`](crate::action::PJSIPShowAors),
    /// [`PJSIPShowContacts`](crate::action::PJSIPShowContacts),
    /// [`PJSIPShowRegistrationInboundContactStatuses`](crate::action::PJSIPShowRegistrationInboundContactStatuses)
    /// and [`PJSIPShowRegistrationsInbound`](crate::action::PJSIPShowRegistrationsInbound) tell what is so now.
    ContactStatus {
        /// The SIP address.
        uri: Text["URI"],
        /// What is known of the contact: whether it answers.
        contact_status: ContactState<'a>["ContactStatus"],
        /// The address of record under which the contact stands.
        aor: Text["AOR"],
        /// The endpoint that it belongs to.
        endpoint_name: Text["EndpointName"],
        /// How long the contact took to answer.
        roundtrip_usec: Micros["RoundtripUsec"],
    }

    /// Sent when a PJSIP endpoint goes into maintenance or comes back from it, and for each that is in maintenance in
    /// the list of the action [`PJSIPShowMaintenance`](crate::action::PJSIPShowMaintenance).
    ///
    /// Class `system`. Asterisk 20 to 23, from 20.20, 22.10 and 23.4 on.
    ///
    /// The action [`PJSIPShowMaintenance`](crate::action::PJSIPShowMaintenance) tells what is so now.
    PJSIPMaintenanceStatus {
        /// The endpoint's name.
        endpoint: Text["Endpoint"],
        /// Whether the endpoint is in maintenance.
        status: Flag["Status"],
    }

    /// Ends the list of the action [`PJSIPShowMaintenance`](crate::action::PJSIPShowMaintenance).
    ///
    /// Sent only in answer to an action; no class. Asterisk 20 to 23, from 20.20, 22.10 and 23.4 on.
    PJSIPMaintenanceStatusComplete {
        list: group ListEnd[""],
    }

    /// Sent when a peer of `chan_sip` has been asked by the action [`SIPqualifypeer`](crate::action::SIPqualifypeer)
    /// whether it is there.
    ///
    /// Class `call`. Asterisk 11 to 20.
    ///
    /// Goes with [`PeerStatus`].
    SIPQualifyPeerDone {
        /// The peer's name.
        peer: Text["Peer"],
    }

    /// A peer of `chan_sip` or IAX2, in the list of the actions [`SIPpeers`](crate::action::SIPpeers),
    /// [`IAXpeers`](crate::action::IAXpeers) and [`IAXpeerlist`](crate::action::IAXpeerlist).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23; from 21 on only IAX2 is left.
    PeerEntry {
        /// `SIP`; for IAX2, `IAX2` in the list of `IAXpeers` and `IAX` in that of `IAXpeerlist`.
        channel_type: Text["Channeltype"],
        /// The object's name: its section in the configuration.
        object_name: Text["ObjectName"],
        /// The name with which it logs in, where that is not its own. IAX2.
        object_username: Text["ObjectUsername"],
        /// `peer` or `user`.
        chan_object_type: Text["ChanObjectType"],
        /// The address; `-none-` or `(null)` if it is not known.
        ip_address: Text["IPaddress"],
        /// The port that the peer is reached at.
        ip_port: u32["IPport" | "Port"],
        /// The network mask. IAX2.
        mask: Text["Mask"],
        /// Whether the address is what the peer registers.
        dynamic: Flag["Dynamic"],
        /// Whether the peer may be behind an address translation.
        nat_support: Flag["Natsupport"],
        /// Whether answers go back to the port that a request came from.
        forcerport: Flag["Forcerport"],
        /// Whether that is so where the peer is found to be behind an address translation.
        auto_forcerport: Flag["AutoForcerport"],
        /// Whether sound goes to where sound comes from.
        comedia: Flag["Comedia"],
        /// Whether that is so where the peer is found to be behind an address translation.
        auto_comedia: Flag["AutoComedia"],
        /// Whether calls may have a picture.
        video_support: Flag["VideoSupport"],
        /// Whether calls may have text in real time.
        text_support: Flag["TextSupport"],
        /// Whether an access list limits the addresses of the peer.
        acl: Flag["ACL"],
        /// Whether calls share a stream of packets. IAX2.
        trunk: Flag["Trunk"],
        /// Which encryption calls have, such as `(aes128,keyrotate)`; `no` for none. IAX2.
        encryption: Text["Encryption"],
        /// The state in words, such as `OK (12 ms)`, `UNREACHABLE` or `Unmonitored`.
        status: Text["Status"],
        /// Whether the peer comes from a database.
        realtime_device: Flag["RealtimeDevice"],
        /// What `description` says of the peer.
        description: Text["Description"],
        /// What the calls of the peer are billed to.
        account_code: Text["Accountcode"],
    }

    /// Ends the list of the action [`SIPpeerstatus`](crate::action::SIPpeerstatus), whose items are [`PeerStatus`].
    ///
    /// Sent only in answer to an action; no class. Asterisk 11 to 20; up to 13.1 this event alone ends the list,
    /// without `EventList`.
    SIPpeerstatusComplete {
        list: group ListEnd[""],
    }

    /// A Skinny device, in the list of the action [`SKINNYdevices`](crate::action::SKINNYdevices).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 20.
    DeviceEntry {
        /// `SKINNY`.
        channel_type: Text["Channeltype"],
        /// The device's name.
        object_name: Text["ObjectName"],
        /// `device`.
        channel_object_type: Text["ChannelObjectType"],
        /// The id with which the device registers, such as `SEP0007EB463101`.
        device_id: Text["DeviceId"],
        /// The address; `-none-` if the device is not connected.
        ip_address: Text["IPaddress"],
        /// The model.
        kind: Text["Type"],
        /// `registered` or `unregistered`.
        device_status: Text["Devicestatus"],
        /// How many lines the device has.
        number_of_lines: u32["NumberOfLines"],
    }

    /// Ends the list of the action [`SKINNYdevices`](crate::action::SKINNYdevices).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 20.
    DevicelistComplete {
        list: group ListEnd[""],
    }

    /// A Skinny line, in the list of the action [`SKINNYlines`](crate::action::SKINNYlines).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 20.
    LineEntry {
        /// `SKINNY`.
        channel_type: Text["Channeltype"],
        /// The line's name.
        object_name: Text["ObjectName"],
        /// `line`.
        channel_object_type: Text["ChannelObjectType"],
        /// The device that has the line; `None` without one.
        device: Text["Device"],
        /// The number of the line's button on its device.
        instance: u32["Instance"],
        /// What the phone shows beside the line's key.
        label: Text["Label"],
    }

    /// Ends the list of the action [`SKINNYlines`](crate::action::SKINNYlines).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 20.
    LinelistComplete {
        list: group ListEnd[""],
    }

    /// Ends the list of the actions [`SIPpeers`](crate::action::SIPpeers), [`IAXpeers`](crate::action::IAXpeers) and
    /// [`IAXpeerlist`](crate::action::IAXpeerlist).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23.
    PeerlistComplete {
        list: group ListEnd[""],
    }

    /// A registration with another server, in the list of the actions
    /// [`SIPshowregistry`](crate::action::SIPshowregistry) and [`IAXregistry`](crate::action::IAXregistry).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23; from 21 on only IAX2 is left.
    RegistryEntry {
        /// The server with which Asterisk registers.
        host: Text["Host"],
        /// The port of that server.
        port: u32["Port"],
        /// The user with which Asterisk registers.
        username: Text["Username"],
        /// The domain of the address that is registered.
        domain: Text["Domain"],
        /// The port of that domain.
        domain_port: u32["DomainPort"],
        /// How often Asterisk registers anew.
        refresh: Seconds["Refresh"],
        /// The state in words, such as `Registered` or `Request Sent`.
        state: Text["State"],
        /// When the registration last succeeded. `chan_sip`.
        registration_time: UnixTime["RegistrationTime"],
        /// Whether the host's name is looked up again and again. IAX2.
        dnsmgr: Flag["DNSmgr" | "DNSmanager"],
        /// The address under which the other server sees Asterisk. IAX2.
        perceived: Text["Perceived"],
    }

    /// Ends the list of the actions [`SIPshowregistry`](crate::action::SIPshowregistry) and
    /// [`IAXregistry`](crate::action::IAXregistry).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23.
    RegistrationsComplete {
        list: group ListEnd[""],
    }

    /// A PJSIP endpoint in a few words, in the list of the action
    /// [`PJSIPShowEndpoints`](crate::action::PJSIPShowEndpoints).
    ///
    /// Class `command`. Asterisk 12 to 23.
    EndpointList {
        /// What kind of object of `pjsip.conf` this is, such as `endpoint` or `aor`.
        object_type: Text["ObjectType"],
        /// The object's name: its section in the configuration.
        object_name: Text["ObjectName"],
        /// The transport that is used, a section of `pjsip.conf`; empty if any may be.
        transport: Text["Transport"],
        /// The addresses of record, joined by commas.
        aor: Text["Aor"],
        /// The authentications of what comes in, joined by commas.
        auths: Text["Auths"],
        /// The authentications of what goes out, joined by commas.
        outbound_auths: Text["OutboundAuths"],
        /// The contacts as `aor/uri`, with a comma after each.
        contacts: Text["Contacts"],
        /// The state of the endpoint as a device.
        device_state: DeviceState<'a>["DeviceState"],
        /// How many channels the endpoint has.
        active_channels: u32["ActiveChannels"],
    }

    /// Ends the list of the action [`PJSIPShowEndpoints`](crate::action::PJSIPShowEndpoints).
    ///
    /// Class `command`. Asterisk 12 to 23.
    EndpointListComplete {
        list: group ListEnd[""],
    }

    /// A PJSIP endpoint with its options, in the list of the action
    /// [`PJSIPShowEndpoint`](crate::action::PJSIPShowEndpoint).
    ///
    /// Class `command`. Asterisk 12 to 23.
    EndpointDetail {
        /// What kind of object of `pjsip.conf` this is, such as `endpoint` or `aor`.
        object_type: Text["ObjectType"],
        /// The object's name: its section in the configuration.
        object_name: Text["ObjectName"],
        /// The context that calls of the endpoint run in.
        context: Text["Context"],
        /// The codecs that are allowed, in order.
        allow: Text["Allow"],
        /// How keys are sent: `rfc4733`, `inband`, `info`, `auto`, `auto_info` or `none`.
        dtmf_mode: Text["DtmfMode"],
        /// Whether sound may go over IPv6.
        rtp_ipv6: Flag["RtpIpv6"],
        /// Whether sound goes to where sound comes from.
        rtp_symmetric: Flag["RtpSymmetric"],
        /// Whether paths are found by ICE.
        ice_support: Flag["IceSupport"],
        /// Whether the length of packets that the other side asks for is used.
        use_ptime: Flag["UsePtime"],
        /// Whether answers go back to the port that a request came from.
        force_rport: Flag["ForceRport"],
        /// Whether a contact is taken to be where its request came from.
        rewrite_contact: Flag["RewriteContact"],
        /// The transport that is used, a section of `pjsip.conf`; empty if any may be.
        transport: Text["Transport"],
        /// The SIP address of the proxy to send requests to; empty for none.
        outbound_proxy: Text["OutboundProxy"],
        /// The class of music on hold that is played by default.
        moh_suggest: Text["MohSuggest"],
        /// Whether provisional answers are acknowledged (100rel): `no`, `required` or `yes`.
        rel100: Text["100rel"],
        /// Whether session timers are used: `no`, `required`, `always` or `yes`.
        timers: Text["Timers"],
        /// The shortest time of a session timer.
        timers_min_se: Seconds["TimersMinSe"],
        /// The longest time of a session timer.
        timers_sess_expires: Seconds["TimersSessExpires"],
        /// The authentications that incoming requests have to match.
        auth: Text["Auth"],
        /// The authentications that answer a challenge.
        outbound_auth: Text["OutboundAuth"],
        /// The addresses of record whose contacts are called.
        aors: Text["Aors"],
        /// The address that is told for sound and picture in place of the real one.
        media_address: Text["MediaAddress"],
        /// By what a request is assigned to the endpoint: `username`, `auth_username`, `ip`, `header`.
        identify_by: Text["IdentifyBy"],
        /// Whether sound may flow past Asterisk.
        direct_media: Flag["DirectMedia"],
        /// With what request that is arranged: `invite` or `update`.
        direct_media_method: Text["DirectMediaMethod"],
        /// Whether the peer is believed who is at the other end.
        trust_connected_line: Flag["TrustConnectedLine"],
        /// Whether the peer is told who is at the other end.
        send_connected_line: Flag["SendConnectedLine"],
        /// With what request that is told: `invite` or `update`.
        connected_line_method: Text["ConnectedLineMethod"],
        /// Which side waits where both arrange direct media: `none`, `outgoing` or `incoming`.
        direct_media_glare_mitigation: Text["DirectMediaGlareMitigation"],
        /// Whether sound flows through Asterisk where an address translation is found.
        disable_direct_media_on_nat: Flag["DisableDirectMediaOnNat"],
        /// Who is shown as the caller of its calls, as `"Name" <number>`.
        callerid: Text["Callerid"],
        /// Whether that may be shown, such as `allowed_not_screened`.
        callerid_privacy: Text["CalleridPrivacy"],
        /// The tag of the caller's id, for the dialplan.
        callerid_tag: Text["CalleridTag"],
        /// Whether the peer is believed who calls.
        trust_id_inbound: Flag["TrustIdInbound"],
        /// Whether the peer is told of callers who do not want to be shown.
        trust_id_outbound: Flag["TrustIdOutbound"],
        /// Whether the header `P-Asserted-Identity` is sent.
        send_pai: Flag["SendPai"],
        /// Whether the header `Remote-Party-ID` is sent.
        send_rpid: Flag["SendRpid"],
        /// Whether the header `Diversion` is sent.
        send_diversion: Flag["SendDiversion"],
        /// The mailboxes of which the endpoint is told without asking.
        mailboxes: Text["Mailboxes"],
        /// Whether the counts of several mailboxes are told as one.
        aggregate_mwi: Flag["AggregateMwi"],
        /// How sound is encrypted: `no`, `sdes` or `dtls`.
        media_encryption: Text["MediaEncryption"],
        /// Whether a call goes on unencrypted where the other side cannot.
        media_encryption_optimistic: Flag["MediaEncryptionOptimistic"],
        /// Whether streams have RTCP feedback (AVPF).
        use_avpf: Flag["UseAvpf"],
        /// Whether streams are offered as plain AVP, whatever they are.
        force_avp: Flag["ForceAvp"],
        /// Whether the profile of the offer is repeated in the answer.
        media_use_received_transport: Flag["MediaUseReceivedTransport"],
        /// Whether the peer may record by a key.
        one_touch_recording: Flag["OneTouchRecording"],
        /// Whether ringing is played as sound.
        inband_progress: Flag["InbandProgress"],
        /// The groups whose members may pick up its calls, by number.
        call_group: Text["CallGroup"],
        /// The groups whose calls it may pick up, by number.
        pickup_group: Text["PickupGroup"],
        /// The groups whose members may pick up its calls, by name.
        named_call_group: Text["NamedCallGroup"],
        /// The groups whose calls it may pick up, by name.
        named_pickup_group: Text["NamedPickupGroup"],
        /// From how many channels on it is busy; 0 for no limit.
        device_state_busy_at: u32["DeviceStateBusyAt"],
        /// Whether faxes may go by T.38.
        t38_udptl: Flag["T38Udptl"],
        /// How errors of T.38 are corrected: `none`, `fec` or `redundancy`.
        t38_udptl_ec: Text["T38UdptlEc"],
        /// The largest packet of T.38, in bytes; 0 for what the other side says.
        t38_udptl_maxdatagram: u32["T38UdptlMaxdatagram"],
        /// Whether a fax's tone sends a call to the extension `fax`.
        fax_detect: Flag["FaxDetect"],
        /// Whether T.38 goes to where it comes from.
        t38_udptl_nat: Flag["T38UdptlNat"],
        /// Whether T.38 may go over IPv6.
        t38_udptl_ipv6: Flag["T38UdptlIpv6"],
        /// Whether T.38 is bound to `media_address`.
        t38_bind_udptl_to_media_address: Flag["T38BindUdptlToMediaAddress"],
        /// The country whose tones are played, such as `us`.
        tone_zone: Text["ToneZone"],
        /// The language of what is played, such as `en`.
        language: Text["Language"],
        /// The feature that an `INFO` with `Record: on` runs.
        record_on_feature: Text["RecordOnFeature"],
        /// The feature that an `INFO` with `Record: off` runs.
        record_off_feature: Text["RecordOffFeature"],
        /// Whether the peer may transfer by `REFER`.
        allow_transfer: Flag["AllowTransfer"],
        /// Whether `user=phone` is added to addresses that are numbers.
        user_eq_phone: Flag["UserEqPhone"],
        /// Whether hold is passed on, rather than music played.
        moh_passthrough: Flag["MohPassthrough"],
        /// The user in the line `o=` of session descriptions.
        sdp_owner: Text["SdpOwner"],
        /// The name in the line `s=` of session descriptions.
        sdp_session: Text["SdpSession"],
        /// The type of service of audio packets, as a number.
        tos_audio: u32["TosAudio"],
        /// The type of service of video packets, as a number.
        tos_video: u32["TosVideo"],
        /// The priority of audio in Ethernet frames, 0 to 7.
        cos_audio: u32["CosAudio"],
        /// The priority of video in Ethernet frames, 0 to 7.
        cos_video: u32["CosVideo"],
        /// Whether the peer may subscribe to states.
        allow_subscribe: Flag["AllowSubscribe"],
        /// The shortest time of a subscription.
        sub_min_expiry: Seconds["SubMinExpiry"],
        /// The user in the header `From` of its calls, in place of the caller's.
        from_user: Text["FromUser"],
        /// The domain in the header `From` of its calls.
        from_domain: Text["FromDomain"],
        /// The user in the header `From` of what is told of mailboxes.
        mwi_from_user: Text["MwiFromUser"],
        /// What handles sound, such as `asterisk`.
        rtp_engine: Text["RtpEngine"],
        /// DTLS: what of the other side's certificate is checked: `no`, `fingerprint`, `certificate` or `yes`.
        dtls_verify: Text["DtlsVerify"],
        /// DTLS: after what time keys are made anew; 0 for never.
        dtls_rekey: Seconds["DtlsRekey"],
        /// DTLS: the file of the certificate.
        dtls_cert_file: Text["DtlsCertFile"],
        /// DTLS: the file of the key.
        dtls_private_key: Text["DtlsPrivateKey"],
        /// DTLS: the ciphers that are allowed.
        dtls_cipher: Text["DtlsCipher"],
        /// DTLS: the file of the authorities that are trusted.
        dtls_ca_file: Text["DtlsCaFile"],
        /// DTLS: the folder of the authorities that are trusted.
        dtls_ca_path: Text["DtlsCaPath"],
        /// DTLS: which side begins: `active`, `passive` or `actpass`.
        dtls_setup: Text["DtlsSetup"],
        /// Whether SRTP authenticates with 32 bits rather than 80.
        srtp_tag32: Flag["SrtpTag32"],
        /// How a redirection is followed: `user`, `uri_core` or `uri_pjsip`.
        redirect_method: Text["RedirectMethod"],
        /// The variables that its channels begin with, `name=value`.
        set_var: Text["SetVar"],
        /// The context that its text messages run in.
        message_context: Text["MessageContext"],
        /// What its calls are billed to.
        accountcode: Text["Accountcode"],
        /// Whether an offer is answered with one codec alone.
        preferred_codec_only: Flag["PreferredCodecOnly"],
        /// The state of the endpoint as a device.
        device_state: DeviceState<'a>["DeviceState"],
        /// How many channels the endpoint has.
        active_channels: u32["ActiveChannels"],
        /// The context in which subscriptions look for hints.
        subscribe_context: Text["SubscribeContext"],
        /// Whether a number may come digit by digit.
        allow_overlap: Flag["AllowOverlap"],
        /// The context for numbers that come digit by digit.
        overlap_context: Text["OverlapContext"],
        /// Whether a later provisional answer may change the session.
        accept_multiple_sdp_answers: Flag["AcceptMultipleSdpAnswers"],
        /// The access lists that limit the addresses of requests.
        acl: Text["Acl"],
        /// Whether an `OPTIONS` is answered without authentication.
        allow_unauthenticated_options: Flag["AllowUnauthenticatedOptions"],
        /// Whether another codec may be sent than is received.
        asymmetric_rtp_codec: Flag["AsymmetricRtpCodec"],
        /// Whether sound is bound to `media_address`.
        bind_rtp_to_media_address: Flag["BindRtpToMediaAddress"],
        /// Whether streams share one transport (BUNDLE).
        bundle: Flag["Bundle"],
        /// Which codecs of an incoming answer are taken, and in whose order.
        codec_prefs_incoming_answer: Text["CodecPrefsIncomingAnswer"],
        /// Which codecs of an incoming offer are taken, and in whose order.
        codec_prefs_incoming_offer: Text["CodecPrefsIncomingOffer"],
        /// Which codecs are answered with, and in whose order.
        codec_prefs_outgoing_answer: Text["CodecPrefsOutgoingAnswer"],
        /// Which codecs are offered, and in whose order.
        codec_prefs_outgoing_offer: Text["CodecPrefsOutgoingOffer"],
        /// The access lists that limit the addresses of contacts.
        contact_acl: Text["ContactAcl"],
        /// DTLS: whether a certificate is made for each session.
        dtls_auto_generate_cert: Flag["DtlsAutoGenerateCert"],
        /// DTLS: the digest of the fingerprint, `SHA-1` or `SHA-256`.
        dtls_fingerprint: Text["DtlsFingerprint"],
        /// How long after the answer a fax's tone is listened for; 0 for all the time.
        fax_detect_timeout: Seconds["FaxDetectTimeout"],
        /// Whether sound follows a provisional answer from another phone.
        follow_early_media_fork: Flag["FollowEarlyMediaFork"],
        /// Whether G.726 is packed as AAL2 has it.
        g726_non_standard: Flag["G726NonStandard"],
        /// The geolocation profile of its incoming calls.
        geoloc_incoming_call_profile: Text["GeolocIncomingCallProfile"],
        /// The geolocation profile of its outgoing calls.
        geoloc_outgoing_call_profile: Text["GeolocOutgoingCallProfile"],
        /// Whether a 183 without a session description is passed over.
        ignore183_without_sdp: Flag["Ignore183WithoutSdp"],
        /// Which codecs of incoming and local are taken, such as `local`.
        incoming_call_offer_pref: Text["IncomingCallOfferPref"],
        /// The mailbox for what the peer tells of waiting messages.
        incoming_mwi_mailbox: Text["IncomingMwiMailbox"],
        /// How many audio streams a call may have.
        max_audio_streams: u32["MaxAudioStreams"],
        /// How many video streams a call may have.
        max_video_streams: u32["MaxVideoStreams"],
        /// Whether a subscription to a mailbox ends what is told without asking.
        mwi_subscribe_replaces_unsolicited: Flag["MwiSubscribeReplacesUnsolicited"],
        /// Whether a state of in use and ringing is told as ringing.
        notify_early_inuse_ringing: Flag["NotifyEarlyInuseRinging"],
        /// Which codecs of local and remote are offered, such as `remote_merge`.
        outgoing_call_offer_pref: Text["OutgoingCallOfferPref"],
        /// Whether the progress of a blind transfer is told to who asked for it.
        refer_blind_progress: Flag["ReferBlindProgress"],
        /// Whether changes of the other end are told at once, before the answer too.
        rpid_immediate: Flag["RpidImmediate"],
        /// Whether RTP and RTCP share a port.
        rtcp_mux: Flag["RtcpMux"],
        /// After what time without sound a packet is sent to keep the path; 0 for never.
        rtp_keepalive: Seconds["RtpKeepalive"],
        /// After what time without sound a call is hung up; 0 for never.
        rtp_timeout: Seconds["RtpTimeout"],
        /// The same for a call on hold.
        rtp_timeout_hold: Seconds["RtpTimeoutHold"],
        /// The first port for its sound and picture; 0 for that of `rtp.conf`.
        rtp_port_start: u32["RtpPortStart"],
        /// The last port for its sound and picture; 0 for that of `rtp.conf`.
        rtp_port_end: u32["RtpPortEnd"],
        /// How media security is agreed on: `no` or `mediasec`.
        security_negotiation: Text["SecurityNegotiation"],
        /// Whether advice of charge is sent.
        send_aoc: Flag["SendAoc"],
        /// Whether the header `History-Info` is sent.
        send_history_info: Flag["SendHistoryInfo"],
        /// Whether the identity of callers is attested and verified.
        stir_shaken: Text["StirShaken"],
        /// The profile by which the identity of callers is attested and verified.
        stir_shaken_profile: Text["StirShakenProfile"],
        /// Whether no music is played where the other side sends only.
        suppress_moh_on_sendonly: Flag["SuppressMohOnSendonly"],
        /// Whether no header `Reason` with a Q.850 cause is sent.
        suppress_q850_reason_headers: Flag["SuppressQ850ReasonHeaders"],
        /// The tenant that its channels belong to.
        tenantid: Text["Tenantid"],
        /// The number to dial for voicemail, which phones are told with waiting messages.
        voicemail_extension: Text["VoicemailExtension"],
        /// Whether it is for browsers: sets what WebRTC needs.
        webrtc: Flag["Webrtc"],
        /// The codecs that are not allowed.
        disallow: Text["Disallow"],
        /// Which requests follow a redirection, such as `message`.
        follow_redirect_methods: Text["FollowRedirectMethods"],
    }

    /// Ends the list of the action [`PJSIPShowEndpoint`](crate::action::PJSIPShowEndpoint).
    ///
    /// Class `command`. Asterisk 12 to 23.
    EndpointDetailComplete {
        list: group ListEnd[""],
    }

    /// An address of record of an endpoint, in the list of the action
    /// [`PJSIPShowEndpoint`](crate::action::PJSIPShowEndpoint).
    ///
    /// Class `command`. Asterisk 12 to 23.
    AorDetail {
        /// What kind of object of `pjsip.conf` this is, such as `endpoint` or `aor`.
        object_type: Text["ObjectType"],
        /// The object's name: its section in the configuration.
        object_name: Text["ObjectName"],
        options: group AorOptions[""],
        /// The contacts, whether registered or configured.
        total_contacts: u32["TotalContacts"],
        /// The contacts that registered.
        contacts_registered: u32["ContactsRegistered"],
        /// The endpoint that it belongs to.
        endpoint_name: Text["EndpointName"],
    }

    /// An address of record, in the list of the action [`PJSIPShowAors`](crate::action::PJSIPShowAors).
    ///
    /// Class `command`. Asterisk 16 and later.
    AorList {
        /// What kind of object of `pjsip.conf` this is, such as `endpoint` or `aor`.
        object_type: Text["ObjectType"],
        /// The object's name: its section in the configuration.
        object_name: Text["ObjectName"],
        options: group AorOptions[""],
    }

    /// Ends the list of the action [`PJSIPShowAors`](crate::action::PJSIPShowAors).
    ///
    /// Class `command`. Asterisk 16 and later.
    AorListComplete {
        list: group ListEnd[""],
    }

    /// An authentication of an endpoint, in the list of the action
    /// [`PJSIPShowEndpoint`](crate::action::PJSIPShowEndpoint).
    ///
    /// Class `command`. Asterisk 12 to 23.
    AuthDetail {
        /// What kind of object of `pjsip.conf` this is, such as `endpoint` or `aor`.
        object_type: Text["ObjectType"],
        /// The object's name: its section in the configuration.
        object_name: Text["ObjectName"],
        options: group AuthOptions[""],
        /// The endpoint that it belongs to.
        endpoint_name: Text["EndpointName"],
    }

    /// An authentication, in the list of the action [`PJSIPShowAuths`](crate::action::PJSIPShowAuths).
    ///
    /// Class `command`. Asterisk 16 and later.
    AuthList {
        /// What kind of object of `pjsip.conf` this is, such as `endpoint` or `aor`.
        object_type: Text["ObjectType"],
        /// The object's name: its section in the configuration.
        object_name: Text["ObjectName"],
        options: group AuthOptions[""],
    }

    /// Ends the list of the action [`PJSIPShowAuths`](crate::action::PJSIPShowAuths).
    ///
    /// Class `command`. Asterisk 16 and later.
    AuthListComplete {
        list: group ListEnd[""],
    }

    /// A contact of an endpoint and whether it answers, in the lists of the actions
    /// [`PJSIPShowEndpoint`](crate::action::PJSIPShowEndpoint) and
    /// [`PJSIPShowRegistrationInboundContactStatuses`](crate::action::PJSIPShowRegistrationInboundContactStatuses).
    ///
    /// Class `command`. Asterisk 12 to 23.
    ContactStatusDetail {
        /// The address of record under which the contact stands.
        aor: Text["AOR"],
        /// The SIP address.
        uri: Text["URI"],
        /// The phone's own name and version, from the header `User-Agent` of its registration.
        user_agent: Text["UserAgent"],
        /// When the registration ends; 0 for a contact that is configured.
        reg_expire: UnixTime["RegExpire"],
        /// Where the registration came from.
        via_address: Text["ViaAddress"],
        /// The `Call-ID` of the registration.
        call_id: Text["CallID"],
        /// What is known of the contact: whether it answers.
        status: ContactState<'a>["Status"],
        /// How long the contact took to answer; absent if it did not.
        roundtrip_usec: Micros["RoundtripUsec"],
        /// The endpoint that it belongs to.
        endpoint_name: Text["EndpointName"],
        /// The contact's id in Asterisk.
        id: Text["ID"],
        /// Absent where the contact has no setting of its own: the server sends -1.
        authenticate_qualify: Flag["AuthenticateQualify"],
        /// The SIP address of the proxy to send requests to; empty for none.
        outbound_proxy: Text["OutboundProxy"],
        /// The header `Path` of the registration: the proxies on the way to the contact.
        path: Text["Path"],
        /// How often the contact is asked whether it is there; 0 for never.
        qualify_frequency: Seconds["QualifyFrequency"],
        /// How long the contact may take to answer, in seconds.
        qualify_timeout: f64["QualifyTimeout"],
        /// Whether only an answer that is a success means that the contact is there.
        qualify_2xx_only: Flag["Qualify2xxOnly"],
    }

    /// Ends the list of the action
    /// [`PJSIPShowRegistrationInboundContactStatuses`](crate::action::PJSIPShowRegistrationInboundContactStatuses).
    ///
    /// Sent only in answer to an action; no class. Asterisk 16 and later.
    ContactStatusDetailComplete {
        list: group ListEnd[""],
    }

    /// A contact, in the list of the action [`PJSIPShowContacts`](crate::action::PJSIPShowContacts).
    ///
    /// Class `command`. Asterisk 16 and later.
    ContactList {
        /// What kind of object of `pjsip.conf` this is, such as `endpoint` or `aor`.
        object_type: Text["ObjectType"],
        /// The object's name: its section in the configuration.
        object_name: Text["ObjectName"],
        /// Where the registration came from.
        via_addr: Text["ViaAddr"],
        /// The port in the header `Via` of the registration.
        via_port: u32["ViaPort"],
        /// The `Call-ID` of the registration.
        call_id: Text["CallId"],
        /// The server that took the registration, of several that share their contacts.
        reg_server: Text["RegServer"],
        /// Whether the contact is dropped when Asterisk starts.
        prune_on_boot: Flag["PruneOnBoot"],
        /// The header `Path` of the registration: the proxies on the way to the contact.
        path: Text["Path"],
        /// The endpoint that the contact belongs to.
        endpoint: Text["Endpoint"],
        /// The SIP address.
        uri: Text["Uri"],
        /// The phone's own name and version, from the header `User-Agent` of its registration.
        user_agent: Text["UserAgent"],
        /// When the registration ends.
        expiration_time: UnixTime["ExpirationTime"],
        /// The SIP address of the proxy to send requests to; empty for none.
        outbound_proxy: Text["OutboundProxy"],
        /// Whether an `OPTIONS` that is challenged is sent again with credentials.
        authenticate_qualify: Flag["AuthenticateQualify"],
        /// How often the contact is asked whether it is there; 0 for never.
        qualify_frequency: Seconds["QualifyFrequency"],
        /// How long the contact may take to answer, in seconds.
        qualify_timeout: f64["QualifyTimeout"],
        /// Whether only an answer that is a success means that the contact is there.
        qualify_2xx_only: Flag["Qualify2xxOnly"],
        /// What is known of the contact: whether it answers.
        status: ContactState<'a>["Status"],
        /// How long the contact took to answer; absent if it did not.
        roundtrip_usec: Micros["RoundtripUsec"],
    }

    /// Ends the list of the action [`PJSIPShowContacts`](crate::action::PJSIPShowContacts).
    ///
    /// Class `command`. Asterisk 16 and later.
    ContactListComplete {
        list: group ListEnd[""],
    }

    /// A rule that assigns what comes in to an endpoint, in the list of the action
    /// [`PJSIPShowEndpoint`](crate::action::PJSIPShowEndpoint).
    ///
    /// Class `command`. Asterisk 12 to 23.
    IdentifyDetail {
        /// What kind of object of `pjsip.conf` this is, such as `endpoint` or `aor`.
        object_type: Text["ObjectType"],
        /// The object's name: its section in the configuration.
        object_name: Text["ObjectName"],
        /// The endpoint that the rule assigns to.
        endpoint: Text["Endpoint"],
        /// Whether a host name in the rule is looked up as a service (SRV) too.
        srv_lookups: Flag["SrvLookups"],
        /// The addresses and networks that match, joined by commas.
        matches: Text["Match"],
        /// The SIP header that matches, as `name: value`.
        match_header: Text["MatchHeader"],
        /// What the address of the request has to match.
        match_request_uri: Text["MatchRequestUri"],
        /// The endpoint that it belongs to.
        endpoint_name: Text["EndpointName"],
    }

    /// The transport of an endpoint, in the list of the action
    /// [`PJSIPShowEndpoint`](crate::action::PJSIPShowEndpoint).
    ///
    /// Class `command`. Asterisk 12 to 23.
    TransportDetail {
        /// What kind of object of `pjsip.conf` this is, such as `endpoint` or `aor`.
        object_type: Text["ObjectType"],
        /// The object's name: its section in the configuration.
        object_name: Text["ObjectName"],
        /// Such as `udp`, `tcp`, `tls`, `ws` or `wss`.
        protocol: Text["Protocol"],
        /// The address and port at which Asterisk listens.
        bind: Text["Bind"],
        /// How many reads of the socket may be under way at once.
        async_operations: u32["AsyncOperations" | "AsycOperations"],
        /// TLS: the file of the authorities that are trusted.
        ca_list_file: Text["CaListFile"],
        /// TLS: the folder of the authorities that are trusted.
        ca_list_path: Text["CaListPath"],
        /// TLS: the file of the server's certificate.
        cert_file: Text["CertFile"],
        /// TLS: the file of the server's key.
        priv_key_file: Text["PrivKeyFile"],
        /// The password of the private key.
        password: Text["Password"],
        /// The address that is told to who is outside `local_net`, for signalling.
        external_signaling_address: Text["ExternalSignalingAddress"],
        /// The port that is told to who is outside `local_net`; 0 for that of the socket.
        external_signaling_port: u32["ExternalSignalingPort"],
        /// The address that is told to who is outside `local_net`, for sound and picture.
        external_media_address: Text["ExternalMediaAddress"],
        /// The domain that requests come from.
        domain: Text["Domain"],
        /// TLS: whether the certificate of a server that is called is checked.
        verify_server: Flag["VerifyServer"],
        /// TLS: whether the certificate of a client is checked, if it has one.
        verify_client: Flag["VerifyClient"],
        /// TLS: whether a client needs a certificate.
        require_client_cert: Flag["RequireClientCert"],
        /// The version of TLS.
        method: Text["Method"],
        /// TLS: the ciphers that are allowed; empty for the library's own.
        cipher: Text["Cipher"],
        /// The networks that are reached without address translation.
        local_net: Text["LocalNet"],
        /// The type of service of IP packets, as a number.
        tos: u32["Tos"],
        /// The priority of Ethernet frames, 0 to 7.
        cos: u32["Cos"],
        /// How long a write over a websocket may take.
        websocket_write_timeout: Millis["WebsocketWriteTimeout"],
        /// Whether a reload may make the transport anew, which ends its connections.
        allow_reload: Flag["AllowReload"],
        /// TLS: whether a certificate of `*.example.org` is accepted.
        allow_wildcard_certs: Flag["AllowWildcardCerts"],
        /// Whether requests go out over the transport on which the peer registered.
        symmetric_transport: Flag["SymmetricTransport"],
        /// TCP: whether an idle connection is probed.
        tcp_keepalive_enable: Flag["TcpKeepaliveEnable"],
        /// TCP: how long a connection is idle before the first probe.
        tcp_keepalive_idle_time: Seconds["TcpKeepaliveIdleTime"],
        /// TCP: the time between two probes.
        tcp_keepalive_interval_time: Seconds["TcpKeepaliveIntervalTime"],
        /// TCP: after how many unanswered probes the connection is given up.
        tcp_keepalive_probe_count: u32["TcpKeepaliveProbeCount"],
        /// The endpoint that it belongs to.
        endpoint_name: Text["EndpointName"],
    }

    /// An address of record with its contacts, in the list of the action
    /// [`PJSIPShowRegistrationsInbound`](crate::action::PJSIPShowRegistrationsInbound).
    ///
    /// Class `command`. Asterisk 12 to 23.
    InboundRegistrationDetail {
        /// What kind of object of `pjsip.conf` this is, such as `endpoint` or `aor`.
        object_type: Text["ObjectType"],
        /// The object's name: its section in the configuration.
        object_name: Text["ObjectName"],
        options: group AorOptions[""],
        /// The contacts that are configured, as `aor/uri`.
        contact: Text["Contact"],
    }

    /// Ends the list of the action [`PJSIPShowRegistrationsInbound`](crate::action::PJSIPShowRegistrationsInbound).
    ///
    /// Sent only in answer to an action; no class. Asterisk 12 to 23.
    InboundRegistrationDetailComplete {
        list: group ListEnd[""],
    }

    /// A registration with another server, in the list of the action
    /// [`PJSIPShowRegistrationsOutbound`](crate::action::PJSIPShowRegistrationsOutbound).
    ///
    /// Class `command`. Asterisk 12 to 23.
    OutboundRegistrationDetail {
        /// What kind of object of `pjsip.conf` this is, such as `endpoint` or `aor`.
        object_type: Text["ObjectType"],
        /// The object's name: its section in the configuration.
        object_name: Text["ObjectName"],
        /// The address that is registered.
        client_uri: Text["ClientUri"],
        /// The server with which it is registered.
        server_uri: Text["ServerUri"],
        /// How the registration stands.
        status: RegistryState<'a>["Status"],
        /// How long until Asterisk registers anew.
        next_reg: Seconds["NextReg"],
        /// How long a registration holds.
        expiration: Seconds["Expiration"],
        /// How often Asterisk tries before it gives up.
        max_retries: u32["MaxRetries"],
        /// How long to wait before trying again after a failure that may pass.
        retry_interval: Seconds["RetryInterval"],
        /// How long Asterisk waits after an answer that forbids it; 0 to give up.
        forbidden_retry_interval: Seconds["ForbiddenRetryInterval"],
        /// How long Asterisk waits after any other final refusal; 0 to give up.
        fatal_retry_interval: Seconds["FatalRetryInterval"],
        /// The longest that the first registration is put off by chance.
        max_random_initial_delay: Seconds["MaxRandomInitialDelay"],
        /// Whether Asterisk gives up when its secret is refused.
        auth_rejection_permanent: Flag["AuthRejectionPermanent"],
        /// The user of the contact that is registered: what calls from there ask for.
        contact_user: Text["ContactUser"],
        /// What is added to the header `Contact`.
        contact_header_params: Text["ContactHeaderParams"],
        /// The transport that is used, a section of `pjsip.conf`; empty if any may be.
        transport: Text["Transport"],
        /// Whether calls from the server are assigned to the endpoint by a parameter of the registration.
        line: Flag["Line"],
        /// The endpoint that calls from there are for.
        endpoint: Text["Endpoint"],
        /// The authentications that answer a challenge.
        outbound_auth: Text["OutboundAuth"],
        /// The SIP address of the proxy to send requests to; empty for none.
        outbound_proxy: Text["OutboundProxy"],
        /// Whether `Path` is offered.
        support_path: Flag["SupportPath"],
        /// Whether SIP outbound (RFC 5626) is offered.
        support_outbound: Flag["SupportOutbound"],
        /// How media security is agreed on: `no` or `mediasec`.
        security_negotiation: Text["SecurityNegotiation"],
        /// What is sent as `User-Agent`.
        user_agent: Text["UserAgent"],
    }

    /// Ends the list of the action [`PJSIPShowRegistrationsOutbound`](crate::action::PJSIPShowRegistrationsOutbound).
    ///
    /// Sent only in answer to an action; no class. Asterisk 12 to 23.
    OutboundRegistrationDetailComplete {
        list: group ListEnd[""],
        /// The registrations that hold.
        registered: u32["Registered"],
        /// Those that do not.
        not_registered: u32["NotRegistered"],
    }

    /// A subscription of an endpoint with Asterisk, in the list of the action
    /// [`PJSIPShowSubscriptionsInbound`](crate::action::PJSIPShowSubscriptionsInbound).
    ///
    /// Class `command`. Asterisk 12 to 23.
    InboundSubscriptionDetail {
        /// `Notifier`.
        role: Text["Role"],
        /// The endpoint that subscribes.
        endpoint: Text["Endpoint"],
        /// The `Call-ID` of the subscription.
        callid: Text["Callid"],
        /// The state of the subscription, such as `ACTIVE`.
        state: Text["State"],
        /// The caller's name and number of the endpoint, as `"Name" <number>`.
        callerid: Text["Callerid"],
        /// `extension_state` or `mwi`.
        subscription_type: SubscriptionType<'a>["SubscriptionType"],
        /// The extension that is watched.
        extension: Text["Extension"],
        /// The state of the extension in words.
        extension_states: Text["ExtensionStates"],
        /// The mailboxes that are watched.
        mailboxes: Text["Mailboxes"],
    }

    /// Ends the list of the action [`PJSIPShowSubscriptionsInbound`](crate::action::PJSIPShowSubscriptionsInbound).
    ///
    /// Sent only in answer to an action; no class. Asterisk 12 to 23.
    InboundSubscriptionDetailComplete {
        list: group ListEnd[""],
    }

    /// A subscription of Asterisk with another server, in the list of the action
    /// [`PJSIPShowSubscriptionsOutbound`](crate::action::PJSIPShowSubscriptionsOutbound).
    ///
    /// Class `command`. Asterisk 12 to 23.
    OutboundSubscriptionDetail {
        /// `Subscriber`.
        role: Text["Role"],
        /// The endpoint that is subscribed to.
        endpoint: Text["Endpoint"],
        /// The `Call-ID` of the subscription.
        callid: Text["Callid"],
        /// The state of the subscription, such as `ACTIVE`.
        state: Text["State"],
        /// The caller's name and number of the endpoint, as `"Name" <number>`.
        callerid: Text["Callerid"],
        /// `extension_state` or `mwi`.
        subscription_type: SubscriptionType<'a>["SubscriptionType"],
        /// The extension that is watched.
        extension: Text["Extension"],
        /// The state of the extension in words.
        extension_states: Text["ExtensionStates"],
        /// The mailboxes that are watched.
        mailboxes: Text["Mailboxes"],
    }

    /// Ends the list of the action [`PJSIPShowSubscriptionsOutbound`](crate::action::PJSIPShowSubscriptionsOutbound).
    ///
    /// Sent only in answer to an action; no class. Asterisk 12 to 23.
    OutboundSubscriptionDetailComplete {
        list: group ListEnd[""],
    }

    /// A list of resources that can be watched with one subscription, in the list of the action
    /// [`PJSIPShowResourceLists`](crate::action::PJSIPShowResourceLists).
    ///
    /// Its option `event` comes as a second header `Event`: read it with [`Event::get_all`].
    ///
    /// Class `command`. Asterisk 13 to 23.
    ResourceListDetail {
        /// What kind of object of `pjsip.conf` this is, such as `endpoint` or `aor`.
        object_type: Text["ObjectType"],
        /// The object's name: its section in the configuration.
        object_name: Text["ObjectName"],
        /// Whether each notification carries the state of all resources.
        full_state: Flag["FullState"],
        /// The resources, joined by commas.
        list_item: Text["ListItem"],
        /// How long changes are gathered before they are sent.
        notification_batch_interval: Millis["NotificationBatchInterval"],
        /// Whether phones are told the names that the items have for people.
        resource_display_name: Flag["ResourceDisplayName"],
    }

    /// Ends the list of the action [`PJSIPShowResourceLists`](crate::action::PJSIPShowResourceLists).
    ///
    /// Sent only in answer to an action; no class. Asterisk 13 to 23.
    ResourceListDetailComplete {
        list: group ListEnd[""],
    }
}
