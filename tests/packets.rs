//! Packets from the bytes of two real servers, and from bytes that no server should send.

use gami::packet::{Frame, Framer, Kind, LineEnd, Packet};
use gami::{Event, Response};

const ASTERISK_22: &[u8] = include_bytes!("data/asterisk-22.ami");
const ASTERISK_1_8: &[u8] = include_bytes!("data/asterisk-1.8.ami");

/// The packets of a capture, whose first line is the banner, fed in pieces of a size.
fn packets(bytes: &[u8], piece: usize) -> Vec<Packet> {
    let mut framer = Framer::new();
    let mut packets = Vec::new();
    for piece in bytes.chunks(piece) {
        framer.push(piece);
        packets.extend(framer.frames().map(|frame| match frame {
            Frame::Packet(packet) => packet,
            other => panic!("{other:?}"),
        }));
    }
    assert!(framer.remainder().is_empty(), "left over: {:?}", String::from_utf8_lossy(framer.remainder()));
    packets
}

fn after_banner(capture: &[u8]) -> &[u8] {
    let end = capture.iter().position(|byte| *byte == b'\n').unwrap();
    &capture[end + 1..]
}

fn one(bytes: &[u8]) -> Packet {
    let mut packets = packets(bytes, bytes.len());
    assert_eq!(packets.len(), 1, "{packets:?}");
    packets.remove(0)
}

/// The lines of a text, without blank ones and line ends.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.is_empty())
        .collect()
}

/// A capture that has lost its CRs.
fn without_crs(capture: &[u8]) -> Vec<u8> {
    capture.iter().copied().filter(|byte| *byte != b'\r').collect()
}

/// The lines of a packet written from its headers and its text; what a header has between its colon and
/// its value is taken from the capture's line.
fn written_back(packet: &Packet, captured: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for ((name, value), captured) in packet.iter().zip(captured) {
        let blank = if captured.get(name.len() + 1) == Some(&b' ') { " " } else { "" };
        lines.push(format!("{name}:{blank}{value}").into_bytes());
    }
    if let Some(body) = packet.body() {
        let glued = captured.last().is_some_and(|line| *line != b"--END COMMAND--");
        let text = format!("{body}{}--END COMMAND--", if glued || body.is_empty() { "" } else { "\n" });
        lines.extend(text.lines().filter(|line| !line.is_empty()).map(|line| line.as_bytes().to_vec()));
    }
    lines
}

fn assert_read_whole(capture: &[u8], responses: usize, events: usize) {
    let capture = after_banner(capture);
    let packets = packets(capture, capture.len());
    let count = |kind| packets.iter().filter(|packet| packet.kind() == kind).count();
    assert_eq!(
        (count(Kind::Response), count(Kind::Event), count(Kind::Unknown)),
        (responses, events, 0),
        "responses, events, neither"
    );
    let mut captured = lines(capture).into_iter();
    for packet in &packets {
        let expected: Vec<&[u8]> = captured.by_ref().take(lines(packet.as_bytes()).len()).collect();
        assert_eq!(written_back(packet, &expected), expected, "{packet:?}");
    }
    assert_eq!(captured.next(), None, "captured and not read");
}

#[test]
fn the_capture_of_asterisk_22_is_read_whole() {
    assert_read_whole(ASTERISK_22, 128, 833);
}

#[test]
fn the_capture_of_asterisk_1_8_is_read_whole() {
    assert_read_whole(ASTERISK_1_8, 127, 475);
}

#[test]
fn a_stream_in_pieces_gives_the_same_packets() {
    for capture in [ASTERISK_22, ASTERISK_1_8] {
        let capture = after_banner(capture);
        let whole: Vec<_> = packets(capture, capture.len()).iter().map(|packet| packet.text().to_owned()).collect();
        for piece in [1, 2, 3, 7, 64, 1000, 1460, 4096, 65_537] {
            let pieces: Vec<_> = packets(capture, piece).iter().map(|packet| packet.text().to_owned()).collect();
            assert!(pieces == whole, "pieces of {piece} bytes give other packets");
        }
    }
}

#[test]
fn headers_keep_their_order_and_repeats_and_are_found_in_any_case() {
    let packet = one(b"Response: Success\r\nActionID: 1\r\nVariable: a=1\r\nvariable: b=2\r\n\r\n");
    let all: Vec<_> = packet.iter().collect();
    assert_eq!(all, [("Response", "Success"), ("ActionID", "1"), ("Variable", "a=1"), ("variable", "b=2")]);
    assert_eq!(packet.get("VARIABLE"), Some("a=1"));
    assert_eq!(packet.get_all("Variable").collect::<Vec<_>>(), ["a=1", "b=2"]);
    assert_eq!(packet.get("Var"), None);
}

#[test]
fn one_blank_after_the_colon_is_stripped_and_no_more() {
    let packet = one(b"Event: X\r\nA:b\r\nB:\r\nC: \r\nD:   d \r\nE: f: g:h\r\n\r\n");
    let all: Vec<_> = packet.iter().skip(1).collect();
    assert_eq!(all, [("A", "b"), ("B", ""), ("C", ""), ("D", "  d "), ("E", "f: g:h")]);
}

#[test]
fn a_line_feed_in_a_value_ends_neither_the_value_nor_the_packet() {
    let stream =
        b"Event: Newexten\r\nAppData: one\n\nEvent: Hangup\nChannel: PJSIP/forged-1\n\n\r\nUniqueid: 1.2\r\n\r\n\
        Response: Success\r\nValue: a\n\nb\r\n\r\n";
    for piece in [1, 2, 3, stream.len()] {
        let found = packets(stream, piece);
        assert_eq!(found.len(), 2, "{found:?}");
        let headers: Vec<_> = found[0].iter().collect();
        let forged = "one\n\nEvent: Hangup\nChannel: PJSIP/forged-1\n";
        assert_eq!(headers, [("Event", "Newexten"), ("AppData", forged), ("Uniqueid", "1.2")]);
        assert_eq!((found[0].get("AppData"), found[0].get("Channel")), (Some(forged), None));
        assert_eq!(found[0].get_bytes("appdata"), Some(forged.as_bytes()));
        assert_eq!(found[1].get("Value"), Some("a\n\nb"));
    }
}

#[test]
fn a_line_feed_before_the_end_of_a_value_is_left_out() {
    let found = packets(b"Response: Error\r\nMessage: No Auths found\n\r\n\r\nEvent: A\r\nX: \n\r\nY:\n\r\n\r\n", 1);
    assert_eq!(found[0].get("Message"), Some("No Auths found"));
    assert_eq!((found[1].get("X"), found[1].get("Y")), (Some(""), Some("")));
}

#[test]
fn a_stream_without_crs_is_read_as_if_it_had_them() {
    for capture in [ASTERISK_22, ASTERISK_1_8] {
        let bare = without_crs(after_banner(capture));
        let pairs = |packets: Vec<Packet>| -> Vec<Vec<(String, String)>> {
            let of = |packet: &Packet| packet.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            packets.iter().map(of).collect()
        };
        let expected = pairs(packets(after_banner(capture), capture.len()));
        for piece in [1, 700, capture.len()] {
            assert!(pairs(packets(&bare, piece)) == expected, "pieces of {piece} bytes");
        }
    }
    let found = packets(b"Event: A\nX: 1\n\nno packet\nat all\n\nEvent: B\r\nX: 2\n\r\nEvent: C\n\n", 1);
    assert_eq!(found.iter().map(Packet::len).collect::<Vec<_>>(), [2, 2, 2, 1]);
}

#[test]
fn the_banner_may_have_said_how_lines_end() {
    let mut framer = Framer::new();
    framer.set_line_end(LineEnd::Lf);
    framer.push(b"Event: A\r\n\nfragment\n\nEvent: B\n\n");
    assert_eq!(framer.frames().count(), 3);
}

#[test]
fn packets_whose_lines_end_in_line_feeds_are_read_among_others() {
    let found = packets(b"Event: A\r\n\r\nEvent: B\nX: 1\n\nResponse: Success\nX: 2\n\r\nEvent: C\r\n\r\n", 1);
    let xs: Vec<_> = found.iter().map(|packet| packet.get("X")).collect();
    assert_eq!(xs, [None, Some("1"), Some("2"), None]);
}

#[test]
fn what_asterisk_itself_ends_otherwise_is_known() {
    let agents = b"Event: Agents\r\nCallStarted: 1700000000\nStatus: AGENT_ONCALL\r\n\r\n\
        Event: Agents\r\nStatus: AGENT_ONCALL\r\nCallStarted: 1700000000\n\r\nEvent: AgentsComplete\r\n\r\n";
    for piece in [1, agents.len()] {
        let found = packets(agents, piece);
        assert_eq!(found.len(), 3);
        for packet in &found[..2] {
            assert_eq!((packet.get("CallStarted"), packet.get("Status")), (Some("1700000000"), Some("AGENT_ONCALL")));
        }
    }

    let voicemail = b"Event: MiniVoiceMail\r\nPrivilege: call,all\r\nAction: SentNotification\rn\nMailbox: 1@a\r\nCounter: \r\n\r\n";
    let packet = one(voicemail);
    assert_eq!((packet.get("Action"), packet.get("Mailbox")), (Some("SentNotification"), Some("1@a")));

    let map =
        b"Event: CoreShowChannelMap\r\nConnectedChannel: PJSIP/1-1\r\n\nEvent: CoreShowChannelMapComplete\r\n\r\n";
    for piece in [1, map.len()] {
        assert_eq!(packets(map, piece).len(), 2);
    }
    // Elsewhere that is text.
    assert_eq!(one(b"Event: A\r\nX: 1\r\n\nEvent: B\r\n\r\n").len(), 2);

    // What `IAXnetstats` answers.
    let netstats = b"IAX2/a-1 12 0\nIAX2/b-2 13 0\n\r\nResponse: Success\r\n\r\n";
    for piece in [1, netstats.len()] {
        let found = packets(netstats, piece);
        assert_eq!(found[0].iter().collect::<Vec<_>>(), [("", "IAX2/a-1 12 0"), ("", "IAX2/b-2 13 0")]);
        assert_eq!(found[1].kind(), Kind::Response);
    }
}

#[test]
fn empty_packets_are_passed_over() {
    let found = packets(b"\r\n\r\n\n\nEvent: A\r\n\r\n\r\n\r\n\r\nEvent: B\r\n\r\n\n", 1);
    assert_eq!(found.len(), 2);
}

#[test]
fn an_invalid_byte_loses_nothing() {
    let bytes = b"Event: A\r\nName: J\xFCrgen\r\nNext: \xE2\x82\xAC\r\n\r\nEvent: B\r\nName: \xE2\x82\xAC\r\n\r\n";
    for piece in [1, 2, bytes.len()] {
        let found = packets(bytes, piece);
        assert_eq!(found[0].get("name"), Some("J\u{FFFD}rgen"));
        assert_eq!(found[0].get_bytes("name"), Some(&b"J\xFCrgen"[..]));
        assert_eq!(found[0].get_bytes("next"), Some("€".as_bytes()));
        assert_eq!(found[0].as_bytes(), b"Event: A\r\nName: J\xFCrgen\r\nNext: \xE2\x82\xAC\r\n");
        assert_eq!(found[1].get("name"), Some("€"), "split over two reads");
        assert_eq!(found[0].detach().get_bytes("name"), Some(&b"J\xFCrgen"[..]));
    }
}

#[test]
fn a_line_without_a_colon_goes_on_with_the_value_before_it() {
    let packet = one(b"Event: VarSet\r\nValue: first\r\nsecond\r\nUniqueid: 1.2\r\n\r\n");
    assert_eq!(packet.get("Value"), Some("first\r\nsecond"));
    assert_eq!(packet.get("Uniqueid"), Some("1.2"));
}

#[test]
fn a_line_without_a_colon_does_not_go_on_with_an_id() {
    for name in ["Uniqueid", "DestUniqueID", "Linkedid", "Channel", "Channel1", "Privilege", "ActionID"] {
        let packet = one(format!("Event: UserEvent\r\n{name}: 1.2\r\nBody\r\n with\r\n text\r\n\r\n").as_bytes());
        let expected = [("Event", "UserEvent"), (name, "1.2"), ("", "Body"), ("", " with"), ("", " text")];
        assert_eq!(packet.iter().collect::<Vec<_>>(), expected);
        assert_eq!(packet.get(name), Some("1.2"));
    }
}

#[test]
fn variables_that_a_server_cut_within_a_name_keep_their_values() {
    for cut in ["V", "Vari", "Variable"] {
        let packet = one(format!("Event: AgentComplete\r\nVariable: A=1\r\n{cut}\r\n\r\n").as_bytes());
        assert_eq!(packet.get_all("Variable").collect::<Vec<_>>(), ["A=1"]);
    }
    let packet = one(b"Event: Status\r\nVariable: A=1\r\nValues\r\n\r\n");
    assert_eq!(packet.get("Variable"), Some("A=1\r\nValues"));
}

#[test]
fn a_fragment_is_neither_response_nor_event() {
    let packet = one(b"erisk\r\nPriority: 1\r\n\r\n");
    assert_eq!(packet.kind(), Kind::Unknown);
    assert_eq!(packet.iter().collect::<Vec<_>>(), [("", "erisk"), ("Priority", "1")]);
}

#[test]
fn the_first_header_decides_what_a_packet_is() {
    assert_eq!(one(b"event: OriginateResponse\r\nResponse: Failure\r\n\r\n").kind(), Kind::Event);
    assert_eq!(one(b"RESPONSE: Success\r\nEvent: X\r\n\r\n").kind(), Kind::Response);
    // Asterisk 1.8 puts the id first here.
    let entry = one(b"ActionID: 1\r\nEvent: VoicemailUserEntry\r\n\r\n");
    assert_eq!(entry.kind(), Kind::Event);
    assert_eq!(Event::from(entry).name(), "VoicemailUserEntry");
}

#[test]
fn the_output_of_a_command_from_14_is_kept_as_it_was_printed() {
    let packet = one(b"Response: Success\r\nActionID: 7\r\nMessage: Command output follows\r\nOutput:   a\r\nOutput: \r\nOutput: b: c\r\n\r\n");
    assert_eq!(Response::from(packet).output().as_deref(), Some("  a\n\nb: c"));
}

#[test]
fn a_packet_beyond_the_limit_is_lost_and_the_link_goes_on() {
    for filler in [2_000, 100_000] {
        for follows in [false, true] {
            let (head, end) = match follows {
                true => ("Response: Follows\r\nPrivilege: Command\r\nActionID: 7\r\n", "--END COMMAND--\r\n\r\n"),
                false => ("Response: Success\r\nActionID: 7\r\n", "\r\n"),
            };
            let line = format!("Output: {}\r\n", "x".repeat(90));
            let bytes = format!("Event: A\r\n\r\n{head}{}{end}Event: B\r\n\r\n", line.repeat(filler / line.len()));
            for piece in [1, 1000, bytes.len()] {
                let mut framer = Framer::with_limit(1024);
                let mut seen = Vec::new();
                for piece in bytes.as_bytes().chunks(piece) {
                    framer.push(piece);
                    seen.extend(framer.frames().map(|frame| match frame {
                        Frame::Packet(packet) => packet.get("Event").unwrap().to_owned(),
                        Frame::Oversized(beginning) => format!("too large: {:?}", beginning.get("ActionID")),
                        Frame::TooLarge(size) => format!("{size} bytes"),
                        other => panic!("{other:?}"),
                    }));
                }
                let size = bytes.len() - 2 * "Event: A\r\n\r\n".len() - 2;
                let told = "too large: Some(\"7\")";
                assert_eq!(seen, ["A", told, &format!("{size} bytes"), "B"], "pieces of {piece}, follows: {follows}");
            }
        }
    }
}

#[test]
fn a_detached_packet_reads_the_same() {
    for packet in packets(after_banner(ASTERISK_22), 65_536) {
        let detached = packet.detach();
        assert_eq!(detached.text(), packet.text());
        assert_eq!(detached.iter().collect::<Vec<_>>(), packet.iter().collect::<Vec<_>>());
    }
}

/// What a framer with the smallest limit finds in a stream cut in two at every place, which must be the same.
fn wherever_it_is_cut(stream: &[u8]) -> Vec<String> {
    let found = |cut: usize| {
        let mut framer = Framer::with_limit(1024);
        let mut seen = Vec::new();
        for piece in [&stream[..cut], &stream[cut..]] {
            framer.push(piece);
            seen.extend(framer.frames().map(|frame| match frame {
                Frame::Packet(packet) => packet.text().to_owned(),
                Frame::Oversized(beginning) => {
                    assert!(beginning.text().len() <= 1024);
                    "beginning".to_owned()
                }
                Frame::TooLarge(size) => format!("{size} bytes"),
                other => panic!("{other:?}"),
            }));
        }
        seen
    };
    let whole = found(0);
    for cut in 1..stream.len() {
        assert_eq!(found(cut), whole, "cut at {cut} of {}", stream.len());
    }
    whole
}

#[test]
fn a_packet_of_just_the_limit_is_kept_wherever_the_stream_is_cut() {
    for (head, end) in [("Event: A\r\nX: ", "\r\n"), ("Response: Follows\r\n", "--END COMMAND--\r\n")] {
        let text = |size: usize| format!("{head}{}{end}", "x".repeat(size - head.len() - end.len()));
        assert_eq!(wherever_it_is_cut(format!("{}\r\n", text(1024)).as_bytes()), [text(1024)]);
        assert_eq!(wherever_it_is_cut(format!("{}\r\n", text(1025)).as_bytes()), ["beginning", "1025 bytes"]);
    }
}

#[test]
fn what_a_large_packet_is_does_not_depend_on_where_its_first_line_is_cut() {
    let stream = format!("Response: {}Follows\r\n\r\n--END COMMAND--\r\n\r\n", " ".repeat(1100));
    assert_eq!(wherever_it_is_cut(stream.as_bytes()), ["beginning", "1119 bytes", "--END COMMAND--\r\n"]);
}
