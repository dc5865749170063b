//! Databases, and the names of tables and columns wherever they stand.

use diagnostics::{Applicability, Diagnostic, Fix, Span, codes, nearest};
use foreign::sql::Mention;
use syntax::ast::{Database, Expr, ExprKind, Name, TypeKind};

use super::Elaborator;
use super::names::suggest;
use crate::core::{Body, Core, CoreKind, DatabaseBody};
use crate::queries::place::declared_at;
use crate::queries::schema::{ENGINES, engine, known, schema_file, schema_from_root, schema_path};
use crate::queries::scope::{Target, lookup};
use crate::queries::signature::{Signature, signature_of};
use crate::queries::source::Kind;
use crate::types::{DeclId, Type};
use crate::value::Value;

/// The kinds of database of the standard library.
const ENGINE_NAMES: [&str; 3] = ["Mysql", "Postgres", "Sqlite"];

impl Elaborator<'_> {
    pub(super) fn database(&mut self, database: &Database) -> Body {
        let TypeKind::Named(name, _) = &database.ty.kind else { return Body::Nothing };
        let Some(id) = self.engine(name) else { return Body::Nothing };
        let before = self.diagnostics.len();
        let config = self.record(self.span(database.fields.range), &id, &database.fields);
        if self.diagnostics.len() == before {
            self.schema_named(database);
        }
        let Signature::Record { provider: Some(provider), .. } = signature_of(self.db, &id) else {
            return Body::Nothing;
        };
        let schema = schema_from_root(self.db, self.file, database).map(|path| {
            let text = schema_file(self.db, self.file, database).map(|file| file.text(self.db).clone());
            (path, text)
        });
        Body::Database(DatabaseBody { provider: provider.name.clone(), config, schema })
    }

    /// The record behind a database's type; those of the standard library need no import.
    fn engine(&mut self, name: &Name) -> Option<DeclId> {
        let at = self.span(name.range);
        let id = match lookup(self.db, self.file, &name.text) {
            Some(_) => self.declared(name, Kind::Record)?,
            None => {
                let Some(id) = engine(self.db, self.file, &name.text) else {
                    let message = format!("there is no kind of database `{}`", name.text);
                    let diagnostic = Diagnostic::error(codes::UNKNOWN_NAME, at, message);
                    self.report(suggest(diagnostic, at, &name.text, &ENGINE_NAMES));
                    return None;
                };
                id
            }
        };
        match signature_of(self.db, &id) {
            Signature::Record { provider: Some(it), .. } if it.roles.iter().any(|role| role == "database") => Some(id),
            Signature::Record { .. } => {
                let message = format!("{} is no kind of database", id.name);
                let diagnostic = Diagnostic::error(codes::NOT_A_PROVIDER, at, message);
                self.report(suggest(diagnostic, at, &name.text, &ENGINE_NAMES).note(format!("see `{ENGINES}`")));
                None
            }
            _ => None,
        }
    }

    /// The file is read before anything is evaluated, so its path stands there as it is.
    fn schema_named(&mut self, database: &Database) {
        let Some(field) = database.fields.get("schema") else { return };
        let wrong = match schema_path(database) {
            None if matches!(&field.value.kind, ExprKind::Name(word) if word == "none") => return,
            None => "the path of a schema file is written out",
            Some(path) if is_inside(path) => return,
            Some(_) => "a schema file lies in the project",
        };
        let diagnostic = Diagnostic::error(codes::SCHEMA_FILE, self.span(field.value.range), wrong)
            .help("write its path from the project's root: `schema = \"db/ledger.sql\"`");
        self.report(diagnostic);
    }

    /// `ledger.url`, if `of` is a database.
    pub(super) fn database_field(&mut self, at: Span, of: &Expr, field: &Name) -> Option<(Core, Type)> {
        let ExprKind::Name(word) = &of.kind else { return None };
        if self.local(word).is_some() {
            return None;
        }
        let Some(Target::Declared(_, Kind::Database)) = lookup(self.db, self.file, word) else { return None };
        let Some(Target::Declared(id, _)) = self.target(word) else { return None };
        if field.text == "url" {
            let reference = Value::url_of(&id.name);
            return Some((Core::new(at, CoreKind::Constant(reference)), Type::Secret(Box::new(Type::String))));
        }
        self.unknown_word(codes::UNKNOWN_FIELD, field, "a field of a database", &["url"]);
        Some((Core::error(at), Type::Error))
    }

    /// Reports a table that the database does not have; nothing is said where that is not known.
    pub(super) fn check_table(&mut self, database: &DeclId, table: &str, at: Span) {
        let schema = &known(self.db, database).schema;
        if schema.lacks(table) {
            let message = format!("`{}` has no table `{table}`", database.name);
            let near = nearest(table, schema.tables()).map(str::to_owned);
            self.not_there(database, at, message, near);
        }
    }

    /// Reports a column that the table does not have; nothing is said where that is not known.
    pub(super) fn check_column(&mut self, database: &DeclId, table: &str, column: &str, at: Span) {
        let Some(known) = known(self.db, database).schema.table(table) else { return };
        if known.lacks(column) {
            let message = format!("`{}.{table}` has no column `{column}`", database.name);
            let near = nearest(column, known.columns()).map(str::to_owned);
            self.not_there(database, at, message, near);
        }
    }

    /// Checks what a statement names.
    pub(super) fn check_mention(&mut self, database: &DeclId, mention: &Mention, at: Span) {
        match &mention.column {
            Some(column) => self.check_column(database, &mention.table, column, at),
            None => self.check_table(database, &mention.table, at),
        }
    }

    fn not_there(&mut self, database: &DeclId, at: Span, message: String, near: Option<String>) {
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_COLUMN, at, message);
        if let Some(there) = declared_at(self.db, database) {
            diagnostic = diagnostic.also(there, "what it has: its schema file, and what the migrations on it add");
        }
        self.report(match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(Fix::replace(
                format!("write `{near}`"),
                at,
                near,
                Applicability::Guess,
            )),
            None => diagnostic,
        });
    }
}

/// A path below the project's root, without a way out of it.
pub(crate) fn is_inside(path: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    !path.contains(['\\', '\0']) && path.split('/').all(plain)
}
