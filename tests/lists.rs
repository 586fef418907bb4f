//! Lists and commands, as servers from 1.8 to 23 send them.

mod support;

use std::time::Duration;

use gami::action::{CoreShowChannels, QueueStatus};
use gami::mock::{Mock, Reply, Request};
use gami::{Action, Client, Error, Event, List, Loss, Outcome};
use support::{eventually, logged_in, logged_in_with, over_each_transport, unanswered, DEADLINE};

const ASTERISK_1_8: &[u8] = include_bytes!("data/asterisk-1.8.ami");
const SHORT: Duration = Duration::from_millis(50);

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(Event::name).collect()
}

fn streamed(ami: &Client) -> Vec<String> {
    ami.events().try_iter().map(|event| event.name().to_owned()).collect()
}

/// All that has been sent is read once a ping that was sent after it is answered.
fn settle(ami: &Client) {
    ami.action(Action::new("Ping").timeout(DEADLINE)).unwrap();
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// What Asterisk 1.8 sent from the response with this id to the last packet with it, with another id in
/// its place. What came between, such as an event of another kind, is left in.
fn captured(id: &str, request: &Request) -> Vec<u8> {
    let line = format!("ActionID: {id}\r\n").into_bytes();
    let ids: Vec<usize> = (0..ASTERISK_1_8.len()).filter(|at| ASTERISK_1_8[*at..].starts_with(&line)).collect();
    let (first, last) = (ids[0], ids[ids.len() - 1]);
    let start = ASTERISK_1_8[..first].windows(4).rposition(|end| end == b"\r\n\r\n").unwrap() + 4;
    let end = last + find(&ASTERISK_1_8[last..], b"\r\n\r\n").unwrap() + 4;
    with_id(&ASTERISK_1_8[start..end], id, request)
}

fn with_id(bytes: &[u8], id: &str, request: &Request) -> Vec<u8> {
    let new = format!("ActionID: {}\r\n", request.action_id().unwrap());
    let old = format!("ActionID: {id}\r\n").into_bytes();
    let (mut out, mut rest) = (Vec::new(), bytes);
    while let Some(at) = find(rest, &old) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(new.as_bytes());
        rest = &rest[at + old.len()..];
    }
    out.extend_from_slice(rest);
    out
}

#[test]
fn lists_of_asterisk_1_8_end_without_being_marked() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    for (action, id, items, complete) in [
        ("DBGet", "s-13", &["DBGetResponse"][..], "DBGetComplete"),
        ("QueueStatus", "s-35", &["QueueParams", "QueueMember", "QueueEntry"], "QueueStatusComplete"),
        ("QueueSummary", "s-36", &["QueueSummary"], "QueueSummaryComplete"),
        ("QueueStatus", "s-40", &["QueueParams", "QueueMember", "QueueMember"], "QueueStatusComplete"),
        ("Agents", "s-43", &[], "AgentsComplete"),
        ("CoreShowChannels", "s-51", &["CoreShowChannel", "CoreShowChannel"], "CoreShowChannelsComplete"),
        ("Status", "s-52", &["Status", "Status"], "StatusComplete"),
        ("ParkedCalls", "s-69", &["ParkedCall", "ParkedCall"], "ParkedCallsComplete"),
        ("SIPpeers", "s-75", &["PeerEntry"], "PeerlistComplete"),
        ("SIPshowregistry", "s-76", &[], "RegistrationsComplete"),
        ("IAXpeerlist", "s-78", &[], "PeerlistComplete"),
        ("VoicemailUsersList", "s-91", &["VoicemailUserEntry", "VoicemailUserEntry"], "VoicemailUserEntryComplete"),
        ("WaitEvent", "s-113", &[], "WaitEventComplete"),
    ] {
        mock.on(action, move |request| Reply::raw(captured(id, request)));
        let list = ami.list(action).unwrap_or_else(|error| panic!("{action}: {error:?}"));
        let found = names(&list.items);
        assert!(found.len() >= items.len() && found.starts_with(items), "{action}: {found:?}");
        assert!(found.iter().all(|name| !name.ends_with("Complete")), "{action}: {found:?}");
        assert_eq!(list.complete.name(), complete, "{action}");
        assert_eq!(list.response.status(), "Success", "{action}");
        settle(&ami);
        for name in streamed(&ami) {
            assert!(!items.contains(&name.as_str()) && name != complete, "{action}: {name} is on the stream");
        }
    }
    assert!(ami.errors().is_empty());
}

#[test]
fn lists_that_no_capture_has_end_with_their_own_event_too() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    for (action, item, complete) in [
        ("DAHDIShowChannels", "DAHDIShowChannels", "DAHDIShowChannelsComplete"),
        ("PRIShowSpans", "PRIShowSpans", "PRIShowSpansComplete"),
        ("Parkinglots", "Parkinglot", "ParkinglotsComplete"),
        ("SIPpeerstatus", "PeerStatus", "SIPpeerstatusComplete"),
        ("Agents", "Agents", "AgentsComplete"),
        ("ShowDialPlan", "ListDialplan", "ShowDialPlanComplete"),
        ("PJSIPShowEndpoint", "AorDetail", "EndpointDetailComplete"),
    ] {
        mock.on(action, move |_| {
            // The end of an agent's call looks like the end of a list, and is none here.
            Reply::success()
                .header("Message", "will follow")
                .event(item, [("Number", 1)])
                .event("AgentComplete", [("Number", 2)])
                .event(item, [("Number", 3)])
                .event(complete, [("Items", 3)])
        });
        let list = ami.list(action.to_ascii_uppercase()).unwrap();
        assert_eq!(names(&list.items), [item, "AgentComplete", item], "{action}");
        assert_eq!(list.complete.get("items"), Some("3"), "{action}");
    }
    settle(&ami);
    assert_eq!(streamed(&ami), [""; 0]);
}

#[test]
fn the_mark_of_a_list_counts_in_any_spelling_and_before_every_name() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    for (start, end) in [("start", "Complete"), ("Start", "complete"), ("START", "COMPLETE")] {
        mock.on("CoreShowChannels", move |_| {
            Reply::success()
                .header("EventList", start)
                .event("CoreShowChannel", [("Channel", "SIP/1")])
                // Of a name that would end a list without marks.
                .event("CoreShowChannelsComplete", [("EventList", "start")])
                .event("SomethingElse", [("EventList", end), ("ListItems", "2")])
        });
        let list = ami.list(CoreShowChannels::new()).unwrap();
        assert_eq!(names(&list.items), ["CoreShowChannel", "CoreShowChannelsComplete"]);
        assert_eq!((list.complete.name(), list.complete.get("ListItems")), ("SomethingElse", Some("2")));
    }
}

#[test]
fn an_unknown_list_ends_where_the_caller_says_or_with_a_complete_event() {
    let mock = Mock::start().unwrap();
    mock.on("Custom", |_| {
        Reply::success()
            .event("Piece", [("Number", 1)])
            .event("PieceComplete", [("Number", 2)])
            .event("Piece", [("Number", 3)])
            .event("CustomEnd", [("Number", 4)])
    });
    let ami = logged_in(&mock);
    let list = ami.list(Action::new("Custom").complete_event("customend")).unwrap();
    assert_eq!(names(&list.items), ["Piece", "PieceComplete", "Piece"]);
    assert_eq!(list.complete.name(), "CustomEnd");
    let list = ami.list("Custom").unwrap();
    assert_eq!((names(&list.items), list.complete.name()), (vec!["Piece"], "PieceComplete"));
    // What follows the end bears an id that nobody waits for: it is an event like any other.
    settle(&ami);
    assert_eq!(streamed(&ami), ["Piece", "CustomEnd"]);
}

#[test]
fn an_action_that_answers_one_event_is_a_list_of_one() {
    let mock = Mock::start().unwrap();
    mock.on("FAXStats", |_| Reply::success().header("Message", "will follow").event("FAXStats", [("Sessions", 2)]));
    let list = logged_in(&mock).list("FAXStats").unwrap();
    assert_eq!(names(&list.items), ["FAXStats"]);
    assert_eq!(list.complete.get("Sessions"), Some("2"));
}

#[test]
fn an_error_ends_a_list_at_once() {
    let mock = Mock::start().unwrap();
    mock.on("ConfbridgeList", |_| Reply::error("No active conferences."));
    mock.on("VoicemailUsersList", |_| {
        Reply::success().header("Message", "There are no voicemail users currently defined.")
    });
    let ami = logged_in(&mock);
    for action in ["ConfbridgeList", "VoicemailUsersList"] {
        let error = ami.list((action, [("Conference", "1")])).unwrap_err();
        let Error::Rejected(response) = &error else { panic!("{error:?}") };
        assert!(response.message().unwrap().contains("no ") || response.message().unwrap().contains("No "));
        assert_eq!(error.outcome(), Outcome::Refused);
        assert!(matches!(ami.list_items(action), Err(Error::Rejected(_))));
    }
}

#[test]
fn other_events_between_those_of_a_list_go_to_the_stream_in_order() {
    over_each_transport(|mock, options| {
        mock.on("Status", |request| {
            let id = request.action_id().unwrap();
            let event = |name: &str, id: &str| format!("Event: {name}\r\nActionID: {id}\r\n\r\n");
            Reply::list()
                .and(Reply::raw("Event: Newchannel\r\n\r\n"))
                .and(Reply::raw(event("Status", id)))
                .and(Reply::raw(event("Hangup", "another-client")))
                .and(Reply::raw(event("Status", id)))
                .and(Reply::raw(format!("Event: UserEvent\r\nActionID: {id}\r\nEventList: Complete\r\n\r\n")))
                .and(Reply::raw(event("userevent", id)))
                .and(Reply::raw(event("OriginateResponse", id)))
                .and(Reply::raw(event("Status", id)))
                .and(Reply::raw("Event: StatusComplete\r\nEventList: Complete\r\n\r\n"))
                .complete("StatusComplete")
        });
        let ami = logged_in_with(&mock, &options);
        let list = ami.list("Status").unwrap();
        assert_eq!(names(&list.items), ["Status"; 3]);
        settle(&ami);
        let others = ["Newchannel", "Hangup", "UserEvent", "userevent", "OriginateResponse", "StatusComplete"];
        let events: Vec<_> = ami.events().try_iter().collect();
        assert_eq!(names(&events), others);
        assert_eq!(events.iter().map(Event::seq).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5], "no number for a list's");
        assert_eq!(ami.stats().events, 6);
    });
}

#[test]
fn many_lists_at_once_do_not_mix() {
    let mock = Mock::start().unwrap();
    let requests = unanswered(&mock, "Status");
    let ami = logged_in(&mock);
    std::thread::scope(|scope| {
        let lists: Vec<_> = (0..16)
            .map(|number| {
                let ami = &ami;
                scope.spawn(move || (number, ami.list(("Status", [("Number", number)])).unwrap()))
            })
            .collect();
        let requests: Vec<_> = (0..16).map(|_| requests.recv_timeout(DEADLINE).unwrap()).collect();
        requests.iter().for_each(|request| request.reply(Reply::list()));
        for _ in 0..50 {
            for request in &requests {
                let number = request.get("Number").unwrap();
                let id = request.action_id().unwrap();
                mock.push(format!("Event: Status\r\nActionID: {id}\r\nNumber: {number}\r\n\r\n"));
            }
        }
        for request in requests.iter().rev() {
            let id = request.action_id().unwrap();
            mock.push(format!("Event: StatusComplete\r\nActionID: {id}\r\nEventList: Complete\r\n\r\n"));
        }
        for list in lists {
            let (number, list) = list.join().unwrap();
            assert_eq!(list.items.len(), 50);
            assert!(list.items.iter().all(|item| item.get("Number") == Some(&number.to_string())));
        }
    });
}

#[track_caller]
fn assert_incomplete(list: Result<List, Error>, items: usize) -> Error {
    let error = list.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(error.to_string().starts_with(&format!("the list stopped after {items} items: ")), "{error}");
    let Error::Incomplete { partial, cause } = error else { panic!("{error:?}") };
    assert_eq!(names(&partial.items), vec!["Status"; items]);
    assert!(!partial.response.is_error());
    *cause
}

fn beginning_of_a_list() -> Reply {
    Reply::list().event("Status", [("Number", 1)]).event("Status", [("Number", 2)])
}

#[test]
fn a_list_that_the_server_gives_up_is_an_error_with_what_had_come() {
    let mock = Mock::start().unwrap();
    mock.on("Status", |_| beginning_of_a_list().event("StatusComplete", [("EventList", "cancelled")]));
    let ami = logged_in(&mock);
    let cause = assert_incomplete(ami.list("Status"), 2);
    assert!(matches!(cause, Error::ListCancelled), "{cause:?}");
    let last = ami.list_items("Status").unwrap().last().unwrap();
    assert!(matches!(last, Err(Error::ListCancelled)), "{last:?}");
}

#[test]
fn a_list_that_stops_coming_is_an_error_with_what_had_come() {
    let mock = Mock::start().unwrap();
    mock.on("Status", |_| beginning_of_a_list());
    let ami = logged_in(&mock);
    let patience = Duration::from_secs(1);
    let cause = assert_incomplete(ami.list(Action::new("Status").timeout(patience)), 2);
    assert!(matches!(cause, Error::Timeout { after, sent: true } if after == patience), "{cause:?}");
    mock.on("Silence", |_| Reply::nothing());
    let error = ami.list(Action::new("Silence").timeout(SHORT)).unwrap_err();
    assert!(matches!(error, Error::Timeout { after: SHORT, sent: true }), "{error:?}");
}

#[test]
fn a_list_that_keeps_coming_may_take_longer_than_an_answer() {
    let mock = Mock::start().unwrap();
    let requests = unanswered(&mock, "Status");
    let ami = logged_in(&mock);
    let patience = Duration::from_millis(1500);
    let mut items = std::thread::scope(|scope| {
        let list = scope.spawn(|| ami.list_items(Action::new("Status").timeout(patience)).unwrap());
        requests.recv_timeout(DEADLINE).unwrap().reply((1..=6).fold(Reply::list(), |reply, number| {
            reply.and(Reply::default().event("Status", [("Number", number)]).after(number * patience / 4))
        }));
        list.join().unwrap()
    });
    let numbers: Vec<_> = items.by_ref().take(6).map(|item| item.unwrap().get("Number").unwrap().to_owned()).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6"]);
    assert!(matches!(items.next(), Some(Err(Error::Timeout { .. }))));
    assert!(items.next().is_none() && items.complete().is_none());
}

#[test]
fn a_list_that_the_link_is_lost_in_is_an_error_with_what_had_come() {
    over_each_transport(|mock, options| {
        mock.on("Status", |_| beginning_of_a_list().close());
        let ami = logged_in_with(&mock, &options);
        let cause = assert_incomplete(ami.list("Status"), 2);
        assert!(matches!(cause, Error::Lost { cause: Loss::Eof, .. }), "{cause:?}");
    });
}

#[test]
fn what_comes_late_of_an_abandoned_list_is_not_on_the_stream() {
    let mock = Mock::start().unwrap();
    let requests = unanswered(&mock, "Status");
    let ami = logged_in(&mock);
    for id in [None, Some("mine")] {
        // One is abandoned before its response, one after it.
        for (answered, before) in [(false, Reply::nothing()), (true, beginning_of_a_list())] {
            let action = id.iter().fold(Action::new("Status"), |action, id| action.param("ActionID", id));
            let list = std::thread::scope(|scope| {
                let list = scope.spawn(|| ami.list(action.timeout(Duration::from_millis(200))));
                let request = requests.recv_timeout(DEADLINE).unwrap();
                request.reply(before);
                assert!(list.join().unwrap().is_err());
                let late = Reply::default().event("Status", [("Number", 3)]).complete("StatusComplete");
                request.reply(if answered { late } else { Reply::list().and(late) });
                settle(&ami);
                request
            });
            assert_eq!(streamed(&ami), [""; 0], "{id:?}");
            // What comes after its end is nobody's.
            list.reply(Reply::default().event("Status", [("Number", 4)]));
            settle(&ami);
            assert_eq!(streamed(&ami), ["Status"], "{id:?}");
        }
    }
}

#[test]
fn items_can_be_taken_one_by_one_as_they_come() {
    let mock = Mock::start().unwrap();
    let requests = unanswered(&mock, "QueueStatus");
    let ami = logged_in(&mock);
    std::thread::scope(|scope| {
        let (taken, wanted) = std::sync::mpsc::channel();
        scope.spawn(|| {
            let mut list = ami.list_items(QueueStatus::new()).unwrap();
            assert_eq!(list.response().get("EventList"), Some("start"));
            for item in &mut list {
                taken.send(item.unwrap().get("Number").unwrap().to_owned()).unwrap();
            }
            assert_eq!(list.complete().unwrap().get("ListItems"), Some("3"));
            assert!(list.next().is_none());
            drop(taken);
        });
        let request = requests.recv_timeout(DEADLINE).unwrap();
        request.reply(Reply::list());
        for number in ["1", "2", "3"] {
            request.reply(Reply::default().event("QueueMember", [("Number", number)]));
            assert_eq!(wanted.recv_timeout(DEADLINE).unwrap(), number, "before the next was sent");
        }
        let end = [("EventList", "Complete"), ("ListItems", "3")];
        request.reply(Reply::default().event("QueueStatusComplete", end));
        assert!(wanted.recv_timeout(DEADLINE).is_err());
    });
}

#[test]
fn a_list_dropped_early_takes_its_items_along() {
    let mock = Mock::start().unwrap();
    let requests = unanswered(&mock, "Status");
    let ami = logged_in(&mock);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| ami.list_items("Status").unwrap().next().unwrap().unwrap());
        let request = requests.recv_timeout(DEADLINE).unwrap();
        request.reply(beginning_of_a_list());
        assert_eq!(first.join().unwrap().get("Number"), Some("1"));
        request.reply(Reply::default().event("Status", [("Number", 3)]).complete("StatusComplete"));
    });
    settle(&ami);
    mock.event("Hangup", [("Cause", 16)]);
    settle(&ami);
    assert_eq!(streamed(&ami), ["Hangup"]);
}

#[test]
fn a_list_of_a_hundred_thousand_items_is_complete_and_in_order() {
    const ITEMS: usize = 100_000;
    over_each_transport(|mock, options| {
        mock.on("Status", |request| {
            let id = request.action_id().unwrap();
            let mut list = format!("Response: Success\r\nActionID: {id}\r\nEventList: start\r\n\r\n");
            for number in 0..ITEMS {
                list += &format!("Event: Status\r\nActionID: {id}\r\nNumber: {number}\r\n\r\n");
            }
            let end = format!("EventList: Complete\r\nListItems: {ITEMS}\r\n\r\n");
            Reply::raw(list + "Event: StatusComplete\r\nActionID: " + id + "\r\n" + &end)
        });
        let ami = logged_in_with(&mock, &options);
        let list = ami.list("Status").unwrap();
        assert_eq!(list.items.len(), ITEMS);
        for (number, item) in list.items.iter().enumerate() {
            assert_eq!(item.get("Number").unwrap().parse(), Ok(number));
        }
        assert_eq!(list.complete.get("ListItems"), Some("100000"));
        assert!(ami.events().is_empty() && ami.errors().is_empty(), "none of it strays");
    });
}

#[test]
fn an_output_of_a_hundred_thousand_lines_is_complete_in_both_formats() {
    let text = || (0..100_000).map(|number| format!("  line {number}:\n")).collect::<String>();
    over_each_transport(|mock, options| {
        let ami = logged_in_with(&mock, &options);
        let expected = text();
        let expected = expected.strip_suffix('\n').unwrap();
        mock.on("Command", move |_| Reply::follows(text()));
        assert!(ami.command("core show old").unwrap() == expected, "as up to 13");
        mock.on("Command", move |request| {
            let id = request.action_id().unwrap();
            let head = format!("Response: Success\r\nActionID: {id}\r\nMessage: Command output follows\r\n");
            let lines = text().lines().map(|line| format!("Output: {line}\r\n")).collect::<String>();
            Reply::raw(head + &lines + "\r\n")
        });
        assert!(ami.command("core show new").unwrap() == expected, "as from 14");
    });
}

#[test]
fn a_server_that_answers_a_list_without_end_does_not_exhaust_the_stack() {
    let mock = Mock::start().unwrap();
    mock.on("Status", |request| {
        let response = format!("Response: Success\r\nActionID: {}\r\n\r\n", request.action_id().unwrap());
        Reply::raw(response.repeat(200_000)).and(Reply::default().complete("StatusComplete"))
    });
    assert_eq!(logged_in(&mock).list("Status").unwrap().items.len(), 0);
}

#[test]
fn commands_of_asterisk_1_8_are_as_they_were_printed() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let command = |id: &'static str| {
        mock.on("Command", move |request| Reply::raw(captured(id, request)));
        ami.command("core show something").unwrap()
    };
    assert_eq!(command("s-6"), "System uptime: 45 seconds \nLast reload: 45 seconds ");
    let channels = command("s-7");
    assert!(channels.ends_with("\n0 active channels\n0 active calls\n0 calls processed"), "{channels}");
    let dialplan = command("s-10");
    assert!(dialplan.starts_with("[ Context 'rig' created by 'pbx_config' ]\n  'answer' =>       1. Answer()"));
    assert!(dialplan.contains("\n     [top]          3. Set(I="), "leading blanks are kept");
    assert!(dialplan.contains("\n\n-= 10 extensions"), "empty lines are kept");
    assert!(dialplan.ends_with(" in 1 context. =-"));
}

#[test]
fn the_text_of_an_old_command_may_hold_anything() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    let texts = [
        "",
        "\n",
        "one line",
        "one line\n",
        "\n\nblank\n\nlines\n\n",
        "Response: Error\nActionID: forged\nMessage: x\n\nEvent: Hangup\n\n",
        "  leading blanks\n\ttab: and colon\n",
        "Privilege: Command\n",
        "not the end --END COMMAND-- of it\n",
        "text\r\nwith CRLF\r\n",
    ];
    for text in texts {
        // Where the text lacks its last line end, the marker is glued to it.
        mock.on("Command", move |_| Reply::follows(text));
        let expected = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
        assert_eq!(ami.command("x").unwrap(), expected, "{text:?}");
    }
    settle(&ami);
    assert!(streamed(&ami).is_empty() && ami.errors().is_empty() && ami.stats().responses_dropped == 0);
}

#[test]
fn commands_of_asterisk_14_and_later_are_as_they_were_printed() {
    let mock = Mock::start().unwrap();
    mock.on("Command", |_| {
        let reply = Reply::success().header("Message", "Command output follows");
        ["", "  leading blanks", "", "a: b", "Event: Hangup", ""]
            .iter()
            .fold(reply, |reply, line| reply.header("Output", line))
    });
    let ami = logged_in(&mock);
    assert_eq!(ami.command("x").unwrap(), "\n  leading blanks\n\na: b\nEvent: Hangup\n");
    mock.on("Command", |_| Reply::success().header("Message", "Command output follows"));
    assert_eq!(ami.command("x").unwrap(), "");
}

#[test]
fn a_command_that_fails_keeps_its_output() {
    let mock = Mock::start().unwrap();
    mock.on("Command", |_| {
        Reply::error("Command output follows").header("Output", "No such command 'x'").header("Output", "  (type help)")
    });
    let error = logged_in(&mock).command("x").unwrap_err();
    assert_eq!(error.to_string(), "refused by the server: No such command 'x'");
    let Error::Rejected(response) = error else { panic!("{error:?}") };
    assert_eq!(response.output().unwrap(), "No such command 'x'\n  (type help)");
}

#[test]
fn a_call_that_is_originated_is_awaited() {
    let mock = Mock::start().unwrap();
    let requests = unanswered(&mock, "Originate");
    let ami = logged_in(&mock);
    let call = || gami::action::Originate::new("Local/answer@rig").exten("rig", "echo", 1);
    let place = |reply: fn(&Request)| {
        std::thread::scope(|scope| {
            let call = scope.spawn(|| ami.originate(call()));
            let request = requests.recv_timeout(DEADLINE).unwrap();
            assert_eq!(request.get("Async"), Some("true"));
            reply(&request);
            call.join().unwrap()
        })
    };
    let queued = || Reply::success().header("Message", "Originate successfully queued");
    const UP: [(&str, &str); 4] =
        [("Response", "Success"), ("Reason", "4"), ("Channel", "Local/answer@rig-1;1"), ("Uniqueid", "1.1")];
    let call = place(|request| {
        let id = request.action_id().unwrap();
        // Neither another client's outcome nor a forgery is this call's.
        request.session().push("Event: OriginateResponse\r\nActionID: other\r\nResponse: Failure\r\n\r\n");
        request.session().push(format!("Event: UserEvent\r\nActionID: {id}\r\nResponse: Failure\r\n\r\n"));
        request.reply(Reply::success().event("OriginateResponse", UP));
    });
    let call = call.unwrap();
    assert_eq!((call.channel.as_str(), call.uniqueid.as_str()), ("Local/answer@rig-1;1", "1.1"));
    let early = place(|request| request.reply(Reply::default().event("OriginateResponse", UP).and(Reply::success())));
    assert!(early.is_ok(), "the outcome may come before the response: {early:?}");
    let refused = place(|request| request.reply(Reply::error("Channel not specified"))).unwrap_err();
    assert!(matches!(refused, Error::Rejected(_)), "{refused:?}");
    for (reason, words) in [("5", "busy"), ("3", "no answer"), ("8", "congest"), ("0", "fail")] {
        let error = std::thread::scope(|scope| {
            let call = scope.spawn(|| ami.originate(call_again()));
            let failed = [("Response", "Failure"), ("Reason", reason)];
            requests.recv_timeout(DEADLINE).unwrap().reply(queued().event("OriginateResponse", failed));
            call.join().unwrap().unwrap_err()
        });
        assert_eq!(error.outcome(), Outcome::Refused);
        assert!(error.to_string().to_lowercase().contains(words), "{error}");
    }
    settle(&ami);
    assert_eq!(streamed(&ami).iter().filter(|name| *name == "OriginateResponse").count(), 7, "they are everybody's");
}

fn call_again() -> gami::action::Originate {
    gami::action::Originate::new("Local/busy@rig").exten("rig", "echo", 1)
}

#[test]
fn a_call_whose_outcome_never_comes_ends_with_its_own_deadline() {
    let mock = Mock::start().unwrap();
    mock.on("Originate", |_| Reply::success());
    // The login has to be answered within it.
    let patience = Duration::from_secs(2);
    let ami = logged_in_with(&mock, &gami::Options::new().action_timeout(patience));
    let error = ami.originate(call_again().ring_timeout(SHORT)).unwrap_err();
    assert!(matches!(error, Error::NoOutcome { after } if after == patience + SHORT), "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
    ami.action(("Events", [("EventMask", "agent")])).unwrap();
    let error = ami.originate(call_again()).unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "the mask keeps the outcome out: {error:?}");
    eventually("one call was made", || mock.received().iter().filter(|r| r.name() == "Originate").count() == 1);
}

#[test]
fn a_list_ends_with_the_event_that_the_caller_names_although_it_bears_no_id() {
    let mock = Mock::start().unwrap();
    mock.on("SCCPListLines", |_| {
        Reply::success()
            .header("EventList", "start")
            .event("LineEntry", [("Name", "1")])
            .and(Reply::raw("Event: SCCPListLinesComplete\r\nListItems: 1\r\n\r\n"))
    });
    let ami = logged_in(&mock);
    for _ in 0..2 {
        let list = ami.list(Action::new("SCCPListLines").complete_event("SCCPListLinesComplete")).unwrap();
        assert_eq!((list.items.len(), list.complete.get("ListItems")), (1, Some("1")));
    }
    assert!(ami.events().is_empty());
}
