//! An editor without a screen: speaks the protocol over a socket, and answers what the server asks.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use language_server::{Pages, Setting};
use serde_json::{Value, json};

/// Pages of errors, as the author's program has them.
const PAGES: Pages = &[("E0201", "# E0201\n"), ("E0503", "# E0503\n")];

/// How long an answer may take before the test gives up; no test waits for so long when all is well.
const PATIENCE: Duration = Duration::from_secs(20);

/// An editor and its server.
pub(crate) struct Client {
    output: UnixStream,
    input: Receiver<Value>,
    /// What came while something else was waited for.
    pub(crate) heard: Vec<Value>,
    last_id: i64,
    /// Whether the server's own questions are answered.
    pub(crate) answers: bool,
    /// Whether abilities were named that let the server ask.
    is_able: bool,
    server: Option<JoinHandle<bool>>,
}

impl Client {
    /// A server that nobody has spoken to.
    pub(crate) fn silent() -> Self {
        let (here, there) = UnixStream::pair().expect("a pair of sockets");
        let server = std::thread::spawn(move || served(there));
        let (heard, input) = channel();
        let reader = here.try_clone().expect("a second handle");
        std::thread::spawn(move || {
            let mut reader = BufReader::new(reader);
            while let Some(message) = message(&mut reader) {
                if heard.send(message).is_err() {
                    break;
                }
            }
        });
        Self { output: here, input, heard: Vec::new(), last_id: 0, answers: true, is_able: false, server: Some(server) }
    }

    /// An editor that has opened this folder.
    pub(crate) fn new(folder: &Path) -> Self {
        Self::with(folder, json!({}))
    }

    /// The same with these abilities.
    pub(crate) fn with(folder: &Path, capabilities: Value) -> Self {
        let mut client = Self::silent();
        client.is_able = capabilities != json!({});
        let folders = json!([{ "uri": uri(folder), "name": "test" }]);
        let params =
            json!({ "capabilities": capabilities, "workspaceFolders": folders, "processId": std::process::id() });
        client.ask("initialize", params);
        client.tell("initialized", json!({}));
        client
    }

    /// Asks, waits for the answer, and returns its `result`, or the whole of it where it is an error.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        loop {
            let id = self.send(method, params.clone());
            let answer = self.answer(id);
            // What changed meanwhile, on the disk for example, is asked again, as editors do.
            if answer["error"]["code"] != -32801 {
                return answer;
            }
        }
    }

    /// Asks and does not wait.
    pub(crate) fn send(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let mut message = json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.write(&message);
        self.last_id
    }

    /// The answer to a question, which may have come already.
    pub(crate) fn answer(&mut self, id: i64) -> Value {
        let answer = self.hear(|message| message["id"] == id && message.get("method").is_none());
        if answer.get("error").is_some() { answer } else { answer["result"].clone() }
    }

    /// Says something that wants no answer.
    pub(crate) fn tell(&mut self, method: &str, params: Value) {
        self.write(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Waits for a message.
    pub(crate) fn hear(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.heard.iter().position(&wanted) {
            return self.heard.remove(at);
        }
        loop {
            let Ok(message) = self.input.recv_timeout(PATIENCE) else {
                panic!("the server does not say what is waited for, but: {}", json!(self.heard));
            };
            if message.get("method").is_some() && message.get("id").is_some() && self.answers {
                assert!(self.is_able, "the server asks what it was not told that it may: {message}");
                self.write(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
            }
            if wanted(&message) {
                return message;
            }
            self.heard.push(message);
        }
    }

    /// Opens a text, as version 1.
    pub(crate) fn open(&mut self, file: &Path, text: &str) {
        let document = json!({ "uri": uri(file), "languageId": "deploy", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Changes a text.
    pub(crate) fn change(&mut self, file: &Path, version: i32, changes: Value) {
        let document = json!({ "uri": uri(file), "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Waits until these codes, in order, are what was said of a file.
    pub(crate) fn findings(&mut self, file: &Path, codes: &[&str]) -> Value {
        let uri = uri(file);
        let found = |message: &Value| {
            let said = message["params"]["diagnostics"].as_array();
            said.is_some_and(|said| {
                said.iter().map(|it| it["code"].as_str().unwrap_or_default()).eq(codes.iter().copied())
            })
        };
        let message = self.hear(|message| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri && found(message)
        });
        message["params"].clone()
    }

    /// Takes leave as the protocol asks, and returns whether the server saw it so.
    pub(crate) fn leave(mut self) -> bool {
        assert!(self.ask("shutdown", Value::Null).is_null());
        self.write(&json!({ "jsonrpc": "2.0", "method": "exit" }));
        self.ended()
    }

    /// Waits for the end of the server; whether it was left as the protocol asks.
    pub(crate) fn ended(mut self) -> bool {
        self.server.take().expect("it ends once").join().expect("the server does not panic")
    }

    /// Closes the server's input without a word.
    pub(crate) fn hang_up(self) -> bool {
        self.output.shutdown(std::net::Shutdown::Both).expect("the socket is open");
        self.ended()
    }

    /// Writes a message.
    pub(crate) fn write(&mut self, message: &Value) {
        let body = message.to_string();
        self.raw(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    }

    /// Writes bytes that may be no message.
    pub(crate) fn raw(&mut self, bytes: &str) {
        self.output.write_all(bytes.as_bytes()).expect("the server reads");
    }
}

fn served(stream: UnixStream) -> bool {
    let shown = std::env::temp_dir().join("deployc-shown-by-tests");
    stream.set_nonblocking(true).expect("a socket of ours");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let served = runtime.block_on(async {
        let stream = tokio::net::UnixStream::from_std(stream).expect("a socket of ours");
        let (input, output) = stream.into_split();
        language_server::serve(Setting { pages: PAGES, shown: Some(shown) }, input, output)
            .await
            .expect("there are threads")
    });
    runtime.shutdown_background();
    served
}

fn message(reader: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            header => length = header.strip_prefix("Content-Length: ").map_or(length, |it| it.parse::<usize>().ok()),
        }
    }
    let mut body = vec![0; length?];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// The address of a path.
pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// A place as the protocol has it.
pub(crate) fn at(file: &Path, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri(file) }, "position": { "line": line, "character": character } })
}

/// A folder with these files, and its path without links.
pub(crate) fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("it is there");
    for (path, text) in files {
        write(&root.join(path), text);
    }
    (folder, root)
}

/// Writes a file, and the folders above it.
pub(crate) fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("below the root")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

/// What marks a project.
pub(crate) const PROJECT: (&str, &str) = ("deploy.toml", "edition = \"2026\"\n");
