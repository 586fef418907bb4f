//! What connections cost that have nothing to do.

mod support;

use std::thread;
use std::time::Duration;

use gami::Options;
use support::{is_quick, resident_memory, threads_and_files, voluntary_switches, Server, Table};

fn main() {
    support::serve_if_asked();
    let watched = Duration::from_secs(if is_quick() { 1 } else { 10 });
    let columns = ["idle connections", "KiB each", "threads each", "files each", "wake-ups/s"];
    let mut table = Table::new(&columns.map(str::to_owned).each_ref().map(String::as_str));
    let mut runs = vec![("TCP", Options::new(), Server::start())];
    #[cfg(feature = "tls")]
    runs.push(("TLS", Options::new().tls(gami::Tls::insecure()), Server::start_tls()));
    for (name, options, server) in &runs {
        for connections in if is_quick() { vec![20] } else { vec![100, 1_000] } {
            let memory = resident_memory();
            let before = threads_and_files();
            let clients: Vec<_> = (0..connections)
                .map(|_| {
                    let ami = options.dial(&server.address).expect("the server of the benchmark");
                    ami.login("admin", "secret").expect("a login");
                    ami
                })
                .collect();
            let each =
                |after: usize, before: usize| format!("{:.1}", (after as f64 - before as f64) / connections as f64);
            let (threads, files) = match (threads_and_files(), before) {
                (Some((threads, files)), Some(before)) => (each(threads, before.0), each(files, before.1)),
                _ => ("n/a".into(), "n/a".into()),
            };
            let kib = match (resident_memory(), memory) {
                (Some((now, _)), Some((before, _))) => each(now as usize, before as usize),
                _ => "n/a".into(),
            };
            let switches = voluntary_switches();
            thread::sleep(watched);
            // The thread that watches went to sleep once itself.
            let wakeups = match (voluntary_switches(), switches) {
                (Some(after), Some(before)) => {
                    format!("{:.1}", after.saturating_sub(before + 1) as f64 / watched.as_secs_f64())
                }
                _ => "n/a".into(),
            };
            table.line(&[&format!("{connections} over {name}"), &kib, &threads, &files, &wakeups]);
            drop(clients);
        }
    }
    table.print();
}
