//! Statements of SQLite and MySQL, from the tree of `sqlparser`. Their names do not tell capital letters apart.

use std::ops::Range;

use sqlparser::ast::{
    AlterTableOperation, AssignmentTarget, ColumnDef, ColumnOption, Expr, Ident, IndexColumn, ObjectName, ObjectType,
    RenameTableNameKind, Statement as Parsed, TableConstraint, TableFactor,
};
use sqlparser::dialect::{MySqlDialect, SQLiteDialect};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Location;

use super::{Dialect, Effect, Mention, Statement};
use crate::{DEPTH_MAX, Fault};

/// All statements of the text, or why it cannot be read.
pub(super) fn parse(dialect: Dialect, text: &str) -> (Vec<Statement>, Vec<Fault>) {
    match statements(dialect, text) {
        Ok(parsed) => {
            (parsed.iter().map(|it| Reader { text, out: Statement::default() }.read(it)).collect(), Vec::new())
        }
        Err(fault) => (Vec::new(), vec![fault]),
    }
}

/// The clauses of an `UPDATE` besides its assignments.
pub(super) fn update_clauses(dialect: Dialect, text: &str) -> Vec<&'static str> {
    let parsed = crate::limits::with_stack(|| statements(dialect, text)).unwrap_or_default();
    let updates = parsed.iter().filter_map(|it| match it {
        Parsed::Update(update) => Some(update),
        _ => None,
    });
    let clauses = updates.flat_map(|it| {
        [
            it.from.is_some().then_some("FROM"),
            it.selection.is_some().then_some("WHERE"),
            it.returning.is_some().then_some("RETURNING"),
            (!it.order_by.is_empty()).then_some("ORDER BY"),
            it.limit.is_some().then_some("LIMIT"),
        ]
    });
    clauses.flatten().collect()
}

fn statements(dialect: Dialect, text: &str) -> Result<Vec<Parsed>, Fault> {
    let (sqlite, mysql) = (SQLiteDialect {}, MySqlDialect {});
    let parser = match dialect {
        Dialect::Mysql => Parser::new(&mysql),
        Dialect::Sqlite | Dialect::Postgres => Parser::new(&sqlite),
    };
    let parser = parser.with_recursion_limit(DEPTH_MAX * 4).try_with_sql(text);
    parser.and_then(|mut parser| parser.parse_statements()).map_err(|error| fault(text, &error))
}

fn fault(text: &str, error: &ParserError) -> Fault {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
        ParserError::RecursionLimitExceeded => {
            return Fault::whole(format!("this is nested more than {DEPTH_MAX} deep"));
        }
    };
    let Some((said, place)) = message.rsplit_once(" at Line: ") else { return Fault::whole(message.clone()) };
    let location = place.split_once(", Column: ").and_then(|(line, column)| {
        Some(Location { line: line.trim().parse().ok()?, column: column.trim().parse().ok()? })
    });
    match location.and_then(|location| offset(text, location)) {
        Some(at) => {
            let word = text[at..].find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len() - at).max(1);
            Fault::at(at..(at + word).min(text.len()), said.replacen("Expected:", "expected", 1))
        }
        None => Fault::whole(said),
    }
}

/// The byte of a line and a column in characters, both from 1.
fn offset(text: &str, location: Location) -> Option<usize> {
    let line = usize::try_from(location.line.checked_sub(1)?).ok()?;
    let column = usize::try_from(location.column.checked_sub(1)?).ok()?;
    let start = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
    let rest = text.get(start..)?;
    Some(start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at))
}

struct Reader<'t> {
    text: &'t str,
    out: Statement,
}

impl Reader<'_> {
    fn read(mut self, statement: &Parsed) -> Statement {
        match statement {
            Parsed::CreateTable(it) => {
                let whole = it.query.is_none() && it.like.is_none() && !it.columns.is_empty();
                let (table, columns) = (name(&it.name), it.columns.iter().map(|it| folded(&it.name)).collect());
                self.out.effects.push(Effect::AddTable { table: table.clone(), columns, whole });
                it.columns.iter().for_each(|column| self.column_key(&table, column));
                it.constraints.iter().for_each(|constraint| self.key(&table, constraint));
            }
            Parsed::CreateView(it) => {
                self.out.effects.push(Effect::AddTable { table: name(&it.name), columns: Vec::new(), whole: false });
            }
            Parsed::CreateVirtualTable { name: it, .. } => {
                self.out.effects.push(Effect::AddTable { table: name(it), columns: Vec::new(), whole: false });
            }
            Parsed::AlterTable(it) => {
                let table = self.table(&it.name);
                it.operations.iter().for_each(|operation| self.alter(&table, operation));
            }
            Parsed::CreateIndex(it) => {
                let table = self.table(&it.table_name);
                if let (true, None, Some(columns)) = (it.unique, &it.predicate, plain(&it.columns)) {
                    self.out.effects.push(Effect::Unique { table, columns });
                }
            }
            Parsed::Drop { object_type: ObjectType::Table | ObjectType::View, names, if_exists, .. } => {
                for dropped in names {
                    let table = if *if_exists { name(dropped) } else { self.table(dropped) };
                    self.out.effects.push(Effect::DropTable { table });
                }
            }
            Parsed::Update(it) => {
                if let TableFactor::Table { name: of, .. } = &it.table.relation {
                    let table = self.table(of);
                    let targets = it.assignments.iter().flat_map(|it| match &it.target {
                        AssignmentTarget::ColumnName(column) => std::slice::from_ref(column),
                        AssignmentTarget::Tuple(columns) => columns.as_slice(),
                    });
                    targets.filter_map(last).for_each(|column| self.column(&table, column));
                }
            }
            _ => {}
        }
        self.out
    }

    fn alter(&mut self, table: &str, operation: &AlterTableOperation) {
        let owned = table.to_owned();
        match operation {
            AlterTableOperation::AddColumn { column_def, .. } => {
                self.out.effects.push(Effect::AddColumn { table: owned, column: folded(&column_def.name) });
                self.column_key(table, column_def);
            }
            AlterTableOperation::DropColumn { column_names, .. } => {
                for column in column_names {
                    self.column(table, column);
                    self.out.effects.push(Effect::DropColumn { table: owned.clone(), column: folded(column) });
                }
            }
            AlterTableOperation::RenameColumn { old_column_name, new_column_name } => {
                self.column(table, old_column_name);
                let (old, new) = (folded(old_column_name), folded(new_column_name));
                self.out.effects.push(Effect::AddColumn { table: owned.clone(), column: new });
                self.out.effects.push(Effect::DropColumn { table: owned, column: old });
            }
            AlterTableOperation::RenameTable {
                table_name: RenameTableNameKind::To(to) | RenameTableNameKind::As(to),
            } => self.out.effects.push(Effect::RenameTable { table: owned, to: name(to) }),
            AlterTableOperation::AddConstraint { constraint, .. } => self.key(table, constraint),
            _ => self.out.effects.push(Effect::Blurred { table: owned }),
        }
    }

    fn column_key(&mut self, table: &str, column: &ColumnDef) {
        let key = |option: &ColumnOption| matches!(option, ColumnOption::PrimaryKey(_) | ColumnOption::Unique(_));
        if column.options.iter().any(|it| key(&it.option)) {
            self.out.effects.push(Effect::Unique { table: table.to_owned(), columns: vec![folded(&column.name)] });
        }
    }

    fn key(&mut self, table: &str, constraint: &TableConstraint) {
        let columns = match constraint {
            TableConstraint::Unique(it) => plain(&it.columns),
            TableConstraint::PrimaryKey(it) => plain(&it.columns),
            _ => return,
        };
        self.out.effects.push(match columns {
            Some(columns) => Effect::Unique { table: table.to_owned(), columns },
            None => Effect::Blurred { table: table.to_owned() },
        });
    }

    fn table(&mut self, of: &ObjectName) -> String {
        let table = name(of);
        if let Some(range) = last(of).and_then(|it| self.range(it)) {
            self.out.mentions.push(Mention { table: table.clone(), column: None, range });
        }
        table
    }

    fn column(&mut self, table: &str, column: &Ident) {
        if let Some(range) = self.range(column) {
            let (table, column) = (table.to_owned(), Some(folded(column)));
            self.out.mentions.push(Mention { table, column, range });
        }
    }

    fn range(&self, of: &Ident) -> Option<Range<usize>> {
        let (start, end) = (offset(self.text, of.span.start)?, offset(self.text, of.span.end)?);
        (start < end).then_some(start..end)
    }
}

fn last(of: &ObjectName) -> Option<&Ident> {
    of.0.last().and_then(|part| part.as_ident())
}

fn name(of: &ObjectName) -> String {
    last(of).map(folded).unwrap_or_default()
}

fn folded(of: &Ident) -> String {
    of.value.to_lowercase()
}

/// The columns of an index, if it is made of nothing else.
fn plain(columns: &[IndexColumn]) -> Option<Vec<String>> {
    let plain = columns.iter().map(|it| match &it.column.expr {
        Expr::Identifier(column) => Some(folded(column)),
        _ => None,
    });
    plain.collect()
}
