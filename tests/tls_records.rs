//! What goes out over TLS goes out as Asterisk reads it: it takes 1,024 bytes of a record and then waits for more.
//!
//! OpenSSL gives one record a read, and so shows where each ends. Other libraries do not: there the mock, which reads
//! as Asterisk does, shows that what goes out is read.
#![cfg(all(feature = "tls", target_os = "linux"))]

mod support;

use std::collections::HashSet;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use gami::{Action, Client, Error, LoginMode, Options, Outcome, Tls};
use native_tls::{Identity, TlsAcceptor, TlsStream};
use support::*;

/// What Asterisk reads at once.
const RECORD: usize = 1024;
const NEW: &str = "Asterisk Call Manager/4.0.3\r\n";
const OLD: &str = "Asterisk Call Manager/2.10.6\r\n";

/// The server's side of a connection.
struct Session {
    tls: TlsStream<TcpStream>,
    /// What came that is not yet a whole action.
    text: Vec<u8>,
}

/// Serves one client, and gives what that results in.
fn server<T: Send + 'static>(
    banner: &'static str,
    serve: impl FnOnce(Session) -> T + Send + 'static,
) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let certificate = include_bytes!("../src/mock/localhost.cert.pem");
        let key = include_bytes!("../src/mock/localhost.key.pem");
        let acceptor = TlsAcceptor::new(Identity::from_pkcs8(certificate, key).unwrap()).unwrap();
        let mut tls = acceptor.accept(listener.accept().unwrap().0).unwrap();
        tls.write_all(banner.as_bytes()).unwrap();
        serve(Session { tls, text: Vec::new() })
    });
    (address, thread)
}

fn dial(address: SocketAddr, options: Options) -> Client {
    options.tls(Tls::insecure()).login_mode(LoginMode::Plain).dial(address).unwrap()
}

impl Session {
    /// The next record; `None` at the end, or once nothing came for so long.
    fn record(&mut self, patience: Option<Duration>) -> Option<Vec<u8>> {
        self.tls.get_ref().set_read_timeout(patience).unwrap();
        let mut record = vec![0; 32 * 1024];
        match self.tls.read(&mut record) {
            Ok(0) => None,
            Ok(read) => {
                record.truncate(read);
                Some(record)
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => None,
            Err(_) => None,
        }
    }

    /// The ids of the actions that a record completes, with the lengths of the actions.
    fn actions(&mut self, record: &[u8]) -> Vec<(String, usize)> {
        self.text.extend_from_slice(record);
        let mut actions = Vec::new();
        while let Some(end) = self.text.windows(4).position(|window| window == b"\r\n\r\n") {
            let action: Vec<u8> = self.text.drain(..end + 4).collect();
            let text = String::from_utf8(action).unwrap();
            let id = text.lines().find_map(|line| line.strip_prefix("ActionID: ")).unwrap();
            actions.push((id.to_owned(), text.len()));
        }
        actions
    }

    /// Whether what waits in its socket ends in the middle of a record.
    fn has_half_a_record(&self) -> bool {
        const HEAD: usize = 5;
        let mut waiting = vec![0; 1024 * 1024];
        let length = self.tls.get_ref().peek(&mut waiting).unwrap();
        let mut rest = &waiting[..length];
        while let Some(head) = rest.get(..HEAD) {
            match rest.get(HEAD + usize::from(u16::from_be_bytes([head[3], head[4]]))..) {
                Some(behind) => rest = behind,
                None => break,
            }
        }
        !rest.is_empty()
    }

    fn answer(&mut self, id: &str) {
        let _ = write!(self.tls, "Response: Success\r\nActionID: {id}\r\n\r\n");
    }

    fn answer_all(&mut self, record: &[u8]) {
        for (id, _) in self.actions(record) {
            self.answer(&id);
        }
    }
}

/// An action of so many bytes, but for its `ActionID`.
fn action(length: usize) -> Action {
    (0..length / 70).fold(Action::new("Ping"), |action, at| action.param(format!("X{at:03}"), "y".repeat(62)))
}

#[test]
fn a_record_holds_whole_lines_and_at_most_1024_bytes() {
    let (address, server) = server(NEW, |mut session| {
        let mut records = Vec::new();
        while let Some(record) = session.record(None) {
            session.answer_all(&record);
            records.push(record);
        }
        records
    });
    let ami = dial(address, Options::new());
    ami.login("admin", "root").unwrap();
    for length in [700, 1024, 1300, 8200] {
        ami.action(action(length)).unwrap();
    }
    let long_lines =
        (0..20).fold(Action::new("Ping"), |action, at| action.param(format!("X{at:03}"), "y".repeat(1000)));
    ami.action(long_lines).unwrap();
    ami.action(Action::new("Ping").param("X", "y".repeat(1022 - "X: ".len()))).unwrap();
    let pings: Vec<_> = (0..1000).map(|_| ami.async_action("Ping").unwrap()).collect();
    for ping in pings {
        ping.recv_timeout(DEADLINE).unwrap().unwrap();
    }
    ami.close().unwrap();
    let records = server.join().unwrap();
    assert!(records.iter().any(|record| record.len() > RECORD - 100), "records are filled");
    for record in records {
        assert!(record.len() <= RECORD && record.ends_with(b"\r\n"), "{} bytes", record.len());
    }
}

#[test]
fn an_old_server_has_no_more_than_1024_bytes_to_read_before_it_answers() {
    const QUIET: Duration = Duration::from_millis(30);
    let (address, server) = server(OLD, |mut session| {
        let mut unanswered = Vec::new();
        let mut most_together = 0;
        loop {
            let patience = (!unanswered.is_empty()).then_some(QUIET);
            match session.record(patience) {
                Some(record) => {
                    assert!(record.len() <= RECORD && record.ends_with(b"\r\n"), "{} bytes", record.len());
                    unanswered.extend(session.actions(&record));
                    let bytes: usize = unanswered.iter().map(|(_, length)| length).sum::<usize>() + session.text.len();
                    let alone = unanswered.len() + usize::from(!session.text.is_empty()) == 1;
                    assert!(bytes <= RECORD || alone, "{bytes} bytes, {unanswered:?}");
                    most_together = most_together.max(unanswered.len());
                }
                None if unanswered.is_empty() => return most_together,
                // Nothing more comes: the answer to the first lets some more come.
                None if session.text.is_empty() => session.answer(&unanswered.remove(0).0),
                None => {}
            }
        }
    });
    let ami = dial(address, Options::new());
    ami.login("admin", "root").unwrap();
    let lengths =
        [70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 3000, 70, 70, 1100, 900, 900, 70];
    let answers: Vec<_> = lengths.iter().map(|length| ami.async_action(action(*length)).unwrap()).collect();
    for answer in answers {
        answer.recv_timeout(DEADLINE).unwrap().unwrap();
    }
    thread::scope(|scope| {
        let callers: Vec<_> = (0..8).map(|_| scope.spawn(|| ami.action(action(400)))).collect();
        callers.into_iter().for_each(|caller| drop(caller.join().unwrap().unwrap()));
    });
    drop(ami);
    assert!(server.join().unwrap() > 5, "small actions go together");
}

#[test]
fn a_thousand_pings_to_an_old_server_are_answered() {
    let (address, _server) = server(OLD, |mut session| {
        while let Some(record) = session.record(None) {
            session.answer_all(&record);
        }
    });
    let ami = dial(address, Options::new());
    ami.login("admin", "root").unwrap();
    let pings: Vec<_> = (0..1000).map(|_| ami.async_action("Ping").unwrap()).collect();
    for ping in pings {
        ping.recv_timeout(DEADLINE).unwrap().unwrap();
    }
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| (0..10).for_each(|_| drop(ami.action("Ping").unwrap())));
        }
    });
}

#[test]
fn an_action_that_an_old_server_never_answers_holds_others_up_until_its_deadline_only() {
    let (address, _server) = server(OLD, |mut session| {
        while let Some(record) = session.record(None) {
            for (id, _) in session.actions(&record) {
                if !id.starts_with("mute") {
                    session.answer(&id);
                }
            }
        }
    });
    let ami = dial(address, Options::new());
    ami.login("admin", "root").unwrap();
    let mute = |id: &str, patience| action(2000).param("ActionID", id).timeout(Duration::from_millis(patience));
    let unanswered = [("mute-1", 400), ("mute-2", 600)].map(|(id, ms)| ami.async_action(mute(id, ms)).unwrap());
    let error = ami.action(Action::new("Ping").timeout(Duration::from_millis(50))).unwrap_err();
    assert!(matches!(error, Error::Timeout { sent: false, .. }), "{error:?}");
    ami.action("Ping").unwrap();
    for answer in unanswered {
        let error = answer.recv_timeout(DEADLINE).unwrap().unwrap_err();
        assert!(matches!(error, Error::Timeout { sent: true, .. }), "{error:?}");
    }
}

#[test]
fn what_a_link_that_stalls_has_not_sent_is_known_to_the_record() {
    let (resume, resumed) = std::sync::mpsc::channel();
    let (address, server) = server(NEW, move |mut session| {
        let login = session.record(None).unwrap();
        session.answer_all(&login);
        let _ = resumed.recv_timeout(DEADLINE);
        let mut got = HashSet::new();
        while let Some(record) = session.record(Some(DEADLINE)) {
            got.extend(session.actions(&record).into_iter().map(|(id, _)| id));
        }
        got
    });
    let ami = dial(address, Options::new().action_timeout(Duration::from_millis(500)));
    ami.login("admin", "root").unwrap();
    let mut answers = Vec::new();
    let mut outcomes = Vec::new();
    for at in 0.. {
        let id = format!("{at}");
        // The first of them excuses the server until its deadline.
        let patience = if at == 0 { Duration::from_millis(300) } else { DEADLINE };
        match ami.async_action(action(900).param("ActionID", &id).timeout(patience)) {
            Ok(answer) => answers.push((id, answer)),
            Err(error) => {
                outcomes.push((id, error.outcome()));
                break;
            }
        }
    }
    resume.send(()).unwrap();
    for (id, answer) in answers {
        let error = answer.recv_timeout(DEADLINE).unwrap().unwrap_err();
        assert!(matches!(error, Error::Lost { .. }) || id == "0", "{error:?}");
        outcomes.push((id, error.outcome()));
    }
    let got = server.join().unwrap();
    assert!(!got.is_empty());
    for (id, outcome) in outcomes {
        let expected = if got.contains(&id) { Outcome::Unknown } else { Outcome::NotSent };
        assert_eq!(outcome, expected, "{id}");
    }
}

#[test]
fn a_server_that_is_slow_to_read_finds_whole_records_only() {
    const PINGS: usize = 5000;
    /// The system waits a fifth of a second before it cuts a record to fill the server's socket.
    const LATE: Duration = Duration::from_millis(700);
    let (address, server) = server(NEW, |mut session| {
        let login = session.record(None).unwrap();
        session.answer_all(&login);
        let begun = Instant::now();
        let mut early = 0;
        // Asterisk would read now and then, and close if that was half a record.
        while begun.elapsed() < LATE && !session.has_half_a_record() {
            // A sign that it works: it is not sent what its socket does not hold.
            session.answer(&format!("ping-{early}"));
            early += 1;
            thread::park_timeout(Duration::from_millis(20));
        }
        let is_cut = session.has_half_a_record();
        while let Some(record) = session.record(None) {
            session.answer_all(&record);
        }
        is_cut
    });
    let ami = dial(address, Options::new());
    ami.login("admin", "root").unwrap();
    let ping = |at| ami.async_action(Action::new("Ping").param("ActionID", format!("ping-{at}"))).unwrap();
    let pings: Vec<_> = (0..PINGS).map(ping).collect();
    for ping in pings {
        ping.recv_timeout(DEADLINE).unwrap().unwrap();
    }
    ami.close().unwrap();
    assert!(!server.join().unwrap(), "half a record lay in the server's socket");
}
