//! Channels that a server lists for ever although they are gone, and ends that nobody saw.

mod replays;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gami::live::{Call, Model, Want, Why};
use gami::{Action, Event, Part, Parts};
use replays::event;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
}

fn name(id: &str) -> String {
    format!("PJSIP/a-{id}")
}

fn about(id: &str, event_name: &str, headers: &str) -> Event {
    let name = name(id);
    event(&format!(
        "Event: {event_name}\nChannel: {name}\nChannelState: 6\nUniqueid: {id}\nLinkedid: {id}\nDuration: 00:10:00\n{headers}"
    ))
}

/// A server that lists channels, some of which are not there.
struct Server {
    listed: Vec<&'static str>,
    gone: Vec<&'static str>,
    /// The channels that were asked for.
    asked: Vec<String>,
    seconds: u64,
}

impl Server {
    fn new(listed: &[&'static str], gone: &[&'static str]) -> Self {
        Self { listed: listed.to_vec(), gone: gone.to_vec(), asked: Vec::new(), seconds: 0 }
    }

    fn answer(&mut self, model: &mut Model, action: &Action) {
        let now = at(self.seconds);
        match action.get("Channel") {
            Some(channel) => {
                self.asked.push(channel.to_owned());
                let is = |id: &&&str| name(id) == channel;
                match self.listed.iter().find(is).filter(|id| !self.gone.contains(id)) {
                    Some(id) => model.list(action, &[about(id, "Status", "")], now),
                    None => model.refused(action, "No such channel", now),
                }
            }
            None if action.name() == "CoreShowChannels" => {
                let items: Vec<_> = self.listed.iter().map(|id| about(id, "CoreShowChannel", "")).collect();
                model.list(action, &items, now);
            }
            None => model.list(action, &[], now),
        }
    }

    /// Answers all that is wanted; an event comes before each fence.
    fn serve(&mut self, model: &mut Model, before_fence: impl Fn(&Self) -> Option<Event>) {
        while let Some(want) = model.want(at(self.seconds)) {
            match want {
                Want::List(action) => self.answer(model, &action),
                _ => {
                    before_fence(self).into_iter().for_each(|event| model.event(&event, at(self.seconds)));
                    model.fenced(Some(Duration::from_millis(5)), at(self.seconds));
                }
            }
        }
    }

    fn linked(&mut self) -> Model {
        let mut model = Model::new(Parts::new().calls());
        model.linked(at(0));
        self.serve(&mut model, |_| None);
        model.changes().for_each(drop);
        model
    }

    fn audit(&mut self, model: &mut Model) {
        self.seconds += 300;
        model.suspect(Part::Calls, Why::Audit, at(self.seconds));
        self.serve(model, |_| None);
    }
}

fn ids(model: &Model) -> Vec<String> {
    let mut ids: Vec<_> = model.snapshot().channels().map(|channel| channel.uniqueid.clone()).collect();
    ids.sort();
    ids
}

#[test]
fn a_channel_that_is_listed_but_not_there_leaves_the_picture_and_stays_out_of_it() {
    let mut server = Server::new(&["1.1", "1.2"], &["1.1"]);
    let mut model = server.linked();
    server.audit(&mut model);
    assert_eq!((ids(&model), server.asked.len()), (vec!["1.1".to_owned(), "1.2".to_owned()], 0));
    server.audit(&mut model);
    assert_eq!(ids(&model), ["1.2"]);
    assert_eq!(server.asked, [name("1.1"), name("1.2")]);
    assert_eq!((model.counts().ghosts, model.counts().corrections), (1, 0));
    assert!(model.validity(Part::Calls).is_valid());
    let call = model.changes().find_map(|change| change.ended_call().cloned()).expect("its call is over");
    assert_eq!((call.id.as_str(), call.ended, call.cause), ("1.1", None, None));
    for _ in 0..3 {
        server.audit(&mut model);
    }
    assert_eq!((ids(&model), model.counts().ghosts, model.counts().corrections), (vec!["1.2".to_owned()], 1, 0));
    assert_eq!(server.asked.iter().filter(|asked| **asked == name("1.1")).count(), 1);
    model.lost(at(server.seconds));
    model.linked(at(server.seconds));
    server.serve(&mut model, |_| None);
    assert_eq!(ids(&model), ["1.2"], "another link to the same server");
}

#[test]
fn a_long_call_that_no_event_speaks_of_stays() {
    let mut server = Server::new(&["1.1"], &[]);
    let mut model = server.linked();
    for _ in 0..9 {
        server.audit(&mut model);
    }
    assert_eq!((ids(&model), model.counts().ghosts), (vec!["1.1".to_owned()], 0));
    assert_eq!(server.asked.len(), 3, "after each third list");
}

#[test]
fn a_channel_that_events_speak_of_is_not_asked_for() {
    let mut server = Server::new(&["1.1"], &["1.1"]);
    let mut model = server.linked();
    for _ in 0..5 {
        server.audit(&mut model);
        model.event(&about("1.1", "NewConnectedLine", ""), at(server.seconds));
    }
    assert_eq!(server.asked.len(), 0);
    assert_eq!(ids(&model), ["1.1"]);
}

#[test]
fn a_hangup_that_is_under_way_while_the_channel_is_asked_for_keeps_its_cause() {
    let mut server = Server::new(&["1.1"], &["1.1"]);
    let mut model = server.linked();
    server.audit(&mut model);
    server.seconds += 300;
    model.suspect(Part::Calls, Why::Audit, at(server.seconds));
    server.serve(&mut model, |server| (!server.asked.is_empty()).then(|| about("1.1", "Hangup", "Cause: 16\n")));
    assert_eq!((server.asked.len(), model.counts().ghosts), (1, 0));
    let call = model.changes().find_map(|change| change.ended_call().cloned()).unwrap();
    assert!(call.ended.is_some() && call.cause.is_some(), "{call:?}");
}

#[test]
fn an_id_of_a_ghost_that_is_born_again_is_shown() {
    let mut server = Server::new(&["mine"], &["mine"]);
    let mut model = server.linked();
    (0..2).for_each(|_| server.audit(&mut model));
    assert!(ids(&model).is_empty());
    model.event(&about("mine", "Newchannel", ""), at(server.seconds));
    server.gone.clear();
    (0..4).for_each(|_| server.audit(&mut model));
    assert_eq!(ids(&model), ["mine"]);
}

#[test]
fn a_user_who_may_not_ask_keeps_them() {
    let mut server = Server::new(&["1.1", "1.2"], &["1.1"]);
    let mut model = server.linked();
    let mut asked = 0;
    for _ in 0..4 {
        server.seconds += 300;
        model.suspect(Part::Calls, Why::Audit, at(server.seconds));
        while let Some(want) = model.want(at(server.seconds)) {
            match want {
                Want::List(action) if action.get("Channel").is_some() => {
                    asked += 1;
                    model.refused(&action, "Permission denied", at(server.seconds));
                }
                Want::List(action) => server.answer(&mut model, &action),
                _ => model.fenced(None, at(server.seconds)),
            }
        }
    }
    assert_eq!(asked, 1, "once a link");
    assert_eq!(ids(&model), ["1.1", "1.2"]);
    assert!(model.validity(Part::Calls).is_valid());
}

#[test]
fn a_channel_of_which_the_server_has_nothing_to_say_stays() {
    let mut server = Server::new(&["1.1"], &[]);
    let mut model = server.linked();
    for _ in 0..4 {
        model.suspect(Part::Calls, Why::Audit, at(0));
        while let Some(want) = model.want(at(0)) {
            match want {
                Want::List(action) if action.get("Channel").is_some() => model.list(&action, &[], at(0)),
                Want::List(action) => server.answer(&mut model, &action),
                _ => model.fenced(None, at(0)),
            }
        }
    }
    assert_eq!((ids(&model), model.counts().ghosts), (vec!["1.1".to_owned()], 0));
}

#[test]
fn many_silent_channels_are_asked_for_a_few_at_a_time_and_the_oldest_first() {
    let ids: Vec<&'static str> = (100..300).map(|id| &*format!("1.{id}").leak()).collect();
    let mut server = Server::new(&ids, &[]);
    let mut model = server.linked();
    (0..2).for_each(|_| server.audit(&mut model));
    let first: Vec<_> = (100..150).map(|id| name(&format!("1.{id}"))).collect();
    assert_eq!(server.asked, first);
    server.audit(&mut model);
    assert_eq!(server.asked.len(), 100);
    assert_eq!(server.asked[50], name("1.150"), "those that are there wait for their turn");
}

/// A call of two that talk, from the events of its beginning.
fn talking(model: &mut Model) {
    let bridge = "BridgeUniqueid: b\nBridgeType: basic\nBridgeNumChannels: ";
    for (id, count) in [("1.1", 1), ("1.2", 2)] {
        model.event(&about(id, "Newchannel", ""), at(10));
        model.event(&about(id, "BridgeEnter", &format!("{bridge}{count}\n")), at(10));
    }
    model.changes().for_each(drop);
}

fn ended(model: &mut Model) -> Call {
    let call = model.changes().find_map(|change| change.ended_call().cloned()).expect("the call is over");
    (*call).clone()
}

#[test]
fn a_call_that_ended_during_a_loss_says_that_nobody_saw_it_end() {
    let mut server = Server::new(&[], &[]);
    let mut model = server.linked();
    talking(&mut model);
    model.lost(at(30));
    server.seconds = 500;
    model.linked(at(500));
    server.serve(&mut model, |_| None);
    let call = ended(&mut model);
    assert_eq!((call.ended, call.cause), (None, None));
    assert!(call.parties.len() == 2 && call.parties.iter().all(|party| party.unseen && party.left == Some(at(500))));
    assert_eq!(call.talked(at(500)), Duration::from_secs(20), "up to the loss, and not to the list");
}

#[test]
fn a_call_of_which_one_left_unseen_ends_when_the_other_hangs_up() {
    let mut server = Server::new(&[], &[]);
    let mut model = server.linked();
    talking(&mut model);
    model.lost(at(30));
    server.listed = vec!["1.2"];
    server.seconds = 500;
    model.linked(at(500));
    server.serve(&mut model, |_| None);
    model.event(&about("1.2", "Hangup", "Cause: 16\n"), at(600));
    let call = ended(&mut model);
    assert_eq!(call.ended, Some(at(600)));
    let unseen: Vec<_> = call.parties.iter().map(|party| (party.uniqueid.as_str(), party.unseen)).collect();
    assert_eq!(unseen, [("1.1", true), ("1.2", false)]);
}

#[test]
fn a_phone_that_stopped_ringing_unseen_does_not_tell_how_long_it_rang() {
    let mut server = Server::new(&[], &[]);
    let mut model = server.linked();
    model.event(
        &event("Event: Newchannel\nChannel: PJSIP/a-1\nChannelState: 5\nUniqueid: 1.1\nLinkedid: 1.1\n"),
        at(10),
    );
    model.lost(at(30));
    model.linked(at(500));
    server.serve(&mut model, |_| None);
    let call = ended(&mut model);
    assert!(call.parties[0].rang.is_some());
    assert_eq!(call.parties[0].rang_for(), None);
}
