//! What a server would write otherwise than it is wanted.

use crate::action::UpdateConfig;
use crate::config::Config;
use crate::error::{Error, Result};

pub(super) fn invalid(category: &str, reason: impl Into<String>) -> Error {
    Error::invalid(format!("category [{category}]"), reason.into())
}

/// Whether a file that the server writes says what is wanted.
pub(super) fn check(wanted: &Config) -> Result<()> {
    for (at, category) in wanted.categories.iter().enumerate() {
        let name = &category.name;
        if name.is_empty() || name.len() > 79 || name.contains(']') {
            return Err(invalid(name, "a name has 1 to 79 bytes, and no `]`"));
        }
        if let Some(missing) = category.templates.iter().find(|base| wanted.base(at, base).is_none()) {
            return Err(invalid(name, format!("inherits from [{missing}], which is not in the file before it")));
        }
        let inherited = wanted.inherited(at);
        if let Some(line) = category.lines.iter().find(|line| inherited.iter().any(|other| line.is(other))) {
            let reason = format!("the server drops `{line:?}`, which it inherits too");
            return Err(invalid(name, reason));
        }
        for line in &category.lines {
            let is_stripped = |text: &str| text.trim_matches(|c: char| c <= ' ') == text;
            let refused = if line.name.is_empty() || line.name.contains('=') || line.name.starts_with(['[', '#']) {
                "is no name of a line"
            } else if !is_stripped(&line.name) || !is_stripped(&line.value) {
                "has blanks around its name or value, which the server drops"
            } else {
                continue;
            };
            return Err(invalid(name, format!("`{line:?}` {refused}")));
        }
    }
    Ok(())
}

/// Refuses changes of which the server would make one in another category than the one that is meant.
pub(super) fn check_changes(actions: &[UpdateConfig]) -> Result<()> {
    match actions.iter().find_map(UpdateConfig::misread) {
        None => Ok(()),
        Some(name) => Err(invalid(name, "the server reads the name in a change without the blank that it begins with")),
    }
}
