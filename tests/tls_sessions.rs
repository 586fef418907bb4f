//! A TLS session in which more comes than data: renegotiations of TLS 1.2, and bytes that are no TLS.
#![cfg(feature = "tls")]
#![cfg_attr(not(target_os = "linux"), allow(dead_code, unused_imports))]

mod support;

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use gami::{Client, Error, LoginMode, Loss, Options, Tls};
use native_tls::{Identity, TlsAcceptor};
use support::*;

const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/mock/localhost.cert.pem");
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/mock/localhost.key.pem");

fn options() -> Options {
    Options::new().tls(Tls::insecure()).login_mode(LoginMode::Plain)
}

/// OpenSSL's own test server: what it is told goes to the client, and `r` makes it renegotiate.
struct Server {
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<String>,
    address: SocketAddr,
    /// Halves of handshakes that were finished.
    finished: usize,
    /// The ids of actions that came in between.
    asked: Vec<String>,
}

impl Server {
    /// `None` where there is no such command.
    fn start() -> Option<Self> {
        let mut command = Command::new("openssl");
        command.args(["s_server", "-accept", "127.0.0.1:0", "-tls1_2", "-msg", "-cert", CERTIFICATE, "-key", KEY]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                println!("NOT CHECKED: there is no command `openssl` here");
                return None;
            }
            Err(error) => panic!("{error}"),
        };
        let (line, lines) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            stdout
                .split(b'\n')
                .map_while(Result::ok)
                .all(|bytes| line.send(String::from_utf8_lossy(&bytes).trim_end().to_owned()).is_ok())
        });
        let stdin = child.stdin.take().unwrap();
        let address = ([127, 0, 0, 1], 0).into();
        let mut server = Self { child, stdin, lines, address, finished: 0, asked: Vec::new() };
        let ready = server.until(|_, line| line.starts_with("ACCEPT "));
        server.address = ready.trim_start_matches("ACCEPT ").parse().unwrap();
        Some(server)
    }

    /// The next line that is so.
    fn until(&mut self, is_so: impl Fn(&Self, &str) -> bool) -> String {
        loop {
            let line = self.lines.recv_timeout(DEADLINE).expect("a line of the server's");
            self.finished += usize::from(line.contains(", Finished"));
            self.asked.extend(line.strip_prefix("ActionID: ").map(str::to_owned));
            if is_so(self, &line) {
                return line;
            }
        }
    }

    /// A blank line first, for what begins with certain letters is a command; once it is sent, so that what comes
    /// next is not taken for a part of it.
    fn send(&mut self, text: &str) {
        self.stdin.write_all(format!("\r\n{text}").as_bytes()).unwrap();
        self.stdin.flush().unwrap();
        self.until(|_, line| line.starts_with(">>>"));
    }

    /// Asks the client for another handshake, and waits for its end.
    fn renegotiate(&mut self) {
        let wanted = self.finished + 2;
        self.stdin.write_all(b"r\n").unwrap();
        self.stdin.flush().unwrap();
        self.until(|server, _| server.finished == wanted);
    }

    fn answer_next(&mut self) {
        if self.asked.is_empty() {
            self.until(|server, _| !server.asked.is_empty());
        }
        for id in std::mem::take(&mut self.asked) {
            self.send(&format!("Response: Success\r\nActionID: {id}\r\n\r\n"));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Dials while the server renegotiates so often before its banner.
fn dialed(server: &mut Server, renegotiations: usize) -> Client {
    let address = server.address;
    let dialing = thread::spawn(move || options().dial(address));
    server.until(|server, _| server.finished == 2);
    (0..renegotiations).for_each(|_| server.renegotiate());
    // Without a blank line, for the banner is the first one.
    server.stdin.write_all(b"Asterisk Call Manager/5.0.5\r\n").unwrap();
    server.stdin.flush().unwrap();
    dialing.join().unwrap().unwrap()
}

#[test]
#[cfg(target_os = "linux")] // the server that is asked to is OpenSSL's
fn each_renegotiation_on_an_idle_link_is_completed() {
    let Some(mut server) = Server::start() else { return };
    let ami = dialed(&mut server, 0);
    for _ in 0..5 {
        server.renegotiate();
    }
    let ping = ami.async_action("Ping").unwrap();
    server.answer_next();
    ping.recv_timeout(DEADLINE).unwrap().unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn renegotiations_before_the_banner_are_completed() {
    let Some(mut server) = Server::start() else { return };
    drop(dialed(&mut server, 3));
}

#[test]
#[cfg(target_os = "linux")]
fn actions_made_while_the_session_is_renegotiated_are_answered() {
    let Some(mut server) = Server::start() else { return };
    let ami = dialed(&mut server, 0);
    thread::scope(|scope| {
        let callers: Vec<_> =
            (0..4).map(|_| scope.spawn(|| (0..50).try_for_each(|_| ami.action("Ping").map(drop)))).collect();
        while !callers.iter().all(|caller| caller.is_finished()) {
            if server.asked.is_empty() {
                match server.lines.recv_timeout(Duration::from_millis(20)) {
                    Ok(line) => server.asked.extend(line.strip_prefix("ActionID: ").map(str::to_owned)),
                    Err(_) => continue,
                }
            } else {
                server.renegotiate();
                server.answer_next();
            }
        }
        callers.into_iter().for_each(|caller| caller.join().unwrap().unwrap());
    });
}

#[test]
fn bytes_within_tls_that_are_no_tls_are_named_in_the_loss() {
    for closes in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let identity = Identity::from_pkcs8(&std::fs::read(CERTIFICATE).unwrap(), &std::fs::read(KEY).unwrap());
            let acceptor = TlsAcceptor::new(identity.unwrap()).unwrap();
            let mut tls = acceptor.accept(listener.accept().unwrap().0).unwrap();
            tls.write_all(b"Asterisk Call Manager/5.0.5\r\nEvent: Last\r\n\r\n").unwrap();
            let mut tcp: TcpStream = tls.get_ref().try_clone().unwrap();
            tcp.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
            if closes {
                let _ = tcp.shutdown(std::net::Shutdown::Write);
            }
            (tls, tcp)
        });
        let ami = options().dial(address).unwrap();
        let lost = next_loss(&ami);
        let Error::Lost { cause: Loss::Io(_), .. } = &lost else { panic!("{lost:?}") };
        let text = lost.to_string();
        if cfg!(target_os = "linux") {
            assert_eq!(text, r#"link lost: within TLS came what is no TLS: "HTTP/1.1 400 Bad Request\r\n\r\n""#);
        }
        assert_eq!(ami.events().try_recv().unwrap().name(), "Last", "what came before is not lost");
        drop(server.join().unwrap());
    }
}
