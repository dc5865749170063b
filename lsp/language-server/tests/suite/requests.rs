//! Every request: what is answered, drawn under the text that it is about.

use serde_json::{Value, json};

use crate::client::{Client, PROJECT, at, folder, uri};

const MAIN: &str = "\
// See E0503 and https://runbooks.example/shop.
use base.{limit}
use std.exec.{Exec}

type Size = { width: Int, height: Int = 1 }

fn grown(size: Int) -> Int = size + limit + size

let many: List<Int> = [
  1,
]

let   wide: Int = grown(2)

let x: Int = lmit
";

const BASE: &str = "pub let limit: Int = 3\n";

/// The text with every range of an answer drawn below its line, each with what else is said there.
fn drawn(text: &str, answer: &Value) -> String {
    let mut ranges = Vec::new();
    collect(answer, &mut ranges);
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    for (range, label) in ranges {
        let number =
            |end: &str, what: &str| usize::try_from(range[end][what].as_u64().expect("a number")).expect("small");
        let (line, from) = (number("start", "line"), number("start", "character"));
        let shown = lines.get(line).copied().unwrap_or_default();
        let to = if number("end", "line") == line { number("end", "character") } else { shown.chars().count() };
        let marks = if to > from { "^".repeat(to - from) } else { "|".to_owned() };
        out += &format!("{:>3} {shown}\n    {}{marks} {label}\n", line + 1, " ".repeat(from));
    }
    out
}

fn collect<'v>(value: &'v Value, ranges: &mut Vec<(&'v Value, String)>) {
    match value {
        Value::Array(list) => list.iter().for_each(|it| collect(it, ranges)),
        Value::Object(fields) => {
            if let Some(range) = fields.get("range") {
                let said = ["title", "name", "code", "message", "newText", "kind", "target", "detail"];
                let label = said.iter().filter_map(|key| fields.get(*key)).map(|it| match it {
                    Value::String(text) => text.rsplit('/').next().unwrap_or_default().replace('\n', "⏎"),
                    other => other.to_string(),
                });
                ranges.push((range, label.collect::<Vec<_>>().join(" · ")));
            } else if fields.contains_key("start") && fields.contains_key("end") {
                ranges.push((value, String::new()));
            }
            fields.iter().filter(|(key, _)| !key.ends_with("ange")).for_each(|(_, it)| collect(it, ranges));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_request_of_a_text_is_answered() {
    let (_folder, root) = folder(&[PROJECT, ("main.deploy", MAIN), ("base.deploy", BASE)]);
    let (mut client, file) = (Client::new(&root), root.join("main.deploy"));
    client.open(&file, MAIN);
    let document = json!({ "textDocument": { "uri": uri(&file) } });
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let with = |more: Value| {
        let mut all = document.clone();
        more.as_object().expect("fields").iter().for_each(|(key, value)| all[key] = value.clone());
        all
    };
    let everything = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let ninth = json!({ "start": { "line": 12, "character": 0 }, "end": { "line": 12, "character": 4 } });
    let requests: Vec<(&str, Value)> = vec![
        ("textDocument/diagnostic", document.clone()),
        ("textDocument/documentSymbol", document.clone()),
        ("textDocument/documentLink", document.clone()),
        ("textDocument/foldingRange", document.clone()),
        ("textDocument/formatting", with(json!({ "options": options }))),
        ("textDocument/rangeFormatting", with(json!({ "options": options, "range": ninth }))),
        (
            "textDocument/onTypeFormatting",
            with(json!({ "options": options, "ch": "\n", "position": { "line": 9, "character": 0 } })),
        ),
        ("textDocument/selectionRange", with(json!({ "positions": [{ "line": 6, "character": 32 }] }))),
        ("textDocument/linkedEditingRange", at(&file, 6, 10)),
        ("textDocument/codeAction", with(json!({ "range": everything, "context": { "diagnostics": [] } }))),
        ("workspace/symbol", json!({ "query": "g" })),
    ];
    let mut out = String::new();
    for (method, params) in requests {
        let answer = client.ask(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        let shown = drawn(MAIN, &answer);
        out += &format!("== {method}\n{}", if shown.is_empty() { format!("{answer}\n") } else { shown });
    }
    insta::assert_snapshot!(out);
    assert!(client.leave());
}

#[test]
fn colours_are_sent_whole_in_part_and_as_changes() {
    let (_folder, root) = folder(&[PROJECT]);
    let (mut client, file) = (Client::new(&root), root.join("main.deploy"));
    client.open(&file, "let a: Int = 1\nlet b: Int = 2\n");
    let document = json!({ "textDocument": { "uri": uri(&file) } });
    let whole = client.ask("textDocument/semanticTokens/full", document.clone());
    insta::assert_snapshot!(whole["data"].to_string());
    let mut range = document.clone();
    range["range"] = json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 2, "character": 0 } });
    let part = client.ask("textDocument/semanticTokens/range", range);
    assert_eq!(part["data"].as_array().map(Vec::len), whole["data"].as_array().map(|all| all.len() / 2));
    let changes = json!([{ "range": { "start": { "line": 1, "character": 4 }, "end": { "line": 1, "character": 5 } }, "text": "long" }]);
    client.change(&file, 2, changes);
    let mut delta = document.clone();
    delta["previousResultId"] = whole["resultId"].clone();
    let changed = client.ask("textDocument/semanticTokens/full/delta", delta.clone());
    assert_eq!(changed["edits"].as_array().map(Vec::len), Some(1), "{changed}");
    // An answer before the last one is not remembered.
    let again = client.ask("textDocument/semanticTokens/full/delta", delta);
    assert!(again["data"].is_array(), "{again}");
    assert!(client.leave());
}

#[test]
fn a_workflow_is_drawn_while_it_is_typed() {
    let (_folder, root) = folder(&[PROJECT]);
    let text = include_str!("../../../../examples/first-canary/first_canary.deploy");
    let (mut client, file) = (Client::new(&root), root.join("main.deploy"));
    client.open(&file, text);
    let line = text.lines().position(|line| line.contains("using careful")).expect("the example rolls out");
    let line = u32::try_from(line).expect("it is short");
    let graph = client.ask("deploy/graph", at(&file, line, 0));
    assert_eq!(graph["workflow"], "release");
    assert!(graph["svg"].as_str().is_some_and(|svg| svg.contains("data-node")), "{graph}");
    let nodes = graph["nodes"].as_array().expect("nodes");
    assert!(nodes.iter().any(|node| node["location"]["range"]["start"]["line"] == line), "{nodes:?}");
    let report = client.ask("deploy/plan", at(&file, line, 0));
    assert!(report["text"].as_str().is_some_and(|text| text.contains("release")), "{report}");
    let range = json!({ "start": { "line": line, "character": 2 }, "end": { "line": line, "character": 9 } });
    client.change(&file, 2, json!([{ "range": range, "text": "rol" }]));
    let refused = client.ask("deploy/graph", at(&file, line, 0));
    assert_eq!(refused["error"]["code"], -32803, "{refused}");
    assert!(client.leave());
}

#[test]
fn findings_can_be_asked_for() {
    let (_folder, root) = folder(&[PROJECT, ("main.deploy", MAIN), ("base.deploy", BASE)]);
    let abilities =
        json!({ "textDocument": { "diagnostic": {} }, "workspace": { "diagnostics": { "refreshSupport": true } } });
    let (mut client, file) = (Client::with(&root, abilities), root.join("main.deploy"));
    client.open(&file, MAIN);
    let mut question = json!({ "textDocument": { "uri": uri(&file) } });
    let first = client.ask("textDocument/diagnostic", question.clone());
    assert_eq!((&first["kind"], first["items"].as_array().map(Vec::len)), (&json!("full"), Some(1)), "{first}");
    question["previousResultId"] = first["resultId"].clone();
    assert_eq!(client.ask("textDocument/diagnostic", question.clone())["kind"], "unchanged");
    client.change(&file, 2, json!([{ "range": { "start": { "line": 14, "character": 13 }, "end": { "line": 14, "character": 17 } }, "text": "limit" }]));
    let after = client.ask("textDocument/diagnostic", question);
    assert!(after["kind"] == "full" && !after.to_string().contains("E0201"), "{after}");
    let all = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let known: Vec<Value> = all["items"]
        .as_array()
        .expect("reports")
        .iter()
        .map(|it| json!({ "uri": it["uri"], "value": it["resultId"] }))
        .collect();
    assert!(!known.is_empty());
    let again = client.ask("workspace/diagnostic", json!({ "previousResultIds": known }));
    assert!(again["items"].as_array().expect("reports").iter().all(|it| it["kind"] == "unchanged"), "{again}");
    assert!(!client.heard.iter().any(|it| it["method"] == "textDocument/publishDiagnostics"));
    assert!(client.leave());
}

#[test]
fn positions_are_counted_as_was_agreed() {
    for (offered, agreed, column) in
        [(json!(["utf-8", "utf-16"]), "utf-8", 27), (json!(["utf-32"]), "utf-32", 23), (json!(null), "utf-16", 24)]
    {
        let (_folder, root) = folder(&[PROJECT]);
        let mut client = Client::silent();
        let general = json!({ "general": { "positionEncodings": offered } });
        let answer = client.ask("initialize", json!({ "capabilities": general, "rootUri": uri(&root) }));
        assert_eq!(answer["capabilities"]["positionEncoding"], agreed);
        client.tell("initialized", json!({}));
        let file = root.join("main.deploy");
        client.open(&file, "let a: String = \"é😀\" + x\n");
        let found = client.findings(&file, &["E0201"]);
        assert_eq!(found["diagnostics"][0]["range"]["start"]["character"], column, "{found}");
        assert!(client.leave());
    }
}
