//! `deployc explain`: the page of a diagnostic code.

use clap::Args;
use diagnostics::{Code, codes, nearest};
use serde_json::json;

use crate::console::{Console, VERSION};
use crate::failure::Failure;
use crate::pages::page;

const EXAMPLES: &str = "\
Examples:
  deployc explain E0503
  deployc explain
  deployc explain --format json";

/// Explain a diagnostic code: what it means, and how to mend it
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// The code, such as `E0503` [default: list them all]
    code: Option<String>,
}

impl Explain {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        match self.code {
            None => list(console)?,
            Some(code) => one(console, &code)?,
        }
        Ok(0)
    }
}

fn list(console: &Console) -> Result<(), Failure> {
    if console.json() {
        let codes: Vec<_> = codes::ALL.iter().map(|code| json!({ "code": code.id(), "title": code.title() })).collect();
        return console.answer(&json!({ "version": VERSION, "codes": codes }));
    }
    let lines: String = codes::ALL.iter().map(|code| format!("{}  {}\n", code.id(), code.title())).collect();
    console.print(lines.as_bytes())
}

fn one(console: &Console, asked: &str) -> Result<(), Failure> {
    let code = Code::find(asked).ok_or_else(|| unknown(asked))?;
    let page = page(code.id()).ok_or_else(|| Failure::internal(format!("`{code}` has no page")))?;
    if console.json() {
        return console.answer(&json!({ "version": VERSION, "code": code, "title": code.title(), "page": page }));
    }
    console.print(page.as_bytes())
}

fn unknown(asked: &str) -> Failure {
    let upper = asked.to_uppercase();
    let help = match nearest(&upper, codes::ALL.iter().map(|code| code.id())).and_then(Code::find) {
        Some(near) => format!("the nearest is `{near}`: {}; `deployc explain` lists them all", near.title()),
        None => "`deployc explain` lists them all".to_owned(),
    };
    Failure::usage(format!("there is no code `{asked}`"), help)
}
