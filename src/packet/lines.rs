//! Lines: how they end, and what a name and a value are.

use wide::u8x16;

/// How the lines of a stream end.
///
/// A server ends its lines with CRLF, and a LF alone belongs to the value that it stands in. A capture may have
/// lost its CRs, and some emulators never send them: then LF ends a line, with or without a CR before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// CRLF, and nothing else.
    CrLf,
    /// LF, a CR before it or not.
    Lf,
}

impl LineEnd {
    /// How the lines of a packet end: as its first one does.
    ///
    /// No value with a line break in it stands there.
    #[inline]
    pub(super) fn of(text: &[u8]) -> Self {
        match find(b'\n', text, 0, text.len()) {
            Some(feed) if !text[..feed].ends_with(b"\r") => Self::Lf,
            _ => Self::CrLf,
        }
    }

    /// What stands on a line, which ends with its first LF or with the text; `None` if its end is that of a value.
    pub(super) fn strip(self, line: &[u8]) -> Option<&[u8]> {
        let Some(line) = line.strip_suffix(b"\n") else { return Some(line.strip_suffix(b"\r").unwrap_or(line)) };
        match (line.strip_suffix(b"\r"), self) {
            (Some(line), _) => Some(line),
            (None, Self::Lf) => Some(line),
            (None, Self::CrLf) => None,
        }
    }
}

/// Whether a line begins with this name and a colon; mostly it is in the same case.
#[inline(always)] // compares whole words where the name is known
pub(super) fn has_name(text: &[u8], name: &[u8]) -> bool {
    match text.get(..name.len()) {
        Some(start) if text.get(name.len()) == Some(&b':') => start == name || start.eq_ignore_ascii_case(name),
        _ => false,
    }
}

/// Where a byte stands that is expected within a line, sixteen bytes at a time.
///
/// Lines are so short that `memchr` costs more in beginning than in searching.
#[inline(always)]
pub(super) fn find(what: u8, text: &[u8], from: usize, to: usize) -> Option<usize> {
    let mut at = from;
    while at < to {
        let Some(lanes) = text[at..].first_chunk() else {
            return memchr::memchr(what, &text[at..to]).map(|rest| at + rest);
        };
        let found = u8x16::new(*lanes).cmp_eq(u8x16::splat(what)).move_mask();
        if found != 0 {
            let found = at + found.trailing_zeros() as usize;
            return (found < to).then_some(found);
        }
        at += lanes.len();
    }
    None
}

/// Whether two names are the same in the same case.
///
/// Two words that overlap are compared, for a call of `memcmp` costs more than it compares: 4,800 instructions an event
/// instead of 4,480 (`cargo bench --bench instructions`, delivered and typed).
#[inline]
pub(super) fn is_exactly(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match a.len() {
        4..=8 => a.first_chunk::<4>() == b.first_chunk::<4>() && a.last_chunk::<4>() == b.last_chunk::<4>(),
        9..=16 => a.first_chunk::<8>() == b.first_chunk::<8>() && a.last_chunk::<8>() == b.last_chunk::<8>(),
        17..=32 => a.first_chunk::<16>() == b.first_chunk::<16>() && a.last_chunk::<16>() == b.last_chunk::<16>(),
        _ => a == b,
    }
}

/// How far behind the colon the value begins: one blank is not part of it.
#[inline]
pub(super) fn gap(text: &[u8], colon: usize, end: usize) -> usize {
    if end > colon + 1 && text[colon + 1] == b' ' {
        2
    } else {
        1
    }
}

/// The value of a header that stands on one line.
pub(super) fn text_value(line: &[u8]) -> Option<&str> {
    let value = &line[memchr::memchr(b':', line)? + 1..];
    std::str::from_utf8(value.strip_prefix(b" ").unwrap_or(value)).ok()
}

pub(super) fn after_line(text: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_found_where_it_stands_first_and_not_beyond_the_end() {
        let text: Vec<u8> = (0..80).map(|at| b"ab\xba\x8a;:"[at * at % 5]).collect();
        for length in 0..text.len() {
            for from in 0..=length {
                for to in from..=length {
                    let expected = text[from..to].iter().position(|byte| *byte == b';').map(|at| from + at);
                    assert_eq!(find(b';', &text[..length], from, to), expected, "{length} {from}..{to}");
                }
            }
        }
    }

    #[test]
    fn names_are_exactly_the_same_if_every_byte_is() {
        for length in 0..40 {
            let name: Vec<u8> = (b'A'..).take(length).collect();
            assert!(is_exactly(&name, &name.clone()));
            for at in 0..length {
                let mut other = name.clone();
                other[at] ^= 0x20;
                assert!(!is_exactly(&name, &other), "{length}, {at}");
            }
            assert!(!is_exactly(&name, &[&name[..], b"x"].concat()));
        }
    }
}
