//! Does again what differs: the intent is durable before, the outcome after.

use machine::care::Care;
use machine::ports::provider::{Outcome, Outputs, Request};
use machine::ports::store::StoreError;

use super::case::{Case, Drift};
use super::journal;
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

    /// Appends to the journal of the run that brought what runs.
    async fn append(&self, records: impl FnOnce(u64) -> Vec<Care>) -> Result<(), StoreError> {
        journal::append(self.inner, &self.running.run, records).await.map_err(|error| match error {
            StoreError::Damaged(why) => self.unreadable(&why),
            other => other,
        })
    }
}
