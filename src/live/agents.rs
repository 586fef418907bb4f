//! Agents of `app_agent_pool` and `chan_agent`.

use super::family::Listed;
use super::fields::fields;
use super::map::Keyed;
use crate::event::values::{AgentState, Value};

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

impl Keyed for Agent {
    fn key(&self) -> &str {
        &self.agent
    }
}

impl Agent {
    /// What the agent does; `None` if it is unknown.
    pub fn agent_state(&self) -> Option<AgentState<'_>> {
        self.status.as_deref().and_then(AgentState::read)
    }
}

impl Listed for Agent {
    fn inherit(&mut self, shown: &Self) -> bool {
        self != shown
    }
}
