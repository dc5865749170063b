//! One project of one file, compiled again and again as it is edited, and what must hold each time.

use diagnostics::{Diagnostic, Span};
use plan::Place;
use semantics::{Database, SemanticModel};
use syntax::ast::{DeclKind, Step, StepKind};
use syntax::lex::{Token, tokens};

const FILE: &str = "main.deploy";
/// One project of one file, edited again and again, as by somebody who types.
#[derive(Default)]
pub(crate) struct Desk(Database);

impl Desk {
    /// Checks and lowers all of it; how many errors there are.
    pub(crate) fn compile(&mut self, text: &str) -> Vec<Diagnostic> {
        self.0.set_text(FILE, text);
        let model = SemanticModel::new(&self.0);
        let mut found = checks::check_all(&model);
        for it in found.iter().filter(|it| model.file_id(FILE) == Some(it.primary.span.file)) {
            let (start, end) = (it.primary.span.start as usize, it.primary.span.end as usize);
            assert!(start <= end && end <= text.len(), "{it:?}\n{text}");
            assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{it:?}\n{text}");
        }
        if found.iter().any(Diagnostic::is_error) {
            found.retain(Diagnostic::is_error);
            return found;
        }
        let written = steps_written(text);
        let kept: usize = model.workflows().iter().map(|it| kept(&model.workflow(&it.name).unwrap().steps)).sum();
        assert!(written.is_none_or(|written| written == kept), "a step was left out and nothing was said\n{text}");
        for workflow in model.workflows() {
            let lowered = lower::lower(&model.workflow(&workflow.name).unwrap(), "2026", &place);
            assert!(!lowered.is_err_and(|said| said.is_empty()), "{} has no plan\n{text}", workflow.name);
        }
        Vec::new()
    }
}

pub(crate) fn place(_: Span) -> Place {
    Place { file: FILE.to_owned(), line: 1, column: 1 }
}

fn kept(steps: &[semantics::model::Step]) -> usize {
    steps.iter().map(|step| 1 + kept(&step.on_failure)).sum()
}

/// The steps of all workflows as they are written; nothing where some are in blocks, which the model unrolls or chooses
/// from.
fn steps_written(text: &str) -> Option<usize> {
    fn count(steps: &[Step]) -> Option<usize> {
        let counts = steps.iter().map(|step| match step.kind {
            StepKind::Accept(_) => Some(0),
            StepKind::Parallel(_) | StepKind::Series(_) | StepKind::For(_) | StepKind::When(_) => None,
            StepKind::Finally(_) => None,
            _ => Some(1 + step.modifiers.on_failure.as_deref().map_or(Some(0), count)?),
        });
        counts.sum()
    }
    let parsed = syntax::parse(text, diagnostics::FileId(0));
    let workflows = parsed.ast.items.iter().filter_map(|item| match &item.decl.kind {
        DeclKind::Workflow(workflow) => Some(count(&workflow.steps)),
        _ => None,
    });
    workflows.sum()
}

pub(crate) fn significant(text: &str) -> Vec<Token> {
    tokens(text).into_iter().filter(|token| !token.kind.is_trivia()).collect()
}

pub(crate) fn edited(text: &str, start: u32, end: u32, with: &str) -> String {
    let mut edited = text.to_owned();
    edited.replace_range(start as usize..end as usize, with);
    edited
}
