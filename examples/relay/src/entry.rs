//! An entry of an events stream: what the relay writes, and what a consumer reads.
//!
//! The README has the format.

use std::sync::Arc;

use redis::Cmd;

/// What is to be written of one server, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    Event { link: u64, seq: u64, json: Arc<str> },
    Note(Note),
    Gap(Gap),
}

/// What happened beside the events. Its number counts the notes of a server in a run, those that got lost included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub note: u64,
    pub kind: &'static str,
    pub link: u64,
    /// The number of the next event.
    pub seq: u64,
    pub fields: Vec<(&'static str, String)>,
}

/// What is missing at this place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    pub note: u64,
    pub link: u64,
    /// The numbers of the first event that is missing, and of the one after the last.
    pub from: u64,
    pub end: u64,
    /// How many notes are missing.
    pub notes: u64,
    pub cause: Cause,
}

/// Why something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The relay did not take the events fast enough.
    Slow,
    /// Redis took nothing for so long that the backlog was full.
    Backlog,
    /// They had come when the relay ended, and were not taken any more.
    Closing,
}

impl Cause {
    pub fn word(self) -> &'static str {
        match self {
            Self::Slow => "slow",
            Self::Backlog => "backlog",
            Self::Closing => "closing",
        }
    }
}

impl Gap {
    /// Takes another gap in, if it follows.
    pub fn extend(&mut self, other: &Self) -> bool {
        let follows = self.end == other.from;
        if follows {
            self.end = other.end;
            self.notes += other.notes;
        }
        follows
    }
}

impl Item {
    /// About how much memory it takes.
    pub fn size(&self) -> usize {
        let held = match self {
            Self::Event { json, .. } => json.len(),
            Self::Note(note) => note.fields.iter().map(|(name, value)| name.len() + value.len()).sum(),
            Self::Gap(_) => 0,
        };
        held + size_of::<Self>()
    }

    pub fn xadd(&self, stream: &str, maxlen: u64, server: &str, run: &str) -> Cmd {
        let (kind, link, seq) = match self {
            Self::Event { link, seq, .. } => ("event", *link, *seq),
            Self::Note(note) => (note.kind, note.link, note.seq),
            Self::Gap(gap) => ("gap", gap.link, gap.end),
        };
        let mut xadd = begin_xadd(stream, maxlen);
        xadd.arg("kind")
            .arg(kind)
            .arg("server")
            .arg(server)
            .arg("run")
            .arg(run)
            .arg("link")
            .arg(link)
            .arg("seq")
            .arg(seq);
        match self {
            Self::Event { json, .. } => {
                xadd.arg("json").arg(&**json);
            }
            Self::Note(note) => {
                xadd.arg("note").arg(note.note);
                for (name, value) in &note.fields {
                    xadd.arg(*name).arg(value);
                }
            }
            Self::Gap(gap) => {
                xadd.arg("note").arg(gap.note).arg("from").arg(gap.from).arg("count").arg(gap.end - gap.from);
                xadd.arg("notes").arg(gap.notes).arg("cause").arg(gap.cause.word());
            }
        }
        xadd
    }
}

/// `XADD`, up to the fields.
pub fn begin_xadd(stream: &str, maxlen: u64) -> Cmd {
    let mut xadd = redis::cmd("XADD");
    xadd.arg(stream);
    if maxlen > 0 {
        xadd.arg("MAXLEN").arg("~").arg(maxlen);
    }
    xadd.arg("*");
    xadd
}

/// A number that no other run has, for each start of a relay: 64 random bits.
pub fn new_run() -> Result<String, String> {
    getrandom::u64().map(|number| format!("{number:016x}")).map_err(|error| format!("no random number: {error}"))
}
