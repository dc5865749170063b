//! Settings of editors carry copies of the queries, and of the colours for Vim: each is what it was copied from.

use serde_json::json;

use super::neovim::ask;
use super::{changed, editors, files, nothing_to_say, read};

/// What is copied where, from the folder of the editors.
const COPIES: &[(&str, &str)] = &[
    ("tree-sitter-deploy/queries/folds.scm", "neovim/queries/deploy/folds.scm"),
    ("tree-sitter-deploy/queries/highlights.scm", "neovim/queries/deploy/highlights.scm"),
    ("tree-sitter-deploy/queries/indents.scm", "neovim/queries/deploy/indents.scm"),
    ("tree-sitter-deploy/queries/injections.scm", "neovim/queries/deploy/injections.scm"),
    ("tree-sitter-deploy/queries/locals.scm", "neovim/queries/deploy/locals.scm"),
    ("vim/syntax/deploy.vim", "neovim/syntax/deploy.vim"),
    ("tree-sitter-deploy/queries/highlights.scm", "helix/queries/deploy/highlights.scm"),
    ("tree-sitter-deploy/queries/injections.scm", "helix/queries/deploy/injections.scm"),
    ("tree-sitter-deploy/queries/locals.scm", "helix/queries/deploy/locals.scm"),
    ("tree-sitter-deploy/queries/highlights.scm", "zed/languages/deploy/highlights.scm"),
    ("tree-sitter-deploy/queries/injections.scm", "zed/languages/deploy/injections.scm"),
];

#[test]
fn copies_are_what_they_were_copied_from() {
    nothing_to_say(COPIES.iter().filter_map(|(from, to)| changed(&editors(to), &read(&editors(from)))));
}

#[test]
fn queries_of_every_editor_fit_the_grammar() {
    let paths = ["helix", "neovim", "zed"].into_iter().flat_map(|editor| files(&editors(editor), ".scm"));
    let queries: Vec<_> = paths.map(|path| (path.display().to_string(), json!(read(&path)))).collect();
    assert!(queries.len() > COPIES.len(), "{}", queries.len());
    let texts: Vec<_> = queries.iter().map(|(name, _)| json!({ "name": name, "text": "", "capture": name })).collect();
    let queries: serde_json::Map<_, _> = queries.into_iter().collect();
    let shows = "that the queries of every editor fit the grammar";
    let Some(answer) = ask("grammar.lua", &json!({ "texts": texts, "queries": queries }), shows) else { return };
    for query in queries.keys() {
        assert!(answer["captures"][query].is_array(), "{query}");
    }
}
