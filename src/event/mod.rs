//! Events: raw, with every header in order, and typed, one struct an event.

mod raw;

pub use raw::Event;
