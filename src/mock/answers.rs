//! What the server answers by itself.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::reply::What;
use super::{Replay, Reply, Request};

/// What a mock is told when it is built.
#[derive(Debug, Clone)]
pub(super) struct Script {
    /// Names and secrets.
    pub(super) users: Vec<(String, String)>,
    pub(super) login_delay: Duration,
    pub(super) write_timeout: Duration,
    /// Sent to each session that logs in.
    pub(super) replay: Option<Replay>,
}

/// Puts the usual answer where a reply asks for it.
pub(super) fn resolve(request: &Request, reply: Reply) -> Reply {
    if !reply.parts.iter().any(|part| matches!(part.what, What::Usual)) {
        return reply;
    }
    let parts = reply.parts.into_iter().flat_map(|mut part| match part.what {
        What::Usual => {
            let mut usual = usual(request).after(part.after);
            if let Some(interval) = part.drip {
                usual = usual.dripping(interval);
            }
            usual.parts
        }
        what => {
            part.what = what;
            vec![part]
        }
    });
    Reply { parts: parts.collect() }
}

/// Whether an event mask lets any event through; classes count as on.
pub(super) fn is_on(mask: &str) -> bool {
    !["", "off", "no", "none", "false", "0"].iter().any(|off| mask.trim().eq_ignore_ascii_case(off))
}

fn usual(request: &Request) -> Reply {
    let logged_in = request.session().is_logged_in();
    match request.name().to_ascii_lowercase().as_str() {
        "" => Reply::error("Missing action in request"),
        "login" => login(request),
        "challenge" => challenge(request),
        "logoff" => Reply::response("Goodbye").header("Message", "Thanks for all the fish.").close(),
        _ if !logged_in => Reply::error("Permission denied"),
        "ping" => Reply::success().header("Ping", "Pong").header("Timestamp", timestamp()),
        "events" => {
            let on = is_on(request.get("EventMask").unwrap_or_default());
            Reply::success().header("Events", if on { "On" } else { "Off" })
        }
        "filter" => filter(request),
        _ => Reply::error(format_args!(
            "Invalid/unknown command: {}. Use Action: ListCommands to show available commands.",
            request.name()
        )),
    }
}

fn login(request: &Request) -> Reply {
    let session = request.session();
    if session.is_logged_in() {
        return Reply::success().header("Message", "Already logged in");
    }
    let script = session.script();
    let secret = script.users.iter().find(|(name, _)| Some(name.as_str()) == request.get("Username"));
    let accepted = secret.is_some_and(|(_, secret)| {
        if request.get("AuthType").is_some_and(|kind| kind.eq_ignore_ascii_case("MD5")) {
            let challenge = session.status(|status| status.challenge.clone());
            challenge.is_some_and(|challenge| {
                let key = md5::compute(challenge + secret);
                request.get("Key") == Some(format!("{key:x}").as_str())
            })
        } else {
            request.get("Secret") == Some(secret)
        }
    });
    if accepted {
        Reply::success().header("Message", "Authentication accepted")
    } else {
        Reply::error("Authentication failed").close().after(script.login_delay)
    }
}

fn challenge(request: &Request) -> Reply {
    if !request.get("AuthType").is_some_and(|kind| kind.eq_ignore_ascii_case("MD5")) {
        return Reply::error("Must specify AuthType");
    }
    let challenge = (RandomState::new().build_hasher().finish() % 1_000_000_000).to_string();
    request.session().status(|status| status.challenge = Some(challenge.clone()));
    Reply::success().header("Challenge", challenge)
}

fn filter(request: &Request) -> Reply {
    if request.get("Operation").is_some_and(|operation| operation.eq_ignore_ascii_case("Add")) {
        Reply::success()
    } else {
        Reply::error("Unknown operation")
    }
}

fn timestamp() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{}.{:06}", since.as_secs(), since.subsec_micros())
}
