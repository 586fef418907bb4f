//! The reader of packets against one that is slow and obvious: both captures cut in pieces, and what chance
//! makes of them. The fuzz target `packets` does the same with what it comes upon.

mod reference;

use reference::{assert_packet_agrees, assert_same_headers, assert_stream_agrees};

const CAPTURES: [&[u8]; 2] = [include_bytes!("data/asterisk-22.ami"), include_bytes!("data/asterisk-1.8.ami")];

/// What chance may put into a stream, besides any byte.
const WORDS: &[&[u8]] = &[
    b"\n",
    b"\r",
    b"\r\n",
    b"\r\n\r\n",
    b"\n\n",
    b"\n\r\n",
    b":",
    b": ",
    b" ",
    b"Event: ",
    b"Response: ",
    b"Response: Follows\r\n",
    b"Privilege: Command\r\n",
    b"ActionID: 1\r\n",
    b"--END COMMAND--",
    b"--END COMMAND--\r\n\r\n",
    b"--END COMMAND",
    "€".as_bytes(),
    b"\xe2\x82",
    b"\xff",
    b"\0",
    b"\n\n--END COMMAND--\n\n",
    b"\r\n\n",
    b"Event: CoreShowChannelMap\r\n",
    b"CallStarted: 17\n",
    b"Action: SentNotification\rn\n",
    b"Response: Success\r\nActionID: ours-1\r\n",
    b"Priviledge: Command\r\n",
    b"Output: x\r\n",
    b"Variable: x\r\n",
    b"Vari\r\n",
    b"Uniqueid: 1.2\r\n",
];

/// Numbers that look like chance and are the same in every run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    /// A part of a stream with some of it changed.
    fn mutate(&mut self, stream: &[u8]) -> Vec<u8> {
        let start = self.below(stream.len());
        let mut part = stream[start..].iter().copied().take(self.below(3000)).collect::<Vec<_>>();
        for _ in 0..self.below(24) {
            let at = self.below(part.len() + 1);
            let until = (at + self.below(8) * self.below(8)).min(part.len());
            let word = match self.below(4) {
                0 => Vec::new(),
                1 => vec![self.below(256) as u8],
                2 => vec![b'x'; self.below(1500)],
                _ => WORDS[self.below(WORDS.len())].to_vec(),
            };
            part.splice(at..until, word);
        }
        part
    }
}

#[test]
fn the_captures_read_as_the_reference_reads_them_in_whatever_pieces_they_come() {
    for capture in CAPTURES {
        for (limit, fill, piece) in [(1 << 20, false, 61), (1 << 20, true, 65_536), (1024, true, 777)] {
            assert_stream_agrees(capture, limit, fill, || piece, assert_packet_agrees);
        }
    }
}

#[test]
fn what_chance_makes_of_the_captures_reads_as_the_reference_reads_it() {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for round in 0..400 {
        let stream = chance.mutate(CAPTURES[round % 2]);
        let limit = 1024 + chance.below(512);
        let largest = 1 << chance.below(12);
        for fill in [false, true] {
            let check = if fill { assert_packet_agrees } else { assert_same_headers };
            assert_stream_agrees(&stream, limit, fill, || 1 + chance.below(largest), check);
        }
        let packet = chance.mutate(CAPTURES[round % 2]);
        assert_packet_agrees(&gami::packet::Packet::new(&packet), &packet);
    }
}
