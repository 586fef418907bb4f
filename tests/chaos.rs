//! What the client promises on a network that fails all the time. `GAMI_SEED` repeats a run.

mod alone;
mod proxy;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use alone::{alone, Census};
use gami::mock::{Mock, Reply, Request};
use gami::{Action, Backoff, Client, Error, Options, Outcome};
use proxy::{seed, Faults, Proxy, Random};

const LOSSES: u64 = 1000;
const WORKERS: u64 = 32;
/// For a test as a whole: a run of chaos takes less than half a minute on two idle cores.
const LIMIT: Duration = Duration::from_secs(600);
const PATIENCE: Duration = Duration::from_secs(30);

const WAIT_FOR_LINK: Duration = Duration::from_millis(100);
const ACTION_TIMEOUT: Duration = Duration::from_secs(2);
/// An action waits for the link, perhaps writes for others, and then waits for its answer. The rest is for
/// a machine that is busy with something else.
const LONGEST: Duration = Duration::from_secs(15);

const MASK: &str = "call,user";
const FILTERS: [&str; 2] = ["!Event: Newexten", "Event: Tick"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    Tcp,
    #[cfg(feature = "tls")]
    Tls,
}

/// What the server has seen of one action.
struct Seen {
    id: Option<String>,
    payload: String,
}

/// A server that echoes, and that notes what it is asked and what each connection is set to.
struct Server {
    mock: Mock,
    echoed: Arc<Mutex<Vec<Seen>>>,
    /// By connection: what it did to its session before its first action.
    setup: Arc<Mutex<HashMap<u64, Vec<String>>>>,
}

impl Server {
    fn start(over: Over) -> Self {
        let mock = match over {
            Over::Tcp => Mock::builder(),
            #[cfg(feature = "tls")]
            Over::Tls => Mock::builder().tls(),
        };
        let mock = mock.start().unwrap();
        let echoed: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let setup: Arc<Mutex<HashMap<u64, Vec<String>>>> = Arc::default();
        for (name, header) in
            [("Challenge", "AuthType"), ("Login", "Events"), ("Filter", "Filter"), ("Events", "EventMask")]
        {
            let setup = Arc::clone(&setup);
            mock.on(name, move |request| {
                let step = format!("{name} {}", request.get(header).unwrap_or_default());
                setup.lock().unwrap().entry(request.session().id()).or_default().push(step);
                Reply::usual()
            });
        }
        let note = |reply: fn(&str) -> Reply| {
            let (echoed, setup) = (Arc::clone(&echoed), Arc::clone(&setup));
            move |request: &Request| {
                let Some(payload) = request.get("Payload") else { return Reply::error("No payload") };
                let session = request.session().id();
                let id = request.action_id().map(str::to_owned);
                echoed.lock().unwrap().push(Seen { id, payload: payload.to_owned() });
                let mut setup = setup.lock().unwrap();
                let steps = setup.entry(session).or_default();
                if steps.last().map(String::as_str) != Some("acts") {
                    steps.push("acts".into());
                }
                reply(payload)
            }
        };
        mock.on("Echo", note(|payload| Reply::success().header("Payload", payload)));
        mock.on(
            "EchoList",
            note(|payload| {
                let item = |reply: Reply, number: u32| {
                    reply.event("EchoItem", [("Payload", payload), ("Number", &number.to_string())])
                };
                (0..3).fold(Reply::list(), item).complete("EchoListComplete")
            }),
        );
        Self { mock, echoed, setup }
    }

    fn options(&self, over: Over) -> Options {
        let options = Options::new()
            .connect_timeout(Duration::from_secs(5))
            .action_timeout(ACTION_TIMEOUT)
            .wait_for_link(WAIT_FOR_LINK)
            .reconnect(Backoff::new().first(Duration::from_millis(1)).longest(Duration::from_millis(5)));
        match over {
            Over::Tcp => options,
            #[cfg(feature = "tls")]
            Over::Tls => options.tls(gami::Tls::new().add_root_pem(self.mock.certificate_pem()).unwrap()),
        }
    }
}

/// What became of one action.
struct Attempt {
    payload: String,
    /// The `ActionID` of the answer, or what the error says.
    outcome: Result<String, Outcome>,
    took: Duration,
}

/// Acts in one of four manners until it is told to stop.
fn work(ami: &Client, worker: u64, stop: &AtomicBool) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let payload = format!("{worker}-{number}");
        let echo = || Action::new("Echo").param("Payload", &payload);
        let begun = Instant::now();
        let answer = match number % 4 {
            0 => ami.action(echo()),
            1 => ami.action(echo().param("ActionID", format!("mine-{payload}"))),
            2 => ami.async_action(echo()).and_then(|answers| {
                let answer = answers.recv_timeout(LONGEST).expect("an asynchronous action is answered");
                assert!(answers.try_recv().is_err(), "{payload} is answered twice");
                answer
            }),
            _ => ami.list(Action::new("EchoList").param("Payload", &payload)).map(|list| {
                let items: Vec<_> = list.items.iter().map(|item| (item.get("Payload"), item.get("Number"))).collect();
                let whole = ["0", "1", "2"].map(|number| (Some(payload.as_str()), Some(number)));
                assert_eq!(items, whole, "the list of {payload}");
                list.response
            }),
        };
        let took = begun.elapsed();
        let outcome = match answer {
            Ok(answer) => {
                if number % 4 != 3 {
                    assert_eq!(answer.get("Payload"), Some(payload.as_str()), "{payload} got another's answer");
                }
                Ok(answer.action_id().unwrap().to_owned())
            }
            Err(Error::Rejected(response)) => panic!("{payload} is refused: {response:?}"),
            Err(error) => Err(error.outcome()),
        };
        attempts.push(Attempt { payload, outcome, took });
    }
    attempts
}

/// Takes the events up to the end of the stream, not always fast enough.
fn consume(ami: &Client, mut random: Random) -> (u64, u64) {
    let (mut taken, mut missing) = (0, 0);
    let mut next = 0;
    let mut last_tick = 0;
    for event in ami.events() {
        taken += 1;
        missing += event.seq().checked_sub(next).expect("the numbers of events go up");
        next = event.seq() + 1;
        assert_eq!(event.name(), "Tick", "{event:?} is not for the stream");
        let tick: u64 = event.get("Number").unwrap().parse().unwrap();
        assert!(tick > last_tick, "tick {tick} after {last_tick}");
        last_tick = tick;
        if random.below(2000) == 0 {
            thread::sleep(Duration::from_millis(random.below(20))); // a consumer that is slow at times
        }
    }
    (taken, missing + (ami.stats().events - next))
}

/// Sends events to whoever is connected, for as long as it is not told to stop.
fn tick(mock: &Mock, stop: &mpsc::Receiver<()>) {
    let mut number = 0;
    while stop.recv_timeout(Duration::from_millis(2)) == Err(mpsc::RecvTimeoutError::Timeout) {
        for _ in 0..20 {
            number += 1;
            mock.event("Tick", [("Number", number)]);
        }
    }
}

fn a_thousand_losses(over: Over) {
    let seed = seed();
    let begun = Instant::now();
    let before = Census::take();
    let server = Server::start(over);
    let proxy = Proxy::start(server.mock.address(), seed);
    let ami = server.options(over).event_capacity(500).dial(proxy.address()).unwrap();
    ami.login("admin", "root").unwrap();
    for filter in FILTERS {
        ami.action(("Filter", [("Operation", "Add"), ("Filter", filter)])).unwrap();
    }
    ami.action(("Events", [("EventMask", MASK)])).unwrap();
    // The first link is the only one without a fate.
    let life = match over {
        Over::Tcp => 20..60_000,
        // The handshake alone is some 2,000 bytes.
        #[cfg(feature = "tls")]
        Over::Tls => 800..80_000,
    };
    proxy.set_faults(Faults { life: Some(life), ..Faults::default() });
    proxy.cut();

    let stop = AtomicBool::new(false);
    let failed = AtomicU64::new(0);
    let (attempts, (taken, missing)) = thread::scope(|scope| {
        let consumer = scope.spawn(|| consume(&ami, Random::new(seed)));
        let (stop_ticking, ticking) = mpsc::channel();
        scope.spawn({
            let mock = &server.mock;
            move || tick(mock, &ticking)
        });
        let errors = scope.spawn(|| {
            ami.errors()
                .iter()
                .map(|error| match error {
                    Error::EventsDropped { dropped } => dropped,
                    // The end of a connection in the middle of a packet.
                    Error::Unrecognized(_) => 0,
                    error => panic!("{error}"),
                })
                .sum::<u64>()
        });
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                let (ami, stop) = (&ami, &stop);
                scope.spawn(move || work(ami, worker, stop))
            })
            .collect();
        let mut losses = 0;
        while losses < LOSSES {
            match ami.net_errors().recv_timeout(PATIENCE).expect("the next loss") {
                Error::Lost { sent: None, .. } => {
                    losses += 1;
                    if losses % 100 == 0 {
                        println!("{losses} losses after {:?}", begun.elapsed());
                    }
                }
                // It was lost again before the session was restored on it, or there was none.
                _ => drop(failed.fetch_add(1, Ordering::SeqCst)),
            }
        }
        proxy.calm();
        ami.wait_connected(PATIENCE).unwrap();
        stop.store(true, Ordering::SeqCst);
        let attempts: Vec<Attempt> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
        ami.wait_connected(PATIENCE).unwrap();
        assert_eq!(ami.action(("Echo", [("Payload", "last")])).unwrap().get("Payload"), Some("last"));
        drop(stop_ticking);
        ami.close().unwrap();
        let consumed = consumer.join().unwrap();
        assert_eq!(errors.join().unwrap(), ami.stats().events_dropped, "the reports add up to the count");
        (attempts, consumed)
    });

    let stats = ami.stats();
    let answered = attempts.iter().filter(|attempt| attempt.outcome.is_ok()).count();
    let unknown = attempts.iter().filter(|attempt| attempt.outcome == Err(Outcome::Unknown)).count();
    let longest = attempts.iter().map(|attempt| attempt.took).max().unwrap();
    println!(
        "{over:?}: {} connections ended by the proxy, {LOSSES} losses, {} failed attempts to come back, {} returns",
        proxy.ended(),
        failed.load(Ordering::SeqCst),
        stats.reconnections
    );
    println!(
        "{} actions: {answered} answered, {unknown} sent and lost, {} never sent; the longest took {longest:?}",
        attempts.len(),
        attempts.len() - answered - unknown
    );
    println!("{} events: {taken} taken, {} dropped; {:?}", stats.events, stats.events_dropped, begun.elapsed());
    assert!(answered > 1000 && unknown > 100, "the losses met too few actions to show anything");
    assert!(longest < LONGEST, "an action took {longest:?}");
    assert_eq!(missing, stats.events_dropped, "events that are missing were not counted");
    assert_eq!(taken + stats.events_dropped, stats.events);

    check_what_was_sent(&server, &attempts);
    check_what_was_restored(&server, over);
    drop((ami, proxy, server));
    Census::assert_nothing_is_left(&before);
}

/// Nothing was sent twice, and the error told the truth about what was sent.
fn check_what_was_sent(server: &Server, attempts: &[Attempt]) {
    let echoed = server.echoed.lock().unwrap();
    let mut seen: HashMap<&str, Option<&str>> = HashMap::new();
    let mut ids = HashSet::new();
    for Seen { id, payload, .. } in echoed.iter() {
        assert!(seen.insert(payload, id.as_deref()).is_none(), "{payload} was sent twice");
        assert!(ids.insert(id), "{id:?} was sent twice");
    }
    for Attempt { payload, outcome, .. } in attempts {
        let seen = seen.get(payload.as_str());
        match outcome {
            Ok(id) => assert_eq!(seen, Some(&Some(id.as_str())), "the answer to {payload}"),
            Err(Outcome::NotSent) => assert_eq!(seen, None, "{payload} is said not to have been sent"),
            Err(_) => {}
        }
    }
}

/// Each connection that was acted on had mask and filters before; no other did anything else.
fn check_what_was_restored(server: &Server, over: Over) {
    let mut whole = vec!["Login off".to_owned()];
    whole.extend(FILTERS.map(|filter| format!("Filter {filter}")));
    whole.push(format!("Events {MASK}"));
    if over == Over::Tcp {
        whole.insert(0, "Challenge MD5".into());
    }
    whole.push("acts".into());
    let setup = server.setup.lock().unwrap();
    let (mut acted, mut set_up) = (0, 0);
    for (session, steps) in setup.iter().filter(|(session, _)| **session != 1) {
        assert!(whole.starts_with(steps), "connection {session}: {steps:?}");
        acted += u64::from(steps.len() == whole.len());
        set_up += u64::from(steps.len() >= whole.len() - 1);
    }
    println!("{set_up} connections had mask and filters restored, {acted} of them were acted on");
    assert!(set_up >= LOSSES, "only {set_up} connections were restored");
}

#[test]
fn a_thousand_losses_over_tcp() {
    alone("a_thousand_losses_over_tcp", LIMIT, || a_thousand_losses(Over::Tcp));
}

#[cfg(feature = "tls")]
#[test]
fn a_thousand_losses_over_tls() {
    alone("a_thousand_losses_over_tls", LIMIT, || a_thousand_losses(Over::Tls));
}
