//! A declaration while somebody writes it: with a word that stands for what is not written yet, so that the parser and the
//! checker say what they would need there.

use diagnostics::{FileId, Span};
use smol_str::SmolStr;
use syntax::ast::{Decl, Range};
use syntax::lex::{Token, TokenKind, tokens};
use syntax::{ASKED, Expected};

use super::settle::settled_as;
use crate::SemanticModel;
use crate::database::SourceFile;
use crate::elaborate::notes::{Notes, Wanted};
use crate::queries::source::{ItemNode, items};

/// What is written around a place.
pub(crate) struct Draft<'db> {
    pub(crate) file: SourceFile,
    /// A declaration of the file, for what is asked about the file.
    pub(crate) item: ItemNode<'db>,
    /// The text of the declaration, with [`ASKED`] in it.
    pub(crate) text: String,
    pub(crate) decl: Decl,
    pub(crate) notes: Notes,
    pub(crate) expected: Expected,
    /// Where the word stands in the declaration.
    pub(crate) asked: Range,
    /// The tokens before the word that are no trivia, the nearest last.
    pub(crate) before: Vec<Token>,
}

/// The word at a place, as far as it is written.
pub(crate) struct Typed {
    /// What an answer replaces.
    pub(crate) span: Span,
    /// What of it stands before the place.
    pub(crate) text: SmolStr,
    /// The token that the place lies in, if it is none of a word's.
    pub(crate) inside: Option<Token>,
}

/// The word that ends or stands at `offset`.
pub(crate) fn typed(text: &str, file: FileId, offset: u32) -> Typed {
    // Strings can go over lines, so that the file is read from its beginning.
    let all = tokens(text);
    let at = all.partition_point(|token| token.end < offset);
    let around = all.get(at..).unwrap_or_default().iter().take_while(|token| token.start <= offset);
    let touching: Vec<Token> = around.copied().collect();
    let here = Span::new(file, offset, offset);
    let word = touching.iter().find(|token| token.kind == TokenKind::Word);
    if let Some(word) = word {
        let text = text.get(word.start as usize..offset as usize).unwrap_or_default().into();
        return Typed { span: Span::new(file, word.start, word.end), text, inside: None };
    }
    let inside = touching.into_iter().find(|token| match token.kind {
        TokenKind::Number | TokenKind::UnfinishedString | TokenKind::Comment | TokenKind::Doc => token.start < offset,
        TokenKind::String | TokenKind::SingleQuoted => token.start < offset && offset < token.end,
        // Where signs touch, a word may still come between them.
        _ => false,
    });
    Typed { span: here, text: SmolStr::default(), inside }
}

impl<'db> SemanticModel<'db> {
    /// The declaration around a place, with [`ASKED`] where `replaced` stands. Nothing in a file without declarations.
    pub(crate) fn draft(&self, file: FileId, replaced: Span) -> Option<Draft<'db>> {
        let source = self.file(file)?;
        let db = self.db();
        let text = source.text(db);
        if text.len() > syntax::FILE_BYTES_MAX {
            return None;
        }
        let (start, end) = (replaced.start as usize, replaced.end as usize);
        let written = format!("{}{ASKED}{}", text.get(..start)?, text.get(end..)?);
        let all = syntax::items(&written);
        let range = all.into_iter().find(|it| it.start <= replaced.start && replaced.start < it.end)?;
        let own = written.get(range.start as usize..range.end as usize)?.to_owned();
        let decl = syntax::parse_item(&own, file).decl;
        let at = replaced.start - range.start;
        let asked = Range::new(at, at + u32::try_from(ASKED.len()).unwrap_or(0));
        let item = self.item_near(source, range.start)?;
        let notes = settled_as(db, item, &decl, Some(at));
        let expected = syntax::expected(&own);
        let before = tokens(&own).into_iter().take_while(|token| token.end <= at);
        let before = before.filter(|token| !token.kind.is_trivia()).collect();
        Some(Draft { file: source, item, text: own, decl, notes, expected, asked, before })
    }

    /// The declaration that begins there, or the one before it, or the first.
    fn item_near(&self, file: SourceFile, start: u32) -> Option<ItemNode<'db>> {
        let all = items(self.db(), file);
        let before = all.iter().rev().find(|item| item.start(self.db()) <= start);
        before.or(all.first()).copied()
    }
}

impl Draft<'_> {
    /// What is needed in place of the word, or of the call that it begins; the most precise last.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = &Wanted> {
        let called = self.behind().starts_with('(');
        let here = move |range: &Range| {
            *range == self.asked || (called && range.start == self.asked.start && range.end > self.asked.end)
        };
        self.notes.wanted.iter().filter(move |(range, _)| here(range)).map(|(_, wanted)| wanted)
    }

    /// The text behind the word.
    pub(crate) fn behind(&self) -> &str {
        self.text.get(self.asked.end as usize..).unwrap_or_default()
    }

    /// The text of the token so many places before the word.
    pub(crate) fn back(&self, places: usize) -> Option<(TokenKind, &str)> {
        let token = self.before.len().checked_sub(places).and_then(|at| self.before.get(at))?;
        Some((token.kind, token.text(&self.text)))
    }
}
