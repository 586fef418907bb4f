//! The events of several Asterisk servers to Redis Streams, and actions the other way: see the README.

use std::process::ExitCode;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use gami::{Backoff, Fleet, Options};

use relay::actions::Desk;
use relay::backlog::Backlog;
use relay::entry::new_run;
use relay::ledger::Ledger;
use relay::settings::{stream_of, Actions, Settings, USAGE};
use relay::stop::Stop;
use relay::store::{explain, is_refused_login, Store};
use relay::taking::Taker;
use relay::{events, sender};

const PACE: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    let settings = match Settings::parse(std::env::args().skip(1), |name| std::env::var(name).ok()) {
        Ok(Some(settings)) => settings,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("relay: {error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&settings) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("relay: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Until a signal; whether nothing is left behind.
fn run(settings: &Settings) -> Result<bool, String> {
    check_redis(settings)?;
    let stop = Stop::on_signals()?;
    let (give_up, given_up) = Stop::new();
    let run = new_run()?;
    let servers: Vec<String> = settings.servers.iter().map(|server| server.name.clone()).collect();
    let streams = servers.iter().map(|server| (server.clone(), stream_of(&settings.events, server)));
    let backlog = Arc::new(Backlog::new(streams, settings.backlog_entries, settings.backlog_bytes));
    let fleet = Arc::new(connect(settings)?);
    eprintln!("relay: run {run}, servers {}", servers.join(", "));

    let taking = spawn("events", {
        let (fleet, backlog, servers) = (Arc::clone(&fleet), Arc::clone(&backlog), servers.clone());
        move || events::run(&fleet, &backlog, &servers)
    })?;
    let sending = spawn("sender", {
        let (backlog, settings, run, given_up) =
            (Arc::clone(&backlog), settings.clone(), run.clone(), given_up.clone());
        move || sender::run(&backlog, &settings, &run, &given_up)
    })?;
    let acting = match &settings.actions {
        Some(actions) => Some(Acting::start(settings, actions, &fleet, &servers, &run, &stop, &given_up)?),
        None => None,
    };

    while !stop.wait(Duration::from_secs(3600)) {}
    eprintln!("relay: ends, within {:?}", settings.grace);
    let deadline = Instant::now() + settings.grace;
    // Actions first, for their answers need the links; those that are not answered by half time are told as lost.
    let half_time = deadline - settings.grace / 2;
    let acting_threads = acting.as_ref().map_or(&[][..], |acting| &acting.threads);
    await_all(acting_threads, half_time);
    let closed = fleet.close();
    let is_over =
        await_all(acting_threads, deadline) & await_all(&[taking], deadline) & await_all(&[sending], deadline);
    drop(give_up);
    report(&backlog, acting.as_ref().map(|acting| &*acting.desk));
    closed.map_err(|error| error.to_string())?;
    Ok(is_over && backlog.is_done())
}

/// That Redis takes the credentials, if it is there: if it is not, it is waited for.
fn check_redis(settings: &Settings) -> Result<(), String> {
    let mut store = Store::new(&settings.redis, settings.redis_timeout, "redis", |_| Ok(()))?;
    match store.run(|connection| redis::cmd("PING").query::<()>(connection)) {
        Err(error) if is_refused_login(&error) => Err(explain(&error)),
        Err(error) => {
            store.failed(&error);
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn connect(settings: &Settings) -> Result<Fleet, String> {
    let options = Options::new()
        .reconnect(Backoff::new())
        .keepalive(Duration::from_secs(15))
        .event_capacity(settings.event_capacity);
    let mut fleet = Fleet::new();
    for server in &settings.servers {
        fleet = fleet.server(&server.name, server.options(&options)?, &server.address, &server.user, &server.secret.0);
    }
    fleet.connect().map_err(|error| error.to_string())
}

struct Acting {
    desk: Arc<Desk>,
    threads: Vec<JoinHandle<()>>,
}

impl Acting {
    fn start(
        settings: &Settings,
        actions: &Actions,
        fleet: &Arc<Fleet>,
        servers: &[String],
        run: &str,
        stop: &Stop,
        give_up: &Stop,
    ) -> Result<Self, String> {
        let (ledger, clerk) = Ledger::new(settings, actions)?;
        let taker = Taker::new(settings, actions)?;
        let desk = Desk::new(actions.clone(), Arc::clone(fleet), ledger, run.to_owned(), stop.clone());
        let (queues, mut threads) = desk.start_workers(servers)?;
        let give_up = give_up.clone();
        spawn("ledger", move || clerk.run(&give_up))?;
        threads.push(spawn("actions", {
            let desk = Arc::clone(&desk);
            move || desk.take(taker, &queues)
        })?);
        Ok(Self { desk, threads })
    }
}

fn spawn<T: Send + 'static>(name: &str, run: impl FnOnce() -> T + Send + 'static) -> Result<JoinHandle<T>, String> {
    thread::Builder::new().name(name.into()).spawn(run).map_err(|error| format!("no thread: {error}"))
}

/// Whether all have ended by then.
fn await_all<T>(threads: &[JoinHandle<T>], deadline: Instant) -> bool {
    while !threads.iter().all(JoinHandle::is_finished) {
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(PACE);
    }
    true
}

/// Says what was done, and what is left.
fn report(backlog: &Backlog, desk: Option<&Desk>) {
    for count in backlog.counts() {
        let (server, written, missing) = (count.server, count.written, count.missing);
        eprintln!("relay: {server}: {written} events written, {missing} missing and told as gaps");
        if count.events + count.notes > 0 {
            eprintln!(
                "relay: {server}: LEFT, and lost: {} events and {} notes that Redis has not acknowledged",
                count.events, count.notes
            );
        }
    }
    if let Some(desk) = desk {
        let (counts, held) = (desk.counts(), desk.held());
        eprintln!("relay: actions: {} sent, {} results written", counts.sent, counts.answered);
        if held > 0 {
            eprintln!(
                "relay: actions: {held} were taken and not answered: they are pending, for the next relay of the group"
            );
        }
    }
}
