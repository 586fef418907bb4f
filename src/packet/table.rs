//! Headers by name: tables that are built at compile time, and a pass that takes each header to its slots.

use super::lines::is_exactly;
use super::scan::Lines;
use super::{Packet, Span};

/// Headers that most events begin with and none has a field for: the one is its name, the other is common to all.
const NOT_FIELDS: [&str; 2] = ["Event", "Privilege"];

/// Names of headers that begin with the same prefix.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    pub prefix: &'static str,
    pub names: &'static [&'static str],
}

/// Names in any case, each with a slot: the slots of a part follow those of the part before it.
#[derive(Debug)]
pub(crate) struct Table {
    /// All names with their prefixes, one after the other.
    text: &'static [u8],
    /// Where the name of each slot stands in the text.
    names: &'static [Name],
    /// The slot of each name and 1, where its digest says or in the next bucket that was free; 0 in a free one.
    buckets: &'static [u16],
}

/// A name by where it stands in the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name {
    start: u16,
    length: u8,
    /// Whether other slots, of another part, have the same name.
    is_shared: bool,
}

/// The table of these parts.
macro_rules! table {
    ($parts:expr) => {{
        use crate::packet::{Name, Table};

        const TEXT: [u8; Table::length($parts)] = Table::text($parts);
        const PLACES: ([Name; Table::slots($parts)], [u16; Table::size($parts)]) = Table::places($parts, &TEXT);
        Table::new(&TEXT, &PLACES.0, &PLACES.1)
    }};
}
pub(crate) use table;

impl Table {
    pub const fn new(text: &'static [u8], names: &'static [Name], buckets: &'static [u16]) -> Self {
        Self { text, names, buckets }
    }

    /// How many names there are, and so how many slots.
    pub const fn slots(parts: &[Names]) -> usize {
        let (mut slots, mut part) = (0, 0);
        while part < parts.len() {
            slots += parts[part].names.len();
            part += 1;
        }
        slots
    }

    /// How long the text of all names is.
    pub const fn length(parts: &[Names]) -> usize {
        let (mut length, mut part) = (0, 0);
        while part < parts.len() {
            let Names { prefix, names } = parts[part];
            let mut name = 0;
            while name < names.len() {
                length += prefix.len() + names[name].len();
                name += 1;
            }
            part += 1;
        }
        length
    }

    pub const fn text<const LENGTH: usize>(parts: &[Names]) -> [u8; LENGTH] {
        let mut text = [0; LENGTH];
        let (mut end, mut part) = (0, 0);
        while part < parts.len() {
            let Names { prefix, names } = parts[part];
            let mut name = 0;
            while name < names.len() {
                let pieces = [prefix.as_bytes(), names[name].as_bytes()];
                let (mut piece, mut at) = (0, 0);
                while piece < pieces.len() {
                    if at == pieces[piece].len() {
                        (piece, at) = (piece + 1, 0);
                        continue;
                    }
                    text[end] = pieces[piece][at];
                    end += 1;
                    at += 1;
                }
                name += 1;
            }
            part += 1;
        }
        text
    }

    /// How many buckets the names need: so many that most stand where their digest says.
    pub const fn size(parts: &[Names]) -> usize {
        (2 * Self::slots(parts) + 1).next_power_of_two()
    }

    /// The names of the slots, and the buckets in which they are found.
    pub const fn places<const COUNT: usize, const SIZE: usize>(
        parts: &[Names],
        text: &[u8],
    ) -> ([Name; COUNT], [u16; SIZE]) {
        assert!(COUNT < u16::MAX as usize && text.len() <= u16::MAX as usize);
        let mut names = [Name { start: 0, length: 0, is_shared: false }; COUNT];
        let mut buckets = [0; SIZE];
        let (mut start, mut slot, mut part) = (0, 0, 0);
        while part < parts.len() {
            let mut name = 0;
            while name < parts[part].names.len() {
                let length = parts[part].prefix.len() + parts[part].names[name].len();
                assert!(length > 0 && length <= u8::MAX as usize);
                names[slot] = Name { start: start as u16, length: length as u8, is_shared: false };
                let mut at = digest(names[slot].of(text)) % SIZE;
                while buckets[at] > 0 {
                    let other = buckets[at] as usize - 1;
                    if is_same(names[slot].of(text), names[other].of(text)) {
                        names[slot].is_shared = true;
                        names[other].is_shared = true;
                    }
                    at = (at + 1) % SIZE;
                }
                start += length;
                slot += 1;
                name += 1;
                buckets[at] = slot as u16;
            }
            part += 1;
        }
        (names, buckets)
    }

    /// Tells the slots of a name, of which it has one for each time that it is in the table.
    #[inline]
    pub fn find(&self, name: &[u8], mut found: impl FnMut(usize)) {
        if name.is_empty() {
            return;
        }
        let mut at = digest(name);
        loop {
            let bucket = self.buckets[at & (self.buckets.len() - 1)];
            let Some(slot) = usize::from(bucket).checked_sub(1) else { return };
            let known = self.names[slot];
            let known_name = known.of(self.text);
            if is_exactly(name, known_name) || name.eq_ignore_ascii_case(known_name) {
                found(slot);
                if !known.is_shared {
                    return;
                }
            }
            at += 1;
        }
    }

    /// Whether none of the names is one that [`Packet::sort`] passes over.
    pub const fn has_only_fields(&self) -> bool {
        let mut slot = 0;
        while slot < self.names.len() {
            let name = self.names[slot].of(self.text);
            if is_same(name, NOT_FIELDS[0].as_bytes()) || is_same(name, NOT_FIELDS[1].as_bytes()) {
                return false;
            }
            slot += 1;
        }
        true
    }

    /// The name of a slot, unless others have it too.
    #[inline]
    fn name(&self, slot: usize) -> Option<&'static [u8]> {
        let name = self.names.get(slot)?;
        (!name.is_shared).then(|| name.of(self.text))
    }
}

impl Name {
    #[inline]
    const fn of(self, text: &[u8]) -> &[u8] {
        text.split_at(self.start as usize).1.split_at(self.length as usize).0
    }
}

impl Packet {
    /// Takes every header to the slots of its name: the first of each name, in one pass.
    ///
    /// Asterisk sends most headers in the order of the declarations. So a line is compared with the names that are
    /// expected next before its name is looked for: 4,480 instructions an event instead of 5,470 (`cargo bench --bench
    /// instructions`, delivered and typed).
    /// The table has to [have no names but of fields](Table::has_only_fields).
    pub(crate) fn sort<'a>(&'a self, table: &Table, slots: &mut [Option<&'a str>]) {
        /// How many names are expected next: some headers have two, and some are not always there.
        const AHEAD: usize = 3;

        let text = self.text();
        let mut lines = Lines::of(text.as_bytes());
        // The header whose value goes on with the next line, if that has no colon.
        let mut header = Span::default();
        for name in NOT_FIELDS {
            header = lines.header(name.as_bytes()).unwrap_or(header);
        }
        let mut next = 0;
        loop {
            let mut expected = (next..next + AHEAD).filter_map(|slot| Some((slot, table.name(slot)?)));
            if let Some((slot, line)) = expected.find_map(|(slot, name)| Some((slot, lines.header(name)?))) {
                slots[slot].get_or_insert(line.value(text));
                header = line;
                next = slot + 1;
                continue;
            }
            let Some(line) = lines.next() else { return };
            if lines.go_on(&header, &line) {
                header.end = line.end;
            } else {
                header = line;
            }
            let value = header.value(text);
            table.find(header.name_bytes(text), |slot| {
                if slots[slot].map_or(true, |first| first.as_ptr() == value.as_ptr()) {
                    slots[slot] = Some(value);
                }
                next = slot + 1;
            });
        }
    }

    /// The same for the headers whose names begin with a prefix, by what follows it.
    pub(crate) fn sort_after<'a>(&'a self, prefix: &str, table: &Table, slots: &mut [Option<&'a str>]) {
        for (name, value) in self.iter() {
            let (name, prefix) = (name.as_bytes(), prefix.as_bytes());
            if name.len() < prefix.len() || !name[..prefix.len()].eq_ignore_ascii_case(prefix) {
                continue;
            }
            table.find(&name[prefix.len()..], |slot| {
                slots[slot].get_or_insert(value);
            });
        }
    }
}

/// Whether two names are the same in any case.
const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at].eq_ignore_ascii_case(&other[at]) {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// A number for a name, without regard to case: of its length, its first four letters and its last four.
#[inline]
const fn digest(name: &[u8]) -> usize {
    let (first, last) = match (name.first_chunk(), name.last_chunk()) {
        (Some(first), Some(last)) => (u32::from_le_bytes(*first), u32::from_le_bytes(*last)),
        _ => (name[0] as u32, name[name.len() - 1] as u32),
    };
    let letters = ((first as u64) << 32 | last as u64) | 0x2020_2020_2020_2020;
    // The upper bits of the product depend on all bytes.
    (letters.wrapping_add(name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: &[Names] = &[
        Names { prefix: "", names: &["Channel", "AccountCode", "Account", "X"] },
        Names { prefix: "", names: &[] },
        Names { prefix: "Dest", names: &["Channel", "X"] },
        Names { prefix: "", names: &["Account"] },
    ];
    const TABLE: Table = table!(PARTS);

    fn slots(name: &str) -> Vec<usize> {
        let mut slots = Vec::new();
        TABLE.find(name.as_bytes(), |slot| slots.push(slot));
        slots
    }

    #[test]
    fn a_name_is_found_in_any_case_each_time_that_it_is_there_and_no_other_is() {
        for (name, expected) in [("Channel", &[0][..]), ("ACCOUNT", &[2, 6]), ("x", &[3]), ("destCHANNEL", &[4])] {
            assert_eq!(slots(name), expected, "{name}");
        }
        for other in ["", "Chan", "Channels", "Chinnel", "y", "\u{fffd}", "Accountcod", "Dest", "DestAccount"] {
            assert_eq!(slots(other), [], "{other}");
        }
        const NOTHING: Table = table!(&[]);
        NOTHING.find(b"Channel", |slot| panic!("{slot}"));
    }

    #[test]
    fn a_slot_has_the_first_header_of_its_name() {
        let packet = Packet::new(b"Account: a\r\nACCOUNT: b\r\nx:\r\nX: c\r\nDestX: d\r\nDest: e\r\n");
        const { assert!(TABLE.has_only_fields()) };
        let mut slots = [None; Table::slots(PARTS)];
        packet.sort(&TABLE, &mut slots);
        assert_eq!(slots, [None, None, Some("a"), Some(""), None, Some("d"), Some("a")]);
        let mut slots = [None; Table::slots(PARTS)];
        packet.sort_after("dest", &TABLE, &mut slots);
        assert_eq!(slots, [None, None, None, Some("d"), None, None, None]);
    }

    #[test]
    fn headers_are_found_in_any_order_and_with_lines_that_belong_to_them() {
        let sorted = |text: &str| {
            let mut slots = [None; Table::slots(PARTS)];
            let packet = Packet::new(text.as_bytes());
            packet.sort(&TABLE, &mut slots);
            slots.map(|slot| slot.map(str::to_owned))
        };
        let some = |text: &str| Some(text.to_owned());
        // As they are declared, in another case, without a blank, and after one that is not known.
        let all = sorted("Event: e\r\nPrivilege: p\r\nChannel: 1\r\naccountcode: 2\r\nAccount:3\r\nNo: n\r\nX: 4\r\n");
        assert_eq!(all, [some("1"), some("2"), some("3"), some("4"), None, None, some("3")]);
        let all = sorted("X: 4\r\nDestX: 5\r\nEvent: e\r\nAccountCode: 2\r\nChannel: 1\r\nChannel: 6\r\nX: 7");
        assert_eq!(all, [some("1"), some("2"), None, some("4"), None, some("5"), None]);
        // Lines without a colon, after one that was expected next and after one that was not; the value stays the first.
        let all = sorted(
            "Event: e\r\nlost\r\nAccountCode: 2\r\ntwo\r\n\r\nX: 4\r\nfour\r\nx: 5\r\nfive\r\nChannel: 1\r\nlost\r\n",
        );
        assert_eq!(all, [some("1"), some("2\r\ntwo\r\n"), None, some("4\r\nfour"), None, None, None]);
    }
}
