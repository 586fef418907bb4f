//! The layers of the crate: a module imports only from those before it.

use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom up. A name with a slash is a file or folder within a folder; the folder's own name stands
/// for the rest of it.
const LAYERS: &[&str] = &[
    "sync",
    "net",
    "clock",
    "secrets",
    "packet",
    "event/raw",
    "event/record",
    "event/values",
    "response",
    "error",
    "action/raw",
    "event",
    "action",
    "config",
    "recording",
    "options",
    "link/transport",
    "link",
    "engine",
    "client",
    "live",
    "fleet",
    "mock",
];

/// What the layers below the catalogues may name of those folders without importing the catalogues.
const RAW: &[(&str, &str)] =
    &[("event::Event", "event/raw"), ("event::values", "event/values"), ("action::Action", "action/raw")];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The lines of a file that are not comments, with their numbers from 0.
fn code(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    lines.map(|(number, line)| (number, line.to_owned())).collect()
}

fn layer(name: &str) -> usize {
    LAYERS.iter().position(|layer| *layer == name).unwrap_or_else(|| panic!("{name} has no place in the layers"))
}

/// The module of a file: `event/raw` where the layers name it so, else `event`.
fn module_of(file: &Path) -> String {
    layer_of(&file.with_extension("").to_str().unwrap().replace('\\', "/"))
}

/// The longest beginning of a path that the layers name, else its first name.
fn layer_of(path: &str) -> String {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    let named = ends.map(|end| &path[..end]).rfind(|beginning| LAYERS.contains(beginning));
    named.unwrap_or_else(|| path.split('/').next().unwrap()).to_owned()
}

/// The modules that a line of code names by `crate::`, each by its own path: what several share in braces, or
/// what the root of the crate passes on, would not show where it comes from.
fn imports(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find("crate::") {
        let is_link = rest[..at].ends_with("](");
        rest = &rest[at + "crate::".len()..];
        if is_link {
            continue; // documentation that a macro is given
        }
        if let Some((_, raw)) = RAW.iter().find(|(path, _)| rest.starts_with(path)) {
            found.push((*raw).to_owned());
            continue;
        }
        let path: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || "_:".contains(*c)).collect();
        let path = path.trim_end_matches(':').replace("::", "/");
        assert!(!path.is_empty(), "names no module after `crate::`: {line}");
        found.push(layer_of(&path));
    }
    found
}

#[test]
fn modules_import_downward_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for file in files(&src) {
        let relative = file.strip_prefix(&src).unwrap();
        if relative == Path::new("lib.rs") {
            continue;
        }
        let module = module_of(relative);
        for (number, line) in code(&file) {
            for import in imports(&line) {
                seen += 1;
                assert!(
                    import == module || layer(&import) < layer(&module),
                    "{}:{}: {module} imports {import}, which is above it",
                    relative.display(),
                    number + 1
                );
            }
        }
    }
    assert!(seen > 50, "only {seen} imports found: the test no longer reads the code");
}

#[test]
fn imports_that_do_not_name_their_module_are_found_out() {
    assert_eq!(imports("use crate::event::Event; use crate::packet::Packet;"), ["event/raw", "packet"]);
    for line in ["use crate::{packet, stream};", "use crate::Event;", "use crate::*;", "fn f() -> crate::Result<()> {"]
    {
        assert!(std::panic::catch_unwind(|| imports(line)).is_err(), "{line}");
    }
}

#[test]
fn the_reader_does_not_import_the_catalogues() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let below = ["engine/reader.rs", "engine/streams.rs"].map(|file| src.join(file));
    for file in below.into_iter().chain(files(&src.join("link"))) {
        for (_, line) in code(&file) {
            for import in imports(&line) {
                assert!(!["event", "action"].contains(&import.as_str()), "{}: {line}", file.display());
            }
        }
    }
}

#[test]
fn the_transport_knows_no_ami() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let transport = files(&src.join("link/transport"));
    assert!(transport.len() > 2, "the transport is elsewhere");
    for file in transport {
        let root = file.ends_with("mod.rs");
        for (_, line) in code(&file) {
            let knows =
                |import: &String| ["sync", "net", "error", "options", "link/transport"].contains(&import.as_str());
            assert!(imports(&line).iter().all(knows), "{}: {line}", file.display());
            let above = if root { "super::" } else { "super::super" };
            assert!(!line.contains(above), "{}: {line}", file.display());
        }
    }
}
