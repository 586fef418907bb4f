//! The packet reader against the reference.

use gami::packet::{Packet, DEFAULT_LIMIT};

use crate::reference::{assert_packet_agrees, assert_same_bytes, assert_stream_agrees, read, Read};

/// Stands for a run of one byte: how long it is comes next, in sixteens, then the byte.
const RUN: u8 = 0xff;
const LONGEST: usize = 6 * 1024;

/// The first byte says how to read, the second how many sizes of pieces follow it; the rest is the stream.
pub fn packets(data: &[u8]) {
    let [how, count, rest @ ..] = data else { return };
    let (sizes, stream) = rest.split_at(rest.len().min(usize::from(count & 15)));
    let stream = with_runs(stream);
    let limit = limit(how >> 1, &stream);
    let mut sizes = sizes.iter().cycle();
    let pieces = || sizes.next().map_or(usize::MAX, |size| if *size == 0 { 700 } else { usize::from(*size) });
    assert_stream_agrees(&stream, limit, how & 1 == 1, pieces, assert_packet_agrees);
    assert_stream_agrees(&stream, limit, false, || usize::MAX, assert_same_bytes);
    if stream.len() < 2048 {
        assert_stream_agrees(&stream, limit, false, || 1, assert_same_bytes);
    }
    assert_packet_agrees(&Packet::new(&stream), &stream);
}

fn with_runs(mut bytes: &[u8]) -> Vec<u8> {
    let mut stream = Vec::new();
    while let [byte, rest @ ..] = bytes {
        bytes = rest;
        match (*byte, rest) {
            (RUN, [sixteens, byte, rest @ ..]) => {
                bytes = rest;
                stream.resize(stream.len() + 16 * usize::from(*sixteens), *byte);
            }
            (byte, _) => stream.push(byte),
        }
        if stream.len() > LONGEST {
            break;
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
