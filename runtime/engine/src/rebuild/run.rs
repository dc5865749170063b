//! The state of a run that has ended, from its journal.

use serde_json::json;

use super::{Anew, Asked};
use crate::driver::to_value;
use crate::take_up::{Known, Problem};
use crate::{Engine, SignalError};

impl Engine {
    pub(super) async fn rebuild_run(&self, run: &str, asked: &Asked) -> Result<String, SignalError> {
        let _alone = self.inner.care.recording.lock().await;
        let stored = self.inner.store.load(run).await?;
        let Some(damage) = stored.damage.clone() else {
            return Err(SignalError::Invalid(format!(
                "the state of run {run} is what was written; nothing is to be done"
            )));
        };
        let Known { run: mut state, .. } = self.known(run).await.map_err(|problem| not_told(run, problem))?;
        if !state.head().status.ended() {
            let message = "has not ended: a runtime makes its state anew as it takes it up, which it does at its start";
            return Err(SignalError::Invalid(format!("run {run} {message}")));
        }
        let answer = format!("the state of run {run} is made anew from its journal");
        let anew = Anew { nodes: state.take_touched(), head: to_value(state.head()), running: Vec::new() };
        let note = json!({ "state_of": run, "because": damage });
        self.write_anew(&stored, run, asked, note, anew, &answer).await?;
        Ok(answer)
    }
}

fn not_told(run: &str, problem: Problem) -> SignalError {
    match problem {
        Problem::OfTheRun(why) => SignalError::Invalid(format!(
            "the journal of run {run} does not give its state again ({why}); `deployd restore` brings a backup back"
        )),
        Problem::OfTheStore(error) => error.into(),
    }
}
