//! Calls of every kind on a server of the rig, at random; and the server's own lists, to hold a picture against.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gami::live::{Live, Thing};
use gami::{Action, Client, Event, Interest, Snapshot};

use crate::asterisk::{connected, PATIENCE};
use crate::proxy::Random;
use crate::replays::picture::{picture, Picture};

/// What both a list and the model tell, as text by kind and key.
pub type Rows = BTreeMap<String, String>;

/// Whether phones steer calls with digits; if not, there are IAX2 channels. A digit that reaches an IAX2 channel which is
/// hung up meanwhile makes Asterisk crash (22.10 and 16.28, iax2_digit_end), so they take turns.
static DIGITS: AtomicBool = AtomicBool::new(true);

/// More channels than that and one is hung up instead of another call being made.
const CHANNELS: usize = 60;

fn text(value: Option<&str>) -> &str {
    value.filter(|value| *value != "<unknown>").unwrap_or_default()
}

fn sorted(rows: impl IntoIterator<Item = String>) -> String {
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort();
    rows.join("; ")
}

fn code<T: Display>(code: Option<T>) -> String {
    code.map(|code| code.to_string()).unwrap_or_default()
}

pub fn rows(picture: &Picture) -> Rows {
    picture.values().filter_map(row).collect()
}

fn row(thing: &Thing) -> Option<(String, String)> {
    let row = match thing {
        Thing::Channel(c) => format!(
            "{} state {} bridge {} caller {} {} connected {}",
            c.name,
            code(c.state.as_ref().map(|state| state.code())),
            text(c.bridge.as_deref()),
            text(c.caller_id_num.as_deref()),
            text(c.caller_id_name.as_deref()),
            text(c.connected_line_num.as_deref()),
        ),
        Thing::Bridge(b) => format!("{} {}", text(b.kind.as_deref()), sorted(b.members.iter().cloned())),
        Thing::Queue(q) => {
            let callers = sorted(q.callers.iter().map(|c| format!("{} {}", c.position, c.uniqueid)));
            let members = q.members.iter().map(|m| {
                let status = code(m.status.as_ref().map(|status| status.code()));
                let paused = m.paused.map_or(0, u8::from);
                format!("{} status {status} paused {paused} penalty {}", m.interface, code(m.penalty))
            });
            format!("callers {callers}; members {}", sorted(members))
        }
        Thing::Conference(c) => sorted(c.participants.iter().map(|p| {
            format!("{} muted {} admin {}", p.channel, p.muted.unwrap_or_default(), p.admin.unwrap_or_default())
        })),
        Thing::Parked(p) => format!("{} {}", text(p.parkinglot.as_deref()), text(p.parking_space.as_deref())),
        Thing::Device(d) => text(d.state.as_deref()).to_owned(),
        Thing::Hint(h) => code(h.status.as_ref().map(|status| status.code())),
        _ => return None,
    };
    Some((format!("{} {}", thing.kind(), thing.key()), row))
}

/// The items of a list; an error means that there is nothing.
fn items(ami: &Client, action: impl Into<Action>) -> Vec<Event> {
    match ami.list(action) {
        Ok(list) => list.items,
        Err(gami::Error::Rejected(_)) => Vec::new(),
        Err(error) => panic!("{error}"),
    }
}

/// What the server's lists say.
pub fn truth(ami: &Client) -> Rows {
    let mut rows = Rows::new();
    let get = |event: &Event, header: &str| text(event.get(header)).to_owned();
    for c in items(ami, "CoreShowChannels") {
        let row = format!(
            "{} state {} bridge {} caller {} {} connected {}",
            get(&c, "Channel"),
            get(&c, "ChannelState"),
            get(&c, "BridgeId"),
            get(&c, "CallerIDNum"),
            get(&c, "CallerIDName"),
            get(&c, "ConnectedLineNum"),
        );
        rows.insert(format!("channel {}", get(&c, "Uniqueid")), row);
    }
    for b in items(ami, "BridgeList") {
        let id = get(&b, "BridgeUniqueid");
        let members = items(ami, ("BridgeInfo", [("BridgeUniqueid", &id)]));
        let members = sorted(members.iter().map(|member| get(member, "Uniqueid")).filter(|id| !id.is_empty()));
        rows.insert(format!("bridge {id}"), format!("{} {members}", get(&b, "BridgeType")));
    }
    let mut queues = BTreeMap::<String, (Vec<String>, Vec<String>)>::new();
    for q in items(ami, "QueueStatus") {
        let (callers, members) = queues.entry(get(&q, "Queue")).or_default();
        match q.name() {
            "QueueMember" => members.push(format!(
                "{} status {} paused {} penalty {}",
                get(&q, "Location"),
                get(&q, "Status"),
                get(&q, "Paused"),
                get(&q, "Penalty")
            )),
            "QueueEntry" => callers.push(format!("{} {}", get(&q, "Position"), get(&q, "Uniqueid"))),
            _ => {}
        }
    }
    for (queue, (callers, members)) in queues {
        rows.insert(format!("queue {queue}"), format!("callers {}; members {}", sorted(callers), sorted(members)));
    }
    for c in items(ami, "ConfbridgeListRooms") {
        let name = get(&c, "Conference");
        let participants = items(ami, ("ConfbridgeList", [("Conference", &name)]));
        let participants = participants.iter().map(|p| {
            let is = |header| p.get(header).is_some_and(|value| value.eq_ignore_ascii_case("yes"));
            format!("{} muted {} admin {}", get(p, "Channel"), is("Muted"), is("Admin"))
        });
        rows.insert(format!("conference {name}"), sorted(participants));
    }
    for p in items(ami, "ParkedCalls") {
        let row = format!("{} {}", get(&p, "Parkinglot"), get(&p, "ParkingSpace"));
        rows.insert(format!("parked {}", get(&p, "ParkeeUniqueid")), row);
    }
    for d in items(ami, "DeviceStateList") {
        rows.insert(format!("device {}", get(&d, "Device")), get(&d, "State"));
    }
    for h in items(ami, "ExtensionStateList") {
        rows.insert(format!("hint {}@{}", get(&h, "Exten"), get(&h, "Context")), get(&h, "Status"));
    }
    rows
}

/// What is in one and not in the other.
pub fn differences(model: &Rows, server: &Rows) -> Vec<String> {
    let keys = model.keys().chain(server.keys().filter(|key| !model.contains_key(*key)));
    // Events tell of a peer that calls in over IAX2, and of Local channels, what Asterisk does not keep: its list says
    // something else, or now and then what a Local channel was long ago.
    let is_untold = |key: &str| key.starts_with("device IAX2/") || key.starts_with("device Local/");
    let differs = keys.filter(|key| model.get(*key) != server.get(*key) && !is_untold(key));
    differs.map(|key| format!("{key}:\n  model:  {:?}\n  server: {:?}", model.get(key), server.get(key))).collect()
}

/// How a picture and the server's lists were found to be equal.
#[derive(Debug)]
pub struct Equal {
    pub things: usize,
    /// How often the lists were the same before and after the picture, which was another: what events of
    /// conferences, parking, hints and devices do, which the fence does not hold back. By kind of thing.
    pub late: BTreeMap<String, u32>,
}

/// Waits for a moment at which the exchange stands still, and holds the picture against its lists.
pub fn compare(live: &Live, other: &Client) -> Equal {
    let deadline = Instant::now() + PATIENCE;
    let sets = live.client().subscribe(Interest::names(["VarSet"]));
    let (mut late, mut differing, mut last) = (BTreeMap::new(), Vec::new(), Vec::new());
    while Instant::now() < deadline {
        let before = truth(other);
        live.client().fence(PATIENCE).unwrap();
        let fence = sets.events().try_iter().last().expect("the fence").seq();
        while live.now().seq() <= fence {
            assert!(Instant::now() < deadline, "the model does not take the fence");
            thread::park_timeout(Duration::from_millis(1));
        }
        let now = rows(&picture(&live.now()));
        if truth(other) == before {
            differing = differences(&now, &before);
            if differing.is_empty() {
                report_late(&last);
                return Equal { things: now.len(), late };
            }
            for difference in &differing {
                let kind = difference.split(' ').next().unwrap_or_default();
                *late.entry(kind.to_owned()).or_default() += 1;
            }
            last.clone_from(&differing);
        }
        thread::park_timeout(Duration::from_millis(20));
    }
    panic!("the server stood still, and the picture is not its own; {late:?}:\n{}", differing.join("\n"));
}

/// Says what was late, but for states of devices and hints, which nothing holds back.
fn report_late(late: &[String]) {
    let has_a_state_alone = |late: &&String| ["device ", "hint "].iter().any(|kind| late.starts_with(kind));
    late.iter().filter(|late| !has_a_state_alone(late)).for_each(|late| println!("late: {late}"));
}

/// Makes calls, and does things to them, until it is told to stop; waits up to `pause` between.
pub fn churn(live: &Live, stop: &AtomicBool, random: &mut Random, pause: Duration) -> u64 {
    let ami = connected();
    ami.action(("Events", [("EventMask", "off")])).unwrap();
    if random.below(5) == 0 {
        let _ = ami.action(hangup("/.*/"));
        thread::park_timeout(Duration::from_millis(300));
        DIGITS.fetch_xor(true, Ordering::SeqCst);
    }
    let (mut done, mut last) = (0, VecDeque::new());
    while !stop.load(Ordering::SeqCst) {
        let action = something(&live.now(), random, DIGITS.load(Ordering::SeqCst));
        last.push_back(format!("{action:?}"));
        last.drain(..last.len().saturating_sub(20));
        // What it says of it does not matter: the channel may be gone, the conference empty.
        match ami.async_action(action) {
            Ok(answer) => drop(answer),
            Err(error) => panic!(
                "{error}: has the server crashed? The last that it was told:\n{}",
                last.make_contiguous().join("\n")
            ),
        }
        done += 1;
        thread::park_timeout(Duration::from_micros(random.below(1 + pause.as_micros() as u64)));
    }
    let _ = ami.ping();
    done
}

fn one<'a, T: ?Sized>(of: &[&'a T], random: &mut Random) -> &'a T {
    of[random.below(of.len() as u64) as usize]
}

fn channel(now: &Snapshot, random: &mut Random) -> Option<String> {
    let nth = random.below(now.channels().len().max(1) as u64) as usize;
    now.channels().nth(nth).map(|channel| channel.name.clone())
}

fn something(now: &Snapshot, random: &mut Random, digits: bool) -> Action {
    let channel_here = channel(now, random).unwrap_or_default();
    let queue = one(&["sales", "empty", soak(digits)], random);
    let member = format!("Local/answers*{}*5@gami/n", random.below(4));
    match random.below(40) {
        _ if now.channels().len() > CHANNELS => hangup(&channel_here),
        0..=19 => originate(now, random, digits),
        20..=22 => hangup(&channel_here),
        23 | 24 => on(&channel_here, "Redirect", random),
        25 => {
            let extra = channel(now, random).unwrap_or_default();
            on(&channel_here, "Redirect", random)
                .param("ExtraChannel", extra)
                .param("ExtraContext", "gami")
                .param("ExtraExten", "echo")
                .param("ExtraPriority", "1")
        }
        26 => {
            let other = channel(now, random).unwrap_or_default();
            Action::new("Bridge").param("Channel1", channel_here).param("Channel2", other)
        }
        27 => Action::new("Park").param("Channel", channel_here).param("Parkinglot", "soak").param("Timeout", "3000"),
        28 if digits => on(&channel_here, "Atxfer", random),
        29 => on(&channel_here, "BlindTransfer", random),
        30 => match now.channels().find(|channel| channel.bridge.is_some()) {
            Some(channel) => Action::new("BridgeKick").param("Channel", &channel.name),
            None => hangup(&channel_here),
        },
        31 => Action::new("LocalOptimizeAway").param("Channel", channel_here),
        32 => Action::new("QueueAdd")
            .param("Queue", queue)
            .param("Interface", member)
            .param("Penalty", random.below(3))
            .param("Paused", random.below(2))
            .param("StateInterface", "Custom:soak-added"),
        33 => Action::new("QueueRemove").param("Queue", queue).param("Interface", member),
        34 => Action::new("QueuePause").param("Interface", member).param("Paused", random.below(2) == 1),
        35 => Action::new("QueuePenalty").param("Interface", member).param("Penalty", random.below(5)),
        36 => Action::new(one(&["ConfbridgeMute", "ConfbridgeUnmute", "ConfbridgeKick"], random))
            .param("Conference", "gami")
            .param("Channel", channel_here),
        37 => Action::new("Setvar")
            .param(
                "Variable",
                format!("DEVICE_STATE(Custom:{})", one(&["lamp", "soak-local", "soak-busy", "ann"], random)),
            )
            .param("Value", one(&["NOT_INUSE", "INUSE", "RINGING", "BUSY", "UNAVAILABLE"], random)),
        38 if digits && !channel_here.starts_with("IAX2/") => {
            Action::new("PlayDTMF").param("Channel", channel_here).param("Digit", "5")
        }
        _ => Action::new("Setvar")
            .param("Channel", channel_here)
            .param("Variable", "CALLERID(num)")
            .param("Value", random.below(1000)),
    }
}

/// The queue that has an IAX2 member, or another.
fn soak(digits: bool) -> &'static str {
    if digits {
        "ringing"
    } else {
        "soak"
    }
}

fn hangup(channel: &str) -> Action {
    Action::new("Hangup").param("Channel", channel)
}

/// An action that sends a channel somewhere.
fn on(channel: &str, action: &'static str, random: &mut Random) -> Action {
    let exten = match action {
        "Redirect" => one(&["echo", "conference", "waits", "renames", "61", "67", "parks", "64"], random),
        _ => one(&["61", "62", "63", "64", "65", "66", "67"], random),
    };
    Action::new(action).param("Channel", channel).param("Context", "gami").param("Exten", exten).param("Priority", "1")
}

fn phone(random: &mut Random, steers: bool) -> String {
    let (ring, talk) = (random.below(10), random.below(30));
    let digits = one(&["61", "62", "63", "64", "65", "66", "67"], random);
    let phone = match random.below(if steers { 12 } else { 9 }) {
        0..=3 => format!("answers*{ring}*{talk}"),
        4 | 5 => format!("talks*{ring}*{talk}"),
        6 => format!("refuses*{ring}*{}", one(&["17", "21", "34"], random)),
        7 => format!("rings*{}", 1 + ring),
        8 => format!("holds*{ring}*{talk}"),
        9 => format!("blinds*{ring}*{digits}"),
        10 => format!("attends*{ring}*{digits}*{talk}"),
        _ => format!("parks*{ring}"),
    };
    match random.below(if steers { 3 } else { 4 }) {
        0 => format!("Local/{phone}@gami"),
        1 => format!("Local/{phone}@gami/n"),
        2 => format!("PJSIP/{phone}@loop"),
        _ => format!("IAX2/iax-loop/{phone}"),
    }
}

fn originate(now: &Snapshot, random: &mut Random, digits: bool) -> Action {
    let scenario = match random.below(24) {
        0..=8 => "calls",
        9 => "takes",
        10..=13 => "queues",
        14..=16 => "conference",
        17 => "parks",
        18 => "fetches",
        19 => "waits",
        20 => "renames",
        21 => one(&["pickup", "spy"], random),
        22 => one(&["echo", "moh", "hangup-handlers", "agent-login"], random),
        _ => "conference-admin",
    };
    let to: Vec<_> = (0..1 + random.below(3)).map(|_| phone(random, digits)).collect();
    let variables = [
        format!("TIMEOUT(absolute)={}", 1 + random.below(20)),
        format!("mark=mark{}", random.below(3)),
        format!("to={}", to.join("&")),
        format!("patience={}", 1 + random.below(8)),
        format!(
            "queue={}",
            one(&[soak(digits), soak(digits), "sales", "empty", "ringing", "agents", "announced"], random)
        ),
        format!("lot={}", one(&["soak", "brief", "default"], random)),
        format!("channel={}", channel(now, random).unwrap_or_default()),
        "agent=1001".to_owned(),
    ];
    let caller = match random.below(2) {
        0 => format!("Local/answers*{}*0@gami{}", random.below(4), one(&["", "/n"], random)),
        _ => phone(random, digits),
    };
    let call = Action::new("Originate")
        .param("Channel", caller)
        .param("Context", "gami")
        .param("Exten", scenario)
        .param("Priority", "1")
        .param("CallerID", format!("Soak <{}>", 100 + random.below(100)))
        .param("Async", "true");
    variables.iter().fold(call, |call, variable| call.param("Variable", variable))
}
