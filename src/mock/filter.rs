//! Event filters, as the action `Filter` adds them.

use regex_lite::{Regex, RegexBuilder};

use super::classes::Classes;
use super::version::Version;
use super::Request;
use crate::packet::Packet;

/// A filter of a session.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    excludes: bool,
    /// Only events of this name.
    name: Option<String>,
    /// Only in this header; else in the whole event.
    header: Option<String>,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Expression(Regex),
    Is(String),
    StartsWith(String),
    EndsWith(String),
    Contains(String),
    /// The name and the header suffice.
    Nothing,
}

impl Filter {
    /// The filter that an action asks for, or the message with which it is refused.
    pub(super) fn of_action(action: &Request, version: Version) -> Result<Self, &'static str> {
        const MALFORMED: &str = "Filter was formatted incorrectly.  Check the syntax of the filter given.";
        let pattern = action.get("Filter").unwrap_or_default();
        let (excludes, pattern) = pattern.strip_prefix('!').map_or((false, pattern), |pattern| (true, pattern));
        // An older server lets everything through with a header that it does not know.
        let criteria = action.get("MatchCriteria").filter(|_| version.knows_filter_criteria());
        let Some(criteria) = criteria.filter(|criteria| !criteria.is_empty()) else {
            if pattern.is_empty() && version.knows_filter_criteria() {
                return Err(MALFORMED);
            }
            return Ok(Self { excludes, name: None, header: None, test: expression(pattern)? });
        };
        let mut filter = Self { excludes, name: None, header: None, test: Test::Nothing };
        let mut method = "none";
        for criterion in criteria.split([' ', ',', ')']).filter(|criterion| !criterion.is_empty()) {
            let (key, value) = criterion.split_once('(').filter(|(_, value)| !value.is_empty()).ok_or(MALFORMED)?;
            match (key, value) {
                ("action", "include") => filter.excludes = false,
                ("action", "exclude") => filter.excludes = true,
                ("name", name) => filter.name = Some(name.to_owned()),
                ("header", header) => filter.header = Some(header.trim_end_matches(':').to_owned()),
                ("method", name) => method = name,
                _ => return Err(MALFORMED),
            }
        }
        let pattern_for = |test: fn(String) -> Test| test(pattern.to_owned());
        filter.test = match method {
            "none" => Test::Nothing,
            "regex" => expression(pattern)?,
            "exact" => pattern_for(Test::Is),
            "starts_with" => pattern_for(Test::StartsWith),
            "ends_with" => pattern_for(Test::EndsWith),
            "contains" => pattern_for(Test::Contains),
            _ => return Err(MALFORMED),
        };
        let tests_nothing = matches!(filter.test, Test::Nothing);
        if pattern.is_empty() != tests_nothing || tests_nothing && filter.name.is_none() && filter.header.is_none() {
            return Err(MALFORMED);
        }
        Ok(filter)
    }

    fn matches(&self, event: &Packet) -> bool {
        if self.name.as_deref().is_some_and(|name| event.get("Event") != Some(name)) {
            return false;
        }
        match &self.header {
            None => self.test.holds_for(&format!("{}\r\n", event.text())),
            Some(name) => {
                let values = event.iter().filter(|(key, value)| key == name && !value.is_empty());
                values.into_iter().any(|(_, value)| self.test.holds_for(value.trim_start()))
            }
        }
    }
}

/// POSIX's extended expressions, whose dot and brackets match line ends too.
fn expression(pattern: &str) -> Result<Test, &'static str> {
    let compiled = RegexBuilder::new(pattern).dot_matches_new_line(true).build();
    compiled.map(Test::Expression).map_err(|_| "Filter did not compile.  Check the syntax of the filter given.")
}

impl Test {
    fn holds_for(&self, text: &str) -> bool {
        match self {
            Self::Expression(expression) => expression.is_match(text),
            Self::Is(whole) => text == whole,
            Self::StartsWith(start) => text.starts_with(start.as_str()),
            Self::EndsWith(end) => text.ends_with(end.as_str()),
            Self::Contains(part) => text.contains(part.as_str()),
            Self::Nothing => true,
        }
    }
}

/// What a session lets through of the events.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    /// What the user may read.
    pub(super) readable: Classes,
    pub(super) mask: Classes,
    pub(super) filters: Vec<Filter>,
}

impl Selection {
    pub(super) fn lets_all_through(&self) -> bool {
        self.readable == Classes::ALL && self.mask == Classes::ALL && self.filters.is_empty()
    }

    pub(super) fn lets_through(&self, event: &Packet) -> bool {
        let classes = Classes::of_privilege(event.get("Privilege").unwrap_or_default());
        let is_wanted = !self.mask.is_none() && self.mask.contain(classes) && self.readable.contain(classes);
        let any = |excludes| self.filters.iter().any(|filter| filter.excludes == excludes && filter.matches(event));
        let has_includes = self.filters.iter().any(|filter| !filter.excludes);
        is_wanted && (!has_includes || any(false)) && !any(true)
    }
}
