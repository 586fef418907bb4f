//! A line of Asterisk's command line, over AMI.
//!
//! `cargo run --example command -- HOST:PORT USER SECRET "core show channels"`; without arguments a mock
//! server answers.

mod common;

use gami::mock::{Mock, Reply};
use gami::{Error, Options};

fn main() -> gami::Result<()> {
    let server = common::server(|| {
        let mock = Mock::start()?;
        mock.on("Command", |action| {
            Reply::success()
                .header("Message", "Command output follows")
                .header("Output", format!("what Asterisk prints for {:?}", action.get("Command").unwrap_or_default()))
                .header("Output", "")
                .header("Output", "  leading blanks and empty lines are kept")
        });
        Ok(mock)
    });
    let line = if server.rest.is_empty() { "core show uptime".to_owned() } else { server.rest.join(" ") };

    let ami = Options::new().connect(&server.address, &server.user, &server.secret)?;
    match ami.command(&line) {
        Ok(text) => println!("{text}"),
        Err(Error::Rejected(response)) => {
            eprintln!("{}", response.output().unwrap_or_default());
            std::process::exit(1);
        }
        Err(error) => return Err(error),
    }
    ami.close()
}
