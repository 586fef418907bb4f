//! Responses: what the server answers to an action.

use std::borrow::Cow;
use std::fmt;

use crate::event::values::Value;
use crate::packet::{Headers, Packet, Values};
use crate::secrets::Mask;

/// The server's answer to an action: every header in order.
///
/// Header names are looked up in any case. [`Client::action`](crate::Client::action) gives those that are no
/// error, [`Error::Rejected`](crate::Error::Rejected) holds the others.
///
/// # Examples
///
/// ```no_run
/// # let ami = gami::Client::dial("127.0.0.1:5038")?;
/// let settings = ami.action("CoreSettings")?;
/// assert_eq!(settings.status(), "Success");
/// println!("{:?}", settings.get("AsteriskVersion"));
/// for (name, value) in &settings {
///     println!("{name}: {value}");
/// }
/// # Ok::<(), gami::Error>(())
/// ```
#[derive(Clone)]
pub struct Response {
    packet: Packet,
    seq: u64,
    /// What was asked, if the answer is an error.
    asked: Option<Box<Asked>>,
}

#[derive(Debug, Clone)]
struct Asked {
    action: Box<str>,
    privilege: Option<&'static str>,
}

impl Response {
    pub(crate) fn new(packet: Packet, seq: u64) -> Self {
        Self { packet, seq, asked: None }
    }

    /// The status as it came, such as `Success`, `Error`, `Follows` or `Goodbye`; empty if it has none.
    pub fn status(&self) -> &str {
        self.packet.first("Response").or_else(|| self.packet.get("Response")).unwrap_or_default()
    }

    /// Whether the server refused: the status is `Error`, or `Failed` as 1.6 and 1.8 say.
    pub fn is_error(&self) -> bool {
        let status = self.status();
        status.eq_ignore_ascii_case("Error") || status.eq_ignore_ascii_case("Failed")
    }

    /// What the server has to say, its header `Message`; `None` if there is none.
    pub fn message(&self) -> Option<&str> {
        self.get("Message")
    }

    /// What an error is to say of this response: the first line of a command's output, or the message; with
    /// `***` in place of secrets.
    pub(crate) fn reason(&self) -> Cow<'_, str> {
        let reason = self.get("Output").or_else(|| self.message()).unwrap_or("no reason given");
        match &self.asked {
            Some(asked) if reason.eq_ignore_ascii_case("Permission denied") => {
                let Asked { action, privilege } = &**asked;
                let needs = privilege.map(|privilege| format!(", which needs in the user's `write` list: {privilege}"));
                format!("{reason} for the action {action}{}", needs.unwrap_or_default()).into()
            }
            _ => Mask::default().show("Output", reason),
        }
    }

    /// Notes for an error what was asked, and which privilege its type says that it needs.
    pub(crate) fn set_asked(&mut self, action: &str, privilege: Option<&'static str>) {
        self.asked = Some(Box::new(Asked { action: action.into(), privilege }));
    }

    /// The first value of a header, its name in any case; `None` if there is no such header.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.packet.get(key)
    }

    /// The first value of a header, its name in any case; `None` if there is no such header, or if it is empty or
    /// cannot be read as this type.
    ///
    /// # Examples
    ///
    /// ```
    /// use gami::{event::ExtensionState, packet::Packet, Response};
    ///
    /// let response = Response::from(Packet::new(b"Response: Success\r\nExten: 200\r\nStatus: 8\r\n"));
    /// assert_eq!(response.value::<ExtensionState>("Status"), Some(ExtensionState::Ringing));
    /// assert_eq!(response.value::<u32>("Exten"), Some(200));
    /// ```
    pub fn value<'a, T: Value<'a>>(&'a self, key: &str) -> Option<T> {
        self.get(key).and_then(T::read)
    }

    /// The first value of a header in the bytes that came; `None` if there is no such header.
    pub fn get_bytes(&self, key: &str) -> Option<&[u8]> {
        self.packet.get_bytes(key)
    }

    /// All values of a header in the order in which they came, its name in any case; none at all if there is
    /// no such header.
    pub fn get_all<'a, 'k>(&'a self, key: &'k str) -> Values<'a, 'k> {
        self.packet.get_all(key)
    }

    /// All headers, name and value, in the order in which they came.
    pub fn iter(&self) -> Headers<'_> {
        self.packet.iter()
    }

    /// The `ActionID`; `None` if the response has none.
    pub fn action_id(&self) -> Option<&str> {
        self.packet.seek("ActionID")
    }

    /// The output of a `Command` as the server printed it, leading blanks and empty lines kept; `None`
    /// if there is none.
    ///
    /// Up to Asterisk 13 it is the text that follows the headers, from 14 one header `Output` a line.
    /// [`Client::command`](crate::Client::command) gives it right away.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::Error;
    ///
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// match ami.command("core show nonsense") {
    ///     Ok(text) => println!("{text}"),
    ///     Err(Error::Rejected(response)) => eprintln!("{}", response.output().unwrap_or_default()),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn output(&self) -> Option<Cow<'_, str>> {
        if let Some(body) = self.packet.body() {
            return Some(Cow::Borrowed(body));
        }
        let mut lines = self.get_all("Output");
        let first = lines.next()?;
        let mut text = String::with_capacity(self.packet.text().len());
        text.push_str(first);
        for line in lines {
            text.push('\n');
            text.push_str(line);
        }
        Some(Cow::Owned(text))
    }

    /// Where the response stood among the events: the [`Event::seq`](crate::Event::seq) of the next event after it.
    ///
    /// Events with a smaller number came before the response, the others after it. 0 for a response that did not
    /// come over a client's link.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The same response with memory of its own.
    pub fn detach(&self) -> Self {
        Self { packet: self.packet.detach(), seq: self.seq, asked: self.asked.clone() }
    }

    /// The packet behind the response.
    pub fn packet(&self) -> &Packet {
        &self.packet
    }
}

impl From<Packet> for Response {
    /// A response from a packet that did not come over a client's link; its number is 0.
    fn from(packet: Packet) -> Self {
        Self::new(packet, 0)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.packet.fmt(f)
    }
}

impl<'a> IntoIterator for &'a Response {
    type Item = (&'a str, &'a str);
    type IntoIter = Headers<'a>;

    fn into_iter(self) -> Headers<'a> {
        self.iter()
    }
}

/// A map of every header in order, with an array for a name that repeats, as the packet behind it.
#[cfg(feature = "serde")]
impl serde::Serialize for Response {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.packet.serialize(serializer)
    }
}
