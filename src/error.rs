//! What can go wrong, and what that means for an action.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::event::values::{HangupCause, OriginateReason};
use crate::event::Event;
use crate::packet::Packet;
use crate::response::Response;
use crate::secrets::Mask;

/// The result of everything here that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong.
///
/// For an action that failed, [`Error::outcome`] says whether the server can have carried it out.
///
/// `Display` tells all of it, also what the system or the TLS library said; `source` is therefore `None`, and whoever
/// prints a chain of errors reads everything once. The fields hold the errors that are behind it.
///
/// # Examples
///
/// ```no_run
/// use gami::Error;
///
/// # let ami = gami::Client::dial("127.0.0.1:5038")?;
/// match ami.action(("Hangup", [("Channel", "PJSIP/100-00000001")])) {
///     Ok(response) => println!("{:?}", response.message()),
///     Err(Error::Rejected(response)) => println!("refused: {:?}", response.message()),
///     Err(error @ (Error::Lost { .. } | Error::NotConnected)) => println!("try again later: {error}"),
///     Err(error) => return Err(error),
/// }
/// # Ok::<(), gami::Error>(())
/// ```
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument was refused before anything was sent.
    #[error("{argument}: {reason}")]
    Invalid {
        /// The argument, such as `header Variable of Setvar`.
        argument: Box<str>,
        /// Why it was refused.
        reason: Box<str>,
    },
    /// The address could not be resolved or the server could not be reached.
    #[error("cannot connect to {address}: {source}")]
    Connect {
        /// The address, with the port that was tried.
        address: Box<str>,
        /// What the system says.
        r#source: Arc<io::Error>,
    },
    /// The TLS handshake failed, or the TLS configuration is of no use.
    #[error("TLS: {0}")]
    Tls(Arc<dyn std::error::Error + Send + Sync>),
    /// What answered is not an Asterisk manager: no banner came in time, or a wrong one.
    #[error("no Asterisk manager at {address}: {reason}")]
    Banner {
        /// The address, with the port that was tried.
        address: Box<str>,
        /// What was seen instead of the banner.
        reason: Box<str>,
    },
    /// The server answered the action with `Response: Error`; of a command the response keeps the output.
    #[error("refused by the server: {}", .0.reason())]
    Rejected(Response),
    /// No answer came in time.
    #[error("no answer within {after:?}{}", if *.sent { "" } else { " (the action was not sent)" })]
    Timeout {
        /// How long was waited.
        after: Duration,
        /// Whether the action went out; then its outcome is unknown.
        sent: bool,
    },
    /// The server took a call in, and never told what became of it: the call may be up.
    #[error("the server took the call in, and no `OriginateResponse` came within {after:?}: is `call` in the user's `read` list, and does no filter keep the event out?")]
    NoOutcome {
        /// How long was waited, the ring time included.
        after: Duration,
    },
    /// A list stopped before its end.
    #[error("the list stopped after {} items: {cause}", .partial.items.len())]
    Incomplete {
        /// What had come of it.
        partial: Box<PartialList>,
        /// Why it stopped.
        cause: Box<Error>,
    },
    /// The server gave a list up before its end.
    #[error("the server gave the list up")]
    ListCancelled,
    /// A call that was originated was not answered.
    #[error("the call failed: {reason} ({}){}", .reason.code(), shown(.cause))]
    #[non_exhaustive]
    CallFailed {
        /// Why; `Failure` also stands for an extension or a number that does not exist.
        reason: OriginateReason,
        /// Why its channel was hung up, which tells apart what `Failure` does not: rejected, unreachable, no such
        /// number. `None` where no `Hangup` told it within half a second, as where no channel was made.
        cause: Option<HangupCause>,
        /// The `OriginateResponse` that told of it.
        event: Box<Event>,
    },
    /// The link to the server was lost.
    #[error("link lost: {cause}{}", match .sent { Some(true) => " (the action was sent, its outcome is unknown)", Some(false) => " (the action was not sent)", None => "" })]
    Lost {
        /// What ended the link.
        cause: Loss,
        /// For an action: whether it went out. `None` where the error announces the loss itself.
        sent: Option<bool>,
    },
    /// There is no link to the server at this time; nothing was sent.
    #[error("not connected")]
    NotConnected,
    /// The client is closed.
    #[error("the client is closed")]
    Closed {
        /// Whether the action went out before; then its outcome is unknown.
        sent: bool,
    },
    /// The queue of [`Client::events`](crate::Client::events) or of a [`Subscription`](crate::Subscription) was
    /// full, and so many events were dropped.
    ///
    /// The first of a row of drops is told at once, the rest when the row is over: the sum of all is what was
    /// dropped.
    #[error("{dropped} events were dropped because the event queue was full")]
    EventsDropped {
        /// How many.
        dropped: u64,
    },
    /// A recording cannot be written or read; or, out of [`Client::errors`](crate::Client::errors), something is being
    /// left out of it.
    #[error("recording {path}: {source}")]
    Recording {
        /// The path of its file.
        path: Box<str>,
        /// What the system says, or what is wrong with it.
        source: Arc<io::Error>,
    },
    /// A packet was larger than the limit and was passed over.
    ///
    /// Whoever waits for it, or for the list that it is of, is told as soon as it is known; on
    /// [`Client::errors`](crate::Client::errors) it stands once the packet has ended.
    #[error("a packet of {size} bytes is beyond the limit and was dropped")]
    PacketTooLarge {
        /// Its size in bytes; to whoever waits for it, as far as it is known by then.
        size: u64,
    },
    /// A packet came that is neither a response nor an event: a fragment, or text outside any response.
    ///
    /// Of one that is longer than 64 KiB these are the first 64 KiB, less what would cut a character in two.
    #[error("neither a response nor an event: {:?}", excerpt(.0.text()))]
    Unrecognized(Packet),
}

/// What had come of a list when it stopped.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PartialList {
    /// The response that announced it.
    pub response: Response,
    /// The events that had come, in order.
    pub items: Vec<Event>,
}

/// What ended a link.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Loss {
    /// The server closed the connection.
    #[error("the server closed the connection")]
    Eof,
    /// Reading or writing failed.
    #[error("{0}")]
    Io(Arc<io::Error>),
    /// Nothing came for the time that keepalive allows.
    #[error("nothing came from the server for {0:?}")]
    Silent(Duration),
    /// The server did not take in what was written within the time.
    #[error("the server did not take in what was written within {0:?}")]
    Stalled(Duration),
    /// `reconnect` was called while the link was up.
    #[error("a new connection was asked for")]
    Replaced,
}

/// What an error says of the action that it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The action was never sent: it can be made again without harm.
    NotSent,
    /// The action was sent, and whether the server carried it out is unknown.
    Unknown,
    /// The server answered: it refused.
    Refused,
}

impl Error {
    /// Whether the action that this error answers can have been carried out.
    ///
    /// An error that answers no action, such as one out of [`Client::errors`](crate::Client::errors), is
    /// [`Outcome::NotSent`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::Outcome;
    ///
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// if let Err(error) = ami.queue_add("support", "PJSIP/100") {
    ///     match error.outcome() {
    ///         Outcome::NotSent => ami.queue_add("support", "PJSIP/100")?, // again, without harm
    ///         Outcome::Unknown => println!("look whether it is in the queue: {error}"),
    ///         _ => println!("the server says no: {error}"),
    ///     }
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Rejected(_) | Self::CallFailed { .. } => Outcome::Refused,
            Self::Incomplete { .. } | Self::ListCancelled | Self::NoOutcome { .. } | Self::PacketTooLarge { .. } => {
                Outcome::Unknown
            }
            Self::Timeout { sent: true, .. } | Self::Lost { sent: Some(true), .. } | Self::Closed { sent: true } => {
                Outcome::Unknown
            }
            _ => Outcome::NotSent,
        }
    }

    pub(crate) fn invalid(argument: impl Into<Box<str>>, reason: impl Into<Box<str>>) -> Self {
        Self::Invalid { argument: argument.into(), reason: reason.into() }
    }
}

/// A hangup cause as an error shows it.
fn shown(cause: &Option<HangupCause>) -> String {
    cause.map_or(String::new(), |cause| format!(", cause {}: {cause}", cause.code()))
}

/// So many characters of a packet an error shows.
const EXCERPT: usize = 80;

/// The beginning of a text, with `***` in place of secrets.
fn excerpt(text: &str) -> String {
    let mut mask = Mask::default();
    let mut shown = String::new();
    // What is cut off may be what tells a secret from other text.
    for line in text.split_inclusive('\n') {
        let line = match line.split_once(':') {
            Some((name, value)) => &format!("{name}:{}", mask.show(name.trim(), value)),
            None => line,
        };
        // The line may as well be the end of one, without its name.
        shown.push_str(&Mask::default().show("", line));
        if let Some((end, _)) = shown.char_indices().nth(EXCERPT) {
            shown.truncate(end);
            break;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_errors_tells_everything_once() {
        let refused = || Arc::new(io::Error::new(io::ErrorKind::ConnectionRefused, "REASON"));
        let lost = || Error::Lost { cause: Loss::Io(refused()), sent: Some(false) };
        let response = || Response::from(Packet::new(b"Response: Success\r\n"));
        let partial = || Box::new(PartialList { response: response(), items: Vec::new() });
        for (error, told) in [
            (Error::Connect { address: "pbx:5038".into(), source: refused() }, "cannot connect to pbx:5038: REASON"),
            (Error::Tls(refused()), "TLS: REASON"),
            (lost(), "link lost: REASON (the action was not sent)"),
            (
                Error::Incomplete { partial: partial(), cause: Box::new(lost()) },
                "the list stopped after 0 items: link lost: REASON (the action was not sent)",
            ),
            (
                Error::Incomplete { partial: partial(), cause: Box::new(Error::NotConnected) },
                "the list stopped after 0 items: not connected",
            ),
            (Error::invalid("option keepalive", "is zero"), "option keepalive: is zero"),
            (Error::Timeout { after: Duration::from_secs(3), sent: true }, "no answer within 3s"),
        ] {
            let mut chain = error.to_string();
            let mut next = std::error::Error::source(&error);
            while let Some(error) = next {
                chain += &format!(": {error}");
                next = error.source();
            }
            assert_eq!(chain, told);
        }
        assert_eq!(std::error::Error::source(&Loss::Io(refused())).map(ToString::to_string), None);
    }

    #[test]
    fn a_fragment_is_shown_in_short_and_without_secrets() {
        let packet = Packet::new(format!("te: 1\r\nSecret: hunter2\r\n{}", "é".repeat(100)).as_bytes());
        let text = Error::Unrecognized(packet).to_string();
        assert!(text.starts_with(r#"neither a response nor an event: "te: 1\r\nSecret:***éé"#), "{text}");
        assert!(text.chars().count() < 140, "{text}");
        for fragment in [
            "Line-000001-000002: secret=hunter2\r\n",
            "Key: password\r\nVal: hunter2\r\n",
            "X2/user:hunter2@host\r\n",
            "ser:hunter2@host/100\r\n",
            "SIP_PASSWORD=a:hunter2\r\n",
            &format!("{}Secret: hunter2\r\n", "Name: 1\r\n".repeat(8)),
            &format!("{}/user:hunter2@host\r\n", "x".repeat(70)),
        ] {
            let text = Error::Unrecognized(Packet::new(fragment.as_bytes())).to_string();
            assert!(!text.contains("hunt"), "{text}");
        }
    }
}
