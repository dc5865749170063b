//! One run of one test: started with its arguments, played by its script, and looked at.

use std::sync::Arc;

use diagnostics::{Diagnostic, codes};
use plan::{Place, Plan};
use project::Project;
use semantics::model::{Case as Row, Expectation, Simulation};
use simulator::script::{Expected, Finding, beyond, judge};
use simulator::{Case, Schedule, pure};

use super::story::{self, Line};
use super::{arguments, expected, script};
use crate::failure::Failure;
use ide::planning::Places;

/// What came of a run.
#[derive(Default)]
pub(crate) struct Simulated {
    /// Expectations that were looked at.
    pub(crate) looked_at: usize,
    /// Those that do not hold.
    pub(crate) failures: Vec<Diagnostic>,
    /// Why there was no run, by step.
    pub(crate) reasons: Vec<String>,
    /// What happened.
    pub(crate) story: Vec<Line>,
    /// How long the run took, in its own time.
    pub(crate) simulated_ms: Option<u64>,
}

/// Simulates the run of one row.
pub(crate) fn simulated(
    project: &Project,
    plan: &Arc<Plan>,
    simulation: &Simulation,
    row: &Row,
) -> Result<Simulated, Failure> {
    let mut reasons: Vec<String> =
        beyond(plan).iter().map(|it| reason(&it.what, &it.step, it.place.as_ref())).collect();
    let script = script::of(project, simulation);
    reasons.extend(script.beyond);
    if !reasons.is_empty() {
        return Ok(Simulated { reasons, ..Simulated::default() });
    }
    let given = arguments::given(&simulation.arguments).map_err(Failure::internal)?;
    let case = Case::started_with(plan.as_ref().clone(), &given).map_err(Failure::internal)?;
    let left = pure::play(&case, &Arc::new(script.script));
    let looks: Vec<(&Expectation, Expected, Finding)> = row
        .expectations
        .iter()
        .filter_map(|expectation| {
            let expected = expected::of(expectation)?;
            let finding = judge(&case, &Schedule::quiet(0), &left, &expected);
            Some((expectation, expected, finding))
        })
        .collect();
    let failed = looks.iter().filter(|(_, _, finding)| !finding.holds);
    let failures = failed.map(|(expectation, _, finding)| failure(project, expectation, finding, row)).collect();
    Ok(Simulated {
        looked_at: looks.len(),
        failures,
        reasons,
        story: story::of(&case, &left),
        simulated_ms: Some(left.ended_ms),
    })
}

fn reason(what: &str, step: &str, place: Option<&Place>) -> String {
    let at = place.map(|place| format!(" ({}:{})", place.file, place.line)).unwrap_or_default();
    format!("a simulated run cannot {what}, which `{step}` needs{at}")
}

/// What was expected, with what was found instead and the place that decided.
fn failure(project: &Project, expectation: &Expectation, finding: &Finding, row: &Row) -> Diagnostic {
    let failure = Diagnostic::error(codes::RUN_NOT_AS_EXPECTED, expectation.span, finding.found.clone());
    let failure = failure.label("expected here");
    let there = finding.place.as_ref().and_then(|place| {
        let file = project.model().place_of(&place.file);
        Places::new(project).span(place, file)
    });
    let failure = match there {
        Some(span) => failure.also(span, "by this"),
        None => failure,
    };
    if row.label.is_empty() { failure } else { failure.note(format!("in the case {}", row.label)) }
}
