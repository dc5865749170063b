//! From the model to plans, for everything that shows them: the one place that puts checks, lowering and risk together.

mod limits;
mod places;

pub use places::Places;

use diagnostics::Diagnostic;
use plan::Plan;
use semantics::{SemanticModel, WorkflowRef};

/// What no project can be like; a mistake of the compiler's own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// The workflow is declared and was not evaluated.
    #[error("the workflow `{0}` has no model")]
    NoModel(String),
    /// The workflow could not be lowered, and nobody said why.
    #[error("the workflow `{0}` has an error that no diagnostic tells")]
    Unsaid(String),
}

/// The plan of a workflow, with what its users were promised and the exceptions that it stands under; or what is wrong
/// with it.
///
/// # Errors
/// A mistake of the compiler's own.
pub fn plan(model: &SemanticModel<'_>, workflow: &WorkflowRef) -> Result<Result<Plan, Vec<Diagnostic>>, Contradiction> {
    let places = Places::new(model);
    let place = |span| places.of(span);
    let accepted = |plan| lower::with_acceptances(plan, &checks::accepted(model, workflow), &place);
    Ok(lowered(model, workflow, &places)?.map(|plan| with_objectives(model, accepted(plan), &places)))
}

/// What no plan of the project can hold; to be asked only where nothing else is wrong, because a plan is made of what was
/// proved.
///
/// # Errors
/// A mistake of the compiler's own.
pub fn limits(model: &SemanticModel<'_>) -> Result<Vec<Diagnostic>, Contradiction> {
    let mut found = Vec::new();
    for workflow in model.workflows() {
        let places = Places::new(model);
        found.extend(match lowered(model, &workflow, &places)? {
            Ok(plan) => limits::broken(&with_objectives(model, plan, &places), &places),
            Err(errors) => errors,
        });
    }
    Ok(found)
}

fn lowered(
    model: &SemanticModel<'_>,
    workflow: &WorkflowRef,
    places: &Places<'_>,
) -> Result<Result<Plan, Vec<Diagnostic>>, Contradiction> {
    let evaluated = model.workflow_of(workflow);
    let evaluated = evaluated.ok_or_else(|| Contradiction::NoModel(workflow.name.to_string()))?;
    match lower::lower(&evaluated, model.edition(), &|span| places.of(span)) {
        Err(errors) if errors.is_empty() => Err(Contradiction::Unsaid(workflow.name.to_string())),
        lowered => Ok(lowered),
    }
}

fn with_objectives(model: &SemanticModel<'_>, plan: Plan, places: &Places<'_>) -> Plan {
    lower::with_objectives(plan, &model.objectives(), &|span| places.of(span))
}
