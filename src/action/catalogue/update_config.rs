//! `UpdateConfig`, whose parameters come in numbered families.

use std::fmt;

use crate::action::raw::is_passed_over;
use crate::action::Action;
use crate::secrets::Mask;

actions! {
    /// Changes a configuration file, or writes the changed file under another name.
    ///
    /// The changes are made in order, and all or none are written. A change takes three to seven of the
    /// 128 headers that Asterisk reads of an action: about thirty changes fit. [`Config`](crate::config::Config) makes
    /// the actions of a file as it is and one as it should be.
    UpdateConfig(src_filename: text = "SrcFilename", dst_filename: text = "DstFilename") needs "config" in "1.4 and later"
        answers "a plain response; an error names what failed, as in `Update did not complete successfully`" {
        /// # Examples
        ///
        /// ```
        /// use gami::action::{ConfigChange, UpdateConfig};
        ///
        /// let update = UpdateConfig::new("queues.conf", "queues.conf")
        ///     .change(ConfigChange::new_category("support"))
        ///     .change(ConfigChange::append("support", "strategy", "ringall"))
        ///     .change(ConfigChange::append("support", "member", "PJSIP/100").object())
        ///     .change(ConfigChange::update("sales", "timeout", "20").matching("15"))
        ///     .reload("app_queue.so");
        /// # let _ = update;
        /// ```
        set reload: text = "Reload", "Makes this module read its configuration afterwards, such as `app_queue.so`; `yes` for all.";
        set preserve_effective_context: truth = "PreserveEffectiveContext",
            "Whether categories keep the values that they had from a template which changes, as they do by default (13.2 and later).";
    }
}

impl UpdateConfig {
    /// Adds a change; can be called again.
    ///
    /// Sent as `Action-000000`, `Cat-000000` and so on, the next as `Action-000001`.
    pub fn change(mut self, change: ConfigChange) -> Self {
        let index = self.0.iter().filter(|(name, _)| name.starts_with("Action-")).count();
        for (name, value) in change.parts() {
            self.0.push(format!("{name}-{index:06}"), value);
        }
        self
    }

    /// Whether a change has an option.
    pub(crate) fn has_options(&self) -> bool {
        self.0.iter().any(|(name, _)| name.starts_with("Options-"))
    }

    /// The first name or value in the changes that begins with what a server passes over.
    pub(crate) fn misread(&self) -> Option<&str> {
        let misread = self.0.iter().find(|(name, value)| name.contains('-') && value.starts_with(is_passed_over));
        misread.map(|(_, value)| value)
    }
}

/// One change of a configuration file, for [`UpdateConfig::change`].
///
/// A category is a section of the file, a variable a line `name = value` of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigChange {
    action: &'static str,
    cat: String,
    var: Option<String>,
    value: Option<String>,
    matching: Option<String>,
    line: Option<u32>,
    options: Vec<String>,
}

impl ConfigChange {
    /// The headers without their numbers.
    fn parts(&self) -> Vec<(&'static str, String)> {
        let mut parts = vec![("Action", self.action.to_owned()), ("Cat", self.cat.clone())];
        for (name, value) in [("Var", &self.var), ("Value", &self.value), ("Match", &self.matching)] {
            if let Some(value) = value {
                parts.push((name, value.clone()));
            }
        }
        if let Some(line) = self.line {
            parts.push(("Line", line.to_string()));
        }
        if !self.options.is_empty() {
            parts.push(("Options", self.options.join(",")));
        }
        parts
    }

    /// How many headers it takes of the 128 that a server reads of an action.
    pub(crate) fn headers(&self) -> usize {
        self.parts().len()
    }

    fn make(action: &'static str, category: impl Into<String>) -> Self {
        Self { action, cat: category.into(), var: None, value: None, matching: None, line: None, options: Vec::new() }
    }

    fn var(mut self, variable: impl Into<String>) -> Self {
        self.var = Some(variable.into());
        self
    }

    fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Makes a category; an error if there is one of that name, unless [`ConfigChange::allow_duplicates`].
    ///
    /// With [`ConfigChange::matching`] it goes before the category of that name, else at the end.
    pub fn new_category(category: impl Into<String>) -> Self {
        Self::make("NewCat", category)
    }

    /// Renames a category.
    pub fn rename_category(category: impl Into<String>, name: impl Into<String>) -> Self {
        Self::make("RenameCat", category).value(name)
    }

    /// Deletes a category with all that is in it.
    pub fn delete_category(category: impl Into<String>) -> Self {
        Self::make("DelCat", category)
    }

    /// Deletes all that is in a category (1.6 and later).
    pub fn empty_category(category: impl Into<String>) -> Self {
        Self::make("EmptyCat", category)
    }

    /// Gives a variable that is there another value.
    ///
    /// With [`ConfigChange::matching`] only where it had that value.
    pub fn update(category: impl Into<String>, variable: impl Into<String>, value: impl Into<String>) -> Self {
        Self::make("Update", category).var(variable).value(value)
    }

    /// Deletes a variable.
    ///
    /// With [`ConfigChange::matching`] only where it has that value, with [`ConfigChange::at_line`] only there.
    pub fn delete(category: impl Into<String>, variable: impl Into<String>) -> Self {
        Self::make("Delete", category).var(variable)
    }

    /// Adds a variable at the end of a category.
    pub fn append(category: impl Into<String>, variable: impl Into<String>, value: impl Into<String>) -> Self {
        Self::make("Append", category).var(variable).value(value)
    }

    /// Adds a variable before a line of a category (1.6 and later); lines count from 0.
    ///
    /// The lines that the category inherits from templates count too. It is written with `=`, also after
    /// [`ConfigChange::object`]. To a category without lines use [`ConfigChange::append`]: there a server loses what is
    /// inserted as line 0 when another line follows, and crashes on a higher number (22).
    pub fn insert(
        category: impl Into<String>,
        line: u32,
        variable: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self::make("Insert", category).at_line(line).var(variable).value(value)
    }

    /// Writes the variable as an object, `name => value`.
    #[must_use]
    pub fn object(mut self) -> Self {
        if let Some(value) = &mut self.value {
            if !value.starts_with('>') {
                value.insert(0, '>');
            }
        }
        self
    }

    /// Only where the variable has this value.
    #[must_use]
    pub fn matching(mut self, value: impl Into<String>) -> Self {
        self.matching = Some(value.into());
        self
    }

    /// Only at this line of the category, whatever its name; lines count from 0, with those that the category inherits
    /// from templates (1.6 and later).
    ///
    /// For [`ConfigChange::delete`]; the others take no notice of it.
    #[must_use]
    pub fn at_line(mut self, line: u32) -> Self {
        self.line = Some(line);
        self
    }

    /// Makes a category although there is one of that name (13.2 and later).
    #[must_use]
    pub fn allow_duplicates(self) -> Self {
        self.option("allowdups")
    }

    /// Makes a category that is a template (13.2 and later).
    #[must_use]
    pub fn template(self) -> Self {
        self.option("template")
    }

    /// Makes a category that inherits from these templates (13.2 and later).
    #[must_use]
    pub fn inherit<T: AsRef<str>>(self, templates: impl IntoIterator<Item = T>) -> Self {
        self.option(&quoted("inherit", templates))
    }

    /// Goes on where there is nothing to change: a category to delete that is not there, a variable to delete, a category to
    /// make that is there already (16 and later, not documented).
    #[must_use]
    pub fn ignore_error(self) -> Self {
        self.option("ignoreerror")
    }

    /// Only in categories with variables that match all of these expressions, `name=value`, both regular
    /// expressions, or `TEMPLATES=include` or `restrict` for templates (13.2 and later).
    ///
    /// For every change but a new category, where several have the same name. A change of a template needs one of the
    /// latter two: without, templates are passed over.
    #[must_use]
    pub fn category_filter<T: AsRef<str>>(self, expressions: impl IntoIterator<Item = T>) -> Self {
        self.option(&quoted("catfilter", expressions))
    }

    fn option(mut self, option: &str) -> Self {
        self.options.push(option.to_owned());
        self
    }
}

impl fmt::Debug for ConfigChange {
    /// The headers, with `***` in place of secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut mask = Mask::default();
        f.write_str("ConfigChange ")?;
        let mut shown = f.debug_map();
        for (name, value) in self.parts() {
            shown.entry(&name, &mask.show(name, &value));
        }
        shown.finish()
    }
}

/// An option that takes a list, in quotes so that its commas end no option.
fn quoted<T: AsRef<str>>(name: &str, values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| value.as_ref().to_owned()).collect();
    format!("{name}=\"{}\"", values.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_numbered_from_zero_without_a_gap() {
        let action = Action::from(
            UpdateConfig::new("a.conf", "b.conf")
                .change(ConfigChange::new_category("c"))
                .reload("yes")
                .change(ConfigChange::append("c", "member", "x").object())
                .change(ConfigChange::insert("c", 3, "n", "v")),
        );
        let sent: Vec<_> = action.iter().collect();
        assert_eq!(
            sent,
            [
                ("SrcFilename", "a.conf"),
                ("DstFilename", "b.conf"),
                ("Action-000000", "NewCat"),
                ("Cat-000000", "c"),
                ("Reload", "yes"),
                ("Action-000001", "Append"),
                ("Cat-000001", "c"),
                ("Var-000001", "member"),
                ("Value-000001", ">x"),
                ("Action-000002", "Insert"),
                ("Cat-000002", "c"),
                ("Var-000002", "n"),
                ("Value-000002", "v"),
                ("Line-000002", "3"),
            ]
        );
    }

    #[test]
    fn a_change_shows_itself_without_secrets() {
        let change = ConfigChange::update("ann", "password", "hunter2").matching("hunter1");
        let shown =
            r#"ConfigChange {"Action": "Update", "Cat": "ann", "Var": "password", "Value": "***", "Match": "***"}"#;
        assert_eq!(format!("{change:?}"), shown);
    }

    #[test]
    fn options_are_joined_and_lists_in_them_quoted() {
        let change = ConfigChange::new_category("c").allow_duplicates().inherit(["a", "b"]);
        let action = Action::from(UpdateConfig::new("a", "b").change(change));
        assert_eq!(action.get("Options-000000"), Some("allowdups,inherit=\"a,b\""));
    }
}
