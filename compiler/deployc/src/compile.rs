//! From a path to a plan: load, check, choose, lower. Errors are shown once, here.

use std::path::Path;

use diagnostics::Diagnostic;
use ide::planning::{self, Contradiction};
use plan::Plan;
use project::Project;
use semantics::WorkflowRef;
use serde_json::json;

use crate::choose;
use crate::console::{Console, VERSION, as_json, summary};
use crate::failure::Failure;

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
        found.extend(planning::limits(&project.model()).map_err(contradiction)?);
    }
    Ok(found)
}

fn contradiction(it: Contradiction) -> Failure {
    Failure::internal(it.to_string())
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
    let references = project.model().workflows();
    let reference = references.iter().find(|it| it.name == workflow);
    let reference = reference.ok_or_else(|| Failure::internal(format!("there is no workflow `{workflow}`")))?;
    let plan = planning::plan(&project.model(), reference).map_err(contradiction)?;
    plan.map_err(|errors| stopped(console, project, &errors))
}

/// The plan of a workflow of a project without errors.
pub(crate) fn plan_of(project: &Project, workflow: &WorkflowRef) -> Result<Plan, Failure> {
    let plan = planning::plan(&project.model(), workflow).map_err(contradiction)?;
    plan.map_err(|_| Failure::internal(format!("`{}` was lowered before, and is not now", workflow.name)))
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
