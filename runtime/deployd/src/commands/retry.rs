//! `deployd retry`.

use clap::Args;
use machine::signal::SignalKind;
use server::Failure;

use super::say::Words;
use crate::context::Context;

const EXAMPLES: &str = "\
Examples:
  deployd retry
  deployd retry 01jd3v0kq8 --step release/announce --reason 'the mail server has no trace of it'";

/// Do a step again whose outcome nobody knows, or try again now what waits to be tried again
///
/// Of an unknown outcome it is done under a new key, by which its provider takes it for another request: look first whether
/// it did take effect.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Retry {
    #[command(flatten)]
    words: Words,
    /// The step; needed only when several could be meant
    #[arg(long)]
    step: Option<String>,
}

impl Retry {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let signal = SignalKind::Retry { step: self.step };
        self.words.find_and_say(context, signal).await
    }
}
