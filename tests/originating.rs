//! Calls that are made at once, awaited, selected on and given up.

mod support;

use std::sync::mpsc;
use std::time::Duration;

use gami::action::Originate;
use gami::event::{HangupCause, OriginateReason};
use gami::mock::{Mock, Reply, Request};
use gami::{Client, Error, Options, Originating};
use support::{logged_in, logged_in_with, DEADLINE};

fn call() -> Originate {
    Originate::new("Local/1@phones").exten("internal", "200", 1)
}

/// Takes the calls in, and says nothing of what becomes of them; gives the requests.
fn taken_in(mock: &Mock) -> mpsc::Receiver<Request> {
    let (asked, requests) = mpsc::channel();
    mock.on("Originate", move |request| {
        let _ = asked.send(request.clone());
        Reply::success().header("Message", "Originate successfully queued")
    });
    requests
}

fn outcome(mock: &Mock, request: &Request, response: &str, reason: i32, uniqueid: &str) {
    let id = request.action_id().unwrap().to_owned();
    mock.event(
        "OriginateResponse",
        [
            ("ActionID", id.as_str()),
            ("Response", response),
            ("Channel", "Local/1@phones"),
            ("Reason", reason.to_string().as_str()),
            ("Uniqueid", uniqueid),
        ],
    );
}

fn hangup(mock: &Mock, uniqueid: &str, cause: i32) {
    mock.event("Hangup", [("Channel", "Local/1@phones-1;1"), ("Uniqueid", uniqueid), ("Cause", &cause.to_string())]);
}

#[track_caller]
fn failed(call: &Originating) -> (OriginateReason, Option<HangupCause>) {
    match call.outcome().recv_timeout(DEADLINE).unwrap() {
        Err(Error::CallFailed { reason, cause, .. }) => (reason, cause),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answered_call_tells_its_channel_by_the_id_that_it_was_given() {
    let mock = Mock::start().unwrap();
    let asked = taken_in(&mock);
    let ami = logged_in(&mock);
    let call = ami.async_originate(call()).unwrap();
    let request = asked.recv_timeout(DEADLINE).unwrap();
    assert_eq!((request.get("ChannelId"), request.get("Async")), (Some(call.id()), Some("true")));
    outcome(&mock, &request, "Success", 4, call.id());
    let up = call.outcome().recv_timeout(DEADLINE).unwrap().unwrap();
    assert_eq!(up.uniqueid, call.id());
    assert!(call.outcome().recv().is_err(), "one answer");
    assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().name(), "OriginateResponse");
}

#[test]
fn a_failure_carries_the_cause_of_its_channels_hangup_in_whichever_order_they_come() {
    let mock = Mock::start().unwrap();
    let asked = taken_in(&mock);
    let ami = logged_in(&mock);
    for hangup_first in [true, false] {
        let call = ami.async_originate(call()).unwrap();
        let request = asked.recv_timeout(DEADLINE).unwrap();
        hangup(&mock, "1700000000.1", 16);
        if hangup_first {
            hangup(&mock, call.id(), 21);
        }
        outcome(&mock, &request, "Failure", 0, "<unknown>");
        if !hangup_first {
            hangup(&mock, call.id(), 21);
        }
        assert_eq!(failed(&call), (OriginateReason::Failure, Some(HangupCause::CallRejected)));
    }
}

#[test]
fn a_failure_without_a_channel_comes_without_a_cause() {
    let mock = Mock::start().unwrap();
    let asked = taken_in(&mock);
    let ami = logged_in(&mock);
    let call = ami.async_originate(call()).unwrap();
    outcome(&mock, &asked.recv_timeout(DEADLINE).unwrap(), "Failure", 0, "<unknown>");
    assert_eq!(failed(&call), (OriginateReason::Failure, None));
}

#[test]
fn a_refused_call_and_a_lost_link_are_outcomes() {
    let mock = Mock::start().unwrap();
    mock.on("Originate", |_| Reply::error("Extension does not exist."));
    let ami = logged_in(&mock);
    let refused = ami.async_originate(call()).unwrap().outcome().recv_timeout(DEADLINE).unwrap();
    assert!(matches!(refused, Err(Error::Rejected(_))), "{refused:?}");
    let asked = taken_in(&mock);
    let call = ami.async_originate(call()).unwrap();
    asked.recv_timeout(DEADLINE).unwrap();
    mock.hang_up();
    let lost = call.outcome().recv_timeout(DEADLINE).unwrap();
    assert!(matches!(lost, Err(Error::Lost { sent: Some(true), .. })), "{lost:?}");
}

/// Knows a channel from the second attempt on to hang it up; gives the channels.
fn hangs_up(mock: &Mock) -> mpsc::Receiver<String> {
    let (asked, channels) = mpsc::channel();
    let mut attempts = 0;
    mock.on("Hangup", move |request| {
        attempts += 1;
        let _ = asked.send(request.get("Channel").unwrap_or_default().to_owned());
        match attempts {
            1 => Reply::error("No such channel"),
            _ => Reply::success().header("Message", "Channel Hungup"),
        }
    });
    channels
}

#[test]
fn a_call_is_given_up_also_before_its_channel_exists() {
    let mock = Mock::start().unwrap();
    let asked = taken_in(&mock);
    let channels = hangs_up(&mock);
    let ami = logged_in(&mock);
    let call = ami.async_originate(call()).unwrap();
    call.cancel().unwrap();
    assert!(channels.try_iter().eq([call.id(), call.id()]));
    outcome(&mock, &asked.recv_timeout(DEADLINE).unwrap(), "Failure", 3, "<unknown>");
    hangup(&mock, call.id(), 0);
    assert_eq!(failed(&call), (OriginateReason::NoAnswer, Some(HangupCause::NotDefined)));
}

#[test]
fn giving_up_a_call_that_is_over_does_no_harm() {
    let mock = Mock::start().unwrap();
    let asked = taken_in(&mock);
    mock.on("Hangup", |_| Reply::error("No such channel"));
    let ami = logged_in(&mock);
    let call = ami.async_originate(call()).unwrap();
    outcome(&mock, &asked.recv_timeout(DEADLINE).unwrap(), "Success", 4, call.id());
    call.outcome().recv_timeout(DEADLINE).unwrap().unwrap();
    call.cancel().unwrap();
    ami.close().unwrap();
    assert!(matches!(call.cancel(), Err(Error::Closed { .. })));
}

#[test]
fn a_channel_that_never_exists_is_not_looked_for_for_ever() {
    let mock = Mock::start().unwrap();
    let _asked = taken_in(&mock);
    mock.on("Hangup", |_| Reply::error("No such channel"));
    let ami = logged_in_with(&mock, &Options::new().action_timeout(Duration::from_millis(200)));
    let call = ami.async_originate(call()).unwrap();
    let error = call.cancel().unwrap_err();
    assert!(matches!(&error, Error::Rejected(response) if response.message() == Some("No such channel")), "{error}");
}

/// A client of Asterisk 11.
fn on_eleven() -> (Mock, Client) {
    let mock = Mock::builder().banner("Asterisk Call Manager/1.3\r\n").start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().action_timeout(Duration::from_millis(500)));
    (mock, ami)
}

#[test]
fn a_lost_call_whose_channel_is_not_known_is_not_said_to_be_over() {
    let (mock, ami) = on_eleven();
    let _asked = taken_in(&mock);
    let call = ami.async_originate(call()).unwrap();
    ami.action("Ping").unwrap();
    mock.hang_up();
    call.outcome().recv_timeout(DEADLINE).unwrap().unwrap_err();
    ami.reconnect().unwrap();
    let error = call.cancel().unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error}");
}

#[test]
fn up_to_eleven_the_channel_is_found_by_a_variable_that_no_other_call_has() {
    let (mock, ami) = on_eleven();
    let asked = taken_in(&mock);
    let channels = hangs_up(&mock);
    let call = ami.async_originate(call()).unwrap();
    let request = asked.recv_timeout(DEADLINE).unwrap();
    assert_eq!(request.get("ChannelId"), None);
    let (name, _) = request.get("Variable").unwrap().split_once('=').unwrap();
    let variables = [("Variable", name), ("Value", "1"), ("Uniqueid", "1700000000.7"), ("Channel", "SIP/1-00000001")];
    mock.event("VarSet", variables);
    ami.action("Ping").unwrap();
    call.cancel().unwrap();
    assert!(channels.try_iter().eq(["1700000000.7", "1700000000.7"]));
    hangup(&mock, "1700000000.7", 17);
    outcome(&mock, &request, "Failure", 5, "<null>");
    assert_eq!(failed(&call), (OriginateReason::Busy, Some(HangupCause::UserBusy)));
}

#[test]
fn where_the_channel_cannot_be_known_giving_up_says_so() {
    let (mock, ami) = on_eleven();
    let _asked = taken_in(&mock);
    let call = ami.async_originate(call()).unwrap();
    let error = call.cancel().unwrap_err();
    assert!(matches!(&error, Error::Invalid { reason, .. } if reason.contains("VarSet")), "{error}");
}
