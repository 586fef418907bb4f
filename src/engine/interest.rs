//! What a subscriber wants to see: data, so that nobody's code runs on the thread that reads.

use crate::action::EventClass;
use crate::event::Event;

/// Which events a subscription takes, and how many of them may wait.
///
/// An event is taken if it has one of the names, for each header that is asked for one of the values, and one of
/// the classes. What is not asked for does not matter: [`Interest::all`] takes every event.
///
/// # Examples
///
/// ```
/// use gami::action::EventClass;
/// use gami::Interest;
///
/// let all = Interest::all();
/// let hangups = Interest::names(["Hangup"]);
/// let of_one_call = Interest::names(["DialEnd", "Hangup"]).header("Linkedid", "1700000000.7").capacity(1_000);
/// let queues = Interest::all().class(EventClass::Agent);
/// # let _ = (all, hangups, of_one_call, queues);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interest {
    pub(super) names: Option<Vec<Box<str>>>,
    pub(super) headers: Vec<(Box<str>, Vec<Box<str>>)>,
    classes: Vec<EventClass>,
    capacity: Option<usize>,
}

impl Interest {
    /// Every event.
    pub fn all() -> Self {
        Self { names: None, headers: Vec::new(), classes: Vec::new(), capacity: None }
    }

    /// The events of these names, in any case; of no names at all, no event.
    pub fn names<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        let names = names.into_iter().map(|name| name.into().to_ascii_lowercase().into()).collect();
        Self { names: Some(names), ..Self::all() }
    }

    /// Only events that have this header, its name in any case, with exactly this value.
    ///
    /// Called again with the same name it adds another value, of which the event must have one; with another
    /// name, another header that the event must have as well. Of a header that repeats, the first counts.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into().into_boxed_str());
        match self.headers.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            Some((_, values)) => values.push(value),
            None => self.headers.push((name.into(), vec![value])),
        }
        self
    }

    /// Only events of this class, as their header `Privilege` says; called again, of this class too.
    ///
    /// An event without that header is of no class.
    #[must_use]
    pub fn class(mut self, class: EventClass) -> Self {
        self.classes.push(class);
        self
    }

    /// How many events may wait for the subscriber before the newest are dropped; at least one.
    ///
    /// Unless set, as many as [`Options::event_capacity`](crate::Options::event_capacity) says, or 65,536 where
    /// that is zero. `usize::MAX` never drops. Nothing is set aside in advance.
    #[must_use]
    pub fn capacity(mut self, events: usize) -> Self {
        self.capacity = Some(events);
        self
    }

    pub(super) fn own_capacity(&self) -> Option<usize> {
        self.capacity
    }

    pub(super) fn takes_everything(&self) -> bool {
        self.names.is_none() && self.headers.is_empty() && self.classes.is_empty()
    }

    /// Whether it takes an event whose name has been found to be one of its own.
    pub(super) fn takes(&self, event: &Event) -> bool {
        let has = |(name, values): &(Box<str>, Vec<Box<str>>)| {
            event.packet().seek(name).is_some_and(|value| values.iter().any(|wanted| **wanted == *value))
        };
        self.headers.iter().all(has) && (self.classes.is_empty() || self.takes_class(event))
    }

    fn takes_class(&self, event: &Event) -> bool {
        let Some(privilege) = event.packet().seek("Privilege") else { return false };
        privilege.split(',').any(|class| self.classes.iter().any(|wanted| wanted.as_str() == class.trim()))
    }
}
