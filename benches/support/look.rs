//! What a consumer does with an event, from the least to the most.

use ::gami::{Event, Typed};

use super::keep;

/// The name and the number.
pub fn touch(event: &Event) {
    keep((event.name(), event.seq()));
}

/// The name and the value of every header.
pub fn every_header(event: &Event) {
    for (name, value) in event {
        keep((name, value.as_bytes().last()));
    }
}

/// The headers of one event in ten, picked by its name.
pub fn by_name(event: &Event) {
    if event.name().eq_ignore_ascii_case("Newstate") {
        every_header(event);
    }
}

/// Every field of the typed event.
pub fn every_field(event: &Event) {
    match event.typed() {
        Typed::Newchannel(e) => keep(e),
        Typed::Newstate(e) => keep(e),
        other => panic!("not in the replay: {other:?}"),
    }
}
