//! Endpoints of PJSIP, peers of SIP and IAX2.

use super::channels::owned;
use super::family::{keep, Family};
use super::fields::fields;
use super::table::Noted;
use crate::event::values::ContactState;
use crate::event::{self, Event};

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
    pub active_channels: Option<u32>,
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

impl Endpoint {
    /// Lists spell the status in other words than events, so that it is no sign of what was missed.
    pub(super) fn inherit(&mut self, shown: &Self) -> bool {
        keep(&mut self.status, &shown.status);
        keep(&mut self.address, &shown.address);
        if self.contacts.is_empty() {
            self.contacts.clone_from(&shown.contacts);
        }
        false
    }
}

impl Endpoint {
    fn new(technology: &str, name: &str) -> Self {
        let (technology, name) = (technology.to_owned(), name.to_owned());
        Self { id: format!("{technology}/{name}"), technology, name, ..Self::default() }
    }
}

/// The endpoint, made if it is not there: a database can have more than are listed.
fn find<'a>(table: &'a mut Noted, id: &str) -> Option<&'a mut Endpoint> {
    let (technology, name) =
        id.split_once('/').filter(|(technology, name)| !technology.is_empty() && !name.is_empty())?;
    if !table.has(id) {
        table.put(Endpoint::new(technology, name));
    }
    table.edit::<Endpoint>(id)
}

/// Applies an event; whether it is about endpoints.
pub(super) fn apply(endpoints: &mut Family, name: &str, event: &Event) -> bool {
    match name {
        "PeerStatus" => {
            let e = event::PeerStatus::from(event);
            let id = match e.peer.contains('/') {
                true => e.peer.to_owned(),
                false => format!("{}/{}", e.channel_type, e.peer),
            };
            endpoints.apply(&mut |table, _| {
                let Some(endpoint) = find(table, &id) else { return };
                endpoint.status = e.peer_status.and_then(|status| owned(status.as_str())).or(endpoint.status.take());
                if let Some(address) = owned(e.address) {
                    endpoint.address = Some(address);
                }
            });
        }
        "ContactStatus" => {
            let e = event::ContactStatus::from(event);
            let name = if e.endpoint_name.is_empty() { e.aor } else { e.endpoint_name };
            let id = format!("PJSIP/{name}");
            endpoints.apply(&mut |table, _| {
                let Some(endpoint) = find(table, &id) else { return };
                if e.contact_status == Some(ContactState::Removed) {
                    endpoint.contacts.retain(|contact| contact.uri != e.uri);
                    return;
                }
                let contact = Contact {
                    uri: e.uri.to_owned(),
                    status: e.contact_status.and_then(|status| owned(status.as_str())),
                    roundtrip_usec: e.roundtrip_usec,
                };
                match endpoint.contacts.iter_mut().find(|other| other.uri == contact.uri) {
                    Some(other) => *other = contact,
                    None => endpoint.contacts.push(contact),
                }
            });
        }
        _ => return false,
    }
    true
}

/// Puts in what `PJSIPShowEndpoints`, `SIPpeers` or `IAXpeerlist` lists.
pub(super) fn list(endpoints: &mut Family, items: &[Event]) {
    endpoints.list(&mut |table| {
        for item in items {
            match item.name() {
                "EndpointList" => {
                    let e = event::EndpointList::from(item);
                    let Some(endpoint) = find(table, &format!("PJSIP/{}", e.object_name)) else { continue };
                    endpoint.device_state = e.device_state.and_then(|state| owned(state.as_str()));
                    endpoint.active_channels = e.active_channels;
                }
                "PeerEntry" => {
                    let e = event::PeerEntry::from(item);
                    let technology = if e.channel_type == "IAX" { "IAX2" } else { e.channel_type };
                    // IAX2 lists a peer whose name differs from its user's as both.
                    let name = e.object_name.split('/').next().unwrap_or_default();
                    let Some(endpoint) = find(table, &format!("{technology}/{name}")) else { continue };
                    endpoint.status = owned(e.status);
                    endpoint.address = match (owned(e.ip_address).filter(|ip| ip != "-none-"), e.ip_port) {
                        (Some(address), Some(port)) if port != 0 => Some(format!("{address}:{port}")),
                        (address, _) => address,
                    };
                }
                _ => {}
            }
        }
    });
}
