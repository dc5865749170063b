//! `deployd abort`.

use clap::Args;
use machine::signal::SignalKind;
use server::Failure;

use super::say::Words;
use crate::context::Context;

const EXAMPLES: &str = "\
Examples:
  deployd abort
  deployd abort 01jd3v0kq8 --reason 'wrong image'";

/// Stop a run: bring back what is half-way, and end as aborted
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Abort {
    #[command(flatten)]
    words: Words,
}

impl Abort {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        self.words.find_and_say(context, SignalKind::Abort).await
    }
}
