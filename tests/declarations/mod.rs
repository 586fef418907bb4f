//! What the source declares of each action, to be compared with what servers say.
#![allow(dead_code)] // no test file needs all of it

use std::collections::BTreeMap;
use std::fs;

#[derive(Debug)]
pub struct Declaration {
    pub privilege: String,
    pub versions: String,
    /// The event that ends its list.
    pub ended_by: Option<String>,
    /// The only event that it answers with.
    pub single: Option<String>,
}

impl Declaration {
    pub fn answers_events(&self) -> bool {
        self.ended_by.is_some() || self.single.is_some()
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
            };
            found.insert(name, declaration);
        }
    }
    assert_eq!(found.len(), 171, "the declarations were not understood");
    found
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
