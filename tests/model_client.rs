//! The live model as a client keeps it: what readers see over losses, restarts, refusals and silence of a server.

mod alone;
mod replays;
mod support;

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use alone::{alone, Census};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use gami::live::{Change, Kind, Live, Thing, Unavailable};
use gami::mock::{Mock, Reply};
use gami::{Backoff, Client, Error, Options, Part, Parts, State, Validity};
use replays::picture::{apply, picture, Picture};
use support::*;

/// A server with channels; what it was started at.
struct Exchange {
    mock: Mock,
    channels: Arc<Mutex<Vec<String>>>,
    /// Those that are listed, and not there.
    ghosts: Arc<Mutex<Vec<String>>>,
    started: Arc<Mutex<String>>,
}

impl Exchange {
    fn new() -> Self {
        let mock = Mock::builder().asterisk("22").start().unwrap();
        let channels = Arc::new(Mutex::new(Vec::<String>::new()));
        let started = Arc::new(Mutex::new("10:00:00".to_owned()));
        let ghosts = Arc::new(Mutex::new(Vec::<String>::new()));
        let there = Arc::clone(&channels);
        mock.on("Status", move |request| {
            let there = there.lock().unwrap();
            match there.iter().find(|id| Some(&*name(id)) == request.get("Channel")) {
                Some(id) => Reply::list()
                    .event("Status", [("Uniqueid", id.as_str()), ("Channel", &name(id)), ("ChannelState", "6")])
                    .complete("StatusComplete"),
                None => Reply::error("No such channel"),
            }
        });
        let (listed, forgotten) = (Arc::clone(&channels), Arc::clone(&ghosts));
        mock.on("CoreShowChannels", move |_| {
            let (listed, forgotten) = (listed.lock().unwrap(), forgotten.lock().unwrap());
            let list = listed.iter().chain(&*forgotten).fold(Reply::list(), |list, id| {
                list.event(
                    "CoreShowChannel",
                    [("Uniqueid", id.as_str()), ("Channel", &name(id)), ("ChannelState", "6")],
                )
            });
            list.complete("CoreShowChannelsComplete")
        });
        let start = Arc::clone(&started);
        mock.on("CoreStatus", move |_| {
            let reply = Reply::success().header("CoreStartupDate", "2026-01-01");
            reply.header("CoreStartupTime", start.lock().unwrap())
        });
        mock.on("BridgeList", |_| Reply::list().complete("BridgeListComplete"));
        Self { mock, channels, ghosts, started }
    }

    fn client(&self) -> Client {
        let backoff = Backoff::new().first(Duration::from_millis(50)).longest(Duration::from_millis(50));
        logged_in_with(&self.mock, &Options::new().reconnect(backoff).wait_for_link(DEADLINE))
    }

    fn make(&self, id: &str) {
        self.channels.lock().unwrap().push(id.to_owned());
        self.mock.event("Newchannel", [("Uniqueid", id), ("Channel", &name(id)), ("ChannelState", "6")]);
    }

    fn hang_up(&self, id: &str) {
        self.channels.lock().unwrap().retain(|other| other != id);
        self.mock.event("Hangup", [("Uniqueid", id), ("Channel", &name(id)), ("Cause", "16")]);
    }
}

fn name(id: &str) -> String {
    format!("PJSIP/a-{id}")
}

fn calls(ami: &Client) -> Live {
    let live = ami.live(Parts::new().calls()).unwrap();
    live.wait_valid(DEADLINE).unwrap();
    live
}

fn ids(live: &Live) -> Vec<String> {
    let mut ids: Vec<_> = live.now().channels().map(|channel| channel.uniqueid.clone()).collect();
    ids.sort();
    ids
}

fn validity(live: &Live) -> Validity {
    live.now().validity(Part::Calls)
}

fn sum(first: Picture, changes: &Receiver<Change>) -> Picture {
    changes.try_iter().fold(first, |mut sum, change| {
        apply(&mut sum, &change);
        sum
    })
}

#[test]
fn a_loss_shows_at_once_and_what_is_still_there_is_the_same_afterwards() {
    let exchange = Exchange::new();
    exchange.channels.lock().unwrap().extend(["1.1".to_owned(), "1.2".to_owned()]);
    let ami = exchange.client();
    let live = calls(&ami);
    let before = live.now();
    let (first, changes) = live.subscribe();
    exchange.mock.hang_up();
    assert_lost(next_loss(&ami));
    assert!(matches!(validity(&live), Validity::Stale { .. }), "{}", validity(&live));
    assert_eq!(ids(&live), ["1.1", "1.2"], "the last picture stays");
    *exchange.channels.lock().unwrap() = vec!["1.2".to_owned(), "1.3".to_owned()];
    live.wait_valid(DEADLINE).unwrap();
    let now = live.now();
    assert!(Arc::ptr_eq(before.channel("1.2").unwrap(), now.channel("1.2").unwrap()));
    assert_eq!(ids(&live), ["1.2", "1.3"]);
    let changes: Vec<_> = changes.try_iter().collect();
    let mut sum = picture(&first);
    changes.iter().for_each(|change| apply(&mut sum, change));
    assert_eq!(sum, picture(&now));
    let about = |id: &str| {
        let is = |thing: Option<&Thing>| matches!(thing, Some(Thing::Channel(channel)) if channel.uniqueid == id);
        changes.iter().filter(|change| is(change.before()) || is(change.after())).count()
    };
    assert_eq!([about("1.1"), about("1.2"), about("1.3")], [1, 0, 1]);
    assert_eq!(live.counts().corrections, 0);
}

#[test]
fn a_server_that_was_started_anew_starts_an_empty_picture() {
    let exchange = Exchange::new();
    exchange.channels.lock().unwrap().push("1.1".to_owned());
    let ami = exchange.client();
    let live = calls(&ami);
    let before = live.now();
    "11:00:00".clone_into(&mut exchange.started.lock().unwrap());
    exchange.mock.hang_up();
    assert_lost(next_loss(&ami));
    live.wait_valid(DEADLINE).unwrap();
    assert_eq!(live.counts().restarts, 1);
    let now = live.now();
    let (old, new) = (before.channel("1.1").unwrap(), now.channel("1.1").unwrap());
    assert!(!Arc::ptr_eq(old, new), "the same id in another life of the server is another channel");
}

#[test]
fn nothing_is_lost_or_doubled_between_a_snapshot_and_its_changes() {
    let exchange = Exchange::new();
    let live = calls(&exchange.client());
    thread::scope(|scope| {
        scope.spawn(|| {
            for call in 0..500 {
                exchange.make(&format!("1.{call}"));
                if call >= 5 {
                    exchange.hang_up(&format!("1.{}", call - 5));
                }
            }
        });
        let readers: Vec<_> = (0..10)
            .map(|_| {
                scope.spawn(|| {
                    let begun = Instant::now();
                    while !live.now().channels().any(|channel| channel.uniqueid == "1.499") {
                        assert!(begun.elapsed() < DEADLINE);
                        let (first, changes) = live.subscribe();
                        let mut sum = picture(&first);
                        for _ in 0..20 {
                            match changes.recv_timeout(Duration::from_millis(5)) {
                                Ok(change) => apply(&mut sum, &change),
                                Err(RecvTimeoutError::Timeout) => break,
                                Err(error) => panic!("{error}"),
                            }
                        }
                    }
                })
            })
            .collect();
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
    let (first, changes) = live.subscribe();
    eventually("all came", || live.now().channels().len() == 5);
    assert_eq!(sum(picture(&first), &changes), picture(&live.now()));
}

#[test]
fn who_takes_too_slowly_gets_one_lost_and_then_what_comes_after() {
    let exchange = Exchange::new();
    let live = calls(&exchange.client());
    let (_, changes) = live.subscribe();
    // A channel and its call come, and go: 4 changes or more.
    for call in 0..6000 {
        exchange.make(&format!("1.{call}"));
        exchange.hang_up(&format!("1.{call}"));
    }
    exchange.make("2.1");
    eventually("all came", || ids(&live) == ["2.1"]);
    let taken = changes.try_iter().filter(|change| matches!(change.kind, Kind::Lost(_))).count();
    assert_eq!(taken, 0, "it comes once there is room");
    exchange.make("2.2");
    let next = changes.recv_timeout(DEADLINE).unwrap();
    assert!(matches!(next.kind, Kind::Lost(lost) if lost > 0), "{next:?}");
    let next = changes.recv_timeout(DEADLINE).unwrap();
    assert!(matches!(next.after(), Some(Thing::Channel(channel)) if channel.uniqueid == "2.2"), "{next:?}");
}

#[test]
fn closing_or_dropping_it_ends_its_receivers_and_leaves_the_client_open() {
    let exchange = Exchange::new();
    let ami = exchange.client();
    for closes in [true, false] {
        let live = calls(&ami);
        let (_, changes) = live.subscribe();
        match closes {
            true => live.close(),
            false => drop(live),
        }
        while changes.recv_timeout(DEADLINE).is_ok() {}
        assert_eq!(changes.recv_timeout(DEADLINE).err(), Some(RecvTimeoutError::Disconnected));
        ami.ping().unwrap();
    }
}

#[test]
fn a_client_that_is_closed_ends_the_model_and_leaves_the_last_picture() {
    let exchange = Exchange::new();
    exchange.channels.lock().unwrap().push("1.1".to_owned());
    let ami = exchange.client();
    let live = calls(&ami);
    let (_, changes) = live.subscribe();
    ami.close().unwrap();
    while changes.recv_timeout(DEADLINE).is_ok() {}
    assert!(matches!(validity(&live), Validity::Stale { .. }));
    assert_eq!(ids(&live), ["1.1"]);
    assert!(matches!(live.wait_valid(DEADLINE), Err(gami::Error::Closed { .. })));
    assert!(matches!(ami.live(Parts::all()), Err(gami::Error::Closed { .. })));
}

#[test]
fn a_list_that_is_refused_makes_its_part_unavailable_and_no_other() {
    let exchange = Exchange::new();
    exchange.mock.on("QueueStatus", |_| Reply::error("Permission denied"));
    exchange.mock.on("Agents", |_| Reply::error("Invalid/unknown command: Agents."));
    let live = exchange.client().live(Parts::new().calls().queues().agents()).unwrap();
    live.wait_valid(DEADLINE).unwrap();
    let now = live.now();
    assert!(now.validity(Part::Calls).is_valid());
    let queues = now.validity(Part::Queues);
    assert!(matches!(&queues, Validity::Unavailable(Unavailable::Permission(_))), "{queues}");
    let agents = now.validity(Part::Agents);
    assert!(matches!(&agents, Validity::Unavailable(Unavailable::NoSuchAction(_))), "{agents}");
    assert_eq!(now.validity(Part::Parking), Validity::Unavailable(Unavailable::NotAsked));
}

#[test]
fn a_fence_that_is_refused_leaves_a_valid_picture_without_a_lag() {
    let exchange = Exchange::new();
    exchange.mock.on("Setvar", |_| Reply::error("Permission denied"));
    let live = calls(&exchange.client());
    assert!(matches!(validity(&live), Validity::Valid { lag: None, .. }), "{}", validity(&live));
}

/// A server that sends variables all the time, and that of the fence only after a while.
fn is_behind(behind: Duration) {
    let exchange = Exchange::new();
    exchange.channels.lock().unwrap().push("1.1".to_owned());
    let (set, fences) = crossbeam_channel::unbounded();
    exchange.mock.on("Setvar", move |setvar| {
        set.send(setvar.get("Value").unwrap().to_owned()).unwrap();
        Reply::success()
    });
    let live = exchange.client().live(Parts::new().calls()).unwrap();
    let fence = fences.recv_timeout(DEADLINE).unwrap();
    let (_, changes) = live.subscribe();
    let until = Instant::now() + behind;
    while Instant::now() < until {
        exchange.mock.event("VarSet", [("Variable", "COUNT"), ("Value", "1")]);
        if let Ok(change) = changes.recv_timeout(Duration::from_millis(20)) {
            assert!(!matches!(change.kind, Kind::Validity { .. }), "{change:?}");
        }
    }
    assert_eq!(validity(&live), Validity::Settling);
    assert_eq!(ids(&live), ["1.1"], "it can be read");
    // It is in no list, and was hung up before the server set the variable.
    exchange.hang_up("1.1");
    exchange.mock.event("VarSet", [("Variable", "ZZ_GAMI_FENCE"), ("Value", &fence)]);
    live.wait_valid(DEADLINE).unwrap();
    assert!(matches!(validity(&live), Validity::Valid { lag: Some(_), .. }), "{}", validity(&live));
    assert_eq!(ids(&live), [""; 0]);
    assert!(fences.is_empty(), "it was waited for");
}

#[test]
fn a_server_that_is_behind_is_waited_for() {
    is_behind(Duration::from_secs(6));
}

#[test]
#[ignore = "takes 40 seconds: cargo test --test model_client -- --ignored"]
fn a_server_that_is_far_behind_is_waited_for() {
    is_behind(Duration::from_secs(40));
}

#[test]
fn a_fence_whose_answer_is_late_is_waited_for() {
    let exchange = Exchange::new();
    let fences = unanswered(&exchange.mock, "Setvar");
    let ami = logged_in_with(&exchange.mock, &Options::new().action_timeout(Duration::from_secs(1)));
    let live = ami.live(Parts::new().calls()).unwrap();
    let fence = fences.recv_timeout(DEADLINE).unwrap();
    let early = live.wait_valid(Duration::from_millis(1500));
    assert!(matches!(early, Err(Error::Timeout { .. })), "{early:?}");
    let value = fence.get("Value").unwrap();
    exchange.mock.event("VarSet", [("Variable", "ZZ_GAMI_FENCE"), ("Value", value)]);
    live.wait_valid(DEADLINE).unwrap();
    assert!(matches!(validity(&live), Validity::Valid { lag: Some(_), .. }), "{}", validity(&live));
}

#[test]
fn a_server_that_does_not_say_when_it_started_is_listed_all_the_same() {
    let exchange = Exchange::new();
    exchange.mock.on("CoreStatus", |_| Reply::nothing());
    exchange.mock.on("Command", |_| Reply::error("Permission denied"));
    let ami = logged_in_with(&exchange.mock, &Options::new().action_timeout(Duration::from_secs(1)));
    let live = ami.live(Parts::new().calls()).unwrap();
    live.wait_valid(DEADLINE).unwrap();
}

#[test]
fn what_a_program_knows_to_have_changed_is_listed_when_it_asks() {
    let exchange = Exchange::new();
    let live = calls(&exchange.client());
    let (_, changes) = live.subscribe();
    exchange.channels.lock().unwrap().push("1.1".to_owned());
    live.refresh(Part::Calls, DEADLINE).unwrap();
    assert_eq!(ids(&live), ["1.1"]);
    assert!(changes.try_iter().any(|change| change.corrected));
    assert_eq!(live.counts().corrections, 1);
}

#[test]
fn a_channel_that_the_server_forgot_to_take_off_its_list_leaves_the_picture() {
    let exchange = Exchange::new();
    exchange.channels.lock().unwrap().push("1.1".to_owned());
    exchange.ghosts.lock().unwrap().push("1.2".to_owned());
    let live = calls(&exchange.client());
    assert_eq!(ids(&live), ["1.1", "1.2"], "nobody knows it yet");
    let look = || live.refresh(Part::Calls, DEADLINE).unwrap();
    (0..2).for_each(|_| look());
    eventually("the ghost is gone", || ids(&live) == ["1.1"]);
    (0..3).for_each(|_| look());
    eventually("the channel that stays is asked for again", || asked(&exchange, "Status") == 3);
    assert_eq!(ids(&live), ["1.1"], "the list names the other still");
    let counts = live.counts();
    assert_eq!((counts.ghosts, counts.corrections), (1, 0));
    assert!(validity(&live).is_valid());
}

/// How often an action came.
fn asked(exchange: &Exchange, action: &str) -> usize {
    received(&exchange.mock).iter().filter(|name| *name == action).count()
}

#[test]
fn a_server_that_was_started_anew_is_listed_once_it_has_booted() {
    let exchange = Exchange::new();
    exchange.channels.lock().unwrap().push("1.1".to_owned());
    let backoff = Backoff::new().first(Duration::from_millis(50)).longest(Duration::from_millis(50));
    // An action that waited for the boot would be seen as one that was not sent.
    let ami = logged_in_with(&exchange.mock, &Options::new().reconnect(backoff));
    let live = calls(&ami);
    let states = ami.states();
    let lists = asked(&exchange, "CoreShowChannels");
    exchange.mock.stop();
    exchange.mock.begin_booting();
    "11:00:00".clone_into(&mut exchange.started.lock().unwrap());
    exchange.channels.lock().unwrap().clear();
    exchange.mock.restart().unwrap();
    while states.recv_timeout(DEADLINE).unwrap() != State::Booting {}
    assert!(matches!(validity(&live), Validity::Stale { .. }), "{}", validity(&live));
    assert!(matches!(live.wait_valid(Duration::from_millis(300)), Err(Error::Timeout { .. })));
    assert_eq!(ids(&live), ["1.1"], "the last picture");
    assert_eq!(asked(&exchange, "CoreShowChannels"), lists, "it would not be known");
    exchange.mock.finish_booting();
    live.wait_valid(DEADLINE).unwrap();
    assert_eq!(ids(&live), [""; 0]);
    assert_eq!((live.counts().restarts, live.counts().corrections), (1, 0));
}

#[test]
fn a_wait_ends_when_the_client_is_closed() {
    let exchange = Exchange::new();
    exchange.mock.on("CoreShowChannels", |_| Reply::nothing());
    let ami = logged_in_with(&exchange.mock, &Options::new().action_timeout(Duration::from_secs(1)));
    let live = ami.live(Parts::new().calls()).unwrap();
    assert!(!validity(&live).is_valid());
    thread::scope(|scope| {
        let waits = scope.spawn(|| live.wait_valid(100 * DEADLINE));
        let refreshes = scope.spawn(|| live.refresh(Part::Calls, 100 * DEADLINE));
        ami.close().unwrap();
        for ended in [waits.join().unwrap(), refreshes.join().unwrap()] {
            assert!(matches!(ended, Err(Error::Closed { .. })), "{ended:?}");
        }
    });
}

#[test]
fn the_thread_of_a_model_ends_with_it_or_with_all_handles() {
    let test = "the_thread_of_a_model_ends_with_it_or_with_all_handles";
    alone(test, 3 * DEADLINE, || {
        let exchange = Exchange::new();
        let live_last = || {
            let ami = exchange.client();
            let live = calls(&ami);
            drop(ami);
            live.client().ping().expect("the model holds a client");
        };
        let closed_first = || {
            let ami = exchange.client();
            let live = calls(&ami);
            let (_, changes) = live.subscribe();
            ami.close().unwrap();
            while changes.recv_timeout(DEADLINE).is_ok() {}
        };
        let none = Census::take();
        live_last();
        Census::assert_nothing_is_left(&none);
        closed_first();
        Census::assert_nothing_is_left(&none);
        let ami = exchange.client();
        // With its first asynchronous action a client gets a thread for deadlines, for as long as it lives.
        drop(calls(&ami));
        let logged_in = Census::take();
        drop(calls(&ami));
        Census::assert_nothing_is_left(&logged_in);
        ami.ping().expect("the client stays open");
    });
}

/// The processor time that the threads of models have taken, in hundredths of a second.
#[cfg(target_os = "linux")]
fn processor_time() -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path());
    let models =
        tasks.filter(|task| std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name == "gami-live\n"));
    let ticks = models.map(|task| {
        let stat = std::fs::read_to_string(task.join("stat")).unwrap();
        let numbers = stat.rsplit_once(") ").unwrap().1.split(' ');
        numbers.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum::<u64>()
    });
    ticks.sum()
}

/// A thread that spins takes the processor for as long as it is watched; one that waits takes none.
#[cfg(target_os = "linux")]
#[test]
fn a_model_that_has_nothing_to_do_takes_no_processor_time() {
    alone("a_model_that_has_nothing_to_do_takes_no_processor_time", 3 * DEADLINE, || {
        let exchange = Exchange::new();
        let watch = |what: &str, live: &Live| {
            let (_, changes) = live.subscribe();
            let before = processor_time();
            // Longer than the time between two measurements of the lag, which a second of keepalive makes a second.
            let watched = Instant::now() + Duration::from_millis(2500);
            while changes.recv_deadline(watched).err() != Some(RecvTimeoutError::Timeout) {}
            let taken = processor_time() - before;
            println!("{what}: {taken} hundredths of a second");
            assert!(taken < 20, "{what}: {taken} hundredths of 2.5 seconds");
        };
        let options = Options::new().keepalive(Duration::from_secs(1));
        let dialled = options.dial(exchange.mock.address()).unwrap();
        watch("never logged in", &dialled.live(Parts::all()).unwrap());
        let ami = logged_in_with(&exchange.mock, &options);
        let live = calls(&ami);
        watch("valid", &live);
        exchange.mock.on("Setvar", |_| Reply::error("Permission denied"));
        watch("without a fence", &live);
        exchange.mock.hang_up();
        assert_lost(next_loss(&ami));
        watch("without a link", &live);
        ami.reconnect().unwrap();
        live.wait_valid(DEADLINE).unwrap();
        exchange.mock.on("CoreShowChannels", |_| Reply::nothing());
        assert!(matches!(live.refresh(Part::Calls, Duration::from_millis(10)), Err(Error::Timeout { .. })));
        watch("while a list is out", &live);
    });
}
