//! The standard library's own documentation: everything public is described where it stands, and used by an example
//! that compiles.

use crate::markdown::blocks;
use crate::{pages, root};

const PAGE: &str = "docs/reference/library.md";

/// A public declaration: its module, its name, and the cases of a union.
struct Public {
    module: String,
    names: Vec<String>,
    described: bool,
    undescribed: Vec<String>,
}

fn name_of(line: &str) -> String {
    line.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect()
}

/// The public declarations of a module's text, which is laid out by the formatter.
fn public(module: &str, text: &str) -> Vec<Public> {
    let lines: Vec<&str> = text.lines().collect();
    let declared = |at: &usize| lines[*at].starts_with("pub ");
    (0..lines.len()).filter(declared).map(|at| declaration(module, &lines, at)).collect()
}

fn declaration(module: &str, lines: &[&str], at: usize) -> Public {
    let above = lines[..at].iter().rev().find(|line| !line.starts_with('@')).copied().unwrap_or_default();
    let name = lines[at].split_whitespace().nth(2).map(name_of).unwrap_or_default();
    let mut found = Public {
        module: module.to_owned(),
        names: vec![name],
        described: above.starts_with("///"),
        undescribed: vec![],
    };
    // Only types have parts with documentation of their own.
    if !lines[at].starts_with("pub type ") {
        return found;
    }
    let record = lines[at].ends_with('{');
    for (line, before) in lines[at + 1..].iter().zip(&lines[at..]) {
        let part = line.trim_start();
        if part.is_empty() || part == "}" {
            break;
        }
        if part.starts_with("//") {
            continue;
        }
        let name = name_of(part.trim_start_matches("| "));
        if !before.trim_start().starts_with("//") && !obvious(&name) {
            found.undescribed.push(name.clone());
        }
        if !record {
            found.names.push(name);
        }
    }
    found
}

/// Parts whose name and type say everything.
fn obvious(name: &str) -> bool {
    ["name", "service", "environment", "stages", "hold", "guard", "weight", "flag", "protected"].contains(&name)
        || ["confidence", "warm_up", "provider", "within"].contains(&name)
}

fn library() -> Vec<Public> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join("stdlib/std")).unwrap() {
        let path = entry.unwrap().path();
        let module = format!("std.{}", path.file_stem().unwrap().to_string_lossy());
        found.extend(public(&module, &std::fs::read_to_string(path).unwrap()));
    }
    found
}

#[test]
fn what_is_public_is_described_and_has_an_example() {
    let page = std::fs::read_to_string(root().join(PAGE)).unwrap();
    assert!(pages("docs/reference").contains(&root().join(PAGE)), "the page's examples are compiled");
    let examples = blocks(&page);
    let mut wrong = Vec::new();
    for it in library() {
        let Public { module, names, described, undescribed } = &it;
        if !described {
            wrong.push(format!("{module}.{}: write `///` above it", names[0]));
        }
        wrong.extend(undescribed.iter().map(|part| format!("{module}.{}: `{part}` is not described", names[0])));
        let shown: String =
            examples.iter().filter(|block| block.heading == *module).map(|block| block.text.as_str()).collect();
        let words: Vec<&str> = shown.split(|it: char| !(it.is_alphanumeric() || it == '_')).collect();
        let missing = names.iter().filter(|name| !words.contains(&name.as_str()));
        wrong.extend(missing.map(|name| format!("{PAGE}: no example under `## {module}` has `{name}`")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
