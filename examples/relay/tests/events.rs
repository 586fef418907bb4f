//! Events on their way to Redis, by a relay and a Redis that are processes and are killed.

mod support;

use std::thread;
use std::time::{Duration, Instant};

use gami::mock::Mock;
use redis::Connection;

use support::load::{await_login, entries, events, number_of, Found};
use support::{number, wait_at_most, wait_until, Redis, Relay};

const STREAM: &str = "gami:events";

fn has_note(connection: &mut Connection, stream: &str, kind: &str) -> bool {
    entries(connection, stream).iter().any(|(_, fields)| fields[0].1 == kind)
}

/// Whether the stream ends with this number.
fn ends_with(connection: &mut Connection, stream: &str, last: u64) -> bool {
    let newest: Vec<(String, Vec<(String, String)>)> =
        redis::cmd("XREVRANGE").arg(stream).arg("+").arg("-").arg("COUNT").arg(10).query(connection).unwrap();
    newest.iter().any(|(_, fields)| fields[5].0 == "json" && number_of(&fields[5].1) == Some(last))
}

#[test]
fn the_events_of_two_servers_stand_in_order_in_a_stream_each() {
    let redis = Redis::start();
    let (berlin, paris) = (Mock::start().unwrap(), Mock::start().unwrap());
    let servers = [("berlin", berlin.to_string()), ("paris", paris.to_string())];
    let mut relay = Relay::start(&redis, &servers, &["--events", "ev:{server}"]);
    for mock in [&berlin, &paris] {
        await_login(mock);
        mock.push(events(0, 1000));
    }
    let mut connection = redis.connect();
    for server in ["berlin", "paris"] {
        let stream = format!("ev:{server}");
        wait_until("all events are there", || ends_with(&mut connection, &stream, 999));
    }
    assert!(relay.end(), "{}", relay.said());
    for server in ["berlin", "paris"] {
        let found = Found::read(&mut connection, &format!("ev:{server}"));
        found.check(1000);
        assert_eq!((found.doubles, found.count_missing()), (0, 0));
        assert!(found.notes.iter().all(|note| note.server == server));
        let kinds: Vec<&str> = found.notes.iter().map(|note| note.kind.as_str()).collect();
        assert_eq!((kinds[0], kinds[kinds.len() - 1]), ("begin", "end"), "{kinds:?}");
        assert!(found.notes.iter().any(|note| note.fields.get("state").is_some_and(|state| state == "Connected")));
    }
    let (_, fields) =
        entries(&mut connection, "ev:berlin").into_iter().find(|(_, fields)| fields[0].1 == "event").unwrap();
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["kind", "server", "run", "link", "seq", "json"]);
}

/// `RELAY_EVENTS=1000000 RELAY_RATE=40000 cargo test --release --test events five_times -- --nocapture`
#[test]
fn a_redis_that_is_killed_five_times_misses_nothing_that_is_not_told() {
    let (count, rate) = (number("RELAY_EVENTS", 20_000), number("RELAY_RATE", 3_000));
    let mut redis = Redis::start();
    let mock = Mock::start().unwrap();
    // A backlog of a second: the longer outages fill it.
    let backlog = number("RELAY_BACKLOG", rate).to_string();
    let maxlen = (count * 2).to_string();
    let mut relay =
        Relay::start(&redis, &[("berlin", mock.to_string())], &["--backlog-entries", &backlog, "--maxlen", &maxlen]);
    await_login(&mock);
    let pusher = thread::spawn(move || {
        let begun = Instant::now();
        for from in (0..count).step_by(100) {
            mock.push(events(from, 100.min(count - from)));
            let due = begun + Duration::from_secs_f64((from + 100) as f64 / rate as f64);
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        mock
    });
    let begun = Instant::now();
    for kill in 1..=5u32 {
        let due = begun + Duration::from_secs_f64(count as f64 / rate as f64) * kill / 6;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        redis.kill();
        thread::sleep(Duration::from_millis(if kill % 2 == 0 { 1000 } else { 50 }));
        redis.restart();
    }
    let mock = pusher.join().unwrap();
    let mut connection = redis.connect();
    // What comes last may be missing itself, and is followed until something is there.
    let mut next = count;
    wait_at_most(Duration::from_secs(120), "the last event is there", || {
        mock.push(events(next, 1));
        next += 1;
        thread::sleep(Duration::from_millis(20));
        (count..next).any(|last| ends_with(&mut connection, STREAM, last))
    });
    assert!(relay.end(), "{}", relay.said());
    let found = Found::read(&mut connection, STREAM);
    found.check(next);
    let (distinct, missing) = (found.numbers.len(), found.count_missing());
    println!(
        "{count} events at {rate} a second, 5 kills: {distinct} there, {missing} told missing in {} gaps, {} doubles, all told apart",
        found.told_missing.len(),
        found.doubles
    );
}

#[test]
fn a_relay_that_is_killed_is_seen_to_have_been() {
    let redis = Redis::start();
    let mock = Mock::start().unwrap();
    let mut relay = Relay::start(&redis, &[("berlin", mock.to_string())], &[]);
    await_login(&mock);
    mock.push(events(0, 100));
    let mut connection = redis.connect();
    wait_until("the first are there", || ends_with(&mut connection, STREAM, 99));
    relay.kill();
    wait_until("the link is gone", || mock.sessions().iter().all(|session| !session.is_open()));
    relay.restart();
    await_login(&mock);
    mock.push(events(100, 100));
    wait_until("the others are there", || ends_with(&mut connection, STREAM, 199));
    assert!(relay.end(), "{}", relay.said());
    let found = Found::read(&mut connection, STREAM);
    assert_eq!((found.numbers.len(), found.doubles, found.broken_off.len()), (200, 0, 1));
    found.check(200);
}

#[test]
fn the_loss_of_a_link_and_what_the_relay_was_too_slow_for_are_in_the_stream() {
    let redis = Redis::start();
    let mock = Mock::start().unwrap();
    let mut relay = Relay::start(&redis, &[("berlin", mock.to_string())], &["--event-capacity", "1"]);
    await_login(&mock);
    let mut connection = redis.connect();
    mock.push(events(0, 5_000));
    // With a queue of one event most are dropped, and the last as well: one more tells how far it went.
    let mut next = 5_000;
    wait_until("gaps are told", || {
        mock.push(events(next, 1));
        next += 1;
        has_note(&mut connection, STREAM, "gap")
    });
    mock.hang_up();
    wait_until("the loss is told", || has_note(&mut connection, STREAM, "lost"));
    await_login(&mock);
    mock.push(events(next, 1));
    next += 1;
    thread::sleep(Duration::from_millis(100));
    assert!(relay.end(), "{}", relay.said());
    let found = Found::read(&mut connection, STREAM);
    found.check(next);
    assert!(found.count_missing() > 0);
    let states: Vec<&str> =
        found.notes.iter().filter_map(|note| note.fields.get("state")).map(String::as_str).collect();
    let lost = states.iter().position(|state| *state == "Reconnecting" && states[0] != *state);
    assert!(lost.is_some() || states.iter().filter(|state| **state == "Connected").count() == 2, "{states:?}");
}

#[test]
fn a_stream_that_is_no_stream_holds_up_no_other_and_is_written_once_it_is_one() {
    let redis = Redis::start();
    let mut connection = redis.connect();
    redis::cmd("SET").arg("ev:berlin").arg("no stream").query::<()>(&mut connection).unwrap();
    let (berlin, paris) = (Mock::start().unwrap(), Mock::start().unwrap());
    let servers = [("berlin", berlin.to_string()), ("paris", paris.to_string())];
    let mut relay = Relay::start(&redis, &servers, &["--events", "ev:{server}"]);
    for mock in [&berlin, &paris] {
        await_login(mock);
        mock.push(events(0, 100));
    }
    wait_until("paris is there", || ends_with(&mut connection, "ev:paris", 99));
    wait_until("it is told", || relay.said().contains("ev:berlin (berlin)") && relay.said().contains("is no stream"));
    redis::cmd("DEL").arg("ev:berlin").query::<()>(&mut connection).unwrap();
    wait_until("berlin is there", || ends_with(&mut connection, "ev:berlin", 99));
    assert!(relay.end(), "{}", relay.said());
    Found::read(&mut connection, "ev:berlin").check(100);
}

#[test]
fn what_redis_refuses_for_want_of_memory_is_kept_and_written_in_order() {
    let redis = Redis::start();
    let mock = Mock::start().unwrap();
    let mut relay = Relay::start(&redis, &[("berlin", mock.to_string())], &[]);
    await_login(&mock);
    let mut connection = redis.connect();
    mock.push(events(0, 100));
    wait_until("the first are there", || ends_with(&mut connection, STREAM, 99));
    let mut config =
        |value: &str| redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg(value).query::<()>(&mut connection).unwrap();
    config("1");
    mock.push(events(100, 1000));
    wait_until("it is told", || relay.said().contains("maxmemory"));
    config("0");
    wait_until("all are there", || ends_with(&mut connection, STREAM, 1099));
    assert!(relay.end(), "{}", relay.said());
    let found = Found::read(&mut connection, STREAM);
    found.check(1100);
    assert_eq!((found.doubles, found.count_missing()), (0, 0));
}

#[test]
fn a_redis_that_hangs_is_waited_for_and_a_relay_that_cannot_finish_says_what_it_left() {
    let redis = Redis::start();
    let mock = Mock::start().unwrap();
    let arguments = ["--redis-timeout-ms", "300", "--grace-ms", "600"];
    let mut relay = Relay::start(&redis, &[("berlin", mock.to_string())], &arguments);
    await_login(&mock);
    let mut connection = redis.connect();
    mock.push(events(0, 10));
    wait_until("the first are there", || ends_with(&mut connection, STREAM, 9));
    redis.signal("STOP");
    mock.push(events(10, 10));
    wait_until("it is told", || relay.said().contains("does not answer in time"));
    redis.signal("CONT");
    wait_until("the others are there", || ends_with(&mut connection, STREAM, 19));
    wait_until("the end of it is told", || relay.said().contains("works again"));
    redis.signal("STOP");
    mock.push(events(20, 10));
    let said = relay.said().len();
    wait_until("it is told again", || relay.said()[said..].contains("does not answer in time"));
    assert!(!relay.end());
    assert!(relay.said().contains("LEFT, and lost: 10 events"), "{}", relay.said());
    redis.signal("CONT");
    let found = Found::read(&mut connection, STREAM);
    found.check(20);
    assert!(found.doubles > 0, "Redis took what it was sent before it hung, and what was sent again");
}

#[test]
fn a_wrong_password_is_told_at_once_and_not_shown() {
    let redis = Redis::with(&["--requirepass", "hunter2"]);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_relay"));
    command.args(["--redis", &redis.url(), "--server", "berlin 127.0.0.1:1 admin"]);
    let refused = command.env("GAMI_SECRET", "hunter4").env("REDIS_PASSWORD", "hunter3").output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("REDIS_PASSWORD") && !said.contains("hunter"), "{said}");
}
