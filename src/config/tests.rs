//! Plans against a server's side of it.

use super::check::check;
use super::simulated::{Dice, Disk};
use super::{Category, Config, Line};
use crate::action::Action;

fn random(dice: &mut Dice, size: usize) -> Vec<Category> {
    let mut made: Vec<Category> = Vec::new();
    for _ in 0..dice.below(size) {
        let is_template = dice.below(4) == 0;
        let mut category =
            Category::new(dice.one(if is_template { &["t", "u", "a"] } else { &["a", "B", "b", "c", "d"] }));
        category.is_template = is_template;
        for template in ["t", "u"] {
            // The first of the name has to be a template for a server to make what inherits from it.
            let first = made.iter().find(|base| base.name == template);
            if dice.below(3) == 0 && first.is_some_and(|base| base.is_template) {
                category.templates.push(template.to_owned());
            }
        }
        for _ in 0..dice.below(2 * size) {
            let (name, value) =
                (dice.one(&["type", "n", "N", "m"]), dice.one(&["1", "2", "x.y", "", ">z", "p,q", "X.Y"]));
            category
                .lines
                .push(Line { object: dice.below(3) == 0 || value.starts_with('>'), ..Line::new(name, value) });
        }
        made.push(category);
    }
    made
}

/// A copy with some changes.
fn changed(dice: &mut Dice, of: &[Category]) -> Vec<Category> {
    let mut changed = of.to_vec();
    for _ in 0..dice.below(4) {
        let other = random(dice, 5);
        let at = dice.below(changed.len() + 1);
        match (dice.below(4), changed.get_mut(at)) {
            (0, Some(_)) => drop(changed.remove(at)),
            (1, Some(category)) => category.set(dice.one(&["type", "n", "new"]), dice.one(&["1", "2", "3"])),
            (2, Some(category)) if !category.lines.is_empty() => {
                let line = dice.below(category.lines.len());
                drop(category.lines.remove(line));
            }
            _ => drop(changed.splice(at..at, other)),
        }
    }
    changed
}

fn plain(categories: &[Category]) -> Vec<Category> {
    let mut plain = categories.to_vec();
    plain.iter_mut().flat_map(|category| &mut category.lines).for_each(|line| line.object = false);
    plain
}

/// What the server then has on its disk; `None` if the change was refused.
fn updated(before: &[Category], wanted: &[Category]) -> Option<(Disk, usize)> {
    let mut disk = Disk(before.to_vec());
    let mut config = Config::new("f.conf");
    config.categories = wanted.to_vec();
    let actions = disk.get_config().update_to(&config).ok()?;
    actions.iter().for_each(|action| disk.update(&Action::from(action)));
    Some((disk, actions.len()))
}

#[test]
fn any_file_becomes_any_other() {
    let mut dice = Dice(471147);
    let (mut made, mut refused) = (0, 0);
    for round in 0..6000 {
        let before = random(&mut dice, 2 + round % 7);
        let wanted = if round % 2 == 0 { random(&mut dice, 2 + round % 7) } else { changed(&mut dice, &before) };
        let mut read = Config::new("f.conf");
        read.categories.clone_from(&before);
        if check(&read).is_err() {
            continue;
        }
        match updated(&before, &wanted) {
            Some((disk, _)) => {
                made += 1;
                assert_eq!(plain(&disk.0), plain(&wanted), "{before:#?}");
            }
            None => refused += 1,
        }
    }
    assert!(made > 2000 && refused < made, "{made} made, {refused} refused");
}

#[test]
fn what_is_more_than_an_action_holds_goes_in_several() {
    let big = |value: &str| {
        let lines = (0..200).map(|number| Line::new(format!("n{number}"), value)).collect();
        vec![Category { lines, ..Category::template("t") }, Category::new("a").inherit("t").line("own", "1")]
    };
    let (disk, actions) = updated(&[], &big("1")).unwrap();
    assert_eq!((disk.0, actions), (big("1"), 9));
    let (disk, actions) = updated(&big("1"), &big("2")).unwrap();
    assert_eq!((disk.0, actions), (big("2"), 12));
}

#[test]
fn what_stays_is_not_touched() {
    let file = |strategy: &str| {
        vec![
            Category::new("general").line("autofill", "yes"),
            Category::new("support").object("member", "PJSIP/1").line("strategy", strategy).object("member", "PJSIP/2"),
        ]
    };
    let mut before = Config::new("queues.conf");
    before.categories = file("ringall");
    let mut wanted = before.clone();
    assert_eq!(before.update_to(&wanted).unwrap().len(), 0);
    wanted.categories = file("linear");
    let actions = before.update_to(&wanted).unwrap();
    let sent: Vec<_> = actions.iter().map(|action| format!("{action:?}")).collect();
    let action = r#"UpdateConfig {"SrcFilename": "queues.conf", "DstFilename": "queues.conf", "Action-000000": "Update", "Cat-000000": "support", "Var-000000": "strategy", "Value-000000": "linear", "Match-000000": "ringall"}"#;
    assert_eq!(sent, [action]);
}

#[test]
fn what_a_server_would_write_otherwise_is_refused_with_the_reason() {
    let before = Config::new("f.conf");
    let refusal = |category: Category| {
        let mut wanted = before.clone();
        wanted.categories.push(Category::template("t").line("disallow", "all"));
        wanted.categories.push(category);
        before.update_to(&wanted).unwrap_err().to_string()
    };
    assert_eq!(
        refusal(Category::new("a").inherit("t").line("Disallow", "all")),
        "category [a]: the server drops `Disallow = all`, which it inherits too"
    );
    assert_eq!(
        refusal(Category::new("a").inherit("none")),
        "category [a]: inherits from [none], which is not in the file before it"
    );
    assert_eq!(
        refusal(Category::new("a").line("n", " v")),
        "category [a]: `n =  v` has blanks around its name or value, which the server drops"
    );
    assert_eq!(refusal(Category::new("a").line("[n", "v")), "category [a]: `[n = v` is no name of a line");
    assert_eq!(refusal(Category::new("a]")), "category [a]]: a name has 1 to 79 bytes, and no `]`");
    let blank = "category [ a]: the server reads the name in a change without the blank that it begins with";
    assert_eq!(refusal(Category::new(" a")), blank);
}

#[test]
fn a_category_whose_name_begins_with_a_blank_stays_where_others_change() {
    let mut before = Config::new("f.conf");
    before.categories = [" a", "a", "b"].map(|name| Category::new(name).line("n", "1")).into();
    let changed = |at: usize| {
        let mut wanted = before.clone();
        wanted.categories[at].set("n", "2");
        before.update_to(&wanted)
    };
    assert!(changed(0).unwrap_err().to_string().starts_with("category [ a]"), "the server would write into [a]");
    assert_eq!(changed(1).unwrap().len(), 1);
    let mut wanted = before.clone();
    wanted.categories.remove(0);
    assert!(before.update_to(&wanted).is_err(), "the server would delete [a]");
}
