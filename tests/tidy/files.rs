//! What every file keeps to: its length, its header, and nothing of the machine it was written on.

use super::nothing_to_say;
use super::repository::{Text, rust_sources, texts};

const LINES_MAX: usize = 900;

fn all() -> Vec<Text> {
    texts("", &["rs", "md", "toml", "deploy", "sh", "json", "yml"])
}

#[test]
fn no_file_is_too_long() {
    // A schema is written by a program and read by programs.
    let written = all().into_iter().filter(|t| !t.path.ends_with(".schema.json"));
    let long = written.filter(|t| t.text.lines().count() > LINES_MAX);
    nothing_to_say(
        long.map(|t| format!("{}: more than {LINES_MAX} lines; split it by what it is about", t.path)).collect(),
    );
}

#[test]
fn every_rust_file_says_why_it_exists() {
    let silent = rust_sources().into_iter().filter(|t| {
        let first = t.text.lines().find(|line| !line.trim().is_empty() && !line.starts_with("#!["));
        !first.is_some_and(|line| line.starts_with("//!"))
    });
    nothing_to_say(silent.map(|t| format!("{}: begin it with `//!` and why it exists", t.path)).collect());
}

#[test]
fn no_file_names_a_folder_of_one_machine() {
    // Written in two halves, so that this file does not find itself.
    let foreign = [("/ro", "ot/"), ("/ho", "me/"), ("/Us", "ers/"), ("/wo", "rk/"), ("/tmp/", "wt"), ("/tmp/", "bin")];
    let mut complaints = Vec::new();
    for text in all() {
        for (number, line) in text.text.lines().enumerate() {
            if foreign.iter().any(|(a, b)| line.contains(&format!("{a}{b}"))) {
                complaints.push(format!(
                    "{}:{}: names a folder of one machine; make it relative, or use a temporary folder",
                    text.path,
                    number + 1
                ));
            }
        }
    }
    nothing_to_say(complaints);
}
