//! From the tables of an earlier format to those of this one: first a copy beside the database, then one transaction.
//! Killed at any point it begins again at the next start.

use std::fs::File;
use std::path::{Path, PathBuf};

use machine::ports::store::{StoreError, Target};
use rusqlite::Connection;
use serde_json::Value;

use super::fault::Answer;
use super::heads::Head;
use super::meta::Meta;
use super::tables::TABLES;
use super::{anchors, heads, nodes, plans, schema};
use crate::directory::{open_private, sync};

/// Old tables stand aside while their rows are copied; the journal stays as it is.
const SET_ASIDE: &str = "
    DROP INDEX IF EXISTS runs_by_age;
    DROP INDEX IF EXISTS runs_in_flight;
    ALTER TABLE meta RENAME TO old_meta;
    ALTER TABLE runs RENAME TO old_runs;
    ALTER TABLE plans RENAME TO old_plans;
    ALTER TABLE node_state RENAME TO old_node_state;
    ALTER TABLE running RENAME TO old_running;
";

const LET_GO: &str = "
    DROP TABLE old_meta;
    DROP TABLE old_runs;
    DROP TABLE old_plans;
    DROP TABLE old_node_state;
    DROP TABLE old_running;
";

/// Where the copy of a database of an earlier format is.
pub(super) fn copy_of(database: &Path, format: u64) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(format!(".format-{format}"));
    name.into()
}

/// Copies the database as it is beside itself, durably or not at all.
pub(super) fn keep_copy(database: &Path, format: u64) -> Result<(), StoreError> {
    let copy = copy_of(database, format);
    write_copy(database, &copy).map_err(|cause| {
        StoreError::Io(format!(
            "the state has to be brought to a new format, and the copy {} that is made before could not be written: {cause}; nothing was changed",
            copy.display()
        ))
    })
}

fn write_copy(database: &Path, copy: &Path) -> Result<(), String> {
    let mut unfinished = copy.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    open_private(&unfinished).and_then(|file| file.set_len(0)).map_err(|error| error.to_string())?;
    let name = unfinished.to_str().ok_or("its path is not UTF-8")?;
    let connection = schema::open_to_read(database).map_err(|error| error.to_string())?;
    connection.execute("VACUUM INTO ?1", [name]).map_err(|error| error.to_string())?;
    let finish = || {
        File::open(&unfinished)?.sync_all()?;
        std::fs::rename(&unfinished, copy)?;
        copy.parent().map_or(Ok(()), sync)
    };
    finish().map_err(|error: std::io::Error| error.to_string())
}

/// Rewrites the upgraded database, which also lets it give back what retention frees.
pub(super) fn give_space_back(connection: &Connection) {
    // A disk without room for it leaves a larger file, and nothing else.
    let _ = connection.execute_batch("VACUUM");
}

/// Brings format 1 to the present one, within the caller's transaction.
pub(super) fn from_1(connection: &Connection) -> Answer<()> {
    connection.execute_batch(SET_ASIDE)?;
    connection.execute_batch(TABLES)?;
    copy_plans(connection)?;
    copy_nodes(connection)?;
    copy_runs(connection)?;
    let services = copy_running(connection)?;
    let epoch = connection.query_row("SELECT epoch FROM old_meta", [], |row| row.get(0))?;
    Meta { format: super::FORMAT.cast_signed(), epoch, services }.insert(connection)?;
    connection.execute_batch(LET_GO)?;
    Ok(())
}

fn copy_plans(connection: &Connection) -> Answer<()> {
    let mut old = connection.prepare("SELECT run, plan FROM old_plans")?;
    let mut rows = old.query([])?;
    while let Some(row) = rows.next()? {
        plans::write(connection, &row.get::<_, String>(0)?, &row.get::<_, Vec<u8>>(1)?)?;
    }
    Ok(())
}

fn copy_nodes(connection: &Connection) -> Answer<()> {
    let mut old = connection.prepare("SELECT run, idx, json FROM old_node_state")?;
    let mut rows = old.query([])?;
    while let Some(row) = rows.next()? {
        nodes::write(connection, &row.get::<_, String>(0)?, row.get(1)?, &row.get::<_, String>(2)?)?;
    }
    Ok(())
}

/// The newest run first: a key that was used again belongs to the newest. Anchors in the order of time.
fn copy_runs(connection: &Connection) -> Answer<()> {
    let mut old = connection.prepare(
        "SELECT run, workflow, created_ms, ended, head, last_seq, last_hash FROM old_runs
         ORDER BY created_ms DESC, run DESC",
    )?;
    let mut rows = old.query([])?;
    let mut ended = Vec::new();
    while let Some(row) = rows.next()? {
        let head = Head {
            run: row.get(0)?,
            workflow: row.get(1)?,
            created_ms: row.get(2)?,
            ended: row.get(3)?,
            head: row.get(4)?,
            last_seq: row.get(5)?,
            last_hash: row.get(6)?,
            key: None,
            actor: String::new(),
            targets: String::new(),
            moves_by_ms: None,
            rows: 0,
            sum: String::new(),
        };
        let head = told_more(connection, head)?.sealed();
        head.write(connection)?;
        ended.extend(head.ended.then_some(head.run));
    }
    for run in ended.iter().rev() {
        heads::of(connection, run)?.iter().try_for_each(|head| anchors::write(connection, head))?;
    }
    Ok(())
}

/// What a row of format 1 did not say follows from the state, the plan and the nodes.
fn told_more(connection: &Connection, mut head: Head) -> Answer<Head> {
    let state: Value = serde_json::from_str(&head.head).unwrap_or_default();
    let plan = plans::of(connection, &head.run)?.map(|(plan, _)| plan).unwrap_or_default();
    let key = state["key"].as_str().map(str::to_owned);
    let taken = key.as_ref().map(|key| heads::with_key(connection, key)).transpose()?.flatten();
    head.key = key.filter(|_| taken.is_none());
    head.actor = state["actor"]["name"].as_str().unwrap_or("unknown").to_owned();
    head.targets = super::write::json(&plans::changes(&plan).1)?;
    head.rows = nodes::count(connection, &head.run)?;
    Ok(head)
}

fn copy_running(connection: &Connection) -> Answer<Vec<Target>> {
    let mut old =
        connection.prepare("SELECT environment, service, json FROM old_running ORDER BY environment, service")?;
    let mut rows = old.query([])?;
    let mut services = Vec::new();
    while let Some(row) = rows.next()? {
        let (target, json) = (Target { environment: row.get(0)?, service: row.get(1)? }, row.get::<_, String>(2)?);
        super::services::insert(connection, &target, &json)?;
        services.push(target);
    }
    Ok(services)
}
