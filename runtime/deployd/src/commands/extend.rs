//! `deployd extend`.

use clap::Args;
use machine::signal::SignalKind;
use server::Failure;

use super::say::Words;
use crate::context::Context;

const EXAMPLES: &str = "\
Examples:
  deployd extend --by 30m
  deployd extend 01jd3v0kq8 --step release/approval --by 2d --reason 'ann is back on Thursday'";

/// Give a hold, an approval, a question or an unknown outcome more time, thirty days in all
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Extend {
    #[command(flatten)]
    words: Words,
    /// The step; needed only when several could be meant
    #[arg(long)]
    step: Option<String>,
    /// How much longer: `30m`, `36h`, `2d`
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    by: u64,
}

impl Extend {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let signal = SignalKind::Extend { step: self.step, by_ms: self.by };
        self.words.find_and_say(context, signal).await
    }
}

fn duration(text: &str) -> Result<u64, String> {
    machine::wait::duration_ms(text).ok_or_else(|| format!("`{text}` is not a duration such as `30m`"))
}
