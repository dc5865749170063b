//! Steps with modifiers as a table: what lies in which, which slots belong to each, and what is done when one fails.

use std::ops::Range;

use plan::{Body, Scope};

use crate::slots::SlotIndex;

/// The table, derived from a plan's body.
#[derive(Clone, Debug)]
pub(crate) struct Scopes {
    /// Keys of the scopes in the body, by index, in order.
    pub(crate) keys: Vec<String>,
    /// The scope around each.
    around: Vec<Option<usize>>,
    /// The slots of each, those of scopes inside included.
    members: Vec<Vec<SlotIndex>>,
    /// The slots of each one's handler.
    pub(crate) handlers: Vec<Range<SlotIndex>>,
    /// All of them, the innermost first.
    pub(crate) innermost_first: Vec<usize>,
}

impl Scopes {
    /// The scopes of a body, without their slots.
    pub(crate) fn new(body: &Body) -> Self {
        let keys: Vec<String> = body.scopes.keys().cloned().collect();
        let index = |key: &String| keys.binary_search(key).ok();
        let around: Vec<Option<usize>> = body.scopes.values().map(|it| it.within.as_ref().and_then(index)).collect();
        let mut innermost_first: Vec<usize> = (0..keys.len()).collect();
        innermost_first.sort_by_key(|&scope| std::cmp::Reverse(chain(&around, Some(scope)).count()));
        Self { members: vec![Vec::new(); keys.len()], keys, around, handlers: Vec::new(), innermost_first }
    }

    /// A scope by its key.
    pub(crate) fn find(&self, key: &String) -> Option<usize> {
        self.keys.binary_search(key).ok()
    }

    /// A scope as the plan has it.
    pub(crate) fn of<'a>(&self, body: &'a Body, scope: usize) -> &'a Scope {
        &body.scopes[&self.keys[scope]]
    }

    pub(crate) fn add_member(&mut self, scope: Option<usize>, slot: SlotIndex) {
        let scopes: Vec<usize> = self.outward(scope).collect();
        scopes.into_iter().for_each(|scope| self.members[scope].push(slot));
    }

    /// A scope and those around it, from the inside out.
    pub(crate) fn outward(&self, scope: Option<usize>) -> impl Iterator<Item = usize> + '_ {
        chain(&self.around, scope)
    }

    /// The slots of a scope, those of scopes inside included, in order.
    pub(crate) fn members(&self, scope: usize) -> &[SlotIndex] {
        &self.members[scope]
    }
}

fn chain(around: &[Option<usize>], scope: Option<usize>) -> impl Iterator<Item = usize> + '_ {
    std::iter::successors(scope, |&inner| around.get(inner).copied().flatten())
}
