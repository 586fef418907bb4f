//! Actions and their answers: each its own, once, and nobody else's.

mod support;

use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use gami::action::{Originate, Ping};
use gami::mock::{Mock, Reply};
use gami::{Action, Client, Error, Loss, Options, Outcome, Response, Result};
use support::*;

/// Short, for an answer that does not come in time.
const SHORT: Duration = Duration::from_millis(50);

fn message(response: Result<Response>) -> String {
    response.unwrap().message().unwrap().to_owned()
}

/// Numbers in no order; the same in each run.
fn scattered(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

/// Threads that each make so many actions, whose answers come in random order.
fn crowd(mock: Mock, options: &Options, threads: usize, actions: usize) {
    let mut random = scattered(0x5EED);
    mock.on("Echo", move |request| {
        let delay = Duration::from_micros(random() % 2_000);
        Reply::success().header("Message", request.get("Text").unwrap()).after(delay)
    });
    let ami = logged_in_with(&mock, options);
    let ids = thread::scope(|scope| {
        let crowd: Vec<_> = (0..threads)
            .map(|thread| {
                let ami = ami.clone();
                scope.spawn(move || {
                    let answers = (0..actions).map(|number| {
                        let text = format!("{thread}/{number}");
                        let answer = ami.action(("Echo", [("Text", &text)])).unwrap();
                        assert_eq!(answer.message(), Some(text.as_str()));
                        answer.action_id().unwrap().to_owned()
                    });
                    answers.collect::<Vec<_>>()
                })
            })
            .collect();
        crowd.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<HashSet<_>>()
    });
    assert_eq!(ids.len(), threads * actions, "ids are used once");
    assert_eq!(ami.stats().responses_dropped, 0);
}

#[test]
fn sixty_four_threads_get_each_its_own_answers_in_whatever_order_they_come() {
    within(6 * DEADLINE, "the crowd", || crowd(Mock::start().unwrap(), &Options::new(), 64, 1000));
}

#[cfg(feature = "tls")]
#[test]
fn so_they_do_over_tls() {
    within(6 * DEADLINE, "the crowd", || {
        let mock = Mock::builder().tls().start().unwrap();
        let options = support::trusting(&mock);
        crowd(mock, &options, 64, 200);
    });
}

/// Makes an action in every way there is; each must be refused, naming the header and the reason.
#[track_caller]
fn assert_refused(ami: &Client, action: &Action, header: &str, reason: &str) {
    // Without a name for its end, a list of an action that answers none is refused for that.
    let list = action.clone().complete_event("ListComplete");
    let results = [
        ami.action(action).map(drop),
        ami.async_action(action).map(drop),
        ami.list(&list).map(drop),
        ami.list_items(&list).map(drop),
    ];
    for result in results {
        let Err(Error::Invalid { argument, reason: found }) = &result else { panic!("{action:?}: {result:?}") };
        assert!(argument.contains(&format!("{header:?}")), "{argument:?} does not name {header:?}");
        assert!(found.contains(reason), "{found:?} does not say {reason:?}");
        assert_eq!(result.unwrap_err().outcome(), Outcome::NotSent);
    }
}

#[test]
fn what_asterisk_could_not_read_is_refused_before_anything_is_sent() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    for (bad, reason) in [('\r', "carriage return"), ('\n', "line feed"), ('\0', "NUL")] {
        for place in ["{}x", "x{}y", "x{}"] {
            let text = place.replace("{}", &bad.to_string());
            assert_refused(&ami, &Action::new("Setvar").param("Variable", "A").param("Value", &text), "Value", reason);
            assert_refused(&ami, &Action::new("Setvar").param(text.clone(), "1"), &text, reason);
            assert_refused(&ami, &Action::new("Ping").param("ActionID", &text), "ActionID", reason);
            assert_refused(&ami, &Action::new(text), "Action", reason);
        }
    }
    let both = Action::new("Setvar").param("Value", "a\r\n\r\nAction: Command\r\nCommand: core stop now");
    assert_refused(&ami, &both, "Value", "carriage return");
    // `Value: ` are seven bytes.
    assert_refused(&ami, &Action::new("Setvar").param("Value", "v".repeat(1016)), "Value", "1023 bytes");
    assert_refused(&ami, &Action::new("Setvar").param("Value", "é".repeat(508)), "Value", "1023 bytes");
    assert_refused(&ami, &Action::new("n".repeat(1015)), "Action", "1023 bytes");
    let headers = |count| (1..=count).fold(Action::new("Status"), |action, at| action.param(format!("H{at}"), at));
    assert_refused(&ami, &headers(127), "H127", "128 headers");
    assert_refused(&ami, &headers(1000), "H127", "there are 1002");
    assert_refused(&ami, &Action::new("Ping").param("ActionID", "i".repeat(68)), "ActionID", "68 bytes");
    assert_refused(&ami, &Action::new("Ping").param("ActionID", ""), "ActionID", "is empty");
    let twice = Action::new("Ping").param("ActionID", "a").param("actionid", "b");
    assert_refused(&ami, &twice, "ActionID", "2 times");
    assert_refused(&ami, &Action::new("Ping").param("Variable: x", "y"), "Variable: x", "colon");
    assert_refused(&ami, &Action::new("Ping").param("", "y"), "", "no name");
    assert_refused(&ami, &Action::new("Ping").param("ACTION", "Hangup"), "Action", "already");

    let Err(Error::Invalid { argument, .. }) = ami.command("core show\nchannels") else { panic!() };
    assert!(argument.contains("\"Command\""), "{argument}");
    let Err(Error::Invalid { argument, .. }) = ami.originate(Originate::new("PJSIP/1\n00")) else { panic!() };
    assert!(argument.contains("\"Channel\""), "{argument}");
    assert!(matches!(ami.action(""), Err(Error::Invalid { .. })));

    ami.action("Ping").unwrap();
    assert_eq!(received(&mock), ["Challenge", "Login", "Ping"], "nothing of all that was sent");
}

#[test]
fn a_user_or_a_secret_with_line_breaks_does_not_log_in() {
    let mock = Mock::start().unwrap();
    let ami = Options::new().login_mode(gami::LoginMode::Plain).dial(&mock).unwrap();
    for (user, secret, header) in [("ad\nmin", "root", "Username"), ("admin", "root\r\nEvents: on", "Secret")] {
        let Err(Error::Invalid { argument, .. }) = ami.login(user, secret) else { panic!() };
        assert!(argument.contains(header), "{argument}");
    }
    ami.login("admin", "root").unwrap();
    assert_eq!(received(&mock), ["Login"]);
}

#[test]
fn what_asterisk_can_just_read_is_sent_whole() {
    let mock = Mock::start().unwrap();
    mock.on("Fits", |_| Reply::success());
    let ami = logged_in(&mock);
    ami.action(Action::new("Fits").param("Value", "v".repeat(1015)).param("ActionID", "i".repeat(67))).unwrap();
    ami.action((1..=126).fold(Action::new("Fits"), |action, at| action.param(format!("H{at}"), at))).unwrap();
    let fits = mock.wait_for("Fits", 2, DEADLINE).unwrap();
    assert_eq!(fits[0].get("Value").map(str::len), Some(1015));
    assert_eq!(fits[0].action_id().map(str::len), Some(67));
    assert_eq!(fits[1].iter().count(), 128);
    assert_eq!(fits[1].get("H126"), Some("126"));
    assert_eq!(fits[1].iter().nth(1).unwrap().0, "ActionID", "right after the name, so that every error echoes it");
}

#[test]
fn the_callers_action_id_is_the_one_on_the_response() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    assert_eq!(ami.action(("Ping", [("ActionID", "pingo")])).unwrap().action_id(), Some("pingo"));
    assert_eq!(ami.action(Ping::new().action_id("two: words")).unwrap().action_id(), Some("two: words"));
    assert_eq!(ami.action(("Ping", [("actionid", "pingo")])).unwrap().action_id(), Some("pingo"), "free again");
    let Err(Error::Rejected(refused)) = ami.action(("Nonsense", [("ActionID", "n")])) else { panic!() };
    assert_eq!(refused.action_id(), Some("n"));
    let answer = ami.async_action(("Ping", [("ActionID", "later")])).unwrap();
    assert_eq!(answer.recv_timeout(DEADLINE).unwrap().unwrap().action_id(), Some("later"));
}

#[test]
fn an_action_id_that_still_waits_is_refused_and_the_one_that_waits_is_answered() {
    let mock = Mock::start().unwrap();
    let requests = unanswered(&mock, "Slow");
    let ami = logged_in(&mock);
    let first = ami.async_action(("Slow", [("ActionID", "same")])).unwrap();
    for _ in 0..2 {
        let Err(Error::Invalid { argument, reason }) = ami.action(("Ping", [("ActionID", "same")])) else { panic!() };
        assert!(argument.contains("\"same\"") && reason.contains("waits"), "{argument}: {reason}");
    }
    requests.recv_timeout(DEADLINE).unwrap().reply(Reply::success().header("Message", "done"));
    assert_eq!(message(first.recv_timeout(DEADLINE).unwrap()), "done");
    ami.action(("Ping", [("ActionID", "same")])).unwrap();
    assert_eq!(received(&mock), ["Challenge", "Login", "Slow", "Ping"]);
}

#[test]
fn an_id_that_the_client_made_cannot_be_used_for_another_action() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let made = ami.action("Ping").unwrap().action_id().unwrap().to_owned();
    assert!(made.len() <= 67 && made.len() > 24, "{made}");
    assert!(matches!(ami.action(("Ping", [("ActionID", &made)])), Err(Error::Invalid { .. })));
    assert_ne!(logged_in(&mock).action("Ping").unwrap().action_id().unwrap()[..24], made[..24], "another prefix");
}

#[test]
fn late_answers_are_counted_and_disturb_nobody() {
    let mock = Mock::start().unwrap();
    let (slow, events) = (unanswered(&mock, "Slow"), unanswered(&mock, "Events"));
    let ami = logged_in(&mock);
    let late = [
        Action::new("Slow"),
        Action::new("Slow").param("ActionID", "mine"),
        // What it sets is remembered even then.
        Action::new("Events").param("EventMask", "call"),
    ];
    for action in &late {
        let error = ami.action(action.clone().timeout(SHORT)).unwrap_err();
        assert!(matches!(error, Error::Timeout { after: SHORT, sent: true }), "{error:?}");
        assert_eq!(error.outcome(), Outcome::Unknown);
    }
    let error = ami.async_action(late[0].clone().timeout(SHORT)).unwrap().recv_timeout(DEADLINE).unwrap().unwrap_err();
    assert!(matches!(error, Error::Timeout { after: SHORT, sent: true }), "{error:?}");
    let Err(Error::Invalid { reason, .. }) = ami.action(late[1].clone()) else { panic!() };
    assert!(reason.contains("timed out"), "the late answer would be taken for its own: {reason}");

    for request in slow.try_iter().chain(events.try_iter()) {
        request.reply(Reply::success().header("Message", "late"));
    }
    eventually("each late answer is counted", || ami.stats().responses_dropped == 4);
    mock.on("Slow", |_| Reply::success().header("Message", "in time"));
    assert_eq!(message(ami.action(late[1].clone())), "in time");
    assert!(ami.events().is_empty() && ami.errors().is_empty() && ami.net_errors().is_empty());
    assert_eq!(ami.stats().responses_dropped, 4);
}

#[test]
fn what_is_not_a_response_of_ours_completes_no_action() {
    let mock = Mock::start().unwrap();
    let requests = unanswered(&mock, "Slow");
    let ami = logged_in(&mock);
    let answer = ami.async_action("Slow").unwrap();
    let request = requests.recv_timeout(DEADLINE).unwrap();
    let id = request.action_id().unwrap();
    let prefix = &id[..id.len() - 1];
    for foreign in ["another-client", id.to_ascii_uppercase().as_str(), prefix, &format!("{prefix}999"), ""] {
        mock.push(format!("Response: Success\r\nActionID: {foreign}\r\n\r\n"));
    }
    mock.push("Response: Error\r\nMessage: Permission denied\r\n\r\n");
    mock.push(format!("Event: UserEvent\r\nActionID: {id}\r\nResponse: Success\r\nEventList: Complete\r\n\r\n"));
    mock.push(format!("Event: UserEvent\r\nUserEvent: x\r\nActionID: {id}\r\nEvent: Hangup\r\n\r\n"));
    mock.push(format!("Event: OriginateResponse\r\nActionID: {id}\r\nResponse: Failure\r\n\r\n"));
    request.reply(Reply::success().header("Message", "the real one"));
    assert_eq!(message(answer.recv_timeout(DEADLINE).unwrap()), "the real one");
    let names: Vec<_> = ami.events().try_iter().map(|event| event.name().to_owned()).collect();
    assert_eq!(names, ["UserEvent", "UserEvent", "OriginateResponse"], "they are events like any other");
    assert_eq!(ami.stats().responses_dropped, 6);
}

#[test]
fn a_refusal_is_an_error_with_the_servers_words() {
    let mock = Mock::start().unwrap();
    mock.on("Old", |_| Reply::response("Failed").header("Message", "as 1.6 says it"));
    mock.on("Odd", |_| Reply::response("Whatever"));
    let ami = logged_in(&mock);
    let error = ami.action("Nonsense").unwrap_err();
    assert!(error.to_string().starts_with("refused by the server: Invalid/unknown command: Nonsense"), "{error}");
    assert_eq!(error.outcome(), Outcome::Refused);
    let Err(Error::Rejected(response)) = ami.action("Old") else { panic!() };
    assert_eq!(response.message(), Some("as 1.6 says it"));
    assert_eq!(ami.action("Odd").unwrap().status(), "Whatever");
    let answer = ami.async_action("Nonsense").unwrap().recv_timeout(DEADLINE).unwrap();
    assert!(matches!(answer, Err(Error::Rejected(_))), "{answer:?}");
}

#[test]
fn a_wrong_secret_is_refused_and_the_link_is_lost() {
    over_each_transport(|mock, options| {
        let ami = options.dial(mock.address()).unwrap();
        let error = ami.login("admin", "wrong").unwrap_err();
        assert_eq!(error.to_string(), "refused by the server: Authentication failed");
        assert_eq!(error.outcome(), Outcome::Refused);
        let lost = ami.net_errors().recv_timeout(DEADLINE).unwrap();
        assert!(matches!(lost, Error::Lost { cause: Loss::Eof, sent: None }), "{lost:?}");
    });
}

#[test]
fn the_secret_crosses_the_network_only_over_tls_or_when_asked_for() {
    over_each_transport(|mock, options| {
        logged_in_with(&mock, &options);
        let login = mock.wait_for("Login", 1, DEADLINE).unwrap().remove(0);
        let is_tls = login.get("AuthType").is_none();
        assert_eq!(login.get("Secret").is_some(), is_tls);
        assert_eq!(login.get("Key").is_some(), !is_tls);
        assert_eq!(received(&mock).contains(&"Challenge".to_owned()), !is_tls);
        mock.forget_received();
        for (mode, actions) in [(gami::LoginMode::Plain, 1), (gami::LoginMode::Challenge, 2)] {
            let ami = logged_in_with(&mock, &options.clone().login_mode(mode));
            assert_eq!(mock.received().iter().filter(|request| request.name() != "Logoff").count(), actions);
            ami.close().unwrap();
            mock.wait_for("Logoff", 1, DEADLINE).unwrap();
            mock.forget_received();
        }
    });
}

/// The answer, and then nothing any more.
fn only_answer(answers: &gami::Receiver<Result<Response>>) -> Result<Response> {
    let answer = answers.recv_timeout(DEADLINE).expect("an answer");
    assert!(answers.recv_timeout(DEADLINE).is_err_and(|end| end.is_disconnected()), "a second answer");
    answer
}

#[test]
fn an_asynchronous_action_is_answered_exactly_once() {
    over_each_transport(|mock, options| {
        let requests = unanswered(&mock, "Slow");
        let ami = logged_in_with(&mock, &options);
        assert!(only_answer(&ami.async_action("Ping").unwrap()).is_ok());

        let twice = ami.async_action("Slow").unwrap();
        let request = requests.recv_timeout(DEADLINE).unwrap();
        (0..2).for_each(|_| request.reply(Reply::success()));
        assert!(only_answer(&twice).is_ok());

        let timed_out = only_answer(&ami.async_action(Action::new("Slow").timeout(SHORT)).unwrap());
        assert!(matches!(timed_out, Err(Error::Timeout { after: SHORT, sent: true })), "{timed_out:?}");
        requests.recv_timeout(DEADLINE).unwrap();

        let lost = ami.async_action("Slow").unwrap();
        requests.recv_timeout(DEADLINE).unwrap();
        mock.hang_up();
        let lost = only_answer(&lost).unwrap_err();
        assert!(matches!(lost, Error::Lost { cause: Loss::Eof, sent: Some(true) }), "{lost:?}");
        assert_eq!(lost.outcome(), Outcome::Unknown);
        ami.net_errors().recv_timeout(DEADLINE).unwrap();
        assert!(matches!(ami.async_action("Ping"), Err(Error::NotConnected)));
        assert_eq!(Error::NotConnected.outcome(), Outcome::NotSent);

        ami.reconnect().unwrap();
        let closed = ami.async_action("Slow").unwrap();
        requests.recv_timeout(DEADLINE).unwrap();
        ami.close().unwrap();
        let closed = only_answer(&closed).unwrap_err();
        assert!(matches!(closed, Error::Closed { sent: true }), "{closed:?}");
        assert_eq!(closed.outcome(), Outcome::Unknown);
        let error = ami.async_action("Ping").unwrap_err();
        assert!(matches!(error, Error::Closed { sent: false }), "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotSent);
    });
}

#[test]
fn deadlines_of_many_asynchronous_actions_are_each_kept() {
    let mock = Mock::start().unwrap();
    let requests = unanswered(&mock, "Slow");
    let ami = logged_in(&mock);
    // The longest first: a clock that only knew the first deadline would keep the others waiting.
    let answers: Vec<_> = (1..=20u32)
        .rev()
        .map(|n| (n, ami.async_action(Action::new("Slow").timeout(n * Duration::from_millis(50))).unwrap()))
        .collect();
    let endless = ami.async_action(Action::new("Slow").param("ActionID", "endless").timeout(Duration::MAX)).unwrap();
    for (n, answer) in &answers {
        let error = answer.recv_timeout(DEADLINE).unwrap().unwrap_err();
        // On a busy machine one may not have gone out by then.
        let Error::Timeout { after, .. } = error else { panic!("{error:?}") };
        assert_eq!(after, *n * Duration::from_millis(50));
    }
    let request = std::iter::from_fn(|| requests.recv_timeout(DEADLINE).ok())
        .find(|request| request.action_id() == Some("endless"))
        .expect("the last one arrives");
    request.reply(Reply::success());
    assert!(endless.recv_timeout(DEADLINE).unwrap().is_ok());
}

#[test]
fn what_is_said_not_to_have_been_sent_never_arrives() {
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options);
        mock.go_deaf();
        // More than fits into the buffers between the two, so that the last of them cannot go out.
        let filler = "f".repeat(1000);
        let answers: Vec<_> = thread::scope(|scope| {
            let senders: Vec<_> = (0..8)
                .map(|sender| {
                    let (ami, filler) = (&ami, &filler);
                    scope.spawn(move || {
                        let mut answers = Vec::new();
                        for number in 0..80 {
                            let id = format!("{sender}/{number}");
                            let action = Action::new("Bulk").param("ActionID", &id).timeout(Duration::from_secs(3));
                            let bulky = (0..120).fold(action, |action, at| action.param(format!("F{at}"), filler));
                            match ami.async_action(bulky) {
                                Ok(answer) => answers.push((id, answer)),
                                // There was no room, or no link any more.
                                Err(error) => {
                                    assert_eq!(error.outcome(), Outcome::NotSent, "{error:?}");
                                    break;
                                }
                            }
                        }
                        answers
                    })
                })
                .collect();
            until_writes_are_stuck(&ami);
            ami.close().unwrap();
            senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
        });
        let mut unsent = HashSet::new();
        for (id, answer) in answers {
            let error = answer.recv_timeout(DEADLINE).unwrap().unwrap_err();
            if error.outcome() == Outcome::NotSent {
                unsent.insert(id);
            }
        }
        assert!(!unsent.is_empty(), "everything went out: the test shows nothing");
        mock.wake_up();
        mock.wait_for_sessions(0, DEADLINE).unwrap();
        let arrived: Vec<_> =
            mock.received().iter().filter_map(|request| request.action_id().map(str::to_owned)).collect();
        assert!(arrived.iter().any(|id| id.contains('/')), "nothing went out: the test shows nothing");
        for id in arrived {
            assert!(!unsent.contains(&id), "{id} was said not to have been sent");
        }
    });
}

#[test]
fn the_deadline_of_an_id_that_comes_again_is_that_of_its_second_action() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let asked = unanswered(&mock, "QueueStatus");
    let soon = Duration::from_millis(200);
    let first = ami.async_action(Action::new("Ping").param("ActionID", "mine").timeout(soon)).unwrap();
    first.recv_timeout(DEADLINE).unwrap().unwrap();
    let second = ami.async_action(Action::new("QueueStatus").param("ActionID", "mine").timeout(DEADLINE)).unwrap();
    let request = asked.recv_timeout(DEADLINE).unwrap();
    assert!(second.recv_timeout(3 * soon).is_err(), "the first one's deadline has passed");
    request.reply(Reply::success().header("Message", "late"));
    assert_eq!(message(second.recv_timeout(DEADLINE).unwrap()), "late");
}

#[test]
fn a_list_that_is_dropped_late_does_not_end_the_next_action_of_its_id() {
    let mock = Mock::start().unwrap();
    mock.on("QueueStatus", |_| {
        Reply::success().header("EventList", "start").event("QueueStatusComplete", [("EventList", "Complete")])
    });
    let ami = logged_in(&mock);
    let asked = unanswered(&mock, "CoreStatus");
    let mut list = ami.list_items(Action::new("QueueStatus").param("ActionID", "mine")).unwrap();
    assert!(list.next().is_none());
    let next = ami.async_action(Action::new("CoreStatus").param("ActionID", "mine")).unwrap();
    let request = asked.recv_timeout(DEADLINE).unwrap();
    drop(list);
    request.reply(Reply::success().header("Message", "mine"));
    assert_eq!(message(next.recv_timeout(DEADLINE).unwrap()), "mine");
}

#[test]
fn of_an_action_that_is_answered_twice_the_second_answer_is_the_outcome() {
    let mock = Mock::start().unwrap();
    mock.on("JabberSend", |request| {
        let id = request.action_id().unwrap();
        let first =
            format!("Response: Success\r\nActionID: {id}\r\nMessage: Attempting to send Jabber Message\r\n\r\n");
        match request.get("Message") {
            Some("refused") => Reply::error("No ScreenName specified"),
            Some("lost") => Reply::raw(first + &format!("Response: Error\r\nActionID: {id}\r\n\r\n")),
            _ => Reply::raw(
                first + &format!("Response: Success\r\nActionID: {id}\r\nMessage: Jabber Message sent\r\n\r\n"),
            ),
        }
    });
    let ami = logged_in(&mock);
    let send = |message| ami.action(("JabberSend", [("Message", message)]));
    assert_eq!(send("hi").unwrap().message(), Some("Jabber Message sent"));
    assert!(matches!(send("lost"), Err(Error::Rejected(_))));
    assert!(matches!(send("refused"), Err(Error::Rejected(_))));
    assert_eq!(ami.stats().responses_dropped, 0);
}

#[test]
fn an_id_that_begins_with_a_blank_is_refused_for_it_would_not_come_back() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    for id in [" mine", "\tmine", "\x01mine", "\x1f mine"] {
        for header in ["ActionID", "ChannelId", "OtherChannelId"] {
            assert_refused(&ami, &Action::new("Originate").param(header, id), header, "would read \"mine\"");
        }
        assert!(matches!(ami.originate(Originate::new("PJSIP/1").channel_id(id)), Err(Error::Invalid { .. })));
    }
    assert_eq!(received(&mock), ["Challenge", "Login"], "nothing of all that was sent");
}

#[test]
fn an_action_that_the_server_would_take_for_another_is_refused_and_the_session_goes_on() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    ami.set_event_mask("call").unwrap();
    for blanks in [" ", "\t", "\x01", "\x1f \x0b"] {
        for name in ["Logoff", "Login", "Events", "Filter", "UserEvent", "JabberSend"] {
            let action = Action::new(format!("{blanks}{name}")).param("EventMask", "off");
            assert_refused(&ami, &action, "Action", &format!("would read {name:?}"));
        }
    }
    // What stands behind a name is part of it, and the server knows no such action.
    assert!(matches!(ami.action("Ping "), Err(Error::Rejected(_))));
    assert_refused(&ami, &Action::new(" "), "Action", "would read \"\"");
    ami.reconnect().unwrap();
    let logins = mock.wait_for("Login", 2, DEADLINE).unwrap();
    assert_eq!(logins[1].get("Events"), Some("call"), "the mask that was set");
    ami.action("Ping").unwrap();
}

#[test]
fn an_action_whose_id_every_session_sees_does_not_tell_the_prefix_of_the_links_own() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let prefix = |action: &str| {
        let _ = ami.action(action);
        let request = mock.received().into_iter().rfind(|request| request.name() == action).unwrap();
        request.action_id().unwrap().split('-').next().unwrap().to_owned()
    };
    assert_eq!(prefix("Ping"), prefix("CoreStatus"));
    for shown in ["UserEvent", "Originate"] {
        assert_ne!(prefix(shown), prefix("Ping"), "{shown}");
    }
}
