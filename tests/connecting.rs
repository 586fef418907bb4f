//! Dialing: what answers, what does not, and how long that may take.

mod support;

use std::io::{Read, Write};
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::{Duration, Instant};

use gami::mock::{Mock, Reply};
use gami::{Client, Error, Options, Outcome, State};
use support::{over_each_transport, within, DEADLINE};

/// The time to connect, for what does not answer in time; a busy machine shakes hands within it.
const TIMEOUT: Duration = Duration::from_millis(2500);

/// Dials what is no manager, with all the time there is.
#[track_caller]
fn refused(options: &Options, address: impl ToString) -> Error {
    refused_within(DEADLINE, options, address)
}

/// Dials what does not answer in time.
#[track_caller]
fn given_up(options: &Options, address: impl ToString) -> Error {
    let begun = Instant::now();
    let error = refused_within(TIMEOUT, options, address);
    assert!(begun.elapsed() >= TIMEOUT, "{error:?}");
    error
}

/// The error must come within the time, and some slack for a busy machine.
#[track_caller]
fn refused_within(timeout: Duration, options: &Options, address: impl ToString) -> Error {
    let (options, address) = (options.clone().connect_timeout(timeout), address.to_string());
    let error = within(timeout + DEADLINE / 4, "dial", move || options.dial(address).err()).expect("an error");
    assert_eq!(error.outcome(), Outcome::NotSent);
    error
}

/// A server of a few lines, for what the mock does not do.
fn server(serve: impl FnOnce(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || serve(listener.accept().unwrap().0));
    address
}

#[test]
fn a_banner_that_is_none_is_a_clear_error() {
    over_each_transport(|mock, options| {
        for (banner, reason) in [
            ("220 mail.example.com ESMTP\r\n", r#"its first line is not a banner: "220 mail.example.com ESMTP""#),
            ("SSH-2.0-OpenSSH_9.2\n", r#"its first line is not a banner: "SSH-2.0-OpenSSH_9.2""#),
            ("\r\n", r#"its first line is not a banner: """#),
            ("Response: Success\r\n\r\n", r#"its first line is not a banner: "Response: Success""#),
        ] {
            mock.set_banner(banner);
            let error = refused(&options, mock.address());
            let Error::Banner { address, reason: found } = &error else { panic!("{error:?}") };
            assert_eq!((&**found, &**address), (reason, mock.address().to_string().as_str()));
        }
        mock.set_banner("x".repeat(100_000));
        let error = refused(&options, mock.address()).to_string();
        assert!(error.contains("is not a banner: \"xxx") && error.len() < 200, "{error}");
        mock.set_banner(&b"\xff\xfe\0\x01garbage\r\n"[..]);
        assert!(matches!(refused(&options, mock.address()), Error::Banner { .. }));
    });
}

#[test]
fn silence_in_place_of_a_banner_ends_with_the_connect_timeout() {
    over_each_transport(|mock, options| {
        mock.set_banner(Reply::nothing());
        let error = given_up(&options, mock.address());
        let Error::Banner { reason, .. } = &error else { panic!("{error:?}") };
        assert!(reason.starts_with("no banner within 2.5s: nothing came"), "{reason}");
        mock.wait_for_sessions(0, DEADLINE).expect("the connection is closed");
    });
}

#[test]
fn a_banner_that_comes_too_slowly_ends_with_the_connect_timeout() {
    over_each_transport(|mock, options| {
        let byte_by_byte = Reply::raw("Asterisk Call Manager/11.0.0\r\n").dripping(TIMEOUT / 10);
        mock.set_banner(byte_by_byte);
        let error = given_up(&options, mock.address());
        let Error::Banner { reason, .. } = &error else { panic!("{error:?}") };
        assert!(reason.starts_with("no banner within 2.5s: only \"A"), "{reason}");
    });
}

#[test]
fn a_banner_that_comes_byte_by_byte_in_time_is_one() {
    over_each_transport(|mock, options| {
        mock.set_banner(Reply::raw("Asterisk Call Manager/11.0.0\r\n").dripping(Duration::from_millis(2)));
        let ami = options.connect_timeout(DEADLINE).dial(mock.address()).unwrap();
        ami.login("admin", "root").unwrap();
    });
}

#[test]
fn an_end_before_or_within_the_banner_is_a_clear_error() {
    over_each_transport(|mock, options| {
        for (banner, reason) in [
            (Reply::nothing(), "it closed the connection before its banner, as a server over its authlimit does"),
            (Reply::raw("Asterisk Cal"), r#"it closed the connection within its banner: "Asterisk Cal""#),
        ] {
            mock.set_banner(banner.close());
            let error = refused(&options, mock.address());
            let Error::Banner { reason: found, .. } = &error else { panic!("{error:?}") };
            assert_eq!(&**found, reason);
        }
    });
}

#[test]
fn a_port_where_nobody_listens_is_a_clear_error() {
    over_each_transport(|mock, options| {
        mock.stop();
        let error = refused(&options, mock.address());
        let Error::Connect { address, source } = &error else { panic!("{error:?}") };
        assert_eq!(**address, mock.address().to_string());
        assert_eq!(source.kind(), std::io::ErrorKind::ConnectionRefused);
        assert!(error.to_string().starts_with(&format!("cannot connect to {}: ", mock.address())), "{error}");
    });
}

#[test]
fn the_error_names_the_port_that_was_tried() {
    for (options, port) in default_ports() {
        // Where somebody listens on all addresses, that is not a manager.
        let error = options.connect_timeout(TIMEOUT).dial("127.0.0.77").unwrap_err();
        assert!(error.to_string().contains(&format!("127.0.0.77:{port}: ")), "{error}");
    }
}

#[test]
fn a_name_that_does_not_exist_is_a_clear_error() {
    // A name with a blank label cannot be looked up anywhere, so no name server is asked.
    let error = Options::new().dial("no..such..host:5038").unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
}

#[test]
fn an_address_that_makes_no_sense_is_refused_without_a_connection() {
    for address in ["", ":5038", "pbx:port", "pbx:0", "[::1", "p bx:5038"] {
        let error = Client::dial(address).unwrap_err();
        let Error::Invalid { argument, .. } = &error else { panic!("{error:?}") };
        assert_eq!(**argument, format!("address {address:?}"));
    }
}

#[test]
fn options_that_make_no_sense_are_refused_by_name() {
    use gami::Backoff;
    let zero = Duration::ZERO;
    let long_first = Backoff::new().first(Duration::from_secs(2)).longest(Duration::from_secs(1));
    for (options, name) in [
        (Options::new().connect_timeout(zero), "connect_timeout"),
        (Options::new().action_timeout(zero), "action_timeout"),
        (Options::new().keepalive(zero), "keepalive"),
        (Options::new().reconnect(Backoff::new().first(zero)), "first delay"),
        (Options::new().reconnect(long_first), "longest delay"),
    ] {
        let error = options.dial("127.0.0.1:9").unwrap_err();
        assert!(matches!(&error, Error::Invalid { argument, .. } if argument.contains(name)), "{error:?}");
    }
}

#[test]
fn times_without_end_are_taken() {
    let mock = Mock::start().unwrap();
    let forever = Duration::MAX;
    let backoff = gami::Backoff::new().first(forever).longest(forever).stable(forever);
    let options = Options::new().connect_timeout(forever).action_timeout(forever).keepalive(forever);
    let ami = options.wait_for_link(forever).reconnect(backoff).dial(&mock).unwrap();
    ami.login("admin", "root").unwrap();
    ami.async_action("Ping").unwrap().recv_timeout(DEADLINE).unwrap().unwrap();
    mock.hang_up();
    ami.net_errors().recv_timeout(DEADLINE).unwrap();
    assert_eq!(ami.state(), State::Reconnecting);
    ami.reconnect().unwrap();
    ami.wait_connected(forever).unwrap();
    ami.action("Ping").unwrap();
    within(DEADLINE, "close", move || ami.close().unwrap());
}

#[test]
fn forks_and_proxies_are_managers_too() {
    for banner in [
        "Asterisk Call Manager/1.0\r\n",
        "Asterisk Call Manager/12.0.0\n",
        "Asterisk Call Manager/99.9 beta\r\n",
        "Asterisk Call Manager Proxy/1.1\r\n",
        "Asterisk Manager Proxy/1.25\r\n",
        "OpenPBX Call Manager/1.0\r\n",
        "CallWeaver Call Manager/1.2\r\n",
    ] {
        let mock = Mock::builder().banner(banner).start().unwrap();
        let ami = Client::dial(&mock).unwrap_or_else(|error| panic!("{banner:?}: {error}"));
        ami.login("admin", "root").unwrap();
    }
}

#[test]
fn what_comes_along_with_the_banner_is_not_lost() {
    over_each_transport(|mock, options| {
        mock.set_banner("Asterisk Call Manager/11.0.0\r\nEvent: Early\r\nNumber: 1\r\n\r\nEvent: Ear");
        let ami = options.dial(mock.address()).unwrap();
        assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().get("Number"), Some("1"));
        mock.push("ly\r\nNumber: 2\r\n\r\n");
        assert_eq!(ami.events().recv_timeout(DEADLINE).unwrap().get("Number"), Some("2"));
    });
}

#[test]
fn a_name_is_tried_at_every_address_that_it_has() {
    // One at least, and two where the name stands for both families: whichever it is that answers.
    let addresses: Vec<SocketAddr> = ("localhost", 0).to_socket_addrs().unwrap().collect();
    assert!(!addresses.is_empty());
    for address in addresses {
        let mock = if address.is_ipv6() { Mock::builder().ipv6() } else { Mock::builder() }.start().unwrap();
        let ami = Client::dial(format!("localhost:{}", mock.address().port())).unwrap();
        ami.login("admin", "root").unwrap();
    }
}

#[test]
fn ipv6_addresses_are_dialed_with_and_without_a_name() {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        println!("NOT CHECKED: this machine has no IPv6 loopback; only that the address is understood is shown");
        let error = Client::dial("[::1]:5038").unwrap_err();
        assert!(matches!(error, Error::Connect { .. }), "{error:?}");
        return;
    }
    let mock = Mock::builder().ipv6().start().unwrap();
    assert!(mock.address().to_string().starts_with("[::1]:"));
    Client::dial(&mock).unwrap().login("admin", "root").unwrap();
    Client::dial(mock.address()).unwrap().login("admin", "root").unwrap();
}

#[test]
fn the_default_port_is_that_of_the_transport() {
    for (options, port) in default_ports() {
        // Where somebody listens there already, the client does get through to something.
        let listener = TcpListener::bind(("127.0.0.1", port));
        let accepted = listener.map(|listener| thread::spawn(move || listener.accept().map(drop)));
        let result = options.connect_timeout(DEADLINE).dial("127.0.0.1");
        // It is accepted, and closed without a word.
        assert!(!matches!(result, Err(Error::Connect { .. })), "{result:?}");
        if let Ok(accepted) = accepted {
            within(DEADLINE, "the connection", move || accepted.join().unwrap().unwrap());
        }
    }
}

fn default_ports() -> Vec<(Options, u16)> {
    vec![
        (Options::new(), 5038),
        #[cfg(feature = "tls")]
        (Options::new().tls(gami::Tls::insecure()), 5039),
    ]
}

#[test]
fn a_server_that_hangs_up_right_after_the_banner_is_an_error_or_a_loss() {
    let mock = Mock::start().unwrap();
    mock.set_banner(Reply::raw("Asterisk Call Manager/11.0.0\r\n").close());
    for _ in 0..20 {
        match Client::dial(&mock) {
            Err(error) => assert!(matches!(error, Error::Lost { .. }), "{error:?}"),
            Ok(ami) => {
                let loss = ami.net_errors().recv_timeout(DEADLINE).unwrap();
                assert!(matches!(loss, Error::Lost { sent: None, .. }), "{loss:?}");
            }
        }
    }
}

#[test]
fn a_server_that_resets_the_connection_is_a_clear_error() {
    // Closing a socket with unread bytes in it resets the connection.
    let address = server(|mut socket| {
        socket.write_all(b"Asterisk Call Manager/11.0.0\r\n").unwrap();
        let mut login = [0; 10];
        socket.read_exact(&mut login).unwrap();
    });
    let ami = Client::dial(address).unwrap();
    let error = ami.login("admin", "root").unwrap_err();
    assert!(matches!(error, Error::Lost { sent: Some(true), .. }), "{error:?}");
    let loss = ami.net_errors().recv_timeout(DEADLINE).unwrap();
    assert!(matches!(loss, Error::Lost { sent: None, .. }), "{loss:?}");
}

#[cfg(feature = "tls")]
mod tls {
    use super::*;
    use gami::Tls;
    use support::trusting;

    fn mock() -> Mock {
        Mock::builder().tls().start().unwrap()
    }

    fn port(mock: &Mock) -> u16 {
        mock.address().port()
    }

    #[track_caller]
    fn assert_works(options: &Options, address: impl ToString) {
        let ami = options.dial(address.to_string()).unwrap();
        ami.login("admin", "root").unwrap();
        ami.action("Ping").unwrap();
    }

    #[track_caller]
    fn assert_not_trusted(options: &Options, mock: &Mock, advice: Option<&str>) {
        let error = options.dial(mock).unwrap_err();
        assert!(matches!(error, Error::Tls(_)), "{error:?}");
        let text = error.to_string();
        assert!(text.starts_with("TLS: ") && text.to_lowercase().contains("certificate"), "{text}");
        assert!(text.contains(&mock.address().to_string()), "{text}");
        assert_eq!(text.contains("Tls::"), advice.is_some(), "{text}");
        assert!(advice.map_or(true, |advice| text.contains(advice)), "{text}");
    }

    #[test]
    fn a_server_is_trusted_by_its_certificate_under_each_of_its_names() {
        let mock = mock();
        assert_works(&trusting(&mock), format!("localhost:{}", port(&mock)));
        assert_works(&trusting(&mock), format!("127.0.0.1:{}", port(&mock)));
        let twice = [mock.certificate_pem(), mock.certificate_pem()].concat();
        assert_works(&Options::new().tls(Tls::new().add_root_pem(twice).unwrap()), &mock);
    }

    #[test]
    fn a_server_that_the_system_does_not_trust_is_refused() {
        assert_not_trusted(&Options::new().tls(Tls::new()), &mock(), Some("Tls::add_root_pem"));
    }

    /// OpenSSL reads what the system trusts from a file that the environment can name, once a process.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_server_that_the_system_trusts_is_taken() {
        const TEST: &str = "tls::a_server_that_the_system_trusts_is_taken";
        if std::env::var_os("GAMI_TRUSTING").is_some() {
            let mock = mock();
            assert_works(&Options::new().tls(Tls::new()), format!("localhost:{}", port(&mock)));
            let other = Tls::new().server_name("pbx.example.com");
            return assert_not_trusted(&Options::new().tls(other), &mock, Some("Tls::server_name"));
        }
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args([TEST, "--exact"])
            .env("GAMI_TRUSTING", "yes")
            .env("SSL_CERT_FILE", concat!(env!("CARGO_MANIFEST_DIR"), "/src/mock/localhost.cert.pem"))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success() && told.contains("1 passed"), "{told}");
    }

    #[test]
    fn a_server_of_another_name_is_refused_unless_that_name_is_given() {
        let mock = mock();
        let wrong = Tls::new().add_root_pem(mock.certificate_pem()).unwrap().server_name("pbx.example.com");
        assert_not_trusted(&Options::new().tls(wrong), &mock, Some("Tls::server_name"));
        let right = Tls::new().add_root_pem(mock.certificate_pem()).unwrap().server_name("localhost");
        assert_works(&Options::new().tls(right), &mock);
    }

    #[test]
    fn any_server_is_taken_where_that_is_asked_for() {
        assert_works(&Options::new().tls(Tls::insecure()), mock());
        let other_name = Tls::insecure().server_name("pbx.example.com");
        assert_works(&Options::new().tls(other_name), mock());
    }

    #[test]
    fn a_connector_of_ones_own_is_used_as_it_is() {
        let mock = mock();
        let mut own = native_tls::TlsConnector::builder();
        own.add_root_certificate(native_tls::Certificate::from_pem(mock.certificate_pem()).unwrap());
        assert_works(&Options::new().tls(Tls::with_connector(own.build().unwrap())), &mock);
        let strict = native_tls::TlsConnector::new().unwrap();
        assert_not_trusted(&Options::new().tls(Tls::with_connector(strict)), &mock, None);
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        for pem in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let error = Tls::new().add_root_pem(pem).unwrap_err();
            assert!(
                matches!(&error, Error::Invalid { argument, .. } if &**argument == "root certificate"),
                "{error:?}"
            );
        }
    }

    #[test]
    fn a_plain_server_is_no_tls_server() {
        let plain = Mock::start().unwrap();
        let error = refused(&Options::new().tls(Tls::insecure()), &plain);
        assert!(matches!(error, Error::Tls(_)), "{error:?}");
        let text = error.to_string();
        let told = format!("{}: it answers in plain text, not TLS: \"Asterisk Call Manager/", plain.address());
        assert!(text.contains(&told), "{text}");
    }

    #[test]
    fn a_tls_server_is_no_plain_server() {
        let error = given_up(&Options::new(), mock());
        let Error::Banner { reason, .. } = &error else { panic!("{error:?}") };
        assert_eq!(&**reason, "no banner within 2.5s: nothing came; is it a TLS port?");
        let alert = server(|mut socket| socket.write_all(&[21, 3, 3, 0, 2, 2, 40]).unwrap());
        let error = refused(&Options::new(), alert).to_string();
        assert!(error.ends_with("; is it a TLS port?"), "{error}");
    }

    #[test]
    fn a_handshake_that_does_not_go_on_ends_with_the_connect_timeout() {
        for serve in [keep as fn(TcpStream), begin_and_stop, drip] {
            let error = given_up(&Options::new().tls(Tls::insecure()), server(serve));
            assert!(matches!(error, Error::Tls(_)), "{error:?}");
            assert!(error.to_string().contains("time"), "{error}");
        }
    }

    /// Keeps a connection open without a word, until the client closes it.
    fn keep(mut socket: TcpStream) {
        let _ = socket.read_to_end(&mut Vec::new());
    }

    /// The first bytes of a record that never comes.
    fn begin_and_stop(mut socket: TcpStream) {
        let _ = socket.write_all(&[22, 3, 3, 0, 100, 2]);
        keep(socket);
    }

    /// A record that grows by a byte whenever the client might have lost patience.
    fn drip(mut socket: TcpStream) {
        let _ = socket.write_all(&[22, 3, 3, 0x3f, 0xff, 2, 0, 0x3f, 0xfb]);
        while socket.write_all(&[0]).is_ok() {
            thread::park_timeout(TIMEOUT / 10);
        }
    }

    #[test]
    fn an_end_within_the_handshake_is_a_clear_error() {
        let error = refused(&Options::new().tls(Tls::insecure()), server(drop));
        assert!(matches!(error, Error::Tls(_)), "{error:?}");
    }
}
