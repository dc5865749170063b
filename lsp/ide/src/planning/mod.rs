//! From the model to plans, for everything that shows them: the one place that puts checks, lowering and risk together.

mod limits;
mod places;

pub use places::Places;

use diagnostics::Diagnostic;
use plan::{Draft, Plan};
use semantics::model::Slo;
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
    let (places, promised) = (Places::new(model), model.objectives());
    let draft = drafted(model, workflow, &promised, &places)?;
    Ok(draft.map(|draft| with_acceptances(model, workflow, draft, &places).seal()))
}

/// What no plan of the project can hold; to be asked only where nothing else is wrong, because a plan is made of what was
/// proved.
///
/// # Errors
/// A mistake of the compiler's own.
pub fn limits(model: &SemanticModel<'_>) -> Result<Vec<Diagnostic>, Contradiction> {
    let (places, promised) = (Places::new(model), model.objectives());
    let (mut found, mut overspent) = (Vec::new(), Vec::new());
    for workflow in model.workflows() {
        places.forget();
        match drafted(model, &workflow, &promised, &places)? {
            Ok(draft) => overspent.extend(broken_limits(&draft, &places)),
            Err(errors) => found.extend(errors),
        }
    }
    found.extend(checks::limits(model, overspent));
    Ok(found)
}

/// What a workflow comes to, with what its users were promised.
fn drafted(
    model: &SemanticModel<'_>,
    workflow: &WorkflowRef,
    promised: &[Slo],
    places: &Places<'_>,
) -> Result<Result<Draft, Vec<Diagnostic>>, Contradiction> {
    let evaluated = model.workflow_of(workflow);
    let evaluated = evaluated.ok_or_else(|| Contradiction::NoModel(workflow.name.to_string()))?;
    let place = |span| places.of(span);
    match lower::draft(&evaluated, model.edition(), &place) {
        Err(errors) if errors.is_empty() => Err(Contradiction::Unsaid(workflow.name.to_string())),
        drafted => Ok(drafted.map(|draft| lower::with_objectives(draft, promised, &place))),
    }
}

/// What comes of a draft with the exceptions that it stands under.
fn with_acceptances(model: &SemanticModel<'_>, workflow: &WorkflowRef, draft: Draft, places: &Places<'_>) -> Draft {
    let mut accepted = checks::accepted(model, workflow);
    accepted.extend(checks::accepted_limits(model, broken_limits(&draft, places)));
    lower::with_acceptances(draft, &accepted, &|span| places.of(span))
}

/// Few plans have limits, and only those are assessed.
fn broken_limits(draft: &Draft, places: &Places<'_>) -> Vec<Diagnostic> {
    match draft.body.rollouts.values().any(|rollout| rollout.may_spend.is_some()) {
        true => limits::broken(&draft.clone().seal(), places),
        false => Vec::new(),
    }
}
