//! What Redis knows of actions: who may send one, and what became of it.
//!
//! One thread asks Redis for all workers, what has come meanwhile in one round trip. It asks again until Redis has
//! answered: both scripts do nothing the second time.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use gami::crossbeam_channel::{bounded, Receiver, Sender};
use redis::{Cmd, Connection, ErrorKind, Pipeline, RedisError, RedisResult, Value};

use crate::settings::{Actions, Settings};
use crate::stop::Stop;
use crate::store::{code, Store};

const CLAIM: &str = include_str!("claim.lua");
const FINISH: &str = include_str!("finish.lua");
/// So many orders go in one round trip.
const BATCH: usize = 200;
/// So many actions that this relay has sent are known to it, should Redis forget them.
const MOST_SENT: usize = 100_000;

/// Where an action stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    pub stream: String,
    pub entry: String,
    /// The key of its mark.
    pub mark: String,
}

/// Whether an action may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// By the one who asks, and by nobody else.
    Won,
    /// Somebody has answered it.
    Gone,
    /// It is too old.
    Expired,
    /// Somebody may be about to send it, or wait for its answer.
    Busy,
    /// Somebody began it and did not answer it in its time.
    Begun,
    /// Another entry has the same id.
    Repeated(String),
    /// This relay has sent it, and Redis has forgotten that.
    Forgotten,
}

/// How long the mark of an answered action is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// So that its id is known if it comes again.
    Remembered,
    /// Nothing was sent: its id may come again.
    Not,
    /// The mark is that of another entry, or nobody's.
    NotItsOwn,
}

enum Order {
    Claim { place: Place, token: String, time: Duration, expires: Option<Duration>, answer: Sender<Claim> },
    Finish { place: Place, results: String, keep: Keep, fields: Vec<(&'static str, String)>, answer: Sender<()> },
}

/// The way to the thread that asks Redis.
#[derive(Clone)]
pub struct Ledger(Sender<Order>);

impl Ledger {
    /// The ledger, and what its thread runs: it ends once all ledgers are dropped.
    pub fn new(settings: &Settings, actions: &Actions) -> Result<(Self, Clerk), String> {
        let check = if actions.redis_may_forget { |_: &mut Connection| Ok(()) } else { check_memory };
        let store = Store::new(&settings.redis, settings.redis_timeout, "actions", check)?;
        let (orders, ordered) = bounded(BATCH);
        let sent = Sent::default();
        let clerk = Clerk {
            store,
            group: actions.group.clone(),
            remember: actions.remember,
            maxlen: actions.results_maxlen,
            ordered,
            sent,
        };
        Ok((Self(orders), clerk))
    }

    /// Asks to send an action that has this much time; `None` if the relay ends before Redis has answered.
    pub fn claim(&self, place: &Place, token: &str, time: Duration, expires: Option<Duration>) -> Option<Claim> {
        let (answer, answered) = bounded(1);
        let order = Order::Claim { place: place.clone(), token: token.to_owned(), time, expires, answer };
        self.0.send(order).ok()?;
        answered.recv().ok()
    }

    /// Writes what became of an action, unless that has been written; whether Redis has it.
    pub fn finish(&self, place: &Place, results: String, keep: Keep, fields: Vec<(&'static str, String)>) -> bool {
        let (answer, answered) = bounded(1);
        let order = Order::Finish { place: place.clone(), results, keep, fields, answer };
        self.0.send(order).is_ok() && answered.recv().is_ok()
    }
}

pub struct Clerk {
    store: Store,
    group: String,
    remember: Duration,
    maxlen: u64,
    ordered: Receiver<Order>,
    sent: Sent,
}

impl Clerk {
    pub fn run(mut self, give_up: &Stop) {
        while let Ok(first) = self.ordered.recv() {
            let mut orders = VecDeque::from([first]);
            orders.extend(self.ordered.try_iter().take(BATCH - 1));
            while !orders.is_empty() {
                let pause = self.ask(&mut orders);
                if pause.is_some_and(|pause| give_up.wait(pause)) {
                    return; // whoever waits is told by the end of its channel
                }
            }
        }
    }

    /// Asks once; what was answered is no longer in `orders`. How long to wait before the next time, if need be.
    fn ask(&mut self, orders: &mut VecDeque<Order>) -> Option<Duration> {
        let mut pipeline = Pipeline::with_capacity(orders.len());
        pipeline.ignore_errors();
        for order in &*orders {
            pipeline.add_command(self.command(order));
        }
        let answers: Vec<RedisResult<Value>> = match self.store.run(|connection| pipeline.query(connection)) {
            Ok(answers) => answers,
            Err(error) => return Some(self.store.failed(&error)),
        };
        let mut failure = None;
        for (order, answer) in std::mem::take(orders).into_iter().zip(answers) {
            match (order, answer) {
                (Order::Claim { place, token, answer, .. }, Ok(Value::BulkString(word))) => {
                    let claim = self.claim(&place, &token, &String::from_utf8_lossy(&word));
                    let _ = answer.send(claim);
                }
                (Order::Finish { place, keep, answer, .. }, Ok(_)) => {
                    if keep == Keep::Not {
                        self.sent.remove(&place.mark);
                    }
                    let _ = answer.send(());
                }
                // The group is gone, and with it what was pending.
                (Order::Claim { answer, .. }, Err(error)) if is_no_group(&error) => drop(answer.send(Claim::Gone)),
                (Order::Finish { answer, .. }, Err(error)) if is_no_group(&error) => drop(answer.send(())),
                (order, Err(error)) => {
                    failure = Some(error);
                    orders.push_back(order);
                }
                (order, Ok(_)) => {
                    failure = Some(RedisError::from((ErrorKind::UnexpectedReturnType, "an answer of another type")));
                    orders.push_back(order);
                }
            }
        }
        match failure {
            Some(error) => Some(self.store.failed(&error)),
            None => {
                self.store.worked();
                None
            }
        }
    }

    fn command(&self, order: &Order) -> Cmd {
        let mut eval = redis::cmd("EVAL");
        match order {
            Order::Claim { place, token, time, expires, .. } => {
                let expires = expires.map_or(0, |expires| expires.as_millis());
                eval.arg(CLAIM).arg(2).arg(&place.stream).arg(&place.mark);
                eval.arg(&self.group)
                    .arg(&place.entry)
                    .arg(token)
                    .arg(time.as_millis().to_string())
                    .arg(expires.to_string());
            }
            Order::Finish { place, results, keep, fields, .. } => {
                let remember = match keep {
                    Keep::Remembered => self.remember.as_secs().to_string(),
                    Keep::Not => "0".to_owned(),
                    Keep::NotItsOwn => "-1".to_owned(),
                };
                eval.arg(FINISH).arg(3).arg(&place.stream).arg(results).arg(&place.mark);
                eval.arg(&self.group).arg(&place.entry).arg(self.maxlen).arg(remember);
                for (name, value) in fields {
                    eval.arg(*name).arg(value);
                }
            }
        }
        eval
    }

    fn claim(&mut self, place: &Place, token: &str, word: &str) -> Claim {
        match word.split_once(' ').unwrap_or((word, "")) {
            ("won", _) if !self.sent.insert(&place.mark, token, self.remember) => {
                eprintln!(
                    "relay: actions: Redis has forgotten that {} of {} was sent: it is not sent again",
                    place.entry, place.stream
                );
                Claim::Forgotten
            }
            ("won", _) => Claim::Won,
            ("expired", _) => Claim::Expired,
            ("busy", _) => Claim::Busy,
            ("begun", _) => Claim::Begun,
            ("repeated", entry) => Claim::Repeated(entry.to_owned()),
            _ => Claim::Gone,
        }
    }
}

/// The actions that this relay has sent, the last so many: by their marks, with the tokens.
#[derive(Default)]
struct Sent {
    marks: HashMap<String, (String, Instant)>,
    order: VecDeque<String>,
}

impl Sent {
    /// Whether the mark was not there under another token, or long ago.
    fn insert(&mut self, mark: &str, token: &str, remember: Duration) -> bool {
        match self.marks.insert(mark.to_owned(), (token.to_owned(), Instant::now())) {
            Some((other, at)) if other != token && at.elapsed() < remember => return false,
            Some(_) => return true,
            None => {}
        }
        self.order.push_back(mark.to_owned());
        if self.order.len() > MOST_SENT {
            self.order.pop_front().into_iter().for_each(|mark| drop(self.marks.remove(&mark)));
        }
        true
    }

    /// Nothing was sent.
    fn remove(&mut self, mark: &str) {
        if self.marks.remove(mark).is_some() {
            self.order.retain(|other| other != mark);
        }
    }
}

pub fn is_no_group(error: &RedisError) -> bool {
    // Out of a script it comes with another code.
    code(error).as_deref() == Some("NOGROUP") || error.to_string().contains("NOGROUP")
}

/// Whether what Redis has acknowledged is there after it is killed: an action is sent on no less.
fn check_memory(connection: &mut Connection) -> RedisResult<()> {
    let wanted = ["appendonly", "appendfsync", "no-appendfsync-on-rewrite", "maxmemory-policy"];
    let mut settings = HashMap::new();
    for name in wanted {
        let mut config = redis::cmd("CONFIG");
        let pair: Vec<String> = config.arg("GET").arg(name).query(connection).map_err(|error| match code(&error) {
            Some(_) => forgetful(format!("it does not tell its settings ({error})")),
            None => error,
        })?;
        settings.insert(name, pair.get(1).cloned().unwrap_or_default());
    }
    let wrong: Vec<String> = wanted
        .into_iter()
        .filter(|name| match (*name, settings[name].as_str()) {
            ("appendonly", value) => value != "yes",
            ("appendfsync", value) => value != "always",
            ("no-appendfsync-on-rewrite", value) => value != "no",
            (_, value) => value.starts_with("allkeys"),
        })
        .map(|name| format!("{name} is {}", settings[name]))
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(forgetful(wrong.join(", ")))
}

fn forgetful(why: String) -> RedisError {
    let what = "no action is made, since this Redis may forget which were (appendonly yes, appendfsync always, \
                no-appendfsync-on-rewrite no and no allkeys policy keep it from that; --redis-may-forget makes them all the same)";
    RedisError::from((ErrorKind::Client, what, why))
}
