//! What programs outside compile against: names, signatures and behaviour as the design promises them.

mod support;

use std::borrow::Cow;
use std::collections::HashMap;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use gami::action::{self, Originate};
use gami::event::Typed;
use gami::mock::{Mock, Reply};
use gami::{select, Action, Backoff, Client, Error, Event, List, Options, Receiver, Response};
use support::{logged_in, within, DEADLINE};

/// The program of the design, line for line but for its address and what it prints to.
fn program(address: &str, printed: Arc<AtomicUsize>) -> gami::Result<()> {
    let ami = Client::dial(address)?;
    thread::spawn({
        let ami = ami.clone();
        move || loop {
            select! {
                recv(ami.net_errors()) -> lost => match lost {
                    Ok(lost) => {
                        eprintln!("network: {lost}");
                        thread::sleep(Duration::from_secs(1));
                        let _ = ami.reconnect(); // logs in again and restores the event mask and filters
                    }
                    Err(_) => return, // the client is closed
                },
                recv(ami.errors()) -> error => if let Ok(error) = error { eprintln!("error: {error}") },
                recv(ami.events()) -> event => if let Ok(event) = event {
                    println!("{:?}", event.typed());
                    printed.fetch_add(1, Ordering::SeqCst);
                },
            }
        }
    });
    ami.login("admin", "root")?;
    ami.action("Ping")?;
    let ping = ami.async_action(("Ping", [("ActionID", "pingo")]))?;
    ami.action(("Events", [("EventMask", "on")]))?;
    println!("ping: {:?}", ping.recv());
    ami.close()
}

#[test]
fn the_program_of_the_design_runs() {
    let mock = Mock::builder().replay(gami::mock::SAMPLE_CALL).start().unwrap();
    let (address, printed) = (mock.to_string(), Arc::<AtomicUsize>::default());
    // The program closes once this is answered, and what was not printed by then may not be any more.
    mock.on("Events", {
        let printed = Arc::clone(&printed);
        move |_| {
            support::eventually("an event is printed", || printed.load(Ordering::SeqCst) > 0);
            Reply::usual()
        }
    });
    within(DEADLINE, "the program", {
        let printed = Arc::clone(&printed);
        move || program(&address, printed).unwrap()
    });
    let actions = support::received(&mock);
    assert_eq!(actions, ["Challenge", "Login", "Ping", "Ping", "Events", "Logoff"]);
    assert_eq!(mock.received()[3].action_id(), Some("pingo"));
    // The other thread owns a clone; it ends with the client.
    support::eventually("the thread of the program has ended", || Arc::strong_count(&printed) == 2);
    assert!((1..=53).contains(&printed.load(Ordering::SeqCst)));
}

#[test]
fn the_program_of_the_design_survives_a_loss() {
    let mock = Mock::start().unwrap();
    let ami = Client::dial(mock.to_string()).unwrap();
    let events = thread::spawn({
        let ami = ami.clone();
        move || {
            let mut names = Vec::new();
            loop {
                select! {
                    recv(ami.net_errors()) -> lost => match lost {
                        Ok(_) => ami.reconnect().unwrap(),
                        Err(_) => return names,
                    },
                    recv(ami.events()) -> event => if let Ok(event) = event {
                        names.push(event.name().to_owned());
                        if names.len() == 2 {
                            ami.close().unwrap();
                        }
                    },
                }
            }
        }
    });
    ami.login("admin", "root").unwrap();
    ami.action(("Events", [("EventMask", "call")])).unwrap();
    mock.event("Newchannel", [("Channel", "SIP/1")]);
    mock.hang_up();
    mock.wait_for("Login", 2, DEADLINE).unwrap();
    assert_eq!(mock.sessions()[0].event_mask().as_deref(), Some("call"));
    mock.event("Hangup", [("Channel", "SIP/1")]);
    let names = within(DEADLINE, "the loop", move || events.join().unwrap());
    assert_eq!(names, ["Newchannel", "Hangup"]);
}

fn is_shared<T: Clone + Send + Sync + 'static>() {}
fn is_sent<T: Send + Sync + 'static>() {}
fn is_used_behind_a_panic<T: UnwindSafe + RefUnwindSafe>() {}

#[test]
fn clients_are_shared_by_threads_and_everything_can_be_sent_to_one() {
    is_shared::<Client>();
    is_shared::<Options>();
    is_shared::<Event>();
    is_shared::<Response>();
    is_shared::<Error>();
    is_shared::<Action>();
    is_sent::<List>();
    is_sent::<gami::Items>();
    is_sent::<gami::Result<gami::Originated>>();
    is_used_behind_a_panic::<Client>();
    is_used_behind_a_panic::<gami::Items>();
}

#[test]
fn an_error_is_small() {
    // It is in every `Result`, and in every message to whoever waits.
    assert!(std::mem::size_of::<Error>() <= 64, "{} bytes", std::mem::size_of::<Error>());
    assert!(std::mem::size_of::<gami::Result<Response>>() <= 64);
}

/// Every row of the table, with the types that it names.
#[test]
fn what_the_table_promises_compiles_and_works() {
    let mock = Mock::start().unwrap();
    mock.on("Command", |_| Reply::success().header("Output", "done"));
    mock.on("CoreShowChannels", |_| Reply::list().complete("CoreShowChannelsComplete"));
    mock.on("Originate", |_| {
        Reply::success()
            .event("OriginateResponse", [("Response", "Success"), ("Channel", "SIP/1"), ("Uniqueid", "1.1")])
    });
    let ami: Client = Client::dial(mock.to_string()).unwrap();
    assert_eq!(ami.address(), mock.to_string());
    let _: gami::Result<()> = ami.login("admin", "root");
    ami.login(String::from("admin"), String::from("root")).unwrap();

    let _: Response = ami.action("Ping").unwrap();
    let _: Response = ami.action(String::from("Ping")).unwrap();
    let _: Response = ami.action(("Events", [("EventMask", "on")])).unwrap();
    let _: Response = ami.action(("Events", vec![("EventMask".to_owned(), "on".to_owned())])).unwrap();
    let _: Response = ami.action(Action::new("Ping").param("Key", "value").param("Number", 7)).unwrap();
    let by_name = HashMap::from([("EventMask", "on")]);
    let _: Response = ami.action(("Events", by_name)).unwrap();
    let name = String::from("Ping");
    let _: Response = ami.action(&name).unwrap();
    let _: Response = ami.action(Cow::from(name.as_str())).unwrap();
    let again = Action::new("Ping");
    let _: Response = ami.action(&again).unwrap();
    drop(again);
    let _: Response = ami.action(action::Ping::new()).unwrap();
    let typed = action::Ping::new();
    let _: Response = ami.action(&typed).unwrap();
    drop(typed);
    let _: Receiver<gami::Result<Response>> = ami.async_action(("Ping", [("ActionID", "pingo")])).unwrap();
    let Err(Error::Rejected(response)) = ami.action("Nonsense") else { panic!() };
    assert_eq!(response.status(), "Error");

    let list: List = ami.list("CoreShowChannels").unwrap();
    let List { response, items, complete, .. } = list;
    let (_, _, _): (Response, Vec<Event>, Event) = (response, items, complete);
    let text: String = ami.command("core show uptime").unwrap();
    assert_eq!(text, "done");
    assert_eq!(ami.originate(Originate::new("SIP/1")).unwrap().channel, "SIP/1");

    let _: &Receiver<Event> = ami.events();
    let _: &Receiver<Error> = ami.errors();
    let _: &Receiver<Error> = ami.net_errors();
    let _: gami::Result<()> = ami.reconnect();
    let _: gami::Result<()> = ami.close();
}

#[test]
fn events_and_responses_keep_every_header_in_order() {
    let mock = Mock::start().unwrap();
    mock.on("Echo", |_| Reply::success().header("Variable", "a=1").header("VARIABLE", "b=2"));
    let ami = logged_in(&mock);
    let response = ami.action(("Echo", [("ActionID", "e")])).unwrap();
    assert_eq!(
        (response.status(), response.get("variable"), response.action_id()),
        ("Success", Some("a=1"), Some("e"))
    );
    let values = {
        let name = String::from("Variable");
        response.get_all(&name).collect::<Vec<_>>() // outlive the name
    };
    assert_eq!(values, ["a=1", "b=2"]);
    assert_eq!(response.get_all("Absent").count(), 0);
    let headers: Vec<(&str, &str)> = response.iter().collect();
    assert_eq!(headers, [("Response", "Success"), ("ActionID", "e"), ("Variable", "a=1"), ("VARIABLE", "b=2")]);

    mock.event("Hangup", [("Privilege", "call,all"), ("Channel", "SIP/1"), ("Cause", "16"), ("cause", "17")]);
    let event = ami.events().recv_timeout(DEADLINE).unwrap();
    assert_eq!((event.name(), event.get("CHANNEL"), event.get("Absent")), ("Hangup", Some("SIP/1"), None));
    assert_eq!((event.privilege(), event.seq(), event.action_id()), (Some("call,all"), 0, None));
    let cause = String::from("Cause");
    let causes: Vec<&str> = event.get_all(&cause).collect();
    drop(cause);
    assert_eq!(causes, ["16", "17"]);
    assert_eq!(event.iter().count(), 5);
    assert!(matches!(event.typed(), Typed::Hangup(hangup) if hangup.channel.name == "SIP/1"));
}

#[test]
fn options_are_set_one_after_the_other() {
    let mock = Mock::start().unwrap();
    let options = Options::new()
        .connect_timeout(Duration::from_secs(10))
        .action_timeout(Duration::from_secs(10))
        .event_capacity(1000)
        .reconnect(Backoff::new())
        .keepalive(Duration::from_secs(60));
    let _: Client = options.dial(mock.to_string()).unwrap();
    let _: Client = options.dial(&mock).unwrap();
    let _: Client = options.dial(mock.address()).unwrap();
}

#[cfg(feature = "tls")]
#[test]
fn tls_is_set_as_the_table_says() {
    use gami::Tls;
    let mock = Mock::builder().tls().start().unwrap();
    let pem: &[u8] = mock.certificate_pem();
    let refused = Options::new().tls(Tls::new()).dial(&mock).unwrap_err();
    assert!(matches!(refused, Error::Tls(_)), "{refused:?}");
    let add = || -> gami::Result<Tls> { Ok(Tls::new().add_root_pem(pem)?.server_name("localhost")) };
    let own = native_tls::TlsConnector::builder().danger_accept_invalid_certs(true).build().unwrap();
    for tls in [Tls::insecure(), add().unwrap(), Tls::with_connector(own)] {
        let ami = Options::new().tls(tls).dial(&mock).unwrap();
        ami.login("admin", "root").unwrap();
    }
}

#[test]
fn a_loop_over_the_events_ends_when_the_client_is_closed_or_dropped() {
    for closes in [true, false] {
        let mock = Mock::start().unwrap();
        let ami = logged_in(&mock);
        mock.event("Tick", [("Number", 1)]);
        let (seen, looping) = std::sync::mpsc::channel();
        let looped = if closes {
            let ami = ami.clone();
            thread::spawn(move || {
                for event in ami.events() {
                    seen.send(event.seq()).unwrap();
                }
            })
        } else {
            let events = ami.events().clone();
            thread::spawn(move || {
                for event in events {
                    seen.send(event.seq()).unwrap();
                }
            })
        };
        assert_eq!(looping.recv_timeout(DEADLINE).unwrap(), 0);
        if closes {
            ami.close().unwrap();
        }
        drop(ami);
        within(DEADLINE, "the loop", move || looped.join().unwrap());
    }
}
