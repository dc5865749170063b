//! Typed bodies, and what of them other queries may depend on.

use std::collections::BTreeSet;

use diagnostics::Diagnostic;

use crate::core::Body;
use crate::elaborate::Elaborator;
use crate::model::Acceptance;
use crate::queries::scope::definition_of;
use crate::queries::signature::{Signature, signature_of, signed};
use crate::queries::source::{ItemNode, decl_id, parsed};
use crate::types::{DeclId, Type};

/// A declaration with names and types settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) body: Body,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The exceptions that it holds.
    pub(crate) acceptances: Vec<Acceptance>,
    uses: Box<[DeclId]>,
}

/// Checks one declaration against the signatures of those that it names.
#[salsa::tracked]
pub(crate) fn check<'db>(db: &'db dyn salsa::Database, item: ItemNode<'db>) -> Checked {
    let decl = &parsed(db, item).decl;
    let mut elaborator = Elaborator::new(db, item);
    let body = elaborator.body(decl);
    let acceptances = elaborator.acceptances(decl);
    Checked { body, diagnostics: elaborator.diagnostics, acceptances, uses: elaborator.uses.into_iter().collect() }
}

/// What a declaration names, in its signature and then in its body.
pub(crate) fn uses<'db>(db: &'db dyn salsa::Database, item: ItemNode<'db>) -> impl Iterator<Item = &'db DeclId> {
    signed(db, item).uses.iter().chain(&check(db, item).uses)
}

/// What must be evaluated before a declaration can be.
pub(crate) fn needs(db: &dyn salsa::Database, item: ItemNode<'_>) -> Box<[DeclId]> {
    let mut needs = BTreeSet::new();
    check(db, item).body.needs(&mut needs);
    let Some(id) = decl_id(db, item) else { return needs.into_iter().collect() };
    if let Signature::Record { fields, .. } = signature_of(db, &id) {
        let held = fields.iter().filter(|slot| !slot.optional).filter_map(|slot| match &slot.ty {
            Type::Record(id) => Some(id.clone()),
            _ => None,
        });
        needs.extend(held);
    }
    needs.into_iter().collect()
}

/// The body of `id`.
pub(crate) fn body_of<'db>(db: &'db dyn salsa::Database, id: &DeclId) -> &'db Body {
    definition_of(db, id).map_or(&Body::Nothing, |item| &check(db, item).body)
}
