//! Lines: how they end, and what a name and a value are.

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
        match memchr::memchr(b'\n', text) {
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
