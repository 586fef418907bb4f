//! What `Debug` and the log show in place of secrets.
//!
//! A header is masked by its name (`Secret`, `Md5Cred`, …), by the name that stands in its value
//! (`secret=…` in a line of a configuration, `password : …` in the output of a command), or by the name in
//! the header before it (`Var-000000: secret`, `Value-000000: …`).

use std::borrow::Cow;

pub(crate) const MASK: &str = "***";

/// What the names of secrets have in them, as headers and as fields.
const WORDS: [&[u8]; 8] =
    [b"secret", b"password", b"passwd", b"md5cred", b"md5_cred", b"refreshtoken", b"refresh_token", b"credential"];

/// Whether a value of this name is a secret: a header, an option of a configuration file, a variable.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.trim_ascii().as_bytes();
    let begins = |text: &[u8], with: &[u8]| text.get(..with.len()).is_some_and(|text| text.eq_ignore_ascii_case(with));
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

/// Masks the secrets among headers that are shown one after the other.
#[derive(Default)]
pub(crate) struct Mask {
    /// The header that came last names a secret, whose value comes next.
    named: bool,
}

impl Mask {
    /// The value as it may be shown.
    pub fn show<'a>(&mut self, name: &str, value: &'a str) -> Cow<'a, str> {
        let begins = |with: &str| name.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with));
        if begins("Var") {
            self.named = is_secret(value);
        } else if !value.is_empty() && (is_secret(name) || self.named && (begins("Value") || begins("Match"))) {
            return MASK.into();
        }
        if name.eq_ignore_ascii_case("JSON") {
            return if is_secret(value) { MASK.into() } else { value.into() };
        }
        match value.find(['=', ':']) {
            Some(at) if is_secret(&value[..at]) && at + 1 < value.len() => format!("{}{MASK}", &value[..=at]).into(),
            _ => value.into(),
        }
    }
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
    fn the_value_of_an_option_or_variable_that_is_a_secret_is_masked() {
        let update = [("Var-000000", "secret"), ("Value-000000", "hunter2"), ("Match-000000", "hunter1")];
        assert_eq!(shown(&update), ["secret", "***", "***"]);
        assert_eq!(shown(&[("Var-000000", "context"), ("Value-000000", "default")]), ["context", "default"]);
        assert_eq!(shown(&[("Variable", "MY_PASS"), ("Value", "hunter2")]), ["MY_PASS", "***"]);
    }
}
