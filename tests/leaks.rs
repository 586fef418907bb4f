//! Ten thousand clients, one after the other, leave nothing behind.

mod alone;

use std::time::{Duration, Instant};

use alone::{alone, resident, Census};
use gami::mock::{Mock, Reply};
use gami::Options;

const CYCLES: u32 = 10_000;
/// From here on the allocator has what it needs.
const WARM: u32 = 1_000;
const LIMIT: Duration = Duration::from_secs(600);
/// Kilobytes; a leak of one packet a cycle would be ten times this.
const SLACK: u64 = 8 * 1024;

fn dial_log_in_and_close(mock: Mock, options: Options) {
    let begun = Instant::now();
    let cycle = || {
        let ami = options.dial(mock.address()).unwrap();
        ami.login("admin", "root").unwrap();
        ami.async_action("Ping").unwrap().recv().unwrap().unwrap();
        ami.close().unwrap();
        mock.forget_received();
    };
    (0..WARM).for_each(|_| cycle());
    let before = Census::take();
    let memory = resident();
    (WARM..CYCLES).for_each(|_| cycle());
    Census::assert_nothing_is_left(&before);
    println!("{CYCLES} cycles in {:?}", begun.elapsed());
    if let (Some(before), Some(after)) = (memory, resident()) {
        println!("resident memory: {before} KiB after {WARM} cycles, {after} KiB after {CYCLES}");
        assert!(after < before + SLACK, "memory grew from {before} to {after} KiB");
    }
}

#[test]
fn ten_thousand_cycles_of_dial_login_and_close_leave_nothing_over_tcp() {
    let test = "ten_thousand_cycles_of_dial_login_and_close_leave_nothing_over_tcp";
    alone(test, LIMIT, || dial_log_in_and_close(Mock::start().unwrap(), Options::new()));
}

#[cfg(feature = "tls")]
#[test]
fn ten_thousand_cycles_of_dial_login_and_close_leave_nothing_over_tls() {
    alone("ten_thousand_cycles_of_dial_login_and_close_leave_nothing_over_tls", LIMIT, || {
        let mock = Mock::builder().tls().start().unwrap();
        let tls = gami::Tls::new().add_root_pem(mock.certificate_pem()).unwrap();
        dial_log_in_and_close(mock, Options::new().tls(tls));
    });
}

#[test]
fn lists_that_are_kept_keep_no_connection() {
    alone("lists_that_are_kept_keep_no_connection", LIMIT, || {
        let mock = Mock::start().unwrap();
        mock.on("CoreShowChannels", |_| Reply::list().complete("CoreShowChannelsComplete"));
        mock.on("QueueStatus", |_| Reply::success().header("EventList", "start"));
        let before = Census::take();
        let ami = Options::new().dial(mock.address()).unwrap();
        ami.login("admin", "root").unwrap();
        let mut finished = ami.list_items("CoreShowChannels").unwrap();
        assert!(finished.by_ref().all(|item| item.is_ok()));
        let unfinished = ami.list_items("QueueStatus").unwrap();
        ami.close().unwrap();
        drop(ami);
        Census::assert_nothing_is_left(&before);
        assert!(finished.complete().is_some());
        drop((finished, unfinished));
    });
}
