//! Taking a lock away from the run that holds it. The run ends where it stands, whoever carries it out or leaves it
//! alone.

use machine::Moment;
use machine::event::Event;
use machine::journal::Record;
use machine::ports::store::{Append, Lock, StoreError, StoredRun, Target};
use machine::signal::{Actor, Signal, SignalKind};
use machine::state::{Cause, CauseKind};
use machine::view::RunStatus;
use serde_json::{Map, Value, json};

use crate::driver::to_value;
use crate::keyed::Keyed;
use crate::{Engine, Inner, SignalError};

impl Engine {
    /// Takes a lock away from the run that holds it, which ends where it stands. The answer is a sentence; a
    /// repeated key is answered as the first time.
    ///
    /// # Errors
    /// When nobody holds it, no reason is given, or the state cannot be written.
    pub async fn steal(
        &self,
        target: Target,
        actor: Actor,
        reason: Option<String>,
        key: String,
    ) -> Result<String, SignalError> {
        let keyed = Keyed::steal(&key, &target, &actor, reason.as_deref());
        let _alone = self.inner.keys.hold(&key).await;
        if let Some(answer) = self.answered_before(&keyed).await? {
            return Ok(answer);
        }
        let Some(lock) = self.lock_on(&target).await? else {
            return Err(SignalError::Invalid(format!("no run holds {target}; `deployd lock list` shows what is held")));
        };
        // In the run, nothing that was said to it may be taken for a steal.
        let signal = Signal { key: format!("steal/{key}"), actor, kind: SignalKind::Steal, reason };
        if self.inner.active.why_left_alone(&lock.run).is_some() {
            self.end_where_it_stands(&lock.run, signal, &keyed).await
        } else {
            self.say(&lock.run, signal, keyed).await
        }
    }

    pub(crate) async fn lock_on(&self, target: &Target) -> Result<Option<Lock>, StoreError> {
        let locks = self.inner.store.locks(u32::MAX).await?;
        Ok(locks.into_iter().find(|lock| lock.target() == *target))
    }

    /// Ends a run that no machine can be made of: what is known of it is its chain of records.
    async fn end_where_it_stands(&self, run: &str, signal: Signal, keyed: &Keyed) -> Result<String, SignalError> {
        signal.acceptable()?;
        end_effects(&self.inner, run).await.map_err(SignalError::Invalid)?;
        let freed = self.targets_of(run).await?;
        let stored = self.inner.store.load(run).await?;
        let at = self.inner.clock.now();
        let answer = format!("the lock of run {run} is taken; it ends as it stands, without another effect");
        let record = Record::seal(
            &stored.last_hash,
            stored.last_seq.saturating_add(1),
            at.clone(),
            to_value(&Event::Signalled(signal.clone())),
        );
        let append = Append {
            run: run.to_owned(),
            epoch: self.inner.store.epoch(),
            records: vec![record],
            head: ended(stored, &signal, &answer, &at),
            nodes: vec![],
            ended: true,
            moves_by_ms: None,
            running: vec![],
            answers: vec![keyed.answered(run, &answer, at.wall_ms)],
        };
        self.inner.store.append(append).await?;
        self.inner.active.settle(run);
        self.inner.queue.freed(&freed);
        Ok(answer)
    }

    async fn targets_of(&self, run: &str) -> Result<Vec<Target>, StoreError> {
        let locks = self.inner.store.locks(u32::MAX).await?;
        Ok(locks.into_iter().filter(|lock| lock.run == run).map(|lock| lock.target()).collect())
    }
}

/// Ends what is at work for a run outside of this process, also what an earlier runtime began.
///
/// # Errors
/// What does not end; then its lock must not be taken.
pub(crate) async fn end_effects(inner: &Inner, run: &str) -> Result<(), String> {
    for provider in inner.providers.values() {
        provider.end(run.to_owned()).await.map_err(|why| format!("the lock of run {run} stays with it: {why}"))?;
    }
    Ok(())
}

/// The state of the run after its end, as far as it could be read before.
fn ended(stored: StoredRun, signal: &Signal, answer: &str, at: &Moment) -> Value {
    let mut head = match stored.head {
        Value::Object(head) => head,
        _ => Map::new(),
    };
    let message = format!("{}; what is half-way stays as it is", signal.said("its lock was taken"));
    let cause = Cause { kind: CauseKind::Steal, node: None, message };
    head.insert("status".to_owned(), to_value(&RunStatus::Unsafe));
    head.insert("ended".to_owned(), to_value(at));
    head.insert("cause".to_owned(), to_value(&cause));
    match head.get_mut("signals") {
        Some(Value::Object(signals)) => {
            signals.insert(signal.key.clone(), json!(answer));
        }
        Some(_) | None => {
            head.insert("signals".to_owned(), json!({ &signal.key: answer }));
        }
    }
    Value::Object(head)
}
