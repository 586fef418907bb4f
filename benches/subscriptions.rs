//! What subscriptions cost the thread that reads: those that want nothing of what comes, and those that want all.
//!
//! Nobody takes from `events()`, and what is subscribed to waits in its queue until a measurement is over: so it is
//! the reader that is measured, and no consumer.

mod support;

use gami::{Client, Interest, Options};
use support::{compare, measure, row, scaled, Row, Server};

fn main() {
    support::serve_if_asked();
    let events = scaled(200_000);
    let server = Server::start();

    let mut rows = vec![subscribed(&server, events, "no subscription", Vec::new())];
    for count in [1, 10, 100] {
        let other_names = (0..count).map(|number| Interest::names([format!("Event{number}")])).collect();
        rows.push(subscribed(&server, events, &format!("{count}: to other names"), other_names));
    }
    for count in [1, 10, 100] {
        let of =
            |number: usize| Interest::names(["Newchannel", "Newstate"]).header("Linkedid", format!("call-{number}"));
        let other_calls = (0..count).map(of).collect();
        rows.push(subscribed(&server, events, &format!("{count}: to these names, of other calls"), other_calls));
    }
    for count in [1, 10] {
        let all = (0..count).map(|_| Interest::all().capacity(usize::MAX)).collect();
        rows.push(subscribed(&server, events, &format!("{count}: to all"), all));
    }
    for count in [1, 10] {
        let all = (0..count).map(|_| Interest::names(["Newchannel", "Newstate"]).capacity(usize::MAX)).collect();
        rows.push(subscribed(&server, events, &format!("{count}: to all, by name (detached)"), all));
    }
    compare("subscriptions", "event", rows);
}

fn subscribed<'a>(server: &'a Server, events: usize, name: &str, interests: Vec<Interest>) -> Row<'a> {
    let wants_all = name.contains("to all");
    row(name, events, move || {
        let options = Options::new().event_capacity(0);
        let ami: Client = options.dial(&server.address).expect("the server of the benchmark");
        let subscriptions: Vec<_> = interests.iter().map(|interest| ami.subscribe(interest.clone())).collect();
        let sample = measure(|| {
            ami.action(("Replay", [("Count", events)])).expect("a response");
            ami.action("Ping").expect("a response after all events");
        });
        assert_eq!(ami.stats().events, events as u64);
        for subscription in &subscriptions {
            let wanted = if wants_all { events } else { 0 };
            assert_eq!((subscription.events().len(), subscription.dropped()), (wanted, 0));
        }
        sample
    })
}
