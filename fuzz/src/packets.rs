//! The packet reader against the reference.

use gami::packet::{Packet, DEFAULT_LIMIT};

use crate::reference::{
    assert_lookups_agree, assert_packet_agrees, assert_same_headers, assert_stream_agrees, read, Read,
};

/// Stands for a run of one byte: how long it is comes next, in sixteens, then the byte.
const RUN: u8 = 0xff;
const LONGEST: usize = 6 * 1024;

/// The first byte says how to read, the second how many sizes of pieces follow it; the rest is the stream.
///
/// An input is read in one way: others that differ in their first bytes alone read the same stream in another. All of
/// them have their headers compared. What it costs to ask for headers in every way is paid by one input in four, what it
/// costs to print them by one in sixteen, whatever its bytes add up to: were it a byte that told, the corpus would
/// fill with inputs that have it.
pub fn packets(data: &[u8]) {
    match data.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte)) & 15 {
        0 => read_and_check(data, |packet, bytes| if_small(assert_packet_agrees, packet, bytes)),
        1..=3 => read_and_check(data, |packet, bytes| if_small(assert_lookups_agree, packet, bytes)),
        _ => read_and_check(data, assert_same_headers),
    }
}

/// As [`packets`], in every way.
pub fn packets_thoroughly(data: &[u8]) {
    let [how, count, rest @ ..] = data else { return };
    for how in [how & 31, how & 31 | 32, how & 31 ^ 1] {
        for count in [*count, count & 16 ^ 16] {
            let data = [&[how, count], rest].concat();
            read_and_check(&data, |packet, bytes| if_small(assert_packet_agrees, packet, bytes));
        }
    }
}

fn read_and_check(data: &[u8], check: fn(&Packet, &[u8])) {
    let [how, count, rest @ ..] = data else { return };
    let (sizes, stream) = rest.split_at(rest.len().min(usize::from(count & 15)));
    let stream = with_runs(stream);
    if how & 32 != 0 {
        return check(&Packet::new(&stream), &stream);
    }
    let limit = limit(how >> 1, &stream);
    let mut sizes = sizes.iter().cycle();
    let whole = if count & 16 == 0 { usize::MAX } else { 1 };
    let pieces = || sizes.next().map_or(whole, |size| if *size == 0 { 700 } else { usize::from(*size) });
    assert_stream_agrees(&stream, limit, how & 1 == 1, pieces, check);
}

/// In every way only what is small: a run of line feeds makes thousands of headers.
fn if_small(check: fn(&Packet, &[u8]), packet: &Packet, bytes: &[u8]) {
    let check = if bytes.len() < 1024 { check } else { assert_same_headers };
    check(packet, bytes);
}

fn with_runs(mut bytes: &[u8]) -> Vec<u8> {
    let mut stream = Vec::with_capacity(2 * LONGEST);
    while stream.len() <= LONGEST {
        let plain = bytes.iter().position(|byte| *byte == RUN).unwrap_or(bytes.len());
        stream.extend_from_slice(&bytes[..plain]);
        match &bytes[plain..] {
            [_, sixteens, byte, rest @ ..] => {
                stream.resize(stream.len() + 16 * usize::from(*sixteens), *byte);
                bytes = rest;
            }
            rest => {
                stream.extend_from_slice(rest);
                break;
            }
        }
    }
    stream
}

/// The smallest limit, one about the size of the largest packet, or one that nothing reaches.
fn limit(which: u8, stream: &[u8]) -> usize {
    let size = |read: Read| match read {
        Read::Packet(packet) => packet.len(),
        Read::Oversized(_) => 0,
        Read::TooLarge(size) => size as usize,
    };
    let largest = || read(stream, DEFAULT_LIMIT).0.into_iter().map(size).max().unwrap_or_default();
    match which & 7 {
        0..=2 => 1024,
        3 => largest() - usize::from(largest() > 0),
        4 => largest(),
        5 => largest() + 1,
        _ => DEFAULT_LIMIT,
    }
    .max(1024)
}
