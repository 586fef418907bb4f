//! The line with which a server greets.

use std::time::Instant;

use super::transport::{is_timeout, Source};
use crate::error::{Error, Result};
use crate::options::Options;
use crate::packet::Framer;

/// A banner is one short line.
const LONGEST: usize = 1024;

/// Reads the server's first line; what comes after it stays in the framer.
pub(super) fn read(
    source: &mut Source,
    framer: &mut Framer,
    address: &str,
    options: &Options,
    deadline: Instant,
) -> Result<String> {
    let failed = |reason: String| Error::Banner { address: address.into(), reason: reason.into() };
    let mut line = Vec::new();
    let mut piece = [0; 512];
    let end = loop {
        if let Some(end) = memchr::memchr(b'\n', &line) {
            break end;
        }
        if line.len() > LONGEST {
            return Err(failed(format!("its first line is not a banner: {:?}", excerpt(&line))));
        }
        match source.read_by(&mut piece, deadline) {
            Ok(0) if line.is_empty() => {
                return Err(failed(
                    "it closed the connection before its banner, as a server over its authlimit does".into(),
                ))
            }
            Ok(0) => return Err(failed(format!("it closed the connection within its banner: {:?}", excerpt(&line)))),
            Ok(read) => line.extend_from_slice(&piece[..read]),
            Err(error) if is_timeout(&error) => {
                let came =
                    if line.is_empty() { "nothing came".into() } else { format!("only {:?} came", excerpt(&line)) };
                return Err(failed(format!("no banner within {:?}: {came}", options.connect_timeout)));
            }
            Err(error) => return Err(failed(format!("reading its banner failed: {error}"))),
        }
    };
    let banner = String::from_utf8_lossy(line[..end].trim_ascii()).into_owned();
    // Forks and proxies have names of their own; versions tell nothing.
    if !["Call Manager", "Manager Proxy"].iter().any(|name| banner.contains(name)) {
        return Err(failed(format!("its first line is not a banner: {:?}", excerpt(banner.as_bytes()))));
    }
    framer.push(&line[end + 1..]);
    Ok(banner)
}

fn excerpt(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned()
}
