//! Where the examples connect to: the server of the command line, or one of their own.

use std::env;

use gami::mock::Mock;

/// A server to try the client on.
pub struct Server {
    pub address: String,
    pub user: String,
    pub secret: String,
    /// What stands after `HOST:PORT USER SECRET` on the command line.
    #[allow(dead_code)]
    pub rest: Vec<String>,
    /// The stand-in, where the command line names no server.
    #[allow(dead_code)]
    pub mock: Option<Mock>,
}

/// `HOST:PORT USER SECRET` from the command line; without them a mock server on this machine, which
/// `start` sets up.
pub fn server(start: impl FnOnce() -> std::io::Result<Mock>) -> Server {
    let mut arguments = env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    match (arguments.next(), arguments.next(), arguments.next()) {
        (Some(address), Some(user), Some(secret)) => {
            Server { address, user, secret, rest: arguments.collect(), mock: None }
        }
        (None, ..) => {
            let mock = start().expect("a free port on this machine");
            eprintln!("no server given: talking to a mock at {mock} (HOST:PORT USER SECRET names a real one)\n");
            Server {
                address: mock.to_string(),
                user: "admin".into(),
                secret: "root".into(),
                rest: Vec::new(),
                mock: Some(mock),
            }
        }
        _ => {
            eprintln!("usage: HOST:PORT USER SECRET");
            std::process::exit(2);
        }
    }
}
