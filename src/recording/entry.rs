//! What stands in a recording.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::secrets::Mask;

/// Which way bytes went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the server: responses and events.
    Received,
    /// To the server: actions.
    Sent,
}

/// One entry of a [`Recording`](super::Recording): what happened, when, and on which link.
///
/// Its `Debug` is one line, the bytes as text.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    pub(super) time: Option<SystemTime>,
    pub(super) elapsed: Duration,
    pub(super) link: u64,
    pub(super) what: What,
}

/// What an [`Entry`] tells.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// A file began; each begins with it.
    Opened {
        /// The crate and its version that wrote it.
        by: String,
    },
    /// A client began to connect: the beginning of a link.
    Dialed {
        /// The address as it was given.
        address: String,
        /// Whether the link is to speak TLS.
        tls: bool,
        /// The client's number, from 1 in the order in which clients began to use the recorder.
        client: u64,
        /// Which of its client's links it is, as [`Event::link`](crate::Event::link) tells.
        number: u64,
    },
    /// The socket is connected.
    Connected {
        /// The server's address.
        peer: String,
    },
    /// The TLS handshake is done; bytes from here on are as they were before encryption.
    Secured,
    /// The server's first line is a manager's banner.
    Greeted {
        /// The line.
        banner: String,
    },
    /// A login succeeded.
    LoggedIn {
        /// The user.
        user: String,
    },
    /// A login failed.
    LoginFailed {
        /// The user.
        user: String,
        /// Why.
        reason: String,
    },
    /// Bytes that one read brought.
    Received(Chunk),
    /// Bytes that one write sent.
    Sent(Chunk),
    /// The client dropped events because its program did not keep up; they are in the recording.
    EventsDropped {
        /// How many.
        count: u64,
    },
    /// The link ended.
    Ended {
        /// Why: a loss in the words of [`Loss`](crate::Loss), the failure of an attempt, or `closed`.
        reason: String,
    },
    /// A link goes on that began in the file before: the bytes begin in the middle of a packet.
    Continued {
        /// The address as it was given.
        address: String,
        /// The banner; empty if none had come.
        banner: String,
        /// The client's number.
        client: u64,
    },
    /// The recorder had to leave something out: bytes of this link are missing here.
    LeftOut {
        /// Which way they went.
        direction: Direction,
        /// How many reads or writes.
        chunks: u64,
        /// How many bytes.
        bytes: u64,
        /// Why.
        reason: String,
    },
    /// The recorder was closed, or went on to the next file: nothing is missing at the end.
    Closed,
    /// The recording ends within an entry: the program or its machine ended before it was written.
    Torn,
}

/// The bytes of one read or write, secrets masked with as many `*`.
///
/// A secret is found by the whole line that it stands in. So where a read ends within a line, what came of the
/// line is written with the read that ends it: `bytes` holds whole lines, and `size` tells how much the read
/// itself brought. Added up, both say where each read ended.
#[derive(Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The bytes that are written here.
    pub bytes: Vec<u8>,
    /// How many bytes the read brought, or the write sent.
    pub size: usize,
}

impl Entry {
    /// The time of day; `None` in a plain capture, which has none.
    pub fn time(&self) -> Option<SystemTime> {
        self.time
    }

    /// The time since the recorder was made, by a clock that is never set; zero in a plain capture.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The number of the link, from 1 in the order of the attempts to connect; 0 for what concerns none.
    pub fn link(&self) -> u64 {
        self.link
    }

    /// What happened.
    pub fn what(&self) -> &What {
        &self.what
    }

    /// Which way its bytes went; `None` for an entry without bytes.
    pub fn direction(&self) -> Option<Direction> {
        match self.what {
            What::Received(_) => Some(Direction::Received),
            What::Sent(_) => Some(Direction::Sent),
            _ => None,
        }
    }

    /// Its bytes; empty for an entry without.
    pub fn bytes(&self) -> &[u8] {
        match &self.what {
            What::Received(chunk) | What::Sent(chunk) => &chunk.bytes,
            _ => &[],
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}s link {} {:?}", self.elapsed.as_secs_f64(), self.link, self.what)
    }
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.bytes))
    }
}

/// The kinds of entries, as they are named in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Opened,
    Dialed,
    Connected,
    Secured,
    Greeted,
    LoggedIn,
    LoginFailed,
    Received,
    Sent,
    EventsDropped,
    Ended,
    Continued,
    LeftOut,
    Closed,
}

impl Kind {
    const ALL: [(Kind, &'static str); 14] = [
        (Kind::Opened, "opened"),
        (Kind::Dialed, "dialed"),
        (Kind::Connected, "connected"),
        (Kind::Secured, "secured"),
        (Kind::Greeted, "greeted"),
        (Kind::LoggedIn, "logged-in"),
        (Kind::LoginFailed, "login-failed"),
        (Kind::Received, "received"),
        (Kind::Sent, "sent"),
        (Kind::EventsDropped, "events-dropped"),
        (Kind::Ended, "ended"),
        (Kind::Continued, "continued"),
        (Kind::LeftOut, "left-out"),
        (Kind::Closed, "closed"),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    pub fn of_name(name: &[u8]) -> Option<Self> {
        Self::ALL.iter().find(|(_, own)| own.as_bytes() == name).map(|(kind, _)| *kind)
    }

    /// The direction of the bytes that an entry of this kind holds.
    pub fn direction(self) -> Option<Direction> {
        match self {
            Self::Received => Some(Direction::Received),
            Self::Sent => Some(Direction::Sent),
            _ => None,
        }
    }
}

impl Direction {
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Received => Kind::Received,
            Self::Sent => Kind::Sent,
        }
    }
}

/// The details of an entry without bytes, one to a line.
#[derive(Debug, Default)]
pub(super) struct Details(pub Vec<u8>);

impl Details {
    /// Adds one, on one line and without a secret.
    pub fn with(mut self, name: &str, value: &dyn fmt::Display) -> Self {
        self.add(name, &value.to_string());
        self
    }

    fn add(&mut self, name: &str, value: &str) {
        let value = value.replace(|c: char| c.is_control(), " ");
        let value = Mask::default().show(name, &value).into_owned();
        self.0.extend_from_slice(format!("{name}: {value}\n").as_bytes());
    }
}

impl What {
    /// Reads what follows the line that begins an entry; `size` is that of the read or write.
    pub(super) fn read(kind: Kind, payload: &[u8], size: usize) -> Self {
        let text = String::from_utf8_lossy(payload);
        let get = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            value.unwrap_or_default().to_owned()
        };
        let number = |name: &str| get(name).parse().unwrap_or_default();
        let chunk = || Chunk { bytes: payload.to_vec(), size };
        match kind {
            Kind::Opened => Self::Opened { by: get("By") },
            Kind::Dialed => {
                let (client, number) = (number("Client"), number("Number"));
                Self::Dialed { address: get("Address"), tls: get("TLS") == "yes", client, number }
            }
            Kind::Connected => Self::Connected { peer: get("Peer") },
            Kind::Secured => Self::Secured,
            Kind::Greeted => Self::Greeted { banner: get("Banner") },
            Kind::LoggedIn => Self::LoggedIn { user: get("User") },
            Kind::LoginFailed => Self::LoginFailed { user: get("User"), reason: get("Reason") },
            Kind::Received => Self::Received(chunk()),
            Kind::Sent => Self::Sent(chunk()),
            Kind::EventsDropped => Self::EventsDropped { count: number("Count") },
            Kind::Ended => Self::Ended { reason: get("Reason") },
            Kind::Continued => {
                Self::Continued { address: get("Address"), banner: get("Banner"), client: number("Client") }
            }
            Kind::LeftOut => Self::LeftOut {
                direction: if get("Direction") == "sent" { Direction::Sent } else { Direction::Received },
                chunks: number("Chunks"),
                bytes: number("Bytes"),
                reason: get("Reason"),
            },
            Kind::Closed => Self::Closed,
        }
    }
}

impl fmt::Debug for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opened { by } => write!(f, "opened by {by}"),
            Self::Dialed { address, tls, client, .. } => {
                write!(f, "client {client} dialed {address}{}", if *tls { " with TLS" } else { "" })
            }
            Self::Connected { peer } => write!(f, "connected to {peer}"),
            Self::Secured => f.write_str("secured"),
            Self::Greeted { banner } => write!(f, "greeted by {banner:?}"),
            Self::LoggedIn { user } => write!(f, "logged in as {user:?}"),
            Self::LoginFailed { user, reason } => write!(f, "login as {user:?} failed: {reason}"),
            Self::Received(chunk) => write!(f, "received {chunk:?}"),
            Self::Sent(chunk) => write!(f, "sent {chunk:?}"),
            Self::EventsDropped { count } => write!(f, "dropped {count} events"),
            Self::Ended { reason } => write!(f, "ended: {reason}"),
            Self::Continued { address, .. } => write!(f, "goes on, to {address}"),
            Self::LeftOut { direction, chunks, bytes, reason } => {
                write!(f, "left out {bytes} bytes in {chunks} chunks {}: {reason}", direction.kind().name())
            }
            Self::Closed => f.write_str("closed"),
            Self::Torn => f.write_str("torn"),
        }
    }
}
