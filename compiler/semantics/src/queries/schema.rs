//! What is known of a database: what its schema file declares, and what the project's migrations bring.

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::{Diagnostic, FileId, Span, codes};
use foreign::sql::{self, Dialect, Schema};
use smol_str::{SmolStr, format_smolstr};
use syntax::ast::{Database, DeclKind, Expr, ExprKind, Migration, PhaseKind, Statement, StrPart};

use crate::database::{Project, SourceFile};
use crate::elaborate::database::is_inside;
use crate::queries::module::{all_files, root_of};
use crate::queries::place::span;
use crate::queries::scope::{DeclKey, Target, definition_of, lookup};
use crate::queries::signature::{Signature, signature_of};
use crate::queries::source::{ItemNode, Kind, outline, parsed};
use crate::types::DeclId;

/// Where the kinds of database are declared; their names need no import.
pub(crate) const ENGINES: &str = "std.database";

/// What is known of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// How its SQL is read; nothing for a kind that only others know.
    pub(crate) dialect: Option<Dialect>,
    /// What is there before, during or after any migration.
    pub(crate) schema: Schema,
}

/// The schema of a database.
#[salsa::tracked]
fn schema<'db>(db: &'db dyn salsa::Database, key: DeclKey<'db>) -> Known {
    let nothing = Known { dialect: None, schema: Schema::unknown() };
    let id = key.id(db);
    let Some(item) = definition_of(db, id) else { return nothing };
    let DeclKind::Database(database) = &parsed(db, item).decl.kind else { return nothing };
    let Some(dialect) = dialect(db, item.file(db), database) else { return nothing };
    let mut schema = match schema_file(db, item.file(db), database) {
        Some(file) => sql::schema(dialect, file.text(db)).0,
        None => return Known { dialect: Some(dialect), schema: Schema::unknown() },
    };
    widen(db, id, dialect, &mut schema);
    Known { dialect: Some(dialect), schema }
}

/// What is known of the database `id`.
pub(crate) fn known<'db>(db: &'db dyn salsa::Database, id: &DeclId) -> &'db Known {
    schema(db, DeclKey::new(db, id.clone()))
}

/// How the database's SQL is read.
fn dialect(db: &dyn salsa::Database, file: SourceFile, database: &Database) -> Option<Dialect> {
    let syntax::ast::TypeKind::Named(name, _) = &database.ty.kind else { return None };
    let Signature::Record { provider: Some(provider), .. } = signature_of(db, &engine(db, file, &name.text)?) else {
        return None;
    };
    Dialect::of(&provider.name)
}

/// The record that a database's type stands for.
pub(crate) fn engine(db: &dyn salsa::Database, file: SourceFile, name: &str) -> Option<DeclId> {
    match lookup(db, file, name) {
        Some(Target::Declared(id, Kind::Record)) => Some(id),
        Some(Target::Declared(..) | Target::Broken) => None,
        None => {
            let id = DeclId { module: ENGINES.into(), name: name.into() };
            matches!(signature_of(db, &id), Signature::Record { .. }).then_some(id)
        }
    }
}

/// The path after `schema =`, where it stands as it is.
pub(crate) fn schema_path(database: &Database) -> Option<&str> {
    literal(&database.fields.get("schema")?.value)
}

/// That path from the project's root: that of a package's file is counted from the package's.
pub(crate) fn schema_from_root(db: &dyn salsa::Database, file: SourceFile, database: &Database) -> Option<SmolStr> {
    let path = schema_path(database).filter(|path| is_inside(path))?;
    Some(format_smolstr!("{}{path}", root_of(file.path(db))))
}

/// The schema file of a database, where the project has it.
pub(crate) fn schema_file(db: &dyn salsa::Database, file: SourceFile, database: &Database) -> Option<SourceFile> {
    let path = schema_from_root(db, file, database)?;
    Project::get(db).schemas(db).iter().find(|file| file.path(db) == path.as_str()).copied()
}

/// Adds what the statements of every migration on the database bring.
fn widen(db: &dyn salsa::Database, id: &DeclId, dialect: Dialect, schema: &mut Schema) {
    let mut effects = Vec::new();
    for file in all_files(db, Project::get(db)) {
        for item in &outline(db, *file).migrations {
            let DeclKind::Migration(migration) = &parsed(db, *item).decl.kind else { continue };
            match lookup(db, *file, &migration.database.text) {
                Some(Target::Declared(of, Kind::Database)) if of == *id => {
                    effects.extend(statements(migration).flat_map(|it| brought(dialect, it)));
                }
                Some(Target::Declared(_, Kind::Database)) => {}
                // Reported; what is meant may be this database.
                Some(Target::Declared(..) | Target::Broken) | None => effects.push(sql::Effect::Anything),
            }
        }
    }
    schema.widen(&effects);
}

/// The statements of a migration, in order.
fn statements(migration: &Migration) -> impl Iterator<Item = &Statement> {
    migration.phases.iter().flat_map(|phase| match &phase.kind {
        PhaseKind::Expand(list) | PhaseKind::Contract(list) => list.as_slice(),
        PhaseKind::Backfill(_) => &[],
        PhaseKind::StrayPause | PhaseKind::StraySql | PhaseKind::Error => &[Statement::Error],
    })
}

/// What a statement changes; one that cannot be read may change anything.
fn brought(dialect: Dialect, statement: &Statement) -> Vec<sql::Effect> {
    let text = match statement {
        Statement::Sql(text) => literal(text),
        Statement::Error => None,
    };
    let read = text.and_then(|text| sql::statement(dialect, text).ok());
    read.map_or_else(|| vec![sql::Effect::Anything], |statement| statement.effects)
}

/// A string without interpolation.
pub(crate) fn literal(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Str(parts) => match parts.as_slice() {
            [] => Some(""),
            [StrPart::Text(text)] => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// The schema files that are named, by path, with the first place of each.
pub(crate) fn named(db: &dyn salsa::Database) -> BTreeMap<SmolStr, Span> {
    let mut named = BTreeMap::new();
    for (item, database) in databases(db) {
        let field = database.fields.get("schema");
        if let (Some(path), Some(field)) = (schema_from_root(db, item.file(db), database), field) {
            named.entry(path).or_insert_with(|| span(item, field.value.range));
        }
    }
    named
}

fn databases(db: &dyn salsa::Database) -> impl Iterator<Item = (ItemNode<'_>, &Database)> {
    let files = all_files(db, Project::get(db));
    let declared = files.flat_map(|file| &outline(db, *file).databases);
    declared.filter_map(|item| match &parsed(db, *item).decl.kind {
        DeclKind::Database(database) => Some((*item, database)),
        _ => None,
    })
}

/// What of the schema files is not understood, each file once: then nothing is held for absent. Places are those of
/// the files.
pub(crate) fn reports(db: &dyn salsa::Database) -> Vec<Diagnostic> {
    let mut read = BTreeSet::new();
    let mut found = Vec::new();
    for (item, database) in databases(db) {
        let (Some(file), Some(dialect)) =
            (schema_file(db, item.file(db), database), dialect(db, item.file(db), database))
        else {
            continue;
        };
        if read.insert(file.number(db)) {
            found.extend(unread(db, file, dialect));
        }
    }
    found
}

fn unread(db: &dyn salsa::Database, file: SourceFile, dialect: Dialect) -> Option<Diagnostic> {
    let (_, faults) = sql::schema(dialect, file.text(db));
    let fault = faults.first()?;
    let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let range = fault.range.clone().unwrap_or(0..0);
    let at = Span::new(FileId(file.number(db)), byte(range.start), byte(range.end));
    let message = format!("this schema file is not understood here: {}", fault.message);
    let diagnostic = Diagnostic::warning(codes::SCHEMA_UNREAD, at, message)
        .note("no table and no column of this database is called unknown while a part of its schema is");
    Some(diagnostic.help("mend it, or take the statement out if it says nothing of tables and columns"))
}
