//! `Response: Follows`, as Asterisk up to 13 answers a `Command`: its text stays whole, whatever it looks like, and
//! whatever a proxy or an emulator makes of its end, the framer finds back to the packets.

use std::cell::RefCell;

use gami::packet::{Frame, Framer, Packet};
use gami::Response;

const PREFIX: &str = "5f2a9c-";

/// A client's framer: some actions wait for an answer.
struct Client {
    framer: Framer,
    pending: RefCell<Vec<String>>,
}

impl Client {
    fn new(pending: &[&str]) -> Self {
        Self::with_limit(1 << 20, pending)
    }

    fn with_limit(limit: usize, pending: &[&str]) -> Self {
        let mut framer = Framer::with_limit(limit);
        framer.set_secret_prefix(PREFIX);
        Self { framer, pending: RefCell::new(pending.iter().map(|id| (*id).to_owned()).collect()) }
    }

    fn give_up(&self, id: &str) {
        self.pending.borrow_mut().retain(|other| other != id);
    }

    fn push(&mut self, bytes: &[u8]) -> Vec<Frame> {
        self.framer.push(bytes);
        let pending = &self.pending;
        self.framer.frames_knowing(|id| pending.borrow().iter().any(|other| other == id)).collect()
    }

    /// What comes in pieces of a size.
    fn push_in(&mut self, bytes: &[u8], piece: usize) -> Vec<Packet> {
        let frames = bytes.chunks(piece).flat_map(|piece| self.push(piece)).collect::<Vec<_>>();
        frames.into_iter().map(packet).collect()
    }
}

fn packet(frame: Frame) -> Packet {
    match frame {
        Frame::Packet(packet) => packet,
        other => panic!("{other:?}"),
    }
}

fn packets(bytes: &[u8], piece: usize) -> Vec<Packet> {
    Client::new(&[]).push_in(bytes, piece)
}

fn one(bytes: &[u8]) -> Packet {
    let mut packets = packets(bytes, bytes.len());
    assert_eq!(packets.len(), 1, "{packets:?}");
    packets.remove(0)
}

fn output(packet: &Packet) -> Option<String> {
    Response::from(packet.clone()).output().map(String::from)
}

/// What a server sends, with the ids that a client gave its actions.
fn case(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/follows/{name}.ami", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.replace("{id}", &format!("{PREFIX}1")).replace("{next}", &format!("{PREFIX}2")).into_bytes()
}

const IDS: [&str; 2] = ["5f2a9c-1", "5f2a9c-2"];
const NEXT: &[u8] = b"Response: Success\r\nActionID: 5f2a9c-2\r\nPing: Pong\r\n\r\n";
const EVENT: &[u8] = b"Event: Hangup\r\nUniqueid: 1.2\r\n\r\n";
const HEAD: &str = "Response: Follows\r\nPrivilege: Command\r\nActionID: 5f2a9c-1\r\n";

#[test]
fn the_text_of_a_command_up_to_13_is_kept_as_it_was_printed() {
    let head = "Response: Follows\r\nPrivilege: Command\r\nActionID: 7\r\n";
    for (text, marker, output) in [
        ("  a\n\nEvent: X\nb: c\n", "--END COMMAND--", "  a\n\nEvent: X\nb: c"),
        ("glued", "--END COMMAND--", "glued"),
        ("", "--END COMMAND--", ""),
        ("a\n\n", "--END COMMAND--", "a\n"),
        (
            "says --END COMMAND-- within\nand\n\n\n--END COMMAND--\nmore\n",
            "--END COMMAND--",
            "says --END COMMAND-- within\nand\n\n\n--END COMMAND--\nmore",
        ),
        ("ActionID: 8\nPrivilege: none\n", "--END COMMAND--", "ActionID: 8\nPrivilege: none"),
    ] {
        let bytes = format!("{head}{text}{marker}\r\n\r\nEvent: Next\r\n\r\n");
        for piece in [1, 3, bytes.len()] {
            let found = packets(bytes.as_bytes(), piece);
            assert_eq!(found.len(), 2, "{bytes:?}");
            let response = Response::from(found[0].clone());
            assert_eq!(response.output().as_deref(), Some(output));
            assert_eq!(response.action_id(), Some("7"));
            assert_eq!(response.iter().count(), 3);
            assert!(!response.is_error());
        }
    }
}

#[test]
fn the_marker_is_found_behind_text_that_looks_like_its_beginning() {
    for text in ["--END COMMAND", "--END COMMAND--END COMMAND", "-", "\r"] {
        let stream = format!("Response: Follows\r\n{text}--END COMMAND--\r\n\r\n");
        for piece in 1..stream.len() {
            assert_eq!(packets(stream.as_bytes(), piece).len(), 1, "{text:?}");
        }
        assert_eq!(one(stream.as_bytes()).body(), Some(text));
    }
}

#[test]
fn a_text_that_begins_like_an_action_id_does_not_become_a_header() {
    let packet = one(b"Response: Follows\r\nActionID: 7\r\nActionID: 8\n--END COMMAND--\r\n\r\n");
    assert_eq!((packet.len(), packet.body()), (2, Some("ActionID: 8")));
}

#[test]
fn headers_stand_in_any_order() {
    let stream = case("header-order");
    for piece in [1, stream.len()] {
        let found = Client::new(&IDS).push_in(&stream, piece);
        assert_eq!(output(&found[0]).as_deref(), Some("row one\nrow two"));
        assert_eq!(found[0].get("privilege"), Some("Command"));
    }
}

#[test]
fn headers_that_nobody_knows_do_not_hide_the_id() {
    let found = Client::new(&IDS).push_in(&case("unknown-header-first"), 7);
    assert_eq!(found[0].get("ActionID"), Some(IDS[0]));
    assert_eq!(found[0].get("JSON"), Some("{\"Name\":\"Chan-sccp-b\"}"));
}

#[test]
fn output_in_headers_ends_with_a_blank_line() {
    let stream = case("output-headers");
    for piece in [1, stream.len()] {
        let found = Client::new(&IDS).push_in(&stream, piece);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(output(&found[0]).as_deref(), Some("Line 1\nLine 2"));
        assert_eq!(found[2].get("Peer"), Some("SIP/100"));
    }
}

#[test]
fn headers_may_stand_behind_the_marker() {
    let stream = [HEAD.as_bytes(), b"text\n--END COMMAND--\r\nServer: pbx1\r\n\r\n", EVENT].concat();
    for piece in [1, 5, stream.len()] {
        let found = Client::new(&IDS).push_in(&stream, piece);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(output(&found[0]).as_deref(), Some("text"));
        assert_eq!(found[0].get("server"), Some("pbx1"));
        assert_eq!(found[0].len(), 4);
    }
}

#[test]
fn a_text_that_looks_like_packets_stays_whole() {
    // As `manager show event Hangup` prints them, and more.
    let text = "Event: Hangup\n\nEvent: Hangup\nPrivilege: call,all\nResponse: Success\nActionID: 5f2a9c-2\n\n\n\
        Response: Success\r\nActionID: guessed\r\n\r\nEvent: A\r\n\r\n--END COMMAND--\nEvent: B\r\n\r\nlast";
    let stream = [HEAD.as_bytes(), text.as_bytes(), b"\n--END COMMAND--\r\n\r\n", NEXT, EVENT].concat();
    for piece in [1, 5, stream.len()] {
        let found = Client::new(&[IDS[0], IDS[1], "guessed"]).push_in(&stream, piece);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(output(&found[0]).as_deref(), Some(text));
    }
}

#[test]
fn where_the_marker_is_missing_the_next_answer_ends_the_text() {
    for (text, output_of_it) in [("a\nb\n", "a\nb"), ("a\r\nb\r\n\r\n", "a\r\nb"), ("", ""), ("\r\n", "")] {
        for next in [
            "Response: Success\r\nActionID: 5f2a9c-2\r\n\r\n",
            "Response: Follows\r\nPrivilege: Command\r\nActionID: 5f2a9c-2\r\nx\n--END COMMAND--\r\n\r\n",
        ] {
            let stream = [HEAD.as_bytes(), text.as_bytes(), next.as_bytes(), EVENT].concat();
            for piece in [1, 5, stream.len()] {
                let found = Client::new(&IDS).push_in(&stream, piece);
                assert_eq!(found.len(), 3, "{text:?}: {found:?}");
                assert_eq!(output(&found[0]).as_deref(), Some(output_of_it));
                assert_eq!(found[1].get("ActionID"), Some(IDS[1]));
            }
        }
    }
}

#[test]
fn behind_a_marker_without_a_blank_line_the_next_answer_is_seen() {
    let stream = [HEAD.as_bytes(), b"text\n--END COMMAND--\r\n", NEXT, EVENT].concat();
    let found = Client::new(&IDS).push_in(&stream, 3);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(output(&found[0]).as_deref(), Some("text"));
}

#[test]
fn a_text_that_nobody_waits_for_any_more_ends_where_packets_go_on() {
    for piece in [1, 7, 4096] {
        let mut client = Client::new(&IDS);
        let text = [HEAD.as_bytes(), b"a\n\nEvent: A\n\nb\n\r\n", EVENT, EVENT].concat();
        assert_eq!(client.push_in(&text, piece).len(), 0, "it may be text");
        assert!(client.framer.is_in_text());
        client.give_up(IDS[0]);
        let found = client.push_in(EVENT, piece);
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!(output(&found[0]).as_deref(), Some("a\n\nEvent: A\n\nb"));
        assert_eq!(found[3].get("Uniqueid"), Some("1.2"));
        assert!(!client.framer.is_in_text());
    }
}

#[test]
fn a_text_without_a_marker_that_grows_beyond_the_limit_does_not_make_deaf_either() {
    for given_up in [false, true] {
        for piece in [1, 100, 1 << 20] {
            let mut client = Client::with_limit(1024, &IDS);
            let text = [HEAD.as_bytes(), &b"a line of a text\n".repeat(200)].concat();
            let mut frames: Vec<Frame> = text.chunks(piece).flat_map(|piece| client.push(piece)).collect();
            assert!(matches!(&frames[..], [Frame::Oversized(packet)] if packet.get("ActionID") == Some(IDS[0])));
            let next = if given_up { [b"\r\n", EVENT, EVENT].concat() } else { [NEXT, EVENT].concat() };
            if given_up {
                client.give_up(IDS[0]);
            }
            frames = next.chunks(piece).flat_map(|piece| client.push(piece)).collect();
            assert_eq!(frames.len(), 3, "{frames:?}");
            assert!(matches!(frames[0], Frame::TooLarge(size) if size == text.len() as u64), "{frames:?}");
        }
    }
}

#[test]
fn an_answer_without_a_text_is_followed_by_packets() {
    let stream = [HEAD.as_bytes(), b"\r\n", EVENT, EVENT].concat();
    let found = Client::new(&IDS).push_in(&stream, 2);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(output(&found[0]).as_deref(), Some(""));
}

#[test]
fn a_text_may_begin_with_a_blank_line() {
    for blank in ["\n", "\r\n"] {
        let stream = format!("{HEAD}{blank}a: b\n--END COMMAND--\r\n\r\n");
        let found = Client::new(&IDS).push_in(stream.as_bytes(), 1);
        assert_eq!(output(&found[0]), Some(format!("{blank}a: b")));
    }
}

#[test]
fn a_stream_without_crs_has_texts_too() {
    let stream = [HEAD.as_bytes(), b"Output: a\n\nEvent: A\nx\n--END COMMAND--\n\n", EVENT].concat();
    let stream: Vec<u8> = stream.into_iter().filter(|byte| *byte != b'\r').collect();
    for piece in [1, stream.len()] {
        let found = Client::new(&IDS).push_in(&stream, piece);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(output(&found[0]).as_deref(), Some("Output: a\n\nEvent: A\nx"));
        assert_eq!(found[0].len(), 3);
    }
}

#[test]
fn long_lines_of_a_text_are_not_kept_beyond_the_limit() {
    for piece in [100, 100_000] {
        let mut client = Client::with_limit(1024, &IDS);
        let line = [HEAD.as_bytes(), &[b'x'; 200_000][..]].concat();
        for piece in line.chunks(piece) {
            client.push(piece);
            assert!(client.framer.remainder().len() <= 4096);
        }
        let frames = client.push(b"--END COMMAND--\r\n\r\n");
        let size = line.len() + "--END COMMAND--\r\n".len();
        assert!(matches!(frames[..], [Frame::TooLarge(all)] if all == size as u64), "{frames:?}");
    }
}
