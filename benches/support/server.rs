//! A server that answers and replays, in a process of its own: its processor time, memory and context
//! switches are not those of the benchmark.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use memchr::memmem;

use super::latency;

const ROLE: &str = "GAMI_BENCH_SERVER";
const EVENTS_IN_BLOCK: usize = 512;

/// Every event that is replayed has so many bytes, the blank line after it included.
pub const EVENT_BYTES: usize = 368;
/// Every event that is replayed has so many headers.
pub const EVENT_HEADERS: usize = 16;

/// The server while it runs; it ends with this.
pub struct Server {
    child: Child,
    /// The server ends when this does, also if the benchmark dies.
    _alive: ChildStdin,
    pub address: String,
}

impl Server {
    pub fn start() -> Self {
        Self::run("tcp")
    }

    #[cfg(feature = "tls")]
    pub fn start_tls() -> Self {
        Self::run("tls")
    }

    fn run(role: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("the benchmark's own path"));
        command.env(ROLE, role).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a child process");
        let alive = child.stdin.take().expect("its input");
        let mut port = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut port).expect("its port");
        Self { child, _alive: alive, address: format!("127.0.0.1:{}", port.trim()) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes this process the server if it was started as one; call it first of all.
pub fn serve_if_asked() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("{}", listener.local_addr().expect("an address").port());
    thread::spawn(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        std::process::exit(0);
    });
    #[cfg(feature = "tls")]
    let acceptor = {
        let identity = native_tls::Identity::from_pkcs8(include_bytes!("certificate.pem"), include_bytes!("key.pem"));
        native_tls::TlsAcceptor::new(identity.expect("the identity beside this file")).expect("an acceptor")
    };
    for tcp in listener.incoming().flatten() {
        let _ = tcp.set_nodelay(true);
        #[cfg(feature = "tls")]
        let acceptor = (role == "tls").then(|| acceptor.clone());
        let role = role.clone();
        let serving = thread::Builder::new().stack_size(256 * 1024).spawn(move || match role.as_str() {
            #[cfg(feature = "tls")]
            "tls" => drop(acceptor.and_then(|acceptor| acceptor.accept(tcp).ok()).map(|tls| serve(tls, None))),
            _ => drop(tcp.try_clone().and_then(|second| serve(tcp, Some(Arc::new(second))))),
        });
        drop(serving.expect("a thread"));
    }
    std::process::exit(0);
}

/// Serves a connection; `second` is a handle for a thread that writes events at a rate.
fn serve(mut stream: impl Read + Write, second: Option<Arc<TcpStream>>) -> io::Result<()> {
    let answering = Arc::new(Mutex::new(()));
    stream.write_all(b"Asterisk Call Manager/11.0.0\r\n")?;
    let mut input = Vec::new();
    let mut output = Vec::new();
    let mut piece = vec![0; 16 * 1024];
    loop {
        let read = stream.read(&mut piece)?;
        if read == 0 {
            return Ok(());
        }
        input.extend_from_slice(&piece[..read]);
        let mut rest = 0;
        // All that came together is answered together.
        while let Some(end) = memmem::find(&input[rest..], b"\r\n\r\n") {
            let action = std::str::from_utf8(&input[rest..rest + end]).unwrap_or_default();
            if header(action, "Action") == Some("Paced") {
                let (rate, events) = (number(action, "Rate"), number(action, "Count"));
                let (second, answering) = (second.clone().expect("TCP"), Arc::clone(&answering));
                thread::spawn(move || latency::write_paced(&second, &answering, rate, events));
            }
            answer(action, &mut output, &mut stream)?;
            rest += end + 4;
        }
        input.drain(..rest);
        let whole = answering.lock().expect("no panic");
        stream.write_all(&output)?;
        drop(whole);
        output.clear();
        output.shrink_to(64 * 1024);
    }
}

fn header<'a>(action: &'a str, name: &str) -> Option<&'a str> {
    action.split("\r\n").find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

fn number(action: &str, name: &str) -> usize {
    header(action, name).and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn answer(action: &str, out: &mut Vec<u8>, stream: &mut impl Write) -> io::Result<()> {
    let get = |name: &str| header(action, name);
    let id = get("ActionID").unwrap_or_default();
    let count = number(action, "Count");
    match get("Action").unwrap_or_default() {
        "Ping" => {
            write!(out, "Response: Success\r\nActionID: {id}\r\nPing: Pong\r\nTimestamp: 1700000000.000000\r\n\r\n")
        }
        "Challenge" => write!(out, "Response: Success\r\nActionID: {id}\r\nChallenge: 123456789\r\n\r\n"),
        "Logoff" => write!(out, "Response: Goodbye\r\nActionID: {id}\r\nMessage: Thanks for all the fish.\r\n\r\n"),
        action @ ("Replay" | "ReplayCapture") => {
            write!(out, "Response: Success\r\nActionID: {id}\r\nMessage: Replay follows\r\n\r\n")?;
            stream.write_all(out)?;
            out.clear();
            if action == "ReplayCapture" {
                let events = captured_events();
                for _ in 0..count / events.len() {
                    stream.write_all(&events.concat())?;
                }
                return stream.write_all(&events[..count % events.len()].concat());
            }
            let block = event_block();
            for _ in 0..count / EVENTS_IN_BLOCK {
                stream.write_all(block)?;
            }
            stream.write_all(&block[..count % EVENTS_IN_BLOCK * EVENT_BYTES])
        }
        "List" => {
            write!(out, "Response: Success\r\nActionID: {id}\r\nEventList: start\r\nMessage: List follows\r\n\r\n")?;
            for item in 0..count {
                write!(
                    out,
                    "Event: Item\r\nActionID: {id}\r\nChannel: PJSIP/1000-{item:08x}\r\nChannelState: 6\r\n\
                     ChannelStateDesc: Up\r\nCallerIDNum: 1000\r\nCallerIDName: Alice\r\nContext: internal\r\n\
                     Exten: 2000\r\nPriority: 1\r\nUniqueid: 1700000000.{item}\r\nApplication: Dial\r\n\r\n"
                )?;
                send_if_much(out, stream)?;
            }
            write!(out, "Event: ListComplete\r\nActionID: {id}\r\nEventList: Complete\r\nListItems: {count}\r\n\r\n")
        }
        "Command" => {
            // The line says how the output is to come and how long it is to be: `headers 1000`.
            let (form, lines) = get("Command").and_then(|line| line.split_once(' ')).unwrap_or_default();
            let lines: usize = lines.parse().unwrap_or(0);
            if form == "follows" {
                write!(out, "Response: Follows\r\nPrivilege: Command\r\nActionID: {id}\r\n")?;
                for line in 0..lines {
                    writeln!(out, "  '{line:06}' =>        1. NoOp(line: {line})                 [pbx_config]")?;
                    send_if_much(out, stream)?;
                }
                return write!(out, "--END COMMAND--\r\n\r\n");
            }
            write!(out, "Response: Success\r\nActionID: {id}\r\nMessage: Command output follows\r\n")?;
            for line in 0..lines {
                write!(out, "Output:   '{line:06}' =>        1. NoOp(line: {line})                 [pbx_config]\r\n")?;
                send_if_much(out, stream)?;
            }
            write!(out, "\r\n")
        }
        _ => write!(out, "Response: Success\r\nActionID: {id}\r\nMessage: Done\r\n\r\n"),
    }
}

fn send_if_much(out: &mut Vec<u8>, stream: &mut impl Write) -> io::Result<()> {
    if out.len() > 64 * 1024 {
        stream.write_all(out)?;
        out.clear();
    }
    Ok(())
}

/// The events of a session with Asterisk 22, each with the blank line after it.
fn captured_events() -> Vec<&'static [u8]> {
    let capture = include_bytes!("../../tests/data/asterisk-22.ami");
    let mut start = 0;
    let ends = memmem::find_iter(capture, b"\r\n\r\n").map(|at| at + 4);
    let packets = ends.map(|end| &capture[std::mem::replace(&mut start, end)..end]);
    packets.filter(|packet| packet.starts_with(b"Event: ")).collect()
}

/// Some hundred events as they go over the wire: nine `Newchannel` to one `Newstate`.
pub fn event_block() -> &'static [u8] {
    static BLOCK: OnceLock<Vec<u8>> = OnceLock::new();
    BLOCK.get_or_init(|| {
        let mut block = Vec::with_capacity(EVENTS_IN_BLOCK * EVENT_BYTES);
        for number in 0..EVENTS_IN_BLOCK {
            // The names differ in length, which the caller's name makes up for.
            let (name, caller) =
                if number % 10 == 9 { ("Newstate", "Alice Exampleton") } else { ("Newchannel", "Alice Exemplar") };
            let before = block.len();
            write!(
                block,
                "Event: {name}\r\nPrivilege: call,all\r\nChannel: PJSIP/alice-{number:08x}\r\nChannelState: 0\r\n\
                 ChannelStateDesc: Down\r\nCallerIDNum: 2025550100\r\nCallerIDName: {caller}\r\n\
                 ConnectedLineNum: <unknown>\r\nConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: sales\r\n\
                 Context: local\r\nExten: 2025550199\r\nPriority: 1\r\nUniqueid: 1700000000.{number:06}\r\n\
                 Linkedid: 1700000000.{number:06}\r\n\r\n"
            )
            .expect("memory takes it");
            assert_eq!(block.len() - before, EVENT_BYTES);
        }
        block
    })
}
