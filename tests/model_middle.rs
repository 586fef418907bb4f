//! A live model that is started in the middle of calls: what lists and events say at one moment is not the same.

mod replays;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gami::live::{Model, Unavailable, Want};
use gami::{Action, Event, Part, Parts, Validity};
use replays::event;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
}

fn channel(name: &str, id: &str, more: &str) -> Event {
    event(&format!("Event: {name}\nChannel: PJSIP/a-{id}\nUniqueid: {id}\nLinkedid: {id}\n{more}"))
}

fn bridge(name: &str, count: u32, more: &str) -> Event {
    event(&format!("Event: {name}\nBridgeUniqueid: lot\nBridgeType: parking\nBridgeNumChannels: {count}\n{more}"))
}

fn begun(parts: Parts) -> Model {
    let mut model = Model::new(parts);
    model.banner("Asterisk Call Manager/5.0.4");
    model.linked(at(0));
    model
}

/// Gives each list that is wanted what `answer` has for it, then the fence; the actions, with the bridge they ask for.
fn list_all(model: &mut Model, answer: impl Fn(&Action) -> Result<Vec<Event>, &'static str>) -> Vec<String> {
    let mut asked = Vec::new();
    while let Some(want) = model.want(at(1)) {
        let Want::List(action) = want else {
            model.fenced(Some(Duration::from_millis(5)), at(1));
            continue;
        };
        asked.push(format!("{} {}", action.name(), action.get("BridgeUniqueid").unwrap_or_default()).trim().to_owned());
        match answer(&action) {
            Ok(items) => model.list(action, &items, at(1)),
            Err(message) => model.refused(action, message, at(1)),
        }
    }
    asked
}

/// As [`list_all`], where two channels are listed in a parking lot that counts one; and what is said of its members.
fn with_a_lot(members: Result<Vec<Event>, &'static str>) -> (Model, Vec<String>) {
    let mut model = begun(Parts::new().calls());
    let asked = list_all(&mut model, |action| match action.name() {
        "CoreShowChannels" => Ok(["1.1", "1.2"]
            .map(|id| channel("CoreShowChannel", id, "ChannelState: 6\nBridgeId: lot\nDuration: 00:00:01\n"))
            .to_vec()),
        "BridgeList" => Ok(vec![bridge("BridgeListItem", 1, "")]),
        _ => members.clone(),
    });
    (model, asked)
}

fn members(model: &Model) -> Vec<String> {
    let now = model.snapshot();
    let mut members = now.bridge("lot").unwrap().members.clone();
    members.sort();
    for channel in now.channels() {
        assert_eq!(channel.bridge.is_some(), members.contains(&channel.uniqueid), "{channel:?}");
    }
    members
}

#[test]
fn a_channel_that_is_about_to_enter_a_bridge_is_not_in_it_yet() {
    let (mut model, asked) = with_a_lot(Ok(vec![channel("BridgeInfoChannel", "1.2", "ChannelState: 6\n")]));
    assert_eq!(asked, ["CoreShowChannels", "BridgeList", "BridgeInfo lot"]);
    assert_eq!(members(&model), ["1.2"]);
    let enters = bridge("BridgeEnter", 2, "Channel: PJSIP/a-1.1\nUniqueid: 1.1\nLinkedid: 1.1\nChannelState: 6\n");
    model.event(&enters, at(2));
    assert_eq!(members(&model), ["1.1", "1.2"]);
    assert!(model.validity(Part::Calls).is_valid(), "{}", model.validity(Part::Calls));
}

#[test]
fn of_a_bridge_that_is_gone_by_then_the_channels_tell() {
    let (model, _) = with_a_lot(Err("Could not find bridge"));
    assert_eq!(members(&model), ["1.1", "1.2"]);
    assert!(model.validity(Part::Calls).is_valid(), "{}", model.validity(Part::Calls));
}

#[test]
fn a_bridge_whose_count_agrees_is_not_asked_for() {
    let mut model = begun(Parts::new().calls());
    let asked = list_all(&mut model, |action| match action.name() {
        "CoreShowChannels" => Ok(vec![channel("CoreShowChannel", "1.1", "BridgeId: b\nDuration: 00:00:01\n")]),
        _ => Ok(vec![event("Event: BridgeListItem\nBridgeUniqueid: b\nBridgeType: basic\nBridgeNumChannels: 1\n")]),
    });
    assert_eq!(asked, ["CoreShowChannels", "BridgeList"]);
}

#[test]
fn what_was_told_just_before_a_list_that_lacks_it_is_there() {
    let mut model = begun(Parts::new().calls());
    model.event(&channel("Newchannel", "1.1", "ChannelState: 4\n"), at(0));
    model.event(&channel("Newstate", "1.2", "ChannelState: 6\n"), at(0));
    model.event(&channel("Newchannel", "1.3", "ChannelState: 4\n"), at(0));
    model.event(&channel("Hangup", "1.3", "ChannelState: 4\nCause: 16\n"), at(0));
    list_all(&mut model, |action| match action.name() {
        "CoreShowChannels" => Ok(["1.2", "1.3"]
            .map(|id| channel("CoreShowChannel", id, "ChannelState: 5\nDuration: 00:00:01\n"))
            .to_vec()),
        _ => Ok(Vec::new()),
    });
    let now = model.snapshot();
    let mut states: Vec<_> = now.channels().map(|c| (&*c.uniqueid, c.state.unwrap().code())).collect();
    states.sort_unstable();
    assert_eq!(states, [("1.1", 4), ("1.2", 6)]);
}

#[test]
fn an_event_about_a_bridge_or_a_dial_takes_nothing_of_a_channel_back() {
    let mut model = begun(Parts::new().calls());
    list_all(&mut model, |_| Ok(Vec::new()));
    model.event(&channel("Newchannel", "1.1", "ChannelState: 4\nCallerIDNum: 100\nConnectedLineNum: 200\n"), at(2));
    model.event(&channel("Newstate", "1.1", "ChannelState: 6\nCallerIDNum: 100\nConnectedLineNum: 200\n"), at(2));
    let older = "Channel: PJSIP/a-1.1\nUniqueid: 1.1\nLinkedid: 1.1\nChannelState: 4\nCallerIDNum: 99\n";
    for event in [
        bridge("BridgeEnter", 1, older),
        channel("Hold", "1.1", older),
        bridge("BridgeLeave", 0, older),
        channel("DialEnd", "1.1", older),
    ] {
        model.event(&event, at(3));
        let now = model.snapshot();
        let channel = now.channel("1.1").unwrap();
        let what = (channel.state.unwrap().code(), channel.caller_id_num.as_deref());
        assert_eq!(what, (6, Some("100")), "{}", event.name());
        assert_eq!(channel.connected_line_num.as_deref(), Some("200"), "{}", event.name());
    }
    assert!(model.validity(Part::Calls).is_valid(), "{}", model.validity(Part::Calls));
}

#[test]
fn a_caller_of_a_queue_that_runs_something_else_has_left_it_at_once() {
    let mut model = begun(Parts::new().calls().queues());
    list_all(&mut model, |action| match action.name() {
        "QueueStatus" => Ok(vec![event("Event: QueueParams\nQueue: sales\nCalls: 0\n")]),
        _ => Ok(Vec::new()),
    });
    let ran =
        |application: &str| channel("Newexten", "1.1", &format!("Application: {application}\nAppData: sales,t\n"));
    model.event(&channel("Newchannel", "1.1", "ChannelState: 6\n"), at(2));
    model.event(&ran("Answer"), at(2));
    model.event(&ran("Queue"), at(2));
    model.event(&channel("QueueCallerJoin", "1.1", "Queue: sales\nPosition: 1\nCount: 1\n"), at(2));
    let callers = |model: &Model| model.snapshot().queue("sales").unwrap().callers.len();
    assert_eq!(callers(&model), 1);
    model.event(&ran("Echo"), at(3));
    assert_eq!(callers(&model), 0);
    model.tick(at(9));
    assert!(model.validity(Part::Queues).is_valid(), "{}", model.validity(Part::Queues));
}

#[test]
fn bridges_alone_do_not_make_up_for_channels_that_may_not_be_listed() {
    let mut model = begun(Parts::new().calls());
    let asked = list_all(&mut model, |action| match action.name() {
        "CoreShowChannels" => Err("Permission denied"),
        _ => Ok(vec![bridge("BridgeListItem", 0, "")]),
    });
    assert_eq!(asked, ["CoreShowChannels", "BridgeList"]);
    let said = Unavailable::Permission("Permission denied".to_owned());
    assert_eq!(*model.validity(Part::Calls), Validity::Unavailable(said));
}
