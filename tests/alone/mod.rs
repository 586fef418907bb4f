//! Tests that count what a process has: each runs in a process of its own.
#![allow(dead_code)] // no test file needs all of it

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::Read;
use std::panic;
use std::process::{self, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Runs the body of this test in a process where nothing else runs; one that takes longer than the limit
/// hangs, and fails.
pub fn alone(test: &str, limit: Duration, body: impl FnOnce()) {
    if env::var_os("GAMI_ALONE").is_some() {
        // Of whatever thread: nobody else would hear of it, and the others would wait for it.
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            report(panic);
            process::exit(101);
        }));
        return body();
    }
    let mut child = Command::new(env::current_exe().unwrap())
        .args([test, "--exact", "--include-ignored", "--nocapture", "--test-threads=1"])
        .env("GAMI_ALONE", "yes")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let (done, output) = mpsc::channel();
    let reading = thread::spawn(move || {
        let mut text = String::new();
        let _ = stdout.read_to_string(&mut text);
        let _ = done.send(());
        text
    });
    let hangs = output.recv_timeout(limit).is_err();
    if hangs {
        child.kill().unwrap();
    }
    let status = child.wait().unwrap();
    let text = reading.join().unwrap();
    println!("{text}");
    assert!(!hangs, "{test} hangs: not done after {limit:?}");
    assert!(status.success(), "{test}: {status}");
    assert!(text.contains("1 passed"), "no test is named {test}");
}

/// The threads, by number, and the descriptors of this process.
pub struct Census {
    threads: BTreeMap<String, String>,
    descriptors: usize,
}

impl Census {
    /// On systems other than Linux there is nothing to count by.
    pub fn take() -> Option<Self> {
        if !cfg!(target_os = "linux") {
            println!("NOT CHECKED on this system: threads, descriptors and memory");
            return None;
        }
        let threads = fs::read_dir("/proc/self/task").unwrap().map(|task| {
            let task = task.unwrap();
            let name = fs::read_to_string(task.path().join("comm")).unwrap_or_default();
            (task.file_name().into_string().unwrap(), name.trim_end().to_owned())
        });
        let threads = threads.collect();
        // One of them is that of the folder itself.
        let descriptors = fs::read_dir("/proc/self/fd").unwrap().count() - 1;
        Some(Self { threads, descriptors })
    }

    /// Waits until there are no more threads and descriptors than at this census.
    pub fn assert_nothing_is_left(before: &Option<Self>) {
        let Some(before) = before else { return };
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let now = Self::take().unwrap();
            let left: Vec<_> = now.threads.iter().filter(|(id, _)| !before.threads.contains_key(*id)).collect();
            if left.is_empty() && now.descriptors <= before.descriptors {
                println!("threads {}, descriptors {}: as before", now.threads.len(), now.descriptors);
                return;
            }
            let descriptors = (before.descriptors, now.descriptors);
            assert!(Instant::now() < deadline, "left: threads {left:?}; descriptors before and after {descriptors:?}");
            thread::sleep(Duration::from_millis(5)); // the system tells nobody that a thread has ended
        }
    }
}

/// The memory that this process has in use, in kilobytes.
pub fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
