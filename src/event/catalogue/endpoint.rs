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
        minimum_expiration: Seconds["MinimumExpiration"],
        maximum_expiration: Seconds["MaximumExpiration"],
        /// How long a contact stays that does not say for how long it registers.
        default_expiration: Seconds["DefaultExpiration"],
        /// How often contacts are asked whether they are there; 0 for never.
        qualify_frequency: Seconds["QualifyFrequency"],
        /// How long a contact may take to answer, in seconds.
        qualify_timeout: f64["QualifyTimeout"],
        /// Whether only an answer that is a success means that a contact is there.
        qualify_2xx_only: Flag["Qualify2xxOnly"],
        authenticate_qualify: Flag["AuthenticateQualify"],
        max_contacts: u32["MaxContacts"],
        /// Whether a contact too many takes the place of an older one.
        remove_existing: Flag["RemoveExisting"],
        /// Whether contacts that do not answer are the first to go.
        remove_unavailable: Flag["RemoveUnavailable"],
        /// The mailboxes whose state the contacts are told, joined by commas.
        mailboxes: Text["Mailboxes"],
        voicemail_extension: Text["VoicemailExtension"],
        outbound_proxy: Text["OutboundProxy"],
        support_path: Flag["SupportPath"],
        /// The contacts as `aor/uri`, joined by commas.
        contacts: Text["Contacts"],
    }

    /// The options of a PJSIP authentication, secrets included.
    ///
    /// In [`AuthDetail`] and [`AuthList`].
    AuthOptions {
        username: Text["Username"],
        password: Text["Password"],
        /// The secret as an MD5 digest, if it is kept so.
        md5_cred: Text["Md5Cred"],
        /// The secret as digests of late versions, as `algorithm:digest`.
        password_digest: Text["PasswordDigest"],
        realm: Text["Realm"],
        nonce_lifetime: Seconds["NonceLifetime"],
        /// Such as `userpass`, `md5`, `digest` or `google_oauth`.
        auth_type: Text["AuthType"],
        refresh_token: Text["RefreshToken"],
        oauth_clientid: Text["OauthClientid"],
        oauth_secret: Text["OauthSecret"],
        supported_algorithms_uac: Text["SupportedAlgorithmsUac"],
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
        peer_status: PeerState<'a>["PeerStatus"],
        /// Why, if the server says so.
        cause: Text["Cause"],
        /// The peer's address, with or without its port.
        address: Text["Address"],
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
        username: Text["Username"],
        /// The server.
        domain: Text["Domain"],
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
        uri: Text["URI"],
        contact_status: ContactState<'a>["ContactStatus"],
        /// The address of record under which the contact stands.
        aor: Text["AOR"],
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
        peer: Text["Peer"],
    }

    /// A peer of `chan_sip` or IAX2, in the list of the actions [`SIPpeers`](crate::action::SIPpeers),
    /// [`IAXpeers`](crate::action::IAXpeers) and [`IAXpeerlist`](crate::action::IAXpeerlist).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23; from 21 on only IAX2 is left.
    PeerEntry {
        /// `SIP`; for IAX2, `IAX2` in the list of `IAXpeers` and `IAX` in that of `IAXpeerlist`.
        channel_type: Text["Channeltype"],
        object_name: Text["ObjectName"],
        /// The name with which it logs in, where that is not its own. IAX2.
        object_username: Text["ObjectUsername"],
        /// `peer` or `user`.
        chan_object_type: Text["ChanObjectType"],
        /// The address; `-none-` or `(null)` if it is not known.
        ip_address: Text["IPaddress"],
        ip_port: u32["IPport" | "Port"],
        /// The network mask. IAX2.
        mask: Text["Mask"],
        /// Whether the address is what the peer registers.
        dynamic: Flag["Dynamic"],
        nat_support: Flag["Natsupport"],
        forcerport: Flag["Forcerport"],
        auto_forcerport: Flag["AutoForcerport"],
        comedia: Flag["Comedia"],
        auto_comedia: Flag["AutoComedia"],
        video_support: Flag["VideoSupport"],
        text_support: Flag["TextSupport"],
        acl: Flag["ACL"],
        /// Whether calls share a stream of packets. IAX2.
        trunk: Flag["Trunk"],
        /// Which encryption calls have, such as `(aes128,keyrotate)`; `no` for none. IAX2.
        encryption: Text["Encryption"],
        /// The state in words, such as `OK (12 ms)`, `UNREACHABLE` or `Unmonitored`.
        status: Text["Status"],
        realtime_device: Flag["RealtimeDevice"],
        description: Text["Description"],
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
        object_name: Text["ObjectName"],
        /// `device`.
        channel_object_type: Text["ChannelObjectType"],
        device_id: Text["DeviceId"],
        /// The address; `-none-` if the device is not connected.
        ip_address: Text["IPaddress"],
        /// The model.
        kind: Text["Type"],
        /// `registered` or `unregistered`.
        device_status: Text["Devicestatus"],
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
        object_name: Text["ObjectName"],
        /// `line`.
        channel_object_type: Text["ChannelObjectType"],
        /// The device that has the line; `None` without one.
        device: Text["Device"],
        /// The number of the line's button on its device.
        instance: u32["Instance"],
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
        host: Text["Host"],
        port: u32["Port"],
        username: Text["Username"],
        domain: Text["Domain"],
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
        object_type: Text["ObjectType"],
        object_name: Text["ObjectName"],
        transport: Text["Transport"],
        /// The addresses of record, joined by commas.
        aor: Text["Aor"],
        /// The authentications of what comes in, joined by commas.
        auths: Text["Auths"],
        /// The authentications of what goes out, joined by commas.
        outbound_auths: Text["OutboundAuths"],
        /// The contacts as `aor/uri`, with a comma after each.
        contacts: Text["Contacts"],
        device_state: DeviceState<'a>["DeviceState"],
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
        object_type: Text["ObjectType"],
        object_name: Text["ObjectName"],
        context: Text["Context"],
        allow: Text["Allow"],
        dtmf_mode: Text["DtmfMode"],
        rtp_ipv6: Flag["RtpIpv6"],
        rtp_symmetric: Flag["RtpSymmetric"],
        ice_support: Flag["IceSupport"],
        use_ptime: Flag["UsePtime"],
        force_rport: Flag["ForceRport"],
        rewrite_contact: Flag["RewriteContact"],
        transport: Text["Transport"],
        outbound_proxy: Text["OutboundProxy"],
        moh_suggest: Text["MohSuggest"],
        rel100: Text["100rel"],
        timers: Text["Timers"],
        timers_min_se: Seconds["TimersMinSe"],
        timers_sess_expires: Seconds["TimersSessExpires"],
        auth: Text["Auth"],
        outbound_auth: Text["OutboundAuth"],
        aors: Text["Aors"],
        media_address: Text["MediaAddress"],
        identify_by: Text["IdentifyBy"],
        direct_media: Flag["DirectMedia"],
        direct_media_method: Text["DirectMediaMethod"],
        trust_connected_line: Flag["TrustConnectedLine"],
        send_connected_line: Flag["SendConnectedLine"],
        connected_line_method: Text["ConnectedLineMethod"],
        direct_media_glare_mitigation: Text["DirectMediaGlareMitigation"],
        disable_direct_media_on_nat: Flag["DisableDirectMediaOnNat"],
        callerid: Text["Callerid"],
        callerid_privacy: Text["CalleridPrivacy"],
        callerid_tag: Text["CalleridTag"],
        trust_id_inbound: Flag["TrustIdInbound"],
        trust_id_outbound: Flag["TrustIdOutbound"],
        send_pai: Flag["SendPai"],
        send_rpid: Flag["SendRpid"],
        send_diversion: Flag["SendDiversion"],
        mailboxes: Text["Mailboxes"],
        aggregate_mwi: Flag["AggregateMwi"],
        media_encryption: Text["MediaEncryption"],
        media_encryption_optimistic: Flag["MediaEncryptionOptimistic"],
        use_avpf: Flag["UseAvpf"],
        force_avp: Flag["ForceAvp"],
        media_use_received_transport: Flag["MediaUseReceivedTransport"],
        one_touch_recording: Flag["OneTouchRecording"],
        inband_progress: Flag["InbandProgress"],
        call_group: Text["CallGroup"],
        pickup_group: Text["PickupGroup"],
        named_call_group: Text["NamedCallGroup"],
        named_pickup_group: Text["NamedPickupGroup"],
        device_state_busy_at: u32["DeviceStateBusyAt"],
        t38_udptl: Flag["T38Udptl"],
        t38_udptl_ec: Text["T38UdptlEc"],
        t38_udptl_maxdatagram: u32["T38UdptlMaxdatagram"],
        fax_detect: Flag["FaxDetect"],
        t38_udptl_nat: Flag["T38UdptlNat"],
        t38_udptl_ipv6: Flag["T38UdptlIpv6"],
        t38_bind_udptl_to_media_address: Flag["T38BindUdptlToMediaAddress"],
        tone_zone: Text["ToneZone"],
        language: Text["Language"],
        record_on_feature: Text["RecordOnFeature"],
        record_off_feature: Text["RecordOffFeature"],
        allow_transfer: Flag["AllowTransfer"],
        user_eq_phone: Flag["UserEqPhone"],
        moh_passthrough: Flag["MohPassthrough"],
        sdp_owner: Text["SdpOwner"],
        sdp_session: Text["SdpSession"],
        tos_audio: u32["TosAudio"],
        tos_video: u32["TosVideo"],
        cos_audio: u32["CosAudio"],
        cos_video: u32["CosVideo"],
        allow_subscribe: Flag["AllowSubscribe"],
        sub_min_expiry: Seconds["SubMinExpiry"],
        from_user: Text["FromUser"],
        from_domain: Text["FromDomain"],
        mwi_from_user: Text["MwiFromUser"],
        rtp_engine: Text["RtpEngine"],
        dtls_verify: Text["DtlsVerify"],
        dtls_rekey: Seconds["DtlsRekey"],
        dtls_cert_file: Text["DtlsCertFile"],
        dtls_private_key: Text["DtlsPrivateKey"],
        dtls_cipher: Text["DtlsCipher"],
        dtls_ca_file: Text["DtlsCaFile"],
        dtls_ca_path: Text["DtlsCaPath"],
        dtls_setup: Text["DtlsSetup"],
        srtp_tag32: Flag["SrtpTag32"],
        redirect_method: Text["RedirectMethod"],
        set_var: Text["SetVar"],
        message_context: Text["MessageContext"],
        accountcode: Text["Accountcode"],
        preferred_codec_only: Flag["PreferredCodecOnly"],
        device_state: DeviceState<'a>["DeviceState"],
        active_channels: u32["ActiveChannels"],
        subscribe_context: Text["SubscribeContext"],
        allow_overlap: Flag["AllowOverlap"],
        overlap_context: Text["OverlapContext"],
        accept_multiple_sdp_answers: Flag["AcceptMultipleSdpAnswers"],
        acl: Text["Acl"],
        allow_unauthenticated_options: Flag["AllowUnauthenticatedOptions"],
        asymmetric_rtp_codec: Flag["AsymmetricRtpCodec"],
        bind_rtp_to_media_address: Flag["BindRtpToMediaAddress"],
        bundle: Flag["Bundle"],
        codec_prefs_incoming_answer: Text["CodecPrefsIncomingAnswer"],
        codec_prefs_incoming_offer: Text["CodecPrefsIncomingOffer"],
        codec_prefs_outgoing_answer: Text["CodecPrefsOutgoingAnswer"],
        codec_prefs_outgoing_offer: Text["CodecPrefsOutgoingOffer"],
        contact_acl: Text["ContactAcl"],
        dtls_auto_generate_cert: Flag["DtlsAutoGenerateCert"],
        dtls_fingerprint: Text["DtlsFingerprint"],
        fax_detect_timeout: Seconds["FaxDetectTimeout"],
        follow_early_media_fork: Flag["FollowEarlyMediaFork"],
        g726_non_standard: Flag["G726NonStandard"],
        geoloc_incoming_call_profile: Text["GeolocIncomingCallProfile"],
        geoloc_outgoing_call_profile: Text["GeolocOutgoingCallProfile"],
        ignore183_without_sdp: Flag["Ignore183WithoutSdp"],
        incoming_call_offer_pref: Text["IncomingCallOfferPref"],
        incoming_mwi_mailbox: Text["IncomingMwiMailbox"],
        max_audio_streams: u32["MaxAudioStreams"],
        max_video_streams: u32["MaxVideoStreams"],
        mwi_subscribe_replaces_unsolicited: Flag["MwiSubscribeReplacesUnsolicited"],
        notify_early_inuse_ringing: Flag["NotifyEarlyInuseRinging"],
        outgoing_call_offer_pref: Text["OutgoingCallOfferPref"],
        refer_blind_progress: Flag["ReferBlindProgress"],
        rpid_immediate: Flag["RpidImmediate"],
        rtcp_mux: Flag["RtcpMux"],
        rtp_keepalive: Seconds["RtpKeepalive"],
        rtp_timeout: Seconds["RtpTimeout"],
        rtp_timeout_hold: Seconds["RtpTimeoutHold"],
        rtp_port_start: u32["RtpPortStart"],
        rtp_port_end: u32["RtpPortEnd"],
        security_negotiation: Text["SecurityNegotiation"],
        send_aoc: Flag["SendAoc"],
        send_history_info: Flag["SendHistoryInfo"],
        stir_shaken: Text["StirShaken"],
        stir_shaken_profile: Text["StirShakenProfile"],
        suppress_moh_on_sendonly: Flag["SuppressMohOnSendonly"],
        suppress_q850_reason_headers: Flag["SuppressQ850ReasonHeaders"],
        tenantid: Text["Tenantid"],
        voicemail_extension: Text["VoicemailExtension"],
        webrtc: Flag["Webrtc"],
        disallow: Text["Disallow"],
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
        object_type: Text["ObjectType"],
        object_name: Text["ObjectName"],
        options: group AorOptions[""],
        /// The contacts, whether registered or configured.
        total_contacts: u32["TotalContacts"],
        /// The contacts that registered.
        contacts_registered: u32["ContactsRegistered"],
        endpoint_name: Text["EndpointName"],
    }

    /// An address of record, in the list of the action [`PJSIPShowAors`](crate::action::PJSIPShowAors).
    ///
    /// Class `command`. Asterisk 16 and later.
    AorList {
        object_type: Text["ObjectType"],
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
        object_type: Text["ObjectType"],
        object_name: Text["ObjectName"],
        options: group AuthOptions[""],
        endpoint_name: Text["EndpointName"],
    }

    /// An authentication, in the list of the action [`PJSIPShowAuths`](crate::action::PJSIPShowAuths).
    ///
    /// Class `command`. Asterisk 16 and later.
    AuthList {
        object_type: Text["ObjectType"],
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
        uri: Text["URI"],
        user_agent: Text["UserAgent"],
        /// When the registration ends; 0 for a contact that is configured.
        reg_expire: UnixTime["RegExpire"],
        /// Where the registration came from.
        via_address: Text["ViaAddress"],
        call_id: Text["CallID"],
        status: ContactState<'a>["Status"],
        /// How long the contact took to answer; absent if it did not.
        roundtrip_usec: Micros["RoundtripUsec"],
        endpoint_name: Text["EndpointName"],
        id: Text["ID"],
        /// Absent where the contact has no setting of its own: the server sends -1.
        authenticate_qualify: Flag["AuthenticateQualify"],
        outbound_proxy: Text["OutboundProxy"],
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
        object_type: Text["ObjectType"],
        object_name: Text["ObjectName"],
        /// Where the registration came from.
        via_addr: Text["ViaAddr"],
        via_port: u32["ViaPort"],
        call_id: Text["CallId"],
        /// The server that took the registration, of several that share their contacts.
        reg_server: Text["RegServer"],
        /// Whether the contact is dropped when Asterisk starts.
        prune_on_boot: Flag["PruneOnBoot"],
        path: Text["Path"],
        endpoint: Text["Endpoint"],
        uri: Text["Uri"],
        user_agent: Text["UserAgent"],
        /// When the registration ends.
        expiration_time: UnixTime["ExpirationTime"],
        outbound_proxy: Text["OutboundProxy"],
        authenticate_qualify: Flag["AuthenticateQualify"],
        /// How often the contact is asked whether it is there; 0 for never.
        qualify_frequency: Seconds["QualifyFrequency"],
        /// How long the contact may take to answer, in seconds.
        qualify_timeout: f64["QualifyTimeout"],
        /// Whether only an answer that is a success means that the contact is there.
        qualify_2xx_only: Flag["Qualify2xxOnly"],
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
        object_type: Text["ObjectType"],
        object_name: Text["ObjectName"],
        endpoint: Text["Endpoint"],
        srv_lookups: Flag["SrvLookups"],
        /// The addresses and networks that match, joined by commas.
        matches: Text["Match"],
        /// The SIP header that matches, as `name: value`.
        match_header: Text["MatchHeader"],
        match_request_uri: Text["MatchRequestUri"],
        endpoint_name: Text["EndpointName"],
    }

    /// The transport of an endpoint, in the list of the action
    /// [`PJSIPShowEndpoint`](crate::action::PJSIPShowEndpoint).
    ///
    /// Class `command`. Asterisk 12 to 23.
    TransportDetail {
        object_type: Text["ObjectType"],
        object_name: Text["ObjectName"],
        /// Such as `udp`, `tcp`, `tls`, `ws` or `wss`.
        protocol: Text["Protocol"],
        /// The address and port at which Asterisk listens.
        bind: Text["Bind"],
        async_operations: u32["AsyncOperations" | "AsycOperations"],
        ca_list_file: Text["CaListFile"],
        ca_list_path: Text["CaListPath"],
        cert_file: Text["CertFile"],
        priv_key_file: Text["PrivKeyFile"],
        /// The password of the private key.
        password: Text["Password"],
        external_signaling_address: Text["ExternalSignalingAddress"],
        external_signaling_port: u32["ExternalSignalingPort"],
        external_media_address: Text["ExternalMediaAddress"],
        domain: Text["Domain"],
        verify_server: Flag["VerifyServer"],
        verify_client: Flag["VerifyClient"],
        require_client_cert: Flag["RequireClientCert"],
        /// The version of TLS.
        method: Text["Method"],
        cipher: Text["Cipher"],
        local_net: Text["LocalNet"],
        tos: u32["Tos"],
        cos: u32["Cos"],
        websocket_write_timeout: Millis["WebsocketWriteTimeout"],
        allow_reload: Flag["AllowReload"],
        allow_wildcard_certs: Flag["AllowWildcardCerts"],
        symmetric_transport: Flag["SymmetricTransport"],
        tcp_keepalive_enable: Flag["TcpKeepaliveEnable"],
        tcp_keepalive_idle_time: Seconds["TcpKeepaliveIdleTime"],
        tcp_keepalive_interval_time: Seconds["TcpKeepaliveIntervalTime"],
        tcp_keepalive_probe_count: u32["TcpKeepaliveProbeCount"],
        endpoint_name: Text["EndpointName"],
    }

    /// An address of record with its contacts, in the list of the action
    /// [`PJSIPShowRegistrationsInbound`](crate::action::PJSIPShowRegistrationsInbound).
    ///
    /// Class `command`. Asterisk 12 to 23.
    InboundRegistrationDetail {
        object_type: Text["ObjectType"],
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
        object_type: Text["ObjectType"],
        object_name: Text["ObjectName"],
        client_uri: Text["ClientUri"],
        server_uri: Text["ServerUri"],
        status: RegistryState<'a>["Status"],
        /// How long until Asterisk registers anew.
        next_reg: Seconds["NextReg"],
        /// How long a registration holds.
        expiration: Seconds["Expiration"],
        /// How often Asterisk tries before it gives up.
        max_retries: u32["MaxRetries"],
        retry_interval: Seconds["RetryInterval"],
        /// How long Asterisk waits after an answer that forbids it; 0 to give up.
        forbidden_retry_interval: Seconds["ForbiddenRetryInterval"],
        /// How long Asterisk waits after any other final refusal; 0 to give up.
        fatal_retry_interval: Seconds["FatalRetryInterval"],
        /// The longest that the first registration is put off by chance.
        max_random_initial_delay: Seconds["MaxRandomInitialDelay"],
        /// Whether Asterisk gives up when its secret is refused.
        auth_rejection_permanent: Flag["AuthRejectionPermanent"],
        contact_user: Text["ContactUser"],
        contact_header_params: Text["ContactHeaderParams"],
        transport: Text["Transport"],
        /// Whether calls from the server are assigned to the endpoint by a parameter of the registration.
        line: Flag["Line"],
        endpoint: Text["Endpoint"],
        outbound_auth: Text["OutboundAuth"],
        outbound_proxy: Text["OutboundProxy"],
        support_path: Flag["SupportPath"],
        support_outbound: Flag["SupportOutbound"],
        security_negotiation: Text["SecurityNegotiation"],
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
        endpoint: Text["Endpoint"],
        callid: Text["Callid"],
        /// The state of the subscription, such as `ACTIVE`.
        state: Text["State"],
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
        endpoint: Text["Endpoint"],
        callid: Text["Callid"],
        /// The state of the subscription, such as `ACTIVE`.
        state: Text["State"],
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
        object_type: Text["ObjectType"],
        object_name: Text["ObjectName"],
        /// Whether each notification carries the state of all resources.
        full_state: Flag["FullState"],
        /// The resources, joined by commas.
        list_item: Text["ListItem"],
        /// How long changes are gathered before they are sent.
        notification_batch_interval: Millis["NotificationBatchInterval"],
        resource_display_name: Flag["ResourceDisplayName"],
    }

    /// Ends the list of the action [`PJSIPShowResourceLists`](crate::action::PJSIPShowResourceLists).
    ///
    /// Sent only in answer to an action; no class. Asterisk 13 to 23.
    ResourceListDetailComplete {
        list: group ListEnd[""],
    }
}
