//! Actions from a stream: taken by a consumer group, each sent at most once, its outcome written back.
//!
//! An action waits for one of the workers of its server; only then is it claimed, and sent at once. What is pending and
//! not held here is looked at again and again: actions of a relay that is gone, this one's before it started included.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use gami::crossbeam_channel::{unbounded, Receiver, Sender};
use gami::{Error, Fleet, Outcome};

use crate::ledger::{Claim, Keep, Ledger, Place};
use crate::request::Request;
use crate::settings::{stream_of, Actions};
use crate::stop::Stop;
use crate::taking::{Held, Taken, Taker};

/// No more than so many are taken from Redis and not answered yet.
pub const MOST_HELD: usize = 1_000;
/// What is pending is looked at so often.
const LOOK: Duration = Duration::from_secs(1);
/// How long Redis may let the taker wait for new actions.
const BLOCK: Duration = Duration::from_millis(250);
/// The mark of an action says for so much longer than its time that somebody may be about it.
const MARGIN: Duration = Duration::from_secs(2);

/// The actions of a relay: what is held, and the way to the workers.
pub struct Desk {
    settings: Actions,
    fleet: Arc<Fleet>,
    ledger: Ledger,
    run: String,
    held: Mutex<Held>,
    counts: Mutex<Counts>,
    stop: Stop,
}

/// How many actions came to which end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub sent: u64,
    pub answered: u64,
}

struct Job {
    place: Place,
    id: String,
    request: Request,
    read_at: Instant,
    until: Instant,
}

impl Desk {
    pub fn new(settings: Actions, fleet: Arc<Fleet>, ledger: Ledger, run: String, stop: Stop) -> Arc<Self> {
        let (held, counts) = (Mutex::new(Held::new()), Mutex::new(Counts::default()));
        Arc::new(Self { settings, fleet, ledger, run, held, counts, stop })
    }

    /// How many are taken and not answered.
    pub fn held(&self) -> usize {
        lock(&self.held).len()
    }

    pub fn counts(&self) -> Counts {
        *lock(&self.counts)
    }

    /// Starts the workers; they end once the sender of their server is dropped, or with the stop.
    pub fn start_workers(self: &Arc<Self>, servers: &[String]) -> Result<(Queues, Vec<JoinHandle<()>>), String> {
        let mut queues = HashMap::new();
        let mut workers = Vec::new();
        for server in servers {
            let (queue, jobs) = unbounded();
            queues.insert(server.clone(), queue);
            for at in 0..self.settings.concurrency {
                let (desk, jobs) = (Arc::clone(self), jobs.clone());
                let worker = Builder::new().name(format!("action-{at}-{server}")).spawn(move || desk.work(&jobs, at));
                workers.push(worker.map_err(|error| format!("no thread for actions: {error}"))?);
            }
        }
        Ok((Queues(queues), workers))
    }

    /// Takes actions from Redis until the stop.
    pub fn take(&self, mut taker: Taker, queues: &Queues) {
        let mut looked_at: Option<Instant> = None;
        while !self.stop.is_asked() {
            let room = self.room();
            let taken = match looked_at {
                _ if room == 0 => Err(BLOCK / 10),
                Some(at) if at.elapsed() < LOOK => taker.fresh(room, BLOCK),
                _ => {
                    looked_at = Some(Instant::now());
                    let held = lock(&self.held).clone();
                    taker.left(&held, room)
                }
            };
            match taken {
                Ok(taken) => taken.into_iter().for_each(|taken| self.sort(taken, queues)),
                Err(pause) => drop(self.stop.wait(pause)),
            }
        }
    }

    fn room(&self) -> usize {
        MOST_HELD.saturating_sub(lock(&self.held).len())
    }

    /// To the worker, or back if it is none.
    fn sort(&self, taken: Taken, queues: &Queues) {
        let Taken { stream, entry, fields, server } = taken;
        if !lock(&self.held).insert((stream.clone(), entry.clone())) {
            return;
        }
        let place = |id: Option<&str>| Place {
            stream: stream.clone(),
            entry: entry.clone(),
            mark: match id {
                Some(id) => format!("{stream}:{}:id:{id}", self.settings.group),
                None => format!("{stream}:{}:entry:{entry}", self.settings.group),
            },
        };
        let server = server.as_deref();
        let (id, field, reason) = match fields.as_ref().map(|fields| Request::parse(fields, server)) {
            Some(Ok(request)) => match queues.0.get(&request.server) {
                Some(queue) => {
                    let read_at = Instant::now();
                    let until = read_at + request.wait.unwrap_or(self.settings.wait);
                    let id = request.id.clone().unwrap_or_else(|| entry.clone());
                    let _ = queue.send(Job { place: place(request.id.as_deref()), id, request, read_at, until });
                    return;
                }
                None => (request.id, "server".to_owned(), format!("{} is none of this relay", request.server)),
            },
            Some(Err(fault)) => (fault.id, fault.field, fault.reason),
            None => {
                let what = "the entry is no longer in its stream: whether it was made is unknown";
                let fields = vec![("outcome", "Unknown".to_owned()), ("error", what.to_owned())];
                self.answer(&place(None), &entry, server.unwrap_or_default(), "", Keep::NotItsOwn, fields);
                return;
            }
        };
        let error = format!("{field}: {reason}");
        let said = vec![("outcome", "Invalid".to_owned()), ("field", field), ("error", error)];
        self.answer(
            &place(None),
            id.as_deref().unwrap_or(&entry),
            server.unwrap_or_default(),
            "",
            Keep::NotItsOwn,
            said,
        );
    }

    fn work(&self, jobs: &Receiver<Job>, worker: usize) {
        let mut turn = 0u64;
        loop {
            gami::select! {
                recv(jobs) -> job => {
                    let Ok(job) = job else { return };
                    if self.stop.is_asked() {
                        return; // it stays pending, for the next who looks
                    }
                    turn += 1;
                    self.make(&job, &format!("{}-{worker}-{turn}", self.run));
                },
                recv(self.stop.receiver()) -> _ => return,
            }
        }
    }

    fn make(&self, job: &Job, token: &str) {
        let time = job.until.saturating_duration_since(Instant::now()) + MARGIN;
        let outcome = |word: &str, error: String| vec![("outcome", word.to_owned()), ("error", error)];
        let (keep, fields) = match self.ledger.claim(&job.place, token, time, job.request.expires) {
            Some(Claim::Won) => self.send(job),
            Some(Claim::Expired) => (Keep::Not, outcome("NotSent", "it was too old (expires_ms)".into())),
            Some(Claim::Begun) => {
                let what = "a relay began it, and ended or lost Redis before it wrote what became of it";
                (Keep::Remembered, outcome("Unknown", what.into()))
            }
            Some(Claim::Forgotten) => (
                Keep::Remembered,
                outcome("Unknown", "it was sent, and Redis has forgotten that and its result".into()),
            ),
            Some(Claim::Repeated(entry)) => {
                let what = format!("entry {entry} has the same id, and what became of it is told under that");
                (Keep::NotItsOwn, outcome("Repeated", what))
            }
            Some(Claim::Gone | Claim::Busy) | None => return self.let_go(&job.place),
        };
        self.answer(&job.place, &job.id, &job.request.server, job.request.action.name(), keep, fields);
    }

    fn send(&self, job: &Job) -> (Keep, Vec<(&'static str, String)>) {
        let left = job.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let error = format!("it was not its turn within {:?} (wait_ms)", job.until - job.read_at);
            return (Keep::Not, vec![("outcome", "NotSent".to_owned()), ("error", error)]);
        }
        lock(&self.counts).sent += 1;
        let action = job.request.action.clone().timeout(left);
        let answer = self.fleet.client(&job.request.server).and_then(|client| match job.request.is_list {
            true => client.list(action).map(|list| Answer::List(Box::new(list))),
            false => client.action(action).map(Answer::Response),
        });
        told(answer)
    }

    fn answer(
        &self,
        place: &Place,
        id: &str,
        server: &str,
        action: &str,
        keep: Keep,
        said: Vec<(&'static str, String)>,
    ) {
        let results = stream_of(&self.settings.results, server);
        let mut fields = vec![("kind", "result".to_owned()), ("id", id.to_owned()), ("entry", place.entry.clone())];
        fields.extend(
            [("server", server), ("action", action), ("run", &self.run)].map(|(name, text)| (name, text.to_owned())),
        );
        fields.extend(said);
        if self.ledger.finish(place, results, keep, fields) {
            lock(&self.counts).answered += 1;
        }
        self.let_go(place);
    }

    fn let_go(&self, place: &Place) {
        lock(&self.held).remove(&(place.stream.clone(), place.entry.clone()));
    }
}

/// The way to the workers of each server.
pub struct Queues(HashMap<String, Sender<Job>>);

enum Answer {
    Response(gami::Response),
    List(Box<gami::List>),
}

fn told(answer: gami::Result<Answer>) -> (Keep, Vec<(&'static str, String)>) {
    let json = |value: &gami::Response| serde_json::to_string(value).unwrap_or_default();
    let outcome = |word: &str| ("outcome", word.to_owned());
    match answer {
        Ok(Answer::Response(response)) => {
            let mut fields = vec![outcome("Response"), ("response", json(&response))];
            fields.extend(response.output().map(|output| ("output", output.into_owned())));
            (Keep::Remembered, fields)
        }
        Ok(Answer::List(list)) => {
            let items: Vec<_> = list.items.iter().map(gami::Event::typed).collect();
            let items = serde_json::to_string(&items).unwrap_or_default();
            let complete = serde_json::to_string(&list.complete.typed()).unwrap_or_default();
            let fields =
                vec![outcome("Response"), ("response", json(&list.response)), ("items", items), ("complete", complete)];
            (Keep::Remembered, fields)
        }
        Err(Error::Invalid { argument, reason }) => {
            let error = format!("{argument}: {reason}");
            (Keep::Not, vec![outcome("Invalid"), ("field", argument.into()), ("error", error)])
        }
        Err(Error::Rejected(response)) => {
            let error = Error::Rejected(response.clone()).to_string();
            (Keep::Remembered, vec![outcome("Refused"), ("response", json(&response)), ("error", error)])
        }
        Err(error) => {
            let (keep, word) = match error.outcome() {
                Outcome::NotSent => (Keep::Not, "NotSent"),
                Outcome::Refused => (Keep::Remembered, "Refused"),
                _ => (Keep::Remembered, "Unknown"),
            };
            (keep, vec![outcome(word), ("error", error.to_string())])
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
