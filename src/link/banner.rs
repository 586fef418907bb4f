//! The line with which a server greets.

use std::io::ErrorKind;
use std::time::Instant;

use memchr::memmem;

use super::transport::Stream;
use crate::error::{Error, Result};
use crate::options::Options;
use crate::packet::{Framer, LineEnd};
use crate::recording::Tape;

/// A banner is one short line.
const LONGEST: usize = 1024;

/// Reads the server's first line; what comes after it stays in the framer.
pub(super) fn read(
    stream: &mut Stream,
    framer: &mut Framer,
    address: &str,
    options: &Options,
    deadline: Instant,
    tape: Option<&Tape>,
) -> Result<String> {
    let failed = |reason: String| Error::Banner { address: address.into(), reason: reason.into() };
    let hint = |line: &[u8]| if !options.is_tls() && may_be_tls(line) { "; is it a TLS port?" } else { "" };
    let instead = |what: &str, seen: &[u8], line: &[u8]| failed(format!("{what}: {:?}{}", excerpt(seen), hint(line)));
    let mut line = Vec::new();
    let mut piece = [0; 512];
    let end = loop {
        if let Some(end) = memchr::memchr(b'\n', &line) {
            break end;
        }
        if line.len() > LONGEST {
            return Err(instead("its first line is not a banner", &line, &line));
        }
        match stream.read_by(&mut piece, deadline) {
            Ok(0) if line.is_empty() => {
                let reason = "it closed the connection before its banner, as a server over its authlimit does";
                return Err(failed(reason.into()));
            }
            Ok(0) => return Err(instead("it closed the connection within its banner", &line, &line)),
            Ok(read) => {
                line.extend_from_slice(&piece[..read]);
                if let Some(tape) = tape {
                    tape.received(&piece[..read]);
                }
            }
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                let came =
                    if line.is_empty() { "nothing came".into() } else { format!("only {:?} came", excerpt(&line)) };
                return Err(failed(format!("no banner within {:?}: {came}{}", options.connect_timeout, hint(&line))));
            }
            Err(error) => return Err(failed(format!("reading its banner failed: {error}"))),
        }
    };
    let banner = line[..end].trim_ascii();
    // Forks and proxies have names of their own; versions tell nothing.
    if !["Call Manager", "Manager Proxy"].iter().any(|name| memmem::find(banner, name.as_bytes()).is_some()) {
        return Err(instead("its first line is not a banner", banner, &line));
    }
    let banner = String::from_utf8_lossy(banner).into_owned();
    framer.set_line_end(if line[..end].ends_with(b"\r") { LineEnd::CrLf } else { LineEnd::Lf });
    if let Some(tape) = tape {
        tape.greeted(&banner);
    }
    framer.push(&line[end + 1..]);
    Ok(banner)
}

/// Whether a server that sends this to a client without TLS may expect TLS: it waits for a handshake, or sends an
/// alert because none came.
fn may_be_tls(line: &[u8]) -> bool {
    matches!(line, [] | [20..=24] | [20..=24, 3, ..])
}

/// Whether a server reads TLS through a stdio stream, as Asterisk did up to 14: its version is below 4 then.
pub(super) fn reads_by_stdio(banner: &str) -> bool {
    let version = banner.rsplit_once('/').and_then(|(_, version)| version.split('.').next()?.parse::<u32>().ok());
    version.is_some_and(|version| version < 4)
}

fn excerpt(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_tells_how_a_server_reads() {
        let old = ["1.0", "1.1", "1.3", "2.10.6", "3.2.2"];
        let new = ["4.0.3", "5.0.5", "11.0.0", "12", "", "x.1"];
        for (versions, expected) in [(&old[..], true), (&new[..], false)] {
            for version in versions {
                assert_eq!(reads_by_stdio(&format!("Asterisk Call Manager/{version}")), expected, "{version}");
            }
        }
        assert!(!reads_by_stdio("Asterisk Call Manager"));
    }
}
