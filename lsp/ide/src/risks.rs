//! What the workflows of a project risk, kept between edits, so that no answer waits for it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use diagnostics::{Diagnostic, FileId, LineCol, LineIndex, Span};
use plan::{Place, Plan};
use risk::{Report, RolloutRisk, StageRisk};
use semantics::WorkflowRef;

use crate::Snapshot;

/// What every workflow of a project risks. It belongs to one revision of the sources and outlives it: what is said about a
/// declaration that has another text now is not told any more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Risks {
    assessed: Vec<Assessed>,
}

/// One workflow's plan and what it risks, and the places that it speaks of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Assessed {
    pub(crate) workflow: String,
    pub(crate) plan: Plan,
    pub(crate) report: Report,
    /// By the place as a plan shows it.
    spots: BTreeMap<String, Spot>,
}

/// A place by its declaration, which may move.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Spot {
    file: FileId,
    declaration: String,
    /// From the beginning of the declaration.
    offset: u32,
}

impl Risks {
    /// Makes a plan of every workflow and assesses it; of none while something in the project is wrong, because a plan
    /// is made of what was checked.
    #[must_use]
    pub fn assess(snapshot: &Snapshot) -> Self {
        let model = snapshot.model();
        if model.diagnostics().iter().any(Diagnostic::is_error) {
            return Self::default();
        }
        let assessed = model.workflows().into_iter().filter_map(|it| {
            snapshot.stop_if_cancelled();
            assessed(snapshot, &it)
        });
        Self { assessed: assessed.collect() }
    }

    pub(crate) fn all(&self) -> &[Assessed] {
        &self.assessed
    }

    /// The stages that are written in a span, each with its rollout.
    pub(crate) fn stages_in<'r>(
        &'r self,
        snapshot: &'r Snapshot,
        span: Span,
    ) -> impl Iterator<Item = (&'r Assessed, &'r RolloutRisk, &'r StageRisk)> {
        let all = self.assessed.iter().flat_map(|it| it.report.rollouts.iter().map(move |rollout| (it, rollout)));
        let stages = all.flat_map(|(it, rollout)| rollout.stages.iter().map(move |stage| (it, rollout, stage)));
        stages.filter(move |(it, _, stage)| it.is_in(snapshot, stage.place.as_ref(), span))
    }
}

impl Assessed {
    /// Whether a place still is where it was, and in the span.
    pub(crate) fn is_in(&self, snapshot: &Snapshot, place: Option<&Place>, span: Span) -> bool {
        self.span_of(snapshot, place)
            .is_some_and(|at| at.file == span.file && span.start <= at.start && at.start < span.end)
    }

    /// Where a place is now.
    pub(crate) fn span_of(&self, snapshot: &Snapshot, place: Option<&Place>) -> Option<Span> {
        let spot = self.spots.get(&place?.to_string())?;
        let trees = snapshot.trees(spot.file);
        let tree = trees.iter().find(|tree| tree.text == spot.declaration)?;
        let at = tree.start + spot.offset;
        Some(Span::new(spot.file, at, at))
    }
}

fn assessed(snapshot: &Snapshot, workflow: &WorkflowRef) -> Option<Assessed> {
    let model = snapshot.model();
    let places = Places::of(snapshot);
    let evaluated = model.workflow_of(workflow)?;
    let draft = lower::draft(&evaluated, model.edition(), &|span| places.place(span)).ok()?;
    let draft = lower::with_objectives(draft, &model.objectives(), &|span| places.place(span));
    let accepted = checks::accepted(&model, workflow);
    let plan = lower::with_acceptances(draft, &accepted, &|span| places.place(span)).seal();
    let report = risk::assess(&plan).ok()?;
    let spots = places.spots(&plan, &report);
    Some(Assessed { workflow: workflow.name.to_string(), plan, report, spots })
}

/// Spans as the places that a plan shows, and back.
struct Places<'s> {
    snapshot: &'s Snapshot,
    lines: RefCell<BTreeMap<FileId, LineIndex<'s>>>,
    files: RefCell<BTreeMap<String, FileId>>,
}

impl<'s> Places<'s> {
    fn of(snapshot: &'s Snapshot) -> Self {
        Self { snapshot, lines: RefCell::default(), files: RefCell::default() }
    }

    fn place(&self, span: Span) -> Place {
        let mut lines = self.lines.borrow_mut();
        let index = lines.entry(span.file).or_insert_with(|| LineIndex::new(self.snapshot.text(span.file)));
        let at = index.line_col(span.start);
        let file = self.snapshot.path(span.file).to_owned();
        self.files.borrow_mut().insert(file.clone(), span.file);
        Place { file, line: at.line, column: at.column }
    }

    fn spots(&self, plan: &Plan, report: &Report) -> BTreeMap<String, Spot> {
        let rollouts = report.rollouts.iter();
        let told = rollouts.flat_map(|it| it.stages.iter().map(|it| it.place.as_ref()).chain([it.place.as_ref()]));
        let told = told.flatten().chain(plan.source_map.values());
        told.filter_map(|place| Some((place.to_string(), self.spot(place)?))).collect()
    }

    fn spot(&self, place: &Place) -> Option<Spot> {
        let file = *self.files.borrow().get(&place.file)?;
        let offset = self.lines.borrow().get(&file)?.offset(LineCol { line: place.line, column: place.column });
        let tree = self.snapshot.tree_at(file, offset)?;
        Some(Spot { file, declaration: tree.text.to_owned(), offset: offset - tree.start })
    }
}
