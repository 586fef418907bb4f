//! What happens on an Asterisk exchange, in a terminal: calls, queues, conferences, parked calls, endpoints.
//!
//! `cargo run` shows a recorded exchange, `cargo run -- HOST:PORT USER SECRET` a real one; `?` shows the keys.

mod app;
mod draw;
mod history;
mod lists;
mod player;
mod rows;
mod source;
#[cfg(test)]
mod tests;
mod words;

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use gami::crossbeam_channel::{bounded, never, Receiver, Sender};
use gami::select;
use ratatui::crossterm::event::{self, Event, KeyEventKind};
use ratatui::DefaultTerminal;

use app::{App, Wish};
use draw::{draw, Look};
use source::{Arguments, Source, USAGE};

/// The least time between two drawings, unless a key is pressed.
const PACE: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) if arguments.help => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("board: {error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match start(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("board: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: &Arguments) -> Result<(), String> {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let look = Look { colour: !arguments.no_color && !no_color };
    let source = Source::open(arguments)?;
    let mut terminal = ratatui::try_init().map_err(|error| format!("no terminal: {error}"))?;
    let shown = run(&mut terminal, &source, look);
    ratatui::restore();
    let closed = source.close();
    shown.map_err(|error| format!("the terminal: {error}")).and(closed)
}

fn run(terminal: &mut DefaultTerminal, source: &Source, look: Look) -> std::io::Result<()> {
    let states = source.client.states();
    let (now, mut changes) = source.live.subscribe();
    let keys = keys();
    let (tell, told) = bounded(16);
    let mut app = App::new(source.title.clone(), now);
    loop {
        app.show(source.live.now(), source.client.state(), SystemTime::now());
        terminal.draw(|frame| draw(frame, &mut app, look))?;
        let drawn = Instant::now();
        // Durations change with the second.
        let second =
            u64::from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().subsec_nanos());
        let mut due = drawn + Duration::from_nanos(1_000_000_000 - second);
        loop {
            let soon = due.min(drawn + PACE);
            select! {
                recv(changes) -> change => match change {
                    Ok(change) => {
                        app.changed(&change);
                        due = soon;
                    }
                    Err(_) => changes = never(),
                },
                recv(states) -> _ => due = soon,
                recv(told) -> note => {
                    app.note = note.ok();
                    break;
                }
                recv(keys) -> event => match event {
                    Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => {
                        match app.key(key) {
                            Wish::Quit => return Ok(()),
                            Wish::HangUp(channel) => hang_up(source, channel, &tell),
                            Wish::Redraw => terminal.clear()?,
                            Wish::Nothing => {}
                        }
                        break;
                    }
                    Ok(Event::Resize(..)) => break,
                    Ok(_) => {}
                    Err(_) => return Ok(()), // the terminal is gone
                },
                default(due.saturating_duration_since(Instant::now())) => break,
            }
            if Instant::now() >= due {
                break;
            }
        }
    }
}

/// What comes from the terminal.
fn keys() -> Receiver<Event> {
    let (send, keys) = bounded(64);
    thread::spawn(move || {
        while let Ok(event) = event::read() {
            if send.send(event).is_err() {
                return;
            }
        }
    });
    keys
}

/// Hangs up without letting the screen wait for the answer.
fn hang_up(source: &Source, channel: String, tell: &Sender<String>) {
    let (client, tell) = (source.client.clone(), tell.clone());
    thread::spawn(move || {
        let note = match client.hangup(&channel) {
            Ok(()) => format!("{channel} is being hung up"),
            Err(error) => format!("{channel}: {error}"),
        };
        // Nobody listens only when the board is closing.
        let _ = tell.send(note);
    });
}
