//! The rows that say what runs where.

use machine::ports::store::{Running, StoreError, Target};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::cells::text;
use super::fault::{Answer, Fault, Place, damaged};
use super::meta;
use super::sum::sum;
use crate::registry::Known;

fn of_row(environment: &str, service: &str, json: &str) -> String {
    sum(&[environment.as_bytes(), service.as_bytes(), json.as_bytes()])
}

pub(super) fn write(connection: &Connection, place: &Place, entry: &Running, json: &str) -> Answer<()> {
    let target = Target { environment: entry.environment.clone(), service: entry.service.clone() };
    insert(connection, &target, json)?;
    let mut meta = meta::read(connection, place)?;
    if let Err(at) = meta.services.binary_search(&target) {
        meta.services.insert(at, target);
        meta.update(connection)?;
    }
    Ok(())
}

/// Writes the row alone.
pub(super) fn insert(connection: &Connection, target: &Target, json: &str) -> rusqlite::Result<()> {
    let Target { environment, service } = target;
    connection
        .prepare_cached(
            "INSERT INTO running (environment, service, json, sum) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (environment, service) DO UPDATE SET json = excluded.json, sum = excluded.sum",
        )?
        .execute(params![environment, service, json, of_row(environment, service, json)])
        .map(drop)
}

/// What runs for a service. A row that was lost or changed is an error for this service alone.
pub(super) fn of(connection: &Connection, place: &Place, target: &Target) -> Answer<Option<Running>> {
    let row = connection
        .prepare_cached("SELECT environment, service, json, sum FROM running WHERE environment = ?1 AND service = ?2")?
        .query_row([&target.environment, &target.service], columns)
        .optional()?;
    match row {
        Some(row) => read(row).map(Some),
        None if meta::read(connection, place)?.services.contains(target) => Err(damaged(lost(target))),
        None => Ok(None),
    }
}

fn lost(target: &Target) -> String {
    format!("what runs for {target} was recorded and is not there any more")
}

type Columns = (String, String, String, String);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((text(row, 0)?, text(row, 1)?, text(row, 2)?, text(row, 3)?))
}

fn read((environment, service, json, sum): Columns) -> Answer<Running> {
    let sound = of_row(&environment, &service, &json) == sum;
    let running = if sound { serde_json::from_str(&json).ok() } else { None };
    running.ok_or_else(|| damaged(format!("what runs for {} is not what was written", Target { environment, service })))
}

/// What runs everywhere, with what of it was lost or changed.
pub(super) fn listed(connection: &Connection, place: &Place) -> Answer<Known> {
    let mut known = Known::default();
    for target in meta::read(connection, place)?.services {
        match of(connection, place, &target) {
            Ok(running) => known.running.extend(running),
            Err(Fault::Said(StoreError::Damaged(what))) => known.damaged.push((target, what)),
            Err(fault) => return Err(fault),
        }
    }
    Ok(known)
}

/// What runs everywhere; an error when any of it was lost or changed, because whoever asks would take it for all.
pub(super) fn all(connection: &Connection, place: &Place, limit: u32) -> Answer<Vec<Running>> {
    let mut known = listed(connection, place)?;
    if let Some((_, what)) = known.damaged.into_iter().next() {
        return Err(damaged(what));
    }
    known.running.truncate(limit as usize);
    Ok(known.running)
}
