//! Floods of edits: what is answered is about the last of them, and the text is what the editor shows.

use std::path::Path;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::client::{Client, PROJECT, folder, uri};

/// A text as an editor has it: in units of sixteen bits.
struct Editor {
    units: Vec<u16>,
}

impl Editor {
    fn lines(&self) -> Vec<(usize, usize)> {
        let mut lines = Vec::new();
        let mut start = 0;
        for (at, unit) in self.units.iter().enumerate() {
            if *unit == u16::from(b'\n') {
                lines.push((start, at));
                start = at + 1;
            }
        }
        lines.push((start, self.units.len()));
        lines
    }

    /// Where a position is: no further than its line, and before a character that it cuts.
    fn at(&self, line: usize, character: usize) -> usize {
        let lines = self.lines();
        let Some((start, mut end)) = lines.get(line).copied() else { return self.units.len() };
        if end > start && self.units[end - 1] == u16::from(b'\r') && end < self.units.len() {
            end -= 1;
        }
        let at = (start + character).min(end);
        let cuts = at > start && at < end && (0xDC00..0xE000).contains(&self.units[at]);
        if cuts { at - 1 } else { at }
    }

    fn replace(&mut self, from: (usize, usize), to: (usize, usize), text: &str) {
        let (one, other) = (self.at(from.0, from.1), self.at(to.0, to.1));
        self.units.splice(one.min(other)..one.max(other), text.encode_utf16());
    }

    fn text(&self) -> String {
        String::from_utf16(&self.units).expect("no character was cut")
    }
}

const PIECES: [&str; 14] =
    ["", "", "", "a", "😀", "é", "\n", "\r\n", " = ", "{", "}", "\"", "let b: Int = 1\n", "service s {\n  x = 1\n}\n"];

fn random(random: &mut Rng, editor: &mut Editor) -> Value {
    let lines = editor.lines().len();
    let mut place = |near: usize| (near + random.usize(0..3), random.usize(0..24));
    let line = place(0).0 * lines / 3;
    let (from, to) = (place(line), place(line));
    let text = random.choice(PIECES).expect("there are some");
    editor.replace(from, to, text);
    let position = |(line, character): (usize, usize)| json!({ "line": line, "character": character });
    json!({ "range": { "start": position(from), "end": position(to) }, "text": text })
}

/// What the server knows of a text.
fn known(client: &mut Client, file: &Path) -> Value {
    let document = json!({ "textDocument": { "uri": uri(file) } });
    let everything = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 1_000_000, "character": 0 } });
    let colours = client
        .ask("textDocument/semanticTokens/range", json!({ "textDocument": { "uri": uri(file) }, "range": everything }));
    let found = client.ask("textDocument/diagnostic", document.clone());
    let symbols = client.ask("textDocument/documentSymbol", document);
    json!([colours["data"], found["items"], symbols])
}

#[test]
fn ten_thousand_edits_are_like_a_fresh_start() {
    let (_folder, root) = folder(&[PROJECT]);
    let file = root.join("main.deploy");
    // Findings that are sent would only be read away.
    let abilities = json!({ "textDocument": { "diagnostic": {} } });
    let mut client = Client::with(&root, abilities.clone());
    let mut editor = Editor { units: "let a: Int = 1\n".encode_utf16().collect() };
    client.open(&file, &editor.text());
    let mut dice = Rng::with_seed(7);
    let mut version = 1;
    for round in 0..5_000 {
        let changes: Vec<Value> = (0..2).map(|_| random(&mut dice, &mut editor)).collect();
        version += 1;
        client.change(&file, version, json!(changes));
        if editor.units.len() > 4_000 {
            editor.units.clear();
            version += 1;
            client.change(&file, version, json!([{ "text": "" }]));
        }
        if round % 500 == 0 {
            let mut fresh = Client::with(&root, abilities.clone());
            fresh.open(&file, &editor.text());
            assert_eq!(known(&mut client, &file), known(&mut fresh, &file), "after {version}: {:?}", editor.text());
            assert!(fresh.leave());
        }
    }
    assert!(client.leave());
}

#[test]
fn after_two_hundred_changes_an_answer_is_about_the_last() {
    let (_folder, root) = folder(&[PROJECT]);
    let (mut client, file) = (Client::new(&root), root.join("main.deploy"));
    client.open(&file, "pub let a: Int = 0\n");
    // While a project is read, questions wait for it, and are about the text that there is then.
    client.findings(&file, &[]);
    let mut asked = Vec::new();
    for version in 2..=201 {
        let text = format!("let a{version}: Int = 0\n");
        client.change(&file, version, json!([{ "text": text }]));
        asked.push(client.send("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri(&file) } })));
    }
    let last = asked.pop().expect("there are some");
    let answer = client.answer(last);
    assert_eq!(answer[0]["name"], "a201", "{answer}");
    for (id, version) in asked.into_iter().zip(2..) {
        let answer = client.answer(id);
        let given_up = answer["error"]["code"] == -32801;
        assert!(given_up || answer[0]["name"] == format!("a{version}"), "{version}: {answer}");
    }
    assert!(client.leave());
}

#[test]
fn what_is_said_of_a_text_has_its_version() {
    let (_folder, root) = folder(&[PROJECT]);
    let (mut client, file) = (Client::new(&root), root.join("main.deploy"));
    client.open(&file, "let a: Int = b\n");
    assert_eq!(client.findings(&file, &["E0201"])["version"], 1);
    client.change(&file, 2, json!([{ "text": "pub let a: Int = 1\n" }]));
    assert_eq!(client.findings(&file, &[])["version"], 2);
    client.change(&file, 3, json!([{ "text": "let a: Int = c\n" }]));
    assert_eq!(client.findings(&file, &["E0201"])["version"], 3);
    assert!(client.leave());
}
