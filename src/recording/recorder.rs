//! What records: the handle that a program holds, and the one that a link has.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::bounded;

use super::entry::{Details, Direction, Kind};
use super::queue::{Item, Queue};
use super::writer;
use crate::error::{Error, Result};
use crate::sync::{self, deadline_in, lock, recv_deadline};

/// How long a file may take to be opened.
const OPENING: Duration = Duration::from_secs(5);
/// How long what is queued may take to be written where somebody waits for it.
const WRITING_OUT: Duration = Duration::from_secs(1);
const STACK: usize = 256 * 1024;

/// Writes what clients read and send to a file: for [`Options::record`](crate::Options::record).
///
/// Clones write to the same file, and a recorder can be shared by several clients: each entry names its link.
/// [`recording`](super) describes the file, and what is masked in it. It can be read while it is being written, and
/// what was written stays readable whatever ends the program.
///
/// A client never waits for the disk: what it reads and sends is copied to a queue, from which a thread of the
/// recorder's own writes. When the disk does not keep up and the queue is full, what comes is left out; the file
/// says how much, [`Client::errors`](crate::Client::errors) tells once for each such time, with the next read of a link:
/// a [keepalive](crate::Options::keepalive) makes one; and [`Recorder::stats`] counts. A disk that is full is the same: the recorder tries again every second.
///
/// # Blocking
///
/// [`Client::close`](crate::Client::close), [`Recorder::flush`], [`Recorder::close`] and the drop of the last clone
/// wait until what is queued has been written, at most for a second.
///
/// # Examples
///
/// ```
/// use gami::recording::{Recorder, Recording};
/// # use gami::mock::Mock;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mock = Mock::start()?;
/// # let address = mock.to_string();
/// # let folder = std::env::temp_dir().join(format!("gami-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("pbx.rec");
/// let recorder = Recorder::create(&path)?;
/// let ami = gami::Options::new().record(recorder.clone()).dial(&address)?;
/// ami.login("admin", "root")?;
/// ami.close()?;
///
/// for entry in Recording::open(&path)? {
///     println!("{:?}", entry?); // 0.001312s link 1 sent "Action: Login\r\n…"
/// }
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Recorder {
    handle: Arc<Handle>,
    /// The client that records with this clone; 0 for none.
    client: u64,
}

/// Ends the recorder with the last clone of it.
struct Handle {
    shared: Arc<Shared>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.queue.close();
        if !self.shared.queue.wait(deadline_in(WRITING_OUT), true) {
            log::warn!("{}", self.shared.late());
        }
    }
}

/// How large a recording may become.
///
/// # Examples
///
/// ```no_run
/// use gami::recording::{Limits, Recorder};
///
/// let limits = Limits::new().rotate_after(10 << 20).split_after(50 << 20).files(20); // 1 GB at most
/// let recorder = Recorder::with_limits("/var/log/pbx.rec", limits)?;
/// # Ok::<(), gami::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Limits {
    pub(super) rotate_after: u64,
    pub(super) split_after: u64,
    pub(super) files: u32,
    pub(super) queue: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

impl Limits {
    /// A new file after 64 MiB at the end of a link, after 256 MiB also within one; 8 files, so that they take up
    /// no more than 2 GiB; a queue of 16 MiB.
    pub fn new() -> Self {
        Self { rotate_after: 64 << 20, split_after: 256 << 20, files: 8, queue: 16 << 20 }
    }

    /// Begins a new file when a link ends and the file has more bytes than this, so that a file holds whole links.
    ///
    /// Where several links share the file, that is when the last of them ends.
    #[must_use]
    pub fn rotate_after(mut self, bytes: u64) -> Self {
        self.rotate_after = bytes;
        self
    }

    /// Begins a new file also within a link when the file has more bytes than this: the new one begins with
    /// [`What::Continued`](super::What::Continued) for each link that goes on.
    #[must_use]
    pub fn split_after(mut self, bytes: u64) -> Self {
        self.split_after = bytes;
        self
    }

    /// Keeps so many files, the one that is written included. With a path of `pbx.rec` the one before is
    /// `pbx.rec.1`, and so on; what is older is removed.
    #[must_use]
    pub fn files(mut self, files: u32) -> Self {
        self.files = files;
        self
    }

    /// How many bytes wait in memory for the disk, at most.
    #[must_use]
    pub fn queue(mut self, bytes: usize) -> Self {
        self.queue = bytes;
        self
    }

    fn check(&self) -> Result<()> {
        let invalid =
            |name: &str, reason: &str| Err(Error::invalid(format!("{name} of the recorder's Limits"), reason));
        if self.rotate_after == 0 {
            return invalid("rotate_after", "is zero");
        }
        if self.split_after < self.rotate_after {
            return invalid("split_after", "is less than rotate_after");
        }
        if self.files == 0 {
            return invalid("files", "is zero");
        }
        if self.queue == 0 {
            return invalid("queue", "is zero");
        }
        Ok(())
    }
}

/// What a recorder has counted; from [`Recorder::stats`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RecorderStats {
    /// Entries that were written.
    pub entries: u64,
    /// Bytes that were written, over all files.
    pub bytes: u64,
    /// Files that were begun.
    pub files: u64,
    /// Reads and writes that were left out, because the queue was full or the disk took nothing.
    pub left_out: u64,
    /// The bytes of these.
    pub left_out_bytes: u64,
}

#[derive(Default)]
pub(super) struct Counters {
    pub entries: AtomicU64,
    pub bytes: AtomicU64,
    pub files: AtomicU64,
    pub left_out: AtomicU64,
    pub left_out_bytes: AtomicU64,
}

/// What the handles, the links and the thread that writes have in common.
pub(super) struct Shared {
    pub path: PathBuf,
    pub limits: Limits,
    pub begun: Instant,
    pub queue: Queue,
    pub counters: Counters,
    /// The last trouble, for the clients to tell.
    trouble: Mutex<Option<Error>>,
    /// Why the disk takes nothing, as long as it does not.
    pub failure: Mutex<Option<Error>>,
    clients: AtomicU64,
    links: AtomicU64,
}

impl Shared {
    pub fn error(&self, source: io::Error) -> Error {
        Error::Recording { path: self.path.display().to_string().into(), source: Arc::new(source) }
    }

    fn late(&self) -> Error {
        let reason = format!("what is queued was not written within {WRITING_OUT:?}");
        self.error(io::Error::new(io::ErrorKind::TimedOut, reason))
    }

    /// Something is being left out: the clients tell of it.
    pub fn trouble(&self, source: io::Error) -> Error {
        let error = self.error(source);
        *lock(&self.trouble) = Some(error.clone());
        self.queue.count_trouble();
        error
    }

    pub fn count_left_out(&self, chunks: u64, bytes: u64) {
        self.counters.left_out.fetch_add(chunks, Ordering::Relaxed);
        self.counters.left_out_bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Recorder {
    /// Records to a new file at this path, with the limits of [`Limits::new`].
    ///
    /// A recording that is there already is kept: it becomes `path.1`, one that has that name `path.2`, and so on, as
    /// many as the limits allow. On Unix nobody but the user may read the file.
    ///
    /// # Errors
    ///
    /// [`Error::Recording`] if the file cannot be written, or if one is there that is no recording.
    ///
    /// # Blocking
    ///
    /// Until the file is open, at most for five seconds.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Self::with_limits(path, Limits::new())
    }

    /// Records to a new file at this path, as [`Recorder::create`] does, with limits of its own.
    ///
    /// # Errors
    ///
    /// As [`Recorder::create`], and [`Error::Invalid`] for limits of which one is zero, or `split_after` is less than
    /// `rotate_after`.
    pub fn with_limits(path: impl AsRef<Path>, limits: Limits) -> Result<Self> {
        limits.check()?;
        let shared = Arc::new(Shared {
            path: path.as_ref().to_owned(),
            queue: Queue::new(limits.queue),
            limits,
            begun: Instant::now(),
            counters: Counters::default(),
            trouble: Mutex::new(None),
            failure: Mutex::new(None),
            clients: AtomicU64::new(0),
            links: AtomicU64::new(0),
        });
        let (opened, outcome) = bounded(1);
        let thread = thread::Builder::new().name("gami-recorder".into()).stack_size(STACK);
        let for_writer = Arc::clone(&shared);
        sync::spawn(thread, Box::new(move || writer::run(&for_writer, opened))).map_err(|error| shared.error(error))?;
        if recv_deadline(&outcome, deadline_in(OPENING)).is_ok() {
            return Ok(Self { handle: Arc::new(Handle { shared }), client: 0 });
        }
        shared.queue.close();
        let failure = lock(&shared.failure).take();
        Err(failure.unwrap_or_else(|| {
            let reason = format!("it could not be opened within {OPENING:?}");
            shared.error(io::Error::new(io::ErrorKind::TimedOut, reason))
        }))
    }

    /// The file that is written.
    pub fn path(&self) -> &Path {
        &self.shared().path
    }

    /// What has been written and left out so far.
    pub fn stats(&self) -> RecorderStats {
        let counters = &self.shared().counters;
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        RecorderStats {
            entries: get(&counters.entries),
            bytes: get(&counters.bytes),
            files: get(&counters.files),
            left_out: get(&counters.left_out),
            left_out_bytes: get(&counters.left_out_bytes),
        }
    }

    /// Waits until all that was recorded before this call is written to the file.
    ///
    /// A line of which only the beginning has come is written with its end.
    ///
    /// # Errors
    ///
    /// [`Error::Recording`] if that is not done within a second, or the disk takes nothing.
    ///
    /// # Blocking
    ///
    /// At most for a second.
    pub fn flush(&self) -> Result<()> {
        self.write_out(false)
    }

    /// Writes out what is queued and ends the file, for all clones; what clients read and send from here on is not
    /// recorded.
    ///
    /// # Errors
    ///
    /// [`Error::Recording`] if that is not done within a second, or the disk takes nothing.
    ///
    /// # Blocking
    ///
    /// At most for a second.
    pub fn close(&self) -> Result<()> {
        self.shared().queue.close();
        self.write_out(true)
    }

    fn write_out(&self, to_the_end: bool) -> Result<()> {
        let shared = self.shared();
        if !shared.queue.wait(deadline_in(WRITING_OUT), to_the_end) {
            return Err(shared.late());
        }
        lock(&shared.failure).clone().map_or(Ok(()), Err)
    }

    /// The same recorder for one more client.
    pub(crate) fn for_client(&self) -> Self {
        let client = self.shared().clients.fetch_add(1, Ordering::Relaxed) + 1;
        Self { handle: Arc::clone(&self.handle), client }
    }

    /// Begins a link, of which this is the number that its client gives it.
    pub(crate) fn dial(&self, address: &str, tls: bool, number: u64) -> Arc<Tape> {
        let shared = Arc::clone(self.shared());
        let link = shared.links.fetch_add(1, Ordering::Relaxed) + 1;
        let seen = AtomicU64::new(shared.queue.troubles.load(Ordering::Acquire));
        let tape = Tape { shared, link, gaps: Default::default(), seen, ended: AtomicBool::new(false) };
        let details = Details::default().with("Address", &address).with("TLS", if tls { &"yes" } else { &"no" });
        tape.note(Kind::Dialed, details.with("Client", &self.client).with("Number", &number));
        Arc::new(tape)
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.handle.shared
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("path", &self.path()).finish_non_exhaustive()
    }
}

/// What one link has to record with.
pub(crate) struct Tape {
    shared: Arc<Shared>,
    link: u64,
    /// What was left out of each direction and is not yet told.
    gaps: [Gap; 2],
    /// Which trouble was told last.
    seen: AtomicU64,
    ended: AtomicBool,
}

/// Of a link that was given up before it was anybody's, nobody else tells the end.
impl Drop for Tape {
    fn drop(&mut self) {
        self.ended(&"given up");
    }
}

/// Only the thread that records a direction changes its gap.
#[derive(Default)]
struct Gap {
    chunks: AtomicU64,
    bytes: AtomicU64,
}

impl Tape {
    /// What one read brought.
    pub fn received(&self, bytes: &[u8]) {
        self.chunk(Direction::Received, bytes);
    }

    /// What one write sent.
    pub fn sent(&self, bytes: &[u8]) {
        self.chunk(Direction::Sent, bytes);
    }

    pub fn connected(&self, peer: impl fmt::Display) {
        self.note(Kind::Connected, Details::default().with("Peer", &peer));
    }

    pub fn secured(&self) {
        self.note(Kind::Secured, Details::default());
    }

    pub fn greeted(&self, banner: &str) {
        self.note(Kind::Greeted, Details::default().with("Banner", &banner));
    }

    /// How a login was answered.
    pub fn answered_login(&self, user: &str, failure: Option<&Error>) {
        let details = Details::default().with("User", &user);
        match failure {
            None => self.note(Kind::LoggedIn, details),
            Some(error) => self.note(Kind::LoginFailed, details.with("Reason", error)),
        }
    }

    pub fn events_dropped(&self, count: u64) {
        self.note(Kind::EventsDropped, Details::default().with("Count", &count));
    }

    /// The link has ended, and nothing more is recorded of it. Only the first reason counts.
    pub fn ended(&self, reason: &dyn fmt::Display) {
        if self.ended.swap(true, Ordering::Relaxed) {
            return;
        }
        for direction in [Direction::Received, Direction::Sent] {
            self.tell_gap(direction, true);
        }
        self.note(Kind::Ended, Details::default().with("Reason", reason));
    }

    /// Why something is being left out, once for each such time.
    pub fn trouble(&self) -> Option<Error> {
        let troubles = self.shared.queue.troubles.load(Ordering::Acquire);
        if self.seen.swap(troubles, Ordering::Relaxed) == troubles {
            return None;
        }
        lock(&self.shared.trouble).clone()
    }

    fn chunk(&self, direction: Direction, bytes: &[u8]) {
        // What a caller still writes when the link has ended goes nowhere.
        if bytes.is_empty() || self.ended.load(Ordering::Relaxed) {
            return;
        }
        let gap = &self.gaps[direction as usize];
        if self.tell_gap(direction, false) && self.push(direction.kind(), bytes, false) {
            return;
        }
        let chunks = gap.chunks.fetch_add(1, Ordering::Relaxed);
        gap.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.shared.count_left_out(1, bytes.len() as u64);
        if chunks == 0 {
            self.shared.trouble(io::Error::other(QUEUE_FULL));
        }
    }

    /// Whether nothing is left to be told of what was left out.
    fn tell_gap(&self, direction: Direction, at_last: bool) -> bool {
        let gap = &self.gaps[direction as usize];
        let chunks = gap.chunks.load(Ordering::Relaxed);
        if chunks == 0 {
            return true;
        }
        let details = left_out(direction, chunks, gap.bytes.load(Ordering::Relaxed), QUEUE_FULL);
        let told = self.push(Kind::LeftOut, &details.0, at_last);
        if told {
            gap.chunks.store(0, Ordering::Relaxed);
            gap.bytes.store(0, Ordering::Relaxed);
        }
        told
    }

    fn note(&self, kind: Kind, details: Details) {
        if !self.push(kind, &details.0, true) {
            self.shared.count_left_out(1, details.0.len() as u64);
        }
    }

    fn push(&self, kind: Kind, bytes: &[u8], from_reserve: bool) -> bool {
        let item = Item { time: SystemTime::now(), at: Instant::now(), link: self.link, kind, length: bytes.len() };
        self.shared.queue.push(item, bytes, from_reserve)
    }
}

const QUEUE_FULL: &str = "the disk does not keep up, and the queue of the recorder is full";

/// What an entry tells of bytes that are missing.
pub(super) fn left_out(direction: Direction, chunks: u64, bytes: u64, reason: impl fmt::Display) -> Details {
    let details = Details::default().with("Direction", &direction.kind().name()).with("Chunks", &chunks);
    details.with("Bytes", &bytes).with("Reason", &reason)
}
