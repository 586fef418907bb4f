//! Events that pass others, as they do inside a server.
//!
//! From Asterisk 12 on the events of channels, bridges and dials come one after the other. Those of other families have
//! threads of their own: each comes in its order, but sooner or later than the events of others about the same thing.

use crate::client::FENCE_VARIABLE;
use crate::packet::Packet;

/// The families whose events pass others, by how their names begin.
const FAMILIES: &[&[&str]] = &[
    &["Queue", "Agent"],
    &["Confbridge"],
    &["Meetme"],
    &["Parked", "UnParked"],
    &["DeviceState", "PresenceState"],
    &["ExtensionStatus"],
    &["PeerStatus", "ContactStatus", "Registry"],
    &["UserEvent"],
    &["OriginateResponse"],
];
/// The fence holds these back.
const FENCED: usize = 0;

/// Which events change places.
pub(super) struct Reordering {
    by: usize,
    random: u64,
}

impl Reordering {
    pub fn new(by: usize, seed: u64) -> Self {
        Self { by, random: seed }
    }

    /// One of so many numbers (SplitMix64).
    fn below(&mut self, many: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ self.random >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) as usize % many.max(1)
    }

    /// Which of the packets stands at each place. Each may be part of an answer: that keeps its place, and no event goes
    /// before it that came after it, for what an answer lists is never older than an event before it.
    pub fn places<'a>(&mut self, packets: impl Iterator<Item = (&'a Packet, bool)>) -> Vec<usize> {
        // Twice the place, so that whatever passes another stands between two places.
        let mut earliest = 0;
        let mut last = [0; FAMILIES.len()];
        let mut waiting: Vec<usize> = Vec::new();
        let mut keys: Vec<usize> = Vec::new();
        for (at, (packet, is_answer)) in packets.enumerate() {
            let place = 2 * at;
            let family = packet.first("Event").filter(|_| !is_answer).and_then(family_of);
            let Some(family) = family else {
                if is_answer {
                    earliest = place;
                }
                if packet.get("Variable") == Some(FENCE_VARIABLE) {
                    waiting.drain(..).for_each(|fenced: usize| keys[fenced] = keys[fenced].min(place));
                    earliest = place;
                }
                keys.push(place);
                continue;
            };
            let passed = self.below(2 * self.by + 1);
            let key = (place + 2 * passed + 1).saturating_sub(2 * self.by).max(earliest).max(last[family]);
            last[family] = key;
            if family == FENCED {
                waiting.push(at);
            }
            keys.push(key);
        }
        let mut places: Vec<usize> = (0..keys.len()).collect();
        places.sort_by_key(|at| keys[*at]);
        places
    }
}

fn family_of(event: &str) -> Option<usize> {
    FAMILIES.iter().position(|names| names.iter().any(|name| event.starts_with(name)))
}
