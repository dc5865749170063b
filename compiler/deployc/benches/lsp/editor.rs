//! An editor that types: starts the program and speaks the protocol with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

/// The program, and both ends of the talk with it.
pub(crate) struct Editor {
    child: Child,
    input: ChildStdin,
    /// What the program says, read as it comes, as an editor does.
    heard: Receiver<Value>,
    last_id: i64,
}

impl Editor {
    /// Starts the program in a folder.
    pub(crate) fn start(root: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deployc"));
        command.arg("lsp").env("XDG_CACHE_HOME", std::env::temp_dir().join("deployc-shown-by-tests"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let (input, output) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        let (said, heard) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = message(&mut output) {
                if said.send(message).is_err() {
                    break;
                }
            }
        });
        let mut editor = Self { child, input, heard, last_id: 0 };
        let capabilities = json!({ "general": { "positionEncodings": ["utf-16"] } });
        editor.ask("initialize", json!({ "capabilities": capabilities, "rootUri": uri(root) }));
        editor.say(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }));
        editor
    }

    /// Asks, and waits for the answer: its result, or all of it where it is an error.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        let mut message = json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.say(&message);
        let id = self.last_id;
        let answer = self.hear(|message| message["id"] == id);
        if answer.get("error").is_some() { answer } else { answer["result"].clone() }
    }

    /// Opens a text as version 1.
    pub(crate) fn open(&mut self, file: &Path, text: &str) {
        let document = json!({ "uri": uri(file), "languageId": "deploy", "version": 1, "text": text });
        self.say(
            &json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document } }),
        );
    }

    /// Changes a text.
    pub(crate) fn change(&mut self, file: &Path, version: i32, changes: Value) {
        let params = json!({ "textDocument": { "uri": uri(file), "version": version }, "contentChanges": changes });
        self.say(&json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": params }));
    }

    /// Waits for what is said of a version of a text.
    pub(crate) fn findings_of(&mut self, file: &Path, version: i32) {
        let uri = uri(file);
        self.hear(|it| it["params"]["uri"] == uri && it["params"]["version"] == version);
    }

    /// What the program holds in memory, in MiB.
    pub(crate) fn memory_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux says so");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
    }

    /// Takes leave.
    pub(crate) fn leave(mut self) {
        self.ask("shutdown", Value::Null);
        self.say(&json!({ "jsonrpc": "2.0", "method": "exit" }));
        self.child.wait().expect("it ends");
    }

    fn say(&mut self, message: &Value) {
        let body = message.to_string();
        self.input.write_all(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).expect("it listens");
    }

    fn hear(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.heard.recv().expect("it speaks");
            if wanted(&message) {
                return message;
            }
        }
    }
}

/// The next message; nothing at the end.
fn message(output: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        output.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim_end().strip_prefix("Content-Length: ") {
            Some(number) => length = number.parse().ok()?,
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// The address of a path.
pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}
