//! Typed events as a program sees them.

use gami::event::*;
use gami::packet::Packet;
use gami::{Event, Typed};

fn event(text: &str) -> Event {
    Event::from(Packet::new(text.trim_start().replace('\n', "\r\n").as_bytes()))
}

/// The event decoded, which must be of this variant.
macro_rules! decoded {
    ($event:ident as $variant:ident) => {
        match $event.typed() {
            Typed::$variant(decoded) => decoded,
            other => panic!("{other:?}"),
        }
    };
}

mod the_sixteen_of_the_go_library {
    use super::*;

    #[test]
    fn newchannel() {
        let event = event(
            "
Event: Newchannel
Privilege: call,all
Channel: PJSIP/100-00000001
ChannelState: 4
ChannelStateDesc: Ring
CallerIDNum: 100
CallerIDName: Anna
ConnectedLineNum: <unknown>
ConnectedLineName: <unknown>
Language: en
AccountCode: sales
Context: internal
Exten: 200
Priority: 1
Uniqueid: 1795457895.16
Linkedid: 1795457895.15
Tenantid: acme
",
        );
        let channel = decoded!(event as Newchannel).channel;
        assert_eq!(channel.name, "PJSIP/100-00000001");
        assert_eq!(channel.state, Some(ChannelState::Ring));
        assert_eq!(channel.state_desc, "Ring");
        assert_eq!(channel.caller_id_num, "100");
        assert_eq!(channel.caller_id_name, "Anna");
        assert_eq!(channel.connected_line_num, "<unknown>");
        assert_eq!(known(channel.connected_line_name), None);
        assert_eq!(channel.language, "en");
        assert_eq!(channel.account_code, "sales");
        assert_eq!(channel.context, "internal");
        assert_eq!(channel.exten, "200");
        assert_eq!(channel.priority, Some(1));
        assert_eq!(channel.uniqueid, "1795457895.16");
        assert_eq!(channel.linkedid, "1795457895.15");
        assert_eq!(channel.tenantid, "acme");
        assert_eq!(event.common().privilege, "call,all");
    }

    #[test]
    fn newexten() {
        let event = event(
            "
Event: Newexten
Channel: SIP/100-00000001
Context: internal
Extension: 200
Priority: 3
Application: Dial
AppData: SIP/200,30
Uniqueid: 1795457895.16
",
        );
        let e = decoded!(event as Newexten);
        assert_eq!((e.channel.name, e.channel.context, e.channel.priority), ("SIP/100-00000001", "internal", Some(3)));
        assert_eq!((e.channel.exten, e.channel.uniqueid), ("200", "1795457895.16"));
        assert_eq!((e.extension, e.application, e.app_data), ("200", "Dial", "SIP/200,30"));
    }

    #[test]
    fn newstate() {
        let event = event(
            "
Event: Newstate
Channel: SIP/100-00000001
ChannelState: 6
ChannelStateDesc: Up
CallerIDNum: 100
CallerIDName: Anna
ConnectedLineNum: 200
ConnectedLineName: Ben
Uniqueid: 1795457895.16
",
        );
        let channel = decoded!(event as Newstate).channel;
        assert_eq!((channel.name, channel.uniqueid), ("SIP/100-00000001", "1795457895.16"));
        assert_eq!((channel.state, channel.state_desc), (Some(ChannelState::Up), "Up"));
        assert_eq!((channel.caller_id_num, channel.caller_id_name), ("100", "Anna"));
        assert_eq!((channel.connected_line_num, channel.connected_line_name), ("200", "Ben"));
    }

    #[test]
    fn dial() {
        let begin = event(
            "
Event: Dial
SubEvent: Begin
Channel: SIP/100-00000001
Destination: SIP/200-00000002
CallerIDNum: 100
CallerIDName: Anna
ConnectedLineNum: 200
ConnectedLineName: Ben
UniqueID: 1795457895.1
DestUniqueID: 1795457895.2
Dialstring: 200
",
        );
        let e = decoded!(begin as Dial);
        assert_eq!((e.sub_event, e.destination, e.dialstring), ("Begin", "SIP/200-00000002", "200"));
        assert_eq!((e.channel.name, e.channel.uniqueid), ("SIP/100-00000001", "1795457895.1"));
        assert_eq!((e.channel.caller_id_num, e.channel.caller_id_name), ("100", "Anna"));
        assert_eq!((e.channel.connected_line_num, e.channel.connected_line_name), ("200", "Ben"));
        assert_eq!((e.dest_uniqueid, e.dial_status), ("1795457895.2", None));
        let end = event("Event: Dial\nSubEvent: End\nChannel: SIP/100-00000001\nUniqueID: 1.1\nDialStatus: NOANSWER\n");
        let e = decoded!(end as Dial);
        assert_eq!((e.sub_event, e.dial_status), ("End", Some(DialStatus::NoAnswer)));
    }

    #[test]
    fn extension_status() {
        let event = event(
            "
Event: ExtensionStatus
Exten: 200
Context: hints
Hint: PJSIP/200
Status: 8
StatusText: Ringing
",
        );
        let e = decoded!(event as ExtensionStatus);
        assert_eq!((e.exten, e.context, e.hint), ("200", "hints", "PJSIP/200"));
        assert_eq!((e.status, e.status_text), (Some(ExtensionState::Ringing), "Ringing"));
    }

    #[test]
    fn hangup() {
        let event = event(
            "
Event: Hangup
Channel: SIP/100-00000001
Uniqueid: 1795457895.16
CallerIDNum: 100
CallerIDName: Anna
ConnectedLineNum: 200
ConnectedLineName: Ben
AccountCode: sales
Cause: 17
Cause-txt: User busy
TechCause: 486
",
        );
        let e = decoded!(event as Hangup);
        assert_eq!((e.channel.name, e.channel.uniqueid), ("SIP/100-00000001", "1795457895.16"));
        assert_eq!((e.channel.caller_id_num, e.channel.caller_id_name), ("100", "Anna"));
        assert_eq!((e.channel.connected_line_num, e.channel.connected_line_name), ("200", "Ben"));
        assert_eq!(e.channel.account_code, "sales");
        assert_eq!((e.cause, e.cause_txt, e.tech_cause), (Some(HangupCause::UserBusy), "User busy", "486"));
        assert_eq!(e.cause.unwrap().to_string(), "User busy");
    }

    #[test]
    fn peer_status() {
        let event = event(
            "
Event: PeerStatus
ChannelType: SIP
Peer: SIP/100
PeerStatus: Registered
Cause: AUTH_BAD
Address: 192.0.2.7:5060
Port: 5060
Time: 12
",
        );
        let e = decoded!(event as PeerStatus);
        assert_eq!((e.channel_type, e.peer, e.cause), ("SIP", "SIP/100", "AUTH_BAD"));
        assert_eq!(e.peer_status, Some(PeerState::Registered));
        assert_eq!((e.address, e.port, e.time), ("192.0.2.7:5060", Some(5060), Some(12)));
    }

    #[test]
    fn peer_entry() {
        let event = event(
            "
Event: PeerEntry
Channeltype: SIP
ObjectName: 100
ObjectUsername: door-100
ChanObjectType: peer
IPaddress: 192.0.2.7
IPport: 5060
Mask: 255.255.255.0
Dynamic: yes
Natsupport: no
AutoForcerport: no
Forcerport: yes
AutoComedia: no
Comedia: yes
VideoSupport: no
TextSupport: yes
ACL: no
Trunk: yes
Encryption: (aes128,keyrotate)
Status: OK (12 ms)
RealtimeDevice: no
Description: the door
Accountcode: sales
",
        );
        let e = decoded!(event as PeerEntry);
        assert_eq!((e.channel_type, e.object_name, e.object_username), ("SIP", "100", "door-100"));
        assert_eq!((e.chan_object_type, e.ip_address, e.ip_port), ("peer", "192.0.2.7", Some(5060)));
        assert_eq!((e.mask, e.dynamic, e.nat_support), ("255.255.255.0", Some(true), Some(false)));
        assert_eq!((e.auto_forcerport, e.forcerport), (Some(false), Some(true)));
        assert_eq!((e.auto_comedia, e.comedia), (Some(false), Some(true)));
        assert_eq!((e.video_support, e.text_support, e.acl), (Some(false), Some(true), Some(false)));
        assert_eq!((e.trunk, e.encryption), (Some(true), "(aes128,keyrotate)"));
        assert_eq!((e.status, e.realtime_device), ("OK (12 ms)", Some(false)));
        assert_eq!((e.description, e.account_code), ("the door", "sales"));
    }

    #[test]
    fn var_set() {
        let event = event(
            "
Event: VarSet
Channel: SIP/100-00000001
Variable: GREETING
Value: say \\\"hello\\\"
Uniqueid: 1795457895.16
",
        );
        let e = decoded!(event as VarSet);
        assert_eq!((e.channel.name, e.channel.uniqueid), ("SIP/100-00000001", "1795457895.16"));
        assert_eq!((e.variable, unescape(e.value).as_ref()), ("GREETING", "say \"hello\""));
        assert_eq!(event.variables().count(), 0, "the name of a variable is not a variable of the channel");
    }

    #[test]
    fn agent_login() {
        for name in ["AgentLogin", "Agentlogin"] {
            let event = event(&format!("Event: {name}\nAgent: 1001\nChannel: SIP/100-00000001\nUniqueid: 1.16\n"));
            let e = decoded!(event as AgentLogin);
            assert_eq!((e.agent, e.channel.name, e.channel.uniqueid), ("1001", "SIP/100-00000001", "1.16"));
        }
    }

    #[test]
    fn agents() {
        let event = event(
            "
Event: Agents
Agent: 1001
Name: Anna
Status: AGENT_ONCALL
LoggedInTime: 1795457895
TalkingToChan: SIP/200-00000002
CallStarted: 1795457900
Channel: SIP/100-00000003
ChannelState: 6
Uniqueid: 1795457895.16
LoggedInChan: SIP/100-00000001
TalkingTo: 200
",
        );
        let e = decoded!(event as Agents);
        assert_eq!((e.agent, e.name, e.status), ("1001", "Anna", Some(AgentState::OnCall)));
        assert_eq!((e.logged_in_time, e.call_started), (Some(1795457895.0), Some(1795457900.0)));
        assert_eq!((e.talking_to_chan, e.logged_in_chan), ("SIP/200-00000002", "SIP/100-00000001"));
        assert_eq!(e.talking_to, "200");
        assert_eq!((e.channel.name, e.channel.uniqueid), ("SIP/100-00000003", "1795457895.16"));
        assert_eq!(e.channel.state, Some(ChannelState::Up));
    }

    #[test]
    fn agent_logoff() {
        for name in ["AgentLogoff", "Agentlogoff"] {
            let event = event(&format!("Event: {name}\nAgent: 1001\nLogintime: 3600\nUniqueid: 1.16\n"));
            let e = decoded!(event as AgentLogoff);
            assert_eq!((e.agent, e.login_time, e.channel.uniqueid), ("1001", Some(3600), "1.16"));
        }
    }

    #[test]
    fn agent_connect() {
        let event = event(
            "
Event: AgentConnect
Queue: sales
Uniqueid: 1795457895.16
Channel: SIP/100-00000001
Member: SIP/100
MemberName: Anna
Holdtime: 7
BridgedChannel: 1795457895.17
Ringtime: 3
",
        );
        let e = decoded!(event as AgentConnect);
        assert_eq!((e.queue, e.interface, e.member_name), ("sales", "SIP/100", "Anna"));
        assert_eq!((e.channel.name, e.channel.uniqueid), ("SIP/100-00000001", "1795457895.16"));
        assert_eq!((e.hold_time, e.ring_time, e.bridged_channel), (Some(7), Some(3), "1795457895.17"));
    }

    #[test]
    fn rtp_receiver_stats() {
        let event = event(
            "
Event: RTPReceiverStats
SSRC: 1718462012
ReceivedPackets: 2345
LostPackets: 6
Jitter: 0.0012
Transit: 0.0250
RRCount: 9
",
        );
        let e = decoded!(event as RTPReceiverStats);
        assert_eq!((e.ssrc, e.received_packets, e.lost_packets), (Some(1718462012), Some(2345), Some(6)));
        assert_eq!((e.jitter, e.transit, e.rr_count), (Some(0.0012), Some(0.025), Some(9)));
    }

    #[test]
    fn rtp_sender_stats() {
        for sent in ["SentPackets", "SendPackets"] {
            let event = event(&format!(
                "Event: RTPSenderStats\nSSRC: 1718462012\n{sent}: 2345\nLostPackets: 6\nJitter: 5\nSRCount: 9\nRTT: 0.031\n"
            ));
            let e = decoded!(event as RTPSenderStats);
            assert_eq!((e.ssrc, e.sent_packets, e.lost_packets), (Some(1718462012), Some(2345), Some(6)));
            assert_eq!((e.jitter, e.rtt, e.sr_count), (Some(5.0), Some(0.031), Some(9)));
        }
    }

    #[test]
    fn bridge() {
        let event = event(
            "
Event: Bridge
Bridgestate: Link
Bridgetype: core
Channel1: SIP/100-00000001
Channel2: SIP/200-00000002
Uniqueid1: 1795457895.1
Uniqueid2: 1795457895.2
CallerID1: 100
CallerID2: 200
",
        );
        let e = decoded!(event as Bridge);
        assert_eq!((e.bridge_state, e.bridge_type), (Some(BridgeState::Link), "core"));
        assert_eq!((e.channel1, e.channel2), ("SIP/100-00000001", "SIP/200-00000002"));
        assert_eq!((e.uniqueid1, e.uniqueid2), ("1795457895.1", "1795457895.2"));
        assert_eq!((e.caller_id1, e.caller_id2), ("100", "200"));
    }
}

#[test]
fn a_header_that_is_absent_or_unreadable_loses_nothing_else() {
    let event = event("Event: Hangup\nCause: seventeen\nCause-txt: User busy\n");
    let e = decoded!(event as Hangup);
    assert_eq!((e.channel.name, e.channel.state, e.cause, e.cause_txt), ("", None, None, "User busy"));
    assert_eq!(e.raw.get("Cause"), Some("seventeen"));
}

#[test]
fn values_that_are_unknown_are_kept() {
    assert_eq!(HangupCause::read("16"), Some(HangupCause::NormalClearing));
    assert_eq!(HangupCause::read("4711"), Some(HangupCause::Other(4711)));
    assert_eq!(HangupCause::Other(4711).to_string(), "4711");
    assert_eq!(HangupCause::Interworking.code(), 127);
    assert_eq!(DialStatus::read("busy"), Some(DialStatus::Busy));
    assert_eq!(DialStatus::read("TELEPATHY"), Some(DialStatus::Other("TELEPATHY")));
    assert_eq!(DialStatus::Other("TELEPATHY").to_string(), "TELEPATHY");
    assert_eq!(DialStatus::read(""), None);
    assert_eq!(ChannelState::read("Up"), Some(ChannelState::Up));
    assert_eq!(format!("{:>6}", ChannelState::Up), "    Up");
    assert_eq!(format!("{:<6}|", HangupCause::Other(4711)), "4711  |");
    assert_eq!((i32::from(HangupCause::UserBusy), HangupCause::from(17)), (17, HangupCause::UserBusy));
}

#[test]
fn yes_and_no_are_read_in_every_spelling() {
    for yes in ["Yes", "true", "ON", "1", "Enabled", "y", "t"] {
        assert_eq!(bool::read(yes), Some(true), "{yes}");
    }
    for no in ["No", "False", "off", "0", "disabled", "N", "f"] {
        assert_eq!(bool::read(no), Some(false), "{no}");
    }
    for neither in ["", "maybe", "2"] {
        assert_eq!(bool::read(neither), None, "{neither}");
    }
}

#[test]
fn numbers_are_read_before_their_explanation() {
    let event = event(
        "Event: RTCPReceived\nPT: 200(Sender Report)\nDLSR: 2.1250(sec)\nRTT: -\nSenderSSRC: 4711\nLastSR: 1.5\n",
    );
    let e = decoded!(event as RTCPReceived);
    assert_eq!((e.pt, e.report.dlsr, e.rtt), (Some(RtcpType::SenderReport), Some(2.125), None));
    assert_eq!((e.ssrc, e.report.lsr), ("4711", "1.5"));
}

#[test]
fn the_digits_after_the_dot_of_an_ntp_time_are_microseconds_or_microseconds_times_4096() {
    for (sent, read) in [
        ("1795624379.447366", 1795624379.447366),
        ("1795457895.2048000000", 1795457895.5),
        ("1795457895.0000004096", 1795457895.000001),
        ("1795457895.4095995904", 1795457895.999999),
        ("1795457895", 1795457895.0),
    ] {
        let event = event(&format!("Event: RTCPSent\nSentNTP: {sent}\n"));
        assert_eq!(decoded!(event as RTCPSent).sent_ntp, Some(read), "{sent}");
    }
    for sent in ["", "soon", "1.x", "1.12345678x"] {
        let event = event(&format!("Event: RTCPReceived\nSentNTP: {sent}\n"));
        assert_eq!(decoded!(event as RTCPReceived).sent_ntp, None, "{sent}");
    }
}

#[test]
fn what_is_known_and_what_is_not_is_told_in_every_way_that_asterisk_says_it() {
    for absent in ["", "<unknown>", "<none>", "<null>", "(null)"] {
        assert_eq!(known(absent), None, "{absent}");
    }
    assert_eq!(known("unknown"), Some("unknown"));
}

#[test]
fn a_typed_event_tells_its_name_and_the_event_behind_it() {
    let login = event("Event: Agentlogin\nAgent: 1\nX-Mine: a\n");
    assert_eq!((login.typed().name(), login.typed().raw().get("X-Mine")), ("AgentLogin", Some("a")));
    let other = event("Event: Novelty\nA: 1\n");
    assert_eq!((other.typed().name(), other.typed().raw().get("A")), ("Novelty", Some("1")));
}

#[test]
fn a_group_that_moved_behind_a_prefix_is_read_from_old_versions_too() {
    let old = event("Event: ParkedCall\nExten: 701\nChannel: SIP/100-1\nTimeout: 45\nFrom: SIP/200-1\n");
    let e = decoded!(old as ParkedCall);
    assert_eq!(
        (e.parkee.name, e.parking_space, e.parking_timeout, e.from),
        ("SIP/100-1", "701", Some(45), "SIP/200-1")
    );
    let new = event(
        "Event: ParkedCall\nParkeeChannel: PJSIP/100-1\nParkeeExten: 200\nParkingSpace: 701\nParkingTimeout: 45\n",
    );
    let e = decoded!(new as ParkedCall);
    assert_eq!((e.parkee.name, e.parkee.exten, e.parking_space), ("PJSIP/100-1", "200", "701"));
}

#[test]
fn channel_variables_are_read_in_all_three_shapes() {
    let event = event(
        "
Event: DialBegin
Channel: SIP/100-1
ChanVariable: one=1
ChanVariable: CDR(dst)=a=b
DestChanVariable: two=2
chanvariable(Local/x@y-1;2): three=
ChanVariable(broken: four=4
Variable: five=5
ChanVariables: six=6
",
    );
    let found: Vec<_> = event.variables().map(|v| (v.prefix, v.channel, v.name, v.value)).collect();
    assert_eq!(
        found,
        [
            ("", "", "one", "1"),
            ("", "", "CDR(dst)", "a=b"),
            ("Dest", "", "two", "2"),
            ("", "Local/x@y-1;2", "three", ""),
            ("", "", "five", "5"),
        ]
    );
    assert_eq!((event.variable("two"), event.variable("CDR(dst)")), (Some("2"), Some("a=b")));
    assert_eq!((event.variable("three"), event.variable("ONE"), event.variable("six")), (Some(""), None, None));
}

#[test]
fn c_escapes_are_undone_once() {
    assert_eq!(unescape(r#"a\nb\\nc\"d\"\q\"#), "a\nb\\nc\"d\"\\q\\");
    assert!(matches!(unescape("plain"), std::borrow::Cow::Borrowed("plain")));
}

/// What `get` finds is what the fields hold, in whatever order headers come and whatever repeats.
#[test]
fn fields_hold_the_first_of_repeated_headers_in_any_order() {
    let names =
        ["Channel", "channel", "Context", "Exten", "Language", "Uniqueid", "Linkedid", "AccountCode", "Account"];
    let mut seed = 4711_u32;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) as usize % below
    };
    for _ in 0..2_000 {
        let mut text = String::from("Event: VarSet\n");
        for at in 0..random(30) {
            let prefix = ["", "Dest", "dest", "Parkee"][random(4)];
            text += &format!("{prefix}{}: {at}\n", names[random(names.len())]);
        }
        let event = event(&text);
        for prefix in ["", "Dest", "Parkee"] {
            let get = |name: &str| event.get(&format!("{prefix}{name}")).unwrap_or_default();
            let channel = ChannelSnapshot::of(&event, prefix);
            assert_eq!(channel.name, get("Channel"), "{text}");
            assert_eq!(channel.context, get("Context"), "{text}");
            assert_eq!(channel.exten, get("Exten"), "{text}");
            assert_eq!(channel.language, get("Language"), "{text}");
            assert_eq!(channel.uniqueid, get("Uniqueid"), "{text}");
            assert_eq!(channel.linkedid, get("Linkedid"), "{text}");
            let account = event.get(&format!("{prefix}AccountCode"));
            assert_eq!(channel.account_code, account.unwrap_or(get("Account")), "{text}");
        }
    }
}

#[test]
fn any_bytes_decode_without_a_panic() {
    for bytes in [
        &b"Event: Hangup"[..],
        b"",
        b"Event:",
        b"Event: Hangup\r\n:\r\n: x\r\nC:\r\n\xff\xfe: \xff",
        b"Event: Status\r\nhello",
    ] {
        let event = Event::from(Packet::new(bytes));
        let _ = format!("{:?} {:?} {:?}", event.typed(), event.common(), event.variables());
    }
}

#[test]
fn printing_a_typed_event_leaves_out_what_is_absent() {
    let event = event("Event: Hangup\nChannel: SIP/100-1\nCause: 16\n");
    let shown = r#"Hangup { channel: ChannelSnapshot { name: "SIP/100-1" }, cause: NormalClearing }"#;
    assert_eq!(format!("{:?}", event.typed()), shown);
}

#[test]
fn typed_events_are_equal_where_all_fields_are() {
    let one = event("Event: Hangup\nChannel: SIP/100-1\nCause: 16\nX-Mine: 1\n");
    let same = event("Event: Hangup\nCause: 16\nchannel: SIP/100-1\n");
    let e = decoded!(one as Hangup);
    assert_eq!(e, decoded!(same as Hangup));
    assert_eq!(e.channel, decoded!(same as Hangup).channel);
    for other in [
        "Channel: SIP/100-1\nCause: 17",
        "Channel: SIP/100-1\nCause: 4711",
        "Channel: SIP/100-2\nCause: 16",
        "Channel: SIP/100-1\nCause: 16\nChannelState: 0",
        "Channel: SIP/100-1\nCause: 16\nCause-txt: x",
        "Cause: 16",
        "Channel: SIP/100-1",
    ] {
        let event = event(&format!("Event: Hangup\n{other}\n"));
        assert_ne!(e, decoded!(event as Hangup), "{other}");
    }
}

mod what_is_kept {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn a_group_outlives_its_event() {
        let mut members: HashMap<String, owned::MemberSnapshot> = HashMap::new();
        {
            let event = event(
                "Event: QueueMemberStatus\nQueue: q\nMemberName: Anna\nInterface: PJSIP/100\nMembership: dynamic\n\
                 Penalty: 2\nStatus: 6\nPaused: 0\n",
            );
            let member = decoded!(event as QueueMemberStatus).member;
            let kept = member.to_owned();
            assert_eq!((kept.borrowed(), format!("{kept:?}")), (member, format!("{member:?}")));
            assert_eq!(owned::MemberSnapshot::from(member), kept);
            members.insert(member.interface.to_owned(), kept);
        }
        let member = &members["PJSIP/100"];
        assert_eq!((member.name.as_str(), member.membership.as_str()), ("Anna", "dynamic"));
        assert_eq!(
            (member.status, member.penalty, member.paused),
            (Some(QueueMemberState::Ringing), Some(2), Some(false))
        );
        assert_eq!(member.borrowed().membership, Some(Membership::Dynamic));
        assert_ne!(*member, owned::MemberSnapshot::default());
    }

    #[test]
    fn a_word_that_no_enum_knows_is_kept() {
        let event = event("Event: InvalidPassword\nSeverity: Dire\nAccountID: admin\n");
        let source = decoded!(event as InvalidPassword).source.to_owned();
        assert_eq!(source.severity, "Dire");
        assert_eq!(source.borrowed().severity, Some(Severity::Other("Dire")));
    }
}

mod what_many_events_share {
    use super::*;

    #[test]
    fn is_found_without_a_match() {
        let enter = event(
            "Event: BridgeEnter\nBridgeUniqueid: b1\nBridgeNumChannels: 1\nChannel: PJSIP/100-1\nUniqueid: 1.1\n",
        );
        let typed = enter.typed();
        assert_eq!(typed.channel().map(|channel| channel.uniqueid), Some("1.1"));
        assert_eq!(typed.bridge().map(|bridge| bridge.uniqueid), Some("b1"));
        assert_eq!((typed.member(), typed.security()), (None, None));
        let member = event("Event: QueueMemberPause\nQueue: q\nInterface: PJSIP/100\n");
        assert_eq!(member.typed().member().map(|member| member.interface), Some("PJSIP/100"));
        let attempt = event("Event: InvalidAccountID\nAccountID: nobody\n");
        assert_eq!(attempt.typed().security().map(|source| source.account_id), Some("nobody"));
    }

    #[test]
    fn is_none_where_the_event_does_not_have_it() {
        let global = event("Event: VarSet\nVariable: A\nValue: 1\n");
        assert_eq!(global.typed().channel(), None);
        let by_prefix = event("Event: DialBegin\nDestChannel: PJSIP/200-1\n");
        assert_eq!(by_prefix.typed().channel(), None);
        // A field of that name which is text.
        let named = event("Event: ChannelHungup\nChannel: PJSIP/100-1\n");
        assert_eq!(named.typed().channel(), None);
        let transfer = event("Event: Novelty\nChannel: PJSIP/100-1\n");
        assert_eq!((transfer.typed().channel(), transfer.typed().bridge()), (None, None));
    }
}

mod json {
    use super::*;
    use gami::Response;

    fn json(value: &impl serde::Serialize) -> String {
        serde_json::to_string(value).expect("it serializes")
    }

    #[test]
    fn a_raw_event_keeps_every_header_in_order_and_repeats_as_arrays() {
        let event = event("Event: X\nB: 1\nA: 2\nb: 3\nEmpty:\nB: 4\n");
        assert_eq!(json(&event), r#"{"Event":"X","B":["1","3","4"],"A":"2","Empty":""}"#);
    }

    #[test]
    fn a_response_keeps_its_output() {
        let new = Response::from(Packet::new(b"Response: Success\r\nOutput: a\r\nOutput:  b\r\n"));
        assert_eq!(json(&new), r#"{"Response":"Success","Output":["a"," b"]}"#);
        let old =
            Response::from(Packet::new(b"Response: Follows\r\nPrivilege: Command\r\na\n\n b: c\n--END COMMAND--\r\n"));
        assert_eq!(json(&old), r#"{"Response":"Follows","Privilege":"Command","Output":["a",""," b: c"]}"#);
    }

    #[test]
    fn a_typed_event_has_its_name_and_the_fields_that_came() {
        let event = event("Event: Newexten\nChannel: SIP/100-1\nChannelState: 6\nPriority: 3\nApplication: Dial\n");
        let expected = r#"{"event":"Newexten","channel":{"name":"SIP/100-1","state":6,"state_name":"Up","priority":3},"application":"Dial"}"#;
        assert_eq!(json(&event.typed()), expected);
        let e = decoded!(event as Newexten);
        let expected = r#"{"name":"SIP/100-1","state":6,"state_name":"Up","priority":3}"#;
        assert_eq!((json(&e.channel), json(&e.channel.to_owned())), (expected.into(), expected.into()));
    }

    #[test]
    fn an_enum_of_numbers_is_its_number_with_the_name_beside_it_and_one_of_words_is_its_word() {
        let known = event("Event: Hangup\nCause: 16\n");
        assert_eq!(json(&known.typed()), r#"{"event":"Hangup","cause":16,"cause_name":"Normal Clearing"}"#);
        let unknown = event("Event: Hangup\nCause: 4711\n");
        assert_eq!(json(&unknown.typed()), r#"{"event":"Hangup","cause":4711}"#);
        for (sent, code) in [("16", 16), ("4711", 4711), ("-7", -7)] {
            let event = event(&format!("Event: Hangup\nCause: {sent}\n"));
            let back = serde_json::to_value(event.typed()).unwrap()["cause"].as_i64().unwrap();
            let back = HangupCause::from(i32::try_from(back).unwrap());
            assert_eq!((Some(back), back.code()), (decoded!(event as Hangup).cause, code));
        }
        let named = event("Event: Status\nState: Ringing\n");
        assert_eq!(json(&named.typed()), r#"{"event":"Status","state":5,"state_name":"Ringing"}"#);
        let word = event("Event: DialEnd\nDialStatus: noanswer\n");
        assert_eq!(json(&word.typed()), r#"{"event":"DialEnd","dial_status":"NOANSWER"}"#);
    }

    #[test]
    fn a_typed_event_serializes_what_stands_in_no_field() {
        let event = event("Event: Flash\nPrivilege: call,all\nChannel: A\nDestChanVariable: a=b\nActionID: 7\n");
        let expected = r#"{"event":"Flash","channel":{"name":"A"},"common":{"privilege":"call,all","action_id":"7"},"variables":[{"prefix":"Dest","name":"a","value":"b"}]}"#;
        assert_eq!(json(&event.typed()), expected);
        let event = super::event("Event: UserEvent\nUserEvent: Door\nFloor: 3\n");
        let expected = r#"{"event":"UserEvent","user_event":"Door","rest":{"Floor":"3"}}"#;
        assert_eq!(json(&event.typed()), expected);
    }

    #[test]
    fn a_typed_event_serializes_what_no_field_could_hold() {
        let event = event(
            "Event: Hangup\nChannel: A\nchannel: B\nCause: seventeen\nX-Mine: 1\nEmpty:\nx-mine: 2\nAccount: old\n\
             AccountCode: new\nEvent: again\n",
        );
        let expected = r#"{"event":"Hangup","channel":{"name":"A","account_code":"new"},"rest":{"channel":"B","Cause":"seventeen","X-Mine":["1","2"],"Account":"old","Event":"again"}}"#;
        assert_eq!(json(&event.typed()), expected);
        let parked = super::event("Event: ParkedCall\nParkeeChannel: A\nChannel: B\nParkingSpace: 701\n");
        let expected = r#"{"event":"ParkedCall","parkee":{"name":"A"},"parking_space":"701","rest":{"Channel":"B"}}"#;
        assert_eq!(json(&parked.typed()), expected);
        let parked = super::event("Event: ParkedCall\nParkeePriority: one\nPriority: 1\n");
        let expected = r#"{"event":"ParkedCall","parkee":{"priority":1},"rest":{"ParkeePriority":"one"}}"#;
        assert_eq!(json(&parked.typed()), expected);
    }

    #[test]
    fn an_event_that_is_not_in_the_catalogue_has_the_same_map_without_fields() {
        let event = event("Event: Novelty\nPrivilege: call,all\nA: 2\nChanVariable: a=b\nB: 3\na: 4\n");
        let expected = r#"{"event":"Novelty","common":{"privilege":"call,all"},"variables":[{"name":"a","value":"b"}],"rest":{"A":["2","4"],"B":"3"}}"#;
        assert_eq!(json(&event.typed()), expected);
    }
}
