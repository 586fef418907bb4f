//! Whether long lists, long outputs and large packets take time in proportion to their size.

mod support;

use std::time::{Duration, Instant};

use gami::packet::{Frame, Framer};
use gami::Options;
use support::{compare, floor, growth, keep, measure, row, scaled, Server};

fn main() {
    support::serve_if_asked();
    let sizes = [1_000, 10_000, 100_000].map(|size| if support::is_quick() { size / 100 } else { size });

    let server = Server::start();
    let ami = Options::new().dial(&server.address).expect("the server of the benchmark");
    let command = |form: &str, lines: usize| {
        let text = ami.command(format!("{form} {lines}")).expect("a response");
        assert_eq!(text.lines().count(), lines);
    };
    growth("list of n items", "item", &sizes, |size| {
        // Small lists are repeated, or the clock would see little but the round trip's jitter.
        repeated(&sizes, size, || {
            let list = ami.list(("List", [("Count", size)])).expect("a list");
            assert_eq!(list.items.len(), size);
        })
    });
    growth("n actions pending at once", "action", &sizes, |size| {
        repeated(&sizes, size, || {
            let answers: Vec<_> = (0..size).map(|_| ami.async_action("Ping").expect("to be sent")).collect();
            for answer in answers {
                answer.recv().expect("an answer").expect("a response");
            }
        })
    });
    growth("command, n headers Output", "line", &sizes, |size| repeated(&sizes, size, || command("headers", size)));
    growth("command, n lines that follow", "line", &sizes, |size| repeated(&sizes, size, || command("follows", size)));
    for (name, piece) in [("whole", usize::MAX), ("in reads of 4 KiB", 4096), ("in reads of 100 bytes", 100)] {
        growth(&format!("packet of n headers, {name}"), "header", &sizes, |size| {
            let packet = packet_of(size);
            repeated(&sizes, size, || {
                let mut framer = Framer::new();
                let mut found = 0;
                for piece in packet.chunks(piece.min(packet.len())) {
                    framer.push(piece);
                    for frame in framer.frames() {
                        let Frame::Packet(packet) = frame else { continue };
                        assert_eq!(packet.iter().map(keep).count(), size);
                        found += 1;
                    }
                }
                assert_eq!(found, 1);
            })
        });
    }

    let items = scaled(100_000);
    let mut tcp = floor::connect(&server.address);
    compare(
        "list",
        "item",
        vec![
            row("floor: read and find packet ends", items, || {
                measure(|| {
                    floor::ask(&mut tcp, "List", items);
                    floor::read_packets(&mut tcp, items + 2);
                })
            }),
            row("list", items, || measure(|| drop(ami.list(("List", [("Count", items)])).expect("a list")))),
        ],
    );
}

/// The time of one of as many runs as make up for a small size.
fn repeated(sizes: &[usize; 3], size: usize, mut run: impl FnMut()) -> Duration {
    let times = sizes[2] / size;
    let begun = Instant::now();
    for _ in 0..times {
        run();
    }
    begun.elapsed() / times as u32
}

fn packet_of(headers: usize) -> Vec<u8> {
    let mut packet = b"Response: Success\r\n".to_vec();
    for number in 1..headers {
        packet.extend_from_slice(format!("Line-{number:06}: some value of a header\r\n").as_bytes());
    }
    packet.extend_from_slice(b"\r\n");
    packet
}
