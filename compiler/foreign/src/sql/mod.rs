//! SQL: what a schema file declares, and what a statement mentions and changes.
//!
//! PostgreSQL is read by `squawk-syntax`, which knows the place of everything; SQLite and MySQL by `sqlparser`.

mod generic;
mod postgres;
mod schema;

use std::ops::Range;

use crate::limits::{self, SCHEMA_BYTES_MAX, TEXT_BYTES_MAX};
use crate::{Fault, sql};

pub use schema::{Schema, Table};

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// The dialect of the provider of that name.
    #[must_use]
    pub fn of(provider: &str) -> Option<Self> {
        match provider {
            "postgres" => Some(Self::Postgres),
            "sqlite" => Some(Self::Sqlite),
            "mysql" => Some(Self::Mysql),
            _ => None,
        }
    }
}

/// One statement: what it names and what it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// Tables and columns that must be there, with their bytes.
    pub mentions: Vec<Mention>,
    /// Changes of the schema, in order.
    pub effects: Vec<Effect>,
}

/// Something that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The table.
    pub table: String,
    /// The column of that table; none for the table itself.
    pub column: Option<String>,
    /// Where it is named.
    pub range: Range<usize>,
}

/// A change of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A table or view with these columns; `whole` if there are no others.
    AddTable {
        /// Its name.
        table: String,
        /// Its columns.
        columns: Vec<String>,
        /// Whether that is all of them.
        whole: bool,
    },
    /// A column of a table.
    AddColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A column is there no more.
    DropColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A table or view is there no more.
    DropTable {
        /// Its name.
        table: String,
    },
    /// A table has another name.
    RenameTable {
        /// The name before.
        table: String,
        /// The name from now on.
        to: String,
    },
    /// No two rows have the same values in these columns.
    Unique {
        /// The table.
        table: String,
        /// The columns.
        columns: Vec<String>,
    },
    /// Something about the table that is not known.
    Blurred {
        /// The table.
        table: String,
    },
    /// Anything may have changed.
    Anything,
}

/// Which of a backfill's texts is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackfillPart {
    /// The assignments.
    Set,
    /// The condition.
    Where,
}

/// What a schema file declares, and what of it cannot be read: then tables may exist that are not listed.
#[must_use]
pub fn schema(dialect: Dialect, text: &str) -> (Schema, Vec<Fault>) {
    if let Err(fault) = limits::check(text, SCHEMA_BYTES_MAX) {
        return (Schema::unknown(), vec![fault]);
    }
    let text = without_commands(text);
    let (statements, faults) = parsed(dialect, &text);
    let mut schema = Schema::default();
    statements.iter().for_each(|statement| schema.apply(&statement.effects));
    if !faults.is_empty() {
        schema.apply(&[Effect::Anything]);
    }
    (schema, faults)
}

/// One statement.
///
/// # Errors
/// It cannot be read, or there are several, or none.
pub fn statement(dialect: Dialect, text: &str) -> Result<Statement, Fault> {
    limits::check(text, TEXT_BYTES_MAX)?;
    let (mut statements, faults) = parsed(dialect, text);
    if let Some(fault) = faults.into_iter().next() {
        return Err(fault);
    }
    match (statements.pop(), statements.len()) {
        (Some(one), 0) => Ok(one),
        (None, _) => Err(Fault::whole("there is no statement here")),
        (Some(_), _) => Err(Fault::whole("one string holds one statement: several in one message are one transaction")),
    }
}

/// The texts of a backfill of `table`: assignments and a condition, and what they mention. Ranges count in the text
/// of their part.
///
/// # Errors
/// The part that cannot be read, and why.
pub fn backfill(
    dialect: Dialect,
    table: &str,
    set: &str,
    filter: Option<&str>,
) -> Result<Vec<(BackfillPart, Mention)>, (BackfillPart, Fault)> {
    let quoted = sql::quoted(dialect, table);
    let mut mentions = part(dialect, BackfillPart::Set, &format!("UPDATE {quoted} SET "), set)?;
    if let Some(filter) = filter {
        let before = format!("UPDATE {quoted} SET a = 1 WHERE ");
        mentions.extend(part(dialect, BackfillPart::Where, &before, filter)?);
    }
    Ok(mentions)
}

type Mentions = Vec<(BackfillPart, Mention)>;

fn part(dialect: Dialect, part: BackfillPart, before: &str, text: &str) -> Result<Mentions, (BackfillPart, Fault)> {
    let inside = |range: Range<usize>| range.start.saturating_sub(before.len())..range.end.saturating_sub(before.len());
    let whole = format!("{before}{text}");
    let read = statement(dialect, &whole).and_then(|statement| only_part(dialect, part, &whole).map(|()| statement));
    match read {
        Ok(statement) => {
            let written = statement.mentions.into_iter().filter(|it| it.range.start >= before.len());
            Ok(written.map(|it| (part, Mention { range: inside(it.range.clone()), ..it })).collect())
        }
        Err(fault) => Err((part, Fault { range: fault.range.map(inside), ..fault })),
    }
}

/// Neither part may bring clauses of its own: the runtime adds those.
fn only_part(dialect: Dialect, part: BackfillPart, whole: &str) -> Result<(), Fault> {
    let clauses = match dialect {
        Dialect::Postgres => postgres::update_clauses(whole),
        Dialect::Sqlite | Dialect::Mysql => generic::update_clauses(dialect, whole),
    };
    let allowed: &[&str] = match part {
        BackfillPart::Set => &[],
        BackfillPart::Where => &["WHERE"],
    };
    match clauses.into_iter().find(|clause| !allowed.contains(clause)) {
        Some(clause) => Err(Fault::whole(format!("a backfill takes no `{clause}` here"))),
        None => Ok(()),
    }
}

fn parsed(dialect: Dialect, text: &str) -> (Vec<Statement>, Vec<Fault>) {
    limits::with_stack(|| match dialect {
        Dialect::Postgres => postgres::parse(text),
        Dialect::Sqlite | Dialect::Mysql => generic::parse(dialect, text),
    })
}

/// Commands of a database's shell, which its dumps may hold, are not SQL.
fn without_commands(text: &str) -> String {
    let blank =
        |line: &str| if line.starts_with('\\') { line.replace(|c: char| c != '\n', " ") } else { line.to_owned() };
    text.split_inclusive('\n').map(blank).collect()
}

/// The name as the dialect's statements write it.
fn quoted(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Mysql => format!("`{}`", name.replace('`', "``")),
        Dialect::Postgres | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}
