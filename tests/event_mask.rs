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
