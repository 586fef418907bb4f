//! From the backlog to Redis: batches in one round trip each, in order, until they are acknowledged.

use std::time::Duration;

use redis::{Pipeline, RedisError, RedisResult, Value};

use crate::backlog::{Backlog, Batch};
use crate::settings::Settings;
use crate::stop::Stop;
use crate::store::{Store, Trouble};

/// No more than about this is sent in one round trip.
const MOST_BYTES: usize = 4 << 20;
const TURN: Duration = Duration::from_millis(200);

/// Writes what is in the backlog, until that is done or given up.
pub fn run(backlog: &Backlog, settings: &Settings, run: &str, give_up: &Stop) -> Result<(), String> {
    let mut store = Store::new(&settings.redis, settings.redis_timeout, "events", |_| Ok(()))?;
    // Trouble with one stream, of which the others know nothing.
    let mut troubles: Vec<Trouble> = settings.servers.iter().map(|_| Trouble::new("events")).collect();
    while !backlog.is_done() && !give_up.is_asked() {
        let batches = backlog.take(settings.batch, MOST_BYTES, TURN);
        if batches.is_empty() {
            // All that is left may be of lanes that rest.
            if backlog.is_closed() {
                give_up.wait(TURN / 10);
            }
            continue;
        }
        match write(&mut store, &batches, run, settings.maxlen) {
            Ok(answers) => {
                store.worked();
                settle(backlog, &batches, answers, &mut troubles);
            }
            Err(error) => {
                let pause = store.failed(&error);
                give_up.wait(pause);
            }
        }
    }
    Ok(())
}

/// All of it or, if Redis refuses a command before it has run any, nothing: so the order holds.
fn write(store: &mut Store, batches: &[Batch], run: &str, maxlen: u64) -> RedisResult<Vec<RedisResult<Value>>> {
    let mut pipeline = Pipeline::with_capacity(batches.iter().map(|batch| batch.items.len()).sum());
    pipeline.atomic().ignore_errors();
    for batch in batches {
        for item in &batch.items {
            pipeline.add_command(item.xadd(&batch.stream, maxlen, &batch.server, run));
        }
    }
    store.run(|connection| pipeline.query(connection))
}

/// What Redis has taken leaves the backlog; a stream that it refuses rests.
fn settle(backlog: &Backlog, batches: &[Batch], answers: Vec<RedisResult<Value>>, troubles: &mut [Trouble]) {
    let mut answers = answers.into_iter();
    for batch in batches {
        let mut taken = 0;
        let mut refused: Option<RedisError> = None;
        for answer in answers.by_ref().take(batch.items.len()) {
            match answer {
                Ok(_) if refused.is_none() => taken += 1,
                Ok(_) => {}
                Err(error) => {
                    refused.get_or_insert(error);
                }
            }
        }
        backlog.written(batch.lane, taken);
        let trouble = &mut troubles[batch.lane];
        match refused {
            None => trouble.over(),
            Some(error) => {
                let what = format!("{} ({}): {}", batch.stream, batch.server, crate::store::explain(&error));
                backlog.rest(batch.lane, trouble.failed(&what));
            }
        }
    }
}
