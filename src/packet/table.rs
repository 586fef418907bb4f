//! Headers by name: tables of names, and a pass that takes each header to its slots.

use std::ops::Range;
use std::sync::OnceLock;

use super::lines::is_exactly;
use super::scan::Lines;
use super::{Packet, Span};

/// Headers that most events begin with and none has a field for: the one is its name, the other is common to all.
const NOT_FIELDS: [&str; 2] = ["Event", "Privilege"];

/// Names of the headers of a struct, in any case; each has a slot.
///
/// They are text: a line for each field of the struct, and on it each of the field's names, with a tab behind it. The line
/// of a field that is a group has the prefixes of the group's names. A list would have a pointer for each name, and a
/// program that can be loaded anywhere keeps 24 bytes more for every pointer.
///
/// Its index is made when it is first asked for: made at compile time, those of all events took two fifths of the time
/// that the compiler needs to check the crate.
#[derive(Debug)]
pub(crate) struct Table {
    lines: &'static str,
    index: OnceLock<Box<Index>>,
}

/// Where names are found.
#[derive(Debug)]
pub(crate) struct Index {
    /// The name of each slot.
    names: Vec<Name>,
    /// The slot of each name and 1, where its digest says or in the next bucket that was free; 0 in a free one.
    buckets: Vec<u16>,
    /// The slots of each field: that of its first name, or those of a group's fields under each of its prefixes.
    fields: Vec<Range<usize>>,
    /// The other names of fields have the last slots: the slot of the first name of each.
    others: Vec<usize>,
    /// For each slot the next of which the names are to be expected, itself included: the first names of fields, if no
    /// other slot has them too.
    ahead: Vec<[u16; AHEAD]>,
}

/// How many names are expected next: some headers are not always there.
const AHEAD: usize = 3;

#[derive(Debug)]
struct Name {
    name: Box<[u8]>,
    /// Whether other slots have the same name.
    is_shared: bool,
}

impl Table {
    pub const fn new(lines: &'static str) -> Self {
        Self { lines, index: OnceLock::new() }
    }

    /// Where the names are found; the function tells the table of each field that is a group.
    #[inline]
    pub fn index(&self, group: &dyn Fn(usize) -> Option<&'static Table>) -> &Index {
        self.index.get_or_init(|| Box::new(self.make(group)))
    }

    fn make(&self, group: &dyn Fn(usize) -> Option<&'static Table>) -> Index {
        let (mut names, mut fields, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (field, line) in self.lines.lines().enumerate() {
            let slot = names.len();
            let mut words = line.split_terminator('\t').map(str::as_bytes);
            if let Some(group) = group(field) {
                let index = group.index(&|_| None);
                for prefix in words {
                    let with_prefix = |own: &Name| [prefix, &own.name].concat();
                    let (own, last) = index.names.split_at(index.fields.len());
                    let slot = names.len();
                    others.extend(last.iter().zip(&index.others).map(|(name, of)| (slot + of, with_prefix(name))));
                    names.extend(own.iter().map(with_prefix));
                }
            } else {
                names.extend(words.next().map(<[u8]>::to_vec));
                others.extend(words.map(|name| (slot, name.to_vec())));
            }
            fields.push(slot..names.len());
        }
        let first = names.len();
        let (others, last): (Vec<usize>, Vec<Vec<u8>>) = others.into_iter().unzip();
        names.extend(last);
        let mut index = Index { fields, others, ..Index::of(names) };
        for slot in 0..=index.names.len() {
            // Behind another name of a field stands what stands behind its first.
            let from = slot.checked_sub(first + 1).map_or(slot, |other| index.others[other] + 1);
            let mut ahead = (from..first).filter(|slot| !index.names[*slot].is_shared);
            index.ahead.push([(); AHEAD].map(|()| ahead.next().map_or(u16::MAX, |slot| slot as u16)));
        }
        index
    }
}

impl Index {
    pub fn of(names: Vec<Vec<u8>>) -> Self {
        // So many buckets that most names stand where their digest says.
        let buckets = vec![0; (2 * names.len() + 1).next_power_of_two()];
        let mut index = Self {
            names: Vec::with_capacity(names.len()),
            buckets,
            fields: Vec::new(),
            others: Vec::new(),
            ahead: Vec::new(),
        };
        for name in names {
            index.add(name.into());
        }
        index
    }

    /// How many slots there are.
    #[inline]
    pub fn slots(&self) -> usize {
        self.names.len()
    }

    /// Takes what came under the other names of fields to their slots, for the first name that is there counts; tells the
    /// slots of each field.
    #[inline]
    pub fn settle(&self, slots: &mut [Option<&str>]) -> &[Range<usize>] {
        let (own, last) = slots.split_at_mut(slots.len() - self.others.len());
        for (other, slot) in last.iter().zip(&self.others) {
            if other.is_some() {
                own[*slot] = own[*slot].or(*other);
            }
        }
        &self.fields
    }

    fn add(&mut self, name: Box<[u8]>) {
        let mut at = digest(&name);
        let mut is_shared = false;
        loop {
            at &= self.buckets.len() - 1;
            let Some(slot) = usize::from(self.buckets[at]).checked_sub(1) else { break };
            let other = &mut self.names[slot];
            if other.name.eq_ignore_ascii_case(&name) {
                other.is_shared = true;
                is_shared = true;
            }
            at += 1;
        }
        self.names.push(Name { name, is_shared });
        self.buckets[at] = self.names.len() as u16;
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
            let known = &self.names[slot];
            if is_exactly(name, &known.name) || name.eq_ignore_ascii_case(&known.name) {
                found(slot);
                if !known.is_shared {
                    return;
                }
            }
            at += 1;
        }
    }
}

impl Packet {
    /// Takes every header to the slots of its name: the first of each name, in one pass.
    ///
    /// Asterisk sends most headers in the order of the declarations. So a line is compared with the names that are
    /// expected next before its name is looked for: 4,210 instructions an event instead of 5,400 (`cargo bench --bench
    /// instructions`, delivered and typed).
    /// The names `Event` and `Privilege` are passed over: no field can have them.
    pub(crate) fn sort<'a>(&'a self, index: &Index, slots: &mut [Option<&'a str>]) {
        let text = self.text();
        let mut lines = Lines::of(text.as_bytes());
        // The header whose value goes on with the next line, if that has no colon.
        let mut header = Span::default();
        for name in NOT_FIELDS {
            header = lines.header(name.as_bytes()).unwrap_or(header);
        }
        let mut next = 0;
        loop {
            let mut expected = index.ahead[next].iter().map(|slot| usize::from(*slot));
            if let Some((slot, line)) =
                expected.find_map(|slot| Some((slot, lines.header(&index.names.get(slot)?.name)?)))
            {
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
            index.find(header.name_bytes(text), |slot| {
                if slots[slot].map_or(true, |first| first.as_ptr() == value.as_ptr()) {
                    slots[slot] = Some(value);
                }
                next = slot + 1;
            });
        }
    }

    /// The same for the headers whose names begin with a prefix, by what follows it.
    pub(crate) fn sort_after<'a>(&'a self, prefix: &str, index: &Index, slots: &mut [Option<&'a str>]) {
        for (name, value) in self.iter() {
            let (name, prefix) = (name.as_bytes(), prefix.as_bytes());
            if name.len() < prefix.len() || !name[..prefix.len()].eq_ignore_ascii_case(prefix) {
                continue;
            }
            index.find(&name[prefix.len()..], |slot| {
                slots[slot].get_or_insert(value);
            });
        }
    }
}

/// A number for a name, without regard to case: of its length, its first four letters and its last four.
#[inline]
fn digest(name: &[u8]) -> usize {
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

    static TABLE: Table = Table::new("Channel\t\nAccountCode\tAccount\t\nX\t\nDest\t\nAccount\t\n");
    static GROUP: Table = Table::new("Channel\t\nX\t\n");

    fn index() -> &'static Index {
        TABLE.index(&|field| (field == 3).then_some(&GROUP))
    }

    fn slots(name: &str) -> Vec<usize> {
        let mut slots = Vec::new();
        index().find(name.as_bytes(), |slot| slots.push(slot));
        slots
    }

    #[test]
    fn a_name_is_found_in_any_case_each_time_that_it_is_there_and_no_other_is() {
        for (name, expected) in [("Channel", &[0][..]), ("ACCOUNT", &[5, 6]), ("x", &[2]), ("destCHANNEL", &[3])] {
            assert_eq!(slots(name), expected, "{name}");
        }
        for other in ["", "Chan", "Channels", "Chinnel", "y", "\u{fffd}", "Accountcod", "Dest", "DestAccount"] {
            assert_eq!(slots(other), [], "{other}");
        }
        assert_eq!(index().slots(), 7);
        Table::new("").index(&|_| None).find(b"Channel", |slot| panic!("{slot}"));
    }

    #[test]
    fn a_slot_has_the_first_header_of_its_name() {
        let packet = Packet::new(b"Account: a\r\nACCOUNT: b\r\nx:\r\nX: c\r\nDestX: d\r\nDest: e\r\n");
        let mut slots = [None; 7];
        packet.sort(index(), &mut slots);
        assert_eq!(slots, [None, None, Some(""), None, Some("d"), Some("a"), Some("a")]);
        assert_eq!(index().settle(&mut slots), [0..1, 1..2, 2..3, 3..5, 5..6]);
        assert_eq!(slots[1], Some("a"), "the field's other name");
        let mut slots = [None; 7];
        packet.sort_after("dest", index(), &mut slots);
        assert_eq!(slots, [None, None, Some("d"), None, None, None, None]);
    }

    #[test]
    fn headers_are_found_in_any_order_and_with_lines_that_belong_to_them() {
        let sorted = |text: &str| {
            let mut slots = [None; 7];
            let packet = Packet::new(text.as_bytes());
            packet.sort(index(), &mut slots);
            slots.map(|slot| slot.map(str::to_owned))
        };
        let some = |text: &str| Some(text.to_owned());
        // As they are declared, in another case, without a blank, and after one that is not known.
        let all = sorted("Event: e\r\nPrivilege: p\r\nChannel: 1\r\naccountcode: 2\r\nAccount:3\r\nNo: n\r\nX: 4\r\n");
        assert_eq!(all, [some("1"), some("2"), some("4"), None, None, some("3"), some("3")]);
        let all = sorted("X: 4\r\nDestX: 5\r\nEvent: e\r\nAccountCode: 2\r\nChannel: 1\r\nChannel: 6\r\nX: 7");
        assert_eq!(all, [some("1"), some("2"), some("4"), None, some("5"), None, None]);
        // Lines without a colon, after one that was expected next and after one that was not; the value stays the first.
        let all = sorted(
            "Event: e\r\nlost\r\nAccountCode: 2\r\ntwo\r\n\r\nX: 4\r\nfour\r\nx: 5\r\nfive\r\nChannel: 1\r\nlost\r\n",
        );
        assert_eq!(all, [some("1"), some("2\r\ntwo\r\n"), some("4\r\nfour"), None, None, None, None]);
    }
}
