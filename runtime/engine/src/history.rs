//! Runs as they were: lists, journals, and why a gate said what it said.

use machine::event::Event;
use machine::evidence::Evidence;
use machine::journal::Record;
use machine::ports::store::{self, StoreError};
use machine::state::Head;
use machine::view::RunStatus;
use plan::Plan;
use serde::{Deserialize, Serialize};

use crate::Engine;
use crate::error::ExplainError;

/// Records read at a time.
const PAGE: u32 = 1_000;

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
    /// Where it stands.
    pub status: RunStatus,
    /// Whether a person paused it.
    pub paused: bool,
    /// Why it went back.
    pub reason: Option<String>,
}

impl Engine {
    /// Runs, newest first.
    pub async fn runs(&self, unended_only: bool, limit: u32) -> Result<Vec<RunLine>, StoreError> {
        let lines = self.inner.store.runs(unended_only, limit).await?;
        Ok(lines.into_iter().filter_map(line).collect())
    }

    /// Records of a run from `from` on.
    pub async fn journal(&self, run: &str, from: u64, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.inner.store.journal(run, from, limit).await
    }

    /// Every journalled look at a gate, in order.
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
        }
    }
}

fn judged(record: Record, gate: &str) -> Option<Evidence> {
    match serde_json::from_value(record.body) {
        Ok(Event::Judged { evidence, .. }) if evidence.gate == gate => Some(*evidence),
        _ => None,
    }
}

fn line(line: store::RunLine) -> Option<RunLine> {
    let head: Head = serde_json::from_value(line.head).ok()?;
    Some(RunLine {
        run: line.run,
        workflow: line.workflow,
        actor: head.actor.name,
        created_ms: line.created_ms,
        ended_ms: head.ended.map(|at| at.wall_ms),
        status: head.status,
        paused: head.paused,
        reason: head.cause.map(|cause| cause.message),
    })
}
