//! `Response: Follows`: headers, then raw text up to a marker, as Asterisk up to 13 answers a `Command`.
//!
//! The text may look like anything, packets and blank lines included, and the marker that ends it is not always
//! there: proxies drop it, or put a header behind it; emulators end the packet as any other. So there are four
//! ways out:
//!
//! - the marker, headers behind it if there are some, and a blank line;
//! - a blank line where the text is in headers `Output`, as from Asterisk 14 on, or where the next packet follows
//!   the headers directly;
//! - a response that bears the id of an action that is pending, which no text can know;
//! - once nobody waits for this response any more, the first blank line that a response or an event follows.

use super::lines::{self, LineEnd};

pub(super) const END_COMMAND: &str = "--END COMMAND--";

/// A longer line begins no packet, and only its first bytes and its last are looked at: it need not be kept.
const LONG: usize = 1024;
/// The last bytes of a line that tell whether the marker ends it.
const TAIL: usize = END_COMMAND.len() + 2;

/// Whether a packet with this beginning is a `Response: Follows`.
pub(super) fn is_follows(text: &[u8]) -> bool {
    const FOLLOWS: &[u8] = b"Follows";
    let Some(value) = lines::has_name(text, b"Response").then(|| &text[b"Response:".len()..]) else { return false };
    let value = value.strip_prefix(b" ").unwrap_or(value);
    value.len() >= FOLLOWS.len()
        && value[..FOLLOWS.len()].eq_ignore_ascii_case(FOLLOWS)
        && matches!(value[FOLLOWS.len()..], [] | [b'\r'] | [b'\n', ..] | [b'\r', b'\n', ..])
}

/// What a framer has to know of the actions under way to find the end of a text.
pub(super) struct Actions<'a> {
    /// What the ids begin with that nobody but this client can know.
    pub secret_prefix: Option<&'a str>,
    pub is_pending: &'a dyn Fn(&str) -> bool,
}

impl Actions<'_> {
    /// Whether only the server can have sent a response with this id.
    fn vouch_for(&self, id: &str) -> bool {
        self.secret_prefix.is_some_and(|prefix| id.starts_with(prefix)) && (self.is_pending)(id)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Response,
    Event,
    ActionId,
    Privilege,
    Output,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Blank,
    Header(Name),
    /// It ends with the marker, which stands behind the text without a line of its own where that lacks a last LF.
    Marker,
    Text,
}

impl Line {
    fn of(line: &[u8], ends: LineEnd) -> Self {
        Self::of_parts(name_of(line), line, ends)
    }

    /// The same for a line of which only the name and the last bytes are left.
    fn of_parts(name: Option<Name>, last_bytes: &[u8], ends: LineEnd) -> Self {
        match (ends.strip(last_bytes), name) {
            (None, _) => Self::Text,
            (Some([]), _) => Self::Blank,
            (Some(content), _) if content.ends_with(END_COMMAND.as_bytes()) => Self::Marker,
            (Some(_), Some(name)) => Self::Header(name),
            (Some(_), None) => Self::Text,
        }
    }

    /// What it is to a framer if it is longer than [`LONG`].
    fn if_long(self) -> Self {
        match self {
            Self::Header(Name::Response | Name::Event) => Self::Text,
            line => line,
        }
    }

    /// Whether it can stand behind the marker.
    fn is_trailing_header(self) -> bool {
        matches!(self, Self::Header(name) if !matches!(name, Name::Response | Name::Event))
    }
}

/// The name with which a line begins; a header's name is one word of letters, digits and hyphens.
fn name_of(line: &[u8]) -> Option<Name> {
    const LONGEST: usize = 64;
    let start = &line[..line.len().min(LONGEST)];
    let colon = memchr::memchr(b':', start)?;
    let name = &line[..colon];
    if name.is_empty() || !name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return None;
    }
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    Some(match () {
        () if is("Response") => Name::Response,
        () if is("Event") => Name::Event,
        () if is("ActionID") => Name::ActionId,
        // The second is chan-sccp's.
        () if is("Privilege") || is("Priviledge") => Name::Privilege,
        () if is("Output") => Name::Output,
        () => Name::Other,
    })
}

/// The headers before the text.
#[derive(Debug, Clone, Copy, Default)]
struct Head {
    has_privilege: bool,
    has_id: bool,
    has_output: bool,
}

impl Head {
    /// Whether a header still belongs to the head.
    ///
    /// The text's lines end in LF, those of the head in CRLF. Where all end in LF only what servers send is
    /// taken, once each.
    fn takes(&mut self, name: Name, ends: LineEnd) -> bool {
        let has = match name {
            Name::Privilege => &mut self.has_privilege,
            Name::ActionId => &mut self.has_id,
            Name::Output if ends == LineEnd::CrLf => &mut self.has_output,
            Name::Other => return ends == LineEnd::CrLf,
            Name::Output | Name::Response | Name::Event => return false,
        };
        !std::mem::replace(has, true) || ends == LineEnd::CrLf
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    FirstLine,
    Head,
    Text,
    BehindMarker,
}

/// Finds the end of a `Response: Follows`, a line at a time, in whatever pieces it comes.
#[derive(Debug)]
pub(super) struct FollowsEnd {
    ends: LineEnd,
    head: Head,
    stage: Stage,
    id: Option<String>,
    /// Where a line stands from which on only headers have come, none of them long, if it is a `Response`.
    response: Option<usize>,
    /// What the line begins with whose beginning need not be kept.
    long: Option<Option<Name>>,
    after_blank: bool,
    /// The line before is the blank one behind the head.
    after_head: bool,
    given_up: bool,
}

impl FollowsEnd {
    pub fn new(ends: LineEnd) -> Self {
        Self {
            ends,
            head: Head::default(),
            stage: Stage::FirstLine,
            id: None,
            response: None,
            long: None,
            after_blank: false,
            after_head: false,
            given_up: false,
        }
    }

    /// Where the packet ends and where the next begins; `scanned` is where the line begins that is to be read.
    pub fn next(&mut self, data: &[u8], scanned: &mut usize, actions: &Actions<'_>) -> Option<(usize, usize)> {
        while let Some(feed) = memchr::memchr(b'\n', &data[*scanned..]) {
            let at = *scanned;
            *scanned = at + feed + 1;
            let bytes = &data[at..*scanned];
            let long = self.long.take().or_else(|| (bytes.len() > LONG).then(|| name_of(bytes)));
            let line = match long {
                Some(name) => Line::of_parts(name, bytes, self.ends).if_long(),
                None => Line::of(bytes, self.ends),
            };
            if long.is_some() {
                self.response = None;
            }
            if let Some(end) = self.take(line, long.is_some(), data, at, *scanned, actions) {
                return Some(end);
            }
        }
        let rest = &data[*scanned..];
        if rest.len() > LONG || self.long.is_some() {
            self.long.get_or_insert_with(|| name_of(rest));
            self.response = None;
            *scanned = data.len() - TAIL.min(rest.len());
        }
        None
    }

    fn take(
        &mut self,
        line: Line,
        is_long: bool,
        data: &[u8],
        at: usize,
        next: usize,
        actions: &Actions<'_>,
    ) -> Option<(usize, usize)> {
        if self.stage == Stage::FirstLine {
            self.stage = Stage::Head;
            return None;
        }
        let value = || lines::text_value(self.ends.strip(&data[at..next]).unwrap_or_default());
        match (line, self.response) {
            (Line::Header(Name::Response), _) => self.response = Some(at),
            (Line::Header(Name::ActionId), Some(response)) if value().is_some_and(|id| actions.vouch_for(id)) => {
                return Some((before_blank(data, response), response));
            }
            (Line::Header(_), Some(response)) if at - response < LONG => {}
            _ => self.response = None,
        }
        let begins_packet = matches!(line, Line::Header(Name::Response | Name::Event));
        if begins_packet && (self.after_head || self.given_up && self.after_blank) {
            return Some((before_blank(data, at), at));
        }
        self.after_blank = line == Line::Blank;
        self.after_head = false;
        self.stage = match (self.stage, line) {
            (Stage::Head, Line::Header(name)) if self.head.takes(name, self.ends) => {
                if name == Name::ActionId && self.id.is_none() && !is_long {
                    self.id = value().map(str::to_owned);
                }
                Stage::Head
            }
            (Stage::Head, Line::Blank) if self.head.has_output => return Some((at, next)),
            (Stage::Head, Line::Blank) => {
                self.after_head = true;
                Stage::Text
            }
            (Stage::BehindMarker, Line::Blank) => return Some((at, next)),
            (Stage::BehindMarker, line) if line.is_trailing_header() => Stage::BehindMarker,
            (_, Line::Marker) => Stage::BehindMarker,
            _ => Stage::Text,
        };
        None
    }

    /// Gives the text up if nobody waits for the response any more; whether that is news.
    pub fn give_up(&mut self, actions: &Actions<'_>) -> bool {
        let is_awaited = || (actions.is_pending)(self.id.as_deref().unwrap_or_default());
        if self.given_up || matches!(self.stage, Stage::FirstLine | Stage::Head) || is_awaited() {
            return false;
        }
        self.given_up = true;
        true
    }

    /// Begins anew with the packet.
    pub fn restart(&mut self) {
        *self = Self { given_up: self.given_up, ..Self::new(self.ends) };
    }

    /// Up to here the packet goes for certain.
    pub fn certain(&self, scanned: usize) -> usize {
        // A blank line before the next packet is no part of this one, and is one after a LF only.
        self.response.unwrap_or(scanned).saturating_sub(b"\n\r\n".len())
    }

    /// So many bytes before what is looked at are gone.
    pub fn shift(&mut self, gone: usize) {
        self.response = self.response.map(|at| at - gone);
    }
}

/// Where a packet ends that the next follows at `next`.
fn before_blank(data: &[u8], next: usize) -> usize {
    let before = &data[..next];
    if before.ends_with(b"\n\r\n") {
        next - 2
    } else if before.ends_with(b"\n\n") {
        next - 1
    } else {
        next
    }
}

/// Where the headers of a whole `Response: Follows` end, and whether its text is in headers `Output`.
pub(super) fn head_of(text: &[u8]) -> (usize, bool) {
    let ends = LineEnd::of(text);
    let mut head = Head::default();
    let mut at = lines::after_line(text, 0);
    while at < text.len() {
        let next = lines::after_line(text, at);
        match Line::of(&text[at..next], ends) {
            Line::Header(name) if head.takes(name, ends) => at = next,
            _ => break,
        }
    }
    (at, head.has_output)
}

/// Where the text that begins at `head` ends, and where the headers behind its marker begin.
pub(super) fn body_of(text: &[u8], head: usize) -> (usize, usize) {
    let ends = LineEnd::of(text);
    let mut end = text.len();
    while end > head {
        let start = memchr::memrchr(b'\n', &text[head..end - 1]).map_or(head, |feed| head + feed + 1);
        match Line::of(&text[start..end], ends) {
            Line::Marker => {
                let content = ends.strip(&text[start..end]).map_or(0, <[u8]>::len);
                return (start + content - END_COMMAND.len(), end);
            }
            line if line.is_trailing_header() => end = start,
            _ => break,
        }
    }
    (text.len(), text.len())
}
