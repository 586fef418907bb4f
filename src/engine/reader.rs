//! The one thread of a link: it reads, frames, and hands on.
//!
//! Responses go to whoever waits, events to the stream, trouble to the error streams. It never blocks on
//! a caller's channel and never runs a caller's code.
//!
//! # Waits
//!
//! In the socket: until bytes come, the keepalive interval passes, or the link ends; within the text of a
//! `Response: Follows` a second where there is no keepalive, for its end may have to be looked for anew.

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

/// So often the reader looks whether anybody still waits for a text that does not end.
const TEXT_PATIENCE: Duration = Duration::from_secs(1);

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
    let mut in_text = false;
    let mut dropped = streams.stats().events_dropped;
    loop {
        let was_booted = link.is_booted();
        dispatch(&mut framer, &mut responses, link, streams, session);
        if link.is_booted() && !was_booted {
            booted();
        }
        if keepalive.is_none() && framer.is_in_text() != in_text {
            in_text = !in_text;
            // Where that fails, the next bytes make it look.
            let _ = source.set_timeout(in_text.then_some(TEXT_PATIENCE));
        }
        if let Some(tape) = link.tape() {
            let before = std::mem::replace(&mut dropped, streams.stats().events_dropped);
            if dropped > before {
                tape.events_dropped(dropped - before);
            }
            if let Some(trouble) = tape.trouble() {
                streams.with(|open, streams| open.error(trouble, streams));
            }
        }
        let read = framer.fill(|room| {
            let read = source.read(room)?;
            if let Some(tape) = link.tape() {
                tape.received(&room[..read]);
            }
            Ok(read)
        });
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
    let limit = framer.limit();
    let is_pending = |id: &str| link.is_pending(id);
    let late = if log::log_enabled!(log::Level::Trace) {
        let frames: Vec<Frame> = framer.frames_knowing(is_pending).collect();
        for frame in &frames {
            if let Frame::Packet(packet) = frame {
                log::trace!("received {packet:?}");
            }
        }
        hand_on(&mut frames.into_iter(), limit, responses, link, streams, session)
    } else {
        hand_on(&mut framer.frames_knowing(is_pending), limit, responses, link, streams, session)
    };
    for response in late {
        log::debug!("nobody waits for the response {:?}", response.action_id());
    }
}

/// Returns the responses that nobody waits for.
fn hand_on(
    frames: &mut dyn Iterator<Item = Frame>,
    limit: usize,
    responses: &mut Vec<Response>,
    link: &Link,
    streams: &Streams,
    session: &Session,
) -> Vec<Response> {
    let mut late = Vec::new();
    streams.with(|open, streams| {
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
                        let event = Event::new(packet, open.seq(), link.number());
                        let event = if link.is_collecting() { link.claim(event) } else { Some(event) };
                        let Some(event) = event else { continue };
                        if !link.is_booted() && event.packet().begins_with("Event", "FullyBooted") {
                            link.note_booted();
                        }
                        open.event(event, streams);
                    }
                    Kind::Unknown => open.unrecognized(packet, streams),
                },
                Frame::Oversized(beginning) => {
                    answer(responses);
                    fail_caller(&beginning, link, limit);
                }
                Frame::TooLarge(size) => open.too_large(size, streams),
            }
        }
        answer(responses);
        open.settle(streams);
    });
    late
}

/// Tells whoever waits for a packet that grows beyond the limit: its id is in its first lines.
///
/// An event is of a list that then lacks an item; those that other sessions see belong to none.
fn fail_caller(beginning: &Packet, link: &Link, limit: usize) {
    let everybodys = ["UserEvent", "OriginateResponse"];
    let is_answer = match beginning.kind() {
        Kind::Response => true,
        Kind::Event => {
            let name = beginning.first("Event").unwrap_or_default();
            !everybodys.iter().any(|other| name.eq_ignore_ascii_case(other))
        }
        _ => false,
    };
    if let Some(id) = beginning.seek("ActionID").filter(|_| is_answer) {
        link.fail_oversized(id, limit);
    }
}

/// A packet that the end of the stream cut off is lost, but not in silence.
fn report_remainder(framer: &Framer, streams: &Streams) {
    streams.with(|open, streams| match framer.skipped() {
        Some(size) => open.too_large(size, streams),
        None if framer.remainder().trim_ascii().is_empty() => {}
        None => open.unrecognized(Packet::new(framer.remainder()), streams),
    });
}
