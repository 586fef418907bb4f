//! An action as it stands in its stream.

use std::time::Duration;

use gami::Action;
use serde_json::Value;

/// An id longer than this is none.
const LONGEST_ID: usize = 200;
/// No action has more time than this.
const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

/// An action, and how it is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The id that the one who asks has given.
    pub id: Option<String>,
    pub server: String,
    pub action: Action,
    /// Whether the answer is a list.
    pub is_list: bool,
    /// The time that it has from when the relay has read it.
    pub wait: Option<Duration>,
    /// How old it may be when it is sent.
    pub expires: Option<Duration>,
}

/// What is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub id: Option<String>,
    pub field: String,
    pub reason: String,
}

/// The fields of an entry, in order.
pub type Fields = Vec<(Vec<u8>, Vec<u8>)>;

impl Request {
    /// Reads an entry: fields, or one field `json` with an object of them. `server` is that of the stream, if it has one.
    pub fn parse(fields: &Fields, server: Option<&str>) -> Result<Self, Fault> {
        let mut reading = Reading::default();
        reading.read(fields).map_err(|(field, reason)| Fault { id: reading.id.clone(), field, reason })?;
        let Reading { id, server: named, action, headers, is_list, wait, expires } = reading;
        let fault = |field: &str, reason: String| Fault { id: id.clone(), field: field.into(), reason };
        let server = match (named, server) {
            (Some(named), Some(server)) if named != server => {
                return Err(fault("server", format!("is {named}, in the stream of {server}")));
            }
            (Some(server), _) => server,
            (None, Some(server)) => server.to_owned(),
            (None, None) => return Err(fault("server", "is missing".into())),
        };
        let name = action.ok_or_else(|| fault("action", "is missing".into()))?;
        if matches!(name.to_ascii_lowercase().as_str(), "login" | "logoff" | "challenge" | "events" | "filter") {
            return Err(fault("action", format!("{name} is not for a session that others share")));
        }
        let action = headers.into_iter().fold(Action::new(name), |action, (name, value)| action.param(name, value));
        Ok(Self { id, server, action, is_list, wait, expires })
    }
}

#[derive(Default)]
struct Reading {
    id: Option<String>,
    server: Option<String>,
    action: Option<String>,
    headers: Vec<(String, String)>,
    is_list: bool,
    wait: Option<Duration>,
    expires: Option<Duration>,
}

impl Reading {
    fn read(&mut self, fields: &Fields) -> Result<(), (String, String)> {
        let mut texts = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            let name = text(name).ok_or(("a name".to_owned(), "is no UTF-8".to_owned()))?;
            let value = text(value).ok_or((name.clone(), "is no UTF-8".to_owned()))?;
            texts.push((name, value));
        }
        // The id first, so that a fault in what follows is told under it.
        let (ids, others): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(name, _)| name == "id");
        for (name, value) in ids.into_iter().chain(others) {
            match name.as_str() {
                "json" => self.read_json(&value)?,
                _ => self.field(name, value)?,
            }
        }
        Ok(())
    }

    fn read_json(&mut self, json: &str) -> Result<(), (String, String)> {
        let fault = |reason: String| ("json".to_owned(), reason);
        let object: Value = serde_json::from_str(json).map_err(|error| fault(format!("is no JSON: {error}")))?;
        let Value::Object(object) = object else { return Err(fault("is no object".into())) };
        let (ids, others): (Vec<_>, Vec<_>) = object.into_iter().partition(|(name, _)| name == "id");
        for (name, value) in ids.into_iter().chain(others) {
            if name == "json" {
                return Err(fault("has a field json of its own".into()));
            }
            match value {
                Value::Array(values) => {
                    for value in values {
                        let value = plain(value).map_err(|reason| (name.clone(), reason))?;
                        self.field(name.clone(), value)?;
                    }
                }
                value => {
                    let value = plain(value).map_err(|reason| (name.clone(), reason))?;
                    self.field(name, value)?;
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, name: String, value: String) -> Result<(), (String, String)> {
        let place = match name.as_str() {
            "id" if value.is_empty() || value.len() > LONGEST_ID => {
                return Err((name, format!("has {} bytes, not 1 to {LONGEST_ID}", value.len())));
            }
            "id" => &mut self.id,
            "server" => &mut self.server,
            "action" if value.is_empty() => return Err((name, "is empty".into())),
            // Asterisk passes over what stands before the name, which would then be another's than the one that is checked.
            "action" if value.bytes().any(|byte| byte <= b' ') => {
                return Err((name, format!("is {value:?}: no action has a blank or a control character in its name")));
            }
            "action" => &mut self.action,
            "list" => {
                self.is_list = match value.as_str() {
                    "yes" | "true" | "1" => true,
                    "no" | "false" | "0" => false,
                    _ => return Err((name, format!("is {value:?}, not yes or no"))),
                };
                return Ok(());
            }
            "wait_ms" | "expires_ms" => {
                let time = value.parse().ok().filter(|time| *time > 0).map(Duration::from_millis);
                let Some(time) = time.filter(|time| *time <= LONGEST_WAIT) else {
                    let longest = LONGEST_WAIT.as_millis();
                    return Err((name, format!("is {value:?}, not a number of milliseconds from 1 to {longest}")));
                };
                *(if name == "wait_ms" { &mut self.wait } else { &mut self.expires }) = Some(time);
                return Ok(());
            }
            _ => {
                self.headers.push((name, value));
                return Ok(());
            }
        };
        match place.replace(value) {
            None => Ok(()),
            Some(_) => Err((name, "is given twice".into())),
        }
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

fn plain(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(if value { "yes" } else { "no" }.into()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err("is no text, number, true or false".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        pairs.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect()
    }

    #[test]
    fn fields_and_json_say_the_same() {
        let of_fields = fields(&[
            ("server", "berlin"),
            ("action", "Originate"),
            ("Channel", "PJSIP/1"),
            ("Timeout", "3000"),
            ("Variable", "a=1"),
            ("Variable", "b=2"),
            ("id", "7"),
            ("wait_ms", "500"),
            ("expires_ms", "900"),
        ]);
        let json = r#"{"wait_ms": 500, "action": "Originate", "Channel": "PJSIP/1", "Timeout": 3000,
            "Variable": ["a=1", "b=2"], "expires_ms": "900", "id": "7"}"#;
        let request = Request::parse(&of_fields, None).unwrap();
        let action = Action::new("Originate").param("Channel", "PJSIP/1").param("Timeout", 3000);
        assert_eq!(request.action, action.param("Variable", "a=1").param("Variable", "b=2"));
        assert_eq!((request.id.as_deref(), request.wait), (Some("7"), Some(Duration::from_millis(500))));
        assert_eq!(Request::parse(&fields(&[("json", json)]), Some("berlin")).unwrap(), request);
    }

    #[test]
    fn a_fault_names_the_field_and_the_id() {
        for (pairs, field, reason) in [
            (&[("action", "Ping")][..], "server", "is missing"),
            (&[("server", "b")], "action", "is missing"),
            (&[("server", "b"), ("action", "")], "action", "is empty"),
            (&[("server", "b"), ("action", "Ping"), ("action", "Ping")], "action", "is given twice"),
            (&[("server", "b"), ("action", "logoff")], "action", "is not for a session"),
            (&[("server", "b"), ("action", " Logoff")], "action", "no action has a blank"),
            (&[("server", "b"), ("action", "\u{1}Logoff")], "action", "no action has a blank"),
            (&[("server", "b"), ("action", "Ping"), ("wait_ms", "0")], "wait_ms", "milliseconds"),
            (&[("server", "b"), ("action", "Ping"), ("expires_ms", "soon")], "expires_ms", "milliseconds"),
            (&[("server", "b"), ("action", "Ping"), ("list", "maybe")], "list", "yes or no"),
            (&[("json", "{")], "json", "is no JSON"),
            (&[("json", "[]")], "json", "is no object"),
            (&[("json", r#"{"json": "{}"}"#)], "json", "of its own"),
            (&[("json", r#"{"server": null}"#)], "server", "is no text"),
        ] {
            let pairs: Vec<_> = pairs.iter().copied().chain([("id", "7")]).collect();
            let fault = Request::parse(&fields(&pairs), None).unwrap_err();
            assert_eq!((fault.id.as_deref(), fault.field.as_str()), (Some("7"), field));
            assert!(fault.reason.contains(reason), "{fault:?}");
        }
        let other = Request::parse(&fields(&[("server", "paris"), ("action", "Ping")]), Some("berlin")).unwrap_err();
        assert_eq!((other.field.as_str(), other.reason.as_str()), ("server", "is paris, in the stream of berlin"));
        let long = "x".repeat(201);
        assert_eq!(Request::parse(&fields(&[("id", &long)]), None).unwrap_err().field, "id");
        let no_text = vec![(b"server".to_vec(), vec![0xff])];
        assert_eq!(Request::parse(&no_text, None).unwrap_err().field, "server");
    }
}
