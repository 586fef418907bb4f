//! Events: raw, with every header in order, and typed, one struct an event.

#[macro_use]
mod declare;
mod catalogue;
mod groups;
mod raw;
mod record;
pub(crate) mod values;
mod variables;

pub use catalogue::*;
pub use groups::*;
pub use raw::Event;
pub use values::*;
pub use variables::{ChanVariable, Variables};
