//! How fast events get into Redis, beside a pipeline of bare `XADD`s of the same entries.

mod support;

use std::time::{Duration, Instant};

use gami::mock::Mock;

use support::load::{await_login, entries, events, Found};
use support::{number, wait_at_most, Redis, Relay};

const STREAM: &str = "gami:events";
const BATCH: usize = 500;

/// `RELAY_EVENTS=500000 cargo test --release --test rate -- --ignored --nocapture`
#[test]
#[ignore = "a measurement: cargo test --release --test rate -- --ignored --nocapture"]
fn the_relay_beside_a_bare_pipeline() {
    let count = number("RELAY_EVENTS", 200_000);
    for fsync in ["always", "everysec", "no"] {
        let redis = Redis::with(&["--appendonly", "yes", "--appendfsync", fsync]);
        let mock = Mock::start().unwrap();
        let all = (count * 2).to_string();
        let arguments =
            ["--maxlen", &all, "--backlog-entries", &all, "--backlog-mib", "4096", "--event-capacity", &all];
        let mut relay = Relay::start(&redis, &[("berlin", mock.to_string())], &arguments);
        await_login(&mock);
        let load = events(0, count);
        let mut connection = redis.connect();
        let begun = Instant::now();
        mock.push(load);
        wait_at_most(Duration::from_secs(300), "all are there", || {
            std::thread::sleep(Duration::from_millis(5));
            redis::cmd("XLEN").arg(STREAM).query::<u64>(&mut connection).unwrap() > count
        });
        let relayed = begun.elapsed();
        assert!(relay.end(), "{}", relay.said());
        let found = Found::read(&mut connection, STREAM);
        found.check(count);
        assert_eq!(found.count_missing(), 0);

        let entries: Vec<_> = entries(&mut connection, STREAM).into_iter().map(|(_, fields)| fields).collect();
        let mut bare = |is_transaction: bool| {
            let begun = Instant::now();
            for batch in entries.chunks(BATCH) {
                let mut pipeline = redis::Pipeline::with_capacity(BATCH);
                if is_transaction {
                    pipeline.atomic();
                }
                for fields in batch {
                    pipeline.cmd("XADD").arg("bare").arg("MAXLEN").arg("~").arg(&all).arg("*");
                    for (name, value) in fields {
                        pipeline.arg(name).arg(value);
                    }
                    pipeline.ignore();
                }
                pipeline.query::<()>(&mut connection).unwrap();
            }
            begun.elapsed()
        };
        let (plain, transactions) = (bare(false), bare(true));
        let rate = |events: usize, time: Duration| events as f64 / time.as_secs_f64();
        let (relay, plain) = (rate(count as usize, relayed), rate(entries.len(), plain));
        let transactions = rate(entries.len(), transactions);
        println!(
            "appendfsync {fsync}: events a second: relay {relay:.0}; bare XADD pipeline {plain:.0}, in transactions {transactions:.0}"
        );
    }
}
