//! How `UpdateConfig` makes one file of another.
//!
//! A change names its category, and holds for all of that name: either for those that are templates or for the
//! others. Where several share a name, an expression on a line that only one of them has tells it from the rest; it
//! then gets a name of its own until it is done. Lines go by their numbers, which count what the category inherits. So
//! what follows keeps what the server has in memory, change by change.

use crate::action::{ConfigChange, UpdateConfig};
use crate::config::align::align;
use crate::config::check::{check, check_changes, invalid};
use crate::config::{Category, Config, Line};
use crate::error::{Error, Result};

/// The headers that are left for changes of the 128 that a server reads of an action.
const HEADERS: usize = 120;
/// The headers of the largest change.
const CHANGE: usize = 7;

pub(super) fn actions(before: &Config, wanted: &Config) -> Result<Vec<UpdateConfig>> {
    let mut pairs = pair(before, wanted);
    if nothing_changes(before, wanted, &pairs) {
        let copies = before.file != wanted.file;
        return Ok(if copies { vec![UpdateConfig::new(&before.file, &wanted.file)] } else { Vec::new() });
    }
    check(wanted)?;
    loop {
        keep_with_templates(before, wanted, &mut pairs);
        let mut plan = Plan::new(before, wanted, &pairs);
        match plan.make() {
            Ok(()) => return check_changes(&plan.actions).map(|()| plan.actions),
            Err(Obstacle::Refused(error)) => return Err(error),
            Err(Obstacle::NotAddressable(name, is_template)) => {
                if !part(before, &mut pairs, &name, is_template) {
                    return Err(invalid(&name, "cannot be told from another category of this name"));
                }
            }
        }
    }
}

fn nothing_changes(before: &Config, wanted: &Config, pairs: &[Option<usize>]) -> bool {
    before.categories.len() == wanted.categories.len()
        && (0..pairs.len())
            .all(|at| pairs[at] == Some(at) && same_lines(&before.categories[at], &wanted.categories[at]))
}

/// Has all categories of a name and kind made anew; `false` if they were to be already.
fn part(before: &Config, pairs: &mut [Option<usize>], name: &str, is_template: bool) -> bool {
    let mut changed = false;
    for (category, pair) in before.categories.iter().zip(pairs) {
        if category.is_template == is_template && category.is_called(name) {
            changed |= pair.take().is_some();
        }
    }
    changed
}

fn same_lines(old: &Category, new: &Category) -> bool {
    old.lines.len() == new.lines.len() && (0..old.lines.len()).all(|at| same(&old.lines[at], &new.lines[at]))
}

/// Whether a line can stay as it is; how it is written is not known.
fn same(old: &Line, new: &Line) -> bool {
    old.name == new.name && old.value == new.value
}

/// For each category of the one file the place in the other of what it becomes, in the order of both.
fn pair(before: &Config, wanted: &Config) -> Vec<Option<usize>> {
    let (old, new) = (&before.categories, &wanted.categories);
    align(old.len(), new.len(), &|row, column| likeness(&old[row], &new[column]), &|row| likeness(&old[row], &old[row]))
}

fn likeness(old: &Category, new: &Category) -> usize {
    if old.name != new.name || old.is_template != new.is_template || old.templates != new.templates {
        return 0;
    }
    let mut common_lines = 0;
    for place in common(&old.lines, &new.lines) {
        common_lines += usize::from(place.is_some());
    }
    1000 + 1000 * common_lines / old.lines.len().max(new.lines.len()).max(1)
}

/// For each line the place of the same line among the others.
pub(super) fn common(old: &[Line], new: &[Line]) -> Vec<Option<usize>> {
    align(old.len(), new.len(), &|row, column| usize::from(same(&old[row], &new[column])), &|_| 1)
}

/// A category whose template does not stay has to be made anew with it, and so has one whose lines have no numbers.
///
/// So has one whose templates will have no lines: the server would write into it what it inherited.
fn keep_with_templates(before: &Config, wanted: &Config, pairs: &mut [Option<usize>]) {
    loop {
        let mut changed = false;
        for at in 0..pairs.len() {
            let Some(to) = pairs[at] else { continue };
            let (old, new) = (&before.categories[at], &wanted.categories[to]);
            let mut stay = true;
            for (old, new) in old.templates.iter().zip(&new.templates) {
                let new = wanted.base(to, new);
                stay &= new.is_some() && before.base(at, old).and_then(|old| pairs[old]) == new;
            }
            let emptied = wanted.inherited(to).is_empty() && !before.inherited(at).is_empty();
            if !stay || emptied || (old.overrides && !same_lines(old, new)) {
                pairs[at] = None;
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

pub(super) enum Obstacle {
    /// Nothing tells the categories of this name and kind from each other.
    NotAddressable(String, bool),
    Refused(Error),
}

/// A category as the server has it in memory.
pub(super) struct Held<'a> {
    pub(super) name: String,
    is_template: bool,
    templates: &'a [String],
    /// First those that it inherits: a change goes by the place among all.
    pub(super) lines: Vec<Line>,
    pub(super) inherited: usize,
    /// The place of what it becomes; `None` if it goes.
    becomes: Option<usize>,
}

impl Held<'_> {
    pub(super) fn own(&self) -> &[Line] {
        &self.lines[self.inherited..]
    }

    fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    fn is_like(&self, other: &Held<'_>) -> bool {
        self.is_template == other.is_template && self.is_called(&other.name)
    }

    /// The expression that makes a change hold for templates.
    pub(super) fn kind(&self) -> Vec<String> {
        if self.is_template {
            vec!["TEMPLATES=restrict".to_owned()]
        } else {
            Vec::new()
        }
    }
}

pub(super) struct Plan<'a> {
    before: &'a Config,
    pub(super) wanted: &'a Config,
    pub(super) held: Vec<Held<'a>>,
    actions: Vec<UpdateConfig>,
    /// The headers of changes in the last action.
    headers: usize,
    names: usize,
}

impl<'a> Plan<'a> {
    fn new(before: &'a Config, wanted: &'a Config, pairs: &[Option<usize>]) -> Self {
        let mut held = Vec::with_capacity(pairs.len());
        for (at, category) in before.categories.iter().enumerate() {
            let mut lines = Vec::new();
            if !category.overrides {
                before.inherited(at).into_iter().for_each(|line| lines.push(line.clone()));
            }
            let inherited = lines.len();
            lines.extend_from_slice(&category.lines);
            held.push(Held {
                name: category.name.clone(),
                is_template: category.is_template,
                templates: &category.templates,
                lines,
                inherited,
                becomes: pairs[at],
            });
        }
        Self { before, wanted, held, actions: Vec::new(), headers: HEADERS, names: 0 }
    }

    /// The place of the first that a condition holds for.
    fn first(&self, condition: &dyn Fn(&Held<'a>) -> bool) -> Option<usize> {
        self.held.iter().position(condition)
    }

    fn make(&mut self) -> Result<(), Obstacle> {
        // What inherits goes before what it inherits from.
        self.delete(false)?;
        self.delete(true)?;
        for place in 0..self.wanted.categories.len() {
            match self.first(&|held| held.becomes == Some(place)) {
                Some(at) => self.edit(at, place)?,
                None => self.create(place)?,
            }
        }
        Ok(())
    }

    /// Makes room for changes that belong together; what is computed of the held before this may be wrong after it.
    pub(super) fn room(&mut self, changes: usize) {
        if self.headers + changes * CHANGE <= HEADERS {
            return;
        }
        let source = if self.actions.is_empty() { &self.before.file } else { &self.wanted.file };
        let mut action = UpdateConfig::new(source, &self.wanted.file);
        if self.first(&|held| !held.templates.is_empty()).is_some()
            || self.wanted.categories.iter().any(|category| !category.templates.is_empty())
        {
            action = action.preserve_effective_context(false);
        }
        self.actions.push(action);
        self.headers = 0;
        // The server reads the file again, and what a template has now is inherited.
        for at in 0..self.held.len() {
            let mut lines = self.inherited_of(at, self.held[at].templates);
            let inherited = lines.len();
            lines.extend_from_slice(self.held[at].own());
            self.held[at].lines = lines;
            self.held[at].inherited = inherited;
        }
    }

    fn inherited_of(&self, before: usize, templates: &[String]) -> Vec<Line> {
        let mut lines = Vec::new();
        for name in templates {
            match self.first(&|held| held.is_called(name)) {
                Some(base) if base < before => lines.extend_from_slice(&self.held[base].lines),
                _ => {}
            }
        }
        lines
    }

    pub(super) fn push(&mut self, change: ConfigChange, filter: &[String]) {
        let change = if filter.is_empty() { change } else { change.category_filter(filter) };
        self.headers += change.headers();
        let action = self.actions.pop().expect("there is room in an action");
        self.actions.push(action.change(change));
    }

    fn delete(&mut self, templates: bool) -> Result<(), Obstacle> {
        while let Some(at) = self.held.iter().rposition(|held| held.is_template == templates && held.becomes.is_none())
        {
            self.room(1);
            let stays = self.first(&|held| held.is_like(&self.held[at]) && held.becomes.is_some());
            let all_go = stays.is_none();
            let filter = if all_go { self.held[at].kind() } else { self.filter(at)? };
            let name = self.held[at].name.clone();
            self.push(ConfigChange::delete_category(&name), &filter);
            if all_go {
                self.held.retain(|held| !(held.is_template == templates && held.is_called(&name)));
            } else {
                self.held.remove(at);
            }
        }
        Ok(())
    }

    /// The expressions that tell a category from the others of its name.
    fn filter(&self, at: usize) -> Result<Vec<String>, Obstacle> {
        let held = &self.held[at];
        let mut filter = held.kind();
        if !self.has_others(at) {
            return Ok(filter);
        }
        for line in &held.lines {
            let is_theirs = |other: &Held<'_>| {
                !std::ptr::eq(other, held) && other.is_like(held) && other.lines.iter().any(|theirs| same(theirs, line))
            };
            if self.first(&is_theirs).is_some() {
                continue;
            }
            if let (Some(name), Some(value)) = (exactly(&line.name), exactly(&line.value)) {
                filter.push(format!("{name}={value}"));
                return Ok(filter);
            }
        }
        Err(Obstacle::NotAddressable(held.name.clone(), held.is_template))
    }

    /// Whether there are others of its name and kind.
    fn has_others(&self, at: usize) -> bool {
        let held = &self.held[at];
        self.first(&|other| !std::ptr::eq(other, held) && other.is_like(held)).is_some()
    }

    /// Gives a category a name that no other has, if another of its kind has the same; returns the one that it had.
    pub(super) fn set_apart(&mut self, at: usize) -> Result<Option<String>, Obstacle> {
        if !self.has_others(at) {
            return Ok(None);
        }
        // In a file that is written meanwhile nothing could inherit from it.
        let held = &self.held[at];
        if self.first(&|other| other.templates.iter().any(|name| held.is_called(name))).is_some() {
            return Err(Obstacle::NotAddressable(held.name.clone(), held.is_template));
        }
        let filter = self.filter(at)?;
        let name = self.name_of_its_own();
        self.push(ConfigChange::rename_category(&self.held[at].name, &name), &filter);
        Ok(Some(std::mem::replace(&mut self.held[at].name, name)))
    }

    pub(super) fn put_back(&mut self, at: usize, name: Option<String>) {
        if let Some(name) = name {
            let kind = self.held[at].kind();
            self.push(ConfigChange::rename_category(&self.held[at].name, &name), &kind);
            self.held[at].name = name;
        }
    }

    pub(super) fn name_of_its_own(&mut self) -> String {
        loop {
            self.names += 1;
            let name = format!("gami-{}", self.names);
            if self.before.category(&name).is_none() && self.wanted.category(&name).is_none() {
                return name;
            }
        }
    }

    fn create(&mut self, place: usize) -> Result<(), Obstacle> {
        self.room(3);
        let wanted = self.wanted;
        let category = &wanted.categories[place];
        let at = self.first(&|held| held.becomes > Some(place)).unwrap_or(self.held.len());
        let lines = self.inherited_of(at, &category.templates);
        let mut held = Held {
            name: category.name.clone(),
            is_template: category.is_template,
            templates: &category.templates,
            inherited: lines.len(),
            lines,
            becomes: Some(place),
        };
        for name in &category.templates {
            let base = self.first(&|base| base.is_called(name));
            if !base.is_some_and(|base| base < at && self.held[base].is_template) {
                let reason = format!("inherits from [{name}], which is no template: the server makes no such category");
                return Err(Obstacle::Refused(invalid(&category.name, reason)));
            }
        }
        let is_alone = self.first(&|other| other.is_like(&held)).is_none();
        if !is_alone {
            held.name = self.name_of_its_own();
        }
        self.make_category(at, &held)?;
        self.held.insert(at, held);
        for line in &category.lines {
            self.room(1);
            self.add(at, self.held[at].own().len(), line);
        }
        if !is_alone {
            self.room(1);
            self.put_back(at, Some(category.name.clone()));
        }
        Ok(())
    }

    /// Makes a category without lines before another, or at the end.
    fn make_category(&mut self, at: usize, held: &Held<'_>) -> Result<(), Obstacle> {
        let mut change = ConfigChange::new_category(&held.name);
        if self.first(&|other| other.is_called(&held.name)).is_some() {
            change = change.allow_duplicates();
        }
        if held.is_template {
            change = change.template();
        }
        if !held.templates.is_empty() {
            change = change.inherit(held.templates);
        }
        let mut name = None;
        if let Some(anchor) = self.held.get(at) {
            // It goes before the first of the name that it is given.
            if self.first(&|other| other.is_called(&anchor.name)) != Some(at) {
                name = Some(self.set_apart_from_all(at)?);
            }
            change = change.matching(&self.held[at].name);
        }
        self.push(change, &[]);
        self.put_back(at, name);
        Ok(())
    }

    /// As [`Plan::set_apart`] where another of the name is of the other kind.
    fn set_apart_from_all(&mut self, at: usize) -> Result<String, Obstacle> {
        if let Some(name) = self.set_apart(at)? {
            return Ok(name);
        }
        let kind = self.held[at].kind();
        let name = self.name_of_its_own();
        self.push(ConfigChange::rename_category(&self.held[at].name, &name), &kind);
        Ok(std::mem::replace(&mut self.held[at].name, name))
    }
}

/// The regular expression that matches a text and nothing else; `None` where a character could mean something.
fn exactly(text: &str) -> Option<String> {
    let mut pattern = String::from("^");
    for c in text.chars() {
        match c {
            '.' => pattern.push_str("[.]"),
            '_' | '-' | '/' | '@' | ':' | ' ' => pattern.push(c),
            _ if c.is_ascii_alphanumeric() => pattern.push(c),
            _ => return None,
        }
    }
    pattern.push('$');
    Some(pattern)
}
