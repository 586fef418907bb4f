//! A call log: a line for each call that has ended: who, whom, how long it rang, how long they talked, by which queue
//! and member, and why it ended.
//!
//! - `cargo run --example calls`: calls that were recorded, from a mock server that loses the link between them;
//! - `cargo run --example calls -- HOST:PORT USER SECRET`: those of a real one, until Ctrl-C.

mod common;

use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use gami::live::{Call, Kind, Party};
use gami::mock::{Mock, Replay, Reply};
use gami::{Backoff, Live, Options, Parts, Snapshot, State};

/// Calls as Asterisk 22 sent them: busy, through a queue, answered.
const CALLS: [&[u8]; 3] = [
    include_bytes!("../tests/data/live/busy.22.ami"),
    include_bytes!("../tests/data/live/queue.22.ami"),
    include_bytes!("../tests/data/live/answered.22.ami"),
];

fn main() -> gami::Result<()> {
    let server = common::server(mock);
    let ami = Options::new()
        .reconnect(Backoff::new().first(Duration::from_millis(100)))
        .keepalive(Duration::from_secs(10))
        .connect(&server.address, &server.user, &server.secret)?;
    let live = Arc::new(ami.live(Parts::new().calls().queues())?);
    let (_, changes) = live.subscribe();
    if let Some(mock) = server.mock {
        let live = Arc::clone(&live);
        thread::spawn(move || play(&mock, &live));
    }

    println!("{:<8}  {:<28}  {:<28}  {:>6}  {:>7}  {:<24}  cause", "ended", "who", "whom", "rang", "talked", "queue");
    // A call that ended while there was no link is told when the server's list lacks it: nobody saw when that was and
    // why, and what it talked is known up to the loss. The model ends with the client, and the changes with the model.
    for change in changes {
        if let Some(call) = change.ended_call() {
            println!("{}", line(call, change.at, &live.now()));
        } else if let Kind::Lost(count) = change.kind {
            eprintln!("{count} changes came faster than they were printed: calls may be missing here");
        }
    }
    Ok(())
}

fn line(call: &Call, at: SystemTime, now: &Snapshot) -> String {
    let caller = call.caller();
    let called = || call.parties.iter().filter(|party| caller.map_or(true, |caller| caller.uniqueid != party.uniqueid));
    let answered: Vec<_> = called().filter(|party| party.answered.is_some()).collect();
    // Whoever answered; if nobody did, all who were tried.
    let whom: Vec<_> = if answered.is_empty() { called().collect() } else { answered };
    let rang = whom.iter().filter_map(|party| party.rang_for()).max().unwrap_or_default();
    let members: Vec<_> = whom.iter().filter_map(|party| member(party, now)).collect();
    let queue = call.queue.as_ref().map(|queue| format!("{queue} {}", members.join(", ")));
    format!(
        "{:<8}  {:<28}  {:<28}  {:>6}  {:>7}  {:<24}  {}",
        call.ended.map_or("unseen".to_owned(), clock),
        caller.map_or(String::new(), |caller| name(caller)),
        whom.iter().map(|party| name(party)).collect::<Vec<_>>().join(", "),
        seconds(rang),
        talked(call, at),
        queue.unwrap_or_default().trim_end(),
        call.cause.map_or("unknown".to_owned(), |cause| cause.to_string()),
    )
}

/// The name of the queue's member that a party is; the interface where the queue does not know it any more.
fn member(party: &Party, now: &Snapshot) -> Option<String> {
    let interface = party.interface.as_ref()?;
    let member = party.queue.as_ref().and_then(|queue| now.queue(queue)?.member(interface).cloned());
    Some(member.and_then(|member| member.name.clone()).unwrap_or_else(|| interface.clone()))
}

fn name(party: &Party) -> String {
    match (&party.caller_id_name, &party.caller_id_num) {
        (Some(name), Some(number)) => format!("{name} <{number}>"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => party.channel.clone(),
    }
}

/// How long they talked, as far as that was seen.
fn talked(call: &Call, at: SystemTime) -> String {
    let talked = seconds(call.talked(at));
    if call.ended.is_none() && call.answered.is_some() {
        format!(">{talked}")
    } else {
        talked
    }
}

fn seconds(time: Duration) -> String {
    if time.is_zero() {
        "-".into()
    } else {
        format!("{:.1}s", time.as_secs_f64())
    }
}

/// The time of day, UTC.
fn clock(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

/// An exchange without a call, and with one queue.
fn mock() -> std::io::Result<Mock> {
    let mock = Mock::start()?;
    mock.on("CoreShowChannels", |_| Reply::list().complete("CoreShowChannelsComplete"));
    mock.on("BridgeList", |_| Reply::list().complete("BridgeListComplete"));
    mock.on("QueueStatus", |_| {
        let member = [("Queue", "liveq"), ("Location", "IAX2/phones/ans"), ("Name", "Ans Member"), ("Status", "1")];
        let queue = Reply::list().event("QueueParams", [("Queue", "liveq"), ("Calls", "0")]);
        queue.event("QueueMember", member).complete("QueueStatusComplete")
    });
    // The client marks the stream of events with a variable, whose event tells that all before it has come.
    mock.on("Setvar", |setvar| {
        let (variable, value) = (setvar.get("Variable"), setvar.get("Value"));
        let headers = [("Variable", variable.unwrap_or_default()), ("Value", value.unwrap_or_default())];
        Reply::success().broadcast("VarSet", headers)
    });
    Ok(mock)
}

/// Plays the calls, and hangs up on the client within the last of them, which then ends while nobody looks.
fn play(mock: &Mock, live: &Live) -> gami::Result<()> {
    let pace = Duration::from_millis(20);
    for (at, call) in CALLS.iter().enumerate() {
        live.wait_valid(Duration::from_secs(10))?;
        // From the first event of the call on: what is before it belongs to the login.
        let begin = find(call, b"Event: Newchannel").unwrap_or(0);
        let is_last = at + 1 == CALLS.len();
        let end = if is_last { find(call, b"Event: HangupRequest").unwrap_or(call.len()) } else { call.len() };
        let call = Replay::new(&call[begin..end]).every(pace);
        let takes = pace * (call.len() as u32 + 10);
        mock.replay(call);
        thread::sleep(takes);
        if is_last {
            println!("(the link is lost)");
            mock.hang_up();
            // Long enough for the loss to be noticed; then all is listed anew.
            while live.client().state() == State::Connected {
                thread::sleep(Duration::from_millis(10));
            }
            live.wait_valid(Duration::from_secs(10))?;
        }
    }
    live.client().close()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
