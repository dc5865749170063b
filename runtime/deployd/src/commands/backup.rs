//! `deployd backup`.

use std::path::PathBuf;

use clap::Args;
use server::Failure;

use crate::backup;
use crate::context::Context;
use crate::follow::now_ms;
use crate::render;

const EXAMPLES: &str = "\
Examples:
  deployd backup monday
  deployd backup /mnt/backups/deployd-2026-11-21 --format json";

/// Write a backup of the state into a new folder; a runtime goes on meanwhile
///
/// It holds the state as it is at one moment, the artifacts of what runs and of runs under way, and a manifest with
/// their digests. A state that does not verify is not backed up.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Backup {
    /// The folder to be made
    folder: PathBuf,
}

impl Backup {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let (layout, folder) = (context.layout()?, self.folder.clone());
        let manifest = context.apart(move || backup::backup(&layout, &folder, now_ms())).await?;
        context.answer(&manifest, |manifest| render::backup::written(manifest, &self.folder))?;
        Ok(0)
    }
}
