//! What the user may read, as far as the server tells: its command line knows `manager show user`.
//!
//! Nothing else tells. A user who may run no commands gets parts that look valid, and are put right by audits alone
//! where it may not read their events.

use super::part::{Part, Parts};
use crate::action::Action;

/// The class of the fence's event.
pub(super) const FENCE: &str = "dialplan";

pub(super) fn question(user: &str) -> Action {
    Action::new("Command").param("Command", format!("manager show user {user}"))
}

/// The classes that the user may read, from the answer.
pub(super) fn read_classes(output: &str) -> Option<Vec<String>> {
    let line = output.lines().find_map(|line| {
        let (name, classes) = line.split_once(':')?;
        ["read perm", "read perms"].contains(&name.trim()).then_some(classes)
    })?;
    Some(line.split(',').map(|class| class.trim().to_ascii_lowercase()).collect())
}

/// The parts whose events do not come, and the class that each needs.
pub(super) fn missing(has: impl Fn(&str) -> bool, parts: Parts) -> Vec<(Part, &'static str)> {
    parts.iter().map(|part| (part, class_of(part))).filter(|(_, class)| !has(class)).collect()
}

fn class_of(part: Part) -> &'static str {
    match part {
        Part::Calls | Part::Conferences | Part::Parking | Part::Devices | Part::Hints => "call",
        Part::Queues | Part::Agents => "agent",
        Part::Endpoints => "system",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_whose_events_the_user_may_not_read_is_found() {
        let output = "\n       username: limited\n         secret: <Set>\n            ACL: no\n      read perm: call,dialplan\n     write perm: all\n";
        let read = read_classes(output).unwrap();
        assert_eq!(read, ["call", "dialplan"]);
        let parts = Parts::new().calls().queues().endpoints();
        let may_read = |class: &str| read.iter().any(|known| known == class);
        assert_eq!(missing(may_read, parts), [(Part::Queues, "agent"), (Part::Endpoints, "system")]);
        assert_eq!(read_classes("No such manager: x"), None);
    }
}
