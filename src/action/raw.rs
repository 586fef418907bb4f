//! An action by name, with its parameters in order.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::secrets::Mask;

/// A line that Asterisk reads whole, its line end not counted (`get_input` in `manager.c`).
const LONGEST_LINE: usize = 1022;
/// Asterisk reads so many headers of an action (`AST_MAX_MANHEADERS`).
const MOST_HEADERS: usize = 128;
/// The longest `ActionID` that every handler of Asterisk echoes whole.
const LONGEST_ACTION_ID: usize = 67;

/// An action by name, with its parameters in the order in which they are sent.
///
/// Everything that takes an action takes `impl Into<Action>`: a name, a pair of a name and parameters,
/// an `Action`, or one of the typed actions beside it.
///
/// Nothing is checked before the action is sent: a name or value that Asterisk could not read is
/// refused then, with an error that names the header.
///
/// # Examples
///
/// ```
/// use gami::Action;
///
/// let ping = Action::from("Ping");
/// let events = Action::from(("Events", [("EventMask", "on")]));
/// let hangup = Action::new("Hangup").param("Channel", "PJSIP/100-00000001").param("Cause", 16);
/// # let _ = (ping, events, hangup);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Action {
    name: Cow<'static, str>,
    params: Vec<(Cow<'static, str>, String)>,
    pub(super) timeout: Option<Duration>,
    complete: Option<Cow<'static, str>>,
    privilege: Privilege,
}

/// The class that a typed action says that the user needs; no part of what an action is.
#[derive(Debug, Clone, Copy, Default)]
struct Privilege(Option<&'static str>);

impl PartialEq for Privilege {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Privilege {}

impl Action {
    /// An action without parameters.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), params: Vec::new(), timeout: None, complete: None, privilege: Privilege(None) }
    }

    /// Adds a parameter; one of the same name may stand there already.
    ///
    /// The parameter `ActionID` sets the id that the response will carry. Without it the client makes
    /// one that no other session can guess. An id of your own must be another each time: as long as the answer
    /// to the last action with it may come, the next one is refused.
    #[must_use]
    pub fn param(mut self, name: impl Into<Cow<'static, str>>, value: impl ToString) -> Self {
        self.push(name, value.to_string());
        self
    }

    /// Waits this long for the answer instead of the client's `action_timeout`.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Names the event that ends this action's list, for `list`.
    ///
    /// Needed only where the action is not in the catalogue and the server is so old (up to 13.1) that
    /// it does not mark the end with `EventList: Complete`.
    #[must_use]
    pub fn complete_event(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.complete = Some(name.into());
        self
    }

    /// The action's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first value of a parameter, its name in any case; `None` if there is no such parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_all(name).next()
    }

    /// All values of a parameter in order, its name in any case; none at all if there is no such parameter.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::Action;
    ///
    /// let call = Action::new("Originate").param("Variable", "a=1").param("Variable", "b=2");
    /// assert!(call.get_all("variable").eq(["a=1", "b=2"]));
    /// ```
    pub fn get_all<'a, 'k>(&'a self, name: &'k str) -> ParamValues<'a, 'k> {
        ParamValues { params: self.iter(), name }
    }

    /// All parameters, name and value, in order.
    pub fn iter(&self) -> Params<'_> {
        Params { params: self.params.iter() }
    }

    /// A typed action, whose type says that the user needs this privilege.
    pub(super) fn declared(name: &'static str, privilege: &'static str) -> Self {
        Self { privilege: Privilege(Some(privilege)), ..Self::new(name) }
    }

    pub(super) fn with(mut self, name: &'static str, value: String) -> Self {
        self.params.push((Cow::Borrowed(name), value));
        self
    }

    pub(crate) fn push(&mut self, name: impl Into<Cow<'static, str>>, value: String) {
        self.params.push((name.into(), value));
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut String> {
        self.params.iter_mut().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Sets a parameter that an action has once, in place of what it had.
    pub(crate) fn set(&mut self, name: &'static str, value: String) {
        match self.get_mut(name) {
            Some(old) => *old = value,
            None => self.push(name, value),
        }
    }

    /// Adds to a parameter that takes a list, after a comma.
    pub(crate) fn join(&mut self, name: &'static str, value: String) {
        match self.get_mut(name) {
            Some(old) => {
                old.push(',');
                old.push_str(&value);
            }
            None => self.push(name, value),
        }
    }

    /// Whether it is a filter that servers of before 2024 do not understand: they take it, and let everything through.
    pub(crate) fn needs_criteria(&self) -> bool {
        self.name.eq_ignore_ascii_case("Filter") && self.get("MatchCriteria").is_some()
    }

    /// Whether a client restores on its next link what this action set, once it succeeded.
    pub(crate) fn is_memorable(&self) -> bool {
        is_one_of(&self.name, &["Events", "Login", "Filter", "Logoff"])
    }

    /// Whether the server shows the action's id to every session, in an event that the action causes.
    pub(crate) fn shows_its_id(&self) -> bool {
        is_one_of(&self.name, &["Originate", "UserEvent"])
    }

    /// How many responses say that the action was taken in, before the one that tells what came of it.
    pub(crate) fn preliminary_responses(&self) -> u8 {
        u8::from(self.name.eq_ignore_ascii_case("JabberSend"))
    }

    pub(crate) fn shared_name(&self) -> Cow<'static, str> {
        self.name.clone()
    }

    pub(crate) fn privilege(&self) -> Option<&'static str> {
        self.privilege.0
    }

    pub(crate) fn own_timeout(&self) -> Option<Duration> {
        self.timeout
    }

    pub(crate) fn own_complete_event(&self) -> Option<&str> {
        self.complete.as_deref()
    }

    /// Appends the action to `out` as it goes over the wire.
    ///
    /// The id goes right after the name, so that the server echoes it even with an error in what follows.
    pub(crate) fn encode(&self, id: &str, out: &mut Vec<u8>) -> Result<()> {
        self.check(id)?;
        let mut line = |name: &str, value: &str| {
            for part in [name, ": ", value, "\r\n"] {
                out.extend_from_slice(part.as_bytes());
            }
        };
        line("Action", &self.name);
        line("ActionID", id);
        for (name, value) in self.iter().filter(|(name, _)| !is_action_id(name)) {
            line(name, value);
        }
        out.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn refused(&self, header: &str, reason: String) -> Error {
        Error::invalid(format!("header {header:?} of action {:?}", self.name), reason)
    }

    fn check(&self, id: &str) -> Result<()> {
        if self.name.is_empty() {
            return Err(Error::invalid("name of the action", "is empty"));
        }
        let ids = self.params.iter().filter(|(name, _)| is_action_id(name)).count();
        if ids > 1 {
            return Err(self.refused("ActionID", format!("is given {ids} times")));
        }
        if id.is_empty() {
            return Err(self.refused("ActionID", "is empty".to_owned()));
        }
        if id.len() > LONGEST_ACTION_ID {
            let reason = format!("has {} bytes, Asterisk echoes at most {LONGEST_ACTION_ID}", id.len());
            return Err(self.refused("ActionID", reason));
        }
        let headers = self.params.len() - ids + 2;
        if headers > MOST_HEADERS {
            let (name, _) = &self.params[MOST_HEADERS - 2];
            let reason = format!("is beyond the {MOST_HEADERS} headers that Asterisk reads; there are {headers}");
            return Err(self.refused(name, reason));
        }
        self.check_header("Action", &self.name)?;
        for (name, value) in &self.params {
            self.check_header(name, value)?;
        }
        if self.params.iter().any(|(name, _)| name.eq_ignore_ascii_case("Action")) {
            let reason = "is the action's name already; Asterisk would not see this one";
            return Err(self.refused("Action", reason.to_owned()));
        }
        Ok(())
    }

    fn check_header(&self, name: &str, value: &str) -> Result<()> {
        let length = name.len() + ": ".len() + value.len();
        let reason = if name.is_empty() {
            "has no name".to_owned()
        } else if name.contains(':') {
            "has a colon in its name".to_owned()
        } else if let Some(bad) = line_end(name) {
            format!("has {bad} in its name")
        } else if let Some(bad) = line_end(value) {
            format!("has {bad} in its value")
        } else if value.starts_with(is_passed_over) && is_taken_literally(name) {
            let read = value.trim_start_matches(is_passed_over);
            format!("begins with a blank or a control character: Asterisk would read {read:?}")
        } else if length > LONGEST_LINE {
            format!("makes a line of {length} bytes, Asterisk reads at most {LONGEST_LINE}")
        } else {
            return Ok(());
        };
        Err(self.refused(name, reason))
    }
}

/// The parameters of an action in order; made by [`Action::iter`].
#[derive(Debug, Clone)]
pub struct Params<'a> {
    params: std::slice::Iter<'a, (Cow<'static, str>, String)>,
}

impl<'a> Iterator for Params<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.params.next().map(|(name, value)| (name.as_ref(), value.as_str()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.params.size_hint()
    }
}

impl ExactSizeIterator for Params<'_> {}

/// The values of one parameter in order; made by [`Action::get_all`].
#[derive(Debug, Clone)]
pub struct ParamValues<'a, 'k> {
    params: Params<'a>,
    name: &'k str,
}

impl<'a> Iterator for ParamValues<'a, '_> {
    type Item = &'a str;

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.name;
        self.params.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl<'a> IntoIterator for &'a Action {
    type Item = (&'a str, &'a str);
    type IntoIter = Params<'a>;

    fn into_iter(self) -> Params<'a> {
        self.iter()
    }
}

fn is_action_id(name: &str) -> bool {
    name.eq_ignore_ascii_case("ActionID")
}

/// Whether a character at the beginning of a value is none of it for Asterisk (`ast_skip_blanks`).
pub(super) fn is_passed_over(c: char) -> bool {
    c <= ' '
}

/// Whether a client goes by the value of this header: what it does after the action, and whose an answer or a hangup is.
fn is_taken_literally(name: &str) -> bool {
    is_one_of(name, &["Action", "ActionID", "ChannelId", "OtherChannelId"])
}

/// Whether a text is one of these, in any case.
pub(crate) fn is_one_of(text: &str, names: &[&str]) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(text))
}

/// The first character that would end a header too early.
fn line_end(text: &str) -> Option<&'static str> {
    let at = memchr::memchr3(b'\r', b'\n', b'\0', text.as_bytes())?;
    Some(match text.as_bytes()[at] {
        b'\r' => "a carriage return (CR)",
        b'\n' => "a line feed (LF)",
        _ => "a NUL",
    })
}

/// The name and the parameters, with `***` in place of secrets.
impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        f.write_str(" ")?;
        let mut mask = Mask::default();
        mask.show("Action", &self.name);
        let mut shown = f.debug_map();
        for (name, value) in self {
            shown.entry(&name, &mask.show(name, value));
        }
        shown.finish()
    }
}

impl From<&str> for Action {
    fn from(name: &str) -> Self {
        Self::new(name.to_owned())
    }
}

impl From<String> for Action {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl From<&String> for Action {
    fn from(name: &String) -> Self {
        Self::new(name.clone())
    }
}

impl From<Cow<'_, str>> for Action {
    fn from(name: Cow<'_, str>) -> Self {
        Self::new(name.into_owned())
    }
}

impl From<&Action> for Action {
    fn from(action: &Action) -> Self {
        action.clone()
    }
}

impl<N, P, K, V> From<(N, P)> for Action
where
    N: Into<String>,
    P: IntoIterator<Item = (K, V)>,
    K: Into<String>,
    V: ToString,
{
    fn from((name, params): (N, P)) -> Self {
        let mut action = Self::new(name.into());
        for (name, value) in params {
            action.push(name.into(), value.to_string());
        }
        action
    }
}
