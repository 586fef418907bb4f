//! What the server answers by itself.

use std::collections::hash_map::RandomState;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::classes::Classes;
use super::filter::Filter;
use super::player::Track;
use super::reply::What;
use super::version::Version;
use super::{lock, reply, Replay, Reply, Request, TlsReading};

/// What a mock is told when it is built.
#[derive(Debug, Clone)]
pub(super) struct Script {
    pub(super) users: Vec<User>,
    /// A user who is logged in is not let in again.
    pub(super) single_login: bool,
    pub(super) login_delay: Duration,
    pub(super) write_timeout: Duration,
    /// Sent to each session that logs in.
    pub(super) replay: Option<Replay>,
    /// The Asterisk that it is; else the banner tells.
    pub(super) version: Option<Version>,
    pub(super) tls_reading: Option<TlsReading>,
}

#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) secret: String,
    pub(super) read: Classes,
    pub(super) write: Classes,
}

/// What a server knows besides its sessions.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    globals: Mutex<HashMap<String, String>>,
    channels: AtomicU64,
}

/// Actions of the core, which are known while modules are still being loaded, and the classes of which a user needs
/// one to run them. Without any, everybody may.
const CORE: &[(&str, &str)] = &[
    ("absolutetimeout", "system,call"),
    ("atxfer", "call"),
    ("challenge", ""),
    ("command", "command"),
    ("coresettings", "system,reporting"),
    ("coreshowchannels", "system,reporting"),
    ("corestatus", "system,reporting"),
    ("createconfig", "config"),
    ("events", ""),
    ("extensionstate", "call,reporting"),
    ("filter", "system"),
    ("getconfig", "system,config"),
    ("getconfigjson", "system,config"),
    ("getvar", "call,reporting"),
    ("hangup", "system,call"),
    ("listcategories", "config"),
    ("listcommands", ""),
    ("login", ""),
    ("logoff", ""),
    ("mailboxcount", "call,reporting"),
    ("mailboxstatus", "call,reporting"),
    ("modulecheck", "system"),
    ("moduleload", "system"),
    ("originate", "originate"),
    ("ping", ""),
    ("redirect", "call"),
    ("reload", "system,config"),
    ("sendtext", "call"),
    ("setvar", "call"),
    ("status", "system,call,reporting"),
    ("updateconfig", "config"),
    ("userevent", "user"),
    ("waitevent", ""),
];

/// The same of modules, where a user needs a class at all.
const MODULES: &[(&str, &str)] = &[
    ("confbridgelist", "reporting"),
    ("confbridgelistrooms", "reporting"),
    ("confbridgekick", "call"),
    ("dbget", "system,reporting"),
    ("dbput", "system"),
    ("devicestatelist", "call,reporting"),
    ("extensionstatelist", "call,reporting"),
    ("parkedcalls", "call"),
    ("pjsipshowcontacts", "system"),
    ("pjsipshowendpoint", "system"),
    ("pjsipshowendpoints", "system"),
    ("queueadd", "agent"),
    ("queuelog", "agent"),
    ("queuepause", "agent"),
    ("queuepenalty", "agent"),
    ("queueremove", "agent"),
    ("sippeers", "system,reporting"),
];

/// What a server answers before it looks at an action: to one that it does not let this session run.
pub(super) fn refusal(request: &Request, booting: bool) -> Option<Reply> {
    let name = request.name().to_ascii_lowercase();
    let of = |actions: &[(&str, &'static str)]| actions.iter().find(|action| action.0 == name).map(|action| action.1);
    let core = of(CORE);
    let (logged_in, may) = request.session().status(|status| (status.logged_in, status.writable));
    if logged_in && booting && core.is_none() && !name.is_empty() {
        return Some(unknown(request));
    }
    let needed = Classes::of_names(core.or_else(|| of(MODULES)).unwrap_or_default());
    (logged_in && !needed.is_none() && !may.overlap(needed)).then(|| Reply::error("Permission denied"))
}

/// Puts the usual answer where a reply asks for it, and the output of a command in the version's format.
pub(super) fn resolve(request: &Request, reply: Reply, exchange: &Exchange) -> Reply {
    let parts = reply.parts.into_iter().flat_map(|mut part| {
        let (after, drip) = (part.after, part.drip);
        let other = match part.what {
            What::Usual => usual(request, exchange),
            What::Output(text) if request.session().version().output_follows() => Reply::follows(text),
            What::Output(text) => output("Success", &text),
            what => {
                part.what = what;
                return vec![part];
            }
        };
        let other = other.after(after);
        drip.map_or(other.clone(), |interval| other.dripping(interval)).parts
    });
    Reply { parts: parts.collect() }
}

fn output(status: &str, text: &str) -> Reply {
    let reply = Reply::response(status).header("Message", "Command output follows");
    text.lines().fold(reply, |reply, line| reply.header("Output", line))
}

fn usual(request: &Request, exchange: &Exchange) -> Reply {
    let session = request.session();
    match request.name().to_ascii_lowercase().as_str() {
        "" => Reply::error("Missing action in request"),
        "login" => login(request),
        "challenge" => challenge(request),
        "logoff" => Reply::response("Goodbye").header("Message", "Thanks for all the fish.").close(),
        _ if !session.is_logged_in() => Reply::error("Permission denied"),
        "ping" if !session.version().pings_with_success() => Reply::response("Pong"),
        "ping" => Reply::success().header("Ping", "Pong").header("Timestamp", timestamp()),
        "events" => match Classes::of_mask(request.get("EventMask").unwrap_or_default()) {
            None => Reply::error("Invalid event mask"),
            Some(mask) => Reply::success().header("Events", if mask.is_none() { "Off" } else { "On" }),
        },
        "filter" if session.version().knows_filters() => filter(request),
        "command" => command(request),
        "getvar" => getvar(request, exchange),
        "setvar" => setvar(request, exchange),
        "originate" => originate(request, exchange),
        _ => unknown(request),
    }
}

fn unknown(request: &Request) -> Reply {
    Reply::error(format_args!(
        "Invalid/unknown command: {}. Use Action: ListCommands to show available commands.",
        request.name()
    ))
}

fn login(request: &Request) -> Reply {
    let session = request.session();
    if session.is_logged_in() {
        return Reply::success().header("Message", "Already authenticated");
    }
    let script = session.script();
    // The secret of a recording is masked.
    let any = script.track(session.id()).is_some();
    let accepted = any
        || script.user(request).is_some_and(|user| {
            if request.get("AuthType").is_some_and(|kind| kind.eq_ignore_ascii_case("MD5")) {
                let challenge = session.status(|status| status.challenge.clone());
                challenge.is_some_and(|challenge| {
                    let key = md5::compute(challenge + &user.secret);
                    request.get("Key") == Some(format!("{key:x}").as_str())
                })
            } else {
                request.get("Secret") == Some(&user.secret)
            }
        });
    if accepted {
        Reply::success().header("Message", "Authentication accepted")
    } else {
        Reply::error("Authentication failed").close().after(script.login_delay)
    }
}

impl Script {
    /// The recorded link that is played to a connection of this number, and how fast.
    pub(super) fn track(&self, connection: u64) -> Option<(Arc<Track>, f64)> {
        self.replay.as_ref()?.track(connection)
    }

    pub(super) fn user(&self, request: &Request) -> Option<&User> {
        self.users.iter().find(|user| Some(user.name.as_str()) == request.get("Username"))
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
    if !request.get("Operation").is_some_and(|operation| operation.eq_ignore_ascii_case("Add")) {
        return Reply::error("Unknown operation");
    }
    match Filter::of_action(request, request.session().version()) {
        Ok(_) => Reply::success().header("Message", "Success"),
        Err(message) => Reply::error(message),
    }
}

fn command(request: &Request) -> Reply {
    let line = request.get("Command").unwrap_or_default();
    if line.is_empty() {
        return Reply::error("No command provided");
    }
    let text = format!("No such command '{line}' (type 'core show help {line}' for other possible commands)\n");
    if request.session().version().output_follows() {
        Reply::follows(text)
    } else {
        output("Error", &text)
    }
}

/// The variable that an action names, if it is a global one: the mock has no channels.
fn global(request: &Request) -> Result<&str, Reply> {
    match request.get("Variable").filter(|name| !name.is_empty()) {
        None => Err(Reply::error("No variable specified")),
        Some(_) if request.get("Channel").is_some_and(|name| !name.is_empty()) => Err(Reply::error("No such channel")),
        Some(name) => Ok(name),
    }
}

fn getvar(request: &Request, exchange: &Exchange) -> Reply {
    match global(request) {
        Err(refused) => refused,
        Ok(name) => {
            let value = lock(&exchange.globals).get(name).cloned().unwrap_or_default();
            Reply::success().header("Variable", name).header("Value", value)
        }
    }
}

fn setvar(request: &Request, exchange: &Exchange) -> Reply {
    let name = match global(request) {
        Err(refused) => return refused,
        Ok(name) => name,
    };
    let value = request.get("Value").unwrap_or_default();
    lock(&exchange.globals).insert(name.to_owned(), value.to_owned());
    let (privilege, channel, uniqueid) = (("Privilege", "dialplan,all"), ("Channel", "none"), ("Uniqueid", "none"));
    let (variable, value) = (("Variable", name), ("Value", value));
    let event = if request.session().version().has_snapshots() {
        [privilege, channel, uniqueid, variable, value]
    } else {
        [privilege, channel, variable, value, uniqueid]
    };
    Reply::success().header("Message", "Variable Set").broadcast("VarSet", event)
}

/// Every call is answered at once.
fn originate(request: &Request, exchange: &Exchange) -> Reply {
    let given = |name| request.get(name).filter(|value| !value.is_empty());
    let Some(channel) = given("Channel") else { return Reply::error("Channel not specified") };
    let destination = match (given("Application"), given("Context"), given("Exten"), given("Priority")) {
        (Some(application), ..) => [("Application", application), ("Data", given("Data").unwrap_or_default())],
        (None, Some(context), Some(exten), Some(_)) => [("Context", context), ("Exten", exten)],
        _ => return Reply::error("Originate with 'Exten' requires 'Context' and 'Priority'"),
    };
    let queued = Reply::success().header("Message", "Originate successfully queued");
    let is_true = |word: &str| ["yes", "true", "y", "t", "1", "on"].iter().any(|yes| yes.eq_ignore_ascii_case(word));
    if !given("Async").is_some_and(is_true) {
        return queued;
    }
    let number = exchange.channels.fetch_add(1, Ordering::Relaxed) + 1;
    let own_id = given("ChannelId").filter(|_| request.session().version().has_snapshots());
    let uniqueid = own_id.map_or_else(|| format!("{}.{number}", unix_time().as_secs()), str::to_owned);
    let channel = format!("{channel}-{number:08x}");
    let (caller_name, caller_number) = caller(given("CallerID").unwrap_or_default());
    let mut headers = vec![("Privilege", "call,all")];
    headers.extend(request.action_id().map(|id| ("ActionID", id)));
    headers.extend([("Response", "Success"), ("Channel", &channel)]);
    headers.extend(destination);
    headers.extend([("Reason", "4"), ("Uniqueid", &uniqueid)]);
    headers.extend([("CallerIDNum", caller_number), ("CallerIDName", caller_name)]);
    queued.broadcast("OriginateResponse", headers)
}

/// The name and the number of a `CallerID`.
fn caller(id: &str) -> (&str, &str) {
    let (name, number) = match id.split_once('<') {
        Some((name, number)) => (name.trim().trim_matches('"'), number.trim_end_matches('>')),
        None => ("", id),
    };
    let [name, number] = [name, number].map(|text| if text.is_empty() { "<unknown>" } else { text });
    (name, number)
}

fn unix_time() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn timestamp() -> String {
    let since = unix_time();
    format!("{}.{:06}", since.as_secs(), since.subsec_micros())
}

/// What a server that is up tells a session after its login.
pub(super) fn fully_booted(version: Version, uptime: Duration) -> reply::Bytes {
    let mut headers = vec![("Privilege", "system,all".to_owned())];
    if version.tells_uptime() {
        let seconds = uptime.as_secs().to_string();
        headers.extend([("Uptime", seconds.clone()), ("LastReload", seconds)]);
    }
    headers.push(("Status", "Fully Booted".to_owned()));
    reply::event("FullyBooted", headers)
}
