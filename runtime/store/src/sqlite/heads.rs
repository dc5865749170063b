//! The rows of runs.

use machine::ports::store::{RunLine, Target};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

use super::cells::{number, number_or_null, text, text_or_null};
use super::sum::sum;
use crate::continuity::Tail;

const COLUMNS: &str = "run, workflow, created_ms, ended, head, last_seq, last_hash, key, actor, targets, moves_by_ms, \
                       rows, sum";

/// A run's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) run: String,
    pub(super) workflow: String,
    pub(super) created_ms: i64,
    pub(super) ended: bool,
    /// The state apart from its nodes, as JSON.
    pub(super) head: String,
    pub(super) last_seq: i64,
    pub(super) last_hash: String,
    /// None for a run of an earlier format whose key a later one used again.
    pub(super) key: Option<String>,
    pub(super) actor: String,
    /// What it keeps to itself until it has ended, as JSON.
    pub(super) targets: String,
    pub(super) moves_by_ms: Option<i64>,
    /// How many rows its nodes have.
    pub(super) rows: i64,
    /// Over all of the above.
    pub(super) sum: String,
}

impl Head {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            run: text(row, 0)?,
            workflow: text(row, 1)?,
            created_ms: number(row, 2)?,
            ended: number(row, 3)? == 1,
            head: text(row, 4)?,
            last_seq: number(row, 5)?,
            last_hash: text(row, 6)?,
            key: text_or_null(row, 7)?,
            actor: text(row, 8)?,
            targets: text(row, 9)?,
            moves_by_ms: number_or_null(row, 10)?,
            rows: number(row, 11)?,
            sum: text(row, 12)?,
        })
    }

    fn computed(&self) -> String {
        let moves_by = self.moves_by_ms.map(i64::to_le_bytes);
        sum(&[
            self.run.as_bytes(),
            self.workflow.as_bytes(),
            &self.created_ms.to_le_bytes(),
            &[u8::from(self.ended)],
            self.head.as_bytes(),
            &self.last_seq.to_le_bytes(),
            self.last_hash.as_bytes(),
            self.key.as_deref().unwrap_or_default().as_bytes(),
            self.actor.as_bytes(),
            self.targets.as_bytes(),
            moves_by.as_ref().map(<[u8; 8]>::as_slice).unwrap_or_default(),
            &self.rows.to_le_bytes(),
        ])
    }

    /// Whether it is what was written.
    pub(super) fn holds(&self) -> bool {
        self.sum == self.computed()
    }

    /// Seals it as what is to be written.
    pub(super) fn sealed(mut self) -> Self {
        self.sum = self.computed();
        self
    }

    pub(super) fn tail(&self) -> Tail {
        Tail { seq: self.last_seq.cast_unsigned(), hash: self.last_hash.clone() }
    }

    /// The state apart from its nodes; null when it is not what was written.
    pub(super) fn state(&self) -> Value {
        let state = self.holds().then(|| serde_json::from_str(&self.head).ok()).flatten();
        state.unwrap_or(Value::Null)
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        serde_json::from_str(&self.targets).unwrap_or_default()
    }

    pub(super) fn line(self) -> RunLine {
        let head = self.state();
        RunLine { run: self.run, workflow: self.workflow, created_ms: self.created_ms, ended: self.ended, head }
    }

    /// Writes what an append to a run in flight changes. The other columns are left out because SQLite writes the
    /// entries of every index that has one of the columns named.
    pub(super) fn update(&self, connection: &Connection) -> rusqlite::Result<()> {
        if self.ended {
            return self.write(connection);
        }
        let sql = "UPDATE runs SET head = ?2, last_seq = ?3, last_hash = ?4, moves_by_ms = ?5, rows = ?6, sum = ?7
                   WHERE run = ?1";
        let values = params![self.run, self.head, self.last_seq, self.last_hash, self.moves_by_ms, self.rows, self.sum];
        connection.prepare_cached(sql)?.execute(values).map(drop)
    }

    pub(super) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let sql = format!(
            "INSERT INTO runs ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
             ON CONFLICT (run) DO UPDATE SET workflow = ?2, created_ms = ?3, ended = ?4, head = ?5, last_seq = ?6,
                last_hash = ?7, key = ?8, actor = ?9, targets = ?10, moves_by_ms = ?11, rows = ?12, sum = ?13"
        );
        let values = params![
            self.run,
            self.workflow,
            self.created_ms,
            self.ended,
            self.head,
            self.last_seq,
            self.last_hash,
            self.key,
            self.actor,
            self.targets,
            self.moves_by_ms,
            self.rows,
            self.sum
        ];
        connection.prepare_cached(&sql)?.execute(values).map(drop)
    }
}

/// A run's row.
pub(super) fn of(connection: &Connection, run: &str) -> rusqlite::Result<Option<Head>> {
    let sql = format!("SELECT {COLUMNS} FROM runs WHERE run = ?1");
    connection.prepare_cached(&sql)?.query_row([run], Head::of).optional()
}

/// The row of the run that a key has started.
pub(super) fn with_key(connection: &Connection, key: &str) -> rusqlite::Result<Option<Head>> {
    let sql = format!("SELECT {COLUMNS} FROM runs WHERE key = ?1");
    connection.prepare_cached(&sql)?.query_row([key], Head::of).optional()
}

/// Rows, the newest run first.
pub(super) fn newest(connection: &Connection, unended_only: bool, limit: u32) -> rusqlite::Result<Vec<Head>> {
    let wanted = if unended_only { "WHERE ended = 0" } else { "" };
    let sql = format!("SELECT {COLUMNS} FROM runs {wanted} ORDER BY created_ms DESC, run DESC LIMIT ?1");
    connection.prepare_cached(&sql)?.query_map([limit], Head::of)?.collect()
}

pub(super) fn forget(connection: &Connection, run: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM runs WHERE run = ?1")?.execute([run]).map(drop)
}

/// Looks at every row as it lies in the table, whatever the indexes say.
pub(super) fn each(
    connection: &Connection,
    mut look: impl FnMut(Head) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let sql = format!("SELECT {COLUMNS} FROM runs NOT INDEXED");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        look(Head::of(row)?)?;
    }
    Ok(())
}
