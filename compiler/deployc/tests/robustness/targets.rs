//! The phases that read what others wrote, and what must hold of each for every input.

use diagnostics::FileId;
use semantics::SemanticModel;
use syntax::lex::{TokenKind, tokens};

use crate::corpus::{loaded, projects, texts};
use crate::desk::{Desk, place};
use crate::mutate::{garbled, mutated};
use crate::numbers::Numbers;

/// A phase that is fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Lexer,
    Parser,
    Formatter,
    Checker,
    Plan,
}

impl Target {
    pub(crate) fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// What its inputs are made of.
    pub(crate) fn seeds(self) -> Vec<Vec<u8>> {
        if self == Self::Plan { plans() } else { texts().into_iter().map(String::into_bytes).collect() }
    }

    /// Another input like its seeds.
    pub(crate) fn input(self, seeds: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
        let seed = numbers.below(seeds.len());
        if self == Self::Plan {
            return garbled(&seeds[seed], numbers);
        }
        let other = String::from_utf8_lossy(&seeds[numbers.below(seeds.len())]).into_owned();
        mutated(&String::from_utf8_lossy(&seeds[seed]), &other, numbers).into_bytes()
    }

    /// Panics where something that must hold does not.
    pub(crate) fn feed(self, input: &[u8]) {
        let text = String::from_utf8_lossy(input);
        match self {
            Self::Lexer => lexer(&text),
            Self::Parser => parser(&text),
            Self::Formatter => formatter(&text),
            Self::Checker => drop(Desk::default().compile(&text)),
            Self::Plan => plan(input),
        }
    }
}

/// Every byte belongs to one token.
fn lexer(text: &str) {
    let mut end = 0;
    for token in tokens(text) {
        assert!(token.start == end && token.end > end, "{token:?} behind {end}");
        assert!(text.is_char_boundary(token.end as usize), "{token:?}");
        end = token.end;
    }
    assert_eq!(end as usize, text.len());
}

/// Declarations do not overlap, and what is found has a place in the text.
fn parser(text: &str) {
    let mut end = 0;
    for item in syntax::items(text) {
        assert!(end <= item.start && item.start < item.end, "{item:?} behind {end}");
        end = item.end;
    }
    for it in syntax::parse(text, FileId(0)).diagnostics {
        let edits = it.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in edits.chain([it.primary.span]).chain(it.secondary.iter().map(|label| label.span)) {
            let (start, end) = (span.start as usize, span.end as usize);
            assert!(start <= end && text.is_char_boundary(start) && text.is_char_boundary(end), "{it:?}");
        }
    }
}

/// What is formatted stays formatted, and keeps every word and comment.
fn formatter(text: &str) {
    let Ok(once) = syntax::format(text) else { return };
    assert_eq!(essence(text), essence(&once));
    assert_eq!(syntax::format(&once).as_ref(), Ok(&once));
}

fn essence(text: &str) -> Vec<String> {
    let layout = |kind| matches!(kind, TokenKind::Space | TokenKind::Newline | TokenKind::Comma);
    let kept = tokens(text).into_iter().filter(|token| !layout(token.kind));
    kept.map(|token| token.text(text).split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// A plan that is read is the plan that is written.
fn plan(bytes: &[u8]) {
    if let Ok(read) = plan::Plan::read(bytes) {
        assert_eq!(plan::Plan::read(&read.to_bytes()).unwrap(), read);
    }
}

/// Plans of projects that have no error.
fn plans() -> Vec<Vec<u8>> {
    const ENOUGH: usize = 20;
    let mut plans = Vec::new();
    for files in projects().into_iter().filter(|files| files.iter().any(|(_, text)| text.contains("workflow "))) {
        if plans.len() >= ENOUGH {
            break;
        }
        let db = loaded(&files);
        let model = SemanticModel::new(&db);
        if checks::check_all(&model).iter().any(diagnostics::Diagnostic::is_error) {
            continue;
        }
        for workflow in model.workflows() {
            let lowered = lower::lower(&model.workflow_of(&workflow).unwrap(), "2026", &place);
            plans.extend(lowered.ok().map(|plan| plan.to_bytes()));
        }
    }
    plans
}
