//! `deployd skip`.

use clap::Args;
use machine::signal::SignalKind;
use server::Failure;

use super::say::Words;
use crate::context::Context;

const EXAMPLES: &str = "\
Examples:
  deployd skip --reason 'the mail went out, the server says'
  deployd skip 01jd3v0kq8 --step release/announce --reason 'announced by hand'";

/// Take a step as done: an action whose outcome nobody knows or that keeps failing, or the rest of a hold without a gate
///
/// The journal keeps who said so and why; --reason is needed. What later steps stand on is not skipped, nor what a gate or
/// a person has to say.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Skip {
    #[command(flatten)]
    words: Words,
    /// The step; needed only when several could be meant
    #[arg(long)]
    step: Option<String>,
}

impl Skip {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let signal = SignalKind::Skip { step: self.step };
        self.words.find_and_say(context, signal).await
    }
}
