//! `deployd resume`.

use clap::Args;
use machine::signal::SignalKind;
use server::Failure;

use super::say::Words;
use crate::context::Context;

const EXAMPLES: &str = "\
Examples:
  deployd resume
  deployd resume 01jd3v0kq8 --reason 'false alarm'";

/// Go on after a pause
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Resume {
    #[command(flatten)]
    words: Words,
}

impl Resume {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        self.words.find_and_say(context, SignalKind::Resume).await
    }
}
