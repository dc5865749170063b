//! The language server in real editors: a finding comes and goes with the edit, hover and definition answer, the graph and
//! the report are there, and formatting gives the text that the formatter gives.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::{editors, here};
use crate::harness::command::{binary, run};
use crate::harness::site::Site;

/// A place in a text: line and column from 0.
fn place(text: &str, part: &str) -> Value {
    let at = text.find(part).unwrap_or_else(|| panic!("the example says {part:?} no more"));
    let row = text[..at].matches('\n').count();
    json!([row, at - text[..at].rfind('\n').map_or(0, |end| end + 1)])
}

struct Asked {
    site: Site,
    text: String,
}

impl Asked {
    fn new() -> Self {
        let site = Site::of("examples/first-canary");
        let text = std::fs::read_to_string(site.project().join("first_canary.deploy")).expect("the example is text");
        Self { site, text }
    }

    /// What an editor answers: it is given a line to break, and places to ask about.
    fn of(&self, editor: &mut Command) -> Value {
        let broken = place(&self.text, "workflow install");
        let question = json!({
            "file": self.site.project().join("first_canary.deploy"),
            "hover": place(&self.text, "healthy for"),
            "definition": place(&self.text, "careful\n}"),
            "broken": [broken[0], "workflow install(image: Digest) { rollout shap@image to local using all_at_once }"],
        });
        let (asked, answered) = (self.site.folder().join("question.json"), self.site.folder().join("answer.json"));
        std::fs::write(&asked, question.to_string()).expect("the question can be written");
        editor.env("QUESTION", &asked).env("ANSWER", &answered).env("DEPLOYC", binary("deployc"));
        let said = run(editor);
        let answer = std::fs::read_to_string(&answered).unwrap_or_else(|e| panic!("no answer ({e}): {said:?}"));
        serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{e}: {answer}"))
    }

    /// The finding is on the line that was broken, and gone when that is mended.
    fn finds(&self, answer: &Value) {
        let row = &place(&self.text, "workflow install")[0];
        let findings = answer["findings"].as_array().expect("a list");
        let right = |it: &&Value| it["row"] == *row && it["message"].as_str().is_some_and(|it| it.contains("shap"));
        assert!(findings.iter().any(|it| right(&it)), "{answer}");
        assert_eq!(answer["mended"], true, "{answer}");
    }

    /// Formatting undoes the stray lines; where they are offered, hover says something and the definition is found.
    fn leads_and_formats(&self, answer: &Value) {
        assert_eq!(answer["formatted"], self.text.as_str());
        if answer["offers"]["hover"] == true {
            assert!(answer["hover"]["contents"].to_string().contains("healthy"), "{answer}");
        }
        if answer["offers"]["definition"] == true {
            self.leads(answer);
        }
    }

    fn leads(&self, answer: &Value) {
        let first = if answer["definition"].is_array() { &answer["definition"][0] } else { &answer["definition"] };
        let range = if first["range"].is_null() { &first["targetSelectionRange"] } else { &first["range"] };
        assert_eq!(range["start"]["line"], place(&self.text, "strategy careful")[0], "{answer}");
    }
}

fn script(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("editors").join(name).display().to_string()
}

#[test]
fn neovim_talks_with_the_server() {
    if !has_server() || !here("nvim", "that the language server works in Neovim") {
        return;
    }
    let asked = Asked::new();
    let mut neovim = Command::new("nvim");
    let settings = format!("set runtimepath^={} | let g:deployc_path = $DEPLOYC", editors("neovim").display());
    neovim.args(["--headless", "--clean", "-n", "--cmd", &settings, "-c"]);
    let answer = asked.of(neovim.arg(format!("luafile {}", script("server.lua"))).args(["-c", "cquit!"]));
    assert_eq!(answer["filetype"], "deploy");
    asked.finds(&answer);
    asked.leads_and_formats(&answer);
    assert!(answer["graph"]["svg"].as_str().is_some_and(|svg| svg.contains("<svg")), "{answer}");
    assert!(answer["graph"]["nodes"].as_array().is_some_and(|nodes| !nodes.is_empty()), "{answer}");
    assert!(answer["report"]["text"].is_string(), "{answer}");
}

#[test]
fn emacs_talks_with_the_server() {
    if !has_server() || !here("emacs", "that the language server works in Emacs") || !has_eglot() {
        return;
    }
    let asked = Asked::new();
    let mut emacs = Command::new("emacs");
    emacs.args(["--batch", "-L"]).arg(editors("emacs")).args(["-l", &script("server.el")]);
    let answer = asked.of(&mut emacs);
    assert_eq!(answer["filetype"], "deploy-mode");
    asked.finds(&answer);
    asked.leads_and_formats(&answer);
}

/// Whether this compiler serves editors.
fn has_server() -> bool {
    let found = run(Command::new(binary("deployc")).args(["lsp", "--help"])).code == 0;
    if !found {
        println!("skip: this `deployc` has no command `lsp`");
    }
    found
}

/// Eglot is a part of Emacs from 29 on, and a package of its own before.
fn has_eglot() -> bool {
    let mut emacs = Command::new("emacs");
    emacs.args(["--batch", "--eval", "(progn (require 'package) (package-initialize) (require 'eglot))"]);
    let found = run(&mut emacs).code == 0;
    if !found {
        println!("skip: this Emacs has no Eglot; install the package `elpa-eglot`");
    }
    found
}

#[test]
fn vim_with_ale_talks_with_the_server() {
    if !has_server() || !here("vim", "that the language server works in Vim") || !has_ale() {
        return;
    }
    let asked = Asked::new();
    let mut vim = Command::new("vim");
    vim.args(["-N", "-es", "-u", "NONE", "-i", "NONE", "-n", "--cmd"]);
    vim.arg(format!("set runtimepath^={}", editors("vim").display())).args(["-S", &script("server.vim")]);
    let answer = asked.of(&mut vim);
    assert_eq!(answer["filetype"], "deploy");
    asked.finds(&answer);
}

fn has_ale() -> bool {
    let mut vim = Command::new("vim");
    vim.args(["-N", "-es", "-u", "NONE", "-i", "NONE", "-c", "packadd ale", "-c"]);
    let found = run(vim.arg("if exists('*ale#Queue') || exists(':ALELint') | qall! | else | cquit! | endif")).code == 0;
    if !found {
        println!("skip: this Vim has no ALE; install the package `vim-ale`");
    }
    found
}
