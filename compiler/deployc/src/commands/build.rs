//! `deployc build`: one workflow as a plan that the runtime carries out.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::compile::{Compiled, compile};
use crate::console::{Console, VERSION, as_json, counted};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  deployc build --workflow release
  deployc build . --workflow release -o release.plan.json
  deployc build --workflow release | sha256sum";

/// Compile a workflow into a plan
///
/// The same sources give the same bytes on every machine. The plan goes to the output when that is not a terminal, else
/// to `WORKFLOW.plan.json`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Build {
    /// A file or folder of the project [default: the current folder]
    path: Option<PathBuf>,
    /// The workflow [default: the only one]
    #[arg(long, value_name = "NAME")]
    workflow: Option<String>,
    /// Where the plan goes; `-` is the output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Build {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        let to_output = self.output.as_deref() == Some(Path::new("-"));
        if to_output && console.json() {
            let help = "name a file with `-o FILE`; the answer says where the plan is";
            return Err(Failure::usage("`--format json` needs the output for its answer", help));
        }
        let compiled = compile(console, self.path.as_deref(), self.workflow.as_deref())?;
        let piped = self.output.is_none() && !console.json() && !io::stdout().is_terminal();
        if to_output || piped {
            console.print(&compiled.plan.to_bytes())?;
            return Ok(0);
        }
        let file = self.output.unwrap_or_else(|| PathBuf::from(format!("{}.plan.json", compiled.workflow)));
        write(&file, &compiled)?;
        told(console, &file, &compiled)?;
        Ok(0)
    }
}

fn write(file: &Path, compiled: &Compiled) -> Result<(), Failure> {
    fs::write(file, compiled.plan.to_bytes()).map_err(|error| {
        let message = format!("the plan cannot be written to `{}`: {error}", file.display());
        Failure::refused(message, "name another file with `-o FILE`")
    })
}

fn told(console: &Console, file: &Path, compiled: &Compiled) -> Result<(), Failure> {
    let (plan, nodes) = (&compiled.plan, compiled.plan.body.nodes.len());
    console.tell(&format!(
        "{}: {} with {}, {}\n",
        file.display(),
        compiled.workflow,
        counted(nodes, "node"),
        plan.digest
    ));
    if !console.json() {
        return Ok(());
    }
    console.answer(&json!({
        "version": VERSION,
        "workflow": compiled.workflow,
        "file": file.to_string_lossy(),
        "digest": plan.digest,
        "nodes": nodes,
        "diagnostics": as_json(&compiled.found, &compiled.project),
    }))
}
