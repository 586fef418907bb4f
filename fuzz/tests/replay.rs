//! The seeds, and the captures of two real servers, through the checks of the fuzz targets.

use std::fs;
use std::path::Path;

/// Everything that a folder of seeds holds, with its name.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "no seeds in {}", folder.display());
    seeds
}

fn replay(target: &str, check: fn(&[u8])) {
    for (name, seed) in seeds(target) {
        println!("{name}");
        check(&seed);
    }
}

fn captures() -> [Vec<u8>; 2] {
    ["asterisk-22", "asterisk-1.8"]
        .map(|name| fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/data/{name}.ami"))).unwrap())
}

#[test]
fn the_seeds_of_packets() {
    replay("packets", gami_fuzz::packets_thoroughly);
}

#[test]
fn the_seeds_of_the_catalogue() {
    replay("catalogue", gami_fuzz::catalogue);
}

#[test]
fn the_seeds_of_the_client() {
    replay("client", gami_fuzz::client_patiently);
    // Seeds that come to nothing would prove nothing.
    let reached = gami_fuzz::reached();
    for what in [
        "answer",
        "answer to nobody",
        "asynchronous answer",
        "call",
        "dropped event",
        "event",
        "failed call",
        "fragment",
        "list",
        "list cut off",
        "login",
        "output of a command",
        "packet beyond the limit",
        "reconnection",
        "refusal",
        "restored session",
        "timeout",
    ] {
        assert!(reached.contains(what), "no seed comes to: {what}; they come to {reached:?}");
    }
}

#[test]
fn the_captures_as_packets() {
    for capture in captures() {
        for part in capture.chunks(50_000) {
            gami_fuzz::packets_thoroughly(&[&b"\x01\x02\x00\x3d"[..], part].concat());
        }
    }
}

#[test]
fn the_captures_in_the_catalogue() {
    for capture in captures() {
        let text = String::from_utf8_lossy(&capture).replace("\r\n", "\n");
        for packet in text.split("\n\n") {
            gami_fuzz::assert_decodes(packet.as_bytes());
        }
    }
}
