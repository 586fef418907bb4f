//! Endpoints of PJSIP, peers of SIP and IAX2.

use super::family::Listed;
use super::fields::fields;
use super::map::Keyed;

/// An endpoint or peer.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Endpoint {
    /// Technology and name, such as `PJSIP/100`.
    pub id: String,
    /// The technology, such as `PJSIP`.
    pub technology: String,
    /// The name.
    pub name: String,
    /// What is known of whether it can be reached: `Reachable`, `Unreachable`, `Registered`, `OK (3 ms)`, as it came.
    pub status: Option<String>,
    /// The state of its device as the list spells it. PJSIP; as of the last list.
    pub device_state: Option<String>,
    /// Where it is, such as `192.0.2.7:5060`, as it came.
    pub address: Option<String>,
    /// The contacts of a PJSIP endpoint that events have told of, with their states.
    pub contacts: Vec<Contact>,
    /// The channels that it has now; as of the last list. PJSIP.
    pub active_channels: Option<String>,
}

fields!(Endpoint { id, technology, name, status, device_state, address, contacts, active_channels });

/// A contact of a PJSIP endpoint.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Contact {
    /// Where it is.
    pub uri: String,
    /// What is known of it, such as `Reachable`, as it came.
    pub status: Option<String>,
    /// How long it takes to answer, in microseconds.
    pub roundtrip_usec: Option<u64>,
}

fields!(Contact { uri, status, roundtrip_usec });

impl Keyed for Endpoint {
    fn key(&self) -> &str {
        &self.id
    }
}

impl Listed for Endpoint {
    fn inherit(&mut self, shown: &Self) -> bool {
        self != shown
    }
}
