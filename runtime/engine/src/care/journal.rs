//! The journal of a run that has ended, continued with records of care.

use machine::care::Care;
use machine::journal::Record;
use machine::ports::store::{Append, StoreError, StoredRun};
use serde_json::Value;

use crate::Inner;

/// Appends records that are made knowing the number of the last one; the run's state stays what it was.
pub(super) async fn append(inner: &Inner, run: &str, records: impl FnOnce(u64) -> Vec<Care>) -> Result<(), StoreError> {
    let _alone = inner.care.recording.lock().await;
    let stored = inner.store.load(run).await?;
    // What was read of a damaged run would be written back as its state.
    if let Some(damage) = stored.damage {
        return Err(StoreError::Damaged(damage));
    }
    let bodies = records(stored.last_seq).into_iter().map(Care::into_body);
    let append = Append {
        run: run.to_owned(),
        epoch: inner.store.epoch(),
        records: seal(inner, &stored, bodies),
        head: stored.head,
        nodes: Vec::new(),
        ended: true,
        moves_by_ms: None,
        running: Vec::new(),
        answers: Vec::new(),
    };
    inner.store.append(append).await
}

fn seal(inner: &Inner, stored: &StoredRun, bodies: impl Iterator<Item = Value>) -> Vec<Record> {
    let at = inner.clock.now();
    let (mut seq, mut hash) = (stored.last_seq, stored.last_hash.clone());
    let mut sealed = Vec::new();
    for body in bodies {
        let record = Record::seal(&hash, seq + 1, at.clone(), body);
        (seq, hash) = (record.seq, record.hash.clone());
        sealed.push(record);
    }
    sealed
}
