//! `deployd restore`.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};
use server::Failure;

use crate::backup;
use crate::context::Context;
use crate::follow::now_ms;
use crate::render;

const EXAMPLES: &str = "\
Examples:
  deployd restore monday --state /var/lib/deployd
  deployd resume 01jd3v0kq8 --reason 'looked: it stands at 5 %'";

/// Put a backup back as the state of a directory that has none
///
/// Everything is verified first, and nothing is written over. Runs that were under way in the backup are not taken up
/// by themselves, because what they did after it is not known: they keep their locks until `deployd resume` takes one up
/// or `deployd abort` returns it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Restore {
    /// The folder that `deployd backup` made
    backup: PathBuf,
    /// Asking the same again with this key does nothing and gives the first answer [default: a fresh one]
    #[arg(long)]
    key: Option<String>,
}

/// What was restored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Restored {
    /// When the backup was made, UTC milliseconds.
    pub(crate) backup_ms: i64,
    /// The epoch above which the next runtime stands.
    pub(crate) epoch: u64,
    /// Runs that wait for a person.
    pub(crate) waiting: Vec<String>,
    /// Runs of the state.
    pub(crate) runs: u64,
}

impl Restore {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let layout = context.layout()?;
        let Self { backup, key } = self;
        let restored = context.apart(move || backup::restore(&backup, &layout, now_ms(), key)).await?;
        context.answer(&restored, |restored| render::backup::restored(restored, context))?;
        Ok(0)
    }
}
