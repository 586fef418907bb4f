//! The servers of the fleet: a line each, on the command line or in a file.

use std::collections::BTreeSet;
use std::fmt;

use gami::action::EventMask;
use gami::{Options, Tls};

/// A text that is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A server, as its line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    pub name: String,
    pub address: String,
    pub user: String,
    pub secret: Secret,
    pub tls: Option<Trust>,
    pub mask: Option<String>,
}

/// Whose certificates are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    System,
    /// What this file (PEM) has signed.
    File(String),
    Any,
}

impl Server {
    /// Adds to the options what the line says.
    pub fn options(&self, options: &Options) -> Result<Options, String> {
        let mut options = options.clone();
        if let Some(mask) = &self.mask {
            options = options.event_mask(EventMask::from(mask.clone()));
        }
        Ok(match &self.tls {
            None => options,
            Some(Trust::System) => options.tls(Tls::new()),
            Some(Trust::Any) => options.tls(Tls::insecure()),
            Some(Trust::File(path)) => {
                let said = |error: &dyn fmt::Display| format!("server {}: {path}: {error}", self.name);
                let pem = std::fs::read(path).map_err(|error| said(&error))?;
                options.tls(Tls::new().add_root_pem(pem).map_err(|error| said(&error))?)
            }
        })
    }
}

/// Reads `NAME ADDRESS USER [secret=SECRET] [tls|tls=FILE|tls=insecure] [events=MASK]`.
///
/// A secret that does not stand there is in the environment. On the command line none may, for every user of the
/// machine can read that.
pub fn parse_line(
    line: &str,
    may_hold_secret: bool,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Server, String> {
    let mut words = line.split_whitespace();
    let (Some(name), Some(address), Some(user)) = (words.next(), words.next(), words.next()) else {
        return Err("a server is NAME ADDRESS USER, and what else it needs".into());
    };
    check_name(name)?;
    let (mut secret, mut tls, mut mask) = (None, None, None);
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("secret", _) if !may_hold_secret => {
                let variable = variable(name);
                return Err(format!(
                    "server {name}: everybody on this machine can read a command line: put the secret into the \
                     environment as {variable}, or the server into a file (--servers)"
                ));
            }
            ("secret", value) => secret = Some(value.to_owned()),
            ("tls", "") => tls = Some(Trust::System),
            ("tls", "insecure") => tls = Some(Trust::Any),
            ("tls", path) => tls = Some(Trust::File(path.to_owned())),
            ("events", value) if !value.is_empty() => mask = Some(value.to_owned()),
            // It may be a secret without its name: it is not shown.
            _ => {
                return Err(format!("server {name}: after the user come secret=, tls, tls=, events=, and nothing else"))
            }
        }
    }
    let secret = secret.or_else(|| environment(&variable(name))).or_else(|| environment("GAMI_SECRET"));
    let Some(secret) = secret.filter(|secret| !secret.is_empty()) else {
        let variable = variable(name);
        return Err(format!(
            "server {name}: no secret: secret= in the file, or {variable} or GAMI_SECRET in the environment"
        ));
    };
    let (name, address, user) = (name.to_owned(), address.to_owned(), user.to_owned());
    Ok(Server { name, address, user, secret: Secret(secret), tls, mask })
}

/// Reads a file of servers: a line each; empty lines and those that begin with `#` say nothing.
pub fn parse_file(text: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Vec<Server>, String> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|(at, line)| parse_line(line, true, &environment).map_err(|error| format!("line {at}: {error}")))
        .collect()
}

/// That no two have the same name.
pub fn check_unique(servers: &[Server]) -> Result<(), String> {
    let mut names = BTreeSet::new();
    match servers.iter().find(|server| !names.insert(&server.name)) {
        Some(again) => Err(format!("server {} is given twice", again.name)),
        None => Ok(()),
    }
}

/// A name stands in keys of Redis and in lines of the log.
fn check_name(name: &str) -> Result<(), String> {
    match name.chars().find(|c| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '.')) {
        Some(bad) => {
            Err(format!("server {name:?}: {bad:?} in its name: letters, digits, '-', '_' and '.' may be there"))
        }
        None => Ok(()),
    }
}

/// The variable of the environment that holds the secret of a server: `berlin-2` has `GAMI_SECRET_BERLIN_2`.
fn variable(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("GAMI_SECRET_{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn a_line_names_a_server_and_its_secret_is_never_shown() {
        let server =
            parse_line("berlin 10.0.0.1:5039 admin secret=hunter2 tls=ca.pem events=call,agent", true, nothing);
        let server = server.unwrap();
        assert_eq!((server.name.as_str(), server.address.as_str()), ("berlin", "10.0.0.1:5039"));
        assert_eq!(
            (server.tls.clone(), server.mask.as_deref()),
            (Some(Trust::File("ca.pem".into())), Some("call,agent"))
        );
        assert_eq!(server.secret.0, "hunter2");
        assert!(!format!("{server:?}").contains("hunter2"));
    }

    #[test]
    fn a_secret_comes_from_the_environment_and_not_from_the_command_line() {
        let environment = |name: &str| (name == "GAMI_SECRET_BERLIN_2").then(|| "hunter2".to_owned());
        assert_eq!(parse_line("berlin-2 h admin", false, environment).unwrap().secret.0, "hunter2");
        let error = parse_line("berlin h admin secret=hunter2", false, nothing).unwrap_err();
        assert!(error.contains("GAMI_SECRET_BERLIN") && !error.contains("hunter2"), "{error}");
        let error = parse_line("berlin h admin hunter2", true, nothing).unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_file_is_told_of_by_line() {
        let text = "# servers\n\nberlin h admin secret=a\n paris h admin secret=b tls \n";
        let servers = parse_file(text, nothing).unwrap();
        assert_eq!(servers.iter().map(|server| server.name.as_str()).collect::<Vec<_>>(), ["berlin", "paris"]);
        assert_eq!(
            parse_file("\nberlin h\n", nothing).unwrap_err(),
            "line 2: a server is NAME ADDRESS USER, and what else it needs"
        );
        let twice = [servers[0].clone(), servers[0].clone()];
        assert_eq!(check_unique(&twice).unwrap_err(), "server berlin is given twice");
        assert!(parse_line("ber:lin h admin", true, nothing).unwrap_err().contains("':'"));
    }
}
