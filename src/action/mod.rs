//! Actions: what a client asks of the server, by name with parameters or typed, one struct an action.
//!
//! Everything that takes an action takes `impl Into<Action>`. [`Action`] is the raw form: a name and
//! parameters, anything that a server may know. Beside it stands one type for each action of
//! Asterisk's own, from [`AbsoluteTimeout`] to [`WaitEvent`], named as on the wire: what the action
//! requires goes into `new`, the rest are methods that can be chained.
//!
//! ```
//! use gami::action::{Action, QueueAdd};
//!
//! let typed = QueueAdd::new("support", "PJSIP/100").penalty(2).member_name("Alice");
//! let raw = Action::new("QueueAdd")
//!     .param("Queue", "support")
//!     .param("Interface", "PJSIP/100")
//!     .param("Penalty", 2)
//!     .param("MemberName", "Alice");
//! assert_eq!(Action::from(typed), raw);
//! ```
//!
//! # Conventions
//!
//! - Arguments stand in the order of the dialplan: context, extension, priority; family, key; context,
//!   mailbox; queue, interface.
//! - A method that sets a parameter a second time replaces the first value, unless its documentation
//!   says that it can be called again.
//! - A closed set of values is an enum; [`str::parse`] reads one from text, in any case.
//! - Times are a [`Duration`](std::time::Duration); each is sent in the unit that Asterisk reads there,
//!   fractions of that unit rounded up.
//! - `timeout` is how long the *client* waits for the answer, as [`Action::timeout`]. The two actions
//!   with an optional time of the same name call it otherwise, and do without this method:
//!   [`Originate::ring_timeout`] and [`Park::parking_timeout`].
//! - What a type does not offer can still be sent: turn it into an [`Action`] and add the parameter
//!   with [`Action::param`].
//!
//! # What the documentation says of each
//!
//! - *Privilege*: the class that the manager's user needs in its `write` list. Where several are named,
//!   any one of them suffices.
//! - *Asterisk*: the versions that have it, as far as it was seen in a server (1.8, 22), in Asterisk's
//!   own documentation (16, 22), or is known from its release notes. It may be older than said.
//!   Whether a server has it depends on its modules too; one that has not answers `Response: Error`
//!   with `Invalid/unknown command`.
//! - *Answers*: what to expect on success. Any action can be answered with `Response: Error` and a
//!   `Message`.
//!
#![doc = include_str!("topics.md")]

mod catalogue;
mod raw;
mod typed;
mod values;

pub use catalogue::*;
pub(crate) use catalogue::{answers_no_list, is_empty_list, list_end, ListEnd};
pub(crate) use raw::is_one_of;
pub use raw::{Action, ParamValues, Params};
pub use values::*;
