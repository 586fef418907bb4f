//! Events in bulk, each with its number, and what of them is found in a stream.

use std::collections::HashMap;

use gami::mock::Mock;
use redis::Connection;

use relay::seen::{Entry, Seen};

/// About as large as what a real server sends, number by number.
pub fn events(from: u64, count: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in from..from + count {
        let event = format!(
            "Event: Newexten\r\nPrivilege: dialplan,all\r\nChannel: PJSIP/load-{number:08x}\r\nChannelState: 6\r\n\
             ChannelStateDesc: Up\r\nCallerIDNum: 100\r\nCallerIDName: Alice Ames\r\nConnectedLineNum: 200\r\n\
             ConnectedLineName: Bob Berg\r\nLanguage: en\r\nAccountCode: \r\nContext: internal\r\nExten: 200\r\n\
             Priority: 1\r\nUniqueid: 1795648928.{number}\r\nLinkedid: 1795648928.{number}\r\nExtension: 200\r\n\
             Application: NoOp\r\nAppData: {number}\r\n\r\n"
        );
        bytes.extend_from_slice(event.as_bytes());
    }
    bytes
}

/// Waits until the relay has logged in.
pub fn await_login(mock: &Mock) {
    super::wait_until("the relay logs in", || mock.sessions().iter().any(|session| session.is_logged_in()));
}

/// All entries of a stream: ids and fields.
pub fn entries(connection: &mut Connection, stream: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut all: Vec<(String, Vec<(String, String)>)> = Vec::new();
    loop {
        let from = all.last().map_or_else(|| "-".to_owned(), |(id, _)| format!("({id}"));
        let page: Vec<(String, Vec<(String, String)>)> =
            redis::cmd("XRANGE").arg(stream).arg(&from).arg("+").arg("COUNT").arg(10_000).query(connection).unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// What a consumer finds in a stream of numbered events.
#[derive(Default)]
pub struct Found {
    /// How often each number is there, and how often other than as a double.
    pub numbers: HashMap<u64, (u64, u64)>,
    pub doubles: u64,
    pub notes: Vec<Entry>,
    /// The numbers that gaps stand for.
    pub told_missing: Vec<(u64, u64)>,
    /// What is missing and no gap tells of it.
    pub untold: Vec<(u64, u64)>,
    pub broken_off: Vec<String>,
    pub links: u64,
    seen: Seen,
    /// The event's number less its `seq`, for each run.
    offsets: HashMap<String, i64>,
    gaps: Vec<(String, u64, u64)>,
    last: HashMap<String, u64>,
}

pub fn number_of(json: &str) -> Option<u64> {
    let value: serde_json::Value = serde_json::from_str(json).expect("JSON");
    (value["event"] == "Newexten").then(|| value["app_data"].as_str().expect("app_data").parse().expect("a number"))
}

impl Found {
    pub fn read(connection: &mut Connection, stream: &str) -> Self {
        let mut found = Self::default();
        for (id, fields) in entries(connection, stream) {
            let entry = Entry::read(fields).unwrap_or_else(|| panic!("{id} is an entry"));
            found.look(entry);
        }
        for (run, from, end) in std::mem::take(&mut found.gaps) {
            let offset = found.offsets.get(&run).copied().unwrap_or_default();
            found.told_missing.push(((from as i64 + offset) as u64, (end as i64 + offset) as u64));
        }
        found
    }

    fn look(&mut self, entry: Entry) {
        let verdict = self.seen.look(&entry);
        self.doubles += u64::from(verdict.is_double);
        self.untold.extend(verdict.untold);
        self.broken_off.extend(verdict.broken_off);
        self.links += u64::from(verdict.new_link.is_some());
        if !entry.is_event() {
            if let (Some(from), false) = (entry.gap_from(), verdict.is_double) {
                self.gaps.push((entry.run.clone(), from, entry.seq));
            }
            if !verdict.is_double {
                self.notes.push(entry);
            }
            return;
        }
        let Some(number) = number_of(&entry.fields["json"]) else { return };
        let offset = number as i64 - entry.seq as i64;
        let of_run = *self.offsets.entry(entry.run.clone()).or_insert(offset);
        assert_eq!(of_run, offset, "seq counts without a gap");
        let place = self.numbers.entry(number).or_default();
        place.0 += 1;
        if !verdict.is_double {
            place.1 += 1;
            let last = self.last.insert(entry.run, number);
            assert!(last.is_none_or(|last| last < number), "{number} comes after {last:?}");
        }
    }

    /// That each number below `end` is there, once but for doubles, or told missing.
    pub fn check(&self, end: u64) {
        for number in 0..end {
            let (times, fresh) = self.numbers.get(&number).copied().unwrap_or_default();
            let told = self.told_missing.iter().filter(|(from, end)| (*from..*end).contains(&number)).count() as u64;
            assert!(
                fresh + told == 1,
                "{number}: {times} times, {fresh} of them not as doubles, told missing {told} times"
            );
        }
        assert_eq!(self.untold, []);
    }

    pub fn count_missing(&self) -> u64 {
        self.told_missing.iter().map(|(from, end)| end - from).sum()
    }
}
