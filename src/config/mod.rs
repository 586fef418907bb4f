//! Configuration files of the server: read as a structure, changed, and written back.
//!
//! [`Client::get_config`](crate::Client::get_config) reads a file as a [`Config`]: its categories in order, with those
//! of one name, with templates; their lines in order, with those of one name. A program changes a copy, and
//! [`Client::update_config`](crate::Client::update_config) sends what makes the one of the other. What stays is
//! not touched: the order of the file, its comments, its `=>` and its `#include`.
//!
//! ```no_run
//! use gami::config::Category;
//!
//! # let ami = gami::Client::dial("127.0.0.1:5038")?;
//! let before = ami.get_config("queues.conf")?;
//! let mut after = before.clone();
//! if let Some(support) = after.category_mut("support") {
//!     support.set("strategy", "leastrecent");
//!     support.lines.retain(|line| line.value != "PJSIP/101");
//! }
//! after.replace(Category::new("sales").line("strategy", "ringall").object("member", "PJSIP/100"));
//! after.remove("old");
//! ami.update_config(&before, &after, Some("app_queue.so"))?;
//! # Ok::<(), gami::Error>(())
//! ```
//!
//! # What the server does on its own
//!
//! - It writes the whole file anew: `name=value` becomes `name = value`, a header of comments names the date. The
//!   comments before and behind a line or a category stay with it, and go with it. A `[name](+)` is joined with
//!   the category that it adds to. Files that this one includes are written too.
//! - A line of a category that repeats one of its template, name and value, is left out, whatever the action
//!   changed. With `disallow = all` in the template and again, before another `allow`, in the category, that
//!   changes what holds. So [`Config::update_to`] refuses such a line.
//! - It does not tell `=>` from `=`: see [`Line::object`].
//! - Nothing guards against another program that changes the file in between: lines are addressed by their number.
//!
//! # Versions
//!
//! Templates, and several categories of one name, need Asterisk 13.2 and later: before, `GetConfig` does not tell
//! of them, and `UpdateConfig` takes no notice of the options that address them. The rest holds from 1.8 on. A change
//! that needs these options is refused where the server's greeting tells that it is 11 or older.

mod align;
mod check;
mod lines;
mod plan;
#[cfg(test)]
mod simulated;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::action::{GetConfig, UpdateConfig};
use crate::error::Result;
use crate::response::Response;
use crate::secrets::Mask;

/// A configuration file: its categories in order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The file's name, such as `queues.conf`, in the server's folder of configuration.
    pub file: String,
    /// The categories in the order of the file; several may have one name.
    pub categories: Vec<Category>,
}

/// A category of a configuration file: what stands under `[name]`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Category {
    /// The name, which compares without regard to case.
    pub name: String,
    /// Whether it is a template, `[name](!)`: only there for others to inherit from.
    pub is_template: bool,
    /// The categories that it inherits from, `[name](first,second)`.
    pub templates: Vec<String>,
    /// Its own lines in order, without those that it inherits; several may have one name.
    pub lines: Vec<Line>,
    /// Whether it changes inherited lines in their place, by `+=`: then its lines have no numbers that are known.
    overrides: bool,
}

/// A line of a category, `name = value`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// What stands before the `=`; compares without regard to case.
    pub name: String,
    /// What stands behind it, without blanks around it.
    pub value: String,
    /// Whether to write it as `name => value`.
    ///
    /// It counts only where the line is written anew. `GetConfig` does not tell, so it is `false` in what was read;
    /// a line that stays, or whose value changes, keeps its own sign. To Asterisk both are the same.
    pub object: bool,
}

impl Config {
    /// A file without categories.
    ///
    /// The server writes only files that are there: [`CreateConfig`](crate::action::CreateConfig) makes an empty one.
    pub fn new(file: impl Into<String>) -> Self {
        Self { file: file.into(), categories: Vec::new() }
    }

    /// The action that asks for a whole file, templates included; [`Config::read`] reads its response.
    pub fn request(file: impl Into<String>) -> GetConfig {
        GetConfig::new(file).filter("TEMPLATES=include")
    }

    /// Reads the response to [`Config::request`].
    ///
    /// Headers that are no part of a file are passed over.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::config::Config;
    /// use gami::packet::Packet;
    /// use gami::Response;
    ///
    /// let text = b"Response: Success\r\nCategory-000000: support\r\nLine-000000-000000: member=PJSIP/100\r\n\
    ///     Line-000000-000001: member=PJSIP/101\r\n";
    /// let config = Config::read("queues.conf", &Response::from(Packet::new(text)));
    /// let members: Vec<_> = config.category("support").unwrap().get_all("member").collect();
    /// assert_eq!(members, ["PJSIP/100", "PJSIP/101"]);
    /// ```
    pub fn read(file: impl Into<String>, response: &Response) -> Self {
        Self::of(file.into(), response)
    }

    fn of(file: String, response: &Response) -> Self {
        let mut categories: Vec<(u32, Category)> = Vec::new();
        for (header, value) in response.iter() {
            let (kind, rest) = header.split_once('-').unwrap_or((header, ""));
            let number = rest.split_once('-').map_or(rest, |(number, _)| number);
            let Ok(number) = number.parse() else { continue };
            if kind.eq_ignore_ascii_case("Category") {
                categories.push((number, Category::new(value)));
            } else if let Some((_, category)) = categories.iter_mut().rfind(|(other, _)| *other == number) {
                category.read(kind, value);
            }
        }
        let mut config = Self { file, categories: Vec::new() };
        // What the server lists of a category begins with what it inherits.
        let mut whole: Vec<Vec<Line>> = Vec::new();
        for (_, mut category) in categories {
            let all = std::mem::take(&mut category.lines);
            let at = config.categories.len();
            config.categories.push(category);
            let mut inherited: Vec<Line> = Vec::new();
            for template in &config.categories[at].templates {
                if let Some(base) = config.base(at, template) {
                    inherited.extend_from_slice(&whole[base]);
                }
            }
            let category = &mut config.categories[at];
            category.overrides = !all.starts_with(&inherited);
            let own = if category.overrides { 0 } else { inherited.len() };
            category.lines = all[own..].to_vec();
            whole.push(all);
        }
        config
    }

    /// The first category of a name, in any case; a template too.
    pub fn category(&self, name: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.is_called(name))
    }

    /// The first category of a name, in any case, to change it.
    pub fn category_mut(&mut self, name: &str) -> Option<&mut Category> {
        self.categories.iter_mut().find(|category| category.is_called(name))
    }

    /// Puts a category in the place of the first of its name, or at the end if there is none.
    pub fn replace(&mut self, category: Category) {
        match self.category_mut(&category.name) {
            Some(old) => *old = category,
            None => self.categories.push(category),
        }
    }

    /// Removes all categories of a name, in any case; returns how many there were.
    pub fn remove(&mut self, name: &str) -> usize {
        let before = self.categories.len();
        self.categories.retain(|category| !category.is_called(name));
        before - self.categories.len()
    }

    /// The lines that a category inherits, by its place in [`Config::categories`], those of the first template first.
    ///
    /// # Panics
    ///
    /// If there is no such place.
    pub fn inherited(&self, place: usize) -> Vec<&Line> {
        let mut inherited = Vec::new();
        for template in &self.categories[place].templates {
            if let Some(base) = self.base(place, template) {
                inherited.append(&mut self.inherited(base));
                self.categories[base].lines.iter().for_each(|line| inherited.push(line));
            }
        }
        inherited
    }

    /// The place of a category that another inherits from; `None` if it is not there before it.
    fn base(&self, place: usize, template: &str) -> Option<usize> {
        self.categories[..place].iter().position(|base| base.is_called(template))
    }

    /// The actions that make `wanted` of this file, as it is on the server; none if there is nothing to change.
    ///
    /// They are to be sent in order, each once the one before is answered; [`UpdateConfig::reload`] goes on the last.
    /// An action takes about thirty changes. It is written whole or not at all; of several, each writes a file that
    /// can be read. Where the two have different names, the first action reads this file and all write the other, which
    /// has to be there.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for what the server cannot write: a name or value that it would read
    /// otherwise, a template that is not there before the category which inherits from it, a line that repeats one
    /// of a template.
    pub fn update_to(&self, wanted: &Self) -> Result<Vec<UpdateConfig>> {
        plan::actions(self, wanted)
    }
}

impl Category {
    /// A category without lines.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), is_template: false, templates: Vec::new(), lines: Vec::new(), overrides: false }
    }

    /// A template without lines, `[name](!)`.
    pub fn template(name: impl Into<String>) -> Self {
        Self { is_template: true, ..Self::new(name) }
    }

    /// Inherits from a template; can be called again.
    #[must_use]
    pub fn inherit(mut self, template: impl Into<String>) -> Self {
        self.templates.push(template.into());
        self
    }

    /// Adds a line `name = value` at the end.
    #[must_use]
    pub fn line(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.lines.push(Line::new(name, value));
        self
    }

    /// Adds a line `name => value` at the end, as `exten` and `member` are mostly written.
    #[must_use]
    pub fn object(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.lines.push(Line { object: true, ..Line::new(name, value) });
        self
    }

    /// Takes a header that tells of it.
    fn read(&mut self, kind: &str, value: &str) {
        if kind.eq_ignore_ascii_case("Line") {
            let (name, value) = value.split_once('=').unwrap_or((value, ""));
            self.lines.push(Line::new(name, value));
        } else if kind.eq_ignore_ascii_case("IsTemplate") {
            self.is_template = value != "0";
        } else if kind.eq_ignore_ascii_case("Templates") {
            self.templates = value.split(',').map(|name| name.trim().to_owned()).collect();
        }
    }

    fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value of the last of its own lines with a name, in any case.
    ///
    /// Most of Asterisk takes the last where a line comes again.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.lines.iter().rfind(|line| line.name.eq_ignore_ascii_case(name)).map(|line| line.value.as_str())
    }

    /// The values of all of its own lines with a name, in any case, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.lines.iter().filter(move |line| line.name.eq_ignore_ascii_case(name)).map(|line| line.value.as_str())
    }

    /// Sets the value of the last of its own lines with a name, in any case; adds one at the end if there is none.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        match self.lines.iter_mut().rfind(|line| line.name.eq_ignore_ascii_case(name)) {
            Some(line) => line.value = value.into(),
            None => self.lines.push(Line::new(name, value)),
        }
    }

    /// Removes all of its own lines with a name, in any case; returns how many there were.
    pub fn remove(&mut self, name: &str) -> usize {
        let before = self.lines.len();
        self.lines.retain(|line| !line.name.eq_ignore_ascii_case(name));
        before - self.lines.len()
    }
}

impl PartialEq for Category {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.is_template, &self.templates, &self.lines)
            == (&other.name, other.is_template, &other.templates, &other.lines)
    }
}

impl Eq for Category {}

impl Line {
    /// A line `name = value`.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), object: false }
    }

    /// Whether the server holds the two for the same.
    fn is(&self, other: &Self) -> bool {
        self.name.eq_ignore_ascii_case(&other.name) && self.value == other.value
    }
}

impl fmt::Debug for Line {
    /// As it is written, with `***` in place of secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = Mask::default().show(&self.name, &self.value).into_owned();
        write!(f, "{} {} {value}", self.name, if self.object { "=>" } else { "=" })
    }
}
