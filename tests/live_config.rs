//! Configuration files on a real Asterisk: read, written anew, changed and changed back.

mod asterisk;

use std::fs;
use std::path::PathBuf;

use asterisk::*;
use gami::action::{ConfigChange, CreateConfig, ListCategories, UpdateConfig};
use gami::config::{Category, Config};
use gami::{Client, Error};

const FILES: [&str; 4] = ["pjsip.conf", "queues.conf", "voicemail.conf", "extensions.conf"];

/// A file in the server's folder that is gone at the end.
struct Scratch(String, PathBuf);

impl Scratch {
    fn new(ami: &Client, name: &str) -> Self {
        let path = PathBuf::from(var("GAMI_ASTERISK_ETC")).join(name);
        let _ = fs::remove_file(&path);
        ami.action(CreateConfig::new(name)).unwrap();
        Self(name.to_owned(), path)
    }

    fn lines(&self) -> Vec<String> {
        lines(&self.1)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.1);
    }
}

/// What a file says: its lines without comments, and without what may stand around and behind a `=`.
fn lines(path: &PathBuf) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| {
        let end = line.match_indices(';').find(|(at, _)| !line[..*at].ends_with('\\')).map_or(line.len(), |(at, _)| at);
        let line = line[..end].trim();
        match line.split_once('=') {
            Some((name, value)) => format!("{}={}", name.trim(), value.trim_start_matches('>').trim()),
            None => line.to_owned(),
        }
    });
    lines.filter(|line| !line.is_empty()).collect()
}

/// The lines of a file of the server, those of the files that it includes in their place: `GetConfig` tells them so.
fn of_the_server(file: &str) -> Vec<String> {
    let lines = lines(&PathBuf::from(var("GAMI_ASTERISK_ETC")).join(file));
    let whole = lines.into_iter().map(|line| match line.strip_prefix("#include ") {
        Some(included) => of_the_server(included.trim_matches('"')),
        None => vec![line],
    });
    whole.flatten().collect()
}

fn named(file: &str, categories: &[Category]) -> Config {
    let mut config = Config::new(file);
    config.categories = categories.to_vec();
    config
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_file_that_is_read_and_written_is_the_same_file() {
    let ami = connected();
    for file in FILES {
        let read = ami.get_config(file).unwrap();
        let copy = Scratch::new(&ami, &format!("gami-copy-{file}"));
        let empty = ami.get_config(&copy.0).unwrap();
        assert_eq!(empty, Config::new(&copy.0));
        ami.update_config(&empty, &named(&copy.0, &read.categories), None).unwrap();
        assert_eq!(ami.get_config(&copy.0).unwrap().categories, read.categories, "{file}");
        assert_eq!(copy.lines(), of_the_server(file), "{file}");
        println!("{file}: {} categories, {} lines", read.categories.len(), copy.lines().len() - read.categories.len());
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn a_file_under_another_name_keeps_its_comments() {
    let ami = connected();
    let source = Scratch::new(&ami, "gami-source.conf");
    let text =
        "; about the file\n[one]\n; about a line\na = 1  ; beside it\nb => 2\n[t](!)\nx = \\;1\n[two](t)\ny = 3\n";
    fs::write(&source.1, text).unwrap();
    let read = ami.get_config(&source.0).unwrap();
    let copy = Scratch::new(&ami, "gami-copy.conf");
    ami.update_config(&read, &named(&copy.0, &read.categories), None).unwrap();
    let written = fs::read_to_string(&copy.1).unwrap();
    let written: String =
        written.lines().filter(|line| !line.starts_with(";!")).map(|line| format!("{line}\n")).collect();
    assert_eq!(written.replace("1   ;", "1  ;"), text);
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn changes_are_made_where_they_belong_and_can_be_taken_back() {
    let ami = connected();
    for file in FILES {
        let read = ami.get_config(file).unwrap();
        let copy = Scratch::new(&ami, &format!("gami-copy-{file}"));
        ami.update_config(&Config::new(&copy.0), &named(&copy.0, &read.categories), None).unwrap();

        let before = ami.get_config(&copy.0).unwrap();
        let mut after = before.clone();
        for (number, category) in after.categories.iter_mut().enumerate().filter(|(number, _)| number % 2 == 1) {
            match number % 3 {
                0 if !category.lines.is_empty() => drop(category.lines.remove(0)),
                1 => category.lines.splice(0..0, Category::new("").object("gami", "1").lines).for_each(drop),
                _ => category.set("gami", format!("{number}")),
            }
        }
        after.categories.push(Category::new("gami-last").line("type", "gami").line("with", "a;semicolon, \"quotes\""));
        let middle = after.categories.len() / 2;
        after.categories.insert(middle, Category::new(&after.categories[middle].name).line("type", "the same name"));
        if let Some(template) = after.category_mut("digest") {
            template.set("gami", "inherited");
        }
        ami.update_config(&before, &after, None).unwrap();
        let changed = ami.get_config(&copy.0).unwrap();
        for category in &mut after.categories {
            category.lines.iter_mut().for_each(|line| line.object = false);
        }
        assert_eq!(changed, after, "{file}");

        ami.update_config(&changed, &before, None).unwrap();
        assert_eq!(ami.get_config(&copy.0).unwrap(), before, "{file}");
        assert_eq!(copy.lines(), of_the_server(file), "{file}");
    }
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn categories_are_listed_by_what_is_in_them_and_what_is_not_there_need_not_be_deleted() {
    let ami = connected();
    let listed = |filter: &str| -> Vec<String> {
        let answer = ami.action(ListCategories::new("pjsip.conf").filter(filter)).unwrap();
        answer.iter().filter(|(name, _)| name.starts_with("Category-")).map(|(_, name)| name.to_owned()).collect()
    };
    let read = ami.get_config("pjsip.conf").unwrap();
    let templates: Vec<_> = read.categories.iter().filter(|it| it.is_template).map(|it| it.name.clone()).collect();
    assert_eq!(listed("TEMPLATES=restrict"), templates);
    assert_eq!(listed("type=^aor$"), ["ann", "bob", "loop"]);

    let scratch = Scratch::new(&ami, "gami-missing.conf");
    let delete = |change: ConfigChange| ami.action(UpdateConfig::new(&scratch.0, &scratch.0).change(change));
    assert!(matches!(delete(ConfigChange::delete_category("none")), Err(Error::Rejected(_))));
    delete(ConfigChange::delete_category("none").ignore_error()).unwrap();
}

/// Categories of few names with lines of few names, some of them templates: what is hard to tell apart.
fn alike(dice: &mut u64) -> Vec<Category> {
    let mut below = |end: u64| {
        *dice = dice.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (*dice >> 33) % end
    };
    let mut made: Vec<Category> = Vec::new();
    for _ in 0..1 + below(7) {
        let name = ["a", "b", "B", "c", "t"][below(5) as usize];
        let is_first = !made.iter().any(|other| other.name.eq_ignore_ascii_case(name));
        let mut category = match name {
            "t" if is_first => Category::template(name),
            "t" => continue,
            _ => Category::new(name),
        };
        if below(3) == 0 && made.iter().any(|other| other.name == "t") && name != "t" {
            category = category.inherit("t");
        }
        for _ in 0..below(6) {
            let (line, value) = (["n", "N", "m"][below(3) as usize], ["1", "2", "", ">x", "p,q.r"][below(5) as usize]);
            let value = if name == "t" { format!("of the template {value}") } else { value.to_owned() };
            category =
                if below(2) == 0 { category.line(line, value.trim()) } else { category.object(line, value.trim()) };
        }
        made.push(category);
    }
    made
}

#[test]
#[ignore = "needs Asterisk: tests/asterisk/run"]
fn any_file_becomes_any_other_on_a_server_too() {
    let ami = connected();
    let scratch = Scratch::new(&ami, "gami-alike.conf");
    let mut dice = 471_147;
    let mut refused = 0;
    for round in 0..300 {
        let before = ami.get_config(&scratch.0).unwrap();
        let mut wanted = named(&scratch.0, &alike(&mut dice));
        match ami.update_config(&before, &wanted, None) {
            Ok(()) => {}
            Err(Error::Invalid { .. }) => {
                refused += 1;
                continue;
            }
            Err(error) => panic!("{round}: {error}\n{before:#?}\n{wanted:#?}"),
        }
        for category in &mut wanted.categories {
            category.lines.iter_mut().for_each(|line| line.object = false);
        }
        assert_eq!(ami.get_config(&scratch.0).unwrap(), wanted, "{round}: {before:#?}");
    }
    assert!(refused < 100, "{refused} of 300 were refused");
}
