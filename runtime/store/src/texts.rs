//! Everything that is stored of certain runs, as it lies there: for whoever looks for what the state still mentions, such
//! as the digests of artifacts. What is damaged is read as well, so that a damaged row makes nothing look unneeded.

use std::path::Path;

use machine::ports::store::StoreError;
use rusqlite::types::ValueRef;

use crate::sqlite::{io, schema};

/// Whose texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// What runs where.
    Running,
    /// Runs that have not ended: plans, states and journals.
    Unended,
    /// Runs that made what runs: plans, states and journals.
    Makers,
    /// Every run that is kept: plans and states.
    Kept,
}

impl Of {
    fn statements(self) -> Vec<String> {
        let of_runs = |tables: &[(&str, &str)], runs: &str| -> Vec<String> {
            tables.iter().map(|(column, table)| format!("SELECT {column} FROM {table} WHERE run IN ({runs})")).collect()
        };
        let states = [("plan", "plans"), ("head", "runs"), ("json", "node_state")];
        let all = [states.as_slice(), &[("json", "records")]].concat();
        match self {
            Self::Running => vec!["SELECT json FROM running".to_owned()],
            Self::Unended => of_runs(&all, "SELECT run FROM runs WHERE ended = 0"),
            Self::Makers => of_runs(&all, MAKERS),
            Self::Kept => states.iter().map(|(column, table)| format!("SELECT {column} FROM {table}")).collect(),
        }
    }
}

/// The runs that made what runs.
pub(crate) const MAKERS: &str = "SELECT json_extract(json, '$.run') FROM running WHERE json_valid(json) AND json_extract(json, '$.run') IS NOT NULL";

/// Gives each text to `take`, in no order.
///
/// # Errors
/// When the state cannot be read.
pub fn texts(directory: &Path, of: &[Of], take: &mut dyn FnMut(&[u8])) -> Result<(), StoreError> {
    let connection = schema::connect_to_read(&crate::sqlite::database(directory))?;
    let transaction = connection.unchecked_transaction().map_err(|error| io(&error))?;
    let statements = of.iter().flat_map(|of| of.statements());
    for statement in statements {
        read(&transaction, &statement, take).map_err(|error| io(&error))?;
    }
    Ok(())
}

fn read(connection: &rusqlite::Connection, sql: &str, take: &mut dyn FnMut(&[u8])) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        match row.get_ref(0)? {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => take(bytes),
            ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => {}
        }
    }
    Ok(())
}
