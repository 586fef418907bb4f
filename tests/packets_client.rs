//! What comes otherwise than it should, end to end: no answer hangs, and the client hears what follows.

use std::time::{Duration, Instant};

use gami::mock::{Mock, Reply};
use gami::{Client, Error, Options};

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(20);

fn client(mock: &Mock, options: Options) -> Client {
    let ami = options.dial(mock.address()).unwrap();
    ami.login("admin", "secret").unwrap();
    ami
}

fn mock() -> Mock {
    Mock::builder().banner(Reply::raw("Asterisk Call Manager/1.1\r\n")).user("admin", "secret").start().unwrap()
}

/// The name of the next event.
fn next(ami: &Client) -> String {
    ami.events().recv_timeout(LONG).unwrap().name().to_owned()
}

/// Answers each `Command` with these bytes, in which `{id}` is its id.
fn answer_commands(mock: &Mock, bytes: String) {
    mock.on("Command", move |request| Reply::raw(bytes.replace("{id}", request.action_id().unwrap()).into_bytes()));
}

const HEAD: &str = "Response: Follows\r\nPrivilege: Command\r\nActionID: {id}\r\n";

#[test]
fn a_caller_s_text_forges_no_event() {
    let mock = mock();
    let ami = client(&mock, Options::new());
    let forged = "one\n\nEvent: Hangup\nChannel: PJSIP/forged-1\n\n";
    mock.push(format!("Event: Newexten\r\nApplication: NoOp\r\nAppData: {forged}\r\n\r\nEvent: Last\r\n\r\n"));
    mock.on("Getvar", |request| {
        let id = request.action_id().unwrap();
        Reply::raw(format!("Response: Success\r\nActionID: {id}\r\nVariable: V\r\nValue: a\n\nb\r\n\r\n"))
    });
    let event = ami.events().recv_timeout(LONG).unwrap();
    assert_eq!(event.get("AppData"), Some(forged.strip_suffix('\n').unwrap()));
    assert_eq!(next(&ami), "Last");
    assert_eq!(ami.action(("Getvar", [("Variable", "V")])).unwrap().get("Value"), Some("a\n\nb"));
}

#[test]
fn an_output_whose_end_is_missing_ends_with_the_next_answer() {
    let mock = mock();
    let ami = client(&mock, Options::new().action_timeout(LONG));
    answer_commands(&mock, format!("{HEAD}one\ntwo\n\r\nEvent: A\r\n\r\n"));
    let command = ami.async_action(("Command", [("Command", "core show channels")])).unwrap();
    ami.action("Ping").unwrap();
    let output = command.recv_timeout(LONG).unwrap().unwrap();
    assert!(output.output().unwrap().starts_with("one\ntwo"), "{output:?}");
    mock.push("Event: After\r\n\r\n");
    assert_eq!(next(&ami), "After");
}

#[test]
fn keepalive_ends_an_output_whose_end_is_missing() {
    let mock = mock();
    let ami = client(&mock, Options::new().action_timeout(LONG).keepalive(Duration::from_millis(100)));
    answer_commands(&mock, format!("{HEAD}one\ntwo\n"));
    assert_eq!(ami.command("core show channels").unwrap(), "one\ntwo");
}

#[test]
fn after_the_deadline_of_an_output_that_does_not_end_events_come_again() {
    let mock = mock();
    let ami = client(&mock, Options::new().action_timeout(Duration::from_millis(200)));
    let events = "\r\nEvent: First\r\n\r\nEvent: Second\r\n\r\n";
    answer_commands(&mock, format!("{HEAD}one\ntwo\n{events}"));
    let command = ami.async_action(("Command", [("Command", "core show channels")])).unwrap();
    assert!(matches!(command.recv_timeout(LONG).unwrap(), Err(Error::Timeout { .. })));
    // Nothing more comes.
    assert_eq!((next(&ami), next(&ami)), ("First".to_owned(), "Second".to_owned()));
    assert_eq!(ami.stats().responses_dropped, 1, "the text is accounted for");
}

#[test]
fn an_output_that_looks_like_packets_is_an_output() {
    let mock = mock();
    let ami = client(&mock, Options::new());
    let text = "Event: Hangup\n\nResponse: Success\nActionID: 1\n\nEvent: Hangup\r\n\r\nEvent: B\n";
    mock.on("Command", move |request| {
        let head = HEAD.replace("{id}", request.action_id().unwrap());
        Reply::raw(format!("{head}{text}--END COMMAND--\r\n\r\n")).dripping(Duration::from_millis(1))
    });
    assert_eq!(ami.command("manager show event Hangup").unwrap(), text.trim_end());
    mock.push("Event: After\r\n\r\n");
    assert_eq!(next(&ami), "After");
}

#[test]
fn an_answer_beyond_the_limit_fails_its_caller_before_it_has_ended() {
    let mock = mock();
    let ami = client(&mock, Options::new().action_timeout(LONG).packet_limit(4096));
    for (action, head) in [("Command", HEAD), ("GetConfigJSON", "Response: Success\r\nActionID: {id}\r\n")] {
        mock.on(action, move |request| {
            let head = head.replace("{id}", request.action_id().unwrap());
            Reply::raw(format!("{head}JSON: {}", "x".repeat(100_000)))
        });
        let begun = Instant::now();
        let failed = ami.action((action, [("Command", "x")]));
        assert!(matches!(failed, Err(Error::PacketTooLarge { size }) if size > 4096), "{failed:?}");
        assert!(begun.elapsed() < LONG / 2);
        mock.push(if action == "Command" { "--END COMMAND--\r\n\r\n" } else { "\r\n\r\n" });
        assert!(matches!(ami.errors().recv_timeout(LONG), Ok(Error::PacketTooLarge { size }) if size > 100_000));
    }
    ami.action("Ping").unwrap();
}

#[test]
fn an_item_beyond_the_limit_fails_its_list() {
    let mock = mock();
    let ami = client(&mock, Options::new().action_timeout(LONG).packet_limit(1024));
    mock.on("CoreShowChannels", |_| {
        Reply::list()
            .event("CoreShowChannel", [("Channel", "a")])
            .event("CoreShowChannel", [("Channel", "x".repeat(5000))])
            .complete("CoreShowChannelsComplete")
    });
    let failed = ami.list("CoreShowChannels");
    let Err(Error::Incomplete { partial, cause, .. }) = failed else { panic!("{failed:?}") };
    assert_eq!(partial.items.len(), 1);
    assert!(matches!(*cause, Error::PacketTooLarge { .. }), "{cause:?}");
    assert!(ami.events().try_recv().is_err(), "its items are for nobody else");
}

#[test]
fn a_server_without_crs_is_understood() {
    let mock =
        Mock::builder().banner(Reply::raw("Asterisk Call Manager/1.1\n")).user("admin", "secret").start().unwrap();
    let ami = client(&mock, Options::new());
    mock.push("some text\nof no packet\n\nEvent: A\nX: 1\n\nEvent: B\n\n");
    assert_eq!(ami.events().recv_timeout(LONG).unwrap().get("X"), Some("1"));
    assert_eq!(next(&ami), "B");
    assert_eq!(ami.stats().unrecognized, 1);
}
