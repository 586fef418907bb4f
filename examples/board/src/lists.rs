//! What a server that has a picture answers to the lists.

use std::fmt::Display;

use gami::mock::Reply;
use gami::Snapshot;

/// The answer to a list; `None` to an action that lists nothing of the picture.
pub fn answer(now: &Snapshot, action: &str, of: &str) -> Option<Reply> {
    let list = Reply::list();
    Some(match action {
        "coreshowchannels" => {
            let items = now.channels().fold(list, |list, c| {
                let headers = Headers::new()
                    .with("Channel", Some(&c.name))
                    .with("Uniqueid", Some(&c.uniqueid))
                    .with("ChannelState", c.state.map(|state| state.code()))
                    .with("CallerIDNum", c.caller_id_num.as_ref())
                    .with("CallerIDName", c.caller_id_name.as_ref())
                    .with("ConnectedLineNum", c.connected_line_num.as_ref())
                    .with("ConnectedLineName", c.connected_line_name.as_ref())
                    .with("Context", c.context.as_ref())
                    .with("Exten", c.exten.as_ref())
                    .with("Priority", c.priority)
                    .with("Linkedid", c.linkedid.as_ref())
                    .with("Application", c.application.as_ref())
                    .with("ApplicationData", c.app_data.as_ref())
                    .with("BridgeId", c.bridge.as_ref());
                list.event("CoreShowChannel", headers.0)
            });
            items.complete("CoreShowChannelsComplete")
        }
        "bridgelist" => {
            let items = now.bridges().fold(list, |list, b| {
                let headers = Headers::new()
                    .with("BridgeUniqueid", Some(&b.uniqueid))
                    .with("BridgeType", b.kind.as_ref())
                    .with("BridgeTechnology", b.technology.as_ref())
                    .with("BridgeNumChannels", b.num_channels);
                list.event("BridgeListItem", headers.0)
            });
            items.complete("BridgeListComplete")
        }
        "queuestatus" => {
            let queues = now.queues().filter(|queue| of.is_empty() || queue.name == of);
            queues.fold(list, |list, q| queue(list, q, now)).complete("QueueStatusComplete")
        }
        "confbridgelistrooms" => {
            let items = now.conferences().fold(list, |list, c| {
                list.event("ConfbridgeListRooms", Headers::new().with("Conference", Some(&c.conference)).0)
            });
            items.complete("ConfbridgeListRoomsComplete")
        }
        "confbridgelist" => {
            let yes_no = |is: Option<bool>| is.map(|is| if is { "Yes" } else { "No" });
            let participants = now.conference(of).map(|conference| &conference.participants[..]).unwrap_or_default();
            let items = participants.iter().fold(list, |list, p| {
                let headers = Headers::new()
                    .with("Conference", Some(of))
                    .with("Channel", Some(&p.channel))
                    .with("Uniqueid", p.uniqueid.as_ref())
                    .with("CallerIDNum", p.caller_id_num.as_ref())
                    .with("CallerIDName", p.caller_id_name.as_ref())
                    .with("Admin", yes_no(p.admin))
                    .with("MarkedUser", yes_no(p.marked_user))
                    .with("Muted", yes_no(p.muted));
                list.event("ConfbridgeList", headers.0)
            });
            items.complete("ConfbridgeListComplete")
        }
        "parkedcalls" => {
            let items = now.parked().fold(list, |list, p| {
                let headers = Headers::new()
                    .with("ParkeeChannel", p.channel.as_ref())
                    .with("ParkeeUniqueid", Some(&p.uniqueid))
                    .with("ParkeeCallerIDNum", p.caller_id_num.as_ref())
                    .with("ParkeeCallerIDName", p.caller_id_name.as_ref())
                    .with("ParkerDialString", p.parker_dial_string.as_ref())
                    .with("ParkingSpace", p.parking_space.as_ref())
                    .with("Parkinglot", p.parkinglot.as_ref());
                list.event("ParkedCall", headers.0)
            });
            items.complete("ParkedCallsComplete")
        }
        _ => return None,
    })
}

fn queue(list: Reply, q: &gami::live::Queue, now: &Snapshot) -> Reply {
    let params = Headers::new()
        .with("Queue", Some(&q.name))
        .with("Strategy", q.strategy.as_ref())
        .with("Max", q.max)
        .with("Calls", Some(q.callers.len()))
        .with("Holdtime", q.hold_time)
        .with("TalkTime", q.talk_time)
        .with("Completed", q.completed)
        .with("Abandoned", q.abandoned)
        .with("ServiceLevel", q.service_level)
        .with("ServicelevelPerf", q.service_level_perf)
        .with("Weight", q.weight);
    let list = q.members.iter().fold(list.event("QueueParams", params.0), |list, m| {
        let flag = |is: Option<bool>| is.map(u8::from);
        let headers = Headers::new()
            .with("Queue", Some(&q.name))
            .with("Name", m.name.as_ref())
            .with("Location", Some(&m.interface))
            .with("StateInterface", m.state_interface.as_ref())
            .with("Membership", m.membership.as_ref())
            .with("Penalty", m.penalty)
            .with("CallsTaken", m.calls_taken)
            .with("LastCall", m.last_call)
            .with("LastPause", m.last_pause)
            .with("InCall", flag(m.in_call))
            .with("Status", m.status.map(|status| status.code()))
            .with("Paused", flag(m.paused))
            .with("PausedReason", m.paused_reason.as_ref());
        list.event("QueueMember", headers.0)
    });
    q.callers.iter().fold(list, |list, c| {
        let waited = c.joined.and_then(|joined| joined.elapsed().ok());
        let channel = now.channel(&c.uniqueid).map(|channel| &channel.name).or(c.channel.as_ref());
        let headers = Headers::new()
            .with("Queue", Some(&q.name))
            .with("Position", Some(c.position))
            .with("Channel", channel)
            .with("Uniqueid", Some(&c.uniqueid))
            .with("CallerIDNum", c.caller_id_num.as_ref())
            .with("CallerIDName", c.caller_id_name.as_ref())
            .with("Wait", waited.map(|waited| waited.as_secs()));
        list.event("QueueEntry", headers.0)
    })
}

/// The headers that are known.
struct Headers(Vec<(&'static str, String)>);

impl Headers {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn with(mut self, name: &'static str, value: Option<impl Display>) -> Self {
        self.0.extend(value.map(|value| (name, value.to_string())));
        self
    }
}
