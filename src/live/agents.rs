//! Agents of `app_agent_pool` and `chan_agent`.

use super::channels::owned;
use super::family::{keep, Family};
use super::fields::fields;
use super::table::Noted;
use crate::event::values::{AgentState, Value};
use crate::event::{self, Event};

/// An agent.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Agent {
    /// The agent's id.
    pub agent: String,
    /// The agent's name; as of the last list.
    pub name: Option<String>,
    /// What the agent does as Asterisk spells it, such as `AGENT_IDLE`; [`Agent::agent_state`] reads it.
    pub status: Option<String>,
    /// The `uniqueid` of the channel that the agent logged in with. Asterisk 12 and later.
    pub uniqueid: Option<String>,
    /// The name of the channel that the agent logged in with.
    pub channel: Option<String>,
    /// Whom the agent talks to: a channel's name, up to Asterisk 11 a number; as of the last list.
    pub talking_to: Option<String>,
    /// When the agent logged in, in seconds since 1970 by the server's clock; as of the last list.
    pub logged_in_time: Option<f64>,
}

fields!(Agent { agent, name, status, uniqueid, channel, talking_to, logged_in_time });

impl Agent {
    /// What the agent does; `None` if it is unknown.
    pub fn agent_state(&self) -> Option<AgentState<'_>> {
        self.status.as_deref().and_then(AgentState::read)
    }
}

impl Agent {
    /// Calls that come past any queue have no event, so that the status is no sign of what was missed.
    pub(super) fn inherit(&mut self, shown: &Self) -> bool {
        let logged_off = |agent: &Agent| agent.agent_state() == Some(AgentState::LoggedOff);
        if !logged_off(self) {
            keep(&mut self.uniqueid, &shown.uniqueid);
            keep(&mut self.channel, &shown.channel);
        }
        keep(&mut self.name, &shown.name);
        logged_off(self) != logged_off(shown)
    }
}

fn set(table: &mut Noted, id: &str, status: AgentState<'_>, make: bool) {
    if make && !table.has(id) {
        table.put(Agent { agent: id.to_owned(), ..Agent::default() });
    }
    if let Some(agent) = table.edit::<Agent>(id) {
        agent.status = owned(status.as_str());
    }
}

/// Applies an event; whether it is about agents alone.
pub(super) fn apply(agents: &mut Family, name: &str, event: &Event) -> bool {
    match name {
        "AgentLogin" => {
            let e = event::AgentLogin::from(event);
            if e.agent.is_empty() {
                return true;
            }
            agents.apply(&mut |table, _| {
                set(table, e.agent, AgentState::Idle, true);
                if let Some(agent) = table.edit::<Agent>(e.agent) {
                    (agent.uniqueid, agent.channel) = (owned(e.channel.uniqueid), owned(e.channel.name));
                }
            });
        }
        "AgentLogoff" => {
            let e = event::AgentLogoff::from(event);
            agents.apply(&mut |table, _| {
                set(table, e.agent, AgentState::LoggedOff, false);
                if let Some(agent) = table.edit::<Agent>(e.agent) {
                    (agent.uniqueid, agent.channel, agent.talking_to) = (None, None, None);
                    agent.logged_in_time = None;
                }
            });
        }
        "AgentConnect" | "AgentComplete" => {
            let e = event::AgentConnect::from(event);
            let status = if name == "AgentConnect" { AgentState::OnCall } else { AgentState::Idle };
            if let Some(id) = e.interface.strip_prefix("Agent/") {
                agents.apply(&mut |table, _| set(table, id, status, false));
            }
            return false; // the queue hears it too
        }
        _ => return false,
    }
    true
}

/// Puts in what `Agents` lists.
pub(super) fn list(agents: &mut Family, items: &[Event]) {
    agents.list(&mut |table| {
        for item in items.iter().filter(|item| item.name().eq_ignore_ascii_case("Agents")) {
            let e = event::Agents::from(item);
            if e.agent.is_empty() {
                continue;
            }
            table.put(Agent {
                agent: e.agent.to_owned(),
                name: owned(e.name),
                status: e.status.and_then(|status| owned(status.as_str())),
                uniqueid: owned(e.channel.uniqueid),
                channel: owned(e.channel.name).or_else(|| owned(e.logged_in_chan)).filter(|name| name != "n/a"),
                talking_to: owned(e.talking_to_chan).or_else(|| owned(e.talking_to)).filter(|name| name != "n/a"),
                logged_in_time: e.logged_in_time,
            });
        }
    });
}
