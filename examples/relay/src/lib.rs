//! What the relay and its consumer are made of: see the README.

#![forbid(unsafe_code)]

pub mod actions;
pub mod backlog;
pub mod consumer;
pub mod entry;
pub mod events;
pub mod ledger;
pub mod request;
pub mod seen;
pub mod sender;
pub mod servers;
pub mod settings;
pub mod stop;
pub mod store;
pub mod taking;
