//! One thread at most is at work to come back.
#![cfg(target_os = "linux")] // where threads can be counted

mod alone;
mod support;

use std::fs;
use std::time::Duration;

use alone::alone;
use gami::mock::{Mock, Reply};
use gami::{Backoff, Error, Options};
use support::{eventually, logged_in_with, DEADLINE};

/// How many threads of clients there are; one may end while they are counted.
fn threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    tasks.filter(|task| fs::read_to_string(task.path().join("comm")).is_ok_and(|name| name == "gami-reader\n")).count()
}

#[test]
fn a_link_that_a_caller_made_and_lost_at_once_leaves_one_thread_at_work() {
    let test = "a_link_that_a_caller_made_and_lost_at_once_leaves_one_thread_at_work";
    alone(test, Duration::from_secs(120), || {
        let hour = Duration::from_secs(3600);
        let options = Options::new().reconnect(Backoff::new().first(hour).longest(hour));
        for _ in 0..50 {
            let mock = Mock::start().unwrap();
            let ami = logged_in_with(&mock, &options);
            mock.hang_up();
            let next_loss = || ami.net_errors().recv_timeout(DEADLINE).unwrap();
            assert!(matches!(next_loss(), Error::Lost { .. }));
            mock.on("Login", |_| Reply::usual().close());
            let _ = ami.reconnect();
            // Of the link, or of the attempt.
            next_loss();
            eventually("one thread waits for the hour to pass", || threads() == 1);
            ami.close().unwrap();
        }
    });
}
