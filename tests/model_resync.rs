//! The live model over losses, restarts, refusals and suspicions, and what it keeps in memory.

mod replays;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gami::live::{Kind, Model, Thing, Unavailable, Want, Why};
use gami::{Action, Event, Part, Parts, Snapshot, Validity};
use replays::event;
use replays::picture::{apply, picture};

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
}

fn newchannel(id: &str, name: &str) -> Event {
    event(&format!(
        "Event: Newchannel\nChannel: {name}\nChannelState: 4\nCallerIDNum: 100\nExten: 200\nUniqueid: {id}\nLinkedid: {id}\n"
    ))
}

fn hangup(id: &str) -> Event {
    event(&format!("Event: Hangup\nUniqueid: {id}\nLinkedid: {id}\nCause: 16\n"))
}

fn listed(id: &str, name: &str) -> Event {
    event(&format!(
        "Event: CoreShowChannel\nChannel: {name}\nUniqueid: {id}\nChannelState: 4\nCallerIDNum: 100\nExten: 200\n\
         Linkedid: {id}\nDuration: 00:00:10\n"
    ))
}

/// Gives each list that is wanted what `answer` has for it, then the fence.
fn list_all(model: &mut Model, seconds: u64, answer: impl Fn(&Action) -> Vec<Event>) {
    while let Some(want) = model.want(at(seconds)) {
        match want {
            Want::List(action) => model.list(&action, &answer(&action), at(seconds)),
            _ => model.fenced(Some(Duration::from_millis(5)), at(seconds)),
        }
    }
}

fn empty(parts: Parts) -> Model {
    let mut model = Model::new(parts);
    model.linked(at(0));
    list_all(&mut model, 0, |_| Vec::new());
    model.changes().for_each(drop);
    model
}

fn names(now: &Snapshot) -> Vec<String> {
    let mut names: Vec<_> = now.channels().map(|channel| channel.name.clone()).collect();
    names.sort();
    names
}

#[test]
fn a_lost_link_leaves_a_stale_picture_and_the_next_fence_shows_only_what_differs() {
    let mut model = empty(Parts::new().calls());
    model.event(&newchannel("1.1", "SIP/stays-1"), at(1));
    model.event(&newchannel("1.2", "SIP/goes-2"), at(2));
    model.event(&event("Event: Hold\nChannel: SIP/stays-1\nChannelState: 4\nUniqueid: 1.1\nLinkedid: 1.1\nCallerIDNum: 100\nExten: 200\n"), at(3));
    let mut shown = picture(&model.snapshot());
    model.changes().for_each(drop);

    model.lost(at(10));
    assert_eq!(model.snapshot().validity(Part::Calls), Validity::Stale { since: at(10) });
    assert_eq!(names(&model.snapshot()), ["SIP/goes-2", "SIP/stays-1"]);

    model.linked(at(20));
    assert!(model.snapshot().validity(Part::Calls) == Validity::Loading);
    let Some(Want::List(action)) = model.want(at(20)) else { panic!("no list is wanted") };
    assert_eq!(action.name(), "CoreShowChannels");
    assert!(model.want(at(20)).is_none(), "two things are wanted at a time");
    model.list(action, &[listed("1.1", "SIP/stays-1"), listed("1.3", "SIP/new-3")], at(20));
    let Some(Want::List(action)) = model.want(at(20)) else { panic!("no bridges are wanted") };
    model.list(action, &[], at(20));
    assert_eq!(names(&model.snapshot()), ["SIP/goes-2", "SIP/stays-1"], "the old picture stays until the fence");
    assert!(matches!(model.want(at(21)), Some(Want::Fence)));
    model.fenced(Some(Duration::from_millis(7)), at(21));

    let now = model.snapshot();
    assert_eq!(names(&now), ["SIP/new-3", "SIP/stays-1"]);
    assert!(matches!(now.validity(Part::Calls), Validity::Valid { lag: Some(lag), .. } if lag.as_millis() == 7));
    let stays = now.channel("1.1").unwrap();
    assert_eq!((stays.created, stays.held), (Some(at(1)), Some(true)), "what no list tells is kept");
    assert_eq!(now.channel("1.3").unwrap().created, Some(at(10)), "ten seconds before the list");
    let changes: Vec<_> = model.changes().collect();
    let things: Vec<_> = changes.iter().filter(|change| !matches!(change.kind, Kind::Validity { .. })).collect();
    assert!(things.iter().all(|change| change.corrected));
    assert!(!things.iter().any(|change| change.after().is_some_and(|thing| thing.key() == "1.1")), "{things:?}");
    changes.iter().for_each(|change| apply(&mut shown, change));
    assert_eq!(shown, picture(&now));
    assert_eq!(model.counts().corrections, 0, "it was not trusted");
}

#[test]
fn a_server_that_was_started_anew_starts_a_new_picture() {
    let mut model = empty(Parts::all());
    model.event(&event("Event: FullyBooted\nUptime: 5000\n"), at(1));
    model.event(&newchannel("1.1", "SIP/a-1"), at(1));
    model.event(&event("Event: DeviceStateChange\nDevice: SIP/a\nState: INUSE\n"), at(1));
    model.event(&event("Event: FullyBooted\nUptime: 5001\n"), at(3));
    assert_eq!(model.snapshot().channels().len(), 1, "the same server");
    model.event(&event("Event: FullyBooted\nUptime: 2\n"), at(60));
    let now = model.snapshot();
    assert_eq!((now.channels().len(), now.calls().len(), now.devices().len()), (0, 0, 0));
    assert_eq!(now.validity(Part::Calls), Validity::Loading);
    assert_eq!(model.counts().restarts, 1);
    let ended = model.changes().filter(|change| change.ended_call().is_some()).count();
    assert_eq!(ended, 1);
    list_all(&mut model, 61, |_| Vec::new());
    assert!(Part::ALL.iter().all(|part| model.validity(*part).is_valid()));

    // Told otherwise, and then by the server: one start.
    model.restarted(at(300));
    model.event(&event("Event: FullyBooted\nUptime: 1\n"), at(301));
    assert_eq!(model.counts().restarts, 2);
    model.event(&event("Event: FullyBooted\nUptime: 1\n"), at(400));
    assert_eq!(model.counts().restarts, 3);
}

#[test]
fn what_the_server_refuses_is_unavailable_with_what_it_said_unless_that_means_empty() {
    let mut model = Model::new(Parts::all());
    model.linked(at(0));
    while let Some(want) = model.want(at(0)) {
        match want {
            Want::List(action) => match action.name() {
                "CoreShowChannels" => model.refused(action, "Permission denied", at(0)),
                "ConfbridgeListRooms" => model.refused(action, "No active conferences.", at(0)),
                "SIPpeers" | "DeviceStateList" | "MeetmeList" | "BridgeList" => {
                    model.refused(action, "Invalid/unknown command: SIPpeers. Use Action: ListCommands", at(0));
                }
                _ => model.list(&action, &[], at(0)),
            },
            _ => model.fenced(None, at(0)),
        }
    }
    let now = model.snapshot();
    let said = "Permission denied".to_owned();
    assert_eq!(now.validity(Part::Calls), Validity::Unavailable(Unavailable::Permission(said)));
    assert!(matches!(now.validity(Part::Devices), Validity::Unavailable(Unavailable::NoSuchAction(_))));
    for part in [Part::Conferences, Part::Endpoints, Part::Queues] {
        assert!(now.validity(part).is_valid(), "{part}: {}", now.validity(part));
    }
    assert_eq!(Model::new(Parts::new()).snapshot().validity(Part::Calls), Validity::Unavailable(Unavailable::NotAsked));
}

fn queue(name: &str, callers: &[&str]) -> Vec<Event> {
    let mut items = vec![event(&format!("Event: QueueParams\nQueue: {name}\nCalls: {}\n", callers.len()))];
    items.extend(callers.iter().zip(1..).map(|(id, position)| {
        event(&format!("Event: QueueEntry\nQueue: {name}\nPosition: {position}\nUniqueid: {id}\nWait: 3\n"))
    }));
    items
}

fn join(id: &str, position: u32, count: u32) -> Event {
    event(&format!(
        "Event: QueueCallerJoin\nUniqueid: {id}\nLinkedid: {id}\nQueue: sales\nPosition: {position}\nCount: {count}\n"
    ))
}

fn leave(id: &str, count: u32) -> Event {
    event(&format!("Event: QueueCallerLeave\nUniqueid: {id}\nLinkedid: {id}\nQueue: sales\nCount: {count}\n"))
}

#[test]
fn a_count_that_does_not_fit_makes_the_queue_suspect_and_only_that_one_is_listed() {
    let mut model = Model::new(Parts::new().queues());
    model.linked(at(0));
    list_all(&mut model, 0, |_| [queue("sales", &[]), queue("support", &["1.9"])].concat());
    model.event(&join("1.1", 1, 1), at(1));
    assert!(model.validity(Part::Queues).is_valid());
    model.event(&join("1.3", 3, 3), at(2));
    let why = Why::Count { queue: "sales".to_owned() };
    assert_eq!(*model.validity(Part::Queues), Validity::Suspect(why.clone()));
    assert_eq!(model.pending().collect::<Vec<_>>(), [(Part::Queues, Some(&why))]);
    let Some(Want::List(action)) = model.want(at(3)) else { panic!("no list is wanted") };
    assert_eq!((action.name(), action.get("Queue")), ("QueueStatus", Some("sales")));
    model.list(action, &queue("sales", &["1.1", "1.2", "1.3"]), at(3));
    assert!(matches!(model.want(at(3)), Some(Want::Fence)));
    model.fenced(None, at(3));
    let now = model.snapshot();
    let callers: Vec<_> = now.queue("sales").unwrap().callers.iter().map(|caller| &caller.uniqueid[..]).collect();
    assert_eq!(callers, ["1.1", "1.2", "1.3"]);
    assert_eq!(now.queue("sales").unwrap().callers[0].joined, Some(at(1)), "the time that was seen is kept");
    assert_eq!(now.queue("support").unwrap().callers.len(), 1, "the other queue is left alone");
    assert!(now.validity(Part::Queues).is_valid());
    assert_eq!((model.counts().suspicions, model.counts().corrections), (1, 1));
}

#[test]
fn a_caller_who_hangs_up_and_does_not_leave_is_looked_for_a_second_later() {
    let mut model = Model::new(Parts::new().queues());
    model.linked(at(0));
    list_all(&mut model, 0, |_| queue("sales", &[]));
    model.event(&join("1.1", 1, 1), at(1));
    model.event(&hangup("1.1"), at(5));
    model.tick(at(5));
    assert!(model.validity(Part::Queues).is_valid());
    model.tick(at(6));
    assert_eq!(*model.validity(Part::Queues), Validity::Suspect(Why::Caller { queue: "sales".to_owned() }));
    assert!(model.snapshot().queue("sales").unwrap().callers.is_empty());
}

#[test]
fn a_caller_who_goes_on_elsewhere_and_does_not_leave_is_looked_for_a_second_later() {
    let mut model = Model::new(Parts::new().queues());
    model.linked(at(0));
    list_all(&mut model, 0, |_| queue("sales", &[]));
    let ran = |application: &str| {
        event(&format!("Event: Newexten\nUniqueid: 1.1\nLinkedid: 1.1\nApplication: {application}\n"))
    };
    model.event(&join("1.1", 1, 1), at(1));
    // These may come late.
    model.event(&ran("Set"), at(1));
    model.event(&ran("Queue"), at(1));
    model.tick(at(3));
    assert!(model.validity(Part::Queues).is_valid());
    model.event(&ran("Echo"), at(3));
    assert!(model.validity(Part::Queues).is_valid());
    model.tick(at(4));
    assert_eq!(*model.validity(Part::Queues), Validity::Suspect(Why::Caller { queue: "sales".to_owned() }));
    assert!(model.snapshot().queue("sales").unwrap().callers.is_empty());
}

#[test]
fn a_caller_who_goes_on_elsewhere_has_left_when_the_queue_counts_it_no_more() {
    let mut model = Model::new(Parts::new().queues());
    model.linked(at(0));
    list_all(&mut model, 0, |_| queue("sales", &[]));
    model.event(&join("1.1", 1, 1), at(1));
    model.event(&event("Event: Newexten\nUniqueid: 1.1\nLinkedid: 1.1\nApplication: Echo\n"), at(2));
    model.event(&join("1.2", 1, 1), at(2));
    model.tick(at(9));
    assert!(model.validity(Part::Queues).is_valid());
    let now = model.snapshot();
    let callers: Vec<_> = now.queue("sales").unwrap().callers.iter().map(|c| (&c.uniqueid[..], c.position)).collect();
    assert_eq!(callers, [("1.2", 1)]);
}

#[test]
fn a_caller_who_is_moved_into_a_bridge_leaves_the_queue_that_counts_it_for_a_while() {
    let mut model = Model::new(Parts::new().queues());
    model.linked(at(0));
    list_all(&mut model, 0, |_| queue("sales", &[]));
    model.event(&join("1.1", 1, 1), at(1));
    model.event(&join("1.2", 2, 2), at(1));
    let enter = "Event: BridgeEnter\nBridgeUniqueid: b\nBridgeType: basic\nBridgeNumChannels: 1\nUniqueid: 1.1\n";
    model.event(&event(enter), at(2));
    let now = model.snapshot();
    let callers: Vec<_> = now.queue("sales").unwrap().callers.iter().map(|c| (&c.uniqueid[..], c.position)).collect();
    assert_eq!(callers, [("1.2", 1)]);
    assert!(now.validity(Part::Queues).is_valid(), "nothing is in doubt");
    // The queue's thread has not noticed yet; then it has.
    model.event(&join("1.3", 3, 3), at(2));
    model.event(&leave("1.3", 2), at(3));
    model.event(&leave("1.2", 0), at(4));
    assert!(model.validity(Part::Queues).is_valid());
    model.event(&join("1.4", 2, 2), at(4));
    assert_eq!(*model.validity(Part::Queues), Validity::Suspect(Why::Count { queue: "sales".to_owned() }));
    let left_behind = "Event: QueueEntry\nQueue: sales\nPosition: 2\nChannel: Surrogate/a-1\nUniqueid: 1.9\nWait: 3\n";
    list_all(&mut model, 5, |_| [queue("sales", &["1.4"]), vec![event(left_behind)]].concat());
    let callers = |model: &Model| model.snapshot().queue("sales").unwrap().callers.len();
    assert_eq!((callers(&model), model.counts().corrections), (1, 0));
    model.event(&join("1.5", 3, 3), at(6));
    assert!(model.validity(Part::Queues).is_valid(), "what was left behind is counted");
    model.event(&join("1.6", 4, 4), at(60));
    assert!(!model.validity(Part::Queues).is_valid(), "but not for ever");
}

#[test]
fn an_event_about_nobody_is_suspicious_and_one_about_the_dead_is_late() {
    let mut model = empty(Parts::new().calls());
    model.event(&newchannel("1.1", "SIP/a-1"), at(1));
    model.event(&hangup("1.1"), at(2));
    let late = event("Event: NewConnectedLine\nChannel: SIP/a-1\nUniqueid: 1.1\nLinkedid: 1.1\n");
    model.event(&late, at(3));
    assert!(model.validity(Part::Calls).is_valid() && model.snapshot().channels().len() == 0);
    model.event(&event("Event: Newstate\nChannel: SIP/b-2\nChannelState: 6\nUniqueid: 1.2\nLinkedid: 1.2\n"), at(4));
    assert_eq!(*model.validity(Part::Calls), Validity::Suspect(Why::Unknown { key: "1.2".to_owned() }));
    assert_eq!(model.snapshot().channels().len(), 0, "only a birth or a list makes a channel");
}

#[test]
fn an_id_that_comes_again_is_a_new_life() {
    let mut model = empty(Parts::new().calls());
    model.event(&newchannel("mine", "SIP/a-1"), at(1));
    model.event(&hangup("mine"), at(2));
    model.event(&newchannel("mine", "SIP/a-2"), at(3));
    let now = model.snapshot();
    assert_eq!((now.channel("mine").unwrap().created, now.calls().len()), (Some(at(3)), 1));
    assert!(model.validity(Part::Calls).is_valid());
    model.event(&newchannel("mine", "SIP/a-3"), at(4));
    assert_eq!(names(&model.snapshot()), ["SIP/a-3"]);
    assert!(!model.validity(Part::Calls).is_valid(), "its hangup was missed");
}

#[test]
fn what_is_hung_up_while_it_is_listed_does_not_come_back() {
    let mut model = Model::new(Parts::new().calls());
    model.linked(at(0));
    let Some(Want::List(action)) = model.want(at(0)) else { panic!("no list is wanted") };
    model.event(&hangup("1.1"), at(1));
    model.event(&newchannel("1.2", "SIP/b-2"), at(1));
    // A list can hold a channel twice; the last one counts.
    let twice = [listed("1.1", "SIP/a-1"), listed("1.2", "SIP/old"), listed("1.2", "SIP/b-2")];
    model.list(action, &twice, at(2));
    list_all(&mut model, 2, |_| Vec::new());
    assert_eq!(names(&model.snapshot()), ["SIP/b-2"]);
    assert_eq!(model.snapshot().calls().len(), 1);
}

#[test]
fn a_list_that_broke_off_is_asked_for_again() {
    let mut model = Model::new(Parts::new().calls().queues());
    model.linked(at(0));
    let Some(Want::List(action)) = model.want(at(0)) else { panic!("no list is wanted") };
    model.failed(action, at(1));
    list_all(&mut model, 2, |action| match action.name() {
        "CoreShowChannels" => vec![listed("1.1", "SIP/a-1")],
        _ => Vec::new(),
    });
    assert!(model.validity(Part::Calls).is_valid() && model.validity(Part::Queues).is_valid());
    assert_eq!(names(&model.snapshot()), ["SIP/a-1"]);
}

fn dial(source: &str, dest: &str, event_name: &str, status: &str) -> Event {
    event(&format!(
        "Event: {event_name}\nChannel: SIP/a-1\nUniqueid: {source}\nLinkedid: {source}\nDestChannel: SIP/{dest}\n\
         DestChannelState: 5\nDestUniqueid: {dest}\nDestLinkedid: {source}\nDialStatus: {status}\n"
    ))
}

fn called(id: &str, caller: &str) -> Event {
    event(&format!("Event: Newchannel\nChannel: SIP/{id}\nChannelState: 0\nUniqueid: {id}\nLinkedid: {caller}\n"))
}

#[test]
fn a_dial_that_tells_an_older_state_takes_no_state_back() {
    let mut model = empty(Parts::new().calls());
    let channel = |name: &str, state: u32| {
        event(&format!(
            "Event: {name}\nChannel: PJSIP/loop-1a\nChannelState: {state}\nUniqueid: 1.106\nLinkedid: 1.106\n"
        ))
    };
    let dial = |name: &str, state: u32| {
        event(&format!(
            "Event: {name}\nDestChannel: PJSIP/loop-1a\nDestChannelState: {state}\nDestUniqueid: 1.106\n\
             DestLinkedid: 1.106\nDialStatus: RINGING\n"
        ))
    };
    // In the order in which Asterisk 22 told it of a channel that Originate called.
    let told = [channel("Newchannel", 0), dial("DialBegin", 0), channel("Newstate", 5), dial("DialState", 0)];
    for event in &told {
        model.event(event, at(1));
    }
    let state = |model: &Model| model.snapshot().channel("1.106").unwrap().state.as_ref().map(|state| state.code());
    assert_eq!(state(&model), Some(5));
    model.event(&dial("DialEnd", 6), at(2));
    assert_eq!(state(&model), Some(6), "and what is newer than the channel's last Newstate counts");
}

#[test]
fn a_fork_is_one_call_with_all_who_rang() {
    let mut model = empty(Parts::new().calls());
    model.event(&newchannel("1.1", "SIP/a-1"), at(1));
    for dest in ["1.2", "1.3"] {
        model.event(&called(dest, "1.1"), at(2));
        model.event(&dial("1.1", dest, "DialBegin", ""), at(2));
    }
    let now = model.snapshot();
    let call = now.call("1.1").unwrap();
    assert_eq!((now.calls().len(), call.ringing().count(), &now.channel("1.1").unwrap().dialing.len()), (1, 2, &2));
    model.event(&dial("1.1", "1.2", "DialEnd", "CANCEL"), at(8));
    model.event(&hangup("1.2"), at(8));
    model.event(&dial("1.1", "1.3", "DialEnd", "ANSWER"), at(8));
    let now = model.snapshot();
    let call = now.call("1.1").unwrap();
    let status = |id: &str| call.party(id).unwrap().dial_status.clone();
    assert_eq!((status("1.2").as_deref(), status("1.3").as_deref()), (Some("CANCEL"), Some("ANSWER")));
    assert_eq!(call.party("1.2").unwrap().rang_for(), Some(Duration::from_secs(6)));
    assert!(model.changes().all(|change| !matches!(change.kind, Kind::Removed(Thing::Call(_)))));
}

#[test]
fn a_call_that_tries_for_long_keeps_the_last_who_did_not_answer() {
    let mut model = empty(Parts::new().calls());
    model.event(&newchannel("1.1", "SIP/a-1"), at(1));
    for attempt in 2..1_000 {
        let dest = format!("1.{attempt}");
        model.event(&called(&dest, "1.1"), at(2));
        model.event(&dial("1.1", &dest, "DialBegin", ""), at(2));
        model.event(&dial("1.1", &dest, "DialEnd", "NOANSWER"), at(8));
        model.event(&hangup(&dest), at(8));
    }
    let now = model.snapshot();
    let call = now.call("1.1").unwrap();
    assert_eq!((call.parties.len(), call.left_out), (33, 998 - 32));
    assert!(call.party("1.999").is_some() && call.party("1.1").is_some());
}

/// A call from its first to its last event.
fn short_call(number: u64) -> Vec<Event> {
    let (a, b) = (
        format!("{}.{}", 1_700_000_000 + number, number * 2),
        format!("{}.{}", 1_700_000_000 + number, number * 2 + 1),
    );
    let bridge = format!("bridge-{number}");
    let bridged = |name: &str, id: &str, count: u32| {
        event(&format!(
            "Event: {name}\nBridgeUniqueid: {bridge}\nBridgeType: basic\nBridgeTechnology: simple_bridge\n\
             BridgeNumChannels: {count}\nChannel: SIP/{id}\nChannelState: 6\nUniqueid: {id}\nLinkedid: {a}\n"
        ))
    };
    vec![
        newchannel(&a, &format!("SIP/{a}")),
        called(&b, &a),
        dial(&a, &b, "DialBegin", ""),
        dial(&a, &b, "DialEnd", "ANSWER"),
        bridged("BridgeEnter", &b, 1),
        bridged("BridgeEnter", &a, 2),
        event(&format!("Event: QueueCallerJoin\nUniqueid: {a}\nLinkedid: {a}\nQueue: sales\nPosition: 1\nCount: 1\n")),
        event(&format!("Event: QueueCallerLeave\nUniqueid: {a}\nLinkedid: {a}\nQueue: sales\nPosition: 1\nCount: 0\n")),
        event(&format!("Event: ConfbridgeJoin\nConference: 1\nChannel: SIP/{a}\nUniqueid: {a}\nLinkedid: {a}\n")),
        event("Event: ConfbridgeEnd\nConference: 1\n"),
        bridged("BridgeLeave", &b, 1),
        bridged("BridgeLeave", &a, 0),
        event(&format!("Event: BridgeDestroy\nBridgeUniqueid: {bridge}\nBridgeType: basic\nBridgeNumChannels: 0\n")),
        hangup(&b),
        hangup(&a),
    ]
}

fn after_calls(calls: u64) {
    let mut model = Model::new(Parts::all());
    model.linked(at(0));
    list_all(&mut model, 0, |action| if action.name() == "QueueStatus" { queue("sales", &[]) } else { Vec::new() });
    model.changes().for_each(drop);
    let mut ended = 0;
    for number in 0..calls {
        short_call(number).iter().for_each(|event| model.event(event, at(number)));
        ended += model.changes().filter(|change| change.ended_call().is_some()).count() as u64;
    }
    let now = model.snapshot();
    let left =
        [now.channels().len(), now.bridges().len(), now.calls().len(), now.conferences().len(), now.parked().len()];
    assert_eq!((left, ended), ([0; 5], calls));
    assert_eq!((model.counts().remembered, model.counts().suspicions), (0, 0));
    assert!(model.validity(Part::Calls).is_valid());
}

#[test]
fn many_calls_leave_nothing() {
    after_calls(if cfg!(debug_assertions) { 20_000 } else { 100_000 });
}

/// `cargo test --release --test model_resync -- --ignored a_million`; in a build that is not optimised a tenth of that,
/// which takes as long.
#[test]
#[ignore = "takes a minute: cargo test --release --test model_resync -- --ignored"]
fn a_million_calls_leave_nothing_and_take_no_memory() {
    let resident = || {
        let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
        pages.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
    };
    after_calls(10_000);
    let before = resident();
    after_calls(if cfg!(debug_assertions) { 100_000 } else { 1_000_000 });
    let grown = resident().saturating_sub(before);
    assert!(grown < 4 << 20, "{grown} bytes more");
}

#[test]
fn events_of_any_kind_in_any_order_break_nothing() {
    let events: Vec<Event> =
        replays::replays().into_iter().flat_map(|replay| replay.events).map(|(event, _)| event).collect();
    let mut random = 7_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    let ids: Vec<String> = (0..12).map(|id| format!("1.{id}")).collect();
    let mut model = empty(Parts::all());
    let mut shown = picture(&model.snapshot());
    for step in 0..30_000 {
        // A real event whose ids, states and counts are others'.
        let mut text = String::new();
        for (name, value) in &events[next(events.len())] {
            let lower = name.to_ascii_lowercase();
            if next(40) == 0 {
                continue;
            }
            let value = match () {
                () if lower.ends_with("bridgeuniqueid") => format!("b{}", next(4)),
                () if lower.contains("uniqueid") || lower.ends_with("linkedid") => ids[next(12)].clone(),
                () if lower.ends_with("channelstate") => next(8).to_string(),
                () if lower.ends_with("channel") || lower == "newname" || lower == "clone" || lower == "original" => {
                    format!("Local/{}@x;{}", next(4), 1 + next(3))
                }
                () if lower == "position" || lower == "count" || lower == "bridgenumchannels" => next(5).to_string(),
                () => value.to_owned(),
            };
            text += &format!("{name}: {value}\n");
        }
        let before = model.snapshot();
        model.event(&event(&text), at(step));
        if step % 50 == 49 {
            list_all(&mut model, step, |_| Vec::new());
        }
        model.changes().for_each(|change| apply(&mut shown, &change));
        let now = model.snapshot();
        assert_eq!(shown, picture(&now), "step {step}: {text}");
        for channel in now.channels() {
            assert!(channel.bridge.as_ref().map_or(true, |bridge| now
                .bridge(bridge)
                .unwrap()
                .members
                .contains(&channel.uniqueid)));
            let call = channel.call.as_ref().map(|call| now.call(call).unwrap());
            assert!(
                call.map_or(true, |call| call.channels.contains(&channel.uniqueid)),
                "step {step}: {text}{channel:?}\n{call:?}\nbefore: {:?}",
                before.channel(&channel.uniqueid)
            );
        }
        assert!(now.calls().all(|call| !call.channels.is_empty()));
        assert!(now.calls().flat_map(|call| &call.channels).all(|channel| now.channel(channel).is_some()));
    }
}
