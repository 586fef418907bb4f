//! What the board shows, and what keys make of it.

use std::time::SystemTime;

use gami::live::{Change, Kind, Part, Validity};
use gami::{Snapshot, State};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::history::History;
use crate::rows::{rows, Row, View};

/// What the keys are for at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    List,
    /// One call, by its id; the view that it was chosen from stays behind it.
    Call(String),
    /// Typing the filter.
    Filter,
    Help,
    /// Whether this channel is to be hung up, and where to go back to.
    Ask(String, Box<Mode>),
}

/// What the main loop is to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Wish {
    Nothing,
    Quit,
    HangUp(String),
    /// Draw all of the screen anew.
    Redraw,
}

pub struct App {
    pub title: String,
    pub now: Snapshot,
    pub link: State,
    /// The time of the last drawing.
    pub at: SystemTime,
    pub view: View,
    pub mode: Mode,
    pub filter: String,
    /// What the last order came to; until the next key.
    pub note: Option<String>,
    pub history: History,
    pub rows: Vec<Row>,
    pub selected: usize,
    /// The first line that is on the screen.
    pub first: usize,
    /// The party that is chosen in a call.
    pub party: usize,
    /// How far the story of a call is scrolled back, in lines.
    pub back: usize,
    /// How many lines fit, as of the last drawing.
    pub page: usize,
}

impl App {
    pub fn new(title: String, now: Snapshot) -> Self {
        let mut history = History::default();
        now.calls().for_each(|call| history.found(call));
        let mut app = Self {
            title,
            now,
            link: State::Connected,
            at: SystemTime::now(),
            view: View::Calls,
            mode: Mode::List,
            filter: String::new(),
            note: None,
            history,
            rows: Vec::new(),
            selected: 0,
            first: 0,
            party: 0,
            back: 0,
            page: 10,
        };
        app.arrange();
        app
    }

    pub fn changed(&mut self, change: &Change) {
        if let Kind::Lost(count) = change.kind {
            self.note = Some(format!("{count} changes were not shown: too many at once"));
        }
        self.history.take(change);
    }

    /// A new picture; the selection stays with what it is on.
    pub fn show(&mut self, now: Snapshot, link: State, at: SystemTime) {
        (self.now, self.link, self.at) = (now, link, at);
        let calls = &self.now;
        self.history.keep(|id| calls.call(id).is_some());
        self.arrange();
    }

    /// The time that durations run to: what is stale has stopped.
    pub fn until(&self) -> SystemTime {
        match self.now.validity(Part::Calls) {
            Validity::Stale { since } => since.min(self.at),
            _ => self.at,
        }
    }

    fn arrange(&mut self) {
        let key = self.rows.get(self.selected).map(|row| row.key.clone());
        let until = self.until();
        self.rows = rows(self.view, &self.now, self.history.ended(), until, &self.filter);
        let found = key.and_then(|key| self.rows.iter().position(|row| row.key == key));
        self.selected = found.unwrap_or(self.selected).min(self.rows.len().saturating_sub(1));
    }

    pub fn counts(&self, view: View) -> usize {
        match view {
            View::Calls => self.now.calls().len(),
            View::Queues => self.now.queues().len(),
            View::Conferences => self.now.conferences().len(),
            View::Parked => self.now.parked().len(),
            View::Endpoints => self.now.endpoints().len(),
            View::Ended => self.history.len(),
        }
    }

    /// The call by its id, or as it ended.
    pub fn call(&self, id: &str) -> Option<&std::sync::Arc<gami::live::Call>> {
        self.now.call(id).or_else(|| self.history.ended_call(id))
    }

    pub fn key(&mut self, key: KeyEvent) -> Wish {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if control => return Wish::Quit,
            KeyCode::Char('l') if control => return Wish::Redraw,
            _ if control => return Wish::Nothing,
            _ => self.note = None,
        }
        match self.mode.clone() {
            Mode::List => self.list_key(key.code),
            Mode::Call(id) => self.call_key(key.code, &id),
            Mode::Filter => self.filter_key(key.code),
            Mode::Help => {
                self.mode = Mode::List;
                Wish::Nothing
            }
            Mode::Ask(channel, back) => {
                self.mode = *back;
                match key.code {
                    KeyCode::Char('y' | 'Y') => Wish::HangUp(channel),
                    _ => Wish::Nothing,
                }
            }
        }
    }

    fn list_key(&mut self, code: KeyCode) -> Wish {
        let last = self.rows.len().saturating_sub(1);
        match code {
            KeyCode::Char('q') => return Wish::Quit,
            KeyCode::Char('?' | 'h') | KeyCode::F(1) => self.mode = Mode::Help,
            KeyCode::Char('/') => self.mode = Mode::Filter,
            KeyCode::Esc if !self.filter.is_empty() => {
                self.filter.clear();
                self.arrange();
            }
            KeyCode::Char(digit @ '1'..='6') => self.go_to(View::ALL[digit as usize - '1' as usize]),
            KeyCode::Tab | KeyCode::Right => self.turn(1),
            KeyCode::BackTab | KeyCode::Left => self.turn(View::ALL.len() - 1),
            KeyCode::Up | KeyCode::Char('k') => self.selected = self.selected.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.selected = (self.selected + 1).min(last),
            KeyCode::PageUp => self.selected = self.selected.saturating_sub(self.page),
            KeyCode::PageDown => self.selected = (self.selected + self.page).min(last),
            KeyCode::Home | KeyCode::Char('g') => self.selected = 0,
            KeyCode::End | KeyCode::Char('G') => self.selected = last,
            KeyCode::Enter => match self.rows.get(self.selected).and_then(|row| row.call.clone()) {
                Some(call) => (self.mode, self.party, self.back) = (Mode::Call(call), 0, 0),
                None => self.note = Some("no call belongs to this line".into()),
            },
            KeyCode::Char('x') | KeyCode::Delete => {
                let channel = self.rows.get(self.selected).and_then(|row| row.channel.clone());
                self.ask(channel);
            }
            _ => {}
        }
        Wish::Nothing
    }

    fn go_to(&mut self, view: View) {
        if self.view != view {
            (self.view, self.selected, self.first) = (view, 0, 0);
            self.rows.clear();
            self.arrange();
        }
    }

    fn turn(&mut self, by: usize) {
        let at = self.view as usize + by;
        self.go_to(View::ALL[at % View::ALL.len()]);
    }

    fn ask(&mut self, channel: Option<String>) {
        match channel {
            Some(channel) => self.mode = Mode::Ask(channel, Box::new(self.mode.clone())),
            None => self.note = Some("no channel here that could be hung up".into()),
        }
    }

    fn call_key(&mut self, code: KeyCode, id: &str) -> Wish {
        let parties = self.call(id).map_or(0, |call| call.parties.len());
        match code {
            KeyCode::Esc | KeyCode::Enter | KeyCode::Backspace | KeyCode::Char('q') => self.mode = Mode::List,
            KeyCode::Up | KeyCode::Char('k') => self.party = self.party.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.party = (self.party + 1).min(parties.saturating_sub(1)),
            KeyCode::PageUp => {
                let lines = self.history.story(id).count();
                self.back = (self.back + self.page).min(lines.saturating_sub(1));
            }
            KeyCode::PageDown => self.back = self.back.saturating_sub(self.page),
            KeyCode::Char('x') | KeyCode::Delete => {
                let party = self.call(id).and_then(|call| call.parties.get(self.party));
                let channel = party.filter(|party| party.left.is_none()).map(|party| party.channel.clone());
                self.ask(channel);
            }
            _ => {}
        }
        Wish::Nothing
    }

    fn filter_key(&mut self, code: KeyCode) -> Wish {
        match code {
            KeyCode::Enter => self.mode = Mode::List,
            KeyCode::Esc => {
                self.filter.clear();
                self.mode = Mode::List;
            }
            KeyCode::Backspace => drop(self.filter.pop()),
            KeyCode::Char(c) => self.filter.push(c),
            _ => {}
        }
        self.arrange();
        Wish::Nothing
    }
}
