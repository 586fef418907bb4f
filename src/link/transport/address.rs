//! Reading `host:port`.

use std::fmt;

use crate::error::{Error, Result};
use crate::options::Options;

/// A host and a port; the name is not yet resolved.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub host: String,
    pub port: u16,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Reads `host`, `host:port`, `[v6]:port`, `[v6]` or a bare IPv6 address.
pub(super) fn parse(address: &str, default_port: u16) -> Result<Target> {
    let invalid = |reason: &str| Error::invalid(format!("address {address:?}"), reason);
    let (host, port) = if let Some(rest) = address.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or_else(|| invalid("has no closing bracket"))?;
        match rest {
            "" => (host, None),
            _ => (host, Some(rest.strip_prefix(':').ok_or_else(|| invalid("has no colon after the bracket"))?)),
        }
    } else {
        match address.split_once(':') {
            Some((_, rest)) if rest.contains(':') => (address, None),
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        }
    };
    if host.is_empty() {
        return Err(invalid("has no host"));
    }
    if host.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(invalid("has blanks or control characters in its host"));
    }
    let port = match port {
        None => default_port,
        Some(port) => match port.parse() {
            Ok(0) | Err(_) => return Err(invalid("has a port that is no number from 1 to 65535")),
            Ok(port) => port,
        },
    };
    Ok(Target { host: host.to_owned(), port })
}

/// The address with its port, not yet resolved; the port is the transport's own where none is given.
pub(crate) fn full_address(address: &str, options: &Options) -> Result<String> {
    parse(address, options.default_port()).map(|target| target.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(host: &str, port: u16) -> Target {
        Target { host: host.into(), port }
    }

    #[test]
    fn an_address_may_leave_out_its_port() {
        for (address, expected) in [
            ("pbx", target("pbx", 5038)),
            ("pbx:15038", target("pbx", 15038)),
            ("127.0.0.1", target("127.0.0.1", 5038)),
            ("127.0.0.1:7", target("127.0.0.1", 7)),
            ("::1", target("::1", 5038)),
            ("[::1]", target("::1", 5038)),
            ("[::1]:99", target("::1", 99)),
            ("fe80::1%2", target("fe80::1%2", 5038)),
        ] {
            let target = parse(address, 5038).unwrap();
            assert_eq!(target, expected, "{address}");
            assert_eq!(parse(&target.to_string(), 1).unwrap(), expected, "{target}");
        }
    }

    #[test]
    fn an_address_that_makes_no_sense_is_refused_by_name() {
        for address in ["", ":5038", "pbx:", "pbx:0", "pbx:65536", "pbx:ami", "[::1", "[::1]5038", "p bx", "pbx\n"] {
            let error = parse(address, 5038).unwrap_err().to_string();
            assert!(error.starts_with(&format!("address {address:?}: has ")), "{error}");
        }
    }
}
