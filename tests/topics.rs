//! The tables on the pages of `event` and `action`, and what the documentation of one says of others.
//!
//! `src/event/topics.md` and `src/action/topics.md` are made of the first sentences of the declarations:
//! `GAMI_WRITE_TOPICS=1 cargo test --test topics` writes them anew.

mod declarations;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use declarations::without_links;
use gami::Typed;

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// In the order of the page: what most programs want first.
const EVENT_TOPICS: &[&str] = &[
    "channel",
    "dial",
    "bridge",
    "transfer",
    "queue",
    "agent",
    "conference",
    "parking",
    "device",
    "endpoint",
    "media",
    "cc",
    "agi",
    "security",
    "system",
    "lists",
    "old",
];
const ACTION_TOPICS: &[&str] = &[
    "session",
    "calls",
    "originate",
    "bridges",
    "recording",
    "queues",
    "states",
    "mailboxes",
    "pjsip",
    "technologies",
    "system",
    "config",
    "update_config",
    "aoc",
];

/// What is declared: its name in Rust, its documentation by paragraphs, the types of its fields, and which of them
/// no sentence explains.
struct Item {
    name: String,
    about: Vec<String>,
    types: BTreeSet<String>,
    bare: Vec<String>,
}

impl Item {
    fn sentence(&self) -> String {
        let first = &self.about[0];
        let end = first.match_indices(". ").find(|(at, _)| first[at + 2..].starts_with(char::is_uppercase));
        first[..end.map_or(first.len(), |(at, _)| at + 1)].to_owned()
    }

    /// The names that its documentation links to.
    fn links(&self) -> BTreeSet<&str> {
        let links = self.about.iter().flat_map(|paragraph| paragraph.split("[`").skip(1));
        links.filter_map(|link| link.split("`]").next()).collect()
    }
}

/// The items of a macro's tables in a file.
fn items(path: &str, table: &str) -> Vec<Item> {
    let text = fs::read_to_string(format!("{FOLDER}/src/{path}")).unwrap();
    let mut items = Vec::new();
    for table in text.split(&format!("\n{table}! {{\n")).skip(1) {
        let table = table.split("\n}\n").next().unwrap();
        let (mut about, mut within, mut explained) = (vec![String::new()], false, false);
        for line in table.lines() {
            if let Some(text) = line.strip_prefix("    ///") {
                match text.trim() {
                    "" => about.push(String::new()),
                    text => {
                        let paragraph = about.last_mut().unwrap();
                        paragraph.push_str(if paragraph.is_empty() { "" } else { " " });
                        paragraph.push_str(text);
                    }
                }
            } else if line.starts_with("    }") {
                within = false;
            } else if line.starts_with("     ") {
                if line.trim().starts_with("///") {
                    explained = true;
                } else if let (true, Some((field, kind))) = (within, line.split_once(": ")) {
                    let item: &mut Item = items.last_mut().unwrap();
                    if !std::mem::take(&mut explained) && !kind.starts_with("group ") {
                        item.bare.push(field.trim().to_owned());
                    }
                    let word = kind.trim_start_matches("group ").split(|c: char| !c.is_alphanumeric()).next().unwrap();
                    item.types.insert(word.to_owned());
                }
            } else if line.starts_with("    ") {
                let name: String = line.trim().chars().take_while(|c| c.is_alphanumeric()).collect();
                if name.is_empty() {
                    continue;
                }
                let mut types = BTreeSet::new();
                if let Some((_, required)) = line.split_once('(') {
                    types.extend(required.split(": ").skip(1).map(|rest| rest.split(' ').next().unwrap().to_owned()));
                }
                items.push(Item {
                    name,
                    about: std::mem::replace(&mut about, vec![String::new()]),
                    types,
                    bare: Vec::new(),
                });
                within = !line.ends_with("{}");
            }
        }
    }
    items
}

fn events() -> Vec<(&'static str, Vec<Item>)> {
    EVENT_TOPICS.iter().map(|topic| (*topic, items(&format!("event/catalogue/{topic}.rs"), "events"))).collect()
}

fn actions() -> Vec<(&'static str, Vec<Item>)> {
    ACTION_TOPICS.iter().map(|topic| (*topic, items(&format!("action/catalogue/{topic}.rs"), "actions"))).collect()
}

fn groups() -> Vec<Item> {
    let topics = EVENT_TOPICS.iter().flat_map(|topic| items(&format!("event/catalogue/{topic}.rs"), "groups"));
    items("event/groups.rs", "groups").into_iter().chain(topics).collect()
}

/// The enums of a file, whatever macro makes them.
fn enums(path: &str, macros: &[&str]) -> Vec<Item> {
    macros.iter().flat_map(|name| items(path, name)).filter(|item| !item.about[0].is_empty()).collect()
}

/// What the head of a topic's file says of it.
fn topic(folder: &str, topic: &str) -> (String, String) {
    let text = fs::read_to_string(format!("{FOLDER}/src/{folder}/catalogue/{topic}.rs")).unwrap();
    let head = text.lines().next().unwrap().trim_start_matches("//! ");
    let (title, rest) = head.split_once(": ").unwrap_or((head.trim_end_matches('.'), ""));
    (title.to_owned(), rest.to_owned())
}

fn table(folder: &str, topics: &[(&str, Vec<Item>)], rest: &[(&str, &[Item])]) -> String {
    let mut page = String::from("# By topic\n");
    let mut rows = |title: &str, about: &str, items: &[Item]| {
        page += &format!("\n## {title}\n\n");
        if !about.is_empty() {
            page += &format!("{}{}\n\n", about[..1].to_uppercase(), &about[1..]);
        }
        page += "| | |\n|---|---|\n";
        for item in items {
            page += &format!("| [`{}`] | {} |\n", item.name, item.sentence());
        }
    };
    for (name, items) in topics {
        let (title, about) = topic(folder, name);
        rows(&title, &about, items);
    }
    for (title, items) in rest {
        rows(title, "", items);
    }
    page
}

fn assert_written(path: &str, page: &str) {
    let path = format!("{FOLDER}/src/{path}");
    if std::env::var_os("GAMI_WRITE_TOPICS").is_some() {
        fs::write(&path, page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "{path} is not what the declarations say: GAMI_WRITE_TOPICS=1 cargo test --test topics");
}

const EVENT_ENUMS: &[&str] = &["codes", "words"];

#[test]
fn the_page_of_events_has_each_by_topic_with_a_sentence() {
    let (events, groups, enums) = (events(), groups(), enums("event/values.rs", EVENT_ENUMS));
    let count: usize = events.iter().map(|(_, items)| items.len()).sum();
    assert_eq!(count, Typed::NAMES.len());
    let rest = [("Groups of headers", &groups[..]), ("Enums", &enums[..])];
    assert_written("event/topics.md", &table("event", &events, &rest));
}

#[test]
fn the_page_of_actions_has_each_by_topic_with_a_sentence() {
    let (actions, enums) = (actions(), enums("action/values.rs", &["values"]));
    let names: BTreeSet<_> = actions.iter().flat_map(|(_, items)| items).map(|item| item.name.clone()).collect();
    assert_eq!(names, declarations::declarations().into_keys().collect());
    assert_written("action/topics.md", &table("action", &actions, &[("Values of parameters", &enums[..])]));
}

/// Events that belong to no other and that no action asks for.
const ALONE: &[&str] =
    &["CloseSession", "DeadlockStart", "JitterBufStats", "LogChannel", "MCID", "TestEvent", "UserEvent", "VarSet"];

#[test]
fn an_event_names_those_that_go_with_it_or_the_action_that_asks_for_it() {
    let (events, actions) = (events(), actions());
    let names = |topics: &[(&str, Vec<Item>)]| -> BTreeSet<String> {
        topics.iter().flat_map(|(_, items)| items).map(|item| item.name.clone()).collect()
    };
    let known: BTreeSet<String> = &names(&events) | &names(&actions);
    for event in events.iter().flat_map(|(_, items)| items) {
        let related = event.links().into_iter().any(|link| link != event.name && known.contains(link))
            || event.about.iter().any(|paragraph| paragraph.contains(&format!("](crate::action::{})", event.name)));
        assert!(related || ALONE.contains(&event.name.as_str()), "{} stands alone", event.name);
    }
}

#[test]
fn every_field_says_more_than_its_header() {
    let (events, groups) = (events(), groups());
    for item in events.iter().flat_map(|(_, items)| items).chain(&groups) {
        assert!(item.bare.is_empty(), "{}: {:?}", item.name, item.bare);
    }
}

/// The names behind some words of a paragraph, up to its end.
fn named(item: &Item, words: &str) -> BTreeSet<String> {
    let paragraphs = item.about.iter().filter_map(|paragraph| paragraph.split_once(words));
    let plain = paragraphs.map(|(_, rest)| without_links(rest));
    plain.flat_map(|rest| rest.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn a_list_names_the_events_that_keep_it_current_and_they_name_the_list() {
    let declared = declarations::declarations();
    let mut by_list: BTreeSet<(String, String)> = BTreeSet::new();
    for action in actions().iter().flat_map(|(_, items)| items) {
        let current = named(action, "Kept current by the event");
        let says = !current.is_empty() || action.about.iter().any(|it| it == "No event tells that this has changed.");
        let lists = declared[&action.name].ended_by.is_some() && action.name != "WaitEvent";
        assert_eq!(says, lists, "{}", action.name);
        by_list.extend(current.into_iter().map(|event| (event, action.name.clone())));
    }
    let mut by_event = BTreeSet::new();
    for event in events().iter().flat_map(|(_, items)| items) {
        for paragraph in event.about.iter().filter(|paragraph| paragraph.contains(" what is so now.")) {
            let at = paragraph.find("The action").unwrap_or_else(|| panic!("{}: {paragraph}", event.name));
            let plain = without_links(&paragraph[at..]);
            by_event.extend(plain.split('`').skip(1).step_by(2).map(|list| (event.name.clone(), list.to_owned())));
        }
    }
    assert_eq!(by_list, by_event);
    assert!(by_list.len() > 80);
}

/// Beyond so many, their number is told.
const MOST_NAMED: usize = 8;

#[test]
fn groups_and_enums_say_who_uses_them() {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (groups, events) = (groups(), events());
    for item in events.iter().flat_map(|(_, items)| items).chain(&groups) {
        item.types.iter().for_each(|kind| {
            users.entry(kind.clone()).or_default().insert(item.name.clone());
        });
    }
    for item in enums("event/values.rs", EVENT_ENUMS).iter().chain(&groups).filter(|item| item.name != "Common") {
        let users = &users[&item.name];
        if users.len() > MOST_NAMED {
            let says = format!("In {} events and groups, such as ", users.len());
            assert!(item.about.iter().any(|paragraph| paragraph.starts_with(&says)), "{}: {says}{users:?}", item.name);
        } else {
            let paragraph = item.about.iter().find(|paragraph| paragraph.starts_with("In [`"));
            let paragraph = paragraph.unwrap_or_else(|| panic!("{} does not say that it is in {users:?}", item.name));
            let said = without_links(paragraph);
            let said: BTreeSet<String> = said.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            assert_eq!(said, *users, "{}", item.name);
        }
    }
}

#[test]
fn values_of_parameters_say_which_action_takes_them() {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for item in actions().iter().flat_map(|(_, items)| items) {
        item.types.iter().for_each(|kind| {
            users.entry(kind.clone()).or_default().insert(item.name.clone());
        });
    }
    for item in enums("action/values.rs", &["values"]) {
        let Some(users) = users.get(&item.name) else { continue };
        let links = item.links();
        let missing: Vec<_> = users.iter().filter(|user| !links.contains(user.as_str())).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", item.name);
    }
}
