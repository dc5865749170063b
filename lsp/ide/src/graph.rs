//! The picture of a workflow, and its risk in words, for what stands beside the text.

use diagnostics::{FileId, Span};
use semantics::{SemanticModel, WorkflowRef};

use crate::Snapshot;
use crate::planning::{self, Places};

/// A workflow drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// Its name.
    pub workflow: String,
    /// The picture; each card and bar in it names its node (`data-node`).
    pub svg: String,
    /// Where each node is written, by its id.
    pub nodes: Vec<(String, Span)>,
}

/// A workflow's risk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its name.
    pub workflow: String,
    /// The report, in lines.
    pub text: String,
}

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    /// There is nothing to draw.
    #[error("there is no workflow here: open a file that declares one")]
    NoWorkflow,
    /// Something has to be mended first.
    #[error("the workflow `{workflow}` has no plan yet: {why}")]
    Errors {
        /// Its name.
        workflow: String,
        /// The first thing that is wrong.
        why: String,
    },
}

/// The picture of the workflow at an offset: the one around it, or the next one of the file, or the project's first.
///
/// # Errors
/// There is no workflow, or it has no plan.
pub fn graph(snapshot: &Snapshot, file: FileId, offset: u32) -> Result<Graph, NoPlan> {
    let model = snapshot.model();
    let (reference, plan) = planned(snapshot, file, offset)?;
    let workflow = reference.name.to_string();
    let waits =
        |node| NoPlan::Errors { workflow: workflow.clone(), why: format!("the node `{node}` waits for itself") };
    let svg = risk::picture::svg(&plan).map_err(waits)?;
    let places = Places::new(&model);
    let span = |place: &plan::Place| places.span(place, model.place_of(&place.file));
    let nodes = plan.source_map.iter().filter_map(|(node, place)| Some((node.to_string(), span(place)?))).collect();
    Ok(Graph { workflow, svg, nodes })
}

/// The risk of the workflow that [`graph`] draws.
///
/// # Errors
/// There is no workflow, or it has no plan.
pub fn risk_report(snapshot: &Snapshot, file: FileId, offset: u32) -> Result<Report, NoPlan> {
    let (reference, plan) = planned(snapshot, file, offset)?;
    let workflow = reference.name.to_string();
    let waits =
        |node| NoPlan::Errors { workflow: workflow.clone(), why: format!("the node `{node}` waits for itself") };
    let report = risk::assess(&plan).map_err(waits)?;
    Ok(Report { workflow, text: risk::text::text(&report) })
}

fn planned(snapshot: &Snapshot, file: FileId, offset: u32) -> Result<(WorkflowRef, plan::Plan), NoPlan> {
    let model = snapshot.model();
    let reference = workflow_at(&model, snapshot, file, offset).ok_or(NoPlan::NoWorkflow)?;
    let none = |why: String| NoPlan::Errors { workflow: reference.name.to_string(), why };
    if let Some(error) = snapshot.diagnostics(reference.file).into_iter().find(diagnostics::Diagnostic::is_error) {
        return Err(none(error.message));
    }
    let plan = planning::plan(&model, &reference).map_err(|it| none(it.to_string()))?;
    let plan = plan.map_err(|found| none(found.into_iter().next().map(|it| it.message).unwrap_or_default()))?;
    Ok((reference, plan))
}

fn workflow_at(model: &SemanticModel<'_>, snapshot: &Snapshot, file: FileId, offset: u32) -> Option<WorkflowRef> {
    let all = model.workflows();
    let around = snapshot.tree_at(file, offset);
    let begins = around.map_or(offset, |tree| tree.start.min(offset));
    let here = |it: &&WorkflowRef| it.file == file;
    let next = all.iter().filter(here).find(|it| it.span.start >= begins);
    next.or_else(|| all.iter().rfind(here)).or_else(|| all.first()).cloned()
}
