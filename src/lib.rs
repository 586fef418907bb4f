//! Blocking client for the Asterisk Manager Interface (AMI).

pub mod action;
mod error;
pub mod event;
pub mod packet;
mod response;

pub use action::Action;
pub use error::{Error, Loss, Outcome, Result};
pub use event::{Event, Typed};
pub use response::Response;
