//! The consumer, as a process: what it prints of doubles and gaps, and how a group shares a stream.

mod support;

use std::process::{Command, Stdio};

use redis::Connection;

use support::{wait_until, Redis};

const STREAM: &str = "gami:events";

fn add(connection: &mut Connection, fields: &[(&str, &str)]) {
    redis::cmd("XADD").arg(STREAM).arg("*").arg(fields).query::<String>(connection).unwrap();
}

fn add_event(connection: &mut Connection, run: &str, link: &str, seq: &str) {
    let json = format!(r#"{{"event":"Hangup","number":{seq}}}"#);
    let fields = [("kind", "event"), ("server", "berlin"), ("run", run), ("link", link), ("seq", seq), ("json", &json)];
    add(connection, &fields);
}

fn add_note(connection: &mut Connection, kind: &str, run: &str, seq: &str, note: &str, more: &[(&str, &str)]) {
    let fields = [("kind", kind), ("server", "berlin"), ("run", run), ("link", "1"), ("seq", seq), ("note", note)];
    add(connection, &[&fields[..], more].concat());
}

/// What it prints of all there is.
fn consume(redis: &Redis, arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consumer"));
    command.args(["--redis", &redis.url(), "--from", "0", "--until-idle"]).args(arguments).arg(STREAM);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the consumer runs");
    // What it prints here fits in the pipe.
    wait_until("it ends", || child.try_wait().unwrap().is_some());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn doubles_and_what_is_missing_are_told() {
    let redis = Redis::start();
    let mut connection = redis.connect();
    add_note(&mut connection, "begin", "a", "0", "1", &[]);
    for seq in ["0", "1", "0", "1", "2"] {
        add_event(&mut connection, "a", "1", seq);
    }
    add_note(
        &mut connection,
        "gap",
        "a",
        "5",
        "2",
        &[("from", "3"), ("count", "2"), ("notes", "0"), ("cause", "backlog")],
    );
    add_event(&mut connection, "a", "2", "5");
    add_event(&mut connection, "a", "2", "8");
    add_note(&mut connection, "begin", "b", "0", "1", &[]);
    add(&mut connection, &[("by", "somebody else")]);
    let lines = consume(&redis, &[]);
    let expected = [
        "-- berlin: begin ",
        r#"berlin/a/1/0 {"event":"Hangup","number":0}"#,
        r#"berlin/a/1/1 {"event":"Hangup","number":1}"#,
        r#"berlin/a/1/0 (double) {"event":"Hangup","number":0}"#,
        r#"berlin/a/1/1 (double) {"event":"Hangup","number":1}"#,
        r#"berlin/a/1/2 {"event":"Hangup","number":2}"#,
        "-- berlin: gap: 2 events from 3 on, 0 notes (backlog)",
        "-- berlin: link 1 was lost, this is link 2: what was sent in between is not known",
        r#"berlin/a/2/5 {"event":"Hangup","number":5}"#,
        "-- berlin: 2 events are missing and no gap tells why: 6 to 7",
        r#"berlin/a/2/8 {"event":"Hangup","number":8}"#,
        "-- berlin: run a has no end: its relay was killed, and what it had not written is lost",
        "-- berlin: begin ",
    ];
    assert_eq!(lines[..expected.len()], expected);
    assert!(lines[expected.len()].ends_with(r#"by="somebody else""#), "{lines:?}");
}

#[test]
fn the_consumers_of_a_group_share_a_stream_and_tell_doubles_between_them() {
    let redis = Redis::start();
    let mut connection = redis.connect();
    for seq in ["0", "1", "2", "3"] {
        add_event(&mut connection, "a", "1", seq);
    }
    let first = consume(&redis, &["--group", "g", "--consumer", "one", "--count", "2"]);
    let second = consume(&redis, &["--group", "g", "--consumer", "two"]);
    let ids =
        |lines: &[String]| lines.iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(&first), ["berlin/a/1/0", "berlin/a/1/1"]);
    assert_eq!(ids(&second), ["berlin/a/1/2", "berlin/a/1/3"]);
    // The relay had no answer and sent it again.
    add_event(&mut connection, "a", "1", "1");
    let again = consume(&redis, &["--group", "g", "--consumer", "two"]);
    assert_eq!(again, [r#"berlin/a/1/1 (double) {"event":"Hangup","number":1}"#]);
}

#[test]
fn what_a_consumer_has_taken_and_not_printed_is_no_double_when_it_comes_again() {
    let redis = Redis::start();
    let mut connection = redis.connect();
    add_event(&mut connection, "a", "1", "0");
    // As if it had been killed between taking and printing, with its mark set.
    let id: Vec<(String, Vec<(String, String)>)> =
        redis::cmd("XRANGE").arg(STREAM).arg("-").arg("+").query(&mut connection).unwrap();
    redis::cmd("SET").arg(format!("{STREAM}:g:seen:berlin/a/1/0")).arg(&id[0].0).query::<()>(&mut connection).unwrap();
    redis::cmd("XGROUP").arg("CREATE").arg(STREAM).arg("g").arg("0").query::<()>(&mut connection).unwrap();
    let mut read = redis::cmd("XREADGROUP");
    read.arg("GROUP")
        .arg("g")
        .arg("one")
        .arg("STREAMS")
        .arg(STREAM)
        .arg(">")
        .query::<redis::Value>(&mut connection)
        .unwrap();
    let lines = consume(&redis, &["--group", "g", "--consumer", "one"]);
    assert_eq!(lines, [r#"berlin/a/1/0 {"event":"Hangup","number":0}"#]);
    assert_eq!(consume(&redis, &["--group", "g", "--consumer", "one"]), [""; 0]);
}
