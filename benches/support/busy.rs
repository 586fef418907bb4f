//! A program beside the benchmark that has work on every core: what is left to it is what the benchmark did not take.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const ROLE: &str = "GAMI_BENCH_BUSY";

/// One process a core that counts for as long as this lives.
pub struct Busy {
    counting: Vec<Child>,
}

impl Busy {
    pub fn start() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let own = std::env::current_exe().expect("the benchmark's own path");
        let start = |_| Command::new(&own).env(ROLE, "1").stdin(Stdio::piped()).spawn().expect("a child process");
        let busy = Self { counting: (0..cores).map(start).collect() };
        // Until they are at it.
        let begun = Instant::now();
        while busy.used().is_some_and(|used| used.is_zero()) && begun.elapsed() < Duration::from_secs(5) {
            thread::yield_now();
        }
        busy
    }

    /// The processor time that it got so far; `None` where the system does not tell.
    pub fn used(&self) -> Option<Duration> {
        let of = |child: &Child| {
            let stat = fs::read_to_string(format!("/proc/{}/schedstat", child.id())).ok()?;
            stat.split(' ').next()?.parse().ok().map(Duration::from_nanos)
        };
        self.counting.iter().map(of).sum()
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.counting {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Makes this process count if it was started to; call it first of all.
pub fn count_if_asked() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    // Ends with the benchmark, also if that dies.
    thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    let mut count = 0u64;
    loop {
        count = std::hint::black_box(count + 1);
    }
}
