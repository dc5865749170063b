//! The plan files that runs are pinned to.

use machine::ports::store::Target;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::cells::{bytes, text};
use super::sum::sum;

fn of_row(run: &str, plan: &[u8]) -> String {
    sum(&[run.as_bytes(), plan])
}

pub(super) fn write(connection: &Connection, run: &str, plan: &[u8]) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO plans (run, plan, sum) VALUES (?1, ?2, ?3)")?
        .execute(params![run, plan, of_row(run, plan)])
        .map(drop)
}

/// A run's plan file, and whether it is what was written.
pub(super) fn of(connection: &Connection, run: &str) -> rusqlite::Result<Option<(Vec<u8>, bool)>> {
    connection
        .prepare_cached("SELECT plan, sum FROM plans WHERE run = ?1")?
        .query_row([run], |row| {
            let plan = bytes(row, 0)?.unwrap_or_default();
            let sound = of_row(run, &plan) == text(row, 1)?;
            Ok((plan, sound))
        })
        .optional()
}

/// What a plan of any version says it changes, and the name of its workflow, as far as that can be read.
pub(super) fn changes(plan: &[u8]) -> (String, Vec<Target>) {
    let plan: Value = serde_json::from_slice(plan).unwrap_or_default();
    let workflow = plan["body"]["workflow"].as_str().unwrap_or_default().to_owned();
    let rollouts = plan["body"]["rollouts"].as_object().into_iter().flat_map(serde_json::Map::values);
    let mut targets: Vec<Target> = rollouts.filter_map(target).collect();
    targets.sort();
    targets.dedup();
    (workflow, targets)
}

fn target(rollout: &Value) -> Option<Target> {
    let name = |what: &str| rollout[what].as_str().map(str::to_owned);
    Some(Target { environment: name("environment")?, service: name("service")? })
}
