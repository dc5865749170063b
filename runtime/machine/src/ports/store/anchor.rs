//! The ends of journals, chained over the whole store: a journal that is cut or gone is still known by its anchor.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::journal::Broken;

/// The end of a run's journal, as it was when the run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// From 1, without gaps, over all runs of the store.
    pub seq: u64,
    /// The run.
    pub run: String,
    /// Sequence number of its last record.
    pub last_seq: u64,
    /// Hash of its last record.
    pub last_hash: String,
    /// When the run ended, UTC milliseconds.
    pub at_ms: i64,
    /// Hash of the anchor before; empty for the first.
    pub previous: String,
    /// SHA-256 over all of the above in canonical form, hexadecimal.
    pub hash: String,
}

impl Anchor {
    /// Seals this onto the chain of anchors: it follows `last`, or is the first. Its number and hashes are set.
    #[must_use]
    pub fn seal(mut self, last: Option<&Self>) -> Self {
        self.seq = last.map_or(0, |last| last.seq).saturating_add(1);
        self.previous = last.map(|last| last.hash.clone()).unwrap_or_default();
        self.hash = self.computed();
        self
    }

    fn computed(&self) -> String {
        let covered = json!([self.seq, self.run, self.last_seq, self.last_hash, self.at_ms, self.previous]);
        plan::Digest::of(&plan::canonical::to_bytes(&covered)).digits().to_owned()
    }

    /// Checks this anchor against the hash and number of the one before.
    ///
    /// # Errors
    /// What does not fit.
    pub fn verify(&self, previous: &str, seq: u64) -> Result<(), Broken> {
        let broken = |what| Err(Broken { link: "anchor", seq: self.seq, what });
        match self {
            _ if self.seq != seq => broken("its number does not follow"),
            _ if self.previous != previous => broken("it does not follow the anchor before it"),
            _ if self.hash != self.computed() => broken("its content does not match its hash"),
            _ => Ok(()),
        }
    }
}
