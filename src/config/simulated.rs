//! A server's side of `GetConfig` and `UpdateConfig` as its source has it, to try plans on by the thousand.

use crate::action::Action;
use crate::config::{Category, Config, Line};
use crate::packet::Packet;
use crate::response::Response;

/// A file on the server's disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Disk(pub Vec<Category>);

#[derive(Debug, Clone)]
struct Loaded {
    id: usize,
    category: Category,
    /// The names and the ids of what it inherits from.
    bases: Vec<usize>,
    lines: Vec<(Line, bool)>,
}

/// A text between commas, which count for nothing within quotes; the quotes go.
fn split(text: &str) -> Vec<String> {
    let mut quoted = false;
    let parts = text.split(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    parts.map(|part| part.replace('"', "")).filter(|part| !part.is_empty()).collect()
}

impl Loaded {
    fn matches(&self, name: &str, filter: &str) -> bool {
        let (mut fits, mut template_fits) = (self.category.name.eq_ignore_ascii_case(name), false);
        for expression in split(filter) {
            let plain = |text: &str| text.trim_start_matches('^').trim_end_matches('$').replace("[.]", ".");
            let (left, right) = expression.split_once('=').unwrap();
            if left == "TEMPLATES" {
                template_fits |= self.category.is_template;
                fits &= right == "include" || self.category.is_template;
            } else {
                fits &= self.lines.iter().any(|(line, _)| line.name == plain(left) && line.value == plain(right));
            }
        }
        fits && (!self.category.is_template || template_fits)
    }

    fn find(&self, name: &str, value: &str) -> Option<usize> {
        self.lines.iter().position(|(line, _)| {
            line.name.eq_ignore_ascii_case(name) && (value.is_empty() || line.value.eq_ignore_ascii_case(value))
        })
    }
}

impl Disk {
    fn load(&self) -> Vec<Loaded> {
        let mut loaded: Vec<Loaded> = Vec::new();
        for category in &self.0 {
            let base = |name: &String| {
                let base = loaded.iter().find(|base| base.category.name.eq_ignore_ascii_case(name));
                base.unwrap_or_else(|| panic!("the file is invalid: no [{name}] in {self:#?}"))
            };
            let bases: Vec<&Loaded> = category.templates.iter().map(base).collect();
            let inherited = bases.iter().flat_map(|base| base.lines.iter().map(|(line, _)| (line.clone(), true)));
            let lines = inherited.chain(category.lines.iter().map(|line| (line.clone(), false))).collect();
            let bases = bases.iter().map(|base| base.id).collect();
            loaded.push(Loaded { id: loaded.len(), category: category.clone(), bases, lines });
        }
        loaded
    }

    fn save(loaded: &[Loaded]) -> Self {
        let categories = loaded.iter().map(|it| {
            let bases: Vec<_> = it.bases.iter().map(|id| loaded.iter().find(|base| base.id == *id).unwrap()).collect();
            let is_dropped = |line: &Line, inherited: bool| {
                bases.iter().any(|base| base.lines.iter().any(|(theirs, _)| inherited || theirs.is(line)))
            };
            let lines = it.lines.iter().filter(|(line, inherited)| !is_dropped(line, *inherited));
            Category { lines: lines.map(|(line, _)| line.clone()).collect(), ..it.category.clone() }
        });
        Self(categories.collect())
    }

    pub fn get_config(&self) -> Config {
        let mut text = "Response: Success\r\n".to_owned();
        for (number, it) in self.load().iter().enumerate() {
            text += &format!("Category-{number:06}: {}\r\n", it.category.name);
            if it.category.is_template {
                text += &format!("IsTemplate-{number:06}: 1\r\n");
            }
            if !it.bases.is_empty() {
                text += &format!("Templates-{number:06}: {}\r\n", it.category.templates.join(","));
            }
            for (at, (line, _)) in it.lines.iter().enumerate() {
                text += &format!("Line-{number:06}-{at:06}: {}={}\r\n", line.name, line.value);
            }
        }
        Config::read("f.conf", &Response::from(Packet::new(text.as_bytes())))
    }

    /// Makes the changes of an action, or panics where a server refuses, crashes, or would lose something.
    pub fn update(&mut self, action: &Action) {
        assert!(action.iter().count() <= 126, "with `Action` and `ActionID` more than 128 headers");
        let mut loaded = self.load();
        for number in 0.. {
            let get = |name: &str| action.get(&format!("{name}-{number:06}")).unwrap_or_default();
            if get("Action").is_empty() {
                break;
            }
            let (options, mut value, mut object) = (split(get("Options")), get("Value"), false);
            if let Some(rest) = value.strip_prefix('>') {
                (value, object) = (rest, true);
            }
            let option = |name: &str| options.iter().find_map(|it| it.strip_prefix(name)).unwrap_or_default();
            let (name, matching, line) = (get("Cat"), get("Match"), get("Line").parse::<usize>());
            let made = Line { object, ..Line::new(get("Var"), value) };
            if get("Action") == "NewCat" {
                let is_taken = loaded.iter().any(|it| it.category.name.eq_ignore_ascii_case(name));
                assert!(!is_taken || options.iter().any(|it| it == "allowdups"), "[{name}] is there");
                let mut category = Category::new(name);
                category.is_template = options.iter().any(|it| it == "template");
                category.templates = split(option("inherit="));
                let base = |name: &String| loaded.iter().find(|it| it.matches(name, "TEMPLATES=restrict")).unwrap();
                let bases: Vec<&Loaded> = category.templates.iter().map(base).collect();
                let lines = bases.iter().flat_map(|base| base.lines.iter().map(|(line, _)| (line.clone(), true)));
                let id = 1 + loaded.iter().map(|it| it.id).max().unwrap_or(0);
                let bases_of = bases.iter().map(|base| base.id).collect();
                let new = Loaded { id, lines: lines.collect(), bases: bases_of, category };
                let is_anchor = |it: &Loaded| it.category.name.eq_ignore_ascii_case(matching);
                let at = if matching.is_empty() { loaded.len() } else { loaded.iter().position(is_anchor).unwrap() };
                loaded.insert(at, new);
                continue;
            }
            let filter = option("catfilter=").to_owned();
            let fitting: Vec<_> = (0..loaded.len()).filter(|at| loaded[*at].matches(name, &filter)).collect();
            assert!(!fitting.is_empty(), "no category {name}: {action:?}");
            for at in fitting.into_iter().rev() {
                let it = &mut loaded[at];
                match get("Action") {
                    "RenameCat" => it.category.name = value.to_owned(),
                    "DelCat" => drop(loaded.remove(at)),
                    "Append" => it.lines.push((made.clone(), false)),
                    "Insert" => {
                        let line = line.clone().unwrap();
                        assert!(line < it.lines.len(), "past the end, where the server crashes or loses lines");
                        it.lines.insert(line, (Line { object: false, ..made.clone() }, false));
                    }
                    "Delete" => drop(it.lines.remove(line.clone().unwrap())),
                    "Update" => {
                        let line = it.find(&made.name, matching).expect("a line to update");
                        it.lines[line] = (made.clone(), false);
                    }
                    other => panic!("{other}"),
                }
            }
        }
        *self = Self::save(&loaded);
    }
}

/// As random as these tests need.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % end
    }

    pub fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}
