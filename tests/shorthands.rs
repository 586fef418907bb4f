//! The shorthands of the client, calls that are originated, and actions that nobody answers, against the mock.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use gami::action::{EventClass, Filter, Hangup, Originate, Queues, WaitEvent};
use gami::config::{Category, Config};
use gami::event::{CoreShowChannel, OriginateReason};
use gami::mock::{Mock, Reply, Request};
use gami::{Action, Client, Error, Options, Outcome};

/// For everything that is bound to come.
const DEADLINE: Duration = Duration::from_secs(20);
/// For an answer that does not come.
const SHORT: Duration = Duration::from_millis(300);
/// For what must not come.
const QUIET: Duration = Duration::from_millis(200);

fn logged_in(mock: &Mock) -> Client {
    with(Options::new().action_timeout(DEADLINE), mock)
}

fn with(options: Options, mock: &Mock) -> Client {
    let ami = options.dial(mock).unwrap();
    ami.login("admin", "root").unwrap();
    ami
}

/// The header values of the one action of this name that came.
fn sent(mock: &Mock, action: &str) -> Vec<(String, String)> {
    let requests = mock.wait_for(action, 1, DEADLINE).unwrap();
    let request = requests.last().unwrap();
    request
        .iter()
        .filter(|(name, _)| !["Action", "ActionID"].contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A mock that answers an action with a success or, once `refuse` is in one of its headers, an error.
fn accepting(actions: &[&str]) -> Mock {
    let mock = Mock::start().unwrap();
    for action in actions {
        mock.on(action, |request| match request.iter().any(|(_, value)| value == "refuse") {
            true => Reply::error("No such channel"),
            false => Reply::success(),
        });
    }
    mock
}

fn is_refused<T>(result: gami::Result<T>) -> bool {
    matches!(result, Err(Error::Rejected(_)))
}

#[test]
fn a_ping_takes_as_long_as_its_answer() {
    let mock = Mock::start().unwrap();
    let late = Duration::from_millis(150);
    mock.on("Ping", move |_| Reply::usual().after(late));
    let ami = logged_in(&mock);
    let begun = Instant::now();
    let took = ami.ping().unwrap();
    assert!(late <= took && took <= begun.elapsed(), "{took:?}");
}

#[test]
fn the_version_and_the_banner_are_what_the_server_says() {
    let mock = Mock::start().unwrap();
    mock.on("CoreSettings", |_| Reply::success().header("AMIversion", "11.0.0").header("AsteriskVersion", "22.1.0"));
    let ami = Options::new().dial(&mock).unwrap();
    assert_eq!(ami.banner().unwrap(), "Asterisk Call Manager/11.0.0");
    ami.login("admin", "root").unwrap();
    assert_eq!(ami.server_version().unwrap(), "22.1.0");
    mock.on("CoreSettings", |_| Reply::success());
    assert_eq!(ami.server_version().unwrap(), "");
    ami.close().unwrap();
    assert!(matches!(ami.banner(), Err(Error::Closed { .. })));
}

#[test]
fn channels_are_hung_up_and_redirected() {
    let mock = accepting(&["Hangup", "Redirect"]);
    let ami = logged_in(&mock);
    ami.hangup("PJSIP/1").unwrap();
    assert_eq!(sent(&mock, "Hangup"), pairs(&[("Channel", "PJSIP/1")]));
    assert!(is_refused(ami.hangup("refuse")));
    ami.redirect("PJSIP/1", "internal", "200", "start").unwrap();
    let place = [("Channel", "PJSIP/1"), ("Context", "internal"), ("Exten", "200"), ("Priority", "start")];
    assert_eq!(sent(&mock, "Redirect"), pairs(&place));
    assert!(is_refused(ami.redirect("refuse", "internal", "200", 1)));
}

#[test]
fn a_pattern_hangs_up_many_and_is_a_list_and_a_name_is_none() {
    let mock = Mock::start().unwrap();
    mock.on("Hangup", |_| {
        Reply::list()
            .event("ChannelHungup", [("Channel", "PJSIP/1")])
            .event("ChannelHungup", [("Channel", "PJSIP/2")])
            .complete("ChannelsHungupListComplete")
    });
    let ami = logged_in(&mock);
    assert_eq!(ami.list(Hangup::new("/^PJSIP/")).unwrap().items.len(), 2);
    mock.forget_received();
    assert!(matches!(ami.hangup("/^PJSIP/"), Err(Error::Invalid { .. })));
    assert!(matches!(ami.list(Hangup::new("PJSIP/1")), Err(Error::Invalid { .. })));
    ami.ping().unwrap();
    assert_eq!(mock.received().len(), 1, "only the ping was sent");
}

#[test]
fn a_list_of_an_action_that_answers_none_is_refused_at_once_unless_its_end_is_named() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    for error in [ami.list("Ping").unwrap_err(), ami.list_items("ping").unwrap_err()] {
        assert!(matches!(error, Error::Invalid { .. }) && error.outcome() == Outcome::NotSent, "{error}");
    }
    mock.on("Ping", |_| Reply::success().event("Pong", [("At", "1")]).event("PongsOver", [("At", "2")]));
    let list = ami.list(gami::Action::new("Ping").complete_event("PongsOver")).unwrap();
    assert_eq!((list.items.len(), list.complete.get("At")), (1, Some("2")));
}

#[test]
fn a_variable_that_is_not_set_is_none_and_a_channel_that_is_not_there_an_error() {
    let mock = Mock::start().unwrap();
    mock.on("Getvar", |request| match (request.get("Channel"), request.get("Variable")) {
        (Some("gone"), _) => Reply::error("No such channel"),
        (None, Some("GLOBAL")) => Reply::success().header("Variable", "GLOBAL").header("Value", "a: b"),
        (Some("PJSIP/1"), Some("LOCAL")) => Reply::success().header("Variable", "LOCAL").header("Value", "x"),
        (_, variable) => Reply::success().header("Variable", variable.unwrap()).header("Value", ""),
    });
    let ami = logged_in(&mock);
    assert_eq!(ami.getvar_global("GLOBAL").unwrap().as_deref(), Some("a: b"));
    assert_eq!(ami.getvar_global("LOCAL").unwrap(), None);
    assert_eq!(ami.getvar("PJSIP/1", "LOCAL").unwrap().as_deref(), Some("x"));
    assert_eq!(ami.getvar("PJSIP/1", "GLOBAL").unwrap(), None);
    assert!(is_refused(ami.getvar("gone", "LOCAL")));
    mock.on("Getvar", |_| Reply::success());
    assert_eq!(ami.getvar_global("GLOBAL").unwrap(), None);
}

#[test]
fn variables_are_set_of_a_channel_and_globally() {
    let mock = accepting(&["Setvar"]);
    let ami = logged_in(&mock);
    ami.setvar("PJSIP/1", "V", "a,\"b\"\\c: d").unwrap();
    let set = [("Variable", "V"), ("Value", "a,\"b\"\\c: d"), ("Channel", "PJSIP/1")];
    assert_eq!(sent(&mock, "Setvar"), pairs(&set));
    ami.setvar_global("V", "").unwrap();
    assert_eq!(sent(&mock, "Setvar"), pairs(&[("Variable", "V"), ("Value", "")]));
    assert!(is_refused(ami.setvar("refuse", "V", "1")));
    assert!(matches!(ami.setvar_global("V", "two\nlines"), Err(Error::Invalid { .. })));
}

#[test]
fn queue_members_come_pause_and_go() {
    let mock = accepting(&["QueueAdd", "QueueRemove", "QueuePause"]);
    let ami = logged_in(&mock);
    let member = pairs(&[("Queue", "sales"), ("Interface", "PJSIP/1")]);
    ami.queue_add("sales", "PJSIP/1").unwrap();
    assert_eq!(sent(&mock, "QueueAdd"), member);
    ami.queue_pause("sales", "PJSIP/1").unwrap();
    let paused = |how| pairs(&[("Interface", "PJSIP/1"), ("Paused", how), ("Queue", "sales")]);
    assert_eq!(sent(&mock, "QueuePause"), paused("yes"));
    ami.queue_unpause("sales", "PJSIP/1").unwrap();
    assert_eq!(sent(&mock, "QueuePause"), paused("no"));
    ami.queue_remove("sales", "PJSIP/1").unwrap();
    assert_eq!(sent(&mock, "QueueRemove"), member);
    assert!(is_refused(ami.queue_add("refuse", "PJSIP/1")));
    assert!(is_refused(ami.queue_remove("refuse", "PJSIP/1")));
    assert!(is_refused(ami.queue_pause("refuse", "PJSIP/1")));
    assert!(is_refused(ami.queue_unpause("refuse", "PJSIP/1")));
}

#[test]
fn the_database_is_read_in_the_old_form_and_the_new_and_what_is_not_there_is_none() {
    let mock = Mock::start().unwrap();
    mock.on("DBGet", |request| {
        let entry = |value| [("Family", "f"), ("Key", "k"), ("Val", value)];
        match request.get("Key").unwrap() {
            "new" => Reply::list().event("DBGetResponse", entry("v: 1")).complete("DBGetComplete"),
            // 1.8: no `EventList` anywhere.
            "old" => Reply::success()
                .header("Message", "Result will follow")
                .event("DBGetResponse", entry("old one"))
                .event("DBGetComplete", [] as [(&str, &str); 0]),
            // Older still: nothing ends it.
            "oldest" => Reply::success().header("Message", "Result will follow").event("DBGetResponse", entry("1.6")),
            "empty" => Reply::list().event("DBGetResponse", entry("")).complete("DBGetComplete"),
            "secret" => Reply::error("Permission denied"),
            _ => Reply::error("Database entry not found"),
        }
    });
    let ami = logged_in(&mock);
    assert_eq!(ami.db_get("f", "new").unwrap().as_deref(), Some("v: 1"));
    assert_eq!(ami.db_get("f", "old").unwrap().as_deref(), Some("old one"));
    assert_eq!(ami.db_get("f", "oldest").unwrap().as_deref(), Some("1.6"));
    assert_eq!(ami.db_get("f", "empty").unwrap().as_deref(), Some(""));
    assert_eq!(ami.db_get("f", "nothing").unwrap(), None);
    assert!(is_refused(ami.db_get("f", "secret")));
    ami.ping().unwrap();
    assert!(ami.events().try_recv().is_err(), "what answered is not among the events");
}

#[test]
fn database_entries_are_written_and_deleted() {
    let mock = accepting(&["DBPut", "DBDel"]);
    let ami = logged_in(&mock);
    ami.db_put("f", "k", "v").unwrap();
    assert_eq!(sent(&mock, "DBPut"), pairs(&[("Family", "f"), ("Key", "k"), ("Val", "v")]));
    ami.db_del("f", "k").unwrap();
    assert_eq!(sent(&mock, "DBDel"), pairs(&[("Family", "f"), ("Key", "k")]));
    assert!(is_refused(ami.db_put("refuse", "k", "v")));
    assert!(is_refused(ami.db_del("f", "refuse")));
}

#[test]
fn the_channels_are_listed() {
    let mock = Mock::start().unwrap();
    mock.on("CoreShowChannels", |_| {
        Reply::list()
            .event("CoreShowChannel", [("Channel", "PJSIP/1"), ("Application", "Queue"), ("Duration", "00:01:30")])
            .event("CoreShowChannel", [("Channel", "PJSIP/2"), ("Application", "Echo")])
            .complete("CoreShowChannelsComplete")
    });
    let ami = logged_in(&mock);
    let channels = ami.channels().unwrap();
    let read: Vec<_> = channels.iter().map(CoreShowChannel::from).map(|up| (up.channel.name, up.application)).collect();
    assert_eq!(read, [("PJSIP/1", "Queue"), ("PJSIP/2", "Echo")]);
    mock.on("CoreShowChannels", |_| Reply::list().complete("CoreShowChannelsComplete"));
    assert!(ami.channels().unwrap().is_empty());
}

/// What the mock was told by the session that is logged in now, after it came back.
fn after_coming_back(mock: &Mock, ami: &Client) -> (Option<String>, Vec<String>) {
    ami.reconnect().unwrap();
    let sessions = mock.wait_for_sessions(1, DEADLINE).unwrap();
    (sessions[0].event_mask(), sessions[0].filters())
}

#[test]
fn the_event_mask_and_the_filters_are_set_again_after_a_reconnection() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    ami.set_event_mask([EventClass::Call, EventClass::User]).unwrap();
    ami.include_events("Event: Hangup").unwrap();
    ami.exclude_events("Event: VarSet").unwrap();
    let filters = vec!["Event: Hangup".to_owned(), "!Event: VarSet".to_owned()];
    assert_eq!(mock.sessions()[0].filters(), filters);
    assert_eq!(after_coming_back(&mock, &ami), (Some("call,user".to_owned()), filters));
    mock.on("Filter", |_| Reply::error("Filter did not compile."));
    assert!(is_refused(ami.exclude_events("[")));
    assert!(matches!(ami.include_events("!Event: VarSet"), Err(Error::Invalid { .. })));
    mock.on("Events", |_| Reply::error("Invalid event mask"));
    let empty = ami.set_event_mask("");
    assert!(matches!(empty, Err(Error::Invalid { .. })), "{empty:?}");
}

#[test]
fn a_server_that_keeps_quiet_about_events_holds_nobody_up_and_the_mask_is_remembered() {
    let mock = Mock::start().unwrap();
    mock.on("Events", |_| Reply::nothing());
    let ami = logged_in(&mock);
    let begun = Instant::now();
    ami.set_event_mask("call").unwrap();
    assert!(begun.elapsed() < DEADLINE / 2, "{:?}", begun.elapsed());
    assert_eq!(after_coming_back(&mock, &ami).0.as_deref(), Some("call"));
}

#[test]
fn the_raw_action_events_ends_in_a_timeout_on_a_server_that_keeps_quiet() {
    let mock = Mock::start().unwrap();
    mock.on("Events", |_| Reply::nothing());
    let ami = logged_in(&mock);
    let events = Action::from(("Events", [("EventMask", "call")]));
    let error = ami.action(events.timeout(SHORT)).unwrap_err();
    assert!(matches!(error, Error::Timeout { sent: true, .. }), "{error}");
    ami.ping().unwrap();
}

#[test]
fn an_action_that_is_answered_with_bare_text_times_out_and_the_text_is_reported() {
    let mock = Mock::start().unwrap();
    let text = "sales has 0 calls (max unlimited) in 'ringall' strategy (0s holdtime, 0s talktime)\r\n   \
                No Members\r\n   No Callers\r\n\r\n";
    mock.on("Queues", move |_| Reply::raw(text));
    mock.on("IAXnetstats", |_| Reply::raw("\r\n"));
    let ami = logged_in(&mock);
    let error = ami.action(Queues::new().timeout(SHORT)).unwrap_err();
    assert!(matches!(error, Error::Timeout { sent: true, .. }) && error.outcome() == Outcome::Unknown, "{error}");
    let told = ami.errors().recv_timeout(DEADLINE).unwrap();
    assert!(matches!(&told, Error::Unrecognized(packet) if packet.text().contains("No Callers")), "{told}");
    assert!(matches!(
        ami.action(Action::new("IAXnetstats").timeout(SHORT)).unwrap_err(),
        Error::Timeout { sent: true, .. }
    ));
    // The link has suffered nothing.
    ami.ping().unwrap();
    assert!(ami.net_errors().try_recv().is_err());
    assert!(matches!(ami.list(Queues::new()), Err(Error::Invalid { .. })), "and no list is waited for at all");
}

#[test]
fn a_list_that_a_success_says_is_empty_ends_at_once_and_is_over() {
    let mock = Mock::start().unwrap();
    let none = "There are no voicemail users currently defined.";
    mock.on("VoicemailUsersList", move |_| Reply::success().header("Message", none));
    let ami = logged_in(&mock);
    match ami.list("VoicemailUsersList") {
        Err(Error::Rejected(response)) => assert_eq!(response.message(), Some(none)),
        other => panic!("{other:?}"),
    }
    // What comes under its id later is an event as any other.
    let id = mock.wait_for("VoicemailUsersList", 1, DEADLINE).unwrap()[0].action_id().unwrap().to_owned();
    mock.event("Newchannel", [("ActionID", id)]);
    assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().name(), "Newchannel");
}

#[test]
fn a_list_that_keeps_the_server_silent_is_no_reason_to_give_the_link_up() {
    let mock = Mock::start().unwrap();
    mock.on("Ping", |_| Reply::nothing());
    let waited = Duration::from_secs(1);
    mock.on("WaitEvent", move |_| {
        Reply::success().event("WaitEventComplete", [] as [(&str, &str); 0]).after(2 * waited)
    });
    // Shorter than the silence, and long enough for a busy machine to send the action.
    let ami = with(Options::new().keepalive(waited / 2).action_timeout(DEADLINE), &mock);
    let list = ami.list(WaitEvent::new(waited)).unwrap_or_else(|error| panic!("{error}"));
    assert!(list.items.is_empty());
}

/// A mock whose calls ring until the test says how they end.
fn ringing() -> (Mock, mpsc::Receiver<Request>) {
    let mock = Mock::start().unwrap();
    let (asked, calls) = mpsc::channel();
    mock.on("Originate", move |request| {
        let _ = asked.send(request.clone());
        Reply::success().header("Message", "Originate successfully queued")
    });
    (mock, calls)
}

fn ended(response: &str, reason: &str) -> Reply {
    let headers = [("Response", response), ("Channel", "PJSIP/1-7"), ("Reason", reason), ("Uniqueid", "1.7")];
    Reply::default().event("OriginateResponse", headers)
}

/// Originates, and has the server say how it ends.
fn originated(reply: Reply) -> gami::Result<gami::Originated> {
    let (mock, calls) = ringing();
    let ami = logged_in(&mock);
    let calling = thread::spawn(move || ami.originate(Originate::new("PJSIP/1").application("Echo", "")));
    let call = calls.recv_timeout(DEADLINE).unwrap();
    assert_eq!(call.get("Async"), Some("true"));
    call.reply(reply);
    calling.join().unwrap()
}

#[test]
fn a_call_that_is_answered_tells_its_channel_and_uniqueid() {
    let call = originated(ended("Success", "4")).unwrap();
    assert_eq!((call.channel.as_str(), call.uniqueid.as_str()), ("PJSIP/1-7", "1.7"));
    assert_eq!(call.event.name(), "OriginateResponse");
}

#[test]
fn a_call_that_fails_tells_why_by_name_and_number() {
    for (number, expected, text) in [
        ("0", OriginateReason::Failure, "the call failed: Failure (0)"),
        ("3", OriginateReason::NoAnswer, "the call failed: No answer (3)"),
        ("5", OriginateReason::Busy, "the call failed: Busy (5)"),
        ("8", OriginateReason::Congestion, "the call failed: Congestion (8)"),
        ("nonsense", OriginateReason::Failure, "the call failed: Failure (0)"),
    ] {
        let error = originated(ended("Failure", number)).unwrap_err();
        assert!(matches!(&error, Error::CallFailed { reason, .. } if *reason == expected), "{error}");
        assert_eq!((error.to_string().as_str(), error.outcome()), (text, Outcome::Refused));
    }
}

#[test]
fn an_outcome_that_comes_before_the_response_is_not_lost() {
    let mock = Mock::start().unwrap();
    mock.on("Originate", |_| ended("Success", "4").and(Reply::success()));
    assert_eq!(logged_in(&mock).originate(Originate::new("PJSIP/1")).unwrap().uniqueid, "1.7");
}

#[test]
fn a_call_that_the_server_does_not_take_is_refused() {
    let mock = Mock::start().unwrap();
    mock.on("Originate", |_| Reply::error("Originate Access Forbidden"));
    assert!(is_refused(logged_in(&mock).originate(Originate::new("PJSIP/1"))));
}

#[test]
fn the_loss_of_the_link_while_it_rings_ends_an_originate_at_once() {
    let (mock, calls) = ringing();
    let ami = logged_in(&mock);
    let calling = thread::spawn({
        let ami = ami.clone();
        move || ami.originate(Originate::new("PJSIP/1"))
    });
    calls.recv_timeout(DEADLINE).unwrap();
    let begun = Instant::now();
    mock.hang_up();
    let error = calling.join().unwrap().unwrap_err();
    assert!(matches!(error, Error::Lost { sent: Some(true), .. }), "{error}");
    assert!(begun.elapsed() < DEADLINE, "{:?}", begun.elapsed());
}

#[test]
fn a_call_whose_outcome_never_comes_ends_after_the_ring_time_and_the_action_timeout() {
    let (mock, calls) = ringing();
    // The login has to be answered within it.
    let answer = Duration::from_secs(2);
    let ami = with(Options::new().action_timeout(answer), &mock);
    let begun = Instant::now();
    let ring = Duration::from_millis(300);
    let error = ami.originate(Originate::new("PJSIP/1").ring_timeout(ring)).unwrap_err();
    assert!(matches!(error, Error::NoOutcome { .. }), "{error}");
    assert!(begun.elapsed() >= ring + answer, "{:?}", begun.elapsed());
    // What comes too late is an event as any other.
    calls.recv_timeout(DEADLINE).unwrap().reply(ended("Success", "4"));
    assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().name(), "OriginateResponse");
}

#[test]
fn the_outcome_of_another_sessions_call_with_a_look_alike_id_is_not_taken_for_ours() {
    let (mock, calls) = ringing();
    let ami = logged_in(&mock);
    let calling = thread::spawn({
        let ami = ami.clone();
        move || ami.originate(Originate::new("PJSIP/1"))
    });
    let call = calls.recv_timeout(DEADLINE).unwrap();
    let id = call.action_id().unwrap().to_owned();
    let (prefix, number) = id.rsplit_once('-').unwrap();
    let look_alikes = [
        format!("{prefix}-0{number}"),
        format!("{prefix}-+{number}"),
        format!("{prefix}-{number}0"),
        format!("{id} "),
        id.to_uppercase(),
        number.to_owned(),
        String::new(),
    ];
    let look_alikes: Vec<_> = look_alikes.into_iter().filter(|look_alike| *look_alike != id).collect();
    for look_alike in &look_alikes {
        let foreign = [("ActionID", look_alike.as_str()), ("Response", "Failure"), ("Reason", "5")];
        mock.event("OriginateResponse", foreign);
    }
    // Anybody may send this one.
    mock.event("UserEvent", [("UserEvent", "x"), ("ActionID", &id), ("Response", "Success"), ("Uniqueid", "6.6")]);
    // And this is no outcome.
    mock.event("Newchannel", [("ActionID", id.as_str()), ("Uniqueid", "5.5")]);
    for _ in 0..look_alikes.len() + 2 {
        ami.events().recv_timeout(DEADLINE).unwrap();
    }
    assert!(!calling.is_finished());
    call.reply(ended("Success", "4"));
    assert_eq!(calling.join().unwrap().unwrap().uniqueid, "1.7");
    // The real one is everybody's.
    let last = ami.events().recv_timeout(DEADLINE).unwrap();
    assert_eq!((last.name(), last.action_id()), ("OriginateResponse", Some(id.as_str())));
}

#[test]
fn the_id_of_a_call_cannot_be_guessed_from_those_of_others() {
    let mock = Mock::start().unwrap();
    mock.on("Originate", |_| ended("Success", "4").and(Reply::success()));
    let ami = logged_in(&mock);
    let id = |call| ami.originate(call).unwrap().event.action_id().unwrap().to_owned();
    let ids = [id(Originate::new("PJSIP/1")), id(Originate::new("PJSIP/1"))];
    assert!(ids.iter().all(|id| (32..=67).contains(&id.len())), "Asterisk echoes no more: {ids:?}");
    let alike = ids[0].bytes().rev().zip(ids[1].bytes().rev()).take(32).filter(|(one, other)| one == other).count();
    assert!(alike < 16, "of 32 random digits two are as a rule the same: {ids:?}");
    assert_eq!(id(Originate::new("PJSIP/1").action_id("mine")), "mine");
}

#[test]
fn with_a_mask_that_keeps_the_outcome_out_a_call_is_refused_before_it_is_made() {
    let (mock, calls) = ringing();
    let ami = logged_in(&mock);
    for mask in ["off", "agent,user", "none", "0", "5"] {
        ami.set_event_mask(mask).unwrap();
        let error = ami.originate(Originate::new("PJSIP/1")).unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }) && error.to_string().contains("`call`"), "{mask}: {error}");
    }
    assert!(calls.recv_timeout(QUIET).is_err(), "nothing was sent");
    mock.on("Originate", |_| Reply::success().and(ended("Success", "4")));
    for mask in ["call,agent", "Agent, Call", "on", "all", "2", "7"] {
        ami.set_event_mask(mask).unwrap();
        ami.originate(Originate::new("PJSIP/1")).unwrap_or_else(|error| panic!("{mask}: {error}"));
    }
}

#[test]
fn a_call_that_would_ring_without_end_is_refused() {
    let (mock, calls) = ringing();
    let error = logged_in(&mock).originate(Originate::new("PJSIP/1").ring_timeout(Duration::ZERO)).unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error}");
    assert!(calls.recv_timeout(QUIET).is_err(), "nothing was sent");
}

#[test]
fn a_typed_filter_is_remembered_too() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    ami.action(Filter::exclude("Event: RTCPSent")).unwrap();
    assert_eq!(after_coming_back(&mock, &ami).1, ["!Event: RTCPSent"]);
}

#[test]
fn a_configuration_file_is_read_changed_and_reloaded_once_at_the_end() {
    let mock = Mock::start().unwrap();
    mock.on("GetConfig", |_| {
        Reply::success()
            .header("Category-000000", "sales")
            .header("Line-000000-000000", "strategy=ringall")
            .header("Line-000000-000001", "member=PJSIP/100")
    });
    mock.on("UpdateConfig", |_| Reply::success());
    let ami = logged_in(&mock);
    let before = ami.get_config("queues.conf").unwrap();
    ami.update_config(&before, &before, Some("app_queue.so")).unwrap();
    let mut after = before.clone();
    for number in 0..60 {
        after.categories[0] = after.categories[0].clone().object("member", format!("PJSIP/{number}"));
    }
    ami.update_config(&before, &after, Some("app_queue.so")).unwrap();
    let updates: Vec<_> = mock.received().into_iter().filter(|request| request.name() == "UpdateConfig").collect();
    let reloads: Vec<_> = updates.iter().map(|request| request.get("Reload")).collect();
    assert_eq!(reloads, [None, None, Some("app_queue.so")]);
    assert_eq!(updates[0].get("Value-000000"), Some(">PJSIP/0"));
}

#[test]
fn an_old_server_is_not_asked_to_change_what_it_cannot_tell_apart() {
    let mock = Mock::builder().banner("Asterisk Call Manager/1.3\r\n").start().unwrap();
    mock.on("UpdateConfig", |_| Reply::success());
    let ami = logged_in(&mock);
    let empty = Config::new("sip.conf");
    let mut wanted = empty.clone();
    wanted.categories.push(Category::new("100").line("type", "friend"));
    ami.update_config(&empty, &wanted, None).unwrap();
    wanted.categories.push(Category::template("phone"));
    let refusal = ami.update_config(&empty, &wanted, None).unwrap_err();
    assert!(matches!(refusal, Error::Invalid { .. }), "{refusal}");
}
