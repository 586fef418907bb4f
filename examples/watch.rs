//! Tells what happens on a server, a line an event, in words.
//!
//! - `cargo run --example watch`: a captured call, from a mock server;
//! - `cargo run --example watch -- HOST:PORT USER SECRET`: a real one, until Ctrl-C;
//! - with `--all` also what hardly anybody wants to know: each step of the dialplan, each variable.

mod common;

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use gami::event::{known, ChannelSnapshot, ChannelState, DialStatus, Direction};
use gami::mock::{Mock, Replay, SAMPLE_CALL};
use gami::{Backoff, Event, Options, Typed};

fn main() -> gami::Result<()> {
    let all = std::env::args().any(|argument| argument == "--all");
    let call = Replay::new(SAMPLE_CALL).every(Duration::from_millis(20));
    let server = common::server(|| Mock::builder().replay(call).start());
    let ami = Options::new().reconnect(Backoff::new()).connect(&server.address, &server.user, &server.secret)?;
    // A replayed call ends, and then nothing comes; a real server is watched until Ctrl-C.
    let patience = if server.mock.is_some() { Duration::from_millis(500) } else { Duration::MAX };
    let mut watch = Watch::default();
    while let Ok(event) = ami.events().recv_timeout(patience) {
        // When it happened, if `timestampevents` is on in `manager.conf`.
        let now = event.common().timestamp.unwrap_or_else(unix_time);
        if let Some((who, what)) = watch.tell(&event, now, all) {
            println!("{}  {who:<34}  {what}", clock(now));
        }
    }
    ami.close()
}

#[derive(Default)]
struct Watch {
    /// When the channels began, by their uniqueid.
    begun: HashMap<String, f64>,
    /// When they were answered.
    answered: HashMap<String, f64>,
}

impl Watch {
    /// Whom an event is about, and what happened; `None` for what is not worth a line.
    fn tell(&mut self, event: &Event, now: f64, all: bool) -> Option<(String, String)> {
        let (who, what) = match event.typed() {
            Typed::Newchannel(e) => {
                self.begun.insert(e.channel.uniqueid.to_owned(), now);
                let caller = caller(&e.channel).map(|caller| format!(", caller {caller}")).unwrap_or_default();
                (e.channel.name, format!("begins at {}@{}{caller}", e.channel.exten, e.channel.context))
            }
            Typed::Newstate(e) => {
                let what = match e.channel.state? {
                    ChannelState::Ring => "calls".to_owned(),
                    ChannelState::Ringing => "rings".to_owned(),
                    ChannelState::Up => {
                        self.answered.insert(e.channel.uniqueid.to_owned(), now);
                        "is answered".to_owned()
                    }
                    other => format!("is {other}"),
                };
                (e.channel.name, what)
            }
            Typed::Hangup(e) => {
                let spent = |since: Option<f64>| since.map(|since| duration(now - since));
                let total = spent(self.begun.remove(e.channel.uniqueid)).map(|it| format!(" after {it}"));
                let up = spent(self.answered.remove(e.channel.uniqueid)).map(|it| format!(", {it} of it up"));
                let cause = e.cause.map_or_else(String::new, |cause| cause.to_string());
                (e.channel.name, format!("ends{}{}: {cause}", total.unwrap_or_default(), up.unwrap_or_default()))
            }

            Typed::DialBegin(e) if e.channel.name.is_empty() => (e.dest.name, "is dialled".into()),
            Typed::DialBegin(e) => (e.channel.name, format!("dials {}", e.dest.name)),
            Typed::DialEnd(e) if e.dial_status != Some(DialStatus::Answer) => {
                (e.dest.name, format!("was dialled in vain: {}", e.dial_status?))
            }
            Typed::BridgeEnter(e) => (e.channel.name, format!("talks in bridge {}", short(e.bridge.uniqueid))),
            Typed::BridgeLeave(e) => (e.channel.name, format!("leaves bridge {}", short(e.bridge.uniqueid))),
            Typed::Hold(e) => (e.channel.name, "is put on hold".into()),
            Typed::Unhold(e) => (e.channel.name, "is taken off hold".into()),
            Typed::DTMFEnd(e) if e.direction == Some(Direction::Received) => {
                (e.channel.name, format!("presses {}", e.digit))
            }
            Typed::BlindTransfer(e) => {
                (e.transferer.name, format!("transfers {} to {}", e.transferee.name, e.extension))
            }
            Typed::AttendedTransfer(e) => {
                (e.orig_transferer.name, format!("transfers {} to {}", e.transferee.name, e.transfer_target.name))
            }
            Typed::ParkedCall(e) => (e.parkee.name, format!("is parked at {}", e.parking_space)),
            Typed::UnParkedCall(e) => {
                (e.parkee.name, format!("is fetched from {} by {}", e.parking_space, e.retriever.name))
            }

            Typed::QueueCallerJoin(e) => (e.channel.name, format!("waits in queue {}, place {}", e.queue, e.position?)),
            Typed::QueueCallerAbandon(e) => {
                (e.channel.name, format!("gives up on queue {} after {}", e.queue, seconds(e.hold_time)))
            }
            Typed::AgentConnect(e) => {
                let waited = seconds(e.hold_time);
                (e.channel.name, format!("gets {} from queue {} after {waited}", e.member_name, e.queue))
            }
            Typed::AgentComplete(e) => {
                let spoken = seconds(e.talk_time);
                (e.channel.name, format!("spoke {spoken} with {} from queue {}", e.member_name, e.queue))
            }
            Typed::QueueMemberPause(e) => {
                let does = if e.member.paused? { "pauses" } else { "is back" };
                (e.member.name, format!("{does} in queue {} {}", e.queue, e.member.paused_reason))
            }
            Typed::AgentLogin(e) => (e.channel.name, format!("is agent {}, who logs in", e.agent)),
            Typed::AgentLogoff(e) => (e.channel.name, format!("was agent {} for {}", e.agent, seconds(e.login_time))),
            Typed::ConfbridgeJoin(e) => (e.channel.name, format!("joins conference {}", e.conference)),
            Typed::ConfbridgeLeave(e) => (e.channel.name, format!("leaves conference {}", e.conference)),

            Typed::PeerStatus(e) => (e.peer, format!("is {}", e.peer_status?)),
            Typed::Registry(e) => (e.domain, format!("has us as {} {}", e.username, e.status?)),
            Typed::MessageWaiting(e) => (e.mailbox, format!("has {} new messages", e.new.unwrap_or(0))),
            Typed::InvalidPassword(e) => {
                (e.source.account_id, format!("has a wrong password, at {}", e.source.remote_address))
            }
            Typed::Shutdown(e) => ("Asterisk", format!("stops {}", e.shutdown?)),
            Typed::UserEvent(e) => (e.channel.name, format!("says {}: {}", e.user_event, rest(event))),

            Typed::Newexten(e) if all => {
                let at = format!("{},{},{}", e.channel.context, e.channel.exten, e.channel.priority.unwrap_or(0));
                (e.channel.name, format!("runs {}({}) at {at}", e.application, e.app_data))
            }
            Typed::VarSet(e) if all => (e.channel.name, format!("has {} = {}", e.variable, e.value)),
            Typed::DeviceStateChange(e) if all => (e.device, format!("is {}", e.state?)),
            _ if all => (event.get("Channel").unwrap_or_default(), format!("{}: {}", event.name(), rest(event))),
            _ => return None,
        };
        Some((who.to_owned(), what.trim_end_matches([':', ' ']).to_owned()))
    }
}

/// The caller's name and number, as far as they are known.
fn caller(channel: &ChannelSnapshot) -> Option<String> {
    match (known(channel.caller_id_name), known(channel.caller_id_num)) {
        (Some(name), Some(number)) => Some(format!("{name} <{number}>")),
        (name, number) => name.or(number).map(str::to_owned),
    }
}

/// What an event says besides what it says of the channel, the bridge and itself.
fn rest(event: &Event) -> String {
    let usual = ["Event", "Privilege", "Timestamp", "SystemName", "ActionID", "UserEvent"];
    let snapshots = ["Channel", "CallerID", "ConnectedLine", "Language", "AccountCode", "Context", "Exten", "Priority"];
    let ids = ["Uniqueid", "Linkedid", "Tenantid", "Bridge"];
    let said = event.iter().filter(|(header, value)| {
        let of_snapshot = snapshots.iter().chain(&ids).any(|word| header.contains(word));
        !usual.contains(header) && !of_snapshot && !value.is_empty()
    });
    said.map(|(header, value)| format!("{header} {value}")).collect::<Vec<_>>().join(", ")
}

/// The beginning of an id, enough to tell it from others.
fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

fn seconds(time: Option<u64>) -> String {
    time.map_or("some time".to_owned(), |time| duration(time as f64))
}

fn duration(seconds: f64) -> String {
    match seconds as u64 {
        0..=59 => format!("{seconds:.1} s"),
        whole @ 60..=3599 => format!("{}:{:02} min", whole / 60, whole % 60),
        whole => format!("{}:{:02} h", whole / 3600, whole / 60 % 60),
    }
}

/// The time of day, UTC.
fn clock(time: f64) -> String {
    let whole = time as u64;
    format!("{:02}:{:02}:{:06.3}", whole / 3600 % 24, whole / 60 % 60, time % 60.0)
}

fn unix_time() -> f64 {
    SystemTime::UNIX_EPOCH.elapsed().map_or(0.0, |time| time.as_secs_f64())
}
