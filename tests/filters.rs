//! Filters by name, and filters that a server would take and not understand.

mod support;

use gami::action::{Filter, MatchCriteria};
use gami::mock::{Mock, Reply};
use gami::{Client, Error, Options};
use support::{logged_in, next_loss, quick, DEADLINE};

fn of_version(mock: &Mock, version: &'static str) {
    mock.on("CoreSettings", move |_| Reply::success().header("AsteriskVersion", version));
}

/// The filters that the server was given: what they say, and by what.
fn filters(mock: &Mock) -> Vec<String> {
    let filters = mock.received().into_iter().filter(|request| request.name() == "Filter");
    filters.map(|filter| filter.get("MatchCriteria").or_else(|| filter.get("Filter")).unwrap().to_owned()).collect()
}

fn include(ami: &Client) {
    ami.include_event_names(["Hangup", "Newchannel"]).unwrap();
}

#[test]
fn names_are_included_by_criteria_where_the_server_knows_them_and_else_by_an_expression_that_is_anchored() {
    for (version, knows) in [
        ("22.1.0", true),
        ("22.0.3", false),
        ("20.11.0-rc1", true),
        ("18.25.0", false),
        ("16.28.0~dfsg-0+deb11u4", false),
        ("certified-20.7-cert2", false),
        ("GIT-master-1a2b3c", true),
    ] {
        let mock = Mock::start().unwrap();
        of_version(&mock, version);
        include(&logged_in(&mock));
        let expected = match knows {
            true => vec!["name(Hangup)", "name(Newchannel)"],
            false => vec!["^Event: (Hangup|Newchannel)[^A-Za-z]"],
        };
        assert_eq!(filters(&mock), expected, "{version}");
    }
}

#[test]
fn criteria_that_the_server_would_not_understand_are_refused() {
    let mock = Mock::start().unwrap();
    of_version(&mock, "16.28.0");
    let ami = logged_in(&mock);
    let filter = || Filter::criteria(MatchCriteria::new().name("Hangup"));
    let refused = [ami.action(filter()).map(drop), ami.async_action(filter()).map(drop)];
    for error in refused.map(Result::unwrap_err) {
        assert!(matches!(&error, Error::Invalid { argument, .. } if argument.contains("MatchCriteria")), "{error}");
    }
    assert!(filters(&mock).is_empty());
}

#[test]
fn filters_by_name_are_restored_and_an_older_server_that_does_not_know_them_is_told_of() {
    let mock = Mock::start().unwrap();
    of_version(&mock, "22.5.0");
    let ami = Options::new().reconnect(quick()).connect(mock.address(), "admin", "root").unwrap();
    include(&ami);
    mock.hang_up();
    next_loss(&ami);
    ami.wait_connected(DEADLINE).unwrap();
    assert_eq!(filters(&mock).len(), 4);
    of_version(&mock, "16.28.0");
    mock.hang_up();
    next_loss(&ami);
    ami.wait_connected(DEADLINE).unwrap();
    assert_eq!(filters(&mock).len(), 4);
    let told = ami.errors().recv_timeout(DEADLINE).unwrap();
    assert!(matches!(told, Error::Invalid { .. }), "{told}");
}

#[test]
fn what_is_no_name_of_an_event_is_refused() {
    let mock = Mock::start().unwrap();
    let ami = logged_in(&mock);
    for names in [&[][..], &["Hangup|.*"], &[""], &["Hangup", "Event: Bridge"]] {
        let error = ami.include_event_names(names).unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error}");
    }
}
