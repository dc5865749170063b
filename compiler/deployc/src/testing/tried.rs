//! A test carried out for one row of its table.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diagnostics::{Diagnostic, Span};
use plan::Plan;
use project::Project;
use semantics::model::{Case, Test};
use smol_str::SmolStr;

use super::simulated::{Simulated, simulated};
use super::story::Line;
use crate::compile::plan_of;
use crate::failure::Failure;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Everything is as expected.
    Passed,
    /// Something is not.
    Failed,
    /// What it needs cannot be simulated.
    NotRun,
}

impl Verdict {
    /// The word for people.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotRun => "not run",
        }
    }
}

/// A test carried out for one row of its table.
#[derive(Clone, Debug)]
pub(crate) struct Tried {
    /// Its title.
    pub(crate) title: SmolStr,
    /// Where the title stands.
    pub(crate) span: Span,
    /// The row; empty without a table.
    pub(crate) row: String,
    /// What came of it.
    pub(crate) verdict: Verdict,
    /// How many expectations were looked at.
    pub(crate) looked_at: usize,
    /// Those that do not hold.
    pub(crate) failures: Vec<Diagnostic>,
    /// Why it was not run, by step.
    pub(crate) reasons: Vec<String>,
    /// What happened in its run, where one was simulated.
    pub(crate) story: Vec<Line>,
    /// How long the run took in its own time, in milliseconds.
    pub(crate) simulated_ms: Option<u64>,
    /// How long it took to find out.
    pub(crate) took: Duration,
}

impl Tried {
    /// Title and row, as one name.
    pub(crate) fn name(&self) -> String {
        if self.row.is_empty() { self.title.to_string() } else { format!("{} ({})", self.title, self.row) }
    }
}

/// The plans that tests simulate, each compiled once.
#[derive(Default)]
pub(crate) struct Plans(BTreeMap<SmolStr, Arc<Plan>>);

impl Plans {
    /// The plan of a workflow, by its full name.
    pub(crate) fn plan(&mut self, project: &Project, workflow: &SmolStr) -> Result<Arc<Plan>, Failure> {
        if let Some(known) = self.0.get(workflow) {
            return Ok(Arc::clone(known));
        }
        let model = project.model();
        let unknown = || Failure::internal(format!("a test simulates `{workflow}`, which is not there"));
        let plan = Arc::new(plan_of(project, &model.workflow_named(workflow).ok_or_else(unknown)?)?);
        self.0.insert(workflow.clone(), Arc::clone(&plan));
        Ok(plan)
    }
}

/// Carries out one row of a test, of a run of this plan if it simulates one.
pub(crate) fn tried(project: &Project, plan: Option<&Arc<Plan>>, test: &Test, case: &Case) -> Result<Tried, Failure> {
    let began = Instant::now();
    let run = match case.simulation.as_ref().zip(plan) {
        Some((simulation, plan)) => simulated(project, plan, simulation, case)?,
        None => Simulated::default(),
    };
    let failures: Vec<Diagnostic> = case.failures.iter().cloned().chain(run.failures).collect();
    let verdict = match (failures.is_empty(), run.reasons.is_empty()) {
        (false, _) => Verdict::Failed,
        (true, false) => Verdict::NotRun,
        (true, true) => Verdict::Passed,
    };
    Ok(Tried {
        title: test.title.clone(),
        span: test.span,
        row: case.label.clone(),
        verdict,
        looked_at: case.looked_at + run.looked_at,
        failures,
        reasons: run.reasons,
        story: run.story,
        simulated_ms: run.simulated_ms,
        took: began.elapsed(),
    })
}
