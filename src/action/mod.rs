//! Actions: what a client asks of the server, by name with parameters or typed, one struct an action.

mod raw;

pub use raw::Action;
