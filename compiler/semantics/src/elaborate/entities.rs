//! Environments and services where a value stands: as elements of a list, arguments of an action, and for their
//! names.

use diagnostics::{Diagnostic, Span, codes};
use syntax::ast::Name;

use super::Elaborator;
use super::names::suggest;
use super::notes::Wanted;
use crate::core::{Core, CoreKind};
use crate::queries::source::Kind;
use crate::types::Type;

impl Type {
    /// The type of the names of such declarations.
    pub(crate) fn of_entity(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Environment => Some(Self::Environment),
            Kind::Service => Some(Self::Service),
            _ => None,
        }
    }
}

impl Elaborator<'_> {
    /// A declaration of that kind, by its own name or by the name of a loop.
    pub(super) fn entity(&mut self, name: &Name, kind: Kind) -> Option<Core> {
        let at = self.span(name.range);
        self.note_wanted(name.range, || Wanted::Kind(kind));
        self.note_name(&name.text, name.range);
        match self.local(&name.text).cloned() {
            None => self.declared(name, kind).map(|id| Core::new(at, CoreKind::Entity(id))),
            Some(Type::Error) => None,
            Some(ty) if Type::of_entity(kind).as_ref() == Some(&ty) => {
                Some(Core::new(at, CoreKind::Local(self.key(&name.text))))
            }
            Some(ty) => {
                let message =
                    format!("`{}` is {}, but {} is needed here", name.text, ty.with_article(), kind.described());
                self.report(Diagnostic::error(codes::WRONG_KIND, at, message));
                None
            }
        }
    }

    /// `environment.name`, `environment.protected`, `service.name`.
    pub(super) fn entity_field(&mut self, at: Span, of: Core, ty: &Type, field: &Name) -> (Core, Type) {
        let words: &[&str] = if *ty == Type::Environment { &["name", "protected"] } else { &["name"] };
        let result = match field.text.as_str() {
            "name" => Type::String,
            "protected" if *ty == Type::Environment => Type::Bool,
            _ => {
                let place = self.span(field.range);
                let message = format!("{} has no `{}` that is known here", ty.with_article(), field.text);
                let diagnostic = Diagnostic::error(codes::UNKNOWN_FIELD, place, message);
                self.report(suggest(diagnostic, place, &field.text, words));
                return (Core::error(at), Type::Error);
            }
        };
        (Core::new(at, CoreKind::Field(Box::new(of), field.text.clone())), result)
    }
}
