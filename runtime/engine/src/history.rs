//! Runs as they were: lists, journals, and why a gate said what it said.

use machine::event::Event;
use machine::evidence::Evidence;
use machine::journal::Record;
use machine::ports::store::{self, StoreError};
use machine::state::Head;
use machine::view::RunStatus;
use plan::{Plan, Runbook};
use serde::{Deserialize, Serialize};

use crate::Engine;
use crate::error::ExplainError;

/// Records read at a time.
const PAGE: u32 = 1_000;

/// Most looks at a gate that are told: a hold of days has very many, and most say what the one before said.
pub const LOOKS_MAX: usize = 2_000;

/// A line of the list of runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunLine {
    /// The run.
    pub run: String,
    /// Its workflow.
    pub workflow: String,
    /// Who started it.
    pub actor: String,
    /// When it was created, UTC milliseconds.
    pub created_ms: i64,
    /// When it ended, UTC milliseconds.
    pub ended_ms: Option<i64>,
    /// Milliseconds from its beginning to its end, whatever the wall clock did meanwhile; none until it has ended.
    #[serde(default)]
    pub took_ms: Option<u64>,
    /// Where it stands.
    pub status: RunStatus,
    /// Whether a person paused it.
    pub paused: bool,
    /// Why it went back.
    pub reason: Option<String>,
    /// What to read about what failed or waits for a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runbooks: Vec<Runbook>,
}

impl Engine {
    /// Runs, newest first.
    pub async fn runs(&self, unended_only: bool, limit: u32) -> Result<Vec<RunLine>, StoreError> {
        let lines = self.inner.store.runs(unended_only, limit).await?;
        Ok(lines.into_iter().map(line).collect())
    }

    /// Records of a run from `from` on.
    pub async fn journal(&self, run: &str, from: u64, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.inner.store.journal(run, from, limit).await
    }

    /// The journalled looks at a gate, in order: all of them, or the [`LOOKS_MAX`] that tell most.
    pub async fn explain(&self, run: &str, gate: &str) -> Result<Vec<Evidence>, ExplainError> {
        let plan = self.inner.store.load(run).await?.plan;
        let gates: Vec<String> =
            Plan::read(&plan).map(|plan| plan.body.gates.into_keys().collect()).unwrap_or_default();
        if !gates.iter().any(|known| known == gate) {
            return Err(ExplainError::NoGate { run: run.to_owned(), gate: gate.to_owned(), gates });
        }
        let mut looks = Vec::new();
        let mut from = 1;
        loop {
            let page = self.inner.store.journal(run, from, PAGE).await?;
            let Some(last) = page.last() else { return Ok(looks) };
            from = last.seq + 1;
            looks.extend(page.into_iter().filter_map(|record| judged(record, gate)));
            thin(&mut looks);
        }
    }
}

fn judged(record: Record, gate: &str) -> Option<Evidence> {
    match serde_json::from_value(record.body) {
        Ok(Event::Judged { evidence, .. }) if evidence.gate == gate => Some(*evidence),
        _ => None,
    }
}

/// Leaves out looks where there are too many: first those that say the same as the one before, then the oldest.
fn thin(looks: &mut Vec<Evidence>) {
    let mut spare = looks.len().saturating_sub(LOOKS_MAX);
    let mut before = None;
    looks.retain(|look| {
        let now = Some((look.verdict, look.node.clone()));
        let same = before == now;
        before = now;
        let kept = spare == 0 || !same;
        spare -= usize::from(!kept);
        kept
    });
    looks.drain(..looks.len().saturating_sub(LOOKS_MAX));
}

/// A run in a list; one whose state cannot be read is there as well.
fn line(line: store::RunLine) -> RunLine {
    let store::RunLine { run, workflow, created_ms, ended, head } = line;
    match serde_json::from_value::<Head>(head) {
        Ok(head) => RunLine {
            run,
            workflow,
            created_ms,
            actor: head.actor.name,
            took_ms: head.ended.as_ref().map(|at| at.since(&head.started)),
            ended_ms: head.ended.map(|at| at.wall_ms),
            status: head.status,
            paused: head.paused,
            reason: head.cause.map(|cause| cause.message),
            runbooks: head.runbooks,
        },
        Err(error) => RunLine {
            run,
            workflow,
            created_ms,
            actor: "unknown".to_owned(),
            ended_ms: None,
            took_ms: None,
            status: if ended { RunStatus::Unsafe } else { RunStatus::Advancing },
            paused: false,
            reason: Some(format!("its state cannot be read ({error}); `deployd doctor` says what to do")),
            runbooks: Vec::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

    use machine::evidence::Verdict;

    use super::*;

    fn look(at_ms: i64, verdict: Verdict) -> Evidence {
        let shape = serde_json::json!({
            "gate": "g", "place": null, "node": "n", "at_ms": at_ms, "window_ms": 0, "verdict": "pass",
            "cause": "", "n": 0, "at_least": 0, "confidence": "0.95", "conditions": [], "observed_share": null,
        });
        Evidence { verdict, ..serde_json::from_value(shape).unwrap() }
    }

    #[test]
    fn of_too_many_looks_the_changes_and_the_latest_stay() {
        let last = i64::try_from(LOOKS_MAX).unwrap() + 500;
        let verdict = |at: i64| if at == 100 { Verdict::Inconclusive } else { Verdict::Pass };
        let mut looks: Vec<Evidence> = (0..=last).map(|at| look(at, verdict(at))).collect();
        thin(&mut looks);
        assert_eq!(looks.len(), LOOKS_MAX);
        let times: Vec<i64> = looks.iter().map(|look| look.at_ms).collect();
        assert_eq!(times[..3], [0, 100, 101], "the first, and both changes");
        assert_eq!(times.last(), Some(&last));
    }

    #[test]
    fn a_run_whose_state_cannot_be_read_is_listed() {
        let unreadable = |ended| {
            let (run, workflow) = ("r".to_owned(), "w".to_owned());
            line(store::RunLine { run, workflow, created_ms: 1, ended, head: serde_json::Value::Null })
        };
        assert_eq!((unreadable(false).status, unreadable(true).status), (RunStatus::Advancing, RunStatus::Unsafe));
        assert!(unreadable(false).reason.unwrap().starts_with("its state cannot be read"));
    }
}
