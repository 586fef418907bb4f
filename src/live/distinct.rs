//! Texts, each once: ids of channels.

use std::collections::HashSet;

/// So many are looked through one by one.
const FEW: usize = 16;

/// Texts in the order in which they came, each once: mostly one or two, but all there are after a new list.
#[derive(Debug, Default)]
pub(super) struct Distinct {
    items: Vec<String>,
    /// The same, where they are many.
    many: HashSet<String>,
}

impl Distinct {
    pub fn items(&self) -> &[String] {
        &self.items
    }

    pub fn into_items(self) -> Vec<String> {
        self.items
    }

    pub fn has(&self, item: &str) -> bool {
        match self.items.len() < FEW {
            true => self.items.iter().any(|other| other == item),
            false => self.many.contains(item),
        }
    }

    /// Whether it is new.
    pub fn add(&mut self, item: &str) -> bool {
        if self.has(item) {
            return false;
        }
        self.items.push(item.to_owned());
        match self.items.len() {
            FEW => self.many.extend(self.items.iter().cloned()),
            many if many > FEW => drop(self.many.insert(item.to_owned())),
            _ => {}
        }
        true
    }

    pub fn extend(&mut self, items: &[String]) {
        for item in items {
            self.add(item);
        }
    }

    /// Takes all away; room for so many is kept.
    pub fn clear(&mut self, room: usize) {
        self.items.clear();
        self.items.shrink_to(room);
        self.many = HashSet::new();
    }
}

/// Puts a text into a short list that lacks it.
pub(super) fn put_in(list: &mut Vec<String>, item: &str) {
    if !list.iter().any(|other| other == item) {
        list.push(item.to_owned());
    }
}

/// Takes a text out of a list.
pub(super) fn take_out(list: &mut Vec<String>, item: &str) {
    list.retain(|other| other != item);
}
