//! A persistent map: a clone is the root alone, and shares with the map whatever neither changes.
//!
//! A hash trie of our own, since what is needed of one is little: the crates that have more of it bring a licence
//! of another kind or half a dozen packages.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::change::Thing;

const BITS: u32 = 5;
/// As many levels as a hash has pieces.
const DEEPEST: u32 = u64::BITS.div_ceil(BITS);

/// Things by their keys, in no order.
#[derive(Debug, Clone)]
pub(super) struct Map {
    root: Option<Arc<Node>>,
    len: usize,
    seed: u64,
}

#[derive(Debug, Clone)]
enum Node {
    /// A bit for each child that is there.
    Branch { present: u32, children: Vec<Arc<Node>> },
    /// Things with one hash.
    Leaf { hash: u64, things: Vec<Thing> },
}

impl Default for Map {
    fn default() -> Self {
        Self { root: None, len: 0, seed: RandomState::new().hash_one(0) }
    }
}

/// The bit of a hash's piece at a level, and how many children stand before it.
fn place(hash: u64, level: u32, present: u32) -> (u32, usize) {
    let bit = 1 << (hash >> (level * BITS) & 31);
    (bit, (present & (bit - 1)).count_ones() as usize)
}

impl Map {
    /// Eight bytes at a time, since every event looks several keys up. Who finds two with one hash, against a seed
    /// that is new with each map, has made a look-up compare two.
    fn hash(&self, key: &str) -> u64 {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mix = |hash: u64, bytes: u64| {
            let hash = (hash ^ bytes).wrapping_mul(ODD);
            hash ^ hash >> 32
        };
        let mut chunks = key.as_bytes().chunks_exact(8);
        let whole = chunks.by_ref().map(|chunk| u64::from_le_bytes(chunk.try_into().unwrap_or_default()));
        let hash = whole.fold(self.seed ^ key.len() as u64, mix);
        let rest = chunks.remainder().iter().fold(0, |bytes, byte| bytes << 8 | u64::from(*byte));
        mix(mix(hash, rest), ODD)
    }

    pub fn get(&self, key: &str) -> Option<&Thing> {
        let hash = self.hash(key);
        let mut node = self.root.as_ref()?;
        for level in 0.. {
            match &**node {
                Node::Branch { present, children } => {
                    let (bit, at) = place(hash, level, *present);
                    node = (present & bit != 0).then(|| &children[at])?;
                }
                Node::Leaf { things, .. } => return things.iter().find(|thing| thing.key() == key),
            }
        }
        None
    }

    pub fn contains(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// A thing that is there, to be changed; its key has to stay.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Thing> {
        let hash = self.hash(key);
        let mut node = self.root.as_mut()?;
        for level in 0.. {
            match Arc::make_mut(node) {
                Node::Branch { present, children } => node = children.get_mut(place(hash, level, *present).1)?,
                Node::Leaf { things, .. } => return things.iter_mut().find(|thing| thing.key() == key),
            }
        }
        None
    }

    /// Puts a thing in, in the place of the one with its key.
    pub fn insert(&mut self, thing: Thing) {
        let hash = self.hash(thing.key());
        let grown = match &mut self.root {
            Some(root) => insert(root, hash, 0, thing),
            None => {
                self.root = Some(Arc::new(Node::Leaf { hash, things: vec![thing] }));
                true
            }
        };
        self.len += usize::from(grown);
    }

    pub fn remove(&mut self, key: &str) -> Option<Thing> {
        self.get(key)?;
        let hash = self.hash(key);
        let root = self.root.as_mut()?;
        let (thing, empty) = remove(root, hash, 0, key)?;
        if empty {
            self.root = None;
        }
        self.len -= 1;
        Some(thing)
    }

    pub fn iter(&self) -> Iter<'_> {
        Iter { nodes: Vec::new(), things: [].iter(), root: self.root.as_ref(), left: self.len }
    }
}

/// Whether there is one thing more.
fn insert(node: &mut Arc<Node>, hash: u64, level: u32, thing: Thing) -> bool {
    match Arc::make_mut(node) {
        Node::Branch { present, children } => {
            let (bit, at) = place(hash, level, *present);
            if *present & bit != 0 {
                return insert(&mut children[at], hash, level + 1, thing);
            }
            *present |= bit;
            children.insert(at, Arc::new(Node::Leaf { hash, things: vec![thing] }));
            true
        }
        Node::Leaf { hash: other, things } if *other == hash || level >= DEEPEST => {
            match things.iter_mut().find(|old| old.key() == thing.key()) {
                Some(old) => {
                    *old = thing;
                    false
                }
                None => {
                    things.push(thing);
                    true
                }
            }
        }
        Node::Leaf { hash: other, .. } => {
            let bit = place(*other, level, 0).0;
            let leaf = Arc::clone(node);
            *node = Arc::new(Node::Branch { present: bit, children: vec![leaf] });
            insert(node, hash, level, thing)
        }
    }
}

/// What was taken out, and whether the node is empty now.
fn remove(node: &mut Arc<Node>, hash: u64, level: u32, key: &str) -> Option<(Thing, bool)> {
    match Arc::make_mut(node) {
        Node::Branch { present, children } => {
            let (bit, at) = place(hash, level, *present);
            let (thing, empty) = remove(children.get_mut(at)?, hash, level + 1, key)?;
            if empty {
                *present &= !bit;
                children.remove(at);
            }
            let only = match &children[..] {
                [only] if matches!(**only, Node::Leaf { .. }) => Some(Arc::clone(only)),
                _ => None,
            };
            let empty = children.is_empty();
            if let Some(only) = only {
                *node = only;
            }
            Some((thing, empty))
        }
        Node::Leaf { things, .. } => {
            let at = things.iter().position(|thing| thing.key() == key)?;
            let thing = things.swap_remove(at);
            Some((thing, things.is_empty()))
        }
    }
}

/// The things of a [`Map`].
#[derive(Debug)]
pub(super) struct Iter<'a> {
    nodes: Vec<std::slice::Iter<'a, Arc<Node>>>,
    things: std::slice::Iter<'a, Thing>,
    root: Option<&'a Arc<Node>>,
    left: usize,
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a Thing;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(thing) = self.things.next() {
                self.left -= 1;
                return Some(thing);
            }
            let node = match self.root.take() {
                Some(root) => root,
                None => match self.nodes.last_mut()?.next() {
                    Some(node) => node,
                    None => {
                        self.nodes.pop();
                        continue;
                    }
                },
            };
            match &**node {
                Node::Branch { children, .. } => self.nodes.push(children.iter()),
                Node::Leaf { things, .. } => self.things = things.iter(),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Iter<'_> {}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::live::Device;

    fn device(name: &str, state: u32) -> Thing {
        Thing::Device(Arc::new(Device { device: name.to_owned(), state: Some(state.to_string()) }))
    }

    #[test]
    fn a_map_holds_what_a_plain_one_holds_and_its_clones_do_not_change() {
        let (mut map, mut plain) = (Map::default(), HashMap::new());
        let mut kept = Vec::new();
        let mut random = 1_u32;
        for step in 0..20_000 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = (random >> 20 & 511).to_string();
            match random >> 30 {
                0 => assert_eq!(map.remove(&key), plain.remove(&key)),
                _ => {
                    map.insert(device(&key, step));
                    plain.insert(key.clone(), device(&key, step));
                }
            }
            if step % 1_000 == 0 {
                kept.push((map.clone(), plain.clone()));
            }
        }
        kept.push((map, plain));
        for (map, plain) in kept {
            assert_eq!(map.iter().len(), plain.len());
            let seen: HashMap<String, Thing> =
                map.iter().map(|thing| (thing.key().to_owned(), thing.clone())).collect();
            assert_eq!(seen, plain);
            assert!(plain.iter().all(|(key, thing)| map.get(key) == Some(thing)));
            assert!(map.get("absent").is_none());
        }
    }

    #[test]
    fn an_emptied_map_keeps_no_node() {
        let mut map = Map::default();
        for number in 0..1_000 {
            map.insert(device(&number.to_string(), number));
        }
        for number in 0..1_000 {
            map.remove(&number.to_string());
        }
        assert!(map.root.is_none());
    }
}
