//! Calls that are made and awaited.
//!
//! # Waits
//!
//! For the outcome: the ring time and the action timeout together, or the end of the link.

use super::Client;
use crate::action::{Action, Originate};
use crate::error::{Error, Result};
use crate::event::values::OriginateReason;
use crate::event::Event;
use crate::link::{unguessable, Reply, Waiter};
use crate::sync::deadline_in;

/// A call that was answered; from [`Client::originate`].
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

impl Client {
    /// Calls a channel and waits until it is answered, or is not.
    ///
    /// Underneath the call is asynchronous, whatever [`Originate::asynchronous`] says: other actions,
    /// events and pings go on meanwhile. The `OriginateResponse` that tells of the outcome turns up among
    /// [`Client::events`] too, for it is everybody's.
    ///
    /// The server sends the outcome only to users with `call` among what they may read, and not through
    /// a filter that keeps it out: without it this ends in [`Error::Timeout`] after all.
    ///
    /// The outcome is told by the call's `ActionID` alone, and every session sees those of calls that have
    /// ended. So each call gets one that cannot be guessed from them; one of your own
    /// ([`Originate::action_id`]) should be such a one too.
    ///
    /// # Errors
    ///
    /// [`Error::CallFailed`] with the reason if the call was not answered: busy, no answer within
    /// [`Originate::ring_timeout`], congestion, or a failure such as an extension that does not exist.
    /// [`Error::Rejected`] if the server did not take the action. [`Error::Invalid`] if the event mask that
    /// was set keeps the class `call` out, for then the outcome would never come, or if the ring time is
    /// zero. [`Error::Timeout`] or [`Error::Lost`] if the outcome is unknown: the call may be up. Otherwise
    /// as [`Client::action`].
    ///
    /// # Blocking
    ///
    /// Up to the ring time (30 seconds unless set) and the action timeout together.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::{action::Originate, event::OriginateReason, Error};
    ///
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// match ami.originate(Originate::new("PJSIP/100").exten("internal", "200", 1)) {
    ///     Ok(call) => println!("{} is up", call.channel),
    ///     Err(Error::CallFailed { reason: OriginateReason::Busy, .. }) => println!("busy"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn originate(&self, call: Originate) -> Result<Originated> {
        if self.handle.engine.session.mask_keeps_out_calls() {
            let reason = "the event mask keeps out the class `call`, which tells of the outcome";
            return Err(Error::invalid("originate", reason));
        }
        if call.ring_time().is_zero() {
            return Err(Error::invalid("originate", "a ring time of zero is no limit to some servers"));
        }
        let timeout = call.ring_time().saturating_add(self.handle.engine.options().action_timeout);
        let deadline = deadline_in(timeout);
        let mut action = Action::from(call.asynchronous(true));
        if action.get("ActionID").is_none() {
            // The link's own ids are known to all once one is broadcast; where there is nothing random, they must do.
            if let Ok(random) = unguessable::<16>() {
                action.push("ActionID", format!("originate-{random}"));
            }
        }
        let source = self.start(&action, |parts| Waiter::Event { parts, name: "OriginateResponse" })?;
        loop {
            match source.next_by(deadline, timeout)? {
                Reply::Response(_) => {}
                Reply::Item(event) | Reply::Complete(event) => return outcome(event),
                Reply::Failed(error) => return Err(error),
            }
        }
    }
}

fn outcome(event: Event) -> Result<Originated> {
    let text = |name| event.get(name).unwrap_or_default().to_owned();
    if event.get("Response").is_some_and(|response| response.eq_ignore_ascii_case("Success")) {
        return Ok(Originated { channel: text("Channel"), uniqueid: text("Uniqueid"), event });
    }
    let code = event.get("Reason").and_then(|reason| reason.trim().parse::<i32>().ok());
    let reason = code.map_or(OriginateReason::Failure, OriginateReason::from);
    Err(Error::CallFailed { reason, event: Box::new(event) })
}
