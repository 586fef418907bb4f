//! Where the picture comes from: a server, or a recording of one.

use std::fs::File;
use std::io::{Cursor, Read};
use std::thread;
use std::time::Duration;

use gami::live::Live;
use gami::mock::Mock;
use gami::recording::{Recorder, Recording};
use gami::{Backoff, Client, Options, Parts, Tls};

use crate::draw::PARTS;
use crate::player::{Player, SECRET, USER};

/// What is shown where no server is named: a busy minute and a half of a real one.
pub const EXCHANGE: &[u8] = include_bytes!("../exchange.rec");

pub const USAGE: &str = "\
board                           a recorded exchange, from a mock server
board --play FILE               the exchange of another recording
board HOST:PORT USER SECRET     a real one
    --tls                       over TLS, with a certificate that the system trusts
    --ca FILE                   over TLS, with a certificate that this one (PEM) has signed
    --insecure                  over TLS, whatever the certificate
    --record FILE               record it, for --play
--no-color                      without colours, as with NO_COLOR in the environment";

/// What the command line asks for.
#[derive(Debug, Default, PartialEq)]
pub struct Arguments {
    server: Option<[String; 3]>,
    tls: Option<Trust>,
    record: Option<String>,
    play: Option<String>,
    pub no_color: bool,
    pub help: bool,
}

#[derive(Debug, PartialEq)]
enum Trust {
    System,
    Certificate(String),
    Any,
}

impl Arguments {
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut parsed = Self::default();
        let mut words = Vec::new();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut file = || arguments.next().ok_or(format!("{argument} needs the name of a file"));
            match argument.as_str() {
                "--tls" => parsed.tls = parsed.tls.or(Some(Trust::System)),
                "--insecure" => parsed.tls = Some(Trust::Any),
                "--ca" => parsed.tls = Some(Trust::Certificate(file()?)),
                "--record" => parsed.record = Some(file()?),
                "--play" => parsed.play = Some(file()?),
                "--no-color" | "--no-colour" => parsed.no_color = true,
                "--help" | "-h" => parsed.help = true,
                option if option.starts_with("--") => return Err(format!("there is no option {option}")),
                _ => words.push(argument),
            }
        }
        let named = words.len();
        parsed.server = words.try_into().ok();
        if parsed.server.is_none() && named > 0 {
            return Err(format!("HOST:PORT USER SECRET are three, not {named}"));
        }
        match (&parsed.server, &parsed.play) {
            (Some(_), Some(_)) => Err("--play takes no server".into()),
            (None, _) if parsed.tls.is_some() || parsed.record.is_some() => {
                Err("--tls, --ca, --insecure and --record need a server".into())
            }
            _ => Ok(parsed),
        }
    }
}

/// The picture of a server, kept up to date.
pub struct Source {
    pub title: String,
    pub client: Client,
    pub live: Live,
    recorder: Option<Recorder>,
}

impl Source {
    pub fn open(arguments: &Arguments) -> Result<Self, String> {
        match (&arguments.server, &arguments.play) {
            (Some(server), _) => Self::connect(server, arguments),
            (None, Some(path)) => {
                let mut bytes = Vec::new();
                let read = File::open(path).and_then(|mut file| file.read_to_end(&mut bytes));
                read.map_err(|error| format!("{path}: {error}"))?;
                Self::play(path.clone(), bytes)
            }
            (None, None) => Self::play("a recorded exchange".into(), EXCHANGE.to_vec()),
        }
    }

    fn connect([address, user, secret]: &[String; 3], arguments: &Arguments) -> Result<Self, String> {
        let mut options = options();
        match &arguments.tls {
            None => {}
            Some(Trust::System) => options = options.tls(Tls::new()),
            Some(Trust::Any) => options = options.tls(Tls::insecure()),
            Some(Trust::Certificate(path)) => {
                let pem = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
                let tls = Tls::new().add_root_pem(pem).map_err(|error| format!("{path}: {error}"))?;
                options = options.tls(tls);
            }
        }
        let recorder = match &arguments.record {
            Some(path) => Some(Recorder::create(path).map_err(|error| error.to_string())?),
            None => None,
        };
        if let Some(recorder) = &recorder {
            options = options.record(recorder.clone());
        }
        let client = options.connect(address, user, secret).map_err(|error| error.to_string())?;
        let live = client.live(parts()).map_err(|error| error.to_string())?;
        Ok(Self { title: address.clone(), client, live, recorder })
    }

    fn play(title: String, bytes: Vec<u8>) -> Result<Self, String> {
        let said = |error: gami::Error| format!("{title}: {error}");
        let recording = Recording::new(Cursor::new(bytes)).map_err(said)?;
        let player = Player::read(recording).map_err(said)?;
        if player.is_empty() {
            return Err(format!("{title}: holds no list that a server gave and no event; board --record makes such"));
        }
        let mock = Mock::start().map_err(|error| format!("no port on this machine: {error}"))?;
        player.answer(&mock);
        let client = options().connect(mock.address(), USER, SECRET).map_err(said)?;
        let live = client.live(parts()).map_err(said)?;
        let of = client.clone();
        let run = move || player.run(&mock, &of);
        thread::Builder::new().name("player".into()).spawn(run).map_err(|error| format!("no thread: {error}"))?;
        Ok(Self { title, client, live, recorder: None })
    }

    pub fn close(self) -> Result<(), String> {
        drop(self.live);
        let closed = self.client.close();
        let recorded = self.recorder.map_or(Ok(()), |recorder| recorder.close());
        closed.and(recorded).map_err(|error| error.to_string())
    }
}

fn options() -> Options {
    Options::new()
        .reconnect(Backoff::new().first(Duration::from_millis(500)).longest(Duration::from_secs(10)))
        .keepalive(Duration::from_secs(10))
        .action_timeout(Duration::from_secs(10))
}

fn parts() -> Parts {
    PARTS.into_iter().fold(Parts::new(), Parts::with)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_server_is_three_words_and_options_stand_anywhere() {
        let arguments = parse("--insecure pbx:5039 admin --no-color secret --record a.rec").unwrap();
        assert_eq!(arguments.server, Some(["pbx:5039", "admin", "secret"].map(str::to_owned)));
        assert_eq!(arguments.tls, Some(Trust::Any));
        assert_eq!(arguments.record.as_deref(), Some("a.rec"));
        assert!(arguments.no_color);
    }

    #[test]
    fn a_file_that_is_no_recording_is_refused() {
        let error = Source::play("a.rec".into(), b"root:x:0:0\n".to_vec()).err().unwrap();
        assert!(error.starts_with("a.rec: "), "{error}");
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for (line, said) in [
            ("pbx:5038 admin", "three, not 2"),
            ("--record", "--record needs the name of a file"),
            ("--record a.rec", "need a server"),
            ("--play a.rec pbx admin secret", "takes no server"),
            ("--colour", "no option --colour"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(said), "{line}: {error}");
        }
    }
}
