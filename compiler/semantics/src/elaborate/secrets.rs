//! What holds a secret, however deep, and what is said where one would be seen.

use std::collections::BTreeSet;

use diagnostics::{Diagnostic, Span, codes};

use super::Elaborator;
use crate::queries::signature::{Signature, signature_of};
use crate::types::{DeclId, Type};

impl Elaborator<'_> {
    /// Whether a value of the type is a secret or has one inside.
    pub(super) fn holds_secret(&self, ty: &Type) -> bool {
        self.reaches_secret(ty, &mut BTreeSet::new())
    }

    fn reaches_secret(&self, ty: &Type, seen: &mut BTreeSet<DeclId>) -> bool {
        match ty {
            Type::Secret(_) => true,
            Type::List(of) | Type::Map(of) | Type::Optional(of) | Type::Range(of) => self.reaches_secret(of, seen),
            Type::Record(id) | Type::Union(id) | Type::Refined(id) => {
                if !seen.insert(id.clone()) {
                    return false;
                }
                match signature_of(self.db, id) {
                    Signature::Record { fields, .. } => fields.iter().any(|slot| self.reaches_secret(&slot.ty, seen)),
                    Signature::Union { cases } => {
                        let mut slots = cases.iter().flat_map(|(_, slots)| slots);
                        slots.any(|slot| self.reaches_secret(&slot.ty, seen))
                    }
                    Signature::Refined { base, .. } => self.reaches_secret(base, seen),
                    _ => false,
                }
            }
            Type::Int | Type::Count | Type::String | Type::Bool | Type::Duration | Type::Ratio | Type::Points => false,
            Type::Factor | Type::Rate | Type::Bytes | Type::Money | Type::Digest | Type::Date | Type::Time => false,
            Type::Window | Type::Freeze | Type::Function(_) | Type::Gate(_) | Type::Nothing | Type::Error => false,
            Type::PromQl | Type::Sql | Type::Environment | Type::Service => false,
        }
    }

    /// Reports that a value of the type would be seen; `what` is what cannot be done: "compared".
    pub(super) fn secret_seen(&mut self, at: Span, ty: &Type, what: &str) {
        let message = match ty {
            Type::Secret(_) => format!("a secret cannot be {what}"),
            other => format!("{} holds a secret, and a secret cannot be {what}", other.with_article()),
        };
        let diagnostic = Diagnostic::error(codes::SECRET_OUTSIDE, at, message)
            .help("a secret goes into a field or parameter of type Secret and nowhere else");
        self.report(diagnostic);
    }
}
