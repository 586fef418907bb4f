//! The changes of a category's lines.

use std::ops::Range;

use crate::action::ConfigChange;
use crate::config::plan::{common, Obstacle, Plan};
use crate::config::Line;

impl Plan<'_> {
    pub(super) fn edit(&mut self, at: usize, place: usize) -> Result<(), Obstacle> {
        let wanted = &self.wanted.categories[place].lines;
        let pairs = common(&self.held[at].own, wanted);
        if self.held[at].own.len() == wanted.len() && pairs.iter().all(Option::is_some) {
            return Ok(());
        }
        self.room(2);
        let name = self.set_apart(at)?;
        // From the end to the beginning, so that the numbers of what is still to do stay.
        let (mut old_end, mut new_end) = (pairs.len(), wanted.len());
        for old in (0..pairs.len()).rev().map(Some).chain([None]) {
            let (old_start, new_start) = match old.map(|old| (old, pairs[old])) {
                Some((_, None)) => continue,
                Some((old, Some(new))) => (old + 1, new + 1),
                None => (0, 0),
            };
            self.rewrite(at, old_start..old_end, &wanted[new_start..new_end]);
            (old_end, new_end) = (old_start.saturating_sub(1), new_start.saturating_sub(1));
        }
        self.room(1);
        self.put_back(at, name);
        Ok(())
    }

    /// Puts lines in the place of others.
    fn rewrite(&mut self, at: usize, old: Range<usize>, new: &[Line]) {
        let common = old.len().min(new.len());
        for own in (old.start + common..old.end).rev() {
            self.drop_line(at, own);
        }
        for (own, line) in (old.end..).zip(&new[common..]) {
            self.room(2);
            self.add(at, own, line);
        }
        for (own, line) in (old.start..old.start + common).zip(&new[..common]).rev() {
            self.room(2);
            let held = &self.held[at];
            let was = &held.own[own];
            // An update takes the first line of the name, and with a value that it had the first with both.
            let first = held.lines().position(|line| {
                line.name.eq_ignore_ascii_case(&was.name)
                    && (was.value.is_empty() || line.value.eq_ignore_ascii_case(&was.value))
            });
            if line.name.eq_ignore_ascii_case(&was.name) && first == Some(held.inherited.len() + own) {
                self.update(at, own, line);
            } else {
                self.drop_line(at, own);
                self.room(2);
                self.add(at, own, line);
            }
        }
    }

    fn update(&mut self, at: usize, own: usize, line: &Line) {
        let held = &self.held[at];
        let mut change = ConfigChange::update(&held.name, &line.name, written(line));
        if !held.own[own].value.is_empty() {
            change = change.matching(&held.own[own].value);
        }
        self.push(change, &self.held[at].kind());
        self.held[at].own[own] = line.clone();
    }

    fn drop_line(&mut self, at: usize, own: usize) {
        self.room(1);
        let held = &self.held[at];
        let number = (held.inherited.len() + own) as u32;
        self.push(ConfigChange::delete(&held.name, &held.own[own].name).at_line(number), &held.kind());
        self.held[at].own.remove(own);
    }

    /// Adds a line before one of its own lines, or at the end; needs room for two changes if it is not the end.
    pub(super) fn add(&mut self, at: usize, own: usize, line: &Line) {
        let held = &self.held[at];
        let kind = held.kind();
        if own == held.own.len() {
            // Not inserted: past the first line of a category without lines an insertion ends the server.
            self.push(ConfigChange::append(&held.name, &line.name, written(line)), &kind);
            self.held[at].own.push(line.clone());
            return;
        }
        let number = (held.inherited.len() + own) as u32;
        let name = held.name.clone();
        // An insertion writes `=`, whatever the value begins with; an update then makes it `=>`.
        let is_plain = !written(line).starts_with('>');
        let value = if is_plain { line.value.clone() } else { self.name_of_its_own() };
        self.push(ConfigChange::insert(name, number, &line.name, &value), &kind);
        self.held[at].own.insert(own, Line::new(&line.name, value));
        if !is_plain {
            self.update(at, own, line);
        }
    }
}

/// A value as it is sent: `>` before it makes `=>`, and is taken off.
fn written(line: &Line) -> String {
    let mark = if line.object || line.value.starts_with('>') { ">" } else { "" };
    format!("{mark}{}", line.value)
}
