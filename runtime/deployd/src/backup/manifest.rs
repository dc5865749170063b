//! What a backup says of itself: its files with their digests, so that a damaged one is refused before it is used.

use std::collections::BTreeMap;
use std::path::Path;

use plan::Digest;
use serde::{Deserialize, Serialize};
use server::{Code, Failure};

/// The version of backups that this program writes and reads.
const FORMAT: u32 = 1;

/// Its name in the backup.
pub(crate) const NAME: &str = "manifest.json";

/// Largest manifest that is read, in bytes.
const BYTES_MAX: u64 = 16 << 20;

/// The manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// [`FORMAT`].
    pub(super) format: u32,
    /// The version of the program that wrote it.
    pub(super) program: String,
    /// When, UTC milliseconds.
    pub(crate) at_ms: i64,
    /// The highest epoch that the state or a receiver of its requests had seen.
    pub(crate) epoch: u64,
    /// Hash of the last anchor.
    pub(crate) head: String,
    /// Runs and records of the state.
    pub(crate) runs: u64,
    pub(crate) records: u64,
    /// Runs that had not ended.
    pub(crate) in_flight: Vec<String>,
    /// Each file by its path below the backup.
    pub(crate) files: BTreeMap<String, File>,
    /// Key of the request that it was made for, where it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
}

/// One file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct File {
    pub(crate) bytes: u64,
    pub(crate) sha256: Digest,
}

/// As it lies in its file, with a digest over itself.
#[derive(Serialize, Deserialize)]
struct Sealed {
    manifest: Manifest,
    digest: Digest,
}

impl Manifest {
    /// A manifest without files, written by this program.
    pub(crate) fn new(at_ms: i64, epoch: u64) -> Self {
        Self {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            at_ms,
            epoch,
            head: String::new(),
            runs: 0,
            records: 0,
            in_flight: Vec::new(),
            files: BTreeMap::new(),
            key: None,
        }
    }

    /// Which backup it is: no two have the same.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&plan::canonical::to_bytes(self))
    }

    pub(crate) fn bytes(&self) -> Result<Vec<u8>, Failure> {
        let sealed = Sealed { manifest: self.clone(), digest: self.digest() };
        serde_json::to_vec_pretty(&sealed).map_err(|error| Failure::internal(format!("cannot write JSON: {error}")))
    }

    /// Reads and checks the manifest of a backup, not its files.
    pub(crate) fn read(backup: &Path) -> Result<Self, Failure> {
        let path = backup.join(NAME);
        let refuse = |why: String| Failure::new(Code::Refused, format!("{} {why}", path.display()));
        let size =
            std::fs::metadata(&path).map_err(|error| refuse(format!("is no manifest of a backup: {error}")))?.len();
        if size > BYTES_MAX {
            return Err(refuse(format!("is larger than {BYTES_MAX} bytes: it is no manifest")));
        }
        let bytes = std::fs::read(&path).map_err(|error| refuse(format!("cannot be read: {error}")))?;
        let other = |error: serde_json::Error| refuse(format!("is no manifest of a backup: {error}"));
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(other)?;
        match value["manifest"]["format"].as_u64() {
            Some(found) if found == u64::from(FORMAT) => {}
            Some(found) => {
                return Err(refuse(format!(
                    "has format {found} and this program knows {FORMAT}; use the deployd that wrote it"
                )));
            }
            None => return Err(refuse("names no format: it is no manifest of a backup".to_owned())),
        }
        let sealed: Sealed = serde_json::from_value(value).map_err(other)?;
        if sealed.manifest.digest() == sealed.digest {
            Ok(sealed.manifest)
        } else {
            Err(refuse("was changed after it was written; use another backup".to_owned()))
        }
    }
}
