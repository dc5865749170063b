//! Projects, files and folders that come, go and change.

use std::fs;

use serde_json::{Value, json};

use crate::client::{Client, PROJECT, folder, uri, write};

fn watched(client: &mut Client, paths: &[&std::path::Path]) {
    let changes: Vec<Value> = paths.iter().map(|path| json!({ "uri": uri(path), "type": 2 })).collect();
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
}

const USES: &str = "use base.{limit}\npub let a: Int = limit\n";

#[test]
fn what_is_wrong_in_files_that_nobody_opened_is_told() {
    let (_folder, root) = folder(&[PROJECT, ("a.deploy", "let a: Int = b\n"), ("deep/b.deploy", "let c: Int = d\n")]);
    let mut client = Client::new(&root);
    client.findings(&root.join("a.deploy"), &["E0201"]);
    client.findings(&root.join("deep/b.deploy"), &["E0201"]);
    assert!(client.leave());
}

#[test]
fn an_edit_shows_in_the_files_that_rest_on_it() {
    let (_folder, root) = folder(&[PROJECT, ("a.deploy", USES), ("base.deploy", "pub let limit: Int = 1\n")]);
    let (mut client, base) = (Client::new(&root), root.join("base.deploy"));
    client.open(&base, "pub let limit: Int = 1\n");
    client.change(&base, 2, json!([{ "text": "pub let other: Int = 1\n" }]));
    client.findings(&root.join("a.deploy"), &["E0201"]);
    // What was typed and not saved goes when the text is closed.
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri(&base) } }));
    client.findings(&root.join("a.deploy"), &[]);
    assert!(client.leave());
}

#[test]
fn files_come_and_go_while_others_are_open() {
    let (_folder, root) = folder(&[PROJECT, ("a.deploy", USES)]);
    let (mut client, file, base) = (Client::new(&root), root.join("a.deploy"), root.join("base.deploy"));
    client.open(&file, USES);
    client.findings(&file, &["E0202"]);
    write(&base, "pub let limit: Int = 1\n");
    watched(&mut client, &[&base]);
    client.findings(&file, &[]);
    fs::remove_file(&base).expect("it is there");
    watched(&mut client, &[&base]);
    client.findings(&file, &["E0202"]);
    // Created in the editor, and on no disk yet.
    client.open(&base, "pub let limit: Int = 1\n");
    client.findings(&file, &[]);
    assert!(client.leave());
}

#[test]
fn an_open_file_that_was_deleted_is_still_answered() {
    let (_folder, root) = folder(&[PROJECT, ("a.deploy", "let a: Int = b\n")]);
    let (mut client, file) = (Client::new(&root), root.join("a.deploy"));
    client.open(&file, "let a: Int = b\n");
    client.findings(&file, &["E0201"]);
    fs::remove_file(&file).expect("it is there");
    watched(&mut client, &[&file]);
    let symbols = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri(&file) } }));
    assert_eq!(symbols[0]["name"], "a");
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri(&file) } }));
    client.findings(&file, &[]);
    assert!(client.leave());
}

#[test]
fn a_text_outside_every_project_is_answered() {
    let (_folder, root) = folder(&[("a.deploy", "let a: Int = b\n")]);
    let (mut client, file) = (Client::new(&root), root.join("a.deploy"));
    client.open(&file, "let a: Int = b\n");
    client.findings(&file, &["E0201"]);
    let untitled =
        json!({ "uri": "untitled:Untitled-1", "languageId": "deploy", "version": 1, "text": "let c: Int = d\n" });
    client.tell("textDocument/didOpen", json!({ "textDocument": untitled }));
    client.hear(|it| it["params"]["uri"] == "untitled:Untitled-1" && it["params"]["diagnostics"][0]["code"] == "E0201");
    // It becomes one of a project.
    let mark = root.join("deploy.toml");
    write(&mark, "edition = \"2026\"\n");
    write(&root.join("other.deploy"), "let e: Int = f\n");
    watched(&mut client, &[&mark]);
    client.findings(&root.join("other.deploy"), &["E0201"]);
    client.findings(&file, &["E0201"]);
    assert!(client.leave());
}

#[test]
fn each_folder_has_its_projects() {
    let (_folder, root) = folder(&[
        ("one/deploy.toml", PROJECT.1),
        ("one/a.deploy", USES),
        ("one/base.deploy", "pub let limit: Int = 1\n"),
        ("two/deploy.toml", PROJECT.1),
        ("two/a.deploy", USES),
    ]);
    let mut client = Client::new(&root);
    client.findings(&root.join("two/a.deploy"), &["E0202"]);
    let symbols = client.ask("workspace/symbol", json!({ "query": "limit" }));
    assert_eq!(symbols.as_array().map(Vec::len), Some(1), "{symbols}");
    let gone = json!({ "event": { "added": [], "removed": [{ "uri": uri(&root.join("two")), "name": "two" }] } });
    client.tell("workspace/didChangeWorkspaceFolders", gone);
    client.findings(&root.join("two/a.deploy"), &[]);
    assert!(client.leave());
}

#[test]
fn mistakes_in_the_file_of_the_project_are_told_there() {
    let (_folder, root) = folder(&[("deploy.toml", "edition = \"1999\"\n"), ("a.deploy", "pub let a: Int = 1\n")]);
    let (mut client, mark) = (Client::new(&root), root.join("deploy.toml"));
    client.findings(&mark, &["E0503"]);
    client.open(&mark, "edition = \"2026\"\n");
    client.findings(&mark, &[]);
    assert!(client.leave());
}

#[test]
fn the_editor_is_told_which_files_to_watch_and_how_far_reading_is() {
    let (_folder, root) = folder(&[PROJECT, ("a.deploy", "pub let a: Int = 1\n")]);
    let abilities = json!({
        "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
        "window": { "workDoneProgress": true },
    });
    let mut client = Client::with(&root, abilities);
    let asked = client.hear(|it| it["method"] == "client/registerCapability");
    assert!(asked.to_string().contains("**/*.deploy"), "{asked}");
    client.hear(|it| it["method"] == "window/workDoneProgress/create");
    client.hear(|it| it["method"] == "$/progress" && it["params"]["value"]["kind"] == "begin");
    client.hear(|it| it["method"] == "$/progress" && it["params"]["value"]["kind"] == "end");
    assert!(client.leave());
}
