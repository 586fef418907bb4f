//! The one thread of a link: it reads, frames, and hands on.
//!
//! Responses go to whoever waits, events to the stream, trouble to the error streams. It never blocks on
//! a caller's channel and never runs a caller's code.
//!
//! # Waits
//!
//! In the socket: until bytes come, the keepalive interval passes, or the link ends.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use super::session::Session;
use super::streams::Streams;
use crate::error::Loss;
use crate::event::Event;
use crate::link::transport::{is_timeout, Source};
use crate::link::Link;
use crate::packet::{Frame, Framer, Kind, Packet};
use crate::response::Response;

/// Reads until the link ends, and says why it did.
pub(crate) fn run(
    mut source: Source,
    mut framer: Framer,
    link: &Link,
    streams: &Streams,
    session: &Session,
    keepalive: Option<Duration>,
    booted: impl Fn(),
) -> Loss {
    let mut pinged = false;
    let mut responses = Vec::new();
    loop {
        let was_booted = link.is_booted();
        dispatch(&mut framer, &mut responses, link, streams, session);
        if link.is_booted() && !was_booted {
            booted();
        }
        let read = framer.fill(|room| source.read(room));
        if source.owes() {
            link.send_owed();
        }
        match read {
            Ok(0) => {
                report_remainder(&framer, streams);
                return Loss::Eof;
            }
            Ok(_) => pinged = false,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if is_timeout(&error) => match keepalive {
                Some(_) if !pinged => {
                    link.ping();
                    pinged = true;
                }
                Some(interval) if !link.may_be_silent() => {
                    return Loss::Silent(interval.saturating_mul(2));
                }
                _ => {}
            },
            Err(error) => {
                report_remainder(&framer, streams);
                return Loss::Io(Arc::new(error));
            }
        }
    }
}

/// Hands on what a read brought; the program's logger hears of it while no lock is held.
fn dispatch(framer: &mut Framer, responses: &mut Vec<Response>, link: &Link, streams: &Streams, session: &Session) {
    let late = if log::log_enabled!(log::Level::Trace) {
        let frames: Vec<Frame> = framer.frames().collect();
        for frame in &frames {
            if let Frame::Packet(packet) = frame {
                log::trace!("received {packet:?}");
            }
        }
        hand_on(frames.into_iter(), responses, link, streams, session)
    } else {
        hand_on(framer.frames(), responses, link, streams, session)
    };
    for response in late.into_iter().flatten() {
        log::debug!("nobody waits for the response {:?}", response.action_id());
    }
}

/// Returns the responses that nobody waits for.
fn hand_on(
    frames: impl Iterator<Item = Frame>,
    responses: &mut Vec<Response>,
    link: &Link,
    streams: &Streams,
    session: &Session,
) -> Option<Vec<Response>> {
    streams.with(|open, streams| {
        let mut late = Vec::new();
        // Those that come in a row, together; before the events that may belong to their actions.
        let mut answer = |responses: &mut Vec<Response>| {
            if !responses.is_empty() {
                let before = late.len();
                link.answer(responses, |action| session.remember(action), &mut late);
                streams.count_dropped_responses(late.len() - before);
            }
        };
        for frame in frames {
            match frame {
                Frame::Packet(packet) => match packet.kind() {
                    Kind::Response => responses.push(Response::new(packet, open.seq())),
                    Kind::Event => {
                        answer(responses);
                        if let Some(event) = link.claim(Event::new(packet, open.seq(), link.number())) {
                            if !link.is_booted() && event.name().eq_ignore_ascii_case("FullyBooted") {
                                link.note_booted();
                            }
                            open.event(event, streams);
                        }
                    }
                    Kind::Unknown => open.unrecognized(packet, streams),
                },
                Frame::Oversized(_) => {}
                Frame::TooLarge(size) => open.too_large(size, streams),
            }
        }
        answer(responses);
        open.settle(streams);
        late
    })
}

/// A packet that the end of the stream cut off is lost, but not in silence.
fn report_remainder(framer: &Framer, streams: &Streams) {
    streams.with(|open, streams| match framer.skipped() {
        Some(size) => open.too_large(size, streams),
        None if framer.remainder().trim_ascii().is_empty() => {}
        None => open.unrecognized(Packet::new(framer.remainder()), streams),
    });
}
