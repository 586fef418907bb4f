//! What the user may read, as far as the server tells: its command line knows `manager show user`.
//!
//! Nothing else tells. A user who may run no commands gets parts that look valid, and are put right by audits alone
//! where it may not read their events.

use super::part::{Part, Parts};
use crate::action::{Action, EventClass, EventMask};

/// The class of the fence's event.
pub(super) const FENCE: EventClass = EventClass::Dialplan;

pub(super) fn question(user: &str) -> Action {
    Action::new("Command").param("Command", format!("manager show user {user}"))
}

/// The classes that the user may read, from the answer.
pub(super) fn read_classes(output: &str) -> Option<EventMask> {
    let line = output.lines().find_map(|line| {
        let (name, classes) = line.split_once(':')?;
        ["read perm", "read perms"].contains(&name.trim()).then_some(classes)
    })?;
    Some(EventMask::from(line))
}

/// The parts whose events do not come, and the class that each needs.
pub(super) fn missing(lets_through: &dyn Fn(EventClass) -> bool, parts: Parts) -> Vec<(Part, &'static str)> {
    let mut missing = Vec::new();
    for part in parts.iter() {
        let class = class_of(part);
        if !lets_through(class) {
            missing.push((part, class.as_str()));
        }
    }
    missing
}

fn class_of(part: Part) -> EventClass {
    match part {
        Part::Calls | Part::Conferences | Part::Parking | Part::Devices | Part::Hints => EventClass::Call,
        Part::Queues | Part::Agents => EventClass::Agent,
        Part::Endpoints => EventClass::System,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_whose_events_the_user_may_not_read_is_found() {
        let output = "\n       username: limited\n         secret: <Set>\n            ACL: no\n      read perm: call,dialplan\n     write perm: all\n";
        let read = read_classes(output).unwrap();
        assert!(read.lets_through(FENCE));
        let parts = Parts::new().calls().queues().endpoints();
        assert_eq!(
            missing(&|class| read.lets_through(class), parts),
            [(Part::Queues, "agent"), (Part::Endpoints, "system")]
        );
        assert_eq!(read_classes("No such manager: x"), None);
    }
}
