//! Classes of events and of rights: `call`, `system` and the others.

/// A set of classes, as a server holds an event mask and what a user may read and write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Classes(u32);

const NAMES: &[&str] = &[
    "system",
    "call",
    "log",
    "verbose",
    "command",
    "agent",
    "user",
    "config",
    "dtmf",
    "reporting",
    "cdr",
    "dialplan",
    "originate",
    "agi",
    "hookresponse",
    "cc",
    "aoc",
    "test",
    "security",
    "message",
];

impl Classes {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(u32::MAX);
    pub(super) const SYSTEM: Self = Self(1);

    /// An event mask as a server reads it: `on`, `off`, a number, or names between commas, without blanks and in
    /// lower case. Unknown names count for nothing. `None` for an empty mask, which a server refuses.
    pub(super) fn of_mask(mask: &str) -> Option<Self> {
        if mask.is_empty() {
            return None;
        }
        if mask.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self(mask.parse().unwrap_or(u32::MAX)));
        }
        let is_one_of = |words: &[&str]| words.iter().any(|word| mask.eq_ignore_ascii_case(word));
        Some(if is_one_of(&["no", "false", "n", "f", "off"]) {
            Self::NONE
        } else if is_one_of(&["yes", "true", "y", "t", "on"]) {
            Self::ALL
        } else {
            Self::of_names(mask)
        })
    }

    /// As in `read` and `write` of manager.conf.
    pub(super) fn of_names(names: &str) -> Self {
        names.split(',').fold(Self::NONE, |classes, name| match name {
            "all" => Self::ALL,
            name => NAMES.iter().position(|known| *known == name).map_or(classes, |at| Self(classes.0 | 1 << at)),
        })
    }

    /// The classes in the `Privilege` of an event, which ends in `all` for whoever reads everything.
    pub(super) fn of_privilege(privilege: &str) -> Self {
        Self::of_names(privilege.strip_suffix(",all").unwrap_or(privilege))
    }

    pub(super) fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// Whether all of these classes are among them.
    pub(super) fn contain(self, all: Self) -> bool {
        self.0 & all.0 == all.0
    }

    /// Whether one of these classes is among them.
    pub(super) fn overlap(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_read_as_a_server_reads_it() {
        for mask in ["on", "YES", "all", "call,all", "4294967295"] {
            assert_eq!(Classes::of_mask(mask), Some(Classes::ALL), "{mask}");
        }
        for mask in ["off", "No", "0", "none", "calls", "Call", " call"] {
            assert_eq!(Classes::of_mask(mask), Some(Classes::NONE), "{mask}");
        }
        assert_eq!(Classes::of_mask(""), None);
        assert_eq!(Classes::of_mask("1"), Some(Classes::SYSTEM));
        assert_eq!(Classes::of_mask("nonsense,system"), Some(Classes::SYSTEM));
    }

    #[test]
    fn an_event_needs_all_its_classes() {
        assert_eq!(Classes::of_privilege("call"), Classes::of_privilege("call,all"));
        assert_eq!(Classes::of_privilege("<none>"), Classes::NONE);
        let event = Classes::of_privilege("agent,user,all");
        assert!(Classes::of_names("user,agent,call").contain(event));
        assert!(!Classes::of_names("agent").contain(event));
        assert!(Classes::ALL.contain(event));
    }
}
