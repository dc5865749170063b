//! `deployd pause`.

use clap::Args;
use machine::signal::SignalKind;
use server::Failure;

use super::say::Words;
use crate::context::Context;

const EXAMPLES: &str = "\
Examples:
  deployd pause --reason 'support reports slow checkouts'
  deployd pause 01jd3v0kq8 --key incident-417";

/// Go no further; gates keep watching, and what was shifted stays
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Pause {
    #[command(flatten)]
    words: Words,
}

impl Pause {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        self.words.find_and_say(context, SignalKind::Pause).await
    }
}
