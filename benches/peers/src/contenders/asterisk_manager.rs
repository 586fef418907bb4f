//! asterisk-manager: four events are typed, the headers of the others are a map; it keeps them all.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use asterisk_manager::{AmiAction, AmiEvent, Manager, ManagerOptions};
use tokio::runtime::Runtime;
use tokio_stream::StreamExt;

use crate::support::latency::{self, percentiles, Arrivals, Percentiles, BETWEEN_ACTIONS, UNDER};

use super::{each, idle, measure, replayed, window, Figures, PINGS, PIPED, TASKS, WINDOWS};

pub fn run(runtime: &Runtime, address: &str, events: usize) -> Figures {
    let idle = idle(|_| runtime.block_on(login(address, 1024)));
    let ami = runtime.block_on(login(address, events + 1024));
    let mut received = 0;
    let sample = measure(|| {
        runtime.block_on(async {
            let mut stream = ami.all_events_stream().await;
            let params = HashMap::from([("Count".to_owned(), events.to_string())]);
            let replay = AmiAction::Custom { action: "Replay".into(), params, action_id: None };
            ami.send_action(replay).await.expect("a response");
            while received < events {
                match stream.next().await {
                    Some(Ok(event)) => look(&event),
                    Some(Err(_)) | None => break,
                }
                received += 1;
            }
        });
    });
    let figures = replayed(sample, events, received);
    // The room for all those events has nothing to do with actions.
    let ami = runtime.block_on(login(address, 1024));
    let ping = || ami.send_action(AmiAction::Ping { action_id: None });
    let round_trip = each(PINGS, || {
        runtime.block_on(async {
            for _ in 0..PINGS {
                ping().await.expect("a response");
            }
        });
    });
    let piped = WINDOWS.map(|size| each(PIPED, || runtime.block_on(window(size, ping))));
    let sixty_four = each(PIPED, || {
        runtime.block_on(async {
            let tasks: Vec<_> = (0..TASKS)
                .map(|_| {
                    let ami = ami.clone();
                    tokio::spawn(async move {
                        for _ in 0..PIPED / TASKS {
                            ami.send_action(AmiAction::Ping { action_id: None }).await.expect("a response");
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.expect("the task's end");
            }
        });
    });
    Figures { round_trip, pipelined: piped.into_iter().fold(f64::INFINITY, f64::min), sixty_four, idle, ..figures }
}

pub fn latency(runtime: &Runtime, address: &str, rate: usize, events: usize) -> latency::Figures {
    let mut arrivals = Arrivals::default();
    runtime.block_on(async {
        let ami = login(address, events + 1024).await;
        let mut stream = ami.all_events_stream().await;
        ami.send_action(paced(rate, events)).await.expect("a response");
        while arrivals.len() < events {
            match stream.next().await {
                Some(Ok(AmiEvent::Newchannel(data))) => arrivals.note(&data.uniqueid, &data.other["Linkedid"]),
                Some(Ok(other)) => panic!("not what is sent: {other:?}"),
                Some(Err(_)) | None => break,
            }
        }
    });
    arrivals.figures()
}

pub fn act_between(runtime: &Runtime, address: &str, events: usize) -> Percentiles {
    runtime.block_on(async {
        let ami = login(address, events + 1024).await;
        let mut stream = ami.all_events_stream().await;
        ami.send_action(paced(UNDER, events)).await.expect("a response");
        let consumer = tokio::spawn(async move {
            for _ in 0..events {
                black_box(&stream.next().await);
            }
        });
        let mut times = Vec::new();
        while !consumer.is_finished() {
            let begun = Instant::now();
            ami.send_action(AmiAction::Ping { action_id: None }).await.expect("a response");
            times.push(begun.elapsed().as_nanos() as f64);
            tokio::time::sleep(BETWEEN_ACTIONS).await;
        }
        percentiles(times)
    })
}

fn paced(rate: usize, events: usize) -> AmiAction {
    let params = [("Rate", rate), ("Count", events)];
    let params = params.map(|(name, value)| (name.to_owned(), value.to_string())).into();
    AmiAction::Custom { action: "Paced".into(), params, action_id: None }
}

fn look(event: &AmiEvent) {
    match event {
        AmiEvent::Newchannel(data) => {
            black_box((&data.channel, &data.uniqueid, &data.channel_state, &data.channel_state_desc));
            black_box((&data.caller_id_num, &data.caller_id_name));
            for header in &data.other {
                black_box(header);
            }
        }
        AmiEvent::UnknownEvent { event_type, fields } => {
            black_box(event_type);
            for header in fields {
                black_box(header);
            }
        }
        other => panic!("not in the replay: {other:?}"),
    }
}

async fn login(address: &str, capacity: usize) -> Manager {
    let (host, port) = address.split_once(':').expect("host and port");
    let mut manager = Manager::new_with_buffer(capacity);
    let options = ManagerOptions {
        port: port.parse().expect("a port"),
        host: host.into(),
        username: "admin".into(),
        password: "secret".into(),
        events: true,
    };
    manager.connect_and_login(options).await.expect("the server");
    manager
}
