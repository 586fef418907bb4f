//! The file: how its first line and the line that begins each entry are written and read.

use std::io::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::entry::Kind;

/// The first line of a file, with the version of the format.
pub(super) const MAGIC: &[u8] = b"gami recording 1\n";
/// With what the first line of every version begins.
pub(super) const ANY_VERSION: &[u8] = b"gami recording ";
/// No line that begins an entry is longer.
pub(super) const LONGEST_HEAD: usize = 256;
/// No entry has more bytes: what is larger is no entry.
pub(super) const LARGEST: usize = 64 * 1024 * 1024;

/// The line that begins an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub time: SystemTime,
    pub elapsed: Duration,
    pub link: u64,
    pub kind: Kind,
    /// How many bytes follow.
    pub length: usize,
    /// How many the read brought, or the write sent.
    pub size: usize,
}

impl Head {
    /// Appends the entry: this line, its bytes, and a line end.
    pub fn write(&self, payload: &[u8], out: &mut Vec<u8>) {
        let (date, nanos) = civil(self.time);
        let [year, month, day, hour, minute, second] = date;
        let elapsed = self.elapsed;
        // Writing to memory does not fail.
        let _ = write!(
            out,
            "=== {year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z +{}.{:09} link {} {} {}",
            elapsed.as_secs(),
            elapsed.subsec_nanos(),
            self.link,
            self.kind.name(),
            payload.len(),
        );
        if self.size != payload.len() {
            let _ = write!(out, " of {}", self.size);
        }
        out.push(b'\n');
        out.extend_from_slice(payload);
        out.push(b'\n');
    }

    /// Reads the line, without its end; `None` if it is no such line.
    pub fn read(line: &[u8]) -> Option<Self> {
        let mut words = line.strip_prefix(b"=== ")?.split(|byte| *byte == b' ');
        let time = read_time(words.next()?)?;
        let (seconds, nanos) = split_at(words.next()?.strip_prefix(b"+")?, b'.')?;
        let elapsed = Duration::new(number(seconds)?, nanoseconds(nanos)?);
        if words.next()? != b"link" {
            return None;
        }
        let link = number(words.next()?)?;
        let kind = Kind::of_name(words.next()?)?;
        let length = usize::try_from(number(words.next()?)?).ok().filter(|length| *length <= LARGEST)?;
        let size = match words.next() {
            None => length,
            Some(b"of") => usize::try_from(number(words.next()?)?).ok()?,
            Some(_) => return None,
        };
        words.next().is_none().then_some(Self { time, elapsed, link, kind, length, size })
    }
}

fn split_at(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(at, text)?;
    Some((&text[..at], &text[at + 1..]))
}

fn number(digits: &[u8]) -> Option<u64> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn nanoseconds(digits: &[u8]) -> Option<u32> {
    (digits.len() == 9).then(|| number(digits))?.map(|nanos| nanos as u32)
}

/// A day in seconds.
const DAY: i64 = 24 * 3600;

/// Year, month, day, hour, minute and second in UTC, and the nanoseconds.
fn civil(time: SystemTime) -> ([i64; 6], u32) {
    // Nobody's clock stands before 1970 but by mistake.
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    let (days, of_day) = (seconds / DAY, seconds % DAY);
    // Years begin in March here, so that the leap day is their last; eras have 400 of them.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    ([year, month, day, of_day / 3600, of_day / 60 % 60, of_day % 60], since.subsec_nanos())
}

/// Reads `2026-11-25T21:33:54.123456789Z`.
fn read_time(text: &[u8]) -> Option<SystemTime> {
    let (whole, nanos) = split_at(text.strip_suffix(b"Z")?, b'.')?;
    let (date, of_day) = split_at(whole, b'T')?;
    let three = |text: &[u8], between: u8| {
        let mut parts = text.split(|byte| *byte == between).map(number);
        let three = [parts.next()??, parts.next()??, parts.next()??];
        parts.next().is_none().then_some(three)
    };
    let [year, month, day] = three(date, b'-')?;
    let [hour, minute, second] = three(of_day, b':')?;
    let is_date = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_date || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let year = year - u64::from(month <= 2);
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * (month + if month > 2 { 0 } else { 12 } - 3) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    let seconds = (days.checked_sub(719_468)?) * DAY as u64 + hour * 3600 + minute * 60 + second;
    UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds(nanos)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_as_it_was() {
        for seconds in [0, 951_782_399, 951_782_400, 1_709_164_800, 1_709_251_200, 1_795_642_434, 4_102_444_799] {
            let head = Head {
                time: UNIX_EPOCH + Duration::new(seconds, 120_000_789),
                elapsed: Duration::new(7, 12),
                link: 3,
                kind: Kind::Received,
                length: 5,
                size: 9,
            };
            let mut line = Vec::new();
            head.write(b"abcde", &mut line);
            let end = line.iter().position(|byte| *byte == b'\n').unwrap();
            assert_eq!(Head::read(&line[..end]), Some(head), "{}", String::from_utf8_lossy(&line));
            assert_eq!(&line[end..], b"\nabcde\n");
        }
    }

    #[test]
    fn the_time_of_day_is_that_of_the_calendar() {
        let mut line = Vec::new();
        let time = UNIX_EPOCH + Duration::from_secs(1_709_210_096);
        let head = Head { time, elapsed: Duration::ZERO, link: 0, kind: Kind::Closed, length: 0, size: 0 };
        head.write(b"", &mut line);
        assert_eq!(line, b"=== 2024-02-29T12:34:56.000000000Z +0.000000000 link 0 closed 0\n\n");
    }

    #[test]
    fn no_other_line_begins_an_entry() {
        for line in [
            "",
            "===",
            "=== 2024-02-29T12:34:56.000000000Z +0.000000000 link 0 closed",
            "=== 2024-02-29T12:34:56.000000000Z +0.000000000 link 0 closed 0 of",
            "=== 2024-02-29T12:34:56.000000000Z +0.000000000 link 0 closed 0 of 1 2",
            "=== 2024-02-29T12:34:56.000000000Z +0.000000000 link 0 closed 99999999999",
            "=== 2024-02-29T12:34:56.000000000Z +0.000000000 link -1 closed 0",
            "=== 2024-02-29T12:34:56.000000000Z +0.0 link 0 closed 0",
            "=== 2024-02-29T12:34:56Z +0.000000000 link 0 closed 0",
            "=== 2024-13-29T12:34:56.000000000Z +0.000000000 link 0 closed 0",
            "=== 2024-02-29T12:34:56.000000000Z +0.000000000 link 0 burnt 0",
            "Event: === 2024-02-29T12:34:56.000000000Z +0.000000000 link 0 closed 0",
        ] {
            assert_eq!(Head::read(line.as_bytes()), None, "{line}");
        }
    }
}
