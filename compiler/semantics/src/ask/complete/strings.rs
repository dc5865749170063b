//! Inside strings of other languages: what queries of the project count, and what databases hold.

use std::collections::BTreeSet;

use diagnostics::{FileId, SourceMap, Span};
use foreign::promql;
use smol_str::SmolStr;
use syntax::ast::{DeclKind, Expr, ExprKind, Foreign, StrPart};
use syntax::lex::{TokenKind, tokens};
use syntax::walk::{self, Visitor};

use super::{Candidate, Sort, Wants};
use crate::SemanticModel;
use crate::queries::schema::known;
use crate::queries::scope::{Target, lookup};
use crate::queries::source::{Kind, parsed};
use crate::types::DeclId;

/// Functions and words of the query language that are written most.
const PROMQL: [&str; 10] =
    ["by", "histogram_quantile", "increase", "irate", "max", "min", "rate", "sum", "avg", "without"];

impl SemanticModel<'_> {
    pub(super) fn in_string(&self, wants: &mut Wants, file: FileId, string: Span, offset: u32) {
        let text = self.text(file);
        let inside = text.get(string.start as usize..offset as usize).unwrap_or_default();
        let word = inside.rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).map_or(0, |at| at + 1);
        let start = string.start + u32::try_from(word).unwrap_or(0);
        let rest = text.get(offset as usize..string.end as usize).unwrap_or_default();
        let more = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
        wants.replaced = Span { start, end: offset + u32::try_from(more).unwrap_or(0), ..string };
        wants.typed = inside.get(word..).unwrap_or_default().into();
        match self.language(file, string) {
            Some(Foreign::PromQl) => self.queried(wants),
            Some(Foreign::Sql) => self.stored(wants, file, string.start),
            None => {}
        }
    }

    /// The language of a string, by the word before it.
    fn language(&self, file: FileId, string: Span) -> Option<Foreign> {
        let placed = self.placed_at(file, string.start)?;
        let before = self.text(file).get(placed.start as usize..string.start as usize)?;
        let words = tokens(before).into_iter().rev().filter(|token| !token.kind.is_trivia());
        let mut words = words.map(|token| (token.kind, token.text(before)));
        let (TokenKind::Word, word) = words.next()? else { return None };
        match word {
            "promql" => Some(Foreign::PromQl),
            "sql" | "set" | "where" => Some(Foreign::Sql),
            _ => None,
        }
    }

    /// What queries of the project count.
    fn queried(&self, wants: &mut Wants) {
        let mut names = BTreeSet::new();
        for file in self.files() {
            for placed in self.placed(file) {
                let mut queries = Queries(Vec::new());
                walk::decl(&parsed(self.db(), placed.item).decl, &mut queries);
                let read = queries.0.iter().filter_map(|text| promql::query(text).ok());
                names.extend(read.filter_map(|query| Some(SmolStr::from(query.selector?.name?))));
            }
        }
        let counted = names.into_iter().map(|it| Candidate::new(it, Sort::Foreign).detailed("counted in this project"));
        wants.candidates.extend(counted.map(|it| it.fitting(true)));
        wants.candidates.extend(PROMQL.map(|word| Candidate::new(word, Sort::Word)));
    }

    /// The tables and columns of the database that the declaration is about.
    fn stored(&self, wants: &mut Wants, file: FileId, at: u32) {
        let Some(id) = self.database_at(file, at) else { return };
        let schema = &known(self.db(), &id).schema;
        let tables: Vec<SmolStr> = schema.tables().map(SmolStr::from).collect();
        for table in tables {
            wants.candidates.push(Candidate::new(table.clone(), Sort::Foreign).detailed("table").fitting(true));
            self.columns(wants, &id, &table);
        }
        wants.candidates.sort_by(|one, other| one.name.cmp(&other.name));
        wants.candidates.dedup_by(|again, first| again.name == first.name);
    }

    fn database_at(&self, file: FileId, at: u32) -> Option<DeclId> {
        let placed = self.placed_at(file, at)?;
        let DeclKind::Migration(it) = &placed.decl(self.db()).kind else { return None };
        match lookup(self.db(), placed.item.file(self.db()), &it.database.text)? {
            Target::Declared(id, Kind::Database) => Some(id),
            Target::Declared(..) | Target::Broken => None,
        }
    }
}

/// The texts of all queries.
struct Queries(Vec<String>);

impl Visitor for Queries {
    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::Foreign(Foreign::PromQl, parts) = &expr.kind
            && let [StrPart::Text(text)] = parts.as_slice()
        {
            self.0.push(text.clone());
        }
    }
}
