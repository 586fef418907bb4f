//! The live model against a real Asterisk: calls of every kind at random, and its picture held against the
//! server's lists.
//!
//! `GAMI_SOAK=600` lets the calls go on for so many seconds, instead of 90; over TLS for a sixth of that.

mod asterisk;
mod exchange;
mod proxy;
mod replays;

use std::collections::{BTreeMap, VecDeque};
use std::env;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use asterisk::*;
use exchange::*;
use gami::live::{Change, Kind, Live};
use gami::recording::Limits;
use gami::{Backoff, Client, Event, Interest, Options, Part, Parts, Recorder, Snapshot, Subscription, Validity};
use proxy::{Proxy, Random};
use replays::picture::{apply, picture, Picture};

/// How long random calls go on.
fn soak() -> Duration {
    let seconds = env::var("GAMI_SOAK").map_or(90, |seconds| seconds.parse().expect("GAMI_SOAK is a number"));
    Duration::from_secs(seconds)
}

/// A way to the server that the model is fed over.
#[derive(Clone)]
struct Way {
    name: &'static str,
    options: Options,
    address: SocketAddr,
}

impl Way {
    fn tcp() -> Self {
        Self { name: "TCP", options: Options::new(), address: var("GAMI_ASTERISK_AMI").parse().unwrap() }
    }

    #[cfg(feature = "tls")]
    fn tls() -> Self {
        Self { name: "TLS", options: over_tls(), address: var("GAMI_ASTERISK_AMI_TLS").parse().unwrap() }
    }
}

/// What the fence holds back. A bridge that is being dissolved is in no list any more while its members still leave:
/// its kind is not told, nor that it is still there with nobody in it.
fn fenced(rows: Rows) -> Rows {
    let kind = |key: &str| key.split(' ').next().unwrap_or_default().to_owned();
    let fenced = rows.into_iter().filter(|(key, _)| ["channel", "bridge", "queue"].contains(&kind(key).as_str()));
    let fenced = fenced.map(|(key, row)| {
        let row = match &kind(&key)[..] {
            "bridge" => row.split_once(' ').map(|(_, members)| members.to_owned()).unwrap_or_default(),
            _ => row,
        };
        (key, row)
    });
    fenced.filter(|(_, row)| !row.is_empty()).collect()
}

/// What a client sees, on disk; where the test fails it stays there, to be played into a model of its own.
struct Tape(PathBuf);

impl Tape {
    fn client(name: &str, way: &Way) -> (Client, Self) {
        let tape = Self(env::temp_dir().join(format!("gami-{name}-{}-{}.rec", way.name, version())));
        let _ = fs::remove_file(&tape.0);
        let limits = Limits::new().rotate_after(4 << 30).split_after(4 << 30).queue(256 << 20);
        let recorder = Recorder::with_limits(&tape.0, limits).unwrap();
        let ami = way.options.clone().record(recorder).dial(way.address).unwrap();
        log_in(&ami);
        (ami, tape)
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        match thread::panicking() {
            true => eprintln!("recorded: {}", self.0.display()),
            false => drop(fs::remove_file(&self.0)),
        }
    }
}

fn kept(ami: &Client) -> Live {
    let live = ami.live(Parts::all()).unwrap();
    live.wait_valid(PATIENCE).unwrap();
    live
}

/// Runs something among calls.
fn among_calls<T>(live: &Live, random: &mut Random, pause: Duration, run: impl FnOnce() -> T) -> (T, u64) {
    let stop = AtomicBool::new(false);
    let mut own = Random::new(random.next());
    thread::scope(|scope| {
        let churn = scope.spawn(|| churn(live, &stop, &mut own, pause));
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
        stop.store(true, Ordering::SeqCst);
        let done = churn.join().unwrap();
        match result {
            Ok(result) => (result, done),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// The sum of the changes, and what of them tells that the model had missed something.
#[derive(Default)]
struct Sum {
    picture: Picture,
    missed: Vec<String>,
}

impl Sum {
    fn of(now: &Snapshot) -> Self {
        Self { picture: picture(now), missed: Vec::new() }
    }

    fn take(&mut self, changes: impl IntoIterator<Item = Change>) {
        for change in changes {
            apply(&mut self.picture, &change);
            let is_suspect = matches!(&change.kind, Kind::Validity { after: Validity::Suspect(_), .. });
            if change.corrected || is_suspect {
                self.missed.push(format!("{change:#?}"));
            }
        }
    }
}

/// The events about a channel that a text speaks of.
fn about<'a>(told: &'a VecDeque<Event>, text: &str) -> Vec<&'a Event> {
    let is_named = |event: &Event| {
        let ids = ["Uniqueid", "DestUniqueid", "ParkeeUniqueid", "SwapUniqueid"].map(|header| event.get(header));
        ids.iter().flatten().any(|id| text.contains(id))
    };
    told.iter().filter(|event| !["VarSet", "Newexten"].contains(&event.name()) && is_named(event)).collect()
}

fn hang_up_all(ami: &Client) {
    let _ = ami.action(("Hangup", [("Channel", "/.*/")])); // refused where there is none
}

fn sleep_until(until: Instant) {
    thread::sleep(until.saturating_duration_since(Instant::now()));
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn the_picture_is_the_server_s_at_every_quiet_point() {
    again_if_asterisk_crashes(|| soak_once(&Way::tcp(), soak()));
}

#[cfg(feature = "tls")]
#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn over_tls_the_picture_is_the_server_s_at_every_quiet_point() {
    again_if_asterisk_crashes(|| soak_once(&Way::tls(), soak() / 6));
}

fn soak_once(way: &Way, soak: Duration) {
    let ((ami, _tape), other) = (Tape::client("soak", way), connected());
    let live = kept(&ami);
    let mut random = Random::new(proxy::seed());
    let (first, changes) = live.subscribe();
    let mut sum = Sum::of(&first);
    let begun = Instant::now();
    let (mut points, mut done, mut late, mut most) = (0, 0, BTreeMap::<_, u32>::new(), 0);
    while begun.elapsed() < soak {
        let rest = Instant::now() + Duration::from_millis(1000 + random.below(4000));
        done += among_calls(&live, &mut random, Duration::from_millis(150), || sleep_until(rest)).1;
        let equal = compare(&live, &other);
        points += 1;
        equal.late.into_iter().for_each(|(kind, times)| *late.entry(kind).or_default() += times);
        most = most.max(equal.things);
        sum.take(changes.try_iter());
    }
    // A call can be made while all are hung up.
    let deadline = Instant::now() + PATIENCE;
    while live.now().channels().len() > 0 && Instant::now() < deadline {
        hang_up_all(&other);
        compare(&live, &other);
    }
    sum.take(changes.try_iter());
    let now = live.now();
    sum.take(changes.try_iter().take_while(|change| change.seq < now.seq()));
    assert_eq!(sum.picture, picture(&now), "the changes applied to the first snapshot make the last");
    let counts = live.counts();
    println!(
        "Asterisk {}, {}: {done} things done in {:.0?}, {points} quiet points with up to {most} things, all equal \
         (late: {late:?}); {counts:?}",
        version(),
        way.name,
        begun.elapsed()
    );
    assert_eq!((now.channels().len(), now.calls().len()), (0, 0));
    assert_eq!(counts.corrections, 0, "{counts:?}\n{}", sum.missed.join("\n"));
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_model_started_in_the_middle_of_calls_is_exact_at_its_fence() {
    again_if_asterisk_crashes(start_in_the_middle);
}

fn start_in_the_middle() {
    const STARTS: usize = 50;
    let ((ami, _tape), other) = (Tape::client("middle", &Way::tcp()), connected());
    let live = kept(&ami);
    let mut random = Random::new(proxy::seed());
    let (first, changes) = live.subscribe();
    let mut sum = Sum::of(&first);
    let mut waiting: Vec<Change> = Vec::new();
    let mut pauses = Random::new(random.next());
    let events = ami.subscribe(Interest::all());
    let mut told = VecDeque::new();
    among_calls(&live, &mut random, Duration::from_millis(60), || {
        for start in 1..=STARTS {
            thread::sleep(Duration::from_millis(pauses.below(200)));
            let late = ami.live(Parts::all()).unwrap();
            let (now, its_changes) = late.subscribe();
            let (mut its, mut validity) = (picture(&now), Part::ALL.map(|part| now.validity(part)));
            let mut as_of = now.seq();
            let is_settled = |validity: &Validity| validity.is_valid() || matches!(validity, Validity::Unavailable(_));
            while !validity.iter().all(is_settled) {
                let change = its_changes.recv_timeout(PATIENCE).expect("the fence");
                apply(&mut its, &change);
                as_of = change.seq;
                if let (Some(part), Kind::Validity { after, .. }) = (change.part, change.kind) {
                    validity[part as usize] = after;
                }
            }
            while live.now().seq() < as_of {
                thread::park_timeout(Duration::from_millis(1));
            }
            waiting.extend(changes.try_iter());
            let later = waiting.iter().position(|change| change.seq >= as_of).unwrap_or(waiting.len());
            sum.take(waiting.drain(..later));
            let differing = differences(&fenced(rows(&its)), &fenced(rows(&sum.picture)));
            told.extend(events.events().try_iter());
            told.drain(..told.len().saturating_sub(50_000));
            if !differing.is_empty() {
                thread::sleep(Duration::from_secs(2));
                told.extend(events.events().try_iter());
                let differing = differing.join("\n");
                let about = about(&told, &differing);
                panic!("start {start}, exact as of {as_of}, against the one that was there:\n{differing}\n{about:#?}");
            }
        }
    });
    compare(&live, &other);
    println!("Asterisk {}: {STARTS} of {STARTS} exact; {:?}", version(), live.counts());
    sum.take(waiting.into_iter().chain(changes.try_iter()));
    told.extend(events.events().try_iter());
    let missed = sum.missed.join("\n");
    let counts = live.counts();
    assert_eq!(counts.corrections, 0, "{counts:?}\n{missed}\n{:#?}", about(&told, &missed));
    assert!(counts.events > 1_000, "there were no calls to speak of: {counts:?}");
    hang_up_all(&other);
}

/// Each part was stale, and valid only when it had been listed and the fence had come back.
fn assert_relisted(changes: impl IntoIterator<Item = Change>) {
    let mut was_stale = Part::ALL.map(|_| false);
    for change in changes {
        let (Some(part), Kind::Validity { before, after }) = (change.part, change.kind) else { continue };
        match after {
            Validity::Stale { .. } => was_stale[part as usize] = true,
            Validity::Valid { .. } if before.is_valid() => {} // the lag was measured anew
            Validity::Valid { lag, .. } => {
                assert!(matches!(before, Validity::Settling), "{part} is valid after {before}");
                assert!(lag.is_some(), "{part}: the fence came back");
            }
            _ => {}
        }
    }
    assert!([Part::Calls, Part::Queues].iter().all(|part| was_stale[*part as usize]), "{was_stale:?}");
}

fn assert_stale(live: &Live, what: &str) {
    let now = live.now();
    for part in Part::ALL {
        let validity = now.validity(part);
        assert!(matches!(validity, Validity::Stale { .. } | Validity::Unavailable(_)), "{what}: {part} is {validity}");
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn after_each_of_a_hundred_cuts_it_is_stale_and_then_right_again() {
    again_if_asterisk_crashes(|| cut(&Way::tcp(), 100));
}

#[cfg(feature = "tls")]
#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn over_tls_it_is_stale_after_each_cut_and_then_right_again() {
    again_if_asterisk_crashes(|| cut(&Way::tls(), 30));
}

fn cut(way: &Way, times: usize) {
    let mut random = Random::new(proxy::seed());
    let proxy = Proxy::start(way.address, random.next());
    // It comes back when it is told to: what is stale until then cannot be anything else, however slow the machine is.
    let ami = way.options.dial(proxy.address()).unwrap();
    log_in(&ami);
    let other = connected();
    let live = kept(&ami);
    let mut pauses = Random::new(random.next());
    let begun = Instant::now();
    among_calls(&live, &mut random, Duration::from_millis(300), || {
        for cut in 1..=times {
            let (_, changes) = live.subscribe();
            // At times before it is valid again.
            thread::sleep(Duration::from_micros(pauses.below(60_000)));
            match pauses.below(2) {
                0 => proxy.cut(),
                _ => proxy.reset(),
            }
            ami.net_errors().recv_timeout(PATIENCE).expect("the loss");
            assert_stale(&live, &format!("cut {cut}"));
            ami.reconnect().unwrap();
            if pauses.below(3) > 0 {
                live.wait_valid(PATIENCE).unwrap();
                assert_relisted(changes.try_iter());
            } else {
                while !live.now().validity(Part::Calls).is_readable() {
                    thread::park_timeout(Duration::from_millis(1));
                }
            }
            while ami.net_errors().try_recv().is_ok() {}
        }
    });
    live.wait_valid(PATIENCE).unwrap();
    let equal = compare(&live, &other);
    let (took, counts) = (begun.elapsed(), live.counts());
    println!("Asterisk {}, {}: {times} cuts in {took:.1?}, then {equal:?}; {counts:?}", version(), way.name);
    assert_eq!(live.counts().corrections, 0);
    hang_up_all(&other);
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_server_that_is_killed_and_started_anew_starts_with_an_empty_picture() {
    again_if_asterisk_crashes(|| kill(&Way::tcp(), 5));
}

#[cfg(feature = "tls")]
#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn over_tls_a_server_that_is_killed_and_started_anew_starts_with_an_empty_picture() {
    again_if_asterisk_crashes(|| kill(&Way::tls(), 2));
}

fn kill(way: &Way, times: u64) {
    let backoff = Backoff::new().first(Duration::from_millis(100)).longest(Duration::from_millis(300));
    let ami = way.options.clone().reconnect(backoff).wait_for_link(PATIENCE).dial(way.address).unwrap();
    log_in(&ami);
    let live = kept(&ami);
    let mut random = Random::new(proxy::seed());
    for round in 1..=times {
        let until = Instant::now() + Duration::from_millis(1500);
        among_calls(&live, &mut random, Duration::from_millis(100), || sleep_until(until));
        let stays = [
            ("Channel", "Local/stay@gami"),
            ("Context", "gami"),
            ("Exten", "stay"),
            ("Priority", "1"),
            ("Async", "true"),
        ];
        connected().action(("Originate", stays)).unwrap();
        let stays = |now: &Snapshot| now.channels().any(|channel| channel.name.starts_with("Local/stay@gami"));
        let before = once(&live, stays);
        let _up_again = UpAgain;
        let (_, changes) = live.subscribe();
        rig("kill");
        ami.net_errors().recv_timeout(PATIENCE).expect("the loss");
        assert_stale(&live, &format!("round {round}"));
        assert!(stays(&live.now()), "round {round}: the last picture stays");
        let begun = Instant::now();
        rig("start");
        live.wait_valid(PATIENCE).unwrap();
        assert_relisted(changes.try_iter());
        let now = live.now();
        let kept = before.channels().filter(|channel| now.channel(&channel.uniqueid).is_some()).count();
        assert_eq!(kept, 0, "round {round}");
        let equal = compare(&live, &connected());
        let took = begun.elapsed();
        println!("Asterisk {}, {}, kill {round}: valid {took:.1?} after, {equal:?}", version(), way.name);
        while ami.net_errors().try_recv().is_ok() {}
    }
    assert_eq!(live.counts().restarts, times);
    assert_eq!(live.counts().corrections, 0);
}

/// The first snapshot that is so.
fn once(live: &Live, is_so: impl Fn(&Snapshot) -> bool) -> Snapshot {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let now = live.now();
        if is_so(&now) {
            return now;
        }
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {now:?}");
        thread::park_timeout(Duration::from_millis(1));
    }
}

/// The queues were in doubt, and valid only when they had been listed and the fence had come back.
fn assert_suspect_before_valid(changes: impl IntoIterator<Item = Change>) {
    let validities = changes.into_iter().filter(|change| change.part == Some(Part::Queues));
    let after = validities.filter_map(|change| match change.kind {
        Kind::Validity { before, after } if before.is_valid() && after.is_valid() => None, // the lag was measured anew
        Kind::Validity { after, .. } => Some(after),
        _ => None,
    });
    let after: Vec<_> = after.collect();
    assert!(matches!(after.first(), Some(Validity::Suspect(_))), "{after:?}");
    assert!(matches!(after.last(), Some(Validity::Valid { lag: Some(_), .. })), "{after:?}");
}

/// What the next event of a subscription has made of the picture: the first snapshot that holds it, and its number.
fn next_shown(live: &Live, events: &Subscription) -> (Snapshot, u64) {
    let seq = events.events().recv_timeout(PATIENCE).expect("the event").seq();
    (once(live, |now| now.seq() > seq), seq)
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn members_added_from_outside_come_by_events_and_a_reload_is_found() {
    let (ami, other) = (connected(), connected());
    let live = kept(&ami);
    let command = |command: &str| other.action(("Command", [("Command", command)])).unwrap();
    let told = ami.subscribe(Interest::names(["QueueMemberAdded", "QueueMemberRemoved"]).header("Queue", "empty"));
    let member = "Local/answer@gami/n";
    command("queue add member Local/answer@gami/n to empty penalty 3 as Outsider");
    let (now, _) = next_shown(&live, &told);
    assert_eq!(now.queue("empty").unwrap().member(member).expect("it was told").penalty, Some(3));
    compare(&live, &other);
    command("queue remove member Local/answer@gami/n from empty");
    let (now, _) = next_shown(&live, &told);
    assert!(now.queue("empty").unwrap().member(member).is_none(), "it was told");
    compare(&live, &other);
    assert_eq!(live.counts().corrections, 0);

    // What a reload has changed has no events: no snapshot that holds the reload is valid before the fence.
    let told = ami.subscribe(Interest::names(["Reload"]));
    let (_, changes) = live.subscribe();
    command("module reload app_queue.so");
    let (now, reloaded) = next_shown(&live, &told);
    let after = now.validity(Part::Queues);
    let is_honest = match &after {
        Validity::Suspect(_) => true,
        Validity::Valid { as_of, .. } => *as_of > reloaded + 1,
        _ => false,
    };
    assert!(is_honest, "after the reload {reloaded}: {after:?}");
    live.wait_valid(PATIENCE).unwrap();
    assert_suspect_before_valid(changes.try_iter());
    compare(&live, &other);
    assert_eq!(live.counts().corrections, 0);

    let path = PathBuf::from(var("GAMI_ASTERISK_ETC")).join("queues.conf");
    let before = fs::read_to_string(&path).unwrap();
    fs::write(&path, before.replacen("[empty]\n", "[empty]\nmember => Local/answer@gami,5,Reloaded\n", 1)).unwrap();
    let reload = |command_or_action: &str| {
        match command_or_action {
            "QueueReload" => drop(other.action(("QueueReload", [("Members", "yes"), ("Parameters", "yes")])).unwrap()),
            line => drop(command(line)),
        }
        let (_, changes) = live.subscribe();
        live.refresh(Part::Queues, PATIENCE).unwrap();
        assert_suspect_before_valid(changes.try_iter());
        compare(&live, &other);
        let members = live.now().queue("empty").unwrap().members.len();
        println!("Asterisk {}: {command_or_action}: {members} members, {:?}", version(), live.counts());
        members
    };
    let with = reload("QueueReload");
    fs::write(&path, &before).unwrap();
    assert_eq!(with, reload("queue reload all") + 1);
}

/// What each part is for a user, once it stands still.
fn validity_for(user: &str, parts: Parts) -> (Live, Vec<(Part, Validity)>) {
    let ami = Client::dial(var("GAMI_ASTERISK_AMI")).unwrap();
    ami.login(user, var("GAMI_ASTERISK_SECRET")).unwrap();
    let live = ami.live(parts).unwrap();
    live.wait_valid(2 * PATIENCE).unwrap();
    let now = live.now();
    let validity = parts.iter().map(|part| (part, now.validity(part))).collect();
    (live, validity)
}

fn is_without(validity: &Validity, class: &str) -> bool {
    matches!(validity, Validity::Unavailable(gami::live::Unavailable::Class(missing)) if *missing == class)
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn what_the_user_may_not_read_is_said_to_be_unavailable() {
    let parts = Parts::new().calls().queues().conferences().parking().endpoints();
    for (user, class, missing) in [
        ("without-agent", "agent", &[Part::Queues][..]),
        ("without-call", "call", &[Part::Calls, Part::Conferences, Part::Parking]),
        ("without-system", "system", &[Part::Endpoints]),
    ] {
        for (part, validity) in validity_for(user, parts).1 {
            println!("Asterisk {}, {user}: {part} is {validity}", version());
            match missing.contains(&part) {
                true => assert!(is_without(&validity, class), "{user}: {part} is {validity}"),
                false => {
                    assert!(matches!(validity, Validity::Valid { lag: Some(_), .. }), "{user}: {part} is {validity}")
                }
            }
        }
    }
    // Every user may list bridges, which tells nothing without the channels.
    let (_live, validity) = validity_for("limited", Parts::new().calls());
    println!("Asterisk {}, limited: calls is {}", version(), validity[0].1);
    assert!(matches!(validity[0].1, Validity::Unavailable(gami::live::Unavailable::Permission(_))), "{validity:?}");
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn without_the_fence_s_event_it_settles_and_says_no_lag() {
    let other = connected();
    let assert_no_lag = |user: &str| {
        let begun = SystemTime::now();
        let (live, validity) = validity_for(user, Parts::new().calls().queues());
        for (part, validity) in validity {
            println!("Asterisk {}, {user}: {part} is {validity}, {:.1?}", version(), begun.elapsed().unwrap());
            assert!(matches!(validity, Validity::Valid { lag: None, .. }), "{user}: {part} is {validity}");
        }
        drop(live);
    };
    assert_no_lag("without-dialplan");
    assert_no_lag("filtered");
    let _changed = Reconfigured::with(&other, "disabledevents = Newexten,VarSet");
    assert_no_lag("admin");
}
