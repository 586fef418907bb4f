//! Streams of one's own, the states of the link, what is followed, and many calls at once, against a real Asterisk.

mod asterisk;
#[path = "../examples/queues/table.rs"]
#[allow(dead_code)] // nobody draws it here
mod table;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use asterisk::*;
use gami::action::{EventClass, Originate, QueueAdd, QueuePenalty, QueueStatus};
use gami::crossbeam_channel::Select;
use gami::event::HangupCause;
use gami::packet::{Frame, Framer, Kind, Packet};
use gami::{Backoff, Client, Error, Event, Interest, Options, Originating, State, Step};
use table::Table;

fn quick() -> Backoff {
    Backoff::new().first(Duration::from_millis(50)).longest(Duration::from_millis(500))
}

fn connect(options: &Options) -> Client {
    options
        .connect(var("GAMI_ASTERISK_AMI"), var("GAMI_ASTERISK_USER"), var("GAMI_ASTERISK_SECRET"))
        .expect("the server of the rig")
}

/// A session of the test's own, with nothing of the client in it but the framing: every event up to a mark.
struct RawSession {
    events: JoinHandle<Vec<Packet>>,
    ready: Arc<AtomicBool>,
}

impl RawSession {
    fn start(until: &'static str) -> Self {
        let mut socket = TcpStream::connect(var("GAMI_ASTERISK_AMI")).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let (user, secret) = (var("GAMI_ASTERISK_USER"), var("GAMI_ASTERISK_SECRET"));
        let mut banner = [0];
        while banner != [b'\n'] {
            socket.read_exact(&mut banner).unwrap();
        }
        write!(socket, "Action: Login\r\nUsername: {user}\r\nSecret: {secret}\r\n\r\n").unwrap();
        let ready = Arc::new(AtomicBool::new(false));
        let is_ready = Arc::clone(&ready);
        let events = thread::spawn(move || {
            let (mut framer, mut events) = (Framer::new(), Vec::new());
            loop {
                let read = framer.fill(|room| socket.read(room)).expect("the raw session");
                assert_ne!(read, 0, "the raw session ended after {} events", events.len());
                for frame in framer.frames() {
                    let Frame::Packet(packet) = frame else { panic!("{frame:?}") };
                    if packet.kind() == Kind::Event {
                        let is_last = packet.get("UserEvent") == Some(until);
                        events.push(packet.detach());
                        if is_last {
                            return events;
                        }
                    } else {
                        is_ready.store(true, Ordering::SeqCst);
                    }
                }
            }
        });
        let this = Self { events, ready };
        until_true("the raw session is logged in", || this.ready.load(Ordering::SeqCst));
        this
    }

    /// The events between two marks.
    fn since(self, mark: &str) -> Vec<Packet> {
        let events = self.events.join().unwrap();
        events.into_iter().skip_while(|packet| packet.get("UserEvent") != Some(mark)).collect()
    }
}

#[track_caller]
fn until_true(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not so in time: {what}");
        thread::park_timeout(Duration::from_millis(10));
    }
}

fn texts<'a>(packets: impl IntoIterator<Item = &'a Packet>) -> Vec<String> {
    packets.into_iter().map(|packet| packet.text().to_owned()).collect()
}

#[track_caller]
fn assert_same(name: &str, ours: &[Event], theirs: &[String]) {
    for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        assert_eq!(ours.packet().text(), theirs, "{name}, number {at}");
    }
    assert_eq!(ours.len(), theirs.len(), "{name}");
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn each_subscriber_sees_what_a_raw_session_says_and_the_slow_one_counts_the_rest() {
    const SLOW: usize = 100;
    for (way, options, address) in ways() {
        let ami = options.event_capacity(usize::MAX).dial(&address).unwrap();
        log_in(&ami);
        let raw = RawSession::start("end");
        let hangups = ami.subscribe(Interest::names(["HANGUP", "newchannel"]).capacity(usize::MAX));
        let up_calls = ami
            .subscribe(Interest::all().class(EventClass::Call).header("ChannelStateDesc", "Up").capacity(usize::MAX));
        let slow = ami.subscribe(Interest::names(["VarSet", "Newexten"]).capacity(SLOW));
        mark(&ami, "begin");
        for _ in 0..200 {
            let call = Originate::new("Local/answer@gami").application("Wait", "0.1");
            ami.action(call.asynchronous(true)).unwrap();
        }
        let mut alive = HashSet::new();
        let mut ended = 0;
        let begun_and_calls = events_until(&ami, |event| {
            let id = || event.get("Uniqueid").unwrap().to_owned();
            match event.name() {
                "Newchannel" => drop(alive.insert(id())),
                "Hangup" => {
                    ended += 1;
                    alive.remove(&id());
                }
                _ => {}
            }
            ended >= 400 && alive.is_empty() // two halves of a Local channel a call
        });
        mark(&ami, "end");
        let end = events_until(&ami, |event| is_mark(event, "end"));
        let all: Vec<Event> =
            begun_and_calls.into_iter().chain(end).skip_while(|event| !is_mark(event, "begin")).collect();
        let truth = raw.since("begin");

        assert_same(way, &all, &texts(&truth));
        assert!(all.windows(2).all(|pair| pair[0].seq() + 1 == pair[1].seq()), "{way}: events() has a gap");

        let is = |packet: &&Packet, names: &[&str]| names.contains(&packet.get("Event").unwrap());
        let wanted = texts(truth.iter().filter(|packet| is(packet, &["Hangup", "Newchannel"])));
        let seen = hangups.events().try_iter().collect::<Vec<_>>();
        assert_same(&format!("{way}: by name"), &seen, &wanted);

        let of_class = |packet: &&Packet| {
            packet.get("Privilege").is_some_and(|classes| classes.split(',').any(|class| class == "call"))
        };
        let is_up = |packet: &&Packet| packet.get("ChannelStateDesc") == Some("Up");
        let up = texts(truth.iter().filter(of_class).filter(is_up));
        let seen_up = up_calls.events().try_iter().collect::<Vec<_>>();
        assert_same(&format!("{way}: by class and header"), &seen_up, &up);

        let steps = texts(truth.iter().filter(|packet| is(packet, &["VarSet", "Newexten"])));
        let kept = slow.events().try_iter().collect::<Vec<_>>();
        assert_same(&format!("{way}: the slow one"), &kept, &steps[..SLOW]);
        assert_eq!(slow.dropped() as usize, steps.len() - SLOW, "{way}");
        // The rest of a burst is told when it is over: when there is room again, and something comes.
        ami.action("Ping").unwrap();
        let mut told = 0;
        until_true("all drops are told", || {
            told += ami
                .errors()
                .try_iter()
                .map(|error| match error {
                    Error::EventsDropped { dropped } => dropped,
                    other => panic!("{way}: {other}"),
                })
                .sum::<u64>();
            told >= slow.dropped()
        });
        let stats = ami.stats();
        assert_eq!((stats.events_dropped, stats.subscription_events_dropped), (0, slow.dropped()), "{way}");
        assert_eq!(told, slow.dropped(), "{way}");
        println!(
            "Asterisk {}, {way}: 200 calls, events() {} of {}, by name {} of {}, by class and header {} of {}, the slow \
             one {} and {} counted of {}, errors() told of {told}",
            version(),
            all.len(),
            truth.len(),
            seen.len(),
            wanted.len(),
            seen_up.len(),
            up.len(),
            kept.len(),
            slow.dropped(),
            steps.len(),
        );
        ami.close().unwrap();
    }
}

/// The states that come within the time, up to the last that is waited for.
fn states_until(states: &gami::Receiver<State>, last: State) -> Vec<State> {
    let deadline = Instant::now() + PATIENCE;
    let mut seen = Vec::new();
    while seen.last() != Some(&last) {
        seen.push(states.recv_deadline(deadline).unwrap_or_else(|_| panic!("{last:?} is not among {seen:?}")));
    }
    seen
}

/// Starts the server, and lists in the moment in which the client is connected, which the rig's start is not waited
/// for: every module must be loaded by then. Gives the states, and what was listed.
fn started(ami: &Client, states: &gami::Receiver<State>) -> (Vec<State>, String) {
    thread::scope(|scope| {
        scope.spawn(|| rig("start"));
        let seen = states_until(states, State::Connected);
        let members = members(ami);
        (seen, format!("at once {members} members"))
    })
}

/// How many members the queues have. What is not loaded is an unknown command, or fewer members.
#[track_caller]
fn members(ami: &Client) -> usize {
    let queues = ami.list(QueueStatus::new()).expect("app_queue is loaded");
    match ami.list("ConfbridgeListRooms") {
        Err(Error::Rejected(response)) if response.message() == Some("No active conferences.") => {}
        other => panic!("app_confbridge is not loaded: {other:?}"),
    }
    let members = queues.items.iter().filter(|event| event.name() == "QueueMember").count();
    assert_eq!(members, 10, "of queues.conf");
    members
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_server_that_starts_after_the_program_and_one_that_is_killed_are_waited_for() {
    // `GAMI_LATE_SERVER=20` waits as long as one likes.
    let late = std::env::var("GAMI_LATE_SERVER").map_or(3, |seconds| seconds.parse().expect("seconds"));
    for (way, options, address) in ways() {
        let _up_again = UpAgain;
        rig("stop");
        let begun = Instant::now();
        let ami = options
            .reconnect(quick())
            .connect(&address, var("GAMI_ASTERISK_USER"), var("GAMI_ASTERISK_SECRET"))
            .unwrap();
        let states = ami.states();
        let mut seen = vec![states.recv_timeout(PATIENCE).unwrap()];
        assert_eq!(seen, [State::Reconnecting], "{way}");
        let early = states.recv_timeout(Duration::from_secs(late));
        assert!(early.is_err(), "{way}: {early:?} without a server");
        // The client has not seen a FullyBooted yet, so Booting is not for it to know; the event tells.
        thread::scope(|scope| {
            scope.spawn(|| rig("start"));
            seen.extend(states_until(&states, State::Connected));
            let connected = begun.elapsed();
            let at_once = ami.list(QueueStatus::new()).map_or_else(|error| error.to_string(), |_| "a list".to_owned());
            events_until(&ami, |event| event.name() == "FullyBooted");
            let (booted, members) = (begun.elapsed(), members(&ami));
            println!(
                "Asterisk {}, {way}: {seen:?} after {connected:.2?}, at once: {at_once}; FullyBooted after \
                 {booted:.2?}, {members} members",
                version()
            );
        });
        assert_eq!(seen, [State::Reconnecting, State::Connected], "{way}");

        // From now on the client knows that this server says FullyBooted.
        for round in 1..=5 {
            rig("kill");
            let mut seen = states_until(&states, State::Reconnecting);
            let (after, listed) = started(&ami, &states);
            seen.extend(after);
            println!("Asterisk {}, {way}, killed, round {round}: {seen:?}, {listed}", version());
            let before_last = &seen[..seen.len() - 1];
            assert!(
                before_last.iter().all(|state| matches!(state, State::Reconnecting | State::Booting)),
                "{way}, round {round}: {seen:?}"
            );
        }
        ami.close().unwrap();
        assert_eq!(states_until(&states, State::Closed), [State::Closed], "{way}");
        assert!(states.recv().is_err(), "{way}: the stream goes on after Closed");
    }
}

/// What of a table a server's list and its events tell alike: of a member what decides whether it is called, of the
/// callers who they are and in which order.
type Comparable = BTreeMap<String, (BTreeMap<String, (Option<i32>, Option<bool>, Option<i32>)>, Vec<String>)>;

fn comparable(table: &Table) -> Comparable {
    let queue = |queue: &table::Queue| {
        let members = queue.members.iter().map(|(interface, member)| {
            (interface.clone(), (member.status.map(i32::from), member.paused, member.penalty))
        });
        let callers = queue.callers.iter().map(|caller| caller.uniqueid.clone()).collect();
        (members.collect(), callers)
    };
    table.queues.iter().map(|(name, own)| (name.clone(), queue(own))).collect()
}

/// What the thread that follows has seen.
#[derive(Default)]
struct Followed {
    table: Table,
    is_stale: bool,
    snapshots: u32,
    events: u32,
    stale: Vec<String>,
}

fn keep_following(ami: &Client) -> Arc<Mutex<Followed>> {
    let follow = ami.follow([QueueStatus::new()]).unwrap();
    let followed = Arc::<Mutex<Followed>>::default();
    let kept = Arc::clone(&followed);
    thread::spawn(move || {
        for step in follow {
            let mut followed = kept.lock().unwrap();
            match step {
                Step::Snapshot(lists) => {
                    followed.table = Table::of(&lists[0]);
                    followed.snapshots += 1;
                    followed.is_stale = false;
                }
                Step::Event(event) => {
                    followed.table.take(&event);
                    followed.events += 1;
                }
                Step::Stale(why) => {
                    followed.stale.push(why.to_string());
                    followed.is_stale = true;
                }
            }
        }
    });
    followed
}

/// A call whose caller, of the given id, goes to a queue.
fn to_queue(ami: &Client, id: &str, queue: &str) {
    let call = Originate::new("Local/stay@gami/n").exten("scenarios", "queues", 1).channel_id(id);
    let call = call.variable("queue", queue).variable("patience", "600");
    ami.originate(call).unwrap_or_else(|error| panic!("{id} to {queue}: {error}"));
}

/// The queues as the server lists them, once these wait in `empty` and nothing changes any more.
fn at_rest(ami: &Client, waiting: &[String]) -> Comparable {
    let list = || comparable(&Table::of(&ami.list(QueueStatus::new()).unwrap()));
    // Of calls that are made one after the other the later may come to the queue first.
    let sorted = |callers: &[String]| callers.iter().cloned().collect::<BTreeSet<_>>();
    let mut before = list();
    until_true("the queues are quiet, and all callers in them", || {
        thread::park_timeout(Duration::from_millis(400));
        let now = list();
        std::mem::replace(&mut before, now) == before && sorted(&before["empty"].1) == sorted(waiting)
    });
    before
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_table_that_follows_the_queues_is_the_servers_at_twenty_quiet_points() {
    // A queue that is full after a few calls while nobody takes from it.
    let ami = connect(&Options::new().reconnect(quick()).event_capacity(500));
    let other = connect(&Options::new().reconnect(quick()).wait_for_link(PATIENCE).event_capacity(0));
    let followed = keep_following(&ami);
    let mut waiting: Vec<String> = Vec::new();
    for point in 0..20 {
        for at in 0..3 {
            let id = format!("streams-{point}-{at}");
            to_queue(&other, &id, "empty");
            waiting.push(id);
        }
        for queue in ["sales", "soak"] {
            let id = format!("streams-{point}-{queue}");
            to_queue(&other, &id, queue);
            let connected = Interest::names(["AgentConnect"]).header("Uniqueid", &id);
            let _ = other.subscribe(connected).events().recv_timeout(Duration::from_millis(700));
            other.hangup(&id).unwrap();
        }
        // Somebody out of the middle, and somebody from the front.
        for at in [waiting.len() / 2, 0] {
            other.hangup(waiting.remove(at)).unwrap();
        }
        let interface = format!("Local/member-{point}@gami/n");
        other.action(QueueAdd::new("empty", &interface).paused(true)).unwrap();
        match point % 3 {
            0 => {
                other.queue_unpause("empty", &interface).and_then(|()| other.queue_pause("empty", &interface)).unwrap()
            }
            1 => drop(other.action(QueuePenalty::new(&interface, 7).queue("empty")).unwrap()),
            _ => other.queue_remove("empty", &interface).unwrap(),
        }
        other.queue_pause("sales", "Local/busy@gami/n").unwrap();

        match point % 5 {
            1 => ami.reconnect().unwrap(),
            3 => {
                // Nobody takes events for as long as the table is locked.
                let _nobody_takes = followed.lock().unwrap();
                let before = ami.stats().subscription_events_dropped;
                let flood = Originate::new("Local/stay@gami/n").exten("gami", "flood", 1).variable("count", "300");
                other.originate(flood.channel_id(format!("streams-{point}-flood"))).unwrap();
                to_queue(&other, &format!("streams-{point}-late"), "empty");
                waiting.push(format!("streams-{point}-late"));
                until_true("the queue is full", || ami.stats().subscription_events_dropped > before);
                other.queue_unpause("sales", "Local/busy@gami/n").unwrap();
            }
            4 if point == 14 => {
                rig("kill");
                rig("start");
                waiting.clear();
                ami.wait_connected(PATIENCE).unwrap();
            }
            _ => other.queue_unpause("sales", "Local/busy@gami/n").unwrap(),
        }
        let truth = at_rest(&other, &waiting);
        let deadline = Instant::now() + PATIENCE;
        let ours = loop {
            let followed = followed.lock().unwrap();
            let ours = comparable(&followed.table);
            if (ours == truth && !followed.is_stale) || Instant::now() > deadline {
                break ours;
            }
            drop(followed);
            thread::park_timeout(Duration::from_millis(10));
        };
        assert_eq!(ours, truth, "point {point}, after {:?}", followed.lock().unwrap().stale);
        let (members, callers) = &truth["empty"];
        println!(
            "Asterisk {}, point {point}: equal; empty has {} members, {} callers",
            version(),
            members.len(),
            callers.len()
        );
    }
    let followed = followed.lock().unwrap();
    println!(
        "Asterisk {}: {} snapshots, {} events, stale: {:#?}",
        version(),
        followed.snapshots,
        followed.events,
        followed.stale
    );
    assert!(
        followed.stale.iter().any(|why| why.contains("dropped"))
            && followed.stale.iter().any(|why| why.contains("link lost"))
    );
    drop(followed);
    waiting.iter().for_each(|id| drop(other.hangup(id)));
    ami.close().unwrap();
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

/// What is called, and by what its outcome is counted.
const PHONES: [(&str, &str); 7] = [
    ("answered", "Local/answer@gami"),
    ("busy", "PJSIP/refuses*1*17@loop"),
    ("rejected", "PJSIP/refuses*1*21@loop"),
    ("unreachable", "PJSIP/bob"),
    ("no such extension", "PJSIP/nobody@loop"),
    ("no such extension, Local", "Local/nobody@gami"),
    ("no answer", "Local/rings*0@gami"),
];

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn five_hundred_calls_fifty_at_once_are_counted_and_none_is_left() {
    const CALLS: usize = 500;
    const AT_ONCE: usize = 50;
    let ami = connect(&Options::new().event_capacity(0));
    let ringing =
        ami.subscribe(Interest::names(["Newstate"]).header("ChannelStateDesc", "Ringing").capacity(usize::MAX));
    let mut calls: Vec<(usize, Originating)> = Vec::new();
    let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut given_up: HashMap<String, usize> = HashMap::new();
    let (mut made, mut most_threads, mut most_calls) = (0, 0, 0);
    let begun = Instant::now();
    while made < CALLS || !calls.is_empty() {
        while made < CALLS && calls.len() < AT_ONCE {
            // Each fiftieth rings until it is given up; what answers in some way may take its time.
            let is_given_up = made % 50 == 49;
            let (name, channel) = if is_given_up { PHONES[6] } else { PHONES[made % PHONES.len()] };
            let ring = Duration::from_secs(if name == "no answer" && !is_given_up { 2 } else { 60 });
            let call = Originate::new(channel).application("Wait", "0.1").ring_timeout(ring);
            let call = ami.async_originate(call).unwrap();
            if made % 50 == 49 {
                given_up.insert(call.id().to_owned(), made);
            }
            calls.push((made, call));
            made += 1;
        }
        most_threads = most_threads.max(threads());
        most_calls = most_calls.max(calls.len());
        let mut first = Select::new();
        for (_, call) in &calls {
            first.recv(call.outcome());
        }
        first.recv(ringing.events());
        let ready = first.select_timeout(PATIENCE).expect("an outcome or a phone that rings");
        let Some((number, call)) = calls.get(ready.index()) else {
            let event = ready.recv(ringing.events()).unwrap();
            if let Some((_, call)) = calls.iter().find(|(number, call)| {
                given_up.get(call.id()) == Some(number) && event.get("Uniqueid") == Some(call.id())
            }) {
                call.cancel().unwrap();
            }
            continue;
        };
        let number = *number;
        let phone = if number % 50 == 49 { "given up" } else { PHONES[number % PHONES.len()].0 };
        let outcome = match ready.recv(call.outcome()).unwrap() {
            Ok(_) => "answered".to_owned(),
            Err(Error::CallFailed { reason, cause, .. }) => {
                format!("{reason}, cause {:?}", cause.map(|cause: HangupCause| cause.code()))
            }
            Err(error) => error.to_string(),
        };
        *counts.entry((phone, outcome)).or_default() += 1;
        calls.retain(|(other, _)| *other != number);
    }
    let took = begun.elapsed();
    println!(
        "Asterisk {}: {CALLS} calls in {took:.1?}, {most_calls} at once, {most_threads} threads at most",
        version()
    );
    for ((phone, outcome), count) in &counts {
        println!("{count:>6} {phone}: {outcome}");
    }
    until_true("no channel is left", || ami.list("CoreShowChannels").unwrap().items.is_empty());
    let of = |phone: &str| {
        let own = counts.iter().filter(|((own, _), _)| *own == phone);
        own.map(|((_, outcome), count)| (outcome.as_str(), *count)).collect::<Vec<_>>()
    };
    // A cause is waited for half a second, which is not always enough for a machine that has much else to do.
    for (phone, cause, calls) in [
        ("given up", "Failure, cause Some(0)", 10),
        ("busy", "Failure, cause Some(17)", 70),
        ("rejected", "Failure, cause Some(21)", 70),
        ("no such extension", "Failure, cause Some(1)", 70),
    ] {
        let outcomes = of(phone);
        let with_cause = outcomes.iter().find(|(outcome, _)| *outcome == cause).map_or(0, |(_, count)| *count);
        let without = outcomes.iter().find(|(outcome, _)| *outcome == "Failure, cause None");
        assert_eq!(with_cause + without.map_or(0, |(_, count)| *count), calls, "{phone}: {counts:?}");
        assert!(with_cause > calls / 2, "{phone}: {counts:?}");
    }
    assert_eq!(of("answered"), [("answered", 70)]);
    // What has no channel has no cause: the endpoint has no contact, nobody could be called at all.
    assert_eq!(of("unreachable"), [("Failure, cause None", 70)]);
    assert!(of("no answer").iter().all(|(outcome, _)| outcome.starts_with("No answer")), "{counts:?}");
    assert_eq!(counts.values().sum::<usize>(), CALLS);
    assert!(most_threads <= 5, "{most_threads} threads");
    ami.close().unwrap();
}
