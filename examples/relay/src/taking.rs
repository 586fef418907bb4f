//! Taking actions out of their streams: the new ones, and those that somebody has taken and not answered.

use std::collections::HashSet;
use std::time::Duration;

use redis::{Connection, RedisResult};

use crate::ledger::is_no_group;
use crate::request::Fields;
use crate::settings::{stream_of, Actions, Settings};
use crate::store::{code, Store};

/// An entry that is to be answered; without fields if it is no longer in its stream.
pub struct Taken {
    pub stream: String,
    pub entry: String,
    pub fields: Option<Fields>,
    /// Whose stream it is, if it is of one server.
    pub server: Option<String>,
}

/// Entries by their streams and ids.
pub type Held = HashSet<(String, String)>;

type Entries = Vec<(String, Option<Fields>)>;

pub struct Taker {
    store: Store,
    group: String,
    consumer: String,
    takeover: Duration,
    longest_block: Duration,
    streams: Vec<Stream>,
}

struct Stream {
    name: String,
    server: Option<String>,
    /// The last entry that was taken: where a group begins that has to be made anew.
    last: String,
}

impl Taker {
    pub fn new(settings: &Settings, actions: &Actions) -> Result<Self, String> {
        let store = Store::new(&settings.redis, settings.redis_timeout, "taking actions", |_| Ok(()))?;
        let stream = |name: String, server: Option<String>| Stream { name, server, last: "0".into() };
        let streams = match actions.stream.contains("{server}") {
            true => {
                let names = settings.servers.iter().map(|server| server.name.clone());
                names.map(|server| stream(stream_of(&actions.stream, &server), Some(server))).collect()
            }
            false => vec![stream(actions.stream.clone(), None)],
        };
        Ok(Self {
            store,
            group: actions.group.clone(),
            consumer: actions.consumer.clone(),
            takeover: actions.takeover,
            longest_block: settings.redis_timeout / 2,
            streams,
        })
    }

    /// What nobody has taken yet, at most this much, once there is some; after a failure the pause before the next try.
    pub fn fresh(&mut self, most: usize, block: Duration) -> Result<Vec<Taken>, Duration> {
        let block = block.min(self.longest_block).as_millis().max(1) as u64;
        let mut read = redis::cmd("XREADGROUP");
        read.arg("GROUP").arg(&self.group).arg(&self.consumer).arg("COUNT").arg(most).arg("BLOCK").arg(block);
        read.arg("STREAMS");
        for stream in &self.streams {
            read.arg(&stream.name);
        }
        for _ in &self.streams {
            read.arg(">");
        }
        let read: RedisResult<Option<Vec<(String, Entries)>>> = self.store.run(|connection| read.query(connection));
        let read = self.settle(read)?.flatten().unwrap_or_default();
        let mut taken = Vec::new();
        for (name, entries) in read {
            let Some(stream) = self.streams.iter_mut().find(|stream| stream.name == name) else { continue };
            if let Some((last, _)) = entries.last() {
                stream.last.clone_from(last);
            }
            taken.extend(entries.into_iter().map(|(entry, fields)| stream.taken(entry, fields)));
        }
        Ok(taken)
    }

    /// What was taken and not answered, and is not held here: by this relay before it was started, by others when that is
    /// long ago.
    pub fn left(&mut self, held: &Held, most: usize) -> Result<Vec<Taken>, Duration> {
        let Self { store, group, consumer, takeover, streams, .. } = self;
        let left = store.run(|connection| {
            let mut left = Vec::new();
            for stream in streams.iter() {
                let mut entries = stream.pending(connection, group, Some(consumer), Duration::ZERO, held, most)?;
                entries.extend(stream.pending(connection, group, None, *takeover, held, most)?);
                for entry in entries.into_iter().take(most - left.len()) {
                    let mut range = redis::cmd("XRANGE");
                    let found: Entries = range.arg(&stream.name).arg(&entry).arg(&entry).query(connection)?;
                    let fields = found.into_iter().next().and_then(|(_, fields)| fields);
                    left.push(stream.taken(entry, fields));
                }
            }
            Ok(left)
        });
        Ok(self.settle(left)?.unwrap_or_default())
    }

    /// Makes the groups where there are none; tells of any other trouble.
    fn settle<T>(&mut self, done: RedisResult<T>) -> Result<Option<T>, Duration> {
        let made = match done {
            Err(error) if is_no_group(&error) => self.make_groups().map(|()| None),
            done => done.map(Some),
        };
        match made {
            Ok(done) => {
                self.store.worked();
                Ok(done)
            }
            Err(error) => Err(self.store.failed(&error)),
        }
    }

    fn make_groups(&mut self) -> RedisResult<()> {
        let Self { store, group, streams, .. } = self;
        store.run(|connection| {
            for stream in streams.iter() {
                let mut create = redis::cmd("XGROUP");
                create.arg("CREATE").arg(&stream.name).arg(&*group).arg(&stream.last).arg("MKSTREAM");
                match create.query::<()>(connection) {
                    Ok(()) => {
                        eprintln!("relay: actions: group {group} of {} begins after {}", stream.name, stream.last)
                    }
                    Err(error) if code(&error).as_deref() == Some("BUSYGROUP") => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })
    }
}

impl Stream {
    fn taken(&self, entry: String, fields: Option<Fields>) -> Taken {
        Taken { stream: self.name.clone(), entry, fields, server: self.server.clone() }
    }

    fn pending(
        &self,
        connection: &mut Connection,
        group: &str,
        consumer: Option<&str>,
        idle: Duration,
        held: &Held,
        most: usize,
    ) -> RedisResult<Vec<String>> {
        let mut pending = redis::cmd("XPENDING");
        pending.arg(&self.name).arg(group).arg("IDLE").arg(idle.as_millis() as u64).arg("-").arg("+");
        // Those that are held are among them.
        pending.arg(most + held.len());
        if let Some(consumer) = consumer {
            pending.arg(consumer);
        }
        let found: Vec<(String, String, u64, u64)> = pending.query(connection)?;
        let entries = found.into_iter().map(|(entry, ..)| entry);
        Ok(entries.filter(|entry| !held.contains(&(self.name.clone(), entry.clone()))).collect())
    }
}
