//! How much may be under way unanswered, for servers that lose what they cannot read at once: a plain table, no I/O.
//!
//! Over TLS, Asterisk up to 14 hangs up when it answers while more than it reads at once has come. A server answers
//! in the order in which it reads: the answer to an action tells that all before it was read too. Where none comes
//! the deadline of the oldest action stands for it.

use std::collections::VecDeque;
use std::time::Instant;

use super::pending::Serial;
use super::transport::RECORD;

#[derive(Default)]
pub(super) struct Window {
    /// What waits to be sent, in order, and what the server has yet to answer.
    queued: VecDeque<Span>,
    under_way: VecDeque<Span>,
    /// How many bytes are under way.
    bytes: usize,
}

struct Span {
    serial: Serial,
    length: usize,
    deadline: Instant,
}

impl Window {
    pub fn queue(&mut self, serial: Serial, length: usize, deadline: Instant) {
        self.queued.push_back(Span { serial, length, deadline });
    }

    /// An action that was queued will not be sent.
    pub fn withdraw(&mut self, serial: Serial) {
        if let Ok(at) = self.queued.binary_search_by_key(&serial, |span| span.serial) {
            self.queued.remove(at);
        }
    }

    /// Whether the next action may be sent. One that alone is more than the server reads at once goes by itself.
    pub fn is_open(&self, now: Instant) -> bool {
        let Some(next) = self.queued.front() else { return true };
        let overdue = self.under_way.iter().take_while(|span| span.deadline <= now);
        let bytes = self.bytes - overdue.map(|span| span.length).sum::<usize>();
        bytes == 0 || bytes + next.length <= RECORD
    }

    /// How many bytes of what is queued may be sent now, and how many actions these are; they are under way then.
    pub fn take(&mut self, now: Instant) -> (usize, usize) {
        while self.under_way.front().is_some_and(|span| span.deadline <= now) {
            self.retire();
        }
        let (mut bytes, mut actions) = (0, 0);
        while let Some(span) = self.queued.front() {
            if self.bytes > 0 && self.bytes + span.length > RECORD {
                break;
            }
            self.bytes += span.length;
            bytes += span.length;
            actions += 1;
            self.under_way.extend(self.queued.pop_front());
        }
        (bytes, actions)
    }

    /// The server has read everything up to this action.
    pub fn answered(&mut self, serial: Serial) {
        while self.under_way.front().is_some_and(|span| span.serial <= serial) {
            self.retire();
        }
    }

    /// When it opens, whatever the server does.
    pub fn opens_at(&self) -> Option<Instant> {
        self.under_way.front().map(|span| span.deadline)
    }

    fn retire(&mut self) {
        self.bytes -= self.under_way.pop_front().map_or(0, |span| span.length);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn window(lengths: &[usize], deadline: Instant) -> Window {
        let mut window = Window::default();
        lengths.iter().zip(1..).for_each(|(length, serial)| window.queue(serial, *length, deadline));
        window
    }

    #[test]
    fn no_more_than_a_record_is_under_way_unanswered() {
        let now = Instant::now();
        let mut window = window(&[500, 500, 25, 500], now + Duration::from_secs(9));
        assert_eq!(window.take(now), (1000, 2));
        assert!(!window.is_open(now));
        assert_eq!(window.take(now), (0, 0));
        window.answered(1);
        assert_eq!(window.take(now), (25, 1));
        window.answered(3);
        assert!(window.is_open(now));
        assert_eq!(window.take(now), (500, 1));
    }

    #[test]
    fn an_action_that_is_larger_goes_alone() {
        let now = Instant::now();
        let mut window = window(&[100, 5000, 100], now + Duration::from_secs(9));
        assert_eq!(window.take(now), (100, 1));
        assert_eq!(window.take(now), (0, 0));
        window.answered(1);
        assert_eq!(window.take(now), (5000, 1));
        assert_eq!(window.take(now), (0, 0));
        window.answered(2);
        assert_eq!(window.take(now), (100, 1));
    }

    #[test]
    fn an_answer_that_never_comes_closes_it_until_the_oldest_deadline() {
        let now = Instant::now();
        let soon = now + Duration::from_secs(1);
        let mut window = window(&[1000, 24, 1000], soon);
        window.queue(4, 10, now);
        assert_eq!(window.take(now), (1024, 2));
        assert_eq!(window.opens_at(), Some(soon));
        assert!(!window.is_open(now) && window.is_open(soon));
        assert_eq!(window.take(soon), (1010, 2));
    }

    #[test]
    fn what_is_withdrawn_takes_no_room() {
        let now = Instant::now();
        let mut window = window(&[1000, 1000, 24], now + Duration::from_secs(9));
        assert_eq!(window.take(now), (1000, 1));
        window.withdraw(2);
        window.withdraw(1);
        assert_eq!(window.take(now), (24, 1));
    }
}
