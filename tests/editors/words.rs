//! The word lists of grammars that cannot parse are those of the compiler.
//!
//! A list stands between `words: PART …` and `words end`, each in a comment of its file.

use std::path::Path;

use super::{changed, editors, nothing_to_say, read};

/// How words are written in a file: what stands between two, and around each.
struct Style {
    path: &'static str,
    between: &'static str,
    quote: &'static str,
}

const FILES: &[Style] = &[
    Style { path: "emacs/deploy-mode.el", between: " ", quote: "\"" },
    Style { path: "kakoune/deploy.kak", between: "|", quote: "" },
    Style { path: "tree-sitter-deploy/queries/highlights.scm", between: " ", quote: "\"" },
    Style { path: "tree-sitter-deploy/src/scanner.c", between: ", ", quote: "\"" },
    Style { path: "vim/syntax/deploy.vim", between: " ", quote: "" },
    Style { path: "vscode/syntaxes/deploy.tmLanguage.json", between: "|", quote: "" },
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
        let (_, after) = list.split_once("words end").unwrap_or_else(|| panic!("{}: no `words end`", path.display()));
        let comment = before.rsplit('\n').next().unwrap_or_default();
        out += before;
        out += "words: ";
        out += &if comment.ends_with("(?#") { inside(list, style) } else { lines(list, style, comment) };
        out += "words end";
        rest = after;
    }
    out + rest
}

/// A list inside of a regular expression, between two comments of it.
fn inside(list: &str, style: &Style) -> String {
    let (parts, _) = list.split_once(')').expect("the comment ends");
    format!("{parts}){}(?#", words(parts).join(style.between))
}

/// A list on lines of its own. Behind the parts, `> a line with @` may say what stands around the words of each line.
fn lines(list: &str, style: &Style, comment: &str) -> String {
    let (head, _) = list.split_once('\n').expect("the head is a line");
    let (parts, around) = head.split_once(" > ").unwrap_or((head, "@"));
    let indent = &comment[..comment.len() - comment.trim_start().len()];
    let room = COLUMNS - indent.len() - around.len();
    let mut found = vec![String::new()];
    for word in words(parts).iter().map(|word| format!("{0}{word}{0}", style.quote)) {
        let last = found.last_mut().expect("there is one line");
        if last.is_empty() {
            *last = word;
        } else if last.len() + style.between.len() + word.len() > room {
            found.push(word);
        } else {
            *last += style.between;
            *last += &word;
        }
    }
    // In a list of C every word has its comma; elsewhere lines stand for themselves.
    let end = if style.between == ", " { "," } else { "" };
    let found: String = found.iter().map(|line| format!("{indent}{}{end}\n", around.replace('@', line))).collect();
    format!("{head}\n{found}{comment}")
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
