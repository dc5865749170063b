//! Places that are typed as one: a parameter, and where its declaration mentions it.

use std::ops::Range;

use diagnostics::FileId;
use smol_str::SmolStr;
use syntax::ast::{Expr, ExprKind, Name, Param, Step, StepKind};
use syntax::walk::{self, Visitor};

use crate::Snapshot;

/// The places that change with the name at the offset, itself included; none where it is not a name that its declaration
/// alone knows, or where two of them have it.
#[must_use]
pub fn linked_editing(snapshot: &Snapshot, file: FileId, offset: u32) -> Vec<Range<u32>> {
    let Some(tree) = snapshot.tree_at(file, offset) else { return Vec::new() };
    let mut names = Names::default();
    walk::decl(&tree.parsed.decl, &mut names);
    let at = offset.saturating_sub(tree.start);
    let around = |range: &Range<u32>| range.start <= at && at <= range.end;
    let Some((name, _)) = names.all().find(|(_, range)| around(range)) else { return Vec::new() };
    if names.binders.iter().filter(|(binder, _)| *binder == name).count() != 1 {
        return Vec::new();
    }
    let mut found: Vec<Range<u32>> = names.all().filter(|(other, _)| *other == name).map(|(_, range)| range).collect();
    found.sort_by_key(|range| range.start);
    let moved = |range: Range<u32>| range.start.saturating_add(tree.start)..range.end.saturating_add(tree.start);
    found.into_iter().map(moved).collect()
}

#[derive(Default)]
struct Names {
    binders: Vec<(SmolStr, Range<u32>)>,
    mentions: Vec<(SmolStr, Range<u32>)>,
}

impl Names {
    fn all(&self) -> impl Iterator<Item = (SmolStr, Range<u32>)> {
        self.binders.iter().chain(&self.mentions).cloned()
    }

    fn binder(&mut self, name: &Name) {
        self.binders.push((name.text.clone(), name.range.start..name.range.end));
    }
}

impl Visitor for Names {
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.mentions.push((name.clone(), expr.range.start..expr.range.end)),
            ExprKind::Lambda(names, _) => names.iter().for_each(|name| self.binder(name)),
            _ => {}
        }
    }

    fn param(&mut self, param: &Param) {
        self.binder(&param.name);
    }

    fn step(&mut self, step: &Step) {
        step.binding.iter().for_each(|name| self.binder(name));
        if let StepKind::For(each) = &step.kind {
            self.binder(&each.binder);
        }
    }

    fn mention(&mut self, name: &Name) {
        self.mentions.push((name.text.clone(), name.range.start..name.range.end));
    }
}
