//! Servers that say what no server should.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};

use gami::{Client, Error, Options};
use support::{within, DEADLINE};

/// A server for one client that answers its first action, whose `ActionID` it is given, with anything at all,
/// and says no more.
fn server(answer: impl FnOnce(&str) -> String + Send + 'static) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        socket.set_read_timeout(Some(DEADLINE)).unwrap();
        socket.set_write_timeout(Some(DEADLINE)).unwrap();
        socket.write_all(b"Asterisk Call Manager/11.0.0\r\n").unwrap();
        let mut lines = BufReader::new(socket.try_clone().unwrap()).lines().map_while(Result::ok);
        let id = lines.find_map(|line| line.strip_prefix("ActionID: ").map(str::to_owned)).unwrap();
        socket.write_all(answer(&id).as_bytes()).unwrap();
        socket.shutdown(Shutdown::Write).unwrap();
        // Up to the end of the client's side.
        lines.for_each(drop);
    });
    (address, thread)
}

#[test]
fn a_list_survives_any_number_of_responses_to_its_one_action() {
    let (address, server) = server(|id| {
        let response = format!("Response: Success\r\nActionID: {id}\r\n\r\n");
        let event = |name: &str| format!("Event: {name}\r\nActionID: {id}\r\n\r\n");
        format!("{}{}{}", response.repeat(200_000), event("CoreShowChannel"), event("CoreShowChannelsComplete"))
    });
    let ami = Client::dial(address).unwrap();
    within(3 * DEADLINE, "the list", move || {
        let list = ami.list("CoreShowChannels").unwrap();
        assert_eq!((list.items.len(), list.complete.name()), (1, "CoreShowChannelsComplete"));
        ami.close().unwrap();
        server.join().unwrap();
    });
}

#[test]
fn a_packet_beyond_the_limit_that_the_end_of_the_stream_cuts_off_is_reported() {
    let text = |id: &str| format!("Response: Success\r\nActionID: {id}\r\n{}", "Output: x\r\n".repeat(1000));
    let (address, server) = server(move |id| text(id));
    let ami = Options::new().packet_limit(1024).dial(address).unwrap();
    within(3 * DEADLINE, "the end of the stream", move || {
        assert!(matches!(ami.action(("Ping", [("ActionID", "7")])), Err(Error::PacketTooLarge { .. })));
        let error = ami.errors().recv_timeout(DEADLINE).unwrap();
        let size = text("7").len() as u64;
        assert!(matches!(error, Error::PacketTooLarge { size: found } if found == size), "{size}: {error:?}");
        ami.close().unwrap();
        assert_eq!(ami.errors().iter().count(), 0);
        assert_eq!(ami.stats().too_large, 1);
        server.join().unwrap();
    });
}
