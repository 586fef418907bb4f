//! All that dies with one connection: its pending actions, what it still has to send, its socket.
//!
//! To reconnect is to drop a link and make another; there is nothing to reset.
//!
//! # Locking
//!
//! The outbox (pending actions and outgoing bytes) is locked for moments and never over a system call; the
//! wire is held over one. The wire comes before the outbox, the outbox before the session's memory.
//!
//! # Waits
//!
//! - [`Link::open`]: until its deadline, or its [`Control`] is shut.
//! - [`Link::call`] and [`Link::submit`]: until the action's deadline, at the wire a tick of the socket longer;
//!   or the end of the link. An answer that comes in the moment of the deadline is waited for, at most a second.
//! - [`Link::ping`]: such a tick.
//! - [`Link::say_goodbye`]: the 300 milliseconds of [`LOGOFF_TIMEOUT`], and two ticks.
//! - The thread that writes (`wire`): at the wire until the write timeout, or for as long as an action keeps the
//!   server from reading; for the wire, until the deadline of the caller who holds it; for work, a second; for the
//!   answers to what is under way (`window`), a second, with a server up to 14 until the deadline of the oldest
//!   action. The end of the link ends them all.

mod actions;
mod banner;
mod call;
mod outbox;
mod pending;
pub(crate) mod transport;
mod waiter;
mod waiting;
mod window;
mod wire;

pub(crate) use actions::Request;
pub use call::Originated;
pub(crate) use call::{Call, ChannelId};
pub(crate) use pending::Serial;
pub(crate) use waiter::{ListEnd, Reply, Waiter};

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::time::{Duration, Instant};

use crate::action::Action;
use crate::clock;
use crate::error::{Error, Loss, Result};
use crate::options::Options;
use crate::packet::Framer;
use crate::recording::Tape;
use crate::sync::{deadline_in, lock, try_lock};

use outbox::Outbox;
use pending::{Abandoned, Pending};
use transport::{Control, Source};
use waiting::{Callers, Slot};
use window::Window;
use wire::Wire;

/// How long the server has to answer a `Logoff`.
const LOGOFF_TIMEOUT: Duration = Duration::from_millis(300);

/// One connection to one server.
pub(crate) struct Link {
    /// From 1 for each client.
    number: u64,
    clock_key: u64,
    banner: String,
    outbox: Mutex<Outbox>,
    /// Notified when there is room again for actions to be queued, or the link has ended.
    room: Condvar,
    /// Notified when there is work for the thread that writes, or the link has ended.
    work: Condvar,
    wire: Mutex<Wire>,
    /// The bytes that can have reached the server, of all that were ever queued.
    written: AtomicU64,
    /// Whether events may belong to a pending action.
    collecting: AtomicBool,
    callers: Callers,
    /// The `Ping` that nobody waits for.
    pinged: AtomicU64,
    /// Whether the server has said `FullyBooted`.
    booted: AtomicBool,
    /// Whether the link has ended; whoever learns of that from a failed action finds it so.
    over: AtomicBool,
    control: Control,
    /// What records this link, if it is recorded.
    tape: Option<Arc<Tape>>,
    write_timeout: Duration,
    myself: Weak<Link>,
}

/// Why a link is no more.
#[derive(Debug, Clone)]
pub(crate) enum End {
    Lost(Loss),
    Closed,
}

impl End {
    fn error(&self, sent: bool) -> Error {
        match self {
            Self::Lost(cause) => Error::Lost { cause: cause.clone(), sent: Some(sent) },
            Self::Closed => Error::Closed { sent },
        }
    }
}

impl Link {
    /// Connects, and reads the banner.
    pub fn open(
        number: u64,
        address: &str,
        options: &Options,
        deadline: Instant,
        tape: Option<Arc<Tape>>,
        control: impl FnOnce(Control),
    ) -> Result<(Arc<Self>, Source, Framer)> {
        let mut stream = transport::connect(address, options, deadline, control)?;
        if let Some(tape) = tape.as_deref().filter(|_| options.is_tls()) {
            tape.secured();
        }
        let mut framer = Framer::with_limit(options.packet_limit);
        let prefix = unguessable_prefix();
        framer.set_secret_prefix(&prefix);
        let banner = banner::read(&mut stream, &mut framer, address, options, deadline, tape.as_deref())?;
        let by_stdio = options.is_tls() && banner::reads_by_stdio(&banner);
        if by_stdio {
            stream.sink.pace();
        }
        let window = if by_stdio { Window::of_a_record } else { Window::of_a_socket };
        let window = options.is_tls().then(window);
        let configured = stream.source.set_timeout(options.keepalive);
        configured.map_err(|error| Error::Connect { address: address.into(), source: Arc::new(error) })?;
        let link = Arc::new_cyclic(|myself| Self {
            number,
            clock_key: clock::key(),
            banner,
            outbox: Mutex::new(Outbox::new(Pending::new(prefix), window)),
            room: Condvar::new(),
            work: Condvar::new(),
            wire: Mutex::new(Wire::new(stream.sink)),
            written: AtomicU64::new(0),
            collecting: AtomicBool::new(false),
            callers: Callers::new(),
            pinged: AtomicU64::new(0),
            booted: AtomicBool::new(false),
            over: AtomicBool::new(false),
            control: stream.control,
            tape,
            write_timeout: options.write_timeout(),
            myself: Weak::clone(myself),
        });
        Ok((link, stream.source, framer))
    }

    /// Which of its client's links it is, counted from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The line with which the server greeted.
    pub fn banner(&self) -> &str {
        &self.banner
    }

    /// Whether the server lets a caller choose the uniqueid of a channel (`ChannelId`): from Asterisk 12 on, whose
    /// AMI has the version 2. A proxy's banner tells nothing of the server behind it.
    pub fn chooses_channel_ids(&self) -> bool {
        let version = self.banner.strip_prefix("Asterisk Call Manager/");
        version.and_then(|version| version.split('.').next()?.parse::<u32>().ok()).is_some_and(|major| major >= 2)
    }

    /// The server has said `FullyBooted`.
    pub fn note_booted(&self) {
        self.booted.store(true, Ordering::SeqCst);
    }

    pub fn is_booted(&self) -> bool {
        self.booted.load(Ordering::SeqCst)
    }

    /// What records the link, if it is recorded.
    pub fn tape(&self) -> Option<&Tape> {
        self.tape.as_deref()
    }

    /// Whether the link has not ended.
    pub fn stands(&self) -> bool {
        !self.over.load(Ordering::SeqCst)
    }

    /// Whether an action keeps the server from answering, and from reading.
    pub fn may_be_silent(&self) -> bool {
        lock(&self.outbox).pending.is_busy(Instant::now())
    }

    /// Sends a `Ping` whose answer nobody waits for.
    pub fn ping(&self) {
        let action = Action::new("Ping");
        let request = Request {
            action: &action,
            waiter: Waiter::Link,
            deadline: Instant::now(),
            unwatched: None,
            memorable: false,
            stalls: None,
        };
        // If the link has ended or is full, the reader will find out.
        if let Ok(serial) = self.submit(request) {
            // Some servers' answers are never known as such: what they do not take away does not pile up.
            self.forget(self.pinged.swap(serial, Ordering::Relaxed));
        }
    }

    /// Has what the TLS session owes the server sent, by another thread: the reader has to read on.
    pub fn send_owed(&self) {
        self.leave_to_writer();
    }

    /// Logs off, briefly; where the answer cannot be read, without waiting for it.
    pub fn say_goodbye(&self, waits: bool) {
        lock(&self.outbox).closing = true;
        let slot = waits.then(|| Arc::new(Slot::new()));
        let deadline = deadline_in(LOGOFF_TIMEOUT);
        let request = Request {
            action: &Action::new("Logoff"),
            waiter: slot.clone().map_or(Waiter::Link, Waiter::Caller),
            deadline,
            unwatched: None,
            memorable: false,
            stalls: None,
        };
        // Whoever is at the wire sends it along; one who is stuck there is not waited for.
        if self.submit(request).is_err() {
            return;
        }
        if slot.is_some_and(|slot| slot.wait(deadline).is_some()) {
            self.took_answer(deadline);
        }
        if let Some(mut wire) = try_lock(&self.wire) {
            wire.finish();
        }
    }

    /// Ends the link: fails what is pending, then cuts the socket off. Only the first cause counts; it is
    /// returned.
    pub fn end(&self, end: End) -> End {
        let (end, abandoned, written) = {
            let mut outbox = lock(&self.outbox);
            let end = if outbox.closing { End::Closed } else { end };
            let end = outbox.ended.get_or_insert(end).clone();
            outbox.outgoing = Vec::new();
            outbox.unsent = 0;
            // Its spans stand for bytes that are no more.
            outbox.window = None;
            self.over.store(true, Ordering::SeqCst);
            let abandoned = outbox.pending.abandon_all();
            self.note(&outbox);
            (end, abandoned, self.written.load(Ordering::SeqCst))
        };
        for Abandoned { waiter, .. } in &abandoned {
            self.expect_caller(waiter);
        }
        for Abandoned { waiter, span, .. } in abandoned {
            waiter.fail(end.error(span.end <= written));
        }
        clock::cancel(self.clock_key);
        self.room.notify_all();
        self.work.notify_all();
        self.control.shut();
        end
    }
}

/// The beginning of the link's own ids.
fn unguessable_prefix() -> String {
    let random = unguessable(12).unwrap_or_else(|error| {
        log::error!("the system gives no random numbers: {error}");
        "000000000000000000000000".to_owned()
    });
    random + "-"
}

/// So many random bytes in hexadecimal: what no other session can guess, and no other process makes.
pub(crate) fn unguessable(bytes: usize) -> std::result::Result<String, getrandom::Error> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random)?;
    let mut hex = String::with_capacity(2 * bytes);
    for byte in random {
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex)
}
