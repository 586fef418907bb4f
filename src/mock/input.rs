//! How a manager session reads: line by line, through a buffer of 1,024 bytes.

use std::io;

use super::version::Version;
use crate::packet::Packet;

/// A line with its end fits into this, or it is too long.
const SIZE: usize = 1024;
/// An action has no more lines than this.
const MOST_LINES: usize = 128;

/// An action as it came, with what is wrong with it.
pub(super) enum Message {
    Action(Packet),
    /// The lines that were not too long.
    LineTooLong(Packet),
    /// The first 128 lines.
    TooManyLines(Packet),
}

/// What has been read and not yet been acted upon.
pub(super) struct Input {
    buffer: [u8; SIZE],
    /// The part of `buffer` that holds bytes.
    start: usize,
    end: usize,
    /// The lines of the action that is not whole yet.
    lines: Vec<u8>,
    count: usize,
    too_long: bool,
    /// Early servers drop a line that is too long, and run the action without it.
    drops_long_lines: bool,
}

impl Input {
    pub(super) fn new(version: Version) -> Self {
        let drops_long_lines = version.drops_long_lines();
        Self { buffer: [0; SIZE], start: 0, end: 0, lines: Vec::new(), count: 0, too_long: false, drops_long_lines }
    }

    /// Takes in what one call of `read` brings, to be called when [`next`](Self::next) has no more; 0 is the end.
    pub(super) fn fill(&mut self, read: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.end == SIZE {
            // The last byte stays: it may be the CR of a line end. The rest of the line becomes a line of its own.
            self.buffer[0] = self.buffer[SIZE - 1];
            self.end = 1;
            self.too_long = true;
        }
        let read = read(&mut self.buffer[self.end..])?;
        self.end += read;
        Ok(read)
    }

    /// The next whole action in the buffer. A blank line ends one even if nothing stands before it.
    pub(super) fn next(&mut self) -> Option<Message> {
        while let Some(length) = memchr::memchr(b'\n', &self.buffer[self.start..self.end]) {
            let line = &self.buffer[self.start..self.start + length];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            self.start += length + 1;
            // A NUL ends the line to a server.
            let line = line.split(|byte| *byte == 0).next().unwrap_or_default();
            if line.is_empty() {
                return Some(self.message());
            }
            // What is no header is nothing to a server, and no continuation of the header before it.
            if self.count < MOST_LINES && line.contains(&b':') {
                self.lines.extend_from_slice(line);
                self.lines.extend_from_slice(b"\r\n");
            }
            self.count += 1;
        }
        None
    }

    fn message(&mut self) -> Message {
        let packet = Packet::new(&std::mem::take(&mut self.lines));
        let count = std::mem::take(&mut self.count);
        let too_long = std::mem::take(&mut self.too_long) && !self.drops_long_lines;
        if count > MOST_LINES {
            Message::TooManyLines(packet)
        } else if too_long {
            Message::LineTooLong(packet)
        } else {
            Message::Action(packet)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(bytes: &[u8]) -> Vec<Message> {
        let mut input = Input::new(Version::default());
        let (mut rest, mut found) = (bytes, Vec::new());
        while input.fill(|buffer| io::Read::read(&mut rest, buffer)).unwrap() > 0 {
            found.extend(std::iter::from_fn(|| input.next()));
        }
        found
    }

    fn value_of(length: usize) -> String {
        format!("Action: Ping\r\nX: {}\r\n\r\n", "x".repeat(length - 3))
    }

    #[test]
    fn a_line_of_1022_bytes_is_the_longest() {
        let fits = value_of(1022);
        assert!(matches!(&messages(fits.as_bytes())[..], [Message::Action(packet)] if packet.get("X").is_some()));
        for length in [1023, 1024, 1025, 2047, 2048, 5000] {
            let text = value_of(length);
            let found = messages(text.as_bytes());
            let [Message::LineTooLong(packet), rest @ ..] = &found[..] else { panic!("{length}") };
            assert_eq!((packet.get("Action"), packet.get("X")), (Some("Ping"), None), "{length}");
            assert!(rest.len() <= 1, "{length}");
        }
    }

    #[test]
    fn the_line_after_128_is_one_too_many() {
        for (lines, fits) in [(127, true), (128, false)] {
            let text = format!("Action: Ping\r\n{}\r\n", "X: y\r\n".repeat(lines));
            let found = messages(text.as_bytes());
            assert_eq!(matches!(found[..], [Message::Action(_)]), fits);
            assert_eq!(matches!(found[..], [Message::TooManyLines(_)]), !fits);
        }
    }

    #[test]
    fn lines_end_with_lf_or_at_a_nul_and_a_blank_one_is_an_action_without_a_name() {
        let found = messages(b"Action: Ping\nX: y\0z\n\n\r\n");
        let [Message::Action(ping), Message::Action(blank)] = &found[..] else { panic!() };
        assert_eq!((ping.get("Action"), ping.get("X")), (Some("Ping"), Some("y")));
        assert!(blank.is_empty());
    }
}
