//! A fleet of Asterisk 22, Asterisk 16 and mocks: what each sends comes whole and in order, whatever happens to the
//! others.
//!
//! The other version is started if it is not running; it is installed for that if need be.

mod asterisk;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use asterisk::*;
use gami::mock::Mock;
use gami::{Action, Backoff, Fleet, FleetEvent, Options, Parts, State};

const CALLS: usize = 200;
const MOCKS: usize = 20;

/// The version that this run is not about.
struct Other {
    version: String,
    started: bool,
}

impl Other {
    fn start() -> Self {
        let version = if version() == 22 { "16" } else { "22" }.to_owned();
        let mut other = Self { version, started: false };
        if !other.rig("status").0 {
            other.started = true;
            assert!(other.rig("start").0, "Asterisk {} does not start", other.version);
        }
        other
    }

    /// Whether the command succeeded, and what it printed.
    fn rig(&self, command: &str) -> (bool, String) {
        let mut rig = Command::new(var("GAMI_ASTERISK"));
        rig.args(["--asterisk", &self.version, command]).env_remove("GAMI_ASTERISK_STATE");
        let done = rig.output().unwrap();
        (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned())
    }

    fn var(&self, name: &str) -> String {
        let (_, all) = self.rig("env");
        let prefix = format!("{name}=");
        all.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap_or_else(|| panic!("no {name}")).to_owned()
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.rig(if self.started { "stop" } else { "start" });
    }
}

/// A session with nothing of gami in it: all packets that are events, as they came, until the mark.
fn raw_session(address: &str, user: &str, secret: &str, mark: &str) -> JoinHandle<Vec<Vec<u8>>> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(4 * PATIENCE)).unwrap();
    write!(stream, "Action: Login\r\nUsername: {user}\r\nSecret: {secret}\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream);
    let mut packet = move || {
        let mut packet = Vec::new();
        while !packet.ends_with(b"\r\n\r\n") {
            let read = lines.read_until(b'\n', &mut packet).expect("the session goes on");
            assert!(read > 0, "the server ended the session");
            if packet.starts_with(b"Asterisk Call Manager") || packet == b"\r\n" {
                packet.clear();
            }
        }
        packet.truncate(packet.len() - 4);
        packet
    };
    let login = packet();
    assert!(login.starts_with(b"Response: Success"), "{}", String::from_utf8_lossy(&login));
    let mark = mark.to_owned();
    thread::spawn(move || {
        let mut events = Vec::new();
        loop {
            let packet = packet();
            if packet.starts_with(b"Event: ") {
                let is_last = String::from_utf8_lossy(&packet).contains(&mark);
                events.push(packet);
                if is_last {
                    return events;
                }
            }
        }
    })
}

/// What came out of the fleet, by server.
struct Watch<'a> {
    fleet: &'a Fleet,
    seen: BTreeMap<String, Vec<FleetEvent>>,
}

impl Watch<'_> {
    /// Takes events until what is wanted is there of each of these servers.
    fn until(&mut self, servers: &[String], what: &str, wanted: impl Fn(&[FleetEvent]) -> bool) {
        let deadline = Instant::now() + 2 * PATIENCE;
        let mut missing: Vec<&String> = servers.iter().collect();
        loop {
            missing.retain(|server| !self.seen.get(*server).is_some_and(|seen| wanted(seen)));
            if missing.is_empty() {
                return;
            }
            // All that there is before one looks again.
            let first = self.fleet.events().recv_deadline(deadline);
            let first = first.unwrap_or_else(|_| panic!("not of {missing:?}: {what}"));
            for event in [first].into_iter().chain(self.fleet.events().try_iter()) {
                self.seen.entry(event.server().to_owned()).or_default().push(event);
            }
        }
    }

    /// Each server's events from one mark to the other are those of its raw session, byte for byte.
    fn assert_as(&self, raw: BTreeMap<String, JoinHandle<Vec<Vec<u8>>>>, begin: &str, end: &str) {
        let has = |packet: &[u8], mark: &str| String::from_utf8_lossy(packet).contains(mark);
        for (server, session) in raw {
            let raw = session.join().unwrap();
            let seen: Vec<&[u8]> =
                self.seen[&server].iter().map(|event| event.packet().as_bytes().trim_ascii_end()).collect();
            let from = |all: &[&[u8]]| all.iter().position(|packet| has(packet, begin)).expect("the first mark");
            let to = |all: &[&[u8]]| all.iter().position(|packet| has(packet, end)).expect("the last mark");
            let raw: Vec<&[u8]> = raw.iter().map(|packet| packet.trim_ascii_end()).collect();
            let (raw, seen) = (&raw[from(&raw)..=to(&raw)], &seen[from(&seen)..=to(&seen)]);
            for (at, (raw, seen)) in raw.iter().zip(seen).enumerate() {
                let [raw, seen] = [raw, seen].map(|packet| String::from_utf8_lossy(packet));
                assert_eq!(seen, raw, "{server}, event {at}");
            }
            assert_eq!(seen.len(), raw.len(), "{server}");
            let numbers = self.seen[&server].windows(2).all(|two| two[1].seq() == two[0].seq() + 1);
            assert!(numbers, "{server}: the numbers have a gap");
            if raw.len() > 1_000 || server == "mock 0" {
                println!("{server}: {} events between the marks, as in a raw session", raw.len());
            }
        }
    }
}

fn user_event(name: &str) -> Action {
    Action::new("UserEvent").param("UserEvent", name)
}

fn count(seen: &[FleetEvent], name: &str) -> usize {
    seen.iter().filter(|event| event.name() == name).count()
}

/// Makes calls on servers, and waits until they are over.
fn make_calls(fleet: &Fleet, watch: &mut Watch<'_>, real: &[String], mocks: &[String]) {
    let before: BTreeMap<&String, usize> = real
        .iter()
        .chain(mocks)
        .map(|server| (server, watch.seen.get(server).map_or(0, |seen| count(seen, "OriginateResponse"))))
        .collect();
    let call = [("Channel", "Local/answer@gami"), ("Application", "Wait"), ("Data", "0.1"), ("Async", "true")];
    for server in real.iter().chain(mocks) {
        let client = fleet.client(server).unwrap();
        let answers: Vec<_> = (0..CALLS).map(|_| client.async_action(("Originate", call)).unwrap()).collect();
        for answer in answers {
            answer.recv().unwrap().unwrap();
        }
    }
    for server in real.iter().chain(mocks) {
        let wanted = before[server] + CALLS;
        let is_real = real.contains(server);
        watch.until(std::slice::from_ref(server), "the ends of the calls", |seen| {
            let all_answered = count(seen, "OriginateResponse") == wanted;
            all_answered && (!is_real || count(seen, "Newchannel") == count(seen, "Hangup"))
        });
    }
}

fn mark_all(fleet: &Fleet, servers: &[String], mocks: &BTreeMap<String, Mock>, mark: &str) {
    for server in servers {
        match mocks.get(server) {
            Some(mock) => mock.event("UserEvent", [("UserEvent", mark)]),
            None => drop(fleet.client(server).unwrap().action(user_event(mark)).unwrap()),
        }
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn every_servers_events_are_whole_beside_a_raw_session_whatever_happens_to_the_others() {
    let other = Other::start();
    let (own_name, other_name) = (version().to_string(), other.version.clone());
    let own = (var("GAMI_ASTERISK_AMI"), var("GAMI_ASTERISK_USER"), var("GAMI_ASTERISK_SECRET"));
    let others = ["GAMI_ASTERISK_AMI", "GAMI_ASTERISK_USER", "GAMI_ASTERISK_SECRET"].map(|name| other.var(name));
    let dead: SocketAddr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mocks: BTreeMap<String, Mock> =
        (0..MOCKS).map(|number| (format!("mock {number}"), Mock::start().unwrap())).collect();
    let (flooding, silent) = (Mock::start().unwrap(), Mock::start().unwrap());

    let quick = Backoff::new().first(Duration::from_millis(50)).longest(Duration::from_secs(1));
    // A machine that has much else to do is no server that is gone.
    let options = Options::new().reconnect(quick).keepalive(Duration::from_secs(10));
    let mut fleet = Fleet::new()
        .server(&*own_name, options.clone(), &own.0, &own.1, &own.2)
        .server(&*other_name, options.clone(), &others[0], &others[1], &others[2])
        .server("dead", options.clone(), dead, "admin", "root")
        .server("silent", options.clone(), silent.address(), "admin", "root")
        .server("flooding", options.clone().event_capacity(1_000), flooding.address(), "admin", "root");
    for (name, mock) in &mocks {
        fleet = fleet.server(&**name, options.clone(), mock.address(), "admin", "root");
    }
    let fleet = fleet.connect().unwrap();
    let states = fleet.states();
    let real = [own_name.clone(), other_name.clone()];
    let mock_names: Vec<String> = mocks.keys().cloned().collect();
    let all: Vec<String> = real.iter().chain(&mock_names).cloned().collect();
    for name in &all {
        fleet.client(name).unwrap().wait_connected(PATIENCE).unwrap();
    }
    let raw = |servers: &[String], mark: &str| -> BTreeMap<String, JoinHandle<Vec<Vec<u8>>>> {
        let session = |name: &String| match mocks.get(name) {
            Some(mock) => raw_session(&mock.address().to_string(), "admin", "root", mark),
            None if *name == own_name => raw_session(&own.0, &own.1, &own.2, mark),
            None => raw_session(&others[0], &others[1], &others[2], mark),
        };
        servers.iter().map(|name| (name.clone(), session(name))).collect()
    };
    let mut watch = Watch { fleet: &fleet, seen: BTreeMap::new() };

    // All of them at work.
    let sessions = raw(&all, "fleet-1-end");
    mark_all(&fleet, &all, &mocks, "fleet-1-begin");
    let began = Instant::now();
    make_calls(&fleet, &mut watch, &real, &mock_names);
    mark_all(&fleet, &all, &mocks, "fleet-1-end");
    watch.until(&all, "the mark", |seen| seen.iter().any(|event| is_mark(event, "fleet-1-end")));
    println!("{CALLS} calls on each of {} servers in {:?}", all.len(), began.elapsed());
    watch.assert_as(sessions, "fleet-1-begin", "fleet-1-end");

    // One is killed, one is silent, one floods, one was never there.
    let rest: Vec<String> = all.iter().filter(|name| **name != other_name).cloned().collect();
    let sessions = raw(&rest, "fleet-2-end");
    mark_all(&fleet, &rest, &mocks, "fleet-2-begin");
    assert!(other.rig("kill").0);
    silent.go_silent();
    thread::scope(|scope| {
        scope.spawn(|| (0..100_000).for_each(|number| flooding.event("Tick", [("Number", number)])));
        make_calls(&fleet, &mut watch, &real[..1], &mock_names);
    });
    mark_all(&fleet, &rest, &mocks, "fleet-2-end");
    watch.until(&rest, "the mark", |seen| seen.iter().any(|event| is_mark(event, "fleet-2-end")));
    watch.assert_as(sessions, "fleet-2-begin", "fleet-2-end");
    for (name, stats) in fleet.stats() {
        assert!(stats.events_dropped == 0 || &*name == "flooding", "{name}: {stats:?}");
        if &*name == "flooding" {
            println!("flooding: {} events, {} dropped", stats.events, stats.events_dropped);
        }
    }
    let lost = |server: &str| {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (name, state) = states.recv_deadline(deadline).unwrap_or_else(|_| panic!("{server} is not lost"));
            if &*name == server && state == State::Reconnecting {
                return;
            }
        }
    };
    lost(&other_name);
    assert_eq!(fleet.client("dead").unwrap().state(), State::Reconnecting);

    // It comes back, and its model with it.
    assert!(other.rig("start").0);
    fleet.client(&other_name).unwrap().wait_connected(PATIENCE).unwrap();
    let live = fleet.live(Parts::new().calls()).unwrap();
    for name in &real {
        live.server(name).unwrap().wait_valid(2 * PATIENCE).unwrap();
    }
    println!("models: {:?}", live.now().keys().collect::<Vec<_>>());
    let began = Instant::now();
    fleet.close().unwrap();
    println!("closed in {:?}", began.elapsed());
}
