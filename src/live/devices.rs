//! Devices and hints: who is free.

use super::family::Listed;
use super::fields::fields;
use super::map::Keyed;
use crate::event::values::{DeviceState, ExtensionState, Value};

/// The state of a device.
///
/// Asterisk never takes a device out of its list: states of deleted queues and of phones that are long gone stay.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Device {
    /// The device, such as `PJSIP/100` or `Custom:door`.
    pub device: String,
    /// The state as Asterisk spells it, such as `INUSE`; [`Device::device_state`] reads it.
    pub state: Option<String>,
}

fields!(Device { device, state });

impl Keyed for Device {
    fn key(&self) -> &str {
        &self.device
    }
}

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

impl Keyed for Hint {
    fn key(&self) -> &str {
        &self.id
    }
}

impl Listed for Device {
    fn inherit(&mut self, shown: &Self) -> bool {
        self != shown
    }
}

impl Listed for Hint {
    fn inherit(&mut self, shown: &Self) -> bool {
        self != shown
    }
}
