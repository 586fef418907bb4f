//! Events whose headers changed with the versions of Asterisk decode into the same fields.

use gami::event::{AgentState, DeviceState, ExtensionState, Membership, QueueMemberState};
use gami::packet::Packet;
use gami::{Event, Typed};

fn event(text: &str) -> Event {
    Event::from(Packet::new(text.replace('\n', "\r\n").as_bytes()))
}

macro_rules! decode {
    ($name:ident from $event:expr) => {
        match $event.typed() {
            Typed::$name(event) => event,
            other => panic!("{other:?}"),
        }
    };
}

#[test]
fn a_member_of_a_queue_reads_the_same_from_old_and_new_servers() {
    let old = event(
        "Event: QueueMemberStatus\nPrivilege: agent,all\nQueue: rigq\nLocation: Local/echo@rig\n\
         MemberName: Echo Member\nMembership: static\nPenalty: 0\nCallsTaken: 1\nLastCall: 1795457902\nStatus: 2\n\
         Paused: 0\n",
    );
    let new = event(
        "Event: QueueMemberStatus\nPrivilege: agent,all\nQueue: rigq\nMemberName: Echo Member\n\
         Interface: Local/echo@rig\nStateInterface: Local/echo@rig\nMembership: static\nPenalty: 0\nCallsTaken: 1\n\
         LastCall: 1795457902\nLastPause: 0\nLoginTime: 1795457359\nInCall: 1\nStatus: 2\nPaused: 0\nPausedReason: \n\
         Ringinuse: 1\nWrapuptime: 15\n",
    );
    for event in [&old, &new] {
        let e = decode!(QueueMemberStatus from event);
        assert_eq!(e.queue, "rigq");
        assert_eq!((e.member.name, e.member.interface), ("Echo Member", "Local/echo@rig"));
        assert_eq!(e.member.membership, Some(Membership::Static));
        assert_eq!((e.member.penalty, e.member.calls_taken), (Some(0), Some(1)));
        assert_eq!(e.member.last_call, Some(1_795_457_902.0));
        assert_eq!(e.member.status, Some(QueueMemberState::InUse));
        assert_eq!(e.member.paused, Some(false));
    }
    let (old, new) = (decode!(QueueMemberStatus from old).member, decode!(QueueMemberStatus from new).member);
    assert_eq!((old.in_call, old.ringinuse, old.wrapuptime, old.login_time), (None, None, None, None));
    assert_eq!((new.in_call, new.ringinuse, new.wrapuptime), (Some(true), Some(true), Some(15)));
    assert_eq!((new.last_pause, new.login_time), (Some(0.0), Some(1_795_457_359.0)));
}

#[test]
fn the_member_of_a_list_has_its_name_and_interface_under_other_headers() {
    let listed =
        event("Event: QueueMember\nQueue: rigq\nName: Vm Member\nLocation: Local/vm@rig\nIsInCall: 1\nPaused: 1\n");
    let member = decode!(QueueMember from listed).member;
    assert_eq!((member.name, member.interface), ("Vm Member", "Local/vm@rig"));
    assert_eq!((member.in_call, member.paused), (Some(true), Some(true)));
}

#[test]
fn an_agent_is_called_in_the_headers_of_both_ages() {
    let old = event(
        "Event: AgentCalled\nQueue: q\nAgentCalled: SIP/1\nAgentName: Anna\nChannelCalling: SIP/2-1\nUniqueid: 1.2\n",
    );
    let new =
        event("Event: AgentCalled\nChannel: SIP/2-1\nUniqueid: 1.2\nQueue: q\nInterface: SIP/1\nMemberName: Anna\n");
    for event in [&old, &new] {
        let e = decode!(AgentCalled from event);
        assert_eq!((e.interface, e.member_name, e.channel.uniqueid), ("SIP/1", "Anna", "1.2"));
    }
    assert_eq!(decode!(AgentCalled from old).channel_calling, decode!(AgentCalled from new).channel.name);
}

#[test]
fn agents_log_in_and_off_in_both_spellings() {
    for name in ["Agentlogin", "AgentLogin"] {
        let event = event(&format!("Event: {name}\nAgent: 1001\nChannel: SIP/1-1\nUniqueid: 1.2\n"));
        let e = decode!(AgentLogin from event);
        assert_eq!((e.agent, e.channel.name, e.channel.uniqueid), ("1001", "SIP/1-1", "1.2"));
    }
    for name in ["Agentlogoff", "AgentLogoff"] {
        let event = event(&format!("Event: {name}\nAgent: 1001\nLogintime: 61\nUniqueid: 1.2\n"));
        let e = decode!(AgentLogoff from event);
        assert_eq!((e.agent, e.login_time, e.channel.uniqueid), ("1001", Some(61), "1.2"));
    }
}

#[test]
fn the_agents_of_both_ages_show_to_whom_they_talk() {
    let old = event(
        "Event: Agents\nAgent: 1\nName: A\nStatus: AGENT_ONCALL\nLoggedInChan: SIP/1-1\n\
         LoggedInTime: 1795457903\nTalkingTo: 100\n",
    );
    let new = event(
        "Event: Agents\nAgent: 1\nName: A\nStatus: AGENT_ONCALL\nTalkingToChan: SIP/2-1\n\
         CallStarted: 1795457910\nLoggedInTime: 1795457903\nChannel: SIP/1-1\n",
    );
    for event in [&old, &new] {
        let e = decode!(Agents from event);
        assert_eq!((e.agent, e.name, e.status), ("1", "A", Some(AgentState::OnCall)));
        assert_eq!(e.logged_in_time, Some(1_795_457_903.0));
    }
    let (old, new) = (decode!(Agents from old), decode!(Agents from new));
    assert_eq!((old.logged_in_chan, old.talking_to, old.call_started), ("SIP/1-1", "100", None));
    assert_eq!(
        (new.channel.name, new.talking_to_chan, new.call_started),
        ("SIP/1-1", "SIP/2-1", Some(1_795_457_910.0))
    );
}

#[test]
fn a_participant_of_meetme_has_one_number_whatever_its_header() {
    for header in ["User", "Usernum"] {
        let event = event(&format!("Event: MeetmeTalking\nMeetme: 600\n{header}: 3\nStatus: on\n"));
        let e = decode!(MeetmeTalking from event);
        assert_eq!((e.meetme, e.user, e.status), ("600", Some(3), Some(true)));
    }
}

#[test]
fn devices_and_extensions_have_states_and_keep_unknown_ones() {
    let device = |state| event(&format!("Event: DeviceStateChange\nDevice: PJSIP/1\nState: {state}\n"));
    assert_eq!(decode!(DeviceStateChange from device("RINGINUSE")).state, Some(DeviceState::RingInUse));
    assert_eq!(decode!(DeviceStateChange from device("ASLEEP")).state, Some(DeviceState::Other("ASLEEP")));
    let exten = |status| event(&format!("Event: ExtensionStatus\nExten: 1\nStatus: {status}\n"));
    assert_eq!(decode!(ExtensionStatus from exten("-2")).status, Some(ExtensionState::Removed));
    assert_eq!(decode!(ExtensionStatus from exten("9")).status, Some(ExtensionState::InUseRinging));
    assert_eq!(decode!(ExtensionStatus from exten("64")).status, Some(ExtensionState::Other(64)));
}

#[test]
fn an_endpoint_has_a_device_state_though_its_list_spells_it_otherwise() {
    let state = |text| event(&format!("Event: EndpointList\nDeviceState: {text}\nActiveChannels: 2\n"));
    assert_eq!(decode!(EndpointList from state("Not in use")).device_state, Some(DeviceState::NotInUse));
    assert_eq!(decode!(EndpointList from state("Unavailable")).device_state, Some(DeviceState::Unavailable));
    assert_eq!(decode!(EndpointList from state("Ring+Inuse")).device_state, Some(DeviceState::RingInUse));
}

#[test]
fn a_contact_that_did_not_answer_has_no_time_and_keeps_its_text() {
    let contact =
        event("Event: ContactStatusDetail\nAOR: a\nStatus: Unreachable\nRoundtripUsec: N/A\nQualifyTimeout: 3.000\n");
    let e = decode!(ContactStatusDetail from contact);
    assert_eq!((e.roundtrip_usec, e.qualify_timeout), (None, Some(3.0)));
    assert_eq!(e.raw.get("RoundtripUsec"), Some("N/A"));
}

#[test]
fn a_resource_list_keeps_its_second_event_header() {
    let list = event("Event: ResourceListDetail\nObjectName: sales\nEvent: presence\nListItem: anna,bert\n");
    let e = decode!(ResourceListDetail from list);
    assert_eq!((e.object_name, e.list_item), ("sales", "anna,bert"));
    assert_eq!(e.raw.get_all("Event").nth(1), Some("presence"));
}

#[test]
fn a_user_event_gives_up_the_headers_of_its_sender() {
    let door = event("Event: UserEvent\nPrivilege: user,all\nUserEvent: Door\nFloor: 3\nBody: a: b: c\n");
    let e = decode!(UserEvent from door);
    assert_eq!((e.user_event, e.channel.name), ("Door", ""));
    assert_eq!((e.raw.get("Floor"), e.raw.get("Body")), (Some("3"), Some("a: b: c")));
}
