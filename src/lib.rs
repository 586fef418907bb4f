//! Blocking client for the Asterisk Manager Interface (AMI).

pub mod action;
mod error;
pub mod event;
#[cfg(feature = "mock")]
pub mod mock;
pub mod packet;
mod response;

pub use action::Action;
pub use error::{Error, Loss, Outcome, Result};
pub use event::Event;
pub use response::Response;
