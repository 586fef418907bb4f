//! What is a secret in a packet: `Debug` and the log show a mask in its place, a recording has one of its length.
//!
//! A header is masked by its name (`Secret`, `Md5Cred`, …), by the name that stands in its value
//! (`secret=…` in a line of a configuration, `password : …` in the output of a command, each of several with
//! commas between them), or by the name in the header before it (`Var-000000: secret`, `Value-000000: …`;
//! `Key: password`, `Val: …`; the `Key` of an action `Login`, which is a digest of the secret). A `Value` that
//! comes before any name is masked, whatever it is. In any value the secret of a login is masked
//! (`IAX2/user:…@host`).

use std::borrow::Cow;
use std::ops::Range;

pub(crate) const MASK: &str = "***";

/// What the names of secrets have in them, as headers and as fields.
const WORDS: [&[u8]; 8] =
    [b"secret", b"password", b"passwd", b"md5cred", b"md5_cred", b"refreshtoken", b"refresh_token", b"credential"];

fn begins(text: &[u8], with: &[u8]) -> bool {
    text.get(..with.len()).is_some_and(|text| text.eq_ignore_ascii_case(with))
}

/// Whether a value of this name is a secret: a header, an option of a configuration file, a variable.
pub(crate) fn is_secret(name: &[u8]) -> bool {
    let name = name.trim_ascii();
    let ends = |with: &[u8]| name.len() >= with.len() && begins(&name[name.len() - with.len()..], with);
    // Both tell whether there is one, not which.
    if begins(name, b"using") || ends(b"exist") {
        return false;
    }
    (0..name.len()).any(|at| {
        matches!(name[at] | 0x20, b's' | b'p' | b'm' | b'r' | b'c') && WORDS.iter().any(|word| begins(&name[at..], word))
    }) || ends(b"pass")
        // `register => user:secret@host` of the old channel drivers.
        || name.eq_ignore_ascii_case(b"register")
}

/// Finds the secrets among headers that come one after the other.
#[derive(Debug, Default)]
pub(crate) struct Mask {
    /// Whether the header that came last to name a value names a secret.
    named: Option<bool>,
    /// Whether the headers are those of an action `Login`, or may be.
    login: bool,
}

impl Mask {
    /// For headers of which the first may be missing, and whose action is not known.
    pub fn of_a_fragment() -> Self {
        Self { named: None, login: true }
    }

    /// The value as it may be shown.
    pub fn show<'a>(&mut self, name: &str, value: &'a str) -> Cow<'a, str> {
        let mut shown = String::new();
        let mut from = 0;
        self.find(name.as_bytes(), value.as_bytes(), &mut |secret| {
            shown.extend([&value[from..secret.start], MASK]);
            from = secret.end;
        });
        if from == 0 {
            return value.into();
        }
        shown.push_str(&value[from..]);
        shown.into()
    }

    /// Where the secrets of a header's value stand, in order; all begin and end at a character.
    pub fn find(&mut self, name: &[u8], value: &[u8], secret: &mut dyn FnMut(Range<usize>)) {
        let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
        if begins(name, b"Var") || is(b"Family") {
            self.named = Some(is_secret(value));
        } else if is(b"Key") && !self.login {
            self.named = Some(self.named == Some(true) || is_secret(value));
        } else if is(b"Action") {
            self.login = value.eq_ignore_ascii_case(b"Login");
        } else if !value.is_empty() {
            let of_secret = match self.named {
                Some(named) => named && (begins(name, b"Val") || begins(name, b"Match")),
                None => begins(name, b"Val") || self.login && (begins(name, b"Match") || is(b"Key")),
            };
            if of_secret || is_secret(name) {
                return secret(0..value.len());
            }
        }
        if memchr::memchr3(b'=', b':', b'@', value).is_none() {
            // Nothing in the value has a name, and nobody logs in.
        } else if !is(b"JSON") {
            let field = secret_field(value).unwrap_or(value.len());
            secrets_of_logins(&value[..field], secret);
            if field < value.len() {
                secret(field..value.len());
            }
        } else if is_secret(value) {
            secret(0..value.len());
        } else {
            secrets_of_logins(value, secret);
        }
    }
}

/// Where the first secret begins that stands behind its name, as `name=…` or `name:…`. It goes up to the end, for
/// it may have a comma in it.
fn secret_field(value: &[u8]) -> Option<usize> {
    let mut start = 0;
    for field in value.split(|byte| matches!(byte, b',' | b';' | b'|' | b'&')) {
        let name = memchr::memchr2(b'=', b':', field).map(|end| &field[..end]);
        let value_at = start + name.map_or(0, <[u8]>::len) + 1;
        if name.is_some_and(is_secret) && value_at < value.len() {
            return Some(value_at);
        }
        start += field.len() + 1;
    }
    None
}

/// What stands before a colon and is no user who logs in: `sip:100@host`, `MWI:100@default`.
const SCHEMES: [&[u8]; 6] = [b"sip", b"sips", b"tel", b"mwi", b"park", b"custom"];

/// Finds what stands between user and host, as in `IAX2/user:secret@host/100` and `sip:user:secret@host`.
fn secrets_of_logins(value: &[u8], secret: &mut dyn FnMut(Range<usize>)) {
    if memchr::memchr(b'@', value).is_none() {
        return;
    }
    let mut at = 0;
    for piece in value.split(|c| c.is_ascii_whitespace() || matches!(c, b'/' | b',' | b'&' | b'<' | b'>' | b'"')) {
        if let Some(found) = secret_of_login(piece) {
            secret(at + found.start..at + found.end);
        }
        at += piece.len() + 1;
    }
}

fn secret_of_login(piece: &[u8]) -> Option<Range<usize>> {
    let end = memchr::memrchr(b'@', piece)?;
    let mut start = memchr::memchr(b':', &piece[..end])? + 1;
    let before = piece[..start - 1].rsplit(|c| !c.is_ascii_alphanumeric()).next()?;
    if SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(before)) {
        start += memchr::memchr(b':', &piece[start..end])? + 1;
    }
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(headers: &[(&str, &str)]) -> Vec<String> {
        let mut mask = Mask::default();
        headers.iter().map(|(name, value)| mask.show(name, value).into_owned()).collect()
    }

    #[test]
    fn headers_that_are_named_after_a_secret_are_masked() {
        for name in ["Secret", "PASSWORD", "NewPassword", "PasswordDigest", "Md5Cred", "oauth_secret", "RefreshToken"] {
            assert_eq!(shown(&[(name, "hunter2")]), ["***"], "{name}");
        }
        for name in ["SecretExist", "MD5SecretExist", "UsingPassword", "Username", "MohPassthrough", "Key"] {
            assert_eq!(shown(&[(name, "N")]), ["N"], "{name}");
        }
        assert_eq!(shown(&[("Password", "")]), [""], "there is none");
    }

    #[test]
    fn a_secret_in_a_line_of_a_configuration_or_of_an_output_is_masked() {
        assert_eq!(shown(&[("Line-000001-000002", "secret=hunter2")]), ["secret=***"]);
        assert_eq!(shown(&[("Output", " password             : hunter2")]), [" password             :***"]);
        assert_eq!(shown(&[("Line-000001-000003", "register=user:hunter2@host")]), ["register=***"]);
        assert_eq!(shown(&[("ChanVariable", "SIP_PASSWORD=hunter2")]), ["SIP_PASSWORD=***"]);
        assert_eq!(shown(&[("JSON", r#"{"admin":{"secret":"hunter2"}}"#)]), ["***"]);
        assert_eq!(shown(&[("Line-000001-000004", "context=secret")]), ["context=secret"]);
        assert_eq!(shown(&[("AppData", "PJSIP/100,30,tT")]), ["PJSIP/100,30,tT"]);
    }

    #[test]
    fn a_secret_among_several_variables_is_masked_with_what_follows_it() {
        assert_eq!(shown(&[("Variable", "A=1,SIP_PASSWORD=hunter2")]), ["A=1,SIP_PASSWORD=***"]);
        assert_eq!(shown(&[("Variable", r"A=1,SIP_PASSWORD=hun\,ter2,B=2")]), ["A=1,SIP_PASSWORD=***"]);
        assert_eq!(shown(&[("Variable", "A=1|MY_SECRET=hunter2")]), ["A=1|MY_SECRET=***"]);
        assert_eq!(shown(&[("Variable", "A=1,B=2")]), ["A=1,B=2"]);
        assert_eq!(shown(&[("Variable", "A=1,SIP_PASSWORD=")]), ["A=1,SIP_PASSWORD="], "there is none");
    }

    #[test]
    fn the_secret_of_a_login_in_a_dial_string_or_address_is_masked() {
        for (value, masked) in [
            ("IAX2/user:hunter2@host", "IAX2/user:***@host"),
            ("IAX2/user:hun@ter=2@host:4569/200@default", "IAX2/user:***@host:4569/200@default"),
            ("SIP/100&IAX2/user:hunter2@host,30,tT", "SIP/100&IAX2/user:***@host,30,tT"),
            (r#""Bob" <sip:bob:hunter2@host>"#, r#""Bob" <sip:bob:***@host>"#),
            ("https://user:hunter2@host/path", "https://user:***@host/path"),
        ] {
            assert_eq!(shown(&[("Channel", value)]), [masked]);
        }
        for shows_no_secret in [
            "Local/100@default-00000001;1",
            "PJSIP/100/sip:100@192.0.2.1:5060",
            r#""Bob" <sip:bob@[2001:db8::1]:5060>"#,
            "MWI:100@default",
            "SIP/host:5060/100@default",
        ] {
            assert_eq!(shown(&[("Channel", shows_no_secret)]), [shows_no_secret]);
        }
        assert_eq!(shown(&[("JSON", r#"{"dial":"IAX2/user:hunter2@host"}"#)]), [r#"{"dial":"IAX2/user:***@host"}"#]);
    }

    #[test]
    fn the_value_of_an_option_or_variable_that_is_a_secret_is_masked() {
        let update = [("Var-000000", "secret"), ("Value-000000", "hunter2"), ("Match-000000", "hunter1")];
        assert_eq!(shown(&update), ["secret", "***", "***"]);
        assert_eq!(shown(&[("Var-000000", "context"), ("Value-000000", "default")]), ["context", "default"]);
        assert_eq!(shown(&[("Variable", "MY_PASS"), ("Value", "hunter2")]), ["MY_PASS", "***"]);
        let entry = [("Family", "boss"), ("Key", "password"), ("Val", "hunter2")];
        assert_eq!(shown(&entry), ["boss", "password", "***"]);
        assert_eq!(shown(&[("Family", "secrets"), ("Key", "boss"), ("Val", "hunter2")]), ["secrets", "boss", "***"]);
        assert_eq!(shown(&[("Family", "cidname"), ("Key", "100"), ("Val", "Bob")]), ["cidname", "100", "Bob"]);
        assert_eq!(shown(&[("Value", "hunter2"), ("Variable", "MY_PASS")]), ["***", "MY_PASS"], "nobody knows yet");
    }
}
