//! `gami::mock` takes what a client sends as Asterisk takes it: the same answers were seen from Asterisk 16 and 22.

mod wire;

#[cfg(feature = "tls")]
use std::io::Write;
use std::thread;

use gami::mock::{Mock, Replay, Reply, SAMPLE_CALL};
use wire::{headers, Client, DEADLINE};

fn asterisk(version: &str) -> Mock {
    Mock::builder().asterisk(version).start().unwrap()
}

/// Logs in with events off, so that nothing but answers comes.
fn quiet(mock: &Mock) -> Client<std::net::TcpStream> {
    let mut client = Client::connect(mock);
    client.ask("Action: Login\r\nUsername: admin\r\nSecret: root\r\nEvents: off\r\n");
    client
}

#[test]
fn a_line_of_more_than_1022_bytes_fails_its_action() {
    for version in ["1.8", "13", "22"] {
        let mock = asterisk(version);
        let mut client = quiet(&mock);
        let ping = |length: usize| format!("Action: Ping\r\nActionID: a\r\nX: {}\r\n", "x".repeat(length - 3));
        assert_eq!(client.ask(&ping(1022)).get("Ping"), Some("Pong"));
        for length in [1024, 1500, 3000] {
            let answer = client.ask(&ping(length));
            let message = ("Message", "Failed to parse message: line too long");
            assert_eq!(headers(&answer), [("Response", "Error"), ("ActionID", "a"), message], "{length}");
        }
        assert_eq!(client.ask("Action: Ping\r\n").get("Ping"), Some("Pong"));
    }
}

#[test]
fn before_1_8_18_a_line_that_is_too_long_is_dropped_and_the_action_run() {
    let mock = asterisk("1.8.17");
    let mut client = quiet(&mock);
    let long = "x".repeat(2000);
    let answer = client.ask(&format!("Action: Setvar\r\nValue: {long}\r\nVariable: V\r\n"));
    assert_eq!(answer.get("Message"), Some("Variable Set"));
    assert_eq!(client.ask("Action: Getvar\r\nVariable: V\r\n").get("Value"), Some(""));
}

#[test]
fn more_than_128_headers_fail_their_action() {
    let mock = asterisk("22");
    let mut client = quiet(&mock);
    let ping = |others: usize| format!("Action: Ping\r\nActionID: a\r\n{}", "X: y\r\n".repeat(others));
    assert_eq!(client.ask(&ping(126)).get("Ping"), Some("Pong"));
    let answer = client.ask(&ping(127));
    assert_eq!(answer.get("Message"), Some("Too many lines in message or allocation failure"));
    assert_eq!(answer.get("ActionID"), Some("a"));
}

#[test]
fn blanks_before_a_value_are_not_echoed() {
    let mock = Mock::start().unwrap();
    let answer = Client::logged_in(&mock).ask("Action: Ping\r\nActionID:  \t a b\r\n");
    assert_eq!(answer.get("ActionID"), Some("a b"));
}

#[test]
fn each_version_greets_and_answers_in_its_own_way() {
    for (version, banner, follows, fully_booted) in [
        ("1.4", "1.0", true, &["Status"][..]),
        ("11", "1.3", true, &["Status"]),
        ("13", "2.10.6", true, &["Status"]),
        ("14", "3.2.2", false, &["Uptime", "LastReload", "Status"]),
        ("22", "11.0.0", false, &["Uptime", "LastReload", "Status"]),
    ] {
        let mock = asterisk(version);
        mock.on("Command", |_| Reply::output("one\n  two\n"));
        let mut client = Client::dial(mock.address());
        assert_eq!(client.line(), format!("Asterisk Call Manager/{banner}\r\n"));
        client.log_in();
        let names: Vec<_> = client.packet().iter().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(names, [&["Event", "Privilege"], fully_booted].concat(), "{version}");
        let output = client.ask("Action: Command\r\nActionID: c\r\nCommand: x\r\n");
        if follows {
            assert_eq!(output.body(), Some("one\n  two"), "{version}");
        } else {
            assert_eq!(output.get_all("Output").collect::<Vec<_>>(), ["one", "  two"], "{version}");
        }
        mock.on("Command", |_| Reply::usual());
        let unknown = client.ask("Action: Command\r\nCommand: x y\r\n");
        let text = "No such command 'x y' (type 'core show help x y' for other possible commands)";
        assert_eq!(unknown.body().or(unknown.get("Output")), Some(text), "{version}");
        let pong = client.ask("Action: Ping\r\n");
        assert_eq!(pong.get("Response"), Some(if version == "1.4" { "Pong" } else { "Success" }));
    }
    let error = Mock::builder().asterisk("7").start().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}

#[test]
fn fully_booted_follows_a_login_whose_mask_has_system() {
    let mock = asterisk("22");
    for (mask, comes) in [("on", true), ("call,system", true), ("call", false), ("off", false), ("systems", false)] {
        let mut client = Client::connect(&mock);
        client.send(&format!(
            "Action: Login\r\nUsername: admin\r\nSecret: root\r\nEvents: {mask}\r\n\r\nAction: Ping\r\n"
        ));
        assert_eq!(client.packet().get("Message"), Some("Authentication accepted"));
        let next = client.packet();
        assert_eq!(next.get("Event").is_some(), comes, "{mask}: {next:?}");
    }
}

#[test]
fn a_server_that_boots_knows_the_core_alone_until_it_is_up() {
    let mock = Mock::builder().asterisk("22").booting().start().unwrap();
    mock.on("QueueReset", |_| Reply::success());
    let mut client = Client::logged_in(&mock);
    let unknown = client.ask("Action: QueueReset\r\n");
    assert!(unknown.get("Message").unwrap().starts_with("Invalid/unknown command: QueueReset."), "{unknown:?}");
    assert_eq!(client.ask("Action: Ping\r\n").get("Ping"), Some("Pong"));
    mock.finish_booting();
    assert_eq!(client.packet().get("Event"), Some("FullyBooted"));
    assert_eq!(client.ask("Action: QueueReset\r\n").get("Response"), Some("Success"));
    mock.begin_booting();
    assert_eq!(client.ask("Action: QueueReset\r\n").get("Response"), Some("Error"));
}

#[test]
fn an_event_goes_to_those_whose_mask_has_all_its_classes() {
    let mock = Mock::start().unwrap();
    let mut client = quiet(&mock);
    let all = [("Call", "call,all"), ("Both", "call,agent,all"), ("System", "system,all"), ("Bare", "")];
    let seen = |client: &mut Client<_>, mask: &str| {
        let answer = client.ask(&format!("Action: Events\r\nEventMask: {mask}\r\n"));
        for (name, privilege) in all {
            let privilege = Some(("Privilege", privilege)).filter(|(_, classes)| !classes.is_empty());
            mock.event(name, privilege);
        }
        client.send("Action: Ping\r\n");
        let mut names = vec![answer.get("Events").unwrap_or("none").to_owned()];
        loop {
            match client.packet().get("Event") {
                Some(name) => names.push(name.to_owned()),
                None => return names.join(" "),
            }
        }
    };
    for (mask, expected) in [
        ("on", "On Call Both System Bare"),
        ("call", "On Call Bare"),
        ("agent,call", "On Call Both Bare"),
        ("call, system", "On Call Bare"),
        ("1", "On System Bare"),
        ("calls", "Off"),
        ("Call", "Off"),
        ("none", "Off"),
    ] {
        assert_eq!(seen(&mut client, mask), expected, "{mask}");
    }
    assert_eq!(seen(&mut client, "call"), "On Call Bare");
    assert_eq!(seen(&mut client, ""), "none Call Bare", "an empty mask is refused and changes nothing");
}

#[test]
fn a_replay_is_cut_to_the_mask_too() {
    let mock = Mock::start().unwrap();
    let mut client = Client::connect(&mock);
    client.ask("Action: Login\r\nUsername: admin\r\nSecret: root\r\nEvents: dialplan\r\n");
    mock.replay(SAMPLE_CALL);
    mock.event("End", [("Privilege", "dialplan,all")]);
    let mut seen = 0;
    loop {
        let event = client.packet();
        if event.get("Event") == Some("End") {
            break;
        }
        assert_eq!(event.get("Privilege"), Some("dialplan,all"));
        seen += 1;
    }
    let all = String::from_utf8_lossy(SAMPLE_CALL);
    assert_eq!(seen, all.matches("Privilege: dialplan,all\r\n").count());
    assert!((1..Replay::new(SAMPLE_CALL).len()).contains(&seen));
}

#[test]
fn filters_filter() {
    let mock = asterisk("22");
    /// The events of the list that come through these filters, each with its criteria if it has any.
    fn seen(mock: &Mock, filters: &[(&str, &str)]) -> String {
        let mut client = Client::connect(mock);
        client.ask("Action: Login\r\nUsername: admin\r\nSecret: root\r\nEvents: call\r\n");
        for (filter, criteria) in filters {
            let criteria = if criteria.is_empty() { String::new() } else { format!("MatchCriteria: {criteria}\r\n") };
            let added = client.ask(&format!("Action: Filter\r\nOperation: Add\r\nFilter: {filter}\r\n{criteria}"));
            assert_eq!(added.get("Response"), Some("Success"), "{filter} {criteria}: {added:?}");
        }
        for name in ["Hangup", "HangupRequest", "Newchannel"] {
            for channel in ["PJSIP/1", "DAHDI/2"] {
                mock.event(name, [("Privilege", "call,all"), ("Channel", channel)]);
            }
        }
        client.send("Action: Ping\r\n");
        let mut seen = Vec::new();
        loop {
            let packet = client.packet();
            match packet.get("Event") {
                Some(name) => seen.push(format!("{name}-{}", &packet.get("Channel").unwrap()[..1])),
                None => return seen.join(" "),
            }
        }
    }
    let all = "Hangup-P Hangup-D HangupRequest-P HangupRequest-D Newchannel-P Newchannel-D";
    for (filters, expected) in [
        (&[][..], all),
        (&[("Event: Hangup", "")], "Hangup-P Hangup-D HangupRequest-P HangupRequest-D"),
        (&[("^Event: (Hangup|X)[^A-Za-z]", "")], "Hangup-P Hangup-D"),
        (&[("!Channel: DAHDI.*", "")], "Hangup-P HangupRequest-P Newchannel-P"),
        (&[("Event: H.*PJSIP", ""), ("!Request", "")], "Hangup-P"),
        (&[("Event: Newchannel", ""), ("Channel: PJSIP", "")], "Hangup-P HangupRequest-P Newchannel-P Newchannel-D"),
        (&[("", "name(Hangup)")], "Hangup-P Hangup-D"),
        (&[("PJSIP", "header(Channel),method(starts_with)")], "Hangup-P HangupRequest-P Newchannel-P"),
        (&[("DAHDI/2", "action(exclude),name(Hangup),header(Channel),method(exact)")], &all.replace("Hangup-D ", "")),
        (&[("/1", "header(Channel:),method(ends_with)")], "Hangup-P HangupRequest-P Newchannel-P"),
        (&[("Request", "method(contains)")], "HangupRequest-P HangupRequest-D"),
        (&[("up[A-Z]", "name(HangupRequest),method(regex)")], "HangupRequest-P HangupRequest-D"),
    ] {
        assert_eq!(seen(&mock, filters), expected, "{filters:?}");
    }
    // Before it knew criteria, a server took such a filter for one that lets everything through.
    assert_eq!(seen(&asterisk("16"), &[("", "name(Hangup)")]), all);
}

#[test]
fn filters_that_make_no_sense_are_refused() {
    let mock = asterisk("22");
    let mut client = quiet(&mock);
    let syntax = "Check the syntax of the filter given.";
    for (filter, criteria, message) in [
        ("XX[X", "", "Filter did not compile.  "),
        ("", "", "Filter was formatted incorrectly.  "),
        ("!", "", "Filter was formatted incorrectly.  "),
        ("x", "name(VarSet),method(foo)", "Filter was formatted incorrectly.  "),
        ("x", "nonsense(VarSet)", "Filter was formatted incorrectly.  "),
        ("x", "name", "Filter was formatted incorrectly.  "),
        ("x", "name(VarSet)", "Filter was formatted incorrectly.  "),
        ("", "action(include)", "Filter was formatted incorrectly.  "),
        ("", "name(VarSet),method(regex)", "Filter was formatted incorrectly.  "),
    ] {
        let action = format!("Action: Filter\r\nOperation: Add\r\nFilter: {filter}\r\nMatchCriteria: {criteria}\r\n");
        assert_eq!(client.ask(&action).get("Message"), Some(&*format!("{message}{syntax}")), "{filter} {criteria}");
    }
    assert!(mock.sessions()[0].filters().is_empty());
    let unknown = quiet(&asterisk("1.8")).ask("Action: Filter\r\nOperation: Add\r\nFilter: x\r\n");
    assert!(unknown.get("Message").unwrap().starts_with("Invalid/unknown command: Filter."));
}

#[test]
fn a_user_reads_and_does_what_the_classes_allow() {
    let mock = Mock::builder().asterisk("22").user_with("wallboard", "x", "call", "reporting").start().unwrap();
    let mut client = Client::connect(&mock);
    client.ask("Action: Login\r\nUsername: wallboard\r\nSecret: x\r\n");
    mock.event("Agent", [("Privilege", "agent,all")]);
    mock.event("Call", [("Privilege", "call,all")]);
    assert_eq!(client.packet().get("Event"), Some("Call"), "neither FullyBooted nor what agents do");
    for action in ["Originate", "Command", "Filter", "QueuePause"] {
        let denied = client.ask(&format!("Action: {action}\r\nActionID: d\r\n"));
        let expected = [("Response", "Error"), ("ActionID", "d"), ("Message", "Permission denied")];
        assert_eq!(headers(&denied), expected, "{action}");
    }
    assert_eq!(client.ask("Action: Getvar\r\nVariable: x\r\n").get("Response"), Some("Success"));
}

#[test]
fn a_user_who_is_in_is_not_let_in_again_where_one_login_is_allowed() {
    let mock = Mock::builder().single_login().user("a", "x").user("b", "x").start().unwrap();
    let mut first = Client::connect(&mock);
    first.ask("Action: Login\r\nUsername: a\r\nSecret: x\r\n");
    for action in ["Login\r\nSecret: x", "Challenge\r\nAuthType: MD5"] {
        let mut second = Client::connect(&mock);
        let refused = second.ask(&format!("Action: {action}\r\nUsername: a\r\n"));
        assert_eq!(refused.get("Message"), Some("Login Already In Use"));
        second.expect_end();
    }
    let other = Client::connect(&mock).ask("Action: Login\r\nUsername: b\r\nSecret: x\r\n");
    assert_eq!(other.get("Response"), Some("Success"));
    drop(first);
    mock.wait_for_sessions(0, DEADLINE).unwrap();
    let again = Client::connect(&mock).ask("Action: Login\r\nUsername: a\r\nSecret: x\r\n");
    assert_eq!(again.get("Response"), Some("Success"));
}

#[test]
fn setting_a_global_variable_is_an_event_for_all() {
    for (version, order) in
        [("11", ["Channel", "Variable", "Value", "Uniqueid"]), ("22", ["Channel", "Uniqueid", "Variable", "Value"])]
    {
        let mock = asterisk(version);
        let mut sets = Client::logged_in(&mock);
        let mut sees = Client::connect(&mock);
        sees.ask("Action: Login\r\nUsername: admin\r\nSecret: root\r\nEvents: dialplan\r\n");
        assert_eq!(sets.packet().get("Event"), Some("FullyBooted"));
        assert_eq!(sets.ask("Action: Setvar\r\nVariable: V\r\nValue: 1\r\n").get("Message"), Some("Variable Set"));
        for client in [&mut sets, &mut sees] {
            let event = client.packet();
            let names: Vec<_> = event.iter().map(|(name, _)| name).collect();
            assert_eq!(names, [&["Event", "Privilege"][..], &order].concat());
            assert_eq!((event.get("Event"), event.get("Value")), (Some("VarSet"), Some("1")));
        }
        assert_eq!(sees.ask("Action: Getvar\r\nVariable: V\r\n").get("Value"), Some("1"));
        let refused = sees.ask("Action: Setvar\r\nChannel: x\r\nVariable: V\r\n");
        assert_eq!(refused.get("Message"), Some("No such channel"));
    }
}

#[test]
fn an_asynchronous_originate_is_told_to_all_with_its_action_id() {
    let mock = asterisk("22");
    let mut calls = quiet(&mock);
    let mut sees = Client::connect(&mock);
    sees.ask("Action: Login\r\nUsername: admin\r\nSecret: root\r\nEvents: call\r\n");
    let originate =
        "Action: Originate\r\nActionID: o\r\nChannel: PJSIP/100\r\nChannelId: own.1\r\nContext: internal\r\n\
                     Exten: 200\r\nPriority: 1\r\nCallerID: Al <55>\r\n";
    let queued = "Originate successfully queued";
    assert_eq!(calls.ask(originate).get("Message"), Some(queued));
    assert_eq!(calls.ask(&format!("{originate}Async: true\r\n")).get("Message"), Some(queued));
    let event = sees.packet();
    let expected = [
        ("Event", "OriginateResponse"),
        ("Privilege", "call,all"),
        ("ActionID", "o"),
        ("Response", "Success"),
        ("Channel", "PJSIP/100-00000001"),
        ("Context", "internal"),
        ("Exten", "200"),
        ("Reason", "4"),
        ("Uniqueid", "own.1"),
        ("CallerIDNum", "55"),
        ("CallerIDName", "Al"),
    ];
    assert_eq!(headers(&event), expected);
    for (action, message) in
        [("", "Channel not specified"), ("Channel: x\r\n", "Originate with 'Exten' requires 'Context' and 'Priority'")]
    {
        assert_eq!(calls.ask(&format!("Action: Originate\r\n{action}")).get("Message"), Some(message));
    }
}

#[test]
fn while_an_action_runs_its_session_gets_no_events() {
    let mock = Mock::start().unwrap();
    let (go, gone) = std::sync::mpsc::channel::<()>();
    mock.on("Slow", move |_| {
        gone.recv_timeout(DEADLINE).unwrap();
        Reply::success().header("Done", "yes")
    });
    let mut busy = Client::logged_in(&mock);
    let mut other = Client::logged_in(&mock);
    busy.send("Action: Slow\r\n\r\nAction: Ping\r\n");
    thread::scope(|scope| {
        scope.spawn(|| {
            busy.expect_quiet();
            mock.event("Meanwhile", [("Number", 1)]);
            assert_eq!(other.packet().get("Event"), Some("Meanwhile"));
            busy.expect_quiet();
            go.send(()).unwrap();
        });
    });
    assert_eq!(busy.packet().get("Done"), Some("yes"));
    // The event comes with the answer to the slow action or after the next, as the threads go.
    let next = [busy.packet(), busy.packet()];
    assert!(next.iter().any(|packet| packet.get("Event") == Some("Meanwhile")), "{next:?}");
}

#[cfg(feature = "tls")]
mod tls {
    use super::*;
    use gami::mock::TlsReading;
    use std::net::TcpStream;
    use wire::connect_as;

    type TlsClient = Client<native_tls::TlsStream<TcpStream>>;

    fn connect(mock: &Mock) -> TlsClient {
        let mut client = connect_as(mock, "localhost").unwrap();
        client.ask("Action: Login\r\nUsername: admin\r\nSecret: root\r\nEvents: off\r\n");
        client
    }

    fn logged_in(version: &str) -> (Mock, TlsClient) {
        let mock = Mock::builder().asterisk(version).tls().start().unwrap();
        let client = connect(&mock);
        (mock, client)
    }

    fn pings(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("Action: Ping\r\nActionID: p{number}\r\n\r\n")).collect()
    }

    fn large(lines: usize) -> String {
        let fillers: String = (0..lines).map(|at| format!("X{at:03}: {}\r\n", "y".repeat(60))).collect();
        format!("Action: Ping\r\nActionID: large\r\n{fillers}\r\n")
    }

    /// Records of whole lines, each of at most 1,024 bytes.
    fn records(text: &str) -> Vec<String> {
        let mut records = vec![String::new()];
        for line in text.split_inclusive('\n') {
            if records.last().unwrap().len() + line.len() > 1024 {
                records.push(String::new());
            }
            records.last_mut().unwrap().push_str(line);
        }
        records
    }

    /// A record for each.
    fn send(client: &mut TlsClient, records: &[String]) {
        for record in records {
            client.socket.write_all(record.as_bytes()).unwrap();
        }
    }

    const EACH_KIND: [&str; 4] = ["1.8", "13", "16", "22"];

    #[test]
    fn an_action_of_more_than_1024_bytes_in_one_record_is_never_answered() {
        for version in EACH_KIND {
            let (_mock, mut client) = logged_in(version);
            for lines in [10, 14] {
                send(&mut client, &[large(lines)]);
                assert_eq!(client.packet().get("ActionID"), Some("large"), "{version}");
            }
            send(&mut client, &[large(20)]);
            client.expect_quiet();
        }
    }

    #[test]
    fn of_40_pings_in_one_record_those_within_1024_bytes_are_answered_from_15_on() {
        for version in ["16", "22"] {
            let (_mock, mut client) = logged_in(version);
            send(&mut client, &[pings(40).concat()]);
            for number in 0..33 {
                assert_eq!(client.packet().get("ActionID"), Some(&*format!("p{number}")));
            }
            client.expect_quiet();
            // What comes next on the socket lets it read on, in the record before.
            send(&mut client, &pings(1));
            for number in 33..40 {
                assert_eq!(client.packet().get("ActionID"), Some(&*format!("p{number}")));
            }
        }
    }

    #[test]
    fn up_to_14_more_than_1024_bytes_unanswered_end_the_connection() {
        for version in ["1.8", "13", "14"] {
            let (_mock, mut client) = logged_in(version);
            send(&mut client, &[pings(40).concat()]);
            client.expect_end();
        }
    }

    #[test]
    fn up_to_14_an_event_does_so_too() {
        let (mock, mut client) = logged_in("13");
        client.ask("Action: Events\r\nEventMask: on\r\n");
        send(&mut client, &[large(20)]);
        client.expect_quiet();
        mock.event("Last", [("Straw", "yes")]);
        client.expect_end();
    }

    #[test]
    fn records_of_whole_lines_and_1024_bytes_are_read_without_fail() {
        for version in ["16", "22"] {
            let (_mock, mut client) = logged_in(version);
            for lines in [10, 20, 90, 120] {
                send(&mut client, &records(&large(lines)));
                assert_eq!(client.packet().get("ActionID"), Some("large"));
            }
            for pings in [pings(1000), records(&pings(1000).concat())] {
                send(&mut client, &pings);
                for number in 0..1000 {
                    assert_eq!(client.packet().get("ActionID"), Some(&*format!("p{number}")));
                }
            }
        }
    }

    #[test]
    fn up_to_14_a_window_of_1024_bytes_unanswered_is_read_without_fail() {
        let (_mock, mut client) = logged_in("13");
        let pings = pings(500);
        let (mut sent, mut under_way) = (0, 0);
        for (number, ping) in pings.iter().enumerate() {
            while sent < pings.len() && under_way + pings[sent].len() <= 1024 {
                send(&mut client, &pings[sent..=sent]);
                under_way += pings[sent].len();
                sent += 1;
            }
            assert_eq!(client.packet().get("ActionID"), Some(&*format!("p{number}")));
            under_way -= ping.len();
        }
    }

    #[test]
    fn a_proxy_that_ends_the_tls_reads_everything() {
        let mock = Mock::builder().asterisk("22").tls().tls_reading(TlsReading::Everything).start().unwrap();
        let mut client = connect(&mock);
        send(&mut client, &[pings(40).concat(), large(90)]);
        for number in 0..40 {
            assert_eq!(client.packet().get("ActionID"), Some(&*format!("p{number}")));
        }
        assert_eq!(client.packet().get("ActionID"), Some("large"));
    }
}
