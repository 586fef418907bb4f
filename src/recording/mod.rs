//! The wire on disk, and back: a [`Recorder`] writes what a client reads and sends, a [`Recording`] reads it.
//!
//! [`Options::record`](crate::Options::record) has a client recorded, over all of its links. What can be done with
//! a recording: go through its entries ([`Recording`]) or its packets ([`Recording::packets`]), feed a model with
//! these, or have `mock::Replay` serve it again to any client.
//!
//! # The file
//!
//! It is text as far as what was recorded is, and only ever appended to. The first line is
//! `gami recording 1`. Entries follow; each is one line, then so many bytes as that line says, then a line feed:
//!
//! ```text
//! === 2026-11-25T21:33:54.123456789Z +12.000345678 link 1 received 104
//! Event: Hangup
//! Channel: PJSIP/100-00000001
//! …
//! ```
//!
//! | word | means |
//! |---|---|
//! | `===` | an entry begins |
//! | `2026-11-25T21:33:54.123456789Z` | the time of day, in UTC |
//! | `+12.000345678` | seconds since the recorder was made, by a clock that is never set |
//! | `link 1` | the link, numbered from 1 in the order of the attempts to connect; 0 for what concerns none |
//! | `received` | what happened, see below |
//! | `104` | how many bytes follow the line |
//! | `of 121` | only where it differs: how many the read brought (see [`Chunk`]) |
//!
//! The kinds are those of [`What`], in lower case: `received` and `sent` have the bytes of one read or write,
//! decrypted where the link speaks TLS; `opened`, `dialed`, `connected`, `secured`, `greeted`, `logged-in`,
//! `login-failed`, `events-dropped`, `ended`, `continued`, `left-out` and `closed` have lines of `Name: value`.
//! Entries stand in the order in which they happened for each link and direction.
//!
//! A file that ends within an entry is readable up to there: [`What::Torn`].
//!
//! # Secrets
//!
//! What the library does not show in `Debug` and in the log does not reach the disk either: secrets and passwords
//! by the names of their headers, options and variables, the digest of a login, the secret in `IAX2/user:…@host`.
//! They are masked with as many `*`, so that lengths stay. What has no such name is not found: a secret in a
//! column of a table (`sip show users`) or in a variable that is named otherwise. Names, numbers and addresses
//! stay as they are: a recording is to be kept as a log with callers in it is.

mod entry;
mod format;
mod masking;
mod packets;
mod queue;
mod reader;
mod recorder;
mod writer;

pub use entry::{Chunk, Direction, Entry, What};
pub use packets::{Packets, Recorded};
pub use reader::Recording;
pub use recorder::{Limits, Recorder, RecorderStats};

pub(crate) use packets::Step;
pub(crate) use recorder::Tape;
