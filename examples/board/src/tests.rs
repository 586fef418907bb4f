//! What the screen shows at moments of the recorded exchange, and what keys do to it.

use std::io::Cursor;
use std::time::{Duration, Instant};

use gami::live::Thing;
use gami::recording::Recording;
use gami::State;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Color;
use ratatui::Terminal;

use crate::app::{App, Mode, Wish};
use crate::draw::{draw, Look};
use crate::player::Player;
use crate::source::{Arguments, Source, EXCHANGE};

/// The board so many seconds after the recording began.
fn board(seconds: u64) -> App {
    let player = Player::read(Recording::new(Cursor::new(EXCHANGE)).unwrap()).unwrap();
    let (before, ..) = player.at(Duration::ZERO);
    let (now, changes, at) = player.at(Duration::from_secs(seconds));
    let mut app = App::new("pbx:5038".into(), before);
    changes.iter().for_each(|change| app.changed(change));
    app.show(now, State::Connected, at);
    app
}

fn terminal(app: &mut App, width: u16, height: u16, colour: bool) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, app, Look { colour })).unwrap();
    terminal
}

fn screen(app: &mut App, width: u16, height: u16) -> String {
    let terminal = terminal(app, width, height, false);
    let cells = terminal.backend().buffer().content();
    let lines = cells.chunks(usize::from(width)).map(|line| line.iter().map(|cell| cell.symbol()).collect::<String>());
    lines.map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn press(app: &mut App, keys: &str) -> Wish {
    keys.chars().fold(Wish::Nothing, |_, key| press_code(app, KeyCode::Char(key)))
}

fn press_code(app: &mut App, code: KeyCode) -> Wish {
    let wish = app.key(KeyEvent::new(code, KeyModifiers::NONE));
    let (now, link, at) = (app.now.clone(), app.link, app.at);
    app.show(now, link, at);
    wish
}

/// The line of the screen that has this text.
fn line<'a>(screen: &'a str, text: &str) -> &'a str {
    screen
        .lines()
        .find(|line| line.contains(text))
        .unwrap_or_else(|| panic!("{text:?} is not on the screen:\n{screen}"))
}

#[test]
fn calls_have_their_parties_and_states() {
    let screen = screen(&mut board(17), 80, 24);
    assert!(line(&screen, "pbx:5038").contains("connected"), "{screen}");
    assert!(line(&screen, "Rosa Rossi").contains("talks"), "{screen}");
    assert!(line(&screen, "Rosa Rossi").contains("Alice Ames"), "{screen}");
    assert!(line(&screen, "Rosa Rossi").contains("support"), "{screen}");
    assert!(line(&screen, "Uma Usman").contains("rings"), "{screen}");
    assert!(line(&screen, "Tess Tran").contains("parked"), "{screen}");
    assert!(line(&screen, "Victor Vidal").contains("waits"), "{screen}");
    assert!(!screen.contains("4721555031"), "numbers are for wide terminals:\n{screen}");
}

#[test]
fn a_wide_terminal_shows_numbers_too() {
    let screen = screen(&mut board(17), 200, 60);
    assert!(screen.contains("Nora Nilsen <4721555031>"), "{screen}");
}

#[test]
fn queues_have_callers_in_order_and_members_with_whom_they_talk_to() {
    let mut app = board(25);
    press(&mut app, "2");
    let screen = screen(&mut app, 80, 24);
    assert!(line(&screen, "support").contains("rrmemory"), "{screen}");
    assert!(line(&screen, " 1. ").contains("Victor Vidal"), "{screen}");
    assert!(line(&screen, " 2. ").contains("Pia Poulsen"), "{screen}");
    assert!(line(&screen, "Alice Ames").contains("talks"), "{screen}");
    assert!(line(&screen, "Alice Ames").contains("Rosa Rossi"), "{screen}");
    assert!(line(&screen, "Carla Cruz").contains("paused: lunch"), "{screen}");
}

#[test]
fn conferences_parked_calls_and_endpoints_have_views_of_their_own() {
    let mut app = board(17);
    press(&mut app, "3");
    assert!(line(&screen(&mut app, 80, 24), "gami").contains("2 take part"));
    press(&mut app, "4");
    assert!(line(&screen(&mut app, 80, 24), "Tess Tran").contains("701"));
    press(&mut app, "5");
    assert!(screen(&mut app, 80, 24).contains("PJSIP/loop"));
}

#[test]
fn calls_that_are_over_are_listed_with_their_cause() {
    let mut app = board(60);
    press(&mut app, "6");
    let screen = screen(&mut app, 120, 40);
    assert!(screen.contains("User busy") && screen.contains("Normal Clearing"), "{screen}");
}

#[test]
fn enter_shows_a_call_with_its_story_and_esc_goes_back() {
    let mut app = board(17);
    press_code(&mut app, KeyCode::Enter);
    let shown = screen(&mut app, 80, 24);
    assert!(shown.contains("What happened") && shown.contains("rings") && shown.contains("hear each other"), "{shown}");
    press_code(&mut app, KeyCode::Esc);
    assert_eq!(app.mode, Mode::List);
}

#[test]
fn the_filter_leaves_the_lines_that_have_it_and_the_heads_above_them() {
    let mut app = board(17);
    press(&mut app, "/uma");
    press_code(&mut app, KeyCode::Enter);
    let calls = screen(&mut app, 80, 24);
    assert!(calls.contains("Uma Usman") && !calls.contains("Nora"), "{calls}");
    press_code(&mut app, KeyCode::Esc);
    press(&mut app, "2/carla");
    let queues = screen(&mut app, 80, 24);
    assert!(queues.contains("support") && queues.contains("Carla") && !queues.contains("billing"), "{queues}");
    assert!(queues.contains("/carla_"), "{queues}");
    press(&mut app, "xyz");
    assert!(screen(&mut app, 80, 24).contains("none that has"));
}

#[test]
fn a_channel_is_hung_up_only_after_yes() {
    let mut app = board(17);
    press(&mut app, "x");
    assert!(screen(&mut app, 80, 24).contains("hang up PJSIP/back-"));
    assert_eq!(press(&mut app, "n"), Wish::Nothing);
    press(&mut app, "x");
    assert!(matches!(press(&mut app, "y"), Wish::HangUp(channel) if channel.starts_with("PJSIP/back-")));
    assert_eq!(app.mode, Mode::List);
}

#[test]
fn the_selection_stays_with_its_call_when_others_end() {
    let (mut app, later) = (board(17), board(50));
    press(&mut app, "jj");
    let key = app.rows[app.selected].key.clone();
    assert!(later.rows.iter().any(|row| row.key == key) && later.rows.len() != app.rows.len());
    app.show(later.now, State::Connected, later.at);
    assert_eq!(app.rows[app.selected].key, key);
}

#[test]
fn a_lost_link_is_said_and_the_picture_stays() {
    let mut app = board(17);
    let (now, at) = (app.now.clone(), app.at);
    app.show(now, State::Reconnecting, at);
    let screen = screen(&mut app, 80, 24);
    assert!(screen.contains("NO LINK") && screen.contains("Nora Nilsen"), "{screen}");
}

#[test]
fn no_size_is_too_small() {
    let mut app = board(17);
    for keys in ["1", "2", "3", "4", "5", "6", "1?", "q/", "\n"] {
        press(&mut app, keys);
        for (width, height) in [(1, 1), (2, 3), (20, 5), (40, 8), (300, 100)] {
            screen(&mut app, width, height);
        }
    }
    app.mode = Mode::List;
    press_code(&mut app, KeyCode::Enter);
    for (width, height) in [(1, 1), (20, 5), (80, 6)] {
        screen(&mut app, width, height);
    }
}

#[test]
fn without_colour_there_is_none() {
    let mut app = board(17);
    for (colour, expected) in [(false, false), (true, true)] {
        let terminal = terminal(&mut app, 80, 24, colour);
        let cells = terminal.backend().buffer().content();
        assert_eq!(cells.iter().any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset), expected);
    }
}

#[test]
fn what_a_caller_sends_cannot_move_the_cursor() {
    assert_eq!(crate::words::plain("\x1b[2JEve\r\n"), "?[2JEve??");
}

#[test]
fn a_call_on_hold_is_said_to_be() {
    let screen = screen(&mut board(7), 80, 24);
    assert!(line(&screen, "Otto Olsen").contains("on hold"), "{screen}");
}

#[test]
fn without_a_server_the_recording_comes_through_a_client() {
    let source = Source::open(&Arguments::default()).unwrap();
    let (_, changes) = source.live.subscribe();
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let change = changes.recv_deadline(deadline).expect("a call within the time");
        assert!(!change.corrected, "{change:?}");
        if let Some(Thing::Call(_)) = change.after() {
            break;
        }
    }
    source.close().unwrap();
}
