//! `deployd history`.

use clap::Args;
use server::Failure;

use crate::context::Context;
use crate::render;

const EXAMPLES: &str = "\
Examples:
  deployd history
  deployd history --limit 200 --format json";

/// List past runs, newest first
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct History {
    /// At most so many
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

impl History {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let runs = context.source().await?.runs(false, self.limit).await?;
        context.answer(&runs, |runs| render::history::history(runs))?;
        Ok(0)
    }
}
