//! Why a statement did not do as asked, and the sentence a person is told: it names the directory and what helps.

use std::path::{Path, PathBuf};

use machine::ports::store::StoreError;
use rusqlite::ErrorCode;

/// Why a statement was not carried out.
#[derive(Debug)]
pub(super) enum Fault {
    /// The caller asked for something that does not fit, or one row is damaged; the others are not concerned.
    Said(StoreError),
    /// The database failed; nobody is to write any more.
    Database(rusqlite::Error),
}

/// What a statement gives.
pub(super) type Answer<T> = Result<T, Fault>;

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Said(error)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// The state directory that sentences name.
#[derive(Clone, Debug, Default)]
pub(super) struct Place(PathBuf);

impl Place {
    pub(super) fn new(directory: &Path) -> Self {
        Self(directory.to_owned())
    }

    /// The one that a database lies in.
    pub(super) fn of(database: &Path) -> Self {
        Self(database.parent().unwrap_or(database).to_owned())
    }

    pub(super) fn database(&self) -> PathBuf {
        super::database(&self.0)
    }

    /// The fault as the store's callers are told it.
    pub(super) fn tell(&self, fault: Fault) -> StoreError {
        match fault {
            Fault::Said(error) => error,
            Fault::Database(error) => self.io(&error),
        }
    }

    /// A failure of the database.
    pub(super) fn io(&self, error: &rusqlite::Error) -> StoreError {
        let place = match self.0.as_os_str().is_empty() {
            true => "the state directory".to_owned(),
            false => self.0.display().to_string(),
        };
        if is_not_ours(error) {
            return self.malformed(error.to_string());
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => self.malformed(error.to_string()),
            Some(ErrorCode::DiskFull) => StoreError::Io(format!(
                "no space is left for {place}; free some there, then start again: every run goes on where it stood"
            )),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => StoreError::Io(format!(
                "{place} cannot be written ({error}); give this user write access to it and to every file in it, then start again"
            )),
            Some(ErrorCode::SystemIoFailure) => StoreError::Io(format!(
                "the disk under {place} failed ({error}); look at it and at the space left there, then start again: every run goes on where it stood"
            )),
            Some(_) | None => StoreError::Io(format!("the database in {place}: {error}")),
        }
    }

    /// The whole database is not what was written.
    pub(super) fn malformed(&self, cause: impl Into<String>) -> StoreError {
        StoreError::Malformed { database: self.database().display().to_string(), cause: cause.into() }
    }
}

/// Whether a row is missing or a column holds what this program never wrote there.
fn is_not_ours(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, QueryReturnedNoRows};
    matches!(
        error,
        FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..) | QueryReturnedNoRows
    )
}

/// One row is not what was written.
pub(super) fn damaged(what: String) -> Fault {
    Fault::Said(StoreError::Damaged(what))
}
