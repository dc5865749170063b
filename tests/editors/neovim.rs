//! Neovim without a screen, driven by a script.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{editors, here};
use crate::harness::command::run;

/// What a script of this folder answers to a question, in Neovim; nothing if there is none.
pub(super) fn ask(script: &str, question: &Value, shows: &str) -> Option<Value> {
    if !here("nvim", shows) {
        return None;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (asked, answered) = (folder.path().join("question.json"), folder.path().join("answer.json"));
    std::fs::write(&asked, question.to_string()).expect("the question can be written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("editors").join(script);
    let mut neovim = Command::new("nvim");
    neovim.args(["--headless", "--clean", "-n", "-u", "NONE"]).arg("--cmd").arg("set noloadplugins");
    neovim.arg("-c").arg(format!("luafile {}", script.display())).args(["-c", "qall!"]);
    let said = run(neovim.env("QUESTION", &asked).env("ANSWER", &answered).env("PARSER", parser(folder.path())));
    let answer = std::fs::read_to_string(&answered).unwrap_or_else(|e| panic!("no answer ({e}):\n{}", said.err));
    Some(serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{e}:\n{answer}")))
}

/// The committed parser, compiled as editors compile it.
fn parser(folder: &Path) -> PathBuf {
    let source = editors("tree-sitter-deploy/src");
    let library = folder.join("deploy.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-Wall", "-Wno-unused-parameter", "-Werror", "-I"]).arg(&source);
    compiler.arg(source.join("parser.c")).arg(source.join("scanner.c")).arg("-o").arg(&library);
    run(&mut compiler).with_code(0);
    library
}
