//! A list that is gathered bit by bit, for a thread that has other things to wait for.

use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use super::list::{list_waiter, List, Replies};
use super::Client;
use crate::action::{is_empty_list, Action};
use crate::error::{Error, PartialList, Result};
use crate::event::Event;
use crate::link::Reply;
use crate::response::Response;
use crate::sync::deadline_in;

pub(crate) struct Listing {
    action: Action,
    replies: Replies,
    response: Option<Response>,
    seq: Option<u64>,
    items: Vec<Event>,
    timeout: Duration,
    deadline: Instant,
}

impl Listing {
    /// Ready when there is something to [`Listing::gather`].
    pub fn woken(&self) -> &Receiver<()> {
        self.replies.woken()
    }

    /// Where the list stands among the events, once its response has come.
    pub fn seq(&self) -> Option<u64> {
        self.seq
    }

    /// When it is given up if nothing more comes.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    pub fn action(&self) -> &Action {
        &self.action
    }

    /// Takes what has come; the list once it is whole, or why it will not be.
    pub fn gather(&mut self) -> Option<Result<List>> {
        loop {
            let Some(reply) = self.replies.try_next() else {
                if Instant::now() < self.deadline {
                    return None;
                }
                return Some(Err(self.cut_short(Error::Timeout { after: self.timeout, sent: true })));
            };
            self.deadline = deadline_in(self.timeout);
            match reply {
                Reply::Response(response) if self.response.is_none() => {
                    self.seq = Some(response.seq());
                    let is_empty = is_empty_list(self.action.name(), response.message().unwrap_or_default());
                    if is_empty {
                        self.replies.forget();
                        return Some(Err(Error::Rejected(response)));
                    }
                    self.response = Some(response);
                }
                Reply::Response(_) => {}
                Reply::Item(item) => self.items.push(item),
                Reply::Complete(complete) => {
                    let mark = complete.packet().seek("EventList");
                    let is_cancelled = mark.is_some_and(|mark| mark.eq_ignore_ascii_case("cancelled"));
                    return Some(match self.response.take() {
                        Some(response) if !is_cancelled => {
                            Ok(List::new(response, std::mem::take(&mut self.items), complete))
                        }
                        _ => Err(Error::ListCancelled),
                    });
                }
                Reply::Failed(error) => {
                    if let Error::Rejected(response) = &error {
                        self.seq = Some(response.seq());
                    }
                    return Some(Err(self.cut_short(error)));
                }
            }
        }
    }

    fn cut_short(&mut self, cause: Error) -> Error {
        match self.response.take() {
            None => cause,
            Some(response) => {
                let partial = PartialList { response, items: std::mem::take(&mut self.items) };
                Error::Incomplete { partial: Box::new(partial), cause: Box::new(cause) }
            }
        }
    }
}

impl Client {
    /// Asks for a list that is gathered by and by.
    pub(crate) fn start_list(&self, action: Action) -> Result<Listing> {
        let waiter = list_waiter(&action)?;
        let replies = self.start(&action, waiter)?;
        let timeout = self.timeout_of(&action);
        Ok(Listing {
            action,
            replies,
            response: None,
            seq: None,
            items: Vec::new(),
            timeout,
            deadline: deadline_in(timeout),
        })
    }
}
