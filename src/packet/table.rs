//! Headers by name: tables that are built at compile time, and a pass that takes each header to its slots.

use super::Packet;

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
    /// Each name stands where its digest says, or in the next bucket that was free.
    buckets: &'static [Bucket],
}

/// A name by where it stands in the text, with its slot; none in a free bucket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bucket {
    start: u16,
    length: u8,
    /// Whether the same name stands in a later bucket too, with a slot of another part.
    again: bool,
    slot: u16,
}

/// The table of these parts.
macro_rules! table {
    ($parts:expr) => {{
        use crate::packet::{Bucket, Table};

        const TEXT: [u8; Table::length($parts)] = Table::text($parts);
        const BUCKETS: [Bucket; Table::size($parts)] = Table::buckets($parts, &TEXT);
        Table::new(&TEXT, &BUCKETS)
    }};
}
pub(crate) use table;

impl Table {
    pub const fn new(text: &'static [u8], buckets: &'static [Bucket]) -> Self {
        Self { text, buckets }
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

    pub const fn buckets<const SIZE: usize>(parts: &[Names], text: &[u8]) -> [Bucket; SIZE] {
        assert!(Self::slots(parts) <= u16::MAX as usize && text.len() <= u16::MAX as usize);
        let mut buckets = [Bucket { start: 0, length: 0, again: false, slot: 0 }; SIZE];
        let (mut start, mut slot, mut part) = (0, 0, 0);
        while part < parts.len() {
            let Names { prefix, names } = parts[part];
            let mut name = 0;
            while name < names.len() {
                let length = prefix.len() + names[name].len();
                assert!(length > 0 && length <= u8::MAX as usize);
                let mut at = digest(text, start, length) % SIZE;
                while buckets[at].length > 0 {
                    let other = buckets[at].start as usize;
                    buckets[at].again |= buckets[at].length as usize == length && repeats(text, other, start, length);
                    at = (at + 1) % SIZE;
                }
                buckets[at] = Bucket { start: start as u16, length: length as u8, again: false, slot };
                start += length;
                slot += 1;
                name += 1;
            }
            part += 1;
        }
        buckets
    }

    /// Tells the slots of a name, of which it has one for each time that it is in the table.
    #[inline]
    pub fn find(&self, name: &[u8], mut found: impl FnMut(usize)) {
        if name.is_empty() {
            return;
        }
        let mut at = digest(name, 0, name.len());
        loop {
            let bucket = &self.buckets[at & (self.buckets.len() - 1)];
            let length = usize::from(bucket.length);
            if length == 0 {
                return;
            }
            if length == name.len() && same(name, &self.text[usize::from(bucket.start)..][..length]) {
                found(usize::from(bucket.slot));
                if !bucket.again {
                    return;
                }
            }
            at += 1;
        }
    }
}

impl Packet {
    /// Takes every header to the slots of its name: in one pass, the first of each name.
    pub(crate) fn sort<'a>(&'a self, table: &Table, slots: &mut [Option<&'a str>]) {
        let text = self.text();
        for span in self.headers() {
            table.find(span.name_bytes(text), |slot| {
                let slot = &mut slots[slot];
                if slot.is_none() {
                    *slot = Some(span.value(text));
                }
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

/// Whether two names of the same length are the same; mostly they are, and in the same case.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    // Sixteen bytes at once, for a call of `memcmp` costs more than it compares.
    let exact = match (a.first_chunk::<8>(), b.first_chunk::<8>()) {
        (Some(first), Some(other)) if a.len() <= 16 => first == other && a.last_chunk::<8>() == b.last_chunk::<8>(),
        _ => a == b,
    };
    exact || a.eq_ignore_ascii_case(b)
}

/// A number for a name in a text, without regard to case: of its length, and of its first, its middle and its last
/// letter.
#[inline]
const fn digest(text: &[u8], start: usize, length: usize) -> usize {
    let (first, middle, last) = (text[start], text[start + length / 2], text[start + length - 1]);
    let bytes = u32::from_le_bytes([length as u8, first | 0x20, middle | 0x20, last | 0x20]);
    // The upper bits of the product depend on all four bytes.
    (bytes.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

/// Whether two names in a text are the same.
const fn repeats(text: &[u8], one: usize, other: usize, length: usize) -> bool {
    let mut at = 0;
    while at < length && text[one + at].eq_ignore_ascii_case(&text[other + at]) {
        at += 1;
    }
    at == length
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
        let mut slots = [None; Table::slots(PARTS)];
        packet.sort(&TABLE, &mut slots);
        assert_eq!(slots, [None, None, Some("a"), Some(""), None, Some("d"), Some("a")]);
        let mut slots = [None; Table::slots(PARTS)];
        packet.sort_after("dest", &TABLE, &mut slots);
        assert_eq!(slots, [None, None, None, Some("d"), None, None, None]);
    }
}
