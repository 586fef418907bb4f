//! A fence that is out, and whether it is still to be expected.
//!
//! A server that is overloaded sends it late: half a minute has been seen, among a hundred thousand events. Another
//! never sends it: a filter, `disabledevents`, or the rights of the user keep its event out, which nothing tells. The two
//! differ in what else comes. As long as other variables are told of, the server tells of variables, and the fence is
//! on its way: then what came so far is from before the list, and the parts are not valid.

use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, TryRecvError};

use crate::client::Fence;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::response::Response;

/// It does not come if nothing at all has come for so long since the server set the variable.
const SILENCE: Duration = Duration::from_secs(3);
/// It does not come if no variable has been told of for so long.
const WITHOUT_VARIABLES: Duration = Duration::from_secs(30);
/// It is not waited for any longer, whatever comes, since a filter may keep out just this one: on a link on which none
/// has come back yet, and on one on which the last did.
const LONGEST: Duration = Duration::from_secs(300);
const LONGEST_PROVEN: Duration = Duration::from_secs(3600);
/// How often it is told that it is late.
const LATE: Duration = Duration::from_secs(1);

pub(super) struct Awaited {
    fence: Fence,
    answer: Option<Receiver<Result<Response>>>,
    begun: Instant,
    /// When something came last, or the action was answered.
    last: Instant,
    /// When a variable was told of last.
    variable: Option<Instant>,
    /// The action was refused: the variable is not set.
    refused: bool,
    /// Whether the last fence on this link came back.
    came_back: Option<bool>,
    /// Whether the model waits for it; else the lag is measured.
    pub wanted: bool,
    next_late: Instant,
}

impl Awaited {
    pub fn new(
        fence: Fence,
        answer: Receiver<Result<Response>>,
        now: Instant,
        wanted: bool,
        came_back: Option<bool>,
    ) -> Self {
        Self {
            fence,
            answer: Some(answer),
            begun: now,
            last: now,
            variable: None,
            refused: false,
            came_back,
            wanted,
            next_late: now + LATE,
        }
    }

    /// The answer to the action, while it is not there.
    pub fn answer(&self) -> Option<&Receiver<Result<Response>>> {
        self.answer.as_ref()
    }

    pub fn lag(&self, now: Instant) -> Duration {
        now.duration_since(self.begun)
    }

    /// An event came; whether it is this fence.
    pub fn came(&mut self, event: &Event, now: Instant) -> bool {
        self.last = now;
        if event.name() != "VarSet" {
            return false;
        }
        self.variable = Some(now);
        self.fence.is(event)
    }

    pub fn take_answer(&mut self, now: Instant) {
        let answered = match self.answer.as_ref().map(Receiver::try_recv) {
            None | Some(Err(TryRecvError::Empty)) => return,
            Some(Ok(answered)) => answered,
            Some(Err(TryRecvError::Disconnected)) => Err(Error::NotConnected),
        };
        self.answer = None;
        self.last = now;
        // An answer that is late means no more than that the server is.
        self.refused = matches!(&answered, Err(error) if !matches!(error, Error::Timeout { .. }));
    }

    /// Since when it is not to be expected, if nothing comes until then.
    fn hopeless(&self) -> Instant {
        let without = self.variable.unwrap_or(self.begun) + WITHOUT_VARIABLES;
        let silent = if self.answer.is_none() { self.last + SILENCE } else { without };
        let longest = match self.came_back {
            Some(true) => LONGEST_PROVEN,
            None => LONGEST,
            Some(false) => WITHOUT_VARIABLES,
        };
        silent.min(without).min(self.begun + longest)
    }

    pub fn is_hopeless(&self, now: Instant) -> bool {
        self.refused || now >= self.hopeless()
    }

    /// When there is something to do although nothing comes.
    pub fn due(&self) -> Instant {
        match self.tells_late() {
            true => self.hopeless().min(self.next_late),
            false => self.hopeless(),
        }
    }

    /// Only where it is measured, and is on its way.
    fn tells_late(&self) -> bool {
        !self.wanted && self.came_back == Some(true) && self.variable.is_some()
    }

    /// How far events are behind at least, from time to time.
    pub fn late(&mut self, now: Instant) -> Option<Duration> {
        if !self.tells_late() || now < self.next_late {
            return None;
        }
        self.next_late = now + LATE;
        Some(self.lag(now))
    }
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::{bounded, Sender};

    use super::*;
    use crate::packet::Packet;

    fn event(name: &str) -> Event {
        Event::from(Packet::new(format!("Event: {name}\r\nVariable: X\r\nValue: 1\r\n").as_bytes()))
    }

    /// One that was answered at once.
    fn answered(came_back: Option<bool>) -> (Awaited, Instant) {
        let (answers, answer) = bounded(1);
        answers.send(Ok(Response::from(Packet::new(b"Response: Success\r\n")))).unwrap();
        let begun = Instant::now();
        let mut awaited = Awaited::new(Fence::new(), answer, begun, true, came_back);
        awaited.take_answer(begun);
        (awaited, begun)
    }

    /// When it is given up, if these events go on coming, two a second.
    fn given_up(awaited: &mut Awaited, begun: Instant, events: impl Fn(u64) -> Option<Event>) -> u64 {
        let given_up = (0..10_000).find(|half| {
            let now = begun + Duration::from_millis(500 * half);
            events(*half).into_iter().for_each(|event| assert!(!awaited.came(&event, now)));
            awaited.is_hopeless(now)
        });
        given_up.expect("it is given up at some time") / 2
    }

    #[test]
    fn in_silence_it_is_given_up_soon() {
        let (mut awaited, begun) = answered(None);
        assert_eq!(given_up(&mut awaited, begun, |_| None), 3);
        let (mut awaited, begun) = answered(None);
        assert_eq!(given_up(&mut awaited, begun, |half| (half < 20).then(|| event("Newstate"))), 12);
    }

    #[test]
    fn among_events_without_a_variable_it_is_given_up_after_half_a_minute() {
        let (mut awaited, begun) = answered(None);
        assert_eq!(given_up(&mut awaited, begun, |_| Some(event("Newstate"))), 30);
    }

    #[test]
    fn while_other_variables_are_told_of_it_is_waited_for() {
        let (mut awaited, begun) = answered(None);
        assert_eq!(given_up(&mut awaited, begun, |_| Some(event("VarSet"))), 300);
        let (mut awaited, begun) = answered(None);
        let rare = |half| Some(event(if half % 50 == 0 && half < 200 { "VarSet" } else { "Newstate" }));
        assert_eq!(given_up(&mut awaited, begun, rare), 75 + 30);
    }

    #[test]
    fn where_the_last_came_back_it_is_waited_for_longer_and_where_it_did_not_less_long() {
        let (mut awaited, begun) = answered(Some(true));
        assert_eq!(given_up(&mut awaited, begun, |_| Some(event("VarSet"))), 3600);
        let (mut awaited, begun) = answered(Some(false));
        assert_eq!(given_up(&mut awaited, begun, |_| Some(event("VarSet"))), 30);
    }

    #[test]
    fn while_the_lag_is_measured_it_grows_to_what_it_is_at_least() {
        let late = |came_back: bool, name: &str| {
            let (mut awaited, begun) = answered(Some(came_back));
            awaited.wanted = false;
            awaited.came(&event(name), begun);
            let mut late = [900, 1_500, 1_600, 2_700].map(|ms| awaited.late(begun + Duration::from_millis(ms)));
            late.iter_mut().filter_map(|late| late.take().map(|late| late.as_millis())).collect::<Vec<_>>()
        };
        assert_eq!(late(true, "VarSet"), [1_500, 2_700]);
        assert_eq!((late(true, "Newstate"), late(false, "VarSet")), (vec![], vec![]), "it may never come");
    }

    fn unanswered() -> (Awaited, Sender<Result<Response>>, Instant) {
        let (answers, answer) = bounded(1);
        let begun = Instant::now();
        (Awaited::new(Fence::new(), answer, begun, true, None), answers, begun)
    }

    #[test]
    fn one_that_is_refused_is_given_up_at_once_and_one_whose_answer_is_late_is_not() {
        let (mut awaited, answers, begun) = unanswered();
        let refusal = Packet::new(b"Response: Error\r\nMessage: Permission denied\r\n");
        answers.send(Err(Error::Rejected(Response::from(refusal)))).unwrap();
        awaited.take_answer(begun);
        assert!(awaited.is_hopeless(begun));
        let (mut awaited, answers, begun) = unanswered();
        answers.send(Err(Error::Timeout { after: Duration::from_secs(1), sent: true })).unwrap();
        awaited.take_answer(begun + Duration::from_secs(1));
        assert!(!awaited.is_hopeless(begun + Duration::from_secs(1)));
    }
}
