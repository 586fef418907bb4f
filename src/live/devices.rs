//! Devices and hints: who is free.

use super::channels::owned;
use super::family::Family;
use super::fields::fields;
use super::table::Noted;
use crate::event::values::{DeviceState, ExtensionState, Value};
use crate::event::{self, Event};

/// The state of a device.
///
/// Asterisk never takes a device out of its list: states of deleted queues and of phones that are long gone stay.
/// Local channels are not in it, and are no devices here: Asterisk tells of their states, but keeps none, and their
/// names are without end.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Device {
    /// The device, such as `PJSIP/100` or `Custom:door`.
    pub device: String,
    /// The state as Asterisk spells it, such as `INUSE`; [`Device::device_state`] reads it.
    pub state: Option<String>,
}

fields!(Device { device, state });

impl Device {
    /// The state; `None` if it is unknown.
    pub fn device_state(&self) -> Option<DeviceState<'_>> {
        self.state.as_deref().and_then(DeviceState::read)
    }
}

/// The state of an extension with a hint.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Hint {
    /// Extension and context, `exten@context`.
    pub id: String,
    /// The extension.
    pub exten: String,
    /// The context.
    pub context: String,
    /// The devices whose states make up this one.
    pub hint: Option<String>,
    /// The state.
    pub status: Option<ExtensionState>,
}

fields!(Hint { id, exten, context, hint, status });

impl Device {
    /// Of a peer that calls in over IAX2, Asterisk tells states that it does not keep itself, as if nothing were known
    /// of the device, and its list goes on to say what was before: events and list differ, and neither is wrong.
    pub(super) fn inherit(&mut self, shown: &Self) -> bool {
        let is_kept = !self.device.starts_with("IAX2/") && shown.device_state() != Some(DeviceState::Unknown);
        self.state != shown.state && is_kept
    }
}

impl Hint {
    pub(super) fn inherit(&mut self, shown: &Self) -> bool {
        self.status != shown.status
    }
}

/// The channels whose states Asterisk tells of and does not keep.
const NOT_KEPT: [&str; 5] = ["Local/", "CBAnn/", "CBRec/", "Announcer/", "Recorder/"];

/// Takes the state of a device.
fn device(table: &mut Noted, e: &event::DeviceStateChange<'_>) {
    let state = e.state.and_then(|state| owned(state.as_str()));
    let is_kept = !NOT_KEPT.iter().any(|technology| e.device.starts_with(technology));
    if e.device.is_empty() || !is_kept || table.get::<Device>(e.device).is_some_and(|device| device.state == state) {
        return;
    }
    table.put(Device { device: e.device.to_owned(), state });
}

/// Takes the state of an extension; one that is gone, or has no hint any more, is taken away.
fn hint(table: &mut Noted, e: &event::ExtensionStatus<'_>) {
    let id = format!("{}@{}", e.exten, e.context);
    if e.exten.is_empty() {
        return;
    }
    if matches!(e.status, Some(ExtensionState::Removed | ExtensionState::Deactivated)) {
        table.remove(&id);
        return;
    }
    let old = table.get::<Hint>(&id);
    let text = owned(e.hint).or_else(|| old.and_then(|old| old.hint.clone()));
    let hint = Hint { id, exten: e.exten.to_owned(), context: e.context.to_owned(), hint: text, status: e.status };
    if old.map_or(true, |old| **old != hint) {
        table.put(hint);
    }
}

pub(super) fn apply_device(devices: &mut Family, event: &Event) {
    let e = event::DeviceStateChange::from(event);
    devices.apply(&mut |table, _| device(table, &e));
}

pub(super) fn apply_hint(hints: &mut Family, event: &Event) {
    let e = event::ExtensionStatus::from(event);
    hints.apply(&mut |table, _| hint(table, &e));
}

/// Puts in what `DeviceStateList` lists.
pub(super) fn list_devices(devices: &mut Family, items: &[Event]) {
    devices.list(&mut |table| items.iter().for_each(|item| device(table, &event::DeviceStateChange::from(item))));
}

/// Puts in what `ExtensionStateList` lists.
pub(super) fn list_hints(hints: &mut Family, items: &[Event]) {
    hints.list(&mut |table| items.iter().for_each(|item| hint(table, &event::ExtensionStatus::from(item))));
}
