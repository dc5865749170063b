//! What the queries for tree-sitter find, said in the texts themselves: below a line, `// ^ name` says which captures the
//! text above the `^` has, in order; `// <-` means the text above the comment's own first column.

use serde_json::{Value, json};

use super::neovim::ask;
use super::{editors, files, nothing_to_say, read};

#[test]
fn captures_are_those_that_the_texts_say() {
    let mut complaints = Vec::new();
    for path in files(&editors("tree-sitter-deploy/test/captures"), ".deploy") {
        let query = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = read(&path);
        let queries = json!({ &query: read(&editors(&format!("tree-sitter-deploy/queries/{query}.scm"))) });
        let texts = json!([{ "name": query, "text": text, "capture": query }]);
        let shows = "what the queries for tree-sitter find";
        let Some(answer) = ask("grammar.lua", &json!({ "texts": texts, "queries": queries }), shows) else { return };
        let captures = answer["captures"][&query].as_array().expect("a list");
        let said = said(&text);
        assert!(!said.is_empty(), "{}: nothing is said in it", path.display());
        for (row, column, wanted) in said {
            let found = captures_at(captures, row, column);
            if found != wanted {
                complaints.push(format!("{}:{}:{}: {found} instead of {wanted}", path.display(), row + 1, column + 1));
            }
        }
    }
    nothing_to_say(complaints);
}

/// Line, column and captures that a text says of itself.
pub(super) fn said(text: &str) -> Vec<(usize, usize, String)> {
    let mut found = Vec::new();
    let mut row = 0;
    for (at, line) in text.lines().enumerate() {
        let sign =
            line.trim_start().strip_prefix("//").map(str::trim_start).filter(|rest| rest.starts_with(['^', '<']));
        let Some(sign) = sign else {
            row = at;
            continue;
        };
        let column = if sign.starts_with('<') { line.find('/') } else { line.find('^') };
        let captures = sign.trim_start_matches(['^', '<', '-']).trim();
        found.push((row, column.unwrap_or_default(), captures.to_owned()));
    }
    found
}

fn captures_at(captures: &[Value], row: usize, column: usize) -> String {
    let at = |value: &Value| usize::try_from(value.as_u64().unwrap_or_default()).unwrap_or_default();
    let holds = |it: &&Value| (at(&it[0]), at(&it[1])) <= (row, column) && (row, column) < (at(&it[2]), at(&it[3]));
    let names = captures.iter().filter(holds).filter_map(|it| it[4].as_str());
    names.collect::<Vec<_>>().join(" ")
}
