//! `deployd reject`.

use clap::Args;
use machine::signal::SignalKind;
use server::Failure;

use super::say::Words;
use crate::context::Context;

const EXAMPLES: &str = "\
Examples:
  deployd reject --reason 'not before the release notes are out'
  deployd reject 01jd3v0kq8 --step go-live";

/// Refuse what waits for a person: the step fails, and what is half-way is brought back
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Reject {
    #[command(flatten)]
    words: Words,
    /// The step; needed when several wait
    #[arg(long)]
    step: Option<String>,
}

impl Reject {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        self.words.find_and_say(context, SignalKind::Reject { step: self.step }).await
    }
}
