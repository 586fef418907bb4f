//! asterisk-manager: four events are typed, the headers of the others are a map; it keeps them all.

use std::collections::HashMap;
use std::hint::black_box;

use asterisk_manager::{AmiAction, AmiEvent, Manager, ManagerOptions};
use tokio::runtime::Runtime;
use tokio_stream::StreamExt;

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
