//! Calls that are made and awaited, or given up.
//!
//! # Waits
//!
//! For the outcome: the ring time and the action timeout together, or the end of the link.

use std::fmt;
use std::sync::{Arc, OnceLock, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{unbounded, Receiver, RecvTimeoutError};

use super::Client;
use crate::action::{Action, EventClass, Hangup, Originate};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::link::{unguessable, Call, ChannelId, Link, Originated, Request, Serial, Waiter};
use crate::sync::{deadline_in, recv_deadline};

/// Between two attempts to hang up a channel that the server does not know yet.
const AGAIN: Duration = Duration::from_millis(25);

/// A call that is under way; made by [`Client::async_originate`].
///
/// Dropping it does not end the call: [`Originating::cancel`] does. It does not keep the client open.
pub struct Originating {
    id: String,
    outcome: Receiver<Result<Originated>>,
    channel: ChannelId,
    engine: Weak<Engine>,
    link: Weak<Link>,
    serial: Serial,
}

impl Originating {
    /// The call's id: from Asterisk 12 on the uniqueid of its channel, as soon as there is one.
    ///
    /// A subscription to events with this `Uniqueid` sees what happens to the channel; its `Linkedid` is the same.
    /// Up to Asterisk 11 the server chooses the uniqueid, and this is an id that appears nowhere.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What becomes of the call: one answer, for `recv` and `select!`.
    ///
    /// The call was answered, or has failed, with the errors of [`Client::originate`]. It comes at the latest when
    /// the ring time and the action timeout have passed, and at once when the link is lost.
    pub fn outcome(&self) -> &Receiver<Result<Originated>> {
        &self.outcome
    }

    /// Gives the call up: hangs its channel up, whether it rings, has been answered, or does not exist yet.
    ///
    /// While the server does not know the channel and no outcome has come, the attempt is repeated. What the server
    /// says of the call comes out of [`Originating::outcome`] as usual.
    ///
    /// # Errors
    ///
    /// `Ok` means that the call is over, or that the server is hanging it up. [`Error::Invalid`] where the channel
    /// is not known: up to Asterisk 11 the client learns it from a `VarSet`, which takes the class `dialplan` among
    /// what the user may read and what the event mask lets through. Otherwise as [`Client::action`]; the last of
    /// them is [`Error::Rejected`] with `No such channel` if the server does not know the channel for the action
    /// timeout although no outcome has come.
    ///
    /// # Blocking
    ///
    /// Up to the action timeout, and once more that time for the last attempt.
    pub fn cancel(&self) -> Result<()> {
        let engine = self.engine.upgrade().ok_or(Error::Closed { sent: false })?;
        engine.check_thread(&Action::new("Hangup"))?;
        let timeout = engine.options().action_timeout;
        let deadline = deadline_in(timeout);
        loop {
            let is_over = !self.link.upgrade().is_some_and(|link| link.awaits(self.serial));
            let refused = match self.channel.get() {
                Some(channel) => {
                    match engine.link()?.call(&Hangup::new(channel.as_str()).into(), timeout, false, None) {
                        Err(error @ Error::Rejected(_)) => error,
                        answer => return answer.map(drop),
                    }
                }
                None => {
                    let reason =
                        "is not known: no `VarSet` has told it, which a server up to Asterisk 11 must be asked for";
                    Error::invalid(format!("channel of the call {}", self.id), reason)
                }
            };
            let is_lost = !self.link.upgrade().is_some_and(|link| link.stands());
            if self.channel.get().is_none() && is_lost {
                return Err(refused);
            }
            if is_over {
                return Ok(());
            }
            let is_unknown = match &refused {
                Error::Rejected(response) => {
                    response.message().is_some_and(|message| message.contains("No such channel"))
                }
                _ => true,
            };
            if !is_unknown || Instant::now() >= deadline {
                return Err(refused);
            }
            thread::park_timeout(AGAIN);
        }
    }
}

impl fmt::Debug for Originating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Originating").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Client {
    /// Calls a channel and waits until it is answered, or is not.
    ///
    /// It is [`Client::async_originate`], waited for.
    ///
    /// # Errors
    ///
    /// [`Error::CallFailed`] with the reason, and the cause of the channel's hangup, if the call was not answered:
    /// busy, no answer within [`Originate::ring_timeout`], congestion, or a failure such as a peer that is not
    /// reachable or an extension that does not exist. [`Error::NoOutcome`],
    /// [`Error::Timeout`] or [`Error::Lost`] if the outcome is unknown: the call may be up. Otherwise as [`Client::async_originate`].
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
        let timeout = self.timeout_of_call(&call);
        self.handle.engine.check_thread(&Action::new("Originate"))?;
        let call = self.async_originate(call)?;
        // The deadline is the clock's; a moment later where no thread could be started for that.
        match recv_deadline(&call.outcome, deadline_in(timeout.saturating_add(Duration::from_secs(1)))) {
            Ok(outcome) => outcome,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Err(Error::Timeout { after: timeout, sent: true })
            }
        }
    }

    /// Calls a channel and returns at once; the outcome comes over a channel, and the call can be given up.
    ///
    /// Fifty calls at once take no thread of their own. The action is sent asynchronously, so that it stalls nothing
    /// else of this session; the `OriginateResponse` that tells the outcome comes out of [`Client::events`] too,
    /// for it is everybody's. It says of most failures no more than `Failure`: so a failure is held back until the
    /// `Hangup` of the channel tells the cause, at most half a second.
    ///
    /// The server sends the outcome only to users with `call` among what they may read, and not through a filter
    /// that keeps it out: without it the outcome is [`Error::NoOutcome`] in the end.
    ///
    /// The outcome is told by the call's `ActionID` alone, and every session sees those of calls that have ended.
    /// So each call gets one that cannot be guessed; one of your own ([`Originate::action_id`]) should be such a one
    /// too. From Asterisk 12 on the channel gets the same as its uniqueid, unless [`Originate::channel_id`] sets
    /// another.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the event mask that was set keeps the class `call` out, for then the outcome would never
    /// come, or if the ring time is zero. Otherwise as [`Client::async_action`]. That the server refuses the action
    /// comes as the outcome: [`Error::Rejected`].
    ///
    /// # Blocking
    ///
    /// As [`Client::async_action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::{action::Originate, select};
    /// use std::time::Duration;
    ///
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// let call = ami.async_originate(Originate::new("PJSIP/100").exten("internal", "200", 1))?;
    /// select! {
    ///     recv(call.outcome()) -> outcome => println!("{:?}", outcome.expect("one answer")),
    ///     default(Duration::from_secs(5)) => call.cancel()?,
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn async_originate(&self, call: Originate) -> Result<Originating> {
        let engine = &self.handle.engine;
        if !engine.session.mask_lets_through(EventClass::Call) {
            let reason = "the event mask keeps out the class `call`, which tells of the outcome";
            return Err(Error::invalid("originate", reason));
        }
        if call.ring_time().is_zero() {
            return Err(Error::invalid("originate", "a ring time of zero is no limit to some servers"));
        }
        let timeout = self.timeout_of_call(&call);
        let mut action = Action::from(call.asynchronous(true));
        let link = engine.link()?;
        let random = unguessable(16).map_err(|error| {
            Error::invalid("originate", format!("the system gives no random numbers for the call's id: {error}"))
        })?;
        let id = action.get("ChannelId").map_or_else(|| format!("originate-{random}"), str::to_owned);
        if action.get("ActionID").is_none() {
            action.push("ActionID", format!("originate-{random}"));
        }
        let channel: ChannelId = Arc::new(OnceLock::new());
        let mut variable = None;
        if link.chooses_channel_ids() {
            action.set("ChannelId", id.clone());
            let _ = channel.set(id.clone());
        } else {
            let name = format!("GAMI_{random}");
            action.push("Variable", format!("{name}=1"));
            variable = Some(name);
        }
        let (sender, outcome) = unbounded();
        let tell = Box::new(move |outcome| drop(sender.try_send(outcome)));
        let serial = link.submit_among_others(Request {
            action: &action,
            waiter: Waiter::Call(Box::new(Call::new(tell, Arc::clone(&channel), variable.as_deref()))),
            deadline: deadline_in(timeout),
            unwatched: Some(timeout),
            memorable: false,
            stalls: Some(engine.options().action_timeout),
        })?;
        let (link, engine) = (Arc::downgrade(&link), Arc::downgrade(engine));
        Ok(Originating { id, outcome, channel, engine, link, serial })
    }

    fn timeout_of_call(&self, call: &Originate) -> Duration {
        call.ring_time().saturating_add(self.handle.engine.options().action_timeout)
    }
}
