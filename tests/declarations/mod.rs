//! What the source declares of each action and event, to be compared with what servers say.
#![allow(dead_code)] // no test file needs all of it

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::iter::Peekable;
use std::vec::IntoIter;

#[derive(Debug)]
pub struct Declaration {
    pub privilege: String,
    pub versions: String,
    /// The event that ends its list.
    pub ended_by: Option<String>,
    /// The only event that it answers with.
    pub single: Option<String>,
    /// What else is said of the answer.
    pub said: String,
}

impl Declaration {
    pub fn answers_events(&self) -> bool {
        self.ended_by.is_some() || self.single.is_some()
    }

    /// The events that are named in what is said of the answer.
    pub fn events(&self) -> BTreeSet<&str> {
        let mut events: BTreeSet<&str> = self.ended_by.iter().chain(&self.single).map(String::as_str).collect();
        for word in ["event ", "events ", "ended by "] {
            for (at, _) in self.said.match_indices(word) {
                let mut rest = &self.said[at + word.len()..];
                while let Some((name, after)) = rest.strip_prefix('`').and_then(|rest| rest.split_once('`')) {
                    events.insert(name);
                    let glue = [" and ", ", then its ", ", "].into_iter().find_map(|glue| after.strip_prefix(glue));
                    rest = glue.unwrap_or_default();
                }
            }
        }
        events
    }
}

/// The declarations, by the names of their actions, as they stand in the source.
pub fn declarations() -> BTreeMap<String, Declaration> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/action/catalogue")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let table = text.split("actions! {\n").nth(1).unwrap_or_default();
        let table = table.split("\n}\n").next().unwrap();
        let mut head = String::new();
        for line in table.lines() {
            let begins = line.strip_prefix("    ").is_some_and(|line| line.starts_with(|c: char| c.is_uppercase()));
            if !begins && head.is_empty() {
                continue;
            }
            head.push_str(line);
            if !line.ends_with('{') && !line.ends_with("{}") {
                continue;
            }
            let head = std::mem::take(&mut head);
            let name: String = head.trim().chars().take_while(|c| c.is_alphanumeric()).collect();
            let after = |word: &str| {
                let (_, rest) = head.split_once(&format!(" {word} \""))?;
                Some(rest.split('"').next().unwrap().to_owned())
            };
            let fact = |word| after(word).unwrap_or_else(|| panic!("{name} has no {word}"));
            let declaration = Declaration {
                privilege: fact("needs"),
                versions: fact("in"),
                ended_by: after("completes"),
                single: after("sends"),
                said: without_links(&after("lists").or(after("answers")).unwrap_or_default()),
            };
            found.insert(name, declaration);
        }
    }
    assert_eq!(found.len(), 172, "the declarations were not understood");
    found
}

/// A text without the brackets and addresses of its links.
pub fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[`") {
        let (name, after) = after.split_once("`]").unwrap_or((after, ""));
        plain += &format!("{before}`{name}`");
        let address = after.strip_prefix('(').and_then(|after| after.split_once(')'));
        rest = address.map_or(after, |(_, after)| after);
    }
    plain + rest
}

/// The actions of an answer to `ListCommands`, with their privileges as the declarations write them.
pub fn listed<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    let listed = headers.into_iter().filter_map(|(name, text)| {
        let (_, classes) = text.strip_suffix(')')?.rsplit_once("(Priv: ")?;
        let classes = classes.trim_end_matches(",all").replace(',', ", ").replace("<none>", "none");
        Some((name.to_owned(), classes))
    });
    listed.collect()
}

pub fn undeclared(listed: &BTreeMap<String, String>) -> Vec<&str> {
    let declared = declarations();
    listed.keys().map(String::as_str).filter(|name| !declared.contains_key(*name)).collect()
}

/// Declared privileges that say more than the server's list.
pub const MORE_IS_SAID: &[(&str, &str, &str)] = &[
    ("MixMonitorMute", "system, call; none in 1.8", "another privilege in another version"),
    ("Originate", "originate; some applications need `system` as well", "the application decides"),
    ("ParkedCalls", "call; none up to 11", "another privilege in another version"),
];

/// Where the privilege that a server lists is another than the declared one: name, listed, declared.
pub fn other_privileges(listed: &BTreeMap<String, String>) -> Vec<(String, String, String)> {
    let declared = declarations();
    let both = listed.iter().filter_map(|(name, listed)| Some((name, listed, &declared.get(name)?.privilege)));
    both.filter(|(name, listed, said)| {
        let more = MORE_IS_SAID.iter().any(|(of, more, _)| *of == name.as_str() && *more == said.as_str());
        listed != said && !(more && said.contains(listed.as_str()))
    })
    .map(|(name, listed, said)| (name.clone(), listed.clone(), said.clone()))
    .collect()
}

/// An event or a group as the source declares it: its fields' headers, and the groups in it with their prefixes.
#[derive(Debug, Default)]
pub struct Fields {
    pub headers: Vec<String>,
    pub groups: Vec<(String, Vec<String>)>,
}

/// The groups and the events that the source declares, by their names, those of events as they are on the wire.
pub fn events() -> (BTreeMap<String, Fields>, BTreeMap<String, Fields>) {
    let (mut groups, mut events) = (BTreeMap::new(), BTreeMap::new());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/event");
    let topics = fs::read_dir(format!("{folder}/catalogue")).unwrap().map(|entry| entry.unwrap().path());
    for path in topics.chain([format!("{folder}/groups.rs").into()]) {
        let text = fs::read_to_string(&path).unwrap();
        for table in ["groups", "events"] {
            for table_text in text.split(&format!("\n{table}! {{\n")).skip(1) {
                let mut tokens = tokens(table_text.split("\n}\n").next().unwrap());
                while let Some(mut name) = tokens.next() {
                    if tokens.next_if(|token| token == "=").is_some() {
                        name = tokens.next().unwrap();
                    }
                    let all = if table == "groups" { &mut groups } else { &mut events };
                    assert!(all.insert(name, declared_fields(&mut tokens)).is_none(), "two of a name in {path:?}");
                }
            }
        }
    }
    assert!(groups.len() > 10 && events.len() > 250, "the declarations were not understood");
    (groups, events)
}

fn declared_fields(tokens: &mut Peekable<IntoIter<String>>) -> Fields {
    let mut fields = Fields::default();
    assert_eq!(tokens.next().as_deref(), Some("{"));
    while tokens.next_if(|token| token == "}").is_none() {
        let mut kind: Vec<String> = tokens.by_ref().take_while(|token| token != "[").collect();
        let headers: Vec<_> = tokens.by_ref().take_while(|token| token != "]").filter(|token| token != "|").collect();
        tokens.next_if(|token| token == ",");
        match kind.iter().any(|word| word == "group") {
            true => fields.groups.push((kind.pop().unwrap(), headers)),
            false => fields.headers.extend(headers),
        }
    }
    fields
}

/// The words, the texts without their quotes and the other characters of a source, without its comments.
fn tokens(source: &str) -> Peekable<IntoIter<String>> {
    let mut found = Vec::new();
    for mut line in source.lines().map(str::trim_start).filter(|line| !line.starts_with("//")) {
        while let Some(first) = line.chars().next() {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let end = match first {
                '"' => line[1..].find('"').unwrap() + 2,
                first if is_word(first) => line.find(|c| !is_word(c)).unwrap_or(line.len()),
                first => first.len_utf8(),
            };
            let (token, rest) = line.split_at(end);
            found.push(token.trim_matches('"').to_owned());
            line = rest.trim_start();
        }
    }
    found.into_iter().peekable()
}
