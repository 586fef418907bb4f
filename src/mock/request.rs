//! An action that a client has sent.

use std::fmt;

use super::{Reply, Session};
use crate::packet::{Headers, Packet, Values};

/// An action that a client has sent to the mock; cheap to clone, and `Send`.
#[derive(Clone)]
pub struct Request {
    packet: Packet,
    session: Session,
}

impl Request {
    pub(super) fn new(packet: Packet, session: Session) -> Self {
        Self { packet, session }
    }

    /// The action's name as it came; empty if it has none.
    pub fn name(&self) -> &str {
        self.get_all("Action").map(str::trim_start).find(|name| !name.is_empty()).unwrap_or_default()
    }

    /// The `ActionID`; `None` if the action has none.
    pub fn action_id(&self) -> Option<&str> {
        self.get("ActionID")
    }

    /// The first value of a header, its name in any case; `None` if there is no such header.
    ///
    /// Blanks and tabs before the value do not belong to it, as on Asterisk.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.packet.get(key).map(|value| value.trim_start_matches(|c| c <= ' '))
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

    /// The packet behind the action.
    pub fn packet(&self) -> &Packet {
        &self.packet
    }

    /// The connection on which the action came.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Answers from any thread and at any time, after a handler that returned [`Reply::nothing`].
    ///
    /// Nothing is sent if the connection is gone. A second answer is sent as well.
    ///
    /// # Examples
    ///
    /// Two actions are answered in the order that the test chooses:
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// use gami::mock::{Mock, Reply, Request};
    /// use std::sync::mpsc;
    ///
    /// let mock = Mock::start()?;
    /// let (asked, requests) = mpsc::channel::<Request>();
    /// mock.on("Status", move |request| {
    ///     let _ = asked.send(request.clone());
    ///     Reply::nothing()
    /// });
    /// // … the client under test sends two actions, and then:
    /// # use std::io::Write;
    /// # let mut client = std::net::TcpStream::connect(mock.address())?;
    /// # client.write_all(b"Action: Status\r\n\r\nAction: Status\r\n\r\n")?;
    /// let (first, second) = (requests.recv().unwrap(), requests.recv().unwrap());
    /// second.reply(Reply::success());
    /// first.reply(Reply::error("No such channel"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn reply(&self, reply: Reply) {
        if let Some(server) = self.session.server() {
            server.reply(self, reply);
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.packet.fmt(f)
    }
}

impl<'a> IntoIterator for &'a Request {
    type Item = (&'a str, &'a str);
    type IntoIter = Headers<'a>;

    fn into_iter(self) -> Headers<'a> {
        self.iter()
    }
}
