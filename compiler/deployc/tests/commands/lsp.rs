//! `deployc lsp`: how it begins, and every way in which it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

fn server() -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deployc"));
    let caches = std::env::temp_dir().join("deployc-shown-by-tests");
    command.args(["lsp", "--stdio"]).env("XDG_CACHE_HOME", caches).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let (input, output) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
    Server { child, input, output: BufReader::new(output) }
}

impl Server {
    fn say(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("it listens");
        self.input.flush().expect("it listens");
    }

    fn hear(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).expect("it speaks");
            match line.trim_end().strip_prefix("Content-Length: ") {
                Some(number) => length = number.parse().expect("a number"),
                None if line.trim_end().is_empty() => break,
                None => {}
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).expect("it speaks");
        serde_json::from_slice(&body).expect("JSON")
    }

    fn initialize(&mut self, client: u32) {
        let params = json!({ "capabilities": {}, "processId": client });
        self.say(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }));
        assert_eq!(self.hear()["result"]["serverInfo"]["name"], "deployc");
        self.say(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }));
    }

    fn code(mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }
}

#[test]
fn after_a_leave_taken_it_ends_well() {
    let mut server = server();
    server.initialize(std::process::id());
    let text = json!({ "uri": "untitled:a", "languageId": "deploy", "version": 1, "text": "let a: Int = b\n" });
    let open = json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": text } });
    server.say(&open);
    assert_eq!(server.hear()["params"]["diagnostics"][0]["code"], "E0201");
    server.say(&json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" }));
    while server.hear()["id"] != 2 {}
    server.say(&json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(server.child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn it_ends_with_its_input() {
    let mut server = server();
    server.initialize(std::process::id());
    let Server { mut child, input, .. } = server;
    drop(input);
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

#[test]
fn it_ends_with_its_client_although_its_input_is_open() {
    let mut client = Command::new("sleep").arg("600").spawn().expect("`sleep` is there");
    let mut server = server();
    server.initialize(client.id());
    client.kill().expect("it runs");
    client.wait().expect("it ends");
    assert_eq!(server.code(), Some(1));
}

#[test]
fn it_has_no_other_format() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_deployc")).args(["lsp", "--format", "json"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
}
