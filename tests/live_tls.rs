//! What is sent over TLS in other amounts than a server reads at once, beside the same over TCP: everything is answered,
//! and the times of both are printed. `tests/asterisk/run test --test live_tls -- --nocapture` shows them.

mod asterisk;

use std::fmt::Write;
use std::thread;
use std::time::{Duration, Instant};

use asterisk::*;
use gami::{Action, Client, Result};

/// What is not answered by then never is.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);

/// The same over TCP and over TLS; the times go to standard output, and what failed is told when both are through.
fn over_both(what: &str, exercise: impl Fn(&Client) -> Outcome) -> Option<String> {
    let mut line = format!("Asterisk {}, {what}:", version());
    let mut failed = None;
    for (way, options, address) in ways().into_iter().take(2) {
        let ami = options.action_timeout(ANSWERED_WITHIN).dial(address).unwrap();
        log_in(&ami);
        ami.set_event_mask("user").unwrap();
        let begun = Instant::now();
        let Outcome { sent, slowest, errors } = exercise(&ami);
        let took = begun.elapsed();
        write!(line, " {way} {took:.1?}, the slowest {slowest:.1?};").unwrap();
        if let Some(first) = errors.first() {
            let answered = sent - errors.len();
            failed = Some(format!("{what} over {way}: {answered} of {sent} answered, then {first}"));
        }
    }
    println!("{}", line.trim_end_matches(';'));
    failed
}

#[derive(Default)]
struct Outcome {
    sent: usize,
    slowest: Duration,
    errors: Vec<String>,
}

impl Outcome {
    fn count<T>(&mut self, begun: Instant, answer: Result<T>) {
        self.sent += 1;
        match answer {
            Ok(_) => self.slowest = self.slowest.max(begun.elapsed()),
            Err(error) => self.errors.push(error.to_string()),
        }
    }
}

/// An action that comes back as an event, with all its headers.
fn user_event(name: &str, lines: &[String]) -> Action {
    let action = Action::new("UserEvent").param("ActionID", name).param("UserEvent", name);
    lines.iter().enumerate().fold(action, |action, (at, value)| action.param(format!("L{at:02}"), value))
}

fn sent_and_seen(ami: &Client, name: &str, lines: &[String]) -> Outcome {
    let mut outcome = Outcome::default();
    let begun = Instant::now();
    let answer = ami.action(user_event(name, lines));
    let is_answered = answer.is_ok();
    outcome.count(begun, answer);
    if is_answered {
        let events = events_until(ami, |event| is_mark(event, name));
        let event = events.last().unwrap();
        let arrived: Vec<_> = (0..lines.len()).map(|at| event.get(&format!("L{at:02}")).unwrap_or_default()).collect();
        assert!(arrived == lines, "{name}: another text came back");
    }
    outcome
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn an_action_of_any_size_is_answered_and_arrives_whole() {
    let mut failed = Vec::new();
    // Around each multiple of 1,024, where a server stops reading.
    for size in [700, 1_000, 1_023, 1_024, 1_025, 1_372, 2_047, 2_048, 2_049, 3_072, 4_096, 5_000, 6_062, 8_200] {
        let name = format!("size-{size}");
        let frame = "Action: UserEvent\r\nActionID: \r\nUserEvent: \r\n\r\n".len() + 2 * name.len();
        let mut left = size - frame;
        let mut lines = Vec::new();
        while left > 0 {
            const AROUND: usize = "L00: \r\n".len();
            // No line of less than one byte of text remains.
            let line = if left > 500 { 400 } else { left };
            lines.push("x".repeat(line - AROUND));
            left -= line;
        }
        failed.extend(over_both(&format!("an action of {size} bytes"), |ami| sent_and_seen(ami, &name, &lines)));
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn an_action_of_twenty_lines_of_1006_bytes_is_answered_and_arrives_whole() {
    let lines: Vec<_> = (0..20).map(|at| char::from(b'a' + at).to_string().repeat(1_006 - "L00: \r\n".len())).collect();
    let failed = over_both("20 lines of 1,006 bytes", |ami| sent_and_seen(ami, "twenty", &lines));
    assert_eq!(failed, None);
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn an_originate_with_many_variables_is_answered() {
    let failed = over_both("an Originate with 40 variables", |ami| {
        let call = gami::action::Originate::new("Local/answer-long@gami/n").application("Wait", "1").asynchronous(true);
        let call = (0..40).fold(call, |call, at| call.variable(&format!("V{at}"), "a value of thirty-four characters"));
        let mut outcome = Outcome::default();
        let begun = Instant::now();
        outcome.count(begun, ami.action(call));
        outcome
    });
    connected().list(("Hangup", [("Channel", "/./"), ("Cause", "16")])).unwrap();
    assert_eq!(failed, None);
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn pings_that_follow_each_other_without_waiting_are_all_answered() {
    let mut failed = Vec::new();
    for count in [30, 100, 1_000, 10_000, 100_000] {
        failed.extend(over_both(&format!("{count} pings at once"), |ami| {
            let sent: Vec<_> = (0..count).map(|_| (Instant::now(), ami.async_action("Ping").unwrap())).collect();
            let mut outcome = Outcome::default();
            for (begun, answer) in sent {
                outcome.count(begun, answer.recv_timeout(2 * ANSWERED_WITHIN).expect("an answer or its timeout"));
            }
            outcome
        }));
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn actions_of_64_threads_are_all_answered() {
    let failed = over_both("64 threads with 50 actions each", |ami| {
        let each = |thread: usize| {
            let mut outcome = Outcome::default();
            for at in 0..50 {
                let begun = Instant::now();
                // Of 60 to 460 bytes.
                let action = Action::new("UserEvent").param("UserEvent", "one").param("Text", "x".repeat(8 * at));
                outcome.count(begun, if (thread + at) % 2 == 0 { ami.action("Ping") } else { ami.action(action) });
                if !outcome.errors.is_empty() {
                    break; // each one more would take its timeout
                }
            }
            outcome
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..64).map(|thread| scope.spawn(move || each(thread))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).fold(Outcome::default(), |mut all, one| {
                all.sent += one.sent;
                all.slowest = all.slowest.max(one.slowest);
                all.errors.extend(one.errors);
                all
            })
        })
    });
    assert_eq!(failed, None);
}
