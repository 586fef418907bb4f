//! The live model: what an event costs in it at any number of channels, what a snapshot costs, what a channel weighs,
//! how long a start takes, and whether readers are felt.

mod support;

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use gami::live::{Model, Want};
use gami::packet::{Frame, Framer, Packet};
use gami::{Event, Parts, Snapshot};
use support::{compare, growth, keep, measure, nanoseconds, resident_memory, rounds, row, scaled, Spread};

fn main() {
    let sizes = [100, 1_000, 10_000].map(|size| if support::is_quick() { size / 10 } else { size });
    let size = sizes[2];
    // Before all else: later there is memory of the process to be used again.
    let items = items(size);
    let before = resident_memory();
    let full = started(&items);
    if let (Some((before, _)), Some((after, _))) = (before, resident_memory()) {
        println!("memory: {} bytes a channel at {size}", (after - before) * 1024 / size as u64);
    }
    drop((full, items));

    let events: Vec<Event> = (0..scaled(20_000).max(100) as u64).flat_map(call).collect();

    for size in sizes {
        let mut alone = model(size);
        let mut shown = model(size);
        compare(
            &format!("an event among {size} channels"),
            "event",
            vec![
                row("floor: decoded, nothing kept", events.len(), || {
                    measure(|| events.iter().map(fresh).for_each(|event| keep(event.typed())))
                }),
                row("model", events.len(), || measure(|| feed(&mut alone, &events, |_| {}))),
                row("model, and a snapshot held of each tenth event", events.len(), || {
                    let mut now = shown.snapshot();
                    let mut count = 0;
                    measure(|| {
                        feed(&mut shown, &events, |model| {
                            count += 1;
                            if count % 10 == 0 {
                                now = model.snapshot();
                            }
                        })
                    })
                }),
            ],
        );
    }

    growth("snapshot of n channels", "snapshot of", &sizes, |size| {
        let model = model(size);
        let begun = Instant::now();
        let times = 10_000;
        (0..times).for_each(|_| keep(model.snapshot()));
        // In proportion would be a fault: so the row is divided by the size, and falls.
        begun.elapsed() / times
    });

    let text = listed(size);
    growth("start with n channels: frame the list, apply it, fence", "channel", &sizes, |size| {
        let text: String = text.split_inclusive("\r\n\r\n").take(size).collect();
        let begun = Instant::now();
        let mut framer = Framer::new();
        framer.push(text.as_bytes());
        let packets = framer.frames().filter_map(|frame| match frame {
            Frame::Packet(packet) => Some(Event::from(packet)),
            _ => None,
        });
        let items: Vec<Event> = packets.collect();
        let model = started(&items);
        assert_eq!(model.snapshot().channels().len(), size);
        begun.elapsed()
    });

    readers(size, &events);
}

/// The processor time of this thread.
fn own_time() -> Duration {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split(' ').next().and_then(|time| time.parse().ok()).unwrap_or_default())
}

/// Whether those who read are felt by the one who writes.
fn readers(size: usize, events: &[Event]) {
    println!("\nten readers, each walks over {size} channels again and again");
    for count in [0, 10] {
        let (costs, walks): (Vec<f64>, Vec<f64>) = (0..rounds()).map(|_| read_by(count, size, events)).unzip();
        println!(
            "  {count:>2} readers: {} of the writer's processor an event and its snapshot; {} walks",
            Spread::of(costs).show(nanoseconds),
            Spread::of(walks).show(support::count)
        );
    }
}

/// What an event and its snapshot cost the writer while so many read, and how often these walked over all.
fn read_by(count: usize, size: usize, events: &[Event]) -> (f64, f64) {
    let mut model = model(size);
    let now: Mutex<Snapshot> = Mutex::new(model.snapshot());
    let over = AtomicBool::new(false);
    let (mut walks, mut used) = (0, Duration::ZERO);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..count)
            .map(|_| {
                scope.spawn(|| {
                    let mut walks = 0;
                    while !over.load(Ordering::Relaxed) {
                        let now = now.lock().unwrap().clone();
                        keep(now.channels().filter(|channel| channel.bridge.is_some()).count());
                        walks += 1;
                    }
                    walks
                })
            })
            .collect();
        let before = own_time();
        feed(&mut model, events, |model| *now.lock().unwrap() = model.snapshot());
        used = own_time() - before;
        over.store(true, Ordering::Relaxed);
        walks = readers.into_iter().map(|reader| reader.join().unwrap()).sum();
    });
    (used.as_nanos() as f64 / events.len() as f64, walks as f64)
}

/// The same event, not looked at before.
fn fresh(event: &Event) -> Event {
    event.clone()
}

fn feed(model: &mut Model, events: &[Event], mut then: impl FnMut(&Model)) {
    let at = SystemTime::now();
    for event in events {
        model.event(&fresh(event), at);
        model.changes().for_each(keep);
        then(model);
    }
}

fn model(channels: usize) -> Model {
    started(&items(channels))
}

fn items(channels: usize) -> Vec<Event> {
    let text = listed(channels);
    text.split_terminator("\r\n\r\n").map(|text| Event::from(Packet::new(text.as_bytes()))).collect()
}

fn started(items: &[Event]) -> Model {
    let at = SystemTime::now();
    let mut model = Model::new(Parts::new().calls());
    model.linked(at);
    while let Some(want) = model.want(at) {
        match want {
            Want::List(action) if action.name() == "CoreShowChannels" => model.list(action, items, at),
            Want::List(action) => model.list(action, &[], at),
            _ => model.fenced(None, at),
        }
    }
    model.changes().for_each(drop);
    model
}

/// The headers that describe a channel.
fn channel(prefix: &str, id: &str, linkedid: &str, state: u8) -> String {
    format!(
        "{prefix}Channel: PJSIP/trunk-{id}\r\n{prefix}ChannelState: {state}\r\n{prefix}ChannelStateDesc: Up\r\n\
         {prefix}CallerIDNum: 100{state}\r\n{prefix}CallerIDName: Anna Example\r\n{prefix}ConnectedLineNum: 200\r\n\
         {prefix}ConnectedLineName: <unknown>\r\n{prefix}Language: en\r\n{prefix}AccountCode: \r\n\
         {prefix}Context: from-internal\r\n{prefix}Exten: 200\r\n{prefix}Priority: 3\r\n{prefix}Uniqueid: {id}\r\n\
         {prefix}Linkedid: {linkedid}\r\n"
    )
}

/// So many channels as `CoreShowChannels` lists them, two to a bridge.
fn listed(channels: usize) -> String {
    (0..channels)
        .map(|number| {
            let (id, first) = (format!("1700000000.{number}"), format!("1700000000.{}", number / 2 * 2));
            let snapshot = channel("", &id, &first, 6);
            format!(
                "Event: CoreShowChannel\r\n{snapshot}BridgeId: bridge-{}\r\nApplication: Dial\r\n\
                 ApplicationData: PJSIP/200,30\r\nDuration: 00:01:10\r\n\r\n",
                number / 2
            )
        })
        .collect()
}

/// A call of two from its first to its last event, as Asterisk 22 sends it.
fn call(number: u64) -> Vec<Event> {
    let (a, b) = (format!("1800000000.{}", number * 2), format!("1800000000.{}", number * 2 + 1));
    let bridge = |members: u8| {
        format!(
            "BridgeUniqueid: call-{number}\r\nBridgeType: basic\r\nBridgeTechnology: simple_bridge\r\n\
             BridgeCreator: <unknown>\r\nBridgeName: <unknown>\r\nBridgeNumChannels: {members}\r\n"
        )
    };
    let of = |id: &str, state: u8| channel("", id, &a, state);
    let dial = |state: u8| format!("{}{}DialString: 200\r\n", of(&a, 4), channel("Dest", &b, &a, state));
    let exten = "Extension: 200\r\nApplication: Dial\r\nAppData: PJSIP/200,30\r\n";
    [
        ("Newchannel", of(&a, 4)),
        ("Newexten", of(&a, 4) + exten),
        ("Newchannel", of(&b, 0)),
        ("NewCallerid", of(&b, 0)),
        ("NewConnectedLine", of(&b, 0)),
        ("Newstate", of(&b, 5)),
        ("DialBegin", dial(5)),
        ("DialState", dial(5) + "DialStatus: RINGING\r\n"),
        ("Newstate", of(&b, 6)),
        ("DialEnd", dial(6) + "DialStatus: ANSWER\r\n"),
        ("Newstate", of(&a, 6)),
        ("BridgeCreate", bridge(0)),
        ("BridgeEnter", bridge(1) + &of(&b, 6)),
        ("BridgeEnter", bridge(2) + &of(&a, 6)),
        ("HangupRequest", of(&b, 6)),
        ("BridgeLeave", bridge(1) + &of(&b, 6)),
        ("BridgeLeave", bridge(0) + &of(&a, 6)),
        ("BridgeDestroy", bridge(0)),
        ("Hangup", of(&b, 6) + "Cause: 16\r\nCause-txt: Normal Clearing\r\n"),
        ("Hangup", of(&a, 6) + "Cause: 16\r\nCause-txt: Normal Clearing\r\n"),
    ]
    .into_iter()
    .map(|(name, headers)| {
        Event::from(Packet::new(format!("Event: {name}\r\nPrivilege: call,all\r\n{headers}").as_bytes()))
    })
    .collect()
}
