//! Everything that is stored of certain runs, as it lies there: for whoever looks for what the state still mentions, such
//! as the digests of artifacts. What is damaged is read as well, so that a damaged row makes nothing look unneeded.

use std::path::Path;

use machine::ports::store::StoreError;
use rusqlite::Connection;
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
    /// Every run apart from those to leave out: plans and states.
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
            Self::Kept => {
                let left_out = "SELECT value FROM json_each(?1)";
                let kept = |(column, table)| format!("SELECT {column} FROM {table} WHERE run NOT IN ({left_out})");
                states.into_iter().map(kept).collect()
            }
        }
    }
}

/// The runs that made what runs.
pub(crate) const MAKERS: &str = "SELECT json_extract(json, '$.run') FROM running WHERE json_valid(json) AND json_extract(json, '$.run') IS NOT NULL";

/// Gives each text to `take`, in no order; `without` is left out of [`Of::Kept`].
///
/// # Errors
/// When the state cannot be read.
pub fn texts(directory: &Path, of: &[Of], without: &[String], take: &mut dyn FnMut(&[u8])) -> Result<(), StoreError> {
    let connection = schema::connect_to_read(&crate::sqlite::database(directory))?;
    let transaction = connection.unchecked_transaction().map_err(|error| io(&error))?;
    let statements = of.iter().flat_map(|of| of.statements());
    for statement in statements {
        read(&transaction, &statement, without, take).map_err(|error| io(&error))?;
    }
    Ok(())
}

fn read(connection: &Connection, sql: &str, without: &[String], take: &mut dyn FnMut(&[u8])) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(sql)?;
    if statement.parameter_count() > 0 {
        statement.raw_bind_parameter(1, serde_json::json!(without).to_string())?;
    }
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        match row.get_ref(0)? {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => take(bytes),
            ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use machine::ports::store::Store;

    use super::*;
    use crate::conformance::{append, new_run};

    fn of(directory: &Path, of: Of, without: &[&str]) -> usize {
        let without: Vec<String> = without.iter().map(|&run| run.to_owned()).collect();
        let mut count = 0;
        texts(directory, &[of], &without, &mut |_| count += 1).unwrap();
        count
    }

    #[tokio::test]
    async fn texts_are_those_of_the_runs_that_are_asked_for() {
        let directory = tempfile::tempdir().unwrap();
        let store = crate::sqlite::open(directory.path()).unwrap();
        for run in ["ended", "under way"] {
            store.create(new_run(&store, run, 0)).await.unwrap();
        }
        let mut end = append(&store, "ended", Vec::new());
        end.ended = true;
        end.running = vec![machine::ports::store::Running {
            environment: "e".to_owned(),
            service: "s".to_owned(),
            release: None,
            run: "ended".to_owned(),
            since_ms: 0,
        }];
        store.append(end).await.unwrap();
        assert_eq!(of(directory.path(), Of::Running, &[]), 1);
        assert_eq!(of(directory.path(), Of::Unended, &[]), 3, "plan, head and record");
        assert_eq!(of(directory.path(), Of::Makers, &[]), 3);
        assert_eq!(of(directory.path(), Of::Kept, &[]), 4);
        assert_eq!(of(directory.path(), Of::Kept, &["ended"]), 2);
    }
}
