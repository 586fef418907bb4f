//! What the benchmarks share: the server that they talk to, clocks, the noise of what was measured, tables.
//!
//! Each benchmark sets what gami does beside a floor: the same work over the same kind of socket with
//! nothing of gami in it. Both take turns within one run, so that a busy machine slows both; what counts
//! is the median of their ratios. In brackets stand the least and the greatest of all rounds.
//!
//! `cargo bench` measures in full, `cargo bench -- --quick` only shows that everything runs. Without
//! `cargo bench`, as under `cargo test --benches`, it is quick too.
#![allow(dead_code)] // no benchmark needs all of it

pub mod busy;
pub mod floor;
pub mod latency;
pub mod look;
mod server;
pub mod tokens;

#[allow(unused_imports)]
pub use server::{event_block, serve_if_asked, Server, EVENT_BYTES, EVENT_HEADERS};

use std::fmt::Write as _;
use std::fs;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// Whether this is only to show that everything runs.
pub fn is_quick() -> bool {
    let args: Vec<String> = std::env::args().collect();
    let given = |name: &str| args.iter().any(|arg| arg == name);
    given("--quick") || !given("--bench")
}

/// So many of something: as many as asked for, or a fiftieth when quick.
pub fn scaled(count: usize) -> usize {
    if is_quick() {
        count / 50
    } else {
        count
    }
}

/// Has a value computed, though nobody uses it.
pub fn keep<T>(value: T) {
    std::hint::black_box(value);
}

/// How often each row is measured.
pub fn rounds() -> usize {
    if is_quick() {
        1
    } else {
        7
    }
}

/// What one measurement of one row took.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub elapsed: Duration,
    /// Processor time of this process, all its threads; `None` where the system does not tell.
    pub cpu: Option<Duration>,
}

/// Runs `work` against the clocks. Threads that take part have to be alive before and after.
pub fn measure(work: impl FnOnce()) -> Sample {
    let cpu = cpu_time();
    let begun = Instant::now();
    work();
    let elapsed = begun.elapsed();
    Sample { elapsed, cpu: cpu_time().zip(cpu).map(|(after, before)| after.saturating_sub(before)) }
}

/// The same for work that so many threads do at once, until the last of them is through.
pub fn measure_threads(threads: usize, work: impl Fn() + Sync) -> Sample {
    let (start, done, end) = (Barrier::new(threads + 1), Barrier::new(threads + 1), Barrier::new(threads + 1));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                start.wait();
                work();
                done.wait();
                end.wait();
            });
        }
        measure_between(&start, &done, &end)
    })
}

/// Measures from where all threads wait to begin to where all are through, and only then lets them end.
pub fn measure_between(start: &Barrier, done: &Barrier, end: &Barrier) -> Sample {
    let sample = measure(|| {
        start.wait();
        done.wait();
    });
    end.wait();
    sample
}

/// The processor time of all threads that are alive; Linux tells it to the nanosecond.
pub fn cpu_time() -> Option<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir("/proc/self/task").ok()? {
        let Ok(stat) = fs::read_to_string(thread.ok()?.path().join("schedstat")) else { continue };
        nanoseconds += stat.split(' ').next()?.parse::<u64>().ok()?;
    }
    (nanoseconds > 0).then(|| Duration::from_nanos(nanoseconds))
}

/// How often the threads of this process went to sleep, all together.
pub fn voluntary_switches() -> Option<u64> {
    let mut switches = 0;
    for thread in fs::read_dir("/proc/self/task").ok()? {
        let Ok(status) = fs::read_to_string(thread.ok()?.path().join("status")) else { continue };
        switches += field(&status, "voluntary_ctxt_switches:")?;
    }
    Some(switches)
}

/// How often a second the threads of this process wake while nothing happens; not a number where the system does not tell.
pub fn idle_wakeups() -> f64 {
    let watched = Duration::from_millis(if is_quick() { 200 } else { 1_000 });
    let before = voluntary_switches();
    thread::sleep(watched);
    // The thread that watches went to sleep once itself.
    let woken = voluntary_switches().zip(before).map(|(after, before)| after.saturating_sub(before + 1) as f64);
    woken.map_or(f64::NAN, |woken| woken / watched.as_secs_f64())
}

/// The resident memory of this process in KiB: now, and at its highest.
pub fn resident_memory() -> Option<(u64, u64)> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    Some((field(&status, "VmRSS:")?, field(&status, "VmHWM:")?))
}

/// How many threads and how many open files this process has.
pub fn threads_and_files() -> Option<(usize, usize)> {
    Some((fs::read_dir("/proc/self/task").ok()?.count(), fs::read_dir("/proc/self/fd").ok()?.count()))
}

fn field(status: &str, name: &str) -> Option<u64> {
    let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// The least, the middle and the greatest of what several rounds told: how much of a figure is noise.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    pub min: f64,
    pub median: f64,
    pub max: f64,
    rounds: usize,
}

impl Spread {
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().filter(|value| !value.is_nan()).collect();
        values.sort_by(f64::total_cmp);
        let rounds = values.len();
        if rounds == 0 {
            return Self { min: f64::NAN, median: f64::NAN, max: f64::NAN, rounds };
        }
        let median = (values[(rounds - 1) / 2] + values[rounds / 2]) / 2.0;
        Self { min: values[0], median, max: values[rounds - 1], rounds }
    }

    /// What it is of things a second, if it is of nanoseconds a thing.
    pub fn rate(self) -> Self {
        Self { min: 1e9 / self.max, median: 1e9 / self.median, max: 1e9 / self.min, rounds: self.rounds }
    }

    /// The median, and in brackets the least and the greatest if there was more than one round.
    pub fn show(self, unit: fn(f64) -> String) -> String {
        let median = unit(self.median);
        match self.rounds {
            0 | 1 => median,
            _ => format!("{median} ({} – {})", unit(self.min), unit(self.max)),
        }
    }
}

const PART: &str = "GAMI_BENCH_PART";

/// Which part of the benchmark this process is to do, if it is one that [`in_child`] started.
pub fn part() -> Option<String> {
    std::env::var(PART).ok()
}

/// Has a part done by a process of its own, whose memory is fresh, and gives the numbers that it prints.
pub fn in_child(part: &str) -> Vec<f64> {
    let own = std::env::current_exe().expect("the benchmark's own path");
    let done = std::process::Command::new(own).env(PART, part).args(std::env::args().skip(1)).output();
    let done = done.expect("a child process");
    assert!(done.status.success(), "{part}: {}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8_lossy(&done.stdout);
    text.split_whitespace().map(|number| number.parse().expect("a number")).collect()
}

/// One row of a comparison: its name, how many items a measurement handles, and the measurement.
pub struct Row<'a> {
    pub name: String,
    pub items: usize,
    pub run: Box<dyn FnMut() -> Sample + 'a>,
}

/// A row.
pub fn row<'a>(name: impl Into<String>, items: usize, run: impl FnMut() -> Sample + 'a) -> Row<'a> {
    Row { name: name.into(), items, run: Box::new(run) }
}

/// Measures the rows in turn, round after round, and prints each beside the first, which mostly is a floor.
pub fn compare(title: &str, item: &str, mut rows: Vec<Row<'_>>) {
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); rows.len()];
    for _ in 0..rounds() {
        for (row, samples) in rows.iter_mut().zip(&mut samples) {
            samples.push((row.run)());
        }
    }
    let each = |row: usize, value: fn(&Sample) -> Option<Duration>| {
        let items = rows[row].items as f64;
        samples[row].iter().map(move |sample| value(sample).map_or(f64::NAN, |time| time.as_nanos() as f64 / items))
    };
    let elapsed = |sample: &Sample| Some(sample.elapsed);
    let cpu = |sample: &Sample| sample.cpu;
    let rate = format!("{item}s/s");
    let mut table = Table::new(&[title, &rate, &format!("time/{item}"), "× first", &format!("cpu/{item}"), "× first"]);
    for (at, row) in rows.iter().enumerate() {
        let ratio = |value: fn(&Sample) -> Option<Duration>| {
            Spread::of(each(at, value).zip(each(0, value)).map(|(own, first)| own / first)).show(factor)
        };
        let time = Spread::of(each(at, elapsed));
        table.line(&[
            &row.name,
            &count(1e9 / time.median),
            &time.show(nanoseconds),
            &ratio(elapsed),
            &Spread::of(each(at, cpu)).show(nanoseconds),
            &ratio(cpu),
        ]);
    }
    table.print();
}

/// Measures the same work at several sizes and prints the time an item at each beside the smallest size.
pub fn growth(title: &str, item: &str, sizes: &[usize], mut run: impl FnMut(usize) -> Duration) {
    let mut times = vec![Vec::new(); sizes.len()];
    for _ in 0..rounds() {
        for (size, times) in sizes.iter().zip(&mut times) {
            times.push(run(*size).as_nanos() as f64 / *size as f64);
        }
    }
    let mut table = Table::new(&[title, "all", &format!("time/{item}"), "× first"]);
    for (size, own) in sizes.iter().zip(&times) {
        let time = Spread::of(own.iter().copied());
        let ratio = Spread::of(own.iter().zip(&times[0]).map(|(own, first)| own / first));
        table.line(&[
            &size.to_string(),
            &nanoseconds(time.median * *size as f64),
            &time.show(nanoseconds),
            &ratio.show(factor),
        ]);
    }
    table.print();
}

/// A table in Markdown, its columns aligned: the first to the left, the others to the right.
pub struct Table {
    lines: Vec<Vec<String>>,
}

impl Table {
    pub fn new(head: &[&str]) -> Self {
        let mut table = Self { lines: Vec::new() };
        table.line(head);
        table
    }

    pub fn line(&mut self, cells: &[&str]) {
        self.lines.push(cells.iter().map(|cell| (*cell).to_owned()).collect());
    }

    pub fn print(&self) {
        let width = |column: usize| {
            self.lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let mut text = String::from("\n");
        for (at, line) in self.lines.iter().enumerate() {
            for (column, cell) in line.iter().enumerate() {
                let width = width(column);
                let _ =
                    if column == 0 { write!(text, "| {cell:<width$} |") } else { write!(text, " {cell:>width$} |") };
            }
            text.push('\n');
            if at == 0 {
                text.push('|');
                for column in 0..line.len() {
                    let dashes = "-".repeat(width(column) + 1);
                    text += &if column == 0 { format!("{dashes}-|") } else { format!("{dashes}:|") };
                }
                text.push('\n');
            }
        }
        println!("{}", text.trim_end_matches('\n'));
    }
}

/// A number of things, in three digits.
pub fn count(value: f64) -> String {
    match value {
        v if v.is_nan() => "n/a".into(),
        v if v >= 1e6 => format!("{:.2} M", v / 1e6),
        v if v >= 1e3 => format!("{:.1} k", v / 1e3),
        v => format!("{v:.0}"),
    }
}

/// A time in the unit that suits it.
pub fn nanoseconds(value: f64) -> String {
    match value {
        v if v.is_nan() => "n/a".into(),
        v if v >= 1e9 => format!("{:.2} s", v / 1e9),
        v if v >= 1e6 => format!("{:.2} ms", v / 1e6),
        v if v >= 1e3 => format!("{:.2} µs", v / 1e3),
        v => format!("{v:.0} ns"),
    }
}

pub fn factor(value: f64) -> String {
    if value.is_finite() {
        format!("{value:.2}")
    } else {
        "n/a".into()
    }
}
