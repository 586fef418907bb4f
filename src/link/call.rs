//! A call that is under way: what came of it, told by three events that can come in any order.
//!
//! `OriginateResponse` tells the outcome. It says of most failures no more than `Failure`; the cause is in the
//! `Hangup` of the channel, which comes before it or after it, or not at all where there was no channel. A server
//! up to Asterisk 11 chooses the channel's uniqueid itself: the `VarSet` of a variable that only this call has
//! tells it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::event::values::{HangupCause, OriginateReason};
use crate::event::Event;

use super::pending::Serial;

/// So long a failure is held back for the `Hangup` of its channel.
pub(super) const CAUSE_TIMEOUT: Duration = Duration::from_millis(500);

/// A call that was answered; from [`Client::originate`](crate::Client::originate).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Originated {
    /// The name of the channel.
    pub channel: String,
    /// The channel's uniqueid.
    pub uniqueid: String,
    /// The `OriginateResponse` that told of it.
    pub event: Event,
}

/// Where the uniqueid of a call's channel stands once it is known.
pub(crate) type ChannelId = Arc<OnceLock<String>>;

/// Takes what became of a call. A closure, so that a program which originates none has no channel of outcomes in it:
/// 6 KB.
pub(crate) type Outcome = Box<dyn Fn(Result<Originated>) + Send>;

pub(crate) struct Call {
    outcome: Outcome,
    channel: ChannelId,
    /// The variable that tells which channel is this call's, where the server does not let us choose.
    variable: Option<Box<str>>,
    /// Whether the server has taken it in.
    taken_in: bool,
    cause: Option<HangupCause>,
    failure: Option<Event>,
}

/// What an event means to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// There is nothing to do yet.
    Open,
    /// It has failed, and the cause may still come.
    HeldBack,
    /// The outcome has been handed over.
    Over,
}

impl Call {
    pub fn new(outcome: Outcome, channel: ChannelId, variable: Option<&str>) -> Self {
        Self { outcome, channel, variable: variable.map(Box::from), taken_in: false, cause: None, failure: None }
    }

    /// Whether the server has said that it failed, and no more than the cause is missing.
    pub(super) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    fn channel(&self) -> Option<&str> {
        self.channel.get().map(String::as_str)
    }

    /// The variable was set on a channel: it is this call's.
    fn found(&mut self, event: &Event) {
        if let Some(uniqueid) = event.packet().seek("Uniqueid") {
            let _ = self.channel.set(uniqueid.to_owned());
        }
    }

    /// The channel has been hung up.
    fn hung_up(&mut self, event: &Event) -> Step {
        self.cause =
            event.packet().seek("Cause").and_then(|cause| cause.trim().parse().ok()).map(|code: i32| code.into());
        match self.failure.take() {
            Some(failure) => self.hand_over(Err(failed(failure, self.cause))),
            None => Step::Open,
        }
    }

    /// An `OriginateResponse` has come.
    fn answered(&mut self, event: Event) -> Step {
        let text = |name| event.packet().seek(name).unwrap_or_default().to_owned();
        if event.packet().seek("Response").is_some_and(|response| response.eq_ignore_ascii_case("Success")) {
            let (channel, uniqueid) = (text("Channel"), text("Uniqueid"));
            let _ = self.channel.set(uniqueid.clone());
            return self.hand_over(Ok(Originated { channel, uniqueid, event }));
        }
        if self.cause.is_some() {
            return self.hand_over(Err(failed(event, self.cause)));
        }
        self.failure = Some(event);
        Step::HeldBack
    }

    /// The server has taken the action in.
    pub(super) fn taken_in(&mut self) {
        self.taken_in = true;
    }

    /// Nothing more is waited for.
    pub(super) fn fail(self, error: Error) {
        let error = match (self.failure, error) {
            (Some(failure), _) => failed(failure, None),
            (None, Error::Timeout { after, .. }) if self.taken_in => Error::NoOutcome { after },
            (None, error) => error,
        };
        (self.outcome)(Err(error));
    }

    fn hand_over(&mut self, outcome: Result<Originated>) -> Step {
        (self.outcome)(outcome);
        Step::Over
    }
}

/// Where the events of calls belong.
#[derive(Default)]
pub(super) struct Calls {
    by_channel: HashMap<Box<str>, Serial>,
    by_variable: HashMap<Box<str>, Serial>,
}

impl Calls {
    pub fn add(&mut self, serial: Serial, call: &Call) {
        self.by_channel.extend(call.channel().map(|channel| (channel.into(), serial)));
        self.by_variable.extend(call.variable.clone().map(|variable| (variable, serial)));
    }

    pub fn remove(&mut self, call: &Call) {
        call.channel().map(|channel| self.by_channel.remove(channel));
        call.variable.as_deref().map(|variable| self.by_variable.remove(variable));
    }

    /// The call of whose channel an event tells.
    pub fn concerned(&self, event: &Event) -> Option<Serial> {
        let (key, calls) = match event.name() {
            name if name.eq_ignore_ascii_case("Hangup") => ("Uniqueid", &self.by_channel),
            name if name.eq_ignore_ascii_case("VarSet") => ("Variable", &self.by_variable),
            _ => return None,
        };
        if calls.is_empty() {
            return None;
        }
        event.packet().seek(key).and_then(|value| calls.get(value)).copied()
    }

    /// Tells a call of an event.
    pub fn tell(&mut self, serial: Serial, call: &mut Call, event: &Event) -> Step {
        let step = match event.name() {
            name if name.eq_ignore_ascii_case("Hangup") => call.hung_up(event),
            name if name.eq_ignore_ascii_case("VarSet") => {
                call.found(event);
                Step::Open
            }
            _ => call.answered(event.clone()),
        };
        // Its channel may be known only now.
        self.by_channel.extend(call.channel().map(|channel| (channel.into(), serial)));
        step
    }
}

fn failed(event: Event, cause: Option<HangupCause>) -> Error {
    let code = event.packet().seek("Reason").and_then(|reason| reason.trim().parse::<i32>().ok());
    let reason = code.map_or(OriginateReason::Failure, OriginateReason::from);
    Error::CallFailed { reason, cause, event: Box::new(event) }
}
