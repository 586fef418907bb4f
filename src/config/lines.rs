//! The changes of a category's lines.

use std::ops::Range;

use crate::action::ConfigChange;
use crate::config::plan::{common, Obstacle, Plan};
use crate::config::Line;

impl Plan<'_> {
    pub(super) fn edit(&mut self, at: usize, place: usize) -> Result<(), Obstacle> {
        let wanted = &self.wanted.categories[place].lines;
        let pairs = common(self.held[at].own(), wanted);
        if pairs.len() == wanted.len() && pairs.iter().all(Option::is_some) {
            return Ok(());
        }
        self.room(2);
        let name = self.set_apart(at)?;
        // From the end to the beginning, so that the numbers of what is still to do stay.
        let (mut old_end, mut new_end) = (pairs.len(), wanted.len());
        for (old, pair) in pairs.into_iter().enumerate().rev() {
            if let Some(new) = pair {
                self.rewrite(at, old + 1..old_end, &wanted[new + 1..new_end]);
                (old_end, new_end) = (old, new);
            }
        }
        self.rewrite(at, 0..old_end, &wanted[..new_end]);
        self.room(1);
        self.put_back(at, name);
        Ok(())
    }

    /// Puts lines in the place of own lines.
    fn rewrite(&mut self, at: usize, old: Range<usize>, new: &[Line]) {
        let common = old.len().min(new.len());
        for own in (old.start + common..old.end).rev() {
            self.drop_line(at, own);
        }
        for (added, line) in new[common..].iter().enumerate() {
            self.room(2);
            self.add(at, old.end + added, line);
        }
        for changed in (0..common).rev() {
            self.replace(at, old.start + changed, &new[changed]);
        }
    }

    /// Puts a line in the place of an own line.
    fn replace(&mut self, at: usize, own: usize, line: &Line) {
        self.room(2);
        let held = &self.held[at];
        let number = held.inherited + own;
        let was = &held.lines[number];
        // An update takes the first line of the name, and with a value that it had the first with both.
        let first = held.lines.iter().position(|line| {
            line.name.eq_ignore_ascii_case(&was.name)
                && (was.value.is_empty() || line.value.eq_ignore_ascii_case(&was.value))
        });
        if line.name.eq_ignore_ascii_case(&was.name) && first == Some(number) {
            self.update(at, number, line);
        } else {
            self.drop_line(at, own);
            self.room(2);
            self.add(at, own, line);
        }
    }

    fn update(&mut self, at: usize, number: usize, line: &Line) {
        let held = &self.held[at];
        let was = &held.lines[number].value;
        let mut change = ConfigChange::update(&held.name, &line.name, written(line));
        if !was.is_empty() {
            change = change.matching(was);
        }
        self.push(change, &self.held[at].kind());
        self.held[at].lines[number] = line.clone();
    }

    fn drop_line(&mut self, at: usize, own: usize) {
        self.room(1);
        let held = &self.held[at];
        let number = held.inherited + own;
        let change = ConfigChange::delete(&held.name, &held.lines[number].name).at_line(number as u32);
        self.push(change, &held.kind());
        self.held[at].lines.remove(number);
    }

    /// Adds a line before an own line, or at the end; needs room for two changes if it is not the end.
    pub(super) fn add(&mut self, at: usize, own: usize, line: &Line) {
        let held = &self.held[at];
        let (kind, number) = (held.kind(), held.inherited + own);
        if number == held.lines.len() {
            // Not inserted: past the first line of a category without lines an insertion ends the server.
            self.push(ConfigChange::append(&held.name, &line.name, written(line)), &kind);
            self.held[at].lines.push(line.clone());
            return;
        }
        let name = held.name.clone();
        // An insertion writes `=`, whatever the value begins with; an update then makes it `=>`.
        let is_plain = !written(line).starts_with('>');
        let value = if is_plain { line.value.clone() } else { self.name_of_its_own() };
        self.push(ConfigChange::insert(name, number as u32, &line.name, &value), &kind);
        self.held[at].lines.insert(number, Line::new(&line.name, value));
        if !is_plain {
            self.update(at, number, line);
        }
    }
}

/// A value as it is sent: `>` before it makes `=>`, and is taken off.
fn written(line: &Line) -> String {
    let mark = if line.object || line.value.starts_with('>') { ">" } else { "" };
    format!("{mark}{}", line.value)
}
