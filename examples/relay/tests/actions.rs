//! Actions from a stream: each sent at most once and each with an outcome, whoever is killed.

mod support;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use gami::mock::{Mock, Reply};
use redis::Connection;

use support::load::{await_login, entries};
use support::{number, wait_at_most, wait_until, Redis, Relay};

const ACTIONS: &str = "gami:actions";
const RESULTS: &str = "gami:results";

fn post(connection: &mut Connection, fields: &[(&str, &str)]) -> String {
    redis::cmd("XADD").arg(ACTIONS).arg("*").arg(fields).query(connection).unwrap()
}

type Fields = HashMap<String, String>;

/// The results by the entries that they answer: there is one for each.
fn results(connection: &mut Connection) -> HashMap<String, Fields> {
    let mut results = HashMap::new();
    for (_, fields) in entries(connection, RESULTS) {
        let fields: Fields = fields.into_iter().collect();
        let entry = fields["entry"].clone();
        assert!(results.insert(entry.clone(), fields).is_none(), "{entry} is answered twice");
    }
    results
}

fn await_results(connection: &mut Connection, count: usize) -> HashMap<String, Fields> {
    wait_until("all are answered", || results(connection).len() >= count);
    results(connection)
}

/// A mock that counts what it gets of `Count`, by its `Number`.
fn counting() -> (Mock, Arc<Mutex<HashMap<String, u64>>>) {
    let mock = Mock::start().unwrap();
    let counts = Arc::new(Mutex::new(HashMap::new()));
    mock.on("Count", {
        let counts = Arc::clone(&counts);
        move |request| {
            *counts.lock().unwrap().entry(request.get("Number").unwrap_or_default().to_owned()).or_default() += 1;
            Reply::success().header("Message", "counted")
        }
    });
    (mock, counts)
}

#[test]
fn every_outcome_is_told_under_the_id_of_the_request() {
    let redis = Redis::start();
    let mock = Mock::start().unwrap();
    mock.on("Hangup", |_| Reply::error("No such channel"));
    mock.on("Sleep", |_| Reply::nothing());
    mock.on("CoreShowChannels", |_| {
        Reply::list().event("CoreShowChannel", [("Channel", "PJSIP/1")]).complete("CoreShowChannelsComplete")
    });
    let mut connection = redis.connect();
    let berlin = ("server", "berlin");
    let late = post(&mut connection, &[berlin, ("action", "Ping"), ("expires_ms", "1"), ("id", "late")]);
    thread::sleep(Duration::from_millis(20));
    // Nobody is behind this port.
    let dead = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let servers = [("berlin", mock.to_string()), ("dead", dead)];
    let mut relay = Relay::start(&redis, &servers, &["--actions", ACTIONS, "--wait-ms", "5000"]);
    await_login(&mock);
    let mut expected = vec![(late, "late", "NotSent", "too old")];
    for (fields, id, outcome, said) in [
        (&[berlin, ("action", "Ping"), ("id", "a")][..], "a", "Response", ""),
        (&[berlin, ("action", "Ping"), ("id", "a")], "a", "Repeated", "the same id"),
        (&[berlin, ("action", "Hangup"), ("Channel", "PJSIP/1"), ("id", "b")], "b", "Refused", "No such channel"),
        (&[berlin, ("action", "Sleep"), ("wait_ms", "300"), ("id", "c")], "c", "Unknown", "no answer within"),
        (&[("server", "dead"), ("action", "Ping"), ("id", "d")], "d", "NotSent", "not connected"),
        (&[("server", "rome"), ("action", "Ping"), ("id", "e")], "e", "Invalid", "server: rome is none of this relay"),
        (&[berlin, ("id", "f")], "f", "Invalid", "action: is missing"),
        (&[berlin, ("action", "Ping"), ("X", "a\nb"), ("id", "g")], "g", "Invalid", "header \"X\" of action \"Ping\""),
        (
            &[("json", r#"{"server": "berlin", "action": "CoreShowChannels", "list": true, "id": 8}"#)],
            "8",
            "Response",
            "",
        ),
        (&[("json", "{"), ("id", "h")], "h", "Invalid", "json: is no JSON"),
    ] {
        expected.push((post(&mut connection, fields), id, outcome, said));
    }
    let results = await_results(&mut connection, expected.len());
    for (entry, id, outcome, said) in &expected {
        let result = &results[entry];
        assert_eq!((result["id"].as_str(), result["outcome"].as_str()), (*id, *outcome), "{result:?}");
        assert!(result.get("error").map(String::as_str).unwrap_or_default().contains(said), "{result:?}");
    }
    let by_id = |id: &str, outcome: &str| {
        results
            .values()
            .find(|result| result["id"] == id && result["outcome"] == outcome)
            .unwrap_or_else(|| panic!("{id}"))
    };
    assert!(by_id("a", "Response")["response"].contains("Pong"), "{:?}", by_id("a", "Response"));
    assert!(by_id("8", "Response")["items"].contains("PJSIP/1"));
    assert_eq!(by_id("f", "Invalid")["field"], "action");
    // What was not sent may be asked for again under its id.
    post(&mut connection, &[berlin, ("action", "Ping"), ("id", "d")]);
    let results = await_results(&mut connection, expected.len() + 1);
    assert!(results.values().any(|result| result["id"] == "d" && result["outcome"] == "Response"));
    assert_eq!(mock.received().iter().filter(|request| request.name() == "Hangup").count(), 1);
    assert!(relay.end(), "{}", relay.said());
    // What is not taken at once comes later as what was left: that would do, and be slow.
    assert!(!relay.said().contains("taking actions"), "{}", relay.said());
}

/// Adds it, again until Redis has acknowledged it.
fn post_surely(redis: &Mutex<Redis>, connection: &mut Option<Connection>, id: &str) {
    loop {
        let posted = match connection {
            Some(connection) => {
                let fields = [("server", "berlin"), ("action", "Count"), ("Number", id), ("id", id)];
                redis::cmd("XADD").arg(ACTIONS).arg("*").arg(&fields).query::<String>(connection)
            }
            None => match redis.lock().unwrap().try_connect() {
                Ok(new) => {
                    *connection = Some(new);
                    continue;
                }
                Err(error) => Err(error),
            },
        };
        match posted {
            Ok(_) => return,
            Err(_) => {
                *connection = None;
                thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

/// `RELAY_ACTIONS=10000 RELAY_KILLS=20 cargo test --release --test actions at_most_once -- --nocapture`
#[test]
fn each_action_is_made_at_most_once_and_has_an_outcome_whoever_is_killed() {
    let (count, kills) = (number("RELAY_ACTIONS", 400), number("RELAY_KILLS", 6));
    let redis = Arc::new(Mutex::new(Redis::start()));
    let (mock, received) = counting();
    let arguments = ["--actions", ACTIONS, "--wait-ms", "1000", "--results-maxlen", "0", "--concurrency", "8"];
    let mut relay = Relay::start(&redis.lock().unwrap(), &[("berlin", mock.to_string())], &arguments);
    await_login(&mock);
    // As many between two kills, however fast the machine is.
    let producer = |ids: std::ops::Range<u64>| {
        let redis = Arc::clone(&redis);
        thread::spawn(move || {
            let mut connection = None;
            ids.for_each(|id| post_surely(&redis, &mut connection, &id.to_string()));
        })
    };
    let share = count / (kills + 1);
    for kill in 0..=kills {
        let end = if kill == kills { count } else { (kill + 1) * share };
        let begun = kill * share;
        let posting = producer(begun..end);
        if kill == kills {
            posting.join().unwrap();
            break;
        }
        // In the middle of it.
        let half = (begun + (end - begun) / 2) as usize;
        wait_until("half of them have been sent or answered", || {
            received.lock().unwrap().len() + 60 >= half.min(60) + half * 8 / 10
        });
        if kill % 2 == 0 {
            relay.kill();
            thread::sleep(Duration::from_millis(50));
            relay.restart();
        } else {
            let mut redis = redis.lock().unwrap();
            redis.kill();
            thread::sleep(Duration::from_millis(50));
            redis.restart();
        }
        posting.join().unwrap();
    }
    let mut connection = redis.lock().unwrap().connect();
    let posted = entries(&mut connection, ACTIONS).len();
    wait_at_most(Duration::from_secs(180), "each is answered", || {
        thread::sleep(Duration::from_millis(100));
        redis::cmd("XLEN").arg(RESULTS).query::<usize>(&mut connection).unwrap() >= posted
    });
    let results = results(&mut connection);
    assert_eq!(results.len(), posted);
    let received = received.lock().unwrap();
    let mut outcomes: HashMap<&str, u64> = HashMap::new();
    let mut answered: HashMap<&str, u64> = HashMap::new();
    for result in results.values() {
        let (id, outcome) = (result["id"].as_str(), result["outcome"].as_str());
        *outcomes.entry(outcome).or_default() += 1;
        if outcome == "Repeated" {
            continue;
        }
        *answered.entry(id).or_default() += 1;
        let times = received.get(id).copied().unwrap_or_default();
        match outcome {
            "Response" => assert_eq!(times, 1, "{result:?}"),
            // A second entry of the same id may have been sent.
            "NotSent" | "Unknown" => assert!(times <= 1, "{times}: {result:?}"),
            _ => panic!("{result:?}"),
        }
    }
    assert!((0..count).all(|id| answered.contains_key(id.to_string().as_str())));
    assert!(received.values().all(|times| *times == 1), "{:?}", received.iter().find(|(_, times)| **times > 1));
    println!(
        "{count} actions in {posted} entries, {kills} kills by turns of relay and Redis: the server got {}, none twice; outcomes: {outcomes:?}",
        received.len()
    );
    relay.kill();
}

#[test]
fn what_a_killed_relay_had_begun_is_unknown_and_what_it_had_not_is_made_by_another() {
    let redis = Redis::start();
    let (mock, received) = counting();
    mock.on("Sleep", |_| Reply::nothing());
    let mut connection = redis.connect();
    let servers = [("berlin", mock.to_string())];
    let arguments =
        ["--actions", ACTIONS, "--wait-ms", "1000", "--takeover-ms", "200", "--concurrency", "1", "--consumer"];
    let mut first = Relay::start(&redis, &servers, &[&arguments[..], &["first"]].concat());
    await_login(&mock);
    let begun = post(&mut connection, &[("server", "berlin"), ("action", "Sleep"), ("wait_ms", "3000")]);
    mock.wait_for("Sleep", 1, support::PATIENCE).unwrap();
    let waiting =
        post(&mut connection, &[("server", "berlin"), ("action", "Count"), ("Number", "1"), ("wait_ms", "30000")]);
    wait_until("both are taken", || {
        let mut pending = redis::cmd("XPENDING");
        pending.arg(ACTIONS).arg("relay").arg("-").arg("+").arg(10);
        pending.query::<Vec<redis::Value>>(&mut connection).unwrap().len() == 2
    });
    let killed = Instant::now();
    first.kill();
    let mut second = Relay::start(&redis, &servers, &[&arguments[..], &["second"]].concat());
    let results = await_results(&mut connection, 2);
    assert_eq!(results[&waiting]["outcome"], "Response");
    assert_eq!(results[&begun]["outcome"], "Unknown");
    assert!(
        killed.elapsed() > Duration::from_secs(2),
        "it was in its time, and nobody could know that its relay is gone"
    );
    assert_eq!(received.lock().unwrap()["1"], 1);
    assert_eq!(mock.received().iter().filter(|request| request.name() == "Sleep").count(), 1);
    assert!(second.end(), "{}", second.said());
}

#[test]
fn with_a_redis_that_may_forget_no_action_is_made_unless_that_is_asked_for() {
    let mut redis = Redis::with(&["--appendonly", "no"]);
    let (mock, received) = counting();
    let mut connection = redis.connect();
    let servers = [("berlin", mock.to_string())];
    let mut relay = Relay::start(&redis, &servers, &["--actions", ACTIONS]);
    await_login(&mock);
    let fields = [("server", "berlin"), ("action", "Count"), ("Number", "1"), ("id", "7")];
    post(&mut connection, &fields);
    wait_until("it is told", || relay.said().contains("appendonly is no, appendfsync is everysec"));
    assert!(received.lock().unwrap().is_empty());
    assert!(relay.end() || relay.said().contains("were taken and not answered"), "{}", relay.said());

    let mut relay = Relay::start(&redis, &servers, &["--actions", ACTIONS, "--redis-may-forget"]);
    await_results(&mut connection, 1);
    assert_eq!(received.lock().unwrap()["1"], 1);
    // It forgets, and the same is asked for again: the relay remembers.
    redis.kill();
    redis.restart();
    let mut connection = redis.connect();
    post(&mut connection, &fields);
    let results = await_results(&mut connection, 1);
    let result = results.values().next().unwrap();
    assert!(result["outcome"] == "Unknown" && result["error"].contains("forgotten"), "{result:?}");
    assert_eq!(received.lock().unwrap()["1"], 1);
    assert!(relay.end(), "{}", relay.said());
}

#[test]
fn a_relay_that_is_told_to_end_tells_what_became_of_the_actions_under_way() {
    let redis = Redis::start();
    let mock = Mock::start().unwrap();
    mock.on("Sleep", |_| Reply::nothing());
    let mut connection = redis.connect();
    let arguments =
        ["--actions", "act:{server}", "--results", "res:{server}", "--grace-ms", "1000", "--wait-ms", "60000"];
    let mut relay = Relay::start(&redis, &[("berlin", mock.to_string())], &arguments);
    await_login(&mock);
    let entry: String =
        redis::cmd("XADD").arg("act:berlin").arg("*").arg("action").arg("Sleep").query(&mut connection).unwrap();
    mock.wait_for("Sleep", 1, support::PATIENCE).unwrap();
    assert!(relay.end(), "{}", relay.said());
    let results = entries(&mut connection, "res:berlin");
    let result: Fields = results.into_iter().next().unwrap().1.into_iter().collect();
    assert_eq!((result["entry"].as_str(), result["outcome"].as_str()), (entry.as_str(), "Unknown"), "{result:?}");
}
