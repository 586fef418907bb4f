//! The live model of a client, as a program holds it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::change::Change;
use super::keeper::{mark_stale, Keeper, Picture};
use super::model::Counts;
use super::part::{Part, Parts, Validity};
use super::snapshot::Snapshot;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::sync::{self, deadline_in, lock, recv_deadline};

/// The exchange as it is, kept up to date by a thread of its own; made by [`Client::live`].
///
/// Snapshots are cheap to take and never change; [`Live::subscribe`] gives one and the changes after it. The model
/// outlives links: after a loss the last picture stays and is marked stale, and things keep their identity over a
/// reconnection; a server that was started anew starts with an empty picture. It holds a clone of the client, which
/// it keeps open: [`Live::close`] or dropping it ends the thread and lets the client go.
///
/// # Examples
///
/// ```no_run
/// use gami::{Backoff, Options, Parts};
///
/// let ami = Options::new().reconnect(Backoff::new()).connect("127.0.0.1:5038", "admin", "secret")?;
/// let live = ami.live(Parts::new().calls().queues())?;
/// let (now, changes) = live.subscribe();
/// println!("{} calls, {} queues", now.calls().len(), now.queues().len());
/// for change in changes {
///     if let Some(call) = change.ended_call() {
///         println!("{} is over", call.id);
///     }
/// }
/// # Ok::<(), gami::Error>(())
/// ```
pub struct Live {
    client: Client,
    parts: Parts,
    picture: Arc<Picture>,
    keeper: Arc<Keeper>,
}

impl Client {
    /// Keeps a model of the exchange: its channels, bridges and calls, queues, conferences, and what else
    /// [`Parts`] names.
    ///
    /// [`gami::live`](crate::live) says what it promises on which version, and what the user must be allowed to
    /// read and write for it. Ask for [`Options::reconnect`](crate::Options::reconnect) and
    /// [`Options::keepalive`](crate::Options::keepalive) beside it.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if no part is named, or the system gives no thread; [`Error::Closed`] if the client is.
    /// That there is no link, or that the user may not list a part, is no error: [`Snapshot::validity`] tells.
    ///
    /// # Blocking
    ///
    /// Until each part can be read or is known to be unavailable, at the latest after the action timeout; not at all
    /// without a link. [`Live::wait_valid`] waits for the fences.
    pub fn live(&self, parts: Parts) -> Result<Live> {
        let live = self.live_by(parts, Arc::new(Keeper::start()?))?;
        live.wait_readable(deadline_in(self.options().action_timeout));
        Ok(live)
    }

    /// The same on a thread that keeps other models too; it waits for nothing.
    pub(crate) fn live_by(&self, parts: Parts, keeper: Arc<Keeper>) -> Result<Live> {
        if parts.iter().next().is_none() {
            return Err(Error::invalid("parts", "names none: Parts::all(), or Parts::new().calls()"));
        }
        if self.state() == crate::engine::State::Closed {
            return Err(Error::Closed { sent: false });
        }
        let picture = keeper.add(self.clone(), parts);
        Ok(Live { client: self.clone(), parts, picture, keeper })
    }
}

impl Live {
    /// The picture at this moment.
    ///
    /// A link that is lost shows at once, also before the model's thread has noticed: the parts are then
    /// [`Validity::Stale`].
    pub fn now(&self) -> Snapshot {
        let link = self.client.link_number();
        let shown = lock(&self.picture.shown);
        let (mut snapshot, is_of, closed) = (shown.snapshot.clone(), shown.link, shown.closed);
        drop(shown);
        if link.is_none() || link != is_of || closed {
            mark_stale(&mut snapshot, self.parts);
        }
        snapshot
    }

    /// The picture at this moment, and every change after it, with nothing lost or doubled between.
    ///
    /// Each call makes a receiver of its own. One who takes too slowly, with 16,384 changes waiting, gets
    /// [`Kind::Lost`](super::Kind::Lost) in place of the changes that found no room, once it has taken those; it
    /// then takes a new snapshot, and passes over changes whose `seq` is below that of the snapshot. The receiver
    /// ends with the model; dropping it is all that it takes to stop.
    pub fn subscribe(&self) -> (Snapshot, Receiver<Change>) {
        let mut shown = lock(&self.picture.shown);
        let changes = shown.subscribe();
        (shown.snapshot.clone(), changes)
    }

    /// Waits until each part is valid, or known to be unavailable.
    ///
    /// # Errors
    ///
    /// [`Error::Timeout`] if that is not so within the time, [`Error::Closed`] if the client is closed.
    ///
    /// # Blocking
    ///
    /// Up to `timeout`.
    pub fn wait_valid(&self, timeout: Duration) -> Result<()> {
        self.wait_settled(deadline_in(timeout), timeout)
    }

    /// Lists a part anew, and waits until every part is valid again, or known to be unavailable.
    ///
    /// For what a program knows to have changed without an event: on every version `QueueReload` exchanges members and
    /// whole queues in silence, and so does `queue reload` on the command line. Without this the next audit shows it,
    /// within minutes. What the list shows otherwise comes as changes that are marked as
    /// [`corrected`](Change::corrected); meanwhile the part is [`Validity::Suspect`].
    ///
    /// # Errors
    ///
    /// As [`Live::wait_valid`].
    ///
    /// # Blocking
    ///
    /// Up to `timeout`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use gami::{Part, Parts};
    ///
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// let live = ami.live(Parts::new().queues())?;
    /// ami.action(("QueueReload", [("Members", "yes")]))?;
    /// live.refresh(Part::Queues, Duration::from_secs(10))?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn refresh(&self, part: Part, timeout: Duration) -> Result<()> {
        let deadline = deadline_in(timeout);
        // A list that is under way may be older than what the program knows.
        self.wait_settled(deadline, timeout)?;
        match recv_deadline(&self.keeper.refresh(&self.picture, part), deadline) {
            // What is shown still is from before: that it is valid says nothing.
            Err(RecvTimeoutError::Timeout) => Err(Error::Timeout { after: timeout, sent: true }),
            _ => self.wait_settled(deadline, timeout),
        }
    }

    /// `timeout` is what the error tells.
    fn wait_settled(&self, deadline: Instant, timeout: Duration) -> Result<()> {
        let is_valid = |validity: &Validity| validity.is_valid() || matches!(validity, Validity::Unavailable(_));
        match self.wait_until(deadline, is_valid) {
            true => Ok(()),
            false if lock(&self.picture.shown).closed => Err(Error::Closed { sent: false }),
            false => Err(Error::Timeout { after: timeout, sent: true }),
        }
    }

    /// What the model has counted since it was started: events, lists, and how often it had to be put right.
    pub fn counts(&self) -> Counts {
        lock(&self.picture.shown).counts
    }

    /// Ends the model; the client stays open for those who hold it.
    ///
    /// Receivers of changes end. Dropping it does the same.
    pub fn close(self) {}

    /// The client that feeds it.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Waits until each part can be read or is known not to be, as far as there is a link.
    pub(crate) fn wait_readable(&self, deadline: Instant) {
        self.wait_until(deadline, |validity| {
            validity.is_readable() || matches!(validity, Validity::Unavailable(_) | Validity::Stale { .. })
        });
    }

    /// Waits until each part is so; whether it was by the deadline.
    fn wait_until(&self, deadline: Instant, is_so: fn(&Validity) -> bool) -> bool {
        let mut shown = lock(&self.picture.shown);
        loop {
            let is_now = shown.begun && shown.link == self.client.link_number();
            if is_now && self.parts.iter().all(|part| is_so(&shown.snapshot.validity[part as usize])) {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if shown.closed || left.is_zero() {
                return false;
            }
            // The client's link can change without a word from the model.
            shown = sync::wait(&self.picture.changed, shown, left.min(Duration::from_millis(100)));
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.keeper.remove(&self.picture);
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let snapshot = self.now();
        let parts: Vec<_> = self.parts.iter().map(|part| (part, snapshot.validity(part))).collect();
        f.debug_struct("Live").field("seq", &snapshot.seq()).field("parts", &parts).finish_non_exhaustive()
    }
}
