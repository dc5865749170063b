//! Making anew what is a copy of what the journals say, where a person asks for it: the state of a run that has ended, or
//! what runs for a service.

mod run;
mod service;

use machine::journal::Record;
use machine::ports::store::{Append, Running, StoreError, StoredRun, Target};
use machine::signal::Actor;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::driver::to_value;
use crate::keyed::Keyed;
use crate::{Engine, SignalError};

/// What is made anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rebuild {
    /// The state of a run that has ended.
    Run {
        /// The run.
        run: String,
    },
    /// What runs for a service in an environment.
    Service {
        /// Where.
        target: Target,
        /// The run whose word a person takes; none where the journals and the world must agree.
        run: Option<String>,
    },
}

/// Who asks, why, and under which key.
struct Asked {
    actor: Actor,
    reason: String,
    keyed: Keyed,
}

/// What is written into the journal of a run beside the note that says so.
struct Anew {
    head: Value,
    nodes: Vec<(u32, Value)>,
    running: Vec<Running>,
}

impl Engine {
    /// Makes something anew from the journals. The answer is a sentence; a repeated key is answered as the first time.
    ///
    /// # Errors
    /// When it is what was written, when the journals do not say what it was, when no reason is given, when the key came
    /// with another request, or when the state cannot be written.
    pub async fn rebuild(
        &self,
        what: Rebuild,
        actor: Actor,
        reason: String,
        key: String,
    ) -> Result<String, SignalError> {
        if reason.trim().is_empty() {
            return Err(SignalError::Invalid(
                "something is made anew only for a reason; say it with `--reason`".into(),
            ));
        }
        let keyed = Keyed::of(&key, "rebuild", &to_value(&what), &actor, &reason);
        let _alone = self.inner.keys.hold(&key).await;
        if let Some(answer) = self.answered_before(&keyed).await? {
            return Ok(answer);
        }
        let asked = Asked { actor, reason, keyed };
        match what {
            Rebuild::Run { run } => self.rebuild_run(&run, &asked).await,
            Rebuild::Service { target, run } => self.rebuild_service(&target, run, &asked).await,
        }
    }

    /// Writes it, with a note in the journal of the run and the answer, in one transaction.
    async fn write_anew(
        &self,
        stored: &StoredRun,
        run: &str,
        asked: &Asked,
        note: Value,
        anew: Anew,
        answer: &str,
    ) -> Result<(), StoreError> {
        let at = self.inner.clock.now();
        let answers = vec![asked.keyed.answered(run, answer, at.wall_ms)];
        let body = json!({ "rebuilt": {
            "what": note, "by": asked.actor, "reason": asked.reason, "key": asked.keyed.key, "answer": answer,
        } });
        let record = Record::seal(&stored.last_hash, stored.last_seq.saturating_add(1), at, body);
        let append = Append {
            run: run.to_owned(),
            epoch: self.inner.store.epoch(),
            records: vec![record],
            head: anew.head,
            nodes: anew.nodes,
            ended: true,
            moves_by_ms: None,
            running: anew.running,
            answers,
        };
        self.inner.store.append(append).await
    }
}
