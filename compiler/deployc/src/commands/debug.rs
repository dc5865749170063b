//! `deployc debug`: every internal form of a project, for tests and for people who work on the compiler.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use diagnostics::{FileId, SourceMap};
use project::Project;
use serde_json::json;

use crate::choose;
use crate::compile::{compile, load};
use crate::console::{Console, VERSION};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  deployc debug tokens first_canary.deploy
  deployc debug ast .
  deployc debug model . --workflow release
  deployc debug plan . --workflow release";

/// Show an internal form of the compiler; its shape may change with every version
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Debug {
    /// The form
    #[arg(value_enum)]
    form: Form,
    /// A file or folder of the project [default: the current folder]
    path: Option<PathBuf>,
    /// The workflow, for `model` and `plan` [default: the only one]
    #[arg(long, value_name = "NAME")]
    workflow: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// The text in pieces
    Tokens,
    /// The syntax tree
    Ast,
    /// The evaluated workflow
    Model,
    /// The plan, indented
    Plan,
}

impl Debug {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        let text = match self.form {
            Form::Tokens => self.each_file(tokens)?,
            Form::Ast => self.each_file(ast)?,
            Form::Model => self.model()?,
            Form::Plan => self.plan(console)?,
        };
        if console.json() {
            let form = self.form.to_possible_value().map(|value| value.get_name().to_owned());
            console.answer(&json!({ "version": VERSION, "form": form, "text": text }))?;
        } else {
            console.print(text.as_bytes())?;
        }
        Ok(0)
    }

    /// The form of the named file, or of every file of the project.
    fn each_file(&self, form: fn(&str, FileId) -> String) -> Result<String, Failure> {
        let project = load(self.path.as_deref())?;
        let files = project.model().files().into_iter().filter(|file| self.names(&project, *file));
        let shown = files.map(|file| format!("=== {}\n{}", project.path(file), form(project.text(file), file)));
        Ok(shown.collect())
    }

    fn names(&self, project: &Project, file: FileId) -> bool {
        let named = self.path.as_ref().filter(|path| path.is_file()).and_then(|path| path.canonicalize().ok());
        named.is_none_or(|named| named == project.root().join(project.path(file)))
    }

    fn model(&self) -> Result<String, Failure> {
        let project = load(self.path.as_deref())?;
        let name = choose::workflow(&project.model(), self.workflow.as_deref())?;
        let model = project.model().workflow(&name);
        Ok(model.map(|model| format!("{model:#?}\n")).unwrap_or_default())
    }

    fn plan(&self, console: &Console) -> Result<String, Failure> {
        let compiled = compile(console, self.path.as_deref(), self.workflow.as_deref())?;
        let text = serde_json::to_string_pretty(&compiled.plan);
        text.map(|text| text + "\n").map_err(|error| Failure::internal(error.to_string()))
    }
}

fn tokens(text: &str, _: FileId) -> String {
    let tokens = syntax::lex::tokens(text).into_iter().map(|token| {
        let written = text.get(token.start as usize..token.end as usize).unwrap_or_default();
        format!("{}..{} {:?} {written:?}\n", token.start, token.end, token.kind)
    });
    tokens.collect()
}

fn ast(text: &str, file: FileId) -> String {
    format!("{:#?}\n", syntax::parse(text, file).ast)
}
