//! Lists: an action's events, collected.
//!
//! # Waits
//!
//! For the response and for each next event: the action's timeout, or the end of the link.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, Weak};
use std::time::Duration;
use std::vec;

use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::{stall_of, Client};
use crate::action::{answers_no_list, is_empty_list, list_end, Action, ListEnd as KnownEnd};
use crate::error::{Error, PartialList, Result};
use crate::event::Event;
use crate::link::{Link, ListEnd, Reply, Request, Serial, Waiter};
use crate::response::Response;
use crate::sync::{deadline_in, mailbox, recv_deadline, Mailbox, Post};

/// A list, whole; from [`Client::list`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct List {
    /// The response that announced it.
    pub response: Response,
    /// Its events in order, without the one that ends it.
    pub items: Vec<Event>,
    /// The event that ended it; its header `ListItems` says how many the server counts.
    pub complete: Event,
}

impl List {
    pub(super) fn new(response: Response, items: Vec<Event>, complete: Event) -> Self {
        Self { response, items, complete }
    }

    /// Where the list stood among the events: the [`Event::seq`] of the next event after it.
    ///
    /// The server sends a list in one piece. So what the list tells is at least as new as every event with a
    /// smaller number, and events with this number or a larger one came after it. From Asterisk 12 on some of these
    /// can still be older than the list: the server publishes events on another thread than the one that lists.
    pub fn seq(&self) -> u64 {
        self.response.seq()
    }
}

/// The events of a list one by one as they come; made by [`Client::list_items`].
///
/// An error is the last item. What is not taken by the time this is dropped is dropped too: it does not
/// turn up among [`Client::events`].
///
/// # Blocking
///
/// Each step waits for the next event, up to the action timeout.
///
/// # Examples
///
/// ```no_run
/// # let ami = gami::Client::dial("127.0.0.1:5038")?;
/// let mut members = 0;
/// let mut items = ami.list_items("QueueStatus")?;
/// for item in &mut items {
///     members += u32::from(item?.name() == "QueueMember");
/// }
/// println!("{members} members, {:?} entries", items.complete().and_then(|end| end.get("ListItems")));
/// # Ok::<(), gami::Error>(())
/// ```
pub struct Items {
    source: Replies,
    response: Response,
    complete: Option<Event>,
    over: bool,
}

impl Items {
    /// The response that announced the list.
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// The event that ended the list; `None` as long as it has not ended.
    pub fn complete(&self) -> Option<&Event> {
        self.complete.as_ref()
    }

    fn into_list(mut self) -> Result<List> {
        let mut items = Vec::new();
        for item in &mut self {
            match item {
                Ok(item) => items.push(item),
                Err(cause) => {
                    let partial = PartialList { response: self.response, items };
                    return Err(Error::Incomplete { partial: Box::new(partial), cause: Box::new(cause) });
                }
            }
        }
        let Items { response, complete, .. } = self;
        match complete {
            Some(complete) => Ok(List { response, items, complete }),
            None => Err(Error::ListCancelled),
        }
    }
}

impl Iterator for Items {
    type Item = Result<Event>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            match self.source.next() {
                Ok(Reply::Item(item)) => return Some(Ok(item)),
                // A second response to the one action says nothing of the list.
                Ok(Reply::Response(_)) => {}
                Ok(Reply::Complete(event)) => {
                    self.over = true;
                    let cancelled = event.get("EventList").is_some_and(|mark| mark.eq_ignore_ascii_case("cancelled"));
                    self.complete = Some(event);
                    return cancelled.then_some(Err(Error::ListCancelled));
                }
                Ok(Reply::Failed(error)) | Err(error) => {
                    self.over = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

impl fmt::Debug for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("response", &self.response)
            .field("complete", &self.complete)
            .finish_non_exhaustive()
    }
}

/// What comes for one action that is answered by more than a response.
pub(super) struct Replies {
    /// Whoever keeps the replies of a link that has ended does not keep its socket.
    link: Weak<Link>,
    serial: Serial,
    parts: Mailbox<Reply>,
    /// Those that have been taken out of there.
    taken: vec::IntoIter<Reply>,
    timeout: Duration,
}

/// Replies stay whole whatever panics beside them, as those of a channel do.
impl UnwindSafe for Replies {}
impl RefUnwindSafe for Replies {}

impl Replies {
    /// The next part; the error is a timeout if nothing came for that long.
    pub fn next(&mut self) -> Result<Reply> {
        let deadline = deadline_in(self.timeout);
        loop {
            let is_open = self.take();
            if let Some(part) = self.taken.next() {
                return Ok(part);
            }
            if !is_open {
                return Err(Error::Timeout { after: self.timeout, sent: true });
            }
            if let Err(RecvTimeoutError::Timeout) = recv_deadline(self.parts.woken(), deadline) {
                let sent = self.link.upgrade().and_then(|link| link.abandon(self.serial)).unwrap_or(true);
                // It may have come in this moment.
                return self.try_next().ok_or(Error::Timeout { after: self.timeout, sent });
            }
        }
    }

    /// Ready when something has come.
    pub fn woken(&self) -> &Receiver<()> {
        self.parts.woken()
    }

    /// Takes what has come, if all before it has been handed out; whether more may come.
    fn take(&mut self) -> bool {
        if !self.taken.as_slice().is_empty() {
            return true;
        }
        let (parts, is_open) = self.parts.take();
        self.taken = parts.into_iter();
        is_open
    }

    /// Nothing more comes.
    pub fn forget(&self) {
        if let Some(link) = self.link.upgrade() {
            link.forget(self.serial);
        }
    }

    pub fn try_next(&mut self) -> Option<Reply> {
        self.take();
        self.taken.next()
    }
}

impl Drop for Replies {
    fn drop(&mut self) {
        if let Some(link) = self.link.upgrade() {
            link.abandon(self.serial);
        }
    }
}

/// Who waits for the list that an action is answered with; an error if it is answered with none.
pub(super) fn list_waiter(action: &Action) -> Result<impl FnOnce(Post<Reply>) -> Waiter> {
    if action.own_complete_event().is_none() && answers_no_list(action) {
        let reason = "answers no list: `Client::action` takes it";
        return Err(Error::invalid(format!("action {:?}", action.name()), reason));
    }
    let end = match (action.own_complete_event(), list_end(action.name())) {
        (Some(name), _) => ListEnd::NamedByCaller(name.into()),
        (None, Some(KnownEnd::Complete(name))) => ListEnd::Named(name.into()),
        (None, Some(KnownEnd::Single(name))) => ListEnd::Single(name.into()),
        (None, None) => ListEnd::Unknown,
    };
    Ok(|parts| Waiter::List { parts, end, answered: false })
}

impl Client {
    /// Makes an action that is answered by a list, and collects it.
    ///
    /// The list ends with the event that says `EventList: Complete`. Servers up to 13.1 do not mark some
    /// lists so: for the actions of the catalogue the name of the event that ends them is known, for
    /// others [`Action::complete_event`] tells it; failing that, the first event of the list whose name
    /// ends in `Complete` does. Events that belong to the list do not turn up among [`Client::events`].
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] if the server refuses, which is what it often does instead of sending an empty
    /// list; voicemail says with a success that there is none, and that is this error too.
    /// [`Error::Incomplete`] with what had come, if the list stopped coming for the action timeout or the
    /// link was lost. [`Error::Invalid`] for an action of the catalogue that answers no list, unless it names
    /// its [`Action::complete_event`]. Otherwise as [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As long as the list keeps coming: the action timeout is for the response, and for each next event.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// let channels = ami.list("CoreShowChannels")?;
    /// for channel in &channels.items {
    ///     println!("{:?}", channel.get("Channel"));
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn list(&self, action: impl Into<Action>) -> Result<List> {
        self.begin_list(&action.into())?.into_list()
    }

    /// Makes an action that is answered by a list, and gives its events one by one as they come: for
    /// lists of a hundred thousand.
    ///
    /// Items wait without a bound for one who takes them slowly: the server sends a list as fast as it can.
    ///
    /// # Errors
    ///
    /// As [`Client::list`] until the response has come. The iterator's last item is an error if the list
    /// stopped coming for the action timeout or the link was lost.
    ///
    /// # Blocking
    ///
    /// Until the response has come; the iterator until the next event has, up to the action timeout.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// for entry in ami.list_items(("QueueStatus", [("Queue", "sales")]))? {
    ///     println!("{:?}", entry?);
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn list_items(&self, action: impl Into<Action>) -> Result<Items> {
        self.begin_list(&action.into())
    }

    fn begin_list(&self, action: &Action) -> Result<Items> {
        self.handle.engine.check_thread(action)?;
        let mut source = self.start(action, list_waiter(action)?)?;
        loop {
            match source.next()? {
                Reply::Response(response) if is_empty_list(action.name(), response.message().unwrap_or_default()) => {
                    if let Some(link) = source.link.upgrade() {
                        link.forget(source.serial);
                    }
                    return Err(Error::Rejected(response));
                }
                Reply::Response(response) => return Ok(Items { source, response, complete: None, over: false }),
                Reply::Failed(error) => return Err(error),
                Reply::Item(_) | Reply::Complete(_) => {}
            }
        }
    }

    /// Sends an action that is answered by more than a response.
    pub(super) fn start(&self, action: &Action, waiter: impl FnOnce(Post<Reply>) -> Waiter) -> Result<Replies> {
        let link = self.handle.engine.link()?;
        let (parts_in, parts) = mailbox();
        let timeout = self.timeout_of(action);
        let serial = link.submit(Request {
            action,
            waiter: waiter(parts_in),
            deadline: deadline_in(timeout),
            unwatched: None,
            memorable: false,
            stalls: stall_of(action),
        })?;
        Ok(Replies { link: Arc::downgrade(&link), serial, parts, taken: vec::IntoIter::default(), timeout })
    }
}
