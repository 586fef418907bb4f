//! Streams of one's own: who sees what, what is dropped, and when they end.

mod support;

use std::fmt::Write as _;
use std::thread;

use gami::action::EventClass;
use gami::mock::{Mock, Reply};
use gami::{Action, Client, Error, Event, Interest, Options, Subscription};
use support::{eventually, logged_in, logged_in_with, over_each_transport, DEADLINE};

fn event(name: &str, class: &str, call: &str, number: u64) -> String {
    let mut text = String::new();
    let _ = write!(text, "Event: {name}\r\nPrivilege: {class},all\r\nLinkedid: {call}\r\nNumber: {number}\r\n\r\n");
    text
}

/// All that has been sent is read once a ping that was sent after it is answered.
fn settle(ami: &Client) {
    ami.action(Action::new("Ping").timeout(DEADLINE)).unwrap();
}

fn on_channels(mock: &Mock) {
    mock.on("CoreShowChannels", |_| {
        Reply::list().event("CoreShowChannel", [("Channel", "PJSIP/1")]).complete("CoreShowChannelsComplete")
    });
}

/// The numbers of the events that wait.
fn numbers(subscription: &Subscription) -> Vec<u64> {
    subscription.events().try_iter().map(|event| event.get("Number").unwrap().parse().unwrap()).collect()
}

#[test]
fn every_subscriber_sees_all_that_it_asks_for_and_takes_nothing_from_the_others() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options);
        let all = ami.subscribe(Interest::all());
        let hangups = ami.subscribe(Interest::names(["HANGUP"]));
        let of_two = ami.subscribe(Interest::names(["Hangup", "Newchannel"]).header("linkedid", "a"));
        let calls =
            ami.subscribe(Interest::all().header("Linkedid", "a").header("Linkedid", "b").header("Number", "2"));
        let agents = ami.subscribe(Interest::all().class(EventClass::Agent).class(EventClass::User));
        let nothing = ami.subscribe(Interest::names::<String>([]));
        mock.push(
            [
                event("Newchannel", "call", "a", 0),
                event("Hangup", "call", "a", 1),
                event("hangup", "call", "b", 2),
                event("HangupRequest", "call", "a", 3),
                event("QueueCallerJoin", "agent", "a", 4),
                "Event: Bare\r\nNumber: 5\r\n\r\n".to_owned(),
            ]
            .concat(),
        );
        settle(&ami);
        assert_eq!(numbers(&all), [0, 1, 2, 3, 4, 5]);
        assert_eq!(numbers(&hangups), [1, 2]);
        assert_eq!(numbers(&of_two), [0, 1]);
        assert_eq!(numbers(&calls), [2]);
        assert_eq!(numbers(&agents), [4]);
        assert_eq!(numbers(&nothing), []);
        let stream: Vec<Event> = ami.events().try_iter().collect();
        assert!(stream.iter().map(Event::seq).eq(0..6), "{stream:?}");
        assert!(stream.iter().all(|event| event.link() == 1));
    });
}

#[test]
fn a_slow_subscriber_loses_its_own_newest_and_the_sums_are_right() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let slow = ami.subscribe(Interest::names(["Tick"]).capacity(10));
    let quick = ami.subscribe(Interest::names(["Tick"]));
    mock.push((0..100).map(|number| event("Tick", "user", "a", number)).collect::<String>());
    settle(&ami);
    assert_eq!(slow.dropped(), 90);
    assert!(numbers(&slow).into_iter().eq(0..10));
    assert!(numbers(&quick).into_iter().eq(0..100));
    assert_eq!((quick.dropped(), ami.events().len()), (0, 100));
    let told = |ami: &Client| match ami.errors().recv_timeout(DEADLINE) {
        Ok(Error::EventsDropped { dropped }) => dropped,
        other => panic!("{other:?}"),
    };
    assert_eq!(told(&ami), 1, "at once");
    settle(&ami);
    assert_eq!(told(&ami), 89, "the rest when the burst is over");
    mock.push(event("Tick", "user", "a", 100));
    settle(&ami);
    assert_eq!(numbers(&slow), [100]);
    assert_eq!((ami.errors().len(), ami.stats().subscription_events_dropped, ami.stats().events_dropped), (0, 90, 0));
}

#[test]
fn the_first_drop_is_told_although_nothing_more_comes() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().event_capacity(1));
    mock.push(event("Tick", "user", "a", 0).repeat(5));
    let first = ami.errors().recv_timeout(DEADLINE).unwrap();
    assert!(matches!(first, Error::EventsDropped { dropped: 1 }), "{first}");
}

#[test]
fn a_program_that_only_subscribes_is_told_of_no_drops() {
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().event_capacity(0));
    let ticks = ami.subscribe(Interest::all());
    mock.push(event("Tick", "user", "a", 7).repeat(100));
    settle(&ami);
    assert_eq!(ticks.events().try_iter().map(|event| event.seq()).collect::<Vec<_>>(), (0..100).collect::<Vec<_>>());
    assert!(ami.events().is_empty() && ami.errors().is_empty());
    assert_eq!((ami.stats().events, ami.stats().events_dropped), (100, 0));
}

#[test]
fn a_subscription_outlives_links_and_ends_with_the_client() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let ticks = ami.subscribe(Interest::names(["Tick"]));
    for link in 1..4 {
        mock.push(event("Tick", "user", "a", link));
        let tick = ticks.events().recv_timeout(DEADLINE).unwrap();
        assert_eq!((tick.seq(), tick.link()), (link - 1, link));
        ami.reconnect().unwrap();
    }
    let waiting = thread::spawn(move || ticks.events().iter().count());
    ami.close().unwrap();
    assert_eq!(waiting.join().unwrap(), 0);
    assert_eq!(ami.subscribe(Interest::all()).events().iter().count(), 0, "the client is closed");
}

#[test]
fn a_subscription_does_not_keep_the_client_open_and_costs_nothing_once_it_is_dropped() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let kept = ami.subscribe(Interest::all());
    let receiver = {
        let dropped = ami.subscribe(Interest::names(["Tick"]).header("Linkedid", "a").capacity(1));
        dropped.events().clone()
    };
    assert!(receiver.recv_timeout(DEADLINE).unwrap_err().is_disconnected());
    mock.push(event("Tick", "user", "a", 0).repeat(5));
    settle(&ami);
    assert_eq!((ami.stats().subscription_events_dropped, kept.events().len()), (0, 5));
    drop(ami);
    assert_eq!(kept.events().iter().count(), 5);
    eventually("the link ends", || mock.sessions().iter().all(|session| !session.is_open()));
}

#[test]
fn the_items_of_a_list_reach_no_subscription() {
    let mock = Mock::start().unwrap();
    on_channels(&mock);
    let ami = logged_in(&mock);
    let all = ami.subscribe(Interest::all());
    let list = ami.list("CoreShowChannels").unwrap();
    assert!(all
        .events()
        .try_iter()
        .all(|event| event.name() != "CoreShowChannel" && event.name() != "CoreShowChannelsComplete"));
    assert_eq!(list.seq(), ami.stats().events);
}

#[test]
fn a_list_and_a_response_tell_where_they_stood_among_the_events() {
    let mock = Mock::start().unwrap();
    on_channels(&mock);
    let ami = logged_in(&mock);
    for round in 1..=3 {
        mock.push(event("Tick", "user", "a", 0).repeat(10));
        assert_eq!(ami.action("Ping").unwrap().seq(), round * 10);
        assert_eq!(ami.list("CoreShowChannels").unwrap().seq(), round * 10);
    }
}
