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
const UNDOCUMENTED: &[(&str, &str)] =
    &[("Queues", "servers up to 13 have it, and people who look for it should find what to use instead")];

/// Parameters of the catalogue that no typed action sends.
const OMITTED: &[(&str, &str, &str)] =
    &[("MixMonitor", "options", "16 writes `Options` so; the server compares names without case")];

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
        built(AGI::new("c", "EXEC"), |a| a.command_id("i")),
        built(AOCMessage::new(AocMessageType::S), |a| {
            a.channel("c")
                .channel_prefix("p")
                .charge_type(AocChargeType::Unit)
                .units(1, Some(1))
                .currency_name("EUR")
                .currency_amount(1)
                .currency_multiplier(AocMultiplier::One)
                .total_type(AocTotalType::Total)
                .billing_id(AocBillingId::Normal)
                .charging_association_id(-1)
                .charging_association_number("1")
                .charging_association_plan(1)
                .charged_item(AocChargedItem::CallSetup)
                .rate_type(AocRateType::Flat)
                .time(1)
                .time_scale(AocTimeScale::Minute)
                .granularity(1)
                .granularity_time_scale(AocTimeScale::Second)
                .charging_type(AocChargingType::StepFunction)
                .volume_unit(AocVolumeUnit::Octet)
                .code(1)
        }),
        plain(AbsoluteTimeout::new("c", SECOND)),
        built(AgentLogoff::new("1"), |a| a.soft(true)),
        plain(Agents::new()),
        built(Atxfer::new("c", "1"), |a| a.context("x")),
        built(BlindTransfer::new("c", "1"), |a| a.context("x")),
        built(Bridge::new("a", "b"), |a| a.tone(BridgeTone::Both)),
        plain(BridgeDestroy::new("b")),
        plain(BridgeInfo::new("b")),
        built(BridgeKick::new("c"), |a| a.bridge_uniqueid("b")),
        built(BridgeList::new(), |a| a.bridge_type("basic")),
        plain(BridgeTechnologyList::new()),
        plain(BridgeTechnologySuspend::new("t")),
        plain(BridgeTechnologyUnsuspend::new("t")),
        plain(CancelAtxfer::new("c")),
        plain(Challenge::new()),
        plain(ChangeMonitor::new("c", "f")),
        plain(Command::new("core show uptime")),
        plain(ConfbridgeKick::new("1", "c")),
        plain(ConfbridgeList::new("1")),
        plain(ConfbridgeListRooms::new()),
        plain(ConfbridgeLock::new("1")),
        plain(ConfbridgeMute::new("1", "c")),
        plain(ConfbridgeSetSingleVideoSrc::new("1", "c")),
        built(ConfbridgeStartRecord::new("1"), |a| a.record_file("f")),
        plain(ConfbridgeStopRecord::new("1")),
        plain(ConfbridgeUnlock::new("1")),
        plain(ConfbridgeUnmute::new("1", "c")),
        plain(ControlPlayback::new("c", PlaybackControl::Stop)),
        plain(CoreSettings::new()),
        plain(CoreShowChannelMap::new("c")),
        plain(CoreShowChannels::new()),
        plain(CoreStatus::new()),
        plain(CreateConfig::new("f")),
        plain(DAHDIDNDoff::new(1)),
        plain(DAHDIDNDon::new(1)),
        plain(DAHDIDialOffhook::new(1, "200")),
        plain(DAHDIHangup::new(1)),
        plain(DAHDIRestart::new()),
        built(DAHDIShowChannels::new(), |a| a.dahdi_channel(1)),
        plain(DAHDIShowStatus::new()),
        plain(DAHDITransfer::new(1)),
        plain(DBDel::new("f", "k")),
        built(DBDelTree::new("f"), |a| a.key("k")),
        plain(DBGet::new("f", "k")),
        built(DBGetTree::new(), |a| a.family("f").key("k")),
        built(DBPut::new("f", "k"), |a| a.val("v")),
        plain(DeviceStateList::new()),
        built(DialplanExtensionAdd::new("x", "1", "hint", "NoOp"), |a| a.application_data("d").replace(true)),
        built(DialplanExtensionRemove::new("x", "1"), |a| a.priority(1)),
        plain(Events::new("on")),
        plain(ExtensionState::new("x", "1")),
        plain(ExtensionStateList::new()),
        plain(FAXSession::new(1)),
        plain(FAXSessions::new()),
        plain(FAXStats::new()),
        built(Filter::new("f"), |a| a.match_criteria(MatchCriteria::new().name("Hangup"))),
        plain(FilterList::new()),
        built(GetConfig::new("f"), |a| a.category("c").filter("a=b")),
        built(GetConfigJSON::new("f"), |a| a.category("c").filter("a=b")),
        built(Getvar::new("v"), |a| a.channel("c")),
        built(Hangup::new("c"), |a| a.cause(16)),
        plain(IAXnetstats::new()),
        plain(IAXpeerlist::new()),
        plain(IAXpeers::new()),
        plain(IAXregistry::new()),
        plain(JabberSend::new("a", "b@c", "m")),
        plain(ListCategories::new("f")),
        plain(ListCommands::new()),
        plain(LocalOptimizeAway::new("c")),
        plain(LoggerRotate::new()),
        built(Login::new("u"), |a| a.auth_type(AuthType::Md5).secret("s").key("k").events("off")),
        plain(Logoff::new()),
        plain(MWIDelete::new("m")),
        plain(MWIGet::new("m")),
        built(MWIUpdate::new("m"), |a| a.old_messages(1).new_messages(2)),
        plain(MailboxCount::new("m")),
        plain(MailboxStatus::new("m")),
        built(MeetmeList::new(), |a| a.conference("1")),
        plain(MeetmeListRooms::new()),
        plain(MeetmeMute::new("1", 1)),
        plain(MeetmeUnmute::new("1", 1)),
        built(MessageSend::new("pjsip:1"), |a| {
            a.destination("d").from("f").body("b").base64_body("Yg==").variable("n", "v")
        }),
        built(MixMonitor::new("c"), |a| a.file("f").options("b").command("true")),
        plain(MixMonitorMute::new("c", MonitorDirection::Both, true)),
        plain(ModuleCheck::new("app_queue")),
        built(ModuleLoad::new(LoadType::Refresh), |a| a.module("app_queue.so").recursive(true)),
        built(Monitor::new("c"), |a| a.file("f").format("wav").mix(true)),
        plain(MuteAudio::new("c", AudioDirection::In, true)),
        built(Originate::new("c"), |a| {
            a.exten("x", "1", 1)
                .application("NoOp", "d")
                .ring_timeout(SECOND)
                .caller_id("A <1>")
                .variable("n", "v")
                .account("a")
                .early_media(true)
                .asynchronous(true)
                .codecs("alaw,ulaw")
                .channel_id("i")
                .other_channel_id("j")
                .pre_dial_gosub("x,1,1")
        }),
        built(PJSIPHangup::new("c", 486), |a| a.action_id("i")),
        built(PJSIPNotify::new(), |a| a.endpoint("e").uri("sip:u").channel("c").option("o").variable("Event", "v")),
        plain(PJSIPQualify::new("e")),
        plain(PJSIPRegister::new("r")),
        plain(PJSIPSetMaintenance::new("e", true)),
        plain(PJSIPShowAors::new()),
        plain(PJSIPShowAuths::new()),
        plain(PJSIPShowContacts::new()),
        plain(PJSIPShowEndpoint::new("e")),
        plain(PJSIPShowEndpoints::new()),
        built(PJSIPShowMaintenance::new(), |a| a.endpoint("e")),
        plain(PJSIPShowRegistrationInboundContactStatuses::new()),
        plain(PJSIPShowRegistrationsInbound::new()),
        plain(PJSIPShowRegistrationsOutbound::new()),
        plain(PJSIPShowResourceLists::new()),
        plain(PJSIPShowSubscriptionsInbound::new()),
        plain(PJSIPShowSubscriptionsOutbound::new()),
        plain(PJSIPUnregister::new("r")),
        plain(PRIDebugFileSet::new("f")),
        plain(PRIDebugFileUnset::new()),
        plain(PRIDebugSet::new(1, PriDebugLevel::Hex)),
        built(PRIShowSpans::new(), |a| a.span(1)),
        built(Park::new("c"), |a| {
            a.timeout_channel("t").announce_channel("a").parking_timeout(SECOND).parkinglot("l").parking_space("701")
        }),
        built(ParkedCalls::new(), |a| a.parking_lot("l")),
        plain(Parkinglots::new()),
        plain(PauseMonitor::new("c")),
        plain(Ping::new()),
        built(PlayDTMF::new("c", '5'), |a| a.duration(SECOND).receive(true)),
        built(PlayMF::new("c", '5'), |a| a.duration(SECOND)),
        plain(PresenceState::new("CustomPresence:a")),
        plain(PresenceStateList::new()),
        built(QueueAdd::new("q", "i"), |a| a.penalty(1).paused(true).reason("r").member_name("n").state_interface("s")),
        built(QueueChangePriorityCaller::new("q", "c", 1), |a| a.immediate(true)),
        built(QueueLog::new("q", "E"), |a| a.uniqueid("u").interface("i").message("m")),
        built(QueueMemberRingInUse::new("i", true), |a| a.queue("q")),
        built(QueuePause::new("i", true), |a| a.queue("q").reason("r")),
        built(QueuePenalty::new("i", 1), |a| a.queue("q")),
        built(QueueReload::new(), |a| a.queue("q").members(true).rules(true).parameters(true)),
        plain(QueueRemove::new("q", "i")),
        built(QueueReset::new(), |a| a.queue("q")),
        built(QueueRule::new(), |a| a.rule("r")),
        built(QueueStatus::new(), |a| a.queue("q").member("m")),
        built(QueueSummary::new(), |a| a.queue("q")),
        built(QueueWithdrawCaller::new("q", "c"), |a| a.withdraw_info("w")),
        plain(Queues::new()),
        built(Redirect::new("c", "x", "1", 1), |a| {
            a.extra_channel("d").extra_context("y").extra_exten("2").extra_priority("label")
        }),
        built(Reload::new(), |a| a.module("manager")),
        built(SIPnotify::new("p", "Event", "v"), |a| a.call_id("i")),
        plain(SIPpeers::new()),
        built(SIPpeerstatus::new(), |a| a.peer("p")),
        plain(SIPqualifypeer::new("p")),
        plain(SIPshowpeer::new("p")),
        plain(SIPshowregistry::new()),
        plain(SKINNYdevices::new()),
        plain(SKINNYlines::new()),
        plain(SKINNYshowdevice::new("d")),
        plain(SKINNYshowline::new("l")),
        built(SendFlash::new("c"), |a| a.receive(true)),
        built(SendText::new("c", "m"), |a| a.content_type("text/plain")),
        built(Setvar::new("n", "v"), |a| a.channel("c")),
        built(ShowDialPlan::new(), |a| a.context("x").extension("1")),
        plain(SorceryMemoryCacheExpire::new("c")),
        plain(SorceryMemoryCacheExpireObject::new("c", "o")),
        plain(SorceryMemoryCachePopulate::new("c")),
        plain(SorceryMemoryCacheStale::new("c")),
        built(SorceryMemoryCacheStaleObject::new("c", "o"), |a| a.reload(true)),
        built(Status::new(), |a| a.channel("c").variable("A").variable("B").all_variables(true)),
        built(StopMixMonitor::new("c"), |a| a.mix_monitor_id("i")),
        plain(StopMonitor::new("c")),
        plain(UnpauseMonitor::new("c")),
        built(UpdateConfig::new("s", "d"), |a| {
            let change = ConfigChange::update("c", "n", "v").matching("m").at_line(1).category_filter(["a=b"]);
            a.reload("yes").preserve_effective_context(true).change(change)
        }),
        built(UserEvent::new("e"), |a| a.header("Header1", "1").header("HeaderN", 2)),
        plain(VoicemailBoxSummary::new("x", "1")),
        plain(VoicemailForward::new("x", "1", "INBOX", "i", "y", "2", "Old")),
        plain(VoicemailMove::new("x", "1", "INBOX", "i", "Old")),
        built(VoicemailRefresh::new(), |a| a.context("x").mailbox("1")),
        plain(VoicemailRemove::new("x", "1", "INBOX", "i")),
        plain(VoicemailUserStatus::new("x", "1")),
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
            .map(|(name, _)| name)
            .filter(|name| !OMITTED.iter().any(|(of, omitted, _)| (of, omitted) == (&action, name)))
            .collect();
        let sent: BTreeSet<_> = sent.into_iter().filter(|name| *name != "ActionID").collect();
        assert_eq!(sent, expected, "{action}");
        let repeated = built.full.iter().count() - names(&built.full).len();
        assert_eq!(repeated, 0, "{action} sends a header twice");
    }
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
                assert!(sent.contains(name), "{action}::new does not take {name}");
            }
        }
    }
}

#[test]
fn every_omission_is_still_in_the_catalogue() {
    let catalogue = catalogue();
    for (action, omitted, _) in OMITTED {
        assert!(params(&catalogue[*action]).any(|(name, _)| name == *omitted), "{action} {omitted}");
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
    // Removed with 15, which is why Asterisk 16 does not document it.
    assert_eq!(undeclared(&listed), ["DataGet"]);
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
