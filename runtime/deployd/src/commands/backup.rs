//! `deployd backup`.

use std::path::PathBuf;

use clap::Args;
use machine::ports::store::Answered;
use serde_json::json;
use server::Failure;
use server::keeping::Keeping;

use crate::backup::{self, Manifest};
use crate::context::Context;
use crate::follow::now_ms;
use crate::{keyed, render};

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
    /// Asking the same again with this key makes no other backup and gives the first answer; it is noted in the state
    #[arg(long)]
    key: Option<String>,
}

impl Backup {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let manifest = match self.key.clone() {
            Some(key) => self.once(context, key).await?,
            None => self.make(context, None).await?,
        };
        context.answer(&manifest, |manifest| render::backup::written(manifest, &self.folder))?;
        Ok(0)
    }

    async fn make(&self, context: &Context, key: Option<String>) -> Result<Manifest, Failure> {
        let (layout, folder) = (context.layout()?, self.folder.clone());
        context.apart(move || backup::backup(&layout, &folder, now_ms(), key)).await
    }

    /// Noted before it is made, so that another folder cannot have the key; a backup that was made and not noted as such
    /// is known by its manifest.
    async fn once(&self, context: &Context, key: String) -> Result<Manifest, Failure> {
        context.there()?;
        let folder = std::path::absolute(&self.folder)
            .map_err(|error| Failure::usage(format!("cannot find {}: {error}", self.folder.display())))?;
        let keeping = Keeping::open(&context.state).await?;
        let asked = keyed::asked(Some(key.clone()), "backup", json!({ "folder": folder }));
        let begun = keeping.begin(asked).await?;
        if begun.done {
            return keyed::read(begun.answer);
        }
        let made = Manifest::read(&folder).ok().filter(|manifest| manifest.key.as_ref() == Some(&key));
        let manifest = match made {
            Some(manifest) => manifest,
            None => self.make(context, Some(key)).await?,
        };
        let done = Answered { answer: keyed::written(&manifest)?, done: true, ..begun };
        keyed::read(keeping.note(done).await?.answer)
    }
}
