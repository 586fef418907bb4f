//! Events whose headers changed with the versions of Asterisk decode into the same fields.

use gami::event::{
    AgentState, AocBilling, AocRateType, AocTotal, AocType, AocUnit, CelEvent, DeviceState, ExtensionState, Membership,
    QueueMemberState, Rate, RegistryState,
};
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

#[test]
fn a_charge_reads_the_same_under_the_names_of_both_ages() {
    let old = event(
        "Event: AOC-D\nChannel: DAHDI/1-1\nType: Currency\nBillingID: Normal\nTypeOfCharging: SubTotal\n\
         Currency: EUR\nCurrency/Amount/Cost: 42\nCurrency/Amount/Multiplier: 1/100\n",
    );
    let new = event(
        "Event: AOC-D\nChannel: DAHDI/1-1\nCharge/Type: Currency\nCharge/BillingID: Normal\n\
         Charge/TotalType: SubTotal\nCharge/Currency/Name: EUR\nCharge/Currency/Cost: 42\n\
         Charge/Currency/Multiplier: 1/100\n",
    );
    for event in [&old, &new] {
        let charge = decode!(AOCD from event).charge;
        assert_eq!((charge.kind, charge.billing_id), (Some(AocType::Currency), Some(AocBilling::Normal)));
        assert_eq!((charge.total_type, charge.currency), (Some(AocTotal::SubTotal), "EUR"));
        assert_eq!((charge.cost, charge.multiplier), (Some(42), "1/100"));
    }
    let old = event(
        "Event: AOC-E\nChargingAssociation/Number: 555\nChargingAssociation/Number/Plan: 1\nType: Units\n\
         Units/NumberItems: 1\nUnits/Item(0)/NumberOf: 7\nUnits/Item(0)/TypeOf: 2\n",
    );
    let new = event(
        "Event: AOC-E\nChargingAssociation/Number: 555\nChargingAssociation/Plan: 1\nCharge/Type: Units\n\
         Charge/Units(0)/NumberOf: 7\nCharge/Units(0)/TypeOf: 2\n",
    );
    for event in [&old, &new] {
        let e = decode!(AOCE from event);
        assert_eq!((e.number, e.plan, e.charge.kind), ("555", Some(1), Some(AocType::Units)));
        assert_eq!((e.charge.number_of, e.charge.type_of), (Some(7), Some(2)));
    }
    assert_eq!(decode!(AOCE from old).charge.number_items, Some(1));
}

#[test]
fn a_rate_reads_the_same_under_the_names_of_both_ages() {
    let old = event(
        "Event: AOC-S\nChannel: DAHDI/1-1\nNumberRates: 2\nRate(0)/Chargeable: BasicCommunication\n\
         Rate(0)/Type: Duration\nRate(0)/Duration/Currency: EUR\nRate(0)/Duration/Amount/Cost: 3\n\
         Rate(0)/Duration/Amount/Multiplier: 1/100\nRate(0)/Duration/ChargingType: StepFunction\n\
         Rate(0)/Duration/Time/Length: 1\nRate(0)/Duration/Time/Scale: Minute\n\
         Rate(0)/Duration/Granularity/Length: 10\nRate(0)/Duration/Granularity/Scale: Second\n\
         Rate(1)/Chargeable: CallSetup\nRate(1)/Type: Flat\nRate(1)/Flat/Currency: EUR\nRate(1)/Flat/Amount/Cost: 9\n",
    );
    let new = event(
        "Event: AOC-S\nChannel: DAHDI/1-1\n(null)(0)/Chargeable: BasicCommunication\n\
         (null)(0)/Duration/Currency/Name: EUR\n(null)(0)/Duration/Currency/Cost: 3\n\
         (null)(0)/Duration/Currency/Multiplier: 1/100\n(null)(0)/Duration/ChargingType: StepFunction\n\
         (null)(0)/Duration/Time/Length: 1\n(null)(0)/Duration/Time/Scale: Minute\n\
         (null)(0)/Duration/Granularity/Length: 10\n(null)(0)/Duration/Granularity/Scale: Second\n\
         (null)(1)/Chargeable: CallSetup\n(null)(1)/Flat/Currency/Name: EUR\n(null)(1)/Flat/Currency/Cost: 9\n",
    );
    for event in [&old, &new] {
        let e = decode!(AOCS from event);
        assert_eq!(e.channel.name, "DAHDI/1-1");
        let rate = e.rate;
        assert_eq!((rate.chargeable, rate.currency), ("BasicCommunication", "EUR"));
        assert_eq!((rate.cost, rate.multiplier, rate.charging_type), (Some(3), "1/100", "StepFunction"));
        assert_eq!((rate.length, rate.scale), (Some(1), "Minute"));
        assert_eq!((rate.granularity_length, rate.granularity_scale), (Some(10), "Second"));
    }
    let (first, second) = (decode!(AOCS from old), Rate::of(&old, "Rate(1)/"));
    assert_eq!((first.number_rates, first.rate.rate_type), (Some(2), Some(AocRateType::Duration)));
    assert_eq!((second.chargeable, second.rate_type, second.cost), ("CallSetup", Some(AocRateType::Flat), Some(9)));
    let second = Rate::of(&new, "(null)(1)/");
    assert_eq!((second.chargeable, second.currency, second.cost), ("CallSetup", "EUR", Some(9)));
    let volume = event("Event: AOC-S\nRate(0)/Volume/Unit: Octect\n(null)(0)/SpecialCode/SpecialCode: 3\n");
    assert_eq!(decode!(AOCS from volume).rate.unit, Some(AocUnit::Octet));
    assert_eq!(Rate::of(&volume, "(null)(0)/").special_code, "3");
}

#[test]
fn words_of_old_versions_are_known() {
    for (word, known) in [
        ("BRIDGE_START", CelEvent::BridgeStart),
        ("BRIDGE_END", CelEvent::BridgeEnd),
        ("BRIDGE_UPDATE", CelEvent::BridgeUpdate),
        ("CONF_START", CelEvent::ConfStart),
        ("CONF_END", CelEvent::ConfEnd),
    ] {
        let cel = event(&format!("Event: CEL\nEventName: {word}\n"));
        assert_eq!(decode!(CEL from cel).event_name, Some(known));
    }
    for (word, known) in [
        ("Request Sent", RegistryState::RequestSent),
        ("Auth. Sent", RegistryState::AuthSent),
        ("Timeout", RegistryState::Timeout),
        ("No Authentication", RegistryState::NoAuthentication),
        ("Unknown", RegistryState::Unknown),
    ] {
        let registry = event(&format!("Event: Registry\nStatus: {word}\n"));
        assert_eq!(decode!(Registry from registry).status, Some(known));
    }
    let own = event("Event: CEL\nEventName: USER_DEFINED\nUserDefType: door\n");
    let e = decode!(CEL from own);
    assert_eq!((e.event_name, e.user_def_type), (Some(CelEvent::UserDefined), "door"));
    let unnamed = event("Event: CEL\nEventName: door\n");
    assert_eq!(decode!(CEL from unnamed).event_name, Some(CelEvent::Other("door")));
}

#[test]
fn the_end_of_a_channel_is_a_time_of_day() {
    let status = event("Event: Status\nChannel: A\nTimeToHangup: 1795457999\nSeconds: 7\n");
    let e = decode!(Status from status);
    assert_eq!((e.time_to_hangup, e.seconds), (Some(1_795_457_999.0), Some(7)));
}
