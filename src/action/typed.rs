//! From a typed action to the raw one.

use super::raw::Action;

/// What every typed action can be made into.
///
/// It is not exported: `Action::from` is what programs use.
pub trait Typed {
    fn into_action(self) -> Action
    where
        Self: Sized;

    fn as_action(&self) -> &Action;
}

impl<T: Typed> Typed for &T {
    fn into_action(self) -> Action {
        T::as_action(self).clone()
    }

    fn as_action(&self) -> &Action {
        T::as_action(self)
    }
}

/// Any of the typed actions of this module, or a reference to one.
// A `From` for each of them would fill the page of `Action`, and be compared with every other by the compiler.
impl<T: Typed> From<T> for Action {
    fn from(typed: T) -> Self {
        typed.into_action()
    }
}
