//! The thread that writes to one connection.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::io;
use std::net::Shutdown;
use std::ops::Range;
use std::sync::atomic::{self, AtomicBool};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::filter::Selection;
use super::reply::Bytes;
use super::transport::Transport;
use crate::net::TcpStream;
use crate::packet::{Frame, Framer, Packet};

/// So long a client may take to close its side after the server has closed its own.
const FAREWELL: Duration = Duration::from_secs(1);
/// Small pieces are gathered up to this size before they are written.
const BATCH: usize = 16 * 1024;

/// A step of the writing thread and when it is due.
pub(super) struct Outgoing {
    pub(super) due: Instant,
    pub(super) step: Step,
}

pub(super) enum Step {
    Send(Bytes, Range<usize>),
    /// Events; those go out that the session lets through.
    Event(Bytes, Range<usize>),
    /// What the session lets through from here on; before, nothing.
    Select(Selection),
    /// Whether the thread that serves the session is busy, so that events wait.
    Busy(bool),
    /// Calls back.
    Call(Box<dyn FnOnce() + Send>),
    /// Sends what the TLS session owes.
    Flush,
    /// Ends our side; the client may go on sending.
    HalfClose,
    /// Ends our side, and the connection once the client has ended its own.
    Close,
    /// Ends the connection.
    End,
}

/// The writing thread of a connection: sends each step when it is due, in the order of time.
pub(super) struct Writer {
    pub(super) transport: Transport,
    pub(super) socket: Arc<TcpStream>,
    pub(super) steps: Receiver<Outgoing>,
    pub(super) silent: Arc<AtomicBool>,
    /// An event ends the connection now.
    pub(super) barred: Arc<AtomicBool>,
}

impl Writer {
    pub(super) fn run(self) {
        if let Err(error) = self.write_steps() {
            log::debug!("mock: a client took in nothing more: {error}");
        }
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    fn write_steps(&self) -> io::Result<()> {
        let mut waiting = Schedule::default();
        let mut batch = Vec::new();
        let mut selection: Option<Selection> = None;
        let mut half_closed = false;
        let (mut busy, mut held) = (false, VecDeque::new());
        loop {
            self.steps.try_iter().for_each(|step| waiting.add(step));
            let next = if busy { None } else { held.pop_front() };
            let Some(step) = next.or_else(|| waiting.next_due(Instant::now())) else {
                self.flush(&mut batch)?;
                match waiting.wait(&self.steps) {
                    Ok(step) => waiting.add(step),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                }
                continue;
            };
            match step {
                Step::Send(..) | Step::Event(..) if half_closed || self.silent.load(atomic::Ordering::Relaxed) => {}
                Step::Event(bytes, range) if busy => held.push_back(Step::Event(bytes, range)),
                Step::Event(bytes, range) => {
                    let bytes = &(*bytes).as_ref()[range];
                    match &selection {
                        None => {}
                        Some(_) if self.barred.load(atomic::Ordering::SeqCst) => return self.flush(&mut batch),
                        Some(selection) if selection.lets_all_through() => self.send(&mut batch, bytes)?,
                        Some(selection) => {
                            for event in events(bytes).filter(|event| selection.lets_through(event)) {
                                self.send(&mut batch, event.as_bytes())?;
                                self.send(&mut batch, b"\r\n")?;
                            }
                        }
                    }
                }
                Step::Send(bytes, range) => self.send(&mut batch, &(*bytes).as_ref()[range])?,
                Step::Select(selected) => selection = Some(selected),
                Step::Busy(is_busy) => busy = is_busy,
                Step::Call(call) => call(),
                Step::Flush => self.transport.write_all(&[])?,
                Step::HalfClose => {
                    self.flush(&mut batch)?;
                    self.transport.finish();
                    half_closed = true;
                }
                Step::Close => {
                    self.flush(&mut batch)?;
                    self.transport.finish();
                    self.await_end(waiting, Instant::now() + FAREWELL);
                    return Ok(());
                }
                Step::End => return self.flush(&mut batch),
            }
        }
    }

    fn send(&self, batch: &mut Vec<u8>, bytes: &[u8]) -> io::Result<()> {
        if batch.len() + bytes.len() > BATCH {
            self.flush(batch)?;
        }
        if bytes.len() < BATCH {
            batch.extend_from_slice(bytes);
            Ok(())
        } else {
            self.transport.write_all(bytes)
        }
    }

    fn flush(&self, batch: &mut Vec<u8>) -> io::Result<()> {
        if !batch.is_empty() {
            self.transport.write_all(batch)?;
            batch.clear();
        }
        Ok(())
    }

    /// Closing a socket with unread bytes in it can cost the client what was sent last.
    fn await_end(&self, waiting: Schedule, deadline: Instant) {
        let is_end = |outgoing: &Outgoing| matches!(outgoing.step, Step::End);
        let mut ended = waiting.heap.iter().any(|scheduled| is_end(&scheduled.outgoing));
        while !ended {
            let Ok(outgoing) = self.steps.recv_deadline(deadline) else { return };
            ended = is_end(&outgoing);
        }
    }
}

/// The packets of one step: a replay can hold many.
fn events(bytes: &[u8]) -> impl Iterator<Item = Packet> {
    let mut framer = Framer::new();
    framer.push(bytes);
    let frames: Vec<_> = framer.frames().collect();
    frames.into_iter().filter_map(|frame| match frame {
        Frame::Packet(packet) => Some(packet),
        Frame::Oversized(_) | Frame::TooLarge(_) => None,
    })
}

/// The steps that are not due yet.
#[derive(Default)]
struct Schedule {
    heap: BinaryHeap<Scheduled>,
    /// Steps that are due at the same time keep their order.
    added: u64,
}

struct Scheduled {
    outgoing: Outgoing,
    number: u64,
}

impl Schedule {
    fn add(&mut self, outgoing: Outgoing) {
        self.added += 1;
        self.heap.push(Scheduled { outgoing, number: self.added });
    }

    fn next_due(&mut self, now: Instant) -> Option<Step> {
        self.heap.peek().filter(|first| first.outgoing.due <= now)?;
        self.heap.pop().map(|first| first.outgoing.step)
    }

    /// Waits for another step until the first of these is due.
    fn wait(&self, steps: &Receiver<Outgoing>) -> Result<Outgoing, RecvTimeoutError> {
        match self.heap.peek() {
            Some(first) => steps.recv_deadline(first.outgoing.due),
            None => steps.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }
}

impl Ord for Scheduled {
    /// The heap's greatest is the one that is due first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.outgoing.due, other.number).cmp(&(self.outgoing.due, self.number))
    }
}

impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Scheduled {}
