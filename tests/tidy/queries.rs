//! The list of queries in `docs/architecture.md` is the one in the code: a new query is a decision, not an accident.

use super::nothing_to_say;
use super::repository::{root, texts};

const MAP: &str = "docs/architecture.md";

#[test]
fn the_map_lists_every_query() {
    let map = std::fs::read_to_string(root().join(MAP)).expect("docs/architecture.md exists");
    let table = map.split("## The queries").nth(1).and_then(|rest| rest.split("\n## ").next());
    let table = table.expect("docs/architecture.md lists the queries");
    let sources = texts("compiler/semantics/src", &["rs"]);
    let queries: Vec<String> = sources.iter().flat_map(|source| tracked(&source.text)).collect();
    let missing = queries.iter().filter(|query| !table.contains(&format!("`{query}`")));
    let missing = missing.map(|query| format!("{MAP}: list the query `{query}`, or make it a plain function"));
    let named = table.split('`').skip(1).step_by(2).filter(|name| !name.contains('/'));
    let gone = named.filter(|name| !queries.iter().any(|query| query == name));
    let gone = gone.map(|name| format!("{MAP}: there is no query `{name}` any more; take it out"));
    nothing_to_say(missing.chain(gone).collect());
}

/// The functions that are tracked.
fn tracked(text: &str) -> Vec<String> {
    let after = text.split("#[salsa::tracked").skip(1);
    let heads =
        after.filter_map(|rest| rest.lines().skip(1).find(|line| line.contains("fn ") || line.contains("struct ")));
    let names = heads.filter_map(|head| head.split("fn ").nth(1));
    names.map(|name| name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}
