//! Who dials whom.

use super::{Note, Wiring};
use crate::event;
use crate::live::distinct::take_out;

impl Wiring {
    pub(super) fn dial(&mut self, source: &str, dest: &str) {
        if !self.channels.has(dest) || !self.channels.has(source) {
            return; // an originated call has no source
        }
        if self.channels.get(dest).is_some_and(|dest| dest.dialed_by.as_deref() == Some(source)) {
            return;
        }
        self.dialled(dest, None);
        if let Some(dest) = self.channels.edit(dest) {
            dest.dialed_by = Some(source.to_owned());
        }
        if let Some(source) = self.channels.edit(source) {
            source.dialing.push(dest.to_owned());
        }
        self.rewired(dest);
        self.rewired(source);
    }

    /// Ends the dial to a channel.
    pub(super) fn dialled(&mut self, dest: &str, status: Option<&str>) {
        if status.is_some() && self.channels.has(dest) {
            self.note(Note::Dialled { uniqueid: dest.to_owned(), status: status.map(str::to_owned) });
        }
        let Some(source) = self.channels.get(dest).and_then(|dest| dest.dialed_by.clone()) else { return };
        if let Some(channel) = self.channels.edit(dest) {
            channel.dialed_by = None;
        }
        if let Some(source) = self.channels.edit(&source) {
            take_out(&mut source.dialing, dest);
        }
        self.rewired(dest);
        self.rewired(&source);
    }

    pub(super) fn old_dial(&mut self, e: &event::Dial<'_>) {
        self.old = true;
        let source = e.channel.uniqueid;
        if e.sub_event.eq_ignore_ascii_case("Begin") {
            if self.knows(source) & self.knows(e.dest_uniqueid) {
                self.dial(source, e.dest_uniqueid);
            }
            return;
        }
        // It ends with the application, after the conversation: only those that were not reached are open still.
        let open = self.channels.get(source).map(|source| source.dialing.clone()).unwrap_or_default();
        let status = e.dial_status.map(|status| status.as_str()).filter(|status| *status != "ANSWER");
        open.iter().for_each(|dest| self.dialled(dest, status));
    }
}
