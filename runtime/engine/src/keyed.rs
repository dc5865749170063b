//! A request under its client's key: done once, answered the same ever after, and refused where the key came with another
//! request first.

use machine::ports::store::{Answered, StoreError, Target};
use machine::signal::{Actor, Signal};
use serde_json::{Value, json};

use crate::Engine;

/// A request under its client's key.
#[derive(Clone, Debug)]
pub(crate) struct Keyed {
    pub(crate) key: String,
    /// All that makes it another request when it differs.
    request: Value,
    /// What is answered instead of the machine's words, if anything.
    pub(crate) says: Option<String>,
}

impl Keyed {
    /// Something said to a run.
    pub(crate) fn said(run: &str, signal: &Signal) -> Self {
        let Signal { key, actor, kind, reason } = signal;
        let request = json!({ "what": kind.word(), "run": run, "signal": kind, "reason": reason, "uid": actor.uid });
        Self { key: key.clone(), request, says: None }
    }

    /// A lock to be taken away.
    pub(crate) fn steal(key: &str, target: &Target, actor: &Actor, reason: Option<&str>) -> Self {
        let request = json!({ "what": "lock steal", "of": target, "reason": reason, "uid": actor.uid });
        Self { key: key.to_owned(), request, says: None }
    }

    /// Any other request; `what` is its word, `of` what it is about.
    pub(crate) fn of(key: &str, what: &str, of: &Value, actor: &Actor, reason: &str) -> Self {
        let request = json!({ "what": what, "of": of, "reason": reason, "uid": actor.uid });
        Self { key: key.to_owned(), request, says: None }
    }

    /// The same, answered with other words than the machine's.
    pub(crate) fn saying(self, says: String) -> Self {
        Self { says: Some(says), ..self }
    }

    /// As it becomes durable with what it did to a run.
    pub(crate) fn answered(&self, run: &str, answer: &str, at_ms: i64) -> Answered {
        Answered {
            key: self.key.clone(),
            request: self.request.clone(),
            answer: answer.into(),
            done: true,
            run: Some(run.to_owned()),
            at_ms,
        }
    }

    /// The answer that a known request gives this one; none where an earlier program kept no more than an answer, and
    /// that of another run.
    fn repeated(&self, known: &Answered) -> Result<Option<String>, StoreError> {
        let answer = || known.answer.as_str().unwrap_or_default().to_owned();
        if known.request.is_null() {
            let run = self.request["run"].as_str();
            let same = run.is_none() || run == known.run.as_deref();
            return Ok(same.then(answer));
        }
        if known.request == self.request { Ok(Some(answer())) } else { Err(known.taken()) }
    }
}

impl Engine {
    /// What this request was answered before, if it was.
    pub(crate) async fn answered_before(&self, keyed: &Keyed) -> Result<Option<String>, StoreError> {
        if let Some(known) = self.inner.store.answered(&keyed.key).await? {
            return keyed.repeated(&known);
        }
        match self.inner.store.with_key(&keyed.key).await? {
            None => Ok(None),
            Some(line) => Err(StoreError::KeyUsed { key: keyed.key.clone(), run: line.run }),
        }
    }

    /// The run that something was said to under this key, if anything was: who says it again means the same run.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn said_to(&self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(self.inner.store.answered(key).await?.and_then(|known| known.run))
    }
}

#[cfg(test)]
mod tests {
    use machine::signal::SignalKind;

    use super::*;

    fn pause(run: &str, uid: u32) -> Keyed {
        let actor = Actor { uid, name: "ann".to_owned(), groups: vec![], owner: true };
        Keyed::said(run, &Signal { key: "k".to_owned(), actor, kind: SignalKind::Pause, reason: None })
    }

    #[test]
    fn a_request_is_the_same_by_all_that_it_asks_and_who_asks() {
        let known = pause("a", 1).answered("a", "paused", 0);
        assert_eq!(pause("a", 1).repeated(&known), Ok(Some("paused".to_owned())));
        for other in [pause("b", 1), pause("a", 2)] {
            let refused = other.repeated(&known).map_err(|error| error.to_string());
            assert!(refused.is_err_and(|words| words.contains("(`pause` to run a)")));
        }
        let earlier = Answered { request: Value::Null, ..known };
        assert_eq!(pause("a", 1).repeated(&earlier), Ok(Some("paused".to_owned())));
        assert_eq!(pause("b", 1).repeated(&earlier), Ok(None));
    }
}
