//! `deployd doctor`.

use clap::Args;
use server::Failure;

use crate::context::Context;
use crate::doctor;
use crate::follow::now_ms;
use crate::render;

const EXAMPLES: &str = "\
Examples:
  deployd doctor
  deployd doctor --state /var/lib/deployd --format json";

/// Examine the state directory and what lives below it: a line for each finding, with what helps
///
/// Changes nothing, and works beside a runtime as well as where none can start. Exit code 1 when there is a finding.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {}

impl Doctor {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let health = doctor::examine(&context.layout()?, &context.program, now_ms()).await;
        context.answer(&health, render::doctor::health)?;
        Ok(u8::from(!health.findings.is_empty()))
    }
}
