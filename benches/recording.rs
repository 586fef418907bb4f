//! What a recorder costs: events end to end without one, with one, and with one whose disk stalls.
//!
//! The rate is that at which the program gets its events; what is queued then is written afterwards. Processor time is that
//! of all threads, the recorder's among them, until all is on the disk.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gami::recording::{Limits, Recorder};
use gami::Options;
use support::{compare, floor, look, measure, row, scaled, Sample, Server};

fn main() {
    support::serve_if_asked();
    let events = scaled(500_000);
    let server = Server::start();
    let folder = std::env::temp_dir().join(format!("gami-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("bench.rec");
    #[cfg(unix)]
    let stalled = Stalled::new(&folder);
    #[cfg_attr(not(unix), allow(unused_mut))]
    let mut rows = vec![
        row("floor: read and find packet ends", events, || {
            let mut tcp = floor::connect(&server.address);
            measure(|| {
                floor::ask(&mut tcp, "Replay", events);
                floor::read_packets(&mut tcp, events + 1);
            })
        }),
        row("not recorded", events, || replay(&Options::new(), &server.address, events, || ())),
        row("recorded, queue of 16 MiB", events, || recorded(&path, Limits::new(), &server.address, events)),
        row("recorded, all of it", events, || {
            recorded(&path, Limits::new().queue(1 << 30).split_after(1 << 30), &server.address, events)
        }),
    ];
    #[cfg(unix)]
    rows.push(row("recorded, the disk stalls", events, || {
        let options = Options::new().record(stalled.recorder.clone());
        replay(&options, &server.address, events, || ())
    }));
    compare("recording", "event", rows);
    fs::remove_dir_all(&folder).expect("the folder");
}

fn recorded(path: &Path, limits: Limits, address: &str, events: usize) -> Sample {
    let _ = fs::remove_file(path);
    let recorder = Recorder::with_limits(path, limits.files(1)).expect("a file");
    let options = Options::new().record(recorder.clone());
    let sample = replay(&options, address, events, || drop(recorder.flush()));
    let stats = recorder.stats();
    if stats.left_out_bytes > 0 {
        eprintln!("left out {} of {} bytes", stats.left_out_bytes, stats.bytes + stats.left_out_bytes);
    }
    sample
}

/// Takes a replay from the client's stream, on this thread; what is done after that counts as processor time alone.
fn replay(options: &Options, address: &str, events: usize, then: impl FnOnce()) -> Sample {
    let ami = options.clone().event_capacity(usize::MAX).dial(address).expect("the server of the benchmark");
    let mut elapsed = Duration::ZERO;
    let sample = measure(|| {
        let begun = Instant::now();
        ami.action(("Replay", [("Count", events)])).expect("a response");
        ami.events().iter().take(events).for_each(|event| look::touch(&event));
        elapsed = begun.elapsed();
        then();
    });
    drop(ami);
    Sample { elapsed, ..sample }
}

/// A recorder whose disk takes nothing: a pipe that nobody reads.
#[cfg(unix)]
struct Stalled {
    recorder: Recorder,
    _reading: fs::File,
}

#[cfg(unix)]
impl Stalled {
    fn new(folder: &Path) -> Self {
        let path: PathBuf = folder.join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo");
        assert!(made.success());
        let opening = std::thread::spawn({
            let path = path.clone();
            move || fs::File::open(path).expect("the pipe")
        });
        let recorder = Recorder::create(&path).expect("the pipe");
        Self { recorder, _reading: opening.join().expect("the pipe") }
    }
}
