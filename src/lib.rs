//! A blocking client for the Asterisk Manager Interface (AMI): Asterisk 1.8 to 23, over TCP and TLS.
//!
//! [`Options::connect`] connects, logs in and stays: with [`Options::reconnect`] it comes back after every loss, and is
//! there before its server. [`Client::dial`] connects once. Either starts the one thread that reads. From then on any
//! number of threads act on the client and its clones, and take what comes from its streams.
//!
//! ```no_run
//! use gami::{select, Backoff, Options, State, Typed};
//! use std::time::Duration;
//!
//! fn main() -> gami::Result<()> {
//!     let ami = Options::new()
//!         .reconnect(Backoff::new())
//!         .keepalive(Duration::from_secs(15))
//!         .connect("127.0.0.1:5038", "admin", "secret")?;
//!     let states = ami.states();
//!     loop {
//!         select! {
//!             recv(ami.events()) -> event => match event {
//!                 Ok(event) => match event.typed() {
//!                     Typed::Hangup(e) => println!("{} is gone: {:?}", e.channel.name, e.cause),
//!                     other => println!("{other:?}"),
//!                 },
//!                 Err(_) => return Ok(()), // the client is closed
//!             },
//!             recv(states) -> state => match state {
//!                 Ok(State::Connected) => println!("up"),
//!                 Ok(state) => println!("what you see is old: {state:?}"),
//!                 Err(_) => return Ok(()),
//!             },
//!         }
//!     }
//! }
//! ```
//!
//! # Design
//!
//! One thread for each client reads the link, cuts the bytes into packets, and hands these on: responses to the threads
//! that wait for them, events to the streams, trouble to the error streams. It never waits for a caller and never runs
//! a caller's code. A thread that makes an action writes it itself; several that write at the same time share one system
//! call. For asynchronous actions that follow each other a thread of the link writes.
//!
//! All that belongs to one connection dies with it: what was pending fails, then the loss is announced.
//! What survives is the client: its streams, and the memory of what a login set, from which
//! [`Client::reconnect`] or [`Options::reconnect`] restore it. So a loop over [`Client::events`] does not end
//! with a loss, but waits for what comes over the next link.
//!
//! A [`Fleet`] is several servers as one, each with a client of its own and all with one stream of events.
//!
//! # Actions
//!
//! - [`Client::action`] waits for the response, [`Client::async_action`] gives it over a channel.
//! - [`Client::list`] collects an answer that is a list; [`Client::list_items`] gives it one by one.
//! - [`Client::command`] runs a line of Asterisk's command line.
//! - [`Client::originate`] makes a call and waits for its outcome; [`Client::async_originate`] can be given up.
//!
//! Actions are given by name or typed ([`action`]). Events keep every header as it came ([`Event`]) and
//! decode into a struct each ([`event`], [`Typed`]).
//!
//! # Threads
//!
//! - `gami-reader`: one a client, for as long as it has a link or comes back by itself.
//! - `gami-connect`: for the moments in which a link is made; a connection that is given up on leaves it
//!   behind for at most the connect timeout, or until the system's resolver gives up on a name.
//! - `gami-writer`: at most one a link, only while actions of [`Client::async_action`] follow each other or a
//!   write is stuck.
//! - `gami-clock`: one for the whole process, only where [`Client::async_action`] is used. It stays until the
//!   deadlines of all these actions have passed, also of those that were answered, or their links have ended.
//! - `gami-recorder`: one a [`Recorder`].
//! - `gami-live`: one a [`Live`], and one for all models of a [`Fleet`].
//! - `gami-fleet`: one a [`Fleet`], which merges what its servers send; `gami-close`: one a server, while it is closed.
//!
//! - `gami-live`: one for each [`Live`] model, one for all of a fleet's.
//!
//! The page [`costs`] says which operations are cheap and which are not.
//!
//! # Logging
//!
//! The crate logs by the crate `log`, also on its own threads, and under no lock. A logger may do what it likes: one that
//! is slow holds up the link that it logs for, one that panics costs that link. It may close the client. What it would
//! wait for on the thread that reads, such as the answer to [`Client::action`], is refused at once with
//! [`Error::Invalid`]: nobody could read it. [`Client::async_action`] does not wait.
//!
//! # Processes that fork
//!
//! A child has a copy of the client and none of its threads. It must not drop or close that copy, which would log off
//! the parent's session: let it end by `exec` or `_exit`, or [`std::mem::forget`] the client.
//!
//! # Features
//!
//! - `tls` (on by default): TLS through the system's library.
//! - `vendored`: builds OpenSSL from source.
//! - `serde`: `Serialize` for raw events and responses, and for typed events.
//! - `mock`: `gami::mock`, a scriptable AMI server for your own tests.
//!
//! # What is not supported
//!
//! AMI over HTTP, and the other interfaces of Asterisk (ARI, AGI). Nothing here is async.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod action;
mod client;
mod clock;
pub mod config;
#[doc = include_str!("costs.md")]
pub mod costs {}
mod engine;
mod error;
pub mod event;
mod fleet;
mod link;
pub mod live;
#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod mock;
mod net;
mod options;
pub mod packet;
pub mod recording;
mod response;
mod secrets;
mod sync;

// For programs that name their types: these are the versions that this crate uses.
pub use crossbeam_channel;
pub use crossbeam_channel::{select, Receiver};
#[cfg(feature = "tls")]
pub use native_tls;

pub use action::Action;
pub use client::{Client, Follow, Items, List, Originating, Step, Subscription};
pub use engine::{Interest, State, Stats};
pub use error::{Error, Loss, Outcome, PartialList, Result};
pub use event::{Event, Typed};
pub use fleet::{Fleet, FleetBuilder, FleetEvent, FleetLive};
pub use link::Originated;
pub use live::{Change, Live, Part, Parts, Snapshot, Validity};
#[cfg(feature = "tls")]
pub use options::Tls;
pub use options::{Backoff, LoginMode, Options};
pub use recording::{Recorder, Recording};
pub use response::Response;

// Its section on TLS needs the feature.
#[cfg(all(doctest, feature = "tls"))]
#[doc = include_str!("../README.md")]
struct Readme;
