//! Where symbols are declared, and of what type they are.

use diagnostics::FileId;
use smol_str::SmolStr;
use syntax::ast::{Case, DeclKind, Param, TypeBody};

use super::declared::params;
use super::settle::{Placed, settled};
use super::symbol::{Mention, Symbol};
use crate::SemanticModel;
use crate::core::Slot;
use crate::queries::module::modules;
use crate::queries::scope::definition_of;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::source::head;
use crate::types::{DeclId, Type};

/// The declaration that a type names, seen through lists, options and secrets.
pub(crate) fn declaration_of(ty: &Type) -> Option<&DeclId> {
    match ty {
        Type::Record(id) | Type::Union(id) | Type::Refined(id) => Some(id),
        Type::List(of) | Type::Map(of) | Type::Optional(of) | Type::Range(of) | Type::Secret(of) => declaration_of(of),
        Type::Function(of) => declaration_of(&of.result),
        Type::Int | Type::Count | Type::String | Type::Bool | Type::Duration | Type::Ratio | Type::Points => None,
        Type::Factor | Type::Rate | Type::Bytes | Type::Money | Type::Digest | Type::PromQl | Type::Sql => None,
        Type::Date | Type::Time | Type::Window | Type::Freeze | Type::Environment | Type::Service => None,
        Type::Gate(_) | Type::Nothing | Type::Error => None,
    }
}

/// What a declaration, or a case of it, can be given.
pub(crate) fn slots_of<'db>(db: &'db dyn salsa::Database, id: &DeclId, case: Option<&SmolStr>) -> Option<&'db [Slot]> {
    match (signature_of(db, id), case) {
        (Signature::Record { fields, .. }, None) => Some(fields),
        (Signature::Callable { params, .. }, None) => Some(params),
        (Signature::Union { cases }, Some(case)) => {
            cases.iter().find(|(name, _)| name == case).map(|(_, slots)| slots.as_slice())
        }
        _ => None,
    }
}

impl<'db> SemanticModel<'db> {
    /// The declaration of `id`, and where it begins.
    pub(crate) fn placed_of(&self, id: &DeclId) -> Option<Placed<'db>> {
        let item = definition_of(self.db(), id)?;
        Some(Placed { item, file: FileId(item.file(self.db()).number(self.db())), start: item.start(self.db()) })
    }

    /// The file of a module.
    #[must_use]
    pub fn module_file(&self, module: &str) -> Option<FileId> {
        let all = modules(self.db(), crate::database::Project::get(self.db()));
        all.get(module).map(|file| FileId(file.number(self.db())))
    }

    /// The module of a file, as it is named everywhere.
    #[must_use]
    pub fn module_of(&self, file: FileId) -> Option<SmolStr> {
        self.file(file).map(|file| file.module(self.db()).clone())
    }

    /// The parameter, field or part that a symbol is, as it is written.
    pub(crate) fn param_of(&self, symbol: &Symbol) -> Option<(Placed<'db>, &'db Param)> {
        let Symbol::Part { case, name, .. } = symbol else { return None };
        let id = symbol.owner()?;
        let placed = self.placed_of(&id)?;
        let all = params(&id, &placed.decl(self.db()).kind);
        let mut found = all.into_iter().filter(|(whose, _)| whose.case == *case).map(|(_, param)| param);
        found.find(|param| param.name.text == *name).map(|param| (placed, param))
    }

    /// The case that a symbol is, as it is written.
    pub(crate) fn case_of(&self, symbol: &Symbol) -> Option<(Placed<'db>, &'db Case)> {
        let Symbol::Case { name, .. } = symbol else { return None };
        let placed = self.placed_of(&symbol.owner()?)?;
        let DeclKind::Type(it) = &placed.decl(self.db()).kind else { return None };
        let TypeBody::Union(cases) = &it.body else { return None };
        cases.iter().find(|case| case.name.text == *name).map(|case| (placed, case))
    }

    pub(crate) fn raw_type(&self, mention: &Mention) -> Option<Type> {
        let symbol = &mention.symbol;
        match symbol {
            Symbol::Declaration { .. } => self.declared_type(&symbol.owner()?),
            Symbol::Part { case, name, .. } => {
                let slots = slots_of(self.db(), &symbol.owner()?, case.as_ref())?;
                slots.iter().find(|slot| slot.name == *name).map(|slot| slot.ty.clone())
            }
            Symbol::Case { .. } => Some(Type::Union(symbol.owner()?)),
            Symbol::Local { declared, .. } => {
                let placed = self.placed_at(declared.file, declared.start)?;
                let notes = settled(self.db(), placed.item, None);
                let brought = notes.brought.into_iter().find(|it| placed.span(it.name.range) == *declared);
                brought.map(|it| it.ty)
            }
            Symbol::Module(_) | Symbol::Builtin(_) | Symbol::Method { .. } => None,
        }
    }

    /// The type of a declaration where a value stands; that of what a function gives.
    pub(crate) fn declared_type(&self, id: &DeclId) -> Option<Type> {
        let item = definition_of(self.db(), id)?;
        match signature_of(self.db(), id) {
            Signature::Let(ty) => Some(ty.clone()),
            Signature::Callable { result: Type::Nothing, .. } => None,
            Signature::Callable { result, .. } => Some(result.clone()),
            Signature::Gate(arms) => Some(Type::Gate(*arms)),
            Signature::Plain => Type::of_entity(head(self.db(), item).kind),
            Signature::Record { .. } | Signature::Union { .. } | Signature::Refined { .. } => None,
            Signature::Metric(_) | Signature::Broken => None,
        }
    }
}
