//! A declaration elaborated with notes, and its notes as mentions in a file.

use diagnostics::{FileId, Span};
use syntax::ast::{Decl, Range};

use super::declared::{given, imported};
use super::symbol::{Mention, Symbol};
use crate::SemanticModel;
use crate::database::SourceFile;
use crate::elaborate::Elaborator;
use crate::elaborate::notes::{Meaning, Notes};
use crate::queries::source::{ItemNode, decl_id, items, parsed};

/// The notes of a declaration; of the names that hold, those at `watched`, counted from the start of the declaration.
pub(crate) fn settled(db: &dyn salsa::Database, item: ItemNode<'_>, watched: Option<u32>) -> Notes {
    settled_as(db, item, &parsed(db, item).decl, watched)
}

/// The same of what stands in the place of a declaration while somebody writes it.
pub(crate) fn settled_as(db: &dyn salsa::Database, item: ItemNode<'_>, decl: &Decl, watched: Option<u32>) -> Notes {
    let mut elaborator = Elaborator::new(db, item).noting(watched);
    let _signature = elaborator.signature(decl);
    let _body = elaborator.body(decl);
    let _acceptances = elaborator.acceptances(decl);
    elaborator.notes.map(|notes| *notes).unwrap_or_default()
}

/// A declaration of a file and where it begins.
#[derive(Clone, Copy)]
pub(crate) struct Placed<'db> {
    pub(crate) item: ItemNode<'db>,
    pub(crate) file: FileId,
    pub(crate) start: u32,
}

impl<'db> Placed<'db> {
    pub(crate) fn decl(&self, db: &'db dyn salsa::Database) -> &'db Decl {
        &parsed(db, self.item).decl
    }

    pub(crate) fn span(&self, range: Range) -> Span {
        range.at(self.file, self.start)
    }

    /// All of it.
    pub(crate) fn whole(&self, db: &'db dyn salsa::Database) -> Span {
        let length = u32::try_from(self.item.text(db).len()).unwrap_or(u32::MAX);
        self.span(Range::new(0, length))
    }

    /// What the words of a declaration stand for, in the order of the text; each word once.
    pub(crate) fn mentions(&self, db: &'db dyn salsa::Database) -> Vec<Mention> {
        let file = self.item.file(db);
        let mut found = match imported(db, file, self.decl(db)) {
            Some(import) => {
                let module = (import.path, Symbol::Module(import.module));
                let named = import.names.into_iter().flat_map(|(id, range, alias)| {
                    let symbol = Symbol::declaration(&id);
                    std::iter::once((range, symbol.clone())).chain(alias.map(|alias| (alias, symbol)))
                });
                let all = std::iter::once(module).chain(named);
                all.map(|(range, symbol)| self.mention(range, symbol, false)).collect()
            }
            None => self.settled_mentions(db),
        };
        found.sort();
        // What gives a name comes last of those at its place, and is the one that is told.
        found.reverse();
        found.dedup_by_key(|it| it.span);
        found.reverse();
        found
    }

    fn settled_mentions(&self, db: &'db dyn salsa::Database) -> Vec<Mention> {
        let notes = settled(db, self.item, None);
        let given = given(decl_id(db, self.item).as_ref(), self.decl(db));
        let brought = notes.brought.iter().map(|it| (it.name.range, it.meaning.clone()));
        let given: Vec<(Range, Meaning)> = given.into_iter().chain(brought).collect();
        let declares = |range: &Range| given.iter().any(|(declared, _)| declared == range);
        let mut found: Vec<Mention> = Vec::new();
        for (range, meaning) in notes.mentions.iter().chain(&given) {
            found.push(self.mention(*range, self.symbol(db, meaning), declares(range)));
        }
        found
    }

    fn mention(&self, range: Range, symbol: Symbol, declares: bool) -> Mention {
        Mention { span: self.span(range), symbol, declares }
    }

    pub(crate) fn symbol(&self, db: &'db dyn salsa::Database, meaning: &Meaning) -> Symbol {
        match meaning {
            Meaning::Declared(id) => Symbol::declaration(id),
            Meaning::Part(whose, name) => Symbol::part(whose, name),
            Meaning::Case(id, name) => Symbol::case(id, name),
            Meaning::Local(range) => {
                let name = self.item.text(db).get(range.start as usize..range.end as usize).unwrap_or_default();
                Symbol::Local { name: name.into(), declared: self.span(*range) }
            }
            Meaning::Builtin(name) => Symbol::Builtin(name.clone()),
            Meaning::Method(method, ty) => Symbol::Method { of: ty.to_string().into(), name: method.name().into() },
        }
    }
}

impl<'db> SemanticModel<'db> {
    /// The declarations of a file, each with where it begins.
    pub(crate) fn placed(&self, file: FileId) -> impl Iterator<Item = Placed<'db>> + use<'db> {
        let source: Option<SourceFile> = self.file(file);
        let db = self.db();
        let found = source.map_or(&[][..], |source| items(db, source));
        found.iter().map(move |item| Placed { item: *item, file, start: item.start(db) })
    }

    /// The declaration that an offset lies in, or stands behind.
    pub(crate) fn placed_at(&self, file: FileId, offset: u32) -> Option<Placed<'db>> {
        let db = self.db();
        let before: Option<Placed<'db>> = self.placed(file).take_while(|it| it.start <= offset).last();
        before.filter(|it| offset <= it.whole(db).end)
    }
}
