//! The writing side of a session: whole lines in records that a server reads at once.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::Session;
use crate::link::transport::sink::{KEPT, TICK};
use crate::link::transport::{socket, RECORD};
use crate::net::TcpStream;
use crate::sync::{self, lock};

/// So much is encrypted before it is sent.
const BATCH: usize = KEPT - 2 * RECORD;
/// Between two records to a server that must have read the first before the second comes.
const PAUSE: Duration = Duration::from_millis(10);

/// Locks the session to encrypt, unlocks it, and sends.
pub(in crate::link::transport) struct Encoder {
    session: Arc<Session>,
    /// How much of what is to be sent is in records.
    encrypted: usize,
    /// These records, and how much of them has gone.
    ciphertext: Vec<u8>,
    sent: usize,
    /// Where each of them ends, in `ciphertext` and in what was given.
    ends: VecDeque<(usize, usize)>,
    paced: bool,
}

impl Encoder {
    pub(super) fn new(session: Arc<Session>) -> Self {
        Self { session, encrypted: 0, ciphertext: Vec::new(), sent: 0, ends: VecDeque::new(), paced: false }
    }

    /// From now on one record goes out at a time, with a pause before the next.
    pub fn pace(&mut self) {
        self.paced = true;
    }

    /// What was to be sent is out, and something else comes.
    pub fn begin_anew(&mut self) {
        self.encrypted = 0;
    }

    /// Whether all records that were made are out.
    pub fn is_out(&self) -> bool {
        self.sent == self.ciphertext.len()
    }

    /// Writes once to the socket; `gone` is how much of `lines` has gone out in whole records, for one that is cut
    /// off cannot be read. `None` if there is nothing left to write.
    pub fn write(&mut self, lines: &[u8], gone: &mut usize, tcp: &mut TcpStream) -> io::Result<Option<usize>> {
        if self.is_out() {
            if self.paced && self.encrypted > 0 && self.encrypted < lines.len() {
                thread::sleep(PAUSE);
            }
            self.encrypt(lines)?;
            if self.ciphertext.is_empty() {
                // In the middle of a renegotiation, which goes on with what the server sends.
                if self.encrypted < lines.len() {
                    return Err(ErrorKind::WouldBlock.into());
                }
                return Ok(None);
            }
        }
        // A record a system call, so that each goes out in a segment of its own: Asterisk ends a session when it finds
        // half a record (tried on 16 and 22), and a row of records is cut where a segment of the network ends.
        let end = self.ends.front().map_or(self.ciphertext.len(), |(end, _)| *end);
        let written = socket::write_record(tcp, &self.ciphertext[self.sent..end])?;
        self.sent += written;
        while let Some((_, end)) = self.ends.front().filter(|(end, _)| *end <= self.sent) {
            *gone = *end;
            self.ends.pop_front();
        }
        Ok(Some(written))
    }

    /// Makes the next records, behind what the session owes the server; waits a tick where it can make none yet.
    fn encrypt(&mut self, lines: &[u8]) -> io::Result<()> {
        self.ciphertext.clear();
        self.sent = 0;
        let mut stream = lock(&self.session.stream);
        while self.encrypted < lines.len() && stream.get_ref().outgoing.len() < BATCH {
            let rest = &lines[self.encrypted..];
            match stream.write(&rest[..record(rest)]) {
                Ok(written) => {
                    self.encrypted += written;
                    self.ends.push_back((stream.get_ref().outgoing.len(), self.encrypted));
                    if self.paced {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        let pipe = stream.get_mut();
        pipe.told = false;
        std::mem::swap(&mut pipe.outgoing, &mut self.ciphertext);
        if self.ciphertext.is_empty() && self.encrypted < lines.len() {
            pipe.awaited = true;
            drop(sync::wait(&self.session.has_read, stream, TICK));
        }
        Ok(())
    }

    /// How much memory it and the session keep to write with.
    #[cfg(test)]
    pub fn memory(&self) -> usize {
        self.ciphertext.capacity() + lock(&self.session.stream).get_ref().outgoing.capacity()
    }

    pub fn say_goodbye(&mut self, tcp: &mut TcpStream) {
        let farewell = {
            let mut stream = lock(&self.session.stream);
            let _ = stream.shutdown();
            std::mem::take(&mut stream.get_mut().outgoing)
        };
        let _ = tcp.write(&farewell);
    }
}

/// How long the next record is: as many whole lines as fit.
fn record(lines: &[u8]) -> usize {
    if lines.len() <= RECORD {
        return lines.len();
    }
    memchr::memrchr(b'\n', &lines[..RECORD]).map_or(RECORD, |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_holds_whole_lines_and_at_most_1024_bytes() {
        let line = |length: usize| [vec![b'x'; length - 2], b"\r\n".to_vec()].concat();
        assert_eq!(record(&line(3)), 3);
        assert_eq!(record(&[line(1000), line(24)].concat()), 1024);
        assert_eq!(record(&[line(1000), line(25)].concat()), 1000);
        assert_eq!(record(&[line(1024), line(2)].concat()), 1024);
        assert_eq!(record(&[line(2), line(1024)].concat()), 2);
    }
}
