//! `deployd explain`.

use clap::Args;
use server::Failure;

use crate::context::Context;
use crate::render;

const EXAMPLES: &str = "\
Examples:
  deployd explain latest errors
  deployd explain 01jd3v0kq8 errors --format json";

/// Explain why a gate said what it said: its looks, and the deciding one in full
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// The run; `latest` is the newest
    run: String,
    /// The gate, as it is named in the sources
    gate: String,
}

impl Explain {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let source = context.source().await?;
        let run = context.run(&source, Some(&self.run)).await?;
        let looks = source.explain(&run, &self.gate).await?;
        context.answer(&looks, |looks| render::explain::explain(&self.gate, looks))?;
        Ok(0)
    }
}
