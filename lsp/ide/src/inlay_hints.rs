//! What nobody wrote and everybody wants to know: types of names, and of stages when they end, whom they reach and what
//! their gate can tell.

use diagnostics::{FileId, Span};
use risk::duration::shown;
use risk::{RolloutRisk, Sight, StageRisk};
use syntax::ast::{DeclKind, Range, StageEntry};
use syntax::walk::{self, Visitor};

use crate::{Risks, Snapshot};

/// Something that is shown between the words of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlayHint {
    /// Where it is shown, in bytes.
    pub at: u32,
    /// What is shown.
    pub label: String,
    /// What is told of it.
    pub tooltip: Option<String>,
    /// Whether it is a type.
    pub is_type: bool,
}

/// The hints within a part of a file, in the order of the text.
#[must_use]
pub fn inlay_hints(snapshot: &Snapshot, risks: &Risks, part: Span) -> Vec<InlayHint> {
    let types = snapshot.model().inferred(part.file).into_iter().map(|it| InlayHint {
        at: it.span.end,
        label: format!(": {}", it.ty),
        tooltip: None,
        is_type: true,
    });
    let mut found: Vec<InlayHint> = types.chain(stages(snapshot, risks, part.file)).collect();
    found.retain(|it| part.start <= it.at && it.at <= part.end);
    found.sort_by_key(|it| it.at);
    found
}

fn stages(snapshot: &Snapshot, risks: &Risks, file: FileId) -> Vec<InlayHint> {
    let mut found = Vec::new();
    for tree in snapshot.trees(file) {
        let DeclKind::Strategy(_) = &tree.parsed.decl.kind else { continue };
        let mut written = Written(Vec::new());
        walk::decl(&tree.parsed.decl, &mut written);
        found.extend(written.0.iter().filter_map(|range| stage(snapshot, risks, range.at(file, tree.start))));
    }
    found
}

/// The stages as they are written.
struct Written(Vec<Range>);

impl Visitor for Written {
    fn stage(&mut self, stage: &StageEntry) {
        if let StageEntry::Stage(stage) = stage {
            self.0.push(stage.range);
        }
    }
}

/// A stage that is written once may be made several times, for several rollouts: what is shown covers them all.
fn stage(snapshot: &Snapshot, risks: &Risks, span: Span) -> Option<InlayHint> {
    let made: Vec<(&RolloutRisk, &StageRisk)> =
        risks.stages_in(snapshot, span).map(|(_, rollout, stage)| (rollout, stage)).collect();
    let ends = made.iter().map(|(rollout, stage)| {
        let before = rollout.stages.iter().take_while(|it| !std::ptr::eq(*it, *stage));
        before.fold(stage.hold_ms, |sum, it| sum.saturating_add(it.hold_ms))
    });
    let mut parts = vec![format!("ends after {}", range(ends, |ms| shown(*ms))?)];
    let most = made.iter().filter_map(|(_, stage)| stage.requests.map(|(_, most)| most));
    parts.extend(range(most, ToString::to_string).map(|most| format!("at most {most} requests")));
    let tells = made.iter().flat_map(|(_, stage)| &stage.sights).filter_map(|sight| sight.fails_from);
    let least = tells.fold(None, |least: Option<f64>, it| Some(least.map_or(it, |least| least.max(it))));
    parts.extend(least.map(|least| format!("tells from {}", percent(least))));
    let blind = made.iter().flat_map(|(_, stage)| &stage.sights).any(is_blind);
    parts.extend(blind.then(|| "blind".to_owned()));
    let told =
        made.iter().map(|(rollout, it)| format!("{} at {}: {}", rollout.rollout, it.stage, risk::text::stage(it)));
    let tooltip = Some(told.collect::<Vec<_>>().join("\n"));
    Some(InlayHint { at: span.end, label: format!(" {}", parts.join(", ")), tooltip, is_type: false })
}

/// Whether not even a release that fails outright is told.
fn is_blind(sight: &Sight) -> bool {
    sight.unknown.is_none() && sight.fails_from.is_none()
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// `4`, or `4 to 9`.
fn range<T: Ord>(of: impl Iterator<Item = T>, text: impl Fn(&T) -> String) -> Option<String> {
    let mut sorted: Vec<T> = of.collect();
    sorted.sort();
    let (first, last) = (sorted.first()?, sorted.last()?);
    Some(if first == last { text(first) } else { format!("{} to {}", text(first), text(last)) })
}
