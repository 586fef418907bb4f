//! Actions: what a client asks of the server, by name with parameters or typed, one struct an action.

mod raw;

pub use raw::Action;

pub(crate) fn list_end(_action: &str) -> Option<crate::pending::ListEnd> {
    None
}
