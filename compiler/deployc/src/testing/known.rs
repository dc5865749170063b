//! What is known of tests from the round before: one of which neither plan nor text has changed comes out the same.

use std::collections::BTreeMap;

use plan::Plan;
use semantics::model::Case;

use super::tried::Verdict;

/// Verdicts by title and row, each with what it was made of.
#[derive(Default)]
pub(crate) struct Known(BTreeMap<(String, String), (String, Verdict)>);

impl Known {
    /// The verdict on a test that is made of the same as before.
    pub(crate) fn verdict(&self, title: &str, row: &str, made_of: &str) -> Option<Verdict> {
        let (before, verdict) = self.0.get(&(title.to_owned(), row.to_owned()))?;
        (before == made_of).then_some(*verdict)
    }

    /// Keeps a verdict for the next round.
    pub(crate) fn keep(&mut self, title: &str, row: &str, made_of: String, verdict: Verdict) {
        self.0.insert((title.to_owned(), row.to_owned()), (made_of, verdict));
    }
}

/// All that decides how a test comes out, wherever it stands: its plan's digest, its events, what it expects, and what its
/// functions gave.
pub(crate) fn made_of(plan: Option<&Plan>, case: &Case) -> String {
    let digest = plan.map(|plan| plan.digest.short());
    let run = case.simulation.as_ref().map(|simulation| {
        let events: Vec<_> = simulation.events.iter().map(|it| (&it.kind, &it.at, it.lasts_ms)).collect();
        (&simulation.workflow, &simulation.arguments, events)
    });
    let expected: Vec<_> = case.expectations.iter().map(|it| &it.kind).collect();
    let failures: Vec<_> = case.failures.iter().map(|it| (&it.message, &it.notes)).collect();
    format!("{digest:?} {run:?} {expected:?} {} {failures:?}", case.looked_at)
}
