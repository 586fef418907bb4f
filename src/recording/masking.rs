//! Masks the secrets in one direction of one link, line by line, with as many `*`.

use std::ops::Range;

use crate::secrets::Mask;

/// A longer line is masked from here on: it is not kept whole in memory to look for secrets in it.
const LONGEST_LINE: usize = 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct Masker {
    mask: Mask,
    /// The beginning of a line whose end has not come.
    held: Vec<u8>,
    /// Whether lines end with CRLF, as the first did: then a LF alone is part of a value.
    crlf: Option<bool>,
    /// Within the text of a `Response: Follows`, whose lines end with LF.
    text: bool,
    /// Whether what comes next belongs to a secret, up to the end of its header; or to a header whose beginning is
    /// unknown or was too long.
    hiding: bool,
    /// Whether the byte before, while it is hidden, was a CR.
    after_cr: bool,
}

impl Masker {
    /// For a direction whose beginning is not known.
    pub fn in_the_middle() -> Self {
        Self { mask: Mask::of_a_fragment(), crlf: Some(true), hiding: true, ..Self::default() }
    }

    /// The same direction after bytes that are missing.
    pub fn after_a_gap(&self) -> Self {
        Self { crlf: self.crlf.or(Some(true)), ..Self::in_the_middle() }
    }

    /// Appends the lines that these bytes end, and keeps the beginning of the next.
    pub fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        if !self.held.is_empty() {
            let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
            self.held.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end..];
            if self.held.ends_with(b"\n") {
                let line = std::mem::take(&mut self.held);
                self.copy(&line, out);
            }
        }
        let end = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        self.copy(&bytes[..end], out);
        let rest = &bytes[end..];
        if self.hiding {
            self.hide(rest, out);
            return;
        }
        self.held.extend_from_slice(rest);
        if self.held.len() > LONGEST_LINE {
            self.finish(out);
            self.hiding = true;
        }
    }

    /// Appends what came of the last line, of which only the name is shown.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let mut held = std::mem::take(&mut self.held);
        let name = memchr::memchr2(b':', b'=', &held).map_or(held.len(), |at| at + 1);
        blacken(&mut held[name..]);
        out.append(&mut held);
    }

    /// Appends whole lines.
    fn copy(&mut self, lines: &[u8], out: &mut Vec<u8>) {
        let mut start = out.len();
        out.extend_from_slice(lines);
        let mut at = 0;
        for feed in memchr::memchr_iter(b'\n', lines) {
            let length = feed + 1 - at;
            if self.hiding {
                self.hide_line(&mut out[start..start + length]);
            } else {
                self.line(&lines[at..feed], &mut out[start..start + length]);
            }
            at += length;
            start += length;
        }
    }

    /// Masks a line that belongs to a value which is hidden.
    fn hide_line(&mut self, copy: &mut [u8]) {
        let ends = match copy {
            [.., b'\r', b'\n'] => true,
            [b'\n'] => self.after_cr,
            _ => false,
        };
        blacken(copy);
        self.after_cr = false;
        self.hiding = !ends && self.crlf != Some(false);
    }

    /// Appends bytes within a line of which all are hidden.
    fn hide(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(bytes);
        blacken(&mut out[start..]);
        if let Some(last) = bytes.last() {
            self.after_cr = *last == b'\r';
        }
    }

    /// Masks the secrets of one line in its copy.
    #[inline]
    fn line(&mut self, line: &[u8], copy: &mut [u8]) {
        let (line, ended) = line.strip_suffix(b"\r").map_or((line, false), |line| (line, true));
        let crlf = *self.crlf.get_or_insert(ended);
        if line.is_empty() {
            if ended || !crlf {
                self.mask = Mask::default();
            }
            return;
        }
        let mut hidden = 0;
        let mut hide = |range: Range<usize>| {
            hidden = hidden.max(range.end);
            copy[range].fill(b'*');
        };
        let colon = memchr::memchr(b':', line);
        if let Some(colon) = colon {
            let value = colon + 1 + usize::from(line.get(colon + 1) == Some(&b' '));
            self.mask.find(line[..colon].trim_ascii(), &line[value..], &mut |found| {
                hide(value + found.start..value + found.end);
            });
        }
        // Text without a header before it, as in the output of a command up to Asterisk 13.
        if !colon.is_some_and(|colon| is_name(&line[..colon])) {
            Mask::default().find(b"", line, &mut hide);
        }
        if line.eq_ignore_ascii_case(b"Response: Follows") {
            self.text = true;
        } else if self.text && memchr::memmem::find(line, b"--END COMMAND--").is_some() {
            self.text = false;
        }
        self.hiding = hidden == line.len() && !ended && crlf && !self.text;
    }
}

/// Whether this can be the name of a header, and so nothing in it is to be masked.
fn is_name(name: &[u8]) -> bool {
    name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Masks all but line ends.
fn blacken(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|byte| !matches!(byte, b'\r' | b'\n')).for_each(|byte| *byte = b'*');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(masker: &mut Masker, pieces: &[&str]) -> String {
        let mut out = Vec::new();
        pieces.iter().for_each(|piece| masker.push(piece.as_bytes(), &mut out));
        String::from_utf8(out).unwrap()
    }

    const TEXT: &str = "Action: Login\r\nUsername: boss\r\nSecret: hunter2\r\nKey: 0123abc\r\n\r\n\
        Response: Success\r\nLine-000001-000002: secret=hunter2\r\nKey: cidname\r\nVal: Bob\r\n\r\n\
        Var-000000: secret\r\nValue-000000: hunter2\r\nAuthPassword: hunter2\r\n password : hunter2\r\nsecret=hunter2\r\n\
        Channel: IAX2/boss:hunter2@host/1\r\n\r\n";

    #[test]
    fn secrets_are_masked_wherever_a_read_ends() {
        let whole = masked(&mut Masker::default(), &[TEXT]);
        assert_eq!(whole.len(), TEXT.len());
        assert!(!whole.contains("hunter2") && !whole.contains("0123abc"), "{whole}");
        assert!(whole.contains("Secret: *******\r\nKey: *******\r\n\r\n"), "{whole}");
        assert!(whole
            .contains("secret=*******\r\nKey: cidname\r\nVal: Bob\r\n\r\nVar-000000: secret\r\nValue-000000: *******"));
        assert!(whole.contains("Channel: IAX2/boss:*******@host/1\r\n\r\n"), "{whole}");
        for at in 0..TEXT.len() {
            let (first, second) = TEXT.split_at(at);
            assert_eq!(masked(&mut Masker::default(), &[first, second]), whole, "read up to {at}");
        }
        let bytes: Vec<&str> = (0..TEXT.len()).map(|at| &TEXT[at..=at]).collect();
        assert_eq!(masked(&mut Masker::default(), &bytes), whole);
    }

    #[test]
    fn after_a_gap_nothing_of_a_secret_shows() {
        for at in 0..TEXT.len() {
            let shown = masked(&mut Masker::in_the_middle(), &[&TEXT[at..]]);
            assert_eq!(shown.len(), TEXT.len() - at);
            for secret in ["hunter2", "unter2", "nter2", "0123abc", "123abc", "23abc"] {
                assert!(!shown.contains(secret), "from {at}: {shown}");
            }
        }
    }

    #[test]
    fn a_secret_with_a_line_feed_in_it_is_masked_to_its_end() {
        let text = "Banner\r\nSecret: hun\nter2\nSecret\r\nName: 1\n2\r\n\r\n";
        let whole = masked(&mut Masker::default(), &[text]);
        assert_eq!(whole, "Banner\r\nSecret: ***\n****\n******\r\nName: 1\n2\r\n\r\n");
        let bytes: Vec<&str> = (0..text.len()).map(|at| &text[at..=at]).collect();
        assert_eq!(masked(&mut Masker::default(), &bytes), whole);
        let plain = "Banner\nSecret: hunter2\nName: 1\n\n";
        assert_eq!(masked(&mut Masker::default(), &[plain]), plain.replace("hunter2", "*******"));
        let follows =
            "Response: Follows\r\nPrivilege: Command\r\npassword : hunter2\nname : 1\n--END COMMAND--\r\n\r\n";
        assert_eq!(
            masked(&mut Masker::default(), &[follows]),
            follows.replace("hunter2", "*******").replace(" : *******", " :********")
        );
    }

    #[test]
    fn a_line_that_never_ends_shows_its_name() {
        for at in 0..TEXT.len() {
            let mut masker = Masker::default();
            let mut out = Vec::new();
            masker.push(&TEXT.as_bytes()[..at], &mut out);
            masker.finish(&mut out);
            assert_eq!(out.len(), at);
            let shown = String::from_utf8(out).unwrap();
            assert!(!shown.contains("hunte") && !shown.contains("0123a"), "up to {at}: {shown}");
        }
        let mut out = Vec::new();
        let mut masker = Masker::default();
        masker.push(b"Output: ", &mut out);
        masker.push(&b"x".repeat(LONGEST_LINE), &mut out);
        masker.push(b"hunter2", &mut out);
        masker.push(b"hunter2\r\nSecret: hunter2\r\nName: 1\r\n", &mut out);
        assert!(out.ends_with(b"**\r\nSecret: *******\r\nName: 1\r\n"));
        assert_eq!(out.len(), 8 + LONGEST_LINE + 14 + b"\r\nSecret: hunter2\r\nName: 1\r\n".len());
    }

    #[test]
    fn what_is_no_secret_stays_as_it_is() {
        let capture = include_bytes!("../mock/sample-call.ami");
        let mut out = Vec::new();
        Masker::default().push(capture, &mut out);
        assert!(out == capture);
        let bytes = b"Event: \xff\xfe\r\nName: caf\xe9=1\r\n\r\n";
        let mut out = Vec::new();
        Masker::default().push(bytes, &mut out);
        assert_eq!(out, bytes);
    }
}
