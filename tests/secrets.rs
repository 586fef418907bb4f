//! Secrets appear in no `Debug` and in no line of the log, which tells what happens at the levels that one expects.

mod support;

use std::sync::Mutex;

use gami::action::{Login, UpdateConfig};
use gami::mock::{Mock, Reply};
use gami::{Action, LoginMode, Options};
use log::{Level, LevelFilter, Log, Metadata, Record};
use support::*;

const SECRET: &str = "hunter2-is-secret";

/// Every line that was logged.
struct Lines(Mutex<Vec<(Level, String)>>);

static LINES: Lines = Lines(Mutex::new(Vec::new()));

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("gami")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.lock().unwrap().push((record.level(), record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

fn logged(level: Level, text: &str) -> bool {
    LINES.0.lock().unwrap().iter().any(|(at, line)| *at == level && line.contains(text))
}

#[test]
fn what_happens_is_logged_and_secrets_are_not() {
    log::set_logger(&LINES).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let mut shown = Vec::new();
    for mode in [LoginMode::Challenge, LoginMode::Plain] {
        let mock = Mock::builder().user("boss", SECRET).start().unwrap();
        mock.on("UpdateConfig", |_| Reply::success());
        mock.on("GetConfig", |_| Reply::success().header("Line-000000-000000", format!("secret={SECRET}")));
        mock.on("Command", |_| Reply::success().header("Output", format!("  password : {SECRET}")));
        let options = Options::new().login_mode(mode);
        let ami = options.dial(mock.address()).unwrap();
        ami.login("boss", SECRET).unwrap();

        let update = Action::new("UpdateConfig")
            .param("Action-000000", "update")
            .param("Cat-000000", "boss")
            .param("Var-000000", "secret")
            .param("Value-000000", SECRET);
        let login = Action::new("Login").param("Username", "boss").param("Secret", SECRET);
        shown.push(format!("{update:?} {login:?} {:?}", Login::new("boss").secret(SECRET)));
        shown.push(format!("{:?}", UpdateConfig::new("manager.conf", "manager.conf")));
        ami.action(&update).unwrap();
        shown.push(format!("{:?}", ami.action("GetConfig").unwrap()));
        shown.push(format!("{:?}", ami.action("Command").unwrap()));
        mock.on("Command", |_| Reply::error("Command failed").header("Output", format!("secret={SECRET}")));
        let refused = ami.action("Command").unwrap_err();
        shown.push(format!("{refused} {refused:?}"));
        for (name, params) in [
            ("DBPut", [("Family", "boss"), ("Key", "password"), ("Val", SECRET)]),
            ("Setvar", [("Value", SECRET), ("Variable", "MY_SECRET"), ("Channel", "PJSIP/1")]),
            ("Originate", [("Channel", "Local/1"), ("Variable", &format!("A=1,MY_SECRET={SECRET}")), ("Async", "1")]),
            ("Originate", [("Channel", &format!("IAX2/boss:{SECRET}@host/1")), ("Exten", "1"), ("Async", "1")]),
        ] {
            // What was sent is in the log, whatever the server says.
            ami.action((name, params)).unwrap_err();
        }
        mock.event("AuthDetail", [("ObjectName", "boss"), ("Password", SECRET), ("Md5Cred", SECRET)]);
        let event = ami.events().recv_timeout(DEADLINE).unwrap();
        assert_eq!(event.get("Password"), Some(SECRET), "it is there for who asks for it");
        shown.push(format!("{event:?} {:?} {:?}", event.typed(), event.packet()));
        // A fragment: neither response nor event.
        mock.push(format!("secret: {SECRET}\r\n\r\n"));
        let error = ami.errors().recv_timeout(DEADLINE).unwrap();
        shown.push(format!("{error} {error:?}"));
        shown.push(format!("{ami:?} {options:?}"));

        mock.hang_up();
        let lost = ami.net_errors().recv_timeout(DEADLINE).unwrap();
        shown.push(format!("{lost} {lost:?}"));
        ami.reconnect().unwrap();
        ami.close().unwrap();
        let wrong = options.dial(mock.address()).unwrap().login("boss", format!("{SECRET}-or-not")).unwrap_err();
        shown.push(format!("{wrong} {wrong:?}"));
    }
    for text in &shown {
        assert!(!text.contains(SECRET), "{text}");
    }
    for (level, line) in LINES.0.lock().unwrap().iter() {
        assert!(!line.contains(SECRET), "{level}: {line}");
    }
    assert!(shown[0].contains("***"));
    assert!(logged(Level::Info, "connected to 127.0.0.1"));
    assert!(logged(Level::Info, "logged in as boss"));
    assert!(logged(Level::Warn, "is lost"));
    assert!(logged(Level::Warn, "neither a response nor an event"));
    assert!(logged(Level::Trace, "sending"));
    assert!(logged(Level::Trace, "Login {"));
    assert!(logged(Level::Trace, r#"received {"Response": "Success""#));
    assert!(logged(Level::Trace, r#"received {"Event": "AuthDetail""#));
    assert!(logged(Level::Info, "closed"));
}
