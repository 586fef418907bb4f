//! Draws the board.

use std::time::Duration;

use gami::live::{Part, Validity};
use gami::State;
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Row as TableRow, Table, TableState};
use ratatui::Frame;

use crate::app::{App, Mode};
use crate::rows::View;
use crate::words::{self, clock, length, plain, since};

/// Colours, or none: then bold and reversed say it all.
#[derive(Clone, Copy)]
pub struct Look {
    pub colour: bool,
}

impl Look {
    fn of(self, colour: Color) -> Style {
        if self.colour {
            Style::new().fg(colour)
        } else {
            Style::new()
        }
    }

    fn alarm(self) -> Style {
        self.of(Color::Red).add_modifier(Modifier::BOLD)
    }

    fn head(self) -> Style {
        self.of(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    /// By the first words of a state, as the lists show it.
    fn state(self, state: &str) -> Style {
        match state {
            "talks" | "talking" => self.of(Color::Green),
            "rings" | "calls" | "waits" => self.of(Color::Yellow),
            "on hold" | "parked" => self.of(Color::Magenta),
            _ => Style::new(),
        }
    }
}

/// From this width on, people are shown with their numbers in the lists.
const WIDE: u16 = 110;

/// The parts that are shown.
pub const PARTS: [Part; 5] = [Part::Calls, Part::Queues, Part::Conferences, Part::Parking, Part::Endpoints];

pub fn draw(frame: &mut Frame, app: &mut App, look: Look) {
    let area = frame.area();
    let mut status = status(app, look, area.width);
    // A small screen is for what happens.
    status.truncate(usize::from(area.height / 6).min(3).saturating_sub(usize::from(area.height < 8)));
    let [top, tabs, parts, body, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(status.len() as u16),
        Constraint::Fill(1),
        Constraint::Length(1),
    ])
    .areas(area);
    title(frame, app, look, top);
    frame.render_widget(tab_line(app, look, tabs.width), tabs);
    frame.render_widget(Paragraph::new(status), parts);
    app.page = usize::from(body.height.saturating_sub(2)).max(1);
    let shown = match &app.mode {
        Mode::Ask(_, back) => back,
        mode => mode,
    };
    match shown {
        Mode::Call(id) => call(frame, app, look, body, &id.clone()),
        _ => list(frame, app, look, body),
    }
    if app.mode == Mode::Help {
        help(frame, body);
    }
    frame.render_widget(foot_line(app, look), foot);
}

fn title(frame: &mut Frame, app: &App, look: Look, area: Rect) {
    let is_up = matches!(app.link, State::Connected | State::Booting);
    let link = Span::styled(words::link(app.link), if is_up { look.of(Color::Green) } else { look.alarm() });
    let time = clock(app.at);
    let [left, right] =
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(time.len() as u16 + 1)]).areas(area);
    let mut spans = vec![Span::styled(plain(&app.title), look.head()), "  ".into(), link];
    if !is_up {
        // It is what has to be seen, however narrow the screen.
        spans.reverse();
    }
    frame.render_widget(Line::from(spans), left);
    frame.render_widget(Line::from(time).alignment(Alignment::Right), right);
}

fn tab_line(app: &App, look: Look, width: u16) -> Line<'static> {
    let tab = |view: View, short: bool| match short {
        true => format!(" {}{} ", view as usize + 1, &view.name()[..2]),
        false => format!(" {} {} {} ", view as usize + 1, view.name(), app.counts(view)),
    };
    let long: usize = View::ALL.iter().map(|view| tab(*view, false).len()).sum();
    let short = long > usize::from(width);
    let style = |view| match view == app.view {
        true => look.head().add_modifier(Modifier::REVERSED),
        false => Style::new(),
    };
    Line::from_iter(View::ALL.into_iter().map(|view| Span::styled(tab(view, short), style(view))))
}

/// How far each part is to be believed, on as many lines as it takes.
fn status(app: &App, look: Look, width: u16) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default()];
    for part in PARTS {
        let validity = app.now.validity(part);
        let style = match validity {
            Validity::Valid { .. } => Style::new(),
            Validity::Stale { .. } => look.alarm(),
            _ => look.of(Color::Yellow),
        };
        let name = if part == Part::Conferences { "conf" } else { part.as_str() };
        let text = format!(" {name} {} ", words::validity(&validity, app.at));
        let line = lines.last_mut().expect("it begins with one");
        if line.width() > 0 && line.width() + text.len() > usize::from(width) {
            lines.push(Line::default());
        }
        lines.last_mut().expect("it begins with one").push_span(Span::styled(text, style));
    }
    lines
}

fn foot_line(app: &App, look: Look) -> Line<'static> {
    let warn = |text: String| Line::styled(plain(&text), look.alarm().add_modifier(Modifier::REVERSED));
    match (&app.mode, &app.note) {
        (Mode::Ask(channel, _), _) => warn(format!(" hang up {channel}? y/n ")),
        (Mode::Filter, _) => Line::from(format!("/{}_   Enter keep  Esc clear", app.filter)),
        (_, Some(note)) => warn(format!(" {note} ")),
        (Mode::Call(_), _) => Line::from("Esc back  Up/Down party  PgUp/PgDn story  x hang up the party"),
        _ if !app.filter.is_empty() => Line::from(format!("filter: {}   / change  Esc clear  ? help", app.filter)),
        _ => Line::from("q quit  1-6 Tab views  Enter detail  / filter  x hang up  ? help"),
    }
}

fn list(frame: &mut Frame, app: &mut App, look: Look, area: Rect) {
    let columns = app.view.columns();
    let mut widths: Vec<Constraint> = columns
        .iter()
        .map(|(_, least, share)| match share {
            0 => Constraint::Length(*least),
            share => Constraint::Fill(*share),
        })
        .collect();
    // The mark of the selection.
    widths.insert(0, Constraint::Length(1));
    let header = TableRow::new(std::iter::once("").chain(columns.iter().map(|(title, ..)| *title)))
        .style(Style::new().add_modifier(Modifier::UNDERLINED));
    let height = usize::from(area.height.saturating_sub(1)).max(1);
    app.first = app.first.clamp((app.selected + 1).saturating_sub(height), app.selected);
    // The last page is full where it can be.
    app.first = app.first.min(app.rows.len().saturating_sub(height));
    let rows = app.rows.iter().enumerate().skip(app.first).take(height).map(|(at, row)| {
        let mark = if at == app.selected { ">" } else { "" };
        let state = columns.iter().position(|(title, ..)| *title == "State").map(|at| row.cells[at].as_str());
        let style = if row.head { look.head() } else { look.state(state.unwrap_or_default()) };
        let cells = row.cells.iter().map(|cell| if area.width < WIDE { brief(cell) } else { cell.clone() });
        TableRow::new(std::iter::once(mark.to_owned()).chain(cells)).style(style)
    });
    let table = Table::new(rows, widths)
        .header(header)
        .column_spacing(1)
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    let mut state = TableState::new().with_selected((!app.rows.is_empty()).then_some(app.selected - app.first));
    frame.render_stateful_widget(table, area, &mut state);
    if app.rows.is_empty() && area.height > 2 {
        let text = match (&app.filter[..], part_of(app.view).map(|part| app.now.validity(part))) {
            ("", Some(Validity::Unavailable(why))) => format!("  unavailable: {why}"),
            ("", _) => "  none".into(),
            (filter, _) => format!("  none that has {filter:?}"),
        };
        frame.render_widget(Paragraph::new(plain(&text)), Rect { y: area.y + 1, height: 1, ..area });
    }
}

/// Names without the numbers behind them.
fn brief(cell: &str) -> String {
    let mut pieces = cell.split(" <");
    let mut brief = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once('>') {
            Some((_, rest)) => brief += rest,
            None => brief = format!("{brief} <{piece}"),
        }
    }
    brief
}

fn part_of(view: View) -> Option<Part> {
    Some(match view {
        View::Calls | View::Ended => Part::Calls,
        View::Queues => Part::Queues,
        View::Conferences => Part::Conferences,
        View::Parked => Part::Parking,
        View::Endpoints => Part::Endpoints,
    })
}

/// One call: its parties, and below what happened.
fn call(frame: &mut Frame, app: &App, look: Look, area: Rect, id: &str) {
    let Some(call) = app.call(id) else {
        frame.render_widget(Paragraph::new(format!("call {} is gone; Esc goes back", plain(id))), area);
        return;
    };
    let until = call.ended.unwrap_or_else(|| app.until());
    let what = match call.ended {
        Some(at) => format!(
            "ended {}: {}",
            clock(at),
            call.cause.map_or("no cause known".to_owned(), |cause| cause.to_string())
        ),
        None if call.channels.is_empty() => "over, and nobody saw when it ended".to_owned(),
        None => words::state(&app.now, call).to_owned(),
    };
    let mut head = format!("Call {}  {what}  {}", call.id, since(call.started, until));
    if !call.talked(until).is_zero() {
        head += &format!("  talked {}", length(call.talked(until)));
    }
    if let Some(queue) = &call.queue {
        head += &format!("  queue {queue}");
    }
    let most = (usize::from(area.height) / 2).max(3) as u16;
    let height = (call.parties.len() as u16).saturating_add(1).min(most);
    let [top, parties, title, story] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(height),
        Constraint::Length(1),
        Constraint::Fill(1),
    ])
    .areas(area);
    frame.render_widget(Line::styled(plain(&head), look.head()), top);

    let blank = |time: Duration| if time.is_zero() { String::new() } else { length(time) };
    let rows = call.parties.iter().enumerate().map(|(at, party)| {
        let doing = words::doing(call, party);
        let cause = party.cause.map(|cause| cause.to_string());
        let end = cause.or_else(|| party.dial_status.clone()).unwrap_or_default();
        let member = party.queue.as_ref().map(|queue| format!("member of {queue}"));
        let cells = [
            if at == app.party { ">".into() } else { String::new() },
            if party.called { "called" } else { "caller" }.to_owned(),
            if area.width < WIDE { brief(&words::party(party)) } else { words::party(party) },
            doing.to_owned(),
            blank(party.rang_for().or_else(|| until.duration_since(party.rang?).ok()).unwrap_or_default()),
            blank(party.talked_until(until)),
            party.channel.clone(),
            member.filter(|_| end.is_empty()).unwrap_or(end),
        ];
        TableRow::new(cells.map(|cell| plain(&cell))).style(look.state(doing))
    });
    let widths = [
        Constraint::Length(1),
        Constraint::Length(6),
        Constraint::Fill(3),
        Constraint::Length(7),
        Constraint::Length(5),
        Constraint::Length(6),
        Constraint::Fill(4),
        Constraint::Fill(2),
    ];
    let table = Table::new(rows, widths)
        .header(
            TableRow::new(["", "Role", "Party", "State", "Rang", "Talked", "Channel", "End"])
                .style(Style::new().add_modifier(Modifier::UNDERLINED)),
        )
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    let selected = app.party.min(call.parties.len().saturating_sub(1));
    let mut state = TableState::new().with_selected(Some(selected));
    frame.render_stateful_widget(table, parties, &mut state);

    let bold = Style::new().add_modifier(Modifier::UNDERLINED);
    frame.render_widget(Line::styled("What happened (UTC)", bold), title);
    let lines: Vec<_> = app.history.story(id).collect();
    let end = lines.len().saturating_sub(app.back);
    let begin = end.saturating_sub(usize::from(story.height));
    let lines = lines[begin..end].iter().map(|(at, what)| Line::from(format!("{}  {what}", clock(*at))));
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), story);
}

const HELP: &str = "\
1-6, Tab, Left, Right   another view
Up Down j k PgUp PgDn   move; g G Home End: first, last
Enter                   the call of a line: parties, story
Esc                     back; clear the filter
/                       show only lines that have this text
x, Delete               hang up a channel, after a question
Ctrl-L                  draw the screen anew
q, Ctrl-C               quit

ok 3ms    the part is right; events are 3 ms behind
STALE     the link is lost: the picture of that moment
suspect   something did not agree; it is listed again";

fn help(frame: &mut Frame, area: Rect) {
    let width = HELP.lines().map(str::len).max().unwrap_or(0) as u16 + 4;
    let height = HELP.lines().count() as u16 + 2;
    let (width, height) = (width.min(area.width), height.min(area.height));
    let area = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(HELP).block(Block::bordered().title(" Keys ")), area);
}
