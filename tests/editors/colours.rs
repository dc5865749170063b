//! The colours and indents for Vim and Emacs, in these: what a text says of itself is what is found in it.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::highlights::said;
use super::{editors, here, nothing_to_say, read};
use crate::harness::command::run;

fn script(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("editors").join(name).display().to_string()
}

/// Compares what an editor finds in a text with what the text says, and what its indents make of it with the text.
fn compare(path: &Path, mode: &str, editor: &mut Command) {
    let text = read(path);
    let said = said(&text);
    let places: Vec<Value> = said.iter().map(|(row, column, _)| json!([row, column])).collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (question, answer) = (folder.path().join("question.json"), folder.path().join("answer.json"));
    std::fs::write(&question, json!(places).to_string()).expect("the question can be written");
    let said_by_editor = run(editor.env("QUESTION", question).env("ANSWER", &answer).env("FILE", path));
    let answer = std::fs::read_to_string(&answer).unwrap_or_else(|e| panic!("no answer ({e}): {said_by_editor:?}"));
    let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{e}: {answer}"));
    assert_eq!(answer["filetype"], mode);
    let found = answer["groups"].as_array().expect("a list");
    assert_eq!(found.len(), said.len());
    let differing = said.iter().zip(found).filter(|((_, _, wanted), found)| found.as_str() != Some(wanted));
    nothing_to_say(differing.map(|((row, column, wanted), found)| {
        format!("{}:{}:{}: {found} instead of {wanted}", path.display(), row + 1, column + 1)
    }));
    let code = |line: &&str| !line.trim_start().starts_with("//");
    let wanted: Vec<&str> = text.lines().filter(code).collect();
    let indented: Vec<&str> = answer["indented"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let indented: Vec<&str> = indented.into_iter().filter(code).filter(|line| !line.is_empty()).collect();
    assert_eq!(indented, wanted, "indents");
}

#[test]
fn vim_colours_and_indents() {
    if !here("vim", "that the colours for Vim work in it") {
        return;
    }
    let mut vim = Command::new("vim");
    vim.args(["-N", "-es", "-u", "NONE", "-i", "NONE", "--cmd"]);
    vim.arg(format!("set runtimepath^={}", editors("vim").display()));
    vim.args(["-c", "syntax on | filetype plugin indent on", "-S", &script("colours.vim")]);
    compare(&editors("vim/test/colours.deploy"), "deploy", &mut vim);
}

#[test]
fn emacs_colours_and_indents() {
    if !here("emacs", "that the mode for Emacs works in it") {
        return;
    }
    let mut emacs = Command::new("emacs");
    emacs.args(["--batch", "-Q", "-L"]).arg(editors("emacs")).args(["-l", &script("colours.el")]);
    compare(&editors("emacs/test/colours.deploy"), "deploy-mode", &mut emacs);
}

#[test]
fn emacs_compiles_the_mode_without_a_warning() {
    if !here("emacs", "that the mode for Emacs compiles") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copy = folder.path().join("deploy-mode.el");
    std::fs::copy(editors("emacs/deploy-mode.el"), &copy).expect("it can be copied");
    let mut emacs = Command::new("emacs");
    emacs.args(["--batch", "-Q", "--eval", "(setq byte-compile-error-on-warn t)", "-f", "batch-byte-compile"]);
    run(emacs.arg(&copy)).with_code(0);
}
