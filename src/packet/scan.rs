//! Finds line feeds and colons, sixty-four bytes at a time.
//!
//! The lines of a packet are so short that a search for each costs more in beginning than in searching.

const BLOCK: usize = 64;

/// Shows where every line feed and every colon stands, in order.
#[inline(always)]
pub(super) fn marks(text: &[u8], mut see: impl FnMut(usize)) {
    let mut blocks = text.chunks_exact(BLOCK);
    let mut last = [0; BLOCK];
    last[..blocks.remainder().len()].copy_from_slice(blocks.remainder());
    let mut begin = 0;
    for block in blocks.by_ref().chain([&last[..]]) {
        let mut marked = marked(block);
        while marked != 0 {
            see(begin + marked.trailing_zeros() as usize);
            marked &= marked - 1;
        }
        begin += BLOCK;
    }
}

/// A bit for each byte of a block that is a line feed or a colon.
#[inline(always)]
fn marked(block: &[u8]) -> u64 {
    // A loop of its own: the compiler compares many bytes at once in it.
    let mut found = [0; BLOCK];
    for (found, byte) in found.iter_mut().zip(block) {
        *found = u8::from(matches!(byte, b'\n' | b':'));
    }
    found.chunks_exact(8).rev().fold(0, |bits, eight| {
        let eight = eight.try_into().map_or(0, u64::from_le_bytes);
        bits << 8 | eight.wrapping_mul(0x0102_0408_1020_4080) >> 56
    })
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
                let expected: Vec<_> = (0..length).filter(|at| matches!(text[*at], b'\n' | b':')).collect();
                let mut seen = Vec::new();
                marks(&text, |at| seen.push(at));
                assert_eq!(seen, expected, "{text:?}");
            }
        }
    }
}
