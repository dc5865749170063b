//! The grammar for tree-sitter: its parser is the one that is committed, reads every text that the compiler reads, and
//! makes the trees of its corpus.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::neovim::ask;
use super::{blessing, changed, deployments, editors, files, nothing_to_say, read};

const SHOWS: &str = "that the grammar for tree-sitter reads what the compiler reads";

/// The format of generated parsers that every editor of today loads.
const FORMAT: &str = "14";

/// What must not change apart: the grammar, and the parser that was generated from it.
const PAIR: [&str; 2] = ["grammar.js", "src/parser.c"];

/// Says of which grammar the committed parser is. The generator is not part of the build: as a library it would decide in
/// which order all JSON of the workspace has its keys.
#[test]
fn the_committed_parser_is_that_of_the_grammar() {
    let folder = editors("tree-sitter-deploy");
    let sums = folder.join("src/generated.sha256");
    if blessing() && std::fs::read_to_string(&sums).is_ok_and(|known| known != summed(&folder)) {
        generate(&folder);
    }
    nothing_to_say(changed(&sums, &summed(&folder)));
}

/// A line a part: its sum and its name.
fn summed(folder: &Path) -> String {
    let sum = |part: &str| plan::Digest::of(read(&folder.join(part)).as_bytes());
    PAIR.iter().map(|part| format!("{}  {part}\n", sum(part))).collect()
}

fn generate(folder: &Path) {
    let done = Command::new("tree-sitter").args(["generate", "--abi", FORMAT]).current_dir(folder).status();
    let done = done.expect("`tree-sitter` is needed: `cargo install tree-sitter-cli --locked`");
    assert!(done.success(), "editors/tree-sitter-deploy/grammar.js: {done}");
}

#[test]
fn every_word_of_the_language_is_in_the_grammar() {
    let grammar = read(&editors("tree-sitter-deploy/grammar.js"));
    let words = syntax::keywords();
    let words = words.iter().flat_map(|part| part.words);
    let missing: Vec<_> = words.filter(|word| !grammar.contains(&format!("'{word}'"))).collect();
    assert!(
        missing.is_empty(),
        "editors/tree-sitter-deploy/grammar.js does not know {missing:?}; write them where docs/reference/grammar.md \
         puts them, then run the tests with BLESS=1"
    );
}

#[test]
fn it_reads_every_text_that_the_compiler_reads() {
    let texts = deployments();
    assert!(texts.len() > 100, "only {} texts were found", texts.len());
    let asked: Vec<Value> = texts.iter().map(|(name, text)| json!({ "name": name, "text": text })).collect();
    let Some(answer) = ask("grammar.lua", &json!({ "texts": asked, "queries": {} }), SHOWS) else { return };
    let mut complaints = Vec::new();
    for (name, _) in &texts {
        let errors = answer["texts"][name]["errors"].as_array().expect("every text is answered");
        complaints.extend(errors.iter().map(|error| format!("{name}: {error}")));
    }
    nothing_to_say(complaints);
}

/// One case of a corpus file: its title, its text, and its tree.
struct Case {
    title: String,
    text: String,
    tree: String,
}

#[test]
fn the_corpus_has_the_trees_that_it_says() {
    let mut complaints = Vec::new();
    for path in files(&editors("tree-sitter-deploy/test/corpus"), ".txt") {
        let mut cases = cases(&read(&path));
        let asked = cases.iter().map(|case| json!({ "name": case.title, "text": case.text })).collect::<Vec<_>>();
        let Some(answer) = ask("grammar.lua", &json!({ "texts": asked, "queries": {} }), SHOWS) else { return };
        for case in &mut cases {
            let tree = answer["texts"][&case.title]["tree"].as_str().expect("every case is answered");
            case.tree = indented(tree);
        }
        complaints.extend(changed(&path, &cases.iter().map(written).collect::<String>()));
    }
    nothing_to_say(complaints);
}

fn cases(text: &str) -> Vec<Case> {
    let rule = format!("{}\n", "=".repeat(20));
    let mut parts = text.split(&rule).skip(1);
    let mut found = Vec::new();
    while let (Some(title), Some(body)) = (parts.next(), parts.next()) {
        let (text, tree) = body.split_once("\n---\n").expect("`---` stands between text and tree");
        found.push(Case { title: title.trim().to_owned(), text: text.trim().to_owned(), tree: tree.trim().to_owned() });
    }
    found
}

fn written(case: &Case) -> String {
    let rule = "=".repeat(20);
    format!("{rule}\n{}\n{rule}\n\n{}\n\n---\n\n{}\n\n", case.title, case.text, case.tree)
}

/// One node a line, indented by its depth.
fn indented(tree: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    for part in tree.split_inclusive(['(', ')', ' ']) {
        match part.chars().last() {
            Some('(') => {
                out += part;
                depth += 1;
            }
            Some(')') => {
                out += part;
                depth = depth.saturating_sub(1);
            }
            Some(' ') if !part.ends_with(": ") => out += &format!("{}\n{}", part.trim_end(), "  ".repeat(depth)),
            Some(_) | None => out += part,
        }
    }
    out
}

#[test]
fn queries_fit_the_grammar() {
    let queries: serde_json::Map<String, Value> = files(&editors("tree-sitter-deploy/queries"), ".scm")
        .into_iter()
        .map(|path| (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), json!(read(&path))))
        .collect();
    assert!(queries.len() >= 5, "{:?}", queries.keys());
    let texts: Vec<Value> = queries.keys().map(|it| json!({ "name": it, "text": "", "capture": it })).collect();
    let Some(answer) = ask("grammar.lua", &json!({ "texts": texts, "queries": queries }), SHOWS) else { return };
    for query in queries.keys() {
        assert!(answer["captures"][query].is_array(), "{query}");
    }
}
