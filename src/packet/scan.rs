//! Finds line feeds and colons, sixty-four bytes at a time.
//!
//! The lines of a packet are so short that a search for each costs more in beginning than in searching.

const BLOCK: usize = 64;
const ONES: u64 = 0x0101_0101_0101_0101;
const LOW: u64 = 0x7f * ONES;

/// Shows every line feed and every colon in order: where it stands, and whether it is a line feed.
#[inline(always)]
pub(super) fn marks(text: &[u8], mut see: impl FnMut(usize, bool)) {
    let (blocks, rest) = text.split_at(text.len() - text.len() % BLOCK);
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    for (at, block) in blocks.chunks_exact(BLOCK).chain([&last[..]]).enumerate() {
        let (mut feeds, mut colons) = (0, 0);
        for (at, word) in block.chunks_exact(8).enumerate() {
            let word = word.try_into().map_or(0, u64::from_le_bytes);
            feeds |= bytes_that_are(b'\n', word) << (8 * at);
            colons |= bytes_that_are(b':', word) << (8 * at);
        }
        let mut both = feeds | colons;
        while both != 0 {
            let bit = both.trailing_zeros();
            see(BLOCK * at + bit as usize, feeds >> bit & 1 == 1);
            both &= both - 1;
        }
    }
}

/// A bit for each of eight bytes that is this one.
#[inline(always)]
fn bytes_that_are(byte: u8, word: u64) -> u64 {
    let other = word ^ (u64::from(byte) * ONES);
    let top_bits = !((other & LOW).wrapping_add(LOW) | other | LOW);
    (top_bits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_feed_and_colon_is_seen_and_nothing_else() {
        for length in 0..200 {
            for shift in 0..7 {
                let text: Vec<u8> =
                    (0..length).map(|at| b"\n:a\x8a\xba9\x0b;"[(at * 5 + at / 8 + shift) % 8]).collect();
                let expected: Vec<_> = (0..length)
                    .filter(|at| matches!(text[*at], b'\n' | b':'))
                    .map(|at| (at, text[at] == b'\n'))
                    .collect();
                let mut seen = Vec::new();
                marks(&text, |at, feed| seen.push((at, feed)));
                assert_eq!(seen, expected, "{text:?}");
            }
        }
    }
}
