//! Channel variables, in the three shapes in which events carry them.

use std::fmt;

use super::raw::Event;
use crate::packet::Headers;

/// A channel variable that an event carries; made by [`Event::variables`].
///
/// Asterisk sends the variables that `channelvars` in `manager.conf` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChanVariable<'a> {
    /// Which of the event's channels it belongs to, as the prefix of that channel's headers: `Dest` for
    /// `DestChanVariable`. Empty for a plain `ChanVariable`.
    pub prefix: &'a str,
    /// The name of the channel, where the header has it: `ChanVariable(PJSIP/100-00000001)`. Otherwise empty.
    pub channel: &'a str,
    /// The variable's name, or a dialplan function with its argument.
    pub name: &'a str,
    /// The variable's value; C-escaped from Asterisk 13.5 and 14 on: see [`unescape`](crate::event::unescape).
    pub value: &'a str,
}

/// The channel variables of an event in order; made by [`Event::variables`].
#[derive(Clone)]
pub struct Variables<'a> {
    headers: Headers<'a>,
}

impl Event {
    /// The channel variables that the event carries, in all shapes in which Asterisk sends them:
    /// `ChanVariable: name=value`, `DestChanVariable: name=value`, `ChanVariable(channel): name=value`, and
    /// the `Variable: name=value` of a `Status` before Asterisk 12.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::{packet::Packet, Event};
    ///
    /// let event = Event::from(Packet::new(b"Event: Hangup\r\nChanVariable: customer=4711\r\n"));
    /// let all: Vec<_> = event.variables().map(|variable| (variable.name, variable.value)).collect();
    /// assert_eq!(all, [("customer", "4711")]);
    /// ```
    pub fn variables(&self) -> Variables<'_> {
        Variables { headers: self.iter() }
    }

    /// The value of the first channel variable of this name, of whichever channel; `None` if the event carries none.
    ///
    /// Names of variables compare with regard to case. The value is C-escaped from Asterisk 13.5 and 14 on: see
    /// [`unescape`](crate::event::unescape).
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::{packet::Packet, Event};
    ///
    /// let event = Event::from(Packet::new(b"Event: Hangup\r\nChanVariable: customer=4711\r\n"));
    /// assert_eq!(event.variable("customer"), Some("4711"));
    /// assert_eq!(event.variable("ticket"), None);
    /// ```
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables().find(|variable| variable.name == name).map(|variable| variable.value)
    }
}

impl<'a> Iterator for Variables<'a> {
    type Item = ChanVariable<'a>;

    fn next(&mut self) -> Option<ChanVariable<'a>> {
        self.headers.find_map(|(header, text)| variable(header, text))
    }
}

/// The variable that a header carries, if it carries one.
fn variable<'a>(header: &'a str, text: &'a str) -> Option<ChanVariable<'a>> {
    let (prefix, channel) = owner(header)?;
    // A `Variable` without a value is the name of one, as in VarSet.
    let (name, value) = match text.split_once('=') {
        None if is_plain(header) => return None,
        pair => pair.unwrap_or((text, "")),
    };
    Some(ChanVariable { prefix, channel, name, value })
}

#[cfg(feature = "serde")]
pub(super) fn is_variable(header: &str, text: &str) -> bool {
    variable(header, text).is_some()
}

#[cfg(feature = "serde")]
impl serde::Serialize for ChanVariable<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let owner =
            [("prefix", self.prefix), ("channel", self.channel)].into_iter().filter(|(_, text)| !text.is_empty());
        serializer.collect_map(owner.chain([("name", self.name), ("value", self.value)]))
    }
}

impl fmt::Debug for Variables<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

fn is_plain(header: &str) -> bool {
    header.eq_ignore_ascii_case("Variable")
}

/// The prefix and the channel that a header of a variable names; `None` if it is of another kind.
fn owner(header: &str) -> Option<(&str, &str)> {
    const NAME: &str = "ChanVariable";
    if is_plain(header) {
        return Some(("", ""));
    }
    let (name, channel) = match header.split_once('(') {
        Some((name, channel)) => (name, channel.strip_suffix(')')?),
        None => (header, ""),
    };
    let prefix = name.len().checked_sub(NAME.len())?;
    name.get(prefix..)?.eq_ignore_ascii_case(NAME).then(|| (&name[..prefix], channel))
}
