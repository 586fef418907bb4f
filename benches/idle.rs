//! What connections cost that have nothing to do.

mod support;

use gami::Options;
use support::{idle_wakeups, in_child, is_quick, resident_memory, rounds, threads_and_files, Server, Spread, Table};

fn main() {
    support::serve_if_asked();
    if let Some(part) = support::part() {
        return stand(&part);
    }
    let mut table = Table::new(&["idle connections", "KiB each", "threads each", "files each", "wake-ups/s, all"]);
    let mut runs = vec![("TCP", Server::start())];
    #[cfg(feature = "tls")]
    runs.push(("TLS", Server::start_tls()));
    for (way, server) in &runs {
        for connections in if is_quick() { vec![20] } else { vec![100, 1_000] } {
            let part = format!("{way} {} {connections}", server.address);
            let rounds: Vec<Vec<f64>> = (0..rounds()).map(|_| in_child(&part)).collect();
            let figure =
                |at: usize| Spread::of(rounds.iter().map(|round| round[at])).show(|value| format!("{value:.1}"));
            table.line(&[&format!("{connections} over {way}"), &figure(0), &figure(1), &figure(2), &figure(3)]);
        }
    }
    table.print();
}

/// So many connections stand in this process and nothing happens.
fn stand(part: &str) {
    let mut words = part.split(' ');
    let mut word = || words.next().expect("way, address and number");
    let options = match word() {
        #[cfg(feature = "tls")]
        "TLS" => Options::new().tls(gami::Tls::insecure()),
        _ => Options::new(),
    };
    let (address, connections) = (word(), word().parse::<usize>().expect("a number"));
    let memory = resident_memory().map(|(now, _)| now as f64);
    let before = threads_and_files();
    let clients: Vec<_> = (0..connections)
        .map(|_| {
            let ami = options.dial(address).expect("the server of the benchmark");
            ami.login("admin", "secret").expect("a login");
            ami
        })
        .collect();
    let each = |after: Option<f64>, before: Option<f64>| {
        after.zip(before).map_or(f64::NAN, |(after, before)| (after - before) / connections as f64)
    };
    let after = threads_and_files();
    let threads = |counts: Option<(usize, usize)>| counts.map(|(threads, _)| threads as f64);
    let files = |counts: Option<(usize, usize)>| counts.map(|(_, files)| files as f64);
    let kib = each(resident_memory().map(|(now, _)| now as f64), memory);
    let wakeups = idle_wakeups();
    println!("{kib} {} {} {wakeups}", each(threads(after), threads(before)), each(files(after), files(before)));
    drop(clients);
}
