//! `deployd status`.

use clap::Args;
use server::Failure;

use crate::context::Context;
use crate::follow::now_ms;
use crate::render;

const EXAMPLES: &str = "\
Examples:
  deployd status
  deployd status --format json";

/// Show the runs in flight, and what runs where
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Status {}

impl Status {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let status = context.source().await?.status().await?;
        context.answer(&status, |status| render::status::status(status, now_ms()))?;
        Ok(0)
    }
}
