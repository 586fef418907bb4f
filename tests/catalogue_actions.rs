//! The catalogue of Asterisk's actions against the typed ones: each is built, with what it requires and
//! with all that it takes, and what comes out is compared with what Asterisk documents.

mod declarations;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use declarations::{declarations, listed, other_privileges, undeclared};
use gami::action::*;
use gami::packet::{Frame, Framer};
use gami::Typed;
use serde_json::Value;

const SECOND: Duration = Duration::from_secs(1);

/// Actions that are typed although Asterisk does not document them.
const UNDOCUMENTED: &[(&str, &str)] = &[
    ("DataGet", "servers from 1.8 to 13 have it, and neither 16 nor 22"),
    ("Queues", "servers up to 13 have it, and people who look for it should find what to use instead"),
];

/// Parameters of the catalogue that no typed action sends.
const OMITTED: &[(&str, &str, &str)] =
    &[("MixMonitor", "options", "16 writes `Options` so; the server compares names without case")];

/// Parameters that a server reads and its documentation lacks, or has under a name that no server reads.
const READ: &[(&str, &str, Option<&str>)] = &[
    ("JabberSend", "ScreenName", Some("JID")),
    ("ListCategories", "Match", None),
    ("MixMonitorMute", "MixMonitorID", None),
    ("QueueAdd", "Wrapuptime", None),
];

/// The name that a server reads for a parameter as it is documented.
fn read_for<'a>(action: &str, documented: &'a str) -> &'a str {
    let renamed = READ.iter().find(|(of, _, other)| *of == action && *other == Some(documented));
    renamed.map_or(documented, |(_, read, _)| read)
}

/// An action as `new` makes it, and with every method called.
struct Built {
    least: Action,
    full: Action,
}

fn built<A: Clone + Into<Action>>(least: A, rest: impl FnOnce(A) -> A) -> Built {
    Built { least: least.clone().into(), full: rest(least).into() }
}

fn plain<A: Clone + Into<Action>>(action: A) -> Built {
    built(action, |action| action)
}

fn all() -> Vec<Built> {
    vec![
        built(AGI::new("Channel", "Command"), |a| a.command_id("CommandID")),
        built(AOCMessage::new(AocMessageType::S), |a| {
            a.channel("Channel")
                .channel_prefix("ChannelPrefix")
                .charge_type(AocChargeType::Unit)
                .units(7, Some(8))
                .currency_name("CurrencyName")
                .currency_amount(1)
                .currency_multiplier(AocMultiplier::One)
                .total_type(AocTotalType::Total)
                .billing_id(AocBillingId::Normal)
                .charging_association_id(2)
                .charging_association_number("ChargingAssociationNumber")
                .charging_association_plan(3)
                .charged_item(AocChargedItem::CallSetup)
                .rate_type(AocRateType::Flat)
                .time(4)
                .time_scale(AocTimeScale::Minute)
                .granularity(5)
                .granularity_time_scale(AocTimeScale::Second)
                .charging_type(AocChargingType::StepFunction)
                .volume_unit(AocVolumeUnit::Octet)
                .code(6)
        }),
        plain(AbsoluteTimeout::new("Channel", SECOND)),
        built(AgentLogoff::new("Agent"), |a| a.soft(true)),
        plain(Agents::new()),
        built(Atxfer::new("Channel", "Exten"), |a| a.context("Context")),
        built(BlindTransfer::new("Channel", "Exten"), |a| a.context("Context")),
        built(Bridge::new("Channel1", "Channel2"), |a| a.tone(BridgeTone::Both)),
        plain(BridgeDestroy::new("BridgeUniqueid")),
        plain(BridgeInfo::new("BridgeUniqueid")),
        built(BridgeKick::new("Channel"), |a| a.bridge_uniqueid("BridgeUniqueid")),
        built(BridgeList::new(), |a| a.bridge_type("BridgeType")),
        plain(BridgeTechnologyList::new()),
        plain(BridgeTechnologySuspend::new("BridgeTechnology")),
        plain(BridgeTechnologyUnsuspend::new("BridgeTechnology")),
        plain(CancelAtxfer::new("Channel")),
        plain(Challenge::new()),
        plain(ChangeMonitor::new("Channel", "File")),
        plain(Command::new("Command")),
        plain(ConfbridgeKick::new("Conference", "Channel")),
        plain(ConfbridgeList::new("Conference")),
        plain(ConfbridgeListRooms::new()),
        plain(ConfbridgeLock::new("Conference")),
        plain(ConfbridgeMute::new("Conference", "Channel")),
        plain(ConfbridgeSetSingleVideoSrc::new("Conference", "Channel")),
        built(ConfbridgeStartRecord::new("Conference"), |a| a.record_file("RecordFile")),
        plain(ConfbridgeStopRecord::new("Conference")),
        plain(ConfbridgeUnlock::new("Conference")),
        plain(ConfbridgeUnmute::new("Conference", "Channel")),
        plain(ControlPlayback::new("Channel", PlaybackControl::Stop)),
        plain(CoreSettings::new()),
        plain(CoreShowChannelMap::new("Channel")),
        plain(CoreShowChannels::new()),
        plain(CoreStatus::new()),
        plain(CreateConfig::new("Filename")),
        plain(DAHDIDNDoff::new("DAHDIChannel")),
        plain(DAHDIDNDon::new("DAHDIChannel")),
        plain(DAHDIDialOffhook::new("DAHDIChannel", "Number")),
        plain(DAHDIHangup::new("DAHDIChannel")),
        plain(DAHDIRestart::new()),
        built(DAHDIShowChannels::new(), |a| a.dahdi_channel("DAHDIChannel")),
        plain(DAHDIShowStatus::new()),
        plain(DAHDITransfer::new("DAHDIChannel")),
        plain(DBDel::new("Family", "Key")),
        built(DBDelTree::new("Family"), |a| a.key("Key")),
        plain(DBGet::new("Family", "Key")),
        built(DBGetTree::new(), |a| a.family("Family").key("Key")),
        built(DBPut::new("Family", "Key"), |a| a.val("Val")),
        built(DataGet::new("Path"), |a| a.search("Search").filter("Filter")),
        plain(DeviceStateList::new()),
        built(DialplanExtensionAdd::new("Context", "Extension", "Priority", "Application"), |a| {
            a.application_data("ApplicationData").replace(true)
        }),
        built(DialplanExtensionRemove::new("Context", "Extension"), |a| a.priority("Priority")),
        plain(Events::new("on")),
        plain(ExtensionState::new("Context", "Exten")),
        plain(ExtensionStateList::new()),
        plain(FAXSession::new(1)),
        plain(FAXSessions::new()),
        plain(FAXStats::new()),
        built(Filter::new("Filter"), |a| a.match_criteria(MatchCriteria::new().name("Hangup"))),
        plain(FilterList::new()),
        built(GetConfig::new("Filename"), |a| a.category("Category").filter("Filter")),
        built(GetConfigJSON::new("Filename"), |a| a.category("Category").filter("Filter")),
        built(Getvar::new("Variable"), |a| a.channel("Channel")),
        built(Hangup::new("Channel"), |a| a.cause(1)),
        plain(IAXnetstats::new()),
        plain(IAXpeerlist::new()),
        plain(IAXpeers::new()),
        plain(IAXregistry::new()),
        plain(JabberSend::new("Jabber", "ScreenName", "Message")),
        built(ListCategories::new("Filename"), |a| a.filter("Match")),
        plain(ListCommands::new()),
        plain(LocalOptimizeAway::new("Channel")),
        plain(LoggerRotate::new()),
        built(Login::new("Username"), |a| a.auth_type(AuthType::Md5).secret("Secret").key("Key").events("off")),
        plain(Logoff::new()),
        plain(MWIDelete::new("Mailbox")),
        plain(MWIGet::new("Mailbox")),
        built(MWIUpdate::new("Mailbox"), |a| a.old_messages(1).new_messages(2)),
        plain(MailboxCount::new("Mailbox")),
        plain(MailboxStatus::new("Mailbox")),
        built(MeetmeList::new(), |a| a.conference("Conference")),
        plain(MeetmeListRooms::new()),
        plain(MeetmeMute::new("Meetme", 1)),
        plain(MeetmeUnmute::new("Meetme", 1)),
        built(MessageSend::new("To"), |a| {
            a.destination("Destination").from("From").body("Body").base64_body("Base64Body").variable("n", "v")
        }),
        built(MixMonitor::new("Channel"), |a| a.file("File").options("Options").command("Command")),
        built(MixMonitorMute::new("Channel", MonitorDirection::Both, true), |a| a.mix_monitor_id("MixMonitorID")),
        plain(ModuleCheck::new("Module")),
        built(ModuleLoad::new(LoadType::Refresh), |a| a.module("Module").recursive(true)),
        built(Monitor::new("Channel"), |a| a.file("File").format("Format").mix(true)),
        plain(MuteAudio::new("Channel", AudioDirection::In, true)),
        built(Originate::new("Channel"), |a| {
            a.exten("Context", "Exten", "Priority")
                .application("Application", "Data")
                .ring_timeout(SECOND)
                .caller_id("CallerID")
                .variable("n", "v")
                .account("Account")
                .early_media(true)
                .asynchronous(true)
                .codecs("Codecs")
                .channel_id("ChannelId")
                .other_channel_id("OtherChannelId")
                .pre_dial_gosub("PreDialGoSub")
        }),
        built(PJSIPHangup::new("Channel", "Cause"), |a| a.action_id("i")),
        built(PJSIPNotify::new(), |a| {
            a.endpoint("Endpoint").uri("URI").channel("channel").option("Option").variable("Event", "v")
        }),
        plain(PJSIPQualify::new("Endpoint")),
        plain(PJSIPRegister::new("Registration")),
        plain(PJSIPSetMaintenance::new("Endpoint", true)),
        plain(PJSIPShowAors::new()),
        plain(PJSIPShowAuths::new()),
        plain(PJSIPShowContacts::new()),
        plain(PJSIPShowEndpoint::new("Endpoint")),
        plain(PJSIPShowEndpoints::new()),
        built(PJSIPShowMaintenance::new(), |a| a.endpoint("Endpoint")),
        plain(PJSIPShowRegistrationInboundContactStatuses::new()),
        plain(PJSIPShowRegistrationsInbound::new()),
        plain(PJSIPShowRegistrationsOutbound::new()),
        plain(PJSIPShowResourceLists::new()),
        plain(PJSIPShowSubscriptionsInbound::new()),
        plain(PJSIPShowSubscriptionsOutbound::new()),
        plain(PJSIPUnregister::new("Registration")),
        plain(PRIDebugFileSet::new("File")),
        plain(PRIDebugFileUnset::new()),
        plain(PRIDebugSet::new(1, PriDebugLevel::Hex)),
        built(PRIShowSpans::new(), |a| a.span(1)),
        built(Park::new("Channel"), |a| {
            a.timeout_channel("TimeoutChannel")
                .announce_channel("AnnounceChannel")
                .parking_timeout(SECOND)
                .parkinglot("Parkinglot")
                .parking_space("ParkingSpace")
        }),
        built(ParkedCalls::new(), |a| a.parking_lot("ParkingLot")),
        plain(Parkinglots::new()),
        plain(PauseMonitor::new("Channel")),
        plain(Ping::new()),
        built(PlayDTMF::new("Channel", '5'), |a| a.duration(SECOND).receive(true)),
        built(PlayMF::new("Channel", '5'), |a| a.duration(SECOND)),
        plain(PresenceState::new("Provider")),
        plain(PresenceStateList::new()),
        built(QueueAdd::new("Queue", "Interface"), |a| {
            a.penalty(1)
                .paused(true)
                .reason("Reason")
                .member_name("MemberName")
                .state_interface("StateInterface")
                .wrapuptime(SECOND)
        }),
        built(QueueChangePriorityCaller::new("Queue", "Caller", 1), |a| a.immediate(true)),
        built(QueueLog::new("Queue", "Event"), |a| a.uniqueid("Uniqueid").interface("Interface").message("Message")),
        built(QueueMemberRingInUse::new("Interface", true), |a| a.queue("Queue")),
        built(QueuePause::new("Interface", true), |a| a.queue("Queue").reason("Reason")),
        built(QueuePenalty::new("Interface", 1), |a| a.queue("Queue")),
        built(QueueReload::new(), |a| a.queue("Queue").members(true).rules(true).parameters(true)),
        plain(QueueRemove::new("Queue", "Interface")),
        built(QueueReset::new(), |a| a.queue("Queue")),
        built(QueueRule::new(), |a| a.rule("Rule")),
        built(QueueStatus::new(), |a| a.queue("Queue").member("Member")),
        built(QueueSummary::new(), |a| a.queue("Queue")),
        built(QueueWithdrawCaller::new("Queue", "Caller"), |a| a.withdraw_info("WithdrawInfo")),
        plain(Queues::new()),
        built(Redirect::new("Channel", "Context", "Exten", "Priority"), |a| {
            a.extra_channel("ExtraChannel")
                .extra_context("ExtraContext")
                .extra_exten("ExtraExten")
                .extra_priority("ExtraPriority")
        }),
        built(Reload::new(), |a| a.module("Module")),
        built(SIPnotify::new("Channel", "Event", "v"), |a| a.call_id("Call-ID")),
        plain(SIPpeers::new()),
        built(SIPpeerstatus::new(), |a| a.peer("Peer")),
        plain(SIPqualifypeer::new("Peer")),
        plain(SIPshowpeer::new("Peer")),
        plain(SIPshowregistry::new()),
        plain(SKINNYdevices::new()),
        plain(SKINNYlines::new()),
        plain(SKINNYshowdevice::new("Device")),
        plain(SKINNYshowline::new("Line")),
        built(SendFlash::new("Channel"), |a| a.receive(true)),
        built(SendText::new("Channel", "Message"), |a| a.content_type("Content-Type")),
        built(Setvar::new("Variable", "Value"), |a| a.channel("Channel")),
        built(ShowDialPlan::new(), |a| a.context("Context").extension("Extension")),
        plain(SorceryMemoryCacheExpire::new("Cache")),
        plain(SorceryMemoryCacheExpireObject::new("Cache", "Object")),
        plain(SorceryMemoryCachePopulate::new("Cache")),
        plain(SorceryMemoryCacheStale::new("Cache")),
        built(SorceryMemoryCacheStaleObject::new("Cache", "Object"), |a| a.reload(true)),
        built(Status::new(), |a| a.channel("Channel").variable("A").variable("B").all_variables(true)),
        built(StopMixMonitor::new("Channel"), |a| a.mix_monitor_id("MixMonitorID")),
        plain(StopMonitor::new("Channel")),
        plain(UnpauseMonitor::new("Channel")),
        built(UpdateConfig::new("SrcFilename", "DstFilename"), |a| {
            let change = ConfigChange::update("c", "n", "v").matching("m").at_line(1).category_filter(["a=b"]);
            a.reload("Reload").preserve_effective_context(true).change(change)
        }),
        built(UserEvent::new("UserEvent"), |a| a.header("Header1", "Header1").header("HeaderN", "HeaderN")),
        plain(VoicemailBoxSummary::new("Context", "Mailbox")),
        plain(VoicemailForward::new("Context", "Mailbox", "Folder", "ID", "ToContext", "ToMailbox", "ToFolder")),
        plain(VoicemailMove::new("Context", "Mailbox", "Folder", "ID", "ToFolder")),
        built(VoicemailRefresh::new(), |a| a.context("Context").mailbox("Mailbox")),
        plain(VoicemailRemove::new("Context", "Mailbox", "Folder", "ID")),
        plain(VoicemailUserStatus::new("Context", "Mailbox")),
        plain(VoicemailUsersList::new()),
        plain(WaitEvent::new(SECOND)),
    ]
}

fn catalogue() -> BTreeMap<String, Value> {
    let text = include_str!("data/catalogue.json");
    let mut all: Value = serde_json::from_str(text).expect("the catalogue is JSON");
    serde_json::from_value(all["actions"].take()).expect("its actions are a map")
}

fn params(action: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let params = action["params"].as_array().map_or(&[][..], Vec::as_slice);
    params.iter().map(|param| (param["name"].as_str().expect("a parameter has a name"), param))
}

fn names(action: &Action) -> BTreeSet<&str> {
    action.iter().map(|(name, _)| name).collect()
}

#[test]
fn every_action_of_asterisk_is_typed() {
    let typed = all();
    let typed: Vec<_> = typed.iter().map(|built| built.full.name()).collect();
    let names: BTreeSet<_> = typed.iter().copied().collect();
    assert_eq!(typed.len(), names.len(), "an action is in the table twice");

    let catalogue = catalogue();
    assert_eq!(catalogue.len(), 170);
    let undocumented: BTreeSet<_> = UNDOCUMENTED.iter().map(|(name, _)| *name).collect();
    let documented: BTreeSet<_> = catalogue.keys().map(String::as_str).collect();
    assert!(undocumented.is_disjoint(&documented));
    assert_eq!(names, documented.union(&undocumented).copied().collect());
}

#[test]
fn every_parameter_is_sent_under_its_name_and_none_besides() {
    let catalogue = catalogue();
    for built in all() {
        let action = built.full.name();
        let Some(documented) = catalogue.get(action) else { continue };
        let sent = names(&built.full);
        let expected: BTreeSet<_> = params(documented)
            .map(|(name, _)| read_for(action, name))
            .chain(READ.iter().filter(|(of, _, _)| *of == action).map(|(_, read, _)| *read))
            .filter(|name| !OMITTED.iter().any(|(of, omitted, _)| (of, omitted) == (&action, name)))
            .collect();
        let sent: BTreeSet<_> = sent.into_iter().filter(|name| *name != "ActionID").collect();
        assert_eq!(sent, expected, "{action}");
        let repeated = built.full.iter().count() - names(&built.full).len();
        assert_eq!(repeated, 0, "{action} sends a header twice");
    }
}

/// What the actions of [`all`] are given that is no text: the header, its value, and the actions that have it so.
const GIVEN: &[(&str, &str, &str)] = &[
    ("AOCBillingId", "Normal", "AOCMessage"),
    ("Action-000000", "Update", "UpdateConfig"),
    ("AllVariables", "true", "Status"),
    ("Async", "true", "Originate"),
    ("AuthType", "MD5", "Challenge Login"),
    ("Cat-000000", "c", "UpdateConfig"),
    ("Cause", "1", "Hangup"),
    ("ChargeType", "Unit", "AOCMessage"),
    ("ChargedItem", "CallSetup", "AOCMessage"),
    ("ChargingAssociationId", "2", "AOCMessage"),
    ("ChargingAssociationPlan", "3", "AOCMessage"),
    ("ChargingType", "StepFunction", "AOCMessage"),
    ("Code", "6", "AOCMessage"),
    ("Control", "stop", "ControlPlayback"),
    ("CurrencyAmount", "1", "AOCMessage"),
    ("CurrencyMultiplier", "One", "AOCMessage"),
    ("Digit", "5", "PlayDTMF PlayMF"),
    ("Direction", "both", "MixMonitorMute"),
    ("Direction", "in", "MuteAudio"),
    ("Duration", "1000", "PlayDTMF PlayMF"),
    ("EarlyMedia", "true", "Originate"),
    ("EventMask", "on", "Events"),
    ("Events", "off", "Login"),
    ("Granularity", "5", "AOCMessage"),
    ("GranularityTimeScale", "Second", "AOCMessage"),
    ("Immediate", "yes", "QueueChangePriorityCaller"),
    ("Level", "hex", "PRIDebugSet"),
    ("Line-000000", "1", "UpdateConfig"),
    ("LoadType", "refresh", "ModuleLoad"),
    ("Match-000000", "m", "UpdateConfig"),
    ("MatchCriteria", "name(Hangup)", "Filter"),
    ("Members", "yes", "QueueReload"),
    ("Mix", "true", "Monitor"),
    ("MsgType", "S", "AOCMessage"),
    ("NewMessages", "2", "MWIUpdate"),
    ("OldMessages", "1", "MWIUpdate"),
    ("Operation", "Add", "Filter"),
    ("Options-000000", "catfilter=\"a=b\"", "UpdateConfig"),
    ("Parameters", "yes", "QueueReload"),
    ("Paused", "yes", "QueueAdd QueuePause"),
    ("Penalty", "1", "QueueAdd QueuePenalty"),
    ("PreserveEffectiveContext", "true", "UpdateConfig"),
    ("Priority", "1", "QueueChangePriorityCaller"),
    ("RateType", "Flat", "AOCMessage"),
    ("Receive", "yes", "PlayDTMF SendFlash"),
    ("Recursive", "yes", "ModuleLoad"),
    ("Reload", "true", "SorceryMemoryCacheStaleObject"),
    ("Replace", "yes", "DialplanExtensionAdd"),
    ("RingInUse", "yes", "QueueMemberRingInUse"),
    ("Rules", "yes", "QueueReload"),
    ("SessionNumber", "1", "FAXSession"),
    ("Soft", "true", "AgentLogoff"),
    ("Span", "1", "PRIDebugSet PRIShowSpans"),
    ("State", "1", "MixMonitorMute"),
    ("State", "on", "MuteAudio PJSIPSetMaintenance"),
    ("Time", "4", "AOCMessage"),
    ("TimeScale", "Minute", "AOCMessage"),
    ("Timeout", "1", "AbsoluteTimeout WaitEvent"),
    ("Timeout", "1000", "Originate Park"),
    ("Tone", "Both", "Bridge"),
    ("TotalType", "Total", "AOCMessage"),
    ("UnitAmount(0)", "7", "AOCMessage"),
    ("UnitType(0)", "8", "AOCMessage"),
    ("Usernum", "1", "MeetmeMute MeetmeUnmute"),
    ("Value-000000", "v", "UpdateConfig"),
    ("Var-000000", "n", "UpdateConfig"),
    ("Variable", "Event=v", "PJSIPNotify SIPnotify"),
    ("Variable", "n=v", "MessageSend Originate"),
    ("Variables", "A,B", "Status"),
    ("VolumeUnit", "Octet", "AOCMessage"),
    ("Wrapuptime", "1", "QueueAdd"),
];

/// Each text is given as the name of its header, so that two that are swapped stand under the wrong ones.
#[test]
fn every_parameter_is_sent_with_what_was_given_for_it() {
    let mut given = BTreeSet::new();
    for built in all() {
        let others = built.full.iter().filter(|(name, value)| name != value && *name != "ActionID");
        given.extend(others.map(|(name, value)| format!("{name}: {value} of {}", built.full.name())));
        for (name, value) in built.least.iter() {
            assert_eq!(built.full.get(name), Some(value), "{}", built.full.name());
        }
    }
    let expected = GIVEN.iter().flat_map(|(name, value, actions)| {
        actions.split(' ').map(move |action| format!("{name}: {value} of {action}"))
    });
    assert_eq!(given, expected.collect());
}

#[test]
fn what_an_action_requires_is_in_its_new() {
    let catalogue = catalogue();
    for built in all() {
        let action = built.full.name();
        let Some(documented) = catalogue.get(action) else { continue };
        let sent = names(&built.least);
        for (name, param) in params(documented) {
            if param["required"] == true {
                assert!(sent.contains(read_for(action, name)), "{action}::new does not take {name}");
            }
        }
    }
}

#[test]
fn every_omission_and_every_addition_is_still_one() {
    let catalogue = catalogue();
    let is_documented = |action: &str, param: &str| params(&catalogue[action]).any(|(name, _)| name == param);
    for (action, omitted, _) in OMITTED {
        assert!(is_documented(action, omitted), "{action} {omitted}");
    }
    for (action, read, instead) in READ {
        assert!(!is_documented(action, read), "{action} {read}");
        assert!(instead.map_or(true, |instead| is_documented(action, instead)), "{action} {instead:?}");
    }
}

/// What a typed action can send for a parameter.
fn spellings<A: Into<Action>>(param: &str, actions: impl IntoIterator<Item = A>) -> BTreeSet<String> {
    let values = actions.into_iter().map(|action| action.into().get(param).expect("the parameter is set").to_owned());
    values.collect()
}

fn each<V: Copy, A: Into<Action>>(values: &[V], param: &str, make: impl Fn(V) -> A) -> BTreeSet<String> {
    spellings(param, values.iter().map(|value| make(*value)))
}

/// The parameters with a closed set of values, and what can be sent.
fn closed_sets() -> Vec<(&'static str, &'static str, BTreeSet<String>)> {
    const BOTH: &[bool] = &[true, false];
    let aoc = || AOCMessage::new(AocMessageType::S);
    let reload = QueueReload::new;
    let change = |change| UpdateConfig::new("s", "d").change(change);
    vec![
        ("AOCMessage", "MsgType", each(AocMessageType::ALL, "MsgType", AOCMessage::new)),
        ("AOCMessage", "ChargeType", each(AocChargeType::ALL, "ChargeType", |v| aoc().charge_type(v))),
        (
            "AOCMessage",
            "CurrencyMultiplier",
            each(AocMultiplier::ALL, "CurrencyMultiplier", |v| aoc().currency_multiplier(v)),
        ),
        ("AOCMessage", "TotalType", each(AocTotalType::ALL, "TotalType", |v| aoc().total_type(v))),
        ("AOCMessage", "AOCBillingId", each(AocBillingId::ALL, "AOCBillingId", |v| aoc().billing_id(v))),
        ("AOCMessage", "ChargedItem", each(AocChargedItem::ALL, "ChargedItem", |v| aoc().charged_item(v))),
        ("AOCMessage", "RateType", each(AocRateType::ALL, "RateType", |v| aoc().rate_type(v))),
        ("AOCMessage", "TimeScale", each(AocTimeScale::ALL, "TimeScale", |v| aoc().time_scale(v))),
        (
            "AOCMessage",
            "GranularityTimeScale",
            each(AocTimeScale::ALL, "GranularityTimeScale", |v| aoc().granularity_time_scale(v)),
        ),
        ("AOCMessage", "ChargingType", each(AocChargingType::ALL, "ChargingType", |v| aoc().charging_type(v))),
        ("AOCMessage", "VolumeUnit", each(AocVolumeUnit::ALL, "VolumeUnit", |v| aoc().volume_unit(v))),
        ("Bridge", "Tone", each(BridgeTone::ALL, "Tone", |v| Bridge::new("a", "b").tone(v))),
        ("Challenge", "AuthType", spellings("AuthType", [Challenge::new()])),
        ("ControlPlayback", "Control", each(PlaybackControl::ALL, "Control", |v| ControlPlayback::new("c", v))),
        ("Filter", "Operation", spellings("Operation", [Filter::new("f"), Filter::exclude("f")])),
        ("Login", "AuthType", each(AuthType::ALL, "AuthType", |v| Login::new("u").auth_type(v))),
        ("ModuleLoad", "LoadType", each(LoadType::ALL, "LoadType", ModuleLoad::new)),
        ("MuteAudio", "Direction", each(AudioDirection::ALL, "Direction", |v| MuteAudio::new("c", v, true))),
        ("MuteAudio", "State", each(BOTH, "State", |v| MuteAudio::new("c", AudioDirection::In, v))),
        ("PJSIPSetMaintenance", "State", each(BOTH, "State", |v| PJSIPSetMaintenance::new("e", v))),
        ("PRIDebugSet", "Level", each(PriDebugLevel::ALL, "Level", |v| PRIDebugSet::new(1, v))),
        ("QueueReload", "Members", each(BOTH, "Members", |v| reload().members(v))),
        ("QueueReload", "Rules", each(BOTH, "Rules", |v| reload().rules(v))),
        ("QueueReload", "Parameters", each(BOTH, "Parameters", |v| reload().parameters(v))),
        ("Status", "AllVariables", each(BOTH, "AllVariables", |v| Status::new().all_variables(v))),
        (
            "UpdateConfig",
            "Action-000000",
            spellings(
                "Action-000000",
                [
                    change(ConfigChange::new_category("c")),
                    change(ConfigChange::rename_category("c", "d")),
                    change(ConfigChange::delete_category("c")),
                    change(ConfigChange::empty_category("c")),
                    change(ConfigChange::update("c", "n", "v")),
                    change(ConfigChange::delete("c", "n")),
                    change(ConfigChange::append("c", "n", "v")),
                    change(ConfigChange::insert("c", 0, "n", "v")),
                ],
            ),
        ),
    ]
}

/// Parameters whose documented values are no closed set.
const OPEN: &[(&str, &str, &str)] = &[
    ("Events", "EventMask", "on, off or any classes"),
    ("Filter", "MatchCriteria", "the parts of an expression, which the builder of the criteria puts together"),
    ("ModuleLoad", "Module", "any module besides the subsystems"),
    ("PJSIPHangup", "Cause", "placeholders for a number and a name"),
    ("UpdateConfig", "Options-000000", "the parts of an expression, which the builder of the change puts together"),
];

#[test]
fn closed_sets_of_values_are_typed_and_spelled_as_asterisk_spells_them() {
    let sets = closed_sets();
    for (action, documented) in catalogue() {
        for (name, param) in params(&documented) {
            let Some(values) = param["values"].as_array() else { continue };
            if OPEN.iter().any(|(of, open, _)| (*of, *open) == (action.as_str(), name)) {
                continue;
            }
            let expected: BTreeSet<String> = values.iter().map(|value| value.as_str().unwrap().to_owned()).collect();
            let (_, _, sent) = sets
                .iter()
                .find(|(of, param, _)| (*of, *param) == (action.as_str(), name))
                .unwrap_or_else(|| panic!("{action} {name} has values and is not typed: {expected:?}"));
            assert_eq!(*sent, expected, "{action} {name}");
        }
    }
}

#[test]
fn a_typed_action_shows_itself_without_secrets() {
    for built in all() {
        let shown = format!("{:?}", built.full);
        assert!(shown.starts_with(built.full.name()), "{shown}");
    }
    let shown = format!("{:?}", Login::new("admin").secret("hunter2").key("0123abcd"));
    assert_eq!(shown, r#"Login {"Username": "admin", "Secret": "***", "Key": "***"}"#);
}

/// A program that matches on typed events finds whatever answers an action.
#[test]
fn every_event_that_an_action_answers_with_is_in_the_catalogue_of_events() {
    let mut named = 0;
    for (action, declared) in declarations() {
        for event in declared.events() {
            named += 1;
            assert!(Typed::NAMES.contains(&event), "{action} answers with {event}");
        }
    }
    assert!(named > 100, "only {named} events were understood");
}

/// The first version of a declaration, such as 1.6 of `1.6 to 20`.
fn since(versions: &str) -> Option<f64> {
    let number: String = versions.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    number.parse().ok()
}

#[test]
fn what_a_1_8_lists_and_what_is_declared_agree_privileges_and_versions_too() {
    let mut framer = Framer::new();
    framer.push(include_bytes!("data/asterisk-1.8.ami"));
    let commands = framer.frames().find_map(|frame| match frame {
        Frame::Packet(packet) if packet.get("DBGet").is_some_and(|text| text.contains("(Priv: ")) => Some(packet),
        _ => None,
    });
    let commands = commands.expect("the capture has an answer to ListCommands");
    let listed = listed(commands.iter());
    assert!(listed.len() > 60, "{listed:#?}");
    assert_eq!(undeclared(&listed), [""; 0]);
    assert_eq!(other_privileges(&listed), []);
    for (name, declared) in declarations() {
        let from = since(&declared.versions);
        if listed.contains_key(&name) {
            assert!(from.is_some_and(|from| from <= 1.8), "{name}: {}", declared.versions);
        }
    }
}

#[test]
fn the_versions_of_a_declaration_are_those_that_document_the_action() {
    let declared = declarations();
    for (name, documented) in catalogue() {
        let versions = &declared[&name].versions;
        let is_in = |version: &str| documented["in"].as_array().unwrap().iter().any(|v| v == version);
        if is_in("16") && name != "FilterList" {
            assert!(since(versions).is_some_and(|from| from <= 16.99), "{name}: {versions}");
        }
        if !is_in("16") {
            assert!(since(versions).is_some_and(|from| from > 16.99), "{name}: {versions}");
        }
        let ends = versions.contains("removed") || name == "FilterList";
        assert_eq!(ends, !is_in("22"), "{name}: {versions}");
    }
}
