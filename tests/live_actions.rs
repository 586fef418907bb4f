//! The actions on a real Asterisk, 22 and 16: every typed one, lists, calls, commands and the shorthands.

mod asterisk;
mod declarations;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use asterisk::*;
use declarations::{declarations, listed, MORE_IS_SAID};
use gami::action::*;
use gami::event::{CoreShowChannel, HangupCause, OriginateReason, Typed};
use gami::{Client, Error, List, Options, Originated, Result};

/// The actions that the server lists, with their privileges as the declarations write them.
fn commands(ami: &Client) -> BTreeMap<String, String> {
    listed(ami.action(ListCommands::new()).unwrap().iter())
}

/// Declared and not listed by these versions as Debian builds them.
const NOT_LISTED: &[(&str, &[u32], &[&str])] = &[
    (
        "chan_dahdi is a package of its own and needs its hardware",
        &[22, 16],
        &[
            "DAHDIDNDoff",
            "DAHDIDNDon",
            "DAHDIDialOffhook",
            "DAHDIHangup",
            "DAHDIRestart",
            "DAHDIShowChannels",
            "DAHDIShowStatus",
            "DAHDITransfer",
            "PRIDebugFileSet",
            "PRIDebugFileUnset",
            "PRIDebugSet",
            "PRIShowSpans",
        ],
    ),
    ("app_meetme needs DAHDI", &[22, 16], &["MeetmeList", "MeetmeListRooms", "MeetmeMute", "MeetmeUnmute"]),
    (
        "chan_sip was removed with 21",
        &[22],
        &["SIPnotify", "SIPpeers", "SIPpeerstatus", "SIPqualifypeer", "SIPshowpeer", "SIPshowregistry"],
    ),
    ("chan_skinny was removed with 21", &[22], &["SKINNYdevices", "SKINNYlines", "SKINNYshowdevice", "SKINNYshowline"]),
    (
        "res_monitor was removed with 21",
        &[22],
        &["ChangeMonitor", "Monitor", "PauseMonitor", "StopMonitor", "UnpauseMonitor"],
    ),
    (
        "res_mwi_external excludes app_voicemail, and is not built in 16",
        &[22, 16],
        &["MWIDelete", "MWIGet", "MWIUpdate"],
    ),
    ("documented and never built in", &[22, 16], &["FilterList"]),
    ("gone long ago, declared for what to use instead", &[22, 16], &["Queues"]),
    ("removed with 14", &[22, 16], &["DataGet"]),
    (
        "came with 18 or later",
        &[16],
        &["CoreShowChannelMap", "PJSIPHangup", "PJSIPSetMaintenance", "PJSIPShowMaintenance", "SendFlash"],
    ),
    (
        "app_voicemail is a package of its own, and four of them came with 18",
        &[16],
        &[
            "VoicemailBoxSummary",
            "VoicemailForward",
            "VoicemailMove",
            "VoicemailRefresh",
            "VoicemailRemove",
            "VoicemailUserStatus",
            "VoicemailUsersList",
        ],
    ),
];

/// Of [`NOT_LISTED`] what this server does not list.
fn not_listed() -> BTreeSet<&'static str> {
    let of_this = NOT_LISTED.iter().filter(|(_, versions, _)| versions.contains(&version()));
    of_this.flat_map(|(_, _, names)| *names).copied().collect()
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn what_the_server_lists_and_what_is_declared_agree_privileges_too() {
    let declared = declarations();
    let listed = commands(&connected());
    assert!(listed.len() > 120, "{listed:#?}");
    assert_eq!(declarations::undeclared(&listed), [] as [&str; 0], "listed and not declared");
    let missing: BTreeSet<_> = declared.keys().map(String::as_str).filter(|name| !listed.contains_key(*name)).collect();
    assert_eq!(missing, not_listed(), "declared and not listed");
    let differing = declarations::other_privileges(&listed);
    assert!(differing.is_empty(), "name, privilege listed, privilege declared: {differing:#?}");
    for (name, said, _) in MORE_IS_SAID {
        assert!(said.starts_with(listed[*name].as_str()), "{name}");
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn what_the_server_does_not_list_is_answered_with_an_unknown_command() {
    let ami = connected();
    for name in not_listed() {
        let error = ami.action(name).unwrap_err().to_string();
        assert!(error.contains(&format!("Invalid/unknown command: {name}.")), "{name}: {error}");
    }
}

/// Deliberately not sent by the test of all actions.
const LEFT_OUT: &[(&str, &str)] = &[
    ("Login", "sent by every test"),
    ("Challenge", "sent by every test"),
    ("Logoff", "ends the session: sent at the end of the same test"),
    ("Originate", "has tests of its own, and makes the calls of these"),
    ("IAXnetstats", "has a test of its own: it is not answered"),
    ("SKINNYshowdevice", "has a test of its own: it is not answered"),
    ("SKINNYshowline", "has a test of its own: it is not answered"),
];

/// Calls an extension of the rig and leaves the other half of the channel waiting.
fn call(ami: &Client, exten: &str) -> Originated {
    call_with(ami, exten, &[])
}

fn call_with(ami: &Client, exten: &str, variables: &[(&str, &str)]) -> Originated {
    let call = Originate::new("Local/stay@gami/n").exten("gami", exten, 1).ring_timeout(PATIENCE);
    let call = variables.iter().fold(call, |call, (name, value)| call.variable(name, value));
    ami.originate(call).unwrap_or_else(|error| panic!("{exten}: {error}"))
}

/// Hangs up all channels, and waits until they are gone.
fn hang_up_all(ami: &Client) {
    let deadline = Instant::now() + PATIENCE;
    while !ami.channels().unwrap().is_empty() {
        let hung_up = ami.list(Hangup::new("/./").cause(16)).unwrap();
        assert_eq!(count(&hung_up), hung_up.items.len());
        assert!(Instant::now() < deadline, "channels stay up: {:#?}", ami.channels());
    }
    while ami.events().try_recv().is_ok() {}
}

/// What the event that ended a list says of the number of its items.
fn count(list: &List) -> usize {
    let count: Option<u32> = list.complete.value("ListItems");
    count.unwrap_or_else(|| panic!("no ListItems: {:?}", list.complete)) as usize
}

/// How an action is answered.
#[derive(Clone, Copy, Debug)]
enum Answer {
    /// With a success, or a list.
    Success,
    /// With an error that says so.
    Says(&'static str),
}
use Answer::{Says, Success};

/// Everything that can be sent without harm, in an order in which it makes sense, and how the versions that list it
/// answer.
fn harmless(a: &str, b: &str, agi: &str, bridge: &str) -> Vec<(Action, Answer)> {
    const SECOND: Duration = Duration::from_secs(1);
    let gone = "Local/gone@gami-00000000;1";
    let queue = || ("empty", "Local/answer-long@gami/n");
    let config = "gami-live.conf";
    let change = ConfigChange::new_category("made");
    vec![
        // The session and the server
        (Ping::new().into(), Success),
        (Events::new([EventClass::Call]).into(), Success),
        (Filter::exclude("Event: NoSuchEvent").into(), Success),
        (
            Filter::criteria(MatchCriteria::new().exclude().name("NoSuchEvent").method(MatchMethod::None)).into(),
            // An older server takes it and lets everything through: the client does not send it there.
            if version() >= 22 { Success } else { Says("MatchCriteria of Filter: is not known") },
        ),
        (ListCommands::new().into(), Success),
        (Command::new("core show uptime").into(), Success),
        (UserEvent::new("Sent").header("Number", 1).into(), Success),
        (WaitEvent::new(SECOND).into(), Success),
        (CoreSettings::new().into(), Success),
        (CoreStatus::new().into(), Success),
        (Reload::new().module("app_queue.so").into(), Success),
        (ModuleLoad::new(LoadType::Reload).module("app_queue.so").into(), Success),
        (
            ModuleLoad::new(LoadType::Reload).module("udptl").into(),
            if version() == 16 { Success } else { Says("Module not found") },
        ),
        (ModuleCheck::new("app_queue").into(), Success),
        (LoggerRotate::new().into(), Success),
        // The database
        (DBPut::new("gami-live", "k").val("v").into(), Success),
        (DBGet::new("gami-live", "k").into(), Success),
        (DBGetTree::new().family("gami-live").into(), Success),
        (DBDel::new("gami-live", "k").into(), Success),
        (DBDelTree::new("gami-live").into(), Says("Database entry not found")),
        (SorceryMemoryCacheExpire::new("c").into(), Says("The provided cache does not exist")),
        (SorceryMemoryCacheExpireObject::new("c", "o").into(), Says("The provided cache does not exist")),
        (SorceryMemoryCachePopulate::new("c").into(), Says("The provided cache does not exist")),
        (SorceryMemoryCacheStale::new("c").into(), Says("The provided cache does not exist")),
        (SorceryMemoryCacheStaleObject::new("c", "o").reload(true).into(), Says("The provided cache does not exist")),
        // Configuration and dialplan
        (CreateConfig::new(config).into(), Success),
        (UpdateConfig::new(config, config).change(change).into(), Success),
        (GetConfig::new(config).into(), Success),
        (GetConfigJSON::new(config).category("made").into(), Success),
        (ListCategories::new(config).into(), Success),
        (ShowDialPlan::new().context("gami").into(), Success),
        (DialplanExtensionAdd::new("gami-live", "1", 1, "NoOp").application_data("x").into(), Success),
        (DialplanExtensionRemove::new("gami-live", "1").priority(1).into(), Success),
        // Channels
        (CoreShowChannels::new().into(), Success),
        (CoreShowChannelMap::new(a).into(), Success),
        (Status::new().channel(a).variable("CALLERID(num)").all_variables(true).into(), Success),
        (Setvar::new("V", "1").channel(a).into(), Success),
        (Getvar::new("V").channel(a).into(), Success),
        (AbsoluteTimeout::new(a, 60 * SECOND).into(), Success),
        (SendText::new(a, "hello").into(), Success),
        (SendFlash::new(a).into(), Success),
        (PlayDTMF::new(a, '5').duration(SECOND / 10).into(), Success),
        (PlayMF::new(a, '5').duration(SECOND / 10).into(), Success),
        (MuteAudio::new(a, AudioDirection::In, true).into(), Success),
        (MuteAudio::new(a, AudioDirection::In, false).into(), Success),
        (LocalOptimizeAway::new(a).into(), Success),
        (ControlPlayback::new(a, PlaybackControl::Stop).into(), Success),
        (AGI::new(agi, "NOOP").command_id("1").into(), Success),
        (AOCMessage::new(AocMessageType::D).channel(a).charge_type(AocChargeType::Free).into(), Success),
        (MixMonitor::new(a).file("gami-live.wav").into(), Success),
        (MixMonitorMute::new(a, MonitorDirection::Both, true).into(), Success),
        (StopMixMonitor::new(a).into(), Success),
        (Monitor::new(a).file("gami-live").format("wav").into(), Success),
        (ChangeMonitor::new(a, "gami-live-2").into(), Success),
        (PauseMonitor::new(a).into(), Success),
        (UnpauseMonitor::new(a).into(), Success),
        (StopMonitor::new(a).into(), Success),
        (Atxfer::new(gone, "answer").into(), Says("Channel specified does not exist")),
        (CancelAtxfer::new(gone).into(), Says("Channel specified does not exist")),
        (BlindTransfer::new(gone, "answer").into(), Says("Channel specified does not exist")),
        // Bridges
        (BridgeList::new().into(), Success),
        (BridgeInfo::new(bridge).into(), Success),
        (BridgeTechnologyList::new().into(), Success),
        (BridgeTechnologySuspend::new("softmix").into(), Success),
        (BridgeTechnologyUnsuspend::new("softmix").into(), Success),
        (BridgeKick::new(gone).into(), Says("Channel does not exist")),
        (BridgeDestroy::new(bridge).into(), Success),
        // Parking
        (Park::new(b).parking_timeout(60 * SECOND).into(), Success),
        (ParkedCalls::new().into(), Success),
        (Parkinglots::new().into(), Success),
        (Redirect::new(a, "gami", "answer-long", 1).into(), Success),
        (Bridge::new(a, b).into(), Success),
        (Hangup::new(a).cause(16).into(), Success),
        // Conferences
        (ConfbridgeListRooms::new().into(), Success),
        (ConfbridgeList::new("gami").into(), Success),
        (ConfbridgeLock::new("gami").into(), Success),
        (ConfbridgeUnlock::new("gami").into(), Success),
        (ConfbridgeMute::new("gami", "all").into(), Success),
        (ConfbridgeUnmute::new("gami", "all").into(), Success),
        (ConfbridgeSetSingleVideoSrc::new("gami", gone).into(), Says("No channel by that name")),
        (ConfbridgeStartRecord::new("gami").into(), Success),
        (ConfbridgeStopRecord::new("gami").into(), Success),
        (ConfbridgeKick::new("gami", "all").into(), Success),
        // Queues and agents
        (QueueAdd::new(queue().0, queue().1).penalty(1).member_name("Alice").into(), Success),
        (QueuePause::new(queue().1, true).queue(queue().0).reason("lunch").into(), Success),
        (QueuePenalty::new(queue().1, 2).queue(queue().0).into(), Success),
        (QueueMemberRingInUse::new(queue().1, true).queue(queue().0).into(), Success),
        (QueueStatus::new().into(), Success),
        (QueueSummary::new().into(), Success),
        (QueueRule::new().into(), Success),
        (QueueLog::new(queue().0, "NOTE").message("live").into(), Success),
        (QueueRemove::new(queue().0, queue().1).into(), Success),
        (QueueReload::new().rules(true).into(), Success),
        (QueueReset::new().queue(queue().0).into(), Success),
        (QueueChangePriorityCaller::new(queue().0, gone, 1).into(), Says("Unable to change priority caller on queue")),
        (QueueWithdrawCaller::new(queue().0, gone).into(), Says("No such caller")),
        (Agents::new().into(), Success),
        (AgentLogoff::new("1002").into(), Success),
        // States
        (ExtensionState::new("gami", "lamp").into(), Success),
        (ExtensionStateList::new().into(), Success),
        (DeviceStateList::new().into(), Success),
        (PresenceState::new("CustomPresence:ann").into(), Success),
        (PresenceStateList::new().into(), Success),
        // Voicemail and messages
        (MailboxStatus::new("100@default").into(), Success),
        (MailboxCount::new("100@default").into(), Success),
        (VoicemailUsersList::new().into(), Success),
        (VoicemailUserStatus::new("default", "100").into(), Success),
        (VoicemailBoxSummary::new("default", "100").into(), Success),
        (VoicemailRefresh::new().into(), Success),
        (VoicemailForward::new("default", "100", "INBOX", "none", "default", "101", "INBOX").into(), Success),
        (VoicemailMove::new("default", "100", "INBOX", "none", "Old").into(), Success),
        (VoicemailRemove::new("default", "100", "INBOX", "none").into(), Success),
        (MessageSend::new("pjsip:bob").from("ann").body("hello").into(), Says("Message failed to send")),
        // PJSIP
        (PJSIPShowEndpoints::new().into(), Success),
        (PJSIPShowEndpoint::new("ann").into(), Success),
        (PJSIPShowAors::new().into(), Success),
        (PJSIPShowAuths::new().into(), Success),
        (PJSIPShowContacts::new().into(), Success),
        (PJSIPShowRegistrationInboundContactStatuses::new().into(), Success),
        (PJSIPShowRegistrationsInbound::new().into(), Success),
        (PJSIPShowRegistrationsOutbound::new().into(), Success),
        (PJSIPShowResourceLists::new().into(), Success),
        (PJSIPShowSubscriptionsInbound::new().into(), Success),
        (PJSIPShowSubscriptionsOutbound::new().into(), Success),
        (PJSIPQualify::new("ann").into(), Success),
        (PJSIPUnregister::new("lost-line").into(), Success),
        (PJSIPRegister::new("lost-line").into(), Success),
        (PJSIPNotify::new().endpoint("bob").variable("Event", "check-sync").into(), Success),
        (PJSIPHangup::new(gone, 486).into(), Says("No such channel")),
        (PJSIPSetMaintenance::new("bob", true).into(), Success),
        (PJSIPShowMaintenance::new().into(), Success),
        (PJSIPSetMaintenance::new("bob", false).into(), Success),
        // Other technologies, and fax
        (SIPpeers::new().into(), Success),
        (SIPpeerstatus::new().into(), Success),
        (SIPqualifypeer::new("sip-loop").into(), Success),
        (SIPshowpeer::new("sip-loop").into(), Success),
        (SIPshowregistry::new().into(), Success),
        (SIPnotify::new("sip-loop", "Event", "check-sync").into(), Success),
        (SKINNYdevices::new().into(), Success),
        (SKINNYlines::new().into(), Success),
        (JabberSend::new("lost", "ann@localhost", "hello").into(), Says("no reason given")), // the outcome, not the acknowledgement
        (IAXpeers::new().into(), Success),
        (IAXpeerlist::new().into(), Success),
        (IAXregistry::new().into(), Success),
        (FAXSessions::new().into(), Success),
        (FAXSession::new(1).into(), Says("Session not found")),
        (FAXStats::new().into(), Success),
    ]
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn every_typed_action_that_does_no_harm_is_known_to_the_server() {
    let ami = connected();
    hang_up_all(&ami);
    let declared = declarations();
    // Of an earlier run on the same server.
    let _ = fs::remove_file(PathBuf::from(var("GAMI_ASTERISK_ETC")).join("gami-live.conf"));
    let (a, b) = (call(&ami, "answer-long").channel, call(&ami, "answer-long").channel);
    let agi = call(&ami, "agi").channel;
    call(&ami, "conference");
    call(&ami, "bridge");
    let is_bridged =
        |event: &gami::Event| event.name() == "BridgeEnter" && event.get("BridgeTechnology") == Some("simple_bridge");
    let events = events_until(&ami, is_bridged);
    let bridge = events.last().unwrap().get("BridgeUniqueid").unwrap();
    wait_until(&ami, "the conference is not up", |ami| ami.list(ConfbridgeList::new("gami")).is_ok());

    let listed = commands(&ami);
    let mut sent = HashSet::new();
    let mut wrong = Vec::new();
    for (action, expected) in harmless(&a, &b, &agi, bridge) {
        let name = action.name().to_owned();
        let expected = if listed.contains_key(&name) { expected } else { Says("Invalid/unknown command: ") };
        let answer = match declared[&name].answers_events() {
            true => ami.list(&action).map(drop),
            false => ami.action(&action).map(drop),
        };
        let as_expected = match (&answer, expected) {
            (Ok(()), Success) => true,
            (Err(error @ (Error::Rejected(_) | Error::Invalid { .. })), Says(text)) => error.to_string().contains(text),
            _ => false,
        };
        if !as_expected {
            wrong.push((action, expected, answer.map_err(|error| error.to_string())));
        }
        sent.insert(name);
    }
    let known: HashSet<_> = sent.iter().map(String::as_str).chain(LEFT_OUT.iter().map(|(name, _)| *name)).collect();
    let forgotten: Vec<_> = listed.keys().filter(|name| !known.contains(name.as_str())).collect();
    hang_up_all(&ami);
    let goodbye = ami.action(Logoff::new()).unwrap();
    assert_eq!(goodbye.status(), "Goodbye");
    assert!(wrong.is_empty(), "action, expected, answer: {wrong:#?}");
    assert!(forgotten.is_empty(), "neither sent nor left out: {forgotten:?}");
}

/// Asks until it is so, which takes a round trip each time.
fn wait_until(ami: &Client, otherwise: &str, is_so: impl Fn(&Client) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so(ami) {
        assert!(Instant::now() < deadline, "{otherwise}");
        thread::yield_now();
    }
}

/// Lists that are empty on this server, and why.
const EMPTY: &[(&str, &str)] = &[
    ("FAXSessions", "nobody sends a fax"),
    ("PJSIPShowSubscriptionsInbound", "no device subscribes"),
    ("PJSIPShowSubscriptionsOutbound", "this server subscribes to nothing"),
];

/// Lists whose `ListItems` is not the number of events.
const COUNTED_OTHERWISE: &[(&str, &str)] = &[
    ("PJSIPShowRegistrationsOutbound", "counts the registrations and not their authentications"),
    ("IAXpeers", "its items have no ActionID: they come over `events`"),
];

/// Lists that chan_skinny sends as one packet, without the empty lines between the events: the list is over, and what
/// ended it has the headers of all.
const UNDIVIDED: &[&str] = &["SKINNYdevices", "SKINNYlines"];

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn lists_are_collected_with_as_many_items_as_the_server_counts() {
    let ami = connected();
    hang_up_all(&ami);
    ami.setvar_global("DEVICE_STATE(Custom:lamp)", "INUSE").unwrap();
    ami.setvar_global("PRESENCE_STATE(CustomPresence:ann)", "away,lunch,back at 1").unwrap();
    let listed = commands(&ami);
    let has = |name: &str| listed.contains_key(name);
    if has("PJSIPSetMaintenance") {
        ami.action(PJSIPSetMaintenance::new("bob", true)).unwrap();
    }
    ami.db_put("gami-live", "k", "v").unwrap();
    let mut up = Vec::new();
    for exten in ["conference", "conference", "conference-admin", "park", "park", "agent-login"] {
        up.push(call(&ami, exten).channel);
    }
    up.push(call_with(&ami, "queue", &[("queue", "empty")]).channel);
    up.push(call(&ami, "bridge").channel);
    if has("VoicemailBoxSummary") {
        // Who talks leaves a message, of ten seconds at most.
        let talking = Originate::new("Local/talk@gami/n").exten("gami", "voicemail", 1).ring_timeout(PATIENCE);
        ami.originate(talking).unwrap();
        let messages =
            |ami: &Client| ami.list(VoicemailBoxSummary::new("default", "100")).map_or(0, |list| list.items.len());
        wait_until(&ami, "there is no message", |ami| messages(ami) > 0);
    }
    let items = |action: Action| ami.list(action).map_or(0, |list| list.items.len());
    let one_on_one = BridgeList::new().bridge_type("simple_bridge");
    wait_until(&ami, "the conference lacks somebody", |_| items(ConfbridgeList::new("gami").into()) == 3);
    wait_until(&ami, "the calls are not parked", |_| items(ParkedCalls::new().into()) == 2);
    wait_until(&ami, "the agent is not logged in", |ami| {
        ami.list(Agents::new()).unwrap().items.iter().any(|agent| agent.get("Status") == Some("AGENT_IDLE"))
    });
    wait_until(&ami, "nobody waits in the queue", |_| items(QueueStatus::new().queue("empty").into()) == 2);
    wait_until(&ami, "no channels are bridged", |_| items(one_on_one.clone().into()) == 1);
    wait_until(&ami, "ann has not registered", |_| items(PJSIPShowContacts::new().into()) > 0);
    let bridge = ami.list(one_on_one).unwrap();
    let bridge = bridge.items[0].get("BridgeUniqueid").unwrap();
    let lists: Vec<Action> = vec![
        Agents::new().into(),
        BridgeInfo::new(bridge).into(),
        BridgeList::new().into(),
        BridgeTechnologyList::new().into(),
        ConfbridgeList::new("gami").into(),
        ConfbridgeListRooms::new().into(),
        CoreShowChannelMap::new(up.last().unwrap()).into(),
        CoreShowChannels::new().into(),
        DBGet::new("gami-live", "k").into(),
        DBGetTree::new().family("gami-live").into(),
        DeviceStateList::new().into(),
        ExtensionStateList::new().into(),
        FAXSessions::new().into(),
        IAXpeerlist::new().into(),
        IAXpeers::new().into(),
        IAXregistry::new().into(),
        PJSIPShowAors::new().into(),
        PJSIPShowAuths::new().into(),
        PJSIPShowContacts::new().into(),
        PJSIPShowEndpoint::new("ann").into(),
        PJSIPShowEndpoints::new().into(),
        PJSIPShowMaintenance::new().into(),
        PJSIPShowRegistrationInboundContactStatuses::new().into(),
        PJSIPShowRegistrationsInbound::new().into(),
        PJSIPShowRegistrationsOutbound::new().into(),
        PJSIPShowResourceLists::new().into(),
        PJSIPShowSubscriptionsInbound::new().into(),
        PJSIPShowSubscriptionsOutbound::new().into(),
        ParkedCalls::new().into(),
        Parkinglots::new().into(),
        PresenceStateList::new().into(),
        QueueStatus::new().into(),
        QueueSummary::new().into(),
        SIPpeers::new().into(),
        SIPpeerstatus::new().into(),
        SIPshowregistry::new().into(),
        SKINNYdevices::new().into(),
        SKINNYlines::new().into(),
        ShowDialPlan::new().into(),
        Status::new().into(),
        VoicemailBoxSummary::new("default", "100").into(),
        VoicemailUserStatus::new("default", "100").into(),
        VoicemailUsersList::new().into(),
    ];
    let lists: Vec<_> = lists.into_iter().filter(|action| has(action.name())).collect();
    let singles = ["FAXSession", "FAXStats", "WaitEvent"];
    let declared = declarations();
    let expected: BTreeSet<_> = declared
        .iter()
        .filter(|(name, declared)| declared.answers_events() && has(name))
        .map(|(name, _)| name.as_str())
        .filter(|name| !singles.contains(name))
        .collect();
    assert_eq!(lists.iter().map(Action::name).collect::<BTreeSet<_>>(), expected, "a list is not looked at");

    let mut wrong = Vec::new();
    for action in &lists {
        let name = action.name();
        let list = ami.list(action).unwrap_or_else(|error| panic!("{action:?}: {error}"));
        let (came, counted) = (list.items.len(), count(&list));
        println!("{name}: {came} items");
        let ended_by = declared[name].ended_by.as_deref();
        if UNDIVIDED.contains(&name) {
            assert_eq!((came, counted), (0, 1), "{name}");
            assert_eq!(list.complete.get_all("Event").last(), ended_by, "{name}");
            continue;
        }
        let otherwise = COUNTED_OTHERWISE.iter().any(|(listed, _)| *listed == name);
        let empty = EMPTY.iter().any(|(listed, _)| *listed == name);
        if (came != counted) != otherwise || (counted == 0) != empty {
            wrong.push((name, came, counted));
        }
        // Where servers do not mark the end, its name alone tells.
        assert_eq!(Some(list.complete.name()), ended_by, "{name}");
    }
    if has("PJSIPSetMaintenance") {
        ami.action(PJSIPSetMaintenance::new("bob", false)).unwrap();
    }
    ami.db_del("gami-live", "k").unwrap();
    hang_up_all(&ami);
    assert!(wrong.is_empty(), "list, items that came, items counted: {wrong:#?}");
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_list_of_nothing_is_empty_or_an_error_and_nobody_waits_for_it() {
    let ami = Options::new().action_timeout(PATIENCE).dial(var("GAMI_ASTERISK_AMI")).unwrap();
    log_in(&ami);
    hang_up_all(&ami);
    let listed = commands(&ami);
    let begun = Instant::now();
    assert_eq!(ami.list(QueueStatus::new().queue("no-such-queue")).unwrap().items.len(), 0);
    assert_eq!(ami.list(Status::new()).unwrap().items.len(), 0);
    let refusals: [(Action, &str); 5] = [
        (ConfbridgeListRooms::new().into(), "No active conferences."),
        (PJSIPShowEndpoint::new("nobody").into(), "Unable to retrieve endpoint nobody"),
        (Status::new().channel("nobody").into(), "No such channel"),
        // These are no errors to the server.
        (VoicemailUserStatus::new("default", "999").into(), "There is no voicemail user of the given info."),
        (VoicemailBoxSummary::new("default", "999").into(), "There is no voicemail user matching the given user."),
    ];
    for (action, message) in refusals {
        match ami.list(&action) {
            Err(Error::Rejected(response)) => {
                let unknown = format!("Invalid/unknown command: {}. ", action.name());
                let said = if listed.contains_key(action.name()) { message } else { &unknown };
                assert!(response.message().unwrap().starts_with(said), "{action:?}: {response:?}");
            }
            other => panic!("{action:?}: {other:?}"),
        }
    }
    // A single event, and what waits for events gets them another way.
    assert_eq!(ami.list(FAXStats::new()).unwrap().items.len(), 1);
    assert_eq!(ami.list(WaitEvent::new(Duration::from_secs(1))).unwrap().items.len(), 0);
    assert!(begun.elapsed() < PATIENCE, "{:?}: something was waited for", begun.elapsed());
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn both_ways_to_hang_up_take_a_pattern_and_answer_with_a_list() {
    let ami = connected();
    hang_up_all(&ami);
    let by_cause = Hangup::new("/^PJSIP/").cause(HangupCause::UserBusy);
    let by_response = PJSIPHangup::new("/^PJSIP/", 486);
    for action in [Action::from(by_cause), by_response.into()] {
        let call = Originate::new("PJSIP/noanswer@loop").application("Wait", "30").asynchronous(true);
        ami.action(call).unwrap();
        wait_until(&ami, "nobody is called", |ami| ami.channels().unwrap().len() == 2);
        let list = match ami.list(&action) {
            // It came with 18.21.
            Err(Error::Rejected(_)) if version() == 16 && action.name() == "PJSIPHangup" => {
                hang_up_all(&ami);
                continue;
            }
            list => list.unwrap(),
        };
        // The end of the one may bring the end of the other, before it is its turn.
        assert!((1..=2).contains(&list.items.len()), "{action:?}: {list:?}");
        assert_eq!(list.items.len(), count(&list), "{action:?}");
        for item in &list.items {
            assert!(matches!(item.typed(), Typed::ChannelHungup(e) if e.channel.starts_with("PJSIP/")), "{item:?}");
        }
        assert!(matches!(list.complete.typed(), Typed::ChannelsHungupListComplete(_)), "{:?}", list.complete);
        hang_up_all(&ami);
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_list_taken_one_by_one_is_the_same_and_its_events_are_not_on_the_stream() {
    let ami = connected();
    while ami.events().try_recv().is_ok() {}
    let whole = ami.list(ShowDialPlan::new()).unwrap();
    let mut items = ami.list_items(ShowDialPlan::new()).unwrap();
    let one_by_one: Vec<_> = items.by_ref().map(|item| item.unwrap()).collect();
    assert!(one_by_one.len() > 100, "{}", one_by_one.len());
    assert_eq!(one_by_one.len(), whole.items.len());
    assert_eq!(items.complete().unwrap().name(), "ShowDialPlanComplete");
    // Half of it, and then no more.
    ami.list_items(ShowDialPlan::new()).unwrap().take(50).for_each(drop);
    mark(&ami, "after");
    let seen = events_until(&ami, |event| is_mark(event, "after"));
    assert!(!seen.iter().any(|event| event.name().contains("ialplan")), "{seen:#?}");
}

fn failed(result: Result<Originated>) -> OriginateReason {
    match result {
        Err(Error::CallFailed { reason, event, .. }) => {
            assert_eq!(event.get("Response"), Some("Failure"));
            reason
        }
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_call_that_is_answered_is_busy_goes_nowhere_or_rings_in_vain_has_four_outcomes() {
    for (way, options, address) in ways() {
        let ami = options.dial(address).unwrap();
        log_in(&ami);
        let to = |exten: &str| Originate::new(format!("Local/{exten}@gami/n")).application("Wait", "5");
        for _ in 0..3 {
            let call = ami.originate(to("answer-long")).unwrap();
            assert!(call.channel.starts_with("Local/answer-long@gami-"), "{way}: {call:?}");
            assert_eq!(call.event.get("Reason"), Some("4"), "{way}");
            let up = ami.channels().unwrap();
            let up: Vec<_> = up.iter().map(CoreShowChannel::from).map(|up| up.channel.uniqueid).collect();
            assert!(up.contains(&call.uniqueid.as_str()), "{way}: {} is not among {up:?}", call.uniqueid);
            ami.hangup(&call.channel).unwrap();

            assert_eq!(failed(ami.originate(to("busy"))), OriginateReason::Busy, "{way}");
            assert_eq!(failed(ami.originate(to("congestion"))), OriginateReason::Congestion, "{way}");
            assert_eq!(failed(ami.originate(to("no-such-extension"))), OriginateReason::Failure, "{way}");
            let begun = Instant::now();
            let ring = Duration::from_millis(700);
            let reason = failed(ami.originate(to("noanswer").ring_timeout(ring)));
            assert_eq!(reason, OriginateReason::NoAnswer, "{way}");
            assert!(begun.elapsed() >= ring, "{way}: {:?}", begun.elapsed());
        }
        hang_up_all(&ami);
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn other_actions_go_on_while_it_rings() {
    let ami = connected();
    thread::scope(|scope| {
        let call = Originate::new("Local/noanswer@gami/n").application("Wait", "1");
        let ringing = scope.spawn(|| ami.originate(call.ring_timeout(PATIENCE)));
        events_until(&ami, |event| event.name() == "DialState" && event.get("DialStatus") == Some("RINGING"));
        let took = ami.ping().unwrap();
        assert!(!ringing.is_finished(), "a ping took {took:?}");
        hang_up_all(&ami);
        assert_eq!(failed(ringing.join().unwrap()), OriginateReason::Failure);
    });
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_variable_arrives_unchanged_whatever_it_holds_at_an_extension_and_at_an_application() {
    let ami = connected();
    let values = [
        r#"a,"b"\c: d"#,
        ",",
        r"\",
        "\"",
        r#"\","#,
        "(a,b",
        "[,]",
        "Grüße aus Zürich – 日本語 🙂",
        "a=b=c",
        "${EXTEN} $[1+1]",
        "semi;colon & 'quotes' | pipe",
        "trailing blank ",
    ];
    for value in values {
        call_with(&ami, "show64", &[("other", "x,y"), ("value", value)]);
        let shown = events_until(&ami, |event| event.get("UserEvent") == Some("Shown64"));
        assert_eq!(shown.last().unwrap().get("Base64"), Some(encode_base64(value).as_str()), "{value:?}");

        let to_application = Originate::new("Local/answer-long@gami/n").application("Wait", "5");
        let call = ami.originate(to_application.variable("value", value)).unwrap();
        assert_eq!(ami.getvar(&call.channel, "value").unwrap().as_deref(), Some(value));
    }
    // And as a person would look at it.
    let value = values[0];
    call_with(&ami, "show", &[("value", value)]);
    let shown = events_until(&ami, |event| event.get("UserEvent") == Some("Shown"));
    assert_eq!(shown.last().unwrap().get("Value"), Some(value));
    hang_up_all(&ami);
}

/// Base64 as Asterisk writes it: the only form in which a dialplan shows any text unchanged.
fn encode_base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(*chunk.get(at).unwrap_or(&0)));
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            encoded.push(if at <= chunk.len() { digit as char } else { '=' });
        }
    }
    encoded
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn the_shorthands_do_what_they_say() {
    let ami = connected();
    hang_up_all(&ami);
    assert!(ami.ping().unwrap() < PATIENCE);
    assert!(ami.server_version().unwrap().starts_with(&format!("{}.", version())), "{:?}", ami.server_version());
    let banner = if version() == 16 { "Asterisk Call Manager/5.0.4" } else { "Asterisk Call Manager/11.0.0" };
    assert_eq!(ami.banner().unwrap(), banner);
    assert!(ami.channels().unwrap().is_empty());

    // Channels and their variables
    let call = call(&ami, "answer-long");
    ami.setvar(&call.channel, "V", "a,\"b\"\\c: d").unwrap();
    assert_eq!(ami.getvar(&call.channel, "V").unwrap().as_deref(), Some("a,\"b\"\\c: d"));
    assert_eq!(ami.getvar(&call.channel, "NOT_SET").unwrap(), None);
    assert_eq!(ami.getvar(&call.channel, "CHANNEL(name)").unwrap(), Some(call.channel.clone()));
    ami.redirect(&call.channel, "gami", "echo", 1).unwrap();
    wait_until(&ami, "the channel does not echo", |ami| {
        let channels = ami.channels().unwrap();
        let mut channels = channels.iter().map(CoreShowChannel::from);
        channels.any(|up| up.channel.name == call.channel && up.application == "Echo")
    });
    ami.hangup(&call.channel).unwrap();
    wait_until(&ami, "the channel stays", |ami| ami.channels().unwrap().is_empty());
    let refused = |result: Result<()>, text: &str| match result {
        Err(Error::Rejected(response)) => assert!(response.message().unwrap().contains(text), "{response:?}"),
        other => panic!("{text}: {other:?}"),
    };
    refused(ami.hangup(&call.channel), "No such channel");
    refused(ami.redirect(&call.channel, "gami", "echo", 1), "Channel does not exist");
    refused(ami.setvar(&call.channel, "V", "1"), "No such channel");
    refused(ami.getvar(&call.channel, "V").map(drop), "No such channel");

    // Global variables
    ami.setvar_global("LIVE", "1 2").unwrap();
    assert_eq!(ami.getvar_global("LIVE").unwrap().as_deref(), Some("1 2"));
    ami.setvar_global("LIVE", "").unwrap();
    assert_eq!(ami.getvar_global("LIVE").unwrap(), None);
    ami.setvar_global("DEVICE_STATE(Custom:lamp)", "BUSY").unwrap();
    assert_eq!(ami.getvar_global("DEVICE_STATE(Custom:lamp)").unwrap().as_deref(), Some("BUSY"));

    // Queues
    let member = "Local/answer@gami/n";
    let paused = || {
        let queue = ami.list(QueueStatus::new().queue("empty")).unwrap();
        let member = queue.items.iter().find(|item| item.get("Location") == Some(member));
        member.map(|member| member.get("Paused") == Some("1"))
    };
    ami.queue_add("empty", member).unwrap();
    assert_eq!(paused(), Some(false));
    refused(ami.queue_add("empty", member), "Already there");
    refused(ami.queue_add("no-such-queue", member), "No such queue");
    ami.queue_pause("empty", member).unwrap();
    assert_eq!(paused(), Some(true));
    ami.queue_unpause("empty", member).unwrap();
    assert_eq!(paused(), Some(false));
    ami.queue_remove("empty", member).unwrap();
    assert_eq!(paused(), None);
    refused(ami.queue_remove("empty", member), "Not there");
    refused(ami.queue_pause("empty", member), "Interface not found");

    // The database
    assert_eq!(ami.db_get("gami-live", "x").unwrap(), None);
    ami.db_put("gami-live", "x", "v: \"1\", ü").unwrap();
    assert_eq!(ami.db_get("gami-live", "x").unwrap().as_deref(), Some("v: \"1\", ü"));
    ami.db_put("gami-live", "x", "").unwrap();
    assert_eq!(ami.db_get("gami-live", "x").unwrap().as_deref(), Some(""));
    ami.db_del("gami-live", "x").unwrap();
    assert_eq!(ami.db_get("gami-live", "x").unwrap(), None);
    refused(ami.db_del("gami-live", "x"), "could not be deleted");
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn the_event_mask_and_the_filters_let_through_what_they_should_also_after_a_reconnection() {
    let ami = connected();
    ami.set_event_mask([EventClass::User]).unwrap();
    ami.exclude_events("UserEvent: unwanted").unwrap();
    assert!(matches!(ami.exclude_events("["), Err(Error::Rejected(_))));
    assert!(matches!(ami.set_event_mask(""), Err(Error::Invalid { .. })));
    assert!(matches!(ami.originate(Originate::new("Local/answer@gami")), Err(Error::Invalid { .. })));
    for reconnects in [false, true] {
        if reconnects {
            ami.reconnect().unwrap();
        }
        while ami.events().try_recv().is_ok() {}
        ami.action(("Setvar", [("Variable", "X"), ("Value", "1")])).unwrap();
        for name in ["unwanted", "wanted"] {
            mark(&ami, name);
        }
        let seen = events_until(&ami, |event| is_mark(event, "wanted"));
        assert_eq!(seen.len(), 1, "{seen:#?}");
    }
    let other = connected();
    other.include_events("UserEvent: one").unwrap();
    other.include_events("UserEvent: two").unwrap();
    while other.events().try_recv().is_ok() {}
    for name in ["three", "two", "four", "one"] {
        mark(&other, name);
    }
    let seen = events_until(&other, |event| is_mark(event, "one"));
    let seen: Vec<_> = seen.iter().map(|event| event.get("UserEvent").unwrap_or(event.name())).collect();
    assert_eq!(seen, ["two", "one"]);
}

/// `Event: Hangup` would let `HangupRequest` through too.
#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_filter_with_what_ends_a_name_lets_no_longer_name_through() {
    let ami = connected();
    let filtered = connected();
    filtered.include_events("^Event: (Hangup|UserEvent)[^A-Za-z]").unwrap();
    while filtered.events().try_recv().is_ok() {}
    call(&ami, "answer-long");
    let seen = |ami: &Client| {
        mark(&connected(), "done");
        let seen = events_until(ami, |event| is_mark(event, "done"));
        seen.iter().map(|event| event.name().to_owned()).collect::<BTreeSet<_>>()
    };
    hang_up_by_request(&ami);
    let names = seen(&filtered);
    assert_eq!(names, ["Hangup", "UserEvent"].map(str::to_owned).into());
    let all = seen(&ami);
    assert!(all.contains("HangupRequest") || all.contains("SoftHangupRequest"), "{all:?}");
}

/// Hangs up all channels, and leaves the events of it where they are.
fn hang_up_by_request(ami: &Client) {
    for channel in ami.channels().unwrap() {
        let _ = ami.hangup(channel.get("Channel").unwrap());
    }
    wait_until(ami, "channels stay up", |ami| ami.channels().unwrap().is_empty());
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn what_servers_read_without_documenting_it_is_read() {
    let ami = connected();
    let member = "Local/answer@gami/n";
    ami.action(QueueAdd::new("empty", member).wrapuptime(Duration::from_secs(7))).unwrap();
    let members = ami.list(QueueStatus::new().queue("empty")).unwrap();
    let wrapuptimes: Vec<_> = members.items.iter().filter_map(|item| item.get("Wrapuptime")).collect();
    assert_eq!(wrapuptimes, ["7"]);
    ami.action(QueueRemove::new("empty", member)).unwrap();

    let channel = call(&ami, "answer-long").channel;
    let recording = ami.action(MixMonitor::new(&channel).file("/tmp/gami-live.wav").options("i(ID)")).unwrap();
    let id = recording.get("MixMonitorID").expect("the answer has the recording's id");
    let mute = |id: &str| ami.action(MixMonitorMute::new(&channel, MonitorDirection::Both, true).mix_monitor_id(id));
    mute(id).unwrap();
    // 16 takes no notice of the id, and mutes them all.
    assert_eq!(mute("0x1").is_err(), version() > 16);
    hang_up_all(&ami);
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_mask_with_blanks_and_capitals_lets_through_what_it_names_and_one_that_is_sent_as_it_is_what_the_server_reads() {
    let ami = connected();
    for mask in ["Call, USER", " user", "ON", "All"] {
        ami.set_event_mask(mask).unwrap();
        mark(&ami, "after");
        events_until(&ami, |event| is_mark(event, "after"));
    }
    // The server takes neither for `call`, so that it would never tell what becomes of a call.
    for mask in ["call ", "user, call", "CALL"] {
        ami.action(("Events", [("EventMask", mask)])).unwrap();
        assert!(matches!(ami.originate(Originate::new("Local/answer@gami")), Err(Error::Invalid { .. })), "{mask:?}");
    }
    ami.action(("Events", [("EventMask", "\x01call")])).unwrap();
    let hung_up = ami.originate(Originate::new("Local/answer@gami").application("Wait", "0"));
    assert!(hung_up.is_ok(), "{hung_up:?}");
    for name in [" Logoff", "\x01Logoff"] {
        assert!(matches!(ami.action(name), Err(Error::Invalid { .. })));
    }
    ami.ping().unwrap();
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn the_event_mask_is_set_also_on_a_server_that_does_not_answer_events() {
    let ami = Options::new().action_timeout(Duration::from_secs(4)).dial(var("GAMI_ASTERISK_AMI")).unwrap();
    log_in(&ami);
    let _quiet = Reconfigured::with(&ami, "brokeneventsaction = yes");
    let error = ami.action(Events::new("on")).unwrap_err();
    assert!(matches!(error, Error::Timeout { sent: true, .. }), "{error}");
    let begun = Instant::now();
    ami.set_event_mask("user").unwrap();
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    for reconnects in [false, true] {
        if reconnects {
            ami.reconnect().unwrap();
        }
        while ami.events().try_recv().is_ok() {}
        ami.setvar_global("X", "1").unwrap(); // a VarSet, of another class
        mark(&ami, "after");
        let seen = events_until(&ami, |event| is_mark(event, "after"));
        assert_eq!(seen.len(), 1, "{seen:#?}");
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn the_network_statistics_of_iax2_are_bare_text_that_is_reported_and_hurts_nothing() {
    let ami = connected();
    ami.originate(Originate::new("IAX2/iax-loop/answer-long").application("Wait", "30")).unwrap();
    while ami.errors().try_recv().is_ok() {}
    let error = ami.action(Action::from(IAXnetstats::new()).timeout(Duration::from_millis(700))).unwrap_err();
    assert!(matches!(error, Error::Timeout { sent: true, .. }), "{error}");
    let told = ami.errors().recv_timeout(PATIENCE).unwrap();
    assert!(matches!(&told, Error::Unrecognized(packet) if packet.text().contains("IAX2/iax-loop-")), "{told}");
    assert!(ami.command("iax2 show netstats").unwrap().contains("IAX2/iax-loop-"), "what to use instead");
    ami.ping().unwrap();
    hang_up_all(&ami);
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_skinny_device_and_a_line_are_shown_without_a_response_and_reported() {
    let ami = connected();
    let shown: [(Action, &str); 2] = [
        (SKINNYshowdevice::new("skinny-phone").into(), "skinny-phone"),
        (SKINNYshowline::new("skinny-line").into(), "skinny-line"),
    ];
    for (action, text) in shown {
        while ami.errors().try_recv().is_ok() {}
        let error = ami.action(action.timeout(Duration::from_secs(2))).unwrap_err();
        if version() > 20 {
            assert!(error.to_string().contains("Invalid/unknown command: "), "removed with 21: {error}");
            continue;
        }
        assert!(matches!(error, Error::Timeout { sent: true, .. }), "{error}");
        let told = ami.errors().recv_timeout(PATIENCE).unwrap();
        assert!(matches!(&told, Error::Unrecognized(packet) if packet.text().contains(text)), "{told}");
    }
    ami.ping().unwrap();
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_command_gives_its_text_and_one_that_fails_an_error_with_it() {
    let ami = connected();
    let text = ami.command("core show version").unwrap();
    assert!(text.starts_with(&format!("Asterisk {}.", version())), "{text}");
    assert_eq!(ami.command("core show hints").unwrap().lines().next(), Some(""), "its first line is empty");
    match ami.command("no such command").unwrap_err() {
        Error::Rejected(response) => {
            let output = response.output().unwrap();
            assert!(output.starts_with("No such command 'no such command'"), "{output}");
        }
        other => panic!("{other}"),
    }
    assert!(matches!(ami.command("two\nlines"), Err(Error::Invalid { .. })));
}
