//! What a client reads and sends stands in its recording, without secrets, whatever the disk does.

mod folder;
mod proxy;
mod support;

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use folder::Folder;
use gami::mock::{Mock, Reply, SAMPLE_CALL};
use gami::recording::{Direction, Limits, Recorded, What};
use gami::{Client, Error, LoginMode, Options, Recorder, Recording};
use proxy::Random;
use support::*;

const SECRET: &str = "hunter2-is-secret";

fn whats(path: &Path) -> Vec<What> {
    Recording::open(path).unwrap().map(|entry| entry.unwrap().what().clone()).collect()
}

fn packets(path: &Path) -> Vec<Recorded> {
    Recording::open(path).unwrap().packets().map(Result::unwrap).collect()
}

/// The events of a recording as text.
fn events(path: &Path) -> Vec<String> {
    let is_event = |packet: &Recorded| packet.packet().get("Event").is_some();
    packets(path).into_iter().filter(is_event).map(|packet| packet.packet().text().to_owned()).collect()
}

fn bytes(path: &Path, direction: Direction) -> Vec<u8> {
    let entries = Recording::open(path).unwrap().map(Result::unwrap);
    entries.filter(|entry| entry.direction() == Some(direction)).flat_map(|entry| entry.bytes().to_vec()).collect()
}

/// Takes so many events from the client's stream.
fn take(ami: &Client, events: usize) -> Vec<String> {
    (0..events).map(|_| ami.events().recv_timeout(DEADLINE).unwrap().packet().text().to_owned()).collect()
}

#[test]
fn both_directions_stand_in_the_recording_with_the_beginning_and_the_end_of_the_link() {
    over_each_transport(|mock, options| {
        let folder = Folder::new();
        let path = folder.path("pbx.rec");
        let ami = options.clone().record(Recorder::create(&path).unwrap()).dial(&mock).unwrap();
        ami.login("admin", "root").unwrap();
        ami.ping().unwrap();
        mock.push(SAMPLE_CALL);
        let seen = take(&ami, 53);
        ami.close().unwrap();

        let whats = whats(&path);
        let at = |wanted: &dyn Fn(&What) -> bool| whats.iter().position(wanted).unwrap_or_else(|| panic!("{whats:#?}"));
        let order = [
            at(&|what| matches!(what, What::Opened { by } if by.starts_with("gami "))),
            at(&|what| matches!(what, What::Dialed { address, client: 1, .. } if *address == mock.to_string())),
            at(&|what| matches!(what, What::Connected { peer } if *peer == mock.to_string())),
            at(&|what| matches!(what, What::Greeted { banner } if banner == "Asterisk Call Manager/11.0.0")),
            at(
                &|what| matches!(what, What::Sent(chunk) if chunk.bytes.starts_with(b"Action: Login") || chunk.bytes.starts_with(b"Action: Challenge")),
            ),
            at(&|what| matches!(what, What::LoggedIn { user } if user == "admin")),
            at(&|what| matches!(what, What::Sent(chunk) if chunk.bytes.starts_with(b"Action: Ping"))),
            at(&|what| matches!(what, What::Sent(chunk) if chunk.bytes.starts_with(b"Action: Logoff"))),
            at(&|what| matches!(what, What::Ended { reason } if reason == "closed")),
        ];
        assert!(order.is_sorted(), "{order:?} {whats:#?}");
        let secured = whats.iter().filter(|what| matches!(what, What::Secured)).count();
        let tls = whats.iter().any(|what| matches!(what, What::Dialed { tls: true, .. }));
        assert_eq!(secured, usize::from(tls));
        assert_eq!(events(&path), seen);
        let came = String::from_utf8(bytes(&path, Direction::Received)).unwrap();
        assert!(came.starts_with("Asterisk Call Manager/11.0.0\r\n"), "{came}");
        let (whole, read) = whats.iter().fold((0, 0), |(whole, read), what| match what {
            What::Received(chunk) => (whole + chunk.bytes.len(), read + chunk.size),
            _ => (whole, read),
        });
        assert_eq!(whole, read, "all that was read is there at the end");
    });
}

#[test]
fn times_and_links_go_on_over_a_reconnection() {
    let folder = Folder::new();
    let path = folder.path("pbx.rec");
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().record(Recorder::create(&path).unwrap()));
    mock.hang_up();
    assert_lost(next_loss(&ami));
    ami.reconnect().unwrap();
    mock.stop();
    assert_lost(next_loss(&ami));
    ami.reconnect().unwrap_err();
    ami.close().unwrap();

    let entries: Vec<_> = Recording::open(&path).unwrap().map(Result::unwrap).collect();
    let ends: Vec<_> = entries.iter().filter(|entry| matches!(entry.what(), What::Ended { .. })).collect();
    assert_eq!(ends.iter().map(|entry| entry.link()).collect::<Vec<_>>(), [1, 2, 3]);
    let reason = |at: usize| match ends[at].what() {
        What::Ended { reason } => reason.clone(),
        _ => unreachable!(),
    };
    assert_eq!(reason(0), "the server closed the connection");
    assert!(reason(2).starts_with("cannot connect to"), "{}", reason(2));
    let logins = entries.iter().filter(|entry| matches!(entry.what(), What::LoggedIn { .. })).count();
    assert_eq!(logins, 2);
    let mut before = Duration::ZERO;
    for entry in entries.iter().filter(|entry| entry.direction().is_some() && entry.link() == 2) {
        assert!(entry.elapsed() >= before);
        before = entry.elapsed();
        assert!(entry.time().unwrap().elapsed().unwrap() < DEADLINE * 3);
    }
}

#[test]
fn no_secret_reaches_the_disk() {
    for mode in [LoginMode::Challenge, LoginMode::Plain] {
        let folder = Folder::new();
        let recorder = Recorder::create(folder.path("pbx.rec")).unwrap();
        let with_secrets = |mock: Mock, options: Options| {
            mock.on("GetConfig", |_| {
                let lines = Reply::success().header("Line-000000-000000", format!("secret={SECRET}"));
                // One read a byte, or nearly.
                lines.header("Category-000001", "general").dripping(Duration::from_micros(50))
            });
            mock.on_any(|action| match action.name() {
                "Challenge" | "Login" | "Logoff" => Reply::usual(),
                _ => Reply::success(),
            });
            let options = options.login_mode(mode).record(recorder.clone());
            let ami = options.dial(&mock).unwrap();
            ami.login("boss", SECRET).unwrap();
            ami.action("GetConfig").unwrap();
            for (name, params) in [
                ("DBPut", [("Family", "boss"), ("Key", "password"), ("Val", SECRET)]),
                ("Setvar", [("Value", SECRET), ("Variable", "MY_SECRET"), ("Channel", "PJSIP/1")]),
                ("Originate", [("Channel", &format!("IAX2/boss:{SECRET}@host/1")), ("Exten", "1"), ("Async", "1")]),
            ] {
                ami.action((name, params)).unwrap();
            }
            mock.event("AuthDetail", [("ObjectName", "boss"), ("Password", SECRET), ("Md5Cred", SECRET)]);
            assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().get("Password"), Some(SECRET));
            // The same in two pieces, and a fragment at the end.
            mock.push(format!("Event: AuthDetail\r\nPassword: {}", &SECRET[..8]));
            eventually("the first piece has come", || {
                recorder.flush().unwrap();
                let file = fs::read(recorder.path()).unwrap();
                file.ends_with(b"Event: AuthDetail\r\n\n")
            });
            mock.push(format!("{}\r\n\r\nEvent: AuthDetail\r\nAuthPassword: {SECRET}", &SECRET[8..]));
            assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().get("Password"), Some(SECRET));
            mock.hang_up();
            assert_lost(next_loss(&ami));
            let wrong = options.dial(&mock).unwrap().login("boss", SECRET.to_uppercase()).unwrap_err();
            assert!(matches!(wrong, Error::Rejected(_)), "{wrong:?}");
        };
        with_secrets(Mock::builder().user("boss", SECRET).start().unwrap(), Options::new());
        #[cfg(feature = "tls")]
        {
            let mock = Mock::builder().user("boss", SECRET).tls().start().unwrap();
            let options = trusting(&mock);
            with_secrets(mock, options);
        }
        recorder.close().unwrap();

        let file = fs::read(recorder.path()).unwrap();
        let text = String::from_utf8_lossy(&file);
        for secret in [SECRET, &SECRET[..8], &SECRET[8..], &SECRET.to_uppercase()] {
            assert!(!text.contains(secret), "{text}");
        }
        let mask = "*".repeat(SECRET.len());
        assert!(text.contains(&format!("Line-000000-000000: secret={mask}\r\n")), "{text}");
        assert!(text.contains(&format!("Password: {mask}\r\nMd5Cred: {mask}\r\n")), "{text}");
        let login =
            if mode == LoginMode::Plain { format!("Secret: {mask}") } else { format!("Key: {}", "*".repeat(32)) };
        assert!(text.contains(&login), "{text}");
        assert!(text.contains("login-failed"), "{text}");
    }
}

/// Events whose text says which they are.
fn numbered(numbers: Range<usize>) -> Vec<u8> {
    let event = |number: usize| {
        format!(
            "Event: VarSet\r\nPrivilege: dialplan,all\r\nChannel: PJSIP/100-{number:08x}\r\nVariable: N\r\nValue: {number}\r\n\r\n"
        )
    };
    numbers.flat_map(|number| event(number).into_bytes()).collect()
}

#[test]
fn a_recording_that_is_torn_anywhere_reads_up_to_the_tear() {
    tear(25_000);
}

#[test]
#[ignore = "takes two minutes: cargo test --test recording -- --ignored"]
fn a_recording_of_an_hour_that_is_torn_anywhere_reads_up_to_the_tear() {
    tear(50 * 3_600);
}

/// A recording of so many events is torn at a thousand random places, and at each of its first.
fn tear(count: usize) {
    let folder = Folder::new();
    let path = folder.path("pbx.rec");
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().record(Recorder::create(&path).unwrap()));
    let mut seen = Vec::new();
    for first in (0..count).step_by(5_000) {
        mock.push(numbered(first..first + 5_000));
        seen.extend(take(&ami, 5_000));
    }
    ami.close().unwrap();
    let file = fs::read(&path).unwrap();
    println!("{count} events, {} bytes", file.len());
    assert!(file.len() > 80 * count);
    assert_eq!(events(&path), seen);

    let all = bytes(&path, Direction::Received);
    let seed = proxy::seed();
    let mut random = Random::new(seed);
    let file: &'static [u8] = file.leak();
    let places: Vec<usize> = (0..1_000).map(|_| random.below(file.len() as u64) as usize).chain(0..200).collect();
    for at in places {
        let (mut entries, mut read, mut came) = (0, 0, Vec::new());
        let mut torn = false;
        for entry in Recording::new(&file[..at]).unwrap() {
            let entry = entry.unwrap_or_else(|error| panic!("torn at {at}, seed {seed}: {error}"));
            assert!(!torn, "something comes after the tear at {at}");
            torn = *entry.what() == What::Torn;
            entries += 1;
            read += entry.bytes().len();
            if entry.direction() == Some(Direction::Received) {
                came.extend_from_slice(entry.bytes());
            }
        }
        assert!(torn || at == 0 || file[..at].ends_with(b"\n"), "torn at {at}, seed {seed}");
        assert!(all.starts_with(&came), "torn at {at}, seed {seed}");
        assert!(at - read <= 200 * entries + 200, "only {read} bytes of {at} are read, seed {seed}");
    }
    for at in (0..20).map(|_| random.below(file.len() as u64) as usize) {
        let read = Recording::new(&file[..at]).unwrap().packets().map(|packet| packet.unwrap().into_packet());
        let read: Vec<_> = read.filter(|packet| packet.get("Event").is_some()).collect();
        assert!(read.iter().map(|event| event.text()).eq(seen[..read.len()].iter().map(String::as_str)));
    }
}

#[test]
fn two_clients_share_a_recorder() {
    let folder = Folder::new();
    let recorder = Recorder::create(folder.path("both.rec")).unwrap();
    let mocks = [Mock::start().unwrap(), Mock::start().unwrap()];
    let clients = [0, 1].map(|at| logged_in_with(&mocks[at], &Options::new().record(recorder.clone())));
    for number in 0..50 {
        for (mock, name) in mocks.iter().zip(["Berlin", "Paris"]) {
            mock.event("UserEvent", [("UserEvent", name.to_owned()), ("Number", number.to_string())]);
        }
    }
    let seen = clients.each_ref().map(|ami| take(ami, 50));
    for ami in &clients {
        ami.close().unwrap();
    }
    for (link, seen) in (1..).zip(seen) {
        let of_link = packets(recorder.path()).into_iter().filter(|packet| packet.link() == link);
        let events = of_link.filter(|packet| packet.packet().get("Event").is_some());
        assert_eq!(events.map(|packet| packet.packet().text().to_owned()).collect::<Vec<_>>(), seen);
    }
    let dialed = whats(recorder.path()).into_iter().filter_map(|what| match what {
        What::Dialed { address, client, .. } => Some((client, address)),
        _ => None,
    });
    assert_eq!(dialed.collect::<Vec<_>>(), [(1, mocks[0].to_string()), (2, mocks[1].to_string())]);
}

#[test]
fn a_new_file_begins_at_the_end_of_a_link_and_a_long_link_goes_on_in_the_next() {
    let folder = Folder::new();
    let path = folder.path("pbx.rec");
    let limits = Limits::new().rotate_after(20_000).split_after(150_000).files(3);
    let recorder = Recorder::with_limits(&path, limits).unwrap();
    let options = Options::new().record(recorder.clone());
    let mock = Mock::start().unwrap();
    let numbered_file = |number: u32| folder.path(&format!("pbx.rec.{number}"));
    for _ in 0..5 {
        let ami = logged_in_with(&mock, &options);
        mock.push(numbered(0..500));
        take(&ami, 500);
        ami.close().unwrap();
    }
    assert_eq!(recorder.stats().files, 6);
    assert!(!numbered_file(3).exists(), "what is older is gone");
    for number in [1, 2] {
        assert_eq!(events(&numbered_file(number)).len(), 500, "a file holds whole links");
        assert_eq!(whats(&numbered_file(number)).last(), Some(&What::Closed));
    }
    assert_eq!(events(&path).len(), 0);

    let ami = logged_in_with(&mock, &options);
    let mut seen = Vec::new();
    for _ in 0..3 {
        mock.push(numbered(0..1_000));
        seen.extend(take(&ami, 1_000));
        recorder.flush().unwrap();
    }
    ami.close().unwrap();
    let continued = |path: &Path| {
        let banner = |what: What| match what {
            What::Continued { banner, .. } => Some(banner),
            _ => None,
        };
        whats(path).into_iter().filter_map(banner).collect::<Vec<_>>()
    };
    // Split within the link, and rotated at its end.
    assert!(fs::metadata(numbered_file(2)).unwrap().len() > 150_000);
    assert_eq!(continued(&numbered_file(1)), ["Asterisk Call Manager/11.0.0"]);
    let rest = events(&numbered_file(1));
    assert!(!rest.is_empty());
    assert_eq!(rest, seen[seen.len() - rest.len()..], "from the first whole packet on");
}

#[test]
fn a_recording_that_is_there_is_kept_and_another_file_is_not_touched() {
    let folder = Folder::new();
    let path = folder.path("pbx.rec");
    for _ in 0..3 {
        Recorder::create(&path).unwrap().close().unwrap();
    }
    for name in ["pbx.rec", "pbx.rec.1", "pbx.rec.2"] {
        assert!(matches!(whats(&folder.path(name))[..], [What::Opened { .. }, What::Closed]), "{name}");
    }
    let other = folder.path("passwd");
    fs::write(&other, "root:x:0:0\n").unwrap();
    let refused = Recorder::create(&other).unwrap_err();
    assert!(refused.to_string().ends_with("passwd: a file is there that is no recording"), "{refused}");
    assert_eq!(fs::read_to_string(&other).unwrap(), "root:x:0:0\n");
    let nowhere = Recorder::create(folder.path("no/such/folder")).unwrap_err();
    assert!(matches!(nowhere, Error::Recording { .. }), "{nowhere:?}");
    for limits in [
        Limits::new().rotate_after(0),
        Limits::new().rotate_after(2).split_after(1),
        Limits::new().files(0),
        Limits::new().queue(0),
    ] {
        let refused = Recorder::with_limits(folder.path("limits.rec"), limits).unwrap_err();
        assert!(matches!(refused, Error::Invalid { .. }), "{refused:?}");
    }
    assert!(!folder.path("limits.rec").exists());
}

#[test]
fn bytes_that_are_no_entry_are_told_and_what_follows_is_read() {
    let folder = Folder::new();
    let path = folder.path("pbx.rec");
    let mock = Mock::start().unwrap();
    let ami = logged_in_with(&mock, &Options::new().record(Recorder::create(&path).unwrap()));
    mock.push(numbered(0..3));
    take(&ami, 3);
    ami.close().unwrap();
    let file = fs::read(&path).unwrap();
    let middle = file.windows(4).enumerate().filter(|(_, bytes)| *bytes == b"\n===").nth(3).unwrap().0 + 1;
    for garbage in [&b"garbage"[..], b"\0\0\0\0\n", b"=== \n", &b"\xff\n".repeat(5_000), &file[middle..middle + 60]] {
        fs::write(&path, [&file[..middle], garbage, b"\n", &file[middle..]].concat()).unwrap();
        let entries: Vec<_> = Recording::open(&path).unwrap().collect();
        let wrong = entries.iter().filter_map(|entry| entry.as_ref().err()).collect::<Vec<_>>();
        assert_eq!(wrong.len(), 1, "{entries:?}");
        assert!(wrong[0].to_string().contains(&format!("bytes {middle} to")), "{}", wrong[0]);
        assert!(matches!(entries.last(), Some(Ok(entry)) if *entry.what() != What::Torn), "{entries:?}");
    }
    fs::write(&path, [&file[..], &[0; 10_000]].concat()).unwrap();
    let last = Recording::open(&path).unwrap().map(Result::unwrap).last().unwrap();
    assert_eq!(*last.what(), What::Torn, "what a power failure leaves");
    fs::write(&path, "gami recording 2\n=== later\n").unwrap();
    let later = Recording::open(&path).unwrap_err();
    assert!(later.to_string().contains("later version"), "{later}");
}

#[test]
fn a_plain_capture_is_read_as_what_the_server_sent() {
    let capture = Path::new("tests/data/asterisk-22.ami");
    assert_eq!(bytes(capture, Direction::Received), fs::read(capture).unwrap());
    assert!(events(capture).len() > 100);
    for packet in packets(capture) {
        assert_eq!((packet.link(), packet.direction(), packet.time()), (1, Direction::Received, None));
    }
}

#[test]
fn dropped_events_stand_in_the_recording_with_their_number() {
    let folder = Folder::new();
    let path = folder.path("pbx.rec");
    let mock = Mock::start().unwrap();
    let options = Options::new().event_capacity(10).record(Recorder::create(&path).unwrap());
    let ami = logged_in_with(&mock, &options);
    mock.push(numbered(0..100));
    eventually("the events have come", || ami.stats().events == 100);
    ami.close().unwrap();
    let dropped = whats(&path).into_iter().map(|what| match what {
        What::EventsDropped { count } => count,
        _ => 0,
    });
    assert_eq!(dropped.sum::<u64>(), 90);
    assert_eq!(events(&path).len(), 100, "they are in the recording all the same");
}

#[cfg(unix)]
mod stalls {
    use super::*;
    use std::io::Read;
    use std::process::Command;

    /// A pipe with a name, which is a disk that does what the test wants.
    fn pipe(folder: &Folder) -> PathBuf {
        let path = folder.path("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }

    fn told(ami: &Client) -> Error {
        loop {
            let error = ami.errors().recv_timeout(DEADLINE).expect("an error that tells of the recording");
            if matches!(error, Error::Recording { .. }) {
                return error;
            }
        }
    }

    #[test]
    fn a_disk_that_stalls_holds_up_nobody_and_is_told() {
        let folder = Folder::new();
        let path = pipe(&folder);
        let opening = std::thread::spawn({
            let path = path.clone();
            move || fs::File::open(path).unwrap()
        });
        let limits = Limits::new().queue(256 * 1024);
        let recorder = Recorder::with_limits(&path, limits).unwrap();
        let mut disk = opening.join().unwrap();
        let mock = Mock::start().unwrap();
        let ami = logged_in_with(&mock, &Options::new().record(recorder.clone()));
        for _ in 0..20 {
            mock.push(numbered(0..1_000));
            assert_eq!(take(&ami, 1_000).len(), 1_000);
            ami.ping().unwrap();
        }
        let error = told(&ami);
        assert!(error.to_string().contains("does not keep up"), "{error}");
        let begun = Instant::now();
        assert!(matches!(recorder.flush(), Err(Error::Recording { .. })));
        ami.close().unwrap();
        drop((ami, recorder.close()));
        assert!(begun.elapsed() < Duration::from_secs(10), "each of them waits for a second at most");
        let stats = recorder.stats();
        assert!(stats.left_out_bytes > 1_000_000, "{stats:?}");
        assert!(Client::dial(&mock).unwrap().ping().is_err(), "not logged in, but there");

        // The disk comes back: what was queued is written, and how much is missing.
        let text = std::thread::spawn(move || {
            let mut text = Vec::new();
            disk.read_to_end(&mut text).unwrap();
            text
        });
        let text = text.join().unwrap();
        let copy = folder.path("copy");
        fs::write(&copy, &text).unwrap();
        let mut left_out = 0;
        for entry in Recording::open(&copy).unwrap() {
            if let What::LeftOut { direction: Direction::Received, bytes, .. } = entry.unwrap().what() {
                left_out += bytes;
            }
        }
        assert!(left_out > 1_000_000, "{left_out}");
        let whole = |event: &String| event.contains("Variable: N\r\nValue: ") && event.ends_with("\r\n");
        let events = events(&copy);
        assert!(events.len() > 100 && events.iter().all(whole), "{events:?}");
    }

    #[test]
    fn a_disk_that_takes_nothing_holds_up_nobody_and_is_told() {
        let folder = Folder::new();
        let path = pipe(&folder);
        let opening = std::thread::spawn({
            let path = path.clone();
            move || fs::File::open(path).unwrap()
        });
        let recorder = Recorder::create(&path).unwrap();
        // From here on every write fails.
        drop(opening.join().unwrap());
        let mock = Mock::start().unwrap();
        let ami = logged_in_with(&mock, &Options::new().record(recorder.clone()));
        eventually("the recorder has failed", || {
            ami.ping().unwrap();
            recorder.stats().left_out > 0
        });
        ami.ping().unwrap();
        let error = told(&ami);
        assert!(error.to_string().contains("roken pipe"), "{error}");
        for told in [recorder.flush(), recorder.close()] {
            assert!(told.as_ref().is_err_and(|error| error.to_string().contains("roken pipe")), "{told:?}");
        }
        ami.close().unwrap();
    }

    #[test]
    fn a_pipe_that_nobody_reads_is_refused_in_time() {
        let folder = Folder::new();
        let path = pipe(&folder);
        let refused = within(DEADLINE, "the recorder gives up", move || Recorder::create(path).unwrap_err());
        assert!(refused.to_string().contains("could not be opened within"), "{refused}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_refused_at_once() {
        let refused = Recorder::create("/dev/full").unwrap_err();
        assert!(refused.to_string().contains("No space left"), "{refused}");
    }
}
