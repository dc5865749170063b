//! The word lists of grammars that cannot parse are those of the compiler.
//!
//! A list stands between `words: PART …` and `words end`, each in a comment of its file.

use std::path::Path;

use super::{changed, editors, nothing_to_say, read};

/// How words are written in a file: what stands between two, around each, and before the first of a line.
struct Style {
    path: &'static str,
    between: &'static str,
    quote: &'static str,
    per_line: bool,
}

const FILES: &[Style] = &[
    Style { path: "tree-sitter-deploy/queries/highlights.scm", between: " ", quote: "\"", per_line: true },
    Style { path: "tree-sitter-deploy/src/scanner.c", between: ", ", quote: "\"", per_line: true },
    Style { path: "vscode/syntaxes/deploy.tmLanguage.json", between: "|", quote: "", per_line: false },
];

/// Columns that a written line takes at most.
const COLUMNS: usize = 118;

#[test]
fn word_lists_are_those_of_the_compiler() {
    nothing_to_say(FILES.iter().filter_map(|style| {
        let path = editors(style.path);
        let text = read(&path);
        assert!(text.contains("words: "), "{}: there is no list of words", path.display());
        changed(&path, &rewritten(&text, style, &path))
    }));
}

fn rewritten(text: &str, style: &Style, path: &Path) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, list)) = rest.split_once("words: ") {
        let (parts, list) = list.split_once(['\n', ')']).expect("the parts end with their line");
        let (_, after) = list.split_once("words end").unwrap_or_else(|| panic!("{}: no `words end`", path.display()));
        let line = before.rsplit('\n').next().unwrap_or_default();
        out += before;
        out += "words: ";
        out += parts;
        out += &written(&words(parts), style, line);
        out += "words end";
        rest = after;
    }
    out + rest
}

/// The words of these parts, each once.
fn words(parts: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for part in parts.split_whitespace() {
        let listed = syntax::keywords().into_iter().find(|listed| listed.part == part);
        let words: Vec<&str> = match listed {
            Some(listed) => listed.words.to_vec(),
            None if part == "continuing" => syntax::continuing().collect(),
            None => panic!("there is no part `{part}` of the words"),
        };
        words.into_iter().for_each(|word| {
            if !found.contains(&word) {
                found.push(word);
            }
        });
    }
    found
}

/// The list as it is written behind its head: `line` is what stands before the head, a comment's sign.
fn written(words: &[&str], style: &Style, line: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("{0}{word}{0}", style.quote)).collect();
    if !style.per_line {
        return format!("){}(?#", quoted.join(style.between));
    }
    let indent = &line[..line.len() - line.trim_start().len()];
    let mut lines = vec![String::new()];
    for word in quoted {
        let last = lines.last_mut().expect("there is one line");
        if indent.len() + last.len() + style.between.len() + word.len() > COLUMNS {
            lines.push(word);
        } else {
            let between = if last.is_empty() { "" } else { style.between };
            *last += &format!("{between}{word}");
        }
    }
    let end = style.between.trim_end();
    let lines: String = lines.iter().map(|line| format!("\n{indent}{line}{end}")).collect();
    format!("{lines}\n{line}")
}
