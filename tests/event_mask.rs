//! The event mask goes along with the login.

use std::time::Duration;

use gami::action::{EventClass, EventMask};
use gami::mock::Mock;
use gami::{LoginMode, Options};

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_login_sets_the_mask_and_a_reconnection_sets_the_last_one() {
    for mode in [LoginMode::Challenge, LoginMode::Plain] {
        let mock = Mock::start().unwrap();
        let options = Options::new().login_mode(mode).event_mask(EventMask::classes([EventClass::Call]));
        let ami = options.dial(mock.address()).unwrap();
        ami.login("admin", "root").unwrap();
        assert_eq!(mock.wait_for("Login", 1, PATIENCE).unwrap()[0].get("Events"), Some("call"));
        ami.reconnect().unwrap();
        assert_eq!(mock.wait_for("Login", 2, PATIENCE).unwrap()[1].get("Events"), Some("call"));
        ami.action(("Events", [("EventMask", "call,agent")])).unwrap();
        ami.reconnect().unwrap();
        assert_eq!(mock.wait_for("Login", 3, PATIENCE).unwrap()[2].get("Events"), Some("call,agent"));
        assert_eq!(mock.wait_for("Events", 1, PATIENCE).unwrap().len(), 1);
    }
}

#[test]
fn a_word_that_no_server_knows_is_refused_for_it_would_silence_everything() {
    let mock = Mock::start().unwrap();
    let ami = Options::new().dial(mock.address()).unwrap();
    ami.login("admin", "root").unwrap();
    for wrong in ["calls", "call,agents", "", "call,,agent"] {
        let refused = [ami.set_event_mask(wrong), Options::new().event_mask(wrong).dial(mock.address()).map(drop)];
        for error in refused.map(Result::unwrap_err) {
            assert!(matches!(&error, gami::Error::Invalid { argument, .. } if **argument == *"event mask"), "{error}");
        }
    }
    for right in ["on", "off", "call, agent", "ALL", "6", "none"] {
        ami.set_event_mask(right).unwrap();
    }
}
