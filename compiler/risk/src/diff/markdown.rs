//! A difference for a pull request: risk first, because that is what a reviewer decides on.

use std::fmt::Write as _;

use super::{Change, Diff};

/// A difference as Markdown; nothing where there is none.
#[must_use]
pub fn markdown(diff: &Diff) -> String {
    let mut out = String::new();
    if diff.is_empty() {
        return out;
    }
    let _ = writeln!(out, "### `{}`", diff.workflow);
    for (title, changes) in [("Risk", &diff.risk), ("What is done", &diff.steps), ("Settings", &diff.settings)] {
        table(&mut out, title, changes);
    }
    out
}

fn table(out: &mut String, title: &str, changes: &[Change]) {
    if changes.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n**{title}**\n\n| | before | after |\n|---|---|---|");
    for change in changes {
        let cell = |text: Option<&String>| text.map_or("-".to_owned(), |text| escaped(text));
        let _ = writeln!(
            out,
            "| {} | {} | {} |",
            escaped(&change.of),
            cell(change.old.as_ref()),
            cell(change.new.as_ref())
        );
    }
}

/// Text that stays in its cell, and of which nothing is taken for Markdown or HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '|' | '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '~' => {
                out.push('\\');
                out.push(character);
            }
            '\n' | '\r' => out.push(' '),
            other => out.push(other),
        }
    }
    out
}
