//! What stands at an offset: what the word there means, and of what type an expression is.

use diagnostics::{FileId, Span};
use smol_str::SmolStr;

use super::settle::settled;
use super::symbol::{Mention, Symbol};
use crate::SemanticModel;
use crate::elaborate::notes::Meaning;
use crate::queries::source::{decl_id, head};

/// An expression and its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// Where it stands.
    pub span: Span,
    /// Its type, as users read it.
    pub ty: String,
}

/// A name that holds for a part of a declaration, and whose type nobody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// Where it gets its name.
    pub span: Span,
    /// Its type, as users read it.
    pub ty: String,
}

impl SemanticModel<'_> {
    /// What every word of a file stands for that stands for something, in the order of the text.
    #[must_use]
    pub fn mentions(&self, file: FileId) -> Vec<Mention> {
        self.placed(file).flat_map(|it| it.mentions(self.db())).collect()
    }

    /// The word at an offset, or right before it, and what it stands for.
    #[must_use]
    pub fn mention_at(&self, file: FileId, offset: u32) -> Option<Mention> {
        let found = self.placed_at(file, offset)?.mentions(self.db());
        let here = found.into_iter().filter(|it| it.span.start <= offset && offset <= it.span.end);
        // Between two words that touch, the later is meant.
        here.min_by_key(|it| (it.span.end - it.span.start, u32::MAX - it.span.start))
    }

    /// The smallest expression around an offset whose type is known.
    #[must_use]
    pub fn expression_at(&self, file: FileId, offset: u32) -> Option<Expression> {
        let placed = self.placed_at(file, offset)?;
        let notes = settled(self.db(), placed.item, None);
        let spans = notes.types.iter().map(|(range, ty)| (placed.span(*range), ty));
        let here = spans.filter(|(span, ty)| span.start <= offset && offset < span.end && !ty.is_error());
        let (span, ty) = here.min_by_key(|(span, _)| span.end - span.start)?;
        Some(Expression { span, ty: ty.to_string() })
    }

    /// The names in a file whose types nobody wrote: of loops, of patterns, of functions that are passed, of outputs.
    #[must_use]
    pub fn inferred(&self, file: FileId) -> Vec<Local> {
        let found = self.placed(file).flat_map(|placed| {
            let notes = settled(self.db(), placed.item, None);
            let unwritten = |meaning: &Meaning| matches!(meaning, Meaning::Local(_));
            let locals = notes.brought.into_iter().filter(|it| unwritten(&it.meaning) && !it.ty.is_error());
            locals.map(move |it| Local { span: placed.span(it.name.range), ty: it.ty.to_string() }).collect::<Vec<_>>()
        });
        found.collect()
    }

    /// The declaration around an offset, with all of its text; its symbol where it has a name.
    #[must_use]
    pub fn declaration_at(&self, file: FileId, offset: u32) -> Option<(Option<Symbol>, Span)> {
        let placed = self.placed_at(file, offset)?;
        let symbol = decl_id(self.db(), placed.item).map(|id| Symbol::declaration(&id));
        Some((symbol, placed.whole(self.db())))
    }

    /// The head word of a declaration: `gate`, `strategy` …
    #[must_use]
    pub fn kind_of(&self, symbol: &Symbol) -> Option<&'static str> {
        let Symbol::Declaration { module, name } = symbol else { return None };
        let id = crate::types::DeclId { module: module.clone(), name: name.clone() };
        let item = crate::queries::scope::definition_of(self.db(), &id)?;
        Some(head(self.db(), item).kind.word())
    }

    /// The type of what a word stands for, where that has one, as users read it; and the type's declaration.
    #[must_use]
    pub fn type_of(&self, mention: &Mention) -> Option<(String, Option<Symbol>)> {
        let ty = self.raw_type(mention)?;
        let named = super::names::declaration_of(&ty).map(Symbol::declaration);
        (!ty.is_error()).then(|| (ty.to_string(), named))
    }

    /// Whether a file calls something by that name, or sees it without an import.
    #[must_use]
    pub fn sees(&self, file: FileId, name: &str) -> Option<Symbol> {
        match crate::queries::scope::lookup(self.db(), self.file(file)?, name)? {
            crate::queries::scope::Target::Declared(id, _) => Some(Symbol::declaration(&id)),
            crate::queries::scope::Target::Broken => None,
        }
    }

    /// The name that a mention is written with.
    #[must_use]
    pub fn written(&self, mention: &Mention) -> SmolStr {
        let text = diagnostics::SourceMap::text(self, mention.span.file);
        text.get(mention.span.start as usize..mention.span.end as usize).unwrap_or_default().into()
    }
}
