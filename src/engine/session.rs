//! What a login set and a reconnection restores: credentials, event mask, filters.
//!
//! # Waits
//!
//! Only those of the actions that the caller makes on the link at hand.

use std::sync::Mutex;
use std::time::Duration;

use crate::action::{Action, EventClass, EventMask};
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
    /// What a login by challenge, which has not been answered yet, proves itself with; and its key.
    offered: Option<(String, Credentials)>,
    mask: Option<EventMask>,
    filters: Vec<Action>,
    /// Whether a server has said `FullyBooted` to this user.
    booted: bool,
}

impl Memory {
    fn set_credentials(&mut self, credentials: Credentials) {
        // Another user may not be allowed to see the event.
        self.booted &= self.credentials.as_ref().map_or(true, |known| known.user == credentials.user);
        self.credentials = Some(credentials);
    }
}

/// Whether a mask lets a class through. Without a mask all come.
fn lets_through(mask: Option<&EventMask>, class: EventClass) -> bool {
    mask.map_or(true, |mask| mask.lets_through(class))
}

#[derive(Clone)]
pub(crate) struct Credentials {
    pub user: String,
    pub secret: String,
}

/// Makes an action on the link at hand.
pub(crate) type Ask<'a> = &'a mut dyn FnMut(Action) -> Result<Response>;

impl Session {
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
            memory.mask = Some(EventMask::as_sent(mask));
        }
        let Some(user) = action.get("Username").filter(|_| is("Login")) else { return };
        if let Some(secret) = action.get("Secret") {
            memory.set_credentials(Credentials { user: user.to_owned(), secret: secret.to_owned() });
        } else if let Some((_, offered)) = memory.offered.take_if(|(key, _)| action.get("Key") == Some(key.as_str())) {
            memory.set_credentials(offered);
        }
    }

    /// Whether a login succeeded that a new link would have to repeat.
    pub fn is_logged_in(&self) -> bool {
        lock(&self.memory).credentials.is_some()
    }

    /// Whether the event mask that was set lets a class through.
    pub fn mask_lets_through(&self, class: EventClass) -> bool {
        lets_through(lock(&self.memory).mask.as_ref(), class)
    }

    /// The user whose credentials are remembered.
    pub fn user(&self) -> Option<String> {
        lock(&self.memory).credentials.as_ref().map(|credentials| credentials.user.clone())
    }

    /// A server has said `FullyBooted`.
    pub fn saw_booted(&self) {
        lock(&self.memory).booted = true;
    }

    /// Whether a server that has booted says `FullyBooted` after a login: it has before, and the mask lets it
    /// through.
    pub fn expects_booted(&self) -> bool {
        let memory = lock(&self.memory);
        memory.booted && memory.credentials.is_some() && lets_through(memory.mask.as_ref(), EventClass::System)
    }

    /// Remembers credentials that no server has accepted yet, and the mask to log in with.
    pub fn adopt(&self, credentials: Credentials, mask: Option<&EventMask>) {
        let mut memory = lock(&self.memory);
        memory.set_credentials(credentials);
        memory.mask = mask.cloned();
    }

    /// Logs in and remembers how, from the moment on in which the answer is read: the link may be lost in
    /// the next, and the answer may come after the caller has given it up.
    pub fn login(
        &self,
        credentials: &Credentials,
        mode: LoginMode,
        mask: Option<&EventMask>,
        ask: Ask<'_>,
    ) -> Result<()> {
        let login = credentials.login(mode, mask.map(EventMask::as_str), ask)?;
        let key = login.get("Key").map(str::to_owned);
        lock(&self.memory).offered = key.map(|key| (key, credentials.clone()));
        let answer = ask(login);
        let mut memory = lock(&self.memory);
        if !matches!(answer, Err(Error::Timeout { sent: true, .. })) {
            memory.offered = None;
        }
        answer?;
        memory.set_credentials(credentials.clone());
        Ok(())
    }

    /// Logs in on a new link, with the credentials that are remembered or those that are offered in their
    /// place, and sets the mask and the filters that were set.
    ///
    /// The mask goes along with the login, so that no event comes that it keeps out; with filters the login asks
    /// for no more than the class of `FullyBooted`, and the mask is set after them. Filters that the server
    /// refuses are returned: a server without them is better than none.
    pub fn restore(
        &self,
        offered: Option<&Credentials>,
        mode: LoginMode,
        first_mask: Option<&EventMask>,
        ask: Ask<'_>,
    ) -> Result<Vec<(Action, Error)>> {
        let memory = lock(&self.memory).clone();
        let mut refused = Vec::new();
        let Some(credentials) = offered.or(memory.credentials.as_ref()) else { return Ok(refused) };
        let mask = memory.mask.as_ref().or_else(|| offered.and(first_mask));
        let has_filters = !memory.filters.is_empty();
        let quiet = if lets_through(mask, EventClass::System) { "system" } else { "off" };
        let asked = if has_filters { Some(quiet) } else { mask.map(EventMask::as_str) };
        let login = credentials.login(mode, asked, ask)?;
        ask(login)?;
        for filter in &memory.filters {
            let known = if filter.needs_criteria() { check_criteria(ask) } else { Ok(()) };
            match known.and_then(|()| ask(filter.clone())) {
                Err(error @ (Error::Rejected(_) | Error::Invalid { .. })) => refused.push((filter.clone(), error)),
                answer => drop(answer?),
            }
        }
        if has_filters {
            set_mask(mask.map_or("on", EventMask::as_str), ask)?;
        }
        if let Some(offered) = offered {
            let mask = mask.cloned();
            let mut memory = lock(&self.memory);
            memory.set_credentials(offered.clone());
            memory.mask = mask;
        }
        Ok(refused)
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
    /// Whether a login can be written with them.
    pub fn check(&self, mode: LoginMode, mask: Option<&EventMask>) -> Result<()> {
        let mut login = Action::new("Login").param("Username", &self.user);
        if mode == LoginMode::Plain {
            login = login.param("Secret", &self.secret);
        }
        if let Some(mask) = mask {
            login = login.param("Events", mask.as_str());
        }
        login.encode("1", &mut Vec::new())
    }

    /// The action that logs in, once the server has been asked for the challenge that it takes.
    fn login(&self, mode: LoginMode, mask: Option<&str>, ask: Ask<'_>) -> Result<Action> {
        let mut login = Action::new("Login");
        match mode {
            LoginMode::Plain => login = login.param("Username", &self.user).param("Secret", &self.secret),
            LoginMode::Challenge | LoginMode::Auto => {
                let answer = ask(Action::new("Challenge").param("AuthType", "MD5"))?;
                let Some(challenge) = answer.get("Challenge").filter(|challenge| !challenge.is_empty()) else {
                    let reason = "has no header `Challenge`, without which there is nothing to log in with";
                    return Err(Error::invalid("the server's answer to the action Challenge", reason));
                };
                let key = md5::compute(format!("{challenge}{}", self.secret));
                login = login.param("AuthType", "MD5").param("Username", &self.user).param("Key", format!("{key:x}"));
            }
        }
        if let Some(mask) = mask {
            login = login.param("Events", mask);
        }
        Ok(login)
    }
}

/// Whether a server understands the `MatchCriteria` of a `Filter`, by its `AsteriskVersion`: 18.26, 20.11, 21.6, 22.1 and
/// later. A version that is no number counts as new: it was built from the development's own source.
pub(crate) fn knows_criteria(version: &str) -> bool {
    let mut numbers = version.split(['.', '-']).map(|part| part.parse::<u32>().ok());
    let (Some(Some(major)), minor) = (numbers.next(), numbers.next().flatten().unwrap_or(0)) else {
        // `certified-20.7-cert2` and its like are older branches.
        return !version.starts_with("certified");
    };
    match major {
        0..=17 | 19 => false,
        18 => minor >= 26,
        20 => minor >= 11,
        21 => minor >= 6,
        22 => minor >= 1,
        _ => true,
    }
}

/// Refuses a filter that the server would take and not understand.
pub(crate) fn check_criteria(ask: Ask<'_>) -> Result<()> {
    let settings = ask(Action::new("CoreSettings"))?;
    let version = settings.get("AsteriskVersion").unwrap_or_default();
    if knows_criteria(version) {
        return Ok(());
    }
    let reason =
        format!("is not known to Asterisk {version}, which would let every event through: filter by an expression");
    Err(Error::invalid("header MatchCriteria of Filter", reason))
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
        copy.push(name.to_owned(), value.to_owned());
    }
    copy
}
