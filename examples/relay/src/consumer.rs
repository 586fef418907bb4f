//! Reading events streams: all of them by one reader, or shared by the consumers of a group.

use std::time::Duration;

use redis::{Connection, ConnectionInfo, Pipeline, RedisResult};

use crate::seen::Entry;
use crate::store::{code, Store};

const BLOCK: Duration = Duration::from_millis(500);
/// What another consumer of the group has taken and not acknowledged for so long is taken from it.
const TAKEOVER: Duration = Duration::from_secs(30);
/// So long the consumers of a group know what one of them has seen.
const REMEMBER: Duration = Duration::from_secs(3600);

/// An entry where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub stream: String,
    pub id: String,
    pub fields: Vec<(String, String)>,
}

type Entries = Vec<(String, Option<Vec<(String, String)>>)>;

pub struct Reader {
    store: Store,
    /// Each stream with the id of the last entry that was read.
    streams: Vec<(String, String)>,
    group: Option<Group>,
}

struct Group {
    name: String,
    consumer: String,
    /// From where on its own entries are read again that it has not acknowledged; `None` once that is done.
    own_from: Option<String>,
}

impl Reader {
    /// Reads all that comes after `from`: an id, `0` for all there is, `$` for what is new.
    pub fn plain(redis: &ConnectionInfo, timeout: Duration, streams: Vec<String>, from: &str) -> Result<Self, String> {
        let store = Store::new(redis, timeout, "consumer", |_| Ok(()))?;
        let streams = streams.into_iter().map(|stream| (stream, from.to_owned())).collect();
        Ok(Self { store, streams, group: None })
    }

    /// Reads as one of a group, which begins after `from` if it is new.
    pub fn of_group(
        redis: &ConnectionInfo,
        timeout: Duration,
        streams: Vec<String>,
        from: &str,
        group: &str,
        consumer: &str,
    ) -> Result<Self, String> {
        let mut reader = Self::plain(redis, timeout, streams, from)?;
        let own_from = Some("0".to_owned());
        reader.group = Some(Group { name: group.to_owned(), consumer: consumer.to_owned(), own_from });
        Ok(reader)
    }

    /// What comes next, about so much; empty if nothing comes for a while. After a failure, which is told, the pause before the next try.
    pub fn read(&mut self, most: usize) -> Result<Vec<Found>, Duration> {
        let Self { store, streams, group } = self;
        let read = store.run(|connection| match group {
            Some(group) => group.read(connection, streams, most),
            None => read_plain(connection, streams, most),
        });
        self.settle(read)
    }

    fn settle(&mut self, read: RedisResult<Vec<Found>>) -> Result<Vec<Found>, Duration> {
        match read {
            Ok(found) => {
                self.store.worked();
                Ok(found)
            }
            Err(error) => Err(self.store.failed(&error)),
        }
    }

    /// Which of them another consumer of the group, or this one, has seen under another id: doubles.
    pub fn doubles(&mut self, found: &[Found]) -> Result<Vec<bool>, Duration> {
        let Some(group) = &self.group else { return Ok(vec![false; found.len()]) };
        let mut pipeline = Pipeline::new();
        for found in found {
            let entry = Entry::read(found.fields.iter().cloned());
            let id = entry.map_or_else(|| found.id.clone(), |entry| entry.id());
            let key = format!("{}:{}:seen:{id}", found.stream, group.name);
            pipeline.cmd("SET").arg(&key).arg(&found.id).arg("NX").arg("EX").arg(REMEMBER.as_secs()).ignore();
            pipeline.cmd("GET").arg(&key);
        }
        let first: RedisResult<Vec<Option<String>>> = self.store.run(|connection| pipeline.query(connection));
        match first {
            Ok(first) => Ok(first.iter().zip(found).map(|(first, found)| first.as_ref() != Some(&found.id)).collect()),
            Err(error) => Err(self.store.failed(&error)),
        }
    }

    /// They are done with: no consumer of the group gets them again.
    pub fn acknowledge(&mut self, found: &[Found]) -> Result<(), Duration> {
        let Some(group) = self.group.as_ref().filter(|_| !found.is_empty()) else { return Ok(()) };
        let mut pipeline = Pipeline::new();
        for found in found {
            pipeline.cmd("XACK").arg(&found.stream).arg(&group.name).arg(&found.id).ignore();
        }
        let done: RedisResult<()> = self.store.run(|connection| pipeline.query(connection));
        done.map_err(|error| self.store.failed(&error))
    }
}

fn read_plain(connection: &mut Connection, streams: &mut [(String, String)], most: usize) -> RedisResult<Vec<Found>> {
    for (stream, last) in streams.iter_mut().filter(|(_, last)| last == "$") {
        // What comes between two reads is to be read too.
        let newest: Entries =
            redis::cmd("XREVRANGE").arg(&*stream).arg("+").arg("-").arg("COUNT").arg(1).query(connection)?;
        *last = newest.into_iter().next().map_or_else(|| "0".to_owned(), |(id, _)| id);
    }
    let mut read = redis::cmd("XREAD");
    read.arg("COUNT").arg(most).arg("BLOCK").arg(BLOCK.as_millis() as u64).arg("STREAMS");
    let (names, lasts): (Vec<&String>, Vec<&String>) = streams.iter().map(|(stream, last)| (stream, last)).unzip();
    let found = flat(read.arg(names).arg(lasts).query(connection)?);
    for found in &found {
        if let Some((_, last)) = streams.iter_mut().find(|(stream, _)| *stream == found.stream) {
            last.clone_from(&found.id);
        }
    }
    Ok(found)
}

impl Group {
    fn read(
        &mut self,
        connection: &mut Connection,
        streams: &[(String, String)],
        most: usize,
    ) -> RedisResult<Vec<Found>> {
        for (stream, from) in streams {
            let mut create = redis::cmd("XGROUP");
            create.arg("CREATE").arg(stream).arg(&self.name).arg(from).arg("MKSTREAM");
            match create.query::<()>(connection) {
                Err(error) if code(&error).as_deref() != Some("BUSYGROUP") => return Err(error),
                _ => {}
            }
        }
        let names: Vec<&String> = streams.iter().map(|(stream, _)| stream).collect();
        if let Some(from) = self.own_from.clone() {
            let own = self.read_from(connection, &names, &from, most)?;
            self.own_from = own.last().map(|found| found.id.clone());
            if !own.is_empty() {
                return Ok(own);
            }
        }
        let mut left = Vec::new();
        for (stream, _) in streams {
            let mut claim = redis::cmd("XAUTOCLAIM");
            claim.arg(stream).arg(&self.name).arg(&self.consumer).arg(TAKEOVER.as_millis() as u64);
            let (_, entries): (String, Entries) = claim
                .arg("0")
                .arg("COUNT")
                .arg(most)
                .query(connection)
                .map(|(next, entries, _): (String, Entries, redis::Value)| (next, entries))?;
            left.extend(flat(Some(vec![(stream.clone(), entries)])));
        }
        match left.is_empty() {
            true => self.read_from(connection, &names, ">", most),
            false => Ok(left),
        }
    }

    fn read_from(
        &self,
        connection: &mut Connection,
        names: &[&String],
        from: &str,
        most: usize,
    ) -> RedisResult<Vec<Found>> {
        let mut read = redis::cmd("XREADGROUP");
        read.arg("GROUP").arg(&self.name).arg(&self.consumer).arg("COUNT").arg(most);
        read.arg("BLOCK").arg(BLOCK.as_millis() as u64).arg("STREAMS").arg(names);
        Ok(flat(read.arg(vec![from; names.len()]).query(connection)?))
    }
}

fn flat(read: Option<Vec<(String, Entries)>>) -> Vec<Found> {
    let streams = read.unwrap_or_default().into_iter();
    let entries =
        streams.flat_map(|(stream, entries)| entries.into_iter().map(move |(id, fields)| (stream.clone(), id, fields)));
    // One without fields has been trimmed since it was taken.
    entries.map(|(stream, id, fields)| Found { stream, id, fields: fields.unwrap_or_default() }).collect()
}
