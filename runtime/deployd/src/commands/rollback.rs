//! `deployd rollback`.

use clap::Args;
use machine::signal::SignalKind;
use server::Failure;

use super::say::Words;
use crate::context::Context;

const EXAMPLES: &str = "\
Examples:
  deployd rollback
  deployd rollback 01jd3v0kq8 --reason 'numbers look wrong'";

/// Bring back what is half-way now, and end as rolled back
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Rollback {
    #[command(flatten)]
    words: Words,
}

impl Rollback {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        self.words.find_and_say(context, SignalKind::Rollback).await
    }
}
