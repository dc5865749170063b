//! The one row about the whole state: its format, the epoch that holds, and which services have ever run where.

use machine::ports::store::{StoreError, Target};
use rusqlite::{Connection, params};

use super::cells::{number, text};
use super::fault::{Answer, Place};
use super::sum::sum;

/// The row.
#[derive(Clone, Debug)]
pub(super) struct Meta {
    pub(super) format: i64,
    pub(super) epoch: i64,
    /// What was ever recorded as running; an entry without its row in `running` was lost.
    pub(super) services: Vec<Target>,
}

impl Meta {
    fn services_json(&self) -> String {
        serde_json::to_string(&self.services).unwrap_or_default()
    }

    fn sum(&self, services: &str) -> String {
        sum(&[&self.format.to_le_bytes(), &self.epoch.to_le_bytes(), services.as_bytes()])
    }

    pub(super) fn insert(&self, connection: &Connection) -> rusqlite::Result<()> {
        let services = self.services_json();
        connection
            .prepare_cached("INSERT INTO meta (format, epoch, services, sum) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![self.format, self.epoch, services, self.sum(&services)])
            .map(drop)
    }

    pub(super) fn update(&self, connection: &Connection) -> rusqlite::Result<()> {
        let services = self.services_json();
        connection
            .prepare_cached("UPDATE meta SET epoch = ?1, services = ?2, sum = ?3")?
            .execute(params![self.epoch, services, self.sum(&services)])
            .map(drop)
    }
}

/// The row, or that the database is malformed when it is not what was written.
pub(super) fn read(connection: &Connection, place: &Place) -> Answer<Meta> {
    let row = connection
        .prepare_cached("SELECT format, epoch, services, sum FROM meta")?
        .query_row([], |row| Ok((number(row, 0)?, number(row, 1)?, text(row, 2)?, text(row, 3)?)));
    let malformed = || place.malformed("the row that holds its format and epoch is not what was written");
    let (format, epoch, services, stored) = match row {
        Err(rusqlite::Error::QueryReturnedNoRows) => return Err(malformed().into()),
        found => found?,
    };
    let meta = Meta { format, epoch, services: serde_json::from_str(&services).unwrap_or_default() };
    if meta.sum(&services) == stored { Ok(meta) } else { Err(malformed().into()) }
}

/// Raises the epoch to one that was seen elsewhere; a higher one stays.
pub(crate) fn raise_epoch(connection: &Connection, seen: u64) -> Result<(), StoreError> {
    let raise = || -> Answer<()> {
        let mut meta = read(connection, &Place::default())?;
        meta.epoch = meta.epoch.max(i64::try_from(seen).unwrap_or(i64::MAX));
        Ok(meta.update(connection)?)
    };
    raise().map_err(|fault| Place::default().tell(fault))
}

/// The epoch that holds.
pub(crate) fn epoch(connection: &Connection) -> rusqlite::Result<u64> {
    let epoch: i64 = connection.prepare_cached("SELECT epoch FROM meta")?.query_row([], |row| row.get(0))?;
    Ok(epoch.cast_unsigned())
}
