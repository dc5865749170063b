//! From a path to a plan: load, check, choose, lower. Errors are shown once, here.

use std::path::Path;
use std::sync::Arc;

use diagnostics::Diagnostic;
use plan::Plan;
use project::Project;
use semantics::WorkflowRef;
use semantics::model::Workflow;
use serde_json::json;

use crate::choose;
use crate::console::{Console, VERSION, as_json, summary};
use crate::failure::Failure;
use crate::limits;
use crate::places::Places;

/// A compiled workflow.
pub(crate) struct Compiled {
    /// Where it came from.
    pub(crate) project: Project,
    /// The workflow's name.
    pub(crate) workflow: String,
    /// What it compiles to.
    pub(crate) plan: Plan,
    /// Warnings; errors leave no plan.
    pub(crate) found: Vec<Diagnostic>,
}

/// Loads a project without judging it.
pub(crate) fn load(path: Option<&Path>) -> Result<Project, Failure> {
    Ok(project::load(path.unwrap_or(Path::new(".")))?)
}

/// Everything that is to be said about a project; what no plan can hold only where nothing else is wrong, because a
/// plan is made of what was proved.
pub(crate) fn findings(project: &Project) -> Result<Vec<Diagnostic>, Failure> {
    project.prepare();
    let mut found = project.reading_diagnostics().to_vec();
    found.extend(checks::check_all(&project.model()));
    if !found.iter().any(Diagnostic::is_error) {
        let mut overspent = Vec::new();
        for workflow in project.model().workflows() {
            let model = project.model().workflow_of(&workflow);
            let places = Places::new(project);
            match lowered(project, &workflow.name, model, &places)? {
                Ok(plan) => overspent.extend(limits::broken(&with_objectives(project, plan, &places), &places)),
                Err(errors) => found.extend(errors),
            }
        }
        found.extend(checks::limits(&project.model(), overspent));
    }
    Ok(found)
}

/// Compiles a workflow; with errors they are shown and no plan is made.
pub(crate) fn compile(console: &Console, path: Option<&Path>, workflow: Option<&str>) -> Result<Compiled, Failure> {
    let project = load(path)?;
    let found = sound(console, &project)?;
    let workflow = choose::workflow(&project.model(), workflow)?;
    let plan = planned(console, &project, &workflow)?;
    console.findings(&found, &project);
    Ok(Compiled { project, workflow, plan, found })
}

/// Compiles several workflows of one project; with errors they are shown and no plan is made.
pub(crate) fn compile_project(console: &Console, project: &Project, workflows: &[&str]) -> Result<Vec<Plan>, Failure> {
    sound(console, project)?;
    workflows.iter().map(|workflow| planned(console, project, workflow)).collect()
}

/// What is found in a project without errors; else they are shown.
fn sound(console: &Console, project: &Project) -> Result<Vec<Diagnostic>, Failure> {
    let found = findings(project)?;
    if found.iter().any(Diagnostic::is_error) {
        return Err(stopped(console, project, &found));
    }
    Ok(found)
}

fn planned(console: &Console, project: &Project, workflow: &str) -> Result<Plan, Failure> {
    let model = project.model().workflow(workflow);
    let places = Places::new(project);
    let plan = lowered(project, workflow, model, &places)?.map_err(|errors| stopped(console, project, &errors))?;
    Ok(with_acceptances(project, workflow, with_objectives(project, plan, &places), &places))
}

/// The plan of a workflow of a project without errors.
pub(crate) fn plan_of(project: &Project, workflow: &WorkflowRef) -> Result<Plan, Failure> {
    let model = project.model().workflow_of(workflow);
    let places = Places::new(project);
    let plan = lowered(project, &workflow.name, model, &places)?;
    let plan =
        plan.map_err(|_| Failure::internal(format!("`{}` was lowered before, and is not now", workflow.name)))?;
    Ok(with_acceptances(project, &workflow.name, with_objectives(project, plan, &places), &places))
}

fn lowered(
    project: &Project,
    workflow: &str,
    model: Option<Arc<Workflow>>,
    places: &Places<'_>,
) -> Result<Result<Plan, Vec<Diagnostic>>, Failure> {
    let model = model.ok_or_else(|| Failure::internal(format!("the workflow `{workflow}` has no model")))?;
    match lower::lower(&model, project.edition(), &|span| places.of(span)) {
        Err(errors) if errors.is_empty() => {
            Err(Failure::internal(format!("the workflow `{workflow}` has an error that no diagnostic tells")))
        }
        lowered => Ok(lowered),
    }
}

/// The plan with the exceptions that it stands under.
fn with_acceptances(project: &Project, workflow: &str, plan: Plan, places: &Places<'_>) -> Plan {
    let model = project.model();
    let references = model.workflows();
    let Some(reference) = references.iter().find(|it| it.name == workflow) else { return plan };
    let mut accepted = checks::accepted(&model, reference);
    accepted.extend(checks::accepted_limits(&model, limits::broken(&plan, places)));
    lower::with_acceptances(plan, &accepted, &|span| places.of(span))
}

/// The plan with what the users of its services were promised.
fn with_objectives(project: &Project, plan: Plan, places: &Places<'_>) -> Plan {
    lower::with_objectives(plan, &project.model().objectives(), &|span| places.of(span))
}

/// Shows the errors that leave no plan.
fn stopped(console: &Console, project: &Project, found: &[Diagnostic]) -> Failure {
    console.findings(found, project);
    console.tell(&summary(found, project.model().files().len()));
    if console.json() {
        let answer = json!({ "version": VERSION, "diagnostics": as_json(found, project) });
        if let Err(failure) = console.answer(&answer) {
            return failure;
        }
    }
    Failure::reported()
}
