//! Names that hold for a part of an expression: those of lambdas and patterns.

use smol_str::{SmolStr, format_smolstr};
use syntax::ast::Name;

use super::Elaborator;
use crate::types::Type;

/// How many locals there were.
#[derive(Clone, Copy)]
pub(super) struct Scope(usize);

impl Elaborator<'_> {
    /// The scope as it is, to come back to.
    pub(super) fn scope(&self) -> Scope {
        Scope(self.locals.len())
    }

    /// Forgets the names since then.
    pub(super) fn leave(&mut self, scope: Scope) {
        self.locals.truncate(scope.0);
        self.renamed.retain(|(place, _)| *place < scope.0);
    }

    /// Brings a name into scope, and returns what evaluation calls it: no value that is still needed has that name.
    pub(super) fn introduce(&mut self, name: &Name, ty: Type) -> SmolStr {
        self.warn_shadowing(name);
        if self.local(&name.text).is_some() {
            self.renames += 1;
            self.renamed.push((self.locals.len(), format_smolstr!("{}#{}", name.text, self.renames)));
        }
        self.note_brought(name, &ty);
        self.locals.push((name.text.clone(), ty));
        self.key(&name.text)
    }

    /// What evaluation calls the local of that name.
    pub(super) fn key(&self, name: &SmolStr) -> SmolStr {
        if self.renamed.is_empty() {
            return name.clone();
        }
        let place = self.locals.iter().rposition(|(local, _)| local == name);
        let renamed = self.renamed.iter().find(|(of, _)| Some(*of) == place);
        renamed.map_or_else(|| name.clone(), |(_, key)| key.clone())
    }
}
