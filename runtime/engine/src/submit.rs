//! Taking a run: everything that can be refused is refused here, before the first effect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use machine::event::Started;
use machine::ports::provider::{Request, Task};
use machine::ports::store::{StoreError, Target};
use machine::{Run, bind};
use plan::Plan;
use serde_json::Value;

use crate::{Engine, Submission, SubmitError, driver};

/// How long one preflight question may take, in milliseconds.
const PREFLIGHT_MS: u64 = 30_000;

impl Engine {
    /// Checks plan, parameters, lock and world, makes the run durable and starts it. Gives its id.
    pub async fn submit(&self, submission: Submission) -> Result<String, SubmitError> {
        // In a task of its own: a client that goes away must not leave a run that is durable and that nobody drives.
        let engine = self.clone();
        let taken = tokio::spawn(async move { engine.take(submission).await }).await;
        taken.unwrap_or_else(|broken| Err(StoreError::Io(format!("the submission broke off: {broken}")).into()))
    }

    async fn take(&self, submission: Submission) -> Result<String, SubmitError> {
        let _one_at_a_time = self.inner.submitting.lock().await;
        let plan = Plan::read(&submission.plan)?;
        if let Some(run) = self.with_key(&submission.key, &plan).await? {
            return Ok(run);
        }
        let parameters = bind::parameters(&plan.body, &submission.parameters).map_err(SubmitError::Parameters)?;
        self.lock_is_free(&targets(&plan))?;
        self.preflight(&plan, &parameters, &submission).await?;
        let run = ulid::Ulid::generate().to_string().to_lowercase();
        let started = Started {
            run: run.clone(),
            plan: plan.digest.clone(),
            root: submission.root,
            actor: submission.actor,
            key: submission.key,
            parameters,
        };
        let at = self.inner.clock.now();
        let state = Run::new(Arc::new(plan), &started, &at);
        driver::start(&self.inner, state, started, at, submission.plan).await?;
        Ok(run)
    }

    async fn with_key(&self, key: &str, plan: &Plan) -> Result<Option<String>, SubmitError> {
        let Some(line) = self.inner.store.with_key(key).await? else { return Ok(None) };
        // Following a run of another plan would let its end pass for that of this one.
        match line.head.get("plan").and_then(Value::as_str) {
            Some(known) if known == String::from(plan.digest.clone()) => Ok(Some(line.run)),
            Some(_) | None => Err(SubmitError::KeyTaken { key: key.to_owned(), run: line.run }),
        }
    }

    fn lock_is_free(&self, targets: &[Target]) -> Result<(), SubmitError> {
        match self.inner.active.holder(targets) {
            None => Ok(()),
            Some((run, actor, Target { environment, service })) => {
                Err(SubmitError::Locked { service, environment, run, actor })
            }
        }
    }

    async fn preflight(
        &self,
        plan: &Plan,
        parameters: &BTreeMap<String, Value>,
        submission: &Submission,
    ) -> Result<(), SubmitError> {
        let mut problems = BTreeSet::new();
        for (provider, task) in bind::preflight(&plan.body, parameters).map_err(SubmitError::Parameters)? {
            if let Err(problem) = self.preflight_one(&provider, task, submission).await {
                problems.insert(problem);
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(SubmitError::Preflight(problems.into_iter().collect())) }
    }

    async fn preflight_one(&self, provider: &str, task: Task, submission: &Submission) -> Result<(), String> {
        let known = self.inner.providers.get(provider);
        let provider = known.ok_or_else(|| format!("this runtime has no provider `{provider}`"))?;
        let request = Request {
            key: format!("preflight/{}", submission.key),
            attempt: 1,
            run: String::new(),
            epoch: self.inner.store.epoch(),
            sequence: self.inner.next_sequence(),
            timeout_ms: PREFLIGHT_MS,
            root: submission.root.clone(),
            task,
        };
        let asked = provider.preflight(request);
        match tokio::time::timeout(std::time::Duration::from_millis(PREFLIGHT_MS), asked).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("provider `{}` did not answer the preflight within 30 s", provider.name())),
        }
    }
}

/// What a plan changes.
pub(crate) fn targets(plan: &Plan) -> Vec<Target> {
    let rollouts = plan.body.rollouts.values();
    let target =
        |service: &String, environment: &String| Target { environment: environment.clone(), service: service.clone() };
    rollouts.map(|rollout| target(&rollout.service, &rollout.environment)).collect()
}
