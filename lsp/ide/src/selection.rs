//! Selections that grow: a word, the expression around it, what its brackets hold, its declaration, the file.

use std::ops::Range;

use diagnostics::FileId;
use semantics::Tree;
use syntax::ast::{Expr, Param, Step, StepKind, TypeRef};
use syntax::lex::{TokenKind, tokens};
use syntax::walk::{self, Visitor};

use crate::Snapshot;

/// The ranges around an offset, each inside the next; the last one is the file.
#[must_use]
pub fn selection(snapshot: &Snapshot, file: FileId, offset: u32) -> Vec<Range<u32>> {
    let text = snapshot.text(file);
    let mut around: Vec<Range<u32>> = std::iter::once(0..byte(text.len())).collect();
    if text.len() <= syntax::FILE_BYTES_MAX
        && let Some(tree) = snapshot.tree_at(file, offset)
    {
        around.push(tree.start..tree.start.saturating_add(byte(tree.text.len())));
        around.extend(of_tokens(&tree, offset));
        around.extend(of_nodes(&tree, offset));
    }
    around.retain(|range| range.start <= offset && offset <= range.end && range.start < range.end);
    nested(around)
}

/// The shortest first; one that does not hold the one before it is left out.
fn nested(mut ranges: Vec<Range<u32>>) -> Vec<Range<u32>> {
    ranges.sort_by_key(|range| (range.end - range.start, range.start));
    ranges.dedup();
    let mut kept: Vec<Range<u32>> = Vec::new();
    for range in ranges {
        if kept.last().is_none_or(|inner| range.start <= inner.start && inner.end <= range.end) {
            kept.push(range);
        }
    }
    kept
}

/// Words, texts, and what brackets hold, with and without them.
fn of_tokens(tree: &Tree<'_>, offset: u32) -> Vec<Range<u32>> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    let at = offset.saturating_sub(tree.start);
    for token in tokens(tree.text) {
        match token.kind {
            TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => open.push(token),
            TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                if let Some(opener) = open.pop() {
                    found.extend([opener.start..token.end, opener.end..token.start]);
                }
            }
            TokenKind::Space | TokenKind::Newline => {}
            _ if token.start <= at && at <= token.end => found.push(token.start..token.end),
            _ => {}
        }
    }
    found.into_iter().map(|range| moved(&range, tree.start)).collect()
}

fn of_nodes(tree: &Tree<'_>, offset: u32) -> Vec<Range<u32>> {
    let mut nodes = Nodes { at: offset.saturating_sub(tree.start), found: Vec::new() };
    walk::decl(&tree.parsed.decl, &mut nodes);
    nodes.found.iter().map(|range| moved(range, tree.start)).collect()
}

struct Nodes {
    at: u32,
    found: Vec<Range<u32>>,
}

impl Nodes {
    fn node(&mut self, range: syntax::ast::Range) {
        if range.start <= self.at && self.at <= range.end {
            self.found.push(range.start..range.end);
        }
    }
}

impl Visitor for Nodes {
    fn expr(&mut self, expr: &Expr) {
        self.node(expr.range);
    }

    fn type_ref(&mut self, ty: &TypeRef) {
        self.node(ty.range);
    }

    fn param(&mut self, param: &Param) {
        self.node(param.range);
    }

    fn step(&mut self, step: &Step) {
        if step.kind != StepKind::Error {
            self.node(step.range);
        }
    }
}

fn moved(range: &Range<u32>, by: u32) -> Range<u32> {
    range.start.saturating_add(by)..range.end.saturating_add(by)
}

fn byte(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
