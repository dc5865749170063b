//! The journal's records and the chain of hashes that makes a change of any of them visible.

use plan::canonical::{list, of, to_bytes};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::Event;
use crate::moment::Moment;

/// The version of records this library writes. It reads those of versions 1 and 2 too, in which all that
/// was measured were two counters.
pub const FORMAT: u32 = 3;

/// One durable record of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The version of `body`.
    pub format: u32,
    /// From 1, without gaps.
    pub seq: u64,
    /// When it was written.
    pub at: Moment,
    /// What happened: an event, or the intent of an effect.
    pub body: Value,
    /// Hash of the record before; empty for the first.
    pub previous: String,
    /// SHA-256 over all of the above in canonical form, hexadecimal.
    pub hash: String,
}

/// A chain of hashes is not what was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{link} {seq} is not the one that was written: {what}")]
pub struct Broken {
    /// What the chain is made of: `record` or `anchor`.
    pub link: &'static str,
    /// Its number.
    pub seq: u64,
    /// What does not fit.
    pub what: &'static str,
}

impl Record {
    /// Seals a record onto the chain.
    pub fn seal(previous: &str, seq: u64, at: Moment, body: Value) -> Self {
        let mut record = Self { format: FORMAT, seq, at, body, previous: previous.to_owned(), hash: String::new() };
        record.hash = record.computed();
        record
    }

    /// The event that this record holds; none for an intent or a note.
    pub fn event(&self) -> Result<Option<Event>, String> {
        if self.format > FORMAT {
            return Err(format!("it has format {}, and this program knows {FORMAT}", self.format));
        }
        if self.body.get("event").is_none() {
            return Ok(None);
        }
        serde_json::from_value(self.body.clone()).map(Some).map_err(|e| e.to_string())
    }

    fn computed(&self) -> String {
        let (format, seq, at) = (to_bytes(&self.format), to_bytes(&self.seq), to_bytes(&self.at));
        let covered = list(&[format, seq, at, of(&self.body), to_bytes(&self.previous)]);
        plan::Digest::of(&covered).digits().to_owned()
    }

    /// Checks this record against the hash and number of the one before.
    pub fn verify(&self, previous: &str, seq: u64) -> Result<(), Broken> {
        let broken = |what| Err(Broken { link: "record", seq: self.seq, what });
        match self {
            _ if self.seq != seq => broken("its number does not follow"),
            _ if self.previous != previous => broken("it does not follow the record before it"),
            _ if self.hash != self.computed() => broken("its content does not match its hash"),
            _ => Ok(()),
        }
    }
}
