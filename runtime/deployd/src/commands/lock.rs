//! `deployd lock`: what runs keep to themselves.

use clap::{Args, Subcommand};
use server::Failure;

use crate::context::Context;
use crate::follow::now_ms;
use crate::render;

const EXAMPLES: &str = "\
Examples:
  deployd lock list
  deployd lock list --format json";

/// See what runs keep to themselves
///
/// A run keeps every service that it changes, in that environment, from its beginning to its end; another one is
/// refused meanwhile, or waits with `deployd run --queue`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Lock {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the locks: who holds them, since when, and until when the run moves at the latest
    List,
}

impl Lock {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        match self.what {
            What::List => list(context).await,
        }
    }
}

async fn list(context: &Context) -> Result<u8, Failure> {
    let held = context.source().await?.locks().await?;
    context.answer(&held, |held| render::locks::locks(held, now_ms()))?;
    Ok(0)
}
