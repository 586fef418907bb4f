//! Which Asterisk a mock is.

use std::io;

/// A version of Asterisk; what depends on it is asked here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    major: u16,
    minor: u16,
    patch: u16,
}

/// The first version of each series, and the version of the interface in its banner.
const BANNERS: &[(u16, u16, &str)] = &[
    (1, 4, "1.0"),
    (1, 8, "1.1"),
    (10, 0, "1.2"),
    (11, 0, "1.3"),
    (12, 0, "2.5.0"),
    (13, 0, "2.10.6"),
    (14, 0, "3.2.2"),
    (15, 0, "4.0.3"),
    (16, 0, "5.0.5"),
    (17, 0, "6.0.1"),
    (18, 0, "7.0.3"),
    (19, 0, "8.0.2"),
    (20, 0, "9.0.0"),
    (21, 0, "10.0.0"),
    (22, 0, "11.0.0"),
    (23, 0, "12.0.0"),
];

/// Where only the series is told, its last release is meant.
const LAST: u16 = u16::MAX;

impl Default for Version {
    /// Asterisk 22.
    fn default() -> Self {
        Self { major: 22, minor: LAST, patch: LAST }
    }
}

impl Version {
    /// Reads `13`, `1.8`, `18.26.1`.
    pub(super) fn parse(text: &str) -> io::Result<Self> {
        let unknown = || {
            let known: Vec<_> = BANNERS.iter().map(|series| Self::series(series.0, series.1)).collect();
            let message = format!("no Asterisk {text:?} is known, but the releases of {}", known.join(", "));
            io::Error::new(io::ErrorKind::InvalidInput, message)
        };
        let numbers: Result<Vec<u16>, _> = text.trim().split('.').map(str::parse).collect();
        let numbers = numbers.map_err(|_| unknown())?;
        let number = |at: usize| numbers.get(at).copied().unwrap_or(LAST);
        let version = Self { major: number(0), minor: number(1), patch: number(2) };
        let is_known = BANNERS.iter().any(|series| version.is_of(series.0, series.1));
        if is_known && numbers.len() <= 4 {
            Ok(version)
        } else {
            Err(unknown())
        }
    }

    /// The server behind a banner; the newest that gave that number, 22 where there is none.
    pub(super) fn of_banner(banner: &[u8]) -> Self {
        let line = banner.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let number = line.rsplit('/').next().unwrap_or_default().trim();
        let mut parts = number.split('.').map(|part| part.parse::<u16>());
        let series = match (parts.next(), parts.next()) {
            (Some(Ok(1)), Some(Ok(minor))) => match minor {
                0 => (1, 4),
                1 => (1, 8),
                2 => (10, LAST),
                _ => (11, LAST),
            },
            (Some(Ok(0 | 1)), _) => (1, 4),
            (Some(Ok(2)), Some(Ok(0..=5))) => (12, LAST),
            (Some(Ok(2)), _) => (13, LAST),
            (Some(Ok(number)), _) => (number.saturating_add(11), LAST),
            _ => return Self::default(),
        };
        Self { major: series.0, minor: series.1, patch: LAST }
    }

    pub(super) fn banner(self) -> String {
        let series = BANNERS.iter().find(|series| self.is_of(series.0, series.1));
        format!("Asterisk Call Manager/{}\r\n", series.map_or("11.0.0", |series| series.2))
    }

    fn is_of(self, major: u16, minor: u16) -> bool {
        self.major == major && (major != 1 || self.minor == minor)
    }

    fn series(major: u16, minor: u16) -> String {
        if major == 1 {
            format!("{major}.{minor}")
        } else {
            major.to_string()
        }
    }

    fn is_at_least(self, major: u16, minor: u16, patch: u16) -> bool {
        (self.major, self.minor, self.patch) >= (major, minor, patch)
    }

    /// Up to 14 a TLS session is read and written through one stdio stream.
    pub(super) fn reads_tls_by_stdio(self) -> bool {
        !self.is_at_least(15, 0, 0)
    }

    pub(super) fn drops_long_lines(self) -> bool {
        !self.is_at_least(1, 8, 18) || self.major == 10 && self.minor < 10
    }

    /// Up to 13 the output of a command follows as text, from 14 on as headers.
    pub(super) fn output_follows(self) -> bool {
        !self.is_at_least(14, 0, 0)
    }

    pub(super) fn knows_filters(self) -> bool {
        self.is_at_least(10, 0, 0)
    }

    pub(super) fn knows_filter_criteria(self) -> bool {
        match self.major {
            18 => self.minor >= 26,
            20 => self.minor >= 11,
            21 => self.minor >= 6,
            22 => self.minor >= 1,
            major => major > 22,
        }
    }

    /// From 12 on channels have snapshots, and events carry them.
    pub(super) fn has_snapshots(self) -> bool {
        self.is_at_least(12, 0, 0)
    }

    /// From 14 on `FullyBooted` says since when.
    pub(super) fn tells_uptime(self) -> bool {
        self.is_at_least(14, 0, 0)
    }

    /// From 1.8 on a `Ping` is a success.
    pub(super) fn pings_with_success(self) -> bool {
        self.is_at_least(1, 8, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_the_banner_of_its_series() {
        for (text, banner) in [("1.8", "1.1"), ("1.8.32", "1.1"), ("13", "2.10.6"), ("22.5.1", "11.0.0")] {
            let version = Version::parse(text).unwrap();
            assert_eq!(version.banner(), format!("Asterisk Call Manager/{banner}\r\n"));
        }
        for text in ["", "x", "1.7", "24.0", "3", "13.x", "1.2.3.4.5"] {
            let error = Version::parse(text).unwrap_err();
            assert!(error.to_string().contains("1.4, 1.8, 10, 11"), "{error}");
        }
    }

    #[test]
    fn a_banner_tells_the_version() {
        for (major, minor, number) in BANNERS {
            let version = Version::of_banner(format!("Asterisk Call Manager/{number}\r\nEvent: x\r\n").as_bytes());
            assert!(version.is_of(*major, *minor), "{number}: {version:?}");
        }
        for banner in [&b""[..], b"220 mail.example.com ESMTP", b"\xff\xfe/beta"] {
            assert_eq!(Version::of_banner(banner), Version::default());
        }
        assert!(Version::of_banner(b"Asterisk Call Manager/99.9 beta").knows_filter_criteria());
    }

    #[test]
    fn criteria_came_into_four_series_at_once() {
        for (text, knows) in [("18.25", false), ("18.26", true), ("20.10.9", false), ("22.0.0", false), ("22", true)] {
            assert_eq!(Version::parse(text).unwrap().knows_filter_criteria(), knows, "{text}");
        }
    }
}
