//! What runs for a service: what the last run that changed it has recorded, where the world shows the same or a person
//! takes that run's word for it.

use machine::Run;
use machine::ports::store::{RunLine, Running, StoreError, StoredRun, Target};
use serde_json::json;

use super::{Anew, Asked};
use crate::take_up::Problem;
use crate::{Engine, SignalError, care, submit, take_up};

/// Runs that are read at a time, newest first, each page twice as long as the one before.
const PAGE: u32 = 64;

impl Engine {
    pub(super) async fn rebuild_service(
        &self,
        target: &Target,
        named: Option<String>,
        asked: &Asked,
    ) -> Result<String, SignalError> {
        // No run begins on it meanwhile, and nothing that runs there is mended.
        let _held = self.inner.care.hold(std::slice::from_ref(target)).await;
        let damage = self.damage_of(target).await?;
        if let Some(lock) = self.lock_on(target).await? {
            let run = lock.run;
            let message =
                format!("run {run} works on {target}; wait for its end (`deployd watch {run}`), then ask again");
            return Err(SignalError::Invalid(message));
        }
        let running = match &named {
            Some(run) => self.recorded_by(run, target).await?,
            None => self.last_recorded(target).await?,
        };
        if named.is_none() {
            self.expect_in_the_world(&running).await?;
        }
        self.write_registry(running, &damage, asked).await
    }

    async fn damage_of(&self, target: &Target) -> Result<String, SignalError> {
        match self.inner.store.running(&target.environment, &target.service).await {
            Err(StoreError::Damaged(what)) => Ok(what),
            Err(error) => Err(error.into()),
            Ok(_) => {
                let message = format!("what runs for {target} is what was written; nothing is to be done");
                Err(SignalError::Invalid(message))
            }
        }
    }

    /// What the newest run that made anything run there has recorded. A newer one that cannot be read may have made
    /// something else run.
    async fn last_recorded(&self, target: &Target) -> Result<Running, SignalError> {
        let (mut limit, mut seen) = (PAGE, 0);
        loop {
            let lines = self.inner.store.runs(false, limit).await?;
            for RunLine { run, .. } in lines.iter().skip(seen) {
                if let Some(running) = self.recorded(run, target).await? {
                    return Ok(running);
                }
            }
            if lines.len() < limit as usize {
                let message = format!(
                    "no run that is on record has made anything run for {target}; `deployd restore` brings a backup back"
                );
                return Err(SignalError::Invalid(message));
            }
            (seen, limit) = (lines.len(), limit.saturating_mul(2));
        }
    }

    async fn recorded_by(&self, run: &str, target: &Target) -> Result<Running, SignalError> {
        let nothing = || SignalError::Invalid(format!("run {run} has not made anything run for {target}"));
        self.recorded(run, target).await?.ok_or_else(nothing)
    }

    /// What a run has recorded last for a place, from its journal.
    async fn recorded(&self, run: &str, target: &Target) -> Result<Option<Running>, SignalError> {
        let unreadable = |why: String| {
            SignalError::Invalid(format!(
                "run {run} may have made what runs for {target}, and cannot be read ({why}); if another one did, name it with `--run`"
            ))
        };
        let stored = self.inner.store.load(run).await?;
        let plan = take_up::plan(&self.inner, &stored).map_err(unreadable)?;
        if !submit::targets(&plan).contains(target) {
            return Ok(None);
        }
        let records = match self.all_records(run, &end_of(&stored)).await {
            Ok(records) => records,
            Err(Problem::OfTheRun(why)) => return Err(unreadable(why)),
            Err(Problem::OfTheStore(error)) => return Err(error.into()),
        };
        let recorded = Run::recorded(plan, &records).map_err(|error| unreadable(error.to_string()))?;
        let of_it = |one: &Running| (&one.environment, &one.service) == (&target.environment, &target.service);
        Ok(recorded.into_iter().rfind(of_it))
    }

    async fn expect_in_the_world(&self, running: &Running) -> Result<(), SignalError> {
        let run = &running.run;
        match care::differs(&self.inner, running.clone()).await {
            Ok(None) => Ok(()),
            Ok(Some(words)) => Err(SignalError::Invalid(format!(
                "the journal of run {run} says that it made {} run there, and the world shows something else: {words}; if that is what is to run, say so with `--run {run}`",
                words_of(running)
            ))),
            Err(StoreError::Damaged(why)) => {
                Err(SignalError::Invalid(format!("{why}; `deployd rebuild run {run} --reason …` makes its state anew")))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn write_registry(&self, running: Running, damage: &str, asked: &Asked) -> Result<String, SignalError> {
        let _alone = self.inner.care.recording.lock().await;
        let run = running.run.clone();
        let stored = self.inner.store.load(&run).await?;
        if let Some(damage) = &stored.damage {
            let message = format!(
                "the state of run {run}, which made it, is damaged: {damage}; `deployd rebuild run {run} --reason …` makes it anew"
            );
            return Err(SignalError::Invalid(message));
        }
        let place = Target { environment: running.environment.clone(), service: running.service.clone() };
        let answer =
            format!("what runs for {place} is known again: {}, as the journal of run {run} says", words_of(&running));
        let note = json!({ "registry": running, "because": damage });
        let anew = Anew { head: stored.head.clone(), nodes: Vec::new(), running: vec![running] };
        self.write_anew(&stored, &run, asked, note, anew, &answer).await?;
        Ok(answer)
    }
}

fn end_of(stored: &StoredRun) -> crate::driver::Journal {
    crate::driver::Journal { seq: stored.last_seq, hash: stored.last_hash.clone() }
}

fn words_of(running: &Running) -> String {
    running.release.as_ref().map_or_else(|| "nothing".to_owned(), |release| release.id.to_string())
}
