//! The order of completions: what matches the letters, then what is needed, then what is near.

use diagnostics::{FileId, Span};
use semantics::{Candidate, Sort, Wants};
use syntax::ast::DeclKind;

use crate::Snapshot;

/// How well a name matches what is typed; nothing where it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    /// It begins so.
    Begins,
    /// It begins so, but for capitals.
    Alike,
    /// The letters stand in it, in their order, the first at its beginning or behind a `_`.
    Within,
}

/// The candidates that match, the most likely first.
pub(super) fn ranked<'w>(snapshot: &Snapshot, file: FileId, wants: &'w Wants) -> Vec<&'w Candidate> {
    let near = Near::of(snapshot, file, wants.replaced);
    let last = head_before(snapshot, file, wants.replaced.start);
    let matching = wants.candidates.iter().filter_map(|it| Some((matched(&it.name, &wants.typed)?, it)));
    let mut found: Vec<_> = matching
        .map(|(how, it)| {
            ((how, class(it, &near), from_head(it, last), near.distance(it), numbered(it), it.name.as_str()), it)
        })
        .collect();
    found.sort_by_key(|(key, _)| *key);
    found.into_iter().map(|(_, it)| it).collect()
}

fn matched(name: &str, typed: &str) -> Option<Match> {
    if name.starts_with(typed) {
        return Some(Match::Begins);
    }
    let (name, typed) = (name.to_lowercase(), typed.to_lowercase());
    if name.starts_with(&typed) {
        return Some(Match::Alike);
    }
    let first = typed.chars().next()?;
    let begins = name.starts_with(first) || name.contains(&format!("_{first}"));
    let mut letters = name.chars();
    (begins && typed.chars().all(|wanted| letters.any(|it| it == wanted))).then_some(Match::Within)
}

/// What is likelier than something else, wherever it stands.
fn class(it: &Candidate, near: &Near<'_>) -> u8 {
    // What an entry can begin with is written once as often as not.
    if it.sort == Sort::Word && !it.fits && near.begins_entry && !near.own.contains(it.name.as_str()) {
        return 2;
    }
    match (it.import.is_some(), it.fits, it.needed, it.sort) {
        (false, true, true, _) => 0,
        (false, true, false, Sort::Local | Sort::Case | Sort::Unit | Sort::Field | Sort::Foreign) => 1,
        (false, true, false, Sort::Declared(_) | Sort::Value | Sort::Part | Sort::Type) => 2,
        (false, true, false, Sort::Method | Sort::Module | Sort::Proof | Sort::Word) => 3,
        (false, false, _, Sort::Word) => 4,
        (true, true, _, _) => 5,
        (false, false, _, _) => 6,
        (true, false, _, _) => 7,
    }
}

/// Heads of declarations in the order in which most files have them.
const HEADS: [&str; 12] =
    ["use", "environment", "service", "metric", "slo", "gate", "strategy", "action", "workflow", "test", "let", "type"];

/// The place among [`HEADS`] of the declaration before a place that stands between declarations.
fn head_before(snapshot: &Snapshot, file: FileId, at: u32) -> Option<usize> {
    let trees = snapshot.trees(file);
    let before = trees.iter().rev().find(|tree| tree.start < at);
    let Some(tree) = before else { return Some(0) };
    let readable = !matches!(tree.parsed.decl.kind, DeclKind::Error(_));
    let range = tree.parsed.decl.head;
    let head = tree.text.get(range.start as usize..range.end as usize).filter(|_| readable)?;
    HEADS.iter().position(|known| *known == head)
}

/// How far behind the last declaration's head a head follows in most files; the same for everything else.
fn from_head(it: &Candidate, last: Option<usize>) -> usize {
    let (Some(last), Sort::Word, true) = (last, it.sort, it.fits) else { return 0 };
    let place = HEADS.iter().position(|known| *known == it.name).unwrap_or(HEADS.len());
    (place + HEADS.len() + 1 - last) % (HEADS.len() + 1)
}

/// Numbered names are in the order of their numbers: those with fewer digits first.
fn numbered(it: &Candidate) -> usize {
    if it.sort == Sort::Proof { it.name.len() } else { 0 }
}

/// What is named around a place.
struct Near<'s> {
    before: &'s str,
    /// What is written of the declaration so far.
    own: &'s str,
    /// Whether an entry of braces begins at the place.
    begins_entry: bool,
}

impl<'s> Near<'s> {
    /// Bytes before the place that are looked at.
    const BYTES: usize = 4_000;

    fn of(snapshot: &'s Snapshot, file: FileId, replaced: Span) -> Self {
        let text = snapshot.text(file);
        let before = text.get(..replaced.start as usize).unwrap_or(text);
        let mut from = before.len().saturating_sub(Self::BYTES);
        while !before.is_char_boundary(from) {
            from += 1;
        }
        let own = snapshot.tree_at(file, replaced.start).map_or(0, |tree| tree.start as usize);
        let line = before.trim_end_matches([' ', '\t']);
        let begins_entry = line.is_empty() || line.ends_with(['{', '\n', ',']);
        Self { before: &before[from..], own: before.get(own..).unwrap_or_default(), begins_entry }
    }

    /// How far back the name was written last; the farthest for what was not.
    fn distance(&self, it: &Candidate) -> usize {
        let whole = |at: usize| {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let before = self.before[..at].chars().next_back().is_some_and(is_part);
            let after = self.before[at + it.name.len()..].chars().next().is_some_and(is_part);
            !before && !after
        };
        let found = self.before.rmatch_indices(it.name.as_str()).map(|(at, _)| at).find(|at| whole(*at));
        found.map_or(usize::MAX, |at| self.before.len() - at)
    }
}
