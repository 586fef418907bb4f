//! What a login set and a reconnection restores: credentials, event mask, filters.

use std::sync::Mutex;
use std::time::Duration;

use crate::action::Action;
use crate::error::{Error, Result};
use crate::options::LoginMode;
use crate::response::Response;
use crate::sync::lock;

/// The memory of a client across links.
#[derive(Default)]
pub(crate) struct Session {
    memory: Mutex<Memory>,
}

#[derive(Default, Clone)]
struct Memory {
    credentials: Option<Credentials>,
    /// What a login that is under way proves itself with.
    offered: Option<Credentials>,
    mask: Option<String>,
    filters: Vec<Action>,
}

#[derive(Clone)]
struct Credentials {
    user: String,
    secret: String,
}

/// Makes an action on the link at hand.
pub(crate) type Ask<'a> = &'a mut dyn FnMut(Action) -> Result<Response>;

impl Session {
    /// Whether the client remembers an action once it succeeded.
    pub fn is_memorable(action: &Action) -> bool {
        ["Events", "Login", "Filter", "Logoff"].iter().any(|name| action.name().eq_ignore_ascii_case(name))
    }

    /// Remembers what an action that succeeded changed.
    pub fn remember(&self, action: &Action) {
        let is = |name: &str| action.name().eq_ignore_ascii_case(name);
        let mut memory = lock(&self.memory);
        if is("Logoff") {
            *memory = Memory::default();
        } else if is("Filter") {
            let filter = without_id(action);
            if !memory.filters.contains(&filter) {
                memory.filters.push(filter);
            }
        } else if let Some(mask) = action.get(if is("Login") { "Events" } else { "EventMask" }) {
            memory.mask = Some(mask.to_owned());
        }
        let Some(user) = action.get("Username").filter(|_| is("Login")) else { return };
        if let Some(secret) = action.get("Secret") {
            memory.credentials = Some(Credentials { user: user.to_owned(), secret: secret.to_owned() });
        } else if memory.offered.as_ref().is_some_and(|offered| offered.user == user) {
            memory.credentials = memory.offered.take();
        }
    }

    /// Whether a login succeeded that a new link would have to repeat.
    pub fn is_logged_in(&self) -> bool {
        lock(&self.memory).credentials.is_some()
    }

    /// Whether the event mask that was set keeps a class of events out; of a mask in numbers nothing is known.
    pub fn mask_keeps_out(&self, class: &str) -> bool {
        let memory = lock(&self.memory);
        let Some(mask) = memory.mask.as_deref().filter(|mask| mask.parse::<u64>().map_or(true, |bits| bits == 0))
        else {
            return false;
        };
        !mask
            .split(',')
            .any(|name| ["on", "yes", "true", "all", class].iter().any(|on| name.trim().eq_ignore_ascii_case(on)))
    }

    /// Logs in and remembers how, from the moment on in which the answer is read: the link may be lost in
    /// the next.
    pub fn login(&self, user: &str, secret: &str, mode: LoginMode, ask: Ask<'_>) -> Result<()> {
        let credentials = Credentials { user: user.to_owned(), secret: secret.to_owned() };
        lock(&self.memory).offered = Some(credentials.clone());
        let logged_in = credentials.log_in(mode, None, ask);
        let mut memory = lock(&self.memory);
        memory.offered = None;
        if logged_in.is_ok() {
            memory.credentials = Some(credentials);
        }
        logged_in
    }

    /// Logs in again on a new link and sets the mask and the filters that were set.
    ///
    /// The mask goes along with the login, so that no event comes that it keeps out; with filters the
    /// login asks for silence, and the mask is set after them.
    pub fn restore(&self, mode: LoginMode, ask: Ask<'_>) -> Result<()> {
        let memory = lock(&self.memory).clone();
        let Some(credentials) = &memory.credentials else { return Ok(()) };
        if memory.filters.is_empty() {
            return credentials.log_in(mode, memory.mask.as_deref(), ask);
        }
        credentials.log_in(mode, Some("off"), ask)?;
        for filter in &memory.filters {
            ask(filter.clone())?;
        }
        let mask = memory.mask.as_deref().unwrap_or("on");
        set_mask(mask, ask)
    }
}

/// After this long without an answer to `Events` the server is asked otherwise.
const UNANSWERED: Duration = Duration::from_secs(5);

/// Sets the event mask, also on a server that answers no `Events` (`brokeneventsaction`): one that
/// answers a `Ping` after it has carried it out.
fn set_mask(mask: &str, ask: Ask<'_>) -> Result<()> {
    match ask(Action::new("Events").param("EventMask", mask).timeout(UNANSWERED)) {
        Err(Error::Timeout { sent: true, .. }) => ask(Action::new("Ping")).map(drop),
        answer => answer.map(drop),
    }
}

impl Credentials {
    fn log_in(&self, mode: LoginMode, mask: Option<&str>, ask: Ask<'_>) -> Result<()> {
        let mut login = Action::new("Login");
        match mode {
            LoginMode::Plain => login = login.param("Username", &self.user).param("Secret", &self.secret),
            LoginMode::Challenge | LoginMode::Auto => {
                let answer = ask(Action::new("Challenge").param("AuthType", "MD5"))?;
                let challenge = answer.get("Challenge").unwrap_or_default();
                let key = md5::compute(format!("{challenge}{}", self.secret));
                login = login.param("AuthType", "MD5").param("Username", &self.user).param("Key", format!("{key:x}"));
            }
        }
        if let Some(mask) = mask {
            login = login.param("Events", mask);
        }
        ask(login).map(drop)
    }
}

/// Whether the server refused the credentials, which trying again will not change.
///
/// `Login Already In Use` is another matter: after a half-open loss the old session lives on for a while.
pub(crate) fn is_refused_login(error: &Error) -> bool {
    matches!(error, Error::Rejected(response)
        if response.message().is_some_and(|message| message.eq_ignore_ascii_case("Authentication failed")))
}

fn without_id(action: &Action) -> Action {
    let mut copy = Action::new(action.name().to_owned());
    for (name, value) in action.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("ActionID")) {
        copy.push(name.to_owned(), value);
    }
    copy
}
