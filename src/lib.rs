//! Blocking client for the Asterisk Manager Interface (AMI).
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod action;
mod client;
mod clock;
mod engine;
mod error;
pub mod event;
mod link;
#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod mock;
mod options;
mod outlets;
pub mod packet;
mod pending;
mod reader;
mod response;
mod session;
mod stream;
mod sync;

pub use crossbeam_channel::{select, Receiver};

pub use action::Action;
pub use client::{Client, Items, List, Originated};
pub use engine::State;
pub use error::{Error, Loss, Outcome, PartialList, Result};
pub use event::{Event, Typed};
#[cfg(feature = "tls")]
pub use options::Tls;
pub use options::{Backoff, LoginMode, Options};
pub use outlets::Stats;
pub use response::Response;
