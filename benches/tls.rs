//! Actions over TLS beside the same over TCP: to a server that reads whatever comes, to a mock that reads as Asterisk
//! does (whole lines, at most 1,024 bytes a record), and to a real server where there is one.
//!
//! A real server is told by the environment: `GAMI_ASTERISK_AMI` and `GAMI_ASTERISK_AMI_TLS` (addresses),
//! `GAMI_ASTERISK_USER`, `GAMI_ASTERISK_SECRET`, and `GAMI_ASTERISK_VERSION` for the table.
//! `tests/asterisk/run env` prints them; see `benches/tables`.

mod support;

use std::env;
use std::thread;
use std::time::Duration;

use gami::mock::Mock;
use gami::{Backoff, Client, Options, Tls};
use support::{count, factor, measure, rounds, scaled, Sample, Server, Spread, Table};

const THREADS: usize = 64;

/// A server, by TCP and by TLS.
struct Both {
    name: String,
    tcp: Client,
    tls: Client,
}

fn main() {
    support::serve_if_asked();
    let plain = (Server::start(), Server::start_tls());
    let dial = |options: Options, address: &str| options.dial(address).expect("a server");
    let over_tls = || Options::new().tls(Tls::insecure());
    let mut servers = vec![Both {
        name: "the benchmark's server".into(),
        tcp: dial(Options::new(), &plain.0.address),
        tls: dial(over_tls(), &plain.1.address),
    }];
    let mock = |tls: bool| {
        let mock = Mock::builder().asterisk("22").user("admin", "secret");
        let mock = if tls { mock.tls() } else { mock };
        mock.start().expect("a mock")
    };
    let mocks = (mock(false), mock(true));
    let connect =
        |options: Options, mock: &Mock| options.connect(mock.address().to_string(), "admin", "secret").expect("a mock");
    servers.push(Both {
        name: "a mock that reads as Asterisk 22, in this process".into(),
        tcp: connect(Options::new(), &mocks.0),
        tls: connect(over_tls(), &mocks.1),
    });
    let real = real_server();
    if real.is_none() {
        println!("a real Asterisk: NOT RUN, for GAMI_ASTERISK_AMI and the others are not set");
    }
    servers.extend(real);

    let (piped, one, each) = (scaled(10_000), scaled(1_000), scaled(6_400) / THREADS);
    table("pipelined", &servers, piped, |ami| pipelined(ami, piped));
    table("one at a time", &servers, one, |ami| Some(measure(|| (0..one).for_each(|_| ping(ami)))));
    table(&format!("{THREADS} threads"), &servers, each * THREADS, |ami| {
        Some(measure(|| {
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| (0..each).for_each(|_| ping(ami)));
                }
            })
        }))
    });
}

fn real_server() -> Option<Both> {
    let var = |name: &str| env::var(format!("GAMI_ASTERISK_{name}")).ok();
    let (tcp, tls, user, secret) = (var("AMI")?, var("AMI_TLS")?, var("USER")?, var("SECRET")?);
    let connect = |options: Options, address: String| {
        let ami = options.reconnect(Backoff::new()).dial(address).expect("the real server");
        ami.login(&user, &secret).expect("a login");
        ami.set_event_mask("off").expect("no events");
        ami
    };
    Some(Both {
        name: format!("Asterisk {}", var("VERSION").unwrap_or_default()),
        tcp: connect(Options::new(), tcp),
        tls: connect(Options::new().tls(Tls::insecure()), tls),
    })
}

fn ping(ami: &Client) {
    ami.action("Ping").expect("a response");
}

/// `None` if the link was lost: Asterisk ends a TLS session when a record reaches it in two pieces (see the README).
fn pipelined(ami: &Client, pings: usize) -> Option<Sample> {
    let mut answered = 0;
    let sample = measure(|| {
        let answers: Vec<_> = (0..pings).map_while(|_| ami.async_action("Ping").ok()).collect();
        answered = answers.iter().filter(|answer| answer.recv().expect("an answer").is_ok()).count();
    });
    (answered == pings).then_some(sample)
}

/// Measures the same over both ways to each server, in turns.
fn table(title: &str, servers: &[Both], pings: usize, work: impl Fn(&Client) -> Option<Sample>) {
    let mut table = Table::new(&[title, "over TCP, pings/s", "over TLS, pings/s", "TLS × TCP", "cpu/ping TCP", "TLS"]);
    let each = |sample: Sample| sample.elapsed.as_nanos() as f64 / pings as f64;
    let cpu = |sample: Sample| sample.cpu.map_or(f64::NAN, |cpu| cpu.as_nanos() as f64 / pings as f64);
    for Both { name, tcp, tls } in servers {
        let mut lost = 0;
        let mut whole = |ami: &Client| loop {
            if let Some(sample) = work(ami) {
                return sample;
            }
            lost += 1;
            assert!(lost < 50, "{name}: one link after the other is lost");
            ami.wait_connected(Duration::from_secs(30)).expect("another link");
        };
        let samples: Vec<_> = (0..rounds()).map(|_| (whole(tcp), whole(tls))).collect();
        if lost > 0 {
            println!("{title}, {name}: {lost} rounds lost their link and were made again");
        }
        let spread = |value: &dyn Fn(&(Sample, Sample)) -> f64| Spread::of(samples.iter().map(value));
        table.line(&[
            name,
            &spread(&|(tcp, _)| each(*tcp)).rate().show(count),
            &spread(&|(_, tls)| each(*tls)).rate().show(count),
            &spread(&|(tcp, tls)| each(*tls) / each(*tcp)).show(factor),
            &support::nanoseconds(spread(&|(tcp, _)| cpu(*tcp)).median),
            &support::nanoseconds(spread(&|(_, tls)| cpu(*tls)).median),
        ]);
    }
    table.print();
}
