//! What `gami::mock` does on the wire, as a bare socket sees it.

mod wire;

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use gami::mock::{Mock, Replay, Reply, Request, SAMPLE_CALL};
use gami::packet::{Frame, Framer, Kind, Packet};
use wire::{headers, is_timeout, Client, DEADLINE, QUIET};

const CAPTURE_22: &[u8] = include_bytes!("data/asterisk-22.ami");
const CAPTURE_1_8: &[u8] = include_bytes!("data/asterisk-1.8.ami");

#[test]
fn ping_is_answered_with_its_action_id_right_after_the_status() {
    let mock = Mock::start().unwrap();
    let mut client = Client::logged_in(&mock);
    let pong = client.ask("Action: Ping\r\nActionID: one: two\r\n");
    let headers = headers(&pong);
    assert_eq!(headers[..3], [("Response", "Success"), ("ActionID", "one: two"), ("Ping", "Pong")]);
    assert_eq!(headers[3].0, "Timestamp");
    assert_eq!(client.ask("action: PING\r\n").get("ActionID"), None);
}

#[test]
fn a_challenge_opens_the_door_to_the_right_secret_only() {
    let mock = Mock::builder().user("operator", "sesame").user("other", "x").start().unwrap();
    let log_in = |user: &str, secret: &str| {
        let mut client = Client::connect(&mock);
        let challenge = client.ask("Action: Challenge\r\nActionID: c\r\nAuthType: md5\r\n");
        assert_eq!(challenge.get("ActionID"), Some("c"));
        let digits = challenge.get("Challenge").unwrap().to_owned();
        assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
        let key = md5::compute(digits + secret);
        let answer = client.ask(&format!("Action: Login\r\nAuthType: MD5\r\nUsername: {user}\r\nKey: {key:x}\r\n"));
        (answer, client)
    };
    let (accepted, _client) = log_in("operator", "sesame");
    assert_eq!(headers(&accepted), [("Response", "Success"), ("Message", "Authentication accepted")]);
    for (user, secret) in [("operator", "x"), ("nobody", "sesame")] {
        let (refused, mut client) = log_in(user, secret);
        assert_eq!(headers(&refused), [("Response", "Error"), ("Message", "Authentication failed")]);
        client.expect_end();
    }
}

#[test]
fn a_key_without_a_challenge_is_refused() {
    let mock = Mock::start().unwrap();
    let mut client = Client::connect(&mock);
    let key = md5::compute("root");
    let refused = client.ask(&format!("Action: Login\r\nAuthType: MD5\r\nUsername: admin\r\nKey: {key:x}\r\n"));
    assert_eq!(refused.get("Message"), Some("Authentication failed"));
}

#[test]
fn a_challenge_of_another_kind_is_refused() {
    let mock = Mock::start().unwrap();
    let answer = Client::connect(&mock).ask("Action: Challenge\r\n");
    assert_eq!(headers(&answer), [("Response", "Error"), ("Message", "Must specify AuthType")]);
}

#[test]
fn a_wrong_secret_is_refused_after_the_delay_and_the_connection_closed() {
    let delay = Duration::from_millis(150);
    let mock = Mock::builder().login_delay(delay).start().unwrap();
    let mut client = Client::connect(&mock);
    let start = Instant::now();
    let refused = client.ask("Action: Login\r\nActionID: 7\r\nUsername: admin\r\nSecret: wrong\r\n");
    assert!(start.elapsed() >= delay);
    let expected = [("Response", "Error"), ("ActionID", "7"), ("Message", "Authentication failed")];
    assert_eq!(headers(&refused), expected);
    client.expect_end();
}

#[test]
fn without_a_login_everything_is_denied_but_the_connection_stays() {
    let mock = Mock::start().unwrap();
    let mut client = Client::connect(&mock);
    for action in ["Ping", "Events", "Filter", "Nonsense"] {
        let denied = client.ask(&format!("Action: {action}\r\nActionID: d\r\n"));
        let expected = [("Response", "Error"), ("ActionID", "d"), ("Message", "Permission denied")];
        assert_eq!(headers(&denied), expected, "{action}");
    }
    client.log_in();
}

#[test]
fn an_unknown_action_is_refused_by_name() {
    let mock = Mock::start().unwrap();
    let mut client = Client::logged_in(&mock);
    let message = "Invalid/unknown command: Nonsense. Use Action: ListCommands to show available commands.";
    assert_eq!(client.ask("Action: Nonsense\r\n").get("Message"), Some(message));
    assert_eq!(client.ask("Actio: Ping\r\n").get("Message"), Some("Missing action in request"));
}

#[test]
fn logoff_says_goodbye_and_closes() {
    let mock = Mock::start().unwrap();
    let mut client = Client::logged_in(&mock);
    let goodbye = client.ask("Action: Logoff\r\nActionID: bye\r\n");
    let expected = [("Response", "Goodbye"), ("ActionID", "bye"), ("Message", "Thanks for all the fish.")];
    assert_eq!(headers(&goodbye), expected);
    client.expect_end();
    drop(client);
    mock.wait_for_sessions(0, DEADLINE).unwrap();
}

#[test]
fn a_session_remembers_its_user_mask_and_filters() {
    let mock = Mock::start().unwrap();
    let mut client = Client::connect(&mock);
    let session = &mock.wait_for_sessions(1, DEADLINE).unwrap()[0];
    assert_eq!((session.is_logged_in(), session.user(), session.event_mask()), (false, None, None));
    client.ask("Action: Login\r\nUsername: admin\r\nSecret: root\r\nEvents: call\r\n");
    assert_eq!((session.user(), session.event_mask()), (Some("admin".into()), Some("call".into())));
    assert_eq!(client.ask("Action: Events\r\nEventMask: off\r\n").get("Events"), Some("Off"));
    assert_eq!(session.event_mask(), Some("off".into()));
    assert_eq!(client.ask("Action: Events\r\nEventMask: call,log\r\n").get("Events"), Some("On"));
    assert_eq!(session.event_mask(), Some("call,log".into()));
    for filter in ["Event: Newchannel", "!Channel: DAHDI.*"] {
        let added = client.ask(&format!("Action: Filter\r\nOperation: Add\r\nFilter: {filter}\r\n"));
        assert_eq!(added.get("Response"), Some("Success"));
    }
    assert_eq!(client.ask("Action: Filter\r\nFilter: x\r\n").get("Message"), Some("Unknown operation"));
    assert_eq!(session.filters(), ["Event: Newchannel", "!Channel: DAHDI.*"]);
    assert_eq!(session.peer(), client.socket.local_addr().unwrap());
}

#[test]
fn events_go_to_sessions_that_want_them() {
    let mock = Mock::start().unwrap();
    let mut stranger = Client::connect(&mock);
    let mut wants = Client::logged_in(&mock);
    let mut refuses = Client::connect(&mock);
    refuses.ask("Action: Login\r\nUsername: admin\r\nSecret: root\r\nEvents: off\r\n");
    mock.event("Hangup", [("Channel", "x"), ("Cause", "16")]);
    assert_eq!(headers(&wants.packet()), [("Event", "Hangup"), ("Channel", "x"), ("Cause", "16")]);
    stranger.expect_quiet();
    refuses.expect_quiet();

    refuses.ask("Action: Events\r\nEventMask: on\r\n");
    wants.ask("Action: Events\r\nEventMask: off\r\n");
    mock.event("Hangup", [("Channel", "y")]);
    assert_eq!(refuses.packet().get("Channel"), Some("y"));
    wants.expect_quiet();
}

#[test]
fn an_event_pushed_after_a_login_was_seen_comes_after_its_answer() {
    let mock = Mock::start().unwrap();
    for round in 1..=50 {
        let mut client = Client::connect(&mock);
        client.send("Action: Login\r\nUsername: admin\r\nSecret: root\r\n");
        mock.wait_for("login", round, DEADLINE).unwrap();
        mock.event("Now", [("Round", round)]);
        assert_eq!(client.packet().get("Response"), Some("Success"));
        assert_eq!(client.packet().get("Round"), Some(round.to_string().as_str()));
    }
}

#[test]
fn actions_sent_in_one_go_are_answered_in_order() {
    let mock = Mock::start().unwrap();
    let mut client = Client::connect(&mock);
    let mut all = "Action: Login\r\nActionID: 0\r\nUsername: admin\r\nSecret: root\r\n\r\n".to_owned();
    all.extend((1..500).map(|id| format!("Action: Ping\r\nActionID: {id}\r\n\r\n")));
    client.send(&all);
    for id in 0..500 {
        let answer = client.packet();
        assert_eq!(answer.get("Response"), Some("Success"));
        assert_eq!(answer.get("ActionID"), Some(id.to_string().as_str()));
    }
}

#[test]
fn a_handler_replaces_the_answer_and_can_fall_back_to_it() {
    let mock = Mock::start().unwrap();
    let mut pings = 0;
    mock.on("pING", move |ping| {
        pings += 1;
        match pings {
            1 => Reply::error("Not now"),
            2 => Reply::usual(),
            _ => Reply::success().header("Asked", ping.get("question").unwrap_or("nothing")),
        }
    });
    let mut client = Client::logged_in(&mock);
    assert_eq!(client.ask("Action: Ping\r\n").get("Message"), Some("Not now"));
    assert_eq!(client.ask("Action: Ping\r\n").get("Ping"), Some("Pong"));
    assert_eq!(client.ask("Action: Ping\r\nQuestion: why\r\n").get("Asked"), Some("why"));
    mock.on("Ping", |_| Reply::response("Pong"));
    assert_eq!(client.ask("Action: Ping\r\n").get("Response"), Some("Pong"));
}

#[test]
fn a_handler_that_lets_everybody_in_logs_them_in() {
    let mock = Mock::start().unwrap();
    mock.on("Login", |_| Reply::success());
    let mut client = Client::connect(&mock);
    client.ask("Action: Login\r\nUsername: anybody\r\n");
    assert_eq!(client.ask("Action: Ping\r\n").get("Ping"), Some("Pong"));
    assert_eq!(mock.sessions()[0].user(), Some("anybody".into()));
}

#[test]
fn a_list_has_its_items_and_their_number() {
    let mock = Mock::start().unwrap();
    mock.on("CoreShowChannels", |_| {
        Reply::list()
            .header("Message", "Channels will follow")
            .event("CoreShowChannel", [("Channel", "a")])
            .event("CoreShowChannel", [("Channel", "b")])
            .complete("CoreShowChannelsComplete")
    });
    let mut client = Client::logged_in(&mock);
    let start = client.ask("Action: CoreShowChannels\r\nActionID: l\r\n");
    let message = ("Message", "Channels will follow");
    assert_eq!(headers(&start), [("Response", "Success"), ("ActionID", "l"), ("EventList", "start"), message]);
    for channel in ["a", "b"] {
        assert_eq!(headers(&client.packet()), [("Event", "CoreShowChannel"), ("ActionID", "l"), ("Channel", channel)]);
    }
    let complete =
        [("Event", "CoreShowChannelsComplete"), ("ActionID", "l"), ("EventList", "Complete"), ("ListItems", "2")];
    assert_eq!(headers(&client.packet()), complete);
}

#[test]
fn a_command_follows_as_before_asterisk_14() {
    let mock = Mock::start().unwrap();
    mock.on("Command", |_| Reply::follows("Core: up\n\n  two calls\n"));
    let mut client = Client::logged_in(&mock);
    let follows = client.ask("Action: Command\r\nActionID: f\r\nCommand: core show\r\n");
    assert_eq!(headers(&follows), [("Response", "Follows"), ("Privilege", "Command"), ("ActionID", "f")]);
    assert_eq!(follows.body(), Some("Core: up\n\n  two calls"));
}

#[test]
fn answers_come_late_in_any_order_or_not_at_all() {
    let mock = Mock::start().unwrap();
    let (asked, requests) = mpsc::channel::<Request>();
    mock.on("Later", move |request| {
        asked.send(request.clone()).unwrap();
        Reply::nothing()
    });
    let delay = Duration::from_secs(1);
    mock.on("Slow", move |_| Reply::success().after(delay));
    let mut client = Client::logged_in(&mock);
    let start = Instant::now();
    client.send(
        "Action: Slow\r\nActionID: slow\r\n\r\nAction: Later\r\nActionID: a\r\n\r\nAction: Later\r\nActionID: b\r\n",
    );
    let first = requests.recv_timeout(DEADLINE).unwrap();
    let second = requests.recv_timeout(DEADLINE).unwrap();
    let id = |packet: Packet| packet.get("ActionID").map(str::to_owned);
    assert_eq!(id(client.ask("Action: Ping\r\nActionID: quick\r\n")), Some("quick".into()));
    assert_eq!(id(client.packet()), Some("slow".into()));
    assert!(start.elapsed() >= delay);
    thread::spawn(move || {
        second.reply(Reply::success());
        first.reply(Reply::error("no").event("OriginateResponse", [("Reason", 4)]));
    });
    assert_eq!(id(client.packet()), Some("b".into()));
    assert_eq!(id(client.packet()), Some("a".into()));
    let event = client.packet();
    assert_eq!(headers(&event), [("Event", "OriginateResponse"), ("ActionID", "a"), ("Reason", "4")]);
}

#[test]
fn the_parts_of_a_reply_each_have_their_time() {
    let mock = Mock::start().unwrap();
    let delay = Duration::from_millis(60);
    mock.on("Parts", move |_| {
        let late = Reply::raw("Event: Late\r\n\r\n").close().after(delay);
        Reply::success().and(late).and(Reply::raw("Event: Soon\r\n\r\n"))
    });
    let mut client = Client::logged_in(&mock);
    let start = Instant::now();
    assert_eq!(client.ask("Action: Parts\r\n").get("Response"), Some("Success"));
    assert_eq!(client.packet().get("Event"), Some("Soon"));
    assert_eq!(client.packet().get("Event"), Some("Late"));
    client.expect_end();
    assert!(start.elapsed() >= delay);
}

#[test]
fn a_reply_drips_byte_by_byte_and_closes_after_the_last() {
    let mock = Mock::start().unwrap();
    mock.on("Drip", |_| Reply::success().close().dripping(Duration::from_millis(1)));
    let mut client = Client::logged_in(&mock);
    let start = Instant::now();
    let answer = client.ask("Action: Drip\r\nActionID: d\r\n");
    assert_eq!(headers(&answer), [("Response", "Success"), ("ActionID", "d")]);
    assert!(start.elapsed() >= Duration::from_millis(30));
    client.expect_end();
}

#[test]
fn a_handler_that_panics_costs_its_connection_only() {
    let mock = Mock::start().unwrap();
    mock.on("Boom", |_| panic!("this panic belongs to the test"));
    let mut other = Client::logged_in(&mock);
    let mut client = Client::logged_in(&mock);
    client.send("Action: Boom\r\n");
    client.expect_end();
    assert_eq!(other.ask("Action: Ping\r\n").get("Ping"), Some("Pong"));
    other.send("Action: Boom\r\n");
    other.expect_end();
}

#[test]
fn garbage_and_fragments_arrive_as_they_are() {
    let mock = Mock::start().unwrap();
    let mut client = Client::connect(&mock);
    let garbage = b"\0\xff\xfe\r\n\n\r no packet \r\n";
    mock.push(garbage);
    let mut seen = vec![0; garbage.len()];
    client.socket.read_exact(&mut seen).unwrap();
    assert_eq!(seen, garbage);
    mock.push("Event: Frag");
    mock.push(String::from("mented\r\n\r"));
    mock.push(vec![b'\n']);
    assert_eq!(client.packet().get("Event"), Some("Fragmented"));
}

#[test]
fn garbage_from_the_client_leaves_the_connection_alive() {
    let mock = Mock::start().unwrap();
    let mut client = Client::connect(&mock);
    // A line that begins with a NUL is a blank one, and each of those ends an action.
    client.socket.write_all(b"\0\xff: \xfe\r\n\r\n\r\n\n:::\n\n").unwrap();
    for _ in 0..5 {
        assert_eq!(client.packet().get("Message"), Some("Missing action in request"));
    }
    client.log_in();
}

#[test]
fn both_captures_are_replayed_event_by_event() {
    for (capture, count) in [(CAPTURE_22, 833), (CAPTURE_1_8, 475)] {
        let text = String::from_utf8_lossy(capture);
        assert_eq!(text.lines().filter(|line| line.starts_with("Event:")).count(), count);
        let mock = Mock::start().unwrap();
        let mut client = Client::logged_in(&mock);
        mock.replay(capture);
        mock.event("End", [("Of", "replay")]);
        let mut from = 0;
        for _ in 0..count {
            let packet = client.packet();
            assert_eq!(packet.kind(), Kind::Event);
            let found = memchr::memmem::find(&capture[from..], packet.as_bytes());
            from += found.expect("what came stands in the capture, in order") + packet.as_bytes().len();
        }
        assert_eq!(client.packet().get("Event"), Some("End"));
    }
}

#[test]
fn a_login_starts_the_replay_where_events_are_wanted() {
    let mock = Mock::builder().replay(SAMPLE_CALL).start().unwrap();
    let mut client = Client::logged_in(&mock);
    let names: Vec<_> = (0..53).map(|_| client.packet().get("Event").unwrap().to_owned()).collect();
    assert_eq!((names[0].as_str(), names[52].as_str()), ("Newchannel", "BridgeDestroy"));
    client.expect_quiet();
    let mut quiet = Client::connect(&mock);
    quiet.ask("Action: Login\r\nUsername: admin\r\nSecret: root\r\nEvents: off\r\n");
    quiet.expect_quiet();
}

#[test]
fn a_paced_replay_takes_its_time_and_holds_up_no_answer() {
    let interval = Duration::from_millis(20);
    let mock = Mock::start().unwrap();
    let mut client = Client::logged_in(&mock);
    let start = Instant::now();
    mock.replay(Replay::new(SAMPLE_CALL).every(interval));
    client.send("Action: Ping\r\n");
    let packets: Vec<_> = (0..54).map(|_| client.packet()).collect();
    assert!(start.elapsed() >= interval * 52);
    let pong = packets.iter().position(|packet| packet.get("Ping").is_some()).unwrap();
    assert!(pong < 53, "the answer came after all events");
}

#[test]
fn the_sample_call_is_whole() {
    let replay = Replay::new(SAMPLE_CALL);
    assert_eq!((replay.len(), replay.as_bytes()), (53, SAMPLE_CALL));
    let mut framer = Framer::new();
    framer.push(SAMPLE_CALL);
    let packets: Vec<_> = framer
        .frames()
        .map(|frame| match frame {
            Frame::Packet(packet) => packet,
            _ => unreachable!(),
        })
        .collect();
    let channels = |event: &str| -> HashSet<_> {
        let named = packets.iter().filter(|packet| packet.get("Event") == Some(event));
        named.filter_map(|packet| packet.get("Uniqueid")).collect()
    };
    assert_eq!(channels("Newchannel").len(), 4);
    assert_eq!(channels("Newchannel"), channels("Hangup"));
    assert_eq!(channels("BridgeEnter").len(), 2);
    assert_eq!(channels("BridgeEnter"), channels("BridgeLeave"));
    for event in ["DialBegin", "DialEnd", "Newstate", "BridgeCreate", "BridgeDestroy"] {
        assert!(packets.iter().any(|packet| packet.get("Event") == Some(event)), "{event}");
    }
}

#[test]
fn silence_answers_nothing_and_ends() {
    let mock = Mock::start().unwrap();
    let mut client = Client::logged_in(&mock);
    mock.go_silent();
    client.send("Action: Ping\r\nActionID: lost\r\n");
    mock.wait_for("Ping", 1, DEADLINE).unwrap();
    mock.event("Lost", [("a", "b")]);
    let mut newcomer = Client::dial(mock.address());
    client.expect_quiet();
    newcomer.expect_quiet();
    mock.wake_up();
    assert_eq!(client.ask("Action: Ping\r\nActionID: heard\r\n").get("ActionID"), Some("heard"));
}

#[test]
fn a_deaf_server_holds_up_the_clients_writes() {
    let mock = Mock::start().unwrap();
    let mut client = Client::logged_in(&mock);
    mock.go_deaf();
    client.socket.set_write_timeout(Some(QUIET)).unwrap();
    let chunk = "X: y\r\n".repeat(1 << 18).into_bytes();
    let stalled = (0..1000).find_map(|_| client.socket.write(&chunk).err());
    assert!(is_timeout(&stalled.expect("the buffers of the system are not endless")));
    mock.event("Still", [("Sent", "yes")]);
    assert_eq!(client.packet().get("Event"), Some("Still"));
    mock.wake_up();
    client.socket.set_write_timeout(Some(DEADLINE)).unwrap();
    let refused = client.ask("the line that was cut off, or one more\r\n");
    assert_eq!(refused.get("Message"), Some("Too many lines in message or allocation failure"));
    assert_eq!(client.ask("Action: Ping\r\n").get("Ping"), Some("Pong"));
}

#[test]
fn hanging_up_drops_everybody_after_what_was_sent() {
    let mock = Mock::start().unwrap();
    let mut clients: Vec<_> = (0..5).map(|_| Client::logged_in(&mock)).collect();
    mock.event("Last", [("Words", "none")]);
    mock.hang_up();
    for client in &mut clients {
        assert_eq!(client.packet().get("Event"), Some("Last"));
        client.expect_end();
    }
    mock.wait_for_sessions(0, DEADLINE).unwrap();
    Client::logged_in(&mock);
}

#[test]
fn a_half_closed_server_still_reads() {
    let mock = Mock::start().unwrap();
    let mut client = Client::logged_in(&mock);
    mock.sessions()[0].half_close();
    client.expect_end();
    client.send("Action: Ping\r\nActionID: unheard\r\n");
    let pings = mock.wait_for("Ping", 1, DEADLINE).unwrap();
    assert_eq!(pings[0].action_id(), Some("unheard"));
    assert!(pings[0].session().is_open());
    drop(client);
    mock.wait_for_sessions(0, DEADLINE).unwrap();
    assert!(!pings[0].session().is_open());
}

#[test]
fn a_half_closed_client_gets_its_answers() {
    let mock = Mock::start().unwrap();
    let mut client = Client::logged_in(&mock);
    client.send("Action: Ping\r\n\r\nAction: Ping\r\n");
    client.socket.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.packet().get("Ping"), Some("Pong"));
    assert_eq!(client.packet().get("Ping"), Some("Pong"));
    client.expect_end();
    mock.wait_for_sessions(0, Duration::from_millis(900)).expect("both sides have ended, and nobody lingers");
}

#[test]
fn a_restart_keeps_the_port_the_handlers_and_what_was_received() {
    let mock = Mock::start().unwrap();
    mock.on("Ping", |_| Reply::response("Pong"));
    for round in 1..=5 {
        let mut client = Client::logged_in(&mock);
        assert_eq!(client.ask("Action: Ping\r\n").get("Response"), Some("Pong"));
        mock.stop();
        client.expect_end();
        assert!(mock.sessions().is_empty());
        assert!(TcpStream::connect_timeout(&mock.address(), DEADLINE).is_err());
        mock.restart().unwrap();
        assert_eq!(mock.received().len(), 2 * round);
    }
    let mut client = Client::logged_in(&mock);
    mock.restart().unwrap();
    client.expect_end();
    mock.stop();
    mock.stop();
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Mock::builder().port(port).start().unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
}

#[test]
fn a_mock_listens_on_the_port_it_is_given() {
    let mock = Mock::start().unwrap();
    let port = mock.address().port();
    assert_eq!(mock.to_string(), format!("127.0.0.1:{port}"));
    drop(mock);
    let mock = Mock::builder().port(port).start().unwrap();
    assert_eq!(mock.address().port(), port);
    Client::logged_in(&mock);
}

#[test]
fn the_banner_is_any_bytes_slow_missing_or_cut_off() {
    let mock = Mock::builder().banner("OpenPBX Call Manager/1.0\n").start().unwrap();
    assert_eq!(Client::dial(mock.address()).line(), "OpenPBX Call Manager/1.0\n");

    mock.set_banner(Reply::raw("Slow/1\r\n").dripping(Duration::from_millis(10)));
    let start = Instant::now();
    assert_eq!(Client::dial(mock.address()).line(), "Slow/1\r\n");
    assert!(start.elapsed() >= Duration::from_millis(70));

    mock.set_banner(Reply::nothing());
    let mut client = Client::dial(mock.address());
    client.expect_quiet();
    client.log_in();

    mock.set_banner(Reply::nothing().close());
    Client::dial(mock.address()).expect_end();
}

#[test]
fn received_actions_are_kept_in_order_until_forgotten() {
    let mock = Mock::start().unwrap();
    let mut client = Client::logged_in(&mock);
    client.ask("Action: Ping\r\nActionID: p\r\n");
    let received = mock.received();
    let names: Vec<_> = received.iter().map(Request::name).collect();
    assert_eq!(names, ["Login", "Ping"]);
    assert_eq!(received[1].action_id(), Some("p"));
    assert_eq!(received[1].session().id(), 1);
    mock.forget_received();
    assert!(mock.received().is_empty());
}

#[test]
fn an_action_without_a_handler_of_its_own_goes_to_the_one_for_any() {
    let mock = Mock::start().unwrap();
    mock.on_any(|action| match action.name() {
        "Login" => Reply::usual(),
        name => Reply::success().header("Message", format!("any {name}")),
    });
    mock.on("own", |_| Reply::success().header("Message", "own"));
    let mut client = Client::logged_in(&mock);
    assert_eq!(client.ask("Action: Ping\r\n").get("Message"), Some("any Ping"));
    assert_eq!(client.ask("Action: Own\r\n").get("Message"), Some("own"));
    mock.on_any(|_| Reply::error("gone"));
    assert_eq!(client.ask("Action: Nonsense\r\n").get("Message"), Some("gone"));
}

#[test]
fn actions_are_counted_in_any_case_and_from_the_time_that_they_were_forgotten() {
    let mock = Mock::start().unwrap();
    let mut client = Client::logged_in(&mock);
    for name in ["Ping", "PING", "ping"] {
        client.ask(&format!("Action: {name}\r\n"));
    }
    let pings = mock.wait_for("pInG", 3, DEADLINE).unwrap();
    assert_eq!(pings.iter().map(Request::name).collect::<Vec<_>>(), ["Ping", "PING", "ping"]);
    mock.forget_received();
    assert!(mock.wait_for("Ping", 1, Duration::from_millis(20)).is_err());
    client.ask("Action: Ping\r\n");
    assert_eq!(mock.wait_for("Ping", 1, DEADLINE).unwrap().len(), 1);
}

#[test]
fn waiting_in_vain_says_what_came_instead() {
    let mock = Mock::start().unwrap();
    let _client = Client::logged_in(&mock);
    let error = mock.wait_for("Logoff", 1, Duration::from_millis(20)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(error.to_string().contains(r#"1 actions, the last of them ["Login"]"#), "{error}");
    let error = mock.wait_for_sessions(7, Duration::from_millis(20)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
}

fn each_session_gets_each_event(sessions: usize) {
    let mock = Mock::start().unwrap();
    let mut clients: Vec<_> = (0..sessions).map(|_| Client::logged_in(&mock)).collect();
    assert_eq!(mock.sessions().len(), sessions);
    for number in 0..10 {
        mock.event("Tick", [("Number", number)]);
    }
    for client in &mut clients {
        for number in 0..10 {
            assert_eq!(client.packet().get("Number"), Some(number.to_string().as_str()));
        }
    }
    let start = Instant::now();
    mock.stop();
    assert!(start.elapsed() < DEADLINE, "stopping took {:?}", start.elapsed());
    assert!(mock.sessions().is_empty());
}

#[test]
fn many_sessions_each_get_each_event() {
    each_session_gets_each_event(80);
}

#[test]
#[ignore = "needs more than 2,000 file descriptors"]
fn a_thousand_sessions_each_get_each_event() {
    each_session_gets_each_event(1000);
}

#[test]
fn a_client_that_does_not_read_holds_up_nobody() {
    let mock = Mock::start().unwrap();
    let stuck = Client::logged_in(&mock);
    let mut reader = Client::logged_in(&mock);
    let event = format!("Event: Bulk\r\nData: {}\r\n\r\n", "x".repeat(1 << 20));
    for _ in 0..32 {
        mock.push(event.clone());
    }
    for _ in 0..32 {
        assert_eq!(reader.packet().get("Event"), Some("Bulk"));
    }
    assert_eq!(reader.ask("Action: Ping\r\n").get("Ping"), Some("Pong"));
    assert_eq!(mock.sessions().len(), 2);
    let start = Instant::now();
    mock.stop();
    assert!(start.elapsed() < DEADLINE, "stopping took {:?}", start.elapsed());
    assert!(mock.sessions().is_empty());
    drop(stuck);
}

#[test]
fn a_client_that_does_not_read_is_dropped_after_the_write_timeout() {
    let mock = Mock::builder().write_timeout(QUIET).start().unwrap();
    let _stuck = Client::logged_in(&mock);
    mock.push(vec![b'\n'; 64 << 20]);
    mock.wait_for_sessions(0, DEADLINE).unwrap();
}

#[test]
fn stopping_is_quick_whatever_goes_on() {
    let mock = Mock::builder().replay(Replay::new(CAPTURE_22).every(Duration::from_secs(1))).start().unwrap();
    mock.on("Wait", |_| Reply::success().after(Duration::from_secs(3600)));
    let mut client = Client::logged_in(&mock);
    client.send("Action: Wait\r\n");
    mock.wait_for("Wait", 1, DEADLINE).unwrap();
    mock.go_deaf();
    client.send("Action: Ping\r\n");
    let start = Instant::now();
    drop(mock);
    assert!(start.elapsed() < DEADLINE, "stopping took {:?}", start.elapsed());
}

#[test]
fn ipv6_is_served_on_its_loopback() {
    let mock = match Mock::builder().ipv6().start() {
        Ok(mock) => mock,
        Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => {
            println!("NOT CHECKED: this machine has no IPv6 loopback");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    assert!(mock.to_string().starts_with("[::1]:"));
    Client::logged_in(&mock);
    mock.restart().unwrap();
    Client::logged_in(&mock);
}

#[cfg(feature = "tls")]
mod tls {
    use super::*;
    use native_tls::{TlsConnector, TlsStream};
    use wire::connect_as;

    fn connect(mock: &Mock) -> Client<TlsStream<TcpStream>> {
        connect_as(mock, "localhost").unwrap()
    }

    #[test]
    fn the_certificate_is_good_for_this_machine_only() {
        let mock = Mock::builder().tls().start().unwrap();
        for name in ["localhost", "127.0.0.1", "::1"] {
            let mut client = connect_as(&mock, name).unwrap();
            client.log_in();
            assert_eq!(client.ask("Action: Logoff\r\n").get("Response"), Some("Goodbye"));
            client.expect_end();
        }
        assert!(connect_as(&mock, "pbx.example.com").is_err());
    }

    #[test]
    fn nobody_trusts_the_certificate_unasked() {
        let mock = Mock::builder().tls().start().unwrap();
        let socket = TcpStream::connect_timeout(&mock.address(), DEADLINE).unwrap();
        assert!(TlsConnector::new().unwrap().connect("localhost", socket).is_err());
        connect(&mock).log_in();
    }

    #[test]
    fn events_come_while_the_client_is_idle_and_while_it_asks() {
        let mock = Mock::builder().tls().start().unwrap();
        let mut client = connect(&mock);
        client.log_in();
        mock.event("Idle", [("a", "b")]);
        assert_eq!(client.packet().get("Event"), Some("Idle"));
        let (mut pongs, mut ticks) = (0, 0);
        for number in 0..200 {
            mock.event("Tick", [("Number", number)]);
            client.send(&format!("Action: Ping\r\nActionID: {number}\r\n"));
        }
        while pongs + ticks < 400 {
            let packet = client.packet();
            match packet.get("Event") {
                Some(_) => {
                    assert_eq!(packet.get("Number"), Some(ticks.to_string().as_str()));
                    ticks += 1;
                }
                None => {
                    assert_eq!(packet.get("ActionID"), Some(pongs.to_string().as_str()));
                    pongs += 1;
                }
            }
        }
        assert_eq!((pongs, ticks), (200, 200));
    }

    #[test]
    fn both_captures_and_bulk_arrive_whole() {
        let mock = Mock::builder().tls().start().unwrap();
        let mut client = connect(&mock);
        client.log_in();
        for (capture, count) in [(CAPTURE_22, 833), (CAPTURE_1_8, 475)] {
            let replay = Replay::new(capture);
            let expected = replay.as_bytes().to_vec();
            mock.replay(replay);
            let mut seen = Vec::new();
            for _ in 0..count {
                seen.extend_from_slice(client.packet().as_bytes());
                seen.extend_from_slice(b"\r\n");
            }
            assert!(seen == expected);
        }
        let data = "x".repeat(8 << 20);
        mock.push(format!("Event: Bulk\r\nData: {data}\r\n\r\n"));
        assert_eq!(client.packet().get("Data"), Some(data.as_str()));
    }

    #[test]
    fn a_client_that_speaks_no_tls_or_nothing_holds_up_nobody() {
        let mock = Mock::builder().tls().start().unwrap();
        let _mute = TcpStream::connect(mock.address()).unwrap();
        let mut plain = Client::dial(mock.address());
        plain.send("Action: Login\r\nUsername: admin\r\nSecret: root\r\n\r\nand what a handshake would need besides");
        while plain.try_packet().is_ok() {}
        connect(&mock).log_in();
        let start = Instant::now();
        mock.stop();
        assert!(start.elapsed() < DEADLINE, "stopping took {:?}", start.elapsed());
    }

    #[test]
    fn a_client_that_does_not_read_holds_up_neither_others_nor_the_stop() {
        let mock = Mock::builder().tls().start().unwrap();
        let mut stuck = connect(&mock);
        stuck.log_in();
        let mut reader = connect(&mock);
        reader.log_in();
        let event = format!("Event: Bulk\r\nData: {}\r\n\r\n", "x".repeat(1 << 20));
        for _ in 0..16 {
            mock.push(event.clone());
        }
        for _ in 0..16 {
            assert_eq!(reader.packet().get("Event"), Some("Bulk"));
        }
        stuck.send("Action: Ping\r\nActionID: read though unanswered\r\n");
        mock.wait_for("Ping", 1, DEADLINE).unwrap();
        let start = Instant::now();
        mock.stop();
        assert!(start.elapsed() < DEADLINE, "stopping took {:?}", start.elapsed());
    }

    #[test]
    fn hanging_up_and_restarting_work_as_without_tls() {
        let mock = Mock::builder().tls().start().unwrap();
        let mut client = connect(&mock);
        client.log_in();
        mock.event("Last", [("Words", "none")]);
        mock.hang_up();
        assert_eq!(client.packet().get("Event"), Some("Last"));
        client.expect_end();
        let mut client = connect(&mock);
        client.log_in();
        mock.restart().unwrap();
        client.expect_end();
        connect(&mock).log_in();
    }
}
