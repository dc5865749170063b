//! What a body must have evaluated before it.

use std::collections::BTreeSet;

use crate::core::{Body, Core, CoreKind, DefaultBody, Named};
use crate::types::DeclId;

impl Body {
    /// Adds what evaluation of this body evaluates, where that could lead back here: entities that nothing else
    /// is made of need no mention.
    pub(crate) fn needs(&self, into: &mut BTreeSet<DeclId>) {
        match self {
            Self::Let(value) => value.needs(into),
            Self::Type(defaults) => of_defaults(defaults, into),
            Self::Function { defaults, result } => {
                of_defaults(defaults, into);
                result.needs(into);
            }
            Self::Environment(body) => into.extend(body.extends.iter().cloned()),
            Self::Database(_) | Self::Migration(_) | Self::Released(_) => {}
            Self::Service(_) | Self::Metric(_) | Self::Slo(_) | Self::Gate(_) => {}
            Self::Strategy(_) | Self::Action(_) | Self::Workflow(_) | Self::Nothing => {}
            Self::Group(_) | Self::Flag(_) | Self::Policy(_) | Self::Test(_) => {}
        }
    }
}

fn of_defaults(defaults: &[DefaultBody], into: &mut BTreeSet<DeclId>) {
    defaults.iter().for_each(|default| default.value.needs(into));
}

fn of_named(named: &Named, into: &mut BTreeSet<DeclId>) {
    named.iter().for_each(|(_, value)| value.needs(into));
}

impl Core {
    fn needs(&self, into: &mut BTreeSet<DeclId>) {
        match &self.kind {
            CoreKind::Constant(_) | CoreKind::Local(_) | CoreKind::Gate(_) | CoreKind::Error => {}
            // Nothing but its name is read, and whether it is protected.
            CoreKind::Entity(_) => {}
            CoreKind::Global(id) | CoreKind::Function(id) => {
                into.insert(id.clone());
            }
            CoreKind::Call(id, named) | CoreKind::Record(id, named) | CoreKind::Case(id, _, named) => {
                into.insert(id.clone());
                of_named(named, into);
            }
            CoreKind::Map(named) => of_named(named, into),
            CoreKind::Text(parts) | CoreKind::List(parts) | CoreKind::Apply(_, parts) => {
                parts.iter().for_each(|part| part.needs(into))
            }
            CoreKind::Field(of, _) | CoreKind::Unary(_, of) | CoreKind::Refine(of, _) | CoreKind::Is(of, _) => {
                of.needs(into);
            }
            CoreKind::Lambda(_, body) => body.needs(into),
            CoreKind::Method(_, of, args) => {
                of.needs(into);
                args.iter().for_each(|arg| arg.needs(into));
            }
            CoreKind::When(of, arms, otherwise) => {
                of.needs(into);
                arms.iter().for_each(|(_, value)| value.needs(into));
                otherwise.iter().for_each(|value| value.needs(into));
            }
            CoreKind::Binary(_, left, right) | CoreKind::Range(left, right) => {
                left.needs(into);
                right.needs(into);
            }
            CoreKind::If(condition, then, otherwise) => {
                condition.needs(into);
                then.needs(into);
                otherwise.needs(into);
            }
        }
    }
}
