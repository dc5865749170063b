//! `deployc plan`: what a workflow risks, before it runs.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::compile::compile;
use crate::console::{Console, VERSION};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  deployc plan --workflow release
  deployc plan --workflow release --format json";

/// Show what a workflow risks: what its gates can tell, what a bad release could cost, how long it takes, and where
/// there is no way back
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Plan {
    /// A file or folder of the project [default: the current folder]
    path: Option<PathBuf>,
    /// The workflow [default: the only one]
    #[arg(long, value_name = "NAME")]
    workflow: Option<String>,
}

impl Plan {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        let compiled = compile(console, self.path.as_deref(), self.workflow.as_deref())?;
        let report = risk::assess(&compiled.plan)
            .map_err(|node| Failure::internal(format!("the node `{node}` waits for itself")))?;
        if console.json() {
            console.answer(&json!({ "version": VERSION, "risk": report }))?;
        } else {
            console.print(risk::text::text(&report).as_bytes())?;
        }
        Ok(0)
    }
}
