//! `deployc graph`: what a workflow does, as a picture or as text.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::compile::compile;
use crate::console::Console;
use crate::failure::Failure;
use crate::graph;

const EXAMPLES: &str = "\
Examples:
  deployc graph --workflow release
  deployc graph --workflow release --as mermaid >> README.md
  deployc graph --workflow release --as svg > release.svg
  deployc graph --workflow release --as dot | dot -Tpdf > release.pdf
  deployc graph --workflow release --format json";

/// Show what a workflow does, its critical path, and how long it takes
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Graph {
    /// A file or folder of the project [default: the current folder]
    path: Option<PathBuf>,
    /// The workflow [default: the only one]
    #[arg(long, value_name = "NAME")]
    workflow: Option<String>,
    /// The notation
    #[arg(long = "as", value_enum, default_value_t = Notation::Text)]
    notation: Notation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Notation {
    /// Lines, for the terminal
    Text,
    /// Mermaid, for markdown
    Mermaid,
    /// DOT, for Graphviz
    Dot,
    /// A picture of its own, for browsers and documents
    Svg,
}

impl Graph {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        let compiled = compile(console, self.path.as_deref(), self.workflow.as_deref())?;
        let plan = &compiled.plan;
        let round = |node| Failure::internal(format!("the node `{node}` waits for itself"));
        let analysis = risk::graph::analyse(&plan.body).map_err(round)?;
        if console.json() {
            console.answer(&graph::json(plan, &analysis))?;
            return Ok(0);
        }
        let text = match self.notation {
            Notation::Text => graph::text(plan, &analysis),
            Notation::Mermaid => graph::mermaid(plan, &analysis),
            Notation::Dot => graph::dot(plan, &analysis),
            Notation::Svg => risk::picture::svg(plan).map_err(round)?,
        };
        console.print(text.as_bytes())?;
        Ok(0)
    }
}
