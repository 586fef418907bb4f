//! What the live model makes of each scenario: the calls that end, and the picture at marks within.

mod replays;

use std::fmt::Write as _;
use std::time::Duration;

use gami::live::Call;
use gami::Snapshot;
use replays::picture::valid;
use replays::{replay, replays, VERSIONS};

/// A line for each call, and one for each of its parties.
fn describe(call: &Call) -> String {
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    let cause = |cause: Option<gami::event::HangupCause>| cause.map_or("-".into(), |cause| cause.code().to_string());
    let mut text = format!("  call, cause {}", cause(call.cause));
    if let (Some(started), Some(ended)) = (call.started, call.ended) {
        write!(text, ", lasted {}", seconds(ended.duration_since(started).unwrap())).unwrap();
    }
    if let Some(queue) = &call.queue {
        write!(text, ", queue {queue}").unwrap();
    }
    if call.split_from.is_some() {
        text += ", went its own way";
    }
    text += "\n";
    for party in &call.parties {
        let technology = party.channel.split('-').next().unwrap();
        let role = if party.called { "called" } else { "caller" };
        let number = party.caller_id_num.as_deref().unwrap_or("-");
        write!(text, "    {role} {technology} {number}").unwrap();
        if let Some(rang) = party.rang_for() {
            write!(text, ", rang {}", seconds(rang)).unwrap();
        }
        if !party.talked.is_zero() {
            write!(text, ", talked {}", seconds(party.talked)).unwrap();
        }
        if let Some(status) = &party.dial_status {
            write!(text, ", {status}").unwrap();
        }
        if let Some(interface) = &party.interface {
            write!(text, ", member {interface}").unwrap();
        }
        writeln!(text, ", cause {}", cause(party.cause)).unwrap();
    }
    text
}

#[test]
fn the_calls_of_every_recording_are_logged_as_they_were() {
    let mut log = String::new();
    for replay in replays() {
        writeln!(log, "{}", replay.name).unwrap();
        let mut model = valid(&replay);
        for (event, at) in &replay.events {
            model.event(event, *at);
            for change in model.changes() {
                if let Some(call) = change.ended_call() {
                    log += &describe(call);
                }
            }
        }
    }
    let expected = include_str!("data/live/calls.txt");
    for (at, (line, expected)) in log.lines().zip(expected.lines()).enumerate() {
        assert_eq!(line, expected, "line {} of calls.txt; the whole log:\n{log}", at + 1);
    }
    assert_eq!(log.lines().count(), expected.lines().count(), "the whole log:\n{log}");
}

/// The picture behind every event of a scenario.
fn moments(name: &str, version: &str) -> Vec<Snapshot> {
    let replay = replay(&format!("{name}.{version}"));
    let mut model = valid(&replay);
    let mut moments = vec![model.snapshot()];
    for (event, at) in &replay.events {
        model.event(event, *at);
        moments.push(model.snapshot());
    }
    moments
}

/// What is seen at some moment.
type Mark<'a> = (&'a str, &'a dyn Fn(&Snapshot) -> bool);

/// Whether these hold one after the other.
fn one_after_the_other(moments: &[Snapshot], marks: &[Mark<'_>], context: &str) {
    let mut rest = moments.iter();
    for (what, holds) in marks {
        assert!(rest.any(holds), "{context}: never, or not then: {what}");
    }
}

/// Whether two parties of these channels hear each other.
fn talk(now: &Snapshot, one: &str, other: &str) -> bool {
    now.calls().any(|call| {
        call.talking.iter().any(|group| {
            let has =
                |name: &str| group.iter().any(|id| call.party(id).is_some_and(|party| party.channel.starts_with(name)));
            group.len() == 2 && has(one) && has(other)
        })
    })
}

fn is_old(version: &str) -> bool {
    ["18", "11"].contains(&version)
}

#[test]
fn who_rings_is_seen_ringing_and_then_talking() {
    for version in VERSIONS {
        let rings = |now: &Snapshot| {
            now.calls().any(|call| call.ringing().any(|p| p.called && p.channel.starts_with("IAX2/phones")))
        };
        let one = |now: &Snapshot| now.calls().len() == 1 && rings(now);
        one_after_the_other(
            &moments("answered", version),
            &[
                ("nothing", &|now| now.calls().len() == 0),
                ("one call that rings", &one),
                ("they talk", &|now| talk(now, "IAX2/t-", "IAX2/phones-") && !rings(now)),
                ("nothing again", &|now| now.calls().len() == 0),
            ],
            version,
        );
    }
}

#[test]
fn parties_hear_each_other_through_local_channels_and_no_half_of_one_is_a_party() {
    for (name, version) in ["local", "localn", "localopt"].iter().flat_map(|name| VERSIONS.map(|v| (*name, v))) {
        let moments = moments(name, version);
        assert!(moments
            .iter()
            .flat_map(Snapshot::calls)
            .flat_map(|call| &call.parties)
            .all(|p| !p.channel.starts_with("Local/")));
        let through = |now: &Snapshot| talk(now, "IAX2/t-", "IAX2/phones-") && now.bridges().len() == 2;
        let direct = |now: &Snapshot| talk(now, "IAX2/t-", "IAX2/phones-") && now.bridges().len() == 1;
        let context = format!("{name}.{version}");
        one_after_the_other(&moments, &[("through the pair", &through)], &context);
        if name == "localopt" {
            one_after_the_other(&moments, &[("through the pair", &through), ("without it", &direct)], &context);
        }
    }
}

#[test]
fn hold_is_unknown_until_an_event_says_so() {
    for version in VERSIONS.into_iter().filter(|version| !is_old(version)) {
        let held = |now: &Snapshot, held: bool| now.channels().any(|channel| channel.held == Some(held));
        let marks: [Mark<'_>; 3] = [
            ("unknown", &|now| now.channels().len() == 2 && now.channels().all(|channel| channel.held.is_none())),
            ("held", &|now| held(now, true) && now.calls().any(|call| call.present().any(|p| p.held == Some(true)))),
            ("taken up", &|now| !held(now, true)),
        ];
        one_after_the_other(&moments("atxfer", version), &marks, version);
    }
}

#[test]
fn a_queue_has_its_callers_in_order_and_its_members_with_whom_they_ring_and_talk() {
    for version in VERSIONS {
        let queue = |now: &Snapshot| now.queue("liveq4").cloned();
        let order =
            |now: &Snapshot| queue(now).map(|q| q.callers.iter().map(|c| c.uniqueid.clone()).collect::<Vec<_>>());
        let moments = moments("queuestate", version);
        let full = moments.iter().filter_map(order).find(|callers| callers.len() == 3).expect(version);
        let shifts = |now: &Snapshot| order(now).is_some_and(|callers| callers.len() == 2 && callers[..] != full[..2]);
        let member = |now: &Snapshot, rings: bool, talks: bool| {
            let member = queue(now).and_then(|queue| queue.members.first().cloned());
            member.is_some_and(|m| m.rings_for.is_some() == rings && m.talks_to.is_some() == talks)
        };
        one_after_the_other(
            &moments,
            &[
                ("rings for a caller who waits", &|now| {
                    member(now, true, false) && queue(now).is_some_and(|queue| queue.callers.len() == 1)
                }),
                ("talks to a caller who is out of the queue", &|now| {
                    member(now, false, true) && queue(now).is_some_and(|queue| queue.callers.is_empty())
                }),
                ("free", &|now| member(now, false, false)),
                ("three wait", &|now| order(now).as_ref() == Some(&full)),
                ("those behind move up", &shifts),
                ("nobody waits", &|now| order(now).is_some_and(|callers| callers.is_empty())),
            ],
            version,
        );
    }
}

#[test]
fn a_parked_call_is_in_its_space_until_it_is_taken_or_gives_up() {
    for version in VERSIONS {
        for name in ["park", "parkbridged", "parkgiveup"] {
            let parked = |now: &Snapshot| {
                now.parked().any(|parked| {
                    let channel = now.channel(&parked.uniqueid);
                    parked.parking_space.as_deref() == Some("701") && channel.is_some_and(|c| !c.is_internal())
                })
            };
            let marks: &[Mark<'_>] = &[("parked", &parked), ("not parked", &|now| now.parked().len() == 0)];
            one_after_the_other(&moments(name, version), marks, &format!("{name}.{version}"));
        }
    }
}

#[test]
fn those_in_a_waiting_room_do_not_hear_each_other() {
    for version in VERSIONS.into_iter().filter(|version| !is_old(version)) {
        let moments = moments("bridgewait", version);
        let waits = |now: &Snapshot| now.bridges().any(|bridge| bridge.is_holding() && bridge.members.len() == 2);
        one_after_the_other(&moments, &[("two wait", &|now| waits(now) && now.calls().len() == 2)], version);
        assert!(moments.iter().flat_map(Snapshot::calls).all(|call| call.talking.is_empty()), "{version}");
    }
}

#[test]
fn a_conference_has_its_participants_and_from_12_on_is_one_call() {
    for version in VERSIONS.into_iter().filter(|version| *version != "18") {
        let inside = |now: &Snapshot| now.conference("liveconf").map_or(0, |conference| conference.participants.len());
        let muted = |now: &Snapshot| {
            now.conference("liveconf").is_some_and(|c| c.participants.iter().any(|p| p.muted == Some(true)))
        };
        let moments = moments("conf", version);
        let marks: [Mark<'_>; 3] = [
            ("two are in", &|now| inside(now) == 2),
            ("one is in", &|now| inside(now) == 1),
            ("nobody is", &|now| now.conferences().len() == 0),
        ];
        one_after_the_other(&moments, &marks, version);
        if !is_old(version) {
            one_after_the_other(&moments, &[("muted", &muted)], version);
            one_after_the_other(&moments, &[("they talk", &|now| talk(now, "IAX2/t-", "IAX2/t-"))], version);
        }
    }
}

#[test]
fn after_a_transfer_those_talk_who_were_joined_by_it_and_it_is_one_call() {
    for version in VERSIONS.into_iter().filter(|version| *version != "13") {
        let transferer_gone = |now: &Snapshot| {
            let call = now.calls().next();
            call.is_some_and(|call| call.parties.iter().any(|p| p.left.is_some()) && call.present().count() == 2)
        };
        let marks: [Mark<'_>; 3] = [
            ("they talk", &|now| talk(now, "IAX2/t-", "IAX2/phones-")),
            ("the transferer asks", &|now| talk(now, "IAX2/phones-", "IAX2/phones-")),
            ("joined", &|now| transferer_gone(now) && talk(now, "IAX2/t-", "IAX2/phones-") && now.calls().len() == 1),
        ];
        one_after_the_other(&moments("atxfer", version), &marks, version);
    }
}

#[test]
fn a_redirected_leg_is_one_party_before_and_after() {
    for version in VERSIONS {
        let moments = moments("redirect1", version);
        let mut calls = moments.iter().flat_map(Snapshot::calls);
        assert!(calls.all(|call| call.parties.len() <= 2), "{version}");
        let moved = moments.iter().flat_map(Snapshot::channels).any(|channel| channel.leg_of.is_some());
        assert!(!moved || is_old(version), "{version}");
    }
}

/// The channel of this number in its `uniqueid`.
fn numbered(number: u32) -> impl Fn(&Snapshot) -> Option<std::sync::Arc<gami::live::Channel>> {
    let end = format!(".{number}");
    move |now| now.channels().find(|channel| channel.uniqueid.ends_with(&end)).cloned()
}

#[test]
fn who_picks_up_the_recall_of_a_transfer_is_in_its_bridge_then() {
    // What rings is a Local channel that is in the bridge already, and leaves it by its hangup.
    for (version, [caller, rings, picker]) in [("16", [1481, 1500, 1494]), ("22", [7503, 7523, 7535])] {
        let [caller, rings, picker] = [caller, rings, picker].map(numbered);
        let joined = |now: &Snapshot, other: &dyn Fn(&Snapshot) -> Option<std::sync::Arc<gami::live::Channel>>| {
            let bridge = caller(now).and_then(|caller| caller.bridge.clone());
            bridge.is_some() && bridge == other(now).and_then(|other| other.bridge.clone())
        };
        one_after_the_other(
            &moments("pickuprecall", version),
            &[
                ("rings", &|now| joined(now, &rings) && picker(now).is_some_and(|picker| picker.bridge.is_none())),
                ("picked up", &|now| joined(now, &picker) && rings(now).is_none()),
                ("over", &|now| now.channels().len() == 0),
            ],
            version,
        );
    }
}

#[test]
fn a_caller_who_is_bridged_or_parked_by_an_action_is_in_the_queue_no_more() {
    for (name, version, queue, caller) in [
        ("queuemoved", "16", "agents", 66),
        ("queuemoved", "22", "ringing", 4034),
        ("queueparked", "22", "agents", 4229),
    ] {
        let caller = numbered(caller);
        let waits = |now: &Snapshot| now.queue(queue).is_some_and(|queue| queue.callers.len() == 1);
        let bridged = |now: &Snapshot| caller(now).is_some_and(|caller| caller.bridge.is_some());
        one_after_the_other(
            &moments(name, version),
            &[
                ("waits", &|now| waits(now) && !bridged(now)),
                ("moved", &|now| bridged(now) && !waits(now)),
                ("over", &|now| now.channels().len() == 0),
            ],
            name,
        );
    }
}
