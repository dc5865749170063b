//! Does again what differs: the intent is durable before, the outcome after.

use machine::care::Care;
use machine::journal::Record;
use machine::ports::provider::{Outcome, Outputs, Request};
use machine::ports::store::{Append, StoreError, StoredRun};
use serde_json::Value;

use super::case::{Case, Drift};
use crate::act::{BROKE_OFF, within};

impl Case<'_> {
    /// Performs one request; the inner error says why it had no effect that is known.
    pub(super) async fn mend(&self, drift: Drift) -> Result<Result<(), String>, StoreError> {
        let Drift { provider, request, words } = drift;
        let request = self.intend(&provider, request, words).await?;
        let key = request.key.clone();
        let outcome = self.perform(&provider, request).await;
        self.append(|_| vec![Care::Outcome { key, outcome: outcome.clone() }]).await?;
        Ok(match outcome {
            Outcome::Done(outputs) => {
                if let Outputs::Instances(ready) = outputs {
                    self.patient(|patient| patient.instances = Some(ready));
                }
                Ok(())
            }
            Outcome::Failed { message, .. } | Outcome::Unknown { message } => Err(message),
        })
    }

    /// Makes the intent durable; the request gets a key of its own, by the number of its record.
    async fn intend(&self, provider: &str, request: Request, drift: String) -> Result<Request, StoreError> {
        let provider = provider.to_owned();
        let mut intended = request.clone();
        self.append(|last_seq| {
            intended = Request { key: format!("{}/care/{}", self.running.run, last_seq + 2), ..request };
            let intent = Care::Intent { provider: provider.clone(), request: Box::new(intended.clone()) };
            vec![Care::Observed { provider, drift }, intent]
        })
        .await?;
        Ok(intended)
    }

    async fn perform(&self, name: &str, request: Request) -> Outcome {
        let Some(provider) = self.inner.providers.get(name) else {
            return Outcome::Failed { retryable: false, message: format!("this runtime has no provider `{name}`") };
        };
        let (epoch, sequence, limit) = (self.inner.store.epoch(), self.inner.next_sequence(), request.timeout_ms);
        match within(limit, || provider.perform(Request { epoch, sequence, ..request })).await {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => Outcome::Unknown { message: format!("no answer within {limit} ms") },
            None => Outcome::Unknown { message: format!("provider `{name}` {BROKE_OFF}") },
        }
    }

    /// Appends to the journal of the run that has ended; its state stays what it was.
    async fn append(&self, records: impl FnOnce(u64) -> Vec<Care>) -> Result<(), StoreError> {
        let _alone = self.inner.care.recording.lock().await;
        let stored = self.inner.store.load(&self.running.run).await?;
        // What was read of a damaged run would be written back as its state.
        if let Some(damage) = stored.damage {
            return Err(self.unreadable(&damage));
        }
        let bodies = records(stored.last_seq).into_iter().map(Care::into_body);
        let append = Append {
            run: self.running.run.clone(),
            epoch: self.inner.store.epoch(),
            records: self.seal(&stored, bodies),
            head: stored.head,
            nodes: Vec::new(),
            ended: true,
            moves_by_ms: None,
            running: Vec::new(),
            answers: Vec::new(),
        };
        self.inner.store.append(append).await
    }

    fn seal(&self, stored: &StoredRun, bodies: impl Iterator<Item = Value>) -> Vec<Record> {
        let at = self.inner.clock.now();
        let (mut seq, mut hash) = (stored.last_seq, stored.last_hash.clone());
        let mut sealed = Vec::new();
        for body in bodies {
            let record = Record::seal(&hash, seq + 1, at.clone(), body);
            (seq, hash) = (record.seq, record.hash.clone());
            sealed.push(record);
        }
        sealed
    }
}
