//! What the server answers.

use std::fmt::{self, Display, Write};
use std::sync::Arc;
use std::time::Duration;

/// Bytes that all sessions share.
pub(super) type Bytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// What the server answers to an action: any number of packets, now or later, or nothing at all.
///
/// The action's `ActionID` is put where Asterisk puts it, right after the first line of a response and of
/// an event that belongs to it. Header names and values go out as they are given, whatever they hold.
///
/// # Examples
///
/// ```
/// use gami::mock::Reply;
/// use std::time::Duration;
///
/// let accepted = Reply::success().header("Message", "Originate successfully queued");
/// let refused = Reply::error("No such channel");
/// let late = Reply::success().after(Duration::from_millis(200));
/// let list = Reply::list()
///     .event("CoreShowChannel", [("Channel", "PJSIP/100-00000001")])
///     .event("CoreShowChannel", [("Channel", "PJSIP/200-00000002")])
///     .complete("CoreShowChannelsComplete");
/// let garbage = Reply::raw("\0\0 no packet at all").close();
/// # let _ = (accepted, refused, late, list, garbage);
/// ```
#[derive(Clone, Default)]
#[must_use = "a reply is sent by returning it from a handler or with `Request::reply`"]
pub struct Reply {
    pub(super) parts: Vec<Part>,
}

#[derive(Clone)]
pub(super) struct Part {
    pub(super) what: What,
    pub(super) after: Duration,
    /// The time between its bytes, where they go out one by one.
    pub(super) drip: Option<Duration>,
}

#[derive(Clone)]
pub(super) enum What {
    /// A packet: the `ActionID` goes between the two.
    Packet {
        head: String,
        rest: String,
    },
    Raw(Bytes),
    /// An event for all sessions.
    Broadcast(Bytes),
    /// The output of a command, in the format of the server's version.
    Output(String),
    /// What would have been answered without a handler.
    Usual,
    Close,
}

impl Reply {
    /// `Response: Success`.
    pub fn success() -> Self {
        Self::response("Success")
    }

    /// `Response: Error` with this `Message`.
    pub fn error(message: impl Display) -> Self {
        Self::response("Error").header("Message", message)
    }

    /// A response with this status, such as `Goodbye`.
    pub fn response(status: impl Display) -> Self {
        Self::default().packet(format!("Response: {status}\r\n"))
    }

    /// The output of a `Command` as Asterisk sends it up to version 13: `Response: Follows`, the text, and
    /// the marker that ends it.
    ///
    /// From version 14 the output is one [`header`](Self::header) `Output` a line; [`output`](Self::output) takes
    /// what the mock's version sends.
    pub fn follows(text: impl Display) -> Self {
        let mut reply = Self::default().packet("Response: Follows\r\nPrivilege: Command\r\n".into());
        reply.append(format_args!("{text}--END COMMAND--\r\n"));
        reply
    }

    /// The output of a `Command`, in the format of the Asterisk that the mock is: up to version 13 as with
    /// [`follows`](Self::follows), from 14 on as headers `Output`.
    pub fn output(text: impl Display) -> Self {
        Self::default().part(What::Output(text.to_string()))
    }

    /// The beginning of a list; [`event`](Self::event) adds an item and [`complete`](Self::complete) ends it.
    pub fn list() -> Self {
        Self::success().header("EventList", "start")
    }

    /// These bytes as they are, without an `ActionID`.
    pub fn raw(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Self::default().part(What::Raw(Arc::new(bytes)))
    }

    /// No answer: the client waits in vain, or until [`Request::reply`](super::Request::reply).
    pub fn nothing() -> Self {
        Self::default()
    }

    /// What the server answers to this action without a handler.
    pub fn usual() -> Self {
        Self::default().part(What::Usual)
    }

    /// Adds a header to the last packet of the reply.
    pub fn header(mut self, name: impl Display, value: impl Display) -> Self {
        self.append(format_args!("{name}: {value}\r\n"));
        self
    }

    /// Adds an event that carries the `ActionID`, such as an item of a list or `OriginateResponse`.
    ///
    /// It belongs to the answer and is sent whatever the session's event mask is. Events for everybody are
    /// sent with [`Mock::event`](super::Mock::event).
    pub fn event<K: Display, V: Display>(self, name: impl Display, headers: impl IntoIterator<Item = (K, V)>) -> Self {
        let reply = self.packet(format!("Event: {name}\r\n"));
        headers.into_iter().fold(reply, |reply, (name, value)| reply.header(name, value))
    }

    /// Adds an event for all sessions whose event mask and filters let it through, such as the `VarSet` that a
    /// `Setvar` causes. It goes out as with [`Mock::event`](super::Mock::event), without the `ActionID`.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// use gami::mock::{Mock, Reply};
    ///
    /// let mock = Mock::start()?;
    /// mock.on("QueuePause", |action| {
    ///     let interface = action.get("Interface").unwrap_or_default();
    ///     Reply::success().broadcast("QueueMemberPause", [("Interface", interface), ("Paused", "1")])
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn broadcast<K: Display, V: Display>(
        self,
        name: impl Display,
        headers: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.part(What::Broadcast(event(name, headers)))
    }

    /// Adds the event that ends a list, with `EventList: Complete` and the number of events before it.
    pub fn complete(self, name: impl Display) -> Self {
        let is_event = |part: &&Part| matches!(&part.what, What::Packet { head, .. } if head.starts_with("Event:"));
        let items = self.parts.iter().filter(is_event).count();
        self.event(name, [("EventList", "Complete".to_owned()), ("ListItems", items.to_string())])
    }

    /// Adds another reply to this one.
    pub fn and(mut self, other: Reply) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// Closes the connection once the reply is sent.
    pub fn close(self) -> Self {
        self.part(What::Close)
    }

    /// Sends all of the reply that stands so far this much later, and answers other actions meanwhile.
    ///
    /// With [`and`](Self::and) each part of a reply can have a time of its own.
    pub fn after(mut self, delay: Duration) -> Self {
        for part in &mut self.parts {
            part.after = part.after.saturating_add(delay);
        }
        self
    }

    /// Sends the reply byte by byte, with this much time between two of them.
    pub fn dripping(mut self, interval: Duration) -> Self {
        for part in &mut self.parts {
            part.drip = Some(interval);
        }
        self
    }

    fn packet(self, head: String) -> Self {
        self.part(What::Packet { head, rest: String::new() })
    }

    fn part(mut self, what: What) -> Self {
        let after = self.parts.last().map_or(Duration::ZERO, |last| last.after);
        self.parts.push(Part { what, after, drip: None });
        self
    }

    /// Appends to the last packet; without one there is nothing that a header could belong to.
    fn append(&mut self, text: fmt::Arguments<'_>) {
        let last = self.parts.iter_mut().rev().find_map(|part| match &mut part.what {
            What::Packet { rest, .. } => Some(rest),
            _ => None,
        });
        if let Some(rest) = last {
            let _ = rest.write_fmt(text);
        }
    }

    /// The first bytes of the reply.
    pub(super) fn start(&self) -> &[u8] {
        match self.parts.first().map(|part| &part.what) {
            Some(What::Packet { head, .. }) => head.as_bytes(),
            Some(What::Raw(bytes)) => (**bytes).as_ref(),
            _ => &[],
        }
    }

    /// Whether the first that is sent is a `Response: Success`.
    pub(super) fn succeeds(&self) -> bool {
        self.start().starts_with(b"Response: Success")
    }
}

impl What {
    /// The bytes as they go over the wire; `None` where there are none.
    pub(super) fn encode(self, action_id: Option<&str>) -> Option<Bytes> {
        match self {
            Self::Packet { head, rest } => {
                let id = action_id.map(|id| format!("ActionID: {id}\r\n")).unwrap_or_default();
                Some(Arc::new([&head, &id, &rest, "\r\n"].concat()))
            }
            Self::Raw(bytes) | Self::Broadcast(bytes) => Some(bytes),
            Self::Output(_) | Self::Usual | Self::Close => None,
        }
    }
}

/// The bytes of an event.
pub(super) fn event<K: Display, V: Display>(name: impl Display, headers: impl IntoIterator<Item = (K, V)>) -> Bytes {
    let mut text = format!("Event: {name}\r\n");
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    text.push_str("\r\n");
    Arc::new(text)
}

/// The bytes as they are, as with [`Reply::raw`].
impl<T: AsRef<[u8]> + Send + Sync + 'static> From<T> for Reply {
    fn from(bytes: T) -> Self {
        Self::raw(bytes)
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.parts).finish()
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Packet { head, rest } => write!(f, "{:?}", [head.as_str(), rest].concat())?,
            What::Raw(bytes) => write!(f, "{:?}", String::from_utf8_lossy((**bytes).as_ref()))?,
            What::Broadcast(bytes) => write!(f, "to all {:?}", String::from_utf8_lossy((**bytes).as_ref()))?,
            What::Output(text) => write!(f, "output {text:?}")?,
            What::Usual => f.write_str("usual")?,
            What::Close => f.write_str("close")?,
        }
        if self.after.is_zero() {
            Ok(())
        } else {
            write!(f, " after {:?}", self.after)
        }
    }
}
