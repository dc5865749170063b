//! `deployd approve`: shows what is approved, and binds the approval to its digest.

use clap::Args;
use machine::signal::SignalKind;
use plan::Digest;
use server::Failure;

use super::say::Words;
use crate::cli::Format;
use crate::context::{Context, note};
use crate::follow::now_ms;
use crate::render::screen::screen;

const EXAMPLES: &str = "\
Examples:
  deployd approve
  deployd approve 01jd3v0kq8 --reason 'checked the dashboards'
  deployd approve --step go-live --plan sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// Agree to what waits for a person
///
/// The approval holds for the plan that the run is pinned to: the one shown, or the one given with --plan.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Approve {
    #[command(flatten)]
    words: Words,
    /// The step; needed when several wait
    #[arg(long)]
    step: Option<String>,
    /// The digest of the plan you looked at; another one is refused [default: the one shown now]
    #[arg(long, value_name = "DIGEST", value_parser = Digest::parse)]
    plan: Option<Digest>,
}

impl Approve {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let (client, run) = self.words.find(context).await?;
        let view = client.view(&run).await?;
        match context.format {
            Format::Human => screen(&view, now_ms()).iter().for_each(|line| note(&line.show(usize::MAX, context.live))),
            Format::Json => {}
        }
        let signal = SignalKind::Approve { step: self.step, plan: self.plan.unwrap_or(view.plan) };
        self.words.say(context, &client, &run, signal).await
    }
}
