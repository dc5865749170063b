//! Everywhere that a symbol is named.

use std::collections::BTreeSet;

use diagnostics::FileId;
use smol_str::SmolStr;
use syntax::ast::DeclKind;

use super::declared::imported;
use super::settle::Placed;
use super::symbol::{Mention, Symbol};
use crate::SemanticModel;
use crate::database::Project;
use crate::queries::module::all_files;

impl<'db> SemanticModel<'db> {
    /// Everywhere that a symbol is named, by file and place, where it gets its name included. What is not written with its
    /// name cannot name it, so that only declarations with that word are looked into.
    #[must_use]
    pub fn uses(&self, symbol: &Symbol) -> Vec<Mention> {
        let files: Vec<FileId> = match symbol {
            Symbol::Local { declared, .. } => vec![declared.file],
            _ => self.every_file(),
        };
        files.into_iter().flat_map(|file| self.uses_in(file, symbol)).collect()
    }

    /// Everywhere in one file that a symbol is named.
    #[must_use]
    pub fn uses_in(&self, file: FileId, symbol: &Symbol) -> Vec<Mention> {
        let words = self.words_for(file, symbol);
        let named = self.placed(file).filter(|placed| {
            let text = placed.item.text(self.db());
            is_module(symbol, placed, self) || words.iter().any(|word| text.contains(word.as_str()))
        });
        let found = named.flat_map(|placed| placed.mentions(self.db()));
        found.filter(|mention| mention.symbol == *symbol).collect()
    }

    /// The files of the project, of its packages and of the standard library.
    #[must_use]
    pub fn every_file(&self) -> Vec<FileId> {
        let all = all_files(self.db(), Project::get(self.db()));
        all.map(|file| FileId(file.number(self.db()))).collect()
    }

    /// The words that a file may write a symbol with: its name, and the one that an import gives it.
    fn words_for(&self, file: FileId, symbol: &Symbol) -> BTreeSet<SmolStr> {
        let mut words = BTreeSet::from([symbol.name().clone()]);
        let Some(owner) = symbol.owner().filter(|_| matches!(symbol, Symbol::Declaration { .. })) else { return words };
        for placed in self.placed(file) {
            let DeclKind::Use(import) = &placed.decl(self.db()).kind else { continue };
            let Some(found) = imported(self.db(), placed.item.file(self.db()), placed.decl(self.db())) else {
                continue;
            };
            let aliased = found.names.iter().zip(&import.imports).filter(|((id, _, _), _)| *id == owner);
            words.extend(aliased.map(|(_, import)| import.local().text.clone()));
        }
        words
    }
}

fn is_module(symbol: &Symbol, placed: &Placed<'_>, model: &SemanticModel<'_>) -> bool {
    matches!(symbol, Symbol::Module(_)) && matches!(placed.decl(model.db()).kind, DeclKind::Use(_))
}
