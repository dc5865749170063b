//! Clients that do not keep to the protocol.

use serde_json::{Value, json};

use crate::client::{Client, PROJECT, at, folder, uri};

#[test]
fn whoever_asks_before_the_beginning_is_refused() {
    let (_folder, root) = folder(&[PROJECT]);
    let mut client = Client::silent();
    let early = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri(&root) } }));
    assert_eq!(early["error"]["code"], -32002, "{early}");
    client.open(&root.join("a.deploy"), "let a: Int = b\n");
    client.ask("initialize", json!({ "capabilities": {} }));
    client.tell("initialized", json!({}));
    assert!(client.leave());
}

#[test]
fn whoever_leaves_without_a_word_is_seen_to() {
    let (_folder, root) = folder(&[PROJECT]);
    assert!(!Client::new(&root).hang_up());
    let mut client = Client::new(&root);
    client.write(&json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert!(!client.ended());
}

#[test]
fn whoever_takes_everything_back_gets_an_answer_to_each() {
    let (_folder, root) = folder(&[PROJECT]);
    let (mut client, file) = (Client::new(&root), root.join("a.deploy"));
    let text = include_str!("../../../../examples/first-canary/first_canary.deploy");
    client.open(&file, text);
    let asked: Vec<i64> = (0..200)
        .map(|_| {
            let id = client.send("deploy/graph", at(&file, 0, 0));
            client.tell("$/cancelRequest", json!({ "id": id }));
            id
        })
        .collect();
    for id in asked {
        let answer = client.answer(id);
        assert!(answer["error"]["code"] == -32800 || answer["workflow"].is_string(), "{answer}");
    }
    assert!(client.ask("deploy/graph", at(&file, 0, 0))["workflow"].is_string());
    assert!(client.leave());
}

#[test]
fn whoever_never_answers_keeps_nobody_waiting() {
    let (_folder, root) = folder(&[PROJECT]);
    let abilities = json!({
        "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
        "window": { "workDoneProgress": true },
    });
    let mut client = Client::silent();
    client.answers = false;
    client.ask("initialize", json!({ "capabilities": abilities, "rootUri": uri(&root) }));
    client.tell("initialized", json!({}));
    client.open(&root.join("a.deploy"), "let a: Int = b\n");
    client.findings(&root.join("a.deploy"), &["E0201"]);
    assert!(client.leave());
}

#[test]
fn nonsense_is_refused_and_the_next_question_answered() {
    let (_folder, root) = folder(&[PROJECT]);
    let (mut client, file) = (Client::new(&root), root.join("a.deploy"));
    let unknown = client.ask("deploy/nothing", json!({}));
    assert_eq!(unknown["error"]["code"], -32601);
    let misshapen = client.ask("textDocument/documentSymbol", json!({ "textDocument": 7 }));
    assert_eq!(misshapen["error"]["code"], -32602);
    // Of files that were never opened, or are no files.
    for uri in [uri(&file), "untitled:x".to_owned(), "http://x.example/y".to_owned(), "file:///".to_owned()] {
        let answer = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
        assert!(answer.get("error").is_none(), "{answer}");
        let change = json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": [{ "text": "x" }] });
        client.tell("textDocument/didChange", change);
        client.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }
    client.open(&file, "let a: Int = b\n");
    client.findings(&file, &["E0201"]);
    assert!(client.leave());
}

#[test]
fn bytes_that_are_no_message_end_the_server_with_an_error() {
    let (_folder, root) = folder(&[PROJECT]);
    let mut client = Client::new(&root);
    client.raw("Content-Length: 3\r\n\r\n{{{");
    client.hear(|it| it["error"]["code"] == -32700);
    assert!(!client.ended());
}

#[test]
fn places_that_are_not_there_are_the_nearest_that_are() {
    let (_folder, root) = folder(&[PROJECT]);
    let (mut client, file) = (Client::new(&root), root.join("a.deploy"));
    client.open(&file, "let a: String = \"😀\"\n");
    // Inside the second unit of the character, behind the line, behind the text, and backwards.
    for (line, character) in [(0, 18), (0, 4_000_000), (77, 3), (u32::MAX, u32::MAX)] {
        let asked =
            json!({ "textDocument": { "uri": uri(&file) }, "positions": [{ "line": line, "character": character }] });
        let answer = client.ask("textDocument/selectionRange", asked);
        assert!(answer[0]["range"].is_object(), "{answer}");
    }
    let backwards = json!({ "start": { "line": 9, "character": 9 }, "end": { "line": 0, "character": 18 } });
    client.change(&file, 2, json!([{ "range": backwards, "text": "" }]));
    let symbols = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri(&file) } }));
    assert_eq!(symbols[0]["name"], "a", "{symbols}");
    assert!(client.leave());
}

#[test]
fn a_text_of_a_hundred_megabytes_is_refused_clearly() {
    let (_folder, root) = folder(&[PROJECT]);
    let (mut client, file) = (Client::new(&root), root.join("a.deploy"));
    client.open(&file, &"// nothing\n".repeat(100_000_000 / 11));
    let found = client.findings(&file, &["E0113"]);
    assert!(found["diagnostics"][0]["message"].as_str().is_some_and(|it| it.contains("the limit is")), "{found}");
    for method in ["textDocument/foldingRange", "textDocument/documentSymbol", "textDocument/semanticTokens/full"] {
        let answer = client.ask(method, json!({ "textDocument": { "uri": uri(&file) } }));
        assert!(answer.get("error").is_none() && answer.as_array().is_none_or(Vec::is_empty), "{answer}");
    }
    let change = json!([{ "text": "pub let a: Int = 1\n" }]);
    client.change(&file, 2, change);
    client.findings(&file, &[]);
    assert!(client.leave());
}

#[test]
fn a_beginning_twice_is_refused() {
    let (_folder, root) = folder(&[PROJECT]);
    let mut client = Client::new(&root);
    let again: Value = client.ask("initialize", json!({ "capabilities": {} }));
    assert_eq!(again["error"]["code"], -32600);
    assert!(client.leave());
}
