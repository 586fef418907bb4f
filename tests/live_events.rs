//! What Asterisk 22 and 16 really send, against the catalogue: no event is unknown to it, no header is lost, no enum lacks
//! a word, and every event that a scenario is made for is seen.

mod asterisk;
mod claims;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use asterisk::*;
use gami::{Action, Client, Event, List, LoginMode, Options, Typed};

/// Somebody who does things to the server and sees everything that comes of it.
struct Watch {
    ami: Client,
    seen: Vec<Event>,
}

impl Watch {
    fn new() -> Self {
        let ami = Options::new().event_capacity(1 << 20).dial(var("GAMI_ASTERISK_AMI")).unwrap();
        log_in(&ami);
        Self { ami, seen: Vec::new() }
    }

    /// One end runs an extension, the other one another.
    fn call(&self, one: &str, other: &str) {
        self.call_with(one, other, &[]);
    }

    fn call_with(&self, one: &str, other: &str, variables: &[&str]) {
        let channel = if one.contains('/') { one.to_owned() } else { format!("Local/{one}@gami/n") };
        let mut originate = Action::new("Originate")
            .param("Channel", channel)
            .param("Context", "gami")
            .param("Exten", other)
            .param("Priority", "1")
            .param("Async", "true");
        for variable in variables {
            originate = originate.param("Variable", *variable);
        }
        self.ami.action(originate).unwrap();
    }

    fn act<const N: usize>(&self, name: &str, params: [(&str, &str); N]) {
        self.try_act(name, params).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    fn try_act<const N: usize>(&self, name: &str, params: [(&str, &str); N]) -> gami::Result<gami::Response> {
        self.ami.action((name, params))
    }

    fn list<const N: usize>(&mut self, name: &str, params: [(&str, &str); N]) -> Vec<Event> {
        let list = self.ami.list((name, params)).unwrap_or_else(|error| panic!("{name}: {error}"));
        self.take(list)
    }

    fn take(&mut self, list: List) -> Vec<Event> {
        self.seen.extend(list.items.iter().cloned());
        self.seen.push(list.complete);
        list.items
    }

    /// Takes events until all of these have come, in any order; gives the last.
    fn until<const N: usize>(&mut self, names: [&str; N]) -> Event {
        let mut missing = names.to_vec();
        self.until_that(&format!("{names:?}"), |event| {
            missing.retain(|name| !event.name().eq_ignore_ascii_case(name));
            missing.is_empty()
        })
    }

    fn until_that(&mut self, what: &str, mut wanted: impl FnMut(&Event) -> bool) -> Event {
        let deadline = Instant::now() + PATIENCE;
        let begun = self.seen.len();
        loop {
            let Ok(event) = self.ami.events().recv_deadline(deadline) else {
                let names: Vec<_> = self.seen[begun..].iter().map(Event::name).collect();
                panic!("{what}: not seen among {names:?}");
            };
            let found = wanted(&event);
            self.seen.push(event.clone());
            if found {
                return event;
            }
        }
    }

    fn until_user_event(&mut self, name: &str) -> Event {
        self.until_that(name, |event| is_mark(event, name))
    }

    /// Ends all calls and takes all that was sent until then.
    fn hang_up(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.list("CoreShowChannels", []).is_empty() {
            assert!(Instant::now() < deadline, "the calls do not end");
            if let Ok(list) = self.ami.list(("Hangup", [("Channel", "/.*/"), ("Cause", "16")])) {
                self.seen.extend(list.items);
                self.seen.push(list.complete);
            }
            // What is quiet has heard of it.
            while let Ok(event) = self.ami.events().recv_timeout(Duration::from_millis(100)) {
                self.seen.push(event);
            }
        }
        mark(&self.ami, "quiet");
        self.until_user_event("quiet");
    }

    /// Ends all calls, and holds what was seen against the catalogue; events of these names must be among it.
    fn finish(mut self, scenario: &str, required: &str) {
        self.hang_up();
        self.judge(scenario, required);
    }

    fn judge(&self, scenario: &str, required: &str) {
        let stats = self.ami.stats();
        assert_eq!(stats.events_dropped, 0);
        let unknown = self.seen.iter().filter(|event| matches!(event.typed(), Typed::Other(_)));
        let unknown: BTreeSet<_> = unknown.map(Event::name).collect();
        assert!(unknown.is_empty(), "{scenario}: not in the catalogue: {unknown:?}");
        let mut names: BTreeMap<&str, usize> = BTreeMap::new();
        for event in &self.seen {
            *names.entry(event.name()).or_default() += 1;
        }
        println!("{scenario}: {} events, {} different: {names:?}", self.seen.len(), names.len());
        let missing: Vec<_> = required.split_whitespace().filter(|name| !names.contains_key(name)).collect();
        assert!(missing.is_empty(), "{scenario}: not seen: {missing:?}");
        let lost = claims::lost(&self.seen);
        assert!(lost.is_empty(), "{scenario}: {lost:#?}");
        let misnamed = claims::misnamed(&self.seen);
        assert!(misnamed.is_empty(), "{scenario}: {misnamed:#?}");
    }
}

/// What this version does not have.
fn assert_unknown<T: Debug>(answer: gami::Result<T>) {
    let error = answer.unwrap_err().to_string();
    assert!(error.contains("Invalid/unknown command: "), "{error}");
}

/// The events that are required on every version, and those of versions that have what sends them.
fn and_of_22(every: &str, of_22: &str) -> String {
    if version() == 22 {
        format!("{every} {of_22}")
    } else {
        every.to_owned()
    }
}

/// A SIP phone of few words.
struct Sip {
    socket: UdpSocket,
    server: String,
}

impl Sip {
    fn to(watch: &mut Watch) -> Self {
        let endpoint = watch.list("PJSIPShowEndpoint", [("Endpoint", "ann")]);
        let server = endpoint.iter().find_map(|item| item.get("Bind")).unwrap().to_owned();
        Self { socket: UdpSocket::bind("127.0.0.1:0").unwrap(), server }
    }

    fn request(&self, method: &str, user: &str, headers: &str) {
        let (here, there) = (self.socket.local_addr().unwrap(), &self.server);
        let request = format!(
            "{method} sip:{user}@{there} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {here};branch=z9hG4bK{};rport\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:{user}@{there}>;tag=gami\r\n\
             To: <sip:{user}@{there}>\r\n\
             Call-ID: {here}-{method}\r\n\
             CSeq: {} {method}\r\n\
             Contact: <sip:{user}@{here}>\r\n\
             {headers}\r\n\
             Content-Length: 0\r\n\r\n",
            headers.len(),
            headers.len(),
        );
        self.socket.send_to(request.as_bytes(), there).unwrap();
        self.socket.set_read_timeout(Some(PATIENCE)).unwrap();
        self.socket.recv(&mut [0; 1500]).expect("an answer");
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn calls() {
    let mut watch = Watch::new();
    watch.call("answer", "answer-long");
    watch.until(["OriginateResponse", "Hangup", "CEL", "Cdr"]);
    for exten in ["busy", "congestion", "hangup", "progress"] {
        watch.call(exten, "answer");
        watch.until(["OriginateResponse"]);
    }
    watch.hang_up();
    watch.call("answer-long", "dial-busy");
    watch.until_user_event("Dialed");
    watch.call("noanswer", "answer");
    watch.until_that("ringing", |event| event.name() == "Newstate" && event.get("ChannelStateDesc") == Some("Ringing"));
    watch.hang_up();
    watch.call("answer-long", "dial");
    watch.until(["DialBegin", "DialEnd", "BridgeCreate", "BridgeEnter"]);
    watch.hang_up();
    watch.call("answer-long", "hangup-handlers");
    watch.until(["HangupHandlerPush", "HangupHandlerPop", "HangupHandlerRun"]);
    watch.finish(
        "calls",
        "BridgeCreate BridgeDestroy BridgeEnter BridgeLeave CEL Cdr ChannelHungup \
         ChannelsHungupListComplete CoreShowChannelsComplete \
         DeviceStateChange DialBegin DialEnd DialState FullyBooted Hangup HangupHandlerPop \
         HangupHandlerPush HangupHandlerRun HangupRequest LocalBridge NewAccountCode NewCallerid \
         NewConnectedLine Newchannel Newexten Newstate OriginateResponse SoftHangupRequest UserEvent \
         VarSet",
    );
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn channels() {
    let mut watch = Watch::new();
    watch.call("echo", "dial-optimized");
    watch.until(["LocalOptimizationBegin", "LocalOptimizationEnd"]);
    watch.hang_up();
    watch.call("noanswer", "answer-long");
    let ringing = watch.until_that("ringing", |event| event.get("ChannelStateDesc") == Some("Ringing"));
    watch.call_with("answer-long", "pickup", &[&format!("channel={}", ringing.get("Channel").unwrap())]);
    watch.until(["Pickup"]);
    watch.hang_up();
    watch.call("talk", "answer-long");
    let spied = watch.until(["OriginateResponse"]);
    let spied = spied.get("Channel").unwrap();
    watch.call_with("answer-long", "spy", &[&format!("channel={spied}")]);
    watch.until(["ChanSpyStart"]);
    watch.list("Status", [("Variables", "plain,CHANNEL(state)")]);
    let flash = watch.try_act("SendFlash", [("Channel", spied)]);
    let map = watch.ami.list(("CoreShowChannelMap", [("Channel", spied)]));
    if version() == 16 {
        assert_unknown(flash);
        assert_unknown(map);
    } else {
        flash.unwrap();
        watch.until(["Flash"]);
        watch.take(map.unwrap());
    }
    watch.act("Setvar", [("Channel", spied), ("Variable", "quoted"), ("Value", "say \"a\\b\"")]);
    watch.until(["VarSet"]);
    watch.act("AbsoluteTimeout", [("Channel", spied), ("Timeout", "1")]);
    watch.until(["ChanSpyStop"]);
    watch.finish(
        "channels",
        &and_of_22(
            "ChanSpyStart ChanSpyStop LocalOptimizationBegin LocalOptimizationEnd Pickup Status \
             StatusComplete VarSet",
            "CoreShowChannelMapComplete Flash",
        ),
    );
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn bridges() {
    let mut watch = Watch::new();
    watch.call("echo", "answer-long");
    let one = watch.until(["OriginateResponse"]);
    watch.call("echo", "bridgewait");
    watch.until(["BridgeEnter"]);
    watch.call("talk", "dial");
    watch.until(["OriginateResponse"]);
    watch.until(["BridgeEnter"]);
    let second = watch.until(["BridgeEnter"]);
    let bridges = watch.list("BridgeList", []);
    let bridge = bridges.iter().find(|bridge| bridge.get("BridgeNumChannels") != Some("0")).unwrap();
    let bridge = bridge.get("BridgeUniqueid").unwrap();
    watch.list("BridgeInfo", [("BridgeUniqueid", bridge)]);
    if version() == 22 {
        let connected = watch.list("CoreShowChannelMap", [("Channel", second.get("Channel").unwrap())]);
        assert!(!connected.is_empty());
    }
    watch.list("BridgeTechnologyList", []);
    let (one, two) = (one.get("Channel").unwrap(), second.get("Channel").unwrap());
    watch.act("Bridge", [("Channel1", one), ("Channel2", two), ("Tone", "no")]);
    watch.until(["BridgeCreate"]);
    watch.act("BridgeKick", [("Channel", two)]);
    watch.until(["BridgeLeave"]);
    watch.finish(
        "bridges",
        &and_of_22(
            "BridgeCreate BridgeDestroy BridgeEnter BridgeInfoChannel BridgeInfoComplete BridgeLeave \
             BridgeListComplete BridgeListItem BridgeTechnologyListComplete BridgeTechnologyListItem",
            "CoreShowChannelMap CoreShowChannelMapComplete",
        ),
    );
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn media() {
    let mut watch = Watch::new();
    watch.call("dtmf", "dtmf-sink");
    watch.until(["DTMFBegin", "DTMFEnd"]);
    watch.until_user_event("Digits");
    watch.call("echo", "moh");
    watch.until(["MusicOnHoldStart"]);
    watch.hang_up();
    watch.call("talk", "talk-detect");
    watch.until(["ChannelTalkingStart"]);
    watch.hang_up();
    watch.call("beeps", "talk-detect");
    watch.until(["ChannelTalkingStart", "ChannelTalkingStop"]);
    watch.hang_up();
    watch.call("echo", "record");
    let recorded = watch.until(["MixMonitorStart"]);
    let channel = recorded.get("Channel").unwrap();
    watch.act("MixMonitorMute", [("Channel", channel), ("Direction", "both"), ("State", "1")]);
    watch.until(["MixMonitorMute", "MixMonitorStop"]);
    watch.call("PJSIP/talk@loop", "answer-long");
    watch.until(["RTCPSent", "RTCPReceived"]);
    watch.hang_up();
    watch.call("fax-receive", "fax-send");
    // Asterisk 22.10 crashes where it is asked for a session that has not begun to transmit.
    let mut transmitting = 0;
    watch.until_that("both ends of the fax", |event| {
        let transmits = event.get("Status").is_some_and(|status| status.ends_with("In Progress"));
        transmitting += usize::from(event.name() == "FAXStatus" && transmits);
        transmitting == 2
    });
    for session in watch.list("FAXSessions", []) {
        watch.act("FAXSession", [("SessionNumber", session.get("SessionNumber").unwrap())]);
        watch.until(["FAXSession"]);
    }
    watch.act("FAXStats", []);
    watch.until(["FAXStats", "SendFAX", "ReceiveFAX"]);
    watch.finish(
        "media",
        "ChannelTalkingStart ChannelTalkingStop DTMFBegin DTMFEnd FAXSession FAXSessionsComplete \
         FAXSessionsEntry FAXStats FAXStatus MixMonitorMute MixMonitorStart MixMonitorStop \
         MusicOnHoldStart MusicOnHoldStop RTCPReceived RTCPSent ReceiveFAX SendFAX",
    );
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn transfers() {
    let mut watch = Watch::new();
    watch.call("echo", "blind");
    watch.until(["BlindTransfer"]);
    watch.hang_up();
    watch.call("echo", "attended");
    watch.until(["AttendedTransfer"]);
    watch.hang_up();
    watch.call("echo", "attended-to-parking");
    watch.until(["ParkedCall", "ParkedCallSwap"]);
    watch.hang_up();
    watch.finish(
        "transfers",
        "AttendedTransfer BlindTransfer BridgeMerge DTMFBegin DTMFEnd Hold MusicOnHoldStart \
         MusicOnHoldStop ParkedCall ParkedCallSwap Unhold",
    );
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn queues() {
    let mut watch = Watch::new();
    watch.call("echo", "queue");
    watch.until(["QueueCallerJoin", "AgentCalled", "AgentConnect", "QueueCallerLeave"]);
    watch.list("QueueStatus", []);
    watch.hang_up();
    watch.call_with("echo", "queue", &["__queue=ringing"]);
    watch.until(["AgentRingNoAnswer"]);
    watch.list("QueueStatus", []);
    watch.list("QueueSummary", []);
    watch.hang_up();
    let member = ("Interface", "Local/answer-long@gami/n");
    let queue = ("Queue", "empty");
    watch.act("QueueAdd", [queue, member, ("MemberName", "Zoë"), ("Penalty", "1"), ("StateInterface", "Custom:zoe")]);
    watch.act("QueuePause", [queue, member, ("Paused", "true"), ("Reason", "lunch")]);
    watch.act("QueuePenalty", [queue, member, ("Penalty", "3")]);
    watch.act("QueueMemberRingInUse", [queue, member, ("RingInUse", "no")]);
    watch.act("QueueRemove", [queue, member]);
    watch.until([
        "QueueMemberAdded",
        "QueueMemberPause",
        "QueueMemberPenalty",
        "QueueMemberRinginuse",
        "QueueMemberRemoved",
    ]);
    watch.call_with("echo", "queue", &["__queue=announced"]);
    watch.until(["AgentDump"]);
    watch.finish(
        "queues",
        "AgentCalled AgentComplete AgentConnect AgentDump AgentRingNoAnswer QueueCallerAbandon \
         QueueCallerJoin QueueCallerLeave QueueEntry QueueMember QueueMemberAdded QueueMemberPause \
         QueueMemberPenalty QueueMemberRemoved QueueMemberRinginuse QueueParams QueueStatusComplete \
         QueueSummary QueueSummaryComplete",
    );
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn agents() {
    let mut watch = Watch::new();
    watch.list("Agents", []);
    watch.call("echo", "agent-login");
    watch.until(["AgentLogin"]);
    watch.call_with("echo", "queue", &["__queue=agents"]);
    watch.until(["AgentConnect"]);
    watch.until_that("talking", |event| event.name() == "BridgeEnter");
    watch.list("Agents", []);
    watch.act("AgentLogoff", [("Agent", "1001")]);
    watch.until(["AgentLogoff"]);
    watch.finish("agents", "AgentCalled AgentComplete AgentConnect AgentLogin AgentLogoff Agents AgentsComplete");
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn conferences() {
    let mut watch = Watch::new();
    watch.call("echo", "conference-admin");
    watch.until(["ConfbridgeStart", "ConfbridgeJoin"]);
    watch.call("talk", "conference");
    let joined = watch.until(["ConfbridgeJoin"]);
    watch.until(["ConfbridgeTalking"]);
    let (conference, channel) = (("Conference", "gami"), ("Channel", joined.get("Channel").unwrap()));
    watch.act("ConfbridgeMute", [conference, channel]);
    watch.act("ConfbridgeUnmute", [conference, channel]);
    watch.act("ConfbridgeLock", [conference]);
    watch.act("ConfbridgeUnlock", [conference]);
    watch.act("ConfbridgeStartRecord", [conference]);
    watch.until(["ConfbridgeMute", "ConfbridgeUnmute", "ConfbridgeRecord"]);
    watch.list("ConfbridgeList", [conference]);
    watch.list("ConfbridgeListRooms", []);
    watch.act("ConfbridgeStopRecord", [conference]);
    watch.act("ConfbridgeSetSingleVideoSrc", [conference, channel]);
    watch.act("ConfbridgeKick", [conference, channel]);
    watch.until(["ConfbridgeStopRecord", "ConfbridgeLeave"]);
    watch.hang_up();
    watch.finish(
        "conferences",
        "BridgeVideoSourceUpdate ConfbridgeEnd ConfbridgeJoin ConfbridgeLeave ConfbridgeList \
         ConfbridgeListComplete ConfbridgeListRooms ConfbridgeListRoomsComplete ConfbridgeMute \
         ConfbridgeRecord ConfbridgeStart ConfbridgeStopRecord ConfbridgeTalking ConfbridgeUnmute",
    );
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn parking() {
    let mut watch = Watch::new();
    watch.call("echo", "park");
    watch.until(["ParkedCall"]);
    watch.list("ParkedCalls", []);
    watch.list("Parkinglots", []);
    watch.call("echo", "retrieve");
    watch.until(["UnParkedCall"]);
    watch.hang_up();
    watch.call("echo", "park");
    watch.until(["ParkedCall"]);
    watch.hang_up();
    watch.call("echo", "park-brief");
    watch.until(["ParkedCall", "ParkedCallTimeOut"]);
    watch.finish(
        "parking",
        "ParkedCall ParkedCallGiveUp ParkedCallTimeOut ParkedCallsComplete Parkinglot \
         ParkinglotsComplete UnParkedCall",
    );
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn states() {
    let mut watch = Watch::new();
    for state in ["INUSE", "BUSY", "RINGING", "RINGINUSE", "ONHOLD", "UNAVAILABLE", "INVALID", "NOT_INUSE"] {
        watch.act("Setvar", [("Variable", "DEVICE_STATE(Custom:lamp)"), ("Value", state)]);
        watch.until_that(state, |event| event.name() == "DeviceStateChange" && event.get("State") == Some(state));
    }
    for presence in ["away", "xa", "chat", "dnd", "unavailable", "not_set", "available"] {
        let value = format!("{presence},lunch,back at 1");
        watch.act("Setvar", [("Variable", "PRESENCE_STATE(CustomPresence:ann)"), ("Value", &value)]);
        // A hint that was in this state already tells nothing.
        watch.until(["PresenceStateChange"]);
    }
    watch.list("DeviceStateList", []);
    watch.list("PresenceStateList", []);
    watch.list("ExtensionStateList", []);
    if version() == 16 {
        // There app_voicemail is a package of its own.
        assert_unknown(watch.try_act("VoicemailUsersList", []));
    } else {
        watch.call("talk", "voicemail");
        watch.until_that("waiting", |event| event.name() == "MessageWaiting" && event.get("Waiting") == Some("1"));
        watch.list("VoicemailUsersList", []);
        let mailbox = [("Context", "default"), ("Mailbox", "100")];
        watch.list("VoicemailUserStatus", mailbox);
        watch.list("VoicemailBoxSummary", mailbox);
    }
    watch.finish(
        "states",
        &and_of_22(
            "DeviceStateChange DeviceStateListComplete ExtensionStateListComplete ExtensionStatus \
             PresenceStateChange PresenceStateListComplete PresenceStatus",
            "MessageWaiting VoicemailBoxDetail VoicemailBoxDetailComplete VoicemailUserDetail \
             VoicemailUserDetailComplete VoicemailUserEntry VoicemailUserEntryComplete",
        ),
    );
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn endpoints() {
    let mut watch = Watch::new();
    for list in [
        "PJSIPShowEndpoints",
        "PJSIPShowAors",
        "PJSIPShowAuths",
        "PJSIPShowContacts",
        "PJSIPShowRegistrationsInbound",
        "PJSIPShowRegistrationsOutbound",
        "PJSIPShowRegistrationInboundContactStatuses",
        "PJSIPShowResourceLists",
        "PJSIPShowSubscriptionsInbound",
        "PJSIPShowSubscriptionsOutbound",
        "PJSIPShowMaintenance",
    ] {
        match watch.ami.list(list) {
            Ok(list) => {
                watch.seen.extend(list.items);
                watch.seen.push(list.complete);
            }
            Err(error) => println!("{list}: {error}"),
        }
    }
    let sip = Sip::to(&mut watch);
    sip.request("SUBSCRIBE", "lamp", "Event: presence\r\nAccept: application/pidf+xml\r\nExpires: 60");
    watch.list("PJSIPShowSubscriptionsInbound", []);
    for endpoint in ["ann", "bob", "loop", "back"] {
        watch.list("PJSIPShowEndpoint", [("Endpoint", endpoint)]);
    }
    let maintained = watch.try_act("PJSIPSetMaintenance", [("Endpoint", "ann"), ("State", "on")]);
    if version() == 16 {
        assert_unknown(maintained);
    } else {
        maintained.unwrap();
        watch.until(["PJSIPMaintenanceStatus"]);
        watch.list("PJSIPShowMaintenance", []);
        watch.act("PJSIPSetMaintenance", [("Endpoint", "ann"), ("State", "off")]);
    }
    watch.act("PJSIPUnregister", [("Registration", "ann-line")]);
    watch.until(["PeerStatus", "ContactStatus", "Registry"]);
    watch.act("PJSIPRegister", [("Registration", "ann-line")]);
    watch.until(["PeerStatus", "ContactStatus", "Registry"]);
    watch.finish(
        "endpoints",
        &and_of_22(
            "AorDetail AorList AorListComplete AuthDetail AuthList AuthListComplete ContactList \
             ContactListComplete ContactStatus ContactStatusDetail ContactStatusDetailComplete \
             EndpointDetail EndpointDetailComplete EndpointList EndpointListComplete IdentifyDetail \
             InboundRegistrationDetail InboundRegistrationDetailComplete InboundSubscriptionDetail \
             InboundSubscriptionDetailComplete OutboundRegistrationDetail OutboundRegistrationDetailComplete \
             OutboundSubscriptionDetailComplete PeerStatus Registry ResourceListDetail \
             ResourceListDetailComplete TransportDetail",
            "PJSIPMaintenanceStatus PJSIPMaintenanceStatusComplete",
        ),
    );
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn security() {
    let mut watch = Watch::new();
    let address = var("GAMI_ASTERISK_AMI");
    let secret = var("GAMI_ASTERISK_SECRET");
    let stranger = || Client::dial(&address).unwrap();
    stranger().login("nobody", "nothing").unwrap_err();
    watch.until(["InvalidAccountID"]);
    stranger().login(var("GAMI_ASTERISK_USER"), "wrong").unwrap_err();
    watch.until(["ChallengeResponseFailed"]);
    let plain = Options::new().login_mode(LoginMode::Plain).dial(&address).unwrap();
    plain.login(var("GAMI_ASTERISK_USER"), "wrong").unwrap_err();
    watch.until(["InvalidPassword"]);
    stranger().login("denied", &secret).unwrap_err();
    watch.until(["FailedACL"]);
    let single = stranger();
    single.login("single", &secret).unwrap();
    stranger().login("single", &secret).unwrap_err();
    watch.until(["SuccessfulAuth", "SessionLimit"]);
    let limited = stranger();
    limited.login("limited", &secret).unwrap();
    limited.action("CoreSettings").unwrap_err();
    limited.action("NoSuchAction").unwrap_err();
    watch.until(["RequestNotAllowed"]);
    let sip = Sip::to(&mut watch);
    sip.request("REGISTER", "ann", "Expires: 60");
    watch.until(["ChallengeSent"]);
    sip.request(
        "REGISTER",
        "ann",
        "Authorization: Digest username=\"ann\", realm=\"asterisk\", nonce=\"1\", uri=\"sip:127.0.0.1\", response=\"2\"",
    );
    watch.until(["ChallengeResponseFailed"]);
    watch.finish(
        "security",
        "ChallengeResponseFailed ChallengeSent FailedACL InvalidAccountID InvalidPassword \
         RequestNotAllowed SessionLimit SuccessfulAuth",
    );
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn modules() {
    let mut watch = Watch::new();
    for (what, event) in [("unload", "Unload"), ("load", "Load")] {
        watch.act("ModuleLoad", [("Module", "app_milliwatt.so"), ("LoadType", what)]);
        watch.until([event]);
    }
    let _ = watch.try_act("ModuleLoad", [("Module", "app_no_such.so"), ("LoadType", "load")]);
    watch.act("Reload", [("Module", "app_queue.so")]);
    watch.until(["Reload"]);
    watch.act("LoggerRotate", []);
    watch.ami.command("logger reload").unwrap();
    // Refused where it is loaded already.
    let _ = watch.try_act("ModuleLoad", [("Module", "chan_iax2.so"), ("LoadType", "load")]);
    watch.list("IAXpeers", []);
    watch.list("IAXpeerlist", []);
    watch.list("IAXregistry", []);
    watch.finish("modules", "Load PeerEntry PeerlistComplete RegistrationsComplete RegistryEntry Reload Unload");
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn removed_with_21() {
    let mut watch = Watch::new();
    if version() > 20 {
        for name in ["Monitor", "SIPpeers", "SKINNYdevices"] {
            assert_unknown(watch.try_act(name, []));
        }
        return;
    }
    for list in ["SIPpeers", "SIPpeerstatus", "SIPshowregistry"] {
        watch.list(list, []);
    }
    watch.act("SIPqualifypeer", [("Peer", "sip-loop")]);
    watch.until(["SIPQualifyPeerDone"]);
    watch.call("SIP/talk@sip-loop", "answer-long");
    let up = watch.until(["OriginateResponse"]);
    let channel = ("Channel", up.get("Channel").unwrap());
    watch.act("Monitor", [channel, ("File", "gami-live-events")]);
    watch.act("PauseMonitor", [channel]);
    watch.act("UnpauseMonitor", [channel]);
    watch.act("StopMonitor", [channel]);
    watch.until(["MonitorStart", "MonitorStop", "RTCPSent"]);
    watch.finish(
        "removed with 21",
        "MonitorStart MonitorStop Newchannel PeerEntry PeerStatus PeerlistComplete RTCPSent RegistrationsComplete \
         RegistryEntry SIPQualifyPeerDone SIPpeerstatusComplete",
    );
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn agi() {
    let mut watch = Watch::new();
    watch.call("echo", "agi");
    let waiting = watch.until(["AsyncAGIStart"]);
    let channel = ("Channel", waiting.get("Channel").unwrap());
    watch.act("AGI", [channel, ("Command", "VERBOSE hello 1"), ("CommandID", "4711")]);
    watch.until(["AGIExecStart", "AGIExecEnd", "AsyncAGIExec"]);
    watch.act("AGI", [channel, ("Command", "ASYNCAGI BREAK"), ("CommandID", "4712")]);
    watch.until(["AsyncAGIEnd"]);
    watch.finish("agi", "AGIExecEnd AGIExecStart AsyncAGIEnd AsyncAGIExec AsyncAGIStart");
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn lists() {
    let mut watch = Watch::new();
    watch.act("DBPut", [("Family", "gami"), ("Key", "list"), ("Val", "a: b")]);
    watch.list("DBGet", [("Family", "gami"), ("Key", "list")]);
    watch.list("DBGetTree", [("Family", "gami")]);
    watch.list("ShowDialPlan", []);
    watch.finish(
        "lists",
        "DBGetComplete DBGetResponse DBGetTreeComplete DBGetTreeResponse ListDialplan \
         ShowDialPlanComplete",
    );
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn shutdown() {
    let mut watch = Watch::new();
    let _up_again = UpAgain;
    rig("stop");
    watch.until(["Shutdown"]);
    watch.judge("shutdown", "FullyBooted Shutdown");
}
