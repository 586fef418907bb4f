//! Who waits for what an action is answered with, and what they are handed.

use std::sync::Arc;

use crossbeam_channel::Sender;

use crate::error::{Error, Result};
use crate::event::Event;
use crate::response::Response;
use crate::sync::Post;

use super::call::Call;
use super::waiting::Slot;

/// What goes to whoever waits for more than a response.
#[derive(Debug)]
pub(crate) enum Reply {
    Response(Response),
    Item(Event),
    Complete(Event),
    Failed(Error),
}

/// Who waits, and for what.
pub(crate) enum Waiter {
    Response(Sender<Result<Response>>),
    /// The same, and the thread sleeps or stays awake until the answer is there.
    Caller(Arc<Slot>),
    /// The link itself, for which it is enough that the answer comes.
    Link,
    /// A list: up to an event that says `EventList: Complete`, or the one named here.
    ///
    /// Its events come after its response; what bears its id before that is not of the list.
    List {
        parts: Post<Reply>,
        end: ListEnd,
        answered: bool,
    },
    /// The outcome of a call, which comes in events.
    Call(Box<Call>),
    /// Nobody any more, for it was abandoned: what comes is dropped, a list's items up to their end.
    Nobody {
        end: Option<ListEnd>,
    },
}

/// What ends a list where the server does not mark it with `EventList`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ListEnd {
    /// The event of this name.
    Named(Box<str>),
    /// The event of this name, as the caller says; it need not bear the action's id.
    NamedByCaller(Box<str>),
    /// This event is the only item and the end.
    Single(Box<str>),
    /// Not known: any event whose name ends in `Complete`.
    Unknown,
}

impl Waiter {
    pub fn is_awaited(&self) -> bool {
        !matches!(self, Self::Nobody { .. })
    }

    /// Whether events may belong to it.
    pub fn collects(&self) -> bool {
        matches!(self, Self::List { .. } | Self::Call(_) | Self::Nobody { end: Some(_) })
    }

    /// Hands over the last response.
    pub fn finish(self, response: Response) {
        match self {
            Self::Response(waiter) => drop(waiter.try_send(accepted(response))),
            Self::Caller(slot) => slot.put(accepted(response)),
            Self::List { parts, .. } => parts.send(Reply::Failed(Error::Rejected(response))),
            Self::Call(call) => call.fail(Error::Rejected(response)),
            Self::Link | Self::Nobody { .. } => {}
        }
    }

    /// Hands over an error in place of an answer.
    pub fn fail(self, error: Error) {
        match self {
            Self::Response(waiter) => drop(waiter.try_send(Err(error))),
            Self::Caller(slot) => slot.put(Err(error)),
            Self::List { parts, .. } => parts.send(Reply::Failed(error)),
            Self::Call(call) => call.fail(error),
            Self::Link | Self::Nobody { .. } => {}
        }
    }
}

impl ListEnd {
    pub fn is(&self, event: &Event) -> bool {
        if let Some(mark) = event.packet().seek("EventList") {
            return mark.eq_ignore_ascii_case("Complete") || mark.eq_ignore_ascii_case("cancelled");
        }
        match self {
            Self::Named(name) | Self::NamedByCaller(name) | Self::Single(name) => {
                event.name().eq_ignore_ascii_case(name)
            }
            Self::Unknown => ends_with_complete(event.name()),
        }
    }
}

/// A response that says `Error` is an error.
fn accepted(response: Response) -> Result<Response> {
    if response.is_error() {
        Err(Error::Rejected(response))
    } else {
        Ok(response)
    }
}

fn ends_with_complete(name: &str) -> bool {
    let name = name.as_bytes();
    name.len().checked_sub(b"Complete".len()).is_some_and(|at| name[at..].eq_ignore_ascii_case(b"Complete"))
}
