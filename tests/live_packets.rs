//! What a dialplan puts into values, on a real Asterisk: `tests/asterisk/run` starts one and runs these.

mod asterisk;

use asterisk::*;

/// `one`, an empty line, `Event: Hangup`, `Channel: PJSIP/forged-1`, and another empty line: lines end in LF.
const FORGED: &str = "b25lCgpFdmVudDogSGFuZ3VwCkNoYW5uZWw6IFBKU0lQL2ZvcmdlZC0xCgo=";
const TEXT: &str = "one\n\nEvent: Hangup\nChannel: PJSIP/forged-1\n";

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn text_in_a_value_forges_no_event() {
    let ami = connected();
    let events = ami.events();
    let add = format!("dialplan add extension forges,1,NoOp(${{BASE64_DECODE({FORGED})}}) into gami replace");
    ami.command(add).unwrap();
    ami.action((
        "Originate",
        [("Channel", "Local/forges@gami"), ("Application", "Wait"), ("Data", "0.1"), ("Async", "true")],
    ))
    .unwrap();
    let mut told = None;
    loop {
        let event = events.recv_timeout(PATIENCE).unwrap();
        assert_ne!(event.get("Channel"), Some("PJSIP/forged-1"), "{event:?}");
        if !event.get("Channel").is_some_and(|channel| channel.starts_with("Local/forges@gami")) {
            continue; // of a call of before
        }
        if event.name() == "Newexten" && event.get("Application") == Some("NoOp") {
            told = event.get("AppData").map(str::to_owned);
        }
        if event.name() == "Hangup" {
            break;
        }
    }
    assert_eq!(told.as_deref(), Some(TEXT));
    assert_eq!(ami.stats().unrecognized, 0);
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_value_with_empty_lines_comes_whole() {
    let ami = connected();
    let answer = ami.action(("Getvar", [("Variable", format!("BASE64_DECODE({FORGED})"))])).unwrap();
    assert_eq!(answer.get("Value"), Some(TEXT), "{answer:?}");
    assert_eq!(ami.action("Ping").unwrap().get("Ping"), Some("Pong"));
    assert_eq!(ami.stats().unrecognized, 0);
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_value_that_a_server_ends_in_a_line_feed_has_none() {
    let ami = connected();
    let error = ami.action(("PJSIPShowEndpoint", [("Endpoint", "nobody-of-this-name")])).unwrap_err();
    let gami::Error::Rejected(response) = error else { panic!("{error}") };
    assert!(response.message().is_some_and(|message| !message.ends_with('\n')), "{response:?}");
    let error = ami.action("PJSIPShowAuths");
    if let Err(gami::Error::Rejected(response)) = error {
        assert!(response.message().is_some_and(|message| !message.ends_with('\n')), "{response:?}");
    }
}
