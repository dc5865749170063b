//! Runs that a backup brought back. What they did after the backup is not known, and an effect that is made once could be
//! made again: a person looks, and then has them taken up or brought back. The same holds for what the backup says that
//! runs: nobody looks after it until a person has said that it is so.

use machine::event::Event;
use machine::journal::Record;
use machine::ports::store::{Append, StoredRun};
use machine::signal::{Signal, SignalKind};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::driver::{self, Asked, to_value};
use crate::keyed::Keyed;
use crate::take_up::{self, Problem, Ready};
use crate::{Engine, SignalError};

/// Why such a run is left alone.
pub(crate) fn waits(run: &str) -> String {
    format!(
        "it was under way in the backup that this state was restored from, and what it did since is not known; look what is there, then `deployd resume {run} --reason …` takes it up and `deployd abort {run} --reason …` brings it back"
    )
}

impl Engine {
    /// What becomes of a run that a backup brought back, where this signal decides that; none for every other run and
    /// signal.
    pub(crate) async fn decide_on_restored(
        &self,
        run: &str,
        signal: &Signal,
        keyed: Keyed,
    ) -> Result<Option<String>, SignalError> {
        let decides = matches!(signal.kind, SignalKind::Resume | SignalKind::Abort | SignalKind::Rollback);
        let stored = self.inner.store.load(run).await?;
        if !decides || !stored.restored {
            return Ok(None);
        }
        signal.acceptable()?;
        if signal.reason.as_ref().is_none_or(|reason| reason.trim().is_empty()) {
            let message = "comes from a backup, and what was done since is not known; once you have looked, say why with `--reason`";
            return Err(SignalError::Invalid(format!("run {run} {message}")));
        }
        match (self.inner.active.claim(run), &signal.kind) {
            (Some(why), _) => self.take_up_restored(run, why, signal, keyed).await.map(Some),
            (None, SignalKind::Resume) if has_ended(&stored) => self.vouch(run, stored, signal, &keyed).await.map(Some),
            (None, _) => Ok(None),
        }
    }

    /// Taken up, and told the signal, in one commit; left alone as before when either cannot be.
    async fn take_up_restored(
        &self,
        run: &str,
        why: String,
        signal: &Signal,
        keyed: Keyed,
    ) -> Result<String, SignalError> {
        let ready = match self.prepare(run).await {
            Ok(ready) => ready,
            Err(problem) => return Err(self.leave_as_before(run, why, problem)),
        };
        if let Err(refusal) = ready.state.consider(signal) {
            self.inner.active.leave_alone(run.to_owned(), why);
            return Err(refusal.into());
        }
        let (answer, answered) = oneshot::channel();
        let Ready { state, journal, mut notes } = ready;
        notes.push(json!({ "restored": { "taken_up": true } }));
        let keyed = match signal.kind {
            SignalKind::Resume => keyed.saying(format!("run {run} is taken up and goes on")),
            _ => keyed,
        };
        let asked = Asked { signal: signal.clone(), keyed, answer };
        driver::resume(&self.inner, state, journal, notes, Some(asked));
        let stopping = || SignalError::Invalid(format!("run {run} was not taken up: the runtime is stopping"));
        answered.await.map_err(|_| stopping())?
    }

    fn leave_as_before(&self, run: &str, why: String, problem: Problem) -> SignalError {
        self.inner.active.leave_alone(run.to_owned(), why);
        match problem {
            Problem::OfTheRun(why) => SignalError::Invalid(format!("run {run} cannot be taken up: {why}")),
            Problem::OfTheStore(error) => error.into(),
        }
    }

    /// A person says that what this run made is what is to run: from now on it is looked after.
    async fn vouch(&self, run: &str, stored: StoredRun, signal: &Signal, keyed: &Keyed) -> Result<String, SignalError> {
        let answer = format!("what run {run} made is looked after from now on");
        let body = to_value(&Event::Signalled(signal.clone()));
        let seq = stored.last_seq.saturating_add(1);
        let at = self.inner.clock.now();
        let answers = vec![keyed.answered(run, &answer, at.wall_ms)];
        let record = Record::seal(&stored.last_hash, seq, at, body);
        let append = Append {
            run: run.to_owned(),
            epoch: self.inner.store.epoch(),
            records: vec![record],
            head: answered(stored.head, &signal.key, &answer),
            nodes: vec![],
            ended: true,
            moves_by_ms: None,
            running: vec![],
            answers,
        };
        self.inner.store.append(append).await?;
        Ok(answer)
    }
}

fn has_ended(stored: &StoredRun) -> bool {
    stored.head.get("ended").is_some_and(|ended| !ended.is_null())
}

/// The state with one more answer, for when the signal is repeated.
fn answered(mut head: Value, key: &str, answer: &str) -> Value {
    if let Some(signals) = head.get_mut("signals").and_then(Value::as_object_mut) {
        signals.insert(key.to_owned(), json!(answer));
    }
    head
}

/// Whether what a run made is only known from a backup.
pub(crate) async fn is_from_a_backup(
    inner: &crate::Inner,
    run: &str,
) -> Result<bool, machine::ports::store::StoreError> {
    match inner.store.load(run).await {
        Ok(stored) => Ok(stored.restored),
        Err(error) if take_up::of_one_run(&error) => Ok(false),
        Err(error) => Err(error),
    }
}
