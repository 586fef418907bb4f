//! What a consumer knows of a stream: which entry is a double, and where something is missing.
//!
//! The entries of a server and a run stand in order, and what is sent again is sent again from some entry on. So the
//! number of the next event and that of the last note are all that has to be known.

use std::collections::{BTreeMap, HashMap};

/// An entry of an events stream, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: String,
    pub server: String,
    pub run: String,
    pub link: u64,
    pub seq: u64,
    /// Of all but events.
    pub note: u64,
    /// All its fields.
    pub fields: HashMap<String, String>,
}

impl Entry {
    /// `None` if it is none of a relay's.
    pub fn read(fields: impl IntoIterator<Item = (String, String)>) -> Option<Self> {
        let fields: HashMap<String, String> = fields.into_iter().collect();
        let text = |name: &str| fields.get(name).cloned();
        let number = |name: &str| fields.get(name)?.parse().ok();
        let (kind, server, run) = (text("kind")?, text("server")?, text("run")?);
        let note = if kind == "event" { 0 } else { number("note")? };
        Some(Self { kind, server, run, link: number("link")?, seq: number("seq")?, note, fields })
    }

    pub fn is_event(&self) -> bool {
        self.kind == "event"
    }

    /// The first event that a gap stands for; all up to `seq` are missing.
    pub fn gap_from(&self) -> Option<u64> {
        (self.kind == "gap").then(|| self.fields.get("from")?.parse().ok())?
    }

    /// By this a consumer that keeps what it has seen tells doubles.
    pub fn id(&self) -> String {
        let (server, run, link, seq) = (&self.server, &self.run, self.link, self.seq);
        match self.is_event() {
            true => format!("{server}/{run}/{link}/{seq}"),
            false => format!("{server}/{run}/note/{}", self.note),
        }
    }
}

/// What an entry is to a consumer that reads all of its stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// It has been seen.
    pub is_double: bool,
    /// These events came no more, and no gap tells of them: the stream was trimmed before they were read, or Redis has
    /// lost them.
    pub untold: Option<(u64, u64)>,
    /// The link is another than that of the event before: what the server sent in between is not known.
    pub new_link: Option<(u64, u64)>,
    /// An earlier run of this server has no end: its relay was killed, with what it had not written yet.
    pub broken_off: Option<String>,
}

#[derive(Default)]
pub struct Seen {
    runs: HashMap<(String, String), Run>,
    current: BTreeMap<String, String>,
}

struct Run {
    next: u64,
    note: u64,
    link: u64,
    has_ended: bool,
}

impl Seen {
    pub fn look(&mut self, entry: &Entry) -> Verdict {
        let mut verdict = Verdict::default();
        let key = (entry.server.clone(), entry.run.clone());
        if !self.runs.contains_key(&key) {
            if let Some(earlier) = self.current.insert(entry.server.clone(), entry.run.clone()) {
                let ended = self.runs.get(&(entry.server.clone(), earlier.clone())).is_some_and(|run| run.has_ended);
                verdict.broken_off = (!ended).then_some(earlier);
            }
            // Whoever begins in the middle misses nothing of what was before.
            let next = entry.gap_from().unwrap_or(entry.seq);
            self.runs.insert(key.clone(), Run { next, note: 0, link: entry.link, has_ended: false });
        }
        let run = self.runs.get_mut(&key).expect("it was just put in");
        if entry.is_event() {
            verdict.is_double = entry.seq < run.next;
            if !verdict.is_double {
                verdict.untold = (entry.seq > run.next).then_some((run.next, entry.seq));
                verdict.new_link = (entry.link != run.link && run.link > 0).then_some((run.link, entry.link));
                (run.next, run.link) = (entry.seq + 1, entry.link);
            }
            return verdict;
        }
        verdict.is_double = entry.note <= run.note;
        if !verdict.is_double {
            run.note = entry.note;
            run.has_ended = entry.kind == "end";
            let from = entry.gap_from().unwrap_or(entry.seq);
            verdict.untold = (from > run.next).then_some((run.next, from));
            run.next = run.next.max(entry.seq);
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: &str, run: &str, link: u64, seq: u64, note: u64, from: Option<u64>) -> Entry {
        let fields = from.map(|from| ("from".to_owned(), from.to_string())).into_iter().collect();
        Entry { kind: kind.into(), server: "berlin".into(), run: run.into(), link, seq, note, fields }
    }

    fn event(run: &str, link: u64, seq: u64) -> Entry {
        entry("event", run, link, seq, 0, None)
    }

    #[test]
    fn what_is_sent_again_is_a_double() {
        let mut seen = Seen::default();
        let sent =
            [entry("begin", "a", 0, 0, 1, None), event("a", 1, 0), entry("link", "a", 1, 1, 2, None), event("a", 1, 1)];
        assert!(sent.iter().all(|entry| seen.look(entry) == Verdict::default()));
        assert!(sent.iter().all(|entry| seen.look(entry) == Verdict { is_double: true, ..Verdict::default() }));
        assert_eq!(seen.look(&event("a", 1, 2)), Verdict::default());
    }

    #[test]
    fn what_is_missing_is_told_by_a_gap_or_found() {
        let mut seen = Seen::default();
        seen.look(&event("a", 1, 5));
        assert_eq!(seen.look(&entry("gap", "a", 1, 9, 1, Some(6))), Verdict::default());
        assert_eq!(seen.look(&event("a", 1, 9)), Verdict::default());
        assert_eq!(seen.look(&event("a", 1, 12)).untold, Some((10, 12)));
        assert_eq!(seen.look(&entry("gap", "a", 1, 20, 2, Some(15))).untold, Some((13, 15)));
        assert_eq!(seen.look(&event("a", 2, 20)).new_link, Some((1, 2)));
    }

    #[test]
    fn a_run_without_an_end_was_broken_off() {
        let mut seen = Seen::default();
        seen.look(&event("a", 1, 5));
        assert_eq!(seen.look(&entry("begin", "b", 0, 0, 1, None)).broken_off.as_deref(), Some("a"));
        seen.look(&entry("end", "b", 1, 0, 2, None));
        assert_eq!(seen.look(&entry("begin", "c", 0, 0, 1, None)).broken_off, None);
    }
}
