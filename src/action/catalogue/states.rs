//! States of extensions, devices and presence.

use crate::action::Action;

actions! {
    /// Tells the state of an extension by its hint.
    ExtensionState(context: text = "Context", exten: text = "Exten") needs "call, reporting" in "1.0 and later"
        answers "a response with `Hint`, `Status` and, from 13 on, `StatusText`; the status is -1 where there is no hint" {}

    /// Lists the states of all hints.
    ///
    /// Kept current by the event [`ExtensionStatus`](crate::event::ExtensionStatus).
    ExtensionStateList() needs "call, reporting" in "13 and later"
        lists "events [`ExtensionStatus`](crate::event::ExtensionStatus)" completes "ExtensionStateListComplete" {}

    /// Lists the devices whose state is known.
    ///
    /// Kept current by the event [`DeviceStateChange`](crate::event::DeviceStateChange).
    DeviceStateList() needs "call, reporting" in "13 and later"
        lists "events [`DeviceStateChange`](crate::event::DeviceStateChange)" completes "DeviceStateListComplete" {}

    /// Tells the presence that a provider reports, such as `CustomPresence:alice`.
    PresenceState(provider: text = "Provider") needs "call, reporting" in "11 and later"
        answers "a response with `State` and, where they are set, `Subtype` and `PresenceMessage`, which comes as a second `Message` too" {}

    /// Lists the presences that are known.
    ///
    /// Kept current by the event [`PresenceStateChange`](crate::event::PresenceStateChange).
    PresenceStateList() needs "call, reporting" in "13 and later"
        lists "events [`PresenceStateChange`](crate::event::PresenceStateChange)" completes "PresenceStateListComplete" {}
}
