//! How much may be under way unanswered, for servers that lose what they cannot read at once: a plain table, no I/O.
//!
//! Over TLS, Asterisk up to 14 hangs up when it answers while more than it reads at once has come. Later ones hang up
//! when they find half a record, and the system cuts one for which the server's socket has no room. A server answers
//! in the order in which it reads: the answer to an action tells that all before it was read too.
//!
//! Where no answer comes the deadline of the oldest action stands for it. A server from 15 on that answers nothing for
//! a while is sent everything: only a socket that is full shows that it does not read.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::pending::Serial;
use super::transport::RECORD;

/// What the socket of a server from 15 on has room for in any case: half of what Linux begins with.
const SOCKET: usize = 32 * 1024;
/// How long such a server may answer nothing before nothing is kept back.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) struct Window {
    /// So many bytes may be under way.
    limit: usize,
    patience: Option<Duration>,
    /// What waits to be sent, in order, and what the server has yet to answer.
    queued: VecDeque<Span>,
    under_way: VecDeque<Span>,
    /// How many bytes are under way.
    bytes: usize,
    /// Since when nothing has come of what is under way: the first look at it after the last answer, or item of a list.
    silent_since: Option<Instant>,
}

struct Span {
    serial: Serial,
    length: usize,
    deadline: Instant,
}

impl Window {
    /// For a server up to 14: what it reads at once.
    pub fn of_a_record() -> Self {
        Self::new(RECORD, None)
    }

    /// For a server from 15 on: what its socket has room for.
    pub fn of_a_socket() -> Self {
        Self::new(SOCKET, Some(PATIENCE))
    }

    fn new(limit: usize, patience: Option<Duration>) -> Self {
        Self { limit, patience, queued: VecDeque::new(), under_way: VecDeque::new(), bytes: 0, silent_since: None }
    }

    pub fn queue(&mut self, serial: Serial, length: usize, deadline: Instant) {
        self.queued.push_back(Span { serial, length, deadline });
    }

    /// An action that was queued will not be sent.
    pub fn withdraw(&mut self, serial: Serial) {
        if let Ok(at) = self.queued.binary_search_by_key(&serial, |span| span.serial) {
            self.queued.remove(at);
        }
    }

    /// Whether it is worth sending the next action now: not before half of what may be under way is answered, for each
    /// answer would let a small record go out. One that alone is more than the limit goes by itself.
    pub fn is_open(&mut self, now: Instant) -> bool {
        let limit = self.limit_at(now);
        let Some(next) = self.queued.front() else { return true };
        let overdue = self.under_way.iter().take_while(|span| span.deadline <= now);
        let bytes = self.bytes - overdue.map(|span| span.length).sum::<usize>();
        bytes == 0 || bytes <= limit / 2 && bytes + next.length <= limit
    }

    /// How many bytes of what is queued may be sent now, and how many actions these are; they are under way then.
    pub fn take(&mut self, now: Instant) -> (usize, usize) {
        let limit = self.limit_at(now);
        while self.under_way.front().is_some_and(|span| span.deadline <= now) {
            self.retire();
        }
        let (mut bytes, mut actions) = (0, 0);
        while let Some(span) = self.queued.front() {
            if self.bytes > 0 && self.bytes + span.length > limit {
                break;
            }
            self.bytes += span.length;
            bytes += span.length;
            actions += 1;
            self.under_way.extend(self.queued.pop_front());
        }
        (bytes, actions)
    }

    /// The server is at work on what it has read, such as a long list.
    pub fn heard(&mut self) {
        self.silent_since = None;
    }

    /// The server has read everything up to this action.
    pub fn answered(&mut self, serial: Serial) {
        self.heard();
        while self.under_way.front().is_some_and(|span| span.serial <= serial) {
            self.retire();
        }
    }

    /// How much may be under way now.
    fn limit_at(&mut self, now: Instant) -> usize {
        if self.silent_since.is_none() && !self.under_way.is_empty() {
            self.silent_since = Some(now);
        }
        let opened = self.opens_to_all_at().is_some_and(|at| at <= now);
        if opened {
            usize::MAX
        } else {
            self.limit
        }
    }

    fn opens_to_all_at(&self) -> Option<Instant> {
        self.silent_since?.checked_add(self.patience?)
    }

    /// When it opens, whatever the server does.
    pub fn opens_at(&self) -> Option<Instant> {
        let overdue = self.under_way.front().map(|span| span.deadline);
        overdue.into_iter().chain(self.opens_to_all_at()).min()
    }

    fn retire(&mut self) {
        self.bytes -= self.under_way.pop_front().map_or(0, |span| span.length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(lengths: &[usize], deadline: Instant) -> Window {
        let mut window = Window::of_a_record();
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

    /// Actions of 1,000 bytes to a server from 15 on; 32 of them fit.
    fn socket(actions: u64, now: Instant) -> Window {
        let mut window = Window::of_a_socket();
        (1..=actions).for_each(|serial| window.queue(serial, 1000, now + Duration::from_secs(9)));
        window
    }

    #[test]
    fn more_goes_out_once_half_of_what_a_socket_holds_is_answered() {
        let now = Instant::now();
        let mut window = socket(100, now);
        assert_eq!(window.take(now), (32_000, 32));
        window.answered(15);
        assert!(!window.is_open(now));
        window.answered(16);
        assert!(window.is_open(now));
        assert_eq!(window.take(now), (16_000, 16));
    }

    #[test]
    fn nothing_is_kept_back_from_a_server_that_answers_nothing_until_it_does() {
        let now = Instant::now();
        let mut window = socket(100, now);
        assert_eq!(window.take(now), (32_000, 32));
        assert!(!window.is_open(now));
        // Each answer begins the time anew, and so does an item of a list.
        window.answered(1);
        assert!(!window.is_open(now));
        window.heard();
        let now = now + PATIENCE;
        assert!(!window.is_open(now));
        assert_eq!(window.opens_at(), Some(now + PATIENCE));
        let now = now + PATIENCE;
        assert!(window.is_open(now));
        assert_eq!(window.take(now), (68_000, 68));
        window.queue(101, 1000, now + PATIENCE);
        assert!(window.is_open(now));
        window.answered(2);
        assert!(!window.is_open(now));
        window.answered(100);
        assert_eq!(window.take(now), (1000, 1));
    }

    #[test]
    fn time_in_which_nothing_is_under_way_opens_nothing() {
        let now = Instant::now();
        let mut window = socket(1, now);
        window.take(now);
        assert!(window.is_open(now));
        window.answered(1);
        assert!(window.is_open(now));
        let later = now + 2 * PATIENCE;
        (2..=100).for_each(|serial| window.queue(serial, 1000, later + PATIENCE));
        assert_eq!(window.take(later), (32_000, 32));
    }

    #[test]
    fn deadlines_that_pass_do_not_stand_for_an_answer() {
        let now = Instant::now();
        let mut window = Window::of_a_socket();
        (1..=100).for_each(|serial| window.queue(serial, 1000, now + PATIENCE / 2));
        assert_eq!(window.take(now), (32_000, 32));
        assert!(!window.is_open(now));
        assert_eq!(window.take(now + PATIENCE / 2), (32_000, 32));
        assert_eq!(window.take(now + PATIENCE), (36_000, 36));
    }
}
