//! The thread that writes: masks, encodes, appends, and goes on to the next file.
//!
//! # Waits
//!
//! For entries; and in the system, for the disk, where nobody waits for it without a deadline.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::Sender;

use super::entry::{Details, Direction, Kind};
use super::format::{Head, ANY_VERSION, MAGIC};
use super::masking::Masker;
use super::queue::{Batch, Item};
use super::recorder::{left_out, Limits, Shared};
use crate::sync::lock;

/// Entries are gathered up to this size before they are written.
const WRITE: usize = 256 * 1024;
/// How long after a write that failed the next is tried.
const RETRY: Duration = Duration::from_secs(1);
/// Between two attempts to go on in the next file where that fails.
const ROTATE_AGAIN: Duration = Duration::from_secs(60);
/// So many links and directions are told apart of what is missing.
const MOST_MISSING: usize = 1024;

/// Writes until the recorder is closed; tells first that the file is open, or leaves the failure.
pub(super) fn run(shared: &Shared, opened: Sender<()>) {
    let begun = begin(&shared.path, &shared.limits).and_then(|file| {
        let mut writer = Writer::new(shared, file);
        writer.begin_file()?;
        writer.write_out()?;
        Ok(writer)
    });
    match begun {
        Ok(mut writer) => {
            let _ = opened.try_send(());
            // The program's logger runs on this thread.
            if panic::catch_unwind(AssertUnwindSafe(|| writer.run())).is_err() {
                shared.trouble(io::Error::other("the thread that records panicked"));
            }
        }
        Err(error) => *lock(&shared.failure) = Some(shared.error(error)),
    }
    drop(opened);
    shared.queue.end();
}

/// Opens the file, and puts a recording out of the way that is there.
fn begin(path: &Path, limits: &Limits) -> io::Result<File> {
    if fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() > 0) {
        let mut start = Vec::new();
        File::open(path)?.take(ANY_VERSION.len() as u64).read_to_end(&mut start)?;
        if !ANY_VERSION.starts_with(&start) {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "a file is there that is no recording"));
        }
        put_aside(path, limits.files)?;
    }
    open(path)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Gives each file the name of the one before it, and removes what is one too many.
fn put_aside(path: &Path, files: u32) -> io::Result<()> {
    let numbered = |number: u32| {
        let mut name = OsString::from(path);
        name.push(format!(".{number}"));
        PathBuf::from(name)
    };
    if !path.exists() {
        return Ok(());
    }
    if files == 1 {
        return fs::remove_file(path);
    }
    let older = (1..files - 1).take_while(|number| numbered(*number).exists()).count() as u32;
    for number in (1..=older).rev() {
        fs::rename(numbered(number), numbered(number + 1))?;
    }
    fs::rename(path, numbered(1))
}

/// A link whose end has not come.
struct Link {
    maskers: [Masker; 2],
    /// What the next file is to say of it.
    about: Details,
}

impl Link {
    fn in_the_middle() -> Self {
        Self { maskers: [Masker::in_the_middle(), Masker::in_the_middle()], about: Details::default() }
    }
}

/// The links whose end has not come, in the order of their numbers: in that order they begin.
#[derive(Default)]
struct Links(Vec<(u64, Link)>);

impl Links {
    fn place(&self, number: u64) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(&number))
    }

    fn get(&mut self, number: u64) -> Option<&mut Link> {
        let at = self.place(number).ok()?;
        Some(&mut self.0[at].1)
    }

    fn insert(&mut self, number: u64, link: Link) {
        match self.place(number) {
            Ok(at) => self.0[at].1 = link,
            Err(at) => self.0.insert(at, (number, link)),
        }
    }

    fn remove(&mut self, number: u64) -> Option<Link> {
        let at = self.place(number).ok()?;
        Some(self.0.remove(at).1)
    }
}

struct Writer<'a> {
    shared: &'a Shared,
    file: File,
    /// How much of the file is written in whole entries.
    size: u64,
    /// Entries that are to be written, and what would be missing without them.
    out: Vec<u8>,
    entries: Vec<(u64, Direction, usize)>,
    text: Vec<u8>,
    links: Links,
    failing: Option<Failing>,
    next_rotation: Instant,
}

/// The disk took nothing.
struct Failing {
    reason: String,
    next: Instant,
    missing: Vec<Missing>,
}

/// What has not been written of a link and direction.
struct Missing {
    link: u64,
    direction: Direction,
    /// Reads or writes.
    chunks: u64,
    bytes: u64,
}

impl Failing {
    fn missed(&mut self, link: u64, direction: Direction, bytes: u64) {
        match self.missing.iter_mut().find(|other| other.link == link && other.direction == direction) {
            Some(missing) => {
                missing.chunks += 1;
                missing.bytes += bytes;
            }
            None => self.missing.push(Missing { link, direction, chunks: 1, bytes }),
        }
    }
}

impl<'a> Writer<'a> {
    fn new(shared: &'a Shared, file: File) -> Self {
        Self {
            shared,
            file,
            size: 0,
            out: Vec::new(),
            entries: Vec::new(),
            text: Vec::new(),
            links: Links::default(),
            next_rotation: Instant::now(),
            failing: None,
        }
    }

    fn run(&mut self) {
        let mut batch = Batch::default();
        while self.shared.queue.take(&mut batch) {
            let mut at = 0;
            for item in &batch.items {
                self.entry(item, &batch.bytes[at..at + item.length]);
                at += item.length;
            }
            // Told already where it failed.
            let _ = self.write_out();
            self.shared.queue.done(batch.items.len());
        }
        let links = std::mem::take(&mut self.links);
        for (number, mut link) in links.0 {
            self.finish(&now(number), &mut link);
        }
        self.add(&now(0), Kind::Closed, &[], 0);
        if let Some(failing) = &mut self.failing {
            failing.next = Instant::now();
        }
        let _ = self.write_out();
    }

    fn entry(&mut self, item: &Item, bytes: &[u8]) {
        match item.kind {
            Kind::Received | Kind::Sent => {
                let direction = item.kind.direction().unwrap_or(Direction::Received);
                let mut text = std::mem::take(&mut self.text);
                text.clear();
                if self.links.place(item.link).is_err() {
                    self.links.insert(item.link, Link::in_the_middle());
                }
                if let Some(link) = self.links.get(item.link) {
                    link.maskers[direction as usize].push(bytes, &mut text);
                }
                self.add(item, item.kind, &text, bytes.len());
                self.text = text;
            }
            Kind::Dialed => {
                let link = Link { maskers: Default::default(), about: Details(bytes.to_vec()) };
                self.links.insert(item.link, link);
                self.add(item, item.kind, bytes, bytes.len());
            }
            Kind::LeftOut => {
                let mut link = self.links.remove(item.link).unwrap_or_else(Link::in_the_middle);
                self.finish(item, &mut link);
                let maskers = link.maskers.each_ref().map(Masker::after_a_gap);
                self.links.insert(item.link, Link { maskers, about: link.about });
                self.add(item, item.kind, bytes, bytes.len());
            }
            Kind::Ended => {
                if let Some(mut link) = self.links.remove(item.link) {
                    self.finish(item, &mut link);
                }
                self.add(item, item.kind, bytes, bytes.len());
            }
            _ => {
                if let (Kind::Greeted, Some(link)) = (item.kind, self.links.get(item.link)) {
                    link.about.0.extend_from_slice(bytes);
                }
                self.add(item, item.kind, bytes, bytes.len());
            }
        }
        let size = self.size + self.out.len() as u64;
        let at_end = item.kind == Kind::Ended && self.links.0.is_empty();
        if size > self.shared.limits.split_after || at_end && size > self.shared.limits.rotate_after {
            self.next_file();
        }
    }

    /// Writes what came of a link's last lines.
    fn finish(&mut self, item: &Item, link: &mut Link) {
        for direction in [Direction::Received, Direction::Sent] {
            let mut text = Vec::new();
            link.maskers[direction as usize].finish(&mut text);
            if !text.is_empty() {
                self.add(item, direction.kind(), &text, 0);
            }
        }
    }

    /// Adds an entry to those that are to be written.
    fn add(&mut self, item: &Item, kind: Kind, payload: &[u8], size: usize) {
        let elapsed = item.at.saturating_duration_since(self.shared.begun);
        let head = Head { time: item.time, elapsed, link: item.link, kind, length: payload.len(), size };
        head.write(payload, &mut self.out);
        self.entries.push((item.link, kind.direction().unwrap_or(Direction::Received), payload.len()));
        if self.out.len() >= WRITE {
            let _ = self.write_out();
        }
    }

    /// Writes what was added; what cannot be written is given up, and told.
    fn write_out(&mut self) -> io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        let out = std::mem::take(&mut self.out);
        let written = self.write(&out);
        match &written {
            Ok(()) => {
                let counters = &self.shared.counters;
                counters.entries.fetch_add(self.entries.len() as u64, Ordering::Relaxed);
                counters.bytes.fetch_add(out.len() as u64, Ordering::Relaxed);
                self.size += out.len() as u64;
            }
            Err(_) => {
                let bytes = self.entries.iter().map(|(_, _, bytes)| *bytes as u64).sum();
                self.shared.count_left_out(self.entries.len() as u64, bytes);
                for (link, direction, bytes) in &self.entries {
                    let Some(failing) = &mut self.failing else { break };
                    // Beyond a bound the links are no longer told apart.
                    let link = if failing.missing.len() < MOST_MISSING { *link } else { 0 };
                    failing.missed(link, *direction, *bytes as u64);
                }
            }
        }
        self.entries.clear();
        self.out = out;
        self.out.clear();
        self.out.shrink_to(4 * WRITE);
        written
    }

    fn write(&mut self, out: &[u8]) -> io::Result<()> {
        if self.failing.as_ref().is_some_and(|failing| Instant::now() < failing.next) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let mut told = Vec::new();
        if let Some(failing) = &self.failing {
            for &Missing { link, direction, chunks, bytes } in &failing.missing {
                let details = left_out(direction, chunks, bytes, &failing.reason);
                let item = now(link);
                let elapsed = item.at.saturating_duration_since(self.shared.begun);
                let length = details.0.len();
                let head = Head { time: item.time, elapsed, link, kind: Kind::LeftOut, length, size: length };
                head.write(&details.0, &mut told);
            }
        }
        let written = self.file.write_all(&told).and_then(|()| self.file.write_all(out));
        match written {
            Ok(()) => {
                self.size += told.len() as u64;
                if self.failing.take().is_some() {
                    *lock(&self.shared.failure) = None;
                    log::info!("the recording {} goes on", self.shared.path.display());
                }
                Ok(())
            }
            Err(error) => {
                // Without half an entry at its end the file can be gone on with; a pipe cannot be cut.
                let _ = self.file.set_len(self.size);
                self.fail(&error);
                Err(error)
            }
        }
    }

    fn fail(&mut self, error: &io::Error) {
        let next = Instant::now() + RETRY;
        match &mut self.failing {
            Some(failing) => failing.next = next,
            None => {
                let reason = error.to_string();
                let trouble = self.shared.trouble(io::Error::new(error.kind(), reason.clone()));
                log::error!("{trouble}");
                *lock(&self.shared.failure) = Some(trouble);
                self.failing = Some(Failing { reason, next, missing: Vec::new() });
            }
        }
    }

    /// Ends the file and goes on in the next, where nothing fails.
    fn next_file(&mut self) {
        if self.failing.is_some() || Instant::now() < self.next_rotation {
            return;
        }
        let path = &self.shared.path;
        let is_file = self.file.metadata().is_ok_and(|about| about.is_file());
        if !is_file {
            return; // a pipe goes on
        }
        self.add(&now(0), Kind::Closed, &[], 0);
        if self.write_out().is_err() {
            return;
        }
        let next = put_aside(path, self.shared.limits.files).and_then(|()| open(path));
        match next {
            Ok(file) => {
                self.file = file;
                self.size = 0;
                let _ = self.begin_file();
            }
            // The open file still takes what comes: it grows beyond its limit until the next try.
            Err(error) => {
                self.next_rotation = Instant::now() + ROTATE_AGAIN;
                log::error!("{}", self.shared.trouble(error));
            }
        }
    }

    /// Adds the beginning of a file.
    fn begin_file(&mut self) -> io::Result<()> {
        self.shared.counters.files.fetch_add(1, Ordering::Relaxed);
        self.out.extend_from_slice(MAGIC);
        let by = Details::default().with("By", &concat!("gami ", env!("CARGO_PKG_VERSION")));
        self.add(&now(0), Kind::Opened, &by.0, by.0.len());
        for at in 0..self.links.0.len() {
            let (number, link) = &self.links.0[at];
            let (number, about) = (*number, link.about.0.clone());
            self.add(&now(number), Kind::Continued, &about, about.len());
        }
        Ok(())
    }
}

/// An entry of the recorder's own.
fn now(link: u64) -> Item {
    Item { time: SystemTime::now(), at: Instant::now(), link, kind: Kind::Opened, length: 0 }
}
