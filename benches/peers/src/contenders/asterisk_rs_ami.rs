//! asterisk-rs-ami: every event is typed; of the headers it keeps those that its types have.

use std::hint::black_box;
use std::time::Instant;

use asterisk_rs_ami::action::{AmiAction, PingAction};
use asterisk_rs_ami::{AmiClient, AmiEvent};
use asterisk_rs_core::event::EventReceive;
use tokio::runtime::Runtime;

use crate::support::latency::{self, percentiles, Arrivals, Percentiles, BETWEEN_ACTIONS, UNDER};

use super::{each, idle, measure, replayed, window, Figures, PINGS, PIPED, TASKS, WINDOWS};

struct Paced(usize, usize);

impl AmiAction for Paced {
    fn action_name(&self) -> &str {
        "Paced"
    }

    fn to_headers(&self) -> Vec<(String, String)> {
        vec![("Rate".into(), self.0.to_string()), ("Count".into(), self.1.to_string())]
    }
}

struct Replay(usize);

impl AmiAction for Replay {
    fn action_name(&self) -> &str {
        "Replay"
    }

    fn to_headers(&self) -> Vec<(String, String)> {
        vec![("Count".into(), self.0.to_string())]
    }
}

pub fn run(runtime: &Runtime, address: &str, events: usize) -> Figures {
    let idle = idle(|_| runtime.block_on(login(address, 1024)));
    let ami = runtime.block_on(login(address, events + 1024));
    let mut received = 0;
    let sample = measure(|| {
        runtime.block_on(async {
            let mut stream = ami.subscribe();
            ami.send_action(&Replay(events)).await.expect("a response");
            while received < events {
                match stream.recv().await {
                    EventReceive::Event(event) => look(&event),
                    EventReceive::Lagged(_) | EventReceive::Closed => break,
                }
                received += 1;
            }
        });
    });
    let figures = replayed(sample, events, received);
    let ping = || async { ami.ping().await.expect("a response") };
    let round_trip = each(PINGS, || {
        runtime.block_on(async {
            for _ in 0..PINGS {
                ping().await;
            }
        });
    });
    let piped = WINDOWS.map(|size| each(PIPED, || runtime.block_on(window(size, || ami.send_action(&PingAction)))));
    let sixty_four = each(PIPED, || {
        runtime.block_on(async {
            let tasks: Vec<_> = (0..TASKS)
                .map(|_| {
                    let ami = ami.clone();
                    tokio::spawn(async move {
                        for _ in 0..PIPED / TASKS {
                            ami.ping().await.expect("a response");
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
        let mut stream = ami.subscribe();
        ami.send_action(&Paced(rate, events)).await.expect("a response");
        while arrivals.len() < events {
            match stream.recv().await {
                EventReceive::Event(event) => match &event {
                    AmiEvent::NewChannel { unique_id, linked_id, .. } => {
                        arrivals.note(unique_id, linked_id);
                    }
                    other => panic!("not what is sent: {other:?}"),
                },
                EventReceive::Lagged(_) | EventReceive::Closed => break,
            }
        }
    });
    arrivals.figures()
}

pub fn act_between(runtime: &Runtime, address: &str, events: usize) -> Percentiles {
    runtime.block_on(async {
        let ami = login(address, events + 1024).await;
        let mut stream = ami.subscribe();
        ami.send_action(&Paced(UNDER, events)).await.expect("a response");
        let consumer = tokio::spawn(async move {
            for _ in 0..events {
                black_box(&stream.recv().await);
            }
        });
        let mut times = Vec::new();
        while !consumer.is_finished() {
            let begun = Instant::now();
            ami.ping().await.expect("a response");
            times.push(begun.elapsed().as_nanos() as f64);
            tokio::time::sleep(BETWEEN_ACTIONS).await;
        }
        percentiles(times)
    })
}

fn look(event: &AmiEvent) {
    match event {
        AmiEvent::NewChannel {
            channel,
            channel_state,
            channel_state_desc,
            caller_id_num,
            caller_id_name,
            unique_id,
            linked_id,
        } => {
            black_box((
                channel,
                channel_state,
                channel_state_desc,
                caller_id_num,
                caller_id_name,
                unique_id,
                linked_id,
            ));
        }
        AmiEvent::Newstate { channel, channel_state, channel_state_desc, unique_id } => {
            black_box((channel, channel_state, channel_state_desc, unique_id));
        }
        other => panic!("not in the replay: {other:?}"),
    }
}

async fn login(address: &str, capacity: usize) -> AmiClient {
    let (host, port) = address.split_once(':').expect("host and port");
    let client = AmiClient::builder().host(host).port(port.parse().expect("a port")).credentials("admin", "secret");
    client.event_capacity(capacity).build().await.expect("the server")
}
